//! A rig, opened: instruments under their roles, the record of what they saw, and the journal of what they did.
//!
//! Knows nothing of what a post should do. Everything here can only blame the bench.

mod budget;
mod cameras;
mod circuit;
mod dimming;
mod flash;
mod hearing;
mod inspector;
mod journaled;
mod ledger;
mod log;
mod network;
mod observation;
mod open;
mod outage;
mod own_questions;
mod record;
mod safe;
mod self_test;
mod services;
mod sound;
mod supervision;
mod switch;
mod trial;
mod unfelt;
mod way_in;

pub use budget::figures;
pub use circuit::Circuit;
pub use dimming::DARK_AT_MOST;
pub use flash::Writing;
pub use hearing::WALLS;
pub use log::{Log, Onlooker};
pub use network::Echoes;
pub use open::{OpenError, Opening, open, with_planted_firmware};
pub use record::{Call, Record, Registration, Report};
pub use services::{Asked, Lease, Service};
pub use sound::{Heard, Moment, NETWORK_STAMP_S};
pub use switch::{Switchgear, stood_still};
pub use trial::TrialImage;

use crate::clock::{Clock, Instant, Interrupted};
use crate::dsp::comeback::Room;
use crate::instrument::audio::AudioPort;
use crate::instrument::cameras::CameraSystem;
use crate::instrument::console::Console;
use crate::instrument::inspector::Inspector;
use crate::instrument::network::ReferenceHost;
use crate::instrument::operator::Operator;
use crate::instrument::probe::DebugProbe;
use crate::instrument::supervision::Supervision;
use crate::instrument::{InstrumentError, Result, Subsystem};
use crate::rig::{InputRef, Rig, Role};
use crate::rtp::report::Calendar;
use crate::sip::secret::Secret;
use crate::twin::Twin;
use crate::unit::both;
use dimming::{Dimming, Told};
use journaled::Journaled;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// How often a waiting bench looks at its instruments. Stamps are made at the source, so this bounds reaction, not
/// accuracy.
pub const LOOK_EVERY: Duration = Duration::from_millis(10);

/// The opened bench.
pub struct Bench {
    pub rig: Arc<Rig>,
    pub log: Log,
    pub record: Record,
    clock: Arc<dyn Clock>,
    gear: Switchgear,
    /// The other instruments under their names in the rig, as many of a kind as it has; a role finds its own by the
    /// rig's wiring.
    consoles: BTreeMap<String, Box<dyn Console>>,
    probes: BTreeMap<String, Journaled<dyn DebugProbe>>,
    cards: BTreeMap<String, Journaled<dyn AudioPort>>,
    operators: BTreeMap<String, Box<dyn Operator>>,
    reference_hosts: BTreeMap<String, Box<dyn ReferenceHost>>,
    supervisions: BTreeMap<String, Box<dyn Supervision>>,
    camera_systems: BTreeMap<String, Journaled<dyn CameraSystem>>,
    inspectors: BTreeMap<String, Box<dyn Inspector>>,
    services: services::Services,
    /// What the bench asks of these itself.
    own: own_questions::OwnQuestions,
    /// What a clock on the wall shows.
    calendar: Calendar,
    /// The image named in the rig, as read when the bench was opened.
    image: Vec<u8>,
    /// The passwords of the rig.
    secrets: Vec<Secret>,
    /// What is known of each card's latency.
    sound: BTreeMap<String, sound::Calibration>,
    /// What the ear heard of the mouth, over what that was given, when it was first listened for, dB.
    mouth_gain: Option<f64>,
    /// What the walls send back of the mouth's voice to the ear while the post has no power.
    pub room: Option<Room>,
    /// An outage that the post did not feel: of others of this run that is not known.
    unfelt: OnceCell<InstrumentError>,
    /// Something has come from the post to the operator in this run: the fibre leads to it.
    has_heard_of_post: bool,
    /// When anything last passed between the post and the operator, and when the post last spoke unasked after a long
    /// silence.
    way_in: way_in::WayIn,
    /// What each lamp's sensor has told lately.
    dimming: BTreeMap<InputRef, Dimming>,
    /// The lamps' sensors that have seen light in this run.
    seen_lit: BTreeSet<InputRef>,
    /// Lives as long as the bench on it.
    twin: Option<Twin>,
}

impl Bench {
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
    /// What a clock on the wall shows at a moment, since 1970.
    pub fn wall(&self, at: Instant) -> Duration {
        self.calendar.wall(at)
    }
    pub fn shared_clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }
    pub fn now(&self) -> Instant {
        self.clock.now()
    }
    /// When mains or fibre were last switched, or the microcontroller was reset: what was true of the post before need
    /// not be so now.
    pub fn disturbed(&self) -> Instant {
        self.gear.disturbed()
    }
    /// The post was disturbed at this moment, in a way that no circuit shows.
    pub fn note_disturbance(&mut self, at: Instant) {
        self.gear.note_disturbance(at);
    }
    /// The virtual post, where this bench stands on one: for proofs that hold figures against the truth, never for
    /// measuring.
    pub fn twin(&self) -> Option<&Twin> {
        self.twin.as_ref()
    }
    /// The firmware file's bytes.
    pub fn image(&self) -> &[u8] {
        &self.image
    }

    /// Takes in whatever the instruments have seen since the last time. What one sees that no role uses is let go.
    ///
    /// # Errors
    /// An instrument failed, or what it saw cannot be if the bench is in order; all of it is in the record
    /// nevertheless.
    pub fn collect(&mut self) -> Result<()> {
        self.ask_services_when_due()?;
        let now = self.clock.now();
        let (log, record, wiring) = (&self.log, &mut self.record, &self.rig.wiring);
        let is_lamp = |board: &str, input: u8| wiring.lamps().any(|(_, lamp)| lamp.board == board && lamp.input == input);
        let (mut arrived, mut said) = (Vec::new(), Vec::new());
        for (name, operator) in &mut self.operators {
            let events = operator.events().map_err(|error| error.of(Subsystem::Operator))?;
            if wiring.operator.as_ref() == Some(name) {
                arrived.clone_from(&events);
                record.add_calls(log, &self.rig.post.headers, events);
            }
        }
        let mut lit = Vec::new();
        let moved = self.gear.edges(|board, uncertainty, edges| {
            let lights = edges.iter().filter(|edge| edge.value.lit && is_lamp(board, edge.value.input.0));
            lit.extend(lights.map(|edge| (InputRef { board: board.into(), input: edge.value.input.0 }, edge.at)));
            for edge in edges {
                let input = InputRef { board: board.into(), input: edge.value.input.0 };
                let told = match is_lamp(board, input.input) {
                    true => {
                        let dimming = self.dimming.entry(input).or_default();
                        let told = dimming.changed(edge);
                        let is_first = record.room_light.is_empty() && dimming.sees_room_light();
                        record.room_light.extend(is_first.then_some(edge.at));
                        told
                    }
                    false => vec![Told::Changed(edge)],
                };
                record.add_inputs(log, board, told, uncertainty);
            }
            for (input, dimming) in self.dimming.iter_mut().filter(|(input, _)| input.board == board) {
                record.add_inputs(log, &input.board, dimming.passed(now), uncertainty);
            }
        });
        for (name, console) in &mut self.consoles {
            let lines = console.lines().map_err(|error| error.of(Subsystem::Console))?;
            if wiring.console.as_ref() == Some(name) {
                said.extend(lines.iter().map(|line| line.at));
                record.add_console(log, lines, &self.secrets);
            }
        }
        moved?;
        self.collect_echoes()?;
        self.collect_services()?;
        let noticed = self.collect_notices()?;
        let called_up = self.collect_camera_events()?;
        self.collect_own_answers()?;
        self.check_console()?;
        self.check_arrivals(&arrived)?;
        let path = [Circuit::Fibre, Circuit::Mains];
        noticed
            .into_iter()
            .try_for_each(|at| self.check_sign(&path, ("a message to the supervision", "komunikat do nadzoru"), at))?;
        called_up.into_iter().try_for_each(|at| {
            self.check_sign(&path, ("an event at the camera system", "zdarzenie w systemie monitoringu"), at)
        })?;
        said.into_iter()
            .try_for_each(|at| self.check_sign(&[Circuit::Mains], ("a line of its console", "wiersz z konsoli"), at))?;
        self.seen_lit.extend(lit.iter().map(|(lamp, _)| lamp.clone()));
        lit.into_iter().try_for_each(|(_, at)| self.check_sign(&[Circuit::Mains], ("light of a lamp", "światło lampki"), at))
    }

    /// Waits for `time`, then takes in what was seen.
    pub fn wait<E: From<Interrupted> + From<InstrumentError>>(&mut self, time: Duration) -> std::result::Result<(), E> {
        let until = self.now() + time;
        while let Some(due) = self.own.due().filter(|due| *due < until) {
            self.clock.wait_until(due)?;
            self.collect()?;
        }
        self.clock.wait_until(until)?;
        Ok(self.collect()?)
    }

    /// Waits until `look` finds something in the record, or until `deadline`.
    pub fn watch<T, E: From<Interrupted> + From<InstrumentError>>(
        &mut self,
        deadline: Instant,
        mut look: impl FnMut(&mut Bench) -> std::result::Result<Option<T>, E>,
    ) -> std::result::Result<Option<T>, E> {
        let clock = Arc::clone(&self.clock);
        crate::clock::poll(&*clock, deadline, LOOK_EVERY, || {
            self.collect()?;
            look(self)
        })
    }

    /// The name of the instrument that serves a role.
    fn serving(&self, role: Role) -> Result<String> {
        self.rig.wiring.instrument(role).map(str::to_string).ok_or_else(|| missing(role.name()))
    }
    pub fn operator(&mut self) -> Result<&mut dyn Operator> {
        let name = self.serving(Role::Operator)?;
        self.operators.get_mut(&name).map(|one| &mut **one as &mut dyn Operator).ok_or_else(|| missing(&name))
    }
    pub fn probe(&mut self) -> Result<&mut dyn DebugProbe> {
        let name = self.serving(Role::Probe)?;
        self.probes.get_mut(&name).map(|one| one as &mut dyn DebugProbe).ok_or_else(|| missing(&name))
    }
    fn card(&mut self, name: &str) -> Result<&mut dyn AudioPort> {
        self.cards.get_mut(name).map(|one| one as &mut dyn AudioPort).ok_or_else(|| missing(name))
    }
}

/// A step asked for an instrument that the rig does not have. The lint says so before a run; this is for a bench that
/// lost it since.
fn missing(role: &str) -> InstrumentError {
    InstrumentError::new(
        role,
        "be used",
        both!("the rig names no such instrument", "opis stanowiska nie podaje przyrządu w roli `{role}`"),
        both!(
            "add `{role}` under `roles` in the rig, or leave out the scenarios that need it",
            "dopisz `{role}` w sekcji `roles` opisu stanowiska albo pomiń scenariusze, które tego wymagają"
        ),
    )
    .of(Subsystem::Rig)
}
