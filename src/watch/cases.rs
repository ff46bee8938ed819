//! Which press each call is for: calls of one press are a case, and every call has to belong to one.
//!
//! Knows nothing of limits other than how long a press may matter.

use super::course::Course;
use super::course::LOST_AFTER;
use super::span::Span;
use crate::bench::Call;
use crate::instrument::operator::EndedBy;

/// The header in which a post numbers its presses (post protocol, section 3).
pub const CASE_NUMBER: &str = "X-SOS-Press";

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Of the scenario before.
    Before,
    /// This contact, made just now.
    Press(usize),
    /// This contact, made when there was no way to call, and long ago.
    Kept(usize),
    /// Another call for the case of this call: at the second operator, at the other server, or after a loss.
    SameCase(usize),
    /// The case of this call is being served, and here it is once more.
    Duplicate(usize),
    /// The case of this call is closed, and here it is again.
    Closed(usize),
    /// No contact of the button explains it.
    Nothing,
}

struct Case {
    number: Option<String>,
    calls: Vec<usize>,
    closed: Option<f64>,
}

/// The cause of each call, in their order.
pub fn causes(course: &Course) -> Vec<Cause> {
    let mut used = vec![false; course.contacts.len()];
    let mut cases: Vec<Case> = Vec::new();
    let mut epoch = f64::NEG_INFINITY;
    let mut causes = Vec::new();
    for (index, (_, call)) in course.calls.iter().enumerate() {
        let arrived = call.arrived.seconds;
        let latest_start = course.own_starts().filter(|start| *start <= arrived).fold(epoch, f64::max);
        // A firmware that starts anew counts its presses anew.
        if latest_start > epoch {
            epoch = latest_start;
            cases.clear();
        }
        let number = call.invite.header(CASE_NUMBER).map(str::to_string);
        let known = cases.iter_mut().rev().find(|case| case.number == number && (number.is_some() || case.closed.is_none()));
        let cause = match known {
            Some(case) => {
                let cause = of_known(course, case, index);
                case.calls.push(index);
                // The talk that was dialled again is the case now: what becomes of the one that was lost no longer
                // closes it.
                if call.confirmed.is_some() && !matches!(cause, Cause::Closed(_)) {
                    case.closed = closes(course, call);
                }
                cause
            }
            None => {
                cases.push(Case { number, calls: vec![index], closed: closes(course, call) });
                of_new(course, call, &mut used)
            }
        };
        causes.push(cause);
    }
    causes
}

fn of_known(course: &Course, case: &Case, index: usize) -> Cause {
    let Some((_, call)) = course.calls.get(index) else { return Cause::Nothing };
    let first = case.calls.first().copied().unwrap_or(index);
    if case.closed.is_some_and(|closed| closed < call.arrived.seconds) {
        return Cause::Closed(first);
    }
    let earlier = case.calls.iter().filter_map(|earlier| course.calls.get(*earlier));
    let mut stand = earlier.filter(|(_, earlier)| {
        let same_place = earlier.callee() == call.callee() && earlier.server == call.server;
        // A post that was cut off may not know that its call stands here.
        same_place && course.is_surely_in(earlier, call.arrived.seconds)
    });
    if stand.next().is_some() { Cause::Duplicate(first) } else { Cause::SameCase(first) }
}

/// A talk that somebody ended closes its case, unless the post may not have heard of it.
fn closes(course: &Course, call: &Call) -> Option<f64> {
    let (ended, by) = call.ended?;
    // What a post said in a cut, to a talk that it had to take for lost, it says again until it is heard, every 4 s
    // (RFC 3261, 17.1.2.2).
    let before = match by {
        EndedBy::Operator => 1.0,
        EndedBy::Post => SAID_AGAIN_WITHIN,
        EndedBy::Cancelled | EndedBy::Silence => return None,
    };
    let around = Span { from: ended.seconds - before, to: ended.seconds + 1.0 };
    let closed = by == EndedBy::Post || course.unheard_until(call).is_none();
    (call.confirmed.is_some() && closed && !course.is_disturbed(around)).then_some(ended.seconds)
}

/// The longest pause between two sendings of one request, and a margin.
const SAID_AGAIN_WITHIN: f64 = 5.0;

/// A server that answers nothing was asked for this call at once: the post has not kept the press, it is still calling.
fn was_tried(course: &Course, pressed: f64) -> bool {
    let within = Span { from: pressed, to: pressed + course.ceiling("T01") };
    course.swallowed.iter().any(|at| within.holds(*at))
}

/// It says of itself that its press was kept (post protocol, section 3).
pub fn is_marked_delayed(call: &Call) -> bool {
    call.invite.header("X-SOS-Delayed") == Some("yes")
}

fn of_new(course: &Course, call: &Call, used: &mut [bool]) -> Cause {
    let arrived = call.arrived.seconds;
    if arrived < course.span.from {
        return Cause::Before;
    }
    let tolerance = course.inputs_within + call.arrived.uncertainty;
    let free = |index: &usize| {
        let contact = course.contacts.get(*index);
        contact.is_some_and(|contact| {
            let others = course.calls.iter().any(|(_, other)| other != call && course.is_surely_in(other, contact.closed));
            contact.began <= arrived + tolerance && contact.may_be_press(course) && !others
        }) && used.get(*index) == Some(&false)
    };
    // A call that says that it waited is of a press that had to, where one is still owed, whatever was pressed since.
    let had_to_wait = |index: &usize| course.contacts.get(*index).is_some_and(|contact| !course.is_reachable_at(contact.closed));
    let waited = (0..course.contacts.len()).rev().find(|index| free(index) && had_to_wait(index));
    let found = waited.filter(|_| is_marked_delayed(call)).or_else(|| (0..course.contacts.len()).rev().find(free));
    let Some((index, contact)) = found.and_then(|index| Some((index, *course.contacts.get(index)?))) else {
        return if arrived < course.owed_until { Cause::Before } else { Cause::Nothing };
    };
    let waited = Span { from: contact.closed, to: arrived };
    let was_kept = !course.is_reachable_at(contact.closed) || course.is_disturbed(waited);
    if waited.length() > LOST_AFTER.as_secs_f64() && !was_kept {
        return Cause::Nothing;
    }
    // Presses between this one and its call are of the same case; of presses that had to wait one at most is kept.
    for (other, is_used) in used.iter_mut().enumerate() {
        let closed = course.contacts.get(other).map_or(f64::INFINITY, |contact| contact.closed);
        *is_used |= other == index || (closed > contact.closed && closed <= arrived) || (was_kept && closed <= arrived);
    }
    if was_kept && !was_tried(course, contact.closed) && waited.length() > LOST_AFTER.as_secs_f64() {
        Cause::Kept(index)
    } else {
        Cause::Press(index)
    }
}
