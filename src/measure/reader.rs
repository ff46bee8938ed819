//! WAV files of any length, read where something is looked for: two hours at 48 kHz would not fit into memory.
//!
//! Short files are better read whole ([`crate::wav`]), which also says what is wrong anywhere in them.

use std::ops::Range;
use std::path::Path;

use crate::dsp::streaming_delay::Source;
use crate::unit::Bilingual;
use crate::wav::{self, OpenWav, WavError};

/// One channel of a file on disk.
#[derive(Debug)]
pub struct WavSource {
    file: OpenWav,
    /// What had to be mended or decided, in words.
    pub notes: Vec<Bilingual>,
}

impl WavSource {
    /// Opens one channel (1 is the first; `None`: the first, noted where there are more).
    pub fn open(path: &Path, channel: Option<u16>) -> Result<WavSource, WavError> {
        let file = wav::open(path, channel)?;
        let notes = file.notes().to_vec();
        Ok(WavSource { file, notes })
    }

    pub fn seconds(&self) -> f64 {
        self.frames() as f64 / self.rate()
    }
}

impl Source for WavSource {
    type Error = WavError;

    fn rate(&self) -> f64 {
        self.file.rate()
    }

    fn frames(&self) -> usize {
        self.file.frames()
    }

    fn read(&mut self, frames: Range<usize>) -> Result<Vec<f32>, WavError> {
        self.file.read(frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every piece of a file read so is what the whole file holds there.
    #[test]
    fn pieces_are_the_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        for (bits, channels) in [(8, 1), (16, 1), (16, 2), (24, 3), (32, 2)] {
            let spec =
                hound::WavSpec { channels, sample_rate: 8000, bits_per_sample: bits, sample_format: hound::SampleFormat::Int };
            let mut writer = hound::WavWriter::create(&path, spec).unwrap();
            (0..1000i32 * i32::from(channels)).for_each(|n| writer.write_sample(n * 7919 % 127).unwrap());
            writer.finalize().unwrap();
            for channel in 1..=channels {
                let whole = wav::read(&path, Some(channel)).unwrap();
                let mut source = WavSource::open(&path, Some(channel)).unwrap();
                assert_eq!((source.frames(), source.rate(), source.seconds()), (1000, 8000.0, 0.125));
                for range in [0..1000, 0..1, 400..777, 999..1000, 500..500] {
                    assert_eq!(source.read(range.clone()).unwrap(), whole.samples[range], "{bits} bits, {channels} channels");
                }
            }
            assert!(WavSource::open(&path, Some(channels + 1)).unwrap_err().to_string().contains("no channel"));
        }
        let mut bytes = std::fs::read(&path).unwrap();
        let at = bytes.windows(4).position(|w| w == b"data").unwrap() + 4;
        for stated in [0u32, u32::MAX] {
            bytes[at..at + 4].copy_from_slice(&stated.to_le_bytes());
            std::fs::write(&path, &bytes).unwrap();
            let mut source = WavSource::open(&path, Some(1)).unwrap();
            assert_eq!((source.frames(), source.notes.len(), source.read(990..1000).unwrap().len()), (1000, 1, 10));
        }
        for bad in [&b""[..], b"RIFF....WAVE", b"not a sound at all", &bytes[..30], &bytes[..at + 4]] {
            std::fs::write(&path, bad).unwrap();
            assert!(WavSource::open(&path, None).is_err());
        }
        std::fs::remove_file(&path).unwrap();
        assert!(WavSource::open(&path, None).is_err());
    }
}
