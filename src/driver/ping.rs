//! A reference host over ICMP echo (RFC 792; RFC 4443, 4): asked all the time by a thread of its own, its answers
//! stamped by the kernel.
//!
//! Must not know what the answers are for.

use super::datagrams::{self, Watch};
use super::listening::{Common, Listening};
use crate::clock::{Clock, Instant};
use crate::instrument::network::{ASKED_EVERY, Echo, LOST_AFTER, ReferenceHost, payload_of};
use crate::instrument::{Identity, Instrument, InstrumentError, Result};
use crate::unit::Bilingual;
use std::collections::VecDeque;
use std::net::{IpAddr, UdpSocket};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::time::Duration;

const NAME: &str = "reference host";
const HEADER: usize = 8;
/// The types of question and answer, for IPv4 and IPv6.
const FOUR: (u8, u8) = (8, 0);
const SIX: (u8, u8) = (128, 129);
/// Nobody fetches the answers of a bench that stands still: so many are kept, of the last half an hour.
const KEPT: usize = 36_000;

/// Dropping it ends the asking.
pub struct Ping {
    host: IpAddr,
    listening: Listening<State>,
}

#[derive(Default)]
struct State {
    questions: Questions,
    known: VecDeque<Echo>,
}

/// The questions without an answer yet, by their number.
#[derive(Debug, Default)]
struct Questions {
    next: u16,
    open: VecDeque<(u16, Instant)>,
}

impl Questions {
    fn ask(&mut self, at: Instant) -> u16 {
        let number = self.next;
        self.next = number.wrapping_add(1);
        self.open.push_back((number, at));
        number
    }
    fn answered(&mut self, number: u16, at: Instant) -> Option<Echo> {
        let place = self.open.iter().position(|(open, _)| *open == number)?;
        let (_, asked) = self.open.remove(place)?;
        Some(Echo { asked, took: Some(at.since(asked)) })
    }
    /// Those whose answer has not come in time.
    fn lost(&mut self, now: Instant) -> Vec<Echo> {
        let lost = self.open.iter().take_while(|(_, asked)| now.since(*asked) > LOST_AFTER).count();
        self.open.drain(..lost).map(|(_, asked)| Echo { asked, took: None }).collect()
    }
}

fn failed(action: &str, cause: impl std::fmt::Display) -> InstrumentError {
    let remedy = (
        "Check that the address is a host's that answers to ping, and that this user may ask: \
         sysctl -w net.ipv4.ping_group_range=\"0 2147483647\" lets everybody.",
        "Sprawdź, czy host o tym adresie odpowiada na ping i czy ten użytkownik może go wysyłać: \
         sysctl -w net.ipv4.ping_group_range=\"0 2147483647\" pozwala na to wszystkim.",
    );
    InstrumentError::new(NAME, action, Bilingual::same(cause), remedy)
}

impl Ping {
    /// Begins to ask.
    pub fn at(host: IpAddr, clock: Arc<dyn Clock>) -> Result<Ping> {
        let (socket, has_header) = datagrams::bind_icmp(host).map_err(|e| failed(&format!("ask {host}"), e))?;
        let asking = Asking { host, socket, has_header, clock, identifier: identifier() };
        let listening = Listening::start(&format!("ping {host}"), State::default(), move |common| asking.run(common));
        Ok(Ping { host, listening: listening.map_err(|e| failed("start a thread", e))? })
    }
}

impl Instrument for Ping {
    fn identify(&mut self) -> Result<Identity> {
        Ok(Identity { model: "host that answers to ping".to_owned(), unit: self.host.to_string() })
    }
    fn make_safe(&mut self) -> Result<()> {
        Ok(())
    }
}

impl ReferenceHost for Ping {
    fn echoes(&mut self) -> Result<Vec<Echo>> {
        let heard = self.listening.heard().map_err(|fault| failed("hear its answers", fault));
        heard.map(|mut state| state.known.drain(..).collect())
    }
}

/// Raw sockets hear everybody's answers: ours bear this.
fn identifier() -> u16 {
    u16::try_from(std::process::id() & 0xFFFF).unwrap_or_default()
}

/// The thread's own.
struct Asking {
    host: IpAddr,
    socket: UdpSocket,
    has_header: bool,
    clock: Arc<dyn Clock>,
    identifier: u16,
}

impl Asking {
    fn run(&self, common: &Common<State>) -> std::io::Result<()> {
        let watch = Watch::over(std::iter::once(self.socket.as_fd()))?;
        let mut due = self.clock.now();
        while common.goes_on() {
            let now = self.clock.now();
            if now >= due {
                // A bench that stood still asks anew; what it has missed it has not asked.
                due = (due + ASKED_EVERY).max(now);
                self.ask(common, now);
            }
            let wait = due.since(self.clock.now());
            match watch.readable(wait.max(Duration::from_millis(1))) {
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                outcome => {
                    outcome?;
                    self.hear(common);
                }
            }
        }
        Ok(())
    }

    fn ask(&self, common: &Common<State>, now: Instant) {
        let mut state = common.lock();
        let number = state.questions.ask(now);
        let lost = state.questions.lost(now);
        state.note(lost);
        drop(state);
        // What cannot be sent is lost, as it is when it is lost later: the network's state, not the socket's.
        let _ = self.socket.send(&question(self.host, self.identifier, number));
    }

    fn hear(&self, common: &Common<State>) {
        let mut buffer = [0; 2048];
        while let Ok(arrival) = datagrams::receive(&self.socket, &mut buffer) {
            let bytes = buffer.get(..arrival.length).unwrap_or_default();
            let (at, _) = datagrams::moment_of(&*self.clock, arrival.stamp);
            let Some((identifier, number)) = answer(self.host, self.has_header, bytes) else { continue };
            // The system gives other sockets an identifier of its own, and only their own answers.
            if !self.has_header || identifier == self.identifier {
                let mut state = common.lock();
                let known = state.questions.answered(number, at);
                state.note(known.into_iter().collect());
            }
        }
    }
}

impl State {
    fn note(&mut self, echoes: Vec<Echo>) {
        self.known.extend(echoes);
        let over = self.known.len().saturating_sub(KEPT);
        self.known.drain(..over);
    }
}

const fn types(host: IpAddr) -> (u8, u8) {
    if host.is_ipv4() { FOUR } else { SIX }
}

/// An echo request. For IPv6 the system puts in the sum.
fn question(host: IpAddr, identifier: u16, number: u16) -> Vec<u8> {
    let mut bytes = vec![types(host).0, 0, 0, 0];
    bytes.extend(identifier.to_be_bytes());
    bytes.extend(number.to_be_bytes());
    bytes.resize(HEADER + payload_of(number.into()), 0x68);
    let sum = internet_sum(&bytes).to_be_bytes();
    bytes.splice(2..4, sum);
    bytes
}

/// RFC 1071, of a whole number of words.
fn internet_sum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks_exact(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1]));
    let sum: u32 = words.sum();
    let folded = (sum & 0xFFFF) + (sum >> 16);
    !(u16::try_from((folded & 0xFFFF) + (folded >> 16)).unwrap_or_default())
}

/// The identifier and the number of an echo reply; `None`: something else.
fn answer(host: IpAddr, has_header: bool, bytes: &[u8]) -> Option<(u16, u16)> {
    let header = if has_header { usize::from(bytes.first()? & 0x0F) * 4 } else { 0 };
    let message = bytes.get(header..)?;
    let word = |at: usize| Some(u16::from_be_bytes([*message.get(at)?, *message.get(at + 1)?]));
    (message.first() == Some(&types(host).1)).then_some(())?;
    Some((word(4)?, word(6)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::RealClock;

    const HOST: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn at(ms: u64) -> Instant {
        Instant::from_nanos(ms * 1_000_000)
    }

    #[test]
    fn a_question_is_a_sound_echo_request_and_its_answer_is_known_by_its_number() {
        assert_eq!(question(HOST, 0x1234, 40).len(), 1280, "now and then it is long");
        let bytes = question(HOST, 0x1234, 7);
        assert_eq!((bytes.len(), internet_sum(&bytes)), (168, 0), "a message with its sum in it sums to nothing");
        let mut reply = bytes;
        reply[0] = 0;
        assert_eq!(answer(HOST, false, &reply), Some((0x1234, 7)));
        let with_header = [&[0x45; 20][..], &reply].concat();
        assert_eq!(answer(HOST, true, &with_header), Some((0x1234, 7)));
        reply[0] = 8;
        assert_eq!(answer(HOST, false, &reply), None, "a question is no answer");
        assert_eq!(answer(HOST, false, &[0; 7]), None);
        assert_eq!(answer(HOST, true, &[]), None);
    }

    #[test]
    fn what_is_not_answered_in_time_is_lost_once() {
        let mut questions = Questions { next: u16::MAX, ..Questions::default() };
        assert_eq!((questions.ask(at(0)), questions.ask(at(50))), (u16::MAX, 0));
        assert_eq!(questions.answered(0, at(58)), Some(Echo { asked: at(50), took: Some(Duration::from_millis(8)) }));
        assert_eq!(questions.answered(0, at(59)), None, "an answer that comes twice");
        assert_eq!(questions.lost(at(1000)), []);
        assert_eq!(questions.lost(at(1001)), [Echo { asked: at(0), took: None }]);
        assert_eq!(questions.lost(at(9000)), []);
    }

    /// Of a system that lets this user ask.
    #[test]
    fn this_machine_echoes_itself_at_once_and_without_loss() {
        let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
        let Ok(mut ping) = Ping::at(HOST, Arc::clone(&clock)) else { return };
        let mut echoes = Vec::new();
        while echoes.len() < 3 && clock.now() < at(20_000) {
            clock.wait(Duration::from_millis(20)).expect("nobody stops it");
            echoes.extend(ping.echoes().expect("it hears"));
        }
        assert!(echoes.len() >= 3 && echoes.iter().all(|echo| echo.took.is_some()), "{echoes:?}");
    }
}
