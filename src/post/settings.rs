//! The settings by which a post knows who it is: exchanged for those of another point, damaged, and always written
//! back.
//!
//! Knows nothing of how a settings page is laid out: what the other point's page holds stands in a file of the rig's.

use super::plant::AWAKE_AFTER;
use super::{Fault, Post, Result, order};
use crate::instrument::operator::CallEvent;
use crate::instrument::probe::FlashError;
use crate::instrument::{InstrumentError, Subsystem};
use crate::journal::SafeCheck;
use crate::rig::OtherPoint;
use crate::unit::{Bilingual, Estimate, Method, Quantity, Unit, both};
use crate::verdict::Criterion;
use std::time::Duration;

const AS_ANOTHER: Quantity = Quantity {
    key: "T41.requests-as-another-point",
    unit: Unit::Count,
    en: "requests in the name of another point",
    pl: "żądania w imieniu innego punktu",
    method: Method::new(
        "user of every REGISTER and From of every INVITE, after one letter of the name in the settings was damaged",
        "użytkownik każdego REGISTER i From każdego INVITE po uszkodzeniu jednej litery nazwy w ustawieniach",
        "RFC 3261, 8.1.1.3, 10.2",
    ),
    requirement: "T41",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[AS_ANOTHER];

/// What the post has been told of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bears {
    /// What the rig says.
    Own,
    /// The name of another point.
    Other(String),
    /// Nothing that it may believe; so reads what the damage has made of its name.
    Nothing { reads: String },
}

/// The page as it was, while another stands in its place.
#[derive(Debug, Default)]
pub(super) struct Exchanged {
    own: Option<Vec<u8>>,
    /// Since when in this scenario the post has borne what; empty: its own name.
    borne: Vec<(f64, Bears)>,
}

impl Exchanged {
    /// A scenario begins: what was before it matters no more.
    pub fn begin(&mut self) {
        self.borne.drain(..self.borne.len().saturating_sub(1));
    }
    fn now(&self) -> &Bears {
        self.borne.last().map_or(&Bears::Own, |(_, bears)| bears)
    }
    /// Each name that the post had to bear, and from when on; `None`: it was free to have none. `own`: the rig's.
    pub fn names(&self, own: &str) -> Vec<(f64, Option<String>)> {
        let name = |bears: &Bears| match bears {
            Bears::Own => Some(own.to_owned()),
            Bears::Other(name) => Some(name.clone()),
            Bears::Nothing { .. } => None,
        };
        let first = (f64::NEG_INFINITY, Some(own.to_owned()));
        [first].into_iter().chain(self.borne.iter().map(|(from, bears)| (*from, name(bears)))).collect()
    }
}

impl Post {
    /// The name that the post has to bear now.
    pub(super) fn name(&self) -> String {
        match self.exchanged.now() {
            Bears::Other(name) => name.clone(),
            Bears::Own | Bears::Nothing { .. } => self.bench.rig.post.identity.clone(),
        }
    }

    /// Makes it another point, until its own settings are written back.
    pub fn take_settings_of_another(&mut self) -> Result<()> {
        let other = self.other_point()?;
        self.keep_own_settings(other.settings.len())?;
        self.write_settings(&other.settings, Bears::Other(other.identity))
    }

    /// Damages the name by which the post knows itself: one bit of one letter, so that it still reads like a name.
    pub fn damage_settings(&mut self) -> Result<()> {
        let length = self.other_point()?.settings.len();
        let (name, mut page) = (self.name(), self.read_settings(length)?);
        let found = page.windows(name.len()).position(|bytes| bytes == name.as_bytes());
        let letter = found.and_then(|at| page.get_mut(at + name.len() - 1)).ok_or_else(|| {
            settings_fault(
                "damage the name in the settings",
                (
                    "the page does not hold the post's name in plain letters",
                    "strona ustawień nie zawiera nazwy punktu zapisanej jawnym tekstem",
                ),
            )
        })?;
        *letter ^= 1;
        let reads =
            found.and_then(|at| page.get(at..at + name.len())).map(String::from_utf8_lossy).unwrap_or_default().into_owned();
        self.keep_own_settings(length)?;
        self.write_settings(&page, Bears::Nothing { reads })
    }

    pub fn restore_settings(&mut self) -> Result<()> {
        match self.exchanged.own.clone() {
            Some(own) => {
                self.write_settings(&own, Bears::Own)?;
                self.exchanged.own = None;
                Ok(())
            }
            None => Err(order(
                ("the post has its own settings", "punkt ma własne ustawienia"),
                ("exchange or damage them first", "najpierw je zamień lub uszkodź"),
            )),
        }
    }

    /// What no scenario may leave behind; `None`: there is nothing to write back.
    pub(super) fn make_settings_safe(&mut self) -> Option<SafeCheck> {
        self.exchanged.own.as_ref()?;
        // Whatever cuts the wait short, the settings are written back.
        let _ = self.bench.wait::<Fault>(AWAKE_AFTER);
        let done = self.restore_settings();
        // It starts anew with them before anything else is asked of it.
        self.is_unsettled = true;
        let detail = match &done {
            Ok(()) => ("read back", "odczytano").into(),
            Err(fault) => fault.ending().message,
        };
        Some(SafeCheck {
            what: ("own settings written back", "własne ustawienia przywrócone").into(), ok: done.is_ok(), detail
        })
    }

    /// T41: a page that cannot be trusted names nobody; a post that has its own name from elsewhere may go on under it.
    pub fn never_names_another(&mut self, time: Duration) -> Result<()> {
        let Bears::Nothing { reads } = self.exchanged.now().clone() else {
            return Err(order(
                ("the post's settings are sound", "ustawienia punktu są nieuszkodzone"),
                ("damage them first", "najpierw je uszkodź"),
            ));
        };
        let since = self.counted_from;
        self.bench.wait::<Fault>(time)?;
        let named = |event: &CallEvent| match event {
            CallEvent::Registered { user, .. } | CallEvent::RegistrationRefused { user, .. } => *user == reads,
            CallEvent::Invited { invite, .. } => invite.from == reads,
            _ => false,
        };
        let requests = self.bench.record.calls_since(since).filter(|event| named(&event.value)).count();
        self.judge(&AS_ANOTHER, Estimate::count(requests), Criterion::Exactly(0.0))
    }

    fn other_point(&self) -> Result<OtherPoint> {
        self.bench.rig.post.other.clone().ok_or_else(|| {
            InstrumentError::new(
                "settings",
                "give the post the settings of another point",
                ("the rig names no other point", "opis stanowiska nie podaje drugiego punktu"),
                ("add `other: { identity: …, settings: FILE }` to `post` in the rig, or leave out the scenarios that need it", "dopisz `other: { identity: …, settings: PLIK }` do `post` w opisie stanowiska albo pomiń scenariusze, które tego wymagają"),
            )
            .of(Subsystem::Rig)
            .into()
        })
    }

    fn read_settings(&mut self, length: usize) -> Result<Vec<u8>> {
        let page = self.bench.rig.post.firmware.settings_page;
        Ok(self.bench.probe()?.read(page, length).map_err(unreached)?)
    }

    fn keep_own_settings(&mut self, length: usize) -> Result<()> {
        if self.exchanged.own.is_none() {
            self.exchanged.own = Some(self.read_settings(length)?);
        }
        Ok(())
    }

    /// Writes the page and reads it back. The post goes on with it from its next start.
    fn write_settings(&mut self, bytes: &[u8], bears: Bears) -> Result<()> {
        let page = self.bench.rig.post.firmware.settings_page;
        self.exchanged.borne.push((self.bench.now().as_secs_f64(), bears));
        self.bench.probe()?.write(page, bytes).map_err(unreached)?;
        if self.read_settings(bytes.len())? != bytes {
            return Err(settings_fault(
                "write the settings",
                ("what was read back differs from what was written", "odczytane ustawienia różnią się od zapisanych"),
            ));
        }
        self.start_anew().map_err(unreached)?;
        self.counted_from = self.bench.now();
        Ok(())
    }
}

/// Settings are the bench's means here, not what is judged.
fn unreached(error: FlashError) -> InstrumentError {
    match error {
        FlashError::Bench(error) => error,
        FlashError::Refused { cause, .. } | FlashError::Silent { cause, .. } => {
            settings_error("reach the settings", both!("{cause}", "ustawienia punktu są niedostępne. Szczegóły: {cause}"))
        }
    }
}

fn settings_error(action: &str, cause: impl Into<Bilingual>) -> InstrumentError {
    let remedy = (
        "see whether `settings-page` in the rig is where this post keeps its settings, and whether the page may be written",
        "sprawdź, czy punkt przechowuje ustawienia pod adresem `settings-page` z opisu stanowiska i czy tę stronę pamięci można zapisać",
    );
    InstrumentError::new("settings", action, cause, remedy).of(Subsystem::Probe)
}

fn settings_fault(action: &str, cause: (&str, &str)) -> Fault {
    settings_error(action, cause).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_borne_from_its_writing_on() {
        let mut exchanged = Exchanged::default();
        let own = Some("SOS-1".to_owned());
        assert_eq!(exchanged.names("SOS-1"), [(f64::NEG_INFINITY, own.clone())]);
        exchanged.borne.push((2.0, Bears::Other("SOS-2".into())));
        exchanged.borne.push((3.0, Bears::Nothing { reads: "SOS-3".into() }));
        let names = exchanged.names("SOS-1");
        assert_eq!(names, [(f64::NEG_INFINITY, own), (2.0, Some("SOS-2".into())), (3.0, None)]);
        exchanged.begin();
        assert_eq!(exchanged.names("SOS-1").last(), Some(&(3.0, None)), "what it bears, it bears on");
    }
}
