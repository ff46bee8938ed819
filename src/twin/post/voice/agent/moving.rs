//! What the user agent does when the module's address or its servers' change.
//!
//! Must not know who gives them.

use super::Agent;
use crate::clock::Instant;
use crate::twin::post::voice::blunder::Blunder;
use crate::twin::post::voice::flaw::Flaw;
use std::net::{IpAddr, SocketAddr};

impl Agent {
    /// The network lets it register now, or no longer. After a loss of its link the firmware tells it to; of an address
    /// it knows nothing.
    pub fn set_online(&mut self, at: Instant, online: bool, link: bool) {
        self.has_link = link;
        if self.stack.out.link == online {
            return;
        }
        self.set_link(at, online);
        if !online {
            self.resumes = link && self.registration.is_wanted();
        } else if std::mem::take(&mut self.resumes) {
            self.registration.announce(at, &self.faults, &mut self.stack);
        }
    }
    /// The module has this address from now on.
    pub fn set_address(&mut self, at: Instant, address: IpAddr) {
        let account = &mut self.stack.account;
        if account.sip.ip() == address {
            return;
        }
        account.sip.set_ip(address);
        account.rtp.set_ip(address);
        self.moved(at);
        if self.faults.blunders(Blunder::AddressEndsTalk) && self.talks() {
            return self.leave(at);
        }
        let rtp = self.stack.account.rtp;
        let stays = self.faults.is_flawed(Flaw::TalkStaysBehind);
        if let Some((call, stack)) = self.active().filter(|(call, _)| call.is_confirmed() && !stays) {
            call.move_to(at, rtp, stack);
        }
    }
    /// The servers to register with, the first first.
    pub fn set_servers(&mut self, at: Instant, servers: &[SocketAddr]) {
        let Some(main) = servers.first() else { return };
        let account = &mut self.stack.account;
        account.server = *main;
        account.other = servers.get(1).copied().filter(|_| !self.faults.never_fails_over);
        account.away = false;
        self.moved(at);
    }
    fn moved(&mut self, at: Instant) {
        if self.stack.out.link {
            self.registration.announce(at, &self.faults, &mut self.stack);
        }
    }
}
