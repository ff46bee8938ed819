//! The guard: a process beside the run that makes the rig safe when the run no longer can.
//!
//! Whatever ends a run, one that cannot be caught included, closes the pipe it holds; and one that has done nothing for
//! longer than it may is ended by the guard. Then the guard opens the instruments that switch, makes safe, and writes
//! down what it read back. It needs a rig and nothing else. Knows nothing of scenarios, posts and journals.

mod account;
mod keeper;
mod lease;
mod vigil;
mod ward;

pub use account::{Account, Why};
pub use keeper::keep;
pub use lease::{Lease, LeaseError, Tenancy};
pub use ward::{Unguarded, Ward};

/// What the guard says when it stands by.
const READY: &str = "ready";
/// What the run says when it has made safe itself and needs no guard any more.
const DISMISSED: &str = "dismissed";
