//! The bench's network between the operator's host and the post's line: a switch, a firewall. Each fault of it is a way
//! around the sound one.
//!
//! Knows datagrams by their moments, nothing of what is said.

use super::adversity::{self, Adversity, EACH, MOST_DATAGRAMS};
use super::boards::BoardFaults;
use super::nuisance::{Nuisance, SWELLS};
use super::trouble::{FROM, Trouble};
use crate::rng::unit_of;
use crate::twin::street::line::Way;

const MS: u64 = 1_000_000;
const LOST: f64 = 0.02;
/// How often everything is held back, for how long, and by how much.
const STALLS: (u64, u64, u64) = (4000 * MS, 300 * MS, 80 * MS);
const SELDOM: u64 = 200;
/// One datagram in so many is overtaken by those that come within so long.
const TENTH: u64 = 10;
const OVERTAKEN: u64 = 45 * MS;
/// How long a switch looks for loops (IEEE 802.1D, 8.10.2: twice the forward delay), how often it starts anew and how
/// long it is away.
const LOOKS_FOR: u64 = 30_000 * MS;
const RESTARTS_EVERY: u64 = 240_000 * MS;
const AWAY: u64 = 40_000 * MS;
/// How long a firewall remembers whom it sent to, and after how long a silence a port sleeps.
const REMEMBERS: u64 = 20_000 * MS;
const SILENT: u64 = 10_000 * MS;
/// The mirrored port is that much behind.
pub(in crate::twin) const BEHIND: u64 = MS / 5;
const SERIES: u64 = 0x5107;

/// What is not said of a way here is as in the way that it is around.
pub(in crate::twin) trait NetworkWay: Send {
    fn inner(&mut self) -> &mut dyn NetworkWay;
    /// When a datagram that is sent at `now` and that the line carries until `at` is really there: never, once or
    /// twice.
    fn through(&mut self, now: u64, at: u64, way: Way) -> Vec<u64> {
        self.inner().through(now, at, way)
    }
    /// The same of what is asked of a service of the operator's host.
    fn through_to_service(&mut self, now: u64, at: u64, way: Way) -> Vec<u64> {
        self.through(now, at, way)
    }
    /// The same of what the reference host is asked, which is asked all the time.
    fn through_to_reference_host(&mut self, now: u64, at: u64, way: Way) -> Vec<u64> {
        self.through(now, at, way)
    }
    /// The line's link has changed.
    fn link_changed(&mut self, now: u64) {
        self.inner().link_changed(now);
    }
}

/// The bench's network with this in it.
pub(in crate::twin) fn network_with(faults: &BoardFaults) -> Box<dyn NetworkWay> {
    let way = Switch;
    match faults.trouble {
        _ if faults.adversity == Some(Adversity::NetworkThrottles) => Box::new(Throttling { way, second: 0, count: 0 }),
        _ if faults.nuisance == Some(Nuisance::NetworkSwells) => Box::new(Swelling { way }),
        Some(Trouble::NetworkDoubles) => Box::new(Doubling { way, of_every: 1, count: 0 }),
        Some(Trouble::NetworkDoublesSeldom) => Box::new(Doubling { way, of_every: SELDOM, count: 0 }),
        Some(Trouble::NetworkReorders) => Box::new(Reordering { way, count: 0 }),
        Some(Trouble::NetworkDrops) => Box::new(Dropping { way, count: 0 }),
        Some(Trouble::NetworkStalls) => Box::new(Stalling { way, last: [0; 2] }),
        Some(Trouble::SwitchSearchesLoops) => Box::new(SearchingLoops { way, linked: 0 }),
        Some(Trouble::SwitchRestarts) => Box::new(Restarting { way }),
        Some(Trouble::FirewallForgets) => Box::new(Forgetting { way, sent: 0 }),
        Some(Trouble::PortSleeps) => Box::new(Sleeping { way, heard: 0 }),
        _ => Box::new(way),
    }
}

/// A switch in order: nobody notices it.
struct Switch;

impl NetworkWay for Switch {
    fn inner(&mut self) -> &mut dyn NetworkWay {
        self
    }
    fn through(&mut self, _: u64, at: u64, _: Way) -> Vec<u64> {
        vec![at]
    }
    fn link_changed(&mut self, _: u64) {}
}

/// One datagram of so many arrives twice.
struct Doubling<W> {
    way: W,
    of_every: u64,
    count: u64,
}

impl<W: NetworkWay> NetworkWay for Doubling<W> {
    fn inner(&mut self) -> &mut dyn NetworkWay {
        &mut self.way
    }
    fn through(&mut self, now: u64, at: u64, way: Way) -> Vec<u64> {
        self.count += 1;
        let arrivals = self.way.through(now, at, way);
        let is_doubled = self.count.is_multiple_of(self.of_every);
        arrivals.into_iter().flat_map(|at| std::iter::once(at).chain(is_doubled.then_some(at + BEHIND))).collect()
    }
}

struct Reordering<W> {
    way: W,
    count: u64,
}

impl<W: NetworkWay> NetworkWay for Reordering<W> {
    fn inner(&mut self) -> &mut dyn NetworkWay {
        &mut self.way
    }
    fn through(&mut self, now: u64, at: u64, way: Way) -> Vec<u64> {
        self.count += u64::from(now >= FROM);
        let by = if now >= FROM && self.count.is_multiple_of(TENTH) { OVERTAKEN } else { 0 };
        self.way.through(now, at + by, way)
    }
}

/// A queue that fills and empties: nothing overtakes in it.
struct Swelling<W> {
    way: W,
}

impl<W: NetworkWay> NetworkWay for Swelling<W> {
    fn inner(&mut self) -> &mut dyn NetworkWay {
        &mut self.way
    }
    fn through(&mut self, now: u64, at: u64, way: Way) -> Vec<u64> {
        let (every, most) = SWELLS;
        let turns = (at.saturating_sub(FROM) % every) as f64 / every as f64;
        let filled = (1.0 - (std::f64::consts::TAU * turns).cos()) / 2.0;
        self.way.through(now, if at >= FROM { at + (filled * most as f64) as u64 } else { at }, way)
    }
}

/// A box that lets so many a second pass.
struct Throttling<W> {
    way: W,
    second: u64,
    count: u64,
}

impl<W: NetworkWay> NetworkWay for Throttling<W> {
    fn inner(&mut self) -> &mut dyn NetworkWay {
        &mut self.way
    }
    fn through(&mut self, now: u64, at: u64, way: Way) -> Vec<u64> {
        if now / EACH != self.second {
            (self.second, self.count) = (now / EACH, 0);
        }
        self.count += 1;
        let is_too_much = now >= adversity::FROM && self.count > MOST_DATAGRAMS;
        if is_too_much { Vec::new() } else { self.way.through(now, at, way) }
    }
}

struct Dropping<W> {
    way: W,
    count: u64,
}

impl<W: NetworkWay> NetworkWay for Dropping<W> {
    fn inner(&mut self) -> &mut dyn NetworkWay {
        &mut self.way
    }
    fn through(&mut self, now: u64, at: u64, way: Way) -> Vec<u64> {
        self.count += u64::from(now >= FROM);
        if now >= FROM && unit_of(SERIES, self.count) < LOST { Vec::new() } else { self.way.through(now, at, way) }
    }
}

struct Stalling<W> {
    way: W,
    /// The latest arrival, each way: nothing overtakes.
    last: [u64; 2],
}

impl<W: NetworkWay> NetworkWay for Stalling<W> {
    fn inner(&mut self) -> &mut dyn NetworkWay {
        &mut self.way
    }
    fn through(&mut self, now: u64, at: u64, way: Way) -> Vec<u64> {
        let mut arrivals = self.way.through(now, at, way);
        if now >= FROM {
            let (every, length, by) = STALLS;
            let last = &mut self.last[way as usize];
            for at in &mut arrivals {
                let held = if *at % every < length { *at + by } else { *at };
                *last = held.max(*last + 1);
                *at = *last;
            }
        }
        arrivals
    }
}

struct SearchingLoops<W> {
    way: W,
    linked: u64,
}

impl<W: NetworkWay> NetworkWay for SearchingLoops<W> {
    fn inner(&mut self) -> &mut dyn NetworkWay {
        &mut self.way
    }
    fn through(&mut self, now: u64, at: u64, way: Way) -> Vec<u64> {
        if now >= FROM && at < self.linked + LOOKS_FOR { Vec::new() } else { self.way.through(now, at, way) }
    }
    fn link_changed(&mut self, now: u64) {
        self.linked = now;
        self.way.link_changed(now);
    }
}

struct Restarting<W> {
    way: W,
}

impl<W: NetworkWay> NetworkWay for Restarting<W> {
    fn inner(&mut self) -> &mut dyn NetworkWay {
        &mut self.way
    }
    fn through(&mut self, now: u64, at: u64, way: Way) -> Vec<u64> {
        let is_away = at >= FROM && (at - FROM) % RESTARTS_EVERY < AWAY;
        if is_away { Vec::new() } else { self.way.through(now, at, way) }
    }
}

/// A firewall that lets in only who was sent something a short while ago. One before a service has a rule that lets
/// everybody in, and remembers nobody for it; a host that is asked all the time is forgotten by none.
struct Forgetting<W> {
    way: W,
    /// When something was sent to the post last.
    sent: u64,
}

impl<W: NetworkWay> NetworkWay for Forgetting<W> {
    fn inner(&mut self) -> &mut dyn NetworkWay {
        &mut self.way
    }
    fn through(&mut self, now: u64, at: u64, way: Way) -> Vec<u64> {
        let is_forgotten = way == Way::ToOperator && at > self.sent + REMEMBERS;
        if way == Way::ToPost {
            self.sent = at;
        }
        if is_forgotten && at >= FROM { Vec::new() } else { self.way.through(now, at, way) }
    }
    fn through_to_service(&mut self, now: u64, at: u64, way: Way) -> Vec<u64> {
        self.way.through_to_service(now, at, way)
    }
    fn through_to_reference_host(&mut self, now: u64, at: u64, way: Way) -> Vec<u64> {
        self.way.through_to_reference_host(now, at, way)
    }
}

/// A port that sleeps when the post has been silent, and loses what wakes it. It never sleeps before a host that is
/// asked all the time.
struct Sleeping<W> {
    way: W,
    /// When the post was heard last.
    heard: u64,
}

impl<W: NetworkWay> NetworkWay for Sleeping<W> {
    fn inner(&mut self) -> &mut dyn NetworkWay {
        &mut self.way
    }
    fn through(&mut self, now: u64, at: u64, way: Way) -> Vec<u64> {
        if way == Way::ToOperator {
            let slept = at > self.heard + SILENT;
            self.heard = at;
            if slept && at >= FROM {
                return Vec::new();
            }
        }
        self.way.through(now, at, way)
    }
    fn through_to_reference_host(&mut self, now: u64, at: u64, way: Way) -> Vec<u64> {
        self.way.through_to_reference_host(now, at, way)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1000 * MS;

    /// What comes of one datagram every tenth of a second for five minutes, each way in turn.
    fn arrivals(trouble: Option<Trouble>) -> Vec<(u64, Vec<u64>)> {
        let mut way = network_with(&BoardFaults { trouble, ..BoardFaults::default() });
        let direction = |n: u64| if n.is_multiple_of(2) { Way::ToOperator } else { Way::ToPost };
        (0..3000).map(|n| (n * 100 * MS, way.through(n * 100 * MS, n * 100 * MS, direction(n)))).collect()
    }

    #[test]
    fn each_way_does_to_datagrams_what_it_is_for() {
        assert!(arrivals(None).iter().all(|(at, there)| there == &[*at]));
        assert!(arrivals(Some(Trouble::NetworkDoubles)).iter().all(|(at, there)| there == &[*at, at + BEHIND]));
        let twice = |trouble| arrivals(Some(trouble)).iter().filter(|(_, there)| there.len() == 2).count();
        assert_eq!(twice(Trouble::NetworkDoublesSeldom), 15);
        let lost: Vec<_> = arrivals(Some(Trouble::NetworkDrops)).into_iter().filter(|(_, there)| there.is_empty()).collect();
        assert!(lost.iter().all(|(at, _)| *at >= FROM) && (25..75).contains(&lost.len()), "{}", lost.len());
        for (at, there) in arrivals(Some(Trouble::SwitchRestarts)) {
            assert_eq!(there.is_empty(), (60 * SECOND..100 * SECOND).contains(&at), "{at}");
        }
        let held = arrivals(Some(Trouble::NetworkStalls)).into_iter().filter(|(at, there)| there != &[*at]);
        assert!(held.clone().count() > 100 && held.into_iter().all(|(at, there)| at >= FROM && there[0] <= at + 80 * MS));
    }

    #[test]
    fn a_queue_swells_and_nothing_overtakes_in_it() {
        let mut way = network_with(&BoardFaults { nuisance: Some(Nuisance::NetworkSwells), ..BoardFaults::default() });
        let arrivals: Vec<_> = (0..180_000).map(|n| way.through(n * MS, n * MS, Way::ToPost)[0]).collect();
        assert!(arrivals.is_sorted() && arrivals[59_000] == 59_000 * MS && arrivals[90_000] >= 90_170 * MS);
    }

    #[test]
    fn a_switch_that_searches_loops_and_a_firewall_and_a_port_lose_what_comes_after_a_pause() {
        let with = |trouble| network_with(&BoardFaults { trouble: Some(trouble), ..BoardFaults::default() });
        let mut way = with(Trouble::SwitchSearchesLoops);
        way.link_changed(100 * SECOND);
        let mut there = |at: u64| !way.through(at, at, Way::ToPost).is_empty();
        assert!(!there(129 * SECOND) && there(130 * SECOND));
        let mut way = with(Trouble::FirewallForgets);
        let mut there = |at: u64, whither| !way.through(at, at, whither).is_empty();
        assert!(there(70 * SECOND, Way::ToPost) && there(90 * SECOND, Way::ToOperator));
        assert!(!there(91 * SECOND, Way::ToOperator) && !there(92 * SECOND, Way::ToOperator));
        assert!(!way.through_to_service(99 * SECOND, 99 * SECOND, Way::ToOperator).is_empty(), "a rule of its own");
        assert!(!way.through_to_reference_host(99 * SECOND, 99 * SECOND, Way::ToOperator).is_empty());
        let mut way = with(Trouble::PortSleeps);
        let mut there = |at: u64| !way.through(at, at, Way::ToOperator).is_empty();
        assert!(!there(70 * SECOND) && there(71 * SECOND) && !there(82 * SECOND) && there(83 * SECOND));
    }
}
