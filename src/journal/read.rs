//! Reading a journal back, whatever became of it: cut at any byte, altered, or written by another version.
//!
//! Never panics on foreign bytes and never hides damage: what could be read is returned together with all that was wrong, line by line.

use super::store::{FILE_NAME, JournalError, LineIn, NO_PREDECESSOR, sha256_hex};
use super::{Entry, Event, FormatVersion};
use std::io::{BufRead, BufReader, Read};
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
        self.damage.iter().all(|damage| matches!(damage, Damage::CutOff { .. }))
    }
}

/// Reads a journal, named by its file or by its run's directory.
pub fn read(path: &Path) -> Result<LoadedJournal, JournalError> {
    let path = if path.is_dir() { path.join(FILE_NAME) } else { path.to_path_buf() };
    let file = std::fs::File::open(&path).map_err(JournalError::io("open", &path))?;
    let mut reader = Reader::new(path);
    let mut input = BufReader::new(file);
    loop {
        let mut line = Vec::new();
        let read = input.by_ref().take(LONGEST_LINE_BYTES).read_until(b'\n', &mut line);
        if read.map_err(JournalError::io("read", &reader.story.path))? == 0 {
            return reader.finish();
        }
        reader.take(&line)?;
    }
}

struct Reader {
    story: LoadedJournal,
    line: usize,
    /// Number due next; `None` right after a line that could not be read.
    due: Option<u64>,
    prev: String,
}

impl Reader {
    fn new(path: PathBuf) -> Reader {
        let story = LoadedJournal { path, entries: Vec::new(), damage: Vec::new() };
        Reader { story, line: 0, due: Some(0), prev: NO_PREDECESSOR.to_string() }
    }

    fn take(&mut self, line: &[u8]) -> Result<(), JournalError> {
        self.line += 1;
        let Some(text) = line.strip_suffix(b"\n") else {
            self.story.damage.push(Damage::CutOff { line: self.line, bytes: line.len() });
            return Ok(());
        };
        if self.line == 1 {
            self.check_version(text)?;
        }
        match serde_json::from_slice::<LineIn>(text) {
            Ok(entry) => self.check_and_keep(entry, text),
            Err(why) => {
                self.story.damage.push(Damage::NotAnEntry { line: self.line, why: why.to_string() });
                self.prev = sha256_hex(text);
                self.due = None;
            }
        }
        Ok(())
    }

    fn check_and_keep(&mut self, found: LineIn, text: &[u8]) {
        let line = self.line;
        match self.due {
            Some(expected) if expected != found.n => {
                self.story.damage.push(Damage::OutOfOrder { line, expected, found: found.n })
            }
            _ => {}
        }
        self.due = Some(found.n.saturating_add(1));
        let outside_the_chain = matches!(found.event, Event::WallClock { .. });
        if !outside_the_chain {
            if found.prev.as_deref() != Some(&self.prev) {
                self.story.damage.push(Damage::BrokenChain { line });
            }
            self.prev = sha256_hex(text);
        }
        self.story.entries.push(Entry { n: found.n, at: found.at, event: found.event });
    }

    /// Looks at the version alone: another format may have given the rest of the line another shape.
    fn check_version(&self, text: &[u8]) -> Result<(), JournalError> {
        let not_a_journal = |why: String| JournalError::NotAJournal { path: self.story.path.clone(), why };
        let line: serde_json::Value = serde_json::from_slice(text).map_err(|why| not_a_journal(why.to_string()))?;
        let format = line.pointer("/event/run-began/format").and_then(serde_json::Value::as_u64);
        let Some(format) = format.and_then(|format| u32::try_from(format).ok()) else {
            return Err(not_a_journal("its first line does not say that a run began".into()));
        };
        if FormatVersion(format).is_readable() {
            Ok(())
        } else {
            let readable = FormatVersion::CURRENT.0;
            Err(JournalError::OtherFormat { path: self.story.path.clone(), found: format, readable })
        }
    }

    fn finish(self) -> Result<LoadedJournal, JournalError> {
        if self.story.entries.is_empty() {
            let why = "it holds no complete line".to_string();
            return Err(JournalError::NotAJournal { path: self.story.path, why });
        }
        Ok(self.story)
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::Journal;
    use super::super::store::tests::{Scratch, run_began};
    use super::*;
    use crate::clock::Instant;
    use proptest::prelude::*;

    fn three_lines(scratch: &Scratch) -> Vec<u8> {
        let mut journal = Journal::create(&scratch.0).unwrap();
        journal.append(Instant::ZERO, run_began());
        journal.append(Instant::ZERO, Event::Note { text: "one".into() });
        journal.append(Instant::from_nanos(1), Event::Note { text: "two".into() });
        journal.commit().unwrap();
        std::fs::read(journal.path()).unwrap()
    }

    fn reread(scratch: &Scratch, bytes: &[u8]) -> Result<LoadedJournal, JournalError> {
        let path = scratch.0.join("altered.jsonl");
        std::fs::write(&path, bytes).unwrap();
        read(&path)
    }

    #[track_caller]
    fn check(name: &str, alter: impl Fn(String) -> String, expected: &[&str]) {
        let scratch = Scratch::new(name);
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
        let scratch = Scratch::new("read-cut");
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
            "read-changed",
            |text| text.replace("\"one\"", "\"won\""),
            &["line 3 does not follow from the line before: something was altered, removed or inserted"],
        );
        check(
            "read-removed",
            |text| text.lines().enumerate().filter(|(n, _)| *n != 1).map(|(_, l)| format!("{l}\n")).collect(),
            &[
                "line 2 has number 2 where 1 was due",
                "line 2 does not follow from the line before: something was altered, removed or inserted",
            ],
        );
        check(
            "read-unknown",
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
        let scratch = Scratch::new("read-newer");
        refused(reread(&scratch, b"{\"event\":{\"run-began\":{\"format\":99,\"new\":[]}}}\n").unwrap_err(), 99);
        let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/journals/format-1.jsonl");
        refused(read(&old).unwrap_err(), 1);
    }

    #[test]
    fn a_figure_that_is_not_a_number_survives() {
        use crate::unit::{Estimate, Unit};
        let scratch = Scratch::new("read-nan");
        let mut journal = Journal::create(&scratch.0).unwrap();
        journal.append(Instant::ZERO, run_began());
        let estimate = Estimate::new(f64::NAN, f64::INFINITY, Unit::Second);
        journal.append(Instant::ZERO, Event::Budget { key: "x.y".into(), what: "x".into(), estimate, method: "y".into() });
        journal.commit().unwrap();
        let story = read(&scratch.0).unwrap();
        assert_eq!(story.damage, []);
        assert!(matches!(&story.entries[1].event, Event::Budget { estimate, .. } if estimate.value.is_nan()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn foreign_bytes_never_panic(junk in proptest::collection::vec(any::<u8>(), 0..300), at in 0usize..600) {
            let scratch = Scratch::new("read-junk");
            let mut bytes = three_lines(&scratch);
            let at = at.min(bytes.len());
            bytes.splice(at..at, junk);
            let _either = reread(&scratch, &bytes);
        }
    }
}
