//! Serial lines between the bench and the twin's boards: real bytes at the pace of their baud rate.
//!
//! Knows nothing of what the bytes mean. A byte counts as arrived when its stop bit has passed.

use crate::clock::{Instant, Stamped};
use crate::instrument::Result;
use crate::instrument::port::Port;
use crate::rng::{mix, stream};
use crate::twin::kernel::world::{self, Shared};
use std::collections::VecDeque;

/// Which line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plug {
    Relays,
    Inputs,
    Console,
}

impl Plug {
    /// By the name under which a rig description knows it.
    pub fn named(name: &str) -> Option<Plug> {
        match name {
            "relays" => Some(Plug::Relays),
            "inputs" => Some(Plug::Inputs),
            "console" => Some(Plug::Console),
            _ => None,
        }
    }
    fn name(self) -> &'static str {
        match self {
            Plug::Relays => "twin:relays",
            Plug::Inputs => "twin:inputs",
            Plug::Console => "twin:console",
        }
    }
}

/// One full-duplex line, ten bits a byte.
#[derive(Debug)]
pub struct SerialLine {
    byte: u64,
    to_board_free: u64,
    to_bench_free: u64,
    received: VecDeque<Stamped<u8>>,
    /// A bad line: the series that says which bytes arrive wrong.
    garbled: Option<u64>,
    count: u64,
}

impl SerialLine {
    pub fn new(baud: u32) -> Self {
        SerialLine {
            byte: 10_000_000_000 / u64::from(baud.max(1)),
            to_board_free: 0,
            to_bench_free: 0,
            received: VecDeque::new(),
            garbled: None,
            count: 0,
        }
    }

    /// From now on about every fourth byte to the bench arrives with bits turned over.
    pub fn garble(&mut self, seed: u64) {
        self.garbled = Some(stream(seed, "garbled line"));
    }

    /// The bench hands over a byte at `now`: when it arrives at the board.
    pub fn reaches_board(&mut self, now: u64) -> u64 {
        self.to_board_free = self.to_board_free.max(now) + self.byte;
        self.to_board_free
    }

    /// The board sends at `now`.
    pub fn send(&mut self, now: u64, bytes: &[u8]) {
        for &byte in bytes {
            self.to_bench_free = self.to_bench_free.max(now) + self.byte;
            self.arrived(self.to_bench_free, byte);
        }
    }

    /// A byte whose last bit has passed at `at`.
    pub fn arrived(&mut self, at: u64, byte: u8) {
        let value = match self.garbled.map(|series| mix(series ^ mix(self.count))) {
            Some(bits) if bits % 4 == 0 => byte ^ ((bits >> 8) as u8 | 0x80),
            _ => byte,
        };
        self.count += 1;
        self.received.push_back(Stamped::new(Instant::from_nanos(at), value));
    }

    /// All that has arrived at the bench by `now`.
    pub fn take(&mut self, now: u64) -> Vec<Stamped<u8>> {
        let there = self.received.partition_point(|byte| byte.at.as_nanos() <= now);
        self.received.drain(..there).collect()
    }
}

/// The bench's end of a line.
pub struct TwinPort {
    world: Shared,
    plug: Plug,
}

impl TwinPort {
    pub fn new(world: Shared, plug: Plug) -> Self {
        TwinPort { world, plug }
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
        self.plug.name().to_string()
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
    fn a_garbled_line_spoils_about_every_fourth_byte() {
        let mut line = SerialLine::new(115_200);
        line.garble(1);
        line.send(0, &[b'x'; 4000]);
        let wrong = line.take(u64::MAX).iter().filter(|b| b.value != b'x').count();
        assert!((850..1150).contains(&wrong), "{wrong}");
    }
}
