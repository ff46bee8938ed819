//! What an outsider's modules make of addresses, names and the time, and what sound ones of another make do.

use super::tests::{Street, at};
use super::*;

fn with(change: fn(&mut NetworkSettings)) -> Street {
    let mut street = Street::with(change);
    street.run_to(10.0);
    street
}

#[test]
fn a_lease_that_is_given_up_to_be_renewed_leaves_a_gap_without_an_address() {
    let addresses = |change| {
        let mut street = with(change);
        street.run_to(100.0);
        street.addresses()
    };
    assert_eq!(addresses(|_| {}), [Some(17)]);
    assert_eq!(addresses(|settings| settings.faults.starts_over = true), [Some(17), None, Some(17)]);
}

#[test]
fn a_refusal_is_heard_by_a_sound_module() {
    let addresses = |change| {
        let mut street = with(change);
        street.address = [10, 20, 0, 18];
        street.run_to(100.0);
        street.addresses()
    };
    assert_eq!(addresses(|_| {}), [Some(17), None, Some(18)]);
    assert_eq!(addresses(|settings| settings.faults.ignores_refusal = true), [Some(17)]);
}

#[test]
fn a_renewed_lease_tells_of_the_other_servers_as_well() {
    let asked = |change| {
        let mut street = with(change);
        street.run_to(1000.0);
        (street.asked_at(RESOLVER_PORT, 0).len() > 10, street.asked_at(SNTP_PORT, 0).len() > 10)
    };
    assert_eq!(asked(|_| {}), (true, true));
    assert_eq!(asked(|settings| settings.faults.renewal_loses_servers = true), (false, false));
}

#[test]
fn names_are_forgotten_reversed_or_cut_short_by_bad_modules_only() {
    let silent = |change| {
        let mut street = with(change);
        street.answers.1 = false;
        street.run_to(200.0);
        let without = street.network.may_register();
        street.answers.1 = true;
        street.run_to(300.0);
        (without, street.network.may_register())
    };
    assert_eq!(silent(|_| {}), (true, true));
    assert_eq!(silent(|settings| settings.faults.forgets_servers = true), (false, true));
    assert_eq!(with(|_| {}).servers(), ["10.20.0.2:5060 10.20.0.3:5060"]);
    assert_eq!(with(|settings| settings.faults.reverses_order = true).servers(), ["10.20.0.3:5060 10.20.0.2:5060"]);
    assert_eq!(with(|settings| settings.faults.knows_one_server = true).servers(), ["10.20.0.2:5060"]);
}

#[test]
fn a_name_that_is_asked_for_once_more_is_awaited_until_nobody_answers() {
    let mut street = with(|_| {});
    assert!(street.network.looks_up(at(10.0)));
    street.run_to(10.1);
    assert!(!street.network.is_looking_up());
    street.answers.1 = false;
    assert!(street.network.looks_up(at(10.1)));
    street.run_to(17.0);
    assert!(street.network.is_looking_up());
    street.run_to(19.0);
    assert!(!street.network.is_looking_up());
}

/// By how many milliseconds the clock is wrong a minute after it was set, and right after a cut from then to half a
/// minute later.
fn clock_error(change: fn(&mut NetworkSettings)) -> [i64; 2] {
    let mut street = with(change);
    let error = |street: &Street, now: f64| {
        let time = street.network.time(at(now)).expect("it knows").as_secs_f64();
        ((time - 1_767_225_600.0 - now) * 1000.0).round() as i64
    };
    street.run_to(60.0);
    let first = error(&street, 60.0);
    street.network.set_link(at(60.0), false);
    street.run_to(90.0);
    street.network.set_link(at(90.0), true);
    [first, error(&street, 90.0)]
}

#[test]
fn clocks_stand_lag_or_gain_in_bad_modules_only() {
    let [sound, later] = clock_error(|_| {});
    assert!(sound.abs() < 2 && later.abs() < 2, "{sound} {later}");
    let [before, after] = clock_error(|settings| settings.faults.clock_stands_in_cuts = true);
    assert!(before.abs() < 2 && (after + 30_000).abs() < 5, "{before} {after}");
    let [behind, still] = clock_error(|settings| settings.clock_behind = Duration::from_millis(1250));
    assert!((behind + 1250).abs() < 2 && (still + 1250).abs() < 2, "{behind} {still}");
    let [fast, _] = clock_error(|settings| settings.faults.clock_gains = true);
    assert!((1900..2200).contains(&fast), "{fast}");
}

#[test]
fn months_and_digits_are_told_as_each_make_has_them() {
    let told = |change| with(change).network.timestamp(at(10.0)).expect("it knows");
    assert_eq!(&told(|_| {})[..10], "2026-01-01");
    assert_eq!(&told(|settings| settings.faults.months_from_zero = true)[..10], "2026-00-01");
    let fine = told(|settings| settings.tells_microseconds = true);
    assert_eq!((fine.len(), &fine[..10], fine.ends_with('Z')), ("2026-01-01T00:00:10.000000Z".len(), "2026-01-01", true));
}

#[test]
fn whoever_asks_anew_has_an_address_again_at_once() {
    let mut street = with(|settings| settings.discovers_anew = true);
    street.network.set_link(at(20.0), false);
    street.run_to(30.0);
    street.network.set_link(at(30.0), true);
    street.run_to(31.0);
    assert_eq!(street.addresses(), [Some(17), None, Some(17)]);
    assert_eq!(street.asked_at(lease::PORT, 1), [0, 30]);
}
