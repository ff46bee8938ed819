//! `guard:`: how long a run may do nothing before its guard takes it for stuck.
//!
//! Knows nothing of who watches, and what he does then.

use crate::problem::Problems;
use crate::unit::{Bilingual, both, parse_duration};
use crate::yaml::{Node, Section, write_as};
use std::time::Duration;

const EXAMPLE: &str = "stuck-after: 2 minutes";
/// Writing an image into a large chip is the longest that a run does without a look at its clock [EJ].
const STUCK_AFTER: Duration = Duration::from_secs(120);
/// A shorter time would end runs on a busy machine, a longer one is no guard.
const WITHIN: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(3600));

pub(super) fn read(node: Option<&Node>, problems: &mut Problems) -> Duration {
    let section = node.and_then(|node| Section::open(node, "guard", &["stuck-after"], problems));
    let Some(word) = section.and_then(|section| section.optional_text("stuck-after", EXAMPLE, problems)) else {
        return STUCK_AFTER;
    };
    match parse_duration(&word.text) {
        Ok(time) if (WITHIN.0..=WITHIN.1).contains(&time) => return time,
        Ok(_) => {
            let cause = both!(
                "guard.stuck-after \"{}\" is not within 5 s to 1 h",
                "guard.stuck-after \"{}\" nie mieści się w przedziale od 5 s do 1 h",
                word.text
            );
            problems.add(word.at, cause, write_as(EXAMPLE));
        }
        Err(error) => {
            let told = error.told();
            let cause = Bilingual::new(format!("guard.stuck-after: {}", told.en), format!("guard.stuck-after: {}", told.pl));
            problems.add(word.at, cause, write_as(EXAMPLE));
        }
    }
    STUCK_AFTER
}
