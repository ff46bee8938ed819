//! Sizes and openings: how long files and functions may be, how many methods an instrument's trait has, and that each
//! file introduces itself.
//!
//! Knows nothing of what the code does.

use super::Violation;
use super::source::{Source, has_word};
use std::collections::BTreeMap;

const LONGEST_FILE: usize = 400;
const LONGEST_FUNCTION: usize = 70;
/// Of product code, in a room of the house.
const LARGEST_ROOM: usize = 9_000;
/// Rooms with a figure of their own: values and traits stay few, and the twin is a post, a street and a bench in one.
const ROOMS: [(&str, usize); 2] = [("instrument", 1_500), ("twin", 24_000)];
const MOST_METHODS: usize = 6;
/// In letters. Code may be wider, and a table's row has to be.
const WIDEST_COMMENT: usize = 120;
/// How far an exception may lie above the file it excuses before it has to be lowered.
const SLACK: usize = 20;

const READABLE: &str = "a file is read at one sitting; one that is longer holds two things that could be named apart";
const ONE_SCREEN: &str = "a function that does not fit on a screen does more than its name says";
const INTRODUCED: &str = "whoever opens a file learns from its first lines what it is for and what it must not know";
const FOUND_AGAIN: &str = "prose is read in lines from which the eye finds back to the next";
const SURVEYED: &str = "a room that nobody can survey is two rooms";
const SMALL_TRAIT: &str = "a driver for a new instrument is written in an hour only if its trait is small";
const SHRINK: &str = "exceptions may only shrink";

/// Files longer than allowed, with the lines they may have. This list may only shrink, and so may its figures.
const LONG_FILES: &[(&str, usize)] = &[];

/// Functions longer than allowed: file, name and the lines they may have. This list may only shrink, and so may its
/// figures.
const LONG_FUNCTIONS: &[(&str, &str, usize)] = &[];

pub(super) fn check(sources: &[Source]) -> Vec<Violation> {
    let mut violations: Vec<Violation> = sources.iter().flat_map(check_one).collect();
    let unknown = |path: &&str| !sources.iter().any(|source| source.path == **path);
    let named = LONG_FILES.iter().map(|(path, _)| *path).chain(LONG_FUNCTIONS.iter().map(|(path, _, _)| *path));
    for path in named.filter(unknown) {
        violations.push(Violation::new("src/tidy/shape.rs", 1, format!("{path} is gone: delete its exception"), SHRINK));
    }
    violations
}

/// Rooms that have grown too large, tests not counted.
pub(super) fn check_rooms(sources: &[Source]) -> Vec<Violation> {
    let mut rooms: BTreeMap<&str, usize> = BTreeMap::new();
    for source in sources {
        *rooms.entry(source.module()).or_default() += source.before_tests;
    }
    let too_large = rooms.into_iter().filter_map(|(room, lines)| {
        let allowed = ROOMS.iter().find(|(known, _)| *known == room).map_or(LARGEST_ROOM, |(_, lines)| *lines);
        let rule = format!("`{room}` has {lines} lines, allowed are {allowed}");
        (lines > allowed).then(|| Violation::new(&format!("src/{room}"), 1, rule, SURVEYED))
    });
    too_large.collect()
}

/// Lines of comments that are too wide.
pub(super) fn check_comments(sources: &[Source]) -> Vec<Violation> {
    sources.iter().flat_map(wide_comments).collect()
}

fn wide_comments(source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (line, number) in source.lines.iter().zip(1..) {
        let (letters, text) = (line.chars().count(), line.trim_start());
        let is_table = text.trim_start_matches(['/', '!']).trim_start().starts_with('|');
        if text.starts_with("//") && !is_table && letters > WIDEST_COMMENT {
            let rule = format!("the comment is {letters} letters wide, allowed are {WIDEST_COMMENT}");
            violations.push(Violation::new(&source.path, number, rule, FOUND_AGAIN));
        }
    }
    violations
}

fn check_one(source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    let path = source.path.as_str();
    let opening = source.lines.first().map_or("", String::as_str);
    if !opening.starts_with("#![doc") && opening.strip_prefix("//!").is_none_or(|words| words.trim().len() < 10) {
        violations.push(Violation::new(path, 1, "the file must open with //! and a sentence", INTRODUCED));
    }
    let excuse = LONG_FILES.iter().find(|(known, _)| *known == path).map(|(_, lines)| *lines);
    violations.extend(length(path, 1, "the file", source.lines.len(), LONGEST_FILE, excuse, READABLE));
    for function in functions(source) {
        let excuse =
            LONG_FUNCTIONS.iter().find(|(file, name, _)| *file == path && *name == function.name).map(|(_, _, lines)| *lines);
        let what = format!("function `{}`", function.name);
        violations.extend(length(path, function.line, &what, function.lines, LONGEST_FUNCTION, excuse, ONE_SCREEN));
    }
    if source.module() == "instrument" {
        violations.extend(large_traits(source));
    }
    violations
}

fn length(
    path: &str,
    line: usize,
    what: &str,
    lines: usize,
    most: usize,
    excuse: Option<usize>,
    reason: &'static str,
) -> Option<Violation> {
    let rule = match excuse {
        None if lines > most => format!("{what} has {lines} lines, allowed are {most}"),
        Some(allowed) if lines > allowed => format!("{what} has grown to {lines} lines, its exception allows {allowed}"),
        Some(_) if lines <= most => format!("{what} has {lines} lines: delete its exception in src/tidy/shape.rs"),
        Some(allowed) if allowed - lines > SLACK => {
            format!("{what} has {lines} lines: lower its exception in src/tidy/shape.rs from {allowed}")
        }
        _ => return None,
    };
    let shrinking = excuse.is_some_and(|allowed| lines <= allowed);
    Some(Violation::new(path, line, rule, if shrinking { SHRINK } else { reason }))
}

struct Function {
    name: String,
    line: usize,
    lines: usize,
}

/// Every function with a body, from its `fn` to its closing brace.
fn functions(source: &Source) -> Vec<Function> {
    let starts = source.code.iter().enumerate().filter(|(_, line)| has_word(line, "fn"));
    starts
        .filter_map(|(at, line)| {
            let after = line.split("fn ").nth(1)?;
            let name: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let offset = line.find("fn ")?;
            let end = end_of_body(source, at, offset).filter(|_| !name.is_empty())?;
            Some(Function { name, line: at + 1, lines: end - at + 1 })
        })
        .collect()
}

/// The line on which the braces that open after this place are closed again; `None` if a semicolon comes first.
fn end_of_body(source: &Source, from: usize, offset: usize) -> Option<usize> {
    let (mut depth, mut brackets) = (0usize, 0usize);
    for (at, line) in source.code.iter().enumerate().skip(from) {
        let line = if at == from { line.get(offset..).unwrap_or_default() } else { line.as_str() };
        for letter in line.chars() {
            match letter {
                '(' | '[' => brackets += 1,
                ')' | ']' => brackets = brackets.saturating_sub(1),
                '{' => depth += 1,
                '}' if depth <= 1 => return Some(at),
                '}' => depth -= 1,
                ';' if depth == 0 && brackets == 0 => return None,
                _ => {}
            }
        }
    }
    None
}

/// Public traits with more methods than an instrument should ask of its driver.
fn large_traits(source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (at, line) in source.code.iter().enumerate().filter(|(_, line)| has_word(line, "pub trait")) {
        let Some(end) = end_of_body(source, at, 0) else { continue };
        let body = source.code.iter().take(end + 1).skip(at);
        let methods = body.filter(|line| line.starts_with("    fn ")).count();
        if methods > MOST_METHODS {
            let rule =
                format!("`{}` has {methods} methods, allowed are {MOST_METHODS}", line.trim().trim_end_matches('{').trim());
            violations.push(Violation::new(&source.path, at + 1, rule, SMALL_TRAIT));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_rules(path: &str, text: &str, expected: &[&str]) {
        let found: Vec<String> = check_one(&Source::new(path, text)).iter().map(|v| format!("{} {}", v.line, v.rule)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_file_introduces_itself() {
        check_rules("src/a.rs", "//! What this file is for.\n", &[]);
        check_rules("src/a.rs", "//!\nfn f() {}\n", &["1 the file must open with //! and a sentence"]);
    }

    #[test]
    fn long_files_and_functions_are_found() {
        let long = format!("//! What this file is for.\n{}", "\n".repeat(400));
        check_rules("src/a.rs", &long, &["1 the file has 401 lines, allowed are 400"]);
        let body = "    x;\n".repeat(69);
        let text = format!("//! What this file is for.\nfn f() {{\n{body}}}\nfn g(x: [u8; 2]) -> u8 {{ 1 }}\n");
        check_rules("src/a.rs", &text, &["2 function `f` has 71 lines, allowed are 70"]);
    }

    #[test]
    fn a_room_is_counted_without_its_tests() {
        let code = format!("//! What this file is for.\n{}", "\n".repeat(749));
        let tested = format!("{code}#[cfg(test)]\nmod tests {{\n}}\n");
        let two = [Source::new("src/instrument/a.rs", &code), Source::new("src/instrument/b.rs", &tested)];
        assert_eq!(check_rooms(&two), []);
        let three = [Source::new("src/instrument/c.rs", "//! What.\n"), Source::new("src/instrument/a.rs", &code)];
        let more: Vec<Source> = three.into_iter().chain(two).collect();
        let told = check_rooms(&more).iter().map(|violation| violation.rule.clone()).collect::<Vec<_>>();
        assert_eq!(told, ["`instrument` has 2251 lines, allowed are 1500"]);
    }

    #[test]
    fn an_exception_may_only_shrink() {
        let one = |lines, excuse| length("a", 1, "it", lines, 400, Some(excuse), READABLE).map(|violation| violation.rule);
        assert_eq!(one(430, 440), None);
        assert_eq!(one(441, 440).as_deref(), Some("it has grown to 441 lines, its exception allows 440"));
        assert_eq!(one(410, 440).as_deref(), Some("it has 410 lines: lower its exception in src/tidy/shape.rs from 440"));
        assert_eq!(one(400, 440).as_deref(), Some("it has 400 lines: delete its exception in src/tidy/shape.rs"));
    }

    #[test]
    fn a_wide_comment_is_found_and_wide_code_and_tables_are_not() {
        let wide = "ż".repeat(117);
        let text = format!("/// {wide}\n// {wide}\n//! | {wide}\nlet x = \"{wide}\";\n");
        let found = wide_comments(&Source::new("src/a.rs", &text));
        let told = found.iter().map(|violation| (violation.line, violation.rule.as_str())).collect::<Vec<_>>();
        assert_eq!(told, [(1, "the comment is 121 letters wide, allowed are 120")]);
    }

    #[test]
    fn a_large_trait_is_found() {
        let text = format!("//! What this file is for.\npub trait T: Send {{\n{}}}\n", "    fn f(&self);\n".repeat(7));
        check_rules("src/instrument/a.rs", &text, &["2 `pub trait T: Send` has 7 methods, allowed are 6"]);
        check_rules("src/driver/a.rs", &text, &[]);
    }
}
