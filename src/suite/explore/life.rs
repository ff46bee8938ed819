//! A life: a walk over the model, drawn from a seed, as sentences of the phrase book.

use super::model::{BIRTH, Draw, END_OF_LIFE, ROWS, Row, Saying, State, mended};
use crate::rig::Rig;
use crate::rng::Rng;
use crate::steps::TABLES;

/// A parameter of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// In milliseconds.
    Time(u64),
    Count(u64),
    Requirement(&'static str),
}

/// One sentence of the phrase book, by its English wording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    pub phrase: &'static str,
    pub figures: Vec<Figure>,
}

/// One row of the model, with its figures drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// Which of the rows.
    pub row: usize,
    /// For each of its sentences.
    pub figures: Vec<Vec<Figure>>,
}

/// What a post goes through, between being ready and one last ordinary press.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Life {
    pub deeds: Vec<Deed>,
    /// Whether it goes on to that last press.
    pub is_whole: bool,
}

/// What the rig lets be done.
#[derive(Debug, Clone)]
pub struct Means {
    rows: Vec<bool>,
    /// How often the mains may be taken away in one life.
    pub power_cuts: usize,
}

impl Means {
    /// Whatever this rig has the roles for.
    pub fn of(rig: &Rig, power_cuts: usize) -> Means {
        let serves = |(phrase, _): &Saying| {
            let needs = TABLES.iter().copied().flatten().find(|known| known.en == *phrase).map(|known| known.needs);
            needs.is_some_and(|needs| needs.iter().all(|role| rig.has(*role)))
        };
        let has_servers = rig.has_backup_server();
        let able = |row: &Row| row.says.iter().all(serves) && (row.to != State::OnBackup || has_servers);
        Means { rows: ROWS.iter().map(able).collect(), power_cuts }
    }
    /// Whether this rig can do what the row says.
    pub fn can(&self, row: usize) -> bool {
        self.rows.get(row).copied().unwrap_or(false)
    }
}

/// Where a life can be left standing without mains only so many times.
pub fn takes_mains(row: &Row) -> bool {
    matches!(row.to, State::Off | State::Dark) && !matches!(row.from, State::Off | State::Dark)
}

impl Life {
    /// The life of this seed: the same one every time.
    pub fn of(seed: u64, means: &Means) -> Life {
        let mut rng = Rng::new(seed, "life");
        let length =
            [(4, 12), (12, 40), (40, 120)].get(below(&mut rng, 3)).map_or(12, |(low, high)| within(&mut rng, *low, *high));
        let mut life = Life { deeds: Vec::new(), is_whole: true };
        let (mut state, mut power_cuts) = (State::Quiet, 0);
        for _ in 0..length {
            let may = |(n, row): &(usize, &'static Row)| {
                row.from == state && means.can(*n) && (power_cuts < means.power_cuts || !takes_mains(row))
            };
            let Some((row, drawn)) = draw_row(&mut rng, ROWS.iter().enumerate().filter(may)) else { break };
            power_cuts += usize::from(takes_mains(drawn));
            state = drawn.to;
            let figures = drawn.says.iter().map(|(_, draws)| draws.iter().map(|d| draw(&mut rng, *d)).collect()).collect();
            life.deeds.push(Deed { row, figures });
        }
        life
    }

    /// These deeds, without those that cannot follow what is left before them.
    pub fn walk(deeds: &[Deed], is_whole: bool) -> Life {
        let mut state = State::Quiet;
        let mut follows = |deed: &&Deed| {
            let row = ROWS.get(deed.row).filter(|row| row.from == state);
            state = row.map_or(state, |row| row.to);
            row.is_some()
        };
        Life { deeds: deeds.iter().filter(&mut follows).cloned().collect(), is_whole }
    }

    /// Everything that is said of it, in order.
    pub fn sentences(&self) -> Vec<Sentence> {
        let mut said: Vec<Sentence> = BIRTH.iter().map(plain).collect();
        let mut state = State::Quiet;
        for deed in &self.deeds {
            let Some(row) = ROWS.get(deed.row) else { continue };
            let sentence = |((phrase, _), figures): (&Saying, &Vec<Figure>)| Sentence { phrase, figures: figures.clone() };
            said.extend(row.says.iter().zip(&deed.figures).map(sentence));
            state = row.to;
        }
        if self.is_whole {
            said.extend(mended(state).iter().chain(END_OF_LIFE).map(plain));
        }
        said
    }
}

/// A sentence with its plainest figures.
fn plain((phrase, draws): &Saying) -> Sentence {
    Sentence { phrase, figures: draws.iter().map(|draw| plainest(*draw)).collect() }
}

/// The figure that a reader stumbles over least.
pub fn plainest(draw: Draw) -> Figure {
    let first = |ranges: &[(u64, u64)]| ranges.first().map_or(0, |(low, _)| *low);
    match draw {
        Draw::Time(ranges) => Figure::Time(first(ranges)),
        Draw::Count(ranges) => Figure::Count(first(ranges)),
        Draw::Requirement(id) => Figure::Requirement(id),
    }
}

fn draw(rng: &mut Rng, draw: Draw) -> Figure {
    let mut of = |ranges: &[(u64, u64)]| {
        let (low, high) = ranges.get(below(rng, ranges.len())).copied().unwrap_or_default();
        within(rng, low, high)
    };
    match draw {
        // Longer times to two digits: a reader has to live with them.
        Draw::Time(ranges) => Figure::Time(rounded(of(ranges))),
        Draw::Count(ranges) => Figure::Count(of(ranges)),
        Draw::Requirement(id) => Figure::Requirement(id),
    }
}

const fn rounded(ms: u64) -> u64 {
    match ms {
        0..1_000 => ms,
        1_000..10_000 => ms - ms % 100,
        10_000..120_000 => ms - ms % 1_000,
        _ => ms - ms % 10_000,
    }
}

fn draw_row(rng: &mut Rng, rows: impl Iterator<Item = (usize, &'static Row)>) -> Option<(usize, &'static Row)> {
    let rows: Vec<_> = rows.collect();
    let mut left = rng.bits() % rows.iter().map(|(_, row)| u64::from(row.weight)).sum::<u64>().max(1);
    rows.into_iter().find(|(_, row)| {
        let is_drawn = left < u64::from(row.weight);
        left = left.saturating_sub(u64::from(row.weight));
        is_drawn
    })
}

fn below(rng: &mut Rng, count: usize) -> usize {
    usize::try_from(rng.bits() % (count as u64).max(1)).unwrap_or(0)
}

fn within(rng: &mut Rng, low: u64, high: u64) -> u64 {
    low + rng.bits() % (high.saturating_sub(low) + 1)
}

#[cfg(test)]
mod tests {
    use super::super::gherkin_text::{Heading, feature, say};
    use super::*;
    use crate::steps::phrase::Arg;
    use crate::suite::PhraseMatcher;
    use crate::suite::explore::seed_of;
    use crate::suite::lint::{Needs, of_text};
    use crate::unit::{Bilingual, Lang};

    fn means() -> Means {
        Means { rows: vec![true; ROWS.len()], power_cuts: 10 }
    }
    fn book() -> PhraseMatcher<crate::steps::World> {
        PhraseMatcher::new(TABLES).expect("the phrase book")
    }

    #[test]
    fn every_sentence_of_the_model_is_a_phrase_with_its_parameters_in_both_languages() {
        let book = book();
        let mended = [State::Cut, State::Off, State::Dark, State::Unserved].into_iter().flat_map(mended);
        let all = ROWS.iter().flat_map(|row| row.says).chain(BIRTH).chain(END_OF_LIFE).chain(mended);
        for saying in all {
            let sentence = plain(saying);
            for lang in [Lang::En, Lang::Pl] {
                let text = say(&sentence, lang);
                let found = book.find(&text).unwrap_or_else(|lost| panic!("{text}: {lost:?}"));
                assert_eq!((found.phrase.en, found.args.values.len()), (saying.0, saying.1.len()), "{text}");
                for (arg, figure) in found.args.values.iter().zip(&sentence.figures) {
                    let same = match (arg, figure) {
                        (Arg::Duration(time), Figure::Time(ms)) => time.as_millis() == u128::from(*ms),
                        (Arg::Count(a), Figure::Count(b)) => a == b,
                        (Arg::Requirement(a), Figure::Requirement(b)) => a == b,
                        _ => false,
                    };
                    assert!(same, "{text}: {arg:?} for {figure:?}");
                }
            }
        }
    }

    #[test]
    fn every_state_can_be_reached_and_left() {
        for row in ROWS {
            assert!(ROWS.iter().any(|next| next.from == row.to), "{:?} is never left", row.to);
            assert!(
                row.from == State::Quiet || ROWS.iter().any(|before| before.to == row.from),
                "{:?} is never reached",
                row.from
            );
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_life_and_its_deeds_follow_each_other() {
        let mut walked = vec![false; ROWS.len()];
        for number in 0..400 {
            let seed = seed_of(1, number);
            let life = Life::of(seed, &means());
            assert_eq!(life, Life::of(seed, &means()));
            assert_eq!(life, Life::walk(&life.deeds, true));
            assert!(life.deeds.iter().filter(|deed| takes_mains(&ROWS[deed.row])).count() <= 10);
            life.deeds.iter().for_each(|deed| walked[deed.row] = true);
        }
        let left: Vec<&Row> = ROWS.iter().zip(walked).filter(|(_, walked)| !walked).map(|(row, _)| row).collect();
        assert!(left.is_empty(), "{left:?}");
        assert_ne!(Life::of(1, &means()), Life::of(2, &means()));
    }

    #[test]
    fn what_the_rig_cannot_do_is_in_no_life() {
        let no_mains = Means { power_cuts: 0, ..means() };
        assert!((0..100).all(|seed| !Life::of(seed, &no_mains).deeds.iter().any(|deed| takes_mains(&ROWS[deed.row]))));
        let presses_only = Means { rows: ROWS.iter().map(|row| row.deed == "quiet").collect(), power_cuts: 0 };
        assert!(Life::of(7, &presses_only).deeds.iter().all(|deed| ROWS[deed.row].deed == "quiet"));
    }

    #[test]
    fn a_life_reads_as_a_sound_feature_in_both_languages() {
        let book = book();
        let heading = Heading { about: Bilingual::new("Life 1", "Przebieg 1"), notes: vec![Bilingual::same("seed 1")] };
        for seed in 0..40 {
            let life = Life::of(seed, &means());
            let read = [Lang::En, Lang::Pl].map(|lang| {
                let text = feature(&life, &heading, lang);
                let feature =
                    of_text("life.feature", &text, &book, &Needs::default()).unwrap_or_else(|p| panic!("{p:?}\n{text}"));
                let steps = feature.scenarios[0].steps.iter();
                steps
                    .map(|step| book.find(&step.text).map(|found| (found.phrase.en, found.args)).expect("a phrase"))
                    .collect::<Vec<_>>()
            });
            assert_eq!(read[0], read[1]);
        }
    }
}
