//! A time server (RFC 5905, of which it does the server's part only): it tells the calendar's time, or another one
//! where it is told to.

use super::{Reply, Seen, Service};
use crate::clock::{Instant, Stamped};
use crate::instrument::services::{OwnAnswer, TimeAsked, TimeConduct, Told};
use crate::rtp::report::Calendar;
use std::net::SocketAddr;
use std::time::Duration;

pub const PORT: u16 = 123;
/// From 1900 to 1970, in seconds.
const NTP_TO_UNIX: u64 = 2_208_988_800;
/// A message without extensions.
const LENGTH: usize = 48;
const CLIENT: u8 = 3;
const SERVER: u8 = 4;
/// It has its time from this machine, which has it from somewhere (7.3).
const STRATUM: u8 = 3;
/// Of this machine's own clock: 2 to this power, in seconds.
const PRECISION: i8 = -20;
/// A millisecond, as 16.16 fixed point.
const DISPERSION: u32 = 66;

pub struct TimeServer {
    calendar: Calendar,
    conduct: TimeConduct,
    seen: Seen<TimeAsked>,
}

impl TimeServer {
    pub fn new(calendar: Calendar) -> Self {
        TimeServer { calendar, conduct: TimeConduct::default(), seen: Seen::default() }
    }
}

impl Service for TimeServer {
    type Conduct = TimeConduct;
    type Seen = TimeAsked;
    const PORT: u16 = PORT;

    fn behave(&mut self, how: TimeConduct) {
        self.conduct = how;
    }
    fn datagram(&mut self, at: Instant, from: SocketAddr, bytes: &[u8]) -> Option<Reply> {
        let (first, poll) = (bytes.first()?, bytes.get(2)?);
        let sent: [u8; 8] = bytes.get(LENGTH - 8..LENGTH)?.try_into().ok()?;
        let version = first >> 3 & 7;
        (first & 7 == CLIENT && (1..=4).contains(&version)).then_some(())?;
        self.seen.add(at, from, TimeAsked { is_answered: !self.conduct.is_silent });
        (!self.conduct.is_silent).then_some(())?;
        let now = self.calendar.ntp(at + self.conduct.ahead).to_be_bytes();
        let mut answer = vec![version << 3 | SERVER, STRATUM, *poll, PRECISION.to_be_bytes()[0]];
        answer.extend([0; 4]);
        answer.extend(DISPERSION.to_be_bytes());
        // Where it has its time from, when it was set, what was asked when by the asker's clock, and when that came and
        // went.
        answer.extend([127, 127, 1, 0]);
        answer.extend(now);
        answer.extend(sent);
        answer.extend(now);
        answer.extend(now);
        Some(Reply { at, to: from, bytes: answer })
    }
    fn take_seen(&mut self) -> Vec<Stamped<TimeAsked>> {
        self.seen.take()
    }
    fn is_asked_by_bench(&mut self, at: SocketAddr) {
        self.seen.bench = Some(at);
    }
    fn question(&self, number: u16) -> Vec<u8> {
        let mut bytes = vec![4 << 3 | CLIENT];
        bytes.resize(LENGTH - 2, 0);
        bytes.extend(number.to_be_bytes());
        bytes
    }
    fn understand(&self, bytes: &[u8]) -> Option<OwnAnswer> {
        let of_server = bytes.first()? & 7 == SERVER;
        let number = u16::from_be_bytes(bytes.get(30..32)?.try_into().ok()?);
        let [seconds, parts] = [40, 44].map(|from| bytes.get(from..from + 4)?.try_into().ok().map(u32::from_be_bytes));
        let seconds = u64::from(seconds?);
        // It begins anew in 2036.
        let seconds = if seconds < NTP_TO_UNIX { seconds + (1 << 32) } else { seconds } - NTP_TO_UNIX;
        let nanos = (u64::from(parts?) * 1_000_000_000) >> 32;
        let time = Duration::from_secs(seconds) + Duration::from_nanos(nanos);
        of_server.then_some(OwnAnswer { number, told: Told::Time(time) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(how: TimeConduct, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut server = TimeServer::new(Calendar { beginning: Duration::from_secs(1_767_225_600) });
        server.behave(how);
        let from = "10.20.0.17:123".parse().expect("an address");
        server.datagram(Instant::from_nanos(1_500_000_000), from, bytes).map(|reply| reply.bytes)
    }
    fn question(first: u8) -> Vec<u8> {
        let mut bytes = vec![0; LENGTH];
        bytes[0] = first;
        bytes[LENGTH - 8..].copy_from_slice(&[1, 2, 3, 4, 5, 6, 7, 8]);
        bytes
    }

    #[test]
    fn the_time_is_told_under_the_mark_of_the_question() {
        let answer = asked(TimeConduct::default(), &question(0x23)).expect("an answer");
        assert_eq!((answer.len(), answer[0], answer[1]), (48, 0x24, 3));
        assert_eq!(answer[24..32], [1, 2, 3, 4, 5, 6, 7, 8]);
        // 2026-01-01 00:00:01.5 UTC, in seconds since 1900 and in halves.
        let time = [&1_767_225_601_u32.wrapping_add(2_208_988_800).to_be_bytes()[..], &[0x80, 0, 0, 0]].concat();
        assert_eq!(answer[40..48], time);
        let hour = Duration::from_secs(3600);
        let wrong = asked(TimeConduct { ahead: hour, ..TimeConduct::default() }, &question(0x1B)).expect("an answer");
        assert_eq!(wrong[40..44], 1_767_229_201_u32.wrapping_add(2_208_988_800).to_be_bytes());
        assert_eq!(wrong[0], 0x1C, "in the version that was asked in");
    }

    #[test]
    fn the_bench_reads_its_own_answer_and_is_not_told_of() {
        let beginning = Duration::from_secs(1_767_225_600);
        let mut server = TimeServer::new(Calendar { beginning });
        let from = "10.20.0.2:49999".parse().expect("an address");
        server.is_asked_by_bench(from);
        let question = server.question(417);
        let reply = server.datagram(Instant::from_nanos(1_500_000_000), from, &question).expect("an answer");
        let told = Told::Time(beginning + Duration::from_millis(1500));
        assert_eq!(server.understand(&reply.bytes), Some(OwnAnswer { number: 417, told }));
        assert_eq!(server.take_seen(), []);
    }

    #[test]
    fn what_is_no_question_is_not_answered() {
        let sound = TimeConduct::default();
        for first in [0x24, 0x21, 0x03, 0x2B] {
            assert_eq!(asked(sound, &question(first)), None, "{first:02x}");
        }
        assert_eq!(asked(sound, &question(0x23)[..47]), None);
        assert_eq!(asked(sound, &[]), None);
        assert_eq!(asked(TimeConduct { is_silent: true, ..sound }, &question(0x23)), None);
    }
}
