//! The simulation led along by the real clock.
//!
//! It is never ahead of the clock, and behind it by a few milliseconds at most: it is advanced at every known event and
//! at least every step, by absolute deadlines, and to the reception of whatever comes from outside before that is put
//! in. When the machine cannot keep up, that is told.

use super::acoustic_bridge::{AcousticBridge, Breaks};
use super::keyboard::{self, Command};
use super::pty::Ptys;
use super::sockets::Sockets;
use super::status_line::{Look, StatusLine};
use super::{Before, Ended, Input};
use crate::clock::{Clock, Instant};
use crate::instrument::Result;
use crate::twin::{ManualAction, Twin};
use crate::unit::{Bilingual, Lang, both};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// What the microcontroller does of itself is seen so late at most, on a machine that keeps up.
const STEP: Duration = Duration::from_millis(4);
/// How long the last words may take to be answered.
const FAREWELL: Duration = Duration::from_millis(800);
/// Later than this is worth telling: media would be noticeably late.
const BEHIND: Duration = Duration::from_millis(50);
/// How often that is told, and how often the ear's file grows.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// A bounce train (limit T31): so many closings of this length, as far apart.
const BOUNCES: u32 = 10;
const BOUNCE: Duration = Duration::from_millis(2);

/// As Polish writes it.
fn decimal(value: f64, places: usize) -> String {
    format!("{value:.places$}").replace('.', ",")
}

pub struct Live {
    twin: Twin,
    clock: Arc<dyn Clock>,
    sockets: Sockets,
    wires: Ptys,
    face: StatusLine,
    before: Before,
    /// The longest that the simulation was late, in all and since it was last told.
    behind: (Duration, Duration),
    told: Instant,
    /// What had become of the card's sound when that was last told.
    breaks: Breaks,
    quitting: bool,
}

impl Live {
    pub fn new(twin: Twin, clock: Arc<dyn Clock>, sockets: Sockets, wires: Ptys, face: StatusLine, before: Before) -> Self {
        let told = clock.now();
        Live {
            twin,
            clock,
            sockets,
            wires,
            face,
            before,
            behind: Default::default(),
            told,
            breaks: Breaks::default(),
            quitting: false,
        }
    }

    /// Goes on until `quit` or a stop request.
    pub fn run(mut self, inputs: &Receiver<Input>) -> Result<Ended> {
        let outcome = self.go_on(inputs).and_then(|()| self.take_leave(inputs));
        let stopped = self.clock.guard().stop_requested();
        let now = self.twin.clock().now();
        if let Some(ear) = self.before.ear.take() {
            let seconds = ear.close(now)?;
            let seconds_pl = decimal(seconds, 3);
            self.face.tell(now, "ear", both!("{seconds:.3} s written", "zapisano {seconds_pl} s"));
        }
        let behind = self.behind.0.max(self.behind.1);
        let late = behind.as_secs_f64() * 1e3;
        let late_pl = decimal(late, 1);
        let told = both!("at most {late:.1} ms behind real time", "najwyżej {late_pl} ms za czasem rzeczywistym");
        self.face.tell(now, "end", told);
        self.face.leave();
        outcome.map(|()| Ended { stopped, behind })
    }

    fn go_on(&mut self, inputs: &Receiver<Input>) -> Result<()> {
        self.skip_to(self.clock.now());
        if let Some(ear) = &mut self.before.ear {
            let began = ear.began()?;
            let from = began.as_secs_f64();
            let from_pl = decimal(from, 6);
            self.face.tell(began, "ear", both!("its file begins at {from:.6} s", "plik zaczyna się w chwili {from_pl} s"));
        }
        while !self.quitting && !self.clock.guard().stop_requested() {
            let due = self.next_due();
            let first = match inputs.recv_timeout(due.since(self.clock.now())) {
                Ok(input) => Some(input),
                Err(RecvTimeoutError::Timeout) => None,
                // Every listener has ended, and has told why; time goes on without them.
                Err(RecvTimeoutError::Disconnected) => {
                    if self.clock.wait_until(due).is_err() {
                        return Ok(());
                    }
                    None
                }
            };
            self.note_lateness(self.clock.now().since(due));
            for input in first.into_iter().chain(std::iter::from_fn(|| inputs.try_recv().ok())) {
                self.put_in(input)?;
            }
            self.advance(self.clock.now())?;
        }
        Ok(())
    }

    /// Ends a call and takes the registration back, and waits a little for the answers: whoever wants it to end is not
    /// kept waiting.
    fn take_leave(&mut self, inputs: &Receiver<Input>) -> Result<()> {
        self.twin.take_leave();
        let until = self.clock.now() + FAREWELL;
        while !self.twin.has_left() && self.clock.now() < until {
            let due = self.next_due().min(until);
            let first = inputs.recv_timeout(due.since(self.clock.now()));
            for input in first.into_iter().chain(std::iter::from_fn(|| inputs.try_recv().ok())) {
                self.put_in(input)?;
            }
            self.advance(self.clock.now())?;
        }
        // What was said last has yet to come out of the line.
        self.advance(self.clock.now() + STEP)
    }

    /// Setting up took real time that the post knows nothing of: it begins now.
    fn skip_to(&mut self, now: Instant) {
        // The twin's own clock is guarded by nobody: it always gets there.
        let _arrived = self.twin.clock().wait_until(now);
    }

    fn next_due(&self) -> Instant {
        let step = self.twin.clock().now() + STEP;
        self.twin.next_due().map_or(step, |due| due.min(step))
    }

    /// Lets the post live up to `to`, and hands out what came of it.
    fn advance(&mut self, to: Instant) -> Result<()> {
        let _arrived = self.twin.clock().wait_until(to);
        for datagram in self.twin.take_arrived() {
            if let Err(why) = self.sockets.send(&datagram) {
                self.face.tell(to, "network", Bilingual::same(why));
            }
        }
        for line in self.wires.read_boards()? {
            self.face.tell(to, "console", Bilingual::same(line));
        }
        self.look(to)?;
        self.pass_sound_on(to);
        if to.since(self.told) >= TELL_EVERY {
            self.told = to;
            self.tell_lateness(to);
            self.tell_breaks(to);
            if let Some(ear) = &mut self.before.ear {
                ear.listen(to)?;
            }
        }
        Ok(())
    }

    fn look(&mut self, at: Instant) -> Result<()> {
        let (fibre, mains) = self.twin.is_fed();
        let before = self.face.look().lamps[1];
        let look = Look { lamps: self.twin.lamps(), pressed: self.twin.is_pressed(), fibre, mains };
        self.face.show(at, look);
        match (before, look.lamps[1]) {
            (false, true) => self.speak(at),
            (true, false) => self.before.mouth.as_mut().map_or(Ok(()), |mouth| mouth.fall_silent()),
            _ => Ok(()),
        }
    }

    fn put_in(&mut self, input: Input) -> Result<()> {
        match input {
            Input::Datagram(datagram) => {
                self.advance(datagram.at)?;
                self.twin.send_in(datagram.value);
            }
            Input::Bytes(wire, bytes) => {
                self.advance(bytes.at)?;
                self.wires.write_board(wire, &bytes.value)?;
            }
            Input::Command(command) => {
                self.advance(command.at)?;
                self.obey(command.at, command.value)?;
            }
            Input::Failed(why) => self.face.tell(self.clock.now(), "failed", Bilingual::same(why)),
        }
        Ok(())
    }

    fn obey(&mut self, at: Instant, command: Command) -> Result<()> {
        let look = self.face.look();
        match command {
            Command::Press(time) => self.press(at, time),
            Command::Hold(how) => self.twin.plan(at, ManualAction::Button(how.unwrap_or(!look.pressed))),
            Command::Bounce => {
                for n in 0..BOUNCES {
                    self.press(at + BOUNCE * 2 * n, BOUNCE);
                }
                self.press(at + BOUNCE * 2 * BOUNCES, keyboard::PRESS);
            }
            Command::Fibre(how) => self.twin.plan(at, ManualAction::Fibre(how.unwrap_or(!look.fibre))),
            Command::Power(how) => self.twin.plan(at, ManualAction::Mains(how.unwrap_or(!look.mains))),
            Command::Say => self.speak(at)?,
            Command::Status => self.face.tell(at, "status", Bilingual::new(look.told(Lang::En), look.told(Lang::Pl))),
            Command::Help => {
                let ((en, pl), words) = (keyboard::KEYS, keyboard::WORDS);
                self.face.say(both!("{words}\n{en}", "{words}\n{pl}"));
            }
            Command::Unknown(text) => {
                let words = keyboard::WORDS;
                self.face.tell(at, "unknown", both!("{text:?}; understood are: {words}", "{text:?}; możliwe są: {words}"));
            }
            Command::Quit => self.quitting = true,
        }
        Ok(())
    }

    fn press(&mut self, at: Instant, time: Duration) {
        self.twin.plan(at, ManualAction::Button(true));
        self.twin.plan(at + time, ManualAction::Button(false));
    }

    fn speak(&mut self, at: Instant) -> Result<()> {
        let Some(mouth) = &mut self.before.mouth else { return Ok(()) };
        let (from, seconds) = mouth.speak()?;
        let from = from.as_secs_f64();
        let (from_pl, seconds_pl) = (decimal(from, 6), decimal(seconds, 3));
        let told = both!("speaks from {from:.6} s for {seconds:.3} s", "od chwili {from_pl} s przez {seconds_pl} s");
        self.face.tell(at, "mouth", told);
        Ok(())
    }

    /// A card that no longer works is let go; the post lives on without it.
    fn pass_sound_on(&mut self, to: Instant) {
        let Some(room) = &mut self.before.room else { return };
        if let Err(error) = room.pass_on(&self.twin, to) {
            self.before.room = None;
            let account = error.account();
            let told = Bilingual::new(format!("is gone: {}", account.en), format!("odłączona: {}", account.pl));
            self.face.tell(to, "card", told);
        }
    }
    fn tell_breaks(&mut self, at: Instant) {
        let Some(breaks) = self.before.room.as_ref().map(AcousticBridge::breaks).filter(|breaks| *breaks != self.breaks) else {
            return;
        };
        let Breaks { mouth, speaker } = std::mem::replace(&mut self.breaks, breaks);
        let (mouth, speaker) = (breaks.mouth - mouth, breaks.speaker - speaker);
        self.face.tell(
            at,
            "card",
            both!(
                "sound broke: {mouth} times from its microphone, {speaker} times to its loudspeaker",
                "przerwy w dźwięku: z mikrofonu {mouth}, do głośnika {speaker}"
            ),
        );
    }

    fn note_lateness(&mut self, late: Duration) {
        self.behind.1 = self.behind.1.max(late);
    }
    fn tell_lateness(&mut self, at: Instant) {
        let late = std::mem::take(&mut self.behind.1);
        self.behind.0 = self.behind.0.max(late);
        if late > BEHIND {
            let millis = late.as_millis();
            self.face.tell(
                at,
                "behind",
                both!(
                    "the post was {millis} ms behind real time: its sound and answers came late",
                    "punkt spóźnił się o {millis} ms: jego dźwięk i odpowiedzi przyszły za późno"
                ),
            );
        }
    }
}
