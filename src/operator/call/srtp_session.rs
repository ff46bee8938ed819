//! The SRTP of one call: our keys, what both ends agreed on (RFC 4568), packets sealed on leaving and opened on arrival
//! (RFC 3711), and what is told of those that could not be.

use crate::instrument::operator::security::{MediaSecurity, Security};
use crate::rtp::packet;
use crate::rtp::srtp::{Flaw, Guard, Master, Tag};
use crate::sip::route::Wire;
use crate::sip::sdes::{Crypto, Srtp, Suite};
use crate::sip::token::Tokens;
use std::borrow::Cow;

/// One call's SRTP. Off until keys have been agreed.
#[derive(Debug, Default)]
pub struct SrtpSession {
    /// Our keys, one for each suite that was spoken of.
    own: Vec<Crypto>,
    /// Stays through a stretch of plain media, so that no key begins anew.
    guard: Option<Guard>,
    /// The suite in force.
    suite: Option<Suite>,
    /// Our offer was a secure one.
    offered: bool,
    /// Every description of ours is a plain one.
    gives_up: bool,
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

impl SrtpSession {
    /// `gives_up`: whatever is offered, and whatever was to be, our side describes plain media.
    pub fn new(gives_up: bool) -> Self {
        SrtpSession { gives_up, ..SrtpSession::default() }
    }
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

    /// Keys for an offer of ours, under the tags 1 and 2; none if it is to be plain. Optional means that the other end
    /// decides: a call that is not secure yet is then offered in plain, for a peer that cannot do otherwise.
    pub fn offer(&mut self, srtp: Srtp, tokens: &mut Tokens) -> Vec<Crypto> {
        self.offered = !self.gives_up && (srtp == Srtp::Mandatory || self.is_on());
        if !self.offered {
            return Vec::new();
        }
        (1..).zip(Suite::ALL).map(|(tag, suite)| self.own(suite, tag, tokens)).collect()
    }

    /// No keys, whatever stands: an offer of plain media.
    pub fn offer_plain(&mut self) -> Vec<Crypto> {
        self.offered = false;
        Vec::new()
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
        let theirs = theirs.filter(|_| !self.gives_up);
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
    pub fn sealed(&mut self, bytes: Vec<u8>) -> Option<Vec<u8>> {
        match (&mut self.guard, self.suite) {
            (Some(guard), Some(_)) => guard.seal(&bytes),
            _ => Some(bytes),
        }
    }

    /// What a stranger makes of a packet of ours who has no key.
    pub fn forge(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.guard.as_ref().filter(|_| self.is_on())?.forge(bytes)
    }

    /// A packet of the other end as it may be read. The error is what is to be told, if it is the first of its kind.
    pub fn opened<'b>(&mut self, bytes: &'b [u8], looks_plain: bool) -> Result<Cow<'b, [u8]>, Option<Security>> {
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
    pub fn news(&mut self, wire: Wire) -> Option<Security> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp::packet::Packet;

    /// Two ends that have agreed on the first suite: ours, theirs.
    fn agreed() -> (SrtpSession, SrtpSession) {
        let (mut ours, mut theirs) = (SrtpSession::default(), SrtpSession::default());
        let (mut tokens, mut others) = (Tokens::from_seed(1), Tokens::from_seed(2));
        let offered = ours.offer(Srtp::Mandatory, &mut tokens);
        let answer = theirs.answer(offered.first(), &mut others);
        assert!(ours.answered(answer.as_ref()));
        (ours, theirs)
    }
    fn packet() -> Vec<u8> {
        Packet { marker: false, payload_type: 8, sequence: 1, timestamp: 160, ssrc: 7, payload: &[1; 160] }.bytes()
    }

    #[test]
    fn what_is_sealed_at_one_end_is_opened_once_at_the_other() {
        let (mut ours, mut theirs) = agreed();
        let sealed = ours.sealed(packet()).expect("keys");
        assert_eq!(theirs.opened(&sealed, false).as_deref(), Ok(packet().as_slice()));
        assert_eq!(theirs.opened(&sealed, false), Err(Some(Security::Replayed)));
        assert_eq!(theirs.opened(&sealed, false), Err(None), "told once, counted each time");
        assert_eq!(theirs.opened(&packet(), true), Err(Some(Security::PlainPacket)));
        assert_eq!((theirs.account().replayed, theirs.account().plain), (2, 1));
    }

    #[test]
    fn a_secure_offer_is_answered_by_one_of_its_own_keys() {
        let mut ours = SrtpSession::default();
        let offered = ours.offer(Srtp::Mandatory, &mut Tokens::from_seed(1));
        assert!(!ours.answered(None), "plain is no answer");
        assert!(!ours.answered(offered.first().map(|key| Crypto { tag: 9, ..key.clone() }).as_ref()), "nor is a tag of its own");
        assert!(!ours.is_on());
        assert!(ours.answered(offered.first()) && ours.is_on());
    }
}
