//! The operator's options for TLS and SRTP, and what is to be said of its own certificate before a post has a chance to
//! complain.

use super::failed;
use crate::cli::Refused;
use crate::driver::sip_operator::{self, Tls};
use crate::fault::exit;
use crate::rig;
use crate::rig::credentials::{self, Facts, Flaw};
use crate::sip::sdes::Srtp;
use crate::unit::{Bilingual, Lang, Utc};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Policy {
    Mandatory,
    Optional,
    Refused,
}

impl Policy {
    fn meant(self) -> Srtp {
        match self {
            Policy::Mandatory => Srtp::Mandatory,
            Policy::Optional => Srtp::Optional,
            Policy::Refused => Srtp::Refused,
        }
    }
}

#[derive(Debug, clap::Args)]
pub struct SecureArgs {
    /// Where to listen for SIP over TLS as well, e.g. 0.0.0.0:5061
    #[arg(long, value_name = "ADDRESS:PORT", requires_all = ["certificate", "key"])]
    tls: Option<SocketAddr>,
    /// PEM file with the operator's certificate, and behind it those that lead to its CA
    #[arg(long, value_name = "FILE", requires = "tls")]
    certificate: Option<PathBuf>,
    /// PEM file with its private key
    #[arg(long, value_name = "FILE", requires = "tls")]
    key: Option<PathBuf>,
    /// PEM file with the CA of the posts' certificates; a post must then show one
    #[arg(long, value_name = "FILE", requires = "tls")]
    ca: Option<PathBuf>,
    /// What posts call the operator, to be found in its certificate [default: the address of --tls]
    #[arg(long, value_name = "NAME", requires = "tls")]
    server_name: Option<String>,
    /// Secure media: plain calls refused, secure ones taken where offered, or secure ones refused [default: optional,
    /// or as the rig says]
    #[arg(long, value_enum, value_name = "POLICY")]
    srtp: Option<Policy>,
}

impl SecureArgs {
    /// What the rig says, unless something else was typed.
    pub fn or_of(&self, rig: Option<(Option<rig::Tls>, rig::Srtp)>) -> (Option<rig::Tls>, Srtp) {
        let (tls, srtp) = match rig {
            Some((tls, srtp)) => (tls, sip_operator::policy(srtp)),
            None => (None, Srtp::Optional),
        };
        let typed = self.tls.zip(self.certificate.clone().zip(self.key.clone())).map(|(listen, (certificate, key))| rig::Tls {
            listen,
            certificate,
            key,
            ca: self.ca.clone(),
            impostors: Vec::new(),
            name: self.server_name.clone(),
        });
        (typed.or(tls), self.srtp.map_or(srtp, Policy::meant))
    }
}

/// Sets TLS up.
pub fn set_up(tls: &rig::Tls) -> Result<Tls, Refused> {
    Tls::from_files(tls.listen, &tls.certificate, &tls.key, tls.ca.as_deref()).map_err(|e| failed(&e))
}

/// Lines about our own certificate: what it says of itself, and what posts will refuse it for. `now` in seconds
/// since 1970.
pub fn certificate(tls: &rig::Tls, now: u64, lang: Lang) -> Result<Vec<String>, Refused> {
    let shown = |path: &Path, flaw: &Flaw| {
        let (path, cause) = (path.display(), flaw.cause());
        Refused::new(exit::BENCH, Bilingual::new(format!("{path}: {}", cause.en), format!("{path}: {}", cause.pl)), flaw.remedy())
    };
    let chain = credentials::certificates(&tls.certificate).map_err(|flaw| shown(&tls.certificate, &flaw))?;
    let first = chain.first().ok_or(Flaw::NoCertificate);
    let facts = first.and_then(Facts::of).map_err(|flaw| shown(&tls.certificate, &flaw))?;
    let (names, from, to) = (facts.names.join(", "), day(facts.not_before), day(facts.not_after));
    let mutual = match (lang, &tls.ca) {
        (_, None) => String::new(),
        (Lang::En, Some(ca)) => format!("; posts must show a certificate signed by {}", ca.display()),
        (Lang::Pl, Some(ca)) => format!("; punkty muszą okazać certyfikat podpisany przez {}", ca.display()),
    };
    let mut lines = vec![match lang {
        Lang::En => format!("TLS at {}; certificate for {names}, valid from {from} to {to}{mutual}.", tls.listen),
        Lang::Pl => format!("TLS pod {}; certyfikat dla {names}, ważny od {from} do {to}{mutual}.", tls.listen),
    }];
    if let Err(flaw) = facts.hold_at(now) {
        lines.push(warning(&flaw, lang));
    }
    let own = (!tls.listen.ip().is_unspecified()).then(|| tls.listen.ip().to_string());
    if let Some(called) = tls.name.clone().or(own)
        && let Err(flaw) = facts.stand_for(&called)
    {
        lines.push(warning(&flaw, lang));
    }
    Ok(lines)
}

fn day(seconds: u64) -> String {
    let Utc { year, month, day, .. } = Utc::from_unix(seconds);
    format!("{year:04}-{month:02}-{day:02}")
}

/// What posts will say of our certificate.
fn warning(flaw: &Flaw, lang: Lang) -> String {
    match (lang, flaw) {
        (Lang::En, flaw) => format!("WARNING: posts will refuse this certificate: {flaw}."),
        (Lang::Pl, Flaw::Expired(at)) => format!("UWAGA: punkty odrzucą ten certyfikat: wygasł {}.", day(*at)),
        (Lang::Pl, Flaw::NotYetValid(at)) => {
            format!("UWAGA: punkty odrzucą ten certyfikat: jest ważny dopiero od {}.", day(*at))
        }
        (Lang::Pl, Flaw::WrongName { wanted, names }) => {
            format!("UWAGA: punkty odrzucą ten certyfikat: nie jest wystawiony dla {wanted}, lecz dla {}.", names.join(", "))
        }
        (Lang::Pl, flaw) => format!("UWAGA: punkty odrzucą ten certyfikat: {}.", flaw.cause().pl),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_posts_will_refuse_is_told_in_both_languages() {
        let wrong = Flaw::WrongName { wanted: "192.0.2.1".to_owned(), names: vec!["a".to_owned(), "b".to_owned()] };
        let check = |flaw: &Flaw, en: &str, pl: &str| {
            assert_eq!(warning(flaw, Lang::En), format!("WARNING: posts will refuse this certificate: {en}."));
            assert_eq!(warning(flaw, Lang::Pl), format!("UWAGA: punkty odrzucą ten certyfikat: {pl}."));
        };
        check(
            &wrong,
            "it is not made out for 192.0.2.1, but for \"a\" and \"b\"",
            "nie jest wystawiony dla 192.0.2.1, lecz dla a, b",
        );
        check(&Flaw::Expired(1_577_836_800), "it expired on 2020-01-01T00:00:00Z", "wygasł 2020-01-01");
        check(
            &Flaw::NotYetValid(1_577_836_800),
            "it is not valid before 2020-01-01T00:00:00Z",
            "jest ważny dopiero od 2020-01-01",
        );
    }
}
