//! The read model of a run: made once from a journal's entries, in their order, and asked by every report.
//!
//! Run, cases (a scenario in one round), attempts, steps, figures. That the last attempt counts, the tallies, the exit
//! code, and what came closest to its limit are derived here and nowhere else.

use super::attempt::{Attempt, Margin, Step};
use crate::clock::Instant;
use crate::fault::{Blame, exit};
use crate::journal::{Ending, Entry, Event, Outcome, PostIdentity, Tally};
use crate::rig::{Limit, Limits, Profile};
use crate::unit::{Bilingual, Lang};
use std::collections::BTreeMap;

/// What is kept of rounds that are over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Every attempt, for a report of the whole.
    Everything,
    /// Tallies, the worst attempt of each scenario, and the closest figure of each key. Dropped: every other attempt
    /// with its steps, figures and recordings; what is kept does not grow with the number of rounds.
    Tallies,
}

/// The first line of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub hejnal: String,
    /// In which the run was told.
    pub lang: Lang,
    pub seed: u64,
    pub simulated: bool,
    pub rig: String,
    /// Empty where an older journal does not say it.
    pub rig_file: String,
    pub rig_sha256: String,
    pub post: PostIdentity,
    pub planned: usize,
    /// How long that usually takes, in seconds of the post's time.
    pub takes_s: Option<u64>,
    /// Who started the run, as he says; empty where nobody did.
    pub by: String,
}

/// How a run has looked at a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Looked {
    #[default]
    NotAtAll,
    /// By rules of the standing watch alone: what happened did not break it, but nothing was brought about to try it.
    Watched,
    /// A step of a scenario has measured it.
    Judged,
}

/// A scenario that was not to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub id: String,
    pub name: String,
    pub why: Bilingual,
}

/// How a run came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    pub ending: Ending,
    /// As the run counted itself.
    pub tally: Tally,
    pub exit_code: u8,
}

/// A scenario in one round, with every attempt at it.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Those that the bench failed, in order.
    pub earlier: Vec<Attempt>,
    /// The attempt that counts.
    pub last: Attempt,
}

/// One scenario over all its rounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    pub id: String,
    pub name: String,
    pub rounds: usize,
    pub passed: usize,
    /// The most that it took in one round.
    pub attempts: u32,
    /// The attempt that counts in the worst of the rounds, the first of them where several are equal; `None`: all
    /// passed.
    pub worst: Option<Attempt>,
}

impl Scenario {
    /// How it ended over all rounds: `None` where the run was killed within it.
    pub fn ending(&self) -> Option<Ending> {
        self.worst.as_ref().map_or(Some(Ending::passed()), |attempt| attempt.ending.clone())
    }
}

/// Everything that a report can say of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    keep: Keep,
    pub header: Option<Header>,
    pub began_unix_seconds: Option<u64>,
    pub end: Option<End>,
    /// Scenarios of the features that were not to be run, and why.
    pub left_out: Vec<LeftOut>,
    /// In the order in which they were first begun.
    pub scenarios: Vec<Scenario>,
    /// How requirements were found met or wanting in attempts that count.
    judged: BTreeMap<String, Looked>,
    place: BTreeMap<String, usize>,
    /// Those that are over, in the order of the run; none of them with [`Keep::Tallies`].
    pub cases: Vec<Case>,
    /// The case that may yet be followed by another attempt.
    unsettled: Option<Case>,
    open: Option<Attempt>,
    /// The figure closest to its limit, by key.
    closest: BTreeMap<String, Margin>,
    tally: Tally,
    /// The worst of the attempts that count.
    worst: Ending,
    /// Cases begun, each counted once.
    pub begun: usize,
    pub recordings: usize,
    /// Whether some limit's source was stated.
    pub has_sources: bool,
    last: Instant,
}

impl Model {
    pub fn new(keep: Keep) -> Self {
        Model {
            keep,
            header: None,
            began_unix_seconds: None,
            end: None,
            left_out: Vec::new(),
            scenarios: Vec::new(),
            judged: BTreeMap::new(),
            place: BTreeMap::new(),
            cases: Vec::new(),
            unsettled: None,
            open: None,
            closest: BTreeMap::new(),
            tally: Tally::default(),
            worst: Ending::passed(),
            begun: 0,
            recordings: 0,
            has_sources: false,
            last: Instant::ZERO,
        }
    }

    /// The model of a journal that has been read as far as it goes.
    pub fn of(entries: &[Entry]) -> Self {
        let mut model = Model::new(Keep::Everything);
        entries.iter().for_each(|entry| _ = model.take(entry));
        model.finish();
        model
    }

    /// Takes an entry; gives the attempt that it completed, if it did.
    pub fn take(&mut self, entry: &Entry) -> Option<&Attempt> {
        self.last = entry.at;
        match &entry.event {
            Event::RunBegan { hejnal, lang, seed, simulated, rig, rig_file, rig_sha256, post, planned, takes_s, by, .. } => {
                let (hejnal, rig, rig_sha256) = (hejnal.clone(), rig.clone(), rig_sha256.clone());
                let (rig_file, takes_s) = (rig_file.clone(), *takes_s);
                let (lang, seed, simulated, post, planned, by) = (*lang, *seed, *simulated, post.clone(), *planned, by.clone());
                self.header =
                    Some(Header { hejnal, lang, seed, simulated, rig, rig_file, rig_sha256, post, planned, takes_s, by });
            }
            Event::LeftOut { id, name, why } => {
                self.left_out.push(LeftOut { id: id.clone(), name: name.clone(), why: why.clone() });
            }
            Event::WallClock { unix_seconds } => self.began_unix_seconds = Some(*unix_seconds),
            Event::ScenarioBegan { attempt, .. } => {
                self.begun += usize::from(*attempt == 1);
                let unfinished = self.open.take();
                self.open = Attempt::begun(entry);
                return unfinished.map(|attempt| self.completed(attempt));
            }
            Event::ScenarioEnded { ending, .. } => {
                let open = self.open.take()?;
                return Some(self.completed(Attempt { ended: entry.at, ending: Some(ending.clone()), ..open }));
            }
            Event::RunEnded { ending, tally, exit_code } => {
                self.settle();
                self.end = Some(End { ending: ending.clone(), tally: *tally, exit_code: *exit_code });
            }
            event => {
                self.recordings += usize::from(matches!(event, Event::Audio { kept: true, .. }));
                self.has_sources |= matches!(event, Event::Measured(measurement) if measurement.source.is_some());
                if let Some(attempt) = &mut self.open {
                    attempt.note(entry.at, event);
                }
            }
        }
        None
    }

    /// There are no more entries. Gives the attempt that was under way when the journal broke off.
    pub fn finish(&mut self) -> Option<Attempt> {
        let cut = self.open.take().map(|attempt| Attempt { ended: self.last, ..attempt });
        if let Some(attempt) = &cut {
            self.completed(attempt.clone());
        }
        self.settle();
        cut
    }

    /// The attempt under way.
    pub fn open(&self) -> Option<&Attempt> {
        self.open.as_ref()
    }

    /// Another attempt of the same round takes the place of the one before.
    fn completed(&mut self, attempt: Attempt) -> &Attempt {
        for measurement in &attempt.figures {
            let Some(margin) = Margin::of(&attempt.id, measurement) else { continue };
            match self.closest.get_mut(&measurement.key) {
                Some(closest) if margin.part < closest.part => *closest = margin,
                Some(_) => {}
                None => _ = self.closest.insert(measurement.key.clone(), margin),
            }
        }
        let repeats = |case: &Case| case.last.id == attempt.id && case.last.round == attempt.round;
        let case = match self.unsettled.take() {
            Some(mut case) if repeats(&case) => {
                case.earlier.push(case.last);
                Case { earlier: case.earlier, last: attempt }
            }
            other => {
                self.unsettled = other;
                self.settle();
                Case { earlier: Vec::new(), last: attempt }
            }
        };
        &self.unsettled.insert(case).last
    }

    /// No other attempt follows the last one: it counts.
    fn settle(&mut self) {
        let Some(case) = self.unsettled.take() else { return };
        let attempt = &case.last;
        let index = *self.place.entry(attempt.id.clone()).or_insert(self.scenarios.len());
        if index == self.scenarios.len() {
            let (id, name) = (attempt.id.clone(), attempt.name.clone());
            self.scenarios.push(Scenario { id, name, rounds: 0, passed: 0, attempts: 1, worst: None });
        }
        if let Some(scenario) = self.scenarios.get_mut(index) {
            scenario.rounds += 1;
            scenario.attempts = scenario.attempts.max(attempt.number);
            scenario.passed += usize::from(attempt.has_passed());
            let is_worse = match (scenario.ending(), &attempt.ending) {
                (Some(so_far), Some(now)) => so_far.clone().or_worse(now.clone()) != so_far,
                // Nothing is worse than having been killed.
                (so_far, None) => so_far.is_some(),
                (None, Some(_)) => false,
            };
            if is_worse {
                scenario.worst = Some(attempt.clone());
            }
        }
        if let Some(ending) = &attempt.ending {
            self.tally.count(ending);
            self.worst = self.worst.clone().or_worse(ending.clone());
            // What a bench saw that was then found wanting says nothing.
            if matches!(ending.blame, None | Some(Blame::Device)) {
                for one in attempt.figures.iter().filter(|one| matches!(one.outcome, Outcome::Passed | Outcome::Failed)) {
                    let Some(source) = one.source.as_ref().filter(|_| one.criterion.is_some()) else { continue };
                    let looked = if one.is_of_watch() { Looked::Watched } else { Looked::Judged };
                    let before = self.judged.entry(source.id.clone()).or_default();
                    *before = looked.max(*before);
                }
            }
        }
        if self.keep == Keep::Everything {
            self.cases.push(case);
        }
    }

    /// The cases that have been over since this was asked last. Whoever asks after each entry reads a run of any length
    /// in little memory.
    pub fn take_cases(&mut self) -> Vec<Case> {
        std::mem::take(&mut self.cases)
    }

    /// How the cases ended so far. What was planned and never ended is skipped once the run is over.
    pub fn tally(&self) -> Tally {
        let planned = self.header.as_ref().map_or(0, |header| header.planned);
        let missing = planned.saturating_sub(self.tally.total());
        Tally { skipped: self.tally.skipped + missing, ..self.tally }
    }

    /// What the scenarios come to, whatever the run said of itself at its end.
    pub fn derived_ending(&self) -> Ending {
        let planned = self.header.as_ref().map_or(0, |header| header.planned);
        if planned <= self.tally.total() {
            return self.worst.clone();
        }
        let message = ("not every scenario was run", "nie wykonano wszystkich scenariuszy").into();
        let stopped = Ending { outcome: Outcome::Skipped, blame: Some(Blame::Nobody), message, remedy: Bilingual::default() };
        self.worst.clone().or_worse(stopped)
    }

    /// What the run came to. Its own word counts only where it is the worse: that the bench could not be opened, or
    /// that somebody stopped it, shows in no scenario.
    pub fn ending(&self) -> Ending {
        let derived = self.derived_ending();
        self.end.as_ref().map_or(derived.clone(), |end| derived.or_worse(end.ending.clone()))
    }

    /// What a report of the run ends with: of one that broke off nothing can be concluded.
    pub fn exit_code(&self) -> u8 {
        self.end.as_ref().map_or(exit::BENCH, |_| self.ending().exit_code())
    }

    /// What passed closest to its limit, each figure once, the closest first.
    pub fn margins(&self) -> Vec<&Margin> {
        let mut margins: Vec<&Margin> = self.closest.values().collect();
        margins.sort_by(|a, b| a.part.total_cmp(&b.part));
        margins
    }

    /// The requirements on posts of this profile, and how this run has looked at them; none where the journal tells of
    /// no post.
    pub fn requirements(&self) -> Vec<(Limit, Looked)> {
        let is_posts = |profile: &Profile| self.header.as_ref().is_some_and(|header| header.post.profile == profile.name());
        let Some(profile) = Profile::ALL.into_iter().find(is_posts) else { return Vec::new() };
        Limits::of(profile).iter().map(|limit| (limit.clone(), self.judged.get(limit.id).copied().unwrap_or_default())).collect()
    }

    /// Every attempt in order, where they are kept.
    pub fn attempts(&self) -> impl Iterator<Item = &Attempt> + Clone {
        self.cases.iter().flat_map(Case::attempts)
    }
}

impl Case {
    pub fn attempts(&self) -> impl Iterator<Item = &Attempt> + Clone {
        self.earlier.iter().chain([&self.last])
    }
}

impl Step {
    /// Whether it ended well.
    pub fn has_passed(&self) -> bool {
        self.ending.as_ref().is_some_and(Ending::has_passed)
    }
}

#[cfg(test)]
pub(in crate::report) mod tests;
