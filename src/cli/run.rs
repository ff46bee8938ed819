//! `hejnal run` and `hejnal check`: from what was typed to features, rig and bench, and what is left behind on disk.

use super::args::{Check, Choice, Run};
use super::{Refused, phrase_book, place, style, write_junit};
use crate::bench::{self, Opening};
use crate::clock::wall_clock;
use crate::fault::{Blamed as _, exit};
use crate::journal::read::read;
use crate::journal::store::FILE_NAME;
use crate::report::terminal::Terminal;
use crate::rig::{self, Rig, Role};
use crate::steps::World;
use crate::suite::on_bench::OnBench;
use crate::suite::preamble::preamble;
use crate::suite::signals::Signals;
use crate::suite::{Book, Feature, Needs, Options, Stage as _, TagExpression, lint, select};
use crate::unit::Lang;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Everything that can be known before an instrument is touched.
struct Prepared {
    rig: Rig,
    book: Book<World>,
    features: Vec<Feature>,
    scenarios: usize,
}

/// What is run when no tags are given: not what takes hours of the post's time, nor what only a person can do.
pub(super) const BY_DEFAULT: &str = "not @long and not @manual";

fn every<P: Display>(problems: &[P]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

pub(super) fn load_rig(file: &Path) -> Result<Rig, Refused> {
    let file = place::find(file).map_err(|e| Refused::new(exit::BENCH, e, "name the rig's file with --rig"))?;
    rig::load(&file).map_err(|problems| {
        Refused::new(exit::BENCH, format!("the rig is not in order:\n{}", every(&problems)), "nothing was moved")
    })
}

fn prepare(choice: &Choice) -> Result<Prepared, Refused> {
    let rig = load_rig(&choice.rig)?;
    let book = phrase_book()?;
    let files = feature_files(&choice.features, choice.lang)?;
    let tags = Some(TagExpression::parse(choice.tags.as_deref().unwrap_or(BY_DEFAULT))).transpose();
    let tags = tags.map_err(|e| Refused::new(exit::USAGE, e, "nothing was moved"))?;
    // What is left out may need what this rig has not got, so the rig is held against the selection only.
    let all = lint::load(&files, &book, &Needs::default()).map_err(|problems| refuse_features(&problems))?;
    let selection = select::select(all, tags.as_ref());
    if selection.scenarios() == 0 {
        let remedy = format!("{} scenarios were left out by --tags", selection.left_out);
        return Err(Refused::new(exit::SCENARIO, "no scenario is left to run", remedy));
    }
    let needs = Needs { roles: Some(roles(&rig)), rig: rig.name.clone() };
    let lacking = lint::lacking(&selection.features, &book, &needs);
    if !lacking.is_empty() {
        return Err(refuse_features(&lacking));
    }
    Ok(Prepared { rig, book, scenarios: selection.scenarios(), features: selection.features })
}

pub(super) fn refuse_features(problems: &[lint::Problem]) -> Refused {
    Refused::new(exit::SCENARIO, format!("the features are not in order:\n{}", every(problems)), "nothing was moved")
}

pub(super) fn feature_files(named: &[PathBuf], lang: Lang) -> Result<Vec<PathBuf>, Refused> {
    let default = match lang {
        Lang::En => "features/en",
        Lang::Pl => "features/pl",
    };
    let named = if named.is_empty() { vec![PathBuf::from(default)] } else { named.to_vec() };
    let found = named.iter().map(|path| place::find(path)).collect::<Result<Vec<_>, _>>();
    let found = found.map_err(|e| Refused::new(exit::SCENARIO, e, "name feature files or directories"))?;
    select::feature_files(&found).map_err(|e| Refused::new(exit::SCENARIO, e, "name feature files or directories"))
}

fn roles(rig: &Rig) -> std::collections::BTreeSet<Role> {
    Role::ALL.into_iter().filter(|role| rig.has(*role)).collect()
}

/// Says what would be run. Nothing is moved.
pub(super) fn check(check: &Check) -> Result<u8, Refused> {
    let Prepared { rig, features, scenarios, .. } = prepare(&check.choice)?;
    let steps: usize = features.iter().flat_map(|feature| &feature.scenarios).map(|scenario| scenario.steps.len()).sum();
    let text = match check.choice.lang {
        Lang::En => format!("In order: {} features, {scenarios} scenarios, {steps} steps; rig {}.", features.len(), rig.name),
        Lang::Pl => {
            format!("W porządku: pliki: {}, scenariusze: {scenarios}, kroki: {steps}; stanowisko {}.", features.len(), rig.name)
        }
    };
    let _nobody_reads = writeln!(io::stdout(), "{text}");
    Ok(exit::ACCEPTED)
}

pub(super) fn run(run: &Run) -> Result<u8, Refused> {
    let Prepared { rig, book, features, scenarios } = prepare(&run.choice)?;
    let began = wall_clock().as_secs();
    let seed = run.seed.or(rig.twin.as_ref().map(|twin| twin.seed)).unwrap_or(1);
    let folder = run.out.clone().unwrap_or_else(|| place::run_directory(began, &rig.name));
    let planned = scenarios.saturating_mul(run.repeat as usize);
    let rig = bench::with_planted_firmware(rig).map_err(|error| Refused::new(exit::BENCH, &error, &error.remedy))?;
    let preamble = preamble(&rig, run.choice.lang, seed, planned).map_err(|error| {
        let file = rig.post.firmware.file.display();
        Refused::new(exit::BENCH, format!("failed to read {file}: {error}"), "correct `firmware` in the rig")
    })?;
    let journal = folder.join(FILE_NAME);
    let mut terminal = Terminal::new(io::stdout(), style(), run.choice.lang, journal.display().to_string());
    let onlooker: bench::Onlooker = Box::new(move |entry| terminal.take(entry));
    let opening = Opening { rig: Arc::new(rig), seed, folder: folder.clone(), onlooker, preamble };
    let bench = bench::open(opening).map_err(|error| Refused::new(error.blame().exit_code(), &error, error.remedy()))?;
    let mut stage = OnBench::new(bench, seed, folder.clone());
    let signals = Signals::install(&stage.clock().guard().stop_flag());
    let _signals =
        signals.map_err(|error| Refused::new(exit::BENCH, error, "Ctrl-C could not be caught, so nothing was moved"))?;
    let finished = crate::suite::run(&mut stage, &book, features, Options { rounds: run.repeat, retries: run.retry });
    place::mark_latest(&folder);
    leave_report(&folder)?;
    Ok(finished.exit_code)
}

fn leave_report(folder: &Path) -> Result<(), Refused> {
    let story = read(folder).map_err(|error| Refused::new(exit::BENCH, &error, error.remedy()))?;
    write_junit(&story)
}
