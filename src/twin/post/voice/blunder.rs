//! Ways in which modules fail that an examiner has seen in the field, and a few in which sound ones differ: one at a
//! time, asked for where the module acts.
//!
//! Must not act: it holds names and figures, and what is to be remembered of a call.

use super::FRAME;
use super::spoil::DelayLine;
use crate::clock::Instant;
use std::time::Duration;

/// One at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blunder {
    /// An answer that crosses its CANCEL is nobody's.
    AnswerAfterCancelLost,
    /// One that comes at once when it has rung is not acknowledged.
    QuickAnswerUnacknowledged,
    /// Who is turned away by both operators begins again with the first a second later, for ever.
    DesksInCircle,
    /// A talk ends when the module turns to the other server.
    FailoverEndsTalk,
    /// And when it has another address.
    AddressEndsTalk,
    /// And when it was on hold for half a minute.
    LongHoldEndsTalk,
    /// Messages of more than a thousand bytes are not read.
    LongMessagesUnread,
    /// Nor those whose headers have the short forms of their names.
    ShortNamesUnread,
    /// A server's seconds are taken for minutes.
    RetryAfterInMinutes,
    /// Each refresh of the registration comes a little later than the last.
    RefreshCreeps,
    /// Each refresh goes to the other server.
    TakesServersInTurn,
    /// No defect: it is the firmware that has it try again.
    LeavesRetrying,
    /// A server that was not believed once is never spoken to again, whatever it shows.
    RefusalOfCertificateFinal,
    /// What is sealed is opened whoever has sealed it.
    SealUnchecked,
    /// Whoever spoke first in a talk is the only one to be heard.
    BoundToFirstSource,
    /// Each packet that is missing makes the loudspeaker later by one.
    LaterWithEachLoss,
    /// In the middle of a talk the microphone is late from one moment to the next.
    MicLeaps,
    /// The microphone is shut until the operator has said something.
    MicAwaitsOperator,
    /// The echo is no longer taken away once the operator has turned the volume.
    EchoAfterKey,
    /// On the battery the loudspeaker is faint.
    FaintOnBattery,
    /// Whoever asks for a longer lease says nothing meanwhile.
    StopsAtRenewal,
    /// No sign of life while a call stands.
    SilentInTalk,
    /// The loss of the main server is told as that of all.
    MainLossIsFault,
    /// What is told has so many bytes at most.
    NoticesShort,
    /// A dip of the mains is told as their loss.
    DipIsMainsFault,
    /// Healthy: whatever an earlier life has left at the registrar is taken away first (RFC 3261, 10.2.2).
    ClearsFirst,
    /// Healthy: it asks its server now and then whether it is there (RFC 3261, 11).
    AsksServer,
    /// Healthy: two empty lines keep the way to the server open (RFC 5626, 3.5.1).
    KeepsWayBlank,
}

/// After ringing for less the answer has come at once.
pub const QUICK: Duration = Duration::from_millis(150);
/// Whoever was turned away by both.
pub const CIRCLES_AFTER: Duration = Duration::from_secs(1);
/// So long a hold is none.
pub const LONG_HOLD: Duration = Duration::from_secs(30);
/// Bytes of a message, and of what is told the supervision.
pub const LONG: usize = 1000;
pub const SHORT: usize = 93;
/// Seconds that a server's second is taken for.
pub const MINUTE: u64 = 60;
/// By so much of what was granted each refresh is later, and the latest of it.
pub const CREEPS: (f64, f64) = (0.03, 1.03);
/// How often healthy ones say that they are there.
pub const ASKS_EVERY: Duration = Duration::from_secs(30);
pub const BLANK_EVERY: Duration = Duration::from_secs(25);
/// Seconds of a talk until its microphone is late, and by how many.
pub const LEAPS: (f64, f64) = (20.0, 0.2);
/// Of amplitude.
pub const FAINT: f32 = 0.2;
/// Frames in which nothing is said: 0.4 s.
pub const STOPS_FOR: u64 = 20;

/// What such a module remembers of a talk.
#[derive(Default)]
pub struct OfTalk {
    last: Option<u16>,
    /// Packets that were missing so far.
    missing: usize,
    line: DelayLine,
    pub held_since: Option<Instant>,
    /// The operator has said something.
    pub was_spoken_to: bool,
    /// The post lives on its battery.
    pub is_on_battery: bool,
}

impl OfTalk {
    /// A packet has come.
    pub fn came(&mut self, sequence: u16) {
        let ahead = self.last.map_or(1, |last| sequence.wrapping_sub(last));
        // What is far ahead or behind is another stream, or has been overtaken.
        if (2..100).contains(&ahead) {
            self.missing += usize::from(ahead) - 1;
        }
        self.last = Some(sequence);
    }
    /// Packets that were missing so far.
    pub fn missing(&self) -> usize {
        self.missing
    }
    /// What is heard instead of a frame; `true`: it is something.
    pub fn delay(&mut self, frame: &mut [f32; FRAME]) -> bool {
        self.line.pass(frame, self.missing * FRAME);
        frame.iter().any(|sample| *sample != 0.0)
    }
}
