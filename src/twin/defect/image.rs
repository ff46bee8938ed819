//! The images that a defect needs: what is flashed, and what the rig's description says of it.

/// Which image the bench is given to flash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Image {
    /// The one named `reference`, as the rig's description says.
    Reference,
    /// Another variant, and the rig's description says so.
    Variant(&'static str),
    /// Another variant under the reference's name.
    Mislabelled(&'static str),
    /// The reference, and beside it other images to put on trial than the rig names.
    Trial { good: &'static str, bad: &'static str },
    /// The reference in a post that has no second slot, as the rig's description says.
    OneSlot,
}

impl Image {
    /// The variant whose bytes are flashed.
    pub fn flashed(self) -> &'static str {
        match self {
            Image::Reference | Image::Trial { .. } | Image::OneSlot => REFERENCE,
            Image::Variant(name) | Image::Mislabelled(name) => name,
        }
    }
    /// The variant that the rig's description names.
    pub fn expected(self) -> &'static str {
        match self {
            Image::Reference | Image::Mislabelled(_) | Image::Trial { .. } | Image::OneSlot => REFERENCE,
            Image::Variant(name) => name,
        }
    }
}

/// The healthy firmware.
pub const REFERENCE: &str = "reference";
/// The same, one version later and for the second slot.
pub(super) const SOUND_TRIAL: &str = "sound";
/// One that can do all but register.
pub(super) const BAD_TRIAL: &str = "never-registers";
