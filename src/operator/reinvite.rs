//! What the desk asks of the post within a call, by a re-INVITE: hold, resume, another port, or just to hear that it is still there
//! (RFC 3261, 14.1).

use super::call::PendingChange;
use super::responses::contact;
use super::timers::REFRESH_RETRY;
use super::{Desk, DeskError};
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, CallId, Change, Outcome};
use crate::sip::dialog;
use crate::sip::message::{Response, SUPPORTED};
use crate::sip::route::Route;
use crate::sip::transaction::{Act, InviteClient};

/// An INVITE of ours within a call.
#[derive(Debug)]
pub(super) struct Asked {
    machine: InviteClient,
    to: Route,
    call: CallId,
    cseq: u32,
    /// A final failure came.
    is_settled: bool,
    /// The ACK to its 2xx, for retransmissions of that, and until when they may come.
    ack: Option<(Vec<u8>, Instant)>,
}

impl Asked {
    pub fn next_wake(&self) -> Option<Instant> {
        match &self.ack {
            Some((_, until)) => Some(*until),
            None => self.machine.next_wake(),
        }
    }
    fn is_over(&self, at: Instant) -> bool {
        match &self.ack {
            Some((_, until)) => at >= *until,
            None => self.machine.is_over(),
        }
    }
}

impl Desk {
    pub(super) fn change(&mut self, at: Instant, id: CallId, what: Change) -> Result<(), DeskError> {
        let Some(call) = self.calls.get(&id) else { return Err(DeskError::NoSuchCall(id)) };
        if call.change.is_some() || call.dialog.awaits_ack() {
            return Err(DeskError::Occupied(id));
        }
        if call.talk().agreed().is_none() {
            return Err(DeskError::NoMedia(id));
        }
        let port = match what {
            Change::Move => self.free_port().ok_or(DeskError::NoPort)?,
            Change::Hold | Change::Resume | Change::Unseal => call.talk().address().port(),
        };
        self.ports.insert(port, id);
        self.invite_again(at, id, PendingChange::new(Some(what), port));
        Ok(())
    }

    /// Another agreement under way refreshes the session as well.
    pub(super) fn refresh_by_invite(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        if call.change.is_some() || call.dialog.awaits_ack() || call.talk().agreed().is_none() {
            call.session.iter_mut().for_each(|session| session.ask_again(at + REFRESH_RETRY));
            return;
        }
        let port = call.talk().address().port();
        self.invite_again(at, id, PendingChange::new(None, port));
    }

    fn invite_again(&mut self, at: Instant, id: CallId, pending: PendingChange) {
        let branch = self.tokens.branch();
        let Some(call) = self.calls.get_mut(&id) else { return };
        let contact = contact(&self.config.operator_user, call.invitation().way());
        let mut lines = vec![("Contact", contact), ("Supported", SUPPORTED.to_owned())];
        lines.extend(call.session.iter().flat_map(|session| session.request_lines(call.life.behaviour().session.least)));
        lines.push(("Content-Type", "application/sdp".to_owned()));
        let body = call.proposal(pending.what(), pending.port(), self.config.srtp, &mut self.tokens);
        let (to, cseq, bytes) = call.dialog.request("INVITE", &branch, &lines, body);
        call.change = Some(pending.asked(&branch));
        let machine = InviteClient::started(at, to.wire.timers(), bytes.clone());
        self.reinvites.insert(branch, Asked { machine, to, call: id, cseq, is_settled: false, ack: None });
        self.send(to, bytes);
    }

    /// A response to an INVITE of ours; what belongs to none is dropped.
    pub(super) fn reinvite_answered(&mut self, at: Instant, response: &Response) {
        let branch = response.head.via.branch.clone();
        let Some(asked) = self.reinvites.get_mut(&branch) else { return };
        let (to, id, cseq) = (asked.to, asked.call, asked.cseq);
        if let Some((ack, _)) = &asked.ack {
            let ack = ack.clone();
            return if (200..300).contains(&response.status) {
                self.send(to, ack)
            };
        }
        let failed = response.status >= 300;
        let is_first = !asked.is_settled;
        let ack = if failed { dialog::ack_to_failure(asked.machine.bytes(), &response.head.to.raw) } else { Vec::new() };
        if asked.machine.response(at, response.status, ack) == Act::Send {
            let bytes = asked.machine.bytes().to_vec();
            self.send(to, bytes);
        }
        match response.status {
            200..300 => self.change_accepted(at, &branch, id, cseq, response),
            300.. if is_first => self.change_refused(at, id, &branch, response),
            _ => {}
        }
    }

    fn change_accepted(&mut self, at: Instant, branch: &str, id: CallId, cseq: u32, response: &Response) {
        let own_branch = self.tokens.branch();
        // A call that has ended meanwhile still owes its ACK.
        let Some(call) = self.calls.get_mut(&id).or(self.past.get_mut(&id)) else { return };
        let (to, ack) = call.dialog.ack(&own_branch, cseq);
        if let Some(asked) = self.reinvites.get_mut(branch) {
            asked.ack = Some((ack.clone(), at + to.wire.timers().patience()));
            asked.to = to;
        }
        self.send(to, ack);
        let Some(call) = self.calls.get_mut(&id) else { return };
        let Some(pending) = call.change.take_if(|pending| pending.is_asked_by(branch)) else { return };
        self.look_at_description(at, id, &response.head.body, true);
        let Some(call) = self.calls.get_mut(&id) else { return };
        if !call.take_answer(&response.head.body) {
            // RFC 3264 knows no such answer: there is nothing left to talk over.
            return self.end_from_here(at, id);
        }
        call.media.expect_voice(at);
        match pending.what() {
            Some(Change::Hold) => call.media.hold(at, true),
            Some(Change::Resume) => call.media.hold(at, false),
            Some(Change::Move | Change::Unseal) | None => {}
        }
        call.move_to(at, pending.port());
        if let Some(change) = pending.what() {
            self.tell(at, CallEvent::Changed { call: id, change, outcome: Outcome::Agreed });
        }
        self.tell_agreed_security(at, id);
        self.refreshed_by_us(at, id, response);
    }

    fn change_refused(&mut self, at: Instant, id: CallId, branch: &str, response: &Response) {
        let random = self.tokens.number();
        let Some(asked) = self.reinvites.get_mut(branch) else { return };
        asked.is_settled = true;
        let Some(call) = self.calls.get_mut(&id) else { return };
        let Some(mut pending) = call.change.take_if(|pending| pending.is_asked_by(branch)) else { return };
        let status = response.status;
        if status == 491 && pending.met_another(at, random) {
            call.change = Some(pending);
            return;
        }
        match pending.what() {
            Some(change) => self.tell(at, CallEvent::Changed { call: id, change, outcome: Outcome::Refused(status) }),
            None => self.refresh_refused(at, id, response),
        }
        // RFC 3261, 12.2.1.2: the post knows no such call.
        if matches!(status, 408 | 481) {
            self.end_in_silence(at, id);
        }
    }

    /// The next try of a change that met another one, once nothing else is under way.
    pub(super) fn wake_change(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        if call.dialog.awaits_ack() {
            call.change.iter_mut().for_each(|change| change.put_off(at));
        } else if let Some(pending) = call.change.take() {
            self.invite_again(at, id, pending);
        }
    }

    /// What is due of our INVITEs.
    pub(super) fn wake_reinvites(&mut self, at: Instant) {
        let (mut due, mut unanswered) = (Vec::new(), Vec::new());
        for asked in self.reinvites.values_mut().filter(|asked| asked.ack.is_none()) {
            match asked.machine.wake(at) {
                Act::Send => due.push((asked.to, asked.machine.bytes().to_vec())),
                Act::TimedOut => unanswered.push(asked.call),
                Act::Nothing => {}
            }
        }
        self.reinvites.retain(|_, asked| !asked.is_over(at));
        for (to, bytes) in due {
            self.send(to, bytes);
        }
        for id in unanswered {
            self.tell_unanswered(at, id, "INVITE");
            let change = self.calls.get_mut(&id).and_then(|call| call.change.take()).and_then(|pending| pending.what());
            if let Some(change) = change {
                self.tell(at, CallEvent::Changed { call: id, change, outcome: Outcome::Unanswered });
            }
            self.end_in_silence(at, id);
        }
    }
}
