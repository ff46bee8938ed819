//! What comes back of one's own voice, and what is lost of the other's.

use crate::dsp::double_talk::{self, Duplex};
use crate::dsp::echo::{self, Echo, NoEcho};
use crate::measure::method;
use crate::measure::{Finding, signal};
use crate::plot::{Mark, Plot, Series, titled, waveform};
use crate::unit::{Bilingual, Estimate, Unit};
use crate::wav::Recording;

/// Loudness ratings of a nominal telephone (ITU-T G.111, G.131), sending and receiving together, dB.
const TELEPHONE_DB: f64 = 8.0 + 2.0;

fn decibel(value: f64, uncertainty: f64) -> Estimate {
    Estimate::new(value, uncertainty, Unit::Decibel)
}

/// What comes back of what was sent.
pub fn echo(sent: &Recording, returned: &Recording) -> Finding {
    let found = echo::echo(signal(sent), signal(returned));
    let finding = Finding::new("echo", found.is_ok(), method::ECHO_LOSS, &[sent, returned]);
    let finding = match &found {
        Ok(found) => describe(finding, found, sent, returned),
        Err(why) => {
            let why = match why {
                NoEcho::Unusable => ("not measured: less than 0.5 s of sound", "nie zmierzono: poniżej 0,5 s dźwięku"),
                NoEcho::NothingSent => ("not measured: what was sent is silence", "nie zmierzono: wysłano ciszę"),
                NoEcho::NothingReturned => (
                    "not measured: what was returned is silent from end to end, so the line says nothing of echoes",
                    "nie zmierzono: to, co wróciło, jest ciszą od początku do końca, więc o echu nic nie mówi",
                ),
            };
            let keys = ["attenuation_db", "weighted_db", "echo_dbfs", "telr_db", "delay_s"];
            let finding = keys.iter().fold(finding, |finding, key| finding.field(key, Option::<f64>::None));
            finding.field("echo", Option::<bool>::None).line(("Echo", "Echo"), why)
        }
    };
    draw(finding, sent, returned, found.ok().as_ref())
}

fn describe(finding: Finding, found: &Echo, sent: &Recording, returned: &Recording) -> Finding {
    let full_scale = |value: f64, recording: &Recording| {
        Estimate::new(value, crate::dsp::level::rounding_db(value, recording.step), Unit::DecibelFullScale)
    };
    let finding =
        finding.fields(found).figure("sent_dbfs", ("Sent", "Wysłano"), full_scale(found.sent_dbfs, sent), method::RMS).figure(
            "returned_dbfs",
            ("Returned, all of it", "Wróciło, razem"),
            full_scale(found.returned_dbfs, returned),
            method::RMS,
        );
    let (Some(spread), Some(delay), Some(delay_spread)) = (found.uncertainty_db, found.delay_s, found.delay_uncertainty_s) else {
        // The bound itself is exact in what it promises: 19 of 20 louder echoes would have been found.
        return finding
            .figure(
                "attenuation_db",
                ("No echo heard: loss at least", "Echa nie słychać: tłumienie co najmniej"),
                decibel(found.attenuation_db, 1.0),
                method::ECHO_BOUND,
            )
            .field("echo_dbfs", Option::<f64>::None)
            .field("telr_db", Option::<f64>::None);
    };
    let weighted = found.weighted_db.zip(found.weighted_uncertainty_db).map(|(value, spread)| decibel(value, spread));
    let rating = weighted.map(|weighted| decibel(weighted.value + TELEPHONE_DB, weighted.uncertainty));
    let level = Estimate::new(found.sent_dbfs - found.attenuation_db, spread, Unit::DecibelFullScale);
    let none = ("not measured", "nie zmierzono");
    finding
        .figure("echo_dbfs", ("Echo level", "Poziom echa"), level, method::ECHO_LOSS)
        .figure("attenuation_db", ("Echo loss", "Tłumienie echa"), decibel(found.attenuation_db, spread), method::ECHO_LOSS)
        .figure_or(
            "weighted_db",
            ("Weighted echo loss (TCLw)", "Ważone tłumienie echa (TCLw)"),
            weighted,
            method::WEIGHTED_ECHO_LOSS,
            none,
        )
        .figure_or("telr_db", ("Talker echo (TELR)", "Echo rozmówcy (TELR)"), rating, method::TALKER_ECHO, none)
        .figure("delay_s", ("Echo delay", "Opóźnienie echa"), Estimate::seconds(delay, delay_spread), method::DELAY_OF_FILES)
}

/// Both recordings one below the other, on one scale of time, the echo's delay marked from the first sound on.
fn draw(finding: Finding, sent: &Recording, returned: &Recording, found: Option<&Echo>) -> Finding {
    let title = match found {
        Some(found) => match found.uncertainty_db {
            Some(spread) => titled(("Returned; echo loss", "Powracające; tłumienie echa"), decibel(found.attenuation_db, spread)),
            None => titled(
                ("Returned; no echo heard, loss at least", "Powracające; echa nie słychać, tłumienie co najmniej"),
                decibel(found.attenuation_db, 1.0),
            ),
        },
        None => ("Returned; echo not measured", "Powracające; echa nie zmierzono").into(),
    };
    let loudest = sent.samples.iter().fold(0f32, |most, x| most.max(x.abs()));
    let first = sent.samples.iter().position(|x| x.abs() > 0.1 * loudest).unwrap_or(0) as f64 / f64::from(sent.rate);
    let mark = |delay: f64| Mark { from: first, to: first + delay, name: ("delay", "opóźnienie").into() };
    let marks = found.and_then(|found| found.delay_s).map(mark).into_iter().collect();
    let until = sent.seconds().max(returned.seconds());
    finding.plot(sound(("Sent", "Wysłane").into(), sent, until)).plot(Plot { marks, ..sound(title, returned, until) })
}

/// A recording's course, up to a moment that it shares with what stands above or below.
fn sound(title: Bilingual, recording: &Recording, until: f64) -> Plot {
    let mut points = waveform(&recording.samples, f64::from(recording.rate));
    points.push((until, f64::NAN));
    Plot {
        title,
        x_label: ("time / s", "czas / s").into(),
        y_label: ("amplitude / full scale", "amplituda / pełna skala").into(),
        series: vec![Series { points, ..Series::default() }],
        ..Plot::default()
    }
}

/// What the near voice loses while the far one speaks too. Both voices at one rate: they are one stimulus.
pub fn double_talk(near: &Recording, far: &Recording, capture: &Recording) -> Finding {
    let found = double_talk::double_talk(signal(near), signal(far), signal(capture));
    let finding = Finding::new("double-talk", found.is_some(), method::DOUBLE_TALK, &[near, far, capture]);
    let title = match &found {
        Some(found) => titled(
            ("Recording; attenuation in double talk", "Nagranie; tłumienie przy mowie jednoczesnej"),
            decibel(found.attenuation_db, found.uncertainty_db),
        ),
        None => ("Recording; double talk not measured", "Nagranie; mowy jednoczesnej nie zmierzono").into(),
    };
    let finding = match found {
        Some(found) => {
            let label = if found.heard {
                ("Attenuation in double talk", "Tłumienie przy mowie jednoczesnej")
            } else {
                ("Lost in double talk, attenuation at least", "Głos ginie przy mowie jednoczesnej, tłumienie co najmniej")
            };
            finding
                .fields(&found)
                .figure("attenuation_db", label, decibel(found.attenuation_db, found.uncertainty_db), method::DOUBLE_TALK)
                .figure(
                    "gain_alone_db",
                    ("Gain alone", "Wzmocnienie bez przerywania"),
                    decibel(found.gain_alone_db, found.uncertainty_db),
                    method::DOUBLE_TALK,
                )
                .line(("Duplex (P.340)", "Dupleks (P.340)"), duplex(found.duplex))
        }
        None => {
            let why = (
                "not measured: the near voice is not in the recording, or never spoke alone, or the two never spoke at once",
                "nie zmierzono: głosu bliskiego nie ma w nagraniu, nigdy nie mówił sam albo głosy nigdy nie mówiły jednocześnie",
            );
            let finding =
                ["attenuation_db", "gain_alone_db", "duplex"].iter().fold(finding, |f, key| f.field(key, Option::<f64>::None));
            finding.line(("Double talk", "Mowa jednoczesna"), why)
        }
    };
    let until = [near, far, capture].iter().fold(0.0, |most: f64, recording| most.max(recording.seconds()));
    finding
        .plot(sound(("Near voice", "Głos bliski").into(), near, until))
        .plot(sound(("Far voice", "Głos daleki").into(), far, until))
        .plot(sound(title, capture, until))
}

fn duplex(duplex: Duplex) -> (&'static str, &'static str) {
    match duplex {
        Duplex::Full => ("type 1, full duplex (at most 3 dB)", "typ 1, pełny dupleks (najwyżej 3 dB)"),
        Duplex::PartialA => ("type 2a, partial (at most 6 dB)", "typ 2a, częściowy (najwyżej 6 dB)"),
        Duplex::PartialB => ("type 2b, partial (at most 9 dB)", "typ 2b, częściowy (najwyżej 9 dB)"),
        Duplex::PartialC => ("type 2c, partial (at most 12 dB)", "typ 2c, częściowy (najwyżej 12 dB)"),
        Duplex::None => ("type 3, no duplex (more than 12 dB)", "typ 3, bez dupleksu (ponad 12 dB)"),
    }
}
