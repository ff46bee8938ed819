//! Everyday troubles of a bench: leads, sensors, boards and adapters that are nearly in order.
//!
//! Knows when and how much; who is hindered asks. Those of the bench's network are in [`super::crowded`].

use super::relays::Movement;
use crate::rng::mix;
use crate::twin::kernel::world::{Event, World};
use crate::twin::manual_inputs::ManualAction;

/// One at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// A film on a terminal of the button's lead: a closing passes 40 ms late. The relay's other pole is clean.
    ButtonLeadSlow,
    /// For eight seconds of every ninety the sensor of the out-of-service lamp sees a tube light's 50 Hz.
    SensorFlickers,
    /// The input of the sensor of the connected lamp is not debounced any more: 30 ms at each change.
    SensorBounces,
    /// The sensor of the call-placed lamp follows 150 ms late.
    SensorDull,
    /// The sensor of the out-of-service lamp sees the connected lamp beside it as well.
    LightLeaks,
    /// The relay board's own supply fails for a moment every fifty seconds: all relays fall back.
    RelayBoardRestarts,
    /// The fibre's relay feeds a converter that lives on for 1.5 s.
    FibrePartsLate,
    /// The console's adapter hands on every ninth line twice.
    ConsoleRepeats,
    /// Of every 4000 words that the probe reads one has a bit turned over.
    ProbeMisreads,
    /// The bench's switch loses 2 % of what it gets.
    NetworkDrops,
    /// For 0.3 s of every four it holds everything back by 80 ms.
    NetworkStalls,
    /// A mirrored port: everything arrives twice.
    NetworkDoubles,
    /// Another machine in the bench's network searches it for telephones.
    NetworkShared,
    /// The switch looks for loops for thirty seconds whenever the link has come back, and passes nothing meanwhile.
    SwitchSearchesLoops,
    /// The switch starts anew at one minute and every four after: nothing passes for forty seconds.
    SwitchRestarts,
    /// The bench's firewall lets in only who was sent something within the last twenty seconds.
    FirewallForgets,
    /// The switch's port sleeps when the post has been silent for ten seconds, and what wakes it is lost.
    PortSleeps,
    /// A compressor on the workshop's mains: they dip for 60 ms at one minute and every two after.
    MainsDip,
    /// Somebody tries the button, every 97 s.
    PressedByHand,
    /// The input board's hub hands on every fourth report up to 60 ms late, and all behind it.
    HubDawdles,
    /// After a minute somebody has put the sensors of the two call lamps back the wrong way round.
    SensorsExchanged,
    /// After a minute the sensor of the connected lamp has fallen off.
    SensorFallsOff,
    /// After a minute the input of the out-of-service lamp's sensor is short-circuited.
    SensorShorted,
    /// Another post's operator is the same: every forty seconds it registers and calls.
    SecondPost,
    /// The contact that tells of the button relay bounces for 30 ms.
    ButtonSenseBounces,
    /// Of every 90 bytes to the relay board one is lost.
    RelayLineLosesBytes,
    /// The button relay's contact burns on and parts 0.4 s late. Its other pole does not.
    ButtonPartsLate,
    /// No trouble: of every two hundred datagrams one comes twice, as datagrams may.
    NetworkDoublesSeldom,
}

/// What happens of itself, or later than what it follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::twin) enum Deferred {
    ButtonCloses,
    ButtonParts,
    /// What the button's sense tells of its contact next.
    ButtonSense(u64),
    FibreParts,
    /// The flickering sensor's next half-wave, and the bouncing one's next bounce.
    Flicker(u64),
    Bounce(u64),
    BoardRestarts,
    Searched(u64),
    Intrudes(u64),
    Dip,
    /// All sensors are looked at again.
    Looks,
}

/// What troubles remember.
#[derive(Debug, Default)]
pub(in crate::twin) struct Troubles {
    pub count: u64,
    button_closed: Option<u64>,
    button_open: Option<u64>,
    fibre_open: Option<u64>,
    flicker: bool,
    line: Vec<u8>,
    /// The latest arrival, each way.
    pub last: [u64; 2],
    /// When the link came back.
    pub linked: u64,
    /// Until when the hub holds back.
    held_until: u64,
}

const MS: u64 = 1_000_000;
const SECOND: u64 = 1000 * MS;
/// When those begin that do not begin at once.
pub(in crate::twin) const FROM: u64 = 60 * SECOND;
const SLOW: u64 = 40 * MS;
const BURNS_ON: u64 = 400 * MS;
const BYTE_LOST: u64 = 90;
const DULL: u64 = 150 * MS;
const LIVES_ON: u64 = 1500 * MS;
const HALF_WAVE: u64 = 10 * MS;
/// Half-waves of a spell of flickering, and when the next one begins.
const SPELL: u64 = 800;
const SPELLS_EVERY: u64 = 90 * SECOND;
const BOUNCES: u64 = 6;
const BOUNCE: u64 = 5 * MS;
const RESTARTS_EVERY: u64 = 50 * SECOND;
pub(in crate::twin) const SEARCHES_EVERY: u64 = 7 * SECOND;
const INTRUDES_EVERY: u64 = 40 * SECOND;
const DIPS_EVERY: u64 = 120 * SECOND;
const DIP: u64 = 60 * MS;
/// A finger's press: when first, how often, how many times, and for how long.
const TRIED: (u64, u64, u64, u64) = (75 * SECOND, 97 * SECOND, 60, 300 * MS);
/// One report in so many is held back, by so much at most.
const DAWDLES: (u64, u64) = (4, 60 * MS);
const REPEATED_LINE: u64 = 9;
const MISREAD: u64 = 4000;
/// An access port's data register.
const DATA: u8 = 0x0C;

/// Which lamp's sensor is meant.
const PLACED: usize = 0;
const CONNECTED: usize = 1;
const OUT_OF_SERVICE: usize = 2;

impl World {
    pub(in crate::twin) fn is_in(&self, trouble: Trouble) -> bool {
        self.boards.faults().trouble == Some(trouble)
    }
    pub(in crate::twin) fn is_now_in(&self, trouble: Trouble) -> bool {
        self.is_in(trouble) && self.now() >= FROM
    }
    fn defer(&mut self, by: u64, what: Deferred) {
        self.queue.plan(self.now() + by, Event::Deferred(what));
    }
    pub(in crate::twin) fn plan_troubles(&mut self) {
        match self.boards.faults().trouble {
            Some(Trouble::SensorFlickers) => self.defer(FROM, Deferred::Flicker(0)),
            Some(Trouble::RelayBoardRestarts) => self.defer(FROM, Deferred::BoardRestarts),
            Some(Trouble::NetworkShared) => self.defer(FROM, Deferred::Searched(0)),
            Some(Trouble::SecondPost) => self.defer(FROM, Deferred::Intrudes(0)),
            Some(Trouble::SensorShorted) => self.defer(FROM, Deferred::Looks),
            Some(Trouble::SensorFallsOff) => self.defer(FROM, Deferred::Looks),
            Some(Trouble::MainsDip) => self.defer(FROM, Deferred::Dip),
            Some(Trouble::PressedByHand) => {
                let (first, every, times, length) = TRIED;
                for at in (0..times).map(|n| first + n * every) {
                    self.queue.plan(at, Event::ManualAction(ManualAction::Button(true)));
                    self.queue.plan(at + length, Event::ManualAction(ManualAction::Button(false)));
                }
            }
            _ => {}
        }
    }
    pub(in crate::twin) fn deferred(&mut self, what: Deferred) {
        let (now, after) = (self.now(), |since: Option<u64>, by| since.is_some_and(|since| self.now() >= since + by));
        match what {
            Deferred::ButtonCloses if after(self.troubles.button_closed, SLOW) => self.relay_presses(true),
            Deferred::FibreParts if after(self.troubles.fibre_open, LIVES_ON) => self.relay_leads_light(false),
            Deferred::ButtonParts if self.troubles.button_closed.is_none() && after(self.troubles.button_open, BURNS_ON) => {
                self.relay_presses(false);
            }
            Deferred::ButtonSense(bounce) => {
                let closed = self.troubles.button_closed.is_some() != (bounce % 2 == 1);
                self.button_sensed(closed);
                if bounce < BOUNCES {
                    self.defer(BOUNCE, Deferred::ButtonSense(bounce + 1));
                }
            }
            Deferred::ButtonCloses | Deferred::ButtonParts | Deferred::FibreParts => {}
            Deferred::Flicker(half_wave) => {
                self.troubles.flicker = half_wave.is_multiple_of(2) && half_wave < SPELL;
                self.sensor_looks(OUT_OF_SERVICE);
                let over = half_wave >= SPELL;
                self.defer(if over { SPELLS_EVERY } else { HALF_WAVE }, Deferred::Flicker(if over { 0 } else { half_wave + 1 }));
            }
            Deferred::Bounce(bounce) => {
                let lit = self.contacts.lamps[CONNECTED] != (bounce % 2 == 1);
                self.sensor_says(CONNECTED, lit);
                if bounce < BOUNCES {
                    self.defer(BOUNCE, Deferred::Bounce(bounce + 1));
                }
            }
            Deferred::BoardRestarts => {
                self.release_relays(now);
                self.defer(RESTARTS_EVERY, Deferred::BoardRestarts);
            }
            Deferred::Looks => (PLACED..=OUT_OF_SERVICE).for_each(|lamp| self.lamp_seen(lamp, self.contacts.lamps[lamp])),
            Deferred::Intrudes(turn) => {
                self.intrude(turn);
                self.defer(INTRUDES_EVERY, Deferred::Intrudes(turn + 1));
            }
            Deferred::Dip => {
                self.mains(false);
                self.queue.plan(now + DIP, Event::Mains(true));
                self.defer(DIPS_EVERY, Deferred::Dip);
            }
            Deferred::Searched(turn) => {
                self.search_network(turn);
                self.defer(SEARCHES_EVERY, Deferred::Searched(turn + 1));
            }
        }
    }
    /// The button's contact has moved; whether its lead follows only later.
    pub(in crate::twin) fn slows_button(&mut self, closed: bool) -> bool {
        let now = Some(self.now());
        (self.troubles.button_closed, self.troubles.button_open) = if closed { (now, None) } else { (None, now) };
        match self.boards.faults().trouble {
            Some(Trouble::ButtonLeadSlow) if closed => self.defer(SLOW, Deferred::ButtonCloses),
            Some(Trouble::ButtonPartsLate) if !closed => self.defer(BURNS_ON, Deferred::ButtonParts),
            Some(Trouble::ButtonSenseBounces) => {
                self.defer(BOUNCE, Deferred::ButtonSense(1));
                return false;
            }
            _ => return false,
        }
        true
    }
    /// The same of the fibre.
    pub(in crate::twin) fn slows_fibre(&mut self, closed: bool) -> bool {
        if !self.is_in(Trouble::FibrePartsLate) {
            return false;
        }
        self.troubles.fibre_open = (!closed).then_some(self.now());
        if !closed {
            self.defer(LIVES_ON, Deferred::FibreParts);
        }
        !closed
    }
    /// By how much later a lamp's sensor follows, in nanoseconds.
    pub(in crate::twin) fn dullness(&self, lamp: usize) -> u64 {
        if lamp == PLACED && self.is_in(Trouble::SensorDull) { DULL } else { 0 }
    }
    /// Which lamp's input the sensor of a lamp is at.
    pub(in crate::twin) fn sensor_of(&self, lamp: usize) -> usize {
        let exchanged = self.is_now_in(Trouble::SensorsExchanged) && lamp != OUT_OF_SERVICE;
        if exchanged { PLACED + CONNECTED - lamp } else { lamp }
    }
    /// Whether a byte does not reach the relay board.
    pub(in crate::twin) fn relay_byte_lost(&mut self) -> bool {
        let counts = self.is_now_in(Trouble::RelayLineLosesBytes);
        self.troubles.count += u64::from(counts);
        counts && self.troubles.count.is_multiple_of(BYTE_LOST)
    }
    /// What a lamp's sensor makes of its lamp. Others may have to look again.
    pub(in crate::twin) fn misseen(&mut self, lamp: usize, lit: bool) -> bool {
        if lamp == CONNECTED && self.is_in(Trouble::SensorBounces) {
            self.defer(BOUNCE, Deferred::Bounce(1));
        }
        if lamp == CONNECTED && self.is_in(Trouble::LightLeaks) {
            self.sensor_says(OUT_OF_SERVICE, lit || self.contacts.lamps[OUT_OF_SERVICE]);
        }
        if lamp == CONNECTED && self.is_now_in(Trouble::SensorFallsOff) {
            return false;
        }
        if lamp == OUT_OF_SERVICE && self.is_now_in(Trouble::SensorShorted) {
            return true;
        }
        let leaks = self.is_in(Trouble::LightLeaks) && self.contacts.lamps[CONNECTED];
        lit || lamp == OUT_OF_SERVICE && (self.troubles.flicker || leaks)
    }
    fn sensor_looks(&mut self, lamp: usize) {
        let lit = self.contacts.lamps[lamp] || self.troubles.flicker;
        self.sensor_says(lamp, lit);
    }
    /// As if each relay had been told to fall back.
    fn release_relays(&mut self, now: u64) {
        for number in 0..self.boards.count() {
            let movements: Vec<Movement> = self.boards.fall_back(number, now);
            for movement in movements {
                self.queue.plan(movement.at, Event::Contact(number, movement));
            }
        }
    }
    /// What the console's adapter hands on when the post's console says a byte.
    pub(in crate::twin) fn console_repeats(&mut self, byte: u8) -> Vec<u8> {
        if !self.is_now_in(Trouble::ConsoleRepeats) {
            return vec![byte];
        }
        self.troubles.line.push(byte);
        if byte != b'\n' {
            return vec![byte];
        }
        self.troubles.count += 1;
        let line = std::mem::take(&mut self.troubles.line);
        if self.troubles.count.is_multiple_of(REPEATED_LINE) { [vec![byte], line].concat() } else { vec![byte] }
    }
    /// When what an input board says now leaves its hub.
    pub(in crate::twin) fn through_hub(&mut self) -> u64 {
        let (of_every, most) = DAWDLES;
        if self.is_now_in(Trouble::HubDawdles) {
            self.troubles.count += 1;
            let late = if self.troubles.count.is_multiple_of(of_every) { mix(self.troubles.count) % most } else { 0 };
            self.troubles.held_until = self.troubles.held_until.max(self.now() + late);
        }
        self.now().max(self.troubles.held_until)
    }
    /// What the probe makes of a word that it reads.
    pub(in crate::twin) fn misread(&mut self, ap: bool, address: u8, word: u32) -> u32 {
        if !(ap && address & DATA == DATA && self.is_in(Trouble::ProbeMisreads)) {
            return word;
        }
        self.troubles.count += 1;
        if self.troubles.count.is_multiple_of(MISREAD) { word ^ 1 << (self.troubles.count / MISREAD % 32) } else { word }
    }
}
