//! A life as a feature file, in either language: what `hejnal run` accepts, and a reader can take over as a scenario.

use super::life::{Figure, Life, Sentence};
use crate::steps::TABLES;
use crate::steps::phrase::Kind;
use crate::unit::{Bilingual, Lang, PolishPlural};

/// Under this id a life stands in its feature and in its journal.
pub const ID: &str = "L01";

/// What is said of a life above its sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Of the feature.
    pub about: Bilingual,
    /// Lines below it.
    pub notes: Vec<Bilingual>,
}

/// The life as a feature file.
pub fn feature(life: &Life, heading: &Heading, lang: Lang) -> String {
    let (language, feature, scenario) = match lang {
        Lang::En => ("", "Feature", "Scenario"),
        Lang::Pl => ("# language: pl\n", "Właściwość", "Scenariusz"),
    };
    let title = match lang {
        Lang::En => "A life that nobody wrote",
        Lang::Pl => "Przebieg, którego nikt nie napisał",
    };
    let mut text = format!("{language}{feature}: {title}\n");
    for note in &heading.notes {
        text.push_str(&format!("  {}\n", note.show(lang)));
    }
    text.push_str(&format!("\n  @{ID} @explore\n  {scenario}: {}\n", heading.about.show(lang)));
    let mut before = None;
    for sentence in life.sentences() {
        let kind = kind(&sentence);
        let keyword = if before == Some(kind) { and(lang) } else { keyword(kind, lang) };
        before = Some(kind);
        text.push_str(&format!("    {keyword} {}\n", say(&sentence, lang)));
    }
    text
}

const fn keyword(kind: Kind, lang: Lang) -> &'static str {
    match (kind, lang) {
        (Kind::Given, Lang::En) => "Given",
        (Kind::When, Lang::En) => "When",
        (Kind::Then, Lang::En) => "Then",
        (Kind::Given, Lang::Pl) => "Zakładając, że",
        (Kind::When, Lang::Pl) => "Gdy",
        (Kind::Then, Lang::Pl) => "Wtedy",
    }
}

const fn and(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "And",
        Lang::Pl => "I",
    }
}

fn kind(sentence: &Sentence) -> Kind {
    let known = TABLES.iter().copied().flatten().find(|phrase| phrase.en == sentence.phrase);
    known.map_or(Kind::When, |phrase| phrase.kind)
}

/// The sentence as a feature of this language has it.
pub fn say(sentence: &Sentence, lang: Lang) -> String {
    let known = TABLES.iter().copied().flatten().find(|phrase| phrase.en == sentence.phrase);
    let wording = match lang {
        Lang::En => sentence.phrase,
        Lang::Pl => known.map_or(sentence.phrase, |phrase| phrase.pl),
    };
    let mut said = String::new();
    let mut figures = sentence.figures.iter();
    // Words before a figure agree with it, and so do those behind it up to the next one.
    let mut pieces = wording.split('{');
    let mut words = pieces.next().unwrap_or_default();
    let mut behind = None;
    for piece in pieces {
        let (parameter, rest) = piece.split_once('}').unwrap_or((piece, ""));
        let figure = figures.next().copied().unwrap_or(Figure::Count(0));
        agreed(&mut said, words, behind, Some(figure));
        said.push_str(&shown(figure, parameter, lang));
        (words, behind) = (rest, Some(figure));
    }
    agreed(&mut said, words, behind, None);
    said
}

/// Of words in several forms the one that goes with the figure before or behind them; without what stands in brackets.
fn agreed(said: &mut String, words: &str, behind: Option<Figure>, before: Option<Figure>) {
    for part in words.split_inclusive(' ') {
        let (word, space) = part.strip_suffix(' ').map_or((part, ""), |word| (word, " "));
        let forms: Vec<&str> = word.split('/').collect();
        let word = match (forms.as_slice(), behind, before) {
            ([one, few, many], Some(Figure::Count(count)), _) => match PolishPlural::of(count) {
                PolishPlural::One => one,
                PolishPlural::Few => few,
                PolishPlural::Many => many,
            },
            ([_, few], _, Some(Figure::Count(count))) if PolishPlural::of(count) == PolishPlural::Few => few,
            ([first, ..], _, _) => first,
            ([], ..) => word,
        };
        // `pass(es)`: durations in symbols take the plain form.
        match word.split_once('(') {
            Some((stem, rest)) => {
                said.push_str(stem);
                said.push_str(rest.split_once(')').map_or("", |(_, tail)| tail));
            }
            None => said.push_str(word),
        }
        said.push_str(space);
    }
}

fn shown(figure: Figure, parameter: &str, lang: Lang) -> String {
    match figure {
        Figure::Time(ms) => time(ms),
        Figure::Requirement(id) => id.to_string(),
        Figure::Count(count) if parameter == "times" && lang == Lang::Pl => format!("{count} razy"),
        Figure::Count(count) if parameter == "times" => format!("{count} times"),
        Figure::Count(count) => count.to_string(),
    }
}

/// In whole units, which read the same in both languages.
pub fn time(ms: u64) -> String {
    match ms {
        _ if ms >= 120_000 && ms.is_multiple_of(60_000) => format!("{} min", ms / 60_000),
        _ if ms >= 1_000 && ms.is_multiple_of(1_000) => format!("{} s", ms / 1_000),
        _ => format!("{ms} ms"),
    }
}
