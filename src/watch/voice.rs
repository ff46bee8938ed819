//! Rules about what is heard in every talk, in both directions: that it is there, whole, in time, and not pressed flat.

use super::course::Course;
use super::heard::{Arrived, Sampled};
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::bench::Call;
use crate::instrument::operator::CallId;
use crate::rig::Role::{Ear, Mouth, Operator};
use crate::unit::{Bilingual, Method, Quantity, Unit, both};

pub const RULES: &[Rule] = &[
    Rule { quantity: FIRST_TO_OPERATOR, needs: &[Mouth, Operator], limit: FIRST_WORD, look: |c| first_word(c, true) },
    Rule { quantity: FIRST_TO_CALLER, needs: &[Ear, Operator], limit: FIRST_WORD, look: |c| first_word(c, false) },
    Rule { quantity: UNHEARD_BY_OPERATOR, needs: &[Mouth, Operator], limit: Bound::Never, look: |c| unheard(c, true) },
    Rule { quantity: UNHEARD_BY_CALLER, needs: &[Ear, Operator], limit: Bound::Never, look: |c| unheard(c, false) },
    Rule { quantity: LATE_AT_OPERATOR, needs: &[Mouth, Operator], limit: Bound::Ceiling, look: |c| late(c, true) },
    Rule { quantity: LATE_AT_CALLER, needs: &[Ear, Operator], limit: Bound::Ceiling, look: |c| late(c, false) },
    Rule { quantity: LOST_TO_OPERATOR, needs: &[Mouth, Operator], limit: Bound::Never, look: |c| torn(c, true) },
    Rule { quantity: LOST_TO_CALLER, needs: &[Ear, Operator], limit: Bound::Never, look: |c| torn(c, false) },
    Rule { quantity: CLIPPED, needs: &[Mouth, Operator], limit: Bound::Never, look: clipped },
];

pub(super) const VOICES: Method = Method::new(
    "a noise voice of 1 s in turn from either side of every talk, aligned by its delay and held against what was spoken in looks of 10 ms",
    "głos szumowy o długości 1 s na przemian z obu stron każdej rozmowy, wyrównany o opóźnienie i porównany z nadanym co 10 ms",
    "ITU-T G.114",
);
const FIRST_TO_OPERATOR: Quantity = Quantity {
    key: "T04.watch.first-word.to-operator",
    unit: Unit::Second,
    en: "beginning of the caller's first word that the operator did not hear, longest",
    pl: "początek pierwszego słowa wzywającego, którego operator nie usłyszał, najdłuższy",
    method: VOICES,
    requirement: "T04",
};
const FIRST_TO_CALLER: Quantity = Quantity {
    key: "T04.watch.first-word.to-caller",
    en: "beginning of the operator's first word that the caller did not hear, longest",
    pl: "początek pierwszego słowa operatora, którego wzywający nie usłyszał, najdłuższy",
    ..FIRST_TO_OPERATOR
};
const UNHEARD_BY_OPERATOR: Quantity = Quantity {
    key: "T04.watch.unheard.to-operator",
    unit: Unit::Count,
    en: "voices of the caller that the operator did not hear",
    pl: "głosy wzywającego, których operator nie usłyszał",
    method: VOICES,
    requirement: "T04",
};
const UNHEARD_BY_CALLER: Quantity = Quantity {
    key: "T04.watch.unheard.to-caller",
    en: "voices of the operator that the caller did not hear",
    pl: "głosy operatora, których wzywający nie usłyszał",
    ..UNHEARD_BY_OPERATOR
};
const LATE_AT_OPERATOR: Quantity = Quantity {
    key: "T10.watch.delay.to-operator",
    unit: Unit::Second,
    en: "mouth-to-ear delay, caller to operator, longest in the scenario",
    pl: "opóźnienie usta–ucho, od wzywającego do operatora, najdłuższe w scenariuszu",
    method: VOICES,
    requirement: "T10",
};
const LATE_AT_CALLER: Quantity = Quantity {
    key: "T10.watch.delay.to-caller",
    en: "mouth-to-ear delay, operator to caller, longest in the scenario",
    pl: "opóźnienie usta–ucho, od operatora do wzywającego, najdłuższe w scenariuszu",
    ..LATE_AT_OPERATOR
};
const LOST_TO_OPERATOR: Quantity = Quantity {
    key: "T21.watch.torn.to-operator",
    unit: Unit::Count,
    en: "talks in which too much of the caller's voice was lost",
    pl: "rozmowy, w których utracono zbyt wiele głosu wzywającego",
    method: VOICES,
    requirement: "T21",
};
const LOST_TO_CALLER: Quantity = Quantity {
    key: "T21.watch.torn.to-caller",
    en: "talks in which too much of the operator's voice was lost",
    pl: "rozmowy, w których utracono zbyt wiele głosu operatora",
    ..LOST_TO_OPERATOR
};
const CLIPPED: Quantity = Quantity {
    key: "T12.watch.clipped.to-operator",
    unit: Unit::Count,
    en: "voices of the caller that were clipped",
    pl: "przesterowane głosy wzywającego",
    method: VOICES,
    requirement: "T12",
};

/// Of the first word so much may be lost: half a syllable, of which there are four a second [EJ].
const FIRST_WORD: Bound = Bound::AtMost(0.1);
/// A voice that begins so soon after the answer is the first word, in seconds.
const AT_ONCE_S: f64 = 0.5;
/// Length of a look, in seconds.
const LOOK_S: f64 = crate::dsp::fidelity::LOOK_S;
/// Of a talk so much may be lost in all. A line that loses less than that may happen to lose more of what was listened
/// to: so many packets of two looks as hardly one such line in a hundred talks.
const LOST_AT_MOST: f64 = 0.01;
const HARDLY: f64 = 0.01;
const LOOKS_OF_PACKET: usize = 2;
/// But no gap is longer than 60 ms, which hides so many looks at most.
const LOST_IN_A_ROW: usize = 6;
/// Of the speech samples so many may stand at the ceiling.
const CLIPPED_AT_MOST: f64 = 0.001;
/// What a voice that is not clipped may show by chance: the greatest of its samples are near each other.
const CLIPPED_BY_CHANCE: f64 = 0.001;

/// Where nothing stood between the two.
pub(super) fn undisturbed(course: &Course, to_operator: bool) -> impl Iterator<Item = &Sampled> {
    let of_direction = course.sampled.iter().filter(move |sampled| sampled.to_operator == to_operator);
    of_direction.filter(|sampled| !course.is_disturbed(Span { from: sampled.at - 1.0, to: sampled.at + 2.0 }))
}

/// Of the words that were shouted, or of the others.
pub(super) fn arrived(course: &Course, to_operator: bool, loud: bool) -> impl Iterator<Item = (f64, Arrived)> {
    let of_kind = undisturbed(course, to_operator).filter(move |sampled| sampled.is_loud == loud);
    of_kind.filter_map(|sampled| Some((sampled.at, sampled.heard?)))
}

/// Of all words.
fn all(course: &Course, to_operator: bool) -> impl Iterator<Item = (f64, Arrived)> {
    of_calls(course, to_operator).map(|(_, at, heard)| (at, heard))
}

/// Each with the call that it was spoken into.
fn of_calls(course: &Course, to_operator: bool) -> impl Iterator<Item = (CallId, f64, Arrived)> {
    undisturbed(course, to_operator).filter_map(|sampled| Some((sampled.call, sampled.at, sampled.heard?)))
}

fn unheard(course: &Course, to_operator: bool) -> Vec<Sample> {
    let told = || Bilingual::from(("nothing of what was spoken arrived", "nic z wypowiedzi nie dotarło"));
    undisturbed(course, to_operator).map(|sampled| Sample::breach(sampled.at, sampled.heard.is_none().then(told))).collect()
}

fn late(course: &Course, to_operator: bool) -> Vec<Sample> {
    let told = || Bilingual::from(("heard late", "usłyszano za późno"));
    all(course, to_operator).map(|(at, heard)| Sample { at, figure: heard.delay, seen: told() }).collect()
}

fn is_first_word(course: &Course, at: f64) -> bool {
    course.talk_at(at).is_some_and(|talk| at < talk.from + AT_ONCE_S)
}

fn first_word(course: &Course, to_operator: bool) -> Vec<Sample> {
    let told = || Bilingual::from(("the first word begins too late", "pierwsze słowo zaczyna się za późno"));
    let first = all(course, to_operator).filter(|(at, _)| is_first_word(course, *at));
    first.map(|(at, heard)| Sample::seconds(at, heard.swallowed as f64 * LOOK_S, LOOK_S, told())).collect()
}

/// Talk by talk: what was lost in all of its voices. One that was lost and dialled again may stand at the operator's
/// end for a while: its voices are those that were spoken into it.
fn torn(course: &Course, to_operator: bool) -> Vec<Sample> {
    let talks = course.calls.iter().filter(|(_, call)| call.confirmed.is_some());
    let of_talk = |(id, call): &(CallId, Call)| {
        let voices = of_calls(course, to_operator).filter(|(spoken_into, ..)| spoken_into == id);
        let (looks, lost, in_a_row) = voices.fold((0, 0, 0), |(looks, lost, in_a_row), (_, at, heard)| {
            // How the first word begins is another matter.
            let (begun, others) = if is_first_word(course, at) { (heard.swallowed, 0) } else { (0, heard.swallowed) };
            (looks + heard.looks, lost + heard.lost - begun, in_a_row.max(heard.in_a_row).max(others))
        });
        let too_many = lost > LOOKS_OF_PACKET * lost_at_most(looks / LOOKS_OF_PACKET) || in_a_row > LOST_IN_A_ROW;
        let share = 100.0 * lost as f64 / looks.max(1) as f64;
        let text = format!("{share:.0} %");
        (looks > 0).then(|| {
            Sample::breach(
                call.arrived.seconds,
                too_many.then(|| both!("{text} of what was spoken was lost", "utracono {text} wypowiedzi")),
            )
        })
    };
    talks.filter_map(of_talk).collect()
}

/// The most of so many packets that a line within its limit loses but hardly: from the binomial distribution.
fn lost_at_most(packets: usize) -> usize {
    let mut exactly = (1.0 - LOST_AT_MOST).powi(packets as i32);
    let (mut up_to, mut lost) = (exactly, 0);
    while 1.0 - up_to >= HARDLY && lost < packets {
        exactly *= (packets - lost) as f64 / (lost + 1) as f64 * LOST_AT_MOST / (1.0 - LOST_AT_MOST);
        (up_to, lost) = (up_to + exactly, lost + 1);
    }
    lost
}

fn clipped(course: &Course) -> Vec<Sample> {
    let sample = |(at, heard): (f64, Arrived)| {
        let share = format!("{:.1}", 100.0 * heard.clipped);
        let seen = (heard.clipped > CLIPPED_AT_MOST + CLIPPED_BY_CHANCE).then(|| {
            let pl = share.replace('.', ",");
            Bilingual::new(
                format!("{share} % of the samples stand at the ceiling"),
                format!("{pl} % próbek osiąga wartość szczytową"),
            )
        });
        Sample::breach(at, seen)
    };
    arrived(course, true, false).map(sample).collect()
}
