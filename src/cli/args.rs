//! What was typed, as it was typed. What it means is decided elsewhere.

mod after_a_run;
mod exploring;
mod on_rig;

pub use after_a_run::{KeepRecordings, OnRuns, Protocol, Prune, Report, Runs};
pub use exploring::Explore;
pub use on_rig::OnRig;

use super::accuracy::Accuracy;
use super::language::{lang, of_environment, spoken};
use super::measure::{MeasureArgs, StimulusArgs};
use crate::unit::{Bilingual, Lang};
use clap::{Parser, Subcommand};
#[cfg(unix)]
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0    every requirement that was checked is met
  1    the post does not meet at least one requirement
  2    the command line was not understood
  3    the bench could not judge: an instrument failed, or a figure lay too close to its limit
  4    a feature file is at fault
  5    what a run left behind was changed afterwards (report, verify, seal)
  70   a mistake in hejnal itself
  130  stopped by Ctrl-C or SIGTERM; the rig was made safe

Examples:
  hejnal run                              all scenarios on the virtual post, no hardware needed
  hejnal run --tags \"@S01 or @S02\"        two scenarios
  hejnal run --rig my-rig.yaml --lang pl  a rig of your own, in Polish
  hejnal twin --server sip:100@pbx:5060   the virtual post, live, calling a server of yours
  hejnal check --rig my-rig.yaml          is everything in order? Nothing is moved
  hejnal report runs/latest               read the last run again
  hejnal verify runs/latest               can what the run left behind be believed?
  hejnal protocol runs/latest             the acceptance protocol, to print and to sign";

pub(super) const PROTOCOL_EXIT_CODES: &str = "\
What stands against the acceptance is told on the first page and here.

Exit codes:
  0    written, and nothing in the evidence contradicts itself
  2    the command line or the file of the case was not understood, or the runs do not belong together
  3    a journal cannot be read, or breaks off
  5    written, but something was changed, removed or added after a run";

pub(super) const VERIFY_EXIT_CODES: &str = "\
Exit codes:
  0    nothing contradicts itself; what the run came to is told on the page
  2    the command line or the key was not understood
  3    the journal cannot be read, or breaks off: nothing can be concluded from it
  5    something was changed, removed or added after the run";

pub(super) const PROVE_EXIT_CODES: &str = "\
A defect counts as caught only by the scenario named for it, with the right party blamed for the right requirement.

Exit codes:
  0    every line of the matrix is as expected
  1    at least one is not: a defect was missed or misunderstood, a healthy post was turned away, or a broken bench blamed the post
  2    the command line was not understood, or there is no such defect
  4    a feature file is at fault, or there is no scenario for a defect that was named
  130  stopped by Ctrl-C or SIGTERM";

pub(super) const ACCURACY_EXIT_CODES: &str = "\
Exit codes:
  0    every row is borne out
  1    at least one is not: fewer figures than stated lie within their uncertainty, or something was found where nothing is
  2    the command line was not understood, or there is no such row";

pub(super) const EXPLORE_EXIT_CODES: &str = "\
A life that fails is made as small as it can be and written down as a feature in both languages; `hejnal run --seed` lives it again.

Exit codes:
  0    no life failed
  1    the post did not meet at least one requirement
  2    the command line was not understood, or there is no such defect
  3    the bench could not judge
  70   a mistake in hejnal itself
  130  stopped by Ctrl-C or SIGTERM; the rig was made safe";

/// Acceptance bench for city SOS posts: presses the button, listens and speaks at both ends, cuts fibre and power, and
/// judges what the post does.
#[derive(Debug, Parser)]
#[command(name = "hejnal", version, after_help = EXIT_CODES)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run scenarios and judge the post
    Run(Run),
    /// Check features and rig without moving anything
    Check(Check),
    /// Prove the bench: plant each known defect and see that it is caught, and that healthy posts pass
    #[command(after_help = PROVE_EXIT_CODES)]
    Prove(Prove),
    /// Let posts live lives that nobody wrote, drawn at random, and judge every moment of them
    #[command(after_help = EXPLORE_EXIT_CODES)]
    Explore(Explore),
    /// List every phrase that a feature may use, by what it is for
    Steps {
        /// The figures that a run may state instead: key, name, unit, method, norm
        #[arg(long)]
        figures: bool,
        /// One language only
        #[arg(long, value_parser = lang, value_name = "en|pl")]
        lang: Option<Lang>,
    },
    /// Run the virtual post in real time: real SIP and RTP, its button on the keyboard, its boards as pseudo-terminals
    #[cfg(unix)]
    Twin(LiveTwin),
    /// Show a run again from its journal; nothing is written into its directory
    Report(Report),
    /// Write the acceptance protocol of one or several runs: a page to print and to sign
    #[command(after_help = PROTOCOL_EXIT_CODES)]
    Protocol(Protocol),
    /// List the runs in a folder; `prune` deletes old ones
    Runs(Runs),
    /// Hold what a run left behind against itself: chain, figures, verdicts, files, seal; offline, nothing is written
    #[command(after_help = VERIFY_EXIT_CODES)]
    Verify {
        /// The run's directory or its journal.jsonl
        run: PathBuf,
        /// Public key that must have sealed the run
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// Language of the report; the run's own unless given
        #[arg(long, value_parser = lang, value_name = "en|pl")]
        lang: Option<Lang>,
    },
    /// Seal a run with the bench's key: the hashes of all its files, signed so that minisign can check them
    Seal {
        /// The run's directory or its journal.jsonl
        run: PathBuf,
        /// The bench's secret key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// Language of the report
        #[arg(long, value_parser = lang, value_name = "en|pl")]
        lang: Option<Lang>,
    },
    /// Make a key for seals: the secret one in FILE, the public one in FILE.pub
    Keygen {
        /// Where to write the secret key
        file: PathBuf,
        /// Language of the report
        #[arg(long, value_parser = lang, value_name = "en|pl")]
        lang: Option<Lang>,
    },
    /// Do something with a rig, without a post to judge
    Rig {
        #[command(subcommand)]
        what: OnRig,
    },
    /// Stand by a run and make its rig safe if it ends without; a run starts its guard itself
    #[command(hide = true)]
    Guard {
        #[arg(long, value_name = "FILE")]
        rig: PathBuf,
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        #[arg(long, value_parser = lang, value_name = "en|pl")]
        lang: Lang,
    },
    /// Measure recordings: delay, levels, gaps, echo, response, intelligibility; no bench needed
    Measure(MeasureArgs),
    /// Write the sounds that recordings are measured by
    Stimulus(StimulusArgs),
    /// Try the measurements on sounds whose truth is known: how often it lies within what they state, and what they
    /// find where nothing is
    #[command(after_help = ACCURACY_EXIT_CODES)]
    Accuracy(Accuracy),
    /// Be the operator alone: answer a real post, show its calls, write what was heard
    Operator(Box<super::operator::OperatorArgs>),
    /// Print completions for a shell
    Completions { shell: clap_complete::Shell },
}

impl Command {
    /// The language asked for; the environment's where none was.
    pub fn lang(&self) -> Lang {
        match self {
            Command::Run(run) => run.choice.lang,
            Command::Check(check) => check.choice.lang,
            Command::Prove(prove) => prove.lang,
            Command::Explore(explore) => explore.lang,
            Command::Operator(operator) => operator.lang,
            Command::Rig { what: OnRig::Safe { lang, .. } } | Command::Guard { lang, .. } => *lang,
            Command::Steps { lang, .. }
            | Command::Report(Report { lang, .. })
            | Command::Verify { lang, .. }
            | Command::Seal { lang, .. }
            | Command::Keygen { lang, .. } => lang.unwrap_or(of_environment()),
            Command::Protocol(Protocol { lang, .. }) | Command::Runs(Runs { lang, .. }) => *lang,
            Command::Measure(measure) => measure.lang(),
            Command::Stimulus(stimulus) => stimulus.lang,
            Command::Accuracy(accuracy) => accuracy.lang,
            Command::Twin(_) | Command::Completions { .. } => of_environment(),
        }
    }
}

/// What a run is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Occasion {
    /// Before the post leaves the workshop
    #[value(alias = "fabryczny", alias = "warsztat")]
    Fat,
    /// Where the post stands
    #[value(alias = "obiektowy", alias = "w-terenie")]
    Sat,
    /// Everything, unattended
    #[value(alias = "nocny")]
    Nightly,
}

impl Occasion {
    /// The condition on tags that it stands for. What only a person can do is left to him.
    pub fn tags(self) -> &'static str {
        match self {
            Occasion::Fat => "@fat and not @manual",
            Occasion::Sat => "@sat and not @manual",
            Occasion::Nightly => "@nightly and not @manual",
        }
    }
}

/// Which features, on which rig.
#[derive(Debug, clap::Args)]
pub struct Choice {
    /// Feature files or directories [default: features/en or features/pl]
    pub features: Vec<PathBuf>,
    /// The rig's file
    #[arg(long, default_value = "rigs/virtual.yaml", value_name = "FILE")]
    pub rig: PathBuf,
    /// The whole of an acceptance: `fat` before the post is installed, `sat` where it stands, `nightly` all there is,
    /// for hours
    #[arg(long = "as", value_name = "OCCASION", conflicts_with = "tags")]
    pub occasion: Option<Occasion>,
    /// Only scenarios with these tags, e.g. "@S01 or @S02" [default: "not @long and not @manual"]
    #[arg(long, value_name = "EXPR")]
    pub tags: Option<String>,
    /// Language of features and report
    #[arg(long, value_parser = lang, value_name = "en|pl", default_value = spoken())]
    pub lang: Lang,
}

#[derive(Debug, clap::Args)]
pub struct Run {
    #[command(flatten)]
    pub choice: Choice,
    /// Directory for journal, report and recordings [default: runs/<UTC time>-<rig>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Who makes the run: stands in the journal and on the report
    #[arg(long, value_name = "PERSON")]
    pub by: Option<String>,
    /// Which recordings to keep; the journal has the hash of each, kept or not
    #[arg(long, value_name = "WHICH", default_value = "deciding")]
    pub recordings: KeepRecordings,
    /// Seed of the virtual post and of the stimuli: the same seed gives the same run [default: the rig's]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Run everything so many times over
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: u32,
    /// Try a scenario again so many times when the bench failed it, never when the post did
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u32).range(..100))]
    pub retry: u32,
}

#[derive(Debug, clap::Args)]
pub struct Prove {
    /// Only these defects [default: all that a scenario looks for, but those that take hours]
    pub defects: Vec<String>,
    /// List the defects and what each is held against; plant nothing
    #[arg(long)]
    pub list: bool,
    /// Run every scenario for every defect, and show which others fail
    #[arg(long)]
    pub all_scenarios: bool,
    /// Instead of the known defects plant those that no scenario was written for: whichever scenario finds one is the
    /// right one
    #[arg(long, conflicts_with = "defects")]
    pub unforeseen: bool,
    /// Feature files or directories [default: features/en or features/pl]
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub features: Vec<PathBuf>,
    /// Directory for the journals, a folder for each defect [default: runs/<UTC time>-prove]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Seed of the virtual posts and of the stimuli [default: the rig's]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Language of features and matrix
    #[arg(long, value_parser = lang, value_name = "en|pl", default_value = spoken())]
    pub lang: Lang,
}

#[derive(Debug, clap::Args)]
pub struct Check {
    #[command(flatten)]
    pub choice: Choice,
}

/// A virtual post that lives.
#[cfg(unix)]
#[derive(Debug, clap::Args)]
pub struct LiveTwin {
    /// The rig's file: the post's identity, firmware and defects
    #[arg(long, default_value = "rigs/virtual.yaml", value_name = "FILE")]
    pub rig: PathBuf,
    #[command(flatten)]
    pub called: super::called::Called,
    /// The post's password at the server [default: the one in the rig's operator]
    #[arg(long, value_name = "WORD")]
    pub password: Option<String>,
    /// The server is a telephone: call it without registering
    #[arg(long)]
    pub direct: bool,
    /// The post's own address and SIP port [default: the address that reaches the server, any free port]
    #[arg(long, value_name = "ADDRESS[:PORT]")]
    pub bind: Option<Own>,
    /// What the person at the post says once the call is connected
    #[arg(long, value_name = "WAV")]
    pub mouth: Option<PathBuf>,
    /// Where to record what is heard before the loudspeaker
    #[arg(long, value_name = "WAV")]
    pub ear: Option<PathBuf>,
    /// A sound card whose microphone is before the post and whose loudspeaker is the post's, as ALSA names it: default,
    /// plughw:CARD=USB
    #[arg(long, value_name = "DEVICE", conflicts_with = "mouth")]
    pub sound_card: Option<String>,
    /// Seed of the post's chances [default: the rig's]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// An address of this machine; port 0 is any that is free.
#[cfg(unix)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Own(pub SocketAddr);

#[cfg(unix)]
impl std::str::FromStr for Own {
    type Err = Bilingual;
    fn from_str(text: &str) -> Result<Self, Bilingual> {
        let alone = || text.trim_matches(['[', ']']).parse().map(|address: IpAddr| SocketAddr::new(address, 0));
        text.parse().or_else(|_| alone()).map(Own).map_err(|_| {
            let en = "write an address such as 192.168.10.7 or 192.168.10.7:5070";
            (en, "wpisz adres, np. 192.168.10.7 albo 192.168.10.7:5070").into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound_and_its_help_names_every_exit_code() {
        Args::command().debug_assert();
        let help = Args::command().render_help().to_string();
        for code in ["0 ", "1 ", "2 ", "3 ", "4 ", "5 ", "70 ", "130 "] {
            assert!(help.contains(&format!("\n  {code}")), "{code:?} in {help}");
        }
    }
    #[cfg(unix)]
    #[test]
    fn an_own_address_is_read_with_and_without_a_port() {
        let read = |text: &str| text.parse::<Own>().map(|own| own.0.to_string());
        assert_eq!(read("192.168.10.7"), Ok("192.168.10.7:0".into()));
        assert_eq!(read("192.168.10.7:5070"), Ok("192.168.10.7:5070".into()));
        assert_eq!(read("::1"), Ok("[::1]:0".into()));
        assert_eq!(read("[::1]:5070"), Ok("[::1]:5070".into()));
        assert!(read("eth0").is_err_and(|why| why.pl.contains("192.168.10.7")));
    }
}
