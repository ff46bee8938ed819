//! Keeps the post registered at the operator's server (RFC 3261, section 10).
//!
//! Must not know calls or audio.

use super::account::Stack;
use super::blunder::{ASKS_EVERY, BLANK_EVERY, Blunder, CREEPS, MINUTE};
use super::faults::Faults;
use super::flaw::{BITS, Flaw, HAMMERS, OFTEN, SELDOM};
use super::habit::{AT_ONCE, Habit};
use super::lapse::{Lapse, STRIKES};
use super::message::{Message, host_of, param, uri_of};
use super::oversight::Oversight;
use super::serial::Report;
use super::transaction::{Client, Owner, earliest};
use crate::clock::Instant;
use std::net::SocketAddr;
use std::time::Duration;

/// A REGISTER that nothing answers is given up after this.
const PATIENCE: Duration = Duration::from_secs(4);
/// After a failure the module tries again by itself; the firmware usually tells it sooner.
const RETRY: Duration = Duration::from_secs(30);
/// Away from the main server, the module asks so often whether that is there again.
const PROBE: Duration = Duration::from_secs(20);

/// And waits so many seconds at most, however long it is told to.
const LONGEST_WAIT: u64 = 600;

/// A defective module asks for so much of what it asked for before.
const SHORTENED: f64 = 0.75;

pub struct Registration {
    wanted: bool,
    registered: bool,
    call_id: String,
    tag: String,
    cseq: u32,
    expires: Duration,
    next_try: Option<Instant>,
    /// Succeeded at least once.
    known: bool,
    /// A refusal was taken for final, a planted defect.
    resigned: bool,
    /// The other server has been tried since the last success or command.
    tried_other: bool,
    probe_at: Option<Instant>,
    /// Failures in a row, and whether it has been back at the main server: what defective ones go by.
    strikes: u32,
    came_home: bool,
    /// How often it was refreshed, and until when nobody is asked.
    refreshes: u32,
    barred_until: Option<Instant>,
    /// What healthy ones of another make do: bindings are taken away first, and something is said now and then.
    has_cleared: bool,
    is_clearing: bool,
    speaks_at: Option<Instant>,
}

impl Registration {
    pub fn new(expires: Duration, stack: &mut Stack) -> Self {
        Registration {
            wanted: false,
            registered: false,
            call_id: stack.new_call_id(),
            tag: stack.random.hex(),
            cseq: 0,
            expires,
            next_try: None,
            known: false,
            resigned: false,
            tried_other: false,
            probe_at: None,
            strikes: 0,
            came_home: false,
            refreshes: 0,
            barred_until: None,
            has_cleared: false,
            is_clearing: false,
            speaks_at: None,
        }
    }
    /// `AT+REG`.
    pub fn command(&mut self, at: Instant, on: bool, faults: &Faults, stack: &mut Stack) {
        self.wanted = on;
        self.next_try = None;
        self.tried_other = false;
        if !stack.account.registers {
            self.set(on, stack);
            return;
        }
        if on {
            if stack.clients.get(Owner::Registration).is_none() {
                self.join(at, faults, stack);
            }
            return;
        }
        stack.clients.forget(Owner::Registration);
        if self.registered {
            self.send(at, Duration::ZERO, stack);
            self.set(false, stack);
        }
    }
    pub fn link_lost(&mut self, stack: &mut Stack) {
        stack.clients.forget(Owner::Registration);
        (self.next_try, self.probe_at) = (None, None);
        self.set(false, stack);
    }
    /// The network is there, or another one than before: whoever wants to be registered says where he is now.
    pub fn announce(&mut self, at: Instant, faults: &Faults, stack: &mut Stack) {
        stack.clients.forget(Owner::Registration);
        self.tried_other = false;
        if self.wanted && stack.account.registers {
            self.join(at, faults, stack);
        }
    }
    /// The first time after a start not all posts of a city at once.
    fn join(&mut self, at: Instant, faults: &Faults, stack: &mut Stack) {
        let spread = stack.account.joins_within;
        if self.cseq > 0 || spread.is_zero() {
            return self.register(at, faults, stack);
        }
        self.next_try = Some(at + spread.mul_f64(stack.random.unit()));
    }
    pub fn is_wanted(&self) -> bool {
        self.wanted
    }
    /// What the firmware wants while nothing can be sent.
    pub fn note_wish(&mut self, on: bool) {
        self.wanted = on;
    }
    /// The main server has answered.
    pub fn return_home(&mut self, at: Instant, faults: &Faults, stack: &mut Stack) {
        if faults.lapses(Lapse::ReturnsOnce) && std::mem::replace(&mut self.came_home, true) {
            return;
        }
        if stack.account.away && stack.account.turn() {
            self.register(at, faults, stack);
        }
    }
    pub fn response(&mut self, at: Instant, client: &Client, response: &Message, faults: &Faults, stack: &mut Stack) {
        if response.code() < 200 {
            return;
        }
        if !self.wanted {
            // Whoever takes his leave is asked who he is like anybody.
            self.cseq = stack.answer_challenge(at, client, response, PATIENCE).unwrap_or(self.cseq);
            return;
        }
        if response.code() / 100 == 2 && std::mem::take(&mut self.is_clearing) {
            return self.register(at, faults, stack);
        }
        if response.code() / 100 == 2 {
            let granted = granted(response, &stack.account.contact()).unwrap_or(self.expires);
            self.known = true;
            // From half time on, and not all posts of a city at once.
            let half = granted.mul_f64(0.5 + 0.1 * stack.random.unit());
            let granted = if faults.is_flawed(Flaw::IgnoresGrant) { self.expires } else { granted };
            let half = if faults.is_flawed(Flaw::IgnoresGrant) { granted.mul_f64(0.55) } else { half };
            let half = if faults.lapses(Lapse::RefreshesAtNineTenths) { granted.mul_f64(0.9) } else { half };
            self.refreshes += 1;
            let (by, most) = CREEPS;
            let late = (0.5 + by * f64::from(self.refreshes)).min(most);
            let half = if faults.blunders(Blunder::RefreshCreeps) { granted.mul_f64(late) } else { half };
            self.speaks_at = self.speaks_at.or(faults.blunder.map(|_| at));
            self.strikes = 0;
            self.next_try = Some(at + faults.refreshes_every.unwrap_or(half));
            self.next_try = self.next_try.filter(|_| !(stack.account.away && faults.overlooks(Oversight::NoRefreshAtBackup)));
            self.tried_other = false;
            let probes = stack.account.away && !faults.never_returns_to_primary;
            self.probe_at = probes.then(|| self.probe_at.unwrap_or(at + probes_every(faults)));
            self.set(true, stack);
            return;
        }
        let is_final = self.known && faults.is_flawed(Flaw::StaleNonceIsFinal);
        if !is_final && let Some(count) = stack.answer_challenge(at, client, response, PATIENCE) {
            self.cseq = count;
            return;
        }
        let wished = response.header("Min-Expires").and_then(|v| v.parse().ok()).map(Duration::from_secs);
        if let (423, Some(wished)) = (response.code(), wished)
            && wished > self.expires
            && !faults.shortens_registration
        {
            self.expires = wished.min(Duration::from_secs(86_400));
            self.register(at, faults, stack);
            return;
        }
        let seconds = response.header("Retry-After").and_then(|v| v.split([' ', ';', '(']).next()?.parse::<u64>().ok());
        if let Some(seconds) = seconds.filter(|_| faults.blunders(Blunder::RetryAfterInMinutes)) {
            self.barred_until = Some(at + Duration::from_secs(seconds * MINUTE));
        }
        self.resigned |= faults.register_stops_on_refusal;
        self.failed(at, faults, stack);
        // A server that says when to come again is not bothered before (RFC 3261, 20.33).
        let wait = response.header("Retry-After").and_then(|value| value.split([';', '(', ' ']).next()?.parse().ok());
        let wait = wait.map(|seconds: u64| at + Duration::from_secs(seconds.min(LONGEST_WAIT)));
        if let (503, Some(wait)) = (response.code(), wait) {
            self.next_try = self.next_try.map(|next| next.max(wait));
        }
    }
    /// Nothing answered, or the answer was no: the other server may have another.
    pub fn failed(&mut self, at: Instant, faults: &Faults, stack: &mut Stack) {
        let stays = faults.is_flawed(Flaw::RegistersAtMainOnly);
        if self.wanted && !stays && !std::mem::replace(&mut self.tried_other, true) && stack.account.turn() {
            return self.register(at, faults, stack);
        }
        if self.wanted && !faults.blunders(Blunder::LeavesRetrying) {
            self.next_try = Some(at + if faults.has(Habit::RegistersAtOnce) { AT_ONCE } else { RETRY });
        }
        self.strikes += 1;
        if faults.lapses(Lapse::ThreeStrikes) && self.strikes < STRIKES {
            return;
        }
        self.set(false, stack);
    }
    pub fn wake(&mut self, at: Instant, faults: &Faults, stack: &mut Stack) {
        if stack.has_called && faults.has(Habit::ForgetsRefresh) {
            self.next_try = None;
        }
        if self.next_try.is_some_and(|t| t <= at) {
            self.next_try = None;
            self.tried_other = false;
            if self.registered && faults.blunders(Blunder::TakesServersInTurn) {
                stack.account.turn();
            }
            self.register(at, faults, stack);
        }
        self.say_that_it_is_there(at, faults, stack);
        if self.probe_at.is_some_and(|t| t <= at) {
            self.probe_at = Some(at + probes_every(faults));
            if let Some(main) = stack.account.other.filter(|_| stack.account.away) {
                self.ask(at, main, stack);
            }
        }
    }
    pub fn next_wake(&self) -> Option<Instant> {
        earliest(self.next_try, earliest(self.probe_at, self.speaks_at))
    }

    /// Some do, to keep the way open or to hear whether it is.
    fn say_that_it_is_there(&mut self, at: Instant, faults: &Faults, stack: &mut Stack) {
        if self.speaks_at.take_if(|due| *due <= at).is_none() {
            return;
        }
        match faults.blunder {
            Some(Blunder::AsksServer) if self.registered && !stack.account.away => {
                self.speaks_at = Some(at + ASKS_EVERY);
                self.ask(at, stack.account.server, stack);
            }
            Some(Blunder::KeepsWayBlank) if self.registered => {
                self.speaks_at = Some(at + BLANK_EVERY);
                stack.out.send(stack.account.server, b"\r\n\r\n");
            }
            _ => {}
        }
    }
    fn ask(&mut self, at: Instant, main: SocketAddr, stack: &mut Stack) {
        let tag = stack.random.hex();
        let mut request = Message::request("OPTIONS", &format!("sip:{}", host_of(main)));
        request.push("Max-Forwards", "70");
        request.push("From", stack.account.from(&tag));
        request.push("To", format!("<sip:{}>", host_of(main)));
        request.push("Call-ID", stack.new_call_id());
        request.push("CSeq", "1 OPTIONS");
        stack.send(at, Owner::Probe, request, main, PATIENCE);
    }

    /// A defective module's timer goes with its clock, which was set back by so much, or forward.
    pub fn shift(&mut self, at: Instant, back: Option<Duration>) {
        self.next_try = self.next_try.map(|due| back.map_or(at, |back| due + back));
    }
    /// A defective module does not refresh now.
    pub fn put_off(&mut self, at: Instant) {
        self.next_try = self.next_try.map(|due| due.max(at + Duration::from_secs(1)));
    }
    fn register(&mut self, at: Instant, faults: &Faults, stack: &mut Stack) {
        if faults.quirks.register_count_restarts {
            self.cseq = 0;
        }
        if self.barred_until.is_some_and(|until| at < until) {
            return;
        }
        if faults.blunders(Blunder::ClearsFirst) && !std::mem::replace(&mut self.has_cleared, true) {
            self.is_clearing = true;
            return self.send(at, Duration::ZERO, stack);
        }
        if self.resigned || (faults.never_reregisters && self.known) {
            return;
        }
        self.send(at, self.expires, stack);
        if faults.shortens_registration {
            self.expires = self.expires.mul_f64(SHORTENED).max(Duration::from_secs(1));
        }
        if faults.registers_twice {
            // Far enough on for the challenges of both.
            self.cseq += 10;
            self.send(at, self.expires, stack);
        }
    }
    fn send(&mut self, at: Instant, expires: Duration, stack: &mut Stack) {
        self.cseq += 1;
        if stack.faults.is_flawed(Flaw::CountsToSixteen) {
            self.cseq %= BITS;
        }
        let account = &stack.account;
        let (from, contact, aor) = (account.from(&self.tag), account.contact(), account.at_server(account.user()));
        let mut request = Message::request("REGISTER", &format!("sip:{}", host_of(account.server)));
        request.push("Max-Forwards", "70");
        request.push("From", from);
        request.push("To", format!("<{aor}>"));
        request.push("Call-ID", self.call_id.as_str());
        request.push("CSeq", format!("{} REGISTER", self.cseq));
        request.push("Contact", if self.is_clearing && expires.is_zero() { "*".to_owned() } else { contact });
        request.push("Expires", expires.as_secs().to_string());
        if !stack.faults.lapses(Lapse::SignsWhenAsked) {
            stack.sign(&mut request);
        }
        stack.send(at, Owner::Registration, request, stack.account.server, PATIENCE);
    }
    fn set(&mut self, registered: bool, stack: &mut Stack) {
        if std::mem::replace(&mut self.registered, registered) != registered {
            stack.report(Report::Registered(registered));
        }
    }
}

/// Away from the main server: how often that is asked whether it is there.
fn probes_every(faults: &Faults) -> Duration {
    match faults.flaw {
        Some(Flaw::HammersMain) => HAMMERS,
        Some(Flaw::ReturnsLate) => SELDOM,
        Some(Flaw::AsksMainOften) => OFTEN,
        _ => PROBE,
    }
}

/// For how long the server keeps us: our Contact's own figure, else the header's (10.2.4).
fn granted(response: &Message, contact: &str) -> Option<Duration> {
    let ours = response.all("Contact").find(|c| uri_of(c) == uri_of(contact)).or_else(|| response.all("Contact").next());
    let seconds = ours.and_then(|c| param(c, "expires")).or_else(|| response.header("Expires"))?;
    let seconds: u64 = seconds.parse().ok()?;
    (seconds > 0).then(|| Duration::from_secs(seconds.min(86_400)))
}
