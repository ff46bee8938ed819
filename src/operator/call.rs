//! One call at the desk: how far it has come, its dialog, what media was agreed, and the media itself.
//!
//! Must not know other calls, ports or events.

use super::media_watchdog::Watch;
use super::provisional::Provisional;
use super::reinvite::Pending;
use super::srtp_session::Safety;
use super::{CallInfo, LONGEST_RING};
use crate::clock::Instant;
use crate::instrument::operator::{Answering, Behaviour, CallId, EndedBy, Invite};
use crate::rtp::axis::Axis;
use crate::rtp::codec::Codec;
use crate::rtp::digits::Digits;
use crate::rtp::playout::Playout;
use crate::rtp::report::{Calendar, Reporting};
use crate::rtp::sender::Sender;
use crate::rtp::stats::{Meter, Stats};
use crate::rtp::voice::Ear;
use crate::sip::dialog::Dialog;
use crate::sip::message::Request;
use crate::sip::reliable::Reliable;
use crate::sip::route::Route;
use crate::sip::sdp::{Audio, Format, Local, SdpError};
use crate::sip::session::Session;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallState {
    /// INVITE received, not yet ringing.
    Arrived,
    Ringing,
    /// 200 sent, ACK awaited.
    Answered,
    Confirmed,
    Ended(EndedBy),
}

impl fmt::Display for CallState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CallState::Arrived => "not yet ringing",
            CallState::Ringing => "ringing",
            CallState::Answered => "answered and waits for its ACK",
            CallState::Confirmed => "up",
            CallState::Ended(_) => "over",
        })
    }
}

/// A secure stream begins in the lower half of the sequence numbers: if its first packets are lost, the other end still counts its rollovers right
/// (RFC 4568, 6.4).
const UPPER_HALF: u64 = 1 << 47;

/// What both ends agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Agreed {
    pub codec: Codec,
    pub payload_type: u8,
    /// Payload type of named events, if they were agreed.
    pub events: Option<u8>,
    pub remote: SocketAddr,
    /// Where RTCP goes; the same address if both share a port.
    pub rtcp: SocketAddr,
    /// Whether we may send.
    pub sending: bool,
    /// Whether the other end means to send.
    pub receiving: bool,
    /// As the other end's description has it, for an offer of ours that keeps it.
    pub format: Format,
}

/// The formats we can speak, as a description names them.
fn names(codecs: &[Codec]) -> Vec<(&'static str, u32)> {
    codecs.iter().map(|c| (c.name(), c.clock_rate())).collect()
}

pub(super) fn formats(codecs: &[Codec]) -> Vec<Format> {
    let spoken = codecs.iter().map(|c| Format::new(c.payload(), c.name(), c.clock_rate()));
    spoken.chain(std::iter::once(Format::events(8000))).collect()
}

impl Agreed {
    /// What follows from the other end's description.
    pub fn with(audio: &Audio, codecs: &[Codec]) -> Result<(Self, Format), SdpError> {
        let format = audio.choose(&names(codecs))?;
        let codec = Codec::named(&format.name).ok_or(SdpError::NoCodec)?;
        let sending = audio.direction.mirrored().sends() && audio.can_be_sent_to();
        let events = audio.events(format.rate).map(|f| f.payload);
        let (remote, rtcp, receiving) = (audio.remote, audio.rtcp, audio.direction.sends());
        let agreed =
            Agreed { codec, payload_type: format.payload, events, remote, rtcp, sending, receiving, format: format.clone() };
        Ok((agreed, format))
    }
}

/// Running media: both directions on one axis.
#[derive(Debug)]
pub(super) struct MediaState {
    pub axis: Axis,
    pub ear: Ear,
    pub playout: Playout,
    pub sender: Sender,
    /// How far to trust the moments from which on the other end's streams are heard (k = 2): of the least certain of them.
    pub anchored_within: Duration,
    pub reporting: Reporting,
}

#[derive(Debug)]
pub(super) struct Call {
    pub id: CallId,
    pub invite: Invite,
    /// The INVITE under way, its transaction and where it came from: needed to answer it.
    pub request: Request,
    pub transaction: String,
    pub way: Route,
    pub tag: String,
    pub dialog: Dialog,
    pub state: CallState,
    pub ring_at: Instant,
    /// As it was when the call came.
    pub behaviour: Behaviour,
    /// When the telephone that rings now began to.
    pub rang_at: Option<Instant>,
    /// Provisional responses that must arrive, and those that wait for the PRACK of one.
    pub reliable: Option<Reliable>,
    pub held_back: Vec<Provisional>,
    /// To be answered once no PRACK is waited for.
    pub accept_wanted: bool,
    /// 183 was or will be sent.
    pub is_announced: bool,
    /// Our description, once a provisional response has carried it; and whether one of those was reliable.
    pub description: Option<Vec<u8>>,
    pub is_described: bool,
    pub session: Option<Session>,
    /// What we ask of the other end, by a re-INVITE.
    pub change: Option<Pending>,
    pub watch: Watch,
    pub told_held: bool,
    /// Ports of ours that a change gave up, with the moment from which media there is stray; and the one it took.
    pub old_ports: Vec<(u16, Instant)>,
    pub new_port: Option<u16>,
    /// The operator hung up before the ACK came.
    pub bye_wanted: bool,
    pub local: Local,
    /// The other end's offer, not yet answered.
    pub offer: Option<Audio>,
    pub codecs: Vec<Codec>,
    /// Our offer went out; the ACK must bring the answer.
    pub answer_expected: bool,
    pub agreed: Option<Agreed>,
    pub safety: Safety,
    pub meter: Meter,
    pub digits: Digits,
    pub media: Option<MediaState>,
    /// From when on no more media may come; `None` while it may.
    pub quiet_from: Option<Instant>,
}

impl Call {
    pub fn state(&self) -> CallState {
        self.state
    }
    pub fn info(&self) -> CallInfo {
        CallInfo { id: self.id, state: self.state, invite: self.invite.clone(), media_port: self.local.address.port() }
    }
    pub fn stats(&self) -> Stats {
        self.meter.stats()
    }
    pub fn is_up(&self) -> bool {
        matches!(self.state, CallState::Answered | CallState::Confirmed)
    }

    /// When a call that rings by itself is answered.
    pub fn answer_at(&self) -> Option<Instant> {
        match (self.state, self.behaviour.answering, self.rang_at) {
            (CallState::Ringing, Answering::After(time), Some(rang)) if !self.accept_wanted => Some(rang + time),
            _ => None,
        }
    }
    /// When a call that the first operator does not answer rings at the second.
    pub fn pass_on_at(&self) -> Option<Instant> {
        let after = self.behaviour.second.and_then(|second| second.after);
        (self.state == CallState::Ringing).then(|| self.rang_at.zip(after).map(|(rang, after)| rang + after)).flatten()
    }
    /// When a ringing call is given up.
    pub fn give_up_at(&self) -> Option<Instant> {
        (self.state == CallState::Ringing).then(|| self.rang_at.map(|rang| rang + LONGEST_RING)).flatten()
    }
    pub fn next_wake(&self) -> Option<Instant> {
        let ring = (self.state == CallState::Arrived).then_some(self.ring_at);
        let reliable = self.reliable.as_ref().and_then(Reliable::next_wake);
        let session = self.session.as_ref().filter(|_| self.state == CallState::Confirmed).map(Session::next_wake);
        let change = self.change.as_ref().and_then(|change| change.retry_at);
        let ringing = [ring, self.answer_at(), self.pass_on_at(), self.give_up_at(), reliable];
        let up = [self.dialog.next_wake(), session, change, self.missing_at()];
        ringing.into_iter().chain(up).flatten().min()
    }
    pub fn next_media_wake(&self) -> Option<Instant> {
        let media = self.media.as_ref().filter(|_| self.may_send())?;
        Some(media.sender.next_wake().min(media.reporting.next_wake()))
    }
    /// Media leaves: the call is up, or it rings and its media has been opened early.
    pub fn may_send(&self) -> bool {
        self.is_up() || self.state == CallState::Ringing
    }

    /// Is this the other end's address, as it described itself or where its signalling comes from?
    pub fn is_from(&self, from: SocketAddr) -> bool {
        self.agreed.as_ref().is_some_and(|a| a.remote.ip() == from.ip()) || self.way.peer.ip() == from.ip()
    }

    /// Begins both directions of media at `at`, the origin of the call's axis.
    pub fn start_media(&mut self, at: Instant, random: [u64; 2], calendar: Calendar) {
        let Some(agreed) = &self.agreed else { return };
        if self.media.is_none() {
            let axis = Axis::starting(at);
            let random = if self.safety.is_on() { [random[0], random[1] & !UPPER_HALF] } else { random };
            let sender = Sender::on(axis, agreed.codec, agreed.payload_type, random);
            // The low bits of the sequence number's draw are the timestamp's; these have no other use.
            let reporting = Reporting::started(at, calendar, sender.ssrc(), agreed.codec.clock_rate(), random[0].rotate_left(32));
            let (ear, playout, anchored_within) = (Ear::default(), Playout::on(axis), Duration::ZERO);
            self.media = Some(MediaState { axis, ear, playout, sender, anchored_within, reporting });
        }
    }
    /// Takes the other end's answer to an offer of ours; false if it is none.
    pub fn take_answer(&mut self, body: &[u8]) -> bool {
        let Ok(audio) = Audio::parse_under(body, self.safety.expected()) else { return false };
        let Ok((agreed, _)) = Agreed::with(&audio, &self.codecs) else { return false };
        if !self.safety.answered(audio.crypto.as_ref()) {
            return false;
        }
        self.agree(agreed);
        true
    }
    /// Puts a new agreement into force.
    pub fn agree(&mut self, agreed: Agreed) {
        if let Some(media) = &mut self.media {
            media.sender.use_codec(agreed.codec, agreed.payload_type);
            media.reporting.use_clock(agreed.codec.clock_rate());
        }
        self.agreed = Some(agreed);
    }
}
