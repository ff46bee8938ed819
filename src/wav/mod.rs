//! WAV files, read and written, for the whole house: mono samples of one channel, full scale ± 1, from whatever a
//! recorder left behind. Every defect of a file is either mended and noted, or an error that names the file and the way
//! out. Memory is bounded by what was asked for, never by what a header claims.

mod g711;
mod header;
#[cfg(test)]
mod tests;
mod writer;

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::unit::{Bilingual, Lang};
use header::{Encoding, Layout, both};
pub use writer::{Writer, encode, to_16_bits, write, write_channels};

/// Most samples that are measured at once: two hours at 8 kHz, 20 minutes at 48 kHz.
pub const MOST: u64 = 60_000_000;
/// The same where two recordings are laid upon each other, which takes transforms of their whole length.
pub const MOST_OF_A_PAIR: u64 = 16_000_000;
/// A float recording beyond this was not scaled to ± 1, and no level of it means anything.
const LARGEST: f32 = 64.0;

/// Which part of a file to read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// From 1; `None`: the first, noted where there are more.
    pub channel: Option<u16>,
    /// Seconds passed over at the beginning.
    pub from_s: f64,
    /// Seconds read at most.
    pub seconds: Option<f64>,
    /// Samples read at most: more is an error, not a cut.
    pub most: u64,
}

impl Default for Part {
    fn default() -> Self {
        Part { channel: None, from_s: 0.0, seconds: None, most: MOST }
    }
}

/// One channel of a file.
#[derive(Debug, Clone)]
pub struct Recording {
    pub samples: Vec<f32>,
    pub rate: u32,
    /// Distance between neighbouring sample values, full scale 1.
    pub step: f64,
    /// What had to be mended or decided, in words.
    pub notes: Vec<Bilingual>,
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct WavError {
    pub path: PathBuf,
    pub reason: Bilingual,
}

impl WavError {
    pub fn show(&self, lang: Lang) -> String {
        format!("{}: {}", self.path.display(), self.reason.show(lang))
    }
}

impl Recording {
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate)
    }
}

/// Reads one channel (1 is the first; `None`: the first, noted where there are more).
pub fn read(path: &Path, channel: Option<u16>) -> Result<Recording, WavError> {
    read_part(path, Part { channel, ..Part::default() })
}

/// Reads part of one channel.
pub fn read_part(path: &Path, part: Part) -> Result<Recording, WavError> {
    let mut wav = open(path, part.channel)?;
    let fail = |reason: Bilingual| WavError { path: path.to_owned(), reason };
    let (first, count) = choose_frames(&wav.layout, part).map_err(fail)?;
    let samples = samples(&mut wav.file, &wav.layout, wav.index, first, count).map_err(fail)?;
    Ok(Recording { samples, rate: wav.layout.rate, step: wav.layout.encoding.step(), notes: wav.layout.notes })
}

/// One channel of a file, its header read and its samples not yet.
#[derive(Debug)]
pub struct OpenWav {
    file: BufReader<File>,
    path: PathBuf,
    layout: Layout,
    index: usize,
}

/// Opens one channel (1 is the first; `None`: the first, noted where there are more).
pub fn open(path: &Path, channel: Option<u16>) -> Result<OpenWav, WavError> {
    let fail = |reason: Bilingual| WavError { path: path.to_owned(), reason };
    let io = |error: std::io::Error| fail(in_words(&error));
    let file = File::open(path).map_err(io)?;
    let metadata = file.metadata().map_err(io)?;
    // A pipe or a device has no length, and reading it might never end.
    if !metadata.is_file() {
        return Err(fail(both(
            "not a regular file: save the recording first",
            "to nie jest zwykły plik: najpierw zapisz nagranie",
        )));
    }
    let mut file = BufReader::new(file);
    let mut layout = header::read(&mut file, metadata.len()).map_err(fail)?;
    let index = choose_channel(&mut layout, channel).map_err(fail)?;
    if layout.frames == 0 {
        return Err(fail(both("the file holds no samples", "plik nie zawiera próbek")));
    }
    Ok(OpenWav { file, path: path.to_owned(), layout, index })
}

impl OpenWav {
    pub fn rate(&self) -> f64 {
        f64::from(self.layout.rate)
    }
    pub fn frames(&self) -> usize {
        usize::try_from(self.layout.frames).unwrap_or(usize::MAX)
    }
    /// What had to be mended or decided, in words.
    pub fn notes(&self) -> &[Bilingual] {
        &self.layout.notes
    }
    /// The samples of some frames; those beyond the end are not there.
    pub fn read(&mut self, frames: std::ops::Range<usize>) -> Result<Vec<f32>, WavError> {
        let end = frames.end.min(self.frames());
        let (first, count) = (frames.start as u64, end.saturating_sub(frames.start) as u64);
        let found = samples(&mut self.file, &self.layout, self.index, first, count);
        found.map_err(|reason| WavError { path: self.path.clone(), reason })
    }
}

/// As [`read_part`], from anything that holds `len` bytes.
#[cfg(test)]
pub fn decode(file: &mut (impl Read + Seek), len: u64, part: Part) -> Result<Recording, Bilingual> {
    let mut layout = header::read(file, len)?;
    let index = choose_channel(&mut layout, part.channel)?;
    let (first, count) = choose_frames(&layout, part)?;
    let samples = samples(file, &layout, index, first, count)?;
    Ok(Recording { samples, rate: layout.rate, step: layout.encoding.step(), notes: layout.notes })
}

fn choose_channel(layout: &mut Layout, wanted: Option<u16>) -> Result<usize, Bilingual> {
    let has = layout.channels;
    let channel = wanted.unwrap_or(1);
    if channel == 0 || channel > has {
        return Err(both(
            format!("there is no channel {channel}: the file has {has}"),
            format!("nie ma kanału {channel}: w pliku kanałów jest {has}"),
        ));
    }
    if wanted.is_none() && has > 1 {
        layout.notes.push(both(
            format!("channel 1 of {has} taken (choose another with --channel)"),
            format!("wzięto kanał 1 z {has} (inny wybiera --channel)"),
        ));
    }
    Ok(usize::from(channel - 1))
}

/// First frame and number of frames.
fn choose_frames(layout: &Layout, part: Part) -> Result<(u64, u64), Bilingual> {
    let rate = f64::from(layout.rate);
    let frames = layout.frames;
    if frames == 0 {
        return Err(both("the file holds no samples", "plik nie zawiera próbek"));
    }
    let first = (part.from_s.max(0.0) * rate).round() as u64;
    let left = frames.saturating_sub(first);
    let wanted = part.seconds.map_or(left, |seconds| left.min((seconds.max(0.0) * rate).round() as u64));
    if wanted == 0 {
        let has = frames as f64 / rate;
        return Err(both(
            format!("nothing is left of the {has:.3} s after --from and --seconds"),
            format!("z {} s nic nie zostaje po --from i --seconds", polish(has, 3)),
        ));
    }
    if wanted > part.most {
        let (has, most) = (wanted as f64 / rate / 60.0, part.most as f64 / rate / 60.0);
        return Err(both(
            format!(
                "{has:.1} min are more than is measured at once ({most:.1} min at this rate): choose a part with --from and --seconds"
            ),
            format!(
                "{} min to więcej, niż mierzy się naraz ({} min przy tej częstotliwości): wybierz część przez --from i --seconds",
                polish(has, 1),
                polish(most, 1)
            ),
        ));
    }
    Ok((first, wanted))
}

fn samples(file: &mut (impl Read + Seek), layout: &Layout, index: usize, first: u64, count: u64) -> Result<Vec<f32>, Bilingual> {
    const FRAMES_AT_ONCE: u64 = 1 << 14;
    let frame = layout.frame_bytes();
    let broken = |error: std::io::Error| {
        both(format!("the samples break off ({error})"), format!("próbki się urywają ({})", in_words(&error).pl))
    };
    file.seek(SeekFrom::Start(layout.start + first * frame as u64)).map_err(broken)?;
    let mut out = Vec::with_capacity(count as usize);
    let mut bytes = vec![0u8; FRAMES_AT_ONCE.min(count) as usize * frame];
    let at = index * layout.encoding.bytes();
    while (out.len() as u64) < count {
        let now = (count - out.len() as u64).min(FRAMES_AT_ONCE) as usize * frame;
        let part = &mut bytes[..now];
        file.read_exact(part).map_err(broken)?;
        for one in part.chunks_exact(frame) {
            let value = value(layout.encoding, &one[at..]);
            if !value.is_finite() {
                return Err(not_finite(first as usize + out.len()));
            }
            if value.abs() > LARGEST {
                return Err(not_scaled(first as usize + out.len(), value));
            }
            out.push(value);
        }
    }
    Ok(out)
}

/// A figure with a decimal comma.
fn polish(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}").replace('.', ",")
}

/// What the system says of a file. The usual reasons in both languages; of the others the number, which reads the same
/// in any.
pub fn in_words(error: &std::io::Error) -> Bilingual {
    use std::io::ErrorKind;
    let polish = match error.kind() {
        ErrorKind::NotFound => "nie ma takiego pliku lub katalogu",
        ErrorKind::PermissionDenied => "brak uprawnień",
        ErrorKind::IsADirectory => "to katalog, a nie plik",
        ErrorKind::NotADirectory => "ścieżka prowadzi przez plik, który nie jest katalogiem",
        ErrorKind::StorageFull => "brak miejsca na dysku",
        ErrorKind::ReadOnlyFilesystem => "system plików jest tylko do odczytu",
        ErrorKind::UnexpectedEof => "plik kończy się za wcześnie",
        _ => "błąd systemu",
    };
    let number = error.raw_os_error().map_or(String::new(), |number| format!(" (os error {number})"));
    Bilingual::new(error.to_string(), format!("{polish}{number}"))
}

fn not_finite(at: usize) -> Bilingual {
    both(
        format!("sample {} is not a finite number: the recording cannot be trusted", at + 1),
        format!("próbka {} nie jest liczbą skończoną: nagraniu nie można ufać", at + 1),
    )
}

fn not_scaled(at: usize, value: f32) -> Bilingual {
    both(
        format!("sample {} is {value:e}, where full scale is 1: scale the float recording to ± 1", at + 1),
        format!(
            "próbka {} wynosi {}, a pełna skala to 1: przeskaluj nagranie float do ± 1",
            at + 1,
            format!("{value:e}").replace('.', ",")
        ),
    )
}

/// The sample that begins these bytes; there are enough of them, because a frame is as long as its encoding says.
fn value(encoding: Encoding, bytes: &[u8]) -> f32 {
    let first = |n: usize| -> [u8; 4] {
        // Left-justified: the missing low bytes are zero.
        let mut word = [0; 4];
        word[4 - n..].copy_from_slice(&bytes[..n]);
        word
    };
    match encoding {
        Encoding::Unsigned => (f32::from(bytes[0]) - 128.0) / 128.0,
        Encoding::Signed(n) => i32::from_le_bytes(first(usize::from(n))) as f32 / 2f32.powi(31),
        Encoding::Float32 => f32::from_le_bytes(first(4)),
        Encoding::ALaw => g711::a_law(bytes[0]),
        Encoding::MuLaw => g711::mu_law(bytes[0]),
        Encoding::Float64 => bytes.first_chunk::<8>().map_or(f32::NAN, |eight| f64::from_le_bytes(*eight) as f32),
    }
}
