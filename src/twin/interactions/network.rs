//! What goes over the line between the post's voice module and the operator's host, and within the host.

use crate::clock::Instant;
use crate::operator::Desk;
use crate::services::Reply;
use crate::twin::kernel::world::{Event, World};
use crate::twin::post::voice::Action;
use crate::twin::street::camera_host;
use crate::twin::street::line::Way;
use crate::twin::street::net::{Datagram, FarEnd, LOCAL, MODULE_BYTE, SYSLOG_PORT, Services, is_to_all};
use crate::twin::street::stream::Segment;
use std::net::{IpAddr, SocketAddr};

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
                    let own = SocketAddr::new(self.voice.address(), from_port);
                    let from = self.seen_from(own, to.port());
                    self.truth.datagram_left_post(self.now(), &bytes);
                    if self.is_reached(to.ip())
                        && !self.is_kept_by_network(to.port(), bytes.len())
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
                if is_for_cameras && (self.are_cameras_away() || self.do_cameras_dawdle(segment)) {
                    return;
                }
                if !is_for_cameras && self.does_segment_wait(segment) {
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
        self.host.secure.take_closed().into_iter().for_each(|way| self.host.desk.closed_connection(way));
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
            let Some(to) = self.meant_for(datagram.to, datagram.from.port()) else { continue };
            if !self.is_kept_by_network(0, datagram.bytes.len())
                && let Some(at) = self.line.carry(now, Way::ToPost, datagram.bytes.len())
            {
                for at in self.network.through(now, at, Way::ToPost) {
                    self.queue.plan(at, Event::AtPost(Datagram { to, ..datagram.clone() }));
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
                if self.is_mislaid(&datagram) || self.do_names_dawdle(&datagram) {
                    return;
                }
                let at = self.instant();
                if datagram.to.port() == SYSLOG_PORT {
                    let kept = self.kept_of_notice(datagram.bytes);
                    self.host.syslog.push((at, kept));
                    return;
                }
                if let Some(reply) = self.host.services.datagram(at, &datagram) {
                    self.service_replies(reply, &datagram);
                    return;
                }
                if self.does_desk_stall(&datagram) {
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
        let bytes = self.as_told(from.port(), bytes);
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
