//! The voice module's own reading of SIP messages: what it has read it writes so that it reads the same again.

use hejnal::twin::voice::message::{self, Message};
use std::net::SocketAddr;

pub fn run(data: &[u8]) {
    let Some(read) = Message::parse(data) else { return };
    let source = SocketAddr::from(([10, 0, 0, 1], 5060));
    let _to = message::reply_address(&read, source);
    let response = Message::response(&read, 200, "OK", "tag", source);
    let (_, _) = (read.branch().map(str::len), response.to_bytes());
    for name in ["Contact", "Record-Route"] {
        for value in read.all(name) {
            let (_, _) = (message::socket_of(message::uri_of(value)), message::param(value, "expires"));
        }
    }
}
