//! What the city's supervision knows of the post: that it is lost and that it is back, and the faults that it tells of
//! itself.
//!
//! Knows nothing of how a message is carried. A post cut off can tell nothing: it is its silence that tells, if it
//! spoke before.

use super::deeds::What;
use super::{Fault, Post, Result, order};
use crate::bench::Moment;
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, Unbound};
use crate::unit::{Estimate, Method, Quantity, Unit};
use crate::verdict::Criterion;
use std::time::Duration;

/// What a message's stamp is worth (k = 2), in seconds.
const MESSAGE_WITHIN_S: f64 = 0.001;

const LAPSES: Quantity = Quantity {
    key: "T26.lapsed-registrations",
    unit: Unit::Count,
    en: "times the registration ran out or was refused",
    pl: "wygaśnięcia i odrzucenia rejestracji",
    method: Method::new(
        "every REGISTER and every end of a registration at the operator since the post was ready",
        "każdy REGISTER i każdy koniec rejestracji u operatora od chwili gotowości punktu",
        "RFC 3261, 10.2.4",
    ),
    requirement: "T26",
};
const MISSED: Quantity = Quantity {
    key: "T26.fibre-to-post-lost",
    unit: Unit::Second,
    en: "fibre's loss to the post counted as lost",
    pl: "od przerwania światłowodu do uznania punktu za utracony",
    method: Method::new(
        "fibre sense input to the end of the supervision's patience after the last message (syslog) before it",
        "od wejścia kontroli światłowodu do upływu czasu oczekiwania nadzoru po ostatnim wcześniejszym komunikacie (syslog)",
        "RFC 5424",
    ),
    requirement: "T26",
};
const BACK: Quantity = Quantity {
    key: "T27.fibre-to-sign-of-life",
    unit: Unit::Second,
    en: "fibre's return to a sign of life at the supervision",
    pl: "od powrotu światłowodu do sygnału życia w nadzorze",
    method: Method::new(
        "fibre sense input to reception of the next message (syslog)",
        "od wejścia kontroli światłowodu do odebrania najbliższego komunikatu (syslog)",
        "RFC 5424",
    ),
    requirement: "T27",
};
const SERVER_TOLD: Quantity = Quantity {
    key: "T26.server-to-fault",
    unit: Unit::Second,
    en: "server's silence to the fault at the supervision",
    pl: "od zamilknięcia serwera do zgłoszenia usterki w nadzorze",
    method: Method::new(
        "the server falling silent to reception of FAULT server (syslog)",
        "od chwili, gdy serwer zamilkł, do odebrania FAULT server (syslog)",
        "RFC 5424",
    ),
    requirement: "T26",
};
const SERVER_CLEARED: Quantity = Quantity {
    key: "T27.server-to-fault-cleared",
    unit: Unit::Second,
    en: "server's return to the fault taken back at the supervision",
    pl: "od powrotu serwera do odwołania usterki w nadzorze",
    method: Method::new(
        "the server answering again to reception of CLEAR server (syslog)",
        "od chwili, gdy serwer znów odpowiada, do odebrania CLEAR server (syslog)",
        "RFC 5424",
    ),
    requirement: "T27",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[LAPSES, MISSED, BACK, SERVER_TOLD, SERVER_CLEARED];

impl Post {
    /// T26: the last message before the cut, and the supervision's patience. One that had been silent for longer had
    /// been given up already.
    pub fn missed_within(&mut self, limit: Duration) -> Result<()> {
        let cut = self.deeds.last(What::Fibre { connected: false }).ok_or_else(|| {
            order(
                ("the fibre is not cut", "światłowód nie jest przerwany"),
                ("cut the fibre first", "najpierw przerwij światłowód"),
            )
        })?;
        let silence = self.bench.rig.supervision_silence().unwrap_or_default();
        self.bench.collect()?;
        let last = self.bench.record.last_notice_before(cut.instant()).map(|notice| notice.at);
        let Some(last) = last.filter(|last| cut.seconds - last.as_secs_f64() <= silence) else {
            return self.judge_absent(&MISSED);
        };
        let given_up = last + Duration::from_secs_f64(silence);
        // The cut stands until then, and nothing may come through it.
        self.bench.clock().wait_until(given_up)?;
        self.bench.collect()?;
        self.judge_within(&MISSED, cut, Some(Moment::stamped(given_up, MESSAGE_WITHIN_S)), limit.as_secs_f64())
    }

    /// T26: whoever is not registered cannot be seen to be there.
    pub fn never_lapsed(&mut self) -> Result<()> {
        self.bench.collect()?;
        let own = self.bench.rig.post.identity.clone();
        let is_lapse = |event: &CallEvent| match event {
            CallEvent::RegistrationRefused { user, .. } | CallEvent::Unregistered { why: Unbound::Expired, user, .. } => {
                *user == own
            }
            _ => false,
        };
        let lapses = self.bench.record.calls_since(self.counted_from).filter(|event| is_lapse(&event.value)).count();
        self.judge(&LAPSES, Estimate::count(lapses), Criterion::Exactly(0.0))
    }

    /// T27.
    pub fn heard_again_within(&mut self, limit: Duration) -> Result<()> {
        let returned = self.returned()?;
        let found = self.await_notice(returned.instant(), self.patience("T27", limit.as_secs_f64()), |_| true)?;
        self.rest_on_cut(found)?;
        self.judge_within(&BACK, returned, found, limit.as_secs_f64())
    }

    /// T26 of a server that the post has lost.
    pub fn lost_server_told_within(&mut self, limit: Duration) -> Result<()> {
        let from = self.deeds.last(What::Servers { answering: false }).ok_or_else(|| {
            order(
                ("the servers are in order", "serwery są sprawne"),
                ("have the servers fall silent first", "najpierw spowoduj, by serwery zamilkły"),
            )
        })?;
        self.fault_told_within(&SERVER_TOLD, "FAULT server", from, limit)
    }

    /// T27 of it.
    pub fn lost_server_cleared_within(&mut self, limit: Duration) -> Result<()> {
        let from = self.returned_server()?;
        self.fault_told_within(&SERVER_CLEARED, "CLEAR server", from, limit)
    }

    pub(super) fn fault_told_within(&mut self, quantity: &Quantity, text: &str, from: Moment, limit: Duration) -> Result<()> {
        let limit = limit.as_secs_f64();
        let found = self.await_notice(from.instant(), self.patience(quantity.requirement, limit), |told| told == text)?;
        self.judge_within(quantity, from, found, limit)
    }

    pub(super) fn await_notice(&mut self, since: Instant, patience: f64, is_it: impl Fn(&str) -> bool) -> Result<Option<Moment>> {
        let deadline = since + Duration::from_secs_f64(patience);
        self.bench.watch::<Moment, Fault>(deadline, |bench| {
            let mut notices = bench.record.notices_since(since);
            let found = notices.find(|notice| is_it(&notice.value.text));
            Ok(found.map(|notice| Moment::stamped(notice.at, notice.within.as_secs_f64().max(MESSAGE_WITHIN_S))))
        })
    }
}
