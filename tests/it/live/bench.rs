//! A bench on the live post's pseudo-terminals, as if it were hardware: first its drivers one by one, then the whole
//! program with a rig that names them. Must not know that there is no hardware.

use super::post::{IDENTITY, Post, Scratch};
use super::{Desk, PASSWORD, SECOND};
use hejnal::clock::{Clock, RealClock, poll};
use hejnal::driver::{console::SerialConsole, inputs::Inputs, lcus::Lcus, serial::Serial};
use hejnal::instrument::Instrument as _;
use hejnal::instrument::console::Console as _;
use hejnal::instrument::lamp::{Edge, Input, InputBoard as _};
use hejnal::instrument::operator::Action;
use hejnal::instrument::relay::{Channel, Contact, RelayBoard as _};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

/// A path that the post printed at its start, where the lines stand by their names.
pub fn path_of(post: &mut Post, name: &str) -> String {
    let line = post.expect(&format!("{name:<8} /dev/"), SECOND * 20).text;
    line.split_whitespace().nth(1).expect("a path").to_owned()
}

fn line_of(post: &mut Post, clock: &Arc<RealClock>, name: &str) -> Box<Serial> {
    let path = path_of(post, name);
    let baud = if name == "relays" { 9600 } else { 115_200 };
    Box::new(Serial::open(&path, baud, Arc::clone(clock) as Arc<dyn Clock>).expect("a port that opens"))
}

#[test]
fn a_bench_drives_the_live_post_through_its_pseudo_terminals() {
    let clock = Arc::new(RealClock::start());
    let mut desk = Desk::open(&clock, 27_264);
    let server = desk.server.clone();
    let mut post = Post::start(&clock, &["--server", &server, "--password", PASSWORD]);
    let mut console = SerialConsole::new(line_of(&mut post, &clock, "console"));
    let mut inputs = Inputs::new(line_of(&mut post, &clock, "inputs"), 8).expect("a board");
    let mut relays = Lcus::new(line_of(&mut post, &clock, "relays"), 4);
    desk.registered(SECOND * 30);
    post.expect("lamp     out of service off", SECOND * 10);
    clock.wait(SECOND / 2).expect("not interrupted");
    assert_eq!(inputs.identify().map(|board| board.model.contains("HEJNAL-INPUTS")), Ok(true));
    inputs.edges().expect("a board that works");

    let commanded = relays.set(Channel(1), Contact::Closed).expect("a board");
    clock.wait(Duration::from_millis(200)).expect("not interrupted");
    relays.set(Channel(1), Contact::Open).expect("a board");
    let (invited, call) = desk.invited();
    desk.operator.act(call, Action::Answer).expect("a call that rings");
    let (mut edges, mut lines) = (Vec::new(), Vec::new());
    let wanted = [(4, true), (1, true), (4, false), (2, true)];
    let seen = poll::<_, hejnal::clock::Interrupted>(&*clock, clock.now() + SECOND * 10, Duration::from_millis(10), || {
        edges.extend(inputs.edges().expect("a board that works"));
        lines.extend(console.lines().expect("a console that works").into_iter().map(|line| line.value.text));
        let all = wanted.iter().all(|(input, lit)| edges.iter().any(|e| e.value == Edge { input: Input(*input), lit: *lit }));
        let told = ["$PRESS 1", "$CALL 1 dialled", "$CALL 1 connected"].iter().all(|t| lines.iter().any(|l| l.starts_with(t)));
        Ok((all && told).then_some(()))
    });
    assert_eq!(seen, Ok(Some(())), "edges {edges:?}, console {lines:?}");
    let lamp = edges.iter().find(|edge| edge.value.input == Input(1)).map(|edge| edge.at.seconds_after(commanded));
    let millis = |seconds: f64| seconds * 1e3;
    println!(
        "relay commanded to INVITE {:.0} ms, to lamp \"call placed\" {:.0} ms",
        millis(invited.seconds_after(commanded)),
        millis(lamp.unwrap_or(f64::NAN))
    );
    relays.set(Channel(3), Contact::Closed).expect("a board");
    post.expect("fibre    cut", SECOND * 5);
    relays.make_safe().expect("a board");
    post.expect("fibre    connected", SECOND * 5);
    post.send("nonsense");
    post.expect("unknown", SECOND * 5);
    post.freeze(SECOND / 2);
    let late = post.expect(" behind ", SECOND * 10).figure_after("the post was");
    assert!(late > 300.0, "frozen for half a second, but only {late} ms behind");
    assert_eq!(post.quit().0, Some(0));
}

/// What a technician would write for a bench without probe and sound card.
pub fn rig(paths: &[String; 3], listen: &str) -> String {
    let [console, inputs, relays] = paths;
    let firmware = format!("{}/fixtures/firmware/elf/reference.elf", env!("CARGO_MANIFEST_DIR"));
    format!(
        "hejnal: 1\nname: live post\npost:\n  identity: {IDENTITY}\n  place: bench\n  profile: new-post\n  chip: STM32F072CB\n  \
         firmware: {{ file: {firmware:?}, version: 1.4.2, settings-page: 0x0801F800 }}\ninstruments:\n  \
         relays: {{ driver: lcus, port: {relays}, channels: 4 }}\n  \
         inputs: {{ driver: input-reporter, port: {inputs}, channels: 6 }}\n  \
         console: {{ driver: serial-console, port: {console} }}\n  operator:\n    driver: sip-operator\n    \
         listen: {listen}\n    realm: straz.miejska\n    users: [ {{ name: {IDENTITY}, password: {PASSWORD} }} ]\nroles:\n  \
         button: {{ relay: relays/1, contact: normally-open, sense: inputs/4 }}\n  \
         mains: {{ relay: relays/2, contact: normally-closed, sense: inputs/5 }}\n  \
         fibre: {{ relay: relays/3, contact: normally-closed, sense: inputs/6 }}\n  lamp-placed: inputs/1\n  \
         lamp-connected: inputs/2\n  lamp-out-of-service: inputs/3\n  console: console\n  operator: operator\n"
    )
}

const FEATURE: &str = "\
Feature: The live post as hardware
  @L01
  Scenario: It comes up, and each press raises exactly one call within the limit
    Given the post is switched off
    When the mains is switched on
    Then the post is registered at most 60 s after power-on [T19]
    When the button is pressed 2 times for 150 ms, and the operator ends each call after 1 s
    Then every call leaves the post at most 0.5 s after its press [T01]
    And each press has raised exactly 1 call [T33]
";

#[test]
fn the_whole_program_judges_the_live_post_as_if_it_were_hardware() {
    let scratch = Scratch::new();
    let clock = Arc::new(RealClock::start());
    // An address of its own: the ports of the bench's operator are always the same.
    let listen = "127.0.0.3:5060";
    let mut post = Post::start(&clock, &["--server", &format!("sip:operator@{listen}"), "--password", PASSWORD]);
    let paths = ["console", "inputs", "relays"].map(|name| path_of(&mut post, name));
    std::fs::write(scratch.path("rig.yaml"), rig(&paths, listen)).expect("written");
    std::fs::write(scratch.path("live.feature"), FEATURE).expect("written");
    let run = Command::new(env!("CARGO_BIN_EXE_hejnal"))
        .arg("run")
        .arg(scratch.path("live.feature"))
        .arg("--rig")
        .arg(scratch.path("rig.yaml"))
        .arg("--out")
        .arg(scratch.path("run"))
        .output()
        .expect("the program runs");
    let told = String::from_utf8_lossy(&run.stdout);
    for line in told.lines().filter(|line| line.contains('✓')) {
        println!("{}", line.trim());
    }
    assert_eq!(run.status.code(), Some(0), "{told}\n{}", String::from_utf8_lossy(&run.stderr));
    assert!(told.contains("press to INVITE") && told.contains("1 passed"), "{told}");
    assert_eq!(post.quit().0, Some(0));
}
