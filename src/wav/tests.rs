//! Every usual format, every usual lie of a header, and arbitrary damage.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;

fn decode_all(bytes: Vec<u8>, channel: Option<u16>) -> Result<Recording, String> {
    let len = bytes.len() as u64;
    decode(&mut Cursor::new(bytes), len, Part { channel, ..Part::default() }).map_err(|reason| reason.en)
}

/// Chunks of a RIFF file, sizes true.
fn riff(kind: &[u8; 4], chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut bytes = [kind.as_slice(), &[0; 4], b"WAVE"].concat();
    for (id, body) in chunks {
        bytes.extend([id.as_slice(), &(body.len() as u32).to_le_bytes(), body].concat());
        bytes.resize(bytes.len().next_multiple_of(2), 0);
    }
    let size = (bytes.len() - 8) as u32;
    bytes[4..8].copy_from_slice(&size.to_le_bytes());
    bytes
}

fn format(tag: u16, channels: u16, rate: u32, align: u16, bits: u16) -> Vec<u8> {
    let fields = [&tag.to_le_bytes()[..], &channels.to_le_bytes(), &rate.to_le_bytes(), &(rate * u32::from(align)).to_le_bytes()];
    [fields.concat(), align.to_le_bytes().to_vec(), bits.to_le_bytes().to_vec()].concat()
}

/// One sample of 0.5 or −0.25, divided by the channel's number.
fn sample(tag: u16, bytes: u16, value: f64) -> Vec<u8> {
    match (tag, bytes) {
        (3, 4) => (value as f32).to_le_bytes().to_vec(),
        (3, _) => value.to_le_bytes().to_vec(),
        (_, 1) => vec![(value * 128.0 + 128.0) as u8],
        (_, n) => ((value * 2f64.powi(31)) as i32).to_le_bytes()[4 - usize::from(n)..].to_vec(),
    }
}

fn sound(tag: u16, bytes: u16, channels: u16, frames: usize) -> Vec<u8> {
    let value = |frame: usize, channel: u16| if frame.is_multiple_of(2) { 0.5 } else { -0.25 } / f64::from(channel + 1);
    (0..frames).flat_map(|frame| (0..channels).flat_map(move |channel| sample(tag, bytes, value(frame, channel)))).collect()
}

fn file(tag: u16, bytes: u16, channels: u16, rate: u32, frames: usize) -> Vec<u8> {
    riff(
        b"RIFF",
        &[(b"fmt ", format(tag, channels, rate, channels * bytes, 8 * bytes)), (b"data", sound(tag, bytes, channels, frames))],
    )
}

fn check(bytes: Vec<u8>, channels: u16, rate: u32) {
    let recording = decode_all(bytes, Some(channels)).unwrap();
    assert_eq!((recording.rate, recording.samples.len(), recording.notes.len()), (rate, 100, 0));
    assert!((recording.samples[0] - 0.5 / f32::from(channels)).abs() < 0.01 && recording.samples[99] < 0.0, "{recording:?}");
    assert!((recording.samples[1] + 0.25 / f32::from(channels)).abs() < 0.01);
}

#[test]
fn every_usual_format_reads_the_same() {
    for (tag, bytes) in [(1, 1), (1, 2), (1, 3), (1, 4), (3, 4), (3, 8)] {
        for (channels, rate) in [(1, 8000), (2, 44_100), (8, 96_000)] {
            check(file(tag, bytes, channels, rate, 100), channels, rate);
            let mut extensible = format(0xFFFE, channels, rate, channels * bytes, 8 * bytes);
            let guid = [tag.to_le_bytes().as_slice(), b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"].concat();
            extensible.extend([&22u16.to_le_bytes()[..], &(8 * bytes).to_le_bytes(), &[0; 4], &guid].concat());
            let chunks = [(b"fmt ", extensible), (b"LIST", vec![1; 5]), (b"data", sound(tag, bytes, channels, 100))];
            check(riff(b"RIFF", &chunks), channels, rate);
            let size = (100 * channels * bytes) as u64;
            let sizes = [&[0; 8][..], &size.to_le_bytes(), &100u64.to_le_bytes(), &[0; 4]].concat();
            let mut large = riff(
                b"RF64",
                &[
                    (b"ds64", sizes),
                    (b"fmt ", format(tag, channels, rate, channels * bytes, 8 * bytes)),
                    (b"data", sound(tag, bytes, channels, 100)),
                ],
            );
            let at = size_at(&large);
            large[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
            check(large, channels, rate);
        }
    }
}

/// What hound writes, and what this file itself writes, is read back.
#[test]
fn two_channels_are_written_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("two.wav");
    write_channels(&path, &[&[0.5, -1.0, 1.0], &[0.25, 0.0, -0.25]], 8000).unwrap();
    let second = read(&path, Some(2)).unwrap();
    assert_eq!(
        (read(&path, Some(1)).unwrap().samples, second.samples),
        (vec![0.5, -1.0, 32767.0 / 32768.0], vec![0.25, 0.0, -0.25])
    );
    let part = Part { from_s: 1.0 / 8000.0, seconds: Some(1.0 / 8000.0), channel: Some(2), ..Part::default() };
    assert_eq!(read_part(&path, part).unwrap().samples, [0.0]);
    let long = read_part(&path, Part { most: 2, channel: Some(1), ..Part::default() }).unwrap_err();
    assert!(long.to_string().contains("--seconds") && long.show(Lang::Pl).contains("naraz"), "{long}");
    let late = read_part(&path, Part { from_s: 1.0, channel: Some(1), ..Part::default() }).unwrap_err();
    assert!(late.to_string().contains("nothing is left"), "{late}");
}

/// Position of the stated size of the data chunk.
fn size_at(bytes: &[u8]) -> usize {
    bytes.windows(4).position(|w| w == b"data").unwrap() + 4
}

#[test]
fn lying_sizes_are_mended_and_noted() {
    let whole = file(1, 2, 1, 8000, 100);
    for stated in [0u32, u32::MAX, 5000] {
        let mut bytes = whole.clone();
        let at = size_at(&bytes);
        bytes[at..at + 4].copy_from_slice(&stated.to_le_bytes());
        bytes[4..8].copy_from_slice(&7u32.to_le_bytes());
        let recording = decode_all(bytes, None).unwrap();
        assert_eq!((recording.samples.len(), recording.notes.len()), (100, 1), "stated {stated}");
    }
    let mut cut = whole.clone();
    cut.truncate(whole.len() - 21);
    let recording = decode_all(cut, None).unwrap();
    assert_eq!((recording.samples.len(), recording.notes.len()), (89, 1));
    // A size of 0 is the truth where other chunks follow.
    let empty = riff(b"RIFF", &[(b"fmt ", format(1, 1, 8000, 2, 16)), (b"data", Vec::new()), (b"LIST", vec![0; 8])]);
    assert!(decode_all(empty, None).unwrap_err().contains("no samples"));
}

#[test]
fn useless_files_are_refused_in_words() {
    let refused = |bytes: Vec<u8>, words: &str| {
        let reason = decode_all(bytes, None).unwrap_err();
        assert!(reason.contains(words), "{words:?}: {reason}");
    };
    assert!(decode_all(file(1, 2, 2, 8000, 10), Some(3)).unwrap_err().contains("no channel 3"));
    assert!(decode_all(file(1, 2, 2, 8000, 10), Some(0)).unwrap_err().contains("no channel 0"));
    assert!(decode_all(file(1, 2, 2, 8000, 10), None).unwrap().notes[0].en.contains("channel 1 of 2"));
    let with = |format: Vec<u8>| riff(b"RIFF", &[(b"fmt ", format), (b"data", vec![0; 64])]);
    refused(with(format(1, 1, 4000, 2, 16)), "8 to 96 kHz");
    refused(with(format(1, 1, 0, 2, 16)), "a rate of 0 Hz");
    refused(with(format(1, 9, 8000, 18, 16)), "9 channels");
    refused(with(format(1, 0, 8000, 2, 16)), "0 channels");
    refused(with(format(1, 2, 8000, 3, 16)), "contradicts itself");
    refused(with(format(1, 1, 8000, 0, 16)), "contradicts itself");
    refused(with(format(0x31, 1, 8000, 65, 0)), "(GSM 6.10)");
    refused(with(format(1, 1, 8000, 1, 1)), "1-bit samples");
    refused(with(format(1, 1, 8000, 8, 64)), "not supported");
    refused(with(vec![1, 0]), "cut off");
    refused(file(1, 2, 1, 8000, 0), "no samples");
    refused(riff(b"RIFF", &[(b"data", vec![0; 64])]), "before its format");
    refused(riff(b"RIFF", &[(b"fmt ", format(1, 1, 8000, 2, 16))]), "no sound data");
    refused(b"fLaC\0\0\0\x22and so on".to_vec(), "this is FLAC");
    refused(b"RIFX\0\0\0\0WAVE".to_vec(), "this is RIFX");
    refused(b".snd\0\0\0\x18\0\0\0\x00\0\0\0\x03".to_vec(), "this is AU");
    refused(b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb".to_vec(), "this is Wave64");
    refused(b"\xff\xfb\x90\x64\0\0\0\0\0\0\0\0".to_vec(), "this is MP3");
    refused(b"\xff\xf1\x50\x80\0\0\0\0\0\0\0\0".to_vec(), "this is AAC");
    refused(b"\0\0\0\x18ftypM4A ".to_vec(), "this is MP4");
    refused(Vec::new(), "not a WAV file");
    refused(b"RIFF....WAVE".to_vec(), "no sound data");
    let mut bytes = file(3, 4, 1, 8000, 10);
    let at = bytes.len() - 4;
    bytes[at..].copy_from_slice(&f32::NAN.to_le_bytes());
    refused(bytes.clone(), "sample 10 is not a finite number");
    bytes[at..].copy_from_slice(&20_000f32.to_le_bytes());
    refused(bytes, "full scale is 1");
}

/// What recorders of telephony write: a byte a sample, by either law.
#[test]
fn logarithmic_samples_are_taken() {
    use audio_codec::{CodecType, create_encoder};
    let wave: Vec<i16> = (0..800).map(|n| (12_000.0 * (f64::from(n) * 0.3).sin()) as i16).collect();
    for (tag, law) in [(6, CodecType::PCMA), (7, CodecType::PCMU)] {
        let bytes = create_encoder(law).encode(&wave);
        let plain = riff(b"RIFF", &[(b"fmt ", format(tag, 1, 8000, 1, 8)), (b"data", bytes.clone())]);
        // Recorders add the size of an empty extension, and the number of samples.
        let longer = [format(tag, 1, 8000, 1, 8), vec![0, 0]].concat();
        let usual = riff(b"RIFF", &[(b"fmt ", longer), (b"fact", 800u32.to_le_bytes().to_vec()), (b"data", bytes)]);
        for file in [plain, usual] {
            let recording = decode_all(file, None).unwrap();
            assert_eq!((recording.samples.len(), recording.notes.len()), (800, 0));
            for (found, sent) in recording.samples.iter().zip(&wave) {
                let sent = f32::from(*sent) / 32768.0;
                assert!((found - sent).abs() <= 0.04 * sent.abs() + 0.001, "tag {tag}: {found} for {sent}");
            }
        }
    }
}

#[test]
fn a_second_chunk_of_sound_is_left_out_and_noted() {
    let sound = |value: u8| vec![value; 160];
    let chunks = [(b"fmt ", format(1, 1, 8000, 2, 16)), (b"data", sound(1)), (b"LIST", vec![0; 6]), (b"data", sound(2))];
    let recording = decode_all(riff(b"RIFF", &chunks), None).unwrap();
    assert_eq!(recording.samples.len(), 80);
    assert!(recording.notes.len() == 1 && recording.notes[0].en.contains("second data chunk"), "{:?}", recording.notes);
}

#[test]
fn a_pipe_is_not_waited_for() {
    let reason = read(Path::new("/dev/zero"), None).unwrap_err();
    assert!(reason.to_string().contains("not a regular file"), "{reason}");
}

proptest! {
    /// Whatever a header says: no panic, and never more samples than there are bytes for.
    #[test]
    fn a_mutated_header_is_read_or_refused(
        format in prop::sample::select(vec![(1u16, 1u16), (1, 2), (1, 3), (1, 4), (3, 4), (3, 8)]), channels in 1u16..9,
        changes in prop::collection::vec((0usize..80, any::<u8>()), 0..8), cut in 0usize..400,
        words in prop::collection::vec((0usize..76, prop::sample::select(vec![0u32, 1, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFE, u32::MAX])), 0..3),
    ) {
        let mut bytes = file(format.0, format.1, channels, 8000, 20);
        for (at, value) in changes {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
        for (at, word) in words {
            if let Some(four) = bytes.get_mut(at..at + 4) {
                four.copy_from_slice(&word.to_le_bytes());
            }
        }
        bytes.truncate(bytes.len().saturating_sub(cut.saturating_sub(200)));
        let len = bytes.len();
        if let Ok(recording) = decode_all(bytes, Some(1)) {
            prop_assert!(!recording.samples.is_empty() && recording.samples.len() <= len);
            prop_assert!(recording.samples.iter().all(|x| x.is_finite()) && (8_000..=96_000).contains(&recording.rate));
        }
    }
}
