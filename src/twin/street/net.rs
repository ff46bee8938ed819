//! The two ends of the line as machines with addresses: the post's voice module, and the operator's host with its desk.
//!
//! What goes between them goes over the line; what the operator's host sends to itself does not. The line may also end
//! outside the simulation: then nobody sits at the desk, and what arrives waits to be taken away. Knows nothing of what
//! is said, or of who takes it.

use crate::clock::Instant;
use crate::operator::Desk;
use crate::services::dhcp::{self, AddressServer};
use crate::services::dns::{self, NameServer};
use crate::services::ntp::{self, TimeServer};
use crate::services::{Reply, Service};
use crate::twin::street::camera_host::CameraHost;
use crate::twin::street::secure_host::SecureHost;
use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// A host's way to itself, in nanoseconds.
pub(in crate::twin) const LOCAL: u64 = 50_000;
/// Where the operator's host takes in what posts tell of themselves.
pub(in crate::twin) const SYSLOG_PORT: u16 = 514;
/// Nanoseconds a byte takes between voice module and microcontroller: 115200 baud, ten bits.
pub(in crate::twin) const MODULE_BYTE: u64 = 10_000_000_000 / 115_200;

/// A UDP datagram: from where, to where, and its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datagram {
    pub from: SocketAddr,
    pub to: SocketAddr,
    pub bytes: Vec<u8>,
}

/// What the line leads to.
pub(in crate::twin) enum FarEnd {
    /// The operator's host in the simulation.
    Desk,
    /// A host that is there and does not answer, not even itself.
    Deaf,
    /// Somewhere else: datagrams as they came out of the line, until they are taken away.
    Outside(VecDeque<Datagram>),
}

/// The operator's host: the desk and the network card under it.
pub(in crate::twin) struct Host {
    pub desk: Desk,
    pub address: IpAddr,
    /// The backup server's.
    pub second_address: IpAddr,
    /// Of the stranger whom the desk plays.
    pub stranger: IpAddr,
    /// Where posts connect to it over TLS.
    pub secure: SecureHost,
    /// What has come for the supervision, and when.
    pub syslog: Vec<(Instant, Vec<u8>)>,
    /// Where events call up cameras.
    pub cameras: CameraHost,
    pub services: Services,
}

/// What the host gives the network beside its desk, where the bench has it.
#[derive(Default)]
pub(in crate::twin) struct Services {
    pub addresses: Option<AddressServer>,
    pub names: Option<NameServer>,
    pub time: Option<TimeServer>,
    /// What a box in the bench's network gives that nobody has asked for.
    pub router: Option<AddressServer>,
}

impl Services {
    pub fn is_port(port: u16) -> bool {
        [dhcp::PORT, dns::PORT, ntp::PORT].contains(&port)
    }
    /// The answer to what came to a port of theirs; the outer `None`: it is none of theirs.
    pub fn datagram(&mut self, at: Instant, datagram: &Datagram) -> Option<Option<Reply>> {
        let (from, bytes) = (datagram.from, datagram.bytes.as_slice());
        match datagram.to.port() {
            dhcp::PORT => Some(self.addresses.as_mut()?.datagram(at, from, bytes)),
            dns::PORT => Some(self.names.as_mut()?.datagram(at, from, bytes)),
            ntp::PORT => Some(self.time.as_mut()?.datagram(at, from, bytes)),
            _ => None,
        }
    }
}

impl Host {
    pub fn is_at(&self, address: IpAddr) -> bool {
        address == self.address || address == self.second_address
    }
    pub fn next_wake(&self) -> Option<Instant> {
        self.desk.next_wake().into_iter().chain(self.secure.next_wake()).chain(self.cameras.next_wake()).min()
    }
    pub fn wake(&mut self, at: Instant) {
        self.secure.wake(at);
        self.cameras.wake(at);
        if self.desk.next_wake().is_some_and(|due| due <= at) {
            self.desk.wake(at);
        }
    }
}

/// Everybody on the line's network is meant.
pub(in crate::twin) fn is_to_all(address: IpAddr) -> bool {
    address == IpAddr::V4(Ipv4Addr::BROADCAST)
}
