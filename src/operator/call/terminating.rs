//! How a call ends: its INVITE refused, a BYE from either side, or silence (RFC 3261, 15).

use super::Call;
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, EndedBy, Irregular};
use crate::operator::call::CallState;
use crate::operator::context::Context;
use crate::operator::responses::retry_lines;
use crate::operator::transactions::Purpose;
use crate::sip::dialog::Order;
use crate::sip::message::Request;
use crate::sip::route::Route;
use std::time::Duration;

impl Call {
    /// A final failure to its INVITE; nothing if that has its final response.
    pub fn refuse(&mut self, at: Instant, status: u16, cx: &mut Context) {
        self.refuse_until(at, status, None, cx);
    }
    pub(super) fn refuse_until(&mut self, at: Instant, status: u16, retry_after: Option<Duration>, cx: &mut Context) {
        let reply = self.invitation.reply(status).headers(&retry_lines(retry_after));
        cx.conclude(at, self.invitation.transaction(), status, reply.bytes());
    }

    /// The operator has had enough of it. A BYE is held back until the ACK has come.
    pub fn hang_up(&mut self, at: Instant, cx: &mut Context) {
        match self.state() {
            CallState::Arrived | CallState::Ringing => self.refuse(at, 480, cx),
            CallState::Answered => return self.life.hold_bye_back(),
            CallState::Confirmed => self.send_bye(at, cx),
            CallState::Ended(_) => return,
        }
        self.end(at, EndedBy::Operator, cx);
    }

    /// The other end is gone for good: BYE, in case it is not.
    pub fn end_in_silence(&mut self, at: Instant, cx: &mut Context) {
        if !self.life.is_over() {
            self.send_bye(at, cx);
            self.end(at, EndedBy::Silence, cx);
        }
    }
    /// It is refused because nobody did anything about it in time.
    pub(super) fn give_up(&mut self, at: Instant, status: u16, cx: &mut Context) {
        self.refuse(at, status, cx);
        self.end(at, EndedBy::Silence, cx);
    }

    fn send_bye(&mut self, at: Instant, cx: &mut Context) {
        let branch = cx.tokens().branch();
        let (to, _, bytes) = self.dialog.request("BYE", &branch, &[], Vec::new());
        cx.ask(at, branch, to, self.id, Purpose::Farewell, bytes);
    }

    pub(super) fn end(&mut self, at: Instant, by: EndedBy, cx: &mut Context) {
        if self.life.is_over() {
            return;
        }
        self.report_goodbye(at, cx);
        self.life.end(by);
        cx.tell(at, CallEvent::Ended { call: self.id, by });
    }

    /// The other end's BYE.
    pub fn bye(&mut self, at: Instant, way: Route, request: &Request, cx: &mut Context) {
        let order = self.dialog.order(request);
        let status = if order == Order::Late { 500 } else { 200 };
        let reply = cx.reply(request, status, way);
        cx.respond(at, way, request, reply);
        if order == Order::Late {
            return self.tell_out_of_order(at, way, request, cx);
        }
        self.refuse(at, 487, cx);
        self.end(at, EndedBy::Post, cx);
        self.media.expect_quiet(at);
    }
    /// Its CANCEL, which is too late for a call that is up.
    pub fn cancel(&mut self, at: Instant, way: Route, cx: &mut Context) {
        if self.life.is_confirmed() {
            cx.tell_irregular(at, way, Some(self.id), Irregular::LateCancel);
        } else if self.life.is_unanswered() {
            self.refuse(at, 487, cx);
            self.end(at, EndedBy::Cancelled, cx);
        }
    }

    /// The final response to our BYE. One that crosses a BYE of the post's hears 481; anything else but 200 is no
    /// answer to it.
    pub fn farewell_answered(&mut self, at: Instant, status: u16, cx: &mut Context) {
        if status >= 300 && status != 481 {
            self.tell_irregular(at, Irregular::ByeRefused { status }, cx);
        }
        self.expect_quiet(at);
    }
    /// Nobody has answered a request of ours.
    pub fn unanswered(&mut self, at: Instant, purpose: Purpose, cx: &mut Context) {
        let method = if purpose == Purpose::Farewell { "BYE" } else { "UPDATE" };
        self.tell_irregular(at, Irregular::Unanswered { method }, cx);
        match purpose {
            Purpose::Farewell => self.expect_quiet(at),
            Purpose::Refresh => self.end_in_silence(at, cx),
        }
    }
    /// The last word of a call that is over has been exchanged: its media must stop.
    fn expect_quiet(&mut self, at: Instant) {
        if self.life.is_over() {
            self.media.expect_quiet(at);
        }
    }
}
