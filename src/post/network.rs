//! The network round the post: its address by DHCP, its servers by DNS, the time by NTP, as the bench gives them, and
//! what the post makes of it.
//!
//! Knows nothing of how a service is asked.

use super::deeds::{Proof, What};
use super::{Fault, Post, Result, order};
use crate::bench::{Moment, NETWORK_STAMP_S};
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, Server, host_of};
use crate::instrument::services::{AddressConduct, NameConduct, TimeConduct};
use crate::unit::{Estimate, Method, Quantity, Unit};
use crate::verdict::Criterion;
use std::time::Duration;

const FROM_NEW_ADDRESS: Quantity = Quantity {
    key: "T20.address-to-registration",
    unit: Unit::Second,
    en: "new address to registration from it",
    pl: "od otrzymania nowego adresu do rejestracji z tego adresu",
    method: Method::new(
        "DHCPACK with the new address to REGISTER with it accepted by the operator",
        "od DHCPACK z nowym adresem do REGISTER z tym adresem przyjętego przez operatora",
        "RFC 2131, 3.1; RFC 3261, 10",
    ),
    requirement: "T20",
};
const AFTER_ADDRESS_SERVER: Quantity = Quantity {
    key: "T19.address-server-to-registration",
    unit: Unit::Second,
    en: "DHCP server's return to registration",
    pl: "od powrotu serwera DHCP do rejestracji",
    method: Method::new(
        "the DHCP server answering again to REGISTER accepted by the operator",
        "od chwili, gdy serwer DHCP znów odpowiada, do REGISTER przyjętego przez operatora",
        "RFC 2131, 4.1; RFC 3261, 10",
    ),
    requirement: "T19",
};
const AFTER_NAME_SERVER: Quantity = Quantity {
    key: "T19.name-server-to-registration",
    en: "DNS server's return to registration",
    pl: "od powrotu serwera DNS do rejestracji",
    method: Method::new(
        "the DNS server answering again to REGISTER accepted by the operator",
        "od chwili, gdy serwer DNS znów odpowiada, do REGISTER przyjętego przez operatora",
        "RFC 3263, 4; RFC 3261, 10",
    ),
    ..AFTER_ADDRESS_SERVER
};
const AT_NAMED_SERVER: Quantity = Quantity {
    key: "T19.name-to-registration",
    en: "end of the old name's time to live to registration with the server named now",
    pl: "od końca ważności poprzedniej nazwy do rejestracji na serwerze wskazanym teraz",
    method: Method::new(
        "time to live of the DNS server's last answer before the change to REGISTER accepted by the server named since",
        "od końca TTL ostatniej odpowiedzi DNS sprzed zmiany do REGISTER przyjętego przez serwer wskazany po niej",
        "RFC 3263, 4; RFC 2181, 8",
    ),
    ..AFTER_ADDRESS_SERVER
};
const CLOCK_ERROR: Quantity = Quantity {
    key: "T36.clock-error",
    unit: Unit::Second,
    en: "error of the time that a message to the supervision bears",
    pl: "błąd czasu podanego w komunikacie do nadzoru",
    method: Method::new(
        "TIMESTAMP of a message at the supervision (syslog) against the bench's clock at its reception",
        "TIMESTAMP komunikatu w nadzorze (syslog) względem zegara stanowiska w chwili odebrania",
        "RFC 5424, 6.2.3",
    ),
    requirement: "T36",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] =
    &[FROM_NEW_ADDRESS, AFTER_ADDRESS_SERVER, AFTER_NAME_SERVER, AT_NAMED_SERVER, CLOCK_ERROR];

/// A client renews its lease at half of it, and this late at the latest is refused what it asks for (RFC 2131, 4.4.5):
/// seven eighths, and as much again for its next attempts.
const TAKEN_WITHIN: u32 = 2;
/// A post tells that it lives within the supervision's patience: twice that, for one message may be lost.
const TOLD_WITHIN: f64 = 2.0;

impl Post {
    fn stamped(at: Instant) -> Moment {
        Moment::stamped(at, NETWORK_STAMP_S)
    }

    fn note(&mut self, what: What, at: Instant) {
        self.is_unsettled = true;
        self.deeds.add(what, Self::stamped(at), Proof::Stamp);
    }

    pub fn silence_address_server(&mut self) -> Result<()> {
        let at = self.bench.behave_address_server(AddressConduct { is_silent: true, ..AddressConduct::default() })?;
        self.note(What::AddressServer { answering: false }, at);
        Ok(())
    }
    pub fn give_other_address(&mut self) -> Result<()> {
        let at = self.bench.behave_address_server(AddressConduct { gives_other: true, ..AddressConduct::default() })?;
        self.note(What::OtherAddress, at);
        Ok(())
    }
    pub fn restore_address_server(&mut self) -> Result<()> {
        let at = self.bench.behave_address_server(AddressConduct::default())?;
        self.note(What::AddressServer { answering: true }, at);
        Ok(())
    }

    pub fn silence_name_server(&mut self) -> Result<()> {
        let at = self.bench.behave_name_server(NameConduct { is_silent: true, ..NameConduct::default() })?;
        self.note(What::NameServer { answering: false }, at);
        Ok(())
    }
    pub fn delay_name_server(&mut self, late: Duration) -> Result<()> {
        let at = self.bench.behave_name_server(NameConduct { late, ..NameConduct::default() })?;
        self.note(What::NameServer { answering: true }, at);
        Ok(())
    }
    pub fn exchange_names(&mut self) -> Result<()> {
        self.need_backup()?;
        let at = self.bench.behave_name_server(NameConduct { names_exchanged: true, ..NameConduct::default() })?;
        self.note(What::Names { exchanged: true }, at);
        Ok(())
    }
    pub fn restore_names(&mut self) -> Result<()> {
        let at = self.bench.behave_name_server(NameConduct::default())?;
        self.note(What::Names { exchanged: false }, at);
        Ok(())
    }
    pub fn restore_name_server(&mut self) -> Result<()> {
        let at = self.bench.behave_name_server(NameConduct::default())?;
        self.note(What::NameServer { answering: true }, at);
        Ok(())
    }

    /// Who tells nothing misleads nobody.
    pub fn silence_time_server(&mut self) -> Result<()> {
        self.bench.behave_time_server(TimeConduct { is_silent: true, ..TimeConduct::default() })?;
        self.is_unsettled = true;
        Ok(())
    }
    pub fn mislead_time_server(&mut self, ahead: Duration) -> Result<()> {
        let at = self.bench.behave_time_server(TimeConduct { ahead, ..TimeConduct::default() })?;
        self.note(What::TimeServer { right: false }, at);
        Ok(())
    }
    pub fn restore_time_server(&mut self) -> Result<()> {
        let at = self.bench.behave_time_server(TimeConduct::default())?;
        self.note(What::TimeServer { right: true }, at);
        Ok(())
    }

    /// T20 of a new address: from the moment at which the post was given it.
    pub fn registered_from_new_address_within(&mut self, limit: Duration) -> Result<()> {
        let changed = self.deeds.last(What::OtherAddress).ok_or_else(|| {
            order(
                ("the post has kept its address in this scenario", "w tym scenariuszu punkt ma wciąż ten sam adres"),
                ("have the DHCP server give it another one first", "najpierw spowoduj, by serwer DHCP przydzielił mu inny"),
            )
        })?;
        let Some(leases) = self.bench.rig.leases() else { return self.judge_absent(&FROM_NEW_ADDRESS) };
        let (wanted, lease) = (leases.other, leases.lease);
        let deadline = changed.instant() + lease * TAKEN_WITHIN;
        let given = self.bench.watch::<Moment, Fault>(deadline, |bench| {
            let mut leases = bench.record.asked().leases().iter().rev();
            let given = leases.find(|lease| lease.address == wanted && lease.from >= changed.instant());
            Ok(given.map(|lease| Self::stamped(lease.from)))
        })?;
        let Some(given) = given else { return self.judge_absent(&FROM_NEW_ADDRESS) };
        let limit = limit.as_secs_f64();
        let wanted = wanted.to_string();
        let deadline = given.instant() + Duration::from_secs_f64(self.patience("T20", limit));
        let found = self.bench.watch::<Moment, Fault>(deadline, |bench| {
            let there = |e: &CallEvent| matches!(e, CallEvent::Registered { contact, .. } if host_of(contact) == wanted);
            Ok(bench.record.calls_since(given.instant()).find(|e| there(&e.value)).map(Moment::at_operator))
        })?;
        self.judge_within(&FROM_NEW_ADDRESS, given, found, limit)
    }

    /// T19 of a post that has had no address for a while.
    pub fn registered_within_after_address_server(&mut self, limit: Duration) -> Result<()> {
        let from = self.deeds.last(What::AddressServer { answering: true }).ok_or_else(|| {
            order(
                ("the DHCP server has not come back in this scenario", "w tym scenariuszu serwer DHCP jeszcze nie wrócił"),
                ("have it fall silent and bring it back first", "najpierw spowoduj, by zamilkł, a potem go przywróć"),
            )
        })?;
        self.registered_within_of(&AFTER_ADDRESS_SERVER, from, limit)
    }

    /// T19 of a post that did not know its servers.
    pub fn registered_within_after_name_server(&mut self, limit: Duration) -> Result<()> {
        let from = self.deeds.last(What::NameServer { answering: true }).ok_or_else(|| {
            order(
                ("the DNS server has not come back in this scenario", "w tym scenariuszu serwer DNS jeszcze nie wrócił"),
                ("have it fall silent and bring it back first", "najpierw spowoduj, by zamilkł, a potem go przywróć"),
            )
        })?;
        self.registered_within_of(&AFTER_NAME_SERVER, from, limit)
    }

    fn registered_within_of(&mut self, quantity: &Quantity, from: Moment, limit: Duration) -> Result<()> {
        let limit = limit.as_secs_f64();
        let found = self.registered_after(from, self.patience("T19", limit))?;
        self.judge_within(quantity, from, found, limit)
    }

    /// T19: the old answer may be kept until its time to live is over.
    pub fn registered_with_named_server_within(&mut self, limit: Duration) -> Result<()> {
        let exchanged = self.deeds.last(What::Names { exchanged: true }).map(|at| (at, Server::Backup));
        let (changed, server) = exchanged
            .or_else(|| self.deeds.last(What::Names { exchanged: false }).map(|at| (at, Server::Primary)))
            .ok_or_else(|| {
                order(
                    ("the DNS server has named the same servers all along", "serwer DNS wskazuje cały czas te same serwery"),
                    ("have it name others first", "najpierw spowoduj, by wskazał inne"),
                )
            })?;
        self.bench.collect()?;
        let kept_until = Self::stamped(self.bench.record.asked().names_kept_until(changed.instant()));
        let limit = limit.as_secs_f64();
        let deadline = kept_until.instant() + Duration::from_secs_f64(self.patience("T19", limit));
        let found = self.bench.watch::<Moment, Fault>(deadline, |bench| {
            let there = |e: &CallEvent| matches!(e, CallEvent::Registered { server: at, .. } if *at == server);
            Ok(bench.record.calls_since(changed.instant()).find(|e| there(&e.value)).map(Moment::at_operator))
        })?;
        // Who asks before he must is earlier than he need be.
        let found = found.map(|found| if found.seconds < kept_until.seconds { kept_until } else { found });
        self.judge_within(&AT_NAMED_SERVER, kept_until, found, limit)
    }

    /// T36 of the next message.
    pub fn tells_time_within(&mut self, limit: Duration) -> Result<()> {
        let since = self.bench.now();
        let silence = self.bench.rig.supervision_silence().unwrap_or_default();
        let found = self.bench.watch::<(f64, f64), Fault>(since + Duration::from_secs_f64(TOLD_WITHIN * silence), |bench| {
            let told = bench.record.notices_since(since).next();
            Ok(told.map(|notice| {
                let error = notice.value.time.map_or(f64::NAN, |time| time.as_secs_f64() - bench.wall(notice.at).as_secs_f64());
                (error, notice.within.as_secs_f64().max(NETWORK_STAMP_S))
            }))
        })?;
        match found {
            Some((error, within)) if error.is_finite() => {
                let limit = self.agreed(&CLOCK_ERROR, limit.as_secs_f64(), 0.0);
                self.judge(&CLOCK_ERROR, Estimate::seconds(error.abs(), within), Criterion::AtMost(limit))
            }
            // A post that has had the time and tells none has not taken it.
            _ => self.judge_absent(&CLOCK_ERROR),
        }
    }
}
