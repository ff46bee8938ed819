//! The calls of a scenario by their number, each with what has become of it and when.

use crate::bench::Moment;
use crate::clock::Stamped;
use crate::instrument::operator::{CallEvent, CallId, EndedBy, Invite, Server};
use std::collections::BTreeMap;

/// One call at the operator. Every moment carries its uncertainty; of what happens more than once the first counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub invite: Invite,
    pub server: Server,
    pub arrived: Moment,
    pub ringing: Option<Moment>,
    pub answered: Option<Moment>,
    /// The caller's ACK: signalling is complete.
    pub confirmed: Option<Moment>,
    pub ended: Option<(Moment, EndedBy)>,
}

impl Call {
    pub fn stands(&self) -> bool {
        self.ended.is_none()
    }
}

/// The calls that have arrived, by their number.
#[derive(Debug, Clone, Default)]
pub struct Calls(BTreeMap<CallId, Call>);

impl Calls {
    /// Takes in what happened to a call.
    pub(super) fn note(&mut self, event: &Stamped<CallEvent>) {
        let at = Moment::at_operator(event);
        match &event.value {
            CallEvent::Invited { call, invite, server } => {
                let (invite, server) = (invite.clone(), *server);
                let (ringing, answered, confirmed, ended) = (None, None, None, None);
                self.0.entry(*call).or_insert(Call { invite, server, arrived: at, ringing, answered, confirmed, ended });
            }
            CallEvent::Ringing { call } => self.change(*call, |call| _ = call.ringing.get_or_insert(at)),
            CallEvent::Answered { call } => self.change(*call, |call| _ = call.answered.get_or_insert(at)),
            CallEvent::Confirmed { call } => self.change(*call, |call| _ = call.confirmed.get_or_insert(at)),
            CallEvent::Ended { call, by } => self.change(*call, |call| _ = call.ended.get_or_insert((at, *by))),
            _ => {}
        }
    }

    /// What is told of a call whose arrival nobody saw is not of this bench's time.
    fn change(&mut self, call: CallId, how: impl FnOnce(&mut Call)) {
        if let Some(call) = self.0.get_mut(&call) {
            how(call);
        }
    }

    pub fn get(&self, call: CallId) -> Option<&Call> {
        self.0.get(&call)
    }

    /// Those that have arrived and not ended.
    pub fn standing(&self) -> impl Iterator<Item = (CallId, &Call)> {
        self.0.iter().filter(|(_, call)| call.stands()).map(|(id, call)| (*id, call))
    }

    /// Forgets those that have ended.
    pub(super) fn retain_standing(&mut self) {
        self.0.retain(|_, call| call.stands());
    }
}
