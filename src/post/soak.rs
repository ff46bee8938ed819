//! Long waiting in which a post is left to itself.

use super::{Fault, Post, Result};
use crate::unit::{Estimate, Method, Quantity, Unit};
use crate::verdict::Criterion;
use std::time::Duration;

const PHANTOM_CALLS: Quantity = Quantity {
    key: "T32.calls-without-press",
    unit: Unit::Count,
    en: "calls that nobody asked for",
    pl: "samoczynne zgłoszenia",
    method: Method::new(
        "INVITEs received while the button's contact stays open, counted until the first or to the end of the time",
        "zaproszenia INVITE odebrane przy otwartym styku przycisku, liczone do pierwszego lub do końca podanego czasu",
        "",
    ),
    requirement: "T32",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[PHANTOM_CALLS];

/// The record is looked at once in so long: a call that came is told soon, and three days cost little.
const LOOK_EVERY: Duration = Duration::from_secs(60);

impl Post {
    /// T32: nobody touches the post for so long.
    pub fn no_call_of_its_own(&mut self, time: Duration) -> Result<()> {
        self.end_what_stands()?;
        let from = self.bench.now();
        let until = from + time;
        let calls = loop {
            let calls = self.bench.record.invited_since(from).count();
            let left = until.since(self.bench.now());
            if calls > 0 || left.is_zero() {
                break calls;
            }
            self.bench.wait::<Fault>(left.min(LOOK_EVERY))?;
        };
        self.judge(&PHANTOM_CALLS, Estimate::count(calls), Criterion::Exactly(0.0))?;
        self.counted_from = self.bench.now();
        Ok(())
    }
}
