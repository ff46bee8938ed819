//! `hejnal stimulus`: test sounds as WAV files.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::dsp::stimulus;
use crate::fault::exit;
use crate::intelligibility::stipa;
use crate::unit::{Bilingual, Estimate, Lang, Unit};
use crate::wav;

/// Write a test sound as a WAV file (16 bits; mono, but for the double talk, whose channels are near and far)
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
    /// Frequency of the tone, in hertz
    #[arg(long, value_name = "HZ", default_value_t = 1000.0)]
    hz: f64,
    /// Digits to dial: 0 to 9, *, #, A to D
    #[arg(long, value_name = "KEYS", default_value = "0123456789*#")]
    keys: String,
    /// Order of the maximum-length sequence, 10 to 20 [default: the least that does not repeat itself]
    #[arg(long, value_name = "N")]
    order: Option<u32>,
    /// Language of what is said
    #[arg(long, value_parser = crate::cli::language::lang, value_name = "en|pl", default_value = crate::cli::language::spoken())]
    pub lang: Lang,
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
    /// Steady tone (--hz)
    Tone,
    /// Maximum-length sequence (--order)
    Mls,
    /// Noise in the syllables and pauses of fluent speech
    SpeechLike,
    /// Two voices that speak in turn and at once: near in channel 1, far in channel 2
    DoubleTalk,
    /// Dialled digits (--keys), 70 ms each
    Dtmf,
    /// Ringing tone of Poland: 425 Hz, 1 s on, 4 s off
    Ringing,
    /// Busy tone of Poland: 425 Hz, 0.5 s on, 0.5 s off
    Busy,
}

/// Writes the sound. Exit code 0, or 3 where the file cannot be written or the request makes no sense.
pub fn run_stimulus(args: &StimulusArgs) -> ExitCode {
    let result = compose(args).and_then(|channels| {
        let channels: Vec<&[f32]> = channels.iter().map(Vec::as_slice).collect();
        wav::write_channels(&args.out, &channels, args.rate).map_err(|e| Bilingual::new(e.show(Lang::En), e.show(Lang::Pl)))
    });
    match result {
        Ok(()) => {
            if let Some(note) = repetition(args) {
                eprintln!("hejnal stimulus: {}", note.show(args.lang));
            }
            ExitCode::from(exit::ACCEPTED)
        }
        Err(reason) => {
            eprintln!("hejnal stimulus: {}", reason.show(args.lang));
            ExitCode::from(exit::BENCH)
        }
    }
}

/// A sound as it is usually wanted, in one channel.
pub fn usual(kind: Kind, rate: u32) -> Result<Vec<f32>, Bilingual> {
    let keys = "0123456789*#".to_owned();
    let args =
        StimulusArgs { kind, out: PathBuf::new(), seed: 1, seconds: None, rate, hz: 1000.0, keys, order: None, lang: Lang::En };
    compose(&args).map(|channels| channels.into_iter().next().unwrap_or_default())
}

/// Longer sequences are not made: at 48 kHz this one lasts for 22 s.
const LONGEST_ORDER: u32 = 20;
/// Turns of a sequence from which on a recording that lacks some of it may be any of them.
const MOST_TURNS: f64 = 1.6;

/// The order of a sequence, and how often it is turned over in so many seconds.
fn sequence(args: &StimulusArgs, seconds: f64) -> (u32, f64) {
    let samples = seconds * f64::from(args.rate);
    let length = |order: u32| 2f64.powi(order.min(64) as i32) - 1.0;
    let order =
        args.order.unwrap_or_else(|| (10..LONGEST_ORDER).find(|order| length(*order) >= samples).unwrap_or(LONGEST_ORDER));
    (order, samples / length(order))
}

/// What to say of a sequence that repeats itself.
fn repetition(args: &StimulusArgs) -> Option<Bilingual> {
    let seconds = args.seconds.unwrap_or_else(|| usual_seconds(args.kind));
    let (order, turns) = sequence(args, seconds);
    (matches!(args.kind, Kind::Mls) && turns > MOST_TURNS).then(|| {
        Bilingual::new(
            format!("the sequence of order {order} repeats itself {turns:.1} times: `hejnal measure delay` cannot tell one turn from the next and will refuse it; leave out --order, or ask for fewer --seconds"),
            format!(
                "ciąg rzędu {order} powtarza się {} razy: `hejnal measure delay` nie odróżni jednego obiegu od następnego i odmówi pomiaru; pomiń --order albo podaj mniejsze --seconds",
                format!("{turns:.1}").replace('.', ",")
            ),
        )
    })
}

/// An option that lies outside its range.
fn outside(typed: String, low: f64, high: f64) -> Bilingual {
    let figure = |value: f64, lang: Lang| Estimate::new(value, 0.0, Unit::Count).show(lang);
    Bilingual::new(
        format!("{typed}: {} to {} are accepted", figure(low, Lang::En), figure(high, Lang::En)),
        format!("{typed}: przyjmuje się od {} do {}", figure(low, Lang::Pl), figure(high, Lang::Pl)),
    )
}

/// Seconds that a kind usually needs.
fn usual_seconds(kind: Kind) -> f64 {
    match kind {
        Kind::Burst | Kind::Tone => 1.0,
        Kind::Bursts => 30.0,
        Kind::Stipa => 20.0,
        Kind::DoubleTalk => 40.0,
        Kind::SpeechNoise
        | Kind::SpeechLike
        | Kind::Chirp
        | Kind::Sweep
        | Kind::Mls
        | Kind::Dtmf
        | Kind::Ringing
        | Kind::Busy => 10.0,
    }
}

/// The sound's channels.
pub(super) fn compose(args: &StimulusArgs) -> Result<Vec<Vec<f32>>, Bilingual> {
    let (seed, rate) = (args.seed, args.rate);
    let seconds = args.seconds.unwrap_or_else(|| usual_seconds(args.kind));
    if !(8_000..=96_000).contains(&rate) {
        return Err(outside(format!("--rate {rate}"), 8000.0, 96_000.0));
    }
    if !(0.05..=3600.0).contains(&seconds) {
        return Err(outside(format!("--seconds {seconds}"), 0.05, 3600.0));
    }
    let top = 0.45 * f64::from(rate);
    if !(20.0..=top).contains(&args.hz) {
        return Err(outside(format!("--hz {} --rate {rate}", args.hz), 20.0, top));
    }
    Ok(vec![match args.kind {
        Kind::Burst => stimulus::burst(seed, rate, seconds),
        Kind::Bursts => (0..seconds.ceil() as u64).flat_map(|k| stimulus::burst(seed.wrapping_add(k), rate, 1.0)).collect(),
        Kind::Stipa => stipa::test_signal(seed, rate, seconds),
        Kind::SpeechNoise => stimulus::speech_noise(seed, rate, seconds),
        Kind::SpeechLike => stimulus::speech_like(seed, rate, seconds),
        Kind::Chirp => stimulus::chirp(stimulus::Sweep::Linear, rate, seconds, 100.0, top),
        Kind::Sweep => stimulus::chirp(stimulus::Sweep::Exponential, rate, seconds, 100.0, top),
        Kind::Tone => stimulus::tone(rate, seconds, args.hz, 0.01),
        Kind::Mls => {
            let (order, _) = sequence(args, seconds);
            stimulus::mls(seed, order, rate, seconds)
                .ok_or_else(|| outside(format!("--order {order}"), 10.0, f64::from(LONGEST_ORDER)))?
        }
        Kind::Dtmf => {
            let refused = || {
                Bilingual::new(
                    format!("--keys {:?}: 0 to 9, *, #, A to D are accepted, 256 at most", args.keys),
                    format!("--keys {:?}: przyjmuje się 0 do 9, *, #, A do D, najwyżej 256", args.keys),
                )
            };
            let few = Some(args.keys.as_str()).filter(|keys| !keys.is_empty() && keys.len() <= 256);
            few.and_then(|keys| stimulus::dial(keys, rate, 0.07, 0.07)).ok_or_else(refused)?
        }
        Kind::Ringing => stimulus::cadence(rate, seconds, 425.0, &[(1.0, 4.0)]),
        Kind::Busy => stimulus::cadence(rate, seconds, 425.0, &[(0.5, 0.5)]),
        Kind::DoubleTalk => {
            let (near, far) = stimulus::double_talk(seed, rate, seconds);
            return Ok(vec![near, far]);
        }
    }])
}
