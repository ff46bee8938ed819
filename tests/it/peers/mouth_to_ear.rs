//! The delay of a call through a softphone that nobody here wrote, from the operator's mouth round to the operator's ear, on one clock: ours.
//!
//! baresip plays what it hears to a sound server and takes its microphone from there, so the operator hears itself. **The figure is the whole
//! loop's, not baresip's alone**; on the way are
//!
//! - ours: the packet of 20 ms, and the reference playout of 40 ms after the arrival of the stream's first packet;
//! - baresip: its jitter buffer (2 to 5 packets), its two sound buffers (20 to 160 ms each), and its packet of 20 ms;
//! - in between: ALSA's pulse plug-in with a buffer each way, and PulseAudio's null sink in steps of 10 ms. They run at the codec's rate, without a
//!   resampler.
//!
//! Each call's delay differs with how full those buffers were when they started. The uncertainty beside each call (k = 2) is nearly all that of
//! our stamps, the worst so far: it grows where the machine is too busy to wake us in time, and may then exceed the spread.
//!
//! The figure: `HEJNAL_ROUNDS=20 cargo test --test it mouth_to_ear -- --nocapture --test-threads 1`. A sound server on a busy machine tears holes
//! into what it plays, so without that word no call is made, and that is said. Must not know how the operator is made.

use super::super::sound_server::SoundServer;
use super::baresip::{Account, Baresip};
use super::{Error, is_there, scratch, wait_for};
use hejnal::clock::{Clock, RealClock};
use hejnal::driver::sip_operator::{self, SipOperator};
use hejnal::dsp::delay::{Delay, Signal, delay};
use hejnal::dsp::stimulus::burst;
use hejnal::instrument::operator::desk::{DeskConfig, User};
use hejnal::instrument::operator::seat::HEADSET;
use hejnal::instrument::operator::{Answering, Behaviour, CallEvent, CallId, Operator as _};
use hejnal::rtp::axis::{PACKET, RATE};
use hejnal::rtp::codec::Codec;
use hejnal::rtp::playout::DEPTH;
use hejnal::rtp::report::Calendar;
use hejnal::sip::digest::Algorithm;
use hejnal::sip::sdes::Srtp;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

const BURST_S: f64 = 0.5;
/// What is recorded from the burst's beginning on, in seconds: no longer delay than this less the burst can be seen whole.
const RECORDED_S: f64 = 2.0;
/// A machine too busy to keep the sound going tears holes into a burst; so many are spoken before the call is given up.
const BURSTS: u64 = 5;
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
    /// Of the delay, with that of our stamps (k = 2), in seconds.
    uncertainty: f64,
    /// Bursts that did not come back before.
    lost: u64,
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

    /// One call: speaks a burst of its own seed and finds it in what comes back.
    fn round(&mut self, post: &mut Baresip, round: u32) -> Result<Round, Error> {
        let call = CallId(round + 1);
        post.dial()?;
        self.wait("the call's media", |event| (*event == CallEvent::FirstMedia { call }).then_some(()))?;
        // The sound server's streams have begun and the buffers have settled.
        self.clock.wait(Duration::from_secs(1))?;
        let mut heard = None;
        for lost in 0..BURSTS {
            heard = self.speak(call, u64::from(round) * BURSTS + lost + 1)?.map(|(found, own)| Round {
                found,
                uncertainty: found.uncertainty.hypot(own),
                lost,
            });
            if heard.is_some() {
                break;
            }
        }
        post.command("hangup", "")?;
        self.wait("the call's end", |event| {
            matches!(event, CallEvent::Ended { call: ended, .. } if *ended == call).then_some(())
        })?;
        heard.ok_or_else(|| format!("call {}: none of {BURSTS} bursts came back\n{}", round + 1, post.log()).into())
    }

    /// A burst, found again in what is heard, and the uncertainty of our stamps.
    fn speak(&mut self, call: CallId, seed: u64) -> Result<Option<(Delay, f64)>, Error> {
        let spoken = burst(seed, RATE, BURST_S);
        let first = self.operator.audio(call)?.play(HEADSET, &spoken)?;
        // A burst begins with the next packet, so what is recorded ends a little later than counted from here.
        self.clock.wait(Duration::from_secs_f64(RECORDED_S + 0.1))?;
        let headset = self.operator.audio(call)?;
        let heard = headset.record(HEADSET, first, first + (RECORDED_S * f64::from(RATE)) as u64)?;
        let stamps = headset.timebase()?;
        let found = delay(Signal::new(&spoken, RATE.into()), Signal::new(&heard, RATE.into()));
        let whole = found.filter(|found| found.snr_db > WHOLE_DB);
        Ok(whole.map(|found| (found, stamps.input_uncertainty.hypot(stamps.output_uncertainty))))
    }
}

fn rounds() -> u32 {
    std::env::var("HEJNAL_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Packet and reference playout, in seconds: no call can be quicker.
fn own_share() -> f64 {
    PACKET as f64 / f64::from(RATE) + DEPTH.as_secs_f64()
}

fn check(name: &str, port: u16, codec: Codec, spelt: &str, rate: u32) -> Result<(), Error> {
    if !is_there("baresip", "baresip-core", name) {
        return Ok(());
    }
    if rounds() == 0 {
        writeln!(std::io::stderr(), "SKIPPED: {name}: set HEJNAL_ROUNDS=20 to make twenty calls")?;
        return Ok(());
    }
    let Some(sound) = SoundServer::start(name, rate, 1).and_then(|server| server.hurry(name, 10)) else { return Ok(()) };
    let mut line = Line::listen(port, codec)?;
    let account = Account { operator: port, codec: spelt, sound: Some(&sound), ..Account::default() };
    let mut post = Baresip::start(&scratch(name)?, port + 10, &account)?;
    line.wait("the registration", |event| matches!(event, CallEvent::Registered { .. }).then_some(()))?;
    let mut all = Vec::new();
    for round in 0..rounds() {
        let Round { found, uncertainty, lost } = line.round(&mut post, round)?;
        writeln!(
            std::io::stderr(),
            "{name} {:>2}: {:7.2} ms ± {:.3} ms, gain {:.3}, {:.0} dB{}",
            round + 1,
            found.seconds * 1e3,
            uncertainty * 1e3,
            found.gain,
            found.snr_db,
            if lost > 0 { format!("; {lost} lost before") } else { String::new() }
        )?;
        assert!(found.seconds > own_share(), "call {}: {} s is less than our own share", round + 1, found.seconds);
        assert!(found.seconds < RECORDED_S - BURST_S, "call {}: {found:?}", round + 1);
        assert!(found.gain > 0.5 && found.gain < 2.0, "call {}: nothing amplifies or attenuates: {found:?}", round + 1);
        all.push(Sample { seconds: found.seconds, uncertainty });
    }
    summary(name, &all)
}

struct Sample {
    seconds: f64,
    uncertainty: f64,
}

fn summary(name: &str, all: &[Sample]) -> Result<(), Error> {
    let count = all.len() as f64;
    let mean = all.iter().map(|s| s.seconds).sum::<f64>() / count;
    let spread = (all.iter().map(|s| (s.seconds - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0)).sqrt();
    let least = all.iter().map(|s| s.seconds).fold(f64::MAX, f64::min);
    let most = all.iter().map(|s| s.seconds).fold(0.0, f64::max);
    let widest = all.iter().map(|s| s.uncertainty).fold(0.0, f64::max);
    writeln!(
        std::io::stderr(),
        "{name}: {count} calls, mean {:.2} ms ± {:.2} ms (k = 2, from the spread), spread {:.2} ms (sd), {:.2} to {:.2} ms, \
         each call ± {:.3} ms at worst; \
         {:.0} ms of it ours (packet and reference playout), {:.2} ms baresip's and the sound server's",
        mean * 1e3,
        2.0 * spread / count.sqrt() * 1e3,
        spread * 1e3,
        least * 1e3,
        most * 1e3,
        widest * 1e3,
        own_share() * 1e3,
        (mean - own_share()) * 1e3
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
