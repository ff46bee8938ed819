//! What is sent again over UDP, and what is not: repetitions that an answer should have ended, and those of requests
//! that a black hole took.
//!
//! Must not know calls, nor what anything is answered with.

use super::context::Context;
use super::timers::{AGAIN_WITHIN, DOUBLED_WITHIN, SHORTEST_T1};
use super::transactions::MOST_TRANSACTIONS;
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, Irregular};
use crate::sip::message::{Message, Method};
use crate::sip::route::{Route, Wire};
use std::collections::BTreeMap;
use std::time::Duration;

/// Twice that in a row may be one datagram that the line doubled.
const FEW: usize = 4;
/// So many arrivals of one request are remembered.
const MOST_COPIES: usize = 64;

/// A request that a black hole took, and how often it came.
#[derive(Debug)]
struct Swallowed {
    way: Route,
    method: Method,
    came: Vec<Instant>,
    /// It need not come again: that has been told, or the post may have given it up.
    may_rest: bool,
    /// That it came too often has been told.
    is_told: bool,
}

impl Swallowed {
    /// When it must have come again.
    fn due(&self) -> Option<Instant> {
        let is_open = self.came.len() == 1 && !self.may_rest && self.way.wire == Wire::Udp;
        self.came.first().filter(|_| is_open).map(|first| *first + AGAIN_WITHIN)
    }
    /// Whether its copies came faster than any timers allow that begin at T1 and double up to T2.
    fn is_hammered(&self) -> bool {
        let (Some(first), Some(last)) = (self.came.first(), self.came.last()) else { return false };
        let timers = Wire::Udp.timers();
        let longest = if self.method == Method::Invite { timers.patience() } else { timers.t2 };
        let steps = std::iter::successors(Some(SHORTEST_T1), |step| Some((*step * 2).min(longest)));
        let least: Duration = steps.take(self.came.len() - 1).sum();
        self.came.len() > FEW && last.since(*first) < least
    }
}

/// All that black holes took, by transaction.
#[derive(Debug, Default)]
pub(super) struct BlackHole(BTreeMap<String, Swallowed>);

impl BlackHole {
    /// Takes a request; true if it is new.
    fn takes(&mut self, at: Instant, key: &str, way: Route, method: Method) -> bool {
        if self.0.len() >= MOST_TRANSACTIONS {
            self.0.clear();
        }
        let is_new = !self.0.contains_key(key);
        // An ACK is never repeated by itself, and many a keep-alive is an OPTIONS that nobody waits for.
        let may_rest = matches!(method, Method::Ack | Method::Options);
        let new = || Swallowed { way, method, came: Vec::new(), may_rest, is_told: method == Method::Ack };
        let known = self.0.entry(key.to_owned()).or_insert_with(new);
        let is_double = known.came.last().is_some_and(|last| at.since(*last) <= DOUBLED_WITHIN);
        if known.came.len() < MOST_COPIES && !is_double {
            known.came.push(at);
        }
        is_new
    }
    /// The one that was just taken, if it has come too often and that was not told.
    fn hammered(&mut self, key: &str) -> Option<Method> {
        let known = self.0.get_mut(key).filter(|known| known.way.wire == Wire::Udp && !known.is_told)?;
        known.is_told = known.is_hammered();
        known.is_told.then_some(known.method)
    }
    /// Whoever asks something else of any server may have given up what he asked before.
    fn turned_away(&mut self, way: Route, key: &str) {
        let others = self.0.iter_mut().filter(|(other, known)| *other != key && known.way.peer.ip() == way.peer.ip());
        others.for_each(|(_, known)| known.may_rest = true);
    }
    /// A server that was silent until now may answer what it was asked before.
    pub fn let_rest(&mut self) {
        self.0.values_mut().for_each(|known| known.may_rest = true);
    }
    pub fn next_wake(&self) -> Option<Instant> {
        self.0.values().filter_map(Swallowed::due).min()
    }
    /// Takes what reaches a black hole, and tells of each new request; false if the server there is none.
    pub fn swallows(&mut self, at: Instant, way: Route, message: &Message, cx: &mut Context) -> bool {
        let request = if let Message::Request(request) = message { Some(request) } else { None };
        let key = request.map(|request| format!("{} {}", request.head.via.branch, request.method)).unwrap_or_default();
        if request.is_some_and(|request| request.method != Method::Ack) {
            self.turned_away(way, &key);
        }
        if !cx.is_silent(way) {
            return false;
        }
        let Some(request) = request else { return true };
        let is_new = self.takes(at, &key, way, request.method);
        if let Some(method) = self.hammered(&key) {
            cx.tell_irregular(at, way, None, Irregular::Hammered { method: method.to_string() });
        }
        if is_new && cx.may_tell(at, way.peer, &format!("Swallowed {}", request.method)).is_some() {
            let (server, from) = (cx.transport().server_at(way.own), request.head.from.user.clone());
            cx.tell(at, CallEvent::Swallowed { server, from, what: request.method.to_string() });
        }
        true
    }
    pub fn wake(&mut self, at: Instant, cx: &mut Context) {
        for (way, method) in self.sent_once(at) {
            cx.tell_irregular(at, way, None, Irregular::SentOnce { method: method.to_string() });
        }
    }
    /// What should have come again by now, and has not.
    fn sent_once(&mut self, at: Instant) -> Vec<(Route, Method)> {
        let due = self.0.values_mut().filter(|known| known.due().is_some_and(|due| due <= at));
        due.map(|known| {
            known.may_rest = true;
            (known.way, known.method)
        })
        .collect()
    }
}
