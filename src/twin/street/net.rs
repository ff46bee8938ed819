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
use crate::twin::kernel::world::{Event, World};
use crate::twin::post::voice::Action;
use crate::twin::street::camera_host::{self, CameraHost};
use crate::twin::street::line::Way;
use crate::twin::street::secure_host::SecureHost;
use crate::twin::street::stream::Segment;
use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// A host's way to itself, in nanoseconds.
pub(in crate::twin) const LOCAL: u64 = 50_000;
/// Where the operator's host takes in what posts tell of themselves.
pub(in crate::twin) const SYSLOG_PORT: u16 = 514;
/// Nanoseconds a byte takes between voice module and microcontroller: 115200 baud, ten bits.
const MODULE_BYTE: u64 = 10_000_000_000 / 115_200;

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
    fn is_port(port: u16) -> bool {
        [dhcp::PORT, dns::PORT, ntp::PORT].contains(&port)
    }
    /// The answer to what came to a port of theirs; the outer `None`: it is none of theirs.
    fn datagram(&mut self, at: Instant, datagram: &Datagram) -> Option<Option<Reply>> {
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
    fn is_at(&self, address: IpAddr) -> bool {
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
fn is_to_all(address: IpAddr) -> bool {
    address == IpAddr::V4(Ipv4Addr::BROADCAST)
}

impl World {
    /// Carries out what the voice module did.
    pub(in crate::twin) fn voice_acted(&mut self) {
        for action in self.voice.take_actions() {
            match action {
                Action::Serial(bytes) => {
                    for byte in bytes {
                        self.module_free = self.module_free.max(self.now()) + MODULE_BYTE;
                        self.queue.plan(self.module_free, Event::ModuleByte(byte));
                    }
                }
                Action::Segment(segment) => self.segment_leaves(Way::ToOperator, &segment),
                Action::Send { from_port, to, bytes } => {
                    let from = SocketAddr::new(self.voice.address(), from_port);
                    self.truth.datagram_left_post(self.now(), &bytes);
                    if self.is_reached(to.ip())
                        && let Some(at) = self.line.carry(self.now(), Way::ToOperator, bytes.len())
                    {
                        let now = self.now();
                        let arrivals = if Services::is_port(to.port()) {
                            self.network.through_to_service(now, at, Way::ToOperator)
                        } else {
                            self.network.through(now, at, Way::ToOperator)
                        };
                        for at in arrivals {
                            self.queue.plan(at, Event::AtOperator(Datagram { from, to, bytes: bytes.clone() }));
                        }
                    }
                }
            }
        }
    }

    fn segment_leaves(&mut self, way: Way, segment: &Segment) {
        let now = self.now();
        let Some(at) = self.line.carry(now, way, segment.weight()) else { return };
        for at in self.network.through(now, at, way) {
            self.queue.plan(at, Event::Segment(way, segment.clone()));
        }
    }

    pub(in crate::twin) fn segment_arrives(&mut self, way: Way, segment: &Segment) {
        let at = self.instant();
        match way {
            Way::ToPost if self.line.passes() => {
                self.voice.segment_in(at, segment);
                self.voice_acted();
            }
            Way::ToOperator if matches!(self.far_end, FarEnd::Desk) => {
                let is_for_cameras = segment.to == SocketAddr::new(self.host.address, camera_host::PORT);
                if is_for_cameras && self.are_cameras_away() {
                    return;
                }
                if is_for_cameras || self.host.cameras.has_asked(segment) {
                    self.host.cameras.segment(at, segment);
                } else {
                    self.host.secure.segment(at, segment, &mut self.host.desk);
                }
                self.host_acted();
            }
            Way::ToPost | Way::ToOperator => {}
        }
    }

    /// Whether the line's far end takes datagrams for this address.
    fn is_reached(&self, address: IpAddr) -> bool {
        match self.far_end {
            FarEnd::Desk | FarEnd::Deaf => self.host.is_at(address) || address == self.host.stranger || is_to_all(address),
            FarEnd::Outside(_) => true,
        }
    }

    /// Sends what the desk wants sent.
    pub(in crate::twin) fn host_acted(&mut self) {
        let at = self.instant();
        self.host.secure.show(self.host.desk.behaviour().shows);
        for out in self.host.desk.take_outgoing() {
            if out.wire.is_stream() {
                self.host.secure.send(at, out.to, &out.bytes);
                continue;
            }
            let datagram = Datagram { from: out.from, to: out.to, bytes: out.bytes };
            if self.host.is_at(datagram.to.ip()) {
                self.queue.plan(self.now() + LOCAL, Event::AtOperator(datagram));
                continue;
            }
            self.truth.datagram_left_operator(self.now(), &datagram.bytes);
            let now = self.now();
            if let Some(at) = self.line.carry(now, Way::ToPost, datagram.bytes.len()) {
                for at in self.network.through(now, at, Way::ToPost) {
                    self.queue.plan(at, Event::AtPost(datagram.clone()));
                }
            }
        }
        let segments = [self.host.secure.take_segments(), self.host.cameras.take_segments()];
        for segment in segments.into_iter().flatten() {
            if self.host.is_at(segment.to.ip()) {
                self.segment_stays(segment);
            } else {
                self.segment_leaves(Way::ToPost, &segment);
            }
        }
    }

    pub(in crate::twin) fn at_operator(&mut self, datagram: Datagram) {
        let now = self.now();
        match &mut self.far_end {
            FarEnd::Deaf => {}
            FarEnd::Outside(arrived) => {
                self.truth.datagram_reached_operator(now, &datagram.bytes);
                arrived.push_back(datagram);
            }
            FarEnd::Desk => {
                if self.is_mislaid(&datagram) {
                    return;
                }
                let at = self.instant();
                if datagram.to.port() == SYSLOG_PORT {
                    self.host.syslog.push((at, datagram.bytes));
                    return;
                }
                if let Some(reply) = self.host.services.datagram(at, &datagram) {
                    self.service_replies(reply, &datagram);
                    return;
                }
                self.truth.datagram_reached_operator(now, &datagram.bytes);
                self.host.desk.datagram(at, datagram.from, datagram.to, &datagram.bytes);
                self.host_acted();
            }
        }
    }

    /// A service's answer leaves from where it was asked, at its moment.
    fn service_replies(&mut self, reply: Option<Reply>, asked: &Datagram) {
        let Some(Reply { at, to, bytes }) = reply else { return };
        let own = if is_to_all(asked.to.ip()) { self.host.address } else { asked.to.ip() };
        let from = SocketAddr::new(own, asked.to.port());
        self.queue.plan(at.as_nanos().max(self.now()), Event::ServiceAnswers(Datagram { from, to, bytes }));
    }

    /// What the operator's host sends beside its desk.
    pub(in crate::twin) fn service_answers(&mut self, datagram: Datagram) {
        if self.is_own_answer(&datagram) {
            return;
        }
        let now = self.now();
        if let Some(at) = self.line.carry(now, Way::ToPost, datagram.bytes.len()) {
            for at in self.network.through_to_service(now, at, Way::ToPost) {
                self.queue.plan(at, Event::AtPost(datagram.clone()));
            }
        }
    }

    /// Somebody beyond the line's far end sends the post something now.
    pub(in crate::twin) fn outside_sends(&mut self, datagram: Datagram) {
        self.truth.datagram_left_operator(self.now(), &datagram.bytes);
        if let Some(at) = self.line.carry(self.now(), Way::ToPost, datagram.bytes.len()) {
            self.queue.plan(at, Event::AtPost(datagram));
        }
    }

    pub(in crate::twin) fn at_post(&mut self, datagram: &Datagram) {
        let is_for_it = datagram.to.ip() == self.voice.address() || is_to_all(datagram.to.ip());
        if !is_for_it || !self.line.passes() {
            return;
        }
        let at = self.instant();
        self.voice.datagram_in(at, datagram.from, datagram.to.port(), &datagram.bytes);
        self.voice_acted();
    }

    /// The bench does something at the desk; whatever follows from it is sent.
    pub(in crate::twin) fn at_desk<T>(&mut self, act: impl FnOnce(&mut Desk, Instant) -> T) -> T {
        let at = self.instant();
        let outcome = act(&mut self.host.desk, at);
        self.host_acted();
        outcome
    }
}
