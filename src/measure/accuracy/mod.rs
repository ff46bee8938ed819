//! What the measurements are worth: each of them on sounds whose truth is known, so often that its stated uncertainty
//! can be held against what it was off by, and on sounds in which there is nothing to be found (ISO/IEC 17025:2017, 7.2
//! and 7.7).
//!
//! Knows nothing of files. The number of a trial is its seed: the same trial is the same sound on every machine.

mod conditions;
mod paths;

use crate::unit::{Bilingual, Estimate, Unit};
pub use conditions::ROWS;
use std::num::NonZero;

/// One figure of one trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// What it was off by, and what was stated (k = 2).
    Stated { error: f64, uncertainty: f64 },
    /// No figure, and said why.
    Refused,
    /// Something was found where there is nothing.
    False,
    /// Nothing was found where there is nothing.
    Nothing,
}

/// A condition: how a trial of it is made, and the figure that comes of it.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// As it is typed.
    pub key: &'static str,
    pub name: (&'static str, &'static str),
    pub unit: Unit,
    /// Whether a figure is owed in every trial, or a refusal is an answer as well.
    pub owed: bool,
    pub trial: fn(u64) -> Outcome,
}

/// What came of a condition's trials.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    pub trials: usize,
    pub within: usize,
    pub stated: usize,
    pub refused: usize,
    pub false_finds: usize,
    /// Median of what the figures were off by, of what was stated, and the worst of their ratios.
    pub error: f64,
    pub uncertainty: f64,
    pub worst: f64,
}

/// So many of a hundred figures must lie within what was stated of them, at least.
pub const LEAST_COVERED: f64 = 0.94;
/// How sure one must be that fewer do, in standard deviations, before a row is called short.
const SURE: f64 = 2.0;

impl Row {
    /// Runs so many trials, on all processors at once.
    pub fn run(&self, trials: u64) -> Tally {
        let workers = std::thread::available_parallelism().map_or(1, NonZero::get).min(trials.max(1) as usize) as u64;
        let share = |worker: u64| (trials * worker / workers)..(trials * (worker + 1) / workers);
        let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
            let handles: Vec<_> =
                (0..workers).map(|w| scope.spawn(move || share(w).map(self.trial).collect::<Vec<_>>())).collect();
            let joined = handles.into_iter().map(|handle| match handle.join() {
                Ok(part) => part,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            joined.flatten().collect()
        });
        Tally::of(&outcomes)
    }

    /// Whether the trials bear out what the measurement states.
    pub fn is_borne_out(&self, tally: &Tally) -> bool {
        let count = tally.stated as f64;
        let doubt = SURE * (LEAST_COVERED * (1.0 - LEAST_COVERED) * count).sqrt();
        let covered = tally.within as f64 + doubt >= LEAST_COVERED * count;
        covered && tally.false_finds == 0 && (!self.owed || tally.refused * 100 <= tally.trials)
    }

    pub fn name(&self) -> Bilingual {
        self.name.into()
    }

    /// A figure in the row's unit.
    pub fn figure(&self, value: f64) -> Estimate {
        let digits = 10f64.powf(value.abs().max(1e-15).log10().floor() - 1.0);
        Estimate::new((value / digits).round() * digits, 0.0, self.unit)
    }
}

impl Tally {
    fn of(outcomes: &[Outcome]) -> Tally {
        let (mut errors, mut stated) = (Vec::new(), Vec::new());
        let (mut within, mut refused, mut false_finds, mut worst) = (0, 0, 0, 0f64);
        for outcome in outcomes {
            match outcome {
                Outcome::Stated { error, uncertainty } => {
                    within += usize::from(error.abs() <= *uncertainty);
                    worst = worst.max(error.abs() / uncertainty.max(1e-300));
                    errors.push(error.abs());
                    stated.push(*uncertainty);
                }
                Outcome::Refused => refused += 1,
                Outcome::False => false_finds += 1,
                Outcome::Nothing => {}
            }
        }
        Tally {
            trials: outcomes.len(),
            within,
            stated: errors.len(),
            refused,
            false_finds,
            error: median(&mut errors),
            uncertainty: median(&mut stated),
            worst,
        }
    }

    /// Share of the figures that lie within what was stated of them.
    pub fn coverage(&self) -> Option<f64> {
        (self.stated > 0).then(|| self.within as f64 / self.stated as f64)
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_typed_and_unique() {
        for (n, row) in ROWS.iter().enumerate() {
            assert!(row.key.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", row.key);
            assert!(ROWS[..n].iter().all(|other| other.key != row.key), "{} twice", row.key);
            assert_ne!(row.name.0, row.name.1, "{}", row.key);
        }
    }

    #[test]
    fn a_tally_counts_what_lies_within() {
        let stated = |error: f64| Outcome::Stated { error, uncertainty: 1.0 };
        let tally = Tally::of(&[stated(0.5), stated(-0.9), stated(2.0), Outcome::Refused, Outcome::Nothing]);
        assert_eq!((tally.trials, tally.within, tally.stated, tally.refused, tally.worst), (5, 2, 3, 1, 2.0));
        let row = Row { key: "x", name: ("a", "b"), unit: Unit::Second, owed: false, trial: |_| Outcome::False };
        assert!(!row.is_borne_out(&row.run(3)) && row.run(3).false_finds == 3);
    }
}
