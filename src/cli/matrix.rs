//! The matrix of a proof: one line a defect as it comes, in either language, plain text that a log can keep.
//!
//! Knows nothing of how a verdict is reached.

use crate::fault::Blame;
use crate::report::terminal::Colour;
use crate::report::{Attempt, Margin};
use crate::suite::proof::{Proof, Verdict};
use crate::twin::defect::{Defect, Image};
use crate::unit::Lang;
use std::io::Write;
use std::path::Path;

/// How many of a healthy control's closest figures are shown.
const MARGINS_SHOWN: usize = 12;

pub(super) struct Matrix<W: Write> {
    out: W,
    colour: bool,
    lang: Lang,
    planted: usize,
    as_expected: usize,
}

impl<W: Write> Matrix<W> {
    pub(super) fn new(out: W, colour: bool, lang: Lang) -> Self {
        Matrix { out, colour, lang, planted: 0, as_expected: 0 }
    }

    fn say(&mut self, text: &str) {
        // Whoever reads may have read enough and gone: the journals are on disk, and the exit code says the rest.
        let _reader_left = writeln!(self.out, "{}", text.trim_end()).and_then(|()| self.out.flush());
    }

    pub(super) fn begin(&mut self) {
        let line = match self.lang {
            Lang::En => row(["defect", "planted in", "expected", "came"], "verdict"),
            Lang::Pl => row(["usterka", "podłożono", "oczekiwano", "wykryto"], "werdykt"),
        };
        self.say(&line);
    }

    pub(super) fn line(&mut self, defect: &Defect, proof: &Proof) {
        self.planted += 1;
        self.as_expected += usize::from(proof.verdict == Verdict::AsExpected);
        let lang = self.lang;
        let verdict = self.coloured(verdict(defect, proof.verdict, lang), proof.verdict);
        self.say(&row([defect.id, place(defect, lang), &expected(defect, lang), &came(defect, proof, lang)], &verdict));
        for detail in details(defect, proof, lang) {
            self.say(&format!("    {detail}"));
        }
    }

    fn coloured(&self, text: &str, verdict: Verdict) -> String {
        match verdict {
            _ if !self.colour => text.to_string(),
            Verdict::AsExpected => Colour::Good.paint(text),
            Verdict::Stopped => Colour::Unsure.paint(text),
            _ => Colour::Bad.paint(text),
        }
    }

    pub(super) fn end(&mut self, left_out: &[Defect], folder: &Path) {
        let (good, all, folder) = (self.as_expected, self.planted, folder.display());
        self.say("");
        self.say(&match self.lang {
            Lang::En => format!("{good} of {all} as expected; journals in {folder}"),
            Lang::Pl => format!("{good} z {all} zgodnie z oczekiwaniem; dzienniki w {folder}"),
        });
        if !left_out.is_empty() {
            let text = left_out_text(left_out, self.lang);
            self.say(&text);
        }
    }
}

fn left_out_text(left_out: &[Defect], lang: Lang) -> String {
    let named: Vec<String> = left_out.iter().map(|defect| format!("{} ({})", defect.id, defect.scenario)).collect();
    let (count, named) = (named.len(), named.join(", "));
    match lang {
        Lang::En => format!("{count} not planted, for no scenario of the default run looks for them: {named}"),
        Lang::Pl => format!("niepodłożone, bo nie szuka ich żaden scenariusz domyślny: {count}: {named}"),
    }
}

fn row([id, place, expected, came]: [&str; 4], verdict: &str) -> String {
    format!("{id:<31} {place:<10} {expected:<28} {came:<28} {verdict}")
}

/// Every defect that is known, and what it is held against.
pub(super) fn list(out: &mut impl Write, lang: Lang, sought: &[Defect], left_out: &[Defect]) {
    for defect in sought.iter().chain(left_out) {
        let is_left_out = left_out.iter().any(|other| other.id == defect.id);
        let remark = match lang {
            _ if !is_left_out => "",
            Lang::En => "not by default",
            Lang::Pl => "nie domyślnie",
        };
        let line = format!("{:<31} {:<10} {:<28} {remark}", defect.id, place(defect, lang), expected(defect, lang));
        let _reader_left = writeln!(out, "{}", line.trim_end());
    }
}

fn place(defect: &Defect, lang: Lang) -> &'static str {
    match (defect.blame, defect.image, lang) {
        (None, _, Lang::En) => "nowhere",
        (None, _, Lang::Pl) => "nigdzie",
        (Some(Blame::Bench), _, Lang::En) => "bench",
        (Some(Blame::Bench), _, Lang::Pl) => "stanowisko",
        (_, Image::Variant(_) | Image::Trial { .. }, Lang::En) => "firmware",
        (_, Image::Variant(_) | Image::Trial { .. }, Lang::Pl) => "program",
        (_, _, Lang::En) => "post",
        (_, _, Lang::Pl) => "punkt",
    }
}

fn expected(defect: &Defect, lang: Lang) -> String {
    match (defect.blame, lang) {
        (None, Lang::En) => "all pass".into(),
        (None, Lang::Pl) => "wszystko zaliczone".into(),
        (Some(blame), Lang::En) if defect.scenario.is_empty() => format!("any {} {}", party(blame, lang), defect.reason),
        (Some(blame), Lang::Pl) if defect.scenario.is_empty() => {
            format!("dowolny {} {}", party(blame, lang), part(defect.reason, lang))
        }
        (Some(blame), _) => format!("{} {} {}", defect.scenario, party(blame, lang), part(defect.reason, lang)),
    }
}

fn party(blame: Blame, lang: Lang) -> &'static str {
    match (blame, lang) {
        (Blame::Device, Lang::En) => "post",
        (Blame::Device, Lang::Pl) => "punkt",
        (Blame::Bench, Lang::En) => "bench",
        (Blame::Bench, Lang::Pl) => "stanowisko",
        (Blame::Scenario, Lang::En) => "scenario",
        (Blame::Scenario, Lang::Pl) => "scenariusz",
        (Blame::Hejnal, _) => "hejnal",
        (Blame::Nobody, Lang::En) => "nobody",
        (Blame::Nobody, Lang::Pl) => "nikt",
    }
}

fn came(defect: &Defect, proof: &Proof, lang: Lang) -> String {
    match (proof.decisive(defect.scenario), proof.ending.blame, lang) {
        (Some(attempt), ..) => what_came_of(attempt, lang),
        (None, Some(blame), _) => party(blame, lang).into(),
        (None, None, Lang::En) => format!("{} passed", proof.run.attempts().count()),
        (None, None, Lang::Pl) => format!("zaliczone: {}", proof.run.attempts().count()),
    }
}

fn what_came_of(attempt: &Attempt, lang: Lang) -> String {
    match (attempt.blame(), lang) {
        (None, Lang::En) => format!("{} passed", attempt.id),
        (None, Lang::Pl) => format!("{} zaliczony", attempt.id),
        (Some(blame), _) => format!("{} {} {}", attempt.id, party(blame, lang), part(reason(attempt, blame), lang)),
    }
}

/// The requirement that decided, or the instrument that was accused.
fn reason(attempt: &Attempt, blame: Blame) -> &str {
    let message = attempt.ending.as_ref().map_or("", |ending| ending.message.en.as_str());
    match (blame, attempt.decisive().and_then(|m| m.source.as_ref())) {
        (Blame::Device, Some(source)) => &source.id,
        _ => message.split(": ").next().unwrap_or_default(),
    }
}

/// What is accused, as a bench's parts are called in its errors and a defect's row.
const PARTS: [(&str, &str); 20] = [
    ("button relay", "przekaźnik przycisku"),
    ("mains relay", "przekaźnik sieci"),
    ("fibre relay", "przekaźnik światłowodu"),
    ("battery relay", "przekaźnik akumulatora"),
    ("loudspeaker relay", "przekaźnik głośnika"),
    ("microphone relay", "przekaźnik mikrofonu"),
    ("input board", "moduł wejść"),
    ("lamp sensors", "czujniki lampek"),
    ("lamp-placed sensor", "czujnik „wezwano”"),
    ("lamp-connected sensor", "czujnik „połączono”"),
    ("lamp-out-of-service sensor", "czujnik „nieczynny”"),
    ("console", "konsola"),
    ("probe", "programator"),
    ("ear", "mikrofon"),
    ("mouth", "sztuczne usta"),
    ("sound card", "karta dźwiękowa"),
    ("operator", "symulator operatora"),
    ("network of the bench", "sieć stanowiska"),
    ("bench process", "program"),
    ("firmware file", "plik oprogramowania"),
];

/// A requirement, or whatever else has no other name, stays as it is.
fn part(reason: &str, lang: Lang) -> &str {
    match lang {
        Lang::En => reason,
        Lang::Pl => PARTS.iter().find(|(en, _)| *en == reason).map_or(reason, |(_, pl)| pl),
    }
}

const fn verdict(defect: &Defect, verdict: Verdict, lang: Lang) -> &'static str {
    match (verdict, lang) {
        (Verdict::AsExpected, Lang::En) if defect.blame.is_none() => "passed",
        (Verdict::AsExpected, Lang::Pl) if defect.blame.is_none() => "zaliczony",
        (Verdict::AsExpected, Lang::En) => "caught",
        (Verdict::AsExpected, Lang::Pl) => "wykryta",
        (Verdict::Missed, Lang::En) => "NOT CAUGHT",
        (Verdict::Missed, Lang::Pl) => "NIEWYKRYTA",
        (Verdict::WrongReason, Lang::En) => "WRONG REASON",
        (Verdict::WrongReason, Lang::Pl) => "BŁĘDNIE WSKAZANY POWÓD",
        (Verdict::WrongBlame, Lang::En) => "WRONG BLAME",
        (Verdict::WrongBlame, Lang::Pl) => "BŁĘDNIE WSKAZANY WINNY",
        (Verdict::HealthyCondemned, Lang::En) => "A HEALTHY POST WAS TURNED AWAY",
        (Verdict::HealthyCondemned, Lang::Pl) => "ODRZUCONO SPRAWNY PUNKT",
        (Verdict::BenchBlamedPost, Lang::En) => "A BROKEN BENCH BLAMED THE POST",
        (Verdict::BenchBlamedPost, Lang::Pl) => "USZKODZONE STANOWISKO OBWINIŁO PUNKT",
        (Verdict::Stopped, Lang::En) => "stopped",
        (Verdict::Stopped, Lang::Pl) => "przerwano",
    }
}

/// What the verdict rests on, and where else the defect showed.
fn details(defect: &Defect, proof: &Proof, lang: Lang) -> Vec<String> {
    let mut lines = match (proof.decisive(defect.scenario), proof.verdict) {
        (None, Verdict::AsExpected) => proof.run.margins().into_iter().take(MARGINS_SHOWN).map(|m| closest(m, lang)).collect(),
        (None, _) => vec![proof.ending.message.show(lang).to_string()],
        (Some(attempt), _) => vec![decisive(attempt, lang)],
    };
    let others = proof.others_that_failed(defect.scenario);
    if !others.is_empty() && defect.blame.is_some() {
        let others = others.join(", ");
        lines.push(match lang {
            Lang::En => format!("also not passed: {others}"),
            Lang::Pl => format!("także niezaliczone: {others}"),
        });
    }
    if proof.verdict != Verdict::AsExpected {
        lines.push(proof.folder.display().to_string());
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// `calls raised by one press, most: 2, required exactly 1`.
fn decisive(attempt: &Attempt, lang: Lang) -> String {
    let found = attempt.decided_by().and_then(|found| Some((found, found.criterion?)));
    let Some((found, criterion)) = found else {
        return attempt.ending.as_ref().map(|ending| ending.message.show(lang).to_string()).unwrap_or_default();
    };
    let (value, required) = (found.estimate.show(lang), criterion.show(&found.estimate, lang));
    match lang {
        Lang::En => format!("{}: {value}, required {required}", found.name(lang)),
        Lang::Pl => format!("{}: {value}, wymagane {required}", found.name(lang)),
    }
}

/// `S12 mouth-to-ear delay …: 135 ms ± 0.2 ms, required at most 150 ms, 90 % used`.
fn closest(margin: &Margin, lang: Lang) -> String {
    let m = &margin.measurement;
    let required = m.criterion.map(|criterion| criterion.show(&m.estimate, lang)).unwrap_or_default();
    let (value, used) = (m.estimate.show(lang), (1.0 - margin.part) * 100.0);
    match lang {
        Lang::En => format!("{} {}: {value}, required {required} ({used:.0} % used)", margin.id, m.name(lang)),
        Lang::Pl => format!("{} {}: {value}, wymagane {required} (wykorzystane {used:.0} %)", margin.id, m.name(lang)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::defect::DEFECTS;

    #[test]
    fn every_part_that_a_known_defect_accuses_has_its_polish_name() {
        let is_bench = |defect: &&Defect| defect.blame == Some(Blame::Bench);
        for Defect { id, reason, .. } in DEFECTS.iter().filter(is_bench) {
            assert_ne!(part(reason, Lang::Pl), *reason, "{id}");
        }
        assert_eq!((part("ear", Lang::En), part("T05", Lang::Pl)), ("ear", "T05"));
    }
}
