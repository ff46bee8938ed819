//! A call that stands is agreed on anew: by a re-INVITE or UPDATE of the post (RFC 3261, 14.2; RFC 3311), or by a
//! re-INVITE of ours, which asks for hold, resume, another port, or just to hear that the post is still there (RFC
//! 3261, 14.1).

use super::{Call, PendingChange};
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, Change, Irregular, Outcome};
use crate::operator::context::Context;
use crate::operator::error::DeskError;
use crate::operator::irregular::{elsewhere, unreachable};
use crate::operator::responses::Denied;
use crate::sip::dialog::Order;
use crate::sip::message::{KEYS_ACCEPTED, Method, Request, Response};
use crate::sip::route::Route;
use crate::sip::sdp::Audio;

/// Request Pending: an earlier offer has not been settled yet (RFC 3261, 14.2).
const PENDING: u16 = 491;

// What the post asks.
impl Call {
    pub fn reinvite(&mut self, at: Instant, way: Route, request: &Request, key: &str, cx: &mut Context) {
        match self.renegotiate(at, way, request, cx) {
            Ok(body) => {
                self.send_ok(at, key, request, way, body, cx);
                self.tell_agreed_security(at, cx);
                self.tell_held(at, cx);
            }
            Err(denied) => {
                let reply = cx.reply(request, denied.status, way).headers(&denied.lines);
                cx.conclude(at, key, denied.status, reply.bytes());
                denied.tell_why(at, way, self.id, cx);
            }
        }
    }

    /// UPDATE: a refresh, and with a body a new agreement, also before the answer (RFC 3311, 5.2).
    pub fn update(&mut self, at: Instant, way: Route, request: &Request, cx: &mut Context) {
        let reply = match self.renegotiate(at, way, request, cx) {
            Ok(body) => {
                let contact = cx.contact(way);
                let reply = cx.reply(request, 200, way).header("Contact", &contact).headers(&self.session_lines());
                self.tell_agreed_security(at, cx);
                self.tell_held(at, cx);
                if let Some(body) = body { reply.body("application/sdp", body) } else { reply }
            }
            Err(denied) => {
                denied.tell_why(at, way, self.id, cx);
                cx.reply(request, denied.status, way).headers(&denied.lines)
            }
        };
        cx.respond(at, way, request, reply);
    }

    /// A new agreement, or the status that leaves the old one in force (RFC 3261, 14.2; RFC 3311, 5.2). An UPDATE
    /// without a body agrees on nothing.
    fn renegotiate(&mut self, at: Instant, way: Route, request: &Request, cx: &mut Context) -> Result<Option<Vec<u8>>, Denied> {
        elsewhere(way, request)
            .into_iter()
            .chain(unreachable(way, request, false))
            .for_each(|what| cx.tell_irregular(at, way, Some(self.id), what));
        cx.tell(at, CallEvent::Asked { call: self.id, method: request.method.to_string() });
        if self.dialog.order(request) == Order::Late {
            self.tell_out_of_order(at, way, request, cx);
            return Err(500.into());
        }
        let asks = request.method == Method::Invite || !request.head.description().is_empty();
        let is_settled = match request.method {
            Method::Invite => self.life.is_confirmed() && !self.dialog.awaits_ack(),
            _ => self.talk.agreed().is_some() && !self.talk.is_offering() && !self.dialog.awaits_ack(),
        };
        if asks && (!is_settled || self.change.is_some()) {
            return Err(PENDING.into());
        }
        let offer = self.talk.offer_of(request, cx.config().srtp)?;
        self.refreshed_by_post(at, request, cx)?;
        self.dialog.refresh_target(request);
        let body = match &offer {
            _ if !asks => None,
            Some(offer) => Some(self.answer(offer, cx).ok_or(488u16)?),
            None => Some(self.describe(cx).ok_or(488u16)?),
        };
        // An offer that was refused left no version behind it.
        self.look_at_description(at, request.head.description(), false, cx);
        Ok(body)
    }

    /// INFO: a key, as many a device tells one; or nothing, to hear that we are there.
    pub fn informed(&mut self, at: Instant, way: Route, request: &Request, cx: &mut Context) {
        cx.tell(at, CallEvent::Asked { call: self.id, method: request.method.to_string() });
        let digit = request.head.key_pressed();
        let status = if digit.is_some() || request.head.body.is_empty() { 200 } else { 415 };
        let reply = cx.reply(request, status, way);
        let reply = if status == 415 { reply.header("Accept", KEYS_ACCEPTED) } else { reply };
        cx.respond(at, way, request, reply);
        if self.dialog.order(request) == Order::Next {
            digit.into_iter().for_each(|digit| cx.tell(at, CallEvent::Digit { call: self.id, digit }));
        }
    }

    /// Tells if the agreement in force is a hold and the one told last was none, or the other way round.
    fn tell_held(&mut self, at: Instant, cx: &mut Context) {
        if let Some(held) = self.talk.hold_news() {
            cx.tell(at, CallEvent::Held { call: self.id, held });
        }
    }
}

// What we ask.
impl Call {
    /// Whether anything may be asked of the post now; one thing at a time is.
    pub fn may_change(&self) -> Result<(), DeskError> {
        if self.is_changing() {
            return Err(DeskError::Occupied(self.id));
        }
        self.talk.agreed().map(|_| ()).ok_or(DeskError::NoMedia(self.id))
    }
    fn is_changing(&self) -> bool {
        self.change.is_some() || self.dialog.awaits_ack()
    }

    /// Asks for that, and to send to this port of ours from then on.
    pub fn change(&mut self, at: Instant, what: Change, port: u16, cx: &mut Context) {
        self.invite_again(at, PendingChange::new(Some(what), port), cx);
    }

    /// Another agreement under way refreshes the session as well.
    pub(super) fn refresh_by_invite(&mut self, at: Instant, cx: &mut Context) {
        if self.may_change().is_err() {
            return self.refresh_later(at);
        }
        let port = self.talk.address().port();
        self.invite_again(at, PendingChange::new(None, port), cx);
    }

    fn invite_again(&mut self, at: Instant, pending: PendingChange, cx: &mut Context) {
        let branch = cx.tokens().branch();
        let mut lines = self.refresh_lines(cx);
        let body = if pending.what() == Some(Change::Propose) {
            Vec::new()
        } else {
            lines.push(("Content-Type", "application/sdp".to_owned()));
            self.proposal(pending.what(), pending.port(), cx)
        };
        let (to, cseq, bytes) = self.dialog.request("INVITE", &branch, &lines, body);
        self.change = Some(pending.asked(&branch));
        cx.invite(at, branch, to, self.id, cseq, bytes);
    }

    /// The post agrees. A call that has ended meanwhile still owes its ACK.
    pub fn change_accepted(&mut self, at: Instant, cseq: u32, response: &Response, cx: &mut Context) {
        let branch = &response.head.via.branch;
        let is_proposal = self.has_left_offer_to_post(branch);
        let answer = if is_proposal { self.answer_to_proposal(response.head.description(), cx) } else { None };
        let is_answered = answer.is_some();
        let (to, ack) = self.dialog.ack(&cx.tokens().branch(), cseq, answer);
        cx.acknowledge(at, branch, to, ack);
        if self.life.is_over() {
            return;
        }
        let Some(pending) = self.change.take_if(|pending| pending.is_asked_by(branch)) else { return };
        self.look_at_description(at, response.head.description(), !is_proposal, cx);
        let is_agreed = if is_proposal { is_answered } else { self.take_answer(response.head.description()) };
        if !is_agreed {
            // RFC 3264 knows no such answer: there is nothing left to talk over.
            return self.hang_up(at, cx);
        }
        self.media.expect_voice(at);
        match pending.what() {
            Some(Change::Hold) => self.media.hold(at, true),
            Some(Change::Resume) => self.media.hold(at, false),
            // Behind the other port sits another telephone. A sealed one would have a key of its own.
            Some(Change::Move) if !self.srtp.is_on() => self.media.begin_anew(),
            Some(Change::Move | Change::Propose | Change::Unseal) | None => {}
        }
        self.move_to(at, pending.port());
        if let Some(change) = pending.what() {
            cx.tell(at, CallEvent::Changed { call: self.id, change, outcome: Outcome::Agreed });
        }
        self.tell_agreed_security(at, cx);
        self.refreshed_by_us(at, response, cx);
    }

    /// Whether what is under way under this branch leaves it to the post to offer.
    fn has_left_offer_to_post(&self, branch: &str) -> bool {
        let is_it = |pending: &PendingChange| pending.is_asked_by(branch) && pending.what() == Some(Change::Propose);
        !self.life.is_over() && self.change.as_ref().is_some_and(is_it)
    }
    /// What our ACK says to the post's offer; `None`: it is none that can be answered.
    fn answer_to_proposal(&mut self, body: &[u8], cx: &mut Context) -> Option<Vec<u8>> {
        let offer = Audio::parse_under(body, cx.config().srtp).ok()?;
        self.answer(&offer, cx)
    }

    pub fn change_refused(&mut self, at: Instant, response: &Response, cx: &mut Context) {
        let random = cx.tokens().number();
        if self.life.is_over() {
            return;
        }
        let branch = &response.head.via.branch;
        let Some(mut pending) = self.change.take_if(|pending| pending.is_asked_by(branch)) else { return };
        let status = response.status;
        if status == 491 && pending.met_another(at, random) {
            self.change = Some(pending);
            return;
        }
        match pending.what() {
            Some(change) => cx.tell(at, CallEvent::Changed { call: self.id, change, outcome: Outcome::Refused(status) }),
            None => self.refresh_refused(at, response, cx),
        }
        // RFC 3261, 12.2.1.2: the post knows no such call.
        if matches!(status, 408 | 481) {
            self.end_in_silence(at, cx);
        }
    }

    pub fn change_unanswered(&mut self, at: Instant, cx: &mut Context) {
        self.tell_irregular(at, Irregular::Unanswered { method: "INVITE" }, cx);
        if self.life.is_over() {
            return;
        }
        if let Some(change) = self.change.take().and_then(|pending| pending.what()) {
            cx.tell(at, CallEvent::Changed { call: self.id, change, outcome: Outcome::Unanswered });
        }
        self.end_in_silence(at, cx);
    }

    /// The next try of a change that met another one, once nothing else is under way.
    pub(super) fn wake_change(&mut self, at: Instant, cx: &mut Context) {
        if self.dialog.awaits_ack() {
            self.change.iter_mut().for_each(|change| change.put_off(at));
        } else if let Some(pending) = self.change.take() {
            self.invite_again(at, pending, cx);
        }
    }
}
