//! The fibre between post and operator, with a media converter at each end: what is lost, what is late, and when the
//! link is seen to be up.
//!
//! Knows nothing of what the datagrams carry. Its contact comes from the wiring, its power from the supply.

use crate::rng::Rng;
use crate::twin::street::delayed_switch::DelayedSwitch;

const MILLISECOND: u64 = 1_000_000;
/// Two datagrams so close meet within a buffer, and so many of those are given up.
const MEETS: u64 = 25 * MILLISECOND;
const GIVEN_UP: f64 = 0.2;

/// Which way a datagram goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    ToOperator = 0,
    ToPost = 1,
}

/// What the line does to datagrams.
#[derive(Debug, Clone, PartialEq)]
pub struct LineConfig {
    /// Delay of the fibre and its converters, in seconds, each way.
    pub delay: f64,
    /// A datagram may be later by up to this many seconds; order is kept (first in, first out).
    pub jitter: f64,
    /// Probability that a datagram is lost, each way on its own.
    pub loss: f64,
    /// Converter: from loss of light to loss of the copper link, in seconds.
    pub drop_after: f64,
    /// Converter: from light (or power) to the copper link being up again (autonegotiation), in seconds.
    pub up_after: f64,
    /// One end of the copper is full duplex and the other is not: what meets a datagram of the other way may be lost.
    pub duplex_mismatch: bool,
}

impl Default for LineConfig {
    /// Some kilometres of fibre in good order.
    fn default() -> Self {
        LineConfig { delay: 0.000_2, jitter: 0.000_05, loss: 0.0, drop_after: 0.008, up_after: 0.2, duplex_mismatch: false }
    }
}

/// How many datagrams went in, and what became of them, for one way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Carried {
    pub sent: u64,
    pub lost: u64,
}

/// What the copper between converter and post lets through. What is not said of one here is as in the one that it is
/// around.
trait Copper: std::fmt::Debug + Send {
    /// Whether a datagram gets through; `since_other`: how long ago the last one came to the post.
    fn passes(&mut self, chance: &mut Rng, way: Way, since_other: u64) -> bool;
}

/// Both of its ends are full duplex.
#[derive(Debug)]
struct Matched;

impl Copper for Matched {
    fn passes(&mut self, _: &mut Rng, _: Way, _: u64) -> bool {
        true
    }
}

/// Only the far one is: a late collision, for which the post's end alone gives up what it sends.
#[derive(Debug)]
struct Mismatched<C>(C);

impl<C: Copper> Copper for Mismatched<C> {
    fn passes(&mut self, chance: &mut Rng, way: Way, since_other: u64) -> bool {
        let collides = way == Way::ToOperator && since_other < MEETS && chance.happens(GIVEN_UP);
        !collides && self.0.passes(chance, way, since_other)
    }
}

#[derive(Debug)]
pub struct Line {
    config: LineConfig,
    copper: Box<dyn Copper>,
    light: bool,
    powered: bool,
    link: DelayedSwitch,
    last_arrival: [u64; 2],
    carried: [Carried; 2],
    chance: Rng,
}

impl Line {
    /// A connected fibre, converter without power.
    pub fn new(config: LineConfig, seed: u64) -> Self {
        Line {
            copper: if config.duplex_mismatch { Box::new(Mismatched(Matched)) } else { Box::new(Matched) },
            config,
            light: true,
            powered: false,
            link: DelayedSwitch::default(),
            last_arrival: [0; 2],
            carried: [Carried::default(); 2],
            chance: Rng::new(seed, "line"),
        }
    }

    /// The fibre is connected or cut. Returns when to look at [`Line::settle`].
    pub fn set_light(&mut self, at: u64, connected: bool) -> Option<u64> {
        self.light = connected;
        self.aim(at)
    }

    /// The post's converter has power or not: without, the link is gone at once.
    pub fn set_power(&mut self, at: u64, on: bool) -> Option<u64> {
        self.powered = on;
        self.aim(at)
    }

    fn aim(&mut self, at: u64) -> Option<u64> {
        let wanted = self.light && self.powered;
        let Line { config, chance, powered, .. } = self;
        self.link.aim(at, wanted, || match (wanted, powered) {
            (true, _) => config.up_after * chance.between(0.9, 1.1),
            (false, true) => config.drop_after * chance.between(0.7, 1.3),
            (false, false) => 0.0,
        })
    }

    /// Carries out a change of link that is due; the new state, if it changed.
    pub fn settle(&mut self, at: u64) -> Option<bool> {
        self.link.settle(at)
    }

    /// When a datagram of `bytes` payload handed over at `at` arrives at the other end; `None`: never.
    pub fn carry(&mut self, at: u64, way: Way, bytes: usize) -> Option<u64> {
        let lost = self.chance.happens(self.config.loss);
        let late = self.config.jitter * self.chance.unit();
        let since_other = at.saturating_sub(self.last_arrival[Way::ToPost as usize]);
        let gone = lost || !self.passes() || !self.copper.passes(&mut self.chance, way, since_other);
        let carried = &mut self.carried[way as usize];
        carried.sent += 1;
        if gone {
            carried.lost += 1;
            return None;
        }
        // 100 Mbit/s: 80 ns an octet, 66 octets of Ethernet, IP and UDP around the payload.
        let wire = (bytes as u64 + 66) * 80;
        let free = at + wire + ((self.config.delay + late) * 1e9) as u64;
        let last = &mut self.last_arrival[way as usize];
        *last = free.max(*last + wire);
        Some(*last)
    }

    /// Does light carry data now.
    pub fn passes(&self) -> bool {
        self.link.is_on() && self.light && self.powered
    }

    /// The copper link at the post's converter.
    pub fn link(&self) -> bool {
        self.link.is_on()
    }

    /// What went in and what was lost, one way.
    pub fn carried(&self, way: Way) -> Carried {
        self.carried[way as usize]
    }
}

/// How long a converter needs at most before a change of light is a change of link, in nanoseconds: for waits in tests.
pub const SLOWEST_CHANGE: u64 = 1_700 * MILLISECOND;

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn up(config: LineConfig, seed: u64) -> Line {
        let mut line = Line::new(config, seed);
        let at = line.set_power(0, true).expect("a change is due");
        assert_eq!(line.settle(at), Some(true));
        line
    }

    /// Sends `count` datagrams at 50 a second; the arrivals' delays in seconds.
    fn check(config: LineConfig, count: u64) -> Vec<f64> {
        let mut line = up(config, 5);
        let sent = (0..count).map(|n| 10 * SECOND + n * 20 * MILLISECOND);
        sent.filter_map(|at| line.carry(at, Way::ToPost, 172).map(|then| (then - at) as f64 * 1e-9)).collect()
    }

    #[test]
    fn loss_comes_at_the_stated_rate() {
        let arrived = check(LineConfig { loss: 0.03, ..LineConfig::default() }, 20000).len();
        // 4 standard deviations of a binomial with p = 0.03: 97.
        assert!((19400 - 97..=19400 + 97).contains(&arrived), "{arrived}");
    }

    #[test]
    fn jitter_stays_within_its_bound_and_keeps_the_order() {
        let config = LineConfig { delay: 0.01, jitter: 0.04, ..LineConfig::default() };
        let delays = check(config, 5000);
        let (low, high) = delays.iter().fold((f64::MAX, 0f64), |(l, h), d| (l.min(*d), h.max(*d)));
        assert!((0.01..0.0105).contains(&low) && (0.045..0.0501).contains(&high), "{low} {high}");
        assert!(delays.windows(2).all(|pair| pair[1] + 0.02 > pair[0]), "overtaken");
    }

    #[test]
    fn a_cut_is_silent_at_once_and_seen_by_the_link_a_little_later() {
        let mut line = up(LineConfig::default(), 1);
        let seen = line.set_light(9 * SECOND, false).expect("due");
        assert!((9 * SECOND + 5 * MILLISECOND..9 * SECOND + 11 * MILLISECOND).contains(&seen));
        assert!(line.link() && line.carry(9 * SECOND + 1, Way::ToOperator, 100).is_none());
        assert_eq!(line.settle(seen), Some(false));
        let back = line.set_light(20 * SECOND, true).expect("due");
        assert!((170 * MILLISECOND..230 * MILLISECOND).contains(&(back - 20 * SECOND)) && back - 20 * SECOND < SLOWEST_CHANGE);
        assert!(line.carry(back - 1, Way::ToPost, 100).is_none());
        assert_eq!(line.settle(back), Some(true));
        assert!(line.carry(back + 1, Way::ToPost, 100).is_some());
    }

    #[test]
    fn a_glitch_shorter_than_the_converter_notices_leaves_the_link_up() {
        let mut line = up(LineConfig::default(), 1);
        let seen = line.set_light(9 * SECOND, false).expect("due");
        assert_eq!(line.set_light(9 * SECOND + MILLISECOND, true), None);
        assert_eq!(line.settle(seen), None);
        assert!(line.passes());
    }

    #[test]
    fn a_mismatched_end_gives_up_some_of_what_meets_something_and_nothing_else() {
        let lost = |duplex_mismatch, answered: bool| {
            let mut line = up(LineConfig { duplex_mismatch, ..LineConfig::default() }, 1);
            for at in (0..2000).map(|n| 10 * SECOND + n * 50 * MILLISECOND) {
                if answered {
                    line.carry(at, Way::ToPost, 172);
                }
                line.carry(at + 5 * MILLISECOND, Way::ToOperator, 172);
            }
            assert_eq!(line.carried(Way::ToPost).lost, 0);
            line.carried(Way::ToOperator).lost
        };
        assert_eq!([lost(false, true), lost(true, false)], [0, 0]);
        // 4 standard deviations of a binomial with p = 0.2: 72.
        assert!((400 - 72..=400 + 72).contains(&lost(true, true)));
    }
}
