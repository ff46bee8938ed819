//! Ways in which modules fail that nobody had in mind who built one, and a few in which sound ones differ: one at a
//! time, asked for where the module acts.
//!
//! Must not act, but for a call that waits for a name.

use super::{State, Voice};
use crate::clock::Instant;
use std::time::Duration;

/// One at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failing {
    /// No call before its server's name has been looked up once more.
    AsksNameBeforeCall,
    /// What is sealed counts no rollovers of the sequence (RFC 3711, 3.3.1).
    ForgetsRollovers,
    /// The second operator is offered plain sound.
    PlainForSecond,
    /// Its signs of life come a quarter too seldom.
    SignsLate,
    /// And none while a fault stands.
    SignsPauseInTrouble,
    /// A fault is told when it has stood for longer than anybody may wait.
    TroubleToldLate,
    /// A fault that stands is taken back and told again.
    TroubleFlaps,
    /// After a loss of link it has the name of its kind.
    NamelessAfterCut,
    /// Each return of the link is told as a start.
    StartsAtReturn,
    /// The loss of mains is taken back though they are still away.
    MainsToldBack,
    /// A case that is dialled again counts twice.
    CountsDialling,
    /// Of every three cases the last is an ordinary call.
    ThirdIsOrdinary,
    /// Dialled again a case is an ordinary call.
    RedialIsOrdinary,
    /// At the backup server all are.
    OrdinaryAtBackup,
    /// The next call is as loud as the operator left the last one.
    VolumeStays,
    /// The operator's keys turn the microphone as well.
    VolumeOfMicrophone,
    /// However loud the street is, the operator is as loud as in a quiet one.
    StreetUnheard,
    /// From the first loss of link on the microphone's sound is dull.
    DullAfterCut,
    /// Each loss of link makes the receive buffer of later calls deeper.
    DeeperAfterCuts,
    /// In every third call the microphone gives nothing.
    ThirdIsMute,
    /// Healthy: its signs of life come a tenth more often.
    SignsEarly,
    /// Healthy: its messages to the supervision say more of themselves (RFC 5424, 6.3).
    SyslogStructured,
}

/// From one sign of life to the next.
pub const SIGN_LATE: Duration = Duration::from_secs(25);
pub const SIGN_EARLY: Duration = Duration::from_secs(18);
/// So long a fault stands before it is told.
pub const TOLD_LATE: Duration = Duration::from_secs(75);
/// After so long it is taken back, or told again.
pub const FLAPS_EVERY: Duration = Duration::from_secs(10);
pub const TOLD_BACK: Duration = Duration::from_secs(60);
/// What it calls itself then.
pub const OF_ITS_KIND: &str = "sos-module";
/// By so much a cut deepens the receive buffer.
pub const DEEPER: Duration = Duration::from_millis(60);
/// Nothing much above so many hertz.
pub const DULL: f64 = 700.0;

impl Voice {
    /// Whether a call has to wait for a name.
    pub(super) fn waits_for_name(&mut self, at: Instant, press: u32, delayed: bool) -> bool {
        let State::Running(running) = &mut self.state else { return false };
        if !self.config.faults.fails(Failing::AsksNameBeforeCall) || !running.network.looks_up(at) {
            return false;
        }
        running.waiting = Some((press, delayed));
        self.network_acted(at);
        true
    }
    /// What has waited is dialled once the name was told, or nobody has told it.
    pub(super) fn dial_what_waited(&mut self, at: Instant) {
        let State::Running(running) = &mut self.state else { return };
        if !running.network.is_looking_up()
            && let Some((press, delayed)) = running.waiting.take()
        {
            Voice::dial_counted(running, at, press, delayed);
        }
    }
}
