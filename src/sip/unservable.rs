//! What in a message keeps it from being served, or is served all the same, and addresses that lead nowhere: as values
//! and in words.
//!
//! Knows nothing of messages.

use crate::unit::{Bilingual, both};

/// Why a request cannot be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unservable {
    /// A header that every request has is not there, or cannot be read.
    Header(&'static str),
    /// Content-Length says more than there is.
    CutShort { stated: String, bytes: usize },
    /// A method that is not registered.
    Method(String),
    /// It requires what is not spoken here.
    Extension(String),
    /// A body of a kind that is not understood.
    Content(String),
    /// Its version is not SIP/2.0.
    Version,
    /// Its Request-URI is none.
    Target,
}

impl Unservable {
    pub fn words(&self) -> Bilingual {
        match self {
            Unservable::Header(name) => both!("no usable {} header", "brak poprawnego nagłówka {}", name),
            Unservable::CutShort { stated, bytes } => both!(
                "Content-Length says {}, and {} bytes have come",
                "Content-Length zapowiada {}, a przyszło {} B",
                stated,
                bytes
            ),
            Unservable::Method(name) => both!("the method {} is not known", "nieznana metoda {}", name),
            Unservable::Extension(tags) => both!("it requires {}", "wymaga rozszerzenia {}", tags),
            Unservable::Content(kind) => both!("a body of the kind {}", "treść typu {}", kind),
            Unservable::Version => ("its version is not SIP/2.0", "wersja inna niż SIP/2.0").into(),
            Unservable::Target => ("its Request-URI is none", "błędny adres w pierwszym wierszu (Request-URI)").into(),
        }
    }
}

/// What is served all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusual {
    /// Letters that are not of UTF-8 (RFC 3261, 25.1).
    Letters,
    /// Lines that end with LF alone (RFC 3261, 7).
    LineEnds,
}

impl Unusual {
    pub fn words(self) -> Bilingual {
        match self {
            Unusual::Letters => (
                "letters that are not of UTF-8; they are kept and given back as they are",
                "znaki spoza UTF-8; zachowywane i odsyłane bez zmian",
            )
                .into(),
            Unusual::LineEnds => ("lines that end with LF alone", "wiersze zakończone samym LF").into(),
        }
    }
}

/// Why an address cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// 0.0.0.0 or [::].
    Unspecified,
    /// Of whoever reads it.
    Loopback,
    /// One that holds on one wire only, without saying which.
    LinkLocal,
    Multicast,
    /// Behind a router that is not ours.
    Private,
    /// IPv6 where only IPv4 is spoken, or the other way round.
    OtherFamily,
    /// Port 0, or none.
    NoPort,
}

impl Unreachable {
    pub fn words(self) -> Bilingual {
        match self {
            Unreachable::Unspecified => ("it stands for no address at all", "nie oznacza żadnego adresu").into(),
            Unreachable::Loopback => ("it means whoever reads it", "oznacza komputer, który go czyta").into(),
            Unreachable::LinkLocal => ("it holds on one wire only", "obowiązuje tylko w jednym segmencie sieci").into(),
            Unreachable::Multicast => ("it is one of many hosts together", "to adres grupowy (multicast)").into(),
            Unreachable::Private => {
                ("it is private, and the post is behind a router", "jest prywatny, a punkt jest za routerem").into()
            }
            Unreachable::OtherFamily => {
                ("it is of another version of IP than ours", "należy do innej wersji protokołu IP niż nasz").into()
            }
            Unreachable::NoPort => ("it has no port", "nie ma portu").into(),
        }
    }
}

/// The name of a value's kind, without what it holds.
pub fn variant(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}").chars().take_while(char::is_ascii_alphanumeric).collect()
}
/// The words, and how often they would have been said since they were said last.
pub fn repeated(words: Bilingual, unsaid: u32) -> Bilingual {
    Bilingual::new(
        format!("{} ({unsaid} more since the last one told)", words.en),
        format!("{} (od poprzedniej wzmianki jeszcze: {unsaid})", words.pl),
    )
}
