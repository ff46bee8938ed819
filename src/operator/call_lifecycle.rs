//! A call at the desk, from its INVITE to its end.

use super::call::{Call, CallState, Invitation, Lifecycle, OfferAnswer, described, offer_of};
use super::responses::{Denied, contact, retry_lines};
use super::{ClientTransaction, Desk, PAST_CALLS, Purpose};
use crate::clock::Instant;
use crate::instrument::operator::{Answering, Behaviour, CallEvent, CallId, Certificate, EndedBy, Health};
use crate::sip::message::{ALLOWED, Reply, Request, SUPPORTED};
use crate::sip::route::Route;
use crate::sip::sdp::{Audio, Local};
use crate::sip::session::{Asked, Session};
use crate::sip::transaction::{Act, Client};
use std::net::SocketAddr;
use std::time::Duration;

impl Desk {
    pub(super) fn new_call(&mut self, at: Instant, way: Route, request: Request, key: String) {
        let user = request.head.from.user.clone();
        if self.registrar.source_of(&user).is_none_or(|known| known.ip() != way.peer.ip()) {
            return self.refuse_stranger(at, way, &request, &key);
        }
        self.last_call += 1;
        let id = CallId(self.last_call);
        let invite = self.without_secrets(described(&request));
        let server = self.server_at(way.own);
        self.tell(at, CallEvent::Invited { call: id, invite: invite.clone(), server });
        self.look_at_addresses(at, way, &request, Some(id));
        self.look_at_tag(at, way, id, &request);
        let (behaviour, passed_on) = self.behaviour_towards(&request);
        let admitted = self.admit(at, &request, behaviour);
        let Admitted { port, offer, session } = match admitted {
            Ok(admitted) => admitted,
            Err(Denied { status, lines, offer }) => {
                let reply = self.reply(&request, status, way).headers(&lines);
                self.conclude(at, &key, status, reply);
                self.tell_unsafe_offer(at, id, offer.as_ref());
                self.tell(at, CallEvent::Refused { call: id, status });
                return self.tell(at, CallEvent::Ended { call: id, by: EndedBy::Operator });
            }
        };
        let tag = self.tokens.hex();
        let local = Local::new(SocketAddr::new(way.own.ip(), port), self.tokens.number());
        let invitation = Invitation::new(invite, request, key.clone(), way, tag);
        let life = Lifecycle::arrived(at + self.config.ring_after, behaviour);
        let offered = offer.as_ref().and_then(|audio| audio.crypto.clone());
        let talk = OfferAnswer::begun(local, self.config.codecs.clone(), offer);
        let call = Call::invited(id, invitation, life, session, talk);
        self.ports.insert(port, id);
        let body = call.invitation().request().head.body.clone();
        self.calls.insert(id, call);
        self.look_at_description(at, id, &body, false);
        self.look_at_key(at, id, offered);
        if let Some(transaction) = self.invites.get(&key) {
            let (to, bytes) = (transaction.to, transaction.machine.bytes().to_vec());
            self.send(to, bytes);
        }
        if passed_on {
            self.tell(at, CallEvent::PassedOn { call: id });
        }
        self.wake_call(at, id);
    }

    fn refuse_stranger(&mut self, at: Instant, way: Route, request: &Request, key: &str) {
        let user = &request.head.from.user;
        let what = if self.registrar.knows(user) { "not registered from there" } else { "unknown caller" };
        let reply = self.reply(request, 403, way);
        self.conclude(at, key, 403, reply);
        let what = format!("INVITE {}: {what}", request.uri);
        self.tell(at, CallEvent::Intruder { from: format!("{user}@{}", way.peer), what });
    }

    /// What awaits this call, by whom it is for; and whether the first operator's refusal has passed it on already.
    fn behaviour_towards(&self, request: &Request) -> (Behaviour, bool) {
        let set = self.config.behaviour;
        let is_for_second = request.user == self.config.second_user;
        let refused = matches!(set.answering, Answering::Refuse { .. });
        match set.second {
            Some(second) if is_for_second || (refused && second.after.is_some()) => {
                (Behaviour { answering: second.answering, second: None, ..set }, !is_for_second)
            }
            _ => (set, false),
        }
    }

    /// What a call that may ring needs; else the status that turns it away, and lines that explain it.
    fn admit(&mut self, at: Instant, request: &Request, behaviour: Behaviour) -> Result<Admitted, Denied> {
        let has_second = self.config.behaviour.second.is_some();
        if request.user != self.config.operator_user && !(has_second && request.user == self.config.second_user) {
            return Err(404.into());
        }
        if let Answering::Refuse { status, retry_after } = behaviour.answering {
            return Err(Denied { lines: retry_lines(retry_after), ..status.into() });
        }
        let most = behaviour.admitted.map_or(self.config.max_calls, |most| most.min(self.config.max_calls));
        if self.calls.len() >= most {
            return Err(486.into());
        }
        let session = Session::answering(at, &behaviour.session, &Asked::of(&request.head))?;
        let offer = offer_of(request, &self.config.codecs, self.config.srtp)?;
        let port = self.free_port().ok_or(486u16)?;
        Ok(Admitted { port, offer, session })
    }

    /// The next even port that no living call uses, in turn, so that stragglers of one call do not reach the next.
    pub(super) fn free_port(&mut self) -> Option<u16> {
        let (first, last) = (self.config.media_ports.start().next_multiple_of(2), *self.config.media_ports.end());
        let ports = (first..last.saturating_sub(1)).step_by(2);
        let turned = ports.clone().skip_while(|p| *p < self.next_port).chain(ports);
        let changing = self.calls.values().filter_map(|c| c.change.as_ref()).map(|change| change.port());
        let used: Vec<u16> = self.calls.values().map(|c| c.talk().address().port()).chain(changing).collect();
        let free = turned.into_iter().find(|p| !used.contains(p))?;
        self.next_port = free.saturating_add(2);
        Some(free)
    }

    pub(super) fn wake_dialog(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        match call.dialog.wake(at) {
            Act::Send => {
                if let Some((to, bytes)) = call.dialog.unacknowledged() {
                    let (to, bytes) = (to, bytes.to_vec());
                    self.send(to, bytes);
                }
            }
            // RFC 3261, 13.3.1.4: a 2xx that nobody acknowledges ends the session with a BYE.
            Act::TimedOut => self.end_in_silence(at, id),
            Act::Nothing => {}
        }
    }

    pub(super) fn accept(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        // RFC 3262, 3: no 2xx while a reliable response is under way, and what that described needs no repetition.
        if !call.provisionals.may_accept() {
            return;
        }
        call.life.answer();
        let body = call.describe_finally(self.config.srtp, &mut self.tokens);
        call.media.repeat(&[]);
        let (request, way) = (call.invitation().request().clone(), call.invitation().way());
        let key = call.invitation().transaction().to_owned();
        let Some(body) = body else {
            self.refuse(at, id, 488);
            return self.ended(at, id, EndedBy::Operator);
        };
        self.send_ok(at, id, &key, &request, way, body);
        self.tell(at, CallEvent::Answered { call: id });
        self.tell_agreed_security(at, id);
    }

    /// 200 to an INVITE or re-INVITE of a call.
    pub(super) fn send_ok(&mut self, at: Instant, id: CallId, key: &str, request: &Request, way: Route, body: Option<Vec<u8>>) {
        let contact = contact(&self.config.operator_user, way);
        let lines = self.session_lines(id);
        let Some(call) = self.calls.get_mut(&id) else { return };
        let reply =
            Reply::to(request, 200, call.invitation().tag(), way.peer).header("Contact", &contact).header("Allow", ALLOWED);
        let reply = reply.header("Supported", SUPPORTED).headers(&lines);
        let bytes = if let Some(body) = body { reply.body("application/sdp", body) } else { reply }.bytes();
        let Some(transaction) = self.invites.get_mut(key) else { return };
        if transaction.machine.last(at, 200, bytes.clone()) == Act::Send {
            let to = transaction.to;
            call.dialog.answered(at, &way.wire.timers(), request.head.cseq, bytes.clone(), to);
            self.send(to, bytes);
        }
    }

    /// A final failure to a call's INVITE; nothing if that has its final response.
    pub(super) fn refuse(&mut self, at: Instant, id: CallId, status: u16) {
        self.refuse_until(at, id, status, None);
    }

    pub(super) fn refuse_until(&mut self, at: Instant, id: CallId, status: u16, retry_after: Option<Duration>) {
        let Some(call) = self.calls.get(&id) else { return };
        let reply = call.invitation().reply(status).headers(&retry_lines(retry_after));
        let key = call.invitation().transaction().to_owned();
        self.conclude(at, &key, status, reply);
    }

    pub(super) fn end_from_here(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        match call.state() {
            CallState::Arrived | CallState::Ringing => self.refuse(at, id, 480),
            CallState::Answered => {
                return call.life.hold_bye_back();
            }
            CallState::Confirmed => self.send_bye(at, id),
            CallState::Ended(_) => return,
        }
        self.ended(at, id, EndedBy::Operator);
    }

    /// Ends every call, with servers that are well: for making safe.
    pub fn make_safe(&mut self, at: Instant) {
        let set = self.config.behaviour;
        self.behave(Behaviour {
            primary: Health::Well,
            backup: Health::Well,
            mute: false,
            shows: Certificate::Own,
            gives_up_srtp: false,
            ..set
        });
        self.hang_up_all(at);
    }
    /// Ends every call.
    pub fn hang_up_all(&mut self, at: Instant) {
        let ids: Vec<CallId> = self.calls.keys().copied().collect();
        for id in ids {
            self.end_from_here(at, id);
        }
        self.settle();
    }

    pub(super) fn send_bye(&mut self, at: Instant, id: CallId) {
        let branch = self.tokens.branch();
        let Some(call) = self.calls.get_mut(&id) else { return };
        let (to, _, bytes) = call.dialog.request("BYE", &branch, &[], Vec::new());
        self.ask(at, branch, to, id, Purpose::Farewell, bytes);
    }

    /// A request of ours other than INVITE.
    pub(super) fn ask(&mut self, at: Instant, branch: String, to: Route, call: CallId, purpose: Purpose, bytes: Vec<u8>) {
        let machine = Client::started(at, to.wire.timers(), bytes.clone());
        self.clients.insert(branch, ClientTransaction { to, machine, call, purpose });
        self.send(to, bytes);
    }

    /// The other end is gone for good: BYE, in case it is not.
    pub(super) fn end_in_silence(&mut self, at: Instant, id: CallId) {
        if self.calls.contains_key(&id) {
            self.send_bye(at, id);
            self.ended(at, id, EndedBy::Silence);
        }
    }

    pub(super) fn ended(&mut self, at: Instant, id: CallId, by: EndedBy) {
        self.report_goodbye(at, id);
        let Some(mut call) = self.calls.remove(&id) else { return };
        call.life.end(by);
        self.past.insert(id, call);
        while self.past.len() > PAST_CALLS {
            self.past.pop_first();
        }
        self.tell(at, CallEvent::Ended { call: id, by });
    }

    /// The last word of a call has been exchanged: its media must stop.
    pub(super) fn expect_quiet(&mut self, id: CallId, at: Instant) {
        if let Some(call) = self.past.get_mut(&id) {
            call.media.expect_quiet(at);
        }
    }
}

/// What a call that may ring needs.
struct Admitted {
    port: u16,
    offer: Option<Audio>,
    session: Option<Session>,
}
