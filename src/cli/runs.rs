//! `hejnal runs`: the runs that lie in a folder, and which of them may go.
//!
//! Knows nothing of what a run is, nor of how it goes.

use super::args::{OnRuns, Prune, Runs};
use super::{Refused, complain};
use crate::archive::{self, Listed, Spared};
use crate::clock::wall_clock;
use crate::fault::exit;
use crate::report::verdict_in_words;
use crate::unit::{Lang, Utc, both, harmless};
use std::io::{self, Write as _};
use std::path::Path;

pub(super) fn runs(typed: &Runs) -> Result<u8, Refused> {
    let listed = archive::list(&typed.folder).map_err(|error| {
        let folder = typed.folder.display();
        let cause = both!("failed to read {folder}: {error}", "nie udało się odczytać {folder}: {error}");
        Refused::new(exit::USAGE, cause, ("name the folder of the runs: --in DIR", "podaj katalog z przebiegami: --in KATALOG"))
    })?;
    match &typed.what {
        None => {
            say(&listed.iter().map(|run| row(run, typed.lang)).collect::<Vec<_>>());
            say(&total(&listed, typed.lang));
            Ok(exit::ACCEPTED)
        }
        Some(OnRuns::Prune(prune)) => Ok(pruned(&typed.folder, &listed, prune, typed.lang)),
    }
}

fn say(lines: &[String]) {
    let mut out = io::stdout().lock();
    for line in lines {
        let _nobody_reads = writeln!(out, "{line}");
    }
}

/// `12.3 MB`, as a disk's space is told.
fn size(bytes: u64, lang: Lang) -> String {
    let megabytes = format!("{:.1} MB", bytes as f64 / 1e6);
    if lang == Lang::Pl { megabytes.replace('.', ",") } else { megabytes }
}

fn name(folder: &Path) -> String {
    harmless(&folder.display().to_string()).into_owned()
}

fn row(run: &Listed, lang: Lang) -> String {
    let when = run.began_unix_seconds.map(|seconds| Utc::from_unix(seconds).iso());
    let when = when.and_then(|iso| Some(iso.get(..16)?.replace('T', " "))).unwrap_or_else(|| "?".into());
    let kind = match (run.is_simulated, lang) {
        (true, Lang::En) => "virtual",
        (true, Lang::Pl) => "wirtualny",
        (false, Lang::En) => "real",
        (false, Lang::Pl) => "rzeczywisty",
    };
    let verdict = match (&run.ending, lang) {
        (Some(ending), _) => verdict_in_words(ending, lang),
        (None, Lang::En) => "broke off",
        (None, Lang::Pl) => "urwany",
    };
    let sealed = match (run.is_sealed, lang) {
        (false, _) => "",
        (true, Lang::En) => "  sealed",
        (true, Lang::Pl) => "  opieczętowany",
    };
    let (size, folder) = (size(run.bytes, lang), name(&run.folder));
    format!("{when}  {:<14} {kind:<11} {verdict:<28} {size:>10}  {folder} ({}){sealed}", run.post, run.rig)
}

/// How much they are, and what a list is worth.
fn total(listed: &[Listed], lang: Lang) -> Vec<String> {
    let (count, sum) = (listed.len(), size(listed.iter().map(|run| run.bytes).sum(), lang));
    let all = both!("{count} runs, {sum} in all", "przebiegi: {count}, razem {sum}");
    let worth = (
        "Verdicts as the runs say themselves; whether they can be believed says hejnal verify.",
        "Oceny według zapisu samych przebiegów; czy można im wierzyć, sprawdza hejnal verify.",
    );
    vec![all.show(lang).to_string(), if lang == Lang::Pl { worth.1 } else { worth.0 }.to_string()]
}

fn pruned(folder: &Path, listed: &[Listed], prune: &Prune, lang: Lang) -> u8 {
    let (go, stay) = archive::old(listed, prune.keep, prune.older, wall_clock().as_secs());
    for (run, why) in stay {
        let folder = name(&run.folder);
        let why = match why {
            Spared::Sealed => both!("stays: {folder} is sealed", "zostaje: {folder} ma pieczęć"),
            Spared::UnderWay => both!("stays: {folder} may be under way", "zostaje: {folder} być może trwa"),
            Spared::Strangers => {
                let strangers = run.strangers.join(", ");
                both!("stays: {folder} holds what no run wrote: {strangers}", "zostaje: {folder} zawiera obce pliki: {strangers}")
            }
        };
        say(&[why.show(lang).to_string()]);
    }
    let (mut freed, mut failed) = (0, false);
    for run in &go {
        let (folder, bytes) = (name(&run.folder), size(run.bytes, lang));
        let told = match (prune.yes, prune.yes.then(|| archive::delete(run))) {
            (_, Some(Err(error))) => {
                complain(both!("{folder} cannot be deleted: {error}", "nie można usunąć {folder}: {error}").show(lang));
                failed = true;
                continue;
            }
            (true, _) => both!("deleted: {folder} ({bytes})", "usunięto: {folder} ({bytes})"),
            (false, _) => both!("would be deleted: {folder} ({bytes})", "do usunięcia: {folder} ({bytes})"),
        };
        freed += run.bytes;
        say(&[told.show(lang).to_string()]);
    }
    if prune.yes {
        archive::forget_latest(folder);
    }
    let (count, freed) = (go.len(), size(freed, lang));
    let summary = match prune.yes {
        true => both!("{freed} freed", "zwolniono {freed}"),
        false => both!(
            "{count} runs, {freed}; nothing was deleted: add --yes",
            "przebiegi: {count}, {freed}; niczego nie usunięto: dodaj --yes"
        ),
    };
    say(&[summary.show(lang).to_string()]);
    if failed { exit::BENCH } else { exit::ACCEPTED }
}
