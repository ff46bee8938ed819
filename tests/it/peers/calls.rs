//! baresip as a post against our operator: registering, calling, speaking, and everything that can be done to a call.

use super::baresip::{Account, Baresip};
use super::operator::Operator;
use super::{Error, is_there, pause, samples, tone};

fn installed(test: &str) -> bool {
    is_there("baresip", "baresip-core", test)
}

/// A call of two seconds with a codec; both ends must have heard the other's tone.
fn check_codec(name: &str, port: u16, shown: &str, codec: &str) -> Result<(), Error> {
    if !installed(name) {
        return Ok(());
    }
    let mut operator = Operator::start(name, port, &["--answer-after", "200ms", "--stimulus", "tone"])?;
    let mut post = Baresip::start(&operator.out, port + 10, &Account { operator: port, codec, ..Account::default() })?;
    operator.line("post1 registered at sip:post1-")?;
    post.dial()?;
    operator.line("call 1: up")?;
    operator.line("call 1: first voice packet")?;
    pause(2.5);
    post.command("hangup", "")?;
    operator.line("call 1: over, the post hung up")?;
    let media = operator.line(&format!("call 1, {shown}:"))?;
    assert!(media.contains(" 0 lost") && media.contains(" 0 duplicates") && media.contains("DSCP 46"), "{media}");
    let heard = samples(&operator.out.join("call-001-heard.wav"))?;
    assert!(heard.len() > 8000 * 2, "{} frames", heard.len());
    let (share, level) = tone(&heard, 8000.0, 440.0, 0.5);
    assert!(share > 0.9 && (level + 9.0).abs() < 2.0, "{shown}: the operator heard {share:.3} of the tone at {level:.1} dBFS");
    pause(0.3);
    let dump = post.heard()?;
    let spec = hound::WavReader::open(&dump)?.spec();
    let one: Vec<f32> = samples(&dump)?.into_iter().step_by(usize::from(spec.channels)).collect();
    let (share, _) = tone(&one, f64::from(spec.sample_rate), 1000.0, 0.8);
    assert!(share > 0.8, "{shown}: the post heard {share:.3} of the tone");
    assert_eq!(operator.stop()?, 0);
    assert_eq!(operator.count("turned away"), 0, "{:?}", operator.lines());
    Ok(())
}

#[test]
fn a_call_in_pcma() -> Result<(), Error> {
    check_codec("pcma", 21_000, "PCMA", "pcma/8000/1")
}

#[test]
fn a_call_in_pcmu() -> Result<(), Error> {
    check_codec("pcmu", 21_200, "PCMU", "pcmu/8000/1")
}

#[test]
fn a_call_in_g722() -> Result<(), Error> {
    check_codec("g722", 22_400, "G722", "g722/16000/1")
}

#[test]
fn a_call_in_opus() -> Result<(), Error> {
    check_codec("opus", 22_600, "opus", "opus/48000/2")
}

#[test]
fn a_call_over_tcp_is_served_in_its_connection() -> Result<(), Error> {
    check_transport("tcp", 20_000, "127.0.0.1", "tcp")
}

#[test]
fn a_call_over_ipv6_is_served() -> Result<(), Error> {
    check_transport("ipv6", 20_200, "[::1]", "udp")
}

/// A call that the operator ends, by another transport or protocol.
fn check_transport(name: &str, port: u16, host: &str, transport: &str) -> Result<(), Error> {
    if !installed(name) {
        return Ok(());
    }
    let media = format!("{}-{}", port + 100, port + 140);
    let more = ["--media-ports", &media, "--answer-after", "0s", "--hang-up-after", "1s"];
    let mut operator = Operator::start_at(name, &format!("{host}:{port}"), &more)?;
    let account = Account { operator: port, host, transport, ..Account::default() };
    let mut post = Baresip::start(&operator.out, port + 10, &account)?;
    operator.line("post1 registered at").map_err(|e| format!("{e}\n{}", post.log()))?;
    post.dial()?;
    operator.line("call 1: first voice packet")?;
    operator.line("call 1: over, ended from here")?;
    assert_eq!(operator.stop()?, 0);
    let last = operator.lines().pop().unwrap_or_default();
    assert_eq!(last, "Ended.", "the post has answered our BYE");
    Ok(())
}

/// An operator and a registered post.
fn scene(name: &str, port: u16, more: &[&str]) -> Result<Option<(Operator, Baresip)>, Error> {
    if !installed(name) {
        return Ok(None);
    }
    let operator = Operator::start(name, port, more)?;
    let post = Baresip::start(&operator.out, port + 10, &Account { operator: port, ..Account::default() })?;
    operator.line("post1 registered at")?;
    Ok(Some((operator, post)))
}

#[test]
fn a_wrong_password_is_refused_and_told() -> Result<(), Error> {
    if !installed("a_wrong_password_is_refused_and_told") {
        return Ok(());
    }
    let operator = Operator::start("wrong-password", 21_400, &[])?;
    let account = Account { operator: 21_400, password: "guessed", ..Account::default() };
    let _post = Baresip::start(&operator.out, 21_410, &account)?;
    operator.line("registration refused to post1 from 127.0.0.1:21410: wrong password")?;
    assert_eq!(operator.count("post1 registered at"), 0);
    Ok(())
}

#[test]
fn a_call_given_up_before_the_answer_is_cancelled() -> Result<(), Error> {
    let Some((mut operator, mut post)) = scene("cancel", 21_600, &["--manual"])? else { return Ok(()) };
    post.dial()?;
    operator.line("call 1: ringing")?;
    pause(0.3);
    post.command("hangup", "")?;
    operator.line("call 1: over, the post gave up before the answer")?;
    post.dial()?;
    operator.line("call 2: ringing")?;
    assert_eq!(operator.stop()?, 0);
    operator.line("call 2: over, ended from here")?;
    Ok(())
}

#[test]
fn hold_resume_and_keys_are_seen() -> Result<(), Error> {
    let Some((operator, mut post)) = scene("hold", 21_800, &["--answer-after", "0s"])? else { return Ok(()) };
    post.dial()?;
    operator.line("call 1: first voice packet")?;
    post.command("hold", "")?;
    operator.line("call 1: put on hold by the post")?;
    pause(0.3);
    post.command("resume", "")?;
    operator.line("call 1: taken off hold")?;
    post.command("sndcode", "1")?;
    operator.line("call 1: key 1").map_err(|e| format!("{e}\n{}", post.log()))?;
    pause(0.3);
    post.command("sndcode", "#")?;
    operator.line("call 1: key #")?;
    assert_eq!(operator.count("call 1: key"), 2, "three packets end each key, and each is told once");
    Ok(())
}

#[test]
fn the_operator_hangs_up_and_the_post_agrees() -> Result<(), Error> {
    let Some((mut operator, mut post)) = scene("bye", 22_000, &["--answer-after", "0s", "--hang-up-after", "1s"])? else {
        return Ok(());
    };
    post.dial()?;
    operator.line("call 1: over, ended from here")?;
    post.dial()?;
    operator.line("call 2: up")?;
    assert_eq!(operator.stop()?, 0, "Ctrl-C in the middle of a call");
    operator.line("call 2: over, ended from here")?;
    let last = operator.lines().pop().unwrap_or_default();
    assert_eq!(last, "Ended.", "the post has answered our BYE");
    Ok(())
}

#[test]
fn a_call_refused_with_503_is_told() -> Result<(), Error> {
    let Some((operator, mut post)) = scene("refused", 22_200, &["--reject", "503"])? else { return Ok(()) };
    post.dial()?;
    operator.line("call 1: refused with 503")?;
    operator.line("call 1: over, ended from here")?;
    Ok(())
}
