//! What English and Polish features must have in common: the same scenarios, under the same ids, in the same files,
//! with the same figures; and no requirement that the list of limits does not know.
//!
//! Knows nothing of phrases: whether a step is understood is the linter's affair.

use super::Violation;
use crate::rig::{Limits, Profile};
use std::collections::BTreeMap;

const SAME: &str = "a contractor reads one language and the city the other: both must have agreed to the same test";
const KNOWN: &str = "a figure in a report is worth what its source is: an id that is not in the list has none";
const UNIQUE: &str = "an id names one scenario in reports, histories and contracts";

/// A scenario as far as the languages have it in common.
#[derive(Debug, PartialEq)]
struct Scenario {
    file: String,
    line: usize,
    /// `01` of `01_call_to_operator.feature`.
    number: String,
    /// Every figure in its steps, in ascending order: word order differs between languages.
    figures: Vec<String>,
}

/// `files`: path and text of every feature.
pub(super) fn check(files: &[(String, String)]) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut languages: BTreeMap<&str, BTreeMap<String, Scenario>> =
        BTreeMap::from([("en", BTreeMap::new()), ("pl", BTreeMap::new())]);
    for (path, text) in files {
        violations.extend(unknown_limits(path, text));
        let language = if path.contains("features/pl/") { "pl" } else { "en" };
        for (id, scenario) in scenarios(path, text) {
            let known = languages.entry(language).or_default();
            if let Some(first) = known.get(&id) {
                let rule = format!("@{id} is also the id of {}:{}", first.file, first.line);
                violations.push(Violation::new(path, scenario.line, rule, UNIQUE));
            } else {
                known.insert(id, scenario);
            }
        }
    }
    let (english, polish) = (languages.remove("en").unwrap_or_default(), languages.remove("pl").unwrap_or_default());
    violations.extend(differences(&english, &polish, "features/pl"));
    violations.extend(
        polish.iter().filter(|(id, _)| !english.contains_key(*id)).map(|(id, scenario)| {
            Violation::new(&scenario.file, scenario.line, format!("@{id} is missing in features/en"), SAME)
        }),
    );
    violations
}

fn differences(english: &BTreeMap<String, Scenario>, polish: &BTreeMap<String, Scenario>, other: &str) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (id, one) in english {
        let Some(two) = polish.get(id) else {
            violations.push(Violation::new(&one.file, one.line, format!("@{id} is missing in {other}"), SAME));
            continue;
        };
        if one.number != two.number {
            let rule = format!("@{id} is in a file numbered {}, in English in one numbered {}", two.number, one.number);
            violations.push(Violation::new(&two.file, two.line, rule, SAME));
        }
        if one.figures != two.figures {
            let rule = format!("@{id} has the figures {}, in English {}", two.figures.join(" "), one.figures.join(" "));
            violations.push(Violation::new(&two.file, two.line, rule, SAME));
        }
    }
    violations
}

/// Scenarios by id. One without an id of the form `S01` or `B01` is left to the linter.
fn scenarios(path: &str, text: &str) -> Vec<(String, Scenario)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let number: String = name.chars().take_while(char::is_ascii_digit).collect();
    let mut found: Vec<(String, Scenario)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let bare = line.trim();
        if bare.starts_with('#') {
            continue;
        }
        if let Some(id) = bare.split_whitespace().filter_map(|word| word.strip_prefix('@')).find(|tag| is_scenario_id(tag)) {
            let scenario = Scenario { file: path.to_string(), line: index + 1, number: number.clone(), figures: Vec::new() };
            found.push((id.to_string(), scenario));
        } else if let Some((_, scenario)) = found.last_mut().filter(|_| is_figured(bare)) {
            scenario.figures.extend(figures(bare));
            scenario.figures.sort();
        }
    }
    found
}

/// A capital letter and two digits or more: `S01`.
fn is_scenario_id(tag: &str) -> bool {
    let digits = tag.strip_prefix(|c: char| c.is_ascii_uppercase() && c != 'T');
    digits.is_some_and(|digits| digits.len() >= 2 && digits.chars().all(|c| c.is_ascii_digit()))
}

/// Tags and titles are words; steps and tables hold the figures.
fn is_figured(line: &str) -> bool {
    let title = [
        "Scenario",
        "Feature",
        "Rule",
        "Background",
        "Examples",
        "Scenariusz",
        "Szablon",
        "Właściwość",
        "Założenia",
        "Przykłady",
        "Funkcja",
        "Aspekt",
        "Potrzeba biznesowa",
        "Reguła",
        "Zasada",
    ];
    !line.starts_with('@') && !title.iter().any(|word| line.starts_with(word))
}

/// Figures of a line with a point as decimal mark; letters before a figure (`T02`, `dBm0`) make it part of a name.
fn figures(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let named = rest.get(..start).and_then(|head| head.chars().next_back()).is_some_and(char::is_alphabetic);
        let tail = rest.get(start..).unwrap_or_default();
        let end = tail.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(tail.len());
        let (figure, after) = tail.split_at(end);
        if !named {
            found.push(figure.trim_end_matches(['.', ',']).replace(',', "."));
        }
        rest = after;
    }
    found
}

/// Ids such as `T02` that are not in the list of limits.
fn unknown_limits(path: &str, text: &str) -> Vec<Violation> {
    let limits = Limits::of(Profile::NewPost);
    let mut violations = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for word in line.split(|c: char| !c.is_alphanumeric()) {
            let digits = word.strip_prefix('T').unwrap_or_default();
            let is_id = digits.len() == 2 && digits.chars().all(|c| c.is_ascii_digit());
            if is_id && limits.get(word).is_none() {
                violations.push(Violation::new(path, index + 1, format!("{word} is not in the list of limits"), KNOWN));
            }
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_pair(english: &str, polish: &str, expected: &[&str]) {
        let files = [("features/en/01_a.feature", english), ("features/pl/01_a.feature", polish)];
        let files: Vec<(String, String)> = files.map(|(path, text)| (path.to_string(), text.to_string())).to_vec();
        let found: Vec<String> = check(&files).iter().map(|v| format!("{}:{} {}", v.file, v.line, v.rule)).collect();
        assert_eq!(found, expected);
    }

    const ENGLISH: &str = "@S01 @fat\nScenario: One\n  Then it rings within 0.5 s (T02)\n  And at 10 dBm0\n";

    #[test]
    fn the_same_in_both_languages_passes() {
        check_pair(ENGLISH, "@S01 @fat\nScenariusz: Jeden\n  Wtedy przy 10 dBm0\n  I dzwoni w 0,5 s (T02)\n", &[]);
    }

    #[test]
    fn what_differs_is_named() {
        let other = "@S01\nScenariusz: Jeden\n  Wtedy dzwoni w 5 s i przy 10 dBm0\n";
        check_pair(ENGLISH, other, &["features/pl/01_a.feature:1 @S01 has the figures 10 5, in English 0.5 10"]);
        check_pair(ENGLISH, "", &["features/en/01_a.feature:1 @S01 is missing in features/pl"]);
        check_pair("", "@S07\n", &["features/pl/01_a.feature:1 @S07 is missing in features/en"]);
        check_pair("@S01\n@S01\n", "@S01\n", &["features/en/01_a.feature:2 @S01 is also the id of features/en/01_a.feature:1"]);
    }

    #[test]
    fn an_unknown_limit_is_named() {
        check_pair("# T46\n", "", &["features/en/01_a.feature:1 T46 is not in the list of limits"]);
    }
}
