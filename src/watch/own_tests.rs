//! Rules about the post's own tests of its loudspeaker and microphone: that they come as often as is asked for, and
//! that what they tell is so.

use super::course::{Course, Kind};
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::rig::Role::{Loudspeaker, Microphone, SelfTest, Supervision};
use crate::unit::{Bilingual, Method, Quantity, Unit, both};

pub const RULES: &[Rule] = &[
    Rule { quantity: SELDOM, needs: &[SelfTest, Supervision], limit: Bound::Never, look: seldom },
    Rule { quantity: UNTRUE, needs: &[Loudspeaker, Microphone, SelfTest, Supervision], limit: Bound::Never, look: untrue },
];

const SELDOM: Quantity = Quantity {
    key: "T34.watch.self-tests-too-seldom",
    unit: Unit::Count,
    en: "stretches without a self-test of loudspeaker and microphone that were too long",
    pl: "zbyt długie okresy bez autotestu głośnika i mikrofonu",
    method: Method::new(
        "every TEST at the supervision (syslog), from one to the next",
        "każdy komunikat TEST w nadzorze (syslog), odstęp od poprzedniego",
        "RFC 5424",
    ),
    requirement: "T34",
};
const UNTRUE: Quantity = Quantity {
    key: "T35.watch.untrue-self-tests",
    en: "self-tests whose result was not so",
    pl: "autotesty, których wynik był niezgodny ze stanem faktycznym",
    method: Method::new(
        "every TEST at the supervision (syslog), against the leads of loudspeaker and microphone",
        "każdy komunikat TEST w nadzorze (syslog) względem przewodów głośnika i mikrofonu",
        "RFC 5424",
    ),
    requirement: "T35",
    ..SELDOM
};

/// A test is told when it is over, and takes a while itself: two that begin a day apart are told so much more than a
/// day apart at most [EJ].
const TAKES: f64 = 60.0;

fn tests(course: &Course) -> impl Iterator<Item = &(f64, String)> {
    course.notices.iter().filter(|(at, text)| *at >= course.span.from && text.starts_with("TEST "))
}

/// Of a stretch that began before the scenario, or still runs, only what is too long already says anything. A message
/// that a line lost leaves one stretch of two periods; that is believed of a line that is seen to lose others.
fn seldom(course: &Course) -> Vec<Sample> {
    let Some(_) = course.supervised.tests_every else { return Vec::new() };
    let most = course.limit("T34") + TAKES;
    // Cut off, or without power, it can tell of none.
    let is_hindered = |span: Span| course.outages.iter().any(|outage| outage.kind != Kind::Servers && outage.span.meets(span));
    let is_too_long = |span: &Span| span.length() > most && !is_hindered(*span);
    let inner = tests(course).map(|(at, _)| *at);
    let marks: Vec<f64> = [course.span.from].into_iter().chain(inner).chain([course.span.to]).collect();
    let stretches: Vec<Span> =
        marks.windows(2).filter_map(|pair| Some(Span { from: *pair.first()?, to: *pair.get(1)? })).collect();
    let too_long: Vec<f64> = stretches.iter().filter(|span| is_too_long(span)).map(|span| span.length()).collect();
    let is_one_lost = matches!(too_long[..], [only] if only <= 2.0 * most) && loses_messages(course);
    let last = stretches.len().saturating_sub(1);
    let sample = |(n, span): (usize, &Span)| {
        let seen = (is_too_long(span) && !is_one_lost).then(|| {
            let length = format!("{:.1} h", span.length() / 3600.0);
            both!("no self-test for {length}", "brak autotestu przez {length}")
        });
        let is_whole = n > 0 && n < last;
        (seen.is_some() || is_whole).then(|| Sample::breach(span.to, seen))
    };
    stretches.iter().enumerate().filter_map(sample).collect()
}

/// A sign of life is missing here and there, with nothing in its way.
fn loses_messages(course: &Course) -> bool {
    let alive = course.notices.iter().filter(|(at, text)| *at >= course.span.from && text == "ALIVE").map(|(at, _)| *at);
    let alive: Vec<f64> = alive.collect();
    let mut gaps: Vec<Span> =
        alive.windows(2).filter_map(|pair| Some(Span { from: *pair.first()?, to: *pair.get(1)? })).collect();
    let is_free = |span: &Span| !course.outages.iter().any(|outage| outage.span.meets(*span));
    gaps.sort_by(|a, b| a.length().total_cmp(&b.length()));
    let Some(usual) = gaps.get(gaps.len() / 2).map(|gap| gap.length()) else { return false };
    gaps.iter().filter(|gap| gap.length() > usual * 1.5 && gap.length() < usual * ODD).any(is_free)
}
/// A longer silence than of so many signs of life in a row is no loss here and there.
const ODD: f64 = 4.5;

fn untrue(course: &Course) -> Vec<Sample> {
    let Some(parted) = &course.without_sound else { return Vec::new() };
    let sample = |(at, text): &(f64, String)| {
        let within = Span { from: at - TAKES, to: *at };
        let is_parted_all_along = parted.0.iter().any(|away| away.from <= within.from && within.to <= away.to);
        let is_parted = parted.0.iter().any(|away| away.meets(within));
        let is_untrue = match text.as_str() {
            "TEST ok" => is_parted_all_along,
            "TEST failed" => !is_parted,
            _ => false,
        };
        let seen = is_untrue.then(|| Bilingual::new(text.clone(), text.clone()));
        Sample::breach(*at, seen)
    };
    tests(course).map(sample).collect()
}
