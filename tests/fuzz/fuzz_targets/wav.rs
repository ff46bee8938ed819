//! A WAV file, or what calls itself one: samples are finite and within reason.
#![no_main]

#[path = "../../../src/cli/measure/wav.rs"]
#[allow(dead_code)]
mod wav;

// The file under test names them as parts of its own crate.
use hejnal::dsp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    for channel in [None, Some(2)] {
        if let Ok(recording) = wav::decode(data.to_vec(), channel) {
            assert!(recording.samples.iter().all(|sample| sample.is_finite()) && recording.seconds() >= 0.0);
            assert!(recording.samples.len() <= data.len(), "more samples than bytes");
            let _signal: dsp::delay::Signal<'_> = recording.signal();
        }
    }
});
