//! The operator's host where posts connect to it over TLS: its certificates, true and false, and a session for each
//! connection.
//!
//! Must not know what is said in them.

use crate::clock::Instant;
use crate::instrument::operator::Certificate;
use crate::operator::Desk;
use crate::operator::tls_session::{TlsConfig, TlsSession, config_of};
use crate::sip::framing::{Framed, Framer};
use crate::sip::route::{Route, Wire};
use crate::twin::street::stream::{End, Kind, Segment};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

/// Where it listens.
const PORT: u16 = 5061;
/// Connections kept: whoever lost his power has never closed his.
const MOST: usize = 16;

macro_rules! identity {
    ($name:literal) => {
        (
            include_bytes!(concat!("../../../fixtures/tls/", $name, ".der")).as_slice(),
            include_bytes!(concat!("../../../fixtures/tls/", $name, ".key.der")).as_slice(),
        )
    };
}

/// Who signs what the posts of this network believe.
pub(in crate::twin) const AUTHORITY: &[u8] = include_bytes!("../../../fixtures/tls/authority.der");
/// A certificate and its key, in DER.
type Identity = (&'static [u8], &'static [u8]);
const IDENTITIES: [(Certificate, Identity); 6] = [
    (Certificate::Own, identity!("own")),
    (Certificate::OtherAuthority, identity!("other-authority")),
    (Certificate::OtherName, identity!("other-name")),
    (Certificate::Expired, identity!("expired")),
    (Certificate::NotYetValid, identity!("not-yet-valid")),
    (Certificate::NotForServers, identity!("client-only")),
];

/// All of its connections.
#[derive(Default)]
pub(in crate::twin) struct SecureHost {
    configs: BTreeMap<Certificate, TlsConfig>,
    lines: BTreeMap<SocketAddr, Line>,
    shown: Certificate,
    /// Connections taken in so far.
    taken: u64,
    left: Vec<Segment>,
    /// Connections that are no more, until told.
    closed: Vec<Route>,
}

struct Line {
    /// The how manieth it is.
    number: u64,
    end: End,
    tls: TlsSession,
    framer: Framer,
}

impl SecureHost {
    /// One that posts can connect to.
    pub fn open() -> Self {
        let configs = IDENTITIES.into_iter().filter_map(|(which, (chain, key))| Some((which, config_of(&[chain], key)?)));
        SecureHost { configs: configs.collect(), ..SecureHost::default() }
    }
    /// Takes a segment in; whole messages go to the desk.
    pub fn segment(&mut self, at: Instant, segment: &Segment, desk: &mut Desk) {
        if segment.kind == Kind::Open && segment.to.port() == PORT && !self.lines.contains_key(&segment.from) {
            let session = self.configs.get(&self.shown).and_then(|config| TlsSession::begun(TlsConfig::clone(config)).ok());
            if let Some(tls) = session {
                let oldest = self.lines.iter().min_by_key(|(_, line)| line.number).map(|(peer, _)| *peer);
                if let Some(oldest) = oldest.filter(|_| self.lines.len() >= MOST) {
                    self.closed.extend(self.lines.remove(&oldest).map(|line| line.way()));
                }
                self.taken += 1;
                let (number, end) = (self.taken, End::accept(at, segment));
                self.lines.insert(segment.from, Line { number, end, tls, framer: Framer::default() });
                return;
            }
        }
        match self.lines.get_mut(&segment.from).filter(|line| line.end.own() == segment.to) {
            Some(line) => {
                line.end.segment(at, segment);
                line.advance(at, desk);
            }
            None => self.left.extend(segment.refused()),
        }
        self.sweep();
    }
    /// Says this to a peer, if it is still connected.
    pub fn send(&mut self, at: Instant, to: SocketAddr, message: &[u8]) {
        if let Some(line) = self.lines.get_mut(&to)
            && line.tls.send(message).is_ok()
        {
            line.flush(at);
        }
    }
    /// From now on this certificate is shown; a connection that stands has been believed already.
    pub fn show(&mut self, which: Certificate) {
        if std::mem::replace(&mut self.shown, which) != which {
            self.lines.values_mut().for_each(|line| line.end.reset());
            self.sweep();
        }
    }
    pub fn next_wake(&self) -> Option<Instant> {
        self.lines.values().filter_map(|line| line.end.next_wake()).min()
    }
    pub fn wake(&mut self, at: Instant) {
        self.lines.values_mut().for_each(|line| line.end.wake(at));
        self.sweep();
    }
    pub fn take_segments(&mut self) -> Vec<Segment> {
        let mut segments = std::mem::take(&mut self.left);
        segments.extend(self.lines.values_mut().flat_map(|line| line.end.take_segments()));
        segments
    }
    /// Connections that have ended since the last look.
    pub fn take_closed(&mut self) -> Vec<Route> {
        std::mem::take(&mut self.closed)
    }
    fn sweep(&mut self) {
        let over = self.lines.values().filter(|line| line.end.is_over());
        self.closed.extend(over.map(Line::way));
        self.left.extend(self.lines.values_mut().filter(|line| line.end.is_over()).flat_map(|line| line.end.take_segments()));
        self.lines.retain(|_, line| !line.end.is_over());
    }
}

impl Line {
    fn way(&self) -> Route {
        Route { wire: Wire::Tls, own: self.end.own(), peer: self.end.peer() }
    }
    fn advance(&mut self, at: Instant, desk: &mut Desk) {
        let way = self.way();
        let plain = self.tls.received(&self.end.take_bytes());
        self.flush(at);
        let framed = match plain {
            Ok(plain) => self.framer.received(&plain).unwrap_or_default(),
            Err(fault) => {
                desk.lost_connection(at, way, fault);
                return self.end.reset();
            }
        };
        if self.end.is_over()
            && let Some(fault) = self.tls.broken_off()
        {
            desk.lost_connection(at, way, fault);
        }
        if let Some(secured) = self.tls.secured() {
            desk.connected(at, way, secured.cipher, secured.certified);
        }
        for message in framed {
            if let Framed::Message(bytes) = message {
                desk.message(at, Duration::ZERO, way, &bytes);
            }
        }
    }
    fn flush(&mut self, at: Instant) {
        let sealed = self.tls.take_outgoing();
        if !sealed.is_empty() {
            self.end.send(at, &sealed);
        }
    }
}
