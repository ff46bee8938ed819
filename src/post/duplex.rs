//! What becomes of one voice when another sounds at the same end: the operator's own that comes back, and two that
//! speak at once.

use super::judge::surer;
use super::speech::{CHANNEL_RATE, Direction, LATEST};
use super::{Fault, Post, Result};
use crate::bench::{Heard, Moment};
use crate::dsp::delay::Signal;
use crate::dsp::double_talk::{DoubleTalk, double_talk};
use crate::dsp::echo::{NoEcho, echo};
use crate::dsp::stimulus;
use crate::instrument::operator::CallId;
use crate::measure::method;
use crate::rig::Role;
use crate::unit::{Estimate, Method, Quantity, Unit};
use crate::verdict::Criterion;
use std::time::Duration;

const ECHO_LOSS: Quantity = Quantity {
    key: "T17.echo-loss",
    unit: Unit::Decibel,
    en: "attenuation of the operator's own speech that comes back to him",
    pl: "tłumienie powracającej do operatora jego własnej mowy",
    method: method::ECHO_LOSS,
    requirement: "T17",
};
const TO_OPERATOR: Quantity = Quantity {
    key: "T17.double-talk.to-operator",
    unit: Unit::Decibel,
    en: "loss of the caller's voice while the operator speaks too",
    pl: "tłumienie głosu wzywającego, gdy mówi też operator",
    method: method::DOUBLE_TALK,
    requirement: "T17",
};
const TO_CALLER: Quantity = Quantity {
    key: "T17.double-talk.to-caller",
    en: "loss of the operator's voice while the caller speaks too",
    pl: "tłumienie głosu operatora, gdy mówi też wzywający",
    ..TO_OPERATOR
};
const UNDER_ANNOUNCEMENT: Quantity = Quantity {
    key: "T17.announcement.to-caller",
    unit: Unit::Decibel,
    en: "loss of the operator's voice during an announcement beside the post",
    pl: "tłumienie głosu operatora podczas komunikatu z głośnika obok punktu",
    method: Method::new(
        "gain of the operator's voice at the ear while nothing else sounds over its gain while the mouth announces, both by coherence, 300 to 3400 Hz",
        "wzmocnienie głosu operatora przy mikrofonie pomiarowym, gdy nic innego nie brzmi, względem wzmocnienia podczas komunikatu; oba ze spójności, od 300 do 3400 Hz",
        "ITU-T P.340, P.502",
    ),
    requirement: "T17",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[ECHO_LOSS, TO_OPERATOR, TO_CALLER, UNDER_ANNOUNCEMENT];

/// Between two that speak at once neither loses more: what does is type 3, no duplex (ITU-T P.340, table 2 [M]).
const MOST_LOST_DB: f64 = 12.0;
/// The operator speaks so long for his echo to be looked for: his words are told from the noise by then.
const SPEAKS_FOR: Duration = Duration::from_secs(10);
/// So long where they are not: four times the words tell an echo that is 6 dB deeper in the noise.
const SPEAKS_ON_FOR: Duration = Duration::from_secs(40);
/// What the operator hears before his echo can have come back is left out.
const ON_ITS_WAY: Duration = Duration::from_millis(200);
/// Three rounds of each alone, both, and neither.
const TALKS_FOR: Duration = Duration::from_secs(24);
/// A recording at the other end may lag by a buffer of its own.
const BUFFERED: Duration = Duration::from_millis(100);
/// What stands for an echo in digital silence, and what is known of one at best (k = 2), dB.
const SILENT_DB: f64 = 90.0;
const ECHO_WITHIN_DB: f64 = 1.0;

/// The operator's own voice that came back, dB below what he spoke.
enum EchoLoss {
    /// With its expanded uncertainty.
    Found(f64, f64),
    /// No echo was heard; one louder than this would have been.
    AtLeast(f64),
    Unknown,
}

/// What sounded at both ends at once, as it was spoken, and both recordings.
struct Exchange {
    /// What the mouth and the operator spoke, at the channel's rate, and when.
    mouth: Vec<f32>,
    operator: Vec<f32>,
    spoken: [Moment; 2],
    at_operator: Heard,
    at_ear: Heard,
}

impl Post {
    /// T17: the operator speaks alone, at nominal level, and again for longer where noise hides whether anything came
    /// back.
    pub fn own_voice_attenuated_by(&mut self, limit_db: f64) -> Result<()> {
        let call = self.talk_that_stands()?;
        let limit = self.agreed(&ECHO_LOSS, limit_db, 0.0);
        let hidden = |found: &EchoLoss| matches!(found, EchoLoss::AtLeast(bound) if bound - ECHO_WITHIN_DB < limit);
        let mut found = self.own_voice_returned(call, SPEAKS_FOR)?;
        if hidden(&found) {
            found = self.own_voice_returned(call, SPEAKS_ON_FOR)?;
        }
        let (value, uncertainty) = match found {
            EchoLoss::Found(loss, uncertainty) => (loss, uncertainty.max(ECHO_WITHIN_DB)),
            // A bound that noise keeps low says nothing against the post: its uncertainty reaches beyond the limit.
            EchoLoss::AtLeast(bound) => (bound, ECHO_WITHIN_DB.max(2.0 * (limit - bound))),
            EchoLoss::Unknown => (f64::NAN, ECHO_WITHIN_DB),
        };
        self.judge(&ECHO_LOSS, Estimate::new(value, uncertainty, Unit::Decibel), Criterion::AtLeast(limit))
    }

    /// What comes back of the operator's words.
    fn own_voice_returned(&mut self, call: CallId, speaks_for: Duration) -> Result<EchoLoss> {
        // Without a pause: what a post lets through between two words is no echo.
        let words = nominal(stimulus::voice(self.fresh_stimulus(), CHANNEL_RATE, speaks_for.as_secs_f64()));
        let spoken = self.speak(Direction::ToCaller, call, words.clone(), CHANNEL_RATE)?.spoken.instant();
        let to = spoken + speaks_for;
        self.bench.clock().wait_until(to + BUFFERED)?;
        let returned = self.listen(Direction::ToOperator, call, spoken + ON_ITS_WAY, to)?;
        let sent = Signal::new(&words, f64::from(CHANNEL_RATE));
        Ok(match echo(sent, Signal::new(&returned.samples, returned.rate)) {
            Ok(found) if found.echo => EchoLoss::Found(found.attenuation_db, found.uncertainty_db.unwrap_or(ECHO_WITHIN_DB)),
            Ok(bound) => EchoLoss::AtLeast(bound.attenuation_db),
            Err(NoEcho::NothingReturned) => EchoLoss::AtLeast(SILENT_DB),
            Err(_) => EchoLoss::Unknown,
        })
    }

    /// T17: caller and operator in turn, and at once.
    pub fn both_talk_at_once(&mut self) -> Result<()> {
        let call = self.talk_that_stands()?;
        let level = self.mouth_dbfs_of_speech()?;
        let exchange = self.exchange_double_talk(call, level)?;
        let (mouth, operator) = exchange.on_clock_of_mouth(true);
        let caller = lost(&mouth, &operator, &exchange.at_operator);
        let (mouth, operator) = exchange.on_clock_of_mouth(false);
        let operator = lost(&operator, &mouth, &exchange.at_ear);
        let first = self.judge_lost(&TO_OPERATOR, caller);
        surer(first, self.judge_lost(&TO_CALLER, operator))
    }

    /// T17: a city's loudspeaker on the same pole speaks at this level at the post, dBA.
    pub fn heard_under_announcement(&mut self, level_dba: f64) -> Result<()> {
        let call = self.talk_that_stands()?;
        let level = self.mouth_dbfs(level_dba)?;
        let exchange = self.exchange_double_talk(call, level)?;
        let (mouth, operator) = exchange.on_clock_of_mouth(false);
        let found = lost(&operator, &mouth, &exchange.at_ear);
        self.judge_lost(&UNDER_ANNOUNCEMENT, found)
    }

    fn judge_lost(&mut self, quantity: &Quantity, found: Option<DoubleTalk>) -> Result<()> {
        let Some(found) = found else { return self.judge_absent(quantity) };
        let loss = Estimate::new(found.attenuation_db, found.uncertainty_db, Unit::Decibel);
        self.judge(quantity, loss, Criterion::AtMost(MOST_LOST_DB))
    }

    /// Both ends sound in turn and at once, the mouth at this level of speech, dBFS (A-weighted, sine), the operator at
    /// nominal.
    fn exchange_double_talk(&mut self, call: CallId, mouth_dbfs: f64) -> Result<Exchange> {
        let (rate, seed, seconds) = (self.bench.card_rate(Role::Mouth)?, self.fresh_stimulus(), TALKS_FOR.as_secs_f64());
        let at_mouth = super::street::at_level(stimulus::near_of_double_talk(seed, rate, seconds), f64::from(rate), mouth_dbfs);
        let (mouth, operator) = stimulus::double_talk(seed, CHANNEL_RATE, seconds);
        let operator = nominal(operator);
        let spoken = [
            self.speak(Direction::ToOperator, call, at_mouth, rate)?.spoken,
            self.speak(Direction::ToCaller, call, operator.clone(), CHANNEL_RATE)?.spoken,
        ];
        let from = spoken[0].instant().min(spoken[1].instant());
        let to = from + TALKS_FOR + LATEST;
        self.bench.clock().wait_until(to + BUFFERED)?;
        self.bench.collect().map_err(Fault::from)?;
        let at_operator = self.listen(Direction::ToOperator, call, from, to)?;
        let at_ear = self.listen(Direction::ToCaller, call, from, to)?;
        Ok(Exchange { mouth, operator, spoken, at_operator, at_ear })
    }
}

impl Exchange {
    /// Both as spoken, on one clock that begins with one of them: the mouth, or the operator.
    fn on_clock_of_mouth(&self, is_mouths: bool) -> (Vec<f32>, Vec<f32>) {
        let [mouth, operator] = self.spoken.map(|moment| moment.seconds);
        let zero = if is_mouths { mouth } else { operator };
        let later = |samples: &[f32], seconds: f64| -> Vec<f32> {
            let shift = ((seconds - zero) * f64::from(CHANNEL_RATE)).round() as i64;
            let at = |n: usize| usize::try_from(n as i64 - shift).ok().and_then(|n| samples.get(n)).copied().unwrap_or(0.0);
            (0..samples.len()).map(at).collect()
        };
        (later(&self.mouth, mouth), later(&self.operator, operator))
    }
}

/// How much of the near voice is lost under the far one.
fn lost(near: &[f32], far: &[f32], heard: &Heard) -> Option<DoubleTalk> {
    let spoken = |samples| Signal::new(samples, f64::from(CHANNEL_RATE));
    double_talk(spoken(near), spoken(far), Signal::new(&heard.samples, heard.rate))
}

/// The operator's words at the level at which operators are heard on the line.
pub(super) fn nominal(words: Vec<f32>) -> Vec<f32> {
    use crate::dsp::level::A_LAW_OVERLOAD_DBM0;
    use crate::dsp::speech_level::active_speech;
    let wanted = crate::watch::NOMINAL_DBM0 - A_LAW_OVERLOAD_DBM0;
    let level = active_speech(&words, f64::from(CHANNEL_RATE)).map_or(wanted, |speech| speech.level_dbfs);
    let gain = 10f64.powf((wanted - level) / 20.0) as f32;
    words.iter().map(|sample| sample * gain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::level::A_LAW_OVERLOAD_DBM0;
    use crate::dsp::speech_level::active_speech;

    #[test]
    fn an_operators_words_are_brought_to_the_level_of_the_line_and_stay_what_they_are() {
        let faint: Vec<f32> = stimulus::steady_noise(1, CHANNEL_RATE, 3.0).iter().map(|sample| sample * 0.01).collect();
        let brought = nominal(faint.clone());
        let level = active_speech(&brought, f64::from(CHANNEL_RATE)).expect("there are words").level_dbfs;
        assert!((level + A_LAW_OVERLOAD_DBM0 - crate::watch::NOMINAL_DBM0).abs() < 0.1, "{level}");
        let gain = brought[100] / faint[100];
        assert!(faint.iter().zip(&brought).all(|(before, after)| (before * gain - after).abs() < 1e-4), "one gain for all");
        assert_eq!(nominal(vec![0.0; 8000]), vec![0.0; 8000]);
    }

    #[test]
    fn two_voices_are_laid_on_the_clock_of_either() {
        let at = |seconds: f64| Moment { seconds, uncertainty: 0.0 };
        let nothing = || Heard { samples: Vec::new(), rate: f64::from(CHANNEL_RATE), start: at(0.0) };
        let exchange = Exchange {
            mouth: vec![1.0, 2.0, 3.0],
            operator: vec![4.0, 5.0, 6.0],
            spoken: [at(1.0), at(1.0 + 2.0 / f64::from(CHANNEL_RATE))],
            at_operator: nothing(),
            at_ear: nothing(),
        };
        assert_eq!(exchange.on_clock_of_mouth(true), (vec![1.0, 2.0, 3.0], vec![0.0, 0.0, 4.0]));
        assert_eq!(exchange.on_clock_of_mouth(false), (vec![3.0, 0.0, 0.0], vec![4.0, 5.0, 6.0]));
    }
}
