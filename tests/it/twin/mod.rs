//! The whole twin at once: a post is flashed, boots, registers, is pressed, talks, loses its fibre and its mains.

mod examiner;
mod foreigner;
mod fresh;
mod newcomer;
mod outsider;
mod street;
mod wanderer;

use hejnal::clock::{Clock, Instant, Interrupted, Stamped, poll};
use hejnal::driver::console::SerialConsole;
use hejnal::driver::inputs::Inputs;
use hejnal::driver::lcus::Lcus;
use hejnal::driver::probe::ProbeRs;
use hejnal::instrument::Instrument;
use hejnal::instrument::audio::{AudioPort, Jack};
use hejnal::instrument::console::Console;
use hejnal::instrument::lamp::{Edge, Input, InputBoard};
use hejnal::instrument::operator::{Answering, Behaviour, CallEvent, CallId, Operator};
use hejnal::instrument::probe::DebugProbe;
use hejnal::instrument::relay::{Channel, Contact, RelayBoard};
use hejnal::operator::User;
use hejnal::twin::line::Way;
use hejnal::twin::truth::Lamp;
use hejnal::twin::{Twin, TwinClock, TwinConfig, build, defect, probe};
use object::{Object, ObjectSegment};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The bench's end of a twin, through the real drivers.
struct Bench {
    twin: Twin,
    clock: Arc<TwinClock>,
    relays: Lcus,
    inputs: Inputs,
    console: SerialConsole,
    operator: Box<dyn Operator>,
    card: Box<dyn AudioPort>,
    events: Vec<Stamped<CallEvent>>,
    edges: Vec<Stamped<Edge>>,
    lines: Vec<(Instant, String)>,
}

const BUTTON: Channel = Channel(1);
const MAINS: Channel = Channel(2);
const FIBRE: Channel = Channel(3);

impl Bench {
    fn new(config: TwinConfig, image: Option<&str>) -> Self {
        let twin = build(config);
        let port = |name| twin.port(name).expect("a port");
        let (relays, inputs) = (Lcus::new(port("relays"), 4), Inputs::new(port("inputs"), 8).expect("opens"));
        let console = SerialConsole::new(port("console"));
        let (operator, card, clock) = (twin.operator(), twin.card(), twin.clock());
        if let Some(name) = image {
            load(&twin, name);
        }
        Bench { twin, clock, relays, inputs, console, operator, card, events: vec![], edges: vec![], lines: vec![] }
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }
    fn wait(&mut self, seconds: f64) {
        self.clock.wait(Duration::from_secs_f64(seconds)).expect("not interrupted");
        self.collect();
    }
    fn collect(&mut self) {
        self.events.extend(self.operator.events().expect("events"));
        self.edges.extend(self.inputs.edges().expect("edges"));
        let lines = self.console.lines().expect("lines");
        self.lines.extend(lines.into_iter().map(|line| (line.at, line.value.text)));
    }
    fn set(&mut self, relay: Channel, to: Contact) {
        self.relays.set(relay, to).expect("commanded");
    }
    fn press(&mut self, seconds: f64) {
        self.set(BUTTON, Contact::Closed);
        self.wait(seconds);
        self.set(BUTTON, Contact::Open);
    }
    /// Waits until an event that `wanted` accepts has happened at or after `from`.
    fn event(&mut self, from: Instant, seconds: f64, wanted: impl Fn(&CallEvent) -> bool) -> Option<Stamped<CallEvent>> {
        let (clock, deadline) = (self.clock(), self.now() + Duration::from_secs_f64(seconds));
        let look = || -> Result<_, Interrupted> {
            self.collect();
            Ok(self.events.iter().find(|e| e.at >= from && wanted(&e.value)).cloned())
        };
        poll(&*clock, deadline, Duration::from_millis(10), look).expect("not interrupted")
    }
    fn clock(&self) -> Arc<TwinClock> {
        Arc::clone(&self.clock)
    }
    fn registered(&mut self, from: Instant, seconds: f64) -> Option<Instant> {
        self.event(from, seconds, |e| matches!(e, CallEvent::Registered { .. })).map(|e| e.at)
    }
    /// Presses, waits for the call to be answered; its number and when the button was commanded.
    fn call(&mut self) -> (CallId, Instant) {
        let from = self.now();
        self.press(0.3);
        let confirmed = self.event(from, 5.0, |e| matches!(e, CallEvent::Confirmed { .. })).expect("a call");
        let CallEvent::Confirmed { call } = confirmed.value else { unreachable!("selected above") };
        (call, from)
    }
    fn says(&self, what: &str) -> bool {
        self.lines.iter().any(|(_, line)| line.contains(what))
    }
}

/// Writes an ELF's loadable segments into flash, as a factory would.
fn load(twin: &Twin, name: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/firmware/elf/{name}.elf"));
    let bytes = std::fs::read(path).expect("an image");
    let elf = object::File::parse(&*bytes).expect("an ELF");
    for segment in elf.segments() {
        let data = segment.data().expect("data");
        // Physical addresses are those of the flash: initialised data is stored behind the code.
        if let object::SegmentFlags::Elf { .. } = segment.flags()
            && !data.is_empty()
        {
            let header = (0..elf_headers(&bytes).len()).map(|n| elf_headers(&bytes)[n]);
            let physical = header.filter(|h| h.0 == segment.address()).map(|h| h.1).next().expect("a header");
            twin.write_flash((physical - 0x0800_0000) as usize, data);
        }
    }
}

/// Virtual and physical address of each program header of a 32-bit little-endian ELF.
fn elf_headers(bytes: &[u8]) -> Vec<(u64, u64)> {
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four"));
    let half = |at: usize| usize::from(u16::from_le_bytes(bytes[at..at + 2].try_into().expect("two")));
    let (start, size, count) = (word(28) as usize, half(42), half(44));
    (0..count).map(|n| start + n * size).map(|at| (u64::from(word(at + 8)), u64::from(word(at + 12)))).collect()
}

fn healthy(seed: u64) -> Bench {
    let mut bench = Bench::new(TwinConfig::new(seed, "SOS-0417"), Some(defect::REFERENCE));
    bench.operator.behave(Behaviour::answering(Answering::After(Duration::from_millis(500)))).expect("set");
    bench.registered(Instant::ZERO, 30.0).expect("it registers");
    bench
}

/// Noise of the telephone band that compares well with itself: white noise, low-passed by averaging, at 48 or 8 kHz.
fn burst(length: usize, average: usize, seed: u64) -> Vec<f32> {
    let white: Vec<f32> = (0..length + average).map(|n| hejnal::rng::noise_of(seed, n as u64) * 0.2).collect();
    white.windows(average).map(|w| w.iter().sum::<f32>() / (average as f32).sqrt()).take(length).collect()
}

/// Where in `heard` (on clock A, seconds) the `sound` (on clock B) fits best: delay in seconds added to the sound's
/// time, coarse to a step.
fn best_delay(heard: impl Fn(f64) -> f32, sound: impl Fn(f64) -> f32, from: f64, delays: impl Iterator<Item = f64>) -> f64 {
    let score =
        |delay: f64| (0..4000).map(|n| from + f64::from(n) / 8000.0).map(|t| f64::from(heard(t + delay) * sound(t))).sum::<f64>();
    delays.map(|d| (score(d), d)).max_by(|a, b| a.0.total_cmp(&b.0)).expect("delays").1
}

#[test]
fn a_flashed_post_boots_and_registers() {
    let mut bench = healthy(1);
    bench.wait(0.5);
    assert!(bench.says("BOOT post") && bench.says("id=SOS-0417"), "{:?}", bench.lines);
    assert!(bench.says("STATE idle"), "{:?}", bench.lines);
    assert!(bench.inputs.identify().is_ok());
    let sensed = [4, 5, 6].map(|n| bench.inputs.is_lit(Input(n), Instant::ZERO));
    assert_eq!(sensed, [Ok(Some(false)), Ok(Some(true)), Ok(Some(true))]);
}

#[test]
fn a_blank_post_is_flashed_through_the_probe_and_keeps_its_settings() {
    let mut bench = Bench::new(TwinConfig::new(8, "SOS-0417"), None);
    bench.wait(1.0);
    let selector = probe::selector(bench.twin.probe_serial());
    let settings = 0x0801_F800..0x0802_0000;
    let clock: Arc<dyn Clock> = bench.clock();
    let mut lead = ProbeRs::new(&selector, "STM32F072CB", vec![settings], clock).expect("found");
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/firmware/elf/reference.elf");
    let before = bench.now();
    let flashed = lead.flash(&std::fs::read(path).expect("an image"), &mut |_| {}).expect("flashed");
    println!("{} bytes in {:.2} s of simulation", flashed.bytes, bench.now().seconds_after(before));
    let released = lead.reset().expect("runs");
    bench.registered(released, 30.0).expect("it registers");
    bench.wait(0.1);
    assert!(bench.says("id=SOS-0417"), "{:?}", bench.lines);
    bench.twin.plug_probe(false);
    assert!(lead.reset().is_err());
}

#[test]
fn a_blank_post_says_nothing() {
    let mut bench = Bench::new(TwinConfig::new(1, "SOS-0417"), None);
    assert_eq!(bench.registered(Instant::ZERO, 20.0), None);
    assert!(bench.lines.is_empty());
}

#[test]
fn a_press_becomes_a_call_and_the_truth_is_what_the_bench_sees() {
    let mut bench = healthy(2);
    bench.wait(1.0);
    let (_, from) = bench.call();
    bench.wait(1.0);
    let truth = bench.twin.truth();
    let pressed = truth.pressed_after(from).expect("pressed");
    let invite = truth.invite_after(from).expect("an INVITE");
    let placed = truth.lamp_after(from, Lamp::CallPlaced, true).expect("lit");
    let connected = truth.lamp_after(from, Lamp::Connected, true).expect("lit");
    let seen = bench.event(from, 0.0, |e| matches!(e, CallEvent::Invited { .. })).expect("seen");
    println!(
        "command→contact {:.2} ms, contact→INVITE {:.2} ms, →operator {:.3} ms, contact→placed {:.2} ms, contact→connected {:.2} ms",
        pressed.seconds_after(from) * 1e3,
        invite.seconds_after(pressed) * 1e3,
        seen.at.seconds_after(invite) * 1e3,
        placed.seconds_after(pressed) * 1e3,
        connected.seconds_after(pressed) * 1e3
    );
    assert!((7e-3..13e-3).contains(&pressed.seconds_after(from)));
    assert!((0.03..0.2).contains(&invite.seconds_after(pressed)));
    assert!((0.0..0.001).contains(&seen.at.seconds_after(invite)));
    assert!((0.03..0.2).contains(&placed.seconds_after(pressed)));
    for (input, at) in [(1, placed), (2, connected), (4, pressed)] {
        let edge =
            bench.edges.iter().find(|e| e.at >= from && e.value == Edge { input: Input(input), lit: true }).expect("an edge");
        let late = edge.at.seconds_after(at);
        assert!(late > 0.0 && late < bench.inputs.stamp_uncertainty(), "input {input}: {late}");
    }
    assert_eq!(truth.invites.len(), 1);
}

#[test]
fn sound_goes_both_ways_with_the_true_delays() {
    let mut bench = healthy(3);
    let (call, _) = bench.call();
    bench.wait(1.0);
    let sound = burst(24_000, 12, 5);
    let frame = bench.card.play(Jack(1), &sound).expect("plays");
    bench.wait(2.0);
    let truth = bench.twin.truth();
    let (rate, input, output) = truth.card;
    let left = truth.card_began + frame as f64 / rate + output;
    let headset = bench.operator.audio(call).expect("a headset");
    let line = headset.timebase().expect("a line");
    let first = line.frame_of(Instant::from_secs_f64(left)) as u64;
    let heard = headset.record(Jack(1), first, first + 8000).expect("heard");
    let interpolate = |samples: &[f32], position: f64| hejnal::dsp::interp::sinc_at(samples, position);
    let at_operator = |t: f64| interpolate(&heard, line.frame_of(Instant::from_secs_f64(t)) - first as f64);
    let from_mouth = |t: f64| interpolate(&sound, (t - left) * rate);
    let mouth_to_operator = best_delay(at_operator, from_mouth, left, (0..4000).map(|n| f64::from(n) * 1e-4));
    let spoken = burst(4000, 2, 6);
    let frame = headset.play(Jack(1), &spoken).expect("speaks");
    let from = line.seconds_of(frame as f64);
    bench.wait(2.0);
    let start = ((from - truth.card_began) * rate) as u64;
    let ear = bench.card.record(Jack(1), start, start + 48_000).expect("heard");
    let at_ear = |t: f64| interpolate(&ear, (t - truth.card_began + input) * rate - start as f64);
    let from_operator = |t: f64| interpolate(&spoken, (t - from) * 8000.0);
    let operator_to_ear = best_delay(at_ear, from_operator, from, (0..20_000).map(|n| f64::from(n) * 1e-5));
    let truth = bench.twin.truth();
    let true_ear = truth.out_of_loudspeaker(from + 0.1).expect("heard") + truth.flight.1 - from - 0.1;
    println!(
        "mouth → operator {:.2} ms, operator → ear {:.2} ms (truth {:.3})",
        mouth_to_operator * 1e3,
        operator_to_ear * 1e3,
        true_ear * 1e3
    );
    assert!((operator_to_ear - true_ear).abs() < 2e-5, "{operator_to_ear} {true_ear}");
    assert!((0.02..0.15).contains(&mouth_to_operator) && (0.04..0.15).contains(&operator_to_ear));
}

/// From the operator's mouth to the ear at the post in a fresh call, in seconds.
fn operator_to_ear(config: TwinConfig) -> f64 {
    let mut bench = Bench::new(config, Some(defect::REFERENCE));
    bench.operator.behave(Behaviour::answering(Answering::After(Duration::from_millis(500)))).expect("set");
    bench.registered(Instant::ZERO, 30.0).expect("it registers");
    bench.call();
    bench.wait(3.0);
    let spoken = bench.now().as_secs_f64() - 1.0;
    let truth = bench.twin.truth();
    truth.out_of_loudspeaker(spoken).expect("heard") + truth.flight.1 - spoken
}

#[test]
fn the_slow_control_stays_within_the_limit_of_150_ms() {
    let slow = defect::find("control-slow-but-legal").expect("known");
    let config = |seed| TwinConfig::new(seed, "SOS-0417");
    let delays: Vec<f64> = (0..8).map(|seed| operator_to_ear(config(seed).with(slow))).collect();
    println!("slow: {delays:.4?}, nominal: {:.4}", operator_to_ear(config(1)));
    assert!(delays.iter().all(|d| (0.115..0.145).contains(d)), "{delays:?}");
}

#[test]
fn a_cut_fibre_is_noticed_and_healed() {
    let mut bench = healthy(4);
    let cut = bench.now();
    bench.set(FIBRE, Contact::Closed);
    bench.wait(30.0);
    assert!(bench.says("STATE offline"), "{:?}", bench.lines);
    let seen = bench.edges.iter().find(|e| e.value == Edge { input: Input(6), lit: false }).expect("sensed");
    assert!((0.003..0.02).contains(&seen.at.seconds_after(cut)));
    let back = bench.now();
    bench.set(FIBRE, Contact::Open);
    let again = bench.registered(back, 15.0).expect("registers again");
    println!("fibre back → registered {:.2} s", again.seconds_after(back));
    assert!((0.18..5.0).contains(&again.seconds_after(back)));
    bench.wait(1.0);
    bench.call();
}

#[test]
fn lost_mains_are_survived_short_and_long() {
    let mut bench = healthy(5);
    bench.twin.dip(Duration::from_millis(10));
    bench.wait(2.0);
    let boots = |b: &Bench| b.lines.iter().filter(|(_, l)| l.contains("BOOT")).count();
    assert_eq!(boots(&bench), 1, "a short dip is not seen");
    bench.set(MAINS, Contact::Closed);
    bench.wait(5.0);
    assert_eq!(bench.inputs.is_lit(Input(5), Instant::ZERO), Ok(Some(false)));
    let on = bench.now();
    bench.set(MAINS, Contact::Open);
    let ready = bench.registered(on, 60.0).expect("it comes back");
    println!("mains on → registered {:.2} s", ready.seconds_after(on));
    assert_eq!(boots(&bench), 2);
    bench.wait(1.0);
    bench.call();
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_another() {
    let run = |seed| {
        let mut bench = healthy(seed);
        bench.call();
        bench.wait(2.0);
        (bench.twin.trace(), bench.now(), bench.lines, bench.edges)
    };
    assert_eq!(run(11), run(11));
    assert_ne!(run(11).0, run(12).0);
}

#[test]
fn the_path_of_waiting_does_not_change_the_run() {
    let run = |step: f64| {
        let mut bench = Bench::new(TwinConfig::new(7, "SOS-0417"), Some(defect::REFERENCE));
        while bench.now() < Instant::from_secs_f64(12.0) {
            bench.wait(step);
        }
        bench.twin.trace()
    };
    assert_eq!(run(0.25), run(6.0));
}

#[test]
fn a_stop_request_and_a_limit_end_a_wait() {
    let bench = Bench::new(TwinConfig::new(1, "SOS-0417"), None);
    bench.clock.guard().set_limit(bench.now(), Duration::from_millis(700));
    let limit = Duration::from_millis(700);
    assert_eq!(bench.clock.wait(Duration::from_secs(5)), Err(Interrupted::Limit { limit }));
    assert_eq!(bench.now(), Instant::from_nanos(700_000_000));
    bench.clock.guard().clear_limit();
    bench.clock.guard().stop_flag().store(true, Ordering::Relaxed);
    assert_eq!(bench.clock.wait_until(Instant::ZERO), Err(Interrupted::Stop));
}

#[test]
fn planted_bench_defects_show_on_the_bench() {
    let planted = |id: &str| {
        let defect = defect::find(id).expect("known");
        Bench::new(TwinConfig::new(9, "SOS-0417").with(defect), Some(defect::REFERENCE))
    };
    let mut bench = planted("bench-relay-open");
    bench.wait(1.0);
    bench.press(0.5);
    assert!(bench.edges.iter().all(|e| e.value.input != Input(4)));
    let mut bench = planted("bench-uart-garbled");
    bench.wait(5.0);
    assert!(bench.lines.iter().any(|(_, line)| line.contains('\u{FFFD}')), "{:?}", bench.lines);
    let mut bench = planted("bench-operator-stub-down");
    assert_eq!(bench.operator.self_check(), Ok(None));
    bench.wait(1.5);
    assert_eq!(bench.operator.self_check(), Ok(Some(false)));
    let mut sound = Bench::new(TwinConfig::new(9, "SOS-0417"), None);
    assert_eq!(sound.operator.self_check(), Ok(None));
    sound.wait(0.1);
    assert_eq!(sound.operator.self_check(), Ok(Some(true)));
}

#[test]
fn the_cards_timebase_is_right_within_what_it_states() {
    let mut within = 0;
    for seed in 0..60 {
        let mut bench = Bench::new(TwinConfig::new(seed, "SOS-0417"), None);
        bench.wait(3.0 + seed as f64 * 0.1);
        let line = bench.card.timebase().expect("a line");
        let truth = bench.twin.truth();
        let error = line.seconds_of(100_000.0) - (truth.card_began + 100_000.0 / truth.card.0);
        within += usize::from(error.abs() <= line.input_uncertainty);
    }
    assert!(within >= 57, "{within} of 60");
}
