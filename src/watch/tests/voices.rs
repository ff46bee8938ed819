//! Rules about what is heard in a talk.

use super::*;

/// What arrives of a voice through a sound post.
pub(super) fn sound() -> Arrived {
    let in_db = |value| Estimate::new(value, 0.5, Unit::Decibel);
    let peaks = Estimate::new(1.0, 0.05, Unit::Ratio);
    let tone = Tone {
        level_dbfs: -28.0,
        spoken_dbfs: -20.0,
        noise_dbfs: -70.0,
        tilt: in_db(0.0),
        hole: in_db(1.0),
        purity: in_db(20.0),
        peaks,
        repeated: in_db(-60.0),
    };
    Arrived {
        delay: Estimate::seconds(0.1, 0.001),
        looks: 94,
        lost: 0,
        swallowed: 0,
        in_a_row: 0,
        clipped: 0.0,
        tone: Some(tone),
    }
}

/// Into the talk of [`served`].
fn said(at: f64, to_operator: bool, heard: Option<Arrived>) -> Sampled {
    Sampled { at, call: CallId(1), to_operator, is_loud: false, heard, echo_loss: None, comes_back_db: None }
}

/// Both sides speak at once after the answer, and later in the talk of [`served`], where the caller shouts; then there
/// is silence, into which a stranger speaks.
pub(super) fn spoken(course: &mut Course, heard: Arrived) {
    let echo_loss = Some(Estimate::new(45.0, 1.0, Unit::Decibel));
    for at in [101.1, 110.0] {
        let sampled = |to_operator| Sampled { echo_loss, ..said(at, to_operator, Some(heard)) };
        course.sampled.extend([true, false].map(sampled));
    }
    let shout = Arrived { looks: 0, lost: 0, swallowed: 0, ..heard };
    course.sampled.push(Sampled { is_loud: true, ..said(111.5, true, Some(shout)) });
    course.spoken_into.push(112.5);
    course.silences.push(quiet_talk(span(112.0, 118.0)));
}

/// Neither end hears anything.
fn quiet_talk(span: Span) -> Silence {
    Silence { span, at_operator: Vec::new(), at_caller: Vec::new(), own_noise_db: Some(-40.0) }
}

fn heard(change: impl FnOnce(&mut Arrived)) -> Vec<&'static str> {
    let (mut course, mut heard) = (served(), sound());
    change(&mut heard);
    spoken(&mut course, heard);
    broken(&course)
}
/// But for what follows from all of them together.
fn toned(change: impl FnMut(&mut Tone)) -> Vec<&'static str> {
    let mut broken = heard(|heard| heard.tone.iter_mut().for_each(change));
    broken.retain(|key| !key.contains(".mean-"));
    broken
}
const NOTHING: [&str; 0] = [];

#[test]
fn a_voice_arrives_whole_and_in_time() {
    let lost = |lost: usize| heard(|heard| heard.lost = lost);
    // Of each voice, and there are two: four packets of 94 are what a hundredth may be by chance.
    assert_eq!(lost(4), NOTHING);
    assert_eq!(lost(5), ["T21.watch.torn.to-operator", "T21.watch.torn.to-caller"]);
    // In a long talk hardly more than a hundredth of it: of 1,000 packets 18.
    let lost_of_many = |lost: usize| heard(|heard| (heard.looks, heard.lost) = (1000, lost));
    assert_eq!(lost_of_many(18), NOTHING);
    assert_eq!(lost_of_many(19), ["T21.watch.torn.to-operator", "T21.watch.torn.to-caller"]);
    // One gap of more than 60 ms is too long in any talk.
    let gap = |in_a_row: usize| heard(|heard| (heard.looks, heard.lost, heard.in_a_row) = (1000, in_a_row, in_a_row));
    assert_eq!(gap(6), NOTHING);
    assert_eq!(gap(7), ["T21.watch.torn.to-operator", "T21.watch.torn.to-caller"]);
    let late = |seconds: f64| heard(|heard| heard.delay = Estimate::seconds(seconds, 0.001));
    assert_eq!(late(0.24), NOTHING);
    assert_eq!(late(0.26), ["T10.watch.delay.to-operator", "T10.watch.delay.to-caller"]);
    assert_eq!(heard(|heard| heard.clipped = 0.001), NOTHING);
    assert_eq!(heard(|heard| heard.clipped = 0.01), ["T12.watch.clipped.to-operator"]);
    let mut mute = served();
    mute.sampled.push(said(105.0, true, None));
    assert_eq!(broken(&mute), ["T04.watch.unheard.to-operator"]);
    mute.outages.push(Outage { kind: Kind::Fibre, span: span(104.5, 105.5) });
    assert!(!broken(&mute).contains(&"T04.watch.unheard.to-operator"));
}

/// The operator's end may take a talk that was lost for standing while the one that was dialled again goes on.
#[test]
fn a_voice_is_of_the_call_that_it_was_spoken_into() {
    let lost_of = |call: u32| {
        let mut course = served().call(102.0, 120.0, "1");
        for at in [105.0, 107.0, 109.0, 111.0] {
            let heard = Some(Arrived { lost: if at > 110.0 { 12 } else { 0 }, looks: 300, ..sound() });
            let call = CallId(if at > 110.0 { call } else { 2 });
            course.sampled.push(Sampled { call, ..said(at, true, heard) });
        }
        broken(&course).contains(&"T21.watch.torn.to-operator")
    };
    assert_eq!([lost_of(2), lost_of(1)], [false, true]);
}

/// What is swallowed of the first word is not lost of the talk; of a later one it is.
#[test]
fn a_first_word_is_heard_from_its_beginning() {
    let first = |swallowed: usize| {
        let mut course = served();
        spoken(&mut course, sound());
        for sampled in course.sampled.iter_mut().filter(|sampled| sampled.at < 102.0) {
            sampled.heard = Some(Arrived { lost: swallowed, swallowed, ..sound() });
        }
        broken(&course)
    };
    assert_eq!(first(8), NOTHING);
    assert_eq!(first(12), ["T04.watch.first-word.to-operator", "T04.watch.first-word.to-caller"]);
}

#[test]
fn a_voice_keeps_its_level_its_band_and_its_peaks() {
    let in_db = |value| Estimate::new(value, 0.5, Unit::Decibel);
    assert_eq!(toned(|tone| tone.level_dbfs = -33.0), NOTHING);
    assert_eq!(toned(|tone| tone.level_dbfs = -37.0), ["T12.watch.level.to-operator"]);
    assert_eq!(toned(|tone| tone.level_dbfs = -21.0), ["T12.watch.level.to-operator"]);
    // At the ear 112 − 29 dB for an operator who is louder than nominal by 20 and by 26 dB.
    assert_eq!(toned(|tone| (tone.level_dbfs, tone.spoken_dbfs) = (-29.0, -9.0)), NOTHING);
    assert_eq!(toned(|tone| (tone.level_dbfs, tone.spoken_dbfs) = (-29.0, -3.0)), ["T13.watch.level.to-caller"]);
    assert_eq!(toned(|tone| tone.tilt = in_db(-3.0)), NOTHING);
    assert_eq!(toned(|tone| tone.tilt = in_db(-5.0)), ["T12.watch.tilt.to-operator", "T12.watch.tilt.to-caller"]);
    assert_eq!(toned(|tone| tone.hole = in_db(11.0)), NOTHING);
    assert_eq!(toned(|tone| tone.hole = in_db(13.0)), ["T12.watch.hole.to-operator", "T12.watch.hole.to-caller"]);
    assert_eq!(toned(|tone| tone.purity.value = 7.0), NOTHING);
    assert_eq!(toned(|tone| tone.purity.value = 0.0), ["T12.watch.purity.to-operator", "T12.watch.purity.to-caller"]);
    assert_eq!(toned(|tone| tone.repeated = in_db(-11.0)), NOTHING);
    assert_eq!(toned(|tone| tone.repeated = in_db(-9.0)), ["T12.watch.repeated.to-operator", "T12.watch.repeated.to-caller"]);
    assert_eq!(toned(|tone| tone.peaks.value = 0.85), NOTHING);
    assert_eq!(toned(|tone| tone.peaks.value = 0.6), ["T12.watch.peaks.to-caller"]);
}

/// Voices in two talks: into which call, when, how many dB fainter than the sound one, and how loud the street is where
/// they are heard, dBFS.
fn is_fainter(voices: &[(u32, f64, f64, f64)], to_operator: bool) -> bool {
    let mut course = served().press(200.0, 0.15).call(200.05, 220.0, "2").says(220.1, "CALL 2 ended");
    for (id, at, by, noise_dbfs) in voices.iter().copied() {
        let mut heard = sound();
        heard.tone.iter_mut().for_each(|tone| (tone.level_dbfs, tone.noise_dbfs) = (tone.level_dbfs - by, noise_dbfs));
        course.sampled.push(Sampled { call: CallId(id), ..said(at, to_operator, Some(heard)) });
    }
    let key = if to_operator { "T12.watch.fainter-at-times.to-operator" } else { "T13.watch.fainter-at-times.to-caller" };
    broken(&course).contains(&key)
}

#[test]
fn the_operator_is_as_loud_in_every_talk_and_all_through_it() {
    let next = |by: f64, noise: f64| is_fainter(&[(1, 101.1, 0.0, noise), (2, 201.1, by, noise)], false);
    assert_eq!([0.0, 4.9, 7.1].map(|by| next(by, -70.0)), [false, false, true]);
    let later = |by: f64, noise: f64| is_fainter(&[(1, 101.1, 0.0, -70.0), (1, 115.0, by, noise)], false);
    assert_eq!([4.9, 7.1].map(|by| later(by, -70.0)), [false, true]);
    // In a street of 52 dB and of 72 dB a loudspeaker may follow it, and in another moment not yet.
    assert_eq!([-60.0, -40.0].map(|noise| next(20.0, noise) || later(20.0, noise)), [false, false]);
}

#[test]
fn whoever_stands_where_he_stood_is_heard_as_he_was() {
    let later = |by: f64, noise: f64| is_fainter(&[(1, 101.1, 0.0, -70.0), (1, 115.0, by, noise)], true);
    assert_eq!([4.9, 7.1].map(|by| later(by, -70.0)), [false, true]);
    assert!(!later(7.1, -30.0), "the street says too much to it");
}

/// What nobody has measured is not judged.
#[test]
fn a_level_needs_a_rig_that_states_what_it_is_worth() {
    let keys = |course: &Course| {
        let lacks = |rule: &&Rule| tone::missing_setting(&rule.quantity, course).is_some();
        RULES.iter().copied().flatten().filter(lacks).map(|rule| rule.quantity.key).collect::<Vec<_>>()
    };
    assert_eq!(keys(&served()), NOTHING);
    // Whatever of the three a call bears, it can lack the rest.
    let of = Headers::of_protocol;
    let bears = |headers: Headers| keys(&Course { headers, ..served() });
    assert_eq!(bears(Headers { press: None, ..of() }), NOTHING);
    assert_eq!(bears(Headers { priority: None, ..of() }), NOTHING);
    assert_eq!(bears(Headers { press: None, priority: None, ..of() }), NOTHING);
    assert_eq!(bears(Headers { press: None, priority: None, point: None, ..of() }), ["T33.watch.unmarked-calls"]);
    let bare = Course { speech_spl: None, ear_spl: None, ..served() };
    assert_eq!(
        keys(&bare),
        [
            "T12.watch.level.to-operator",
            "T13.watch.level.to-caller",
            "T13.watch.fainter-at-times.to-caller",
            "T12.watch.own-noise.to-operator",
        ]
    );
}

#[test]
fn the_operator_does_not_hear_himself() {
    let returned = |db: f64| {
        let mut course = served();
        spoken(&mut course, sound());
        course.sampled.iter_mut().for_each(|sampled| sampled.echo_loss = Some(Estimate::new(db, 1.0, Unit::Decibel)));
        broken(&course)
    };
    assert_eq!(returned(32.0), NOTHING);
    assert_eq!(returned(28.0), ["T17.watch.echo-loss"]);
}

fn silence(at_operator: &[Foreign], at_caller: &[Foreign]) -> Vec<&'static str> {
    let mut course = served();
    let (at_operator, at_caller) = (at_operator.to_vec(), at_caller.to_vec());
    course.silences.push(Silence { at_operator, at_caller, ..quiet_talk(span(106.0, 116.0)) });
    broken(&course)
}
fn sounds(at: f64, length: f64, level_db: f64, hz: Option<f64>) -> Foreign {
    Foreign { span: span(at, at + length), level_db, hz }
}

#[test]
fn nobody_hears_what_nobody_has_said() {
    let tone = |level_db| sounds(110.0, 0.2, level_db, Some(1400.0));
    assert_eq!(silence(&[], &[]), NOTHING);
    assert_eq!(silence(&[], &[tone(-25.0)]), NOTHING);
    assert_eq!(silence(&[], &[tone(-23.0)]), ["T12.watch.foreign.to-caller"]);
    assert_eq!(silence(&[tone(-23.0)], &[]), ["T12.watch.foreign.to-operator"]);
    // A horn in the street, and a hum that both ends hear for ever.
    assert_eq!(silence(&[tone(-10.0)], &[tone(-5.0)]), NOTHING);
    let hum = sounds(106.0, 9.9, -10.0, Some(100.0));
    assert_eq!(silence(&[hum], &[hum]), ["T12.watch.foreign.to-operator", "T12.watch.foreign.to-caller"]);
    // An echo of it at the other end does not make it the street's.
    assert_eq!(silence(&[tone(-35.0)], &[tone(-5.0)]), ["T12.watch.foreign.to-caller"]);
    let cracks = |count: usize| (0..count).map(|n| sounds(107.0 + n as f64, 0.01, -10.0, None)).collect::<Vec<_>>();
    assert_eq!(silence(&cracks(2), &[]), NOTHING);
    assert_eq!(silence(&cracks(3), &[]), ["T12.watch.foreign.to-operator"]);
}

#[test]
fn a_post_adds_little_noise() {
    let noisy = |own_noise_db: f64| {
        let mut course = served();
        course.silences.push(Silence { own_noise_db: Some(own_noise_db), ..quiet_talk(span(106.0, 116.0)) });
        broken(&course)
    };
    assert_eq!(noisy(-17.5), NOTHING);
    assert_eq!(noisy(-12.5), ["T12.watch.own-noise.to-operator"]);
}

/// A post may say that it is connected, and that it has felt a press.
#[test]
fn a_post_may_acknowledge() {
    let mut course = served().press(110.0, 0.3);
    let tone = sounds(110.3, 0.5, -10.0, Some(900.0));
    course.silences.push(Silence { at_caller: vec![tone], ..quiet_talk(span(106.0, 116.0)) });
    let foreign = |course: &Course| broken(course).contains(&"T12.watch.foreign.to-caller");
    assert!(!foreign(&course));
    course.contacts.pop();
    assert!(foreign(&course));
}

#[test]
fn nobody_hears_himself_out_of_the_post() {
    let heard = |comes_back_db: f64| {
        let mut course = served();
        spoken(&mut course, sound());
        course.sampled[0].comes_back_db = Some(comes_back_db);
        broken(&course)
    };
    assert_eq!(heard(-11.9), ["T17.watch.own-voice-comes-back"]);
    assert_eq!(heard(-18.1), NOTHING);
}

#[test]
fn whoever_shouts_is_heard_no_fainter_than_who_speaks() {
    let shouted = |level_dbfs: f64| {
        let mut course = served();
        spoken(&mut course, sound());
        let shout = course.sampled.last_mut().and_then(|sampled| sampled.heard?.tone.map(|tone| (sampled, tone)));
        let (sampled, tone) = shout.expect("a shout");
        // Bent as shouts are.
        let bent = Tone { level_dbfs, purity: Estimate::new(2.0, 0.5, Unit::Decibel), ..tone };
        sampled.heard = Some(Arrived { clipped: 0.02, tone: Some(bent), ..sound() });
        broken(&course)
    };
    assert_eq!([shouted(-22.4), shouted(-28.0), shouted(-32.5)], [NOTHING; 3].map(Vec::from));
    assert_eq!(shouted(-35.5), ["T12.watch.loud-words.to-operator"]);
}

#[test]
fn what_is_too_close_to_tell_of_one_voice_is_sure_of_many() {
    let pure = |value: f64, voices: u32| {
        let mut course = served();
        let tone = sound().tone.map(|tone| Tone { purity: Estimate::new(value, 1.0, Unit::Decibel), ..tone });
        let heard = Some(Arrived { tone, ..sound() });
        course.sampled.extend((0..voices).map(|n| said(102.0 + f64::from(n), true, heard)));
        broken(&course).into_iter().filter(|key| key.contains("mean-")).collect::<Vec<_>>()
    };
    assert_eq!(pure(4.2, 16), ["T12.watch.mean-purity.to-operator"]);
    assert_eq!([pure(4.2, 1), pure(7.0, 16)], [NOTHING; 2].map(Vec::from));
}
