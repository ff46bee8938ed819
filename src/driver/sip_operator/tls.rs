//! TLS as the operator speaks it: what it is set up with, and what a failed handshake means.
//!
//! Must not know SIP.

use super::failed;
use crate::instrument::Result;
use crate::instrument::operator::Certificate;
use crate::operator::tls_session::{TlsConfig, resume_nothing};
use crate::rig;
use crate::rig::credentials::{self, Flaw};
use crate::sip::sdes::Srtp;
use rustls::crypto::{SecureRandom, ring};
use rustls::server::WebPkiClientVerifier;
use rustls::{Error, RootCertStore, ServerConfig};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// TLS beside UDP and TCP: where, and set up how.
pub struct Tls {
    pub at: SocketAddr,
    pub config: TlsConfig,
    /// What it is set up with while it shows a certificate that no post may believe.
    pub false_ones: BTreeMap<Certificate, TlsConfig>,
}

impl Tls {
    /// With the certificate chain and the key of these PEM files. Where `ca` is named, a post must show a certificate
    /// signed by one of its certificates. An expired certificate or one with another name is served all the same:
    /// whether a post refuses it is worth knowing.
    ///
    /// # Errors
    /// A file cannot be used, or the key does not belong to the certificate.
    pub fn from_files(at: SocketAddr, certificate: &Path, key: &Path, ca: Option<&Path>) -> Result<Tls> {
        let unusable = |path: &Path, flaw: &Flaw| {
            let mut error = failed(&format!("use {} for TLS", path.display()), flaw.cause());
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
        let mut config = builder.with_single_cert(chain, private).map_err(ours)?;
        resume_nothing(&mut config);
        Ok(Tls { at, config: Arc::new(config), false_ones: BTreeMap::new() })
    }
    /// The same, able to show these as well, each with its key.
    ///
    /// # Errors
    /// As for its own.
    pub fn beside<'a>(mut self, false_ones: impl IntoIterator<Item = (Certificate, &'a Path, &'a Path)>) -> Result<Tls> {
        for (which, certificate, key) in false_ones {
            let config = Tls::from_files(self.at, certificate, key, None)?.config;
            self.false_ones.insert(which, config);
        }
        Ok(self)
    }
    /// What it is set up with to show this certificate; its own where it has no such one.
    pub fn showing(&self, which: Certificate) -> &TlsConfig {
        self.false_ones.get(&which).unwrap_or(&self.config)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_repeats_nothing() {
        assert!(has_chance());
        let mut drawn: Vec<u64> = (0..1000).map(|_| chance()).collect();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), 1000);
    }
}
