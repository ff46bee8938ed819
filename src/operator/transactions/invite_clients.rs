//! Our INVITEs within calls, and the ACKs to their answers, which a client keeps for whatever answer comes again (RFC
//! 3261, 13.2.2.4 and 17.1.1).

use crate::clock::Instant;
use crate::instrument::operator::CallId;
use crate::operator::transport::Sending;
use crate::sip::dialog;
use crate::sip::message::Response;
use crate::sip::route::Route;
use crate::sip::transaction::{Act, InviteClient};
use std::collections::BTreeMap;

#[derive(Debug)]
struct Asked {
    machine: InviteClient,
    to: Route,
    call: CallId,
    cseq: u32,
    /// A final failure came.
    is_settled: bool,
    /// The ACK to its 2xx, for retransmissions of that, and until when they may come.
    ack: Option<(Vec<u8>, Instant)>,
}

impl Asked {
    fn next_wake(&self) -> Option<Instant> {
        match &self.ack {
            Some((_, until)) => Some(*until),
            None => self.machine.next_wake(),
        }
    }
    fn is_over(&self, at: Instant) -> bool {
        match &self.ack {
            Some((_, until)) => at >= *until,
            None => self.machine.is_over(),
        }
    }
}

/// What a response to one of them means to its call.
pub(in crate::operator) enum InviteNews {
    /// It has to be acknowledged, by [`InviteClients::acknowledge`].
    Accepted {
        call: CallId,
        cseq: u32,
    },
    Refused {
        call: CallId,
    },
}

/// By branch.
#[derive(Debug, Default)]
pub(in crate::operator) struct InviteClients(BTreeMap<String, Asked>);

impl InviteClients {
    pub fn ask(&mut self, at: Instant, branch: String, to: Route, call: CallId, cseq: u32, request: Vec<u8>) {
        let machine = InviteClient::started(at, to.wire.timers(), request);
        self.0.insert(branch, Asked { machine, to, call, cseq, is_settled: false, ack: None });
    }

    /// A response: what is to be sent, and what is new. What belongs to none of them is dropped.
    pub fn responded(&mut self, at: Instant, response: &Response) -> (Option<Sending>, Option<InviteNews>) {
        let Some(asked) = self.0.get_mut(&response.head.via.branch) else { return (None, None) };
        let is_accepted = (200..300).contains(&response.status);
        if let Some((ack, _)) = &asked.ack {
            return (is_accepted.then(|| (asked.to, ack.clone())), None);
        }
        let failed = response.status >= 300;
        let is_first = failed && !asked.is_settled;
        asked.is_settled |= failed;
        let ack = if failed { dialog::ack_to_failure(asked.machine.bytes(), &response.head.to.raw) } else { Vec::new() };
        let acts = asked.machine.response(at, response.status, ack) == Act::Send;
        let sending = acts.then(|| (asked.to, asked.machine.bytes().to_vec()));
        let news = if is_accepted {
            Some(InviteNews::Accepted { call: asked.call, cseq: asked.cseq })
        } else {
            is_first.then_some(InviteNews::Refused { call: asked.call })
        };
        (sending, news)
    }

    /// This ACK answers its 2xx, however often that comes.
    pub fn acknowledge(&mut self, at: Instant, branch: &str, to: Route, ack: Vec<u8>) {
        if let Some(asked) = self.0.get_mut(branch) {
            asked.ack = Some((ack, at + to.wire.timers().patience()));
            asked.to = to;
        }
    }

    pub fn next_wake(&self) -> Option<Instant> {
        self.0.values().filter_map(Asked::next_wake).min()
    }
    /// What is to be sent again, and the calls in which nobody answered.
    pub fn wake(&mut self, at: Instant) -> (Vec<Sending>, Vec<CallId>) {
        let (mut again, mut unanswered) = (Vec::new(), Vec::new());
        for asked in self.0.values_mut().filter(|asked| asked.ack.is_none()) {
            match asked.machine.wake(at) {
                Act::Send => again.push((asked.to, asked.machine.bytes().to_vec())),
                Act::TimedOut => unanswered.push(asked.call),
                Act::Nothing => {}
            }
        }
        self.0.retain(|_, asked| !asked.is_over(at));
        (again, unanswered)
    }
}
