//! The suite's own scenarios over live posts in real time, beside eight processes that want the processor for
//! themselves: no post may be accused of what the bench's machine did. The posts, and the sound server, are preferred
//! by the scheduler, as hardware of their own would be; the bench is not. Must not know how the bench finds out that it
//! stood still.

use super::super::program::{self, journal};
use super::super::sound_server::SoundServer;
use super::PASSWORD;
use super::bench::path_of;
use super::post::{IDENTITY, Post, Scratch};
use hejnal::clock::RealClock;
use hejnal::fault::Blame;
use hejnal::journal::{Ending, Event};
use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

/// How many processes are busy beside the benches; without this variable the machine is left to the other tests.
const ASKED: &str = "HEJNAL_LOAD";
/// For each live post the scenarios that it serves, one after the other; the posts live side by side. The last
/// bench has a sound card, which it holds against itself before each scenario.
/// Pulses of a few milliseconds are not among them: a live post is led along in steps as long as they are.
const SERVED: [(&str, &[&str]); 3] = [
    ("127.0.0.21:5060", &["S03", "S06", "S09", "S10"]),
    ("127.0.0.22:5060", &["S21"]),
    ("127.0.0.23:5060", &["S04", "S08", "S35"]),
];
/// How a scenario begins on a rig without a probe: nothing can be written to the post, so it is started anew.
const READY: &str = "    Given the post is ready\n";
const STARTED: &str = "    Given the post is switched off\n    When the mains is switched on\n    \
                       Then the post is registered at most 60 s after power-on [T19]\n";

/// The scenarios with these ids, out of the suite.
fn feature(ids: &[&str]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("features/en");
    let files = std::fs::read_dir(folder).expect("the suite").map(|file| file.expect("a file").path());
    let texts: Vec<String> = files.map(|file| std::fs::read_to_string(file).expect("a feature")).collect();
    let scenario = |id: &&str| {
        let tag = format!("\n  @{id} ");
        let text = texts.iter().find_map(|text| text.split_once(&tag)).expect("a scenario of the suite").1;
        let text = text.split_once("\n\n").map_or(text, |(own, _next)| own).trim_end();
        assert!(text.contains(READY), "{id} begins with a post that is ready");
        format!("{tag}{}\n", text.replace(READY, STARTED))
    };
    format!("Feature: The live post, and a busy machine\n{}", ids.iter().map(scenario).collect::<String>())
}

/// What a technician would write for a bench without a probe.
fn rig(paths: &[String; 3], listen: &str, has_sound: bool) -> String {
    let [card, roles] = if has_sound { SOUND } else { ["", ""] };
    super::bench::rig(paths, listen).replace("  operator:\n    driver", &format!("{card}  operator:\n    driver")) + roles
}

/// A sound card's lines among the instruments, and among the roles.
const SOUND: [&str; 2] = [
    "  card: { driver: sound-card, device: bench, rate: 48000, outputs: 2, inputs: 2 }\n",
    "  loopback: { out: card/out-2, in: card/in-2 }\n",
];

/// Processes that want all of the processor, ended when dropped.
struct Busy(Vec<Child>);

impl Busy {
    fn start(count: usize) -> Busy {
        let yes = |_| Command::new("yes").stdout(Stdio::null()).spawn().expect("yes runs");
        Busy((0..count).map(yes).collect())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for process in &mut self.0 {
            let _ended = process.kill();
            let _gone = process.wait();
        }
    }
}

/// A live post, and the rig that a bench for it is described by.
struct Stand {
    post: Post,
    sound: Option<SoundServer>,
    scratch: Scratch,
    listen: &'static str,
}

impl Stand {
    /// `None`, said aloud: what is needed is not here, or not permitted.
    fn build(name: &str, (listen, ids): (&'static str, &[&str]), has_sound: bool) -> Option<Stand> {
        let scratch = Scratch::new();
        let sound =
            if has_sound { Some(SoundServer::start(name, 48_000, 2).and_then(|server| server.hurry(name, 10))?) } else { None };
        let clock = Arc::new(RealClock::start());
        let server = format!("sip:operator@{listen}");
        let mut post = Post::start(&clock, &["--server", &server, "--password", PASSWORD]);
        let paths = ["console", "inputs", "relays"].map(|name| path_of(&mut post, name));
        if !post.prefer() || !sound.iter().all(SoundServer::prefer) {
            skip(name, "real-time priority is not permitted: the post would be as late as the bench");
            return None;
        }
        std::fs::write(scratch.path("rig.yaml"), rig(&paths, listen, has_sound)).expect("written");
        std::fs::write(scratch.path("live.feature"), feature(ids)).expect("written");
        Some(Stand { post, sound, scratch, listen })
    }

    /// The bench, as a process. Without rights it may not have its own threads preferred either.
    fn bench(&self, has_rights: bool, retries: u32) -> Child {
        let [feature, rig, run] = ["live.feature", "rig.yaml", "run"].map(|file| self.scratch.path(file).into_os_string());
        let retries = retries.to_string().into();
        let words: Vec<OsString> =
            vec!["run".into(), feature, "--rig".into(), rig, "--out".into(), run, "--retry".into(), retries];
        let mut command = if has_rights {
            program::hejnal(words)
        } else {
            let mut command = Command::new("setpriv");
            command.args(["--bounding-set=-sys_nice", "--inh-caps=-sys_nice", env!("CARGO_BIN_EXE_hejnal")]).args(words);
            command
        };
        command.envs(self.sound.iter().flat_map(SoundServer::environment)).current_dir(env!("CARGO_MANIFEST_DIR"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the bench starts")
    }

    /// How each scenario ended, by its id.
    fn endings(&self) -> Vec<(String, Ending)> {
        let ended = |event: &Event| match event {
            Event::ScenarioEnded { id, ending, .. } => Some((id.clone(), ending.clone())),
            _ => None,
        };
        journal(&self.scratch.path("run")).entries.iter().filter_map(|entry| ended(&entry.event)).collect()
    }
}

fn load(name: &str) -> Option<usize> {
    let asked = std::env::var(ASKED).ok().and_then(|text| text.parse().ok());
    if asked.is_none() {
        skip(
            name,
            "it takes the machine for itself: HEJNAL_LOAD=8 cargo test --test it live::busy -- --nocapture --test-threads 1",
        );
    }
    asked
}

/// Past the capture of the test harness.
fn skip(name: &str, why: &str) {
    let _nobody_reads = writeln!(std::io::stderr(), "SKIPPED {name}: {why}");
}

/// What a bench ended with, how its scenarios ended, and what it said.
type Judged = (Option<i32>, Vec<(String, Ending)>, String);

/// Runs the selection on posts of their own: for each stand what its bench ended with, how its scenarios ended, and
/// what it said.
fn judged(name: &str, load: usize, has_rights: bool) -> Vec<Judged> {
    let last = SERVED.len() - 1;
    let built = SERVED.iter().enumerate().filter_map(|(place, served)| Stand::build(name, *served, place == last));
    let stands: Vec<Stand> = built.collect();
    let _busy = Busy::start(load);
    // Alone, what the machine spoilt once by itself is tried again; beside others every attempt counts.
    let retries = if load == 0 { 2 } else { 0 };
    let benches: Vec<Child> = stands.iter().map(|stand| stand.bench(has_rights, retries)).collect();
    let said: Vec<_> = benches.into_iter().map(|bench| bench.wait_with_output().expect("ends")).collect();
    let results = stands.into_iter().zip(said).map(|(stand, said)| {
        let told = String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr);
        let endings = stand.endings();
        for (id, ending) in &endings {
            let outcome = if ending.has_passed() { "passed" } else { &ending.message.en };
            let _nobody_reads = writeln!(std::io::stderr(), "{name}, {}, {id}: {outcome}", stand.listen);
        }
        let (code, behind) = stand.post.quit();
        let _nobody_reads = writeln!(std::io::stderr(), "{name}, {}: the post was at most {behind} ms behind", stand.listen);
        assert_eq!(code, Some(0), "the post of {IDENTITY}");
        (said.status.code(), endings, told)
    });
    results.collect()
}

#[test]
fn alone_a_bench_accepts_every_live_post() {
    if load("alone").is_none() {
        return;
    }
    for (code, endings, told) in judged("alone", 0, true) {
        // A sound server that ran dry once has another round trip from then on, and the bench refuses it: no card does
        // so.
        let is_refused = |ending: &Ending| ending.blame == Some(Blame::Bench) && ending.message.en.starts_with("sound card");
        let is_in_order = |ending: &Ending| ending.has_passed() || is_refused(ending);
        let by_card = endings.iter().any(|(_, ending)| is_refused(ending));
        let accepted = code == Some(0) || by_card && endings.iter().all(|(_, ending)| is_in_order(ending));
        assert!(!endings.is_empty() && accepted, "{code:?}: {told}");
    }
}

/// What whatever could not be judged was laid to: the process that did not run, or the card that nobody served
/// meanwhile.
const STOOD_STILL: [&str; 2] = ["bench process: ", "sound card"];

/// Or to boards that did not answer as the rig was made safe, for the process that plays them was held up as well;
/// never to contacts that stayed where they were.
fn is_unanswered(words: &str) -> bool {
    let unsafe_parts = words.strip_prefix("the rig could not be made safe: ");
    unsafe_parts.is_some_and(|parts| parts.split("; ").all(|part| part.ends_with("it was asked and has not answered")))
}

fn nobody_is_accused(name: &str, has_rights: bool) {
    let Some(load) = load(name) else { return };
    for (code, endings, told) in judged(name, load, has_rights) {
        assert!(!endings.is_empty() && matches!(code, Some(0 | 3)), "{code:?}: {told}");
        for (id, ending) in endings.iter().filter(|(_, ending)| !ending.has_passed()) {
            assert_eq!(ending.blame, Some(Blame::Bench), "{id}: {told}");
            let words = &ending.message.en;
            let is_held_up = STOOD_STILL.iter().any(|start| words.starts_with(start)) || is_unanswered(words);
            assert!(is_held_up, "{id}: {words}");
        }
    }
}

#[test]
fn beside_eight_busy_processes_no_live_post_is_accused() {
    nobody_is_accused("busy", true);
}

#[test]
fn nor_by_a_bench_whose_own_threads_may_not_be_preferred() {
    if Command::new("setpriv").arg("--version").output().is_err() {
        return skip("busy-without-rights", "setpriv (util-linux) is not installed");
    }
    nobody_is_accused("busy-without-rights", false);
}
