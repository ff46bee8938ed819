//! What [`defect::examiner`] plants differs from a sound post on a sound bench where everybody can see it, in the
//! moments of a post's life that it is about.

use super::street::{AT_ONCE, BATTERY, Gallery, Seen, Street};
use super::*;
use hejnal::instrument::cameras::Treatment;
use hejnal::instrument::operator::{Certificate, Change, Health};
use hejnal::instrument::services::{AddressConduct, NameConduct, TimeConduct};
use hejnal::rig::Profile;
use hejnal::twin::defect::examiner::EXAMINERS;
use hejnal::twin::defect::{Defect, Image};

/// These are heard, or need an answer, a message or a name that no desk of ours gives: the tests of the module, of its
/// sound and of the firmware look there.
const SEEN_ELSEWHERE: [&str; 28] = [
    // Two calls have to ring in vain, the one two minutes after the other.
    "ringing-timer-outlives-call",
    "answer-without-ringing-unnoticed",
    "identity-cut-at-eight",
    "answer-after-cancel-lost",
    "long-messages-unread",
    "short-names-unread",
    "srtp-seal-unchecked",
    "mic-fades-over-minutes",
    "mic-leaps-in-talk",
    "mic-awaits-operator",
    "mic-off-after-long-silence",
    "mic-silent-at-lease-renewal",
    "echo-after-volume-key",
    "speaker-bound-to-first-source",
    "speaker-later-with-each-loss",
    "speaker-limits-long-sentences",
    "speaker-faint-on-battery",
    "battery-drained-by-talk",
    "bench-ear-ages",
    "control-bindings-cleared-first",
    "control-server-asked-now-and-then",
    "control-way-kept-by-blank-lines",
    "control-mu-law-only",
    "control-mic-hums-faintly",
    "control-speaker-limits-softly",
    // Its driver goes no further, which is how it shows.
    "bench-inputs-restart",
    // The queue is empty again before it is noticed: its own test knows it.
    "bench-network-swells",
    // Nobody of this desk's is slow enough to be called later than usual.
    "control-failover-unhurried",
];

/// All that happens to a post's buttons, calls, lamps and starts.
fn days_of_firmware(profile: Profile, defect: Option<&Defect>) -> Seen {
    let mut street = Street::of(profile, defect);
    street.wait(40.0);
    (0..10).for_each(|_| street.talk(4.0));
    // Held for a second, for three; a pulse and a press; many presses in one call.
    street.press(1.0, 4.0);
    street.hang_up(4.0);
    street.press(3.0, 4.0);
    street.hang_up(4.0);
    street.press(0.015, 0.3);
    street.talk(4.0);
    street.press(0.3, 2.0);
    (0..17).for_each(|_| street.press(0.15, 0.4));
    street.hang_up(4.0);
    // It rings in vain, at two desks; and through a glitch.
    street.taking(Answering::Manual, Answering::BUSY);
    street.press(0.3, 16.0);
    street.taking(AT_ONCE, AT_ONCE);
    street.wait(80.0);
    street.press(0.3, 40.0);
    street.hang_up(4.0);
    street.taking(Answering::Manual, Answering::After(Duration::from_secs(4)));
    street.press(0.3, 20.0);
    street.hang_up(4.0);
    street.press(0.3, 3.0);
    street.off(FIBRE, 0.8);
    street.wait(4.0);
    street.hang_up(5.0);
    street.taking(AT_ONCE, AT_ONCE);
    // A talk that is lost, and one after it that is not answered at once.
    street.press(0.3, 8.0);
    street.off(FIBRE, 36.0);
    street.taking(Answering::Manual, Answering::Manual);
    street.wait(12.0);
    street.hang_up(8.0);
    street.taking(AT_ONCE, AT_ONCE);
    jams_and_servers(&mut street);
    starts(&mut street);
    outages(&mut street);
    street.seen()
}

fn jams_and_servers(street: &mut Street) {
    street.bench.set(FIBRE, Contact::Closed);
    street.wait(3.0);
    street.press(16.0, 3.0);
    street.bench.set(FIBRE, Contact::Open);
    street.wait(15.0);
    street.hang_up(5.0);
    // A button that is held through a call and a cut.
    street.bench.set(BUTTON, Contact::Closed);
    street.wait(4.0);
    street.hang_up(12.0);
    street.off(FIBRE, 8.0);
    street.wait(10.0);
    street.bench.set(BUTTON, Contact::Open);
    street.hang_up(10.0);
    street.servers(Health::Silent, Health::Silent);
    street.wait(240.0);
    street.servers(Health::Well, Health::Well);
    street.wait(60.0);
}

fn starts(street: &mut Street) {
    street.hang(8.0);
    street.wait(20.0);
    street.talk(4.0);
    // Pressed in boot; and hung before there was service.
    street.off(MAINS, 3.0);
    street.wait(2.0);
    street.press(0.3, 20.0);
    street.hang_up(5.0);
    street.hang_up(5.0);
    street.bench.set(FIBRE, Contact::Closed);
    street.off(MAINS, 3.0);
    street.wait(15.0);
    street.hang(20.0);
    street.bench.set(FIBRE, Contact::Open);
    street.wait(40.0);
    (0..10).for_each(|_| street.talk(2.0));
}

/// Two presses in a cut; a cut ten minutes after that one's first press, with two presses as well.
fn outages(street: &mut Street) {
    street.bench.set(FIBRE, Contact::Closed);
    street.wait(5.0);
    street.press(0.3, 6.0);
    street.press(0.3, 6.0);
    street.bench.set(FIBRE, Contact::Open);
    street.wait(25.0);
    street.hang_up(5.0);
    street.talk(4.0);
    street.wait(500.0);
    street.bench.set(FIBRE, Contact::Closed);
    street.wait(20.0);
    street.press(0.3, 300.0);
    street.press(0.3, 310.0);
    street.bench.set(FIBRE, Contact::Open);
    street.wait(40.0);
    street.hang_up(5.0);
}

/// All that happens round a post's module.
fn days_of_a_module(profile: Profile, defect: Option<&Defect>) -> Seen {
    let mut street = Street::of(profile, defect);
    street.wait(75.0);
    (0..11).for_each(|_| street.talk(4.0));
    street.taking(Answering::After(Duration::from_millis(40)), AT_ONCE);
    street.talk(40.0);
    street.taking(Answering::BUSY, Answering::BUSY);
    street.press(0.3, 6.0);
    street.taking(AT_ONCE, AT_ONCE);
    street.wait(4.0);
    street.hang_up(5.0);
    street.taking(Answering::Manual, AT_ONCE);
    street.talk(25.0);
    street.taking(AT_ONCE, AT_ONCE);
    street.press(0.3, 3.0);
    street.ask(Change::Hold);
    street.wait(45.0);
    street.hang_up(5.0);
    of_servers(&mut street);
    of_services(&mut street);
    street.off(MAINS, 0.6);
    street.wait(20.0);
    street.off(MAINS, 0.6);
    street.wait(40.0);
    street.talk(4.0);
    street.off(MAINS, 15.0);
    street.wait(40.0);
    if profile == Profile::NewPost {
        of_its_own(&mut street);
    }
    street.wait(600.0);
    street.talk(60.0);
    street.seen()
}

fn of_servers(street: &mut Street) {
    street.press(0.3, 5.0);
    street.servers(Health::Silent, Health::Well);
    street.wait(80.0);
    street.hang_up(5.0);
    street.servers(Health::Well, Health::Well);
    street.wait(60.0);
    let later = Health::Refusing { retry_after: Some(Duration::from_secs(5)) };
    street.servers(later, later);
    street.wait(80.0);
    street.servers(Health::Well, Health::Well);
    street.wait(60.0);
    street.bench.twin.cameras().treat(Treatment::Refusing).expect("set");
    street.talk(40.0);
    street.bench.twin.cameras().treat(Treatment::Taking).expect("set");
    street.talk(20.0);
}

fn of_services(street: &mut Street) {
    let ahead = Duration::from_secs(120);
    street.bench.twin.time_server().behave(TimeConduct { ahead, ..TimeConduct::default() }).expect("set");
    street.wait(90.0);
    street.bench.twin.time_server().behave(TimeConduct { is_silent: true, ..TimeConduct::default() }).expect("set");
    street.wait(90.0);
    street.bench.twin.time_server().behave(TimeConduct::default()).expect("set");
    street.wait(90.0);
    street.bench.twin.name_server().behave(NameConduct { late: Duration::from_secs(2), ..NameConduct::default() }).expect("set");
    street.wait(60.0);
    street.bench.twin.name_server().behave(NameConduct::default()).expect("set");
    street.press(0.3, 5.0);
    street.bench.twin.address_server().behave(AddressConduct { gives_other: true, ..AddressConduct::default() }).expect("set");
    street.wait(90.0);
    street.hang_up(5.0);
    street.off(FIBRE, 5.0);
    street.wait(260.0);
}

fn of_its_own(street: &mut Street) {
    let shows = |shows| Behaviour { shows, ..Behaviour::answering(AT_ONCE) };
    street.bench.operator.behave(shows(Certificate::OtherName)).expect("set");
    street.off(FIBRE, 60.0);
    street.wait(30.0);
    street.bench.operator.behave(shows(Certificate::Own)).expect("set");
    street.wait(60.0);
    street.bench.set(BATTERY, Contact::Open);
    street.off(MAINS, 3.0);
    street.wait(10.0);
    street.press(0.3, 3.0);
    street.off(MAINS, 20.0);
    street.wait(20.0);
    street.hang_up(5.0);
}

static OF_FIRMWARE: Gallery = Gallery::of(EXAMINERS, &SEEN_ELSEWHERE, days_of_firmware);
static OF_MODULES: Gallery = Gallery::of(EXAMINERS, &SEEN_ELSEWHERE, days_of_a_module);

#[test]
fn every_image_of_an_examiner_shows() {
    OF_FIRMWARE.all_show(|defect| defect.image != Image::Reference);
}

#[test]
fn everything_else_of_an_examiner_shows() {
    OF_MODULES.all_show(|defect| defect.image == Image::Reference);
}

#[test]
fn a_long_name_is_told_whole_but_by_the_image_that_cuts_it() {
    let told = |image| {
        let mut bench = Bench::new(TwinConfig::new(7, "SOS-04170001"), Some(image));
        bench.wait(1.0);
        [bench.says("id=SOS-04170001 "), bench.says("id=SOS-0417 ")]
    };
    assert_eq!([told(defect::REFERENCE), told("identity-cut-at-eight")], [[true, false], [false, true]]);
}
