//! Descriptions within a call: what the far end answers and offers, and what is agreed on (RFC 3264).
//!
//! Must not know audio.

use super::Call;
use crate::twin::post::voice::account::{ALLOW, Event, Stack};
use crate::twin::post::voice::message::Message;
use crate::twin::post::voice::sdp::{Description, Session};
use std::net::SocketAddr;

impl Call {
    /// The far end's answer to our offer; `None`: nothing to talk by.
    pub(super) fn answered_with(&self, body: &str, stack: &Stack) -> Option<Description> {
        Description::parse(body)?.agreed(self.local.key, stack.faults.takes_plain_answers)
    }
    /// A new offer in the call (re-INVITE, UPDATE): the response to it.
    pub fn reoffered(&mut self, request: &Message, source: SocketAddr, keep_address: bool, stack: &mut Stack) -> Message {
        if request.body.trim().is_empty() {
            let mut response = stack.respond(request, 200, "OK", source);
            if request.method() == Some("INVITE") {
                self.local.version += stack.step();
                self.describe(&mut response, self.local.offer(), stack);
            }
            return response;
        }
        let lax = stack.faults.takes_plain_offers;
        let Some(offer) = Description::parse(&request.body).and_then(|offer| offer.agreed(self.local.key, lax)) else {
            return stack.respond(request, 488, "Not Acceptable Here", source);
        };
        self.dialog.refresh_target(request);
        self.local.version += stack.step();
        self.take(offer.session, keep_address, stack);
        let mut response = stack.respond(request, 200, "OK", source);
        self.describe(&mut response, self.local.answer(&offer), stack);
        response
    }
    /// The ACK of a re-INVITE without offer carries the far end's answer to ours.
    pub fn acknowledged(&mut self, ack: &Message, keep_address: bool, stack: &mut Stack) {
        if let Some(answer) = self.answered_with(&ack.body, stack) {
            self.take(answer.session, keep_address, stack);
        }
    }
    fn take(&mut self, mut session: Session, keep_address: bool, stack: &mut Stack) {
        if let (true, Some(old)) = (keep_address, self.session) {
            session.remote = old.remote;
        }
        session.sending |= stack.faults.sends_on_hold;
        session.sending &= !(stack.faults.mutes_after_hold && self.session.is_some_and(|old| !old.sending));
        if self.session.replace(session) != Some(session) && !self.released {
            stack.events.push(Event::Change(session));
        }
    }
    pub(super) fn describe(&self, message: &mut Message, body: String, stack: &Stack) {
        message.push("Contact", stack.account.contact());
        if message.method().is_some() {
            message.push("Allow", ALLOW);
        }
        message.push("Content-Type", "application/sdp");
        message.body = body;
    }
}
