//! What no sound post does in its signalling, and what becomes of a stranger's call to it, as values and in words.
//!
//! Knows nothing of messages.

use crate::sip::unservable::{Unreachable, Unservable, Unusual, repeated, variant};
use crate::unit::{Bilingual, both};

/// What was wrong. Nothing here holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Irregular {
    /// A message names another address than the one it came from as the one to be reached at (RFC 3261, 8.1.1.8; RFC
    /// 8866, 5.7).
    Elsewhere { place: &'static str, named: String },
    /// What it sends comes from another port than the one that it names to be reached at: of its own, or translated on
    /// the way. Either alone breaks no rule.
    OtherPort { place: &'static str, named: u16 },
    /// A password can be read in a message of this kind (RFC 3261, 26.1), or on the console.
    Secret { method: String },
    /// A CANCEL of a call whose answer it has acknowledged (RFC 3261, 9.1).
    LateCancel,
    /// A request of ours within a call that it never answered (RFC 3261, 8.2).
    Unanswered { method: &'static str },
    /// Our BYE, refused with this status (RFC 3261, 15.1.2).
    ByeRefused { status: u16 },
    /// A request whose CSeq is no later than that of the one before (RFC 3261, 12.2.1.1).
    OutOfOrder { method: String },
    /// A request with the Call-ID of a call that stands, and other tags (RFC 3261, 12.2.1.1).
    Astray { method: String },
    /// A call under the From tag of another (RFC 3261, 19.3).
    SameTag,
    /// A call's sound sealed under the key of another call (RFC 3711, 9.1).
    SameKey,
    /// A nonce used again under a count that did not grow (RFC 7616, 3.4).
    SameCount,
    /// An INVITE again and again though it was answered provisionally each time (RFC 3261, 17.1.1.2).
    AfterAnswer,
    /// A request that nothing answered, again and again faster than its timers may be (RFC 3261, 17.1).
    Hammered { method: String },
    /// A request that nothing answered, never again (RFC 3261, 17.1).
    SentOnce { method: String },
    /// A request that was challenged, sent again with credentials under the count that it had without (RFC 3261, 22.2).
    SameRequest { method: String },
    /// A message with a body that does not say what it is (RFC 3261, 20.15).
    Untyped { method: String },
    /// A session described anew as another session (RFC 3264, 8).
    OtherSession,
    /// Another source, or other numbers, in the middle of a talk (RFC 3550, 5.1 and 8.1).
    BegunAnew,
    /// So many packets of its stream in a row never came, or too late (RFC 3550, A.1).
    Missing { packets: u16 },
    /// A refusal of an INVITE that it never acknowledged (RFC 3261, 17.1.1.3).
    Unacknowledged,
    /// A request over UDP that no frame of an Ethernet holds (RFC 3261, 18.1.1).
    TooLong { method: String, bytes: usize },
    /// Credentials made for another resource than the request's (RFC 7616, 3.4.6).
    OtherResource { named: String },
    /// A session described anew under a version that did not grow (RFC 3264, 8).
    SameVersion,
    /// An answer that its offer does not allow (RFC 3264, 6.1).
    WrongDirection { offered: &'static str, answered: &'static str },
    /// A number that stands for a codec, under another's name (RFC 3551, 6, table 4).
    Misnamed { number: u8, named: String },
    /// Packet after packet with more or fewer samples than the timestamps say (RFC 3550, 5.1; RFC 3551, 4.2).
    Misfit { samples: u32, step: u32 },
    /// A request that cannot be served as it came, turned away with this status (RFC 3261, 8.2 and 21.4).
    Unservable { status: u16, why: Unservable },
    /// Something at the port for SIP that is none: so many bytes.
    NoSip { bytes: usize },
    /// Something that is served, though it is not written as the standard has it.
    Unusual(Unusual),
    /// A session description that leads to no call, refused with 488.
    NoOffer { why: Bilingual },
    /// An address that nothing of ours can reach: whoever names it hears nothing.
    Unreachable { place: &'static str, named: String, why: Unreachable },
    /// It sends no voice while nobody speaks, but what its silence is like (RFC 3389).
    SilenceSuppressed,
    /// The same INVITE over two ways: a proxy has forked it (RFC 3261, 8.2.2.2).
    Merged,
    /// The same as told last, so many times more since then.
    Again { what: Box<Irregular>, unsaid: u32 },
}

impl Irregular {
    /// Those of one kind have the same.
    pub fn kind(&self) -> String {
        match self {
            Irregular::Unservable { why, .. } => format!("Unservable {}", variant(why)),
            Irregular::Unusual(what) => format!("Unusual {what:?}"),
            other => variant(other),
        }
    }
    /// What has happened, however often.
    pub fn itself(&self) -> &Irregular {
        if let Irregular::Again { what, .. } = self { what } else { self }
    }
    pub fn words(&self) -> Bilingual {
        match self {
            Irregular::Elsewhere { place, named } => both!("{} names {}", "{} podaje {}", place, named),
            Irregular::OtherPort { place, named } => both!("{} names port {}", "{} podaje port {}", place, named),
            Irregular::Secret { method } => both!("a password can be read in {}", "hasło czytelne w {}", method),
            Irregular::LateCancel => ("CANCEL of a call that was answered", "CANCEL zgłoszenia już odebranego").into(),
            Irregular::Unanswered { method } => both!("no answer to our {}", "brak odpowiedzi na nasz {}", method),
            Irregular::ByeRefused { status } => both!("our BYE refused with {}", "nasz BYE odrzucony z kodem {}", status),
            Irregular::OutOfOrder { method } => both!("{} with a CSeq out of order", "{} z CSeq poza kolejnością", method),
            Irregular::Astray { method } => {
                both!("{} with the tags of no call", "{} ze znacznikami (tag) żadnego połączenia", method)
            }
            Irregular::SameCount => ("a nonce count that did not grow", "licznik użyć nonce, który nie wzrósł").into(),
            Irregular::AfterAnswer => {
                ("INVITE again and again after a provisional answer", "INVITE powtarzany mimo odpowiedzi tymczasowej").into()
            }
            Irregular::Hammered { method } => {
                both!("{} without an answer repeated too fast", "{} bez odpowiedzi powtarzany zbyt szybko", method)
            }
            Irregular::SentOnce { method } => {
                both!("{} without an answer not sent again", "{} bez odpowiedzi bez powtórzenia", method)
            }
            Irregular::BegunAnew => ("the stream began anew in a talk", "strumień zaczął się od nowa w trakcie rozmowy").into(),
            Irregular::Missing { packets } => {
                both!("{} packets in a row never came", "kolejnych pakietów, które nie nadeszły: {}", packets)
            }
            Irregular::Misfit { samples, step } => both!(
                "{} samples in a packet, {} by its timestamps",
                "próbek w pakiecie: {}, według znaczników czasu: {}",
                samples,
                step
            ),
            Irregular::Unacknowledged => ("a refusal without an ACK", "odmowa bez potwierdzenia (ACK)").into(),
            Irregular::TooLong { method, bytes } => {
                both!("{} of {} bytes in one datagram", "{} o długości {} bajtów w jednym datagramie", method, bytes)
            }
            Irregular::OtherResource { named } => {
                both!("credentials made for {}", "dane uwierzytelniające utworzone dla {}", named)
            }
            Irregular::SameVersion => {
                ("another session description under the same version", "zmieniony opis sesji bez nowego numeru wersji").into()
            }
            Irregular::Misnamed { number, named } => {
                both!("payload type {} called {}", "typ ładunku {} nazwany {}", number, named)
            }
            Irregular::WrongDirection { offered, answered } => {
                both!("{} answered with {}", "odpowiedź {1} na ofertę {0}", offered, answered)
            }
            Irregular::SameRequest { method } => {
                both!(
                    "{} with credentials under the same CSeq as without",
                    "{} z danymi uwierzytelniającymi pod tym samym CSeq co bez nich",
                    method
                )
            }
            Irregular::Untyped { method } => {
                both!("{} with a body of no Content-Type", "{} z treścią bez Content-Type", method)
            }
            Irregular::OtherSession => {
                ("the same talk described as another session", "tę samą rozmowę opisano jako inną sesję").into()
            }
            Irregular::SameKey => ("the SRTP key of another call", "klucz SRTP z innego zgłoszenia").into(),
            Irregular::SameTag => ("the From tag of another call", "znacznik (tag) From z innego zgłoszenia").into(),
            other => other.words_of_writing(),
        }
    }
    /// How it is written, and where that leads.
    fn words_of_writing(&self) -> Bilingual {
        match self {
            Irregular::Unservable { status, why } => {
                let Bilingual { en, pl } = why.words();
                Bilingual::new(
                    format!("a request turned away with {status}: {en}"),
                    format!("żądanie odrzucone z kodem {status}: {pl}"),
                )
            }
            Irregular::NoSip { bytes } => {
                both!("{} bytes that are no SIP message", "dane, które nie są wiadomością SIP: {} B", bytes)
            }
            Irregular::Unusual(what) => what.words(),
            Irregular::NoOffer { why } => Bilingual::new(
                format!("no call comes of its session description: {}", why.en),
                format!("opis sesji nie pozwala zestawić połączenia: {}", why.pl),
            ),
            Irregular::Unreachable { place, named, why } => {
                let Bilingual { en, pl } = why.words();
                Bilingual::new(
                    format!("{place} names {named}, where nothing of ours arrives: {en}; the post will be deaf to it"),
                    format!("{place} podaje {named}, dokąd nic od nas nie dotrze: {pl}; punkt tego nie odbierze"),
                )
            }
            Irregular::Merged => (
                "the same INVITE over a second way: a proxy on the way has forked it, and one of the two is refused with 482",
                "ten sam INVITE inną drogą: rozdzielił go serwer pośredniczący, jeden z dwóch odrzucono z kodem 482",
            )
                .into(),
            Irregular::SilenceSuppressed => (
                "no voice is sent while nobody speaks (silence suppression): what is quiet at the post cannot be judged",
                "punkt nie nadaje, gdy nikt nie mówi (tłumienie ciszy): tego, co tam ciche, nie można ocenić",
            )
                .into(),
            Irregular::Again { what, unsaid } => repeated(what.words(), *unsaid),
            // Said where it stands in the order of the standards.
            _ => Bilingual::default(),
        }
    }
}

/// What became of a stranger's call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StrangerNews {
    Called,
    /// The post answered it with this status.
    Answered(u16),
    /// It sent sound to the stranger; told once a call.
    Heard,
    /// The stranger tells the post to end its talk, if one stands, to fetch new settings and to call him.
    Ordered,
    /// The post did call him.
    CalledBack,
    /// The stranger speaks into the talk that stands, in packets like the operator's.
    Spoke,
}

impl StrangerNews {
    pub fn words(&self) -> Bilingual {
        match self {
            StrangerNews::Called => ("a stranger calls the post", "do punktu dzwoni ktoś obcy").into(),
            StrangerNews::Answered(status) => both!("the stranger hears {} from the post", "obcy otrzymuje od punktu {}", status),
            StrangerNews::Spoke => ("a stranger speaks into the talk", "ktoś obcy nadaje dźwięk do rozmowy").into(),
            StrangerNews::Ordered => (
                "a stranger orders the post to hang up, to fetch settings and to call him",
                "ktoś obcy każe punktowi się rozłączyć, pobrać ustawienia i zadzwonić do siebie",
            )
                .into(),
            StrangerNews::CalledBack => ("the post calls the stranger", "punkt dzwoni do obcego").into(),
            StrangerNews::Heard => ("the stranger hears the post's microphone", "obcy słyszy mikrofon punktu").into(),
        }
    }
}
