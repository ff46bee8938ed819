//! Many calls at once that all speak, and a bench that is held up meanwhile: what the operator tells must be as true as
//! on a quiet day.
//!
//! The whole figure: `HEJNAL_CALLS=200 cargo test --release --test it crowd -- --nocapture`. Knows no latency limit:
//! how fast it is, the benchmark says.

use super::peers::{Error, Operator, wait_for};
use super::street::{Plan, Street, guard};
use hejnal::clock::{Clock as _, RealClock};
use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

#[test]
fn of_many_calls_at_once_each_has_its_verdict_and_none_a_gap() -> Result<(), Error> {
    let calls = std::env::var("HEJNAL_CALLS").ok().and_then(|text| text.parse().ok()).unwrap_or(20).min(400);
    let ms = Duration::from_millis;
    // All are up together for two seconds after the last has come.
    let hold = ms(2000) + ms(10) * u32::try_from(calls)?;
    let text = guard::serve(29_000, Plan { calls, every: ms(10), hold, speaking: true })?;
    let _nobody_reads = writeln!(std::io::stderr(), "{calls} calls at once, all speaking\n{text}");
    Ok(())
}

/// Seconds since the operator's beginning, as it tells them with an event.
fn told_at(operator: &Operator, event: &str) -> Result<f64, Error> {
    let line = operator.line(event)?;
    Ok(line.split_whitespace().next().ok_or("an empty line")?.parse()?)
}

#[test]
fn the_moment_told_is_that_of_arrival_also_where_the_bench_was_held_up() -> Result<(), Error> {
    let mut operator = Operator::start("held-up", 29_910, &["--answer-after", "0s"])?;
    let street = Street::registered_with(SocketAddr::from(([127, 0, 0, 1], 29_910)))?;
    let plan = Plan { calls: 1, every: Duration::ZERO, hold: Duration::ZERO, speaking: false };
    let call = |plan| Ok::<_, Error>(street.walk(plan, || {})?.pop().ok_or("no call")?);
    let quiet = call(plan)?;
    let (mut stopped_at, clock) = (None, RealClock::start());
    operator.freeze()?;
    let held = street.walk(plan, || {
        let since = *stopped_at.get_or_insert(clock.now());
        if clock.now().since(since) > Duration::from_millis(700) {
            // Again and again does no harm.
            let _gone = operator.signal("CONT");
        }
    });
    let held = held?.pop().ok_or("no call")?;
    let answer = held.answered.ok_or("no answer")?.saturating_sub(held.invited).as_secs_f64();
    assert!(answer > 0.5, "answered after {answer} s: it was not held up");
    let sent = held.invited.saturating_sub(quiet.invited).as_secs_f64();
    let told = told_at(&operator, "call 2: INVITE")? - told_at(&operator, "call 1: INVITE")?;
    assert!((told - sent).abs() < 0.2, "INVITEs sent {sent} s apart were told {told} s apart");
    let _or_not = wait_for("the call's end", 3, || operator.lines().iter().any(|l| l.contains("call 2: over")).then_some(()));
    operator.line("moments of arrival ± ")?;
    assert_eq!(operator.stop()?, 0);
    Ok(())
}
