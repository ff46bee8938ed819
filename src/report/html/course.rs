//! What happened in an attempt, put on one axis of time and on a ladder.
//!
//! Knows nothing of pages.

use crate::clock::Instant;
use crate::journal::seen::{CallObservation as Seen, EndedBy, Observation, ServerObservation as AtServer, Side};
use crate::journal::{Entry, Event};
use crate::plot::{Bar, Ladder, Lane, Lanes, Rung, Way};
use crate::report::events;
use crate::unit::{Bilingual, Lang, both};
use std::collections::BTreeMap;

/// A ladder longer than this is read by nobody.
const MOST_RUNGS: usize = 40;
/// So much of an attempt is kept: a flood must not fill the memory.
const MOST_MOMENTS: usize = 4_000;

/// Which role an input has, by its instrument and number.
#[derive(Debug, Clone, Default)]
pub(super) struct Wires(BTreeMap<(String, u8), String>);

impl Wires {
    pub fn note(&mut self, event: &Event) {
        if let Event::Wired { role, instrument, input } = event {
            self.0.insert((instrument.clone(), *input), role.clone());
        }
    }
}

/// Lanes of an attempt, in the order of the chain from the finger to the operator.
const ROLES: [(&str, (&str, &str)); 11] = [
    ("button", ("button pressed", "przycisk wciśnięty")),
    ("button-at-post", ("button, at the post", "przycisk, przy punkcie")),
    ("lamp-placed", ("lamp “call placed”", "lampka „wezwano”")),
    ("lamp-connected", ("lamp “connected”", "lampka „połączono”")),
    ("lamp-out-of-service", ("lamp “out of service”", "lampka „nieczynny”")),
    ("mains", ("mains", "zasilanie")),
    ("mains-at-post", ("mains, at the post", "zasilanie, przy punkcie")),
    ("battery", ("battery", "akumulator")),
    ("loudspeaker", ("loudspeaker", "głośnik")),
    ("microphone", ("microphone", "mikrofon")),
    ("fibre", ("fibre", "światłowód")),
];

/// What was on, since when.
#[derive(Debug, Clone, Default)]
struct Level {
    is_on: bool,
    changes: Vec<(Instant, bool)>,
}

/// The course of one attempt.
#[derive(Debug, Clone, Default)]
pub(super) struct Course {
    began: Instant,
    ended: Instant,
    levels: BTreeMap<String, Level>,
    /// Signalling: moment and word.
    signs: Vec<(Instant, Bilingual)>,
    rungs: Vec<(Instant, Way, Bilingual)>,
    left_out: usize,
    /// Talks, by call: from the answer to the end.
    talks: Vec<(u32, Instant, Option<Instant>)>,
    gaps: Vec<(Side, Instant, Option<Instant>)>,
    moments: usize,
}

impl Course {
    /// Levels go on from one attempt to the next.
    pub fn next(&mut self, began: Instant) {
        let levels = std::mem::take(&mut self.levels);
        let kept = levels.into_iter().map(|(role, level)| (role, Level { is_on: level.is_on, changes: Vec::new() }));
        *self = Course { began, ended: began, levels: kept.collect(), ..Course::default() };
    }

    pub fn note(&mut self, entry: &Entry, wires: &Wires) {
        self.ended = self.ended.max(entry.at);
        let Event::Seen { source, seen_at_ns, what, .. } = &entry.event else { return };
        self.moments += 1;
        if self.moments > MOST_MOMENTS {
            return;
        }
        match what {
            Observation::Input { input, on } => {
                let Some(role) = wires.0.get(&(source.clone(), *input)) else { return };
                let level = self.levels.entry(role.clone()).or_default();
                level.is_on = *on;
                level.changes.push((*seen_at_ns, *on));
            }
            Observation::Call { call, what } => self.call(*call, *seen_at_ns, what),
            Observation::Server(AtServer::Registered { .. }) => self.sign(*seen_at_ns, ("registered", "rejestracja")),
            Observation::Server(AtServer::RegistrationExpired { .. }) => {
                self.sign(*seen_at_ns, ("registration expired", "rejestracja wygasła"))
            }
            _ => {}
        }
    }

    fn sign(&mut self, at: Instant, word: (&str, &str)) {
        self.signs.push((at, word.into()));
    }

    fn call(&mut self, call: u32, at: Instant, what: &Seen) {
        let (way, word) = match what {
            Seen::Invited { .. } => (Way::ToRight, Some(("call", "zgłoszenie"))),
            Seen::Refused { .. } => (Way::ToLeft, Some(("refused", "odmowa"))),
            Seen::Ringing => (Way::ToLeft, Some(("rings", "dzwoni"))),
            Seen::Answered => (Way::ToLeft, Some(("answered", "odebrano"))),
            Seen::PassedOn | Seen::EarlyMedia | Seen::Changed { .. } => (Way::ToLeft, None),
            Seen::Confirmed | Seen::Held { .. } | Seen::Asked { .. } | Seen::Digit { .. } => (Way::ToRight, None),
            Seen::FirstMedia | Seen::MediaMoved => (Way::ToRight, Some(("voice", "głos"))),
            Seen::VoiceMissing { .. } | Seen::VoiceBack { .. } | Seen::MediaSecurity { .. } | Seen::Irregular { .. } => {
                (Way::Neither, None)
            }
            Seen::FarReport { .. } | Seen::Refreshed { .. } | Seen::Reconnected { .. } => return,
            Seen::Ended { by } => {
                let way = if *by == EndedBy::Operator { Way::ToLeft } else { Way::ToRight };
                (if *by == EndedBy::Silence { Way::Neither } else { way }, Some(("ended", "koniec")))
            }
        };
        if let Some(word) = word {
            self.sign(at, word);
        }
        match what {
            Seen::Answered => self.talks.push((call, at, None)),
            Seen::Ended { .. } => {
                self.talks.iter_mut().filter(|talk| talk.0 == call && talk.2.is_none()).for_each(|talk| talk.2 = Some(at));
                self.gaps.iter_mut().filter(|gap| gap.2.is_none()).for_each(|gap| gap.2 = Some(at));
            }
            Seen::VoiceMissing { side, since_ns } => self.gaps.push((*side, *since_ns, None)),
            Seen::VoiceBack { side } => {
                self.gaps.iter_mut().filter(|gap| gap.0 == *side && gap.2.is_none()).for_each(|gap| gap.2 = Some(at));
            }
            _ => {}
        }
        if self.rungs.len() >= MOST_RUNGS {
            self.left_out += 1;
            return;
        }
        let observed = Observation::Call { call, what: what.clone() };
        let told = |lang| events::observed(&observed, lang);
        self.rungs.push((at, way, Bilingual::new(told(Lang::En), told(Lang::Pl))));
    }

    fn seconds(&self, at: Instant) -> f64 {
        at.as_nanos() as f64 * 1e-9 - self.began.as_nanos() as f64 * 1e-9
    }

    /// `None`: nothing happened that could be drawn.
    pub fn lanes(&self, title: &Bilingual) -> Option<Lanes> {
        let end = self.ended;
        let bar = |from: Instant, to: Option<Instant>, is_gap| {
            let (from, to) = (self.seconds(from.max(self.began)), self.seconds(to.unwrap_or(end)));
            Bar { from, to, name: Bilingual::default(), is_gap }
        };
        let mut lanes = Vec::new();
        for (role, name) in ROLES {
            let Some(level) = self.levels.get(role) else { continue };
            let bars = level.stretches(self.began, end).into_iter().map(|(from, to)| bar(from, Some(to), false)).collect();
            lanes.push(Lane { name: name.into(), bars, points: Vec::new() });
        }
        if !self.signs.is_empty() {
            let points = self.signs.iter().map(|(at, word)| (self.seconds(*at), word.clone())).collect();
            lanes.push(Lane { name: ("signalling", "sygnalizacja").into(), bars: Vec::new(), points });
        }
        for (side, name) in [
            (Side::FromPost, ("voice to the operator", "głos do operatora")),
            (Side::ToPost, ("voice to the caller", "głos do wzywającego")),
        ] {
            if self.talks.is_empty() {
                break;
            }
            let talks = self.talks.iter().map(|(_, from, to)| bar(*from, *to, false));
            let gaps = self.gaps.iter().filter(|gap| gap.0 == side).map(|(_, from, to)| bar(*from, *to, true));
            lanes.push(Lane { name: name.into(), bars: talks.chain(gaps).collect(), points: Vec::new() });
        }
        let x_label = ("seconds since the scenario began", "sekundy od początku scenariusza").into();
        let is_anything = lanes.iter().any(|lane| !lane.points.is_empty() || !lane.bars.is_empty());
        is_anything.then(|| Lanes { title: title.clone(), x_label, from: 0.0, to: self.seconds(end).max(0.1), lanes })
    }

    /// `None`: nobody called.
    pub fn ladder(&self, title: &Bilingual) -> Option<Ladder> {
        if self.rungs.is_empty() {
            return None;
        }
        let mut ordered = self.rungs.clone();
        ordered.sort_by_key(|(at, _, _)| *at);
        let when = |at: Instant| {
            let text = format!("{:.3} s", self.seconds(at));
            Bilingual::new(text.clone(), text.replace('.', ","))
        };
        let mut rungs: Vec<Rung> = ordered.into_iter().map(|(at, way, what)| Rung { when: when(at), way, what }).collect();
        if self.left_out > 0 {
            let left = self.left_out;
            let what = both!("and {left} more", "i dalsze: {left}");
            rungs.push(Rung { when: Bilingual::default(), way: Way::Neither, what });
        }
        let (left, right) = (("post", "punkt").into(), Bilingual::same("operator"));
        Some(Ladder { title: title.clone(), left, right, rungs })
    }
}

impl Level {
    /// From when to when it was on.
    fn stretches(&self, began: Instant, ended: Instant) -> Vec<(Instant, Instant)> {
        // Before its first change it was the other way; without one it is as it was left.
        let first = self.changes.first().map_or(self.is_on, |(_, on)| !on);
        let (mut since, mut found) = (first.then_some(began), Vec::new());
        for (at, on) in &self.changes {
            match (since, on) {
                (None, true) => since = Some(*at),
                (Some(from), false) => {
                    found.push((from, *at));
                    since = None;
                }
                _ => {}
            }
        }
        found.extend(since.map(|from| (from, ended)));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Stretches = Vec<(f64, f64, bool)>;

    fn at(seconds: u64) -> Instant {
        Instant::from_nanos(seconds * 1_000_000_000)
    }

    fn seen(at_s: u64, what: Observation) -> Entry {
        let event = Event::Seen { source: "inputs".into(), seen_at_ns: at(at_s), uncertainty_ns: None, what };
        Entry { n: 0, at: at(at_s), event }
    }

    #[test]
    fn what_is_lit_goes_on_from_one_attempt_to_the_next_and_a_gap_is_told_by_its_side() {
        let mut wires = Wires::default();
        wires.note(&Event::Wired { role: "fibre".into(), instrument: "inputs".into(), input: 6 });
        let mut course = Course::default();
        course.note(&seen(1, Observation::Input { input: 6, on: true }), &wires);
        course.next(at(10));
        let call = |what| Observation::Call { call: 1, what };
        for (moment, what) in [
            (12, call(Seen::Answered)),
            (14, Observation::Input { input: 6, on: false }),
            (15, Observation::Input { input: 9, on: true }),
            (16, call(Seen::VoiceMissing { side: Side::FromPost, since_ns: at(14) })),
            (18, Observation::Input { input: 6, on: true }),
            (19, call(Seen::VoiceBack { side: Side::FromPost })),
            (20, call(Seen::Ended { by: EndedBy::Operator })),
        ] {
            course.note(&seen(moment, what), &wires);
        }
        let lanes = course.lanes(&Bilingual::default()).unwrap();
        let told: Vec<(&str, Stretches)> = lanes
            .lanes
            .iter()
            .map(|lane| (lane.name.en.as_str(), lane.bars.iter().map(|bar| (bar.from, bar.to, bar.is_gap)).collect()))
            .collect();
        assert_eq!(
            told,
            [
                ("fibre", vec![(0.0, 4.0, false), (8.0, 10.0, false)]),
                ("signalling", vec![]),
                ("voice to the operator", vec![(2.0, 10.0, false), (4.0, 9.0, true)]),
                ("voice to the caller", vec![(2.0, 10.0, false)]),
            ]
        );
        let ladder = course.ladder(&Bilingual::default()).unwrap();
        assert_eq!(
            ladder.rungs.iter().map(|rung| rung.way).collect::<Vec<_>>(),
            [Way::ToLeft, Way::Neither, Way::Neither, Way::ToLeft]
        );
        assert_eq!(ladder.rungs[0].when, Bilingual::new("2.000 s", "2,000 s"));
    }

    #[test]
    fn a_flood_of_calls_is_cut_and_says_so() {
        let mut course = Course::default();
        for moment in 0..1_000 {
            course.note(&seen(moment, Observation::Call { call: 1, what: Seen::Ringing }), &Wires::default());
        }
        let rungs = course.ladder(&Bilingual::default()).unwrap().rungs;
        assert_eq!((rungs.len(), rungs.last().unwrap().what.en.as_str()), (MOST_RUNGS + 1, "and 960 more"));
    }
}
