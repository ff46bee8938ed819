//! What the rows of the list plant where it takes more than a word.

use super::super::TwinConfig;
use super::super::voice::{Rewrite, Security};
use crate::operator::User;
use std::time::Duration;

/// A hub that polls lazily.
pub(super) const HELD_BACK: Duration = Duration::from_millis(60);

/// The bench has just proved itself.
pub(super) const AFTER_S00: Duration = Duration::from_secs(30);

/// As long as a plain SIP stack waits: timer B (RFC 3261, 17.1.1.2).
pub(super) const SLOW_FAILOVER: Duration = Duration::from_secs(32);

/// The registration of 60 s has just run out.
pub(super) const AT_THE_EDGE: Duration = Duration::from_millis(60_300);

/// A second after it is ready the module writes its settings, for half a second.
pub(super) const WRITES_SETTINGS: (Duration, Duration) = (Duration::from_millis(4000), Duration::from_millis(4500));

/// Seconds per second: the limit of T11, +50 ms over 30 minutes, is passed threefold within five.
pub(super) const CREEP: f64 = 0.000_5;

/// Mouth-to-ear about 135 ms of the 150 ms allowed (T10): a long line. The receive buffer is so shallow that its start,
/// which falls anywhere within a frame of 20 ms, stays within the limit; the converter so quick that an interruption
/// does (T21).
pub(super) fn slow_but_legal(config: &mut TwinConfig) {
    config.line.delay = 0.072;
    config.line.up_after = 0.12;
    config.voice.jitter_target = Duration::from_millis(30);
}

/// Where the post speaks securely at all.
pub(super) fn of_security(config: &mut TwinConfig, change: fn(&mut Security)) {
    config.voice.security.iter_mut().for_each(change);
}

/// A module that gives a silent call up in the middle of a cut of 20 s (S29): a sound post dials it again.
pub(super) fn impatient(config: &mut TwinConfig) {
    config.voice.starved_after = Duration::from_secs(8);
}

/// It says that it refreshes a talk, and does not (RFC 4028, 7.2).
pub(super) fn promises_refresh(config: &mut TwinConfig) {
    let line = |header, value: &str| Rewrite { method: "INVITE", header, value: Some(value.to_owned()) };
    config.voice.faults.rewrites = vec![line("Supported", "timer"), line("Session-Expires", "90;refresher=uac")];
}

/// A module that can do more than the operator asks of it offers that first.
pub(super) fn offers_opus(config: &mut TwinConfig) {
    config.voice.faults.quirks.letters = Some(|text| {
        if let Some((head, media)) = text.split_once("RTP/AVP ").filter(|_| text.starts_with("INVITE ")) {
            let more = "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\na=rtpmap:9 G722/8000\r\n";
            *text = format!("{head}RTP/AVP 96 9 {media}{more}");
        }
    });
}

/// Its ports are drawn by lot, as those of most telephones.
pub(super) fn random_ports(config: &mut TwinConfig) {
    let mut chance = crate::rng::Rng::new(config.seed, "ports of the module");
    let port = |chance: &mut crate::rng::Rng| 20_000 + 2 * (chance.bits() % 10_000) as u16;
    (config.voice.sip_port, config.voice.rtp_port) = (port(&mut chance), port(&mut chance) | 1);
    config.voice.rtp_port -= 1;
}

/// It renews its lease late, asks for names as it pleases, and tells the time of its town and says so.
pub(super) fn own_network_habits(config: &mut TwinConfig) {
    let network = &mut config.voice.network;
    (network.renews_after, network.tells_local_time) = (Some(0.8), true);
    network.asks_names_every = Some(Duration::from_secs(7));
}

/// The server knows the other post, so the clone registers and calls like any other.
pub(super) fn clone_of_another(config: &mut TwinConfig) {
    config.operator.users.push(User { name: "SOS-9999".into(), password: config.voice.password.clone() });
    config.voice.faults.wrong_identity = Some("SOS-9999".into());
}
