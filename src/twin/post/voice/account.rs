//! Who the module is on the network, and the plumbing that its registration and its calls share: credentials,
//! transactions, outbox.
//!
//! Must not know what a request is for.

use super::digest::{Challenge, Credentials, Signed};
use super::faults::{Faults, Rewrite};
use super::habit::Habit;
use super::message::{Message, host_of};
use super::oversight::Oversight;
use super::sdp::Session;
use super::serial::Report;
use super::srtp::{Key, LONGEST, Suite};
use super::transaction::{Client, Clients, Outbox, Owner, Servers, is_challenge};
use crate::clock::Instant;
use crate::rng::Rng;
use crate::unit::is_emergency;
use std::net::SocketAddr;
use std::time::Duration;

pub const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO";
const USER_AGENT: &str = "SOS voice module";
/// A request may be challenged once for its first nonce and once for a stale one.
const MOST_CHALLENGES: u8 = 2;
/// So many that are not known yet may ask before it gets through.
const MOST_SERVERS: u8 = 3;

/// What happened in signalling, for the rest of the module.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Report(Report),
    /// A call began, with this Call-ID.
    Began(String),
    /// Its INVITE got past the link.
    InviteLeft,
    /// Sound before the answer.
    Early(Session),
    Open(Session),
    Change(Session),
    Close,
}

/// Addresses and names.
#[derive(Debug, Clone)]
pub struct Account {
    pub sip: SocketAddr,
    pub rtp: SocketAddr,
    /// The server in use.
    pub server: SocketAddr,
    /// Another one, to turn to when that does not answer.
    pub other: Option<SocketAddr>,
    /// The server in use is the backup.
    pub away: bool,
    /// The server keeps registrations.
    pub registers: bool,
    /// After a start it registers within so long, each time after another.
    pub joins_within: Duration,
    pub password: String,
    /// Signalling goes over TLS, and sound is sealed with this.
    pub suite: Option<Suite>,
    /// The post's identity, once the firmware has told it.
    pub user: Option<String>,
}

impl Account {
    pub fn user(&self) -> &str {
        self.user.as_deref().unwrap_or("unknown")
    }
    /// Turns to the other server; `false`: there is none.
    pub fn turn(&mut self) -> bool {
        let Some(other) = self.other else { return false };
        self.other = Some(std::mem::replace(&mut self.server, other));
        self.away = !self.away;
        true
    }
    /// The URI of a user at the operator's server.
    pub fn at_server(&self, user: &str) -> String {
        format!("sip:{user}@{}", host_of(self.server))
    }
    pub fn contact(&self) -> String {
        let over = if self.suite.is_some() { ";transport=tls" } else { "" };
        format!("<sip:{}@{}{over}>", self.user(), host_of(self.sip))
    }
    /// `From` value with tag.
    pub fn from(&self, tag: &str) -> String {
        format!("\"{}\" <{}>;tag={tag}", self.user(), self.at_server(self.user()))
    }
}

/// The module's half of SIP below registration and calls.
pub struct Stack {
    pub account: Account,
    pub random: Rng,
    pub clients: Clients,
    pub servers: Servers,
    pub out: Outbox,
    pub events: Vec<Event>,
    /// The far end may be heard while it rings.
    pub early_media: bool,
    /// Planted defects.
    pub faults: Faults,
    credentials: Credentials,
    /// There was a call.
    pub has_called: bool,
    /// A call has turned to the other server.
    pub has_failed_over: bool,
    /// A defective module offers its next call plain sound.
    pub is_bare: bool,
}

impl Stack {
    pub fn new(account: Account, random: Rng, link: bool) -> Self {
        Stack {
            account,
            random,
            clients: Clients::default(),
            servers: Servers::default(),
            out: Outbox { link, datagrams: Vec::new(), connected: None },
            events: Vec::new(),
            early_media: false,
            faults: Faults::default(),
            credentials: Credentials::default(),
            has_called: false,
            has_failed_over: false,
            is_bare: false,
        }
    }
    pub fn report(&mut self, report: Report) {
        self.events.push(Event::Report(report));
    }
    pub fn new_call_id(&mut self) -> String {
        format!("{}@{}", self.random.hex(), self.account.sip.ip())
    }
    pub fn new_call_id_of_call(&mut self) -> String {
        self.has_called = true;
        if self.faults.reuses_call_id { format!("call@{}", self.account.sip.ip()) } else { self.new_call_id() }
    }
    pub fn new_tag_of_call(&mut self) -> String {
        if self.faults.keeps_tag { "sos".to_owned() } else { self.random.hex() }
    }
    /// What a call's packets are sealed with; `None`: they are plain.
    pub fn new_key_of_call(&mut self) -> Option<Key> {
        let suite = self.account.suite.filter(|_| !self.is_bare)?;
        let mut bytes = [0x5A; LONGEST];
        if !self.faults.keeps_key {
            bytes.chunks_mut(8).for_each(|part| {
                let drawn = self.random.bits().to_be_bytes();
                part.copy_from_slice(drawn.get(..part.len()).unwrap_or_default());
            });
        }
        Some(Key { suite, bytes })
    }
    /// A fresh Via for a request that begins a transaction or, as ACK of a 2xx, stands alone.
    pub fn stamp(&mut self, request: &mut Message) {
        let own = match request.cseq() {
            Some((count, method)) if self.faults.quirks.branches_repeat => format!("-{count}-{method}"),
            _ => self.random.hex(),
        };
        let wire = if self.account.suite.is_some() { "TLS" } else { "UDP" };
        let via = format!("SIP/2.0/{wire} {};rport;branch=z9hG4bK{own}", self.account.sip);
        request.set_via(via);
    }
    /// By how much the ACK of an answer is counted wrongly.
    pub fn miscount(&self) -> u32 {
        u32::from(self.faults.has(Habit::MiscountsAck))
    }
    /// From one version of our description to the next.
    pub fn step(&self) -> u32 {
        u32::from(!self.faults.has(Habit::StaysAtVersion))
    }
    /// A CANCEL as it leaves.
    pub fn rebrand(&mut self, cancel: &mut Message) {
        if self.faults.has(Habit::CancelsAnotherBranch) {
            self.stamp(cancel);
        }
    }
    /// A defective module does not say who it is.
    fn is_unsigned(&self) -> bool {
        self.account.away && self.faults.overlooks(Oversight::UnsignedAtBackup)
    }
    /// Answers with the nonce in use, if there is one: saves a round trip on every refresh.
    pub fn sign(&mut self, request: &mut Message) {
        request.remove("Authorization");
        request.remove("Proxy-Authorization");
        if self.is_unsigned() {
            return;
        }
        self.credentials.stuck = self.faults.quirks.nonce_count_stuck;
        let cnonce = self.random.hex();
        let signed = Signed {
            user: self.account.user(),
            password: &self.account.password,
            method: request.method().unwrap_or_default(),
            uri: if self.faults.has(Habit::SignsAnotherUri) { "sip:localhost" } else { request.uri() },
            body: &request.body,
            cnonce: &cnonce,
        };
        for (name, value) in self.credentials.answers(&signed) {
            request.push(name, value);
        }
    }
    pub fn send(&mut self, at: Instant, owner: Owner, mut request: Message, to: SocketAddr, patience: Duration) {
        // Whatever it is told to call, and by whom: it stays unanswered.
        if request.method() == Some("INVITE") && is_emergency(request.uri()) {
            return;
        }
        self.stamp(&mut request);
        request.set("User-Agent", USER_AGENT.to_owned());
        for Rewrite { method, header, value } in &self.faults.rewrites {
            match value {
                _ if request.method() != Some(method) => {}
                Some(value) => request.set(header, value.clone()),
                None => request.remove(header),
            }
        }
        self.clients.start(at, owner, request, to, patience, &mut self.out);
    }
    /// Sends a challenged request again with credentials and returns its new count. `None`: no challenge, or not one to
    /// answer.
    pub fn answer_challenge(&mut self, at: Instant, client: &Client, response: &Message, patience: Duration) -> Option<u32> {
        is_challenge(response).filter(|_| !self.is_unsigned())?;
        let of = |header, proxy| response.lines(header).filter_map(move |value| Challenge::parse(value, proxy));
        let challenges: Vec<_> = of("Proxy-Authenticate", true).chain(of("WWW-Authenticate", false)).collect();
        // Each server on the way asks for itself.
        let is_new = client.challenges < MOST_CHALLENGES + MOST_SERVERS && self.credentials.is_new(&challenges);
        if (client.challenges >= MOST_CHALLENGES && !is_new) || !self.credentials.adopt(challenges) {
            return None;
        }
        let mut request = client.request.clone();
        let step = u32::from(!self.faults.overlooks(Oversight::ChallengeUnderSameCount));
        let (count, method) = request.cseq().map(|(n, method)| (n.wrapping_add(step), method.to_owned()))?;
        request.set("CSeq", format!("{count} {method}"));
        self.sign(&mut request);
        self.send(at, client.owner, request, client.to, patience);
        self.clients.set_challenges(client.challenges + 1);
        Some(count)
    }
    /// A response of ours with the headers that every one of them carries.
    pub fn respond(&mut self, request: &Message, code: u16, reason: &str, source: SocketAddr) -> Message {
        let tag = self.random.hex();
        let mut response = Message::response(request, code, reason, &tag, source);
        response.push("Allow", ALLOW);
        response.push("User-Agent", USER_AGENT);
        response
    }
}
