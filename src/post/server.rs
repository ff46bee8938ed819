//! The operator's server as the post meets it: silent, refusing, in order again; and sound that leaves the post when
//! nobody talks.
//!
//! Knows nothing of fibre or lamps.

use super::call::SECOND_USER;
use super::deeds::{Proof, What};
use super::{Fault, Post, Result, order};
use crate::bench::{Moment, NETWORK_STAMP_S, Record};
use crate::clock::Instant;
use crate::instrument::operator::{Answering, Behaviour, CallEvent, Health, Second, Server, Stray};
use crate::instrument::{InstrumentError, Subsystem};
use crate::operator::BENCH_GRANTS;
use crate::unit::{Estimate, Method, Quantity, Unit};
use crate::verdict::Criterion;
use crate::watch::{LOST_AFTER, StrayMedia};
use std::time::Duration;

/// A post that has lost its registration tries again within so long, whatever its pace: what the desk grants, and as
/// much again.
/// When a server that refuses says it may be asked again.
const RETRY_AFTER: Duration = Duration::from_secs(10);

const REGISTERS_WITHIN: Duration = Duration::from_secs(2 * BENCH_GRANTS.as_secs());

const REGISTERED_AFTER_SERVER: Quantity = Quantity {
    key: "T19.server-to-registration",
    unit: Unit::Second,
    en: "server's return to registration",
    pl: "od powrotu serwera do rejestracji",
    method: Method::new(
        "the server answering again to REGISTER accepted by the operator",
        "od chwili, gdy serwer znów odpowiada, do REGISTER przyjętego przez operatora",
        "RFC 3261, 10",
    ),
    requirement: "T19",
};
const ATTEMPTS: Quantity = Quantity {
    key: "T20.attempts-to-register",
    unit: Unit::Count,
    en: "attempts to register at a server that is silent",
    pl: "próby rejestracji na milczącym serwerze",
    method: Method::new("REGISTER at a server that answers nothing", "REGISTER na serwerze, który nie odpowiada", "RFC 3261, 10"),
    requirement: "T20",
};
const OPEN_SECONDS: Quantity = Quantity {
    key: "T40.sound-outside-calls",
    unit: Unit::Count,
    en: "seconds with sound from the post outside a call",
    pl: "sekundy, w których z punktu szedł dźwięk poza rozmową",
    method: Method::new(
        "RTP packets at the operator before the answer, after the end or without a call",
        "pakiety RTP u operatora przed odebraniem, po zakończeniu lub bez połączenia",
        "RFC 3550, 5.1",
    ),
    requirement: "T40",
};

const ESCALATED_UNANSWERED: Quantity = Quantity {
    key: "T08.escalation.unanswered",
    unit: Unit::Second,
    en: "first operator's ringing to second operator's ringing",
    pl: "od dzwonka u pierwszego operatora do dzwonka u drugiego",
    method: Method::new(
        "180 at the first operator to 180 at the second",
        "od odpowiedzi 180 u pierwszego operatora do odpowiedzi 180 u drugiego",
        "RFC 3261, 13.3.1",
    ),
    requirement: "T08",
};
const ESCALATED_REFUSED: Quantity = Quantity {
    key: "T08.escalation.refused",
    en: "first operator's refusal to second operator's ringing",
    pl: "od odmowy u pierwszego operatora do dzwonka u drugiego",
    method: Method::new(
        "refusal at the first operator to 180 at the second",
        "od odmowy u pierwszego operatora do odpowiedzi 180 u drugiego",
        "RFC 3261, 13.3.1",
    ),
    ..ESCALATED_UNANSWERED
};
const CALL_AT_BACKUP: Quantity = Quantity {
    key: "T09.press-to-backup",
    unit: Unit::Second,
    en: "press to the call at the backup server",
    pl: "od naciśnięcia do zgłoszenia na serwerze zapasowym",
    method: Method::new(
        "tone through the button's contact to reception of the INVITE at the backup server",
        "od tonu przepuszczonego przez styk przycisku do odebrania INVITE na serwerze zapasowym",
        "RFC 3261, 13",
    ),
    requirement: "T09",
};
const CALL_AT_EITHER: Quantity = Quantity {
    key: "T09.press-to-either-server",
    en: "press to the call at one of the servers, where the main one had forgotten its connections",
    pl: "od naciśnięcia do zgłoszenia na jednym z serwerów, gdy główny nie pamięta istniejących połączeń",
    method: Method::new(
        "tone through the button's contact to reception of the INVITE at either server",
        "od tonu przepuszczonego przez styk przycisku do odebrania INVITE na którymkolwiek z serwerów",
        "RFC 3261, 13; RFC 5626, 4.4",
    ),
    ..CALL_AT_BACKUP
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] =
    &[REGISTERED_AFTER_SERVER, ATTEMPTS, OPEN_SECONDS, ESCALATED_UNANSWERED, ESCALATED_REFUSED, CALL_AT_BACKUP, CALL_AT_EITHER];

impl Post {
    /// A second telephone rings for whoever calls it; the server passes nothing on by itself.
    pub fn have_second_operator(&mut self, answers_after: Duration) -> Result<()> {
        let second = Some(Second { answering: Answering::After(answers_after), after: None });
        self.behave(Behaviour { second, ..self.behaviour })
    }

    /// A busy server shortens what it grants.
    pub fn servers_grant(&mut self, at_most: Duration) -> Result<()> {
        self.behave(Behaviour { grants: Some(at_most), ..self.behaviour })
    }

    /// T08: from what the first operator's end did with the call to the ringing of the second.
    pub fn second_operator_rings_within(&mut self, limit: Duration) -> Result<()> {
        let since = self.last_press()?.instant();
        let limit = limit.as_secs_f64();
        let first = self.bench.watch::<_, Fault>(since + LOST_AFTER, |bench| {
            let quantity = |e: &CallEvent| match e {
                CallEvent::Ringing { .. } => Some(ESCALATED_UNANSWERED),
                CallEvent::Refused { .. } => Some(ESCALATED_REFUSED),
                _ => None,
            };
            Ok(bench.record.calls_since(since).find_map(|e| Some((Moment::at_operator(e), quantity(&e.value)?))))
        })?;
        let Some((first, quantity)) = first else {
            return self.judge_within(&ESCALATED_UNANSWERED, Moment::stamped(since, 0.0), None, limit);
        };
        let deadline = first.instant() + Duration::from_secs_f64(self.patience("T08", limit));
        let found = self.bench.watch::<Moment, Fault>(deadline, |bench| Ok(ringing_at_second(&bench.record, since)))?;
        self.judge_within(&quantity, first, found, limit)
    }

    /// T09.
    pub fn call_at_backup_within(&mut self, limit: Duration) -> Result<()> {
        self.call_arrives_within(&CALL_AT_BACKUP, limit, |server| server == Server::Backup)
    }

    /// T09, where a way may be dead that looks alive.
    pub fn call_at_either_within(&mut self, limit: Duration) -> Result<()> {
        self.call_arrives_within(&CALL_AT_EITHER, limit, |_| true)
    }

    fn call_arrives_within(&mut self, quantity: &Quantity, limit: Duration, is_there: fn(Server) -> bool) -> Result<()> {
        let press = self.last_press()?;
        let since = press.instant();
        let limit = limit.as_secs_f64();
        let deadline = since + Duration::from_secs_f64(self.patience("T09", limit));
        let found = self.bench.watch::<Moment, Fault>(deadline, |bench| {
            let there = |e: &CallEvent| matches!(e, CallEvent::Invited { server, .. } if is_there(*server));
            Ok(bench.record.calls_since(since).find(|e| there(&e.value)).map(Moment::at_operator))
        })?;
        self.judge_within(quantity, press, found, limit)
    }

    /// What is asked of the main server alone makes sense only where posts know of another.
    pub(super) fn need_backup(&self) -> Result<()> {
        if self.bench.rig.has_backup_server() {
            return Ok(());
        }
        Err(InstrumentError::new(
            "operator",
            "take its main server away",
            ("the rig names no backup server", "opis stanowiska nie podaje serwera zapasowego"),
            ("add `backup: ADDRESS:PORT` to the sip-operator in the rig and set it in the post, or leave out the scenarios that need it", "dopisz `backup: ADRES:PORT` do sip-operator w opisie stanowiska i ustaw go w punkcie albo pomiń scenariusze, które go wymagają"),
        )
        .of(Subsystem::Rig)
        .into())
    }

    /// Both servers take everything and answer nothing; the link is up all the while.
    pub fn silence_servers(&mut self) -> Result<()> {
        self.behave_servers(Health::Silent, Health::Silent)?;
        self.note_servers(false);
        self.note_backup(false);
        Ok(())
    }

    pub fn silence_main_server(&mut self) -> Result<()> {
        self.need_backup()?;
        self.behave_servers(Health::Silent, Health::Well)?;
        self.note_servers(false);
        self.note_backup(true);
        Ok(())
    }

    /// What stands is dead without a word, and what is opened anew lives. To a post that speaks by datagrams nothing
    /// changes.
    pub fn forget_connections(&mut self) -> Result<()> {
        self.behave(Behaviour { primary: Health::Forgetful, ..self.behaviour })
    }

    pub fn refuse_at_main_server(&mut self) -> Result<()> {
        // As a server does that has too much to do (RFC 3261, 21.5.4).
        self.behave_servers(Health::Refusing { retry_after: Some(RETRY_AFTER) }, Health::Well)?;
        self.note_servers(false);
        self.note_backup(true);
        Ok(())
    }

    pub fn refuse_at_servers(&mut self) -> Result<()> {
        let refusing = Health::Refusing { retry_after: None };
        self.behave_servers(refusing, refusing)?;
        self.note_servers(false);
        self.note_backup(false);
        Ok(())
    }

    pub fn restore_servers(&mut self) -> Result<()> {
        self.behave_servers(Health::Well, Health::Well)?;
        self.note_servers(true);
        self.note_backup(true);
        Ok(())
    }

    pub(super) fn note_servers(&mut self, answering: bool) {
        let now = Moment::stamped(self.bench.now(), NETWORK_STAMP_S);
        self.deeds.add(What::Servers { answering }, now, Proof::Stamp);
    }

    fn note_backup(&mut self, answering: bool) {
        let now = Moment::stamped(self.bench.now(), NETWORK_STAMP_S);
        self.deeds.add(What::Backup { answering }, now, Proof::Stamp);
    }

    fn behave_servers(&mut self, primary: Health, backup: Health) -> Result<()> {
        self.behave(Behaviour { primary, backup, ..self.behaviour })?;
        self.bench.note_disturbance(self.bench.now());
        Ok(())
    }

    pub(super) fn returned_server(&self) -> Result<Moment> {
        self.deeds.last(What::Servers { answering: true }).ok_or_else(|| {
            order(
                ("the server has not come back in this scenario", "w tym scenariuszu serwer jeszcze nie wrócił"),
                ("take the server away and bring it back first", "najpierw wyłącz, a potem przywróć serwer"),
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
        // One that never tries would never be found again.
        self.judge(&ATTEMPTS, Estimate::count(usize::from(asked.is_some())), Criterion::AtLeast(1.0))?;
        self.press(hold)
    }

    /// T19, from the moment at which the main server is there again to a registration with it.
    pub fn registered_within_after_server(&mut self, limit: Duration) -> Result<()> {
        let from = self.returned_server()?;
        let limit = limit.as_secs_f64();
        let deadline = from.instant() + Duration::from_secs_f64(self.patience("T19", limit));
        let found = self.bench.watch::<Moment, Fault>(deadline, |bench| {
            let there = |e: &CallEvent| matches!(e, CallEvent::Registered { server: Server::Primary, .. });
            Ok(bench.record.calls_since(from.instant()).find(|e| there(&e.value)).map(Moment::at_operator))
        })?;
        self.judge_within(&REGISTERED_AFTER_SERVER, from, found, limit)
    }

    /// T40: since the scenario began.
    pub fn no_sound_outside_calls(&mut self) -> Result<()> {
        self.bench.collect()?;
        let seconds = self.course()?.strays.iter().filter(|stray| is_outside_calls(stray)).count();
        self.judge(&OPEN_SECONDS, Estimate::count(seconds), Criterion::Exactly(0.0))
    }
}

/// Media of the post's while nobody talks to it. What strangers send to the operator's ports is not the post's, and
/// what comes in a talk from where or whither it should not is no open microphone.
fn is_outside_calls(stray: &StrayMedia) -> bool {
    stray.is_posts && matches!(stray.kind, Stray::BeforeAnswer | Stray::AfterEnd | Stray::NoCall)
}

/// When a call to the second operator began to ring there.
fn ringing_at_second(record: &Record, since: Instant) -> Option<Moment> {
    let calls = record.invited_since(since).filter_map(|call| record.call(call.value));
    let ringing = calls.filter(|call| call.callee() == SECOND_USER).filter_map(|call| call.ringing);
    ringing.min_by(|a, b| a.seconds.total_cmp(&b.seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_microphone_is_open_only_by_the_posts_own_media_while_nobody_talks() {
        let is = |kind, is_posts| is_outside_calls(&StrayMedia { at: 0.0, kind, is_posts });
        let all = [
            Stray::BeforeAnswer,
            Stray::AfterEnd,
            Stray::NoCall,
            Stray::OfAnother,
            Stray::OldPort,
            Stray::OnHold,
            Stray::NoMedia,
            Stray::Negotiation,
        ];
        assert_eq!(all.map(|kind| is(kind, true)), [true, true, true, false, false, false, false, false]);
        assert!(!all.into_iter().any(|kind| is(kind, false)));
    }
}
