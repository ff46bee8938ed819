//! The two client transactions of RFC 3261, section 17.1: what the desk asks of a post.
//!
//! Must not know dialogs, nor what the bytes say.

use super::{Act, Repeat, Timers};
use crate::clock::Instant;
use std::time::Duration;

/// Figure 6: the non-INVITE client transaction.
#[derive(Debug, Clone)]
pub struct Client {
    timers: Timers,
    request: Vec<u8>,
    state: ClientState,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum ClientState {
    /// Timers E (in `Repeat`) and F.
    Trying(Repeat),
    /// A provisional response came: E at T2.
    Proceeding(Repeat),
    /// Timer K.
    Completed {
        until: Instant,
    },
    Terminated,
}

impl Client {
    /// The request has just been sent for the first time.
    pub fn started(at: Instant, timers: Timers, request: Vec<u8>) -> Self {
        Client { timers, request, state: ClientState::Trying(Repeat::started(at, &timers, timers.t2)) }
    }
    /// A response with this transaction's branch; true if it is final and the first of its kind.
    pub fn response(&mut self, at: Instant, status: u16) -> bool {
        let repeat = match &mut self.state {
            ClientState::Trying(repeat) | ClientState::Proceeding(repeat) => repeat,
            _ => return false,
        };
        if status >= 200 {
            self.state = ClientState::Completed { until: at + self.timers.unless_reliable(self.timers.t4) };
            return true;
        }
        repeat.interval = self.timers.t2;
        self.state = ClientState::Proceeding(repeat.clone());
        false
    }
    pub fn wake(&mut self, at: Instant) -> Act {
        let act = match &mut self.state {
            ClientState::Trying(repeat) | ClientState::Proceeding(repeat) => repeat.wake(at),
            ClientState::Completed { until } if at >= *until => {
                self.state = ClientState::Terminated;
                Act::Nothing
            }
            _ => Act::Nothing,
        };
        if act == Act::TimedOut {
            self.state = ClientState::Terminated;
        }
        act
    }
    pub fn next_wake(&self) -> Option<Instant> {
        match &self.state {
            ClientState::Trying(repeat) | ClientState::Proceeding(repeat) => Some(repeat.next_wake()),
            ClientState::Completed { until } => Some(*until),
            ClientState::Terminated => None,
        }
    }
    /// No final response has come, and it is still waited for.
    pub fn is_unanswered(&self) -> bool {
        matches!(self.state, ClientState::Trying(_) | ClientState::Proceeding(_))
    }
    pub fn is_over(&self) -> bool {
        self.state == ClientState::Terminated
    }
    pub fn bytes(&self) -> &[u8] {
        &self.request
    }
}

/// Figure 5: the INVITE client transaction, for re-INVITEs of the operator (hold, transfer).
#[derive(Debug, Clone)]
pub struct InviteClient {
    timers: Timers,
    /// The INVITE; once completed, the ACK to the failure.
    bytes: Vec<u8>,
    state: InviteClientState,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum InviteClientState {
    /// Timers A (in `Repeat`, doubling without a ceiling) and B.
    Calling(Repeat),
    Proceeding,
    /// 300–699 received: timer D.
    Completed {
        until: Instant,
    },
    Terminated,
}

/// Timer D over UDP: at least 32 s (RFC 3261, 17.1.1.2).
const TIMER_D: Duration = Duration::from_secs(32);

impl InviteClient {
    pub fn started(at: Instant, timers: Timers, invite: Vec<u8>) -> Self {
        let repeat = Repeat::started(at, &timers, Duration::MAX);
        InviteClient { timers, bytes: invite, state: InviteClientState::Calling(repeat) }
    }
    /// A response; `ack` is what acknowledges it if it is a failure. A 2xx ends the machine: its ACK belongs to the
    /// dialog.
    pub fn response(&mut self, at: Instant, status: u16, ack: Vec<u8>) -> Act {
        match (&self.state, status) {
            (InviteClientState::Calling(_), 100..200) => {
                self.state = InviteClientState::Proceeding;
                Act::Nothing
            }
            (InviteClientState::Calling(_) | InviteClientState::Proceeding, 200..300) => {
                self.state = InviteClientState::Terminated;
                Act::Nothing
            }
            (InviteClientState::Calling(_) | InviteClientState::Proceeding, 300..) => {
                self.bytes = ack;
                self.state = InviteClientState::Completed { until: at + self.timers.unless_reliable(TIMER_D) };
                Act::Send
            }
            (InviteClientState::Completed { .. }, 300..) => Act::Send,
            _ => Act::Nothing,
        }
    }
    pub fn wake(&mut self, at: Instant) -> Act {
        let act = match &mut self.state {
            InviteClientState::Calling(repeat) => repeat.wake(at),
            InviteClientState::Completed { until } if at >= *until => {
                self.state = InviteClientState::Terminated;
                Act::Nothing
            }
            _ => Act::Nothing,
        };
        if act == Act::TimedOut {
            self.state = InviteClientState::Terminated;
        }
        act
    }
    pub fn next_wake(&self) -> Option<Instant> {
        match &self.state {
            InviteClientState::Calling(repeat) => Some(repeat.next_wake()),
            InviteClientState::Completed { until } => Some(*until),
            _ => None,
        }
    }
    pub fn is_over(&self) -> bool {
        self.state == InviteClientState::Terminated
    }
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
