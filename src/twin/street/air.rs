//! The air around the post: what its microphone and the bench's artificial ear hear of the loudspeaker, of the
//! artificial mouth and of the street.
//!
//! Lazy: sounds are noted when they are made, and a microphone's signal is worked out only for the stretch that
//! somebody asks for. Knows nothing of calls, cards or codecs. Samples are relative to each transducer's full scale,
//! levels are dB re 20 µPa.

use crate::rng::{noise_of, stream};
use crate::twin::street::track::{Interpolators, Track};

/// Metres per second, dry air at 20 °C.
pub const SPEED_OF_SOUND: f64 = 343.0;
/// What is older is forgotten: a thirty-minute call must be measurable to its end.
const REMEMBERED_SECONDS: f64 = 40.0 * 60.0;

/// Geometry, levels and sensitivities. A level belongs to a full-scale sine.
#[derive(Debug, Clone, PartialEq)]
pub struct AirConfig {
    /// Metres from the post's loudspeaker to the artificial ear.
    pub speaker_to_ear: f64,
    /// Metres from the artificial mouth to the post's microphone.
    pub mouth_to_microphone: f64,
    /// Metres from the artificial mouth straight to the artificial ear.
    pub mouth_to_ear: f64,
    /// Metres from the post's loudspeaker to its own microphone.
    pub speaker_to_microphone: f64,
    /// Loudspeaker at full scale, dB SPL at 1 m.
    pub speaker_level: f64,
    /// Mouth at full scale, dB SPL at 1 m.
    pub mouth_level: f64,
    /// What puts the post's microphone at full scale, dB SPL.
    pub microphone_overload: f64,
    /// What puts the ear at full scale, dB SPL.
    pub ear_overload: f64,
    /// How much the housing keeps the loudspeaker from the microphone beside it, in dB.
    pub housing: f64,
    /// Street noise, dB SPL.
    pub noise: f64,
    /// Sound comes back from walls as well: by how many metres that way is longer, and by how many dB fainter it is
    /// then.
    pub reflections: &'static [(f64, f64)],
    /// A transformer hums at 100 Hz, dB SPL; nothing at 0.
    pub hum: f64,
    /// Somebody drills next door, dB SPL; nobody at 0.
    pub drill: f64,
}

impl Default for AirConfig {
    /// A quiet hall: for street noise raise `noise` to 60–75 dB.
    fn default() -> Self {
        AirConfig {
            speaker_to_ear: 1.0,
            mouth_to_microphone: 0.5,
            mouth_to_ear: 0.7,
            speaker_to_microphone: 0.12,
            speaker_level: 98.0,
            mouth_level: 92.0,
            microphone_overload: 106.0,
            ear_overload: 112.0,
            housing: 40.0,
            noise: 32.0,
            reflections: &[],
            hum: 0.0,
            drill: 0.0,
        }
    }
}

/// From when on somebody drills, how often and for how long, in seconds.
const DRILLS: (f64, f64, f64) = (60.0, 45.0, 5.0);

/// Delay in seconds over a distance in metres.
pub fn flight(metres: f64) -> f64 {
    metres / SPEED_OF_SOUND
}

/// Gain between two full scales: level at 1 m, distance, overload level and further damping.
fn gain(level: f64, metres: f64, overload: f64, damping: f64) -> f32 {
    10f64.powf((level - overload - damping) / 20.0) as f32 / metres as f32
}

#[derive(Debug)]
pub struct Air {
    config: AirConfig,
    interpolators: Interpolators,
    speaker: Track,
    mouth: Track,
    noise_at_post: u64,
    noise_at_ear: u64,
    street: Box<dyn Street>,
}

/// What is heard all around.
trait Street: std::fmt::Debug + Send {
    /// At a place with noise of its own (`series`) and this full scale, at `first`, `first + period`, …
    fn heard(&self, series: u64, overload: f64, first: f64, period: f64, out: &mut [f32]);
}

/// Traffic: noise of this level, which is the same whenever the same moment is asked for again.
#[derive(Debug)]
struct Traffic(f64);

impl Street for Traffic {
    fn heard(&self, series: u64, overload: f64, first: f64, period: f64, out: &mut [f32]) {
        // A full-scale sine has an RMS of 1/√2.
        let rms = (10f64.powf((self.0 - overload) / 20.0) * std::f64::consts::FRAC_1_SQRT_2) as f32;
        let number = (first / period).round().max(0.0) as u64;
        for (n, slot) in out.iter_mut().enumerate() {
            *slot = rms * noise_of(series, number + n as u64);
        }
    }
}

/// A transformer beside all else hums at 100 Hz, at this level.
#[derive(Debug)]
struct Transformer(Box<dyn Street>, f64);

impl Street for Transformer {
    fn heard(&self, series: u64, overload: f64, first: f64, period: f64, out: &mut [f32]) {
        self.0.heard(series, overload, first, period, out);
        let hum = 10f64.powf((self.1 - overload) / 20.0);
        for (n, slot) in out.iter_mut().enumerate() {
            let at = first + n as f64 * period;
            *slot += (hum * (std::f64::consts::TAU * (100.0 * at).fract()).sin()) as f32;
        }
    }
}

/// Somebody drills next door, at this level.
#[derive(Debug)]
struct Drill(Box<dyn Street>, f64);

impl Street for Drill {
    fn heard(&self, series: u64, overload: f64, first: f64, period: f64, out: &mut [f32]) {
        self.0.heard(series, overload, first, period, out);
        let drill = 10f64.powf((self.1 - overload) / 20.0) * std::f64::consts::FRAC_1_SQRT_2;
        let (from, every, length) = DRILLS;
        let number = (first / period).round().max(0.0) as u64;
        for (n, slot) in out.iter_mut().enumerate() {
            let at = first + n as f64 * period;
            if at > from && (at - from) % every < length {
                *slot += (drill * f64::from(noise_of(series ^ 1, number + n as u64))) as f32;
            }
        }
    }
}

/// The street as somebody has described it.
fn street_of(config: &AirConfig) -> Box<dyn Street> {
    let mut street: Box<dyn Street> = Box::new(Traffic(config.noise));
    if config.hum > 0.0 {
        street = Box::new(Transformer(street, config.hum));
    }
    if config.drill > 0.0 {
        street = Box::new(Drill(street, config.drill));
    }
    street
}

impl Air {
    pub fn new(config: AirConfig, seed: u64) -> Self {
        Air {
            street: street_of(&config),
            config,
            interpolators: Interpolators::default(),
            speaker: Track::default(),
            mouth: Track::default(),
            noise_at_post: stream(seed, "noise at the post"),
            noise_at_ear: stream(seed, "noise at the ear"),
        }
    }

    /// The post's loudspeaker sounds `samples`, the first at `first` seconds.
    pub fn from_speaker(&mut self, first: f64, period: f64, samples: &[f32]) {
        self.speaker.push(first, period, samples);
        self.speaker.forget_before(first - REMEMBERED_SECONDS);
    }

    /// The artificial mouth sounds `samples` in place of whatever it would have sounded from then on.
    pub fn from_mouth(&mut self, first: f64, period: f64, samples: &[f32]) {
        self.mouth.cut_from(first);
        self.mouth.push(first, period, samples);
        self.mouth.forget_before(first - REMEMBERED_SECONDS);
    }

    /// What the post's loudspeaker sounds at `first`, `first + period`, …, relative to its full scale, without anything
    /// else of the street.
    pub fn of_speaker(&self, first: f64, period: f64, out: &mut [f32]) {
        self.speaker.add_to(&self.interpolators, first, period, 1.0, out);
    }

    /// What the post's microphone hears at `first`, `first + period`, …
    pub fn at_microphone(&self, first: f64, period: f64, out: &mut [f32]) {
        let c = &self.config;
        self.street.heard(self.noise_at_post, c.microphone_overload, first, period, out);
        let mouth = gain(c.mouth_level, c.mouth_to_microphone, c.microphone_overload, 0.0);
        self.carry(&self.mouth, c.mouth_to_microphone, mouth, first, period, out);
        let echo = gain(c.speaker_level, c.speaker_to_microphone, c.microphone_overload, c.housing);
        self.carry(&self.speaker, c.speaker_to_microphone, echo, first, period, out);
    }

    /// What the artificial ear hears.
    pub fn at_ear(&self, first: f64, period: f64, out: &mut [f32]) {
        let c = &self.config;
        self.street.heard(self.noise_at_ear, c.ear_overload, first, period, out);
        let speaker = gain(c.speaker_level, c.speaker_to_ear, c.ear_overload, 0.0);
        self.carry(&self.speaker, c.speaker_to_ear, speaker, first, period, out);
        let mouth = gain(c.mouth_level, c.mouth_to_ear, c.ear_overload, 0.0);
        self.carry(&self.mouth, c.mouth_to_ear, mouth, first, period, out);
    }

    /// A sound over so many metres, straight and by way of the walls.
    fn carry(&self, sound: &Track, metres: f64, gain: f32, first: f64, period: f64, out: &mut [f32]) {
        for (longer, fainter) in std::iter::once(&(0.0, 0.0)).chain(self.config.reflections) {
            let gain = gain * 10f64.powf(-fainter / 20.0) as f32;
            sound.add_to(&self.interpolators, first - flight(metres + longer), period, gain, out);
        }
    }

    pub fn config(&self) -> &AirConfig {
        &self.config
    }

    /// How sounds are read between their samples, for wires that carry them too.
    pub fn interpolators(&self) -> &Interpolators {
        &self.interpolators
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A band-limited click of known place: a windowed sinc pulse around sample 400.
    fn click(rate: f64, first: f64, at: f64) -> Vec<f32> {
        let pulse = |n: usize| {
            let t = (first + n as f64 / rate - at) * 3000.0;
            let window = (-(t / 6.0).powi(2)).exp();
            (if t.abs() < 1e-9 { 1.0 } else { (std::f64::consts::PI * t).sin() / (std::f64::consts::PI * t) } * window) as f32
        };
        (0..800).map(pulse).collect()
    }

    /// Where, in seconds, `heard` fits a click best, searched to 0.1 µs by correlation.
    fn place(heard: &[f32], rate: f64, first: f64, near: f64) -> f64 {
        let score = |at: f64| -> f64 {
            (0..heard.len())
                .map(|n| {
                    let t = (first + n as f64 / rate - at) * 3000.0;
                    let window = (-(t / 6.0).powi(2)).exp();
                    let pulse = if t.abs() < 1e-9 { 1.0 } else { (std::f64::consts::PI * t).sin() / (std::f64::consts::PI * t) };
                    f64::from(heard[n]) * pulse * window
                })
                .sum()
        };
        let candidates = (-400..=400).map(|k| near + f64::from(k) * 1e-7);
        candidates.max_by(|a, b| score(*a).total_cmp(&score(*b))).expect("candidates")
    }

    #[test]
    fn the_mouth_reaches_microphone_and_ear_after_the_flight_of_the_sound() {
        let mut air = Air::new(AirConfig { noise: -60.0, ..AirConfig::default() }, 1);
        let (card, module) = (48000.0 * (1.0 + 61e-6), 8000.0 * (1.0 - 23e-6));
        air.from_mouth(1.0, 1.0 / card, &click(card, 1.0, 1.008));
        let mut heard = vec![0.0; 400];
        air.at_microphone(1.0003, 1.0 / module, &mut heard);
        let at = place(&heard, module, 1.0003, 1.008 + 0.5 / 343.0);
        assert!((at - 1.008 - 0.5 / 343.0).abs() < 3e-7, "{at}");
        let mut heard = vec![0.0; 2400];
        air.at_ear(1.0003, 1.0 / card, &mut heard);
        let at = place(&heard, card, 1.0003, 1.008 + 0.7 / 343.0);
        assert!((at - 1.008 - 0.7 / 343.0).abs() < 3e-7, "{at}");
    }

    #[test]
    fn the_loudspeaker_reaches_the_ear_in_2_9_ms_and_the_microphone_damped() {
        let mut air = Air::new(AirConfig { noise: -60.0, ..AirConfig::default() }, 1);
        let (module, card) = (8000.0, 48000.0 * (1.0 - 80e-6));
        air.from_speaker(1.0, 1.0 / module, &click(module, 1.0, 1.05));
        let mut heard = vec![0.0; 4800];
        air.at_ear(1.0, 1.0 / card, &mut heard);
        let at = place(&heard, card, 1.0, 1.0529);
        assert!((at - 1.05 - 1.0 / 343.0).abs() < 3e-7, "{at}");
        let mut own = vec![0.0; 800];
        air.at_microphone(1.0, 1.0 / module, &mut own);
        let peak = own.iter().fold(0f32, |p, x| p.max(x.abs()));
        assert!(peak > 0.02 && peak < 0.05, "{peak}");
    }

    #[test]
    fn street_noise_has_its_level_and_does_not_change_when_heard_twice() {
        let air = Air::new(AirConfig { noise: 75.0, ..AirConfig::default() }, 1);
        let (mut once, mut twice) = (vec![0.0; 48000], vec![0.0; 48000]);
        air.at_ear(3.0, 1.0 / 48000.0, &mut once);
        air.at_ear(3.0, 1.0 / 48000.0, &mut twice);
        assert_eq!(once, twice);
        let power = once.iter().map(|x| f64::from(x * x)).sum::<f64>() / 48000.0;
        let level = 10.0 * (power * 2.0).log10() + 112.0;
        assert!((level - 75.0).abs() < 0.2, "{level}");
    }

    #[test]
    fn a_transformer_and_a_drill_are_heard_beside_the_street_at_their_level_and_in_their_time() {
        let level = |config: AirConfig, first: f64| {
            let mut heard = vec![0.0; 48000];
            Air::new(config, 1).at_ear(first, 1.0 / 48000.0, &mut heard);
            let power = heard.iter().map(|x| f64::from(x * x)).sum::<f64>() / 48000.0;
            10.0 * (power * 2.0).log10() + 112.0
        };
        let quiet = AirConfig { noise: 20.0, ..AirConfig::default() };
        assert!((level(AirConfig { hum: 72.0, ..quiet.clone() }, 3.0) - 72.0).abs() < 0.1);
        let drilling = AirConfig { drill: 88.0, ..quiet };
        assert!((level(drilling.clone(), 61.0) - 88.0).abs() < 0.2 && level(drilling, 70.0) < 21.0);
    }
}
