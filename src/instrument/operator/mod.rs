//! The City Guard's operator as an instrument: calls arrive here, are answered, spoken on and hung up, and every step
//! of them is stamped. The trait and its values; the desk that implements it is `crate::operator`.

mod behaviour;
mod irregular;
pub mod security;

pub use crate::rtp::report::FarView;
pub use crate::sip::registrar::Unbound;
pub use crate::sip::session::{Policy, Refresher};
pub use crate::sip::unservable::{Unreachable, Unservable, Unusual};
pub use behaviour::{
    Action, Answering, Behaviour, Certificate, Change, Health, Outcome, Progress, Second, Server, Speaker, Wording,
};
pub use irregular::{Irregular, StrangerNews};

use super::audio::AudioPort;
use super::{Instrument, Result};
use crate::clock::{Instant, Stamped};
use security::{ConnectionFault, Security};
use std::time::Duration;

/// A call at the operator, numbered in order of arrival from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct CallId(pub u32);

/// What happened at the operator's end.
#[derive(Debug, Clone, PartialEq)]
pub enum CallEvent {
    /// A binding was made or refreshed at the registrar.
    Registered { user: String, contact: String, expires: Duration, server: Server },
    /// A binding is gone, and why.
    Unregistered { user: String, contact: String, why: Unbound },
    /// A registration was turned away, from this address.
    RegistrationRefused { user: String, from: String, why: String },
    /// A new INVITE (retransmissions are not events). Stamped at the datagram's reception.
    Invited { call: CallId, invite: Invite, server: Server },
    /// A call that was turned away with this status, before or instead of ringing.
    Refused { call: CallId, status: u16 },
    /// The operator's end has begun to ring: 180 sent.
    Ringing { call: CallId },
    /// The first operator refused or did not answer: it rings at the second.
    PassedOn { call: CallId },
    /// 183 with a description sent: what is spoken is heard before the answer.
    EarlyMedia { call: CallId },
    /// 200 sent.
    Answered { call: CallId },
    /// The caller's ACK: signalling is complete.
    Confirmed { call: CallId },
    /// First RTP packet of this call, stamped at its reception.
    FirstMedia { call: CallId },
    /// The caller put us on hold (no media wanted from us) or took us off it, by a re-INVITE or UPDATE that was
    /// answered.
    Held { call: CallId, held: bool },
    /// What our re-INVITE asked for was agreed or not. Stamped at the response.
    Changed { call: CallId, change: Change, outcome: Outcome },
    /// The first packet at the port that a re-INVITE of ours named.
    MediaMoved { call: CallId },
    /// The session was refreshed in time (RFC 4028), by us or by the post.
    Refreshed { call: CallId, by: Refresher },
    /// Voice is missing in one direction of a call that is up: nothing came from the post since then, or the post
    /// reports that nothing comes from us.
    VoiceMissing { call: CallId, side: Side, since: Instant },
    /// It is there again.
    VoiceBack { call: CallId, side: Side },
    /// What the post saw of our stream, in its own report (RTCP).
    FarReport { call: CallId, view: FarView },
    /// A key pressed at the post, as a named event of RFC 4733: `0` to `9`, `*`, `#`, `A` to `D`. Stamped at its first
    /// packet.
    Digit { call: CallId, digit: char },
    /// How secure a call's media is, when that was agreed or refused, and packets that were not.
    Security { call: CallId, what: Security },
    /// A connection over TLS is up: its version and cipher, and whether the post has shown a certificate that we
    /// believe.
    Connected { from: String, cipher: String, certified: bool },
    /// A connection came to nothing, or broke.
    ConnectionFailed { from: String, fault: ConnectionFault },
    /// The call is over.
    Ended { call: CallId, by: EndedBy },
    /// A request reached a server that is a black hole, and was not answered: its method. Retransmissions are not
    /// events.
    Swallowed { server: Server, from: String, what: String },
    /// Media where there should be none, told once a second at most; so many more packets came since it was told last.
    StrayMedia { call: Option<CallId>, from: String, kind: Stray, more: u32 },
    /// The connection of a call is gone or given up: it is reached over this one of the post's from now on.
    Reconnected { call: CallId, from: String, to: String },
    /// A request of the post's within a call, other than PRACK, CANCEL and BYE: its method.
    Asked { call: CallId, method: String },
    /// Something in signalling from there that no sound post does.
    Irregular { call: Option<CallId>, from: String, what: Irregular },
    /// What became of a stranger's call to the post ([`Operator::speak_first`]).
    Stranger { news: StrangerNews },
    /// Something that no healthy post of this rig does: a call from a stranger. Refused and told.
    Intruder { from: String, what: String },
}

impl CallEvent {
    /// Whether it is told of something that we sent: it happened when that left, which is later than when it was
    /// decided.
    pub fn is_own_deed(&self) -> bool {
        use CallEvent::{Answered, EarlyMedia, Ended, Refused, Ringing};
        matches!(
            self,
            Refused { .. } | Ringing { .. } | EarlyMedia { .. } | Answered { .. } | Ended { by: EndedBy::Operator, .. }
        )
    }
}

/// A direction of voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    FromPost,
    ToPost,
}

/// Why media should not be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stray {
    BeforeAnswer,
    /// After the call's BYE was answered, and time enough for stragglers.
    AfterEnd,
    NoCall,
    /// From an address that has no part in the call whose port it is.
    OfAnother,
    /// To the port that a re-INVITE of ours gave up.
    OldPort,
    /// On a call that we have put on hold, and time enough for stragglers.
    OnHold,
    /// No RTP at all.
    NoMedia,
    /// STUN or DTLS (RFC 7983): it looks for a way, or for keys, and is no media.
    Negotiation,
}

impl Stray {
    pub const fn name(self) -> &'static str {
        match self {
            Stray::BeforeAnswer => "media before the answer",
            Stray::AfterEnd => "media after the end",
            Stray::NoCall => "media without a call",
            Stray::OfAnother => "media of another",
            Stray::OldPort => "media to an old port",
            Stray::OnHold => "media on hold",
            Stray::NoMedia => "no media",
            Stray::Negotiation => "negotiation",
        }
    }
}

/// Who a call said it was from and for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Invite {
    /// SIP Call-ID.
    pub dialog: String,
    /// Request-URI, where the call was sent.
    pub to: String,
    /// User part of From.
    pub from: String,
    /// Extra headers that the scenarios ask for, name as sent and value, in order: `X-SOS-Post`, `X-SOS-Press`,
    /// `X-SOS-Delayed`, `Priority`.
    pub headers: Vec<(String, String)>,
}

impl Invite {
    /// A header's value; names are compared without regard to case (RFC 3261, 7.3.1).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
    /// The user part of the identity that the network vouches for, `"Name" <sip:user@host>` (RFC 3325, 9.1).
    pub fn asserted_user(&self) -> Option<&str> {
        let header = self.header("P-Asserted-Identity")?;
        let uri = header.rsplit_once("sip:").or_else(|| header.rsplit_once("sips:")).map_or(header, |(_, rest)| rest);
        uri.split(['@', '>', ';']).next()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EndedBy {
    /// BYE received.
    Post,
    /// BYE sent by us.
    Operator,
    /// CANCEL received before the answer.
    Cancelled,
    /// No ACK, nothing answered our requests (RFC 3261 timers), or nobody refreshed the session (RFC 4028).
    Silence,
}

pub trait Operator: Instrument {
    /// All events since the last call, in order.
    fn events(&mut self) -> Result<Vec<Stamped<CallEvent>>>;
    /// How the operator's side is from now on.
    fn behave(&mut self, how: Behaviour) -> Result<()>;
    /// Does something to a call; gives the moment at which it was done or, for a [`Change`], asked.
    fn act(&mut self, call: CallId, what: Action) -> Result<Instant>;
    /// The operator's headset on one call: jack 1 in is what the reference playout plays, jack 1 out is spoken into the
    /// call.
    fn audio(&mut self, call: CallId) -> Result<&mut dyn AudioPort>;
    /// Is the operator's own side in order: does a request sent to its own address come back answered? Asked again and
    /// again; `None` while the answer is on its way.
    fn self_check(&mut self) -> Result<Option<bool>>;
    /// Somebody beside the operator's desk, or the desk itself, speaks to the post now, unasked. `false`: there is
    /// nobody to do it, or no post to speak to.
    fn speak_first(&mut self, who: Speaker) -> Result<bool>;
}

/// The host of `sip:user@host:port;…`, of `user@host:port` or of `host:port`; of IPv6 what stands in brackets.
pub fn host_of(text: &str) -> &str {
    let text = text.rsplit_once('@').map_or(text, |(_, host)| host);
    let text = text.strip_prefix("sip:").or_else(|| text.strip_prefix("sips:")).unwrap_or(text);
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    text.split([':', ';', '>']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn whoever_sends_is_known_by_the_host() {
        let check = |text: &str, expected: &str| assert_eq!(host_of(text), expected, "{text}");
        check("sip:SOS-0417@10.20.0.17", "10.20.0.17");
        check("sip:SOS-0417@10.20.0.17:5060;transport=tcp", "10.20.0.17");
        check("10.20.0.17:4000", "10.20.0.17");
        check("SOS-0417@10.20.0.17:5060", "10.20.0.17");
        check("sip:10.20.0.17", "10.20.0.17");
        check("[fd00::17]:4000", "fd00::17");
        check("sips:post@[fd00::17]:5061", "fd00::17");
        check("", "");
    }
}
