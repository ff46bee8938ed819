//! Reading and writing WAV files: mono samples of one channel, full scale ± 1, from whatever a recorder left behind.
//!
//! Knows nothing of what is measured. Every defect of a file is either mended and noted, or an error that names the file and the way out.

use std::fmt;
use std::path::{Path, PathBuf};

/// Sample rates that are accepted, hertz.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=96_000;
const MOST_CHANNELS: u16 = 8;
pub(super) const NOT_WAV: &str = "not a WAV file: it does not begin with RIFF … WAVE";

/// One channel of a file.
#[derive(Debug, Clone)]
pub struct Recording {
    pub samples: Vec<f32>,
    pub rate: u32,
    /// What had to be mended or decided, in words.
    pub notes: Vec<String>,
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct WavError {
    pub path: PathBuf,
    pub reason: String,
}

impl Recording {
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate)
    }

    pub fn signal(&self) -> crate::dsp::delay::Signal<'_> {
        crate::dsp::delay::Signal::new(&self.samples, f64::from(self.rate))
    }
}

/// Reads one channel (1 is the first; `None`: the first, noted where there are more).
pub fn read(path: &Path, channel: Option<u16>) -> Result<Recording, WavError> {
    let fail = |reason: &dyn fmt::Display| WavError { path: path.to_owned(), reason: reason.to_string() };
    let bytes = std::fs::read(path).map_err(|error| fail(&error))?;
    decode(bytes, channel).map_err(|reason| fail(&reason))
}

/// As [`read`], from the file's bytes.
pub fn decode(mut bytes: Vec<u8>, channel: Option<u16>) -> Result<Recording, String> {
    let mut notes: Vec<String> = mend_sizes(&mut bytes)?.into_iter().collect();
    let reader = hound::WavReader::new(std::io::Cursor::new(bytes)).map_err(|error| not_readable(&error))?;
    let spec = reader.spec();
    let (wanted, chosen) = choose_channel(&spec, channel)?;
    notes.extend(chosen);
    let samples = one_channel(reader, wanted, spec)?;
    if samples.is_empty() {
        return Err("the file holds no samples".to_owned());
    }
    if let Some(at) = samples.iter().position(|x| !x.is_finite()) {
        return Err(not_finite(at));
    }
    Ok(Recording { samples, rate: spec.sample_rate, notes })
}

/// The index of the wanted channel in a file that can be measured, and what was decided, in words.
pub(super) fn choose_channel(spec: &hound::WavSpec, channel: Option<u16>) -> Result<(u16, Option<String>), String> {
    if !RATES.contains(&spec.sample_rate) {
        return Err(format!("a rate of {} Hz is outside 8 to 96 kHz", spec.sample_rate));
    }
    if spec.channels == 0 || spec.channels > MOST_CHANNELS {
        return Err(format!("{} channels: 1 to {MOST_CHANNELS} are accepted", spec.channels));
    }
    let wanted = channel.unwrap_or(1);
    if wanted == 0 || wanted > spec.channels {
        return Err(format!("there is no channel {wanted}: the file has {}", spec.channels));
    }
    let chosen = (channel.is_none() && spec.channels > 1)
        .then(|| format!("channel 1 of {} taken (choose another with --channel)", spec.channels));
    Ok((wanted - 1, chosen))
}

/// `at` is the index of the offending sample.
pub(super) fn not_finite(at: usize) -> String {
    format!("sample {} is not a finite number: the recording cannot be trusted", at + 1)
}

pub(super) fn not_readable(error: &hound::Error) -> String {
    match error {
        hound::Error::Unsupported => {
            "this WAV encoding is not supported: convert it to PCM of 8, 16, 24 or 32 bits, or to 32-bit float".to_owned()
        }
        other => format!("not a readable WAV file ({other})"),
    }
}

pub(super) fn one_channel(
    reader: hound::WavReader<std::io::Cursor<Vec<u8>>>,
    index: u16,
    spec: hound::WavSpec,
) -> Result<Vec<f32>, String> {
    let (skip, step) = (usize::from(index), usize::from(spec.channels));
    let broken = |error: hound::Error| format!("the samples break off ({error})");
    match spec.sample_format {
        hound::SampleFormat::Float => {
            reader.into_samples::<f32>().skip(skip).step_by(step).collect::<Result<_, _>>().map_err(broken)
        }
        hound::SampleFormat::Int => {
            let scale = (1i64 << (spec.bits_per_sample.clamp(1, 32) - 1)) as f32;
            let samples = reader.into_samples::<i32>().skip(skip).step_by(step);
            samples.map(|x| x.map(|x| x as f32 / scale)).collect::<Result<_, _>>().map_err(broken)
        }
    }
}

/// Makes the sizes stated in the headers agree with the bytes that are there: recorders that were stopped by a power cut leave 0, 2³² − 1 or
/// the intended size. Returns what was mended.
fn mend_sizes(bytes: &mut Vec<u8>) -> Result<Option<String>, String> {
    if bytes.len() < 12 || bytes.get(..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        return Err(NOT_WAV.to_owned());
    }
    let mut block_align = 1usize;
    let mut at = 12;
    while let Some(header) = bytes.get(at..at + 8) {
        let id = [header[0], header[1], header[2], header[3]];
        let stated = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        let body = at + 8;
        if &id == b"fmt " {
            block_align = bytes.get(body + 12..body + 14).map_or(1, |b| usize::from(u16::from_le_bytes([b[0], b[1]]))).max(1);
        }
        if &id == b"data" {
            return mend_data(bytes, body, stated, block_align);
        }
        at = body.saturating_add(stated).saturating_add(stated % 2);
    }
    Err("not a complete WAV file: it has no sound data".to_owned())
}

fn mend_data(bytes: &mut Vec<u8>, body: usize, stated: usize, block_align: usize) -> Result<Option<String>, String> {
    let there = bytes.len() - body;
    // A stated size of 0 with bytes following, or one beyond the file, was never corrected by the recorder.
    let lies = stated > there || (stated == 0 && there > block_align);
    let kept = if lies { there } else { stated };
    let whole = kept - kept % block_align;
    if u32::try_from(body + whole).is_err() {
        return Err("the file is larger than 4 GiB".to_owned());
    }
    bytes.truncate(body + whole);
    set_sizes(bytes, body);
    Ok((lies || whole != stated).then(|| lying(stated as u64, whole as u64)))
}

/// States the true sizes of a file whose sound begins at `body` and ends with it. The file is no longer than its 32-bit sizes can say.
pub(super) fn set_sizes(bytes: &mut [u8], body: usize) {
    let sizes = [(body - 4, bytes.len() - body), (4, bytes.len() - 8)];
    for (at, size) in sizes {
        bytes[at..at + 4].copy_from_slice(&(size as u32).to_le_bytes());
    }
}

/// What is said of a header that states another size than is there.
pub(super) fn lying(stated: u64, used: u64) -> String {
    format!("the header states {stated} bytes of sound, {used} are there and were used")
}

/// Writes mono 16-bit PCM with nothing but rounding to the nearest value.
pub fn write(path: &Path, samples: &[f32], rate: u32) -> Result<(), WavError> {
    let fail = |error: hound::Error| WavError { path: path.to_owned(), reason: error.to_string() };
    let spec = hound::WavSpec { channels: 1, sample_rate: rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(path, spec).map_err(fail)?;
    for x in samples {
        writer.write_sample((x * 32768.0).round().clamp(-32768.0, 32767.0) as i16).map_err(fail)?;
    }
    writer.finalize().map_err(fail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bits: u16, format: hound::SampleFormat, channels: u16, rate: u32, frames: usize) -> Vec<u8> {
        let spec = hound::WavSpec { channels, sample_rate: rate, bits_per_sample: bits, sample_format: format };
        let mut bytes = std::io::Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
        for frame in 0..frames {
            for channel in 0..channels {
                let value = if frame % 2 == 0 { 0.5 } else { -0.25 } / f32::from(channel + 1);
                match format {
                    hound::SampleFormat::Float => writer.write_sample(value).unwrap(),
                    hound::SampleFormat::Int => writer.write_sample((value * (1i64 << (bits - 1)) as f32) as i32).unwrap(),
                }
            }
        }
        writer.finalize().unwrap();
        bytes.into_inner()
    }

    #[test]
    fn every_usual_format_reads_the_same() {
        use hound::SampleFormat::{Float, Int};
        for (bits, format) in [(8, Int), (16, Int), (24, Int), (32, Int), (32, Float)] {
            for (channels, rate) in [(1, 8000), (2, 44_100), (8, 96_000)] {
                let recording = decode(file(bits, format, channels, rate, 100), Some(channels)).unwrap();
                assert_eq!((recording.rate, recording.samples.len()), (rate, 100));
                assert!((recording.samples[0] - 0.5 / f32::from(channels)).abs() < 0.01, "{bits} bits, {channels} channels");
                assert!((recording.samples[1] + 0.25 / f32::from(channels)).abs() < 0.01);
            }
        }
    }

    /// Position of the stated size of the data chunk.
    fn size_at(bytes: &[u8]) -> usize {
        bytes.windows(4).position(|w| w == b"data").unwrap() + 4
    }

    #[test]
    fn lying_sizes_are_mended_and_noted() {
        let whole = file(16, hound::SampleFormat::Int, 1, 8000, 100);
        for stated in [0u32, u32::MAX, 5000] {
            let mut bytes = whole.clone();
            let at = size_at(&bytes);
            bytes[at..at + 4].copy_from_slice(&stated.to_le_bytes());
            bytes[4..8].copy_from_slice(&7u32.to_le_bytes());
            let recording = decode(bytes, None).unwrap();
            assert_eq!((recording.samples.len(), recording.notes.len()), (100, 1), "stated {stated}");
        }
        let mut cut = whole.clone();
        cut.truncate(whole.len() - 21);
        let recording = decode(cut, None).unwrap();
        assert_eq!((recording.samples.len(), recording.notes.len()), (89, 1));
    }

    #[test]
    fn useless_files_are_refused_in_words() {
        let good = || file(16, hound::SampleFormat::Int, 2, 8000, 10);
        assert!(decode(good(), Some(3)).unwrap_err().contains("no channel 3"));
        assert!(decode(good(), Some(0)).unwrap_err().contains("no channel 0"));
        assert!(decode(good(), None).unwrap().notes[0].contains("channel 1 of 2"));
        assert!(decode(file(16, hound::SampleFormat::Int, 1, 4000, 10), None).unwrap_err().contains("8 to 96 kHz"));
        assert!(decode(file(16, hound::SampleFormat::Int, 9, 8000, 10), None).unwrap_err().contains("9 channels"));
        assert!(decode(file(16, hound::SampleFormat::Int, 1, 8000, 0), None).unwrap_err().contains("no samples"));
        assert!(decode(Vec::new(), None).is_err() && decode(b"RIFF....WAVE".to_vec(), None).is_err());
        let mut not_a_number = file(32, hound::SampleFormat::Float, 1, 8000, 10);
        let at = not_a_number.len() - 4;
        not_a_number[at..].copy_from_slice(&f32::NAN.to_le_bytes());
        assert!(decode(not_a_number, None).unwrap_err().contains("sample 10"));
    }

    #[test]
    fn damaged_files_never_panic() {
        let mut random = crate::dsp::stimulus::Random::new(1);
        for _ in 0..3000 {
            let mut bytes = file(16, hound::SampleFormat::Int, 2, 8000, 20);
            for _ in 0..1 + random.next_u64() % 6 {
                let at = (random.next_u64() % 60) as usize;
                bytes[at] = random.next_u64() as u8;
            }
            bytes.truncate((random.next_u64() % (bytes.len() as u64 + 1)) as usize);
            let _ = decode(bytes, Some(1));
        }
    }
}
