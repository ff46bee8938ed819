//! Whether the results leave the decision to the commission, or something stands against it that no signature mends.

use super::case::{CaseFile, Class};
use super::checks::{Check, Defect, State};
use super::run::Run;
use crate::unit::{Bilingual, Lang, both};

/// Why nothing can be signed as taken over; the gravest first. Empty: the decision is the commission's.
pub fn reasons(runs: &[Run], checks: &[Check], defects: &[Defect], case: Option<&CaseFile>) -> Vec<Bilingual> {
    let mut reasons = of_the_evidence(runs);
    reasons.extend(of_incomplete_runs(runs));
    reasons.extend(of_results(runs, checks, defects));
    if let Some(case) = case {
        reasons.extend(of_calibrations(runs, case));
        reasons.extend(of_known_defects(case));
    }
    reasons
}

fn numbers(runs: impl Iterator<Item = usize>) -> String {
    runs.map(|index| (index + 1).to_string()).collect::<Vec<_>>().join(", ")
}

fn of_the_evidence(runs: &[Run]) -> Vec<Bilingual> {
    let mut reasons = Vec::new();
    let which = |is_so: fn(&Run) -> bool| numbers(runs.iter().enumerate().filter(|(_, run)| is_so(run)).map(|(index, _)| index));
    let simulated = which(|run| run.header.simulated);
    if !simulated.is_empty() {
        reasons.push(both!(
            "simulated (run {simulated}): the post was a virtual one, and nothing was measured on a real post",
            "symulacja (przebieg {simulated}): punkt był wirtualny i niczego nie zmierzono na prawdziwym punkcie"
        ));
    }
    for (index, run) in runs.iter().enumerate() {
        let (number, found) = (index + 1, &run.examination.findings);
        if let Some(first) = found.first() {
            let count = found.len();
            reasons.push(Bilingual::new(
                format!("the evidence of run {number} does not hold ({count}): {}", first.show(Lang::En)),
                format!("materiał dowodowy przebiegu {number} nie jest wiarygodny ({count}): {}", first.show(Lang::Pl)),
            ));
        }
    }
    let unchecked = which(|run| run.examination.is_seal_unchecked);
    if !unchecked.is_empty() {
        reasons.push(both!(
            "the seal of run {unchecked} was not checked: make the protocol with --key and the bench's public key",
            "nie sprawdzono pieczęci przebiegu {unchecked}: utwórz protokół z opcją --key i kluczem publicznym stanowiska"
        ));
    }
    reasons
}

/// A run that broke off has left something out that nobody knows of, unless a whole one came after it.
fn of_incomplete_runs(runs: &[Run]) -> Vec<Bilingual> {
    let is_made_good = |place: usize, run: &Run| {
        let has_all = |later: &Run| run.results.iter().all(|result| later.result(&result.scenario.id).is_some());
        let mut later = runs.iter().skip(place + 1);
        later.any(|later| later.is_whole() && later.header.planned >= run.header.planned && has_all(later))
    };
    let broken = runs.iter().enumerate().filter(|(place, run)| !run.is_whole() && !is_made_good(*place, run));
    let told = broken.map(|(index, run)| {
        let (number, planned, skipped) = (index + 1, run.header.planned, run.model.tally().skipped);
        both!(
            "run {number} was not made to its end: of {planned} scenarios planned {skipped} were not run to the end",
            "przebieg {number} nie dobiegł końca: zaplanowane scenariusze: {planned}, niewykonane do końca: {skipped}"
        )
    });
    told.collect()
}

fn of_results(runs: &[Run], checks: &[Check], defects: &[Defect]) -> Vec<Bilingual> {
    let mut reasons = Vec::new();
    let open: Vec<String> = defects.iter().filter(|defect| defect.state != State::Removed).map(requirement_of).collect();
    if !open.is_empty() {
        let open = open.join(", ");
        reasons.push(both!("requirements that the post does not meet: {open}", "wymagania, których punkt nie spełnia: {open}"));
    }
    let undecided: Vec<&str> = checks
        .iter()
        .filter(|check| check.counting().is_some_and(|(_, result)| !result.has_passed() && !result.blames_the_post()))
        .map(|check| check.id.as_str())
        .collect();
    if !undecided.is_empty() {
        let undecided = undecided.join(", ");
        reasons.push(both!("not decided: scenarios {undecided}", "bez rozstrzygnięcia: scenariusze {undecided}"));
    }
    // What was found of an earlier firmware says nothing about the one that is handed over.
    let Some(last) = runs.last() else { return reasons };
    let is_earlier = |check: &&Check| {
        let of = check.counting().and_then(|(run, _)| runs.get(*run));
        of.is_some_and(|run| run.header.post.firmware_sha256 != last.header.post.firmware_sha256)
    };
    let earlier: Vec<&str> = checks.iter().filter(is_earlier).map(|check| check.id.as_str()).collect();
    if !earlier.is_empty() {
        let (earlier, firmware) = (earlier.join(", "), &last.header.post.firmware);
        reasons.push(both!(
            "checked with another firmware than the last one ({firmware}): scenarios {earlier}",
            "sprawdzone z innym oprogramowaniem niż ostatnie ({firmware}): scenariusze {earlier}"
        ));
    }
    reasons
}

fn requirement_of(defect: &Defect) -> String {
    match &defect.requirement {
        Some(requirement) => format!("{requirement} ({})", defect.id),
        None => defect.id.clone(),
    }
}

/// A certificate must have counted on every day on which something was measured.
fn of_calibrations(runs: &[Run], case: &CaseFile) -> Vec<Bilingual> {
    let last = runs.iter().filter_map(Run::date).max();
    let overdue = case.instruments.iter().filter(|one| last.is_some_and(|last| one.due < last));
    let told = overdue.map(|one| {
        let name = &one.name;
        Bilingual::new(
            format!("calibration overdue: {name}, due {}", one.due.show(Lang::En)),
            format!("wzorcowanie po terminie: {name}, ważne do {}", one.due.show(Lang::Pl)),
        )
    });
    told.collect()
}

fn of_known_defects(case: &CaseFile) -> Vec<Bilingual> {
    let open = case.defects.iter().filter(|defect| defect.class == Some(Class::A) && defect.removed.is_none());
    // One that a run has found is told with the results.
    let open = open.filter(|defect| defect.scenario.is_none());
    open.map(|defect| both!("known defect of class A: {}", "znana wada klasy A: {}", defect.what)).collect()
}
