//! The audio of one call: what is spoken and what was heard, both on the call's one frame axis.
//!
//! Frame 0 is the origin of the call's media: its ACK, or its first media packet if that came earlier. Frame `n` lies exactly `n / 8000` s
//! after it on the bench's clock, for speaking and for hearing alike.

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
        self.calls.get_mut(&call).and_then(|c| c.media.speak(at, samples)).ok_or(DeskError::NoMedia(call))
    }

    /// What the reference playout plays in frames `from..to`, as far as is known by now; what never came is silence.
    pub fn heard(&self, call: CallId, from: Frame, to: Frame) -> Result<Vec<f32>, DeskError> {
        let media = &self.known(call)?.media;
        if !media.is_begun() {
            return Err(DeskError::NoMedia(call));
        }
        if to < from || to - from > LONGEST {
            return Err(DeskError::BadStretch { from, to });
        }
        media.heard(from, to).ok_or(DeskError::NoMedia(call))
    }

    /// The same, but an error if part of it is yet to be played at `at`.
    pub fn record(&self, at: Instant, call: CallId, from: Frame, to: Frame) -> Result<Vec<f32>, DeskError> {
        let end = self.known(call)?.media.instant_of(to).ok_or(DeskError::NoMedia(call))?;
        if end > at {
            return Err(DeskError::NotYetHeard { call, to });
        }
        self.heard(call, from, to)
    }

    /// When the streams of living and past calls are heard, for whoever holds a measured delay against its definition.
    pub fn playout_anchors(&self) -> Vec<Anchor> {
        let all = self.past.values().chain(self.calls.values());
        all.flat_map(|call| call.media.anchors()).copied().collect()
    }

    /// The call's axis on the bench's clock, and how far to trust what comes and leaves by it.
    pub fn timebase(&self, call: CallId) -> Result<Timebase, DeskError> {
        self.known(call)?.media.timebase().ok_or(DeskError::NoMedia(call))
    }
}
