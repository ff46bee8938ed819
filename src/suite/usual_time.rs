//! How long each scenario takes of a post's time, so that a run can say beforehand how long it will last: nobody
//! starts an acceptance of four hours half an hour before the city's people come.
//!
//! As measured on the virtual rigs; a default run is held against it (`tests/it/figures`).

use super::model::Scenario;
use std::time::Duration;

/// Of each scenario, in seconds, with the start of the post that comes before it.
const TAKES_S: &[(&str, u64)] = &[
    ("S00", 40),
    ("S01", 214),
    ("S02", 8),
    ("S03", 11),
    ("S04", 13),
    ("S05", 6637),
    ("S06", 40),
    ("S07", 91),
    ("S08", 12),
    ("S09", 38),
    ("S10", 19),
    ("S11", 159),
    ("S12", 143),
    ("S13", 49),
    ("S14", 78),
    ("S15", 80),
    ("S16", 1814),
    ("S17", 70),
    ("S18", 39),
    ("S19", 94),
    ("S20", 269),
    ("S21", 76),
    ("S22", 28),
    ("S23", 259204),
    ("S24", 219),
    ("S25", 163),
    ("S26", 192),
    ("S27", 398),
    ("S28", 31),
    ("S29", 512),
    ("S30", 715),
    ("S31", 1395),
    ("S32", 1037),
    ("S33", 89),
    ("S34", 376),
    ("S35", 39),
    ("S36", 238),
    ("S37", 451),
    ("S38", 735),
    ("S39", 2596),
    ("S40", 1083),
    ("S41", 149),
    ("S42", 1717),
    ("S43", 1602),
    ("S44", 78),
    ("S45", 62),
    ("S46", 417),
    ("S47", 134),
    ("S48", 11),
    ("S49", 332),
    ("S52", 56),
    ("S53", 181),
    ("S54", 142),
];

/// Of all of them together but for what a person does in his own time; `None` where one is not known.
pub fn usual_time<'s>(scenarios: impl IntoIterator<Item = &'s Scenario>) -> Option<Duration> {
    let is_manual = |scenario: &Scenario| scenario.tags.iter().any(|tag| tag == "@manual");
    scenarios.into_iter().filter(|scenario| !is_manual(scenario)).map(|scenario| of(&scenario.id)).sum()
}

/// Of one of them.
pub fn of(id: &str) -> Option<Duration> {
    TAKES_S.iter().find(|(known, _)| *known == id).map(|(_, seconds)| Duration::from_secs(*seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(ids: &[(&str, &[&str])]) -> Option<Duration> {
        let scenario = |(id, tags): &(&str, &[&str])| Scenario {
            id: (*id).into(),
            name: String::new(),
            line: 1,
            column: 1,
            tags: tags.iter().map(ToString::to_string).collect(),
            steps: Vec::new(),
        };
        usual_time(&ids.iter().map(scenario).collect::<Vec<_>>())
    }

    #[test]
    fn a_run_takes_as_long_as_its_scenarios_and_what_nobody_knows_is_not_told() {
        assert_eq!(told(&[("S01", &[]), ("S02", &[])]), Some(of("S01").unwrap() + of("S02").unwrap()));
        assert_eq!(told(&[("S02", &[]), ("S50", &["@manual"])]), of("S02"));
        assert_eq!(told(&[("S02", &[]), ("S99", &[])]), None);
    }
}
