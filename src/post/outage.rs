//! What becomes of a press that was made while the post could not call.
//!
//! Knows nothing of lamps.

use super::{Fault, Post, Result};
use crate::bench::{Call, Moment};
use crate::instrument::operator::CallId;
use crate::unit::{Estimate, Method, Quantity, Unit};
use crate::verdict::Criterion;
use std::time::Duration;

const DELIVERIES: Quantity = Quantity {
    key: "T38.deliveries",
    unit: Unit::Count,
    en: "deliveries of the kept press",
    pl: "doręczenia zachowanego zgłoszenia",
    method: Method::new("INVITEs after the return of fibre or server", "liczba INVITE po powrocie światłowodu lub serwera", ""),
    requirement: "T38",
};
const UNMARKED: Quantity = Quantity {
    key: "T38.unmarked-deliveries",
    unit: Unit::Count,
    en: "late deliveries not marked as delayed",
    pl: "późne doręczenia bez oznaczenia opóźnienia",
    method: Method::new("header X-SOS-Delayed of each INVITE", "nagłówek X-SOS-Delayed każdego INVITE", ""),
    requirement: "T38",
};
const DELIVERED_AFTER: Quantity = Quantity {
    key: "T38.fibre-to-delivery",
    unit: Unit::Second,
    en: "fibre's return to delivery of the kept press",
    pl: "od powrotu światłowodu do doręczenia zachowanego zgłoszenia",
    method: Method::new(
        "fibre sense input to reception of the INVITE",
        "od wejścia kontroli światłowodu do odebrania INVITE",
        "",
    ),
    requirement: "T38",
};

const DELIVERED_AFTER_SERVER: Quantity = Quantity {
    key: "T38.server-to-delivery",
    unit: Unit::Second,
    en: "server's return to delivery of the kept press",
    pl: "od powrotu serwera do doręczenia zachowanego zgłoszenia",
    method: Method::new(
        "the server answering again to reception of the INVITE",
        "od chwili, gdy serwer znów odpowiada, do odebrania INVITE",
        "",
    ),
    requirement: "T38",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[DELIVERIES, UNMARKED, DELIVERED_AFTER, DELIVERED_AFTER_SERVER];

impl Post {
    /// T38: at most once, marked, in time. No delivery at all is a refusal, which the lamp has announced at the press.
    pub fn kept_press_delivered_within(&mut self, limit: Duration) -> Result<()> {
        let returned = self.returned()?;
        self.delivered_within(returned, &DELIVERED_AFTER, limit)
    }

    pub fn kept_press_delivered_within_of_server(&mut self, limit: Duration) -> Result<()> {
        let returned = self.returned_server()?;
        self.delivered_within(returned, &DELIVERED_AFTER_SERVER, limit)
    }

    fn delivered_within(&mut self, returned: Moment, quantity: &Quantity, limit: Duration) -> Result<()> {
        let limit_s = limit.as_secs_f64();
        let until = returned.instant() + limit + Duration::from_secs(15);
        // The whole time, not until the first: a second delivery is a second patrol sent.
        self.bench.clock().wait_until(until)?;
        self.bench.collect()?;
        let record = &self.bench.record;
        let delivered = record.invited_since(returned.instant()).filter_map(|call| record.call(call.value));
        let delivered: Vec<Call> = delivered.cloned().collect();
        self.judge(&DELIVERIES, Estimate::count(delivered.len()), Criterion::AtMost(1.0))?;
        // A post that has no header for it tells by other means, if at all.
        if self.bench.rig.post.headers.delayed.is_some() {
            let unmarked = delivered.iter().filter(|call| call.invite.header("X-SOS-Delayed") != Some("yes")).count();
            self.judge(&UNMARKED, Estimate::count(unmarked), Criterion::Exactly(0.0))?;
        }
        match delivered.first() {
            Some(first) => self.judge_within(quantity, returned, Some(first.arrived), limit_s),
            None => {
                self.bench.log.note((
                    "the kept press was not delivered: judged as refused, which the lamp had to announce at the press",
                    "zachowane zgłoszenie nie dotarło: uznano je za odrzucone, co lampka musiała pokazać przy naciśnięciu",
                ));
                Ok(())
            }
        }
    }

    /// Waits for a fresh talk or for the old one to go on: the last confirmed call that has not ended.
    pub(super) fn living_call(&mut self) -> Result<Option<CallId>> {
        self.bench.collect().map_err(Fault::from)?;
        Ok(self.bench.record.talk())
    }
}
