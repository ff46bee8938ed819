//! How the services round a post are opened: what they give follows from the rig's operator and from each other.

use super::context::{Context, unfit};
use crate::driver::services::Serving;
use crate::instrument::Result;
use crate::instrument::services::{AddressServer, NameServer, TimeServer};
use crate::rig::{Instrument, Rig, Role, Settings, Transport};
use crate::services::{dhcp, dns, ntp};
use crate::twin::{BACKUP_ADDRESS, OPERATOR_ADDRESS};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub(super) fn addresses(context: &Context, rig: &Rig, one: &Instrument) -> Result<Box<AddressServer>> {
    match (&one.transport, &one.settings) {
        (Transport::Twin { .. }, _) => Ok(context.twin()?.address_server()),
        (Transport::Network { listen }, Settings::Leases(leases)) => {
            let IpAddr::V4(server) = listen.ip() else { return Err(unfit(&one.transport)) };
            let pool = dhcp::Pool {
                server,
                post: leases.post,
                address: leases.address,
                other: leases.other,
                prefix: leases.prefix,
                lease: leases.lease,
                router: leases.router,
                name_server: beside(rig, Role::NameServer, server),
                time_server: beside(rig, Role::TimeServer, server),
            };
            let server = dhcp::AddressServer::new(pool);
            Ok(Box::new(Serving::listen_to_all("DHCP server", *listen, server, context.shared_clock())?))
        }
        (other, _) => Err(unfit(other)),
    }
}

pub(super) fn names(context: &Context, rig: &Rig, one: &Instrument) -> Result<Box<NameServer>> {
    match (&one.transport, &one.settings) {
        (Transport::Twin { .. }, _) => Ok(context.twin()?.name_server()),
        (Transport::Network { listen }, Settings::Names { domain }) => {
            let operator = rig.wiring.operator.as_ref().and_then(|name| rig.instruments.get(name));
            let main = operator.and_then(|one| one.transport.address()).ok_or_else(|| unfit(&one.transport))?;
            let backup = rig.operator().and_then(|operator| operator.backup.as_ref()?.address());
            // A server at all addresses of this machine is named by the one at which names are asked for.
            let named = |at: SocketAddr| if at.ip().is_unspecified() { SocketAddr::new(listen.ip(), at.port()) } else { at };
            let zone = dns::Zone { domain: domain.clone(), main: named(main), backup: backup.map(named) };
            let server = dns::NameServer::new(zone);
            Ok(Box::new(Serving::listen("DNS server", *listen, server, context.shared_clock())?))
        }
        (other, _) => Err(unfit(other)),
    }
}

pub(super) fn time(context: &Context, one: &Instrument) -> Result<Box<TimeServer>> {
    match one.transport {
        Transport::Twin { .. } => Ok(context.twin()?.time_server()),
        Transport::Network { listen } => {
            let server = ntp::TimeServer::new(context.calendar);
            Ok(Box::new(Serving::listen("NTP server", listen, server, context.shared_clock())?))
        }
        ref other => Err(unfit(other)),
    }
}

/// Where the names that the rig's name server gives may lead to: to the operator's servers.
pub(super) fn places(rig: &Rig) -> Vec<IpAddr> {
    let asked_at = rig.wiring.instrument(Role::NameServer).and_then(|name| rig.instruments.get(name));
    let listens = asked_at.and_then(|one| one.transport.address()).map(|at| at.ip());
    let operator = rig.wiring.operator.as_ref().and_then(|name| rig.instruments.get(name));
    let main = operator.and_then(|one| one.transport.address());
    let backup = rig.operator().and_then(|operator| operator.backup.as_ref()?.address());
    let on_network = [main, backup].into_iter().flatten().map(|at| at.ip());
    let named = on_network.filter_map(|at| if at.is_unspecified() { listens } else { Some(at) });
    if asked_at.is_some_and(|one| matches!(one.transport, Transport::Twin { .. })) {
        return vec![OPERATOR_ADDRESS, BACKUP_ADDRESS];
    }
    named.collect()
}

/// Where another service of the rig is asked, as far as a post can be told.
fn beside(rig: &Rig, role: Role, own: Ipv4Addr) -> Option<Ipv4Addr> {
    match rig.instruments.get(rig.wiring.instrument(role)?)?.transport.address()?.ip() {
        IpAddr::V4(all) if all.is_unspecified() => Some(own),
        IpAddr::V4(four) => Some(four),
        IpAddr::V6(_) => None,
    }
}
