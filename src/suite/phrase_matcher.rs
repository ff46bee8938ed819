//! The phrase book made searchable: from a step's text to the phrase meant and its parameters, understood.
//!
//! Looks a phrase up by its text alone, under any keyword and in either language. Knows nothing of what phrases do.

use super::gherkin;
use crate::steps::phrase::{Arg, Args, Phrase};
use crate::unit::{self, Lang};
use regex::Regex;

/// A parameter type of the phrase book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter {
    Duration,
    Level,
    Percent,
    Count,
    Text,
}

impl Parameter {
    pub const ALL: [Parameter; 5] =
        [Parameter::Duration, Parameter::Level, Parameter::Percent, Parameter::Count, Parameter::Text];

    /// Its name between the braces of a phrase.
    pub fn name(self) -> &'static str {
        match self {
            Parameter::Duration => "duration",
            Parameter::Level => "level",
            Parameter::Percent => "percent",
            Parameter::Count => "count",
            Parameter::Text => "string",
        }
    }

    /// What it looks like. Generous on purpose: `5 furlongs` must be found and told to be no duration rather than make the step unknown.
    pub fn pattern(self) -> &'static str {
        match self {
            Parameter::Duration => r"[-+]?\d+(?:[.,]\d+)?[ \x{a0}]?\p{L}+\.?(?: (?:i |and )?\d+(?:[.,]\d+)?[ \x{a0}]?\p{L}+\.?)*",
            Parameter::Level => r"[-+\x{2212}]?\d+(?:[.,]\d+)?[ \x{a0}]?[dD][bB]\w*(?:\([A-Z]\))?",
            Parameter::Percent => r"[-+]?\d+(?:[.,]\d+)?[ \x{a0}]?(?:%|percent|procent\w*|proc\.)",
            Parameter::Count => r"\d+(?:[.,]\d+)?(?:[ \x{a0}]\d{3}\b)*",
            Parameter::Text => r#""[^"]*"|„[^”"]*[”"]"#,
        }
    }

    fn understand(self, text: &str) -> Result<Arg, unit::ParseError> {
        Ok(match self {
            Parameter::Duration => Arg::Duration(unit::parse_duration(text)?),
            Parameter::Level => Arg::Level(unit::parse_level(text)?),
            Parameter::Percent => Arg::Percent(unit::parse_percent(text)?),
            Parameter::Count => Arg::Count(unit::parse_count(text)?),
            Parameter::Text => Arg::Text(text.trim_matches(['"', '„', '”']).to_string()),
        })
    }
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
    regex: Regex,
    parameters: Vec<Parameter>,
}

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
        let mut hits: Vec<&Way> = self.ways.iter().filter(|way| way.regex.is_match(text)).collect();
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
        let captures = way.regex.captures(text).ok_or_else(unknown)?;
        let texts = captures.iter().skip(1).flatten().map(|group| group.as_str());
        let values = way.parameters.iter().zip(texts).map(|(parameter, text)| parameter.understand(text));
        let values = values.collect::<Result<Vec<Arg>, _>>().map_err(Lost::Unreadable)?;
        Ok(Found { phrase, args: Args { values, table: Vec::new() }, regex: &way.regex })
    }

    /// The phrase that differs least from `text`, if at least half of it agrees. Numbers and quoted words count as their parameter.
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
    let regex = gherkin::expression(text).map_err(error)?;
    let mut parameters = Vec::new();
    for name in text.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
        let known = Parameter::ALL.into_iter().find(|parameter| parameter.name() == name);
        parameters.push(known.ok_or_else(|| error(format!("there is no parameter type {{{name}}}")))?);
    }
    Ok(Way { phrase, text, regex, parameters })
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
    // Words that differ that much in length are not near; a whole page without a space must not be compared letter by letter.
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
pub(super) mod tests {
    use super::*;
    use crate::steps::phrase::Kind;
    use std::time::Duration;

    const fn phrase(en: &'static str, pl: &'static str) -> Phrase<()> {
        Phrase { kind: Kind::Then, en, pl, needs: &[], within: Duration::from_secs(1), run: |(), _| Ok(()) }
    }

    static PHRASES: &[Phrase<()>] = &[
        phrase("the button is pressed", "naciśnięto przycisk"),
        phrase("the operator says {string}", "operator mówi {string}"),
        phrase("a post/point is ready", "punkt jest gotowy"),
        phrase("the post is idle", "the post is idle"),
    ];

    fn book() -> PhraseMatcher<()> {
        PhraseMatcher::new(&[PHRASES]).unwrap()
    }

    #[track_caller]
    fn check_lost(text: &str, expected: Lost) {
        assert_eq!(book().find(text).err(), Some(expected), "{text:?}");
    }

    #[test]
    fn a_phrase_is_found_in_either_language_by_its_text_alone() {
        for text in ["the button is pressed", "naciśnięto przycisk", "a point is ready", "the post is idle"] {
            assert!(book().find(text).is_ok(), "{text:?}");
        }
        for text in ["the operator says \"halo, tu\"", "operator mówi „halo, tu”"] {
            assert_eq!(book().find(text).ok().unwrap().args.values, [Arg::Text("halo, tu".into())], "{text:?}");
        }
    }

    #[test]
    fn an_unknown_step_names_the_nearest_phrase() {
        check_lost("the buton is pressed", Lost::Unknown { nearest: Some("the button is pressed") });
        check_lost("the button gets pressed", Lost::Unknown { nearest: Some("the button is pressed") });
        check_lost("naciśnięto guzik", Lost::Unknown { nearest: Some("naciśnięto przycisk") });
        check_lost("rain falls on Kraków all day", Lost::Unknown { nearest: None });
    }

    #[test]
    fn the_two_forms_of_a_phrase_must_have_the_same_parameters() {
        static BAD: &[Phrase<()>] = &[phrase("within {duration}", "w ciągu {count}")];
        assert!(PhraseMatcher::new(&[BAD]).err().unwrap().why.contains("other parameters"));
        static TYPO: &[Phrase<()>] = &[phrase("within {durration}", "w ciągu {durration}")];
        assert!(PhraseMatcher::new(&[TYPO]).is_err());
    }

    #[test]
    fn quantities_are_recognised_as_people_write_them() {
        let whole =
            |parameter: Parameter, text: &str| Regex::new(&format!("^(?:{})$", parameter.pattern())).unwrap().is_match(text);
        for text in ["0.5 s", "0,5 s", "500ms", "2 sekundy", "10 minut", "1 min 30 s", "72 h", "5 furlongs"] {
            assert!(whole(Parameter::Duration, text), "{text:?}");
        }
        for text in ["-12,5 dBm0", "−3 dB", "75 dBA", "75 dB(A)", "-20 dBFS"] {
            assert!(whole(Parameter::Level, text), "{text:?}");
        }
        for text in ["5 %", "5%", "0,5 procenta", "3 percent"] {
            assert!(whole(Parameter::Percent, text), "{text:?}");
        }
        for (parameter, text) in [(Parameter::Count, "three"), (Parameter::Duration, "5"), (Parameter::Level, "5 V")] {
            assert!(!whole(parameter, text), "{text:?}");
        }
    }
}
