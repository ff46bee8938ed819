//! The stage that real runs take place on: a bench with a post on it.
//!
//! Before a scenario the bench proves itself; before a post is condemned it does so again. Knows nothing of which rig
//! stands behind it.

use super::runner_port::{RunnerPort, ScenarioInfo, Sink};
use crate::bench::{Bench, Log};
use crate::clock::Clock;
use crate::fault::Blame;
use crate::instrument::{InstrumentError, Subsystem};
use crate::journal::audio::{Recordings, Retention, Take};
use crate::journal::store::JournalError;
use crate::journal::{Ending, Event, Outcome, SafeCheck};
use crate::post::{Fault, Post, Recording};
use crate::steps::World;
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

/// A bench, the post on it, and where the evidence goes.
pub struct OnBench {
    clock: Arc<dyn Clock>,
    log: Log,
    post: Rc<RefCell<Post>>,
    recordings: Recordings,
    scenario: ScenarioInfo,
}

impl OnBench {
    pub fn new(bench: Bench, seed: u64, folder: &Path, retention: Retention) -> Self {
        let (clock, log) = (bench.shared_clock(), bench.log.clone());
        let post = Rc::new(RefCell::new(Post::new(bench, seed)));
        let recordings = Recordings::new(folder, retention);
        OnBench { clock, log, post, recordings, scenario: ScenarioInfo::default() }
    }

    /// The post, for whoever holds figures against the truth.
    pub fn post(&self) -> &Rc<RefCell<Post>> {
        &self.post
    }

    /// What was spoken and heard; all of it where it decides something.
    fn save(&mut self, takes: &[Recording], is_deciding: bool) -> Result<(), Fault> {
        let ScenarioInfo { id, round, attempt, .. } = &self.scenario;
        for Recording { name, what, rate, samples } in takes {
            let take = Take { scenario: id, round: *round, attempt: *attempt, name };
            match self.recordings.put(take, what, *rate, samples, is_deciding) {
                Ok(event) => self.log.append(event),
                Err(error) => return Err(Fault::Bench(evidence_lost(&error))),
            }
        }
        Ok(())
    }

    /// What the watch finds, and whether the bench can vouch for what was found.
    fn vouch(&mut self, ending: &Ending) -> Result<(), Fault> {
        // Where the bench, the feature or hejnal stumbled, what was seen says nothing about the post.
        let is_judged = ending.has_passed() || ending.blame == Some(Blame::Device) || ending.outcome == Outcome::Inconclusive;
        let watched = if is_judged { self.post.borrow_mut().judge_watch() } else { Ok(()) };
        if !ending.has_passed() || watched.is_err() {
            self.post.borrow_mut().distrust();
        }
        let is_wanting = ending.blame == Some(Blame::Device) || matches!(watched, Err(Fault::Device(_)));
        // What lies too close to its limit may lie there because of the bench.
        let is_undecided = ending.outcome == Outcome::Inconclusive || matches!(watched, Err(Fault::Undecided(_)));
        if is_wanting || is_undecided {
            self.log.note(if is_wanting { FOUND_WANTING } else { UNDECIDED });
            self.post.borrow_mut().prove_bench_again()?;
            self.log.note(("the bench is in order", "stanowisko jest sprawne"));
        }
        if ending.has_passed() {
            self.post.borrow_mut().prove_what_was_relied_on()?;
        }
        watched
    }
}

const FOUND_WANTING: (&str, &str) = (
    "the post was found wanting: the bench proves itself again before that stands",
    "punkt nie spełnił wymagania; przed wydaniem oceny stanowisko ponownie sprawdza samo siebie",
);
const UNDECIDED: (&str, &str) = (
    "a figure lies too close to its limit: the bench proves itself again, for it may be the cause",
    "wynik leży zbyt blisko limitu; stanowisko ponownie sprawdza samo siebie, bo przyczyna może leżeć po jego stronie",
);

fn evidence_lost(error: &JournalError) -> InstrumentError {
    InstrumentError::new("evidence", "save a recording", error.account(), error.remedy()).of(Subsystem::Storage)
}

impl Sink for Log {
    fn append(&mut self, event: Event) {
        Log::append(self, event);
    }
    fn commit(&mut self) -> Result<(), JournalError> {
        Log::commit(self)
    }
}

impl RunnerPort for OnBench {
    type World = World;

    fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    fn journal(&mut self) -> &mut dyn Sink {
        &mut self.log
    }

    fn enter(&mut self, scenario: &ScenarioInfo) -> Result<World, Fault> {
        self.scenario = scenario.clone();
        let mut post = self.post.borrow_mut();
        post.begin_scenario()?;
        post.prove_bench()?;
        drop(post);
        Ok(World::new(&self.post))
    }

    fn leave(&mut self, world: World, ending: &Ending) -> Result<(), Fault> {
        drop(world);
        let takes = self.post.borrow_mut().take_takes();
        let vouched = self.vouch(ending);
        let is_deciding = !ending.has_passed() || vouched.is_err();
        let saved = takes.and_then(|takes| self.save(&takes, is_deciding));
        saved.and(vouched)
    }

    fn make_safe(&mut self) -> Vec<SafeCheck> {
        self.post.borrow_mut().make_safe()
    }
}
