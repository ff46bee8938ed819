//! Lives that nobody wrote: random walks over the model of a post, each run as a scenario on a bench of its own and
//! judged by the standing watch.
//!
//! A life goes the same way as any feature: what fails here fails again under `hejnal run`. Where a failure is found,
//! the smallest life that still shows it is looked for and written down.

pub mod gherkin_text;
pub mod life;
mod live;
pub mod model;
mod shrink;

pub use live::{Failure, Lived};

use super::PhraseMatcher;
use crate::clock::{Clock as _, RealClock};
use crate::fault::Blame;
use crate::guard::Ward;
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
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    /// Of a real rig: it stands by for all lives.
    pub ward: Option<Arc<Ward>>,
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

/// The seed of one life. On a virtual post it says all of it; on a real one a life depends on the power cuts left as
/// well, and its feature says it.
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
    let mut found = std::mem::take(&mut exploration.lock().0.found);
    exploration.shrink_all(&mut found, workers);
    let (explored, _) = exploration.so_far.into_inner().unwrap_or_else(PoisonError::into_inner);
    Explored { elapsed, workers, was_stopped: plan.stop.load(Ordering::Relaxed), found, ..explored }
}

impl Exploration<'_> {
    fn work(&self, begun: &impl Fn(&Found)) {
        let Ok(book) = PhraseMatcher::new(TABLES) else { return };
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number > self.plan.lives || self.is_over() {
                return;
            }
            let seed = seed_of(self.plan.seed, number);
            let life = Life::of(seed, &self.means());
            let folder = self.plan.folder.join(format!("life-{number}"));
            let lived = live(self.plan, &book, &life, seed, &folder);
            self.note(number, seed, life, lived, &folder, begun);
        }
    }

    fn lock(&self) -> MutexGuard<'_, (Explored, BTreeMap<Failure, usize>)> {
        self.so_far.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn is_real(&self) -> bool {
        self.plan.rig.twin.is_none()
    }
    fn is_over(&self) -> bool {
        self.clock.now().as_secs_f64() > self.plan.time.as_secs_f64() || self.plan.stop.load(Ordering::Relaxed)
    }
    /// How often the mains may still be taken away: in the next life of a virtual post, in all lives to come of a real
    /// one.
    fn power_cuts_left(&self) -> usize {
        let left = if self.is_real() { self.power_cuts_left.load(Ordering::Relaxed) } else { self.plan.power_cuts as u64 };
        usize::try_from(left).unwrap_or(usize::MAX)
    }
    fn note_power_cuts(&self, life: &Life, deeds: usize) {
        let left = self.power_cuts_left.load(Ordering::Relaxed).saturating_sub(power_cuts(life, deeds) as u64);
        self.power_cuts_left.store(left, Ordering::Relaxed);
    }

    fn means(&self) -> Means {
        Means::of(&self.plan.rig, self.power_cuts_left())
    }

    fn note(&self, number: u64, seed: u64, life: Life, lived: Lived, folder: &Path, begun: &impl Fn(&Found)) {
        let mut so_far = self.lock();
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
        self.note_power_cuts(&life, lived.deeds);
        let is_new = lived.failure.as_ref().is_some_and(|failure| !known.contains_key(failure));
        if !is_new {
            // What passed is not kept: a night has thousands of lives, and each can be lived again.
            let _may_be_gone = std::fs::remove_dir_all(folder);
        }
        let Some(failure) = lived.failure else { return };
        if let Some(found) = known.get(&failure).and_then(|n| explored.found.get_mut(*n)) {
            found.times += 1;
            return;
        }
        // A life fails in one way: its number keeps the evidence of failures with like names apart.
        let kept = self.plan.folder.join(format!("life-{number}-{}", failure.folder_name()));
        // Kept before anything smaller is looked for: a real post may never fail so again.
        let _may_be_gone = std::fs::rename(folder, &kept);
        let found = Found { failure: failure.clone(), number, seed, times: 1, life, ending: lived.ending, folder: kept };
        self.write(&found);
        begun(&found);
        known.insert(failure, explored.found.len());
        explored.found.push(found);
    }

    fn shrink_all(&self, found: &mut [Found], workers: usize) {
        let todo = Mutex::new(found.iter_mut());
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    let Ok(book) = PhraseMatcher::new(TABLES) else { return };
                    loop {
                        let next = todo.lock().unwrap_or_else(PoisonError::into_inner).next();
                        let Some(found) = next else { return };
                        self.shrink_one(&book, found);
                    }
                });
            }
        });
    }

    fn shrink_one(&self, book: &PhraseMatcher<World>, found: &mut Found) {
        // Beside it: a key has dots of its own, so that an extension would replace half of it.
        let trial = self.plan.folder.join(format!("trial-{}", found.number));
        let small = shrink::shrink(&found.life, TRIALS, |life| self.fails_alike(book, life, found, &trial).is_some());
        if small != found.life {
            // Once more, for its journal.
            if let Some(ending) = self.fails_alike(book, &small, found, &trial) {
                let _may_be_gone = std::fs::remove_dir_all(&found.folder);
                let _may_be_gone = std::fs::rename(&trial, &found.folder);
                found.ending = ending;
                found.life = small;
                self.write(found);
            }
        }
        let _may_be_gone = std::fs::remove_dir_all(&trial);
    }

    /// How a life ends that fails as `found` does; `None`: it does not, or there was no time or power left to try.
    fn fails_alike(&self, book: &PhraseMatcher<World>, life: &Life, found: &Found, folder: &Path) -> Option<Ending> {
        let has_time = if self.is_real() { !self.is_over() } else { !self.plan.stop.load(Ordering::Relaxed) };
        if !has_time || power_cuts(life, life.deeds.len()) > self.power_cuts_left() {
            return None;
        }
        let _may_be_gone = std::fs::remove_dir_all(folder);
        let lived = live(self.plan, book, life, found.seed, folder);
        self.note_power_cuts(life, lived.deeds);
        (lived.failure.as_ref() == Some(&found.failure)).then_some(lived.ending)
    }

    /// The life as a feature in both languages.
    fn write(&self, found: &Found) {
        let heading = heading(self.plan, found);
        for (lang, name) in [(Lang::En, "life.en.feature"), (Lang::Pl, "life.pl.feature")] {
            // The journal has the same sentences.
            let _cannot_be_kept = std::fs::write(found.folder.join(name), feature(&found.life, &heading, lang));
        }
    }
}

/// How many lives the search for the smallest one may take.
const TRIALS: usize = 80;

/// How often a life takes the mains away in its first so many deeds.
fn power_cuts(life: &Life, deeds: usize) -> usize {
    life.deeds.iter().take(deeds).filter(|deed| model::ROWS.get(deed.row).is_some_and(life::takes_mains)).count()
}

fn heading(plan: &Plan, found: &Found) -> Heading {
    let Found { number, seed, failure, .. } = found;
    let (rig, folder) = (plan.rig.file.display(), found.folder.display());
    let again = |lang: &str| format!("hejnal run {folder}/life.{lang}.feature --rig {rig} --seed {seed}");
    let mut notes = vec![
        Bilingual::new(
            format!("Life {number} of seed {}; it is lived again by: {}", plan.seed, again("en")),
            format!("Przebieg {number} z ziarna {}; powtarza go polecenie: {} --lang pl", plan.seed, again("pl")),
        ),
        Bilingual::new(format!("It failed: {}", failure.told(Lang::En)), format!("Wynik negatywny: {}", failure.told(Lang::Pl))),
    ];
    if let Some(defects) = plan.rig.twin.as_ref().map(|twin| twin.defects.join(", ")).filter(|defects| !defects.is_empty()) {
        notes.push(both!("Planted in the post: {defects}.", "Podłożono w punkcie: {defects}."));
    }
    Heading { about: both!("Life {number}", "Przebieg {number}"), notes }
}
