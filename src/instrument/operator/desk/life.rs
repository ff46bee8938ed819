//! A call's life at the desk, from its INVITE to its end.
//!
//! Must not know media packets, nor requests other than those a call is made of.

use super::call::{Agreed, Call, Stage, formats};
use super::secure::Safety;
use super::{Desk, MEDIA_GRACE, PAST_CALLS};
use crate::clock::Instant;
use crate::instrument::operator::{Answering, CallEvent, CallId, EndedBy, Invite};
use crate::rtp::codec::Codec;
use crate::rtp::digits::Digits;
use crate::rtp::stats::Meter;
use crate::sip::dialog::Dialog;
use crate::sip::message::{ALLOWED, Reply, Request};
use crate::sip::sdes::Srtp;
use crate::sip::sdp::{Audio, Local, SdpError};
use crate::sip::token::Tokens;
use crate::sip::transaction::{Act, Client};
use crate::sip::way::Way;
use std::net::SocketAddr;

/// Headers of an INVITE that scenarios ask for: these, and whatever begins with `X-`.
const TOLD_HEADERS: [&str; 3] = ["Priority", "P-Asserted-Identity", "User-Agent"];
impl Desk {
    pub(super) fn new_call(&mut self, at: Instant, way: Way, request: Request, key: String) {
        let user = request.head.from.user.clone();
        if self.registrar.source_of(&user).is_none_or(|known| known.ip() != way.peer.ip()) {
            let what = if self.registrar.knows(&user) { "not registered from there" } else { "unknown caller" };
            let reply = self.reply(&request, 403, way);
            self.conclude(at, &key, 403, reply);
            let what = format!("INVITE {}: {what}", request.uri);
            return self.tell(at, CallEvent::Intruder { from: format!("{user}@{}", way.peer), what });
        }
        self.last_call += 1;
        let id = CallId(self.last_call);
        let invite = described(&request);
        self.tell(at, CallEvent::Invited { call: id, invite: invite.clone() });
        let admitted = self.admit(&request);
        let (port, offer) = match admitted {
            Ok(admitted) => admitted,
            Err(Denied { status, offer }) => {
                let reply = self.reply(&request, status, way);
                self.conclude(at, &key, status, reply);
                self.tell_unsafe_offer(at, id, offer.as_ref());
                self.tell(at, CallEvent::Refused { call: id, status });
                return self.tell(at, CallEvent::Ended { call: id, by: EndedBy::Operator });
            }
        };
        let tag = self.tokens.hex();
        let call = Call {
            id,
            invite,
            dialog: Dialog::from_invite(&request, &tag, way),
            request,
            transaction: key.clone(),
            way,
            tag,
            stage: Stage::Arrived,
            ring_at: at + self.config.ring_after,
            answering: self.config.answering,
            rang_at: None,
            bye_wanted: false,
            local: Local::new(SocketAddr::new(way.own.ip(), port), self.tokens.number()),
            offer,
            codecs: self.config.codecs.clone(),
            answer_expected: false,
            agreed: None,
            safety: Safety::default(),
            meter: Meter::default(),
            digits: Digits::default(),
            media: None,
            quiet_from: None,
        };
        self.ports.insert(port, id);
        self.calls.insert(id, call);
        if let Some(transaction) = self.invites.get(&key) {
            let (to, bytes) = (transaction.to, transaction.machine.bytes().to_vec());
            self.send(to, bytes);
        }
        self.wake_call(at, id);
    }

    /// A media port and the offer for a call that may ring; else the status that turns it away.
    fn admit(&mut self, request: &Request) -> Result<(u16, Option<Audio>), Denied> {
        if request.user != self.config.operator_user {
            return Err(404.into());
        }
        if let Answering::Reject(status) = self.config.answering {
            return Err(status.into());
        }
        if self.config.answering == Answering::Busy || self.calls.len() >= self.config.max_calls {
            return Err(486.into());
        }
        let offer = offer_of(request, &self.config.codecs, self.config.srtp)?;
        self.free_port().map(|port| (port, offer)).ok_or(Denied::from(486))
    }

    /// The next even port that no living call uses, in turn, so that stragglers of one call do not reach the next.
    fn free_port(&mut self) -> Option<u16> {
        let (first, last) = (self.config.media_ports.start().next_multiple_of(2), *self.config.media_ports.end());
        let ports = (first..last).step_by(2);
        let turned = ports.clone().skip_while(|p| *p < self.next_port).chain(ports);
        let used: Vec<u16> = self.calls.values().map(|c| c.local.address.port()).collect();
        let free = turned.into_iter().find(|p| !used.contains(p))?;
        self.next_port = free.saturating_add(2);
        Some(free)
    }

    /// What is due in one call's signalling.
    pub(super) fn wake_call(&mut self, at: Instant, id: CallId) {
        if self.calls.get(&id).is_some_and(|c| c.stage == Stage::Arrived && at >= c.ring_at) {
            self.ring(at, id);
        }
        if self.calls.get(&id).and_then(Call::answer_at).is_some_and(|due| at >= due) {
            self.accept(at, id);
        }
        if self.calls.get(&id).and_then(Call::give_up_at).is_some_and(|due| at >= due) {
            self.refuse(at, id, 480);
            self.ended(at, id, EndedBy::Silence);
        }
        self.wake_dialog(at, id);
    }

    fn wake_dialog(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        match call.dialog.wake(at) {
            Act::Send => {
                if let Some((to, bytes)) = call.dialog.unacknowledged() {
                    let (to, bytes) = (to, bytes.to_vec());
                    self.send(to, bytes);
                }
            }
            // RFC 3261, 13.3.1.4: a 2xx that nobody acknowledges ends the session with a BYE.
            Act::TimedOut => {
                self.send_bye(at, id);
                self.ended(at, id, EndedBy::Silence);
            }
            Act::Nothing => {}
        }
    }

    pub(super) fn ring(&mut self, at: Instant, id: CallId) {
        let user = self.config.operator_user.clone();
        let Some(call) = self.calls.get_mut(&id).filter(|c| c.stage == Stage::Arrived) else { return };
        let contact = contact(&user, call.way);
        call.stage = Stage::Ringing;
        call.rang_at = Some(at);
        let bytes = Reply::to(&call.request, 180, &call.tag, call.way.peer).header("Contact", &contact).bytes();
        let Some(transaction) = self.invites.get_mut(&call.transaction) else { return };
        if transaction.machine.provisional(bytes.clone()) == Act::Send {
            let to = transaction.to;
            self.send(to, bytes);
            self.tell(at, CallEvent::Ringing { call: id });
        }
    }

    pub(super) fn accept(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let offer = call.offer.take();
        let (request, way) = (call.request.clone(), call.way);
        call.stage = Stage::Answered;
        let Some(body) = describe(call, offer.as_ref(), self.config.srtp, &mut self.tokens) else {
            self.refuse(at, id, 488);
            return self.ended(at, id, EndedBy::Operator);
        };
        let key = call.transaction.clone();
        self.send_ok(at, id, &key, &request, way, body);
        self.tell(at, CallEvent::Answered { call: id });
        self.tell_agreed_security(at, id);
    }

    /// 200 to an INVITE or re-INVITE of a call.
    pub(super) fn send_ok(&mut self, at: Instant, id: CallId, key: &str, request: &Request, way: Way, body: Vec<u8>) {
        let contact = contact(&self.config.operator_user, way);
        let Some(call) = self.calls.get_mut(&id) else { return };
        let reply = Reply::to(request, 200, &call.tag, way.peer).header("Contact", &contact).header("Allow", ALLOWED);
        let bytes = reply.body("application/sdp", body).bytes();
        let Some(transaction) = self.invites.get_mut(key) else { return };
        if transaction.machine.last(at, 200, bytes.clone()) == Act::Send {
            let to = transaction.to;
            call.dialog.answered(at, &way.wire.timers(), request.head.cseq, bytes.clone(), to);
            self.send(to, bytes);
        }
    }

    /// A final failure to a call's INVITE; nothing if that has its final response.
    pub(super) fn refuse(&mut self, at: Instant, id: CallId, status: u16) {
        let Some(call) = self.calls.get(&id) else { return };
        let reply = Reply::to(&call.request, status, &call.tag, call.way.peer);
        let key = call.transaction.clone();
        self.conclude(at, &key, status, reply);
    }

    pub(super) fn end_from_here(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        match call.stage {
            Stage::Arrived | Stage::Ringing => self.refuse(at, id, 480),
            Stage::Answered => {
                call.bye_wanted = true;
                return;
            }
            Stage::Confirmed => self.send_bye(at, id),
            Stage::Ended(_) => return,
        }
        self.ended(at, id, EndedBy::Operator);
    }

    pub(super) fn send_bye(&mut self, at: Instant, id: CallId) {
        let branch = self.tokens.branch();
        let Some(call) = self.calls.get_mut(&id) else { return };
        let (to, bytes) = call.dialog.bye(&branch);
        self.clients.insert(branch, (to, Client::started(at, to.wire.timers(), bytes.clone()), id));
        self.send(to, bytes);
    }

    pub(super) fn ended(&mut self, at: Instant, id: CallId, by: EndedBy) {
        let Some(mut call) = self.calls.remove(&id) else { return };
        call.stage = Stage::Ended(by);
        self.past.insert(id, call);
        while self.past.len() > PAST_CALLS {
            self.past.pop_first();
        }
        self.tell(at, CallEvent::Ended { call: id, by });
    }

    /// The last word of a call has been exchanged: its media must stop.
    pub(super) fn expect_quiet(&mut self, id: CallId, at: Instant) {
        if let Some(call) = self.past.get_mut(&id) {
            call.quiet_from.get_or_insert(at + MEDIA_GRACE);
        }
    }
}

/// Where requests within a call reach us.
fn contact(user: &str, way: Way) -> String {
    format!("<sip:{user}@{}{}>", way.own, way.wire.parameter())
}

/// Why a call may not ring: the status that says so, and what was wrong with its offer if it was that.
#[derive(Debug)]
pub(super) struct Denied {
    pub status: u16,
    pub offer: Option<SdpError>,
}

impl From<u16> for Denied {
    fn from(status: u16) -> Self {
        Denied { status, offer: None }
    }
}

impl From<SdpError> for Denied {
    /// Not Acceptable Here (RFC 3261, 21.4.26).
    fn from(error: SdpError) -> Self {
        Denied { status: 488, offer: Some(error) }
    }
}

/// The offer an INVITE brings; `None` if it leaves offering to us.
pub(super) fn offer_of(request: &Request, codecs: &[Codec], srtp: Srtp) -> Result<Option<Audio>, SdpError> {
    if request.head.body.is_empty() {
        return Ok(None);
    }
    let audio = Audio::parse_under(&request.head.body, srtp)?;
    Agreed::with(&audio, codecs)?;
    Ok(Some(audio))
}

/// Our description: the answer to an offer, which is then in force, or an offer of our own.
pub(super) fn describe(call: &mut Call, offer: Option<&Audio>, srtp: Srtp, tokens: &mut Tokens) -> Option<Vec<u8>> {
    let Some(audio) = offer else {
        call.answer_expected = true;
        let cryptos = call.safety.offer(srtp, tokens);
        return Some(call.local.offer(&formats(&call.codecs), &cryptos.iter().collect::<Vec<_>>()));
    };
    let (agreed, format) = Agreed::with(audio, &call.codecs).ok()?;
    let crypto = call.safety.answer(audio.crypto.as_ref(), tokens);
    call.agree(agreed);
    Some(call.local.answer(audio, &format, crypto.as_ref()))
}

fn described(request: &Request) -> Invite {
    let told = |name: &str| {
        let extra = name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("X-"));
        extra || TOLD_HEADERS.iter().any(|t| t.eq_ignore_ascii_case(name))
    };
    Invite {
        dialog: request.head.call_id.clone(),
        to: request.uri.clone(),
        from: request.head.from.user.clone(),
        headers: request.head.all().iter().filter(|(name, _)| told(name)).cloned().collect(),
    }
}
