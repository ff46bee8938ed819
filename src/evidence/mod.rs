//! What a run has left behind, held against itself: the journal's chain, every figure against its limit, every verdict
//! against its figures, every file against its hash, and the seal.
//!
//! Reads only, asks nobody, and works years later on any machine. Knows nothing of how a finding is shown.

mod files;
mod minisign;
mod rejudge;
mod run_totals;
mod seal;
#[cfg(test)]
mod tests;

pub use minisign::{KeyError, PublicKey, SecretKey};
pub use seal::{LIST_FILE, SIGNATURE_FILE, Sealed, is_sealed, seal};

use crate::fault::exit;
use crate::journal::read::{Damage, Entries, file_of};
use crate::journal::store::JournalError;
use crate::journal::{Ending, Event, harmless_entry};
use crate::report::{Keep, Model};
use crate::unit::{Bilingual, both};
use rejudge::Rejudge;
use std::path::Path;

/// What of the evidence does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A line of the journal, or the chain between two.
    Journal,
    /// The order of events: nothing that hejnal writes comes so.
    Order,
    /// A figure's outcome does not follow from figure and limit.
    Figure,
    /// A limit is another than its source has it.
    Limit,
    /// What a step came to does not follow from its figures.
    Step,
    /// What a scenario came to, or whose fault it was, does not follow from its steps and figures.
    Scenario,
    /// Tally, verdict or exit code of the run do not follow from its scenarios.
    End,
    /// A file is another than its hash says.
    Changed,
    Missing,
    /// A file that nobody has named.
    Added,
    /// A report beside the journal says something else.
    Report,
    Seal,
}

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: Kind,
    /// What, where, and what it ought to be.
    pub what: Bilingual,
}

impl Finding {
    fn new(kind: Kind, what: Bilingual) -> Finding {
        Finding { kind, what }
    }
    /// At a line of the journal.
    fn at(kind: Kind, line: u64, what: &Bilingual) -> Finding {
        Finding { kind, what: after(&both!("journal, line {line}", "dziennik, wiersz {line}"), what) }
    }
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extent {
    pub lines: u64,
    pub figures: usize,
    pub steps: usize,
    pub attempts: usize,
    /// Recordings that lie there as the journal has them.
    pub recordings: usize,
    /// Recordings of which there is no more than the hash.
    pub not_kept: usize,
}

/// Evidence that has been looked at.
#[derive(Debug)]
pub struct Examined {
    /// What does not hold, in the order of the journal; empty: everything does.
    pub findings: Vec<Finding>,
    pub extent: Extent,
    /// The run as its journal tells it.
    pub model: Model,
    /// The hash of the journal's last line: whoever knows it can be shown no other journal.
    pub last_hash: String,
    pub sealed: Sealed,
}

impl Examined {
    pub fn holds(&self) -> bool {
        self.findings.is_empty()
    }
    /// What the run came to, from its figures alone.
    pub fn ending(&self) -> Ending {
        self.model.ending()
    }
    /// Of the process that looked: the run's own is another matter.
    pub fn exit_code(&self) -> u8 {
        match (self.holds(), &self.model.end) {
            (false, _) => exit::EVIDENCE,
            (true, Some(_)) => exit::ACCEPTED,
            // Whatever was cut away cannot be missed.
            (true, None) => exit::BENCH,
        }
    }
}

/// Looks at a run, named by its directory or its journal. `key`: whose seal it ought to bear.
///
/// # Errors
/// There is no journal there that could be read.
pub fn examine(path: &Path, key: Option<&PublicKey>) -> Result<Examined, JournalError> {
    let journal = file_of(path);
    let mut entries = Entries::open(&journal)?;
    let mut model = Model::new(Keep::Tallies);
    let mut again = Rejudge::default();
    let mut recordings = files::Named::default();
    while let Some(entry) = entries.next()? {
        let entry = harmless_entry(&entry);
        model.take(&entry);
        again.take(&entry);
        if let Event::Audio { file, sha256, kept, .. } = &entry.event {
            again.findings.extend(recordings.name(entry.n + 1, file, sha256, *kept));
        }
    }
    model.finish();
    let damage = entries.damage.iter().filter(|damage| !damage.is_a_cut());
    let mut findings: Vec<Finding> =
        damage.map(|damage: &Damage| Finding { kind: Kind::Journal, what: in_journal(&damage.account()) }).collect();
    let mut extent = again.extent;
    findings.append(&mut again.finish(&model));
    let folder = journal.parent().unwrap_or(Path::new("."));
    let (mut wrong, kept, not_kept) = recordings.held_against(folder);
    (extent.recordings, extent.not_kept) = (kept, not_kept);
    findings.append(&mut wrong);
    findings.extend(files::report_beside(&journal, &model));
    let last_hash = entries.last_hash();
    let (sealed, mut wrong) = seal::looked_at(folder, &last_hash, key);
    findings.append(&mut wrong);
    Ok(Examined { findings, extent, model, last_hash, sealed })
}

fn in_journal(what: &Bilingual) -> Bilingual {
    after(&("journal", "dziennik").into(), what)
}

/// Where, and then what.
fn after(place: &Bilingual, what: &Bilingual) -> Bilingual {
    Bilingual::new(format!("{}: {}", place.en, what.en), format!("{}: {}", place.pl, what.pl))
}
