//! What a caller gets until the answer: 180, 181 and 183, reliably where it asks for that (RFC 3261, 13.3.1.1; RFC 3262).

use super::call::{Call, Leaves, Provisional};
use super::responses::contact;
use super::{Desk, DeskError};
use crate::clock::Instant;
use crate::dsp::stimulus;
use crate::instrument::operator::{Answering, CallEvent, CallId, EndedBy, Progress};
use crate::rtp::axis::RATE;
use crate::sip::dialog::{DialogId, Order};
use crate::sip::message::Request;
use crate::sip::reliable;
use crate::sip::route::Route;
use crate::sip::sdes::Srtp;
use crate::sip::token::Tokens;
use crate::sip::transaction::Act;

/// The Polish call tone: 425 Hz, 1 s on, 4 s off (ITU-T E.180, supplement 2), at −10 dB of full scale.
const TONE_HZ: f64 = 425.0;
const TONE_SECONDS: f64 = 1.0;
const PAUSE_SECONDS: usize = 4;
const TONE_PEAK: f32 = 0.316;

fn call_tone() -> Vec<f32> {
    let mut tone = stimulus::tone(RATE, TONE_SECONDS, TONE_HZ, 0.005);
    let peak = tone.iter().fold(f32::MIN_POSITIVE, |peak, s| peak.max(s.abs()));
    tone.iter_mut().for_each(|s| *s *= TONE_PEAK / peak);
    tone.resize(tone.len() + PAUSE_SECONDS * RATE as usize, 0.0);
    tone
}

impl Desk {
    pub(super) fn ring(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        if !call.life.ring(at) {
            return;
        }
        let tone = call.life.behaviour().progress == Progress::Tone;
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
        if !call.talk().is_offered() && !call.provisionals.is_reliable() && call.talk().agreed().is_none() {
            return Err(DeskError::NoMedia(id));
        }
        if call.provisionals.announce() && self.progress(at, id, Provisional::EARLY) {
            self.tell(at, CallEvent::EarlyMedia { call: id });
            self.open_early(at, id);
        }
        Ok(())
    }

    /// Begins media before the answer, once it is agreed on.
    fn open_early(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get(&id) else { return };
        if !call.provisionals.is_announced() || call.talk().agreed().is_none() || call.media.is_begun() {
            return;
        }
        let random = [self.tokens.number(), self.tokens.number()];
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.start_media(at, random, self.config.calendar);
        if call.life.behaviour().progress == Progress::Tone {
            call.media.repeat(&call_tone());
        }
    }

    /// It rings at the second operator instead: because the first refused, or did not answer.
    pub(super) fn pass_on(&mut self, at: Instant, id: CallId) {
        let Some(answering) = self.calls.get_mut(&id).and_then(|call| call.life.pass_on(at)) else { return };
        self.progress(at, id, Provisional::FORWARDED);
        self.tell(at, CallEvent::PassedOn { call: id });
        if let Answering::Refuse { status, retry_after } = answering {
            self.refuse_until(at, id, status, retry_after);
            self.tell(at, CallEvent::Refused { call: id, status });
            self.ended(at, id, EndedBy::Operator);
        }
    }

    /// Sends a provisional response, or has it wait for the PRACK of the one before. True if it has been or will be sent.
    fn progress(&mut self, at: Instant, id: CallId, what: Provisional) -> bool {
        let Some(call) = self.calls.get_mut(&id) else { return false };
        let cseq = call.invitation().request().head.cseq;
        match call.provisionals.next(what, cseq, || self.tokens.number()) {
            Leaves::Unreliably => self.send_provisional(at, id, what, None),
            Leaves::Reliably(number) => self.send_provisional(at, id, what, Some(number)),
            Leaves::Later => {}
        }
        true
    }

    fn send_provisional(&mut self, at: Instant, id: CallId, what: Provisional, number: Option<u32>) {
        let user = self.config.operator_user.clone();
        let Some(call) = self.calls.get_mut(&id) else { return };
        let mut reply = call.invitation().reply(what.status).header("Contact", &contact(&user, call.invitation().way()));
        if let Some(number) = number {
            reply = reply.header("Require", reliable::TAG).header("RSeq", &number.to_string());
        }
        // The first reliable response to an INVITE without an offer makes ours (RFC 3262, 5).
        let offers = number.is_some() && !call.talk().is_offered() && !call.talk().is_described();
        if (what.describes || offers)
            && let Some(body) = call.describe_early(number.is_some(), self.config.srtp, &mut self.tokens)
        {
            reply = reply.body("application/sdp", body);
        }
        let bytes = reply.bytes();
        let Some(transaction) = self.invites.get_mut(call.invitation().transaction()) else { return };
        if transaction.machine.provisional(bytes.clone()) == Act::Send {
            let to = transaction.to;
            if number.is_some() {
                call.provisionals.sent(at, &to.wire.timers(), bytes.clone(), to);
            }
            self.send(to, bytes);
        }
    }

    pub(super) fn prack(&mut self, at: Instant, way: Route, request: &Request) {
        let dialog = DialogId::of(request);
        let call = dialog.and_then(|d| self.calls.values_mut().find(|c| c.dialog.id == d));
        let outcome = call.ok_or(481).and_then(|call| acknowledge(call, request, self.config.srtp, &mut self.tokens));
        let reply = self.reply(request, outcome.as_ref().err().copied().unwrap_or(200), way);
        if let Ok((id, _)) = outcome {
            self.look_at_description(at, id, &request.head.body, false);
        }
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
        let next = call.provisionals.take_held_back();
        let accept = call.provisionals.wants_accept() && next.is_none();
        if let Some(what) = next {
            self.progress(at, id, what);
        }
        if accept {
            self.accept(at, id);
        }
    }

    /// What is due of a reliable response.
    pub(super) fn wake_reliable(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        match call.provisionals.wake(at) {
            (Act::Send, response) => response.into_iter().for_each(|(to, bytes)| self.send(to, bytes)),
            // RFC 3262, 3: the INVITE is rejected with a 5xx.
            (Act::TimedOut, _) => {
                self.refuse(at, id, 504);
                self.ended(at, id, EndedBy::Silence);
            }
            (Act::Nothing, _) => {}
        }
    }
}

/// Whether this PRACK is the one waited for, and what we say to the description it may bring.
fn acknowledge(call: &mut Call, prack: &Request, srtp: Srtp, tokens: &mut Tokens) -> Result<(CallId, Option<Vec<u8>>), u16> {
    if call.dialog.order(prack) == Order::Late {
        return Err(500);
    }
    if !call.provisionals.acknowledged(prack) {
        return Err(481);
    }
    Ok((call.id(), take_description(call, prack, srtp, tokens)?))
}

/// The answer that a PRACK brings to our offer, or an offer of its own; what we say to that.
fn take_description(call: &mut Call, prack: &Request, srtp: Srtp, tokens: &mut Tokens) -> Result<Option<Vec<u8>>, u16> {
    if call.talk().is_offering() {
        call.take_answer(&prack.head.body);
        return Ok(None);
    }
    match call.talk().offer_of(prack, srtp).map_err(|_| 488u16)? {
        None => Ok(None),
        Some(offer) => call.answer(&offer, tokens).map(Some).ok_or(488),
    }
}
