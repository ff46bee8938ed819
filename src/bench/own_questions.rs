//! The bench's own use of the services that it gives the post's network: each is asked now and then as a post asks it,
//! and a service that is silent, late or wrong then is not in order.
//!
//! Knows nothing of what the post asked. A service that a scenario has told to be otherwise is not asked meanwhile.

use super::Bench;
use crate::cameras;
use crate::clock::{Instant, Interrupted, Stamped};
use crate::instrument::cameras::CameraEvent;
use crate::instrument::services::{OwnAnswer, Told};
use crate::instrument::supervision::Notice;
use crate::instrument::{AsksItself, InstrumentError, Result, Subsystem};
use crate::rig::Role;
use crate::services::syslog;
use crate::unit::{Bilingual, both};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

/// Often enough to see a service that is away for less than a post's own patience.
const ASKED_EVERY: Duration = Duration::from_secs(5);
/// On its own machine a service answers in milliseconds; this is half of what a post has for an event (T37: 2 s).
const ANSWERS_WITHIN: Duration = Duration::from_millis(1000);
/// One question may be lost in the best of networks; two within so long are not.
const LOST_BY_CHANCE: usize = 1;
const REMEMBERED_FOR: Duration = Duration::from_secs(120);
/// A tenth of the second that a message's time may be wrong by (T36).
const TIME_WITHIN_S: f64 = 0.1;
/// Before a post is condemned each is asked so often, one question after the other.
const PROVED_BY: usize = 5;
const PROVED_EVERY: Duration = Duration::from_millis(250);

/// One of the services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Which {
    Addresses,
    Names,
    Time,
    Supervision,
    Cameras,
}

impl Which {
    const ALL: [Which; 5] = [Which::Addresses, Which::Names, Which::Time, Which::Supervision, Which::Cameras];

    fn role(self) -> Role {
        match self {
            Which::Addresses => Role::AddressServer,
            Which::Names => Role::NameServer,
            Which::Time => Role::TimeServer,
            Which::Supervision => Role::Supervision,
            Which::Cameras => Role::Cameras,
        }
    }
    fn part(self) -> Subsystem {
        match self {
            Which::Addresses | Which::Names | Which::Time => Subsystem::Network,
            Which::Supervision => Subsystem::Supervision,
            Which::Cameras => Subsystem::Cameras,
        }
    }
    fn name(self) -> &'static str {
        match self {
            Which::Addresses => "address server",
            Which::Names => "name server",
            Which::Time => "time server",
            Which::Supervision => "supervision",
            Which::Cameras => "camera system",
        }
    }
    fn missed(self, count: usize, first_s: f64) -> Bilingual {
        let (en, pl) = match self {
            Which::Addresses => ("questions for an address", "serwer DHCP nie odpowiedział na czas na własne zapytania"),
            Which::Names => ("questions for a name", "serwer DNS nie odpowiedział na czas na własne zapytania"),
            Which::Time => ("questions for the time", "serwer NTP nie odpowiedział na czas na własne zapytania"),
            Which::Supervision => ("messages", "odbiornik sysloga nie przyjął na czas własnych komunikatów"),
            Which::Cameras => ("events", "system monitoringu nie przyjął na czas własnych zdarzeń"),
        };
        let within = ANSWERS_WITHIN.as_secs_f64();
        Bilingual::new(
            format!("{count} of the bench's own {en} were lost or took longer than {within:.0} s, the first at {first_s:.1} s"),
            format!("{pl} stanowiska (liczba: {count}, pierwsze w chwili {first_s:.1} s)"),
        )
    }
    fn remedy(self) -> Bilingual {
        match self {
            Which::Addresses => (
                "see that nothing but the bench gives addresses in the post's network (routers, dnsmasq), that its own server runs and that the firewall lets ports 67 and 68 through; then run again",
                "sprawdź, czy w sieci punktu adresów nie przydziela nic poza stanowiskiem (routery, dnsmasq), czy jego serwer działa i czy zapora przepuszcza porty 67 i 68; potem powtórz przebieg",
            ),
            Which::Names => (
                "check the name server's domain and the addresses of the operator's servers, then what else answers at its port on this machine; then run again",
                "sprawdź domenę serwera DNS i adresy serwerów operatora, a potem, co jeszcze odpowiada na jego porcie na tym komputerze; potem powtórz przebieg",
            ),
            Which::Time => (
                "check this machine's clock and what else answers at the time server's port (chronyd, ntpd); then run again",
                "sprawdź zegar tego komputera i co jeszcze odpowiada na porcie serwera NTP (chronyd, ntpd); potem powtórz przebieg",
            ),
            Which::Supervision => (
                "check what stands between the network and the syslog receiver (relays, collectors, firewall) and how busy this machine is; then run again",
                "sprawdź, co stoi między siecią a odbiornikiem sysloga (przekazywanie, kolektory, zapora) i jak obciążony jest ten komputer; potem powtórz przebieg",
            ),
            Which::Cameras => (
                "see whether the camera system is restarted by somebody, and what stands between it and the network; then run again",
                "sprawdź, czy ktoś nie uruchamia ponownie systemu monitoringu i co stoi między nim a siecią; potem powtórz przebieg",
            ),
        }
        .into()
    }
    fn error(self, action: &str, cause: Bilingual) -> InstrumentError {
        InstrumentError::new(self.name(), action, cause, self.remedy()).of(self.part())
    }
}

/// What is known of one.
#[derive(Debug, Default)]
struct Asking {
    /// A scenario has told it to be out of order.
    is_set_aside: bool,
    /// Questions without an answer so far.
    open: BTreeMap<u16, Instant>,
    /// When those were asked that got none, or a late one.
    missed: Vec<Instant>,
}

impl Asking {
    fn awaits_or_misses(&self) -> bool {
        !self.open.is_empty() || !self.missed.is_empty()
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct OwnQuestions {
    /// Where a name of the domain may lead to.
    places: Vec<IpAddr>,
    number: u16,
    due: Option<Instant>,
    asking: BTreeMap<Which, Asking>,
    /// What was found: that holds for the run, for what a post was given once it keeps.
    wrong: Option<InstrumentError>,
}

impl OwnQuestions {
    /// `places`: where a name of the domain may lead to.
    pub fn of(places: Vec<IpAddr>) -> Self {
        OwnQuestions { places, ..OwnQuestions::default() }
    }
    /// It is told how to be from now on: what was asked before says nothing.
    pub fn told(&mut self, which: Which, is_in_order: bool) {
        let asking = self.asking.entry(which).or_default();
        asking.is_set_aside = !is_in_order;
        asking.open.clear();
    }
    pub fn due(&self) -> Option<Instant> {
        self.due
    }
    fn answered(&mut self, which: Which, number: u16, at: Instant) {
        let asking = self.asking.entry(which).or_default();
        if let Some(asked) = asking.open.remove(&number)
            && at.since(asked) > ANSWERS_WITHIN
        {
            asking.missed.push(asked);
        }
    }
    /// Questions whose time is over by now; what that makes of a service.
    fn expire(&mut self, now: Instant) -> Option<InstrumentError> {
        for (which, Asking { open, missed, .. }) in self.asking.iter_mut().filter(|(_, asking)| asking.awaits_or_misses()) {
            missed.extend(open.extract_if(.., |_, asked| now.since(*asked) > ANSWERS_WITHIN).map(|(_, asked)| asked));
            missed.retain(|asked| now.since(*asked) < REMEMBERED_FOR);
            missed.sort_unstable();
            if let Some(first) = missed.first().filter(|_| missed.len() > LOST_BY_CHANCE) {
                let first_s = first.since(Instant::ZERO).as_secs_f64();
                return Some(which.error("take in what it is sent", which.missed(missed.len(), first_s)));
            }
        }
        None
    }
}

impl Bench {
    /// Asks every service that is meant to be in order, when it is time to.
    pub(super) fn ask_services_when_due(&mut self) -> Result<()> {
        let now = self.now();
        if self.own.due.is_some_and(|due| due > now) {
            return Ok(());
        }
        self.own.due = Some(now + ASKED_EVERY);
        self.ask_services(now)
    }

    fn ask_services(&mut self, now: Instant) -> Result<()> {
        self.own.number = self.own.number.checked_add(1).unwrap_or(1);
        let number = self.own.number;
        for which in Which::ALL {
            let Some(name) = self.rig.wiring.instrument(which.role()).map(str::to_owned) else { continue };
            let is_set_aside = self.own.asking.entry(which).or_default().is_set_aside;
            let Some(service) = self.service(which, &name).filter(|_| !is_set_aside) else { continue };
            if service.ask_itself(number).map_err(|error| error.of(which.part()))? {
                self.own.asking.entry(which).or_default().open.insert(number, now);
            }
        }
        Ok(())
    }

    fn service(&mut self, which: Which, name: &str) -> Option<&mut dyn AsksItself> {
        Some(match which {
            Which::Addresses => &mut **self.services.addresses.get_mut(name)?,
            Which::Names => &mut **self.services.names.get_mut(name)?,
            Which::Time => &mut **self.services.time.get_mut(name)?,
            Which::Supervision => &mut **self.supervisions.get_mut(name)?,
            Which::Cameras => self.camera_systems.get_mut(name)?,
        })
    }

    /// A message that came to the supervision; whether it was the bench's own.
    pub(super) fn is_own_notice(own: &mut OwnQuestions, notice: &Stamped<Notice>) -> bool {
        let number = syslog::own_number(&notice.value);
        number.inspect(|number| own.answered(Which::Supervision, *number, notice.at)).is_some()
    }

    /// As [`Bench::is_own_notice`], for an event at the camera system.
    pub(super) fn is_own_event(own: &mut OwnQuestions, event: &Stamped<CameraEvent>) -> bool {
        let number = cameras::own_number(&event.value);
        number.inspect(|number| own.answered(Which::Cameras, *number, event.at)).is_some()
    }

    /// Takes in what the services have answered, and tells once what is wrong with them.
    pub(super) fn collect_own_answers(&mut self) -> Result<()> {
        let mut answers: Vec<(Which, Stamped<OwnAnswer>)> = Vec::new();
        let of_network = |error: InstrumentError| error.of(Subsystem::Network);
        for server in self.services.addresses.values_mut() {
            answers.extend(server.own_answers().map_err(of_network)?.into_iter().map(|one| (Which::Addresses, one)));
        }
        for server in self.services.names.values_mut() {
            answers.extend(server.own_answers().map_err(of_network)?.into_iter().map(|one| (Which::Names, one)));
        }
        for server in self.services.time.values_mut() {
            answers.extend(server.own_answers().map_err(of_network)?.into_iter().map(|one| (Which::Time, one)));
        }
        let mut wrong = None;
        for (which, answer) in answers {
            let is_asked = self.own.asking.get(&which).is_some_and(|asking| !asking.is_set_aside);
            self.own.answered(which, answer.value.number, answer.at);
            wrong = wrong.or_else(|| is_asked.then(|| self.judge_own_answer(&answer)).flatten());
        }
        let now = self.now();
        let missed = self.own.expire(now);
        if let Some(error) = wrong.or(missed).filter(|_| self.own.wrong.is_none()) {
            let account = error.account();
            self.log.note(Bilingual::new(
                format!("the bench's own question shows a service that is not in order: {}", account.en),
                format!("własne zapytanie stanowiska wykazało niesprawną usługę: {}", account.pl),
            ));
            self.own.wrong = Some(error);
        }
        Ok(())
    }

    fn judge_own_answer(&self, answer: &Stamped<OwnAnswer>) -> Option<InstrumentError> {
        let at = answer.at.since(Instant::ZERO).as_secs_f64();
        match &answer.value.told {
            Told::Offer { is_ours: true, .. } => None,
            Told::Offer { server, .. } => Some(Which::Addresses.error(
                "be the only one in the post's network",
                both!(
                    "at {at:.1} s another server, {server}, offered an address",
                    "w chwili {at:.1} s adres zaproponował inny serwer DHCP: {server}"
                ),
            )),
            Told::Places(places) => {
                let stray = places.iter().find(|place| !self.own.places.contains(place));
                let led = stray.map_or_else(|| Bilingual::new("nowhere", "donikąd"), Bilingual::same);
                (stray.is_some() || places.is_empty()).then(|| {
                    Which::Names.error(
                        "name the servers of the operator",
                        Bilingual::new(
                            format!("at {at:.1} s a server's name led to {}, where the rig has no server", led.en),
                            format!(
                                "w chwili {at:.1} s nazwa serwera prowadziła do {}, gdzie opis stanowiska nie przewiduje serwera",
                                led.pl
                            ),
                        ),
                    )
                })
            }
            Told::Time(time) => {
                let off = time.as_secs_f64() - self.wall(answer.at).as_secs_f64();
                (off.abs() > TIME_WITHIN_S).then(|| {
                    Which::Time.error(
                        "tell the time",
                        both!(
                            "at {at:.1} s it told a time {off:+.1} s off the bench's own",
                            "w chwili {at:.1} s serwer NTP podał czas różny od czasu stanowiska o {off:+.1} s"
                        ),
                    )
                })
            }
        }
    }

    /// Are the services in order that the bench gives the post's network, and have they been?
    ///
    /// # Errors
    /// One is not, or was not.
    pub fn prove_services<E: From<Interrupted> + From<InstrumentError>>(&mut self) -> std::result::Result<(), E> {
        if self.own.wrong.is_none() {
            for _ in 0..PROVED_BY {
                let now = self.now();
                self.ask_services(now)?;
                self.wait::<E>(PROVED_EVERY)?;
            }
            self.wait::<E>(ANSWERS_WITHIN + PROVED_EVERY)?;
        }
        self.own.wrong.clone().map_or(Ok(()), |error| Err(error.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::safe::Unread;
    use crate::bench::{Opening, open};
    use crate::instrument::cameras::Treatment;
    use crate::rig;
    use std::path::Path;
    use std::sync::Arc;

    fn at(seconds: f64) -> Instant {
        Instant::ZERO + Duration::from_secs_f64(seconds)
    }

    #[test]
    fn a_bench_in_order_is_answered_by_each_of_its_services_and_what_is_told_to_be_silent_is_not_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        let rig = Arc::new(rig::load(Path::new("rigs/virtual.yaml")).expect("a rig that is shipped"));
        let opening = Opening { rig, seed: 1, folder: folder.path().to_path_buf(), onlookers: Vec::new(), preamble: Vec::new() };
        let mut bench = open(opening).expect("the virtual post");
        bench.treat_camera_events(Treatment::Silent).expect("it obeys");
        bench.wait::<Unread>(Duration::from_secs(20)).expect("in order");
        assert!(bench.own.asking[&Which::Cameras].open.is_empty());
        bench.treat_camera_events(Treatment::Taking).expect("it obeys");
        bench.prove_services::<Unread>().expect("all are in order");
        let waits: Vec<(Which, usize)> =
            bench.own.asking.iter().map(|(which, asking)| (*which, asking.open.len() + asking.missed.len())).collect();
        assert_eq!(waits, Which::ALL.map(|which| (which, 0)), "every one was asked, and has answered");
        assert_eq!(bench.record.camera_events_since(Instant::ZERO).count(), 0, "what the bench sends is nobody's event");
    }

    #[test]
    fn one_question_may_be_lost_and_two_within_two_minutes_may_not() {
        let found = |asked: &[f64], now: f64| {
            let mut own = OwnQuestions::default();
            let asking = own.asking.entry(Which::Supervision).or_default();
            asking.open.extend(asked.iter().zip(1..).map(|(second, number)| (number, at(*second))));
            own.expire(at(now)).map(|error| error.part)
        };
        assert_eq!(found(&[5.0], 30.0), None);
        assert_eq!(found(&[5.0, 29.5], 30.0), None, "the second may still come");
        assert_eq!(found(&[5.0, 10.0], 30.0), Some(Subsystem::Supervision));
        assert_eq!(found(&[5.0, 129.0], 131.0), None);
    }

    #[test]
    fn what_comes_late_is_as_good_as_lost_and_what_was_asked_of_another_conduct_says_nothing() {
        let mut own = OwnQuestions::default();
        let ask = |own: &mut OwnQuestions, number: u16, answered: f64| {
            own.asking.entry(Which::Cameras).or_default().open.insert(number, at(0.0));
            own.answered(Which::Cameras, number, at(answered));
        };
        ask(&mut own, 1, 0.9);
        ask(&mut own, 2, 1.1);
        assert_eq!(own.expire(at(2.0)), None);
        ask(&mut own, 3, 1.2);
        assert_eq!(own.expire(at(2.0)).map(|error| error.part), Some(Subsystem::Cameras));
        let mut own = OwnQuestions::default();
        own.asking.entry(Which::Names).or_default().open.extend([(1, at(0.0)), (2, at(0.0))]);
        own.told(Which::Names, false);
        assert_eq!(own.expire(at(9.0)), None);
    }
}
