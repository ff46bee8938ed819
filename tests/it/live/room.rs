//! The live post with a sound card before it: a sound server's null sink, so that its microphone hears its own
//! loudspeaker. The operator's words go out to the card, come in from it, and are heard by the operator again. Must not
//! know how sound is passed on.

use super::super::sound_server::SoundServer;
use super::post::{IDENTITY, Post};
use super::{Desk, JACK, PASSWORD, SECOND, Signal, delay};
use hejnal::clock::{Clock as _, RealClock};
use hejnal::dsp::stimulus::burst;
use hejnal::instrument::operator::{Action, CallEvent, CallId};
use std::sync::Arc;

#[test]
fn a_sound_card_before_the_post_is_its_mouth_and_its_ear() {
    let Some(sound) = SoundServer::start("live-room", 48_000, 1).and_then(|server| server.hurry("live-room", 10)) else { return };
    let clock = Arc::new(RealClock::start());
    let mut desk = Desk::open(&clock, 27_664);
    let server = desk.server.clone();
    let arguments = ["--server", &server, "--password", PASSWORD, "--sound-card", "bench"];
    let mut post = Post::start_in(&clock, &arguments, &sound.environment());
    post.expect("card     ", SECOND * 20);
    desk.registered(SECOND * 30);
    post.expect("lamp     out of service off", SECOND * 10);
    post.send("press 150ms");
    let (_, call) = desk.invited();
    desk.operator.act(call, Action::Answer).expect("a call that rings");
    desk.expect("media", SECOND * 10, |event| matches!(event, CallEvent::FirstMedia { .. }).then_some(()));
    // The buffers on the way settle.
    clock.wait(SECOND * 2).expect("not interrupted");
    // A sound server on a busy machine tears holes into a burst; one of a few is whole.
    let loops: Vec<_> = (0..4).map(|seed| there_and_back(&mut desk, call, seed)).collect();
    println!("operator to loudspeaker, card, microphone and back, of {IDENTITY}: {loops:?}");
    let best = loops.iter().flatten().max_by(|a, b| a.1.total_cmp(&b.1));
    let (seconds, snr_db) = best.copied().expect("a burst that came back");
    // 100 ms from the microphone, 60 ms to the loudspeaker, two packets and two playouts at least; and nothing lasts
    // for a second.
    assert!((0.2..1.0).contains(&seconds) && snr_db > 6.0, "{seconds} s, {snr_db} dB");
    let (code, _) = post.quit();
    assert_eq!(code, Some(0));
}

/// Speaks a burst to the post: seconds until it comes back, and its signal to noise in dB.
fn there_and_back(desk: &mut Desk, call: CallId, seed: u64) -> Option<(f64, f64)> {
    let spoken = burst(seed, 8000, 1.0);
    let headset = desk.operator.audio(call).expect("a call with media");
    let first = headset.play(JACK, &spoken).expect("media");
    desk.clock.wait(SECOND * 5 / 2).expect("not interrupted");
    let headset = desk.operator.audio(call).expect("a call with media");
    let heard = headset.record(JACK, first, first + 16_000).expect("heard");
    delay(Signal::new(&spoken, 8e3), Signal::new(&heard, 8e3)).map(|d| (d.seconds, d.snr_db))
}

#[test]
fn a_card_that_is_not_there_is_refused_in_words() {
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_hejnal"));
    let program = program.args(["twin", "--sound-card", "hw:CARD=NoSuchCard"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let ended = program.stdin(std::process::Stdio::null()).output().expect("the program runs");
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(told.contains("NoSuchCard") && told.contains("aplay -L"), "{told}");
    assert_eq!(ended.status.code(), Some(3), "{told}");
}
