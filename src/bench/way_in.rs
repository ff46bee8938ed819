//! Whether what the post sends unasked gets in to the operator: a firewall, or a translator of addresses, lets in for a
//! while whom it has seen spoken to, and nobody else.
//!
//! To a host that is asked all the time it is open; a post that is not heard behind one looks like a post that is
//! silent.

use super::Bench;
use crate::clock::{Instant, Interrupted, Stamped};
use crate::instrument::operator::{CallEvent, Speaker};
use crate::instrument::{InstrumentError, Subsystem};
use crate::unit::both;
use std::time::Duration;

/// Nothing has passed for so long: whoever gets in then has not been let in for what went out.
const SILENT_FOR: Duration = Duration::from_secs(20);
/// What got in unasked so long ago shows that the way is open still.
const OPEN_SINCE: Duration = Duration::from_secs(300);
/// In so long a silence beyond the interval that it was granted a post that is late with its refresh has come, one that
/// tries to be heard has tried several times (post protocol, section 4: every 10 s), and its retransmissions are over
/// (RFC 3261, 17.1.1.2: 32 s).
const TRIES_WITHIN: Duration = Duration::from_secs(45);
/// A post that speaks too often to be waited for is not shut out.
const WAITS_AT_MOST: Duration = Duration::from_secs(180);
/// And once it was spoken to it is heard with its next attempt.
const HEARD_WITHIN: Duration = Duration::from_secs(15);

/// What has passed between post and operator.
#[derive(Debug, Default)]
pub(super) struct WayIn {
    last: Option<Instant>,
    /// For how long the post need not be heard of.
    granted: Duration,
    /// When the post last asked for a registration or a call, and when it did so after a long silence.
    began: Option<Instant>,
    unasked: Option<Instant>,
    /// It was found shut out: that holds for the run.
    shut: Option<InstrumentError>,
}

impl WayIn {
    /// `stands`: a call does, and its media keep every way open.
    pub fn note(&mut self, event: &Stamped<CallEvent>, identity: &str, stands: bool) {
        let begins = match &event.value {
            CallEvent::Registered { user, .. } | CallEvent::RegistrationRefused { user, .. } => user == identity && !stands,
            CallEvent::Invited { invite, .. } => invite.from == identity,
            _ => false,
        };
        if let CallEvent::Registered { expires, .. } = &event.value {
            self.granted = *expires;
        }
        let silence = self.last.map(|last| event.at.since(last));
        if begins {
            self.began = Some(event.at);
        }
        if begins && silence.is_some_and(|silence| silence >= SILENT_FOR) {
            self.unasked = Some(event.at);
        }
        self.last = Some(event.at);
    }
}

impl Bench {
    /// Does the post get in unasked? It does if it has lately; else it is waited for, and then spoken to: one that is
    /// heard only then was shut out.
    ///
    /// # Errors
    /// It was.
    pub fn prove_way_in<E: From<Interrupted> + From<InstrumentError>>(&mut self) -> Result<(), E> {
        if let Some(shut) = &self.way_in.shut {
            return Err(shut.clone().into());
        }
        let began = self.now();
        let is_open = |bench: &Bench| bench.way_in.unasked.is_some_and(|at| bench.now().since(at) < OPEN_SINCE);
        let silence = |bench: &Bench| bench.now().since(bench.way_in.last.unwrap_or(began).max(began));
        let over =
            |bench: &mut Bench| Ok((is_open(bench) || silence(bench) >= bench.way_in.granted + TRIES_WITHIN).then_some(()));
        let waited = self.watch::<(), E>(began + WAITS_AT_MOST, over)?;
        if waited.is_none() || is_open(self) || !self.operator()?.speak_first(Speaker::Desk)? {
            return Ok(());
        }
        let spoken = self.now();
        self.way_in.last = Some(spoken);
        let arrives = |bench: &mut Bench| Ok(bench.way_in.began.filter(|began| *began > spoken));
        let Some(heard) = self.watch::<Instant, E>(spoken + HEARD_WITHIN, arrives)? else { return Ok(()) };
        let shut = InstrumentError::new(
            "network of the bench",
            "let the post in unasked",
            both!(
                "nothing had come from the post for {:.0} s; {:.1} s after the operator's desk had spoken to it, it was heard",
                "od punktu przez {:.0} s nic nie dotarło, a odezwał się {:.1} s po tym, jak symulator operatora odezwał się do niego pierwszy",
                spoken.since(began).as_secs_f64(),
                heard.since(spoken).as_secs_f64()
            ),
            (
                "let what comes from the post's address in to the operator's ports in this machine's firewall and in every router on the way; if there is none, the post wakes only when it is spoken to",
                "w zaporze tego komputera i w każdym routerze po drodze przepuść ruch z adresu punktu do portów operatora; jeśli nic go nie blokuje, punkt budzi się dopiero, gdy ktoś się do niego odezwie",
            ),
        )
        .of(Subsystem::Network);
        self.way_in.shut = Some(shut.clone());
        Err(shut.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::safe::Unread;
    use crate::bench::{Opening, open};
    use crate::instrument::operator::Server;
    use crate::rig;
    use std::path::Path;
    use std::sync::Arc;

    #[test]
    fn who_may_be_silent_for_as_long_as_he_was_granted_is_waited_for_and_a_little_longer() {
        let folder = tempfile::tempdir().expect("a folder");
        let rig = rig::load(Path::new("rigs/virtual.yaml")).expect("a rig that is shipped");
        let (rig, folder) = (Arc::new(rig), folder.path().to_path_buf());
        let mut bench =
            open(Opening { rig, seed: 1, folder, onlookers: Vec::new(), preamble: Vec::new() }).expect("the virtual post");
        let began = bench.now();
        bench.prove_way_in::<Unread>().expect("there is no post that could be shut out");
        let waited = bench.now().since(began);
        assert!(waited >= bench.way_in.granted + TRIES_WITHIN && waited <= WAITS_AT_MOST + HEARD_WITHIN, "{waited:?}");
    }

    #[test]
    fn only_what_begins_anew_after_a_long_silence_has_come_unasked() {
        let registered = |user: &str| CallEvent::Registered {
            user: user.into(),
            contact: "sip:a@10.20.0.17".into(),
            expires: Duration::from_secs(60),
            server: Server::Primary,
        };
        let unasked = |moments: &[u64], user: &str, stands: bool| {
            let mut way = WayIn::default();
            for second in moments {
                let at = Instant::from_nanos(second * 1_000_000_000);
                way.note(&Stamped::new(at, registered(user)), "SOS-0417", stands);
            }
            way.unasked.map(|at| at.as_nanos() / 1_000_000_000)
        };
        assert_eq!(unasked(&[5, 30, 40], "SOS-0417", false), Some(30));
        // What came first, what came soon, another post, and what came in a talk, prove nothing.
        assert_eq!(unasked(&[50], "SOS-0417", false), None);
        assert_eq!(unasked(&[5, 24, 43], "SOS-0417", false), None);
        assert_eq!(unasked(&[5, 30], "SOS-0999", false), None);
        assert_eq!(unasked(&[5, 30], "SOS-0417", true), None);
    }
}
