//! Real peers: the operator, as `hejnal operator`, against a softphone and a load generator that nobody here wrote.
//!
//! Each test says that it was skipped, on standard error, where Debian's `baresip-core` or `sip-tester` is not
//! installed. Must not know how the operator is made.

mod baresip;
mod calls;
mod dialogs;
mod hostility;
mod junk;
mod load;
mod modules;
mod mouth_to_ear;
mod operator;
mod secure;
mod services;
mod strangers;

use hejnal::clock::{Clock as _, RealClock, poll};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(super) use operator::Operator;

pub(super) type Error = Box<dyn std::error::Error>;

/// Whether a program is installed; if not, says so past the capture of the test harness.
fn is_there(program: &str, package: &str, test: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !found {
        let _nobody_reads = writeln!(std::io::stderr(), "SKIPPED {test}: {program} is not installed (apt-get install {package})");
    }
    found
}

/// Looks until `look` has found something; an error naming `what` if that takes longer than `seconds`.
pub(super) fn wait_for<T>(what: &str, seconds: u64, mut look: impl FnMut() -> Option<T>) -> Result<T, Error> {
    let clock = RealClock::start();
    let found = poll(&clock, clock.now() + Duration::from_secs(seconds), Duration::from_millis(10), || {
        Ok::<_, hejnal::clock::Interrupted>(look())
    })?;
    found.ok_or_else(|| format!("waited {seconds} s for {what}").into())
}

fn pause(seconds: f64) {
    let clock = RealClock::start();
    let _nobody_interrupts = clock.wait(Duration::from_secs_f64(seconds));
}

/// A directory of its own for a test, empty at the start.
fn scratch(name: &str) -> Result<PathBuf, Error> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Samples of a mono WAV file, full scale ± 1.
fn samples(file: &Path) -> Result<Vec<f32>, Error> {
    let reader = hound::WavReader::open(file)?;
    reader.into_samples::<i16>().map(|s| Ok(f32::from(s?) / 32768.0)).collect()
}

/// The share of a tone's power in all power, and the RMS level in dB of full scale; over what is left after `skip`
/// seconds. In blocks of 50 ms, the median of those that are not silent: a jitter buffer may slip.
fn tone(samples: &[f32], rate: f64, hz: f64, skip: f64) -> (f64, f64) {
    let part = samples.get((rate * skip) as usize..).unwrap_or_default();
    let mut blocks: Vec<(f64, f64)> = part.chunks((rate / 20.0) as usize).map(|block| share(block, rate, hz)).collect();
    blocks.retain(|(_, level)| *level > -40.0);
    blocks.sort_by(|a, b| a.0.total_cmp(&b.0));
    blocks.get(blocks.len() / 2).copied().unwrap_or((0.0, -120.0))
}

fn share(part: &[f32], rate: f64, hz: f64) -> (f64, f64) {
    let (mut re, mut im, mut power) = (0.0, 0.0, 0.0);
    for (n, sample) in part.iter().enumerate() {
        let phase = std::f64::consts::TAU * hz * n as f64 / rate;
        let sample = f64::from(*sample);
        re += sample * phase.cos();
        im += sample * phase.sin();
        power += sample * sample;
    }
    let n = part.len().max(1) as f64;
    ((re * re + im * im) * 2.0 / n / power.max(1e-9), 10.0 * (power / n).max(1e-12).log10())
}
