//! How far the operator can set the post's loudspeaker.
//!
//! Knows nothing of what his keys mean to the post: the rig says which of them are for the lowest volume, and which for
//! the highest.

use super::duplex::nominal;
use super::speech::{CHANNEL_RATE, Direction, LATEST};
use super::{Post, Result, order};
use crate::dsp::delay::Signal;
use crate::dsp::echo::echo;
use crate::dsp::stimulus;
use crate::instrument::operator::{Action, CallId};
use crate::rig::VolumeKeys;
use crate::unit::{Estimate, Method, Quantity, Unit};
use crate::verdict::Criterion;
use std::time::Duration;

const RANGE: Quantity = Quantity {
    key: "T15.range",
    unit: Unit::Decibel,
    en: "range over which the operator can set the loudspeaker",
    pl: "zakres, w którym operator może regulować głośnik",
    method: Method::new(
        "level at the ear of the operator's speech, coherent with what was spoken, after the keys for the highest volume over that after those for the lowest; operator at nominal level",
        "poziom mowy operatora przy mikrofonie pomiarowym, spójnej z nadaną, po klawiszach najwyższej głośności względem poziomu po klawiszach najniższej; operator na poziomie znamionowym",
        "EN 301 549, 8.2.1.1; RFC 4733",
    ),
    requirement: "T15",
};
const STAYS: Quantity = Quantity {
    key: "T15.change-over-hold",
    en: "change of the volume that the operator has set, over a hold",
    pl: "zmiana głośności ustawionej przez operatora po zawieszeniu rozmowy",
    ..RANGE
};
const RISES: Quantity = Quantity {
    key: "T15.change-there-and-back",
    en: "change of the highest volume by a way to the lowest and back",
    pl: "zmiana najwyższej głośności po ustawieniu najniższej i powrocie",
    ..RANGE
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[RANGE, STAYS, RISES];

/// By so much a level may be off what it is set to (as at the operator, −26 ± 6 dBm0) [EJ].
const STAYS_WITHIN_DB: f64 = 6.0;
const HELD_FOR: Duration = Duration::from_secs(2);
/// A key and the pause after it.
const PER_KEY: Duration = Duration::from_millis(300);
/// A post that ramps its volume has done so by then [EJ].
const SETTLES: Duration = Duration::from_secs(2);
const SPEAKS_FOR: Duration = Duration::from_secs(6);
/// A recording at the other end may lag by a buffer of its own.
const BUFFERED: Duration = Duration::from_millis(100);
/// What is known of a level at best (k = 2), dB: how the same ear and codec tell two of them apart.
const LEVEL_WITHIN_DB: f64 = 0.3;

impl Post {
    /// T15. The post is left at its lowest where it has a range at all: whoever calls next must hear in spite of that.
    /// At either end of the range the caller says a word: the keys are for the loudspeaker, not for the microphone.
    pub fn volume_settable_over(&mut self, limit_db: f64) -> Result<()> {
        let call = self.talk_that_stands()?;
        let keys = self.volume_keys()?;
        let highest = self.loss_after(call, &keys.highest)?;
        let lowest = self.loss_after(call, &keys.lowest)?;
        self.volume_stays(call, lowest)?;
        self.volume_rises(call, highest, &keys)?;
        // A post that cannot be heard at one end of it has no range there.
        let judged = match lowest.zip(highest) {
            None => self.judge_absent(&RANGE),
            Some((lowest, highest)) => {
                let limit = self.agreed(&RANGE, limit_db, 0.0);
                let uncertainty = lowest.uncertainty.hypot(highest.uncertainty);
                let range = Estimate::new(lowest.value - highest.value, uncertainty, Unit::Decibel);
                self.judge(&RANGE, range, Criterion::AtLeast(limit))
            }
        };
        if judged.is_err() {
            self.press_keys(call, &keys.highest)?;
        }
        judged
    }

    /// What he has set stays, whatever he does with the talk.
    fn volume_stays(&mut self, call: CallId, before: Option<Estimate>) -> Result<()> {
        let Some(before) = before else { return Ok(()) };
        self.hold_talk_for(HELD_FOR)?;
        let Some(after) = self.loss_after(call, "")? else { return self.judge_absent(&STAYS) };
        let change =
            Estimate::new((after.value - before.value).abs(), before.uncertainty.hypot(after.uncertainty), Unit::Decibel);
        self.judge(&STAYS, change, Criterion::AtMost(STAYS_WITHIN_DB))
    }

    /// Who has turned it down can turn it up again.
    fn volume_rises(&mut self, call: CallId, before: Option<Estimate>, keys: &VolumeKeys) -> Result<()> {
        let Some(before) = before else { return Ok(()) };
        let after = self.loss_after(call, &keys.highest)?;
        let judged = match after {
            None => self.judge_absent(&RISES),
            Some(after) => {
                let within = before.uncertainty.hypot(after.uncertainty);
                let change = Estimate::new((after.value - before.value).abs(), within, Unit::Decibel);
                self.judge(&RISES, change, Criterion::AtMost(STAYS_WITHIN_DB))
            }
        };
        self.press_keys(call, &keys.lowest)?;
        judged
    }

    /// A caller must hear, whatever was done to the volume before.
    pub fn volume_to_highest(&mut self) -> Result<()> {
        let (call, keys) = (self.talk_that_stands()?, self.volume_keys()?);
        self.press_keys(call, &keys.highest)
    }

    fn volume_keys(&self) -> Result<VolumeKeys> {
        self.bench.rig.wiring.volume.clone().ok_or_else(|| {
            order(
                ("the rig names no keys for the volume", "opis stanowiska nie podaje klawiszy głośności"),
                ("add `volume:` to its roles", "dopisz `volume:` do ról"),
            )
        })
    }

    /// The operator presses these keys, one after another, and the post has followed them.
    fn press_keys(&mut self, call: CallId, keys: &str) -> Result<()> {
        let mut pressed = self.bench.now();
        for key in keys.chars() {
            if let Err(error) = self.bench.operator()?.act(call, Action::Key(key)) {
                return Err(self.unless_ended(call, error)?);
            }
            pressed = pressed + PER_KEY;
        }
        // The caller hears his operator, and not what he does.
        self.keep_silent(call, pressed + SETTLES)
    }

    /// By how much the operator's speech is fainter at the ear than on the line, dB, once these keys have been pressed;
    /// `None`: it is not heard.
    fn loss_after(&mut self, call: CallId, keys: &str) -> Result<Option<Estimate>> {
        self.press_keys(call, keys)?;
        if self.bench.rig.wiring.mouth.is_some() {
            let until = self.bench.now() + SPEAKS_FOR;
            self.take_turns(&[Direction::ToOperator], call, until)?;
        }
        let words = nominal(stimulus::voice(self.fresh_stimulus(), CHANNEL_RATE, SPEAKS_FOR.as_secs_f64()));
        let spoken = self.speak(Direction::ToCaller, call, words.clone(), CHANNEL_RATE)?.spoken.instant();
        let to = spoken + SPEAKS_FOR + LATEST;
        self.bench.clock().wait_until(to + BUFFERED)?;
        let heard = self.listen(Direction::ToCaller, call, spoken, to)?;
        let found = echo(Signal::new(&words, f64::from(CHANNEL_RATE)), Signal::new(&heard.samples, heard.rate));
        Ok(found.ok().filter(|found| found.echo).map(|found| {
            let within = found.uncertainty_db.unwrap_or(LEVEL_WITHIN_DB).max(LEVEL_WITHIN_DB);
            Estimate::new(found.attenuation_db, within, Unit::Decibel)
        }))
    }
}
