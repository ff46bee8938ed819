//! The `twin:` section: settings of the virtual post.
//!
//! Knows nothing of what a defect does: only the twin does.

use super::file::{Section, word};
use super::locate::Node;
use super::problem::Problems;
use super::wiring::Wiring;

/// How the virtual post behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// The same seed gives the same run, byte for byte.
    pub seed: u64,
    /// Ids of the defects planted, e.g. `lamp-late`.
    pub defects: Vec<String>,
    /// What is really wired to what on the virtual bench, where that differs from the roles.
    pub wiring: Option<Wiring>,
}

/// Reads the section. What a defect is called is checked by its form only: the twin knows the list.
pub(super) fn read(node: &Node, problems: &mut Problems) -> Option<Twin> {
    let section = Section::open(node, "twin", &["seed", "defects"], problems)?;
    let seed = section.optional_number("seed", (0, u64::from(u32::MAX)), "seed: 1", problems).unwrap_or(1);
    let mut defects: Vec<String> = Vec::new();
    for item in section.list("defects", "defects: [ lamp-late ]", problems).unwrap_or_default() {
        let Some(defect) = word(item, "twin.defects", "defects: [ lamp-late ]", problems) else { continue };
        let plain = defect.text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !plain {
            let what = format!("\"{}\" is no id of a defect", defect.text);
            problems.add(defect.at, what, "ids are lower-case words with hyphens, e.g. lamp-late");
        } else if defects.contains(&defect.text) {
            problems.add(defect.at, format!("defect \"{}\" is planted twice", defect.text), "delete one of the two");
        } else {
            defects.push(defect.text.clone());
        }
    }
    Some(Twin { seed, defects, wiring: None })
}

impl Default for Twin {
    /// A healthy post, seed 1.
    fn default() -> Self {
        Twin { seed: 1, defects: Vec::new(), wiring: None }
    }
}
