//! `hejnal run` and `hejnal check`: from what was typed to features, rig and bench, and what is left behind on disk.

use super::args::{Check, Choice, Run};
use super::in_order::{NOTHING_MOVED, Slips, feature_files, load_rig, no_signals};
use super::rig::Taken;
use super::{Refused, phrase_book, place, report, style};
use crate::bench::{self, OpenError, Opening};
use crate::clock::wall_clock;
use crate::fault::{Blamed as _, exit};
use crate::journal::store::FILE_NAME;
use crate::report::roughly;
use crate::report::terminal::Terminal;
use crate::rig::Rig;
use crate::steps::World;
use crate::suite::on_bench::OnBench;
use crate::suite::preamble::{Planned, preamble};
use crate::suite::select::LeftOut;
use crate::suite::signals::Signals;
use crate::suite::usual_time::usual_time;
use crate::suite::{Feature, Needs, Options, PhraseMatcher, RunnerPort as _, TagExpression, lint, select};
use crate::unit::{Bilingual, Lang, both};
use std::io::{self, Write as _};
use std::sync::Arc;

/// Everything that can be known before an instrument is touched.
struct Prepared {
    rig: Rig,
    book: PhraseMatcher<World>,
    features: Vec<Feature>,
    scenarios: usize,
    left_out: Vec<LeftOut>,
}

/// What is run when nothing is asked for: not what takes hours of the post's time, nor what only a person can do.
pub(super) const BY_DEFAULT: &str = "not @long and not @manual";

impl Choice {
    /// The condition on tags that was asked for, and whether scenarios or their files were named one by one.
    fn tags(&self) -> (&str, bool) {
        match (&self.tags, self.occasion) {
            (Some(tags), _) => (tags, true),
            (None, Some(occasion)) => (occasion.tags(), false),
            (None, None) => (BY_DEFAULT, !self.features.is_empty()),
        }
    }
}

/// Reads everything and complains of everything at once: a rig's slip hides no feature's, nor the other way round.
fn prepare(choice: &Choice) -> Result<Prepared, Refused> {
    let (tags, is_named) = choice.tags();
    let tags = TagExpression::parse(tags).map_err(|problem| Refused { problem, exit_code: exit::USAGE })?;
    let book = phrase_book()?;
    let mut slips = Slips::default();
    let rig = slips.rig(load_rig(&choice.rig));
    let files = slips.features(feature_files(&choice.features, choice.lang)).unwrap_or_default();
    // What is left out may need what this rig has not got, so the rig is held against the selection only.
    let (all, problems) = lint::survey(&files, &book, &Needs::default());
    slips.features.extend(problems.iter().cloned());
    let mut selection = select::select(all, Some(&tags));
    if let Some(rig) = &rig {
        // What was asked for by name and cannot be done is a mistake; of a whole acceptance what the rig can do is
        // done, and the rest is told.
        if !is_named {
            selection = selection.within_reach(&book, rig);
        }
        let lacking = lint::lacking(&selection.features, &book, &Needs::of(rig));
        // What is wrong in itself has been told already.
        slips.features.extend(lacking.into_iter().filter(|problem| !problems.contains(problem)));
    }
    match rig {
        Some(rig) if slips.features.is_empty() => {
            let scenarios = selection.scenarios();
            if scenarios == 0 {
                return Err(nothing_to_run(&selection.left_out));
            }
            Ok(Prepared { rig, book, scenarios, features: selection.features, left_out: selection.left_out })
        }
        _ => Err(slips.refuse()),
    }
}

fn nothing_to_run(left_out: &[LeftOut]) -> Refused {
    let mut why: Vec<&Bilingual> = left_out.iter().map(|scenario| &scenario.why).collect();
    why.sort_by(|a, b| a.en.cmp(&b.en));
    why.dedup();
    let all = |lang| why.iter().map(|why| why.show(lang)).collect::<Vec<_>>().join("; ");
    let (count, en, pl) = (left_out.len(), all(Lang::En), all(Lang::Pl));
    let remedy = both!("{count} scenarios were left out: {en}", "pominięte scenariusze: {count} ({pl})");
    Refused::new(exit::SCENARIO, ("no scenario is left to run", "nie pozostał żaden scenariusz do wykonania"), remedy)
}

/// Says what would be run. Nothing is moved.
pub(super) fn check(check: &Check) -> Result<u8, Refused> {
    let Prepared { rig, features, scenarios, .. } = prepare(&check.choice)?;
    let steps: usize = features.iter().flat_map(|feature| &feature.scenarios).map(|scenario| scenario.steps.len()).sum();
    let lang = check.choice.lang;
    let takes = usual_time(features.iter().flat_map(|feature| &feature.scenarios))
        .map(|takes| format!(", {}", roughly(takes.as_secs(), rig.twin.is_some(), lang)));
    let (files, takes, rig) = (features.len(), takes.unwrap_or_default(), rig.name);
    let text = match lang {
        Lang::En => format!("In order: {files} features, {scenarios} scenarios, {steps} steps{takes}; rig {rig}."),
        Lang::Pl => {
            format!("W porządku: pliki: {files}, scenariusze: {scenarios}, kroki: {steps}{takes}; stanowisko {rig}.")
        }
    };
    let _nobody_reads = writeln!(io::stdout(), "{text}");
    Ok(exit::ACCEPTED)
}

pub(super) fn run(run: &Run) -> Result<u8, Refused> {
    let Prepared { rig, book, features, scenarios, left_out } = prepare(&run.choice)?;
    let began = wall_clock().as_secs();
    let seed = run.seed.or(rig.twin.as_ref().map(|twin| twin.seed)).unwrap_or(1);
    let folder = run.out.clone().unwrap_or_else(|| place::run_directory(began, &rig.name));
    let takes_s =
        usual_time(features.iter().flat_map(|feature| &feature.scenarios)).map(|takes| takes.as_secs() * u64::from(run.repeat));
    let planned = Planned { scenarios: scenarios.saturating_mul(run.repeat as usize), takes_s };
    let rig = bench::with_planted_firmware(rig).map_err(|error| Refused::new(exit::BENCH, error.account(), error.advice()))?;
    let mut preamble =
        preamble(&rig, run.choice.lang, seed, planned, &left_out, run.by.as_deref().unwrap_or_default()).map_err(|error| {
            let file = rig.post.firmware.file.display();
            let text = both!("failed to read {file}: {error}", "nie udało się odczytać {file}: {error}");
            Refused::new(exit::BENCH, text, ("correct `firmware` in the rig", "popraw „firmware” w opisie stanowiska"))
        })?;
    let taken = Taken::for_run(&rig, &folder, run.choice.lang)?;
    preamble.extend(taken.iter().flat_map(Taken::notes));
    let journal = folder.join(FILE_NAME);
    let mut terminal = Terminal::new(io::stdout(), style(), run.choice.lang, journal.display().to_string());
    let onlookers: Vec<bench::Onlooker> = vec![Box::new(move |entry| terminal.take(entry))];
    let opening = Opening { rig: Arc::new(rig), seed, folder: folder.clone(), onlookers, preamble };
    let outcome = match bench::open(opening) {
        Ok(bench) => {
            place::mark_latest(&folder);
            let stage = OnBench::new(bench, seed, &folder, run.recordings.retention());
            taken.iter().for_each(|taken| taken.attend(stage.clock().guard()));
            judge(stage, &book, features, run)
        }
        // The summary has told why.
        Err(OpenError::Instrument(error)) => {
            place::mark_latest(&folder);
            Ok(error.blame().exit_code())
        }
        Err(error) => Err(Refused::new(error.blame().exit_code(), error.account(), error.remedy())),
    };
    taken.into_iter().for_each(Taken::give_back);
    let exit_code = outcome?;
    report::write_junit(&journal, &journal.with_file_name(report::JUNIT), None)?;
    Ok(exit_code)
}

fn judge(mut stage: OnBench, book: &PhraseMatcher<World>, features: Vec<Feature>, run: &Run) -> Result<u8, Refused> {
    let signals = Signals::install(&stage.clock().guard().stop_flag());
    let _signals = signals.map_err(|error| Refused::new(exit::BENCH, no_signals(&error), NOTHING_MOVED))?;
    let options = Options { rounds: run.repeat, retries: run.retry };
    Ok(crate::suite::run(&mut stage, book, features, options).exit_code)
}
