//! From the press to the first sound, both in one recording.

use super::timing::absent;
use crate::dsp::onset;
use crate::measure::Finding;
use crate::measure::method;
use crate::measure::press::{self, Press};
use crate::plot::{Mark, Plot, Series, titled, waveform};
use crate::unit::{Bilingual, Estimate};
use crate::wav::Recording;

const METHOD: (&str, &str) = (
    "one recorder with one sample clock: a tone gated by the contact in one channel, the sound in another; uncertainties are expanded (k = 2)",
    "jeden rejestrator z jednym zegarem próbkowania: ton kluczowany stykiem w jednym kanale, dźwięk w drugim; niepewności rozszerzone (k = 2)",
);

/// Two channels of one recorder: a tone of `tone` hertz gated by the contact in one, the sound in the other.
pub fn press(gate: &Recording, ear: &Recording, tone: f64) -> Finding {
    let rate = f64::from(gate.rate);
    let found = press::press_to_sound(&gate.samples, &ear.samples, rate, tone);
    let finding = Finding::new("press", found.is_some(), METHOD, &[gate]);
    let Some(found) = found else {
        let why = match onset::tone_onset(&gate.samples, rate, tone) {
            Some(_) => ("not found: no sound arrives after the press", "nie zmierzono: po naciśnięciu nie pojawia się dźwięk"),
            None => (
                "not found: no contact closes: there is no tone that begins",
                "nie zmierzono: styk się nie zwiera: nie ma tonu, który by się zaczynał",
            ),
        };
        return absent(finding, &["press_to_sound_s", "uncertainty_s", "press_s", "sound_s"])
            .line(("Press to sound", "Od naciśnięcia do dźwięku"), why);
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
    finding.plot(draw(title, gate, &found)).plot(draw(below, ear, &found))
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
