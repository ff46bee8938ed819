//! RTCP at the desk: reports that leave, and reports that come (RFC 3550, 6).
//!
//! Must not know SIP.

use super::call::Call;
use super::{Desk, Outgoing};
use crate::clock::Instant;
use crate::instrument::operator::CallId;
use crate::sip::route::Wire;
use std::net::SocketAddr;

impl Desk {
    /// A report on the port of a call, its own or the media's. One for no call, or from elsewhere, says nothing about anything.
    pub(super) fn report_received(&mut self, at: Instant, from: SocketAddr, port: u16, bytes: &[u8]) {
        let Some(id) = self.ports.get(&(port & !1)).copied() else { return };
        let Some(call) = self.calls.get_mut(&id).filter(|call| call.is_from(from)) else { return };
        let view = call.media.as_mut().and_then(|media| media.reporting.received(at, bytes));
        if let Some(view) = view {
            self.far_reported(at, id, view);
        }
    }

    /// The reports that are due.
    pub(super) fn wake_reports(&mut self, at: Instant) {
        if self.config.behaviour.mute {
            return;
        }
        for call in self.calls.values_mut().filter(|call| call.may_send()) {
            let is_due = call
                .media
                .as_mut()
                .is_some_and(|media| at >= media.reporting.next_wake() && media.reporting.wake(at, self.tokens.number()));
            if is_due {
                self.outgoing.extend(report(call, at, false));
            }
        }
    }

    /// The last word of a call's media (RFC 3550, 6.3.7).
    pub(super) fn report_goodbye(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id).filter(|_| !self.config.behaviour.mute) else { return };
        if call.media.as_ref().is_some_and(|media| media.sender.sent(at).is_some()) {
            self.outgoing.extend(report(call, at, true));
        }
    }
}

fn report(call: &mut Call, at: Instant, goodbye: bool) -> Option<Outgoing> {
    let (media, agreed) = (call.media.as_mut()?, call.agreed.as_ref()?);
    let (sent, heard) = (media.sender.sent(at), call.meter.reception());
    let cname = format!("operator@{}", call.local.address.ip());
    let bytes = media.reporting.write(at, sent, heard.as_ref(), &cname, goodbye);
    let own = call.local.address;
    let port = if agreed.rtcp == agreed.remote { own.port() } else { own.port() + 1 };
    Some(Outgoing { wire: Wire::Udp, from: SocketAddr::new(own.ip(), port), to: agreed.rtcp, bytes })
}
