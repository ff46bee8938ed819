//! The whole program with relays and inputs over Modbus TCP before the live post: a gateway that a test keeps passes
//! questions on to the post's own boards. Must not know how the driver asks.

use super::bench::{path_of, rig};
use super::post::{Post, Scratch};
use super::{PASSWORD, SECOND};
use hejnal::clock::{Clock, Instant, RealClock};
use hejnal::driver::{inputs::Inputs, lcus::Lcus, serial::Serial};
use hejnal::instrument::lamp::{Input, InputBoard as _};
use hejnal::instrument::relay::{Channel, Contact, RelayBoard as _};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::{Arc, Mutex};

/// What stands behind the gateway, and what its coils were told last.
struct Boards {
    relays: Lcus,
    inputs: Inputs,
    coils: [bool; 8],
}

impl Boards {
    fn coil(&mut self, number: usize, on: bool) {
        self.coils[number] = on;
        if let Some(channel) = u8::try_from(number + 1).ok().filter(|channel| *channel <= 4) {
            self.relays.set(Channel(channel), if on { Contact::Closed } else { Contact::Open }).expect("a board");
        }
    }
    /// The body of an answer (MODBUS Application Protocol, 6).
    fn answer(&mut self, question: &[u8]) -> Vec<u8> {
        let word = |at: usize| usize::from(question[at]) << 8 | usize::from(question[at + 1]);
        match question[0] {
            1 => vec![1, 1, (0..8).fold(0, |byte, n| byte | u8::from(self.coils[n]) << n)],
            2 => {
                self.inputs.edges().expect("a board that works");
                let mut lit = |n: u8| self.inputs.is_lit(Input(n + 1), Instant::ZERO).expect("a board") == Some(true);
                vec![2, 1, (0..6).fold(0, |byte, n| byte | u8::from(lit(n)) << n)]
            }
            3 => vec![3, 2, 0, 0],
            5 => {
                self.coil(word(1), question[3] == 0xFF);
                question.to_vec()
            }
            15 => {
                (0..word(3)).for_each(|n| self.coil(word(1) + n, question[6 + n / 8] >> (n % 8) & 1 == 1));
                question[..5].to_vec()
            }
            function => vec![function | 0x80, 1],
        }
    }
}

/// Serves until the test's process ends.
fn gateway(boards: Boards) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let own = listener.local_addr().expect("bound");
    let boards = Arc::new(Mutex::new(boards));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            stream.set_nodelay(true).expect("a socket");
            let boards = Arc::clone(&boards);
            std::thread::spawn(move || {
                let mut head = [0; 7];
                while stream.read_exact(&mut head).is_ok() {
                    let mut question = vec![0; usize::from(head[5]) - 1];
                    stream.read_exact(&mut question).expect("whole");
                    let body = boards.lock().expect("lock").answer(&question);
                    let answer = [&head[..5], &[body.len() as u8 + 1, head[6]], &body].concat();
                    if stream.write_all(&answer).is_err() {
                        return;
                    }
                }
            });
        }
    });
    own
}

const FEATURE: &str = "\
Feature: The live post on modules that can be bought
  @L02
  Scenario: It comes up, and each press raises exactly one call within the limit
    Given the post is switched off
    When the mains is switched on
    Then the post is registered at most 60 s after power-on [T19]
    When the button is pressed 2 times for 150 ms, and the operator ends each call after 1 s
    Then every call leaves the post at most 0.5 s after its press [T01]
    And each press has raised exactly 1 call [T33]
";

#[test]
fn the_whole_program_judges_the_live_post_over_modbus() {
    let scratch = Scratch::new();
    let clock = Arc::new(RealClock::start());
    let listen = "127.0.0.4:5060";
    let mut post = Post::start(&clock, &["--server", &format!("sip:operator@{listen}"), "--password", PASSWORD]);
    let paths = ["console", "inputs", "relays"].map(|name| path_of(&mut post, name));
    let line = |path: &str, baud: u32| Box::new(Serial::open(path, baud, Arc::clone(&clock) as Arc<dyn Clock>).expect("a port"));
    let boards = Boards {
        inputs: Inputs::new(line(&paths[1], 115_200), 6).expect("a board"),
        relays: Lcus::new(line(&paths[2], 9_600), 4),
        coils: [false; 8],
    };
    clock.wait(SECOND / 2).expect("not interrupted");
    let module = gateway(boards);
    let (relays, inputs) = ("driver: lcus, port: ", "driver: input-reporter, port: ");
    let text = rig(&paths, listen)
        .replace(
            &format!("{relays}{}, channels: 4", paths[2]),
            &format!("driver: modbus-io, model: waveshare-relay-d, address: {module}, unit: 1, relays: 8"),
        )
        .replace(
            &format!("{inputs}{}, channels: 6", paths[1]),
            &format!("driver: modbus-io, address: {module}, unit: 2, inputs: 6, poll: 5"),
        );
    assert_eq!(text.matches("modbus-io").count(), 2, "{text}");
    std::fs::write(scratch.path("rig.yaml"), text).expect("written");
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
