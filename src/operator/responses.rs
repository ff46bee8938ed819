//! What the desk's refusals have in common: when to try again, and why something was denied.

use super::context::Context;
use super::restraint::short;
use crate::clock::Instant;
use crate::instrument::operator::security::Security;
use crate::instrument::operator::{CallEvent, CallId, Irregular, Unservable};
use crate::sip::message::{Method, Request};
use crate::sip::reliable;
use crate::sip::route::Route;
use crate::sip::sdp::SdpError;
use crate::sip::session::{self, TooBrief};
use crate::unit::Bilingual;
use std::time::Duration;

pub(super) fn retry_lines(retry_after: Option<Duration>) -> Vec<(&'static str, String)> {
    retry_after.map(|time| ("Retry-After", time.as_secs().to_string())).into_iter().collect()
}

/// A status that turns a request away, and the lines that explain it.
pub(super) type Refusal = (u16, Vec<(&'static str, String)>);

/// What a request requires that nobody here speaks (RFC 3261, 8.2.2.3); ACK and CANCEL may require nothing.
pub(super) fn unsupported(request: &Request) -> Option<Refusal> {
    if matches!(request.method, Method::Ack | Method::Cancel) {
        return None;
    }
    let required = request.head.headers("Require").flat_map(|list| list.split(',')).map(str::trim);
    let unknown: Vec<&str> =
        required.filter(|tag| ![reliable::TAG, session::TAG].contains(&tag.to_ascii_lowercase().as_str())).collect();
    (!unknown.is_empty()).then(|| (420, vec![("Unsupported", unknown.join(", "))]))
}

/// Tells what was required.
pub(super) fn tell_unsupported(at: Instant, way: Route, lines: &[(&'static str, String)], cx: &mut Context) {
    let tags = lines.first().map(|(_, tags)| tags.clone()).unwrap_or_default();
    cx.tell_irregular(at, way, None, Irregular::Unservable { status: 420, why: Unservable::Extension(short(&tags)) });
}

/// Why a call may not ring, or what stands not be changed: the status that says so, lines that explain it, and what was
/// wrong with the offer if it was that.
#[derive(Debug)]
pub(super) struct Denied {
    pub status: u16,
    pub lines: Vec<(&'static str, String)>,
    pub offer: Option<SdpError>,
}

impl Denied {
    /// Tells why an offer was refused, if it was for that.
    pub fn tell_why(&self, at: Instant, way: Route, call: CallId, cx: &mut Context) {
        let Some(why) = &self.offer else { return };
        let what = match why {
            SdpError::NotSecure => Security::PlainRefused,
            SdpError::Secure => Security::SecureRefused,
            SdpError::NoKey(why) => Security::NoKey(why.clone()),
            SdpError::Content(kind) => {
                let why = Unservable::Content(short(kind));
                return cx.tell_irregular(at, way, Some(call), Irregular::Unservable { status: self.status, why });
            }
            other => return cx.tell_irregular(at, way, Some(call), Irregular::NoOffer { why: offer_words(other) }),
        };
        cx.tell(at, CallEvent::Security { call, what });
    }
}

/// What is wrong with a session description.
pub(super) fn offer_words(error: &SdpError) -> Bilingual {
    let pl = match error {
        SdpError::Unreadable(why) => format!("opisu sesji nie można odczytać: {why}"),
        SdpError::NoAudio => "nie ma w nim strumienia dźwięku przez RTP".to_owned(),
        SdpError::NotSecure => "proponuje tylko zwykły RTP, a SRTP jest obowiązkowe".to_owned(),
        SdpError::Secure => "proponuje tylko SRTP, a SRTP jest wyłączone".to_owned(),
        SdpError::NoKey(why) => format!("proponuje SRTP bez klucza, który można przyjąć: {why}"),
        SdpError::NoAddress => "nie ma w nim adresu, na który można nadawać".to_owned(),
        SdpError::NoCodec => "nie ma w nim żadnego wspólnego kodeka".to_owned(),
        SdpError::Content(kind) => format!("treść typu {kind}"),
    };
    Bilingual::new(error.to_string(), pl)
}

/// The code of a Warning that says what is wrong with a description (RFC 3261, 20.43).
fn warning(error: &SdpError) -> String {
    let code = match error {
        SdpError::NoAddress => 301,
        SdpError::NotSecure | SdpError::Secure => 302,
        SdpError::NoAudio => 304,
        SdpError::NoCodec => 305,
        SdpError::Unreadable(_) | SdpError::NoKey(_) | SdpError::Content(_) => 399,
    };
    // It stands in quotes, and may give back what the other end has written.
    let text: String =
        error.to_string().chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\')).take(120).collect();
    format!("{code} hejnal \"{text}\"")
}

impl From<u16> for Denied {
    fn from(status: u16) -> Self {
        Denied { status, lines: Vec::new(), offer: None }
    }
}

impl From<SdpError> for Denied {
    /// Not Acceptable Here (RFC 3261, 21.4.26), with what is not; or Unsupported Media Type (21.4.13).
    fn from(error: SdpError) -> Self {
        let (status, line) = match &error {
            SdpError::Content(_) => (415, ("Accept", "application/sdp".to_owned())),
            other => (488, ("Warning", warning(other))),
        };
        Denied { status, lines: vec![line], offer: Some(error) }
    }
}

impl From<TooBrief> for Denied {
    /// 422 says what would be long enough (RFC 4028, 9).
    fn from(why: TooBrief) -> Self {
        Denied { lines: vec![("Min-SE", why.0.as_secs().to_string())], ..422.into() }
    }
}
