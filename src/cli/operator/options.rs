//! The operator's options, from what was typed to what is meant.

use crate::instrument::operator::Refresher;
use crate::operator::User;
use crate::rtp::codec::Codec;
use crate::sip::digest::Algorithm;
use crate::unit::{Bilingual, both};
use std::ops::RangeInclusive;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Digest {
    Md5,
    #[value(name = "sha-256")]
    Sha256,
}

impl Digest {
    pub fn algorithm(self) -> Algorithm {
        match self {
            Digest::Md5 => Algorithm::Md5,
            Digest::Sha256 => Algorithm::Sha256,
        }
    }
}

/// One of the two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Who {
    Post,
    Operator,
}

impl Who {
    pub fn refresher(self) -> Refresher {
        match self {
            Who::Post => Refresher::Them,
            Who::Operator => Refresher::Us,
        }
    }
}

pub(super) fn user(text: &str) -> Result<User, Bilingual> {
    match text.split_once(':') {
        Some((name, password)) if !name.is_empty() => Ok(User { name: name.to_owned(), password: password.to_owned() }),
        _ => Err(("write NAME:PASSWORD", "wpisz NAZWA:HASŁO").into()),
    }
}

pub(super) fn duration(text: &str) -> Result<Duration, Bilingual> {
    let split = text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len());
    let (figure, unit) = text.split_at(split);
    let spaced = format!("{} {}", figure.trim(), if unit.is_empty() { "s" } else { unit });
    crate::unit::parse_duration(&spaced).map_err(|e| e.told())
}

pub(super) fn codec(text: &str) -> Result<Codec, Bilingual> {
    let names = Codec::ALL.map(Codec::name).join(", ");
    Codec::named(text).ok_or_else(|| both!("write one of {names}", "wpisz jeden z: {names}"))
}

pub(super) fn ports(text: &str) -> Result<RangeInclusive<u16>, Bilingual> {
    let bounds = text.split_once('-').and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    match bounds {
        Some((first, last)) if first >= 1024 && first < last => Ok(first..=last),
        _ => Err(("write FIRST-LAST, both from 1024 to 65535", "wpisz PIERWSZY-OSTATNI, oba od 1024 do 65535").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_understood_or_explained() {
        assert_eq!(user("sos-1:a:b").map(|u| (u.name, u.password)), Ok(("sos-1".to_owned(), "a:b".to_owned())));
        assert!(user(":x").is_err() && user("sos-1").is_err());
        for (text, millis) in [("2s", 2000), ("0", 0), ("300 ms", 300), ("1,5s", 1500)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        assert!(duration("soon").is_err());
        assert_eq!(ports("40000-40063"), Ok(40_000..=40_063));
        assert!(ports("5-6").is_err() && ports("40063-40000").is_err() && ports("x").is_err());
        assert_eq!(codec("pcmu"), Ok(Codec::Pcmu));
        assert!(codec("mp3").is_err_and(|e| e.pl.contains("PCMA, PCMU")));
    }
}
