//! TLS as the operator's side speaks it, sans I/O: sealed bytes in and out, plain ones out and in, and what a failed
//! handshake means. The same session stands on a real network's sockets and in the twin.
//!
//! Must not know SIP.

use crate::instrument::operator::security::{CertificateFlaw, ConnectionFault};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::NoServerSessionStorage;
use rustls::{AlertDescription, CertificateError, Error, InvalidMessage, ServerConfig, ServerConnection};
use std::io::{Read as _, Write as _};
use std::sync::Arc;

/// A certificate, its key and whatever else a session begins with.
pub type TlsConfig = Arc<ServerConfig>;

/// One that asks for no certificate of the other end and resumes nothing, of a chain and a key in DER. `None`: they
/// cannot be used.
pub fn config_of(chain: &[&[u8]], key: &[u8]) -> Option<TlsConfig> {
    let chain = chain.iter().map(|one| CertificateDer::from(one.to_vec())).collect();
    let key = PrivateKeyDer::try_from(key.to_vec()).ok()?;
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().ok()?.with_no_client_auth();
    let mut config = builder.with_single_cert(chain, key).ok()?;
    resume_nothing(&mut config);
    Some(Arc::new(config))
}

/// Whoever resumes a session is not shown the certificate anew: then a false one would stay unseen.
pub fn resume_nothing(config: &mut ServerConfig) {
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
}

/// What a TLS connection came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secured {
    pub cipher: String,
    /// The peer has shown a certificate, and it was believed.
    pub certified: bool,
}

/// TLS on top of one connection.
pub struct TlsSession {
    tls: ServerConnection,
    /// Something has come: whoever hangs up before that was only looking whether the port is open.
    touched: bool,
    /// Its security has been told.
    told: bool,
}

impl TlsSession {
    /// # Errors
    /// The configuration cannot be used, in the library's words.
    pub fn begun(config: TlsConfig) -> Result<Self, String> {
        let tls = ServerConnection::new(config).map_err(|error| error.to_string())?;
        Ok(TlsSession { tls, touched: false, told: false })
    }
    /// What these sealed bytes say. Whatever comes of it, what is to be sent back waits in
    /// [`TlsSession::take_outgoing`]: handshake messages and alerts alike.
    ///
    /// # Errors
    /// The session is over, and why.
    pub fn received(&mut self, mut bytes: &[u8]) -> Result<Vec<u8>, ConnectionFault> {
        let broken = |e: std::io::Error| ConnectionFault::Other(e.to_string());
        self.touched = true;
        let mut plain = Vec::new();
        while !bytes.is_empty() {
            self.tls.read_tls(&mut bytes).map_err(broken)?;
            let state = self.tls.process_new_packets().map_err(|e| fault_of(&e))?;
            let start = plain.len();
            plain.resize(start + state.plaintext_bytes_to_read(), 0);
            self.tls.reader().read_exact(plain.get_mut(start..).unwrap_or_default()).map_err(broken)?;
        }
        Ok(plain)
    }
    /// # Errors
    /// Its buffer takes no more.
    pub fn send(&mut self, plain: &[u8]) -> std::io::Result<()> {
        self.tls.writer().write_all(plain)
    }
    /// Sealed bytes for the peer.
    pub fn take_outgoing(&mut self) -> Vec<u8> {
        let mut sealed = Vec::new();
        while self.tls.wants_write() && self.tls.write_tls(&mut sealed).is_ok() {}
        sealed
    }
    /// What it means that nothing more comes.
    pub fn broken_off(&self) -> Option<ConnectionFault> {
        (self.touched && self.tls.is_handshaking()).then_some(ConnectionFault::HungUp)
    }
    /// How it is secured, once, as soon as it is.
    pub fn secured(&mut self) -> Option<Secured> {
        if self.tls.is_handshaking() || std::mem::replace(&mut self.told, true) {
            return None;
        }
        Some(Secured { cipher: cipher(&self.tls), certified: self.tls.peer_certificates().is_some() })
    }
}

/// Version and cipher, for people: `TLS 1.3, TLS13_AES_256_GCM_SHA384`.
fn cipher(connection: &ServerConnection) -> String {
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
fn fault_of(error: &Error) -> ConnectionFault {
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
}
