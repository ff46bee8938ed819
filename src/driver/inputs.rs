//! The input board: every change reported in ASCII (`+IN <n> <0|1>`), all states and `OK` on `?`, its name on `ID?`.
//!
//! A board that has fewer inputs than the rig says is refused when it is opened: a lamp on an input that is not there
//! would never light. The board reports every change before it repeats a state in an answer; a report that leaves no
//! change to make, and an answer that tells of one, show that a report is missing, and what rests on the others is
//! worth nothing.

use super::text::Lines;
use crate::clock::{Instant, Stamped};
use crate::instrument::lamp::{Edge, Input, InputBoard};
use crate::instrument::port::Port;
use crate::instrument::{Identity, Instrument, InstrumentError, Result};
use crate::unit::both;
use std::collections::BTreeMap;

/// Bits per second of the board's serial line.
pub const BAUD: u32 = 115_200;
/// Scan period 1 ms, phototransistor 0.3 ms, a report queued behind another 0.8 ms, its first byte 0.1 ms, USB frame
/// 0.5 ms: straight sum, seconds.
const STAMP_UNCERTAINTY: f64 = 2.7e-3;

pub struct Inputs {
    port: Box<dyn Port>,
    lines: Lines,
    /// Inputs that the rig gives it.
    inputs: u8,
    asked: bool,
    /// All states have been told once since opening.
    told: bool,
    name: Option<(String, String)>,
    /// Each as last told, with the moment.
    states: BTreeMap<u8, Stamped<bool>>,
    /// When the states were asked for last.
    states_asked: Option<Instant>,
    changes: Vec<Stamped<Edge>>,
    /// Answers that are still to come.
    awaited: usize,
    /// What has been told since the states were asked for: the input, and whether it was a change.
    told_since: Vec<(u8, bool)>,
    /// An input of which a report is missing, not yet said.
    missing: Option<u8>,
}

impl Inputs {
    /// A board with so many inputs. Asks at once for its name and the present states; the answers take some 10 ms to
    /// arrive.
    pub fn new(port: Box<dyn Port>, inputs: u8) -> Result<Self> {
        let (states, changes) = (BTreeMap::new(), Vec::new());
        let lines = Lines::default();
        let (told_since, missing) = (Vec::new(), None);
        let (asked, told, name, states_asked, awaited) = (false, false, None, None, 0);
        let mut board =
            Inputs { port, lines, inputs, asked, told, name, states, states_asked, changes, awaited, told_since, missing };
        board.ask()?;
        Ok(board)
    }

    fn ask(&mut self) -> Result<()> {
        self.asked = true;
        self.awaited += 1;
        // A line end first: what a former owner of the line left half-sent must not spoil the question.
        self.port.write(b"\r\nID?\r\n?\r\n").map(drop)
    }

    fn take_in(&mut self) -> Result<()> {
        for byte in self.port.read()? {
            if let Some(line) = self.lines.push(byte) {
                self.understand(line);
            }
        }
        Ok(())
    }

    fn understand(&mut self, line: Stamped<String>) {
        let words: Vec<&str> = line.value.split(' ').collect();
        match words.as_slice() {
            ["HEJNAL-INPUTS", version, unit] => self.name = Some(((*version).to_string(), (*unit).to_string())),
            ["+IN", number, state @ ("0" | "1")] => {
                let Some(number) = number.parse().ok().filter(|n| (1..=self.inputs).contains(n)) else { return };
                let lit = *state == "1";
                let before = self.states.insert(number, Stamped::new(line.at, lit));
                // The first report of an input answers the question for its state: no change.
                let is_change = before.is_some_and(|before| before.value != lit);
                if is_change {
                    self.changes.push(Stamped::new(line.at, Edge { input: Input(number), lit }));
                }
                if self.awaited > 0 {
                    self.told_since.push((number, is_change));
                } else if !is_change && before.is_some() {
                    self.missing = Some(number);
                }
            }
            ["OK"] => self.answered(),
            // A piece of a line that began before the port was opened.
            _ => {}
        }
    }

    /// An answer is complete: what of it had not been reported is a report that never came.
    fn answered(&mut self) {
        self.told = true;
        self.awaited = self.awaited.saturating_sub(1);
        let told = std::mem::take(&mut self.told_since);
        // It tells all inputs from the first on; whatever came before was a report.
        let begins = told.iter().rposition(|(input, _)| *input == 1).unwrap_or(told.len());
        self.missing = self.missing.or(told[begins..].iter().find(|(_, is_change)| *is_change).map(|(input, _)| *input));
    }

    fn lost(&self, input: u8) -> InstrumentError {
        let cause = both!(
            "a change of input {input} was never reported: what it told next does not follow from what it had told before",
            "nie zgłoszono zmiany na wejściu {input}: następny stan nie wynika z poprzednio zgłoszonych"
        );
        let remedy = (
            "Give the board a USB port of its own, without a hub; if reports still go missing, replace its lead or the board.",
            "Podłącz moduł do osobnego portu USB, bez koncentratora; jeśli zgłoszenia nadal giną, wymień przewód albo moduł.",
        );
        InstrumentError::new(format!("input board on {}", self.port.name()), "report every change", cause, remedy)
    }

    fn lacking(&self) -> InstrumentError {
        let cause = both!(
            "it told the state of {} of the {} inputs that the rig gives it",
            "podano stan {} z {} wejść, które modułowi przypisuje opis stanowiska",
            self.states.len(),
            self.inputs
        );
        let remedy = (
            "Correct `channels` in the rig: as many inputs as the board has.",
            "Popraw `channels` w opisie stanowiska: tyle wejść, ile ma moduł.",
        );
        InstrumentError::new(format!("input board on {}", self.port.name()), "tell all its inputs", cause, remedy)
    }

    fn silent(&self, action: &str) -> InstrumentError {
        let remedy = (
            "Wait a moment after opening it; if it stays silent check its USB lead and its baud rate (115200).",
            "Odczekaj chwilę po otwarciu portu; jeśli moduł nadal milczy, sprawdź przewód USB i prędkość transmisji (115200).",
        );
        InstrumentError::new(
            format!("input board on {}", self.port.name()),
            action,
            ("it has not answered", "brak odpowiedzi"),
            remedy,
        )
    }
}

impl Instrument for Inputs {
    fn identify(&mut self) -> Result<Identity> {
        self.take_in()?;
        if let Some((version, unit)) = self.name.as_ref().filter(|_| self.told) {
            let identity = Identity { model: format!("HEJNAL-INPUTS {version}"), unit: unit.clone() };
            return if self.states.len() < usize::from(self.inputs) { Err(self.lacking()) } else { Ok(identity) };
        }
        // One question is on its way since opening; a later call asks again, for a board that was plugged in meanwhile.
        if !std::mem::take(&mut self.asked) {
            self.ask()?;
        }
        Err(self.silent("tell its name"))
    }
    /// Watching harms nobody.
    fn make_safe(&mut self) -> Result<()> {
        Ok(())
    }
}

impl InputBoard for Inputs {
    fn edges(&mut self) -> Result<Vec<Stamped<Edge>>> {
        self.take_in()?;
        match self.missing.take() {
            None => Ok(std::mem::take(&mut self.changes)),
            Some(input) => Err(self.lost(input)),
        }
    }
    fn is_lit(&mut self, input: Input, since: Instant) -> Result<Option<bool>> {
        self.take_in()?;
        if let Some(told) = self.states.get(&input.0).filter(|told| told.at >= since) {
            return Ok(Some(told.value));
        }
        if self.states_asked.is_none_or(|asked| asked < since) {
            self.awaited += 1;
            self.states_asked = Some(self.port.write(b"\r\n?\r\n")?.max(since));
        }
        Ok(None)
    }
    fn stamp_uncertainty(&self) -> f64 {
        STAMP_UNCERTAINTY
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Instant;

    /// A board that has already said all it will ever say.
    struct Script(Vec<Stamped<u8>>);
    impl Port for Script {
        fn write(&mut self, _: &[u8]) -> Result<Instant> {
            Ok(Instant::ZERO)
        }
        fn read(&mut self) -> Result<Vec<Stamped<u8>>> {
            Ok(std::mem::take(&mut self.0))
        }
        fn name(&self) -> String {
            "script".into()
        }
    }

    fn board(inputs: u8, said: &[u8]) -> Inputs {
        let stamped = said.iter().zip(0..).map(|(byte, n)| Stamped::new(Instant::from_nanos(n), *byte)).collect();
        Inputs::new(Box::new(Script(stamped)), inputs).expect("opens")
    }

    #[test]
    fn states_are_no_changes_and_changes_are_stamped_at_their_first_byte() {
        let mut board =
            board(2, b"N 3 1\r\nHEJNAL-INPUTS 1.0 HI0042\r\n+IN 1 0\r\n+IN 2 1\r\nOK\r\n+IN 1 1\r\n+IN 2 0\r\n+IN 1 0\r\n");
        assert_eq!(board.identify().map(|i| i.unit), Ok("HI0042".into()));
        let edges: Vec<_> =
            board.edges().expect("reads").iter().map(|e| (e.at.as_nanos(), e.value.input.0, e.value.lit)).collect();
        assert_eq!(edges, [(55, 1, true), (64, 2, false), (73, 1, false)]);
        let mut known = |input| board.is_lit(Input(input), Instant::ZERO);
        assert_eq!((known(1), known(2)), (Ok(Some(false)), Ok(Some(false))));
        assert_eq!(known(3), Ok(None), "a piece of a line is no report");
        assert_eq!(board.edges(), Ok(Vec::new()));
    }

    #[test]
    fn a_report_that_is_missing_is_missed() {
        let begins = "HEJNAL-INPUTS 1.0 HI0042\r\n+IN 1 0\r\n+IN 2 0\r\nOK\r\n";
        let is_missed = |said: &str, asks: bool| {
            let mut board = board(2, begins.as_bytes());
            assert_eq!(board.edges(), Ok(Vec::new()));
            if asks {
                assert_eq!(board.is_lit(Input(1), Instant::from_nanos(1_000_000)), Ok(None));
            }
            let later = said.bytes().zip(2_000_000..).map(|(byte, n)| Stamped::new(Instant::from_nanos(n), byte));
            board.port = Box::new(Script(later.collect()));
            let first = board.edges();
            assert!(board.edges().is_ok(), "said once");
            first.is_err()
        };
        assert!(!is_missed("+IN 1 1\r\n+IN 2 1\r\n+IN 1 0\r\n", false));
        assert!(is_missed("+IN 1 1\r\n+IN 1 1\r\n", false));
        // An answer repeats what is known, and what was reported while it was on its way.
        assert!(!is_missed("+IN 1 0\r\n+IN 2 0\r\nOK\r\n+IN 1 1\r\n", true));
        assert!(!is_missed("+IN 1 1\r\n+IN 2 1\r\n+IN 1 1\r\n+IN 2 1\r\nOK\r\n", true));
        assert!(is_missed("+IN 1 0\r\n+IN 2 1\r\nOK\r\n", true));
    }

    #[test]
    fn what_was_told_before_is_no_answer_to_a_question_of_now() {
        let mut board = board(2, b"HEJNAL-INPUTS 1.0 HI0042\r\n+IN 1 0\r\n+IN 2 1\r\nOK\r\n");
        assert_eq!(board.is_lit(Input(2), Instant::ZERO), Ok(Some(true)));
        let later = Instant::from_nanos(1_000_000);
        assert_eq!(board.is_lit(Input(2), later), Ok(None), "it has died since, or is about to answer");
        assert_eq!(board.states_asked, Some(later));
    }

    #[test]
    fn it_watches_as_many_as_a_rig_may_name_and_wants_them_all() {
        let most = crate::rig::drivers::find("input-reporter").expect("its row").most(crate::rig::Capability::Input);
        let says = |inputs: u8| -> Vec<u8> {
            let states: String = (1..=inputs).map(|input| format!("+IN {input} 1\r\n")).collect();
            format!("HEJNAL-INPUTS 1.0 HI0042\r\n{states}OK\r\n").into_bytes()
        };
        let mut whole = board(most, &says(most));
        assert!(whole.identify().is_ok() && (1..=most).all(|input| whole.is_lit(Input(input), Instant::ZERO) == Ok(Some(true))));
        let mut beyond = board(most, &says(most + 1));
        assert!(beyond.identify().is_ok() && beyond.is_lit(Input(most + 1), Instant::ZERO) == Ok(None));
        let lacking = board(most, &says(most - 1)).identify().expect_err("one is not there");
        assert!(lacking.cause.en.contains("7 of the 8") && lacking.remedy.en.contains("channels"), "{lacking}");
    }

    #[test]
    fn a_board_that_is_silent_or_talks_nonsense_is_the_benchs_trouble() {
        for said in [&b""[..], b"+IN 9 1\r\n+IN x 1\r\n+IN 1 2\r\n\xff\xfe\r\n"] {
            let mut board = board(6, said);
            assert!(board.identify().is_err() && board.is_lit(Input(1), Instant::ZERO) == Ok(None));
            assert_eq!(board.edges(), Ok(Vec::new()));
        }
    }
}
