//! Rows that name no scenario, for whichever finds one is the right one: `reason` is the requirement that a bad post
//! fails, or the instrument that accuses itself.

use super::{Defect, Image, bench, control, firmware, post};
use crate::twin::TwinConfig;

/// Any scenario may find it.
const ANY: &str = "";

/// A firmware variant of this name.
pub(super) const fn image(id: &'static str, reason: &'static str) -> Defect {
    firmware(id, ANY, reason)
}
/// The reference in a post whose module or hardware is bad.
pub(super) const fn module(id: &'static str, reason: &'static str, plant: fn(&mut TwinConfig)) -> Defect {
    post(id, ANY, reason, plant)
}
/// A sound post on a broken bench.
pub(super) const fn broken(id: &'static str, reason: &'static str, plant: fn(&mut TwinConfig)) -> Defect {
    bench(id, Image::Reference, ANY, reason, plant)
}
/// A sound post unlike the usual one.
pub(super) const fn healthy(id: &'static str, plant: fn(&mut TwinConfig)) -> Defect {
    control(id, Image::Reference, plant)
}

#[cfg(test)]
mod tests {
    use super::super::{DEFECTS, PLANTED_LATER, REFERENCE, find};
    use super::*;
    use std::collections::BTreeSet;

    fn image_of(defect: &Defect) -> Vec<u8> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/firmware/elf");
        let file = folder.join(format!("{}.elf", defect.image.flashed()));
        std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    #[test]
    fn ids_are_new_and_each_bad_post_fails_a_requirement() {
        let all = || DEFECTS.iter().chain(PLANTED_LATER.into_iter().flatten());
        assert_eq!(all().map(|defect| defect.id).collect::<BTreeSet<_>>().len(), all().count());
        for defect in PLANTED_LATER.into_iter().flatten() {
            let requirement = defect.reason.strip_prefix('T').and_then(|n| n.parse::<u8>().ok());
            let is_required = requirement.is_some_and(|n| (1..=45).contains(&n));
            assert_eq!(is_required, defect.blame == Some(crate::fault::Blame::Device), "{}", defect.id);
            assert_eq!((defect.scenario, find(defect.id).map(|found| found.id)), (ANY, Some(defect.id)));
        }
    }

    /// Within one list: whoever planted another may have had the same thought.
    #[test]
    fn each_is_unlike_the_reference_and_unlike_the_others_of_its_list() {
        let reference = image_of(DEFECTS.iter().find(|defect| defect.image.flashed() == REFERENCE).expect("a healthy post"));
        for list in PLANTED_LATER {
            let mut posts = BTreeSet::from([(format!("{:?}", TwinConfig::new(1, "SOS-0417")), reference.clone())]);
            for defect in list {
                let config = format!("{:?}", TwinConfig::new(1, "SOS-0417").with(defect));
                assert!(posts.insert((config, image_of(defect))), "{}", defect.id);
            }
        }
    }
}
