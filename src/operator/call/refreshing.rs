//! The session timer of one call: both roles of RFC 4028, and the end of a call that nobody refreshes.

use super::Call;
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, Refresher};
use crate::operator::context::Context;
use crate::operator::responses::Denied;
use crate::operator::timers::REFRESH_RETRY;
use crate::operator::transactions::Purpose;
use crate::sip::message::{Method, Request, Response, SUPPORTED};
use crate::sip::session::{Asked, Due, Session};

impl Call {
    /// Those in a request of ours that refreshes it, and what else such a request says of us.
    pub(super) fn refresh_lines(&self, cx: &Context) -> Vec<(&'static str, String)> {
        let mut lines = vec![("Contact", cx.contact(self.invitation.way())), ("Supported", SUPPORTED.to_owned())];
        lines.extend(self.session.iter().flat_map(|session| session.request_lines(self.life.behaviour().session.least)));
        lines
    }

    /// A re-INVITE or UPDATE of the post sets the timer anew, whatever else it asks for; 422 if it is too brief.
    pub(super) fn refreshed_by_post(&mut self, at: Instant, request: &Request, cx: &mut Context) -> Result<(), Denied> {
        let had_one = self.session.is_some();
        self.session = Session::answering(at, &self.life.behaviour().session, &Asked::of(&request.head))?;
        if had_one && self.session.is_some() {
            cx.tell(at, CallEvent::Refreshed { call: self.id, by: Refresher::Them });
        }
        Ok(())
    }

    pub(super) fn wake_session(&mut self, at: Instant, cx: &mut Context) {
        if !self.life.is_confirmed() {
            return;
        }
        match self.session.as_mut().and_then(|session| session.wake(at)) {
            Some(Due::Expired) => self.end_in_silence(at, cx),
            Some(Due::Refresh) => self.refresh(at, cx),
            None => {}
        }
    }

    /// By UPDATE where the post can be asked that, for it changes nothing else; else by a re-INVITE that offers what
    /// stands.
    fn refresh(&mut self, at: Instant, cx: &mut Context) {
        if !self.invitation.allows(Method::Update) {
            return self.refresh_by_invite(at, cx);
        }
        let branch = cx.tokens().branch();
        let lines = self.refresh_lines(cx);
        let (to, _, bytes) = self.dialog.request("UPDATE", &branch, &lines, Vec::new());
        cx.ask(at, branch, to, self.id, Purpose::Refresh, bytes);
    }

    /// The final response to a refresh by UPDATE.
    pub fn refresh_answered(&mut self, at: Instant, response: &Response, cx: &mut Context) {
        if self.life.is_over() {
            return;
        }
        match response.status {
            200..300 => self.refreshed_by_us(at, response, cx),
            // RFC 4028, 7.4: the call is as good as over.
            408 | 481 => self.end_in_silence(at, cx),
            _ => self.refresh_refused(at, response, cx),
        }
    }

    pub(super) fn refreshed_by_us(&mut self, at: Instant, response: &Response, cx: &mut Context) {
        if self.session.is_some() {
            self.session = Session::answered(at, &Asked::of(&response.head));
            cx.tell(at, CallEvent::Refreshed { call: self.id, by: Refresher::Us });
        }
    }

    /// 422 says how long it has to be; 491 and 500 are for the moment only. After anything else the session ends when
    /// it ends.
    pub(super) fn refresh_refused(&mut self, at: Instant, response: &Response, cx: &mut Context) {
        let Some(session) = self.session.as_mut() else { return };
        match (response.status, Asked::of(&response.head).least) {
            (422, Some(least)) => {
                session.lengthen(least);
                self.wake_session(at, cx);
            }
            (491 | 500, _) => self.refresh_later(at),
            _ => {}
        }
    }
    pub(super) fn refresh_later(&mut self, at: Instant) {
        self.session.iter_mut().for_each(|session| session.ask_again(at + REFRESH_RETRY));
    }
}
