//! One call at the desk, composed of what the standards tell apart: its INVITE, its dialog, how far it has come,
//! provisional responses, offer and answer, the session's timer, a change of ours, keys, and the media itself. What
//! becomes of it stands with the phase it is in: establishing, modifying, refreshing, streaming, terminating.
//!
//! Must not know other calls, nor who else is at the desk.

mod descriptions;
mod establishing;
mod invitation;
mod lifecycle;
mod media_path;
mod media_watchdog;
mod modifying;
mod offer_answer;
mod pending_change;
mod provisionals;
mod refreshing;
mod source;
mod srtp_session;
mod stream_watch;
mod streaming;
mod terminating;
mod waking;

use super::context::Context;
use crate::clock::Instant;
use crate::instrument::operator::security::MediaSecurity;
use crate::instrument::operator::{CallEvent, CallId, Change, Invite, Irregular};
use crate::sip::dialog::{Dialog, DialogId};
use crate::sip::message::Request;
use crate::sip::route::{Route, Wire};
use crate::sip::sdp::Audio;
use crate::sip::session::Session;
use std::net::SocketAddr;

use descriptions::Descriptions;
pub use invitation::{Invitation, described};
pub use lifecycle::{CallState, Lifecycle};
pub use media_path::MediaPath;
pub use offer_answer::{OfferAnswer, offer_of};
use pending_change::PendingChange;
use provisionals::{Leaves, Provisional, Provisionals};
use srtp_session::SrtpSession;

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
    dialog: Dialog,
    life: Lifecycle,
    provisionals: Provisionals,
    session: Option<Session>,
    /// What we ask of the other end, by a re-INVITE.
    change: Option<PendingChange>,
    srtp: SrtpSession,
    media: MediaPath,
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
    /// What is told of its INVITE.
    pub fn info(&self) -> CallInfo {
        let invite = self.invitation.told().clone();
        CallInfo { id: self.id, state: self.state(), invite, media_port: self.talk.address().port() }
    }
    pub fn state(&self) -> CallState {
        self.life.state()
    }
    pub fn is_over(&self) -> bool {
        self.life.is_over()
    }
    pub fn is_confirmed(&self) -> bool {
        self.life.is_confirmed()
    }
    pub fn dialog(&self) -> &DialogId {
        &self.dialog.id
    }
    /// Whose it is.
    pub fn user(&self) -> &str {
        &self.invitation.told().from
    }
    /// Whether a request that came this way may be its other end's by that alone: from where the INVITE came, or where
    /// the other end says that it is. A call over TLS obeys nothing that came in plain.
    pub fn is_on(&self, way: Route) -> bool {
        let began = self.invitation.way();
        let mut homes = std::iter::once(began.peer).chain(self.dialog.named_sockets());
        self.is_sealed_enough(way) && homes.any(|home| home.ip().to_canonical() == way.peer.ip().to_canonical())
    }
    pub fn is_sealed_enough(&self, way: Route) -> bool {
        self.invitation.wire() != Wire::Tls || way.wire == Wire::Tls
    }
    /// The way its INVITE came.
    pub fn began_on(&self) -> Route {
        self.invitation.way()
    }
    /// Whether that is the transaction of its INVITE.
    pub fn is_invited_by(&self, transaction: &str) -> bool {
        self.invitation.transaction() == transaction
    }
    /// Whether a request that came another way is the one that made it (RFC 3261, 8.2.2.2).
    pub fn is_asked_for_by(&self, request: &Request) -> bool {
        let (one, other) = (&self.invitation.request().head, &request.head);
        (&one.call_id, &one.from.tag, one.cseq) == (&other.call_id, &other.from.tag, other.cseq)
    }
    /// Is this the other end's address, as it described itself or where its signalling comes from?
    pub fn is_from(&self, from: SocketAddr) -> bool {
        self.talk.agreed().is_some_and(|a| a.remote.ip() == from.ip()) || self.invitation.way().peer.ip() == from.ip()
    }
    /// Offer and answer so far. They change through the call alone, so that media follows.
    pub fn talk(&self) -> &OfferAnswer {
        &self.talk
    }
    /// What comes and leaves as sound. It changes through the call alone.
    pub fn media(&self) -> &MediaPath {
        &self.media
    }
    pub fn media_security(&self) -> MediaSecurity {
        self.srtp.account()
    }
    /// Its sound is encrypted and authenticated (RFC 3711).
    pub fn is_secure(&self) -> bool {
        self.srtp.is_on()
    }
    /// The ports of ours that it uses, or will.
    pub fn ports(&self) -> impl Iterator<Item = u16> {
        std::iter::once(self.talk.address().port()).chain(self.change.as_ref().map(PendingChange::port))
    }
    /// Queues samples into the outgoing stream; the frame at which the first of them is spoken.
    pub fn speak(&mut self, at: Instant, samples: &[f32]) -> Option<u64> {
        self.media.speak(at, samples)
    }

    /// Begins both directions of media at `at`, if it is agreed on what.
    fn start_media(&mut self, at: Instant, random: [u64; 2], cx: &Context) {
        if let Some(agreed) = self.talk.agreed() {
            self.media.begin(at, agreed, self.srtp.is_on(), random, cx.config().calendar);
        }
    }
    /// Our answer to the offer that waits, or our offer.
    fn describe(&mut self, cx: &mut Context) -> Option<Vec<u8>> {
        let body = self.talk.describe(&mut self.srtp, cx.config().srtp, cx.tokens());
        self.agreed();
        body
    }
    /// The same in a provisional response.
    fn describe_early(&mut self, reliably: bool, cx: &mut Context) -> Option<Vec<u8>> {
        let body = self.talk.describe_early(reliably, &mut self.srtp, cx.config().srtp, cx.tokens());
        self.agreed();
        body
    }
    /// The body of the 2xx, which may be none; the outer `None`: there is no answer to the offer.
    fn describe_finally(&mut self, cx: &mut Context) -> Option<Option<Vec<u8>>> {
        let body = self.talk.describe_finally(&mut self.srtp, cx.config().srtp, cx.tokens());
        self.agreed();
        body
    }
    /// Our answer to an offer that came within the call.
    fn answer(&mut self, offer: &Audio, cx: &mut Context) -> Option<Vec<u8>> {
        let body = self.talk.answer(offer, &mut self.srtp, cx.tokens());
        self.agreed();
        body
    }
    /// Takes the other end's answer to an offer of ours; false if it is none.
    fn take_answer(&mut self, body: &[u8]) -> bool {
        let taken = self.talk.take_answer(body, &mut self.srtp);
        self.agreed();
        taken
    }
    /// Our description as it would be after that change.
    fn proposal(&mut self, what: Option<Change>, port: u16, cx: &mut Context) -> Vec<u8> {
        self.talk.proposal(what, port, &mut self.srtp, cx.config().srtp, cx.tokens())
    }
    fn agreed(&mut self) {
        if let Some(agreed) = self.talk.agreed() {
            self.media.follow(agreed);
        }
    }
    /// From now on media is received, and sent from, there.
    fn move_to(&mut self, at: Instant, port: u16) {
        let old = self.talk.address().port();
        if old != port {
            self.talk.move_to(port);
            self.media.move_from(at, old, port);
        }
    }

    /// The lines about the session in a 2xx of ours.
    fn session_lines(&self) -> Vec<(&'static str, String)> {
        self.session.map(|session| session.answer_lines()).unwrap_or_default()
    }

    fn tell_irregular(&self, at: Instant, what: Irregular, cx: &mut Context) {
        cx.tell_irregular(at, self.invitation.way(), Some(self.id), what);
    }
    fn tell_out_of_order(&self, at: Instant, way: Route, request: &Request, cx: &mut Context) {
        let method = request.method.to_string();
        cx.tell_irregular(at, way, Some(self.id), Irregular::OutOfOrder { method });
    }
    /// Tells what an agreement has changed.
    fn tell_agreed_security(&mut self, at: Instant, cx: &mut Context) {
        if let Some(what) = self.srtp.news(self.invitation.wire()) {
            cx.tell(at, CallEvent::Security { call: self.id, what });
        }
    }
    /// What is wrong with a description of the post's, an offer or the answer to ours, as it follows those before it
    /// and what we have offered.
    pub fn look_at_description(&mut self, at: Instant, body: &[u8], is_answer: bool, cx: &mut Context) {
        if let Some(what) = self.descriptions.came(body, is_answer.then(|| self.talk.offered())) {
            self.tell_irregular(at, what, cx);
        }
    }
}
