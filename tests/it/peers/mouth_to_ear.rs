//! The delay of a call through a softphone that nobody here wrote, from the operator's mouth round to the operator's ear, on one clock: ours.
//!
//! baresip plays what it hears into a bridge and takes its microphone from there, so the operator hears itself: our packet of 20 ms, baresip's
//! jitter buffer, bridge and packet, and our reference playout of 40 ms. Twenty calls for the figure: `HEJNAL_ROUNDS=20 cargo test --release
//! --test it mouth_to_ear -- --nocapture`. Each call's delay differs with the phase of baresip's timers against ours; within a call it stays.

use super::baresip::{Account, Baresip};
use super::{Error, is_there, scratch, wait_for};
use hejnal::clock::{Clock, RealClock};
use hejnal::driver::sip_operator::{self, SipOperator};
use hejnal::dsp::delay::{Delay, Signal, delay};
use hejnal::dsp::stimulus::burst;
use hejnal::instrument::operator::desk::{DeskConfig, User};
use hejnal::instrument::operator::seat::HEADSET;
use hejnal::instrument::operator::{Answering, CallEvent, CallId, Operator as _};
use hejnal::rtp::axis::RATE;
use hejnal::rtp::codec::Codec;
use hejnal::sip::digest::Algorithm;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Burst and what is recorded from its beginning on.
const BURST_S: f64 = 0.5;
const RECORDED: u64 = RATE as u64 * 2;
/// Our packet, and the reference playout: no call can be quicker.
const OWN_S: f64 = 0.02 + 0.04;

struct Line {
    clock: Arc<dyn Clock>,
    operator: SipOperator,
    seen: Vec<CallEvent>,
}

impl Line {
    fn listen(port: u16, codec: Codec) -> Result<Line, Error> {
        let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
        let config = DeskConfig {
            seed: 1,
            sip: SocketAddr::from(([127, 0, 0, 1], port)),
            media_ports: port + 100..=port + 140,
            realm: "street".to_owned(),
            users: vec![User { name: "post1".to_owned(), password: "secret1".to_owned() }],
            operator_user: "operator".to_owned(),
            answering: Answering::After(Duration::ZERO),
            max_calls: 1,
            ring_after: Duration::ZERO,
            codecs: vec![codec],
            digests: vec![Algorithm::Md5],
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
    fn round(&mut self, post: &mut Baresip, round: u32) -> Result<(Delay, f64), Error> {
        let call = CallId(round + 1);
        post.dial()?;
        self.wait("the call's media", |event| (*event == CallEvent::FirstMedia { call }).then_some(()))?;
        self.clock.wait(Duration::from_millis(600))?;
        let spoken = burst(u64::from(round) + 1, RATE, BURST_S);
        let first = self.operator.audio(call)?.play(HEADSET, &spoken)?;
        // Recorded up to where it has been heard: two seconds, and the packet that waited for its boundary.
        self.clock.wait(Duration::from_millis(2100))?;
        let headset = self.operator.audio(call)?;
        let heard = headset.record(HEADSET, first, first + RECORDED)?;
        let own = headset.timebase()?.input_uncertainty;
        post.command("hangup", "")?;
        self.wait("the call's end", |event| {
            matches!(event, CallEvent::Ended { call: ended, .. } if *ended == call).then_some(())
        })?;
        let found = delay(Signal::new(&spoken, RATE.into()), Signal::new(&heard, RATE.into()));
        Ok((found.ok_or_else(|| format!("round {round}: the burst did not come back"))?, own))
    }
}

fn rounds() -> u32 {
    std::env::var("HEJNAL_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

fn check(name: &str, port: u16, codec: Codec, spelt: &str) -> Result<(), Error> {
    if !is_there("baresip", "baresip-core", name) {
        return Ok(());
    }
    let mut line = Line::listen(port, codec)?;
    let account = Account { operator: port, codec: spelt, looped: true, ..Account::default() };
    let mut post = Baresip::start(&scratch(name)?, port + 10, &account)?;
    line.wait("the registration", |event| matches!(event, CallEvent::Registered { .. }).then_some(()))?;
    let mut all = Vec::new();
    let mut out = std::io::stderr();
    for round in 0..rounds() {
        let (found, stamp) = line.round(&mut post, round)?;
        let wide = found.uncertainty.hypot(stamp);
        writeln!(
            out,
            "{name} {:>2}: {:.2} ms ± {:.2} ms, gain {:.2}, {:.0} dB",
            round + 1,
            found.seconds * 1e3,
            wide * 1e3,
            found.gain,
            found.snr_db
        )?;
        assert!(found.seconds > OWN_S, "round {round}: {} s is less than our own share", found.seconds);
        assert!(wide < 1e-3 && found.gain > 0.3, "round {round}: {found:?}");
        all.push(found.seconds);
    }
    let count = all.len() as f64;
    let mean = all.iter().sum::<f64>() / count;
    let spread = (all.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0)).sqrt();
    let (least, most) = all.iter().fold((f64::MAX, 0f64), |(a, b), d| (a.min(*d), b.max(*d)));
    writeln!(
        out,
        "{name}: {count} calls, mean {:.2} ms, spread {:.2} ms (sd), {:.2} to {:.2} ms; {:.0} ms of it ours, {:.2} ms baresip's and the line's",
        mean * 1e3,
        spread * 1e3,
        least * 1e3,
        most * 1e3,
        OWN_S * 1e3,
        (mean - OWN_S) * 1e3
    )?;
    Ok(())
}

#[test]
fn mouth_to_ear_through_a_softphone_in_pcmu() -> Result<(), Error> {
    check("mouth-to-ear-pcmu", 26_400, Codec::Pcmu, "pcmu/8000/1")
}

#[test]
fn mouth_to_ear_through_a_softphone_in_g722() -> Result<(), Error> {
    check("mouth-to-ear-g722", 26_700, Codec::G722, "g722/16000/1")
}
