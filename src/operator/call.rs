//! One call at the desk, composed of what the standards tell apart: its INVITE, its dialog, how far it has come, provisional responses, offer and
//! answer, the session's timer, a change of ours, keys, and the media itself.

mod descriptions;
mod invitation;
mod lifecycle;
mod media_path;
mod media_watchdog;
mod offer_answer;
mod pending_change;
mod provisionals;
mod srtp_session;
mod stream_watch;

use crate::clock::Instant;
use crate::instrument::operator::{CallId, Change, Invite, Irregular};
use crate::operator::timers::Timer;
use crate::rtp::report::Calendar;
use crate::sip::dialog::Dialog;
use crate::sip::sdes::Srtp;
use crate::sip::sdp::Audio;
use crate::sip::session::Session;
use crate::sip::token::Tokens;
use std::net::SocketAddr;

use descriptions::Descriptions;
pub use invitation::{Invitation, described};
pub use lifecycle::{CallState, Lifecycle};
pub use media_path::MediaPath;
pub use offer_answer::{OfferAnswer, offer_of};
pub use pending_change::PendingChange;
pub use provisionals::{Leaves, Provisional, Provisionals};
pub use srtp_session::SrtpSession;

/// What the desk knows of a call, living or past.
#[derive(Debug, Clone, PartialEq)]
pub struct CallInfo {
    pub id: CallId,
    pub state: CallState,
    pub invite: Invite,
    pub media_port: u16,
}

/// The parts are types of their own, each with a rule of its own: none can be set from outside.
#[derive(Debug)]
pub struct Call {
    id: CallId,
    invitation: Invitation,
    talk: OfferAnswer,
    pub dialog: Dialog,
    pub life: Lifecycle,
    pub provisionals: Provisionals,
    pub session: Option<Session>,
    /// What we ask of the other end, by a re-INVITE.
    pub change: Option<PendingChange>,
    pub srtp: SrtpSession,
    pub media: MediaPath,
    descriptions: Descriptions,
}

impl Call {
    /// Made by an INVITE that may ring.
    pub fn invited(id: CallId, invitation: Invitation, life: Lifecycle, session: Option<Session>, talk: OfferAnswer) -> Self {
        Call {
            id,
            dialog: Dialog::from_invite(invitation.request(), invitation.tag(), invitation.way()),
            provisionals: Provisionals::of(&invitation.request().head, life.behaviour().reliable),
            srtp: SrtpSession::new(life.behaviour().gives_up_srtp),
            invitation,
            talk,
            life,
            session,
            change: None,
            media: MediaPath::default(),
            descriptions: Descriptions::default(),
        }
    }
    pub fn id(&self) -> CallId {
        self.id
    }
    pub fn invitation(&self) -> &Invitation {
        &self.invitation
    }
    /// Offer and answer so far. They change through the call alone, so that media follows.
    pub fn talk(&self) -> &OfferAnswer {
        &self.talk
    }
    pub fn state(&self) -> CallState {
        self.life.state()
    }
    pub fn info(&self) -> CallInfo {
        let invite = self.invitation.told().clone();
        CallInfo { id: self.id, state: self.state(), invite, media_port: self.talk.address().port() }
    }
    /// Is this the other end's address, as it described itself or where its signalling comes from?
    pub fn is_from(&self, from: SocketAddr) -> bool {
        self.talk.agreed().is_some_and(|a| a.remote.ip() == from.ip()) || self.invitation.way().peer.ip() == from.ip()
    }

    /// When the first of its timers fires.
    pub fn next_wake(&self) -> Option<Instant> {
        Timer::ALL.into_iter().filter_map(|timer| self.due(timer)).min()
    }
    /// When that one fires; `None`: it is not set.
    pub fn due(&self, timer: Timer) -> Option<Instant> {
        match timer {
            Timer::Ring => self.life.ring_at(),
            Timer::Answer => self.life.answer_at().filter(|_| !self.provisionals.wants_accept()),
            Timer::PassOn => self.life.pass_on_at(),
            Timer::Provisional => self.provisionals.next_wake(),
            Timer::Session => self.session.as_ref().filter(|_| self.life.is_confirmed()).map(Session::next_wake),
            Timer::Reinvite => self.change.as_ref().and_then(PendingChange::retry_at),
            Timer::Voice => self.media.missing_at().filter(|_| self.should_be_heard()),
            Timer::GiveUp => self.life.give_up_at(),
            Timer::Acknowledgement => self.dialog.next_wake(),
        }
    }
    fn should_be_heard(&self) -> bool {
        self.life.is_confirmed() && self.talk.agreed().is_some_and(|agreed| agreed.receiving)
    }
    pub fn next_media_wake(&self) -> Option<Instant> {
        self.media.next_wake().filter(|_| self.life.may_send())
    }

    /// Begins both directions of media at `at`, if it is agreed on what.
    pub fn start_media(&mut self, at: Instant, random: [u64; 2], calendar: Calendar) {
        if let Some(agreed) = self.talk.agreed() {
            self.media.begin(at, agreed, self.srtp.is_on(), random, calendar);
        }
    }
    /// Our answer to the offer that waits, or our offer.
    pub fn describe(&mut self, srtp: Srtp, tokens: &mut Tokens) -> Option<Vec<u8>> {
        let body = self.talk.describe(&mut self.srtp, srtp, tokens);
        self.agreed();
        body
    }
    /// The same in a provisional response.
    pub fn describe_early(&mut self, reliably: bool, srtp: Srtp, tokens: &mut Tokens) -> Option<Vec<u8>> {
        let body = self.talk.describe_early(reliably, &mut self.srtp, srtp, tokens);
        self.agreed();
        body
    }
    /// The body of the 2xx, which may be none; the outer `None`: there is no answer to the offer.
    pub fn describe_finally(&mut self, srtp: Srtp, tokens: &mut Tokens) -> Option<Option<Vec<u8>>> {
        let body = self.talk.describe_finally(&mut self.srtp, srtp, tokens);
        self.agreed();
        body
    }
    /// Our answer to an offer that came within the call.
    pub fn answer(&mut self, offer: &Audio, tokens: &mut Tokens) -> Option<Vec<u8>> {
        let body = self.talk.answer(offer, &mut self.srtp, tokens);
        self.agreed();
        body
    }
    /// Takes the other end's answer to an offer of ours; false if it is none.
    pub fn take_answer(&mut self, body: &[u8]) -> bool {
        let taken = self.talk.take_answer(body, &mut self.srtp);
        self.agreed();
        taken
    }
    /// Our description as it would be after that change.
    pub fn proposal(&mut self, what: Option<Change>, port: u16, srtp: Srtp, tokens: &mut Tokens) -> Vec<u8> {
        self.talk.proposal(what, port, &mut self.srtp, srtp, tokens)
    }
    /// What is wrong with a description of the other end's, as it follows those before it and what we have offered.
    pub fn described_by_post(&mut self, body: &[u8], is_answer: bool) -> Option<Irregular> {
        self.descriptions.came(body, is_answer.then(|| self.talk.offered()))
    }
    pub fn hold_news(&mut self) -> Option<bool> {
        self.talk.hold_news()
    }
    fn agreed(&mut self) {
        if let Some(agreed) = self.talk.agreed() {
            self.media.follow(agreed);
        }
    }

    /// From now on media is received, and sent from, there.
    pub fn move_to(&mut self, at: Instant, port: u16) {
        let old = self.talk.address().port();
        if old != port {
            self.talk.move_to(port);
            self.media.move_from(at, old, port);
        }
    }
}
