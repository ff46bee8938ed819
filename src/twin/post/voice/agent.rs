//! The user agent: hands every SIP message to the registration or the call it belongs to, or turns it away.
//!
//! Must not know the serial line or audio; what it has to say to them it leaves in the stack's events.

mod connections;
mod hunting;
mod misdeeds;
mod moving;
mod omissions;
mod told;

use super::account::Stack;
use super::call::{Call, Otherwise, PATIENCE};
use super::faults::Faults;
use super::message::{Message, reply_address};
use super::registration::Registration;
use super::serial::{Ending, Report};
use super::transaction::{Client, Owner, earliest};
use crate::clock::Instant;
use std::net::SocketAddr;
use std::time::Duration;

pub struct Agent {
    pub stack: Stack,
    registration: Registration,
    calls: Vec<Call>,
    numbers: u32,
    faults: Faults,
    operator: String,
    second: Option<String>,
    /// What the firmware has asked for last, and what has been tried of it.
    dialled: Dialled,
    /// A dial held back, a planted defect: when, press, delayed.
    held: Option<(Instant, u32, bool)>,
    /// When the running call hangs up by itself, and when it offers anew: planted defects.
    limit: Option<Instant>,
    reinvite_at: Option<Instant>,
    /// A call that nobody has answered is lost then, unless the link comes back before.
    unlinked_until: Option<Instant>,
    /// When there last was a talk.
    talked_at: Option<Instant>,
    was_unlinked: bool,
    /// Who left a request unanswered.
    pub silent: Vec<SocketAddr>,
    /// Its address or its servers' come from others, and may come later than the link.
    pub is_moving: bool,
    /// As soon as they are there it registers without being told again.
    resumes: bool,
    has_link: bool,
    pub misled: misdeeds::Misled,
}

/// One press on its way to somebody who answers.
#[derive(Debug, Clone, Copy, Default)]
struct Dialled {
    press: u32,
    /// The press before.
    before: u32,
    delayed: bool,
    at_second: bool,
    failed_over: bool,
}

impl Agent {
    /// `operators`: whom to call, and whom to call otherwise.
    pub fn new(mut stack: Stack, expires: Duration, operators: (String, Option<String>), faults: Faults) -> Self {
        let registration = Registration::new(expires, &mut stack);
        let (operator, second) = operators;
        stack.faults.clone_from(&faults);
        stack.clients.1 = faults.quirks.resending;
        Agent {
            stack,
            registration,
            calls: Vec::new(),
            numbers: 0,
            faults,
            operator,
            second,
            dialled: Dialled::default(),
            held: None,
            limit: None,
            reinvite_at: None,
            unlinked_until: None,
            talked_at: None,
            was_unlinked: false,
            silent: Vec::new(),
            is_moving: false,
            resumes: false,
            has_link: false,
            misled: misdeeds::Misled::default(),
        }
    }
    fn active(&mut self) -> Option<(&mut Call, &mut Stack)> {
        self.calls.iter_mut().find(|c| !c.released).map(|call| (call, &mut self.stack))
    }

    // What the firmware asks. `false`: ERROR.

    pub fn identify(&mut self, name: String) {
        self.stack.account.user = Some(self.faults.wrong_identity.clone().unwrap_or(name));
    }
    pub fn register(&mut self, at: Instant, on: bool) -> bool {
        if self.stack.account.user.is_none() {
            return false;
        }
        if self.stack.out.link {
            self.registration.command(at, on, &self.faults, &mut self.stack);
        } else if self.is_moving {
            self.registration.note_wish(on);
            self.resumes = on && self.has_link;
        }
        true
    }
    pub fn dial(&mut self, at: Instant, press: u32, delayed: bool) -> bool {
        if self.stack.account.user.is_none() || self.active().is_some() || self.held.is_some() || self.is_occupied(at) {
            return false;
        }
        if self.faults.claims_unsent {
            self.stack.report(Report::Sent);
        } else if let Some(due) = self.waits_for_registrar(at) {
            self.held = Some((due, press, delayed));
        } else if self.faults.dial_delay + self.misled.idles > Duration::ZERO {
            self.held = Some((at + self.faults.dial_delay + self.misled.idles, press, delayed));
        } else {
            self.dial_now(at, press, delayed);
        }
        true
    }
    pub fn hang_up(&mut self, at: Instant) -> bool {
        if self.held.take().is_some() {
            self.stack.report(Report::End(Ending::Local));
            return true;
        }
        self.end_active(at, Ending::Local)
    }
    fn end_active(&mut self, at: Instant, ending: Ending) -> bool {
        let Some((call, stack)) = self.active() else { return false };
        call.end(at, ending, stack);
        self.sweep();
        true
    }
    fn dial_now(&mut self, at: Instant, press: u32, delayed: bool) {
        self.prepare(at);
        self.take_up(press, delayed);
        let (called, extra) = (self.called(), self.extra());
        self.place(at, &called, &extra);
        if self.faults.duplicate_call {
            self.numbers += 1;
            let mut ghost = Call::dial(self.numbers, at, &called, &extra, Otherwise::default(), &mut self.stack);
            (ghost.released, ghost.quiet) = (true, true);
            self.calls.push(ghost);
        }
        if let Some(second) = self.second.clone().filter(|_| self.faults.calls_both) {
            self.numbers += 1;
            let mut fork = Call::dial(self.numbers, at, &second, &extra, Otherwise::default(), &mut self.stack);
            (fork.quiet, fork.sent) = (true, true);
            self.calls.push(fork);
        }
        self.note_sent();
    }
    fn note_sent(&mut self) {
        for call in &mut self.calls {
            call.note_sent(&mut self.stack);
        }
    }
    fn sweep(&mut self) {
        self.calls.retain(|call| !call.is_over() || !call.released);
        if self.calls.iter().all(|call| call.released) {
            (self.limit, self.reinvite_at) = (None, None);
        }
    }

    // What happens to the module.

    pub fn set_link(&mut self, at: Instant, up: bool) {
        self.stack.out.link = up;
        self.unlinked_until = (!up).then(|| at + PATIENCE);
        self.was_unlinked |= !up;
        if up {
            return self.linked(at);
        }
        self.registration.link_lost(&mut self.stack);
        if self.faults.drops_on_glitch {
            if let Some((call, stack)) = self.active() {
                call.drop_silently(stack);
            }
            self.sweep();
        }
    }
    pub fn keeps_dead_connections(&self) -> bool {
        self.faults.keeps_dead_connections
    }
    /// Nothing was heard for too long.
    pub fn media_lost(&mut self, at: Instant) {
        if !self.faults.no_media_timeout {
            self.end_active(at, Ending::Lost);
        }
    }
    pub fn wake(&mut self, at: Instant) {
        for (owner, to) in self.stack.clients.wake(at, &mut self.stack.out) {
            self.silent.push(to);
            match owner {
                Owner::Registration => self.registration.failed(at, &self.faults, &mut self.stack),
                Owner::Invite(number) => {
                    if let Some(call) = self.calls.iter_mut().find(|c| c.number == number) {
                        call.invite_unanswered(at, &mut self.stack);
                    }
                }
                Owner::Bye | Owner::Cancel | Owner::Probe | Owner::Reinvite(_) => {}
            }
        }
        self.stack.servers.wake(at, &mut self.stack.out);
        if self.faults.quirks.lapses_in_talk && self.calls.iter().any(|call| call.is_confirmed() && !call.released) {
            self.registration.put_off(at);
        }
        self.registration.wake(at, &self.faults, &mut self.stack);
        self.blunder(at);
        if let Some((_, press, delayed)) = self.held.take_if(|(due, ..)| *due <= at) {
            self.dial_now(at, press, delayed);
        }
        for call in &mut self.calls {
            call.wake(at, &mut self.stack);
        }
        if self.limit.take_if(|t| *t <= at).is_some() {
            self.end_active(at, Ending::Local);
        }
        if self.unlinked_until.take_if(|t| *t <= at).is_some()
            && let Some((call, stack)) = self.active().filter(|(call, _)| !call.is_confirmed())
        {
            call.cut_off(at, stack);
        }
        if self.reinvite_at.take_if(|t| *t <= at).is_some() {
            self.reinvite_at = self.faults.reinvites_every.map(|pause| at + pause);
            if let Some((call, stack)) = self.active() {
                call.reinvite(at, stack);
            }
        }
        self.hunt(at);
        self.note_sent();
        self.sweep();
    }
    pub fn next_wake(&self) -> Option<Instant> {
        let calls = self.calls.iter().filter_map(Call::next_wake).min();
        let own = earliest(self.held.map(|(due, ..)| due), earliest(self.limit, self.reinvite_at));
        let own = earliest(earliest(own, self.unlinked_until), self.misled.circles_at);
        let transactions = earliest(self.stack.clients.next_wake(), self.stack.servers.next_wake());
        earliest(earliest(calls, own), earliest(transactions, self.registration.next_wake()))
    }

    // What comes from the network.

    pub fn datagram(&mut self, at: Instant, from: SocketAddr, bytes: &[u8]) {
        let Some(message) = Message::parse(bytes) else { return };
        if self.calls.iter().any(|call| call.is_confirmed() && !call.released) {
            self.talked_at = Some(at);
        }
        if message.method().is_some() {
            self.request(at, &message, from);
        } else {
            self.response(at, &message);
        }
        self.sweep();
    }
    fn response(&mut self, at: Instant, response: &Message) {
        let Some(client) = self.stack.clients.response(at, response, &mut self.stack.out) else {
            if response.code() / 100 == 2
                && let Some(call) = self.calls.iter_mut().find(|c| c.may_be_answered() && c.dialog.call_id == response.call_id())
            {
                call.stray_success(at, response, &mut self.stack);
            }
            return;
        };
        match client.owner {
            Owner::Registration => {
                self.registration.response(at, &client, response, &self.faults, &mut self.stack);
                self.wait_no_more(at);
            }
            Owner::Invite(number) => self.invite_response(at, number, &client, response),
            Owner::Reinvite(number) => {
                if let Some(call) = self.calls.iter_mut().find(|c| c.number == number) {
                    call.reinvite_answered(at, &client, response, &mut self.stack);
                }
            }
            Owner::Bye => {
                // Others than 401 and 407 end it too: the far end may no longer know the call (481).
                self.stack.answer_challenge(at, &client, response, super::transaction::LINGER);
            }
            Owner::Probe if response.code() / 100 == 2 => self.come_home(at),
            Owner::Cancel | Owner::Probe => {}
        }
    }
    fn invite_response(&mut self, at: Instant, number: u32, client: &Client, response: &Message) {
        if self.faults.calls_both && response.code() / 100 == 2 {
            self.choose_branch(at, number);
        }
        let Some(call) = self.calls.iter_mut().find(|c| c.number == number) else { return };
        call.invite_answered(at, client, response, &mut self.stack);
        if call.is_confirmed() && !call.released {
            self.limit = self.faults.call_limit.map(|limit| at + limit);
            self.reinvite_at = self.faults.reinvites_every.map(|pause| at + pause);
            if self.faults.cancels_answered {
                call.cancel_answered(at, client, &mut self.stack);
            }
        }
        self.hunt(at);
        self.note_sent();
    }
    fn request(&mut self, at: Instant, request: &Message, from: SocketAddr) {
        if self.stack.servers.absorb(request, &mut self.stack.out) {
            return;
        }
        let to = if self.stack.out.connected.is_some() { from } else { reply_address(request, from) };
        if request.method() == Some("ACK") {
            let keep = self.faults.reinvite_address_ignored;
            if let Some(call) = self.calls.iter_mut().find(|c| c.dialog.is_for(request)) {
                call.acknowledged(request, keep, &mut self.stack);
            }
            return;
        }
        let response = match self.calls.iter().position(|c| c.dialog.is_for(request)) {
            Some(index) => self.in_dialog(index, request, from),
            None => match self.outside(at, request, from, to) {
                Some(response) => response,
                None => return,
            },
        };
        if self.leaves_unanswered(request.method()) {
            return;
        }
        self.stack.servers.answer(at, request, &response, to, &mut self.stack.out);
    }
    fn in_dialog(&mut self, index: usize, request: &Message, from: SocketAddr) -> Message {
        let keep = self.faults.reinvite_address_ignored;
        let in_order = request.cseq().is_some_and(|(n, _)| self.calls[index].dialog.count(n));
        if !in_order {
            return self.stack.respond(request, 500, "Out of Order", from);
        }
        match request.method() {
            Some("INVITE" | "UPDATE") if self.refuses(index, request) => {
                self.stack.respond(request, 488, "Not Acceptable Here", from)
            }
            Some("INVITE" | "UPDATE") => self.calls[index].reoffered(request, from, keep, &mut self.stack),
            Some("BYE") => {
                if !self.faults.bye_ignored {
                    self.calls[index].far_end_left(&mut self.stack);
                }
                self.stack.respond(request, 200, "OK", from)
            }
            Some("INFO" | "OPTIONS" | "NOTIFY") => self.stack.respond(request, 200, "OK", from),
            _ => self.stack.respond(request, 405, "Method Not Allowed", from),
        }
    }
    /// A request that belongs to no call of ours. `None`: a defective module has answered it already.
    fn outside(&mut self, at: Instant, request: &Message, from: SocketAddr, to: SocketAddr) -> Option<Message> {
        let busy = self.calls.iter().any(|c| !c.released);
        let (code, reason) = match request.method() {
            Some(method) if self.is_taken_in(at, method, request) => (200, "OK"),
            Some("REFER") if self.obeys_refer(at, request) => (202, "Accepted"),
            Some("OPTIONS" | "NOTIFY") => (200, "OK"),
            Some("INVITE") if request.tag("To").is_some() => (481, "Call Does Not Exist"),
            Some("INVITE") if busy => {
                if self.faults.stranger_ends_talk {
                    self.leave(at);
                }
                (486, "Busy Here")
            }
            Some("INVITE") => {
                if self.trusts_anybody(at)
                    && let Some(call) = Call::answer(self.numbers + 1, at, request, from, to, &mut self.stack)
                {
                    self.numbers += 1;
                    self.calls.push(call);
                    return None;
                }
                self.is_kept_busy(at);
                self.turned_away()
            }
            Some("CANCEL") if self.stack.servers.knows_invite(request) => (200, "OK"),
            Some("BYE" | "CANCEL" | "UPDATE" | "INFO") => (481, "Call Does Not Exist"),
            _ => (405, "Method Not Allowed"),
        };
        let mut response = self.stack.respond(request, code, reason, from);
        if request.method() == Some("OPTIONS") {
            response.push("Accept", "application/sdp");
        }
        Some(response)
    }
}
