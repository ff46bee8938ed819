//! The registrar: who may be reached where, and until when (RFC 3261, 10.3).
//!
//! Must not know calls. Whatever becomes of a binding is told: made, refreshed, removed, replaced, expired.

use super::digest::{Algorithm, Credentials, Guard, Verdict};
use super::guesses::Guesses;
use super::message::{Request, Target, targets};
use super::token::Tokens;
use crate::clock::Instant;
use std::net::SocketAddr;
use std::time::Duration;

/// Granted where a REGISTER names no time (RFC 3261, 10.2.1.1), and the most that is granted.
pub const LONGEST: Duration = Duration::from_secs(3600);
/// Shorter requests are turned away with 423. Low, so that a nightly run sees many refreshes.
pub const SHORTEST: Duration = Duration::from_secs(10);
/// So many contacts may one user have.
const MOST_BINDINGS: usize = 8;

/// One who may register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub name: String,
    pub password: String,
}

/// One address of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    pub user: String,
    /// The Contact URI as sent.
    pub contact: String,
    /// Where the REGISTER came from.
    pub source: SocketAddr,
    pub made: Instant,
    pub until: Instant,
    /// `+sip.instance` of the Contact, where a device names itself.
    instance: Option<String>,
    call_id: String,
    cseq: u32,
}

/// Why a binding is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unbound {
    /// Not refreshed in time.
    Expired,
    /// The post asked for it.
    Removed,
    /// The same device registered under this contact instead: it is of the same instance (RFC 5626, 6), or of the same
    /// series of REGISTERs (RFC 3261, 10.2) that no longer names it, or there were too many.
    Replaced(String),
}

/// What the bench should hear about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Made or refreshed.
    Bound {
        user: String,
        contact: String,
        expires: Duration,
    },
    /// Gone.
    Unbound {
        user: String,
        contact: String,
        why: Unbound,
    },
    Refused {
        user: String,
        why: String,
    },
}

/// The answer to one REGISTER.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub changes: Vec<Change>,
    /// It is a new request, and its nonce count did not grow.
    pub repeats_count: bool,
}

impl Answer {
    fn plain(status: u16) -> Self {
        Answer { status, headers: Vec::new(), changes: Vec::new(), repeats_count: false }
    }
    fn refused(status: u16, user: &str, why: &str) -> Self {
        let changes = vec![Change::Refused { user: user.to_owned(), why: why.to_owned() }];
        Answer { changes, ..Answer::plain(status) }
    }
}

impl Binding {
    fn gone(&self, why: Unbound) -> Change {
        Change::Unbound { user: self.user.clone(), contact: self.contact.clone(), why }
    }
    /// Whether a REGISTER for `new` from the same user puts an end to this binding, which it does not name.
    fn is_replaced_by(&self, new: &Binding) -> bool {
        let same_device = self.instance.is_some() && self.instance == new.instance;
        same_device || (self.call_id == new.call_id && self.instance == new.instance)
    }
}

#[derive(Debug)]
pub struct Registrar {
    realm: String,
    users: Vec<User>,
    guard: Guard,
    bindings: Vec<Binding>,
    /// The most that it grants: it may shorten what is asked for (RFC 3261, 10.3).
    longest: Duration,
    /// Where each user was last registered from, kept beyond the binding's end: a post's identity among strangers.
    sources: Vec<(String, SocketAddr)>,
    guesses: Guesses,
    /// The last REGISTER without credentials for somebody whom nobody knows: what follows with them is no other.
    unknown: Option<(String, u32)>,
}

/// What was wrong with credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    /// They are not looked at, for so long.
    TooOften(Duration),
    Stale,
    Repeated,
    /// For nobody here, for somebody else, or under another password.
    User(&'static str),
}

impl Registrar {
    pub fn new(realm: String, users: Vec<User>) -> Self {
        Registrar {
            realm,
            users,
            guard: Guard::default(),
            bindings: Vec::new(),
            longest: LONGEST,
            sources: Vec::new(),
            guesses: Guesses::default(),
            unknown: None,
        }
    }

    /// Grants so much at most.
    pub fn grant(&mut self, longest: Duration) {
        self.longest = longest;
    }

    /// Challenges with these algorithms only, in this order.
    pub fn offer(&mut self, algorithms: Vec<Algorithm>) {
        self.guard = Guard::offering(algorithms);
    }
    pub fn knows(&self, user: &str) -> bool {
        self.users.iter().any(|u| u.name == user)
    }
    /// Where this user last registered from, in this run.
    pub fn source_of(&self, user: &str) -> Option<SocketAddr> {
        self.sources.iter().find(|(name, _)| name == user).map(|(_, source)| *source)
    }
    /// All bindings alive at the last moment the registrar was told of.
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// Removes what has lapsed.
    pub fn wake(&mut self, at: Instant) -> Vec<Change> {
        let mut lapsed = Vec::new();
        self.bindings.retain(|b| {
            if b.until <= at {
                lapsed.push(b.gone(Unbound::Expired));
            }
            b.until > at
        });
        lapsed
    }
    pub fn next_wake(&self) -> Option<Instant> {
        self.bindings.iter().map(|b| b.until).min()
    }

    pub fn register(&mut self, at: Instant, source: SocketAddr, request: &Request, tokens: &mut Tokens) -> Answer {
        let name = request.head.to.user.clone();
        let Some(given) = self.credentials(request) else {
            // Whoever asks hears the same whether there is such a user or not: only what is told differs.
            let is_elsewhere = request.head.headers("Authorization").any(|value| Credentials::parse(value).is_some());
            let why = match (self.knows(&name), is_elsewhere) {
                (false, _) => Some("no such user"),
                (true, true) => Some("credentials for another realm"),
                (true, false) => None,
            };
            self.unknown = (!self.knows(&name)).then(|| (request.head.call_id.clone(), request.head.cseq));
            let changes = why.map(|why| Change::Refused { user: name, why: why.to_owned() }).into_iter().collect();
            return Answer { changes, ..self.challenge(at, source, false, tokens) };
        };
        match self.check(at, &name, &given, "REGISTER") {
            Ok(()) => self.bind(at, source, request),
            Err(Wrong::Stale) => {
                let is_told = self.knows(&name);
                let changes = (!is_told).then(|| Change::Refused { user: name, why: "no such user".to_owned() });
                Answer { changes: changes.into_iter().collect(), ..self.challenge(at, source, true, tokens) }
            }
            Err(Wrong::Repeated) => {
                let repeats_count = !self.has_served(request);
                Answer { repeats_count, ..self.challenge(at, source, true, tokens) }
            }
            Err(Wrong::User(why)) => {
                let head = &request.head;
                let is_told =
                    self.unknown.take().is_some_and(|(id, cseq)| id == head.call_id && head.cseq.checked_sub(1) == Some(cseq));
                if is_told { Answer::plain(403) } else { Answer::refused(403, &name, why) }
            }
            Err(Wrong::TooOften(wait)) => {
                let headers = vec![("Retry-After", (wait.as_secs() + 1).to_string())];
                Answer { headers, ..Answer::refused(503, &name, "too many wrong passwords from there") }
            }
        }
    }

    /// Those of a request that are meant for us: others may stand beside them (RFC 3261, 22.3).
    fn credentials(&self, request: &Request) -> Option<Credentials> {
        request.head.headers("Authorization").filter_map(Credentials::parse).find(|given| given.get("realm") == self.realm)
    }

    /// Whether they prove that whoever sent them is this user. Where nobody has that name they are checked all the
    /// same: how long the answer takes must not tell it either.
    fn check(&mut self, at: Instant, name: &str, given: &Credentials, method: &str) -> Result<(), Wrong> {
        let who = self.guard.answered_by(given, name).ok_or(Wrong::Stale)?;
        self.guesses.may_try(at, who).map_err(Wrong::TooOften)?;
        let password = self.users.iter().find(|user| user.name == name).map(|user| user.password.clone());
        let verdict = self.guard.check(at, given, method, &self.realm, password.as_deref().unwrap_or_default());
        let wrong = match verdict {
            _ if password.is_none() => "no such user",
            _ if given.get("username") != name => "credentials of another user",
            Verdict::Right => {
                self.guesses.was_right(who);
                return Ok(());
            }
            Verdict::Stale => return Err(Wrong::Stale),
            Verdict::Repeated => return Err(Wrong::Repeated),
            Verdict::Wrong => "wrong password",
        };
        self.guesses.was_wrong(at, who);
        Err(Wrong::User(wrong))
    }

    /// Whether a request other than REGISTER proves that it is this user's (RFC 3261, 22.2); the error is the challenge
    /// to prove it.
    pub fn vouch(
        &mut self,
        at: Instant,
        source: SocketAddr,
        user: &str,
        request: &Request,
        tokens: &mut Tokens,
    ) -> Result<(), Vec<(&'static str, String)>> {
        let given = self.credentials(request);
        let checked = given.map(|given| self.check(at, user, &given, &request.method.to_string()));
        match checked {
            Some(Ok(())) => Ok(()),
            Some(Err(Wrong::Stale | Wrong::Repeated)) => Err(self.challenge(at, source, true, tokens).headers),
            Some(Err(_)) | None => Err(self.challenge(at, source, false, tokens).headers),
        }
    }

    fn challenge(&mut self, at: Instant, source: SocketAddr, stale: bool, tokens: &mut Tokens) -> Answer {
        let values = self.guard.challenge(at, source, &self.realm, stale, tokens);
        let headers = values.into_iter().map(|v| ("WWW-Authenticate", v)).collect();
        Answer { headers, ..Answer::plain(401) }
    }

    fn bind(&mut self, at: Instant, source: SocketAddr, request: &Request) -> Answer {
        let user = &request.head.to.user;
        let asked: Option<u32> = request.head.header("Expires").and_then(|e| e.trim().parse().ok());
        let values: Vec<&str> = request.head.headers("Contact").collect();
        let mut changes = Vec::new();
        if values == ["*"] {
            if asked != Some(0) {
                return Answer::refused(400, user, "Contact: * without Expires: 0");
            }
            changes = self.remove_all(user);
        } else {
            let named: Vec<Target> = values.iter().flat_map(|value| targets(value)).collect();
            let times: Vec<Duration> = named.iter().map(|target| expiry(target.expires.or(asked), self.longest)).collect();
            if times.iter().any(|expires| !expires.is_zero() && *expires < SHORTEST) {
                let headers = vec![("Min-Expires", SHORTEST.as_secs().to_string())];
                return Answer { headers, ..Answer::refused(423, user, "expires too soon") };
            }
            if named.iter().any(|target| self.is_late(request, target)) {
                return Answer::refused(500, user, "an older REGISTER came late");
            }
            for (target, expires) in named.iter().zip(times) {
                changes.extend(self.set(at, source, request, target, expires, &named));
            }
        }
        self.remember(user, source);
        let alive = self.bindings.iter().filter(|b| b.user == *user);
        let left = |b: &Binding| b.until.since(at).as_secs();
        let headers = alive.map(|b| ("Contact", format!("<{}>;expires={}", b.contact, left(b)))).collect();
        Answer { headers, changes, ..Answer::plain(200) }
    }

    /// Whether this request, or a later one of its series, has made a binding: one that comes twice or late repeats its
    /// count in good faith.
    fn has_served(&self, request: &Request) -> bool {
        let head = &request.head;
        self.bindings.iter().any(|b| b.user == head.to.user && b.call_id == head.call_id && b.cseq >= head.cseq)
    }

    /// All or nothing is changed (RFC 3261, 10.3, step 7), so this is asked of every contact first.
    fn is_late(&self, request: &Request, target: &Target) -> bool {
        let head = &request.head;
        let old = self.bindings.iter().find(|b| b.user == head.to.user && b.contact == target.uri);
        old.is_some_and(|b| b.call_id == head.call_id && b.cseq >= head.cseq)
    }

    /// Makes, refreshes or removes one binding. `named` are all contacts of this REGISTER.
    fn set(
        &mut self,
        at: Instant,
        source: SocketAddr,
        request: &Request,
        target: &Target,
        expires: Duration,
        named: &[Target],
    ) -> Vec<Change> {
        let user = &request.head.to.user;
        let old = self.bindings.iter().position(|b| b.user == *user && b.contact == target.uri);
        let old = old.map(|n| self.bindings.remove(n));
        if expires.is_zero() {
            // Whoever removes what is not there hears 200, and nothing has changed.
            return old.into_iter().map(|b| b.gone(Unbound::Removed)).collect();
        }
        let new = Binding {
            user: user.clone(),
            contact: target.uri.clone(),
            source,
            made: at,
            until: at + expires,
            instance: target.instance.clone(),
            call_id: request.head.call_id.clone(),
            cseq: request.head.cseq,
        };
        let mut changes = Vec::new();
        let is_named = |b: &Binding| named.iter().any(|target| target.uri == b.contact);
        self.bindings.retain(|b| {
            let goes = b.user == *user && !is_named(b) && b.is_replaced_by(&new);
            if goes {
                changes.push(b.gone(Unbound::Replaced(new.contact.clone())));
            }
            !goes
        });
        if self.bindings.iter().filter(|b| b.user == *user).count() >= MOST_BINDINGS
            && let Some(oldest) = self.bindings.iter().position(|b| b.user == *user)
        {
            changes.push(self.bindings.remove(oldest).gone(Unbound::Replaced(new.contact.clone())));
        }
        changes.push(Change::Bound { user: user.clone(), contact: new.contact.clone(), expires });
        self.bindings.push(new);
        changes
    }

    /// Removes every binding of one user.
    fn remove_all(&mut self, user: &str) -> Vec<Change> {
        let (gone, kept): (Vec<Binding>, Vec<Binding>) =
            std::mem::take(&mut self.bindings).into_iter().partition(|b| b.user == user);
        self.bindings = kept;
        gone.iter().map(|b| b.gone(Unbound::Removed)).collect()
    }

    fn remember(&mut self, user: &str, source: SocketAddr) {
        match self.sources.iter_mut().find(|(name, _)| name == user) {
            Some(known) => known.1 = source,
            None => self.sources.push((user.to_owned(), source)),
        }
    }
}

fn expiry(asked: Option<u32>, longest: Duration) -> Duration {
    asked.map_or(longest, |seconds| Duration::from_secs(seconds.into())).min(longest)
}
