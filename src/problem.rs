//! What is wrong, where, and what to do about it: one account in both languages, whoever found it.
//!
//! A technician acts on it with nothing but the message, so each says what was expected, what came, and what mends it.

use crate::unit::{Bilingual, Lang, harmless};
use std::fmt;
use std::path::{Path, PathBuf};

/// A place in a file, as editors count: line and column from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

impl Place {
    pub const START: Place = Place { line: 1, column: 1 };
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// `None`: it stands in no file.
    pub at: Option<(PathBuf, Place)>,
    /// What was expected and what came.
    pub cause: Bilingual,
    /// What to do, in one sentence. May be empty.
    pub remedy: Bilingual,
    /// The words of a library or the system, which are English whatever is asked for. Printed after the cause.
    pub detail: Option<String>,
}

impl Problem {
    /// One that stands in no file.
    pub fn new(cause: impl Into<Bilingual>, remedy: impl Into<Bilingual>) -> Self {
        Problem { at: None, cause: cause.into(), remedy: remedy.into(), detail: None }
    }
    #[must_use]
    pub fn in_file(self, file: &Path, at: Place) -> Self {
        Problem { at: Some((file.to_path_buf(), at)), ..self }
    }
    #[must_use]
    pub fn with_detail(self, detail: impl fmt::Display) -> Self {
        Problem { detail: Some(detail.to_string()), ..self }
    }
    /// `file:line:column: cause: detail`, and the remedy indented below it. Nothing that is quoted of a file steers a
    /// terminal.
    pub fn show(&self, lang: Lang) -> String {
        self.as_written(lang).split('\n').map(|line| harmless(line)).collect::<Vec<_>>().join("\n")
    }
    fn as_written(&self, lang: Lang) -> String {
        let place = self.at.as_ref().map(|(file, at)| format!("{}:{}:{}: ", file.display(), at.line, at.column));
        let detail = self.detail.as_ref().map(|detail| format!(": {detail}"));
        let remedy = (!self.remedy.is_empty()).then(|| format!("\n    {}", self.remedy.show(lang)));
        let or_nothing = Option::unwrap_or_default;
        format!("{}{}{}{}", or_nothing(place), self.cause.show(lang), or_nothing(detail), or_nothing(remedy))
    }
}

/// In English: the language of logs and error chains.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.show(Lang::En))
    }
}

impl std::error::Error for Problem {}

/// What a file is for, as messages about it say; English and Polish.
#[derive(Debug, PartialEq, Eq)]
pub struct FileKind {
    /// `a rig`.
    pub whole: (&'static str, &'static str),
    /// `failed to read the rig`.
    pub unread: (&'static str, &'static str),
    /// What to name where there is none.
    pub give: (&'static str, &'static str),
    /// A sound one, to copy from.
    pub sample: &'static str,
    /// A line of one whose value has a comma in it.
    pub with_comma: &'static str,
}

impl FileKind {
    /// Any file of which no more is known.
    pub const TEXT: FileKind = FileKind {
        whole: ("a file", "plik"),
        unread: ("failed to read the file", "nie udało się odczytać pliku"),
        give: ("give the path of a file", "podaj ścieżkę do pliku"),
        sample: "README.md",
        with_comma: "name: \"one, two\"",
    };
}

/// Problems found so far in one file. Reading goes on after each, so that they come all at once.
#[derive(Debug)]
pub struct Problems {
    file: PathBuf,
    kind: &'static FileKind,
    found: Vec<Problem>,
}

impl Problems {
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Problems::of(file, &FileKind::TEXT)
    }
    /// Of a file of which it is known what it is for.
    pub fn of(file: impl Into<PathBuf>, kind: &'static FileKind) -> Self {
        Problems { file: file.into(), kind, found: Vec::new() }
    }
    pub fn kind(&self) -> &'static FileKind {
        self.kind
    }
    pub fn add(&mut self, at: Place, cause: impl Into<Bilingual>, remedy: impl Into<Bilingual>) {
        self.push(at, Problem::new(cause, remedy));
    }
    /// Adds one that was found by something that knows no files.
    pub fn push(&mut self, at: Place, problem: Problem) {
        self.found.push(problem.in_file(&self.file, at));
    }
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
    /// In the order of the file; the same complaint about the same place only once.
    pub fn into_sorted(mut self) -> Vec<Problem> {
        self.found.sort_by_key(|problem| problem.at.as_ref().map(|(_, at)| *at));
        self.found.dedup();
        self.found
    }
}

/// Joins what is all there.
pub const AND: (&str, &str) = ("and", "i");
/// Joins what there is to choose from.
pub const OR: (&str, &str) = ("or", "lub");

/// `"a", "b" and "c"`, for messages that list what is there or possible.
pub fn listed<S: AsRef<str>>(words: impl IntoIterator<Item = S>, joint: impl Into<Bilingual>) -> Bilingual {
    let quoted: Vec<String> = words.into_iter().map(|word| format!("\"{}\"", word.as_ref())).collect();
    match quoted.split_last() {
        None => Bilingual::new("nothing", "brak"),
        Some((last, [])) => Bilingual::same(last),
        Some((last, before)) => {
            let (before, joint) = (before.join(", "), joint.into());
            Bilingual::new(format!("{before} {} {last}", joint.en), format!("{before} {} {last}", joint.pl))
        }
    }
}

/// `did you mean "x"?`, or all that is possible where nothing comes near; `called` says what these are.
pub fn meant_or_listed(typed: &str, known: &[&str], called: impl Into<Bilingual>) -> Bilingual {
    match nearest(typed, known.iter().copied()) {
        Some(word) => did_you_mean(word),
        None => {
            let (called, known) = (called.into(), listed(known, AND));
            Bilingual::new(format!("{}: {}", called.en, known.en), format!("{}: {}", called.pl, known.pl))
        }
    }
}

/// The question that goes with [`nearest`].
pub fn did_you_mean(word: &str) -> Bilingual {
    Bilingual::new(format!("did you mean \"{word}\"?"), format!("czy chodziło o \"{word}\"?"))
}

/// The word among `known` that was probably meant, if one is near enough to be no guess in the dark.
pub fn nearest<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let fold = |text: &str| text.to_lowercase().replace('_', "-");
    let typed = fold(typed);
    // Of a single letter nothing is left to guess by.
    let letters = typed.chars().count();
    let allowed = (1 + letters / 4).min(letters.saturating_sub(1));
    known
        .into_iter()
        // Neighbours that changed places count as one slip.
        .map(|word| (strsim::osa_distance(&typed, &fold(word)), word))
        .filter(|(steps, _)| *steps <= allowed)
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_the_word_that_was_meant() {
        let known = ["channels", "port", "driver", "baud"];
        assert_eq!(nearest("chanels", known), Some("channels"));
        assert_eq!(nearest("Channels", known), Some("channels"));
        assert_eq!(nearest("prot", known), Some("port"));
        assert_eq!(nearest("buad", known), Some("baud"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("D", ["A", "B", "C"]), None);
    }

    #[test]
    fn lists_read_like_a_sentence() {
        assert_eq!(listed(["a"], AND), Bilingual::same("\"a\""));
        assert_eq!(listed(["a", "b", "c"], OR), ("\"a\", \"b\" or \"c\"", "\"a\", \"b\" lub \"c\"").into());
        assert_eq!(listed::<&str>([], AND).en, "nothing");
    }

    #[test]
    fn a_problem_is_shown_in_the_readers_language_with_the_systems_words_after_it() {
        let problem = Problem::new(("cannot be read", "nie można odczytać"), ("check it", "sprawdź go"))
            .in_file(Path::new("a.yaml"), Place { line: 3, column: 5 })
            .with_detail("permission denied");
        assert_eq!(problem.to_string(), "a.yaml:3:5: cannot be read: permission denied\n    check it");
        assert_eq!(problem.show(Lang::Pl), "a.yaml:3:5: nie można odczytać: permission denied\n    sprawdź go");
        assert_eq!(Problem::new(Bilingual::same("no place"), Bilingual::default()).to_string(), "no place");
    }

    #[test]
    fn problems_of_a_file_come_in_its_order_and_once() {
        let mut problems = Problems::new("a.yaml");
        let (late, early) = (Place { line: 9, column: 1 }, Place::START);
        problems.add(late, Bilingual::same("b"), Bilingual::default());
        problems.add(early, Bilingual::same("a"), Bilingual::default());
        problems.add(early, Bilingual::same("a"), Bilingual::default());
        let causes: Vec<String> = problems.into_sorted().into_iter().map(|problem| problem.cause.en).collect();
        assert_eq!(causes, ["a", "b"]);
    }
}
