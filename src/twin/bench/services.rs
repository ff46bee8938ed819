//! The services of the operator's host, built as a rig describes them, and what the post's module is set to ask of
//! them.

use super::disturbance::ROUTER;
use super::own_questions;
use crate::rig::{Capability, Leases, Rig, Settings};
use crate::rtp::report::Calendar;
use crate::services::dhcp::{AddressServer, Pool};
use crate::services::dns::{NameServer, Zone};
use crate::services::ntp::TimeServer;
use crate::services::{Service, dns, ntp};
use crate::twin::street::net::Services;
use crate::twin::voice::NetworkSettings;
use crate::twin::{BACKUP_ADDRESS, CALENDAR, OPERATOR_ADDRESS, SIP_PORT};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Which of them there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServicesConfig {
    pub leases: Option<Leases>,
    /// The domain whose names are told.
    pub domain: Option<String>,
    pub has_time: bool,
    /// The clock of the time server is so much ahead.
    pub clock_ahead: Duration,
    /// Where the zone's main server is said to be, and where nobody is.
    pub mistyped: Option<Ipv4Addr>,
    /// Somebody else in the bench's network gives addresses as well.
    pub has_router: bool,
}

impl ServicesConfig {
    pub fn of(rig: &Rig) -> Self {
        let mut config = ServicesConfig::default();
        for (_, _, one) in rig.on_twin() {
            match &one.settings {
                Settings::Leases(leases) => config.leases = Some(leases.clone()),
                Settings::Names { domain } => config.domain = Some(domain.clone()),
                _ => config.has_time |= one.offers(Capability::TimeServer),
            }
        }
        config
    }

    /// Sets the post's module as whoever mounts it does. Where a DHCP server tells the rest it is not told twice.
    pub fn tell(&self, module: &mut NetworkSettings) {
        let is_fixed = self.leases.is_none();
        let at_host = |port| is_fixed.then_some(SocketAddr::new(OPERATOR_ADDRESS, port));
        module.leases_as = self.leases.as_ref().map(|leases| leases.post);
        module.domain.clone_from(&self.domain);
        module.name_server = self.domain.as_ref().and_then(|_| at_host(dns::PORT));
        module.keeps_time = self.has_time;
        module.time_server = self.has_time.then(|| at_host(ntp::PORT)).flatten();
    }

    pub(in crate::twin) fn build(&self, has_backup: bool) -> Services {
        let host = match OPERATOR_ADDRESS {
            IpAddr::V4(host) => host,
            IpAddr::V6(_) => Ipv4Addr::LOCALHOST,
        };
        let addresses = self.leases.as_ref().map(|leases| {
            let Leases { post, address, other, prefix, lease, router } = *leases;
            let (name_server, time_server) = (self.domain.as_ref().map(|_| host), self.has_time.then_some(host));
            AddressServer::new(Pool { server: host, post, address, other, prefix, lease, router, name_server, time_server })
        });
        let names = self.domain.clone().map(|domain| {
            let backup = has_backup.then_some(SocketAddr::new(BACKUP_ADDRESS, SIP_PORT));
            let main = self.mistyped.map_or(OPERATOR_ADDRESS, IpAddr::V4);
            NameServer::new(Zone { domain, main: SocketAddr::new(main, SIP_PORT), backup })
        });
        let calendar = Calendar { beginning: CALENDAR.beginning + self.clock_ahead };
        let bench = SocketAddr::new(OPERATOR_ADDRESS, own_questions::PORT);
        let names = names.map(|names| asked_by_bench(names, bench));
        let time = self.has_time.then(|| asked_by_bench(TimeServer::new(calendar), bench));
        let router = self.leases.as_ref().filter(|_| self.has_router).map(|leases| AddressServer::new(of_router(leases.post)));
        Services { addresses, names, time, router }
    }
}

fn asked_by_bench<S: Service>(mut service: S, at: SocketAddr) -> S {
    service.is_asked_by_bench(at);
    service
}

/// As such boxes are delivered: whoever asks gets an address of its own network, and asks it for everything.
fn of_router(post: [u8; 6]) -> Pool {
    let given = |last| Ipv4Addr::new(192, 168, 0, last);
    Pool {
        server: ROUTER,
        post,
        address: given(100),
        other: given(101),
        prefix: 24,
        lease: Duration::from_secs(3600),
        router: Some(ROUTER),
        name_server: Some(ROUTER),
        time_server: None,
    }
}
