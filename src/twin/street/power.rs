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
}

impl Default for SupplyConfig {
    /// A small DIN-rail supply without battery.
    fn default() -> Self {
        SupplyConfig { hold_up: 0.02, start_up: 0.08, battery: 0.0 }
    }
}

#[derive(Debug)]
pub struct Supply {
    config: SupplyConfig,
    output: DelayedSwitch,
}

impl Supply {
    /// Without mains since long.
    pub fn new(config: SupplyConfig) -> Self {
        Supply { config, output: DelayedSwitch::default() }
    }

    /// Mains come or go. Returns when to look at [`Supply::settle`].
    pub fn set_mains(&mut self, at: u64, on: bool) -> Option<u64> {
        let SupplyConfig { hold_up, start_up, battery } = self.config;
        self.output.aim(at, on, || if on { start_up } else { hold_up + battery })
    }

    /// Carries out a change of output that is due; the new state, if it changed.
    pub fn settle(&mut self, at: u64) -> Option<bool> {
        self.output.settle(at)
    }

    pub fn output(&self) -> bool {
        self.output.is_on()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

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
