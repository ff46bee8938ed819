//! Serial lines between the bench and the twin's boards: real bytes at the pace of their baud rate.
//!
//! Knows nothing of what the bytes mean. A byte counts as arrived when its stop bit has passed.

use crate::clock::{Instant, Stamped};
use std::collections::VecDeque;

/// Which line, by the number of its board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::twin) struct Plug(pub usize);

/// A full-duplex way for bytes. Moments are nanoseconds. What is not said of one here is as in the one that it is
/// around.
pub(in crate::twin) trait SerialPath: Send {
    fn inner(&mut self) -> &mut dyn SerialPath;
    /// The bench hands over a byte at `now`: when it arrives at the board.
    fn reaches_board(&mut self, now: u64) -> u64 {
        self.inner().reaches_board(now)
    }
    /// The board sends at `now`.
    fn send(&mut self, now: u64, bytes: &[u8]) {
        self.inner().send(now, bytes);
    }
    /// A byte whose last bit has passed at `at`.
    fn arrived(&mut self, at: u64, byte: u8) {
        self.inner().arrived(at, byte);
    }
    /// All that has arrived at the bench by `now`.
    fn take(&mut self, now: u64) -> Vec<Stamped<u8>> {
        self.inner().take(now)
    }
}

/// A line in good order, ten bits a byte.
#[derive(Debug)]
pub struct SerialLine {
    byte: u64,
    to_board_free: u64,
    to_bench_free: u64,
    received: VecDeque<Stamped<u8>>,
}

impl SerialLine {
    pub fn new(baud: u32) -> Self {
        SerialLine {
            byte: 10_000_000_000 / u64::from(baud.max(1)),
            to_board_free: 0,
            to_bench_free: 0,
            received: VecDeque::new(),
        }
    }
}

impl SerialPath for SerialLine {
    fn inner(&mut self) -> &mut dyn SerialPath {
        self
    }
    fn reaches_board(&mut self, now: u64) -> u64 {
        self.to_board_free = self.to_board_free.max(now) + self.byte;
        self.to_board_free
    }
    fn send(&mut self, now: u64, bytes: &[u8]) {
        for &byte in bytes {
            self.to_bench_free = self.to_bench_free.max(now) + self.byte;
            self.arrived(self.to_bench_free, byte);
        }
    }
    fn arrived(&mut self, at: u64, byte: u8) {
        self.received.push_back(Stamped::new(Instant::from_nanos(at), byte));
    }
    fn take(&mut self, now: u64) -> Vec<Stamped<u8>> {
        let there = self.received.partition_point(|byte| byte.at.as_nanos() <= now);
        self.received.drain(..there).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_take_ten_bits_each_and_queue_behind_one_another() {
        let mut line = SerialLine::new(9600);
        assert_eq!(
            [line.reaches_board(0), line.reaches_board(0), line.reaches_board(5_000_000)],
            [1_041_666, 2_083_332, 6_041_666]
        );
        line.send(1_000_000, b"ab");
        line.send(1_500_000, b"c");
        let arrivals = |bytes: Vec<Stamped<u8>>| bytes.iter().map(|b| (b.at.as_nanos(), b.value)).collect::<Vec<_>>();
        assert_eq!(arrivals(line.take(2_041_665)), []);
        assert_eq!(arrivals(line.take(3_500_000)), [(2_041_666, b'a'), (3_083_332, b'b')]);
        assert_eq!(arrivals(line.take(9_000_000)), [(4_124_998, b'c')]);
    }
}
