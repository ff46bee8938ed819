//! The desk's calls: those that live, and the record of those that are over.
//!
//! Must not know what becomes of a call; only that one which has ended lives no more.

use super::call::{Call, CallInfo};
use super::error::DeskError;
use crate::clock::Instant;
use crate::instrument::operator::CallId;
use crate::sip::dialog::DialogId;
use std::collections::BTreeMap;

/// Ended calls whose record is kept.
pub(super) const PAST_CALLS: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Calls {
    living: BTreeMap<CallId, Call>,
    past: BTreeMap<CallId, Call>,
    last: u32,
}

impl Calls {
    /// The number of the next call.
    pub fn next_id(&mut self) -> CallId {
        self.last += 1;
        CallId(self.last)
    }
    pub fn begin(&mut self, call: Call) {
        self.living.insert(call.id(), call);
    }

    /// Does something to a call that lives, after which it may be over.
    pub fn with<T>(&mut self, id: CallId, act: impl FnOnce(&mut Call) -> T) -> Option<T> {
        let call = self.living.get_mut(&id)?;
        let outcome = act(call);
        if call.is_over() {
            self.past.extend(self.living.remove(&id).map(|call| (id, call)));
            while self.past.len() > PAST_CALLS {
                self.past.pop_first();
            }
        }
        Some(outcome)
    }
    /// The same to one that may be over already.
    pub fn with_known<T>(&mut self, id: CallId, act: impl FnOnce(&mut Call) -> T) -> Option<T> {
        if self.living.contains_key(&id) { self.with(id, act) } else { self.past.get_mut(&id).map(act) }
    }
    /// Does the same to all that live, in order of arrival.
    pub fn with_each(&mut self, mut act: impl FnMut(&mut Call)) {
        for id in self.living.keys().copied().collect::<Vec<_>>() {
            self.with(id, &mut act);
        }
    }
    /// All that live, for what ends none of them.
    pub fn living_mut(&mut self) -> impl Iterator<Item = &mut Call> {
        self.living.values_mut()
    }
    pub fn living(&self) -> impl DoubleEndedIterator<Item = &Call> + ExactSizeIterator {
        self.living.values()
    }

    pub fn find(&self, is_it: impl Fn(&Call) -> bool) -> Option<CallId> {
        self.living.values().find(|call| is_it(call)).map(Call::id)
    }
    pub fn of_dialog(&self, dialog: &DialogId) -> Option<CallId> {
        self.find(|call| call.dialog() == dialog)
    }
    pub fn get(&self, id: CallId) -> Option<&Call> {
        self.living.get(&id)
    }
    /// One that lives, for what does not end it.
    pub fn get_mut(&mut self, id: CallId) -> Option<&mut Call> {
        self.living.get_mut(&id)
    }
    pub fn past(&self, id: CallId) -> Option<&Call> {
        self.past.get(&id)
    }
    /// One that lives, or why it does not.
    pub fn expect(&self, id: CallId) -> Result<&Call, DeskError> {
        match (self.living.get(&id), self.past.get(&id)) {
            (Some(living), _) => Ok(living),
            (None, Some(past)) => Err(DeskError::WrongState { call: id, state: past.state() }),
            (None, None) => Err(DeskError::NoSuchCall(id)),
        }
    }
    pub fn known(&self, id: CallId) -> Result<&Call, DeskError> {
        self.living.get(&id).or_else(|| self.past.get(&id)).ok_or(DeskError::NoSuchCall(id))
    }
    pub fn known_mut(&mut self, id: CallId) -> Option<&mut Call> {
        self.living.get_mut(&id).or_else(|| self.past.get_mut(&id))
    }
    /// Past ones, then those that live.
    pub fn all(&self) -> impl Iterator<Item = &Call> {
        self.past.values().chain(self.living.values())
    }
    pub fn infos(&self) -> Vec<CallInfo> {
        let mut all: Vec<CallInfo> = self.all().map(Call::info).collect();
        all.sort_by_key(|info| info.id);
        all
    }

    pub fn next_wake(&self) -> Option<Instant> {
        self.living.values().filter_map(Call::next_wake).min()
    }
    pub fn next_media_wake(&self) -> Option<Instant> {
        self.living.values().filter_map(Call::next_media_wake).min()
    }
}
