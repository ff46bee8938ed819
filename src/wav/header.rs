//! The header of a WAV file, believed only as far as the bytes bear it out: where the samples lie and how they are
//! written. Reads a few dozen bytes, however large the file is or claims to be.

use std::io::{Read, Seek, SeekFrom};

use crate::unit::Bilingual;

/// Sample rates that are accepted, hertz.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=96_000;
const MOST_CHANNELS: u16 = 8;
/// More chunks than any recorder writes: beyond them the file is a forgery or noise.
const MOST_CHUNKS: usize = 1_000;

/// How one sample is written, always little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Eight bits, 128 is zero.
    Unsigned,
    /// Two's complement in two, three or four bytes.
    Signed(u8),
    Float32,
    Float64,
    /// ITU-T G.711, a byte a sample: what recorders of telephony write.
    ALaw,
    MuLaw,
}

/// Where the samples lie.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    pub encoding: Encoding,
    pub channels: u16,
    pub rate: u32,
    /// First byte of the samples.
    pub start: u64,
    /// Whole frames that are really there.
    pub frames: u64,
    /// What was mended, in words.
    pub notes: Vec<Bilingual>,
}

impl Encoding {
    pub fn bytes(self) -> usize {
        match self {
            Encoding::Unsigned | Encoding::ALaw | Encoding::MuLaw => 1,
            Encoding::Signed(bytes) => usize::from(bytes),
            Encoding::Float32 => 4,
            Encoding::Float64 => 8,
        }
    }
    /// Distance between neighbouring values, full scale 1: of the logarithmic laws that of the middle of the scale, −20
    /// dB. What floats stand for is not known better than 24 bits.
    pub fn step(self) -> f64 {
        match self {
            Encoding::Unsigned => 2f64.powi(-7),
            Encoding::Signed(bytes) => 2f64.powi(1 - 8 * i32::from(bytes)),
            Encoding::Float32 | Encoding::Float64 => 2f64.powi(-23),
            Encoding::ALaw | Encoding::MuLaw => 2f64.powi(-8),
        }
    }
}

impl Layout {
    pub fn frame_bytes(&self) -> usize {
        self.encoding.bytes() * usize::from(self.channels)
    }
}

/// What a chunk's header says of itself, and where its body begins.
struct Chunk {
    id: [u8; 4],
    stated: u64,
    body: u64,
}

impl Chunk {
    /// Bodies are padded to even lengths.
    fn end(&self) -> u64 {
        self.body.saturating_add(self.stated).saturating_add(self.stated % 2)
    }
}

/// Reads the header of a file of `len` bytes.
pub fn read(file: &mut (impl Read + Seek), len: u64) -> Result<Layout, Bilingual> {
    let large = container(&fetch(file, 0, 12)?)?;
    let mut format = None;
    let mut true_size = None;
    let mut at = 12u64;
    for _ in 0..MOST_CHUNKS {
        let Some(chunk) = chunk(file, at, len)? else { break };
        match &chunk.id {
            b"ds64" if large => true_size = u64_at(&fetch(file, chunk.body, 16)?, 8),
            b"fmt " => format = Some(format_of(&fetch(file, chunk.body, chunk.stated.min(40))?)?),
            b"data" => {
                let (encoding, channels, rate) = format.ok_or_else(|| {
                    both(
                        "the sound stands before its format: the file is damaged",
                        "dźwięk stoi przed opisem formatu: plik jest uszkodzony",
                    )
                })?;
                let stated =
                    if large && chunk.stated == u64::from(u32::MAX) { true_size.unwrap_or(chunk.stated) } else { chunk.stated };
                let mut layout = Layout { encoding, channels, rate, start: chunk.body, frames: 0, notes: Vec::new() };
                count_frames(file, &mut layout, stated, len)?;
                note_further_sound(file, &mut layout, &chunk, len)?;
                return Ok(layout);
            }
            _ => {}
        }
        at = chunk.end();
    }
    Err(both("not a complete WAV file: it has no sound data", "niekompletny plik WAV: brak w nim danych dźwiękowych"))
}

/// Whether sizes may be given in 64 bits (EBU Tech 3306).
fn container(head: &[u8]) -> Result<bool, Bilingual> {
    let wave = head.get(8..12) == Some(b"WAVE".as_slice());
    match head.get(..4) {
        Some(b"RIFF") if wave => return Ok(false),
        Some(b"RF64" | b"BW64") if wave => return Ok(true),
        _ => {}
    }
    Err(match foreign(head) {
        Some(kind) => both(
            format!("this is {kind}, not WAV: convert it first, e.g. `ffmpeg -i IN OUT.wav`"),
            format!("to {kind}, a nie WAV: najpierw go przekonwertuj, np. `ffmpeg -i WE WY.wav`"),
        ),
        None => {
            both("not a WAV file: it does not begin with RIFF … WAVE", "to nie jest plik WAV: nie zaczyna się od RIFF … WAVE")
        }
    })
}

/// What else begins so.
fn foreign(head: &[u8]) -> Option<&'static str> {
    const KINDS: [(usize, &[u8], &str); 14] = [
        (0, b"fLaC", "FLAC"),
        (0, b"OggS", "Ogg"),
        (0, b"ID3", "MP3"),
        (0, b"FORM", "AIFF"),
        (0, b"RIFX", "RIFX"),
        (0, b"caff", "CAF"),
        (0, b".snd", "AU (Sun, NeXT)"),
        (0, b"riff", "Wave64 (.w64)"),
        (0, b"#!AMR", "AMR"),
        (0, b"wvpk", "WavPack"),
        (0, b"\x1a\x45\xdf\xa3", "Matroska (WebM)"),
        (0, b"\x30\x26\xb2\x75", "WMA"),
        (4, b"ftyp", "MP4 (M4A)"),
        (0, b"MAC ", "Monkey's Audio"),
    ];
    let kind = KINDS.iter().find(|(at, word, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(word)));
    kind.map(|(_, _, kind)| *kind).or_else(|| match head {
        // A frame's synchronisation: eleven bits set, then version and layer.
        [0xFF, second, ..] if second & 0xF6 == 0xF0 => Some("AAC"),
        [0xFF, second, ..] if second & 0xE0 == 0xE0 && second & 0x18 != 0x08 && second & 0x06 != 0 => Some("MP3"),
        _ => None,
    })
}

fn chunk(file: &mut (impl Read + Seek), at: u64, len: u64) -> Result<Option<Chunk>, Bilingual> {
    if at.saturating_add(8) > len {
        return Ok(None);
    }
    let head = fetch(file, at, 8)?;
    let (Some(id), Some(stated)) = (head.get(..4).and_then(|id| id.try_into().ok()), u32_at(&head, 4)) else { return Ok(None) };
    Ok(Some(Chunk { id, stated: u64::from(stated), body: at + 8 }))
}

/// Encoding, channels and rate, if they agree with each other.
fn format_of(body: &[u8]) -> Result<(Encoding, u16, u32), Bilingual> {
    let fields = (u16_at(body, 0), u16_at(body, 2), u32_at(body, 4), u16_at(body, 12), u16_at(body, 14));
    let (Some(tag), Some(channels), Some(rate), Some(align), Some(bits)) = fields else {
        return Err(both(
            "not a complete WAV file: its format chunk is cut off",
            "niekompletny plik WAV: opis formatu jest ucięty",
        ));
    };
    // WAVE_FORMAT_EXTENSIBLE: the true tag begins the sub-format's GUID.
    let tag = if tag == 0xFFFE { u16_at(body, 24).unwrap_or(0) } else { tag };
    if !RATES.contains(&rate) {
        return Err(both(
            format!("a rate of {rate} Hz is outside 8 to 96 kHz: resample the file"),
            format!("częstotliwość próbkowania {rate} Hz leży poza zakresem od 8 do 96 kHz: przepróbkuj plik"),
        ));
    }
    if channels == 0 || channels > MOST_CHANNELS {
        return Err(both(
            format!("{channels} channels: 1 to {MOST_CHANNELS} are accepted"),
            format!("liczba kanałów {channels}: przyjmuje się od 1 do {MOST_CHANNELS}"),
        ));
    }
    let encoding = match (tag, bits.div_ceil(8)) {
        (1, 1) if (1..8).contains(&bits) => {
            return Err(both(
                format!("{bits}-bit samples hold no sound that can be measured: convert the recording to PCM of 16 bits"),
                format!(
                    "próbki {bits}-bitowe nie zawierają dźwięku, który da się zmierzyć: przekonwertuj nagranie na PCM 16 bitów"
                ),
            ));
        }
        (1, 1) => Encoding::Unsigned,
        (6, 1) => Encoding::ALaw,
        (7, 1) => Encoding::MuLaw,
        (1, bytes @ 2..=4) => Encoding::Signed(bytes as u8),
        (3, 4) => Encoding::Float32,
        (3, 8) => Encoding::Float64,
        _ => {
            return Err(both(
                format!(
                    "WAV encoding {tag}{} with {bits} bits is not supported: convert it to PCM of 8, 16, 24 or 32 bits, or to float",
                    codec_of(tag)
                ),
                format!(
                    "kodowanie WAV {tag}{} o liczbie bitów {bits} nie jest obsługiwane: przekonwertuj na PCM 8, 16, 24 lub 32 bity albo na float",
                    codec_of(tag)
                ),
            ));
        }
    };
    let frame = encoding.bytes() * usize::from(channels);
    if usize::from(align) != frame {
        return Err(both(
            format!(
                "the header contradicts itself: {channels} channels of {bits} bits take {frame} bytes a frame, it states {align}"
            ),
            format!("nagłówek sam sobie przeczy: {channels} kan. po {bits} bitów to {frame} bajtów na ramkę, a podano {align}"),
        ));
    }
    Ok((encoding, channels, rate))
}

/// What is met in WAV files besides samples, by its registered tag.
fn codec_of(tag: u16) -> &'static str {
    match tag {
        0x02 => " (ADPCM, Microsoft)",
        0x11 => " (ADPCM, IMA)",
        0x14 | 0x40 | 0x45 | 0x64 => " (G.726, G.723)",
        0x31 => " (GSM 6.10)",
        0x28 | 0x65 => " (G.722)",
        0x50 | 0x55 => " (MPEG, MP3)",
        0x83 => " (G.729)",
        _ => "",
    }
}

/// Recorders that were stopped by a power cut leave a size of 0, 2³² − 1 or the intended one: what is there counts.
fn count_frames(file: &mut (impl Read + Seek), layout: &mut Layout, stated: u64, len: u64) -> Result<(), Bilingual> {
    let there = len.saturating_sub(layout.start);
    let never_written = stated == 0 && there > 0 && !chunks_follow(file, layout.start, len)?;
    let lies = stated > there || never_written;
    let kept = if lies { there } else { stated };
    let frame = layout.frame_bytes() as u64;
    layout.frames = kept / frame;
    let used = layout.frames * frame;
    if used != stated {
        layout.notes.push(both(
            format!("the header states {stated} bytes of sound, {used} are there and were used"),
            format!("nagłówek podaje {stated} bajtów dźwięku, w pliku jest {used} i tyle użyto"),
        ));
    }
    Ok(())
}

/// Sound that goes on in a second chunk is another recording, or the rest of one: it is not measured, and said so.
fn note_further_sound(file: &mut (impl Read + Seek), layout: &mut Layout, first: &Chunk, len: u64) -> Result<(), Bilingual> {
    let mut at = first.end();
    let mut further = 0u64;
    for _ in 0..MOST_CHUNKS {
        let Some(chunk) = chunk(file, at, len)? else { break };
        if &chunk.id == b"data" {
            further += chunk.stated.min(len.saturating_sub(chunk.body));
        }
        at = chunk.end();
    }
    if further > 0 {
        let seconds = further as f64 / layout.frame_bytes() as f64 / f64::from(layout.rate);
        layout.notes.push(both(
            format!("a second data chunk with {seconds:.3} s of sound follows and was left out"),
            format!("pominięto drugi blok danych, w którym jest {} s dźwięku", super::polish(seconds, 3)),
        ));
    }
    Ok(())
}

/// Whether from here to the end of the file there is a chain of chunks: then an empty sound is truly empty.
fn chunks_follow(file: &mut (impl Read + Seek), start: u64, len: u64) -> Result<bool, Bilingual> {
    let mut at = start;
    for _ in 0..MOST_CHUNKS {
        if at >= len {
            return Ok(at <= len + 1 && at > start);
        }
        let Some(chunk) = chunk(file, at, len)? else { return Ok(false) };
        if !chunk.id.iter().all(|c| (b' '..=b'~').contains(c)) {
            return Ok(false);
        }
        at = chunk.end();
    }
    Ok(false)
}

/// Up to `count` bytes from a place in the file; fewer where it ends.
fn fetch(file: &mut (impl Read + Seek), at: u64, count: u64) -> Result<Vec<u8>, Bilingual> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(at))
        .and_then(|_| file.take(count).read_to_end(&mut bytes))
        .map_err(|error| super::in_words(&error))?;
    Ok(bytes)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes)
}

pub(super) fn both(en: impl Into<String>, pl: impl Into<String>) -> Bilingual {
    Bilingual::new(en, pl)
}
