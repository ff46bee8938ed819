//! Bad posts that nobody had in mind when the scenarios were written: a figure of what the bench finds that it was not
//! built for.
//!
//! Whichever scenario finds one is the right one, so a row names none; `reason` is the requirement that the post fails.
//! Rows without blame are healthy posts unlike the reference, which every scenario must pass.

use super::unnamed::{healthy, image, module};
use super::{Defect, Image, control, impatient};
use crate::twin::voice::{Damage, Pulse, Return, Rewrite, Suppression, Tone};
use crate::twin::{BACKUP_ADDRESS, TwinConfig};
use std::net::SocketAddr;
use std::time::Duration;

/// In the order of what is wrong: button, calls, lamps, outages, identity, supervision; then the voice module's
/// signalling, media and sound.
pub const FRESH: &[Defect] = &[
    // The button.
    image("press-third-lost", "T45"),
    image("press-second-neglected", "T45"),
    image("dead-after-four-presses", "T45"),
    image("dead-after-two-calls", "T45"),
    image("dead-after-stuck", "T28"),
    image("deaf-after-call", "T29"),
    image("deaf-after-refusal", "T43"),
    image("press-short-missed", "T29"),
    image("press-at-release", "T01"),
    image("press-long-is-two", "T33"),
    image("press-in-ringing-cancels", "T44"),
    image("stuck-fault-stays", "T27"),
    // Calls.
    image("ghost-after-talk", "T32"),
    image("ghost-after-return", "T32"),
    image("ghost-after-kept", "T38"),
    image("ghost-after-power", "T32"),
    image("ringing-given-up-at-once", "T44"),
    image("ringing-given-up-early", "T44"),
    image("talk-cut-short", "T42"),
    image("hang-up-at-short-cut", "T22"),
    image("hang-up-missed-after-long-talk", "T06"),
    Defect { plant: impatient, ..image("redial-window-short", "T22") },
    image("redial-after-hang-up", "T33"),
    image("redial-storm", "T43"),
    image("dial-slow-after-idle", "T01"),
    image("case-number-constant", "T33"),
    image("case-number-shared", "T33"),
    // Lamps.
    image("lamp-placed-blinks", "T05"),
    image("lamp-placed-dark-in-talk", "T05"),
    image("lamp-placed-late-from-second", "T05"),
    image("lamp-placed-stuck-after-failure", "T05"),
    image("lamp-connected-flickers", "T06"),
    image("lamp-connected-lingers", "T06"),
    image("lamp-test-at-boot", "T06"),
    image("out-of-service-never-clears", "T27"),
    image("out-of-service-clears-late", "T27"),
    image("out-of-service-flashes-in-talk", "T27"),
    image("out-of-service-though-served", "T27"),
    // Outages.
    image("outage-blink-too-short", "T38"),
    image("outage-blink-too-slow", "T38"),
    image("outage-second-unanswered", "T38"),
    image("kept-press-lost", "T38"),
    image("kept-press-twice", "T38"),
    image("kept-press-unflagged", "T38"),
    image("kept-press-dropped-early", "T38"),
    image("refused-press-delivered", "T38"),
    image("rejoin-slow", "T20"),
    image("no-rejoin-after-second-cut", "T20"),
    image("register-hammer", "T39"),
    // Identity and settings. The first shows with a second identity only, the second with a damaged page.
    image("identity-fixed", "T33"),
    image("settings-unchecked", "T41"),
    image("identity-lost-after-hang", "T33"),
    // Supervision.
    image("watchdog-every-three-minutes", "T45"),
    image("restarts-after-call", "T45"),
    image("restarts-after-return", "T45"),
    image("heartbeat-missing", "T26"),
    image("heartbeat-slow", "T26"),
    image("heartbeat-says-idle", "T26"),
    image("heartbeat-stale", "T26"),
    image("heartbeat-counts", "T36"),
    image("boot-cause-untrue", "T41"),
    Defect { plant: |c| c.voice.faults.hangs_after_calls = 1, ..image("module-silence-unnoticed", "T26") },
    Defect { plant: |c| c.voice.faults.restarts_every = Some(seconds(100)), ..image("module-restart-unnoticed", "T26") },
    module("module-hangs-after-two-calls", "T45", |c| c.voice.faults.hangs_after_calls = 2),
    module("module-restarts", "T42", |c| c.voice.faults.restarts_every = Some(seconds(70))),
    // Registration.
    module("register-every-second", "T39", |c| c.voice.faults.refreshes_every = Some(seconds(1))),
    module("register-refreshed-late", "T26", |c| c.voice.faults.refreshes_every = Some(seconds(90))),
    module("register-never-refreshed", "T26", |c| c.voice.faults.refreshes_every = Some(seconds(86_400))),
    module("register-twice-at-once", "T39", |c| c.voice.faults.registers_twice = true),
    module("contact-elsewhere", "T19", |c| rewrite(c, "REGISTER", "Contact", Some("<sip:post@10.20.0.99:5060>"))),
    module("password-in-clear", "T40", password_in_clear),
    // Call control.
    module("second-operator-first", "T08", second_first),
    module("both-operators-at-once", "T33", |c| c.voice.faults.calls_both = true),
    module("escalation-late", "T08", |c| c.voice.faults.escalates_after = Some(seconds(40))),
    module("priority-missing", "T33", |c| rewrite(c, "INVITE", "Priority", None)),
    module("case-number-missing", "T33", |c| rewrite(c, "INVITE", "X-SOS-Press", None)),
    module("identity-contradicted", "T33", |c| rewrite(c, "INVITE", "X-SOS-Post", Some("SOS-9999"))),
    module("asserted-identity-contradicted", "T33", other_asserted),
    module("max-forwards-spent", "T02", |c| rewrite(c, "INVITE", "Max-Forwards", Some("0"))),
    module("max-forwards-missing", "T02", |c| rewrite(c, "INVITE", "Max-Forwards", None)),
    module("call-id-reused", "T33", |c| c.voice.faults.reuses_call_id = true),
    module("reinvite-storm", "T42", |c| c.voice.faults.reinvites_every = Some(seconds(1))),
    module("transfer-refused", "T18", |c| c.voice.faults.refuses_offers = true),
    module("bye-unanswered", "T06", |c| c.voice.faults.bye_unanswered = true),
    module("cancel-after-answer", "T44", |c| c.voice.faults.cancels_answered = true),
    module("hang-up-at-silence", "T42", |c| c.voice.faults.silence_limit = Some(seconds(20))),
    module("stranger-answered-after-call", "T40", |c| c.voice.faults.answers_strangers_for = Some(seconds(60))),
    module("ack-missing-from-second", "T42", |c| c.voice.faults.acks_first_only = true),
    module("from-tag-constant", "T33", |c| c.voice.faults.keeps_tag = true),
    module("two-contacts", "T19", two_contacts),
    module("password-in-base64", "T40", password_in_base64),
    module("sends-on-hold", "T40", |c| c.voice.faults.sends_on_hold = true),
    module("mute-after-hold", "T18", |c| c.voice.faults.mutes_after_hold = true),
    module("stranger-ends-talk", "T42", |c| c.voice.faults.stranger_ends_talk = true),
    // Media.
    module("sound-copied", "T40", |c| c.voice.faults.copies_to = Some(SocketAddr::new(BACKUP_ADDRESS, 40_000))),
    module("sound-after-bye", "T40", |c| c.voice.faults.lingers = seconds(3)),
    module("sound-before-answer", "T40", |c| c.voice.faults.sends_before_answer = true),
    module("law-mislabelled", "T04", |c| c.voice.faults.wrong_law = true),
    module("packets-half-lost", "T18", |c| c.voice.faults.up.loses_every = 2),
    module("packets-in-bursts", "T18", |c| c.voice.faults.bursts = 6),
    module("mic-ceases", "T42", |c| c.voice.faults.up.dies_after = Some(seconds(30))),
    module("speaker-ceases", "T42", |c| c.voice.faults.down.dies_after = Some(seconds(30))),
    module("mic-has-gaps", "T18", |c| c.voice.faults.up.holes = Some(GAPS)),
    module("speaker-has-gaps", "T18", |c| c.voice.faults.down.holes = Some(GAPS)),
    module("mic-late", "T04", |c| c.voice.faults.up.late = Duration::from_millis(300)),
    module("speaker-late", "T04", |c| c.voice.faults.down.late = Duration::from_millis(300)),
    module("words-cut", "T04", |c| c.voice.suppression = Some(Suppression { onset: Duration::from_millis(240) })),
    // Sound.
    module("mic-quiet", "T12", |c| c.voice.faults.up.gain_db = -20.0),
    module("speaker-quiet", "T13", |c| c.voice.faults.down.gain_db = -20.0),
    module("mic-clipped", "T12", |c| c.voice.faults.up.clips_at = Some(0.03)),
    module("mic-overdriven", "T12", |c| c.voice.faults.up.gain_db = 30.0),
    module("speaker-clipped", "T12", |c| {
        c.voice.faults.down = Damage { clips_at: Some(0.03), gain_db: 12.0, ..Damage::default() }
    }),
    module("mic-dull", "T12", |c| c.voice.faults.up.dull_above = Some(300.0)),
    module("ring-tone-in-talk", "T12", |c| c.voice.faults.down.tone = Some(RING_TONE)),
    module("beeps-in-talk", "T12", |c| c.voice.faults.down.tone = Some(BEEPS)),
    module("tone-to-operator", "T12", |c| {
        c.voice.faults.up.tone = Some(Tone { hertz: 1000.0, level: -30.0, pulse: Pulse::ALWAYS })
    }),
    module("mic-delayed", "T10", |c| c.voice.faults.mic_delay = Duration::from_millis(300)),
    module("mic-delay-creeps", "T11", |c| c.voice.faults.mic_creep = 0.002),
    module("speaker-delayed", "T10", |c| c.voice.faults.extra_audio_delay = Duration::from_millis(300)),
    module("sample-clock-off", "T11", |c| c.voice.codec_clock_ppm = 3000.0),
    module("voice-returned", "T17", |c| c.voice.faults.returns = Some(RETURN)),
    module("half-duplex", "T17", |c| c.voice.faults.half_duplex = true),
    module("hum-to-operator", "T12", |c| c.voice.faults.up.tone = Some(Tone { hertz: 50.0, level: -30.0, pulse: Pulse::ALWAYS })),
    module("buzz-in-speaker", "T12", |c| {
        c.voice.faults.down.tone = Some(Tone { hertz: 100.0, level: -34.0, pulse: Pulse::ALWAYS })
    }),
    module("soft-syllables-gated", "T12", |c| c.voice.faults.up.gated_below = Some(0.02)),
    module("speaker-sags", "T13", |c| c.voice.faults.down.sags = Some((SAGS, 20.0))),
    module("mic-notched", "T12", |c| c.voice.faults.up.notched_at = Some(1414.0)),
    module("speaker-notched", "T12", |c| c.voice.faults.down.notched_at = Some(1414.0)),
    module("mic-crackles", "T12", |c| c.voice.faults.up.crackles = Some((CRACKLE, 0.05))),
    module("echo-late", "T17", |c| c.voice.faults.returns = Some(Return { delay: Duration::from_millis(400), gain_db: -20.0 })),
    // Milder ones of kinds that are above.
    module("mic-faint", "T12", |c| c.voice.faults.up.gain_db = -12.0),
    module("speaker-faint", "T13", |c| c.voice.faults.down.gain_db = -12.0),
    module("speaker-dull", "T12", |c| c.voice.faults.down.dull_above = Some(900.0)),
    module("speaker-has-short-gaps", "T18", |c| c.voice.faults.down.holes = Some(SHORT_GAPS)),
    module("voice-returned-faintly", "T17", |c| c.voice.faults.returns = Some(FAINT_RETURN)),
    module("blips-to-operator", "T12", |c| c.voice.faults.up.tone = Some(BLIPS)),
    module("sound-lingers-a-second", "T40", |c| c.voice.faults.lingers = seconds(1)),
    module("module-restarts-seldom", "T42", |c| c.voice.faults.restarts_every = Some(seconds(400))),
    module("register-slightly-late", "T26", |c| c.voice.faults.refreshes_every = Some(seconds(66))),
    // Healthy, and unlike the reference.
    control("control-accepts-short-press", Image::Variant("accepts-short-press"), |_| {}),
    control("control-lamps-dimmed", Image::Variant("lamps-dimmed"), |_| {}),
    healthy("control-boot-slow", |c| c.voice.boot = seconds(48)),
    healthy("control-register-ten-minutes", |c| c.voice.expires = seconds(600)),
    healthy("control-ports-elsewhere", |c| (c.voice.sip_port, c.voice.rtp_port) = (5072, 28_654)),
    healthy("control-extra-headers", extra_headers),
    healthy("control-early-media", |c| c.voice.early_media = true),
    healthy("control-mic-inverted", |c| c.voice.mic_inverted = true),
    healthy("control-clock-fast", |c| c.voice.codec_clock_ppm = 150.0),
    healthy("control-noise-quietened", |c| c.voice.quietens = true),
    healthy("control-silence-suppressed", |c| c.voice.suppression = Some(Suppression { onset: Duration::ZERO })),
];

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// 100 ms of every second.
const GAPS: Pulse = Pulse { every: seconds(1), length: Duration::from_millis(100) };
/// As Polish exchanges send it: 425 Hz, one second of five.
const RING_TONE: Tone = Tone { hertz: 425.0, level: -20.0, pulse: Pulse { every: seconds(5), length: seconds(1) } };
/// "You are still connected."
const BEEPS: Tone = Tone { hertz: 1400.0, level: -20.0, pulse: Pulse { every: seconds(10), length: Duration::from_millis(160) } };
/// Three of every seven seconds.
const SAGS: Pulse = Pulse { every: seconds(7), length: seconds(3) };
/// A loose contact, twice a second.
const CRACKLE: Pulse = Pulse { every: Duration::from_millis(500), length: Duration::from_millis(5) };
const RETURN: Return = Return { delay: Duration::from_millis(180), gain_db: -12.0 };

/// 60 ms of every three seconds: 2 % of what is spoken.
const SHORT_GAPS: Pulse = Pulse { every: seconds(3), length: Duration::from_millis(60) };
const FAINT_RETURN: Return = Return { delay: Duration::from_millis(60), gain_db: -24.0 };
const BLIPS: Tone = Tone { hertz: 600.0, level: -25.0, pulse: Pulse { every: seconds(7), length: Duration::from_millis(80) } };

fn rewrite(config: &mut TwinConfig, method: &'static str, header: &'static str, value: Option<&str>) {
    config.voice.faults.rewrites.push(Rewrite { method, header, value: value.map(str::to_owned) });
}

fn password_in_clear(config: &mut TwinConfig) {
    let value = format!("{}:{}", config.identity, config.voice.password);
    rewrite(config, "REGISTER", "X-Account", Some(&value));
}

/// As some devices log in to web servers (RFC 7617).
fn password_in_base64(config: &mut TwinConfig) {
    let plain = format!("{}:{}", config.identity, config.voice.password);
    let value = format!("Basic {}", base64(plain.as_bytes()));
    rewrite(config, "INVITE", "X-Authorization", Some(&value));
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = |three: &[u8]| {
        let bits = (0..3).fold(0, |bits, n| bits << 8 | u32::from(three.get(n).copied().unwrap_or(0)));
        let digit = move |n: usize| if n > three.len() { '=' } else { DIGITS[(bits >> (18 - 6 * n) & 63) as usize] as char };
        (0..4).map(digit).collect::<String>()
    };
    bytes.chunks(3).map(digits).collect()
}

fn two_contacts(config: &mut TwinConfig) {
    let own = SocketAddr::new(config.voice.address, config.voice.sip_port);
    let value = format!("<sip:{}@{own}>, <sip:{}@10.20.0.98:5060>", config.identity, config.identity);
    rewrite(config, "REGISTER", "Contact", Some(&value));
}

fn second_first(config: &mut TwinConfig) {
    if let Some(second) = &mut config.voice.second {
        std::mem::swap(&mut config.voice.operator, second);
    }
}

fn other_asserted(config: &mut TwinConfig) {
    let value = format!("\"SOS-9999\" <sip:SOS-9999@{}>", config.voice.server.ip());
    rewrite(config, "INVITE", "P-Asserted-Identity", Some(&value));
}

fn extra_headers(config: &mut TwinConfig) {
    for method in ["REGISTER", "INVITE", "BYE"] {
        rewrite(config, method, "X-Serial", Some("4711-0815"));
    }
    rewrite(config, "INVITE", "Organization", Some("Straż Miejska"));
    rewrite(config, "INVITE", "Subject", Some("SOS"));
}
