//! The voice module of the virtual post: a cheap SIP device commanded over a UART, with a microphone and a loudspeaker.
//!
//! Sans-I/O and sans-clock: it is told what happens and when, and says what it does at once and when it wants to be
//! woken. It must not know the operator's stack (`sip`, `rtp`): a mistake shared by both would cancel out. It behaves
//! the same in simulation and against real SIP servers.

mod account;
mod agent;
mod blunder;
mod blundering;
mod call;
mod cameras;
mod config;
mod dialog;
mod digest;
mod echo;
mod failing;
mod faults;
mod flaw;
mod flawed;
mod g711;
mod habit;
mod jitter;
mod lapse;
mod lapsing;
mod leaving;
mod lives;
mod media;
pub mod message;
mod network;
mod online;
mod outcomes;
mod overseeing;
mod oversight;
mod quieten;
mod quirk;
mod registration;
mod rtp;
mod sdp;
mod secured;
mod self_test;
mod serial;
mod sounding;
mod spoil;
mod srtp;
mod supervision;
mod tls;
mod transaction;
mod truth;
mod volume;

#[cfg(test)]
mod tests;

pub use blunder::Blunder;
pub use config::Config;
pub use failing::Failing;
pub use faults::{CameraFault, CountFault};
pub use faults::{Faults, Rewrite};
pub use flaw::Flaw;
pub use g711::Law;
pub use habit::Habit;
pub use lapse::Lapse;
pub use network::{NetworkFaults, NetworkSettings};
pub use oversight::Oversight;
pub use quirk::{Quirks, Resending, Scratch, reached_at};
pub use self_test::SelfTestFault;
pub use spoil::{Damage, Pulse, Return, Suppression, Tone};
pub use srtp::Suite;
pub use tls::{Security, Trust};
pub use truth::{CallTruth, Segment, Slip, Timeline, Truth};

use crate::clock::Instant;
use crate::rng::Rng;
use crate::twin::street::power::Condition;
use crate::twin::street::stream;
use account::{Account, Stack};
use agent::Agent;
use cameras::Cameras;
use lives::Lives;
use media::Media;
use network::Network;
use self_test::SelfTest;
use serial::{Command, LineReader, Report};
use std::net::SocketAddr;
use supervision::Supervision;
use tls::Lines;
use transaction::earliest;

/// Samples of a frame: 20 ms at 8 kHz.
const FRAME: usize = 160;
/// Nominal samples per second.
const RATE: f64 = 8000.0;

/// What the module does, at the moment of the call that made it do so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Bytes for the firmware; the UART paces them.
    Serial(Vec<u8>),
    /// A datagram from one of the module's ports.
    Send { from_port: u16, to: SocketAddr, bytes: Vec<u8> },
    /// A segment of one of the module's connections.
    Segment(stream::Segment),
}

/// The module's ears and mouth. Sample i is at `first + i × period` seconds of simulation time; full scale is ±1.
pub trait Acoustics {
    /// What the microphone took, all of it in the past. Asked in a call, and in a test of the module's own.
    fn hear(&mut self, first: f64, period: f64, out: &mut [f32]);
    /// What the loudspeaker will say, from 1 ms after now. Not called for silence.
    fn speak(&mut self, first: f64, period: f64, samples: &[f32]);
}

/// How far the module is.
enum State {
    Off,
    Booting {
        until: Instant,
    },
    Running(Box<Running>),
    /// Until it is without power.
    Hung,
}

struct Running {
    agent: Agent,
    /// `None`: signalling goes by datagrams.
    lines: Option<Lines>,
    network: Network,
    /// It has had an address in this life.
    has_address: bool,
    supervision: Supervision,
    cameras: Cameras,
    self_test: SelfTest,
    reader: LineReader,
    media: Option<Media>,
    /// The firmware believes a call under way.
    in_call: bool,
    /// Packets held back, when the sound of an ended call ceases, and when the module starts anew: planted defects.
    burst: Vec<Vec<u8>>,
    ceases_at: Option<Instant>,
    restarts_at: Option<Instant>,
    calls: u32,
    /// What planted defects keep from one call to the next, and what they say again.
    memory: [Scratch; 2],
    again: Option<(Instant, Report)>,
    /// Planted: a call that waits for a name, and how loud the operator left the last one, dB.
    waiting: Option<(u32, bool)>,
    volume_db: f32,
    lapsed: lapsing::Memory,
    flawed: flawed::Memory,
    blundered: blundering::Memory,
    overseen: overseeing::Memory,
}

pub struct Voice {
    config: Config,
    random: Rng,
    link: bool,
    state: State,
    actions: Vec<Action>,
    truth: Truth,
    /// Where the last call's sound went.
    last_remote: Option<SocketAddr>,
    /// Bytes said so far.
    said: u64,
    lives: Lives,
    condition: Option<Condition>,
    /// It is being put out of service.
    is_leaving: bool,
}

impl Voice {
    /// Unpowered, with its link up.
    pub fn new(config: Config) -> Self {
        let random = Rng::seeded(config.seed);
        Voice {
            config,
            random,
            link: true,
            state: State::Off,
            actions: Vec::new(),
            truth: Truth::default(),
            last_remote: None,
            said: 0,
            lives: Lives::default(),
            condition: None,
            is_leaving: false,
        }
    }
    /// Off: all state is lost and nothing is sent any more, not even a BYE.
    pub fn set_power(&mut self, at: Instant, on: bool) {
        self.live(at, on);
        match (&self.state, on) {
            (State::Off, true) if self.is_upset(at) || self.is_lame_start() => self.state = State::Hung,
            (State::Off, true) => self.state = State::Booting { until: at + self.boots_in() },
            (State::Off, false) | (_, true) => {}
            (_, false) => {
                self.state = State::Off;
                self.end_truth(at);
            }
        }
    }
    pub fn serial_in(&mut self, at: Instant, byte: u8) {
        let State::Running(running) = &mut self.state else { return };
        let Some(line) = running.reader.push(byte).filter(|_| !self.is_leaving) else { return };
        let agent = &mut running.agent;
        let done = match line {
            Err(_) => false,
            Ok(Command::Attention) => true,
            Ok(Command::Identity(name)) => {
                running.supervision.identify(at, &name);
                running.self_test.begin(at);
                running.cameras.identify(&name);
                agent.identify(name);
                true
            }
            Ok(Command::Register(on)) => agent.register(at, on),
            Ok(Command::Dial { press, delayed }) => self.dial(at, press, delayed),
            Ok(Command::HangUp) => self.hang_up(at),
        };
        self.say(if done { "OK" } else { "ERROR" });
        self.settle(at);
        self.call_up(at);
    }
    /// A datagram for one of the module's ports.
    pub fn datagram_in(&mut self, at: Instant, from: SocketAddr, port: u16, bytes: &[u8]) {
        let State::Running(running) = &mut self.state else { return };
        if !self.link {
            return;
        }
        if port == self.config.rtp_port {
            if let Some(media) = &mut running.media {
                media.datagram(at, from, bytes);
            }
            self.is_startled_by_keys(at);
        } else if port == self.config.sip_port && running.lines.is_none() {
            if self.leaves_unread(bytes) {
                return;
            }
            let State::Running(running) = &mut self.state else { return };
            running.agent.datagram(at, from, bytes);
            self.is_startled_by(at, bytes);
            self.is_startled_by_nonsense(at, bytes);
            self.settle(at);
        } else {
            let before = running.network.time(at);
            if !running.network.datagram(at, from, port, bytes) {
                return;
            }
            self.clock_was_set(at, before);
            self.network_acted(at);
            self.settle(at);
        }
    }
    pub fn next_wake(&self) -> Option<Instant> {
        match &self.state {
            State::Off | State::Hung => None,
            State::Booting { until } => Some(*until),
            State::Running(running) => {
                let media = earliest(running.media.as_ref().map(Media::next_wake), running.restarts_at);
                let media = earliest(media, earliest(running.lapsed.next_wake(), running.flawed.next_wake()));
                let media = earliest(media, running.overseen.next_wake());
                let media = earliest(media, running.again.map(|(due, _)| due));
                let media = earliest(media, self.config.supervision.and(running.supervision.next_wake()));
                let media = earliest(media, running.lines.as_ref().and_then(Lines::next_wake));
                let media = earliest(media, self.config.cameras.and(running.cameras.next_wake()));
                let media = earliest(media, running.network.next_wake());
                let media = earliest(media, self.config.supervision.and(running.self_test.next_wake()));
                earliest(running.agent.next_wake(), media)
            }
        }
    }
    /// Does what is due. May be called early or late; late frames of sound are made up for one by one.
    pub fn wake(&mut self, at: Instant, air: &mut dyn Acoustics) {
        if let State::Booting { until } = self.state
            && until <= at
        {
            self.start(at);
        }
        if matches!(&self.state, State::Running(running) if running.restarts_at.is_some_and(|due| due <= at)) {
            self.state = State::Booting { until: at + self.config.boot };
            self.end_truth(at);
        }
        self.wake_connections(at);
        let State::Running(running) = &mut self.state else { return };
        if running.network.next_wake().is_some_and(|t| t <= at) {
            running.network.wake(at);
            self.network_acted(at);
            self.settle(at);
        }
        let State::Running(running) = &mut self.state else { return };
        if running.agent.next_wake().is_some_and(|t| t <= at) {
            running.agent.wake(at);
            self.settle(at);
        }
        self.say_again(at);
        self.lapse(at);
        self.make_up(at);
        self.blunder(at);
        self.oversee(at);
        self.tell_talk();
        self.test_itself(at, air);
        self.tell_supervision(at);
        self.call_up(at);
        self.sound(at, air);
    }
    /// Everything done since the last call, in order.
    pub fn take_actions(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.actions)
    }
    /// What the simulation knows and the bench must find out.
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    fn start(&mut self, at: Instant) {
        let config = &self.config;
        let account = Account {
            sip: SocketAddr::new(config.address, config.sip_port),
            rtp: SocketAddr::new(config.address, config.rtp_port),
            server: config.port_of(config.server),
            other: config.backup.filter(|_| !config.faults.never_fails_over).map(|backup| config.port_of(backup)),
            away: false,
            registers: config.registers,
            joins_within: config.joins_within,
            password: config.password.clone(),
            suite: config.security.as_ref().map(|security| security.suite),
            user: None,
        };
        let network = Network::new(at, &config.network, config.address, self.link, config.seed);
        let mut stack = Stack::new(account, Rng::seeded(self.random.bits()), network.may_register());
        stack.out.connected = config.security.as_ref().map(|_| Vec::new());
        stack.early_media = config.early_media;
        let agent = Agent::new(stack, config.expires, (config.operator.clone(), config.second.clone()), config.faults.clone());
        let reader = LineReader::default();
        let restarts_at = config.faults.restarts_every.map(|pause| at + pause);
        let (burst, ceases_at, calls) = (Vec::new(), None, 0);
        let (media, memory, again) = (None, Default::default(), None);
        let mut supervision = Supervision::new(network.is_online()).counting(config.faults.counts).failing(config.faults.failing);
        supervision.lapsing(config.faults.lapse, &config.password);
        (supervision.flaw, supervision.blunder) = (config.faults.flaw, config.faults.blunder);
        supervision.oversight = config.faults.oversight;
        let cameras = Cameras::new(config.faults.cameras);
        let self_test = SelfTest::new(config.faults.self_test);
        if let Some(condition) = self.condition {
            supervision.set_supply(at, condition);
        }
        let lines = self.lines();
        let running = Running {
            agent,
            lines,
            network,
            has_address: false,
            supervision,
            cameras,
            self_test,
            reader,
            media,
            in_call: false,
            burst,
            ceases_at,
            restarts_at,
            calls,
            memory,
            again,
            waiting: None,
            volume_db: 0.0,
            lapsed: lapsing::Memory::of(!self.link && self.config.faults.needs_link_at_start),
            flawed: flawed::Memory::begin(at),
            blundered: blundering::Memory::default(),
            overseen: overseeing::Memory::default(),
        };
        self.state = State::Running(Box::new(running));
        self.say(Report::Ready);
        self.say(Report::Link(self.link));
        self.network_acted(at);
        self.settle(at);
    }
    fn say(&mut self, line: impl std::fmt::Display) {
        let mut bytes = format!("{line}\r\n").into_bytes();
        if self.config.faults.has(Habit::DropsBytes) {
            bytes.retain(|_| {
                self.said += 1;
                !self.said.is_multiple_of(habit::BYTE_LOST)
            });
        }
        self.actions.push(Action::Serial(bytes));
    }
    fn end_truth(&mut self, at: Instant) {
        if let Some(call) = self.truth.calls.last_mut() {
            call.ended.get_or_insert(at);
        }
    }
}

/// A gain in dB as a factor of amplitude.
fn amplitude(db: f64) -> f32 {
    10f64.powf(db / 20.0) as f32
}
