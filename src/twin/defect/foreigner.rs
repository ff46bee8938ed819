//! Bad posts, bad firmware, broken benches and healthy posts by somebody from elsewhere, who has seen no scenario, no
//! step and no rule of the watch.
//!
//! As in [`super::fresh`] a row names no scenario: whichever finds one is the right one.

mod sound;

use super::unnamed::{broken, healthy, image, module};
use super::{Defect, new_post};
use crate::twin::bench::card_trouble::CardTrouble;
use crate::twin::bench::disturbance::Disturbance;
use crate::twin::voice::{CameraFault, Lapse, Pulse, Trust};
use std::time::Duration;

/// 75 ms, in whole frames.
const SELDOM: Pulse = Pulse { every: Duration::from_secs(15), length: Duration::from_millis(80) };

/// Bad modules in the order of what they are of (calls and registration, what is told of the post, sound, secrecy,
/// supply); then bad firmware; then benches; then healthy posts. Beside each bad one stands what a post owes instead.
pub const FOREIGNERS: &[Defect] = &[
    // Put on hold or handed on, the talk stands until the operator ends it.
    module("hold-hangs-up", "T42", |c| c.voice.faults.lapse = Some(Lapse::HangsUpOnHold)),
    // A dead main server: the call takes the backup in time, each time.
    module("failover-once-a-life", "T09", |c| c.voice.faults.lapse = Some(Lapse::FailsOverOnce)),
    // The talk goes on while the post goes home to its main server, and it goes home each time.
    module("return-home-ends-talk", "T42", |c| c.voice.faults.lapse = Some(Lapse::ReturnEndsTalk)),
    module("return-home-once-a-life", "T19", |c| c.voice.faults.lapse = Some(Lapse::ReturnsOnce)),
    // Nobody but the city's server opens the microphone, from the first moment on.
    module("stranger-answered-before-first-call", "T40", |c| c.voice.faults.lapse = Some(Lapse::AnswersUntilFirstCall)),
    // A busy operator: the second one is called.
    module("busy-taken-for-dead-server", "T08", |c| c.voice.faults.lapse = Some(Lapse::BusyIsDead)),
    // After a call's end the lamp is dark within a second, and the next press is served within a second.
    module("end-told-a-quarter-late", "T06", |c| c.voice.faults.lapse = Some(Lapse::TellsEndLate)),
    module("registration-given-up-after-call", "T45", |c| c.voice.faults.lapse = Some(Lapse::UnregistersAfterCall)),
    // A post that no server has does not look as if one had it for longer than a minute.
    module("registration-lost-at-third-failure", "T26", |c| c.voice.faults.lapse = Some(Lapse::ThreeStrikes)),
    // A server that names a time, an operator who uses his keys: the post does not start anew.
    module("restarts-at-retry-after", "T43", |c| c.voice.faults.lapse = Some(Lapse::StartledByRetryAfter)),
    module("restarts-at-third-key", "T42", |c| c.voice.faults.lapse = Some(Lapse::StartledByKeys)),
    // A post that lives says so for as long as it does.
    module("alive-ceases-after-ten-minutes", "T26", |c| c.voice.faults.lapse = Some(Lapse::SignsCease)),
    // A fault bears its own name and rank, stands while it stands, and is none where there is none.
    new_post(module("battery-told-as-mains", "T26", |c| c.voice.faults.lapse = Some(Lapse::BatteryToldAsMains))),
    new_post(module("battery-weak-in-talk", "T27", |c| c.voice.faults.lapse = Some(Lapse::SagsInTalk))),
    new_post(module("mains-loss-untold-in-talk", "T26", |c| c.voice.faults.lapse = Some(Lapse::MainsUntoldInTalk))),
    module("cut-told-as-server-fault", "T27", |c| c.voice.faults.lapse = Some(Lapse::CutIsServerFault)),
    module("fault-told-as-information", "T26", |c| c.voice.faults.lapse = Some(Lapse::FaultIsInformation)),
    // Its counters count all calls since power came, and as what they were.
    module("counters-anew-after-cut", "T33", |c| c.voice.faults.lapse = Some(Lapse::CountersAnewAfterCut)),
    module("short-talk-counted-as-unanswered", "T33", |c| c.voice.faults.lapse = Some(Lapse::ShortTalkUnanswered)),
    // What it is let in with nobody is told.
    module("password-told-to-supervision", "T40", |c| c.voice.faults.lapse = Some(Lapse::PasswordTold)),
    // An event's time is right within a second.
    module("clock-rounded-to-ten-seconds", "T36", |c| c.voice.network.faults.rounds_time = true),
    module("clock-in-summer-after-cut", "T36", |c| c.voice.network.faults.summer_after_cut = true),
    // Each press calls up its own camera within a second, two at the most, whatever became of the one before.
    module("cctv-silent-after-failure", "T37", |c| c.voice.faults.cameras = Some(CameraFault::BreakerOpens)),
    module("cctv-named-in-small-letters", "T37", |c| c.voice.faults.cameras = Some(CameraFault::SmallLetters)),
    module("cctv-late-after-rest", "T37", |c| c.voice.faults.cameras = Some(CameraFault::SlowAfterRest)),
    // A glitch costs its own length and 0.3 s, in both directions.
    module("speaker-dead-after-glitch", "T21", |c| c.voice.faults.lapse = Some(Lapse::SpeakerDeadAfterGlitch)),
    module("mic-late-after-glitch", "T21", |c| c.voice.faults.lapse = Some(Lapse::MicLateAfterGlitch)),
    module("carrier-awaited-for-two-seconds", "T21", |c| c.voice.faults.lapse = Some(Lapse::WaitsForCarrier)),
    // The first word is heard in each call, and no gap is longer than 60 ms.
    module("words-cut-in-each-third-call", "T04", |c| c.voice.faults.lapse = Some(Lapse::ThirdIsLate)),
    module("mic-gap-a-quarter-too-long", "T18", |c| c.voice.faults.up.holes = Some(SELDOM)),
    module("mic-loses-sound-in-loud-words", "T12", |c| c.voice.faults.quirks.up = Some(sound::duck)),
    // No echo, in no street.
    module("echo-in-loud-street", "T17", |c| {
        c.air.noise = 72.0;
        c.voice.faults.lapse = Some(Lapse::EchoInLoudStreet);
    }),
    // The operator sets the volume over 18 dB, is heard at the least, and what he sets stays.
    module("volume-lowest-is-mute", "T13", |c| c.voice.faults.lapse = Some(Lapse::LowestIsMute)),
    module("volume-drifts-back", "T15", |c| c.voice.faults.lapse = Some(Lapse::VolumeDriftsBack)),
    module("speaker-faint-after-power-failure", "T13", |c| c.voice.faults.lapse = Some(Lapse::FaintAfterPowerFailure)),
    // Outside a call no packet leaves, and none in plain where they are sealed.
    module("sound-after-lost-talk", "T40", |c| c.voice.faults.lapse = Some(Lapse::LingersAfterLoss)),
    module("way-kept-open-with-sound", "T40", |c| c.voice.faults.lapse = Some(Lapse::KeepsWayOpen)),
    new_post(module("srtp-first-second-plain", "T40", |c| c.voice.faults.lapse = Some(Lapse::PlainAtFirst))),
    // A dip of the mains never leaves it stuck.
    module("module-hangs-after-dip", "T23", |c| c.voice.faults.lapse = Some(Lapse::HangsAfterDip)),
    // Nobody is believed whom the authority has not signed for, however often he asks.
    new_post(module("tls-trusts-at-third-try", "T40", |c| c.voice.faults.trust = Trust::AnyoneAtThird)),
    // Firmware. A press is answered in every state, whenever the last one was and however long it is held.
    image("button-drowsy", "T29"),
    image("held-press-bites", "T42"),
    image("log-written-after-third-call", "T45"),
    image("dial-on-the-full-second", "T01"),
    // One that comes out of service is kept, or refused, and nothing between the two.
    image("boot-press-forgotten", "T38"),
    image("second-press-takes-kept-back", "T38"),
    image("kept-press-told-refused", "T38"),
    image("kept-press-stale", "T38"),
    // A jam is told within 15 s, each one.
    image("stuck-fault-a-quarter-late", "T28"),
    image("stuck-fault-told-once", "T28"),
    // A lamp says what is so, steadily, for as long as it is.
    image("lamp-placed-waits-for-ringing", "T05"),
    image("lamp-connected-dark-after-glitch", "T06"),
    image("lamp-connected-blinks-in-long-talk", "T06"),
    image("out-of-service-dark-while-kept", "T26"),
    image("out-of-service-lit-after-refusal", "T26"),
    // A talk is ended by the operator, however often the line goes and however much was talked before.
    image("hang-up-at-second-cut", "T21"),
    image("talk-minutes-used-up", "T42"),
    // A hang is ended, in a talk too; the beat keeps its time; a case has one number in every place.
    image("watchdog-fed-in-talk", "T42"),
    image("heartbeat-slows-with-age", "T26"),
    image("console-numbers-in-hexadecimal", "T33"),
    // Benches.
    broken("bench-time-answers-held", "time server", |c| c.board_faults.disturbance = Some(Disturbance::TimesHeld)),
    broken("bench-leases-held", "address server", |c| c.board_faults.disturbance = Some(Disturbance::LeasesHeld)),
    broken("bench-name-server-dies", "name server", |c| c.board_faults.disturbance = Some(Disturbance::NamesEnd)),
    broken("bench-syslog-told-twice", "supervision", |c| c.board_faults.disturbance = Some(Disturbance::NoticesTwice)),
    broken("bench-cameras-end", "cameras", |c| c.board_faults.disturbance = Some(Disturbance::CamerasEnd)),
    broken("bench-fibre-relay-lets-go", "fibre relay", |c| {
        c.board_faults.disturbance = Some(Disturbance::FibreRelayLetsGo);
    }),
    broken("bench-breaker-trips", "mains relay", |c| c.board_faults.disturbance = Some(Disturbance::BreakerTrips)),
    broken("bench-telephone-beside-ear", "ear", |c| c.card.trouble = Some(CardTrouble::TelephoneBesideEar)),
    // Healthy, and unlike the reference.
    healthy("control-register-at-nine-tenths", |c| c.voice.faults.lapse = Some(Lapse::RefreshesAtNineTenths)),
    healthy("control-register-signed-when-asked", |c| c.voice.faults.lapse = Some(Lapse::SignsWhenAsked)),
    healthy("control-alive-a-seventh-late", |c| c.voice.faults.lapse = Some(Lapse::SignsLeisurely)),
    healthy("control-syslog-from-own-port", |c| c.voice.faults.lapse = Some(Lapse::OwnSyslogPort)),
    healthy("control-second-desk-after-nine-seconds", |c| c.voice.faults.escalates_after = Some(Duration::from_secs(9))),
    healthy("control-time-to-the-tenth", |c| c.voice.network.tells_tenths = true),
    healthy("control-headers-spare", |c| c.voice.faults.quirks.letters = Some(sound::spare)),
    new_post(healthy("control-battery-for-eight-hours", |c| c.supply.battery = 8.0 * 3600.0)),
];

#[cfg(test)]
mod tests {
    use super::super::Image;
    use super::*;
    use crate::fault::Blame;

    #[test]
    fn there_are_as_many_of_each_kind_as_were_promised() {
        let count = |blame, of_image: bool| {
            FOREIGNERS.iter().filter(|row| row.blame == blame && (row.image == Image::Reference) != of_image).count()
        };
        let kinds = [count(Some(Blame::Device), false), count(Some(Blame::Device), true), count(Some(Blame::Bench), false)];
        assert_eq!((kinds, count(None, false)), ([40, 20, 8], 8));
    }
}
