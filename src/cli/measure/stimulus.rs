//! `hejnal stimulus`: test sounds as WAV files.

use std::path::PathBuf;
use std::process::ExitCode;

use super::wav;
use crate::dsp::{stimulus, stipa};
use crate::fault::exit;

/// Write a test sound as a WAV file (mono, 16 bits)
#[derive(Debug, clap::Args)]
pub struct StimulusArgs {
    /// What kind of sound
    kind: Kind,
    /// Where to write it
    out: PathBuf,
    /// Seed of the random parts: the same seed gives the same sound, at every rate
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Length in seconds [default: what the kind usually needs]
    #[arg(long)]
    seconds: Option<f64>,
    /// Samples per second
    #[arg(long, default_value_t = 48_000)]
    rate: u32,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Kind {
    /// Composite-source burst for delay, 500 to 3000 Hz
    Burst,
    /// A fresh burst every second, for `measure track`
    Bursts,
    /// STIPA test signal (IEC 60268-16:2020)
    Stipa,
    /// Stationary noise with the spectrum of speech
    SpeechNoise,
    /// Linear sweep, 100 Hz to the edge of the band
    Chirp,
    /// Exponential sweep, 100 Hz to the edge of the band
    Sweep,
    /// Steady tone of 1 kHz
    Tone,
}

/// Writes the sound. Exit code 0, or 3 where the file cannot be written or the request makes no sense.
pub fn run_stimulus(args: &StimulusArgs) -> ExitCode {
    let result = compose(args).and_then(|samples| wav::write(&args.out, &samples, args.rate).map_err(|e| e.to_string()));
    match result {
        Ok(()) => ExitCode::from(exit::ACCEPTED),
        Err(reason) => {
            eprintln!("hejnal stimulus: {reason}");
            ExitCode::from(exit::BENCH)
        }
    }
}

/// A sound as it is usually wanted.
pub fn usual(kind: Kind, rate: u32) -> Result<Vec<f32>, String> {
    compose(&StimulusArgs { kind, out: PathBuf::new(), seed: 1, seconds: None, rate })
}

fn compose(args: &StimulusArgs) -> Result<Vec<f32>, String> {
    let (seed, rate) = (args.seed, args.rate);
    let usual = match args.kind {
        Kind::Burst | Kind::Tone => 1.0,
        Kind::Bursts => 30.0,
        Kind::Stipa => 20.0,
        Kind::SpeechNoise | Kind::Chirp | Kind::Sweep => 10.0,
    };
    let seconds = args.seconds.unwrap_or(usual);
    if !(8_000..=96_000).contains(&rate) {
        return Err(format!("--rate {rate}: 8000 to 96000 are accepted"));
    }
    if !(0.05..=3600.0).contains(&seconds) {
        return Err(format!("--seconds {seconds}: 0.05 to 3600 are accepted"));
    }
    let top = 0.45 * f64::from(rate);
    Ok(match args.kind {
        Kind::Burst => stimulus::burst(seed, rate, seconds),
        Kind::Bursts => (0..seconds.ceil() as u64).flat_map(|k| stimulus::burst(seed.wrapping_add(k), rate, 1.0)).collect(),
        Kind::Stipa => stipa::test_signal(seed, rate, seconds),
        Kind::SpeechNoise => stimulus::speech_noise(seed, rate, seconds),
        Kind::Chirp => stimulus::chirp(stimulus::Sweep::Linear, rate, seconds, 100.0, top),
        Kind::Sweep => stimulus::chirp(stimulus::Sweep::Exponential, rate, seconds, 100.0, top),
        Kind::Tone => stimulus::tone(rate, seconds, 1000.0, 0.01),
    })
}
