//! How loud a recording is, on whatever scale it can be given, and what else it holds besides speech.

use crate::dsp::distortion;
use crate::dsp::level;
use crate::dsp::spectrum::{self, Band, Spectrum};
use crate::dsp::speech_level::{self, ActiveSpeech, NoiseFloor};
use crate::measure::method;
use crate::measure::{Calibration, Finding};
use crate::plot::{Plot, Series, titled};
use crate::unit::{Bilingual, Estimate, Unit};
use crate::wav::Recording;

const METHOD: (&str, &str) = (
    "each figure from all samples of the channel; 0 dBFS is a full-scale sine; uncertainties are expanded (k = 2) and those of this recording, not of the microphone before it",
    "każda wielkość ze wszystkich próbek kanału; 0 dBFS to sinusoida o pełnej skali; niepewności rozszerzone (k = 2) dotyczą tego nagrania, nie mikrofonu przed nim",
);
const SILENCE: (&str, &str) = ("digital silence", "cyfrowa cisza");
const NONE: (&str, &str) = ("none", "brak");

/// Below this the alternating part of a recording is rounding noise at most.
const SILENT_DBFS: f64 = -110.0;

/// All levels of one recording; `overload_dbm0` is the codec's level of a full-scale sine (ITU-T G.711).
pub fn level(capture: &Recording, calibration: Option<Calibration>, overload_dbm0: f64) -> Finding {
    let rate = f64::from(capture.rate);
    let samples = level::without_offset(&capture.samples);
    let rms = level::rms_dbfs(&samples).filter(|rms| *rms > SILENT_DBFS);
    let mut finding = Finding::new("level", rms.is_some(), METHOD, &[capture]).field("seconds", capture.seconds());
    finding = finding.line(("Duration", "Czas trwania"), seconds(capture.seconds()));
    let Some(rms) = rms else { return silent(finding, capture) };
    let speech = speech_level::active_speech(&samples, rate);
    let floor = speech.and_then(|speech| speech_level::noise_floor(&samples, rate, &speech));
    let spectrum = spectrum::spectrum(&samples, rate);
    finding = plain(finding, capture, rms);
    finding = spoken(finding, speech.as_ref(), floor.as_ref());
    let weighted = spectrum.as_ref().map(|found| dbfs(found.a_weighted_dbfs(), 0.1));
    finding = finding.figure_or("a_weighted_dbfs", ("A-weighted", "Ważony krzywą A"), weighted, method::A_WEIGHTED, NONE);
    let levels = Levels {
        rms: dbfs(rms, level::rounding_db(rms, capture.step)),
        speech: speech.map(|s| dbfs(s.level_dbfs, s.uncertainty_db)),
        weighted,
    };
    finding = in_dbov(finding, &levels);
    finding = in_dbm0(finding, overload_dbm0, &levels);
    finding = match calibration {
        Some(calibration) => in_sound_pressure(finding, calibration, &levels),
        None => finding.note((
            "levels are relative to full scale: without --calibration no sound pressure is known",
            "poziomy podano względem pełnej skali: bez --calibration ciśnienie akustyczne nie jest znane",
        )),
    };
    bands(finding, spectrum.as_ref(), weighted).plot(course(capture, &levels, speech.as_ref()))
}

/// The levels that are given on several scales, in dBFS.
struct Levels {
    rms: Estimate,
    speech: Option<Estimate>,
    weighted: Option<Estimate>,
}

fn dbfs(value: f64, uncertainty: f64) -> Estimate {
    Estimate::new(value, uncertainty, Unit::DecibelFullScale)
}

fn seconds(seconds: f64) -> Bilingual {
    Bilingual::new(format!("{seconds:.3} s"), format!("{seconds:.3} s").replace('.', ","))
}

fn silent(finding: Finding, capture: &Recording) -> Finding {
    let offset = level::offset(&capture.samples).unwrap_or(0.0);
    let what = if offset.abs() > 10.0 * capture.step {
        Bilingual::new(
            format!("nothing but a steady offset of {offset:.4} of full scale"),
            format!("tylko stała składowa {offset:.4} pełnej skali").replace('.', ","),
        )
    } else {
        Bilingual::from(SILENCE)
    };
    let keys =
        ["rms_dbfs", "peak_dbfs", "a_weighted_dbfs", "active_speech_dbfs", "activity", "noise_floor_dbfs", "signal_to_noise_db"];
    let finding = keys.iter().fold(finding, |finding, key| finding.field(key, Option::<f64>::None));
    finding.line(("Sound", "Dźwięk"), what)
}

/// RMS, peak, offset and clipping.
fn plain(finding: Finding, capture: &Recording, rms: f64) -> Finding {
    let peak = level::peak(&capture.samples).map(|peak| 20.0 * peak.log10());
    let offset = level::offset(&capture.samples).unwrap_or(0.0);
    let clipped = distortion::clipping(&capture.samples);
    let share = clipped.map_or(0.0, |c| c.share);
    let count = clipped.map_or(0, |c| c.stretches);
    // Each end of a stretch may belong to it or not.
    let spread = 2.0 * count as f64 / capture.samples.len() as f64;
    let rounding = |level: f64| dbfs(level, level::rounding_db(level, capture.step));
    let finding = finding
        .figure("rms_dbfs", ("RMS", "Wartość skuteczna"), rounding(rms), method::RMS)
        .figure_or("peak_dbfs", ("Peak", "Szczyt"), peak.map(rounding), method::PEAK, NONE)
        .figure("offset", ("Steady offset", "Składowa stała"), Estimate::new(offset, capture.step, Unit::Ratio), method::OFFSET)
        .count("clipped_stretches", ("Clipped stretches", "Odcinki przesterowane"), count, method::CLIPPING)
        .figure(
            "clipped_share",
            ("Clipped share", "Udział przesterowania"),
            Estimate::new(share, spread, Unit::Ratio),
            method::CLIPPING,
        );
    match clipped {
        Some(c) if c.stretches > 0 => finding.note(Bilingual::new(
            format!(
                "{} stretches of three or more samples stick at {:.3} of full scale: the recording is overdriven",
                c.stretches, c.limit
            ),
            format!(
                "liczba odcinków co najmniej trzech próbek trwających na {:.3} pełnej skali: {}; nagranie jest przesterowane",
                c.limit, c.stretches
            )
            .replace('.', ","),
        )),
        _ => finding,
    }
}

fn spoken(finding: Finding, speech: Option<&ActiveSpeech>, floor: Option<&NoiseFloor>) -> Finding {
    let active = speech.map(|s| dbfs(s.level_dbfs, s.uncertainty_db));
    let activity =
        speech.map(|s| Estimate::new(s.activity, s.activity * (10f64.powf(s.uncertainty_db / 10.0) - 1.0), Unit::Ratio));
    let quiet = floor.map(|f| dbfs(f.level_dbfs, f.uncertainty_db));
    let ratio = speech.zip(floor).and_then(|(speech, floor)| speech_level::signal_to_noise(speech, floor));
    let ratio = ratio.map(|(value, uncertainty)| Estimate::new(value, uncertainty, Unit::Decibel));
    let pauseless = (
        "not measured: less than 0.2 s without speech, or digital silence there",
        "nie zmierzono: poniżej 0,2 s bez mowy albo cyfrowa cisza",
    );
    finding
        .figure_or("active_speech_dbfs", ("Active speech level", "Poziom mowy czynnej"), active, method::ACTIVE_SPEECH, NONE)
        .figure_or("activity", ("Activity", "Czynność mowy"), activity, method::ACTIVE_SPEECH, NONE)
        .figure_or("noise_floor_dbfs", ("Noise floor", "Poziom szumu tła"), quiet, method::NOISE_FLOOR, pauseless)
        .figure_or("signal_to_noise_db", ("Signal to noise", "Sygnał do szumu"), ratio, method::SIGNAL_TO_NOISE, pauseless)
}

/// Of the overload point, which ITU-T P.56 and its tools count from.
fn in_dbov(finding: Finding, levels: &Levels) -> Finding {
    let below = 10.0 * 2f64.log10();
    let of_overload = |level: Estimate| Estimate::new(level.value - below, level.uncertainty, Unit::DecibelOverload);
    let rms = ("RMS re overload", "Wartość skuteczna względem przesterowania");
    let speech = ("Speech re overload", "Mowa względem przesterowania");
    finding.figure("rms_dbov", rms, of_overload(levels.rms), method::DBOV).figure_or(
        "active_speech_dbov",
        speech,
        levels.speech.map(of_overload),
        method::DBOV,
        NONE,
    )
}

fn in_dbm0(finding: Finding, overload: f64, levels: &Levels) -> Finding {
    let on_line = |level: Estimate| Estimate::new(level.value + overload, level.uncertainty, Unit::DecibelMilliwatt0);
    let finding =
        finding.figure("rms_dbm0", ("RMS on the line", "Wartość skuteczna w kanale"), on_line(levels.rms), method::DBM0);
    finding.figure_or(
        "active_speech_dbm0",
        ("Speech on the line", "Mowa w kanale"),
        levels.speech.map(on_line),
        method::DBM0,
        NONE,
    )
}

fn in_sound_pressure(finding: Finding, calibration: Calibration, levels: &Levels) -> Finding {
    let pressure = |level: Estimate, unit: Unit| {
        Estimate::new(level.value + calibration.full_scale_db, level.uncertainty.hypot(calibration.uncertainty_db), unit)
    };
    let way = method::SOUND_PRESSURE;
    let spl = |level: Estimate| pressure(level, Unit::DecibelSpl);
    finding
        .figure("full_scale_db_spl", ("Full-scale sine", "Sinusoida o pełnej skali"), spl(dbfs(0.0, 0.0)), way)
        .figure("rms_db_spl", ("Sound pressure level", "Poziom ciśnienia akustycznego"), spl(levels.rms), way)
        .figure_or(
            "a_weighted_dba",
            ("Sound level, A", "Poziom dźwięku A"),
            levels.weighted.map(|l| pressure(l, Unit::DecibelA)),
            way,
            NONE,
        )
        .figure_or("active_speech_db_spl", ("Speech", "Mowa"), levels.speech.map(spl), way, NONE)
}

/// Third octaves: all of them as a list for programs and as a picture, for people in one line each.
fn bands(finding: Finding, spectrum: Option<&Spectrum>, weighted: Option<Estimate>) -> Finding {
    let bands: Vec<Band> = spectrum.map(Spectrum::third_octaves).unwrap_or_default();
    let finding = bands.iter().fold(finding.field("bands", &bands), |finding, band| {
        let label = Bilingual::new(format!("  {} Hz", band.hz), format!("  {} Hz", band.hz).replace('.', ","));
        let key = format!("band_{}_dbfs", band.hz.to_string().replace('.', "_"));
        finding.figure_or(
            &key,
            (&label.en, &label.pl),
            Some(dbfs(band.level_dbfs, band.uncertainty_db)),
            method::THIRD_OCTAVES,
            SILENCE,
        )
    });
    let points = bands.iter().map(|band| (band.hz, band.level_dbfs)).collect();
    let title = match weighted {
        Some(weighted) => titled(("Third-octave levels; A-weighted", "Poziomy w tercjach; ważony krzywą A"), weighted),
        None => ("Third-octave levels", "Poziomy w tercjach").into(),
    };
    finding.plot(Plot {
        title,
        x_label: ("mid-band frequency / Hz", "częstotliwość środkowa / Hz").into(),
        y_label: ("level / dBFS", "poziom / dBFS").into(),
        log_x: true,
        series: vec![Series { points, steps: true, ..Series::default() }],
        ..Plot::default()
    })
}

/// Level over time, with the threshold of speech activity.
fn course(capture: &Recording, levels: &Levels, speech: Option<&ActiveSpeech>) -> Plot {
    // No more points than can be seen.
    let block = (capture.rate as usize / 50).max(capture.samples.len() / 3000);
    let rate = f64::from(capture.rate);
    // What lies below the rounding of sixteen bits is silence, however far.
    let level = |(k, part): (usize, &[f32])| {
        ((k * block) as f64 / rate, level::rms_dbfs(part).map_or(f64::NAN, |db| db.max(SILENT_DBFS)))
    };
    let mut series = vec![Series {
        name: ("RMS of 20 ms", "wartość skuteczna 20 ms").into(),
        points: capture.samples.chunks(block).enumerate().map(level).collect(),
        ..Series::default()
    }];
    if let Some(speech) = speech {
        let ends = [0.0, capture.seconds()];
        let line = |name: (&str, &str), level: f64| Series {
            name: name.into(),
            points: ends.map(|t| (t, level)).to_vec(),
            ..Series::default()
        };
        series.push(line(("active speech level", "poziom mowy czynnej"), speech.level_dbfs));
        series.push(line(("threshold of speech", "próg mowy"), speech.level_dbfs - 15.9));
    }
    Plot {
        title: match levels.speech {
            Some(speech) => titled(("Level over time; active speech level", "Poziom w czasie; poziom mowy czynnej"), speech),
            None => titled(("Level over time; RMS", "Poziom w czasie; wartość skuteczna"), levels.rms),
        },
        x_label: ("time / s", "czas / s").into(),
        y_label: ("level / dBFS", "poziom / dBFS").into(),
        series,
        ..Plot::default()
    }
}
