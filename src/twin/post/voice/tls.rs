//! The module's signalling over TLS: a connection to each server, opened when there is something to say, and the trust
//! in who answers there.
//!
//! Must not know SIP beyond where a message ends, nor what a message is for. Chance of the system goes into its keys;
//! nothing of what comes out in plain, and no length of what goes out sealed, follows from it.

use crate::clock::Instant;
use crate::twin::street::stream::{End, Segment};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    SupportedProtocolVersion, version,
};
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The first of the ports from which connections are opened.
const FIRST_PORT: u16 = 49_152;
/// A message longer than this is none.
const LONGEST_MESSAGE: usize = 65_536;
/// A server that does not finish the handshake is given up after this.
const HANDSHAKE: Duration = Duration::from_secs(8);
/// From which nothing has come for so long is silent.
const SILENT: Duration = Duration::from_secs(2);

/// Whom the module believes, and what it speaks.
#[derive(Debug, Clone)]
pub struct Security {
    /// The certificate of the authority that signs the servers' (DER).
    pub authority: Vec<u8>,
    /// What its clock calls the moment zero, since 1970.
    pub calendar: Duration,
    /// It knows nothing newer than TLS 1.2.
    pub only_tls12: bool,
    /// What it seals sound with.
    pub suite: super::Suite,
}

/// What a module believes that it should not; planted defects but for the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Trust {
    #[default]
    Strict,
    /// Anybody.
    Anyone,
    /// Whoever calls himself what the authority calls itself.
    AnyAuthority,
    /// The authority's certificate for another server.
    AnyName,
    /// One that ran out.
    Expired,
    /// One whose time has not come.
    NotYetValid,
    /// One that is not for servers.
    AnyPurpose,
    /// Anybody, once somebody has been believed.
    AnyoneLater,
    /// Anybody but the first server to have been believed.
    AnyOtherServer,
    /// Anybody who has been refused twice: better a connection than none.
    AnyoneAtThird,
}

impl Trust {
    fn excuses(self, flaw: &CertificateError) -> bool {
        use CertificateError as E;
        match self {
            Trust::Strict | Trust::AnyoneLater | Trust::AnyOtherServer | Trust::AnyoneAtThird => false,
            Trust::Anyone => true,
            Trust::AnyAuthority => matches!(flaw, E::UnknownIssuer | E::BadSignature),
            Trust::AnyName => matches!(flaw, E::NotValidForName | E::NotValidForNameContext { .. }),
            Trust::Expired => matches!(flaw, E::Expired | E::ExpiredContext { .. }),
            Trust::NotYetValid => matches!(flaw, E::NotValidYet | E::NotValidYetContext { .. }),
            Trust::AnyPurpose => matches!(flaw, E::InvalidPurpose | E::InvalidPurposeContext { .. }),
        }
    }
}

/// The library's judgement, and what a defective module makes of it.
#[derive(Debug)]
struct Verifier {
    sound: Arc<WebPkiServerVerifier>,
    trust: Trust,
    /// Who was believed first.
    first: OnceLock<ServerName<'static>>,
    /// How many have been refused.
    refused: AtomicU64,
}

impl Verifier {
    /// What follows from whom it has believed before, in a defective module.
    fn is_lax(&self, name: &ServerName<'_>) -> bool {
        match self.trust {
            Trust::AnyoneLater => self.first.get().is_some(),
            Trust::AnyOtherServer => self.first.get().is_some_and(|first| first != name),
            Trust::AnyoneAtThird => self.refused.fetch_add(1, Ordering::Relaxed) >= 2,
            _ => false,
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        stapled: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.sound.verify_server_cert(end_entity, intermediates, name, stapled, now) {
            Err(Error::InvalidCertificate(flaw)) if self.trust.excuses(&flaw) || self.is_lax(name) => {
                Ok(ServerCertVerified::assertion())
            }
            judged => {
                if judged.is_ok() {
                    self.first.get_or_init(|| name.to_owned());
                }
                judged
            }
        }
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.sound.verify_tls12_signature(message, certificate, signed)
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.sound.verify_tls13_signature(message, certificate, signed)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.sound.supported_verify_schemes()
    }
}

/// The module's own clock, in seconds since 1970.
#[derive(Debug)]
struct WallClock(AtomicU64);

impl TimeProvider for WallClock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(self.0.load(Ordering::Relaxed))))
    }
}

/// The module's connections.
pub struct Lines {
    own: IpAddr,
    next_port: u16,
    calendar: Duration,
    wall: Arc<WallClock>,
    config: Arc<ClientConfig>,
    lines: Vec<Line>,
    /// Segments of connections that are no more.
    left: Vec<Segment>,
}

struct Line {
    end: End,
    tls: ClientConnection,
    plain: Vec<u8>,
    began: Instant,
    told_up: bool,
    /// When a message came last, or it was opened.
    heard: Instant,
}

/// What came of connections.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// What is said to this server leaves at once from now on.
    Up(SocketAddr),
    Message(SocketAddr, Vec<u8>),
    /// The connection is no more; `true`: whoever answered there was not believed.
    Lost(SocketAddr, bool),
}

impl Lines {
    /// `port`: by how much the first port is further on. `None`: the authority's certificate is none.
    pub fn new(own: IpAddr, port: u16, security: &Security, trust: Trust) -> Option<Lines> {
        let provider = Arc::new(ring::default_provider());
        let wall = Arc::new(WallClock(AtomicU64::new(0)));
        let config = client(security, trust, &provider, Arc::clone(&wall))?;
        Some(Lines {
            own,
            next_port: FIRST_PORT + port % 8192,
            calendar: security.calendar,
            wall,
            config: Arc::new(config),
            lines: Vec::new(),
            left: Vec::new(),
        })
    }
    /// Says this to a server, over the connection that stands or a new one.
    pub fn send(&mut self, at: Instant, to: SocketAddr, bytes: &[u8]) {
        let known = self.lines.iter().position(|line| line.end.peer() == to && !line.end.is_over());
        let place = match known {
            Some(place) => place,
            None => {
                let Ok(tls) = ClientConnection::new(Arc::clone(&self.config), ServerName::from(to.ip())) else { return };
                let end = End::open(at, SocketAddr::new(self.own, self.next_port), to);
                self.next_port = self.next_port.checked_add(1).unwrap_or(FIRST_PORT);
                self.lines.push(Line { end, tls, plain: Vec::new(), began: at, told_up: false, heard: at });
                self.lines.len() - 1
            }
        };
        if let Some(line) = self.lines.get_mut(place) {
            // A buffer in memory takes whatever there is.
            let _taken = line.tls.writer().write_all(bytes);
            line.flush(at);
        }
    }
    pub fn segment(&mut self, at: Instant, segment: &Segment) -> Vec<News> {
        self.set_clock(at);
        let Some(line) = self.lines.iter_mut().find(|l| (l.end.own(), l.end.peer()) == (segment.to, segment.from)) else {
            self.left.extend(segment.refused());
            return Vec::new();
        };
        line.end.segment(at, segment);
        let news = line.advance(at);
        self.sweep(news)
    }
    pub fn wake(&mut self, at: Instant) -> Vec<News> {
        let mut news = Vec::new();
        for line in &mut self.lines {
            line.end.wake(at);
            if line.tls.is_handshaking() && at.since(line.began) >= HANDSHAKE {
                line.end.reset();
            }
            if line.end.is_over() {
                news.push(News::Lost(line.end.peer(), false));
            }
        }
        self.sweep(news)
    }
    /// Gives the connection to a server up that answers nothing.
    /// One that has just been heard is not the one that was silent.
    pub fn abandon(&mut self, at: Instant, to: SocketAddr) {
        let is_silent = |line: &&mut Line| line.end.peer() == to && at.since(line.heard) >= SILENT;
        self.lines.iter_mut().filter(is_silent).for_each(|line| line.end.reset());
        self.sweep(Vec::new());
    }
    /// Whether what is said to this server leaves at once.
    pub fn is_up(&self, to: SocketAddr) -> bool {
        self.lines.iter().any(|line| line.end.peer() == to && !line.end.is_over() && line.told_up)
    }
    pub fn next_wake(&self) -> Option<Instant> {
        let ends = self.lines.iter().filter_map(|line| {
            let handshake = line.tls.is_handshaking().then_some(line.began + HANDSHAKE);
            line.end.next_wake().into_iter().chain(handshake).min()
        });
        ends.min()
    }
    pub fn take_segments(&mut self) -> Vec<Segment> {
        let mut segments = std::mem::take(&mut self.left);
        segments.extend(self.lines.iter_mut().flat_map(|line| line.end.take_segments()));
        segments
    }

    /// What time it is at this moment, by a clock that is set so.
    pub fn tell_time(&mut self, time: Duration, at: Instant) {
        self.calendar = time.saturating_sub(at.since(Instant::ZERO));
        self.set_clock(at);
    }
    fn set_clock(&self, at: Instant) {
        self.wall.0.store((self.calendar + at.since(Instant::ZERO)).as_secs(), Ordering::Relaxed);
    }
    fn sweep(&mut self, news: Vec<News>) -> Vec<News> {
        for line in self.lines.iter_mut().filter(|line| line.end.is_over()) {
            self.left.extend(line.end.take_segments());
        }
        self.lines.retain(|line| !line.end.is_over());
        news
    }
}

impl Line {
    /// Takes what has come.
    fn advance(&mut self, at: Instant) -> Vec<News> {
        let (peer, bytes) = (self.end.peer(), self.end.take_bytes());
        let believed = self.decrypt(&bytes);
        self.flush(at);
        let mut news = Vec::new();
        if !self.tls.is_handshaking() && !std::mem::replace(&mut self.told_up, true) {
            news.push(News::Up(peer));
        }
        let messages = self.messages();
        if !messages.is_empty() {
            self.heard = at;
        }
        news.extend(messages.into_iter().map(|message| News::Message(peer, message)));
        if believed.is_err() || self.plain.len() > LONGEST_MESSAGE {
            self.end.reset();
        }
        if self.end.is_over() {
            news.push(News::Lost(peer, matches!(believed, Err(Error::InvalidCertificate(_)))));
        }
        news
    }
    fn decrypt(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            // Reading from memory cannot fail but for a buffer that is full, which is as good as nonsense.
            if self.tls.read_tls(&mut bytes).is_err() {
                return Err(Error::General("too much at once".to_owned()));
            }
            let state = self.tls.process_new_packets()?;
            let start = self.plain.len();
            self.plain.resize(start + state.plaintext_bytes_to_read(), 0);
            let _read = self.tls.reader().read_exact(self.plain.get_mut(start..).unwrap_or_default());
        }
        Ok(())
    }
    /// Whole messages: a head, an empty line, and a body as long as the head says (RFC 3261, 18.3).
    fn messages(&mut self) -> Vec<Vec<u8>> {
        let mut messages = Vec::new();
        loop {
            let blank = self.plain.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            self.plain.drain(..blank);
            let Some(end) = self.plain.windows(4).position(|four| four == b"\r\n\r\n") else { return messages };
            let head = String::from_utf8_lossy(self.plain.get(..end).unwrap_or_default()).into_owned();
            let fields = head.lines().filter_map(|line| line.split_once(':'));
            let mut lengths =
                fields.filter(|(name, _)| matches!(name.trim().to_ascii_lowercase().as_str(), "content-length" | "l"));
            let body: usize = lengths.next().and_then(|(_, value)| value.trim().parse().ok()).unwrap_or(0);
            let whole = end + 4 + body.min(LONGEST_MESSAGE);
            if self.plain.len() < whole {
                return messages;
            }
            messages.push(self.plain.drain(..whole).collect());
        }
    }
    fn flush(&mut self, at: Instant) {
        let mut sealed = Vec::new();
        while self.tls.wants_write() {
            if self.tls.write_tls(&mut sealed).is_err() {
                break;
            }
        }
        if !sealed.is_empty() {
            self.end.send(at, &sealed);
        }
    }
}

static BOTH: &[&SupportedProtocolVersion] = &[&version::TLS13, &version::TLS12];
static OLD: &[&SupportedProtocolVersion] = &[&version::TLS12];

fn client(security: &Security, trust: Trust, provider: &Arc<CryptoProvider>, wall: Arc<WallClock>) -> Option<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(security.authority.clone())).ok()?;
    let sound = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build().ok()?;
    let versions = if security.only_tls12 { OLD } else { BOTH };
    let builder = ClientConfig::builder_with_details(Arc::clone(provider), wall).with_protocol_versions(versions).ok()?;
    let verifier = Arc::new(Verifier { sound, trust, first: OnceLock::new(), refused: AtomicU64::new(0) });
    let mut config = builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    // Whoever resumes a session believes the certificate that was shown when it began.
    config.resumption = Resumption::disabled();
    Some(config)
}
