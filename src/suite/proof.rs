//! The bench's own proof: a defect is planted, scenarios are run as in any run, and what came is held against what had
//! to come.
//!
//! A defect counts as caught only by the scenario named for it, with the blame named for it, for the reason named for
//! it. Knows nothing of how a defect works or of how the matrix is shown.

use super::lint::{self, Needs};
use super::on_bench::OnBench;
use super::panics;
use super::preamble::{Planned, preamble};
use super::run::{Options, run};
use super::runner_port::RunnerPort as _;
use super::select::{self, Selection, TagExpression};
use super::signals::Signals;
use super::{Feature, PhraseMatcher};
use crate::bench::{self, Opening};
use crate::fault::{Blame, Blamed as _, exit};
use crate::journal::audio::Retention;
use crate::journal::read::read;
use crate::journal::{Ending, Outcome};
use crate::report::{Attempt, Model};
use crate::rig::{Rig, Twin};
use crate::steps::TABLES;
use crate::twin::defect::Defect;
use crate::unit::{Bilingual, Lang, both};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

/// What every proof shares.
#[derive(Debug, Clone)]
pub struct Plan {
    /// One of each profile.
    pub rigs: Vec<Rig>,
    pub features: Vec<PathBuf>,
    /// Each defect's journal goes into a folder of its own under this one.
    pub folder: PathBuf,
    pub seed: u64,
    pub lang: Lang,
    /// What a healthy post has to pass.
    pub by_default: TagExpression,
    /// Every scenario for every defect, instead of the one named for it.
    pub all_scenarios: bool,
    /// Set by Ctrl-C: nothing more is begun.
    pub stop: Arc<AtomicBool>,
}

/// What became of one planted defect.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    pub id: &'static str,
    /// What its journal tells; empty where there is none.
    pub run: Model,
    /// Of the whole run.
    pub ending: Ending,
    pub verdict: Verdict,
    pub folder: PathBuf,
}

/// Whether what came is what had to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A defect was caught, or a healthy control passed.
    AsExpected,
    /// The scenario named for the defect passed, or never ran.
    Missed,
    /// The right party was blamed by the right scenario for something else.
    WrongReason,
    /// Somebody else was blamed.
    WrongBlame,
    /// A healthy control did not pass: the bench would turn away good posts. The gravest, with the next.
    HealthyCondemned,
    /// The bench was broken, and it condemned the post.
    BenchBlamedPost,
    /// Ctrl-C.
    Stopped,
}

impl Proof {
    /// The attempt that the verdict rests on: at the scenario named for the defect, else the worst of all.
    pub fn decisive(&self, scenario: &str) -> Option<&Attempt> {
        let own = self.run.attempts().filter(|a| is_of(a, scenario));
        let own = own.clone().find(|a| !a.has_passed()).or_else(|| own.clone().next());
        own.or_else(|| self.run.attempts().filter(|a| !a.has_passed()).reduce(worse))
    }

    /// Ids of the scenarios that did not pass, other than this one.
    pub fn others_that_failed(&self, scenario: &str) -> Vec<&str> {
        let others = self.run.attempts().filter(|a| !is_of(a, scenario) && !a.has_passed());
        others.map(|a| a.id.as_str()).collect()
    }
}

/// The worse of two attempts, the first where they are equal; one that never ended is the worst.
fn worse<'a>(one: &'a Attempt, two: &'a Attempt) -> &'a Attempt {
    match (&one.ending, &two.ending) {
        (Some(first), Some(second)) if first.clone().or_worse(second.clone()) != *first => two,
        (Some(_), None) => two,
        _ => one,
    }
}

/// `S14` itself, or `S14.2`, an example row of it.
fn is_of(attempt: &Attempt, scenario: &str) -> bool {
    is_id_of(&attempt.id, scenario)
}
fn is_id_of(id: &str, scenario: &str) -> bool {
    id.strip_prefix(scenario).is_some_and(|rest| !scenario.is_empty() && (rest.is_empty() || rest.starts_with('.')))
}

/// The process exit code of a matrix: everything as expected, or not.
pub fn exit_code(verdicts: impl IntoIterator<Item = Verdict>) -> u8 {
    let mut worst = exit::ACCEPTED;
    for verdict in verdicts {
        match verdict {
            Verdict::AsExpected => {}
            Verdict::Stopped => return exit::STOPPED,
            _ => worst = exit::DEVICE,
        }
    }
    worst
}

/// Plants each of the defects on a bench of its own, as many at a time as there are processors, and shows each proof in
/// the order asked for.
pub fn prove(plan: &Plan, defects: &[Defect], mut show: impl FnMut(&Defect, &Proof)) -> Vec<Proof> {
    // Healthy controls run everything: begun first, they do not keep the last processor busy alone.
    let mut order: Vec<usize> = (0..defects.len()).collect();
    order.sort_by_key(|n| defects.get(*n).is_none_or(|defect| defect.blame.is_some()));
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get).min(defects.len());
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, order, next) = (sender.clone(), &order, &next);
            scope.spawn(move || {
                while let Some(place) = order.get(next.fetch_add(1, Ordering::Relaxed)).copied() {
                    let Some(defect) = defects.get(place) else { return };
                    if sender.send((place, prove_one(plan, defect))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut proofs: Vec<Option<Proof>> = vec![None; defects.len()];
        let mut shown = 0;
        for (place, proof) in receiver {
            if let Some(slot) = proofs.get_mut(place) {
                *slot = Some(proof);
            }
            while let (Some(defect), Some(Some(proof))) = (defects.get(shown), proofs.get(shown)) {
                show(defect, proof);
                shown += 1;
            }
        }
        proofs.into_iter().flatten().collect()
    })
}

const OWN_MISTAKE: (&str, &str) = ("this is a mistake in hejnal: report it", "to błąd programu hejnal: zgłoś go");

/// Plants one defect, runs what has to find it, and reads the journal that this left behind.
pub fn prove_one(plan: &Plan, defect: &Defect) -> Proof {
    let folder = plan.folder.join(defect.id);
    let nothing = |ending: Ending| (Model::of(&[]), ending);
    let (run, ending) = match panics::catch(|| run_planted(plan, defect, &folder)) {
        Ok(Ok(())) => read_back(&folder),
        Ok(Err(ending)) => nothing(ending),
        Err((_, panicked)) => {
            let message = both!(
                "hejnal panicked: {} (at {})",
                "błąd wewnętrzny programu hejnal: {} ({})",
                panicked.message,
                panicked.location
            );
            nothing(Ending::failed(Blame::Hejnal, message, OWN_MISTAKE))
        }
    };
    let mut proof = Proof { id: defect.id, run, ending, verdict: Verdict::Missed, folder };
    proof.verdict = judge(defect, &proof);
    proof
}

/// The journal is what a report is made of, so it is what a proof is made of.
fn read_back(folder: &Path) -> (Model, Ending) {
    let nothing = |ending: Ending| (Model::of(&[]), ending);
    let story = match read(folder) {
        Ok(story) => story,
        Err(error) => return nothing(Ending::failed(Blame::Bench, error.account(), error.remedy())),
    };
    let run = Model::of(&story.entries);
    match run.end.as_ref().map(|end| end.ending.clone()).filter(|_| story.is_authentic()) {
        Some(ending) => (run, ending),
        None => {
            let path = story.path.display();
            let message = Bilingual::new(format!("{path} is damaged"), format!("plik {path} jest uszkodzony"));
            nothing(Ending::failed(Blame::Hejnal, message, OWN_MISTAKE))
        }
    }
}

/// The same way as any run, with a rig that has the defect planted.
fn run_planted(plan: &Plan, defect: &Defect, folder: &Path) -> Result<(), Ending> {
    if plan.stop.load(Ordering::Relaxed) {
        return Err(stopped());
    }
    let book = PhraseMatcher::new(TABLES).map_err(|e| Ending::failed(Blame::Hejnal, Bilingual::same(e), OWN_MISTAKE))?;
    let all = lint::load(&plan.features, &book, &Needs::default()).map_err(|problems| {
        let told = |lang| problems.first().map(|problem| problem.show(lang)).unwrap_or_default();
        let first = Bilingual::new(told(Lang::En), told(Lang::Pl));
        Ending::failed(Blame::Scenario, first, ("mend the features", "popraw pliki scenariuszy"))
    })?;
    let rig = plan.rigs.iter().find(|rig| rig.post.profile == defect.profile);
    let Some(mut rig) = rig.cloned() else {
        let what = ("no rig of this defect's profile", "brak stanowiska o profilu tej usterki");
        return Err(Ending::failed(Blame::Hejnal, what, OWN_MISTAKE));
    };
    let settings = rig.twin.take().unwrap_or_default();
    rig.twin = Some(Twin { seed: plan.seed, defects: vec![defect.id.to_string()], ..settings });
    let instrument = |error: crate::instrument::InstrumentError| Ending::failed(Blame::Bench, error.account(), error.advice());
    let rig = bench::with_planted_firmware(rig).map_err(instrument)?;
    let features = scenarios_for(plan, defect, all)?.within_reach(&book, &rig).features;
    let scenarios = features.iter().map(|feature| feature.scenarios.len()).sum();
    let planned = Planned { scenarios, takes_s: None };
    let preamble = preamble(&rig, plan.lang, plan.seed, planned, &[], "").map_err(|e| {
        Ending::failed(
            Blame::Bench,
            Bilingual::same(e),
            ("correct `firmware` in the rig", "popraw `firmware` w opisie stanowiska"),
        )
    })?;
    let opening = Opening { rig: Arc::new(rig), seed: plan.seed, folder: folder.to_path_buf(), onlookers: Vec::new(), preamble };
    let bench = bench::open(opening).map_err(|e| Ending::failed(e.blame(), e.account(), e.remedy()))?;
    let mut stage = OnBench::new(bench, plan.seed, folder, Retention::default());
    let _signals = Signals::install(&stage.clock().guard().stop_flag()).map_err(|e| {
        Ending::failed(
            Blame::Bench,
            Bilingual::same(e),
            ("Ctrl-C could not be caught, so nothing was moved", "nie można przechwycić Ctrl-C, więc niczego nie uruchomiono"),
        )
    })?;
    run(&mut stage, &book, features, Options::default());
    Ok(())
}

fn stopped() -> Ending {
    Ending {
        outcome: Outcome::Skipped,
        blame: Some(Blame::Nobody),
        message: ("stopped", "zatrzymano").into(),
        remedy: Bilingual::default(),
    }
}

/// Everything for a healthy control; for a defect the scenario named for it. The bench's proof of itself always comes
/// first.
fn scenarios_for(plan: &Plan, defect: &Defect, all: Vec<Feature>) -> Result<Selection, Ending> {
    let own = match (defect.blame, plan.all_scenarios || defect.scenario.is_empty()) {
        (None, _) | (_, true) => return Ok(select::select(all, Some(&plan.by_default))),
        // A broken bench is asked for a verdict on a post that is well.
        (Some(Blame::Bench), _) => format!("@S00 or @S01 or @{}", defect.scenario),
        _ => format!("@S00 or @{}", defect.scenario),
    };
    let own = TagExpression::parse(&own).map_err(|e| Ending::failed(Blame::Hejnal, Bilingual::same(e), OWN_MISTAKE))?;
    Ok(select::select(all, Some(&own)))
}

fn judge(defect: &Defect, proof: &Proof) -> Verdict {
    if proof.ending.blame == Some(Blame::Nobody) {
        return Verdict::Stopped;
    }
    match defect.blame {
        None if proof.ending.has_passed() && !proof.run.cases.is_empty() => Verdict::AsExpected,
        None => Verdict::HealthyCondemned,
        Some(Blame::Bench) => judge_bench_fault(defect, proof),
        Some(blame) => judge_defect(defect, blame, proof),
    }
}

fn judge_bench_fault(defect: &Defect, proof: &Proof) -> Verdict {
    if proof.run.attempts().any(|attempt| attempt.blame() == Some(Blame::Device)) {
        return Verdict::BenchBlamedPost;
    }
    if proof.ending.has_passed() {
        return Verdict::Missed;
    }
    if proof.ending.blame != Some(Blame::Bench) {
        return Verdict::WrongBlame;
    }
    if defect.scenario.is_empty() {
        // A figure that could not be decided accuses nobody.
        let is_accusation = |ending: &Ending| ending.outcome == Outcome::Failed && ending.blame == Some(Blame::Bench);
        let accuses_itself = proof.run.attempts().any(|attempt| attempt.ending.as_ref().is_some_and(is_accusation));
        return if accuses_itself { Verdict::AsExpected } else { Verdict::WrongReason };
    }
    let Some(attempt) = proof.decisive(defect.scenario).filter(|attempt| is_of(attempt, defect.scenario)) else {
        return Verdict::Missed;
    };
    match &attempt.ending {
        Some(ending) if ending.has_passed() => Verdict::Missed,
        Some(ending) if ending.blame != Some(Blame::Bench) => Verdict::WrongBlame,
        Some(ending) if ending.outcome == Outcome::Failed && accuses(&ending.message.en, defect.reason) => Verdict::AsExpected,
        _ => Verdict::WrongReason,
    }
}

/// `button relay: failed to …`: an instrument's error begins with its name.
fn accuses(message: &str, instrument: &str) -> bool {
    message.strip_prefix(instrument).is_some_and(|rest| rest.starts_with(": "))
}

fn judge_defect(defect: &Defect, blame: Blame, proof: &Proof) -> Verdict {
    // A bench that takes itself for broken, or stumbles, has not judged the post, whatever it says of it.
    if proof.ending.blame.is_some_and(|worst| worst > blame) {
        return Verdict::WrongBlame;
    }
    let is_own = |attempt: &&Attempt| defect.scenario.is_empty() || is_of(attempt, defect.scenario);
    let Some(attempt) = proof.decisive(defect.scenario).filter(is_own) else {
        return Verdict::Missed;
    };
    if attempt.has_passed() {
        return Verdict::Missed;
    }
    if attempt.blame() != Some(blame) {
        return Verdict::WrongBlame;
    }
    // What was not foreseen may be found by whatever it offends.
    if defect.scenario.is_empty() {
        return Verdict::AsExpected;
    }
    let reason = attempt.decisive().and_then(|m| m.source.as_ref()).map(|source| source.id.as_str());
    if reason == Some(defect.reason) { Verdict::AsExpected } else { Verdict::WrongReason }
}

#[cfg(test)]
mod tests;
