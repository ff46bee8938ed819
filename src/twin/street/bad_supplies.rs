//! Supplies that are not in order, each around another: they latch, turn slowly, or carry only once.
//!
//! Knows nothing of who switches the mains or of what the output feeds.

use super::power::{Condition, DinRail, Supply, SupplyConfig, nanos};

/// One without mains since long, its battery full, with the defects that its description names.
pub(in crate::twin) fn supply_of(config: SupplyConfig) -> Box<dyn Supply> {
    let mut supply: Box<dyn Supply> = Box::new(DinRail::new(config));
    if config.turns_in > 0.0 || config.turns_back_in > 0.0 {
        supply = Box::new(Turning { supply, config, has_mains: false, is_on: false, turned: 0, away_until: None });
    }
    if config.carries_once {
        supply = Box::new(CarryingOnce { supply, has_mains: false, is_spent: false });
    }
    if config.latches_within > 0.0 {
        supply = Box::new(Latching { supply, within: nanos(config.latches_within), fell: None, has_mains: false });
    }
    if config.gives_up_at_second_fall {
        supply = Box::new(GivingUp { supply, fell: None, off_since: None, is_shut: false, has_mains: false });
    }
    supply
}

/// The second fall of its output within a minute is its last, until it was without mains for ten seconds.
#[derive(Debug)]
struct GivingUp {
    supply: Box<dyn Supply>,
    /// When the output fell last, and the mains went (nanoseconds).
    fell: Option<u64>,
    off_since: Option<u64>,
    is_shut: bool,
    /// Before what is shut.
    has_mains: bool,
}

const WITHIN: u64 = 60_000_000_000;
const OPENS_AFTER: u64 = 10_000_000_000;

impl Supply for GivingUp {
    fn inner(&self) -> &dyn Supply {
        &*self.supply
    }
    fn inner_mut(&mut self) -> &mut dyn Supply {
        &mut *self.supply
    }
    fn set_mains(&mut self, at: u64, on: bool) -> Option<u64> {
        self.has_mains = on;
        if on {
            let was_off = self.off_since.take().map_or(0, |since| at.saturating_sub(since));
            self.is_shut &= was_off < OPENS_AFTER;
        } else {
            self.off_since.get_or_insert(at);
        }
        self.supply.set_mains(at, on && !self.is_shut)
    }
    fn settle(&mut self, at: u64) -> Option<bool> {
        let changed = self.supply.settle(at);
        if changed == Some(false) {
            self.is_shut |= self.fell.is_some_and(|fell| at.saturating_sub(fell) < WITHIN);
            self.fell = Some(at);
        }
        changed
    }
    fn condition(&self) -> Condition {
        Condition { has_mains: self.has_mains, ..self.supply.condition() }
    }
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

/// It gives nothing while it turns to its battery, or back.
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
        let is_changed = std::mem::replace(&mut self.has_mains, on) != on;
        let due = self.supply.set_mains(at, on);
        if self.away_until.is_some() {
            self.away_until = Some(if on { at + nanos(self.config.start_up) } else { self.turned });
            return self.away_until;
        }
        let turned = at + nanos(if on { self.config.turns_back_in } else { self.config.turns_in });
        let carries = match on {
            true => self.supply.condition().battery.is_some(),
            false => due.is_some_and(|falls| falls > turned),
        };
        if !(is_changed && self.is_on && turned > at && carries) {
            return due;
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

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;
    const S: u64 = 1000 * MS;

    /// One that runs.
    fn running(config: SupplyConfig) -> Box<dyn Supply> {
        let mut supply = supply_of(config);
        let on = supply.set_mains(0, true).expect("due");
        assert_eq!(supply.settle(on), Some(true));
        supply
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
    fn one_that_gives_up_stays_off_after_the_second_fall_until_it_was_off_for_a_while() {
        let returns = |first: u64, pause: u64| {
            let mut supply = running(SupplyConfig { gives_up_at_second_fall: true, ..SupplyConfig::default() });
            for at in [first, 100 * S] {
                let off = supply.set_mains(at, false).expect("due");
                assert_eq!(supply.settle(off), Some(false));
                if at == first {
                    let on = supply.set_mains(at + S, true).expect("due");
                    assert_eq!(supply.settle(on), Some(true));
                }
            }
            supply.set_mains(100 * S + pause, true).is_some()
        };
        assert_eq!([returns(20 * S, S), returns(70 * S, S), returns(70 * S, 11 * S)], [true, false, true]);
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
}
