//! Who was turned away at the desk because he is not whom he speaks for: told with his address, and counted where he
//! goes on.
//!
//! Must not decide who that is.

use super::context::Context;
use super::timers::REPORT_EVERY;
use crate::clock::Instant;
use crate::instrument::operator::CallEvent;
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

/// Sources and attempts remembered.
const MOST: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Intruders {
    /// By who and what: when it was told last, and how often it has happened since.
    told: BTreeMap<(String, String), (Instant, u32)>,
    /// The transactions seen last: what is sent again is no other attempt.
    seen: VecDeque<String>,
}

impl Intruders {
    /// He speaks as `user`, from this address, in this transaction.
    pub fn turned_away(&mut self, at: Instant, transaction: &str, user: &str, from: SocketAddr, what: &str, cx: &mut Context) {
        if self.seen.iter().any(|seen| seen == transaction) {
            return;
        }
        if self.seen.len() >= MOST {
            self.seen.pop_front();
        }
        self.seen.push_back(transaction.to_owned());
        // Each from a port of its own is still one source.
        let attempt = (format!("{user}@{}", from.ip()), what.to_owned());
        let unsaid = match self.told.get_mut(&attempt) {
            Some((last, unsaid)) if at.since(*last) < REPORT_EVERY => {
                *unsaid = unsaid.saturating_add(1);
                return;
            }
            known => known.map_or(0, |(_, unsaid)| *unsaid),
        };
        if self.told.len() >= MOST {
            self.told.pop_first();
        }
        self.told.insert(attempt, (at, 0));
        let what = if unsaid == 0 { what.to_owned() } else { format!("{what} ({unsaid} more since the last one told)") };
        cx.tell(at, CallEvent::Intruder { from: format!("{user}@{from}"), what });
    }
}
