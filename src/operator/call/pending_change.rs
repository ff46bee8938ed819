//! What is asked of the other end by a re-INVITE of ours, until it is settled: one thing at a time, tried again if it
//! met another (RFC 3261, 14.1).

use crate::clock::Instant;
use crate::instrument::operator::Change;
use crate::operator::timers::{GLARE_STEP, GLARE_STEPS};

/// How often a change that met another one is tried.
const MOST_TRIES: u8 = 5;

#[derive(Debug, Clone)]
pub struct PendingChange {
    /// `None`: a refresh of the session.
    what: Option<Change>,
    /// Where we want to receive from then on.
    port: u16,
    /// The branch of the INVITE under way; empty while the next try is waited for.
    branch: String,
    retry_at: Option<Instant>,
    tries: u8,
}

impl PendingChange {
    pub fn new(what: Option<Change>, port: u16) -> Self {
        PendingChange { what, port, branch: String::new(), retry_at: None, tries: 0 }
    }
    pub fn what(&self) -> Option<Change> {
        self.what
    }
    pub fn port(&self) -> u16 {
        self.port
    }
    pub fn is_asked_by(&self, branch: &str) -> bool {
        self.branch == branch
    }
    pub fn retry_at(&self) -> Option<Instant> {
        self.retry_at
    }
    /// Asked once more, under this branch.
    #[must_use]
    pub fn asked(self, branch: &str) -> Self {
        PendingChange { branch: branch.to_owned(), retry_at: None, tries: self.tries + 1, ..self }
    }
    /// It met another one; false if that was the last try.
    pub fn met_another(&mut self, at: Instant, random: u64) -> bool {
        if self.tries >= MOST_TRIES {
            return false;
        }
        self.retry_at = Some(at + GLARE_STEP * u32::try_from(random % GLARE_STEPS).unwrap_or_default());
        self.branch.clear();
        true
    }
    /// Something else is still under way.
    pub fn put_off(&mut self, at: Instant) {
        self.retry_at = Some(at + GLARE_STEP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_meets_another_is_tried_five_times_within_two_seconds_each() {
        let mut change = PendingChange::new(Some(Change::Hold), 20000);
        for (tried, random) in [0, 1, 200, 201].into_iter().enumerate() {
            change = change.asked("b");
            assert!(change.is_asked_by("b") && change.retry_at().is_none());
            assert!(change.met_another(Instant::from_nanos(0), random), "try {tried}");
            let expected = [0, 10, 2000, 0][tried];
            assert_eq!(change.retry_at(), Some(Instant::from_nanos(expected * 1_000_000)));
            assert!(!change.is_asked_by("b"));
        }
        change = change.asked("b");
        assert!(!change.met_another(Instant::from_nanos(0), 1), "the fifth was the last");
    }
}
