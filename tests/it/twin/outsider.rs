//! What [`defect::outsider`] plants differs from a sound post on a sound bench where everybody can see it, in half an
//! hour of a post's life.

use super::*;
use hejnal::instrument::operator::{Action, Health, Second};
use hejnal::instrument::services::{AddressConduct, NameConduct};
use hejnal::rig::{self, Profile};
use hejnal::twin::defect::outsider::OUTSIDERS;
use hejnal::twin::defect::{Defect, Image};
use std::path::Path;
use std::sync::OnceLock;

/// These are heard, or need more than half an hour or a false certificate: the module's own tests look there.
const SEEN_ELSEWHERE: [&str; 18] = [
    "tls-trusts-after-first",
    "tls-trusts-any-backup",
    "srtp-rollovers-forgotten",
    "volume-left-for-next-caller",
    "volume-key-turns-microphone",
    "street-not-followed",
    "battery-a-quarter-too-small",
    "mic-dull-after-cut",
    "receive-buffer-deeper-after-cuts",
    "mic-taken-for-wind",
    "mic-dead-in-each-third-call",
    "dns-asked-before-each-call",
    "bench-ear-gated",
    "control-volume-in-large-steps",
    "control-battery-for-75-minutes",
    "counter-counts-diallings",
    "control-syslog-structured",
    "control-lease-asked-anew",
];

const BATTERY: Channel = Channel(4);
pub(super) const AT_ONCE: Answering = Answering::After(Duration::from_millis(500));

/// A tenth of a second, and what was to be seen then.
pub(super) type Seen = Vec<(u64, String)>;

/// The bench of a rig, with what it gives the post's network.
pub(super) struct Street {
    pub bench: Bench,
    told: Seen,
}

impl Street {
    pub fn of(profile: Profile, defect: Option<&Defect>) -> Self {
        let file = if profile == Profile::NewPost { "rigs/virtual-new-post.yaml" } else { "rigs/virtual.yaml" };
        let rig = rig::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("a sound rig");
        let config = TwinConfig::of(&rig, 5);
        let config = if let Some(defect) = defect { config.with(defect) } else { config };
        let image = defect.map_or(defect::REFERENCE, |defect| defect.image.flashed());
        let mut street = Street { bench: Bench::new(config, Some(image)), told: Vec::new() };
        street.taking(AT_ONCE, AT_ONCE);
        street
    }
    /// Waits, and notes what the supervision, the camera system and the services were told and asked meanwhile.
    pub fn wait(&mut self, seconds: f64) {
        self.bench.wait(seconds);
        let tenths = |at: Instant| (at.as_secs_f64() * 10.0).round() as u64;
        for notice in self.bench.twin.supervision().notices().expect("notices") {
            let off = notice.value.time.map(|time| (time.as_secs_f64() - 1_767_225_600.0 - notice.at.as_secs_f64()).round());
            let stamp = notice.value.stamp.map(|stamp| (stamp.len(), stamp.chars().take(7).collect::<String>()));
            let what = format!("told by {}: {} {off:?} {stamp:?}", notice.value.host, notice.value.text);
            self.told.push((tenths(notice.at), what));
        }
        for event in self.bench.twin.cameras().events().expect("events") {
            self.told.push((tenths(event.at), format!("camera: {} {}", event.value.request, event.value.text)));
        }
        let addresses = self.bench.twin.address_server().seen().expect("seen").into_iter();
        let names = self.bench.twin.name_server().seen().expect("seen").into_iter();
        let times = self.bench.twin.time_server().seen().expect("seen").into_iter();
        self.told.extend(addresses.map(|asked| (tenths(asked.at), format!("{:?}", asked.value))));
        self.told.extend(names.map(|asked| (tenths(asked.at), format!("{:?}", asked.value))));
        self.told.extend(times.map(|asked| (tenths(asked.at), format!("{:?}", asked.value))));
    }
    pub fn taking(&mut self, first: Answering, second: Answering) {
        let second = Some(Second { answering: second, after: None });
        self.bench.operator.behave(Behaviour { second, ..Behaviour::answering(first) }).expect("set");
    }
    pub fn servers(&mut self, primary: Health, backup: Health) {
        self.bench.operator.behave(Behaviour { primary, backup, ..Behaviour::answering(AT_ONCE) }).expect("set");
    }
    pub fn press(&mut self, held: f64, then: f64) {
        self.bench.set(BUTTON, Contact::Closed);
        self.wait(held);
        self.bench.set(BUTTON, Contact::Open);
        self.wait(then);
    }
    pub fn hang_up(&mut self, then: f64) {
        let last = self.bench.events.iter().rev().find_map(|event| match event.value {
            CallEvent::Invited { call, .. } => Some(call),
            _ => None,
        });
        if let Some(call) = last {
            // It may be over already, which is what some are here for.
            let _ = self.bench.operator.act(call, Action::HangUp);
        }
        self.wait(then);
    }
    pub fn talk(&mut self, seconds: f64) {
        self.press(0.3, seconds);
        self.hang_up(4.0);
    }
    pub fn off(&mut self, relay: Channel, seconds: f64) {
        self.bench.set(relay, Contact::Closed);
        self.wait(seconds);
        self.bench.set(relay, Contact::Open);
    }
    /// The main loop hangs, as through the probe (PROTOCOL.md, section 1).
    pub fn hang(&mut self, then: f64) {
        let selector = probe::selector(self.bench.twin.probe_serial());
        let clock: Arc<dyn Clock> = self.bench.clock();
        let mut lead = ProbeRs::new(&selector, "STM32F072CB", Vec::new(), clock).expect("found");
        lead.divert(0x0800_0140).expect("it hangs");
        self.wait(then);
    }
    /// What anybody can see.
    pub fn seen(self) -> Seen {
        let tenths = |at: Instant| (at.as_secs_f64() * 10.0).round() as u64;
        let events = self.bench.events.iter().filter(|event| !matches!(event.value, CallEvent::FarReport { .. }));
        let calls = events.map(|event| {
            let what = match &event.value {
                CallEvent::Invited { invite, .. } => {
                    let headers = invite.headers.iter().filter(|(name, _)| name.starts_with("X-SOS") || name == "Priority");
                    format!("Invited {} {:?}", invite.to, headers.collect::<Vec<_>>())
                }
                CallEvent::Registered { server, contact, .. } => format!("Registered {server:?} {contact}"),
                CallEvent::Irregular { what, .. } => format!("Irregular {what:?}"),
                other => format!("{other:?}").split(' ').next().unwrap_or_default().to_owned(),
            };
            (tenths(event.at), what)
        });
        let edges = self.bench.edges.iter();
        let lit = edges.map(|edge| (tenths(edge.at), format!("input {} {}", edge.value.input.0, edge.value.lit)));
        let said = self.bench.lines.iter().map(|(at, line)| {
            let told = line.split_once(" id=").map_or(line.as_str(), |(_, rest)| rest);
            (tenths(*at), told.split('*').next().unwrap_or_default().to_owned())
        });
        let mut seen: Seen = self.told.iter().cloned().chain(calls).chain(lit).chain(said).collect();
        seen.sort();
        seen
    }
}

/// Half an hour of all that happens to a post.
fn tour(profile: Profile, defect: Option<&Defect>) -> Seen {
    let mut street = Street::of(profile, defect);
    street.wait(75.0);
    for _ in 0..3 {
        street.talk(25.0);
    }
    // Long holds in one call; a new press soon after it came to nothing.
    street.press(0.3, 2.0);
    (0..5).for_each(|_| street.press(3.0, 1.0));
    street.hang_up(2.0);
    street.taking(Answering::BUSY, Answering::BUSY);
    street.press(0.3, 4.0);
    street.taking(AT_ONCE, AT_ONCE);
    street.talk(5.0);
    street.taking(Answering::BUSY, Answering::BUSY);
    street.press(0.3, 45.0);
    // Nobody is there, and then late.
    street.taking(Answering::Manual, Answering::After(Duration::from_secs(14)));
    street.press(0.3, 32.0);
    street.hang_up(4.0);
    street.taking(AT_ONCE, AT_ONCE);
    cuts(&mut street);
    servers(&mut street);
    if profile == Profile::NewPost {
        batteries(&mut street);
    }
    street.wait(60.0);
    street.hang(8.0);
    street.wait(30.0);
    street.hang(8.0);
    street.wait(30.0);
    street.bench.set(BATTERY, Contact::Closed);
    street.off(MAINS, 3.0);
    street.bench.set(BATTERY, Contact::Open);
    street.wait(30.0);
    street.talk(3.0);
    street.seen()
}

fn cuts(street: &mut Street) {
    // A talk through a short cut, and one that is lost.
    street.press(0.3, 5.0);
    street.off(FIBRE, 3.0);
    street.wait(8.0);
    street.hang_up(4.0);
    street.press(0.3, 25.0);
    street.off(FIBRE, 36.0);
    street.wait(12.0);
    street.hang_up(8.0);
    // Pressed in a long cut, at once and late.
    street.bench.set(FIBRE, Contact::Closed);
    street.wait(5.0);
    street.press(0.2, 30.0);
    street.wait(240.0);
    street.press(0.2, 5.0);
    street.bench.set(FIBRE, Contact::Open);
    street.wait(20.0);
    street.hang_up(5.0);
}

fn servers(street: &mut Street) {
    street.press(0.3, 3.0);
    street.servers(Health::Refusing { retry_after: None }, Health::Refusing { retry_after: None });
    street.wait(70.0);
    street.servers(Health::Well, Health::Well);
    street.wait(40.0);
    street.hang_up(5.0);
    street.servers(Health::Silent, Health::Silent);
    street.wait(110.0);
    street.servers(Health::Silent, Health::Well);
    street.wait(30.0);
    street.talk(8.0);
    street.servers(Health::Well, Health::Well);
    street.wait(50.0);
    street.bench.twin.cameras().treat(hejnal::instrument::cameras::Treatment::Refusing).expect("set");
    street.talk(20.0);
    street.bench.twin.cameras().treat(hejnal::instrument::cameras::Treatment::Taking).expect("set");
    // Names and addresses are no more to be had, or others.
    street.bench.twin.name_server().behave(NameConduct { is_silent: true, ..NameConduct::default() }).expect("set");
    street.wait(100.0);
    street.talk(5.0);
    street.bench.twin.name_server().behave(NameConduct::default()).expect("set");
    street.bench.twin.address_server().behave(AddressConduct { gives_other: true, ..AddressConduct::default() }).expect("set");
    street.wait(80.0);
    street.talk(5.0);
}

fn batteries(street: &mut Street) {
    street.press(0.3, 5.0);
    street.off(MAINS, 70.0);
    street.wait(10.0);
    street.hang_up(5.0);
    street.off(MAINS, 20.0);
    street.wait(20.0);
}

fn sound(profile: Profile) -> &'static Seen {
    static SOUND: [OnceLock<Seen>; 2] = [OnceLock::new(), OnceLock::new()];
    SOUND[usize::from(profile == Profile::NewPost)].get_or_init(|| tour(profile, None))
}

/// The first things that one has and the other has not.
pub(super) fn differences(good: &Seen, bad: &Seen) -> Vec<String> {
    let near =
        |all: &[(u64, String)], one: &(u64, String)| all.iter().any(|(at, what)| at.abs_diff(one.0) <= 1 && *what == one.1);
    let missing = good.iter().filter(|one| !near(bad, one)).map(|(at, what)| (*at, format!("- {what}")));
    let more = bad.iter().filter(|one| !near(good, one)).map(|(at, what)| (*at, format!("+ {what}")));
    let oftener = (good.len() != bad.len()).then(|| (0, format!("+ {} things instead of {}", bad.len(), good.len())));
    let mut all: Vec<_> = missing.chain(more).chain(oftener).collect();
    all.sort();
    all.into_iter().map(|(at, what)| format!("{:.1} {what}", at as f64 / 10.0)).collect()
}

fn all_show(which: impl Fn(&Defect) -> bool) {
    let mut alike = Vec::new();
    for defect in OUTSIDERS.iter().filter(|defect| which(defect) && !SEEN_ELSEWHERE.contains(&defect.id)) {
        let differences = differences(sound(defect.profile), &tour(defect.profile, Some(defect)));
        println!("== {} ({} differences)", defect.id, differences.len());
        differences.iter().take(12).for_each(|line| println!("   {line}"));
        if differences.is_empty() {
            alike.push(defect.id);
        }
    }
    assert!(alike.is_empty(), "as the reference: {alike:?}");
}

#[test]
fn every_image_of_an_outsider_shows() {
    all_show(|defect| defect.image != Image::Reference);
}

#[test]
fn everything_else_of_an_outsider_shows() {
    all_show(|defect| defect.image == Image::Reference);
}
