//! Digest access authentication, the client's half (RFC 7616 and RFC 8760 as used by RFC 3261, section 22; MD5 and
//! SHA-256, qop `auth`, `auth-int` or none).
//!
//! Must not know which request it signs, nor when.

use super::message::split_list;
use md5::{Digest, Md5};
use sha2::Sha256;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    fn named(name: Option<&str>) -> Option<Algorithm> {
        match name {
            None => Some(Algorithm::Md5),
            Some(name) if name.eq_ignore_ascii_case("MD5") => Some(Algorithm::Md5),
            Some(name) if name.eq_ignore_ascii_case("SHA-256") => Some(Algorithm::Sha256),
            Some(_) => None,
        }
    }
    const fn name(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha256 => "SHA-256",
        }
    }
    fn hash(self, text: &str) -> String {
        let octets = match self {
            Algorithm::Md5 => Md5::digest(text.as_bytes()).to_vec(),
            Algorithm::Sha256 => Sha256::digest(text.as_bytes()).to_vec(),
        };
        octets.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A server's challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    /// What of the offered protection is taken.
    qop: Option<&'static str>,
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
        let algorithm = Algorithm::named(field("algorithm").as_deref())?;
        let qop = match field("qop") {
            None => None,
            Some(offered) => {
                let is_offered = |qop: &&str| offered.split(',').any(|offered| offered.trim().eq_ignore_ascii_case(qop));
                Some(["auth", "auth-int"].into_iter().find(is_offered)?)
            }
        };
        Some(Challenge { realm: field("realm")?, nonce: field("nonce")?, opaque: field("opaque"), algorithm, qop, proxy })
    }
    fn is_of(&self, other: &Challenge) -> bool {
        (&self.realm, self.proxy) == (&other.realm, other.proxy)
    }
}

/// The last challenge of each realm, and how often its nonce was used.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    known: Vec<(Challenge, u32)>,
    /// A planted defect.
    pub stuck: bool,
}

/// Realms remembered: one server's, and those of the proxies before it.
const MOST_REALMS: usize = 4;

/// Who signs what.
pub struct Signed<'a> {
    pub user: &'a str,
    pub password: &'a str,
    pub method: &'a str,
    pub uri: &'a str,
    pub body: &'a str,
    pub cnonce: &'a str,
}

impl Credentials {
    /// Takes the challenges of one answer over, of each realm the first that can be answered (RFC 8760, 2.3); false if
    /// there is none. The count goes on if the nonce is the one in use.
    pub fn adopt(&mut self, challenges: impl IntoIterator<Item = Challenge>) -> bool {
        let mut adopted: Vec<Challenge> = Vec::new();
        for challenge in challenges {
            if adopted.iter().any(|other| other.is_of(&challenge)) {
                continue;
            }
            adopted.push(challenge.clone());
            let known = self.known.iter().position(|(known, _)| known.is_of(&challenge)).map(|place| self.known.remove(place));
            let uses = known.filter(|(known, _)| known.nonce == challenge.nonce).map_or(0, |(_, uses)| uses);
            self.known.truncate(MOST_REALMS - 1);
            // Whoever reads one answer only reads the first: that to whoever asked last.
            self.known.insert(0, (challenge, uses));
        }
        !adopted.is_empty()
    }
    /// Whether one of these challenges is of a realm that was not known.
    pub fn is_new(&self, challenges: &[Challenge]) -> bool {
        challenges.iter().any(|challenge| !self.known.iter().any(|(known, _)| known.is_of(challenge)))
    }
    /// Header names and values for the next use of each nonce; none before the first challenge.
    pub fn answers(&mut self, signed: &Signed<'_>) -> Vec<(&'static str, String)> {
        let is_stuck = self.stuck;
        let answer = |(challenge, uses): &mut (Challenge, u32)| {
            *uses = if is_stuck { 1 } else { *uses + 1 };
            (if challenge.proxy { "Proxy-Authorization" } else { "Authorization" }, answered(challenge, signed, *uses))
        };
        self.known.iter_mut().map(answer).collect()
    }
}

fn answered(challenge: &Challenge, signed: &Signed<'_>, uses: u32) -> String {
    let nc = format!("{uses:08x}");
    let response = response(challenge, signed, &nc);
    let Challenge { realm, nonce, algorithm, .. } = challenge;
    let mut value = format!(
        "Digest username=\"{}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{}\", response=\"{response}\", algorithm={}",
        signed.user,
        signed.uri,
        algorithm.name()
    );
    if let Some(qop) = challenge.qop {
        value.push_str(&format!(", qop={qop}, nc={nc}, cnonce=\"{}\"", signed.cnonce));
    }
    if let Some(opaque) = &challenge.opaque {
        value.push_str(&format!(", opaque=\"{opaque}\""));
    }
    value
}

fn response(challenge: &Challenge, signed: &Signed<'_>, nc: &str) -> String {
    let hash = |text: &str| challenge.algorithm.hash(text);
    let secret = hash(&format!("{}:{}:{}", signed.user, challenge.realm, signed.password));
    let action = match challenge.qop {
        Some("auth-int") => hash(&format!("{}:{}:{}", signed.method, signed.uri, hash(signed.body))),
        _ => hash(&format!("{}:{}", signed.method, signed.uri)),
    };
    let nonce = &challenge.nonce;
    match challenge.qop {
        Some(qop) => hash(&format!("{secret}:{nonce}:{nc}:{}:{qop}:{action}", signed.cnonce)),
        None => hash(&format!("{secret}:{nonce}:{action}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2617, section 3.5.
    const EXAMPLE: &str = "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", \
        nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
    const SIGNED: Signed<'static> = Signed {
        user: "Mufasa",
        password: "Circle Of Life",
        method: "GET",
        uri: "/dir/index.html",
        body: "",
        cnonce: "0a4f113b",
    };

    fn one(credentials: &mut Credentials, challenge: &str, proxy: bool) -> (&'static str, String) {
        assert!(credentials.adopt(Challenge::parse(challenge, proxy)));
        credentials.answers(&SIGNED).remove(0)
    }

    #[test]
    fn agrees_with_the_example_of_rfc_2617() {
        let mut credentials = Credentials::default();
        assert_eq!(credentials.answers(&SIGNED), []);
        let (name, value) = one(&mut credentials, EXAMPLE, false);
        assert_eq!(name, "Authorization");
        assert!(value.contains("response=\"6629fae49393a05397450978507c4ef1\""), "{value}");
        assert!(value.contains("nc=00000001") && value.contains("opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""), "{value}");
    }

    #[test]
    fn agrees_with_the_example_of_rfc_7616_in_sha_256() {
        let challenge = "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=SHA-256, \
            nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
        let mut credentials = Credentials::default();
        assert!(credentials.adopt(Challenge::parse(challenge, false)));
        let signed = Signed { password: "Circle of Life", cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", ..SIGNED };
        let (_, value) = credentials.answers(&signed).remove(0);
        assert!(value.contains("response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\""), "{value}");
        assert!(value.contains("algorithm=SHA-256, qop=auth, "), "{value}");
    }

    #[test]
    fn a_body_is_signed_where_nothing_less_will_do() {
        let mut credentials = Credentials::default();
        let challenge = "Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"";
        let (_, empty) = one(&mut credentials, challenge, false);
        assert!(empty.contains("qop=auth-int, nc=00000001"), "{empty}");
        let mut other = Credentials::default();
        assert!(other.adopt(Challenge::parse(challenge, false)));
        let (_, with_body) = other.answers(&Signed { body: "v=0\r\n", ..SIGNED }).remove(0);
        assert_ne!(empty, with_body);
        let md5 = |text: &str| Algorithm::Md5.hash(text);
        let action = md5(&format!("GET:/dir/index.html:{}", md5("v=0\r\n")));
        let expected = md5(&format!("{}:n:00000001:0a4f113b:auth-int:{action}", md5("Mufasa:r:Circle Of Life")));
        assert!(with_body.contains(&expected), "{with_body}");
    }

    #[test]
    fn without_qop_the_older_form_is_used() {
        let (name, value) = one(&mut Credentials::default(), &EXAMPLE.replace("qop=\"auth,auth-int\", ", ""), true);
        assert_eq!(name, "Proxy-Authorization");
        assert!(value.contains("670fd8c2df070c60b045671b8b24ff02") && !value.contains("nc="), "{value}");
    }

    #[test]
    fn the_count_follows_the_nonce() {
        let mut credentials = Credentials::default();
        for (nonce, nc) in [("a", 1), ("a", 2), ("b", 1)] {
            let (_, value) = one(&mut credentials, &format!("Digest realm=\"r\", nonce=\"{nonce}\", qop=\"auth\""), false);
            assert!(value.contains(&format!("nc={nc:08x}")), "{value}");
        }
    }

    #[test]
    fn a_proxy_and_the_server_behind_it_are_both_answered() {
        let mut credentials = Credentials::default();
        one(&mut credentials, "Digest realm=\"proxy\", nonce=\"p\"", true);
        let server = [
            "Digest realm=\"city\", nonce=\"s\", algorithm=SHA-512-256",
            "Digest realm=\"city\", nonce=\"s\", algorithm=SHA-256",
            "Digest realm=\"city\", nonce=\"s\", algorithm=MD5",
        ]
        .map(|value| Challenge::parse(value, false));
        let server: Vec<Challenge> = server.into_iter().flatten().collect();
        assert!(credentials.is_new(&server) && credentials.adopt(server.clone()) && !credentials.is_new(&server));
        let answers = credentials.answers(&SIGNED);
        let told: Vec<(&str, bool)> = answers.iter().map(|(name, value)| (*name, value.contains("SHA-256"))).collect();
        assert_eq!(told, [("Authorization", true), ("Proxy-Authorization", false)], "the first of a realm that is understood");
    }

    #[test]
    fn other_schemes_and_algorithms_are_declined() {
        let others = ["Digest realm=\"x\", nonce=\"y\", algorithm=SHA-512-256", "Digest realm=\"x\", nonce=\"y\", qop=\"other\""];
        for bad in ["Basic realm=\"x\"", "Digest realm=\"x\"", "Digest"].into_iter().chain(others) {
            assert_eq!(Challenge::parse(bad, false), None, "{bad}");
        }
    }
}
