//! The stretches in which the post had no mains or no fibre, and what gives the lie to them: a sign of life that could
//! not have come.
//!
//! A sense input tells that a contact has opened; only the post's silence tells that its mains or its fibre went
//! through that contact. Knows nothing of what a post should do.

use super::circuit::Circuit;
use super::{Bench, Record};
use crate::clock::{Instant, Interrupted, Stamped};
use crate::instrument::operator::{CallEvent, CallId, EndedBy, Refresher, Side};
use crate::instrument::{InstrumentError, Result, Subsystem};
use crate::rig::{InputRef, Role};
use crate::unit::both;
use std::time::Duration;

/// A post without a battery is dark by then.
const SUPPLY_FADES_WITHIN: Duration = Duration::from_secs(3);
/// A supply that was switched on gives its voltage by then.
const SUPPLY_RISES_WITHIN: Duration = Duration::from_secs(3);
/// What was on its way when the fibre was cut has arrived by then.
const LINE_DRAINS_WITHIN: Duration = Duration::from_secs(1);
/// Below so many volts a microcontroller is off.
const SUPPLY_GONE: f32 = 1.0;
/// So many outages are remembered: more than a scenario has between two looks at the instruments.
const REMEMBERED: usize = 64;

/// Mains or fibre were away from here on, and to there if they are back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Outage {
    circuit: Circuit,
    from: Instant,
    to: Option<Instant>,
}

/// The outages of a run, as they were commanded.
#[derive(Debug, Default)]
pub(super) struct Outages(Vec<Outage>);

impl Outages {
    /// A circuit was told to open or close.
    pub fn switched(&mut self, circuit: Circuit, closed: bool, at: Instant) {
        let open = self.0.iter_mut().find(|outage| outage.circuit == circuit && outage.to.is_none());
        match (open, closed) {
            (Some(outage), true) => outage.to = Some(at),
            (None, false) if circuit != Circuit::Button => {
                if self.0.len() >= REMEMBERED {
                    self.0.remove(0);
                }
                self.0.push(Outage { circuit, from: at, to: None });
            }
            _ => {}
        }
    }

    /// How long a circuit had been open at a moment at which the post must have felt it; `None`: it was closed, or had
    /// only just opened.
    fn felt(&self, circuit: Circuit, at: Instant) -> Option<Duration> {
        let grace = if circuit == Circuit::Mains { SUPPLY_FADES_WITHIN } else { LINE_DRAINS_WITHIN };
        let covers =
            |outage: &&Outage| outage.circuit == circuit && at > outage.from + grace && outage.to.is_none_or(|to| at < to);
        self.0.iter().find(covers).map(|outage| at.since(outage.from))
    }

    /// Whether the post had no mains at some moment between these two.
    fn is_dark_within(&self, from: Instant, to: Instant) -> bool {
        let overlaps = |outage: &Outage| outage.from < to && outage.to.is_none_or(|end| end > from);
        self.0.iter().any(|outage| outage.circuit == Circuit::Mains && overlaps(outage))
    }
}

/// A sign of the post's, in either language.
type Sign = (&'static str, &'static str);

/// What the post itself did to be seen at the operator, in a few words; `None`: somebody else, or the operator's own
/// doing.
fn sign_at_operator(record: &Record, identity: &str, event: &CallEvent) -> Option<Sign> {
    let own = |call: &CallId, sign: Sign| record.call(*call).filter(|call| call.invite.from == identity).map(|_| sign);
    match event {
        CallEvent::Registered { user, .. } | CallEvent::RegistrationRefused { user, .. } => {
            (user == identity).then_some(("a registration", "rejestracja"))
        }
        CallEvent::Invited { invite, .. } => (invite.from == identity).then_some(("a call", "połączenie")),
        CallEvent::Confirmed { call } | CallEvent::Ended { call, by: EndedBy::Post | EndedBy::Cancelled } => {
            own(call, ("signalling of a call", "sygnalizacja połączenia"))
        }
        CallEvent::Refreshed { call, by: Refresher::Them } => own(call, ("signalling of a call", "sygnalizacja połączenia")),
        CallEvent::FirstMedia { call } | CallEvent::VoiceBack { call, side: Side::FromPost } | CallEvent::Digit { call, .. } => {
            own(call, ("sound of a call", "dźwięk rozmowy"))
        }
        _ => None,
    }
}

impl Bench {
    /// Holds what has come from the operator against the outages: nothing of the post's can have come.
    pub(super) fn check_arrivals(&mut self, events: &[Stamped<CallEvent>]) -> Result<()> {
        let mut outcome = Ok(());
        for event in events {
            let stands = self.record.a_call_stands();
            self.way_in.note(event, &self.rig.post.identity, stands);
            self.has_heard_of_post |= self.is_of_post_by_its_console(&event.value);
            let Some(sign) = sign_at_operator(&self.record, &self.rig.post.identity, &event.value) else { continue };
            self.has_heard_of_post = true;
            outcome = outcome.and(self.check_sign(&[Circuit::Fibre, Circuit::Mains], sign, event.at));
        }
        outcome
    }

    /// Somebody asks to be registered under the name that the post gives itself on its console: it has lost its own.
    fn is_of_post_by_its_console(&self, event: &CallEvent) -> bool {
        let (CallEvent::Registered { user, .. } | CallEvent::RegistrationRefused { user, .. }) = event else { return false };
        self.record.last_banner().and_then(|banner| banner.value("id")) == Some(user)
    }

    /// A sign of life that needs these circuits.
    pub(super) fn check_sign(&self, needs: &[Circuit], (en, pl): Sign, at: Instant) -> Result<()> {
        for circuit in needs {
            if *circuit == Circuit::Mains && self.rig.post.battery {
                continue;
            }
            if let Some(after) = self.gear.outages().felt(*circuit, at) {
                let after = after.as_secs_f64();
                let but =
                    both!("{en} came from the post {after:.1} s after", "{after:.1} s później od punktu nadeszło jeszcze: {pl}");
                return Err(self.unfelt(*circuit, but));
            }
        }
        Ok(())
    }

    /// Whether this bench can leave the post without any supply.
    pub fn can_switch_off(&self) -> bool {
        !self.rig.post.battery || self.gear.has(Circuit::Battery)
    }

    /// The post has a battery, and it is connected.
    fn lives_on(&self) -> bool {
        self.rig.post.battery && self.gear.told(Circuit::Battery) != Some(false)
    }

    /// Whether this bench has taken all supply from the post: what sounds then is not the post's.
    pub(super) fn is_post_without_power(&self) -> bool {
        self.gear.told(Circuit::Mains) == Some(false) && !self.lives_on()
    }

    /// Whether anything has ever come from the post to the operator in this run.
    pub fn has_heard_of_post(&self) -> bool {
        self.has_heard_of_post
    }

    /// Whether the post had no mains at some moment between these two.
    pub fn was_dark_within(&self, from: Instant, to: Instant) -> bool {
        self.gear.outages().is_dark_within(from, to)
    }

    /// Whether the probe measures a supply; `None`: there is none, or it cannot measure.
    fn is_fed(&mut self) -> Result<Option<bool>> {
        if self.rig.wiring.probe.is_none() {
            return Ok(None);
        }
        let volts = self.probe()?.target_voltage().map_err(|error| error.of(Subsystem::Probe))?;
        Ok(volts.map(|volts| volts > SUPPLY_GONE))
    }

    fn await_feed<E: From<Interrupted> + From<InstrumentError>>(
        &mut self,
        fed: bool,
        within: Duration,
    ) -> std::result::Result<bool, E> {
        let deadline = self.now() + within;
        let found = self.watch::<(), E>(deadline, |bench| Ok((bench.is_fed()? != Some(!fed)).then_some(())))?;
        Ok(found.is_some())
    }

    /// The mains are off: does the post feel it? Says whether that was seen. A sense input cannot tell, where it was
    /// exchanged together with its relay; the probe sees the post's supply. One that goes with the fibre has the two
    /// leads exchanged.
    pub fn prove_unfed<E: From<Interrupted> + From<InstrumentError>>(&mut self) -> std::result::Result<bool, E> {
        if self.lives_on() || self.is_fed()?.is_none() {
            return Ok(false);
        }
        if self.await_feed::<E>(false, SUPPLY_FADES_WITHIN)? {
            return Ok(true);
        }
        let seconds = SUPPLY_FADES_WITHIN.as_secs();
        let fed = self.unfelt(
            Circuit::Mains,
            both!(
                "the probe still measures the post's supply {seconds} s later",
                "{seconds} s później programator nadal mierzy zasilanie punktu"
            ),
        );
        if self.rig.wiring.fibre.is_none() {
            return Err(fed.into());
        }
        self.prove_move::<E>(Circuit::Fibre, false)?;
        let goes_with_fibre = self.await_feed::<E>(false, SUPPLY_FADES_WITHIN)?;
        self.prove_move::<E>(Circuit::Fibre, true)?;
        if !goes_with_fibre {
            return Err(fed.into());
        }
        Err(InstrumentError::new(
            "mains relay",
            "switch the post's mains",
            ("the post's supply stayed while the mains' relay was off and went with the fibre's relay: the two leads are exchanged", "zasilanie punktu nie zanikło po wyłączeniu przekaźnika sieci, a zanikło po wyłączeniu przekaźnika światłowodu: oba przewody są zamienione"),
            ("exchange `mains` and `fibre` in the rig's roles, or their wires at the relay board", "zamień `mains` i `fibre` w `roles` w opisie stanowiska albo ich przewody na module przekaźników"),
        )
        .of(Subsystem::Relays)
        .into())
    }

    /// The mains are on: is the post fed? Says whether that was seen. One that is not, though there is voltage where it
    /// is plugged in, has failed itself.
    pub fn prove_fed<E: From<Interrupted> + From<InstrumentError>>(&mut self) -> std::result::Result<bool, E> {
        if self.is_fed()?.is_none() {
            return Ok(false);
        }
        if self.await_feed::<E>(true, SUPPLY_RISES_WITHIN)? {
            return Ok(true);
        }
        // The relay and its lead have done their part where there is voltage at the post's own plug.
        if let Some(plug) = self.rig.wiring.mains_at_post.clone()
            && self.gear.is_lit::<E>(&plug)?
        {
            return Ok(false);
        }
        Err(InstrumentError::new(
            "mains relay",
            "feed the post",
            both!(
                "its sense input saw the mains on, but the probe measures no supply at the post after {} s",
                "wejście kontrolne potwierdziło włączenie sieci, lecz po {} s programator nie mierzy zasilania punktu",
                SUPPLY_RISES_WITHIN.as_secs()
            ),
            (
                "check the mains lead from the relay to the post, the post's fuse and its supply, then the probe's lead",
                "sprawdź przewód sieciowy od przekaźnika do punktu, bezpiecznik i zasilacz punktu, a potem przewód programatora",
            ),
        )
        .of(Subsystem::Relays)
        .into())
    }

    /// The lamps' sensors that the rig has, by their role.
    pub fn lamp_sensors(&self) -> Vec<(&'static str, InputRef)> {
        self.rig.wiring.lamps().map(|(role, input)| (role, input.clone())).collect()
    }

    /// Asks a lamp's sensor whether it sees light now.
    pub fn sees_light<E: From<Interrupted> + From<InstrumentError>>(&mut self, input: &InputRef) -> std::result::Result<bool, E> {
        self.gear.is_lit(input)
    }

    /// Whether a sensor has been seen to go from dark to light in this run.
    pub fn has_seen_light(&self, input: &InputRef) -> bool {
        self.seen_lit.contains(input)
    }

    /// A lamp's sensor that has not been seen to go from dark to light in this run: it may be dead.
    pub fn is_unproved_sensor(&self, role: Role) -> bool {
        let wiring = &self.rig.wiring;
        let input = match role {
            Role::LampPlaced => &wiring.lamp_placed,
            Role::LampConnected => &wiring.lamp_connected,
            Role::LampOutOfService => &wiring.lamp_out_of_service,
            _ => return false,
        };
        input.as_ref().is_some_and(|input| !self.has_seen_light(input))
    }

    /// A lamp without power is dark: a sensor that sees light all the same looks elsewhere, or is wired the other way
    /// round.
    pub fn prove_sensors_dark<E: From<Interrupted> + From<InstrumentError>>(&mut self) -> std::result::Result<(), E> {
        for (role, input) in self.lamp_sensors() {
            if self.gear.is_lit::<E>(&input)? {
                return Err(InstrumentError::new(
                    format!("{role} sensor"),
                    "see the lamp dark",
                    both!("it sees light while the post has no power", "czujnik `{role}` widzi światło, choć punkt nie ma zasilania"),
                    both!(
                        "check its wires for the right polarity, `{role}` in the rig's roles, and that no other light falls on it",
                        "sprawdź biegunowość jego przewodów, `{role}` w `roles` opisu stanowiska oraz to, czy nie pada na niego inne światło"
                    ),
                )
                .of(Subsystem::Inputs)
                .into());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::safe::Unread;
    use crate::bench::{Opening, open};
    use crate::rig;
    use std::path::Path;
    use std::sync::Arc;

    #[test]
    fn a_battery_excuses_signs_without_mains_and_none_without_fibre() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut rig = rig::load(Path::new("rigs/virtual.yaml")).expect("a rig that is shipped");
        let signs = |rig: &rig::Rig, gone: Circuit| {
            let (rig, folder) = (Arc::new(rig.clone()), folder.path().join(format!("{gone:?}-{}", rig.post.battery)));
            let opening = Opening { rig, seed: 1, folder, onlookers: Vec::new(), preamble: Vec::new() };
            let mut bench = open(opening).expect("the virtual post");
            bench.switch(gone, false).expect("switches");
            bench.wait::<Unread>(Duration::from_secs(5)).expect("in order");
            bench.check_sign(&[Circuit::Fibre, Circuit::Mains], ("a call", "połączenie"), bench.now()).is_ok()
        };
        assert_eq!([Circuit::Mains, Circuit::Fibre].map(|gone| signs(&rig, gone)), [false, false]);
        rig.post.battery = true;
        assert_eq!([Circuit::Mains, Circuit::Fibre].map(|gone| signs(&rig, gone)), [true, false]);
    }

    #[test]
    fn what_was_switched_is_known_by_its_moment_and_by_what_the_post_lives_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let rig = Arc::new(rig::load(Path::new("rigs/virtual-new-post.yaml")).expect("a rig that is shipped"));
        let opening = Opening { rig, seed: 1, folder: folder.path().to_path_buf(), onlookers: Vec::new(), preamble: Vec::new() };
        let mut bench = open(opening).expect("the virtual post");
        bench.wait::<Unread>(Duration::from_secs(1)).expect("in order");
        bench.prove_button::<Unread>().expect("the contact follows");
        let closures = bench.closures(Circuit::Button, Instant::ZERO);
        assert!(closures.len() == 3 && closures.iter().all(|(closed, opened)| closed < opened), "{closures:?}");
        let before = bench.now();
        bench.switch(Circuit::Mains, false).expect("switches");
        assert!(bench.disturbed() >= before, "{:?}", bench.disturbed());
        assert!(bench.lives_on());
        bench.switch(Circuit::Battery, false).expect("switches");
        assert!(!bench.lives_on());
    }

    #[test]
    fn a_sign_counts_against_an_outage_that_must_have_been_felt() {
        let at = |seconds: u64| Instant::from_nanos(seconds * 1_000_000_000);
        let mut outages = Outages::default();
        outages.switched(Circuit::Fibre, true, at(1));
        outages.switched(Circuit::Fibre, false, at(10));
        outages.switched(Circuit::Fibre, false, at(12));
        outages.switched(Circuit::Button, false, at(12));
        let felt = |outages: &Outages, seconds| outages.felt(Circuit::Fibre, at(seconds)).map(|after| after.as_secs());
        assert_eq!([9, 11, 13, 1000].map(|seconds| felt(&outages, seconds)), [None, None, Some(3), Some(990)]);
        outages.switched(Circuit::Fibre, true, at(20));
        assert_eq!([13, 20, 25].map(|seconds| felt(&outages, seconds)), [Some(3), None, None]);
        assert_eq!(outages.felt(Circuit::Mains, at(13)), None);
        outages.switched(Circuit::Mains, false, at(30));
        assert!(outages.is_dark_within(at(25), at(31)) && !outages.is_dark_within(at(10), at(20)));
    }

    #[test]
    fn of_many_outages_the_latest_are_remembered() {
        let at = |seconds: usize| Instant::from_nanos(seconds as u64 * 1_000_000_000);
        let mut outages = Outages::default();
        for n in 0..=REMEMBERED {
            outages.switched(Circuit::Mains, false, at(10 * n));
            outages.switched(Circuit::Mains, true, at(10 * n + 5));
        }
        let is_remembered = |n: usize| outages.is_dark_within(at(10 * n + 1), at(10 * n + 2));
        assert_eq!([0, 1, REMEMBERED].map(is_remembered), [false, true, true]);
    }
}
