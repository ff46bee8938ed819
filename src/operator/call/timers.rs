//! The timers of one call in one table: what fires, in what order if several are due, and when the next does.

use crate::clock::Instant;

/// In the order in which timers that are due at the same moment fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// The telephone begins to ring.
    Ring,
    /// It is answered by itself.
    Answer,
    /// It rings at the second operator.
    PassOn,
    /// A reliable provisional response is repeated or given up (RFC 3262, 3).
    Provisional,
    /// The session is to be refreshed, or is over (RFC 4028).
    Session,
    /// A re-INVITE that met another one is tried again (RFC 3261, 14.1).
    Reinvite,
    /// The post's voice counts as missing.
    Voice,
    /// Nobody answers.
    GiveUp,
    /// A 2xx without an ACK is repeated or given up (RFC 3261, 13.3.1.4).
    Acknowledgement,
}

impl Timer {
    pub const ALL: [Timer; 9] = [
        Timer::Ring,
        Timer::Answer,
        Timer::PassOn,
        Timer::Provisional,
        Timer::Session,
        Timer::Reinvite,
        Timer::Voice,
        Timer::GiveUp,
        Timer::Acknowledgement,
    ];
}

/// When each fires; `None`: it is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timers([Option<Instant>; Timer::ALL.len()]);

impl Timers {
    pub fn set_by(due: impl Fn(Timer) -> Option<Instant>) -> Self {
        Timers(Timer::ALL.map(due))
    }
    /// When the first of them fires.
    pub fn next(&self) -> Option<Instant> {
        self.0.iter().flatten().min().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_is_the_earliest_that_is_set() {
        let at = Instant::from_nanos;
        assert_eq!(Timers::set_by(|_| None).next(), None);
        let timers = Timers::set_by(|timer| match timer {
            Timer::Session => Some(at(7)),
            Timer::Voice => Some(at(5)),
            _ => None,
        });
        assert_eq!(timers.next(), Some(at(5)));
    }
}
