//! What a verb orders is done, stands in the journal and among the deeds, or is refused.

use super::*;
use crate::bench::TrialImage;
use crate::clock::Stamped;
use crate::instrument::supervision::Counts;

impl Stage {
    /// What an instrument was told to do.
    fn did(&self, instrument: &str) -> Vec<String> {
        let told = self.told.lock().expect("one thread");
        let done = |event: &Event| match event {
            Event::Did { instrument: name, action } if name == instrument => Some(action.clone()),
            _ => None,
        };
        told.iter().filter_map(done).collect()
    }
    fn has_done(&self, what: What) -> bool {
        self.deeds.all().any(|(_, done)| done == what)
    }
}

#[test]
fn servers_that_fall_silent_are_silent_and_the_watch_knows_of_it() {
    let mut stage = Stage::set(false);
    stage.silence_name_server().expect("the bench works");
    stage.silence_time_server().expect("the bench works");
    assert_eq!([stage.did("name-server"), stage.did("time-server")], [["answer nothing"], ["answer nothing"]]);
    assert!(stage.has_done(What::NameServer { answering: false }));
    stage.silence_address_server().expect("the bench works");
    assert!(!stage.has_done(What::AddressServer { answering: true }));
    stage.restore_address_server().expect("the bench works");
    assert!(stage.has_done(What::AddressServer { answering: true }));
    stage.silence_servers().expect("the bench works");
    assert!(stage.has_done(What::Servers { answering: false }));
    let course = stage.course().expect("the bench works");
    assert!(course.outages.iter().any(|outage| outage.kind == watch::Kind::Servers), "{:?}", course.outages);
    stage.occupy_operator(Duration::from_secs(60)).expect("the bench works");
    assert!(stage.queue.is_some());
}

#[test]
fn a_course_holds_the_contact_of_a_press_and_what_the_reference_host_answered() {
    let mut stage = Stage::set(false);
    stage.begin_scenario().expect("the bench works");
    stage.pass(Duration::from_secs(2)).expect("not interrupted");
    let before = stage.now().as_secs_f64();
    stage.press(FINGER).expect("the bench works");
    stage.pass(Duration::from_secs(1)).expect("not interrupted");
    let course = stage.course().expect("the bench works");
    let pressed: Vec<_> = course.contacts.iter().filter(|contact| contact.closed >= before).collect();
    assert!(pressed.len() == 1 && (pressed[0].opened - pressed[0].closed - FINGER.as_secs_f64()).abs() < 0.02, "{pressed:?}");
    assert!(course.echoes.0 > 20 && course.echoes.1.is_empty(), "{:?}", course.echoes);
}

#[test]
fn a_card_is_measured_before_the_first_scenario_and_once() {
    let mut stage = Stage::set(false);
    let measured = |stage: &Stage| {
        stage.told.lock().expect("one thread").iter().filter(|event| matches!(event, Event::Budget { .. })).count()
    };
    stage.connect_everything().expect("the bench works");
    let before = measured(&stage);
    stage.prove_bench().expect("a bench in order");
    let once = measured(&stage);
    stage.prove_bench().expect("a bench in order");
    assert!(once > before && measured(&stage) == once, "{before} {once}");
}

#[test]
fn what_has_not_been_shown_is_not_taken_for_shown() {
    let mut stage = Stage::set(false);
    let nobody = Moment::stamped(stage.now(), 0.001);
    assert_eq!(stage.unanswered_since(nobody), 0.0, "nobody talks");
    assert_eq!(stage.rest_on_power_cut(nobody, None).map_err(|fault| fault.blame()), Err(Blame::Bench));
    assert_eq!(stage.rest_on_power_cut(nobody, Some(nobody)).map_err(|fault| fault.blame()), Ok(()));
    let sound = stage.never_names_another(Duration::from_secs(1));
    assert_eq!(sound.map_err(|fault| fault.blame()), Err(Blame::Scenario), "the settings are in order");
    stage.no_plain_sound().expect("nobody has spoken");
    assert_eq!(stage.judged().len(), 1, "that nobody has spoken in plain is a figure, too");
}

#[test]
fn a_pass_from_another_image_is_worth_nothing() {
    let mut stage = Stage::set(false);
    assert_eq!(stage.check_image().map_err(|fault| fault.blame()), Ok(()));
    let other_version: fn(&mut rig::Firmware) = |firmware| firmware.version = "9.9.9".into();
    let other_variant: fn(&mut rig::Firmware) = |firmware| firmware.variant = "other".into();
    for change in [other_version, other_variant] {
        let before = Arc::clone(&stage.post.bench.rig);
        let mut other = rig::Rig::clone(&before);
        change(&mut other.post.firmware);
        stage.post.bench.rig = Arc::new(other);
        assert_eq!(stage.check_image().map_err(|fault| fault.blame()), Err(Blame::Bench));
        stage.post.bench.rig = before;
    }
}

#[test]
fn counters_are_told_from_first_to_last_beside_what_the_operator_saw() {
    let stage = Stage::set(false);
    let counts = |calls, answered, unanswered| Stamped::new(Instant::ZERO, Counts { calls, answered, unanswered });
    stage.tell_counts(counts(1, 1, 0), counts(4, 3, 1), 2, 1);
    let told = "calls: 1 to 4, answered 1 to 3, unanswered 0 to 1 as the post counts; 3, 2 and 1 at the operator";
    assert_eq!(stage.remarks(told).len(), 1);
}

#[test]
fn a_post_that_lives_tells_of_itself_and_shows_a_talk_when_it_is_one() {
    let mut stage = Stage::set(true);
    stage.begin_scenario().expect("the bench works");
    stage.connect_everything().expect("the bench works");
    stage.pass(Duration::from_secs(20)).expect("not interrupted");
    stage.tells_time_within(Duration::from_secs(5)).expect("a post in order");
    assert!(stage.bench.record.notices_since(Instant::ZERO).count() > 0);
    stage.operator_answers_after(Duration::from_secs(2)).expect("the bench works");
    stage.press(FINGER).expect("the bench works");
    stage.connected_lamp_waits().expect("a post in order");
}

#[test]
fn a_lamp_whose_sensor_has_seen_no_light_is_not_watched() {
    let mut stage = Stage::set(false);
    stage.judge_watch().expect("nothing has happened");
    let told = stage.told.lock().expect("one thread");
    let is_unwatched = |lamp: &str| told.iter().any(|event| matches!(event, Event::NotWatched { role, .. } if role == lamp));
    assert_eq!(["lamp-placed", "lamp-connected", "lamp-out-of-service"].map(is_unwatched), [true; 3]);
}

#[test]
fn hands_that_were_asked_for_once_have_been_proved_or_found_wanting() {
    let mut stage = Stage::set(false);
    let outcome = stage.prove_hands_once();
    assert!(outcome.is_err() || stage.hands.is_some(), "{outcome:?}");
}

#[test]
fn a_press_may_be_as_much_too_long_as_a_hand_and_both_its_stamps_make_it() {
    let mut stage = Stage::set(false);
    stage.pass(Duration::from_secs(1)).expect("not interrupted");
    let commanded = stage.now();
    stage.press(FINGER).expect("the bench works");
    stage.pass(Duration::from_secs(1)).expect("not interrupted");
    let [(closed, opened)] = stage.bench.closures(Circuit::Button, commanded)[..] else { panic!("one closure") };
    let (length, late) = (opened.seconds_after(closed), stage.bench.sense_lateness(Circuit::Button));
    assert!(late > 0.0, "a stamp is worth something");
    let fits = |meant: f64| stage.prove_hold(commanded, Duration::from_secs_f64(meant)).is_ok();
    let most = button::LONGER_BY_S;
    assert_eq!([length - most - 0.9 * late, length - most - 1.1 * late].map(fits), [true, false]);
}

#[test]
fn what_the_mouth_is_given_grows_with_what_is_asked_of_it() {
    let mut stage = Stage::set(false);
    let [fainter, louder] = [65.0, 75.0].map(|level| stage.mouth_dbfs(level).expect("the rig states its levels"));
    assert!((louder - fainter - 10.0).abs() < 1e-9, "{fainter} {louder}");
}

#[test]
fn what_is_on_trial_is_noted_after_it_is_written_and_taken_away_at_the_end() {
    let mut stage = Stage::set(true);
    stage.connect_everything().expect("the bench works");
    assert_eq!(stage.new_serves_within(FINGER).map_err(|fault| fault.blame()), Err(Blame::Scenario), "nothing was tried");
    assert_eq!(stage.names_rollback().map_err(|fault| fault.blame()), Err(Blame::Scenario));
    assert!(stage.make_trial_safe().is_none());
    stage.put_on_trial(TrialImage::Bad).expect("the post takes it");
    let did = stage.did("probe");
    let record = did.iter().position(|action| action.ends_with("at 0x0801f000") && action.starts_with("write"));
    let image = did.iter().position(|action| action.ends_with("at 0x0800f800"));
    assert!(image < record && image.is_some(), "{did:?}");
    assert!(stage.has_done(What::Trial { which: TrialImage::Bad }));
    let course = stage.course().expect("the bench works");
    assert!(course.outages.iter().any(|outage| outage.kind == watch::Kind::Trial), "{:?}", course.outages);
    assert!(stage.make_trial_safe().is_some_and(|check| check.ok) && stage.make_trial_safe().is_none());
    let slot = stage.bench.rig.post.firmware.second_slot.clone().expect("the rig names one");
    let read = stage.bench.probe().expect("there is one").read(slot.record.at, slot.record.none.len()).expect("it reads");
    assert_eq!(read, slot.record.none);
}
