//! How fast the main job runs on the twin: `cargo bench --bench main_job`.
//!
//! Two jobs, each done by the program as its users start it: everything that a plain `hejnal run` does, which must run
//! at 100 times real time or faster and take less than 30 s; and as many presses as the city counted reports, 1181,
//! each called, answered, talked for 20 s and hung up, of which none may be lost, in about a minute. A job that fails
//! or is too slow ends the benchmark with an error.

use hejnal::clock::Stopwatch;
use hejnal::journal::read::read;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

type Error = Box<dyn std::error::Error>;

const PRESSES: u32 = 1181;

/// A job and what is required of it.
struct Job<'a> {
    name: &'a str,
    features: Option<&'a Path>,
    /// Seconds of wall-clock time.
    at_most: f64,
    /// Multiples of real time.
    at_least: f64,
}

impl Job<'_> {
    fn run(&self, out: &Path) -> Result<(), Error> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hejnal"));
        command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("run").arg("--out").arg(out);
        command.args(self.features);
        let watch = Stopwatch::start();
        let output = command.output()?;
        let wall = watch.elapsed().as_secs_f64();
        if !output.status.success() {
            return Err(format!("{}: {}", self.name, String::from_utf8_lossy(&output.stdout)).into());
        }
        let story = read(out)?;
        let virtual_time = story.entries.last().ok_or("the journal is empty")?.at.as_secs_f64();
        let speed = virtual_time / wall;
        println!(
            "{:<28} {virtual_time:>8.0} s of the post's time in {wall:>6.2} s: {speed:>6.0} × real time; {} journal lines",
            self.name,
            story.entries.len()
        );
        let in_time = wall <= self.at_most && speed >= self.at_least;
        in_time.then_some(()).ok_or_else(|| format!("{}: too slow", self.name).into())
    }
}

fn many_presses(folder: &Path) -> Result<PathBuf, Error> {
    let file = folder.join("presses.feature");
    let feature = format!(
        "Feature: Many presses\n\
         \n\
         \x20 @S05\n\
         \x20 Scenario: {PRESSES} presses, none lost\n\
         \x20   Given the post is ready\n\
         \x20   When the button is pressed {PRESSES} times for 150 ms, and the operator ends each call after 20 s\n\
         \x20   Then each press has raised exactly 1 call [T33]\n\
         \x20   And the operator's phone rings at most 2 s after each press [T02]\n"
    );
    fs::write(&file, feature)?;
    Ok(file)
}

fn jobs(folder: &Path) -> Result<(), Error> {
    let presses = many_presses(folder)?;
    let name = format!("{PRESSES} presses");
    let everything = Job { name: "everything, once", features: None, at_most: 30.0, at_least: 100.0 };
    let presses = Job { name: &name, features: Some(&presses), at_most: 60.0, at_least: 100.0 };
    let first = everything.run(&folder.join("everything"));
    let second = presses.run(&folder.join("presses"));
    first.and(second)
}

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("main-job-{}", std::process::id()));
    let done = fs::create_dir_all(&folder).map_err(Error::from).and_then(|()| jobs(&folder));
    let _leftovers_do_no_harm = fs::remove_dir_all(&folder);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
