//! Bad habits of a module that are no mere wording: one at a time, asked for where the module acts.
//!
//! Must not act: it holds names, and what only they need to know.

use std::time::Duration;

/// What a module of this kind does again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// The ACK of an answer counts one further than its INVITE.
    MiscountsAck,
    /// A CANCEL has a branch of its own.
    CancelsAnotherBranch,
    /// Ends of lines are not counted in a body's length.
    MiscountsBody,
    /// Signs for a URI that is not the request's.
    SignsAnotherUri,
    /// A registration that was refused or not answered is tried again at once.
    RegistersAtOnce,
    /// The first call stops the timer of the registration's refresh for good.
    ForgetsRefresh,
    /// Every description of its own is the first version.
    StaysAtVersion,
    /// OPTIONS is left unanswered.
    IgnoresOptions,
    /// Once the second operator was called, he is always called first.
    StaysWithSecond,
    /// A case that was kept is no emergency any more.
    BelittlesKept,
    /// After a loss of link the post has the name it left the factory with.
    ForgetsName,
    /// The firmware is told twice that a call is over.
    RepeatsEnd,
    /// Of what the firmware is told every so many bytes one is lost.
    DropsBytes,
    /// Speaks to whoever last sent a packet, for a while.
    FollowsSender,
    /// What was heard and spoken outlives the call.
    RemembersSound,
    /// The microphone opens late after the operator's last word.
    OpensLate,
    /// While the microphone hears something the loudspeaker is off.
    ListensOrSpeaks,
    /// The echo is kept away for a while only.
    TiresOfEcho,
}

/// The end of a call is told again so long after it.
pub const SAID_AGAIN: Duration = Duration::from_secs(8);
/// One byte of so many is lost.
pub const BYTE_LOST: u64 = 45;
/// A registration is tried again after this.
pub const AT_ONCE: Duration = Duration::from_millis(100);
/// Whom the sound goes to is not asked anew for so long.
pub const FOLLOWS_FOR: Duration = Duration::from_secs(10);
/// Frames: so long the microphone stays shut, the loudspeaker off, the echo away.
pub const OPENS_AFTER: u64 = 60;
pub const OFF_FOR: u64 = 20;
pub const TIRES_AFTER: u64 = 1000;
/// Louder than −42 dBFS the microphone hears something.
pub const HEARS: f32 = 6.3e-5;

/// The message with its length counted as if each end of a line were one byte.
pub fn miscounted(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return bytes.to_vec() };
    let short = body.len() - body.matches("\r\n").count();
    let (told, meant) = (format!("Content-Length: {}", body.len()), format!("Content-Length: {short}"));
    format!("{}\r\n\r\n{body}", head.replace(&told, &meant)).into_bytes()
}
