//! How far a call has come, from its INVITE to its end, and when the telephones that it rings at do something by
//! themselves.

use crate::clock::Instant;
use crate::instrument::operator::{Answering, Behaviour, EndedBy};
use crate::operator::timers::LONGEST_RING;
use std::fmt;
use std::time::Duration;

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallState {
    /// INVITE received, not yet ringing.
    Arrived,
    Ringing,
    /// 200 sent, ACK awaited.
    Answered,
    Confirmed,
    Ended(EndedBy),
}

impl CallState {
    /// After the call's name.
    pub fn in_polish(self) -> &'static str {
        match self {
            CallState::Arrived => "jeszcze nie dzwoni",
            CallState::Ringing => "dopiero dzwoni",
            CallState::Answered => "odebrano, lecz punkt tego nie potwierdził (ACK)",
            CallState::Confirmed => "jest zestawione",
            CallState::Ended(_) => "jest zakończone",
        }
    }
}

impl fmt::Display for CallState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CallState::Arrived => "not yet ringing",
            CallState::Ringing => "ringing",
            CallState::Answered => "answered and waits for its ACK",
            CallState::Confirmed => "up",
            CallState::Ended(_) => "over",
        })
    }
}

#[derive(Debug)]
pub struct Lifecycle {
    state: CallState,
    ring_at: Instant,
    /// When the telephone that rings now began to.
    rang_at: Option<Instant>,
    /// As it was when the call came.
    behaviour: Behaviour,
    /// The operator hung up before the ACK came.
    bye_wanted: bool,
}

impl Lifecycle {
    pub fn arrived(ring_at: Instant, behaviour: Behaviour) -> Self {
        Lifecycle { state: CallState::Arrived, ring_at, rang_at: None, behaviour, bye_wanted: false }
    }
    pub fn state(&self) -> CallState {
        self.state
    }
    pub fn behaviour(&self) -> &Behaviour {
        &self.behaviour
    }
    pub fn is_up(&self) -> bool {
        matches!(self.state, CallState::Answered | CallState::Confirmed)
    }
    pub fn is_confirmed(&self) -> bool {
        self.state == CallState::Confirmed
    }
    pub fn is_unanswered(&self) -> bool {
        matches!(self.state, CallState::Arrived | CallState::Ringing)
    }
    pub fn is_over(&self) -> bool {
        matches!(self.state, CallState::Ended(_))
    }
    /// Media leaves: the call is up, or it rings and its media has been opened early.
    pub fn may_send(&self) -> bool {
        self.is_up() || self.state == CallState::Ringing
    }
    pub fn wants_bye(&self) -> bool {
        self.bye_wanted
    }

    /// The first telephone begins to ring; false if it has already.
    pub fn ring(&mut self, at: Instant) -> bool {
        let arrived = self.state == CallState::Arrived;
        if arrived {
            self.state = CallState::Ringing;
            self.rang_at = Some(at);
        }
        arrived
    }
    /// It rings at the second telephone instead; gives how that answers. `None`: there is no second.
    pub fn pass_on(&mut self, at: Instant) -> Option<Answering> {
        let second = self.behaviour.second.take()?;
        self.behaviour.answering = second.answering;
        self.rang_at = Some(at);
        Some(second.answering)
    }
    pub fn answer(&mut self) {
        self.state = CallState::Answered;
    }
    /// The ACK has come; false if it was not the first.
    pub fn confirm(&mut self) -> bool {
        let answered = self.state == CallState::Answered;
        if answered {
            self.state = CallState::Confirmed;
        }
        answered
    }
    /// A BYE is held back until the ACK has come (RFC 3261, 15).
    pub fn hold_bye_back(&mut self) {
        self.bye_wanted = true;
    }
    pub fn end(&mut self, by: EndedBy) {
        self.state = CallState::Ended(by);
    }

    pub fn ring_at(&self) -> Option<Instant> {
        (self.state == CallState::Arrived).then_some(self.ring_at)
    }
    /// When a call that rings by itself is answered.
    pub fn answer_at(&self) -> Option<Instant> {
        match self.behaviour.answering {
            Answering::After(time) => self.so_long_after_ringing(time),
            Answering::Manual | Answering::Refuse { .. } => None,
        }
    }
    /// When a call that the first operator does not answer rings at the second.
    pub fn pass_on_at(&self) -> Option<Instant> {
        self.behaviour.second.and_then(|second| second.after).and_then(|after| self.so_long_after_ringing(after))
    }
    /// When a ringing call is given up.
    pub fn give_up_at(&self) -> Option<Instant> {
        self.so_long_after_ringing(LONGEST_RING)
    }
    fn so_long_after_ringing(&self, time: Duration) -> Option<Instant> {
        self.rang_at.filter(|_| self.state == CallState::Ringing).map(|rang| rang + time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::operator::Second;

    fn at(seconds: u64) -> Instant {
        Instant::from_nanos(seconds * 1_000_000_000)
    }
    fn seconds(moment: Option<Instant>) -> Option<u64> {
        moment.map(|moment| moment.as_nanos() / 1_000_000_000)
    }

    #[test]
    fn a_call_goes_from_its_first_telephone_to_its_second_and_is_given_up_there() {
        let second = Second { answering: Answering::After(Duration::from_secs(3)), after: Some(Duration::from_secs(20)) };
        let mut life = Lifecycle::arrived(at(1), Behaviour { second: Some(second), ..Behaviour::answering(Answering::Manual) });
        assert_eq!((seconds(life.ring_at()), life.give_up_at()), (Some(1), None));
        assert!(life.ring(at(1)) && !life.ring(at(2)), "it begins to ring once");
        assert_eq!((life.answer_at(), seconds(life.pass_on_at())), (None, Some(21)));
        assert_eq!(life.pass_on(at(21)), Some(second.answering));
        assert_eq!((seconds(life.answer_at()), life.pass_on_at(), seconds(life.give_up_at())), (Some(24), None, Some(201)));
        assert_eq!(life.pass_on(at(30)), None, "there is no third");
    }

    #[test]
    fn only_an_answered_call_is_confirmed_and_only_once() {
        let mut life = Lifecycle::arrived(at(0), Behaviour::answering(Answering::Manual));
        assert!(!life.confirm() && life.is_unanswered() && !life.may_send());
        life.ring(at(0));
        assert!(life.may_send() && !life.is_up());
        life.answer();
        assert!(life.is_up() && !life.is_confirmed());
        assert!(life.confirm() && !life.confirm());
        life.end(EndedBy::Post);
        assert!(!life.may_send() && !life.confirm());
    }
}
