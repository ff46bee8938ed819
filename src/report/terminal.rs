//! A run as a technician reads it: live, entry by entry, and a summary at the end.
//!
//! The same renderer shows a run under way and a journal read back. Redraws and colours only where it is told to. What it keeps does not
//! grow with the length of a soak.

use super::events;
use super::words::{self, words};
use super::{Attempt, Fold, Margin};
use crate::clock::Instant;
use crate::fault::Blame;
use crate::journal::{Ending, Entry, Event, Measurement, Outcome, PostIdentity, SafeCheck};
use crate::unit::{Estimate, Lang};
use std::collections::BTreeMap;
use std::io::Write;

/// How many of the narrowest margins the summary shows.
const MARGINS_SHOWN: usize = 5;
/// How many scenarios the summary tells what to do about.
const ADVICE_SHOWN: usize = 10;
/// What the summary's first column is padded to.
const VERDICT_WIDTH: usize = 28;

/// What the output can do.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    pub colour: bool,
    /// A line of what is going on right now, redrawn in place.
    pub redraw: bool,
}

#[derive(Clone, Copy)]
enum Colour {
    Good,
    Bad,
    Unsure,
    Quiet,
    Strong,
}

/// One scenario over all its rounds.
#[derive(Debug)]
struct Row {
    id: String,
    name: String,
    rounds: usize,
    passed: usize,
    /// The worst of the rounds; of a round the last attempt counts. `None`: the run was killed.
    ending: Option<Ending>,
    attempts: u32,
    why: String,
    step: Option<super::Step>,
}

/// Renders entries as they come.
pub struct Terminal<W: Write> {
    out: W,
    style: Style,
    lang: Lang,
    journal: String,
    fold: Fold,
    planned: usize,
    begun: usize,
    rows: Vec<Row>,
    place: BTreeMap<String, usize>,
    margins: Vec<Margin>,
    /// Attempts that may yet be followed by another: counted when it is known that they are not.
    undecided: Option<Attempt>,
    recordings: usize,
    step_began: Instant,
    status_shown: bool,
    /// The run's own ending, once it is known.
    ended: Option<Ending>,
    marks_shown: bool,
}

impl<W: Write> Terminal<W> {
    /// `journal`: where the journal lies, for the last line.
    pub fn new(out: W, style: Style, lang: Lang, journal: impl Into<String>) -> Self {
        Terminal {
            out,
            style,
            lang,
            journal: journal.into(),
            fold: Fold::default(),
            planned: 0,
            begun: 0,
            rows: Vec::new(),
            place: BTreeMap::new(),
            margins: Vec::new(),
            undecided: None,
            recordings: 0,
            step_began: Instant::ZERO,
            status_shown: false,
            ended: None,
            marks_shown: false,
        }
    }

    /// Shows an entry.
    pub fn take(&mut self, entry: &Entry) {
        let completed = self.fold.take(entry);
        match &entry.event {
            Event::RunBegan { hejnal, seed, rig, post, planned, .. } => self.header(hejnal, *seed, rig, post, *planned),
            Event::WallClock { .. } | Event::StepEnded { .. } => {}
            Event::InstrumentOpened { name, model, unit } => {
                self.line(&self.paint(Colour::Quiet, &format!("  {name}: {model} ({unit})")));
            }
            Event::Budget { what, estimate, method, .. } => {
                let (what, method) = (what.show(self.lang), method.show(self.lang));
                let indent = if self.fold.open().is_some() { "           " } else { "  " };
                let text = format!("{indent}{}: {what} {} ({method})", words(self.lang).budget, estimate.show(self.lang));
                self.line(&self.paint(Colour::Quiet, &text));
            }
            Event::ScenarioBegan { id, name, round, attempt, .. } => self.scenario(id, name, *round, *attempt),
            Event::StepBegan { keyword, text, .. } => {
                self.step_began = entry.at;
                self.line(&format!("         {} {text}", self.paint(Colour::Quiet, keyword)));
            }
            Event::Did { instrument, action } => self.status(entry.at, &format!("{instrument}: {action}")),
            Event::Seen { source, what, .. } => {
                self.status(entry.at, &format!("{source}: {}", events::observed(what, self.lang)));
            }
            Event::Note { text } => self.line(&self.paint(Colour::Quiet, &format!("           {}", text.show(self.lang)))),
            Event::Measured(measurement) => self.measurement(measurement),
            Event::Audio { .. } => self.recordings += 1,
            Event::MadeSafe { checks } => self.made_safe(checks),
            Event::ScenarioEnded { .. } => {}
            Event::RunEnded { ending, passed, failed, inconclusive, skipped, exit_code } => {
                let tally = words::tally(*passed, *failed, *inconclusive, *skipped, self.lang);
                let meaning = words::exit_meaning(*exit_code, self.lang);
                self.ended = Some(ending.clone());
                self.summary(&tally, *exit_code, meaning);
            }
        }
        if let Some(attempt) = completed {
            self.completed(attempt);
        }
    }

    /// The end of the entries. Of a journal that broke off, what there is to say about it.
    pub fn finish(mut self) -> W {
        self.clear_status();
        if self.ended.is_none() {
            if let Some(attempt) = std::mem::take(&mut self.fold).finish() {
                self.completed(attempt);
            }
            let count =
                |outcome| self.rows.iter().filter(|row| row.ending.as_ref().is_some_and(|e| e.outcome == outcome)).count();
            let (passed, failed, unsure) = (count(Outcome::Passed), count(Outcome::Failed), count(Outcome::Inconclusive));
            let missing = self.planned.saturating_sub(passed + failed + unsure);
            let tally = words::tally(passed, failed, unsure, missing, self.lang);
            // What a report of such a journal ends with: nothing can be concluded from it.
            self.summary(&tally, crate::fault::exit::BENCH, words::cut_off(self.lang));
        }
        self.out
    }

    fn header(&mut self, hejnal: &str, seed: u64, rig: &str, post: &PostIdentity, planned: usize) {
        let words = words(self.lang);
        self.planned = planned;
        let PostIdentity { identity, place, profile, chip, firmware, firmware_sha256 } = post;
        let hash: String = firmware_sha256.chars().take(12).collect();
        self.line(&self.paint(Colour::Strong, &format!("hejnal {hejnal}")));
        self.line(&format!("  {}: {identity}, {place} ({})", words.post, words::profile(profile, self.lang)));
        self.line(&format!("  {}: {firmware}, {chip}, SHA-256 {hash}…", words.firmware));
        self.line(&format!("  {}: {rig}, {} {seed}", words.rig, words.seed));
        self.line(&format!("  {}: {planned}", words.planned));
    }

    fn scenario(&mut self, id: &str, name: &str, round: u32, attempt: u32) {
        let words = words(self.lang);
        if attempt == 1 {
            self.begun += 1;
        }
        let width = self.planned.to_string().len();
        let mut title = format!("{id}  {name}");
        if round > 1 {
            title += &format!("  ({} {round})", words.round);
        }
        if attempt > 1 {
            title += &format!("  ({} {attempt})", words.attempt);
        }
        let progress = format!("{:>width$}/{}", self.begun, self.planned);
        self.line("");
        self.line(&format!("{progress:>7}  {}", self.paint(Colour::Strong, &title)));
    }

    fn measurement(&mut self, measurement: &Measurement) {
        let (colour, mark) = match (measurement.outcome, measurement.criterion) {
            (Outcome::Passed, Some(_)) => (Colour::Good, "✓"),
            (Outcome::Failed, _) => (Colour::Bad, "✗"),
            (Outcome::Inconclusive, _) => (Colour::Unsure, "?"),
            _ => (Colour::Quiet, "·"),
        };
        let mark = self.paint(colour, mark);
        let text = self.figure(measurement);
        self.marks_shown |= measurement.source.is_some();
        let source = measurement.source.as_ref().map(words::source);
        let source = source.map(|source| self.paint(Colour::Quiet, &format!("  {source}")));
        self.line(&format!("           {mark} {text}{}", source.unwrap_or_default()));
    }

    /// `press to ringing: 1.24 s ± 0.01 s, required at most 2 s`.
    fn figure(&self, measurement: &Measurement) -> String {
        let name = measurement.name(self.lang);
        let required = words(self.lang).required;
        let shown = measurement.estimate.show(self.lang);
        let requirement = match &measurement.criterion {
            Some(criterion) => format!("{required} {}", criterion.show(&measurement.estimate, self.lang)),
            None => words(self.lang).not_judged.to_string(),
        };
        format!("{name}: {shown}, {requirement}")
    }

    fn made_safe(&mut self, checks: &[SafeCheck]) {
        let words = words(self.lang);
        if checks.iter().all(|check| check.ok) {
            let names: Vec<&str> = checks.iter().map(|check| check.what.show(self.lang)).collect();
            self.line(&self.paint(Colour::Quiet, &format!("         {}: {}", words.made_safe, names.join(", "))));
            return;
        }
        for check in checks.iter().filter(|check| !check.ok) {
            let (what, detail) = (check.what.show(self.lang), check.detail.show(self.lang));
            let text = format!("         {}: {what}: {detail}", words.not_made_safe);
            self.line(&self.paint(Colour::Bad, &text));
        }
    }

    fn completed(&mut self, attempt: Attempt) {
        let seconds = words::elapsed(attempt.seconds(), self.lang);
        let verdict = words::verdict(attempt.ending.as_ref(), self.lang);
        let colour = self.colour(attempt.ending.as_ref());
        self.line(&format!("         {}  {}", self.paint(colour, verdict), self.paint(Colour::Quiet, &format!("({seconds})"))));
        if let Some(ending) = attempt.ending.as_ref().filter(|ending| !ending.has_passed()) {
            self.line(&format!("         {}", words::blamed(ending, self.lang)));
            // A figure that decided stands right above already.
            let why = self.why(&attempt);
            if attempt.decisive().is_none_or(|measurement| why != self.figure(measurement)) {
                self.line(&format!("         {why}"));
            }
            let remedy = self.remedy(ending, &attempt.id);
            if !remedy.is_empty() {
                self.line(&format!("         {}: {remedy}", words(self.lang).what_to_do));
            }
        }
        self.keep(&attempt);
    }

    /// Adds an attempt to its scenario's row; another attempt of the same round takes the place of the one before.
    fn keep(&mut self, attempt: &Attempt) {
        for measurement in &attempt.measurements {
            self.margins.extend(Margin::of(&attempt.id, measurement));
        }
        self.margins.sort_by(|a, b| a.part.total_cmp(&b.part));
        self.margins.truncate(MARGINS_SHOWN);
        let repeats = self.undecided.as_ref().is_some_and(|last| last.id == attempt.id && last.round == attempt.round);
        if !repeats {
            self.settle();
        }
        self.undecided = Some(attempt.clone());
    }

    /// No other attempt follows the last one: it counts.
    fn settle(&mut self) {
        let Some(attempt) = self.undecided.take() else { return };
        let why = self.why(&attempt);
        let index = *self.place.entry(attempt.id.clone()).or_insert(self.rows.len());
        if index == self.rows.len() {
            let ending = Some(Ending::passed());
            let (id, name) = (attempt.id.clone(), attempt.name.clone());
            self.rows.push(Row { id, name, rounds: 0, passed: 0, ending, attempts: 1, why: String::new(), step: None });
        }
        let Some(row) = self.rows.get_mut(index) else { return };
        row.rounds += 1;
        row.attempts = row.attempts.max(attempt.number);
        row.passed += usize::from(attempt.ending.as_ref().is_some_and(Ending::has_passed));
        let worst = match (row.ending.clone(), attempt.ending.clone()) {
            (Some(so_far), Some(now)) => Some(so_far.or_worse(now)),
            _ => None,
        };
        if worst != row.ending {
            (row.ending, row.why, row.step) = (worst, why, attempt.step.clone());
        }
    }

    fn summary(&mut self, tally: &str, exit_code: u8, meaning: &str) {
        self.settle();
        let words = words(self.lang);
        let rows = std::mem::take(&mut self.rows);
        self.heading(words.results);
        if !rows.is_empty() {
            rows.iter().for_each(|row| self.row(row));
            self.line("");
        }
        self.line(&format!("  {}", self.paint(Colour::Strong, tally)));
        self.closest();
        self.advice(&rows);
        self.line("");
        self.line(&format!("{} {exit_code}: {meaning}.", words.exit_code));
        self.line(&format!("{}: {}", words.journal, self.journal));
        if self.recordings > 0 {
            self.line(&format!("{}: {}", words.recordings, self.recordings));
        }
        if self.marks_shown {
            self.line(&self.paint(Colour::Quiet, words.marks));
        }
        self.line(&self.paint(Colour::Quiet, words.scope));
    }

    fn row(&mut self, row: &Row) {
        let mut verdict = words::verdict(row.ending.as_ref(), self.lang).to_string();
        if row.attempts > 1 && row.rounds == 1 {
            verdict = words::on_attempt(&verdict, row.attempts, self.lang);
        }
        let padding = " ".repeat(VERDICT_WIDTH.saturating_sub(verdict.chars().count()));
        let painted = self.paint(self.colour(row.ending.as_ref()), &verdict);
        let share =
            if row.rounds > 1 { format!("  ({})", words::share(row.passed, row.rounds, self.lang)) } else { String::new() };
        self.line(&format!("  {:<6} {painted}{padding}  {}{share}", row.id, row.name));
    }

    fn closest(&mut self) {
        if self.margins.is_empty() {
            return;
        }
        self.heading(words(self.lang).closest);
        for margin in std::mem::take(&mut self.margins) {
            let measured = margin.measurement.estimate;
            // Three digits are enough to see where to look, and no more than the uncertainty allows.
            let digits = measured.uncertainty.max(margin.left.abs() / 50.0);
            let left = Estimate::new(margin.left, digits, measured.unit).show_value(self.lang);
            let part = format!("{:.0} %", margin.part * 100.0);
            let figure = self.figure(&margin.measurement);
            self.line(&format!("  {:<6} {figure}; {} {left} ({part})", margin.id, words(self.lang).left));
        }
    }

    fn advice(&mut self, rows: &[Row]) {
        let words = words(self.lang);
        self.heading(words.next);
        let mut to_do: Vec<&Row> = rows.iter().filter(|row| !row.ending.as_ref().is_some_and(Ending::has_passed)).collect();
        self.advice_on_the_run(to_do.is_empty());
        // Whatever makes the rest doubtful comes first.
        to_do.sort_by_key(|row| std::cmp::Reverse(row.ending.as_ref().and_then(|ending| ending.blame)));
        for row in to_do.iter().take(ADVICE_SHOWN) {
            let step = row.step.as_ref().map(|step| {
                format!(" ({} {})", words.at_step, words::quoted(&format!("{} {}", step.keyword, step.text), self.lang))
            });
            self.line(&format!("  {:<6} {}{}", row.id, row.why, step.unwrap_or_default()));
            let remedy =
                row.ending.as_ref().map_or_else(|| words.killed_remedy.to_string(), |ending| self.remedy(ending, &row.id));
            if !remedy.is_empty() {
                self.line(&format!("         {remedy}"));
            }
        }
        if to_do.len() > ADVICE_SHOWN {
            self.line(&format!("         … {}", to_do.len() - ADVICE_SHOWN));
        }
    }

    /// What no scenario can tell: that the run never came to its end, or why none of them was begun.
    fn advice_on_the_run(&mut self, all_is_well: bool) {
        let words = words(self.lang);
        let (what, remedy) = match self.ended.clone() {
            None => (words.broken_off.to_string(), words.broken_off_remedy.to_string()),
            Some(ending) if all_is_well && !ending.has_passed() => {
                (ending.message.show(self.lang).to_string(), ending.remedy.show(self.lang).to_string())
            }
            Some(_) if all_is_well => (words.nothing_to_do.to_string(), String::new()),
            Some(_) => return,
        };
        self.line(&format!("  {what}"));
        if !remedy.is_empty() {
            self.line(&format!("         {remedy}"));
        }
    }

    fn heading(&mut self, text: &str) {
        self.line("");
        self.line(&self.paint(Colour::Strong, text));
    }

    fn why(&self, attempt: &Attempt) -> String {
        let Some(ending) = &attempt.ending else { return words(self.lang).killed.to_string() };
        let by_a_figure = ending.blame == Some(Blame::Device) || ending.outcome == Outcome::Inconclusive;
        match attempt.decisive() {
            Some(measurement) if by_a_figure => self.figure(measurement),
            _ => ending.message.show(self.lang).to_string(),
        }
    }

    fn remedy(&self, ending: &Ending, id: &str) -> String {
        let words = words(self.lang);
        match ending.blame {
            Some(Blame::Device) => format!("{}: hejnal run --tags @{}", words.repeat_it, base(id)),
            _ => ending.remedy.show(self.lang).to_string(),
        }
    }

    fn colour(&self, ending: Option<&Ending>) -> Colour {
        match ending.map(|ending| (ending.outcome, ending.blame)) {
            Some((Outcome::Passed, _)) => Colour::Good,
            Some((_, Some(Blame::Device | Blame::Hejnal))) => Colour::Bad,
            _ => Colour::Unsure,
        }
    }

    fn paint(&self, colour: Colour, text: &str) -> String {
        if !self.style.colour || text.is_empty() {
            return text.to_string();
        }
        let code = match colour {
            Colour::Good => "32",
            Colour::Bad => "1;31",
            Colour::Unsure => "33",
            Colour::Quiet => "2",
            Colour::Strong => "1",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// Writes a line that stays. Where the terminal is gone there is nobody to tell; the journal has it all.
    fn line(&mut self, text: &str) {
        self.clear_status();
        let _nobody_reads = writeln!(self.out, "{}", text.trim_end());
    }

    fn status(&mut self, at: Instant, text: &str) {
        if !self.style.redraw {
            return;
        }
        let seconds = at.since(self.step_began).as_secs_f64();
        let text: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
        // Without wrapping (DECAWM off), so that a narrow terminal cuts the line: one that ran over could not be redrawn in place.
        let _nobody_reads = write!(self.out, "\r\u{1b}[2K\u{1b}[?7l           {seconds:7.1} s  {text}\u{1b}[?7h");
        let _nobody_reads = self.out.flush();
        self.status_shown = true;
    }

    fn clear_status(&mut self) {
        if std::mem::take(&mut self.status_shown) {
            let _nobody_reads = write!(self.out, "\r\u{1b}[2K");
        }
    }
}

/// An outline's example is repeated with the outline: `S14` of `S14.2`.
fn base(id: &str) -> &str {
    id.split('.').next().unwrap_or(id)
}

#[cfg(test)]
mod tests;
