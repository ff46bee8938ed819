//! One call of the post: from INVITE to BYE (RFC 3261, sections 13 to 15).
//!
//! Must not know audio: it only says which session is open. Timers of retransmission are the transactions' business.

mod misdeeds;
mod offers;
mod redirects;

use super::account::{Event, Stack};
use super::dialog::Dialog;
use super::flaw::Flaw;
use super::lapse::Lapse;
use super::message::Message;
use super::oversight::Oversight;
use super::sdp::{Description, Local, Session};
use super::serial::{Ending, Report};
use super::transaction::{Client, LINGER, Owner};
use crate::clock::Instant;
use std::net::SocketAddr;
use std::time::Duration;

/// An INVITE that nothing answers, and a call that rings without a link, is given up after this (PROTOCOL.md: `lost`).
pub const PATIENCE: Duration = Duration::from_secs(4);
/// It may ring so long.
const RINGING_LIMIT: Duration = Duration::from_secs(120);
/// And so long if there is somebody else to call.
pub const HUNTING_LIMIT: Duration = Duration::from_secs(12);
/// Where there is another server, one that says nothing for so long is given up.
pub const FAILOVER: Duration = Duration::from_secs(2);

/// What else can be tried instead of giving the call up, by what became of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Otherwise {
    /// Busy or refused: the second operator.
    pub refused: bool,
    /// Nobody answered, for so long: the second operator.
    pub unanswered: Option<Duration>,
    /// No answer from the server, in so long: the other one.
    pub lost: Option<Duration>,
    /// There is nobody beyond this operator.
    pub is_last: bool,
}

impl Otherwise {
    fn fits(self, ending: Ending) -> bool {
        match ending {
            Ending::Busy | Ending::Refused => self.refused,
            Ending::NoAnswer => self.unanswered.is_some(),
            Ending::Lost => self.lost.is_some(),
            Ending::Local | Ending::Remote => false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Inviting,
    Confirmed,
    /// Given up for want of an answer; one that comes late after all must be acknowledged and sent home.
    Abandoned,
    Over,
}

pub struct Call {
    pub number: u32,
    pub dialog: Dialog,
    phase: Phase,
    /// The firmware believes it over (or never knew of it); what is left is signalling.
    pub released: bool,
    /// No reports about it: the firmware did not ask for it.
    pub quiet: bool,
    cancelled: bool,
    rung: bool,
    pub sent: bool,
    otherwise: Otherwise,
    /// Something else is to be tried, for this reason.
    pub next: Option<Ending>,
    /// Count of the INVITE in force.
    invite_cseq: u32,
    /// ACK of the 200, for the 200's retransmissions.
    ack: Option<(SocketAddr, Vec<u8>)>,
    local: Local,
    session: Option<Session>,
    deadline: Option<Instant>,
    /// Offers of the far end within it.
    pub offers: u32,
    /// When it began to ring, and whether it was answered at once.
    rang: Option<Instant>,
    is_quick: bool,
    /// So often it was sent elsewhere.
    redirects: u32,
}

impl Call {
    fn new(number: u32, dialog: Dialog, phase: Phase, stack: &mut Stack) -> Self {
        let key = stack.new_key_of_call();
        let local = Local { address: stack.account.rtp, session_id: u64::from(stack.random.word()), version: 1, key };
        Call {
            number,
            dialog,
            phase,
            released: false,
            quiet: false,
            cancelled: false,
            rung: false,
            sent: false,
            otherwise: Otherwise::default(),
            next: None,
            invite_cseq: 1,
            ack: None,
            local,
            session: None,
            deadline: None,
            offers: 0,
            rang: None,
            is_quick: false,
            redirects: 0,
        }
    }
    /// Calls `user` at the server; `extra` are headers of this call.
    pub fn dial(number: u32, at: Instant, user: &str, extra: &[(&str, String)], otherwise: Otherwise, stack: &mut Stack) -> Self {
        let tag = stack.new_tag_of_call();
        let target = stack.account.at_server(user);
        let dialog = Dialog::new(stack.new_call_id_of_call(), stack.account.from(&tag), tag, format!("<{target}>"), target);
        let mut call = Call::new(number, dialog, Phase::Inviting, stack);
        call.otherwise = otherwise;
        let (mut invite, _) = call.dialog.request("INVITE", 1);
        for (name, value) in extra {
            invite.push(name, value.as_str());
        }
        call.describe(&mut invite, call.local.offer(), stack);
        stack.send(at, Owner::Invite(number), invite, stack.account.server, otherwise.lost.unwrap_or(PATIENCE));
        call
    }
    /// Answers a call from outside: only a defective module does.
    pub fn answer(
        number: u32,
        at: Instant,
        invite: &Message,
        source: SocketAddr,
        to: SocketAddr,
        stack: &mut Stack,
    ) -> Option<Self> {
        let offer = Description::parse(&invite.body)?.agreed(stack.new_key_of_call(), false)?;
        let tag = stack.random.hex();
        let mut call = Call::new(number, Dialog::accept(invite, tag), Phase::Confirmed, stack);
        call.quiet = true;
        call.session = Some(offer.session);
        let mut response = stack.respond(invite, 200, "OK", source);
        response.set("To", call.dialog.local.clone());
        call.describe(&mut response, call.local.answer(&offer), stack);
        stack.servers.answer(at, invite, &response, to, &mut stack.out);
        stack.events.push(Event::Began(call.dialog.call_id.clone()));
        stack.events.push(Event::Open(offer.session));
        Some(call)
    }
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }
    pub fn is_confirmed(&self) -> bool {
        self.phase == Phase::Confirmed
    }
    /// Could a 2xx that no transaction waits for be meant for this call?
    pub fn may_be_answered(&self) -> bool {
        matches!(self.phase, Phase::Confirmed | Phase::Abandoned)
    }
    pub fn next_wake(&self) -> Option<Instant> {
        self.deadline
    }

    /// `+SENT`, once the INVITE really got past the link.
    pub fn note_sent(&mut self, stack: &mut Stack) {
        if !self.sent && stack.clients.get(Owner::Invite(self.number)).is_some_and(|client| client.left) {
            self.sent = true;
            if !self.released {
                stack.events.push(Event::InviteLeft);
                self.report(Report::Sent, stack);
            }
        }
    }
    pub fn invite_answered(&mut self, at: Instant, client: &Client, response: &Message, stack: &mut Stack) {
        match response.code() {
            100..200 => self.progress(at, response, stack),
            200..300 => self.accepted(at, response, stack),
            _ => self.declined(at, client, response, stack),
        }
    }
    fn progress(&mut self, at: Instant, response: &Message, stack: &mut Stack) {
        if self.deadline.is_none() {
            let limit = self.ringing_limit(stack);
            self.deadline = Some(at + self.otherwise.unanswered.unwrap_or(limit));
        }
        if stack.early_media
            && !self.released
            && let Some(early) = self.answered_with(&response.body, stack)
        {
            let sending = early.session.sending && stack.faults.overlooks(Oversight::MicOpenEarly);
            stack.events.push(Event::Early(Session { sending, ..early.session }));
        }
        self.is_mistaken_for_answer(response, stack);
        self.rang = self.rang.or((response.code() == 180).then_some(at));
        if response.code() == 180 && !self.rung && !self.released {
            self.rung = true;
            self.report(Report::Ring, stack);
        }
        if self.released {
            self.cancel(at, stack);
        }
    }
    fn accepted(&mut self, at: Instant, response: &Message, stack: &mut Stack) {
        if self.overlooks_answer(at, stack) {
            return;
        }
        self.deadline = None;
        self.dialog.establish(response);
        self.phase = Phase::Confirmed;
        self.acknowledge(stack);
        let description = self.answered_with(&response.body, stack);
        match description {
            Some(description) if !self.released => {
                self.session = Some(description.session);
                self.report(Report::Connected, stack);
                stack.events.push(Event::Open(description.session));
            }
            _ => {
                self.release(Ending::Refused, stack);
                self.bye(at, stack);
            }
        }
    }
    fn declined(&mut self, at: Instant, client: &Client, response: &Message, stack: &mut Stack) {
        if !self.released
            && let Some(count) = stack.answer_challenge(at, client, response, PATIENCE)
        {
            self.invite_cseq = count;
            self.dialog.local_cseq = count;
            return;
        }
        if !self.released && self.is_redirected(at, client, response, stack) {
            return;
        }
        self.phase = Phase::Over;
        let ending = match response.code() {
            486 | 600 if self.otherwise.lost.is_some() && stack.faults.lapses(Lapse::BusyIsDead) => Ending::Lost,
            486 | 600 => Ending::Busy,
            408 | 480 => Ending::NoAnswer,
            // A server that cannot serve is as good as none (RFC 3261, 21.5.4; RFC 3263, 4.3).
            503 if self.otherwise.lost.is_some() => Ending::Lost,
            _ => Ending::Refused,
        };
        self.otherwise.refused &= ending == Ending::Busy || !stack.faults.is_flawed(Flaw::OnlyBusyEscalates);
        self.release(ending, stack);
    }
    /// Nothing answered the INVITE, or its CANCEL.
    pub fn invite_unanswered(&mut self, at: Instant, stack: &mut Stack) {
        self.phase = Phase::Abandoned;
        self.deadline = Some(at + LINGER);
        self.release(Ending::Lost, stack);
    }
    /// A 2xx that no transaction waits for: the ACK was lost, or another fork answered too (13.2.2.4).
    pub fn stray_success(&mut self, at: Instant, response: &Message, stack: &mut Stack) {
        let Some((count, "INVITE")) = response.cseq() else { return };
        if self.phase == Phase::Abandoned {
            self.accepted(at, response, stack);
            return;
        }
        if response.tag("To") == self.dialog.remote_tag.as_deref() {
            if count == self.invite_cseq
                && let Some((to, bytes)) = &self.ack
            {
                stack.out.send(*to, bytes);
            }
            return;
        }
        let mut fork = self.dialog.clone();
        fork.establish(response);
        let (mut ack, hop) = fork.request("ACK", count);
        stack.stamp(&mut ack);
        let to = hop.unwrap_or(stack.account.server);
        stack.out.send(to, &ack.to_bytes());
        let (bye, _) = fork.request("BYE", count.wrapping_add(1));
        stack.send(at, Owner::Bye, bye, to, LINGER);
    }
    fn acknowledge(&mut self, stack: &mut Stack) {
        if stack.faults.acks_first_only && self.number > 1 || self.is_quick {
            return;
        }
        let (mut ack, hop) = self.dialog.request("ACK", self.invite_cseq + stack.miscount());
        stack.stamp(&mut ack);
        let to = hop.unwrap_or(stack.account.server);
        let bytes = ack.to_bytes();
        stack.out.send(to, &bytes);
        self.ack = Some((to, bytes));
    }

    /// Ends the call from this side, whatever its phase.
    pub fn end(&mut self, at: Instant, ending: Ending, stack: &mut Stack) {
        self.release(ending, stack);
        match self.phase {
            Phase::Confirmed => self.bye(at, stack),
            Phase::Inviting => self.cancel(at, stack),
            Phase::Abandoned | Phase::Over => {}
        }
    }
    /// No link for too long, and nobody has answered: what the far end does with it meanwhile cannot be known. There is
    /// no other way either.
    pub fn cut_off(&mut self, at: Instant, stack: &mut Stack) {
        self.otherwise = Otherwise::default();
        self.end(at, Ending::Lost, stack);
    }
    /// Forgets the call without a word to the far end: only a defective module does.
    pub fn drop_silently(&mut self, stack: &mut Stack) {
        stack.clients.forget(Owner::Invite(self.number));
        self.phase = Phase::Over;
        self.release(Ending::Lost, stack);
    }
    fn bye(&mut self, at: Instant, stack: &mut Stack) {
        self.phase = Phase::Over;
        self.dialog.local_cseq += 1;
        let (bye, hop) = self.dialog.request("BYE", self.dialog.local_cseq);
        stack.send(at, Owner::Bye, bye, hop.unwrap_or(stack.account.server), LINGER);
    }
    /// CANCEL may only follow a provisional answer (9.1); until then the wish waits.
    fn cancel(&mut self, at: Instant, stack: &mut Stack) {
        let owner = Owner::Invite(self.number);
        let Some(client) = stack.clients.get(owner) else {
            self.phase = Phase::Over;
            return;
        };
        if self.cancelled || stack.faults.quirks.never_cancels || !client.answered_provisionally() {
            return;
        }
        self.cancelled = true;
        self.deadline = None;
        let (mut cancel, to) = (self.cancellation(&client.request), client.to);
        stack.rebrand(&mut cancel);
        // Not `Stack::send`: a CANCEL carries the branch of what it cancels.
        stack.clients.start(at, Owner::Cancel, cancel, to, LINGER, &mut stack.out);
        stack.clients.end_within(owner, at, LINGER);
    }
    fn cancellation(&self, invite: &Message) -> Message {
        let mut cancel = Message::request("CANCEL", invite.uri());
        for name in ["Via", "Route", "Max-Forwards", "From", "To", "Call-ID"] {
            for value in invite.lines(name) {
                cancel.push(name, value);
            }
        }
        cancel.push("CSeq", format!("{} CANCEL", self.invite_cseq));
        cancel
    }
    fn release(&mut self, ending: Ending, stack: &mut Stack) {
        if !std::mem::replace(&mut self.released, true) {
            if self.phase != Phase::Confirmed && self.otherwise.fits(ending) {
                self.next = Some(ending);
                return;
            }
            self.report(Report::End(ending), stack);
            stack.events.push(Event::Close);
        }
    }
    fn report(&self, report: Report, stack: &mut Stack) {
        if !self.quiet {
            stack.report(report);
        }
    }
    /// It has rung long enough, or nothing more is to be expected of it.
    pub fn wake(&mut self, at: Instant, stack: &mut Stack) {
        if self.deadline.is_some_and(|t| t <= at) {
            self.deadline = None;
            if self.phase == Phase::Abandoned {
                self.phase = Phase::Over;
            }
            self.end(at, Ending::NoAnswer, stack);
        }
    }

    /// BYE from the far end.
    pub fn far_end_left(&mut self, stack: &mut Stack) {
        stack.clients.forget(Owner::Invite(self.number));
        self.phase = Phase::Over;
        self.release(Ending::Remote, stack);
    }
}
