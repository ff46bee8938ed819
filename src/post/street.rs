//! Speech in the noise of a street, which the bench's own mouth makes: the post is judged by what it does in it, not by
//! what the weather is.

use super::duplex::nominal;
use super::speech::{CHANNEL_RATE, Direction, LATEST};
use super::{Fault, Post, Result, order};
use crate::clock::Instant;
use crate::dsp::delay::Signal;
use crate::dsp::level::rms_dbfs;
use crate::dsp::spectrum::spectrum;
use crate::dsp::speech_level::active_speech;
use crate::dsp::stimulus;
use crate::instrument::operator::CallId;
use crate::instrument::{InstrumentError, Subsystem};
use crate::intelligibility::stipa::ByCoherence;
use crate::rig::Role;
use crate::unit::{Bilingual, Estimate, Lang, Method, Quantity, Unit, both, combine};
use crate::verdict::Criterion;
use std::time::Duration;

const OVER_NOISE: Quantity = Quantity {
    key: "T13.speech-over-noise",
    unit: Unit::Decibel,
    en: "operator's speech before the loudspeaker over the street",
    pl: "poziom mowy operatora przed głośnikiem ponad hałasem ulicy",
    method: Method::new(
        "A-weighted level of active speech at the ear, the noise there taken off, less the stated level of the street; operator at nominal level",
        "poziom A mowy czynnej przy mikrofonie pomiarowym po odjęciu hałasu, względem podanego poziomu hałasu ulicy; operator na poziomie znamionowym",
        "ITU-T P.56 (activity), IEC 61672-1; EN 1793-3 (spectrum of the noise)",
    ),
    requirement: "T13",
};
const UNDERSTOOD: Quantity = Quantity {
    key: "T12.index-in-noise.to-caller",
    unit: Unit::Count,
    en: "intelligibility of the operator's speech in the street (proxy of the STI)",
    pl: "zrozumiałość mowy operatora w hałasie ulicy (odpowiednik wskaźnika STI)",
    method: Method::new(
        "proxy, not STIPA, which is not valid through codecs, gain controls and suppressors: speech coherent with what was spoken over everything else in each octave, weighted as the STI; without masking and threshold",
        "wielkość zastępcza, nie STIPA, która nie obowiązuje dla kodeków, regulacji wzmocnienia i redukcji szumu: mowa spójna z wypowiedzianą względem całej reszty w każdej oktawie, z wagami STI; bez maskowania i progu słyszenia",
        "Kates, Arehart 2005 (coherence); IEC 60268-16:2020, A.5 (weights)",
    ),
    requirement: "T12",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[OVER_NOISE, UNDERSTOOD];

/// A loudspeaker that follows the street has followed it by then [EJ].
const SETTLES: Duration = Duration::from_secs(15);
/// What is heard of the noise alone, and how long the operator speaks in it.
const ALONE: Duration = Duration::from_secs(3);
const SPEAKS_FOR: Duration = Duration::from_secs(8);
/// The noise goes on for so long after what it is needed for: the next step follows without a pause for the post.
const GOES_ON: Duration = Duration::from_secs(2);
/// Length of the noise that is sounded over and over.
const ROUND_S: f64 = 8.0;
/// The operator's words are compared at this rate: a wideband line carries no more.
const COMPARED_AT: u32 = 16_000;
/// What a level is worth at an ear and a mouth that were set once (k = 2), dB.
const SET_WITHIN_DB: f64 = 1.0;
/// A recording at the other end may lag by a buffer of its own.
const BUFFERED: Duration = Duration::from_millis(100);

/// What the ear heard of the operator in the street.
struct InStreet {
    /// His words as they were spoken, the share of the time in which there are any, and what that is worth, dB.
    words: Vec<f32>,
    activity: f64,
    activity_within_db: f64,
    heard: crate::bench::Heard,
    /// The street alone.
    noise: crate::bench::Heard,
    /// Stated level of the street, dBA.
    stated_dba: f64,
}

impl Post {
    /// T14: from now on the street is as loud as this at the post.
    pub fn street_noise_sounds(&mut self, level_dba: f64) -> Result<()> {
        self.street_dba = Some(level_dba);
        self.sound_street(SETTLES)?;
        self.bench.wait::<Fault>(SETTLES)
    }

    /// Whatever the mouth still sounds ends here.
    pub(super) fn hush_street(&mut self) -> Result<()> {
        if self.street_dba.take().is_some() {
            self.bench.mouth_play(&[0.0])?;
        }
        Ok(())
    }

    fn sound_street(&mut self, time: Duration) -> Result<()> {
        let Some(level_dba) = self.street_dba else {
            return Err(order(
                ("there is no street noise in this scenario yet", "w tym scenariuszu nie ma jeszcze hałasu ulicy"),
                ("let the street sound first", "najpierw włącz hałas ulicy"),
            ));
        };
        let (rate, seed, wanted) = (self.bench.card_rate(Role::Mouth)?, self.fresh_stimulus(), self.mouth_dbfs(level_dba)?);
        let round = at_level(stimulus::street_noise(seed, rate, ROUND_S), f64::from(rate), wanted);
        let length = ((time + GOES_ON).as_secs_f64() * f64::from(rate)) as usize;
        let noise: Vec<f32> = round.iter().copied().cycle().take(length).collect();
        self.bench.mouth_play(&noise)?;
        Ok(())
    }

    /// A-weighted level, dBFS (sine), of what sounds as loud as this at the post's microphone, dBA.
    pub(super) fn mouth_dbfs(&mut self, level_dba: f64) -> Result<f64> {
        let speech = self.bench.rig.speech_spl().ok_or_else(|| unset("mouth", "speech-spl"))?;
        Ok(level_dba - speech + self.speech_dbfs()?)
    }

    /// The same of the speech that the mouth is set to: that of a voice of ours, whose band the weighting leaves as it
    /// is.
    pub(super) fn mouth_dbfs_of_speech(&mut self) -> Result<f64> {
        self.speech_dbfs()
    }

    fn speech_dbfs(&mut self) -> Result<f64> {
        let rate = self.bench.card_rate(Role::Mouth)?;
        Ok(rms_dbfs(&stimulus::voice(1, rate, 1.0)).unwrap_or(0.0))
    }

    fn hear_in_street(&mut self, call: CallId) -> Result<InStreet> {
        self.sound_street(ALONE + SPEAKS_FOR + LATEST)?;
        let ear = |at: Instant| at + BUFFERED;
        let from = ear(self.bench.now());
        self.bench.wait::<Fault>(ALONE)?;
        let noise = self.bench.ear_record(from, self.bench.now() - BUFFERED)?;
        let seed = self.fresh_stimulus();
        let words = nominal(stimulus::speech_like(seed, CHANNEL_RATE, SPEAKS_FOR.as_secs_f64()));
        let speech = active_speech(&words, f64::from(CHANNEL_RATE));
        let spoken = self.speak(Direction::ToCaller, call, words, CHANNEL_RATE)?.spoken.instant();
        let to = spoken + SPEAKS_FOR + LATEST;
        self.bench.clock().wait_until(to + BUFFERED)?;
        let heard = self.listen(Direction::ToCaller, call, spoken, to)?;
        Ok(InStreet {
            words: stimulus::speech_like(seed, COMPARED_AT, SPEAKS_FOR.as_secs_f64()),
            activity: speech.map_or(1.0, |speech| speech.activity),
            activity_within_db: speech.map_or(SET_WITHIN_DB, |speech| speech.uncertainty_db),
            heard,
            noise,
            stated_dba: self.street_dba.unwrap_or_default(),
        })
    }

    /// T13.
    pub fn operator_heard_over_street(&mut self, limit_db: f64) -> Result<()> {
        let call = self.talk_that_stands()?;
        let ear_spl = self.bench.rig.ear_spl().ok_or_else(|| unset("ear", "ear-spl"))?;
        let there = self.hear_in_street(call)?;
        let found = there.speech_dba(ear_spl);
        let Some((speech, uncertainty)) = found else { return self.judge_absent(&OVER_NOISE) };
        let limit = self.agreed(&OVER_NOISE, limit_db, 0.0);
        let over = Estimate::new(speech - there.stated_dba, uncertainty, Unit::Decibel);
        self.judge(&OVER_NOISE, over, Criterion::AtLeast(limit))
    }

    /// T12, by a proxy.
    pub fn caller_understands_in_street(&mut self) -> Result<()> {
        let call = self.talk_that_stands()?;
        let ear_spl = self.bench.rig.ear_spl().ok_or_else(|| unset("ear", "ear-spl"))?;
        let there = self.hear_in_street(call)?;
        let spoken = Signal::new(&there.words, f64::from(COMPARED_AT));
        let heard = Signal::new(&there.heard.samples, there.heard.rate);
        let (Some(found), Some(noise)) = (ByCoherence::of(spoken, heard, there.activity), weighted(&there.noise)) else {
            // What is not there at all cannot be understood.
            let nothing = Estimate::new(0.0, 0.0, Unit::Count);
            return self.judge(
                &UNDERSTOOD,
                nothing,
                Criterion::AtLeast(self.bench.rig.limits.get("T12").map_or(0.0, |t| t.limit)),
            );
        };
        // The mouth is not as far from the ear as from the post, a street is.
        let (at_ear, stated) = (ear_spl + dbfs(noise), there.stated_dba);
        let in_street = found.shifted(stated - at_ear);
        let [less, more] = [-SET_WITHIN_DB, SET_WITHIN_DB].map(|off| found.shifted(stated - at_ear + off).index);
        let uncertainty = combine(&[in_street.uncertainty, (less - more) / 2.0]);
        self.note_street(at_ear, stated);
        let limit = self.bench.rig.limits.get("T12").map_or(0.0, |limit| limit.limit);
        self.judge(&UNDERSTOOD, Estimate::new(in_street.index, uncertainty, Unit::Count), Criterion::AtLeast(limit))
    }

    fn note_street(&self, at_ear: f64, stated: f64) {
        let [at_ear, stated] = [at_ear, stated].map(|level| Estimate::new(level, SET_WITHIN_DB, Unit::DecibelA));
        self.bench.log.note(Bilingual::new(
            format!(
                "the noise is {at_ear} at the ear; the speech there is held against a street of {}",
                stated.show_value(Lang::En)
            ),
            format!(
                "hałas przy mikrofonie pomiarowym wynosi {}; mowę odniesiono do hałasu ulicy {}",
                at_ear.show(Lang::Pl),
                stated.show_value(Lang::Pl)
            ),
        ));
    }
}

impl InStreet {
    /// Level of the operator's speech while he speaks, dBA, and what it is worth. `None`: it does not stand out of the
    /// noise.
    fn speech_dba(&self, ear_spl: f64) -> Option<(f64, f64)> {
        let (all, noise) = (weighted(&self.heard)?, weighted(&self.noise)?);
        let over = all / noise - 1.0;
        let seconds = self.heard.samples.len() as f64 / self.heard.rate;
        let speaks = self.activity * SPEAKS_FOR.as_secs_f64() / seconds;
        // Random noise in so many independent values of either stretch (k = 2).
        let found = spectrum(&self.noise.samples, self.noise.rate)?;
        let scatter = |seconds: f64| 2.0 * 4.343 / (found.bandwidth_hz() * seconds).max(1.0).sqrt();
        let of_noise = combine(&[scatter(found.seconds), scatter(seconds)]) / over;
        (over > 0.0 && over > 2.0 * of_noise / 4.343 && over.is_finite()).then(|| {
            let speech = ear_spl + dbfs(over * noise / speaks);
            (speech, combine(&[SET_WITHIN_DB, self.activity_within_db, of_noise]))
        })
    }
}

/// A-weighted mean square.
fn weighted(heard: &crate::bench::Heard) -> Option<f64> {
    let level = spectrum(&heard.samples, heard.rate)?.a_weighted_dbfs();
    level.is_finite().then(|| 10f64.powf(level / 10.0) / 2.0)
}

/// Of a mean square, re a full-scale sine.
fn dbfs(mean_square: f64) -> f64 {
    10.0 * (2.0 * mean_square).log10()
}

/// The same sound at this A-weighted level, dBFS (sine).
pub(super) fn at_level(samples: Vec<f32>, rate: f64, wanted_dbfs: f64) -> Vec<f32> {
    let Some(found) = spectrum(&samples, rate) else { return samples };
    let gain = 10f64.powf((wanted_dbfs - found.a_weighted_dbfs()) / 20.0) as f32;
    samples.iter().map(|sample| (sample * gain).clamp(-1.0, 1.0)).collect()
}

/// A level is asked of a transducer that the rig states none for.
fn unset(role: &str, setting: &str) -> Fault {
    InstrumentError::new(
        "sound card",
        format!("sound or hear at a known level ({role})"),
        both!("the rig does not say {setting}", "opis stanowiska nie podaje {setting} (rola `{role}`)"),
        Bilingual::new(
            format!("measure it with a calibrator and write {setting} to the sound card in the rig"),
            format!("zmierz poziom z użyciem kalibratora i wpisz {setting} przy karcie dźwiękowej w opisie stanowiska"),
        ),
    )
    .of(Subsystem::Sound)
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{Heard, Moment};

    const RATE: f64 = 8000.0;

    fn at(seed: u64, wanted_dbfs: f64) -> Vec<f32> {
        at_level(stimulus::steady_noise(seed, 8000, SPEAKS_FOR.as_secs_f64()), RATE, wanted_dbfs)
    }
    fn heard(samples: Vec<f32>) -> Heard {
        Heard { samples, rate: RATE, start: Moment { seconds: 0.0, uncertainty: 0.0 } }
    }

    #[test]
    fn a_sound_is_brought_to_the_level_asked_for() {
        for wanted in [-40.0, -20.0] {
            let found = spectrum(&at(1, wanted), RATE).expect("a sound").a_weighted_dbfs();
            assert!((found - wanted).abs() < 0.1, "{wanted} became {found}");
        }
    }

    #[test]
    fn speech_in_the_street_is_what_is_louder_than_the_street_alone() {
        let speech_dba = |speech_dbfs: Option<f64>| {
            let street = at(2, -30.0);
            let speech = speech_dbfs.map_or_else(|| vec![0.0; street.len()], |level| at(3, level));
            let both = street.iter().zip(&speech).map(|(street, speech)| street + speech).collect();
            let there = InStreet {
                words: Vec::new(),
                activity: 1.0,
                activity_within_db: 0.0,
                heard: heard(both),
                noise: heard(at(4, -30.0)),
                stated_dba: 75.0,
            };
            there.speech_dba(110.0)
        };
        for level in [-20.0, -30.0] {
            let (found, within) = speech_dba(Some(level)).expect("it stands out");
            assert!((found - (110.0 + level)).abs() < 1.0 && within >= SET_WITHIN_DB, "{level}: {found} ± {within}");
        }
        assert_eq!(speech_dba(None), None, "nobody speaks");
        assert_eq!(speech_dba(Some(-60.0)), None, "a thousandth of the street");
    }
}
