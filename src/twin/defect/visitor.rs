//! Broken benches of everyday kinds.
//!
//! As in [`super::fresh`] a row names no scenario. A bench that is broken may accuse itself anywhere, and must never accuse the post.

use super::{Defect, Image, bench};
use crate::twin::TwinConfig;
use crate::twin::bench::card_trouble::CardTrouble;
use crate::twin::bench::trouble::Trouble;

/// Any scenario may find it.
const ANY: &str = "";

const fn broken(id: &'static str, reason: &'static str, plant: fn(&mut TwinConfig)) -> Defect {
    bench(id, Image::Reference, ANY, reason, plant)
}

/// Boards and leads, then the sound card and what hangs on it, then the bench's network.
pub const VISITORS: &[Defect] = &[
    // Boards and leads.
    broken("bench-button-lead-slow", "button relay", |c| c.board_faults.trouble = Some(Trouble::ButtonLeadSlow)),
    broken("bench-sensor-flickers", "lamp-out-of-service sensor", |c| c.board_faults.trouble = Some(Trouble::SensorFlickers)),
    broken("bench-sensor-bounces", "lamp-connected sensor", |c| c.board_faults.trouble = Some(Trouble::SensorBounces)),
    broken("bench-sensor-dull", "lamp-placed sensor", |c| c.board_faults.trouble = Some(Trouble::SensorDull)),
    broken("bench-light-leaks", "lamp-out-of-service sensor", |c| c.board_faults.trouble = Some(Trouble::LightLeaks)),
    broken("bench-relay-board-restarts", "mains relay", |c| c.board_faults.trouble = Some(Trouble::RelayBoardRestarts)),
    broken("bench-fibre-parts-late", "fibre relay", |c| c.board_faults.trouble = Some(Trouble::FibrePartsLate)),
    broken("bench-console-repeats", "console", |c| c.board_faults.trouble = Some(Trouble::ConsoleRepeats)),
    broken("bench-probe-misreads", "probe", |c| c.board_faults.trouble = Some(Trouble::ProbeMisreads)),
    // The sound card.
    broken("bench-outputs-exchanged", "mouth", |c| c.card.trouble = Some(CardTrouble::OutputsExchanged)),
    broken("bench-card-slips", "sound card", |c| c.card.trouble = Some(CardTrouble::Slips)),
    broken("bench-card-clock-off", "sound card", |c| c.card.ppm = Some(CLOCK_OFF)),
    broken("bench-mouth-distorts", "mouth", |c| c.card.trouble = Some(CardTrouble::MouthDistorts)),
    broken("bench-ear-without-bass", "ear", |c| c.card.trouble = Some(CardTrouble::EarWithoutBass)),
    broken("bench-radio-beside-ear", "ear", |c| c.card.trouble = Some(CardTrouble::RadioBesideEar)),
    // The network between bench and post.
    broken("bench-network-drops", "operator", |c| c.board_faults.trouble = Some(Trouble::NetworkDrops)),
    broken("bench-network-stalls", "operator", |c| c.board_faults.trouble = Some(Trouble::NetworkStalls)),
    broken("bench-network-doubles", "operator", |c| c.board_faults.trouble = Some(Trouble::NetworkDoubles)),
    broken("bench-network-shared", "operator", |c| c.board_faults.trouble = Some(Trouble::NetworkShared)),
];

/// A crystal of the wrong kind: 0.4 % fast, in parts per million.
const CLOCK_OFF: f64 = 4000.0;

#[cfg(test)]
mod tests {
    use super::super::fresh::FRESH;
    use super::super::stranger::STRANGERS;
    use super::super::{DEFECTS, find};
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_new_and_nothing_is_as_it_was() {
        let known: BTreeSet<_> = DEFECTS.iter().chain(FRESH).chain(STRANGERS).map(|defect| defect.id).collect();
        let mut posts = BTreeSet::from([format!("{:?}", TwinConfig::new(1, "SOS-0417"))]);
        for defect in VISITORS {
            assert!(!known.contains(defect.id) && find(defect.id).is_some(), "{}", defect.id);
            assert!(posts.insert(format!("{:?}", TwinConfig::new(1, "SOS-0417").with(defect))), "{}", defect.id);
        }
    }
}
