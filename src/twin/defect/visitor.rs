//! Broken benches of everyday kinds, and healthy posts and networks that are merely different.
//!
//! As in [`super::fresh`] a row names no scenario. A bench that is broken may accuse itself anywhere, and must never
//! accuse the post; a healthy post must pass everywhere.

mod sound;
mod wording;

use super::Defect;
use super::unnamed::{broken, healthy, module};
use crate::twin::bench::card_trouble::CardTrouble;
use crate::twin::bench::trouble::Trouble;
use std::time::Duration;

/// Boards and leads, then the sound card and what hangs on it, then the bench's network; then the healthy ones.
pub const VISITORS: &[Defect] = &[
    // Boards and leads.
    broken("bench-button-lead-slow", "button relay", |c| c.board_faults.trouble = Some(Trouble::ButtonLeadSlow)),
    broken("bench-sensor-flickers", "lamp-out-of-service sensor", |c| c.board_faults.trouble = Some(Trouble::SensorFlickers)),
    broken("bench-sensor-bounces", "lamp-connected sensor", |c| c.board_faults.trouble = Some(Trouble::SensorBounces)),
    broken("bench-sensor-dull", "lamp-placed sensor", |c| c.board_faults.trouble = Some(Trouble::SensorDull)),
    broken("bench-light-leaks", "lamp-out-of-service sensor", |c| c.board_faults.trouble = Some(Trouble::LightLeaks)),
    broken("bench-relay-board-restarts", "mains relay", |c| c.board_faults.trouble = Some(Trouble::RelayBoardRestarts)),
    broken("bench-fibre-parts-late", "fibre relay", |c| c.board_faults.trouble = Some(Trouble::FibrePartsLate)),
    broken("bench-console-repeats", "console", |c| c.board_faults.trouble = Some(Trouble::ConsoleRepeats)),
    broken("bench-probe-misreads", "probe", |c| c.board_faults.trouble = Some(Trouble::ProbeMisreads)),
    broken("bench-mains-dip", "mains relay", |c| c.board_faults.trouble = Some(Trouble::MainsDip)),
    broken("bench-pressed-by-hand", "button relay", |c| c.board_faults.trouble = Some(Trouble::PressedByHand)),
    broken("bench-hub-dawdles", "input board", |c| c.board_faults.trouble = Some(Trouble::HubDawdles)),
    broken("bench-sensors-exchanged", "lamp-placed sensor", |c| c.board_faults.trouble = Some(Trouble::SensorsExchanged)),
    broken("bench-sensor-falls-off", "lamp-connected sensor", |c| c.board_faults.trouble = Some(Trouble::SensorFallsOff)),
    broken("bench-sensor-shorted", "lamp-out-of-service sensor", |c| c.board_faults.trouble = Some(Trouble::SensorShorted)),
    broken("bench-button-sense-bounces", "button relay", |c| c.board_faults.trouble = Some(Trouble::ButtonSenseBounces)),
    broken("bench-relay-line-loses-bytes", "button relay", |c| c.board_faults.trouble = Some(Trouble::RelayLineLosesBytes)),
    broken("bench-button-parts-late", "button relay", |c| c.board_faults.trouble = Some(Trouble::ButtonPartsLate)),
    // The sound card, and what is to be heard around it.
    broken("bench-outputs-exchanged", "mouth", |c| c.card.trouble = Some(CardTrouble::OutputsExchanged)),
    broken("bench-card-slips", "sound card", |c| c.card.trouble = Some(CardTrouble::Slips)),
    broken("bench-card-clock-off", "sound card", |c| c.card.ppm = Some(CLOCK_OFF)),
    broken("bench-mouth-distorts", "mouth", |c| c.card.trouble = Some(CardTrouble::MouthDistorts)),
    broken("bench-ear-without-bass", "ear", |c| c.card.trouble = Some(CardTrouble::EarWithoutBass)),
    broken("bench-radio-beside-ear", "ear", |c| c.card.trouble = Some(CardTrouble::RadioBesideEar)),
    broken("bench-ear-evened-out", "ear", |c| c.card.trouble = Some(CardTrouble::EarEvenedOut)),
    broken("bench-ear-crackles", "ear", |c| c.card.trouble = Some(CardTrouble::EarCrackles)),
    broken("bench-ear-turned-down", "ear", |c| c.card.trouble = Some(CardTrouble::EarTurnedDown)),
    broken("bench-ear-reckons", "ear", |c| c.card.trouble = Some(CardTrouble::EarReckons)),
    broken("bench-mouth-reckons", "mouth", |c| c.card.trouble = Some(CardTrouble::MouthReckons)),
    broken("bench-transformer-hums", "ear", |c| c.air.hum = 72.0),
    broken("bench-drill-next-door", "ear", |c| c.air.drill = 88.0),
    // The network between bench and post.
    broken("bench-network-drops", "operator", |c| c.board_faults.trouble = Some(Trouble::NetworkDrops)),
    broken("bench-network-stalls", "operator", |c| c.board_faults.trouble = Some(Trouble::NetworkStalls)),
    broken("bench-network-doubles", "operator", |c| c.board_faults.trouble = Some(Trouble::NetworkDoubles)),
    broken("bench-network-shared", "operator", |c| c.board_faults.trouble = Some(Trouble::NetworkShared)),
    broken("bench-switch-searches-loops", "operator", |c| c.board_faults.trouble = Some(Trouble::SwitchSearchesLoops)),
    broken("bench-switch-restarts", "operator", |c| c.board_faults.trouble = Some(Trouble::SwitchRestarts)),
    broken("bench-second-post", "operator", |c| c.board_faults.trouble = Some(Trouble::SecondPost)),
    broken("bench-firewall-forgets", "operator", |c| c.board_faults.trouble = Some(Trouble::FirewallForgets)),
    broken("bench-port-sleeps", "operator", |c| c.board_faults.trouble = Some(Trouble::PortSleeps)),
    // A module that holds a dead talk for a minute: the post protocol (section 3) gives it half of that, and somebody
    // stands before a lamp that says "connected".
    module("module-patient", "T06", |c| c.voice.starved_after = Duration::from_secs(60)),
    // Healthy, and unlike the reference.
    healthy("control-network-jitters", |c| (c.line.jitter, c.line.loss) = (0.010, 0.002)),
    healthy("control-hall-reverberant", |c| c.air.reflections = HALL),
    healthy("control-levels-opposite", |c| (c.voice.mic_gain_db, c.voice.speaker_gain_db) = (-3.0, 3.0)),
    healthy("control-module-boots-quickly", |c| c.voice.boot = Duration::from_millis(400)),
    healthy("control-buffer-deep", |c| c.voice.jitter_target = Duration::from_millis(80)),
    healthy("control-register-half-minute", |c| c.voice.expires = Duration::from_secs(30)),
    healthy("control-clock-slow", |c| c.voice.codec_clock_ppm = -190.0),
    healthy("control-supply-small", |c| (c.supply.hold_up, c.supply.start_up) = (0.003, 0.02)),
    healthy("control-housing-thin", |c| c.air.housing = 34.0),
    healthy("control-headers-folded", |c| c.voice.faults.quirks.letters = Some(wording::folded)),
    healthy("control-expires-in-contact", |c| c.voice.faults.quirks.letters = Some(wording::expires_in_contact)),
    healthy("control-sdp-terse", |c| c.voice.faults.quirks.letters = Some(wording::terse)),
    healthy("control-packets-extended", |c| c.voice.faults.quirks.packets = Some(sound::extended)),
    healthy("control-speaker-horn", |c| c.voice.faults.quirks.down = Some(sound::horn)),
    healthy("control-network-doubles-seldom", |c| c.board_faults.trouble = Some(Trouble::NetworkDoublesSeldom)),
    healthy("control-network-far", |c| (c.line.delay, c.line.jitter, c.line.loss) = (0.035, 0.006, 0.003)),
    healthy("control-register-hour", |c| c.voice.expires = Duration::from_secs(3600)),
    healthy("control-mic-thinks", |c| c.voice.faults.mic_delay = Duration::from_millis(40)),
    healthy("control-clock-slower", |c| c.voice.codec_clock_ppm = -120.0),
    healthy("control-clock-faster", |c| c.voice.codec_clock_ppm = 190.0),
    healthy("control-mic-turns-phase", |c| c.voice.faults.quirks.up = Some(sound::turns_phase)),
    healthy("control-speaker-turns-phase", |c| c.voice.faults.quirks.down = Some(sound::turns_phase)),
    healthy("control-speaker-resonant", |c| c.voice.faults.quirks.down = Some(sound::resonant)),
    healthy("control-speaker-bends", |c| c.voice.faults.quirks.down = Some(sound::bends)),
    healthy("control-mic-levelled", |c| c.voice.faults.quirks.up = Some(sound::levelled)),
];

/// A crystal of the wrong kind: 0.4 % fast, in parts per million.
const CLOCK_OFF: f64 = 4000.0;

/// Three walls: by how many metres their way is longer, and by how many dB what comes that way is fainter.
const HALL: &[(f64, f64)] = &[(7.9, 12.0), (14.1, 16.0), (23.3, 21.0)];
