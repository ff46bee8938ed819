//! Lives that nobody wrote: random walks over the model of a post, each run as a scenario on a bench of its own and judged by the standing watch.
//!
//! A life goes the same way as any feature: what fails here fails again under `hejnal run`. Where a failure is found, the smallest life that
//! still shows it is looked for and written down.

pub mod gherkin_text;
pub mod life;
mod live;
pub mod model;
mod shrink;

pub use live::{Failure, Lived};

use super::PhraseMatcher;
use crate::clock::{Clock as _, RealClock};
use crate::fault::Blame;
use crate::journal::Ending;
use crate::rig::{Rig, Twin};
use crate::rng::mix;
use crate::steps::{TABLES, World};
use crate::twin::defect::Defect;
use crate::unit::{Bilingual, Lang, both};
use gherkin_text::{Heading, feature};
use life::{Life, Means};
use live::live;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What an exploration is to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// With the firmware that is to be flashed.
    pub rig: Rig,
    pub folder: PathBuf,
    pub seed: u64,
    pub lang: Lang,
    /// So many lives at most.
    pub lives: u64,
    /// And none is begun after so long.
    pub time: Duration,
    /// So many at a time; on a real rig one.
    pub workers: usize,
    /// How often the mains may be taken away: in one life of a virtual post, in all lives of a real one.
    pub power_cuts: usize,
    /// Set by Ctrl-C: nothing more is begun.
    pub stop: Arc<AtomicBool>,
}

/// A way of failing, seen for the first time, and how often.
#[derive(Debug, Clone)]
pub struct Found {
    pub failure: Failure,
    /// Number of the first life that showed it, and its seed.
    pub number: u64,
    pub seed: u64,
    pub times: usize,
    pub life: Life,
    pub ending: Ending,
    /// Where its features and its journal are.
    pub folder: PathBuf,
}

/// What came of all lives.
#[derive(Debug, Clone, Default)]
pub struct Explored {
    pub lives: u64,
    pub presses: u64,
    pub calls: u64,
    /// Of the posts' time.
    pub seconds: f64,
    /// Of ours, and with how many processors.
    pub elapsed: f64,
    pub workers: usize,
    /// How often each row of the model was walked.
    pub walked: Vec<u64>,
    pub found: Vec<Found>,
    pub was_stopped: bool,
}

impl Explored {
    /// The gravest of what was found.
    pub fn blame(&self) -> Option<Blame> {
        self.found.iter().filter_map(|found| found.ending.blame).max()
    }
    /// How much faster than a real post, on each processor.
    pub fn speed(&self) -> f64 {
        self.seconds / (self.elapsed * self.workers.max(1) as f64).max(f64::MIN_POSITIVE)
    }
}

/// The rig with this defect in its post.
pub fn planted(mut rig: Rig, defect: &Defect) -> Rig {
    let settings = rig.twin.take().unwrap_or_default();
    rig.twin = Some(Twin { defects: vec![defect.id.to_string()], ..settings });
    rig
}

/// The seed of one life. On a virtual post it says all of it; on a real one a life depends on the power cuts left as well, and its feature says it.
pub fn seed_of(seed: u64, number: u64) -> u64 {
    // Short enough to be typed.
    mix(seed ^ mix(number)) >> 32
}

/// What the workers share.
struct Exploration<'p> {
    plan: &'p Plan,
    clock: RealClock,
    next: AtomicU64,
    so_far: Mutex<(Explored, BTreeMap<Failure, usize>)>,
    power_cuts_left: AtomicU64,
}

/// Lives as many lives as the plan allows; `begun` is told of each way of failing as soon as it is seen.
pub fn explore(plan: &Plan, begun: impl Fn(&Found) + Sync) -> Explored {
    let exploration = Exploration {
        plan,
        clock: RealClock::start(),
        next: AtomicU64::new(1),
        so_far: Mutex::default(),
        power_cuts_left: AtomicU64::new(plan.power_cuts as u64),
    };
    let workers = if plan.rig.twin.is_some() { plan.workers.max(1) } else { 1 };
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| exploration.work(&begun));
        }
    });
    let elapsed = exploration.clock.now().as_secs_f64();
    let (explored, _) = exploration.so_far.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut explored = Explored { elapsed, workers, was_stopped: plan.stop.load(Ordering::Relaxed), ..explored };
    if !explored.was_stopped {
        shrink_all(plan, &mut explored.found, workers);
    }
    explored
}

impl Exploration<'_> {
    fn work(&self, begun: &impl Fn(&Found)) {
        let Ok(book) = PhraseMatcher::new(TABLES) else { return };
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let is_over = number > self.plan.lives || self.clock.now().as_secs_f64() > self.plan.time.as_secs_f64();
            if is_over || self.plan.stop.load(Ordering::Relaxed) {
                return;
            }
            let seed = seed_of(self.plan.seed, number);
            let life = Life::of(seed, &self.means());
            let folder = self.plan.folder.join(format!("life-{number}"));
            let lived = live(self.plan, &book, &life, seed, &folder);
            self.note(number, seed, life, lived, &folder, begun);
        }
    }

    fn means(&self) -> Means {
        let left =
            if self.plan.rig.twin.is_some() { self.plan.power_cuts as u64 } else { self.power_cuts_left.load(Ordering::Relaxed) };
        Means::of(&self.plan.rig, usize::try_from(left).unwrap_or(usize::MAX))
    }

    fn note(&self, number: u64, seed: u64, life: Life, lived: Lived, folder: &Path, begun: &impl Fn(&Found)) {
        let mut so_far = self.so_far.lock().unwrap_or_else(PoisonError::into_inner);
        let (explored, known) = &mut *so_far;
        explored.lives += 1;
        explored.presses += lived.presses;
        explored.calls += lived.calls;
        explored.seconds += lived.seconds;
        explored.walked.resize(model::ROWS.len(), 0);
        for row in life.deeds.iter().take(lived.deeds).map(|deed| deed.row) {
            if let Some(walked) = explored.walked.get_mut(row) {
                *walked += 1;
            }
        }
        let cuts =
            life.deeds.iter().take(lived.deeds).filter(|deed| model::ROWS.get(deed.row).is_some_and(life::takes_mains)).count();
        let left = self.power_cuts_left.load(Ordering::Relaxed).saturating_sub(cuts as u64);
        self.power_cuts_left.store(left, Ordering::Relaxed);
        // What passed is not kept: a night has thousands of lives, and each can be lived again.
        let _may_be_gone = std::fs::remove_dir_all(folder);
        let Some(failure) = lived.failure else { return };
        if let Some(found) = known.get(&failure).and_then(|n| explored.found.get_mut(*n)) {
            found.times += 1;
            return;
        }
        // A life fails in one way: its number keeps the evidence of failures with like names apart.
        let folder = self.plan.folder.join(format!("life-{number}-{}", failure.folder_name()));
        let found = Found { failure: failure.clone(), number, seed, times: 1, life, ending: lived.ending, folder };
        begun(&found);
        known.insert(failure, explored.found.len());
        explored.found.push(found);
    }
}

/// How many lives the search for the smallest one may take.
const TRIALS: usize = 80;

fn shrink_all(plan: &Plan, found: &mut [Found], workers: usize) {
    let todo = Mutex::new(found.iter_mut());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let Ok(book) = PhraseMatcher::new(TABLES) else { return };
                loop {
                    let next = todo.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some(found) = next else { return };
                    shrink_one(plan, &book, found);
                }
            });
        }
    });
}

fn shrink_one(plan: &Plan, book: &PhraseMatcher<World>, found: &mut Found) {
    // Beside it: a key has dots of its own, so that an extension would replace half of it.
    let trial = plan.folder.join(format!("trial-{}", found.number));
    let small = shrink::shrink(&found.life, TRIALS, |life| {
        let lived = live(plan, book, life, found.seed, &trial);
        let _may_be_gone = std::fs::remove_dir_all(&trial);
        !plan.stop.load(Ordering::Relaxed) && lived.failure.as_ref() == Some(&found.failure)
    });
    // Once more, for its journal.
    let lived = live(plan, book, &small, found.seed, &found.folder);
    found.ending = lived.ending;
    found.life = small;
    let heading = heading(plan, found);
    for (lang, name) in [(Lang::En, "life.en.feature"), (Lang::Pl, "life.pl.feature")] {
        // The journal has the same sentences.
        let _cannot_be_kept = std::fs::write(found.folder.join(name), feature(&found.life, &heading, lang));
    }
}

fn heading(plan: &Plan, found: &Found) -> Heading {
    let Found { number, seed, failure, .. } = found;
    let mut notes = vec![
        both!(
            "Life {number} of seed {}; hejnal run --seed {seed} lives it again.",
            "Przebieg {number} z ziarna {}; powtarza go hejnal run --seed {seed}.",
            plan.seed
        ),
        Bilingual::new(format!("It failed: {}", failure.told(Lang::En)), format!("Wynik negatywny: {}", failure.told(Lang::Pl))),
    ];
    if let Some(defects) = plan.rig.twin.as_ref().map(|twin| twin.defects.join(", ")).filter(|defects| !defects.is_empty()) {
        notes.push(both!("Planted in the post: {defects}.", "Podłożono w punkcie: {defects}."));
    }
    Heading { about: both!("Life {number}", "Przebieg {number}"), notes }
}
