//! The defects that can be planted in the twin, one row each: where, the scenario that must find it, and whom it must
//! blame.
//!
//! Knows nothing of how a scenario finds anything. Rows with [`Image::Variant`] need that firmware image to be flashed,
//! for the twin's microcontroller executes what it is given; everything else is planted in the twin itself.

pub mod assessor;
pub mod examiner;
pub mod foreigner;
pub mod fresh;
mod image;
pub mod latecomer;
pub mod newcomer;
pub mod outsider;
mod plants;
pub mod stranger;
mod unnamed;
pub mod visitor;
pub mod wanderer;

pub use image::{Image, REFERENCE};

use super::TwinConfig;
use super::bench::circuit::LeadFault;
use super::bench::mishap::Mishap;
use super::voice::{CameraFault, CountFault, Failing, Flaw, Lapse, SelfTestFault, Suite, Trust};
use crate::fault::Blame;
use crate::rig::Profile;
use image::{BAD_TRIAL, SOUND_TRIAL};
use plants::{
    AFTER_S00, AT_THE_EDGE, CREEP, HELD_BACK, SLOW_FAILOVER, WRITES_SETTINGS, clone_of_another, impatient, of_security,
    offers_opus, own_network_habits, promises_refresh, random_ports, slow_but_legal,
};
use std::time::Duration;

/// One thing that can be wrong.
#[derive(Debug, Clone, Copy)]
pub struct Defect {
    pub id: &'static str,
    pub image: Image,
    /// Changes a healthy twin.
    pub plant: fn(&mut TwinConfig),
    /// The scenario that must find it, e.g. `S18`. Empty: whichever does, or, for a healthy control, none.
    pub scenario: &'static str,
    /// Whom that scenario must blame; `None`: a healthy control, nobody.
    pub blame: Option<Blame>,
    /// And why: the requirement of the figure that decides (`T31`), or the instrument that is accused (`button relay`).
    pub reason: &'static str,
    /// On which of the virtual posts.
    pub profile: Profile,
}

/// Whatever was planted by people who had not seen the scenarios.
pub const PLANTED_LATER: [&[Defect]; 10] = [
    fresh::FRESH,
    stranger::STRANGERS,
    visitor::VISITORS,
    newcomer::NEWCOMERS,
    latecomer::LATECOMERS,
    outsider::OUTSIDERS,
    foreigner::FOREIGNERS,
    wanderer::WANDERERS,
    examiner::EXAMINERS,
    assessor::ASSESSORS,
];

/// By its id.
pub fn find(id: &str) -> Option<&'static Defect> {
    DEFECTS.iter().chain(PLANTED_LATER.into_iter().flatten()).find(|defect| defect.id == id)
}

/// In a firmware variant of the same name.
const fn firmware(id: &'static str, scenario: &'static str, reason: &'static str) -> Defect {
    Defect {
        id,
        image: Image::Variant(id),
        plant: |_| {},
        scenario,
        blame: Some(Blame::Device),
        reason,
        profile: Profile::ExistingPole,
    }
}
/// In an image that is put on trial and cannot register.
const fn on_trial(id: &'static str) -> Defect {
    Defect { image: Image::Trial { good: SOUND_TRIAL, bad: id }, ..firmware(id, "S53", "T41") }
}
/// In the post, beside its firmware.
const fn post(id: &'static str, scenario: &'static str, reason: &'static str, plant: fn(&mut TwinConfig)) -> Defect {
    Defect { id, image: Image::Reference, plant, scenario, blame: Some(Blame::Device), reason, profile: Profile::ExistingPole }
}
/// On the bench.
const fn bench(
    id: &'static str,
    image: Image,
    scenario: &'static str,
    reason: &'static str,
    plant: fn(&mut TwinConfig),
) -> Defect {
    Defect { id, image, plant, scenario, blame: Some(Blame::Bench), reason, profile: Profile::ExistingPole }
}
/// Nothing wrong.
const fn control(id: &'static str, image: Image, plant: fn(&mut TwinConfig)) -> Defect {
    Defect { id, image, plant, scenario: "", blame: None, reason: "", profile: Profile::ExistingPole }
}
/// The same on a post of its own, with a battery.
const fn new_post(defect: Defect) -> Defect {
    Defect { profile: Profile::NewPost, ..defect }
}

/// All of them, in the order of the requirements list.
pub const DEFECTS: &[Defect] = &[
    // Button and lamps.
    firmware("button-dead-after-idle", "S05", "T33"),
    firmware("button-no-debounce", "S18", "T31"),
    firmware("button-overlong-debounce", "S01", "T33"),
    firmware("button-emi-trigger", "S18", "T30"),
    firmware("button-stuck-call-flood", "S20", "T28"),
    firmware("button-stuck-not-reported", "S20", "T28"),
    // Registering takes milliseconds unless the server is silent behind a link that is up.
    firmware("button-lost-while-registering", "S34", "T38"),
    firmware("button-lost-in-boot", "S36", "T38"),
    firmware("second-press-hangs-up", "S06", "T42"),
    firmware("press-burst-queued", "S19", "T31"),
    firmware("phantom-call", "S23", "T32"),
    firmware("lamp-late", "S08", "T05"),
    firmware("lamp-lies-call-placed", "S10", "T05"),
    firmware("lamp-connected-on-ringing", "S09", "T06"),
    firmware("lamp-stuck-after-call", "S07", "T06"),
    firmware("lamp-ready-when-offline", "S11", "T26"),
    // Registration and transport.
    firmware("no-reregister-after-link-loss", "S31", "T20"),
    firmware("reregister-gives-up", "S31", "T20"),
    post("srv-failover-never", "S26", "T09", |c| c.voice.faults.never_fails_over = true),
    post("failover-too-slow", "S26", "T09", |c| c.voice.faults.slow_failover = Some(SLOW_FAILOVER)),
    post("no-return-to-primary", "S27", "T19", |c| c.voice.faults.never_returns_to_primary = true),
    post("register-stops-on-4xx", "S27", "T19", |c| c.voice.faults.register_stops_on_refusal = true),
    post("reregister-too-late", "S42", "T26", |c| c.voice.faults.refreshes_every = Some(AT_THE_EDGE)),
    post("expires-ratchet", "S42", "T26", |c| c.voice.faults.shortens_registration = true),
    new_post(post("half-open-tls", "S34", "T09", |c| {
        (c.voice.faults.keeps_dead_connections, c.voice.faults.never_fails_over) = (true, true);
    })),
    new_post(post("clock-1970-tls-refused", "S39", "T19", |c| c.voice.faults.trusts_by_unset_clock = true)),
    post("stale-contact-after-reboot", "S35", "T05", |c| c.voice.faults.names_old_port = true),
    post("boot-without-fibre-never-joins", "S36", "T20", |c| c.voice.faults.needs_link_at_start = true),
    post("vlan-or-port-flap-hang", "S33", "T20", |c| c.voice.faults.hangs_after_flaps = 20),
    post("offline-not-reported", "S30", "T26", |c| c.voice.faults.gives_no_sign = true),
    post("fault-never-clears", "S42", "T27", |c| c.voice.faults.never_clears = true),
    firmware("call-drops-on-glitch", "S28", "T21"),
    Defect { plant: impatient, ..firmware("no-recall-after-cut", "S29", "T22") },
    // Security: on the post whose signalling goes over TLS.
    new_post(post("accepts-any-certificate", "S46", "T40", |c| c.voice.faults.trust = Trust::Anyone)),
    new_post(post("accepts-other-authority", "S46", "T40", |c| c.voice.faults.trust = Trust::AnyAuthority)),
    new_post(post("accepts-other-name", "S46", "T40", |c| c.voice.faults.trust = Trust::AnyName)),
    new_post(post("accepts-expired-certificate", "S46", "T40", |c| c.voice.faults.trust = Trust::Expired)),
    new_post(post("accepts-early-certificate", "S46", "T40", |c| c.voice.faults.trust = Trust::NotYetValid)),
    new_post(post("accepts-any-purpose", "S46", "T40", |c| c.voice.faults.trust = Trust::AnyPurpose)),
    new_post(post("tls-falls-back-to-plain", "S46", "T40", |c| c.voice.faults.falls_back_to_plain = true)),
    new_post(post("srtp-downgrade", "S46", "T40", |c| c.voice.faults.takes_plain_answers = true)),
    new_post(post("srtp-downgrade-in-talk", "S46", "T40", |c| c.voice.faults.takes_plain_offers = true)),
    new_post(post("srtp-agreed-but-plain", "S46", "T40", |c| c.voice.faults.seals_nothing = true)),
    new_post(post("srtp-key-kept", "S46", "T40", |c| c.voice.faults.keeps_key = true)),
    post("registration-storm", "S49", "T39", |c| c.voice.joins_within = Duration::ZERO),
    // Addresses, names, the time.
    post("stale-contact-after-dhcp", "S40", "T20", |c| c.voice.network.faults.keeps_old_address = true),
    post("dhcp-lease-not-renewed", "S40", "T20", |c| c.voice.network.faults.never_renews = true),
    post("dhcp-address-outlives-lease", "S40", "T19", |c| c.voice.network.faults.outlives_lease = true),
    post("dhcp-given-up", "S40", "T19", |c| c.voice.network.faults.gives_up_leasing = true),
    post("dns-failure-cached", "S40", "T19", |c| c.voice.network.faults.lookup_failure_final = true),
    post("dns-looked-up-once", "S40", "T19", |c| c.voice.network.faults.looks_up_once = true),
    post("dns-late-answer-lost", "S40", "T19", |c| c.voice.network.faults.forgets_question = true),
    post("event-log-wrong-time", "S39", "T36", |c| c.voice.network.faults.begins_in_1970 = true),
    post("event-log-local-time", "S39", "T36", |c| c.voice.network.faults.local_time_as_utc = true),
    post("ntp-asked-once", "S39", "T36", |c| c.voice.network.faults.asks_time_once = true),
    post("ntp-awaited-before-calls", "S39", "T19", |c| c.voice.network.faults.waits_for_time = true),
    // Call control.
    post("gives-up-on-busy", "S25", "T08", |c| c.voice.faults.gives_up_on_busy = true),
    post("no-escalation", "S25", "T08", |c| c.voice.faults.never_escalates = true),
    post("wrong-destination", "S04", "T40", |c| c.voice.faults.wrong_destination = Some("reception".into())),
    post("wrong-post-identity", "S03", "T33", clone_of_another),
    firmware("duplicate-call", "S01", "T33"),
    firmware("call-limit-cuts", "S16", "T42"),
    firmware("bye-ignored", "S07", "T06"),
    post("no-media-timeout", "S07", "T33", |c| c.voice.faults.no_media_timeout = true),
    post("reinvite-address-ignored", "S14", "T04", |c| c.voice.faults.reinvite_address_ignored = true),
    firmware("press-in-outage-replayed-late", "S32", "T32"),
    firmware("press-in-outage-lost-silently", "S32", "T38"),
    post("low-priority-call", "S22", "T33", |c| c.voice.faults.low_priority = true),
    firmware("refusal-unseen", "S54", "T43"),
    firmware("abuse-suppression", "S21", "T33"),
    // Audio.
    post("mic-dead", "S02", "T04", |c| c.voice.faults.mic_dead = true),
    post("speaker-dead", "S02", "T04", |c| c.voice.faults.speaker_dead = true),
    post("audio-device-lost", "S02", "T04", |c| (c.voice.faults.mic_dead, c.voice.faults.speaker_dead) = (true, true)),
    post("low-volume-after-reboot", "S35", "T13", |c| c.voice.faults.lapse = Some(Lapse::FaintAfterPowerFailure)),
    post("rtp-port-leak", "S05", "T04", |c| c.voice.faults.flaw = Some(Flaw::SoundRunsOut)),
    post("memory-leak-wedge", "S05", "T33", |c| c.voice.faults.hangs_after_calls = 120),
    new_post(post("srtp-roc-reset", "S16", "T11", |c| c.voice.faults.failing = Some(Failing::ForgetsRollovers))),
    post("session-timer-drop", "S12", "T42", promises_refresh),
    post("mic-mutes-after-60s", "S16", "T11", |c| c.voice.faults.mic_mutes_after = Some(Duration::from_secs(60))),
    post("delay-creep", "S12", "T11", |c| c.voice.faults.delay_creep = Some(CREEP)),
    post("no-echo-cancel", "S15", "T17", |c| c.voice.faults.no_echo_cancel = true),
    post("half-duplex-locked-by-noise", "S13", "T13", |c| c.voice.faults.held_by_noise = true),
    post("first-second-clipped", "S02", "T04", |c| c.voice.faults.first_second_clipped = true),
    post("plc-missing", "S14", "T18", |c| c.voice.faults.plc_missing = true),
    post("volume-range-fixed", "S17", "T15", |c| c.voice.faults.volume_step_db = Some(0.0)),
    post("volume-range-short", "S17", "T15", |c| c.voice.faults.volume_step_db = Some(1.85)),
    post("mic-open-when-idle", "S44", "T40", |c| c.voice.faults.mic_open_when_idle = true),
    post("auto-answer-anyone", "S45", "T40", |c| c.voice.faults.auto_answer_anyone = true),
    // Power, boot, hang.
    firmware("slow-boot", "S35", "T19"),
    post("quick-replug-dead", "S37", "T23", |c| c.supply.latches_within = 1.0),
    post("fast-cycle-factory-reset", "S37", "T23", |c| c.voice.faults.resets_after_short_lives = 6),
    post("config-lost-on-power-cut", "S37", "T23", |c| c.voice.faults.saves_between = Some(WRITES_SETTINGS)),
    new_post(post("battery-switch-drops-call", "S38", "T25", |c| c.supply.turns_in = 0.05)),
    new_post(post("battery-fault-hidden", "S38", "T26", |c| c.voice.faults.hides_battery = true)),
    firmware("watchdog-fed-while-hung", "S41", "T19"),
    firmware("reboot-in-call", "S16", "T42"),
    // Counters.
    post("call-counter-wrong", "S24", "T33", |c| c.voice.faults.counts = Some(CountFault::ForgetsUnanswered)),
    post("counter-takes-all-for-answered", "S24", "T33", |c| c.voice.faults.counts = Some(CountFault::TakesAllForAnswered)),
    post("counter-stops", "S24", "T33", |c| c.voice.faults.counts = Some(CountFault::StopsAt(3))),
    post("counter-untold", "S24", "T33", |c| c.voice.faults.counts = Some(CountFault::Untold)),
    // Cameras.
    post("cctv-event-missing", "S47", "T37", |c| c.voice.faults.cameras = Some(CameraFault::Missing)),
    post("cctv-wrong-camera", "S47", "T37", |c| c.voice.faults.cameras = Some(CameraFault::OtherCamera)),
    post("cctv-failure-blocks-call", "S47", "T02", |c| c.voice.faults.cameras = Some(CameraFault::BlocksCall)),
    post("cctv-event-late", "S47", "T37", |c| c.voice.faults.cameras = Some(CameraFault::Late)),
    post("cctv-event-twice", "S47", "T37", |c| c.voice.faults.cameras = Some(CameraFault::Twice)),
    post("cctv-event-at-answer", "S47", "T37", |c| c.voice.faults.cameras = Some(CameraFault::AtAnswer)),
    post("cctv-event-without-press", "S47", "T37", |c| c.voice.faults.cameras = Some(CameraFault::Unpressed)),
    post("cctv-given-up-for-good", "S47", "T37", |c| c.voice.faults.cameras = Some(CameraFault::GivesUpForGood)),
    // The post's own test of its loudspeaker and microphone.
    post("selftest-always-ok", "S43", "T35", |c| c.voice.faults.self_test = Some(SelfTestFault::AlwaysWell)),
    post("selftest-in-call", "S43", "T12", |c| c.voice.faults.self_test = Some(SelfTestFault::InCall)),
    post("selftest-goes-on-in-call", "S43", "T21", |c| c.voice.faults.self_test = Some(SelfTestFault::GoesOn)),
    post("selftest-rings-operator", "S43", "T32", |c| c.voice.faults.self_test = Some(SelfTestFault::Rings)),
    post("selftest-loudspeaker-alone", "S43", "T35", |c| {
        c.voice.faults.self_test = Some(SelfTestFault::LoudspeakerAlone);
    }),
    post("selftest-once-only", "S23", "T34", |c| c.voice.faults.self_test = Some(SelfTestFault::OnceOnly)),
    // Update.
    post("ota-wipes-config", "S48", "T41", |c| c.flash.wipes_last_page = true),
    post("ota-interrupted-brick", "S48", "T41", |c| c.flash.protect_after_interrupted_write = true),
    on_trial("ota-marked-valid-too-early"),
    on_trial("ota-trial-without-end"),
    Defect { image: Image::Trial { good: "ota-wipes-settings", bad: BAD_TRIAL }, ..on_trial("ota-wipes-settings") },
    firmware("ota-trial-never-started", "S53", "T41"),
    firmware("ota-never-rolls-back", "S53", "T41"),
    firmware("ota-hang-starts-trial-again", "S53", "T41"),
    firmware("ota-rollback-wipes-settings", "S53", "T41"),
    firmware("ota-rollback-untold", "S53", "T41"),
    firmware("ota-confirmed-until-power-cut", "S53", "T41"),
    // Healthy controls.
    control("control-nominal", Image::Reference, |_| {}),
    control("control-slow-but-legal", Image::Variant("slow-but-legal"), slow_but_legal),
    control("control-slow-but-legal-trial", Image::Trial { good: "slow-but-legal", bad: BAD_TRIAL }, |_| {}),
    control("control-one-slot", Image::OneSlot, |_| {}),
    control("control-impatient-module", Image::Reference, impatient),
    control("control-own-network-habits", Image::Reference, own_network_habits),
    new_post(control("control-new-post", Image::Reference, |_| {})),
    new_post(control("control-battery-96pct", Image::Reference, |c| c.supply.battery *= 0.96)),
    new_post(control("control-tls12", Image::Reference, |c| of_security(c, |it| it.only_tls12 = true))),
    new_post(control("control-srtp-short-tag", Image::Reference, |c| of_security(c, |it| it.suite = Suite::Aes128Bits32))),
    control("control-volume-just-enough", Image::Reference, |c| c.voice.faults.volume_step_db = Some(2.15)),
    control("control-udp-retransmit", Image::Reference, |c| c.line.loss = 0.003),
    control("control-early-media-183", Image::Reference, |c| c.voice.early_media = true),
    control("control-lamp-pwm-dimmed", Image::Variant("lamps-dimmed"), |_| {}),
    control("control-opus-codec", Image::Reference, offers_opus),
    control("control-random-local-ports", Image::Reference, random_ports),
    control("control-noise-60dba", Image::Reference, |c| c.air.noise = 60.0),
    // With the street that some scenarios add to it, it is about as loud as a post must bear (T14).
    control("control-noise-75dba", Image::Reference, |c| c.air.noise = 75.0),
    // The bench's own instruments.
    bench("bench-relay-open", Image::Reference, "S00", "button relay", |c| c.board_faults.broken_relay = Some(0)),
    bench("bench-relay-welded", Image::Reference, "S00", "button relay", |c| {
        c.board_faults.mishap = Some(Mishap::ButtonRelayWelded)
    }),
    bench("bench-fibre-switch-stuck", Image::Reference, "S00", "fibre relay", |c| c.board_faults.broken_relay = Some(2)),
    bench("bench-audio-cable-swapped", Image::Reference, "S00", "sound card", |c| {
        let harness = &mut c.bench.harness;
        if let (Some(ear), Some(loopback)) = (&mut harness.ear, &mut harness.loopback) {
            std::mem::swap(ear, &mut loopback.input);
        }
    }),
    bench("bench-operator-stub-down", Image::Reference, "S00", "operator", |c| c.operator_down = true),
    bench("bench-mic-unplugged", Image::Reference, "S00", "ear", |c| c.bench.harness.ear = None),
    bench("bench-uart-garbled", Image::Reference, "S01", "console", |c| c.board_faults.garbled_console = true),
    bench("bench-relay-restless", Image::Reference, "S00", "button relay", |c| c.board_faults.restless_relay = Some(0)),
    bench("bench-inputs-late", Image::Reference, "S00", "input board", |c| c.board_faults.late_inputs = Some(HELD_BACK)),
    bench("bench-inputs-die", Image::Reference, "S01", "input board", |c| c.board_faults.inputs_die_at = Some(AFTER_S00)),
    bench("bench-fibre-bypassed", Image::Reference, "S00", "fibre relay", |c| {
        c.board_faults.lead = Some(LeadFault::FibreBypassed)
    }),
    bench("bench-fibre-lead-open", Image::Reference, "S00", "fibre relay", |c| c.board_faults.lead = Some(LeadFault::FibreOpen)),
    bench("bench-loudspeaker-bypassed", Image::Reference, "S43", "loudspeaker relay", |c| {
        c.board_faults.lead = Some(LeadFault::LoudspeakerBypassed)
    }),
    bench("bench-microphone-bypassed", Image::Reference, "S43", "microphone relay", |c| {
        c.board_faults.lead = Some(LeadFault::MicrophoneBypassed)
    }),
    bench("bench-mains-bypassed", Image::Reference, "S00", "mains relay", |c| {
        c.board_faults.lead = Some(LeadFault::MainsBypassed)
    }),
    bench("bench-leads-swapped", Image::Reference, "S00", "mains relay", |c| {
        std::mem::swap(&mut c.bench.harness.mains, &mut c.bench.harness.fibre);
    }),
    bench("bench-lamps-crossed", Image::Reference, "S00", "lamp-placed sensor", |c| {
        std::mem::swap(&mut c.bench.harness.lamp_placed, &mut c.bench.harness.lamp_connected);
    }),
    bench("bench-lamp-sensor-blind", Image::Reference, "S08", "lamp-placed sensor", |c| c.bench.harness.lamp_placed = None),
    bench("bench-lamp-sensor-inverted", Image::Reference, "S00", "lamp-placed sensor", |c| {
        c.board_faults.inverted_input = Some(0)
    }),
    bench("bench-process-stalls", Image::Reference, "S01", "bench process", |c| c.stalls_from = Some(AFTER_S00)),
    bench("bench-wrong-firmware-file", Image::Mislabelled("lamp-late"), "S01", "firmware file", |_| {}),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_each_defect_names_its_scenario_and_reason() {
        let ids: BTreeSet<_> = DEFECTS.iter().map(|d| d.id).collect();
        assert_eq!(ids.len(), DEFECTS.len());
        for defect in DEFECTS {
            let named =
                defect.scenario.strip_prefix('S').and_then(|n| n.parse::<u8>().ok()).is_some_and(|n| (0..=54).contains(&n));
            assert_eq!(named, defect.blame.is_some(), "{}", defect.id);
            assert_eq!(defect.reason.is_empty(), defect.blame.is_none(), "{}", defect.id);
            assert!(find(defect.id).is_some());
        }
    }

    #[test]
    fn every_defect_changes_something() {
        let healthy = format!("{:?}", TwinConfig::new(1, "SOS-0417"));
        let mut on_battery = TwinConfig::new(1, "SOS-0417");
        on_battery.supply.battery = 3600.0;
        on_battery.voice.security = Some(crate::twin::secured());
        let is_nominal = |id: &str| ["control-nominal", "control-new-post"].contains(&id);
        for defect in DEFECTS.iter().filter(|d| d.image == Image::Reference && !is_nominal(d.id)) {
            let changed = match defect.profile {
                Profile::ExistingPole => format!("{:?}", TwinConfig::new(1, "SOS-0417").with(defect)) != healthy,
                Profile::NewPost => format!("{:?}", on_battery.clone().with(defect)) != format!("{on_battery:?}"),
            };
            assert!(changed, "{}", defect.id);
        }
    }

    #[test]
    fn firmware_defects_have_an_image() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/firmware/elf");
        for defect in DEFECTS {
            let image = folder.join(format!("{}.elf", defect.image.flashed()));
            assert!(image.exists(), "{}: {} is missing", defect.id, image.display());
            if let Image::Trial { good, bad } = defect.image {
                let is_there = |name: &str| folder.join(format!("trial/{name}.elf")).exists();
                assert!(is_there(good) && is_there(bad), "{}", defect.id);
            }
        }
    }
}
