//! How a module is built and set.

use super::{Faults, NetworkSettings, Security, Suppression, message};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// How a module is built and set.
#[derive(Debug, Clone)]
pub struct Config {
    /// The same seed gives the same tags, timestamps and moments.
    pub seed: u64,
    /// Its own, where nobody gives it one.
    pub address: IpAddr,
    /// What it asks others for.
    pub network: NetworkSettings,
    pub sip_port: u16,
    pub rtp_port: u16,
    /// The operator's server: registrar and first hop of every call.
    pub server: SocketAddr,
    /// Where to turn while that does not answer.
    pub backup: Option<SocketAddr>,
    /// Off: what is called is a telephone and no server. The module then counts as registered whenever it is told to
    /// register.
    pub registers: bool,
    /// User part of the operator's address at the server.
    pub operator: String,
    /// Whom to call if nobody answers there, or not in time.
    pub second: Option<String>,
    pub password: String,
    /// The registration asked for.
    pub expires: Duration,
    /// From power to `+READY`.
    pub boot: Duration,
    /// After a start it registers within so long, each time after another: not all posts of a city at once.
    pub joins_within: Duration,
    /// Deviation of the codec's clock, which drives microphone and loudspeaker.
    pub codec_clock_ppm: f64,
    /// The least time that a stream's first packet waits in the receive buffer.
    pub jitter_target: Duration,
    /// Without a packet for so long a call is lost.
    pub starved_after: Duration,
    pub mic_gain_db: f64,
    pub speaker_gain_db: f64,
    /// Its wires are exchanged, which no ear can tell.
    pub mic_inverted: bool,
    /// A steady noise is turned down.
    pub quietens: bool,
    /// Silence is not sent.
    pub suppression: Option<Suppression>,
    /// The operator's end may be heard while it rings.
    pub early_media: bool,
    /// Where it tells of itself.
    pub supervision: Option<SocketAddr>,
    /// `None`: signalling and sound are plain.
    pub security: Option<Security>,
    /// Where its presses call up a camera.
    pub cameras: Option<SocketAddr>,
    pub faults: Faults,
}

impl Config {
    /// A healthy module as delivered: SIP on 5060, RTP on 4000, 60 s registration, 3 s boot, 40 ms buffer, true clock,
    /// 30 s of patience with silence.
    pub fn new(address: IpAddr, server: SocketAddr, password: impl Into<String>) -> Self {
        Config {
            seed: 1,
            address,
            network: NetworkSettings::default(),
            sip_port: message::SIP_PORT,
            rtp_port: 4000,
            server,
            backup: None,
            registers: true,
            operator: "operator".to_owned(),
            second: None,
            password: password.into(),
            expires: Duration::from_secs(60),
            boot: Duration::from_secs(3),
            joins_within: Duration::ZERO,
            codec_clock_ppm: 0.0,
            jitter_target: Duration::from_millis(40),
            starved_after: Duration::from_secs(30),
            mic_gain_db: 0.0,
            speaker_gain_db: 0.0,
            mic_inverted: false,
            quietens: false,
            suppression: None,
            early_media: false,
            supervision: None,
            security: None,
            cameras: None,
            faults: Faults::default(),
        }
    }
}
