//! What the desk does with each SIP request, and with a call from its INVITE to its end.
//!
//! Must not know media packets.

use super::call::{Agreed, Call, Stage, formats};
use super::{Desk, InviteTransaction, MEDIA_GRACE, PAST_CALLS};
use crate::clock::Instant;
use crate::instrument::operator::{Answering, CallEvent, CallId, EndedBy, Invite};
use crate::rtp::stats::Meter;
use crate::sip::dialog::{Dialog, DialogId, Order};
use crate::sip::message::{self, ALLOWED, Method, Reply, Request};
use crate::sip::sdp::{Audio, Local, SdpError};
use crate::sip::transaction::{Act, Client, InviteServer, Server};
use std::net::SocketAddr;

/// Headers of an INVITE that scenarios ask for: these, and whatever begins with `X-`.
const TOLD_HEADERS: [&str; 3] = ["Priority", "P-Asserted-Identity", "User-Agent"];
/// Ringing again what is ringing (RFC 3261, 14.2).
const PENDING: u16 = 491;

/// Which transaction a request belongs to (RFC 3261, 17.2.3). ACK and CANCEL name that of their INVITE.
fn transaction_key(request: &Request, method: Method) -> String {
    let head = &request.head;
    if head.via.branch.starts_with("z9hG4bK") {
        return format!("{} {} {method}", head.via.branch, head.via.sent_by);
    }
    let tag = head.from.tag.as_deref().unwrap_or_default();
    format!("{} {} {tag} {} {method}", head.call_id, head.cseq, head.via.sent_by)
}

impl Desk {
    pub(super) fn request(&mut self, at: Instant, source: SocketAddr, request: Request) {
        match request.method {
            Method::Invite => self.invite(at, source, request),
            Method::Ack => self.ack(at, &request),
            method => {
                let key = transaction_key(&request, method);
                if let Some((to, server)) = self.servers.get(&key) {
                    let (to, bytes) = (*to, server.bytes().to_vec());
                    return self.send(to, bytes);
                }
                match method {
                    Method::Register => self.register(at, source, &request),
                    Method::Bye => self.bye(at, source, &request),
                    Method::Cancel => self.cancel(at, source, &request),
                    Method::Options => {
                        let reply = self.reply(&request, 200, source).header("Accept", "application/sdp");
                        self.respond(at, source, &request, reply);
                    }
                    _ => {
                        let reply = self.reply(&request, 405, source);
                        self.respond(at, source, &request, reply);
                    }
                }
            }
        }
    }

    fn reply(&mut self, request: &Request, status: u16, source: SocketAddr) -> Reply {
        let tag = self.tokens.hex();
        Reply::to(request, status, &tag, source).header("Allow", ALLOWED)
    }

    /// Answers a request other than INVITE, and remembers the answer.
    fn respond(&mut self, at: Instant, source: SocketAddr, request: &Request, reply: Reply) {
        let to = message::answer_to(&request.head.via, source);
        let bytes = reply.bytes();
        let server = Server::answered(at, self.timers, bytes.clone());
        self.servers.insert(transaction_key(request, request.method), (to, server));
        self.send(to, bytes);
    }

    fn register(&mut self, at: Instant, source: SocketAddr, request: &Request) {
        let answer = self.registrar.register(at, source, request, &mut self.tokens);
        let reply = self.reply(request, answer.status, source);
        let reply = answer.headers.iter().fold(reply, |reply, (name, value)| reply.header(name, value));
        self.respond(at, source, request, reply);
        self.tell_changes(at, answer.changes);
    }

    fn invite(&mut self, at: Instant, source: SocketAddr, request: Request) {
        let key = transaction_key(&request, Method::Invite);
        if let Some(known) = self.invites.get(&key) {
            if known.machine.repeated() == Act::Send {
                let (to, bytes) = (known.to, known.machine.bytes().to_vec());
                self.send(to, bytes);
            }
            return;
        }
        let to = message::answer_to(&request.head.via, source);
        let trying = Reply::to(&request, 100, "", source).bytes();
        self.invites.insert(key.clone(), InviteTransaction { machine: InviteServer::started(self.timers, trying), to });
        let required: Vec<&str> = request.head.headers("Require").collect();
        if !required.is_empty() {
            let unsupported = required.join(", ");
            let reply = self.reply(&request, 420, source).header("Unsupported", &unsupported);
            return self.conclude(at, &key, 420, reply);
        }
        match DialogId::of(&request) {
            Some(dialog) => self.reinvite(at, source, &request, &key, &dialog),
            None => self.new_call(at, source, request, key),
        }
    }

    /// Sends the final response of an INVITE transaction.
    fn conclude(&mut self, at: Instant, key: &str, status: u16, reply: Reply) {
        let Some(transaction) = self.invites.get_mut(key) else { return };
        let bytes = reply.bytes();
        if transaction.machine.last(at, status, bytes.clone()) == Act::Send {
            let to = transaction.to;
            self.send(to, bytes);
        }
    }

    fn new_call(&mut self, at: Instant, source: SocketAddr, request: Request, key: String) {
        let user = request.head.from.user.clone();
        if self.registrar.source_of(&user).is_none_or(|known| known.ip() != source.ip()) {
            let what = if self.registrar.knows(&user) { "not registered from there" } else { "unknown caller" };
            let reply = self.reply(&request, 403, source);
            self.conclude(at, &key, 403, reply);
            let what = format!("INVITE {}: {what}", request.uri);
            return self.tell(at, CallEvent::Intruder { from: format!("{user}@{source}"), what });
        }
        self.last_call += 1;
        let id = CallId(self.last_call);
        let invite = described(&request);
        self.tell(at, CallEvent::Invited { call: id, invite: invite.clone() });
        let admitted = self.admit(&request);
        let (port, offer) = match admitted {
            Ok(admitted) => admitted,
            Err(status) => {
                let reply = self.reply(&request, status, source);
                self.conclude(at, &key, status, reply);
                return self.tell(at, CallEvent::Ended { call: id, by: EndedBy::Operator });
            }
        };
        let tag = self.tokens.hex();
        let call = Call {
            id,
            invite,
            dialog: Dialog::from_invite(&request, &tag, source),
            request,
            transaction: key.clone(),
            source,
            tag,
            stage: Stage::Arrived,
            ring_at: at + self.config.ring_after,
            answering: self.config.answering,
            rang_at: None,
            bye_wanted: false,
            local: Local::new(SocketAddr::new(self.config.sip.ip(), port), self.tokens.number()),
            offer,
            answer_expected: false,
            agreed: None,
            meter: Meter::default(),
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
    fn admit(&mut self, request: &Request) -> Result<(u16, Option<Audio>), u16> {
        if request.user != self.config.operator_user {
            return Err(404);
        }
        if self.config.answering == Answering::Busy || self.calls.len() >= self.config.max_calls {
            return Err(486);
        }
        let offer = offer_of(request).map_err(|_| 488u16)?;
        self.free_port().map(|port| (port, offer)).ok_or(486)
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
        let contact = self.contact();
        let Some(call) = self.calls.get_mut(&id).filter(|c| c.stage == Stage::Arrived) else { return };
        call.stage = Stage::Ringing;
        call.rang_at = Some(at);
        let bytes = Reply::to(&call.request, 180, &call.tag, call.source).header("Contact", &contact).bytes();
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
        let (request, source) = (call.request.clone(), call.source);
        call.stage = Stage::Answered;
        let Some(body) = describe(call, offer.as_ref()) else {
            self.refuse(at, id, 488);
            return self.ended(at, id, EndedBy::Operator);
        };
        let key = call.transaction.clone();
        self.send_ok(at, id, &key, &request, source, body);
        self.tell(at, CallEvent::Answered { call: id });
    }

    /// 200 to an INVITE or re-INVITE of a call.
    fn send_ok(&mut self, at: Instant, id: CallId, key: &str, request: &Request, source: SocketAddr, body: Vec<u8>) {
        let contact = self.contact();
        let Some(call) = self.calls.get_mut(&id) else { return };
        let reply = Reply::to(request, 200, &call.tag, source).header("Contact", &contact).header("Allow", ALLOWED);
        let bytes = reply.body("application/sdp", body).bytes();
        let Some(transaction) = self.invites.get_mut(key) else { return };
        if transaction.machine.last(at, 200, bytes.clone()) == Act::Send {
            let to = transaction.to;
            call.dialog.answered(at, &self.timers, request.head.cseq, bytes.clone(), to);
            self.send(to, bytes);
        }
    }

    fn contact(&self) -> String {
        format!("<sip:{}@{}>", self.config.operator_user, self.config.sip)
    }

    fn reinvite(&mut self, at: Instant, source: SocketAddr, request: &Request, key: &str, dialog: &DialogId) {
        let outcome = self.renegotiate(request, dialog);
        match outcome {
            Ok((id, body)) => self.send_ok(at, id, key, request, source, body),
            Err(status) => {
                let reply = self.reply(request, status, source);
                self.conclude(at, key, status, reply);
            }
        }
    }

    /// A new agreement within a call, or the status that leaves the old one in force (RFC 3261, 14.2).
    fn renegotiate(&mut self, request: &Request, dialog: &DialogId) -> Result<(CallId, Vec<u8>), u16> {
        let call = self.calls.values_mut().find(|c| c.dialog.id == *dialog).ok_or(481u16)?;
        if call.dialog.order(request) == Order::Late {
            return Err(500);
        }
        if call.stage != Stage::Confirmed || call.dialog.awaits_ack() {
            return Err(PENDING);
        }
        let offer = offer_of(request).map_err(|_| 488u16)?;
        call.dialog.refresh_target(request);
        let body = describe(call, offer.as_ref()).ok_or(488u16)?;
        Ok((call.id, body))
    }

    fn ack(&mut self, at: Instant, request: &Request) {
        if let Some(transaction) = self.invites.get_mut(&transaction_key(request, Method::Invite)) {
            transaction.machine.acknowledged(at);
        }
        let Some(dialog) = DialogId::of(request) else { return };
        let random = [self.tokens.number(), self.tokens.number()];
        let Some(call) = self.calls.values_mut().find(|c| c.dialog.id == dialog) else { return };
        if !call.dialog.acknowledged(request) {
            return;
        }
        let id = call.id;
        if std::mem::take(&mut call.answer_expected)
            && let Ok((agreed, _)) = Audio::parse(&request.head.body).and_then(|audio| Agreed::with(&audio))
        {
            call.agree(agreed);
        }
        call.start_media(at, random);
        let (bye_wanted, mute) = (call.bye_wanted, call.agreed.is_none());
        if call.stage == Stage::Answered {
            call.stage = Stage::Confirmed;
            self.tell(at, CallEvent::Confirmed { call: id });
        }
        if bye_wanted || mute {
            self.end_from_here(at, id);
        }
    }

    fn bye(&mut self, at: Instant, source: SocketAddr, request: &Request) {
        let dialog = DialogId::of(request);
        let call = dialog.and_then(|d| self.calls.values_mut().find(|c| c.dialog.id == d));
        let (status, id) = match call.map(|c| (c.id, c.dialog.order(request))) {
            None => (481, None),
            Some((_, Order::Late)) => (500, None),
            Some((id, Order::Next)) => (200, Some(id)),
        };
        let reply = self.reply(request, status, source);
        self.respond(at, source, request, reply);
        if let Some(id) = id {
            self.refuse(at, id, 487);
            self.ended(at, id, EndedBy::Post);
            self.expect_quiet(id, at);
        }
    }

    fn cancel(&mut self, at: Instant, source: SocketAddr, request: &Request) {
        let key = transaction_key(request, Method::Invite);
        let status = if self.invites.contains_key(&key) { 200 } else { 481 };
        let reply = self.reply(request, status, source);
        self.respond(at, source, request, reply);
        let ringing = |c: &&Call| c.transaction == key && matches!(c.stage, Stage::Arrived | Stage::Ringing);
        if let Some(id) = self.calls.values().find(ringing).map(|c| c.id) {
            self.refuse(at, id, 487);
            self.ended(at, id, EndedBy::Cancelled);
        }
    }

    /// A final failure to a call's INVITE; nothing if that has its final response.
    fn refuse(&mut self, at: Instant, id: CallId, status: u16) {
        let Some(call) = self.calls.get(&id) else { return };
        let reply = Reply::to(&call.request, status, &call.tag, call.source);
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

    fn send_bye(&mut self, at: Instant, id: CallId) {
        let branch = self.tokens.branch();
        let Some(call) = self.calls.get_mut(&id) else { return };
        let (to, bytes) = call.dialog.bye(&branch, self.config.sip);
        self.clients.insert(branch, (to, Client::started(at, self.timers, bytes.clone()), id));
        self.send(to, bytes);
    }

    fn ended(&mut self, at: Instant, id: CallId, by: EndedBy) {
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

/// The offer an INVITE brings; `None` if it leaves offering to us.
fn offer_of(request: &Request) -> Result<Option<Audio>, SdpError> {
    if request.head.body.is_empty() {
        return Ok(None);
    }
    let audio = Audio::parse(&request.head.body)?;
    Agreed::with(&audio)?;
    Ok(Some(audio))
}

/// Our description: the answer to an offer, which is then in force, or an offer of our own.
fn describe(call: &mut Call, offer: Option<&Audio>) -> Option<Vec<u8>> {
    let Some(audio) = offer else {
        call.answer_expected = true;
        return Some(call.local.offer(&formats()));
    };
    let (agreed, format) = Agreed::with(audio).ok()?;
    call.agree(agreed);
    Some(call.local.answer(audio, &format))
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
