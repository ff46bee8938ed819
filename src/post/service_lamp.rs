//! The lamp "out of service": lit while nobody could be called, dark when somebody can be called again.
//!
//! Knows nothing of presses.

use super::deeds::What;
use super::{Fault, Post, Result, order};
use crate::bench::{Bench, Moment};
use crate::clock::Instant;
use crate::instrument::{InstrumentError, Subsystem};
use crate::rig::InputRef;
use crate::unit::{Method, Quantity, Unit};
use std::time::Duration;

const SHOWN: Quantity = Quantity {
    key: "T26.lost-to-out-of-service-lamp",
    unit: Unit::Second,
    en: "last possible call to lamp \"out of service\"",
    pl: "od ostatniego możliwego zgłoszenia do lampki „nieczynny”",
    method: Method::new(
        "fibre sense input, or the server falling silent, to the lamp's sensor",
        "od wejścia kontroli światłowodu albo zamilknięcia serwera do czujnika lampki",
        "",
    ),
    requirement: "T26",
};
const GONE: Quantity = Quantity {
    key: "T27.registration-to-out-of-service-dark",
    unit: Unit::Second,
    en: "registration to lamp \"out of service\" dark",
    pl: "od rejestracji do zgaśnięcia lampki „nieczynny”",
    method: Method::new(
        "REGISTER accepted by the operator to the lamp's sensor",
        "od REGISTER przyjętego przez operatora do czujnika lampki",
        "RFC 3261, 10",
    ),
    requirement: "T27",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[SHOWN, GONE];

/// A lamp that blinks by the press is neither: it has shown what it means when it has been so for so long.
const STEADY_FOR: Duration = Duration::from_secs(4);

impl Post {
    fn service_lamp(&self) -> Result<InputRef> {
        self.bench.rig.wiring.lamp_out_of_service.clone().ok_or_else(|| {
            InstrumentError::new(
                "lamp-out-of-service",
                "see the lamp",
                ("the rig names no sensor for it", "opis stanowiska nie podaje czujnika `lamp-out-of-service`"),
                (
                    "add `lamp-out-of-service` under `roles` in the rig",
                    "dopisz `lamp-out-of-service` w sekcji `roles` opisu stanowiska",
                ),
            )
            .of(Subsystem::Rig)
            .into()
        })
    }

    /// T26.
    pub fn out_of_service_shown_within(&mut self, limit: Duration) -> Result<()> {
        let taken = [What::Fibre { connected: false }, What::Servers { answering: false }];
        let from = self.latest(&taken).ok_or_else(|| {
            order(
                ("fibre and servers are in order", "światłowód i serwery są sprawne"),
                ("cut the fibre or have the servers fall silent first", "najpierw przerwij światłowód albo wyłącz serwery"),
            )
        })?;
        let limit = limit.as_secs_f64();
        let lamp = self.service_lamp()?;
        let deadline = from.instant() + Duration::from_secs_f64(self.patience("T26", limit));
        let found = self.bench.watch::<Moment, Fault>(deadline, |bench| Ok(steady(bench, &lamp, true, from.instant())))?;
        if found.is_none() && !self.bench.has_seen_light(&lamp) {
            return Err(InstrumentError::new(
                "lamp-out-of-service sensor",
                "see the lamp",
                ("it has seen no light since the run began: either the sensor or the lamp is dead, and the bench cannot tell which", "od początku przebiegu czujnik `lamp-out-of-service` nie zobaczył światła: niesprawny jest czujnik albo lampka i stanowisko nie może stwierdzić, które z nich"),
                (
                    "hold a light before the sensor: if the bench sees that, it is the post's lamp",
                    "poświeć przed czujnikiem: jeśli stanowisko to zobaczy, winna jest lampka punktu",
                ),
            )
            .of(Subsystem::Inputs)
            .into());
        }
        self.judge_within(&SHOWN, from, found, limit)
    }

    /// T27: from the moment at which somebody could be called again.
    pub fn out_of_service_gone_within(&mut self, limit: Duration) -> Result<()> {
        let given = [What::Fibre { connected: true }, What::Servers { answering: true }, What::Mains { on: true }];
        let back = self.latest(&given).ok_or_else(|| {
            order(
                ("nothing has been given back in this scenario", "w tym scenariuszu niczego nie przywrócono"),
                ("restore fibre, servers or mains first", "najpierw przywróć światłowód, serwery albo zasilanie"),
            )
        })?;
        let limit = limit.as_secs_f64();
        let registered = self.registered_after(back, self.patience("T19", limit))?;
        let Some(registered) = registered else { return self.judge_within(&GONE, back, None, limit) };
        let lamp = self.service_lamp()?;
        let deadline = registered.instant() + Duration::from_secs_f64(self.patience("T27", limit));
        let found = self.bench.watch::<Moment, Fault>(deadline, |bench| Ok(steady(bench, &lamp, false, back.instant())))?;
        // One that was dark before it could be called is wrong as well, and the watch says so.
        let found = found.map(|dark| if dark.seconds < registered.seconds { registered } else { dark });
        self.judge_within(&GONE, registered, found, limit)
    }

    /// The last of these deeds that still stands.
    fn latest(&self, deeds: &[What]) -> Option<Moment> {
        deeds.iter().filter_map(|what| self.deeds.last(*what)).max_by(|a, b| a.seconds.total_cmp(&b.seconds))
    }
}

/// Since when a lamp has been lit, or dark, without a pause, if that is long enough; `since` where it was so already.
fn steady(bench: &Bench, lamp: &InputRef, lit: bool, since: Instant) -> Option<Moment> {
    let edges = bench.record.edges(lamp);
    let now = edges.last().filter(|edge| edge.value == lit)?;
    let is_settled = bench.now() > now.at + STEADY_FOR;
    let moment = if now.at < since { Moment::stamped(since, 0.0) } else { bench.input_moment(lamp, now.at) };
    is_settled.then_some(moment)
}
