//! The settings of single measurements: what was typed, checked, and the files that it names read.

use super::files::{OutputArgs, PairArgs};
use crate::dsp::gaps::Rule;
use crate::dsp::level;
use crate::measure::{Calibration, Failure, Finding, codec_ceiling, stated};
use crate::unit::Bilingual;
use crate::wav;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct TrackArgs {
    #[command(flatten)]
    pub pair: PairArgs,
    /// Length of each stretch of the reference, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0)]
    window: f64,
    /// How far the delay may wander from one stretch to the next, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 0.25)]
    reach: f64,
}

impl TrackArgs {
    pub fn find(&self) -> Result<Finding, Failure> {
        if !(0.1..=60.0).contains(&self.window) || !(0.001..=60.0).contains(&self.reach) {
            return Err(Failure::refused((
                "--window must lie within 0.1 to 60 s, --reach within 0.001 to 60 s",
                "--window musi leżeć w zakresie od 0,1 do 60 s, --reach od 0,001 do 60 s",
            )));
        }
        stated::track(self.pair.open()?, self.window, self.reach)
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct PressArgs {
    /// What was recorded
    capture: PathBuf,
    /// Channel into which the relay contact gates a tone, from 1
    #[arg(long, value_name = "N", default_value_t = 1)]
    gate: u16,
    /// Channel in which the sound arrives, from 1
    #[arg(long, value_name = "N", default_value_t = 2)]
    ear: u16,
    /// Frequency of the gated tone, in hertz
    #[arg(long, value_name = "HZ", default_value_t = 1000.0)]
    tone: f64,
    #[command(flatten)]
    pub output: OutputArgs,
}

impl PressArgs {
    pub fn inputs(&self) -> Vec<&Path> {
        vec![&self.capture]
    }

    fn check(&self) -> Result<(), Failure> {
        if self.output.channel.is_some() {
            return Err(Failure::refused((
                "a press is measured between two channels: name them by --gate and --ear, not by --channel",
                "naciśnięcie mierzy się między dwoma kanałami: podaj je przez --gate i --ear, a nie przez --channel",
            )));
        }
        if self.gate == self.ear {
            return Err(Failure::refused(Bilingual::new(
                format!("--gate and --ear are both channel {}: the contact and the sound need one each", self.gate),
                format!("--gate i --ear wskazują ten sam kanał {}: styk i dźwięk muszą mieć osobne kanały", self.gate),
            )));
        }
        if !(100.0..=3600.0).contains(&self.tone) {
            return Err(Failure::refused((
                "--tone must lie within 100 to 3600 Hz",
                "--tone musi leżeć w zakresie od 100 do 3600 Hz",
            )));
        }
        Ok(())
    }
    pub fn find(&self) -> Result<Finding, Failure> {
        self.check()?;
        // Both channels are searched whole, as two recordings would be.
        let gate = self.output.read_channel(&self.capture, Some(self.gate), wav::MOST_OF_A_PAIR)?;
        let ear = self.output.read_channel(&self.capture, Some(self.ear), wav::MOST_OF_A_PAIR)?;
        Ok(stated::press(&gate, &ear, self.tone))
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct DoubleTalkArgs {
    /// What the near side spoke, with pauses
    near: PathBuf,
    /// What the far side spoke at the same time, with pauses of its own
    far: PathBuf,
    /// What arrived at the far side
    capture: PathBuf,
    /// Channel of the near voice's file, from 1
    #[arg(long, value_name = "N")]
    near_channel: Option<u16>,
    /// Channel of the far voice's file, from 1
    #[arg(long, value_name = "N")]
    far_channel: Option<u16>,
    #[command(flatten)]
    pub output: OutputArgs,
}

impl DoubleTalkArgs {
    pub fn inputs(&self) -> Vec<&Path> {
        vec![&self.near, &self.far, &self.capture]
    }

    pub fn find(&self) -> Result<Finding, Failure> {
        let spoken = |path: &PathBuf, channel: Option<u16>| {
            wav::read_part(path, wav::Part { channel, most: wav::MOST_OF_A_PAIR, ..wav::Part::default() })
        };
        let (near, far) = (spoken(&self.near, self.near_channel)?, spoken(&self.far, self.far_channel)?);
        if near.rate != far.rate {
            return Err(Failure::refused((
                "the near and the far voice must have one rate: they are one stimulus",
                "głos bliski i daleki muszą mieć tę samą częstotliwość próbkowania: to jeden sygnał",
            )));
        }
        let capture = self.output.read(&self.capture, wav::MOST_OF_A_PAIR)?;
        Ok(stated::double_talk(&near, &far, &capture))
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct GapsArgs {
    #[command(flatten)]
    pub pair: PairArgs,
    /// Leave out gaps shorter than this, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 3.0)]
    shortest: f64,
    /// How far below the sound's level a gap must fall, in dB
    #[arg(long, value_name = "DB", default_value_t = 15.0)]
    depth: f64,
}

impl GapsArgs {
    pub fn find(&self) -> Result<Finding, Failure> {
        if !(1.0..=60_000.0).contains(&self.shortest) || !(3.0..=60.0).contains(&self.depth) {
            return Err(Failure::refused((
                "--shortest must lie within 1 to 60000 ms, --depth within 3 to 60 dB",
                "--shortest musi leżeć w zakresie od 1 do 60000 ms, --depth od 3 do 60 dB",
            )));
        }
        let (reference, capture) = self.pair.read()?;
        let rule = Rule { shortest_s: self.shortest * 1e-3, depth_db: self.depth, sound_rms: None };
        Ok(stated::gaps(&reference, &capture, rule))
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct LevelArgs {
    /// What was recorded
    capture: PathBuf,
    /// What full scale stands for: dB SPL of a full-scale sine, or a WAV of a calibrator's tone (250 Hz or 1 kHz)
    /// through the same chain
    #[arg(long, value_name = "DB|TONE.wav", allow_hyphen_values = true)]
    calibration: Option<String>,
    /// Level of the calibrator's tone, in dB SPL
    #[arg(long, value_name = "DB", default_value_t = 94.0, requires = "calibration")]
    calibrator: f64,
    /// Expanded uncertainty (k = 2) of the calibration, in dB (class 1 of IEC 60942: 0.4)
    #[arg(long, value_name = "DB", default_value_t = 0.4, requires = "calibration")]
    calibration_uncertainty: f64,
    /// Codec whose full scale dBm0 refers to
    #[arg(long, value_enum, default_value_t = Law::A)]
    law: Law,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// The companding law of ITU-T G.711.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Law {
    A,
    Mu,
}

impl LevelArgs {
    /// What was measured, and the calibrator's tone where one was recorded.
    pub fn inputs(&self) -> Vec<&Path> {
        let tone = self.calibration.as_deref().filter(|given| given.replace(',', ".").parse::<f64>().is_err());
        [Some(self.capture.as_path()), tone.map(Path::new)].into_iter().flatten().collect()
    }

    fn calibration(&self) -> Result<Option<Calibration>, Failure> {
        let Some(given) = &self.calibration else { return Ok(None) };
        let plausible = (0.0..=200.0).contains(&self.calibrator) && (0.0..=20.0).contains(&self.calibration_uncertainty);
        if let Ok(full_scale_db) = given.replace(',', ".").parse::<f64>() {
            return if plausible && (0.0..=250.0).contains(&full_scale_db) {
                Ok(Some(Calibration { full_scale_db, uncertainty_db: self.calibration_uncertainty }))
            } else {
                Err(implausible())
            };
        }
        if !plausible {
            return Err(implausible());
        }
        let tone = wav::read(given.as_ref(), None)?;
        let found = Calibration::from_tone(&tone.samples, f64::from(tone.rate), self.calibrator, self.calibration_uncertainty);
        found.map(Some).ok_or_else(|| {
            Failure::refused(Bilingual::new(
                format!("{given}: no clean tone of 250 Hz or 1 kHz: record the calibrator again, below clipping and out of the wind"),
                format!("{given}: brak czystego tonu 250 Hz lub 1 kHz: nagraj kalibrator ponownie, bez przesterowania i z dala od wiatru"),
            ))
        })
    }
    pub fn find(&self) -> Result<Finding, Failure> {
        let calibration = self.calibration()?;
        let capture = self.output.read(&self.capture, wav::MOST)?;
        let overload = if self.law == Law::A { level::A_LAW_OVERLOAD_DBM0 } else { level::MU_LAW_OVERLOAD_DBM0 };
        Ok(stated::level(&capture, calibration, overload))
    }
}

fn implausible() -> Failure {
    Failure::refused((
        "--calibration must lie within 0 to 250 dB, --calibrator within 0 to 200 dB, --calibration-uncertainty within 0 to 20 dB",
        "--calibration musi leżeć w zakresie od 0 do 250 dB, --calibrator od 0 do 200 dB, --calibration-uncertainty od 0 do 20 dB",
    ))
}

#[derive(Debug, clap::Args)]
pub(super) struct StipaArgs {
    /// Recording of the STIPA test signal (or an impulse response, with --impulse-response)
    capture: PathBuf,
    /// The signal that was played, if its modulation is not the standard's 0.55
    #[arg(long, value_name = "R.wav", conflicts_with = "impulse_response")]
    reference: Option<PathBuf>,
    /// Take the recording for an impulse response (indirect method)
    #[arg(long)]
    impulse_response: bool,
    /// Sound pressure level of a full-scale sine, in dB: with it, masking and the hearing threshold are taken into
    /// account
    #[arg(long, value_name = "DB", allow_negative_numbers = true)]
    calibration: Option<f64>,
    /// Ambient noise in use, seven octave levels from 125 Hz to 8 kHz in dB SPL: also states the index in that noise
    /// (annex M)
    #[arg(long, value_name = "L1,…,L7", value_delimiter = ',', requires = "calibration", conflicts_with = "impulse_response")]
    noise: Option<Vec<f64>>,
    /// Codec that the recording came through: the index is judged against what that codec alone allows
    #[arg(long, value_enum)]
    codec: Option<Codec>,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// A codec that a recording came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Codec {
    /// G.711 over a telephone band of 300 to 3400 Hz and nothing beside it
    G711,
    /// G.711 over all of its 4 kHz
    G711Wide,
    /// G.722 at 64 kbit/s
    G722,
    /// Opus, full band
    Opus,
}

impl Codec {
    fn in_path(self) -> codec_ceiling::Codec {
        match self {
            Codec::G711 => codec_ceiling::Codec::G711,
            Codec::G711Wide => codec_ceiling::Codec::G711Wide,
            Codec::G722 => codec_ceiling::Codec::G722,
            Codec::Opus => codec_ceiling::Codec::Opus,
        }
    }
}

impl StipaArgs {
    pub fn inputs(&self) -> Vec<&Path> {
        [Some(self.capture.as_path()), self.reference.as_deref()].into_iter().flatten().collect()
    }

    pub fn find(&self) -> Result<Finding, Failure> {
        if self.calibration.is_some_and(|db| !(0.0..=200.0).contains(&db)) {
            return Err(Failure::refused((
                "--calibration must lie within 0 to 200 dB",
                "--calibration musi leżeć w zakresie od 0 do 200 dB",
            )));
        }
        let noise = self.noise.as_ref().map(|levels| noise_levels(levels)).transpose()?;
        let capture = self.output.read(&self.capture, wav::MOST_OF_A_PAIR)?;
        let part = wav::Part { most: wav::MOST_OF_A_PAIR, ..wav::Part::default() };
        let reference = self.reference.as_ref().map(|path| wav::read_part(path, part)).transpose()?;
        let known = stated::Circumstances {
            reference,
            impulse_response: self.impulse_response,
            calibration: self.calibration,
            noise,
            codec: self.codec.map(Codec::in_path),
        };
        Ok(stated::stipa(&capture, &known))
    }
}

fn noise_levels(levels: &[f64]) -> Result<[f64; 7], Failure> {
    let refused = |given: String, podano: String| {
        Failure::refused(Bilingual::new(
            format!("--noise must give seven levels, 125 Hz to 8 kHz, within -20 to 140 dB; {given}"),
            format!("--noise musi podać siedem poziomów, od 125 Hz do 8 kHz, w zakresie od -20 do 140 dB; {podano}"),
        ))
    };
    let count = levels.len();
    let seven: [f64; 7] =
        levels.try_into().map_err(|_| refused(format!("{count} were given"), format!("liczba podanych: {count}")))?;
    match seven.iter().find(|level| !(-20.0..=140.0).contains(*level)) {
        Some(level) => Err(refused(format!("{level} was given"), format!("podano {level}"))),
        None => Ok(seven),
    }
}
