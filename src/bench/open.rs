//! From a rig on paper to instruments in hand: the only place that matches a configuration to a driver or to the twin.
//!
//! Knows nothing of scenarios.

use super::journaled::Journaled;
use super::log::{Log, Onlooker};
use super::{Bench, Circuit, LOOK_EVERY, Record, missing, sound};
use crate::clock::{Clock, Instant, Interrupted, RealClock, poll, wall_clock};
use crate::driver::alsa::{CardSettings, SoundCard};
use crate::driver::{console::SerialConsole, inputs::Inputs, lcus::Lcus, probe::ProbeRs, serial::Serial, sip_operator};
use crate::fault::{Blame, Blamed};
use crate::instrument::audio::AudioPort;
use crate::instrument::console::Console;
use crate::instrument::lamp::InputBoard;
use crate::instrument::operator::desk::{DeskConfig, User};
use crate::instrument::operator::{Answering, Behaviour, Operator};
use crate::instrument::port::Port;
use crate::instrument::probe::DebugProbe;
use crate::instrument::relay::RelayBoard;
use crate::instrument::{Instrument, InstrumentError, Result, Subsystem};
use crate::journal::store::{Journal, JournalError};
use crate::journal::{Ending, Event};
use crate::rig::{self, Instrument as Config, Line, Listen, ProbeSelector, Rig, SoundDevice};
use crate::rtp::report::Calendar;
use crate::twin::{self, Twin, TwinConfig, defect};
use crate::unit::Bilingual;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What it takes to open a bench.
pub struct Opening {
    pub rig: Arc<Rig>,
    /// Seed of the twin and of the stimuli.
    pub seed: u64,
    /// Where journal and recordings go.
    pub folder: PathBuf,
    pub onlooker: Onlooker,
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
            OpenError::Journal(error) => error.to_string().into(),
        }
    }
    pub fn remedy(&self) -> Bilingual {
        match self {
            OpenError::Context(error) | OpenError::Instrument(error) => error.advice(),
            OpenError::Journal(error) => error.remedy(),
        }
    }
}

/// The clock, and the virtual post where the rig is one.
struct Context {
    clock: Arc<dyn Clock>,
    twin: Option<Twin>,
    /// The image to be written: the rig's file, or the variant that a planted defect needs.
    image: Vec<u8>,
}

/// Opens every instrument of the rig. Nothing is moved yet. A journal that was begun is ended when an instrument cannot be opened.
pub fn open(opening: Opening) -> std::result::Result<Bench, OpenError> {
    let Opening { rig, seed, folder, onlooker, preamble } = opening;
    let rig = Arc::new(with_planted_firmware(Rig::clone(&rig)).map_err(OpenError::Context)?);
    let ground = open_context(&rig, seed).map_err(OpenError::Context)?;
    let log = Log::new(Arc::clone(&ground.clock), Journal::create(&folder)?, onlooker);
    let planned = preamble.iter().find_map(|event| match event {
        Event::RunBegan { planned, .. } => Some(*planned),
        _ => None,
    });
    preamble.into_iter().for_each(|event| log.append(event));
    log.commit()?;
    match open_instruments(rig, ground, &log) {
        Ok(bench) => Ok(bench),
        Err(error) => {
            let ending = Ending::failed(error.blame(), error.account(), error.advice());
            let (exit_code, skipped) = (ending.exit_code(), planned.unwrap_or(0));
            log.append(Event::RunEnded { ending, passed: 0, failed: 0, inconclusive: 0, skipped, exit_code });
            log.commit()?;
            Err(OpenError::Instrument(error))
        }
    }
}

fn open_instruments(rig: Arc<Rig>, ground: Context, log: &Log) -> Result<Bench> {
    let mut bench = Bench {
        rig: Arc::clone(&rig),
        log: log.clone(),
        record: Record::default(),
        clock: Arc::clone(&ground.clock),
        relays: BTreeMap::new(),
        inputs: BTreeMap::new(),
        console: None,
        probe: None,
        card: None,
        operator: None,
        image: ground.image.clone(),
        sound: sound::Calibration::default(),
        commanded: [None; Circuit::ALL.len()],
        disturbed: Instant::ZERO,
        twin: None,
    };
    for (name, config) in &rig.instruments {
        bench.add(&ground, name, config).map_err(|error| error.of(part(config)).named(name))?;
    }
    bench.twin = ground.twin;
    Ok(bench)
}

/// Names in the rig the image that its planted defects come with. A defect of the firmware is a variant of it, honestly labelled, and the bench
/// accepts no image but the one its rig names; a mislabelled one is not named, for the bench must find that out.
///
/// # Errors
/// There is no defect of that name.
pub fn with_planted_firmware(mut rig: Rig) -> Result<Rig> {
    for id in rig.twin.iter().flat_map(|twin| twin.defects.clone()) {
        let variant = known_defect(&id)?.image.expected();
        if variant != defect::REFERENCE {
            rig.post.firmware.file.set_file_name(format!("{variant}.elf"));
            rig.post.firmware.variant = variant.into();
        }
    }
    Ok(rig)
}

fn known_defect(id: &str) -> Result<&'static defect::Defect> {
    defect::find(id).ok_or_else(|| {
        InstrumentError::new(
            "twin",
            format!("plant the defect {id}"),
            "there is none of that name",
            "`hejnal prove --list` names those that can be planted",
        )
        .of(Subsystem::Rig)
    })
}

fn part(config: &Config) -> Subsystem {
    match config {
        Config::Lcus { .. } => Subsystem::Relays,
        Config::InputReporter { .. } => Subsystem::Inputs,
        Config::SerialConsole { .. } => Subsystem::Console,
        Config::ProbeRs { .. } => Subsystem::Probe,
        Config::SoundCard { .. } => Subsystem::Sound,
        Config::SipOperator { .. } => Subsystem::Operator,
    }
}

fn open_context(rig: &Rig, seed: u64) -> Result<Context> {
    let Some(settings) = &rig.twin else {
        let image = read_image(&rig.post.firmware.file)?;
        return Ok(Context { clock: Arc::new(RealClock::start()), twin: None, image });
    };
    let mut config = TwinConfig::of(rig, seed);
    let mut file = rig.post.firmware.file.clone();
    for id in &settings.defects {
        let defect = known_defect(id)?;
        config = config.with(defect);
        let variant = defect.image.flashed();
        if variant != defect::REFERENCE {
            file.set_file_name(format!("{variant}.elf"));
        }
    }
    let image = read_image(&file)?;
    let twin = twin::build(config);
    Ok(Context { clock: twin.clock(), twin: Some(twin), image })
}

fn read_image(file: &std::path::Path) -> Result<Vec<u8>> {
    std::fs::read(file).map_err(|error| {
        InstrumentError::new(
            "firmware file",
            format!("read {}", file.display()),
            error,
            "put the file in place, or correct `firmware` in the rig",
        )
        .of(Subsystem::Firmware)
    })
}

impl Bench {
    fn add(&mut self, ground: &Context, name: &str, config: &Config) -> Result<()> {
        let (log, clock) = (self.log.clone(), &*ground.clock);
        match config {
            Config::Lcus { port, channels } => {
                let mut board: Box<dyn RelayBoard> = Box::new(Lcus::new(ground.port(port)?, *channels));
                introduce(&log, clock, name, &mut *board)?;
                self.relays.insert(name.into(), Journaled::new(name, &log, board));
            }
            Config::InputReporter { port, .. } => {
                let mut board: Box<dyn InputBoard> = Box::new(Inputs::new(ground.port(port)?)?);
                introduce(&log, clock, name, &mut *board)?;
                self.inputs.insert(name.into(), board);
            }
            Config::SerialConsole { port } => {
                let mut console: Box<dyn Console> = Box::new(SerialConsole::new(ground.port(port)?));
                introduce(&log, clock, name, &mut *console)?;
                self.console = Some(console);
            }
            Config::ProbeRs { selector } => {
                let mut probe: Box<dyn DebugProbe> = Box::new(ground.probe(selector, &self.rig)?);
                introduce(&log, clock, name, &mut *probe)?;
                self.probe = Some(Journaled::new(name, &log, probe));
            }
            Config::SoundCard { device, rate, outputs, inputs } => {
                let mut card = ground.card(device, *rate, *outputs, *inputs)?;
                introduce(&log, clock, name, &mut *card)?;
                self.card = Some(Journaled::new(name, &log, card));
            }
            Config::SipOperator { listen, backup, realm, users, tls, srtp } => {
                let now = self.clock.now();
                let mut operator = ground.operator(listen, tls.as_ref(), |sip| DeskConfig {
                    backup: *backup,
                    ..desk(now, sip, realm, users, *srtp)
                })?;
                introduce(&log, clock, name, &mut *operator)?;
                self.operator = Some(operator);
            }
        }
        Ok(())
    }
}

/// A board that was just opened may need a moment before it can say what it is.
const SAYS_WHO_IT_IS_WITHIN: Duration = Duration::from_secs(3);

fn introduce<I: Instrument + ?Sized>(log: &Log, clock: &dyn Clock, name: &str, instrument: &mut I) -> Result<()> {
    let deadline = clock.now() + SAYS_WHO_IT_IS_WITHIN;
    let mut last = None;
    let known = poll::<_, Interrupted>(clock, deadline, LOOK_EVERY, || match instrument.identify() {
        Ok(identity) => Ok(Some(identity)),
        Err(error) => {
            last = Some(error);
            Ok(None)
        }
    });
    match (known, last) {
        (Ok(Some(identity)), _) => {
            log.append(Event::InstrumentOpened { name: name.into(), identity });
            Ok(())
        }
        (_, Some(error)) => Err(error),
        (_, None) => Err(InstrumentError::new(name, "say what it is", "the run was stopped", "start the run again")),
    }
}

impl Context {
    fn twin(&self) -> Result<&Twin> {
        self.twin.as_ref().ok_or_else(|| missing("twin"))
    }

    fn port(&self, line: &Line) -> Result<Box<dyn Port>> {
        match line {
            Line::Serial { path, baud } => Ok(Box::new(Serial::open(path, *baud, Arc::clone(&self.clock))?)),
            Line::Twin { name } => self.twin()?.port(name).ok_or_else(|| {
                let remedy = "the virtual post has the lines `relays`, `inputs` and `console`";
                InstrumentError::new(format!("twin:{name}"), "open the line", "the virtual post has no such line", remedy)
            }),
        }
    }

    fn probe(&self, selector: &ProbeSelector, rig: &Rig) -> Result<ProbeRs> {
        let selector = match selector {
            ProbeSelector::Twin => twin::probe::selector(self.twin()?.probe_serial()),
            ProbeSelector::Usb { vendor, product, serial } => {
                let serial = serial.as_ref().map(|serial| format!(":{serial}")).unwrap_or_default();
                format!("{vendor:04x}:{product:04x}{serial}")
            }
        };
        let settings = rig.post.firmware.settings_page;
        // A page of this family holds 2 KiB; the settings are in its first bytes.
        let reserved = settings..settings.saturating_add(2048);
        ProbeRs::new(&selector, &rig.post.chip, vec![reserved], Arc::clone(&self.clock))
    }

    fn card(&self, device: &SoundDevice, rate: u32, outputs: u8, inputs: u8) -> Result<Box<dyn AudioPort>> {
        match device {
            SoundDevice::Twin => Ok(self.twin()?.card()),
            SoundDevice::Alsa(device) => {
                let settings = CardSettings { device: device.clone(), rate, outputs, inputs };
                Ok(Box::new(SoundCard::open(settings, Arc::clone(&self.clock))?))
            }
        }
    }

    fn operator(
        &self,
        listen: &Listen,
        tls: Option<&rig::Tls>,
        desk: impl Fn(SocketAddr) -> DeskConfig,
    ) -> Result<Box<dyn Operator>> {
        let sip = match listen {
            Listen::Twin => return Ok(self.twin()?.operator()),
            Listen::Udp(address) => *address,
        };
        let tls = tls.map(|tls| sip_operator::Tls::from_files(tls.listen, &tls.certificate, &tls.key, tls.ca.as_deref()));
        Ok(Box::new(sip_operator::listen_also(Arc::clone(&self.clock), desk(sip), tls.transpose()?)?))
    }
}

/// An operator's desk as this bench wants it: nobody but the rig's own posts may call, and it answers when a scenario says so.
fn desk(now: Instant, sip: SocketAddr, realm: &str, users: &[rig::SipUser], srtp: rig::Srtp) -> DeskConfig {
    DeskConfig {
        // Nothing is drawn from it: on a network the system's randomness takes its place.
        seed: 0,
        sip,
        backup: None,
        media_ports: 40_000..=40_063,
        realm: realm.into(),
        users: users.iter().map(|user| User { name: user.name.clone(), password: user.password.clone() }).collect(),
        operator_user: "operator".into(),
        second_user: "operator2".into(),
        behaviour: Behaviour::answering(Answering::Manual),
        max_calls: 8,
        ring_after: Duration::ZERO,
        codecs: crate::rtp::codec::Codec::G711.to_vec(),
        digests: vec![crate::sip::digest::Algorithm::Md5],
        calendar: Calendar::by_the_wall(wall_clock(), now),
        srtp: sip_operator::policy(srtp),
    }
}
