//! A button that nobody lets go of: told as a fault in time, and taken back in time.
//!
//! Knows nothing of the calls that it raises.

use super::deeds::What;
use super::{Fault, Post, Result, order};
use crate::bench::Moment;
use crate::unit::{Method, Quantity, Unit};
use std::time::Duration;

const TOLD: Quantity = Quantity {
    key: "T28.stuck-to-fault",
    unit: Unit::Second,
    en: "button held down to its fault",
    pl: "od przytrzymania przycisku do zgłoszenia usterki",
    method: Method::new(
        "tone through the button's contact to the FAULT line on the console",
        "od tonu przepuszczonego przez styk przycisku do wiersza FAULT na konsoli",
        "",
    ),
    requirement: "T28",
};
const TAKEN_BACK: Quantity = Quantity {
    key: "T27.release-to-fault-cleared",
    unit: Unit::Second,
    en: "button let go to its fault taken back",
    pl: "od zwolnienia przycisku do odwołania usterki",
    method: Method::new(
        "button's sense input to the CLEAR line on the console",
        "od wejścia kontroli przycisku do wiersza CLEAR na konsoli",
        "",
    ),
    requirement: "T27",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[TOLD, TAKEN_BACK];

/// What the stamp of a console line is worth: the line itself, and the reading of it (k = 2), in seconds.
const LINE_WITHIN_S: f64 = 0.02;

impl Post {
    /// T28.
    pub fn stuck_button_told_within(&mut self, limit: Duration) -> Result<()> {
        let pressed = self.last_press()?;
        self.told_within(&TOLD, "FAULT", pressed, limit)
    }

    /// T27.
    pub fn stuck_button_cleared_within(&mut self, limit: Duration) -> Result<()> {
        let let_go = self.deeds.last(What::LetGo).ok_or_else(|| {
            order(
                ("no held button has been let go in this scenario", "w tym scenariuszu nie zwolniono przytrzymanego przycisku"),
                ("hold it down and let it go first", "najpierw go przytrzymaj i zwolnij"),
            )
        })?;
        self.told_within(&TAKEN_BACK, "CLEAR", let_go, limit)
    }

    fn told_within(&mut self, quantity: &Quantity, word: &str, from: Moment, limit: Duration) -> Result<()> {
        let limit = limit.as_secs_f64();
        let deadline = from.instant() + Duration::from_secs_f64(self.patience(quantity.requirement, limit));
        let found = self.bench.watch::<Moment, Fault>(deadline, |bench| {
            let mut lines = bench.record.reports_since(from.instant());
            let line = lines.find(|line| line.value.argument(word) == Some("button"));
            Ok(line.map(|line| Moment::stamped(line.at, LINE_WITHIN_S)))
        })?;
        self.judge_within(quantity, from, found, limit)
    }
}
