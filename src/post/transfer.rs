//! What the operator does to a talk besides ending it: hold, and moving the voice elsewhere; and a stranger who calls
//! the post meanwhile.
//!
//! Knows nothing of messages.

use super::judge::surer;
use super::speech::Direction;
use super::{Fault, Post, Result, order};
use crate::bench::Moment;
use crate::clock::Instant;
use crate::instrument::operator::{Action, CallEvent, Change, Outcome, Speaker, StrangerNews};
use crate::journal::Event;
use crate::measure::method;
use crate::unit::{Bilingual, Estimate, Method, Quantity, Unit};
use crate::verdict::Criterion;
use std::time::Duration;

/// A request that nobody answers is given up after 64 × T1 (RFC 3261, 17.1.1.2).
const ANSWERED_WITHIN: Duration = Duration::from_secs(33);
/// A voice sounds so long by which the first audible moment after a change is found.
const WORDS: Duration = Duration::from_secs(3);
/// A stranger is answered, refused or ignored within so long, and heard if he is.
const STRANGER_WAITS: Duration = Duration::from_secs(4);

const AGREED: Quantity = Quantity {
    key: "T18.changes-agreed",
    unit: Unit::Count,
    en: "holds, resumptions and moves of the media that the post agreed to",
    pl: "zawieszenia, wznowienia i zmiany portu dźwięku, na które punkt się zgodził",
    method: Method::new("200 to the operator's re-INVITE", "odpowiedź 200 na re-INVITE operatora", "RFC 3261, 14; RFC 3264, 8"),
    requirement: "T18",
};
const VOICE_AFTER_CHANGE: Quantity = Quantity {
    key: "T04.change-to-voice",
    unit: Unit::Second,
    en: "end of hold or move of the media to voice both ways",
    pl: "od wznowienia rozmowy lub zmiany portu dźwięku do głosu w obie strony",
    method: method::PRESENCE,
    requirement: "T04",
};
const MEDIA_AFTER_MOVE: Quantity = Quantity {
    key: "T04.move-to-media",
    en: "move of the media to the first packet at the new port",
    pl: "od zmiany portu dźwięku do pierwszego pakietu na nowym porcie",
    method: Method::new(
        "200 to the operator's re-INVITE to the first RTP packet at the new port",
        "od odpowiedzi 200 na re-INVITE operatora do pierwszego pakietu RTP na nowym porcie",
        "RFC 3264, 8.3.1",
    ),
    ..VOICE_AFTER_CHANGE
};
const LET_IN: Quantity = Quantity {
    key: "T40.strangers-let-in",
    unit: Unit::Count,
    en: "calls of strangers that the post answered or spoke in",
    pl: "obce połączenia, które punkt odebrał lub w których nadawał dźwięk",
    method: Method::new(
        "final response and RTP to an INVITE from another address than the server's",
        "ostateczna odpowiedź i RTP na INVITE spod innego adresu niż adres serwera",
        "RFC 3261, 21; RFC 3550",
    ),
    requirement: "T40",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[AGREED, VOICE_AFTER_CHANGE, MEDIA_AFTER_MOVE, LET_IN];

impl Post {
    /// The operator puts the talk on hold, and takes it back after so long.
    pub fn hold_talk_for(&mut self, time: Duration) -> Result<()> {
        self.change_talk(Change::Hold)?;
        self.pass(time)?;
        self.change_talk(Change::Resume)
    }

    /// As a transfer does: from now on the operator hears, and speaks, somewhere else.
    pub fn move_talk(&mut self) -> Result<()> {
        self.change_talk(Change::Move)
    }

    /// As a switch does that hands the talk on: the post says itself what it can speak, and where.
    pub fn let_post_propose(&mut self) -> Result<()> {
        self.change_talk(Change::Propose)
    }

    fn change_talk(&mut self, change: Change) -> Result<()> {
        let call = self.talk_that_stands()?;
        let since = self.bench.now();
        self.bench.operator()?.act(call, Action::Change(change))?;
        let outcome = self.bench.watch::<Outcome, Fault>(since + ANSWERED_WITHIN, |bench| {
            Ok(bench.record.calls_since(since).find_map(|event| match event.value {
                CallEvent::Changed { call: of, outcome, .. } if of == call => Some(outcome),
                _ => None,
            }))
        })?;
        let is_agreed = outcome == Some(Outcome::Agreed);
        self.judge(&AGREED, Estimate::count(usize::from(is_agreed)), Criterion::Exactly(1.0))
    }

    /// T04, from the last change that was agreed.
    pub fn both_heard_after_change(&mut self, limit: Duration) -> Result<()> {
        let call = self.talk_that_stands()?;
        let Some((agreed, change)) = self.last_change() else {
            return Err(order(
                ("nothing has been changed in the talk", "w rozmowie niczego nie zmieniono"),
                ("put the talk on hold or move its media first", "najpierw zawieś rozmowę albo zmień port dźwięku"),
            ));
        };
        let caller = self.begin_voice(Direction::ToOperator, call, WORDS)?;
        let operator = self.begin_voice(Direction::ToCaller, call, WORDS)?;
        let (from, to) = (agreed.instant(), caller.spoken.instant() + WORDS);
        self.bench.clock().wait_until(to + Duration::from_millis(200))?;
        self.bench.collect()?;
        let both = self.both_found(&[caller, operator], from, to)?;
        let heard = self.judge_within(&VOICE_AFTER_CHANGE, agreed, both, limit.as_secs_f64());
        if change != Change::Move {
            return heard;
        }
        let is_moved = |event: &CallEvent| matches!(event, CallEvent::MediaMoved { call: of } if *of == call);
        let moved = self.bench.record.calls_since(from).find(|event| is_moved(&event.value)).map(Moment::at_operator);
        surer(heard, self.judge_within(&MEDIA_AFTER_MOVE, agreed, moved, limit.as_secs_f64()))
    }

    fn last_change(&self) -> Option<(Moment, Change)> {
        self.bench.record.calls_since(self.began).rev().find_map(|event| match event.value {
            CallEvent::Changed { change, outcome: Outcome::Agreed, .. } => Some((Moment::at_operator(event), change)),
            _ => None,
        })
    }

    /// Somebody calls the post who is not its operator. Where the rig has no address for him that is told, and nothing
    /// is judged.
    pub fn let_stranger_call(&mut self) -> Result<()> {
        if self.bench.rig.has_stranger() {
            self.bench.operator()?.speak_first(Speaker::Stranger)?;
        }
        self.bench.collect()?;
        let until = self.bench.now() + STRANGER_WAITS;
        match self.bench.record.talk().filter(|_| self.voices.is_empty() && self.bench.rig.wiring.ear.is_some()) {
            // He speaks into a talk that stands, and must not be heard in it.
            Some(call) => self.keep_silent(call, until),
            None => self.bench.wait(STRANGER_WAITS),
        }
    }

    /// T40: of all strangers who called in this scenario.
    pub fn no_stranger_let_in(&mut self) -> Result<()> {
        self.bench.collect()?;
        let called = |wanted: fn(&StrangerNews) -> bool| {
            let news = self.bench.record.calls_since(Instant::ZERO).filter_map(|event| match &event.value {
                CallEvent::Stranger { news } => Some(news),
                _ => None,
            });
            news.filter(|news| wanted(news)).count()
        };
        let calls = called(|news| *news == StrangerNews::Called);
        let let_in = called(|news| matches!(news, StrangerNews::Answered(200..300) | StrangerNews::Heard));
        if calls == 0 {
            let Quantity { key, en, pl, .. } = LET_IN;
            let (key, what) = (key.into(), Bilingual::new(en, pl));
            self.bench.log.append(Event::NotWatched { key, what, role: "stranger".into() });
            return Ok(());
        }
        self.judge_samples(&LET_IN, calls, Estimate::count(let_in), Criterion::Exactly(0.0))
    }
}
