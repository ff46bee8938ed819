//! The desk asks a registered post now and then whether it is there: OPTIONS, which every user agent answers (RFC 3261,
//! 11).
//!
//! Must not know calls.

use super::context::Context;
use super::timers::ASKED_AGAIN_AFTER;
use crate::clock::Instant;
use crate::instrument::operator::Irregular;
use crate::sip::message::{self, targets};
use crate::sip::registrar::Change;
use crate::sip::route::{Route, Wire};
use crate::sip::transaction::{Act, Client};

/// The question that is under way, and when and to whom the last one was put.
#[derive(Debug, Default)]
pub(super) struct Asking {
    question: Option<Question>,
    last: Option<Instant>,
    /// Who was asked last, and on which way.
    known: Option<(String, Route)>,
}

#[derive(Debug)]
struct Question {
    machine: Client,
    branch: String,
    way: Route,
}

impl Asking {
    /// A post has registered on this way: it is asked, unless one was a short time ago.
    pub fn registered(&mut self, at: Instant, way: Route, changes: &[Change], cx: &mut Context) {
        let bound = changes.iter().find_map(|change| match change {
            Change::Bound { contact, .. } => Some(contact.clone()),
            _ => None,
        });
        let is_due = self.question.is_none() && self.last.is_none_or(|last| at.since(last) >= ASKED_AGAIN_AFTER);
        let (Some(contact), true) = (bound, is_due) else { return };
        let named = targets(&format!("<{contact}>")).into_iter().next().and_then(|target| target.socket);
        // A connection is used as it stands; a datagram goes where the post wants to be reached.
        let peer = if way.wire == Wire::Udp { named.unwrap_or(way.peer) } else { way.peer };
        self.ask(at, contact, Route { peer, ..way }, cx);
    }

    /// Asks the post that was asked last. `false`: none has been asked, or the last answer is still awaited.
    pub fn ask_again(&mut self, at: Instant, cx: &mut Context) -> bool {
        let Some((contact, way)) = self.known.clone().filter(|_| self.question.is_none()) else { return false };
        self.ask(at, contact, way, cx);
        true
    }

    fn ask(&mut self, at: Instant, contact: String, way: Route, cx: &mut Context) {
        let (branch, tag, id) = (cx.tokens().branch(), cx.tokens().hex(), cx.tokens().hex());
        let own = way.own;
        let lines = [
            ("Via", format!("SIP/2.0/{} {own};branch={branch};rport", way.wire.name())),
            ("Max-Forwards", "70".to_owned()),
            ("From", format!("<sip:{}@{own}>;tag={tag}", cx.config().operator_user)),
            ("To", format!("<{contact}>")),
            ("Call-ID", id),
            ("CSeq", "1 OPTIONS".to_owned()),
            ("Accept", "application/sdp".to_owned()),
        ];
        let bytes = message::request("OPTIONS", &contact, &lines, Vec::new());
        let machine = Client::started(at, way.wire.timers(), bytes.clone());
        let question = Some(Question { machine, branch, way });
        *self = Asking { question, last: Some(at), known: Some((contact, way)) };
        cx.send(way, bytes);
    }

    /// Whether a response was to the question.
    pub fn is_answered(&mut self, at: Instant, branch: &str, status: u16) -> bool {
        let Some(question) = self.question.as_mut().filter(|question| question.branch == branch) else { return false };
        question.machine.response(at, status);
        if status >= 200 {
            self.question = None;
        }
        true
    }

    pub fn next_wake(&self) -> Option<Instant> {
        self.question.as_ref().and_then(|question| question.machine.next_wake())
    }
    pub fn wake(&mut self, at: Instant, cx: &mut Context) {
        let Some(question) = &mut self.question else { return };
        let way = question.way;
        match question.machine.wake(at) {
            Act::Send => cx.send(way, question.machine.bytes().to_vec()),
            Act::TimedOut => {
                self.question = None;
                cx.tell_irregular(at, way, None, Irregular::Unanswered { method: "OPTIONS" });
            }
            Act::Nothing => {}
        }
    }
}
