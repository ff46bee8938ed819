//! `hejnal prove`: which defects are to be planted, and what of it is a mistake in the command line.
//!
//! Knows nothing of how a defect is found.

use super::args::Prove;
use super::in_order::{NOTHING_MOVED, features_in_order, no_signals, rig_in_order};
use super::matrix::{Matrix, list};
use super::run::BY_DEFAULT;
use super::{Refused, phrase_book, place, style};
use crate::clock::wall_clock;
use crate::fault::exit;
use crate::suite::proof::{self, Plan};
use crate::suite::signals::Signals;
use crate::suite::{Feature, TagExpression, select};
use crate::twin::defect::fresh::FRESH;
use crate::twin::defect::latecomer::LATECOMERS;
use crate::twin::defect::newcomer::NEWCOMERS;
use crate::twin::defect::outsider::OUTSIDERS;
use crate::twin::defect::stranger::STRANGERS;
use crate::twin::defect::visitor::VISITORS;
use crate::twin::defect::{self, DEFECTS, Defect};
use crate::unit::both;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The proof stands on the virtual posts, one of each profile: nothing can be planted in a real one.
const RIGS: [&str; 2] = ["rigs/virtual.yaml", "rigs/virtual-new-post.yaml"];

/// Defects that can be looked for, and those that no scenario looks for yet.
struct Choice {
    defects: Vec<Defect>,
    left_out: Vec<Defect>,
}

pub(super) fn prove(typed: &Prove) -> Result<u8, Refused> {
    let (files, features) = features_in_order(&typed.features, typed.lang, &phrase_book()?)?;
    let by_default = TagExpression::parse(BY_DEFAULT).map_err(|problem| Refused { problem, exit_code: exit::HEJNAL })?;
    let all = ids(&features);
    let usual = ids(&select::select(features, Some(&by_default)).features);
    let choice = choose(&typed.defects, typed.unforeseen, &all, &usual)?;
    if typed.list {
        list(&mut io::stdout().lock(), typed.lang, &choice.defects, &choice.left_out);
        return Ok(exit::ACCEPTED);
    }
    let rigs = RIGS.iter().map(|file| rig_in_order(Path::new(file))).collect::<Result<Vec<_>, _>>()?;
    let seed = typed.seed.or(rigs.iter().find_map(|rig| Some(rig.twin.as_ref()?.seed))).unwrap_or(1);
    let folder = typed.out.clone().unwrap_or_else(|| place::run_directory(wall_clock().as_secs(), "prove"));
    let stop = Arc::new(AtomicBool::new(false));
    let _signals = Signals::install(&stop).map_err(|error| Refused::new(exit::BENCH, no_signals(&error), NOTHING_MOVED))?;
    let all_scenarios = typed.all_scenarios;
    let plan = Plan { rigs, features: files, folder: folder.clone(), seed, lang: typed.lang, by_default, all_scenarios, stop };
    let mut matrix = Matrix::new(io::stdout(), style().colour, typed.lang);
    matrix.begin();
    let proofs = proof::prove(&plan, &choice.defects, |defect, proof| matrix.line(defect, proof));
    place::mark_latest(&folder);
    matrix.end(&choice.left_out, &folder);
    Ok(proof::exit_code(proofs.iter().map(|proof| proof.verdict)))
}

fn ids(features: &[Feature]) -> BTreeSet<String> {
    let scenarios = features.iter().flat_map(|feature| &feature.scenarios);
    // `S14.2`, a row of an outline, is looked for under the outline's own id.
    scenarios.map(|scenario| scenario.id.split('.').next().unwrap_or_default().to_string()).collect()
}

/// Those that were named, else all that a scenario of usual length looks for.
fn choose(named: &[String], unforeseen: bool, all: &BTreeSet<String>, usual: &BTreeSet<String>) -> Result<Choice, Refused> {
    // One that no scenario is named for, every scenario looks for.
    let is_sought = |defect: &Defect, among: &BTreeSet<String>| defect.scenario.is_empty() || among.contains(defect.scenario);
    if unforeseen {
        return Ok(Choice {
            defects: [FRESH, STRANGERS, VISITORS, NEWCOMERS, LATECOMERS, OUTSIDERS].into_iter().flatten().copied().collect(),
            left_out: Vec::new(),
        });
    }
    if named.is_empty() {
        let (defects, left_out) = DEFECTS.iter().partition(|defect| is_sought(defect, usual));
        return Ok(Choice { defects, left_out });
    }
    let found = named.iter().map(|id| known(id).copied()).collect::<Result<Vec<Defect>, Refused>>()?;
    if let Some(unsought) = found.iter().find(|defect| !is_sought(defect, all)) {
        let Defect { id, scenario, .. } = unsought;
        let text = both!(
            "{id} is to be found by {scenario}, and there is no such scenario yet",
            "usterkę {id} ma wykryć scenariusz {scenario}, którego jeszcze nie ma"
        );
        let remedy = (
            "leave it out, or write the scenario; nothing was moved",
            "pomiń ją albo napisz scenariusz; niczego nie uruchomiono",
        );
        return Err(Refused::new(exit::SCENARIO, text, remedy));
    }
    Ok(Choice { defects: found, left_out: Vec::new() })
}

pub(super) fn known(id: &str) -> Result<&'static Defect, Refused> {
    defect::find(id).ok_or_else(|| {
        let remedy = (
            "`hejnal prove --list` names those that can be planted",
            "usterki, które można podłożyć, wypisuje `hejnal prove --list`",
        );
        Refused::new(exit::USAGE, both!("there is no defect {id}", "nie ma usterki {id}"), remedy)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(ids: &[&str]) -> BTreeSet<String> {
        ids.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_no_scenario_looks_for_is_left_out_or_refused() {
        let all =
            choose(&[], false, &set(&["S00", "S05", "S08"]), &set(&["S00", "S08"])).unwrap_or_else(|e| panic!("{}", e.problem));
        let ids: Vec<&str> = all.defects.iter().map(|defect| defect.id).collect();
        assert!(ids.contains(&"lamp-late") && ids.contains(&"control-nominal") && ids.contains(&"bench-relay-open"));
        assert!(!ids.contains(&"duplicate-call") && !ids.contains(&"button-dead-after-idle"), "{ids:?}");
        assert_eq!(all.defects.len() + all.left_out.len(), DEFECTS.len());
        let check = |id: &str, expected: Option<u8>| {
            let chosen = choose(&[id.to_string()], false, &set(&["S05", "S08"]), &set(&["S08"]));
            assert_eq!(chosen.err().map(|refused| refused.exit_code), expected, "{id}");
        };
        check("lamp-late", None);
        check("button-dead-after-idle", None);
        check("duplicate-call", Some(exit::SCENARIO));
        check("lamp-lat", Some(exit::USAGE));
    }
}
