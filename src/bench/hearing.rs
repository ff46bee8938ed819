//! The bench's sound held against itself: the loop-back returns whole what was sent, the ear hears the mouth as it did
//! at first, and nothing where nothing sounds.
//!
//! The post has no part in it; everything found here is the bench's failure.

use super::Bench;
use super::sound::Heard;
use crate::clock::sample_clock::LARGEST_RATE_ERROR;
use crate::clock::{Instant, Interrupted};
use crate::dsp::align::{Aligned, align};
use crate::dsp::coloration::{coloration, mean_square};
use crate::dsp::comeback::Room;
use crate::dsp::delay::Signal;
use crate::dsp::fidelity::{LOOK_S, fidelity};
use crate::dsp::intrusion;
use crate::dsp::spectrum::spectrum;
use crate::dsp::stimulus::{self, BURST_BAND_HZ};
use crate::instrument::audio::{Frame, Jack};
use crate::instrument::{InstrumentError, Subsystem};
use crate::rig::{Patch, Role};
use crate::unit::{Bilingual, both};
use std::time::Duration;

/// What comes over the loop-back: longer than a second, so that what happens once a second is in it.
const LOOPED_S: f64 = 1.1;
/// What was sent is looked for in pieces of so long.
const PIECE_S: f64 = 0.001;
/// A piece differs from what was sent by more than this share of the power of the whole: it is not what was sent.
const OTHER: f64 = 0.25;
/// A level may differ so much from what it was at first, dB: well above what the same measurement repeats to, in a
/// street too.
const STEADY_WITHIN_DB: f64 = 2.0;
/// A delay may: a card that was started anew has another one.
const STEADY_WITHIN_S: f64 = 0.000_5;
/// From the mouth to the ear sound takes no longer than this, 14 m of air: what is later was reckoned on the way.
const AIR_WITHIN_S: f64 = 0.040;
/// A card's clock that is further off than this is out of order: twice what the poorest crystal of a working one may
/// be, and what its rate is known to.
const CLOCK_WITHIN: f64 = 2.0 * LARGEST_RATE_ERROR;
/// The burst by which the ear knows the mouth.
const BURST_S: f64 = 0.5;
/// So many of them in a row, 0.8 s apart, meet a wire that parts every second or two.
const BURSTS: usize = 5;
/// Where the ear is the mouth's speech may be so much louder or fainter than at the post's microphone, dB: ten times as
/// far, or a fifth. Engineering judgement.
const AT_EAR_WITHIN_DB: f64 = 15.0;
/// Over an octave of the telephone's band a mouth and an ear may together rise or fall by so much, dB: an artificial
/// mouth keeps to 3 dB over the whole of it (ITU-T P.51 [M]).
const EVEN_WITHIN_DB: f64 = 1.5;
/// A burst that is so much fainter, and by how much the way may then differ, dB: what strikes a stop gives the louder
/// one less.
const FAINTER: f32 = 0.25;
const LINEAR_WITHIN_DB: f64 = 1.0;
/// A voice in which a wire shows that parts for a moment, wherever the moment falls, and how many looks at it may be
/// lost by chance.
const WHOLE_S: f64 = 4.4;
const LOST_BY_CHANCE: usize = 3;
/// When a room may send the mouth's voice to the ear once more: the nearest walls do before, within 13 m, and what is
/// further than 150 m is not heard [EJ].
pub const WALLS: [Duration; 2] = [Duration::from_millis(40), Duration::from_millis(450)];
/// How long nothing is listened to: what comes once a minute shall come once.
const QUIET: Duration = Duration::from_secs(60);
/// A room is too loud that is so much louder than the street, dB: what a microphone that was set once is worth, and a
/// lorry that passes.
const LOUDER_ROOM_DB: f64 = 3.0;
/// A burst matters only if it is so much louder than the faintest tone that does, dB: a street is never quite still.
const BURSTS_OVER_DB: f64 = 16.0;
/// Sounds are looked for in the telephone's band.
const TELEPHONE_RATE: u32 = 8000;

/// What the ear hears of the mouth.
#[derive(Debug, Clone, Copy)]
struct AtEar {
    /// Over what the mouth was given, dB.
    gain: f64,
    /// Seconds.
    late: f64,
    /// As `gain`, of what is in step with what was given alone: noise adds nothing to it.
    linear: f64,
    /// By how much each higher octave is fainter, dB, and what that is worth.
    fall: (f64, f64),
    /// dB re 20 µPa, where the rig says what the ear's samples mean.
    spl: Option<f64>,
}

impl Bench {
    /// Does the loop-back return what was sent, every millisecond of it, as loud and as late as before?
    pub fn prove_card<E: From<InstrumentError> + From<Interrupted>>(&mut self) -> Result<(), E> {
        let Some(Patch { output, input }) = self.rig.wiring.loopback.clone() else { return Ok(()) };
        let rate = self.card(&output.card)?.rate();
        let off = self.card(&output.card)?.timebase()?.frames_per_second / f64::from(rate) - 1.0;
        if off.abs() > CLOCK_WITHIN {
            return Err(off_beat(off).into());
        }
        let sent = stimulus::steady_noise(3, rate, LOOPED_S);
        let frame = self.card(&output.card)?.play(Jack(output.jack), &sent)?;
        self.wait::<E>(Duration::from_secs_f64(LOOPED_S + 0.3))?;
        let early = Frame::from(rate) / 10;
        let from = frame.saturating_sub(early);
        let to = frame + (f64::from(rate) * (LOOPED_S + 0.1)) as Frame;
        let captured = self.card(&input.card)?.record(Jack(input.jack), from, to)?;
        let rate = f64::from(rate);
        let Some(pair) = align(Signal::new(&sent, rate), Signal::new(&captured, rate)) else {
            return Err(torn(("what was sent did not come back", "wysłany sygnał nie wrócił pętlą zwrotną karty").into()).into());
        };
        let pieces = torn_pieces(&pair);
        if pieces > 0 {
            return Err(torn(both!(
                "{pieces} ms of {:.0} ms did not come back as they were sent",
                "{pieces} ms z {:.0} ms sygnału wróciło pętlą zwrotną karty w zmienionej postaci",
                LOOPED_S * 1000.0
            ))
            .into());
        }
        let Some(first) = self.sound.get(&output.card) else { return Ok(()) };
        let louder = 20.0 * (pair.delay.gain / first.gain).abs().log10();
        if louder.abs() > STEADY_WITHIN_DB {
            return Err(torn(both!(
                "it came back {louder:+.1} dB louder than when the run began",
                "sygnał z pętli zwrotnej karty zmienił poziom o {louder:+.1} dB od początku przebiegu"
            ))
            .into());
        }
        let round_trip = pair.delay.seconds - (frame - from) as f64 / rate;
        if (round_trip - first.round_trip).abs() > STEADY_WITHIN_S + pair.delay.uncertainty {
            let [now, before] = [round_trip, first.round_trip].map(|seconds| format!("{:.2} ms", seconds * 1000.0));
            return Err(torn(both!(
                "its round trip takes {now}, and took {before} when the run began",
                "opóźnienie w pętli zwrotnej karty wynosi {now}, a na początku przebiegu wynosiło {before}"
            ))
            .into());
        }
        Ok(())
    }

    /// Keeps what the ear hears of the mouth, to hold against it what it hears later.
    pub fn note_ears<E: From<Interrupted> + From<InstrumentError>>(&mut self) -> Result<(), E> {
        self.mouth_gain = self.mouth_at_ear::<E>(1.0)?.flatten().map(|heard| heard.gain);
        Ok(())
    }

    /// Do the bench's ears hear the bench's own mouth, as they did at first?
    pub fn prove_ears<E: From<Interrupted> + From<InstrumentError>>(&mut self) -> Result<(), E> {
        let mut linear = None;
        for _ in 0..BURSTS {
            let Some(heard) = self.mouth_at_ear::<E>(1.0)? else { return Ok(()) };
            linear = Some(self.judge_mouth(heard)?.linear);
        }
        self.prove_whole::<E>()?;
        let Some(Some(fainter)) = self.mouth_at_ear::<E>(FAINTER)? else { return Ok(()) };
        let less = fainter.linear - linear.unwrap_or(fainter.linear);
        if less.abs() <= LINEAR_WITHIN_DB {
            return Ok(());
        }
        Err(InstrumentError::new(
            "mouth or ear",
            "pass loud and faint sounds alike",
            both!("a burst that is {:.0} dB fainter is heard {less:+.1} dB louder than it should be", "mikrofon pomiarowy nie odwzorowuje różnicy poziomów: sygnał cichszy o {:.0} dB słyszy o {less:+.1} dB za głośno", -20.0 * FAINTER.log10()),
            ("turn the mouth's amplifier or the ear's preamplifier down and the card's level up; take limiters and level controls out of the way", "zmniejsz wzmocnienie sztucznych ust albo przedwzmacniacza mikrofonu, a zwiększ poziom na karcie; usuń z toru limitery i automatyczną regulację poziomu"),
        )
        .of(Subsystem::Sound)
        .into())
    }

    /// Does the ear hear the mouth without a break?
    fn prove_whole<E: From<Interrupted> + From<InstrumentError>>(&mut self) -> Result<(), E> {
        let rate = self.card_rate(Role::Mouth)?;
        let voice = stimulus::voice(4, rate, WHOLE_S);
        let from = self.mouth_play(&voice)?.instant();
        let length = Duration::from_secs_f64(WHOLE_S);
        self.wait::<E>(length + Duration::from_millis(500))?;
        let heard = self.ear_record(from - Duration::from_millis(20), from + length + Duration::from_millis(200))?;
        let reference = Signal::new(&voice, f64::from(rate));
        if self.room.is_none() && self.is_post_without_power() {
            let since = self.ear_record(from, from + length + Duration::from_millis(200))?;
            let [after, until] = WALLS.map(|limit| limit.as_secs_f64());
            self.room = Room::of(reference, Signal::new(&since.samples, since.rate), after, until);
        }
        let lost = fidelity(reference, Signal::new(&heard.samples, heard.rate), TELEPHONE_RATE).map_or(0, |found| found.lost);
        if lost <= LOST_BY_CHANCE {
            return Ok(());
        }
        Err(InstrumentError::new(
            "mouth or ear",
            "hear the mouth without a break",
            both!("{:.0} ms of {WHOLE_S} s of its voice did not arrive", "do mikrofonu pomiarowego nie dotarło {:.0} ms z {WHOLE_S} s mowy ze sztucznych ust", lost as f64 * LOOK_S * 1000.0),
            ("move the leads and plugs of the mouth and of the ear one after another while a tone sounds: one of them parts now and then", "poruszaj kolejno przewodami i wtykami sztucznych ust i mikrofonu pomiarowego podczas emisji tonu: jedno z połączeń chwilami się rozłącza"),
        )
        .of(Subsystem::Sound)
        .into())
    }

    /// What the ear heard of one burst: as loud and as soon as it should be?
    fn judge_mouth(&mut self, heard: Option<AtEar>) -> Result<AtEar, InstrumentError> {
        let Some(heard) = heard else {
            return Err(InstrumentError::new(
                "ear",
                "hear the bench's own mouth",
                ("the burst from the artificial mouth was not found in the ear's signal", "mikrofon pomiarowy nie usłyszał sygnału ze sztucznych ust stanowiska"),
                ("check the microphone in front of the post's loudspeaker, its cable and its input on the sound card, then the mouth's amplifier", "sprawdź mikrofon przed głośnikiem punktu, jego przewód i wejście karty dźwiękowej, a potem wzmacniacz sztucznych ust"),
            )
            .of(Subsystem::Sound));
        };
        let AtEar { gain, late, spl, fall: (fall, within), .. } = heard;
        if fall.abs() > EVEN_WITHIN_DB + within {
            let (en, pl) = if fall > 0.0 { ("fainter", "ciszej") } else { ("louder", "głośniej") };
            return Err(InstrumentError::new(
                "mouth or ear",
                "pass low and high sounds alike",
                Bilingual::new(
                    format!("each higher octave of the mouth's speech is heard {:.1} dB {en} than the one below it", fall.abs()),
                    format!("każdą wyższą oktawę mowy ze sztucznych ust mikrofon pomiarowy słyszy o {:.1} dB {pl} niż niższą", fall.abs()).replace('.', ","),
                ),
                ("check the cables, plugs and windscreens of the mouth and of the ear, then filters and tone controls on the way (low cut, high cut); a plug that sits badly takes the low sounds", "sprawdź przewody, wtyki i osłony przeciwwietrzne sztucznych ust i mikrofonu, a potem filtry i regulację barwy w torze; źle wsunięty wtyk zabiera niskie dźwięki"),
            )
            .of(Subsystem::Sound));
        }
        if late > AIR_WITHIN_S {
            return Err(InstrumentError::new(
                "mouth or ear",
                "hear the mouth as soon as its sound arrives",
                both!("the ear hears the artificial mouth {:.0} ms after it spoke", "mikrofon pomiarowy usłyszał sztuczne usta dopiero po {:.0} ms", late * 1000.0),
                ("take every processor, limiter or radio link out of the way from the card to the mouth and from the microphone to the card", "usuń procesory dźwięku, limitery i łącza radiowe z toru od karty do sztucznych ust i od mikrofonu do karty"),
            )
            .of(Subsystem::Sound));
        }
        if let (Some(spl), Some(stated)) = (spl, self.rig.speech_spl())
            && (spl - stated).abs() > AT_EAR_WITHIN_DB
        {
            return Err(InstrumentError::new(
                "mouth or ear",
                "be set to the levels that the rig states",
                both!("by `ear-spl` the mouth's speech is {spl:.0} dB SPL at the ear, and by `speech-spl` {stated:.0} dB SPL at the post's microphone", "poziomy podane w opisie stanowiska nie zgadzają się: według `ear-spl` mowa ze sztucznych ust ma przy mikrofonie pomiarowym {spl:.0} dB SPL, a według `speech-spl` {stated:.0} dB SPL przy mikrofonie punktu"),
                ("set the mouth's amplifier and the ear's preamplifier again by a sound level meter, and write what it shows into the rig", "ustaw ponownie wzmacniacz sztucznych ust i przedwzmacniacz mikrofonu według miernika poziomu dźwięku i wpisz jego wskazania do opisu stanowiska"),
            )
            .of(Subsystem::Sound));
        }
        let first = *self.mouth_gain.get_or_insert(gain);
        if (gain - first).abs() <= STEADY_WITHIN_DB {
            return Ok(heard);
        }
        let (en, pl) = if gain < first { ("fainter", "ciszej") } else { ("louder", "głośniej") };
        let by = (gain - first).abs();
        Err(InstrumentError::new(
            "mouth or ear",
            "hear the mouth as loud as at first",
            Bilingual::new(format!("the ear hears the artificial mouth {by:.1} dB {en} than when the run began"), format!("mikrofon pomiarowy słyszy sztuczne usta o {by:.1} dB {pl} niż na początku przebiegu")),
            ("see whether the mouth or the ear was moved, then check the mouth's amplifier, the microphone's supply and both levels on the card", "sprawdź, czy nie przesunięto sztucznych ust lub mikrofonu, a potem wzmacniacz ust, zasilanie mikrofonu i oba poziomy na karcie"),
        )
        .of(Subsystem::Sound))
    }

    /// What the ear hears of a burst at `level` of its usual one. `None`: the rig lacks one of them; inside: it does
    /// not hear it.
    fn mouth_at_ear<E: From<Interrupted> + From<InstrumentError>>(&mut self, level: f32) -> Result<Option<Option<AtEar>>, E> {
        if self.rig.wiring.mouth.is_none() || self.rig.wiring.ear.is_none() {
            return Ok(None);
        }
        let rate = self.card_rate(Role::Mouth)?;
        let burst: Vec<f32> = stimulus::burst(2, rate, BURST_S).into_iter().map(|sample| sample * level).collect();
        let spoken = self.mouth_play(&burst)?;
        let from = spoken.instant();
        self.wait::<E>(Duration::from_millis(800))?;
        let heard = self.ear_record(from - Duration::from_millis(20), from + Duration::from_millis(700))?;
        let reference = Signal::new(&burst, f64::from(rate));
        let Some(pair) = align(reference, Signal::new(&heard.samples, heard.rate)) else { return Ok(Some(None)) };
        let late = heard.start.seconds + pair.delay.seconds - spoken.seconds;
        let linear = 20.0 * pair.delay.gain.abs().max(f64::MIN_POSITIVE).log10();
        let full = self.rig.ear_spl().map(|full| full + 10.0 * mean_square(&burst).max(f64::MIN_POSITIVE).log10());
        let found = coloration(&pair, BURST_BAND_HZ.0, BURST_BAND_HZ.1, 0.0);
        Ok(Some(found.map(|found| AtEar {
            gain: found.gain_db,
            late,
            linear,
            fall: (found.fall_db, found.uncertainty_db),
            spl: full.map(|full| full + linear),
        })))
    }

    /// Nothing sounds: does the ear hear a tone all the same, or bursts? `least_dbfs`: the faintest tone that matters,
    /// re full scale.
    pub fn prove_quiet<E: From<Interrupted> + From<InstrumentError>>(&mut self, least_dbfs: f64) -> Result<(), E> {
        let from: Instant = self.now();
        self.wait::<E>(QUIET + Duration::from_millis(100))?;
        let Heard { samples, rate, .. } = self.ear_record(from, from + QUIET)?;
        self.judge_room(&samples, rate)?;
        let found = intrusion::intrusions(Signal::new(&samples, rate), TELEPHONE_RATE, least_dbfs);
        let matters = |sound: &intrusion::Intrusion| sound.hz.is_some() || sound.level_dbfs >= least_dbfs + BURSTS_OVER_DB;
        let Some(sound) = found.into_iter().find(matters) else { return Ok(()) };
        let level = sound.level_dbfs;
        let what = sound.hz.map_or(both!("a burst at {level:.0} dBFS", "impuls o poziomie {level:.0} dBFS"), |hz| {
            both!("a tone of {hz:.0} Hz at {level:.0} dBFS", "ton {hz:.0} Hz o poziomie {level:.0} dBFS")
        });
        Err(InstrumentError::new(
            "ear",
            "hear nothing while nothing sounds",
            Bilingual::new(format!("it hears {what} though the post has no power"), format!("mikrofon pomiarowy słyszy {}, choć punkt nie ma zasilania", what.pl)),
            ("look for a ground loop, a loose plug or a mains adapter next to the microphone's lead, then for whatever sounds in the room", "poszukaj pętli masy, luźnego wtyku lub zasilacza sieciowego przy przewodzie mikrofonu, a potem źródła dźwięku w pomieszczeniu"),
        )
        .of(Subsystem::Sound)
        .into())
    }
}

impl Bench {
    /// Is the room so loud that nothing heard in it says anything of a post? One has to be understood in a street
    /// (T14), and in no louder place.
    fn judge_room(&self, silence: &[f32], rate: f64) -> Result<(), InstrumentError> {
        let (Some(full), Some(street)) = (self.rig.ear_spl(), self.rig.limits.get("T14")) else { return Ok(()) };
        let Some(heard) = spectrum(silence, rate) else { return Ok(()) };
        let (level, most) = (full + heard.a_weighted_dbfs(), street.limit + LOUDER_ROOM_DB);
        if level <= most {
            return Ok(());
        }
        Err(InstrumentError::new(
            "ear",
            "hear the post over the room",
            both!("the room itself is {level:.0} dBA loud there while the post has no power, louder than the street of {:.0} dBA in which a post has to be understood", "samo pomieszczenie, gdy punkt nie ma zasilania, ma tam {level:.0} dBA: więcej niż hałas ulicy ({:.0} dBA), w którym punkt musi być zrozumiały", street.limit),
            ("switch off what is loud beside the bench, or set it up elsewhere; if it is quiet there, check the microphone's preamplifier and `ear-spl`", "wyłącz źródło hałasu przy stanowisku albo ustaw je gdzie indziej; jeśli jest tam cicho, sprawdź przedwzmacniacz mikrofonu i `ear-spl`"),
        )
        .of(Subsystem::Sound))
    }
}

/// Pieces of the capture that are not what was sent.
fn torn_pieces(pair: &Aligned) -> usize {
    let piece = ((PIECE_S * pair.rate) as usize).max(1);
    let product: f64 = pair.reference.iter().zip(&pair.capture).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum();
    let gain = product / (mean_square(&pair.reference) * pair.reference.len() as f64).max(f64::MIN_POSITIVE);
    let usual = gain * gain * mean_square(&pair.reference);
    // Where a filter settles nothing is said.
    let edge = piece * 20;
    let inner = |samples: &[f32]| samples.get(edge..samples.len().saturating_sub(edge)).unwrap_or_default().to_vec();
    let (sent, came) = (inner(&pair.reference), inner(&pair.capture));
    let differs = |(sent, came): (&[f32], &[f32])| {
        let rest: Vec<f32> = sent.iter().zip(came).map(|(x, y)| y - (gain * f64::from(*x)) as f32).collect();
        mean_square(&rest) > OTHER * usual
    };
    sent.chunks_exact(piece).zip(came.chunks_exact(piece)).filter(|pieces| differs(*pieces)).count()
}

/// A loop-back runs there and back by the same clock, and shows nothing of it.
fn off_beat(off: f64) -> InstrumentError {
    InstrumentError::new(
        "sound card",
        "keep its rate",
        both!("by the clock of this machine it runs {:+.0} ppm off the rate that it states", "karta dźwiękowa nie trzyma częstotliwości próbkowania: według zegara komputera odbiega ona o {:+.0} ppm", off * 1e6),
        ("put another card in its place, or give it a USB port of its own; if two cards show the same, look at this machine's clock", "wymień kartę albo podłącz ją do osobnego portu USB; jeśli dwie karty wykazują to samo, sprawdź zegar tego komputera"),
    )
    .of(Subsystem::Sound)
}

fn torn(cause: Bilingual) -> InstrumentError {
    InstrumentError::new(
        "sound card",
        "return its own loop-back",
        cause,
        ("check the cable from the loop-back output to the loop-back input; then give the card a USB port of its own and close what else runs on this machine", "sprawdź przewód od wyjścia do wejścia pętli zwrotnej; potem podłącz kartę do osobnego portu USB i zamknij inne programy na tym komputerze"),
    )
    .of(Subsystem::Sound)
}

#[cfg(test)]
mod tests;
