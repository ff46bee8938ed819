//! `measure press`: from the press to the first sound, both in one recording.
//!
//! Knows nothing of relays: a contact gates a tone into one channel, the sound arrives in another.

use super::OutputArgs;
use super::timing::absent;
use crate::dsp::onset;
use crate::measure::method;
use crate::measure::press::{self, Press};
use crate::measure::{Failure, Finding};
use crate::plot::{Mark, Plot, Series, titled, waveform};
use crate::unit::{Bilingual, Estimate};
use crate::wav::{self, Recording};

const METHOD: (&str, &str) = (
    "one recorder with one sample clock: a tone gated by the contact in one channel, the sound in another; uncertainties are expanded (k = 2)",
    "jeden rejestrator z jednym zegarem próbkowania: ton kluczowany stykiem w jednym kanale, dźwięk w drugim; niepewności rozszerzone (k = 2)",
);

#[derive(Debug, clap::Args)]
pub(super) struct PressArgs {
    /// What was recorded
    capture: std::path::PathBuf,
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
}

pub(super) fn press(args: &PressArgs) -> Result<Finding, Failure> {
    args.check()?;
    // Both channels are searched whole, as two recordings would be.
    let gate = args.output.read_channel(&args.capture, Some(args.gate), wav::MOST_OF_A_PAIR)?;
    let ear = args.output.read_channel(&args.capture, Some(args.ear), wav::MOST_OF_A_PAIR)?;
    let rate = f64::from(gate.rate);
    let found = press::press_to_sound(&gate.samples, &ear.samples, rate, args.tone);
    let finding = Finding::new("press", found.is_some(), METHOD, &[&gate]);
    let Some(found) = found else {
        let why = match onset::tone_onset(&gate.samples, rate, args.tone) {
            Some(_) => ("not found: no sound arrives after the press", "nie zmierzono: po naciśnięciu nie pojawia się dźwięk"),
            None => (
                "not found: no contact closes: there is no tone that begins",
                "nie zmierzono: styk się nie zwiera: nie ma tonu, który by się zaczynał",
            ),
        };
        return Ok(absent(finding, &["press_to_sound_s", "uncertainty_s", "press_s", "sound_s"])
            .line(("Press to sound", "Od naciśnięcia do dźwięku"), why));
    };
    let Press { press_s, press_uncertainty_s, sound_s, sound_uncertainty_s, seconds, uncertainty } = found;
    let whole = Estimate::seconds(seconds, uncertainty);
    let finding = finding
        .fields(&found)
        .figure("press_to_sound_s", ("Press to sound", "Od naciśnięcia do dźwięku"), whole, method::PRESS)
        .figure("press_s", ("Press at", "Naciśnięcie w chwili"), Estimate::seconds(press_s, press_uncertainty_s), method::CONTACT)
        .figure(
            "sound_s",
            ("First sound at", "Pierwszy dźwięk w chwili"),
            Estimate::seconds(sound_s, sound_uncertainty_s),
            method::FIRST_SOUND,
        );
    let title = titled(("Contact (tone); press to sound", "Styk (ton); od naciśnięcia do dźwięku"), whole);
    let below = ("Sound that arrives", "Docierający dźwięk").into();
    Ok(finding.plot(draw(title, &gate, &found)).plot(draw(below, &ear, &found)))
}

/// One channel about the press, the time from press to sound marked.
fn draw(title: Bilingual, channel: &Recording, found: &Press) -> Plot {
    let rate = f64::from(channel.rate);
    let spare = (0.5 * found.seconds).max(0.02);
    let from = ((found.press_s - spare).max(0.0) * rate) as usize;
    let to = (((found.sound_s + spare) * rate) as usize).min(channel.samples.len());
    let near = channel.samples.get(from..to).unwrap_or_default();
    let points = waveform(near, rate).into_iter().map(|(t, x)| (t + from as f64 / rate, x)).collect();
    Plot {
        title,
        x_label: ("time of the recording / s", "czas nagrania / s").into(),
        y_label: ("amplitude / full scale", "amplituda / pełna skala").into(),
        series: vec![Series { points, ..Series::default() }],
        marks: vec![Mark {
            from: found.press_s,
            to: found.sound_s,
            name: ("press to sound", "od naciśnięcia do dźwięku").into(),
        }],
        ..Plot::default()
    }
}
