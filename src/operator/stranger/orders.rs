//! The stranger gives the post orders that only its own server may give: to end the talk that stands, whose name he has
//! read somewhere, and to fetch new settings, for which many telephones start anew.
//!
//! What comes of them shows in the post; what it answers him is nobody's concern.

use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, StrangerNews};
use crate::operator::calls::Calls;
use crate::operator::context::Context;
use crate::sip::message;
use std::net::SocketAddr;

/// From him to whoever is reached there under this URI.
pub(super) fn give(own: SocketAddr, at: Instant, (uri, to): (&str, SocketAddr), calls: &Calls, cx: &mut Context) {
    let standing = calls.living().rfind(|call| call.is_confirmed()).map(|call| call.dialog().call_id.clone());
    let notify = cx.tokens().hex();
    let event = [("Event", "check-sync".to_owned()), ("Subscription-State", "terminated".to_owned())];
    let orders = standing.into_iter().map(|id| ("BYE", id, None)).chain([("NOTIFY", notify, Some(event))]);
    for (method, id, more) in orders.collect::<Vec<_>>() {
        let bytes = worded((method, uri, id), own, more.into_iter().flatten(), cx);
        cx.send_datagram(own, to, bytes);
    }
    cx.tell(at, CallEvent::Stranger { news: StrangerNews::Ordered });
}

fn worded(
    (method, uri, id): (&'static str, &str, String),
    own: SocketAddr,
    more: impl Iterator<Item = (&'static str, String)>,
    cx: &mut Context,
) -> Vec<u8> {
    let (branch, tag, other) = (cx.tokens().branch(), cx.tokens().hex(), cx.tokens().hex());
    // He does not know the talk's tags.
    let to = if method == "BYE" { format!("<{uri}>;tag={other}") } else { format!("<{uri}>") };
    let lines = [
        ("Via", format!("SIP/2.0/UDP {own};branch={branch};rport")),
        ("Max-Forwards", "70".to_owned()),
        ("From", format!("<sip:stranger@{own}>;tag={tag}")),
        ("To", to),
        ("Call-ID", id),
        ("CSeq", format!("2 {method}")),
        ("Contact", format!("<sip:stranger@{own}>")),
    ];
    message::request(method, uri, &lines.into_iter().chain(more).collect::<Vec<_>>(), Vec::new())
}
