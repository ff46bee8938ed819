//! Each rule alone: a course that breaks it, and one that just does not.

mod again;
mod cameras;
mod console;
mod counted;
mod margins;
mod network;
mod operators;
mod outages;
mod own_tests;
mod protocol;
mod resending;
mod service;
mod stream;
mod supervised;
mod voices;
mod witness;

use super::course::{Binding, BothEnds, Contact, Course, Kind, Outage};
use super::reports::{Stranger, StrayMedia};
use super::*;
use crate::bench::{Call, Moment, Report, Service};
use crate::instrument::operator::{CallId, EndedBy, Invite, Outcome, Server, Stray};
use crate::instrument::supervision::Counts;
use crate::rig::{Headers, Limits, Profile};
use crate::unit::Bilingual;
use std::collections::BTreeMap;

/// Ten minutes of a post that is registered from the beginning, with both its lamps dark.
pub(super) fn quiet() -> Course {
    Course {
        span: span(0.0, 600.0),
        names: vec![(f64::NEG_INFINITY, Some("SOS-0417".into()))],
        is_behind_nat: false,
        callees: vec!["operator".into(), "operator2".into()],
        limits: Limits::of(Profile::ExistingPole),
        headers: Headers::of_protocol(),
        inputs_within: 0.001,
        contacts: Vec::new(),
        outages: Vec::new(),
        calls: Vec::new(),
        refused: BTreeMap::new(),
        bindings: (0..20).map(|n| binding(f64::from(n) * 30.0)).collect(),
        expired: Vec::new(),
        attempts: Vec::new(),
        probed: Vec::new(),
        swallowed: Vec::new(),
        backup_away: Vec::new(),
        owed_until: 0.0,
        was_registered: true,
        placed: Some(Lit::default()),
        connected: Some(Lit::default()),
        out_of_service: Some(Lit::default()),
        reports: (0..60).map(|n| report(f64::from(n) * 10.0, &format!("BEAT {} idle", 10 * n))).collect(),
        without_mains: Lit::default(),
        without_battery: Lit::default(),
        without_sound: Some(Lit::default()),
        lived_on_battery: false,
        understated: Vec::new(),
        overstated: Vec::new(),
        notices: (0..31).map(|n| (f64::from(n) * 20.0 - 5.0, "ALIVE".into())).collect(),
        supervised: Supervised { lost_after: 45.0, every: Some(20.0), tests_every: Some(86_400.0), counts: Vec::new() },
        called_up: Vec::new(),
        cameras_away: vec![span(f64::NEG_INFINITY, f64::INFINITY)],
        clock_errors: (0..30).map(|n| (f64::from(n) * 20.0, 0.01, 0.001)).collect(),
        misled: Vec::new(),
        leases: vec![("10.20.0.17".into(), span(-60.0, 700.0))],
        questions: Vec::new(),
        garbled: Vec::new(),
        misreckoned: Vec::new(),
        echoes: (0, Vec::new()),
        mute: Vec::new(),
        connections: Vec::new(),
        room_light: Vec::new(),
        button: None,
        mains: None,
        has_probe: true,
        unsealed: Vec::new(),
        strays: Vec::new(),
        strangers: Vec::new(),
        oddities: Vec::new(),
        asked: Vec::new(),
        offers: Vec::new(),
        let_in: Vec::new(),
        spoken_into: Vec::new(),
        sampled: Vec::new(),
        silences: Vec::new(),
        speech_spl: Some(78.0),
        ear_spl: Some(112.0),
    }
}

fn span(from: f64, to: f64) -> Span {
    Span { from, to }
}
fn binding(at: f64) -> Binding {
    Binding { at, user: "SOS-0417".into(), is_primary: true, host: "10.20.0.17".into(), granted: 60.0 }
}
fn report(at: f64, text: &str) -> (f64, Report) {
    (at, Report { words: text.split(' ').map(str::to_string).collect(), is_sum_in_capitals: Some(true) })
}
fn moment(seconds: f64) -> Moment {
    Moment { seconds, uncertainty: 0.0002 }
}
fn headers(number: &str) -> Vec<(String, String)> {
    let of = |name: &str, value: &str| (name.to_string(), value.to_string());
    vec![
        of("P-Asserted-Identity", "\"SOS-0417\" <sip:SOS-0417@straz.miejska>"),
        of("X-SOS-Post", "SOS-0417"),
        of("X-SOS-Press", number),
        of("Priority", "emergency"),
        of("Max-Forwards", "70"),
    ]
}

impl Course {
    /// Told on the console as soon as it is sure.
    fn press(mut self, at: f64, held: f64) -> Course {
        self.contacts.push(Contact { began: at, closed: at, opened: at + held });
        let number = self.contacts.len();
        self.says(at + 0.05, &format!("PRESS {number}"))
    }
    /// A call that rings at once, is answered after 1 s, and is ended by the operator.
    fn call(mut self, arrived: f64, ended: f64, number: &str) -> Course {
        let id = self.calls.len() as u32 + 1;
        let invite = Invite {
            dialog: format!("call-{id}"),
            to: "sip:operator@10.20.0.2".into(),
            from: "SOS-0417".into(),
            headers: headers(number),
        };
        let [ringing, answered, confirmed] = [0.02, 1.0, 1.01].map(|after| Some(moment(arrived + after)));
        let ended = Some((moment(ended), EndedBy::Operator));
        let server = Server::Primary;
        self.calls.push((CallId(id), Call { invite, server, arrived: moment(arrived), ringing, answered, confirmed, ended }));
        self
    }
    fn change(mut self, how: impl FnOnce(&mut Call)) -> Course {
        how(&mut self.calls.last_mut().expect("a call").1);
        self
    }
    fn lit(mut self, placed: &[(f64, f64)], connected: &[(f64, f64)]) -> Course {
        let lit = |spans: &[(f64, f64)]| Some(Lit(spans.iter().map(|(from, to)| span(*from, *to)).collect()));
        (self.placed, self.connected) = (lit(placed), lit(connected));
        self
    }
    fn out_of_service(mut self, spans: &[(f64, f64)]) -> Course {
        self.out_of_service = Some(Lit(spans.iter().map(|(from, to)| span(*from, *to)).collect()));
        self
    }
    /// A sound post calls itself offline in a cut, and says that it has started when power is back.
    fn outage(mut self, kind: Kind, from: f64, to: f64) -> Course {
        let is_cut = kind == Kind::Fibre;
        let told = self.reports.iter_mut().filter(|(at, report)| is_cut && span(from, to).holds(*at) && report.words.len() > 2);
        told.filter(|(_, report)| report.words[0] == "BEAT").for_each(|(_, report)| report.words[2] = "offline".into());
        self.notices.extend((kind == Kind::Mains).then(|| (to + 3.0, "START".to_owned())));
        self.notices.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.outages.push(Outage { kind, span: span(from, to) });
        self.bindings.retain(|binding| !span(from, to).holds(binding.at));
        self.bindings.push(binding(to + 1.0));
        self.bindings.sort_by(|a, b| a.at.total_cmp(&b.at));
        self
    }
    fn says(mut self, at: f64, text: &str) -> Course {
        self.reports.push(report(at, text));
        self.reports.sort_by(|a, b| a.0.total_cmp(&b.0));
        self
    }
}

/// One press, one call, one talk of 20 s, lamps and all.
fn served() -> Course {
    let course = quiet().press(100.0, 0.15).call(100.05, 120.0, "1").lit(&[(100.06, 120.01)], &[(101.06, 120.01)]);
    // Beats of the time tell what stands.
    let mut course = course;
    for (at, report) in &mut course.reports {
        if span(102.0, 120.0).holds(*at) {
            report.words[2] = "talking".into();
        }
    }
    course
}

/// The keys of the rules that do not hold.
fn broken(course: &Course) -> Vec<&'static str> {
    let rules = RULES.iter().copied().flatten();
    let is_broken = |rule: &&Rule| {
        let samples = (rule.look)(course);
        let Some(figure) = rule.sum_up(&samples, rule.criterion(course)) else { return false };
        !matches!(crate::verdict::decide(Bilingual::same("x"), figure, rule.criterion(course)), crate::verdict::Verdict::Pass)
    };
    rules.filter(is_broken).map(|rule| rule.quantity.key).collect()
}

#[track_caller]
fn check(course: &Course, expected: &[&str]) {
    assert_eq!(broken(course), expected);
}

#[test]
fn a_quiet_post_and_a_served_press_break_no_rule() {
    check(&quiet(), &[]);
    check(&served(), &[]);
}

#[test]
fn every_rule_has_an_occasion_in_a_life_with_a_talk_and_a_cut() {
    let course = served().outage(Kind::Fibre, 200.0, 400.0).press(300.0, 0.2).out_of_service(&[(200.0, 300.1), (300.4, 401.0)]);
    let course = course.says(401.5, "STATE idle").call(402.0, 420.0, "2").change(|call| {
        call.invite.headers.push(("X-SOS-Delayed".into(), "yes".into()));
    });
    let course = course
        .says(0.1, "BOOT post 1.4.2 0a1b2c3d reference id=SOS-0417 cause=power")
        .says(300.1, "CALL 2 kept")
        .says(402.0, "CALL 2 delayed")
        .says(420.1, "CALL 2 ended");
    let mut course = course.press(440.0, 32.0).says(455.0, "FAULT button").says(472.1, "CLEAR button");
    course = course.press(560.0, 0.15).call(560.05, 560.06, "4").change(|call| (call.answered, call.confirmed) = (None, None));
    course.refused.insert(CallId(3), 486);
    course.attempts.push(250.0);
    course.swallowed.push(590.05);
    let mut course = course.press(590.0, 0.15).outage(Kind::Servers, 585.0, 595.0).outage(Kind::Mains, 130.0, 135.0);
    course.questions.extend([Service::Addresses, Service::Names, Service::Time].map(|which| (20.0, which)));
    course.asked.push((105.0, CallId(1)));
    course.offers.push((106.0, Outcome::Agreed));
    course.let_in.push((140.0, false));
    course.cameras_away.clear();
    course.called_up.push(CalledUp { at: 100.1, uncertainty: 0.001, is_named: true, is_posts: true, taken: true });
    voices::spoken(&mut course, voices::sound());
    let counted = "COUNT calls=1 answered=1 unanswered=0";
    course.notices.extend(["START", "FAULT mains", "CLEAR mains", counted].map(|text| (599.0, text.into())));
    course.notices.extend([(40.0, "TEST ok".into()), (520.0, "TEST ok".into())]);
    course.notices.extend([(404.0, "FAULT server".into()), (425.0, "CLEAR server".into())]);
    course.supervised.counts = vec![(10.0, Counts::default()), (120.1, Counts { calls: 1, answered: 1, unanswered: 0 })];
    let idle = RULES.iter().copied().flatten().filter(|rule| (rule.look)(&course).is_empty());
    assert_eq!(idle.map(|rule| rule.quantity.key).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn a_call_needs_a_press() {
    let ghost = |at| broken(&served().call(at, at + 0.2, "2"));
    assert!(ghost(210.0).contains(&"T32.watch.calls-without-press"));
    // What arrives just after the beginning may be owed to the scenario before, if something was done in it.
    let early = |owed_until| {
        let course = Course { owed_until, ..quiet().call(3.0, 3.2, "7") };
        broken(&course).contains(&"T32.watch.calls-without-press")
    };
    assert_eq!([early(4.0), early(2.0)], [false, true]);
    // A pulse is no press; a contact of a length in between may be one.
    let of_contact =
        |held| broken(&quiet().press(100.0, held).call(100.1, 100.3, "1")).contains(&"T32.watch.calls-without-press");
    assert_eq!([of_contact(0.008), of_contact(0.05), of_contact(0.15)], [true, false, false]);
    // A press that was answered at its time does not excuse a call that comes later.
    let late = quiet().press(100.0, 0.15).call(130.0, 130.2, "1");
    assert!(broken(&late).contains(&"T32.watch.calls-without-press"));
}

#[test]
fn a_case_is_raised_once() {
    let key = &"T33.watch.repeated-cases";
    let twice = quiet().press(100.0, 0.15).call(100.05, 120.0, "1").call(100.06, 120.0, "1");
    assert!(broken(&twice).contains(key));
    let again = served().call(125.0, 126.0, "1");
    assert!(broken(&again).contains(key));
    // At the second operator, or after a loss, it is the same case.
    let second = quiet().press(100.0, 0.15).call(100.05, 100.06, "1").change(|call| call.confirmed = None);
    let second = second.call(100.07, 120.0, "1").change(|call| call.invite.to = "sip:operator2@10.20.0.2".into());
    assert!(!broken(&second).contains(key));
    let lost = quiet().press(100.0, 0.15).call(100.05, 140.0, "1").outage(Kind::Fibre, 110.0, 130.0).call(131.0, 140.0, "1");
    assert!(!broken(&lost).contains(key));
}

#[test]
fn a_press_becomes_a_call_and_in_time() {
    let unserved = &"T45.watch.unserved-presses";
    assert!(broken(&quiet().press(100.0, 0.15)).contains(unserved));
    // Too short for a finger; without a way to call; in a call; with no time left to see it.
    assert!(!broken(&quiet().press(100.0, 0.05)).contains(unserved));
    assert!(!broken(&quiet().outage(Kind::Fibre, 90.0, 110.0).press(100.0, 0.15)).contains(unserved));
    assert!(!broken(&served().press(110.0, 0.15)).contains(unserved));
    assert!(!broken(&quiet().press(595.0, 0.15)).contains(unserved));
    let of_delay = |delay: f64| broken(&quiet().press(100.0, 0.15).call(100.0 + delay, 100.0 + delay + 0.1, "1"));
    assert!(of_delay(1.1).contains(&"T01.watch.press-to-invite"));
    assert!(!of_delay(0.9).contains(&"T01.watch.press-to-invite"));
    let of_ring = |delay: f64| {
        let course = quiet().press(100.0, 0.15).call(100.0 + delay - 0.1, 104.9, "1");
        broken(&course.change(|call| call.ringing = Some(moment(100.0 + delay))))
    };
    assert!(of_ring(3.1).contains(&"T02.watch.press-to-ringing"));
    assert!(!of_ring(2.9).contains(&"T02.watch.press-to-ringing"));
    let slow = quiet().press(100.0, 0.15).call(100.1, 104.9, "1").change(|call| call.ringing = Some(moment(103.1)));
    assert!(!broken(&slow).contains(&"T02.watch.press-to-ringing"), "the operator's own telephone");
}

#[test]
fn a_call_is_what_it_says_and_goes_where_it_should() {
    let changed = |how: fn(&mut Call)| broken(&served().change(how));
    assert_eq!(changed(|call| call.invite.to = "sip:112@10.20.0.2".into()), ["T40.watch.calls-elsewhere"]);
    assert_eq!(changed(|call| call.invite.from = "SOS-0418".into()), ["T33.watch.other-identities"]);
    assert_eq!(changed(|call| call.invite.headers[1].1 = "SOS-0418".into()), ["T33.watch.other-identities"]);
    assert_eq!(changed(|call| call.invite.headers[0].1 = "<sip:SOS-0418@x>".into()), ["T33.watch.other-identities"]);
    assert_eq!(changed(|call| _ = call.invite.headers.remove(3)), ["T33.watch.unmarked-calls"]);
    assert_eq!(changed(|call| _ = call.invite.headers.remove(4)), ["T02.watch.calls-no-proxy-passes"]);
    assert_eq!(changed(|call| call.invite.headers[4].1 = "0".into()), ["T02.watch.calls-no-proxy-passes"]);
    assert_eq!(changed(|call| _ = call.invite.headers.remove(2)), ["T33.watch.unmarked-calls"]);
    assert_eq!(changed(|call| _ = call.invite.headers.remove(1)), ["T33.watch.unmarked-calls"]);
    let expires = |seconds: &str| broken(&served().change(|call| call.invite.headers.push(("Expires".into(), seconds.into()))));
    assert_eq!(expires("60"), ["T44.watch.calls-that-run-out"]);
    assert_eq!(expires("180"), [] as [&str; 0]);
    let banner = |id: &str| format!("BOOT post 1.4.2 0a1b2c3d reference id={id} cause=power");
    let started = |id: &str| broken(&quiet().outage(Kind::Mains, 50.0, 55.0).says(55.1, &banner(id)));
    assert!(started("SOS-0000").contains(&"T33.watch.other-identities"));
    assert!(!started("SOS-0417").contains(&"T33.watch.other-identities"));
    // From 40 s on it is another point, or has no name that it may believe.
    let borne = |name: Option<&str>, id: &str| {
        let mut course = quiet().outage(Kind::Mains, 50.0, 55.0).says(55.1, &banner(id));
        course.names.push((40.0, name.map(str::to_owned)));
        course.bindings.clear();
        broken(&course).contains(&"T33.watch.other-identities")
    };
    assert_eq!([borne(Some("SOS-0418"), "SOS-0418"), borne(Some("SOS-0418"), "SOS-0417")], [false, true]);
    assert_eq!([borne(None, "SOS-0000"), borne(None, "SOS-0417")], [false, false]);
    let again = served().press(200.0, 0.15).call(200.1, 200.2, "2").change(|call| call.invite.dialog = "call-1".into());
    assert!(broken(&again).contains(&"T33.watch.reused-call-ids"));
}

#[test]
fn only_the_operator_ends_a_talk_and_ringing_is_not_given_up() {
    let ended = |by| broken(&served().change(|call| call.ended = call.ended.map(|(at, _)| (at, by))));
    assert_eq!(ended(EndedBy::Post), ["T42.watch.talks-cut-short"]);
    let mut unsealed = served().change(|call| call.ended = call.ended.map(|(at, _)| (at, EndedBy::Post)));
    unsealed.unsealed.push(Span { from: 0.0, to: 1000.0 });
    assert_eq!(broken(&unsealed), [] as [&str; 0], "whoever is to speak in plain may leave");
    assert_eq!(ended(EndedBy::Silence), ["T42.watch.talks-cut-short"]);
    let rang = |length: f64| {
        let course = quiet().press(100.0, 0.15).call(100.05, 100.07 + length, "1").change(|call| {
            (call.answered, call.confirmed) = (None, None);
            call.ended = call.ended.map(|(at, _)| (at, EndedBy::Cancelled));
        });
        broken(&course).contains(&"T44.watch.given-up-while-ringing")
    };
    assert_eq!([rang(6.0), rang(119.0), rang(121.0)], [true, true, false]);
}

#[test]
fn a_kept_press_is_marked_and_in_time() {
    let delivered = |at: f64, marked: bool| {
        let course = quiet().outage(Kind::Fibre, 50.0, 150.0).press(100.0, 0.15).call(at, at + 0.2, "1").change(|call| {
            call.invite.headers.extend(marked.then(|| ("X-SOS-Delayed".to_string(), "yes".to_string())));
        });
        broken(&course).contains(&"T38.watch.kept-presses-misdelivered")
    };
    assert_eq!([delivered(152.0, true), delivered(152.0, false), delivered(215.0, true)], [false, true, true]);
}

#[test]
fn lamps_claim_what_is_so_over_their_whole_course() {
    let lamps = |placed: &[(f64, f64)], connected: &[(f64, f64)]| broken(&served().lit(placed, connected));
    let (placed, connected) = ((100.06, 120.01), (101.06, 120.01));
    assert_eq!(lamps(&[placed, (300.0, 300.2)], &[connected]), ["T05.watch.placed-falsely"]);
    assert_eq!(lamps(&[(100.06, 121.5)], &[connected]), ["T05.watch.placed-falsely"]);
    assert_eq!(lamps(&[(99.0, 120.01)], &[connected]), ["T05.watch.placed-falsely"]);
    // One of the two is enough; a dark moment of both is not.
    assert_eq!(lamps(&[(100.06, 101.1)], &[connected]), [] as [&str; 0]);
    assert_eq!(lamps(&[(100.06, 100.9)], &[(101.3, 120.0)]), ["T05.watch.dark-in-call"]);
    assert_eq!(lamps(&[(101.0, 120.01)], &[connected]), ["T05.watch.dark-in-call"]);
    assert_eq!(lamps(&[placed], &[(100.5, 120.01)]), ["T06.watch.connected-falsely"]);
    assert_eq!(lamps(&[placed], &[(101.06, 121.1)]), ["T06.watch.connected-falsely"]);
    assert_eq!(lamps(&[placed], &[(101.06, 110.0), (110.3, 120.01)]), ["T06.watch.dark-in-talk"]);
    assert_eq!(lamps(&[placed], &[(102.2, 120.01)]), ["T06.watch.dark-in-talk"]);
    // Once it is out it stays so, though the other one is lit: what comes back has flickered.
    assert_eq!(lamps(&[(100.06, 101.1), (101.5, 120.01)], &[connected]), ["T05.watch.placed-comes-back"]);
    assert_eq!(lamps(&[(100.06, 101.1), (101.103, 120.01)], &[connected]), [] as [&str; 0]);
}

#[test]
fn out_of_service_is_lit_when_it_is_so_and_only_then() {
    let lamp = |spans: &[(f64, f64)]| broken(&quiet().outage(Kind::Fibre, 100.0, 400.0).out_of_service(spans));
    assert_eq!(lamp(&[(100.1, 401.0)]), [] as [&str; 0]);
    assert_eq!(lamp(&[(100.1, 407.0)]), ["T27.watch.falsely-out-of-service"]);
    assert_eq!(lamp(&[(100.1, 401.0), (500.0, 500.1)]), ["T27.watch.falsely-out-of-service"]);
    assert_eq!(lamp(&[(210.0, 401.0)]), ["T26.watch.falsely-in-service"]);
    assert_eq!(lamp(&[(100.1, 300.0), (301.0, 401.0)]), ["T26.watch.falsely-in-service"]);
}

#[test]
fn a_press_without_a_way_to_call_gets_a_sign() {
    let pressed = |spans: &[(f64, f64)]| {
        broken(&quiet().outage(Kind::Fibre, 100.0, 180.0).press(150.0, 0.2).out_of_service(spans))
            .contains(&"T38.watch.silent-presses")
    };
    assert!(pressed(&[(100.1, 181.0)]));
    assert!(!pressed(&[(100.1, 150.1), (150.4, 150.7), (151.0, 181.0)]));
    assert!(pressed(&[(100.1, 150.1), (150.4, 181.0)]), "once is a flicker");
    assert!(pressed(&[(100.1, 153.0), (153.2, 181.0)]));
    assert!(!pressed(&[(150.5, 181.0)]));
    // Dark and dark it stays: that was no sign, though it is a change.
    assert!(pressed(&[(100.1, 151.0)]));
}
