//! A post on its own battery: a talk that goes on when the mains is lost, what the supervision is told, and for how
//! long it lasts.
//!
//! Knows nothing of how a voice is found, nor of how a message travels.

use super::deeds::{Proof, What};
use super::speech::Direction;
use super::{Fault, Post, Result, order};
use crate::bench::{Bench, Circuit, Moment};
use crate::instrument::operator::CallEvent;
use crate::measure::method;
use crate::unit::{Estimate, Method, Quantity, Unit};
use crate::verdict::Criterion;
use std::time::Duration;

/// So long the mains stays away while somebody talks: beyond whatever a supply holds up without a battery.
const AWAY_WHILE_TALKING: Duration = Duration::from_secs(5);
/// A post that lives on shows it so often at least: a registration is refreshed, a sign of life comes.
const SHOWS_ITSELF_WITHIN: Duration = Duration::from_secs(70);

const GAP_TO_OPERATOR: Quantity = Quantity {
    key: "T25.gap.to-operator",
    unit: Unit::Second,
    en: "longest interruption of speech as the mains is lost and returns, caller to operator",
    pl: "najdłuższa przerwa w mowie przy zaniku i powrocie sieci, od wzywającego do operatora",
    method: method::PRESENCE,
    requirement: "T25",
};
const GAP_TO_CALLER: Quantity = Quantity {
    key: "T25.gap.to-caller",
    en: "longest interruption of speech as the mains is lost and returns, operator to caller",
    pl: "najdłuższa przerwa w mowie przy zaniku i powrocie sieci, od operatora do wzywającego",
    ..GAP_TO_OPERATOR
};
const HOLD_UP: Quantity = Quantity {
    key: "T24.hold-up",
    unit: Unit::Second,
    en: "mains' loss to the last sign of a post that can be called from",
    pl: "od zaniku sieci do ostatniego znaku gotowości punktu do zgłoszeń",
    method: Method::new(
        "mains sense input to the last REGISTER accepted by the operator, or to the end of the test",
        "od wejścia kontroli zasilania do ostatniego REGISTER przyjętego przez operatora albo do końca próby",
        "EN 81-28",
    ),
    requirement: "T24",
};
const MAINS_TOLD: Quantity = Quantity {
    key: "T26.mains-to-fault",
    unit: Unit::Second,
    en: "mains' loss to the fault at the supervision",
    pl: "od zaniku sieci do zgłoszenia usterki w nadzorze",
    method: Method::new(
        "mains sense input to reception of FAULT mains (syslog)",
        "od wejścia kontroli zasilania do odebrania FAULT mains (syslog)",
        "RFC 5424",
    ),
    requirement: "T26",
};
const MAINS_CLEARED: Quantity = Quantity {
    key: "T27.mains-to-fault-cleared",
    unit: Unit::Second,
    en: "mains' return to the fault taken back at the supervision",
    pl: "od powrotu sieci do odwołania usterki w nadzorze",
    method: Method::new(
        "mains sense input to reception of CLEAR mains (syslog)",
        "od wejścia kontroli zasilania do odebrania CLEAR mains (syslog)",
        "RFC 5424",
    ),
    requirement: "T27",
};
const BATTERY_TOLD: Quantity = Quantity {
    key: "T26.battery-to-fault",
    unit: Unit::Second,
    en: "battery disconnected to the fault at the supervision",
    pl: "od odłączenia akumulatora do zgłoszenia usterki w nadzorze",
    method: Method::new(
        "battery sense input to reception of FAULT battery (syslog)",
        "od wejścia kontroli akumulatora do odebrania FAULT battery (syslog)",
        "RFC 5424; EN 81-28",
    ),
    requirement: "T26",
};
const BATTERY_CLEARED: Quantity = Quantity {
    key: "T27.battery-to-fault-cleared",
    unit: Unit::Second,
    en: "battery connected to the fault taken back at the supervision",
    pl: "od podłączenia akumulatora do odwołania usterki w nadzorze",
    method: Method::new(
        "battery sense input to reception of CLEAR battery (syslog)",
        "od wejścia kontroli akumulatora do odebrania CLEAR battery (syslog)",
        "RFC 5424",
    ),
    requirement: "T27",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] =
    &[GAP_TO_OPERATOR, GAP_TO_CALLER, HOLD_UP, MAINS_TOLD, MAINS_CLEARED, BATTERY_TOLD, BATTERY_CLEARED];

impl Post {
    /// The mains goes and the battery stays.
    pub fn lose_mains(&mut self) -> Result<()> {
        self.is_unsettled = true;
        let off = self.switch(Circuit::Mains, false)?;
        self.deeds.add(What::Mains { on: false }, off, Proof::Sense);
        Ok(())
    }

    pub fn regain_mains(&mut self) -> Result<()> {
        let on = self.switch(Circuit::Mains, true)?;
        self.deeds.add(What::Mains { on: true }, on, Proof::Sense);
        Ok(())
    }

    pub fn set_battery(&mut self, connected: bool) -> Result<()> {
        self.is_unsettled = true;
        let at = self.switch(Circuit::Battery, connected)?;
        self.deeds.add(What::Battery { connected }, at, Proof::Sense);
        Ok(())
    }

    /// T25 of the caller's voice, at the mains' loss and at its return.
    pub fn lose_mains_while_caller_talks(&mut self) -> Result<()> {
        self.lose_mains_while_talking(Direction::ToOperator)
    }

    /// T25 of the operator's voice.
    pub fn lose_mains_while_operator_talks(&mut self) -> Result<()> {
        self.lose_mains_while_talking(Direction::ToCaller)
    }

    fn lose_mains_while_talking(&mut self, direction: Direction) -> Result<()> {
        self.interrupt_while_talking(direction, AWAY_WHILE_TALKING, |post| {
            post.lose_mains()?;
            post.pass(AWAY_WHILE_TALKING)?;
            post.regain_mains()
        })
    }

    /// T25.
    pub fn mains_gap_at_most(&mut self, limit: Duration) -> Result<()> {
        self.gaps_at_most([&GAP_TO_OPERATOR, &GAP_TO_CALLER], limit, Duration::ZERO)
    }

    /// T26 of the mains.
    pub fn lost_mains_told_within(&mut self, limit: Duration) -> Result<()> {
        let from = self.deed_of_supply(What::Mains { on: false })?;
        self.fault_told_within(&MAINS_TOLD, "FAULT mains", from, limit)
    }
    /// T27 of the mains.
    pub fn lost_mains_cleared_within(&mut self, limit: Duration) -> Result<()> {
        let from = self.deed_of_supply(What::Mains { on: true })?;
        self.fault_told_within(&MAINS_CLEARED, "CLEAR mains", from, limit)
    }
    /// T26 of the battery.
    pub fn lost_battery_told_within(&mut self, limit: Duration) -> Result<()> {
        let from = self.deed_of_supply(What::Battery { connected: false })?;
        self.fault_told_within(&BATTERY_TOLD, "FAULT battery", from, limit)
    }
    /// T27 of the battery.
    pub fn lost_battery_cleared_within(&mut self, limit: Duration) -> Result<()> {
        let from = self.deed_of_supply(What::Battery { connected: true })?;
        self.fault_told_within(&BATTERY_CLEARED, "CLEAR battery", from, limit)
    }

    /// T24: time passes until it has been on its battery for so long. Whoever is registered at its end can be called
    /// from; one that fell before was seen for the last time at its last registration.
    pub fn lives_on_battery_for(&mut self, limit: Duration) -> Result<()> {
        let lost = self.deed_of_supply(What::Mains { on: false })?;
        let limit = self.agreed(&HOLD_UP, limit.as_secs_f64(), 0.0);
        let until = lost.instant() + Duration::from_secs_f64(limit);
        self.bench.clock().wait_until(until)?;
        let refreshed = |bench: &mut Bench| {
            let mut events = bench.record.calls_since(until);
            Ok(events.find(|event| matches!(event.value, CallEvent::Registered { .. })).map(Moment::at_operator))
        };
        let after = self.bench.watch::<Moment, Fault>(until + SHOWS_ITSELF_WITHIN, refreshed)?;
        let is_registration = |event: &&crate::clock::Stamped<CallEvent>| matches!(event.value, CallEvent::Registered { .. });
        let last = after.or_else(|| {
            let record = &self.bench.record;
            record.calls_since(lost.instant()).rev().find(is_registration).map(Moment::at_operator)
        });
        let lasted = last.map_or(Estimate::seconds(0.0, 0.0), |last| last.since(lost));
        self.judge(&HOLD_UP, lasted, Criterion::AtLeast(limit))
    }

    fn deed_of_supply(&self, what: What) -> Result<Moment> {
        self.deeds.last(what).ok_or_else(|| {
            order(
                (
                    "mains and battery are not as this sentence has them",
                    "zasilanie lub akumulator są w innym stanie, niż mówi krok",
                ),
                ("switch mains or battery first", "najpierw przełącz zasilanie lub akumulator"),
            )
        })
    }
}
