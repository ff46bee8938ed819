//! The speech transmission index, what it is made of, and what it is to be held against.

use crate::intelligibility::stipa::{self, Flag, Stipa};
use crate::measure::method;
use crate::measure::{Finding, codec_ceiling, signal};
use crate::plot::{Matrix, Octave, titled};
use crate::unit::{Bilingual, Estimate, Lang, Method, Unit};
use crate::wav::Recording;

const METHOD: (&str, &str) = (
    "speech transmission index at two modulations an octave, edition 5; uncertainties are expanded (k = 2)",
    "wskaźnik transmisji mowy z dwóch modulacji na oktawę, wydanie 5; niepewności rozszerzone (k = 2)",
);

/// What is known of a recording of the test signal.
#[derive(Debug, Default)]
pub struct Circumstances {
    /// The signal that was played, if its modulation is not the standard's 0.55.
    pub reference: Option<Recording>,
    /// The recording is an impulse response (indirect method).
    pub impulse_response: bool,
    /// Sound pressure level of a full-scale sine, dB: masking and the hearing threshold are taken into account.
    pub calibration: Option<f64>,
    /// Ambient noise in use, octave levels from 125 Hz to 8 kHz, dB SPL (annex M).
    pub noise: Option<[f64; 7]>,
    /// What the recording came through.
    pub codec: Option<codec_ceiling::Codec>,
}

/// The index, its octaves and modulations, and what they are held against.
pub fn stipa(capture: &Recording, known: &Circumstances) -> Finding {
    let result = if known.impulse_response {
        stipa::from_impulse_response(signal(capture))
    } else {
        stipa::direct(signal(capture), known.reference.as_ref().map(signal), known.calibration)
    };
    let found = result.as_ref().is_some_and(Stipa::is_valid);
    let finding = Finding::new("stipa", found, METHOD, &[capture])
        .field("norm", "IEC 60268-16:2020")
        .field("speech", "male")
        .field("masking_and_threshold", known.calibration.is_some() && !known.impulse_response);
    match result {
        Some(result) if found => {
            let finding = describe(finding, &result, &Ways::of(known));
            let finding = judged(finding, &result, known.codec);
            let finding = known.noise.iter().fold(finding, |finding, noise| in_noise(finding, &result, noise));
            result.flags.iter().fold(finding, |finding, flag| finding.note(explain(*flag)))
        }
        Some(result) => absent(result.flags.iter().fold(finding, |f, flag| f.note(explain(*flag))))
            .field("m", result.m)
            .field("flags", &result.flags)
            .line(Bilingual::same("STI"), why_none(&result)),
        None => absent(finding)
            .field("m", Option::<[[f64; 2]; 7]>::None)
            .field("flags", [(); 0])
            .line(Bilingual::same("STI"), why_not(known)),
    }
}

/// Why what was heard is no index.
fn why_none(result: &Stipa) -> (&'static str, &'static str) {
    if result.flags.contains(&Flag::NotTestSignal) {
        return ("not measured: this is no recording of the test signal", "nie zmierzono: to nie jest nagranie sygnału STIPA");
    }
    (
        "not valid: a modulation is deeper than any path makes it (IEC 60268-16, 7)",
        "wynik nieważny: modulacja jest głębsza, niż może ją uczynić jakikolwiek tor (IEC 60268-16, 7)",
    )
}

fn why_not(known: &Circumstances) -> (&'static str, &'static str) {
    if known.impulse_response {
        return (
            "not measured: silence, or more than a minute, which is no impulse response",
            "nie zmierzono: cisza albo ponad minuta, a to nie odpowiedź impulsowa",
        );
    }
    if known.reference.as_ref().is_some_and(|r| stipa::direct(signal(r), None, None).is_none()) {
        return (
            "not measured: the reference holds silence, or less than 5 s of sound",
            "nie zmierzono: wzorzec zawiera ciszę albo mniej niż 5 s dźwięku",
        );
    }
    ("not measured: silence, or less than 5 s of sound", "nie zmierzono: cisza albo mniej niż 5 s dźwięku")
}

fn absent(finding: Finding) -> Finding {
    finding.field("sti", Option::<f64>::None).field("uncertainty", Option::<f64>::None).field("mti", Option::<[f64; 7]>::None)
}

/// How the index was got, and the octave levels, and on what scale these are.
struct Ways {
    index: Method,
    level: Method,
    scale: Unit,
}

impl Ways {
    fn of(known: &Circumstances) -> Ways {
        if known.impulse_response {
            return Ways { index: method::STIPA_INDIRECT, level: method::OCTAVE_ENERGIES, scale: Unit::Decibel };
        }
        let scale = if known.calibration.is_some() { Unit::DecibelSpl } else { Unit::DecibelFullScale };
        Ways { index: method::STIPA, level: method::OCTAVE_LEVELS, scale }
    }
}

fn index(value: f64, uncertainty: f64) -> Estimate {
    Estimate::new(value, uncertainty, Unit::Count)
}

/// The index, then each octave's own with the level it was heard at.
fn describe(finding: Finding, result: &Stipa, ways: &Ways) -> Finding {
    let Ways { index: method, level: of_levels, scale } = *ways;
    let whole = index(result.sti, result.uncertainty);
    let mut finding = finding
        .fields(result)
        .figure("sti", Bilingual::same("STI"), whole, method)
        .line(("Rating (annex F)", "Klasa (załącznik F)"), Bilingual::same(result.rating));
    if result.ceiling < 0.999 {
        finding = finding.figure(
            "ceiling",
            ("At best, with the octaves that the sample rate carries", "Co najwyżej, z oktawami w paśmie próbkowania"),
            index(result.ceiling, 0.0005),
            method::STIPA_CEILING,
        );
    }
    let missing = ("beyond the sample rate", "poza pasmem próbkowania");
    let dead = ("nothing arrives in this octave", "w tej oktawie nic nie dociera");
    for (k, hz) in result.bands_hz.iter().enumerate() {
        let there = result.band_level_db[k].map(|level| Estimate::new(level, result.band_level_uncertainty_db[k], scale));
        let of_band = |value: f64, doubt: f64| there.map(|_| index(value, doubt));
        finding = finding.figure_or(
            &format!("mti_{hz:.0}"),
            (&format!("  {hz:.0} Hz: MTI"), &format!("  {hz:.0} Hz: MTI")),
            of_band(result.mti[k], result.mti_uncertainty[k]),
            method,
            missing,
        );
        if there.is_none() {
            continue;
        }
        for (i, modulation) in result.modulations_hz[k].iter().enumerate() {
            let label = |lang: Lang| format!("    m, {}", Estimate::new(*modulation, 0.0, Unit::Hertz).show(lang));
            finding = finding.figure_or(
                &format!("m_{hz:.0}_{}", ["slow", "fast"][i]),
                (&label(Lang::En), &label(Lang::Pl)),
                of_band(result.m[k][i], result.m_uncertainty[k][i]).filter(|_| result.carried[k]),
                method,
                dead,
            );
        }
        finding = finding.figure_or(&format!("level_{hz:.0}_db"), ("    level", "    poziom"), there, of_levels, missing);
    }
    if let (Some(ppm), Some(uncertainty)) = (result.clock_ppm, result.clock_ppm_uncertainty) {
        let ratio = Estimate::new(ppm, uncertainty, Unit::PartsPerMillion);
        finding = finding.figure("clock_ppm", ("Clock ratio", "Stosunek zegarów"), ratio, method::MODULATION_CLOCK);
    }
    finding.plot(matrix(result, titled(Bilingual::same("STI"), whole), scale))
}

/// All that was measured, as a picture; an octave that was not heard has a name and nothing else.
fn matrix(result: &Stipa, title: Bilingual, scale: Unit) -> Matrix {
    let octave = |(k, hz): (usize, &f64)| {
        let level = result.band_level_db[k];
        let measured = result.modulations_hz[k].iter().copied().zip(result.m[k]);
        Octave {
            hz: *hz,
            transfers: measured.filter(|_| result.carried[k]).collect(),
            index: level.map(|_| result.mti[k]),
            level,
        }
    };
    let doubts = |lang: Lang, begins: &str| {
        let words: Vec<String> = result.flags.iter().map(|flag| Bilingual::from(in_short(*flag)).show(lang).to_owned()).collect();
        if words.is_empty() { String::new() } else { format!("{begins}: {}", words.join(", ")) }
    };
    let remark = Bilingual::new(doubts(Lang::En, "Mind"), doubts(Lang::Pl, "Uwaga"));
    Matrix { title, octaves: result.bands_hz.iter().enumerate().map(octave).collect(), scale, remark }
}

/// A doubt in a word or two; the sentences stand with the result.
fn in_short(flag: Flag) -> (&'static str, &'static str) {
    match flag {
        Flag::Short => ("short", "krótkie nagranie"),
        Flag::Clipped => ("overdriven", "przesterowanie"),
        Flag::Trimmed => ("silence left out", "pominięta cisza"),
        Flag::BandsMissing => ("octaves missing", "brak oktaw"),
        Flag::OctaveDead => ("an octave is dead", "martwa oktawa"),
        Flag::Long => ("first two minutes only", "tylko pierwsze dwie minuty"),
        Flag::ModulationAboveOne => ("m above 1", "m powyżej 1"),
        Flag::ModulationAboveLimit => ("m above 1.3", "m powyżej 1,3"),
        Flag::SuppressorSuspected => ("noise suppressor?", "redukcja szumu?"),
        Flag::ClockError => ("clocks apart", "różne zegary"),
        Flag::GainControlSuspected => ("gain control?", "regulacja wzmocnienia?"),
        Flag::NotTestSignal => ("not the test signal", "to nie sygnał pomiarowy"),
        Flag::NoMasking => ("no masking, no threshold", "bez maskowania i progu słyszenia"),
    }
}

/// What the index is to be held against: the codec's own cap, that of the sample rate, or 1.
fn judged(finding: Finding, result: &Stipa, codec: Option<codec_ceiling::Codec>) -> Finding {
    let (cap, against): (f64, (&str, &str)) = match codec {
        Some(codec) => (codec.cap().min(result.ceiling), codec.path()),
        None if result.ceiling < 0.999 => {
            (result.ceiling, ("the octaves that the sample rate carries", "tego, na co pozwalają oktawy w paśmie próbkowania"))
        }
        None => (1.0, ("a perfect path (no codec was named with --codec)", "idealnego toru (nie podano kodeka przez --codec)")),
    };
    let finding = finding
        .field("cap", cap)
        .field("judged_against", against.0)
        .field("below_cap", cap - result.sti)
        .line(("Judged against", "Odniesiono do"), against);
    match codec {
        Some(codec) => {
            let below = index(cap - result.sti, codec_ceiling::UNCERTAINTY.hypot(result.uncertainty));
            let finding = finding
                .figure(
                    "cap",
                    ("  which allows at best", "  co pozwala najwyżej na"),
                    index(cap, codec_ceiling::UNCERTAINTY),
                    method::CODEC_CAP,
                )
                .figure("below_cap", ("  taken by the rest of the path", "  odjęte przez resztę toru"), below, method::CODEC_CAP);
            if codec != codec_ceiling::Codec::Opus {
                return finding;
            }
            finding.note((
                "Opus follows the sound as a vocoder does at low rates: STIPA is no measure of it, only of what stands around it",
                "Opus przy małych przepływnościach działa jak wokoder: STIPA nie jest jego miarą, a tylko tego, co stoi wokół niego",
            ))
        }
        None => finding,
    }
}

fn in_noise(finding: Finding, result: &Stipa, noise: &[f64; 7]) -> Finding {
    let Some((sti, mti)) = result.in_noise(noise) else { return finding };
    let shown = |lang: Lang| {
        let levels: Vec<String> = noise.iter().map(|level| Estimate::new(*level, 0.0, Unit::Count).show(lang)).collect();
        levels.join("; ")
    };
    let label = Bilingual::new(
        format!("STI in noise of {} dB in the octaves", shown(Lang::En)),
        format!("STI w szumie {} dB w oktawach", shown(Lang::Pl)),
    );
    finding.field("noise_db", noise).field("mti_in_noise", mti).figure(
        "sti_in_noise",
        label,
        index(sti, result.uncertainty),
        method::STIPA_NOISE,
    )
}

fn explain(flag: Flag) -> (&'static str, &'static str) {
    match flag {
        Flag::Short => (
            "shorter than 15 s, so the carrier's own fluctuation is not averaged out",
            "krócej niż 15 s, więc własna fluktuacja nośnej się nie uśrednia",
        ),
        Flag::Long => {
            ("longer than two minutes: only the first two were measured", "dłużej niż dwie minuty: zmierzono tylko pierwsze dwie")
        }
        Flag::Clipped => (
            "the recording sticks at its largest magnitude: it is overdriven",
            "nagranie trwa na swojej największej wartości: jest przesterowane",
        ),
        Flag::Trimmed => {
            ("silence before or after the test signal was left out", "pominięto ciszę przed sygnałem pomiarowym lub po nim")
        }
        Flag::BandsMissing => (
            "the sample rate does not reach the highest octaves, which count as 0: compare only with what such a band allows, never with 1",
            "częstotliwość próbkowania nie obejmuje najwyższych oktaw, które liczą się jako 0: porównuj tylko z tym, na co pozwala takie pasmo, nigdy z 1",
        ),
        Flag::OctaveDead => (
            "nothing of the test signal arrives in an octave that lies more than 30 dB below the others: it counts as 0",
            "w oktawie leżącej ponad 30 dB poniżej innych nie dociera nic z sygnału STIPA: liczy się jako 0",
        ),
        Flag::ModulationAboveOne => (
            "a modulation transfer value exceeds 1 by more than its scatter and counts as 1",
            "współczynnik przenoszenia modulacji przekracza 1 o więcej niż swój rozrzut i liczy się jako 1",
        ),
        Flag::ModulationAboveLimit => (
            "a modulation transfer value exceeds 1.3: impulsive noise or processing, the result is invalid",
            "współczynnik przenoszenia modulacji przekracza 1,3: szum impulsowy lub przetwarzanie, wynik jest nieważny",
        ),
        Flag::SuppressorSuspected => (
            "modulation is deeper than the source's, or bent: if a noise suppressor or an expander is in the path, the index says nothing of it",
            "modulacja jest głębsza niż w źródle albo zniekształcona: jeśli w torze jest układ redukcji szumu lub ekspander, wskaźnik nic o nim nie mówi",
        ),
        Flag::GainControlSuspected => (
            "slow modulations are weakened against fast ones: an automatic gain control is suspected",
            "wolne modulacje są osłabione względem szybkich: podejrzewa się automatyczną regulację wzmocnienia",
        ),
        Flag::ClockError => (
            "player and recorder run on clocks more than 100 ppm apart; the modulations were measured where they are",
            "zegary odtwarzacza i rejestratora różnią się o ponad 100 ppm; modulacje zmierzono tam, gdzie są",
        ),
        Flag::NotTestSignal => (
            "hardly any of the test signal's modulations are there: probably not a recording of it",
            "prawie nie ma modulacji sygnału pomiarowego: to zapewne nie jego nagranie",
        ),
        Flag::NoMasking => (
            "without --calibration masking and the hearing threshold are left out",
            "bez --calibration nie uwzględniono maskowania ani progu słyszenia",
        ),
    }
}
