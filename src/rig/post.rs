//! The `post:` section: who the post is, where it stands, and which firmware it must carry.
//!
//! Knows nothing of how firmware is flashed.

use std::path::PathBuf;

/// How the point was built. It decides which site checks apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// On a pole or building that already has a camera and fibre: shared switch, PoE and VLAN.
    ExistingPole,
    /// A post of its own: own converter, supply and earthing.
    NewPost,
}

impl Profile {
    pub const ALL: [Profile; 2] = [Profile::ExistingPole, Profile::NewPost];
    pub const fn name(self) -> &'static str {
        match self {
            Profile::ExistingPole => "existing-pole",
            Profile::NewPost => "new-post",
        }
    }
}

/// The post on the bench.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// E.g. `SOS-0417`: at most 16 characters, as the settings page holds them.
    pub identity: String,
    pub place: String,
    pub profile: Profile,
    /// As the debug probe's chip list spells it, e.g. `STM32F072CB`.
    pub chip: String,
    pub firmware: Firmware,
}

/// The firmware that belongs on the post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firmware {
    /// The ELF, found from the rig's own folder.
    pub file: PathBuf,
    /// The version the rig's author means to accept, e.g. `1.4.2`.
    pub version: String,
    /// Address of the flash page that holds the post's settings and that no image may touch.
    pub settings_page: u32,
}
