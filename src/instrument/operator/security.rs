//! What happened to the security of connections and media, in words that tell a technician where to look.
//!
//! Knows nothing of sockets, certificates' insides or keys.

use crate::unit::{Bilingual, Utc};

/// How a call's media stands, or why it was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Security {
    /// SRTP was agreed. `keys_in_clear`: the description with the keys did not come over TLS (RFC 4568, 7 asks for
    /// that).
    Secured { suite: &'static str, keys_in_clear: bool },
    /// A call that was secure went on in plain, by a re-INVITE.
    FellBack,
    /// Plain media was offered where SRTP is mandatory: 488.
    PlainRefused,
    /// Secure media was offered where SRTP is refused: 488.
    SecureRefused,
    /// Secure media was offered, but nothing that could be agreed on: 488.
    NoKey(String),
    /// The first plain packet on a secured call. Never played.
    PlainPacket,
    /// The first control packet (RTCP) on a secured call that is not sealed with its key. Never believed.
    LooseControl,
    /// The first packet on a secured call that is not authentic. Never played.
    Forged,
    /// The first packet on a secured call that had come before, or is older than the window (RFC 3711, 3.3.2). Never
    /// played.
    Replayed,
}

/// Packets on a secured call that were not played or not believed, and what the call was secured with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MediaSecurity {
    /// The suite agreed last; `None`: plain.
    pub suite: Option<&'static str>,
    pub plain: u64,
    pub forged: u64,
    pub replayed: u64,
    /// Control packets (RTCP) that were not sealed with the key agreed. Some posts send their last one so, when the
    /// call is already over.
    pub loose_control: u64,
}

impl MediaSecurity {
    /// The end of a call's line.
    pub fn words(&self) -> Bilingual {
        let MediaSecurity { suite, plain, forged, replayed, loose_control } = self;
        let mut words = match suite {
            Some(suite) => Bilingual::new(format!("; SRTP {suite}"), format!("; SRTP {suite}")),
            None => Bilingual::new("; plain RTP", "; zwykły RTP"),
        };
        if plain + forged + replayed > 0 {
            words.en += &format!("; NOT PLAYED: {plain} plain packets, {forged} not authentic, {replayed} replayed");
            words.pl += &format!(
                "; NIE ODTWORZONO pakietów: {plain} niezabezpieczonych, {forged} nieautentycznych, {replayed} powtórzonych"
            );
        }
        if *loose_control > 0 {
            words.en += &format!("; {loose_control} control packets without its seal, not believed");
            words.pl += &format!("; pakietów kontrolnych bez zabezpieczenia: {loose_control}, pominięto");
        }
        words
    }
}

impl Security {
    pub fn words(&self) -> Bilingual {
        match self {
            Security::Secured { suite, keys_in_clear } => {
                let both = Bilingual::new(
                    format!("media is secured by SRTP, {suite}"),
                    format!("dźwięk zabezpieczony przez SRTP, {suite}"),
                );
                if !keys_in_clear {
                    return both;
                }
                Bilingual::new(
                    both.en + "; but its keys came over a clear connection: whoever saw the signalling can listen",
                    both.pl + "; ale klucze przyszły połączeniem nieszyfrowanym: kto widział sygnalizację, może słuchać",
                )
            }
            Security::FellBack => Bilingual::new(
                "DOWNGRADE: the post gave up SRTP within the call, media is plain from here on",
                "OBNIŻENIE ZABEZPIECZEŃ: punkt zrezygnował z SRTP w trakcie rozmowy, dalej dźwięk nie jest szyfrowany",
            ),
            Security::PlainRefused => Bilingual::new(
                "DOWNGRADE: the post offers plain RTP only, where SRTP is mandatory",
                "OBNIŻENIE ZABEZPIECZEŃ: punkt proponuje tylko zwykły RTP, a SRTP jest obowiązkowe",
            ),
            Security::SecureRefused => Bilingual::new(
                "the post offers SRTP only, where SRTP is refused",
                "punkt proponuje tylko SRTP, a SRTP jest wyłączone",
            ),
            Security::NoKey(why) => Bilingual::new(
                format!("the post offers SRTP, but not by keys that could be agreed on: {why}"),
                format!("punkt proponuje SRTP, ale bez kluczy, które można przyjąć: {why}"),
            ),
            Security::PlainPacket => Bilingual::new(
                "DOWNGRADE: plain RTP comes on a secured call; it is not played",
                "OBNIŻENIE ZABEZPIECZEŃ: w rozmowie zabezpieczonej przychodzi zwykły RTP; nie jest odtwarzany",
            ),
            Security::LooseControl => Bilingual::new(
                "a control packet (RTCP) comes that is not sealed with the key agreed; it is not believed",
                "przychodzi pakiet kontrolny (RTCP) niezabezpieczony uzgodnionym kluczem; nie jest brany pod uwagę",
            ),
            Security::Forged => Bilingual::new(
                "a packet comes that is not sealed with the key agreed; it is not played",
                "przychodzi pakiet niezabezpieczony uzgodnionym kluczem; nie jest odtwarzany",
            ),
            Security::Replayed => Bilingual::new(
                "a packet comes that has come before (replayed or doubled); it is not played",
                "przychodzi pakiet, który już był (powtórzony lub zdublowany); nie jest odtwarzany",
            ),
        }
    }
}

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
