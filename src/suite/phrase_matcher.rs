//! The phrase book made searchable: from a step's text to the phrase meant and its parameters, understood.
//!
//! Looks a phrase up by its text alone, under any keyword and in either language. Knows nothing of what phrases do.

use super::gherkin;
use crate::rig::{Limits, Profile};
use crate::steps::phrase::{Arg, Args, Phrase};
use crate::unit::{self, Lang, PolishPlural};
use regex::Regex;
use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

/// A parameter type of the phrase book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter {
    Duration,
    Level,
    Percent,
    Count,
    /// How often: `5 times`, `raz`.
    Times,
    /// The id of a requirement.
    Requirement,
    Text,
}

impl Parameter {
    pub const ALL: [Parameter; 7] = [
        Parameter::Duration,
        Parameter::Level,
        Parameter::Percent,
        Parameter::Count,
        Parameter::Times,
        Parameter::Requirement,
        Parameter::Text,
    ];

    /// Its name between the braces of a phrase.
    pub fn name(self) -> &'static str {
        match self {
            Parameter::Duration => "duration",
            Parameter::Level => "level",
            Parameter::Percent => "percent",
            Parameter::Count => "count",
            Parameter::Times => "times",
            Parameter::Requirement => "requirement",
            Parameter::Text => "string",
        }
    }

    /// What it looks like. Generous on purpose: `5 furlongs` must be found and told to be no duration rather than make
    /// the step unknown.
    pub fn pattern(self) -> &'static str {
        match self {
            Parameter::Duration => &DURATION,
            Parameter::Level => r"[-+\x{2212}]?[0-9]+(?:[.,][0-9]+)?[ \x{a0}]?[dD][bB][A-Za-z0-9]*(?:\([A-Z]\))?",
            Parameter::Percent => r"[-+]?[0-9]+(?:[.,][0-9]+)?[ \x{a0}]?(?:%|percent|procent[a-z]*|proc\.)",
            Parameter::Count => &COUNT,
            Parameter::Times => &TIMES,
            Parameter::Requirement => r"T[0-9]+",
            Parameter::Text => r#""[^"]*"|„[^”"]*[”"]"#,
        }
    }

    fn understand(self, text: &str) -> Result<Arg, Lost> {
        Ok(match self {
            Parameter::Times => match unit::parse_times(text)? {
                Ok(count) => Arg::Count(count),
                Err(right) => return Err(Lost::Ungrammatical { written: text.into(), right }),
            },
            Parameter::Requirement => Arg::Requirement(requirement(text)?),
            Parameter::Duration => Arg::Duration(unit::parse_duration(text)?),
            Parameter::Level => Arg::Level(unit::parse_level(text)?),
            Parameter::Percent => Arg::Percent(unit::parse_percent(text)?),
            Parameter::Count => Arg::Count(unit::parse_count(text)?),
            Parameter::Text => Arg::Text(text.trim_matches(['"', '„', '”']).to_string()),
        })
    }
}

/// A unit, known or not: whatever holds no blank, digit or sentence mark. To ask for letters would cost every start of
/// the program the whole of Unicode, once for each phrase.
const WORD: &str = r#"[^ \x{a0}0-9.,:;"„”\[\]()]+"#;

/// Digits, or a number in words.
static NUMBER: LazyLock<String> = LazyLock::new(|| {
    let words: Vec<&str> = unit::number_words().collect();
    format!(r"(?:[-+]?[0-9]+(?:[.,][0-9]+)?|(?i:\b(?:{})\b))", words.join("|"))
});
static DURATION: LazyLock<String> = LazyLock::new(|| {
    let (number, bare) = (NUMBER.as_str(), unit::BARE_UNITS.join("|"));
    let part = format!(r"{number}[ \x{{a0}}]?{WORD}\.?");
    format!(r"(?:{part}(?: (?:i |and )?[0-9]+(?:[.,][0-9]+)?[ \x{{a0}}]?{WORD}\.?)*|half an? {WORD}|(?i:{bare}))")
});
static COUNT: LazyLock<String> = LazyLock::new(|| format!(r"(?:{}(?:[ \x{{a0}}][0-9]{{3}}\b)*)", NUMBER.as_str()));
static TIMES: LazyLock<String> = LazyLock::new(|| {
    format!(r"(?:{}(?:[ \x{{a0}}][0-9]{{3}}\b)* (?i:times|time|razy|raz)|(?i:once|twice|raz))", NUMBER.as_str())
});

/// The id of a requirement that there is.
fn requirement(text: &str) -> Result<&'static str, unit::ParseError> {
    let known = Limits::of(Profile::ExistingPole).get(text).map(|limit| limit.id);
    known.ok_or_else(|| unit::ParseError {
        text: text.into(),
        expected: ("a requirement from T01 to T45", "wymaganie od T01 do T45"),
    })
}

/// A mistake in the phrase book itself: ours, found by the first test that opens it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the phrase {phrase:?} cannot be used: {why}")]
pub struct PhraseTableError {
    pub phrase: String,
    pub why: String,
}

/// Why a step's text leads to no phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lost {
    /// No phrase reads like this; the nearest one, if any is near.
    Unknown {
        nearest: Option<&'static str>,
    },
    Ambiguous {
        phrases: Vec<&'static str>,
    },
    Unreadable(unit::ParseError),
    /// Understood, but nobody says it so.
    Ungrammatical {
        written: String,
        /// What to write, in quotation marks.
        right: String,
    },
}

impl From<unit::ParseError> for Lost {
    fn from(error: unit::ParseError) -> Self {
        Lost::Unreadable(error)
    }
}

/// A phrase and the parameters with which a step uses it.
pub struct Found<'b, W: 'static> {
    pub phrase: &'b Phrase<W>,
    pub args: Args,
    pub(super) regex: &'b Regex,
}

struct Way {
    phrase: usize,
    text: &'static str,
    /// The words before whatever may vary: a step that begins otherwise is not this phrase.
    start: &'static str,
    /// Made for the first step that begins so: a run needs few phrases of the book. None: the phrase is no expression.
    regex: OnceLock<Option<Regex>>,
    parameters: Vec<Parameter>,
    /// The two forms of a verb before the first parameter, which has to agree with it.
    verb: Option<(&'static str, &'static str)>,
    counted: Vec<Counted>,
}

/// What has to agree with a count in a Polish phrase.
struct Counted {
    /// Which parameter the count is.
    parameter: usize,
    /// The two forms of a verb before it: `dociera/docierają`.
    verb: Option<(&'static str, &'static str)>,
    /// The three forms of each word behind it: `zgłoszenie/zgłoszenia/zgłoszeń`.
    nouns: Vec<[&'static str; 3]>,
}

impl Way {
    fn regex(&self) -> Option<&Regex> {
        self.regex.get_or_init(|| gherkin::expression(self.text, &PATTERNS).ok()).as_ref()
    }
    fn means(&self, text: &str) -> bool {
        text.starts_with(self.start) && self.regex().is_some_and(|regex| regex.is_match(text))
    }
}

/// What each parameter looks like, by its name.
static PATTERNS: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| Parameter::ALL.iter().map(|known| (known.name(), known.pattern())).collect());

/// All phrases, in both languages.
pub struct PhraseMatcher<W: 'static> {
    phrases: Vec<&'static Phrase<W>>,
    ways: Vec<Way>,
}

impl<W> PhraseMatcher<W> {
    pub fn new(tables: &[&'static [Phrase<W>]]) -> Result<PhraseMatcher<W>, PhraseTableError> {
        let phrases: Vec<&'static Phrase<W>> = tables.iter().flat_map(|table| table.iter()).collect();
        let mut ways = Vec::new();
        for (index, phrase) in phrases.iter().enumerate() {
            let en = compile(index, phrase.en)?;
            let pl = compile(index, phrase.pl)?;
            if en.parameters != pl.parameters {
                let why = format!("its Polish form {:?} has other parameters, or in another order", phrase.pl);
                return Err(PhraseTableError { phrase: phrase.en.into(), why });
            }
            ways.push(en);
            ways.push(pl);
        }
        Ok(PhraseMatcher { phrases, ways })
    }

    pub fn phrases(&self) -> &[&'static Phrase<W>] {
        &self.phrases
    }

    /// The phrase a text means.
    pub fn find(&self, text: &str) -> Result<Found<'_, W>, Lost> {
        let mut hits: Vec<&Way> = self.ways.iter().filter(|way| way.means(text)).collect();
        // A phrase that reads the same in both languages is one phrase.
        hits.dedup_by_key(|way| way.phrase);
        match hits.as_slice() {
            [] => Err(Lost::Unknown { nearest: self.nearest(text) }),
            [way] => self.understand(way, text),
            several => Err(Lost::Ambiguous { phrases: several.iter().map(|way| way.text).collect() }),
        }
    }

    fn understand<'b>(&'b self, way: &'b Way, text: &str) -> Result<Found<'b, W>, Lost> {
        let unknown = || Lost::Unknown { nearest: None };
        let phrase = self.phrases.get(way.phrase).ok_or_else(unknown)?;
        let regex = way.regex().ok_or_else(unknown)?;
        let captures = regex.captures(text).ok_or_else(unknown)?;
        let groups: Vec<_> = captures.iter().skip(1).flatten().collect();
        let values = way.parameters.iter().zip(&groups).map(|(parameter, group)| parameter.understand(group.as_str()));
        let values = values.collect::<Result<Vec<Arg>, Lost>>()?;
        if let (Some((one, few)), Some(group)) = (way.verb, groups.first()) {
            agrees(text.get(..group.start()).unwrap_or_default().trim(), one, few, group.as_str())?;
        }
        for counted in &way.counted {
            if let (Some(group), Some(Arg::Count(count))) = (groups.get(counted.parameter), values.get(counted.parameter)) {
                let (before, behind) = (text.get(..group.start()), text.get(group.end()..));
                counted.agrees(before.unwrap_or_default(), group.as_str(), *count, behind.unwrap_or_default())?;
            }
        }
        Ok(Found { phrase, args: Args { values, table: Vec::new() }, regex })
    }

    /// The phrase that differs least from `text`, if at least half of it agrees. Numbers and quoted words count as
    /// their parameter.
    fn nearest(&self, text: &str) -> Option<&'static str> {
        let words = |text: &str| -> Vec<String> {
            let word = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
            text.split_whitespace().map(word).filter(|word| !word.is_empty()).collect()
        };
        let wanted = words(text);
        let scored = self.ways.iter().map(|way| {
            let offered = words(way.text);
            let differences = distance(&wanted, &offered);
            (differences, wanted.len().max(offered.len()) * 2, way.text)
        });
        scored
            .filter(|(differences, most, _)| differences * 2 <= *most)
            .min_by_key(|(differences, _, _)| *differences)
            .map(|s| s.2)
    }
}

fn compile(phrase: usize, text: &'static str) -> Result<Way, PhraseTableError> {
    let error = |why: String| PhraseTableError { phrase: text.to_string(), why };
    let mut parameters = Vec::new();
    for name in text.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
        let known = Parameter::ALL.into_iter().find(|parameter| parameter.name() == name);
        parameters.push(known.ok_or_else(|| error(format!("there is no parameter type {{{name}}}")))?);
    }
    let verb = match (text.split_once(" {"), parameters.first()) {
        (Some((words, _)), Some(Parameter::Duration)) => words.rsplit(' ').next().and_then(|last| last.split_once('/')),
        _ => None,
    };
    let fixed = text.split(['{', '(', '/', '\\']).next().unwrap_or_default();
    // Of alternatives (`mija/mijają`) the whole word varies.
    let start = if fixed == text { text } else { fixed.rsplit_once(' ').map_or("", |(words, _)| words) };
    Ok(Way { phrase, text, start, regex: OnceLock::new(), parameters, verb, counted: counted(text) })
}

fn counted(text: &'static str) -> Vec<Counted> {
    let mut found = Vec::new();
    let mut before = text.split('{').next().unwrap_or_default();
    for (parameter, rest) in text.split('{').skip(1).enumerate() {
        let (name, behind) = rest.split_once('}').unwrap_or((rest, ""));
        let forms = |word: &'static str| <[&str; 3]>::try_from(word.split('/').collect::<Vec<_>>()).ok();
        let nouns: Vec<_> = behind.split_whitespace().map_while(forms).collect();
        if name == Parameter::Count.name() && !nouns.is_empty() {
            let verb = before.split_whitespace().find_map(|word| word.split_once('/'));
            found.push(Counted { parameter, verb, nouns });
        }
        before = behind;
    }
    found
}

impl Counted {
    fn agrees(&self, before: &str, number: &str, count: u64, behind: &str) -> Result<(), Lost> {
        let plural = PolishPlural::of(count);
        if let Some((one, few)) = self.verb {
            let (right, wrong) = if plural == PolishPlural::Few { (few, one) } else { (one, few) };
            let words: Vec<&str> = before.split_whitespace().collect();
            if let Some((_, between)) =
                words.iter().rposition(|word| *word == wrong).and_then(|at| words.get(at..)?.split_first())
            {
                let rest: String = between.iter().map(|word| format!(" {word}")).collect();
                let told = |verb: &str| format!("{verb}{rest} {number}");
                return Err(Lost::Ungrammatical { written: told(wrong), right: format!("„{}”", told(right)) });
            }
        }
        let right: Vec<&str> = self
            .nouns
            .iter()
            .map(|[one, few, many]| match plural {
                PolishPlural::One => *one,
                PolishPlural::Few => *few,
                PolishPlural::Many => *many,
            })
            .collect();
        let written: Vec<&str> = behind.split_whitespace().take(right.len()).collect();
        if written == right {
            return Ok(());
        }
        let told = |words: &[&str]| format!("{number} {}", words.join(" "));
        Err(Lost::Ungrammatical { written: told(&written), right: format!("„{}”", told(&right)) })
    }
}

/// A Polish verb agrees with the number after it: `mija 5 sekund`, `mijają 2 sekundy`.
fn agrees(before: &str, one: &str, few: &str, quantity: &str) -> Result<(), Lost> {
    let right = match unit::polish_number(quantity) {
        Some(unit::PolishNumber::Few) => few,
        Some(unit::PolishNumber::OneOrMany) => one,
        // Behind a symbol stands either: `2 s` may be read as `2 sekundy` or as `dwie sekundy`.
        None => return Ok(()),
    };
    let written = before.rsplit(' ').next().unwrap_or_default();
    if written.eq_ignore_ascii_case(right) {
        return Ok(());
    }
    Err(Lost::Ungrammatical { written: format!("{written} {quantity}"), right: format!("„{right} {quantity}”") })
}

/// Edit distance in words: 2 for a word added or left out, 2 for another word, 1 for a word spelt nearly the same.
fn distance(a: &[String], b: &[String]) -> usize {
    let substitution = |x: &String, y: &String| match (x == y, letters_apart(x, y) <= FARTHEST_LETTERS) {
        (true, _) => 0,
        (_, true) => 1,
        _ => 2,
    };
    weighted(a, b, 2, substitution)
}

pub(super) fn letters_apart(a: &str, b: &str) -> usize {
    // Words that differ that much in length are not near; a whole page without a space must not be compared letter by
    // letter.
    let difference = a.chars().count().abs_diff(b.chars().count());
    if difference > FARTHEST_LETTERS {
        return difference;
    }
    strsim::levenshtein(a, b)
}

/// Words farther apart than this are different words.
const FARTHEST_LETTERS: usize = 2;

/// Levenshtein's distance with the given costs: the usual ones would not tell a word misspelt from another word.
fn weighted<T>(a: &[T], b: &[T], gap: usize, substitution: impl Fn(&T, &T) -> usize) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).map(|n| n * gap).collect();
    for (i, x) in a.iter().enumerate() {
        let mut next = vec![(i + 1) * gap];
        for (y, pair) in b.iter().zip(row.windows(2)) {
            let (diagonal, above) = (pair.first().copied().unwrap_or(0), pair.last().copied().unwrap_or(0));
            let left = next.last().copied().unwrap_or(0);
            next.push((diagonal + substitution(x, y)).min(above + gap).min(left + gap));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// The phrase in one language.
pub fn wording<W>(phrase: &Phrase<W>, lang: Lang) -> &'static str {
    match lang {
        Lang::En => phrase.en,
        Lang::Pl => phrase.pl,
    }
}

#[cfg(test)]
pub(super) mod tests;
