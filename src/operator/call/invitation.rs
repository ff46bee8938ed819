//! The INVITE that made a call, and the way in which it is answered (RFC 3261, 13.3).

use crate::instrument::operator::Invite;
use crate::rig::TOLD_HEADERS;
use crate::sip::message::{Method, Reply, Request, letters};
use crate::sip::route::{Route, Wire};

/// What is told of an INVITE.
pub fn described(request: &Request) -> Invite {
    let told = |name: &str| {
        let extra = name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("X-"));
        extra || TOLD_HEADERS.iter().any(|t| t.eq_ignore_ascii_case(name))
    };
    let headers = request.head.all().iter().filter(|(name, _)| told(name));
    Invite {
        dialog: letters::shown(&request.head.call_id),
        to: letters::shown(&request.uri),
        from: request.head.from.user.clone(),
        headers: headers.map(|(name, value)| (letters::shown(name), letters::shown(value))).collect(),
    }
}

#[derive(Debug)]
pub struct Invitation {
    told: Invite,
    request: Request,
    /// Key of its server transaction.
    transaction: String,
    way: Route,
    /// Ours, in each response.
    tag: String,
}

impl Invitation {
    pub fn new(told: Invite, request: Request, transaction: String, way: Route, tag: String) -> Self {
        Invitation { told, request, transaction, way, tag }
    }
    pub fn told(&self) -> &Invite {
        &self.told
    }
    pub fn request(&self) -> &Request {
        &self.request
    }
    pub fn transaction(&self) -> &str {
        &self.transaction
    }
    /// Where it came from.
    pub fn way(&self) -> Route {
        self.way
    }
    pub fn wire(&self) -> Wire {
        self.way.wire
    }
    pub fn tag(&self) -> &str {
        &self.tag
    }
    /// Whether whoever sent it can be asked that.
    pub fn allows(&self, method: Method) -> bool {
        self.request.head.allows(method)
    }
    pub fn reply(&self, status: u16) -> Reply {
        Reply::to(&self.request, status, &self.tag, self.way.peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::message::{self, Message};

    #[test]
    fn the_headers_that_scenarios_ask_for_are_told_and_no_others() {
        let text = "INVITE sip:operator@b SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK1\r\nFrom: <sip:sos-1@b>;tag=1\r\n\
                    To: <sip:operator@b>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nx-sos-press: 12\r\nPRIORITY: emergency\r\nSubject: no\r\n\
                    Content-Length: 0\r\n\r\n";
        let Ok(Message::Request(request)) = message::parse(text.as_bytes()) else { panic!("an INVITE") };
        let told = described(&request);
        assert_eq!((told.dialog.as_str(), told.to.as_str(), told.from.as_str()), ("c", "sip:operator@b", "sos-1"));
        assert_eq!(
            (told.header("X-SOS-Press"), told.header("Priority"), told.header("Subject")),
            (Some("12"), Some("emergency"), None)
        );
        assert_eq!(told.headers.len(), 2);
    }
}
