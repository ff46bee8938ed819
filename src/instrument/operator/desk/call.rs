//! One call at the desk: how far it has come, its dialog, what media was agreed, and the media itself.
//!
//! Must not know other calls, ports or events.

use super::secure::Safety;
use super::{CallInfo, LONGEST_RING};
use crate::clock::Instant;
use crate::instrument::operator::{Answering, CallId, EndedBy, Invite};
use crate::rtp::axis::Axis;
use crate::rtp::codec::Codec;
use crate::rtp::digits::Digits;
use crate::rtp::playout::Playout;
use crate::rtp::sender::Sender;
use crate::rtp::stats::{Meter, Stats};
use crate::rtp::voice::Ear;
use crate::sip::dialog::Dialog;
use crate::sip::message::Request;
use crate::sip::sdp::{Audio, Format, Local, SdpError};
use crate::sip::way::Way;
use std::fmt;
use std::net::SocketAddr;

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// INVITE received, not yet ringing.
    Arrived,
    Ringing,
    /// 200 sent, ACK awaited.
    Answered,
    Confirmed,
    Ended(EndedBy),
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Arrived => "not yet ringing",
            Stage::Ringing => "ringing",
            Stage::Answered => "answered and waits for its ACK",
            Stage::Confirmed => "up",
            Stage::Ended(_) => "over",
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
    /// Whether we may send.
    pub aloud: bool,
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
        let aloud = audio.direction.mirrored().sends() && audio.can_be_sent_to();
        let events = audio.events(format.rate).map(|f| f.payload);
        Ok((Agreed { codec, payload_type: format.payload, events, remote: audio.remote, aloud }, format))
    }
}

/// Running media: both directions on one axis.
#[derive(Debug)]
pub(super) struct MediaState {
    pub axis: Axis,
    pub ear: Ear,
    pub playout: Playout,
    pub sender: Sender,
}

#[derive(Debug)]
pub(super) struct Call {
    pub id: CallId,
    pub invite: Invite,
    /// The INVITE under way, its transaction and where it came from: needed to answer it.
    pub request: Request,
    pub transaction: String,
    pub way: Way,
    pub tag: String,
    pub dialog: Dialog,
    pub stage: Stage,
    pub ring_at: Instant,
    pub answering: Answering,
    pub rang_at: Option<Instant>,
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
    pub fn stage(&self) -> Stage {
        self.stage
    }
    pub fn info(&self) -> CallInfo {
        CallInfo { id: self.id, stage: self.stage, invite: self.invite.clone(), media_port: self.local.address.port() }
    }
    pub fn stats(&self) -> Stats {
        self.meter.stats()
    }
    pub fn is_up(&self) -> bool {
        matches!(self.stage, Stage::Answered | Stage::Confirmed)
    }

    /// When a call that rings by itself is answered.
    pub fn answer_at(&self) -> Option<Instant> {
        match (self.stage, self.answering, self.rang_at) {
            (Stage::Ringing, Answering::After(time), Some(rang)) => Some(rang + time),
            _ => None,
        }
    }
    /// When a ringing call is given up.
    pub fn give_up_at(&self) -> Option<Instant> {
        (self.stage == Stage::Ringing).then(|| self.rang_at.map(|rang| rang + LONGEST_RING)).flatten()
    }
    pub fn next_wake(&self) -> Option<Instant> {
        let ring = (self.stage == Stage::Arrived).then_some(self.ring_at);
        [ring, self.answer_at(), self.give_up_at(), self.dialog.next_wake()].into_iter().flatten().min()
    }
    pub fn next_media_wake(&self) -> Option<Instant> {
        self.media.as_ref().filter(|_| self.is_up()).map(|m| m.sender.next_wake())
    }

    /// Is this the other end's address, as it described itself or where its signalling comes from?
    pub fn is_from(&self, from: SocketAddr) -> bool {
        self.agreed.as_ref().is_some_and(|a| a.remote.ip() == from.ip()) || self.way.peer.ip() == from.ip()
    }

    /// Begins both directions of media at `at`, the origin of the call's axis.
    pub fn start_media(&mut self, at: Instant, random: [u64; 2]) {
        let Some(agreed) = &self.agreed else { return };
        if self.media.is_none() {
            let axis = Axis::starting(at);
            let random = if self.safety.is_on() { [random[0], random[1] & !UPPER_HALF] } else { random };
            let sender = Sender::on(axis, agreed.codec, agreed.payload_type, random);
            self.media = Some(MediaState { axis, ear: Ear::default(), playout: Playout::on(axis), sender });
        }
    }
    /// Puts a new agreement into force.
    pub fn agree(&mut self, agreed: Agreed) {
        if let Some(media) = &mut self.media {
            media.sender.use_codec(agreed.codec, agreed.payload_type);
        }
        self.agreed = Some(agreed);
    }
}
