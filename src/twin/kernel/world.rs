//! The kernel: one queue of things to come, the machines between them, one thread.
//!
//! The microcontroller is advanced lazily to the next thing to come and stops early whenever it does something that
//! others see, so every encounter happens at its own moment and in order. Knows nothing of scenarios, limits or
//! verdicts. No wall clock, no thread, no hash order.

use crate::clock::{Instant, Stamped};
use crate::instrument::audio::{Frame, Jack};
use crate::rng::mix;
use crate::twin::bench::boards::Boards;
use crate::twin::bench::card::Card;
use crate::twin::bench::leads::Leads;
use crate::twin::bench::network_way::NetworkWay;
use crate::twin::bench::own_questions::OwnAnswers;
use crate::twin::bench::ports::Plug;
use crate::twin::bench::reference_host::Echoes;
use crate::twin::bench::relays::Movement;
use crate::twin::bench::sensors::Sensors;
use crate::twin::bench::trouble::Deferred;
use crate::twin::bench::wiring::{Contacts, Wires};
use crate::twin::kernel::queue::Queue;
use crate::twin::post::hardware::{Happening, Hardware};
use crate::twin::post::mcu::{Emission, Mcu, Pin, Port, Uart};
use crate::twin::post::voice::{Acoustics, Voice};
use crate::twin::street::air::Air;
use crate::twin::street::hand::ManualAction;
use crate::twin::street::line::{Line, Way};
use crate::twin::street::net::{Datagram, FarEnd, Host};
use crate::twin::street::power::Supply;
use crate::twin::street::stream::Segment;
use crate::twin::truth::Truth;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The world as the bench's hands hold it.
pub type Shared = Arc<Mutex<World>>;

/// Takes hold of the world. A panic elsewhere cannot leave it half-changed in a way that matters: the run is over then.
pub fn lock(shared: &Shared) -> MutexGuard<'_, World> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What may be planned.
#[derive(Debug)]
pub(in crate::twin) enum Event {
    /// A byte from the bench arrives at a board.
    BoardByte(Plug, u8),
    /// A relay of this board moves.
    Contact(usize, Movement),
    /// The input board of this number looks at its inputs.
    Scan(usize),
    /// A phototransistor has followed its lamp.
    Light(usize, bool),
    /// Supply or link may be due to change.
    Settle,
    /// The mains themselves come or go (a dip in the street).
    Mains(bool),
    /// A byte from the voice module arrives at the microcontroller.
    ModuleByte(u8),
    AtOperator(Datagram),
    AtPost(Datagram),
    /// Of a connection between post and operator.
    Segment(Way, Segment),
    /// One of the operator's host's services answers.
    ServiceAnswers(Datagram),
    /// A person before the post does something.
    ManualAction(ManualAction),
    /// The bench's probe pulls the reset line or lets it go.
    ResetLine(bool),
    /// Of the bench's troubles.
    Deferred(Deferred),
    AskReferenceHost,
    /// Of the post's.
    Hardware(Happening),
}

/// The alarm button's pin: closed pulls it low.
pub(in crate::twin) const BUTTON: Pin = Pin::new(Port::A, 0);
/// The lamps' pins in the order of the inputs that watch them.
const LAMPS: [Pin; 3] = [Pin::new(Port::B, 0), Pin::new(Port::B, 1), Pin::new(Port::B, 2)];

/// Everything there is, in simulation time (nanoseconds since the run began).
pub struct World {
    now: u64,
    pub(in crate::twin) queue: Queue<Event>,
    pub(in crate::twin) mcu: Mcu,
    pub(in crate::twin) voice: Voice,
    pub(in crate::twin) host: Host,
    pub(in crate::twin) far_end: FarEnd,
    pub(in crate::twin) line: Line,
    pub(in crate::twin) supply: Box<dyn Supply>,
    pub(in crate::twin) air: Air,
    pub(in crate::twin) card: Card,
    pub(in crate::twin) boards: Boards,
    pub(in crate::twin) wires: Wires,
    pub(in crate::twin) leads: Leads,
    pub(in crate::twin) sensors: Box<dyn Sensors>,
    pub(in crate::twin) network: Box<dyn NetworkWay>,
    pub(in crate::twin) contacts: Contacts,
    pub(in crate::twin) truth: Truth,
    /// When the voice module's serial line to the microcontroller is free again.
    pub(in crate::twin) module_free: u64,
    /// Until when the probe's lead is plugged in.
    pub(in crate::twin) probe_plugged: bool,
    /// Of the host at the end of the bench's network.
    pub(in crate::twin) echoes: Echoes,
    /// To the bench's own questions to its host's services.
    pub(in crate::twin) own_answers: OwnAnswers,
    pub(in crate::twin) hardware: Hardware,
    /// How many messages have reached a receiver that loses some.
    pub(in crate::twin) notices: u64,
    trace: u64,
    steps: u64,
}

/// The parts a world is made of, before anything happens.
pub(in crate::twin) struct Parts {
    pub mcu: Mcu,
    pub voice: Voice,
    pub host: Host,
    pub far_end: FarEnd,
    pub line: Line,
    pub supply: Box<dyn Supply>,
    pub air: Air,
    pub card: Card,
    pub boards: Boards,
    pub wires: Wires,
    pub leads: Leads,
    pub sensors: Box<dyn Sensors>,
    pub network: Box<dyn NetworkWay>,
    pub hardware: Hardware,
}

impl World {
    pub(in crate::twin) fn new(parts: Parts) -> Self {
        let Parts { mcu, voice, host, far_end, line, supply, air, card, boards, wires, leads, sensors, network, hardware } =
            parts;
        World {
            now: 0,
            queue: Queue::default(),
            mcu,
            voice,
            host,
            far_end,
            line,
            supply,
            air,
            card,
            boards,
            wires,
            leads,
            sensors,
            network,
            contacts: Contacts::default(),
            truth: Truth::default(),
            module_free: 0,
            probe_plugged: true,
            echoes: Echoes::default(),
            own_answers: OwnAnswers::default(),
            hardware,
            notices: 0,
            trace: 0,
            steps: 0,
        }
    }

    pub fn now(&self) -> u64 {
        self.now
    }
    pub(in crate::twin) fn instant(&self) -> Instant {
        Instant::from_nanos(self.now)
    }
    /// A figure that follows from everything that has happened, in order: the same for the same seed and the same acts.
    pub fn trace(&self) -> u64 {
        self.trace
    }
    /// How many things have happened.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Lets everything happen up to and at `until`.
    pub fn run_to(&mut self, until: u64) {
        loop {
            let due = self.next_due();
            if let Some((at, emission)) = self.mcu.run_until(due.min(until)) {
                // The core may finish an instruction a little after the moment asked for: time does not run back for
                // it.
                self.now = self.now.max(at);
                self.emitted(emission);
                continue;
            }
            if due > until {
                self.now = self.now.max(until);
                return;
            }
            self.now = self.now.max(due);
            self.happen(due);
        }
    }

    /// The moment of the next thing that is known to come. What the microcontroller will do of itself is not known
    /// beforehand.
    pub(in crate::twin) fn next_due(&self) -> u64 {
        let wakes = [self.voice.next_wake(), self.host.next_wake()];
        let wakes = wakes.into_iter().flatten().map(Instant::as_nanos);
        wakes.chain(self.queue.next()).min().unwrap_or(u64::MAX)
    }

    /// One thing that is due: planned ones first, then the voice module, then the operator's desk.
    fn happen(&mut self, due: u64) {
        if let Some((_, event)) = self.queue.take(due) {
            self.note(event_kind(&event));
            self.dispatch(event);
        } else if self.voice.next_wake().is_some_and(|at| at.as_nanos() <= due) {
            self.note(20);
            let at = self.instant();
            let Contacts { loudspeaker, microphone, .. } = self.contacts;
            let mut ears = PostEars { air: &mut self.air, loudspeaker, microphone, loudest: 0.0 };
            self.voice.wake(at, &mut ears);
            let level = ears.loudest;
            self.amplifier_drew(level);
            self.voice_acted();
        } else {
            self.note(21);
            let at = self.instant();
            self.host.wake(at);
            self.host_acted();
        }
    }

    fn note(&mut self, kind: u64) {
        self.steps += 1;
        self.trace = mix(self.trace ^ mix(self.now.wrapping_add(mix(kind))));
    }

    fn dispatch(&mut self, event: Event) {
        match event {
            Event::BoardByte(plug, byte) => self.board_byte(plug, byte),
            Event::Contact(board, movement) => self.contact_moved(board, movement),
            Event::Scan(board) => self.scan(board),
            Event::Light(lamp, lit) => self.lamp_seen(lamp, lit),
            Event::Settle => self.settle(),
            Event::Mains(on) => self.mains(on),
            Event::ModuleByte(byte) => self.mcu.receive(Uart::Module, byte),
            Event::AtOperator(datagram) => self.at_operator(datagram),
            Event::AtPost(datagram) => self.at_post(&datagram),
            Event::Segment(way, segment) => self.segment_arrives(way, &segment),
            Event::ServiceAnswers(datagram) => self.service_answers(datagram),
            Event::ManualAction(deed) => self.done_by_hand(deed),
            Event::ResetLine(high) => self.mcu.set_nrst(high),
            Event::Deferred(what) => self.deferred(what),
            Event::AskReferenceHost => self.ask_reference_host(),
            Event::Hardware(what) => self.hardware_acts(what),
        }
    }

    fn emitted(&mut self, emission: Emission) {
        self.note(22);
        match emission {
            Emission::Byte { uart: Uart::Console, byte } => self.boards.console_says(self.now, byte),
            Emission::Byte { uart: Uart::Module, byte } => {
                let at = self.instant();
                self.voice.serial_in(at, byte);
                self.voice_acted();
            }
            Emission::Level { pin, high } => {
                if let Some(lamp) = LAMPS.iter().position(|p| *p == pin) {
                    self.lamp(lamp, high);
                }
            }
            Emission::Reset { .. } => {
                for (lamp, pin) in LAMPS.into_iter().enumerate() {
                    let high = self.mcu.level(pin);
                    self.lamp(lamp, high);
                }
            }
        }
    }

    /// The bench writes to one of its ports; when the last byte will have left.
    pub(in crate::twin) fn write(&mut self, plug: Plug, bytes: &[u8]) -> u64 {
        let now = self.now;
        let mut left = now;
        for &byte in bytes {
            let Some(line) = self.boards.line(plug) else { break };
            left = line.reaches_board(now);
            self.queue.plan(left, Event::BoardByte(plug, byte));
        }
        left
    }

    pub(in crate::twin) fn read(&mut self, plug: Plug) -> Vec<Stamped<u8>> {
        let now = self.now;
        self.boards.line(plug).map(|line| line.take(now)).unwrap_or_default()
    }

    /// The bench's sound card sounds something; the first frame's number.
    pub(in crate::twin) fn play(&mut self, output: Jack, samples: &[f32]) -> Option<Frame> {
        let frame = self.card.play(self.now, output, samples, &mut self.air)?;
        if self.card.is_mouth(output) && !samples.is_empty() {
            self.truth.mouthed.push(self.card.output_time(frame as f64));
        }
        Some(frame)
    }
}

/// For the trace: which kind of thing happened.
fn event_kind(event: &Event) -> u64 {
    match event {
        Event::BoardByte(_, byte) => 0x100 | u64::from(*byte),
        Event::Contact(_, movement) => 2 | (movement.relay as u64) << 4 | u64::from(movement.closed) << 3,
        Event::Scan(_) => 3,
        Event::Light(lamp, lit) => 4 | (*lamp as u64) << 4 | u64::from(*lit) << 3,
        Event::Settle => 5,
        Event::Mains(on) => 6 | u64::from(*on) << 3,
        Event::ModuleByte(byte) => 0x200 | u64::from(*byte),
        Event::AtOperator(datagram) => 8 | (datagram.bytes.len() as u64) << 4,
        Event::AtPost(datagram) => 9 | (datagram.bytes.len() as u64) << 4,
        Event::Segment(way, segment) => 16 | (*way as u64) << 5 | (segment.weight() as u64) << 6,
        Event::ManualAction(deed) => 10 | deed.number() << 4,
        Event::ResetLine(high) => 11 | u64::from(*high) << 4,
        Event::Deferred(_) => 13,
        Event::AskReferenceHost => 14,
        Event::Hardware(_) => 15,
        Event::ServiceAnswers(datagram) => 0x600 | (datagram.bytes.len() as u64) << 12,
    }
}

/// The post's ears and mouth, in the air, where their leads are closed; how loud it spoke, as an effective value.
struct PostEars<'a> {
    air: &'a mut Air,
    loudspeaker: bool,
    microphone: bool,
    loudest: f32,
}

impl Acoustics for PostEars<'_> {
    fn hear(&mut self, first: f64, period: f64, out: &mut [f32]) {
        out.fill(0.0);
        if self.microphone {
            self.air.at_microphone(first, period, out);
        }
    }
    fn speak(&mut self, first: f64, period: f64, samples: &[f32]) {
        if !self.loudspeaker {
            return;
        }
        self.air.from_speaker(first, period, samples);
        let power = samples.iter().map(|s| s * s).sum::<f32>() / samples.len().max(1) as f32;
        self.loudest = self.loudest.max(power.sqrt());
    }
}
