//! How secure a call's media is: our keys, what both ends agreed on, packets sealed on leaving and opened on arrival, and what is told of those
//! that could not be.
//!
//! Must not know SIP messages, nor what is said.

use super::call::Call;
use super::{Desk, Outgoing};
use crate::clock::Instant;
use crate::instrument::operator::security::{MediaSecurity, Security};
use crate::instrument::operator::{CallEvent, CallId};
use crate::rtp::codec::Codec;
use crate::rtp::packet::{self, Packet};
use crate::rtp::srtp::{Flaw, Guard, Master, Tag};
use crate::sip::route::Wire;
use crate::sip::sdes::{Crypto, Srtp, Suite};
use crate::sip::sdp::SdpError;
use crate::sip::token::Tokens;
use std::borrow::Cow;
use std::net::SocketAddr;

/// A packet of constant rate carries whole stretches of 10 ms, 80 octets; a sealed one is longer by its tag.
const STRETCH: usize = 80;

/// One call's safety. Off until keys have been agreed.
#[derive(Debug, Default)]
pub(super) struct Safety {
    /// Our keys, one for each suite that was spoken of.
    own: Vec<Crypto>,
    /// Stays through a stretch of plain media, so that no key begins anew.
    guard: Option<Guard>,
    /// The suite in force.
    suite: Option<Suite>,
    /// Our offer was a secure one.
    offered: bool,
    /// The suite told last.
    told: Option<Suite>,
    account: MediaSecurity,
}

fn master(crypto: &Crypto) -> Master {
    let tag = match crypto.suite {
        Suite::Sha1Of80 => Tag::Bits80,
        Suite::Sha1Of32 => Tag::Bits32,
    };
    Master { tag, key: crypto.key }
}

impl Safety {
    pub fn is_on(&self) -> bool {
        self.suite.is_some()
    }
    pub fn account(&self) -> MediaSecurity {
        self.account
    }

    /// Our key for a suite: the one described before, so that a re-INVITE does not change it, or a new one.
    fn own(&mut self, suite: Suite, tag: u32, tokens: &mut Tokens) -> Crypto {
        if let Some(known) = self.own.iter().find(|known| known.suite == suite) {
            return Crypto { tag, ..known.clone() };
        }
        let crypto = Crypto { tag, suite, key: tokens.octets() };
        self.own.push(crypto.clone());
        crypto
    }

    /// Keys for an offer of ours, under the tags 1 and 2; none if it is to be plain. Optional means that the other end decides: a call that is
    /// not secure yet is then offered in plain, for a peer that cannot do otherwise.
    pub fn offer(&mut self, srtp: Srtp, tokens: &mut Tokens) -> Vec<Crypto> {
        self.offered = srtp == Srtp::Mandatory || self.is_on();
        if !self.offered {
            return Vec::new();
        }
        (1..).zip(Suite::ALL).map(|(tag, suite)| self.own(suite, tag, tokens)).collect()
    }

    /// What the answer to our offer must be.
    pub fn expected(&self) -> Srtp {
        if self.offered { Srtp::Mandatory } else { Srtp::Refused }
    }

    /// Takes the answer to our offer; false if it is none of what was offered (RFC 4568, 5.1.3).
    pub fn answered(&mut self, theirs: Option<&Crypto>) -> bool {
        let Some(theirs) = theirs else {
            self.put_in_force(None);
            return !self.offered;
        };
        let offered = (1..).zip(Suite::ALL).any(|(tag, suite)| (tag, suite) == (theirs.tag, theirs.suite));
        let own = self.own.iter().find(|own| own.suite == theirs.suite).cloned().filter(|_| offered);
        let Some(own) = own else { return false };
        self.put_in_force(Some((&own, theirs)));
        true
    }

    /// Takes the other end's offer, and gives our side of it.
    pub fn answer(&mut self, theirs: Option<&Crypto>, tokens: &mut Tokens) -> Option<Crypto> {
        let own = theirs.map(|theirs| self.own(theirs.suite, theirs.tag, tokens));
        self.put_in_force(own.as_ref().zip(theirs));
        own
    }

    fn put_in_force(&mut self, keys: Option<(&Crypto, &Crypto)>) {
        self.suite = keys.map(|(own, _)| own.suite);
        self.account.suite = self.suite.map(Suite::name);
        let Some((own, theirs)) = keys else { return };
        let (own, theirs) = (master(own), master(theirs));
        match &mut self.guard {
            Some(guard) => guard.renew(&own, &theirs),
            None => self.guard = Some(Guard::under(&own, &theirs)),
        }
    }

    /// A media or control packet of ours as it may leave: sealed where that was agreed. `None`: it must not leave.
    fn sealed(&mut self, bytes: Vec<u8>) -> Option<Vec<u8>> {
        match (&mut self.guard, self.suite) {
            (Some(guard), Some(_)) => guard.seal(&bytes),
            _ => Some(bytes),
        }
    }

    /// A packet of the other end as it may be read. The error is what is to be told, if it is the first of its kind.
    fn opened<'b>(&mut self, bytes: &'b [u8], looks_plain: bool) -> Result<Cow<'b, [u8]>, Option<Security>> {
        let (Some(guard), Some(_)) = (&mut self.guard, self.suite) else { return Ok(Cow::Borrowed(bytes)) };
        let flaw = match guard.open(bytes) {
            Ok(plain) => return Ok(Cow::Owned(plain)),
            Err(flaw) => flaw,
        };
        let (count, security) = match flaw {
            Flaw::Unauthentic | Flaw::Malformed if packet::is_rtcp(bytes) => {
                (&mut self.account.loose_control, Security::LooseControl)
            }
            Flaw::Unauthentic | Flaw::Malformed if looks_plain => (&mut self.account.plain, Security::PlainPacket),
            Flaw::Unauthentic | Flaw::Malformed => (&mut self.account.forged, Security::Forged),
            Flaw::Replayed => (&mut self.account.replayed, Security::Replayed),
        };
        *count += 1;
        Err((*count == 1).then_some(security))
    }

    /// What has changed since it was told last.
    fn news(&mut self, wire: Wire) -> Option<Security> {
        let before = std::mem::replace(&mut self.told, self.suite);
        match (before, self.suite) {
            (before, Some(suite)) if before != Some(suite) => {
                Some(Security::Secured { suite: suite.name(), keys_in_clear: wire != Wire::Tls })
            }
            (Some(_), None) => Some(Security::FellBack),
            _ => None,
        }
    }
}

/// Is this what a plain packet of the call would look like? Nobody can be sure of it where a packet's length varies.
fn looks_plain(call: &Call, bytes: &[u8]) -> bool {
    let (Some(packet), Some(agreed)) = (Packet::parse(bytes), &call.agreed) else { return false };
    packet.payload_type == agreed.payload_type && agreed.codec != Codec::Opus && packet.payload.len() % STRETCH == 0
}

impl Desk {
    /// What leaves, sealed if it is media or control of a secure call. Everything passes here last, so that nothing can be forgotten.
    pub(super) fn sealed(&mut self, one: Outgoing) -> Option<Outgoing> {
        if one.wire != Wire::Udp || !packet::is_rtp_or_rtcp(&one.bytes) {
            return Some(one);
        }
        let Some(id) = self.ports.get(&(one.from.port() & !1)).copied() else { return Some(one) };
        let Some(call) = self.calls.get_mut(&id).or_else(|| self.past.get_mut(&id)) else { return Some(one) };
        Some(Outgoing { bytes: call.safety.sealed(one.bytes)?, ..one })
    }

    /// What arrived at a media port, opened where its call is secure. `None`: it must not be read; that has been counted and told. Packets of
    /// strangers pass unopened, to be told as such.
    pub(super) fn opened<'b>(&mut self, at: Instant, from: SocketAddr, port: u16, bytes: &'b [u8]) -> Option<Cow<'b, [u8]>> {
        let owner = self.ports.get(&(port & !1)).copied();
        let Some(call) = owner.and_then(|id| self.calls.get_mut(&id)).filter(|call| call.is_up() && call.is_from(from)) else {
            return Some(Cow::Borrowed(bytes));
        };
        let looks_plain = call.safety.is_on() && looks_plain(call, bytes);
        let id = call.id;
        match call.safety.opened(bytes, looks_plain) {
            Ok(bytes) => Some(bytes),
            Err(news) => {
                news.into_iter().for_each(|what| self.tell(at, CallEvent::Security { call: id, what }));
                None
            }
        }
    }

    /// Tells what an agreement has changed.
    pub(super) fn tell_agreed_security(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        if let Some(what) = call.safety.news(call.way.wire) {
            self.tell(at, CallEvent::Security { call: id, what });
        }
    }

    /// Tells why an offer was refused, if it was for its security.
    pub(super) fn tell_unsafe_offer(&mut self, at: Instant, call: CallId, error: Option<&SdpError>) {
        let what = match error {
            Some(SdpError::NotSecure) => Security::PlainRefused,
            Some(SdpError::Secure) => Security::SecureRefused,
            Some(SdpError::NoKey(why)) => Security::NoKey(why.clone()),
            _ => return,
        };
        self.tell(at, CallEvent::Security { call, what });
    }
}
