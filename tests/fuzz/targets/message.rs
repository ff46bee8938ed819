//! One SIP datagram as the desk reads it, and everything it takes out of it to answer.

use hejnal::sip::message::{Message, Reply, answer_to, parse, targets};
use hejnal::sip::route::Route;
use hejnal::sip::{dialog::Dialog, message::split_list};
use std::net::SocketAddr;

pub fn run(data: &[u8]) {
    let source = SocketAddr::from(([10, 0, 0, 2], 5062));
    let Ok(Message::Request(request)) = parse(data) else { return };
    let _to = answer_to(&request.head.via, source);
    for value in request.head.headers("Contact").chain(request.head.headers("Record-Route")) {
        let (_, _) = (targets(value), split_list(value));
    }
    let mut dialog = Dialog::from_invite(&request, "tag", Route::udp(source, source));
    let (_, _, bye) = dialog.request("BYE", "z9hG4bKfuzz", &[], Vec::new());
    let reply = Reply::to(&request, 200, "tag", source).body("application/sdp", request.head.body.clone()).bytes();
    assert!(!bye.is_empty() && reply.ends_with(&request.head.body));
}
