//! What no run can know of an acceptance: parties, contract, commission, weather, documents. Written by hand, checked
//! as a rig is.
//!
//! Whatever a journal holds (post, firmware, hashes, times, figures) stands in none of these files.

mod fields;
mod reading;

use crate::problem::{FileKind, Place, Problem, Problems};
use crate::unit::{Bilingual, Date, Lang};
use crate::yaml;
use std::path::{Path, PathBuf};

/// The newest version of the format that this program reads: the figure after `case:`.
pub const FORMAT: u64 = 1;

/// What it is called where something is wrong with it.
const A_CASE: FileKind = FileKind {
    whole: ("the file of a case", "opis odbioru"),
    unread: ("failed to read the file of the case", "nie udało się odczytać opisu odbioru"),
    give: (
        "give the path of a case, e.g. rigs/acceptance/case.yaml",
        "podaj ścieżkę do opisu odbioru, np. rigs/acceptance/case.yaml",
    ),
    sample: "rigs/acceptance/case.yaml",
    with_comma: "address: \"ul. Piotrkowska 104, 90-926 Łódź\"",
};

/// A case that was read and found consistent in itself. Texts in it are harmless.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseFile {
    pub file: PathBuf,
    /// Over the file's bytes: a protocol names exactly what it was made with.
    pub sha256: String,
    pub protocol: Option<Heading>,
    pub contract: Option<Contract>,
    pub parties: Vec<Party>,
    pub object: Option<Object>,
    pub commission: Vec<Member>,
    pub weather: Option<String>,
    pub serial_numbers: Vec<SerialNumber>,
    pub instruments: Vec<Calibrated>,
    pub documents: Vec<Document>,
    pub defects: Vec<KnownDefect>,
    pub trial_run: Option<TrialRun>,
    pub training: Option<Training>,
    pub clauses: Vec<Clause>,
}

/// What the protocol itself is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    pub number: Option<String>,
    pub date: Date,
    pub place: Option<String>,
    pub stage: Option<Stage>,
}

/// Where in the course of a contract an acceptance stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Before the post is shipped.
    Factory,
    /// Where it stands.
    Site,
    Final,
}

impl Stage {
    pub(super) const NAMES: [&'static str; 3] = ["fat", "sat", "final"];
    pub(super) const ALL: [Stage; 3] = [Stage::Factory, Stage::Site, Stage::Final];
    pub const fn shown(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Stage::Factory, Lang::En) => "factory acceptance (FAT)",
            (Stage::Factory, Lang::Pl) => "odbiór fabryczny (FAT)",
            (Stage::Site, Lang::En) => "site acceptance (SAT)",
            (Stage::Site, Lang::Pl) => "odbiór na obiekcie (SAT)",
            (Stage::Final, Lang::En) => "final acceptance",
            (Stage::Final, Lang::Pl) => "odbiór końcowy",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    pub number: String,
    pub date: Option<Date>,
    pub subject: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    pub side: Side,
    pub name: String,
    pub address: Option<String>,
    pub represented_by: Option<String>,
}

/// On which side of the contract somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Ordering,
    Contractor,
    Supervision,
    User,
}

impl Side {
    pub(super) const NAMES: [&'static str; 4] = ["ordering", "contractor", "supervision", "user"];
    pub(super) const ALL: [Side; 4] = [Side::Ordering, Side::Contractor, Side::Supervision, Side::User];
    pub const fn shown(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Side::Ordering, Lang::En) => "ordering party",
            (Side::Ordering, Lang::Pl) => "zamawiający",
            (Side::Contractor, Lang::En) => "contractor",
            (Side::Contractor, Lang::Pl) => "wykonawca",
            (Side::Supervision, Lang::En) => "supervision",
            (Side::Supervision, Lang::Pl) => "nadzór inwestorski",
            (Side::User, Lang::En) => "user",
            (Side::User, Lang::Pl) => "użytkownik",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    pub name: String,
    pub address: Option<String>,
    /// Degrees north and east (WGS 84), as written.
    pub coordinates: Option<String>,
    /// As the file has it, and where; the runs have it as well, and it must be the same.
    pub variant: Option<(&'static str, Place)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    pub role: String,
    pub of: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerialNumber {
    pub of: String,
    pub number: String,
}

/// An instrument with its calibration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calibrated {
    pub name: String,
    pub serial: Option<String>,
    pub certificate: String,
    pub calibrated: Option<Date>,
    /// The last day on which the certificate counts.
    pub due: Date,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub name: String,
    pub number: Option<String>,
    /// `false`: it is still owed.
    pub handed_over: bool,
}

/// How much a defect weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Blocks the acceptance.
    A,
    /// To be removed by a date.
    B,
    /// A remark.
    C,
}

impl Class {
    pub(super) const NAMES: [&'static str; 3] = ["A", "B", "C"];
    pub const ALL: [Class; 3] = [Class::A, Class::B, Class::C];
    pub const fn letter(self) -> &'static str {
        match self {
            Class::A => "A",
            Class::B => "B",
            Class::C => "C",
        }
    }
}

/// A defect that the commission knows of; or what it says of one that the runs have found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDefect {
    pub what: String,
    /// `None`: the commission has yet to say.
    pub class: Option<Class>,
    pub remove_by: Option<Date>,
    pub removed: Option<Date>,
    /// The scenario that has found it, and where that stands in the file.
    pub scenario: Option<(String, Place)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialRun {
    pub from: Date,
    pub to: Date,
    pub availability: Option<String>,
    pub calls_without_press: Option<u64>,
    pub remarks: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Training {
    pub date: Date,
    pub by: Option<String>,
    pub people: Option<u64>,
    pub remarks: Option<String>,
}

/// A clause of the contract and the requirements that stand for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    pub clause: String,
    pub says: Option<String>,
    /// Ids such as `T02`; none where no requirement of the bench stands for it.
    pub requirements: Vec<&'static str>,
}

/// Reads and checks a case. Every problem is found in one go, in the order of the file.
///
/// # Errors
/// Whatever is wrong with it.
pub fn load(path: &Path) -> Result<CaseFile, Vec<Problem>> {
    let mut problems = Problems::of(path, &A_CASE);
    let case = yaml::bytes_of(path, &mut problems).and_then(|bytes| reading::read(path, &bytes, &mut problems));
    match case {
        Some(case) if problems.is_empty() => Ok(case),
        _ => Err(problems.into_sorted()),
    }
}

impl CaseFile {
    /// What of it contradicts the runs: the variant of their posts, and scenarios that none of them has.
    pub fn against(&self, profile: &str, scenarios: &[&str]) -> Vec<Problem> {
        let mut problems = Problems::of(&self.file, &A_CASE);
        if let Some((variant, at)) = self.object.as_ref().and_then(|object| object.variant).filter(|(own, _)| *own != profile) {
            let cause = Bilingual::new(
                format!("object.variant is \"{variant}\", and the runs are of a post of kind \"{profile}\""),
                format!("object.variant ma wartość \"{variant}\", a przebiegi dotyczą punktu w wariancie \"{profile}\""),
            );
            let remedy = (
                "correct it or leave it out: the protocol takes it from the runs",
                "popraw ją albo usuń: protokół bierze wariant z przebiegów",
            );
            problems.add(at, cause, remedy);
        }
        for (scenario, at) in self.defects.iter().filter_map(|defect| defect.scenario.as_ref()) {
            if !scenarios.contains(&scenario.as_str()) {
                let cause = Bilingual::new(
                    format!("no run has a scenario \"{scenario}\" that the post failed"),
                    format!("żaden przebieg nie ma scenariusza \"{scenario}\" niezaliczonego z winy punktu"),
                );
                let remedy =
                    crate::problem::meant_or_listed(scenario, scenarios, ("scenarios with defects", "scenariusze z wadami"));
                problems.add(*at, cause, remedy);
            }
        }
        problems.into_sorted()
    }
}

#[cfg(test)]
mod tests;
