//! A journal as JUnit XML, for dashboards: `failure` only where the post is to blame, `error` for everything else that
//! kept a verdict from being given.
//!
//! One test suite a feature, one test case a scenario and round. The last attempt decides; the earlier ones stand among
//! the properties. What is written for people is in the run's language; names of properties, types and outcomes are for
//! programs and the same in every language.

use super::model::{Header, Keep, Looked};
use super::words::{Words, words};
use super::{Attempt, Case, Model};
use crate::clock::Instant;
use crate::fault::Blame;
use crate::journal::read::Entries;
use crate::journal::{Ending, Event, Measurement, Outcome, harmless_entry};
use crate::unit::{Lang, Utc, harmless};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event as Xml};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

type Out<'w> = Writer<&'w mut dyn io::Write>;

/// A feature, and what stands in its head.
struct Suite {
    feature: String,
    file: String,
    counts: Counts,
    began: Instant,
}

/// All that stands in heads.
#[derive(Default)]
struct Survey {
    total: Counts,
    /// In the order in which they were first begun.
    suites: Vec<Suite>,
    place: BTreeMap<String, usize>,
}

/// What a dashboard counts.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    seconds: f64,
}

enum Shown<'a> {
    Passed,
    Failure(&'a Ending),
    Error(&'a Ending, &'static str),
    Skipped(&'a Ending),
    Killed,
}

/// What is read and for whom.
#[derive(Clone, Copy)]
struct Page<'a> {
    journal: &'a Path,
    run: Option<&'a Header>,
    /// Where the reader is told that the journal lies.
    shown: &'a str,
    lang: Lang,
}

impl Page<'_> {
    fn words(self) -> &'static Words {
        words(self.lang)
    }
}

/// Writes the report of a journal in the language asked for, or else the run's; `shown` is where it tells its reader
/// that the journal lies.
///
/// Heads state counts, and the features of a soak take turns: the journal is read once for the heads, then once for
/// each feature, and no more of it is kept than a case.
pub fn write(out: &mut dyn io::Write, journal: &Path, shown: &str, lang: Option<Lang>) -> io::Result<()> {
    let mut survey = Survey::default();
    let model = each_case(journal, None, |case| {
        survey.note(case);
        Ok(())
    })?;
    let mut xml = Writer::new_with_indent(out, b' ', 2);
    let lang = lang.or(model.header.as_ref().map(|header| header.lang)).unwrap_or_default();
    document(&mut xml, &model, survey, Page { journal, run: model.header.as_ref(), shown, lang })?;
    xml.get_mut().write_all(b"\n")
}

/// Gives the cases of a journal in the order of the run, or of one feature's file alone; gives back the run.
fn each_case(journal: &Path, file: Option<&str>, mut give: impl FnMut(&Case) -> io::Result<()>) -> io::Result<Model> {
    let is_meant = |other: &str| file.is_none_or(|file| file == other);
    let mut model = Model::new(Keep::Everything);
    let mut entries = Entries::open(journal).map_err(io::Error::other)?;
    let mut give_settled = |model: &mut Model| {
        let cases = model.take_cases();
        cases.iter().filter(|case| is_meant(&case.last.file)).try_for_each(&mut give)
    };
    while let Some(entry) = entries.next().map_err(io::Error::other)? {
        model.take(&harmless_entry(&entry));
        give_settled(&mut model)?;
        if matches!(&entry.event, Event::ScenarioBegan { file, .. } if !is_meant(file)) {
            entries.pass_over_scenario().map_err(io::Error::other)?;
        }
    }
    model.finish();
    give_settled(&mut model)?;
    Ok(model)
}

fn document(xml: &mut Out<'_>, model: &Model, survey: Survey, page: Page<'_>) -> io::Result<()> {
    let Survey { mut total, suites, .. } = survey;
    let unbegun = model.end.as_ref().map(|end| &end.ending).filter(|ending| !ending.has_passed() && suites.is_empty());
    if unbegun.is_some() {
        (total.tests, total.errors) = (total.tests + 1, total.errors + 1);
    }
    let run = properties_of_the_run(model);
    xml.write_event(Xml::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = total.attributes("hejnal");
    element(xml, "testsuites", &root, |xml| {
        if let Some(ending) = unbegun {
            write_unbegun(xml, ending, &run, page)?;
        }
        suites.iter().try_for_each(|suite| write_suite(xml, suite, model.began_unix_seconds, &run, page))
    })
}

/// A report without a test case would look like a success to a dashboard.
fn write_unbegun(xml: &mut Out<'_>, ending: &Ending, run: &[Property], page: Page<'_>) -> io::Result<()> {
    let name = "hejnal";
    let counts = Counts { tests: 1, errors: 1, ..Counts::default() };
    element(xml, "testsuite", &counts.attributes(name), |xml| {
        write_properties(xml, run)?;
        let attributes = [("name", page.words().run_begins.to_string()), ("classname", name.into()), ("time", "0.000".into())];
        element(xml, "testcase", &attributes, |xml| {
            let attributes = [("type", kind(ending.blame).to_string()), ("message", ending.message.show(page.lang).to_owned())];
            element(xml, "error", &attributes, |xml| text(xml, ending.remedy.show(page.lang)))?;
            element(xml, "system-out", &[], |xml| text(xml, &lies(page)))
        })
    })
}

/// Where the journal lies, and that no post was measured where none was.
fn lies(page: Page<'_>) -> String {
    let simulated = page.run.filter(|run| run.simulated).map(|_| format!("{}\n", page.words().simulated));
    format!("{}{}: {}", simulated.unwrap_or_default(), page.words().journal, page.shown)
}

/// A line of a report without the place where the journal lay when it was written.
pub fn without_place(line: &str) -> &str {
    let places = [Lang::En, Lang::Pl].map(|lang| format!("{}: ", words(lang).journal));
    let cut = places.iter().filter_map(|place| line.find(place.as_str())).min();
    // It stands alone in its line, or at the beginning of an element.
    let is_place = |at: &usize| line.get(..*at).is_some_and(|before| before.trim_start().is_empty() || before.ends_with('>'));
    cut.filter(is_place).and_then(|at| line.get(..at)).unwrap_or(line)
}

fn text(xml: &mut Out<'_>, text: &str) -> io::Result<()> {
    xml.write_event(Xml::Text(BytesText::new(&printable(text))))
}

/// What kept a verdict from being given, in a word.
fn kind(blame: Option<Blame>) -> &'static str {
    match blame {
        Some(Blame::Scenario) => "scenario",
        Some(Blame::Hejnal) => "hejnal",
        _ => "bench",
    }
}

/// Opens an element, fills it and closes it.
fn element(
    xml: &mut Out<'_>,
    name: &str,
    attributes: &[(&str, String)],
    inside: impl FnOnce(&mut Out<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let attributes: Vec<(&str, String)> = attributes.iter().map(|(name, value)| (*name, printable(value))).collect();
    let element = xml.create_element(name).with_attributes(attributes.iter().map(|(name, value)| (*name, value.as_str())));
    element.write_inner_content(inside)?;
    Ok(())
}

impl Survey {
    fn note(&mut self, case: &Case) {
        let Attempt { feature, file, .. } = &case.last;
        let began = case.earlier.first().unwrap_or(&case.last).began;
        let index = *self.place.entry(file.clone()).or_insert(self.suites.len());
        if index == self.suites.len() {
            self.suites.push(Suite { feature: feature.clone(), file: file.clone(), counts: Counts::default(), began });
        }
        self.total.note(case);
        if let Some(suite) = self.suites.get_mut(index) {
            suite.counts.note(case);
            suite.began = suite.began.min(began);
        }
    }
}

fn shown(case: &Case) -> Shown<'_> {
    let Some(ending) = &case.last.ending else { return Shown::Killed };
    match (ending.outcome, ending.blame) {
        (Outcome::Passed, _) => Shown::Passed,
        (_, Some(Blame::Nobody)) | (Outcome::Skipped, _) => Shown::Skipped(ending),
        (Outcome::Inconclusive, _) => Shown::Error(ending, "inconclusive"),
        (_, Some(Blame::Device)) => Shown::Failure(ending),
        (_, blame) => Shown::Error(ending, kind(blame)),
    }
}

impl Counts {
    fn note(&mut self, case: &Case) {
        self.tests += 1;
        self.seconds += case.attempts().map(Attempt::seconds).sum::<f64>();
        match shown(case) {
            Shown::Passed => {}
            Shown::Failure(_) => self.failures += 1,
            Shown::Error(..) | Shown::Killed => self.errors += 1,
            Shown::Skipped(_) => self.skipped += 1,
        }
    }
    fn attributes(&self, name: &str) -> Vec<(&'static str, String)> {
        vec![
            ("name", name.to_string()),
            ("tests", self.tests.to_string()),
            ("failures", self.failures.to_string()),
            ("errors", self.errors.to_string()),
            ("skipped", self.skipped.to_string()),
            ("time", format!("{:.3}", self.seconds)),
        ]
    }
}

/// Name and value.
type Property = (String, String);

fn properties_of_the_run(model: &Model) -> Vec<Property> {
    let Some(Header { hejnal, seed, simulated, rig, rig_sha256, post, .. }) = &model.header else { return Vec::new() };
    let pairs = [
        ("post", post.identity.as_str()),
        ("place", &post.place),
        ("profile", &post.profile),
        ("chip", &post.chip),
        ("firmware", &post.firmware),
        ("firmware.sha256", &post.firmware_sha256),
        ("rig", rig),
        ("rig.sha256", rig_sha256),
        ("simulated", &simulated.to_string()),
        ("seed", &seed.to_string()),
        ("hejnal", hejnal),
    ];
    let owned = |(name, value): &(&str, &str)| ((*name).to_string(), (*value).to_string());
    let mut properties: Vec<Property> = pairs.iter().map(owned).collect();
    let requirements = model.requirements();
    let unjudged = requirements.iter().filter(|(_, looked)| *looked != Looked::Judged).map(|(limit, _)| limit.id);
    properties.push(("requirements.not-judged".into(), unjudged.collect::<Vec<_>>().join(" ")));
    properties
        .push(("scenarios.left-out".into(), model.left_out.iter().map(|one| one.id.as_str()).collect::<Vec<_>>().join(" ")));
    properties
}

fn write_suite(xml: &mut Out<'_>, suite: &Suite, began: Option<u64>, run: &[Property], page: Page<'_>) -> io::Result<()> {
    let mut attributes = suite.counts.attributes(&suite.feature);
    attributes.push(("file", suite.file.clone()));
    if let Some(began) = began {
        attributes.push(("timestamp", Utc::from_unix(began + suite.began.since(Instant::ZERO).as_secs()).iso()));
    }
    element(xml, "testsuite", &attributes, |xml| {
        write_properties(xml, run)?;
        each_case(page.journal, Some(&suite.file), |case| write_case(xml, case, page)).map(|_| ())
    })
}

fn write_properties(xml: &mut Out<'_>, properties: &[Property]) -> io::Result<()> {
    if properties.is_empty() {
        return Ok(());
    }
    element(xml, "properties", &[], |xml| {
        for (name, value) in properties {
            let (name, value) = (printable(name), printable(value));
            xml.create_element("property").with_attributes([("name", name.as_str()), ("value", value.as_str())]).write_empty()?;
        }
        Ok(())
    })
}

fn write_case(xml: &mut Out<'_>, case: &Case, page: Page<'_>) -> io::Result<()> {
    let last = &case.last;
    let round = if last.round > 1 { format!(" ({} {})", page.words().round, last.round) } else { String::new() };
    let stem = last.file.rsplit(['/', '\\']).next().unwrap_or_default().trim_end_matches(".feature");
    let attributes = [
        ("name", format!("{} {}{round}", last.id, last.name)),
        ("classname", stem.to_string()),
        ("file", last.file.clone()),
        ("line", last.line.to_string()),
        ("time", format!("{:.3}", last.seconds())),
    ];
    element(xml, "testcase", &attributes, |xml| {
        write_properties(xml, &properties_of(case, page.lang))?;
        match shown(case) {
            Shown::Passed => {}
            Shown::Failure(ending) => problem(xml, "failure", "requirement", ending, last, page)?,
            Shown::Error(ending, kind) => problem(xml, "error", kind, ending, last, page)?,
            Shown::Skipped(ending) => problem(xml, "skipped", "stopped", ending, last, page)?,
            Shown::Killed => problem(xml, "error", "killed", &killed(), last, page)?,
        }
        element(xml, "system-out", &[], |xml| xml.write_event(Xml::Text(BytesText::new(&printable(&output(case, page))))))
    })
}

fn killed() -> Ending {
    Ending::failed(
        Blame::Nobody,
        (words(Lang::En).killed, words(Lang::Pl).killed),
        (words(Lang::En).killed_remedy, words(Lang::Pl).killed_remedy),
    )
}

fn problem(xml: &mut Out<'_>, name: &str, kind: &str, ending: &Ending, attempt: &Attempt, page: Page<'_>) -> io::Result<()> {
    let attributes = [("type", kind.to_string()), ("message", ending.message.show(page.lang).to_owned())];
    let step = attempt.unpassed_step().map(|step| format!("{}:{}: {} {}\n", attempt.file, step.line, step.keyword, step.text));
    let text = format!("{}{}", step.unwrap_or_default(), super::words::remedy(page.run, attempt, ending, page.lang));
    element(xml, name, &attributes, |xml| xml.write_event(Xml::Text(BytesText::new(&printable(text.trim_end())))))
}

fn properties_of(case: &Case, lang: Lang) -> Vec<Property> {
    let mut properties = Vec::new();
    let mut add = |name: String, value: String| properties.push((name, value));
    add("tags".into(), case.last.tags.join(" "));
    if !case.earlier.is_empty() {
        add("attempts".into(), (case.earlier.len() + 1).to_string());
    }
    for attempt in &case.earlier {
        let ending = attempt.ending.clone().unwrap_or_else(killed);
        add(format!("attempt.{}", attempt.number), ending.message.show(lang).to_owned());
    }
    for (number, measurement) in (1..).zip(&case.last.figures) {
        figures(number, measurement, &mut add);
    }
    for (number, file) in (1..).zip(&case.last.audio) {
        add(format!("recording.{number}"), file.clone());
    }
    properties
}

/// A figure's parts in properties of their own, the numbers in the base unit and with a decimal point.
fn figures(number: usize, measurement: &Measurement, add: &mut impl FnMut(String, String)) {
    let Measurement { key, en, pl, observations, estimate, criterion, source, method, outcome } = measurement;
    let name = |part: &str| format!("measurement.{number}.{part}");
    let outcome = match (outcome, criterion) {
        (_, None) => "not judged",
        (Outcome::Passed, _) => "passed",
        (Outcome::Failed, _) => "failed",
        (Outcome::Inconclusive, _) => "inconclusive",
        (Outcome::Skipped, _) => "skipped",
    };
    add(name("key"), key.clone());
    add(name("quantity"), en.clone());
    add(name("quantity.pl"), pl.clone());
    if *observations > 1 {
        add(name("observations"), observations.to_string());
    }
    add(name("value"), estimate.value.to_string());
    add(name("unit"), estimate.unit.written().into());
    add(name("uncertainty"), estimate.uncertainty.to_string());
    if let Some(criterion) = criterion {
        add(name("limit"), criterion.show(estimate, Lang::En));
    }
    if let Some(source) = source {
        add(name("source"), super::words::source(source));
    }
    add(name("method"), method.en.to_string());
    add(name("method.pl"), method.pl.to_string());
    if !method.norm.is_empty() {
        add(name("norm"), method.norm.to_string());
    }
    add(name("outcome"), outcome.into());
}

fn output(case: &Case, page: Page<'_>) -> String {
    let mut text = lies(page);
    if case.last.number > 1 {
        text += &format!("\n{} {}", page.words().attempt, case.last.number);
    }
    for check in case.last.checks.iter().filter(|check| !check.ok) {
        text += &format!("\n{}: {}: {}", page.words().not_made_safe, check.what.show(page.lang), check.detail.show(page.lang));
    }
    text
}

/// Without what XML 1.0 (2.2) has no way to write, and what would steer the terminal of whoever reads it there.
fn printable(text: &str) -> String {
    text.split('\n').map(harmless).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
