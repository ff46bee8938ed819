//! Every timer of the desk in one table: what sets it, how long it runs, where that is written, and what happens when
//! it fires.
//!
//! Those that a standard counts by itself run in its own machine, and the desk only wakes that:
//!
//! | timer | runs | written in | when it fires |
//! |---|---|---|---|
//! | A, E, G | T1 = 0.5 s, doubling (E, G up to T2 = 4 s) | RFC 3261, 17 | request or final response is sent again, over UDP |
//! | B, F | 64 T1 = 32 s | RFC 3261, 17.1 | our INVITE, BYE, UPDATE or OPTIONS stays without an answer: told, and the call ends |
//! | H | 64 T1 = 32 s | RFC 3261, 17.2.1 | the ACK to a failure is missing: told |
//! | D, I, J, K, L | 32 s, T4 = 5 s or none | RFC 3261, 17; RFC 6026, 7.1 | the transaction is forgotten |
//! | 2xx | T1 up to T2, 64 T1 in all | RFC 3261, 13.3.1.4 | sent again; then BYE ([`Timer::Acknowledgement`]) |
//! | reliable 18x | T1 doubling, 64 T1 in all | RFC 3262, 3 | sent again; then 504 ([`Timer::Provisional`]) |
//! | session | as agreed, 90 s at least | RFC 4028, 4, 7.2, 10 | refreshed at half of it; BYE before its end ([`Timer::Session`]) |
//! | binding | as granted, up to [`BENCH_GRANTS`] on a bench | RFC 3261, 10.3 | removed, and told |
//! | nonce | 300 s | RFC 7616, 3.3 | another challenge (stale) |
//! | RTCP | 5 s on average | RFC 3550, 6.2 and 6.3.1 | a report leaves |

use std::time::Duration;

/// What a bench's desk grants a registration at most (RFC 3261, 10.3): scenarios wait for one to run out, whatever
/// interval a post would like.
pub const BENCH_GRANTS: Duration = Duration::from_secs(60);

// Of one call.

/// A call that nobody answers and nobody cancels ends after three minutes: its caller is gone. Engineering judgement.
pub const LONGEST_RING: Duration = Duration::from_secs(180);
/// A stream that is silent for so long is missing: jitter and short glitches (T21: up to 1 s) are not meant.
/// Engineering judgement.
pub const MISSING_AFTER: Duration = Duration::from_secs(2);
/// Whoever did not make the Call-ID waits up to 2 s in units of 10 ms after a 491 (RFC 3261, 14.1).
pub const GLARE_STEP: Duration = Duration::from_millis(10);
pub const GLARE_STEPS: u64 = 201;
/// A refresh that met something passing is tried again after so long. Engineering judgement, within the randomised 2 s
/// of RFC 3261, 14.1.
pub const REFRESH_RETRY: Duration = Duration::from_secs(2);
/// Media may still be under way for so long after a hold or a move was agreed (RFC 3264, 8.3.1: the old port is
/// listened to for a while).
pub const GRACE: Duration = Duration::from_secs(1);
/// And for so long after the last word of a call: the microphone is closed within half a second of the BYE (T40).
pub const QUIET_AFTER: Duration = Duration::from_millis(500);
/// A stream that has gone on for so long is the one of the talk; before that a post may still be setting it up.
/// Engineering judgement.
pub const SETTLES_WITHIN: Duration = Duration::from_secs(2);
/// Whoever has sent nothing for so long speaks no more, or from elsewhere: fifteen packets of 20 ms. Engineering
/// judgement.
pub const FALLS_SILENT_WITHIN: Duration = Duration::from_millis(300);
/// A post may follow what it has agreed to before we have heard that it does. Engineering judgement.
pub const AGREED_WITHIN: Duration = Duration::from_secs(1);
/// Stray media of one kind and source, and whoever is turned away, is told this often, however much he sends.
/// Engineering judgement.
pub const REPORT_EVERY: Duration = Duration::from_secs(1);
/// And ever more rarely up to this, while he goes on. Engineering judgement: a journal of an hour stays readable.
pub const REPORT_AT_LEAST_EVERY: Duration = Duration::from_secs(60);
/// Strangers who were not known before are told this often when they come in crowds, as made-up addresses do.
/// Engineering judgement.
pub const NEW_STRANGER_EVERY: Duration = Duration::from_millis(500);

// Of repetitions.

/// A repetition that comes so soon after an answer may have crossed it. Engineering judgement.
pub const CROSSES_WITHIN: Duration = Duration::from_millis(300);
/// What nothing answers is sent again by then, whatever T1 is: 0.5 s (RFC 3261, 17.1.1.1), or longer on slow lines.
pub const AGAIN_WITHIN: Duration = Duration::from_secs(5);
/// T1 may be shorter within a network of one's own (RFC 3261, 17.1.1.1); no network of a city needs less than this.
/// Engineering judgement.
pub const SHORTEST_T1: Duration = Duration::from_millis(100);
/// A network that shows a datagram twice, by a mirrored port or two ways, does so at once. Engineering judgement.
pub const DOUBLED_WITHIN: Duration = Duration::from_millis(5);

// Of what the desk asks by itself, and of the stranger beside it. All engineering judgement.

/// How long the answer to the desk's question to itself may take; then its network is out of order.
pub const SELF_CHECK_PATIENCE: Duration = Duration::from_secs(1);
/// A post is asked again whether it is there with the first registration after this.
pub const ASKED_AGAIN_AFTER: Duration = Duration::from_secs(20);
/// A post that takes the stranger's call is listened to for so long; then he hangs up.
pub const STRANGER_LISTENS: Duration = Duration::from_secs(3);
/// The stranger's packets leave so long after the operator's.
pub const STRANGER_BEHIND: Duration = Duration::from_millis(2);

/// Those of one call, in the order in which timers that are due at the same moment fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// The telephone begins to ring: `ring_after` of the desk.
    Ring,
    /// It is answered by itself, as the operator's behaviour says.
    Answer,
    /// It rings at the second operator, as the operator's behaviour says (T08).
    PassOn,
    /// A reliable provisional response is repeated or given up (RFC 3262, 3).
    Provisional,
    /// The session is to be refreshed, or is over (RFC 4028).
    Session,
    /// A re-INVITE that met another one is tried again (RFC 3261, 14.1): up to [`GLARE_STEPS`] of [`GLARE_STEP`].
    Reinvite,
    /// The post's voice counts as missing: [`MISSING_AFTER`].
    Voice,
    /// Nobody answers: [`LONGEST_RING`].
    GiveUp,
    /// A 2xx without an ACK is repeated or given up (RFC 3261, 13.3.1.4).
    Acknowledgement,
}

impl Timer {
    pub const ALL: [Timer; 9] = [
        Timer::Ring,
        Timer::Answer,
        Timer::PassOn,
        Timer::Provisional,
        Timer::Session,
        Timer::Reinvite,
        Timer::Voice,
        Timer::GiveUp,
        Timer::Acknowledgement,
    ];
}
