//! The second operator and the other server: whom the module turns to when the first does not serve.

use super::*;

fn hunting() -> Config {
    Config { second: Some("operator2".to_owned()), ..config() }
}
fn failing_over() -> Config {
    Config { backup: Some(BACKUP.parse().unwrap()), ..config() }
}
/// Users called, in order, one a call.
fn called(bench: &Bench) -> Vec<String> {
    let users = bench
        .server
        .got
        .iter()
        .filter_map(|m| m.strip_prefix("INVITE sip:"))
        .map(|rest| rest.split('@').next().unwrap().to_owned());
    let mut users: Vec<String> = users.collect();
    users.dedup();
    users
}

#[test]
fn where_the_first_is_busy_the_second_is_called_and_the_firmware_knows_of_one_call() {
    let mut bench = Bench::registered(hunting());
    bench.server.script.answer_code = 486;
    bench.command("AT+DIAL=7");
    bench.run(0.3);
    bench.server.script.answer_code = 200;
    bench.run(2.0);
    assert_eq!(called(&bench), ["operator", "operator2"]);
    assert_eq!(bench.words(), ["OK", "+SENT", "+RING", "+RING", "+CONN"]);
    assert_eq!(field(bench.server.last("INVITE"), "X-SOS-Press"), Some("7"));
}

#[test]
fn where_both_are_busy_it_says_so_once() {
    let mut bench = Bench::registered(hunting());
    bench.server.script.answer_code = 486;
    bench.command("AT+DIAL=7");
    bench.run(3.0);
    assert_eq!(called(&bench), ["operator", "operator2"]);
    assert_eq!(bench.words().last(), Some(&"+END:busy"));
    assert_eq!(bench.words().iter().filter(|w| w.starts_with("+END")).count(), 1);
}

#[test]
fn where_nobody_answers_the_second_is_called_after_twelve_seconds_and_the_first_is_cancelled() {
    let check = |faults: Faults, seconds: f64, expected: &[&str]| {
        let mut bench = Bench::registered(Config { faults, ..hunting() });
        bench.server.script.answer_after = None;
        bench.command("AT+DIAL=7");
        bench.run(seconds);
        assert_eq!(called(&bench), expected);
        bench.server.count("CANCEL")
    };
    assert_eq!(check(Faults::default(), 11.9, &["operator"]), 0);
    assert_eq!(check(Faults::default(), 12.5, &["operator", "operator2"]), 1);
    check(Faults { never_escalates: true, ..Faults::default() }, 60.0, &["operator"]);
}

#[test]
fn a_module_that_gives_up_on_busy_calls_nobody_else() {
    let mut bench = Bench::registered(Config { faults: Faults { gives_up_on_busy: true, ..Faults::default() }, ..hunting() });
    bench.server.script.answer_code = 486;
    bench.command("AT+DIAL=7");
    bench.run(3.0);
    assert_eq!((called(&bench), bench.words().last().copied()), (vec!["operator".to_owned()], Some("+END:busy")));
}

#[test]
fn where_the_main_server_is_silent_the_call_goes_by_the_other_after_two_seconds() {
    let mut bench = Bench::registered(failing_over());
    bench.main_is_dead = true;
    bench.command("AT+DIAL=7");
    bench.run(1.9);
    assert_eq!(bench.server.count("INVITE"), 0);
    bench.run(2.0);
    assert!(bench.server.last("INVITE").starts_with("INVITE sip:operator@10.0.0.3 "));
    assert_eq!(bench.words(), ["OK", "+SENT", "+RING", "+CONN"]);
}

#[test]
fn it_registers_with_the_other_server_and_returns_when_the_main_one_is_there_again() {
    let mut bench = Bench::registered(failing_over());
    bench.main_is_dead = true;
    bench.run(60.0);
    assert!(bench.server.last("REGISTER").starts_with("REGISTER sip:10.0.0.3 "));
    assert_eq!(bench.words(), [""; 0], "the post was never without a server");
    bench.main_is_dead = false;
    bench.run(25.0);
    assert!(bench.server.last("REGISTER").starts_with("REGISTER sip:10.0.0.1 "));
    let faults = Faults { never_returns_to_primary: true, ..Faults::default() };
    let mut bench = Bench::registered(Config { faults, ..failing_over() });
    bench.main_is_dead = true;
    bench.run(60.0);
    bench.main_is_dead = false;
    bench.run(120.0);
    assert!(bench.server.last("REGISTER").starts_with("REGISTER sip:10.0.0.3 "));
}

#[test]
fn a_server_that_cannot_serve_is_as_good_as_none() {
    let mut bench = Bench::registered(failing_over());
    bench.server.script.answer_code = 503;
    bench.command("AT+DIAL=7");
    bench.run(0.3);
    bench.server.script.answer_code = 200;
    bench.run(2.0);
    assert!(bench.server.last("INVITE").starts_with("INVITE sip:operator@10.0.0.3 "));
    assert_eq!(bench.words().last(), Some(&"+CONN"));
}
