//! When a call's sound begins and ends, and where its packets go.
//!
//! Must not know what is in them.

use super::failing::Failing;
use super::habit::Habit;
use super::media::{Media, Tuning};
use super::oversight::{BACKLOG, Oversight};
use super::{Acoustics, Action, RATE, State, Voice, amplitude, g711, sdp};
use crate::clock::Instant;
use std::net::SocketAddr;
use std::time::Duration;

/// Where servers often await sound.
const LIKELY_PORT: u16 = 40_000;

impl Voice {
    pub(super) fn close(&mut self, at: Instant) {
        let State::Running(running) = &mut self.state else { return };
        let faults = &self.config.faults;
        running.in_call = false;
        running.calls += 1;
        if let Some(media) = running.media.as_mut().filter(|_| faults.has(Habit::RemembersSound)) {
            running.memory = media.memory();
        }
        if let Some(media) = running.media.as_mut().filter(|_| faults.fails(Failing::VolumeStays)) {
            running.volume_db = *media.volume();
        }
        let lingers = running.lapsed.lingers().unwrap_or(faults.lingers);
        if lingers > Duration::ZERO {
            running.ceases_at = Some(at + lingers);
        } else if !faults.mic_open_when_idle {
            running.media = None;
        }
        if faults.hangs_after_calls > 0 && running.calls >= faults.hangs_after_calls {
            self.state = State::Hung;
        }
    }
    /// Sound while it rings.
    pub(super) fn open_early(&mut self, at: Instant, session: sdp::Session) {
        self.open(at, session);
        if let Some(call) = self.truth.calls.last_mut() {
            call.answered = None;
        }
    }
    /// A defective module does not wait to be told where to: the last call's place must do, or a likely one.
    pub(super) fn may_send_early(&mut self, at: Instant) {
        if self.config.faults.sends_before_answer {
            let remote = self.last_remote.unwrap_or(SocketAddr::new(self.config.server.ip(), LIKELY_PORT));
            let early = sdp::Session { remote, law: g711::Law::A, sending: true, receiving: false, events: None, keys: None };
            self.open_early(at, early);
        }
    }
    pub(super) fn open(&mut self, at: Instant, session: sdp::Session) {
        let has_no_sound = matches!(&self.state, State::Running(running) if self.has_no_sound(running.calls));
        let State::Running(running) = &mut self.state else { return };
        let is_mute = has_no_sound || self.config.faults.fails(Failing::ThirdIsMute) && running.calls % 3 == 2;
        let mic_gain = if is_mute { 0.0 } else { amplitude(self.config.mic_gain_db) };
        let tuning = Tuning {
            period: 1.0 / (RATE * (1.0 + self.config.codec_clock_ppm * 1e-6)),
            jitter_target: self.config.jitter_target.as_secs_f64(),
            starved_after: self.config.starved_after,
            mic_gain: mic_gain * if self.config.mic_inverted { -1.0 } else { 1.0 },
            speaker_gain: if has_no_sound { 0.0 } else { amplitude(self.config.speaker_gain_db) },
            quietens: self.config.quietens,
            suppression: self.config.suppression,
        };
        let faults = self.config.faults.of_call(running.calls);
        let mut media = Media::new(at, session, tuning, &faults, &mut running.agent.stack.random);
        media.recall(std::mem::take(&mut running.memory));
        *media.volume() = running.volume_db;
        if let Some(call) = self.truth.calls.last_mut() {
            call.answered = Some(at);
            call.ssrc = media.ssrc();
        }
        running.media = Some(media);
        running.in_call = true;
        running.ceases_at = None;
        self.last_remote = Some(session.remote);
        self.draws(at);
    }
    /// Sound due by now, and the watch over its absence.
    pub(super) fn sound(&mut self, at: Instant, air: &mut dyn Acoustics) {
        let State::Running(running) = &mut self.state else { return };
        if running.ceases_at.is_some_and(|due| due <= at) {
            (running.media, running.ceases_at) = (None, None);
        }
        let (Some(media), Some(truth)) = (&mut running.media, self.truth.calls.last_mut()) else { return };
        let (faults, before) = (&self.config.faults, media.frames());
        let is_online = running.network.is_online();
        let keeps = faults.overlooks(Oversight::SendsBacklog) && running.burst.len() < BACKLOG;
        while media.next_wake() <= at {
            let to = media.goes_to();
            let packet = media.wake(at, air, truth);
            if let (Some(bytes), true) = (packet, is_online || keeps) {
                running.burst.push(bytes);
            }
            if running.burst.len() >= faults.bursts && is_online {
                let from_port = self.config.rtp_port;
                for bytes in running.burst.drain(..) {
                    let copy = faults.copies_to.map(|to| Action::Send { from_port, to, bytes: bytes.clone() });
                    self.actions.push(Action::Send { from_port, to, bytes });
                    self.actions.extend(copy);
                }
            }
        }
        let frames = media.frames();
        if frames != before && is_online {
            self.say_beside(frames);
        }
        let State::Running(running) = &mut self.state else { return };
        let Some(media) = &mut running.media else { return };
        if running.in_call && media.is_given_up(at) {
            running.agent.leave(at);
            return self.settle(at);
        }
        if running.in_call && media.is_starved(at) {
            running.agent.media_lost(at);
            self.settle(at);
        }
    }
}
