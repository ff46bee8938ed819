//! The operator's server as somebody else may play it: with a certificate that no post may believe, or without the
//! encryption that was agreed.
//!
//! Knows nothing of certificates' insides or keys.

use super::deeds::{Proof, What};
use super::{Post, Result};
use crate::bench::{Moment, NETWORK_STAMP_S};
use crate::clock::Instant;
use crate::instrument::operator::security::Security;
use crate::instrument::operator::{Action, Behaviour, CallEvent, CallId, Certificate, Change};
use crate::unit::{Estimate, Method, Quantity, Unit};
use crate::verdict::Criterion;
use crate::watch::Span;
use std::collections::BTreeSet;
use std::time::Duration;

/// A post answers what it is asked within a talk, or ends it, within so long; what it says in plain is heard by then.
const TAKES: Duration = Duration::from_secs(6);

const ENTRUSTED: Quantity = Quantity {
    key: "T40.false-certificates-believed",
    unit: Unit::Count,
    en: "connections, registrations and calls of the post's at a server with a false certificate",
    pl: "połączenia, rejestracje i zgłoszenia punktu na serwerze z fałszywym certyfikatem",
    method: Method::new(
        "handshakes completed, REGISTER and INVITE received while the server shows a certificate that is false in one way",
        "uzgodnienia TLS zakończone powodzeniem, REGISTER i INVITE odebrane, gdy serwer przedstawia certyfikat fałszywy pod jednym względem",
        "RFC 5280, 6; RFC 5922, 7; RFC 8446, 4.4",
    ),
    requirement: "T40",
};
const PLAIN: Quantity = Quantity {
    key: "T40.plain-sound",
    unit: Unit::Count,
    en: "calls in which the post offered, agreed to or sent plain sound",
    pl: "połączenia, w których punkt zaproponował, przyjął lub wysłał nieszyfrowany dźwięk",
    method: Method::new(
        "session descriptions and RTP packets of the post at the operator",
        "opisy sesji i pakiety RTP punktu u operatora",
        "RFC 4568, 5.1; RFC 3711, 3.3",
    ),
    requirement: "T40",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[ENTRUSTED, PLAIN];

impl Post {
    /// From now on the servers show this to whoever connects; connections that stand are closed.
    pub fn show_certificate(&mut self, which: Certificate) -> Result<()> {
        let was_own = self.behaviour.shows == Certificate::Own;
        self.behave(Behaviour { shows: which, ..self.behaviour })?;
        let now = Moment::stamped(self.bench.now(), NETWORK_STAMP_S);
        let is_own = which == Certificate::Own;
        self.deeds.add(What::Certificate { is_own }, now, Proof::Stamp);
        // From one false certificate to the next nothing could be called either.
        if is_own != was_own {
            self.note_servers(is_own);
        }
        self.bench.note_disturbance(now.instant());
        Ok(())
    }

    /// T40: of all false certificates that were shown in this scenario.
    pub fn nothing_entrusted(&mut self) -> Result<()> {
        self.bench.collect()?;
        let mut shown: Vec<(Instant, Instant)> = Vec::new();
        let mut since = None;
        for (at, what) in self.deeds.all() {
            match what {
                What::Certificate { is_own: false } => _ = since.get_or_insert(at.instant()),
                What::Certificate { is_own: true } => shown.extend(since.take().map(|since| (since, at.instant()))),
                _ => {}
            }
        }
        shown.extend(since.map(|since| (since, self.bench.now())));
        let is_of_trust = |event: &CallEvent| {
            use CallEvent as E;
            matches!(event, E::Connected { .. } | E::Registered { .. } | E::RegistrationRefused { .. } | E::Invited { .. })
        };
        let events = self.bench.record.calls_since(self.began).filter(|event| is_of_trust(&event.value));
        let believed = events.filter(|event| shown.iter().any(|(from, to)| (*from..*to).contains(&event.at))).count();
        self.judge(&ENTRUSTED, Estimate::count(believed), Criterion::Exactly(0.0))
    }

    /// From now on the operator's answers describe plain sound, whatever was offered; or no longer.
    pub fn give_up_encryption(&mut self, gives_up: bool) -> Result<()> {
        self.behave(Behaviour { gives_up_srtp: gives_up, ..self.behaviour })?;
        self.note_sound(gives_up);
        Ok(())
    }

    fn note_sound(&mut self, is_plain: bool) {
        let now = Moment::stamped(self.bench.now(), NETWORK_STAMP_S);
        self.deeds.add(What::Sound { is_plain }, now, Proof::Stamp);
    }

    /// When the operator described plain sound, up to this moment at most.
    pub(super) fn unsealed(&self, to: f64) -> Vec<Span> {
        let mut since = None;
        let mut spans = Vec::new();
        for (at, what) in self.deeds.all() {
            match what {
                What::Sound { is_plain: true } => _ = since.get_or_insert(at.seconds),
                What::Sound { is_plain: false } => {
                    spans.extend(since.take().map(|from| Span { from, to: at.seconds }));
                }
                _ => {}
            }
        }
        spans.extend(since.map(|from| Span { from, to }));
        spans
    }

    /// The operator proposes to go on in plain. Whether the post refuses or hangs up is its own affair.
    pub fn propose_plain_sound(&mut self) -> Result<()> {
        let call = self.talk_that_stands()?;
        self.note_sound(true);
        self.bench.operator()?.act(call, Action::Change(Change::Unseal))?;
        let passed = self.pass(TAKES);
        self.note_sound(false);
        passed
    }

    /// T40: in every call of this scenario.
    pub fn no_plain_sound(&mut self) -> Result<()> {
        self.bench.collect()?;
        let (mut sealed, mut plain) = (BTreeSet::<CallId>::new(), BTreeSet::<CallId>::new());
        for event in self.bench.record.calls_since(self.began) {
            match &event.value {
                CallEvent::Security { call, what: Security::Secured { .. } } => _ = sealed.insert(*call),
                CallEvent::Security { call, what: Security::FellBack | Security::PlainPacket | Security::PlainRefused } => {
                    plain.insert(*call);
                }
                CallEvent::FirstMedia { call } if !sealed.contains(call) => _ = plain.insert(*call),
                _ => {}
            }
        }
        self.judge(&PLAIN, Estimate::count(plain.len()), Criterion::Exactly(0.0))
    }
}
