//! Ways in which modules fail that a wanderer has met elsewhere, and a few in which sound ones differ: one at a time,
//! asked for where the module acts.
//!
//! Must not act: it holds names and figures.

use super::FRAME;
use std::time::Duration;

/// One at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// The longer it lives the longer a call waits.
    DialsSlowerWithAge,
    /// For half a minute after a loss of link each call waits.
    DialsLateAfterCut,
    /// A call that the firmware has kept goes to the second operator first.
    KeptToSecond,
    /// And no other operator is tried for one.
    KeptNeverEscalates,
    /// After a call that came to nothing it takes no order for a while.
    SulksAfterFailure,
    /// UPDATE is left unanswered.
    IgnoresUpdates,
    /// The second offer of a call is refused.
    RefusesSecondOffer,
    /// An offer that the far end leaves to it is refused.
    RefusesEmptyOffer,
    /// Only a busy operator has a second.
    OnlyBusyEscalates,
    /// The second operator is not rung for long.
    SecondRungBriefly,
    /// Whoever asks whether it is there ends its talk.
    OptionsEndTalk,
    /// Whoever tells it of new settings makes it start anew.
    NotifiedRestarts,
    /// Whoever knows a call's name may end it.
    ObeysForgedBye,
    /// A progress that is no ringing is taken for the answer.
    ProgressIsAnswer,
    /// One law is taken for the other.
    MisreadsMu,
    /// What a server grants is not read.
    IgnoresGrant,
    /// A challenge where it has answered one already is a refusal.
    StaleNonceIsFinal,
    /// It registers with the main server only.
    RegistersAtMainOnly,
    /// A dead main server is asked four times a second.
    HammersMain,
    /// The main server is asked so seldom whether it is there again.
    ReturnsLate,
    /// A talk stays where it was when the module moves.
    TalkStaysBehind,
    /// Its clock stands still while somebody talks.
    ClockStandsInTalk,
    /// What is sealed is plain once the call was on hold.
    PlainAfterHold,
    /// Plain sound is played in a talk that is sealed.
    PlaysPlain,
    /// Keys of the operator mute the microphone for a while.
    KeysMute,
    /// And sound in the loudspeaker.
    KeysBeep,
    /// After so many calls there is no port for sound any more.
    SoundRunsOut,
    /// A hold turns the volume back.
    HoldTurnsVolume,
    /// The echo is taken away from the sixth second on.
    LearnsEchoSlowly,
    /// A registration is told to the firmware late.
    TellsRegistrationLate,
    /// A battery's fault is taken back when mains are there.
    MainsHealBattery,
    /// The mains' return is not told.
    MainsReturnUntold,
    /// Each start takes longer.
    BootsLonger,
    /// Each fault is told once in a life.
    FaultsToldOnce,
    /// Each sign of life comes later than the one before.
    SignsGrowRare,
    /// Whatever is told is told as an alert.
    AllAlerts,
    /// It is named in small letters.
    NamedSmall,
    /// The calls that were answered are told as those that were not.
    CountsExchanged,
    /// At the backup server a call does not say where it comes from.
    UnnamedAtBackup,
    /// The count of a REGISTER has four bits.
    CountsToSixteen,
    /// Healthy: it asks a little more often whether the main server is there again.
    AsksMainOften,
    /// Healthy: whoever calls it is told that nobody is there.
    SaysUnavailable,
}

/// So much of its age a call waits.
pub const OF_AGE: f64 = 0.0015;
/// How long a module is slow after a cut, and by how much.
pub const SLOW_AFTER: Duration = Duration::from_secs(30);
pub const SLOW_BY: Duration = Duration::from_millis(1600);
pub const SULKS_FOR: Duration = Duration::from_secs(10);
pub const BRIEFLY: Duration = Duration::from_secs(20);
pub const HAMMERS: Duration = Duration::from_millis(250);
pub const SELDOM: Duration = Duration::from_secs(400);
pub const OFTEN: Duration = Duration::from_secs(10);
pub const TOLD_LATE: Duration = Duration::from_secs(8);
/// By so much each sign of life is later.
pub const RARER: Duration = Duration::from_secs(1);
pub const LONGER: Duration = Duration::from_secs(4);
pub const CALLS: u32 = 12;
pub const BITS: u32 = 16;
/// Frames: three seconds of muteness, a beep, six seconds of learning.
const MUTE_FOR: u64 = 150;
const BEEPS_FOR: u64 = 15;
pub const LEARNS_FOR: u64 = 300;
const BEEP: (f32, f32) = (0.25, 770.0);

/// What the operator has told it in this call.
#[derive(Debug, Default)]
pub struct Told {
    /// The frame of his last key.
    pub key_at: Option<u64>,
    pub was_held: bool,
}

impl Told {
    fn since_key(&self, frames: u64) -> u64 {
        self.key_at.map_or(u64::MAX, |key| frames.saturating_sub(key))
    }
    pub fn is_mute(&self, frames: u64, flaw: Option<Flaw>) -> bool {
        flaw == Some(Flaw::KeysMute) && self.since_key(frames) < MUTE_FOR
    }
    /// `true`: there is a beep in the frame now.
    pub fn beeps(&self, frames: u64, flaw: Option<Flaw>, frame: &mut [f32; FRAME]) -> bool {
        let beeps = flaw == Some(Flaw::KeysBeep) && self.since_key(frames) < BEEPS_FOR;
        if beeps {
            beep(frames, frame);
        }
        beeps
    }
}

/// A beep over a frame.
fn beep(frames: u64, frame: &mut [f32; FRAME]) {
    let (amplitude, hertz) = BEEP;
    for (n, sample) in frame.iter_mut().enumerate() {
        let turns = hertz * (frames * FRAME as u64 + n as u64) as f32 / super::RATE as f32;
        *sample = (*sample + amplitude * (std::f32::consts::TAU * turns.fract()).sin()).clamp(-1.0, 1.0);
    }
}
