//! What the desk does with each SIP request, and with a call from its INVITE to its end.

use super::call::Call;
use super::resending::Needless;
use super::responses::{Denied, contact};
use super::{Desk, InviteTransaction, MOST_TRANSACTIONS};
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, CallId, EndedBy, Irregular};
use crate::sip::dialog::{DialogId, Order};
use crate::sip::message::{self, ALLOWED, Method, Reply, Request, SUPPORTED};
use crate::sip::route::{Route, Wire};
use crate::sip::transaction::{Act, InviteServer, Server};
use crate::sip::{reliable, session};

/// Request Pending: an earlier offer has not been settled yet (RFC 3261, 14.2).
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
    pub(super) fn request(&mut self, at: Instant, way: Route, request: Request) {
        match request.method {
            Method::Invite => self.invite(at, way, request),
            Method::Ack => self.ack(at, &request),
            method => {
                let key = transaction_key(&request, method);
                if let Some((to, server)) = self.servers.get(&key) {
                    let (to, bytes) = (*to, server.bytes().to_vec());
                    return self.send(to, bytes);
                }
                self.make_room();
                if let Some(reply) = self.turned_away(&request, way) {
                    if method == Method::Register {
                        let (user, why) = (request.head.to.user.clone(), "503".to_string());
                        self.tell(at, CallEvent::RegistrationRefused { user, why });
                    }
                    return self.respond(at, way, &request, reply);
                }
                self.note_asked(at, &request);
                match method {
                    Method::Register => self.register(at, way, &request),
                    Method::Bye => self.bye(at, way, &request),
                    Method::Cancel => self.cancel(at, way, &request),
                    Method::Prack => self.prack(at, way, &request),
                    Method::Update => self.update(at, way, &request),
                    Method::Options => {
                        let reply = self.reply(&request, 200, way).header("Accept", "application/sdp");
                        let reply = reply.header("Supported", SUPPORTED);
                        self.respond(at, way, &request, reply);
                    }
                    _ => {
                        let reply = self.reply(&request, 405, way);
                        self.respond(at, way, &request, reply);
                    }
                }
            }
        }
    }

    /// A flood must not shut the rig's posts out: the oldest answers are forgotten, and calls that were turned away. At worst a repetition of
    /// theirs is taken for a new request.
    fn make_room(&mut self) {
        if self.servers.len() >= MOST_TRANSACTIONS {
            let oldest = self.servers.iter().min_by_key(|(_, (_, server))| server.next_wake()).map(|(key, _)| key.clone());
            oldest.and_then(|key| self.servers.remove(&key));
        }
        if self.invites.len() >= MOST_TRANSACTIONS {
            let refused = self.invites.iter().find(|(_, invite)| invite.machine.is_refused()).map(|(key, _)| key.clone());
            refused.and_then(|key| self.invites.remove(&key));
        }
    }

    pub(super) fn reply(&mut self, request: &Request, status: u16, way: Route) -> Reply {
        let tag = self.tokens.hex();
        Reply::to(request, status, &tag, way.peer).header("Allow", ALLOWED)
    }

    /// Answers a request other than INVITE, and remembers the answer.
    pub(super) fn respond(&mut self, at: Instant, way: Route, request: &Request, reply: Reply) {
        let to = way.towards(message::answer_to(&request.head.via, way.peer));
        let bytes = reply.bytes();
        let server = Server::answered(at, way.wire.timers(), bytes.clone());
        self.servers.insert(transaction_key(request, request.method), (to, server));
        self.send(to, bytes);
    }

    fn register(&mut self, at: Instant, way: Route, request: &Request) {
        let answer = self.registrar.register(at, way.peer, request, &mut self.tokens);
        let reply = self.reply(request, answer.status, way);
        if answer.status == 200 {
            self.look_at_addresses(at, way, request, None);
            self.look_at_digest(at, way, request);
            self.flows.registered(&request.head.to.user, way);
        }
        if answer.repeats_count {
            self.tell_irregular(at, way, None, Irregular::SameCount);
        }
        let reply = answer.headers.iter().fold(reply, |reply, (name, value)| reply.header(name, value));
        self.respond(at, way, request, reply);
        self.ask_registered(at, way, &answer.changes);
        self.tell_changes(at, self.server_at(way.own), answer.changes);
    }

    fn invite(&mut self, at: Instant, way: Route, request: Request) {
        let key = transaction_key(&request, Method::Invite);
        if let Some(known) = self.invites.get_mut(&key) {
            let is_over_udp = way.wire == Wire::Udp;
            let is_needless = is_over_udp && known.machine.is_proceeding() && known.needless.repeated(at);
            if known.machine.repeated() == Act::Send {
                let (to, bytes) = (known.to, known.machine.bytes().to_vec());
                self.send(to, bytes);
            }
            let call = self.calls.values().find(|call| call.invitation().transaction() == key).map(Call::id);
            if let Some(call) = call.filter(|_| is_needless) {
                self.tell_irregular(at, way, Some(call), Irregular::AfterAnswer);
            }
            return;
        }
        self.make_room();
        if self.invites.len() >= MOST_TRANSACTIONS {
            return;
        }
        let to = way.towards(message::answer_to(&request.head.via, way.peer));
        let trying = Reply::to(&request, 100, "", way.peer).bytes();
        let (machine, needless) = (InviteServer::started(way.wire.timers(), trying), Needless::since(at));
        self.invites.insert(key.clone(), InviteTransaction { machine, to, needless });
        if let Some(reply) = self.turned_away(&request, way) {
            return self.conclude(at, &key, 503, reply);
        }
        let required = request.head.headers("Require").flat_map(|list| list.split(',')).map(str::trim);
        let unknown: Vec<&str> =
            required.filter(|tag| ![reliable::TAG, session::TAG].contains(&tag.to_ascii_lowercase().as_str())).collect();
        if !unknown.is_empty() {
            let unsupported = unknown.join(", ");
            let reply = self.reply(&request, 420, way).header("Unsupported", &unsupported);
            return self.conclude(at, &key, 420, reply);
        }
        match DialogId::of(&request) {
            Some(dialog) => self.reinvite(at, way, &request, &key, &dialog),
            None => self.new_call(at, way, request, key),
        }
    }

    /// Sends the final response of an INVITE transaction.
    pub(super) fn conclude(&mut self, at: Instant, key: &str, status: u16, reply: Reply) {
        let Some(transaction) = self.invites.get_mut(key) else { return };
        let bytes = reply.bytes();
        if transaction.machine.last(at, status, bytes.clone()) == Act::Send {
            let to = transaction.to;
            self.send(to, bytes);
        }
    }

    fn reinvite(&mut self, at: Instant, way: Route, request: &Request, key: &str, dialog: &DialogId) {
        match self.renegotiate(at, way, request, dialog) {
            Ok((id, body)) => {
                self.send_ok(at, id, key, request, way, body);
                self.tell_agreed_security(at, id);
                self.tell_held(at, id);
            }
            Err(Denied { status, lines, offer }) => {
                let reply = self.reply(request, status, way).headers(&lines);
                self.conclude(at, key, status, reply);
                if let Some(id) = self.calls.values().find(|c| c.dialog.id == *dialog).map(Call::id) {
                    self.tell_unsafe_offer(at, id, offer.as_ref());
                }
            }
        }
    }

    /// UPDATE: a refresh, and with a body a new agreement, also before the answer (RFC 3311, 5.2).
    fn update(&mut self, at: Instant, way: Route, request: &Request) {
        let outcome = DialogId::of(request).ok_or(Denied::from(481)).and_then(|d| self.renegotiate(at, way, request, &d));
        let reply = match outcome {
            Ok((id, body)) => {
                let contact = contact(&self.config.operator_user, way);
                let lines = self.session_lines(id);
                let reply = self.reply(request, 200, way).header("Contact", &contact).headers(&lines);
                self.tell_agreed_security(at, id);
                self.tell_held(at, id);
                if let Some(body) = body { reply.body("application/sdp", body) } else { reply }
            }
            Err(Denied { status, lines, .. }) => self.reply(request, status, way).headers(&lines),
        };
        self.respond(at, way, request, reply);
    }

    /// A new agreement within a call, or the status that leaves the old one in force (RFC 3261, 14.2; RFC 3311, 5.2). An UPDATE without a body
    /// agrees on nothing.
    fn renegotiate(
        &mut self,
        at: Instant,
        way: Route,
        request: &Request,
        dialog: &DialogId,
    ) -> Result<(CallId, Option<Vec<u8>>), Denied> {
        let Some(id) = self.calls.values().find(|c| c.dialog.id == *dialog).map(Call::id) else {
            self.look_for_stray_tags(at, way, request);
            return Err(481.into());
        };
        self.look_at_addresses(at, way, request, Some(id));
        self.tell(at, CallEvent::Asked { call: id, method: request.method.to_string() });
        let Some(call) = self.calls.get_mut(&id) else { return Err(481.into()) };
        if call.dialog.order(request) == Order::Late {
            self.tell_out_of_order(at, way, id, request);
            return Err(500.into());
        }
        let asks = request.method == Method::Invite || !request.head.body.is_empty();
        let is_settled = match request.method {
            Method::Invite => call.life.is_confirmed() && !call.dialog.awaits_ack(),
            _ => call.talk().agreed().is_some() && !call.talk().is_offering() && !call.dialog.awaits_ack(),
        };
        if asks && (!is_settled || call.change.is_some()) {
            return Err(PENDING.into());
        }
        let offer = call.talk().offer_of(request, self.config.srtp)?;
        self.refreshed_by_post(at, id, request)?;
        let Some(call) = self.calls.get_mut(&id) else { return Err(481.into()) };
        call.dialog.refresh_target(request);
        let describe = || match &offer {
            Some(offer) => call.answer(offer, &mut self.tokens),
            None => call.describe(self.config.srtp, &mut self.tokens),
        };
        let described = asks.then(describe).map(|body| body.ok_or(488u16));
        let body = described.transpose()?;
        // An offer that was refused left no version behind it.
        self.look_at_description(at, id, &request.head.body, false);
        Ok((id, body))
    }

    /// Tells if the agreement in force is a hold and the one told last was none, or the other way round.
    fn tell_held(&mut self, at: Instant, id: CallId) {
        if let Some(held) = self.calls.get_mut(&id).and_then(Call::hold_news) {
            self.tell(at, CallEvent::Held { call: id, held });
        }
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
        let id = call.id();
        if call.talk().is_offering() {
            call.take_answer(&request.head.body);
            self.look_at_description(at, id, &request.head.body, true);
        }
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.start_media(at, random, self.config.calendar);
        let (bye_wanted, mute) = (call.life.wants_bye(), call.talk().agreed().is_none());
        if call.life.confirm() {
            call.media.expect_voice(at);
            self.tell(at, CallEvent::Confirmed { call: id });
        }
        self.tell_agreed_security(at, id);
        if bye_wanted || mute {
            self.end_from_here(at, id);
        }
    }

    fn bye(&mut self, at: Instant, way: Route, request: &Request) {
        let dialog = DialogId::of(request);
        let call = dialog.and_then(|d| self.calls.values_mut().find(|c| c.dialog.id == d));
        let (status, id, late) = match call.map(|c| (c.id(), c.dialog.order(request))) {
            None => (481, None, None),
            Some((id, Order::Late)) => (500, None, Some(id)),
            Some((id, Order::Next)) => (200, Some(id), None),
        };
        let reply = self.reply(request, status, way);
        self.respond(at, way, request, reply);
        match late {
            Some(id) => self.tell_out_of_order(at, way, id, request),
            None if id.is_none() => self.look_for_stray_tags(at, way, request),
            None => {}
        }
        if let Some(id) = id {
            self.refuse(at, id, 487);
            self.ended(at, id, EndedBy::Post);
            self.expect_quiet(id, at);
        }
    }

    fn cancel(&mut self, at: Instant, way: Route, request: &Request) {
        let key = transaction_key(request, Method::Invite);
        let status = if self.invites.contains_key(&key) { 200 } else { 481 };
        let reply = self.reply(request, status, way);
        self.respond(at, way, request, reply);
        let is_acknowledged = |c: &&Call| c.invitation().transaction() == key && c.life.is_confirmed();
        if let Some(id) = self.calls.values().find(is_acknowledged).map(Call::id) {
            self.tell_irregular(at, way, Some(id), Irregular::LateCancel);
        }
        let ringing = |c: &&Call| c.invitation().transaction() == key && c.life.is_unanswered();
        if let Some(id) = self.calls.values().find(ringing).map(Call::id) {
            self.refuse(at, id, 487);
            self.ended(at, id, EndedBy::Cancelled);
        }
    }
}
