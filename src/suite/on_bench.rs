//! The stage that real runs take place on: a bench with a post on it.
//!
//! Before a scenario the bench proves itself; before a post is condemned it does so again. Knows nothing of which rig
//! stands behind it.

use super::runner_port::{RunnerPort, ScenarioInfo, Sink};
use crate::bench::{Bench, Log};
use crate::clock::Clock;
use crate::fault::Blame;
use crate::instrument::{InstrumentError, Subsystem};
use crate::journal::store::JournalError;
use crate::journal::{Ending, Event, Outcome, SafeCheck, audio};
use crate::post::{Fault, Post};
use crate::steps::World;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

/// A bench, the post on it, and where the evidence goes.
pub struct OnBench {
    clock: Arc<dyn Clock>,
    log: Log,
    post: Rc<RefCell<Post>>,
    folder: PathBuf,
    scenario: ScenarioInfo,
}

impl OnBench {
    pub fn new(bench: Bench, seed: u64, folder: PathBuf) -> Self {
        let (clock, log) = (bench.shared_clock(), bench.log.clone());
        let post = Rc::new(RefCell::new(Post::new(bench, seed)));
        OnBench { clock, log, post, folder, scenario: ScenarioInfo::default() }
    }

    /// The post, for whoever holds figures against the truth.
    pub fn post(&self) -> &Rc<RefCell<Post>> {
        &self.post
    }

    fn save_takes(&self) -> Result<(), Fault> {
        let takes = self.post.borrow_mut().take_takes()?;
        for take in takes {
            let file = audio::file_name(&self.scenario.id, self.scenario.attempt, &take.name);
            match audio::save(&self.folder, &file, &take.what, take.rate, &take.samples) {
                Ok(event) => self.log.append(event),
                Err(error) => return Err(Fault::Bench(evidence_lost(&error))),
            }
        }
        Ok(())
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
        let saved = self.save_takes();
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
        saved.and(watched)
    }

    fn make_safe(&mut self) -> Vec<SafeCheck> {
        self.post.borrow_mut().make_safe()
    }
}
