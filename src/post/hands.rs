//! The bench proved on the post: mains and fibre are felt, and each lamp's sensor sees the lamp that its role names.
//!
//! The post is taken through what any post does: dark without power, out of service without fibre, a press that rings
//! and is answered. Only what no single lamp of a post could do accuses the bench here; a lamp that does not light is
//! left to whoever judges lamps. Knows no limits.

use super::plant::{AWAKE_AFTER, READY_WITHIN};
use super::{Fault, Post, Result};
use crate::bench::{Circuit, Registration};
use crate::clock::Instant;
use crate::instrument::operator::{Action, Answering, CallEvent};
use crate::instrument::{InstrumentError, Subsystem};
use crate::unit::{Bilingual, both};
use std::time::Duration;

/// Without power the last lamp is dark by then.
const DARK_AFTER: Duration = Duration::from_secs(1);
/// Without power for so long, a post starts anew.
const STARTS_ANEW_AFTER: Duration = Duration::from_secs(5);
/// Without fibre a post is given so much longer than it took with it.
const LONGER_WITHOUT_FIBRE: Duration = Duration::from_secs(5);
/// A lamp has followed what happened, and stands.
const SETTLED_AFTER: Duration = Duration::from_millis(800);
/// A lamp that is only late has come on by then: with the next heartbeat at the latest.
const LATE_LAMPS_WITHIN: Duration = Duration::from_secs(12);
/// The operator answers so long after the ring: in between, the lamps are looked at.
const ANSWERED_AFTER: Duration = Duration::from_secs(2);
/// A press that has not led to a talk by then will not.
const CALL_WITHIN: Duration = Duration::from_secs(10);

/// What is to be seen of a lamp: out of service, idle, ringing, talking.
type Shown = [bool; 4];

/// How much is asked of the lamps' sensors: that none sees another's lamp, or that what they have told can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sensors {
    AsWired,
    AsTrusted,
}

/// By the role of its sensor.
const SHOWS: [(&str, Shown); 3] = [
    ("lamp-placed", [false, false, true, true]),
    ("lamp-connected", [false, false, false, true]),
    ("lamp-out-of-service", [true, false, false, false]),
];

impl Post {
    /// Proves the bench on the post. What it finds stands for the whole run.
    pub fn prove_hands(&mut self) -> Result<()> {
        self.prove_on_post(Sensors::AsWired)
    }

    /// The same once more, because a lamp was found wanting: a sensor that saw rightly as the run began may have been
    /// moved, exchanged or shorted since, or be too dull for what is asked.
    pub(super) fn prove_hands_again(&mut self) -> Result<()> {
        self.prove_on_post(Sensors::AsTrusted)
    }

    fn prove_on_post(&mut self, what: Sensors) -> Result<()> {
        let began = self.bench.now();
        let outcome = self.prove_leads().and_then(|is_ready| if is_ready { self.prove_sensors(what, began) } else { Ok(()) });
        let outcome = outcome.and_then(|()| self.prove_ends());
        self.is_unsettled = true;
        self.hands = match &outcome {
            Ok(()) => Some(Ok(())),
            Err(Fault::Bench(error)) => Some(Err(error.clone())),
            Err(_) => self.hands.take(),
        };
        outcome
    }

    /// As [`Post::prove_hands`], unless that has been done in this run: then what came of it.
    pub fn prove_hands_once(&mut self) -> Result<()> {
        match &self.hands {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(error.clone().into()),
            None => self.prove_hands(),
        }
    }

    /// A scenario that passed because a lamp stayed dark has passed only if its sensor would have seen it lit.
    pub fn prove_what_was_relied_on(&mut self) -> Result<()> {
        let unseen = |post: &Post| {
            let mut lamps = post.bench.lamp_sensors().into_iter().filter(|(role, _)| *role != "lamp-out-of-service");
            lamps.find(|(_, input)| !post.bench.has_seen_light(input))
        };
        if !std::mem::take(&mut self.relies_on_sensors) || unseen(self).is_none() {
            return Ok(());
        }
        self.prove_hands_once()?;
        match unseen(self) {
            None => Ok(()),
            // Nothing has had a reason to light it, and that is found elsewhere.
            Some(_) if self.is_never_served => Ok(()),
            Some((role, _)) => Err(InstrumentError::new(
                format!("{role} sensor"),
                "see the lamp lit",
                both!(
                    "it has seen no light since the run began, so that a dark lamp proves nothing",
                    "czujnik `{role}` od początku przebiegu nie zobaczył światła, więc ciemna lampka o niczym nie świadczy"
                ),
                (
                    "hold a light before the sensor: if the bench sees that, it is the post's lamp",
                    "poświeć przed czujnikiem: jeśli stanowisko to zobaczy, winna jest lampka punktu",
                ),
            )
            .of(Subsystem::Inputs)
            .into()),
        }
    }

    /// Mains and fibre: off and on, and felt. Says whether the post is ready then; if it is not, whoever judges that
    /// will find it.
    fn prove_leads(&mut self) -> Result<bool> {
        let (has_mains, has_fibre) = (self.bench.has(Circuit::Mains), self.bench.has(Circuit::Fibre));
        if has_mains {
            self.take_mains_away()?;
            if self.bench.can_switch_off() {
                self.pass(DARK_AFTER)?;
                self.bench.prove_sensors_dark::<Fault>()?;
            }
        }
        self.connect_everything()?;
        self.write_once()?;
        let began = self.bench.now();
        if !self.await_registration(began)? {
            return if self.bench.has_heard_of_post() { Ok(false) } else { Err(self.never_heard()) };
        }
        if !has_mains || !has_fibre {
            self.tell_unfelt();
            return Ok(true);
        }
        let took = self.bench.now().since(began);
        self.take_mains_away()?;
        self.pass(STARTS_ANEW_AFTER)?;
        self.switch(Circuit::Fibre, false)?;
        self.give_mains_back()?;
        self.bench.prove_fed::<Fault>()?;
        // A registration that comes now has not come through the relay.
        self.pass(took + AWAKE_AFTER + LONGER_WITHOUT_FIBRE)?;
        self.shown[0] = self.look()?;
        let returned = self.switch(Circuit::Fibre, true)?.instant();
        self.await_registration(returned)
    }

    /// Button and mains have been switched by now: both ends of them must have told the same.
    fn prove_ends(&mut self) -> Result<()> {
        self.bench.collect()?;
        match self.ends_in_contradiction()? {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    /// Without both leads the one cannot be told from the other.
    fn tell_unfelt(&self) {
        self.bench.log.note((
            "the rig does not switch both the mains and the fibre: that the post feels them could not be proved on it",
            "stanowisko nie przełącza jednocześnie zasilania i światłowodu: nie można było potwierdzić, że punkt na nie reaguje",
        ));
    }

    fn await_registration(&mut self, since: Instant) -> Result<bool> {
        let deadline = self.bench.now() + READY_WITHIN;
        let found = self.bench.watch::<Registration, Fault>(deadline, |bench| {
            let now = bench.now();
            Ok(bench.record.registration().filter(|registration| registration.stands(since, now)))
        })?;
        Ok(found.is_some())
    }

    /// Which sensors see light, in the order of `SHOWS`; one that the rig does not have sees none.
    fn look(&mut self) -> Result<[bool; 3]> {
        let mut lit = [false; 3];
        for (role, input) in self.bench.lamp_sensors() {
            if let Some(place) = SHOWS.iter().position(|(known, _)| *known == role)
                && let Some(lit) = lit.get_mut(place)
            {
                *lit = self.bench.sees_light::<Fault>(&input)?;
            }
        }
        Ok(lit)
    }

    /// What has seen no light is not found at fault here: whatever rests on it is not judged.
    pub(super) fn tell_unproved(&self) {
        for (role, input) in self.bench.lamp_sensors() {
            if !self.bench.has_seen_light(&input) {
                self.bench.log.note(Bilingual::new(
                    format!("{role}: its sensor has seen no light; what rests on it is not judged"),
                    format!("{role}: czujnik nie wykrył światła; to, co od niego zależy, nie podlega ocenie"),
                ));
            }
        }
    }

    fn prove_sensors(&mut self, what: Sensors, began: Instant) -> Result<()> {
        if !self.bench.has(Circuit::Button) {
            self.tell_unproved();
            return Ok(());
        }
        self.pass(SETTLED_AFTER * 2)?;
        self.shown[1] = self.look()?;
        self.set_answering(Answering::After(ANSWERED_AFTER))?;
        self.press(Duration::from_millis(200))?;
        let since = self.last_press()?.instant();
        let rings = self.bench.watch::<(), Fault>(since + CALL_WITHIN, |bench| {
            Ok(bench.record.calls_since(since).any(|e| matches!(e.value, CallEvent::Ringing { .. })).then_some(()))
        })?;
        self.pass(SETTLED_AFTER)?;
        self.shown[2] = self.look()?;
        let call = self.next_confirmed(since, since + CALL_WITHIN)?;
        self.pass(SETTLED_AFTER)?;
        self.shown[3] = self.look()?;
        if what == Sensors::AsTrusted {
            self.pass(LATE_LAMPS_WITHIN)?;
        }
        let darkness = if what == Sensors::AsTrusted && call.is_some() { self.darkness_by_reset()? } else { Vec::new() };
        // A post that was reset may have ended the call itself.
        if let Some(call) = call.filter(|call| self.bench.record.call(*call).is_some_and(|call| call.ended.is_none())) {
            self.bench.operator()?.act(call, Action::HangUp)?;
        }
        self.set_answering(Answering::Manual)?;
        self.pass(SETTLED_AFTER * 2)?;
        if rings.is_none() || call.is_none() {
            self.is_never_served = true;
            self.bench.log.note((
                "the press led to no talk: the sensors of the lamps could not be proved on it",
                "naciśnięcie nie doprowadziło do rozmowy: nie można było potwierdzić czujników lampek",
            ));
            return Ok(());
        }
        let seen: Vec<(&'static str, Shown)> = self
            .bench
            .lamp_sensors()
            .into_iter()
            .filter_map(|(role, _)| SHOWS.iter().position(|(known, _)| *known == role).map(|place| (role, place)))
            .map(|(role, place)| (role, self.shown.map(|lit| lit.get(place).copied().unwrap_or(false))))
            .collect();
        self.tell_unproved();
        if what == Sensors::AsTrusted {
            self.prove_sight(began)?;
            self.prove_quickness(&darkness)?;
        }
        match crossed(&seen) {
            Some((role, other)) => Err(InstrumentError::new(
                format!("{role} sensor"),
                "see its own lamp",
                both!("it saw what the sensor `{other}` should have seen, and that one saw another lamp too: their leads are exchanged", "czujnik `{role}` widział to, co powinien widzieć `{other}`, a tamten też widział inną lampkę: ich przewody są zamienione"),
                ("exchange the two in the rig's roles or their wires at the input board; if both are in order, the post lights the wrong lamps", "zamień je w `roles` w opisie stanowiska albo zamień przewody na module wejść; jeśli jedno i drugie jest w porządku, punkt zapala niewłaściwe lampki"),
            )
            .of(Subsystem::Inputs)
            .into()),
            None => Ok(()),
        }
    }
}

/// Two sensors that saw each other's lamps: the first whose sight is another's. Only if all together saw just what all
/// lamps show: a lamp that is late, stuck or dead is no lead that is exchanged.
fn crossed(seen: &[(&'static str, Shown)]) -> Option<(&'static str, &'static str)> {
    let due = |role: &str| SHOWS.iter().find(|(known, _)| *known == role).map(|(_, shows)| *shows);
    let sees = |(_, shown): &(&'static str, Shown)| seen.iter().map(|(role, _)| *role).find(|role| due(role) == Some(*shown));
    let seen_as: Vec<(&'static str, &'static str)> = seen.iter().filter_map(|one| Some((one.0, sees(one)?))).collect();
    let all_different =
        seen_as.iter().enumerate().all(|(n, (_, as_role))| !seen_as.iter().take(n).any(|(_, before)| before == as_role));
    if seen_as.len() < seen.len() || !all_different {
        return None;
    }
    seen_as.into_iter().find(|(role, as_role)| role != as_role)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACED: Shown = SHOWS[0].1;
    const CONNECTED: Shown = SHOWS[1].1;
    const OUT: Shown = SHOWS[2].1;
    const DARK: Shown = [false; 4];

    #[track_caller]
    fn check(seen: [Shown; 3], expected: Option<(&str, &str)>) {
        let seen: Vec<_> = SHOWS.iter().zip(seen).map(|((role, _), shown)| (*role, shown)).collect();
        assert_eq!(crossed(&seen), expected);
    }

    #[test]
    fn only_sensors_that_saw_each_others_lamps_are_crossed() {
        check([PLACED, CONNECTED, OUT], None);
        check([CONNECTED, PLACED, OUT], Some(("lamp-placed", "lamp-connected")));
        check([PLACED, OUT, CONNECTED], Some(("lamp-connected", "lamp-out-of-service")));
        check([CONNECTED, OUT, PLACED], Some(("lamp-placed", "lamp-connected")));
        // A lamp that lights on ringing, one that lights late, one that is dead: the post's, or not decided here.
        check([PLACED, PLACED, OUT], None);
        check([CONNECTED, CONNECTED, OUT], None);
        check([PLACED, CONNECTED, DARK], None);
        check([DARK, PLACED, OUT], None);
        check([DARK, DARK, DARK], None);
        assert_eq!(crossed(&[]), None);
    }
}
