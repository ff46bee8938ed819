//! `hejnal run` and `hejnal check`: from what was typed to features, rig and bench, and what is left behind on disk.

use super::args::{Check, Choice, Run};
use super::{Refused, phrase_book, place, style, write_junit};
use crate::bench::{self, Opening};
use crate::clock;
use crate::fault::{Blamed as _, exit};
use crate::journal::read::read;
use crate::journal::store::{FILE_NAME, sha256_hex};
use crate::journal::{Event, FormatVersion, PostIdentity};
use crate::report::terminal::Terminal;
use crate::rig::{self, Rig, Role};
use crate::steps::World;
use crate::suite::on_bench::OnBench;
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
const BY_DEFAULT: &str = "not @long and not @manual";

fn every<P: Display>(problems: &[P]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn prepare(choice: &Choice) -> Result<Prepared, Refused> {
    let file = place::find(&choice.rig).map_err(|e| Refused::new(exit::BENCH, e, "name the rig's file with --rig"))?;
    let rig = rig::load(&file).map_err(|problems| {
        Refused::new(exit::BENCH, format!("the rig is not in order:\n{}", every(&problems)), "nothing was moved")
    })?;
    let book = phrase_book()?;
    let files = features(choice)?;
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

fn refuse_features(problems: &[lint::Problem]) -> Refused {
    Refused::new(exit::SCENARIO, format!("the features are not in order:\n{}", every(problems)), "nothing was moved")
}

fn features(choice: &Choice) -> Result<Vec<PathBuf>, Refused> {
    let default = match choice.lang {
        Lang::En => "features/en",
        Lang::Pl => "features/pl",
    };
    let named = if choice.features.is_empty() { vec![PathBuf::from(default)] } else { choice.features.clone() };
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
    let began = clock::wall_clock().as_secs();
    let seed = run.seed.or(rig.twin.as_ref().map(|twin| twin.seed)).unwrap_or(1);
    let folder = run.out.clone().unwrap_or_else(|| place::run_directory(began, &rig.name));
    let planned = scenarios.saturating_mul(run.repeat as usize);
    let preamble = vec![run_began(&rig, run, seed, planned)?, Event::WallClock { unix_seconds: began }];
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

fn run_began(rig: &Rig, run: &Run, seed: u64, planned: usize) -> Result<Event, Refused> {
    let file = &rig.post.firmware.file;
    let image = std::fs::read(file).map_err(|error| {
        Refused::new(exit::BENCH, format!("failed to read {}: {error}", file.display()), "correct `firmware` in the rig")
    })?;
    let post = PostIdentity {
        identity: rig.post.identity.clone(),
        place: rig.post.place.clone(),
        profile: rig.post.profile.name().into(),
        chip: rig.post.chip.clone(),
        firmware: rig.post.firmware.version.clone(),
        firmware_sha256: sha256_hex(&image),
    };
    Ok(Event::RunBegan {
        format: FormatVersion::CURRENT,
        hejnal: env!("CARGO_PKG_VERSION").into(),
        lang: run.choice.lang,
        seed,
        rig: rig.name.clone(),
        rig_sha256: rig.sha256.clone(),
        post,
        planned,
    })
}
