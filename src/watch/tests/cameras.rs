//! Events at the city's camera system.

use super::*;

fn event(at: f64) -> CalledUp {
    CalledUp { at, uncertainty: 0.001, is_named: true, is_posts: true, taken: true }
}
/// One press at 100 s with its talk, and these events.
fn calling_up(events: &[CalledUp]) -> Course {
    Course { called_up: events.to_vec(), cameras_away: Vec::new(), ..served() }
}

#[test]
fn a_press_calls_up_its_camera_in_time() {
    let breaks = |events: &[CalledUp]| broken(&calling_up(events));
    assert_eq!(breaks(&[event(100.1)]), [""; 0]);
    assert_eq!(breaks(&[event(101.9)]), [""; 0]);
    assert_eq!(breaks(&[event(102.1)]), ["T37.watch.press-to-camera-event"]);
    assert_eq!(breaks(&[]), ["T37.watch.presses-unseen"]);
    assert_eq!(breaks(&[event(99.0)]), ["T37.watch.presses-unseen", "T37.watch.needless-camera-events"]);
    // Of a system that is not there nothing can be asked.
    let away = Course { cameras_away: vec![span(99.0, 130.0)], ..calling_up(&[]) };
    assert!(!broken(&away).contains(&"T37.watch.presses-unseen"));
    let cut = calling_up(&[event(100.1)]).outage(Kind::Fibre, 200.0, 300.0).press(250.0, 0.2);
    assert!(!broken(&cut).contains(&"T37.watch.presses-unseen"));
}

#[test]
fn an_event_names_the_camera_of_its_post() {
    let other = CalledUp { is_named: false, ..event(100.1) };
    assert_eq!(broken(&calling_up(&[other])), ["T37.watch.presses-unseen", "T37.watch.other-cameras"]);
    let of_another_post = CalledUp { is_posts: false, ..other };
    assert_eq!(broken(&calling_up(&[event(100.1), of_another_post])), [""; 0]);
}

#[test]
fn there_is_one_event_for_each_press_and_none_without() {
    let is_needless = |course: &Course| broken(course).contains(&"T37.watch.needless-camera-events");
    assert!(is_needless(&calling_up(&[event(100.1), event(100.4)])));
    assert!(is_needless(&calling_up(&[event(100.1), event(300.0)])));
    // The finger came again while they talked: that may call it up again.
    assert!(!is_needless(&calling_up(&[event(100.1), event(110.1)]).press(110.0, 0.2)));
    // What was refused is said again, and what was kept comes when it can.
    let refused = CalledUp { taken: false, ..event(100.1) };
    let again = Course { cameras_away: vec![span(90.0, 105.0)], ..calling_up(&[refused, event(130.0)]) };
    assert!(!is_needless(&again));
    let kept = calling_up(&[event(100.1), event(401.0)]).outage(Kind::Fibre, 200.0, 400.0).press(300.0, 0.2);
    assert!(!is_needless(&kept));
    // Delivered, it calls up its camera as any other does.
    let delivered = |event_at: f64| {
        let course = calling_up(&[event(100.1), event(event_at)]).outage(Kind::Fibre, 200.0, 400.0).press(300.0, 0.2);
        broken(&course.call(401.5, 420.0, "2")).contains(&"T37.watch.presses-unseen")
    };
    assert_eq!([delivered(401.6), delivered(301.0), delivered(100.2), delivered(500.0)], [false, false, true, true]);
    let owed = Course { owed_until: 5.0, ..calling_up(&[event(3.0), event(100.1)]) };
    assert!(!is_needless(&owed));
}
