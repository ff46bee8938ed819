//! How much is told of what strangers do: the first of a kind from an address at once, then ever more rarely, each time
//! with how often it has happened meanwhile. Whoever has registered from there is told of freely, unless he floods.
//!
//! Must not know what is told, nor how.

use super::timers::{NEW_STRANGER_EVERY, REPORT_AT_LEAST_EVERY, REPORT_EVERY};
use crate::clock::Instant;
use crate::sip::allowance::Allowance;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Addresses and kinds remembered.
const MOST: usize = 256;
/// So much of one kind is told at once of whoever is at home where it comes from.
pub(super) const AT_HOME: u32 = 20;
/// So many strangers who were not known before are told at once.
const NEW_AT_ONCE: u32 = 20;
/// Addresses that posts have registered from.
const MOST_HOMES: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Restraint {
    told: BTreeMap<(IpAddr, String), Told>,
    homes: BTreeSet<IpAddr>,
    new: Allowance,
    /// Nothing was told of so many who were not known before.
    passed_over: u32,
}

#[derive(Debug)]
struct Told {
    allowance: Allowance,
    /// How long a stranger waits for his next mention.
    pause: Duration,
    unsaid: u32,
    last: Instant,
}

impl Restraint {
    /// A post has registered from there.
    pub fn is_home(&mut self, address: IpAddr) {
        if self.homes.len() < MOST_HOMES {
            self.homes.insert(address.to_canonical());
        }
    }

    /// Whether what happened now is to be told, and how often it has happened since it was told last. `kind` must not
    /// be for the other end to choose. Of a post so much is told `at_once`, and one more each second.
    pub fn may_tell(&mut self, at: Instant, from: SocketAddr, kind: &str, at_once: u32) -> Option<u32> {
        let address = from.ip().to_canonical();
        let is_home = self.homes.contains(&address);
        let key = (address, kind.to_owned());
        if !self.told.contains_key(&key) {
            if !is_home && !self.new.take(at, NEW_AT_ONCE, NEW_STRANGER_EVERY) {
                self.passed_over = self.passed_over.saturating_add(1);
                return None;
            }
            self.make_room();
        }
        let fresh = || Told { allowance: Allowance::default(), pause: REPORT_EVERY, unsaid: 0, last: at };
        let told = self.told.entry(key).or_insert_with(fresh);
        told.last = at;
        let may = if is_home { told.allowance.take(at, at_once, REPORT_EVERY) } else { told.may_tell_of_stranger(at) };
        if !may {
            told.unsaid = told.unsaid.saturating_add(1);
            return None;
        }
        Some(std::mem::take(&mut told.unsaid).saturating_add(std::mem::take(&mut self.passed_over)))
    }

    fn make_room(&mut self) {
        if self.told.len() >= MOST {
            let quietest = self.told.iter().min_by_key(|(_, told)| told.last).map(|(key, _)| key.clone());
            quietest.and_then(|key| self.told.remove(&key));
        }
    }
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.told.len()
    }
}

impl Told {
    fn may_tell_of_stranger(&mut self, at: Instant) -> bool {
        // Whoever was quiet for long begins anew.
        if at.since(self.allowance.whole_at()) > self.pause * 4 {
            self.pause = REPORT_EVERY;
        }
        let may = self.allowance.take(at, 1, self.pause);
        if may {
            self.pause = (self.pause * 2).min(REPORT_AT_LEAST_EVERY);
        }
        may
    }
}

/// Letters of what a stranger says that are written down: more hides whatever stands beside it.
const MOST_LETTERS: usize = 120;

/// What a stranger says, cut to what a reader needs of it.
pub(super) fn short(text: &str) -> String {
    let mut letters = text.chars();
    let mut kept: String = letters.by_ref().take(MOST_LETTERS).collect();
    if letters.next().is_some() {
        kept.push('…');
    }
    kept
}

/// A text, and how often what it says has happened since it was told last.
pub(super) fn with_unsaid(what: &str, unsaid: u32) -> String {
    if unsaid == 0 { what.to_owned() } else { format!("{what} ({unsaid} more since the last one told)") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_nanos(millis * 1_000_000)
    }
    fn from(n: u32) -> SocketAddr {
        SocketAddr::new(std::net::Ipv4Addr::from(0x0a06_0000 + n).into(), 5060)
    }

    #[test]
    fn a_stranger_who_goes_on_is_told_ever_more_rarely_and_none_of_it_is_forgotten() {
        let mut restraint = Restraint::default();
        let hour: Vec<(u64, u32)> = (1000..3_601_000)
            .step_by(10)
            .filter_map(|millis| Some((millis, restraint.may_tell(at(millis), from(1), "INVITE", AT_HOME)?)))
            .collect();
        let first: Vec<u64> = hour.iter().take(6).map(|(millis, _)| millis / 1000).collect();
        assert_eq!(first, [1, 2, 4, 8, 16, 32]);
        assert!((60..70).contains(&hour.len()), "{}", hour.len());
        let said: u64 = hour.iter().map(|(_, unsaid)| u64::from(*unsaid) + 1).sum();
        assert!(said > 360_000 - 6_001, "{said}");
        assert_eq!(restraint.may_tell(at(8_000_000), from(1), "INVITE", AT_HOME).map(|unsaid| unsaid > 0), Some(true));
        assert_eq!(restraint.may_tell(at(8_001_000), from(1), "INVITE", AT_HOME), Some(0), "he begins anew");
        assert_eq!(restraint.may_tell(at(8_001_000), from(1), "BYE", AT_HOME), Some(0), "another kind");
    }

    #[test]
    fn a_crowd_of_made_up_addresses_is_told_in_part_and_remembered_in_part() {
        let mut restraint = Restraint::default();
        let told = (0..100_000).filter_map(|n| restraint.may_tell(at(1000 + u64::from(n) / 10), from(n), "INVITE", AT_HOME));
        let told: Vec<u32> = told.collect();
        assert!((20..=41).contains(&told.len()), "{}", told.len());
        assert!(told.iter().map(|unsaid| unsaid + 1).sum::<u32>() > 94_000);
        assert!(restraint.count() <= MOST);
    }

    #[test]
    fn a_long_word_is_cut() {
        assert_eq!((short("ząb"), short(&"ż".repeat(MOST_LETTERS)).chars().count()), ("ząb".to_owned(), MOST_LETTERS));
        let long = short(&"x".repeat(60_000));
        assert!(long.chars().count() == MOST_LETTERS + 1 && long.ends_with('…'));
    }

    #[test]
    fn a_post_is_told_of_freely_unless_it_floods() {
        let mut restraint = Restraint::default();
        restraint.is_home(from(1).ip());
        let count = |restraint: &mut Restraint, millis: u64| {
            (0..1000).filter(|_| restraint.may_tell(at(millis), from(1), "503", AT_HOME).is_some()).count()
        };
        assert_eq!([count(&mut restraint, 1000), count(&mut restraint, 3000), count(&mut restraint, 90_000)], [20, 2, 20]);
    }
}
