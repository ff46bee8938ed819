//! What was named on the command line, rig and features: in order, or all that is wrong with both at once.

use super::{Refused, place};
use crate::fault::exit;
use crate::problem::Problem;
use crate::rig::{self, Rig};
use crate::steps::World;
use crate::suite::{Feature, Needs, PhraseMatcher, lint, select};
use crate::unit::{Bilingual, Lang, both};
use std::io;
use std::path::{Path, PathBuf};

pub(super) const NOTHING_MOVED: (&str, &str) = ("nothing was moved", "niczego nie uruchomiono");

/// Ctrl-C would kill the program and leave the rig as it is.
pub(super) fn no_signals(error: &io::Error) -> Bilingual {
    both!("Ctrl-C could not be caught: {error}", "nie można przechwycić Ctrl-C: {error}")
}

/// Everything that is wrong with what was named on the command line.
#[derive(Default)]
pub(super) struct Slips {
    rig: Vec<Problem>,
    pub features: Vec<Problem>,
}

impl Slips {
    pub fn rig(&mut self, loaded: Result<Rig, Vec<Problem>>) -> Option<Rig> {
        loaded.map_err(|slips| self.rig.extend(slips)).ok()
    }
    pub fn features<T>(&mut self, found: Result<T, Problem>) -> Option<T> {
        found.map_err(|slip| self.features.push(slip)).ok()
    }
    /// A bad rig is the worse of the two: without it nothing can be judged.
    pub fn refuse(self) -> Refused {
        let exit_code = if self.rig.is_empty() { exit::SCENARIO } else { exit::BENCH };
        let groups = [
            (("the rig is not in order:", "opis stanowiska zawiera błędy:"), self.rig),
            (("the features are not in order:", "scenariusze zawierają błędy:"), self.features),
        ];
        let told = |lang| {
            let group = |(heading, slips): &((&str, &str), Vec<Problem>)| {
                let slips: Vec<String> = slips.iter().map(|problem| problem.show(lang)).collect();
                (!slips.is_empty()).then(|| format!("{}\n{}", Bilingual::from(*heading).show(lang), slips.join("\n")))
            };
            groups.iter().filter_map(group).collect::<Vec<_>>().join("\n")
        };
        Refused::new(exit_code, Bilingual::new(told(Lang::En), told(Lang::Pl)), NOTHING_MOVED)
    }
}

pub(super) fn load_rig(file: &Path) -> Result<Rig, Vec<Problem>> {
    let remedy = ("name the rig's file with --rig", "podaj plik z opisem stanowiska za pomocą --rig");
    let file = place::find(file).map_err(|problem| vec![Problem { remedy: remedy.into(), ..problem }])?;
    rig::load(&file)
}

pub(super) fn feature_files(named: &[PathBuf], lang: Lang) -> Result<Vec<PathBuf>, Problem> {
    let default = match lang {
        Lang::En => "features/en",
        Lang::Pl => "features/pl",
    };
    let named = if named.is_empty() { vec![PathBuf::from(default)] } else { named.to_vec() };
    let missing = |problem| Problem { remedy: select::NAME_FEATURES.into(), ..problem };
    let found = named.iter().map(|path| place::find(path)).collect::<Result<Vec<_>, _>>().map_err(missing)?;
    select::feature_files(&found)
}

/// A rig that is in order, or all that is wrong with it.
pub(super) fn rig_in_order(file: &Path) -> Result<Rig, Refused> {
    let mut slips = Slips::default();
    match slips.rig(load_rig(file)) {
        Some(rig) => Ok(rig),
        None => Err(slips.refuse()),
    }
}

/// Features that are in order, with the files they were read from, or all that is wrong with them.
pub(super) fn features_in_order(
    named: &[PathBuf],
    lang: Lang,
    book: &PhraseMatcher<World>,
) -> Result<(Vec<PathBuf>, Vec<Feature>), Refused> {
    let mut slips = Slips::default();
    let files = slips.features(feature_files(named, lang)).unwrap_or_default();
    let (features, problems) = lint::survey(&files, book, &Needs::default());
    slips.features.extend(problems);
    if slips.features.is_empty() { Ok((files, features)) } else { Err(slips.refuse()) }
}
