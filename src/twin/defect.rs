//! The defects that can be planted in the twin, one row each: where, the scenario that must find it, and whom it must blame.
//!
//! Knows nothing of how a scenario finds anything. Rows with [`Image::Variant`] need that firmware image to be flashed, for the twin's
//! microcontroller executes what it is given; everything else is planted in the twin itself.

use super::TwinConfig;
use crate::fault::Blame;
use std::time::Duration;

/// Which image the bench is given to flash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Image {
    /// The one named `reference`, as the rig's description says.
    Reference,
    /// Another variant, and the rig's description says so.
    Variant(&'static str),
    /// Another variant under the reference's name.
    Mislabelled(&'static str),
}

impl Image {
    /// The variant whose bytes are flashed.
    pub fn flashed(self) -> &'static str {
        match self {
            Image::Reference => REFERENCE,
            Image::Variant(name) | Image::Mislabelled(name) => name,
        }
    }
    /// The variant that the rig's description names.
    pub fn expected(self) -> &'static str {
        match self {
            Image::Reference | Image::Mislabelled(_) => REFERENCE,
            Image::Variant(name) => name,
        }
    }
}

/// The healthy firmware.
pub const REFERENCE: &str = "reference";

/// One thing that can be wrong.
#[derive(Debug, Clone, Copy)]
pub struct Defect {
    pub id: &'static str,
    pub image: Image,
    /// Changes a healthy twin.
    pub plant: fn(&mut TwinConfig),
    /// The scenario that must find it, e.g. `S18`; empty for what every scenario must get right.
    pub scenario: &'static str,
    /// Whom the run must blame; `None`: a healthy control, nobody.
    pub blame: Option<Blame>,
}

/// By its id.
pub fn find(id: &str) -> Option<&'static Defect> {
    DEFECTS.iter().find(|defect| defect.id == id)
}

/// In a firmware variant of the same name.
const fn firmware(id: &'static str, scenario: &'static str) -> Defect {
    Defect { id, image: Image::Variant(id), plant: |_| {}, scenario, blame: Some(Blame::Device) }
}
/// In the post, beside its firmware.
const fn post(id: &'static str, scenario: &'static str, plant: fn(&mut TwinConfig)) -> Defect {
    Defect { id, image: Image::Reference, plant, scenario, blame: Some(Blame::Device) }
}
/// On the bench.
const fn bench(id: &'static str, image: Image, plant: fn(&mut TwinConfig)) -> Defect {
    Defect { id, image, plant, scenario: "", blame: Some(Blame::Bench) }
}
/// Nothing wrong.
const fn control(id: &'static str, image: Image, plant: fn(&mut TwinConfig)) -> Defect {
    Defect { id, image, plant, scenario: "", blame: None }
}

/// All of them, in the order of the requirements list.
pub const DEFECTS: &[Defect] = &[
    // Button and lamps.
    firmware("button-dead-after-idle", "S05"),
    firmware("button-no-debounce", "S18"),
    firmware("button-overlong-debounce", "S01"),
    firmware("button-emi-trigger", "S18"),
    firmware("button-stuck-call-flood", "S20"),
    firmware("button-stuck-not-reported", "S20"),
    firmware("button-lost-while-registering", "S31"),
    firmware("button-lost-in-boot", "S36"),
    firmware("second-press-hangs-up", "S06"),
    firmware("press-burst-queued", "S19"),
    firmware("phantom-call", "S23"),
    firmware("lamp-late", "S08"),
    firmware("lamp-lies-call-placed", "S10"),
    firmware("lamp-connected-on-ringing", "S09"),
    firmware("lamp-stuck-after-call", "S07"),
    firmware("lamp-ready-when-offline", "S11"),
    // Registration and transport.
    firmware("no-reregister-after-link-loss", "S31"),
    firmware("reregister-gives-up", "S31"),
    post("register-stops-on-4xx", "S27", |c| c.voice.faults.register_stops_on_refusal = true),
    firmware("call-drops-on-glitch", "S28"),
    firmware("no-recall-after-cut", "S29"),
    // Call control.
    post("wrong-destination", "S04", |c| c.voice.faults.wrong_destination = Some("reception".into())),
    post("wrong-post-identity", "S03", |c| c.voice.faults.wrong_identity = Some("SOS-9999".into())),
    firmware("duplicate-call", "S01"),
    firmware("call-limit-cuts", "S16"),
    firmware("bye-ignored", "S07"),
    post("no-media-timeout", "S07", |c| c.voice.faults.no_media_timeout = true),
    post("reinvite-address-ignored", "S14", |c| c.voice.faults.reinvite_address_ignored = true),
    firmware("press-in-outage-replayed-late", "S32"),
    firmware("press-in-outage-lost-silently", "S32"),
    post("low-priority-call", "S22", |c| c.voice.faults.low_priority = true),
    firmware("abuse-suppression", "S21"),
    // Audio.
    post("mic-dead", "S02", |c| c.voice.faults.mic_dead = true),
    post("speaker-dead", "S02", |c| c.voice.faults.speaker_dead = true),
    post("mic-mutes-after-60s", "S16", |c| c.voice.faults.mic_mutes_after = Some(Duration::from_secs(60))),
    post("delay-creep", "S12", |c| c.voice.faults.delay_creep = Some(CREEP)),
    post("no-echo-cancel", "S15", |c| c.voice.faults.no_echo_cancel = true),
    post("first-second-clipped", "S02", |c| c.voice.faults.first_second_clipped = true),
    post("plc-missing", "S14", |c| c.voice.faults.plc_missing = true),
    post("mic-open-when-idle", "S44", |c| c.voice.faults.mic_open_when_idle = true),
    post("auto-answer-anyone", "S45", |c| c.voice.faults.auto_answer_anyone = true),
    // Power, boot, hang.
    firmware("slow-boot", "S35"),
    firmware("watchdog-fed-while-hung", "S41"),
    firmware("reboot-in-call", "S16"),
    // Update.
    post("ota-interrupted-brick", "S48", |c| c.flash.protect_after_interrupted_write = true),
    // Healthy controls.
    control("control-nominal", Image::Reference, |_| {}),
    control("control-slow-but-legal", Image::Variant("slow-but-legal"), slow_but_legal),
    control("control-noise-60dba", Image::Reference, |c| c.air.noise = 60.0),
    // The bench's own instruments.
    bench("bench-relay-open", Image::Reference, |c| c.broken_relay = Some(0)),
    bench("bench-operator-stub-down", Image::Reference, |c| c.operator_down = true),
    bench("bench-mic-unplugged", Image::Reference, |c| c.card.ear_unplugged = true),
    bench("bench-uart-garbled", Image::Reference, |c| c.garbled_console = true),
    bench("bench-wrong-firmware-file", Image::Mislabelled("lamp-late"), |_| {}),
];

/// Seconds per second: the limit of T11, +50 ms over 30 minutes, is passed threefold within five.
const CREEP: f64 = 0.000_5;

/// Mouth-to-ear 129 ms to the operator and 139 ms to the post, of the 150 ms allowed (T10): a long line, and in the post a deeper jitter buffer.
fn slow_but_legal(config: &mut TwinConfig) {
    config.line.delay = 0.066;
    config.voice.jitter_target = Duration::from_millis(42);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_each_defect_of_a_post_names_its_scenario() {
        let ids: BTreeSet<_> = DEFECTS.iter().map(|d| d.id).collect();
        assert_eq!(ids.len(), DEFECTS.len());
        for defect in DEFECTS {
            let named =
                defect.scenario.strip_prefix('S').and_then(|n| n.parse::<u8>().ok()).is_some_and(|n| (1..=50).contains(&n));
            assert_eq!(named, defect.blame == Some(Blame::Device), "{}", defect.id);
            assert!(find(defect.id).is_some());
        }
    }

    #[test]
    fn every_defect_changes_something() {
        let healthy = format!("{:?}", TwinConfig::new(1, "SOS-0417"));
        for defect in DEFECTS.iter().filter(|d| d.image == Image::Reference && d.id != "control-nominal") {
            assert_ne!(format!("{:?}", TwinConfig::new(1, "SOS-0417").with(defect)), healthy, "{}", defect.id);
        }
    }

    #[test]
    fn firmware_defects_have_an_image() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/firmware/elf");
        for defect in DEFECTS {
            let image = folder.join(format!("{}.elf", defect.image.flashed()));
            assert!(image.exists(), "{}: {} is missing", defect.id, image.display());
        }
    }
}
