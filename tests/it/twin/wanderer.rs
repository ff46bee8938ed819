//! What [`defect::wanderer`] plants differs from a sound post on a sound bench where everybody can see it, in the
//! moments of a post's life that it is about.

use super::street::{AT_ONCE, BATTERY, Gallery, Seen, Street};
use super::*;
use hejnal::instrument::operator::Health;
use hejnal::instrument::services::AddressConduct;
use hejnal::rig::Profile;
use hejnal::twin::defect::Defect;
use hejnal::twin::defect::wanderer::WANDERERS;

/// These are heard, or need a request, an answer or a stranger that the module's own tests bring about.
const SEEN_ELSEWHERE: [&str; 40] = [
    "dial-refused-after-failure",
    "update-unanswered",
    "second-offer-refused",
    "empty-offer-refused",
    "notified-by-stranger-restarts",
    "forged-bye-obeyed",
    "declined-not-escalated",
    "second-desk-given-up-early",
    "progress-taken-for-answer",
    "mu-law-misread",
    "srtp-plain-after-hold",
    "srtp-plain-sound-played",
    "mic-pumps",
    "mic-off-centre",
    "mic-sleeps-in-pauses",
    "mic-every-other-frame-faint",
    "mic-ticks-at-seams",
    "mic-frames-half-empty",
    "mic-mute-after-keys",
    "stream-gap-at-wrap",
    "sound-runs-out",
    "speaker-swallows-beginnings",
    "speaker-wakes-slowly",
    "speaker-repeats-greeting",
    "speaker-crosses-over",
    "volume-lost-at-hold",
    "keys-beep-at-caller",
    "echo-in-first-seconds",
    "lamp-connected-starves",
    "all-told-as-alert",
    "cctv-again-at-redial",
    "mic-whispers-lost",
    "bench-ear-muffled",
    "bench-mouth-muffled",
    "control-reasons-given",
    "control-headers-in-polish",
    "control-mic-breathes",
    "control-speaker-behind-grille",
    "control-strangers-told-unavailable",
    "control-street-66dba",
];

/// All that happens to a post in which one of them may show.
fn life(profile: Profile, defect: Option<&Defect>) -> Seen {
    let mut street = Street::of(profile, defect);
    street.wait(75.0);
    (0..14).for_each(|_| street.talk(4.0));
    street.taking(Answering::Manual, AT_ONCE);
    street.press(0.3, 40.0);
    street.taking(Answering::Manual, Answering::Manual);
    street.press(0.3, 60.0);
    street.taking(Answering::BUSY, Answering::BUSY);
    street.press(0.3, 6.0);
    street.taking(AT_ONCE, AT_ONCE);
    street.talk(5.0);
    servers(&mut street);
    outages(&mut street, profile);
    street.wait(600.0);
    street.talk(30.0);
    street.seen()
}

fn servers(street: &mut Street) {
    street.wait(60.0);
    street.servers(Health::Silent, Health::Well);
    street.wait(100.0);
    street.talk(8.0);
    street.servers(Health::Well, Health::Well);
    street.wait(100.0);
    street.servers(Health::Silent, Health::Silent);
    street.wait(100.0);
    street.servers(Health::Well, Health::Well);
    street.wait(60.0);
    street.servers(Health::Silent, Health::Silent);
    street.wait(60.0);
    street.servers(Health::Well, Health::Well);
    street.wait(60.0);
}

fn outages(street: &mut Street, profile: Profile) {
    street.press(0.3, 10.0);
    street.off(FIBRE, 20.0);
    street.wait(12.0);
    street.hang_up(4.0);
    street.talk(4.0);
    // Kept: for one who does not answer, and for one who is busy.
    for answering in [Answering::Manual, Answering::BUSY] {
        street.taking(answering, AT_ONCE);
        street.bench.set(FIBRE, Contact::Closed);
        street.wait(20.0);
        street.press(0.3, 5.0);
        street.bench.set(FIBRE, Contact::Open);
        street.wait(40.0);
        street.hang_up(5.0);
    }
    street.taking(AT_ONCE, AT_ONCE);
    street.bench.twin.cameras().treat(hejnal::instrument::cameras::Treatment::Silent).expect("set");
    (0..2).for_each(|_| street.talk(2.0));
    street.bench.twin.cameras().treat(hejnal::instrument::cameras::Treatment::Taking).expect("set");
    street.wait(60.0);
    street.bench.twin.address_server().behave(AddressConduct { is_silent: true, ..AddressConduct::default() }).expect("set");
    street.wait(400.0);
    street.bench.twin.address_server().behave(AddressConduct::default()).expect("set");
    street.wait(60.0);
    street.bench.twin.address_server().behave(AddressConduct { gives_other: true, ..AddressConduct::default() }).expect("set");
    street.press(0.3, 90.0);
    street.hang_up(5.0);
    street.bench.set(BATTERY, Contact::Closed);
    (0..2).for_each(|_| {
        street.off(MAINS, 3.0);
        street.wait(40.0);
    });
    street.bench.set(BATTERY, Contact::Open);
    if profile == Profile::NewPost {
        street.bench.set(BATTERY, Contact::Closed);
        street.wait(30.0);
        street.bench.set(BATTERY, Contact::Open);
        street.off(MAINS, 40.0);
        street.wait(40.0);
    }
}

static GALLERY: Gallery = Gallery::of(WANDERERS, &SEEN_ELSEWHERE, life);

#[test]
fn everything_of_a_wanderer_shows() {
    GALLERY.all_show(|_| true);
}
