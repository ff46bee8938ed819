//! `hejnal accuracy`: what the measurements are worth, tried on sounds whose truth is known, as a table.
//!
//! Knows nothing of how anything is measured.

use super::{Refused, language};
use crate::fault::exit;
use crate::measure::accuracy::{LEAST_COVERED, ROWS, Row, Tally};
use crate::unit::{Lang, both};
use serde_json::{Value, json};

/// What was typed.
#[derive(Debug, clap::Args)]
pub struct Accuracy {
    /// Rows of the table [default: all]
    rows: Vec<String>,
    /// Trials a row
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    trials: u64,
    /// List the rows; try nothing
    #[arg(long)]
    list: bool,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
    /// Language of the words
    #[arg(long, value_parser = language::lang, value_name = "en|pl", default_value = language::spoken())]
    pub lang: Lang,
}

/// Tries the rows and prints what came of them. Exit code 0: all are borne out; 1: at least one is not.
pub(super) fn accuracy(typed: &Accuracy) -> Result<u8, Refused> {
    let rows = chosen(&typed.rows)?;
    if typed.list {
        for row in rows {
            println!("{:<20} {}", row.key, row.name().show(typed.lang));
        }
        return Ok(exit::ACCEPTED);
    }
    let mut told = Vec::new();
    let mut short = Vec::new();
    if !typed.json {
        println!("{}", heading(typed.lang));
    }
    for row in rows {
        let tally = row.run(typed.trials);
        if !row.is_borne_out(&tally) {
            short.push(row.name().show(typed.lang).to_owned());
        }
        if typed.json {
            told.push(as_json(row, &tally));
        } else {
            println!("{}", line(row, &tally, typed.lang));
        }
    }
    if typed.json {
        let program = concat!("hejnal ", env!("CARGO_PKG_VERSION"));
        println!("{}", json!({ "format": 1, "program": program, "borne_out": short.is_empty(), "rows": told }));
    } else {
        println!("{}", conclusion(&short, typed.lang));
    }
    Ok(if short.is_empty() { exit::ACCEPTED } else { exit::DEVICE })
}

fn chosen(typed: &[String]) -> Result<Vec<&'static Row>, Refused> {
    if let Some(unknown) = typed.iter().find(|key| ROWS.iter().all(|row| row.key != key.as_str())) {
        let cause = both!("there is no row {unknown}", "nie ma wiersza {unknown}");
        let remedy = ("`hejnal accuracy --list` lists them", "wypisuje je `hejnal accuracy --list`");
        return Err(Refused::new(exit::USAGE, cause, remedy));
    }
    Ok(ROWS.iter().filter(|row| typed.is_empty() || typed.iter().any(|key| key == row.key)).collect())
}

/// One line in columns.
fn columns([name, trials, none, error, stated, covered, worst, wrong]: [&str; 8]) -> String {
    format!("{name:<42} {trials:>8} {none:>10} {error:>13} {stated:>13} {covered:>10} {worst:>8} {wrong:>9}")
}

fn heading(lang: Lang) -> String {
    match lang {
        Lang::En => columns(["condition", "trials", "no figure", "median error", "median ±", "covered", "worst", "false"]),
        Lang::Pl => columns(["warunek", "próby", "bez wyniku", "mediana błędu", "mediana ±", "pokrycie", "skrajny", "fałszywe"]),
    }
}

fn line(row: &Row, tally: &Tally, lang: Lang) -> String {
    let decimal = |text: String| if lang == Lang::Pl { text.replace('.', ",") } else { text };
    let figure = |value: f64| if tally.stated > 0 { row.figure(value).show(lang) } else { "–".to_owned() };
    let covered = tally.coverage().map_or("–".to_owned(), |share| decimal(format!("{:.1} %", 100.0 * share)));
    let worst = if tally.stated > 0 { decimal(format!("{:.2}", tally.worst)) } else { "–".to_owned() };
    columns([
        row.name().show(lang),
        &tally.trials.to_string(),
        &tally.refused.to_string(),
        &figure(tally.error),
        &figure(tally.uncertainty),
        &covered,
        &worst,
        &tally.false_finds.to_string(),
    ])
}

fn conclusion(short: &[String], lang: Lang) -> String {
    let least = 100.0 * LEAST_COVERED;
    match (lang, short) {
        (Lang::En, []) => format!(
            "Borne out: at least {least:.0} % of the figures lie within what was stated of them, and nothing was found where nothing is."
        ),
        (Lang::Pl, []) => format!(
            "Potwierdzone: co najmniej {least:.0} % wyników mieści się w podanej niepewności i niczego nie znaleziono tam, gdzie nic nie ma."
        ),
        (Lang::En, short) => format!("Not borne out: {}.", short.join("; ")),
        (Lang::Pl, short) => format!("Niepotwierdzone: {}.", short.join("; ")),
    }
}

fn as_json(row: &Row, tally: &Tally) -> Value {
    json!({
        "row": row.key, "unit": row.unit, "trials": tally.trials, "no_figure": tally.refused, "false_finds": tally.false_finds,
        "covered": tally.coverage(), "median_error": tally.error, "median_uncertainty": tally.uncertainty,
        "worst_ratio": tally.worst, "borne_out": row.is_borne_out(tally),
    })
}
