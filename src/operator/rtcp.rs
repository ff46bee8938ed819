//! RTCP at the desk: reports that leave, and reports that come (RFC 3550, 6).

use super::call::Call;
use super::{Desk, Outgoing};
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, CallId, FarView, Side};
use crate::sip::route::Wire;
use std::net::SocketAddr;

impl Desk {
    /// A report on the port of a call, its own or the media's. One for no call, or from elsewhere, says nothing about anything.
    pub(super) fn report_received(&mut self, at: Instant, from: SocketAddr, port: u16, bytes: &[u8]) {
        let Some(id) = self.ports.get(&(port & !1)).copied() else { return };
        let Some(call) = self.calls.get_mut(&id).filter(|call| call.is_from(from)) else { return };
        let view = call.media.reported(at, bytes);
        if let Some(view) = view {
            self.far_reported(at, id, view);
        }
    }

    /// The reports that are due.
    pub(super) fn wake_reports(&mut self, at: Instant) {
        if self.config.behaviour.mute {
            return;
        }
        for call in self.calls.values_mut().filter(|call| call.life.may_send()) {
            if call.media.is_report_due(at, || self.tokens.number()) {
                self.outgoing.extend(report(call, at, false));
            }
        }
    }

    /// The last word of a call's media (RFC 3550, 6.3.7).
    pub(super) fn report_goodbye(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id).filter(|_| !self.config.behaviour.mute) else { return };
        if call.media.has_sent(at) {
            self.outgoing.extend(report(call, at, true));
        }
    }

    /// The post has told what it receives of us.
    fn far_reported(&mut self, at: Instant, id: CallId, view: FarView) {
        self.tell(at, CallEvent::FarReport { call: id, view });
        let Some(call) = self.calls.get_mut(&id) else { return };
        match call.media.is_far_end_deaf(at, &view) {
            // It cannot know how long: since the report before at the latest.
            Some(true) => self.tell(at, CallEvent::VoiceMissing { call: id, side: Side::ToPost, since: at }),
            Some(false) => self.tell(at, CallEvent::VoiceBack { call: id, side: Side::ToPost }),
            None => {}
        }
    }
}

fn report(call: &mut Call, at: Instant, goodbye: bool) -> Option<Outgoing> {
    let own = call.talk().address();
    let (remote, to) = call.talk().agreed().map(|agreed| (agreed.remote, agreed.rtcp))?;
    let bytes = call.media.report(at, &format!("operator@{}", own.ip()), goodbye)?;
    let port = if to == remote { own.port() } else { own.port() + 1 };
    Some(Outgoing { wire: Wire::Udp, from: SocketAddr::new(own.ip(), port), to, bytes })
}
