//! `hejnal rig …` for the person at the bench, and what every run on a real rig does first and last: the rig is taken
//! for it, and a guard stands by.
//!
//! Knows nothing of how a rig is made safe.

use super::in_order::{NOTHING_MOVED, rig_in_order};
use super::{Refused, complain, style};
use crate::bench::Switchgear;
use crate::clock;
use crate::fault::exit;
use crate::guard::{self, Account, Lease, Tenancy, Ward};
use crate::journal::{Event, SafeCheck};
use crate::report::terminal::Colour;
use crate::rig::Rig;
use crate::unit::{Bilingual, Lang, both};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

/// A real rig in the hands of one run.
pub(super) struct Taken {
    lease: Lease,
    before: Option<Tenancy>,
    ward: Arc<Ward>,
}

impl Taken {
    /// Takes a rig for a run; `None` for a virtual one, which nobody else can have and nobody can leave switched.
    pub fn for_run(rig: &Rig, folder: &Path, lang: Lang) -> Result<Option<Taken>, Refused> {
        if rig.twin.is_some() {
            return Ok(None);
        }
        let (lease, before) = lease(rig, folder)?;
        let ward = Ward::begin(rig, folder, lang).map_err(|error| Refused::new(exit::BENCH, error.account(), error.remedy()))?;
        Ok(Some(Taken { lease, before, ward: Arc::new(ward) }))
    }

    /// What a run's journal says of it.
    pub fn notes(&self) -> Vec<Event> {
        let (number, process) = (self.lease.tenancy().number, self.ward.process());
        let taken = both!(
            "the rig is taken for this run, no. {number}; process {process} guards it",
            "stanowisko zajęto na ten przebieg, nr {number}; strażnikiem jest proces {process}"
        );
        let left = self.before.iter().flat_map(left_behind);
        std::iter::once(taken).chain(left).map(|text| Event::Note { text }).collect()
    }

    pub fn attend(&self, clock: &clock::Guard) {
        self.ward.attend(clock);
    }
    pub fn ward(&self) -> Arc<Ward> {
        Arc::clone(&self.ward)
    }

    /// The run has made safe itself.
    pub fn give_back(self) {
        if let Some(ward) = Arc::into_inner(self.ward) {
            ward.dismiss();
            self.lease.give_back();
        }
    }
}

fn lease(rig: &Rig, folder: &Path) -> Result<(Lease, Option<Tenancy>), Refused> {
    Lease::take(&rig.file, folder).map_err(|error| Refused::new(exit::BENCH, error.account(), error.remedy()))
}

/// How the one before left the rig.
fn left_behind(before: &Tenancy) -> Vec<Bilingual> {
    let nobody = ("no guard has written anything down there", "strażnik niczego tam nie zapisał");
    let account = Account::read(&before.folder).map_or_else(|| nobody.into(), |account| account.told());
    vec![before.told_as_unended(), account]
}

/// `hejnal rig safe`: makes the rig safe now, reads it back and says so.
pub(super) fn safe(file: &Path, lang: Lang) -> Result<u8, Refused> {
    let rig = Arc::new(rig_in_order(file)?);
    let folder = std::env::current_dir().unwrap_or_default();
    let lease = if rig.twin.is_none() { Some(lease(&rig, &folder)?) } else { None };
    let opened = Switchgear::open_what_answers(&rig);
    let mut gear = opened.map_err(|error| Refused::new(exit::BENCH, error.account(), NOTHING_MOVED))?;
    let mut out = io::stdout();
    for line in lease.iter().filter_map(|(_, before)| before.as_ref()).flat_map(left_behind) {
        let _nobody_reads = writeln!(out, "{}", line.show(lang));
    }
    let checks = gear.make_safe();
    for check in &checks {
        let _nobody_reads = writeln!(out, "{}", graded(check, lang));
    }
    let is_safe = checks.iter().all(|check| check.ok);
    if let (Some((lease, _)), true) = (lease, is_safe) {
        lease.give_back();
    }
    Ok(if is_safe { exit::ACCEPTED } else { exit::BENCH })
}

fn graded(check: &SafeCheck, lang: Lang) -> String {
    let (mark, colour) = if check.ok { ("✓", Colour::Good) } else { ("✗", Colour::Bad) };
    let line = format!("{mark} {}: {}", check.what.show(lang), check.detail.show(lang));
    if style().colour { colour.paint(&line) } else { line }
}

/// `hejnal guard`: what a run starts beside itself; nobody types it.
pub(super) fn guard(file: &Path, folder: &Path, lang: Lang) -> Result<u8, Refused> {
    let rig = Arc::new(rig_in_order(file)?);
    let kept = guard::keep(&rig, folder, rig.stuck_after).map_err(|error| {
        let cause = both!("the guard could not do its work: {error}", "strażnik nie mógł wykonać zadania: {error}");
        let remedy = ("look at the rig before you touch the post", "obejrzyj stanowisko, zanim dotkniesz punktu");
        Refused::new(exit::BENCH, cause, remedy)
    })?;
    let Some(account) = kept else { return Ok(exit::ACCEPTED) };
    complain(account.told().show(lang));
    Ok(if account.is_safe() { exit::ACCEPTED } else { exit::BENCH })
}

/// What a guard has left beside a journal that breaks off.
pub(super) fn account_of_guard(journal: &Path) -> Option<Bilingual> {
    Account::read(journal.parent()?).map(|account| account.told())
}
