//! Which machine a SIP message is for: requests to the registrar, to a call, or to a new one; responses to whoever
//! asked.

use super::Desk;
use super::call::{Call, Invitation, Lifecycle, OfferAnswer, described, offer_of};
use super::irregular::{elsewhere, other_port, other_resource, unreachable};
use super::registering::{tell_changes, tell_reconnected, tell_refused};
use super::responses::{Denied, Refusal, retry_lines, tell_unsupported, unsupported};
use super::restraint::short;
use super::transactions::{InviteNews, Purpose, transaction_key};
use crate::clock::Instant;
use crate::instrument::operator::{Answering, Behaviour, CallEvent, CallId, EndedBy, Health, Irregular};
use crate::sip::dialog::DialogId;
use crate::sip::message::{self, Method, Reply, Request, Response, SUPPORTED};
use crate::sip::route::Route;
use crate::sip::sdp::{Audio, Local};
use crate::sip::session::{Asked, Session};
use std::net::SocketAddr;

/// What a call that may ring needs.
struct Admitted {
    port: u16,
    offer: Option<Audio>,
    session: Option<Session>,
}

impl Desk {
    pub(super) fn response(&mut self, at: Instant, response: &Response) {
        let (branch, status, cx) = (&response.head.via.branch, response.status, &mut self.cx);
        if self.asking.as_mut().is_some_and(|asking| asking.is_answered(at, branch, status)) {
            return;
        }
        if cx.transactions().has_asked(branch) {
            match cx.transactions().responded(at, branch, status) {
                Some((id, Purpose::Farewell)) => self.calls.with_known(id, |call| call.farewell_answered(at, status, cx)),
                Some((id, Purpose::Refresh)) => self.calls.with(id, |call| call.refresh_answered(at, response, cx)),
                None => None,
            };
            return;
        }
        match cx.invite_responded(at, response) {
            Some(InviteNews::Accepted { call, cseq }) => {
                self.calls.with_known(call, |call| call.change_accepted(at, cseq, response, cx));
            }
            Some(InviteNews::Refused { call }) => {
                self.calls.with_known(call, |call| call.change_refused(at, response, cx));
            }
            None => {}
        }
    }

    pub(super) fn request(&mut self, at: Instant, way: Route, request: Request) {
        match request.method {
            Method::Invite => self.invite(at, way, request),
            Method::Ack => self.ack(at, way, &request),
            method => {
                if let Some((to, bytes)) = self.cx.transactions().answer(&transaction_key(&request, method)) {
                    return self.cx.send(to, bytes);
                }
                self.cx.transactions().make_room();
                if let Some((status, lines)) = self.overload(&request, way) {
                    if method == Method::Register {
                        tell_refused(at, way.peer, &request.head.to.user, "503", &mut self.cx);
                    }
                    let reply = self.cx.reply(&request, status, way).headers(&lines);
                    return self.cx.respond(at, way, &request, reply);
                }
                if let Some((status, lines)) = unsupported(&request) {
                    tell_unsupported(at, way, &lines, &mut self.cx);
                    return self.cx.refuse_statelessly(way, &request, status, &lines);
                }
                self.serve(at, way, &request);
            }
        }
    }

    /// Whether a request within a call is its other end's: it comes from where that is, or where its user has
    /// registered from, or it brings that one's credentials. The error is the challenge to bring them; that it was
    /// turned away has been told.
    fn believe(&mut self, at: Instant, way: Route, id: CallId, request: &Request) -> Result<(), Vec<(&'static str, String)>> {
        self.hold_against_call(at, way, id, request)?;
        if let Some(call) = self.calls.get(id) {
            let before = self.cx.believed(call.user(), way);
            tell_reconnected(at, before, way, &self.calls, &mut self.cx);
        }
        Ok(())
    }
    fn hold_against_call(
        &mut self,
        at: Instant,
        way: Route,
        id: CallId,
        request: &Request,
    ) -> Result<(), Vec<(&'static str, String)>> {
        let Some(call) = self.calls.get(id) else { return Ok(()) };
        let user = call.user();
        let is_home = |source: SocketAddr| source.ip().to_canonical() == way.peer.ip().to_canonical();
        if call.is_on(way) || (call.is_sealed_enough(way) && self.registrar.source_of(user).is_some_and(is_home)) {
            return Ok(());
        }
        let challenge = match request.method {
            // Neither can be challenged (RFC 3261, 22.1).
            Method::Ack | Method::Cancel => Vec::new(),
            _ => match self.registrar.vouch(at, way.peer, user, request, self.cx.tokens()) {
                Ok(()) => return Ok(()),
                Err(challenge) => challenge,
            },
        };
        let of_invite = matches!(request.method, Method::Ack | Method::Cancel);
        let key = transaction_key(request, if of_invite { Method::Invite } else { request.method });
        let kind = format!("{} within a call", request.method);
        let what = format!("{} within call {}", request.method, id.0);
        self.intruders.turned_away(at, &key, (user, way.peer), &kind, &what, &mut self.cx);
        Err(challenge)
    }

    /// A new request other than INVITE and ACK.
    fn serve(&mut self, at: Instant, way: Route, request: &Request) {
        let call = DialogId::of(request).and_then(|dialog| self.calls.of_dialog(&dialog));
        let is_within = !matches!(request.method, Method::Register | Method::Cancel);
        if let Some(id) = call.filter(|_| is_within)
            && let Err(challenge) = self.believe(at, way, id, request)
        {
            return self.cx.refuse_statelessly(way, request, 401, &challenge);
        }
        let cx = &mut self.cx;
        match (request.method, call) {
            (Method::Register, _) => self.register(at, way, request),
            (Method::Cancel, _) => self.cancel(at, way, request),
            (Method::Bye | Method::Prack | Method::Update, Some(id)) => {
                self.calls.with(id, |call| match request.method {
                    Method::Bye => call.bye(at, way, request, cx),
                    Method::Prack => call.prack(at, way, request, cx),
                    _ => call.update(at, way, request, cx),
                });
            }
            (Method::Bye | Method::Prack | Method::Update, None) => {
                let reply = cx.reply(request, 481, way);
                cx.respond(at, way, request, reply);
                if request.method == Method::Bye || (request.method == Method::Update && request.head.to.tag.is_some()) {
                    self.look_for_stray_tags(at, way, request);
                }
            }
            (Method::Info, Some(id)) => {
                self.calls.with(id, |call| call.informed(at, way, request, cx));
            }
            // Requests within a call that change nothing in it.
            (method, call) => {
                if let Some(call) = call {
                    cx.tell(at, CallEvent::Asked { call, method: method.to_string() });
                }
                let reply = match method {
                    Method::Options => {
                        cx.reply(request, 200, way).header("Accept", "application/sdp").header("Supported", SUPPORTED)
                    }
                    _ => cx.reply(request, 405, way),
                };
                cx.respond(at, way, request, reply);
            }
        }
    }

    /// The answer of a server that turns everything new away; requests within a call are served. `None`: it is well.
    fn overload(&self, request: &Request, way: Route) -> Option<Refusal> {
        let transport = self.cx.transport();
        let Health::Refusing { retry_after } = self.cx.behaviour().health(transport.server_at(way.own)) else { return None };
        let is_new = request.head.to.tag.is_none() && request.method != Method::Cancel;
        (is_new && !transport.is_self_check(way)).then(|| (503, retry_lines(retry_after)))
    }

    fn cancel(&mut self, at: Instant, way: Route, request: &Request) {
        let key = transaction_key(request, Method::Invite);
        let call = self.calls.find(|call| call.is_invited_by(&key));
        if call.is_some_and(|id| self.believe(at, way, id, request).is_err()) {
            return self.cx.refuse_statelessly(way, request, 481, &[]);
        }
        let cx = &mut self.cx;
        let status = if cx.transactions().is_invited(&key) { 200 } else { 481 };
        let reply = cx.reply(request, status, way);
        cx.respond(at, way, request, reply);
        if let Some(id) = call {
            self.calls.with(id, |call| call.cancel(at, way, cx));
        }
    }

    fn register(&mut self, at: Instant, way: Route, request: &Request) {
        let cx = &mut self.cx;
        let answer = self.registrar.register(at, way.peer, request, cx.tokens());
        let reply = cx.reply(request, answer.status, way);
        if answer.status == 200 {
            let odd = elsewhere(way, request).into_iter().chain(other_port(way, request)).chain(other_resource(request));
            let odd = odd.chain(unreachable(way, request, true));
            odd.for_each(|what| cx.tell_irregular(at, way, None, what));
            let before = cx.registered(&request.head.to.user, way);
            tell_reconnected(at, before, way, &self.calls, cx);
        }
        if answer.repeats_count {
            cx.tell_irregular(at, way, None, Irregular::SameCount);
        }
        cx.respond(at, way, request, reply.headers(&answer.headers));
        self.asking.iter_mut().for_each(|asking| asking.registered(at, way, &answer.changes, cx));
        let server = cx.transport().server_at(way.own);
        tell_changes(at, (server, Some(way.peer)), answer.changes, &self.irregularities, cx);
    }

    /// A request that belongs to no call, though one stands under its Call-ID.
    fn look_for_stray_tags(&mut self, at: Instant, way: Route, request: &Request) {
        let call = self.calls.find(|call| call.dialog().call_id == request.head.call_id);
        if call.is_some() && self.cx.may_tell(at, way.peer, "Astray").is_some() {
            self.cx.tell_irregular(at, way, call, Irregular::Astray { method: request.method.to_string() });
        }
    }

    fn ack(&mut self, at: Instant, way: Route, request: &Request) {
        self.cx.transactions().acknowledged(at, &transaction_key(request, Method::Invite));
        let Some(dialog) = DialogId::of(request) else { return };
        let random = self.cx.random();
        let Some(id) = self.calls.of_dialog(&dialog) else { return };
        if self.believe(at, way, id, request).is_ok() {
            self.calls.with(id, |call| call.acknowledged(at, request, random, &mut self.cx));
        }
    }

    fn invite(&mut self, at: Instant, way: Route, request: Request) {
        let key = transaction_key(&request, Method::Invite);
        let cx = &mut self.cx;
        if let Some(again) = cx.transactions().invited_again(at, &key, way.wire) {
            again.answer.into_iter().for_each(|(to, bytes)| cx.send(to, bytes));
            let call = self.calls.find(|call| call.is_invited_by(&key)).filter(|_| again.is_needless);
            if call.is_some() {
                cx.tell_irregular(at, way, call, Irregular::AfterAnswer);
            }
            return;
        }
        let refusal = self.overload(&request, way).or_else(|| unsupported(&request));
        let call = DialogId::of(&request).map(|dialog| self.calls.of_dialog(&dialog));
        if let Some((status, lines)) = self.refusal_of_unknown(at, way, call, &request, refusal.as_ref()) {
            return self.cx.refuse_statelessly(way, &request, status, &lines);
        }
        let to = way.towards(message::answer_to(&request.head.via, way.peer));
        let trying = Reply::to(&request, 100, "", way.peer).bytes();
        if !self.cx.transactions().invited(at, &key, way, to, trying) {
            return;
        }
        match (refusal, call) {
            (Some((status, lines)), _) => {
                if status == 420 {
                    tell_unsupported(at, way, &lines, &mut self.cx);
                }
                let reply = self.cx.reply(&request, status, way).headers(&lines);
                self.conclude(at, &key, status, reply);
            }
            (None, None) => match self.calls.find(|call| call.is_asked_for_by(&request)) {
                // RFC 3261, 8.2.2.2.
                Some(id) => {
                    self.cx.tell_irregular(at, way, Some(id), Irregular::Merged);
                    let reply = self.cx.reply(&request, 482, way);
                    self.conclude(at, &key, 482, reply);
                }
                None => self.new_call(at, way, request, key),
            },
            (None, Some(None)) => {
                self.look_for_stray_tags(at, way, &request);
                let reply = self.cx.reply(&request, 481, way);
                self.conclude(at, &key, 481, reply);
            }
            (None, Some(Some(id))) => {
                self.calls.with(id, |call| call.reinvite(at, way, &request, &key, &mut self.cx));
            }
        }
    }

    /// What whoever is not known by his address hears: as little as the standard allows, and no repetition. `call` is
    /// the one that he speaks of, if he speaks of any and that lives.
    fn refusal_of_unknown(
        &mut self,
        at: Instant,
        way: Route,
        call: Option<Option<CallId>>,
        request: &Request,
        refusal: Option<&Refusal>,
    ) -> Option<Refusal> {
        let user = &request.head.from.user;
        if let Some(Some(id)) = call {
            return self.believe(at, way, id, request).err().map(|challenge| (401, challenge));
        }
        if self.registrar.source_of(user).is_some_and(|known| known.ip() == way.peer.ip()) {
            return None;
        }
        if call.is_some() {
            return Some((481, Vec::new()));
        }
        if let Some(refusal) = refusal {
            return Some(refusal.clone());
        }
        let why = if self.registrar.knows(user) { "not registered from there" } else { "unknown caller" };
        let (key, what) = (transaction_key(request, Method::Invite), format!("INVITE {}: {why}", short(&request.uri)));
        self.intruders.turned_away(at, &key, (user, way.peer), why, &what, &mut self.cx);
        Some((403, Vec::new()))
    }
    fn conclude(&mut self, at: Instant, key: &str, status: u16, reply: Reply) {
        self.cx.conclude(at, key, status, reply.bytes());
    }

    fn new_call(&mut self, at: Instant, way: Route, request: Request, key: String) {
        let id = self.calls.next_id();
        let invite = self.irregularities.without_secrets(described(&request));
        let server = self.cx.transport().server_at(way.own);
        self.cx.tell(at, CallEvent::Invited { call: id, invite: invite.clone(), server });
        let odd = elsewhere(way, &request).into_iter().chain(other_port(way, &request));
        let odd = odd.chain(self.irregularities.same_tag(&request)).chain(unreachable(way, &request, true));
        odd.for_each(|what| self.cx.tell_irregular(at, way, Some(id), what));
        let (behaviour, passed_on) = self.behaviour_towards(&request);
        let Admitted { port, offer, session } = match self.admit(at, &request, behaviour) {
            Ok(admitted) => admitted,
            Err(denied) => {
                let reply = self.cx.reply(&request, denied.status, way).headers(&denied.lines);
                self.conclude(at, &key, denied.status, reply);
                denied.tell_why(at, way, id, &mut self.cx);
                self.cx.tell(at, CallEvent::Refused { call: id, status: denied.status });
                return self.cx.tell(at, CallEvent::Ended { call: id, by: EndedBy::Operator });
            }
        };
        let cx = &mut self.cx;
        let tag = cx.tokens().hex();
        let local = Local::new(SocketAddr::new(way.own.ip(), port), cx.tokens().number());
        let body = request.head.description().to_vec();
        let before = cx.believed(&invite.from, way);
        tell_reconnected(at, before, way, &self.calls, cx);
        let invitation = Invitation::new(invite, request, key.clone(), way, tag);
        let life = Lifecycle::arrived(at + cx.config().ring_after + behaviour.rings_after, behaviour);
        let offered = offer.as_ref().and_then(|audio| audio.crypto.clone());
        let talk = OfferAnswer::begun(local, cx.config().codecs.clone(), offer);
        let mut call = Call::invited(id, invitation, life, session, talk);
        self.ports.give(port, id);
        call.look_at_description(at, &body, false, cx);
        let same_key = offered.and_then(|offered| self.irregularities.same_key(id, offered));
        same_key.into_iter().for_each(|what| cx.tell_irregular(at, way, Some(id), what));
        cx.transactions().response(&key).into_iter().for_each(|(to, trying)| cx.send(to, trying));
        if passed_on {
            cx.tell(at, CallEvent::PassedOn { call: id });
        }
        self.calls.begin(call);
        self.calls.with(id, |call| call.wake(at, cx));
    }

    /// What awaits this call, by whom it is for; and whether the first operator's refusal has passed it on already.
    fn behaviour_towards(&self, request: &Request) -> (Behaviour, bool) {
        let set = self.cx.behaviour();
        let is_for_second = request.user == self.cx.config().second_user;
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
        let config = self.cx.config();
        let has_second = config.behaviour.second.is_some();
        if request.user != config.operator_user && !(has_second && request.user == config.second_user) {
            return Err(404.into());
        }
        if let Answering::Refuse { status, retry_after } = behaviour.answering {
            return Err(Denied { lines: retry_lines(retry_after), ..status.into() });
        }
        let most = behaviour.admitted.map_or(config.max_calls, |most| most.min(config.max_calls));
        if self.calls.living().len() >= most {
            return Err(486.into());
        }
        let session = Session::answering(at, &behaviour.session, &Asked::of(&request.head))?;
        let offer = offer_of(request, &config.codecs, config.srtp)?;
        let port = self.free_port().ok_or(486u16)?;
        Ok(Admitted { port, offer, session })
    }
    /// A pair of ports that no living call uses.
    pub(super) fn free_port(&mut self) -> Option<u16> {
        let used: Vec<u16> = self.calls.living().flat_map(Call::ports).collect();
        self.ports.free(&used)
    }
}
