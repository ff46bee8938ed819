//! What reaches the desk and cannot be served: turned away as the standard says where it is a request, and told in
//! every case; and what is written otherwise than the standard has it, and served.
//!
//! Must not know calls.

use super::context::Context;
use super::restraint::short;
use crate::clock::Instant;
use crate::instrument::operator::{Irregular, Unservable, Unusual};
use crate::sip::message::{Broken, Malformed, Message, Method};
use crate::sip::route::Route;

/// Shorter noise is how many devices keep a way through a router open.
const KEEPS_OPEN: usize = 4;

/// The status that turns a request away, and why in words; `None`: it is no SIP at all.
fn verdict(why: Malformed) -> Option<(u16, Unservable)> {
    match why {
        Malformed::Unreadable(_) => None,
        Malformed::Missing(header) => Some((400, Unservable::Header(header))),
        Malformed::CutShort { stated, came } => Some((400, Unservable::CutShort { stated: short(&stated), bytes: came })),
        // RFC 3261, 8.2.1, with the Allow that every answer of ours has.
        Malformed::Method(name) => Some((405, Unservable::Method(short(&name)))),
        Malformed::Version => Some((505, Unservable::Version)),
        Malformed::Target => Some((400, Unservable::Target)),
    }
}

/// A message that could not be read. A broken response is dropped (RFC 3261, 18.3).
pub(super) fn turned_away(at: Instant, way: Route, bytes: &[u8], broken: Broken, cx: &mut Context) {
    match (broken.request, verdict(broken.why)) {
        (Some(request), Some((status, why))) => {
            // Nobody answers an ACK, however it is written.
            if request.method != Method::Ack {
                cx.refuse_statelessly(way, &request, status, &[]);
            }
            cx.tell_irregular(at, way, None, Irregular::Unservable { status, why });
        }
        _ => {
            let is_noise = bytes.len() <= KEEPS_OPEN || bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0);
            if !is_noise {
                cx.tell_irregular(at, way, None, Irregular::NoSip { bytes: bytes.len() });
            }
        }
    }
}

/// What is unusual about a message that is served.
pub(super) fn unusual(message: &Message) -> impl Iterator<Item = Irregular> {
    let head = match message {
        Message::Request(request) => &request.head,
        Message::Response(response) => &response.head,
    };
    let found = [(head.has_foreign_letters, Unusual::Letters), (head.has_bare_ends, Unusual::LineEnds)];
    found.into_iter().filter(|(is_so, _)| *is_so).map(|(_, what)| Irregular::Unusual(what))
}
