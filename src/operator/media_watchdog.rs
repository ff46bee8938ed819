//! Is there voice both ways: nothing from the post although it should speak, or nothing of ours at the post although we speak.
//!
//! Must not know SIP.

use super::Desk;
use super::call::{Call, CallState};
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, CallId, Side};
use crate::rtp::report::FarView;
use std::time::Duration;

/// A stream that is silent for so long is missing: jitter and short glitches (T21: up to 1 s) are not meant. Engineering judgement.
pub(super) const MISSING_AFTER: Duration = Duration::from_secs(2);
/// The post's report counts against us once we have sent so many packets since the last: a second of them.
const ENOUGH_SENT: u32 = 50;

/// What is known of both directions.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Watch {
    /// From when on the post should be heard; `None` before the call is up.
    expected: Option<Instant>,
    is_missing: bool,
    /// What the post had received and we had sent at its last report.
    last: Option<(u32, u32)>,
    is_deaf: bool,
}

impl Watch {
    /// The post has reason to speak from now on.
    pub fn expect(&mut self, at: Instant) {
        self.expected = Some(at);
    }

    /// Whether the post's report says that nothing of ours arrives; `None` if it says nothing new.
    fn reported(&mut self, view: &FarView, sent: u32) -> Option<bool> {
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

impl Call {
    fn silent_since(&self) -> Option<Instant> {
        let should_speak = self.state == CallState::Confirmed && self.agreed.as_ref().is_some_and(|agreed| agreed.receiving);
        let expected = self.watch.expected.filter(|_| should_speak)?;
        Some(self.meter.last_at().map_or(expected, |last| last.max(expected)))
    }
    /// When the post's voice would count as missing.
    pub(super) fn missing_at(&self) -> Option<Instant> {
        self.silent_since().filter(|_| !self.watch.is_missing).map(|since| since + MISSING_AFTER)
    }
}

impl Desk {
    pub(super) fn watch(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        if call.missing_at().is_some_and(|due| at >= due)
            && let Some(since) = call.silent_since()
        {
            call.watch.is_missing = true;
            self.tell(at, CallEvent::VoiceMissing { call: id, side: Side::FromPost, since });
        }
    }

    /// A packet of the post's voice has come.
    pub(super) fn heard_again(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        if std::mem::take(&mut call.watch.is_missing) {
            self.tell(at, CallEvent::VoiceBack { call: id, side: Side::FromPost });
            self.settle();
        }
    }

    /// The post has told what it receives of us.
    pub(super) fn far_reported(&mut self, at: Instant, id: CallId, view: FarView) {
        self.tell(at, CallEvent::FarReport { call: id, view });
        let Some(call) = self.calls.get_mut(&id) else { return };
        let sent = call.media.as_ref().and_then(|media| media.sender.sent(at)).map_or(0, |sent| sent.packets);
        match call.watch.reported(&view, sent) {
            // It cannot know how long: since the report before at the latest.
            Some(true) => self.tell(at, CallEvent::VoiceMissing { call: id, side: Side::ToPost, since: at }),
            Some(false) => self.tell(at, CallEvent::VoiceBack { call: id, side: Side::ToPost }),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_post_is_deaf_if_its_highest_number_stands_still_while_we_send() {
        let mut watch = Watch::default();
        let mut check = |highest, sent, expected| {
            let view = FarView { fraction: 0.0, lost: 0, jitter: 0.0, round_trip: None, highest };
            assert_eq!(watch.reported(&view, sent), expected, "{highest} of {sent}");
        };
        check(100, 100, None);
        check(100, 120, None);
        check(350, 350, None);
        check(350, 600, Some(true));
        check(350, 850, None);
        check(351, 1100, Some(false));
    }
}
