//! The bad posts of [`defect::newcomer`] differ from the sound one where everybody can see it, in a quarter of an hour
//! of a post's life.

use super::*;
use hejnal::instrument::operator::{Action, Change, Health, Second};
use hejnal::twin::defect::newcomer::NEWCOMERS;
use hejnal::twin::defect::{Defect, Image};

/// These are seen in packets or heard: the module's own tests look there.
const HEARD_ONLY: [&str; 15] = [
    "refusal-never-acknowledged",
    "digest-names-other-uri",
    "session-version-never-grows",
    "options-unanswered",
    "invite-too-long-for-udp",
    "streams-begin-alike",
    "packets-leave-in-wrong-order",
    "last-caller-replayed",
    "speaker-fainter-each-call",
    "caller-muted-after-operator",
    "street-noise-silences-operator",
    "echo-control-tires",
    "speaker-bangs-at-answer",
    "mic-frames-backwards",
    "speaker-reverberates",
];

const AT_ONCE: Answering = Answering::After(Duration::from_millis(500));
const SECOND_LATER: Second = Second { answering: AT_ONCE, after: None };

impl Bench {
    fn of(defect: &Defect) -> Self {
        let mut bench = Bench::new(TwinConfig::new(5, "SOS-0417").with(defect), Some(defect.image.flashed()));
        bench.taking(AT_ONCE, AT_ONCE);
        bench.registered(Instant::ZERO, 30.0).expect("it registers");
        bench
    }
    fn taking(&mut self, first: Answering, second: Answering) {
        let second = Second { answering: second, ..SECOND_LATER };
        self.operator.behave(Behaviour { second: Some(second), ..Behaviour::answering(first) }).expect("set");
    }
    fn servers(&mut self, health: Health) {
        self.operator.behave(Behaviour { primary: health, backup: health, ..Behaviour::answering(AT_ONCE) }).expect("set");
    }
    fn act(&mut self, what: Action) {
        let last = self.events.iter().rev().find_map(|event| match event.value {
            CallEvent::Invited { call, .. } => Some(call),
            _ => None,
        });
        if let Some(call) = last {
            // It may be over already, which is what some are here for.
            let _ = self.operator.act(call, what);
        }
        self.wait(0.5);
    }
    fn pressed(&mut self, then: f64) {
        self.press(0.3);
        self.wait(then);
    }
    fn talk(&mut self, seconds: f64) {
        self.pressed(seconds);
        self.act(Action::HangUp);
    }
    fn off(&mut self, relay: Channel, seconds: f64) {
        self.set(relay, Contact::Closed);
        self.wait(seconds);
        self.set(relay, Contact::Open);
    }
    /// A talk, a cut that has lasted so long when somebody presses, and whoever calls afterwards.
    fn pressed_in_cut(&mut self, lasted: f64) {
        self.pressed(5.0);
        self.set(FIBRE, Contact::Closed);
        self.wait(lasted);
        self.pressed(4.0);
        self.set(FIBRE, Contact::Open);
        self.wait(10.0);
        self.act(Action::HangUp);
        self.wait(10.0);
        self.act(Action::HangUp);
    }
    fn restart(&mut self) {
        self.twin.write_flash(0, &[]);
    }
    fn speak(&mut self, loud: f32) {
        let call = self.events.iter().rev().find_map(|event| match event.value {
            CallEvent::Confirmed { call } => Some(call),
            _ => None,
        });
        let noise: Vec<f32> = burst(16_000, 2, 6).into_iter().map(|sample| sample * loud).collect();
        if let Some(headset) = call.and_then(|call| self.operator.audio(call).ok()) {
            let _ = headset.play(Jack(1), &noise);
        }
        self.wait(3.0);
    }
    /// What anybody can see, in tenths of a second.
    fn seen(&self) -> Vec<(u64, String)> {
        let tenths = |at: Instant| (at.as_secs_f64() * 10.0).round() as u64;
        let events = self.events.iter().filter(|event| !matches!(event.value, CallEvent::FarReport { .. }));
        let told = events.map(|event| {
            let what = match &event.value {
                CallEvent::Invited { invite, .. } => {
                    let headers = invite.headers.iter().filter(|(name, _)| name.starts_with("X-SOS") || name == "Priority");
                    format!("Invited {} {:?}", invite.to, headers.collect::<Vec<_>>())
                }
                CallEvent::Irregular { what, .. } => format!("Irregular {what:?}"),
                other => format!("{other:?}").split(' ').next().unwrap_or_default().to_owned(),
            };
            (tenths(event.at), what)
        });
        let lamps = self.edges.iter().filter(|edge| edge.value.input.0 <= 3);
        let lit = lamps.map(|edge| (tenths(edge.at), format!("lamp {} {}", edge.value.input.0, edge.value.lit)));
        let said = self.lines.iter().map(|(at, line)| {
            let told = line.split_once(" id=").map_or(line.as_str(), |(_, rest)| rest);
            (tenths(*at), told.split('*').next().unwrap_or_default().to_owned())
        });
        let mut seen: Vec<_> = told.chain(lit).chain(said).collect();
        seen.sort_by_key(|(at, _)| *at);
        seen
    }
}

/// A quarter of an hour of all that happens to a post.
fn tour(defect: &Defect) -> Vec<(u64, String)> {
    let mut bench = Bench::of(defect);
    bench.wait(15.0);
    // A press while it rings and one right after the answer; then another call at once.
    bench.taking(Answering::After(Duration::from_secs(8)), AT_ONCE);
    bench.pressed(9.5);
    bench.pressed(14.0);
    bench.speak(1.0);
    bench.act(Action::Change(Change::Hold));
    bench.wait(3.0);
    bench.act(Action::Change(Change::Resume));
    bench.wait(5.0);
    bench.act(Action::HangUp);
    bench.taking(AT_ONCE, AT_ONCE);
    bench.wait(3.0);
    bench.talk(25.0);
    // The first operator does not answer, or is busy.
    bench.taking(Answering::Manual, Answering::After(Duration::from_secs(5)));
    bench.talk(25.0);
    bench.taking(AT_ONCE, AT_ONCE);
    bench.wait(2.0);
    bench.talk(5.0);
    bench.taking(Answering::BUSY, Answering::BUSY);
    bench.talk(10.0);
    cuts(&mut bench);
    servers(&mut bench);
    contacts(&mut bench);
    restarts(&mut bench);
    bench.wait(140.0);
    bench.talk(5.0);
    bench.seen()
}

fn cuts(bench: &mut Bench) {
    bench.taking(Answering::Manual, Answering::Manual);
    bench.pressed(3.0);
    bench.off(FIBRE, 6.0);
    bench.wait(8.0);
    bench.act(Action::HangUp);
    bench.wait(5.0);
    // A talk through a short cut, and one that is lost, pressed in.
    bench.taking(AT_ONCE, AT_ONCE);
    bench.pressed(5.0);
    bench.off(FIBRE, 3.0);
    bench.wait(5.0);
    bench.act(Action::HangUp);
    bench.pressed_in_cut(34.0);
    // One that an impatient module gives up within the cut, pressed in while it waits.
    bench.pressed_in_cut(12.0);
    // Pressed as soon as the link is gone, delivered to a busy operator.
    bench.set(FIBRE, Contact::Closed);
    bench.wait(1.0);
    bench.pressed(10.0);
    bench.taking(Answering::BUSY, Answering::BUSY);
    bench.set(FIBRE, Contact::Open);
    bench.wait(20.0);
    bench.taking(AT_ONCE, AT_ONCE);
    bench.wait(10.0);
    bench.act(Action::HangUp);
    bench.off(FIBRE, 10.0);
    bench.wait(10.0);
    bench.talk(5.0);
}

fn servers(bench: &mut Bench) {
    bench.wait(5.0);
    bench.servers(Health::Silent);
    bench.pressed(40.0);
    bench.servers(Health::Refusing { retry_after: None });
    bench.wait(40.0);
    bench.servers(Health::Well);
    bench.wait(40.0);
    bench.act(Action::HangUp);
}

/// Pulses, and a button that jams.
fn contacts(bench: &mut Bench) {
    for _ in 0..12 {
        bench.off(BUTTON, 0.014);
        bench.wait(0.4);
    }
    bench.wait(5.0);
    bench.act(Action::HangUp);
    bench.set(BUTTON, Contact::Closed);
    bench.wait(10.0);
    bench.act(Action::HangUp);
    bench.wait(15.0);
    bench.set(BUTTON, Contact::Open);
    bench.wait(10.0);
    bench.act(Action::HangUp);
}

fn restarts(bench: &mut Bench) {
    bench.pressed(5.0);
    bench.restart();
    bench.wait(30.0);
    bench.act(Action::HangUp);
    bench.restart();
    bench.wait(30.0);
    bench.set(BUTTON, Contact::Closed);
    bench.wait(3.0);
    bench.off(MAINS, 5.0);
    bench.wait(20.0);
    bench.set(BUTTON, Contact::Open);
    bench.wait(5.0);
    bench.act(Action::HangUp);
}

fn sound(like: &Defect) -> Defect {
    // The same plant, with the reference in it: `press-in-cut-second-case` needs an impatient module.
    if like.image == Image::Reference { Defect { plant: |_| {}, ..*like } } else { Defect { image: Image::Reference, ..*like } }
}

/// Prints what each does otherwise: the first things that one has and the other has not.
fn differences(defect: &Defect) -> Vec<String> {
    let (good, bad) = (tour(&sound(defect)), tour(defect));
    let near =
        |all: &[(u64, String)], one: &(u64, String)| all.iter().any(|(at, what)| at.abs_diff(one.0) <= 1 && *what == one.1);
    let missing = good.iter().filter(|one| !near(&bad, one)).map(|(at, what)| (*at, format!("- {what}")));
    let more = bad.iter().filter(|one| !near(&good, one)).map(|(at, what)| (*at, format!("+ {what}")));
    let mut all: Vec<_> = missing.chain(more).collect();
    all.sort();
    all.into_iter().map(|(at, what)| format!("{:.1} {what}", at as f64 / 10.0)).collect()
}

fn bad_ones_show(of: usize) {
    let mut alike = Vec::new();
    for defect in NEWCOMERS.iter().skip(of).step_by(2) {
        let differences = differences(defect);
        println!("== {} ({} differences)", defect.id, differences.len());
        differences.iter().take(14).for_each(|line| println!("   {line}"));
        if differences.is_empty() && !HEARD_ONLY.contains(&defect.id) {
            alike.push(defect.id);
        }
    }
    assert!(alike.is_empty(), "as the reference: {alike:?}");
}

#[test]
fn every_bad_image_shows() {
    bad_ones_show(0);
}

#[test]
fn every_other_bad_image_shows() {
    bad_ones_show(1);
}
