//! What disturbs a bench from the side of its services, of its network's other inhabitants and of its supply.
//!
//! Knows when; who is hindered asks.

use super::relays::Movement;
use super::trouble::FROM;
use crate::services::{Reply, Service as _, dhcp};
use crate::twin::kernel::world::{Event, World};
use crate::twin::street::net::{Datagram, SYSLOG_PORT};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// One at a time, all from a minute on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disturbance {
    /// The DHCP server's process has ended.
    LeasesEnd,
    /// Of every two messages to the supervision the receiver loses one.
    NoticesLost,
    /// The receiver takes in what has come every 45 s.
    NoticesHeld,
    /// The camera system starts anew every hundred seconds, and is away for twenty.
    CamerasRestart,
    /// The coil of the button's relay is starved: five seconds after it was drawn the armature falls back.
    ButtonRelayLetsGo,
    /// The post hangs on the relays' own supply: each relay that is drawn takes 60 ms of its mains.
    SupplyShared,
}

const SECOND: u64 = 1_000_000_000;
const HELD: u64 = 45 * SECOND;
const RESTARTS: (u64, u64) = (100 * SECOND, 20 * SECOND);
const DIP: u64 = SECOND * 6 / 100;
/// The box somebody has plugged in to have the internet.
pub(in crate::twin) const ROUTER: Ipv4Addr = Ipv4Addr::new(192, 168, 0, 1);

impl World {
    fn is_disturbed_by(&self, what: Disturbance) -> bool {
        self.boards.faults().disturbance == Some(what) && self.now() >= FROM
    }
    /// Whether what arrives at the operator's host gets no further now.
    pub(in crate::twin) fn is_mislaid(&mut self, datagram: &Datagram) -> bool {
        let port = datagram.to.port();
        if port == dhcp::PORT {
            self.router_answers(datagram);
            return self.is_disturbed_by(Disturbance::LeasesEnd);
        }
        if port != SYSLOG_PORT {
            return false;
        }
        if self.is_disturbed_by(Disturbance::NoticesLost) {
            self.notices += 1;
            return self.notices.is_multiple_of(2);
        }
        let is_held = self.is_disturbed_by(Disturbance::NoticesHeld) && !self.now().is_multiple_of(HELD);
        if is_held {
            self.queue.plan(self.now().next_multiple_of(HELD), Event::AtOperator(datagram.clone()));
        }
        is_held
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
        self.is_disturbed_by(Disturbance::CamerasRestart) && (self.now() - FROM) % every < away
    }
    /// A relay was drawn.
    pub(in crate::twin) fn burden_supply(&mut self, movement: Movement) {
        if movement.closed && self.is_disturbed_by(Disturbance::SupplyShared) {
            self.queue.plan(self.now(), Event::Mains(false));
            self.queue.plan(self.now() + DIP, Event::Mains(true));
        }
    }
}
