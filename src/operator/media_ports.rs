//! The ports on which the desk hears media: whose each is, which is the next for a call, and what arrived at one that
//! nobody can have meant to send there.
//!
//! Must not know calls beyond their number.

use super::timers::REPORT_EVERY;
use crate::clock::Instant;
use crate::instrument::operator::{CallId, Stray};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

/// Kinds and sources of stray media remembered.
const MOST_STRAYS: usize = 64;

#[derive(Debug)]
pub(super) struct MediaPorts {
    range: RangeInclusive<u16>,
    /// The last call on each even port.
    owners: BTreeMap<u16, CallId>,
    next: u16,
    /// When stray media was last reported.
    reported: BTreeMap<(IpAddr, Stray), Instant>,
}

impl MediaPorts {
    pub fn of(range: RangeInclusive<u16>) -> Self {
        let next = range.start().next_multiple_of(2);
        MediaPorts { range, owners: BTreeMap::new(), next, reported: BTreeMap::new() }
    }
    pub fn contains(&self, port: u16) -> bool {
        self.range.contains(&port)
    }
    /// The next even port that is not used, in turn, so that stragglers of one call do not reach the next.
    pub fn free(&mut self, used: &[u16]) -> Option<u16> {
        let (first, last) = (self.range.start().next_multiple_of(2), *self.range.end());
        let ports = (first..last.saturating_sub(1)).step_by(2);
        let turned = ports.clone().skip_while(|p| *p < self.next).chain(ports);
        let free = turned.into_iter().find(|p| !used.contains(p))?;
        self.next = free.saturating_add(2);
        Some(free)
    }
    pub fn give(&mut self, port: u16, call: CallId) {
        self.owners.insert(port, call);
    }
    /// Whose a port is, of RTP or of the RTCP beside it (RFC 3550, 11).
    pub fn owner(&self, port: u16) -> Option<CallId> {
        self.owners.get(&(port & !1)).copied()
    }
    /// How much is remembered: ports, and sources of stray media.
    #[cfg(test)]
    pub fn counts(&self) -> [usize; 2] {
        [self.owners.len(), self.reported.len()]
    }
    /// Whether stray media of this kind is to be told once more.
    pub fn is_news(&mut self, at: Instant, from: SocketAddr, kind: Stray) -> bool {
        let source = (from.ip(), kind);
        if self.reported.get(&source).is_some_and(|last| at.since(*last) < REPORT_EVERY) {
            return false;
        }
        if self.reported.len() >= MOST_STRAYS {
            self.reported.pop_first();
        }
        self.reported.insert(source, at);
        true
    }
}
