//! Rules about the console held against itself: what it counts runs as time does, what it claims can be so, and what it
//! reckons wrongly it always does.

use super::calls::COUNT;
use super::course::{Contact, Course};
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::bench::Report;
use crate::rig::Role::{Console, Operator};
use crate::unit::{Bilingual, Estimate, Method, Quantity, Unit, both};

pub const RULES: &[Rule] = &[
    Rule { quantity: PACE, needs: &[Console], limit: Bound::AtMost(PACE_WITHIN), look: pace },
    Rule { quantity: CLAIMED, needs: &[Console, Operator], limit: Bound::Never, look: claimed },
    Rule { quantity: MISRECKONED, needs: &[Console], limit: Bound::Never, look: misreckoned },
];

/// A chip's own oscillator is true to a hundredth [EJ]; half as much again.
const PACE_WITHIN: f64 = 0.015;
/// Over so many seconds of one life whole seconds say how time runs.
const PACE_OVER: f64 = 180.0;
/// The post counts whole seconds, at both ends.
const WHOLE_SECONDS: f64 = 1.0;

const PACE: Quantity = Quantity {
    key: "T36.watch.uptime-pace",
    unit: Unit::Ratio,
    en: "share by which the time that the post counts runs wrong over a life, largest",
    pl: "względny błąd biegu czasu liczonego przez punkt od startu, największy",
    method: Method::new(
        "uptime in the first and in each later BEAT line of a life, over 180 s and more, against the bench's clock",
        "czas pracy w pierwszym i każdym późniejszym wierszu BEAT od startu, przez co najmniej 180 s, względem zegara stanowiska",
        "",
    ),
    requirement: "T36",
};
const CLAIMED: Quantity = Quantity {
    key: "T26.watch.claims-in-cuts",
    en: "states on the console that claim a call, or readiness for one, in a long cut",
    pl: "stany na konsoli mówiące w czasie długiej przerwy o zgłoszeniu lub gotowości",
    method: Method::new(
        "BEAT and STATE lines in a cut of the fibre, once every call from before it must be taken for lost",
        "wiersze BEAT i STATE w czasie przerwy światłowodu, gdy każde wcześniejsze połączenie trzeba uznać za utracone",
        "",
    ),
    requirement: "T26",
    ..COUNT
};
const MISRECKONED: Quantity = Quantity {
    key: "T36.watch.checksums-wrong",
    en: "console lines that always bear the same wrong checksum",
    pl: "wiersze konsoli, które stale mają tę samą błędną sumę kontrolną",
    method: Method::new(
        "checksum of console lines that came more than once, and never rightly",
        "suma kontrolna wierszy konsoli, które przyszły więcej niż raz, a ani razu poprawnie",
        "",
    ),
    requirement: "T36",
    ..COUNT
};

/// Each life from its first heartbeat in the scenario on.
fn pace(course: &Course) -> Vec<Sample> {
    let told = course.reports.iter().filter_map(|(at, report)| Some((*at, report.argument("BEAT")?.parse::<f64>().ok()?)));
    let mut first: Option<(f64, f64)> = None;
    let sample = |(at, uptime): (f64, f64)| {
        let life = first.filter(|(from, _)| !course.banners().any(|(start, _)| Span { from: *from, to: at }.holds(start)));
        let Some((from, before)) = life else {
            first = Some((at, uptime));
            return None;
        };
        let (passed, counted) = (at - from, uptime - before);
        let error = ((counted - passed).abs() - WHOLE_SECONDS).max(0.0) / passed;
        let seen = both!("{counted:.0} s counted in {passed:.0} s", "naliczono {counted:.0} s w ciągu {passed:.0} s");
        (passed >= PACE_OVER).then(|| Sample { at, figure: Estimate::new(error, LINE_WITHIN / passed, Unit::Ratio), seen })
    };
    told.filter_map(sample).collect()
}

/// What the stamps of two lines are worth, in seconds.
const LINE_WITHIN: f64 = 0.01;

/// Where nobody can call and every call is lost there is one thing to say. Whoever has just been pressed may try.
fn claimed(course: &Course) -> Vec<Sample> {
    let said = course.reports.iter().filter_map(|(at, report)| {
        let of_beat = || report.words.get(2).filter(|_| report.argument("BEAT").is_some()).map(String::as_str);
        Some((*at, report.argument("STATE").or_else(of_beat)?))
    });
    let lost = course.lost_in_cuts();
    let tries = |at: f64| {
        let since = |contact: &Contact| Span { from: contact.began, to: contact.opened + TRIES_FOR };
        course.contacts.iter().any(|contact| since(contact).holds(at))
    };
    let sample = |(at, state): (f64, &str)| {
        let is_lost = lost.iter().any(|lost| lost.holds(at)) && !tries(at);
        let seen = (state != OFFLINE).then(|| both!("{state} in the cut", "„{state}” w czasie przerwy"));
        is_lost.then(|| Sample::breach(at, seen))
    };
    said.filter_map(sample).collect()
}
const OFFLINE: &str = "offline";
/// A call into a dead line is given up within so many seconds, server by server, and told a little later.
const TRIES_FOR: f64 = 15.0;

/// When lines came whose checksum the post itself reckons wrongly: a line that spoils them never does so twice alike.
pub(super) fn own_mistakes(course: &Course) -> Vec<f64> {
    let is_own = |(_, text, off): &&(f64, String, u8)| {
        let alike = course.misreckoned.iter().filter(|(_, other, by)| other == text && by == off).count();
        alike > 1 && !course.reports.iter().any(|(_, report)| is_text(report, text))
    };
    course.misreckoned.iter().filter(is_own).map(|(at, ..)| *at).collect()
}

fn is_text(report: &Report, text: &str) -> bool {
    report.words.iter().map(String::as_str).eq(text.split_whitespace())
}

fn misreckoned(course: &Course) -> Vec<Sample> {
    let own = own_mistakes(course);
    let read = course.reports.iter().map(|(at, _)| Sample::breach(*at, None));
    let text = |at: &f64| course.misreckoned.iter().find(|(when, ..)| when == at).map(|(_, text, _)| text.clone());
    let wrong = own.iter().map(|at| Sample::breach(*at, text(at).map(|text| Bilingual::new(text.clone(), text))));
    read.chain(wrong).collect()
}
