//! What the operator's side does on demand: how calls are answered, who else rings, how its servers are, and what it
//! does within a call.
//!
//! Must not know messages. Everything in here holds from the moment it is set, until it is set otherwise.

use crate::sip::session::Policy;
use std::time::Duration;

/// What an operator does when a call rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answering {
    /// Rings until told otherwise: nobody answers.
    Manual,
    /// Answers by itself so long after the 180.
    After(Duration),
    /// Answers this final status at once, e.g. 480, 486 or 503 (RFC 3261, 21.4.18, 21.4.24, 21.5.4), and when to try
    /// again, if at all.
    Refuse { status: u16, retry_after: Option<Duration> },
}

impl Answering {
    /// He will not take it: 603 (RFC 3261, 21.6.2).
    pub const DECLINED: Answering = Answering::Refuse { status: 603, retry_after: None };
    /// 486 Busy Here.
    pub const BUSY: Answering = Answering::Refuse { status: 486, retry_after: None };
}

/// The second operator: a telephone of its own at the same server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Second {
    pub answering: Answering,
    /// The server passes a call on by itself: at once if the first operator refuses, else so long after the first began
    /// to ring. `None`: the second telephone rings for those who call it.
    pub after: Option<Duration>,
}

/// What a caller gets until the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Progress {
    /// 180, and silence.
    #[default]
    Ringing,
    /// 180, then 183 with a description and a call tone (RFC 3960, 3.2).
    Tone,
    /// Nothing but 100: whoever answers has not rung before (RFC 3261, 13.3.1.1).
    Straight,
}

/// How the servers write what they send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wording {
    #[default]
    Usual,
    /// Names of headers in their short forms (RFC 3261, 7.3.3).
    Terse,
    /// A header that nobody need know makes each message as long as one may be over UDP (RFC 3261, 18.1.1).
    Lengthy,
}

/// How a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Health {
    #[default]
    Well,
    /// A black hole: takes everything and answers nothing, as a host does that is cut off, switched off or hung.
    Silent,
    /// Takes what comes on the connections that stand when this begins, and answers nothing there; a new one is served
    /// well. So it looks to a post whose connection somebody on the way has forgotten.
    Forgetful,
    /// Turns every new request away with 503 and when to try again.
    Refusing { retry_after: Option<Duration> },
}

/// Which of the two servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Server {
    Primary,
    Backup,
}

/// What the servers show to whoever connects over TLS. All but the first are false in one way only: no post may believe
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Certificate {
    #[default]
    Own,
    /// Signed by an authority that calls itself what the posts' own does.
    OtherAuthority,
    /// Made out for another server.
    OtherName,
    Expired,
    NotYetValid,
    /// For the other end of connections.
    NotForServers,
}

/// The operator's side as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behaviour {
    /// The first operator's, for calls that come from now on.
    pub answering: Answering,
    /// A telephone begins to ring so long after its call; until then the caller knows that it is being seen to.
    pub rings_after: Duration,
    /// A registration is granted for so long at most (RFC 3261, 10.3); `None`: as long as the desk does by itself.
    pub grants: Option<Duration>,
    /// `None`: there is no second operator.
    pub second: Option<Second>,
    pub progress: Progress,
    pub wording: Wording,
    /// Provisional responses are sent reliably to whoever supports it, not only to those who require it (RFC 3262, 3).
    pub reliable: bool,
    /// How long a session may go on without a refresh (RFC 4028).
    pub session: Policy,
    pub primary: Health,
    pub backup: Health,
    /// A black hole for media: whatever comes is recorded, nothing is sent.
    pub mute: bool,
    /// So many of a thousand media packets are left out, as a bad network would lose them: no two runs of one stream
    /// differ.
    pub loses_per_mille: u16,
    pub shows: Certificate,
    /// Offers and answers describe plain sound, whatever was offered and whatever is mandatory.
    pub gives_up_srtp: bool,
    /// Calls at a time, if fewer than the desk could serve; one more hears 486.
    pub admitted: Option<usize>,
}

impl Behaviour {
    /// One operator who answers like this, on a server that is well.
    pub fn answering(how: Answering) -> Self {
        Behaviour {
            answering: how,
            rings_after: Duration::ZERO,
            grants: None,
            second: None,
            progress: Progress::Ringing,
            wording: Wording::Usual,
            reliable: false,
            session: Policy::default(),
            primary: Health::Well,
            backup: Health::Well,
            mute: false,
            loses_per_mille: 0,
            shows: Certificate::Own,
            gives_up_srtp: false,
            admitted: None,
        }
    }
    /// The same with sessions that are refreshed within so long (RFC 4028).
    #[must_use]
    pub fn refreshed_within(self, time: Duration) -> Self {
        Behaviour { session: Policy { ours: Some(time), ..self.session }, ..self }
    }
    pub fn health(&self, server: Server) -> Health {
        match server {
            Server::Primary => self.primary,
            Server::Backup => self.backup,
        }
    }
}

/// What the operator does to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Answer,
    /// 480 to a ringing call, BYE to one that is up.
    HangUp,
    /// 183 with a description to a ringing call: from then on the headset can speak into it (early media).
    Announce,
    /// A key of the operator's telephone, as a named event (RFC 4733); one after another. A post that has agreed to
    /// none hears nothing of it.
    Key(char),
    /// One of these at a time is asked of the post, by a re-INVITE.
    Change(Change),
}

/// Who speaks to a post that has not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// Somebody who has another address than the operator: he calls the post, as nobody may.
    Stranger,
    /// The operator's desk: it asks the post that registered last, even if that has run out, whether it is there (RFC
    /// 3261, 11).
    Desk,
}

/// What a re-INVITE of ours asks for (RFC 3261, 14; RFC 3264, 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The post is to listen only.
    Hold,
    /// Both speak again.
    Resume,
    /// The post is to send to another port of ours, as after a transfer.
    Move,
    /// The post is to say itself what it can speak, and where, as a switch asks that hands a talk on (RFC 3261, 14.1).
    Propose,
    /// Both are to speak without SRTP from now on, as no operator asks and whoever stands between may.
    Unseal,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Agreed,
    /// A final failure; everything stays as it was.
    Refused(u16),
    /// Nobody answered.
    Unanswered,
}
