//! Digest access authentication, the client's half (RFC 2617 as used by RFC 3261, section 22; MD5, qop `auth` or none).
//!
//! Must not know which request it signs, nor when.

use super::message::split_list;
use md5::{Digest, Md5};

/// A server's challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    /// `qop` was offered and `auth` is among it.
    with_qop: bool,
    /// From a proxy (407): the answer goes into another header.
    proxy: bool,
}

impl Challenge {
    /// Reads `WWW-Authenticate` or `Proxy-Authenticate`. `None`: nothing this module can answer (another scheme or
    /// algorithm).
    pub fn parse(value: &str, proxy: bool) -> Option<Challenge> {
        let (scheme, rest) = value.trim().split_once(char::is_whitespace)?;
        if !scheme.eq_ignore_ascii_case("Digest") {
            return None;
        }
        let field = |name: &str| {
            split_list(rest).find_map(|item| {
                let (key, value) = item.split_once('=')?;
                key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
            })
        };
        if !field("algorithm").is_none_or(|name| name.eq_ignore_ascii_case("MD5")) {
            return None;
        }
        let with_qop = match field("qop") {
            None => false,
            Some(offered) if offered.split(',').any(|q| q.trim().eq_ignore_ascii_case("auth")) => true,
            Some(_) => return None,
        };
        Some(Challenge { realm: field("realm")?, nonce: field("nonce")?, opaque: field("opaque"), with_qop, proxy })
    }
}

/// The last challenge and how often its nonce was used.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    challenge: Option<Challenge>,
    uses: u32,
    /// A planted defect.
    pub stuck: bool,
}

/// Who signs what.
pub struct Signed<'a> {
    pub user: &'a str,
    pub password: &'a str,
    pub method: &'a str,
    pub uri: &'a str,
    pub cnonce: &'a str,
}

impl Credentials {
    /// Takes a challenge over. The count goes on if the nonce is the one in use.
    pub fn adopt(&mut self, challenge: Challenge) {
        if self.challenge.as_ref().is_none_or(|old| old.nonce != challenge.nonce) {
            self.uses = 0;
        }
        self.challenge = Some(challenge);
    }
    /// Header name and value for the next use of the nonce; `None` before the first challenge.
    pub fn answer(&mut self, signed: &Signed<'_>) -> Option<(&'static str, String)> {
        let challenge = self.challenge.as_ref()?;
        self.uses = if self.stuck { 1 } else { self.uses + 1 };
        let nc = format!("{:08x}", self.uses);
        let response = response(challenge, signed, &nc);
        let (realm, nonce) = (&challenge.realm, &challenge.nonce);
        let mut value = format!(
            "Digest username=\"{}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{}\", response=\"{response}\", algorithm=MD5",
            signed.user, signed.uri
        );
        if challenge.with_qop {
            value.push_str(&format!(", qop=auth, nc={nc}, cnonce=\"{}\"", signed.cnonce));
        }
        if let Some(opaque) = &challenge.opaque {
            value.push_str(&format!(", opaque=\"{opaque}\""));
        }
        Some((if challenge.proxy { "Proxy-Authorization" } else { "Authorization" }, value))
    }
}

fn response(challenge: &Challenge, signed: &Signed<'_>, nc: &str) -> String {
    let secret = md5_hex(&format!("{}:{}:{}", signed.user, challenge.realm, signed.password));
    let action = md5_hex(&format!("{}:{}", signed.method, signed.uri));
    let nonce = &challenge.nonce;
    if challenge.with_qop {
        md5_hex(&format!("{secret}:{nonce}:{nc}:{}:auth:{action}", signed.cnonce))
    } else {
        md5_hex(&format!("{secret}:{nonce}:{action}"))
    }
}

fn md5_hex(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2617, section 3.5.
    const EXAMPLE: &str = "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", \
        nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
    const SIGNED: Signed<'static> =
        Signed { user: "Mufasa", password: "Circle Of Life", method: "GET", uri: "/dir/index.html", cnonce: "0a4f113b" };

    #[test]
    fn agrees_with_the_example_of_rfc_2617() {
        let mut credentials = Credentials::default();
        assert_eq!(credentials.answer(&SIGNED), None);
        credentials.adopt(Challenge::parse(EXAMPLE, false).unwrap());
        let (name, value) = credentials.answer(&SIGNED).unwrap();
        assert_eq!(name, "Authorization");
        assert!(value.contains("response=\"6629fae49393a05397450978507c4ef1\""), "{value}");
        assert!(value.contains("nc=00000001") && value.contains("opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""), "{value}");
    }

    #[test]
    fn without_qop_the_older_form_is_used() {
        let mut credentials = Credentials::default();
        credentials.adopt(Challenge::parse(&EXAMPLE.replace("qop=\"auth,auth-int\", ", ""), true).unwrap());
        let (name, value) = credentials.answer(&SIGNED).unwrap();
        assert_eq!(name, "Proxy-Authorization");
        assert!(value.contains("670fd8c2df070c60b045671b8b24ff02") && !value.contains("nc="), "{value}");
    }

    #[test]
    fn the_count_follows_the_nonce() {
        let mut credentials = Credentials::default();
        for (nonce, nc) in [("a", 1), ("a", 2), ("b", 1)] {
            credentials.adopt(Challenge::parse(&format!("Digest realm=\"r\", nonce=\"{nonce}\", qop=\"auth\""), false).unwrap());
            assert!(credentials.answer(&SIGNED).unwrap().1.contains(&format!("nc={nc:08x}")));
        }
    }

    #[test]
    fn other_schemes_and_algorithms_are_declined() {
        for bad in ["Basic realm=\"x\"", "Digest realm=\"x\"", "Digest realm=\"x\", nonce=\"y\", algorithm=SHA-256", "Digest"] {
            assert_eq!(Challenge::parse(bad, false), None, "{bad}");
        }
    }
}
