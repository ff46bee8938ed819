//! What the post's lamps claim, held against what happened at the operator's end.
//!
//! Knows nothing of sound. A lamp is seen by the bench's own sensor, never taken from the post's console.

use super::deeds::What;
use super::{Fault, Post, Result};
use crate::bench::{Bench, DARK_AT_MOST, Moment};
use crate::clock::{Instant, Stamped};
use crate::instrument::operator::CallEvent;
use crate::instrument::{InstrumentError, Subsystem};
use crate::rig::InputRef;
use crate::unit::{Estimate, Method, Quantity, Unit, both};
use crate::verdict::Criterion;
use crate::watch::LOST_AFTER;
use std::time::Duration;

const PLACED_AFTER_PRESS: Quantity = Quantity {
    key: "T05.press-to-placed-lamp",
    unit: Unit::Second,
    en: "press to lamp \"call placed\"",
    pl: "od naciśnięcia do lampki „wezwano”",
    method: Method::new(
        "tone through the button's contact to the lamp's sensor",
        "od tonu przepuszczonego przez styk przycisku do czujnika lampki",
        "",
    ),
    requirement: "T05",
};
const CONNECTED_AFTER_ANSWER: Quantity = Quantity {
    key: "T06.answer-to-connected-lamp",
    unit: Unit::Second,
    en: "answer to lamp \"connected\"",
    pl: "od odebrania do lampki „połączono”",
    method: Method::new(
        "200 sent by the operator to the lamp's sensor",
        "od odpowiedzi 200 wysłanej przez operatora do czujnika lampki",
        "RFC 3261, 13",
    ),
    requirement: "T06",
};
const CONNECTED_TOO_EARLY: Quantity = Quantity {
    key: "T06.connected-lamp-early",
    unit: Unit::Count,
    en: "times the lamp \"connected\" was lit before the answer",
    pl: "zapalenia lampki „połączono” przed odebraniem",
    method: Method::new(
        "lamp's sensor against the 200 sent by the operator",
        "czujnik lampki względem odpowiedzi 200 wysłanej przez operatora",
        "RFC 3261, 13",
    ),
    requirement: "T06",
};
const PLACED_DARK_AFTER_TALK: Quantity = Quantity {
    key: "T06.end-of-talk-to-dark.placed-lamp",
    unit: Unit::Second,
    en: "end of the talk to lamp \"call placed\" dark",
    pl: "od końca rozmowy do zgaśnięcia lampki „wezwano”",
    method: Method::new(
        "BYE sent by the operator to the lamp's sensor",
        "od BYE wysłanego przez operatora do czujnika lampki",
        "RFC 3261, 15",
    ),
    requirement: "T06",
};
const CONNECTED_DARK_AFTER_TALK: Quantity = Quantity {
    key: "T06.end-of-talk-to-dark.connected-lamp",
    en: "end of the talk to lamp \"connected\" dark",
    pl: "od końca rozmowy do zgaśnięcia lampki „połączono”",
    ..PLACED_DARK_AFTER_TALK
};
const FALSE_CLAIMS: Quantity = Quantity {
    key: "T05.false-claims",
    unit: Unit::Count,
    en: "lamps that claimed a call though none was sent",
    pl: "lampki potwierdzające zgłoszenie, którego nie wysłano",
    method: Method::new(
        "lamps' sensors while no INVITE reached the operator",
        "czujniki lampek, gdy do operatora nie dotarł żaden INVITE",
        "",
    ),
    requirement: "T05",
};
const OUT_OF_SERVICE_AFTER_PRESS: Quantity = Quantity {
    key: "T38.press-to-out-of-service-lamp",
    unit: Unit::Second,
    en: "press to a sign from the lamp \"out of service\"",
    pl: "od naciśnięcia do reakcji lampki „nieczynny”",
    method: Method::new(
        "tone through the button's contact to a change at the lamp's sensor",
        "od tonu przepuszczonego przez styk przycisku do zmiany na czujniku lampki",
        "",
    ),
    requirement: "T38",
};
const REFUSAL_SHOWN: Quantity = Quantity {
    key: "T43.refusal-to-sign",
    unit: Unit::Second,
    en: "last operator's refusal to a sign from the lamp \"out of service\"",
    pl: "od odmowy ostatniego operatora do reakcji lampki „nieczynny”",
    method: Method::new(
        "refusal at the operator to a change at the lamp's sensor; what the post says instead is not recognised",
        "od odmowy u operatora do zmiany na czujniku lampki; komunikat słowny punktu nie jest rozpoznawany",
        "RFC 3261, 21.4.24",
    ),
    requirement: "T43",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[
    PLACED_AFTER_PRESS,
    FALSE_CLAIMS,
    CONNECTED_AFTER_ANSWER,
    CONNECTED_TOO_EARLY,
    PLACED_DARK_AFTER_TALK,
    CONNECTED_DARK_AFTER_TALK,
    OUT_OF_SERVICE_AFTER_PRESS,
    REFUSAL_SHOWN,
];

/// A lamp that has been dark for so long does not blink.
const STAYS_DARK: Duration = Duration::from_millis(1700);

/// The post's lamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lamp {
    Placed,
    Connected,
    OutOfService,
}

impl Lamp {
    /// As a rig calls its sensor.
    const fn role(self) -> &'static str {
        match self {
            Lamp::Placed => "lamp-placed",
            Lamp::Connected => "lamp-connected",
            Lamp::OutOfService => "lamp-out-of-service",
        }
    }
}

impl Post {
    fn lamp(&self, lamp: Lamp) -> Result<InputRef> {
        let (wiring, role) = (&self.bench.rig.wiring, lamp.role());
        let input = match lamp {
            Lamp::Placed => &wiring.lamp_placed,
            Lamp::Connected => &wiring.lamp_connected,
            Lamp::OutOfService => &wiring.lamp_out_of_service,
        };
        input.clone().ok_or_else(|| {
            InstrumentError::new(
                role,
                "see the lamp",
                both!("the rig names no sensor for it", "opis stanowiska nie podaje czujnika `{role}`"),
                both!("add `{role}` under `roles` in the rig", "dopisz `{role}` w sekcji `roles` opisu stanowiska"),
            )
            .of(Subsystem::Rig)
            .into()
        })
    }

    /// Waits for a lamp to change to `lit`, from `since` on.
    fn await_lamp(&mut self, lamp: Lamp, lit: bool, since: Instant, deadline: Instant) -> Result<Option<Moment>> {
        let input = self.lamp(lamp)?;
        self.bench.watch(deadline, |bench| Ok(bench.first_change(&input, lit, since)))
    }

    /// A sensor that has seen no light since the run began may be as dead as the lamp: what never came there is not
    /// held against the post.
    fn rest_on_sensor(&self, lamp: Lamp, found: Option<Moment>) -> Result<()> {
        if found.is_some() || self.bench.has_seen_light(&self.lamp(lamp)?) {
            return Ok(());
        }
        let role = lamp.role();
        Err(InstrumentError::new(
            format!("{role} sensor"),
            "see the lamp",
            both!("it has seen no light since the run began: either the sensor or the lamp is dead, and the bench cannot tell which", "od początku przebiegu czujnik `{role}` nie zobaczył światła: niesprawny jest czujnik albo lampka i stanowisko nie może stwierdzić, które z nich"),
            (
                "hold a light before the sensor: if the bench sees that, it is the post's lamp",
                "poświeć przed czujnikiem: jeśli stanowisko to zobaczy, winna jest lampka punktu",
            ),
        )
        .of(Subsystem::Inputs)
        .into())
    }

    /// T05.
    pub fn placed_lamp_within(&mut self, limit: Duration) -> Result<()> {
        let press = self.last_press()?;
        let limit = limit.as_secs_f64();
        let deadline = press.instant() + Duration::from_secs_f64(self.patience("T05", limit));
        // A lamp that was lit already at the press makes no change: it is found wanting below as one that never lit.
        let found = self.await_lamp(Lamp::Placed, true, press.instant() - Duration::from_millis(5), deadline)?;
        self.rest_on_sensor(Lamp::Placed, found)?;
        self.judge_within(&PLACED_AFTER_PRESS, press, found, limit)
    }

    fn answered(&mut self, deadline: Instant) -> Result<Option<Moment>> {
        let since = self.last_press()?.instant();
        self.bench.watch(deadline, |bench| {
            Ok(bench.record.calls_since(since).find(|e| matches!(e.value, CallEvent::Answered { .. })).map(Moment::at_operator))
        })
    }

    /// T06: a lamp that lights on ringing promises somebody who is not there yet.
    pub fn connected_lamp_waits(&mut self) -> Result<()> {
        let press = self.last_press()?.instant();
        let input = self.lamp(Lamp::Connected)?;
        let answered = self.answered(press + Duration::from_secs(30))?;
        let until = answered.map_or_else(|| self.bench.now(), Moment::instant);
        let early = self.bench.record.changes(&input, true, press, Some(until)).count();
        self.judge(&CONNECTED_TOO_EARLY, Estimate::count(early), Criterion::Exactly(0.0))
    }

    /// T06.
    pub fn connected_lamp_within(&mut self, limit: Duration) -> Result<()> {
        let press = self.last_press()?.instant();
        let limit = limit.as_secs_f64();
        let Some(answered) = self.answered(press + Duration::from_secs(30))? else {
            return self.judge_within(&CONNECTED_AFTER_ANSWER, Moment::stamped(press, 0.0), None, limit);
        };
        let deadline = answered.instant() + Duration::from_secs_f64(self.patience("T06", limit));
        let found = self.await_lamp(Lamp::Connected, true, answered.instant(), deadline)?;
        self.rest_on_sensor(Lamp::Connected, found)?;
        self.judge_within(&CONNECTED_AFTER_ANSWER, answered, found, limit)
    }

    /// T06, at the other end of the talk.
    pub fn lamps_dark_within(&mut self, limit: Duration) -> Result<()> {
        // A talk that the post has ended itself is over as well.
        let last_ended = || self.bench.record.calls().filter_map(|(_, call)| Some(call.ended?.0)).last();
        let ended = self.deeds.last(What::HangUp).or_else(last_ended).ok_or_else(|| {
            super::order(
                ("no talk has ended in this scenario", "w tym scenariuszu nie zakończyła się jeszcze żadna rozmowa"),
                ("let the operator hang up first", "najpierw niech operator zakończy rozmowę"),
            )
        })?;
        let limit = limit.as_secs_f64();
        let deadline = ended.instant() + Duration::from_secs_f64(self.patience("T06", limit));
        for (lamp, quantity) in [(Lamp::Placed, PLACED_DARK_AFTER_TALK), (Lamp::Connected, CONNECTED_DARK_AFTER_TALK)] {
            let found = self.await_lamp(lamp, false, ended.instant(), deadline)?;
            self.rest_on_sensor(lamp, found)?;
            self.pass(STAYS_DARK)?;
            let dark = self.lasting_dark(&self.lamp(lamp)?, ended.instant());
            self.judge_within(&quantity, ended, dark.filter(|dark| dark.instant() <= deadline), limit)?;
        }
        Ok(())
    }

    /// When a lamp went dark for good: one that goes dark only to blink has not, and one that was dimmed, or whose
    /// sensor bounces, has at its last change.
    fn lasting_dark(&self, input: &InputRef, since: Instant) -> Option<Moment> {
        let record = &self.bench.record;
        let relit = |dark: Instant| record.changes(input, true, dark, None).next();
        let is_over = |dark: &Instant| relit(*dark).is_none_or(|lit| lit.since(*dark) > DARK_AT_MOST);
        let dark = record.changes(input, false, since, None).find(is_over)?;
        relit(dark).is_none().then(|| self.bench.input_moment(input, dark))
    }

    /// Neither lamp may claim a call as long as no INVITE has reached the operator.
    pub fn no_lamp_claims(&mut self) -> Result<()> {
        let press = self.last_press()?.instant();
        self.bench.collect()?;
        let sent = self.bench.record.invited_since(press).next().map(|call| call.at);
        let until = sent.unwrap_or_else(|| self.bench.now());
        // Darkness is worth what the sensors are: they are proved at the scenario's end, unless they have been in this
        // run.
        self.relies_on_sensors = true;
        let claims = [self.lamp(Lamp::Placed)?, self.lamp(Lamp::Connected)?]
            .iter()
            .filter(|input| self.bench.first_change(input, true, press).is_some_and(|lit| lit.instant() < until))
            .count();
        self.judge(&FALSE_CLAIMS, Estimate::count(claims), Criterion::Exactly(0.0))
    }

    /// T38: a press that cannot become a call must not go unanswered.
    pub fn out_of_service_lamp_within(&mut self, limit: Duration) -> Result<()> {
        let press = self.last_press()?;
        let input = self.lamp(Lamp::OutOfService)?;
        let limit = limit.as_secs_f64();
        let deadline = press.instant() + Duration::from_secs_f64(self.patience("T38", limit));
        let found = self.bench.watch::<Moment, Fault>(deadline, |bench| Ok(sign(bench, &input, press.instant())))?;
        self.rest_on_sensor(Lamp::OutOfService, found)?;
        self.judge_within(&OUT_OF_SERVICE_AFTER_PRESS, press, found, limit)
    }

    /// T43: whoever was turned away everywhere sees it.
    pub fn refusal_shown_within(&mut self, limit: Duration) -> Result<()> {
        let since = self.last_press()?.instant();
        let input = self.lamp(Lamp::OutOfService)?;
        let limit = limit.as_secs_f64();
        let is_refusal = |event: &Stamped<CallEvent>| matches!(event.value, CallEvent::Refused { .. });
        let refused = self.bench.watch::<Moment, Fault>(since + LOST_AFTER, |bench| {
            Ok(bench.record.calls_since(since).find(|event| is_refusal(event)).map(Moment::at_operator))
        })?;
        let Some(first) = refused else { return self.judge_absent(&REFUSAL_SHOWN) };
        let deadline = first.instant() + Duration::from_secs_f64(self.patience("T08", limit));
        let found = self.bench.watch::<Moment, Fault>(deadline, |bench| Ok(sign(bench, &input, first.instant())))?;
        self.rest_on_sensor(Lamp::OutOfService, found)?;
        // Before the sign the post may have asked whoever was left.
        let until = found.map_or(deadline, Moment::instant);
        let mut refusals = self.bench.record.calls_since(since).filter(|event| is_refusal(event) && event.at <= until);
        let last = refusals.next_back().map_or(first, Moment::at_operator);
        drop(refusals);
        self.judge_within(&REFUSAL_SHOWN, last, found, limit)
    }
}

/// When a lamp began to answer: it came on, or it went dark to blink. That it goes dark and stays so is no answer: so
/// it does when the post registers.
fn sign(bench: &Bench, input: &InputRef, since: Instant) -> Option<Moment> {
    let lit = bench.first_change(input, true, since);
    let dark = bench.first_change(input, false, since);
    match (lit, dark) {
        (Some(lit), Some(dark)) if dark.seconds < lit.seconds && lit.seconds - dark.seconds <= BLINKS_WITHIN => Some(dark),
        (lit, _) => lit,
    }
}
/// The dark half of a lamp that blinks at 0.3 Hz or more, which is the slowest that counts as blinking.
const BLINKS_WITHIN: f64 = 1.7;
