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
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[RANGE];

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
    /// T15. What the post is left at is the highest: a caller must hear.
    pub fn volume_settable_over(&mut self, limit_db: f64) -> Result<()> {
        let call = self.talk_that_stands()?;
        let Some(keys) = self.bench.rig.wiring.volume.clone() else {
            return Err(order(
                ("the rig names no keys for the volume", "opis stanowiska nie podaje klawiszy głośności"),
                ("add `volume:` to its roles", "dopisz `volume:` do ról"),
            ));
        };
        let lowest = self.loss_after(call, &keys.lowest)?;
        let highest = self.loss_after(call, &keys.highest)?;
        // A post that cannot be heard at one end of it has no range there.
        let Some((lowest, highest)) = lowest.zip(highest) else { return self.judge_absent(&RANGE) };
        let limit = self.agreed(&RANGE, limit_db, 0.0);
        let range = Estimate::new(lowest.value - highest.value, lowest.uncertainty.hypot(highest.uncertainty), Unit::Decibel);
        self.judge(&RANGE, range, Criterion::AtLeast(limit))
    }

    /// By how much the operator's speech is fainter at the ear than on the line, dB, once these keys have been pressed;
    /// `None`: it is not heard.
    fn loss_after(&mut self, call: CallId, keys: &str) -> Result<Option<Estimate>> {
        let mut pressed = self.bench.now();
        for key in keys.chars() {
            if let Err(error) = self.bench.operator()?.act(call, Action::Key(key)) {
                return Err(self.unless_ended(call, error)?);
            }
            pressed = pressed + PER_KEY;
        }
        self.bench.clock().wait_until(pressed + SETTLES)?;
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
