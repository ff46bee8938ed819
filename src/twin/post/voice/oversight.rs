//! What the makers of modules have not thought of, as an assessor has met it, and a few things in which sound ones
//! differ: one at a time, asked for where the module acts.
//!
//! Must not act: it holds names and figures, and what is to be remembered of a talk.

use super::FRAME;
use std::time::Duration;

/// One at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oversight {
    /// Each packet that is missing is heard as a burst of noise.
    RoarsAtLoss,
    /// The microphone is shut for a second when the talk is described anew.
    GapAtReoffer,
    /// The volume can be turned down, and not up again.
    VolumeNeverRises,
    /// A request that was challenged is sent again under the same count.
    ChallengeUnderSameCount,
    /// Whoever refers it to somebody is obeyed.
    ObeysRefer,
    /// The microphone is open while the operator's end may be heard before the answer.
    MicOpenEarly,
    /// The backup server is not told who calls.
    UnsignedAtBackup,
    /// A registration with the backup server is not refreshed.
    NoRefreshAtBackup,
    /// What is told the supervision has the form of RFC 3164.
    OldForm,
    /// It does not tell that it has started.
    StartUntold,
    /// A case that goes to the second operator is counted as two.
    EscalatedTwice,
    /// Its battery is told as faulty until that has been charged for a while.
    BatteryWeakAtStart,
    /// Echoes come back when both have spoken at once.
    EchoAfterDoubleTalk,
    /// The second operator is not told that a press was kept.
    UnflaggedAtSecond,
    /// A call waits for the answer to a registration.
    WaitsForRegistrar,
    /// So many calls in so long must be abuse.
    RationsCalls,
    /// What cannot be read makes it start anew.
    StartledByNonsense,
    /// A connection that is lost is opened again at once, and again.
    HammersConnections,
    /// Every fourth sign of life comes late.
    SignsStumble,
    /// The loss of mains is told when they are back.
    MainsToldAtReturn,
    /// What was said in a cut is sent when it is over.
    SendsBacklog,
    /// It registers before each call.
    RegistersBeforeCall,
    /// On the battery the amplifier's first draw makes it start anew.
    BrownsOutAtAnswer,
    /// Its timers go by the clock that the time server sets.
    TimersByClock,
    /// Whoever calls it, and is turned away, keeps it busy for a while.
    OccupiedByStranger,
    /// Every fourth start comes to nothing.
    FourthStartHangs,
    /// What there is to tell in a cut is told into it.
    ToldIntoCut,
    /// Healthy: STUN keeps the way of a talk open (RFC 6263, 4.6).
    StunInTalk,
    /// Healthy: it reports on its sound (RFC 3550, 6).
    ReportsSound,
    /// Healthy: its texts are marked as UTF-8 (RFC 5424, 6.4).
    MarksText,
}

/// Frames: a second of a shut microphone, both at once for so long, and echoes after it.
pub const SHUT_FOR: u64 = 50;
const BOTH_FOR: u32 = 10;
const ECHOES_FOR: u64 = 150;
/// Whoever speaks at the microphone is louder there than the echo: power.
const SPEAKS: f32 = 6e-5;
const BEYOND_ECHO: f32 = 0.02;
/// Amplitude of a roar.
const ROAR: f32 = 0.35;
pub const CHARGES_FOR: Duration = Duration::from_secs(10);
pub const REGISTRAR_PATIENCE: Duration = Duration::from_secs(4);
/// So many calls in so long.
pub const RATION: (usize, Duration) = (6, Duration::from_secs(300));
pub const OPENS_AGAIN: Duration = Duration::from_millis(200);
/// Every so manieth sign, and by how much.
pub const STUMBLES: (u32, Duration) = (4, Duration::from_secs(15));
/// Packets that are kept in a cut.
pub const BACKLOG: usize = 400;
pub const DRAWS_AFTER: Duration = Duration::from_millis(300);
/// A clock that is set by less has not been wrong.
pub const A_STEP: Duration = Duration::from_secs(2);
pub const OCCUPIED_FOR: Duration = Duration::from_secs(20);
pub const STARTS: u32 = 4;
/// Frames from one word beside the sound to the next.
pub const BESIDE_EVERY: u64 = 250;

/// What such a module remembers of a talk.
#[derive(Debug, Default)]
pub struct OfTalk {
    missing: usize,
    both: u32,
    echoes_until: u64,
    noise: u32,
}

impl OfTalk {
    /// More packets are missing than before.
    pub fn has_lost(&mut self, missing: usize) -> bool {
        std::mem::replace(&mut self.missing, missing) < missing
    }
    pub fn roar(&mut self, frame: &mut [f32; FRAME]) {
        for sample in frame {
            self.noise = self.noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample = ROAR * ((self.noise >> 16) as f32 / 32_768.0 - 1.0);
        }
    }
    /// Whether echoes are left alone at this frame, of this power at the microphone and the loudspeaker.
    pub fn echoes(&mut self, frame: u64, mic: f32, speaker: f32) -> bool {
        let both = mic > SPEAKS && speaker > SPEAKS && mic > BEYOND_ECHO * speaker;
        self.both = if both { self.both + 1 } else { 0 };
        if self.both >= BOTH_FOR {
            self.echoes_until = frame + ECHOES_FOR;
        }
        frame < self.echoes_until
    }
}
