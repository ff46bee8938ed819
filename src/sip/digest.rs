//! HTTP digest as SIP uses it: challenges, and the check of a response (RFC 3261, 22.4; RFC 7616; RFC 8760).
//!
//! A nonce says when it was made, where it was sent, and that we made it (RFC 7616, 3.3): a challenge costs no memory,
//! however many are asked for, and nobody answers one that he has not received. One that has been answered rightly is
//! remembered, for it may be used again only as long as its count grows: the check is ours, because libraries read `nc`
//! as a decimal or a byte. Must not know who registers where.

use super::message::split_list;
use super::token::Tokens;
use crate::clock::Instant;
use hmac::{Hmac, Mac as _};
use md5::{Digest as _, Md5};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

/// How long a nonce may be used. Long enough for a refresh to reuse it, short enough to see `stale` in a long run.
pub const NONCE_LIFE: Duration = Duration::from_secs(300);
/// So many nonces are remembered that were answered rightly; the oldest goes first, and with it the use of all that are
/// older.
const MOST_NONCES: usize = 256;
/// A nonce in octets: the millisecond it was made in, what makes it unlike any other, where it was sent, and the seal
/// of all that.
const MADE: usize = 6;
const SALT: usize = 8;
const SEAL: usize = 8;
const OPEN: usize = MADE + SALT + SEAL;

/// Stands for something that must not be written out, nor be found by trying.
pub type Mark = [u8; SEAL];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha256 => "SHA-256",
        }
    }
    /// Hash in lower-case hexadecimal.
    pub fn hash(self, text: &str) -> String {
        match self {
            Algorithm::Md5 => hex(&Md5::digest(text)),
            Algorithm::Sha256 => hex(&Sha256::digest(text)),
        }
    }
}

/// The parameters of an Authorization value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials(BTreeMap<String, String>);

impl Credentials {
    /// `None` if the scheme is not Digest.
    pub fn parse(value: &str) -> Option<Self> {
        let (scheme, rest) = value.trim().split_once(char::is_whitespace)?;
        if !scheme.eq_ignore_ascii_case("Digest") {
            return None;
        }
        let pairs = split_list(rest).into_iter().filter_map(|part| {
            let (name, value) = part.split_once('=')?;
            Some((name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned()))
        });
        Some(Credentials(pairs.collect()))
    }
    /// A parameter's value without quotes; empty if it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
    fn algorithm(&self) -> Option<Algorithm> {
        match self.get("algorithm").to_ascii_uppercase().as_str() {
            "" | "MD5" => Some(Algorithm::Md5),
            "SHA-256" => Some(Algorithm::Sha256),
            _ => None,
        }
    }
    /// The response these credentials should carry (RFC 7616, 3.4.1).
    fn expected(&self, algorithm: Algorithm, method: &str, realm: &str, password: &str) -> String {
        let secret = algorithm.hash(&format!("{}:{realm}:{password}", self.get("username")));
        let what = algorithm.hash(&format!("{method}:{}", self.get("uri")));
        let nonce = self.get("nonce");
        match self.get("qop") {
            "" => algorithm.hash(&format!("{secret}:{nonce}:{what}")),
            qop => algorithm.hash(&format!("{secret}:{nonce}:{}:{}:{qop}:{what}", self.get("nc"), self.get("cnonce"))),
        }
    }
}

/// What a check of credentials found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Right,
    /// The nonce is unknown or too old: ask again, saying so.
    Stale,
    /// The nonce is good, and its count did not grow (RFC 7616, 3.4): ask again as well.
    Repeated,
    Wrong,
}

/// What it takes to know a nonce of ours again, and the highest count seen with each.
#[derive(Debug)]
pub struct Guard {
    offered: Vec<Algorithm>,
    key: Option<[u8; 32]>,
    /// Those that were answered rightly and may be used again, without their seal.
    used: BTreeMap<Vec<u8>, Used>,
    /// One made by then cannot be told from one that has been used.
    forgotten_until: Option<Instant>,
}

#[derive(Debug)]
struct Used {
    made: Instant,
    count: u32,
}

impl Default for Guard {
    /// Offers MD5 first, because the plain modules in posts read only the first challenge, then SHA-256 (RFC 8760,
    /// 2.4).
    fn default() -> Self {
        Guard::offering(vec![Algorithm::Md5, Algorithm::Sha256])
    }
}

impl Guard {
    /// Some modules (libre 1.0 among them) refuse every challenge if one of them is of an algorithm that they do not
    /// know.
    pub fn offering(offered: Vec<Algorithm>) -> Self {
        Guard { offered, key: None, used: BTreeMap::new(), forgotten_until: None }
    }

    /// WWW-Authenticate values under a fresh nonce for whoever is there, one an algorithm.
    pub fn challenge(&mut self, at: Instant, to: SocketAddr, realm: &str, stale: bool, tokens: &mut Tokens) -> Vec<String> {
        self.key.get_or_insert_with(|| tokens.apart("nonces").octets());
        let made = at.as_nanos() / 1_000_000;
        let mut open = made.to_be_bytes()[8 - MADE..].to_vec();
        open.extend(tokens.octets::<SALT>());
        open.extend(self.mark(&place(to)));
        let nonce = hex(&open) + &hex(&self.mark(&open));
        let stale = if stale { ", stale=true" } else { "" };
        let value =
            |a: Algorithm| format!("Digest realm=\"{realm}\", nonce=\"{nonce}\", algorithm={}, qop=\"auth\"{stale}", a.name());
        self.offered.iter().map(|algorithm| value(*algorithm)).collect()
    }

    /// What nobody can set under a nonce who has not the key; `None`: there is none yet.
    fn seal(&self, open: &[u8]) -> Option<Hmac<Sha256>> {
        // HMAC takes a key of any length; the library says so by an error that never comes.
        let mut mac = Hmac::new_from_slice(self.key.as_ref()?).ok()?;
        mac.update(open);
        Some(mac)
    }
    fn mark(&self, what: &[u8]) -> Mark {
        let mac = self.seal(what).map(|mac| mac.finalize().into_bytes());
        mac.and_then(|mac| mac.first_chunk().copied()).unwrap_or_default()
    }
    /// What stands for this user where the challenge went that these answer. `None`: it is none of ours.
    pub fn answered_by(&self, given: &Credentials, user: &str) -> Option<Mark> {
        let open = self.ours(given.get("nonce"))?;
        Some(self.mark(&[open.get(MADE + SALT..).unwrap_or_default(), user.as_bytes()].concat()))
    }

    /// A nonce of ours without its seal; `None`: we did not make it.
    fn ours(&self, nonce: &str) -> Option<Vec<u8>> {
        let mut open = octets(nonce).filter(|octets| octets.len() == OPEN + SEAL)?;
        let seal = open.split_off(OPEN);
        self.seal(&open)?.verify_truncated_left(&seal).ok()?;
        Some(open)
    }
    /// The same, and when it was made; `None` also if it may not be used any more.
    fn opened(&self, at: Instant, nonce: &str) -> Option<(Vec<u8>, Instant)> {
        let open = self.ours(nonce)?;
        let made = open.iter().take(MADE).fold(0u64, |made, octet| made << 8 | u64::from(*octet));
        let made = Instant::from_nanos(made.saturating_mul(1_000_000));
        let is_known = self.used.contains_key(&open) || self.forgotten_until.is_none_or(|until| made > until);
        (is_known && made <= at && at.since(made) < NONCE_LIFE).then_some((open, made))
    }

    /// Takes note of a nonce that was answered rightly under this count; false if the count did not grow.
    fn counts(&mut self, at: Instant, nonce: Vec<u8>, made: Instant, count: u32) -> bool {
        if let Some(used) = self.used.get_mut(&nonce) {
            let grows = count > used.count;
            used.count = used.count.max(count);
            return grows;
        }
        self.used.retain(|_, used| at.since(used.made) < NONCE_LIFE);
        while self.used.len() >= MOST_NONCES {
            let oldest = self.used.iter().min_by_key(|(_, used)| used.made).map(|(nonce, used)| (nonce.clone(), used.made));
            let Some((oldest, made)) = oldest else { break };
            self.used.remove(&oldest);
            self.forgotten_until = self.forgotten_until.max(Some(made));
        }
        self.used.insert(nonce, Used { made, count });
        count > 0
    }

    /// The password is checked before the nonce's age: a wrong one must not be asked again for staleness. It is not
    /// looked at where the nonce is not ours, for then nobody knows who tries it.
    pub fn check(&mut self, at: Instant, given: &Credentials, method: &str, realm: &str, password: &str) -> Verdict {
        let Some(algorithm) = given.algorithm().filter(|a| self.offered.contains(a)) else { return Verdict::Wrong };
        if given.get("realm") != realm || !matches!(given.get("qop"), "" | "auth") {
            return Verdict::Wrong;
        }
        if self.ours(given.get("nonce")).is_none() {
            return Verdict::Stale;
        }
        if !given.get("response").eq_ignore_ascii_case(&given.expected(algorithm, method, realm, password)) {
            return Verdict::Wrong;
        }
        let Some((nonce, made)) = self.opened(at, given.get("nonce")) else { return Verdict::Stale };
        if given.get("qop").is_empty() {
            return Verdict::Right;
        }
        match u32::from_str_radix(given.get("nc"), 16) {
            Ok(count) if self.counts(at, nonce, made, count) => Verdict::Right,
            Ok(_) => Verdict::Repeated,
            Err(_) => Verdict::Wrong,
        }
    }
}

/// An address in octets, with nothing before or behind it.
fn place(at: SocketAddr) -> Vec<u8> {
    [b"place ", at.ip().to_canonical().to_string().as_bytes(), b" ", &at.port().to_be_bytes()].concat()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut hex, octet| {
        let _ = write!(hex, "{octet:02x}");
        hex
    })
}

fn octets(hex: &str) -> Option<Vec<u8>> {
    let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    hex.len().is_multiple_of(2).then(|| hex.as_bytes().chunks(2).map(octet).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of RFC 7616, 3.9.1, in both algorithms.
    #[test]
    fn the_response_is_the_rfcs_own() {
        let check = |algorithm: Algorithm, response: &str| {
            let text = concat!(
                "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", ",
                "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, qop=auth, ",
                "cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\""
            );
            let given = Credentials::parse(text).expect("digest");
            assert_eq!(given.expected(algorithm, "GET", "http-auth@example.org", "Circle of Life"), response);
        };
        check(Algorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec");
        check(Algorithm::Sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
    }

    fn at(seconds: u64) -> Instant {
        Instant::from_nanos(seconds * 1_000_000_000)
    }
    fn there() -> SocketAddr {
        SocketAddr::from(([10, 0, 0, 2], 5060))
    }

    fn answer(challenge: &str, algorithm: Algorithm, count: &str, password: &str) -> Credentials {
        let nonce = challenge.split("nonce=\"").nth(1).and_then(|r| r.split('"').next()).unwrap_or_default();
        let bare = format!(
            "Digest username=\"post\", realm=\"r\", nonce=\"{nonce}\", uri=\"sip:x\", qop=auth, nc={count}, cnonce=\"c\", algorithm={}",
            algorithm.name()
        );
        let unsigned = Credentials::parse(&bare).expect("digest");
        let response = unsigned.expected(algorithm, "REGISTER", "r", password);
        Credentials::parse(&format!("{bare}, response=\"{response}\"")).expect("digest")
    }

    #[test]
    fn a_nonce_may_be_reused_only_with_a_growing_count() {
        let (mut guard, mut tokens) = (Guard::default(), Tokens::from_seed(1));
        let challenge = guard.challenge(at(0), there(), "r", false, &mut tokens).swap_remove(0);
        let mut check = |seconds, count, algorithm, password, expected| {
            let given = answer(&challenge, algorithm, count, password);
            assert_eq!(guard.check(at(seconds), &given, "REGISTER", "r", "secret"), expected, "{count} at {seconds}");
        };
        check(1, "00000001", Algorithm::Md5, "secret", Verdict::Right);
        check(1, "00000001", Algorithm::Md5, "secret", Verdict::Repeated);
        check(2, "0000000a", Algorithm::Sha256, "secret", Verdict::Right);
        check(2, "00000009", Algorithm::Md5, "secret", Verdict::Repeated);
        check(3, "00000010", Algorithm::Md5, "wrong", Verdict::Wrong);
        check(3, "zz", Algorithm::Md5, "secret", Verdict::Wrong);
        check(299, "00000100", Algorithm::Md5, "secret", Verdict::Right);
        check(300, "00000101", Algorithm::Md5, "secret", Verdict::Stale);
    }

    #[test]
    fn a_flood_of_challenges_shuts_nobody_out() {
        let (mut guard, mut tokens) = (Guard::default(), Tokens::from_seed(1));
        let slow = guard.challenge(at(0), there(), "r", false, &mut tokens).swap_remove(0);
        for n in 0..100_000 {
            guard.challenge(at(n / 900), there(), "r", false, &mut tokens);
        }
        assert!(guard.used.is_empty(), "a challenge costs nothing");
        let given = answer(&slow, Algorithm::Md5, "00000001", "secret");
        assert_eq!(guard.check(at(200), &given, "REGISTER", "r", "secret"), Verdict::Right);
    }

    #[test]
    fn a_nonce_that_we_did_not_make_is_none() {
        let (mut guard, mut tokens) = (Guard::default(), Tokens::from_seed(1));
        let ours = guard.challenge(at(10), there(), "r", false, &mut tokens).swap_remove(0);
        let start = ours.find("nonce=\"").expect("a nonce") + 7;
        let mut check = |nonce: &str| {
            let challenge = format!("Digest nonce=\"{nonce}\"");
            guard.check(at(20), &answer(&challenge, Algorithm::Md5, "00000001", "secret"), "REGISTER", "r", "secret")
        };
        let nonce = &ours[start..start + 2 * (OPEN + SEAL)];
        for place in 0..nonce.len() {
            let other = if nonce.as_bytes()[place] == b'0' { "1" } else { "0" };
            assert_eq!(check(&format!("{}{other}{}", &nonce[..place], &nonce[place + 1..])), Verdict::Stale, "{place}");
        }
        assert_eq!([check(""), check("zz"), check("żółw"), check(&nonce[2..])], [Verdict::Stale; 4]);
        assert_eq!(check(nonce), Verdict::Right);
        let guess = answer("Digest nonce=\"00\"", Algorithm::Md5, "00000001", "guess");
        assert_eq!(guard.check(at(20), &guess, "REGISTER", "r", "secret"), Verdict::Stale, "nobody learns by it");
    }

    #[test]
    fn a_nonce_says_where_it_was_sent_whoever_uses_it() {
        let (mut guard, mut tokens) = (Guard::default(), Tokens::from_seed(1));
        let there = |port| SocketAddr::from(([10, 0, 0, 2], port));
        let mut mark = |port, user| {
            let challenge = guard.challenge(at(1), there(port), "r", false, &mut tokens).swap_remove(0);
            guard.answered_by(&answer(&challenge, Algorithm::Md5, "00000001", "guess"), user)
        };
        assert!(mark(1, "a").is_some() && mark(1, "a") == mark(1, "a"));
        assert!(mark(1, "a") != mark(2, "a") && mark(1, "a") != mark(1, "b"));
    }

    #[test]
    fn what_was_used_and_is_forgotten_is_not_taken_again() {
        let (mut guard, mut tokens) = (Guard::default(), Tokens::from_seed(1));
        let mut used = Vec::new();
        for n in 0..=MOST_NONCES as u64 {
            let challenge = guard.challenge(at(n / 2), there(), "r", false, &mut tokens).swap_remove(0);
            let given = answer(&challenge, Algorithm::Md5, "00000001", "secret");
            assert_eq!(guard.check(at(n / 2), &given, "REGISTER", "r", "secret"), Verdict::Right, "{n}");
            used.push(given);
        }
        assert_eq!(guard.used.len(), MOST_NONCES);
        let again: Vec<Verdict> = used.iter().map(|given| guard.check(at(130), given, "REGISTER", "r", "secret")).collect();
        assert!(!again.contains(&Verdict::Right), "{again:?}");
        assert_eq!(again.iter().filter(|verdict| **verdict == Verdict::Stale).count(), 1, "the one that was forgotten");
    }
}
