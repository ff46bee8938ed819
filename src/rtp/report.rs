//! The two ends' reports on each other's stream: when ours is due and what it says, and what theirs said (RFC 3550, 6.2
//! to 6.4).
//!
//! Must not know sockets, nor who is told of it.

use super::rtcp::{self, Block, Part, SenderInfo};
use super::stats::Reception;
use crate::clock::Instant;
use std::time::Duration;

/// Between two reports, on average (RFC 3550, 6.2: the least interval, which rules between two ends).
const INTERVAL: Duration = Duration::from_secs(5);
/// Makes up for the reconsideration of timers favouring short intervals: e − 3/2 (RFC 3550, 6.3.1).
const COMPENSATION: f64 = 1.21828;
/// Seconds from 1900, where NTP begins, to 1970.
const NTP_TO_UNIX: u64 = 2_208_988_800;

/// What the far end saw of our stream, in its last report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FarView {
    /// Lost since its last report, 0 to 1.
    pub fraction: f64,
    /// Lost since the beginning.
    pub lost: i32,
    /// In seconds; `None`: more than there has been time for, which cannot be.
    pub jitter: Option<f64>,
    /// What came, but too late to be heard, since its last report, 0 to 1, where it tells.
    pub discarded: Option<f64>,
    /// To the far end and back without its own delay, in seconds; `None` until it has had a report of ours.
    pub round_trip: Option<f64>,
    /// Extended highest sequence number it has seen.
    pub highest: u32,
}

/// Moments as NTP tells them: 32.32 fixed point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// Since 1970, at the run's beginning.
    pub beginning: Duration,
}

impl Calendar {
    /// By a clock on the wall that shows so much since 1970 at `now`.
    pub fn by_the_wall(wall: Duration, now: Instant) -> Self {
        Calendar { beginning: wall.saturating_sub(Duration::from_nanos(now.as_nanos())) }
    }
    /// Since 1970.
    pub fn wall(&self, at: Instant) -> Duration {
        self.beginning + Duration::from_nanos(at.as_nanos())
    }
    pub fn ntp(&self, at: Instant) -> u64 {
        let since = self.wall(at);
        let fraction = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
        (since.as_secs() + NTP_TO_UNIX) << 32 | fraction
    }
}

/// The middle 32 bits: seconds and 65536ths.
fn middle(ntp: u64) -> u32 {
    (ntp >> 16) as u32
}

/// Reporting in one call.
#[derive(Debug, Clone)]
pub struct Reporting {
    calendar: Calendar,
    ssrc: u32,
    clock_rate: u32,
    began: Instant,
    due: Instant,
    /// The other end's last sender report: middle of its NTP time, and when it came.
    theirs: Option<(u32, Instant)>,
    /// Packets expected and received as of our last report.
    told: (u64, u64),
    far: Option<FarView>,
    name: Option<String>,
}

impl Reporting {
    /// `random` spreads the first report over a quarter to three quarters of the interval.
    pub fn started(at: Instant, calendar: Calendar, ssrc: u32, clock_rate: u32, random: u64) -> Self {
        let due = at + spread(INTERVAL / 2, random);
        Reporting { calendar, ssrc, clock_rate, began: at, due, theirs: None, told: (0, 0), far: None, name: None }
    }
    /// From now on we are this source.
    pub fn speak_as(&mut self, ssrc: u32) {
        self.ssrc = ssrc;
    }
    pub fn use_clock(&mut self, rate: u32) {
        self.clock_rate = rate;
    }

    pub fn next_wake(&self) -> Instant {
        self.due
    }
    /// True if a report has to be made now; `random` spreads the next.
    pub fn wake(&mut self, at: Instant, random: u64) -> bool {
        let is_due = at >= self.due;
        if is_due {
            self.due = at + spread(INTERVAL, random);
        }
        is_due
    }

    /// Our report. `sent` tells packets, octets and the RTP timestamp of this moment, if we have sent anything; `heard`
    /// what we received.
    pub fn write(&mut self, at: Instant, sent: Option<Sent>, heard: Option<&Reception>, cname: &str, goodbye: bool) -> Vec<u8> {
        let ntp = self.calendar.ntp(at);
        let info =
            sent.map(|s| SenderInfo { ssrc: self.ssrc, ntp, timestamp: s.timestamp, packets: s.packets, octets: s.octets });
        let block = heard.map(|heard| self.block(at, heard));
        rtcp::compound(self.ssrc, info.as_ref(), block.as_slice(), cname, goodbye)
    }

    fn block(&mut self, at: Instant, heard: &Reception) -> Block {
        let (expected, received) = (heard.expected.saturating_sub(self.told.0), heard.received.saturating_sub(self.told.1));
        self.told = (heard.expected, heard.received);
        let lost = expected.saturating_sub(received);
        let fraction = (lost * 256).checked_div(expected).unwrap_or_default().min(255);
        let (last_report, delay) = match self.theirs {
            Some((theirs, came)) => (theirs, (at.since(came).as_secs_f64() * 65536.0) as u32),
            None => (0, 0),
        };
        Block {
            ssrc: heard.ssrc,
            fraction: fraction as u8,
            lost: i32::try_from(heard.expected.cast_signed() - heard.received.cast_signed()).unwrap_or(i32::MAX),
            highest: heard.highest,
            jitter: (heard.jitter * f64::from(self.clock_rate)) as u32,
            last_report,
            delay,
        }
    }

    /// Takes theirs; gives what it says of our stream, if it does.
    pub fn received(&mut self, at: Instant, bytes: &[u8]) -> Option<FarView> {
        let (mut view, mut discarded) = (None, None);
        for part in rtcp::parse(bytes) {
            match part {
                Part::Report { sender, blocks, .. } => {
                    if let Some(info) = sender {
                        self.theirs = Some((middle(info.ntp), at));
                    }
                    let of_us = blocks.iter().find(|block| block.ssrc == self.ssrc);
                    view = of_us.map(|block| self.view(at, block)).or(view);
                }
                Part::Name { name, .. } => self.name = Some(name),
                Part::Discarded { ssrc, fraction } if ssrc == self.ssrc => discarded = Some(f64::from(fraction) / 256.0),
                Part::Goodbye { .. } | Part::Discarded { .. } => {}
            }
        }
        let view = view.map(|view| FarView { discarded, ..view });
        self.far = view.or(self.far);
        view
    }

    fn view(&self, at: Instant, block: &Block) -> FarView {
        let now = middle(self.calendar.ntp(at));
        // RFC 3550, 6.4.1: A − LSR − DLSR, modulo 2^32; a clock that jumped would make it negative.
        let round_trip = now.wrapping_sub(block.last_report).wrapping_sub(block.delay).cast_signed();
        let known = block.last_report != 0 && round_trip >= 0;
        // No two packets can have come further apart than there has been time for.
        let jitter = f64::from(block.jitter) / f64::from(self.clock_rate.max(1));
        FarView {
            fraction: f64::from(block.fraction) / 256.0,
            lost: block.lost,
            jitter: Some(jitter).filter(|jitter| *jitter <= at.seconds_after(self.began).max(0.0)),
            discarded: None,
            round_trip: known.then(|| f64::from(round_trip) / 65536.0),
            highest: block.highest,
        }
    }

    /// What the far end told last.
    pub fn far(&self) -> Option<FarView> {
        self.far
    }
    /// How the far end names itself.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

/// What we have sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    pub packets: u32,
    pub octets: u32,
    /// RTP timestamp of the moment of the report.
    pub timestamp: u32,
}

/// Between half and one and a half times `mean`, compensated.
fn spread(mean: Duration, random: u64) -> Duration {
    let unit = (random >> 11) as f64 / (1u64 << 53) as f64;
    mean.mul_f64((0.5 + unit) / COMPENSATION)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Instant {
        Instant::from_nanos(millis * 1_000_000)
    }
    const CALENDAR: Calendar = Calendar { beginning: Duration::from_millis(1_700_000_000_500) };

    #[test]
    fn moments_are_told_as_ntp_tells_them() {
        let ntp = CALENDAR.ntp(ms(250));
        assert_eq!((ntp >> 32, ntp as u32), (1_700_000_000 + 2_208_988_800, 0xc000_0000));
    }

    #[test]
    fn the_round_trip_is_what_the_network_took_and_not_the_far_end() {
        let mut ours = Reporting::started(ms(0), CALENDAR, 7, 8000, 0);
        let mut theirs = Reporting::started(ms(0), Calendar { beginning: Duration::from_secs(5) }, 8, 8000, 0);
        let sent = Some(Sent { packets: 1, octets: 160, timestamp: 5 });
        let report = ours.write(ms(1000), sent, None, "us", false);
        assert_eq!(theirs.received(ms(1030), &report), None, "it says nothing of them");
        assert_eq!(theirs.name(), Some("us"));
        let heard = Reception { ssrc: 7, expected: 100, received: 75, highest: 99, jitter: 0.002 };
        let answer = theirs.write(ms(3530), None, Some(&heard), "them", false);
        let view = ours.received(ms(3555), &answer).expect("a view");
        assert!((view.round_trip.expect("known") - 0.055).abs() < 1e-4, "{view:?}");
        assert_eq!((view.fraction, view.lost, view.jitter, view.highest), (0.25, 25, Some(0.002), 99));
        let heard = Reception { expected: 200, received: 175, highest: 199, ..heard };
        let answer = theirs.write(ms(8000), None, Some(&heard), "them", false);
        assert_eq!(ours.received(ms(8025), &answer).map(|v| (v.fraction, v.lost)), Some((0.0, 25)), "none of the last hundred");
        assert_eq!(ours.far().map(|view| view.highest), Some(199));
    }

    #[test]
    fn a_jitter_longer_than_the_talk_is_doubted_and_what_came_too_late_is_told_apart() {
        let mut ours = Reporting::started(ms(0), CALENDAR, 7, 8000, 0);
        let mut theirs = Reporting::started(ms(0), CALENDAR, 8, 8000, 0);
        let mut said = |jitter: f64, more: &[u8]| {
            let heard = Reception { ssrc: 7, expected: 100, received: 100, highest: 99, jitter };
            let report = theirs.write(ms(5000), None, Some(&heard), "them", false);
            ours.received(ms(5010), &[report.as_slice(), more].concat()).map(|view| (view.jitter, view.discarded))
        };
        assert_eq!(said(0.25, &[]), Some((Some(0.25), None)));
        assert_eq!(said(500_000.0, &[]), Some((None, None)));
        // RFC 3611, 4.7: a block of eight words, of source 7: 1/8 lost, 1/4 discarded.
        let block = |ssrc: u8| [&[0x80, 207, 0, 10, 0, 0, 0, 8, 7, 0, 0, 8, 0, 0, 0, ssrc, 32, 64][..], &[0; 26]].concat();
        assert_eq!(said(0.25, &block(7)), Some((Some(0.25), Some(0.25))));
        assert_eq!(said(0.25, &block(9)), Some((Some(0.25), None)));
    }

    #[test]
    fn reports_come_every_five_seconds_or_so_and_never_in_step() {
        let mut reporting = Reporting::started(ms(0), CALENDAR, 7, 8000, u64::MAX / 2);
        let first = reporting.next_wake().as_secs_f64();
        assert!((first - 2.5 / COMPENSATION).abs() < 0.01, "{first}");
        assert!(!reporting.wake(ms(2000), 0));
        for (random, expected) in [(0, 0.5), (u64::MAX, 1.5)] {
            let now = reporting.next_wake();
            assert!(reporting.wake(now, random));
            let interval = reporting.next_wake().since(now).as_secs_f64();
            assert!((interval - 5.0 * expected / COMPENSATION).abs() < 0.01, "{interval}");
        }
    }
}
