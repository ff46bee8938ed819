//! `hejnal steps`: the phrase book as whoever writes a feature wants to read it.
//!
//! Knows nothing of what the phrases do.

use super::language::of_environment;
use super::{Refused, phrase_book};
use crate::fault::exit;
use crate::steps::phrase::Kind;
use crate::suite::phrase_matcher::{Parameter, wording};
use crate::unit::{Bilingual, Figure, Lang};
use std::io::{self, Write as _};

/// The heading over the phrases of a kind. A phrase may stand under any keyword; this is where it usually does.
const fn heading(kind: Kind, lang: Lang) -> &'static str {
    match (kind, lang) {
        (Kind::Given, Lang::En) => "Given: how things stand",
        (Kind::Given, Lang::Pl) => "Zakładając, że: stan wyjściowy",
        (Kind::When, Lang::En) => "When: what is done",
        (Kind::When, Lang::Pl) => "Gdy: działanie",
        (Kind::Then, Lang::En) => "Then: what is required",
        (Kind::Then, Lang::Pl) => "Wtedy: wymaganie",
    }
}

const fn example(parameter: Parameter, lang: Lang) -> &'static str {
    match (parameter, lang) {
        (Parameter::Duration, Lang::En) => "a time: 150 ms, 0.5 s, 2 minutes, 72 h",
        (Parameter::Duration, Lang::Pl) => "czas: 150 ms, 0,5 s, 2 minuty, 72 godziny",
        (Parameter::Level, Lang::En) => "a level: 75 dBA, -12.5 dBm0, 10 dB",
        (Parameter::Level, Lang::Pl) => "poziom: 75 dBA, -12,5 dBm0, 10 dB",
        (Parameter::Percent, Lang::En) => "a share: 60 %, 0.5 %",
        (Parameter::Percent, Lang::Pl) => "udział: 60 %, 0,5 procenta",
        (Parameter::Count, Lang::En) => "a whole number: 1, 300",
        (Parameter::Count, Lang::Pl) => "liczba całkowita: 1, 300",
        (Parameter::Times, Lang::En) => "how often: once, twice, 5 times",
        (Parameter::Times, Lang::Pl) => "ile razy: raz, dwa razy, 5 razy",
        (Parameter::Requirement, Lang::En) => "a requirement: T31",
        (Parameter::Requirement, Lang::Pl) => "wymaganie: T31",
        (Parameter::Text, Lang::En) => "a text in quotation marks: \"SOS-0417\"",
        (Parameter::Text, Lang::Pl) => "tekst w cudzysłowie: „SOS-0417”",
    }
}

/// Prints every figure that a run may state: by its key a machine knows it in journals and JUnit reports.
pub(super) fn figures(lang: Lang) -> u8 {
    // Whoever reads may have read enough and gone, as `head` does.
    let _reader_left = io::stdout().write_all(table(lang).as_bytes());
    exit::ACCEPTED
}

fn all_figures() -> Vec<Figure> {
    let mut figures = crate::post::figures();
    figures.extend(crate::bench::figures());
    figures.sort_by(|a, b| a.key.cmp(&b.key));
    figures
}

/// Key, unit and name on one line, how the figure is got and by which norm on the next.
fn table(lang: Lang) -> String {
    let row = |figure: Figure| {
        let method = Bilingual::from(figure.method);
        format!("{:<54}{:<7}{}\n{:61}{}\n", figure.key, figure.unit.written(), figure.name.show(lang), "", method.show(lang))
    };
    all_figures().into_iter().map(row).collect()
}

/// Prints the phrases by kind, in one language or in both, and then what may stand in the place of their parameters.
pub(super) fn list(only: Option<Lang>) -> Result<u8, Refused> {
    let book = phrase_book()?;
    let lang = only.unwrap_or(of_environment());
    let mut text = String::new();
    for kind in [Kind::Given, Kind::When, Kind::Then] {
        text += &format!("{}\n", heading(kind, lang));
        for phrase in book.phrases().iter().filter(|phrase| phrase.kind == kind) {
            text += &format!("  {}\n", wording(phrase, lang));
            if only.is_none() {
                let other = if lang == Lang::En { phrase.pl } else { phrase.en };
                text += &format!("      {other}\n");
            }
        }
        text.push('\n');
    }
    let used = |parameter: &Parameter| {
        let name = format!("{{{}}}", parameter.name());
        book.phrases().iter().any(|phrase| phrase.en.contains(&name))
    };
    text += match lang {
        Lang::En => "Parameters\n",
        Lang::Pl => "Parametry\n",
    };
    for parameter in Parameter::ALL.into_iter().filter(used) {
        text += &format!("  {:<15}{}\n", format!("{{{}}}", parameter.name()), example(parameter, lang));
    }
    // Whoever reads may have read enough and gone, as `head` does.
    let _reader_left = io::stdout().write_all(text.as_bytes());
    Ok(exit::ACCEPTED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_figures_share_a_key_or_a_name_in_either_language() {
        let figures = all_figures();
        let each = [
            figures.iter().map(|figure| figure.key.as_str()).collect::<BTreeSet<_>>(),
            figures.iter().map(|figure| figure.name.en.as_str()).collect(),
            figures.iter().map(|figure| figure.name.pl.as_str()).collect(),
        ];
        assert_eq!(each.map(|set| set.len()), [figures.len(); 3]);
        let plain = |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')) && key.contains('.');
        assert!(figures.iter().all(|figure| plain(&figure.key)));
    }

    /// Dashboards hold on to keys: one that changes here is a break for whoever reads journals and JUnit reports.
    #[test]
    fn the_list_of_figures() {
        insta::assert_snapshot!("figures_en", table(Lang::En));
        insta::assert_snapshot!("figures_pl", table(Lang::Pl));
    }
}
