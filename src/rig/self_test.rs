//! `roles.self-test:`: how often the post tests its own loudspeaker and microphone and tells the supervision of it.
//!
//! Knows nothing of what such a test is.

use super::wiring::SelfTests;
use crate::problem::Problems;
use crate::yaml::{Node, Section};
use std::time::Duration;

/// From one test to the next: more often than every minute is no test but a noise, more seldom than every three days
/// none at all (EN 81-28 [V]).
const EVERY: (u64, u64) = (60, 72 * 3600);
/// From power-on to the first: what does not come within an hour does not come because of the power-on.
const AFTER_POWER_ON: (u64, u64) = (1, 3600);

pub(super) fn read(path: &str, node: &Node, problems: &mut Problems) -> Option<SelfTests> {
    let section = Section::open(node, path, &["every", "after-power-on"], problems)?;
    let every = section.number("every", EVERY, "every: 86400", problems);
    let after = section.optional_number("after-power-on", AFTER_POWER_ON, "after-power-on: 60", problems);
    Some(SelfTests { every: Duration::from_secs(every?), after_power_on: after.map(Duration::from_secs) })
}
