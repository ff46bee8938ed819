//! Bad posts, broken benches and healthy posts by somebody who has come by, who has seen no scenario, no step and no
//! rule of the watch.
//!
//! As in [`super::fresh`] a row names no scenario: whichever finds one is the right one.

mod sound;
mod wording;

use super::unnamed::{broken, healthy, module};
use super::{Defect, new_post};
use crate::twin::TwinConfig;
use crate::twin::bench::card_trouble::CardTrouble;
use crate::twin::bench::disturbance::Disturbance;
use crate::twin::bench::mishap::Mishap;
use crate::twin::bench::trouble::Trouble;
use crate::twin::hardware::HardwareFault;
use crate::twin::voice::{CameraFault, Flaw};
use std::time::Duration;

/// Asked for again and again, whatever their time to live.
const WITHOUT_END: Duration = Duration::from_millis(200);

const fn flawed(config: &mut TwinConfig, flaw: Flaw) {
    config.voice.faults.flaw = Some(flaw);
}

/// Bad modules in the order of what they are of (presses, calls, registration and network, secrecy, sound to the
/// operator and from him, lamps and power, supervision, cameras); then benches; then healthy posts. Beside each bad one
/// stands what a post owes instead.
pub const WANDERERS: &[Defect] = &[
    // A press is a call within half a second, however long the post has stood and whatever was before.
    module("dial-slower-with-age", "T01", |c| flawed(c, Flaw::DialsSlowerWithAge)),
    module("dial-slow-after-cut", "T01", |c| flawed(c, Flaw::DialsLateAfterCut)),
    module("dial-refused-after-failure", "T45", |c| flawed(c, Flaw::SulksAfterFailure)),
    // A press that was kept is a call as any: the first operator, then the second.
    module("kept-press-to-second-operator", "T08", |c| flawed(c, Flaw::KeptToSecond)),
    module("kept-press-never-escalates", "T08", |c| flawed(c, Flaw::KeptNeverEscalates)),
    // Calls. A talk stands until the operator ends it, whatever he or anybody else asks meanwhile.
    module("update-unanswered", "T42", |c| flawed(c, Flaw::IgnoresUpdates)),
    module("second-offer-refused", "T42", |c| flawed(c, Flaw::RefusesSecondOffer)),
    module("empty-offer-refused", "T42", |c| flawed(c, Flaw::RefusesEmptyOffer)),
    module("options-end-talk", "T42", |c| flawed(c, Flaw::OptionsEndTalk)),
    module("ack-untagged", "T42", |c| c.voice.faults.quirks.letters = Some(wording::ack_untagged)),
    // Nobody but the city's server commands it.
    module("notified-by-stranger-restarts", "T40", |c| flawed(c, Flaw::NotifiedRestarts)),
    module("forged-bye-obeyed", "T40", |c| flawed(c, Flaw::ObeysForgedBye)),
    // Whoever refuses: the second operator is called, and rung for two minutes.
    module("declined-not-escalated", "T08", |c| flawed(c, Flaw::OnlyBusyEscalates)),
    module("second-desk-given-up-early", "T44", |c| flawed(c, Flaw::SecondRungBriefly)),
    // Only an answer is an answer.
    module("progress-taken-for-answer", "T06", |c| flawed(c, Flaw::ProgressIsAnswer)),
    module("mu-law-misread", "T12", |c| flawed(c, Flaw::MisreadsMu)),
    // Registration. It is refreshed before what was granted ends, however often and whatever is asked for it.
    module("granted-interval-ignored", "T26", |c| flawed(c, Flaw::IgnoresGrant)),
    module("stale-nonce-final", "T26", |c| flawed(c, Flaw::StaleNonceIsFinal)),
    module("register-count-of-four-bits", "T26", |c| flawed(c, Flaw::CountsToSixteen)),
    // A dead main server: the post is at home at the backup, leaves the main one in peace, and goes back in time.
    module("registers-at-main-only", "T26", |c| flawed(c, Flaw::RegistersAtMainOnly)),
    module("main-server-hammered", "T39", |c| flawed(c, Flaw::HammersMain)),
    module("return-home-late", "T19", |c| flawed(c, Flaw::ReturnsLate)),
    // The talk goes on from a new address.
    module("talk-stays-at-old-address", "T20", |c| flawed(c, Flaw::TalkStaysBehind)),
    // A service of the city's network is asked with measure.
    module("names-asked-without-end", "T39", |c| c.voice.network.asks_names_every = Some(WITHOUT_END)),
    module("address-asked-hastily", "T39", |c| c.voice.network.faults.asks_hastily = true),
    // An event's time is right within a second.
    module("clock-stands-in-talk", "T36", |c| flawed(c, Flaw::ClockStandsInTalk)),
    // Secrecy. What is agreed to be sealed is, from the first packet to the last and in both directions.
    new_post(module("srtp-plain-after-hold", "T40", |c| flawed(c, Flaw::PlainAfterHold))),
    new_post(module("srtp-plain-sound-played", "T40", |c| flawed(c, Flaw::PlaysPlain))),
    // Sound to the operator: whole, even and clean.
    module("mic-pumps", "T12", |c| c.voice.faults.quirks.up = Some(sound::pump)),
    module("mic-off-centre", "T12", |c| c.voice.faults.quirks.up = Some(sound::off_centre)),
    module("mic-sleeps-in-pauses", "T04", |c| c.voice.faults.quirks.up = Some(sound::sleeps)),
    module("mic-every-other-frame-faint", "T12", |c| c.voice.faults.quirks.up = Some(sound::every_other_faint)),
    module("mic-ticks-at-seams", "T12", |c| c.voice.faults.quirks.up = Some(sound::ticks)),
    module("mic-frames-half-empty", "T12", |c| c.voice.faults.quirks.up = Some(sound::half_empty)),
    module("mic-mute-after-keys", "T12", |c| flawed(c, Flaw::KeysMute)),
    module("stream-gap-at-wrap", "T18", |c| c.voice.faults.quirks.packets = Some(sound::wraps)),
    module("sound-runs-out", "T45", |c| flawed(c, Flaw::SoundRunsOut)),
    // And from him: each word from its beginning, at the volume that he has set, without echo.
    module("speaker-swallows-beginnings", "T04", |c| c.voice.faults.quirks.down = Some(sound::swallows)),
    module("speaker-wakes-slowly", "T04", |c| c.voice.faults.quirks.down = Some(sound::wakes_slowly)),
    module("speaker-repeats-greeting", "T13", |c| c.voice.faults.quirks.down = Some(sound::repeats_greeting)),
    module("speaker-crosses-over", "T13", |c| c.voice.faults.quirks.down = Some(sound::crosses_over)),
    module("volume-lost-at-hold", "T15", |c| flawed(c, Flaw::HoldTurnsVolume)),
    module("keys-beep-at-caller", "T13", |c| flawed(c, Flaw::KeysBeep)),
    module("echo-in-first-seconds", "T17", |c| flawed(c, Flaw::LearnsEchoSlowly)),
    // Lamps and power. Dark within 5 s of being served, steady in a talk, ready within a minute of any start.
    module("registered-told-late", "T26", |c| flawed(c, Flaw::TellsRegistrationLate)),
    module("lamp-connected-starves", "T06", |c| c.hardware = Some(HardwareFault::LampStarves)),
    module("boot-longer-each-time", "T19", |c| flawed(c, Flaw::BootsLonger)),
    new_post(module("battery-healed-by-mains", "T27", |c| flawed(c, Flaw::MainsHealBattery))),
    new_post(module("mains-return-untold", "T27", |c| flawed(c, Flaw::MainsReturnUntold))),
    // Supervision: each fault at its rank and each time, a sign of life in its time, under the post's name.
    module("fault-told-once-a-life", "T26", |c| flawed(c, Flaw::FaultsToldOnce)),
    module("alive-rarer-with-age", "T26", |c| flawed(c, Flaw::SignsGrowRare)),
    module("all-told-as-alert", "T27", |c| flawed(c, Flaw::AllAlerts)),
    module("supervision-in-small-letters", "T33", |c| flawed(c, Flaw::NamedSmall)),
    module("counts-exchanged", "T33", |c| flawed(c, Flaw::CountsExchanged)),
    // A call says where it comes from, at each server.
    module("post-unnamed-at-backup", "T33", |c| flawed(c, Flaw::UnnamedAtBackup)),
    // Cameras: each press calls up its own, once, whatever was before.
    module("cctv-dead-after-cut", "T37", |c| c.voice.faults.cameras = Some(CameraFault::DeadAfterCut)),
    module("cctv-number-behind", "T37", |c| c.voice.faults.cameras = Some(CameraFault::NumberBehind)),
    module("cctv-again-at-redial", "T37", |c| c.voice.faults.cameras = Some(CameraFault::AgainAtRedial)),
    module("cctv-press-lost-behind-slow", "T37", |c| c.voice.faults.cameras = Some(CameraFault::LostBehindSlow)),
    // Whoever whispers is heard.
    module("mic-whispers-lost", "T12", |c| c.voice.faults.up.gated_below = Some(0.02)),
    // Benches.
    broken("bench-button-relay-sticks", "button relay", |c| c.board_faults.mishap = Some(Mishap::ButtonRelaySticks)),
    broken("bench-mains-relay-sticks", "mains relay", |c| c.board_faults.mishap = Some(Mishap::MainsRelaySticks)),
    broken("bench-console-dies", "console", |c| c.board_faults.mishap = Some(Mishap::ConsoleDies)),
    broken("bench-ear-muffled", "ear", |c| c.card.trouble = Some(CardTrouble::EarMuffled)),
    broken("bench-mouth-muffled", "mouth", |c| c.card.trouble = Some(CardTrouble::MouthMuffled)),
    broken("bench-network-reorders", "network", |c| c.board_faults.trouble = Some(Trouble::NetworkReorders)),
    broken("bench-cameras-dawdle", "cameras", |c| c.board_faults.disturbance = Some(Disturbance::CamerasDawdle)),
    broken("bench-syslog-cut-short", "supervision", |c| c.board_faults.disturbance = Some(Disturbance::NoticesCut)),
    // Healthy, and unlike the reference.
    healthy("control-dial-unhurried", |c| c.voice.faults.dial_delay = Duration::from_millis(90)),
    healthy("control-reasons-given", |c| c.voice.faults.quirks.letters = Some(wording::reasoned)),
    healthy("control-headers-in-polish", |c| c.voice.faults.quirks.letters = Some(wording::in_polish)),
    healthy("control-mic-breathes", |c| c.voice.faults.quirks.up = Some(sound::breathes)),
    healthy("control-speaker-behind-grille", |c| c.voice.faults.quirks.down = Some(sound::grille)),
    healthy("control-main-asked-often", |c| flawed(c, Flaw::AsksMainOften)),
    healthy("control-strangers-told-unavailable", |c| flawed(c, Flaw::SaysUnavailable)),
    healthy("control-street-66dba", |c| c.air.noise = 66.0),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Blame;

    #[test]
    fn there_are_as_many_of_each_kind_as_were_promised() {
        let count = |blame| WANDERERS.iter().filter(|row| row.blame == blame).count();
        assert_eq!([count(Some(Blame::Device)), count(Some(Blame::Bench)), count(None)], [60, 8, 8]);
    }
}
