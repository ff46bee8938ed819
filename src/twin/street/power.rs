//! Mains, the post's supply with its hold-up time, and an optional battery. Microcontroller, voice module and media
//! converter hang on its output.
//!
//! Knows nothing of who switches the mains or of what the output feeds.

use crate::twin::street::delayed_switch::DelayedSwitch;

/// How a supply behaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SupplyConfig {
    /// From loss of mains to loss of output, in seconds: shorter dips are not seen.
    pub hold_up: f64,
    /// From mains on to output on, in seconds.
    pub start_up: f64,
    /// A full battery carries the post for so many seconds; 0: none fitted.
    pub battery: f64,
    /// A defective one latches: switched on within so many seconds of its output's fall it stays off.
    pub latches_within: f64,
    /// A defective one gives nothing for so many seconds while it turns to its battery.
    pub turns_in: f64,
    /// The same while it turns back to its mains.
    pub turns_back_in: f64,
    /// A defective battery carries once and never again, and nobody is told.
    pub carries_once: bool,
    /// The second fall of a defective one's output within a minute is its last, until it was without mains for a while.
    pub gives_up_at_second_fall: bool,
}

impl Default for SupplyConfig {
    /// A small DIN-rail supply without battery.
    fn default() -> Self {
        SupplyConfig {
            hold_up: 0.02,
            start_up: 0.08,
            battery: 0.0,
            latches_within: 0.0,
            turns_in: 0.0,
            turns_back_in: 0.0,
            carries_once: false,
            gives_up_at_second_fall: false,
        }
    }
}

/// How it is, as its signal contacts say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    pub has_mains: bool,
    /// `None`: none is meant to be there. Else whether it is connected and charged.
    pub battery: Option<bool>,
}

/// Of a full charge: less is told as a weak battery.
const WEAK: f64 = 0.2;
/// A battery takes so many times longer to be charged than to be emptied.
const CHARGES_SLOWER: f64 = 4.0;

/// A supply. What is not said of one here is as in the one that it is around.
pub(in crate::twin) trait Supply: std::fmt::Debug + Send {
    fn inner(&self) -> &dyn Supply;
    fn inner_mut(&mut self) -> &mut dyn Supply;
    /// Mains come or go. Returns when to look at [`Supply::settle`].
    fn set_mains(&mut self, at: u64, on: bool) -> Option<u64> {
        self.inner_mut().set_mains(at, on)
    }
    /// The battery is connected or taken away.
    fn set_battery(&mut self, at: u64, connected: bool) -> Option<u64> {
        self.inner_mut().set_battery(at, connected)
    }
    /// So many seconds of the battery are taken at once, if it is that which carries. Returns when to look.
    fn drain(&mut self, at: u64, seconds: f64) -> Option<u64> {
        self.inner_mut().drain(at, seconds)
    }
    /// Carries out a change of output that is due; the new state, if it changed.
    fn settle(&mut self, at: u64) -> Option<bool> {
        self.inner_mut().settle(at)
    }
    /// When something will have changed of itself: an output that returns, a battery that is empty or has become weak.
    fn next_look(&self, at: u64) -> Option<u64> {
        self.inner().next_look(at)
    }
    fn condition(&self) -> Condition {
        self.inner().condition()
    }
    fn output(&self) -> bool {
        self.inner().output()
    }
}

/// A small supply for a DIN rail, in order.
#[derive(Debug)]
pub(in crate::twin) struct DinRail {
    config: SupplyConfig,
    output: DelayedSwitch,
    has_mains: bool,
    is_connected: bool,
    /// Seconds that the battery can carry, as of then (nanoseconds).
    charge: f64,
    as_of: u64,
}

impl DinRail {
    pub fn new(config: SupplyConfig) -> Self {
        DinRail {
            config,
            output: DelayedSwitch::default(),
            has_mains: false,
            is_connected: true,
            charge: config.battery,
            as_of: 0,
        }
    }

    /// What the battery has given or taken since it was last looked at.
    fn account(&mut self, at: u64) {
        let passed = at.saturating_sub(self.as_of) as f64 / 1e9;
        self.as_of = at;
        if !self.is_connected {
            return;
        }
        if self.has_mains {
            self.charge = (self.charge + passed / CHARGES_SLOWER).min(self.config.battery);
        } else if self.output.is_on() {
            self.charge = (self.charge - passed).max(0.0);
        }
    }

    fn aim(&mut self, at: u64) -> Option<u64> {
        let SupplyConfig { hold_up, start_up, .. } = self.config;
        if self.has_mains {
            return self.output.aim(at, true, || start_up);
        }
        // A battery carries on what runs; it starts nothing of itself.
        let carries = if self.is_connected { self.charge } else { 0.0 };
        self.output.aim(at, false, || hold_up + carries)
    }
}

impl Supply for DinRail {
    fn inner(&self) -> &dyn Supply {
        self
    }
    fn inner_mut(&mut self) -> &mut dyn Supply {
        self
    }
    fn set_mains(&mut self, at: u64, on: bool) -> Option<u64> {
        self.account(at);
        self.has_mains = on;
        self.aim(at)
    }
    fn set_battery(&mut self, at: u64, connected: bool) -> Option<u64> {
        self.account(at);
        self.is_connected = connected;
        self.aim(at)
    }
    fn drain(&mut self, at: u64, seconds: f64) -> Option<u64> {
        self.account(at);
        if self.has_mains || !self.is_connected || !self.output.is_on() {
            return None;
        }
        self.charge = (self.charge - seconds).max(0.0);
        // What was planned of its end is planned anew.
        let _given_up = self.output.aim(at, true, || 0.0);
        self.aim(at)
    }
    fn settle(&mut self, at: u64) -> Option<bool> {
        self.account(at);
        let changed = self.output.settle(at);
        if changed == Some(true) && !self.has_mains {
            let _later = self.aim(at);
        }
        changed
    }
    fn next_look(&self, at: u64) -> Option<u64> {
        let weak = WEAK * self.config.battery;
        let drains = !self.has_mains && self.is_connected && self.output.is_on() && self.config.battery > 0.0;
        let left = if self.charge > weak { self.charge - weak } else { self.charge + self.config.hold_up };
        drains.then(|| at + nanos(left)).filter(|due| *due > at)
    }
    fn condition(&self) -> Condition {
        let is_sound = self.is_connected && self.charge > WEAK * self.config.battery;
        Condition { has_mains: self.has_mains, battery: (self.config.battery > 0.0).then_some(is_sound) }
    }
    fn output(&self) -> bool {
        self.output.is_on()
    }
}

pub(in crate::twin) fn nanos(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;
    const S: u64 = 1000 * MS;

    /// A supply that is on, mains off for `dip` milliseconds: does the output fall?
    fn check(dip: u64, config: SupplyConfig) -> bool {
        let mut supply = DinRail::new(config);
        let on = supply.set_mains(0, true).expect("due");
        assert_eq!(supply.settle(on), Some(true));
        let off = supply.set_mains(1000 * MS, false).expect("due");
        let fell = off <= (1000 + dip) * MS && supply.settle(off) == Some(false);
        supply.set_mains((1000 + dip) * MS, true);
        assert_eq!(supply.output(), !fell);
        fell
    }

    #[test]
    fn dips_shorter_than_the_hold_up_are_not_seen() {
        let config = SupplyConfig::default();
        assert!(!check(5, config) && !check(19, config));
        assert!(check(21, config) && check(500, config));
    }

    #[test]
    fn a_battery_carries_on() {
        assert!(!check(59_000, SupplyConfig { battery: 60.0, ..SupplyConfig::default() }));
        assert!(check(61_000, SupplyConfig { battery: 60.0, ..SupplyConfig::default() }));
    }

    /// One with a battery of so many seconds, running since a second.
    fn running(config: SupplyConfig) -> DinRail {
        let mut supply = DinRail::new(config);
        let on = supply.set_mains(0, true).expect("due");
        assert_eq!(supply.settle(on), Some(true));
        supply
    }

    #[test]
    fn a_battery_is_emptied_and_charged_and_tells_when_it_is_weak() {
        let mut supply = running(SupplyConfig { battery: 100.0, ..SupplyConfig::default() });
        let condition = |has_mains, battery| Condition { has_mains, battery: Some(battery) };
        assert_eq!(supply.condition(), condition(true, true));
        supply.set_mains(10 * S, false);
        assert_eq!(supply.next_look(10 * S), Some(90 * S), "four fifths of it");
        assert_eq!((supply.settle(90 * S), supply.condition()), (None, condition(false, false)));
        supply.set_mains(90 * S, true);
        // Forty seconds charge ten.
        supply.set_mains(130 * S, false);
        assert_eq!(supply.settle(159 * S), None);
        assert_eq!(supply.settle(161 * S), Some(false));
    }

    #[test]
    fn without_its_battery_a_post_falls_with_the_mains_and_says_so_before() {
        let mut supply = running(SupplyConfig { battery: 100.0, ..SupplyConfig::default() });
        supply.set_battery(10 * S, false);
        assert_eq!(supply.condition(), Condition { has_mains: true, battery: Some(false) });
        assert_eq!(supply.set_mains(11 * S, false), Some(11 * S + 20 * MS));
        assert_eq!(supply.settle(11 * S + 20 * MS), Some(false));
        assert_eq!(supply.set_battery(20 * S, true), None, "a battery alone starts nothing");
    }

    #[test]
    fn what_is_drained_is_missing_at_the_end() {
        let mut supply = running(SupplyConfig { battery: 100.0, ..SupplyConfig::default() });
        assert_eq!(supply.drain(5 * S, 30.0), None, "the mains carry");
        supply.set_mains(10 * S, false);
        let falls = supply.drain(20 * S, 30.0).expect("due");
        assert_eq!(falls, 80 * S + 20 * MS);
        assert_eq!((supply.settle(79 * S), supply.settle(falls)), (None, Some(false)));
    }

    #[test]
    fn a_bouncing_contact_starts_the_supply_once() {
        let mut supply = DinRail::new(SupplyConfig::default());
        let first = supply.set_mains(0, true).expect("due");
        assert_eq!(supply.set_mains(MS, false), None);
        let second = supply.set_mains(2 * MS, true).expect("due");
        assert_eq!(supply.settle(first), None);
        assert_eq!(supply.settle(second), Some(true));
    }
}
