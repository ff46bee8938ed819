//! A post in its street, as everybody can see it: what happens to it, and what is to be seen of that.

use super::*;
use hejnal::instrument::operator::{Action, Change, Health, Second};
use hejnal::rig::{self, Profile};
use hejnal::twin::defect::Defect;
use std::path::Path;
use std::sync::OnceLock;

pub const BATTERY: Channel = Channel(4);
pub const AT_ONCE: Answering = Answering::After(Duration::from_millis(500));

/// A tenth of a second, and what was to be seen then.
pub type Seen = Vec<(u64, String)>;

/// The bench of a rig, with what it gives the post's network.
pub struct Street {
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
        self.act(Action::HangUp);
        self.wait(then);
    }
    /// Something is asked of the post in the talk that stands.
    pub fn ask(&mut self, change: Change) {
        self.act(Action::Change(change));
    }
    fn act(&mut self, what: Action) {
        let last = self.bench.events.iter().rev().find_map(|event| match event.value {
            CallEvent::Invited { call, .. } => Some(call),
            _ => None,
        });
        if let Some(call) = last {
            // It may be over already, which is what some are here for.
            let _ = self.bench.operator.act(call, what);
        }
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

/// The first things that one has and the other has not.
fn differences(good: &Seen, bad: &Seen) -> Vec<String> {
    let near =
        |all: &[(u64, String)], one: &(u64, String)| all.iter().any(|(at, what)| at.abs_diff(one.0) <= 1 && *what == one.1);
    let missing = good.iter().filter(|one| !near(bad, one)).map(|(at, what)| (*at, format!("- {what}")));
    let more = bad.iter().filter(|one| !near(good, one)).map(|(at, what)| (*at, format!("+ {what}")));
    let oftener = (good.len() != bad.len()).then(|| (0, format!("+ {} things instead of {}", bad.len(), good.len())));
    let mut all: Vec<_> = missing.chain(more).chain(oftener).collect();
    all.sort();
    all.into_iter().map(|(at, what)| format!("{:.1} {what}", at as f64 / 10.0)).collect()
}

/// Defects of one hand, and a stretch of a post's life in which each of them shows but those that are seen elsewhere.
pub struct Gallery {
    pub defects: &'static [Defect],
    pub seen_elsewhere: &'static [&'static str],
    pub life: fn(Profile, Option<&Defect>) -> Seen,
    /// What is to be seen of a sound post of each profile.
    sound: [OnceLock<Seen>; 2],
}

impl Gallery {
    pub const fn of(
        defects: &'static [Defect],
        seen_elsewhere: &'static [&'static str],
        life: fn(Profile, Option<&Defect>) -> Seen,
    ) -> Self {
        Gallery { defects, seen_elsewhere, life, sound: [OnceLock::new(), OnceLock::new()] }
    }
    fn sound(&self, profile: Profile) -> &Seen {
        self.sound[usize::from(profile == Profile::NewPost)].get_or_init(|| (self.life)(profile, None))
    }
    /// By day every third, for each lives half an hour; all of them with `HEJNAL_MATRIX=whole`.
    #[track_caller]
    pub fn all_show(&self, which: impl Fn(&Defect) -> bool) {
        let mut alike = Vec::new();
        let is_whole = std::env::var("HEJNAL_MATRIX").is_ok_and(|asked| asked == "whole");
        let shown = self.defects.iter().filter(|defect| which(defect) && !self.seen_elsewhere.contains(&defect.id));
        for defect in shown.step_by(if is_whole { 1 } else { 3 }) {
            let differences = differences(self.sound(defect.profile), &(self.life)(defect.profile, Some(defect)));
            println!("== {} ({} differences)", defect.id, differences.len());
            differences.iter().take(12).for_each(|line| println!("   {line}"));
            if differences.is_empty() {
                alike.push(defect.id);
            }
        }
        assert!(alike.is_empty(), "as the reference: {alike:?}");
    }
}
