//! What a post repeats that was answered, and how it repeats what was not.

use super::*;
use crate::instrument::operator::{Health, Irregular};

fn told(s: &mut Scene) -> Vec<Irregular> {
    let odd = s.events().into_iter().filter_map(|event| match event {
        CallEvent::Irregular { what, .. } => Some(what),
        _ => None,
    });
    odd.collect()
}

/// The same datagram at these moments, in milliseconds.
fn at(s: &mut Scene, text: &str, moments: &[u64]) {
    for moment in moments {
        s.pass(*moment);
        s.send(text);
    }
}

#[test]
fn an_invite_that_was_answered_is_not_repeated() {
    let ringing = |moments: &[u64]| {
        let mut s = Scene::ready(Answering::Manual);
        let invite = s.invite("c1", &offer("8", 4000, ""));
        at(&mut s, &invite, moments);
        told(&mut s)
    };
    assert_eq!(ringing(&[1000, 1500, 2500, 4500, 8500]), [Irregular::AfterAnswer]);
    assert_eq!(ringing(&[1000, 1500, 2500]), [], "two answers may be lost");
    assert_eq!(ringing(&[1000, 1100, 1300, 1590, 1880]), [], "each may have crossed the answer to the one before");
}

fn silent() -> Scene {
    let mut s = Scene::ready(AT_ONCE);
    s.behave(|how| (how.primary, how.backup) = (Health::Silent, Health::Silent));
    s
}

#[test]
fn what_nothing_answers_is_repeated_at_growing_pauses() {
    let swallowed = |method: &str, moments: &[u64]| {
        let mut s = silent();
        let text = match method {
            "INVITE" => s.invite("c1", &offer("8", 4000, "")),
            _ => s.request(method, "sip:10.0.0.1", "sip:sos-1@straz", "r9", 1, "", ""),
        };
        at(&mut s, &text, moments);
        s.pass(60_000);
        told(&mut s)
    };
    let method = |name: &str| name.to_owned();
    let book = [1000, 1500, 2500, 4500, 8500, 12_500, 16_500, 20_500];
    assert_eq!((swallowed("INVITE", &book), swallowed("REGISTER", &book)), (vec![], vec![]));
    assert_eq!(swallowed("INVITE", &[1000, 1100, 1300, 1700, 2500, 4100]), []);
    assert_eq!(
        swallowed("REGISTER", &[1000, 1050, 1100, 1150, 1200, 1250]),
        [Irregular::Hammered { method: method("REGISTER") }]
    );
    assert_eq!(
        swallowed("INVITE", &[1000, 1500, 2000, 2500, 3000, 3500]),
        [Irregular::Hammered { method: method("INVITE") }],
        "pauses that do not grow"
    );
    assert_eq!(swallowed("INVITE", &[1000]), [Irregular::SentOnce { method: method("INVITE") }]);
    assert_eq!((swallowed("ACK", &[1000]), swallowed("OPTIONS", &[1000])), (vec![], vec![]));
}

#[test]
fn whoever_turns_elsewhere_or_is_answered_need_not_repeat() {
    let mut s = silent();
    let invite = s.invite("c1", &offer("8", 4000, ""));
    s.send(&invite);
    s.pass(5_900);
    s.sip = socket("10.0.0.9:5060");
    let other = s.invite("c2", &offer("8", 4000, ""));
    at(&mut s, &other, &[5_900, 6_400]);
    s.pass(60_000);
    assert_eq!(told(&mut s), []);
    let third = s.invite("c3", &offer("8", 4000, ""));
    s.send(&third);
    s.pass(61_000);
    s.behave(|how| how.primary = Health::Well);
    s.behave(|how| how.primary = Health::Silent);
    s.pass(70_000);
    assert_eq!(told(&mut s), []);
}
