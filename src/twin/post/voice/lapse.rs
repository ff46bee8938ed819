//! Ways in which modules fail that a foreigner would expect, and a few in which sound ones differ: one at a time, asked
//! for where the module acts.
//!
//! Must not act: it holds names and figures.

use std::time::Duration;

/// One at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lapse {
    /// Put on hold it hangs up.
    HangsUpOnHold,
    /// One call in a life turns to the other server.
    FailsOverOnce,
    /// When the main server is back it hangs up to go there.
    ReturnEndsTalk,
    /// It goes back there once in a life.
    ReturnsOnce,
    /// Until its first call whoever calls is answered, for the fitter's sake.
    AnswersUntilFirstCall,
    /// After a loss of link nothing is heard from the loudspeaker in that talk.
    SpeakerDeadAfterGlitch,
    /// Nor, for a while, from the microphone.
    MicLateAfterGlitch,
    /// After each call it unregisters.
    UnregistersAfterCall,
    /// It believes itself registered until it has failed three times.
    ThreeStrikes,
    /// Its signs of life are counted, and there is a last one.
    SignsCease,
    /// A battery's fault is told as the mains'.
    BatteryToldAsMains,
    /// A cut is told as a fault of the server when it is over.
    CutIsServerFault,
    /// Faults are told as if they were none.
    FaultIsInformation,
    /// Calls are counted from the latest return of the link.
    CountersAnewAfterCut,
    /// A talk of less than ten seconds was none.
    ShortTalkUnanswered,
    /// The lowest volume is silence.
    LowestIsMute,
    /// The volume goes back to where it was.
    VolumeDriftsBack,
    /// After a power failure the loudspeaker is faint.
    FaintAfterPowerFailure,
    /// In every third call the first words are lost.
    ThirdIsLate,
    /// In a loud street echoes are not taken away.
    EchoInLoudStreet,
    /// A talk that is lost goes on being sent for a while.
    LingersAfterLoss,
    /// Every minute a packet of sound keeps the way to the operator open.
    KeepsWayOpen,
    /// The first second is not sealed.
    PlainAtFirst,
    /// The battery is called weak while somebody talks.
    SagsInTalk,
    /// The loss of mains is told when the talk is over.
    MainsUntoldInTalk,
    /// Without power for a moment only it hangs.
    HangsAfterDip,
    /// A link is believed when it has stood for two seconds.
    WaitsForCarrier,
    /// A busy operator is taken for a dead server.
    BusyIsDead,
    /// The end of a call is told a quarter too late.
    TellsEndLate,
    /// It starts anew when a server says when to try again.
    StartledByRetryAfter,
    /// It starts anew at the third of an operator's keys.
    StartledByKeys,
    /// Its first message to the supervision has its password.
    PasswordTold,
    /// Healthy: its signs of life come a little more seldom.
    SignsLeisurely,
    /// Healthy: a registration is refreshed at nine tenths.
    RefreshesAtNineTenths,
    /// Healthy: a REGISTER is signed only when it is asked for.
    SignsWhenAsked,
    /// Healthy: it speaks to the supervision from a port of its own.
    OwnSyslogPort,
}

/// Failures that make a registration's loss.
pub const STRIKES: u32 = 3;
/// Signs of life in all.
pub const SIGNS: u32 = 30;
/// From one to the next, where they may be rarer.
pub const ALIVE_SELDOM: Duration = Duration::from_secs(23);
/// No volume at all, and how fast one comes back: dB, and dB a frame (twice each 20 ms: 1.5 dB a second).
pub const MUTE_DB: f32 = -90.0;
pub const DRIFTS_DB: f32 = 0.015;
pub const FAINT_DB: f64 = -16.0;
/// Power that is away for less is a dip.
pub const DIP: Duration = Duration::from_millis(400);
/// Frames until the microphone opens again: 0.6 s.
pub const OPENS_LATE: u64 = 30;
/// Frames that are not sealed.
pub const PLAIN_FRAMES: u64 = 50;
/// Beyond this mean square at the microphone, −48 dBFS, a street is loud.
pub const STREET: f32 = 1.6e-5;
/// Of the first words.
pub const LATE: Duration = Duration::from_millis(400);
pub const SHORT_TALK: Duration = Duration::from_secs(10);
pub const LINGERS: Duration = Duration::from_secs(20);
pub const KEPT_OPEN_EVERY: Duration = Duration::from_secs(60);
pub const CARRIER: Duration = Duration::from_secs(2);
pub const END_LATE: Duration = Duration::from_millis(1250);
/// Packets of keys: about the third.
pub const KEYS: u32 = 25;
/// A port as systems give them.
pub const OWN_PORT: u16 = 50_514;
