//! The operator as an instrument: the `Operator` trait over a [`Desk`], whoever feeds it datagrams, and the headset of
//! one call.
//!
//! Must not know sockets or the simulation: it reaches the desk through [`DeskAccess`], which knows the moment and
//! sends what comes of it.

use super::{Desk, DeskError};
use crate::clock::{Instant, Stamped};
use crate::instrument::audio::{AudioPort, Frame, Jack, Timebase};
use crate::instrument::operator::{Action, Behaviour, CallEvent, CallId, Operator, Speaker};
use crate::instrument::{Identity, Instrument, InstrumentError, Result};
use crate::rtp::axis::RATE;
use crate::unit::{Bilingual, both};

/// The headset's one socket, in and out.
pub const HEADSET: Jack = Jack(1);
const NAME: &str = "operator";

/// The way to the desk: for the moment at hand, and with whatever it wants sent taken care of afterwards.
pub trait DeskAccess: Send {
    fn enter(&self, act: &mut dyn FnMut(Instant, &mut Desk)) -> Result<()>;
    /// How far to trust the moments at which something arrived, and at which packets left (k = 2), in seconds, the
    /// worst so far.
    fn uncertainty(&self) -> (f64, f64);
    /// What stands behind the desk, e.g. `udp 192.168.1.10:5060`.
    fn place(&self) -> String;
    /// A stretch that was queued begins at this moment, in seconds of the bench's clock. Only the simulation, which is
    /// asked for the truth later, has a use for it.
    fn spoken_from(&self, _seconds: f64) {}
}

/// The operator.
pub struct OperatorPort<A> {
    headset: Headset<A>,
}

/// The headset, plugged into one call at a time.
struct Headset<A> {
    access: A,
    call: CallId,
}

impl<A: DeskAccess> Headset<A> {
    /// Does something at the desk; `action` names it in case it fails.
    fn at_desk<T>(
        &self,
        action: &str,
        mut act: impl FnMut(Instant, &mut Desk) -> std::result::Result<T, DeskError>,
    ) -> Result<T> {
        let mut outcome = None;
        self.access.enter(&mut |at, desk| outcome = Some(act(at, desk)))?;
        let failed = |cause: Bilingual| {
            InstrumentError::new(
                NAME,
                action,
                cause,
                (
                    "Look at the events of this call: it is not in the state this needs.",
                    "Sprawdź zdarzenia tego połączenia: nie jest w stanie, którego to wymaga.",
                ),
            )
        };
        match outcome {
            Some(Ok(value)) => Ok(value),
            Some(Err(cause)) => Err(failed(cause.account())),
            None => Err(failed(("the desk cannot be reached", "z symulatorem operatora nie ma kontaktu").into())),
        }
    }

    fn is_own(&self, jack: Jack) -> Result<()> {
        if jack == HEADSET {
            return Ok(());
        }
        let cause = both!("a headset has no jack {}", "zestaw słuchawkowy nie ma gniazda {}", jack.0);
        Err(InstrumentError::new(
            NAME,
            "use its headset",
            cause,
            ("Use jack 1 for the operator's headset.", "Jako zestawu słuchawkowego operatora użyj gniazda 1."),
        ))
    }
}

impl<A: DeskAccess> OperatorPort<A> {
    pub fn at(access: A) -> Self {
        OperatorPort { headset: Headset { access, call: CallId(0) } }
    }
    /// How far to trust the moments at which something arrived, and at which packets left (k = 2), in seconds, the
    /// worst so far.
    pub fn uncertainty(&self) -> (f64, f64) {
        self.headset.access.uncertainty()
    }
    /// Asks the desk what the trait has no word for; `action` names it in case it fails.
    pub fn consult<T>(
        &self,
        action: &str,
        act: impl FnMut(Instant, &mut Desk) -> std::result::Result<T, DeskError>,
    ) -> Result<T> {
        self.headset.at_desk(action, act)
    }
}

impl<A: DeskAccess> Instrument for OperatorPort<A> {
    fn identify(&mut self) -> Result<Identity> {
        self.headset.identify()
    }
    /// Makes the servers well again and hangs up every call.
    fn make_safe(&mut self) -> Result<()> {
        self.headset.at_desk("hang up all calls", |at, desk| {
            desk.make_safe(at);
            Ok(())
        })
    }
}

impl<A: DeskAccess> Operator for OperatorPort<A> {
    fn events(&mut self) -> Result<Vec<Stamped<CallEvent>>> {
        self.headset.at_desk("tell its events", |_, desk| Ok(desk.take_events()))
    }
    fn behave(&mut self, how: Behaviour) -> Result<()> {
        self.headset.at_desk("change how it behaves", |_, desk| {
            desk.behave(how);
            Ok(())
        })
    }
    fn act(&mut self, call: CallId, what: Action) -> Result<Instant> {
        let action = match what {
            Action::Answer => "answer",
            Action::HangUp => "hang up",
            Action::Announce => "speak before the answer",
            Action::Key(_) => "press a key",
            Action::Change(_) => "change the call",
        };
        self.headset.at_desk(action, |at, desk| desk.act(at, call, what).map(|()| at))
    }
    fn audio(&mut self, call: CallId) -> Result<&mut dyn AudioPort> {
        self.headset.at_desk("put on its headset", |_, desk| desk.timebase(call).map(|_| ()))?;
        self.headset.call = call;
        Ok(&mut self.headset)
    }
    fn self_check(&mut self) -> Result<Option<bool>> {
        self.headset.at_desk("check itself", |at, desk| Ok(desk.self_check(at)))
    }
    fn speak_first(&mut self, who: Speaker) -> Result<bool> {
        match who {
            Speaker::Stranger => self.headset.at_desk("let a stranger call", |at, desk| Ok(desk.let_stranger_call(at))),
            Speaker::Desk => self.headset.at_desk("ask the post whether it is there", |at, desk| Ok(desk.ask_again(at))),
        }
    }
}

impl<A: DeskAccess> Instrument for Headset<A> {
    fn identify(&mut self) -> Result<Identity> {
        Ok(Identity { model: "hejnal operator's desk".to_owned(), unit: self.access.place() })
    }
    /// Falls silent.
    fn make_safe(&mut self) -> Result<()> {
        let call = self.call;
        self.at_desk("fall silent", |at, desk| match desk.speak(at, call, &[]) {
            Ok(_) | Err(DeskError::WrongState { .. } | DeskError::NoSuchCall(_) | DeskError::NoMedia(_)) => Ok(()),
            Err(other) => Err(other),
        })
    }
}

impl<A: DeskAccess> AudioPort for Headset<A> {
    fn rate(&self) -> u32 {
        RATE
    }
    fn play(&mut self, output: Jack, samples: &[f32]) -> Result<Frame> {
        self.is_own(output)?;
        let call = self.call;
        let (frame, line) = self.at_desk("speak", |at, desk| Ok((desk.speak(at, call, samples)?, desk.timebase(call)?)))?;
        self.access.spoken_from(line.seconds_of(frame as f64));
        Ok(frame)
    }
    fn timebase(&mut self) -> Result<Timebase> {
        let call = self.call;
        self.at_desk("tell its time", |_, desk| desk.timebase(call))
    }
    fn record(&mut self, input: Jack, from: Frame, to: Frame) -> Result<Vec<f32>> {
        self.is_own(input)?;
        let call = self.call;
        self.at_desk("hear", |at, desk| desk.record(at, call, from, to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::operator::Answering;
    use crate::operator::{DeskConfig, User};
    use std::cell::{Cell, RefCell};
    use std::net::SocketAddr;
    use std::time::Duration;

    /// A desk with nothing around it; each visit is a millisecond later.
    struct Alone {
        desk: RefCell<Desk>,
        millis: Cell<u64>,
    }

    impl DeskAccess for Alone {
        fn enter(&self, act: &mut dyn FnMut(Instant, &mut Desk)) -> Result<()> {
            self.millis.set(self.millis.get() + 1);
            act(Instant::from_nanos(self.millis.get() * 1_000_000), &mut self.desk.borrow_mut());
            Ok(())
        }
        fn uncertainty(&self) -> (f64, f64) {
            (0.0, 0.0)
        }
        fn place(&self) -> String {
            "nowhere".to_owned()
        }
    }

    fn alone() -> OperatorPort<Alone> {
        let config = DeskConfig {
            seed: 1,
            sip: SocketAddr::from(([10, 0, 0, 1], 5060)),
            backup: None,
            media_ports: 20000..=20003,
            realm: "straz".to_owned(),
            users: vec![User { name: "sos-1".to_owned(), password: "tajne".to_owned() }],
            grants: crate::sip::registrar::LONGEST,
            operator_user: "operator".to_owned(),
            second_user: "operator2".to_owned(),
            behaviour: Behaviour::answering(Answering::Manual),
            max_calls: 1,
            ring_after: Duration::ZERO,
            codecs: crate::rtp::codec::Codec::G711.to_vec(),
            digests: vec![crate::sip::digest::Algorithm::Md5, crate::sip::digest::Algorithm::Sha256],
            calendar: crate::rtp::report::Calendar { beginning: Duration::ZERO },
            srtp: crate::sip::sdes::Srtp::Optional,
        };
        OperatorPort::at(Alone { desk: RefCell::new(Desk::new(config)), millis: Cell::new(0) })
    }

    fn check<T: std::fmt::Debug>(outcome: Result<T>, cause: &str) {
        let error = outcome.expect_err("there is no call");
        assert_eq!((error.instrument.as_str(), error.cause.en.as_str()), (NAME, cause));
    }

    #[test]
    fn what_cannot_be_done_names_the_action_and_blames_the_bench() {
        let mut port = alone();
        check(port.act(CallId(3), Action::Answer), "there is no call 3");
        check(port.act(CallId(3), Action::HangUp), "there is no call 3");
        check(port.audio(CallId(3)).map(|_| ()), "there is no call 3");
        check(port.headset.play(Jack(2), &[0.0]), "a headset has no jack 2");
        assert!(port.make_safe().is_ok() && port.headset.make_safe().is_ok(), "silence needs no call");
        assert_eq!(port.identify().map(|i| i.unit), Ok("nowhere".to_owned()));
    }

    #[test]
    fn a_self_check_that_nothing_carries_fails_after_a_second() {
        let mut port = alone();
        for _ in 0..1000 {
            assert_eq!(port.self_check(), Ok(None));
        }
        assert_eq!(port.self_check(), Ok(Some(false)));
    }
}
