//! Rules about what a call says of itself: from whom, for whom, how urgent, and whether it can be passed on.

use super::calls::{COUNT, both_of, named};
use super::cases::CASE_NUMBER;
use super::course::{Binding, Course};
use super::{Bound, Rule, Sample};
use crate::bench::Call;
use crate::rig::Role::Operator;
use crate::unit::{Bilingual, Method, Quantity, both};

pub const RULES: &[Rule] = &[
    Rule { quantity: SAME_CALL_ID, needs: &[Operator], limit: Bound::Never, look: same_call_id },
    Rule { quantity: ELSEWHERE, needs: &[Operator], limit: Bound::Never, look: elsewhere },
    Rule { quantity: UNLIKE_IDENTITY, needs: &[Operator], limit: Bound::Never, look: unlike_identity },
    Rule { quantity: UNMARKED, needs: &[Operator], limit: Bound::Never, look: unmarked },
    Rule { quantity: HURRIED, needs: &[Operator], limit: Bound::Never, look: hurried },
    Rule { quantity: SPENT, needs: &[Operator], limit: Bound::Never, look: spent },
];

const SAME_CALL_ID: Quantity = Quantity {
    key: "T33.watch.reused-call-ids",
    en: "calls under the Call-ID of another",
    pl: "zgłoszenia z identyfikatorem Call-ID innego zgłoszenia",
    method: Method::new("Call-ID of every INVITE", "Call-ID każdego INVITE", "RFC 3261, 8.1.1.4"),
    ..COUNT
};
const ELSEWHERE: Quantity = Quantity {
    key: "T40.watch.calls-elsewhere",
    en: "calls to somebody who is no operator",
    pl: "zgłoszenia do kogoś, kto nie jest operatorem",
    method: Method::new("Request-URI of every INVITE", "Request-URI każdego INVITE", "RFC 3261, 8.1.1.1"),
    requirement: "T40",
    ..COUNT
};
const UNLIKE_IDENTITY: Quantity = Quantity {
    key: "T33.watch.other-identities",
    en: "times the post named itself otherwise than its rig does",
    pl: "przedstawienia się punktu inaczej, niż podaje opis stanowiska",
    method: Method::new(
        "From, P-Asserted-Identity and X-SOS-Post of every INVITE, user of every REGISTER, id on the console",
        "From, P-Asserted-Identity i X-SOS-Post każdego INVITE, użytkownik każdego REGISTER, id na konsoli",
        "RFC 3261, 8.1.1.3; RFC 3325, 9.1",
    ),
    ..COUNT
};
pub(super) const UNMARKED: Quantity = Quantity {
    key: "T33.watch.unmarked-calls",
    en: "calls without emergency priority, a case number or the point's name",
    pl: "zgłoszenia bez priorytetu alarmowego, numeru sprawy lub nazwy punktu",
    method: Method::new(
        "Priority, X-SOS-Press and X-SOS-Post of every INVITE",
        "Priority, X-SOS-Press i X-SOS-Post każdego INVITE",
        "RFC 3261, 20.26",
    ),
    ..COUNT
};
const HURRIED: Quantity = Quantity {
    key: "T44.watch.calls-that-run-out",
    en: "calls that ask to be given up before an operator need answer",
    pl: "zgłoszenia, które każą zakończyć dzwonienie, zanim operator musi odebrać",
    method: Method::new("Expires of every INVITE", "Expires każdego INVITE", "RFC 3261, 13.2.1"),
    requirement: "T44",
    ..COUNT
};
const SPENT: Quantity = Quantity {
    key: "T02.watch.calls-no-proxy-passes",
    en: "calls that no proxy would pass on",
    pl: "zgłoszenia, których nie przekaże żaden serwer pośredniczący",
    method: Method::new("Max-Forwards of every INVITE", "Max-Forwards każdego INVITE", "RFC 3261, 8.1.1.6, 16.3"),
    requirement: "T02",
    ..COUNT
};

/// The header in which a post names itself (post protocol, section 3).
const POINT: &str = "X-SOS-Post";

fn same_call_id(course: &Course) -> Vec<Sample> {
    let sample = |(index, (_, call)): (usize, &(_, Call))| {
        let before = course.calls.iter().take(index).any(|(_, earlier)| earlier.invite.dialog == call.invite.dialog);
        let (en, pl) = named(call);
        let id = &call.invite.dialog;
        let seen = before.then(|| Bilingual::new(format!("{en}, Call-ID {id} again"), format!("{pl}, znów Call-ID {id}")));
        Sample::breach(call.arrived.seconds, seen)
    };
    course.calls.iter().enumerate().map(sample).collect()
}

fn elsewhere(course: &Course) -> Vec<Sample> {
    let sample = |(_, call): &(_, Call)| {
        let is_elsewhere = !course.callees.iter().any(|callee| callee == call.callee());
        let to = &call.invite.to;
        let seen = is_elsewhere.then(|| both!("called {}", "wywołano {}", to));
        Sample::breach(call.arrived.seconds, seen)
    };
    course.calls.iter().map(sample).collect()
}

/// Wherever a post names itself.
fn unlike_identity(course: &Course) -> Vec<Sample> {
    let differs = |at: f64, place: &str, said: &str| {
        let other = course.name_at(at).is_some_and(|name| name != said);
        other.then(|| both!("{} says {}", "{} podaje {}", place, said))
    };
    let mut samples = Vec::new();
    for (_, call) in &course.calls {
        let (at, asserted) = (call.arrived.seconds, call.invite.asserted_user());
        let named =
            [("From", Some(call.invite.from.as_str())), (POINT, call.invite.header(POINT)), ("P-Asserted-Identity", asserted)];
        let seen = named.into_iter().find_map(|(place, said)| differs(at, place, said?));
        samples.push(Sample::breach(at, seen));
    }
    let registered = |binding: &Binding| Sample::breach(binding.at, differs(binding.at, "REGISTER", &binding.user));
    samples.extend(course.bindings.iter().map(registered));
    let said = course.reports.iter().filter(|(_, report)| report.argument("BOOT").is_some());
    samples.extend(said.filter_map(|(at, report)| Some(Sample::breach(*at, differs(*at, "BOOT", report.value("id")?)))));
    samples
}

fn unmarked(course: &Course) -> Vec<Sample> {
    let headers = &course.headers;
    if !says_more(course) {
        return Vec::new();
    }
    let sample = |(_, call): &(_, Call)| {
        let is_urgent = call.invite.header("Priority").is_some_and(|value| value.eq_ignore_ascii_case("emergency"));
        let is_numbered = call.invite.header(CASE_NUMBER).is_some_and(|value| !value.is_empty());
        let (is_urgent, is_numbered) = (is_urgent || headers.priority.is_none(), is_numbered || headers.press.is_none());
        let is_named = headers.point.is_none() || call.invite.header(POINT).is_some_and(|value| !value.is_empty());
        let (en, pl) = named(call);
        let seen = match (is_urgent, is_numbered) {
            (true, true) if !is_named => Some(both_of(&en, &pl, "without X-SOS-Post", "bez nagłówka X-SOS-Post")),
            (false, _) => Some(both_of(&en, &pl, "without Priority: emergency", "bez nagłówka Priority: emergency")),
            (_, false) => Some(both_of(&en, &pl, "without X-SOS-Press", "bez nagłówka X-SOS-Press")),
            _ => None,
        };
        Sample::breach(call.arrived.seconds, seen)
    };
    course.calls.iter().map(sample).collect()
}

/// Whether the rig names a header for priority, number or name: else no call can lack one.
pub(super) fn says_more(course: &Course) -> bool {
    course.headers.priority.is_some() || course.headers.press.is_some() || course.headers.point.is_some()
}

/// A server on the way ends what has run out.
fn hurried(course: &Course) -> Vec<Sample> {
    let sample = |(_, call): &(_, Call)| {
        let seconds = call.invite.header("Expires").and_then(|seconds| seconds.trim().parse::<f64>().ok());
        let short = seconds.filter(|seconds| *seconds < course.limit("T44"));
        let seen = short.map(|seconds| both!("Expires: {seconds}", "nagłówek Expires: {seconds}"));
        Sample::breach(call.arrived.seconds, seen)
    };
    course.calls.iter().map(sample).collect()
}

/// A request begins with 70 hops to go (RFC 3261, 8.1.1.6); with none, or without a word, it comes no further than the
/// next server.
fn spent(course: &Course) -> Vec<Sample> {
    let sample = |(_, call): &(_, Call)| {
        let hops = call.invite.header("Max-Forwards").map(|hops| hops.trim().parse::<u32>());
        let seen = match hops {
            None => Some(Bilingual::from(("no Max-Forwards", "brak nagłówka Max-Forwards"))),
            Some(Ok(hops)) if hops > 0 => None,
            Some(_) => Some(Bilingual::from(("Max-Forwards is used up", "wyczerpany Max-Forwards"))),
        };
        Sample::breach(call.arrived.seconds, seen)
    };
    course.calls.iter().map(sample).collect()
}
