//! What can be wrong with a file before it is even YAML, told in plainer words than a parser's: encoding, tabs, brackets, quotation marks,
//! colons.
//!
//! Knows nothing of rigs, and of YAML only what people trip over.

use super::problem::{Place, Problems};
use saphyr_parser::{Marker, ScanError};

/// A settings file is written by hand; one larger than this is some other file.
const LARGEST_FILE: usize = 1 << 20;

/// The parser counts lines from 1 and columns from 0; editors count both from 1.
pub(super) fn place(marker: Marker) -> Place {
    Place { line: marker.line().max(1), column: marker.col() + 1 }
}

/// UTF-8 text, without a byte order mark.
pub(super) fn decode<'b>(bytes: &'b [u8], problems: &mut Problems) -> Option<&'b str> {
    if bytes.len() > LARGEST_FILE {
        let what = format!("the file has {} bytes, a rig has some thousand", bytes.len());
        problems.add(Place::START, what, "give the path of a rig, e.g. rigs/virtual.yaml");
        return None;
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        problems.add(
            Place::START,
            "the file is UTF-16, expected UTF-8",
            "save it as UTF-8 (in Notepad: Save as, encoding UTF-8)",
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
            let what = format!("byte 0x{byte:02X} is not UTF-8 (perhaps a Polish letter in Windows-1250 or ISO 8859-2)");
            problems.add(at, what, "save the file as UTF-8");
            None
        }
    }
}

/// YAML does not allow tabs as indentation, and a parser's own words for it help nobody.
pub(super) fn complain_of_tabs(text: &str, problems: &mut Problems) -> bool {
    let mut any = false;
    for (index, line) in text.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let found = line.get(..indent).and_then(|space| space.chars().position(|c| c == '\t'));
        if let (Some(column), false) = (found, line.trim().is_empty()) {
            let at = Place { line: index + 1, column: column + 1 };
            problems.add(at, "a tab in the indentation, YAML allows spaces only", "replace the tab by two spaces");
            any = true;
        }
    }
    any
}

/// The parser's findings in plainer words, each with what mends it most of the time.
pub(super) fn complain_of_syntax(error: &ScanError, text: &str, problems: &mut Problems) {
    let at = within(place(*error.marker()), text);
    let info = error.info();
    let letter = text.lines().nth(at.line - 1).and_then(|line| line.chars().nth(at.column - 1));
    let (at, what, remedy) = if matches!(letter, Some(']' | '}')) {
        (at, "a closing bracket too many".to_string(), "delete it, or put the opening one before the list it closes")
    } else if info.contains("',' or '}'") || info.contains("',' or ']'") || info.contains("in flow construct") {
        match last_open_bracket(text, at) {
            Some((open, bracket)) => {
                (open, format!("the {bracket} here is not closed"), "close it, and put a comma between its entries")
            }
            None => (at, "a comma is missing between two entries".to_string(), "put a comma between the entries of a { } or [ ]"),
        }
    } else if info.contains("quoted scalar") && (info.contains("end of stream") || info.contains("indentation")) {
        (at, "the quotation mark here is not closed".to_string(), "close the text with the same quotation mark")
    } else if info.contains("trailing content") {
        (at, "text after a closing quotation mark".to_string(), "put the whole value between one pair of quotation marks")
    } else if info.contains("mapping values") && line_without_colon(text, at).line + 1 == at.line {
        (line_without_colon(text, at), "a line without a colon and a space".to_string(), "write \"key: value\"")
    } else if info.contains("mapping values are not allowed") {
        let remedy =
            "quote a value that holds a colon and a space, such as place: \"Łódź: centre\"; else look at the indentation";
        (at, "a second colon on this line, or more indentation than the line above allows".to_string(), remedy)
    } else if info.contains("simple key") || info.contains("expected ':'") {
        (line_without_colon(text, at), "a line without a colon and a space".to_string(), "write \"key: value\"")
    } else if info.contains("expected key") || info.contains("indentation") || info.contains("block collection") {
        (at, "a line whose indentation fits nothing above it".to_string(), "begin the keys of one section in the same column")
    } else if info.contains("escape") {
        (
            at,
            "a backslash before a letter that has no meaning there".to_string(),
            "use single quotation marks for text with backslashes",
        )
    } else if info.contains("node content") {
        (at, "a value that begins with a special sign".to_string(), "put the value between quotation marks")
    } else {
        (at, info.to_string(), "compare this line and the one above with rigs/virtual.yaml")
    };
    problems.add(at, format!("not YAML: {what}"), remedy);
}

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
