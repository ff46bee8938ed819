//! A person before the post.

/// What a hand can do at the post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManualAction {
    /// A finger closes the button's contact (true) or lets go of it, without bounces of its own.
    Button(bool),
    /// The fibre is plugged in (true) or pulled out.
    Fibre(bool),
    /// The mains in the street are there (true) or not.
    Mains(bool),
}

impl ManualAction {
    /// For the trace: which deed it is.
    pub(in crate::twin) fn number(self) -> u64 {
        match self {
            ManualAction::Button(on) => u64::from(on),
            ManualAction::Fibre(on) => 2 | u64::from(on),
            ManualAction::Mains(on) => 4 | u64::from(on),
        }
    }
}
