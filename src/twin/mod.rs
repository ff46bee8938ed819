//! The virtual post: a rig without hardware, simulated to the nanosecond and used through the same instrument traits.
//!
//! A microcontroller that executes the very firmware flashed onto it, a voice module, fibre, mains, air, and the
//! bench's own boards. The same seed gives the same run. Knows nothing of roles, scenarios, limits, or of drivers; must
//! not use the operator's stack for the post's side.

mod bench;
pub mod defect;
mod interactions;
mod kernel;
mod manual_inputs;
mod post;
mod street;
pub mod truth;

pub use bench::{card, probe};
pub use kernel::clock::TwinClock;
pub use post::{hardware, mcu, voice};
pub use street::hand::ManualAction;
pub use street::net::Datagram;
pub use street::{air, line, power};
pub use truth::Truth;

use crate::instrument::audio::AudioPort;
use crate::instrument::cameras::CameraSystem;
use crate::instrument::network::ReferenceHost;
use crate::instrument::operator::{Answering, Behaviour, Operator};
use crate::instrument::port::Port;
use crate::instrument::services::{AddressServer, NameServer, TimeServer};
use crate::instrument::supervision::Supervision;
use crate::operator::operator_port::OperatorPort;
use crate::operator::{Desk, DeskConfig, User};
use crate::rig::{self, Capability, Rig};
use crate::rng::{Rng, stream};
use crate::rtp::report::Calendar;
use crate::sip::sdes::Srtp;
use air::{Air, AirConfig};
use bench::adapters::{CardPort, ProbeLead, TwinCameras, TwinDesk, TwinPort, TwinReferenceHost, TwinService, TwinSupervision};
use bench::boards::{BoardFaults, Boards};
use bench::leads::Leads;
use bench::network_way::network_with;
use bench::sensors::sensors_with;
use bench::services::ServicesConfig;
use bench::setup::BenchConfig;
use bench::wiring::Wires;
use card::{Card, CardConfig, Sockets};
use kernel::world::{self, Event, Parts, Shared, World};
use line::{Carried, Line, LineConfig, Way};
use mcu::Mcu;
use post::settings;
use power::SupplyConfig;
use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use street::bad_supplies::supply_of;
use street::camera_host::{self, CameraHost};
use street::net::{FarEnd, Host, SYSLOG_PORT};
use street::secure_host::{AUTHORITY, SecureHost};
use voice::Voice;

/// The post's address on its line.
pub const POST_ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 20, 0, 17));
/// The operator's host, speaking SIP on 5060.
pub const OPERATOR_ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 20, 0, 2));
/// The same host's second address: the backup server.
pub const BACKUP_ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 20, 0, 3));
/// The street's network holds others as well: from here somebody calls the post who has no account anywhere.
const STRANGER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 20, 0, 66)), 5066);
/// The second operator's user part.
const SECOND_USER: &str = "operator2";
/// Reports call the run's beginning the first of January 2026: nothing else of a run has a date that is not repeatable.
pub const CALENDAR: Calendar = Calendar { beginning: Duration::from_secs(1_767_225_600) };
const SIP_PORT: u16 = 5060;
const MEDIA_PORTS: RangeInclusive<u16> = 40_000..=40_063;
/// What a new post's battery carries it for, in seconds, where its rig says that it has one.
const BATTERY_S: f64 = 5.0 * 3600.0;
/// The name under which the operator is called.
const OPERATOR_USER: &str = "operator";

/// The operator's desk as a rig describes it.
#[derive(Debug, Clone)]
pub struct OperatorConfig {
    pub realm: String,
    pub users: Vec<User>,
    pub srtp: Srtp,
    /// Posts reach it over TLS, and their sound is sealed.
    pub is_secure: bool,
    /// It has a second server, and the post knows of it.
    pub has_backup: bool,
}

impl OperatorConfig {
    /// `None`: the rig has no operator.
    fn of(rig: &Rig) -> Option<Self> {
        let operator = rig.operator()?;
        Some(OperatorConfig {
            realm: operator.realm.clone(),
            users: operator.users.iter().map(|user| User { name: user.name.clone(), password: user.password.clone() }).collect(),
            srtp: match operator.srtp {
                rig::Srtp::Mandatory => Srtp::Mandatory,
                rig::Srtp::Optional => Srtp::Optional,
                rig::Srtp::Refused => Srtp::Refused,
            },
            is_secure: operator.tls_in_twin,
            has_backup: operator.backup.is_some(),
        })
    }
}

/// What a twin is made of. The default is a healthy post on a healthy bench.
#[derive(Debug, Clone)]
pub struct TwinConfig {
    /// All chance follows from it.
    pub seed: u64,
    /// The post's name, at most 16 ASCII characters, planted in its settings page.
    pub identity: String,
    pub line: LineConfig,
    pub air: AirConfig,
    pub card: CardConfig,
    pub supply: SupplyConfig,
    /// Defects of its converter, supply and lamp drivers.
    pub hardware: Option<hardware::HardwareFault>,
    pub voice: voice::Config,
    /// Defects of the microcontroller's flash.
    pub flash: mcu::Faults,
    /// Boards, jacks and wires.
    pub bench: BenchConfig,
    pub board_faults: BoardFaults,
    pub operator: OperatorConfig,
    /// What it gives the network beside that.
    pub services: ServicesConfig,
    /// The operator's host does not answer.
    pub operator_down: bool,
    /// From this moment on the machine that the bench runs on lets it stand still every few seconds.
    pub stalls_from: Option<Duration>,
    /// The line ends outside the simulation ([`Twin::take_arrived`], [`Twin::send_in`]); the operator's desk stays
    /// empty.
    pub line_ends_outside: bool,
}

impl TwinConfig {
    pub fn new(seed: u64, identity: impl Into<String>) -> Self {
        let password = "twin".to_string();
        let mut module = voice::Config::new(POST_ADDRESS, SocketAddr::new(OPERATOR_ADDRESS, SIP_PORT), password.as_str());
        let mut chance = Rng::new(seed, "voice module");
        module.seed = chance.bits();
        module.codec_clock_ppm = chance.between(-30.0, 30.0);
        module.operator = OPERATOR_USER.to_string();
        module.joins_within = Duration::from_secs(1);
        module.second = Some(SECOND_USER.to_string());
        module.backup = Some(SocketAddr::new(BACKUP_ADDRESS, SIP_PORT));
        let identity = identity.into();
        let users = vec![User { name: identity.clone(), password: password.clone() }];
        TwinConfig {
            seed,
            identity,
            line: LineConfig::default(),
            air: AirConfig::default(),
            card: CardConfig::default(),
            supply: SupplyConfig::default(),
            hardware: None,
            voice: module,
            flash: mcu::Faults::default(),
            bench: BenchConfig::default(),
            board_faults: BoardFaults::default(),
            services: ServicesConfig::default(),
            operator: OperatorConfig { realm: "hejnal".into(), users, srtp: Srtp::Optional, is_secure: false, has_backup: true },
            operator_down: false,
            stalls_from: None,
            line_ends_outside: false,
        }
    }
    /// The post and the bench that a rig describes: its boards, jacks, wires and operator, and the account that its
    /// post has there.
    pub fn of(rig: &Rig, seed: u64) -> Self {
        let mut config = TwinConfig::new(seed, rig.post.identity.as_str());
        config.bench = BenchConfig::of(rig);
        if rig.on_twin().any(|(.., one)| one.offers(Capability::Supervision)) {
            config.voice.supervision = Some(SocketAddr::new(OPERATOR_ADDRESS, SYSLOG_PORT));
        }
        if rig.on_twin().any(|(.., one)| one.offers(Capability::Cameras)) {
            config.voice.cameras = Some(SocketAddr::new(OPERATOR_ADDRESS, camera_host::PORT));
        }
        if rig.post.battery {
            config.supply.battery = BATTERY_S;
        }
        if let Some(operator) = OperatorConfig::of(rig) {
            if let Some(user) = operator.users.iter().find(|user| user.name == config.identity) {
                config.voice.password.clone_from(&user.password);
            }
            config.voice.security = operator.is_secure.then(secured);
            config.voice.backup = config.voice.backup.filter(|_| operator.has_backup);
            config.operator = operator;
        }
        config.services = ServicesConfig::of(rig);
        config.services.tell(&mut config.voice.network);
        config
    }
    /// The same with a defect planted.
    #[must_use]
    pub fn with(mut self, defect: &defect::Defect) -> Self {
        (defect.plant)(&mut self);
        self
    }
}

/// A virtual post on a virtual bench, at the first moment of its time: mains on, fibre connected, flash blank but for
/// the settings.
pub struct Twin {
    world: Shared,
    clock: Arc<TwinClock>,
    probe_serial: String,
}

/// Builds a twin. Several may live in one process.
pub fn build(config: TwinConfig) -> Twin {
    static BUILT: AtomicU64 = AtomicU64::new(0);
    let number = BUILT.fetch_add(1, Ordering::Relaxed);
    let probe_serial = format!("{}-{number}", config.identity);
    let mut world = World::new(parts(&config));
    world.begin();
    if config.bench.has_reference_host {
        world.queue.plan(0, Event::AskReferenceHost);
    }
    let world: Shared = Arc::new(Mutex::new(world));
    let lead = ProbeLead::new(Arc::clone(&world), &config.board_faults);
    probe::plug_in(&probe_serial, Arc::new(Mutex::new(lead)));
    Twin { clock: Arc::new(TwinClock::new(Arc::clone(&world), config.stalls_from)), world, probe_serial }
}

/// As a post is set up that knows who signs the servers' certificates.
fn secured() -> voice::Security {
    voice::Security {
        authority: AUTHORITY.to_vec(),
        calendar: CALENDAR.beginning,
        only_tls12: false,
        suite: voice::Suite::Aes128Bits80,
    }
}

/// The operator's desk at the far end of the line.
fn desk(config: &TwinConfig) -> Desk {
    let mut desk = Desk::new(DeskConfig {
        seed: stream(config.seed, "operator's desk"),
        sip: SocketAddr::new(OPERATOR_ADDRESS, SIP_PORT),
        backup: config.operator.has_backup.then_some(SocketAddr::new(BACKUP_ADDRESS, SIP_PORT)),
        media_ports: MEDIA_PORTS,
        realm: config.operator.realm.clone(),
        users: config.operator.users.clone(),
        grants: crate::operator::BENCH_GRANTS,
        operator_user: OPERATOR_USER.into(),
        second_user: SECOND_USER.into(),
        behaviour: Behaviour::answering(Answering::Manual),
        max_calls: 4,
        ring_after: Duration::from_millis(20),
        codecs: crate::rtp::codec::Codec::G711.to_vec(),
        digests: vec![crate::sip::digest::Algorithm::Md5, crate::sip::digest::Algorithm::Sha256],
        calendar: CALENDAR,
        srtp: config.operator.srtp,
    })
    .beside_stranger(Some(STRANGER));
    desk.ask_posts();
    desk
}

fn parts(config: &TwinConfig) -> Parts {
    let seed = config.seed;
    let mut microcontroller = Mcu::new();
    settings::plant(microcontroller.flash_mut(), &config.identity);
    *microcontroller.faults() = config.flash;
    let desk = desk(config);
    let wires = Wires::of(&config.bench);
    let console = config.bench.harness.console.as_deref();
    let faults = config.board_faults;
    let boards = Boards::new(&config.bench.boards, &wires, console, faults, seed);
    Parts {
        mcu: microcontroller,
        voice: Voice::new(config.voice.clone()),
        host: Host {
            desk,
            address: OPERATOR_ADDRESS,
            second_address: BACKUP_ADDRESS,
            stranger: STRANGER.ip(),
            secure: if config.operator.is_secure { SecureHost::open() } else { SecureHost::default() },
            syslog: Vec::new(),
            cameras: CameraHost::default(),
            services: config.services.build(config.operator.has_backup),
        },
        far_end: match (config.line_ends_outside, config.operator_down) {
            (true, _) => FarEnd::Outside(VecDeque::new()),
            (false, true) => FarEnd::Deaf,
            (false, false) => FarEnd::Desk,
        },
        line: Line::new(config.line.clone(), seed),
        supply: supply_of(config.supply),
        air: Air::new(config.air.clone(), seed),
        card: Card::new(config.card, Sockets::of(&config.bench), seed),
        boards,
        wires,
        leads: Leads::with(&faults),
        sensors: sensors_with(&faults),
        network: network_with(&faults),
        hardware: hardware::Hardware::with(config.hardware),
    }
}

impl Twin {
    pub fn clock(&self) -> Arc<TwinClock> {
        Arc::clone(&self.clock)
    }
    /// A serial line of the bench by its name; `None`: there is none of that name.
    pub fn port(&self, name: &str) -> Option<Box<dyn Port>> {
        Some(Box::new(TwinPort::open(Arc::clone(&self.world), name)?))
    }
    /// The names of its serial lines, each with whether it leads to the post's console.
    pub fn ports(&self) -> Vec<(String, bool)> {
        world::lock(&self.world).boards.lines().map(|(name, console)| (name.to_owned(), console)).collect()
    }
    pub fn card(&self) -> Box<dyn AudioPort> {
        Box::new(CardPort::new(Arc::clone(&self.world)))
    }
    pub fn operator(&self) -> Box<dyn Operator> {
        Box::new(OperatorPort::at(TwinDesk::in_world(Arc::clone(&self.world))))
    }
    pub fn reference_host(&self) -> Box<dyn ReferenceHost> {
        Box::new(TwinReferenceHost(Arc::clone(&self.world)))
    }
    pub fn supervision(&self) -> Box<dyn Supervision> {
        Box::new(TwinSupervision(Arc::clone(&self.world)))
    }
    pub fn cameras(&self) -> Box<dyn CameraSystem> {
        Box::new(TwinCameras(Arc::clone(&self.world)))
    }
    pub fn address_server(&self) -> Box<AddressServer> {
        Box::new(TwinService::of(Arc::clone(&self.world), ["DHCP server", "address-server"], |services| {
            services.addresses.as_mut()
        }))
    }
    pub fn name_server(&self) -> Box<NameServer> {
        Box::new(TwinService::of(Arc::clone(&self.world), ["DNS server", "name-server"], |services| services.names.as_mut()))
    }
    pub fn time_server(&self) -> Box<TimeServer> {
        Box::new(TwinService::of(Arc::clone(&self.world), ["NTP server", "time-server"], |services| services.time.as_mut()))
    }
    /// The serial number under which probe-rs finds the probe on this twin's microcontroller ([`probe::selector`]).
    pub fn probe_serial(&self) -> &str {
        &self.probe_serial
    }
    /// What really happened so far. For tests and proofs only: nothing that measures may ask.
    pub fn truth(&self) -> Truth {
        let world = world::lock(&self.world);
        let mut truth = world.truth.clone();
        truth.voice = world.voice.truth().clone();
        truth.playouts = world.host.desk.playout_anchors();
        truth.card = world.card.true_clock();
        truth.card_began = world.card.driver_time(0.0);
        let geometry = world.air.config();
        truth.flight = (air::flight(geometry.mouth_to_microphone), air::flight(geometry.speaker_to_ear));
        truth
    }

    /// Puts an image into flash as a factory would, and restarts the post. `at` is the offset from the start of flash.
    pub fn write_flash(&self, at: usize, image: &[u8]) {
        let mut world = world::lock(&self.world);
        if let Some(cells) = world.mcu.flash_mut().get_mut(at..at + image.len()) {
            cells.copy_from_slice(image);
        }
        world.mcu.set_nrst(false);
        world.mcu.set_nrst(true);
    }
    /// The mains in the street fail at once for so long: a dip, whatever the bench's relay does.
    pub fn dip(&self, time: Duration) {
        let mut world = world::lock(&self.world);
        let now = world.now();
        world.queue.plan(now, Event::Mains(false));
        world.queue.plan(now + u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Event::Mains(true));
    }
    /// What went into the line and what was lost, one way.
    pub fn carried(&self, way: Way) -> Carried {
        world::lock(&self.world).line.carried(way)
    }
    /// Pulls or plugs the probe's USB lead.
    pub fn plug_probe(&self, plugged: bool) {
        world::lock(&self.world).probe_plugged = plugged;
    }
    /// A figure that follows from everything that has happened, in order, and how many things that were.
    pub fn trace(&self) -> (u64, u64) {
        let world = world::lock(&self.world);
        (world.trace(), world.steps())
    }
}

impl Drop for Twin {
    fn drop(&mut self) {
        probe::unplug(&self.probe_serial);
    }
}
