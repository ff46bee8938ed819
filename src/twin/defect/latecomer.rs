//! Bad posts, broken benches and healthy posts by somebody who came when all others had planted theirs, to learn once
//! more how many the bench finds.
//!
//! As in [`super::fresh`] a row names no scenario: whichever finds one is the right one.

mod sound;
mod wording;

use super::Defect;
use super::unnamed::{broken, healthy, module};
use crate::twin::bench::card_trouble::CardTrouble;
use crate::twin::hardware::HardwareFault;
use std::time::Duration;

/// Bad posts in the order of what is wrong (messages, packets, sound, times, line, supply and lamps); then benches;
/// then healthy ones.
pub const LATECOMERS: &[Defect] = &[
    // Messages.
    module("asserted-name-of-workshop", "T33", |c| c.voice.faults.quirks.letters = Some(wording::named_test)),
    module("branch-of-old-standard", "T39", |c| c.voice.faults.quirks.letters = Some(wording::old_branch)),
    module("contact-where-nobody-listens", "T06", |c| c.voice.faults.quirks.letters = Some(wording::contact_nowhere)),
    module("priority-misspelt", "T33", |c| c.voice.faults.quirks.letters = Some(wording::priority_misspelt)),
    module("law-misnamed", "T04", |c| c.voice.faults.quirks.letters = Some(wording::law_misnamed)),
    module("case-number-decorated", "T33", |c| c.voice.faults.quirks.letters = Some(wording::number_decorated)),
    module("call-expires-at-once", "T44", |c| c.voice.faults.quirks.letters = Some(wording::expires_at_once)),
    // Packets.
    module("stream-renamed-every-second", "T18", |c| c.voice.faults.quirks.packets = Some(sound::renamed)),
    module("packets-of-unknown-type", "T04", |c| c.voice.faults.quirks.packets = Some(sound::retyped)),
    module("packets-sent-once-more", "T18", |c| c.voice.faults.quirks.packets = Some(sound::repeated)),
    module("timestamps-leap", "T18", |c| c.voice.faults.quirks.packets = Some(sound::leaps)),
    module("packets-of-old-version", "T04", |c| c.voice.faults.quirks.packets = Some(sound::outdated)),
    module("stream-pauses-every-ten-seconds", "T18", |c| c.voice.faults.quirks.packets = Some(sound::pauses)),
    module("stream-ceases-after-two-minutes", "T42", |c| c.voice.faults.quirks.packets = Some(sound::ceases)),
    module("stream-begins-late", "T04", |c| c.voice.faults.quirks.packets = Some(sound::begins_late)),
    // Sound.
    module("mic-trembles", "T12", |c| c.voice.faults.quirks.up = Some(sound::trembles)),
    module("speaker-ripples", "T12", |c| c.voice.faults.quirks.down = Some(sound::ripples)),
    module("speaker-hollow", "T12", |c| c.voice.faults.quirks.down = Some(sound::hollow)),
    module("mic-repeats-caller", "T12", |c| c.voice.faults.quirks.up = Some(sound::repeats_caller)),
    module("speaker-becomes-dull", "T12", |c| c.voice.faults.quirks.down = Some(sound::becomes_dull)),
    module("speaker-too-loud", "T12", |c| c.voice.faults.quirks.down = Some(sound::too_loud)),
    module("mic-hears-transmitter", "T12", |c| c.voice.faults.quirks.up = Some(sound::carrier)),
    module("mic-frames-lost", "T18", |c| c.voice.faults.quirks.up = Some(sound::one_in_forty_lost)),
    module("speaker-stutters", "T12", |c| c.voice.faults.quirks.down = Some(sound::stutters)),
    module("mic-hisses", "T12", |c| c.voice.faults.quirks.up = Some(sound::hisses)),
    module("mic-fades-in", "T04", |c| c.voice.faults.quirks.up = Some(sound::fades_in)),
    module("speaker-turns-over", "T12", |c| c.voice.faults.quirks.down = Some(sound::turns_over)),
    // Times.
    module("dial-a-second-and-a-half-late", "T01", |c| c.voice.faults.dial_delay = Duration::from_millis(1500)),
    module("module-boots-for-two-minutes", "T19", |c| c.voice.boot = Duration::from_secs(125)),
    module("hangs-up-at-a-short-cut", "T22", |c| c.voice.starved_after = Duration::from_millis(700)),
    module("microphone-shut-after-half-a-minute", "T11", |c| {
        c.voice.faults.mic_mutes_after = Some(Duration::from_secs(30));
    }),
    module("receive-buffer-bottomless", "T10", |c| c.voice.jitter_target = Duration::from_millis(300)),
    module("module-hangs-after-nine-calls", "T45", |c| c.voice.faults.hangs_after_calls = 9),
    // Line, supply, housing and lamps, as the post brings them.
    module("converter-jitters", "T10", |c| c.line.jitter = 0.120),
    module("converter-loses-two-percent", "T18", |c| c.line.loss = 0.02),
    module("supply-slow", "T19", |c| c.supply.start_up = 130.0),
    module("housing-open", "T17", |c| (c.air.housing, c.voice.faults.no_echo_cancel) = (14.0, true)),
    module("lamp-connected-dies", "T06", |c| c.hardware = Some(HardwareFault::ConnectedDies)),
    module("converter-blinks", "T18", |c| c.hardware = Some(HardwareFault::ConverterBlinks)),
    // Benches.
    broken("bench-ends-exchanged", "button relay", |c| {
        std::mem::swap(&mut c.bench.harness.button_at_post, &mut c.bench.harness.mains_at_post);
    }),
    broken("bench-button-end-open", "button relay", |c| c.bench.harness.button_at_post = None),
    broken("bench-mains-end-open", "mains relay", |c| c.bench.harness.mains_at_post = None),
    broken("bench-loopback-unplugged", "sound card", |c| c.bench.harness.loopback = None),
    broken("bench-contact-tone-unplugged", "button relay", |c| c.bench.harness.contact_tone = None),
    broken("bench-mouth-unplugged", "mouth", |c| c.bench.harness.mouth = None),
    broken("bench-card-slow", "sound card", |c| c.card.ppm = Some(-2500.0)),
    broken("bench-lamp-at-button-end", "lamp-connected sensor", |c| {
        std::mem::swap(&mut c.bench.harness.lamp_connected, &mut c.bench.harness.button_at_post);
    }),
    broken("bench-mouth-turned-down", "mouth", |c| c.air.mouth_level -= 22.0),
    broken("bench-hall-roars", "ear", |c| c.air.noise = 88.0),
    broken("bench-ear-overloads", "ear", |c| c.card.trouble = Some(CardTrouble::EarOverloads)),
    broken("bench-mouth-fails-now-and-then", "mouth", |c| c.card.trouble = Some(CardTrouble::MouthStutters)),
    // Healthy, and unlike the reference.
    healthy("control-converter-unhurried", |c| c.line.drop_after = 0.05),
    healthy("control-register-three-quarters", |c| c.voice.expires = Duration::from_secs(45)),
    healthy("control-module-boots-eight-seconds", |c| c.voice.boot = Duration::from_secs(8)),
    healthy("control-street-quiet", |c| c.air.noise = 58.0),
    healthy("control-clock-and-buffer", |c| {
        (c.voice.codec_clock_ppm, c.voice.jitter_target) = (150.0, Duration::from_millis(100));
    }),
    healthy("control-mic-sensitive", |c| c.voice.mic_gain_db = 1.8),
    healthy("control-headers-talkative", |c| c.voice.faults.quirks.letters = Some(wording::talkative)),
    healthy("control-packets-marked", |c| c.voice.faults.quirks.packets = Some(sound::marked)),
    healthy("control-supply-holds", |c| (c.supply.hold_up, c.supply.start_up) = (0.15, 0.5)),
    healthy("control-speaker-small", |c| c.voice.faults.quirks.down = Some(sound::small)),
];
