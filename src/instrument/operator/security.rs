//! What happened to the security of connections and media, in words that tell a technician where to look.
//!
//! Knows nothing of sockets, certificates' insides or keys.

pub use crate::sip::connection_fault::{CertificateFlaw, ConnectionFault};
use crate::unit::Bilingual;

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
