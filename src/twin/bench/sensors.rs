//! The sensors before the post's lamps. Each fault of theirs are sensors around the sound ones, for one may see or be
//! taken for another.
//!
//! Knows lamps by their number, nothing of what they mean.

use super::adversity::{self, Adversity};
use super::boards::BoardFaults;
use super::leads::Bounces;
use super::mishap::{self, Mishap};
use super::nuisance::{GLOWS, Nuisance};
use super::trouble::{FROM, Trouble};

/// Call placed, connected, out of service.
pub(in crate::twin) const LAMPS: usize = 3;

/// What the sensors make of the lamps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::twin) struct Seen {
    /// To which lamp's input what is told, in order.
    pub told: Vec<(usize, bool)>,
    /// They tell something of themselves then.
    pub acts: Option<u64>,
}

impl Seen {
    fn one(lamp: usize, lit: bool) -> Self {
        Seen { told: vec![(lamp, lit)], acts: None }
    }
}

/// Whether each lamp is lit.
pub(in crate::twin) type Lamps = [bool; LAMPS];

/// What is not said of sensors here is as in those that they are around.
pub(in crate::twin) trait Sensors: Send {
    fn inner(&mut self) -> &mut dyn Sensors;
    /// By how much later than usual a lamp's sensor follows, in nanoseconds.
    fn dullness(&mut self, lamp: usize) -> u64 {
        self.inner().dullness(lamp)
    }
    /// A sensor has followed its lamp.
    fn sees(&mut self, at: u64, lamps: Lamps, lamp: usize, lit: bool) -> Seen {
        self.inner().sees(at, lamps, lamp, lit)
    }
    /// It is as late as was told.
    fn act(&mut self, at: u64, lamps: Lamps) -> Seen {
        self.inner().act(at, lamps)
    }
    /// When they act first of themselves.
    fn acts_first(&mut self) -> Option<u64> {
        self.inner().acts_first()
    }
    /// When all lamps are seen otherwise, though none has changed.
    fn looks(&mut self) -> Vec<u64> {
        self.inner().looks()
    }
}

const MS: u64 = 1_000_000;
const SECOND: u64 = 1000 * MS;
const DULL: u64 = 200 * MS;
const HALF_WAVE: u64 = 10 * MS;
/// Half-waves of a spell of flickering, and when the next one begins.
const SPELL: u64 = 800;
const SPELLS_EVERY: u64 = 90 * SECOND;
/// How often and how long a lamp shines on all of them, and how many times.
const DAZZLES: (u64, u64, u64) = (90 * SECOND, 20 * SECOND, 60);

const PLACED: usize = 0;
const CONNECTED: usize = 1;
const OUT_OF_SERVICE: usize = 2;

/// Those of a bench with these faults.
pub(in crate::twin) fn sensors_with(faults: &BoardFaults) -> Box<dyn Sensors> {
    let sensors = Phototransistors;
    match (faults.mishap, faults.trouble) {
        _ if faults.nuisance == Some(Nuisance::SensorAfterglows) => Box::new(Glowing(sensors)),
        _ if faults.adversity == Some(Adversity::SensorWireLoose) => Box::new(Loose { sensors, is_parted: false }),
        (Some(Mishap::LampsDazzled), _) => Box::new(Dazzled(sensors)),
        (_, Some(Trouble::SensorFlickers)) => Box::new(Flickering { sensors, half_wave: 0, sees_light: false }),
        (_, Some(Trouble::SensorBounces)) => Box::new(Bouncing { sensors, bounces: Bounces::default() }),
        (_, Some(Trouble::SensorDull)) => Box::new(Dull(sensors)),
        (_, Some(Trouble::LightLeaks)) => Box::new(Leaking(sensors)),
        (_, Some(Trouble::SensorsExchanged)) => Box::new(Exchanged(sensors)),
        (_, Some(Trouble::SensorFallsOff)) => Box::new(Fixed { sensors, lamp: CONNECTED, lit: false }),
        (_, Some(Trouble::SensorShorted)) => Box::new(Fixed { sensors, lamp: OUT_OF_SERVICE, lit: true }),
        _ => Box::new(sensors),
    }
}

/// All in order: each sees its lamp, and is at its own input.
struct Phototransistors;

impl Sensors for Phototransistors {
    fn inner(&mut self) -> &mut dyn Sensors {
        self
    }
    fn dullness(&mut self, _: usize) -> u64 {
        0
    }
    fn sees(&mut self, _: u64, _: Lamps, lamp: usize, lit: bool) -> Seen {
        Seen::one(lamp, lit)
    }
    fn act(&mut self, _: u64, _: Lamps) -> Seen {
        Seen::default()
    }
    fn acts_first(&mut self) -> Option<u64> {
        None
    }
    fn looks(&mut self) -> Vec<u64> {
        Vec::new()
    }
}

/// Now and then a lamp beside the bench shines on all of them.
struct Dazzled<S>(S);

impl<S: Sensors> Sensors for Dazzled<S> {
    fn inner(&mut self) -> &mut dyn Sensors {
        &mut self.0
    }
    fn sees(&mut self, at: u64, lamps: Lamps, lamp: usize, lit: bool) -> Seen {
        let (every, length, _) = DAZZLES;
        let is_dazzled = at >= mishap::FROM && (at - mishap::FROM) % every < length;
        self.0.sees(at, lamps, lamp, lit || is_dazzled)
    }
    fn looks(&mut self) -> Vec<u64> {
        let (every, length, times) = DAZZLES;
        (0..times).map(|n| mishap::FROM + n * every).flat_map(|at| [at, at + length]).collect()
    }
}

/// In spells, that of the out-of-service lamp sees a tube light as well.
struct Flickering<S> {
    sensors: S,
    half_wave: u64,
    sees_light: bool,
}

impl<S: Sensors> Sensors for Flickering<S> {
    fn inner(&mut self) -> &mut dyn Sensors {
        &mut self.sensors
    }
    fn sees(&mut self, at: u64, lamps: Lamps, lamp: usize, lit: bool) -> Seen {
        self.sensors.sees(at, lamps, lamp, lit || lamp == OUT_OF_SERVICE && self.sees_light)
    }
    fn act(&mut self, at: u64, lamps: Lamps) -> Seen {
        let is_over = self.half_wave >= SPELL;
        self.sees_light = self.half_wave.is_multiple_of(2) && !is_over;
        self.half_wave = if is_over { 0 } else { self.half_wave + 1 };
        let acts = Some(at + if is_over { SPELLS_EVERY } else { HALF_WAVE });
        Seen { acts, ..self.sees(at, lamps, OUT_OF_SERVICE, lamps[OUT_OF_SERVICE]) }
    }
    fn acts_first(&mut self) -> Option<u64> {
        Some(FROM)
    }
}

/// The input of the connected lamp's is not debounced.
struct Bouncing<S> {
    sensors: S,
    bounces: Bounces,
}

impl<S: Sensors> Sensors for Bouncing<S> {
    fn inner(&mut self) -> &mut dyn Sensors {
        &mut self.sensors
    }
    fn sees(&mut self, at: u64, lamps: Lamps, lamp: usize, lit: bool) -> Seen {
        let acts = (lamp == CONNECTED).then(|| self.bounces.begin(at));
        Seen { acts, ..self.sensors.sees(at, lamps, lamp, lit) }
    }
    fn act(&mut self, at: u64, lamps: Lamps) -> Seen {
        let (is_apart, acts) = self.bounces.next(at);
        Seen { acts, ..self.sensors.sees(at, lamps, CONNECTED, lamps[CONNECTED] != is_apart) }
    }
}

/// That of the connected lamp sees its light for a while longer than it is there.
struct Glowing<S>(S);

impl<S: Sensors> Sensors for Glowing<S> {
    fn inner(&mut self) -> &mut dyn Sensors {
        &mut self.0
    }
    fn sees(&mut self, at: u64, lamps: Lamps, lamp: usize, lit: bool) -> Seen {
        if lamp == CONNECTED && !lit {
            return Seen { told: Vec::new(), acts: Some(at + GLOWS) };
        }
        self.0.sees(at, lamps, lamp, lit)
    }
    fn act(&mut self, at: u64, lamps: Lamps) -> Seen {
        self.0.sees(at, lamps, CONNECTED, lamps[CONNECTED])
    }
}

/// The wire of that of the call-placed lamp is loose.
struct Loose<S> {
    sensors: S,
    is_parted: bool,
}

impl<S: Sensors> Sensors for Loose<S> {
    fn inner(&mut self) -> &mut dyn Sensors {
        &mut self.sensors
    }
    fn sees(&mut self, at: u64, lamps: Lamps, lamp: usize, lit: bool) -> Seen {
        self.sensors.sees(at, lamps, lamp, lit && !(lamp == PLACED && self.is_parted))
    }
    fn act(&mut self, at: u64, lamps: Lamps) -> Seen {
        let (every, length) = adversity::PARTS;
        self.is_parted = !self.is_parted;
        let acts = Some(at + if self.is_parted { length } else { every - length });
        Seen { acts, ..self.sees(at, lamps, PLACED, lamps[PLACED]) }
    }
    fn acts_first(&mut self) -> Option<u64> {
        Some(adversity::FROM)
    }
}

/// That of the call-placed lamp follows late.
struct Dull<S>(S);

impl<S: Sensors> Sensors for Dull<S> {
    fn inner(&mut self) -> &mut dyn Sensors {
        &mut self.0
    }
    fn dullness(&mut self, lamp: usize) -> u64 {
        self.0.dullness(lamp) + if lamp == PLACED { DULL } else { 0 }
    }
}

/// That of the out-of-service lamp sees the connected lamp beside it as well.
struct Leaking<S>(S);

impl<S: Sensors> Sensors for Leaking<S> {
    fn inner(&mut self) -> &mut dyn Sensors {
        &mut self.0
    }
    fn sees(&mut self, at: u64, lamps: Lamps, lamp: usize, lit: bool) -> Seen {
        let mut beside = match lamp {
            CONNECTED => self.0.sees(at, lamps, OUT_OF_SERVICE, lit || lamps[OUT_OF_SERVICE]).told,
            _ => Vec::new(),
        };
        let seen = self.0.sees(at, lamps, lamp, lit || lamp == OUT_OF_SERVICE && lamps[CONNECTED]);
        beside.extend(seen.told);
        Seen { told: beside, ..seen }
    }
}

/// Those of the two call lamps are the wrong way round.
struct Exchanged<S>(S);

impl<S: Sensors> Sensors for Exchanged<S> {
    fn inner(&mut self) -> &mut dyn Sensors {
        &mut self.0
    }
    fn sees(&mut self, at: u64, lamps: Lamps, lamp: usize, lit: bool) -> Seen {
        let mut seen = self.0.sees(at, lamps, lamp, lit);
        if at >= FROM {
            let others = seen.told.iter_mut().filter(|(lamp, _)| *lamp != OUT_OF_SERVICE);
            others.for_each(|(lamp, _)| *lamp = PLACED + CONNECTED - *lamp);
        }
        seen
    }
}

/// That of one lamp tells always the same.
struct Fixed<S> {
    sensors: S,
    lamp: usize,
    lit: bool,
}

impl<S: Sensors> Sensors for Fixed<S> {
    fn inner(&mut self) -> &mut dyn Sensors {
        &mut self.sensors
    }
    fn sees(&mut self, at: u64, lamps: Lamps, lamp: usize, lit: bool) -> Seen {
        let is_fixed = lamp == self.lamp && at >= FROM;
        self.sensors.sees(at, lamps, lamp, if is_fixed { self.lit } else { lit })
    }
    fn looks(&mut self) -> Vec<u64> {
        vec![FROM]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DARK: Lamps = [false; LAMPS];

    fn troubled(trouble: Trouble) -> Box<dyn Sensors> {
        sensors_with(&BoardFaults { trouble: Some(trouble), ..BoardFaults::default() })
    }

    fn check(trouble: Trouble, at: u64, lamps: Lamps, lamp: usize) -> Vec<(usize, bool)> {
        troubled(trouble).sees(at, lamps, lamp, lamps[lamp]).told
    }

    #[test]
    fn each_fault_shows_at_its_lamp_and_in_its_time() {
        let connected = [false, true, false];
        assert_eq!(sensors_with(&BoardFaults::default()).sees(0, connected, CONNECTED, true).told, [(CONNECTED, true)]);
        assert_eq!(check(Trouble::LightLeaks, 0, connected, CONNECTED), [(OUT_OF_SERVICE, true), (CONNECTED, true)]);
        assert_eq!(check(Trouble::SensorsExchanged, FROM - 1, connected, CONNECTED), [(CONNECTED, true)]);
        assert_eq!(check(Trouble::SensorsExchanged, FROM, connected, CONNECTED), [(PLACED, true)]);
        assert_eq!(check(Trouble::SensorFallsOff, FROM, connected, CONNECTED), [(CONNECTED, false)]);
        assert_eq!(check(Trouble::SensorShorted, FROM, DARK, OUT_OF_SERVICE), [(OUT_OF_SERVICE, true)]);
        let dull = |lamp| troubled(Trouble::SensorDull).dullness(lamp);
        assert_eq!((dull(PLACED), dull(CONNECTED)), (DULL, 0));
    }

    #[test]
    fn one_that_glows_tells_of_darkness_later_and_of_light_at_once() {
        let mut sensors = sensors_with(&BoardFaults { nuisance: Some(Nuisance::SensorAfterglows), ..BoardFaults::default() });
        assert_eq!(sensors.sees(5, [false, true, false], CONNECTED, true).told, [(CONNECTED, true)]);
        assert_eq!(sensors.sees(9, DARK, CONNECTED, false), Seen { told: vec![], acts: Some(9 + GLOWS) });
        assert_eq!(sensors.act(9 + GLOWS, DARK).told, [(CONNECTED, false)]);
        assert_eq!(sensors.sees(9, DARK, PLACED, false).told, [(PLACED, false)]);
    }

    #[test]
    fn dazzled_ones_see_light_for_a_while_and_look_when_it_comes_and_goes() {
        let mut sensors = sensors_with(&BoardFaults { mishap: Some(Mishap::LampsDazzled), ..BoardFaults::default() });
        let looks = sensors.looks();
        let seen = looks.iter().map(|at| sensors.sees(*at, DARK, PLACED, false).told[0].1);
        assert!(seen.enumerate().all(|(n, lit)| lit == n.is_multiple_of(2)) && looks.len() == 120);
    }

    #[test]
    fn a_flickering_one_sees_fifty_half_waves_a_second_in_spells() {
        let mut sensors = troubled(Trouble::SensorFlickers);
        let (mut at, mut lit, mut acts) = (sensors.acts_first().expect("it begins"), 0, 0);
        while at < FROM + SPELLS_EVERY {
            let seen = sensors.act(at, DARK);
            lit += u64::from(seen.told == [(OUT_OF_SERVICE, true)]);
            acts += 1;
            at = seen.acts.expect("it goes on");
        }
        assert_eq!((acts, lit), (SPELL + 1, SPELL / 2));
    }
}
