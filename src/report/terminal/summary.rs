//! What a run came to: results, what nobody has checked, what came closest to its limit, and what to do next.

use super::{Colour, Terminal};
use crate::report::model::{LeftOut, Looked, Scenario};
use crate::report::words::{self, words};
use crate::report::{Attempt, Margin, NOT_ASKED_FOR};
use crate::unit::{Bilingual, Estimate};
use std::io::Write;

/// How many of the narrowest margins the summary shows.
const MARGINS_SHOWN: usize = 5;
/// How many scenarios the summary tells what to do about.
const ADVICE_SHOWN: usize = 10;
/// How many ids of scenarios that were not asked for stand in a row.
const IDS_IN_A_ROW: usize = 12;
/// What the summary's first column is padded to.
const VERDICT_WIDTH: usize = 28;

impl<W: Write> Terminal<W> {
    pub(super) fn summary(&mut self, meaning: &str) {
        let words = words(self.lang);
        self.heading(words.results);
        let scenarios = std::mem::take(&mut self.model.scenarios);
        if !scenarios.is_empty() {
            scenarios.iter().for_each(|scenario| self.scenario_over_all(scenario));
            self.line("");
        }
        let tally = words::tally(&self.model.tally(), self.lang);
        self.line(&format!("  {}", self.paint(Colour::Strong, &tally)));
        self.simulated();
        self.not_checked();
        self.closest();
        self.advice(&scenarios);
        self.model.scenarios = scenarios;
        self.line("");
        self.line(&format!("{} {}: {meaning}.", words.exit_code, self.exit_code()));
        self.line(&format!("{}: {}", words.journal, self.journal));
        if self.model.recordings > 0 {
            self.line(&format!("{}: {}", words.recordings, self.model.recordings));
        }
        if self.model.has_sources {
            self.line(&self.paint(Colour::Quiet, words.marks));
        }
        self.line(&self.paint(Colour::Quiet, words.scope));
    }

    fn scenario_over_all(&mut self, scenario: &Scenario) {
        let Scenario { id, name, rounds, passed, attempts, .. } = scenario;
        let ending = scenario.ending();
        let mut verdict = words::verdict(ending.as_ref(), self.lang).to_string();
        if *attempts > 1 && *rounds == 1 {
            verdict = words::on_attempt(&verdict, *attempts, self.lang);
        }
        let padding = " ".repeat(VERDICT_WIDTH.saturating_sub(verdict.chars().count()));
        let painted = self.paint(self.colour(ending.as_ref()), &verdict);
        let share = if *rounds > 1 { format!("  ({})", words::share(*passed, *rounds, self.lang)) } else { String::new() };
        self.line(&format!("  {id:<6} {painted}{padding}  {name}{share}"));
    }

    /// Whoever signs must know what nobody has looked at.
    fn not_checked(&mut self) {
        let words = words(self.lang);
        let requirements = self.model.requirements();
        if requirements.is_empty() {
            return;
        }
        let count = |looked: Looked| requirements.iter().filter(|(_, how)| *how == looked).count();
        self.heading(words.not_checked);
        self.line(&format!("  {}", (words.judged)(count(Looked::Judged), requirements.len())));
        let is_any_seen = count(Looked::NotAtAll) < requirements.len();
        for (limit, looked) in requirements.iter().filter(|_| is_any_seen).filter(|(_, looked)| *looked != Looked::Judged) {
            let only = if *looked == Looked::Watched { format!(" ({})", words.only_watched) } else { String::new() };
            self.line(&format!("  {:<6} {}{only}", limit.id, limit.what(self.lang)));
        }
        let not_asked_for = Bilingual::from(NOT_ASKED_FOR);
        let (others, rest): (Vec<LeftOut>, _) =
            std::mem::take(&mut self.model.left_out).into_iter().partition(|left| left.why == not_asked_for);
        for LeftOut { id, name, why } in rest {
            self.line(&format!("  {id:<6} {name} ({}: {})", words.left_out, why.show(self.lang)));
        }
        if !others.is_empty() {
            self.line(&format!("  {} ({}):", words.left_out, not_asked_for.show(self.lang)));
            for row in others.chunks(IDS_IN_A_ROW) {
                let ids: Vec<&str> = row.iter().map(|left| left.id.as_str()).collect();
                self.line(&format!("    {}", ids.join(", ")));
            }
        }
    }

    fn closest(&mut self) {
        let row = |margin: &&Margin| {
            let measured = margin.measurement.estimate;
            // Three digits are enough to see where to look, and no more than the uncertainty allows.
            let digits = measured.uncertainty.max(margin.left.abs() / 50.0);
            let left = Estimate::new(margin.left, digits, measured.unit).show_value(self.lang);
            let (figure, part) = (self.figure(&margin.measurement), margin.part * 100.0);
            format!("  {:<6} {figure}; {} {left} ({part:.0} %)", margin.id, words(self.lang).left)
        };
        let rows: Vec<String> = self.model.margins().iter().take(MARGINS_SHOWN).map(row).collect();
        if !rows.is_empty() {
            self.heading(words(self.lang).closest);
            rows.iter().for_each(|row| self.line(row));
        }
    }

    fn advice(&mut self, scenarios: &[Scenario]) {
        let words = words(self.lang);
        self.heading(words.next);
        let mut to_do: Vec<&Attempt> = scenarios.iter().filter_map(|scenario| scenario.worst.as_ref()).collect();
        self.advice_on_the_run(to_do.is_empty());
        // Whatever makes the rest doubtful comes first.
        to_do.sort_by_key(|attempt| std::cmp::Reverse(attempt.blame()));
        for attempt in to_do.iter().take(ADVICE_SHOWN) {
            let step = attempt.unpassed_step().map(|step| {
                format!(" ({} {})", words.at_step, words::quoted(&format!("{} {}", step.keyword, step.text), self.lang))
            });
            self.line(&format!("  {:<6} {}{}", attempt.id, self.why(attempt), step.unwrap_or_default()));
            let remedy = match &attempt.ending {
                Some(ending) => words::remedy(self.model.header.as_ref(), attempt, ending, self.lang),
                None => words.killed_remedy.to_string(),
            };
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
        let (what, remedy) = match self.model.end.as_ref().map(|end| &end.ending) {
            None => (words.broken_off.to_string(), words.broken_off_remedy.to_string()),
            Some(_) if self.is_doubted => (words.not_to_be_relied_on.to_string(), String::new()),
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
}
