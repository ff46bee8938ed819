//! Mains, the post's supply with its hold-up time, and an optional battery. Microcontroller, voice module and media converter hang on its output.
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

#[derive(Debug)]
pub struct Supply {
    config: SupplyConfig,
    output: DelayedSwitch,
    /// When the output fell last (nanoseconds).
    fell: Option<u64>,
    has_mains: bool,
    is_connected: bool,
    /// Seconds that the battery can carry, as of then (nanoseconds).
    charge: f64,
    as_of: u64,
    /// When the output of one that turns slowly returns.
    turned: Option<u64>,
    /// Its battery has carried, and will not again.
    is_spent: bool,
}

impl Supply {
    /// Without mains since long, its battery full.
    pub fn new(config: SupplyConfig) -> Self {
        Supply {
            config,
            output: DelayedSwitch::default(),
            fell: None,
            has_mains: false,
            is_connected: true,
            charge: config.battery,
            as_of: 0,
            turned: None,
            is_spent: false,
        }
    }

    /// Mains come or go. Returns when to look at [`Supply::settle`].
    pub fn set_mains(&mut self, at: u64, on: bool) -> Option<u64> {
        self.account(at);
        let (is_lost, is_back) = (self.has_mains && !on, !self.has_mains && on);
        let carried = is_back && self.output.is_on() && self.charge < self.config.battery;
        self.is_spent |= carried && self.config.carries_once;
        self.has_mains = on;
        if is_lost && self.config.turns_in > 0.0 && self.can_carry() && self.output.is_on() {
            self.turned = Some(at + nanos(self.config.turns_in));
            return self.output.aim(at, false, || 0.0);
        }
        if carried && self.config.turns_back_in > 0.0 {
            self.turned = Some(at + nanos(self.config.turns_back_in));
            // What the battery's end had planned is void.
            let _now = self.output.aim(at, true, || 0.0);
            return self.output.aim(at, false, || 0.0);
        }
        self.aim(at)
    }

    /// The battery is connected or taken away.
    pub fn set_battery(&mut self, at: u64, connected: bool) -> Option<u64> {
        self.account(at);
        self.is_connected = connected;
        self.aim(at)
    }

    fn can_carry(&self) -> bool {
        self.is_connected && self.charge > 0.0 && !self.is_spent
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
        let SupplyConfig { hold_up, start_up, latches_within, .. } = self.config;
        if !self.has_mains {
            // A battery carries on what runs; it starts nothing of itself.
            let carries = if self.can_carry() { self.charge } else { 0.0 };
            return self.output.aim(at, false, || hold_up + carries);
        }
        let is_latched = |fell: u64| (at.saturating_sub(fell) as f64) < latches_within * 1e9;
        if !self.output.is_on() && self.fell.is_some_and(is_latched) {
            return None;
        }
        self.output.aim(at, true, || start_up)
    }

    /// Carries out a change of output that is due; the new state, if it changed.
    pub fn settle(&mut self, at: u64) -> Option<bool> {
        self.account(at);
        if self.turned.take_if(|due| *due <= at).is_some() {
            let _now = self.output.aim(at, true, || 0.0);
        }
        let changed = self.output.settle(at);
        if changed == Some(false) {
            self.fell = Some(at);
        }
        if changed == Some(true) && !self.has_mains {
            let _later = self.aim(at);
        }
        changed
    }

    /// When something will have changed of itself: an output that returns, a battery that is empty or has become weak.
    pub fn next_look(&self, at: u64) -> Option<u64> {
        let ahead = |seconds: f64| at + nanos(seconds);
        let weak = WEAK * self.config.battery;
        let drains = !self.has_mains && self.is_connected && self.output.is_on() && self.config.battery > 0.0;
        let drained =
            drains.then(|| if self.charge > weak { ahead(self.charge - weak) } else { ahead(self.charge + self.config.hold_up) });
        let later = |due: Option<u64>| due.filter(|due| *due > at);
        [later(self.turned), later(drained)].into_iter().flatten().min()
    }

    pub fn condition(&self) -> Condition {
        let is_sound = self.is_connected && self.charge > WEAK * self.config.battery;
        Condition { has_mains: self.has_mains, battery: (self.config.battery > 0.0).then_some(is_sound) }
    }

    pub fn output(&self) -> bool {
        self.output.is_on()
    }
}

fn nanos(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;
    const S: u64 = 1000 * MS;

    /// A supply that is on, mains off for `dip` milliseconds: does the output fall?
    fn check(dip: u64, config: SupplyConfig) -> bool {
        let mut supply = Supply::new(config);
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
    fn running(config: SupplyConfig) -> Supply {
        let mut supply = Supply::new(config);
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
    fn one_that_turns_slowly_gives_nothing_meanwhile() {
        let mut supply = running(SupplyConfig { battery: 100.0, turns_in: 0.05, ..SupplyConfig::default() });
        assert_eq!(supply.set_mains(10 * S, false), Some(10 * S));
        assert_eq!(supply.settle(10 * S), Some(false));
        let back = supply.next_look(10 * S).expect("due");
        assert_eq!((back, supply.settle(back)), (10 * S + 50 * MS, Some(true)));
        assert_eq!(supply.settle(100 * S), None);
        assert_eq!(supply.settle(111 * S), Some(false), "and then it carries as long as any");
    }

    #[test]
    fn one_that_turns_back_slowly_gives_nothing_meanwhile_either() {
        let mut supply = running(SupplyConfig { battery: 100.0, turns_back_in: 0.25, ..SupplyConfig::default() });
        assert_eq!(supply.set_mains(10 * S, false).and_then(|at| supply.settle(at.min(20 * S))), None);
        assert_eq!(supply.set_mains(20 * S, true), Some(20 * S));
        assert_eq!(supply.settle(20 * S), Some(false));
        let back = supply.next_look(20 * S).expect("due");
        assert_eq!((back, supply.settle(back)), (20 * S + 250 * MS, Some(true)));
    }

    #[test]
    fn a_battery_that_carries_once_carries_once_and_says_nothing() {
        let outlasts = |carries_once| {
            let mut supply = running(SupplyConfig { battery: 100.0, carries_once, ..SupplyConfig::default() });
            supply.set_mains(10 * S, false);
            supply.set_mains(20 * S, true);
            let condition = supply.condition();
            let off = supply.set_mains(60 * S, false).expect("due");
            (off > 61 * S, condition.battery)
        };
        assert_eq!([outlasts(false), outlasts(true)], [(true, Some(true)), (false, Some(true))]);
    }

    #[test]
    fn a_supply_that_latches_wants_a_longer_pause() {
        let starts_after = |pause: u64| {
            let mut supply = running(SupplyConfig { latches_within: 1.0, ..SupplyConfig::default() });
            let off = supply.set_mains(1000 * MS, false).expect("due");
            assert_eq!(supply.settle(off), Some(false));
            supply.set_mains(off + pause * MS, true).is_some()
        };
        assert_eq!([100, 999, 1001].map(starts_after), [false, false, true]);
    }

    #[test]
    fn a_bouncing_contact_starts_the_supply_once() {
        let mut supply = Supply::new(SupplyConfig::default());
        let first = supply.set_mains(0, true).expect("due");
        assert_eq!(supply.set_mains(MS, false), None);
        let second = supply.set_mains(2 * MS, true).expect("due");
        assert_eq!(supply.settle(first), None);
        assert_eq!(supply.settle(second), Some(true));
    }
}
