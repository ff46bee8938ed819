//! Is there voice both ways: nothing from the post although it should speak, or nothing of ours at the post although we
//! speak.

use crate::clock::Instant;
use crate::operator::timers::MISSING_AFTER;
use crate::rtp::report::FarView;

/// The post's report counts against us once we have sent so many packets since the last: a second of them.
const ENOUGH_SENT: u32 = 50;

/// What is known of both directions.
#[derive(Debug, Clone, Copy, Default)]
pub struct MediaWatchdog {
    /// From when on the post should be heard; `None` before the call is up.
    expected: Option<Instant>,
    is_missing: bool,
    /// What the post had received and we had sent at its last report.
    last: Option<(u32, u32)>,
    is_deaf: bool,
}

impl MediaWatchdog {
    /// The post has reason to speak from now on.
    pub fn expect(&mut self, at: Instant) {
        self.expected = Some(at);
    }

    /// Since when the post is silent, if it should speak; `last` is its last packet.
    fn silent_since(&self, last: Option<Instant>) -> Option<Instant> {
        let expected = self.expected?;
        Some(last.map_or(expected, |last| last.max(expected)))
    }
    /// When the post's voice will count as missing; `None` once it does.
    pub fn missing_at(&self, last: Option<Instant>) -> Option<Instant> {
        self.silent_since(last).filter(|_| !self.is_missing).map(|since| since + MISSING_AFTER)
    }
    /// The post's voice counts as missing from now on; gives since when there is none.
    pub fn miss(&mut self, at: Instant, last: Option<Instant>) -> Option<Instant> {
        self.missing_at(last).filter(|due| at >= *due)?;
        self.is_missing = true;
        self.silent_since(last)
    }
    /// A packet of the post's voice has come; true if it was missing.
    pub fn heard(&mut self) -> bool {
        std::mem::take(&mut self.is_missing)
    }

    /// Whether the post's report says that nothing of ours arrives; `None` if it says nothing new.
    pub fn reported(&mut self, view: &FarView, sent: u32) -> Option<bool> {
        let Some((highest, before)) = self.last else {
            self.last = Some((view.highest, sent));
            return None;
        };
        if sent.wrapping_sub(before) < ENOUGH_SENT {
            return None;
        }
        self.last = Some((view.highest, sent));
        let is_deaf = view.highest == highest;
        (std::mem::replace(&mut self.is_deaf, is_deaf) != is_deaf).then_some(is_deaf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_post_is_deaf_if_its_highest_number_stands_still_while_we_send() {
        let mut watchdog = MediaWatchdog::default();
        let mut check = |highest, sent, expected| {
            let view = FarView { fraction: 0.0, lost: 0, jitter: Some(0.0), discarded: None, round_trip: None, highest };
            assert_eq!(watchdog.reported(&view, sent), expected, "{highest} of {sent}");
        };
        check(100, 100, None);
        check(100, 120, None);
        check(350, 350, None);
        check(350, 600, Some(true));
        check(350, 850, None);
        check(351, 1100, Some(false));
    }
    #[test]
    fn voice_is_missing_two_seconds_after_the_last_packet_and_back_with_the_next() {
        let at = |millis: u64| Instant::from_nanos(millis * 1_000_000);
        let mut watchdog = MediaWatchdog::default();
        assert_eq!(watchdog.missing_at(Some(at(0))), None, "nothing is expected yet");
        watchdog.expect(at(1000));
        assert_eq!(watchdog.missing_at(Some(at(500))), Some(at(3000)));
        assert_eq!(watchdog.miss(at(3499), Some(at(1500))), None);
        assert_eq!(watchdog.miss(at(3500), Some(at(1500))), Some(at(1500)));
        assert_eq!((watchdog.miss(at(9000), Some(at(1500))), watchdog.missing_at(Some(at(1500)))), (None, None), "told once");
        assert_eq!((watchdog.heard(), watchdog.heard()), (true, false));
    }
}
