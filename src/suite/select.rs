//! Which features and scenarios to run: by file, directory, language, tags or id.

use super::gherkin;
use super::model::{Feature, Scenario};
use super::phrase_matcher::PhraseMatcher;
use crate::journal::Event;
use crate::problem::Problem;
use crate::report::NOT_ASKED_FOR;
use crate::rig::{Rig, Role};
use crate::unit::{Bilingual, both};
use std::path::{Path, PathBuf};

/// What to name where no features were found.
pub const NAME_FEATURES: (&str, &str) = ("name feature files or directories", "podaj pliki lub katalogi ze scenariuszami");

/// A condition on tags: `@S01`, `@fat and not @slow`, `(@S01 or @S02) and @nightly`. An id may be written without its
/// `@`.
#[derive(Debug, Clone)]
pub struct TagExpression(gherkin::Tags);

impl TagExpression {
    pub fn parse(text: &str) -> Result<TagExpression, Problem> {
        let words = text.split_inclusive([' ', '(', ')']).map(|piece| {
            let word = piece.trim_end_matches([' ', '(', ')']);
            if super::model::is_id(word) && !word.starts_with('@') { format!("@{piece}") } else { piece.to_string() }
        });
        let text: String = words.collect();
        gherkin::Tags::parse(text.trim()).map(TagExpression).ok_or_else(|| {
            let cause = both!("{text:?} is not a condition on tags", "{text:?} nie jest warunkiem na znaczniki");
            let example = "\"@S01 or @S02\", \"@fat and not @slow\"";
            Problem::new(cause, both!("write for example {example}", "napisz na przykład {example}"))
        })
    }
    pub fn matches(&self, tags: &[String]) -> bool {
        self.0.match_on(tags)
    }
}

/// The feature files meant by `paths`, each a file or a directory (searched to its depths), in order of name within
/// each directory. A file named twice is taken once.
pub fn feature_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = files.len();
            search(path, &mut files)?;
            if files.len() == before {
                let path = path.display();
                let cause = both!("no .feature file lies in {path}", "w katalogu {path} nie ma żadnego pliku .feature");
                return Err(Problem::new(cause, NAME_FEATURES));
            }
        } else if path.is_file() {
            files.push(path.clone());
        } else {
            let path = path.display();
            let cause = both!(
                "{path} is neither a feature file nor a directory",
                "{path} nie jest ani plikiem scenariuszy, ani katalogiem"
            );
            return Err(Problem::new(cause, NAME_FEATURES));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    files.retain(|file| seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())));
    Ok(files)
}

fn search(directory: &Path, into: &mut Vec<PathBuf>) -> Result<(), Problem> {
    let unreadable = |error: std::io::Error| {
        let path = directory.display();
        Problem::new(both!("{path} cannot be read", "nie można odczytać {path}"), NAME_FEATURES).with_detail(error)
    };
    let entries = std::fs::read_dir(directory).map_err(unreadable)?;
    let mut paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    paths.sort();
    for path in paths {
        // A link is not followed into a directory: it may lead back here.
        if path.is_dir() && !path.is_symlink() {
            search(&path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "feature") {
            into.push(path);
        }
    }
    Ok(())
}

/// What remained of the features, and what was left out.
#[derive(Debug, Default)]
pub struct Selection {
    pub features: Vec<Feature>,
    pub left_out: Vec<LeftOut>,
}

/// A scenario that is not run, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub id: String,
    pub name: String,
    pub why: Bilingual,
}

impl LeftOut {
    /// As the journal tells it.
    pub fn told(self) -> Event {
        let LeftOut { id, name, why } = self;
        Event::LeftOut { id, name, why }
    }
}

impl Selection {
    pub fn scenarios(&self) -> usize {
        self.features.iter().map(|feature| feature.scenarios.len()).sum()
    }

    /// Keeps the scenarios that nothing speaks against, and the features that still hold any.
    fn leave_out(&mut self, reason: impl Fn(&Scenario) -> Option<Bilingual>) {
        for feature in &mut self.features {
            let why: Vec<Option<Bilingual>> = feature.scenarios.iter().map(&reason).collect();
            let kept = |n: usize| why.get(n).is_some_and(Option::is_none);
            let gone = feature.scenarios.iter().zip(&why).filter_map(|(scenario, why)| {
                let (id, name, why) = (scenario.id.clone(), scenario.name.clone(), why.clone()?);
                Some(LeftOut { id, name, why })
            });
            self.left_out.extend(gone);
            feature.raw.retain(kept);
            let mut place = 0..;
            feature.scenarios.retain(|_| place.next().is_some_and(kept));
        }
        self.features.retain(|feature| !feature.scenarios.is_empty());
    }

    /// Leaves out what this rig has no instruments for.
    pub fn within_reach<W>(mut self, book: &PhraseMatcher<W>, rig: &Rig) -> Selection {
        self.leave_out(|scenario| {
            let found = scenario.steps.iter().filter_map(|step| book.find(&step.text).ok());
            let needs = found.flat_map(|found| found.phrase.needs.iter().copied());
            let mut lacks: Vec<&str> = needs.filter(|role| !rig.has(*role)).map(Role::name).collect();
            lacks.sort_unstable();
            lacks.dedup();
            let (named, pl) = (lacks.join(", "), if lacks.len() > 1 { "ról" } else { "roli" });
            (!lacks.is_empty()).then(|| both!("the rig has no {named}", "w opisie stanowiska brak {pl}: {named}"))
        });
        self
    }
}

/// Keeps the scenarios that meet the condition.
pub fn select(features: Vec<Feature>, tags: Option<&TagExpression>) -> Selection {
    let mut selection = Selection { features, left_out: Vec::new() };
    selection.leave_out(|scenario| tags.filter(|tags| !tags.matches(&scenario.tags)).map(|_| not_chosen(scenario)));
    selection
}

/// What of a scenario's nature keeps it out of most runs, or else that it was not asked for.
fn not_chosen(scenario: &Scenario) -> Bilingual {
    let has = |tag: &str| scenario.tags.iter().any(|own| own == tag);
    if has("@manual") {
        ("a person does it", "wykonuje go człowiek").into()
    } else if has("@long") {
        ("it takes hours of the post's time", "zajmuje punktowi wiele godzin").into()
    } else {
        NOT_ASKED_FOR.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expression: &str, tags: &[&str], expected: bool) {
        let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
        assert_eq!(TagExpression::parse(expression).unwrap().matches(&tags), expected, "{expression}");
    }

    #[test]
    fn tags_are_combined_with_and_or_not_and_brackets() {
        check("@S01", &["@S01", "@fat"], true);
        check("S01 or S02", &["@S02"], true);
        check("@S01 and not @slow", &["@S01", "@slow"], false);
        check("(S01 or S02) and not @slow", &["@S02"], true);
        check("not (S01 or S02)", &["@S02"], false);
        check("@S0", &["@S01"], false);
        for bad in ["@S01 and", ""] {
            assert!(TagExpression::parse(bad).unwrap_err().cause.en.ends_with("is not a condition on tags"), "{bad:?}");
        }
    }

    #[test]
    fn a_selection_drops_scenarios_and_empty_features() {
        let parse = |text: &str| super::super::lint::tests::parse(text).0.unwrap();
        let two = parse("Feature: F\n@S01\nScenario: a\nGiven the post is ready\n@S02\nScenario: b\nGiven the post is ready\n");
        let one = parse("Feature: G\n@S03\nScenario: c\nGiven the post is ready\n");
        let selection = select(vec![two, one], Some(&TagExpression::parse("@S02").unwrap()));
        let ids: Vec<&str> = selection.features.iter().flat_map(|f| &f.scenarios).map(|s| s.id.as_str()).collect();
        assert_eq!((ids, selection.left_out.len(), selection.scenarios()), (vec!["S02"], 2, 1));
    }

    #[test]
    fn directories_are_searched_in_order_and_a_file_is_taken_once() {
        let scratch = tempfile::tempdir().unwrap();
        std::fs::create_dir(scratch.path().join("b")).unwrap();
        for name in ["b/2.feature", "a.feature", "b/1.feature", "notes.txt"] {
            std::fs::write(scratch.path().join(name), "").unwrap();
        }
        let files = feature_files(&[scratch.path().to_path_buf(), scratch.path().join("a.feature")]).unwrap();
        let names: Vec<_> = files.iter().map(|f| f.strip_prefix(scratch.path()).unwrap().display().to_string()).collect();
        assert_eq!(names, ["a.feature", "b/1.feature", "b/2.feature"]);
        let missing = feature_files(&[scratch.path().join("none")]).unwrap_err();
        assert!(missing.cause.en.ends_with("is neither a feature file nor a directory"), "{missing}");
    }
}
