//! The transforms of RFC 3711: keys derived from a master key, a key stream for each packet, and its authentication
//! tag.
//!
//! Must not know packets.

use aes::Aes128;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit as _, StreamCipher as _};
use hmac::{Hmac, Mac as _};
use sha1::Sha1;
use std::fmt;

const KEY: usize = 16;
const SALT: usize = 14;
const AUTHENTICATION_KEY: usize = 20;

/// What a key is derived for (RFC 3711, 4.3.2).
#[derive(Debug, Clone, Copy)]
pub struct Labels {
    encryption: u8,
    authentication: u8,
    salt: u8,
}

impl Labels {
    pub const MEDIA: Labels = Labels { encryption: 0, authentication: 1, salt: 2 };
    pub const CONTROL: Labels = Labels { encryption: 3, authentication: 4, salt: 5 };
}

/// Session keys of one direction, for media or for control packets.
pub struct Cipher {
    pub(super) key: [u8; KEY],
    pub(super) salt: [u8; SALT],
    pub(super) authentication: [u8; AUTHENTICATION_KEY],
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher")
    }
}

/// So many octets of the key stream of AES in counter mode that begins at this block (RFC 3711, 4.1.1 and 4.3.3).
fn stream<const N: usize>(key: [u8; KEY], block: [u8; KEY]) -> [u8; N] {
    let mut out = [0; N];
    Ctr128BE::<Aes128>::new(&key.into(), &block.into()).apply_keystream(&mut out);
    out
}

/// The salt in the upper 112 bits of a counter block.
fn block(salt: &[u8; SALT]) -> [u8; KEY] {
    let mut block = [0; KEY];
    for (to, from) in block.iter_mut().zip(salt) {
        *to = *from;
    }
    block
}

impl Cipher {
    /// Derived once, from master key and master salt at index 0 (RFC 3711, 4.3.1 with a derivation rate of zero).
    pub fn derived(master: &[u8; KEY + SALT], labels: Labels) -> Self {
        let (mut key, mut salt) = ([0; KEY], [0; SALT]);
        for (to, from) in key.iter_mut().chain(&mut salt).zip(master) {
            *to = *from;
        }
        let begin = |label: u8| {
            let mut block = block(&salt);
            block[7] ^= label;
            block
        };
        Cipher {
            key: stream(key, begin(labels.encryption)),
            salt: stream(key, begin(labels.salt)),
            authentication: stream(key, begin(labels.authentication)),
        }
    }

    /// The counter block that a packet's key stream begins at (RFC 3711, 4.1.1).
    fn begin(&self, ssrc: u32, index: u64) -> [u8; KEY] {
        let packet = u128::from(ssrc) << 64 | u128::from(index & 0xffff_ffff_ffff) << 16;
        (u128::from_be_bytes(block(&self.salt)) ^ packet).to_be_bytes()
    }

    /// Encrypts what is plain and decrypts what is not.
    pub fn apply(&self, ssrc: u32, index: u64, bytes: &mut [u8]) {
        Ctr128BE::<Aes128>::new(&self.key.into(), &self.begin(ssrc, index).into()).apply_keystream(bytes);
    }

    fn mac(&self, bytes: &[u8], more: &[u8]) -> Option<Hmac<Sha1>> {
        // HMAC takes a key of any length; the library says so by an error that never comes.
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.authentication).ok()?;
        mac.update(bytes);
        mac.update(more);
        Some(mac)
    }

    /// The whole of HMAC-SHA1 (RFC 3711, 4.2.1), of which a packet carries the left part.
    pub fn tag(&self, bytes: &[u8], more: &[u8]) -> [u8; 20] {
        self.mac(bytes, more).map_or([0; 20], |mac| mac.finalize().into_bytes().into())
    }

    /// Compared in constant time.
    pub fn is_tag(&self, bytes: &[u8], more: &[u8], tag: &[u8]) -> bool {
        self.mac(bytes, more).is_some_and(|mac| mac.verify_truncated_left(tag).is_ok())
    }
}
