//! What the desk's refusals have in common: when to try again, and why something was denied.

use super::context::Context;
use crate::clock::Instant;
use crate::instrument::operator::security::Security;
use crate::instrument::operator::{CallEvent, CallId};
use crate::sip::sdp::SdpError;
use crate::sip::session::TooBrief;
use std::time::Duration;

pub(super) fn retry_lines(retry_after: Option<Duration>) -> Vec<(&'static str, String)> {
    retry_after.map(|time| ("Retry-After", time.as_secs().to_string())).into_iter().collect()
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
    /// Tells why an offer was refused, if it was for its security.
    pub fn tell_unsafe_offer(&self, at: Instant, call: CallId, cx: &mut Context) {
        let what = match &self.offer {
            Some(SdpError::NotSecure) => Security::PlainRefused,
            Some(SdpError::Secure) => Security::SecureRefused,
            Some(SdpError::NoKey(why)) => Security::NoKey(why.clone()),
            _ => return,
        };
        cx.tell(at, CallEvent::Security { call, what });
    }
}

impl From<u16> for Denied {
    fn from(status: u16) -> Self {
        Denied { status, lines: Vec::new(), offer: None }
    }
}

impl From<SdpError> for Denied {
    /// Not Acceptable Here (RFC 3261, 21.4.26).
    fn from(error: SdpError) -> Self {
        Denied { status: 488, lines: Vec::new(), offer: Some(error) }
    }
}

impl From<TooBrief> for Denied {
    /// 422 says what would be long enough (RFC 4028, 9).
    fn from(why: TooBrief) -> Self {
        Denied { lines: vec![("Min-SE", why.0.as_secs().to_string())], ..422.into() }
    }
}
