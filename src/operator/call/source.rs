//! Where the other end's media comes from: one port of its own, for as long as that speaks. Whoever speaks beside it
//! from another is a stranger, whatever source he says he is.
//!
//! Must not know what is spoken.

use crate::clock::Instant;
use crate::operator::timers::FALLS_SILENT_WITHIN;
use std::net::SocketAddr;

/// Where media came from last, and when.
#[derive(Debug, Default)]
pub struct Source(Option<(SocketAddr, Instant)>);

impl Source {
    /// Whether a packet from there is taken. `named` is where the other end says that it is to be heard: behind a
    /// router it comes from elsewhere, but nobody else can come from there.
    pub fn admits(&mut self, at: Instant, from: SocketAddr, named: Option<SocketAddr>) -> bool {
        let is_other = |(known, last): (SocketAddr, Instant)| known != from && at.since(last) < FALLS_SILENT_WITHIN;
        if named != Some(from) && self.0.is_some_and(is_other) {
            return false;
        }
        self.0 = Some((from, at));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_nanos(millis * 1_000_000)
    }
    fn port(port: u16) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, 2], port))
    }

    #[test]
    fn whoever_speaks_beside_the_post_is_a_stranger_until_that_is_silent() {
        let mut source = Source::default();
        let named = Some(port(4000));
        let mut admits = |millis, from| source.admits(at(millis), port(from), named);
        assert!(admits(0, 5000) && !admits(10, 5002), "behind a router");
        assert!(admits(20, 4000) && !admits(30, 5000), "what was named comes first");
        assert!(!admits(319, 5000) && admits(320, 5000), "it may have moved");
    }
}
