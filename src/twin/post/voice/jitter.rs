//! The receive buffer: puts packets back on their timeline, starts late enough for the network, and keeps its level.
//!
//! Knows RTP timestamps and seconds, nothing of sockets, calls or loudspeakers. Lost packets are concealed by repeating
//! the last frame with a fade, as cheap modules do.

use super::FRAME;
use super::g711::Law;
use super::truth::{CallTruth, Slip};

/// Samples the buffer can hold: two seconds. A power of two.
const RING: usize = 16_384;
/// A packet further than this from the playing position belongs to another timeline.
const STRAY: i64 = (RING / 2) as i64;
/// That many strays in a row, and the sender has begun a new timeline.
const MOST_STRAYS: u32 = 5;
/// A made-up sound fades out within this many samples (60 ms).
const FADE: f32 = 480.0;
/// Packets of which the most hurried decides over the level: about one second.
const WINDOW: u32 = 50;
/// So many windows in a row above the level call for a slip.
const PATIENCE: u32 = 4;
/// Closer than this to being late (seconds), and the buffer grows.
const TOO_CLOSE: f64 = 0.010;
/// Further than this above its first level (seconds), and the buffer shrinks. Below 20 ms, so that delay never grows by
/// more.
const TOO_DEEP: f64 = 0.012;
/// A buffer that creeps stops here, short of its ring.
const DEEPEST: f64 = 0.9;

pub struct JitterBuffer {
    /// Samples by timestamp; NaN: not there.
    ring: Box<[f32]>,
    period: f64,
    target: f64,
    /// Seconds of delay added per second, a planted defect.
    creep: Option<f64>,
    crept: f64,
    conceal: bool,
    /// The timestamp (unwrapped) to be spoken next, and when.
    play: Option<i64>,
    play_at: f64,
    /// First packet of a timeline: its timestamp and its arrival.
    first: Option<(i64, f64)>,
    newest: i64,
    strays: u32,
    level: Level,
    last: [f32; FRAME],
    phase: usize,
    gain: f32,
}

/// How hurried the packets of the current window were.
struct Level {
    /// The delay the timeline began with, in seconds.
    start: f64,
    packets: u32,
    least: f64,
    deep_windows: u32,
    /// Frames to skip (positive) or to add (negative) at the next pulls.
    owed: i32,
}

impl Level {
    fn new() -> Self {
        Level { start: 0.0, packets: 0, least: f64::INFINITY, deep_windows: 0, owed: 0 }
    }
    /// Notes how long before its turn a packet came, and decides once a window.
    fn note(&mut self, early: f64) {
        self.packets += 1;
        self.least = self.least.min(early);
        if self.packets < WINDOW {
            return;
        }
        let least = std::mem::replace(&mut self.least, f64::INFINITY);
        self.packets = 0;
        self.deep_windows = if least > self.start + TOO_DEEP { self.deep_windows + 1 } else { 0 };
        if least < TOO_CLOSE {
            self.owed = -(((TOO_CLOSE - least) / 0.020).ceil().min(3.0) as i32);
        } else if self.deep_windows >= PATIENCE {
            self.deep_windows = 0;
            self.owed = ((least - self.start) / 0.020).round().max(1.0) as i32;
        }
    }
}

impl JitterBuffer {
    /// `period`: seconds per sample of the loudspeaker's clock. `target`: seconds a packet waits at least when the
    /// stream begins.
    pub fn new(period: f64, target: f64, creep: Option<f64>, conceal: bool) -> Self {
        JitterBuffer {
            ring: vec![f32::NAN; RING].into_boxed_slice(),
            period,
            target,
            creep,
            crept: 0.0,
            conceal,
            play: None,
            play_at: 0.0,
            first: None,
            newest: 0,
            strays: 0,
            level: Level::new(),
            last: [0.0; FRAME],
            phase: 0,
            gain: 0.0,
        }
    }
    /// Forgets the timeline: another source speaks from now on.
    pub fn restart(&mut self) {
        self.ring.fill(f32::NAN);
        self.play = None;
        self.first = None;
        self.strays = 0;
        self.level = Level::new();
    }

    /// A packet arrived.
    pub fn insert(&mut self, arrival: f64, timestamp: u32, payload: &[u8], law: Law) {
        if payload.is_empty() || payload.len() > STRAY as usize {
            return;
        }
        let mut at = match self.first {
            Some(_) => self.newest + i64::from(timestamp.wrapping_sub(self.newest as u32) as i32),
            None => i64::from(timestamp),
        };
        if self.is_stray(arrival, at) {
            self.strays += 1;
            if self.strays < MOST_STRAYS {
                return;
            }
            self.restart();
            at = i64::from(timestamp);
        }
        self.strays = 0;
        match (self.first, self.play) {
            (None, _) => self.first = Some((at, arrival)),
            // Overtaken by its successor while the stream had not begun.
            (Some((first, since)), None) => self.first = Some((first.min(at), since)),
            (_, Some(play)) => self.level.note(self.play_at + (at - play) as f64 * self.period - arrival),
        }
        self.newest = if self.play.is_none() && self.first.is_some_and(|(f, _)| f == at) { at } else { self.newest.max(at) };
        self.store(at, payload, law);
    }
    fn is_stray(&self, arrival: f64, at: i64) -> bool {
        match (self.play, self.first) {
            (Some(play), _) => {
                let position = play - ((self.play_at - arrival) / self.period) as i64;
                (at - position).abs() > STRAY
            }
            (None, Some((first, _))) => (at - first).abs() > STRAY,
            (None, None) => false,
        }
    }
    fn store(&mut self, at: i64, payload: &[u8], law: Law) {
        let table = law.table();
        let skip = self.play.map_or(0, |play| (play - at).clamp(0, payload.len() as i64));
        for (n, &code) in payload.iter().enumerate().skip(skip as usize) {
            self.ring[slot(at + n as i64)] = table[usize::from(code)];
        }
    }

    /// The next frame for the loudspeaker, to be spoken from `speak_at`. `false`: silence, nothing to speak.
    pub fn pull(&mut self, speak_at: f64, out: &mut [f32; FRAME], truth: &mut CallTruth, ssrc: u32) -> bool {
        let Some(play) = self.begin(speak_at) else { return false };
        let play = self.correct(play, speak_at, truth);
        let held = self.level.owed < 0;
        if held {
            self.level.owed += 1;
            truth.slips.push(Slip { at: speak_at, samples: -(FRAME as i32) });
            out.fill(f32::NAN);
        } else {
            for (n, sample) in out.iter_mut().enumerate() {
                *sample = std::mem::replace(&mut self.ring[slot(play + n as i64)], f32::NAN);
            }
        }
        self.play = Some(if held { play } else { play + FRAME as i64 });
        self.play_at = speak_at + FRAME as f64 * self.period;
        if !out.iter().any(|s| s.is_nan()) {
            truth.heard_mut(ssrc).extend(play as u32, FRAME as u32, speak_at, self.period);
            self.last = *out;
            self.phase = 0;
            self.gain = 1.0;
            return true;
        }
        self.patch(out, play, speak_at, truth, ssrc)
    }
    /// The playing position, once the first packet has waited long enough.
    fn begin(&mut self, speak_at: f64) -> Option<i64> {
        if self.play.is_none() {
            let (first, arrival) = self.first?;
            if speak_at - arrival < self.target {
                return None;
            }
            self.level = Level { start: speak_at - arrival, ..Level::new() };
            self.play = Some(first);
        }
        self.play
    }
    /// Pays what the level owes downwards, and lets a creeping buffer creep.
    fn correct(&mut self, play: i64, speak_at: f64, truth: &mut CallTruth) -> i64 {
        if let Some(rate) = self.creep {
            self.level.owed = self.level.owed.min(0);
            self.crept += rate * FRAME as f64 * self.period;
            let depth = (self.newest - play) as f64 * self.period;
            if self.crept >= 0.020 && depth < DEEPEST {
                self.crept -= 0.020;
                self.level.owed -= 1;
            }
        }
        if self.level.owed <= 0 {
            return play;
        }
        let skipped = i64::from(std::mem::take(&mut self.level.owed)) * FRAME as i64;
        for n in 0..skipped.min(RING as i64) {
            self.ring[slot(play + n)] = f32::NAN;
        }
        truth.slips.push(Slip { at: speak_at, samples: skipped as i32 });
        play + skipped
    }
    /// Makes up what is missing of a frame; what is there is spoken at its place.
    fn patch(&mut self, out: &mut [f32; FRAME], play: i64, speak_at: f64, truth: &mut CallTruth, ssrc: u32) -> bool {
        let mut audible = false;
        for (n, sample) in out.iter_mut().enumerate() {
            if sample.is_nan() {
                let gain = if self.conceal { self.gain } else { 0.0 };
                audible |= gain > 0.0;
                truth.concealed += u64::from(gain > 0.0);
                *sample = self.last[self.phase] * gain;
                self.gain = (self.gain - 1.0 / FADE).max(0.0);
            } else {
                audible = true;
                self.gain = 1.0;
                self.last[self.phase] = *sample;
                truth.heard_mut(ssrc).extend((play + n as i64) as u32, 1, speak_at + n as f64 * self.period, self.period);
            }
            self.phase = (self.phase + 1) % FRAME;
        }
        audible
    }
}

fn slot(at: i64) -> usize {
    (at & (RING as i64 - 1)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    struct Run {
        truth: CallTruth,
        /// Delay from the packet's ideal time of sending to the loudspeaker, by packet.
        delays: Vec<Option<f64>>,
        /// Samples made up before the stream's end, which itself costs one fade.
        concealed: u64,
    }

    /// Feeds `packets` packets of 20 ms sent by a clock `ppm` off, delayed and lost as `path` says (None: lost).
    fn run(packets: u32, ppm: f64, creep: Option<f64>, mut path: impl FnMut(u32) -> Option<f64>) -> Run {
        let sender = 0.020 / (1.0 + ppm * 1e-6);
        let period = 1.0 / 8000.0;
        let mut arrivals: Vec<(f64, u32)> =
            (0..packets).filter_map(|k| path(k).map(|delay| (f64::from(k) * sender + delay, k))).collect();
        arrivals.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut buffer = JitterBuffer::new(period, 0.040, creep, true);
        let mut truth = CallTruth::new(String::new());
        let mut out = [0.0; FRAME];
        let mut next = arrivals.into_iter().peekable();
        let base = u32::MAX - 3000;
        for tick in 0..packets + 60 {
            let now = 0.007 + f64::from(tick) * 0.020;
            while let Some((at, k)) = next.next_if(|(at, _)| *at <= now) {
                buffer.insert(at, base.wrapping_add(160 * k), &[0x80; 160], Law::Mu);
            }
            buffer.pull(now + 0.001, &mut out, &mut truth, 7);
            assert!(out.iter().all(|s| s.is_finite()));
        }
        let line = truth.heard_from(7).cloned().unwrap_or_default();
        let delay = |k: u32| line.seconds_of(base.wrapping_add(160 * k)).map(|at| at - f64::from(k) * sender);
        Run { delays: (0..packets).map(delay).collect(), concealed: truth.concealed - FADE as u64, truth }
    }

    #[test]
    fn a_clean_stream_is_played_whole_at_one_delay() {
        let run = run(500, 0.0, None, |_| Some(0.002));
        assert!(run.delays.iter().all(|d| (0.042..0.062).contains(&d.unwrap())), "{:?}", run.delays[0]);
        assert_eq!((run.concealed, run.truth.slips.len(), run.truth.heard[0].1.segments().len()), (0, 0, 1));
    }

    #[test]
    fn reordered_packets_are_put_back() {
        let run = run(500, 0.0, None, |k| Some(if k % 10 == 3 { 0.027 } else { 0.002 }));
        assert!(run.delays.iter().all(Option::is_some));
        assert_eq!(run.concealed, 0);
    }

    #[test]
    fn each_lost_packet_is_concealed_and_nothing_else_moves() {
        let run = run(1000, 0.0, None, |k| (k % 25 != 7).then_some(0.002));
        assert_eq!(run.delays.iter().filter(|d| d.is_none()).count(), 40);
        assert_eq!(run.concealed, 40 * 160);
        let steady = run.delays.iter().flatten().all(|d| (d - run.delays[0].unwrap()).abs() < 1e-9);
        assert!(steady && run.truth.slips.is_empty());
    }

    #[test]
    fn forty_milliseconds_of_jitter_lose_next_to_nothing() {
        let mut random = Rng::seeded(1);
        let run = run(3000, 0.0, None, |_| Some(0.002 + 0.040 * random.unit()));
        let lost = run.delays.iter().filter(|d| d.is_none()).count();
        assert!(lost <= 30, "{lost} of 3000 dropped");
        assert!(run.delays.iter().flatten().all(|d| *d < 0.130));
    }

    #[test]
    fn a_clock_off_by_200_ppm_slips_but_the_delay_stays() {
        for ppm in [200.0, -200.0] {
            let run = run(30_000, ppm, None, |_| Some(0.002));
            let first = run.delays[0].unwrap();
            let worst = run.delays.iter().flatten().map(|d| d - first).fold(f64::NEG_INFINITY, f64::max);
            assert!(worst < 0.015, "{ppm}: grew by {worst}");
            assert!(run.delays.iter().flatten().all(|d| *d > 0.010));
            // 600 s × 200 ppm = 120 ms: six frames, the last perhaps still to come, the first ones from the margin.
            let slipped: i32 = run.truth.slips.iter().map(|s| s.samples).sum();
            assert!((3..=6).contains(&(slipped.signum() * slipped / 160)) && (slipped > 0) == (ppm > 0.0), "{ppm}: {slipped}");
        }
    }

    #[test]
    fn a_creeping_buffer_creeps() {
        let run = run(3000, 0.0, Some(0.002), |_| Some(0.002));
        let growth = run.delays[2900].unwrap() - run.delays[0].unwrap();
        assert!((growth - 0.002 * 58.0).abs() < 0.021, "{growth}");
    }

    #[test]
    fn after_a_gap_of_ten_seconds_the_delay_is_what_it_was() {
        let run = run(2000, 0.0, None, |k| (!(700..1200).contains(&k)).then_some(0.002));
        assert!((run.delays[1500].unwrap() - run.delays[100].unwrap()).abs() < 1e-9);
        assert_eq!(run.concealed, 480, "60 ms of fade, then silence");
    }

    #[test]
    fn a_new_timeline_is_taken_up_and_a_lone_stray_is_not() {
        let mut buffer = JitterBuffer::new(1.0 / 8000.0, 0.040, None, true);
        let mut truth = CallTruth::new(String::new());
        let mut out = [0.0; FRAME];
        for tick in 0..200u32 {
            let now = f64::from(tick) * 0.020;
            let base = if tick < 100 { 5000 } else { 900_000_000 };
            buffer.insert(now, base + 160 * tick, &[0x80; 160], Law::Mu);
            if tick == 50 {
                buffer.insert(now, 7, &[0; 160], Law::Mu);
            }
            buffer.pull(now + 0.001, &mut out, &mut truth, 1);
        }
        let line = truth.heard_from(1).unwrap();
        assert!(line.seconds_of(5000 + 160 * 60).is_some() && line.seconds_of(7).is_none());
        assert!(line.seconds_of(900_000_000 + 160 * 150).is_some());
    }
}
