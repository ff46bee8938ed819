//! The stranger gives the post orders that only its own server may give: to end the talk that stands, whose name he has
//! read somewhere, to fetch new settings, for which many telephones start anew, and to call him (RFC 3515). And he
//! sends what is no SIP, as whoever searches a network does.
//!
//! What comes of them shows in the post; what it answers him is nobody's concern.

use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, StrangerNews};
use crate::operator::calls::Calls;
use crate::operator::context::Context;
use crate::sip::message;
use std::net::SocketAddr;

/// As whom he calls.
pub(super) const NAME: &str = "stranger";
/// The beginnings of other protocols (TLS, HTTP, SNMP), a request without its end, and one that says it is longer.
const NONSENSE: [&[u8]; 5] = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET / HTTP/1.1\r\nHost: sos\r\n\r\n",
    b"\x30\x26\x02\x01\x01\x04\x06public\xa0\x19",
    b"OPTIONS sip:sos SIP/2.0\r\nVia: SIP/2.0/UDP",
    b"INVITE sip:sos SIP/2.0\r\nContent-Length: 4294967295\r\n\r\n",
];

/// From him to whoever is reached there under this URI.
pub(super) fn give(own: SocketAddr, at: Instant, (uri, to): (&str, SocketAddr), calls: &Calls, cx: &mut Context) {
    let standing = calls.living().rfind(|call| call.is_confirmed()).map(|call| call.dialog().call_id.clone());
    let notify = cx.tokens().hex();
    let event = [("Event", "check-sync".to_owned()), ("Subscription-State", "terminated".to_owned())];
    let refer = cx.tokens().hex();
    let himself = [("Refer-To", format!("<sip:{NAME}@{own}>")), ("Referred-By", format!("<sip:{NAME}@{own}>"))];
    let orders = standing.into_iter().map(|id| ("BYE", id, None));
    let orders = orders.chain([("NOTIFY", notify, Some(event)), ("REFER", refer, Some(himself))]);
    for (method, id, more) in orders.collect::<Vec<_>>() {
        let bytes = worded((method, uri, id), own, more.into_iter().flatten(), cx);
        cx.send_datagram(own, to, bytes);
    }
    NONSENSE.iter().for_each(|bytes| cx.send_datagram(own, to, bytes.to_vec()));
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
        ("From", format!("<sip:{NAME}@{own}>;tag={tag}")),
        ("To", to),
        ("Call-ID", id),
        ("CSeq", format!("2 {method}")),
        ("Contact", format!("<sip:{NAME}@{own}>")),
    ];
    message::request(method, uri, &lines.into_iter().chain(more).collect::<Vec<_>>(), Vec::new())
}
