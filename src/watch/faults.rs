//! Rules about faults that a post finds in itself: told in time, and taken back when their cause is gone.

use super::course::{Contact, Course};
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::rig::Role::{Button, Console};
use crate::unit::{Bilingual, Method, Quantity, Unit};

pub const RULES: &[Rule] = &[
    Rule { quantity: UNTOLD, needs: &[Button, Console], limit: Bound::Never, look: untold },
    Rule { quantity: HASTY, needs: &[Button, Console], limit: Bound::Never, look: hasty },
    Rule { quantity: OUTLASTING, needs: &[Button, Console], limit: Bound::Never, look: outlasting },
    Rule { quantity: TAKEN_BACK, needs: &[Button, Console], limit: Bound::Never, look: taken_back },
];

const UNTOLD: Quantity = Quantity {
    key: "T28.watch.stuck-button-untold",
    unit: Unit::Count,
    en: "times a stuck button was not told as a fault",
    pl: "zablokowania przycisku, których nie zgłoszono jako usterki",
    method: Method::new(
        "FAULT and CLEAR lines on the console, against the button's sense input",
        "wiersze FAULT i CLEAR na konsoli, względem wejścia kontroli przycisku",
        "",
    ),
    requirement: "T28",
};
const HASTY: Quantity = Quantity {
    key: "T28.watch.faults-of-a-held-button",
    en: "times a button that a person may hold was told as a fault",
    pl: "zgłoszenia usterki przycisku, który mógł przytrzymywać człowiek",
    ..UNTOLD
};
const OUTLASTING: Quantity = Quantity {
    key: "T27.watch.faults-outlasting-cause",
    en: "faults told that outlasted their cause",
    pl: "zgłoszone usterki, których nie odwołano po ustaniu przyczyny",
    requirement: "T27",
    ..UNTOLD
};

const TAKEN_BACK: Quantity = Quantity {
    key: "T27.watch.stuck-button-taken-back",
    en: "times the fault of a button that was still stuck was taken back",
    pl: "odwołania usterki przycisku, który nadal był zablokowany",
    requirement: "T27",
    ..UNTOLD
};

/// Far beyond what the stamps of two lines are worth.
const LINE_MARGIN: f64 = 0.1;

/// Seconds for which a frightened person may hold on: about half of what a stuck button may take to be told (T28) [EJ].
const HELD_BY_HAND: f64 = 8.0;

/// When the console said this of the button.
fn said<'c>(course: &'c Course, word: &'static str) -> impl Iterator<Item = f64> + 'c {
    course.reports.iter().filter(move |(_, report)| report.argument(word) == Some("button")).map(|(at, _)| *at)
}

/// Whether the firmware had power and was left alone.
fn lives(course: &Course, within: Span) -> bool {
    !course.outages.iter().any(|outage| outage.kind.starts_firmware() && outage.span.meets(within))
}

fn untold(course: &Course) -> Vec<Sample> {
    let sample = |contact: &Contact| {
        let within = Span { from: contact.closed, to: contact.closed + course.ceiling("T28") + LINE_MARGIN };
        let is_stuck = contact.opened > within.to && lives(course, within);
        let told = said(course, "FAULT").any(|at| within.holds(at));
        let seen = (!told).then(|| Bilingual::from(("held, and no FAULT came", "przytrzymany, a wiersz FAULT nie nadszedł")));
        is_stuck.then(|| Sample::breach(contact.closed, seen))
    };
    course.contacts.iter().filter_map(sample).collect()
}

fn hasty(course: &Course) -> Vec<Sample> {
    let sample = |told: f64| {
        let contact = course.contacts.iter().rfind(|contact| contact.began <= told)?;
        let held = Span { from: contact.closed, to: told.min(contact.opened) };
        let length = format!("{:.1} s", held.length());
        let seen = (held.length() < HELD_BY_HAND - LINE_MARGIN)
            .then(|| Bilingual::new(format!("held for {length}"), format!("przytrzymany przez {}", length.replace('.', ","))));
        // One that is found closed as the firmware starts is told of that.
        lives(course, held).then(|| Sample::breach(told, seen))
    };
    said(course, "FAULT").filter_map(sample).collect()
}

fn outlasting(course: &Course) -> Vec<Sample> {
    let sample = |told: f64| {
        let contact = course.contacts.iter().rfind(|contact| contact.began <= told)?;
        let within = Span { from: told, to: contact.opened + course.ceiling("T27") + LINE_MARGIN };
        // While it is held, and where it cannot be seen any more, nothing is owed.
        let is_owed = contact.opened < course.span.to && within.to <= course.span.to && lives(course, within);
        let cleared = said(course, "CLEAR").any(|at| within.holds(at));
        let seen = (!cleared).then(|| Bilingual::from(("let go, and no CLEAR came", "zwolniony, a wiersz CLEAR nie nadszedł")));
        is_owed.then(|| Sample::breach(told, seen))
    };
    said(course, "FAULT").filter_map(sample).collect()
}

fn taken_back(course: &Course) -> Vec<Sample> {
    let sample = |told: f64| {
        let contact = course.contacts.iter().rfind(|contact| contact.began <= told)?;
        let held = Span { from: contact.closed, to: told.min(contact.opened) };
        let seen = (contact.opened > told + LINE_MARGIN)
            .then(|| Bilingual::from(("held, and CLEAR came", "przytrzymany, a nadszedł wiersz CLEAR")));
        lives(course, held).then(|| Sample::breach(told, seen))
    };
    said(course, "CLEAR").filter_map(sample).collect()
}
