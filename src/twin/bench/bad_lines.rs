//! Serial lines that are not in order: a bad cable, a hub that holds back, an adapter that loses, gathers or repeats.
//! Each is around another.
//!
//! Knows nothing of what the bytes mean, but where a line of text ends.

use super::adversity::{FROM, RESTARTS};
use super::ports::SerialPath;
use crate::clock::Stamped;
use crate::rng::{mix, stream};
use std::time::Duration;

const MS: u64 = 1_000_000;
/// A hub holds back one report in so many, by so much at most.
const DAWDLES: (u64, u64) = (4, 60 * MS);
const BYTE_LOST: u64 = 150;
const BATCH: u64 = 4000 * MS;
const REPEATED_LINE: u64 = 9;

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// About every fourth byte comes to the bench with bits turned over.
#[derive(Debug)]
pub(in crate::twin) struct Garbled<L> {
    line: L,
    series: u64,
    count: u64,
}

impl<L> Garbled<L> {
    pub fn new(line: L, seed: u64) -> Self {
        Garbled { line, series: stream(seed, "garbled line"), count: 0 }
    }
}

impl<L: SerialPath> SerialPath for Garbled<L> {
    fn inner(&mut self) -> &mut dyn SerialPath {
        &mut self.line
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

/// What comes to the bench is held back.
#[derive(Debug)]
pub(in crate::twin) struct Late<L> {
    line: L,
    by: u64,
}

impl<L> Late<L> {
    pub fn new(line: L, by: Duration) -> Self {
        Late { line, by: nanos(by) }
    }
}

impl<L: SerialPath> SerialPath for Late<L> {
    fn inner(&mut self) -> &mut dyn SerialPath {
        &mut self.line
    }
    fn send(&mut self, now: u64, bytes: &[u8]) {
        self.line.send(now.saturating_add(self.by), bytes);
    }
}

/// Nothing comes to the bench any more from some moment on.
#[derive(Debug)]
pub(in crate::twin) struct Dying<L> {
    line: L,
    at: u64,
}

impl<L> Dying<L> {
    pub fn new(line: L, at: Duration) -> Self {
        Dying { line, at: nanos(at) }
    }
}

impl<L: SerialPath> SerialPath for Dying<L> {
    fn inner(&mut self) -> &mut dyn SerialPath {
        &mut self.line
    }
    fn send(&mut self, now: u64, bytes: &[u8]) {
        if now < self.at {
            self.line.send(now, bytes);
        }
    }
    fn arrived(&mut self, at: u64, byte: u8) {
        if at < self.at {
            self.line.arrived(at, byte);
        }
    }
}

/// From some moment on every few reports one is held back, and all behind it.
#[derive(Debug)]
pub(in crate::twin) struct Dawdling<L> {
    line: L,
    from: u64,
    count: u64,
    held_until: u64,
}

impl<L> Dawdling<L> {
    pub fn new(line: L, from: u64) -> Self {
        Dawdling { line, from, count: 0, held_until: 0 }
    }
}

impl<L: SerialPath> SerialPath for Dawdling<L> {
    fn inner(&mut self) -> &mut dyn SerialPath {
        &mut self.line
    }
    fn send(&mut self, now: u64, bytes: &[u8]) {
        if now >= self.from {
            let (of_every, most) = DAWDLES;
            self.count += 1;
            let late = if self.count.is_multiple_of(of_every) { mix(self.count) % most } else { 0 };
            self.held_until = self.held_until.max(now + late);
        }
        self.line.send(now.max(self.held_until), bytes);
    }
}

/// From some moment on every so manieth byte of the console does not arrive.
#[derive(Debug)]
pub(in crate::twin) struct Dropping<L> {
    line: L,
    from: u64,
    count: u64,
}

impl<L> Dropping<L> {
    pub fn new(line: L, from: u64) -> Self {
        Dropping { line, from, count: 0 }
    }
}

impl<L: SerialPath> SerialPath for Dropping<L> {
    fn inner(&mut self) -> &mut dyn SerialPath {
        &mut self.line
    }
    fn arrived(&mut self, at: u64, byte: u8) {
        self.count += u64::from(at >= self.from);
        if at < self.from || !self.count.is_multiple_of(BYTE_LOST) {
            self.line.arrived(at, byte);
        }
    }
}

/// From some moment on the console's adapter hands on what it has every few seconds.
#[derive(Debug)]
pub(in crate::twin) struct InBatches<L> {
    line: L,
    from: u64,
}

impl<L> InBatches<L> {
    pub fn new(line: L, from: u64) -> Self {
        InBatches { line, from }
    }
}

impl<L: SerialPath> SerialPath for InBatches<L> {
    fn inner(&mut self) -> &mut dyn SerialPath {
        &mut self.line
    }
    fn arrived(&mut self, at: u64, byte: u8) {
        self.line.arrived(if at >= self.from { at.next_multiple_of(BATCH) } else { at }, byte);
    }
}

/// From some moment on it hands on every so manieth line twice.
#[derive(Debug)]
pub(in crate::twin) struct Repeating<L> {
    line: L,
    from: u64,
    text: Vec<u8>,
    count: u64,
}

impl<L> Repeating<L> {
    pub fn new(line: L, from: u64) -> Self {
        Repeating { line, from, text: Vec::new(), count: 0 }
    }
}

impl<L: SerialPath> SerialPath for Repeating<L> {
    fn inner(&mut self) -> &mut dyn SerialPath {
        &mut self.line
    }
    fn arrived(&mut self, at: u64, byte: u8) {
        self.line.arrived(at, byte);
        if at < self.from {
            return;
        }
        self.text.push(byte);
        if byte != b'\n' {
            return;
        }
        self.count += 1;
        let text = std::mem::take(&mut self.text);
        if self.count.is_multiple_of(REPEATED_LINE) {
            text.into_iter().for_each(|byte| self.line.arrived(at, byte));
        }
    }
}

/// The console's adapter starts anew now and then, and hears nothing meanwhile.
#[derive(Debug)]
pub(in crate::twin) struct Restarting<L>(L);

impl<L> Restarting<L> {
    pub fn new(line: L) -> Self {
        Restarting(line)
    }
}

impl<L: SerialPath> SerialPath for Restarting<L> {
    fn inner(&mut self) -> &mut dyn SerialPath {
        &mut self.0
    }
    fn arrived(&mut self, at: u64, byte: u8) {
        let (every, length) = RESTARTS;
        if at < FROM || (at - FROM) % every >= length {
            self.0.arrived(at, byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::bench::ports::SerialLine;

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

    /// What of `sent`, said by the console in the second second, arrives, and when.
    fn said(line: &mut dyn SerialPath, sent: &[u8]) -> (Vec<u64>, Vec<u8>) {
        sent.iter().for_each(|byte| line.arrived(1500 * MS, *byte));
        line.take(u64::MAX).into_iter().map(|byte| (byte.at.as_nanos(), byte.value)).unzip()
    }

    #[test]
    fn adapters_of_the_console_lose_gather_and_repeat_from_their_moment_on() {
        let (line, sent) = (|| SerialLine::new(115_200), b"on\n".repeat(100));
        assert_eq!(said(&mut Dropping::new(line(), 1000 * MS), &sent).1.len(), 298);
        assert_eq!(said(&mut Dropping::new(line(), 2000 * MS), &sent).1, sent);
        assert!(said(&mut InBatches::new(line(), 0), &sent).0.iter().all(|at| *at == BATCH));
        assert_eq!(said(&mut Repeating::new(line(), 0), &sent).1.len(), 300 + 11 * 3);
    }

    #[test]
    fn a_hub_that_dawdles_holds_back_what_is_behind_as_well() {
        let mut line = Dawdling::new(SerialLine::new(115_200), 0);
        (0..400u64).for_each(|n| line.send(n * 10 * MS, b"x"));
        let delays =
            line.take(u64::MAX).into_iter().zip(0..).map(|(byte, n)| byte.at.as_nanos() - n * 10 * MS).collect::<Vec<_>>();
        assert!(delays.iter().filter(|late| **late > MS).count() > 200 && delays.iter().all(|late| *late < 61 * MS));
    }
}
