//! A journal judged again from its figures: each against its limit by `verdict::decide`, each step by its figures, each
//! scenario by both. What the journal says may be worse than what follows, for an instrument's fault leaves no figure;
//! it may never be better.
//!
//! Knows nothing of files.

use super::{Extent, Finding, Kind, after, run_totals};
use crate::clock::Instant;
use crate::fault::Blame;
use crate::journal::{Ending, Entry, Event, Measurement, Outcome};
use crate::report::Model;
use crate::rig::{Limits, Mark, Profile};
use crate::unit::{Bilingual, Lang, both};
use crate::verdict::{Verdict, decide};
use std::collections::BTreeSet;

/// An attempt under way.
#[derive(Default)]
struct Open {
    key: (String, u32, u32),
    /// The worst that its steps and figures have come to.
    derived: Option<Ending>,
    /// The worst figure since the step under way began.
    of_step: Option<Ending>,
    is_step_open: bool,
    failed: bool,
    undecided: bool,
    /// A figure was not decided though it could have been: the bench must have said why.
    unattended: bool,
    /// Something could not be made safe.
    is_unsafe: bool,
}

/// What follows from the entries so far, and what does not.
#[derive(Default)]
pub(super) struct Rejudge {
    pub findings: Vec<Finding>,
    pub extent: Extent,
    line: u64,
    last: Instant,
    limits: Option<Limits>,
    dates: usize,
    open: Option<Open>,
    /// The attempt before, and how it ended.
    before: Option<((String, u32, u32), Ending)>,
    seen: BTreeSet<(String, u32, u32)>,
    is_over: bool,
}

impl Rejudge {
    fn find(&mut self, kind: Kind, what: impl Into<Bilingual>) {
        self.findings.push(Finding::at(kind, self.line, &what.into()));
    }

    pub fn take(&mut self, entry: &Entry) {
        self.line = entry.n + 1;
        self.extent.lines += 1;
        if entry.at < self.last {
            self.find(
                Kind::Order,
                ("its moment lies before that of the line above", "jego czas jest wcześniejszy niż w wierszu powyżej"),
            );
        }
        self.last = self.last.max(entry.at);
        if self.is_over {
            self.find(Kind::Order, ("something follows the end of the run", "coś następuje po końcu przebiegu"));
        }
        match &entry.event {
            Event::RunBegan { post, .. } => {
                if entry.n > 0 {
                    self.find(Kind::Order, ("the run begins twice", "przebieg zaczyna się po raz drugi"));
                }
                let profile = Profile::ALL.into_iter().find(|profile| profile.name() == post.profile);
                self.limits = profile.map(Limits::of);
            }
            Event::WallClock { .. } => {
                self.dates += 1;
                if entry.n != 1 {
                    self.find(Kind::Order, ("the date does not stand in the second line", "data nie stoi w drugim wierszu"));
                }
            }
            Event::ScenarioBegan { id, round, attempt, .. } => self.begun((id.clone(), *round, *attempt)),
            Event::StepBegan { .. } => self.step_begun(),
            Event::Measured(measurement) => self.figure(measurement),
            Event::StepEnded { ending } => self.step_ended(ending),
            Event::MadeSafe { checks } => {
                if let Some(open) = &mut self.open {
                    open.is_unsafe |= checks.iter().any(|check| !check.ok);
                }
            }
            Event::ScenarioEnded { id, round, attempt, ending } => self.ended((id.clone(), *round, *attempt), ending),
            Event::RunEnded { .. } => {
                self.is_over = true;
                if self.open.take().is_some() {
                    self.find(Kind::Order, ("the run ends within a scenario", "przebieg kończy się w trakcie scenariusza"));
                }
            }
            _ => {}
        }
    }

    /// There are no more entries.
    pub fn finish(mut self, model: &Model) -> Vec<Finding> {
        if self.dates == 0 && self.line > 1 {
            self.line = 2;
            self.find(Kind::Order, ("the date of the run is missing", "brakuje daty przebiegu"));
        }
        self.findings.extend(run_totals::held_against(model));
        self.findings
    }

    fn begun(&mut self, key: (String, u32, u32)) {
        if self.open.is_some() {
            self.find(Kind::Order, ("a scenario begins within another", "scenariusz zaczyna się w trakcie innego"));
        }
        if !self.seen.insert(key.clone()) {
            self.find(Kind::Order, ("this attempt was made before", "ta próba była już wykonana"));
        }
        let (id, round, attempt) = &key;
        if *attempt > 1 {
            let is_due = self.before.as_ref().is_some_and(|((before, of, number), ending)| {
                let is_next = (before, of, number + 1) == (id, round, *attempt);
                is_next && ending.outcome == Outcome::Failed && ending.blame == Some(Blame::Bench)
            });
            if !is_due {
                let what = (
                    "it is tried again though no bench had failed it before",
                    "powtórzono próbę, choć poprzedniej nie udaremniło stanowisko",
                );
                self.find(Kind::Scenario, what);
            }
        }
        self.open = Some(Open { key, ..Open::default() });
    }

    fn step_begun(&mut self) {
        let Some(open) = &mut self.open else {
            return self.find(Kind::Order, ("a step stands in no scenario", "krok stoi poza scenariuszem"));
        };
        open.of_step = None;
        if std::mem::replace(&mut open.is_step_open, true) {
            self.find(Kind::Order, ("a step begins within another", "krok zaczyna się w trakcie innego"));
        }
    }

    fn figure(&mut self, measurement: &Measurement) {
        self.extent.figures += 1;
        let said = measurement.outcome;
        let judged = outcome(measurement);
        let is_held_back = said == Outcome::Inconclusive && measurement.criterion.is_some();
        if said != judged && !is_held_back {
            self.find(Kind::Figure, contradicts(measurement, judged));
        }
        if let Some(open) = &mut self.open {
            let is_unattended = said != judged && is_held_back;
            open.unattended |= is_unattended;
            let came = if is_unattended { said } else { judged };
            (open.failed, open.undecided) =
                (open.failed || came == Outcome::Failed, open.undecided || came == Outcome::Inconclusive);
            let ending = match came {
                Outcome::Failed => Ending { outcome: came, blame: Some(Blame::Device), ..Ending::passed() },
                Outcome::Inconclusive => Ending { outcome: came, blame: Some(Blame::Bench), ..Ending::passed() },
                _ => Ending::passed(),
            };
            if open.is_step_open {
                open.of_step = Some(worse(open.of_step.take(), ending.clone()));
            }
            open.derived = Some(worse(open.derived.take(), ending));
        }
        self.limit(measurement);
    }

    /// A limit that is no contract's is the list's.
    fn limit(&mut self, measurement: &Measurement) {
        let (Some(limits), Some(source)) = (&self.limits, &measurement.source) else { return };
        if source.text.contains(Mark::Contract.text()) {
            return;
        }
        let said = &source.id;
        match limits.get(said) {
            None => self.find(Kind::Limit, both!("there is no requirement {said}", "nie ma wymagania {said}")),
            Some(limit) if limit.source != source.text => {
                let (own, text) = (&limit.source, &source.text);
                let what = both!(
                    "the source of {said} is “{own}”, and the journal says “{text}”",
                    "źródłem {said} jest „{own}”, a dziennik podaje „{text}”"
                );
                self.find(Kind::Limit, what);
            }
            Some(_) => {}
        }
    }

    fn step_ended(&mut self, said: &Ending) {
        self.extent.steps += 1;
        let Some(open) = &mut self.open else {
            return self.find(Kind::Order, ("a step ends in no scenario", "krok kończy się poza scenariuszem"));
        };
        let is_due = std::mem::replace(&mut open.is_step_open, false);
        let figures = open.of_step.take().unwrap_or(Ending::passed());
        open.derived = Some(worse(open.derived.take(), said.clone()));
        if !is_due {
            self.find(Kind::Order, ("a step ends that never began", "kończy się krok, który się nie zaczął"));
        }
        if is_better(said, &figures) {
            self.find(Kind::Step, better_than(("the step", "krok"), said, &figures));
        }
    }

    fn ended(&mut self, key: (String, u32, u32), said: &Ending) {
        self.extent.attempts += 1;
        let Some(open) = self.open.take() else {
            return self.find(Kind::Order, ("a scenario ends that never began", "kończy się scenariusz, który się nie zaczął"));
        };
        if open.key != key {
            self.find(
                Kind::Order,
                ("another scenario ends than the one that began", "kończy się inny scenariusz niż ten, który się zaczął"),
            );
        }
        let id = &key.0;
        let named = both!("scenario {id}", "scenariusz {id}");
        let mut derived = open.derived.unwrap_or(Ending::passed());
        if open.is_unsafe || open.unattended {
            derived = derived.or_worse(Ending { outcome: Outcome::Failed, blame: Some(Blame::Bench), ..Ending::passed() });
        }
        if is_better(said, &derived) {
            self.find(Kind::Scenario, better_than((&named.en, &named.pl), said, &derived));
        } else if said.blame == Some(Blame::Device) && !open.failed {
            let what = (
                "the post is blamed, and no figure lies beyond its limit",
                "obwiniono punkt, a żaden wynik nie przekracza limitu",
            );
            self.find(Kind::Scenario, after(&named, &what.into()));
        } else if said.outcome == Outcome::Inconclusive && !open.undecided {
            let what =
                ("undecided, and no figure lies close to its limit", "nierozstrzygnięty, a żaden wynik nie leży blisko limitu");
            self.find(Kind::Scenario, after(&named, &what.into()));
        }
        if open.is_step_open && said.has_passed() {
            self.find(
                Kind::Step,
                ("a step of a passed scenario never ended", "krok zaliczonego scenariusza nigdy się nie skończył"),
            );
        }
        self.before = Some((key, said.clone()));
    }
}

fn worse(so_far: Option<Ending>, now: Ending) -> Ending {
    match so_far {
        Some(so_far) => so_far.or_worse(now),
        None => now,
    }
}

/// Whether what is said is better than what follows.
pub(super) fn is_better(said: &Ending, derived: &Ending) -> bool {
    let plain = |ending: &Ending| Ending { outcome: ending.outcome, blame: ending.blame, ..Ending::passed() };
    let (said, derived) = (plain(said), plain(derived));
    said != derived && said.clone().or_worse(derived) != said
}

/// What follows from a figure and its limit.
fn outcome(measurement: &Measurement) -> Outcome {
    let Some(criterion) = measurement.criterion else { return Outcome::Passed };
    match decide(Bilingual::default(), measurement.estimate, criterion) {
        Verdict::Pass => Outcome::Passed,
        Verdict::Fail(_) => Outcome::Failed,
        Verdict::Inconclusive(_) => Outcome::Inconclusive,
    }
}

fn contradicts(measurement: &Measurement, judged: Outcome) -> Bilingual {
    let shown = |lang: Lang| {
        let required = measurement.criterion.map(|criterion| criterion.show(&measurement.estimate, lang));
        (measurement.name(lang), measurement.estimate.show(lang), required.unwrap_or_default())
    };
    let ((name, figure, required), (name_pl, figure_pl, required_pl)) = (shown(Lang::En), shown(Lang::Pl));
    let (said, judged) = (in_words(measurement.outcome), in_words(judged));
    Bilingual::new(
        format!("{name}: {figure}, required {required}: the journal says “{}”, judged again it is “{}”", said.en, judged.en),
        format!(
            "{name_pl}: {figure_pl}, wymagane {required_pl}: dziennik podaje „{}”, po ponownej ocenie „{}”",
            said.pl, judged.pl
        ),
    )
}

fn in_words(outcome: Outcome) -> Bilingual {
    Bilingual::from(match outcome {
        Outcome::Passed => ("met", "spełnione"),
        Outcome::Failed => ("not met", "niespełnione"),
        Outcome::Inconclusive => ("undecided", "nierozstrzygnięte"),
        Outcome::Skipped => ("not run", "niewykonane"),
    })
}

fn better_than((en, pl): (&str, &str), said: &Ending, derived: &Ending) -> Bilingual {
    let words = crate::report::verdict_in_words;
    Bilingual::new(
        format!("{en}: the journal says “{}”, and what it holds comes to “{}”", words(said, Lang::En), words(derived, Lang::En)),
        format!("{pl}: dziennik podaje „{}”, a z jego treści wynika „{}”", words(said, Lang::Pl), words(derived, Lang::Pl)),
    )
}
