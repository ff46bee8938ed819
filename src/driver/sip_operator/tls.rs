//! TLS as the operator speaks it: what it is set up with, and what a failed handshake means.
//!
//! Must not know SIP.

use super::failed;
use crate::instrument::Result;
use crate::instrument::operator::security::{CertificateFlaw, ConnectionFault};
use crate::rig;
use crate::rig::credentials::{self, Flaw};
use crate::sip::sdes::Srtp;
use rustls::crypto::{SecureRandom, ring};
use rustls::server::WebPkiClientVerifier;
use rustls::{AlertDescription, CertificateError, Error, InvalidMessage, RootCertStore, ServerConfig, ServerConnection};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// TLS beside UDP and TCP: where, and set up how.
pub struct Tls {
    pub at: SocketAddr,
    pub config: Arc<ServerConfig>,
}

impl Tls {
    /// With the certificate chain and the key of these PEM files. Where `ca` is named, a post must show a certificate signed by one of its
    /// certificates. An expired certificate or one with another name is served all the same: whether a post refuses it is worth knowing.
    ///
    /// # Errors
    /// A file cannot be used, or the key does not belong to the certificate.
    pub fn from_files(at: SocketAddr, certificate: &Path, key: &Path, ca: Option<&Path>) -> Result<Tls> {
        let unusable = |path: &Path, flaw: &Flaw| {
            let mut error = failed(&format!("use {} for TLS", path.display()), flaw);
            error.remedy = flaw.remedy();
            error
        };
        let chain = credentials::certificates(certificate).map_err(|flaw| unusable(certificate, &flaw))?;
        let private = credentials::key(key).map_err(|flaw| unusable(key, &flaw))?;
        credentials::belong_together(&chain, &private).map_err(|flaw| unusable(key, &flaw))?;
        let ours = |error: Error| unusable(certificate, &Flaw::Unusable(error.to_string()));
        let provider = Arc::new(ring::default_provider());
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().map_err(ours)?;
        let builder = match ca {
            None => builder.with_no_client_auth(),
            Some(ca) => {
                let theirs = |error: &dyn std::fmt::Display| unusable(ca, &Flaw::Unusable(error.to_string()));
                let mut roots = RootCertStore::empty();
                for root in credentials::certificates(ca).map_err(|flaw| unusable(ca, &flaw))? {
                    roots.add(root).map_err(|e| theirs(&e))?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
                builder.with_client_cert_verifier(verifier.map_err(|e| theirs(&e))?)
            }
        };
        Ok(Tls { at, config: Arc::new(builder.with_single_cert(chain, private).map_err(ours)?) })
    }
}

/// What a rig asks for, as the desk knows it.
pub fn policy(srtp: rig::Srtp) -> Srtp {
    match srtp {
        rig::Srtp::Mandatory => Srtp::Mandatory,
        rig::Srtp::Optional => Srtp::Optional,
        rig::Srtp::Refused => Srtp::Refused,
    }
}

/// The system's randomness, as TLS itself draws it.
static RANDOM: LazyLock<&'static dyn SecureRandom> = LazyLock::new(|| ring::default_provider().secure_random);

/// Whether this machine gives randomness at all; a kernel that does once does always.
pub fn has_chance() -> bool {
    RANDOM.fill(&mut [0; 8]).is_ok()
}

/// 64 bits that nobody can guess.
pub fn chance() -> u64 {
    let mut octets = [0; 8];
    while RANDOM.fill(&mut octets).is_err() {}
    u64::from_be_bytes(octets)
}

/// Version and cipher, for people: `TLS 1.3, TLS13_AES_256_GCM_SHA384`.
pub fn cipher(connection: &ServerConnection) -> String {
    let version = connection.protocol_version().map(|v| format!("{v:?}").replace("TLSv", "TLS ").replace('_', "."));
    let suite = connection.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()));
    [version, suite].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// An alert's name as the standards write it (RFC 8446, 6): `UnknownCA` becomes `unknown_ca`.
fn name_of(alert: AlertDescription) -> String {
    let mut name = String::new();
    let mut after_small = false;
    for letter in format!("{alert:?}").chars() {
        if letter.is_ascii_uppercase() && after_small {
            name.push('_');
        }
        after_small = letter.is_ascii_lowercase();
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// What an error of the handshake, or after it, means to whoever set both ends up.
pub fn fault_of(error: &Error) -> ConnectionFault {
    match error {
        Error::AlertReceived(alert) => ConnectionFault::Alert(name_of(*alert)),
        Error::NoCertificatesPresented => ConnectionFault::NoCertificate,
        Error::InvalidCertificate(error) => ConnectionFault::Certificate(flaw_of(error)),
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => ConnectionFault::NoTls,
        Error::PeerIncompatible(why) => ConnectionFault::NothingInCommon(format!("{why:?}")),
        other => ConnectionFault::Other(format!("TLS: {other}")),
    }
}

fn flaw_of(error: &CertificateError) -> CertificateFlaw {
    match error {
        CertificateError::ExpiredContext { not_after, .. } => CertificateFlaw::Expired { not_after: not_after.as_secs() },
        CertificateError::NotValidYetContext { not_before, .. } => {
            CertificateFlaw::NotYetValid { not_before: not_before.as_secs() }
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => CertificateFlaw::UnknownCa,
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => CertificateFlaw::WrongPurpose,
        other => CertificateFlaw::Other(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_bear_the_names_of_the_standard() {
        for (alert, name) in [
            (AlertDescription::CertificateExpired, "certificate_expired"),
            (AlertDescription::UnknownCA, "unknown_ca"),
            (AlertDescription::BadCertificate, "bad_certificate"),
            (AlertDescription::NoApplicationProtocol, "no_application_protocol"),
        ] {
            assert_eq!(name_of(alert), name);
        }
    }

    #[test]
    fn chance_repeats_nothing() {
        assert!(has_chance());
        let mut drawn: Vec<u64> = (0..1000).map(|_| chance()).collect();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), 1000);
    }
}
