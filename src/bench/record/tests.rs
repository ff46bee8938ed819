//! What the record answers, in its scenario and in the next one.

use super::*;
use crate::instrument::operator::{EndedBy, Invite, Server, Unbound};
use std::time::Duration;

#[test]
fn a_console_line_needs_its_checksum() {
    let sum = "STATE idle".bytes().fold(0, |s, b| s ^ b);
    let report = Report::parse(&format!("$STATE idle*{sum:02X}")).expect("valid");
    assert_eq!(report.argument("STATE"), Some("idle"));
    assert_eq!(report.argument("BEAT"), None);
    for bad in [format!("$STATE idle*{:02X}", sum ^ 1), "STATE idle".into(), "$STATE idle".into(), "$*".into(), String::new()] {
        assert_eq!(Report::parse(&bad), None, "{bad:?}");
    }
}

#[test]
fn a_boot_line_gives_its_values() {
    let payload = "BOOT post 1.4.2 0a1b2c3d reference id=SOS-0417 cause=power";
    let sum = payload.bytes().fold(0, |s, b| s ^ b);
    let report = Report::parse(&format!("${payload}*{sum:02X}")).expect("valid");
    assert_eq!((report.value("id"), report.value("cause"), report.value("x")), (Some("SOS-0417"), Some("power"), None));
}

#[test]
fn what_has_a_password_in_it_is_not_written_down() {
    let secrets = Secret::of([("SOS-0417", "piotrkowska")].into_iter());
    let mut record = Record::default();
    let told = |text: &str, record: &mut Record| {
        let mut text = text.to_owned();
        record.hide_secrets(Instant::ZERO, "console", [&mut text], &secrets);
        text
    };
    assert_eq!(told("login SOS-0417", &mut record), "login SOS-0417");
    assert_eq!(record.told_secrets().len(), 0);
    assert_eq!(told("login SOS-0417 piotrkowska", &mut record), HIDDEN);
    assert_eq!(record.told_secrets().len(), 1);
    record.begin_scenario();
    assert_eq!(record.told_secrets().len(), 0);
}

fn invited(call: u32) -> CallEvent {
    let invite = Invite { dialog: "x".into(), to: "sip:operator@x".into(), from: "SOS-0417".into(), headers: Vec::new() };
    CallEvent::Invited { call: CallId(call), invite, server: Server::Primary }
}
fn ended(call: u32) -> CallEvent {
    CallEvent::Ended { call: CallId(call), by: EndedBy::Operator }
}
/// One event a second, from 1 s on.
fn record(events: Vec<CallEvent>) -> Record {
    let mut record = Record::default();
    for (second, event) in (1..).zip(events) {
        record.note_call(Stamped::new(Instant::ZERO + Duration::from_secs(second), event));
    }
    record
}

#[test]
fn a_call_stands_from_its_arrival_to_its_end() {
    let check = |events: Vec<CallEvent>, expected: bool| {
        let mut record = record(events);
        assert_eq!(record.a_call_stands(), expected);
        record.begin_scenario();
        assert_eq!(record.a_call_stands(), expected, "in the next scenario");
    };
    check(vec![], false);
    check(vec![invited(1)], true);
    check(vec![invited(1), CallEvent::Ringing { call: CallId(1) }, ended(1)], false);
    check(vec![invited(1), invited(2), ended(1)], true);
}

#[test]
fn the_talk_is_the_call_confirmed_last_that_has_not_ended() {
    let confirmed = |call| CallEvent::Confirmed { call: CallId(call) };
    let check = |events: Vec<CallEvent>, expected: Option<u32>| {
        let mut record = record(events);
        assert_eq!(record.talk(), expected.map(CallId));
        record.begin_scenario();
        assert_eq!(record.talk(), expected.map(CallId), "in the next scenario");
    };
    check(vec![invited(1)], None);
    check(vec![invited(1), invited(2), confirmed(2), confirmed(1)], Some(1));
    check(vec![invited(1), invited(2), confirmed(2), confirmed(1), ended(1)], Some(2));
}

#[test]
fn a_registration_stands_over_scenarios_until_it_runs_out_or_the_post_was_disturbed() {
    let (user, contact) = ("SOS-0417".to_string(), "sip:x".to_string());
    let expires = Duration::from_secs(60);
    let bound = CallEvent::Registered { user: user.clone(), contact: contact.clone(), expires, server: Server::Primary };
    let at = |seconds| Instant::ZERO + Duration::from_secs(seconds);
    let mut seen = record(vec![bound.clone()]);
    seen.begin_scenario();
    let stands = |since, now| seen.registration().is_some_and(|r| r.stands(at(since), at(now)));
    assert_eq!([stands(0, 30), stands(1, 60), stands(0, 61), stands(2, 30)], [true, true, false, false]);
    let gone = CallEvent::Unregistered { user, contact, why: Unbound::Removed };
    let gone = record(vec![bound, gone]);
    assert_eq!(gone.registration().map(|r| r.stands(at(0), at(3))), Some(false));
}

#[test]
fn a_scenario_leaves_what_holds_and_no_history() {
    let mut seen = record(vec![invited(1), ended(1), invited(2)]);
    let input = InputRef { board: "inputs".into(), input: 3 };
    for (at, lit) in [(1, true), (2, false), (3, true)] {
        seen.inputs.entry(input.clone()).or_default().push(Stamped::new(Instant::from_nanos(at), lit));
    }
    for (at, text) in [(1, "BOOT a"), (2, "BEAT 1"), (3, "BOOT b"), (4, "BEAT 2")] {
        let words = text.split(' ').map(str::to_string).collect();
        seen.console.push(Stamped::new(Instant::from_nanos(at), Report { words, is_sum_in_capitals: None }));
    }
    seen.lines = ConsoleLines { readable: 4, garbled: 1, last_garbled: "?".into() };
    seen.begin_scenario();
    assert_eq!(seen.calls_since(Instant::ZERO).count(), 0);
    assert_eq!([1, 2].map(|id| seen.call(CallId(id)).is_some()), [false, true]);
    assert_eq!(seen.changes(&input, true, Instant::ZERO, None).collect::<Vec<_>>(), [Instant::from_nanos(3)]);
    assert_eq!(seen.changes(&input, false, Instant::ZERO, None).count(), 0);
    assert_eq!(seen.last_banner().and_then(|banner| banner.argument(BANNER)), Some("b"));
    assert_eq!(seen.reports_since(Instant::ZERO).count(), 1);
    assert_eq!((seen.console_lines().readable, seen.console_lines().garbled), (4, 1));
}

#[test]
fn a_moment_at_the_operator_is_trusted_as_it_was_stamped_and_no_further_than_a_network_allows() {
    let check = |within: Duration, expected: f64| {
        let mut record = record(vec![invited(1)]);
        let value = CallEvent::Answered { call: CallId(1) };
        record.note_call(Stamped { at: Instant::from_nanos(7), within, value });
        let answered = record.call(CallId(1)).and_then(|call| call.answered);
        assert_eq!(answered.map(|moment| moment.uncertainty), Some(expected));
    };
    check(Duration::ZERO, 0.0002);
    check(Duration::from_micros(30), 0.0002);
    check(Duration::from_millis(3), 0.003);
}

#[test]
fn a_line_is_spoiled_unless_a_start_of_the_firmware_broke_it_off() {
    let framed = |payload: &str| format!("${payload}*{:02X}", payload.bytes().fold(0, |sum, byte| sum ^ byte));
    let (beat, boot) = (framed("BEAT 10 idle"), framed("BOOT 1.4.2 cause=power"));
    let check = |line: &str, reports: usize, garbled: usize| {
        let mut record = Record::default();
        record.note_line(Instant::from_nanos(5), line, line.to_string());
        let read = record.reports_since(Instant::ZERO).count();
        assert_eq!((read, record.garbled_since(Instant::ZERO).count()), (reports, garbled), "{line}");
    };
    check(&beat, 1, 0);
    check(&beat.replacen('1', "", 1), 0, 1);
    check(&beat[1..], 0, 1);
    check(&beat[..beat.len() - 3], 0, 1);
    check(&format!("{beat}{beat}"), 1, 1);
    check(&format!("$PRESS{boot}"), 1, 0);
    check(&format!("\u{fffd}{boot}"), 1, 0);
    check(&format!("$PRESS{}", &boot[..20]), 0, 1);
    // Whatever else a post may print.
    for other in ["", "ready", "* 12 s since start", "battery 12.5 V"] {
        check(other, 0, 0);
    }
}
