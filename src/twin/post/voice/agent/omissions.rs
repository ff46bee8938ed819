//! What the user agent of an assessor's modules does otherwise: it obeys, waits and registers where no sound one does.
//!
//! Must not decide when: the agent does.

use super::Agent;
use crate::clock::Instant;
use crate::twin::post::voice::account::Event;
use crate::twin::post::voice::call::{Call, Otherwise};
use crate::twin::post::voice::message::{Message, uri_of};
use crate::twin::post::voice::oversight::{OCCUPIED_FOR, Oversight, REGISTRAR_PATIENCE};
use crate::twin::post::voice::transaction::Owner;
use std::time::Duration;

impl Agent {
    /// The second operator is called, or has been.
    pub fn is_at_second(&self) -> bool {
        self.dialled.at_second
    }
    /// The clock was set, back by so much or forward: the registration's timer goes with it.
    pub fn shift_registration(&mut self, at: Instant, back: Option<Duration>) {
        self.registration.shift(at, back.filter(|back| !back.is_zero()));
    }
    pub(super) fn is_occupied(&self, at: Instant) -> bool {
        self.misled.occupied_until.is_some_and(|until| at < until)
    }
    /// Somebody was turned away, and goes on being dealt with.
    pub(super) fn is_kept_busy(&mut self, at: Instant) {
        if self.faults.overlooks(Oversight::OccupiedByStranger) {
            self.misled.occupied_until = Some(at + OCCUPIED_FOR);
        }
    }
    /// Until when a call waits for the answer to a registration.
    pub(super) fn waits_for_registrar(&self, at: Instant) -> Option<Instant> {
        let waits = self.faults.overlooks(Oversight::WaitsForRegistrar) && self.stack.clients.get(Owner::Registration).is_some();
        waits.then(|| at + REGISTRAR_PATIENCE)
    }
    /// That has come.
    pub(super) fn wait_no_more(&mut self, at: Instant) {
        if self.faults.overlooks(Oversight::WaitsForRegistrar)
            && let Some((due, ..)) = &mut self.held
        {
            *due = at;
        }
    }
    pub(super) fn prepare(&mut self, at: Instant) {
        if self.faults.overlooks(Oversight::RegistersBeforeCall) && self.registration.is_wanted() {
            self.registration.command(at, true, &self.faults, &mut self.stack);
        }
    }
    /// Whoever refers it to somebody has it call him.
    pub(super) fn obeys_refer(&mut self, at: Instant, request: &Message) -> bool {
        let is_free = self.faults.overlooks(Oversight::ObeysRefer) && self.calls.iter().all(|call| call.released);
        let named = request.header("Refer-To").map(uri_of).and_then(|uri| uri.strip_prefix("sip:"));
        let Some(user) = named.and_then(|rest| rest.split('@').next()).filter(|_| is_free) else { return false };
        self.numbers += 1;
        let mut call = Call::dial(self.numbers, at, user, &[], Otherwise::default(), &mut self.stack);
        call.quiet = true;
        self.stack.events.push(Event::Began(call.dialog.call_id.clone()));
        self.calls.push(call);
        true
    }
}
