//! A validated rig: which post stands on the bench, which instruments are there, what each of their channels is for, and the limits that
//! are to be held.
//!
//! Knows nothing of drivers, twins or probe libraries: it says what was written down, checked as far as paper can be checked. Opening
//! an instrument is the bench's affair. The types here are not serialisable on purpose: the file's spelling may change without them.

mod check;
pub mod credentials;
mod file;
mod firmware;
mod instruments;
mod limits;
mod locate;
mod operator;
mod post;
mod roles;
mod syntax;
mod twin;
mod wiring;

pub use firmware::Firmware;
pub use instruments::{Driver, Instrument, Line, ProbeSelector, SoundDevice};
pub use limits::{Limit, Limits, Mark, Sense};
pub use operator::{Listen, SipUser, Srtp, Tls};
pub use post::{Post, Profile};
pub use twin::Twin;
pub use wiring::{ChannelRef, InputRef, JackRef, Patch, Pole, Role, Switch, Wiring};

use crate::problem::{self, Problem};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The newest version of the rig format that this program reads: the figure after `hejnal:` at the top of a rig.
pub const FORMAT: u64 = 1;

/// A rig that was read and found consistent.
#[derive(Debug, Clone, PartialEq)]
pub struct Rig {
    pub name: String,
    /// The file it was read from, as given.
    pub file: PathBuf,
    /// SHA-256 over the file's bytes, lower-case hex: a report names exactly what it was made with.
    pub sha256: String,
    pub post: Post,
    /// By the name the rig gives them.
    pub instruments: BTreeMap<String, Instrument>,
    pub wiring: Wiring,
    pub limits: Limits,
    /// Settings of the virtual post; present exactly when an instrument is on the twin.
    pub twin: Option<Twin>,
}

impl Rig {
    /// Whether some channel is there for this role: a scenario that needs more is told so before anything moves.
    pub fn has(&self, role: Role) -> bool {
        self.wiring.has(role)
    }
    /// Whether posts have a second server to turn to; the twin's always have.
    pub fn has_backup_server(&self) -> bool {
        let has = |one: &Instrument| matches!(one, Instrument::SipOperator { backup: Some(_), .. });
        self.is_twin() || self.instruments.values().any(has)
    }
    /// Whether the rig's instruments are those of the virtual post. A rig is wholly on the twin or wholly on hardware.
    pub fn is_twin(&self) -> bool {
        self.twin.is_some()
    }
}

/// Reads and checks a rig. Every problem is found in one go, in the order in which the file has them.
pub fn load(path: &Path) -> Result<Rig, Vec<Problem>> {
    check::load(path)
}
