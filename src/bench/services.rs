//! The services that the bench gives the post's network: how they are, what they were asked, and what of it the post
//! must have by heart.
//!
//! Must not know what a post should do with what it is given.

use super::own_questions::Which;
use super::{Bench, Record, missing, observation};
use crate::clock::Instant;
use crate::instrument::services::{
    AddressAsked, AddressConduct, AddressServer, NameAsked, NameConduct, NameServer, TimeConduct, TimeServer,
};
use crate::instrument::{InstrumentError, Result, Subsystem};
use crate::rig::Role;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Under their names in the rig, as many of a kind as it has.
#[derive(Default)]
pub(super) struct Services {
    pub addresses: BTreeMap<String, Box<AddressServer>>,
    pub names: BTreeMap<String, Box<NameServer>>,
    pub time: BTreeMap<String, Box<TimeServer>>,
}

/// An address, and when the post might use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    pub address: IpAddr,
    pub from: Instant,
    pub to: Instant,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    Addresses,
    Names,
    Time,
}

/// What has been asked of the services in a scenario, and the leases that stood when it began.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    leases: Vec<Lease>,
    /// When an address was taken away from the post, and when it was next given one.
    taken: Vec<(Instant, Option<Instant>)>,
    /// When answers about names left that might be kept for a while, and until when that was.
    names: Vec<(Instant, Instant)>,
    /// When each was asked anything.
    questions: Vec<(Instant, Service)>,
}

impl Asked {
    /// What the next scenario needs of these.
    pub fn hand_on(mut self) -> Asked {
        let last = self.leases.pop().into_iter().collect();
        Asked { leases: last, names: self.names.pop().into_iter().collect(), ..Asked::default() }
    }
    fn add_address(&mut self, at: Instant, what: &AddressAsked) {
        self.questions.push((at, Service::Addresses));
        match *what {
            AddressAsked::Given { address, lease } => {
                let until = at + lease;
                if let Some((_, given @ None)) = self.taken.last_mut() {
                    *given = Some(at);
                }
                match self.leases.last_mut().filter(|last| last.address == address && last.to >= at) {
                    Some(last) => last.to = until,
                    None => self.leases.push(Lease { address, from: at, to: until }),
                }
            }
            AddressAsked::Refused { address } | AddressAsked::Released { address } => {
                if matches!(what, AddressAsked::Refused { .. }) {
                    self.taken.push((at, None));
                }
                for lease in self.leases.iter_mut().filter(|lease| lease.address == address && lease.to > at) {
                    lease.to = at;
                }
            }
            AddressAsked::Unanswered => {}
        }
    }
    fn add_name(&mut self, at: Instant, what: &NameAsked) {
        self.questions.push((at, Service::Names));
        if what.found.is_some_and(|found| found > 0) {
            self.names.push((at, at + what.lives));
        }
    }
    /// The leases that were given, in order, the last one before the scenario among them.
    pub fn leases(&self) -> &[Lease] {
        &self.leases
    }
    /// Whatever the services were asked, in order.
    pub fn questions(&self) -> &[(Instant, Service)] {
        &self.questions
    }
    /// When the post was refused the address that it had, and when it was next given one.
    pub fn taken(&self) -> &[(Instant, Option<Instant>)] {
        &self.taken
    }
    /// Until when an answer from before a moment might be kept.
    pub fn names_kept_until(&self, moment: Instant) -> Instant {
        let kept = self.names.iter().filter(|(at, _)| *at < moment).map(|(_, until)| *until);
        kept.max().map_or(moment, |until| until.max(moment))
    }
}

fn of_network(error: InstrumentError) -> InstrumentError {
    error.of(Subsystem::Network)
}

impl Bench {
    pub(super) fn collect_services(&mut self) -> Result<()> {
        let Bench { services, log, record, .. } = self;
        for (name, server) in &mut services.addresses {
            for asked in server.seen().map_err(of_network)? {
                log.append(observation::of_address(name, &asked));
                record.asked.add_address(asked.at, &asked.value);
            }
        }
        for (name, server) in &mut services.names {
            for asked in server.seen().map_err(of_network)? {
                log.append(observation::of_name(name, &asked));
                record.asked.add_name(asked.at, &asked.value);
            }
        }
        for (name, server) in &mut services.time {
            for asked in server.seen().map_err(of_network)? {
                log.append(observation::of_time(name, &asked));
                record.asked.questions.push((asked.at, Service::Time));
            }
        }
        Ok(())
    }

    /// How the DHCP server is from now on; when that began.
    pub fn behave_address_server(&mut self, how: AddressConduct) -> Result<Instant> {
        let name = self.serving(Role::AddressServer)?;
        self.own.told(Which::Addresses, how == AddressConduct::default());
        self.log.did(
            &name,
            if how.is_silent {
                "answer nothing"
            } else if how.gives_other {
                "give the other address"
            } else {
                "be in order"
            },
        );
        let server = self.services.addresses.get_mut(&name).ok_or_else(|| missing(&name))?;
        server.behave(how).map_err(of_network)
    }
    /// How the DNS server is from now on.
    pub fn behave_name_server(&mut self, how: NameConduct) -> Result<Instant> {
        let name = self.serving(Role::NameServer)?;
        self.own.told(Which::Names, how == NameConduct::default());
        let late = how.late.as_secs_f64();
        self.log.did(
            &name,
            match how {
                NameConduct { is_silent: true, .. } => "answer nothing".to_owned(),
                NameConduct { names_exchanged: true, .. } => "name the backup server first".to_owned(),
                _ if late > 0.0 => format!("answer {late} s late"),
                _ => "be in order".to_owned(),
            },
        );
        let server = self.services.names.get_mut(&name).ok_or_else(|| missing(&name))?;
        server.behave(how).map_err(of_network)
    }
    /// How the NTP server is from now on.
    pub fn behave_time_server(&mut self, how: TimeConduct) -> Result<Instant> {
        let name = self.serving(Role::TimeServer)?;
        self.own.told(Which::Time, how == TimeConduct::default());
        let ahead = how.ahead.as_secs_f64();
        self.log.did(
            &name,
            match how {
                TimeConduct { is_silent: true, .. } => "answer nothing".to_owned(),
                _ if ahead > 0.0 => format!("tell a time {ahead} s ahead"),
                _ => "be in order".to_owned(),
            },
        );
        let server = self.services.time.get_mut(&name).ok_or_else(|| missing(&name))?;
        server.behave(how).map_err(of_network)
    }

    /// Every service in order again, whether a role uses it or not.
    pub(super) fn restore_services(&mut self) -> Vec<(String, Result<()>)> {
        [Which::Addresses, Which::Names, Which::Time].into_iter().for_each(|which| self.own.told(which, true));
        let Services { addresses, names, time } = &mut self.services;
        let restored = |name: &String, result: Result<()>| (name.clone(), result.map_err(of_network));
        let mut done: Vec<_> = addresses.iter_mut().map(|(name, server)| restored(name, server.make_safe())).collect();
        done.extend(names.iter_mut().map(|(name, server)| restored(name, server.make_safe())));
        done.extend(time.iter_mut().map(|(name, server)| restored(name, server.make_safe())));
        done
    }
}

impl Record {
    /// What was asked of the services.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{Opening, open};
    use crate::rig;
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Duration;

    fn at(seconds: u64) -> Instant {
        Instant::from_nanos(seconds * 1_000_000_000)
    }
    const HOST: fn(u8) -> IpAddr = |last| IpAddr::from([10, 20, 0, last]);

    #[test]
    fn a_lease_lasts_as_long_as_it_is_renewed_and_ends_where_it_is_refused() {
        let mut asked = Asked::default();
        let given = |last| AddressAsked::Given { address: HOST(last), lease: Duration::from_secs(120) };
        let lease = |last, from, to| Lease { address: HOST(last), from: at(from), to: at(to) };
        asked.add_address(at(0), &given(17));
        asked.add_address(at(60), &given(17));
        asked.add_address(at(90), &AddressAsked::Unanswered);
        assert_eq!(asked.leases(), [lease(17, 0, 180)]);
        asked.add_address(at(120), &AddressAsked::Refused { address: HOST(17) });
        asked.add_address(at(121), &given(18));
        assert_eq!(asked.leases(), [lease(17, 0, 120), lease(18, 121, 241)]);
        assert_eq!(asked.taken(), [(at(120), Some(at(121)))]);
        asked.add_address(at(300), &given(18));
        let next = asked.hand_on();
        assert_eq!(next.leases(), [lease(18, 300, 420)], "one that ran out is not the same");
    }

    #[test]
    fn every_service_is_restored_whatever_was_done_to_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let rig = rig::load(Path::new("rigs/virtual.yaml")).expect("a rig that is shipped");
        let (rig, folder) = (Arc::new(rig), folder.path().to_path_buf());
        let mut bench =
            open(Opening { rig, seed: 1, folder, onlookers: Vec::new(), preamble: Vec::new() }).expect("the virtual post");
        let mut restored = bench.restore_services();
        restored.sort_by(|one, other| one.0.cmp(&other.0));
        assert!(restored.iter().all(|(_, result)| result.is_ok()), "{restored:?}");
        let names: Vec<&str> = restored.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["address-server", "name-server", "time-server"]);
    }

    #[test]
    fn an_answer_may_be_kept_for_its_time_to_live() {
        let mut asked = Asked::default();
        let found = |found| NameAsked { name: String::new(), kind: "SRV".into(), found, lives: Duration::from_secs(60) };
        assert_eq!(asked.names_kept_until(at(5)), at(5));
        asked.add_name(at(10), &found(Some(2)));
        asked.add_name(at(20), &found(Some(0)));
        asked.add_name(at(30), &found(None));
        assert_eq!([50, 80].map(|moment| asked.names_kept_until(at(moment))), [at(70), at(80)]);
    }
}
