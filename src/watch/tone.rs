//! Rules about how a voice sounds: its level, its spectrum, its peaks, and the echo of it.
//!
//! The bounds are generous [EJ]: they tell a voice that is spoilt from one that is not, not a good post from a better
//! one.

use super::course::Course;
use super::heard::{Arrived, Sampled, Tone};
use super::marks::{UNMARKED, says_more};
use super::silence::OWN_NOISE;
use super::voice::{VOICES, arrived, undisturbed};
use super::{Bound, Rule, Sample};
use crate::dsp::level::A_LAW_OVERLOAD_DBM0;
use crate::rig::Role::{Ear, Mouth, Operator};
use crate::unit::{Bilingual, Estimate, Method, Quantity, Unit};

pub const RULES: &[Rule] = &[
    Rule { quantity: LEVEL_AT_OPERATOR, needs: &[Mouth, Operator], limit: NOMINAL, look: level_at_operator },
    Rule { quantity: LOUD_AT_OPERATOR, needs: &[Mouth, Operator], limit: NO_FAINTER, look: loud_at_operator },
    Rule { quantity: LEVEL_AT_CALLER, needs: &[Ear, Operator], limit: Bound::AtLeast(AUDIBLE_DB_SPL), look: level_at_caller },
    Rule { quantity: FAINTER_AT_TIMES, needs: &[Ear, Operator], limit: ALIKE, look: fainter_at_times },
    Rule { quantity: CALLER_FAINTER, needs: &[Mouth, Operator], limit: ALIKE, look: caller_fainter },
    Rule {
        quantity: TILT_TO_OPERATOR,
        needs: &[Mouth, Operator],
        limit: TILT,
        look: |c| told(c, true, |tone| tone.tilt, TILTED),
    },
    Rule { quantity: TILT_TO_CALLER, needs: &[Ear, Operator], limit: TILT, look: |c| told(c, false, |tone| tone.tilt, TILTED) },
    Rule { quantity: HOLE_TO_OPERATOR, needs: &[Mouth, Operator], limit: HOLE, look: |c| told(c, true, |tone| tone.hole, HOLED) },
    Rule { quantity: HOLE_TO_CALLER, needs: &[Ear, Operator], limit: HOLE, look: |c| told(c, false, |tone| tone.hole, HOLED) },
    Rule {
        quantity: PURITY_TO_OPERATOR,
        needs: &[Mouth, Operator],
        limit: PURE,
        look: |c| told(c, true, |tone| tone.purity, SPOILT),
    },
    Rule {
        quantity: PURITY_TO_CALLER,
        needs: &[Ear, Operator],
        limit: PURE,
        look: |c| told(c, false, |tone| tone.purity, SPOILT),
    },
    Rule { quantity: PEAKS_TO_CALLER, needs: &[Ear, Operator], limit: PEAKS, look: |c| told(c, false, |tone| tone.peaks, FLAT) },
    Rule {
        quantity: REPEATED_TO_OPERATOR,
        needs: &[Mouth, Operator],
        limit: REPEATED,
        look: |c| told(c, true, |tone| tone.repeated, AGAIN),
    },
    Rule {
        quantity: REPEATED_TO_CALLER,
        needs: &[Ear, Operator],
        limit: REPEATED,
        look: |c| told(c, false, |tone| tone.repeated, AGAIN),
    },
    Rule { quantity: ECHO, needs: &[Ear, Operator], limit: Bound::Floor, look: echo },
    Rule { quantity: OWN_VOICE, needs: &[Mouth, Ear, Operator], limit: COMES_BACK, look: own_voice },
];

/// Active speech at the operator, for the level that the mouth is set to, dBm0 [EJ].
const NOMINAL: Bound = Bound::Between(NOMINAL_DBM0 - 6.0, NOMINAL_DBM0 + 6.0);
/// Whoever shouts may be held back so that he is as loud as who speaks, within what a level may be off [EJ]: he must
/// not be turned away.
const NO_FAINTER: Bound = Bound::AtMost(6.0);
/// What an operator of nominal level speaks at, too.
pub const NOMINAL_DBM0: f64 = -26.0;
/// An operator of nominal level is at least as loud at the ear as somebody who speaks there without raising the voice
/// (ISO 9921, normal effort at 1 m) [EJ].
const AUDIBLE_DB_SPL: f64 = 60.0;
/// Either end may be so much fainter in one talk than in another, or later in the same: by as much as a level at the
/// operator may be off its nominal one (−26 ± 6 dBm0) [EJ].
const ALIKE: Bound = Bound::AtMost(6.0);
/// Over a street that is quieter than this, dB SPL, the faintest operator stands out by the 10 dB that T13 asks for: no
/// loudspeaker need follow it.
const QUIET_STREET_DB_SPL: f64 = AUDIBLE_DB_SPL - 10.0;
/// A voice that stands out of the noise by so much is measured by itself [EJ].
const STANDS_OUT_DB: f64 = 15.0;
/// Tilt of the spectrum, dB per octave: the masks of hands-free telephones let it fall by 3 and rise by 6 (ETSI ES 202
/// 740 [M]); one or two more [EJ].
pub(super) const TILT: Bound = Bound::Between(-4.0, 8.0);
/// Those masks are 12 dB wide: who keeps to them has no deeper hole.
pub(super) const HOLE: Bound = Bound::AtMost(12.0);
/// Of what is heard most is the voice: T13 asks for 6 dB over the noise of the street at the very least; one is granted
/// to codecs [EJ].
pub(super) const PURE: Bound = Bound::AtLeast(5.0);
/// A voice of noise that is cut off at 1.75 times its effective value keeps so much of its peaks [EJ]; a limiter that
/// follows keeps more.
const PEAKS: Bound = Bound::AtLeast(0.75);
/// A voice that is heard once more by so much fainter is a distant wall's [EJ].
const REPEATED: Bound = Bound::AtMost(-10.0);
/// What two levels of one voice at one ear are worth against each other (k = 2), dB.
const TOLD_APART_DB: f64 = 0.5;
/// What a level is worth (k = 2): a mouth and an ear that have been set once, dB.
const SET_WITHIN_DB: f64 = 1.0;
/// Of a voice of which more is lost no level is told.
const WHOLE_ENOUGH: f64 = 0.1;

const LEVEL_AT_OPERATOR: Quantity = Quantity {
    key: "T12.watch.level.to-operator",
    unit: Unit::DecibelMilliwatt0,
    en: "level of the caller's voice at the operator, furthest from nominal",
    pl: "poziom głosu wzywającego u operatora, najdalszy od znamionowego",
    method: VOICES,
    requirement: "T12",
};
const LOUD_AT_OPERATOR: Quantity = Quantity {
    key: "T12.watch.loud-words.to-operator",
    unit: Unit::Decibel,
    en: "level of a caller who shouts, below that of one who speaks, at the operator, most",
    pl: "poziom krzyku wzywającego u operatora poniżej poziomu mowy, największa różnica",
    method: VOICES,
    requirement: "T12",
};
const LEVEL_AT_CALLER: Quantity = Quantity {
    key: "T13.watch.level.to-caller",
    unit: Unit::DecibelSpl,
    en: "level of the operator's voice before the loudspeaker, lowest",
    pl: "poziom głosu operatora przed głośnikiem, najniższy",
    method: VOICES,
    requirement: "T13",
};
const FAINTER_AT_TIMES: Quantity = Quantity {
    key: "T13.watch.fainter-at-times.to-caller",
    unit: Unit::Decibel,
    en: "level of the operator's voice before the loudspeaker, below that at another time, most",
    pl: "poziom głosu operatora przed głośnikiem poniżej poziomu w innej chwili, największa różnica",
    method: VOICES,
    requirement: "T13",
};
const CALLER_FAINTER: Quantity = Quantity {
    key: "T12.watch.fainter-at-times.to-operator",
    en: "level of the caller's voice at the operator, below that at another time, most",
    pl: "poziom głosu wzywającego u operatora poniżej poziomu w innej chwili, największa różnica",
    requirement: "T12",
    ..FAINTER_AT_TIMES
};
pub(super) const TILT_TO_OPERATOR: Quantity = Quantity {
    key: "T12.watch.tilt.to-operator",
    unit: Unit::Decibel,
    en: "tilt of the caller's voice over an octave, greatest",
    pl: "nachylenie widma głosu wzywającego na oktawę, największe",
    method: VOICES,
    requirement: "T12",
};
const TILT_TO_CALLER: Quantity = Quantity {
    key: "T12.watch.tilt.to-caller",
    en: "tilt of the operator's voice over an octave, greatest",
    pl: "nachylenie widma głosu operatora na oktawę, największe",
    ..TILT_TO_OPERATOR
};
const HOLE_TO_OPERATOR: Quantity = Quantity {
    key: "T12.watch.hole.to-operator",
    en: "deepest hole in the band of the caller's voice",
    pl: "największy ubytek w paśmie głosu wzywającego",
    ..TILT_TO_OPERATOR
};
const HOLE_TO_CALLER: Quantity = Quantity {
    key: "T12.watch.hole.to-caller",
    en: "deepest hole in the band of the operator's voice",
    pl: "największy ubytek w paśmie głosu operatora",
    ..TILT_TO_OPERATOR
};
const PURITY_TO_OPERATOR: Quantity = Quantity {
    key: "T12.watch.purity.to-operator",
    en: "the caller's voice over all else that is heard with it, least",
    pl: "przewaga głosu wzywającego nad wszystkim, co słychać wraz z nim, najmniejsza",
    ..TILT_TO_OPERATOR
};
const PURITY_TO_CALLER: Quantity = Quantity {
    key: "T12.watch.purity.to-caller",
    en: "the operator's voice over all else that is heard with it, least",
    pl: "przewaga głosu operatora nad wszystkim, co słychać wraz z nim, najmniejsza",
    ..TILT_TO_OPERATOR
};
const PEAKS_TO_CALLER: Quantity = Quantity {
    key: "T12.watch.peaks.to-caller",
    unit: Unit::Ratio,
    en: "what is left of the peaks of the operator's voice, least",
    pl: "zachowana część szczytów głosu operatora, najmniejsza",
    ..TILT_TO_OPERATOR
};
const REPEATED_TO_OPERATOR: Quantity = Quantity {
    key: "T12.watch.repeated.to-operator",
    en: "the caller's voice heard once more a moment later, over itself, most",
    pl: "poziom głosu wzywającego słyszanego po chwili drugi raz, względem niego samego, największy",
    method: Method::new(
        "response of the path to each voice, 60 to 350 ms after it arrived, relative to its gain",
        "odpowiedź toru na każdy głos, 60 do 350 ms po jego nadejściu, względem jego wzmocnienia",
        "ITU-T G.131",
    ),
    ..TILT_TO_OPERATOR
};
const REPEATED_TO_CALLER: Quantity = Quantity {
    key: "T12.watch.repeated.to-caller",
    en: "the operator's voice heard once more a moment later, over itself, most",
    pl: "poziom głosu operatora słyszanego po chwili drugi raz, względem niego samego, największy",
    ..REPEATED_TO_OPERATOR
};
const ECHO: Quantity = Quantity {
    key: "T17.watch.echo-loss",
    unit: Unit::Decibel,
    en: "attenuation of the operator's own voice that comes back, least",
    pl: "tłumienie powracającego głosu operatora, najmniejsze",
    method: VOICES,
    requirement: "T17",
};

const OWN_VOICE: Quantity = Quantity {
    key: "T17.watch.own-voice-comes-back",
    unit: Unit::Decibel,
    en: "the caller's own voice that comes back to him from the post, over the operator's, most",
    pl: "poziom głosu wzywającego, który wraca do niego z punktu, względem głosu operatora, największy",
    method: Method::new(
        "response from mouth to ear over each voice of the caller, 40 to 450 ms after it, relative to the operator's voice",
        "odpowiedź od ust do ucha na każdy głos wzywającego, 40 do 450 ms po nim, względem głosu operatora",
        "ITU-T G.131",
    ),
    requirement: "T17",
};
/// What comes back so much fainter than the operator's voice is lost in the street [EJ].
const COMES_BACK: Bound = Bound::AtMost(-15.0);
/// What stands for a voice that does not come back, and what is known of the level of one that does (k = 2), dB.
const NOT_BACK_DB: f64 = -60.0;
const BACK_WITHIN_DB: f64 = 2.0;

pub(super) const TILTED: (&str, &str) = ("one end of the voice's band is nearly gone", "jeden kraniec pasma głosu niemal zanikł");
pub(super) const HOLED: (&str, &str) = ("a part of the voice's band is missing", "w paśmie głosu brakuje fragmentu");
pub(super) const SPOILT: (&str, &str) = ("more noise or distortion than voice", "więcej szumu lub zniekształceń niż głosu");
const AGAIN: (&str, &str) = ("the voice is heard twice", "głos słychać dwukrotnie");
const FLAT: (&str, &str) = ("the voice is clipped", "głos jest przesterowany");

/// Which setting of the rig a rule lacks.
pub fn missing_setting(quantity: &Quantity, course: &Course) -> Option<&'static str> {
    let (setting, is_there) = match quantity.key {
        key if key == LEVEL_AT_OPERATOR.key => ("speech-spl", course.speech_spl.is_some()),
        key if key == LEVEL_AT_CALLER.key || key == FAINTER_AT_TIMES.key => ("ear-spl", course.ear_spl.is_some()),
        key if key == UNMARKED.key => ("post.headers", says_more(course)),
        key if key == OWN_NOISE.key && course.ear_spl.is_none() => ("ear-spl", false),
        key if key == OWN_NOISE.key => ("speech-spl", course.speech_spl.is_some()),
        _ => return None,
    };
    (!is_there).then_some(setting)
}

/// How voices sounded that arrived nearly whole.
pub(super) fn tones(course: &Course, to_operator: bool) -> impl Iterator<Item = (f64, Tone)> {
    let whole = arrived(course, to_operator, false).filter(|(_, heard)| (heard.lost as f64) < WHOLE_ENOUGH * heard.looks as f64);
    whole.filter_map(|(at, heard)| Some((at, heard.tone?)))
}

fn told(course: &Course, to_operator: bool, figure: fn(&Tone) -> Estimate, seen: (&'static str, &'static str)) -> Vec<Sample> {
    tones(course, to_operator).map(|(at, tone)| Sample { at, figure: figure(&tone), seen: seen.into() }).collect()
}

fn level_at_operator(course: &Course) -> Vec<Sample> {
    let seen = || Bilingual::from(("the caller is too faint or too loud", "głos wzywającego jest zbyt cichy lub zbyt głośny"));
    let sample = |(at, tone): (f64, Tone)| Sample {
        at,
        figure: Estimate::new(tone.level_dbfs + A_LAW_OVERLOAD_DBM0, SET_WITHIN_DB, Unit::DecibelMilliwatt0),
        seen: seen(),
    };
    tones(course, true).map(sample).collect()
}

/// Each shout against the last word before it that was none.
fn loud_at_operator(course: &Course) -> Vec<Sample> {
    let seen = || Bilingual::from(("a caller who shouts is hardly heard", "krzyczącego wzywającego ledwie słychać"));
    let level = |(at, heard): (f64, Arrived)| Some((at, heard.tone?.level_dbfs));
    let spoken: Vec<(f64, f64)> = arrived(course, true, false).filter_map(level).collect();
    let sample = |(at, loud): (f64, f64)| {
        let (_, before) = spoken.iter().rfind(|(spoken_at, _)| *spoken_at < at)?;
        Some(Sample { at, figure: Estimate::new(before - loud, SET_WITHIN_DB, Unit::Decibel), seen: seen() })
    };
    arrived(course, true, true).filter_map(level).filter_map(sample).collect()
}

/// As loud as it would be for an operator of nominal level.
fn level_at_caller(course: &Course) -> Vec<Sample> {
    let Some(ear) = course.ear_spl else { return Vec::new() };
    let seen = || Bilingual::from(("the operator is too faint", "głos operatora jest zbyt cichy"));
    let sample = |(at, tone): (f64, Tone)| {
        let off_nominal = NOMINAL_DBM0 - (tone.spoken_dbfs + A_LAW_OVERLOAD_DBM0);
        Sample { at, figure: Estimate::new(ear + tone.level_dbfs + off_nominal, SET_WITHIN_DB, Unit::DecibelSpl), seen: seen() }
    };
    tones(course, false).map(sample).collect()
}

/// Each of the operator's voices, in whichever talk, held against the loudest. In a loud street nobody can say how loud
/// a loudspeaker that follows it should be at this moment.
fn fainter_at_times(course: &Course) -> Vec<Sample> {
    let Some(ear) = course.ear_spl else { return Vec::new() };
    let is_quiet = |(_, tone): &(f64, Tone)| ear + tone.noise_dbfs <= QUIET_STREET_DB_SPL;
    apart(tones(course, false).filter(is_quiet))
}

/// The same of the caller's voices: whoever stands where he stood is heard as he was.
fn caller_fainter(course: &Course) -> Vec<Sample> {
    let is_quiet = |(_, tone): &(f64, Tone)| tone.noise_dbfs <= tone.level_dbfs - STANDS_OUT_DB;
    apart(tones(course, true).filter(is_quiet))
}

/// Each voice against the loudest.
fn apart(tones: impl Iterator<Item = (f64, Tone)>) -> Vec<Sample> {
    let gains: Vec<(f64, f64)> = tones.map(|(at, tone)| (at, tone.level_dbfs - tone.spoken_dbfs)).collect();
    let loudest = gains.iter().map(|(_, gain)| *gain).fold(f64::NEG_INFINITY, f64::max);
    let seen = || Bilingual::from(("fainter than at another time", "ciszej niż w innej chwili"));
    let sample = |(at, gain): &(f64, f64)| {
        let figure = Estimate::new(loudest - gain, TOLD_APART_DB, Unit::Decibel);
        Sample { at: *at, figure, seen: seen() }
    };
    if gains.len() > 1 { gains.iter().map(sample).collect() } else { Vec::new() }
}

fn echo(course: &Course) -> Vec<Sample> {
    let seen = || Bilingual::from(("the operator hears his own voice", "operator słyszy własny głos"));
    let heard = undisturbed(course, false).filter_map(|sampled| Some((sampled.at, sampled.echo_loss?)));
    heard.map(|(at, figure)| Sample { at, figure, seen: seen() }).collect()
}

fn own_voice(course: &Course) -> Vec<Sample> {
    let seen = || Bilingual::from(("the caller hears himself", "wzywający słyszy sam siebie"));
    let sample = |sampled: &Sampled| {
        let figure = Estimate::new(sampled.comes_back_db.unwrap_or(NOT_BACK_DB), BACK_WITHIN_DB, Unit::Decibel);
        Sample { at: sampled.at, figure, seen: seen() }
    };
    undisturbed(course, true).filter(|sampled| !sampled.is_loud).map(sample).collect()
}
