//! The sound of one call: microphone to RTP, RTP to loudspeaker, both on the codec's own clock.
//!
//! Must not know SIP. One tick every 160 samples does it all: the frame just taken is encoded and sent 1 ms after its
//! end, and the next frame for the loudspeaker is handed on 1 ms before it is spoken.

mod misdeeds;

use super::Acoustics;
use super::FRAME;
use super::blunder::{Blunder, OfTalk};
use super::echo::EchoCanceller;
use super::failing::Failing;
use super::faults::Faults;
use super::flaw::{self, Flaw};
use super::g711::Law;
use super::habit::{self, Habit};
use super::jitter::JitterBuffer;
use super::lapse::{Lapse, PLAIN_FRAMES};
use super::oversight::{self, Oversight, SHUT_FOR};
use super::quieten::Quieter;
use super::quirk::Scratch;
use super::rtp::{self, HEADER, Header};
use super::sdp::Session;
use super::spoil::{DelayLine, Gate, Spoiler, Suppression};
use super::srtp::Srtp;
use super::truth::CallTruth;
use super::volume::Volume;
use crate::clock::Instant;
use crate::rng::Rng;
use std::borrow::Cow;
use std::net::SocketAddr;
use std::time::Duration;

/// From the end of a frame to its packet: time to encode.
const ENCODING: f64 = 0.001;
/// From the end of a microphone frame to the start of the loudspeaker's next, in samples: 2 ms.
const SPEAKER_LEAD: u64 = 16;
/// A caller hears himself so many samples later, if at all: 150 ms.
const SIDETONE: usize = 1200;
/// Quieter than −50 dBFS the operator is silent.
const SILENCE: f32 = 1e-5;

/// The settings of the sound.
#[derive(Debug, Clone, Copy)]
pub struct Tuning {
    /// Seconds per sample.
    pub period: f64,
    /// Seconds.
    pub jitter_target: f64,
    /// Without a packet for so long a call is lost.
    pub starved_after: Duration,
    /// Factors of amplitude.
    pub mic_gain: f32,
    pub speaker_gain: f32,
    pub quietens: bool,
    pub suppression: Option<Suppression>,
}

pub struct Media {
    session: Session,
    tuning: Tuning,
    faults: Faults,
    /// Seconds of simulation time of sample 0.
    origin: f64,
    began: Instant,
    /// Frames taken so far.
    frames: u64,
    header: Header,
    srtp: Option<Srtp>,
    jitter: JitterBuffer,
    source: Option<u32>,
    /// Media has come from where ours goes.
    is_symmetric: bool,
    heard_at: Instant,
    echo: EchoCanceller,
    mic: [f32; FRAME],
    speaker: [f32; FRAME],
    up: Spoiler,
    down: Spoiler,
    mic_line: DelayLine,
    return_line: DelayLine,
    quieter: Quieter,
    gate: Gate,
    volume: Volume,
    /// When the operator was last heard to speak.
    spoken_at: Instant,
    /// What planted defects remember: of packets, of the microphone, of the loudspeaker.
    packets: Scratch,
    up_scratch: Scratch,
    down_scratch: Scratch,
    sidetone: DelayLine,
    deafened: bool,
    /// Packets of the operator's keys.
    pub keys: u32,
    /// To whom the sound goes instead, and until when that stands.
    follows: Option<(SocketAddr, Instant)>,
    /// Until which frame the microphone is shut, and the loudspeaker off.
    shut_until: u64,
    off_until: u64,
    /// Until which frame it is shut after a glitch.
    opens_at: u64,
    told: flaw::Told,
    pub of_talk: OfTalk,
    overseen: oversight::OfTalk,
}

impl Media {
    pub fn new(at: Instant, session: Session, tuning: Tuning, faults: &Faults, random: &mut Rng) -> Self {
        let header = Header {
            marker: true,
            payload_type: session.law.payload_type(),
            // A secure stream begins in the lower half: whoever misses its first packets still counts its rollovers
            // right (RFC 4568, 6.4).
            sequence: random.word() as u16 & if session.keys.is_some() { 0x7FFF } else { 0xFFFF },
            timestamp: random.word(),
            ssrc: random.word(),
        };
        let mut srtp = session.keys.and_then(Srtp::under);
        srtp.iter_mut().for_each(|srtp| {
            srtp.forgets_rollovers = faults.fails(Failing::ForgetsRollovers);
            srtp.is_unchecked = faults.blunders(Blunder::SealUnchecked);
        });
        let target = tuning.jitter_target + faults.extra_audio_delay.as_secs_f64();
        Media {
            session,
            tuning,
            faults: faults.clone(),
            origin: at.as_secs_f64(),
            began: at,
            frames: 0,
            header,
            srtp,
            jitter: JitterBuffer::new(tuning.period, target, faults.delay_creep, !faults.plc_missing),
            source: None,
            is_symmetric: false,
            heard_at: at,
            echo: EchoCanceller::new(),
            mic: [0.0; FRAME],
            speaker: [0.0; FRAME],
            up: Spoiler::new(&faults.up),
            down: Spoiler::new(&faults.down),
            mic_line: DelayLine::default(),
            return_line: DelayLine::default(),
            quieter: Quieter::default(),
            gate: Gate::default(),
            volume: Volume::new(faults.volume_step_db).deaf(faults.fails(Failing::StreetUnheard)).lapsing(faults),
            spoken_at: at,
            packets: Scratch::default(),
            up_scratch: Scratch::default(),
            down_scratch: Scratch::default(),
            sidetone: DelayLine::default(),
            deafened: false,
            keys: 0,
            follows: None,
            shut_until: 0,
            off_until: 0,
            opens_at: 0,
            told: flaw::Told::default(),
            of_talk: OfTalk::default(),
            overseen: oversight::OfTalk::default(),
        }
    }
    /// Frames so far.
    pub fn frames(&self) -> u64 {
        self.frames
    }
    pub fn ssrc(&self) -> u32 {
        self.header.ssrc
    }
    pub fn goes_to(&self) -> SocketAddr {
        self.follows.map_or(self.session.remote, |(sender, _)| sender)
    }
    /// What a defective module keeps for its next call, and has kept from its last: of the microphone, of the
    /// loudspeaker.
    pub fn memory(&mut self) -> [Scratch; 2] {
        [std::mem::take(&mut self.up_scratch), std::mem::take(&mut self.down_scratch)]
    }
    pub fn recall(&mut self, [up, down]: [Scratch; 2]) {
        (self.up_scratch, self.down_scratch) = (Scratch { count: 0, ..up }, Scratch { count: 0, ..down });
    }
    /// How loud the operator has set it, dB.
    pub fn volume(&mut self) -> &mut f32 {
        &mut self.volume.set_db
    }
    pub fn change(&mut self, at: Instant, session: Session) {
        self.deafened |= self.faults.quirks.deaf_after_hold && !session.sending;
        self.told.was_held |= !session.sending;
        self.of_talk.held_since = (!session.sending).then_some(at);
        if !session.sending && self.faults.is_flawed(Flaw::HoldTurnsVolume) {
            self.volume.set_db = 0.0;
        }
        if self.faults.overlooks(Oversight::GapAtReoffer) {
            self.pause(SHUT_FOR);
        }
        self.is_symmetric &= session.remote == self.session.remote;
        match (&mut self.srtp, session.keys) {
            (Some(srtp), Some(keys)) => srtp.renew(keys),
            (_, keys) => self.srtp = keys.and_then(Srtp::under),
        }
        self.session = session;
        self.heard_at = at;
    }
    /// The far end means to speak, and nothing came for too long.
    pub fn is_starved(&self, at: Instant) -> bool {
        self.session.receiving && at.since(self.heard_at) >= self.tuning.starved_after
    }
    pub fn next_wake(&self) -> Instant {
        Instant::from_secs_f64(self.seconds_of((self.frames + 1) * FRAME as u64) + ENCODING)
    }
    fn seconds_of(&self, sample: u64) -> f64 {
        self.origin + sample as f64 * self.tuning.period
    }

    /// A datagram on the RTP port. Media comes from the agreed address, and from the agreed port if it ever does: what
    /// the far end still sends for a call that we have lost comes from another. Some far ends do not send from where
    /// they receive (RFC 4961).
    pub fn datagram(&mut self, at: Instant, from: SocketAddr, bytes: &[u8]) {
        if self.faults.has(Habit::FollowsSender) && self.follows.is_none_or(|(_, until)| until <= at) {
            self.follows = (from != self.session.remote).then_some((from, at + habit::FOLLOWS_FOR));
        }
        let is_agreed = from == self.session.remote;
        let is_foreign = from.ip() != self.session.remote.ip() || self.is_symmetric && !is_agreed;
        if is_foreign && !self.faults.quirks.trusts_any_sound {
            return;
        }
        self.is_symmetric |= is_agreed;
        let opened = match &mut self.srtp {
            Some(_) if self.faults.is_flawed(Flaw::PlaysPlain) && bytes.len() == HEADER + FRAME => Some(Cow::Borrowed(bytes)),
            Some(srtp) => srtp.open(bytes).map(Cow::Owned),
            None => Some(Cow::Borrowed(bytes)),
        };
        let Some((header, payload)) = opened.as_deref().and_then(rtp::read) else { return };
        // Comfort noise and telephone events are no sound here, but signs of life.
        self.heard_at = at;
        if self.session.events == Some(header.payload_type) {
            self.keys += 1;
            self.told.key_at = Some(self.frames);
            return self.volume.event(header.timestamp, payload);
        }
        let Some(law) = Law::of_payload_type(header.payload_type) else { return };
        let law = if self.faults.is_flawed(Flaw::MisreadsMu) { Law::A } else { law };
        let is_bound = self.source.is_some() && self.faults.blunders(Blunder::BoundToFirstSource);
        if self.source != Some(header.ssrc) {
            if is_bound {
                return;
            }
            self.source = Some(header.ssrc);
            self.jitter.restart();
        }
        if self.down.loses_packet() {
            return;
        }
        self.of_talk.came(header.sequence);
        self.jitter.insert(at.as_secs_f64(), header.timestamp, payload, law);
    }

    /// The tick after a frame. Returns the packet to send, if any.
    pub fn wake(&mut self, at: Instant, air: &mut dyn Acoustics, truth: &mut CallTruth) -> Option<Vec<u8>> {
        let first = self.seconds_of(self.frames * FRAME as u64);
        self.frames += 1;
        let packet = self.take(at, first, air, truth);
        let speak_at = self.seconds_of(self.frames * FRAME as u64 + SPEAKER_LEAD);
        self.speak(at, speak_at, air, truth);
        packet
    }
    fn take(&mut self, at: Instant, first: f64, air: &mut dyn Acoustics, truth: &mut CallTruth) -> Option<Vec<u8>> {
        let timestamp = self.header.timestamp;
        self.header.timestamp = timestamp.wrapping_add(FRAME as u32);
        if !self.session.sending {
            self.header.marker = true;
            return None;
        }
        air.hear(first, self.tuning.period, &mut self.mic);
        if self.is_deaf(at) {
            self.mic.fill(0.0);
        } else if self.tuning.mic_gain != 1.0 {
            self.mic.iter_mut().for_each(|s| *s *= self.tuning.mic_gain);
        }
        if self.faults.fails(Failing::VolumeOfMicrophone) {
            let turned = super::amplitude(self.volume.set_db.into());
            self.mic.iter_mut().for_each(|s| *s *= turned);
        }
        if !self.echo.is_expected() {
            self.volume.listen(&self.mic);
        }
        if !self.leaves_echo() {
            self.echo.heard(self.volume.noise(), &mut self.mic);
        }
        if self.tuning.quietens {
            self.quieter.pass(&mut self.mic);
        }
        let late = self.distort(at);
        if let Some(change) = self.faults.quirks.up {
            change(&mut self.up_scratch, &mut self.mic);
        }
        if self.tuning.suppression.is_some_and(|suppression| !self.gate.passes(suppression, &self.mic)) {
            self.header.marker = true;
            return None;
        }
        let mut packet = Vec::with_capacity(HEADER + FRAME);
        Header { timestamp, payload_type: self.session.law.payload_type(), ..self.header }.write(&mut packet);
        let law = if self.faults.wrong_law { self.session.law.other() } else { self.session.law };
        law.encode(&self.mic, &mut packet);
        self.header.marker = false;
        self.header.sequence = self.header.sequence.wrapping_add(1);
        if self.up.loses_packet() {
            return None;
        }
        if self.faults.quirks.packets.is_some_and(|change| !change(&mut self.packets, &mut packet)) {
            return None;
        }
        truth.sent.extend(timestamp, FRAME as u32, first - late, self.tuning.period);
        match &mut self.srtp {
            Some(_) if self.faults.lapses(Lapse::PlainAtFirst) && self.frames <= PLAIN_FRAMES => Some(packet),
            Some(_) if self.told.was_held && self.faults.is_flawed(Flaw::PlainAfterHold) => Some(packet),
            Some(srtp) if !self.faults.seals_nothing => srtp.seal(packet),
            _ => Some(packet),
        }
    }
    fn speak(&mut self, at: Instant, speak_at: f64, air: &mut dyn Acoustics, truth: &mut CallTruth) {
        let Some(source) = self.source else { return };
        let mut audible = self.jitter.pull(speak_at, &mut self.speaker, truth, source);
        if !audible {
            self.speaker.fill(0.0);
        } else if self.faults.silence_limit.is_some() && power(&self.speaker) > SILENCE {
            self.spoken_at = at;
        }
        audible = self.misplace(audible);
        let line = power(&self.speaker);
        self.of_talk.was_spoken_to |= line > SILENCE;
        audible &= !self.deafened && !self.faults.speaker_dead && !self.is_clipped(at) && !self.gives_way();
        audible = self.down.spoil(at.seconds_after(self.began), audible, &mut self.speaker);
        audible |= self.colour();
        if audible {
            if self.tuning.speaker_gain != 1.0 {
                self.speaker.iter_mut().for_each(|s| *s = (*s * self.tuning.speaker_gain).clamp(-1.0, 1.0));
            }
            self.volume.pass(self.faults.held_by_noise, &mut self.speaker);
            air.speak(speak_at, self.tuning.period, &self.speaker);
        }
        self.echo.spoken(audible.then_some(&self.speaker), line);
    }
}

fn power(frame: &[f32]) -> f32 {
    frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32
}
