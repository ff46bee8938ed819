//! Rules about what is sent again: a datagram may get lost, and a server that is busy or dead must not be flooded.

use super::calls::COUNT;
use super::course::{Course, Kind, RECOVERS_WITHIN};
use super::protocol::{breach, odd, of_messages};
use super::reports::Oddity;
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::instrument::operator::Irregular;
use crate::rig::Role::Operator;
use crate::unit::{Method, Quantity};

pub const RULES: &[Rule] = &[
    Rule { quantity: AFTER_ANSWER, needs: &[Operator], limit: Bound::Never, look: after_answer },
    Rule { quantity: TOO_FAST, needs: &[Operator], limit: Bound::Never, look: too_fast },
    Rule { quantity: SENT_ONCE, needs: &[Operator], limit: Bound::Never, look: sent_once },
];

/// What was not sent again is told so long after it came, and a little more.
const TOLD_AFTER: f64 = 6.0;

const AFTER_ANSWER: Quantity = Quantity {
    key: "T39.watch.repeated-after-answer",
    en: "calls repeated though a provisional answer had come",
    pl: "zgłoszenia powtarzane mimo odpowiedzi tymczasowej",
    method: Method::new(
        "every INVITE over UDP that comes again 0.3 s and more after an answer to it; three in a call",
        "każdy INVITE po UDP, powtórzony co najmniej 0,3 s po odpowiedzi; trzy w zgłoszeniu",
        "RFC 3261, 17.1.1.2",
    ),
    requirement: "T39",
    ..COUNT
};
const TOO_FAST: Quantity = Quantity {
    key: "T39.watch.repeated-too-fast",
    en: "requests to a silent server repeated without growing pauses",
    pl: "żądania do milczącego serwera powtarzane bez rosnących przerw",
    method: Method::new(
        "copies of every request over UDP at a silent server, against timers that begin at 0.1 s and double",
        "kopie każdego żądania po UDP u milczącego serwera, względem przerw podwajanych od 0,1 s",
        "RFC 3261, 17.1.1.2, 17.1.2.2",
    ),
    requirement: "T39",
    ..COUNT
};
const SENT_ONCE: Quantity = Quantity {
    key: "T02.watch.never-repeated",
    en: "requests that nothing answered and that were sent only once",
    pl: "żądania bez odpowiedzi, wysłane tylko raz",
    method: Method::new(
        "copies of every request over UDP at a silent server, for 5 s in which nothing else was asked",
        "kopie każdego żądania po UDP u milczącego serwera, przez 5 s bez innego żądania",
        "RFC 3261, 17.1.1.2, 17.1.2.2",
    ),
    requirement: "T02",
    ..COUNT
};

/// An answer that the line lost was none.
fn after_answer(course: &Course) -> Vec<Sample> {
    let began = |oddity: &Oddity| {
        let call = course.calls.iter().find(|(id, _)| Some(*id) == oddity.call);
        call.map(|(_, call)| call.arrived.seconds)
    };
    let heard = |oddity: &&Oddity| {
        let within = began(oddity).map(|from| Span { from: from - RECOVERS_WITHIN, to: oddity.at });
        within.is_some_and(|within| !course.is_disturbed(within))
    };
    let mut samples = of_messages(course, |_| false);
    samples.extend(odd(course, |what| *what == Irregular::AfterAnswer).filter(heard).map(breach));
    samples
}

fn too_fast(course: &Course) -> Vec<Sample> {
    of_messages(course, |what| matches!(what, Irregular::Hammered { .. }))
}

/// A post that was cut off or started anew has given it up, and the line may have lost the copies.
fn sent_once(course: &Course) -> Vec<Sample> {
    let stood = |oddity: &&Oddity| {
        let within = Span { from: oddity.at - TOLD_AFTER, to: oddity.at };
        let was_cut = course.outages.iter().any(|outage| outage.kind != Kind::Servers && outage.span.meets(within));
        let began = course.reports.iter().any(|(at, report)| report.argument("BOOT").is_some() && within.holds(*at));
        !was_cut && !began
    };
    let mut samples = of_messages(course, |_| false);
    samples.extend(odd(course, |what| matches!(what, Irregular::SentOnce { .. })).filter(stood).map(breach));
    samples
}
