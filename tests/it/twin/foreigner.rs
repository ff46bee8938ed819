//! What [`defect::foreigner`] plants differs from a sound post on a sound bench where everybody can see it, in the
//! moments of a post's life that it is about.

use super::street::{AT_ONCE, BATTERY, Gallery, Seen, Street};
use super::*;
use hejnal::instrument::operator::Health;
use hejnal::rig::Profile;
use hejnal::twin::defect::foreigner::FOREIGNERS;
use hejnal::twin::defect::{Defect, Image};

/// These are heard, or need moments that the module's own tests bring about.
const SEEN_ELSEWHERE: [&str; 23] = [
    "control-syslog-from-own-port",
    "control-second-desk-after-nine-seconds",
    "hold-hangs-up",
    "stranger-answered-before-first-call",
    "busy-taken-for-dead-server",
    "return-home-ends-talk",
    "return-home-once-a-life",
    "restarts-at-third-key",
    "speaker-dead-after-glitch",
    "mic-late-after-glitch",
    "words-cut-in-each-third-call",
    "mic-gap-a-quarter-too-long",
    "mic-loses-sound-in-loud-words",
    "echo-in-loud-street",
    "volume-lowest-is-mute",
    "volume-drifts-back",
    "speaker-faint-after-power-failure",
    "srtp-first-second-plain",
    "tls-trusts-at-third-try",
    "fault-told-as-information",
    "control-headers-spare",
    "control-battery-for-eight-hours",
    "bench-telephone-beside-ear",
];

/// All that happens to a post in which one of them may show.
fn life(profile: Profile, defect: Option<&Defect>) -> Seen {
    let mut street = Street::of(profile, defect);
    street.wait(75.0);
    (0..3).for_each(|_| street.talk(4.0));
    // The third call has ended 4 s ago; the sixth just now.
    (0..2).for_each(|_| street.talk(4.0));
    street.press(0.3, 3.0);
    street.hang_up(0.2);
    street.press(0.3, 3.0);
    street.hang_up(100.0);
    street.press(0.2, 3.0);
    street.hang_up(4.0);
    // Held: for a while, and twice until it is a jam.
    street.press(4.0, 3.0);
    street.hang_up(4.0);
    (0..2).for_each(|_| street.press(25.0, 6.0));
    street.hang_up(4.0);
    street.taking(Answering::BUSY, Answering::BUSY);
    street.press(0.3, 40.0);
    street.taking(AT_ONCE, AT_ONCE);
    // A dead main server, twice, and one that says when to try again.
    for _ in 0..2 {
        street.servers(Health::Silent, Health::Well);
        street.press(0.3, 8.0);
        street.hang_up(2.0);
        street.servers(Health::Well, Health::Well);
        street.wait(70.0);
    }
    street.servers(
        Health::Refusing { retry_after: Some(Duration::from_secs(20)) },
        Health::Refusing { retry_after: Some(Duration::from_secs(20)) },
    );
    street.wait(120.0);
    street.servers(Health::Well, Health::Well);
    street.wait(60.0);
    talks(&mut street);
    outages(&mut street, profile);
    street.seen()
}

fn talks(street: &mut Street) {
    street.press(0.3, 50.0);
    for _ in 0..2 {
        street.off(FIBRE, 1.0);
        street.wait(8.0);
    }
    street.hang_up(4.0);
    street.press(0.3, 260.0);
    street.hang_up(4.0);
    street.talk(12.0);
    street.press(0.3, 5.0);
    street.off(FIBRE, 36.0);
    street.wait(20.0);
    street.hang_up(4.0);
    street.wait(20.0);
    street.press(0.3, 5.0);
    street.hang(60.0);
    street.hang_up(20.0);
}

fn outages(street: &mut Street, profile: Profile) {
    street.bench.set(FIBRE, Contact::Closed);
    street.wait(20.0);
    street.press(0.3, 8.0);
    street.press(0.3, 8.0);
    street.bench.set(FIBRE, Contact::Open);
    street.wait(20.0);
    street.hang_up(5.0);
    street.bench.set(FIBRE, Contact::Closed);
    street.wait(10.0);
    street.press(0.3, 660.0);
    street.bench.set(FIBRE, Contact::Open);
    street.wait(30.0);
    street.hang_up(5.0);
    // Power fails, for a moment and for longer, and somebody presses while it starts.
    street.bench.set(BATTERY, Contact::Closed);
    street.off(MAINS, 0.3);
    street.wait(40.0);
    street.off(MAINS, 3.0);
    street.bench.set(BATTERY, Contact::Open);
    street.wait(1.5);
    street.press(0.3, 30.0);
    street.hang_up(5.0);
    street.bench.twin.cameras().treat(hejnal::instrument::cameras::Treatment::Refusing).expect("set");
    street.talk(40.0);
    street.bench.twin.cameras().treat(hejnal::instrument::cameras::Treatment::Taking).expect("set");
    street.talk(5.0);
    if profile == Profile::NewPost {
        street.press(0.3, 5.0);
        street.off(MAINS, 70.0);
        street.wait(10.0);
        street.hang_up(10.0);
        street.bench.set(BATTERY, Contact::Closed);
        street.wait(20.0);
        street.bench.set(BATTERY, Contact::Open);
        street.wait(20.0);
    }
}

static GALLERY: Gallery = Gallery::of(FOREIGNERS, &SEEN_ELSEWHERE, life);

#[test]
fn every_image_of_a_foreigner_shows() {
    GALLERY.all_show(|defect| defect.image != Image::Reference);
}

#[test]
fn everything_else_of_a_foreigner_shows() {
    GALLERY.all_show(|defect| defect.image == Image::Reference);
}
