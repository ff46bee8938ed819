//! The ports on which the desk hears media: whose each is, and which is the next for a call.
//!
//! Must not know calls beyond their number.

use crate::instrument::operator::CallId;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

#[derive(Debug)]
pub(super) struct MediaPorts {
    range: RangeInclusive<u16>,
    /// The last call on each even port.
    owners: BTreeMap<u16, CallId>,
    next: u16,
}

impl MediaPorts {
    pub fn of(range: RangeInclusive<u16>) -> Self {
        let next = range.start().next_multiple_of(2);
        MediaPorts { range, owners: BTreeMap::new(), next }
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
    /// How many are remembered.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.owners.len()
    }
}
