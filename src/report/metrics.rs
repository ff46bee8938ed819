//! A run as an OpenMetrics text: a gauge for each kind of figure, with its uncertainty and its limit, for dashboards
//! that draw a post's nights side by side.
//!
//! Names and labels are for programs and the same in every language.

use super::{Attempt, Case, Model};
use crate::journal::read::Entries;
use crate::journal::{Measurement, harmless_entry};
use crate::report::Keep;
use crate::unit::{Lang, Unit};
use crate::verdict::Criterion;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The samples of one kind of figure: they stand together, whatever the order in which they came.
#[derive(Default)]
struct Family {
    help: String,
    unit: &'static str,
    samples: Vec<String>,
}

/// All families by name.
#[derive(Default)]
struct Families {
    by_name: BTreeMap<String, Family>,
    /// How often a figure was stated in one attempt.
    stated: BTreeMap<String, usize>,
}

/// Writes the figures of a journal, of the attempts that count.
///
/// # Errors
/// The journal cannot be read, or nothing can be written.
pub fn write(out: &mut dyn io::Write, journal: &Path) -> io::Result<()> {
    let mut model = Model::new(Keep::Everything);
    let mut families = Families::default();
    let mut entries = Entries::open(journal).map_err(io::Error::other)?;
    while let Some(entry) = entries.next().map_err(io::Error::other)? {
        model.take(&harmless_entry(&entry));
        take_cases(&mut model, &mut families);
    }
    model.finish();
    take_cases(&mut model, &mut families);
    families.of_the_run(&model);
    for (name, family) in &families.by_name {
        writeln!(out, "# TYPE {name} gauge")?;
        if !family.unit.is_empty() {
            writeln!(out, "# UNIT {name} {}", family.unit)?;
        }
        writeln!(out, "# HELP {name} {}", escaped(&family.help))?;
        for sample in &family.samples {
            writeln!(out, "{name}{sample}")?;
        }
    }
    writeln!(out, "# EOF")
}

fn take_cases(model: &mut Model, families: &mut Families) {
    for case in model.take_cases() {
        let run = run_labels(model);
        families.case(&case, &run);
    }
}

/// Which run it is, as labels of every sample.
fn run_labels(model: &Model) -> String {
    let Some(header) = &model.header else { return String::new() };
    let (post, rig, simulated) = (escaped(&header.post.identity), escaped(&header.rig), header.simulated);
    format!("post=\"{post}\",rig=\"{rig}\",simulated=\"{simulated}\"")
}

/// A text as a label or a help has it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// The suffix that a name has for its unit, which is the base unit.
const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Second => "seconds",
        Unit::Count => "",
        Unit::Ratio => "ratio",
        Unit::Decibel => "decibels",
        Unit::DecibelFullScale => "dbfs",
        Unit::DecibelOverload => "dbov",
        Unit::DecibelMilliwatt0 => "dbm0",
        Unit::DecibelSpl => "dbspl",
        Unit::DecibelA => "dba",
        Unit::PartsPerMillion => "ppm",
        Unit::Hertz => "hertz",
    }
}

/// A name of the letters that a metric may have.
fn name(key: &str, what: &str, unit: &str) -> String {
    let plain = key.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' });
    let parts = [what, unit].into_iter().filter(|part| !part.is_empty());
    parts.fold(format!("hejnal_figure_{}", plain.collect::<String>()), |name, part| format!("{name}_{part}"))
}

/// A number as OpenMetrics writes it.
fn number(value: f64) -> String {
    match value {
        value if value.is_nan() => "NaN".into(),
        f64::INFINITY => "+Inf".into(),
        f64::NEG_INFINITY => "-Inf".into(),
        value => value.to_string(),
    }
}

impl Families {
    fn add(&mut self, name: String, help: &str, unit: &'static str, labels: &str, value: f64) {
        let family = self.by_name.entry(name).or_default();
        if family.samples.is_empty() {
            (family.help, family.unit) = (help.to_string(), unit);
        }
        family.samples.push(format!("{{{labels}}} {}", number(value)));
    }

    fn case(&mut self, case: &Case, run: &str) {
        let Attempt { id, round, number, figures, .. } = &case.last;
        let labels = format!("{run},scenario=\"{}\",round=\"{round}\"", escaped(id));
        let passed = f64::from(u8::from(case.last.has_passed()));
        self.add("hejnal_scenario_passed".into(), "whether the scenario passed, in the attempt that counts", "", &labels, passed);
        let attempts = f64::from(*number);
        self.add("hejnal_scenario_attempts".into(), "how many attempts it took", "", &labels, attempts);
        self.add("hejnal_scenario_duration_seconds".into(), "how long it took", "seconds", &labels, case.last.seconds());
        self.stated.clear();
        figures.iter().for_each(|figure| self.figure(figure, &labels));
    }

    /// A figure that was stated more than once in an attempt is counted, so that no two samples are one.
    fn figure(&mut self, one: &Measurement, labels: &str) {
        let times = self.stated.entry(one.key.clone()).or_default();
        *times += 1;
        let mut labels = format!("{labels},key=\"{}\"", escaped(&one.key));
        if *times > 1 {
            labels += &format!(",nth=\"{times}\"");
        }
        if let Some(source) = &one.source {
            labels += &format!(",requirement=\"{}\"", escaped(&source.id));
        }
        let (estimate, unit, help) = (one.estimate, unit(one.estimate.unit), one.name(Lang::En));
        self.add(name(&one.key, "", unit), &help, unit, &labels, estimate.value);
        let of_uncertainty = format!("{help}: expanded uncertainty, k = 2");
        self.add(name(&one.key, "uncertainty", unit), &of_uncertainty, unit, &labels, estimate.uncertainty);
        let sides: &[(&str, f64)] = match one.criterion {
            None => &[],
            Some(Criterion::AtMost(most)) => &[("most", most)],
            Some(Criterion::AtLeast(least)) => &[("least", least)],
            Some(Criterion::Between(least, most)) => &[("least", least), ("most", most)],
            Some(Criterion::Exactly(exactly)) => &[("exactly", exactly)],
        };
        for (side, limit) in sides {
            let labels = format!("{labels},side=\"{side}\"");
            self.add(name(&one.key, "limit", unit), &format!("{help}: what is required"), unit, &labels, *limit);
        }
    }

    fn of_the_run(&mut self, model: &Model) {
        let run = run_labels(model);
        let exit_code = f64::from(model.exit_code());
        self.add(
            "hejnal_run_exit_code".into(),
            "what a report of the run ends with; 0: all that was checked is met",
            "",
            &run,
            exit_code,
        );
        let ended = f64::from(u8::from(model.end.is_some()));
        self.add("hejnal_run_ended".into(), "whether the run came to its end", "", &run, ended);
        if let Some(began) = model.began_unix_seconds {
            self.add("hejnal_run_began_seconds".into(), "when the run began, since 1970", "seconds", &run, began as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::store::Journal;
    use crate::journal::{Entry, Event};
    use crate::report::tests::{cut_run, whole_run};
    use std::collections::BTreeSet;

    fn text_of(entries: Vec<Entry>) -> String {
        let scratch = tempfile::tempdir().unwrap();
        let mut journal = Journal::create(scratch.path()).unwrap().of_simulation();
        entries.into_iter().for_each(|entry| _ = journal.append(entry.at, entry.event));
        journal.commit().unwrap();
        let mut out = Vec::new();
        write(&mut out, journal.path()).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// No sample twice, those of a family together beneath its type, and an end.
    fn check_form(text: &str) {
        let (mut samples, mut families, mut family) = (BTreeSet::new(), BTreeSet::new(), "");
        for line in text.lines().take_while(|line| *line != "# EOF") {
            if let Some(named) = line.strip_prefix("# TYPE ") {
                family = named.strip_suffix(" gauge").unwrap();
                assert!(families.insert(family), "{family} begins twice");
            } else if let Some(sample) = line.strip_prefix(family).filter(|_| !line.starts_with('#')) {
                assert!(sample.starts_with('{'), "{line}");
                assert!(samples.insert(line.rsplit_once(' ').unwrap().0), "twice: {line}");
            } else {
                assert!(line.starts_with("# UNIT ") || line.starts_with("# HELP "), "{line}");
            }
            assert!(
                !line.starts_with("# UNIT ") || line.rsplit_once(' ').is_some_and(|(_, unit)| family.ends_with(unit)),
                "{line}"
            );
        }
        assert!(text.ends_with("\n# EOF\n") && !samples.is_empty());
    }

    #[test]
    fn a_run_as_a_dashboard_reads_it() {
        let text = text_of(whole_run());
        check_form(&text);
        insta::assert_snapshot!("metrics_whole_run", text);
        let cut = text_of(cut_run());
        check_form(&cut);
        assert!(cut.contains("hejnal_run_ended{") && cut.contains("} 0\n"), "{cut}");
    }

    #[test]
    fn rounds_and_figures_that_are_stated_twice_stay_apart() {
        let mut run = whole_run();
        let place = run.iter().position(|entry| matches!(entry.event, Event::Measured(_))).unwrap();
        run.insert(place, run[place].clone());
        let again: Vec<Entry> =
            run.iter().filter(|entry| !matches!(entry.event, Event::RunBegan { .. } | Event::RunEnded { .. })).cloned().collect();
        let end = run.pop().unwrap();
        run.extend(again.into_iter().map(|mut entry| {
            if let Event::ScenarioBegan { round, .. } | Event::ScenarioEnded { round, .. } = &mut entry.event {
                *round = 2;
            }
            entry
        }));
        run.push(end);
        let text = text_of(run);
        check_form(&text);
        assert_eq!(text.matches("hejnal_figure_t02_press_to_ringing_seconds{").count(), 4, "{text}");
        assert_eq!(text.matches("nth=\"2\"").count(), 6, "{text}");
    }

    #[test]
    fn names_of_strangers_break_no_line() {
        let mut run = whole_run();
        if let Event::RunBegan { post, .. } = &mut run[0].event {
            post.identity = "a\"b\\c\nd}".into();
        }
        let text = text_of(run);
        check_form(&text);
        assert!(text.contains("post=\"a\\\"b\\\\c␊d}\""), "{text}");
    }
}
