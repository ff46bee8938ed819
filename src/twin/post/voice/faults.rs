//! The defects that can be planted in the voice module: a field each. The default is a healthy module.
//!
//! Must not act: who has the defect reads its field.

use super::blunder::Blunder;
use super::failing::{DEEPER, DULL, Failing};
use super::flaw::Flaw;
use super::habit::Habit;
use super::lapse::{LATE, Lapse};
use super::oversight::Oversight;
use super::quirk::Quirks;
use super::self_test::SelfTestFault;
use super::spoil::{Damage, Return};
use super::tls::Trust;
use std::borrow::Cow;
use std::net::SocketAddr;
use std::time::Duration;

#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// What is said in functions.
    pub quirks: Quirks,
    /// What nobody had in mind.
    pub failing: Option<Failing>,
    /// And what nobody had in mind after that.
    pub lapse: Option<Lapse>,
    /// And after that.
    pub flaw: Option<Flaw>,
    /// And after that.
    pub blunder: Option<Blunder>,
    /// And after that.
    pub oversight: Option<Oversight>,
    /// The microphone gives silence.
    pub mic_dead: bool,
    /// The loudspeaker stays silent.
    pub speaker_dead: bool,
    /// The microphone falls silent so long after the answer.
    pub mic_mutes_after: Option<Duration>,
    /// The first second of each direction is lost.
    pub first_second_clipped: bool,
    /// The receive buffer grows by so many seconds per second.
    pub delay_creep: Option<f64>,
    /// The receive buffer starts so much deeper.
    pub extra_audio_delay: Duration,
    /// The loudspeaker is heard by the operator.
    pub no_echo_cancel: bool,
    /// Lost packets become holes.
    pub plc_missing: bool,
    /// Any loss of link ends the call.
    pub drops_on_glitch: bool,
    /// Registers once and never again, whatever it is told.
    pub never_reregisters: bool,
    /// One refusal of a registration is final.
    pub register_stops_on_refusal: bool,
    /// The INVITE leaves so long after `AT+DIAL`.
    pub dial_delay: Duration,
    /// Calls this user instead of the operator.
    pub wrong_destination: Option<String>,
    /// Introduces itself as this post.
    pub wrong_identity: Option<String>,
    /// A busy operator ends it: the second is not called.
    pub gives_up_on_busy: bool,
    /// Rings at the first operator for ever.
    pub never_escalates: bool,
    /// Knows of no server but the first.
    pub never_fails_over: bool,
    /// Waits so long for a server before it tries the other.
    pub slow_failover: Option<Duration>,
    /// Stays with the backup server once it is there.
    pub never_returns_to_primary: bool,
    /// An emergency is sent as an ordinary call.
    pub low_priority: bool,
    /// One command raises two calls.
    pub duplicate_call: bool,
    /// Says `+SENT` but sends nothing.
    pub claims_unsent: bool,
    /// Hangs up by itself after so long.
    pub call_limit: Option<Duration>,
    /// BYE is answered, and nothing else comes of it.
    pub bye_ignored: bool,
    /// A vanished far end is never noticed.
    pub no_media_timeout: bool,
    /// Goes on sending to where the call began after a re-INVITE.
    pub reinvite_address_ignored: bool,
    /// A call from anybody is answered.
    pub auto_answer_anyone: bool,
    /// The microphone stays open after the call.
    pub mic_open_when_idle: bool,
    /// Headers that requests should not have so.
    pub rewrites: Vec<Rewrite>,
    /// All calls share one Call-ID.
    pub reuses_call_id: bool,
    /// A registration is refreshed after so long, whatever was granted.
    pub refreshes_every: Option<Duration>,
    /// Two REGISTERs are under way at a time.
    pub registers_twice: bool,
    /// The second operator's turn comes after so long a ringing.
    pub escalates_after: Option<Duration>,
    /// Both operators are called at once.
    pub calls_both: bool,
    /// Offers its media anew so often while it talks.
    pub reinvites_every: Option<Duration>,
    /// Says CANCEL to an operator who has answered.
    pub cancels_answered: bool,
    /// BYE stays without an answer.
    pub bye_unanswered: bool,
    /// New media in a call are refused.
    pub refuses_offers: bool,
    /// Hangs up when the operator has been silent for so long.
    pub silence_limit: Option<Duration>,
    /// A call from anybody is answered for so long after a call of ours.
    pub answers_strangers_for: Option<Duration>,
    /// What happens to the sound on its way to the operator, and from there.
    pub up: Damage,
    pub down: Damage,
    /// The microphone's sound waits so long, and longer by so many seconds per second.
    pub mic_delay: Duration,
    pub mic_creep: f64,
    /// The operator's voice comes back to him.
    pub returns: Option<Return>,
    /// By so many dB the loudspeaker becomes fainter with each step of the operator's keys, where that is not 2.5.
    pub volume_step_db: Option<f32>,
    /// A loud street is taken for a speaker: while it lasts the loudspeaker is turned down.
    pub held_by_noise: bool,
    /// The microphone is shut while the operator speaks.
    pub half_duplex: bool,
    /// The bits are those of the law that was not agreed on.
    pub wrong_law: bool,
    /// So many packets are held back and sent together; 0 none.
    pub bursts: usize,
    /// Every packet also goes there.
    pub copies_to: Option<SocketAddr>,
    /// Goes on sending for so long after the call.
    pub lingers: Duration,
    /// Sends sound as soon as it calls.
    pub sends_before_answer: bool,
    /// Hangs after so many calls, until it is without power; 0 never.
    pub hangs_after_calls: u32,
    /// The answer to any call but the first is not acknowledged.
    pub acks_first_only: bool,
    /// All calls are sent under one From tag.
    pub keeps_tag: bool,
    /// On hold it goes on sending.
    pub sends_on_hold: bool,
    /// After a hold it never sends again.
    pub mutes_after_hold: bool,
    /// A stranger's call ends the talk under way.
    pub stranger_ends_talk: bool,
    /// Starts anew so long after each start.
    pub restarts_every: Option<Duration>,
    /// Hangs when its link has gone so often since power came, until it is without power; 0 never.
    pub hangs_after_flaps: u32,
    /// After so many short lives in a row it is as it left the factory; 0 never.
    pub resets_after_short_lives: u32,
    /// Without power between these two moments of a life it loses what it is just writing: its settings.
    pub saves_between: Option<(Duration, Duration)>,
    /// A connection that answers nothing is kept, and everything is said into it.
    pub keeps_dead_connections: bool,
    /// Without a time from the network it believes that it is 1970, and no certificate.
    pub trusts_by_unset_clock: bool,
    /// After a power failure it names the place where it was reached before.
    pub names_old_port: bool,
    /// Started without a link it never believes in one, until it is without power.
    pub needs_link_at_start: bool,
    /// Tells the supervision of faults, but not that it lives.
    pub gives_no_sign: bool,
    /// What it has told the supervision of it never takes back.
    pub never_clears: bool,
    /// What is wrong with its counters.
    pub counts: Option<CountFault>,
    /// What is wrong with how it calls up cameras.
    pub cameras: Option<CameraFault>,
    /// What is wrong with its own test of loudspeaker and microphone.
    pub self_test: Option<SelfTestFault>,
    /// Says nothing of its battery.
    pub hides_battery: bool,
    /// Whom it believes over TLS.
    pub trust: Trust,
    /// Where a secure connection comes to nothing it speaks without one.
    pub falls_back_to_plain: bool,
    /// Plain sound is taken where an answer, or an offer within the call, describes it.
    pub takes_plain_answers: bool,
    pub takes_plain_offers: bool,
    /// Sound is agreed to be secure, and leaves in plain.
    pub seals_nothing: bool,
    /// Every call has the same key.
    pub keeps_key: bool,
    /// Asks for a shorter registration each time, and takes it for final when that is refused.
    pub shortens_registration: bool,
}

impl Faults {
    pub fn has(&self, habit: Habit) -> bool {
        self.quirks.habit == Some(habit)
    }
    pub fn fails(&self, how: Failing) -> bool {
        self.failing == Some(how)
    }
    pub fn lapses(&self, how: Lapse) -> bool {
        self.lapse == Some(how)
    }
    pub fn is_flawed(&self, how: Flaw) -> bool {
        self.flaw == Some(how)
    }
    pub fn blunders(&self, how: Blunder) -> bool {
        self.blunder == Some(how)
    }
    pub fn overlooks(&self, what: Oversight) -> bool {
        self.oversight == Some(what)
    }
    /// What is wrong in a call after so many.
    pub(super) fn of_call(&self, calls: u32) -> Cow<'_, Faults> {
        if !self.lapses(Lapse::ThirdIsLate) || calls % 3 != 2 {
            return Cow::Borrowed(self);
        }
        let mut faults = self.clone();
        faults.up.late = LATE;
        Cow::Owned(faults)
    }
    /// The link has gone.
    pub(super) fn worsen(&mut self, jitter_target: &mut Duration) {
        if self.fails(Failing::DullAfterCut) {
            self.up.dull_above = Some(DULL);
        }
        if self.fails(Failing::DeeperAfterCuts) {
            *jitter_target += DEEPER;
        }
    }
}

/// In requests of this method the header has this value, or is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    pub method: &'static str,
    pub header: &'static str,
    pub value: Option<String>,
}

/// A planted defect of the counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountFault {
    /// What nobody answered is not counted among the calls.
    ForgetsUnanswered,
    /// Whatever rang counts as answered.
    TakesAllForAnswered,
    /// They are never told.
    Untold,
    /// A case that nobody answered is told with the next that somebody does.
    WithholdsUnanswered,
    /// They stop at so many.
    StopsAt(u32),
}

/// A planted defect of the events that call up cameras.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameraFault {
    /// Nothing is sent.
    Missing,
    /// Another point is named.
    OtherCamera,
    /// The call waits for the camera system's answer.
    BlocksCall,
    Late,
    Twice,
    /// Only when somebody answers.
    AtAnswer,
    /// Once more, long after the call.
    Unpressed,
    /// One refusal, or no answer, is final.
    GivesUpForGood,
    /// A press within a minute of one that was told is not.
    OnceAMinute,
    /// A quarter of what is allowed beyond it.
    QuarterLate,
    /// After a loss of link none is sent any more.
    DeadAfterCut,
    /// An event bears the number of the press before.
    NumberBehind,
    /// A case that is dialled again is told again.
    AgainAtRedial,
    /// While one is under way a press is not told.
    LostBehindSlow,
    /// A press that was kept is not told.
    KeptUntold,
    /// An event is called longer than it is.
    Miscounted,
    /// After an event that came to nothing none is tried for five minutes.
    BreakerOpens,
    /// The point is named in small letters.
    SmallLetters,
    /// A minute after the last one an event comes too late.
    SlowAfterRest,
    /// Each failure doubles the pause, which the next press's event waits for as well.
    BackoffLeftOver,
    /// An answer without content is none.
    TakesNoContentForNone,
    /// No defect: an event is the query of a question, as many camera systems have it.
    AsksFor,
    /// No defect: it speaks HTTP/1.0.
    OldHttp,
    /// No defect: other words to the same effect.
    OtherWords,
    /// No defect: it tries again sooner.
    SoonAgain,
}
