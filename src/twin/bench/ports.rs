//! Serial lines between the bench and the twin's boards: real bytes at the pace of their baud rate.
//!
//! Knows nothing of what the bytes mean. A byte counts as arrived when its stop bit has passed.

use crate::clock::{Instant, Stamped};
use crate::instrument::Result;
use crate::instrument::port::Port;
use crate::rng::{mix, stream};
use crate::twin::kernel::world::{self, Shared};
use std::collections::VecDeque;
use std::time::Duration;

/// Which line, by the number of its board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::twin) struct Plug(pub usize);

/// A full-duplex way for bytes. Moments are nanoseconds.
pub(in crate::twin) trait SerialPath: Send {
    /// The bench hands over a byte at `now`: when it arrives at the board.
    fn reaches_board(&mut self, now: u64) -> u64;
    /// The board sends at `now`.
    fn send(&mut self, now: u64, bytes: &[u8]);
    /// A byte whose last bit has passed at `at`.
    fn arrived(&mut self, at: u64, byte: u8);
    /// All that has arrived at the bench by `now`.
    fn take(&mut self, now: u64) -> Vec<Stamped<u8>>;
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

/// A bad cable around a line: about every fourth byte comes to the bench with bits turned over.
#[derive(Debug)]
pub struct Garbled<L> {
    line: L,
    series: u64,
    count: u64,
}

impl<L: SerialPath> Garbled<L> {
    pub fn new(line: L, seed: u64) -> Self {
        Garbled { line, series: stream(seed, "garbled line"), count: 0 }
    }
}

impl<L: SerialPath> SerialPath for Garbled<L> {
    fn reaches_board(&mut self, now: u64) -> u64 {
        self.line.reaches_board(now)
    }
    fn send(&mut self, now: u64, bytes: &[u8]) {
        self.line.send(now, bytes);
    }
    fn arrived(&mut self, at: u64, byte: u8) {
        self.line.arrived(at, byte);
    }
    fn take(&mut self, now: u64) -> Vec<Stamped<u8>> {
        let mut taken = self.line.take(now);
        for byte in &mut taken {
            let bits = mix(self.series ^ mix(self.count));
            self.count += 1;
            if bits.is_multiple_of(4) {
                byte.value ^= (bits >> 8) as u8 | 0x80;
            }
        }
        taken
    }
}

/// A line behind a hub that holds back what comes to the bench.
#[derive(Debug)]
pub struct Late<L> {
    line: L,
    by: u64,
}

impl<L: SerialPath> Late<L> {
    pub fn new(line: L, by: Duration) -> Self {
        Late { line, by: u64::try_from(by.as_nanos()).unwrap_or(u64::MAX) }
    }
}

impl<L: SerialPath> SerialPath for Late<L> {
    fn reaches_board(&mut self, now: u64) -> u64 {
        self.line.reaches_board(now)
    }
    fn send(&mut self, now: u64, bytes: &[u8]) {
        self.line.send(now.saturating_add(self.by), bytes);
    }
    fn arrived(&mut self, at: u64, byte: u8) {
        self.line.arrived(at, byte);
    }
    fn take(&mut self, now: u64) -> Vec<Stamped<u8>> {
        self.line.take(now)
    }
}

/// A line over which nothing comes to the bench any more from some moment on.
#[derive(Debug)]
pub struct Dying<L> {
    line: L,
    at: u64,
}

impl<L: SerialPath> Dying<L> {
    pub fn new(line: L, at: Duration) -> Self {
        Dying { line, at: u64::try_from(at.as_nanos()).unwrap_or(u64::MAX) }
    }
}

impl<L: SerialPath> SerialPath for Dying<L> {
    fn reaches_board(&mut self, now: u64) -> u64 {
        self.line.reaches_board(now)
    }
    fn send(&mut self, now: u64, bytes: &[u8]) {
        if now < self.at {
            self.line.send(now, bytes);
        }
    }
    fn arrived(&mut self, at: u64, byte: u8) {
        self.line.arrived(at, byte);
    }
    fn take(&mut self, now: u64) -> Vec<Stamped<u8>> {
        self.line.take(now)
    }
}

/// The bench's end of a line.
pub struct TwinPort {
    world: Shared,
    plug: Plug,
    name: String,
}

impl TwinPort {
    /// The line of this name, behind `twin:`; `None`: there is none.
    pub fn open(world: Shared, name: &str) -> Option<Self> {
        let plug = world::lock(&world).boards.plug(name)?;
        Some(TwinPort { world, plug, name: format!("twin:{name}") })
    }
}

impl Port for TwinPort {
    fn write(&mut self, bytes: &[u8]) -> Result<Instant> {
        Ok(Instant::from_nanos(world::lock(&self.world).write(self.plug, bytes)))
    }
    fn read(&mut self) -> Result<Vec<Stamped<u8>>> {
        Ok(world::lock(&self.world).read(self.plug))
    }
    fn name(&self) -> String {
        self.name.clone()
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

    #[test]
    fn a_late_line_holds_back_and_a_dying_one_falls_silent() {
        let arrivals = |line: &mut dyn SerialPath| {
            line.send(1_000_000, b"a");
            line.send(9_000_000, b"b");
            line.take(u64::MAX).iter().map(|byte| byte.at.as_nanos()).collect::<Vec<_>>()
        };
        let ms = Duration::from_millis;
        assert_eq!(arrivals(&mut Late::new(SerialLine::new(9600), ms(60))), [62_041_666, 70_041_666]);
        assert_eq!(arrivals(&mut Dying::new(SerialLine::new(9600), ms(5))), [2_041_666]);
    }

    #[test]
    fn a_garbled_line_spoils_about_every_fourth_byte() {
        let mut line = Garbled::new(SerialLine::new(115_200), 1);
        line.send(0, &[b'x'; 4000]);
        let wrong = line.take(u64::MAX).iter().filter(|b| b.value != b'x').count();
        assert!((850..1150).contains(&wrong), "{wrong}");
    }
}
