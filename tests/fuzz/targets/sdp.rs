//! A session description, and our answer to it, which we must be able to read ourselves.

use hejnal::sip::sdp::{Audio, Local};
use std::net::SocketAddr;

pub fn run(data: &[u8]) {
    let Ok(audio) = Audio::parse(data) else { return };
    let Ok(format) = audio.choose(&[("PCMA", 8000), ("PCMU", 8000), ("G722", 8000), ("opus", 48_000)]) else { return };
    let _events = audio.events(format.rate);
    let answer = Local::new(SocketAddr::from(([10, 0, 0, 1], 20_000)), 7).answer(&audio, &format, None);
    assert!(Audio::parse(&answer).is_ok(), "{}", String::from_utf8_lossy(&answer));
}
