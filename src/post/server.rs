//! The operator's server as the post meets it: silent, refusing, in order again; and sound that leaves the post when nobody talks.
//!
//! Knows nothing of fibre or lamps.

use super::call::NETWORK_STAMP_S;
use super::judge::Quantity;
use super::{Fault, Post, Result, order};
use crate::bench::Moment;
use crate::instrument::operator::{CallEvent, Health, Stray};
use crate::unit::{Estimate, Method};
use crate::verdict::Criterion;
use std::time::Duration;

/// A post that is told so registers every 10 s (post protocol, section 4), and its module gives one try up after 4 s; three of its rounds.
const REGISTERS_WITHIN: Duration = Duration::from_secs(30);

const REGISTERED_AFTER_SERVER: Quantity = Quantity {
    en: "server's return to registration",
    pl: "od powrotu serwera do rejestracji",
    method: Method::new(
        "the server answering again to REGISTER accepted by the operator",
        "od chwili, gdy serwer znów odpowiada, do REGISTER przyjętego przez operatora",
        "RFC 3261, 10",
    ),
    requirement: "T19",
};
const OPEN_SECONDS: Quantity = Quantity {
    en: "seconds with sound from the post outside a call",
    pl: "sekundy, w których z punktu szedł dźwięk poza rozmową",
    method: Method::new(
        "RTP packets at the operator before the answer, after the end or without a call",
        "pakiety RTP u operatora przed odebraniem, po zakończeniu lub bez połączenia",
        "RFC 3550, 5.1",
    ),
    requirement: "T40",
};

impl Post {
    /// The server takes everything and answers nothing; the link is up all the while.
    pub fn silence_server(&mut self) -> Result<()> {
        self.behave_server(Health::Silent)
    }

    pub fn refuse_at_server(&mut self) -> Result<()> {
        self.behave_server(Health::Refusing { retry_after: None })
    }

    pub fn restore_server(&mut self) -> Result<()> {
        self.behave_server(Health::Well)?;
        self.server_returned = Some(Moment::stamped(self.bench.now(), NETWORK_STAMP_S));
        Ok(())
    }

    fn behave_server(&mut self, health: Health) -> Result<()> {
        let how = crate::instrument::operator::Behaviour { primary: health, ..self.behaviour };
        self.behave(how)?;
        self.bench.note_disturbance();
        Ok(())
    }

    pub(super) fn returned_server(&self) -> Result<Moment> {
        self.server_returned.ok_or_else(|| {
            order(
                ("the server has not come back in this scenario", "w tym scenariuszu serwer jeszcze nie wrócił"),
                ("take the server away and bring it back first", "najpierw odbierz, a potem przywróć serwer"),
            )
        })
    }

    /// Presses while a REGISTER of the post waits for an answer that does not come.
    pub fn press_while_registering(&mut self, hold: Duration) -> Result<()> {
        let since = self.bench.now();
        let asked = self.bench.watch::<(), Fault>(since + REGISTERS_WITHIN, |bench| {
            let is_register = |e: &CallEvent| matches!(e, CallEvent::Swallowed { what, .. } if what == "REGISTER");
            Ok(bench.record.calls_since(since).any(|e| is_register(&e.value)).then_some(()))
        })?;
        if asked.is_none() {
            return Err(order(
                ("the post has not tried to register", "punkt nie próbował się zarejestrować"),
                (
                    "silence the server, and wait until the registration has run out",
                    "wycisz serwer i odczekaj, aż rejestracja wygaśnie",
                ),
            ));
        }
        self.press(hold)
    }

    /// T19, from the moment at which the server is there again.
    pub fn registered_within_after_server(&mut self, limit: Duration) -> Result<()> {
        let from = self.returned_server()?;
        let limit = limit.as_secs_f64();
        let found = self.registered_after(from, self.patience("T19", limit))?;
        self.judge_within(&REGISTERED_AFTER_SERVER, from, found, limit)
    }

    /// T40: since the scenario began.
    pub fn no_sound_outside_calls(&mut self) -> Result<()> {
        self.bench.collect()?;
        let outside = |e: &CallEvent| {
            let kinds = [Stray::BeforeAnswer, Stray::AfterEnd, Stray::NoCall];
            matches!(e, CallEvent::StrayMedia { kind, .. } if kinds.contains(kind))
        };
        let seconds = self.bench.record.calls_since(self.began).filter(|e| outside(&e.value)).count();
        self.judge(&OPEN_SECONDS, Estimate::count(seconds), Criterion::Exactly(0.0))
    }
}
