//! What only a person can look at, where the post stands: marking, reach, view of the camera, records of the fibre and
//! of the earthing.
//!
//! A person's word is written down as that. Nobody there, or not looked at, is never held for confirmed.

use super::{Fault, Post, Result};
use crate::instrument::inspector::Word;
use crate::instrument::{InstrumentError, Subsystem};
use crate::unit::{Bilingual, Estimate, Method, Quantity, Unit, both};
use crate::verdict::Criterion;
use std::time::Duration;

/// To go there, look and come back.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30 * 60);

const DENIED: Quantity = Quantity {
    key: "S50.denied",
    unit: Unit::Count,
    en: "points of the site checklist that a person has denied",
    pl: "pozycje listy kontrolnej miejsca, którym osoba sprawdzająca zaprzeczyła",
    method: Method::new(
        "the word of a person, given under a name at the terminal",
        "słowo osoby podane na terminalu pod jej nazwiskiem",
        "",
    ),
    requirement: "S50",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[DENIED];

impl Post {
    /// Asks for each of these in turn. What was denied is the post's; what nobody has looked at is nobody's, and the
    /// scenario is not judged.
    pub fn confirmed_by_person(&mut self, checks: &[Vec<String>]) -> Result<()> {
        let (mut denied, mut unchecked) = (0, Vec::new());
        for check in checks {
            let check = check.join("; ");
            match self.word_on(&check)? {
                Word::Yes => {}
                Word::No => denied += 1,
                Word::NotChecked => unchecked.push(check),
            }
        }
        self.judge(&DENIED, Estimate::count(denied), Criterion::Exactly(0.0))?;
        match unchecked.first() {
            None => Ok(()),
            Some(first) => Err(not_checked(both!("not checked: {first}", "nie sprawdzono: {first}"))),
        }
    }

    fn word_on(&mut self, check: &str) -> Result<Word> {
        self.bench.ask_person(check)?;
        let deadline = self.bench.now() + ANSWERED_WITHIN;
        let answer = self.bench.watch::<_, Fault>(deadline, |bench| Ok(bench.persons_word(check)?))?;
        let Some(answer) = answer else {
            return Err(not_checked(both!("nobody has answered: {check}", "nikt nie odpowiedział: {check}")));
        };
        Ok(answer.word)
    }
}

fn not_checked(cause: Bilingual) -> Fault {
    let remedy = (
        "have somebody look at it where the post stands, and run this scenario again",
        "niech ktoś to sprawdzi w miejscu, w którym stoi punkt, i uruchom ten scenariusz ponownie",
    );
    InstrumentError::new("inspector", "have everything looked at", cause, remedy).of(Subsystem::Inspector).into()
}
