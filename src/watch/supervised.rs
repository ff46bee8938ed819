//! Rules about what the supervision is told: signs of life as long as nothing stands in their way, and no fault without
//! a reason.

use super::course::Course;
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::rig::Role::{Operator, Supervision};
use crate::unit::{Bilingual, Method, Quantity, Unit, both};

pub const RULES: &[Rule] = &[
    Rule { quantity: GIVEN_UP, needs: &[Operator, Supervision], limit: Bound::Never, look: given_up },
    Rule { quantity: UNFOUNDED, needs: &[Operator, Supervision], limit: Bound::Never, look: unfounded },
];

const GIVEN_UP: Quantity = Quantity {
    key: "T26.watch.counted-as-lost",
    unit: Unit::Count,
    en: "times a post that could call was counted as lost",
    pl: "uznania za utracony punktu, który mógł dzwonić",
    method: Method::new(
        "every message at the supervision (syslog), against its patience",
        "każdy komunikat w nadzorze (syslog) względem czasu oczekiwania",
        "RFC 5424",
    ),
    requirement: "T26",
};
const UNFOUNDED: Quantity = Quantity {
    key: "T27.watch.unfounded-faults",
    en: "faults told to the supervision that nothing gave a reason for",
    pl: "usterki zgłoszone nadzorowi bez przyczyny",
    method: Method::new(
        "every FAULT at the supervision (syslog), against what the bench did to mains, fibre and servers",
        "każdy komunikat FAULT w nadzorze (syslog) względem tego, co stanowisko zrobiło z zasilaniem, światłowodem i serwerami",
        "RFC 5424",
    ),
    requirement: "T27",
    ..GIVEN_UP
};

/// So much later than its cause's end a fault may still be told: what has to stand before it is told has stood (post
/// protocol, section 6).
const TOLD_LATE_BY: f64 = 15.0;

/// Over each stretch in which the post could have spoken: to the first message in it, between messages, and from the
/// last one on.
fn given_up(course: &Course) -> Vec<Sample> {
    let mut samples = Vec::new();
    for ready in course.ready() {
        let moments = || course.notices.iter().map(|(at, _)| *at);
        // What was told before an outage says nothing of the time behind it.
        let mut before = moments().filter(|at| *at < ready.from && ready.from == course.span.from);
        let from = before.next_back().unwrap_or(ready.from);
        let marks: Vec<f64> = [from].into_iter().chain(moments().filter(|at| ready.holds(*at))).chain([ready.to]).collect();
        for pair in marks.windows(2) {
            let [from, to] = pair else { continue };
            let silent = Span { from: *from, to: *to };
            let seen = (silent.length() > course.silence).then(|| {
                let length = format!("{:.0} s", silent.length());
                both!("nothing was told for {length}", "przez {length} nie było komunikatu")
            });
            // Of a silence that is still running only what is too long already says anything.
            if seen.is_some() || *to < ready.to {
                samples.push(Sample::breach(*from, seen));
            }
        }
    }
    samples
}

fn unfounded(course: &Course) -> Vec<Sample> {
    let sample = |(at, text): &(f64, String)| {
        let stood = |reason: Span| Span { from: reason.from, to: reason.to + TOLD_LATE_BY }.holds(*at);
        let without_server =
            || course.outages.iter().map(|outage| outage.span).any(stood) || !course.was_registered || has_lapsed(course, *at);
        // Of what this bench cannot bring about it cannot say whether it is so.
        let is_known = matches!(text.as_str(), "FAULT server" | "FAULT mains");
        let is_founded = match text.as_str() {
            "FAULT mains" => course.without_mains.0.iter().copied().any(stood),
            _ => without_server(),
        };
        Sample::breach(*at, (is_known && !is_founded).then(|| Bilingual::new(text.clone(), text.clone())))
    };
    course.notices.iter().filter(|(at, _)| *at >= course.span.from).map(sample).collect()
}

/// By the registrar's own book: what was granted last had ended.
fn has_lapsed(course: &Course, at: f64) -> bool {
    let last = course.bindings.iter().rfind(|binding| binding.at <= at);
    last.is_some_and(|binding| at > binding.at + binding.granted)
}
