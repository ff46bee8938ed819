//! Pressing the button and what becomes of it at the operator's end.
//!
//! Knows nothing of lamps or sound quality. The oracle is the operator's end: neither the post's lamps nor its console
//! count here.

mod quantities;

use super::deeds::{Proof, What};
use super::judge::proved_share;
use super::judge::surer;
use super::{Fault, Post, Result, order};
use crate::bench::{Moment, NETWORK_STAMP_S};
use crate::clock::Instant;
use crate::instrument::InstrumentError;
use crate::instrument::operator::{Action, Answering, Behaviour, CallEvent, CallId, EndedBy, Invite, Progress, Second, Wording};
use crate::unit::{Bilingual, Estimate, Quantity};
use crate::verdict::Criterion;
use crate::watch::LOST_AFTER;
use quantities::{
    CALLS, FEWEST_CALLS, FURTHER_CALLS, MOST_CALLS, OUTLIVES_CUT, OWN_DESTINATION, OWN_IDENTITY, PRESS_TO_INVITE, PRESS_TO_RING,
    STILL_TALKING, WITHOUT_INVITE, WITHOUT_RINGING,
};
pub(super) use quantities::{QUANTITIES, SERIES};
use std::time::Duration;

/// The operator of a series answers so long after the ring.
const SERIES_ANSWERS_AFTER: Duration = Duration::from_millis(500);
/// Pause between the end of one call and the next press: a second is the post's own (protocol, section 4), the rest is
/// margin.
const PAUSE: Duration = Duration::from_millis(1500);

/// The user part that posts call.
pub(super) const OPERATOR_USER: &str = "operator";
/// That of the second operator, whom they call when the first is busy or does not answer.
pub(super) const SECOND_USER: &str = "operator2";

impl Post {
    pub fn set_answering(&mut self, how: Answering) -> Result<()> {
        self.behave(Behaviour { answering: how, ..self.behaviour })
    }

    /// How the operator's side is from now on.
    pub(super) fn behave(&mut self, how: Behaviour) -> Result<()> {
        self.behaviour = how;
        Ok(self.bench.operator()?.behave(how)?)
    }

    pub fn operator_answers_after(&mut self, time: Duration) -> Result<()> {
        self.set_answering(Answering::After(time))
    }

    /// The operator's server ends a talk that nobody refreshes (RFC 4028). A post that does not know of that is asked
    /// in half the time whether it is still there.
    pub fn talks_are_refreshed_within(&mut self, time: Duration) -> Result<()> {
        self.behave(self.behaviour.refreshed_within(time))
    }

    /// His server takes its time to find his telephone.
    pub fn operator_rings_after(&mut self, time: Duration) -> Result<()> {
        self.behave(Behaviour { rings_after: time, ..self.behaviour })
    }

    pub fn operator_declines(&mut self) -> Result<()> {
        self.set_answering(Answering::DECLINED)
    }

    /// Whoever calls hears the tone of his server before anybody answers.
    pub fn server_plays_call_tone(&mut self) -> Result<()> {
        self.behave(Behaviour { progress: Progress::Tone, ..self.behaviour })
    }

    /// His telephone answers by itself, and has not rung before.
    pub fn operator_answers_without_ringing(&mut self) -> Result<()> {
        self.behave(Behaviour { progress: Progress::Straight, ..self.behaviour })
    }

    /// His servers write as others do.
    pub fn servers_write(&mut self, wording: Wording) -> Result<()> {
        self.behave(Behaviour { wording, ..self.behaviour })
    }

    pub fn operator_does_not_answer(&mut self) -> Result<()> {
        self.set_answering(Answering::Manual)
    }

    pub fn operator_is_busy(&mut self) -> Result<()> {
        self.set_answering(Answering::BUSY)
    }

    /// The second as well: nobody is free.
    pub fn every_operator_is_busy(&mut self) -> Result<()> {
        let second = Some(Second { answering: Answering::BUSY, after: None });
        self.behave(Behaviour { answering: Answering::BUSY, second, ..self.behaviour })
    }

    /// Presses again and again; the operator answers each call, talks, and hangs up.
    pub fn press_series(&mut self, count: u64, hold: Duration, talk: Duration) -> Result<()> {
        self.set_answering(Answering::After(SERIES_ANSWERS_AFTER))?;
        for _ in 0..count {
            self.press(hold)?;
            let since = self.last_press()?.instant();
            let Some(call) = self.next_confirmed(since, since + LOST_AFTER)? else { continue };
            self.converse(call, talk)?;
            self.end_call(call)?;
            self.bench.wait::<Fault>(PAUSE)?;
        }
        Ok(())
    }

    /// The first call since a moment whose signalling is complete.
    pub(super) fn next_confirmed(&mut self, since: Instant, deadline: Instant) -> Result<Option<CallId>> {
        self.bench.watch(deadline, |bench| {
            Ok(bench.record.calls_since(since).find_map(|event| match event.value {
                CallEvent::Confirmed { call } => Some(call),
                _ => None,
            }))
        })
    }

    /// The operator hangs up, unless the call is over already.
    fn end_call(&mut self, call: CallId) -> Result<()> {
        if self.ended_by(call).is_none() {
            let at = self.bench.operator()?.act(call, Action::HangUp)?;
            self.deeds.add(What::HangUp, Moment::stamped(at, NETWORK_STAMP_S), Proof::Stamp);
        }
        Ok(())
    }

    fn ended_by(&self, call: CallId) -> Option<EndedBy> {
        self.bench.record.call(call)?.ended.map(|(_, by)| by)
    }

    /// Presses, answers, and leaves the two talking.
    pub fn begin_talk(&mut self) -> Result<()> {
        self.set_answering(Answering::After(SERIES_ANSWERS_AFTER))?;
        self.press(Duration::from_millis(200))?;
        let since = self.last_press()?.instant();
        let call = self.next_confirmed(since, since + LOST_AFTER)?;
        self.judge(&CALLS, Estimate::count(usize::from(call.is_some())), Criterion::AtLeast(1.0))?;
        self.talk = call;
        if let Some(call) = call {
            self.greet(call)?;
        }
        self.counted_from = self.bench.now();
        self.deeds.add(What::Talk, Moment::stamped(self.counted_from, 0.0), Proof::Effect);
        Ok(())
    }

    /// Where the talk was lost and stands anew, that one is ended with it.
    pub fn hang_up(&mut self) -> Result<()> {
        let call = self.talk_under_way()?;
        let standing = self.bench.record.talk().filter(|standing| *standing != call);
        self.end_call(call)?;
        standing.map_or(Ok(()), |standing| self.end_call(standing))?;
        self.talk = None;
        Ok(())
    }

    /// Whatever rings is refused, whoever talks hears the operator hang up; where no call stands nothing is done.
    pub fn end_every_call(&mut self) -> Result<()> {
        self.bench.collect()?;
        let standing: Vec<CallId> = self.bench.record.calls().filter(|(_, call)| call.stands()).map(|(id, _)| id).collect();
        standing.into_iter().try_for_each(|call| self.end_call(call))?;
        self.talk = None;
        Ok(())
    }

    /// Where the button has been pressed and no talk came of it, it is the post that owes it.
    pub(super) fn talk_under_way(&mut self) -> Result<CallId> {
        self.bench.collect()?;
        if let Some(call) = self.talk.or_else(|| self.latest_call()) {
            return Ok(call);
        }
        if self.deeds.presses().next().is_some() {
            self.judge(&CALLS, Estimate::count(0), Criterion::AtLeast(1.0))?;
        }
        Err(order(
            ("no talk is under way", "nie trwa żadna rozmowa"),
            ("set up a talk with the operator first", "najpierw nawiąż rozmowę z operatorem"),
        ))
    }

    /// The talk under way; one that the post has ended by itself is its failure, not the bench's or the feature's.
    pub(super) fn talk_that_stands(&mut self) -> Result<CallId> {
        let call = self.talk_under_way()?;
        self.bench.collect()?;
        self.judge_if_ended(call)?;
        Ok(call)
    }

    fn judge_if_ended(&mut self, call: CallId) -> Result<()> {
        match self.ended_by(call) {
            Some(EndedBy::Post | EndedBy::Silence | EndedBy::Cancelled) => {
                self.judge(self.still_talking(), Estimate::count(1), Criterion::Exactly(0.0))
            }
            _ => Ok(()),
        }
    }

    /// Which requirement a talk keeps that nobody ends: after a cut it is another.
    fn still_talking(&self) -> &'static Quantity {
        let was_cut = self.deeds.all().any(|(_, what)| matches!(what, What::Fibre { connected: false }));
        if was_cut { &OUTLIVES_CUT } else { &STILL_TALKING }
    }

    /// The desk could not serve a call: because the post has ended it, which is judged, or for a reason of the bench's
    /// own, which is given back.
    pub(super) fn unless_ended(&mut self, call: CallId, error: InstrumentError) -> Result<Fault> {
        self.bench.collect()?;
        self.judge_if_ended(call)?;
        Ok(error.into())
    }

    /// The last call that was confirmed in this scenario.
    fn latest_call(&self) -> Option<CallId> {
        self.bench.record.calls_since(self.counted_from).rev().find_map(|event| match event.value {
            CallEvent::Confirmed { call } => Some(call),
            _ => None,
        })
    }

    /// For each press, when something of its first call happened.
    fn per_press(&self, which: impl Fn(&CallEvent) -> bool) -> Vec<Option<Estimate>> {
        let ends = self.deeds.presses().skip(1).map(|press| Some(press.instant())).chain([None]);
        let record = &self.bench.record;
        let first = |press: Moment, end: Option<Instant>| {
            let mut events = record.calls_between(press.instant(), end);
            events.find(|event| which(&event.value)).map(Moment::at_operator)
        };
        let presses = self.deeds.presses().zip(ends);
        // What was pressed without a way to call is told and kept (T38), not served; unless the step asks for that very
        // press.
        let counted = presses.filter(|(press, end)| end.is_none() || !self.deeds.was_cut_off(*press));
        counted.map(|(press, end)| first(press, end).map(|moment| moment.since(press))).collect()
    }

    /// T01 and T02: every press must have led there, and in time.
    fn judge_presses(
        &mut self,
        quantity: &Quantity,
        without: &Quantity,
        limit: Duration,
        which: fn(&CallEvent) -> bool,
    ) -> Result<()> {
        let press = self.last_press()?;
        let limit = limit.as_secs_f64();
        let deadline = press.instant() + Duration::from_secs_f64(self.patience(quantity.requirement, limit));
        let since = press.instant();
        self.bench.watch::<(), Fault>(deadline, |bench| {
            Ok(bench.record.calls_since(since).any(|event| which(&event.value)).then_some(()))
        })?;
        let found = self.per_press(which);
        let served: Vec<Estimate> = found.iter().flatten().copied().collect();
        // A press without a result is a failure of its own kind: it has no time to be judged by.
        let pressed = found.len();
        self.judge(without, Estimate::count(pressed - served.len()), Criterion::Exactly(0.0))?;
        if pressed > 1 {
            let share = 100.0 * proved_share(pressed);
            let text = format!("{share:.1}");
            self.bench.log.note(Bilingual::new(
                format!("{pressed} of {pressed} presses served: at least {text} % are, with 95 % confidence"),
                format!(
                    "obsłużono {pressed} z {pressed} naciśnięć: co najmniej {} % na poziomie ufności 95 %",
                    text.replace('.', ",")
                ),
            ));
        }
        self.judge_series(quantity, &served, limit)
    }

    pub fn invite_within(&mut self, limit: Duration) -> Result<()> {
        self.judge_presses(&PRESS_TO_INVITE, &WITHOUT_INVITE, limit, |event| matches!(event, CallEvent::Invited { .. }))
    }

    pub fn ring_within(&mut self, limit: Duration) -> Result<()> {
        self.judge_presses(&PRESS_TO_RING, &WITHOUT_RINGING, limit, |event| matches!(event, CallEvent::Ringing { .. }))
    }

    /// Over a series: never none, never two. `requirement` is the one that asks for so many.
    pub fn each_press_raised(&mut self, count: u64, requirement: &'static str) -> Result<()> {
        let ends = self.deeds.presses().skip(1).map(|press| Some(press.instant())).chain([None]);
        let raised = |(press, end): (Moment, _)| self.bench.record.invited_between(press.instant(), end).count();
        let counts: Vec<usize> = self.deeds.presses().zip(ends).map(raised).collect();
        let fewest = counts.iter().copied().min().unwrap_or(0);
        let most = counts.iter().copied().max().unwrap_or(0);
        let wanted = Criterion::Exactly(count as f64);
        let fewest = self.judge(&Quantity { requirement, ..FEWEST_CALLS }, Estimate::count(fewest), wanted);
        surer(fewest, self.judge(&Quantity { requirement, ..MOST_CALLS }, Estimate::count(most), wanted))
    }

    /// Waits the whole time, then counts what arrived since the last press, or since the step before when there was
    /// none. `requirement` is the one that asks for so many.
    pub fn calls_within(&mut self, count: u64, time: Duration, requirement: &'static str) -> Result<()> {
        let since = self.deeds.presses().next_back().map_or(self.counted_from, Moment::instant);
        let deadline = since.max(self.bench.now() - time) + time;
        self.bench.clock().wait_until(deadline)?;
        self.bench.collect()?;
        let arrived = self.bench.record.invited_since(since).count();
        self.judge(&Quantity { requirement, ..CALLS }, Estimate::count(arrived), Criterion::Exactly(count as f64))
    }

    /// Nothing more may come from now on. `requirement` is the one that forbids it.
    pub fn no_further_call_within(&mut self, time: Duration, requirement: &'static str) -> Result<()> {
        let since = self.quiet_since();
        self.end_what_stands()?;
        self.bench.wait::<Fault>(time)?;
        let arrived = self.bench.record.invited_since(since).count();
        self.judge(&Quantity { requirement, ..FURTHER_CALLS }, Estimate::count(arrived), Criterion::Exactly(0.0))?;
        self.counted_from = self.bench.now();
        Ok(())
    }

    /// A post in a talk raises no other call: who waits for one ends it first, unless the scenario is about that very
    /// talk.
    pub(super) fn end_what_stands(&mut self) -> Result<()> {
        self.bench.collect()?;
        let standing = self.bench.record.talk().filter(|call| Some(*call) != self.talk);
        standing.map_or(Ok(()), |call| self.end_call(call))
    }

    /// From when on a call would be a further one: the arrival of the call of the last step, or the beginning of the
    /// steps that could raise one.
    fn quiet_since(&self) -> Instant {
        let last = self.bench.record.invited_since(self.counted_from).last().map(|call| call.at + Duration::from_nanos(1));
        let is_expected = self.deeds.presses().next().is_none() || self.talk.is_some();
        if is_expected { self.counted_from } else { last.unwrap_or(self.counted_from) }
    }

    fn last_invite(&mut self) -> Result<Option<Invite>> {
        let since = self.last_press()?.instant();
        let deadline = since + LOST_AFTER;
        self.bench.watch(deadline, |bench| {
            Ok(bench.record.calls_since(since).find_map(|event| match &event.value {
                CallEvent::Invited { invite, .. } => Some(invite.clone()),
                _ => None,
            }))
        })
    }

    /// Whoever answers must know at once where to send help.
    pub fn call_names_this_post(&mut self) -> Result<()> {
        let identity = self.name();
        let invite = self.last_invite()?;
        let says_so = self.bench.rig.post.headers.point.is_some();
        let is_own =
            invite.is_some_and(|invite| invite.from == identity && (!says_so || invite.header("X-SOS-Post") == Some(&identity)));
        self.judge(&OWN_IDENTITY, Estimate::count(usize::from(is_own)), Criterion::Exactly(1.0))
    }

    pub fn call_goes_to_the_operator_only(&mut self) -> Result<()> {
        let invite = self.last_invite()?;
        self.judge(&CALLS, Estimate::count(usize::from(invite.is_some())), Criterion::AtLeast(1.0))?;
        let (course, since) = (self.course()?, self.counted_from.as_secs_f64());
        let elsewhere =
            course.calls.iter().filter(|(_, call)| call.arrived.seconds >= since && call.callee() != OPERATOR_USER).count();
        let refused = course.strangers.iter().filter(|stranger| stranger.at >= since && stranger.is_posts).count();
        let media = course.strays.iter().filter(|stray| stray.at >= since && stray.is_posts).count();
        let strays = elsewhere + refused + media;
        self.judge(&OWN_DESTINATION, Estimate::count(strays), Criterion::Exactly(0.0))
    }

    /// The talk is still the same talk, and nobody but the operator may end it.
    pub fn talk_goes_on(&mut self) -> Result<()> {
        let call = self.talk_under_way()?;
        self.bench.collect()?;
        let ended = self.ended_by(call).is_some();
        self.judge(self.still_talking(), Estimate::count(usize::from(ended)), Criterion::Exactly(0.0))
    }
}
