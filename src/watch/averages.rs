//! Rules about how voices sound on the average of a scenario: what is too close to its limit to be told of one voice
//! may be sure of all of them. None asks for more than is asked of each.

use super::course::Course;
use super::heard::Tone;
use super::tone::{HOLE, HOLED, PURE, SPOILT, TILT, TILT_TO_OPERATOR, TILTED, tones};
use super::{Rule, Sample};
use crate::rig::Role::{Ear, Mouth, Operator};
use crate::unit::{Estimate, Quantity};

pub const RULES: &[Rule] = &[
    Rule {
        quantity: MEAN_TILT_TO_OPERATOR,
        needs: &[Mouth, Operator],
        limit: TILT,
        look: |c| mean(c, true, |tone| tone.tilt, TILTED),
    },
    Rule {
        quantity: MEAN_TILT_TO_CALLER,
        needs: &[Ear, Operator],
        limit: TILT,
        look: |c| mean(c, false, |tone| tone.tilt, TILTED),
    },
    Rule {
        quantity: MEAN_HOLE_TO_OPERATOR,
        needs: &[Mouth, Operator],
        limit: HOLE,
        look: |c| mean(c, true, |tone| tone.hole, HOLED),
    },
    Rule {
        quantity: MEAN_HOLE_TO_CALLER,
        needs: &[Ear, Operator],
        limit: HOLE,
        look: |c| mean(c, false, |tone| tone.hole, HOLED),
    },
    Rule {
        quantity: MEAN_PURITY_TO_OPERATOR,
        needs: &[Mouth, Operator],
        limit: PURE,
        look: |c| mean(c, true, |tone| tone.purity, SPOILT),
    },
    Rule {
        quantity: MEAN_PURITY_TO_CALLER,
        needs: &[Ear, Operator],
        limit: PURE,
        look: |c| mean(c, false, |tone| tone.purity, SPOILT),
    },
];

const MEAN_TILT_TO_OPERATOR: Quantity = Quantity {
    key: "T12.watch.mean-tilt.to-operator",
    en: "tilt of the caller's voice over an octave, on average",
    pl: "nachylenie widma głosu wzywającego na oktawę, średnie",
    ..TILT_TO_OPERATOR
};
const MEAN_TILT_TO_CALLER: Quantity = Quantity {
    key: "T12.watch.mean-tilt.to-caller",
    en: "tilt of the operator's voice over an octave, on average",
    pl: "nachylenie widma głosu operatora na oktawę, średnie",
    ..TILT_TO_OPERATOR
};
const MEAN_HOLE_TO_OPERATOR: Quantity = Quantity {
    key: "T12.watch.mean-hole.to-operator",
    en: "hole in the band of the caller's voice, on average",
    pl: "ubytek w paśmie głosu wzywającego, średni",
    ..TILT_TO_OPERATOR
};
const MEAN_HOLE_TO_CALLER: Quantity = Quantity {
    key: "T12.watch.mean-hole.to-caller",
    en: "hole in the band of the operator's voice, on average",
    pl: "ubytek w paśmie głosu operatora, średni",
    ..TILT_TO_OPERATOR
};
const MEAN_PURITY_TO_OPERATOR: Quantity = Quantity {
    key: "T12.watch.mean-purity.to-operator",
    en: "the caller's voice over all else that is heard with it, on average",
    pl: "przewaga głosu wzywającego nad wszystkim, co słychać wraz z nim, średnia",
    ..TILT_TO_OPERATOR
};
const MEAN_PURITY_TO_CALLER: Quantity = Quantity {
    key: "T12.watch.mean-purity.to-caller",
    en: "the operator's voice over all else that is heard with it, on average",
    pl: "przewaga głosu operatora nad wszystkim, co słychać wraz z nim, średnia",
    ..TILT_TO_OPERATOR
};

/// What all voices have in common, whatever their number (k = 2), dB: how one mouth, one ear and one codec tell two
/// levels apart.
const COMMON_DB: f64 = 0.3;
const FEWEST: usize = 2;

/// One sample of them all. That each is its own noise makes their chances independent.
fn mean(course: &Course, to_operator: bool, figure: fn(&Tone) -> Estimate, seen: (&'static str, &'static str)) -> Vec<Sample> {
    let figures: Vec<(f64, Estimate)> = tones(course, to_operator).map(|(at, tone)| (at, figure(&tone))).collect();
    let Some((at, first)) = figures.first().filter(|_| figures.len() >= FEWEST) else { return Vec::new() };
    let count = figures.len() as f64;
    let value = figures.iter().map(|(_, figure)| figure.value).sum::<f64>() / count;
    let squares: f64 = figures.iter().map(|(_, figure)| figure.uncertainty.powi(2)).sum();
    let uncertainty = (squares.sqrt() / count).hypot(COMMON_DB);
    vec![Sample { at: *at, figure: Estimate::new(value, uncertainty, first.unit), seen: seen.into() }]
}
