//! Session timers at the desk: both roles of RFC 4028, and the end of a call that nobody refreshes.

use super::responses::{Denied, contact};
use super::timers::REFRESH_RETRY;
use super::{Desk, Purpose};
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, CallId, Refresher};
use crate::sip::message::{Method, Request, Response, SUPPORTED};
use crate::sip::session::{Asked, Due, Session};

impl Desk {
    /// The lines about the session in a 2xx of ours.
    pub(super) fn session_lines(&self, id: CallId) -> Vec<(&'static str, String)> {
        let session = self.calls.get(&id).and_then(|call| call.session);
        session.map(|session| session.answer_lines()).unwrap_or_default()
    }

    /// A re-INVITE or UPDATE of the post sets the timer anew, whatever else it asks for; 422 if it is too brief.
    pub(super) fn refreshed_by_post(&mut self, at: Instant, id: CallId, request: &Request) -> Result<(), Denied> {
        let Some(call) = self.calls.get_mut(&id) else { return Ok(()) };
        let had_one = call.session.is_some();
        call.session = Session::answering(at, &call.life.behaviour().session, &Asked::of(&request.head))?;
        if had_one && call.session.is_some() {
            self.tell(at, CallEvent::Refreshed { call: id, by: Refresher::Them });
        }
        Ok(())
    }

    pub(super) fn wake_session(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id).filter(|call| call.life.is_confirmed()) else { return };
        match call.session.as_mut().and_then(|session| session.wake(at)) {
            Some(Due::Expired) => self.end_in_silence(at, id),
            Some(Due::Refresh) => self.refresh(at, id),
            None => {}
        }
    }

    /// By UPDATE where the post can be asked that, for it changes nothing else; else by a re-INVITE that offers what stands.
    fn refresh(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get(&id) else { return };
        if !call.invitation().allows(Method::Update) {
            return self.refresh_by_invite(at, id);
        }
        let branch = self.tokens.branch();
        let contact = contact(&self.config.operator_user, call.invitation().way());
        let Some(call) = self.calls.get_mut(&id) else { return };
        let mut lines = vec![("Contact", contact), ("Supported", SUPPORTED.to_owned())];
        lines.extend(call.session.iter().flat_map(|session| session.request_lines(call.life.behaviour().session.least)));
        let (to, _, bytes) = call.dialog.request("UPDATE", &branch, &lines, Vec::new());
        self.ask(at, branch, to, id, Purpose::Refresh, bytes);
    }

    /// The final response to a refresh by UPDATE.
    pub(super) fn refresh_answered(&mut self, at: Instant, id: CallId, response: &Response) {
        match response.status {
            200..300 => self.refreshed_by_us(at, id, response),
            // RFC 4028, 7.4: the call is as good as over.
            408 | 481 => self.end_in_silence(at, id),
            _ => self.refresh_refused(at, id, response),
        }
    }

    pub(super) fn refreshed_by_us(&mut self, at: Instant, id: CallId, response: &Response) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        if call.session.is_none() {
            return;
        }
        call.session = Session::answered(at, &Asked::of(&response.head));
        self.tell(at, CallEvent::Refreshed { call: id, by: Refresher::Us });
    }

    /// 422 says how long it has to be; 491 and 500 are for the moment only. After anything else the session ends when it ends.
    pub(super) fn refresh_refused(&mut self, at: Instant, id: CallId, response: &Response) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let Some(session) = call.session.as_mut() else { return };
        match (response.status, Asked::of(&response.head).least) {
            (422, Some(least)) => {
                session.lengthen(least);
                self.wake_session(at, id);
            }
            (491 | 500, _) => session.ask_again(at + REFRESH_RETRY),
            _ => {}
        }
    }
}
