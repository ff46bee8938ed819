//! The end of a run held against its scenarios: tally, verdict, exit code.
//!
//! Knows nothing of figures.

use super::rejudge::is_better;
use super::{Finding, Kind};
use crate::fault::Blame;
use crate::report::{Model, verdict_in_words};
use crate::unit::{Bilingual, Lang, both};

pub(super) fn held_against(model: &Model) -> Vec<Finding> {
    let Some(end) = &model.end else { return Vec::new() };
    let mut findings = Vec::new();
    let mut find = |what: Bilingual| findings.push(Finding::new(Kind::End, what));
    let tally = model.tally();
    if end.tally != tally {
        let shown = crate::report::tally_in_words;
        find(Bilingual::new(
            format!("end of the journal: it counts “{}”, and holds “{}”", shown(&end.tally, Lang::En), shown(&tally, Lang::En)),
            format!("koniec dziennika: podano „{}”, a zapisano „{}”", shown(&end.tally, Lang::Pl), shown(&tally, Lang::Pl)),
        ));
    }
    let (said, own) = (end.exit_code, end.ending.exit_code());
    if said != own {
        find(both!(
            "end of the journal: exit code {said}, and its verdict has {own}",
            "koniec dziennika: kod wyjścia {said}, a jego ocenie odpowiada {own}"
        ));
    }
    let derived = model.derived_ending();
    // What ends a run without a scenario's doing: the bench could not be opened, hejnal stumbled, somebody stopped it.
    let is_explained = model.begun == 0 || matches!(end.ending.blame, Some(Blame::Hejnal | Blame::Nobody));
    let is_other = end.ending.exit_code() != derived.exit_code() && !is_explained;
    if is_better(&end.ending, &derived) || is_other {
        let words = verdict_in_words;
        find(Bilingual::new(
            format!(
                "end of the journal: the verdict is “{}”, and its scenarios come to “{}”",
                words(&end.ending, Lang::En),
                words(&derived, Lang::En)
            ),
            format!(
                "koniec dziennika: podana ocena to „{}”, a ze scenariuszy wynika „{}”",
                words(&end.ending, Lang::Pl),
                words(&derived, Lang::Pl)
            ),
        ));
    }
    findings
}
