//! Certificates and keys of TLS as files: read, and held against each other, against the calendar and against the name
//! they are to stand for.
//!
//! Must not know connections. What is wrong comes as a [`Flaw`] that says what to do; whether it keeps a bench from
//! being opened is for others.

use crate::problem::{AND, listed};
use crate::unit::{Bilingual, Utc, both};
use crate::yaml::MAY_READ;
use rustls::CertificateError;
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

/// Larger than any chain of certificates.
const LARGEST: u64 = 1 << 20;
/// A name that no certificate is made out for (RFC 6761, 6.4): asking for it brings the names that are there.
const NOBODY: &str = "nobody.invalid";

/// What is wrong with a certificate or a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    NotThere,
    Folder,
    /// How many bytes it has.
    TooLarge(u64),
    /// In the system's or the library's words.
    Unreadable(String),
    NoCertificate,
    KeyForCertificate,
    NoKey,
    CertificateForKey,
    Protected,
    /// In the library's words.
    Unusable(String),
    Mismatch,
    /// Seconds since 1970.
    Expired(u64),
    NotYetValid(u64),
    WrongName {
        wanted: String,
        names: Vec<String>,
    },
}

impl Flaw {
    /// What is wrong, as what follows the file's name.
    pub fn cause(&self) -> Bilingual {
        let day = |at: &u64| Utc::from_unix(*at).iso();
        match self {
            Flaw::NotThere => ("there is no such file", "nie ma takiego pliku").into(),
            Flaw::Folder => ("it cannot be read: it is a folder", "nie można go odczytać: to jest katalog").into(),
            Flaw::TooLarge(bytes) => both!("it cannot be read: it has {bytes} bytes", "nie można go odczytać: ma {bytes} B"),
            Flaw::Unreadable(why) => both!("it cannot be read: {why}", "nie można go odczytać: {why}"),
            Flaw::NoCertificate => ("it holds no certificate", "nie zawiera certyfikatu").into(),
            Flaw::KeyForCertificate => {
                ("it holds a private key, but no certificate", "zawiera klucz prywatny, lecz nie zawiera certyfikatu").into()
            }
            Flaw::NoKey => ("it holds no private key", "nie zawiera klucza prywatnego").into(),
            Flaw::CertificateForKey => {
                ("it holds a certificate, but no private key", "zawiera certyfikat, lecz nie zawiera klucza prywatnego").into()
            }
            Flaw::Protected => ("the key is protected by a passphrase", "klucz jest zabezpieczony hasłem").into(),
            Flaw::Unusable(why) => both!("its certificate cannot be used: {why}", "nie można użyć certyfikatu: {why}"),
            Flaw::Mismatch => ("the key does not belong to the certificate", "klucz nie pasuje do certyfikatu").into(),
            Flaw::Expired(at) => both!("it expired on {}", "wygasł {}", day(at)),
            Flaw::NotYetValid(at) => both!("it is not valid before {}", "jest ważny dopiero od {}", day(at)),
            Flaw::WrongName { wanted, names } => {
                let names = listed(names, AND);
                Bilingual::new(
                    format!("it is not made out for {wanted}, but for {}", names.en),
                    format!("nie jest wystawiony na {wanted}, lecz na {}", names.pl),
                )
            }
        }
    }

    /// What to do, in one sentence.
    pub fn remedy(&self) -> Bilingual {
        match self {
            Flaw::NotThere => (
                "give the path of a PEM file; in a rig it is relative to the rig's folder",
                "podaj ścieżkę do pliku PEM; w opisie stanowiska jest względna wobec katalogu tego opisu",
            ),
            Flaw::Folder | Flaw::TooLarge(_) | Flaw::Unreadable(_) => MAY_READ,
            Flaw::NoCertificate => (
                "give a PEM file: a certificate begins with -----BEGIN CERTIFICATE-----",
                "podaj plik PEM: certyfikat zaczyna się od -----BEGIN CERTIFICATE-----",
            ),
            Flaw::KeyForCertificate => {
                ("give the certificate's file here, and this one as the key", "podaj tu plik certyfikatu, a ten jako klucz")
            }
            Flaw::NoKey => (
                "give a PEM file: a key begins with -----BEGIN PRIVATE KEY-----",
                "podaj plik PEM: klucz zaczyna się od -----BEGIN PRIVATE KEY-----",
            ),
            Flaw::CertificateForKey => (
                "give the private key's file here, and this one as the certificate",
                "podaj tu plik klucza prywatnego, a ten jako certyfikat",
            ),
            Flaw::Protected => (
                "take the passphrase off: `openssl pkey -in FILE -out NEW-FILE`",
                "usuń hasło: `openssl pkey -in PLIK -out NOWY-PLIK`",
            ),
            Flaw::Unusable(_) => (
                "have it made anew as an X.509 certificate of version 3, e.g. by openssl req -x509",
                "wygeneruj go ponownie jako certyfikat X.509 w wersji 3, np. poleceniem openssl req -x509",
            ),
            Flaw::Mismatch => (
                "give the key that the certificate was made with, or have a certificate made for this key",
                "podaj klucz, do którego wystawiono certyfikat, albo zleć wystawienie certyfikatu do tego klucza",
            ),
            Flaw::Expired(_) => {
                ("have it renewed: posts with a right clock refuse it", "odnów go: punkty z poprawnym zegarem go odrzucają")
            }
            Flaw::NotYetValid(_) => (
                "set this machine's clock if it is wrong, else wait or have another one made",
                "ustaw zegar tego komputera, jeśli jest błędny; w przeciwnym razie poczekaj albo zleć wystawienie innego",
            ),
            Flaw::WrongName { .. } => (
                "name what the posts call, or have a certificate made out for it (subject alternative name)",
                "podaj nazwę, z którą łączą się punkty, albo zleć wystawienie certyfikatu na nią (subject alternative name)",
            ),
        }
        .into()
    }
}

/// In English: the language of logs and error chains.
impl std::fmt::Display for Flaw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.cause().en)
    }
}

impl std::error::Error for Flaw {}

fn read(path: &Path) -> Result<Vec<u8>, Flaw> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(Flaw::Folder),
        Ok(found) if found.len() > LARGEST => return Err(Flaw::TooLarge(found.len())),
        _ => {}
    }
    std::fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Flaw::NotThere,
        kind => Flaw::Unreadable(kind.to_string()),
    })
}

fn names(bytes: &[u8], label: &str) -> bool {
    bytes.windows(label.len()).any(|part| part == label.as_bytes())
}

/// All certificates of a PEM file; of a server's, the first is its own.
///
/// # Errors
/// There is none, or the file cannot be read.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Flaw> {
    let bytes = read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) if names(&bytes, "PRIVATE KEY-----") => Err(Flaw::KeyForCertificate),
        Ok(_) => Err(Flaw::NoCertificate),
        Err(error) => Err(Flaw::Unreadable(error.to_string())),
    }
}

/// The private key of a PEM file.
///
/// # Errors
/// There is none, it is protected, or the file cannot be read.
pub fn key(path: &Path) -> Result<PrivateKeyDer<'static>, Flaw> {
    let bytes = read(path)?;
    if names(&bytes, "ENCRYPTED") {
        return Err(Flaw::Protected);
    }
    PrivateKeyDer::from_pem_slice(&bytes)
        .map_err(|_| if names(&bytes, "BEGIN CERTIFICATE-----") { Flaw::CertificateForKey } else { Flaw::NoKey })
}

/// Holds a key against the certificate it is to stand behind.
///
/// # Errors
/// They do not belong together.
pub fn belong_together(chain: &[CertificateDer<'static>], key: &PrivateKeyDer<'static>) -> Result<(), Flaw> {
    let key = ring::sign::any_supported_type(key).map_err(|error| Flaw::Unusable(error.to_string()))?;
    match CertifiedKey::new(chain.to_vec(), key).keys_match() {
        Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => Ok(()),
        Err(rustls::Error::InconsistentKeys(_)) => Err(Flaw::Mismatch),
        Err(error) => Err(Flaw::Unusable(error.to_string())),
    }
}

/// What a certificate says of itself. Moments in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub not_before: u64,
    pub not_after: u64,
    pub names: Vec<String>,
    certificate: CertificateDer<'static>,
}

/// Whether a certificate holds at a moment, all but its signature.
fn at(certificate: &ParsedCertificate<'_>, seconds: u64) -> Result<(), CertificateError> {
    let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let algorithms = ring::default_provider().signature_verification_algorithms.all;
    // Nobody is believed here; dates are looked at before signatures.
    let nobody = rustls::RootCertStore::empty();
    match verify_server_cert_signed_by_trust_anchor(certificate, &nobody, &[], now, algorithms) {
        Err(rustls::Error::InvalidCertificate(error)) => Err(error),
        _ => Ok(()),
    }
}

/// `DnsName("a")` and `IpAddress(::1)` as the library lists names.
fn bare(name: &str) -> String {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    let inner = inner.trim_matches('"');
    inner.parse::<IpAddr>().map_or_else(|_| inner.to_owned(), |ip| ip.to_string())
}

/// The latest moment a certificate can name: the end of the year 9999 (RFC 5280, 4.1.2.5).
const LATEST: u64 = 253_402_300_799;

impl Facts {
    /// # Errors
    /// It is no certificate that could be served.
    pub fn of(certificate: &CertificateDer<'static>) -> Result<Facts, Flaw> {
        let unusable = |error: &dyn std::fmt::Display| Flaw::Unusable(error.to_string());
        let parsed = ParsedCertificate::try_from(certificate).map_err(|e| unusable(&e))?;
        let not_before = match at(&parsed, 0) {
            Err(CertificateError::NotValidYetContext { not_before, .. }) => not_before.as_secs(),
            _ => 0,
        };
        let not_after = match at(&parsed, LATEST) {
            Err(CertificateError::ExpiredContext { not_after, .. }) => not_after.as_secs(),
            _ => LATEST,
        };
        let nobody = ServerName::try_from(NOBODY).map_err(|e| unusable(&e))?;
        let names = match verify_server_name(&parsed, &nobody) {
            Err(rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext { presented, .. })) => {
                presented.iter().map(|name| bare(name)).collect()
            }
            _ => Vec::new(),
        };
        Ok(Facts { not_before, not_after, names, certificate: certificate.clone() })
    }

    /// Holds the dates against a moment.
    ///
    /// # Errors
    /// It is not valid then.
    pub fn hold_at(&self, seconds: u64) -> Result<(), Flaw> {
        match seconds {
            early if early < self.not_before => Err(Flaw::NotYetValid(self.not_before)),
            late if late > self.not_after => Err(Flaw::Expired(self.not_after)),
            _ => Ok(()),
        }
    }

    /// Holds the names against what posts call: a name or an IP address.
    ///
    /// # Errors
    /// A post that looks will refuse it.
    pub fn stand_for(&self, name: &str) -> Result<(), Flaw> {
        let wanted = ServerName::try_from(name).ok();
        let parsed = ParsedCertificate::try_from(&self.certificate).ok();
        let covered = wanted.zip(parsed).is_some_and(|(wanted, parsed)| verify_server_name(&parsed, &wanted).is_ok());
        if covered { Ok(()) } else { Err(Flaw::WrongName { wanted: name.to_owned(), names: self.names.clone() }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    #[test]
    fn a_certificate_tells_its_dates_and_names() {
        let mut params =
            CertificateParams::new(["sos.example".to_owned(), "192.0.2.7".to_owned(), "::1".to_owned()]).expect("names");
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2030, 1, 1));
        let made = params.self_signed(&KeyPair::generate().expect("a key")).expect("a certificate");
        let facts = Facts::of(made.der()).expect("a certificate");
        assert_eq!(facts.names, ["sos.example", "192.0.2.7", "::1"]);
        assert_eq!((facts.not_before, facts.not_after), (1_577_836_800, 1_893_456_000));
        assert_eq!(facts.hold_at(1_600_000_000), Ok(()));
        assert_eq!(facts.hold_at(1_577_836_799), Err(Flaw::NotYetValid(1_577_836_800)));
        assert_eq!(facts.hold_at(1_893_456_001), Err(Flaw::Expired(1_893_456_000)));
        for name in ["sos.example", "192.0.2.7", "::1"] {
            assert_eq!(facts.stand_for(name), Ok(()), "{name}");
        }
        for name in ["example", "192.0.2.8", "not a name"] {
            assert!(matches!(facts.stand_for(name), Err(Flaw::WrongName { names, .. }) if names.len() == 3), "{name}");
        }
    }
}
