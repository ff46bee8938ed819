//! Keys of secure media as they stand in a session description (RFC 4568): the crypto attribute, read and written.
//!
//! Such a key is no safer than the message that carries it. Must not know how packets are protected, nor where keys
//! come from.

use std::fmt;

/// Whether a call's media is to be secure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Srtp {
    /// Plain media is refused with 488.
    Mandatory,
    /// Secure media is taken where it is offered.
    #[default]
    Optional,
    /// Secure media is refused with 488.
    Refused,
}

/// Crypto suites spoken (RFC 4568, 6.2.1 and 6.2.2): AES in counter mode, HMAC-SHA1 cut to so many bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    Sha1Of80,
    Sha1Of32,
}

impl Suite {
    /// Best first.
    pub const ALL: [Suite; 2] = [Suite::Sha1Of80, Suite::Sha1Of32];
    pub const fn name(self) -> &'static str {
        match self {
            Suite::Sha1Of80 => "AES_CM_128_HMAC_SHA1_80",
            Suite::Sha1Of32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }
}

/// Master key of 128 bits and master salt of 112, as both suites want them (RFC 4568, 6.2).
pub const KEY: usize = 30;
/// The same in base 64.
const KEY_LETTERS: usize = KEY / 3 * 4;
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// One crypto attribute: what whoever wrote it protects its own packets with.
#[derive(Clone, PartialEq, Eq)]
pub struct Crypto {
    /// Ties an answer to one of the lines offered.
    pub tag: u32,
    pub suite: Suite,
    pub key: [u8; KEY],
}

impl fmt::Debug for Crypto {
    /// A key has no business in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crypto({} {})", self.tag, self.suite.name())
    }
}

/// Why a crypto attribute cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    #[error("no crypto attribute in the form of RFC 4568, 9.1")]
    Malformed,
    #[error("the suite {0} is not spoken here")]
    Suite(String),
    #[error("the key is not 30 octets in base 64 (RFC 4568, 6.1)")]
    Key,
    #[error("a master key identifier is not spoken here (RFC 4568, 6.1)")]
    Identifier,
    #[error("the session parameter {0} is not spoken here (RFC 4568, 6.3)")]
    Parameter(String),
}

impl Crypto {
    /// Reads an attribute's value, what stands behind `crypto:`.
    ///
    /// # Errors
    /// It is malformed, or asks for what is not spoken here: such a line must not be answered (RFC 4568, 5.1.2).
    pub fn parse(value: &str) -> Result<Self, CryptoError> {
        let mut words = value.split_ascii_whitespace();
        let tag = words.next().filter(|tag| tag.len() <= 9 && tag.bytes().all(|b| b.is_ascii_digit()));
        let tag = tag.and_then(|tag| tag.parse().ok()).ok_or(CryptoError::Malformed)?;
        let suite = words.next().ok_or(CryptoError::Malformed)?;
        let keys = words.next().ok_or(CryptoError::Malformed)?;
        let known = Suite::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(suite));
        let suite = known.ok_or_else(|| CryptoError::Suite(suite.to_owned()))?;
        let key = inline(keys)?;
        match words.find(|parameter| !may_be_ignored(parameter)) {
            Some(parameter) => Err(CryptoError::Parameter(parameter.to_owned())),
            None => Ok(Crypto { tag, suite, key }),
        }
    }

    /// The attribute's value.
    pub fn value(&self) -> String {
        format!("{} {} inline:{}", self.tag, self.suite.name(), encode(&self.key))
    }
}

/// `inline:` with one key; a lifetime may follow, which no call outlives (at least 2^20 packets are 5 hours), but a
/// master key identifier would have to stand in every packet.
fn inline(keys: &str) -> Result<[u8; KEY], CryptoError> {
    let (method, info) = keys.split_once(':').ok_or(CryptoError::Malformed)?;
    if !method.eq_ignore_ascii_case("inline") {
        return Err(CryptoError::Malformed);
    }
    // More than one key needs an identifier to tell them apart.
    if info.contains(';') {
        return Err(CryptoError::Identifier);
    }
    let mut parts = info.split('|');
    let key = decode(parts.next().unwrap_or_default()).ok_or(CryptoError::Key)?;
    for part in parts {
        let lifetime = part.strip_prefix("2^").unwrap_or(part);
        if part.contains(':') {
            return Err(CryptoError::Identifier);
        }
        if lifetime.is_empty() || !lifetime.bytes().all(|b| b.is_ascii_digit()) {
            return Err(CryptoError::Malformed);
        }
    }
    Ok(key)
}

/// A hint at the receiver's window, what is the default anyway, and whatever its author lets us ignore (RFC 4568, 6.3.7
/// and 6.3.8).
fn may_be_ignored(parameter: &str) -> bool {
    parameter.starts_with("WSH=") || parameter.starts_with('-') || parameter == "KDR=0"
}

fn encode(key: &[u8; KEY]) -> String {
    let mut text = String::with_capacity(KEY_LETTERS);
    for three in key.chunks_exact(3) {
        let bits = three.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
        for shift in [18, 12, 6, 0] {
            text.push(char::from(LETTERS[(bits >> shift & 63) as usize]));
        }
    }
    text
}

/// `None` for anything but forty letters of base 64.
fn decode(text: &str) -> Option<[u8; KEY]> {
    if text.len() != KEY_LETTERS {
        return None;
    }
    let mut key = [0; KEY];
    for (three, four) in key.chunks_exact_mut(3).zip(text.as_bytes().chunks_exact(4)) {
        let mut bits = 0u32;
        for letter in four {
            let value = LETTERS.iter().position(|known| known == letter)?;
            bits = bits << 6 | u32::try_from(value).ok()?;
        }
        for (byte, shift) in three.iter_mut().zip([16, 8, 0]) {
            *byte = (bits >> shift & 255) as u8;
        }
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const INLINE: &str = "inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";

    fn check(value: &str, expected: Result<(u32, Suite), CryptoError>) {
        assert_eq!(Crypto::parse(value).map(|c| (c.tag, c.suite)), expected, "{value}");
    }

    #[test]
    fn the_examples_of_the_standard_are_understood() {
        // RFC 4568, 4.1 and 5.1.1; the first with the key of 6.1 spelt out.
        check(&format!("1 AES_CM_128_HMAC_SHA1_80 {INLINE}|2^20"), Ok((1, Suite::Sha1Of80)));
        check(
            "2 AES_CM_128_HMAC_SHA1_32 inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj|2^20|1:32",
            Err(CryptoError::Identifier),
        );
        check(
            "1 F8_128_HMAC_SHA1_80 inline:MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZGVm",
            Err(CryptoError::Suite("F8_128_HMAC_SHA1_80".to_owned())),
        );
        let key = Crypto::parse(&format!("1 AES_CM_128_HMAC_SHA1_32 {INLINE}")).map(|c| c.key);
        assert_eq!(key.as_ref().map(|k| &k[..]), Ok(&b"=-n@%^x!Bjufr9)?,#5h\\`=&]{qiPQ"[..]));
    }

    #[test]
    fn what_cannot_be_kept_is_not_agreed_to() {
        let with = |more: &str| format!("7 AES_CM_128_HMAC_SHA1_80 {INLINE}{more}");
        check(&with(""), Ok((7, Suite::Sha1Of80)));
        check(&with("|1048576 WSH=64 -FANCY KDR=0"), Ok((7, Suite::Sha1Of80)));
        check(&with(" UNENCRYPTED_SRTP"), Err(CryptoError::Parameter("UNENCRYPTED_SRTP".to_owned())));
        check(&with(" KDR=1"), Err(CryptoError::Parameter("KDR=1".to_owned())));
        check(&with("|1:4"), Err(CryptoError::Identifier));
        check(&with(&format!(";{INLINE}")), Err(CryptoError::Identifier));
        check(&with("|2^"), Err(CryptoError::Malformed));
        check("x AES_CM_128_HMAC_SHA1_80 inline:A", Err(CryptoError::Malformed));
        check("1 AES_CM_128_HMAC_SHA1_80 inline:A", Err(CryptoError::Key));
        check("1 AES_CM_128_HMAC_SHA1_80", Err(CryptoError::Malformed));
        check("4294967296 AES_CM_128_HMAC_SHA1_80 inline:A", Err(CryptoError::Malformed));
        check("", Err(CryptoError::Malformed));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(tag in 1u32..1_000_000_000, short: bool, key: [u8; KEY]) {
            let suite = if short { Suite::Sha1Of32 } else { Suite::Sha1Of80 };
            let crypto = Crypto { tag, suite, key };
            prop_assert_eq!(Crypto::parse(&crypto.value()), Ok(crypto));
        }

        #[test]
        fn nothing_written_makes_it_panic(text in "\\PC{0,120}", cut in 0usize..80, by in "\\PC{0,4}") {
            let _either = Crypto::parse(&text);
            let sound = format!("1 AES_CM_128_HMAC_SHA1_80 {INLINE}|2^20|1:32 KDR=0");
            let _either = Crypto::parse(&format!("{}{by}{}", &sound[..cut], &sound[cut + 1..]));
        }
    }
}
