//! A WAV file, or what calls itself one: samples are finite, and no more than the file has bytes.

use hejnal::wav::read;

pub fn run(data: &[u8]) {
    let file = std::env::temp_dir().join(format!("hejnal-fuzz-{}.wav", std::process::id()));
    std::fs::write(&file, data).expect("a place to write");
    for channel in [None, Some(2)] {
        if let Ok(recording) = read(&file, channel) {
            assert!(recording.samples.iter().all(|sample| sample.is_finite()) && recording.seconds() >= 0.0);
            assert!(recording.samples.len() <= data.len(), "more samples than bytes");
        }
    }
    std::fs::remove_file(&file).expect("written before");
}
