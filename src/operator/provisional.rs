//! What a caller gets until the answer: 180, 181 and 183, reliably where it asks for that (RFC 3261, 13.3.1.1; RFC 3262).
//!
//! Must not know media packets.

use super::call::{Call, CallState};
use super::call_lifecycle::{contact, describe, offer_of};
use super::{Desk, DeskError};
use crate::clock::Instant;
use crate::dsp::stimulus;
use crate::instrument::operator::{Answering, CallEvent, CallId, EndedBy, Progress};
use crate::rtp::axis::RATE;
use crate::sip::dialog::{DialogId, Order};
use crate::sip::message::{Reply, Request};
use crate::sip::reliable::{self, Wish};
use crate::sip::route::Route;
use crate::sip::sdes::Srtp;
use crate::sip::token::Tokens;
use crate::sip::transaction::Act;

/// The Polish call tone: 425 Hz, 1 s on, 4 s off (ITU-T E.180, supplement 2), at −10 dB of full scale.
const TONE_HZ: f64 = 425.0;
const TONE_SECONDS: f64 = 1.0;
const PAUSE_SECONDS: usize = 4;
const TONE_PEAK: f32 = 0.316;

/// A provisional response that is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Provisional {
    status: u16,
    /// With our description.
    describes: bool,
}

impl Provisional {
    const RINGING: Provisional = Provisional { status: 180, describes: false };
    const FORWARDED: Provisional = Provisional { status: 181, describes: false };
    const EARLY: Provisional = Provisional { status: 183, describes: true };
}

fn call_tone() -> Vec<f32> {
    let mut tone = stimulus::tone(RATE, TONE_SECONDS, TONE_HZ, 0.005);
    let peak = tone.iter().fold(f32::MIN_POSITIVE, |peak, s| peak.max(s.abs()));
    tone.iter_mut().for_each(|s| *s *= TONE_PEAK / peak);
    tone.resize(tone.len() + PAUSE_SECONDS * RATE as usize, 0.0);
    tone
}

impl Desk {
    pub(super) fn ring(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id).filter(|c| c.state == CallState::Arrived) else { return };
        call.state = CallState::Ringing;
        call.rang_at = Some(at);
        let tone = call.behaviour.progress == Progress::Tone;
        if self.progress(at, id, Provisional::RINGING) {
            self.tell(at, CallEvent::Ringing { call: id });
        }
        if tone {
            // Where nothing can be sent before the answer, it rings in silence.
            let _silent = self.announce(at, id);
        }
    }

    /// Opens a ringing call's media towards the caller. An INVITE without an offer has to be answered reliably first: without 100rel there is
    /// nothing to send to.
    pub(super) fn announce(&mut self, at: Instant, id: CallId) -> Result<(), DeskError> {
        let Some(call) = self.calls.get_mut(&id) else { return Err(DeskError::NoSuchCall(id)) };
        if call.offer.is_none() && !call.is_reliable() && call.agreed.is_none() {
            return Err(DeskError::NoMedia(id));
        }
        if !std::mem::replace(&mut call.is_announced, true) && self.progress(at, id, Provisional::EARLY) {
            self.tell(at, CallEvent::EarlyMedia { call: id });
            self.open_early(at, id);
        }
        Ok(())
    }

    /// Begins media before the answer, once it is agreed on.
    fn open_early(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get(&id) else { return };
        if !call.is_announced || call.agreed.is_none() || call.media.is_some() {
            return;
        }
        let random = [self.tokens.number(), self.tokens.number()];
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.start_media(at, random, self.config.calendar);
        if let Some(media) = call.media.as_mut().filter(|_| call.behaviour.progress == Progress::Tone) {
            media.sender.repeat(call_tone());
        }
    }

    /// It rings at the second operator instead: because the first refused, or did not answer.
    pub(super) fn pass_on(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let Some(second) = call.behaviour.second else { return };
        call.behaviour.answering = second.answering;
        call.behaviour.second = None;
        call.rang_at = Some(at);
        self.progress(at, id, Provisional::FORWARDED);
        self.tell(at, CallEvent::PassedOn { call: id });
        if let Answering::Refuse { status, retry_after } = second.answering {
            self.refuse_until(at, id, status, retry_after);
            self.tell(at, CallEvent::Refused { call: id, status });
            self.ended(at, id, EndedBy::Operator);
        }
    }

    /// Sends a provisional response, or has it wait for the PRACK of the one before. True if it has been or will be sent.
    fn progress(&mut self, at: Instant, id: CallId, what: Provisional) -> bool {
        let Some(call) = self.calls.get_mut(&id) else { return false };
        if call.is_reliable() {
            let random = self.tokens.number();
            let cseq = call.request.head.cseq;
            let reliable = call.reliable.get_or_insert_with(|| reliable::Reliable::new(random, cseq));
            match reliable.next_number() {
                None => call.held_back.push(what),
                Some(number) => self.send_provisional(at, id, what, Some(number)),
            }
        } else {
            self.send_provisional(at, id, what, None);
        }
        true
    }

    fn send_provisional(&mut self, at: Instant, id: CallId, what: Provisional, number: Option<u32>) {
        let user = self.config.operator_user.clone();
        let Some(call) = self.calls.get_mut(&id) else { return };
        let mut reply =
            Reply::to(&call.request, what.status, &call.tag, call.way.peer).header("Contact", &contact(&user, call.way));
        if let Some(number) = number {
            reply = reply.header("Require", reliable::TAG).header("RSeq", &number.to_string());
        }
        // The first reliable response to an INVITE without an offer makes ours (RFC 3262, 5).
        let offers = number.is_some() && call.offer.is_none() && call.description.is_none();
        if what.describes || offers {
            let offer = call.offer.take();
            if call.description.is_none() {
                call.description = describe(call, offer.as_ref(), self.config.srtp, &mut self.tokens);
            }
            if let Some(body) = call.description.clone() {
                call.is_described |= number.is_some();
                reply = reply.body("application/sdp", body);
            }
        }
        let bytes = reply.bytes();
        let Some(transaction) = self.invites.get_mut(&call.transaction) else { return };
        if transaction.machine.provisional(bytes.clone()) == Act::Send {
            let to = transaction.to;
            if let Some(reliable) = call.reliable.as_mut().filter(|_| number.is_some()) {
                reliable.sent(at, &to.wire.timers(), bytes.clone(), to);
            }
            self.send(to, bytes);
        }
    }

    pub(super) fn prack(&mut self, at: Instant, way: Route, request: &Request) {
        let dialog = DialogId::of(request);
        let call = dialog.and_then(|d| self.calls.values_mut().find(|c| c.dialog.id == d));
        let outcome = call.ok_or(481).and_then(|call| acknowledge(call, request, self.config.srtp, &mut self.tokens));
        let reply = self.reply(request, outcome.as_ref().err().copied().unwrap_or(200), way);
        let (id, reply) = match outcome {
            Ok((id, Some(body))) => (Some(id), reply.body("application/sdp", body)),
            Ok((id, None)) => (Some(id), reply),
            Err(_) => (None, reply),
        };
        self.respond(at, way, request, reply);
        if let Some(id) = id {
            self.go_on(at, id);
        }
    }

    /// What waited for a PRACK.
    fn go_on(&mut self, at: Instant, id: CallId) {
        self.open_early(at, id);
        let Some(call) = self.calls.get_mut(&id) else { return };
        let next = (!call.held_back.is_empty()).then(|| call.held_back.remove(0));
        let accept = call.accept_wanted && next.is_none();
        if let Some(what) = next {
            self.progress(at, id, what);
        }
        if accept {
            self.accept(at, id);
        }
    }

    /// What is due of a reliable response.
    pub(super) fn wake_reliable(&mut self, at: Instant, id: CallId) {
        let Some(reliable) = self.calls.get_mut(&id).and_then(|call| call.reliable.as_mut()) else { return };
        match reliable.wake(at) {
            Act::Send => {
                if let Some((to, bytes)) = reliable.unacknowledged() {
                    let (to, bytes) = (to, bytes.to_vec());
                    self.send(to, bytes);
                }
            }
            // RFC 3262, 3: the INVITE is rejected with a 5xx.
            Act::TimedOut => {
                self.refuse(at, id, 504);
                self.ended(at, id, EndedBy::Silence);
            }
            Act::Nothing => {}
        }
    }
}

/// Whether this PRACK is the one waited for, and what we say to the description it may bring.
fn acknowledge(call: &mut Call, prack: &Request, srtp: Srtp, tokens: &mut Tokens) -> Result<(CallId, Option<Vec<u8>>), u16> {
    if call.dialog.order(prack) == Order::Late {
        return Err(500);
    }
    if !call.reliable.as_mut().is_some_and(|reliable| reliable.acknowledged(prack)) {
        return Err(481);
    }
    Ok((call.id, take_description(call, prack, srtp, tokens)?))
}

/// The answer that a PRACK brings to our offer, or an offer of its own; what we say to that.
fn take_description(call: &mut Call, prack: &Request, srtp: Srtp, tokens: &mut Tokens) -> Result<Option<Vec<u8>>, u16> {
    if std::mem::take(&mut call.answer_expected) {
        call.take_answer(&prack.head.body);
        return Ok(None);
    }
    match offer_of(prack, &call.codecs, srtp).map_err(|_| 488u16)? {
        None => Ok(None),
        Some(offer) => describe(call, Some(&offer), srtp, tokens).map(Some).ok_or(488),
    }
}

impl Call {
    /// Provisional responses have to be reliable, or may be and are to be.
    pub(super) fn is_reliable(&self) -> bool {
        match Wish::of(&self.request.head) {
            Wish::Required => true,
            Wish::Supported => self.behaviour.reliable,
            Wish::Unknown => false,
        }
    }
}
