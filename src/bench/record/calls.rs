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

    /// Whom it is for: the user part of `sip:user@host`, also of `sips:`, with or without port and parameters.
    pub fn callee(&self) -> &str {
        let uri = self.invite.to.as_str();
        let rest = uri.strip_prefix("sips:").or_else(|| uri.strip_prefix("sip:")).unwrap_or(uri);
        rest.split('@').next().unwrap_or_default()
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

    /// All of them, in order of their arrival.
    pub fn iter(&self) -> impl Iterator<Item = (CallId, &Call)> {
        self.0.iter().map(|(id, call)| (*id, call))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Instant;

    #[track_caller]
    fn check(to: &str, expected: &str) {
        let invite = Invite { dialog: "x".into(), to: to.into(), from: "SOS-0417".into(), headers: Vec::new() };
        let mut calls = Calls::default();
        let event = CallEvent::Invited { call: CallId(1), invite, server: Server::Primary };
        calls.note(&Stamped::new(Instant::ZERO, event));
        assert_eq!(calls.get(CallId(1)).map(Call::callee), Some(expected));
    }

    #[test]
    fn whom_a_call_is_for() {
        for good in ["sip:operator@10.20.0.2", "sips:operator@host:5061;transport=tls"] {
            check(good, "operator");
        }
        check("sip:112@10.20.0.2", "112");
        check("sip:operator2@10.20.0.2", "operator2");
        check("tel:112", "tel:112");
        check("", "");
    }
}
