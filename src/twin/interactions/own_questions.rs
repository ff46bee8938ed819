//! The way of the bench's own questions to the services of its host, and of the answers.

use crate::clock::Stamped;
use crate::services::dhcp;
use crate::twin::bench::own_questions::PORT;
use crate::twin::kernel::world::{Event, World};
use crate::twin::street::line::Way;
use crate::twin::street::net::{Datagram, LOCAL};
use crate::twin::street::stream::Segment;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

impl World {
    pub(in crate::twin) fn ask_own_service(&mut self, port: u16, is_for_all: bool, bytes: Vec<u8>) {
        let (own, to) = match is_for_all {
            true => {
                let nobody = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), dhcp::CLIENT_PORT);
                (nobody, IpAddr::V4(Ipv4Addr::BROADCAST))
            }
            false => (SocketAddr::new(self.host.address, PORT), self.host.address),
        };
        let question = Datagram { from: own, to: SocketAddr::new(to, port), bytes };
        self.queue.plan(self.now() + LOCAL, Event::AtOperator(question));
    }
    /// Keeps what is an answer to the bench's own question; it goes nowhere else.
    pub(in crate::twin) fn is_own_answer(&mut self, datagram: &Datagram) -> bool {
        let is_own = datagram.to == SocketAddr::new(self.host.address, PORT) || dhcp::is_of_bench(&datagram.bytes);
        if is_own {
            let came = Stamped::new(self.instant(), datagram.bytes.clone());
            self.own_answers.push((datagram.from.port(), came));
        }
        is_own
    }
    pub(in crate::twin) fn own_answers_from(&mut self, port: u16) -> Vec<Stamped<Vec<u8>>> {
        self.own_answers.extract_if(.., |(from, _)| *from == port).map(|(_, came)| came).collect()
    }
    pub(in crate::twin) fn ask_own_cameras(&mut self, event: &[u8]) {
        let own = SocketAddr::new(self.host.address, PORT);
        let at = self.instant();
        self.host.cameras.ask(at, own, event);
        self.host_acted();
    }
    /// What the host sends itself over connections.
    pub(in crate::twin) fn segment_stays(&mut self, segment: Segment) {
        self.queue.plan(self.now() + LOCAL, Event::Segment(Way::ToOperator, segment));
    }
}
