//! What [`defect::outsider`] plants differs from a sound post on a sound bench where everybody can see it, in half an
//! hour of a post's life.

use super::street::{AT_ONCE, BATTERY, Gallery, Seen, Street};
use super::*;
use hejnal::instrument::operator::Health;
use hejnal::instrument::services::{AddressConduct, NameConduct};
use hejnal::rig::Profile;
use hejnal::twin::defect::outsider::OUTSIDERS;
use hejnal::twin::defect::{Defect, Image};

/// These are heard, or need more than half an hour or a false certificate: the module's own tests look there.
const SEEN_ELSEWHERE: [&str; 18] = [
    "tls-trusts-after-first",
    "tls-trusts-any-backup",
    "srtp-rollovers-forgotten",
    "volume-left-for-next-caller",
    "volume-key-turns-microphone",
    "street-not-followed",
    "battery-a-quarter-too-small",
    "mic-dull-after-cut",
    "receive-buffer-deeper-after-cuts",
    "mic-taken-for-wind",
    "mic-dead-in-each-third-call",
    "dns-asked-before-each-call",
    "bench-ear-gated",
    "control-volume-in-large-steps",
    "control-battery-for-75-minutes",
    "counter-counts-diallings",
    "control-syslog-structured",
    "control-lease-asked-anew",
];

/// Half an hour of all that happens to a post.
fn tour(profile: Profile, defect: Option<&Defect>) -> Seen {
    let mut street = Street::of(profile, defect);
    street.wait(75.0);
    for _ in 0..3 {
        street.talk(25.0);
    }
    // Long holds in one call; a new press soon after it came to nothing.
    street.press(0.3, 2.0);
    (0..5).for_each(|_| street.press(3.0, 1.0));
    street.hang_up(2.0);
    street.taking(Answering::BUSY, Answering::BUSY);
    street.press(0.3, 4.0);
    street.taking(AT_ONCE, AT_ONCE);
    street.talk(5.0);
    street.taking(Answering::BUSY, Answering::BUSY);
    street.press(0.3, 45.0);
    // Nobody is there, and then late.
    street.taking(Answering::Manual, Answering::After(Duration::from_secs(14)));
    street.press(0.3, 32.0);
    street.hang_up(4.0);
    street.taking(AT_ONCE, AT_ONCE);
    cuts(&mut street);
    servers(&mut street);
    if profile == Profile::NewPost {
        batteries(&mut street);
    }
    street.wait(60.0);
    street.hang(8.0);
    street.wait(30.0);
    street.hang(8.0);
    street.wait(30.0);
    street.bench.set(BATTERY, Contact::Closed);
    street.off(MAINS, 3.0);
    street.bench.set(BATTERY, Contact::Open);
    street.wait(30.0);
    street.talk(3.0);
    street.seen()
}

fn cuts(street: &mut Street) {
    // A talk through a short cut, and one that is lost.
    street.press(0.3, 5.0);
    street.off(FIBRE, 3.0);
    street.wait(8.0);
    street.hang_up(4.0);
    street.press(0.3, 25.0);
    street.off(FIBRE, 36.0);
    street.wait(12.0);
    street.hang_up(8.0);
    // Pressed in a long cut, at once and late.
    street.bench.set(FIBRE, Contact::Closed);
    street.wait(5.0);
    street.press(0.2, 30.0);
    street.wait(240.0);
    street.press(0.2, 5.0);
    street.bench.set(FIBRE, Contact::Open);
    street.wait(20.0);
    street.hang_up(5.0);
}

fn servers(street: &mut Street) {
    street.press(0.3, 3.0);
    street.servers(Health::Refusing { retry_after: None }, Health::Refusing { retry_after: None });
    street.wait(70.0);
    street.servers(Health::Well, Health::Well);
    street.wait(40.0);
    street.hang_up(5.0);
    street.servers(Health::Silent, Health::Silent);
    street.wait(110.0);
    street.servers(Health::Silent, Health::Well);
    street.wait(30.0);
    street.talk(8.0);
    street.servers(Health::Well, Health::Well);
    street.wait(50.0);
    street.bench.twin.cameras().treat(hejnal::instrument::cameras::Treatment::Refusing).expect("set");
    street.talk(20.0);
    street.bench.twin.cameras().treat(hejnal::instrument::cameras::Treatment::Taking).expect("set");
    // Names and addresses are no more to be had, or others.
    street.bench.twin.name_server().behave(NameConduct { is_silent: true, ..NameConduct::default() }).expect("set");
    street.wait(100.0);
    street.talk(5.0);
    street.bench.twin.name_server().behave(NameConduct::default()).expect("set");
    street.bench.twin.address_server().behave(AddressConduct { gives_other: true, ..AddressConduct::default() }).expect("set");
    street.wait(80.0);
    street.talk(5.0);
}

fn batteries(street: &mut Street) {
    street.press(0.3, 5.0);
    street.off(MAINS, 70.0);
    street.wait(10.0);
    street.hang_up(5.0);
    street.off(MAINS, 20.0);
    street.wait(20.0);
}

static GALLERY: Gallery = Gallery::of(OUTSIDERS, &SEEN_ELSEWHERE, tour);

#[test]
fn every_image_of_an_outsider_shows() {
    GALLERY.all_show(|defect| defect.image != Image::Reference);
}

#[test]
fn everything_else_of_an_outsider_shows() {
    GALLERY.all_show(|defect| defect.image == Image::Reference);
}
