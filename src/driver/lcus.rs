//! LCUS USB relay boards (CH340 and a small controller): four bytes switch one relay.
//!
//! The board never answers and cannot be asked: `get` tells what was last commanded. Proof that a contact moved is a
//! sense input's business. Knows nothing of what the contacts switch, or of whether the port is hardware.

use crate::clock::Instant;
use crate::instrument::port::Port;
use crate::instrument::relay::{Channel, Contact, RelayBoard};
use crate::instrument::{Identity, Instrument, InstrumentError, Result};
use crate::unit::{Bilingual, both};

/// Bits per second of the board's serial line.
pub const BAUD: u32 = 9600;
const START: u8 = 0xA0;

pub struct Lcus {
    port: Box<dyn Port>,
    /// Last command per relay; `None`: never commanded, so unknown.
    commanded: Vec<Option<Contact>>,
}

impl Lcus {
    /// A board with so many relays on `port`. Nothing is sent yet.
    pub fn new(port: Box<dyn Port>, relays: u8) -> Self {
        Lcus { port, commanded: vec![None; usize::from(relays)] }
    }

    fn model(&self) -> String {
        format!("LCUS-{} relay board", self.commanded.len())
    }

    fn error(&self, action: String, cause: impl Into<Bilingual>, remedy: (&str, &str)) -> InstrumentError {
        InstrumentError::new(format!("{} on {}", self.model(), self.port.name()), action, cause, remedy)
    }

    fn index(&self, channel: Channel, action: &str) -> Result<usize> {
        let index = usize::from(channel.0).wrapping_sub(1);
        if index < self.commanded.len() {
            return Ok(index);
        }
        let cause = both!(
            "it has relays 1 to {}",
            "moduł nie ma przekaźnika o tym numerze: ma przekaźniki od 1 do {}",
            self.commanded.len()
        );
        Err(self.error(
            format!("{action} relay {}", channel.0),
            cause,
            ("Correct the relay's number in the rig description.", "Popraw numer przekaźnika w opisie stanowiska."),
        ))
    }
}

/// The frame that commands a relay: start, number, state, and the low byte of their sum.
fn frame(channel: u8, to: Contact) -> [u8; 4] {
    let state = u8::from(to == Contact::Closed);
    [START, channel, state, START.wrapping_add(channel).wrapping_add(state)]
}

impl Instrument for Lcus {
    /// The board has no name to ask for: its port tells it from others.
    fn identify(&mut self) -> Result<Identity> {
        Ok(Identity { model: self.model(), unit: self.port.name() })
    }
    /// Releases every relay, also one that was never commanded. All are tried, the first failure is told.
    fn make_safe(&mut self) -> Result<()> {
        let mut outcome = Ok(());
        for channel in 1..=self.commanded.len() as u8 {
            outcome = outcome.and(self.set(Channel(channel), Contact::Open).map(drop));
        }
        outcome
    }
}

impl RelayBoard for Lcus {
    fn set(&mut self, channel: Channel, to: Contact) -> Result<Instant> {
        let index = self.index(channel, "switch")?;
        // Unknown until the bytes are out: a write that failed half-way may have switched or not.
        self.commanded[index] = None;
        let left = self.port.write(&frame(channel.0, to))?;
        self.commanded[index] = Some(to);
        Ok(left)
    }
    fn get(&mut self, channel: Channel) -> Result<Contact> {
        let index = self.index(channel, "tell the state of")?;
        self.commanded[index].ok_or_else(|| {
            let action = format!("tell the state of relay {}", channel.0);
            self.error(
                action,
                (
                    "it was never commanded, and the board cannot be asked",
                    "nie wiadomo, w jakim stanie jest przekaźnik: nie był jeszcze sterowany, a modułu nie można o to zapytać",
                ),
                ("Make the board safe before using it.", "Przed użyciem wyłącz wszystkie przekaźniki modułu."),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::contract;
    use super::*;
    use crate::clock::{Clock, Guard, Interrupted, Stamped};
    use std::sync::{Arc, Mutex};

    /// A line that keeps what is written, and breaks on demand.
    #[derive(Clone, Default)]
    struct Tape {
        written: Arc<Mutex<Vec<u8>>>,
        broken: Arc<Mutex<bool>>,
    }
    impl Port for Tape {
        fn write(&mut self, bytes: &[u8]) -> Result<Instant> {
            if *self.broken.lock().expect("lock") {
                return Err(InstrumentError::new("tape", "write", Bilingual::same("torn"), ("Glue it.", "Sklej ją.")));
            }
            self.written.lock().expect("lock").extend_from_slice(bytes);
            Ok(Instant::from_nanos(7))
        }
        fn read(&mut self) -> Result<Vec<Stamped<u8>>> {
            Ok(Vec::new())
        }
        fn name(&self) -> String {
            "tape".into()
        }
    }

    #[test]
    fn frames_are_those_of_the_data_sheet() {
        assert_eq!(frame(1, Contact::Closed), [0xA0, 0x01, 0x01, 0xA2]);
        assert_eq!(frame(1, Contact::Open), [0xA0, 0x01, 0x00, 0xA1]);
        assert_eq!(frame(4, Contact::Closed), [0xA0, 0x04, 0x01, 0xA5]);
    }

    #[test]
    fn it_knows_only_what_it_commanded() {
        let tape = Tape::default();
        let mut board = Lcus::new(Box::new(tape.clone()), 2);
        assert!(board.get(Channel(1)).is_err());
        assert_eq!(board.set(Channel(1), Contact::Closed), Ok(Instant::from_nanos(7)));
        assert_eq!(board.get(Channel(1)), Ok(Contact::Closed));
        *tape.broken.lock().expect("lock") = true;
        assert!(board.set(Channel(1), Contact::Open).is_err() && board.get(Channel(1)).is_err());
    }

    #[test]
    fn channels_it_has_not_are_refused_with_a_remedy() {
        let mut board = Lcus::new(Box::new(Tape::default()), 4);
        for channel in [0, 5, 255] {
            let error = board.set(Channel(channel), Contact::Closed).expect_err("no such relay");
            assert!(error.to_string().contains("relays 1 to 4") && error.remedy.en.contains("rig"), "{error}");
        }
    }

    #[test]
    fn it_switches_as_many_as_a_rig_may_name() {
        let most = crate::rig::drivers::find("lcus").expect("its row").most(crate::rig::Capability::Relay);
        let tape = Tape::default();
        let mut board = Lcus::new(Box::new(tape.clone()), most);
        assert!((1..=most).all(|channel| board.set(Channel(channel), Contact::Closed).is_ok()));
        assert!(board.set(Channel(most + 1), Contact::Closed).is_err());
        assert_eq!(tape.written.lock().expect("lock").len(), 4 * usize::from(most));
    }

    /// Nothing on the tape takes time.
    #[derive(Default)]
    struct Still(Guard);
    impl Clock for Still {
        fn now(&self) -> Instant {
            Instant::ZERO
        }
        fn wait_until(&self, _: Instant) -> std::result::Result<(), Interrupted> {
            Ok(())
        }
        fn guard(&self) -> &Guard {
            &self.0
        }
    }

    #[test]
    fn it_is_a_relay_board_like_any_other() {
        let tape = Tape::default();
        let closed = || {
            let mut closed = vec![false; 4];
            let written = tape.written.lock().expect("lock");
            written.chunks(4).for_each(|frame| closed[usize::from(frame[1]) - 1] = frame[2] == 1);
            closed
        };
        contract::holds_for(&mut Lcus::new(Box::new(tape.clone()), 4), 4, &Still::default(), &closed);
    }

    #[test]
    fn safe_means_all_released() {
        let tape = Tape::default();
        Lcus::new(Box::new(tape.clone()), 2).make_safe().expect("safe");
        assert_eq!(*tape.written.lock().expect("lock"), [0xA0, 1, 0, 0xA1, 0xA0, 2, 0, 0xA2]);
    }
}
