//! The desk asks a registered post now and then whether it is there: OPTIONS, which every user agent answers (RFC 3261, 11).
//!
//! Must not know calls.

use super::Desk;
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
    pub fn next_wake(&self) -> Option<Instant> {
        self.question.as_ref().and_then(|question| question.machine.next_wake())
    }
}

impl Desk {
    /// From now on registered posts are asked.
    pub fn ask_posts(&mut self) {
        self.asking.get_or_insert_default();
    }

    pub(super) fn ask_registered(&mut self, at: Instant, way: Route, changes: &[Change]) {
        let bound = changes.iter().find_map(|change| match change {
            Change::Bound { contact, .. } => Some(contact.clone()),
            _ => None,
        });
        let is_due =
            |asking: &Asking| asking.question.is_none() && asking.last.is_none_or(|last| at.since(last) >= ASKED_AGAIN_AFTER);
        let (Some(contact), true) = (bound, self.asking.as_ref().is_some_and(is_due)) else { return };
        let named = targets(&format!("<{contact}>")).into_iter().next().and_then(|target| target.socket);
        // A connection is used as it stands; a datagram goes where the post wants to be reached.
        let peer = if way.wire == Wire::Udp { named.unwrap_or(way.peer) } else { way.peer };
        self.put_question(at, contact, Route { peer, ..way });
    }

    /// Asks the post that was asked last, now. `false`: none has been asked, or the last answer is still awaited.
    pub fn ask_again(&mut self, at: Instant) -> bool {
        let asking = self.asking.as_ref().filter(|asking| asking.question.is_none());
        let Some((contact, way)) = asking.and_then(|asking| asking.known.clone()) else { return false };
        self.put_question(at, contact, way);
        self.settle();
        true
    }

    fn put_question(&mut self, at: Instant, contact: String, way: Route) {
        let (branch, tag, id) = (self.tokens.branch(), self.tokens.hex(), self.tokens.hex());
        let own = way.own;
        let lines = [
            ("Via", format!("SIP/2.0/{} {own};branch={branch};rport", way.wire.name())),
            ("Max-Forwards", "70".to_owned()),
            ("From", format!("<sip:{}@{own}>;tag={tag}", self.config.operator_user)),
            ("To", format!("<{contact}>")),
            ("Call-ID", id),
            ("CSeq", "1 OPTIONS".to_owned()),
            ("Accept", "application/sdp".to_owned()),
        ];
        let bytes = message::request("OPTIONS", &contact, &lines, Vec::new());
        let machine = Client::started(at, way.wire.timers(), bytes.clone());
        if let Some(asking) = &mut self.asking {
            let question = Some(Question { machine, branch, way });
            *asking = Asking { question, last: Some(at), known: Some((contact, way)) };
        }
        self.send(way, bytes);
    }

    /// Whether a response was to the question.
    pub(super) fn question_answered(&mut self, at: Instant, branch: &str, status: u16) -> bool {
        let question = self.asking.as_mut().and_then(|asking| asking.question.as_mut());
        let Some(question) = question.filter(|question| question.branch == branch) else { return false };
        question.machine.response(at, status);
        if status >= 200
            && let Some(asking) = &mut self.asking
        {
            asking.question = None;
        }
        true
    }

    pub(super) fn wake_question(&mut self, at: Instant) {
        let Some(question) = self.asking.as_mut().and_then(|asking| asking.question.as_mut()) else { return };
        let way = question.way;
        match question.machine.wake(at) {
            Act::Send => {
                let bytes = question.machine.bytes().to_vec();
                self.send(way, bytes);
            }
            Act::TimedOut => {
                self.asking.iter_mut().for_each(|asking| asking.question = None);
                self.tell_irregular(at, way, None, Irregular::Unanswered { method: "OPTIONS" });
            }
            Act::Nothing => {}
        }
    }
}
