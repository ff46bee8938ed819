//! The transactions under way at the desk: what waits for an answer, and what happens if none comes (RFC 3261, 17).

use super::Desk;
use super::resending::Needless;
use crate::clock::Instant;
use crate::instrument::operator::CallId;
use crate::sip::route::Route;
use crate::sip::transaction::{Act, Client, InviteServer};

#[derive(Debug)]
pub(super) struct InviteTransaction {
    pub machine: InviteServer,
    pub to: Route,
    pub needless: Needless,
}

/// A request of ours, other than INVITE, and what for.
#[derive(Debug)]
pub(super) struct ClientTransaction {
    pub to: Route,
    pub machine: Client,
    pub call: CallId,
    pub purpose: Purpose,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Farewell,
    /// An UPDATE that refreshes the session.
    Refresh,
}

impl Desk {
    /// When the next of them is due.
    pub(super) fn transactions_due(&self) -> Option<Instant> {
        let invites = self.invites.values().filter_map(|transaction| transaction.machine.next_wake());
        let servers = self.servers.values().map(|(_, server)| server.next_wake());
        let clients = self.clients.values().filter_map(|client| client.machine.next_wake());
        invites.chain(servers).chain(clients).min()
    }

    pub(super) fn wake_transactions(&mut self, at: Instant) {
        let mut due = Vec::new();
        let mut unacknowledged = Vec::new();
        for transaction in self.invites.values_mut() {
            match transaction.machine.wake(at) {
                Act::Send => due.push((transaction.to, transaction.machine.bytes().to_vec())),
                Act::TimedOut => unacknowledged.push(transaction.to),
                Act::Nothing => {}
            }
        }
        self.tell_unacknowledged(at, &unacknowledged);
        self.invites.retain(|_, t| !t.machine.is_over());
        self.servers.retain(|_, (_, server)| !server.is_over(at));
        let mut unanswered = Vec::new();
        for client in self.clients.values_mut() {
            match client.machine.wake(at) {
                Act::Send => due.push((client.to, client.machine.bytes().to_vec())),
                Act::TimedOut => unanswered.push((client.call, client.purpose)),
                Act::Nothing => {}
            }
        }
        self.clients.retain(|_, client| !client.machine.is_over());
        for (to, bytes) in due {
            self.send(to, bytes);
        }
        for (call, purpose) in unanswered {
            self.tell_unanswered(at, call, if purpose == Purpose::Farewell { "BYE" } else { "UPDATE" });
            match purpose {
                Purpose::Farewell => self.expect_quiet(call, at),
                Purpose::Refresh => self.end_in_silence(at, call),
            }
        }
    }
}
