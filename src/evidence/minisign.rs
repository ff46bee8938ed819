//! Keys and signatures as minisign writes them (jedisct1.github.io/minisign, "File format"), so that a stock tool
//! checks what the bench has sealed: Ed25519 over the BLAKE2b-512 of a file, and over the signature with its trusted
//! comment.
//!
//! Keys stand unencrypted in their file, as those of `minisign -GW`: a bench signs while nobody is there to type a
//! password. Knows nothing of runs.

use crate::unit::Bilingual;
use blake2::digest::consts::U32;
use blake2::{Blake2b, Blake2b512, Digest as _};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

/// Of a signature over a hash; keys bear `Ed`.
const HASHED: [u8; 2] = *b"ED";
const PLAIN: [u8; 2] = *b"Ed";
const BLAKE2: [u8; 2] = *b"B2";
const UNENCRYPTED: [u8; 2] = [0, 0];
/// Algorithms of key, encryption and checksum, salt and limits of the encryption; then number, key and checksum.
const SECRET_BYTES: usize = 2 + 2 + 2 + 32 + 8 + 8 + 8 + 64 + 32;
const TRUSTED: &str = "trusted comment: ";
const UNTRUSTED: &str = "untrusted comment: ";

/// A key or a signature could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeyError(pub Bilingual);

impl KeyError {
    fn new(en: &str, pl: &str) -> KeyError {
        KeyError(Bilingual::new(en, pl))
    }
}

/// Which key signed: eight letters of chance.
pub type KeyNumber = [u8; 8];

/// As minisign prints it.
pub fn shown(number: KeyNumber) -> String {
    format!("{:016X}", u64::from_le_bytes(number))
}

pub struct SecretKey {
    number: KeyNumber,
    pair: Ed25519KeyPair,
    seed: [u8; 32],
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecretKey {}", shown(self.number))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    pub number: KeyNumber,
    key: [u8; 32],
}

/// A signature's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub number: KeyNumber,
    algorithm: [u8; 2],
    signature: [u8; 64],
    /// Signed as well.
    pub trusted: String,
    whole: [u8; 64],
}

impl SecretKey {
    /// A new one.
    pub fn new() -> Result<SecretKey, KeyError> {
        let (mut number, mut seed) = (KeyNumber::default(), [0; 32]);
        let chance = SystemRandom::new();
        let filled = chance.fill(&mut number).and_then(|()| chance.fill(&mut seed));
        filled.map_err(|_| KeyError::new("the system gives no random numbers", "system nie podaje liczb losowych"))?;
        SecretKey::of(number, seed)
    }

    fn of(number: KeyNumber, seed: [u8; 32]) -> Result<SecretKey, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed);
        let pair = pair.map_err(|_| KeyError::new("the key is not one of Ed25519", "to nie jest klucz Ed25519"))?;
        Ok(SecretKey { number, pair, seed })
    }

    pub fn public(&self) -> PublicKey {
        let mut key = [0; 32];
        key.copy_from_slice(self.pair.public_key().as_ref());
        PublicKey { number: self.number, key }
    }

    /// Its file.
    pub fn written(&self) -> String {
        let secret = [self.seed.as_slice(), self.pair.public_key().as_ref()].concat();
        let sum = checksum(self.number, &secret);
        let parts: [&[u8]; 7] = [&PLAIN, &UNENCRYPTED, &BLAKE2, &[0; 48], &self.number, &secret, &sum];
        format!("{UNTRUSTED}hejnal bench key {}, not encrypted\n{}\n", shown(self.number), base64(&parts.concat()))
    }

    pub fn read(text: &str) -> Result<SecretKey, KeyError> {
        let bytes = second_line(text).filter(|bytes| bytes.len() == SECRET_BYTES);
        let no_key = || {
            KeyError::new("this is no secret key of hejnal or minisign", "to nie jest klucz tajny programu hejnal ani minisign")
        };
        let mut rest = Bytes(&bytes.ok_or_else(no_key)?);
        let (algorithm, encryption, sum) = (rest.take()?, rest.take::<2>()?, rest.take()?);
        if algorithm != PLAIN || sum != BLAKE2 {
            return Err(no_key());
        }
        if encryption != UNENCRYPTED {
            return Err(KeyError::new(
                "the key is encrypted: make one with `hejnal keygen` or `minisign -GW`",
                "klucz jest zaszyfrowany: utwórz inny poleceniem `hejnal keygen` albo `minisign -GW`",
            ));
        }
        let _salt_and_limits = rest.take::<48>()?;
        let (number, seed, public, sum): (_, [u8; 32], [u8; 32], [u8; 32]) =
            (rest.take()?, rest.take()?, rest.take()?, rest.take()?);
        let key = SecretKey::of(number, seed)?;
        let own = checksum(number, &[seed, public].concat());
        // minisign writes none beside a key that is not encrypted.
        let has_sum = sum != [0; 32];
        if key.public().key != public || (has_sum && own != sum) {
            return Err(KeyError::new(
                "the key is damaged: its checksum is another",
                "klucz jest uszkodzony: nie zgadza się jego suma kontrolna",
            ));
        }
        Ok(key)
    }

    /// The file of a signature over these bytes and a comment that nobody can change.
    pub fn sign(&self, bytes: &[u8], comment: &str) -> String {
        let signature = self.pair.sign(&Blake2b512::digest(bytes));
        let whole = self.pair.sign(&[signature.as_ref(), comment.as_bytes()].concat());
        let parts: [&[u8]; 3] = [&HASHED, &self.number, signature.as_ref()];
        let (signature, whole) = (base64(&parts.concat()), base64(whole.as_ref()));
        format!("{UNTRUSTED}signature of hejnal bench key {}\n{signature}\n{TRUSTED}{comment}\n{whole}\n", shown(self.number))
    }
}

impl PublicKey {
    /// Its number, as minisign prints it.
    pub fn shown(&self) -> String {
        shown(self.number)
    }

    pub fn written(&self) -> String {
        let parts: [&[u8]; 3] = [&PLAIN, &self.number, &self.key];
        format!("{UNTRUSTED}minisign public key {}\n{}\n", shown(self.number), base64(&parts.concat()))
    }

    pub fn read(text: &str) -> Result<PublicKey, KeyError> {
        let no_key = || {
            KeyError::new(
                "this is no public key of hejnal or minisign",
                "to nie jest klucz publiczny programu hejnal ani minisign",
            )
        };
        // A key may also be given as minisign's option -P has it: its line alone.
        let bytes = second_line(text).or_else(|| from_base64(text.trim())).filter(|bytes| bytes.len() == 42);
        let mut rest = Bytes(&bytes.ok_or_else(no_key)?);
        let (algorithm, number, key) = (rest.take()?, rest.take()?, rest.take()?);
        if algorithm == PLAIN { Ok(PublicKey { number, key }) } else { Err(no_key()) }
    }

    /// Whether this key has signed these bytes, and the comment with them.
    pub fn has_signed(&self, bytes: &[u8], signature: &Signature) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, self.key);
        let message = if signature.algorithm == HASHED { Blake2b512::digest(bytes).to_vec() } else { bytes.to_vec() };
        let whole = [signature.signature.as_slice(), signature.trusted.as_bytes()].concat();
        self.number == signature.number
            && key.verify(&message, &signature.signature).is_ok()
            && key.verify(&whole, &signature.whole).is_ok()
    }
}

impl Signature {
    pub fn read(text: &str) -> Result<Signature, KeyError> {
        let no_signature = || KeyError::new("this is no signature of minisign", "to nie jest podpis programu minisign");
        let mut lines = text.lines().skip(2);
        let trusted = lines.next().and_then(|line| line.strip_prefix(TRUSTED)).ok_or_else(no_signature)?.to_string();
        let whole = lines.next().and_then(from_base64).filter(|bytes| bytes.len() == 64).ok_or_else(no_signature)?;
        let bytes = second_line(text).filter(|bytes| bytes.len() == 74).ok_or_else(no_signature)?;
        let mut rest = Bytes(&bytes);
        let (algorithm, number, signature) = (rest.take()?, rest.take()?, rest.take()?);
        if lines.next().is_some() || ![HASHED, PLAIN].contains(&algorithm) {
            return Err(no_signature());
        }
        Ok(Signature { number, algorithm, signature, trusted, whole: Bytes(&whole).take()? })
    }
}

fn checksum(number: KeyNumber, secret: &[u8]) -> [u8; 32] {
    Blake2b::<U32>::digest([PLAIN.as_slice(), number.as_slice(), secret].concat()).into()
}

/// What is left of some bytes.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], KeyError> {
        let (first, rest) = self.0.split_first_chunk::<N>().ok_or_else(|| KeyError::new("it is cut off", "plik jest ucięty"))?;
        self.0 = rest;
        Ok(*first)
    }
}

/// What stands in Base64 below the first comment.
fn second_line(text: &str) -> Option<Vec<u8>> {
    let mut lines = text.lines();
    lines.next()?.strip_prefix(UNTRUSTED)?;
    from_base64(lines.next()?)
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648, 4.
fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, n| bits << 8 | three.get(n).copied().map_or(0, usize::from));
        for n in 0..4 {
            let digit = DIGITS.get(bits >> (18 - 6 * n) & 63).copied().unwrap_or_default();
            out.push(if n <= three.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

/// `None`: something else, or spelled otherwise than `base64` does.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let mut out = Vec::new();
    let (mut bits, mut held) = (0_u32, 0_u32);
    for digit in digits.bytes() {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        (bits, held) = ((bits << 6 | u32::try_from(value).ok()?) & 0xffff, held + 6);
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    (base64(&out) == text).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_written_and_read_as_rfc_4648_has_it() {
        for (plain, written) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")]
        {
            assert_eq!((base64(plain.as_bytes()).as_str(), from_base64(written)), (written, Some(plain.as_bytes().to_vec())));
        }
        assert_eq!(["Zg", "Zh==", "Z===", "Zg==\n", "Zm9v=", "Żg=="].map(from_base64), [const { None }; 6]);
    }

    #[test]
    fn what_one_key_signed_no_other_did_and_nothing_of_it_may_change() {
        let (key, other) = (SecretKey::new().unwrap(), SecretKey::new().unwrap());
        let key = SecretKey::read(&key.written()).unwrap();
        let public = PublicKey::read(&key.public().written()).unwrap();
        assert_eq!(PublicKey::read(key.public().written().lines().nth(1).unwrap()), Ok(public.clone()));
        let text = key.sign(b"a list", "sealed 2026-11-30");
        let signature = Signature::read(&text).unwrap();
        assert!(public.has_signed(b"a list", &signature));
        assert!(!public.has_signed(b"another", &signature) && !other.public().has_signed(b"a list", &signature));
        let comment = Signature::read(&text.replace("2026-11-30", "2026-11-29")).unwrap();
        assert!(!public.has_signed(b"a list", &comment));
    }

    #[test]
    fn no_text_at_all_ends_in_a_panic_and_damage_is_told() {
        let key = SecretKey::new().unwrap();
        let (secret, public, signature) = (key.written(), key.public().written(), key.sign(b"x", "c"));
        for text in [&secret, &public, &signature] {
            // Without its last end of a line it is whole.
            for at in 0..text.len() - 1 {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let _all = (SecretKey::read(&text).is_ok(), PublicKey::read(&text).is_ok(), Signature::read(&text).is_ok());
                let cut = &text[..text.floor_char_boundary(at)];
                assert!(SecretKey::read(cut).is_err() && Signature::read(cut).is_err());
            }
        }
        let damaged = secret.replacen("AAAAAAAA", "AAAAAAAB", 1);
        assert!(SecretKey::read(&damaged).is_ok(), "salt and limits mean nothing where nothing is encrypted");
    }
}
