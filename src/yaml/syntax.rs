//! What can be wrong with a file before it is even YAML, told in plainer words than a parser's: encoding, tabs,
//! brackets, quotation marks, colons.
//!
//! Knows nothing of what is written there, and of YAML only what people trip over.

use crate::problem::{Place, Problem, Problems};
use crate::unit::{Bilingual, both};
use saphyr_parser::{Marker, ScanError};

/// A settings file is written by hand; one larger than this is some other file.
pub const LARGEST_FILE: usize = 1 << 20;

/// The parser counts lines from 1 and columns from 0; editors count both from 1.
pub fn place(marker: Marker) -> Place {
    Place { line: marker.line().max(1), column: marker.col() + 1 }
}

pub fn complain_of_size(bytes: u64, problems: &mut Problems) {
    let (en, pl) = problems.kind().whole;
    let cause = Bilingual::new(
        format!("the file has {bytes} bytes, {en} has some thousand"),
        format!("plik ma {bytes} B, a {pl} zwykle kilka tysięcy"),
    );
    problems.add(Place::START, cause, problems.kind().give);
}

/// UTF-8 text, without a byte order mark.
pub fn decode<'b>(bytes: &'b [u8], problems: &mut Problems) -> Option<&'b str> {
    if bytes.len() > LARGEST_FILE {
        complain_of_size(bytes.len() as u64, problems);
        return None;
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        problems.add(
            Place::START,
            ("the file is UTF-16, expected UTF-8", "plik jest w UTF-16, oczekiwano UTF-8"),
            (
                "save it as UTF-8 (in Notepad: Save as, encoding UTF-8)",
                "zapisz go jako UTF-8 (w Notatniku: Zapisz jako, kodowanie UTF-8)",
            ),
        );
        return None;
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) => {
            let (before, rest) = bytes.split_at(error.valid_up_to());
            let before = String::from_utf8_lossy(before);
            let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
            let at = Place {
                line: before.matches('\n').count() + 1,
                column: before.get(line_start..).map_or(0, |line| line.chars().count()) + 1,
            };
            let byte = rest.first().copied().unwrap_or_default();
            let cause = both!(
                "byte 0x{byte:02X} is not UTF-8 (perhaps a Polish letter in Windows-1250 or ISO 8859-2)",
                "bajt 0x{byte:02X} nie należy do UTF-8 (może to polska litera w Windows-1250 lub ISO 8859-2)"
            );
            problems.add(at, cause, ("save the file as UTF-8", "zapisz plik jako UTF-8"));
            None
        }
    }
}

/// YAML does not allow tabs as indentation, and a parser's own words for it help nobody.
pub fn complain_of_tabs(text: &str, problems: &mut Problems) -> bool {
    let mut any = false;
    for (index, line) in text.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let found = line.get(..indent).and_then(|space| space.chars().position(|c| c == '\t'));
        if let (Some(column), false) = (found, line.trim().is_empty()) {
            let at = Place { line: index + 1, column: column + 1 };
            let cause =
                ("a tab in the indentation, YAML allows spaces only", "tabulator we wcięciu, YAML dopuszcza tylko spacje");
            problems.add(at, cause, ("replace the tab by two spaces", "zastąp tabulator dwiema spacjami"));
            any = true;
        }
    }
    any
}

/// The parser's findings in plainer words, each with what mends it most of the time.
pub fn complain_of_syntax(error: &ScanError, text: &str, problems: &mut Problems) {
    let at = within(place(*error.marker()), text);
    let info = error.info();
    let letter = text.lines().nth(at.line - 1).and_then(|line| line.chars().nth(at.column - 1));
    if matches!(letter, Some(']' | '}')) {
        return not_yaml(problems, at, ("a closing bracket too many", "o jeden nawias zamykający za dużo"), BRACKET_TOO_MANY);
    }
    if info.contains("',' or '}'") || info.contains("',' or ']'") || info.contains("in flow construct") {
        return match last_open_bracket(text, at) {
            Some((open, bracket)) => {
                let cause = both!("the {bracket} here is not closed", "nawias {bracket} nie jest zamknięty");
                not_yaml(problems, open, cause, CLOSE_BRACKET)
            }
            None => not_yaml(problems, at, ("a comma is missing between two entries", "brakuje przecinka między wpisami"), COMMA),
        };
    }
    let bare = line_without_colon(text, at);
    let colon_is_missing = info.contains("mapping values") && bare.line + 1 == at.line
        || info.contains("simple key")
        || info.contains("expected ':'");
    if colon_is_missing && !info.contains("quoted scalar") && !info.contains("trailing content") {
        let cause = ("a line without a colon and a space", "wiersz bez dwukropka i spacji");
        return not_yaml(problems, bare, cause, ("write \"key: value\"", "zapisz \"klucz: wartość\""));
    }
    match FINDINGS.iter().find(|finding| finding.signs.iter().any(|signs| signs.iter().all(|sign| info.contains(sign)))) {
        Some(finding) => not_yaml(problems, at, finding.cause, finding.remedy),
        None => {
            let sample = problems.kind().sample;
            let remedy =
                both!("compare this line and the one above with {sample}", "porównaj ten wiersz i poprzedni z plikiem {sample}");
            problems.push(at, Problem::new(("not YAML", "to nie jest YAML"), remedy).with_detail(info));
        }
    }
}

fn not_yaml(problems: &mut Problems, at: Place, cause: impl Into<Bilingual>, remedy: Words) {
    let cause = cause.into();
    let cause = Bilingual::new(format!("not YAML: {}", cause.en), format!("to nie jest YAML: {}", cause.pl));
    problems.add(at, cause, remedy);
}

/// English and Polish.
type Words = (&'static str, &'static str);

const BRACKET_TOO_MANY: Words = (
    "delete it, or put the opening one before the list it closes",
    "usuń go albo wstaw nawias otwierający przed listą, którą zamyka",
);
const CLOSE_BRACKET: Words = ("close it, and put a comma between its entries", "zamknij go, a wpisy oddziel przecinkami");
const COMMA: Words = ("put a comma between the entries of a { } or [ ]", "oddziel wpisy w { } lub [ ] przecinkami");

/// What the parser's message tells by its words alone.
struct Finding {
    /// Any of these, each a list of words that are all there.
    signs: &'static [&'static [&'static str]],
    cause: Words,
    remedy: Words,
}

/// The first that fits counts.
const FINDINGS: &[Finding] = &[
    Finding {
        signs: &[&["quoted scalar", "end of stream"], &["quoted scalar", "indentation"]],
        cause: ("the quotation mark here is not closed", "otwarty tu cudzysłów nie jest zamknięty"),
        remedy: ("close the text with the same quotation mark", "zamknij tekst takim samym cudzysłowem"),
    },
    Finding {
        signs: &[&["trailing content"]],
        cause: ("text after a closing quotation mark", "tekst po cudzysłowie zamykającym"),
        remedy: ("put the whole value between one pair of quotation marks", "ujmij całą wartość w jedną parę cudzysłowów"),
    },
    Finding {
        signs: &[&["mapping values are not allowed"]],
        cause: (
            "a second colon on this line, or more indentation than the line above allows",
            "drugi dwukropek w tym wierszu albo wcięcie większe, niż pozwala poprzedni wiersz",
        ),
        remedy: (
            "quote a value that holds a colon and a space, such as place: \"Łódź: centre\"; else look at the indentation",
            "wartość z dwukropkiem i spacją ujmij w cudzysłów, np. place: \"Łódź: centrum\"; jeśli to nie to, sprawdź wcięcia",
        ),
    },
    Finding {
        signs: &[&["expected key"], &["indentation"], &["block collection"]],
        cause: (
            "a line whose indentation fits nothing above it",
            "wiersz, którego wcięcie nie pasuje do żadnego wiersza powyżej",
        ),
        remedy: ("begin the keys of one section in the same column", "zacznij klucze jednej sekcji w tej samej kolumnie"),
    },
    Finding {
        signs: &[&["escape"]],
        cause: (
            "a backslash before a letter that has no meaning there",
            "ukośnik wsteczny przed literą, z którą nic tu nie znaczy",
        ),
        remedy: ("use single quotation marks for text with backslashes", "tekst z ukośnikami wstecznymi ujmij w apostrofy"),
    },
    Finding {
        signs: &[&["node content"]],
        cause: ("a value that begins with a special sign", "wartość zaczynająca się od znaku specjalnego"),
        remedy: ("put the value between quotation marks", "ujmij wartość w cudzysłów"),
    },
];

/// A place that exists: the parser names the line after the last one when a file ends too soon.
fn within(at: Place, text: &str) -> Place {
    let last = text.lines().count().max(1);
    if at.line <= last {
        return at;
    }
    Place { line: last, column: text.lines().last().map_or(0, |line| line.chars().count()) + 1 }
}

/// The parser notices a missing colon only when the next key comes: go back to the line that has none.
fn line_without_colon(text: &str, at: Place) -> Place {
    let lines: Vec<&str> = text.lines().take(at.line).collect();
    let lacks = |line: &str| {
        let bare = line.trim();
        !bare.is_empty() && !bare.starts_with('#') && !bare.contains(": ") && !bare.ends_with(':')
    };
    match lines.iter().enumerate().rev().find(|(_, line)| lacks(line)) {
        Some((index, line)) => Place { line: index + 1, column: line.chars().take_while(|c| *c == ' ').count() + 1 },
        None => at,
    }
}

/// The bracket that was opened last and not closed before `at`, not counting those in comments and quotation marks.
fn last_open_bracket(text: &str, at: Place) -> Option<(Place, char)> {
    let mut open: Vec<(Place, char)> = Vec::new();
    for (index, line) in text.lines().take(at.line).enumerate() {
        let (mut quote, mut before) = (None, ' ');
        for (offset, letter) in line.chars().enumerate() {
            match (quote, letter) {
                (Some(mark), _) if letter == mark => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') if !before.is_alphanumeric() => quote = Some(letter),
                (None, '#') if before == ' ' => break,
                (None, '{' | '[') => open.push((Place { line: index + 1, column: offset + 1 }, letter)),
                (None, '}' | ']') => drop(open.pop()),
                _ => {}
            }
            before = letter;
        }
    }
    open.pop()
}
