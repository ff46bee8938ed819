//! From a rig on paper to instruments in hand: the only place that brings a configuration together with a driver or
//! with the twin.

mod asked;
pub(super) mod context;
pub(super) mod instrument;
pub(super) mod openers;
mod services;

use context::{Context, known_defect};
use instrument::open_one;
use openers::Handle;

use super::journaled::Journaled;
use super::log::{Log, Onlooker};
use super::own_questions::OwnQuestions;
use super::services::Services;
use super::switch::Switchgear;
use super::{Bench, Record};
use crate::fault::{Blame, Blamed};
use crate::image;
use crate::instrument::{Identity, InstrumentError, Result, Subsystem};
use crate::journal::store::{Journal, JournalError};
use crate::journal::{Ending, Event, Tally};
use crate::rig::{Rig, Role};
use crate::sip::secret::Secret;
use crate::twin::defect;
use crate::unit::{Bilingual, both};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What it takes to open a bench.
pub struct Opening {
    pub rig: Arc<Rig>,
    /// Seed of the twin and of the stimuli.
    pub seed: u64,
    /// Where journal and recordings go.
    pub folder: PathBuf,
    pub onlookers: Vec<Onlooker>,
    /// The journal's first lines: they stand before anything the instruments say.
    pub preamble: Vec<Event>,
}

/// Why a bench could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Before anything was written down: there is no journal of this run.
    #[error(transparent)]
    Context(InstrumentError),
    /// An instrument could not be opened. The journal says so, and that the run has ended.
    #[error(transparent)]
    Instrument(InstrumentError),
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl Blamed for OpenError {
    fn blame(&self) -> Blame {
        Blame::Bench
    }
}

impl OpenError {
    pub fn account(&self) -> Bilingual {
        match self {
            OpenError::Context(error) | OpenError::Instrument(error) => error.account(),
            OpenError::Journal(error) => error.account(),
        }
    }
    pub fn remedy(&self) -> Bilingual {
        match self {
            OpenError::Context(error) | OpenError::Instrument(error) => error.advice(),
            OpenError::Journal(error) => error.remedy(),
        }
    }
}

/// Opens every instrument of the rig. Nothing is moved yet. A journal that was begun is ended when an instrument cannot
/// be opened.
pub fn open(opening: Opening) -> std::result::Result<Bench, OpenError> {
    let Opening { rig, seed, folder, onlookers, preamble } = opening;
    let rig = Arc::new(with_planted_firmware(Rig::clone(&rig)).map_err(OpenError::Context)?);
    let context = Context::of(&rig, seed).map_err(OpenError::Context)?;
    let image = read_image(&image_to_write(&rig).map_err(OpenError::Context)?).map_err(OpenError::Context)?;
    deliver(&rig, &context, &image).map_err(OpenError::Context)?;
    let journal = Journal::create(&folder)?;
    let journal = if context.twin.is_some() { journal.of_simulation() } else { journal };
    let log = Log::new(context.shared_clock(), journal, onlookers);
    let planned = preamble.iter().find_map(|event| match event {
        Event::RunBegan { planned, .. } => Some(*planned),
        _ => None,
    });
    preamble.into_iter().for_each(|event| log.append(event));
    log.commit()?;
    match open_instruments(rig, context, image, &log) {
        Ok(bench) => Ok(bench),
        Err(error) => {
            let ending = Ending::failed(error.blame(), error.account(), error.advice());
            let (exit_code, skipped) = (ending.exit_code(), planned.unwrap_or(0));
            let tally = Tally { skipped, ..Tally::default() };
            log.append(Event::RunEnded { ending, tally, exit_code });
            log.commit()?;
            Err(OpenError::Instrument(error))
        }
    }
}

fn open_instruments(rig: Arc<Rig>, context: Context, image: Vec<u8>, log: &Log) -> Result<Bench> {
    let mut bench = Bench {
        rig: Arc::clone(&rig),
        log: log.clone(),
        record: Record::default(),
        clock: context.shared_clock(),
        gear: Switchgear::empty(Arc::clone(&rig), context.shared_clock()),
        consoles: BTreeMap::new(),
        probes: BTreeMap::new(),
        cards: BTreeMap::new(),
        operators: BTreeMap::new(),
        reference_hosts: BTreeMap::new(),
        supervisions: BTreeMap::new(),
        camera_systems: BTreeMap::new(),
        inspectors: BTreeMap::new(),
        services: Services::default(),
        own: OwnQuestions::of(services::places(&rig)),
        calendar: context.calendar,
        image,
        secrets: secrets(&rig),
        sound: BTreeMap::new(),
        mouth_gain: None,
        room: None,
        unfelt: std::cell::OnceCell::new(),
        has_heard_of_post: false,
        way_in: super::way_in::WayIn::default(),
        dimming: BTreeMap::new(),
        seen_lit: BTreeSet::new(),
        twin: None,
    };
    for (name, one) in &rig.instruments {
        let (identity, handles) = open_one(&context, &rig, name, one)?;
        let Identity { model, unit } = identity;
        log.append(Event::InstrumentOpened { name: name.clone(), model, unit });
        handles.into_iter().for_each(|handle| bench.take(name, handle));
    }
    bench.twin = context.twin;
    Ok(bench)
}

/// Where nothing on the bench can write it, a virtual post comes with its firmware, as a real one does from its maker.
fn deliver(rig: &Rig, context: &Context, image: &[u8]) -> Result<()> {
    let Some(twin) = context.twin.as_ref().filter(|_| !rig.has(Role::Probe)) else { return Ok(()) };
    let image = image::parse(image).map_err(|problems| {
        let cause = problems.first().map(|problem| problem.cause.clone()).unwrap_or_default();
        let remedy = ("correct `firmware` in the rig", "popraw `firmware` w opisie stanowiska");
        InstrumentError::new("firmware file", "read the image", cause, remedy).of(Subsystem::Firmware)
    })?;
    twin.install(&image);
    Ok(())
}

/// What no post may tell.
fn secrets(rig: &Rig) -> Vec<Secret> {
    let users = rig.operator().map_or(&[][..], |operator| &operator.users);
    Secret::of(users.iter().map(|user| (user.name.as_str(), user.password.as_str())))
}

impl Bench {
    /// Whatever moves something is told to the journal.
    fn take(&mut self, name: &str, handle: Handle) {
        let key = name.to_string();
        match handle {
            Handle::Relays(board) => self.gear.add_relays(name, Box::new(Journaled::new(name, &self.log, board))),
            Handle::Inputs(board) => self.gear.add_inputs(name, board),
            Handle::Console(console) => _ = self.consoles.insert(key, console),
            Handle::Probe(probe) => _ = self.probes.insert(key, Journaled::new(name, &self.log, probe)),
            Handle::Sound(card) => _ = self.cards.insert(key, Journaled::new(name, &self.log, card)),
            Handle::Operator(operator) => _ = self.operators.insert(key, operator),
            Handle::ReferenceHost(host) => _ = self.reference_hosts.insert(key, host),
            Handle::Supervision(sink) => _ = self.supervisions.insert(key, sink),
            Handle::Inspector(person) => _ = self.inspectors.insert(key, person),
            Handle::Cameras(system) => _ = self.camera_systems.insert(key, Journaled::new(name, &self.log, system)),
            Handle::AddressServer(server) => _ = self.services.addresses.insert(key, server),
            Handle::NameServer(server) => _ = self.services.names.insert(key, server),
            Handle::TimeServer(server) => _ = self.services.time.insert(key, server),
        }
    }
}

/// Names in the rig the image that its planted defects come with. A defect of the firmware is a variant of it, honestly
/// labelled, and the bench accepts no image but the one its rig names; a mislabelled one is not named, for the bench
/// must find that out.
///
/// # Errors
/// There is no defect of that name.
pub fn with_planted_firmware(mut rig: Rig) -> Result<Rig> {
    for id in rig.twin.iter().flat_map(|twin| twin.defects.clone()) {
        let image = known_defect(&id)?.image;
        match (image, &mut rig.post.firmware.second_slot) {
            (defect::Image::OneSlot, slot) => *slot = None,
            (defect::Image::Trial { good, bad }, Some(slot)) => {
                slot.good.set_file_name(format!("{good}.elf"));
                slot.bad.set_file_name(format!("{bad}.elf"));
            }
            _ => {}
        }
        let variant = image.expected();
        if variant != defect::REFERENCE {
            rig.post.firmware.file.set_file_name(format!("{variant}.elf"));
            rig.post.firmware.variant = variant.into();
        }
    }
    Ok(rig)
}

/// The image to be written: the rig's file, or the variant that a planted defect needs.
fn image_to_write(rig: &Rig) -> Result<PathBuf> {
    let mut file = rig.post.firmware.file.clone();
    for id in rig.twin.iter().flat_map(|twin| &twin.defects) {
        let variant = known_defect(id)?.image.flashed();
        if variant != defect::REFERENCE {
            file.set_file_name(format!("{variant}.elf"));
        }
    }
    Ok(file)
}

pub(super) fn read_image(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file).map_err(|error| {
        InstrumentError::new(
            "firmware file",
            format!("read {}", file.display()),
            both!("{error}", "nie udało się odczytać pliku ({error})"),
            (
                "put the file in place, or correct `firmware` in the rig",
                "umieść plik we właściwym miejscu albo popraw `firmware` w opisie stanowiska",
            ),
        )
        .of(Subsystem::Firmware)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Instant, Stamped};
    use crate::instrument::console::{Console, Line};
    use crate::rig;

    /// A console that says one line at each look.
    struct Talker(&'static str);
    impl crate::instrument::Instrument for Talker {
        fn identify(&mut self) -> Result<Identity> {
            Ok(Identity { model: "talker".into(), unit: self.0.into() })
        }
        fn make_safe(&mut self) -> Result<()> {
            Ok(())
        }
    }
    impl Console for Talker {
        fn lines(&mut self) -> Result<Vec<Stamped<Line>>> {
            Ok(vec![Stamped::new(Instant::ZERO, Line { text: self.0.into() })])
        }
    }

    #[test]
    fn each_role_finds_its_own_of_several_instruments_of_a_kind() {
        let folder = tempfile::tempdir().expect("a folder");
        let rig = Arc::new(rig::load(Path::new("rigs/virtual.yaml")).expect("a rig that is shipped"));
        let opening = Opening { rig, seed: 1, folder: folder.path().to_path_buf(), onlookers: Vec::new(), preamble: Vec::new() };
        let mut bench = open(opening).expect("the virtual post");
        let second = Context::of(&bench.rig, 2).expect("another virtual post");
        bench.take("another-console", Handle::Console(Box::new(Talker("not the post"))));
        bench.take("another-card", Handle::Sound(second.twin().expect("virtual").card()));
        bench.take("another-operator", Handle::Operator(second.twin().expect("virtual").operator()));

        bench.collect().expect("all are heard");
        assert_eq!(bench.record.console_lines().garbled, 0);
        let said: Vec<String> = bench.make_safe().into_iter().filter(|check| check.ok).map(|check| check.what.en).collect();
        let wanted =
            ["calls ended (another-operator)", "calls ended (operator)", "sound stopped (another-card)", "sound stopped (card)"];
        assert_eq!(said.get(5..), Some(wanted.map(String::from).as_slice()));

        let mut other = Rig::clone(&bench.rig);
        other.wiring.console = Some("another-console".into());
        bench.rig = Arc::new(other);
        bench.collect().expect("all are heard");
        assert_eq!(bench.record.console_lines().last_garbled, "not the post");
    }
}
