//! The post as its users know it: verbs (press, cut, write, answer) and measurements, each judged against its
//! requirement.
//!
//! Never parses text and never touches an instrument: it asks the bench, and it asks the record. Only what
//! `verdict::decide` found wanting is held against the post.

mod battery;
mod button;
mod call;
mod cameras;
mod checklist;
mod converse;
mod counters;
mod course;
mod deeds;
mod duplex;
mod fault;
mod figures;
mod firmware;
mod hands;
mod hang;
mod impostor;
mod interruption;
mod judge;
mod lamps;
mod loss;
mod mass_return;
mod network;
mod outage;
mod own_test;
mod plant;
mod power;
mod proof;
mod queue;
mod recording;
mod self_test;
mod sensors;
mod server;
mod service_lamp;
mod settings;
mod soak;
mod speech;
mod street;
mod stuck;
mod supervision;
mod transfer;
mod trial;
mod volume;
mod watching;

pub use crate::bench::TrialImage;
pub use crate::instrument::operator::{Certificate, Wording};
pub use fault::{Fault, ScenarioError};
pub use figures::figures;
pub use recording::Recording;

use crate::bench::{Bench, Moment};
use crate::clock::Instant;
use crate::instrument::InstrumentError;
use crate::instrument::operator::{Answering, Behaviour, CallId};
use crate::watch::{self, LOST_AFTER};
use deeds::{Deeds, What};
use std::collections::BTreeMap;

pub type Result<T> = std::result::Result<T, Fault>;

/// The post under test, and what has been done to it in this scenario.
pub struct Post {
    bench: Bench,
    deeds: Deeds,
    /// When this scenario began.
    began: Instant,
    takes: Vec<Recording>,
    /// Calls that arrived before this moment belong to an earlier step or scenario.
    counted_from: Instant,
    /// The talk under way, when a step has set one up.
    talk: Option<CallId>,
    /// How the operator's side is.
    behaviour: Behaviour,
    /// What arrived of the voices that the standing watch let sound in talks.
    sampled: Vec<watch::Sampled>,
    /// What was heard between them.
    silences: Vec<watch::Silence>,
    /// Who speaks first in the next talk.
    is_callers_turn: bool,
    /// The voices that sound while a connection is disturbed.
    voices: Vec<speech::Voice>,
    /// How loud the bench lets the street be, dBA.
    street_dba: Option<f64>,
    /// Whether the firmware of the rig has been written in this run.
    is_written: bool,
    /// Whether the sound card's latency has been measured in this run.
    is_calibrated: bool,
    /// A registration stood when this scenario began.
    was_registered: bool,
    /// Until when a call may be owed to what was done before this scenario.
    owed_until: Instant,
    /// It has lived on its battery for so long in a scenario before that it may be weak.
    lived_on_battery: bool,
    /// What the watch cannot see on this rig has been told in this run.
    has_told_unwatched: bool,
    /// Something of an earlier scenario may still be on the post's mind.
    is_unsettled: bool,
    /// Its own settings, while others stand in their place.
    exchanged: settings::Exchanged,
    /// An image may be on trial in the second slot.
    is_on_trial: bool,
    /// When the button was told to close, while it is held down.
    held: Option<Instant>,
    /// What the bench's proof of itself on the post came to, once it was made in this run.
    hands: Option<std::result::Result<(), InstrumentError>>,
    /// Which lamps' sensors saw light in that proof: without fibre, idle, ringing, talking.
    shown: [[bool; 3]; 4],
    /// The scenario has held a dark lamp for dark.
    relies_on_sensors: bool,
    /// A press that should have shown all lamps led to no talk.
    is_never_served: bool,
    /// What was found of instruments that told what cannot have been, in this scenario and, where it holds for the run,
    /// before.
    contradictions: Vec<watch::Contradiction>,
    /// That nothing tells the bench's network from the post's line has been said.
    has_told_of_network: bool,
    /// The requirements that it was found wanting in, or too close to, in this scenario, and by how much at most, in
    /// units of the figure.
    wanting: BTreeMap<&'static str, f64>,
    /// Of the one operator, where he is occupied.
    queue: Option<queue::Queue>,
    /// Fresh noise for every stimulus: a repetition could be mistaken for an echo.
    stimuli: u64,
}

impl Post {
    pub fn new(bench: Bench, seed: u64) -> Self {
        let now = bench.now();
        Post {
            bench,
            deeds: Deeds::default(),
            began: now,
            takes: Vec::new(),
            counted_from: now,
            talk: None,
            behaviour: Behaviour::answering(Answering::Manual),
            is_calibrated: false,
            sampled: Vec::new(),
            silences: Vec::new(),
            is_callers_turn: false,
            voices: Vec::new(),
            street_dba: None,
            is_written: false,
            was_registered: false,
            owed_until: now,
            lived_on_battery: false,
            has_told_unwatched: false,
            is_unsettled: false,
            exchanged: settings::Exchanged::default(),
            is_on_trial: false,
            held: None,
            hands: None,
            shown: [[false; 3]; 4],
            relies_on_sensors: false,
            is_never_served: false,
            contradictions: Vec::new(),
            has_told_of_network: false,
            wanting: BTreeMap::new(),
            queue: None,
            stimuli: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15),
        }
    }

    /// Forgets what belongs to the scenario before, keeps what belongs to the run.
    pub fn begin_scenario(&mut self) -> Result<()> {
        self.bench.collect()?;
        self.lived_on_battery = self.has_lived_on_battery();
        self.bench.record.begin_scenario();
        let pressed = self.deeds.last_contact().map(|at| at.instant() + LOST_AFTER);
        self.calm_cameras()?;
        self.deeds.clear();
        self.voices.clear();
        self.sampled.clear();
        self.silences.clear();
        self.takes.clear();
        self.hush_street()?;
        self.began = self.bench.now();
        // What a cut or a silent server held back comes when it comes.
        let held_back = self.is_unsettled.then(|| self.began + LOST_AFTER);
        self.owed_until = pressed.max(held_back).unwrap_or(self.began);
        let disturbed = self.bench.disturbed();
        self.was_registered = self.bench.record.registration().is_some_and(|bound| bound.stands(disturbed, self.began));
        self.counted_from = self.began;
        self.talk = None;
        self.relies_on_sensors = false;
        self.wanting.clear();
        self.contradictions.retain(|found| found.stays);
        self.held = None;
        self.queue = None;
        self.exchanged.begin();
        self.behave(Behaviour::answering(Answering::Manual))
    }

    /// A scenario that did not pass may leave the post in any state.
    pub fn distrust(&mut self) {
        self.is_unsettled = true;
    }

    fn fresh_stimulus(&mut self) -> u64 {
        self.stimuli = self.stimuli.wrapping_add(1);
        self.stimuli
    }

    /// When the button's contact closed last.
    fn last_press(&self) -> Result<Moment> {
        self.deeds.presses().next_back().ok_or_else(|| {
            order(
                ("no press has been made in this scenario", "w tym scenariuszu nie naciśnięto jeszcze przycisku"),
                ("press the button first", "najpierw naciśnij przycisk"),
            )
        })
    }
    fn returned(&self) -> Result<Moment> {
        self.deeds.last(What::Fibre { connected: true }).ok_or_else(|| {
            order(
                ("the fibre has not been restored in this scenario", "w tym scenariuszu nie przywrócono jeszcze światłowodu"),
                ("cut and restore the fibre first", "najpierw przerwij i przywróć światłowód"),
            )
        })
    }
}

/// The steps are in an order that makes no sense.
fn order(cause: (&str, &str), remedy: (&str, &str)) -> Fault {
    Fault::Scenario(ScenarioError { cause: cause.into(), remedy: remedy.into() })
}

#[cfg(test)]
mod tests;
