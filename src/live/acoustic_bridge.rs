//! A room of its own for the person at the post: a sound card whose microphone is before the post and whose loudspeaker
//! is the post's.
//!
//! Two streams that never end, each on the card's clock: pieces are laid one behind the other by the rate that the
//! card's clock was found to have, and a stream begins anew where that has led it astray, or where the machine was too
//! late. Knows nothing of calls, nor which card it is.

use crate::clock::Instant;
use crate::instrument::Result;
use crate::instrument::audio::{Feed, Frame, Jack, Timebase};
use crate::twin::Twin;

/// The first socket, both ways.
const JACK: Jack = Jack(1);
/// Frames moved at once: 10 ms at 48 kHz.
const PIECE: usize = 480;
/// The newest frames of the microphone are left for the next time: a card hands them over by the period.
const UNSETTLED: f64 = 0.03;
/// From the room's microphone to the air before the post, in seconds: more than a piece comes late.
const LATER: f64 = 0.1;
/// The air's newest stretch, in seconds, is left for the next time: what the loudspeaker sounds is known to the end of
/// a packet only.
const UNHEARD: f64 = 0.02;
/// What is kept ahead of the card's loudspeaker, in seconds.
const AHEAD: f64 = 0.06;
/// A stream so far from where it should be, in seconds, begins anew: that is heard as a click.
const ASTRAY: f64 = 0.02;

/// What has become of both streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Breaks {
    /// How often the person's sound began anew, …
    pub mouth: u32,
    /// … and the loudspeaker's.
    pub speaker: u32,
}

pub struct AcousticBridge {
    card: Box<dyn Feed>,
    mouth: Option<Mouth>,
    speaker: Option<Speaker>,
    breaks: Breaks,
}

/// The stream from the card's microphone.
struct Mouth {
    next: Frame,
    /// When that frame sounds before the post, in seconds, and how far the frames are apart there.
    first: f64,
    period: f64,
}

/// The stream to the card's loudspeaker.
struct Speaker {
    /// The first moment not yet taken, in seconds.
    next: f64,
    /// The frame behind the last one fed.
    end: Frame,
}

impl AcousticBridge {
    pub fn before(card: Box<dyn Feed>) -> AcousticBridge {
        AcousticBridge { card, mouth: None, speaker: None, breaks: Breaks::default() }
    }
    pub fn name(&mut self) -> Result<String> {
        Ok(self.card.identify()?.model)
    }
    pub fn breaks(&self) -> Breaks {
        self.breaks
    }

    /// Moves what can be moved by `now`, to which the post has lived.
    ///
    /// # Errors
    /// The card no longer works.
    pub fn pass_on(&mut self, twin: &Twin, now: Instant) -> Result<()> {
        let base = self.card.timebase()?;
        self.pass_in(twin, &base, now);
        self.pass_out(twin, &base, now)
    }

    fn pass_in(&mut self, twin: &Twin, base: &Timebase, now: Instant) {
        let now_s = now.as_secs_f64();
        let there = (base.frame_of(now) - UNSETTLED * base.frames_per_second).max(0.0) as Frame;
        let where_due = |next: Frame| base.seconds_of(next as f64) + LATER;
        let is_astray = |m: &Mouth| (m.first - where_due(m.next)).abs() > ASTRAY || m.first < now_s;
        if self.mouth.as_ref().is_some_and(is_astray) {
            self.mouth = None;
            self.breaks.mouth += 1;
        }
        let begin = || Mouth { next: there, first: where_due(there), period: 1.0 / base.frames_per_second };
        let mouth = self.mouth.get_or_insert_with(begin);
        while mouth.next + PIECE as Frame <= there {
            let to = mouth.next + PIECE as Frame;
            // A card that has lost frames says so for this stretch, and has new ones the next time.
            let Ok(samples) = self.card.record(JACK, mouth.next, to) else {
                self.mouth = None;
                self.breaks.mouth += 1;
                return;
            };
            twin.sound_before(mouth.first, mouth.period, &samples);
            mouth.next = to;
            mouth.first += PIECE as f64 * mouth.period;
        }
    }

    fn pass_out(&mut self, twin: &Twin, base: &Timebase, now: Instant) -> Result<()> {
        let known = now.as_secs_f64() - UNHEARD;
        let ahead = |end: Frame| (end as f64 - base.frame_of(now)) / base.frames_per_second;
        if self.speaker.as_ref().is_some_and(|s| ahead(s.end) > 2.0 * AHEAD + ASTRAY || known - s.next > AHEAD) {
            self.speaker = None;
            self.breaks.speaker += 1;
        }
        let period = 1.0 / base.frames_per_second;
        while self.speaker.as_ref().is_none_or(|s| s.next + PIECE as f64 * period <= known) {
            let Some(speaker) = &mut self.speaker else {
                let silence = vec![0.0; (AHEAD * base.frames_per_second) as usize];
                let end = self.card.feed(JACK, &silence)? + silence.len() as Frame;
                self.speaker = Some(Speaker { next: known, end });
                continue;
            };
            let samples = twin.loudspeaker(speaker.next, period, PIECE);
            let from = self.card.feed(JACK, &samples)?;
            if from != speaker.end {
                // It ran dry: silence first, or it would again.
                self.speaker = None;
                self.breaks.speaker += 1;
                return Ok(());
            }
            speaker.next += PIECE as f64 * period;
            speaker.end = from + PIECE as Frame;
        }
        Ok(())
    }
}
