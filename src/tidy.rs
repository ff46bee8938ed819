//! House rules as a test: reads every source file and feature of this repository and complains of what the architecture
//! forbids.
//!
//! Knows nothing of what the code does. Each rule says why it is there; each list of exceptions may only shrink.

mod circles;
mod features;
mod floors;
mod names;
mod owners;
mod polish;
mod shape;
mod source;

use source::Source;
use std::fmt;
use std::path::{Path, PathBuf};

/// One place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    /// From the repository's root.
    file: String,
    /// From 1.
    line: usize,
    rule: String,
    reason: &'static str,
}

impl Violation {
    fn new(file: &str, line: usize, rule: impl Into<String>, reason: &'static str) -> Self {
        Violation { file: file.to_string(), line, rule: rule.into(), reason }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}\n    why: {}", self.file, self.line, self.rule, self.reason)
    }
}

/// All files below a folder with this extension, in a fixed order.
fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(files_below(&path, extension));
        } else if path.extension().is_some_and(|known| known == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read_below(folder: &str) -> Vec<Source> {
    let read = |path: PathBuf| Source::new(&path.to_string_lossy(), &std::fs::read_to_string(&path).expect("a source in UTF-8"));
    files_below(Path::new(folder), "rs").into_iter().map(read).collect()
}

fn read_sources() -> Vec<Source> {
    let mut sources = read_below("src");
    let tests: Vec<String> = sources.iter().flat_map(Source::declared_tests).collect();
    for source in sources.iter_mut().filter(|source| tests.contains(&source.path)) {
        source.before_tests = 0;
    }
    sources
}

fn assert_clean(mut violations: Vec<Violation>) {
    violations.sort();
    let shown: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert!(shown.is_empty(), "{} places break a house rule:\n\n{}\n", shown.len(), shown.join("\n"));
}

#[test]
fn a_module_uses_lower_floors_only() {
    let sources = read_sources();
    assert!(sources.len() > 50, "run from the repository's root");
    assert_clean(floors::check(&sources));
}

#[test]
fn no_circle_is_wider_than_two_files() {
    assert_clean(circles::check(&read_sources()));
}

#[test]
fn only_named_files_name_certain_things() {
    assert_clean(names::check(&read_sources()));
}

#[test]
fn no_test_anywhere_is_left_out() {
    let read = |path: PathBuf| Source::new(&path.to_string_lossy(), &std::fs::read_to_string(&path).expect("a source in UTF-8"));
    let tests: Vec<Source> =
        ["tests", "benches"].iter().flat_map(|folder| files_below(Path::new(folder), "rs")).map(read).collect();
    assert!(tests.len() > 20, "run from the repository's root");
    assert_clean(names::check_words(&tests));
}

#[test]
fn polish_is_polish_and_has_one_word_for_one_thing() {
    let read = |path: PathBuf| (path.to_string_lossy().into_owned(), std::fs::read_to_string(&path).expect("UTF-8"));
    let features = files_below(Path::new("features/pl"), "feature").into_iter();
    let told = ["fixtures/bad/messages-pl.snap", "fixtures/bad/features/messages-pl.snap"].map(PathBuf::from);
    let others: Vec<(String, String)> = features.chain(told).map(read).collect();
    assert_clean(polish::check(&read_sources(), &others));
}

#[test]
fn the_methods_of_the_desk_stand_with_their_state() {
    assert_clean(owners::check(&read_sources()));
}

#[test]
fn files_functions_and_traits_keep_their_size() {
    assert_clean(shape::check(&read_sources()));
}

#[test]
fn rooms_keep_their_size() {
    assert_clean(shape::check_rooms(&read_sources()));
}

#[test]
fn comments_keep_to_their_width() {
    let sources: Vec<Source> = ["src", "tests"].into_iter().flat_map(read_below).collect();
    assert!(sources.len() > 100, "run from the repository's root");
    assert_clean(shape::check_comments(&sources));
}

#[test]
fn english_and_polish_features_say_the_same() {
    let read = |path: PathBuf| (path.to_string_lossy().into_owned(), std::fs::read_to_string(&path).expect("a feature in UTF-8"));
    let files: Vec<(String, String)> = files_below(Path::new("features"), "feature").into_iter().map(read).collect();
    assert_clean(features::check(&files));
}
