//! Lamps' sensors proved on the post before a lamp is held against it: each still sees light, and none is too dull or
//! unsteady for what it told.
//!
//! A microcontroller held in reset drives no lamp, whatever its firmware: what a sensor shows of that moment is the
//! sensor's own.

use super::{Post, Result};
use crate::bench::Circuit;
use crate::clock::Instant;
use crate::instrument::{InstrumentError, Subsystem};
use crate::rig::InputRef;
use crate::unit::both;
use std::time::Duration;

const OUT_OF_SERVICE: &str = "lamp-out-of-service";
/// A sensor has followed by then, or it does not follow.
const FOLLOWED_AFTER: Duration = Duration::from_secs(3);
/// One that is so late tells of no lamp rightly, whatever the lamp was found wanting in, in seconds.
const OF_NO_USE: f64 = 0.5;
/// The reset is pulled so long before its release, at most.
const PULLED_BEFORE: Duration = Duration::from_millis(500);
/// Within so many seconds a sensor bounces.
const BOUNCES_WITHIN: f64 = 0.06;
/// A sensor follows within so many seconds, or it is dull.
const FOLLOWS_WITHIN: f64 = 0.02;

/// What a lamp's sensor made of a reset.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Darkness {
    role: &'static str,
    /// So long after the release it saw its lamp dark, in seconds; never later than it is late itself.
    late: f64,
    /// So often it saw light again at once.
    bounces: usize,
}

impl Darkness {
    /// `excess`: so many seconds the lamp was found late.
    fn is_unfit(&self, excess: f64) -> bool {
        self.bounces > 0 || self.late > FOLLOWS_WITHIN.max(excess).min(OF_NO_USE)
    }
}

impl Post {
    /// Resets the post in a talk, and looks how the sensors of the lit lamps see them go dark.
    pub(super) fn darkness_by_reset(&mut self) -> Result<Vec<Darkness>> {
        if self.bench.rig.wiring.probe.is_none() {
            return Ok(Vec::new());
        }
        let mut lit = Vec::new();
        for (role, input) in self.bench.lamp_sensors() {
            if self.bench.sees_light::<super::Fault>(&input)? {
                lit.push((role, input));
            }
        }
        if self.start_anew().is_err() {
            return Ok(Vec::new());
        }
        let released = self.bench.disturbed();
        self.pass(FOLLOWED_AFTER)?;
        Ok(lit.into_iter().map(|(role, input)| self.darkness(role, &input, released)).collect())
    }

    fn darkness(&self, role: &'static str, input: &InputRef, released: Instant) -> Darkness {
        let pulled = released - PULLED_BEFORE;
        let Some(dark) = self.bench.record.changes(input, false, pulled, None).next() else {
            return Darkness { role, late: FOLLOWED_AFTER.as_secs_f64(), bounces: 0 };
        };
        let within = dark + Duration::from_secs_f64(BOUNCES_WITHIN);
        // A lamp test is no bounce: it stays.
        let went = |lit: &Instant| self.bench.record.changes(input, false, *lit, Some(within)).next().is_some();
        let bounces = self.bench.record.changes(input, true, dark, Some(within)).filter(went).count();
        let moment = self.bench.input_moment(input, dark);
        Darkness { role, late: moment.seconds - moment.uncertainty - released.as_secs_f64(), bounces }
    }

    fn is_blind(&self, role: &str, since: Instant) -> bool {
        let input = self.bench.lamp_sensors().into_iter().find(|(known, _)| *known == role).map(|(_, input)| input);
        input.is_some_and(|input| self.bench.record.changes(&input, true, since, None).next().is_none())
    }

    /// A post may show that it is out of service only once it has been in service.
    fn cut_until_out_of_service(&mut self, since: Instant) -> Result<()> {
        self.switch(Circuit::Fibre, false)?;
        let longest = self.bench.rig.limits.get("T26").map_or(0.0, crate::rig::Limit::ceiling);
        let until = self.bench.now() + Duration::from_secs_f64(longest);
        while self.is_blind(OUT_OF_SERVICE, since) && self.bench.now() < until {
            self.pass(FOLLOWED_AFTER)?;
        }
        self.switch(Circuit::Fibre, true).map(drop)
    }

    /// A sensor that has seen nothing of its lamp from `since` on: through a start, an outage and a whole call.
    pub(super) fn prove_sight(&mut self, since: Instant) -> Result<()> {
        if self.is_blind(OUT_OF_SERVICE, since) {
            self.cut_until_out_of_service(since)?;
        }
        let lamps = self.bench.lamp_sensors();
        let Some((role, _)) = lamps.into_iter().find(|(role, _)| self.is_blind(role, since)) else { return Ok(()) };
        Err(InstrumentError::new(
            format!("{role} sensor"),
            "see the lamp lit",
            both!("it saw no light through a start, an outage and a whole call: either the sensor or the lamp is dead, and the bench cannot tell which", "czujnik `{role}` nie zobaczył światła podczas startu, awarii ani całego połączenia: niesprawny jest czujnik albo lampka i stanowisko nie może stwierdzić, które z nich"),
            ("hold a light before the sensor: if the bench sees that, it is the post's lamp", "poświeć przed czujnikiem: jeśli stanowisko to zobaczy, winna jest lampka punktu"),
        )
        .of(Subsystem::Inputs)
        .into())
    }

    /// A sensor that is late by as much as the post was found late, or that bounces.
    pub(super) fn prove_quickness(&self, darkness: &[Darkness]) -> Result<()> {
        let excess = self.excess_of_lamps();
        let Some(Darkness { role, late, bounces }) = darkness.iter().find(|one| one.is_unfit(excess)) else { return Ok(()) };
        let cause = if *bounces > 0 {
            both!(
                "when the reset put its lamp out, it saw it dark and lit again {bounces} times",
                "gdy reset zgasił lampkę, czujnik `{role}` widział ponowne zapalenia (ile razy: {bounces})"
            )
        } else {
            both!(
                "it saw its lamp go dark {:.0} ms after the reset that put it out",
                "czujnik `{role}` zobaczył zgaśnięcie lampki dopiero {:.0} ms po resecie, który ją zgasił",
                late * 1e3
            )
        };
        Err(InstrumentError::new(
            format!("{role} sensor"),
            "follow its lamp",
            cause,
            ("bring the sensor nearer to its lamp, or take a quicker one; check the input's debouncing; if the post keeps its lamps lit through a reset, see when its firmware puts them out", "przysuń czujnik do lampki albo użyj szybszego; sprawdź filtr wejścia; jeśli punkt nie gasi lampek podczas resetu, ustal, kiedy gasi je oprogramowanie"),
        )
        .of(Subsystem::Inputs)
        .into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sensor_is_unfit_that_bounces_or_is_as_late_as_the_lamp_was_found() {
        let sensor = |late: f64, bounces: usize| Darkness { role: "lamp-placed", late, bounces };
        assert!(sensor(0.15, 0).is_unfit(0.0035) && sensor(-0.05, 1).is_unfit(f64::INFINITY));
        assert!(!sensor(0.015, 0).is_unfit(0.0));
        assert!(sensor(1.6, 0).is_unfit(f64::INFINITY) && sensor(1.6, 0).is_unfit(3.0), "it shows light that is long gone");
        // It cannot have been the sensor: the lamp was found later than that, or wanting in other ways than time.
        assert!(!sensor(0.15, 0).is_unfit(0.2) && !sensor(0.15, 0).is_unfit(f64::INFINITY));
    }
}
