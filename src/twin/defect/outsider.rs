//! Bad posts, bad firmware, broken benches and healthy posts by somebody who has never seen a scenario, a step or a
//! rule of the watch.
//!
//! As in [`super::fresh`] a row names no scenario: whichever finds one is the right one.

mod sound;

use super::{Defect, Image, bench, control, firmware, new_post, post};
use crate::twin::TwinConfig;
use crate::twin::bench::card_trouble::CardTrouble;
use crate::twin::bench::disturbance::Disturbance;
use crate::twin::voice::{CameraFault, Failing, Trust};
use std::net::Ipv4Addr;
use std::time::Duration;

/// Any scenario may find it.
const ANY: &str = "";

const fn module(id: &'static str, reason: &'static str, plant: fn(&mut TwinConfig)) -> Defect {
    post(id, ANY, reason, plant)
}
const fn image(id: &'static str, reason: &'static str) -> Defect {
    firmware(id, ANY, reason)
}
const fn broken(id: &'static str, reason: &'static str, plant: fn(&mut TwinConfig)) -> Defect {
    bench(id, Image::Reference, ANY, reason, plant)
}
const fn healthy(id: &'static str, plant: fn(&mut TwinConfig)) -> Defect {
    control(id, Image::Reference, plant)
}

/// Bad modules in the order of what they are of (addresses, names, the time, secrecy, supervision, cameras, priority,
/// volume, supply, sound); then bad firmware; then benches; then healthy posts. Beside each bad one stands what a post
/// owes instead.
pub const OUTSIDERS: &[Defect] = &[
    // Addresses. The talk stands and the post stays registered while its lease is renewed.
    module("dhcp-starts-over-at-renewal", "T42", |c| c.voice.network.faults.starts_over = true),
    // An address that was refused is not used on.
    module("dhcp-refusal-unheard", "T40", |c| c.voice.network.faults.ignores_refusal = true),
    // What the network says of its other servers is followed for as long as the post lives.
    module("dhcp-renewal-loses-servers", "T09", |c| c.voice.network.faults.renewal_loses_servers = true),
    // Names. A name server that has died does not silence the post.
    module("dns-servers-forgotten-in-silence", "T26", |c| c.voice.network.faults.forgets_servers = true),
    // The main server is the main one; the post is at home there.
    module("dns-order-reversed", "T09", |c| c.voice.network.faults.reverses_order = true),
    // A dead main server: the call takes the backup in time.
    module("dns-first-server-only", "T09", |c| c.voice.network.faults.knows_one_server = true),
    // A press leaves the post within half a second, whoever answers for names.
    module("dns-asked-before-each-call", "T01", |c| c.voice.faults.failing = Some(Failing::AsksNameBeforeCall)),
    // The time. An event's time is right within a second.
    module("clock-stands-in-cuts", "T36", |c| c.voice.network.faults.clock_stands_in_cuts = true),
    module("clock-a-quarter-too-far-behind", "T36", |c| c.voice.network.clock_behind = Duration::from_millis(1250)),
    module("clock-gains-between-settings", "T36", |c| c.voice.network.faults.clock_gains = true),
    module("clock-months-from-zero", "T36", |c| c.voice.network.faults.months_from_zero = true),
    // Secrecy. Nobody is believed whom the authority has not signed for, at any time, at any server.
    new_post(module("tls-trusts-after-first", "T40", |c| c.voice.faults.trust = Trust::AnyoneLater)),
    new_post(module("tls-trusts-any-backup", "T40", |c| c.voice.faults.trust = Trust::AnyOtherServer)),
    // A talk of thirty minutes is heard to its end.
    new_post(module("srtp-rollovers-forgotten", "T42", |c| c.voice.faults.failing = Some(Failing::ForgetsRollovers))),
    // Whoever answers is spoken to secretly.
    new_post(module("srtp-plain-for-second-operator", "T08", |c| c.voice.faults.failing = Some(Failing::PlainForSecond))),
    // Supervision. A post that lives says so in its time, one in trouble above all.
    module("alive-a-quarter-too-seldom", "T26", |c| c.voice.faults.failing = Some(Failing::SignsLate)),
    module("alive-pauses-in-trouble", "T26", |c| c.voice.faults.failing = Some(Failing::SignsPauseInTrouble)),
    // A fault is at the operator's within a minute, and stays there while it stands, and no longer.
    module("fault-told-a-quarter-late", "T26", |c| c.voice.faults.failing = Some(Failing::TroubleToldLate)),
    module("fault-told-and-taken-back", "T27", |c| c.voice.faults.failing = Some(Failing::TroubleFlaps)),
    new_post(module("mains-fault-taken-back", "T27", |c| c.voice.faults.failing = Some(Failing::MainsToldBack))),
    // The post has one name everywhere.
    module("supervision-nameless-after-cut", "T33", |c| c.voice.faults.failing = Some(Failing::NamelessAfterCut)),
    // What did not start does not say that it did.
    module("start-told-at-return", "T27", |c| c.voice.faults.failing = Some(Failing::StartsAtReturn)),
    // One press is one case in every count.
    module("counter-counts-diallings", "T33", |c| c.voice.faults.failing = Some(Failing::CountsDialling)),
    // Cameras. Each press calls its camera up within a second, at the very most two.
    module("cctv-event-once-a-minute", "T37", |c| c.voice.faults.cameras = Some(CameraFault::OnceAMinute)),
    module("cctv-event-a-quarter-late", "T37", |c| c.voice.faults.cameras = Some(CameraFault::QuarterLate)),
    module("cctv-kept-press-untold", "T37", |c| c.voice.faults.cameras = Some(CameraFault::KeptUntold)),
    module("cctv-event-miscounted", "T37", |c| c.voice.faults.cameras = Some(CameraFault::Miscounted)),
    // Priority. Each call is an emergency, at each server, however often it is dialled.
    module("priority-missing-at-third", "T33", |c| c.voice.faults.failing = Some(Failing::ThirdIsOrdinary)),
    module("priority-lost-in-redial", "T22", |c| c.voice.faults.failing = Some(Failing::RedialIsOrdinary)),
    module("priority-lost-at-backup", "T09", |c| c.voice.faults.failing = Some(Failing::OrdinaryAtBackup)),
    // Volume. Whoever calls next hears the operator as if nobody had called before, and is heard however loud that is.
    module("volume-left-for-next-caller", "T13", |c| c.voice.faults.failing = Some(Failing::VolumeStays)),
    module("volume-key-turns-microphone", "T12", |c| c.voice.faults.failing = Some(Failing::VolumeOfMicrophone)),
    module("street-not-followed", "T13", |c| c.voice.faults.failing = Some(Failing::StreetUnheard)),
    // Supply. An hour without mains, as often as they fail, and no gap beyond 100 ms either way.
    new_post(module("battery-carries-once", "T24", |c| c.supply.carries_once = true)),
    new_post(module("battery-turns-back-slowly", "T25", |c| c.supply.turns_back_in = 0.25)),
    new_post(module("battery-a-quarter-too-small", "T24", |c| c.supply.battery = 2700.0)),
    // Sound. A cut leaves no trace in later talks; rain and a loud street take no word; each call is heard.
    module("mic-dull-after-cut", "T12", |c| c.voice.faults.failing = Some(Failing::DullAfterCut)),
    module("receive-buffer-deeper-after-cuts", "T10", |c| c.voice.faults.failing = Some(Failing::DeeperAfterCuts)),
    module("mic-taken-for-wind", "T12", |c| {
        c.air.noise = 75.0;
        c.voice.faults.quirks.up = Some(sound::wind_guard);
    }),
    module("mic-dead-in-each-third-call", "T04", |c| c.voice.faults.failing = Some(Failing::ThirdIsMute)),
    // Firmware. A press is answered in every state, at any age of the outage, however many there were before it.
    image("button-dead-in-long-outage", "T38"),
    image("button-polled-lazily-offline", "T29"),
    image("debounce-grows-with-presses", "T29"),
    image("one-press-in-ten-seconds", "T45"),
    image("ghost-after-refusal", "T32"),
    image("held-times-add-up", "T28"),
    // It is dialled within half a second, and again if its call is lost.
    image("dial-slow-at-every-third", "T01"),
    image("redial-window-counts-from-dial", "T22"),
    // A talk is ended by the operator, and by nothing else.
    image("late-answer-hung-up", "T44"),
    image("talk-ends-with-registration", "T42"),
    image("talk-renewed-at-return", "T21"),
    // A lamp says what is so, for as long as it is.
    image("lamp-placed-saves-power", "T05"),
    image("lamp-placed-lit-for-kept-press", "T05"),
    image("lamp-connected-says-goodbye", "T06"),
    image("out-of-service-lamp-sparing", "T26"),
    // It runs on, remembers who it is, and tells all that happens.
    image("tick-of-sixteen-bits", "T20"),
    image("watchdog-only-once", "T42"),
    image("counter-written-over-settings", "T33"),
    image("console-counter-overflows", "T42"),
    image("console-tenth-line-lost", "T26"),
    // Benches.
    broken("bench-dhcp-server-dies", "address server", |c| c.board_faults.disturbance = Some(Disturbance::LeasesEnd)),
    broken("bench-router-gives-addresses", "network", |c| c.services.has_router = true),
    broken("bench-zone-mistyped", "name server", |c| c.services.mistyped = Some(Ipv4Addr::new(10, 20, 0, 9))),
    broken("bench-time-server-ahead", "time server", |c| c.services.clock_ahead = Duration::from_secs(40)),
    broken("bench-syslog-loses-half", "supervision", |c| c.board_faults.disturbance = Some(Disturbance::NoticesLost)),
    broken("bench-syslog-in-batches", "supervision", |c| c.board_faults.disturbance = Some(Disturbance::NoticesHeld)),
    broken("bench-cameras-restart", "cameras", |c| c.board_faults.disturbance = Some(Disturbance::CamerasRestart)),
    broken("bench-button-relay-lets-go", "button relay", |c| {
        c.board_faults.disturbance = Some(Disturbance::ButtonRelayLetsGo);
    }),
    broken("bench-supply-shared", "mains relay", |c| c.board_faults.disturbance = Some(Disturbance::SupplyShared)),
    broken("bench-ear-gated", "ear", |c| c.card.trouble = Some(CardTrouble::EarGated)),
    // Healthy, and unlike the reference.
    healthy("control-alive-a-tenth-early", |c| c.voice.faults.failing = Some(Failing::SignsEarly)),
    healthy("control-syslog-structured", |c| c.voice.faults.failing = Some(Failing::SyslogStructured)),
    healthy("control-clock-half-a-second-behind", |c| c.voice.network.clock_behind = Duration::from_millis(500)),
    healthy("control-time-to-the-microsecond", |c| c.voice.network.tells_microseconds = true),
    healthy("control-lease-renewed-early", |c| c.voice.network.renews_after = Some(0.2)),
    healthy("control-lease-asked-anew", |c| c.voice.network.discovers_anew = true),
    healthy("control-volume-in-large-steps", |c| c.voice.faults.volume_step_db = Some(3.2)),
    new_post(healthy("control-battery-for-75-minutes", |c| c.supply.battery = 4500.0)),
    healthy("control-cctv-in-other-words", |c| c.voice.faults.cameras = Some(CameraFault::OtherWords)),
    healthy("control-cctv-again-soon", |c| c.voice.faults.cameras = Some(CameraFault::SoonAgain)),
];

#[cfg(test)]
mod tests {
    use super::super::fresh::FRESH;
    use super::super::latecomer::LATECOMERS;
    use super::super::newcomer::NEWCOMERS;
    use super::super::stranger::STRANGERS;
    use super::super::visitor::VISITORS;
    use super::super::{DEFECTS, find};
    use super::*;
    use crate::fault::Blame;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_new_and_nothing_is_as_it_was() {
        let earlier = DEFECTS.iter().chain(FRESH).chain(STRANGERS).chain(VISITORS).chain(NEWCOMERS).chain(LATECOMERS);
        let known: BTreeSet<_> = earlier.map(|defect| defect.id).collect();
        let mut posts = BTreeSet::from([format!("{:?}", TwinConfig::new(1, "SOS-0417"))]);
        for defect in OUTSIDERS {
            assert!(!known.contains(defect.id) && find(defect.id).is_some(), "{}", defect.id);
            if defect.image == Image::Reference {
                assert!(posts.insert(format!("{:?}", TwinConfig::new(1, "SOS-0417").with(defect))), "{}", defect.id);
            }
        }
    }

    #[test]
    fn there_are_as_many_of_each_kind_as_were_promised_and_all_images_are_there() {
        let count = |blame, of_image: bool| {
            OUTSIDERS.iter().filter(|row| row.blame == blame && (row.image == Image::Reference) != of_image).count()
        };
        let kinds = [count(Some(Blame::Device), false), count(Some(Blame::Device), true), count(Some(Blame::Bench), false)];
        assert_eq!((kinds, count(None, false)), ([40, 20, 10], 10));
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/firmware/elf");
        for defect in OUTSIDERS {
            assert!(folder.join(format!("{}.elf", defect.image.flashed())).exists(), "{}", defect.id);
        }
    }
}
