//! Laboratory supplies whose output is a post's mains: switched on and off by a line of text, and asked by another, in
//! the dialect of their maker.
//!
//! Must not know what is supplied. Voltage and current limit stay as the person at the bench has set them.

use super::exchange::Exchange;
use super::failure::Failure;
use super::switchboard::{Switchboard, Switches};
use super::way::Way;
use crate::clock::{Clock, Instant};
use crate::instrument::Identity;
use crate::rig::drivers::{OutputTold, ScpiModel};
use std::sync::Arc;
use std::time::Duration;

/// Supplies answer within some 50 ms; with the front panel in use, later.
const ANSWERS_WITHIN: Duration = Duration::from_millis(1_000);
/// Between two lines; clones without a line end take what comes sooner for one line.
const QUIET: Duration = Duration::from_millis(50);
const LONGEST: usize = 256;

pub struct Supply {
    exchange: Exchange,
    model: &'static ScpiModel,
}

/// A supply with so many outputs. Nothing is sent yet.
pub fn open(way: &Way, model: &'static ScpiModel, outputs: u8, clock: Arc<dyn Clock>) -> Switchboard<Supply> {
    let identity = Identity { model: model.what.to_owned(), unit: way.to_string() };
    let exchange = Exchange::over(way.clone(), QUIET, clock);
    Switchboard::new(Supply { exchange, model }, identity, outputs)
}

impl Switches for Supply {
    fn switch(&mut self, channel: u8, on: bool) -> Result<Instant, Failure> {
        let words = if on { self.model.on } else { self.model.off };
        self.exchange.tell(line(words, channel, self.model).as_bytes())
    }
    fn is_on(&mut self, channel: u8) -> Result<Option<bool>, Failure> {
        let told = self.model.told;
        let question = line(self.model.ask, channel, self.model);
        let answer = self.exchange.ask(question.as_bytes(), ANSWERS_WITHIN, &mut |bytes, _| state(told, bytes, channel))?;
        Ok(Some(answer.value))
    }
    fn way(&self) -> Option<&Way> {
        Some(self.exchange.way())
    }
}

fn line(words: &str, channel: u8, model: &ScpiModel) -> String {
    format!("{}{}", words.replace("{n}", &channel.to_string()), model.line_end)
}

/// An output's state in an answer; `None`: more has to come.
fn state(told: OutputTold, bytes: &[u8], channel: u8) -> Option<Result<bool, Failure>> {
    if bytes.len() > LONGEST {
        return Some(Err(Failure::garbled(bytes)));
    }
    if let OutputTold::Byte { bit } = told {
        return bytes.first().map(|byte| Ok(byte >> bit & 1 == 1));
    }
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let text = String::from_utf8_lossy(bytes.get(..end)?).trim().to_ascii_uppercase();
    let read = match told {
        OutputTold::Word => match text.as_str() {
            "ON" | "1" => Some(true),
            "OFF" | "0" => Some(false),
            _ => None,
        },
        OutputTold::Hexadecimal { before_first } => {
            let status = text.strip_prefix("0X").and_then(|digits| u32::from_str_radix(digits, 16).ok());
            status.map(|status| status >> (before_first + channel) & 1 == 1)
        }
        OutputTold::Byte { .. } => None,
    };
    Some(read.ok_or_else(|| Failure::garbled(bytes)))
}

#[cfg(test)]
mod tests {
    use super::super::{contract, serial};
    use super::*;
    use crate::clock::RealClock;
    use crate::instrument::Instrument as _;
    use crate::instrument::relay::{Channel, Contact, RelayBoard as _};
    use crate::rig::drivers::SCPI_MODELS;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};

    type Outputs = Arc<Mutex<Vec<bool>>>;

    fn model(name: &str) -> &'static ScpiModel {
        SCPI_MODELS.iter().find(|model| model.name == name).expect("a row")
    }

    fn number(text: &str) -> usize {
        text.chars().find(char::is_ascii_digit).and_then(|digit| digit.to_digit(10)).expect("a channel") as usize
    }

    /// What each maker's supply makes of a line, by its programming guide.
    fn obeys(name: &str, said: &str, out: &mut [bool]) -> Option<String> {
        match name {
            "rigol-dp800" => {
                if let Some(channel) = said.strip_prefix(":OUTP? CH") {
                    return Some(if out[number(channel) - 1] { "ON\n" } else { "OFF\n" }.into());
                }
                out[number(said) - 1] = said.strip_prefix(":OUTP CH").expect("a command").ends_with(",ON");
            }
            "siglent-spd3303x" => {
                if said == "SYSTEM:STATUS?" {
                    let bits = out.iter().enumerate().fold(0, |bits, (n, on)| bits | u32::from(*on) << (n + 4));
                    return Some(format!("0x{bits:x}\n"));
                }
                let channel = said.strip_prefix("OUTPUT CH").expect("a command");
                out[number(channel) - 1] = channel.ends_with(",ON");
            }
            "owon-spe" => match said {
                "OUTP?" => return Some(if out[0] { "1\r\n" } else { "0\r\n" }.into()),
                _ => out[0] = said.strip_prefix("OUTP ").expect("a command") == "ON",
            },
            other => panic!("{other} is not on a network"),
        }
        None
    }

    fn serve(name: &'static str, outputs: &Outputs) -> Way {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let way = Way::Tcp(listener.local_addr().expect("bound"));
        let outputs = Arc::clone(outputs);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (mut said, mut byte) = (String::new(), [0]);
                while stream.read_exact(&mut byte).is_ok() {
                    match byte[0] {
                        b'\n' => {
                            let answer = obeys(name, &std::mem::take(&mut said), &mut outputs.lock().expect("lock"));
                            let _gone = answer.map(|answer| stream.write_all(answer.as_bytes()));
                        }
                        other => said.push(char::from(other)),
                    }
                }
            }
        });
        way
    }

    #[test]
    fn each_maker_on_a_network_is_a_relay_board_like_any_other() {
        let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
        for name in ["rigol-dp800", "siglent-spd3303x", "owon-spe"] {
            let most = model(name).most;
            let outputs: Outputs = Arc::new(Mutex::new(vec![false; usize::from(most)]));
            let mut board = open(&serve(name, &outputs), model(name), most, Arc::clone(&clock));
            contract::holds_for(&mut board, most, &*clock, &|| outputs.lock().expect("lock").clone());
        }
    }

    /// KA3005P: no line ends; `STATUS?` is one byte, bit 6 the output.
    #[test]
    fn one_without_line_ends_is_a_relay_board_like_any_other() {
        let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
        let (path, mut far) = serial::tests_pair();
        let outputs: Outputs = Arc::new(Mutex::new(vec![false]));
        let ends = Arc::new(AtomicBool::new(false));
        let (theirs, until) = (Arc::clone(&outputs), Arc::clone(&ends));
        let served = std::thread::spawn(move || {
            let mut said = String::new();
            while !until.load(Ordering::Relaxed) {
                let mut buffer = [0; 32];
                said.extend(far.read(&mut buffer).ok().iter().flat_map(|count| buffer[..*count].iter().map(|b| char::from(*b))));
                match said.as_str() {
                    "OUT1" | "OUT0" => theirs.lock().expect("lock")[0] = said == "OUT1",
                    "STATUS?" => {
                        let status = 0x11 | u8::from(theirs.lock().expect("lock")[0]) << 6;
                        far.write_all(&[status]).expect("a line");
                    }
                    _ => continue,
                }
                said.clear();
            }
        });
        let way = Way::Serial { path, baud: 9_600, even: false };
        let mut board = open(&way, model("korad-ka3000"), 1, Arc::clone(&clock));
        contract::holds_for(&mut board, 1, &*clock, &|| outputs.lock().expect("lock").clone());
        ends.store(true, Ordering::Relaxed);
        served.join().expect("in order");
    }

    #[test]
    fn one_of_another_maker_or_without_an_answer_is_told() {
        let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
        let outputs: Outputs = Arc::new(Mutex::new(vec![false; 3]));
        let mut other = open(&serve("owon-spe", &outputs), model("owon-spe"), 1, Arc::clone(&clock));
        other.identify().expect("it answers");
        assert_eq!(state(OutputTold::Word, b"Command error\n", 1).map(|read| read.is_err()), Some(true));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let way = Way::Tcp(listener.local_addr().expect("bound"));
        let error = open(&way, model("rigol-dp800"), 3, clock).set(Channel(1), Contact::Closed).expect_err("nobody answers");
        assert!(error.cause.en.contains("within 1000 ms") && error.instrument.contains("Rigol"), "{error:?}");
    }

    proptest::proptest! {
        #[test]
        fn no_answer_upsets_it(bytes: Vec<u8>, channel in 1u8..8) {
            for model in &SCPI_MODELS {
                state(model.told, &bytes, channel);
            }
        }
    }
}
