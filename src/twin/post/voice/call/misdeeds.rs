//! What only a defective module does to a call: offers for no reason, a CANCEL too late, a fork that is let go.
//!
//! Must not decide when: the agent does.

use super::{Call, PATIENCE, Phase, RINGING_LIMIT};
use crate::clock::Instant;
use crate::twin::post::voice::account::Stack;
use crate::twin::post::voice::blunder::{Blunder, QUICK};
use crate::twin::post::voice::flaw::{BRIEFLY, Flaw};
use crate::twin::post::voice::message::Message;
use crate::twin::post::voice::serial::Report;
use crate::twin::post::voice::transaction::{Client, LINGER, Owner};
use std::net::SocketAddr;
use std::time::Duration;

impl Call {
    /// How long it may ring where nobody else is to be called.
    pub(super) fn ringing_limit(&self, stack: &Stack) -> Duration {
        let is_brief = self.otherwise.is_last && stack.faults.is_flawed(Flaw::SecondRungBriefly);
        if is_brief { BRIEFLY } else { RINGING_LIMIT }
    }
    /// A defective module takes no answer that comes after its CANCEL, and acknowledges none that comes at once.
    pub(super) fn overlooks_answer(&mut self, at: Instant, stack: &Stack) -> bool {
        let is_quick = self.rang.is_some_and(|rang| at.since(rang) < QUICK);
        self.is_quick = is_quick && stack.faults.blunders(Blunder::QuickAnswerUnacknowledged);
        let overlooks = self.cancelled && stack.faults.blunders(Blunder::AnswerAfterCancelLost);
        if overlooks {
            self.phase = Phase::Over;
        }
        overlooks
    }
    /// A progress of another kind is told as an answer.
    pub(super) fn is_mistaken_for_answer(&self, response: &Message, stack: &mut Stack) {
        if response.code() > 180 && !self.released && stack.faults.is_flawed(Flaw::ProgressIsAnswer) {
            self.report(Report::Connected, stack);
        }
    }
    /// Offers what has been agreed on already.
    pub fn reinvite(&mut self, at: Instant, stack: &mut Stack) {
        self.dialog.local_cseq += 1;
        self.local.version += stack.step();
        let (mut invite, hop) = self.dialog.request("INVITE", self.dialog.local_cseq);
        self.describe(&mut invite, self.local.offer(), stack);
        stack.sign(&mut invite);
        stack.send(at, Owner::Reinvite(self.number), invite, hop.unwrap_or(stack.account.server), PATIENCE);
    }
    /// The module has another address: the talk goes there.
    pub fn move_to(&mut self, at: Instant, rtp: SocketAddr, stack: &mut Stack) {
        self.local.address = rtp;
        self.reinvite(at, stack);
    }
    pub fn reinvite_answered(&mut self, at: Instant, client: &Client, response: &Message, stack: &mut Stack) {
        match response.code() {
            200..300 => {
                let Some((count, _)) = response.cseq() else { return };
                let (mut ack, hop) = self.dialog.request("ACK", count);
                stack.stamp(&mut ack);
                stack.out.send(hop.unwrap_or(stack.account.server), &ack.to_bytes());
            }
            300.. => {
                if let Some(count) = stack.answer_challenge(at, client, response, PATIENCE) {
                    self.dialog.local_cseq = count;
                }
            }
            _ => {}
        }
    }
    /// The CANCEL of an INVITE that has been answered.
    pub fn cancel_answered(&self, at: Instant, client: &Client, stack: &mut Stack) {
        let cancel = self.cancellation(&client.request);
        stack.clients.start(at, Owner::Cancel, cancel, client.to, LINGER, &mut stack.out);
    }
    /// The other branch of a forked call has been answered: nobody hears of this one any more.
    pub fn let_go(&mut self, at: Instant, stack: &mut Stack) {
        (self.released, self.quiet) = (true, true);
        self.cancel(at, stack);
    }
}
