//! What the bench's disturbances do to its services, its network and its supply.

use crate::services::{Reply, Service as _, dhcp, dns, ntp};
use crate::twin::bench::disturbance::{
    AFTER_ITSELF, DIP, Disturbance, HELD, KEPT_OF_NOTICE, LOOKS_FOR_EVENTS, LOOKS_FOR_LEASES, LOOKS_FOR_TIMES, RESTARTS, ROUTER,
    TRIPS,
};
use crate::twin::bench::relays::Movement;
use crate::twin::bench::trouble::FROM;
use crate::twin::kernel::world::{Event, World};
use crate::twin::street::line::Way;
use crate::twin::street::net::{Datagram, SYSLOG_PORT};
use crate::twin::street::stream::Segment;
use std::net::{IpAddr, SocketAddr};

impl World {
    fn is_disturbed_by(&self, what: Disturbance) -> bool {
        self.boards.faults().disturbance == Some(what) && self.now() >= FROM
    }
    /// Whether what arrives at the operator's host gets no further now.
    pub(in crate::twin) fn is_mislaid(&mut self, datagram: &Datagram) -> bool {
        let port = datagram.to.port();
        if port == dhcp::PORT {
            if !self.is_disturbed_by(Disturbance::LeasesHeld) || self.now().is_multiple_of(LOOKS_FOR_LEASES) {
                self.router_answers(datagram);
            }
            return self.is_disturbed_by(Disturbance::LeasesEnd)
                || self.is_held(Disturbance::LeasesHeld, LOOKS_FOR_LEASES, datagram);
        }
        match port {
            dns::PORT => return self.is_disturbed_by(Disturbance::NamesEnd),
            ntp::PORT => return self.is_held(Disturbance::TimesHeld, LOOKS_FOR_TIMES, datagram),
            SYSLOG_PORT => {}
            _ => return false,
        }
        if self.are_notices_lost() {
            return true;
        }
        if self.is_disturbed_by(Disturbance::NoticesTwice) {
            self.notices += 1;
            if !self.notices.is_multiple_of(2) {
                self.queue.plan(self.now() + AFTER_ITSELF, Event::AtOperator(datagram.clone()));
            }
        }
        if self.is_disturbed_by(Disturbance::NoticesLost) {
            self.notices += 1;
            return self.notices.is_multiple_of(2);
        }
        self.is_held(Disturbance::NoticesHeld, HELD, datagram)
    }
    /// Whether this waits until somebody looks.
    fn is_held(&mut self, by: Disturbance, looks_every: u64, datagram: &Datagram) -> bool {
        let is_held = self.is_disturbed_by(by) && !self.now().is_multiple_of(looks_every);
        if is_held {
            self.queue.plan(self.now().next_multiple_of(looks_every), Event::AtOperator(datagram.clone()));
        }
        is_held
    }
    pub(in crate::twin) fn plan_disturbances(&mut self) {
        if self.boards.faults().disturbance == Some(Disturbance::BreakerTrips) {
            let (first, every, times, length) = TRIPS;
            for at in (0..times).map(|n| first + n * every) {
                self.queue.plan(at, Event::Mains(false));
                self.queue.plan(at + length, Event::Mains(true));
            }
        }
    }
    /// Whoever asks everybody for an address is answered by the router as well, and sooner.
    fn router_answers(&mut self, asked: &Datagram) {
        if self.now() < FROM {
            return;
        }
        let at = self.instant();
        let Some(router) = &mut self.host.services.router else { return };
        let reply = router.datagram(at, asked.from, &asked.bytes);
        // Nobody fetches what it was asked.
        drop(router.take_seen());
        if let Some(Reply { at, to, bytes }) = reply {
            let from = SocketAddr::new(IpAddr::V4(ROUTER), dhcp::PORT);
            self.queue.plan(at.as_nanos().max(self.now()), Event::ServiceAnswers(Datagram { from, to, bytes }));
        }
    }
    pub(in crate::twin) fn are_cameras_away(&self) -> bool {
        let (every, away) = RESTARTS;
        self.is_disturbed_by(Disturbance::CamerasEnd)
            || self.is_disturbed_by(Disturbance::CamerasRestart) && (self.now() - FROM) % every < away
    }
    /// Whether what comes over a connection to the camera system waits there.
    pub(in crate::twin) fn do_cameras_dawdle(&mut self, segment: &Segment) -> bool {
        let looks = self.now().next_multiple_of(LOOKS_FOR_EVENTS);
        let dawdle = self.is_disturbed_by(Disturbance::CamerasDawdle) && looks != self.now();
        if dawdle {
            self.queue.plan(looks, Event::Segment(Way::ToOperator, segment.clone()));
        }
        dawdle
    }
    /// What the receiver keeps of a message to the supervision.
    pub(in crate::twin) fn kept_of_notice(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        if self.is_disturbed_by(Disturbance::NoticesCut) {
            bytes.truncate(KEPT_OF_NOTICE);
        }
        bytes
    }
    /// A relay was drawn.
    pub(in crate::twin) fn burden_supply(&mut self, movement: Movement) {
        if movement.closed && self.is_disturbed_by(Disturbance::SupplyShared) {
            self.queue.plan(self.now(), Event::Mains(false));
            self.queue.plan(self.now() + DIP, Event::Mains(true));
        }
    }
}
