//! Why a connection came to nothing, in words that tell a technician where to look.
//!
//! Knows nothing of sockets or of certificates' insides.

use super::unservable::{repeated, variant};
use crate::unit::{Bilingual, Utc, both};

/// Why a connection came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectionFault {
    /// The post broke the handshake off, and said why by this alert (RFC 8446, 6.2): its name as the standard has it.
    Alert(String),
    /// We refused the post's certificate.
    Certificate(CertificateFlaw),
    /// The post was asked for a certificate and showed none.
    NoCertificate,
    /// What came at the TLS port is no TLS.
    NoTls,
    /// TLS came at the port for plain TCP.
    TlsOnPlain,
    /// No version or cipher in common.
    NothingInCommon(String),
    /// The post hung up within the handshake, without a word.
    HungUp,
    /// Nothing that could be answered came for so many seconds: neither a handshake's end nor a message.
    Idle {
        seconds: u64,
    },
    /// What is sent is not taken: so many bytes wait.
    ReadsNothing {
        bytes: usize,
    },
    /// It had to make room for another, being of the least use: nobody has registered over it.
    Displaced,
    /// There was no room for it: every connection that stands is a post's.
    NoRoom,
    /// The same as told last, so many times more since then.
    Again {
        fault: Box<ConnectionFault>,
        unsaid: u32,
    },
    Other(String),
}

/// What is wrong with a certificate shown to us. Moments in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateFlaw {
    Expired { not_after: u64 },
    NotYetValid { not_before: u64 },
    UnknownCa,
    WrongPurpose,
    Other(String),
}

impl CertificateFlaw {
    fn words(&self) -> Bilingual {
        match self {
            CertificateFlaw::Expired { not_after } => {
                let day = Utc::from_unix(*not_after).iso();
                Bilingual::new(format!("it expired on {day}"), format!("wygasł {day}"))
            }
            CertificateFlaw::NotYetValid { not_before } => {
                let day = Utc::from_unix(*not_before).iso();
                Bilingual::new(
                    format!("it is not valid before {day}; is this machine's clock right?"),
                    format!("jest ważny dopiero od {day}; sprawdź zegar tego komputera"),
                )
            }
            CertificateFlaw::UnknownCa => {
                Bilingual::new("it is not signed by the CA named here", "nie jest podpisany przez wskazany urząd (CA)")
            }
            CertificateFlaw::WrongPurpose => Bilingual::new(
                "it is not made out for clients (extended key usage)",
                "nie jest wystawiony dla klienta (rozszerzone użycie klucza)",
            ),
            CertificateFlaw::Other(why) => Bilingual::new(why.as_str(), why.as_str()),
        }
    }
}

/// What an alert of the post's means to whoever has to make the two believe each other.
fn alert(name: &str) -> Bilingual {
    let (en, pl) = match name {
        "certificate_expired" => (
            "the post takes our certificate for expired or not yet valid: hold its dates against the post's own clock",
            "punkt uważa nasz certyfikat za wygasły lub jeszcze nieważny: porównaj jego daty z zegarem punktu",
        ),
        "unknown_ca" => (
            "the post does not know who signed our certificate: put that CA into the post",
            "punkt nie zna wystawcy naszego certyfikatu: wgraj ten urząd (CA) do punktu",
        ),
        "bad_certificate" | "certificate_unknown" => (
            "the post does not accept our certificate: mostly its names lack what the post calls, or the post's clock stands before its first day",
            "punkt nie przyjmuje naszego certyfikatu: zwykle brak w nim adresu lub nazwy, pod którą punkt dzwoni, albo zegar punktu się spóźnia",
        ),
        "decrypt_error" => (
            "the post knows the signer of our certificate by name, but with another key: put the present CA into the post",
            "punkt zna wystawcę naszego certyfikatu z nazwy, ale z innym kluczem: wgraj do punktu obecny urząd (CA)",
        ),
        "unrecognized_name" => ("the post asked for a name that is not ours", "punkt pytał o nazwę, która nie jest nasza"),
        "certificate_revoked" => ("the post takes our certificate for revoked", "punkt uważa nasz certyfikat za unieważniony"),
        "unsupported_certificate" => (
            "the post cannot deal with our kind of certificate or key",
            "punkt nie obsługuje naszego rodzaju certyfikatu lub klucza",
        ),
        "handshake_failure" | "protocol_version" | "insufficient_security" => (
            "the post found no version or cipher of TLS in common with us",
            "punkt nie znalazł wspólnej z nami wersji lub szyfru TLS",
        ),
        _ => ("the post broke TLS off", "punkt przerwał TLS"),
    };
    Bilingual::new(format!("{en} (alert {name})"), format!("{pl} (alert {name})"))
}

impl ConnectionFault {
    /// Faults of one kind have the same.
    pub fn kind(&self) -> String {
        match self {
            ConnectionFault::Certificate(flaw) => format!("Certificate {}", variant(flaw)),
            ConnectionFault::Alert(name) => format!("Alert {name}"),
            other => variant(other),
        }
    }
    pub fn words(&self) -> Bilingual {
        match self {
            ConnectionFault::Alert(name) => alert(name),
            ConnectionFault::Certificate(flaw) => {
                let why = flaw.words();
                Bilingual::new(
                    format!("the post's certificate was refused: {}", why.en),
                    format!("certyfikat punktu odrzucono: {}", why.pl),
                )
            }
            ConnectionFault::NoCertificate => Bilingual::new(
                "the post showed no certificate, and one is asked for",
                "punkt nie okazał certyfikatu, a jest wymagany",
            ),
            ConnectionFault::NoTls => Bilingual::new(
                "what comes at the TLS port is no TLS: the post is set to plain TCP",
                "na port TLS przychodzi coś innego niż TLS: punkt jest ustawiony na zwykły TCP",
            ),
            ConnectionFault::TlsOnPlain => Bilingual::new(
                "TLS comes at the port for plain TCP: the post is set to the wrong port",
                "TLS przychodzi na port zwykłego TCP: w punkcie ustawiono zły port",
            ),
            ConnectionFault::NothingInCommon(why) => Bilingual::new(
                format!("no version or cipher of TLS in common: {why}"),
                format!("brak wspólnej wersji lub szyfru TLS: {why}"),
            ),
            ConnectionFault::HungUp => Bilingual::new(
                "the post hung up within the TLS handshake without a word; many do when they do not believe a certificate",
                "punkt rozłączył się w trakcie uzgadniania TLS bez słowa; wiele urządzeń robi tak, nie ufając certyfikatowi",
            ),
            ConnectionFault::Other(why) => {
                Bilingual::new(format!("connection lost: {why}"), format!("połączenie zerwane: {why}"))
            }
            ConnectionFault::Idle { seconds } => both!(
                "closed here: nothing that could be answered came for {} s",
                "zamknięte z tej strony: przez {} s nie przyszło nic, na co można odpowiedzieć",
                seconds
            ),
            ConnectionFault::ReadsNothing { bytes } => both!(
                "closed here: the other end does not take what is sent to it, {} bytes wait",
                "zamknięte z tej strony: druga strona nie odbiera danych, czeka {} B",
                bytes
            ),
            ConnectionFault::Displaced => Bilingual::new(
                "closed here to make room: no post has registered over it",
                "zamknięte z tej strony, by zwolnić miejsce: żaden punkt się przez nie nie zarejestrował",
            ),
            ConnectionFault::NoRoom => Bilingual::new(
                "not taken: there are as many connections of registered posts as can be held",
                "nie przyjęto: wszystkie miejsca zajmują połączenia zarejestrowanych punktów",
            ),
            ConnectionFault::Again { fault, unsaid } => repeated(fault.words(), *unsaid),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_told_apart_in_both_languages() {
        let alerts =
            ["certificate_expired", "unknown_ca", "decrypt_error", "bad_certificate", "handshake_failure", "internal_error"];
        let mut faults: Vec<ConnectionFault> = alerts.map(|name| ConnectionFault::Alert(name.to_owned())).into();
        let flaws = [
            CertificateFlaw::Expired { not_after: 1_577_836_800 },
            CertificateFlaw::NotYetValid { not_before: 1_577_836_800 },
            CertificateFlaw::UnknownCa,
            CertificateFlaw::WrongPurpose,
        ];
        faults.extend(flaws.map(ConnectionFault::Certificate));
        faults.extend([
            ConnectionFault::NoCertificate,
            ConnectionFault::NoTls,
            ConnectionFault::TlsOnPlain,
            ConnectionFault::HungUp,
            ConnectionFault::Idle { seconds: 10 },
            ConnectionFault::ReadsNothing { bytes: 9 },
            ConnectionFault::Displaced,
            ConnectionFault::NoRoom,
        ]);
        let mut told: Vec<Bilingual> = faults.iter().map(ConnectionFault::words).collect();
        assert!(told.iter().any(|words| words.en.contains("expired on 2020-01-01")), "{told:?}");
        assert!(told.iter().all(|words| words.en != words.pl));
        let count = told.len();
        told.sort_by(|a, b| a.en.cmp(&b.en));
        told.dedup_by(|a, b| a.en == b.en || a.pl == b.pl);
        assert_eq!(told.len(), count);
    }
}
