//! A run as a technician reads it: live, entry by entry, and a summary at the end.
//!
//! The same renderer shows a run under way and a journal read back. Redraws and colours only where it is told to. What
//! it keeps does not grow with the length of a soak.

use super::events;
use super::model::Header;
use super::words::{self, words};
use super::{Attempt, Keep, Model};
use crate::clock::Instant;
use crate::fault::{Blame, exit};
use crate::journal::{Ending, Entry, Event, Measurement, Outcome, PostIdentity, SafeCheck, harmless_entry};
use crate::unit::{Bilingual, Lang};
use anstyle::AnsiColor;
use std::io::Write;

/// What the output can do.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    pub colour: bool,
    /// A line of what is going on right now, redrawn in place.
    pub redraw: bool,
    /// Uncertainty budgets beside the steps they were made for.
    pub budgets: bool,
}

/// What a colour stands for; words beside it say the same.
#[derive(Debug, Clone, Copy)]
pub enum Colour {
    Good,
    Bad,
    Unsure,
    Quiet,
    Strong,
}

impl Colour {
    pub fn paint(self, text: &str) -> String {
        let style = match self {
            Colour::Good => AnsiColor::Green.on_default(),
            Colour::Bad => AnsiColor::Red.on_default().bold(),
            Colour::Unsure => AnsiColor::Yellow.on_default(),
            Colour::Quiet => anstyle::Style::new().dimmed(),
            Colour::Strong => anstyle::Style::new().bold(),
        };
        format!("{style}{text}{style:#}")
    }
}

/// Renders entries as they come.
pub struct Terminal<W: Write> {
    out: W,
    style: Style,
    lang: Lang,
    journal: String,
    model: Model,
    step_began: Instant,
    status_shown: bool,
    /// The evidence was found wanting.
    is_doubted: bool,
}

impl<W: Write> Terminal<W> {
    /// `journal`: where the journal lies, for the last line.
    pub fn new(out: W, style: Style, lang: Lang, journal: impl Into<String>) -> Self {
        Terminal {
            out,
            style,
            lang,
            journal: journal.into(),
            model: Model::new(Keep::Tallies),
            step_began: Instant::ZERO,
            status_shown: false,
            is_doubted: false,
        }
    }

    /// Says before anything else what of the evidence does not hold; then nothing that follows may be relied on.
    pub fn doubting(mut self, findings: &[Bilingual]) -> Self {
        self.is_doubted = !findings.is_empty();
        if self.is_doubted {
            let words = words(self.lang);
            self.line(&self.paint(Colour::Bad, &(words.does_not_hold)(findings.len())));
            findings.iter().for_each(|finding| self.line(&format!("  ✗ {}", finding.show(self.lang))));
            self.line(words.not_to_be_relied_on);
            self.line("");
        }
        self
    }

    /// The exit code of the report.
    pub(super) fn exit_code(&self) -> u8 {
        if self.is_doubted { exit::EVIDENCE } else { self.model.exit_code() }
    }

    /// Shows an entry.
    pub fn take(&mut self, entry: &Entry) {
        let entry: &Entry = &harmless_entry(entry);
        let completed = self.model.take(entry).cloned();
        match &entry.event {
            Event::RunBegan { .. } => self.header(),
            Event::WallClock { .. }
            | Event::Wired { .. }
            | Event::LeftOut { .. }
            | Event::StepEnded { .. }
            | Event::Audio { .. }
            | Event::ScenarioEnded { .. } => {}
            Event::InstrumentOpened { name, model, unit } => {
                self.line(&self.paint(Colour::Quiet, &format!("  {name}: {} ({unit})", words::model(model, self.lang))));
            }
            Event::Budget { .. } if !self.style.budgets => {}
            Event::Budget { what, estimate, method, .. } => {
                let (what, method) = (what.show(self.lang), method.show(self.lang));
                let indent = if self.model.open().is_some() { "           " } else { "  " };
                let text = format!("{indent}{}: {what} {} ({method})", words(self.lang).budget, estimate.show(self.lang));
                self.line(&self.paint(Colour::Quiet, &text));
            }
            Event::ScenarioBegan { id, name, round, attempt, .. } => self.scenario(id, name, *round, *attempt),
            Event::StepBegan { keyword, text, .. } => {
                self.step_began = entry.at;
                self.line(&format!("         {} {text}", self.paint(Colour::Quiet, keyword)));
            }
            Event::Did { instrument, action } => {
                self.status(entry.at, &format!("{instrument}: {}", events::done(action, self.lang)))
            }
            Event::Seen { source, what, .. } => {
                self.status(entry.at, &format!("{source}: {}", events::observed(what, self.lang)));
            }
            Event::Note { text } => self.line(&self.paint(Colour::Quiet, &format!("           {}", text.show(self.lang)))),
            // What the watch found in order is told by its count.
            Event::Measured(measurement) if self.is_of_watch() && measurement.outcome == Outcome::Passed => {}
            Event::Measured(measurement) => self.measurement(measurement),
            Event::Watched { rules, broken } => self.watched(*rules, *broken),
            Event::NotWatched { what, role, .. } => {
                let text = format!("           {}: {} ({role})", words(self.lang).not_watched, what.show(self.lang));
                self.line(&self.paint(Colour::Quiet, &text));
            }
            Event::MadeSafe { checks } => self.made_safe(checks),
            Event::RunEnded { .. } => self.summary(words::exit_meaning(self.exit_code(), self.lang)),
        }
        if let Some(attempt) = completed {
            self.completed(&attempt);
        }
    }

    /// The end of the entries. Of a journal that broke off, what there is to say about it. Gives the run's exit code as
    /// well.
    pub fn finish(mut self) -> (W, u8) {
        self.clear_status();
        if let Some(attempt) = self.model.finish() {
            self.completed(&attempt);
        }
        if self.model.end.is_none() {
            let meaning =
                if self.is_doubted { words::exit_meaning(exit::EVIDENCE, self.lang) } else { words::cut_off(self.lang) };
            self.summary(meaning);
        }
        let exit_code = self.exit_code();
        (self.out, exit_code)
    }

    fn header(&mut self) {
        let words = words(self.lang);
        let Some(Header { hejnal, seed, simulated, rig, post, planned, takes_s, .. }) = self.model.header.clone() else { return };
        let PostIdentity { identity, place, profile, chip, firmware, firmware_sha256 } = post;
        let hash: String = firmware_sha256.chars().take(12).collect();
        self.line(&self.paint(Colour::Strong, &format!("hejnal {hejnal}")));
        self.line(&format!("  {}: {identity}, {place} ({})", words.post, words::profile(&profile, self.lang)));
        self.line(&format!("  {}: {firmware}, {chip}, SHA-256 {hash}…", words.firmware));
        let seed = if simulated { format!(", {} {seed}", words.seed) } else { String::new() };
        self.line(&format!("  {}: {rig}{seed}", words.rig));
        let takes = takes_s.map_or(String::new(), |seconds| format!(", {}", words::roughly(seconds, simulated, self.lang)));
        self.line(&format!("  {}: {planned}{takes}", words.planned));
        self.simulated();
    }

    /// At both ends of a report: whoever reads one of them must not take it for a post's.
    fn simulated(&mut self) {
        if self.model.header.as_ref().is_some_and(|header| header.simulated) {
            self.line(&format!("  {}", words(self.lang).simulated));
        }
    }

    fn scenario(&mut self, id: &str, name: &str, round: u32, attempt: u32) {
        let words = words(self.lang);
        let planned = self.model.header.as_ref().map_or(0, |header| header.planned);
        let width = planned.to_string().len();
        let mut title = format!("{id}  {name}");
        if round > 1 {
            title += &format!("  ({} {round})", words.round);
        }
        if attempt > 1 {
            title += &format!("  ({} {attempt})", words.attempt);
        }
        let progress = format!("{:>width$}/{planned}", self.model.begun);
        self.line("");
        self.line(&format!("{progress:>7}  {}", self.paint(Colour::Strong, &title)));
    }

    /// Figures after the last step are the watch's.
    fn is_of_watch(&self) -> bool {
        let step = self.model.open().and_then(|attempt| attempt.steps.last());
        step.is_some_and(|step| step.ending.is_some())
    }

    fn watched(&mut self, rules: usize, broken: usize) {
        let words = words(self.lang);
        let (colour, mark) = if broken == 0 { (Colour::Good, "✓") } else { (Colour::Bad, "✗") };
        let mark = self.paint(colour, mark);
        self.line(&format!("         {}: {mark} {}", words.watch, (words.watched)(rules, broken)));
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

    fn completed(&mut self, attempt: &Attempt) {
        let seconds = words::elapsed(attempt.seconds(), self.lang);
        let verdict = words::verdict(attempt.ending.as_ref(), self.lang);
        let colour = self.colour(attempt.ending.as_ref());
        self.line(&format!("         {}  {}", self.paint(colour, verdict), self.paint(Colour::Quiet, &format!("({seconds})"))));
        if let Some(ending) = attempt.ending.as_ref().filter(|ending| !ending.has_passed()) {
            self.line(&format!("         {}", words::blamed(ending, self.lang)));
            // A figure that decided stands right above already.
            if attempt.decided_by().is_none() {
                self.line(&format!("         {}", self.why(attempt)));
            }
            let remedy = words::remedy(self.model.header.as_ref(), attempt, ending, self.lang);
            if !remedy.is_empty() {
                self.line(&format!("         {}: {remedy}", words(self.lang).what_to_do));
            }
        }
    }

    fn heading(&mut self, text: &str) {
        self.line("");
        self.line(&self.paint(Colour::Strong, text));
    }

    fn why(&self, attempt: &Attempt) -> String {
        match (attempt.decided_by(), &attempt.ending) {
            (Some(measurement), _) => self.figure(measurement),
            (None, Some(ending)) => ending.message.show(self.lang).to_string(),
            (None, None) => words(self.lang).killed.to_string(),
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
        colour.paint(text)
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
        // Without wrapping (DECAWM off), so that a narrow terminal cuts the line: one that ran over could not be
        // redrawn in place.
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

mod summary;
#[cfg(test)]
mod tests;
