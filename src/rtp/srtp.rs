//! Secure media (RFC 3711): packets sealed and opened under keys that both ends were told, by AES in counter mode and
//! HMAC-SHA1.
//!
//! A packet that is not authentic changes nothing here: neither the rollover counter nor the window of what has been
//! seen. Must not know how keys are agreed, nor codecs.

mod cipher;
#[cfg(test)]
mod tests;

use super::packet;
use cipher::{Cipher, Labels};
use std::collections::BTreeMap;
use std::fmt;

/// How long a packet's authentication tag is. A control packet's is always of 80 bits (RFC 4568, 6.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    Bits80,
    Bits32,
}

impl Tag {
    const fn octets(self) -> usize {
        match self {
            Tag::Bits80 => 10,
            Tag::Bits32 => 4,
        }
    }
}

/// Master key (16 octets) and master salt (14) of one direction.
#[derive(Clone, PartialEq, Eq)]
pub struct Master {
    pub tag: Tag,
    pub key: [u8; 30],
}

impl fmt::Debug for Master {
    /// A key has no business in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Master({:?})", self.tag)
    }
}

/// Why a packet was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Too short, or no packet at all.
    Malformed,
    /// Its tag is not that of its content under the key agreed.
    Unauthentic,
    /// Authentic, but seen before or older than the window.
    Replayed,
}

/// Packets opened and not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub opened: u64,
    pub malformed: u64,
    pub unauthentic: u64,
    pub replayed: u64,
}

/// So many indices back a packet is still taken (RFC 3711, 3.3.2: at least 64).
const WINDOW: u64 = 64;
/// Sources kept. A packet of one more takes the place of that with the lowest number; its rollover counter is then
/// forgotten.
const MOST_SOURCES: usize = 32;
/// The encryption flag before a control packet's index (RFC 3711, 3.4).
const ENCRYPTED: u32 = 1 << 31;
/// Header and sender of a control packet, which stay readable.
const CONTROL_HEADER: usize = 8;

/// Which of a stream's packets have come.
#[derive(Debug, Clone, Copy)]
struct Stream {
    highest: u64,
    /// Bit 0: the highest.
    seen: u64,
}

impl Stream {
    /// Takes note of an index; false if it has come before or is too old.
    fn take(&mut self, index: u64) -> bool {
        if index > self.highest {
            let step = index - self.highest;
            self.seen = if step < WINDOW { self.seen << step | 1 } else { 1 };
            self.highest = index;
            return true;
        }
        let back = self.highest - index;
        if back >= WINDOW || self.seen >> back & 1 == 1 {
            return false;
        }
        self.seen |= 1 << back;
        true
    }
}

/// The index that a sequence number most probably means, near the highest so far (RFC 3711, 3.3.1 and appendix A).
fn index_near(highest: u64, sequence: u16) -> u64 {
    let (rollovers, last) = (highest >> 16, highest & 0xffff);
    let sequence = u64::from(sequence);
    let rollovers = match last < 0x8000 {
        true if sequence > last + 0x8000 => rollovers.saturating_sub(1),
        false if sequence + 0x8000 < last => rollovers + 1,
        _ => rollovers,
    };
    rollovers << 16 | sequence
}

struct Head {
    ssrc: u32,
    sequence: u16,
    /// Where what is encrypted begins.
    length: usize,
}

fn head(bytes: &[u8]) -> Option<Head> {
    let length = packet::header_length(bytes)?;
    let [_, _, s0, s1, _, _, _, _, i0, i1, i2, i3] = *bytes.first_chunk::<12>()?;
    Some(Head { ssrc: u32::from_be_bytes([i0, i1, i2, i3]), sequence: u16::from_be_bytes([s0, s1]), length })
}

fn sender_of(control: &[u8]) -> Option<u32> {
    let [_, _, _, _, ssrc @ ..] = control.first_chunk::<CONTROL_HEADER>()?;
    Some(u32::from_be_bytes(*ssrc))
}

/// The ciphers of one direction.
#[derive(Debug)]
struct Ciphers {
    master: Master,
    media: Cipher,
    control: Cipher,
}

impl Ciphers {
    fn under(master: &Master) -> Self {
        Ciphers {
            master: master.clone(),
            media: Cipher::derived(&master.key, Labels::MEDIA),
            control: Cipher::derived(&master.key, Labels::CONTROL),
        }
    }
}

/// What we send, sealed.
#[derive(Debug)]
struct Sealer {
    ciphers: Ciphers,
    /// Index of the last packet of each of our sources.
    last: BTreeMap<u32, u64>,
    control_index: u32,
}

impl Sealer {
    fn media(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let Head { ssrc, sequence, .. } = head(bytes)?;
        let index = self.index_of(ssrc, sequence);
        self.last.insert(ssrc, index);
        self.sealed(bytes, index)
    }

    fn index_of(&self, ssrc: u32, sequence: u16) -> u64 {
        self.last.get(&ssrc).map_or(u64::from(sequence), |last| index_near(*last, sequence))
    }

    fn sealed(&self, bytes: &[u8], index: u64) -> Option<Vec<u8>> {
        let Head { ssrc, length, .. } = head(bytes)?;
        let mut sealed = bytes.to_vec();
        self.ciphers.media.apply(ssrc, index, sealed.get_mut(length..)?);
        let tag = self.ciphers.media.tag(&sealed, &rollovers(index));
        sealed.extend(tag.iter().take(self.ciphers.master.tag.octets()));
        Some(sealed)
    }

    fn control(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let ssrc = sender_of(bytes)?;
        // The first is 1, as from everybody: a receiver may take 0 for seen.
        self.control_index = (self.control_index + 1) & !ENCRYPTED;
        let mut sealed = bytes.to_vec();
        self.ciphers.control.apply(ssrc, u64::from(self.control_index), sealed.get_mut(CONTROL_HEADER..)?);
        sealed.extend((self.control_index | ENCRYPTED).to_be_bytes());
        let tag = self.ciphers.control.tag(&sealed, &[]);
        sealed.extend(tag.iter().take(Tag::Bits80.octets()));
        Some(sealed)
    }
}

/// What a media packet is authenticated with besides itself.
fn rollovers(index: u64) -> [u8; 4] {
    ((index >> 16) as u32).to_be_bytes()
}

/// What we receive, opened.
#[derive(Debug)]
struct Opener {
    ciphers: Ciphers,
    media: BTreeMap<u32, Stream>,
    control: BTreeMap<u32, Stream>,
    /// Highest indices under the key before this one.
    before: BTreeMap<u32, u64>,
}

impl Opener {
    fn under(master: &Master, before: BTreeMap<u32, u64>) -> Self {
        Opener { ciphers: Ciphers::under(master), media: BTreeMap::new(), control: BTreeMap::new(), before }
    }

    fn media(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Flaw> {
        let Head { ssrc, sequence, length } = head(bytes).ok_or(Flaw::Malformed)?;
        let tag = self.ciphers.master.tag.octets();
        let (sealed, tag) = bytes.split_at_checked(bytes.len().saturating_sub(tag)).ok_or(Flaw::Malformed)?;
        if sealed.len() < length {
            return Err(Flaw::Malformed);
        }
        // With a new key the counter goes on (RFC 3711, 3.3.1), but many peers begin anew.
        let guesses = match self.media.get(&ssrc) {
            Some(stream) => [Some(index_near(stream.highest, sequence)), None],
            None => [Some(u64::from(sequence)), self.before.get(&ssrc).map(|highest| index_near(*highest, sequence))],
        };
        let index = guesses.into_iter().flatten().find(|index| self.ciphers.media.is_tag(sealed, &rollovers(*index), tag));
        let index = index.ok_or(Flaw::Unauthentic)?;
        take(&mut self.media, ssrc, index)?;
        let mut opened = sealed.to_vec();
        self.ciphers.media.apply(ssrc, index, opened.get_mut(length..).unwrap_or_default());
        Ok(opened)
    }

    fn control(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Flaw> {
        let (sealed, tag) = bytes.split_at_checked(bytes.len().saturating_sub(Tag::Bits80.octets())).ok_or(Flaw::Malformed)?;
        let (content, trailer) = sealed.split_last_chunk::<4>().ok_or(Flaw::Malformed)?;
        let ssrc = sender_of(content).ok_or(Flaw::Malformed)?;
        if !self.ciphers.control.is_tag(sealed, &[], tag) {
            return Err(Flaw::Unauthentic);
        }
        let trailer = u32::from_be_bytes(*trailer);
        let index = u64::from(trailer & !ENCRYPTED);
        take(&mut self.control, ssrc, index)?;
        let mut opened = content.to_vec();
        if trailer & ENCRYPTED != 0 {
            self.ciphers.control.apply(ssrc, index, opened.get_mut(CONTROL_HEADER..).unwrap_or_default());
        }
        Ok(opened)
    }
}

fn take(streams: &mut BTreeMap<u32, Stream>, ssrc: u32, index: u64) -> Result<(), Flaw> {
    if let Some(stream) = streams.get_mut(&ssrc) {
        return if stream.take(index) { Ok(()) } else { Err(Flaw::Replayed) };
    }
    if streams.len() >= MOST_SOURCES {
        streams.pop_first();
    }
    streams.insert(ssrc, Stream { highest: index, seen: 1 });
    Ok(())
}

/// Both directions of one call's media.
#[derive(Debug)]
pub struct Guard {
    seal: Sealer,
    open: Opener,
    /// For packets that were under way when the other end changed its key.
    old: Option<Opener>,
    counts: Counts,
}

impl Guard {
    pub fn under(own: &Master, theirs: &Master) -> Self {
        Guard {
            seal: Sealer { ciphers: Ciphers::under(own), last: BTreeMap::new(), control_index: 0 },
            open: Opener::under(theirs, BTreeMap::new()),
            old: None,
            counts: Counts::default(),
        }
    }

    /// Keys of a new agreement. A key that stays keeps its rollover counter and what has been seen: beginning anew
    /// would use it twice.
    pub fn renew(&mut self, own: &Master, theirs: &Master) {
        if self.seal.ciphers.master != *own {
            self.seal.ciphers = Ciphers::under(own);
        }
        if self.open.ciphers.master != *theirs {
            let before = self.open.media.iter().map(|(ssrc, stream)| (*ssrc, stream.highest)).collect();
            self.old = Some(std::mem::replace(&mut self.open, Opener::under(theirs, before)));
        }
    }

    /// A media or control packet of ours; `None` if it is neither.
    pub fn seal(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        if packet::is_rtcp(bytes) { self.seal.control(bytes) } else { self.seal.media(bytes) }
    }

    /// What a stranger makes of a media packet who knows what we would have said in it: he flips that into what he
    /// wants said, for which he needs no key (RFC 3711, 9.5), but cannot seal it.
    pub fn forge(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let Head { ssrc, sequence, .. } = head(bytes)?;
        let mut forged = self.seal.sealed(bytes, self.seal.index_of(ssrc, sequence))?;
        forged.iter_mut().rev().take(self.seal.ciphers.master.tag.octets()).for_each(|octet| *octet = !*octet);
        Some(forged)
    }

    /// A media or control packet of the other end.
    ///
    /// # Errors
    /// It must not be used; which is counted.
    pub fn open(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Flaw> {
        let open = if packet::is_rtcp(bytes) { Opener::control } else { Opener::media };
        let mut outcome = open(&mut self.open, bytes);
        if let (Err(Flaw::Unauthentic), Some(old)) = (&outcome, &mut self.old) {
            outcome = open(old, bytes);
        }
        let count = match outcome {
            Ok(_) => &mut self.counts.opened,
            Err(Flaw::Malformed) => &mut self.counts.malformed,
            Err(Flaw::Unauthentic) => &mut self.counts.unauthentic,
            Err(Flaw::Replayed) => &mut self.counts.replayed,
        };
        *count += 1;
        outcome
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }
}
