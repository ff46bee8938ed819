//! What a module tells the supervision, and when.

use super::*;

fn at(seconds: u64) -> Instant {
    Instant::from_nanos(seconds * 1_000_000_000)
}
fn told(supervision: &mut Supervision, from: u64, to: u64, faults: &Faults) -> Vec<String> {
    (from..=to).for_each(|second| supervision.wake(at(second), faults, || None));
    let lines = supervision.take_messages().into_iter().map(|line| String::from_utf8_lossy(&line).into_owned());
    let texts = lines.filter_map(|line| line.split_once(" - - - ").map(|(_, text)| text.to_owned()));
    texts.filter(|text| !text.starts_with("COUNT")).collect()
}

#[test]
fn signs_of_life_come_with_the_name_and_the_link_and_every_twenty_seconds() {
    let (mut supervision, sound) = (Supervision::new(true), Faults::default());
    assert_eq!(told(&mut supervision, 0, 30, &sound), [""; 0]);
    supervision.identify(at(31), "SOS-0417");
    supervision.set(at(32), Trouble::Server, false);
    assert_eq!(told(&mut supervision, 31, 71, &sound), ["START", "ALIVE", "ALIVE", "ALIVE"]);
    supervision.set_link(at(80), false);
    assert_eq!(told(&mut supervision, 80, 300, &sound), [""; 0]);
    supervision.set_link(at(305), true);
    assert_eq!(told(&mut supervision, 305, 310, &sound), ["ALIVE"]);
}

#[test]
fn a_trouble_is_told_when_it_has_stood_and_taken_back_when_it_is_gone() {
    let (mut supervision, sound) = (Supervision::new(true), Faults { gives_no_sign: true, ..Faults::default() });
    supervision.identify(at(0), "SOS-0417");
    assert_eq!(told(&mut supervision, 0, 10, &sound), ["START", "FAULT server"]);
    supervision.set(at(11), Trouble::Server, false);
    assert_eq!(told(&mut supervision, 11, 20, &sound), ["CLEAR server"]);
    supervision.set(at(21), Trouble::Mains, true);
    supervision.set(at(23), Trouble::Mains, false);
    assert_eq!(told(&mut supervision, 21, 40, &sound), [""; 0]);
    supervision.set(at(40), Trouble::Mains, true);
    assert_eq!(told(&mut supervision, 40, 44, &sound), [""; 0]);
    assert_eq!(told(&mut supervision, 45, 50, &sound), ["FAULT mains"]);
    supervision.set(at(51), Trouble::Mains, false);
    assert_eq!(told(&mut supervision, 51, 60, &sound), ["CLEAR mains"]);
    // What the link takes away and gives back is no trouble of the server's.
    supervision.set(at(60), Trouble::Server, true);
    supervision.set_link(at(60), false);
    told(&mut supervision, 60, 200, &sound);
    supervision.set_link(at(200), true);
    supervision.set(at(202), Trouble::Server, false);
    assert_eq!(told(&mut supervision, 200, 230, &sound), [""; 0]);
}

/// Four presses: answered, not answered, lost and answered when dialled again, not answered.
#[track_caller]
fn check_counts(fault: Option<CountFault>, expected: &[&str]) {
    let mut supervision = Supervision::new(true).counting(fault);
    supervision.identify(at(0), "SOS-0417");
    for (press, is_answered) in [(1, true), (2, false), (3, false), (3, true), (4, false)] {
        supervision.dialled(press);
        if is_answered {
            supervision.answered();
        }
        supervision.call_ended();
    }
    supervision.wake(at(1), &Faults::default(), || None);
    let lines = supervision.take_messages().into_iter().map(|line| String::from_utf8_lossy(&line).into_owned());
    let counts: Vec<String> = lines.filter_map(|line| Some(line.split_once("COUNT ")?.1.to_owned())).collect();
    assert_eq!(counts, expected, "{fault:?}");
}

#[test]
fn calls_are_counted_by_what_became_of_them_and_a_case_once() {
    check_counts(
        None,
        &[
            "calls=0 answered=0 unanswered=0",
            "calls=1 answered=1 unanswered=0",
            "calls=2 answered=1 unanswered=1",
            "calls=3 answered=1 unanswered=2",
            "calls=3 answered=2 unanswered=1",
            "calls=4 answered=2 unanswered=2",
        ],
    );
    check_counts(Some(CountFault::Untold), &[]);
    check_counts(
        Some(CountFault::StopsAt(1)),
        &[
            "calls=0 answered=0 unanswered=0",
            "calls=1 answered=1 unanswered=0",
            "calls=1 answered=1 unanswered=1",
            "calls=1 answered=1 unanswered=1",
            "calls=1 answered=1 unanswered=1",
            "calls=1 answered=1 unanswered=1",
        ],
    );
}

#[test]
fn defective_ones_keep_to_themselves_what_is_theirs() {
    let life = |faults: Faults| {
        let mut supervision = Supervision::new(true);
        supervision.identify(at(0), "SOS-0417");
        supervision.set(at(1), Trouble::Server, false);
        supervision.set(at(2), Trouble::Battery, true);
        let mut lines = told(&mut supervision, 0, 8, &faults);
        supervision.set(at(10), Trouble::Battery, false);
        lines.extend(told(&mut supervision, 9, 16, &faults));
        lines
    };
    assert_eq!(life(Faults::default()), ["START", "ALIVE", "FAULT battery", "CLEAR battery"]);
    assert_eq!(life(Faults { gives_no_sign: true, ..Faults::default() }), ["START", "FAULT battery", "CLEAR battery"]);
    assert_eq!(life(Faults { never_clears: true, ..Faults::default() }), ["START", "ALIVE", "FAULT battery"]);
    assert_eq!(life(Faults { hides_battery: true, ..Faults::default() }), ["START", "ALIVE"]);
}
