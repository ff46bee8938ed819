//! Who was turned away at the desk because he is not whom he speaks for: told with his address, and counted where he
//! goes on.
//!
//! Must not decide who that is.

use super::context::Context;
use super::restraint::{short, with_unsaid};
use crate::clock::Instant;
use crate::instrument::operator::CallEvent;
use std::collections::VecDeque;
use std::net::SocketAddr;

/// Attempts remembered.
const MOST: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Intruders {
    /// The transactions seen last: what is sent again is no other attempt.
    seen: VecDeque<String>,
}

impl Intruders {
    /// He speaks as `user`, from this address, in this transaction. What he tried is of this kind, in full `what`.
    pub fn turned_away(
        &mut self,
        at: Instant,
        transaction: &str,
        (user, from): (&str, SocketAddr),
        kind: &str,
        what: &str,
        cx: &mut Context,
    ) {
        if self.seen.iter().any(|seen| seen == transaction) {
            return;
        }
        if self.seen.len() >= MOST {
            self.seen.pop_front();
        }
        self.seen.push_back(transaction.to_owned());
        if let Some(unsaid) = cx.may_tell(at, from, kind) {
            cx.tell(at, CallEvent::Intruder { from: format!("{}@{from}", short(user)), what: with_unsaid(what, unsaid) });
        }
    }
}
