//! Sloppy firmwares, bad posts, broken benches and healthy posts by an assessor, who knows how makers err and has seen
//! no scenario, no step and no rule of the watch.
//!
//! As in [`super::fresh`] a row names no scenario: whichever finds one is the right one.

mod sound;
mod wording;

use super::unnamed::{broken, healthy, image, module};
use super::{Defect, new_post};
use crate::twin::TwinConfig;
use crate::twin::bench::adversity::Adversity;
use crate::twin::bench::card_trouble::CardTrouble;
use crate::twin::voice::{CameraFault, CountFault, Oversight};
use std::time::Duration;

const fn overlooking(config: &mut TwinConfig, oversight: Oversight) {
    config.voice.faults.oversight = Some(oversight);
}

const fn beset(config: &mut TwinConfig, adversity: Adversity) {
    config.board_faults.adversity = Some(adversity);
}

/// As sound modules are that take their time to boot.
fn unhurried(config: &mut TwinConfig) {
    config.voice.boot = Duration::from_secs(8);
}

/// As sound modules are that let the operator be heard while it rings.
fn early_media(config: &mut TwinConfig) {
    config.voice.early_media = true;
    overlooking(config, Oversight::MicOpenEarly);
}

/// Firmware in the order of what it is of (button, calls, lamps, link, chip); bad modules (calls, registration and
/// network, secrecy, sound to the operator and from him, power, supervision, cameras); then benches; then healthy
/// posts. Beside each bad one stands what a post owes instead.
pub const ASSESSORS: &[Defect] = &[
    // A press of any length is one press, served at once, and no pulse is one, whatever stands.
    image("held-at-answer-hangs-up", "T29"),
    image("double-press-cancels", "T31"),
    image("short-press-awaits-second", "T01"),
    image("noise-raises-debounce", "T29"),
    image("pulse-in-call-hangs-up", "T30"),
    // A jam is one call, which goes on and ends as any, and one fault, told and taken back under its own name.
    image("stuck-fault-ends-call", "T28"),
    image("end-waits-for-release", "T06"),
    image("stuck-fault-cleared-as-voice", "T27"),
    // Who hangs up has hung up; who answers has answered, at whichever desk; calls that nobody takes are no outage.
    image("early-hang-up-redialled", "T33"),
    image("answer-at-second-desk-unnoticed", "T06"),
    image("three-failures-are-an-outage", "T43"),
    // A lamp shows what is so, all the time that it is so.
    image("lamp-placed-toggles", "T05"),
    image("out-of-service-lamp-winks", "T26"),
    // A kept press stays kept, is flagged, and is told as what it is; so is one that is not.
    Defect { plant: unhurried, ..image("kept-press-lost-at-voice-fault", "T38") },
    image("boot-press-unflagged", "T38"),
    image("second-press-told-kept", "T38"),
    image("kept-press-told-as-calling", "T26"),
    // What the console says is readable, in time, and by the clock.
    image("heartbeat-stumbles", "T26"),
    image("uptime-in-binary-seconds", "T36"),
    image("fault-lines-sum-wrong", "T28"),
    // Calls. A server can read them, and need not know more than the standard; they are sent at once, however many.
    module("challenged-under-same-count", "T02", |c| overlooking(c, Oversight::ChallengeUnderSameCount)),
    module("invite-requires-extension", "T02", |c| c.voice.faults.quirks.letters = Some(wording::requires_extension)),
    module("description-untyped", "T04", |c| c.voice.faults.quirks.letters = Some(wording::untyped)),
    module("offer-says-listens-only", "T04", |c| c.voice.faults.quirks.letters = Some(wording::listens_only)),
    module("answer-renames-session", "T18", |c| c.voice.faults.quirks.letters = Some(wording::renames_session)),
    module("delayed-flag-lost-at-second-desk", "T38", |c| overlooking(c, Oversight::UnflaggedAtSecond)),
    module("call-waits-for-registrar", "T01", |c| overlooking(c, Oversight::WaitsForRegistrar)),
    module("calls-rationed", "T45", |c| overlooking(c, Oversight::RationsCalls)),
    // Registration: at the backup server as at the main one, when it is due and no sooner, whatever the clock shows.
    module("backup-never-told-who-calls", "T09", |c| overlooking(c, Oversight::UnsignedAtBackup)),
    module("backup-registration-left-to-lapse", "T26", |c| overlooking(c, Oversight::NoRefreshAtBackup)),
    module("registers-before-each-call", "T39", |c| overlooking(c, Oversight::RegistersBeforeCall)),
    module("timers-follow-the-clock", "T26", |c| overlooking(c, Oversight::TimersByClock)),
    module("lease-given-up-at-silence", "T19", |c| c.voice.network.faults.gives_up_at_silence = true),
    // Secrecy. Nobody but the city's server has a post call, or keeps it from calling; no sound before the answer.
    module("stranger-refers-post", "T40", |c| overlooking(c, Oversight::ObeysRefer)),
    module("stranger-occupies-post", "T45", |c| overlooking(c, Oversight::OccupiedByStranger)),
    module("nonsense-restarts-module", "T40", |c| overlooking(c, Oversight::StartledByNonsense)),
    module("mic-opens-at-early-media", "T40", early_media),
    new_post(module("srtp-offered-unencrypted", "T40", |c| {
        c.voice.faults.quirks.letters = Some(wording::offers_unencrypted);
    })),
    new_post(module("tls-opened-without-end", "T39", |c| overlooking(c, Oversight::HammersConnections))),
    // Sound to the operator: even, whatever was said or agreed on a moment ago.
    module("mic-gap-at-each-offer", "T18", |c| overlooking(c, Oversight::GapAtReoffer)),
    module("mic-deafened-by-loud-word", "T12", |c| c.voice.faults.quirks.up = Some(sound::is_deafened)),
    module("mic-wows", "T12", |c| c.voice.faults.quirks.up = Some(sound::wows)),
    module("echo-after-double-talk", "T17", |c| overlooking(c, Oversight::EchoAfterDoubleTalk)),
    module("backlog-sent-after-cut", "T21", |c| overlooking(c, Oversight::SendsBacklog)),
    // And from him: the first word and every other, as loud as he wants it.
    module("speaker-roars-at-loss", "T18", |c| overlooking(c, Oversight::RoarsAtLoss)),
    module("speaker-announces-over-operator", "T04", |c| c.voice.faults.quirks.down = Some(sound::announces)),
    module("volume-never-rises", "T15", |c| overlooking(c, Oversight::VolumeNeverRises)),
    // Power. On the battery a post is as on the mains; each start is one.
    new_post(module("answer-on-battery-restarts", "T24", |c| overlooking(c, Oversight::BrownsOutAtAnswer))),
    module("each-fourth-start-hangs", "T19", |c| overlooking(c, Oversight::FourthStartHangs)),
    // Supervision: in the form that was agreed on; each sign in its time, each fault while it is there, each case once.
    module("supervision-in-old-form", "T26", |c| overlooking(c, Oversight::OldForm)),
    module("start-untold", "T27", |c| overlooking(c, Oversight::StartUntold)),
    module("alive-stumbles", "T26", |c| overlooking(c, Oversight::SignsStumble)),
    module("fault-told-into-cut", "T27", |c| overlooking(c, Oversight::ToldIntoCut)),
    new_post(module("mains-loss-told-at-return", "T26", |c| overlooking(c, Oversight::MainsToldAtReturn))),
    new_post(module("battery-weak-at-each-start", "T27", |c| overlooking(c, Oversight::BatteryWeakAtStart))),
    module("unanswered-told-with-next", "T33", |c| c.voice.faults.counts = Some(CountFault::WithholdsUnanswered)),
    module("escalated-counted-twice", "T33", |c| overlooking(c, Oversight::EscalatedTwice)),
    // Cameras: an event a press, told once.
    module("cctv-takes-no-content-for-none", "T37", |c| c.voice.faults.cameras = Some(CameraFault::TakesNoContentForNone)),
    // Benches.
    broken("bench-time-server-stands", "time server", |c| beset(c, Adversity::TimeStands)),
    broken("bench-syslog-ends", "supervision", |c| beset(c, Adversity::NoticesEnd)),
    broken("bench-network-throttles", "network", |c| beset(c, Adversity::NetworkThrottles)),
    broken("bench-sensor-wire-loose", "lamp-placed sensor", |c| beset(c, Adversity::SensorWireLoose)),
    broken("bench-console-restarts", "console", |c| beset(c, Adversity::ConsoleRestarts)),
    broken("bench-fibre-relay-worn", "fibre relay", |c| beset(c, Adversity::FibreRelayWorn)),
    broken("bench-mains-relay-parts", "mains relay", |c| beset(c, Adversity::MainsRelayParts)),
    broken("bench-button-relay-repeats", "button relay", |c| beset(c, Adversity::ButtonRelayRepeats)),
    broken("bench-mouth-ages", "mouth", |c| c.card.trouble = Some(CardTrouble::MouthAges)),
    broken("bench-mouth-crackles", "mouth", |c| c.card.trouble = Some(CardTrouble::MouthCrackles)),
    // Healthy, and unlike the reference.
    healthy("control-stun-in-talk", |c| overlooking(c, Oversight::StunInTalk)),
    healthy("control-sound-reported", |c| overlooking(c, Oversight::ReportsSound)),
    healthy("control-syslog-marked", |c| overlooking(c, Oversight::MarksText)),
    healthy("control-cctv-in-old-http", |c| c.voice.faults.cameras = Some(CameraFault::OldHttp)),
    healthy("control-cctv-by-question", |c| c.voice.faults.cameras = Some(CameraFault::AsksFor)),
    healthy("control-codecs-more", |c| c.voice.faults.quirks.letters = Some(wording::knows_more)),
    healthy("control-answer-names-more", |c| c.voice.faults.quirks.letters = Some(wording::names_more)),
    healthy("control-contact-weighed", |c| c.voice.faults.quirks.letters = Some(wording::weighed)),
    healthy("control-headers-spaced", |c| c.voice.faults.quirks.letters = Some(wording::spaced)),
    healthy("control-via-without-rport", |c| c.voice.faults.quirks.letters = Some(wording::without_rport)),
    healthy("control-time-asked-often", |c| c.voice.network.asks_time_every = Some(Duration::from_secs(16))),
    healthy("control-mic-limits-softly", |c| c.voice.faults.quirks.up = Some(sound::bends)),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Blame;

    #[test]
    fn there_are_as_many_of_each_kind_as_were_promised() {
        let count = |blame| ASSESSORS.iter().filter(|row| row.blame == blame).count();
        assert_eq!([count(Some(Blame::Device)), count(Some(Blame::Bench)), count(None)], [58, 10, 12]);
    }
}
