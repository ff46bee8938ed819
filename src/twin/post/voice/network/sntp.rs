//! The module's clock, set by a time server (SNTP, RFC 4330): between two settings it runs on by itself.

use super::faults::NetworkFaults;
use crate::clock::Instant;
use crate::rng::Rng;
use std::time::Duration;

/// From one setting to the next, and from a question without an answer to the next one.
const EVERY: Duration = Duration::from_secs(64);
const AGAIN: Duration = Duration::from_secs(8);
/// A defective client's pause.
const HASTE: Duration = Duration::from_millis(50);
/// From 1900, where the protocol begins, to 1970.
const ERA: u64 = 2_208_988_800;
const LENGTH: usize = 48;
/// A defective clock gains so many seconds a second.
const GAINS: f64 = 0.034;

pub struct TimeClient {
    random: Rng,
    due: Option<Instant>,
    /// The mark that the answer has to bear, and when the question left.
    asked: Option<(u64, Instant)>,
    /// The time since 1970 at a moment.
    set: Option<(Duration, Instant)>,
}

impl TimeClient {
    pub fn new(random: Rng) -> Self {
        TimeClient { random, due: None, asked: None, set: None }
    }
    pub fn is_set(&self) -> bool {
        self.set.is_some()
    }
    /// `gains`: it runs fast.
    pub fn time(&self, at: Instant, gains: bool) -> Option<Duration> {
        let pace = if gains { GAINS } else { 0.0 };
        self.set.map(|(time, then)| time + at.since(then) + at.since(then).mul_f64(pace))
    }
    /// A defective one has stood still for so long.
    pub fn stood(&mut self, time: Duration) {
        self.due = self.due.map(|due| due + time);
        self.set = self.set.map(|(set, then)| (set, then + time));
    }
    /// The network is there.
    pub fn begin(&mut self, at: Instant) {
        self.due = Some(self.due.map_or(at, |due| due.min(at + AGAIN)));
    }
    /// It asks again then at the latest.
    pub fn ask_by(&mut self, at: Option<Instant>) {
        self.due = self.due.map(|due| at.map_or(due, |at| due.min(at)));
    }
    pub fn next_wake(&self) -> Option<Instant> {
        self.due
    }
    /// What it asks now.
    pub fn wake(&mut self, at: Instant, faults: &NetworkFaults) -> Option<Vec<u8>> {
        self.due.filter(|due| *due <= at)?;
        if faults.asks_time_once && self.is_set() {
            self.due = None;
            return None;
        }
        self.due = Some(at + if faults.asks_time_hastily { HASTE } else { AGAIN });
        let mark = self.random.bits();
        self.asked = Some((mark, at));
        // Version 4, a client; its own time is nobody's concern.
        let mut bytes = vec![0x23];
        bytes.resize(LENGTH - 8, 0);
        bytes.extend(mark.to_be_bytes());
        Some(bytes)
    }
    pub fn datagram(&mut self, at: Instant, bytes: &[u8], faults: &NetworkFaults) {
        let field = |from: usize| bytes.get(from..from + 8)?.try_into().ok().map(u64::from_be_bytes);
        let (Some(first), Some(stratum)) = (bytes.first(), bytes.get(1)) else { return };
        let (Some(mark), Some(came), Some(left)) = (field(24), field(32), field(40)) else { return };
        let is_sound = first & 7 == 4 && first >> 6 != 3 && (1..16).contains(stratum) && left != 0;
        let Some((_, asked)) = self.asked.take_if(|(own, _)| is_sound && *own == mark) else { return };
        // Half of what the way took, without what the server took, lies behind its answer.
        let under_way = at.since(asked).saturating_sub(since_1970(left).saturating_sub(since_1970(came)));
        let told = since_1970(left) + under_way / 2;
        if !faults.never_steps_back || self.time(at, false).is_none_or(|own| own <= told) {
            self.set = Some((told, at));
        }
        self.due = Some(at + EVERY);
    }
}

fn since_1970(time: u64) -> Duration {
    let nanos = ((time & 0xFFFF_FFFF) * 1_000_000_000) >> 32;
    // Beyond 2036 the seconds begin anew.
    let seconds = time >> 32;
    let seconds = if seconds < ERA { seconds + (1 << 32) } else { seconds };
    Duration::new(seconds - ERA, u32::try_from(nanos).unwrap_or_default())
}
