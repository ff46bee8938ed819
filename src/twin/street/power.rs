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

/// One without mains since long, its battery full, with the defects that its description names.
pub(in crate::twin) fn supply_of(config: SupplyConfig) -> Box<dyn Supply> {
    let mut supply: Box<dyn Supply> = Box::new(DinRail::new(config));
    if config.turns_in > 0.0 {
        supply = Box::new(Turning { supply, config, has_mains: false, is_on: false, turned: 0, away_until: None });
    }
    if config.turns_back_in > 0.0 {
        let within = nanos(config.turns_back_in);
        supply = Box::new(TurningBack { supply, within, has_mains: false, is_on: false, away_until: None });
    }
    if config.carries_once {
        supply = Box::new(CarryingOnce { supply, has_mains: false, is_spent: false });
    }
    if config.latches_within > 0.0 {
        supply = Box::new(Latching { supply, within: nanos(config.latches_within), fell: None, has_mains: false });
    }
    supply
}

/// Switched on shortly after its output's fall it stays off.
#[derive(Debug)]
struct Latching {
    supply: Box<dyn Supply>,
    within: u64,
    /// When the output fell last (nanoseconds).
    fell: Option<u64>,
    /// Before what has latched.
    has_mains: bool,
}

impl Supply for Latching {
    fn inner(&self) -> &dyn Supply {
        &*self.supply
    }
    fn inner_mut(&mut self) -> &mut dyn Supply {
        &mut *self.supply
    }
    fn set_mains(&mut self, at: u64, on: bool) -> Option<u64> {
        self.has_mains = on;
        let latches = on && !self.supply.output() && self.fell.is_some_and(|fell| at.saturating_sub(fell) < self.within);
        self.supply.set_mains(at, on && !latches)
    }
    fn settle(&mut self, at: u64) -> Option<bool> {
        let changed = self.supply.settle(at);
        if changed == Some(false) {
            self.fell = Some(at);
        }
        changed
    }
    fn condition(&self) -> Condition {
        Condition { has_mains: self.has_mains, ..self.supply.condition() }
    }
}

/// It gives nothing while it turns to its battery.
#[derive(Debug)]
struct Turning {
    supply: Box<dyn Supply>,
    config: SupplyConfig,
    has_mains: bool,
    /// What was told of its output last.
    is_on: bool,
    /// When it will have turned, and when its output returns.
    turned: u64,
    away_until: Option<u64>,
}

impl Supply for Turning {
    fn inner(&self) -> &dyn Supply {
        &*self.supply
    }
    fn inner_mut(&mut self) -> &mut dyn Supply {
        &mut *self.supply
    }
    /// Mains that return meanwhile start it as if it had been off.
    fn set_mains(&mut self, at: u64, on: bool) -> Option<u64> {
        let is_lost = std::mem::replace(&mut self.has_mains, on) && !on;
        let falls = self.supply.set_mains(at, on);
        if self.away_until.is_some() {
            self.away_until = Some(if on { at + nanos(self.config.start_up) } else { self.turned });
            return self.away_until;
        }
        let turned = at + nanos(self.config.turns_in);
        let carries = falls.is_some_and(|falls| falls > turned);
        if !(is_lost && self.is_on && carries) {
            return falls;
        }
        (self.turned, self.away_until) = (turned, Some(turned));
        Some(at)
    }
    fn settle(&mut self, at: u64) -> Option<bool> {
        self.supply.settle(at);
        self.away_until = self.away_until.filter(|until| *until > at);
        let is_on = self.output();
        (std::mem::replace(&mut self.is_on, is_on) != is_on).then_some(is_on)
    }
    fn next_look(&self, at: u64) -> Option<u64> {
        let returns = self.away_until.filter(|until| *until > at);
        returns.into_iter().chain(self.supply.next_look(at)).min()
    }
    fn output(&self) -> bool {
        self.away_until.is_none() && self.supply.output()
    }
}

/// It gives nothing while it turns back to its mains.
#[derive(Debug)]
struct TurningBack {
    supply: Box<dyn Supply>,
    within: u64,
    has_mains: bool,
    /// What was told of its output last.
    is_on: bool,
    away_until: Option<u64>,
}

impl Supply for TurningBack {
    fn inner(&self) -> &dyn Supply {
        &*self.supply
    }
    fn inner_mut(&mut self) -> &mut dyn Supply {
        &mut *self.supply
    }
    fn set_mains(&mut self, at: u64, on: bool) -> Option<u64> {
        let is_back = !std::mem::replace(&mut self.has_mains, on) && on;
        let due = self.supply.set_mains(at, on);
        if !(is_back && self.is_on && self.supply.condition().battery.is_some()) {
            return due;
        }
        self.away_until = Some(at + self.within);
        Some(at)
    }
    fn settle(&mut self, at: u64) -> Option<bool> {
        self.supply.settle(at);
        self.away_until = self.away_until.filter(|until| *until > at);
        let is_on = self.output();
        (std::mem::replace(&mut self.is_on, is_on) != is_on).then_some(is_on)
    }
    fn next_look(&self, at: u64) -> Option<u64> {
        let returns = self.away_until.filter(|until| *until > at);
        returns.into_iter().chain(self.supply.next_look(at)).min()
    }
    fn output(&self) -> bool {
        self.away_until.is_none() && self.supply.output()
    }
}

/// Its battery carries once and never again, and nobody is told.
#[derive(Debug)]
struct CarryingOnce {
    supply: Box<dyn Supply>,
    has_mains: bool,
    is_spent: bool,
}

impl Supply for CarryingOnce {
    fn inner(&self) -> &dyn Supply {
        &*self.supply
    }
    fn inner_mut(&mut self) -> &mut dyn Supply {
        &mut *self.supply
    }
    fn set_mains(&mut self, at: u64, on: bool) -> Option<u64> {
        let is_back = !std::mem::replace(&mut self.has_mains, on) && on;
        let due = self.supply.set_mains(at, on);
        if is_back && self.supply.output() && !self.is_spent {
            self.is_spent = true;
            let _no_change = self.supply.set_battery(at, false);
        }
        due
    }
    fn set_battery(&mut self, at: u64, connected: bool) -> Option<u64> {
        self.supply.set_battery(at, connected && !self.is_spent)
    }
    fn condition(&self) -> Condition {
        let condition = self.supply.condition();
        Condition { battery: condition.battery.map(|is_sound| is_sound || self.is_spent), ..condition }
    }
}

/// A small supply for a DIN rail, in order.
#[derive(Debug)]
struct DinRail {
    config: SupplyConfig,
    output: DelayedSwitch,
    has_mains: bool,
    is_connected: bool,
    /// Seconds that the battery can carry, as of then (nanoseconds).
    charge: f64,
    as_of: u64,
}

impl DinRail {
    fn new(config: SupplyConfig) -> Self {
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
        let mut supply = supply_of(config);
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
    fn running(config: SupplyConfig) -> Box<dyn Supply> {
        let mut supply = supply_of(config);
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
        let mut supply = supply_of(SupplyConfig::default());
        let first = supply.set_mains(0, true).expect("due");
        assert_eq!(supply.set_mains(MS, false), None);
        let second = supply.set_mains(2 * MS, true).expect("due");
        assert_eq!(supply.settle(first), None);
        assert_eq!(supply.settle(second), Some(true));
    }
}
