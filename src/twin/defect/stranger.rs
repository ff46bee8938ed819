//! Bad posts, broken benches and healthy odd posts by somebody who knew nothing of what the scenarios look at.
//!
//! As in [`super::fresh`] a row names no scenario: whichever finds one is the right one. A bench that is broken may
//! accuse itself anywhere, and must never accuse the post.

mod sound;
mod wording;

use super::Defect;
use super::unnamed::{broken, healthy, image, module};
use crate::twin::bench::card_trouble::CardTrouble;
use crate::twin::bench::mishap::Mishap;
use crate::twin::voice::Resending;

/// In the order of what is wrong: firmware, signalling, media, sound, line and supply; then benches; then the healthy
/// ones.
pub const STRANGERS: &[Defect] = &[
    // Firmware.
    image("case-number-one-digit", "T33"),
    image("kept-press-misnumbered", "T38"),
    image("uptime-wraps", "T26"),
    image("registration-loss-unnoticed", "T26"),
    image("offline-in-talk-forgotten", "T26"),
    image("out-of-service-dark-after-blinking", "T26"),
    image("outage-press-blinks-placed", "T05"),
    image("lamp-connected-stays-when-lost", "T06"),
    image("redial-lights-nothing", "T05"),
    image("redial-under-new-number", "T33"),
    image("redial-flagged-delayed", "T22"),
    image("kept-press-lost-at-flap", "T38"),
    image("button-held-at-reset-calls", "T32"),
    image("stuck-fault-hasty", "T28"),
    image("watchdog-sluggish", "T19"),
    image("console-sum-in-lower-case", "T36"),
    image("heartbeat-pauses-in-talk", "T26"),
    image("press-in-talk-untold", "T36"),
    image("failure-told-as-end", "T36"),
    image("press-lost-in-redial-wait", "T38"),
    image("redial-once-since-boot", "T22"),
    image("lamp-placed-dark-in-ringing", "T05"),
    image("out-of-service-lamp-late", "T26"),
    image("stuck-after-no-answer", "T33"),
    image("stuck-after-lost-talk", "T33"),
    image("press-after-heartbeat-lost", "T29"),
    image("held-press-calls-again", "T31"),
    image("long-hold-hangs-up", "T42"),
    image("three-quick-presses-restart", "T45"),
    image("console-identity-cut", "T33"),
    image("first-press-wakes-only", "T33"),
    image("restarts-when-offline", "T38"),
    image("lamp-connected-late", "T06"),
    image("dial-slower-each-press", "T01"),
    // Signalling.
    module("invite-contact-private", "T06", |c| c.voice.faults.quirks.letters = Some(wording::contact_private)),
    module("sdp-address-private", "T04", |c| c.voice.faults.quirks.letters = Some(wording::sdp_private)),
    module("first-desk-rings-on", "T08", |c| c.voice.faults.quirks.never_cancels = true),
    module("nonce-count-stuck", "T40", |c| c.voice.faults.quirks.nonce_count_stuck = true),
    module("register-count-restarts", "T19", |c| c.voice.faults.quirks.register_count_restarts = true),
    module("register-lapses-in-talk", "T26", |c| c.voice.faults.quirks.lapses_in_talk = true),
    module("delayed-flag-sticks", "T38", |c| c.voice.faults.quirks.delayed_flag_sticks = true),
    module("case-number-one-behind", "T33", |c| c.voice.faults.quirks.number_behind = true),
    module("second-desk-not-told-what-it-is", "T33", |c| c.voice.faults.quirks.second_untold = true),
    module("speaker-off-after-hold", "T18", |c| c.voice.faults.quirks.deaf_after_hold = true),
    module("invite-repeated-in-ringing", "T39", |c| c.voice.faults.quirks.resending = Resending::InRinging),
    module("nothing-sent-twice", "T18", |c| c.voice.faults.quirks.resending = Resending::Never),
    module("silent-server-hammered", "T39", |c| c.voice.faults.quirks.resending = Resending::Hammering),
    module("branch-reused-by-next-call", "T33", |c| c.voice.faults.quirks.branches_repeat = true),
    // Media.
    module("anybody-is-played", "T40", |c| c.voice.faults.quirks.trusts_any_sound = true),
    module("stream-begins-anew", "T18", |c| c.voice.faults.quirks.packets = Some(sound::begins_anew)),
    module("timestamps-count-packets", "T04", |c| c.voice.faults.quirks.packets = Some(sound::counts_packets)),
    module("sequence-stands-still", "T04", |c| c.voice.faults.quirks.packets = Some(sound::stands_still)),
    module("law-changes-in-talk", "T42", |c| c.voice.faults.quirks.packets = Some(sound::changes_law)),
    module("packets-cut-short", "T12", |c| c.voice.faults.quirks.packets = Some(sound::cut_short)),
    // Sound.
    module("mic-frame-repeated", "T12", |c| c.voice.faults.quirks.up = Some(sound::repeats_frame)),
    module("mic-samples-swapped", "T12", |c| c.voice.faults.quirks.up = Some(sound::swaps_samples)),
    module("mic-coarse", "T12", |c| c.voice.faults.quirks.up = Some(sound::coarse)),
    module("mic-gain-overshoots", "T12", |c| c.voice.faults.quirks.up = Some(sound::overshoots)),
    module("speaker-hisses", "T12", |c| c.voice.faults.quirks.down = Some(sound::hisses)),
    module("speaker-fades", "T13", |c| c.voice.faults.quirks.down = Some(sound::fades)),
    module("speaker-at-half-rate", "T12", |c| c.voice.faults.quirks.down = Some(sound::half_rate)),
    module("caller-hears-himself", "T17", |c| c.voice.faults.quirks.sidetone = true),
    // Line and supply, as the post brings them.
    module("converter-loses-packets", "T18", |c| c.line.loss = 0.08),
    module("converter-returns-late", "T20", |c| c.line.up_after = 40.0),
    // Benches.
    broken("bench-button-relay-worn", "button relay", |c| c.board_faults.mishap = Some(Mishap::ButtonRelayWorn)),
    broken("bench-button-relay-chatters", "button relay", |c| c.board_faults.mishap = Some(Mishap::ButtonRelayChatters)),
    broken("bench-mains-relay-restless", "mains relay", |c| c.board_faults.restless_relay = Some(1)),
    broken("bench-fibre-relay-sticks", "fibre relay", |c| c.board_faults.mishap = Some(Mishap::FibreRelaySticks)),
    broken("bench-relays-die", "button relay", |c| c.board_faults.mishap = Some(Mishap::RelaysDie)),
    broken("bench-inputs-skip-reports", "input board", |c| c.board_faults.mishap = Some(Mishap::ReportsMissing)),
    broken("bench-console-drops-bytes", "console", |c| c.board_faults.mishap = Some(Mishap::ConsoleDropsBytes)),
    broken("bench-console-in-batches", "console", |c| c.board_faults.mishap = Some(Mishap::ConsoleInBatches)),
    broken("bench-ear-fades", "ear", |c| c.card.trouble = Some(CardTrouble::EarFades)),
    broken("bench-mouth-fades", "mouth", |c| c.card.trouble = Some(CardTrouble::MouthFades)),
    broken("bench-ear-hums", "ear", |c| c.card.trouble = Some(CardTrouble::EarHums)),
    broken("bench-card-has-holes", "sound card", |c| c.card.trouble = Some(CardTrouble::Holes)),
    broken("bench-probe-leaves", "probe", |c| c.board_faults.mishap = Some(Mishap::ProbeLeaves)),
    broken("bench-reset-line-twitches", "probe", |c| c.board_faults.mishap = Some(Mishap::ResetLineTwitches)),
    broken("bench-lamp-sensors-dazzled", "lamp-placed sensor", |c| c.board_faults.mishap = Some(Mishap::LampsDazzled)),
    broken("bench-button-sense-dies", "button relay", |c| c.board_faults.mishap = Some(Mishap::ButtonSenseDies)),
    // Healthy, and unlike the reference.
    healthy("control-compact-headers", |c| c.voice.faults.quirks.letters = Some(wording::compact)),
    healthy("control-header-case-odd", |c| c.voice.faults.quirks.letters = Some(wording::odd_case)),
    healthy("control-blank-lines-first", |c| c.voice.faults.quirks.letters = Some(wording::blank_lines_first)),
    healthy("control-a-law-only", |c| c.voice.faults.quirks.letters = Some(wording::a_law_only)),
    healthy("control-sdp-verbose", |c| c.voice.faults.quirks.letters = Some(wording::verbose)),
    healthy("control-instance-in-contact", |c| c.voice.faults.quirks.letters = Some(wording::instance)),
    healthy("control-packets-of-40-ms", |c| {
        c.voice.faults.quirks.letters = Some(wording::forty);
        c.voice.faults.quirks.packets = Some(sound::forty);
    }),
    healthy("control-packets-padded", |c| c.voice.faults.quirks.packets = Some(sound::padded)),
    healthy("control-mic-without-bass", |c| c.voice.faults.quirks.up = Some(sound::without_bass)),
    healthy("control-comfort-noise", |c| c.voice.faults.quirks.down = Some(sound::comfort)),
    healthy("control-converter-calm", |c| c.line.drop_after = 0.3),
    healthy("control-supply-large", |c| (c.supply.hold_up, c.supply.start_up) = (0.15, 1.5)),
    healthy("control-levels-differ", |c| (c.voice.mic_gain_db, c.voice.speaker_gain_db) = (1.5, -3.0)),
];
