//! Rules about the stream of the post's voice, packet by packet.

use super::course::{Course, Span};
use super::protocol::{Oddity, breach, odd};
use super::{Bound, Rule, Sample};
use crate::instrument::operator::Irregular;
use crate::post::judge::Quantity;
use crate::rig::Role::Operator;
use crate::unit::{Method, Unit};

pub const RULES: &[Rule] = &[
    Rule { quantity: BEGUN_ANEW, needs: &[Operator], limit: Bound::Never, look: begun_anew },
    Rule { quantity: MISFIT, needs: &[Operator], limit: Bound::Never, look: misfit },
];

/// So long after a cut, or a loss of mains, a post may still have set its stream up anew [EJ]: what has lost a talk gives it up by then.
const RESTORES_WITHIN: f64 = 32.0;

const BEGUN_ANEW: Quantity = Quantity {
    key: "T18.watch.streams-begun-anew",
    unit: Unit::Count,
    en: "times the caller's stream began anew in a talk",
    pl: "przypadki rozpoczęcia strumienia wzywającego od nowa w trakcie rozmowy",
    method: Method::new(
        "source and sequence number of every packet, between one agreement and the next",
        "źródło i numer kolejny każdego pakietu, między jednym uzgodnieniem a następnym",
        "RFC 3550, 5.1 and 8.1",
    ),
    requirement: "T18",
};
const MISFIT: Quantity = Quantity {
    key: "T12.watch.packets-misfitting",
    unit: Unit::Count,
    en: "talks whose packets hold more or fewer samples than their timestamps say",
    pl: "rozmowy, w których liczba próbek w pakietach nie zgadza się ze znacznikami czasu",
    method: Method::new(
        "payload of every packet against the step of the timestamp to the next, most of 100 in a row",
        "zawartość każdego pakietu względem kroku znacznika czasu do następnego, większość ze 100 kolejnych",
        "RFC 3550, 5.1; RFC 3551, 4.2",
    ),
    requirement: "T12",
};

fn talks(course: &Course) -> Vec<Sample> {
    let talks = course.calls.iter().filter_map(|(_, call)| call.confirmed);
    talks.map(|at| Sample::breach(at.seconds, None)).collect()
}

fn begun_anew(course: &Course) -> Vec<Sample> {
    let stood = |oddity: &&Oddity| !course.is_disturbed(Span { from: oddity.at - RESTORES_WITHIN, to: oddity.at });
    let mut samples = talks(course);
    samples.extend(odd(course, |what| *what == Irregular::BegunAnew).filter(stood).map(breach));
    samples
}

fn misfit(course: &Course) -> Vec<Sample> {
    let mut samples = talks(course);
    samples.extend(odd(course, |what| matches!(what, Irregular::Misfit { .. })).map(breach));
    samples
}
