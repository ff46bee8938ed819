//! The delay of a call through a softphone that nobody here wrote, from the operator's mouth round to the operator's
//! ear, on one clock: ours.
//!
//! baresip plays what it hears to a sound server and takes its microphone from there, so the operator hears
//! itself. **The figure is the whole loop's, not baresip's alone**; on the way are
//!
//! - ours: the packet of 20 ms, and the reference playout of 40 ms after the arrival of the stream's first packet;
//! - baresip: its jitter buffer (2 to 5 packets), its two sound buffers (20 to 160 ms each), and its packet of 20 ms;
//! - in between: ALSA's pulse plug-in with a buffer each way, and PulseAudio's null sink in steps of 10 ms. They run at
//!   the codec's rate, without a resampler.
//!
//! Each call's delay differs with how full those buffers were when they started: the spread is the softphone's and the
//! sound server's. The uncertainty beside each call (k = 2) is ours: how late the packets left that carried the burst,
//! how well the reception of the stream's first packet is known, and how well the burst was found.
//!
//! A softphone and a sound server that do not get the processor in time tear holes into a burst, or slip by so many
//! packets that the reference playout hears them late. Another burst is spoken then; a call of which none comes back
//! whole is lost, is told with what came instead, and is made again, up to a limit. So that this is rare on a busy
//! machine, both run at the scheduler's real-time class. Where that is not permitted, nothing is measured unless it is
//! asked for.
//!
//! The figure: `HEJNAL_ROUNDS=20 cargo test --test it mouth_to_ear -- --nocapture --test-threads 1`. Must not know how
//! the operator is made.

use super::super::sound_server::SoundServer;
use super::baresip::{Account, Baresip};
use super::{Error, is_there, scratch, wait_for};
use hejnal::clock::{Clock, RealClock};
use hejnal::driver::sip_operator::{self, SipOperator};
use hejnal::dsp::delay::{Delay, Signal, delay};
use hejnal::dsp::stimulus::burst;
use hejnal::instrument::operator::{Answering, Behaviour, CallEvent, CallId, Operator as _};
use hejnal::operator::operator_port::HEADSET;
use hejnal::operator::{DeskConfig, User};
use hejnal::rtp::axis::{PACKET, RATE};
use hejnal::rtp::codec::Codec;
use hejnal::rtp::playout::DEPTH;
use hejnal::rtp::report::Calendar;
use hejnal::sip::digest::Algorithm;
use hejnal::sip::sdes::Srtp;
use std::fmt;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const BURST_S: f64 = 0.5;
/// What is recorded from the burst's beginning on, in seconds: no longer delay than this less the burst can be seen
/// whole.
const RECORDED_S: f64 = 1.5;
/// A machine too busy to keep the sound going tears holes into a burst; so many are spoken before the call is given up
/// as lost.
const BURSTS: u64 = 5;
/// More lost calls than this are no longer the machine's moods.
const MOST_LOST: usize = 3;
/// Calls that begin at the same moment on one machine hold each other up, and their softphones' buffers begin fuller:
/// 450 to 970 ms were seen.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
/// A burst with less signal to noise, in dB, was torn: whole ones come back with 18 dB at least.
const WHOLE_DB: f64 = 10.0;

struct Line {
    clock: Arc<dyn Clock>,
    operator: SipOperator,
    seen: Vec<CallEvent>,
}

/// What one call gave.
struct Round {
    found: Delay,
    /// Of the moments at which what was spoken left, and at which what was heard came (k = 2), in seconds.
    left: f64,
    came: f64,
}

impl Round {
    /// Of the delay (k = 2), in seconds.
    fn uncertainty(&self) -> f64 {
        self.found.uncertainty.hypot(self.left).hypot(self.came)
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Round { found, left, came } = self;
        let all = [found.seconds, self.uncertainty(), *left, *came, found.uncertainty].map(|seconds| seconds * 1e3);
        let [delay, uncertainty, left, came, fit] = all;
        write!(f, "{delay:7.2} ms ± {uncertainty:.3} ms (leaving {left:.3}, coming {came:.3}, finding {fit:.3}), ")?;
        write!(f, "gain {:.3}, {:.0} dB", found.gain, found.snr_db)
    }
}

/// What was heard instead of a burst.
struct Torn {
    /// How loud, in dB of full scale.
    level: f64,
    /// The longest silence after the first sound, in seconds.
    hole: f64,
    snr_db: Option<f64>,
    /// Packets, on the way to us.
    lost: u64,
    late: u64,
    /// How late ours left, in seconds.
    left: f64,
}

impl Torn {
    fn of(heard: &[f32], found: Option<Delay>, (lost, late): (u64, u64), left: f64) -> Torn {
        let power = heard.iter().map(|x| f64::from(x * x)).sum::<f64>() / heard.len().max(1) as f64;
        let first = heard.iter().position(|x| is_sound(*x)).unwrap_or(heard.len());
        let last = heard.iter().rposition(|x| is_sound(*x)).unwrap_or(first);
        let sounding = heard.get(first..last).unwrap_or_default();
        let hole = sounding.split(|x| is_sound(*x)).map(<[f32]>::len).max().unwrap_or(0);
        let (level, snr_db) = (10.0 * power.max(1e-12).log10(), found.map(|found| found.snr_db));
        Torn { level, hole: hole as f64 / f64::from(RATE), snr_db, lost, late, left }
    }
}

/// Louder than the rounding of the codecs: −50 dBFS.
fn is_sound(sample: f32) -> bool {
    sample.abs() > 0.003
}

impl fmt::Display for Torn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Torn { level, hole, lost, late, left, .. } = self;
        let (hole, left) = (hole * 1e3, left * 1e3);
        write!(f, "heard {level:.0} dBFS with a hole of {hole:.0} ms, ")?;
        match self.snr_db {
            Some(snr) => write!(f, "the burst in it with {snr:.1} dB, ")?,
            None => write!(f, "no burst in it, ")?,
        }
        write!(f, "{lost} packets lost and {late} late on the way to us, ours at most {left:.3} ms late")
    }
}

impl Line {
    fn listen(port: u16, codec: Codec) -> Result<Line, Error> {
        let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
        let config = DeskConfig {
            seed: 1,
            sip: SocketAddr::from(([127, 0, 0, 1], port)),
            backup: None,
            media_ports: port + 100..=port + 140,
            realm: "street".to_owned(),
            users: vec![User { name: "post1".to_owned(), password: "secret1".to_owned() }],
            grants: hejnal::sip::registrar::LONGEST,
            operator_user: "operator".to_owned(),
            second_user: "operator2".to_owned(),
            behaviour: Behaviour::answering(Answering::After(Duration::ZERO)),
            max_calls: 1,
            ring_after: Duration::ZERO,
            codecs: vec![codec],
            digests: vec![Algorithm::Md5],
            srtp: Srtp::Optional,
            calendar: Calendar { beginning: Duration::from_secs(1_700_000_000) },
        };
        let operator = sip_operator::listen(Arc::clone(&clock), config)?;
        Ok(Line { clock, operator, seen: Vec::new() })
    }

    fn wait<T>(&mut self, what: &str, find: impl Fn(&CallEvent) -> Option<T>) -> Result<T, Error> {
        let found = wait_for(what, 15, || {
            self.seen.extend(self.operator.events().unwrap_or_default().into_iter().map(|event| event.value));
            self.seen.iter().find_map(&find)
        });
        found.map_err(|e| format!("{e}; seen so far: {:?}", self.seen).into())
    }

    /// One call: speaks bursts, each of a seed of its own, until one comes back whole. `None`: none did.
    fn call(&mut self, post: &mut Baresip, call: CallId) -> Result<Option<Round>, Error> {
        post.dial()?;
        self.wait("the call's media", |event| (*event == CallEvent::FirstMedia { call }).then_some(()))?;
        // The sound server's streams have begun and the buffers have settled.
        self.clock.wait(Duration::from_secs(1))?;
        let mut whole = None;
        for burst in 0..BURSTS {
            match self.speak(call, u64::from(call.0) * BURSTS + burst)? {
                Ok(round) => {
                    whole = Some(round);
                    break;
                }
                Err(torn) => writeln!(std::io::stderr(), "  call {}, burst {} torn: {torn}", call.0, burst + 1)?,
            }
        }
        post.command("hangup", "")?;
        self.wait("the call's end", |event| {
            matches!(event, CallEvent::Ended { call: ended, .. } if *ended == call).then_some(())
        })?;
        Ok(whole)
    }

    /// Packets of a call that were lost and that came too late so far.
    fn missed(&self, call: CallId) -> Result<(u64, u64), Error> {
        let stats = self.operator.consult("count packets", |_, desk| desk.media_stats(call))?;
        Ok((stats.lost, stats.late))
    }

    /// A burst, found again in what is heard.
    fn speak(&mut self, call: CallId, seed: u64) -> Result<Result<Round, Torn>, Error> {
        let spoken = burst(seed, RATE, BURST_S);
        let before = self.missed(call)?;
        let first = self.operator.audio(call)?.play(HEADSET, &spoken)?;
        // A burst begins with the next packet, so what is recorded ends a little later than counted from here.
        self.clock.wait(Duration::from_secs_f64(RECORDED_S + 0.1))?;
        let headset = self.operator.audio(call)?;
        let heard = headset.record(HEADSET, first, first + (RECORDED_S * f64::from(RATE)) as u64)?;
        let stamps = headset.timebase()?;
        let (left, came) = (stamps.output_uncertainty, stamps.input_uncertainty);
        let found = delay(Signal::new(&spoken, RATE.into()), Signal::new(&heard, RATE.into()));
        if let Some(found) = found.filter(|found| found.snr_db > WHOLE_DB && found.seconds < RECORDED_S - BURST_S) {
            return Ok(Ok(Round { found, left, came }));
        }
        let after = self.missed(call)?;
        Ok(Err(Torn::of(&heard, found, (after.0 - before.0, after.1 - before.1), left)))
    }
}

/// How many calls are asked for.
fn rounds() -> Option<usize> {
    std::env::var("HEJNAL_ROUNDS").ok().and_then(|text| text.parse().ok())
}

/// Packet and reference playout, in seconds: no call can be quicker.
fn own_share() -> f64 {
    PACKET as f64 / f64::from(RATE) + DEPTH.as_secs_f64()
}

fn check(name: &str, port: u16, codec: Codec, spelt: &str, rate: u32) -> Result<(), Error> {
    if !is_there("baresip", "baresip-core", name) {
        return Ok(());
    }
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(sound) = SoundServer::start(name, rate, 1).and_then(|server| server.hurry(name, 10)) else { return Ok(()) };
    let mut line = Line::listen(port, codec)?;
    let account = Account { operator: port, codec: spelt, sound: Some(&sound), ..Account::default() };
    let mut post = Baresip::start(&scratch(name)?, port + 10, &account)?;
    if !(sound.prefer() && post.prefer()) && rounds().is_none() {
        writeln!(std::io::stderr(), "SKIPPED {name}: real-time priority is not permitted; HEJNAL_ROUNDS=20 measures without it")?;
        return Ok(());
    }
    line.wait("the registration", |event| matches!(event, CallEvent::Registered { .. }).then_some(()))?;
    let (mut all, mut lost) = (Vec::new(), 0);
    let rounds = rounds().unwrap_or(3);
    while all.len() < rounds {
        let number = all.len() + lost + 1;
        let Some(round) = line.call(&mut post, CallId(u32::try_from(number)?))? else {
            lost += 1;
            writeln!(std::io::stderr(), "{name}: call {number} is lost: none of {BURSTS} bursts came back whole")?;
            if lost > MOST_LOST {
                return Err(format!("{lost} of {number} calls lost\n{}", post.log()).into());
            }
            continue;
        };
        writeln!(std::io::stderr(), "{name} {:>2}: {round}", all.len() + 1)?;
        let found = round.found;
        assert!(found.seconds > own_share(), "call {number}: {} s is less than our own share", found.seconds);
        assert!(found.gain > 0.5 && found.gain < 2.0, "call {number}: nothing amplifies or attenuates: {found:?}");
        all.push(round);
    }
    summary(name, &all, lost)
}

fn summary(name: &str, all: &[Round], lost: usize) -> Result<(), Error> {
    let count = all.len() as f64;
    let mean = all.iter().map(|r| r.found.seconds).sum::<f64>() / count;
    let spread = (all.iter().map(|r| (r.found.seconds - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0)).sqrt();
    let least = all.iter().map(|r| r.found.seconds).fold(f64::MAX, f64::min);
    let most = all.iter().map(|r| r.found.seconds).fold(0.0, f64::max);
    let mut uncertainties: Vec<f64> = all.iter().map(Round::uncertainty).collect();
    uncertainties.sort_by(f64::total_cmp);
    let median = uncertainties.get(all.len() / 2).copied().unwrap_or_default();
    let widest = uncertainties.last().copied().unwrap_or_default();
    writeln!(
        std::io::stderr(),
        "{name}: {count} calls ({lost} more lost), mean {:.2} ms ± {:.2} ms (k = 2, from the spread), spread {:.2} ms (sd), {:.2} to {:.2} ms, \
         each call ± {:.2} ms (median) to ± {:.2} ms (worst); \
         {:.0} ms of it ours (packet and reference playout), {:.2} ms baresip's and the sound server's; load of the machine {}",
        mean * 1e3,
        2.0 * spread / count.sqrt() * 1e3,
        spread * 1e3,
        least * 1e3,
        most * 1e3,
        median * 1e3,
        widest * 1e3,
        own_share() * 1e3,
        (mean - own_share()) * 1e3,
        std::fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').next().unwrap_or_default()
    )?;
    Ok(())
}

#[test]
fn mouth_to_ear_through_a_softphone_in_pcmu() -> Result<(), Error> {
    check("mouth-to-ear-pcmu", 28_000, Codec::Pcmu, "pcmu/8000/1", 8000)
}

#[test]
fn mouth_to_ear_through_a_softphone_in_g722() -> Result<(), Error> {
    check("mouth-to-ear-g722", 28_200, Codec::G722, "g722/16000/1", 16_000)
}
