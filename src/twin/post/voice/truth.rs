//! What the simulation knows and the bench must find out: when each RTP timestamp was a sound at the post.
//!
//! Must not be read by anything that measures: only tests and proofs compare a measurement with it.

use crate::clock::Instant;

/// Of so many calls the truth is kept.
const MOST_CALLS: usize = 100;

/// Everything true about the latest calls, in order.
#[derive(Debug, Clone, Default)]
pub struct Truth {
    pub calls: Vec<CallTruth>,
}

impl Truth {
    pub(super) fn begin(&mut self, dialog: String) {
        if self.calls.len() == MOST_CALLS {
            self.calls.remove(0);
        }
        self.calls.push(CallTruth::new(dialog));
    }
}

#[derive(Debug, Clone)]
pub struct CallTruth {
    /// SIP Call-ID.
    pub dialog: String,
    /// The first INVITE left the module.
    pub invite_sent: Option<Instant>,
    /// 200 received.
    pub answered: Option<Instant>,
    pub ended: Option<Instant>,
    /// Source identifier of the stream sent.
    pub ssrc: u32,
    /// RTP timestamp sent → when that sample was taken at the microphone.
    pub sent: Timeline,
    /// RTP timestamp received → when that sample left the loudspeaker; one line for each source heard.
    pub heard: Vec<(u32, Timeline)>,
    /// Corrections of the jitter buffer.
    pub slips: Vec<Slip>,
    /// Samples of the loudspeaker that were made up for lost or late packets.
    pub concealed: u64,
}

impl CallTruth {
    pub fn new(dialog: String) -> Self {
        CallTruth {
            dialog,
            invite_sent: None,
            answered: None,
            ended: None,
            ssrc: 0,
            sent: Timeline::default(),
            heard: Vec::new(),
            slips: Vec::new(),
            concealed: 0,
        }
    }
    /// The timeline of what was heard from `ssrc`.
    pub fn heard_from(&self, ssrc: u32) -> Option<&Timeline> {
        self.heard.iter().find(|(s, _)| *s == ssrc).map(|(_, line)| line)
    }
    pub(super) fn heard_mut(&mut self, ssrc: u32) -> &mut Timeline {
        let index = match self.heard.iter().position(|(s, _)| *s == ssrc) {
            Some(index) => index,
            None => {
                self.heard.push((ssrc, Timeline::default()));
                self.heard.len() - 1
            }
        };
        &mut self.heard[index].1
    }
}

/// A correction of the jitter buffer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slip {
    /// Seconds since the run began at which the loudspeaker skipped or repeated.
    pub at: f64,
    /// Samples skipped (positive: less delay from now on) or added (negative).
    pub samples: i32,
}

/// A stretch of RTP timestamps that became sound without a break.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    pub timestamp: u32,
    pub ticks: u32,
    /// Seconds since the run began of the first sample.
    pub seconds: f64,
    pub seconds_per_tick: f64,
}

impl Segment {
    fn end(&self) -> f64 {
        self.seconds + f64::from(self.ticks) * self.seconds_per_tick
    }
}

/// RTP timestamps against simulation time, as few straight pieces as it takes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timeline {
    segments: Vec<Segment>,
}

/// Two moments closer than this are one: far below a sample, far above the rounding of a day in seconds.
const SAME_MOMENT: f64 = 1e-8;

impl Timeline {
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }
    /// When the sample with this timestamp was a sound; `None`: never (dropped, lost or not yet).
    pub fn seconds_of(&self, timestamp: u32) -> Option<f64> {
        self.segments.iter().rev().find_map(|s| {
            let offset = timestamp.wrapping_sub(s.timestamp);
            (offset < s.ticks).then(|| s.seconds + f64::from(offset) * s.seconds_per_tick)
        })
    }
    /// The timestamp of the sample that was a sound at this moment, and how much of that sample had passed (0 to 1).
    pub fn timestamp_at(&self, seconds: f64) -> Option<(u32, f64)> {
        self.segments.iter().rev().find(|s| (s.seconds..s.end()).contains(&seconds)).map(|s| {
            let ticks = (seconds - s.seconds) / s.seconds_per_tick;
            (s.timestamp.wrapping_add(ticks as u32), ticks.fract())
        })
    }
    pub(super) fn extend(&mut self, timestamp: u32, ticks: u32, seconds: f64, seconds_per_tick: f64) {
        if let Some(last) = self.segments.last_mut()
            && last.timestamp.wrapping_add(last.ticks) == timestamp
            && (last.end() - seconds).abs() < SAME_MOMENT
        {
            last.ticks += ticks;
            return;
        }
        self.segments.push(Segment { timestamp, ticks, seconds, seconds_per_tick });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_stream_is_one_segment_and_a_gap_makes_another() {
        let mut line = Timeline::default();
        let period = 1.0 / 8000.8;
        for k in 0..1000u32 {
            line.extend((u32::MAX - 100).wrapping_add(160 * k), 160, 5.0 + f64::from(160 * k) * period, period);
        }
        assert_eq!(line.segments().len(), 1);
        assert!((line.seconds_of(99).unwrap() - (5.0 + 200.0 * period)).abs() < 1e-12);
        let (timestamp, fraction) = line.timestamp_at(5.0 + 200.25 * period).unwrap();
        assert!(timestamp == 99 && (fraction - 0.25).abs() < 1e-9);
        let gap = (u32::MAX - 100).wrapping_add(160_160);
        line.extend(gap, 160, 5.0 + 160_160.0 * period, period);
        assert_eq!(line.segments().len(), 2);
        assert_eq!(line.seconds_of(gap.wrapping_sub(1)), None);
    }
}
