//! Speech while the fibre is lost and when it is back: how long either side was not heard, and when both were heard
//! again.
//!
//! Knows nothing of how a voice is found.

use super::judge::surer;
use super::speech::{CHANNEL_RATE, Direction, LATEST, Voice};
use super::{Fault, Post, Result};
use crate::bench::{Bench, Moment};
use crate::dsp::delay::Signal;
use crate::dsp::fidelity::{self, fidelity};
use crate::instrument::operator::CallId;
use crate::measure::method;
use crate::unit::{Estimate, Quantity, Unit, combine};
use crate::verdict::Criterion;
use std::time::Duration;

/// T21 limits what a gap is longer than the glitch that it comes from, up to this; its sentence states the whole gap.
const GLITCH: Duration = Duration::from_secs(1);

/// So long one side speaks before the cut, and so long after it.
const BEFORE: Duration = Duration::from_secs(1);
const AFTER: Duration = Duration::from_secs(3);
/// A path has so long to come back (T21) and to settle: what is spoken later is spoken on a whole line, as is what was
/// spoken before the cut.
const SETTLED: Duration = Duration::from_millis(1300);
/// Nothing is said of the last moments before the cut: they are still under way.
const UNDER_WAY: Duration = Duration::from_millis(200);
/// On a whole line no gap may be longer, nor all gaps of so few seconds in all: three packets [EJ].
const TORN_AT_MOST_S: f64 = 0.06;
/// What takes the place of a voice that has said enough.
const HUSHED: [f32; 8] = [0.0; 8];

const GAP_TO_OPERATOR: Quantity = Quantity {
    key: "T21.gap.to-operator",
    unit: Unit::Second,
    en: "longest interruption of speech, caller to operator",
    pl: "najdłuższa przerwa w mowie, od wzywającego do operatora",
    method: method::PRESENCE,
    requirement: "T21",
};
const GAP_TO_CALLER: Quantity = Quantity {
    key: "T21.gap.to-caller",
    en: "longest interruption of speech, operator to caller",
    pl: "najdłuższa przerwa w mowie, od operatora do wzywającego",
    ..GAP_TO_OPERATOR
};
const HEALED: Quantity = Quantity {
    key: "T22.fibre-to-voice",
    unit: Unit::Second,
    en: "fibre's return to voice both ways, without the operator's time to answer",
    pl: "od powrotu światłowodu do głosu w obie strony, bez czasu, w którym operator nie odbierał",
    method: method::PRESENCE,
    requirement: "T22",
};
const TORN_TO_OPERATOR: Quantity = Quantity {
    key: "T21.torn.to-operator",
    unit: Unit::Second,
    en: "speech lost before and after the cut, caller to operator",
    pl: "mowa utracona przed przerwą łącza i po niej, od wzywającego do operatora",
    method: method::PRESENCE,
    requirement: "T21",
};
const TORN_TO_CALLER: Quantity = Quantity {
    key: "T21.torn.to-caller",
    en: "speech lost before and after the cut, operator to caller",
    pl: "mowa utracona przed przerwą łącza i po niej, od operatora do wzywającego",
    ..TORN_TO_OPERATOR
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[GAP_TO_OPERATOR, GAP_TO_CALLER, HEALED, TORN_TO_OPERATOR, TORN_TO_CALLER];

impl Post {
    /// T21 of the caller's voice.
    pub fn cut_fibre_while_caller_talks(&mut self, time: Duration) -> Result<()> {
        self.cut_fibre_while_talking(Direction::ToOperator, time)
    }

    /// T21 of the operator's voice.
    pub fn cut_fibre_while_operator_talks(&mut self, time: Duration) -> Result<()> {
        self.cut_fibre_while_talking(Direction::ToCaller, time)
    }

    /// One side speaks without a pause while the fibre is gone, and the other is silent: of two voices at once a post
    /// may turn one down.
    fn cut_fibre_while_talking(&mut self, direction: Direction, time: Duration) -> Result<()> {
        self.interrupt_while_talking(direction, time, |post| post.cut_fibre_for(time))
    }

    /// One side speaks before, through and after something that takes so long and may be heard.
    pub(super) fn interrupt_while_talking(
        &mut self,
        direction: Direction,
        time: Duration,
        interrupt: impl FnOnce(&mut Post) -> Result<()>,
    ) -> Result<()> {
        let call = self.talk_that_stands()?;
        let length = BEFORE + time + AFTER;
        let voice = self.begin_voice(direction, call, length)?;
        self.voices.retain(|earlier| earlier.direction != direction);
        self.voices.push(voice);
        self.pass(BEFORE)?;
        interrupt(self)?;
        self.pass(AFTER)
    }

    /// T21. Where speech is lost without a cut, no gap is the cut's alone.
    pub fn speech_gap_at_most(&mut self, limit: Duration) -> Result<()> {
        self.gaps_at_most([&GAP_TO_OPERATOR, &GAP_TO_CALLER], limit, GLITCH)
    }

    /// `quantities`: of the voice to the operator, and of the one to the caller. `beyond`: how much more the sentence
    /// counts than the requirement.
    pub(super) fn gaps_at_most(&mut self, quantities: [&Quantity; 2], limit: Duration, beyond: Duration) -> Result<()> {
        let voices = self.voices.clone();
        let mut outcome = Ok(());
        for voice in &voices {
            let whole = self.is_whole_beside_cut(voice);
            if whole.is_err() {
                outcome = surer(outcome, whole);
                continue;
            }
            let [to_operator, to_caller] = quantities;
            let quantity = if voice.direction == Direction::ToOperator { to_operator } else { to_caller };
            let from = voice.spoken.instant();
            let length = Duration::from_secs_f64(voice.samples.len() as f64 / f64::from(voice.rate));
            let until = from + length + LATEST;
            self.bench.clock().wait_until(until + Duration::from_millis(100))?;
            let found = self.find(voice, from, until)?;
            let judged = match found {
                Some(found) => {
                    let gap = Estimate::seconds(found.presence.longest_gap_s(), combine(&[found.presence.gap_edge_s; 2]));
                    let limit = self.agreed(quantity, limit.as_secs_f64(), beyond.as_secs_f64());
                    self.judge(quantity, gap, Criterion::AtMost(limit))
                }
                None => self.judge_absent(quantity),
            };
            outcome = surer(outcome, judged);
        }
        outcome
    }

    /// What of a voice was spoken while the line was whole: it is lost no more than in any other talk.
    fn is_whole_beside_cut(&mut self, voice: &Voice) -> Result<()> {
        let length = Duration::from_secs_f64(voice.samples.len() as f64 / f64::from(voice.rate));
        let returned = length.saturating_sub(AFTER);
        let mut lost = None;
        for (from, to) in [(Duration::ZERO, BEFORE.saturating_sub(UNDER_WAY)), (returned + SETTLED, length)] {
            let place = |at: Duration| ((at.as_secs_f64() * f64::from(voice.rate)) as usize).min(voice.samples.len());
            let piece = &voice.samples[place(from)..place(to).max(place(from))];
            let heard_to = voice.spoken.instant() + to + if to == length { LATEST } else { UNDER_WAY };
            self.bench.clock().wait_until(heard_to + Duration::from_millis(100))?;
            let heard = self.listen(voice.direction, voice.call, voice.spoken.instant() + from, heard_to)?;
            let spoken = Signal::new(piece, f64::from(voice.rate));
            // One that is not heard at all is told by the gap.
            if let Some(found) = fidelity(spoken, Signal::new(&heard.samples, heard.rate), CHANNEL_RATE) {
                *lost.get_or_insert(0) += found.lost.saturating_sub(found.by_chance);
            }
        }
        let Some(lost) = lost else { return Ok(()) };
        let quantity = if voice.direction == Direction::ToOperator { TORN_TO_OPERATOR } else { TORN_TO_CALLER };
        let figure = Estimate::seconds(lost as f64 * fidelity::LOOK_S, fidelity::LOOK_S);
        self.judge(&quantity, figure, Criterion::AtMost(TORN_AT_MOST_S))
    }

    /// T22: the old talk or a new one, but without anybody touching the button; a call that only rang yet may ring
    /// anew. Both sides speak all the time; twice the time it took to hear them is needed to be sure that it is they.
    /// From here on the talk is the one that stands now.
    pub fn talk_again_within(&mut self, limit: Duration) -> Result<()> {
        const LOOK_EVERY: Duration = Duration::from_secs(1);
        let returned = self.returned()?;
        let limit_s = limit.as_secs_f64();
        let patience = Duration::from_secs_f64(self.patience("T22", limit_s));
        let deadline = returned.instant() + patience;
        let mut caller = self.begin_voice(Direction::ToOperator, CallId(0), patience)?;
        let mut operator: Option<Voice> = None;
        let mut both = None;
        let mut unanswered = 0.0;
        while both.is_none() && self.bench.now() < deadline.shifted(unanswered) {
            // The operator speaks as soon as there is somebody to speak to, and again to whoever stands in his place.
            let spoken_to = operator.as_ref().map(|voice| voice.call);
            let look = self.bench.now() + LOOK_EVERY;
            let anew = |bench: &mut Bench| Ok(bench.record.talk().filter(|call| Some(*call) != spoken_to));
            if let Some(call) = self.bench.watch::<CallId, Fault>(look, anew)? {
                operator = Some(self.begin_voice(Direction::ToCaller, call, patience)?);
                self.bench.clock().wait_until(look)?;
            }
            unanswered = self.unanswered_since(returned);
            let Some(call) = self.living_call()? else { continue };
            caller.call = call;
            let voices: Vec<Voice> = operator.iter().chain([&caller]).cloned().collect();
            both = self.both_found(&voices, returned.instant(), self.bench.now() - Duration::from_millis(200))?;
        }
        self.hush(operator.map(|voice| voice.call))?;
        let judged = both.map(|both| Moment { seconds: both.seconds - unanswered, ..both });
        self.judge_within(&HEALED, returned, judged, limit_s)
    }

    /// How long since then a phone has rung for the call that is talked in now: for so long it waited for the operator,
    /// not for the post.
    pub(super) fn unanswered_since(&self, since: Moment) -> f64 {
        let record = &self.bench.record;
        let Some(call) = record.talk().and_then(|call| record.call(call)) else { return 0.0 };
        let (Some(ringing), Some(answered)) = (call.ringing, call.answered) else { return 0.0 };
        (answered.seconds - ringing.seconds.max(since.seconds)).max(0.0)
    }

    /// Who still speaks falls silent, so that nothing of it is heard in what comes next; the talk under way is the one
    /// that stands.
    fn hush(&mut self, call: Option<CallId>) -> Result<()> {
        self.bench.mouth_play(&HUSHED)?;
        let standing = self.living_call()?;
        if let Some(call) = call.filter(|call| Some(*call) == standing) {
            self.bench.operator_play(call, &HUSHED).map(drop).or_else(|error| self.unless_ended(call, error).map(drop))?;
        }
        if self.talk.is_some() {
            self.talk = standing.or(self.talk);
        }
        self.pass(LATEST)
    }
}
