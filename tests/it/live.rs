//! The live virtual post as a process, against our own operator, real softphones and SIP test programs, and a bench on
//! its pseudo-terminals. Must not know how the post is built. Moments are generous: what is printed is measured, what
//! is asserted holds on a busy machine.

mod bench;
mod busy;
mod guard;
mod modules;
mod peers;
mod post;
mod room;

use hejnal::clock::{Clock, Instant, RealClock, poll};
use hejnal::driver::sip_operator;
use hejnal::dsp::delay::{Signal, delay};
use hejnal::dsp::stimulus::burst;
use hejnal::instrument::audio::Jack;
use hejnal::instrument::operator::{Action, Answering, Behaviour, CallEvent, CallId, EndedBy, Operator, Unbound};
use hejnal::operator::{DeskConfig, User};
use hejnal::rig::{Limits, Profile};
use hejnal::rtp::report::Calendar;
use post::{IDENTITY, Post, Scratch, read_wav, write_wav};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

const PASSWORD: &str = "piotrkowska";
const JACK: Jack = Jack(1);
const SECOND: Duration = Duration::from_secs(1);

/// Limit T20 in seconds: from the fibre's return to being ready for a call.
fn ready_again() -> f64 {
    Limits::of(Profile::NewPost).get("T20").expect("in the list").limit
}

/// How long the fibre is cut. T20 speaks of cuts of at least 60 s:
/// `HEJNAL_CUT=60 cargo test --test it live -- --nocapture` takes them at their word.
fn cut() -> Duration {
    let asked = std::env::var("HEJNAL_CUT").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(asked.unwrap_or(3))
}

/// The operator on the loop-back: SIP on `port`, media on the four ports before it.
struct Desk {
    operator: Box<dyn Operator>,
    clock: Arc<RealClock>,
    server: String,
}

impl Desk {
    fn open(clock: &Arc<RealClock>, port: u16) -> Desk {
        let config = DeskConfig {
            seed: 1,
            sip: SocketAddr::from(([127, 0, 0, 1], port)),
            backup: None,
            media_ports: port - 4..=port - 1,
            realm: "straz.miejska".to_owned(),
            users: vec![User { name: IDENTITY.to_owned(), password: PASSWORD.to_owned() }],
            grants: hejnal::sip::registrar::LONGEST,
            operator_user: "operator".to_owned(),
            second_user: "operator2".to_owned(),
            behaviour: Behaviour::answering(Answering::Manual),
            max_calls: 2,
            ring_after: Duration::ZERO,
            codecs: hejnal::rtp::codec::Codec::G711.to_vec(),
            digests: vec![hejnal::sip::digest::Algorithm::Md5],
            calendar: Calendar::by_the_wall(hejnal::clock::wall_clock(), clock.now()),
            srtp: hejnal::sip::sdes::Srtp::Optional,
        };
        // A socket that a test has closed lives on in a child of another test until that child has become its program.
        let listen = || {
            Ok::<_, hejnal::clock::Interrupted>(sip_operator::listen(Arc::clone(clock) as Arc<dyn Clock>, config.clone()).ok())
        };
        let deadline = clock.now() + SECOND * 5;
        let opened = hejnal::clock::poll(&**clock, deadline, Duration::from_millis(50), listen).expect("not interrupted");
        let operator = opened.expect("free ports");
        Desk { operator: Box::new(operator), clock: Arc::clone(clock), server: format!("sip:operator@127.0.0.1:{port}") }
    }

    /// Waits for an event that `wanted` takes; others before it are passed over.
    fn expect<T>(&mut self, what: &str, within: Duration, mut wanted: impl FnMut(&CallEvent) -> Option<T>) -> (Instant, T) {
        let clock = Arc::clone(&self.clock);
        let mut seen = Vec::new();
        let found = poll::<_, hejnal::clock::Interrupted>(&*clock, clock.now() + within, Duration::from_millis(5), || {
            let events = self.operator.events().expect("a desk that works");
            seen.extend(events.iter().map(|event| format!("{event:?}")));
            Ok(events.iter().find_map(|event| Some((event.at, wanted(&event.value)?))))
        });
        found.ok().flatten().unwrap_or_else(|| panic!("no {what} within {within:?}; seen: {seen:#?}"))
    }
    fn registered(&mut self, within: Duration) -> Instant {
        self.expect("registration", within, |event| {
            matches!(event, CallEvent::Registered { user, expires, .. } if user == IDENTITY && !expires.is_zero()).then_some(())
        })
        .0
    }
    fn invited(&mut self) -> (Instant, CallId) {
        self.expect("INVITE", SECOND * 10, |event| match event {
            CallEvent::Invited { call, .. } => Some(*call),
            _ => None,
        })
    }
}

/// Where `reference` lies in `samples`, in seconds after its first sample.
fn place(reference: &[f32], reference_rate: f64, samples: &[f32], rate: f64) -> hejnal::dsp::delay::Delay {
    delay(Signal::new(reference, reference_rate), Signal::new(samples, rate)).expect("the burst is in the recording")
}

#[test]
fn a_live_post_calls_speaks_listens_and_comes_back_after_fibre_and_power_failed() {
    let scratch = Scratch::new();
    let clock = Arc::new(RealClock::start());
    let mut desk = Desk::open(&clock, 27_164);
    let said = burst(3, 16_000, 1.5);
    write_wav(&scratch.path("mouth.wav"), &said, 16_000);
    let (mouth, ear) = (scratch.text("mouth.wav"), scratch.text("ear.wav"));
    let server = desk.server.clone();
    let mut post = Post::start(&clock, &["--server", &server, "--password", PASSWORD, "--mouth", &mouth, "--ear", &ear]);
    let ear_began = post.expect("its file begins at", SECOND * 20).figure_after("its file begins at");
    let at = desk.registered(SECOND * 30);
    println!("registered {:.3} s after the start", at.as_secs_f64());
    post.expect("lamp     out of service off", SECOND * 10);

    let pressed = clock.now();
    post.send("press 150ms");
    let (invited, call) = desk.invited();
    println!("press to INVITE at the operator: {:.0} ms", invited.seconds_after(pressed) * 1e3);
    post.expect("lamp     call placed on", SECOND * 5);
    desk.operator.act(call, Action::Answer).expect("a call that rings");
    desk.expect("media", SECOND * 10, |event| matches!(event, CallEvent::FirstMedia { .. }).then_some(()));
    let spoken_at_post = post.expect("mouth    speaks from", SECOND * 10).figure_after("speaks from");
    let (offset, uncertain) = post.offset();

    let back = burst(7, 8_000, 1.5);
    let (heard_in, heard, back_at) = both_ways(&mut desk, call, &back);
    let found = place(&said, 16_000.0, &heard, 8_000.0);
    let up = heard_in + found.seconds - (spoken_at_post + offset);
    println!("mouth to operator's ear {:.1} ms ± {:.1} ms (SNR {:.0} dB)", up * 1e3, uncertain * 1e3, found.snr_db);
    assert!((0.0..0.6).contains(&up), "{up} s from mouth to operator");

    desk.operator.act(call, Action::HangUp).expect("a call that is up");
    post.expect("lamp     connected off", SECOND * 10);
    desk.expect("end", SECOND * 5, |event| matches!(event, CallEvent::Ended { by: EndedBy::Operator, .. }).then_some(()));
    let (off_at, _) = (clock.now(), post.send("fibre cut"));
    comes_back(&mut post, &mut desk, off_at);

    let (code, behind) = post.quit();
    println!("at most {behind} ms behind real time");
    assert_eq!(code, Some(0));
    let (recorded, rate) = read_wav(&scratch.path("ear.wav"));
    let from = back_at - offset - ear_began - 0.5;
    let stretch = &recorded[(from * rate) as usize..((from + 3.5) * rate) as usize];
    let found = place(&back, 8_000.0, stretch, rate);
    let down = found.seconds - 0.5;
    println!("operator's mouth to ear {:.1} ms ± {:.1} ms (SNR {:.0} dB)", down * 1e3, uncertain * 1e3, found.snr_db);
    assert!((0.0..0.6).contains(&down), "{down} s from operator to ear");
}

/// Lets the post's person finish, then speaks back. When the recording of the post begins (seconds), the recording, and
/// when we spoke.
fn both_ways(desk: &mut Desk, call: CallId, back: &[f32]) -> (f64, Vec<f32>, f64) {
    desk.clock.wait(SECOND * 2).expect("not interrupted");
    let headset = desk.operator.audio(call).expect("a call with media");
    let base = headset.timebase().expect("a clock");
    let to = base.frame_of(desk.clock.now()) as u64 - 1600;
    let heard = headset.record(JACK, 0, to).expect("heard");
    let frame = headset.play(JACK, back).expect("media");
    let back_at = base.seconds_of(frame as f64);
    desk.clock.wait(Duration::from_millis(2200)).expect("not interrupted");
    (base.seconds_of(0.0), heard, back_at)
}

/// The fibre has been cut at `at`: a while later it is mended, then the mains fail and return.
fn comes_back(post: &mut Post, desk: &mut Desk, at: Instant) {
    post.expect("lamp     out of service on", SECOND * 5);
    desk.clock.wait_until(at + cut()).expect("not interrupted");
    desk.operator.events().expect("a desk that works");
    let mended = desk.clock.now();
    post.send("fibre restore");
    let back = desk.registered(SECOND * 30).seconds_after(mended);
    println!("registered again {back:.2} s after the fibre's return (limit T20: {} s)", ready_again());
    assert!(back < ready_again());
    post.expect("lamp     out of service off", SECOND * 5);
    post.send("power off");
    post.expect("mains    off", SECOND * 5);
    // Longer than any supply holds out.
    desk.clock.wait(SECOND).expect("not interrupted");
    desk.operator.events().expect("a desk that works");
    let on = desk.clock.now();
    post.send("power on");
    post.expect("console  $BOOT", SECOND * 10);
    let back = desk.registered(SECOND * 60).seconds_after(on);
    println!("registered again {back:.2} s after the mains' return (limit T19: 60 s)");
    assert!(back < 60.0);
}

#[test]
fn a_post_that_is_told_to_quit_in_a_call_hangs_up_and_takes_its_registration_back() {
    let clock = Arc::new(RealClock::start());
    let mut desk = Desk::open(&clock, 27_174);
    let server = desk.server.clone();
    let mut post = Post::start(&clock, &["--server", &server, "--password", PASSWORD]);
    desk.registered(SECOND * 30);
    post.expect("lamp     out of service off", SECOND * 30);
    post.send("press 150ms");
    let (_, call) = desk.invited();
    desk.operator.act(call, Action::Answer).expect("a call that rings");
    desk.expect("media", SECOND * 10, |event| matches!(event, CallEvent::FirstMedia { .. }).then_some(()));
    let asked = clock.now();
    assert_eq!(post.quit().0, Some(0));
    let took = clock.now().seconds_after(asked);
    let (mut has_ended, mut has_left) = (false, false);
    desk.expect("farewell", SECOND * 2, |event| {
        has_ended |= matches!(event, CallEvent::Ended { by: EndedBy::Post, .. });
        has_left |= matches!(event, CallEvent::Unregistered { why: Unbound::Removed, .. });
        (has_ended && has_left).then_some(())
    });
    assert!(took < 3.0, "{took} s");
}

#[test]
fn what_cannot_live_is_refused_in_words() {
    let check = |arguments: &[&str], words: &str| {
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_hejnal"));
        let program = program.arg("twin").args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
        let ended = program.stdin(std::process::Stdio::null()).output().expect("the program runs");
        let told = String::from_utf8_lossy(&ended.stderr);
        assert!(told.contains(words), "{arguments:?}: {told}");
        assert_eq!(ended.status.code(), Some(3), "{told}");
    };
    check(&["--rig", "rigs/existing-pole.yaml"], "the rig is one of real instruments");
    check(&["--server", "operator@127.0.0.1"], "sip:operator@192.168.10.2:5060");
    check(&["--server", "sip:operator@name.invalid"], "look name.invalid up");
    for number in ["sip:%31%31%32@127.0.0.1", "sip:+48112@127.0.0.1", "sip:00112@127.0.0.1", "tel:112"] {
        check(&["--server", number], "emergency number");
    }
    check(&["--second", "0-112"], "emergency number");
    check(&["--bind", "203.0.113.77"], "listen on 203.0.113.77:0");
    check(&["--mouth", "no-such-file.wav"], "no-such-file.wav");
    check(&["--ear", "/proc/ear.wav"], "write /proc/ear.wav");
}
