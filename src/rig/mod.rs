//! A validated rig: which post stands on the bench, which instruments are there, what each of their channels is for,
//! and the limits that are to be held.
//!
//! Knows nothing of drivers, twins or probe libraries: it says what was written down, checked as far as paper can be
//! checked. Opening an instrument is the bench's affair. The types here are not serialisable on purpose: the file's
//! spelling may change without them.

mod capability;
mod check;
#[cfg(test)]
mod contradictions;
pub mod credentials;
pub mod drivers;
mod firmware;
mod guard;
mod headers;
mod instruments;
mod key;
mod limits;
mod other;
mod post;
mod roles;
mod second_slot;
mod self_test;
mod transport;
mod twin;
mod volume;
mod wiring;

pub use capability::Capability;
pub use drivers::{Driver, Falsehood, Impostor, Leases, Settings, SipOperator, SipUser, Srtp, Tls};
pub use firmware::Firmware;
pub use headers::{Headers, TOLD_HEADERS};
pub use instruments::Instrument;
pub use limits::{Limit, Limits, Mark, Sense};
pub use post::{OtherPoint, Post, Profile};
pub use second_slot::SecondSlot;
pub use transport::Transport;
pub use twin::Twin;
pub use wiring::{ChannelRef, InputRef, JackRef, Patch, Pole, Role, SelfTests, Switch, VolumeKeys, Wiring};

use crate::problem::Problem;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

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
    /// A run that has done nothing for so long is stuck, and its guard ends it.
    pub stuck_after: Duration,
    /// Settings of the virtual post; present exactly when an instrument is on the twin.
    pub twin: Option<Twin>,
}

impl Rig {
    /// Whether some channel is there for this role, or the post has what it stands for: a scenario that needs more is
    /// told so before anything moves.
    pub fn has(&self, role: Role) -> bool {
        match role {
            Role::SecondSlot => self.post.firmware.second_slot.is_some(),
            wired => self.wiring.has(wired),
        }
    }
    /// The operator that serves the role: who may register with it, and how.
    pub fn operator(&self) -> Option<&SipOperator> {
        self.instruments.get(self.wiring.operator.as_ref()?)?.operator()
    }
    /// Level of speech at the post's microphone that the mouth is set to, dB re 20 µPa.
    pub fn speech_spl(&self) -> Option<f64> {
        self.card_levels(self.wiring.mouth.as_ref()?)?.0
    }
    /// Level of a sine at the ear that just reaches full scale, dB re 20 µPa.
    pub fn ear_spl(&self) -> Option<f64> {
        self.card_levels(self.wiring.ear.as_ref()?)?.1
    }
    fn card_levels(&self, jack: &JackRef) -> Option<(Option<f64>, Option<f64>)> {
        match self.instruments.get(&jack.card)?.settings {
            Settings::Sound { speech_spl, ear_spl, .. } => Some((speech_spl.map(f64::from), ear_spl.map(f64::from))),
            _ => None,
        }
    }
    /// After so many seconds without a message its supervision counts a post as lost; `None`: it has none.
    pub fn supervision_silence(&self) -> Option<f64> {
        match self.instruments.get(self.wiring.supervision.as_ref()?)?.settings {
            Settings::Supervision { silence, .. } => Some(f64::from(silence)),
            _ => None,
        }
    }
    /// Every so many seconds the post is to tell its supervision that it lives; `None`: the rig does not say.
    pub fn sign_of_life(&self) -> Option<f64> {
        match self.instruments.get(self.wiring.supervision.as_ref()?)?.settings {
            Settings::Supervision { every, .. } => every.map(f64::from),
            _ => None,
        }
    }
    /// What an event of the post at the camera system has to name instead of the post itself: its camera there.
    pub fn camera_named(&self) -> Option<&str> {
        match &self.instruments.get(self.wiring.cameras.as_ref()?)?.settings {
            Settings::Cameras { named } => named.as_deref(),
            _ => None,
        }
    }
    /// What its address server gives the post; `None`: it has none.
    pub fn leases(&self) -> Option<&Leases> {
        match &self.instruments.get(self.wiring.address_server.as_ref()?)?.settings {
            Settings::Leases(leases) => Some(leases),
            _ => None,
        }
    }
    /// The domain in which its name server names the operator's servers; `None`: it has none.
    pub fn domain(&self) -> Option<&str> {
        match &self.instruments.get(self.wiring.name_server.as_ref()?)?.settings {
            Settings::Names { domain } => Some(domain),
            _ => None,
        }
    }
    /// Whether posts have a second server to turn to.
    pub fn has_backup_server(&self) -> bool {
        self.operator().is_some_and(|operator| operator.backup.is_some())
    }
    /// Whether somebody can call the post who is not the operator.
    pub fn has_stranger(&self) -> bool {
        self.operator().is_some_and(|operator| operator.stranger.is_some())
    }
    /// What of the virtual post the rig uses: the name it has there, and the instrument's name and entry, in the order
    /// of the instruments' names.
    pub fn on_twin(&self) -> impl Iterator<Item = (&str, &str, &Instrument)> {
        self.instruments.iter().filter_map(|(name, one)| Some((one.transport.twin_name()?, name.as_str(), one)))
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
