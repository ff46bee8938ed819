//! What the operator asks of a real peer within a call, and what one asks of it before the answer.

use super::baresip::{Account, Baresip};
use super::load::sipp;
use super::operator::Operator;
use super::{Error, is_there, pause};

#[test]
fn reliable_responses_and_a_session_timer_against_sipp() -> Result<(), Error> {
    if !is_there("sipp", "sip-tester", "reliable") {
        return Ok(());
    }
    let operator = Operator::start("reliable", 30_000, &["--answer-after", "0s"])?;
    let folder = operator.out.clone();
    sipp(&folder, "register.xml", 30_000, 30_010, &["-m", "1"])?;
    sipp(&folder, "reliable.xml", 30_000, 30_020, &["-m", "3", "-r", "10", "-timeout", "30"])?;
    operator.line("call 3: over, the post hung up")?;
    assert_eq!(operator.count("session refreshed by the post"), 3);
    Ok(())
}

#[test]
fn a_softphone_is_held_taken_off_hold_and_moved() -> Result<(), Error> {
    if !is_there("baresip", "baresip-core", "held") {
        return Ok(());
    }
    let mut operator = Operator::start("held", 30_300, &["--answer-after", "0s"])?;
    let mut post = Baresip::start(&operator.out, 30_310, &Account { operator: 30_300, ..Account::default() })?;
    operator.line("post1 registered at")?;
    post.dial()?;
    operator.line("call 1: first voice packet")?;
    for (typed, told) in
        [("p", "call 1: hold: agreed"), ("c", "call 1: resume: agreed"), ("m", "call 1: move to another port: agreed")]
    {
        operator.press(typed)?;
        operator.line(told).map_err(|e| format!("{e}\n{}", post.log()))?;
        pause(0.3);
    }
    operator.line("call 1: first voice packet at the new port")?;
    operator.line("call 1: the post saw ").map_err(|e| format!("{e}\n{}", post.log()))?;
    operator.press("h")?;
    operator.line("call 1: over, ended from here")?;
    assert_eq!(operator.count("ONE-WAY"), 0, "{}", operator.lines().join("\n"));
    Ok(())
}

#[test]
fn a_softphone_hears_the_call_tone_and_calls_on_where_the_first_is_busy() -> Result<(), Error> {
    if !is_there("baresip", "baresip-core", "second") {
        return Ok(());
    }
    let more = ["--reject", "486", "--second-after", "10s", "--second-answer-after", "1s", "--call-tone"];
    let operator = Operator::start("second", 30_600, &more)?;
    let mut post = Baresip::start(&operator.out, 30_610, &Account { operator: 30_600, ..Account::default() })?;
    operator.line("post1 registered at")?;
    post.dial()?;
    operator.line("call 1: passed on to the second operator")?;
    operator.line("call 1: hears us before the answer (183)")?;
    operator.line("call 1: up")?;
    operator.line("call 1: first voice packet")?;
    Ok(())
}
