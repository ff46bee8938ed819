//! The bench's sound card as a machine: a sample clock of its own, converters with their delays, jacks and what is
//! wired to them.
//!
//! Nothing happens here while nobody asks: the driver's reports follow from seed and number, recordings from what was
//! sounded. Knows nothing of what the bench believes about its clock.

use super::card_trouble::{self, CardTrouble};
use super::setup::BenchConfig;
use super::sound_path::{NoRecord, PERIOD, RATE, Recording, SoundPath};
use crate::instrument::audio::{Frame, Jack};
use crate::rig::{JackRef, Patch};
use crate::rng::{Rng, noise_of, stream, unit_of};
use crate::twin::street::air::Air;
use crate::twin::street::track::Track;
use std::collections::VecDeque;

/// A new sound starts this many periods after the one under way: what a driver has already handed to the converter
/// cannot be taken back.
const QUEUED_PERIODS: u64 = 3;
/// Recordings reach back this far.
const REMEMBERED_SECONDS: f64 = 40.0 * 60.0;
/// What a full-scale sine on an output reads on an input that it is wired to.
const WIRE_GAIN: f32 = 0.5;
/// Noise of an input with nothing on it, relative to full scale (−94 dBFS).
const HISS: f32 = 2e-5;

/// What may be wrong with a card; `None`: chosen by the seed within what good cards do.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CardConfig {
    /// Deviation of the sample clock, parts per million.
    pub ppm: Option<f64>,
    /// What is wrong with it or with what hangs on it.
    pub trouble: Option<CardTrouble>,
}

/// The card's jacks and what is plugged into them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sockets {
    pub outputs: u8,
    pub inputs: u8,
    /// Output with the artificial mouth.
    pub mouth: Option<Jack>,
    /// Input with the artificial ear.
    pub ear: Option<Jack>,
    /// From an output through the button relay's other pole to an input.
    pub contact: Option<(Jack, Jack)>,
    /// From an output straight to an input.
    pub straight: Option<(Jack, Jack)>,
}

impl Sockets {
    pub fn of(bench: &BenchConfig) -> Self {
        let harness = &bench.harness;
        let jack = |jack: &JackRef| Jack(jack.jack);
        let patch = |patch: &Patch| (jack(&patch.output), jack(&patch.input));
        Sockets {
            outputs: bench.jacks.0,
            inputs: bench.jacks.1,
            mouth: harness.mouth.as_ref().map(jack),
            ear: harness.ear.as_ref().map(jack),
            contact: harness.contact_tone.as_ref().map(patch),
            straight: harness.loopback.as_ref().map(patch),
        }
    }
}

#[derive(Debug)]
pub struct Card {
    sockets: Sockets,
    path: Box<dyn SoundPath>,
    rate: f64,
    began: f64,
    input_latency: f64,
    output_latency: f64,
    stamps: u64,
    hiss: u64,
    /// What went out of each output, the first being 1.
    wires: Vec<Track>,
    /// The button relay's pole in the wire to input 2: moments of change and what to.
    gate: VecDeque<(f64, bool)>,
}

impl Card {
    pub fn new(config: CardConfig, sockets: Sockets, seed: u64) -> Self {
        let mut chance = Rng::new(seed, "sound card");
        let drawn = chance.between(-80.0, 80.0);
        let ppm = config.ppm.unwrap_or(drawn);
        Card {
            wires: (0..sockets.outputs).map(|_| Track::default()).collect(),
            sockets,
            path: card_trouble::path_with(config.trouble),
            rate: f64::from(RATE) * (1.0 + ppm * 1e-6),
            began: chance.between(0.0, 0.01),
            input_latency: chance.between(0.2e-3, 0.45e-3),
            output_latency: chance.between(0.2e-3, 0.45e-3),
            stamps: stream(seed, "sound card stamps"),
            hiss: stream(seed, "sound card hiss"),
            gate: VecDeque::new(),
        }
    }

    /// Seconds at which the frame passes the driver's end of the converters.
    pub fn driver_time(&self, frame: f64) -> f64 {
        self.began + frame / self.rate
    }
    /// Seconds at which the sound of a recorded frame was at the input jack.
    pub fn input_time(&self, frame: f64) -> f64 {
        self.driver_time(frame) - self.input_latency
    }
    /// Seconds at which the sound of a played frame is at the output jack.
    pub fn output_time(&self, frame: f64) -> f64 {
        self.driver_time(frame) + self.output_latency
    }
    /// The true rate in frames per second, and the converters' delays in and out in seconds.
    pub fn true_clock(&self) -> (f64, f64, f64) {
        (self.rate, self.input_latency, self.output_latency)
    }

    /// When the driver reports period number `period` (0 is the first) as done, in nanoseconds: up to 120 µs late, now
    /// and then 500 µs more.
    pub fn stamp(&self, period: u64) -> u64 {
        let done = self.driver_time((period + 1) as f64 * f64::from(PERIOD));
        let late = unit_of(self.stamps, period * 2) * 120e-6;
        let spike = if unit_of(self.stamps, period * 2 + 1) < 0.01 { 500e-6 } else { 0.0 };
        ((done + late + spike) * 1e9) as u64
    }

    /// How many periods the driver has reported by `now`.
    pub fn periods(&self, now: u64) -> u64 {
        let full = (now as f64 * 1e-9 - self.began) * self.rate / f64::from(PERIOD);
        let full = full.max(0.0) as u64;
        // The last one may not have been reported yet; its report is never a period late.
        if full > 0 && self.stamp(full - 1) > now { full - 1 } else { full }
    }

    /// Sounds `samples` as soon as the driver's queue allows; the first frame's number. `None`: no such output.
    pub fn play(&mut self, now: u64, output: Jack, samples: &[f32], air: &mut Air) -> Option<Frame> {
        let frame = (self.periods(now) + QUEUED_PERIODS) * u64::from(PERIOD);
        let (first, period) = (self.output_time(frame as f64), 1.0 / self.rate);
        let output = self.path.output(output, first);
        let clipped: Vec<f32> = samples.iter().map(|x| if x.is_finite() { x.clamp(-1.0, 1.0) } else { 0.0 }).collect();
        let wired = [self.sockets.contact, self.sockets.straight].into_iter().flatten().any(|(from, _)| from == output);
        let wire = self.wires.get_mut(usize::from(output.0).checked_sub(1)?)?;
        if wired {
            wire.cut_from(first);
            wire.push(first, period, &clipped);
            wire.forget_before(first - REMEMBERED_SECONDS);
        }
        if self.is_mouth(output) {
            self.path.mouth(air, first, period, clipped);
        }
        Some(frame)
    }

    /// The contact in the wire to input 2 opens or closes.
    pub fn set_gate(&mut self, at: u64, closed: bool) {
        let at = at as f64 * 1e-9;
        self.gate.push_back((at, closed));
        // The oldest kept entry still says how the contact stood before the next.
        while self.gate.get(1).is_some_and(|next| next.0 < at - REMEMBERED_SECONDS) {
            self.gate.pop_front();
        }
    }

    /// The recorded stretch of an input.
    pub fn record(&self, now: u64, input: Jack, from: Frame, to: Frame, air: &Air) -> Result<Vec<f32>, NoRecord> {
        self.path.recorded(&Input { card: self, air, now, jack: input }, from, to, 0)
    }

    /// The output's wire of those that lead to this input.
    fn wire_to(&self, input: Jack, patch: Option<(Jack, Jack)>) -> Option<&Track> {
        let (from, _) = patch.filter(|(_, to)| *to == input)?;
        self.wires.get(usize::from(from.0).checked_sub(1)?)
    }

    /// Keeps of each sample the part of its sampling interval during which the contact was closed.
    fn gated(&self, first: f64, period: f64, out: &mut [f32]) {
        let start = first - period / 2.0;
        let end = start + out.len() as f64 * period;
        let mut open = vec![1f32; out.len()];
        for (n, &(from, closed)) in self.gate.iter().enumerate() {
            let until = self.gate.get(n + 1).map_or(f64::INFINITY, |next| next.0).min(end);
            if !closed || until <= start || from >= end {
                continue;
            }
            let (a, b) = (((from - start) / period).max(0.0), (until - start) / period);
            let (low, high) = (a as usize, (b.ceil() as usize).min(open.len()));
            for (k, share) in open.iter_mut().enumerate().take(high).skip(low) {
                let closed = (b.min(k as f64 + 1.0) - a.max(k as f64)).max(0.0);
                *share -= closed as f32;
            }
        }
        out.iter_mut().zip(open).for_each(|(x, open)| *x *= 1.0 - open.max(0.0));
    }

    pub fn is_mouth(&self, output: Jack) -> bool {
        self.sockets.mouth == Some(output)
    }
    pub fn sockets(&self) -> &Sockets {
        &self.sockets
    }
}

/// An input of the card, asked at a moment for what it has recorded.
struct Input<'a> {
    card: &'a Card,
    air: &'a Air,
    now: u64,
    jack: Jack,
}

impl Recording for Input<'_> {
    fn seconds(&self, frame: Frame, late: u64) -> f64 {
        self.card.input_time(frame as f64 - late as f64)
    }

    fn samples(&self, from: Frame, to: Frame, late: u64) -> Result<Vec<f32>, NoRecord> {
        let Input { card, air, now, jack } = *self;
        let there = card.periods(now) * u64::from(PERIOD);
        if to > there {
            return Err(NoRecord::NotYet);
        }
        if from > to {
            return Err(NoRecord::Backwards);
        }
        if (there - from) as f64 > REMEMBERED_SECONDS * card.rate {
            return Err(NoRecord::NoMore);
        }
        let mut out = vec![0.0; (to - from) as usize];
        let (first, period) = (self.seconds(from, late), 1.0 / card.rate);
        if jack.0 == 0 || jack.0 > card.sockets.inputs {
            return Err(NoRecord::NoJack);
        }
        if let Some(wire) = card.wire_to(jack, card.sockets.contact) {
            wire.add_to(air.interpolators(), first, period, WIRE_GAIN, &mut out);
            card.gated(first, period, &mut out);
        }
        if let Some(wire) = card.wire_to(jack, card.sockets.straight) {
            wire.add_to(air.interpolators(), first, period, WIRE_GAIN, &mut out);
        }
        if card.sockets.ear == Some(jack) {
            card.path.ear(air, first, period, &mut out);
        }
        let series = card.hiss ^ u64::from(jack.0);
        out.iter_mut().zip(from..).for_each(|(x, frame)| *x = (*x + HISS * noise_of(series, frame)).clamp(-1.0, 1.0));
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::street::air::AirConfig;
    use std::f64::consts::TAU;

    const SECOND: u64 = 1_000_000_000;
    const TONE: Jack = Jack(2);
    const EAR: Jack = Jack(1);
    const CONTACT: Jack = Jack(2);
    const LOOP: Jack = Jack(3);

    fn card(seed: u64) -> (Card, Air) {
        (Card::new(CardConfig::default(), Sockets::of(&BenchConfig::default()), seed), Air::new(AirConfig::default(), seed))
    }

    fn tone(length: usize) -> Vec<f32> {
        (0..length).map(|n| (TAU * 1000.0 * n as f64 / 48000.0).sin() as f32 * 0.8).collect()
    }

    #[test]
    fn reports_are_late_but_never_early_and_never_lost() {
        for seed in 0..20 {
            let (card, _) = card(seed);
            for period in 0..2000 {
                let true_end = card.driver_time((period + 1) as f64 * 480.0);
                let late = card.stamp(period) as f64 * 1e-9 - true_end;
                assert!((-1e-9..621e-6).contains(&late), "{late}");
                assert_eq!(card.periods(card.stamp(period)), period + 1);
                assert_eq!(card.periods(card.stamp(period) - 1), period);
            }
        }
    }

    #[test]
    fn the_loop_shows_the_round_trip_of_the_converters() {
        let (mut card, mut air) = card(3);
        let frame = card.play(SECOND, TONE, &tone(48000), &mut air).expect("a jack");
        let (_, input, output) = card.true_clock();
        let heard = card.record(3 * SECOND, LOOP, frame + 4800, frame + 9600, &air).expect("recorded");
        let shift = (input + output) * card.rate;
        let phase = TAU * 1000.0 / 48000.0;
        let worst = heard.iter().enumerate().map(|(n, x)| {
            let expected = 0.4 * ((4800 + n) as f64 - shift).mul_add(phase, 0.0).sin();
            (f64::from(*x) - expected).abs()
        });
        assert!(worst.fold(0.0, f64::max) < 3e-4);
    }

    #[test]
    fn the_contact_gates_the_tone_to_a_fraction_of_a_sample() {
        let (mut card, mut air) = card(9);
        let frame = card.play(SECOND, TONE, &vec![0.5; 96000], &mut air).expect("a jack");
        let closes = card.input_time((frame + 10_000) as f64 + 0.25);
        card.set_gate((closes * 1e9) as u64, true);
        card.set_gate((closes * 1e9) as u64 + 100_000_000, false);
        let heard = card.record(4 * SECOND, CONTACT, frame + 9_990, frame + 20_000, &air).expect("recorded");
        assert!(heard[..10].iter().all(|x| x.abs() < 1e-3));
        assert!((heard[10] - 0.0625).abs() < 2e-3 && (heard[11] - 0.25).abs() < 1e-3, "{:?}", &heard[8..13]);
        assert!((heard[4000] - 0.25).abs() < 1e-3 && heard[5000].abs() < 1e-3);
    }

    #[test]
    fn a_recording_can_be_had_from_the_past_only() {
        let (card, air) = card(1);
        let now = 50 * 60 * SECOND;
        let there = card.periods(now) * 480;
        let ask = |jack, from, to| card.record(now, jack, from, to, &air).map(|x| x.len());
        assert_eq!(ask(EAR, there - 100, there), Ok(100));
        assert_eq!(ask(EAR, there - 100, there + 1), Err(NoRecord::NotYet));
        assert_eq!(ask(EAR, 100, 200), Err(NoRecord::NoMore));
        assert_eq!(ask(EAR, there, there - 1), Err(NoRecord::Backwards));
        assert_eq!(ask(Jack(4), there - 1, there), Err(NoRecord::NoJack));
    }

    #[test]
    fn a_later_sound_replaces_the_one_under_way() {
        let (mut card, mut air) = card(2);
        card.play(SECOND, TONE, &vec![0.5; 480_000], &mut air);
        let frame = card.play(2 * SECOND, TONE, &[], &mut air).expect("a jack");
        let heard = card.record(4 * SECOND, LOOP, frame + 100, frame + 1000, &air).expect("recorded");
        assert!(heard.iter().all(|x| x.abs() < 2e-3));
    }
}
