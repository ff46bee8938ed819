//! What stands at the desk: its calls, who can be reached, and whether anything is under way.

use super::call::CallInfo;
use super::{Call, Desk};
use crate::sip::registrar::Binding;

impl Desk {
    /// Living and past calls, in order of arrival.
    pub fn calls(&self) -> Vec<CallInfo> {
        let mut all: Vec<CallInfo> = self.past.values().chain(self.calls.values()).map(Call::info).collect();
        all.sort_by_key(|info| info.id);
        all
    }
    /// Who can be reached where.
    pub fn bindings(&self) -> &[Binding] {
        self.registrar.bindings()
    }
    /// Is a request of ours (a BYE) still unanswered, or a call still up?
    pub fn is_waiting_for_farewell(&self) -> bool {
        !self.calls.is_empty() || self.clients.values().any(|client| client.machine.is_unanswered())
    }
    /// Nothing is under way: no call, no transaction, no registration. Only the records of past calls are kept.
    pub fn is_at_rest(&self) -> bool {
        let transactions = self.invites.len() + self.servers.len() + self.clients.len();
        transactions == 0 && self.calls.is_empty() && self.registrar.bindings().is_empty()
    }
}
