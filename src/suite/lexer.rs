//! A feature file line by line: what each line is, where it stands, before any parser has had its say.
//!
//! The Gherkin parser passes over some slips in silence and gives positions that are a line late; this is what the
//! checks and the positions rest on. Knows nothing of phrases or rigs.

use crate::problem::Place;
use crate::unit::Lang;

/// What opens a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    Feature,
    Background,
    Scenario,
    Outline,
    Rule,
    Examples,
}

/// What a line is. Texts are trimmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    Blank,
    Comment,
    /// `# language: xx`.
    Language(String),
    Tags(Vec<String>),
    Heading {
        heading: Heading,
        keyword: String,
        title: String,
    },
    Step {
        keyword: String,
        text: String,
    },
    Row(Vec<String>),
    /// The fence of a text block, or a line within one.
    TextBlock,
    /// Free text.
    Other(String),
}

/// A line with its place; line and column count from 1, the column in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub number: usize,
    pub column: usize,
    pub what: What,
}

impl Line {
    pub fn at(&self) -> Place {
        Place { line: self.number, column: self.column }
    }
}

/// Gherkin's heading words of a language.
pub fn heading_words(lang: Lang) -> &'static [(&'static str, Heading)] {
    use Heading::{Background, Examples, Feature, Outline, Rule, Scenario};
    match lang {
        Lang::En => &[
            ("Feature", Feature),
            ("Business Need", Feature),
            ("Ability", Feature),
            ("Background", Background),
            ("Scenario Outline", Outline),
            ("Scenario Template", Outline),
            ("Scenarios", Examples),
            ("Scenario", Scenario),
            ("Examples", Examples),
            ("Example", Scenario),
            ("Rule", Rule),
        ],
        Lang::Pl => &[
            ("Właściwość", Feature),
            ("Funkcja", Feature),
            ("Aspekt", Feature),
            ("Potrzeba biznesowa", Feature),
            ("Założenia", Background),
            ("Szablon scenariusza", Outline),
            ("Scenariusz", Scenario),
            ("Przykłady", Examples),
            ("Przykład", Scenario),
            ("Zasada", Rule),
            ("Reguła", Rule),
        ],
    }
}

/// Gherkin's step words of a language, longer ones before those they begin with.
pub fn step_words(lang: Lang) -> &'static [&'static str] {
    match lang {
        Lang::En => &["Given", "When", "Then", "And", "But", "*"],
        Lang::Pl => &[
            "Zakładając, że",
            "Zakładając że",
            "Zakładając",
            "Mając",
            "Jeżeli",
            "Jeśli",
            "Gdy",
            "Kiedy",
            "Wtedy",
            "Oraz",
            "Ale",
            "I",
            "*",
        ],
    }
}

/// The language a file declares; English where it declares none, `Err` with what it says where it is neither English
/// nor Polish.
pub fn language(text: &str) -> Result<Lang, String> {
    let declared = text.lines().find_map(|line| match comment(line.trim()) {
        Some(What::Language(lang)) => Some(lang),
        _ => None,
    });
    match declared.as_deref() {
        None | Some("en") => Ok(Lang::En),
        Some("pl") => Ok(Lang::Pl),
        Some(other) => Err(other.to_string()),
    }
}

/// Every line of a file. A text block that is never closed runs to the end.
pub fn scan(text: &str, lang: Lang) -> Vec<Line> {
    let mut fence: Option<&str> = None;
    let mut lines = Vec::new();
    for (index, raw) in text.lines().enumerate() {
        let trimmed = raw.trim();
        let column = raw.chars().take_while(|c| c.is_whitespace()).count() + 1;
        let what = match fence {
            Some(mark) => {
                if trimmed == mark {
                    fence = None;
                }
                What::TextBlock
            }
            None => {
                fence = ["\"\"\"", "```"].into_iter().find(|mark| trimmed.starts_with(mark));
                if fence.is_some() { What::TextBlock } else { classify(trimmed, lang) }
            }
        };
        lines.push(Line { number: index + 1, column, what });
    }
    lines
}

fn classify(line: &str, lang: Lang) -> What {
    if line.is_empty() {
        return What::Blank;
    }
    if let Some(comment) = comment(line) {
        return comment;
    }
    if line.starts_with('@') {
        let tags = line.split_whitespace().take_while(|word| !word.starts_with('#'));
        return What::Tags(tags.map(str::to_string).collect());
    }
    if line.starts_with('|') {
        return What::Row(cells(line));
    }
    for (word, heading) in heading_words(lang) {
        if let Some(title) = line.strip_prefix(word).and_then(|rest| rest.strip_prefix(':')) {
            return What::Heading { heading: *heading, keyword: (*word).to_string(), title: title.trim().to_string() };
        }
    }
    for word in step_words(lang) {
        if let Some(text) = line.strip_prefix(word).and_then(|rest| rest.strip_prefix(' ')) {
            return What::Step { keyword: (*word).to_string(), text: text.trim().to_string() };
        }
    }
    What::Other(line.to_string())
}

fn comment(line: &str) -> Option<What> {
    let text = line.strip_prefix('#')?.trim_start();
    let declared = text.strip_prefix("language").and_then(|rest| rest.trim_start().strip_prefix(':'));
    Some(declared.map_or(What::Comment, |lang| What::Language(lang.trim().to_string())))
}

/// The cells between the bars of a table row; `\|` is a bar within a cell.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in line.chars().skip(1) {
        match (c, escaped) {
            ('|', false) => cells.push(String::new()),
            ('\\', false) => {
                escaped = true;
                continue;
            }
            _ => {
                if let Some(cell) = cells.last_mut() {
                    cell.push(c);
                }
            }
        }
        escaped = false;
    }
    // What follows the last bar is no cell, unless the bar is missing.
    if cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    cells.iter().map(|cell| cell.trim().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, lang: Lang, expected: What) {
        assert_eq!(scan(line, lang).remove(0).what, expected, "{line:?}");
    }

    #[test]
    fn lines_are_told_apart_in_both_languages() {
        let step = |keyword: &str, text: &str| What::Step { keyword: keyword.into(), text: text.into() };
        check("  Given a post", Lang::En, step("Given", "a post"));
        check("Zakładając, że punkt", Lang::Pl, step("Zakładając, że", "punkt"));
        check("Zakładając że punkt", Lang::Pl, step("Zakładając że", "punkt"));
        check("I lampka", Lang::Pl, step("I", "lampka"));
        check("Inna", Lang::Pl, What::Other("Inna".into()));
        check("Given\ta post", Lang::En, What::Other("Given\ta post".into()));
        check("@S01 @fat # why", Lang::En, What::Tags(vec!["@S01".into(), "@fat".into()]));
        check("| a | b\\|c |", Lang::En, What::Row(vec!["a".into(), "b|c".into()]));
        check("# language: pl", Lang::En, What::Language("pl".into()));
        let title = "x: y".to_string();
        check(
            "Scenario Outline: x: y",
            Lang::En,
            What::Heading { heading: Heading::Outline, keyword: "Scenario Outline".into(), title },
        );
    }

    #[test]
    fn a_text_block_hides_what_looks_like_gherkin() {
        let lines = scan("\"\"\"\nScenario: no\n\"\"\"\nScenario: yes", Lang::En);
        assert!(lines[..3].iter().all(|line| line.what == What::TextBlock));
        assert!(matches!(lines[3].what, What::Heading { .. }));
    }
}
