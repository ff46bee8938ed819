//! From an INVITE to its ACK: 180, 181 and 183, reliably where the caller asks for that, and the 200 (RFC 3261, 13.3.1;
//! RFC 3262).

use super::{Call, Leaves, Provisional};
use crate::clock::Instant;
use crate::dsp::stimulus;
use crate::instrument::operator::{Answering, CallEvent, EndedBy, Irregular, Progress};
use crate::operator::context::Context;
use crate::operator::error::DeskError;
use crate::operator::responses::offer_words;
use crate::rtp::axis::RATE;
use crate::sip::dialog::Order;
use crate::sip::message::{ALLOWED, Reply, Request, SUPPORTED};
use crate::sip::reliable;
use crate::sip::route::Route;
use crate::sip::sdp::{Audio, SdpError};
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

impl Call {
    pub fn ring(&mut self, at: Instant, cx: &mut Context) {
        if !self.life.ring(at) {
            return;
        }
        if self.life.behaviour().progress == Progress::Straight {
            return;
        }
        self.progress(at, Provisional::RINGING, cx);
        cx.tell(at, CallEvent::Ringing { call: self.id });
        if self.life.behaviour().progress == Progress::Tone {
            // Where nothing can be sent before the answer, it rings in silence.
            let _silent = self.announce(at, cx);
        }
    }

    /// Opens a ringing call's media towards the caller. An INVITE without an offer has to be answered reliably first:
    /// without 100rel there is nothing to send to.
    pub fn announce(&mut self, at: Instant, cx: &mut Context) -> Result<(), DeskError> {
        if !self.talk.is_offered() && !self.provisionals.is_reliable() && self.talk.agreed().is_none() {
            return Err(DeskError::NoMedia(self.id));
        }
        if self.provisionals.announce() {
            self.progress(at, Provisional::EARLY, cx);
            cx.tell(at, CallEvent::EarlyMedia { call: self.id });
            self.open_early(at, cx);
        }
        Ok(())
    }

    /// Begins media before the answer, once it is agreed on.
    fn open_early(&mut self, at: Instant, cx: &mut Context) {
        if !self.provisionals.is_announced() || self.talk.agreed().is_none() || self.media.is_begun() {
            return;
        }
        let random = cx.random();
        self.start_media(at, random, cx);
        if self.life.behaviour().progress == Progress::Tone {
            self.media.repeat(&call_tone());
        }
    }

    /// It rings at the second operator instead: because the first refused, or did not answer.
    pub(super) fn pass_on(&mut self, at: Instant, cx: &mut Context) {
        let Some(answering) = self.life.pass_on(at) else { return };
        self.progress(at, Provisional::FORWARDED, cx);
        cx.tell(at, CallEvent::PassedOn { call: self.id });
        if let Answering::Refuse { status, retry_after } = answering {
            self.refuse_until(at, status, retry_after, cx);
            cx.tell(at, CallEvent::Refused { call: self.id, status });
            self.end(at, EndedBy::Operator, cx);
        }
    }

    /// Sends a provisional response, or has it wait for the PRACK of the one before.
    fn progress(&mut self, at: Instant, what: Provisional, cx: &mut Context) {
        let cseq = self.invitation.request().head.cseq;
        match self.provisionals.next(what, cseq, || cx.tokens().number()) {
            Leaves::Unreliably => self.send_provisional(at, what, None, cx),
            Leaves::Reliably(number) => self.send_provisional(at, what, Some(number), cx),
            Leaves::Later => {}
        }
    }

    fn send_provisional(&mut self, at: Instant, what: Provisional, number: Option<u32>, cx: &mut Context) {
        let mut reply = self.invitation.reply(what.status).header("Contact", &cx.contact(self.invitation.way()));
        if let Some(number) = number {
            reply = reply.header("Require", reliable::TAG).header("RSeq", &number.to_string());
        }
        // The first reliable response to an INVITE without an offer makes ours (RFC 3262, 5).
        let offers = number.is_some() && !self.talk.is_offered() && !self.talk.is_described();
        if (what.describes || offers)
            && let Some(body) = self.describe_early(number.is_some(), cx)
        {
            reply = reply.body("application/sdp", body);
        }
        let bytes = reply.bytes();
        if let (Some(to), Some(_)) = (cx.progress(self.invitation.transaction(), bytes.clone()), number) {
            self.provisionals.sent(at, &to.wire.timers(), bytes, to);
        }
    }

    pub fn prack(&mut self, at: Instant, way: Route, request: &Request, cx: &mut Context) {
        let outcome = self.acknowledge_provisional(request, cx);
        let reply = cx.reply(request, outcome.as_ref().err().copied().unwrap_or(200), way);
        let Ok(body) = outcome else { return cx.respond(at, way, request, reply) };
        self.look_at_description(at, request.head.description(), false, cx);
        let reply = if let Some(body) = body { reply.body("application/sdp", body) } else { reply };
        cx.respond(at, way, request, reply);
        self.go_on(at, cx);
    }

    /// Whether this PRACK is the one waited for, and what we say to the description it may bring.
    fn acknowledge_provisional(&mut self, prack: &Request, cx: &mut Context) -> Result<Option<Vec<u8>>, u16> {
        if self.dialog.order(prack) == Order::Late {
            return Err(500);
        }
        if !self.provisionals.acknowledged(prack) {
            return Err(481);
        }
        // It brings the answer to our offer, or an offer of its own.
        if self.talk.is_offering() {
            self.take_answer(prack.head.description());
            return Ok(None);
        }
        match self.talk.offer_of(prack, cx.config().srtp).map_err(|_| 488u16)? {
            None => Ok(None),
            Some(offer) => self.answer(&offer, cx).map(Some).ok_or(488),
        }
    }

    /// What waited for a PRACK.
    fn go_on(&mut self, at: Instant, cx: &mut Context) {
        self.open_early(at, cx);
        let next = self.provisionals.take_held_back();
        let accept = self.provisionals.wants_accept() && next.is_none();
        if let Some(what) = next {
            self.progress(at, what, cx);
        }
        if accept {
            self.accept(at, cx);
        }
    }

    /// What is due of a reliable response.
    pub(super) fn wake_reliable(&mut self, at: Instant, cx: &mut Context) {
        match self.provisionals.wake(at) {
            (Act::Send, response) => response.into_iter().for_each(|(to, bytes)| cx.send(to, bytes)),
            // RFC 3262, 3: the INVITE is rejected with a 5xx.
            (Act::TimedOut, _) => self.give_up(at, 504, cx),
            (Act::Nothing, _) => {}
        }
    }

    pub fn accept(&mut self, at: Instant, cx: &mut Context) {
        // RFC 3262, 3: no 2xx while a reliable response is under way, and what that described needs no repetition.
        if !self.provisionals.may_accept() {
            return;
        }
        self.life.answer();
        let body = self.describe_finally(cx);
        self.media.repeat(&[]);
        let Some(body) = body else {
            self.refuse(at, 488, cx);
            return self.end(at, EndedBy::Operator, cx);
        };
        let (request, key) = (self.invitation.request().clone(), self.invitation.transaction().to_owned());
        self.send_ok(at, &key, &request, self.invitation.way(), body, cx);
        cx.tell(at, CallEvent::Answered { call: self.id });
        self.tell_agreed_security(at, cx);
    }

    /// 200 to its INVITE, or to one within it.
    pub(super) fn send_ok(
        &mut self,
        at: Instant,
        key: &str,
        request: &Request,
        way: Route,
        body: Option<Vec<u8>>,
        cx: &mut Context,
    ) {
        let reply = Reply::to(request, 200, self.invitation.tag(), way.peer).header("Contact", &cx.contact(way));
        let reply = reply.header("Allow", ALLOWED).header("Supported", SUPPORTED).headers(&self.session_lines());
        let bytes = if let Some(body) = body { reply.body("application/sdp", body) } else { reply }.bytes();
        if let Some(to) = cx.conclude(at, key, 200, bytes.clone()) {
            self.dialog.answered(at, &way.wire.timers(), request.head.cseq, bytes, to);
        }
    }

    /// What is due of a 2xx without its ACK.
    pub(super) fn wake_dialog(&mut self, at: Instant, cx: &mut Context) {
        match self.dialog.wake(at) {
            Act::Send => self.dialog.unacknowledged().into_iter().for_each(|(to, bytes)| cx.send(to, bytes.to_vec())),
            // RFC 3261, 13.3.1.4: a 2xx that nobody acknowledges ends the session with a BYE.
            Act::TimedOut => self.end_in_silence(at, cx),
            Act::Nothing => {}
        }
    }

    /// An ACK, which may bring the answer to our offer.
    pub fn acknowledged(&mut self, at: Instant, request: &Request, random: [u64; 2], cx: &mut Context) {
        if !self.dialog.acknowledged(request) {
            return;
        }
        if self.talk.is_offering() {
            let body = request.head.description();
            if !self.take_answer(body) {
                let why = offer_words(&Audio::parse(body).err().unwrap_or(SdpError::NoCodec));
                self.tell_irregular(at, Irregular::NoOffer { why }, cx);
            }
            self.look_at_description(at, body, true, cx);
        }
        self.start_media(at, random, cx);
        if self.life.confirm() {
            self.media.expect_voice(at);
            cx.tell(at, CallEvent::Confirmed { call: self.id });
        }
        self.tell_agreed_security(at, cx);
        if self.life.wants_bye() || self.talk.agreed().is_none() {
            self.hang_up(at, cx);
        }
    }
}
