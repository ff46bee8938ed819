//! Everything that can be wrong with feature files, found before anything moves and told all at once.
//!
//! The Gherkin parser lets much pass in silence: `Scenaro:` is a description to it, an over-long table row is cut, a
//! tab after `Given` makes a step vanish. A step that vanished is a check that was never made, so each of these is an
//! error here. Touches no instrument.

mod layout;
mod meaning;

use super::gherkin;
use super::lexer;
use super::model::Feature;
use super::phrase_matcher::{Lost, PhraseMatcher};
use crate::problem::{Place, Problem, Problems};
use crate::rig::{Limits, Rig, Role};
use crate::unit::{Bilingual, both};
use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// An outline may not have more example rows than this: each is a scenario of its own. To repeat a scenario use
/// `--repeat`.
pub const OUTLINE_ROWS_MAX: usize = 500;

/// What the rig has to offer.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// `None`: there is no rig to check against.
    pub roles: Option<BTreeSet<Role>>,
    /// What the rig asks of the post. `None`: nothing to compare a feature's figures with.
    pub limits: Option<Limits>,
    /// Its name.
    pub rig: String,
}

impl Needs {
    /// What this rig offers and asks.
    pub fn of(rig: &Rig) -> Needs {
        let roles = Role::ALL.into_iter().filter(|role| rig.has(*role)).collect();
        Needs { roles: Some(roles), limits: Some(rig.limits.clone()), rig: rig.name.clone() }
    }
}

/// Reads feature files and checks them against the phrase book and the rig.
///
/// # Errors
/// Every problem of every file, in order of file and line. Files are left out of nothing: one broken file hides no
/// other.
pub fn load<W>(files: &[PathBuf], book: &PhraseMatcher<W>, needs: &Needs) -> Result<Vec<Feature>, Vec<Problem>> {
    let (features, found) = survey(files, book, needs);
    if found.is_empty() { Ok(features) } else { Err(found) }
}

/// The features that could be read, sound or not, and every problem of every file, in order of file and line.
pub fn survey<W>(files: &[PathBuf], book: &PhraseMatcher<W>, needs: &Needs) -> (Vec<Feature>, Vec<Problem>) {
    let mut found = Vec::new();
    let mut features = Vec::new();
    for path in files {
        let file = path.display().to_string();
        match read(path) {
            Ok(text) => features.extend(check_text(&file, &text, book, needs, &mut found)),
            Err(problem) => found.push(problem.in_file(path, Place::START)),
        }
    }
    meaning::ids_are_unique(&features, &mut found);
    found.sort();
    found.dedup();
    (features, found)
}

/// What the rig lacks for the scenarios that were selected, and where they ask for less than it does.
pub fn lacking<W>(features: &[Feature], book: &PhraseMatcher<W>, needs: &Needs) -> Vec<Problem> {
    let mut found = Vec::new();
    for feature in features {
        let mut problems = Problems::new(&feature.file);
        meaning::check(feature, book, needs, &mut problems);
        found.extend(problems.into_sorted());
    }
    found.sort();
    found.dedup();
    found
}

/// No feature that people write comes near it; a recording under a wrong name does.
const LARGEST_FILE_BYTES: u64 = 4 << 20;

fn read(path: &Path) -> Result<String, Problem> {
    let unreadable = |error| {
        let remedy = ("check the path and its permissions", "sprawdź ścieżkę i prawa dostępu");
        Problem::new(("cannot be read", "nie można go odczytać"), remedy).with_detail(error)
    };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(LARGEST_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST_FILE_BYTES {
        let cause = both!("is larger than {} MiB", "jest większy niż {} MiB", LARGEST_FILE_BYTES >> 20);
        let remedy = (
            "check that it is a feature file; split it if it truly is",
            "sprawdź, czy to plik scenariuszy; jeśli tak, podziel go",
        );
        return Err(Problem::new(cause, remedy));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let cause = both!("is not UTF-8 text (byte {at})", "nie jest tekstem UTF-8 (bajt {at})");
        Problem::new(cause, ("save the file as UTF-8", "zapisz plik jako UTF-8"))
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text))
}

/// A feature that stands in no file, or all that is wrong with it.
pub fn of_text<W>(name: &str, text: &str, book: &PhraseMatcher<W>, needs: &Needs) -> Result<Feature, Vec<Problem>> {
    let mut found = Vec::new();
    match check_text(name, text, book, needs, &mut found) {
        Some(feature) if found.is_empty() => Ok(feature),
        _ => Err(found),
    }
}

/// Checks one file's text; gives the feature if there is one, sound or not.
fn check_text<W>(file: &str, text: &str, book: &PhraseMatcher<W>, needs: &Needs, found: &mut Vec<Problem>) -> Option<Feature> {
    let mut problems = Problems::new(file);
    let feature = understand(file, text, &mut problems);
    if let Some(feature) = &feature {
        meaning::check(feature, book, needs, &mut problems);
    }
    found.extend(problems.into_sorted());
    feature
}

fn understand(file: &str, text: &str, problems: &mut Problems) -> Option<Feature> {
    let lang = lexer::language(text).map_err(|other| {
        let cause = both!("the language {other:?} is not one hejnal knows", "język {other:?} nie jest znany programowi hejnal");
        let remedy = ("write `# language: pl` or `# language: en`", "wpisz `# language: pl` albo `# language: en`");
        problems.add(Place::START, cause, remedy);
    });
    let lang = lang.ok()?;
    let lines = lexer::scan(text, lang);
    layout::check(&lines, lang, problems);
    if !problems.is_empty() {
        // Parsing would only repeat the same complaints, or take for ever.
        return None;
    }
    let parsed = gherkin::parse(file, &layout::plain(text), lang, &lines);
    parsed.map_err(|unparsed| problems.push(unparsed.at, unparsed.problem())).ok()
}

/// What to tell about a step that leads to no phrase.
pub(super) fn explain(text: &str, lost: &Lost) -> Problem {
    let unknown = || both!("no phrase reads {text:?}", "żadna fraza nie brzmi {text:?}");
    match lost {
        Lost::Unknown { nearest: Some(near) } => {
            let remedy = both!(
                "the nearest is {near:?}; `hejnal steps` lists them all",
                "najbliższa to {near:?}; wszystkie wypisuje `hejnal steps`"
            );
            Problem::new(unknown(), remedy)
        }
        Lost::Unknown { nearest: None } => {
            let remedy =
                ("`hejnal steps` lists all phrases in both languages", "`hejnal steps` wypisuje wszystkie frazy w obu językach");
            Problem::new(unknown(), remedy)
        }
        Lost::Ambiguous { phrases } => {
            let phrases: Vec<String> = phrases.iter().map(|phrase| format!("{phrase:?}")).collect();
            let cause = Bilingual::new(
                format!("{text:?} could mean {}", phrases.join(" or ")),
                format!("{text:?} może znaczyć {}", phrases.join(" albo ")),
            );
            let remedy = ("this is a mistake in the phrase book: report it", "to błąd w zbiorze fraz programu hejnal: zgłoś go");
            Problem::new(cause, remedy)
        }
        Lost::Ungrammatical { written, right } => {
            let cause = both!("{written:?} does not agree with its number", "forma {written:?} nie zgadza się z liczbą");
            Problem::new(cause, both!("write {right}", "napisz {right}"))
        }
        Lost::Unreadable(error) => {
            let error = error.told();
            let cause = Bilingual::new(format!("in {text:?}, {}", error.en), format!("w kroku {text:?}: {}", error.pl));
            let remedy = (
                "write the quantity with its unit, as in `hejnal steps`",
                "zapisz wielkość z jednostką, tak jak w `hejnal steps`",
            );
            Problem::new(cause, remedy)
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::steps::phrase::{Kind, Phrase};
    use std::time::Duration;

    const fn phrase(en: &'static str, pl: &'static str, needs: &'static [Role]) -> Phrase<()> {
        Phrase { kind: Kind::Then, en, pl, judges: None, needs, within: Duration::from_secs(1), run: |(), _| Ok(()) }
    }

    static PHRASES: &[Phrase<()>] = &[
        phrase("the button is pressed", "naciśnięto przycisk", &[Role::Button]),
        phrase("the post is ready", "punkt jest gotowy", &[]),
        phrase("the cameras are told", "kamery wiedzą", &[Role::Fibre]),
        phrase("there are posts:", "są punkty:", &[]),
        phrase("the post is so", "punkt tak ma", &[]),
        phrase("the post is so/such", "punkt tak ma", &[]),
    ];

    pub(in crate::suite) fn parse(text: &str) -> (Option<Feature>, Vec<Problem>) {
        let book = PhraseMatcher::new(&[PHRASES]).unwrap();
        let needs = Needs { roles: Some([Role::Button].into()), limits: None, rig: "virtual".into() };
        let mut found = Vec::new();
        let feature = check_text("f.feature", text, &book, &needs, &mut found);
        meaning::ids_are_unique(feature.as_slice(), &mut found);
        found.sort();
        found.dedup();
        (feature, found)
    }

    /// Each expected problem is `line:column: beginning of its cause`.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = parse(text)
            .1
            .into_iter()
            .filter_map(|problem| Some((problem.at?.1, problem.cause)))
            .map(|(at, cause)| format!("{}:{}: {cause}", at.line, at.column))
            .collect();
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "found    {found}\nexpected {expected}");
        }
    }

    const SOUND: &str = "Feature: F\n\n  @S01\n  Scenario: one\n    Given the post is ready\n    When the button is pressed\n";

    #[test]
    fn a_sound_file_has_no_problem() {
        check(SOUND, &[]);
        check(
            "# language: pl\nFunkcja: F\n\n@S01\nScenariusz: s\nZakładając, że punkt jest gotowy\nGdy naciśnięto przycisk\n",
            &[],
        );
        // The comma is what grammar wants; whoever forgets it is understood.
        check("# language: pl\nFunkcja: F\n\n@S01\nScenariusz: s\n  Zakładając że punkt jest gotowy\n", &[]);
        // A phrase may stand under any keyword.
        check(&SOUND.replace("When the", "Then the"), &[]);
    }

    #[test]
    fn what_the_parser_passes_over_in_silence_is_told() {
        check(&SOUND.replace("Scenario:", "Scenaro:"), &["4:3: \"Scenaro:\" is no keyword"]);
        check(&SOUND.replace("When the", "When\tthe"), &["6:5: a keyword is followed by a tab"]);
        check(&SOUND.replace("When the", "Whn the"), &["6:5: this line is neither a step nor"]);
        check(&SOUND.replace("Given the", "Givn the"), &["5:5: this line begins nearly like a step"]);
        check(&SOUND.replace("Given the", "Zakładając, że the"), &["5:5: this line begins nearly like a step"]);
        check(&SOUND.replace("Scenario: one\n", "Scenario: one\n    Whatever stands here is a remark.\n"), &[]);
        check(&format!("{SOUND}Feature: again\n"), &["7:1: a second feature begins here"]);
        check("hejnal: 1\n", &["1:1: this is no feature file"]);
        check(
            "Feature: F\n@S01\nScenario: empty\n\n@S02\nScenario: b\nGiven the post is ready\n",
            &["3:1: the scenario \"empty\" has no steps"],
        );
        check(
            "Feature: F\n@S01\nScenario: s\nGiven there are posts:\n| a | b |\n| 1 | 2 | 3 |\n",
            &["6:1: this row has 3 cells where its table has 2"],
        );
        check(
            "# a remark\n# language: pl\nFunkcja: F\n@S01\nScenariusz: s\nGdy naciśnięto przycisk\n",
            &["2:1: the language is declared after another line"],
        );
        check("# language: de\nFunktion: F\n", &["1:1: the language \"de\""]);
        check(
            "Feature: F\n@S01\nScenariusz: s\nGiven the post is ready\n",
            &["3:1: \"Scenariusz:\" is a keyword of another language"],
        );
        check("Feature: F\nA word on it.\n", &["1:1: the feature holds no scenario"]);
        check(
            "Feature: F\nGiven the post is ready\n@S01\nScenario: s\nGiven the post is ready\n",
            &["2:1: a step stands outside any scenario"],
        );
    }

    #[test]
    fn outlines_are_written_out_and_their_slips_told() {
        let outline =
            "Feature: F\n@S01\nScenario Outline: <how>\nGiven the post is <how>\nExamples:\n| how |\n| ready |\n| ready |\n";
        let (feature, problems) = parse(outline);
        assert_eq!(problems, []);
        let ids: Vec<String> =
            feature.unwrap().scenarios.into_iter().map(|s| format!("{} {} line {}", s.id, s.name, s.line)).collect();
        assert_eq!(ids, ["S01.1 ready line 3", "S01.2 ready line 3"]);
        check(&outline.replace("| ready |\n", ""), &["5:1: the examples have no rows"]);
        check("Feature: F\n@S01\nScenario Outline: o\nGiven the post is ready\n", &["3:1: the outline \"o\" has no examples"]);
        check(&outline.replace("is <how>", "is <who>"), &["4:1: <who> is no column of the examples"]);
        let many = format!("{outline}{}", "| ready |\n".repeat(OUTLINE_ROWS_MAX));
        check(&many, &["5:1: the outline has 502 example rows"]);
    }

    #[test]
    fn a_step_must_have_one_meaning_and_the_rig_what_it_needs() {
        check(&SOUND.replace("button", "buton"), &["6:5: no phrase reads \"the buton is pressed\""]);
        check(&SOUND.replace("post is ready", "post is so"), &["5:5: \"the post is so\" could mean"]);
        check(&SOUND.replace("the button is pressed", "the cameras are told"), &["6:5: this step needs the role `fibre`"]);
        check(
            &SOUND.replace("the post is ready\n", "the post is ready\n\"\"\"\nx\n\"\"\"\n"),
            &["5:5: no phrase takes a text block"],
        );
    }

    #[test]
    fn each_scenario_has_one_id_of_its_own() {
        check(&SOUND.replace("@S01", "@fat"), &["4:3: the scenario \"one\" has no id"]);
        check(&SOUND.replace("@S01", "@S01 @S02"), &["4:3: the scenario \"one\" has several ids: @S01, @S02"]);
        check(&format!("{SOUND}\n@S01\nScenario: two\nGiven the post is ready\n"), &["9:1: the id S01 is taken by f.feature:4"]);
    }

    #[test]
    fn rules_and_backgrounds_are_put_before_their_scenarios_with_true_positions() {
        let text = "@all\nFeature: F\n  Background:\n    Given the post is ready\n\n  @S01\n  Scenario: a\n    When the button is pressed\n\n  \
                    Rule: R\n    Background:\n      Given there are posts:\n        | a |\n\n    @S02\n    Scenario: b\n\n      # why\n      \
                    When the button is pressed\n";
        let (feature, problems) = parse(text);
        assert_eq!(problems, []);
        let shown: Vec<String> = feature
            .unwrap()
            .scenarios
            .iter()
            .map(|s| format!("{} {:?} at {}: {:?}", s.id, s.tags, s.line, s.steps.iter().map(|s| s.line).collect::<Vec<_>>()))
            .collect();
        assert_eq!(shown, ["S01 [\"@all\", \"@S01\"] at 7: [4, 8]", "S02 [\"@all\", \"@S02\"] at 16: [4, 12, 19]"]);
    }

    #[test]
    fn files_are_read_whatever_their_bytes_and_all_problems_come_at_once() {
        let scratch = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = scratch.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let book = PhraseMatcher::new(&[PHRASES]).unwrap();
        let marked = write("bom.feature", format!("\u{feff}{SOUND}").as_bytes());
        assert_eq!(load(std::slice::from_ref(&marked), &book, &Needs::default()).unwrap().len(), 1);
        let garbled = write("garbled.feature", b"Feature: \xff");
        let missing = scratch.path().join("missing.feature");
        let again = write("again.feature", SOUND.replace("post is ready", "post is raedy").as_bytes());
        let problems = load(&[marked, garbled, missing, again], &book, &Needs::default()).unwrap_err();
        let causes: Vec<&str> = problems.iter().map(|p| p.cause.en.split(' ').next().unwrap_or_default()).collect();
        assert_eq!(causes, ["the", "no", "is", "cannot"], "{problems:#?}");
    }
}
