//! Rules about the stream of the post's voice, packet by packet.

use super::course::Course;
use super::heard::{Foreign, Silence};
use super::protocol::{breach, odd};
use super::reports::Oddity;
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::bench::Call;
use crate::instrument::operator::{CallId, Irregular};
use crate::operator::STRANGERS_TONE_HZ;
use crate::rig::Role::{Ear, Operator};
use crate::unit::{Bilingual, Method, Quantity, Unit};

pub const RULES: &[Rule] = &[
    Rule { quantity: BEGUN_ANEW, needs: &[Operator], limit: Bound::Never, look: begun_anew },
    Rule { quantity: MISFIT, needs: &[Operator], limit: Bound::Never, look: misfit },
    Rule { quantity: MISSING, needs: &[Operator], limit: Bound::Never, look: missing },
    Rule { quantity: TWO_AT_ONCE, needs: &[Operator], limit: Bound::Never, look: two_at_once },
    Rule { quantity: PLAYED, needs: &[Ear, Operator], limit: Bound::Never, look: played },
];

/// So long after a cut, or a loss of mains, a post may still have set its stream up anew [EJ]: what has lost a talk
/// gives it up by then.
const RESTORES_WITHIN: f64 = 32.0;

const BEGUN_ANEW: Quantity = Quantity {
    key: "T18.watch.streams-begun-anew",
    unit: Unit::Count,
    en: "times the caller's stream began anew in a talk",
    pl: "przypadki rozpoczęcia strumienia wzywającego od nowa w trakcie rozmowy",
    method: Method::new(
        "source and sequence number of every packet, between one agreement and the next",
        "źródło i numer kolejny każdego pakietu, między jednym uzgodnieniem a następnym",
        "RFC 3550, 5.1, 8.1",
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
const MISSING: Quantity = Quantity {
    key: "T18.watch.packets-missing",
    unit: Unit::Count,
    en: "gaps of more than 60 ms in the caller's stream, whoever speaks",
    pl: "przerwy dłuższe niż 60 ms w strumieniu wzywającego, niezależnie od tego, kto mówi",
    method: Method::new(
        "sequence number of every packet: more than three in a row that never came",
        "numer kolejny każdego pakietu: więcej niż trzy kolejne, które nie nadeszły",
        "RFC 3550, A.1",
    ),
    requirement: "T18",
};
const TWO_AT_ONCE: Quantity = Quantity {
    key: "T40.watch.two-talks-at-once",
    unit: Unit::Count,
    en: "talks beside which the caller's voice went on flowing into an earlier one",
    pl: "rozmowy, obok których głos wzywającego nadal płynął do wcześniejszej",
    method: Method::new(
        "packets of every talk, 2 s after a later one of the same post was agreed",
        "pakiety każdej rozmowy 2 s po uzgodnieniu późniejszej rozmowy tego samego punktu",
        "RFC 3550, 9",
    ),
    requirement: "T40",
};
/// Seconds within which an earlier talk is silent once a later one stands.
const HANDED_OVER_WITHIN: f64 = 2.0;

const PLAYED: Quantity = Quantity {
    key: "T40.watch.strangers-played",
    unit: Unit::Count,
    en: "strangers who spoke into a talk and were heard by the caller",
    pl: "obcy, którzy nadawali dźwięk do rozmowy i których wzywający usłyszał",
    method: Method::new(
        "a tone of 1020 Hz in packets like the operator's while his own flow, from an address that no description named; \
         in an encrypted talk unencrypted from the operator's own",
        "ton 1020 Hz w pakietach jak u operatora, gdy płyną jego własne: spod adresu, którego nie podał żaden opis, \
         a w rozmowie szyfrowanej bez szyfrowania, spod adresu operatora",
        "RFC 3550, 9; RFC 3711, 3.3; RFC 4961, 5",
    ),
    requirement: "T40",
};

/// A stranger speaks for so long; what a post plays of it comes a little later.
const SPEAKS_FOR: f64 = 2.5;
/// A tone is known by its frequency within so much, and by so much of its length; fainter than this below the voices
/// nobody hears it [EJ].
const TONE_WITHIN: f64 = 0.03;
const TONE_FROM_S: f64 = 0.3;
const AUDIBLE_DB: f64 = -24.0;

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

fn missing(course: &Course) -> Vec<Sample> {
    let stood = |oddity: &&Oddity| !course.is_disturbed(Span { from: oddity.at - RESTORES_WITHIN, to: oddity.at });
    let mut samples = talks(course);
    samples.extend(odd(course, |what| matches!(what, Irregular::Missing { .. })).filter(stood).map(breach));
    samples
}

fn misfit(course: &Course) -> Vec<Sample> {
    let mut samples = talks(course);
    samples.extend(odd(course, |what| matches!(what, Irregular::Misfit { .. })).map(breach));
    samples
}

/// Whoever has lost a talk and called again speaks to nobody else: the earlier one may stand at an operator's who has
/// not noticed.
fn two_at_once(course: &Course) -> Vec<Sample> {
    let sample = |(id, call): &(CallId, Call)| {
        let confirmed = call.confirmed?.seconds;
        let flows = |(earlier_id, earlier): &(CallId, Call)| {
            let is_earlier = earlier.invite.from == call.invite.from && earlier.arrived.seconds < call.arrived.seconds;
            // What a cut held up is confirmed late, so that it can be ended.
            let at = earlier.confirmed?.seconds.max(confirmed) + HANDED_OVER_WITHIN;
            let is_mute = course.mute.iter().any(|(mute, of)| of == earlier_id && mute.holds(at));
            let both_last = course.lasts(earlier).holds(at) && course.lasts(call).holds(at);
            (earlier_id != id && is_earlier && both_last && !is_mute).then_some(at)
        };
        let seen = course.calls.iter().find_map(flows);
        let words = |_| Bilingual::from(("two talks at once", "dwie rozmowy naraz"));
        Some(Sample::breach(seen.unwrap_or(confirmed + HANDED_OVER_WITHIN), seen.map(words)))
    };
    course.calls.iter().filter_map(sample).collect()
}

/// As far as both were listened to.
fn played(course: &Course) -> Vec<Sample> {
    let sample = |at: &f64| {
        let spoken = Span { from: *at, to: at + SPEAKS_FOR };
        let listened = |silence: &&Silence| silence.span.common(spoken).is_some_and(|both| both.length() > TONE_FROM_S);
        let silence = course.silences.iter().find(listened)?;
        let is_his = |sound: &&Foreign| {
            let near = |hz: f64| (hz / STRANGERS_TONE_HZ - 1.0).abs() < TONE_WITHIN;
            let is_long = sound.span.common(spoken).is_some_and(|both| both.length() >= TONE_FROM_S);
            sound.hz.is_some_and(near) && sound.level_db > AUDIBLE_DB && is_long
        };
        let words = |_: &Foreign| Bilingual::from(("the caller hears a stranger", "wzywający słyszy kogoś obcego"));
        Some(Sample::breach(*at, silence.at_caller.iter().find(is_his).map(words)))
    };
    course.spoken_into.iter().filter_map(sample).collect()
}
