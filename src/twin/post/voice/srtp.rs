//! Secure media as the module speaks it: keys in a session description (RFC 4568), packets sealed and opened (RFC 3711)
//! by AES in counter mode and HMAC-SHA1.
//!
//! Must not know calls or time. What is not sealed with the key agreed, or has come before, is `None`, never a panic.

use super::rtp;
use aes::{Aes128, Aes256};
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit as _, StreamCipher as _};
use hmac::{Hmac, Mac as _};
use sha1::Sha1;
use std::fmt;

const SALT: usize = 14;
/// The longest of a suite's master key and salt together.
pub const LONGEST: usize = 32 + SALT;
/// Packets behind the newest that may still come.
const WINDOW: u64 = 64;
/// Streams whose place is remembered.
const MOST_STREAMS: usize = 8;
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4568, 6.2, and RFC 6188, 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    Aes128Bits80,
    Aes128Bits32,
    Aes256Bits80,
}

impl Suite {
    pub const ALL: [Suite; 3] = [Suite::Aes128Bits80, Suite::Aes128Bits32, Suite::Aes256Bits80];
    pub const fn name(self) -> &'static str {
        match self {
            Suite::Aes128Bits80 => "AES_CM_128_HMAC_SHA1_80",
            Suite::Aes128Bits32 => "AES_CM_128_HMAC_SHA1_32",
            Suite::Aes256Bits80 => "AES_256_CM_HMAC_SHA1_80",
        }
    }
    const fn key(self) -> usize {
        match self {
            Suite::Aes128Bits80 | Suite::Aes128Bits32 => 16,
            Suite::Aes256Bits80 => 32,
        }
    }
    const fn seal(self) -> usize {
        match self {
            Suite::Aes128Bits32 => 4,
            Suite::Aes128Bits80 | Suite::Aes256Bits80 => 10,
        }
    }
}

/// A master key and its salt, in the first bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub suite: Suite,
    pub bytes: [u8; LONGEST],
}

impl fmt::Debug for Key {
    /// A key has no business in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.suite.name())
    }
}

/// What each end seals its packets with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    pub own: Key,
    pub theirs: Key,
}

impl Key {
    /// The value of a crypto attribute; `tag` ties an answer to a line of the offer.
    pub fn attribute(&self, tag: u32) -> String {
        let used = self.bytes.get(..self.suite.key() + SALT).unwrap_or_default();
        format!("{tag} {} inline:{}", self.suite.name(), encode(used))
    }
    /// Tag and key of a crypto attribute's value; `None`: nothing that this module can keep to.
    pub fn read(value: &str) -> Option<(u32, Key)> {
        let mut words = value.split_ascii_whitespace();
        let tag = words.next()?.parse().ok()?;
        let name = words.next()?;
        let suite = Suite::ALL.into_iter().find(|suite| suite.name().eq_ignore_ascii_case(name))?;
        let inline = words.next()?.strip_prefix("inline:")?;
        let bytes = decode(inline.split('|').next()?).filter(|bytes| bytes.len() == suite.key() + SALT)?;
        let asks_for_more = words.next().is_some() || inline.contains([':', ';']);
        let mut key = Key { suite, bytes: [0; LONGEST] };
        key.bytes.get_mut(..bytes.len())?.copy_from_slice(&bytes);
        (!asks_for_more).then_some((tag, key))
    }
}

fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, n| bits << 8 | u32::from(three.get(n).copied().unwrap_or(0)));
        for (n, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            text.push(if n <= three.len() { char::from(LETTERS[(bits >> shift & 63) as usize]) } else { '=' });
        }
    }
    text
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let letters = text.trim_end_matches('=').bytes().map(|letter| LETTERS.iter().position(|known| *known == letter));
    let (mut bits, mut held, mut bytes) = (0u32, 0, Vec::new());
    for value in letters {
        bits = bits << 6 | u32::try_from(value?).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 255) as u8);
        }
    }
    Some(bytes)
}

/// One direction's session keys.
struct Direction {
    cipher: Block,
    salt: [u8; 16],
    seal: Hmac<Sha1>,
    length: usize,
}

/// A key of AES.
#[derive(Clone)]
enum Block {
    Short([u8; 16]),
    Long([u8; 32]),
}

impl Block {
    fn under(key: &[u8]) -> Option<Block> {
        match key.len() {
            16 => key.try_into().ok().map(Block::Short),
            _ => key.try_into().ok().map(Block::Long),
        }
    }
    /// XORs the key stream that begins at this block.
    fn apply(&self, block: [u8; 16], bytes: &mut [u8]) {
        match self {
            Block::Short(key) => Ctr128BE::<Aes128>::new(key.into(), &block.into()).apply_keystream(bytes),
            Block::Long(key) => Ctr128BE::<Aes256>::new(key.into(), &block.into()).apply_keystream(bytes),
        }
    }
}

impl Direction {
    /// The session keys of a master key (RFC 3711, 4.3; no key derivation rate).
    fn of(key: &Key) -> Option<Direction> {
        let (master, rest) = key.bytes.split_at_checked(key.suite.key())?;
        let mut salt = [0; 16];
        salt.get_mut(..SALT)?.copy_from_slice(rest.get(..SALT)?);
        let block = Block::under(master)?;
        let derived = |label: u8, length: usize| {
            let (mut start, mut bytes) = (salt, vec![0; length]);
            start[7] ^= label;
            block.apply(start, &mut bytes);
            bytes
        };
        let (cipher, seal) = (derived(0, key.suite.key()), derived(1, 20));
        let mut own_salt = [0; 16];
        own_salt.get_mut(..SALT)?.copy_from_slice(&derived(2, SALT));
        let seal = <Hmac<Sha1> as hmac::Mac>::new_from_slice(&seal).ok()?;
        Some(Direction { cipher: Block::under(&cipher)?, salt: own_salt, seal, length: key.suite.seal() })
    }
    fn crypt(&self, ssrc: u32, index: u64, payload: &mut [u8]) {
        let mut start = self.salt;
        let place = ssrc.to_be_bytes().into_iter().chain(index.to_be_bytes().into_iter().skip(2));
        start.iter_mut().skip(4).zip(place).for_each(|(byte, other)| *byte ^= other);
        self.cipher.apply(start, payload);
    }
    fn seal_of(&self, packet: &[u8], index: u64) -> Vec<u8> {
        let mut seal = self.seal.clone();
        seal.update(packet);
        seal.update(&((index >> 16) as u32).to_be_bytes());
        seal.finalize().into_bytes().into_iter().take(self.length).collect()
    }
}

/// How far a stream of the far end has come: the highest index, and which of those before it have been there.
#[derive(Debug, Clone, Copy)]
struct Place {
    ssrc: u32,
    highest: u64,
    seen: u64,
}

impl Place {
    /// The index that a sequence number most likely stands for (RFC 3711, 3.3.1).
    fn index_of(&self, sequence: u16) -> u64 {
        let near = self.highest & !0xFFFF | u64::from(sequence);
        let candidates = [near.checked_sub(0x1_0000), Some(near), near.checked_add(0x1_0000)];
        candidates.into_iter().flatten().min_by_key(|index| index.abs_diff(self.highest)).unwrap_or(near)
    }
    fn is_new(&self, index: u64) -> bool {
        match self.highest.checked_sub(index) {
            None => true,
            Some(behind) => behind < WINDOW && self.seen >> behind & 1 == 0,
        }
    }
    fn note(&mut self, index: u64) {
        match self.highest.checked_sub(index) {
            None => {
                let ahead = index - self.highest;
                self.seen = if ahead < WINDOW { self.seen << ahead | 1 } else { 1 };
                self.highest = index;
            }
            Some(behind) => self.seen |= 1 << behind,
        }
    }
}

/// Both directions of one call.
pub struct Srtp {
    keys: Keys,
    own: Direction,
    theirs: Direction,
    /// How often our sequence numbers have begun anew, and the last of them.
    rollovers: u64,
    last: Option<u16>,
    places: Vec<Place>,
    /// Defective ones do not count them, or take whatever comes for sealed.
    pub forgets_rollovers: bool,
    pub is_unchecked: bool,
}

impl Srtp {
    pub fn under(keys: Keys) -> Option<Srtp> {
        let (own, theirs) = (Direction::of(&keys.own)?, Direction::of(&keys.theirs)?);
        let (places, forgets_rollovers, is_unchecked) = (Vec::new(), false, false);
        Some(Srtp { keys, own, theirs, rollovers: 0, last: None, places, forgets_rollovers, is_unchecked })
    }
    /// Goes on under these keys. Those that stay go on counting, and so does our own direction whatever its key.
    pub fn renew(&mut self, keys: Keys) {
        if let Some(own) = Direction::of(&keys.own).filter(|_| keys.own != self.keys.own) {
            self.own = own;
        }
        if let Some(theirs) = Direction::of(&keys.theirs).filter(|_| keys.theirs != self.keys.theirs) {
            self.theirs = theirs;
            self.places.clear();
        }
        self.keys = keys;
    }
    /// A packet of ours as it may leave; `None`: it is no RTP.
    pub fn seal(&mut self, mut packet: Vec<u8>) -> Option<Vec<u8>> {
        let (header, payload) = rtp::read(&packet)?;
        let start = packet.len() - payload.len();
        if self.last.is_some_and(|last| header.sequence < last && last - header.sequence > 0x8000) {
            self.rollovers += u64::from(!self.forgets_rollovers);
        }
        self.last = Some(header.sequence);
        let index = self.rollovers << 16 | u64::from(header.sequence);
        self.own.crypt(header.ssrc, index, packet.get_mut(start..)?);
        let seal = self.own.seal_of(&packet, index);
        packet.extend(seal);
        Some(packet)
    }
    /// What a packet of the far end holds; `None`: it is not sealed with its key, or has come before.
    pub fn open(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        let (sealed, seal) = packet.split_at_checked(packet.len().checked_sub(self.theirs.length)?)?;
        let start = payload_of(sealed)?;
        let word = |at: usize| sealed.get(at..at + 2).map(|two| u16::from_be_bytes([two[0], two[1]]));
        let (sequence, ssrc) = (word(2)?, u32::from(word(8)?) << 16 | u32::from(word(10)?));
        let known = self.places.iter().position(|place| place.ssrc == ssrc);
        let place = known.and_then(|n| self.places.get(n)).copied();
        let mut place = place.unwrap_or(Place { ssrc, highest: u64::from(sequence), seen: 0 });
        let index = place.index_of(sequence);
        if !place.is_new(index) || !self.is_unchecked && self.theirs.seal_of(sealed, index) != seal {
            return None;
        }
        place.note(index);
        match known.and_then(|n| self.places.get_mut(n)) {
            Some(old) => *old = place,
            None => {
                self.places.truncate(MOST_STREAMS - 1);
                self.places.insert(0, place);
            }
        }
        let mut plain = sealed.to_vec();
        self.theirs.crypt(ssrc, index, plain.get_mut(start..)?);
        Some(plain)
    }
}

/// Where a packet's encrypted part begins: behind the sources and the extension. RTCP is none.
fn payload_of(packet: &[u8]) -> Option<usize> {
    let [flags, kind] = *packet.first_chunk::<2>()?;
    if flags >> 6 != 2 || (192..=223).contains(&kind) {
        return None;
    }
    let mut start = rtp::HEADER + 4 * usize::from(flags & 15);
    if flags & 0x10 != 0 {
        let length = packet.get(start + 2..start + 4)?;
        start += 4 + 4 * usize::from(u16::from_be_bytes([length[0], length[1]]));
    }
    (start <= packet.len()).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::post::voice::rtp::Header;

    fn key(suite: Suite, start: u8) -> Key {
        let mut bytes = [0; LONGEST];
        bytes.iter_mut().zip(start..).for_each(|(byte, n)| *byte = n);
        Key { suite, bytes }
    }
    fn pair(suite: Suite) -> (Srtp, Srtp) {
        let (own, theirs) = (key(suite, 1), key(suite, 101));
        let ends = (Srtp::under(Keys { own, theirs }), Srtp::under(Keys { own: theirs, theirs: own }));
        (ends.0.unwrap(), ends.1.unwrap())
    }
    fn packet(sequence: u16) -> Vec<u8> {
        let mut bytes = Vec::new();
        Header { marker: false, payload_type: 8, sequence, timestamp: 160, ssrc: 0xDEAD_BEEF }.write(&mut bytes);
        bytes.extend([7; 160]);
        bytes
    }

    #[test]
    fn the_key_derivation_is_that_of_the_standard() {
        // RFC 3711, B.3.
        let mut master = Key { suite: Suite::Aes128Bits80, bytes: [0; LONGEST] };
        let hex = "E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6";
        for (byte, n) in master.bytes.iter_mut().zip(0..hex.len() / 2) {
            *byte = u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).unwrap();
        }
        let keys = Direction::of(&master).unwrap();
        let mut stream = [0; 16];
        // B.2's manner: the key stream of an index tells the cipher key by what it gives for a start of nothing but the
        // salt.
        keys.cipher.apply([0; 16], &mut stream);
        let expected = {
            let known = [0xC6, 0x1E, 0x7A, 0x93, 0x74, 0x4F, 0x39, 0xEE, 0x10, 0x73, 0x4A, 0xFE, 0x3F, 0xF7, 0xA0, 0x87];
            let mut bytes = [0; 16];
            Block::under(&known).unwrap().apply([0; 16], &mut bytes);
            bytes
        };
        assert_eq!(stream, expected);
        assert_eq!(keys.salt[..SALT], [0x30, 0xCB, 0xBC, 0x08, 0x86, 0x3D, 0x8C, 0x85, 0xD4, 0x9D, 0xB3, 0x4A, 0x9A, 0xE1]);
    }

    #[test]
    fn what_one_end_seals_the_other_opens_once_beyond_the_end_of_its_numbers() {
        for suite in Suite::ALL {
            let (mut near, mut far) = pair(suite);
            for sequence in (65_000..=65_535).chain(0..2000) {
                let sealed = near.seal(packet(sequence)).unwrap();
                assert_ne!(sealed[12..], packet(sequence)[12..], "encrypted");
                assert_eq!(far.open(&sealed), Some(packet(sequence)), "{sequence}");
                assert_eq!(far.open(&sealed), None, "replayed");
                let mut forged = near.seal(packet(sequence)).unwrap();
                forged[20] ^= 1;
                assert_eq!(far.open(&forged), None, "forged");
            }
            assert_eq!(far.open(&packet(3000)), None, "plain");
        }
    }

    #[test]
    fn the_operators_desk_and_the_module_understand_each_other() {
        use crate::rtp::srtp::{Guard, Master, Tag};
        let (own, theirs) = (key(Suite::Aes128Bits32, 1), key(Suite::Aes128Bits32, 101));
        let master = |key: &Key| Master { tag: Tag::Bits32, key: key.bytes[..30].try_into().unwrap() };
        let mut module = Srtp::under(Keys { own, theirs }).unwrap();
        let mut desk = Guard::under(&master(&theirs), &master(&own));
        for sequence in 0..100 {
            let sealed = module.seal(packet(sequence)).unwrap();
            assert_eq!(desk.open(&sealed).ok(), Some(packet(sequence)));
            let sealed = desk.seal(&packet(sequence)).unwrap();
            assert_eq!(module.open(&sealed), Some(packet(sequence)));
        }
    }

    #[test]
    fn keys_are_written_as_they_are_read() {
        for suite in Suite::ALL {
            let mut whole = key(suite, 9);
            whole.bytes.iter_mut().skip(suite.key() + SALT).for_each(|byte| *byte = 0);
            assert_eq!(Key::read(&whole.attribute(7)), Some((7, whole)));
            assert_eq!(Key::read(&format!("{} UNENCRYPTED_SRTP", whole.attribute(7))), None);
        }
        for bad in ["", "1", "1 AES_CM_128_HMAC_SHA1_80", "1 AES_CM_128_HMAC_SHA1_80 inline:AAAA", "1 NULL inline:AAAA"] {
            assert_eq!(Key::read(bad), None, "{bad}");
        }
    }
}
