//! Reading a journal back, whatever became of it: cut at any byte, altered, or written by another version.
//!
//! Never panics on foreign bytes and never hides damage: what could be read is returned together with all that was
//! wrong, line by line.

use super::store::{FILE_NAME, JournalError, LineIn, NO_PREDECESSOR, sha256_hex};
use super::{Entry, Event, FormatVersion};
use crate::unit::Bilingual;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// A line longer than this was not written by hejnal.
const LONGEST_LINE_BYTES: u64 = 4 << 20;

/// Something wrong with a journal, and on which line (the first is 1).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    #[error("line {line} is cut off after {bytes} bytes: the run was killed while writing it")]
    CutOff { line: usize, bytes: usize },
    #[error("line {line} is not an entry: {why}")]
    NotAnEntry { line: usize, why: String },
    #[error("line {line} does not follow from the line before: something was altered, removed or inserted")]
    BrokenChain { line: usize },
    #[error("line {line} has number {found} where {expected} was due")]
    OutOfOrder { line: usize, expected: u64, found: u64 },
}

impl Damage {
    /// What a killed run leaves behind; anything else was done to the journal afterwards.
    pub fn is_a_cut(&self) -> bool {
        matches!(self, Damage::CutOff { .. })
    }
    /// What is wrong, in one sentence. Technical detail reads the same in both languages.
    pub fn account(&self) -> Bilingual {
        let pl = match self {
            Damage::CutOff { line, bytes } => {
                format!("wiersz {line} urywa się po {bytes} B: program przerwano w trakcie zapisu")
            }
            Damage::NotAnEntry { line, why } => format!("wiersz {line} nie jest wpisem dziennika ({why})"),
            Damage::BrokenChain { line } => {
                format!("wiersz {line} nie wynika z poprzedniego: coś zmieniono, usunięto albo wstawiono")
            }
            Damage::OutOfOrder { line, expected, found } => format!("wiersz {line} ma numer {found} zamiast {expected}"),
        };
        Bilingual::new(self.to_string(), pl)
    }
}

/// A journal as far as it could be read.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedJournal {
    pub path: PathBuf,
    pub entries: Vec<Entry>,
    pub damage: Vec<Damage>,
}

impl LoadedJournal {
    /// The run came to its end and wrote so.
    pub fn reached_its_end(&self) -> bool {
        matches!(self.entries.last(), Some(Entry { event: Event::RunEnded { .. }, .. }))
    }
    /// Nothing but a cut at the very end is wrong: what is there can be relied on.
    pub fn is_authentic(&self) -> bool {
        self.damage.iter().all(Damage::is_a_cut)
    }
}

/// Reads a journal, named by its file or by its run's directory.
pub fn read(path: &Path) -> Result<LoadedJournal, JournalError> {
    let mut reader = Entries::open(path)?;
    let mut entries = Vec::new();
    while let Some(entry) = reader.next()? {
        entries.push(entry);
    }
    Ok(LoadedJournal { path: reader.path, entries, damage: reader.damage })
}

/// Where a run's journal lies, named by its file or by its run's directory.
pub fn file_of(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(FILE_NAME) } else { path.to_path_buf() }
}

/// What a journal's last line says, whatever stands before it; `None`: it is no whole entry.
pub fn last_event(path: &Path) -> std::io::Result<Option<Event>> {
    let mut file = ordinary(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LONGEST_LINE_BYTES)))?;
    let mut tail = Vec::new();
    file.take(LONGEST_LINE_BYTES).read_to_end(&mut tail)?;
    let Some(whole) = tail.strip_suffix(b"\n") else { return Ok(None) };
    let last = whole.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(serde_json::from_slice::<LineIn>(last).ok().map(|line| line.event))
}

/// A pipe would be waited for without end, and a device has none.
fn ordinary(path: &Path) -> std::io::Result<File> {
    if std::fs::metadata(path)?.is_file() { File::open(path) } else { Err(std::io::ErrorKind::InvalidInput.into()) }
}

/// What every line that begins a scenario contains, whatever its words.
const BEGINS_A_SCENARIO: &str = "scenario-began";

/// A journal read entry by entry: none is kept.
pub struct Entries {
    path: PathBuf,
    input: BufReader<File>,
    /// All that was wrong with the lines read so far.
    pub damage: Vec<Damage>,
    /// The line in hand.
    text: Vec<u8>,
    line: usize,
    /// The line in hand was passed over to, and not taken yet.
    is_waiting: bool,
    /// Some entry could be read.
    is_a_journal: bool,
    /// Number due next; `None` right after a line that could not be read.
    due: Option<u64>,
    /// Hash of the line before; `None` where that one was passed over.
    prev: Option<String>,
}

impl Entries {
    pub fn open(path: &Path) -> Result<Entries, JournalError> {
        let path = file_of(path);
        let file = ordinary(&path).map_err(JournalError::io("open", &path))?;
        Ok(Entries {
            path,
            input: BufReader::new(file),
            damage: Vec::new(),
            text: Vec::new(),
            line: 0,
            is_waiting: false,
            is_a_journal: false,
            due: Some(0),
            prev: Some(NO_PREDECESSOR.to_string()),
        })
    }

    /// The next line that is an entry; what is wrong with the others is kept in `damage`.
    #[expect(clippy::should_implement_trait, reason = "an iterator of results would be read on after an error")]
    pub fn next(&mut self) -> Result<Option<Entry>, JournalError> {
        while std::mem::take(&mut self.is_waiting) || self.advance()? {
            let text = std::mem::take(&mut self.text);
            let entry = self.take(&text);
            self.text = text;
            if let Some(entry) = entry? {
                self.is_a_journal = true;
                return Ok(Some(entry));
            }
        }
        if self.is_a_journal {
            return Ok(None);
        }
        let why = ("it holds no complete line", "nie zawiera żadnego pełnego wiersza").into();
        Err(JournalError::NotAJournal { path: self.path.clone(), why })
    }

    /// The hash of the last line of the chain: of all that was read, if nothing was passed over.
    pub fn last_hash(&self) -> String {
        self.prev.clone().unwrap_or_default()
    }

    /// Passes over everything up to the beginning of the next scenario: it is neither understood nor checked, which
    /// takes a small part of the time.
    pub fn pass_over_scenario(&mut self) -> Result<(), JournalError> {
        while self.advance()? {
            if std::str::from_utf8(&self.text).is_ok_and(|text| text.contains(BEGINS_A_SCENARIO)) {
                self.is_waiting = true;
                return Ok(());
            }
            (self.due, self.prev) = (None, None);
        }
        Ok(())
    }

    /// Takes the next line in hand, if there is one.
    fn advance(&mut self) -> Result<bool, JournalError> {
        self.text.clear();
        let read = self.input.by_ref().take(LONGEST_LINE_BYTES).read_until(b'\n', &mut self.text);
        let read = read.map_err(JournalError::io("read", &self.path))?;
        self.line += usize::from(read > 0);
        Ok(read > 0)
    }

    fn take(&mut self, line: &[u8]) -> Result<Option<Entry>, JournalError> {
        let Some(text) = line.strip_suffix(b"\n") else {
            self.damage.push(Damage::CutOff { line: self.line, bytes: line.len() });
            return Ok(None);
        };
        if self.line == 1 {
            self.check_version(text)?;
        }
        match serde_json::from_slice::<LineIn>(text) {
            Ok(entry) => Ok(Some(self.check(entry, text))),
            Err(why) => {
                self.damage.push(Damage::NotAnEntry { line: self.line, why: why.to_string() });
                self.prev = Some(sha256_hex(text));
                self.due = None;
                Ok(None)
            }
        }
    }

    fn check(&mut self, found: LineIn, text: &[u8]) -> Entry {
        let line = self.line;
        match self.due {
            Some(expected) if expected != found.n => {
                self.damage.push(Damage::OutOfOrder { line, expected, found: found.n });
            }
            _ => {}
        }
        self.due = Some(found.n.saturating_add(1));
        let outside_the_chain = matches!(found.event, Event::WallClock { .. });
        if !outside_the_chain {
            if self.prev.is_some() && found.prev != self.prev {
                self.damage.push(Damage::BrokenChain { line });
            }
            self.prev = Some(sha256_hex(text));
        }
        Entry { n: found.n, at: found.at, event: found.event }
    }

    /// Looks at the version alone: another format may have given the rest of the line another shape.
    fn check_version(&self, text: &[u8]) -> Result<(), JournalError> {
        let not_a_journal = |why: Bilingual| JournalError::NotAJournal { path: self.path.clone(), why };
        let line: serde_json::Value = serde_json::from_slice(text).map_err(|why| not_a_journal(Bilingual::same(why)))?;
        let format = line.pointer("/event/run-began/format").and_then(serde_json::Value::as_u64);
        let Some(format) = format.and_then(|format| u32::try_from(format).ok()) else {
            return Err(not_a_journal(
                ("its first line does not say that a run began", "pierwszy wiersz nie mówi o początku przebiegu").into(),
            ));
        };
        if FormatVersion(format).is_readable() {
            Ok(())
        } else {
            let readable = FormatVersion::CURRENT.0;
            Err(JournalError::OtherFormat { path: self.path.clone(), found: format, readable })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::Journal;
    use super::super::store::tests::run_began;
    use super::*;
    use crate::clock::Instant;
    use proptest::prelude::*;

    fn three_lines(scratch: &tempfile::TempDir) -> Vec<u8> {
        let mut journal = Journal::create(scratch.path()).unwrap();
        journal.append(Instant::ZERO, run_began());
        journal.append(Instant::ZERO, Event::Note { text: Bilingual::same("one") });
        journal.append(Instant::from_nanos(1), Event::Note { text: Bilingual::same("two") });
        journal.commit().unwrap();
        std::fs::read(journal.path()).unwrap()
    }

    fn reread(scratch: &tempfile::TempDir, bytes: &[u8]) -> Result<LoadedJournal, JournalError> {
        let path = scratch.path().join("altered.jsonl");
        std::fs::write(&path, bytes).unwrap();
        read(&path)
    }

    fn scenario_began(id: &str, name: &str) -> Event {
        let (id, name, feature, file) = (id.into(), name.into(), "F".into(), "f.feature".into());
        Event::ScenarioBegan { id, name, feature, file, line: 1, tags: Vec::new(), round: 1, attempt: 1 }
    }

    #[track_caller]
    fn check(alter: impl Fn(String) -> String, expected: &[&str]) {
        let scratch = tempfile::tempdir().unwrap();
        let text = String::from_utf8(three_lines(&scratch)).unwrap();
        let found: Vec<String> =
            reread(&scratch, alter(text).as_bytes()).unwrap().damage.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found:?}");
        }
    }

    #[test]
    fn a_journal_cut_at_any_byte_is_read_to_its_last_complete_line() {
        let scratch = tempfile::tempdir().unwrap();
        let bytes = three_lines(&scratch);
        let first = bytes.iter().position(|b| *b == b'\n').unwrap() + 1;
        for cut in 0..=bytes.len() {
            let complete = bytes[..cut].iter().filter(|b| **b == b'\n').count();
            match reread(&scratch, &bytes[..cut]) {
                Ok(story) => {
                    assert_eq!(story.entries.len(), complete, "cut at {cut}");
                    let at_a_line_end = bytes[..cut].ends_with(b"\n");
                    assert_eq!(story.damage.is_empty(), at_a_line_end, "cut at {cut}: {:?}", story.damage);
                    assert!(story.is_authentic());
                }
                Err(error) => assert!(cut < first, "cut at {cut}: {error}"),
            }
        }
    }

    #[test]
    fn alterations_are_found_on_their_line() {
        check(
            |text| text.replace("\"one\"", "\"won\""),
            &["line 3 does not follow from the line before: something was altered, removed or inserted"],
        );
        check(
            |text| text.lines().enumerate().filter(|(n, _)| *n != 1).map(|(_, l)| format!("{l}\n")).collect(),
            &[
                "line 2 has number 2 where 1 was due",
                "line 2 does not follow from the line before: something was altered, removed or inserted",
            ],
        );
        check(
            |text| text.replacen("\"note\"", "\"nota\"", 1),
            &[
                "line 2 is not an entry: unknown variant `nota`, expected one of",
                "line 3 does not follow from the line before: something was altered, removed or inserted",
            ],
        );
    }

    #[test]
    fn another_format_is_refused_by_name_whatever_else_it_holds() {
        let own = FormatVersion::CURRENT.0;
        let refused = |error: JournalError, format: u32| {
            let told = error.account();
            let en = format!("has journal format {format}, and this hejnal reads format {own} alone");
            let pl = format!("ma format dziennika {format}, a ta wersja programu hejnal czyta tylko format {own}");
            assert!(told.en.ends_with(&en) && told.pl.ends_with(&pl), "{told:?}");
            assert!(error.remedy().en.contains("the version of hejnal that wrote it"));
        };
        let scratch = tempfile::tempdir().unwrap();
        refused(reread(&scratch, b"{\"event\":{\"run-began\":{\"format\":99,\"new\":[]}}}\n").unwrap_err(), 99);
        let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/journals/format-1.jsonl");
        refused(read(&old).unwrap_err(), 1);
    }

    #[test]
    fn a_figure_that_is_not_a_number_survives() {
        use crate::unit::{Estimate, Unit};
        let scratch = tempfile::tempdir().unwrap();
        let mut journal = Journal::create(scratch.path()).unwrap();
        journal.append(Instant::ZERO, run_began());
        let estimate = Estimate::new(f64::NAN, f64::INFINITY, Unit::Second);
        journal.append(
            Instant::ZERO,
            Event::Budget { key: "x.y".into(), what: Bilingual::same("x"), estimate, method: Bilingual::same("y") },
        );
        journal.commit().unwrap();
        let story = read(scratch.path()).unwrap();
        assert_eq!(story.damage, []);
        assert!(matches!(&story.entries[1].event, Event::Budget { estimate, .. } if estimate.value.is_nan()));
    }

    #[test]
    fn a_scenario_that_is_passed_over_is_neither_checked_nor_missed() {
        let scratch = tempfile::tempdir().unwrap();
        let mut journal = Journal::create(scratch.path()).unwrap();
        journal.append(Instant::ZERO, run_began());
        for (id, name) in [("S01", "one"), ("S02", "\"scenario-began\""), ("S03", "three")] {
            journal.append(Instant::ZERO, scenario_began(id, name));
            journal.append(Instant::ZERO, Event::Note { text: Bilingual::same(name) });
        }
        journal.commit().unwrap();
        let mut entries = Entries::open(scratch.path()).unwrap();
        let mut seen = Vec::new();
        while let Some(entry) = entries.next().unwrap() {
            seen.push(entry.n);
            if matches!(&entry.event, Event::ScenarioBegan { id, .. } if id != "S03") {
                entries.pass_over_scenario().unwrap();
            }
        }
        // What only names the event that begins a scenario is looked at, and told from it.
        assert_eq!((seen, &entries.damage[..]), (vec![0, 1, 3, 4, 5, 6], &[][..]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn foreign_bytes_never_panic(junk in proptest::collection::vec(any::<u8>(), 0..300), at in 0usize..600) {
            let scratch = tempfile::tempdir().unwrap();
            let mut bytes = three_lines(&scratch);
            let at = at.min(bytes.len());
            bytes.splice(at..at, junk);
            let _either = reread(&scratch, &bytes);
        }
    }
}
