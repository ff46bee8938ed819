//! The four transactions of RFC 3261, section 17, one to one with its figures 5 to 8, with timers A to K (and L of RFC
//! 6026).
//!
//! A machine holds the bytes it may have to send again. It is told what arrived and when; it says what to do and when
//! to wake it. Must not know sockets, dialogs, nor what the bytes say.

mod client;

pub use client::{Client, InviteClient};

use crate::clock::Instant;
use std::time::Duration;

/// The base values of RFC 3261, table 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timers {
    /// Round-trip estimate.
    pub t1: Duration,
    /// Longest interval between retransmissions of non-INVITE requests and INVITE responses.
    pub t2: Duration,
    /// Longest time a message stays in the network.
    pub t4: Duration,
    /// TCP and TLS deliver by themselves: nothing is sent twice and nothing lingers.
    pub reliable: bool,
}

impl Timers {
    pub const UDP: Timers =
        Timers { t1: Duration::from_millis(500), t2: Duration::from_secs(4), t4: Duration::from_secs(5), reliable: false };
    pub const STREAM: Timers = Timers { reliable: true, ..Timers::UDP };

    /// 64 × T1: how long anybody waits for anything (timers B, F, H, J, L).
    pub fn patience(&self) -> Duration {
        self.t1 * 64
    }
    fn unless_reliable(&self, time: Duration) -> Duration {
        if self.reliable { Duration::ZERO } else { time }
    }
}

/// What a transaction wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Nothing,
    /// Send the bytes held (again).
    Send,
    /// Nobody answered in time. The machine has ended.
    TimedOut,
}

/// Something to be sent again and again at growing intervals until it is answered or patience ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    next: Option<Instant>,
    interval: Duration,
    longest: Duration,
    until: Instant,
}

impl Repeat {
    /// First sent at `at`; the interval starts at T1 and doubles up to `longest`.
    pub fn started(at: Instant, timers: &Timers, longest: Duration) -> Self {
        let next = (!timers.reliable).then(|| at + timers.t1);
        Repeat { next, interval: timers.t1, longest, until: at + timers.patience() }
    }
    /// A 2xx to INVITE, and a provisional response that must arrive, go on being sent even over a reliable transport,
    /// because a proxy on the way may use UDP (RFC 3261, 13.3.1.4; RFC 3262, 3).
    pub fn whatever_the_transport(at: Instant, timers: &Timers, longest: Duration) -> Self {
        Repeat { next: Some(at + timers.t1), ..Repeat::started(at, timers, longest) }
    }
    pub fn wake(&mut self, at: Instant) -> Act {
        if at >= self.until {
            return Act::TimedOut;
        }
        match self.next {
            Some(next) if at >= next => {
                self.interval = self.interval.saturating_mul(2).min(self.longest);
                self.next = Some(next.max(at - self.interval) + self.interval);
                Act::Send
            }
            _ => Act::Nothing,
        }
    }
    pub fn next_wake(&self) -> Instant {
        self.next.map_or(self.until, |next| next.min(self.until))
    }
}

/// Figure 7: the INVITE server transaction, with the Accepted state of RFC 6026.
#[derive(Debug, Clone)]
pub struct InviteServer {
    timers: Timers,
    state: InviteServerState,
    response: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum InviteServerState {
    Proceeding,
    /// 300–699 sent: timers G (in `Repeat`) and H.
    Completed(Repeat),
    /// ACK received: timer I.
    Confirmed {
        until: Instant,
    },
    /// 2xx sent: its retransmission is the dialog's business; timer L.
    Accepted {
        until: Instant,
    },
    Terminated,
}

impl InviteServer {
    /// Starts with the first provisional response, usually 100.
    pub fn started(timers: Timers, provisional: Vec<u8>) -> Self {
        InviteServer { timers, state: InviteServerState::Proceeding, response: provisional }
    }
    pub fn provisional(&mut self, response: Vec<u8>) -> Act {
        if self.state != InviteServerState::Proceeding {
            return Act::Nothing;
        }
        self.response = response;
        Act::Send
    }
    /// A final response is sent once; a second one is ignored.
    pub fn last(&mut self, at: Instant, status: u16, response: Vec<u8>) -> Act {
        if self.state != InviteServerState::Proceeding {
            return Act::Nothing;
        }
        self.response = response;
        self.state = if status < 300 {
            InviteServerState::Accepted { until: at + self.timers.patience() }
        } else {
            InviteServerState::Completed(Repeat::started(at, &self.timers, self.timers.t2))
        };
        Act::Send
    }
    pub fn is_proceeding(&self) -> bool {
        self.state == InviteServerState::Proceeding
    }
    /// Finally answered with a failure.
    pub fn is_refused(&self) -> bool {
        matches!(self.state, InviteServerState::Completed(_) | InviteServerState::Confirmed { .. })
    }
    /// The same INVITE again: answered with the last response, except after a 2xx (RFC 6026, 7.1).
    pub fn repeated(&self) -> Act {
        match self.state {
            InviteServerState::Proceeding | InviteServerState::Completed(_) => Act::Send,
            _ => Act::Nothing,
        }
    }
    pub fn acknowledged(&mut self, at: Instant) {
        if matches!(self.state, InviteServerState::Completed(_)) {
            self.state = InviteServerState::Confirmed { until: at + self.timers.unless_reliable(self.timers.t4) };
        }
    }
    pub fn wake(&mut self, at: Instant) -> Act {
        let act = match &mut self.state {
            InviteServerState::Completed(repeat) => repeat.wake(at),
            InviteServerState::Confirmed { until } | InviteServerState::Accepted { until } if at >= *until => {
                self.state = InviteServerState::Terminated;
                Act::Nothing
            }
            _ => Act::Nothing,
        };
        if act == Act::TimedOut {
            self.state = InviteServerState::Terminated;
        }
        act
    }
    pub fn next_wake(&self) -> Option<Instant> {
        match &self.state {
            InviteServerState::Proceeding | InviteServerState::Terminated => None,
            InviteServerState::Completed(repeat) => Some(repeat.next_wake()),
            InviteServerState::Confirmed { until } | InviteServerState::Accepted { until } => Some(*until),
        }
    }
    pub fn is_over(&self) -> bool {
        self.state == InviteServerState::Terminated
    }
    /// What `Act::Send` means.
    pub fn bytes(&self) -> &[u8] {
        &self.response
    }
}

/// Figure 8: the non-INVITE server transaction. The desk answers such requests at once, so it starts in Completed.
#[derive(Debug, Clone)]
pub struct Server {
    response: Vec<u8>,
    /// Timer J.
    until: Instant,
}

impl Server {
    pub fn answered(at: Instant, timers: Timers, response: Vec<u8>) -> Self {
        Server { response, until: at + timers.unless_reliable(timers.patience()) }
    }
    /// The response, for the first time and for every retransmission of the request.
    pub fn bytes(&self) -> &[u8] {
        &self.response
    }
    pub fn next_wake(&self) -> Instant {
        self.until
    }
    pub fn is_over(&self, at: Instant) -> bool {
        at >= self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_nanos(millis * 1_000_000)
    }

    /// Wakes a machine whenever it asks; gives the milliseconds of every sending, and of the end if it timed out.
    fn run(mut next: impl FnMut() -> Option<Instant>, mut wake: impl FnMut(Instant) -> Act) -> (Vec<u64>, Option<u64>) {
        let mut sent = Vec::new();
        for _ in 0..1000 {
            let Some(moment) = next() else { break };
            match wake(moment) {
                Act::Send => sent.push(moment.as_nanos() / 1_000_000),
                Act::TimedOut => return (sent, Some(moment.as_nanos() / 1_000_000)),
                Act::Nothing => {}
            }
        }
        (sent, None)
    }

    fn check<M>(
        machine: M,
        next: fn(&M) -> Option<Instant>,
        wake: fn(&mut M, Instant) -> Act,
        sent: &[u64],
        end: Option<u64>,
    ) -> M {
        let cell = std::cell::RefCell::new(machine);
        let got = run(|| next(&cell.borrow()), |t| wake(&mut cell.borrow_mut(), t));
        assert_eq!(got, (sent.to_vec(), end));
        cell.into_inner()
    }

    const E: [u64; 10] = [500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500];

    #[test]
    fn timers_g_and_h_repeat_a_failure_until_patience_ends() {
        let mut tx = InviteServer::started(Timers::UDP, b"100".to_vec());
        assert_eq!(tx.next_wake(), None, "Proceeding has no timer");
        assert_eq!(tx.repeated(), Act::Send);
        assert_eq!(tx.last(at(0), 486, b"486".to_vec()), Act::Send);
        assert_eq!(tx.last(at(0), 200, b"200".to_vec()), Act::Nothing, "one final response only");
        let tx = check(tx, InviteServer::next_wake, InviteServer::wake, &E, Some(32000));
        assert!(tx.is_over());
        assert_eq!(tx.bytes(), b"486");
    }

    #[test]
    fn timer_i_absorbs_acks_and_timer_l_absorbs_invites() {
        let mut tx = InviteServer::started(Timers::UDP, b"100".to_vec());
        tx.last(at(0), 486, b"486".to_vec());
        tx.acknowledged(at(100));
        assert_eq!(tx.repeated(), Act::Nothing);
        assert_eq!(tx.next_wake(), Some(at(5100)));
        assert!(check(tx, InviteServer::next_wake, InviteServer::wake, &[], None).is_over());

        let mut tx = InviteServer::started(Timers::UDP, b"100".to_vec());
        tx.last(at(0), 200, b"200".to_vec());
        assert_eq!(tx.repeated(), Act::Nothing);
        assert_eq!(tx.next_wake(), Some(at(32000)));

        let mut tx = InviteServer::started(Timers::STREAM, b"100".to_vec());
        tx.last(at(0), 486, b"486".to_vec());
        tx.acknowledged(at(100));
        assert_eq!(tx.next_wake(), Some(at(100)), "timer I is zero over a reliable transport");
    }

    #[test]
    fn timers_e_f_and_k_of_a_bye() {
        let bye = Client::started(at(0), Timers::UDP, b"BYE".to_vec());
        check(bye.clone(), Client::next_wake, Client::wake, &E, Some(32000));
        check(Client::started(at(0), Timers::STREAM, b"BYE".to_vec()), Client::next_wake, Client::wake, &[], Some(32000));
        let mut answered = bye.clone();
        assert!(answered.response(at(200), 200));
        assert!(!answered.response(at(300), 200), "a second response is absorbed");
        assert_eq!(answered.next_wake(), Some(at(5200)));
        assert!(check(answered, Client::next_wake, Client::wake, &[], None).is_over());
        let mut proceeding = bye;
        assert!(!proceeding.response(at(200), 100));
        let expected = [500, 4500, 8500, 12500, 16500, 20500, 24500, 28500];
        check(proceeding, Client::next_wake, Client::wake, &expected, Some(32000));
    }

    #[test]
    fn timers_a_b_and_d_of_an_invite() {
        let invite = InviteClient::started(at(0), Timers::UDP, b"INVITE".to_vec());
        let a = [500, 1500, 3500, 7500, 15500, 31500];
        check(invite.clone(), InviteClient::next_wake, InviteClient::wake, &a, Some(32000));
        let mut ringing = invite.clone();
        assert_eq!(ringing.response(at(100), 180, Vec::new()), Act::Nothing);
        assert_eq!(ringing.next_wake(), None, "A and B stop at the first provisional response");
        assert_eq!(ringing.response(at(200), 486, b"ACK".to_vec()), Act::Send);
        assert_eq!(ringing.bytes(), b"ACK");
        assert_eq!(ringing.response(at(700), 486, b"ACK".to_vec()), Act::Send, "each repeated failure is acknowledged");
        assert_eq!(ringing.next_wake(), Some(at(32200)));
        let mut answered = invite;
        answered.response(at(100), 200, Vec::new());
        assert!(answered.is_over());
    }

    #[test]
    fn timer_j_keeps_the_answer_for_late_repetitions() {
        let tx = Server::answered(at(0), Timers::UDP, b"200".to_vec());
        assert!(!tx.is_over(at(31999)) && tx.is_over(at(32000)));
        assert!(Server::answered(at(0), Timers::STREAM, b"200".to_vec()).is_over(at(0)));
    }
}
