//! Thirty posts whose power comes back at once, as one of them shows it: it does not always speak in the same moment,
//! and it waits its turn where the servers have all thirty to serve.
//!
//! Knows nothing of the others: a bench has one post.

use super::deeds::What;
use super::{Fault, Post, Result, order};
use crate::bench::{Bench, Moment};
use crate::instrument::operator::{Behaviour, CallEvent, Health};
use crate::unit::{Estimate, Method, Quantity, Unit};
use crate::verdict::Criterion;
use std::time::Duration;

/// Without power for so long before each return.
const OFF_FOR: Duration = Duration::from_secs(5);
/// Whoever is refused hears when his turn may be.
const RETRY_AFTER: Duration = Duration::from_secs(10);
/// A start that brings no word to the operator by then brings none.
const SPEAKS_WITHIN: Duration = Duration::from_secs(180);

const REGISTERED_IN_TURN: Quantity = Quantity {
    key: "T39.power-to-registration",
    unit: Unit::Second,
    en: "power-on to registration, where the servers have thirty posts to serve",
    pl: "od włączenia zasilania do rejestracji, gdy serwery obsługują trzydzieści punktów",
    method: Method::new(
        "mains sense input to REGISTER accepted by the operator, after refusals with 503 and Retry-After",
        "od wejścia kontroli zasilania do REGISTER przyjętego przez operatora, po odmowach 503 z Retry-After",
        "RFC 3261, 21.5.4",
    ),
    requirement: "T39",
};
const SPREAD: Quantity = Quantity {
    key: "T39.spread-of-returns",
    unit: Unit::Second,
    en: "power-on to the first request, latest less earliest of several power-ons",
    pl: "od włączenia zasilania do pierwszego żądania: różnica między najpóźniejszym a najwcześniejszym z kilku włączeń",
    method: Method::new(
        "mains sense input to the first REGISTER at the operator: posts of one kind that are always as quick all speak at once",
        "od wejścia kontroli zasilania do pierwszego REGISTER u operatora: punkty jednego typu, zawsze równie szybkie, odzywają się naraz",
        "RFC 3261, 10",
    ),
    requirement: "T39",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[REGISTERED_IN_TURN, SPREAD];

impl Post {
    /// Both servers turn everybody away for now, and say when to come again.
    pub fn crowd_servers(&mut self) -> Result<()> {
        let refusing = Health::Refusing { retry_after: Some(RETRY_AFTER) };
        self.behave(Behaviour { primary: refusing, backup: refusing, ..self.behaviour })?;
        self.bench.note_disturbance(self.bench.now());
        self.note_servers(false);
        Ok(())
    }

    /// T39 of this one.
    pub fn registered_in_turn_within(&mut self, limit: Duration) -> Result<()> {
        let from = self.deeds.last(What::Mains { on: true }).ok_or_else(|| {
            order(
                ("the mains has not been switched on in this scenario", "w tym scenariuszu nie włączono jeszcze zasilania"),
                ("switch the mains off and on first", "najpierw wyłącz i włącz zasilanie"),
            )
        })?;
        let limit = limit.as_secs_f64();
        let found = self.registered_after(from, self.patience("T39", limit))?;
        self.rest_on_power_cut(from, found)?;
        self.judge_within(&REGISTERED_IN_TURN, from, found, limit)
    }

    /// T39 of thirty, by one that returns so many times.
    pub fn returns_differ_by(&mut self, times: u64, least: Duration) -> Result<()> {
        let mut earliest: Option<Estimate> = None;
        let mut latest: Option<Estimate> = None;
        for _ in 0..times {
            self.mains_off()?;
            self.pass(OFF_FOR)?;
            self.mains_on()?;
            let on = self.deeds.last(What::Mains { on: true }).unwrap_or_else(|| Moment::stamped(self.bench.now(), 0.0));
            let Some(spoke) = self.first_request(on)? else { return self.judge_absent(&SPREAD) };
            let took = spoke.since(on);
            let is_before = |one: &Estimate| took.value < one.value;
            earliest = earliest.filter(|one| !is_before(one)).or(Some(took));
            latest = latest.filter(is_before).or(Some(took));
        }
        let (Some(earliest), Some(latest)) = (earliest, latest) else { return self.judge_absent(&SPREAD) };
        let spread = Estimate::seconds(latest.value - earliest.value, latest.uncertainty + earliest.uncertainty);
        self.judge_samples(&SPREAD, times as usize, spread, Criterion::AtLeast(least.as_secs_f64()))
    }

    fn first_request(&mut self, on: Moment) -> Result<Option<Moment>> {
        let since = on.instant();
        let asks = |event: &CallEvent| {
            matches!(event, CallEvent::Registered { .. } | CallEvent::RegistrationRefused { .. } | CallEvent::Swallowed { .. })
        };
        self.bench.watch::<Moment, Fault>(since + SPEAKS_WITHIN, |bench: &mut Bench| {
            Ok(bench.record.calls_since(since).find(|event| asks(&event.value)).map(Moment::at_operator))
        })
    }
}
