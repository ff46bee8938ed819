//! The bench's input board: watches lamps and sense contacts, reports every change in ASCII.
//!
//! Knows nothing of what its inputs see. Protocol at 115200 baud: `+IN <n> <0|1>` on a change, `?` asks for all states,
//! `ID?` for the board's name; lines end with CR LF.

use crate::rng::Rng;

/// Bits per second on its serial line.
pub const BAUD: u32 = 115_200;
/// The board looks at its inputs once a millisecond.
const SCAN: u64 = 1_000_000;
const REPORT_LOST: u64 = 7;

/// What is not said of a board here is as in the one that it is around.
pub(in crate::twin) trait InputBoard: Send {
    fn inner(&mut self) -> &mut dyn InputBoard;
    /// Input `input` (0 is the first) is now `on`. Returns when the board will look, unless it is about to anyway.
    fn set(&mut self, at: u64, input: usize, on: bool) -> Option<u64> {
        self.inner().set(at, input, on)
    }
    /// The state before anything moved: known, not a change.
    fn preset(&mut self, input: usize, on: bool) {
        self.inner().preset(input, on);
    }
    /// The board looks; what it sends. `None`: not even that it has looked.
    fn scan(&mut self, at: u64) -> Option<Vec<u8>> {
        self.inner().scan(at)
    }
    /// A byte from the bench has arrived; what the board answers.
    fn byte(&mut self, byte: u8) -> Vec<u8> {
        self.inner().byte(byte)
    }
}

#[derive(Debug)]
pub struct ReportingBoard {
    unit: String,
    seen: Vec<bool>,
    actual: Vec<bool>,
    /// Where its millisecond lies against the twin's.
    phase: u64,
    scan_due: bool,
    line: Vec<u8>,
}

impl ReportingBoard {
    /// With so many inputs, all off. `name`: of the stream that it draws from.
    pub fn new(inputs: usize, name: &str, seed: u64) -> Self {
        let mut chance = Rng::new(seed, name);
        ReportingBoard {
            unit: format!("HI{:04}", chance.bits() % 10_000),
            seen: vec![false; inputs],
            actual: vec![false; inputs],
            phase: chance.bits() % SCAN,
            scan_due: false,
            line: Vec::new(),
        }
    }
}

impl InputBoard for ReportingBoard {
    fn inner(&mut self) -> &mut dyn InputBoard {
        self
    }
    fn set(&mut self, at: u64, input: usize, on: bool) -> Option<u64> {
        *self.actual.get_mut(input)? = on;
        if self.scan_due {
            return None;
        }
        self.scan_due = true;
        let since = (at + SCAN - self.phase) % SCAN;
        Some(at + SCAN - since)
    }

    fn preset(&mut self, input: usize, on: bool) {
        if let (Some(actual), Some(seen)) = (self.actual.get_mut(input), self.seen.get_mut(input)) {
            (*actual, *seen) = (on, on);
        }
    }

    fn scan(&mut self, _: u64) -> Option<Vec<u8>> {
        self.scan_due = false;
        let mut sent = Vec::new();
        for (n, (seen, actual)) in self.seen.iter_mut().zip(&self.actual).enumerate() {
            if *seen != *actual {
                *seen = *actual;
                sent.extend(report(n, *actual));
            }
        }
        Some(sent)
    }
    fn byte(&mut self, byte: u8) -> Vec<u8> {
        if byte != b'\n' && byte != b'\r' {
            // A longer line is no command: keep just enough to know that.
            if self.line.len() < 16 {
                self.line.push(byte);
            }
            return Vec::new();
        }
        let line = std::mem::take(&mut self.line);
        match line.as_slice() {
            b"" => Vec::new(),
            b"?" => self.seen.iter().enumerate().flat_map(|(n, on)| report(n, *on)).chain(*b"OK\r\n").collect(),
            b"ID?" => format!("HEJNAL-INPUTS 1.0 {}\r\n", self.unit).into_bytes(),
            _ => b"ERROR\r\n".to_vec(),
        }
    }
}

/// One input tells light as dark and dark as light.
pub(in crate::twin) struct Inverted<B> {
    board: B,
    input: usize,
}

impl<B: InputBoard> Inverted<B> {
    pub fn new(mut board: B, input: usize) -> Self {
        board.preset(input, true);
        Inverted { board, input }
    }
}

impl<B: InputBoard> InputBoard for Inverted<B> {
    fn inner(&mut self) -> &mut dyn InputBoard {
        &mut self.board
    }
    fn set(&mut self, at: u64, input: usize, on: bool) -> Option<u64> {
        self.board.set(at, input, on != (input == self.input))
    }
    fn preset(&mut self, input: usize, on: bool) {
        self.board.preset(input, on != (input == self.input));
    }
}

/// From some moment on one report of every few is lost.
pub(in crate::twin) struct Forgetful<B> {
    board: B,
    from: u64,
    count: u64,
}

impl<B> Forgetful<B> {
    pub fn new(board: B, from: u64) -> Self {
        Forgetful { board, from, count: 0 }
    }
}

impl<B: InputBoard> InputBoard for Forgetful<B> {
    fn inner(&mut self) -> &mut dyn InputBoard {
        &mut self.board
    }
    fn scan(&mut self, at: u64) -> Option<Vec<u8>> {
        let report = self.board.scan(at);
        self.count += u64::from(at >= self.from);
        report.filter(|_| at < self.from || !self.count.is_multiple_of(REPORT_LOST))
    }
}

fn report(input: usize, on: bool) -> Vec<u8> {
    format!("+IN {} {}\r\n", input + 1, u8::from(on)).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(board: &mut dyn InputBoard, line: &str) -> String {
        let sent: Vec<u8> = line.bytes().flat_map(|byte| board.byte(byte)).collect();
        String::from_utf8(sent).expect("ASCII")
    }

    #[test]
    fn a_change_is_seen_within_a_millisecond_and_told_once() {
        for at in [5_000_000, 5_000_001, 5_499_999, 5_999_999] {
            let mut board = ReportingBoard::new(6, "input board", at);
            let scan = board.set(at, 2, true).expect("it will look");
            assert!(scan > at && scan <= at + SCAN);
            assert_eq!(board.set(at + 1, 3, true), None);
            assert_eq!(board.scan(scan), Some(b"+IN 3 1\r\n+IN 4 1\r\n".to_vec()));
            assert_eq!(board.scan(scan), Some(Vec::new()));
        }
    }

    #[test]
    fn a_pulse_between_two_looks_is_not_seen() {
        let mut board = ReportingBoard::new(6, "input board", 1);
        board.set(100, 0, true);
        board.set(200, 0, false);
        assert_eq!(board.scan(300), Some(Vec::new()));
    }

    #[test]
    fn an_inverted_input_tells_the_contrary_and_a_forgetful_board_six_reports_of_seven() {
        let mut board = Inverted::new(ReportingBoard::new(2, "input board", 1), 0);
        assert_eq!(ask(&mut board, "?\r\n"), "+IN 1 1\r\n+IN 2 0\r\nOK\r\n");
        board.set(100, 0, true);
        assert_eq!(board.scan(200), Some(b"+IN 1 0\r\n".to_vec()));
        let mut board = Forgetful::new(ReportingBoard::new(2, "input board", 1), 10);
        let told = (0..24).map(|at| board.scan(at).is_some()).collect::<Vec<_>>();
        assert_eq!(told.iter().zip(0..).filter(|(told, _)| !**told).map(|(_, at)| at).collect::<Vec<_>>(), [16, 23]);
    }

    #[test]
    fn it_answers_what_it_knows() {
        let mut board = ReportingBoard::new(8, "input board", 1);
        board.preset(4, true);
        assert_eq!(
            ask(&mut board, "?\r\n"),
            "+IN 1 0\r\n+IN 2 0\r\n+IN 3 0\r\n+IN 4 0\r\n+IN 5 1\r\n+IN 6 0\r\n+IN 7 0\r\n+IN 8 0\r\nOK\r\n"
        );
        assert!(ask(&mut board, "ID?\r\n").starts_with("HEJNAL-INPUTS 1.0 HI"));
        assert_eq!(ask(&mut board, &format!("{}\r\n", "x".repeat(1000))), "ERROR\r\n");
    }
}
