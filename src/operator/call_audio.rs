//! The operator's headset on one call: what is spoken and what was heard, both on the call's one frame axis.
//!
//! Frame 0 is the origin of the call's media: its ACK, or its first media packet if that came earlier. Frame `n` lies exactly `n / 8000` s
//! after it on the bench's clock, for speaking and for hearing alike. Must not know sounds.

use super::{Desk, DeskError};
use crate::clock::Instant;
use crate::instrument::audio::{Frame, Timebase};
use crate::instrument::operator::CallId;
use crate::rtp::axis::RATE;
use crate::rtp::playout::Anchor;

/// The longest stretch given at once: an hour.
const LONGEST: u64 = RATE as u64 * 3600;

impl Desk {
    /// Queues samples (full scale ± 1) into the outgoing stream at the next packet boundary; returns the frame at which the first of them
    /// is spoken. What was queued from there on is replaced.
    pub fn speak(&mut self, at: Instant, call: CallId, samples: &[f32]) -> Result<Frame, DeskError> {
        self.living(call)?;
        let media = self.calls.get_mut(&call).and_then(|c| c.media.as_mut()).ok_or(DeskError::NoMedia(call))?;
        Ok(media.sender.speak(at, samples))
    }

    /// What the reference playout plays in frames `from..to`, as far as is known by now; what never came is silence.
    pub fn heard(&self, call: CallId, from: Frame, to: Frame) -> Result<Vec<f32>, DeskError> {
        let media = self.known(call)?.media.as_ref().ok_or(DeskError::NoMedia(call))?;
        if to < from || to - from > LONGEST {
            return Err(DeskError::BadStretch { from, to });
        }
        Ok(media.playout.heard(from, to))
    }

    /// The same, but an error if part of it is yet to be played at `at`.
    pub fn record(&self, at: Instant, call: CallId, from: Frame, to: Frame) -> Result<Vec<f32>, DeskError> {
        let media = self.known(call)?.media.as_ref().ok_or(DeskError::NoMedia(call))?;
        if media.axis.instant_of(to) > at {
            return Err(DeskError::NotYetHeard { call, to });
        }
        self.heard(call, from, to)
    }

    /// When the streams of living and past calls are heard, for whoever holds a measured delay against its definition.
    pub fn playout_anchors(&self) -> Vec<Anchor> {
        let all = self.past.values().chain(self.calls.values());
        all.filter_map(|call| call.media.as_ref()?.playout.anchor()).collect()
    }

    /// The call's axis, exact by definition; uncertain is when its packets really came and left. What is heard is as uncertain as the reception that
    /// anchors its stream, for all that follows it is played by the axis. What is spoken: as late as the latest packet of the stretch spoken last,
    /// or of the call as long as none of the stretch has left.
    pub fn timebase(&self, call: CallId) -> Result<Timebase, DeskError> {
        let media = self.known(call)?.media.as_ref().ok_or(DeskError::NoMedia(call))?;
        Ok(Timebase {
            frame: 0,
            at: media.axis.origin,
            frames_per_second: f64::from(RATE),
            input_uncertainty: media.anchored_within.as_secs_f64(),
            output_uncertainty: media.sender.latest().as_secs_f64(),
        })
    }
}
