//! WAV files of any length, read where something is looked for: two hours at 48 kHz would not fit into memory.
//!
//! Knows nothing of what is measured. Short files are better read whole ([`super::wav`]), which also says what is wrong anywhere in them.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::wav::{self, WavError};
use crate::dsp::follow::Source;

/// One channel of a file on disk.
#[derive(Debug)]
pub struct WavSource {
    file: File,
    path: PathBuf,
    spec: hound::WavSpec,
    /// The header, with a sound of no length, for the reader of each piece.
    header: Vec<u8>,
    /// Byte of the first sample.
    start: u64,
    frames: usize,
    /// Bytes of one frame.
    frame: usize,
    channel: u16,
    /// What had to be mended or decided, in words.
    pub notes: Vec<String>,
}

impl WavSource {
    /// Opens one channel (1 is the first; `None`: the first, noted where there are more).
    pub fn open(path: &Path, channel: Option<u16>) -> Result<WavSource, WavError> {
        let fail = |reason: String| WavError { path: path.to_owned(), reason };
        let mut file = File::open(path).map_err(|error| fail(error.to_string()))?;
        let mut source = Header::read(&mut file).map_err(&fail)?;
        let spec = hound::WavReader::new(Cursor::new(&source.header)).map_err(|error| fail(wav::not_readable(&error)))?.spec();
        let (channel, chosen) = wav::choose_channel(&spec, channel).map_err(&fail)?;
        source.notes.extend(chosen);
        let frames = usize::try_from(source.bytes / source.frame.max(1)).map_err(|error| fail(error.to_string()))?;
        if frames == 0 {
            return Err(fail("the file holds no samples".to_owned()));
        }
        let Header { header, start, frame, notes, .. } = source;
        Ok(WavSource { file, path: path.to_owned(), spec, header, start, frames, frame: frame as usize, channel, notes })
    }

    pub fn seconds(&self) -> f64 {
        self.frames as f64 / f64::from(self.spec.sample_rate)
    }
}

impl Source for WavSource {
    type Error = WavError;

    fn rate(&self) -> f64 {
        f64::from(self.spec.sample_rate)
    }

    fn frames(&self) -> usize {
        self.frames
    }

    fn read(&mut self, frames: Range<usize>) -> Result<Vec<f32>, WavError> {
        let fail = |reason: String| WavError { path: self.path.clone(), reason };
        let wanted = frames.end.min(self.frames).saturating_sub(frames.start) * self.frame;
        let mut bytes = self.header.clone();
        let sound = bytes.len();
        bytes.resize(sound + wanted, 0);
        let at = self.start + frames.start as u64 * self.frame as u64;
        let read = self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.read_exact(&mut bytes[sound..]));
        read.map_err(|error| fail(format!("the samples break off ({error})")))?;
        wav::set_sizes(&mut bytes, sound);
        let reader = hound::WavReader::new(Cursor::new(bytes)).map_err(|error| fail(wav::not_readable(&error)))?;
        let samples = wav::one_channel(reader, self.channel, self.spec).map_err(&fail)?;
        match samples.iter().position(|x| !x.is_finite()) {
            Some(at) => Err(fail(wav::not_finite(frames.start + at))),
            None => Ok(samples),
        }
    }
}

/// What stands before the samples.
struct Header {
    header: Vec<u8>,
    start: u64,
    /// Of sound.
    bytes: u64,
    /// Of one frame.
    frame: u64,
    notes: Vec<String>,
}

impl Header {
    fn read(file: &mut File) -> Result<Header, String> {
        let broken = |error: std::io::Error| format!("not a complete WAV file ({error})");
        let length = file.metadata().map_err(broken)?.len();
        let mut riff = [0; 12];
        file.read_exact(&mut riff).map_err(|_| wav::NOT_WAV.to_owned())?;
        if &riff[..4] != b"RIFF" || &riff[8..] != b"WAVE" {
            return Err(wav::NOT_WAV.to_owned());
        }
        let mut header = riff.to_vec();
        let mut frame = 1;
        let mut at = 12u64;
        loop {
            let mut chunk = [0; 8];
            file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut chunk)).map_err(broken)?;
            let stated = u64::from(u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]));
            match &chunk[..4] {
                b"fmt " if stated <= 256 => {
                    let mut body = vec![0; stated as usize];
                    file.read_exact(&mut body).map_err(broken)?;
                    frame = body.get(12..14).map_or(1, |b| u64::from(u16::from_le_bytes([b[0], b[1]])));
                    header.extend(chunk);
                    header.extend(body);
                }
                b"data" => {
                    header.extend(b"data\0\0\0\0");
                    let there = length - (at + 8);
                    // A stated size of 0 with bytes following, or one beyond the file, was never corrected by the recorder.
                    let lies = stated > there || (stated == 0 && there > 0);
                    let notes = lies.then(|| wav::lying(stated, there)).into_iter().collect();
                    let sound = header.len();
                    wav::set_sizes(&mut header, sound);
                    return Ok(Header { header, start: at + 8, bytes: if lies { there } else { stated }, frame, notes });
                }
                _ => {}
            }
            at += 8 + stated + stated % 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every piece of a file read so is what the whole file holds there.
    #[test]
    fn pieces_are_the_whole() {
        let path = std::env::temp_dir().join(format!("hejnal-reader-{}.wav", std::process::id()));
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
