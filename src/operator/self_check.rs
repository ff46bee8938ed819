//! Is the operator's own side in order: an OPTIONS from a second port to the desk's own address, through whatever
//! network there is.
//!
//! Must not know calls.

use super::context::Context;
use super::timers::SELF_CHECK_PATIENCE;
use crate::clock::Instant;
use crate::sip::message::{self, Message};

/// The question that is under way, or its outcome until that is asked for.
#[derive(Debug, Default)]
pub(super) struct SelfCheck(Option<Check>);

#[derive(Debug)]
struct Check {
    branch: String,
    until: Instant,
    result: Option<bool>,
}

impl SelfCheck {
    /// Sends the question. One under way is forgotten.
    pub fn begin(&mut self, at: Instant, cx: &mut Context) {
        let (own, to) = cx.transport().self_check();
        let (branch, tag) = (cx.tokens().branch(), cx.tokens().hex());
        let uri = format!("sip:{}@{to}", cx.config().operator_user);
        let lines = [
            ("Via", format!("SIP/2.0/UDP {own};branch={branch};rport")),
            ("Max-Forwards", "70".to_owned()),
            ("From", format!("<sip:self-check@{own}>;tag={tag}")),
            ("To", format!("<{uri}>")),
            ("Call-ID", cx.tokens().hex()),
            ("CSeq", "1 OPTIONS".to_owned()),
        ];
        cx.send_datagram(own, to, message::request("OPTIONS", &uri, &lines, Vec::new()));
        self.0 = Some(Check { branch, until: at + SELF_CHECK_PATIENCE, result: None });
    }
    pub fn is_begun(&self) -> bool {
        self.0.is_some()
    }
    fn open(&mut self) -> Option<&mut Check> {
        self.0.as_mut().filter(|check| check.result.is_none())
    }
    /// What came at its port; true if that was the answer.
    pub fn received(&mut self, bytes: &[u8]) -> bool {
        let Some(check) = self.open() else { return false };
        let Ok(Message::Response(response)) = message::parse(bytes) else { return false };
        let is_answer = response.head.via.branch == check.branch && response.status >= 200;
        if is_answer {
            check.result = Some(response.status == 200);
        }
        is_answer
    }
    /// The outcome, once; `None` while the answer is on its way, or if none was begun.
    pub fn take_result(&mut self, at: Instant) -> Option<bool> {
        self.wake(at);
        self.0.take_if(|check| check.result.is_some()).and_then(|check| check.result)
    }

    pub fn next_wake(&self) -> Option<Instant> {
        self.0.as_ref().filter(|check| check.result.is_none()).map(|check| check.until)
    }
    pub fn wake(&mut self, at: Instant) {
        if let Some(check) = self.open().filter(|check| at >= check.until) {
            check.result = Some(false);
        }
    }
}
