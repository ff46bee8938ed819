//! The ALSA driver against a real sound server: PulseAudio with a null sink, whose monitor hears what is played. No
//! sound hardware is needed.

use super::sound_server::SoundServer;
use hejnal::clock::{Clock, RealClock};
use hejnal::driver::alsa::{CardSettings, SoundCard};
use hejnal::dsp::delay::{Signal, delay};
use hejnal::dsp::stimulus::burst;
use hejnal::instrument::Instrument;
use hejnal::instrument::audio::{AudioPort, Jack};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

/// Set for the second process, in which libasound finds the sound server: its configuration is read from the
/// environment once, when it is loaded.
const WITHIN: &str = "HEJNAL_TEST_SOUND_SERVER";
const RATE: u32 = 48_000;

#[test]
fn what_is_played_is_heard_again_and_again_at_the_same_distance() {
    if std::env::var_os(WITHIN).is_some() {
        return play_and_hear();
    }
    let Some(server) = SoundServer::start("sound-card", RATE, 2) else { return };
    let status = Command::new(std::env::current_exe().expect("known"))
        .args(["--exact", "sound_card::what_is_played_is_heard_again_and_again_at_the_same_distance", "--nocapture"])
        .env(WITHIN, "1")
        .envs(server.environment())
        .status()
        .expect("runs");
    assert!(status.success(), "see above for what the second process found");
}

fn play_and_hear() {
    let clock = Arc::new(RealClock::start());
    let settings = CardSettings { device: "bench".into(), rate: RATE, outputs: 2, inputs: 2 };
    let mut card = SoundCard::open(settings, clock.clone()).expect("the null sink opens");
    println!("{:?}", card.identify().expect("known"));
    let wait = |millis| clock.wait(Duration::from_millis(millis)).expect("not interrupted");
    wait(1500);
    let mut offsets = Vec::new();
    for seed in 0..5 {
        let sound = burst(seed, RATE, 0.4);
        let from = card.play(Jack(1), &sound).expect("plays");
        wait(1200);
        assert!(from > u64::from(RATE), "only {from} frames in over a second: {:?}", card.record(Jack(1), 0, 1));
        let begin = from - u64::from(RATE) / 4;
        let heard = card.record(Jack(1), begin, from + u64::from(RATE) * 3 / 4).expect("recorded");
        let rate = f64::from(RATE);
        let found = delay(Signal::new(&sound, rate), Signal::new(&heard, rate)).expect("the burst came back");
        offsets.push(found.seconds * rate - (from - begin) as f64);
    }
    println!("loop-back offsets in frames: {offsets:?}");
    let spread = offsets.iter().fold(f64::MIN, |a, b| a.max(*b)) - offsets.iter().fold(f64::MAX, |a, b| a.min(*b));
    assert!(spread < 1.0, "a sound card's latency does not change while it runs: {offsets:?}");
    let rate = card.timebase().expect("known").frames_per_second;
    assert!((rate / f64::from(RATE) - 1.0).abs() < 500e-6, "{rate} frames a second");
    assert!(card.record(Jack(1), u64::MAX - 1, u64::MAX).is_err(), "the future cannot be recorded");
    assert!(card.play(Jack(3), &[0.0]).is_err(), "there are two outputs");
}

#[test]
fn a_card_that_is_not_there_says_so() {
    let settings = CardSettings { device: "hw:CARD=NoSuchCard".into(), rate: RATE, outputs: 2, inputs: 2 };
    let error = SoundCard::open(settings, Arc::new(RealClock::start())).err().expect("there is no such card");
    assert!(error.instrument.contains("NoSuchCard") && !error.cause.is_empty() && !error.remedy.en.is_empty(), "{error:?}");
}
