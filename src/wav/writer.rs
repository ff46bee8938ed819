//! 16-bit PCM with nothing but rounding to the nearest value: the one scaling by which the house writes sound.

use std::fs::File;
use std::io::{BufWriter, Cursor, Seek, Write};
use std::path::{Path, PathBuf};

use super::header::both;
use super::{WavError, in_words};
use crate::unit::Bilingual;

/// A sample (full scale ± 1) as 16 bits hold it: what is beyond is clipped, what is no number is silence.
pub fn to_16_bits(sample: f32) -> i16 {
    // A cast of what is not a number gives zero.
    (sample * 32768.0).round().clamp(-32768.0, 32767.0) as i16
}

fn spec(channels: u16, rate: u32) -> hound::WavSpec {
    hound::WavSpec { channels, sample_rate: rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int }
}

fn reason(error: hound::Error) -> Bilingual {
    match error {
        hound::Error::IoError(error) => in_words(&error),
        other => both(other.to_string(), format!("nie da się zapisać pliku WAV ({other})")),
    }
}

/// A file that grows; readable after every [`Writer::flush`].
pub struct Writer {
    file: hound::WavWriter<BufWriter<File>>,
    path: PathBuf,
}

impl Writer {
    pub fn create(path: &Path, channels: u16, rate: u32) -> Result<Writer, WavError> {
        let file = hound::WavWriter::create(path, spec(channels, rate));
        let file = file.map_err(|error| WavError { path: path.to_owned(), reason: reason(error) })?;
        Ok(Writer { file, path: path.to_owned() })
    }

    /// The next samples, channel by channel within each frame.
    pub fn push(&mut self, samples: impl IntoIterator<Item = f32>) -> Result<(), WavError> {
        let written = push(&mut self.file, samples);
        written.map_err(|error| self.failed(error))
    }

    pub fn flush(&mut self) -> Result<(), WavError> {
        let flushed = self.file.flush();
        flushed.map_err(|error| self.failed(error))
    }

    pub fn finish(self) -> Result<(), WavError> {
        let path = self.path;
        self.file.finalize().map_err(|error| WavError { path, reason: reason(error) })
    }

    fn failed(&self, error: hound::Error) -> WavError {
        WavError { path: self.path.clone(), reason: reason(error) }
    }
}

fn push<W: Write + Seek>(file: &mut hound::WavWriter<W>, samples: impl IntoIterator<Item = f32>) -> Result<(), hound::Error> {
    samples.into_iter().try_for_each(|sample| file.write_sample(to_16_bits(sample)))
}

/// Writes one channel.
pub fn write(path: &Path, samples: &[f32], rate: u32) -> Result<(), WavError> {
    write_channels(path, &[samples], rate)
}

/// As [`write`], one channel a slice; the shortest ends the file.
pub fn write_channels(path: &Path, channels: &[&[f32]], rate: u32) -> Result<(), WavError> {
    let mut writer = Writer::create(path, u16::try_from(channels.len()).unwrap_or(u16::MAX), rate)?;
    let frames = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
    writer.push((0..frames).flat_map(|frame| channels.iter().map(move |channel| channel[frame])))?;
    writer.finish()
}

/// The bytes of a file of one channel.
pub fn encode(samples: &[f32], rate: u32) -> Result<Vec<u8>, Bilingual> {
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec(1, rate)).map_err(reason)?;
    push(&mut writer, samples.iter().copied()).and_then(|()| writer.finalize()).map_err(reason)?;
    Ok(bytes.into_inner())
}
