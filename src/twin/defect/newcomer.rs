//! Bad posts by somebody who knew nothing of what the bench looks at, planted to learn how many it finds.
//!
//! As in [`super::fresh`] a row names no scenario: whichever finds one is the right one.

mod sound;
mod wording;

use super::unnamed::{image, module};
use super::{Defect, impatient};
use crate::twin::hardware::HardwareFault;
use crate::twin::voice::{Habit, Resending};

/// In the order of what is wrong: the firmware; then signalling, the line to the firmware, media, sound, line, supply
/// and lamps.
pub const NEWCOMERS: &[Defect] = &[
    // The button.
    image("noise-pulses-add-up", "T30"),
    image("press-just-after-answer-hangs-up", "T42"),
    image("press-lost-while-link-changes", "T38"),
    image("stuck-fault-clears-while-held", "T28"),
    image("stuck-button-calls-when-loose", "T32"),
    image("button-at-boot-service-mode", "T28"),
    // Lamps.
    image("lamps-one-event-behind", "T05"),
    image("lamps-show-link-in-talk", "T06"),
    image("lamp-placed-dark-at-second-desk", "T05"),
    image("out-of-service-dark-in-boot", "T26"),
    image("outage-press-blinks-connected", "T06"),
    image("outage-blink-late", "T38"),
    // Calls.
    image("only-talks-redialled", "T22"),
    image("lost-call-redialled-without-end", "T39"),
    Defect { plant: impatient, ..image("press-in-cut-second-case", "T31") },
    image("kept-press-insists", "T38"),
    image("fresh-press-flagged-after-outage", "T38"),
    image("case-numbers-anew-after-cut", "T33"),
    // Restarts and registration.
    image("module-asked-late-after-reset", "T19"),
    image("restart-leaves-call-open", "T40"),
    image("offline-after-restart", "T19"),
    image("unregisters-when-idle", "T20"),
    // What the console tells.
    image("clock-a-fifth-slow", "T26"),
    image("state-told-at-beat-only", "T36"),
    image("state-talking-while-ringing", "T36"),
    image("heartbeat-dies-at-outage", "T26"),
    image("uptime-counts-since-return", "T36"),
    image("reset-causes-pile-up", "T41"),
    // Signalling.
    module("ack-bears-wrong-count", "T42", |c| c.voice.faults.quirks.habit = Some(Habit::MiscountsAck)),
    module("cancel-matches-nothing", "T08", |c| c.voice.faults.quirks.habit = Some(Habit::CancelsAnotherBranch)),
    module("invite-counts-its-body-short", "T04", |c| c.voice.faults.quirks.habit = Some(Habit::MiscountsBody)),
    module("refusal-never-acknowledged", "T43", |c| c.voice.faults.quirks.resending = Resending::Thankless),
    module("digest-names-other-uri", "T40", |c| c.voice.faults.quirks.habit = Some(Habit::SignsAnotherUri)),
    module("refused-registration-hammered", "T39", |c| c.voice.faults.quirks.habit = Some(Habit::RegistersAtOnce)),
    module("refresh-forgotten-after-first-call", "T26", |c| c.voice.faults.quirks.habit = Some(Habit::ForgetsRefresh)),
    module("session-version-never-grows", "T18", |c| c.voice.faults.quirks.habit = Some(Habit::StaysAtVersion)),
    module("hold-answered-as-talk", "T18", |c| c.voice.faults.quirks.letters = Some(wording::hold_as_talk)),
    module("options-unanswered", "T26", |c| c.voice.faults.quirks.habit = Some(Habit::IgnoresOptions)),
    module("second-desk-for-ever", "T08", |c| c.voice.faults.quirks.habit = Some(Habit::StaysWithSecond)),
    module("kept-press-sent-as-ordinary", "T38", |c| c.voice.faults.quirks.habit = Some(Habit::BelittlesKept)),
    module("invite-too-long-for-udp", "T02", |c| c.voice.faults.quirks.letters = Some(wording::diagnostics)),
    module("post-nameless-after-cut", "T33", |c| c.voice.faults.quirks.habit = Some(Habit::ForgetsName)),
    // What the firmware is told.
    module("end-of-call-told-again", "T06", |c| c.voice.faults.quirks.habit = Some(Habit::RepeatsEnd)),
    module("module-line-drops-bytes", "T45", |c| c.voice.faults.quirks.habit = Some(Habit::DropsBytes)),
    // Media.
    module("streams-begin-alike", "T40", |c| c.voice.faults.quirks.packets = Some(sound::begins_alike)),
    module("sequence-counts-to-255", "T18", |c| c.voice.faults.quirks.packets = Some(sound::counts_to_255)),
    module("packets-leave-in-wrong-order", "T18", |c| c.voice.faults.quirks.packets = Some(sound::disordered)),
    module("sound-follows-any-sender", "T40", |c| c.voice.faults.quirks.habit = Some(Habit::FollowsSender)),
    // Sound.
    module("last-caller-replayed", "T40", |c| {
        c.voice.faults.quirks.habit = Some(Habit::RemembersSound);
        c.voice.faults.quirks.up = Some(sound::replays_last);
    }),
    module("speaker-fainter-each-call", "T13", |c| {
        c.voice.faults.quirks.habit = Some(Habit::RemembersSound);
        c.voice.faults.quirks.down = Some(sound::fainter_each_call);
    }),
    module("caller-muted-after-operator", "T17", |c| c.voice.faults.quirks.habit = Some(Habit::OpensLate)),
    module("street-noise-silences-operator", "T17", |c| c.voice.faults.quirks.habit = Some(Habit::ListensOrSpeaks)),
    module("echo-control-tires", "T17", |c| c.voice.faults.quirks.habit = Some(Habit::TiresOfEcho)),
    module("speaker-bangs-at-answer", "T12", |c| c.voice.faults.quirks.down = Some(sound::bangs)),
    module("mic-frames-backwards", "T12", |c| c.voice.faults.quirks.up = Some(sound::backwards)),
    module("speaker-reverberates", "T12", |c| c.voice.faults.quirks.down = Some(sound::reverberates)),
    // Line, supply and lamps, as the post brings them.
    module("converter-duplex-mismatched", "T18", |c| c.line.duplex_mismatch = true),
    module("converter-restarts-by-itself", "T20", |c| c.hardware = Some(HardwareFault::ConverterRestarts)),
    module("loud-word-restarts-post", "T42", |c| c.hardware = Some(HardwareFault::BrownsOut)),
    module("lamp-placed-overheats", "T05", |c| c.hardware = Some(HardwareFault::PlacedOverheats)),
];
