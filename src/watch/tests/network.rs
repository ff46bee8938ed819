//! What the network round the post has given it.

use super::*;

#[test]
fn an_address_is_used_only_while_its_lease_stands() {
    let is_broken = |leases: &[(&str, f64, f64)]| {
        let leases = leases.iter().map(|(address, from, to)| ((*address).to_owned(), span(*from, *to))).collect();
        broken(&Course { leases, ..quiet() }).contains(&"T19.watch.addresses-outlived")
    };
    assert!(!is_broken(&[("10.20.0.17", -60.0, 568.5)]), "its last registration is at 570 s");
    assert!(is_broken(&[("10.20.0.17", -60.0, 567.5)]));
    assert!(is_broken(&[("10.20.0.17", -60.0, 300.0), ("10.20.0.18", 300.0, 700.0)]));
    assert!(!is_broken(&[("10.20.0.17", -60.0, 300.0), ("10.20.0.17", 301.0, 700.0)]));
    assert!(!is_broken(&[]), "of a lease that was never seen nothing is known");
    assert!(!is_broken(&[("10.20.0.17", 300.0, 700.0)]), "nor of the time before the first");
}

#[test]
fn a_message_bears_the_true_time_unless_the_bench_told_another() {
    let is_broken = |error: f64, misled: &[Span]| {
        let course = Course { clock_errors: vec![(100.0, error, 0.001)], misled: misled.to_vec(), ..quiet() };
        broken(&course).contains(&"T36.watch.clock-error")
    };
    assert_eq!([4.9, -4.9, 5.1, -5.1, -1.767e9].map(|error| is_broken(error, &[])), [false, false, true, true, true]);
    assert_eq!([span(0.0, 101.0), span(0.0, 99.0)].map(|misled| is_broken(3600.0, &[misled])), [false, true]);
}

#[test]
fn a_service_is_asked_with_measure() {
    let asked = |every: f64, outage: Option<Kind>| {
        let questions = (0..60).map(|n| (100.0 + f64::from(n) * every, Service::Names)).collect();
        let course = Course { questions, ..quiet() };
        let course = outage.into_iter().fold(course, |course, kind| course.outage(kind, 105.0, 106.0));
        broken(&course).iter().copied().filter(|key| key.starts_with("T39.watch.")).collect::<Vec<_>>()
    };
    assert_eq!(asked(1.0, None), [] as [&str; 0]);
    assert_eq!(asked(0.9, None), ["T39.watch.names-asked"]);
    assert_eq!(asked(0.5, Some(Kind::Fibre)), [] as [&str; 0], "whoever finds its link again asks anew");
    assert_eq!(asked(0.5, Some(Kind::Servers)), ["T39.watch.names-asked"]);
}
