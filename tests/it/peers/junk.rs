//! `hejnal operator` as a process under fire over real sockets: bad datagrams, bad media, connections full of nonsense.
//! Afterwards the next good call is served, and the program has not grown.
//!
//! The large count: `HEJNAL_FUZZ=1000000 cargo test --release --test it fuzz -- --nocapture`.

use super::operator::Operator;
use super::{Error, wait_for};
use crate::fuzz::caller::{Caller, PASSWORD, POST, field, status};
use crate::fuzz::{count, mutate::Mutator};
use hejnal::clock::Stopwatch;
use std::io::{ErrorKind, Write as _};
use std::net::{TcpStream, UdpSocket};

const PORT: u16 = 31_700;
/// After so many bad inputs the next good call must be served.
const ROUND: usize = 2000;
/// So much may the program differ between two rounds, in kB: the records of its last calls, and what the allocator
/// keeps.
const GROWTH: u64 = 16_000;

/// The post's end of the network.
struct Street {
    sip: UdpSocket,
    media: UdpSocket,
    server: String,
    caller: Caller,
    mutator: Mutator,
    said: String,
}

impl Street {
    fn open() -> Result<Street, Error> {
        let (own, server) = (format!("127.0.0.1:{}", PORT + 10), format!("127.0.0.1:{PORT}"));
        let (sip, media) = (UdpSocket::bind(&own)?, UdpSocket::bind("127.0.0.1:0")?);
        sip.set_nonblocking(true)?;
        let caller = Caller::new(&own, &server);
        Ok(Street { sip, media, server, caller, mutator: Mutator::new(1), said: String::new() })
    }
    /// The next message from the operator, if there is one.
    fn heard(&mut self) -> Option<String> {
        let mut buffer = vec![0; 65_535];
        let length = self.sip.recv(&mut buffer).ok()?;
        let text = String::from_utf8_lossy(buffer.get(..length)?).into_owned();
        match status(&text) {
            401 => self.caller.challenged(&text),
            200 => self.caller.answer(&text),
            _ => {}
        }
        Some(text)
    }
    /// Says it, and says it again as a post would, until this is answered with this status.
    fn ask(&mut self, text: &str, wanted: u16) -> Result<(), Error> {
        let mut asked = 0;
        let belongs = |heard: &str| ["Call-ID", "CSeq"].iter().all(|name| field(heard, name) == field(text, name));
        wait_for(&format!("{wanted} to {text}"), 10, || {
            if asked % 50 == 0 {
                let _lost = self.sip.send_to(text.as_bytes(), &self.server);
            }
            asked += 1;
            std::iter::from_fn(|| self.heard()).find(|heard| status(heard) == wanted && belongs(heard)).map(drop)
        })
    }
    fn good_call(&mut self, operator: &Operator) -> Result<(), Error> {
        let served = operator.count("over, the post hung up");
        while self.heard().is_some() {}
        self.caller.restart();
        let register = self.caller.register(60);
        self.ask(&register, 401)?;
        let register = self.caller.register(60);
        self.ask(&register, 200)?;
        let invite = self.caller.invite();
        self.ask(&invite, 200)?;
        let ack = self.caller.ack();
        self.sip.send_to(ack.as_bytes(), &self.server)?;
        let bye = self.caller.within("BYE", "");
        self.ask(&bye, 200)?;
        self.caller.answered = None;
        wait_for("the call's end", 10, || (operator.count("over, the post hung up") > served).then_some(()))
    }

    fn next_words(&mut self) -> String {
        // Few calls: one whose answer goes astray keeps a seat for half a minute of real time.
        match self.mutator.below(20) {
            0..=7 => self.caller.register(60),
            8..=10 => self.caller.options(),
            11..=13 => self.caller.cancel(),
            14..=16 => self.caller.within("BYE", ""),
            17 | 18 => self.caller.ack(),
            _ => self.caller.invite(),
        }
    }
    fn fire(&mut self) -> Result<(), Error> {
        if self.mutator.one_in(3) {
            let (sequence, port) = (self.mutator.below(65_536) as u16, PORT + 100 + self.mutator.below(41) as u16);
            let bad = self.mutator.media(sequence, u32::from(sequence) * 160, 8);
            return sent(self.media.send_to(&bad, ("127.0.0.1", port)));
        }
        let words = self.next_words();
        let mut bad = self.mutator.sip(&words, &self.said);
        bad.truncate(65_000);
        sent(self.sip.send_to(&bad, &self.server))?;
        if self.mutator.one_in(4) {
            sent(self.sip.send_to(words.as_bytes(), &self.server))?;
        }
        self.said = words;
        while let Some(heard) = self.heard() {
            if status(&heard) == 200 && heard.contains(" INVITE\r\n") {
                for words in self.caller.farewell(&heard) {
                    sent(self.sip.send_to(words.as_bytes(), &self.server))?;
                }
            }
        }
        Ok(())
    }
    /// A connection that begins well, in pieces of any size, and does not stay so.
    fn connect(&mut self) -> Result<(), Error> {
        let mut stream = TcpStream::connect(&self.server)?;
        for _ in 0..=self.mutator.below(4) {
            let words = self.next_words().replace("/UDP ", "/TCP ");
            let bad = if self.mutator.one_in(2) { words.into_bytes() } else { self.mutator.sip(&words, "\r\n\r\n\r\n") };
            for piece in bad.chunks(1 + self.mutator.below(700)) {
                if stream.write_all(piece).is_err() {
                    // The operator has had enough of it.
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// A full queue loses datagrams, as any network does.
fn sent(outcome: std::io::Result<usize>) -> Result<(), Error> {
    match outcome {
        Err(e) if !matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::ConnectionRefused) => Err(e.into()),
        _ => Ok(()),
    }
}

#[test]
fn the_operator_as_a_process_survives_the_fuzz_and_serves_the_next_good_call() -> Result<(), Error> {
    let (count, watch) = (count(8_000), Stopwatch::start());
    let user = format!("{POST}:{PASSWORD}");
    let (listen, media) = (format!("127.0.0.1:{PORT}"), format!("{}-{}", PORT + 100, PORT + 600));
    // Bad words may raise calls that nobody acknowledges: each lasts until the operator gives it up, half a minute
    // later.
    let more = ["--user", &user, "--answer-after", "0s", "--hang-up-after", "10s", "--media-ports", &media, "--max-calls", "250"];
    let mut operator = Operator::start_at("junk", &listen, &more)?;
    let mut street = Street::open()?;
    street.good_call(&operator)?;
    let mut memory = Vec::new();
    for _ in 0..count.div_ceil(ROUND).max(2) {
        for shot in 0..ROUND {
            if shot % 40 == 0 { street.connect()? } else { street.fire()? }
        }
        street.good_call(&operator)?;
        memory.push(operator.memory()?);
    }
    let (first, last) = (memory.first().copied().unwrap_or(0), memory.last().copied().unwrap_or(0));
    println!(
        "operator as a process: {count} bad inputs survived in {:.1} s, RSS after the first {ROUND} {first} kB, after the last {last} kB",
        watch.elapsed().as_secs_f64()
    );
    assert!(last < first + GROWTH, "it has grown: {memory:?} kB");
    assert_eq!(operator.stop()?, 0);
    Ok(())
}
