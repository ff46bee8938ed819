//! Sloppy firmwares, bad posts, broken benches and healthy posts by an examiner, who knows what goes wrong with posts
//! of other makes and has seen no scenario, no step and no rule of the watch.
//!
//! As in [`super::fresh`] a row names no scenario: whichever finds one is the right one.

mod sound;
mod wording;

use super::unnamed::{broken, healthy, image, module};
use super::{Defect, Image, control, new_post};
use crate::twin::TwinConfig;
use crate::twin::bench::card_trouble::CardTrouble;
use crate::twin::bench::nuisance::Nuisance;
use crate::twin::hardware::HardwareFault;
use crate::twin::voice::{Blunder, CameraFault};
use std::time::Duration;

const fn blundering(config: &mut TwinConfig, blunder: Blunder) {
    config.voice.faults.blunder = Some(blunder);
}

const fn annoyed(config: &mut TwinConfig, nuisance: Nuisance) {
    config.board_faults.nuisance = Some(nuisance);
}

/// As healthy modules are that leave it to the firmware when to try again.
fn patient(config: &mut TwinConfig) {
    blundering(config, Blunder::LeavesRetrying);
}

/// Firmware in the order of what it is of (button, calls, lamps, link, chip); bad modules (calls, registration and
/// network, secrecy, sound to the operator and from him, lamps and power, supervision, cameras); then benches; then
/// healthy posts. Beside each bad one stands what a post owes instead.
pub const EXAMINERS: &[Defect] = &[
    // A press of any length is a press, whatever came before it; in a call it changes nothing.
    image("hold-of-a-second-cancels", "T29"),
    image("noise-locks-button", "T29"),
    image("refusal-sticks-to-next-press", "T38"),
    image("presses-in-calls-add-up", "T42"),
    // A jam is told, served or not, and is one call.
    image("stuck-untold-while-offline", "T28"),
    image("stuck-button-calls-at-return", "T28"),
    // A call stands until its operator ends it, and rings for two minutes, whatever calls there were before.
    image("ringing-timer-outlives-call", "T42"),
    image("ringing-ends-at-glitch", "T44"),
    // An answer is an answer, with or without a ringing before it (RFC 3261, 13.3.1.1).
    image("answer-without-ringing-unnoticed", "T06"),
    // A kept press is flagged, whatever its number; a case bears one number, wherever it is told.
    image("delayed-flag-cut-from-tenth", "T38"),
    image("call-told-under-latest-press", "T33"),
    // "Connected" means an answer, "call placed" a call under way, "out of service" that no press would be served.
    image("connected-lamp-remembers-lost-talk", "T06"),
    image("lamp-connected-at-second-ringing", "T06"),
    image("lamp-placed-waits-for-release", "T05"),
    image("lamp-task-once-a-second", "T05"),
    image("lamp-placed-dips-at-answer", "T05"),
    image("lamps-dead-after-watchdog", "T05"),
    image("out-of-service-blinks-after-talk", "T26"),
    image("out-of-service-lamp-sees-link-only", "T26"),
    // A press without service is kept for ten minutes and delivered once, each on its own; each has its sign.
    image("kept-press-timer-renewed", "T38"),
    image("kept-timer-outlives-delivery", "T38"),
    image("boot-press-doubled", "T33"),
    image("outage-second-press-unsigned", "T38"),
    // A server that is back is registered with within a minute and what was granted last, however long it was away.
    Defect { plant: patient, ..image("register-backoff-without-end", "T19") },
    // A hang is ended whenever it comes; the name is the whole name.
    image("watchdog-starts-with-service", "T19"),
    image("identity-cut-at-eight", "T33"),
    // Calls. Whoever answers is acknowledged; whoever has been given up is sent home; both operators busy is no storm.
    module("answer-after-cancel-lost", "T33", |c| blundering(c, Blunder::AnswerAfterCancelLost)),
    module("quick-answer-unacknowledged", "T42", |c| blundering(c, Blunder::QuickAnswerUnacknowledged)),
    module("desks-called-in-circle", "T43", |c| blundering(c, Blunder::DesksInCircle)),
    // A talk goes on whatever becomes of servers and addresses, and however long the operator holds it.
    module("failover-ends-talk", "T42", |c| blundering(c, Blunder::FailoverEndsTalk)),
    module("new-address-ends-talk", "T42", |c| blundering(c, Blunder::AddressEndsTalk)),
    module("long-hold-ends-talk", "T42", |c| blundering(c, Blunder::LongHoldEndsTalk)),
    // Any message that fits an Ethernet's frame is understood, and any header in its short form (RFC 3261, 7.3.3).
    module("long-messages-unread", "T42", |c| blundering(c, Blunder::LongMessagesUnread)),
    module("short-names-unread", "T42", |c| blundering(c, Blunder::ShortNamesUnread)),
    // Registration: at one server, in time, again as soon as the server has said that it may.
    module("retry-after-counted-in-minutes", "T19", |c| blundering(c, Blunder::RetryAfterInMinutes)),
    module("refresh-creeps-to-the-edge", "T26", |c| blundering(c, Blunder::RefreshCreeps)),
    module("servers-taken-in-turn", "T26", |c| {
        blundering(c, Blunder::TakesServersInTurn);
        c.voice.faults.never_returns_to_primary = true;
    }),
    // The time is what the server says last, asked with measure.
    module("clock-never-set-back", "T36", |c| c.voice.network.faults.never_steps_back = true),
    module("time-asked-hastily", "T39", |c| c.voice.network.faults.asks_time_hastily = true),
    // Secrecy. A server that has its own certificate again is spoken to again; what nobody has sealed is not heard.
    new_post(module("tls-refusal-final", "T20", |c| blundering(c, Blunder::RefusalOfCertificateFinal))),
    new_post(module("srtp-seal-unchecked", "T40", |c| blundering(c, Blunder::SealUnchecked))),
    // Sound to the operator: whole and even, whoever speaks first, however long the talk and its pauses.
    module("mic-fades-over-minutes", "T12", |c| c.voice.faults.quirks.up = Some(sound::fades)),
    module("mic-leaps-in-talk", "T11", |c| blundering(c, Blunder::MicLeaps)),
    module("mic-awaits-operator", "T04", |c| blundering(c, Blunder::MicAwaitsOperator)),
    module("mic-off-after-long-silence", "T12", |c| c.voice.faults.quirks.up = Some(sound::gives_up)),
    module("mic-silent-at-lease-renewal", "T18", |c| blundering(c, Blunder::StopsAtRenewal)),
    module("echo-after-volume-key", "T17", |c| blundering(c, Blunder::EchoAfterKey)),
    // And from him: from whichever telephone, after whatever was lost, however long the sentence, on whatever supply.
    module("speaker-bound-to-first-source", "T13", |c| blundering(c, Blunder::BoundToFirstSource)),
    module("speaker-later-with-each-loss", "T10", |c| blundering(c, Blunder::LaterWithEachLoss)),
    module("speaker-limits-long-sentences", "T13", |c| c.voice.faults.quirks.down = Some(sound::limits)),
    new_post(module("speaker-faint-on-battery", "T13", |c| blundering(c, Blunder::FaintOnBattery))),
    // Lamps and power. On the battery a post is as on the mains, for an hour with a quarter of talk; dips leave it
    // ready.
    new_post(module("lamps-dark-on-battery", "T05", |c| c.hardware = Some(HardwareFault::LampsOnMains))),
    module("supply-gives-up-at-second-dip", "T23", |c| c.supply.gives_up_at_second_fall = true),
    new_post(module("battery-drained-by-talk", "T24", |c| {
        (c.hardware, c.supply.battery) = (Some(HardwareFault::TalkDrains), 4200.0);
    })),
    // Supervision: a sign of life in its time, each fault when it is there and only then, each count whole.
    module("alive-pauses-in-talk", "T26", |c| blundering(c, Blunder::SilentInTalk)),
    module("main-server-loss-told-as-all", "T27", |c| blundering(c, Blunder::MainLossIsFault)),
    module("count-cut-from-tenth-call", "T33", |c| blundering(c, Blunder::NoticesShort)),
    new_post(module("dip-told-as-mains-loss", "T27", |c| blundering(c, Blunder::DipIsMainsFault))),
    // Cameras: each press in its time, whatever became of those before.
    module("cctv-backoff-left-over", "T37", |c| c.voice.faults.cameras = Some(CameraFault::BackoffLeftOver)),
    // Benches.
    broken("bench-network-swells", "network", |c| annoyed(c, Nuisance::NetworkSwells)),
    broken("bench-network-translates", "network", |c| annoyed(c, Nuisance::NetworkTranslates)),
    broken("bench-network-loses-long", "network", |c| annoyed(c, Nuisance::NetworkLosesLong)),
    broken("bench-firewall-shuts-sound", "network", |c| annoyed(c, Nuisance::FirewallShutsSound)),
    broken("bench-names-dawdle", "name server", |c| annoyed(c, Nuisance::NamesDawdle)),
    broken("bench-desk-stalls", "operator", |c| annoyed(c, Nuisance::DeskStalls)),
    broken("bench-sensor-afterglows", "lamp-connected sensor", |c| annoyed(c, Nuisance::SensorAfterglows)),
    // A lamp that dies in the middle of a run looks to everybody as a sensor that does.
    broken("lamp-out-of-service-dies", "lamp-out-of-service sensor", |c| c.hardware = Some(HardwareFault::OutOfServiceDies)),
    broken("bench-fibre-relay-parts", "fibre relay", |c| annoyed(c, Nuisance::FibreRelayChatters)),
    broken("bench-inputs-restart", "input board", |c| annoyed(c, Nuisance::InputsRestart)),
    broken("bench-ear-ages", "ear", |c| c.card.trouble = Some(CardTrouble::EarAges)),
    // Healthy, and unlike the reference.
    control("control-beat-each-eleven-seconds", Image::Variant("beat-each-eleven-seconds"), |_| {}),
    control("control-blinks-four-times-a-second", Image::Variant("blinks-four-times-a-second"), |_| {}),
    healthy("control-bindings-cleared-first", |c| blundering(c, Blunder::ClearsFirst)),
    healthy("control-server-asked-now-and-then", |c| blundering(c, Blunder::AsksServer)),
    healthy("control-way-kept-by-blank-lines", |c| blundering(c, Blunder::KeepsWayBlank)),
    healthy("control-second-desk-after-thirteen-seconds", |c| c.voice.faults.escalates_after = Some(Duration::from_secs(13))),
    healthy("control-failover-unhurried", |c| c.voice.faults.slow_failover = Some(Duration::from_millis(3500))),
    healthy("control-mu-law-only", |c| c.voice.faults.quirks.letters = Some(wording::mu_law_only)),
    healthy("control-mic-hums-faintly", |c| c.voice.faults.quirks.up = Some(sound::hums)),
    healthy("control-speaker-limits-softly", |c| c.voice.faults.quirks.down = Some(sound::bends)),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Blame;

    #[test]
    fn there_are_as_many_of_each_kind_as_were_promised() {
        let count = |blame| EXAMINERS.iter().filter(|row| row.blame == blame).count();
        assert_eq!([count(Some(Blame::Device)), count(Some(Blame::Bench)), count(None)], [59, 11, 10]);
    }
}
