//! Is the operator's own side in order: an OPTIONS from a second port to the desk's own address, through whatever network there is.
//!
//! Must not know calls.

use super::timers::SELF_CHECK_PATIENCE;
use super::{Desk, Outgoing};
use crate::clock::Instant;
use crate::sip::message::{self, Message};
use crate::sip::route::Wire;
use std::net::SocketAddr;

#[derive(Debug)]
pub(super) struct SelfCheck {
    branch: String,
    until: Instant,
    result: Option<bool>,
}

impl SelfCheck {
    pub fn next_wake(&self) -> Option<Instant> {
        self.result.is_none().then_some(self.until)
    }
}

impl Desk {
    /// Sends the question. One under way is forgotten.
    pub fn begin_self_check(&mut self, at: Instant) {
        let own = SocketAddr::new(self.config.sip.ip(), *self.config.media_ports.end());
        let (branch, tag) = (self.tokens.branch(), self.tokens.hex());
        let uri = format!("sip:{}@{}", self.config.operator_user, self.config.sip);
        let lines = [
            ("Via", format!("SIP/2.0/UDP {own};branch={branch};rport")),
            ("Max-Forwards", "70".to_owned()),
            ("From", format!("<sip:self-check@{own}>;tag={tag}")),
            ("To", format!("<{uri}>")),
            ("Call-ID", self.tokens.hex()),
            ("CSeq", "1 OPTIONS".to_owned()),
        ];
        let bytes = message::request("OPTIONS", &uri, &lines, Vec::new());
        self.outgoing.push(Outgoing { wire: Wire::Udp, from: own, to: self.config.sip, bytes });
        self.self_check = Some(SelfCheck { branch, until: at + SELF_CHECK_PATIENCE, result: None });
        self.settle();
    }

    /// The outcome of the check begun last; `None` while the answer is on its way, or if none was begun.
    pub fn self_check_result(&mut self, at: Instant) -> Option<bool> {
        self.wake_self_check(at);
        let result = self.self_check.as_ref()?.result?;
        self.self_check = None;
        Some(result)
    }

    /// Begins a check if none is under way, and gives its outcome once there is one.
    pub fn self_check(&mut self, at: Instant) -> Option<bool> {
        if self.self_check.is_none() {
            self.begin_self_check(at);
        }
        self.self_check_result(at)
    }

    pub(super) fn check_answered(&mut self, bytes: &[u8]) {
        let Some(check) = self.self_check.as_mut().filter(|c| c.result.is_none()) else { return };
        if let Ok(Message::Response(response)) = message::parse(bytes)
            && response.head.via.branch == check.branch
            && response.status >= 200
        {
            check.result = Some(response.status == 200);
            self.settle();
        }
    }

    pub(super) fn wake_self_check(&mut self, at: Instant) {
        if let Some(check) = self.self_check.as_mut().filter(|c| c.result.is_none() && at >= c.until) {
            check.result = Some(false);
        }
    }
}
