//! Passwords that were wrong, by where they came from: whoever is wrong too often is not listened to for a while, right
//! or wrong, so that guessing leads nowhere.
//!
//! A port by itself has less patience than an address: posts share one behind a router, and none of them is to be shut
//! out for what another does. Must not know users or passwords.

use super::allowance::Allowance;
use crate::clock::Instant;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// A post that is set up by hand is wrong a few times. Engineering judgement: a hundred thousand words take eleven
/// days.
const MOST_OF_PORT: u32 = 5;
const PORT_FORGIVES: Duration = Duration::from_secs(10);
/// The same of all ports of one address together.
const MOST_OF_ADDRESS: u32 = 60;
const ADDRESS_FORGIVES: Duration = Duration::from_secs(1);
/// Places remembered of each kind; the one that is forgiven first is forgotten first.
const MOST: usize = 1024;

#[derive(Debug, Default)]
pub struct Guesses {
    ports: BTreeMap<SocketAddr, Allowance>,
    addresses: BTreeMap<IpAddr, Allowance>,
}

impl Guesses {
    /// Whether another try from there is looked at; the error is how long it takes until one is.
    pub fn may_try(&self, at: Instant, from: SocketAddr) -> Result<(), Duration> {
        let wait = |used: Option<&Allowance>, most: u32, each: Duration| {
            let used = used.copied().unwrap_or_default();
            if used.is_left(at, most, each) { Duration::ZERO } else { used.whole_at().since(at + each * (most - 1)) }
        };
        let of_port = wait(self.ports.get(&from), MOST_OF_PORT, PORT_FORGIVES);
        let of_address = wait(self.addresses.get(&from.ip().to_canonical()), MOST_OF_ADDRESS, ADDRESS_FORGIVES);
        let wait = of_port.max(of_address);
        if wait.is_zero() { Ok(()) } else { Err(wait) }
    }
    /// One from there was wrong.
    pub fn was_wrong(&mut self, at: Instant, from: SocketAddr) {
        note(&mut self.ports, at, from, PORT_FORGIVES);
        note(&mut self.addresses, at, from.ip().to_canonical(), ADDRESS_FORGIVES);
    }
}

fn note<K: Ord + Copy>(places: &mut BTreeMap<K, Allowance>, at: Instant, from: K, each: Duration) {
    if places.len() >= MOST && !places.contains_key(&from) {
        places.retain(|_, used| used.whole_at() > at);
        let first = places.iter().min_by_key(|(_, used)| **used).map(|(place, _)| *place);
        first.filter(|_| places.len() >= MOST).and_then(|first| places.remove(&first));
    }
    places.entry(from).or_default().use_one(at, each);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::from_nanos(seconds * 1_000_000_000)
    }
    fn from(ip: u8, port: u16) -> SocketAddr {
        SocketAddr::from(([10, 6, 6, ip], port))
    }
    /// How many of so many wrong ones were looked at.
    fn looked_at(guesses: &mut Guesses, moment: Instant, sources: impl IntoIterator<Item = SocketAddr>) -> usize {
        let tries = sources.into_iter().filter(|source| {
            let may = guesses.may_try(moment, *source).is_ok();
            if may {
                guesses.was_wrong(moment, *source);
            }
            may
        });
        tries.count()
    }

    #[test]
    fn a_port_is_heard_a_few_times_and_then_now_and_then() {
        let mut guesses = Guesses::default();
        assert_eq!(looked_at(&mut guesses, at(100), [from(1, 5060); 1000]), 5);
        assert_eq!(guesses.may_try(at(100), from(1, 5060)), Err(Duration::from_secs(10)));
        assert_eq!(guesses.may_try(at(100), from(1, 5062)), Ok(()), "behind the same router");
        assert_eq!(looked_at(&mut guesses, at(110), [from(1, 5060); 1000]), 1);
        assert_eq!(looked_at(&mut guesses, at(3600), [from(1, 5060); 1000]), 5);
    }

    #[test]
    fn an_address_does_not_guess_from_many_ports() {
        let mut guesses = Guesses::default();
        assert_eq!(looked_at(&mut guesses, at(100), (1024..9000).map(|port| from(1, port))), 60);
        assert_eq!(looked_at(&mut guesses, at(101), (9000..9999).map(|port| from(1, port))), 1);
        assert_eq!(guesses.may_try(at(100), from(2, 5060)), Ok(()));
        assert!(guesses.ports.len() <= MOST && guesses.addresses.len() <= MOST);
    }

    #[test]
    fn what_is_remembered_has_its_bounds() {
        let mut guesses = Guesses::default();
        for ip in 0..=u8::MAX {
            for port in 0..20 {
                guesses.was_wrong(at(100), from(ip, port));
            }
        }
        assert_eq!(guesses.ports.len(), MOST);
    }
}
