//! HTTP digest as SIP uses it: challenges, and the check of a response (RFC 3261, 22.4; RFC 7616; RFC 8760).
//!
//! A nonce may be used again as long as its count grows: the check is ours, because libraries read `nc` as a decimal or a byte.
//! Must not know who registers where.

use super::message::split_list;
use super::token::Tokens;
use crate::clock::Instant;
use md5::{Digest as _, Md5};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

/// How long a nonce may be used. Long enough for a refresh to reuse it, short enough to see `stale` in a long run.
pub const NONCE_LIFE: Duration = Duration::from_secs(300);
/// So many nonces are remembered; the oldest goes first.
const MOST_NONCES: usize = 256;

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
        let bytes = match self {
            Algorithm::Md5 => Md5::digest(text).to_vec(),
            Algorithm::Sha256 => Sha256::digest(text).to_vec(),
        };
        bytes.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
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

/// The nonces handed out, and the highest count seen with each.
#[derive(Debug)]
pub struct Guard {
    offered: Vec<Algorithm>,
    nonces: BTreeMap<String, Nonce>,
}

#[derive(Debug)]
struct Nonce {
    issued: Instant,
    count: u32,
}

impl Default for Guard {
    /// Offers MD5 first, because the plain modules in posts read only the first challenge, then SHA-256 (RFC 8760, 2.4).
    fn default() -> Self {
        Guard::offering(vec![Algorithm::Md5, Algorithm::Sha256])
    }
}

impl Guard {
    /// Some modules (libre 1.0 among them) refuse every challenge if one of them is of an algorithm that they do not know.
    pub fn offering(offered: Vec<Algorithm>) -> Self {
        Guard { offered, nonces: BTreeMap::new() }
    }

    /// WWW-Authenticate values under a fresh nonce, one an algorithm.
    pub fn challenge(&mut self, at: Instant, realm: &str, stale: bool, tokens: &mut Tokens) -> Vec<String> {
        self.forget(at);
        let nonce = tokens.hex() + &tokens.hex();
        self.nonces.insert(nonce.clone(), Nonce { issued: at, count: 0 });
        let stale = if stale { ", stale=true" } else { "" };
        let value =
            |a: Algorithm| format!("Digest realm=\"{realm}\", nonce=\"{nonce}\", algorithm={}, qop=\"auth\"{stale}", a.name());
        self.offered.iter().map(|algorithm| value(*algorithm)).collect()
    }

    fn forget(&mut self, at: Instant) {
        self.nonces.retain(|_, nonce| at.since(nonce.issued) < NONCE_LIFE);
        while self.nonces.len() >= MOST_NONCES {
            let oldest = self.nonces.iter().min_by_key(|(_, n)| n.issued).map(|(name, _)| name.clone());
            let Some(oldest) = oldest else { break };
            self.nonces.remove(&oldest);
        }
    }

    /// The password is checked before the nonce: a wrong one must not be asked again for staleness.
    pub fn check(&mut self, at: Instant, given: &Credentials, method: &str, realm: &str, password: &str) -> Verdict {
        let Some(algorithm) = given.algorithm().filter(|a| self.offered.contains(a)) else { return Verdict::Wrong };
        if given.get("realm") != realm || !matches!(given.get("qop"), "" | "auth") {
            return Verdict::Wrong;
        }
        if !given.get("response").eq_ignore_ascii_case(&given.expected(algorithm, method, realm, password)) {
            return Verdict::Wrong;
        }
        let Some(nonce) = self.nonces.get_mut(given.get("nonce")) else { return Verdict::Stale };
        if at.since(nonce.issued) >= NONCE_LIFE {
            return Verdict::Stale;
        }
        if given.get("qop").is_empty() {
            return Verdict::Right;
        }
        match u32::from_str_radix(given.get("nc"), 16) {
            Ok(count) if count > nonce.count => {
                nonce.count = count;
                Verdict::Right
            }
            Ok(_) => Verdict::Repeated,
            Err(_) => Verdict::Wrong,
        }
    }
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
        let challenge = guard.challenge(at(0), "r", false, &mut tokens).swap_remove(0);
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
    fn a_flood_of_challenges_is_forgotten_from_the_oldest() {
        let (mut guard, mut tokens) = (Guard::default(), Tokens::from_seed(1));
        for n in 0..1000 {
            guard.challenge(at(n / 10), "r", false, &mut tokens);
        }
        assert_eq!(guard.nonces.len(), MOST_NONCES);
    }
}
