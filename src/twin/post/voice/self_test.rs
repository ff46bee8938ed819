//! Whether loudspeaker and microphone still work: a short tone through the one, listened for with the other, soon after
//! the start and once a day, when nobody is calling (PROTOCOL.md, section 6).
//!
//! Must not know calls; whether one is under way it is told.

use super::{Acoustics, RATE};
use crate::clock::Instant;
use std::time::Duration;

/// From the first word to the supervision to the first test.
const FIRST_AFTER: Duration = Duration::from_secs(60);
/// From one test to the next, where all is well and where it is not.
const DAILY: Duration = Duration::from_secs(23 * 3600);
const AGAIN_AFTER: Duration = Duration::from_secs(600);
/// How long a call under way puts it off, from one look to the next.
const PUT_OFF: Duration = Duration::from_secs(10);
/// The tone: how soon, how long, how loud re full scale, how high in Hz; and how much of it is given out at a time, so
/// that a press ends it at once.
const SOON: Duration = Duration::from_millis(2);
const SOUNDS_FOR: Duration = Duration::from_millis(800);
const PIECE: Duration = Duration::from_millis(20);
const AMPLITUDE: f32 = 0.2;
const PITCH: f64 = 1000.0;
/// How long a defective one rings.
const RINGS_FOR: Duration = Duration::from_secs(10);
/// Of it so much is listened to, from so late on, in seconds.
const LISTENS_FROM: f64 = 0.05;
const LISTENS_FOR: f64 = 0.7;
/// It is heard as loud as this at least, as an amplitude re full scale, and so many times stronger than what is beside
/// it, as a power.
const FAINTEST: f32 = 0.000_6;
/// As loud it is where all is well, by far: what drowns that tells nothing.
const USUAL: f32 = 0.003_3;
const STANDS_OUT: f32 = 10.0;
/// Beside it: so many bins to either side, every third.
const BESIDE: i32 = 8;

/// What may be wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelfTestFault {
    /// It says that all is well, whatever it has heard.
    AlwaysWell,
    /// It does not wait for the end of a call.
    InCall,
    /// Once begun it sounds to its end, whoever calls.
    GoesOn,
    /// The first after a start rings the operator as well.
    Rings,
    /// It is done once, and never again.
    OnceOnly,
    /// A microphone that gives nothing at all is not missed.
    LoudspeakerAlone,
}

/// What came of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    pub is_well: bool,
    /// The operator is to be rung: planted.
    pub rings: bool,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// Nobody has said yet who this is.
    Nameless,
    Due(Instant),
    /// `given` of it is given out; begun in a call: planted.
    Sounding {
        from: Instant,
        given: Duration,
        in_call: bool,
    },
    Never,
}

#[derive(Debug)]
pub struct SelfTest {
    phase: Phase,
    fault: Option<SelfTestFault>,
    /// Until when the operator is rung: planted.
    rings_until: Option<Instant>,
    has_rung: bool,
}

impl SelfTest {
    pub fn new(fault: Option<SelfTestFault>) -> Self {
        SelfTest { phase: Phase::Nameless, fault, rings_until: None, has_rung: false }
    }
    pub fn begin(&mut self, at: Instant) {
        if let Phase::Nameless = self.phase {
            self.phase = Phase::Due(at + FIRST_AFTER);
        }
    }
    pub fn next_wake(&self) -> Option<Instant> {
        self.test_due().into_iter().chain(self.rings_until).min()
    }
    /// Whether the operator has been rung for long enough.
    pub fn hangs_up(&mut self, at: Instant) -> bool {
        self.rings_until.take_if(|due| *due <= at).is_some()
    }
    fn test_due(&self) -> Option<Instant> {
        match self.phase {
            Phase::Nameless | Phase::Never => None,
            Phase::Due(at) => Some(at),
            Phase::Sounding { from, given, .. } if given < SOUNDS_FOR => Some(from + given - SOON),
            Phase::Sounding { from, .. } => Some(from + SOUNDS_FOR),
        }
    }
    pub fn wake(&mut self, at: Instant, is_calling: bool, air: &mut dyn Acoustics) -> Option<Outcome> {
        if self.test_due().is_none_or(|due| due > at) {
            return None;
        }
        let waits = is_calling
            && match self.phase {
                Phase::Sounding { in_call, .. } => !in_call && self.fault != Some(SelfTestFault::GoesOn),
                _ => self.fault != Some(SelfTestFault::InCall),
            };
        match self.phase {
            Phase::Due(_) if waits => self.phase = Phase::Due(at + PUT_OFF),
            Phase::Due(_) => self.give_out(at + SOON, Duration::ZERO, is_calling, air),
            // Somebody has called meanwhile: what was heard proves nothing, and he is not to hear it.
            Phase::Sounding { .. } if waits => self.phase = Phase::Due(at + PUT_OFF),
            Phase::Sounding { from, given, in_call } if given < SOUNDS_FOR => self.give_out(from, given, in_call, air),
            Phase::Sounding { from, .. } => {
                let mut heard = vec![0.0; (LISTENS_FOR * RATE) as usize];
                air.hear(from.as_secs_f64() + LISTENS_FROM, 1.0 / RATE, &mut heard);
                let is_deaf = heard.iter().all(|sample| *sample == 0.0);
                let unmissed = (self.fault == Some(SelfTestFault::LoudspeakerAlone) && is_deaf).then_some(true);
                let heard = unmissed.or_else(|| is_heard(&heard));
                let Some(is_well) = heard.or((self.fault == Some(SelfTestFault::AlwaysWell)).then_some(true)) else {
                    self.phase = Phase::Due(at + AGAIN_AFTER);
                    return None;
                };
                let is_well = is_well || self.fault == Some(SelfTestFault::AlwaysWell);
                let next = at + if is_well { DAILY } else { AGAIN_AFTER };
                let is_last = self.fault == Some(SelfTestFault::OnceOnly);
                self.phase = if is_last { Phase::Never } else { Phase::Due(next) };
                let rings = self.fault == Some(SelfTestFault::Rings) && !std::mem::replace(&mut self.has_rung, true);
                self.rings_until = rings.then_some(at + RINGS_FOR);
                return Some(Outcome { is_well, rings });
            }
            Phase::Nameless | Phase::Never => {}
        }
        None
    }

    fn give_out(&mut self, from: Instant, given: Duration, in_call: bool, air: &mut dyn Acoustics) {
        let place = |of_tone: Duration| (of_tone.as_secs_f64() * RATE).round() as usize;
        let piece: Vec<f32> = (place(given)..place(given + PIECE)).map(tone).collect();
        air.speak((from + given).as_secs_f64(), 1.0 / RATE, &piece);
        self.phase = Phase::Sounding { from, given: given + PIECE, in_call };
    }
}

/// It swells and dies away within 10 ms, so that it does not click.
fn tone(n: usize) -> f32 {
    let (t, length) = (n as f64 / RATE, SOUNDS_FOR.as_secs_f64());
    let envelope = (t.min(length - t) / 0.010).clamp(0.0, 1.0);
    AMPLITUDE * (envelope * (std::f64::consts::TAU * PITCH * t).sin()) as f32
}

/// `None`: it is too loud beside it to tell.
fn is_heard(heard: &[f32]) -> Option<bool> {
    let own = power(heard, 0);
    let beside: Vec<f32> = (-BESIDE..=BESIDE).filter(|n| *n != 0).map(|n| power(heard, n * 3)).collect();
    let noise = beside.iter().sum::<f32>() / beside.len() as f32;
    let is_heard = own.sqrt() >= FAINTEST && own >= STANDS_OUT * noise;
    (is_heard || STANDS_OUT * noise < USUAL * USUAL).then_some(is_heard)
}

/// Square of the amplitude so many bins beside the tone.
fn power(heard: &[f32], bins: i32) -> f32 {
    let pitch = PITCH + f64::from(bins) / LISTENS_FOR;
    let turn = std::f64::consts::TAU * pitch / RATE;
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in heard.iter().enumerate() {
        let (sin, cos) = (turn * n as f64).sin_cos();
        re += f64::from(*sample) * cos;
        im += f64::from(*sample) * sin;
    }
    let amplitude = 2.0 / heard.len().max(1) as f64;
    ((re * re + im * im) * amplitude * amplitude) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the loudspeaker says reaches the microphone by so much, beside noise.
    struct Room {
        coupling: f32,
        noise: f32,
        said: Vec<f32>,
        first: f64,
    }
    impl Acoustics for Room {
        fn hear(&mut self, first: f64, period: f64, out: &mut [f32]) {
            let skip = ((first - self.first) / period).round() as usize;
            for (n, slot) in out.iter_mut().enumerate() {
                let said = self.said.get(n + skip).copied().unwrap_or(0.0);
                *slot = said * self.coupling + self.noise * crate::rng::noise_of(7, n as u64);
            }
        }
        fn speak(&mut self, first: f64, period: f64, samples: &[f32]) {
            let adjoins = (self.first + self.said.len() as f64 * period - first).abs() < period / 2.0;
            if !adjoins {
                (self.first, self.said) = (first, Vec::new());
            }
            self.said.extend(samples);
        }
    }
    fn at(seconds: u64) -> Instant {
        Instant::from_nanos(seconds * 1_000_000_000)
    }
    fn tested(coupling: f32, noise: f32, fault: Option<SelfTestFault>) -> Vec<(u64, Outcome)> {
        let mut room = Room { coupling, noise, said: Vec::new(), first: 0.0 };
        let mut test = SelfTest::new(fault);
        assert_eq!(test.next_wake(), None, "nobody has said who this is");
        test.begin(at(5));
        let mut outcomes = Vec::new();
        while let Some(due) = test.next_wake().filter(|due| *due < at(100_000)) {
            // Somebody talks in the second minute.
            let is_calling = (at(60)..at(120)).contains(&due);
            test.hangs_up(due);
            outcomes.extend(test.wake(due, is_calling, &mut room).map(|outcome| (due.as_secs_f64() as u64, outcome)));
        }
        outcomes
    }

    #[test]
    fn it_waits_for_the_end_of_a_call_and_comes_again_within_a_day_or_sooner_where_something_is_broken() {
        let well = Outcome { is_well: true, rings: false };
        assert_eq!(tested(0.01, 0.001, None), [(125, well), (126 + 23 * 3600, well)]);
        let broken = tested(0.0, 0.001, None);
        assert!(broken.len() > 100 && broken.iter().all(|(_, outcome)| *outcome == Outcome { is_well: false, rings: false }));
        // A street of about 75 dB beside a tone that reaches the microphone 40 dB fainter.
        assert_eq!(tested(0.04, 0.02, None).len(), 2, "in the street");
        // Beside a drill nothing can be told, neither that all is well nor that anything is broken.
        assert_eq!([tested(0.01, 0.3, None), tested(0.0, 0.3, None)].map(|told| told.len()), [0, 0]);
    }

    #[test]
    fn a_press_in_its_midst_ends_the_tone_at_once() {
        let sounded = |fault| {
            let mut room = Room { coupling: 0.01, noise: 0.0, said: Vec::new(), first: 0.0 };
            let mut test = SelfTest::new(fault);
            test.begin(at(5));
            let pressed = at(65) + Duration::from_millis(300);
            while let Some(due) = test.next_wake().filter(|due| *due < at(66)) {
                test.wake(due, due >= pressed, &mut room);
            }
            room.said.len() as f64 / RATE
        };
        assert_eq!(sounded(None), 0.3);
        assert_eq!(sounded(Some(SelfTestFault::GoesOn)), 0.8);
        assert_eq!(sounded(Some(SelfTestFault::InCall)), 0.3, "that one is another fault");
    }

    #[test]
    fn each_fault_is_one() {
        let well = Outcome { is_well: true, rings: false };
        assert_eq!(tested(0.0, 0.001, Some(SelfTestFault::AlwaysWell)).first(), Some(&(125, well)));
        assert_eq!(tested(0.01, 0.001, Some(SelfTestFault::InCall)).first(), Some(&(65, well)));
        assert_eq!(tested(0.01, 0.001, Some(SelfTestFault::OnceOnly)).len(), 1);
        let alone = |coupling, noise| tested(coupling, noise, Some(SelfTestFault::LoudspeakerAlone)).len();
        assert_eq!([alone(0.0, 0.0), alone(0.01, 0.001)], [2, 2]);
        assert!(alone(0.0, 0.001) > 100, "a loudspeaker that is gone is missed");
        assert_eq!(tested(0.01, 0.001, Some(SelfTestFault::Rings)).first(), Some(&(125, Outcome { is_well: true, rings: true })));
    }
}
