//! The operator's queue as the bench plays it: one operator takes calls by priority and then in order, and other points
//! call as well.
//!
//! The other points are no more than their places in the queue: what is judged is what becomes of this one's call among
//! theirs.

use super::{Fault, Post, Result, order};
use crate::bench::Call;
use crate::clock::Instant;
use crate::instrument::operator::{Action, Answering, CallEvent, CallId};
use crate::unit::{Estimate, Method, Quantity, Unit};
use crate::verdict::Criterion;
use crate::watch::LOST_AFTER;
use std::time::Duration;

/// Of the talk's signalling, once the operator has answered.
const CONFIRMED_WITHIN: Duration = Duration::from_secs(5);

const OVERTAKEN: Quantity = Quantity {
    key: "T33.queue.overtaken",
    unit: Unit::Count,
    en: "calls of other points that were taken before this one though they came later",
    pl: "zgłoszenia innych punktów odebrane przed tym, choć nadeszły później",
    method: Method::new(
        "one operator, who takes calls by their priority (header of the INVITE) and then in order of arrival",
        "jeden operator, który odbiera zgłoszenia według priorytetu (nagłówek INVITE), a przy równym w kolejności nadejścia",
        "RFC 3261, 20.26",
    ),
    requirement: "T33",
};
const LOST: Quantity = Quantity {
    key: "T44.queue.lost",
    unit: Unit::Count,
    en: "calls that did not last until their turn",
    pl: "zgłoszenia, które nie doczekały swojej kolejki",
    method: Method::new(
        "whether the call stands when its turn has come, and is confirmed",
        "czy zgłoszenie trwa, gdy nadeszła jego kolej, i zostaje potwierdzone",
        "RFC 3261, 9, 13",
    ),
    requirement: "T44",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[OVERTAKEN, LOST];

/// Another point's call, an emergency like any.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Waiting {
    since: f64,
    talks: Duration,
}

/// Who waits for the one operator, and until when he talks.
#[derive(Debug, Clone, Default)]
pub(super) struct Queue {
    free_at: Instant,
    others: Vec<Waiting>,
}

impl Queue {
    /// The call that is taken next before one that came then, if there is any.
    fn next_before(&self, since: f64, is_urgent: bool) -> Option<usize> {
        let goes_before = |other: &&Waiting| !is_urgent || other.since < since;
        let first = self.others.iter().filter(goes_before).min_by(|a, b| a.since.total_cmp(&b.since))?;
        self.others.iter().position(|other| other == first)
    }
}

impl Post {
    /// The operator talks to somebody else, and then takes whatever waits.
    pub fn occupy_operator(&mut self, time: Duration) -> Result<()> {
        self.set_answering(Answering::Manual)?;
        self.queue = Some(Queue { free_at: self.bench.now() + time, others: Vec::new() });
        Ok(())
    }

    /// One more waits, and keeps the operator for so long when it has its turn.
    pub fn another_point_calls(&mut self, talks: Duration) -> Result<()> {
        let since = self.bench.now().as_secs_f64();
        self.queue_under_way()?.others.push(Waiting { since, talks });
        Ok(())
    }

    fn queue_under_way(&mut self) -> Result<&mut Queue> {
        self.queue.as_mut().ok_or_else(|| {
            order(
                ("the operator has no queue", "operator nie ma kolejki"),
                ("occupy the operator with another point first", "najpierw zajmij operatora rozmową z innym punktem"),
            )
        })
    }

    /// T33 and T44: what waits is taken until it is this point's turn.
    pub fn taken_in_turn(&mut self) -> Result<()> {
        let pressed = self.last_press()?.instant();
        loop {
            let free_at = self.queue_under_way()?.free_at;
            let until = free_at.max(pressed + LOST_AFTER);
            // A call that is still on its way when the operator is free has its turn as soon as it is there.
            let arrived = self.bench.watch::<(), Fault>(until, |bench| {
                let is_there = bench.now() >= free_at && bench.record.invited_since(pressed).next().is_some();
                Ok(is_there.then_some(()))
            })?;
            let own = self.waiting_call(pressed);
            self.judge(&LOST, Estimate::count(usize::from(arrived.is_none() || own.is_none())), Criterion::Exactly(0.0))?;
            let Some((id, since, is_urgent)) = own else { return Ok(()) };
            let now = self.bench.now();
            let queue = self.queue_under_way()?;
            let Some(other) = queue.next_before(since, is_urgent) else {
                self.judge(&OVERTAKEN, Estimate::count(0), Criterion::Exactly(0.0))?;
                return self.take(id);
            };
            let other = queue.others.remove(other);
            queue.free_at = now + other.talks;
            // What has gone before it is known, whatever becomes of the call that waits on.
            if other.since > since {
                self.judge(&OVERTAKEN, Estimate::count(1), Criterion::Exactly(0.0))?;
            }
        }
    }

    /// This point's call that rings, when it came, and whether it goes before others. Where no header says so, none is
    /// behind.
    fn waiting_call(&self, pressed: Instant) -> Option<(CallId, f64, bool)> {
        let says_so = self.bench.rig.post.headers.priority.is_some();
        let is_urgent = |call: &Call| !says_so || call.invite.header("Priority") == Some("emergency");
        let record = &self.bench.record;
        let first = record.invited_since(pressed).next()?;
        let mut calls = record.invited_since(pressed).filter_map(|call| Some((call.value, record.call(call.value)?)));
        let (id, call) = calls.find(|(_, call)| call.stands() && call.confirmed.is_none())?;
        Some((id, first.at.as_secs_f64(), is_urgent(call)))
    }

    fn take(&mut self, id: CallId) -> Result<()> {
        let at = self.bench.operator()?.act(id, Action::Answer)?;
        let confirmed = self.bench.watch::<(), Fault>(at + CONFIRMED_WITHIN, |bench| {
            let is_it = |event: &CallEvent| matches!(event, CallEvent::Confirmed { call } if *call == id);
            Ok(bench.record.calls_since(at).any(|event| is_it(&event.value)).then_some(()))
        })?;
        self.queue = None;
        self.judge(&LOST, Estimate::count(usize::from(confirmed.is_none())), Criterion::Exactly(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(others: &[f64], since: f64, is_urgent: bool, expected: Option<usize>) {
        let others = others.iter().map(|since| Waiting { since: *since, talks: Duration::ZERO }).collect();
        let queue = Queue { free_at: Instant::ZERO, others };
        assert_eq!(queue.next_before(since, is_urgent), expected);
    }

    #[test]
    fn priority_goes_before_order_and_order_before_all_else() {
        check(&[], 5.0, true, None);
        check(&[6.0, 7.0], 5.0, true, None);
        check(&[6.0, 4.0], 5.0, true, Some(1));
        check(&[7.0, 6.0], 5.0, false, Some(1));
        check(&[], 5.0, false, None);
    }
}
