//! A call's life at the desk, from its INVITE to its end.
//!
//! Must not know media packets, nor requests other than those a call is made of.

use super::call::{Agreed, Call, CallState, formats};
use super::media_watchdog::Watch;
use super::srtp_session::Safety;
use super::{ClientTransaction, Desk, MEDIA_GRACE, PAST_CALLS, Purpose};
use crate::clock::Instant;
use crate::instrument::operator::{Answering, Behaviour, CallEvent, CallId, EndedBy, Invite};
use crate::rtp::codec::Codec;
use crate::rtp::digits::Digits;
use crate::rtp::stats::Meter;
use crate::sip::dialog::Dialog;
use crate::sip::message::{ALLOWED, Reply, Request, SUPPORTED};
use crate::sip::reliable::Reliable;
use crate::sip::route::Route;
use crate::sip::sdes::Srtp;
use crate::sip::sdp::{Audio, Direction, Local, SdpError};
use crate::sip::session::{Asked, Session, TooBrief};
use crate::sip::token::Tokens;
use crate::sip::transaction::{Act, Client};
use std::net::SocketAddr;
use std::time::Duration;

/// Headers of an INVITE that scenarios ask for: these, and whatever begins with `X-`.
const TOLD_HEADERS: [&str; 3] = ["Priority", "P-Asserted-Identity", "User-Agent"];
impl Desk {
    pub(super) fn new_call(&mut self, at: Instant, way: Route, request: Request, key: String) {
        let user = request.head.from.user.clone();
        if self.registrar.source_of(&user).is_none_or(|known| known.ip() != way.peer.ip()) {
            return self.refuse_stranger(at, way, &request, &key);
        }
        self.last_call += 1;
        let id = CallId(self.last_call);
        let invite = described(&request);
        let server = self.server_at(way.own);
        self.tell(at, CallEvent::Invited { call: id, invite: invite.clone(), server });
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
        let call = Call {
            id,
            invite,
            dialog: Dialog::from_invite(&request, &tag, way),
            request,
            transaction: key.clone(),
            way,
            tag,
            state: CallState::Arrived,
            ring_at: at + self.config.ring_after,
            behaviour,
            rang_at: None,
            reliable: None,
            held_back: Vec::new(),
            accept_wanted: false,
            is_announced: false,
            description: None,
            is_described: false,
            session,
            change: None,
            watch: Watch::default(),
            told_held: false,
            old_ports: Vec::new(),
            new_port: None,
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
        let changing = self.calls.values().filter_map(|c| c.change.as_ref()).map(|change| change.port);
        let used: Vec<u16> = self.calls.values().map(|c| c.local.address.port()).chain(changing).collect();
        let free = turned.into_iter().find(|p| !used.contains(p))?;
        self.next_port = free.saturating_add(2);
        Some(free)
    }

    /// What is due in one call's signalling.
    pub(super) fn wake_call(&mut self, at: Instant, id: CallId) {
        if self.calls.get(&id).is_some_and(|c| c.state == CallState::Arrived && at >= c.ring_at) {
            self.ring(at, id);
        }
        if self.calls.get(&id).and_then(Call::answer_at).is_some_and(|due| at >= due) {
            self.accept(at, id);
        }
        if self.calls.get(&id).and_then(Call::pass_on_at).is_some_and(|due| at >= due) {
            self.pass_on(at, id);
        }
        self.wake_reliable(at, id);
        self.wake_session(at, id);
        self.wake_change(at, id);
        self.watch(at, id);
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
            Act::TimedOut => self.end_in_silence(at, id),
            Act::Nothing => {}
        }
    }

    pub(super) fn accept(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        // RFC 3262, 3: no 2xx while a reliable response is under way, and what that described needs no repetition.
        if call.reliable.as_ref().is_some_and(Reliable::is_waiting) {
            call.accept_wanted = true;
            return;
        }
        let offer = call.offer.take();
        let (request, way) = (call.request.clone(), call.way);
        call.state = CallState::Answered;
        let body = match call.description.take() {
            Some(_) if call.is_described => Some(None),
            Some(sent) => Some(Some(sent)),
            None => describe(call, offer.as_ref(), self.config.srtp, &mut self.tokens).map(Some),
        };
        call.media.iter_mut().for_each(|media| media.sender.repeat(Vec::new()));
        let Some(body) = body else {
            self.refuse(at, id, 488);
            return self.ended(at, id, EndedBy::Operator);
        };
        let key = call.transaction.clone();
        self.send_ok(at, id, &key, &request, way, body);
        self.tell(at, CallEvent::Answered { call: id });
        self.tell_agreed_security(at, id);
    }

    /// 200 to an INVITE or re-INVITE of a call.
    pub(super) fn send_ok(&mut self, at: Instant, id: CallId, key: &str, request: &Request, way: Route, body: Option<Vec<u8>>) {
        let contact = contact(&self.config.operator_user, way);
        let lines = self.session_lines(id);
        let Some(call) = self.calls.get_mut(&id) else { return };
        let reply = Reply::to(request, 200, &call.tag, way.peer).header("Contact", &contact).header("Allow", ALLOWED);
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
        let reply = Reply::to(&call.request, status, &call.tag, call.way.peer).headers(&retry_lines(retry_after));
        let key = call.transaction.clone();
        self.conclude(at, &key, status, reply);
    }

    pub(super) fn end_from_here(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        match call.state {
            CallState::Arrived | CallState::Ringing => self.refuse(at, id, 480),
            CallState::Answered => {
                call.bye_wanted = true;
                return;
            }
            CallState::Confirmed => self.send_bye(at, id),
            CallState::Ended(_) => return,
        }
        self.ended(at, id, EndedBy::Operator);
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
        call.state = CallState::Ended(by);
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

/// What a call that may ring needs.
struct Admitted {
    port: u16,
    offer: Option<Audio>,
    session: Option<Session>,
}

fn retry_lines(retry_after: Option<Duration>) -> Vec<(&'static str, String)> {
    retry_after.map(|time| ("Retry-After", time.as_secs().to_string())).into_iter().collect()
}

/// Where requests within a call reach us.
pub(super) fn contact(user: &str, way: Route) -> String {
    format!("<sip:{user}@{}{}>", way.own, way.wire.parameter())
}

/// Why a call may not ring, or what stands not be changed: the status that says so, lines that explain it, and what was wrong with the offer if
/// it was that.
#[derive(Debug)]
pub(super) struct Denied {
    pub status: u16,
    pub lines: Vec<(&'static str, String)>,
    pub offer: Option<SdpError>,
}

impl From<u16> for Denied {
    fn from(status: u16) -> Self {
        Denied { status, lines: Vec::new(), offer: None }
    }
}

impl From<SdpError> for Denied {
    /// Not Acceptable Here (RFC 3261, 21.4.26).
    fn from(error: SdpError) -> Self {
        Denied { status: 488, lines: Vec::new(), offer: Some(error) }
    }
}

impl From<TooBrief> for Denied {
    /// 422 says what would be long enough (RFC 4028, 9).
    fn from(why: TooBrief) -> Self {
        Denied { lines: vec![("Min-SE", why.0.as_secs().to_string())], ..422.into() }
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
        return Some(call.local.offer(&formats(&call.codecs), Direction::SendRecv, &cryptos.iter().collect::<Vec<_>>()));
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
