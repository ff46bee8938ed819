//! sipp as a street full of posts: many calls at once, with a fifth of the signalling lost.
//!
//! The whole figure of an acceptance run: `HEJNAL_CALLS=2000 cargo test --release --test it load -- --nocapture`.

use super::operator::Operator;
use super::{Error, is_there, wait_for};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

pub fn sipp(folder: &Path, scenario: &str, operator: u16, own: u16, more: &[&str]) -> Result<String, Error> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/peers").join(scenario);
    let output = Command::new("sipp")
        .current_dir(folder)
        .arg(format!("127.0.0.1:{operator}"))
        .arg("-sf")
        .arg(file)
        .args(["-i", "127.0.0.1", "-p", &own.to_string(), "-nostdin", "-au", "post1", "-ap", "secret1"])
        .args(["-mp", &(own + 10).to_string()])
        .args(more)
        .stdin(Stdio::null())
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    let tail: Vec<&str> = text.lines().rev().take(60).collect();
    let tail: Vec<&str> = tail.into_iter().rev().collect();
    Err(format!("sipp {scenario}: {}\n{}\n{}", output.status, String::from_utf8_lossy(&output.stderr), tail.join("\n")).into())
}

/// Of two thousand callers some lose everything they send for the 32 s after which RFC 3261 lets them give up: these
/// must not. They also repeat a BYE every second, so that the test ends soon. sipp takes the smaller of `-max_retrans`,
/// which is 10 unless told, and the limit of the method: without it one caller in 75,000 gave up its BYE after 9.5 s.
const PATIENT: [&str; 8] = ["-max_retrans", "30", "-max_invite_retrans", "10", "-max_non_invite_retrans", "30", "-T2", "1000"];

/// Memory may grow by this once (threads' heaps, the records of the last 64 calls), and by so much for each call of the
/// last 32 s, whose transactions must be remembered so long (RFC 3261, timers J and L). Measured: 2.0 MB and 1.7 kB;
/// six thousand calls take no more than 3500.
const BASE_KB: u64 = 4000;
const KB_A_CALL: u64 = 3;

/// `calls` at `rate` a second, with so many percent of the datagrams lost each way.
fn check_load(name: &str, port: u16, calls: u32, rate: u32, lost: u32) -> Result<(), Error> {
    if !is_there("sipp", "sip-tester", name) {
        return Ok(());
    }
    let media = format!("{}-{}", port + 200, port + 1000);
    let more = ["--media-ports", &media, "--answer-after", "0s", "--max-calls", "400"];
    let mut operator = Operator::start_at(name, &format!("127.0.0.1:{port}"), &more)?;
    let folder = operator.out.clone();
    sipp(&folder, "register.xml", port, port + 10, &["-m", "1"])?;
    operator.line("post1 registered at")?;
    let before = operator.memory()?;
    let (calls_text, rate_text, lost_text) = (calls.to_string(), rate.to_string(), lost.to_string());
    let more = ["-m", &calls_text, "-r", &rate_text, "-l", "400", "-lost", &lost_text, "-timeout", "200"];
    sipp(&folder, "call.xml", port, port + 20, &[&more[..], &PATIENT].concat())?;
    let after = operator.memory()?;
    let expected = usize::try_from(calls)?;
    let ended = || Some(operator.count(": over, the post hung up")).filter(|ended| *ended >= expected);
    // Whoever loses its ACK and its repetitions hangs up without having been confirmed; the call was served all the
    // same.
    let _or_not = wait_for("the last line", 3, ended);
    let (ended, up) = (operator.count(": over, the post hung up"), operator.count(": up"));
    let _nobody_reads = writeln!(
        std::io::stderr(),
        "{name}: {ended} of {calls} calls ({up} confirmed) at {rate}/s, {lost} % lost: RSS {before} -> {after} kB"
    );
    assert_eq!(ended, expected, "calls that ended as they should");
    assert_eq!(operator.count("refused"), 0);
    assert_eq!(operator.stop()?, 0);
    let most = before + BASE_KB + KB_A_CALL * u64::from(calls.min(rate * 32));
    assert!(after < most, "memory grew from {before} to {after} kB, above {most}");
    Ok(())
}

fn calls(default: u32) -> u32 {
    std::env::var("HEJNAL_CALLS").ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn two_hundred_calls_at_once_are_all_served() -> Result<(), Error> {
    check_load("load", 23_000, calls(400), 100, 0)
}

#[test]
fn none_is_lost_where_a_fifth_of_the_signalling_is() -> Result<(), Error> {
    check_load("lossy-load", 25_000, calls(200), 100, 20)
}
