//! What others have received of the post: the city's camera system, its supervision, and the desk beside calls.

use crate::instrument::operator::{CallId, Irregular, Stray};
use crate::instrument::supervision::Counts;

/// An event at the camera system.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalledUp {
    pub at: f64,
    pub uncertainty: f64,
    /// It names what the rig says an event of this post names.
    pub is_named: bool,
    /// It came from where the post is registered.
    pub is_posts: bool,
    /// It was taken, and that was said at once.
    pub taken: bool,
}

/// What the rig says of its supervision, and how the post told its counters there.
#[derive(Debug, Clone, Default)]
pub struct Supervised {
    /// After a silence of so many seconds it counts a post as lost.
    pub lost_after: f64,
    /// Every so many seconds a post is to tell that it lives; `None`: the rig does not say.
    pub every: Option<f64>,
    /// And every so many seconds that it has tested loudspeaker and microphone.
    pub tests_every: Option<f64>,
    /// The last time before the scenario first.
    pub counts: Vec<(f64, Counts)>,
}

/// Media where there should be none.
#[derive(Debug, Clone, PartialEq)]
pub struct StrayMedia {
    pub at: f64,
    pub kind: Stray,
    /// It came from where the post is registered.
    pub is_posts: bool,
}

/// Somebody called whom the desk does not serve, or from where the post is not.
#[derive(Debug, Clone, PartialEq)]
pub struct Stranger {
    pub at: f64,
    pub is_posts: bool,
    pub what: String,
}

/// Something in signalling that no sound post does.
#[derive(Debug, Clone, PartialEq)]
pub struct Oddity {
    pub at: f64,
    pub call: Option<CallId>,
    /// It came from where the post is registered.
    pub is_posts: bool,
    pub what: Irregular,
}
