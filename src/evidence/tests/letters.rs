//! Journals changed letter by letter, and torn to pieces.

use super::*;
use crate::report::terminal::{Style, Terminal};
use crate::rng::Rng;
use crate::unit::Lang;

type IsIt = fn(&u8) -> bool;

/// Every line, every kind of letter in it: what of an unsealed run cannot be found out stands in the line with the date
/// and in the last line alone; of a sealed one nothing.
#[test]
fn no_letter_of_a_journal_can_be_changed_unseen() {
    let key = SecretKey::new().unwrap();
    let public = key.public();
    let scratch = tempfile::tempdir().unwrap();
    let folder = sealed_run(scratch.path(), Some(&key));
    let path = folder.join(FILE_NAME);
    let whole = std::fs::read(&path).unwrap();
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let is_class: [(&str, IsIt); 7] = [
        ("a digit", u8::is_ascii_digit),
        ("a letter", u8::is_ascii_lowercase),
        ("a quotation mark", |byte| *byte == b'"'),
        ("a brace", |byte| matches!(byte, b'{' | b'}')),
        ("a colon", |byte| *byte == b':'),
        ("a comma", |byte| *byte == b','),
        ("the end of the line", |byte| *byte == b'\n'),
    ];
    let mut tamperings = 0;
    for (number, line) in lines.iter().enumerate() {
        let mut changed: Vec<(String, Vec<u8>)> = Vec::new();
        for (class, is_it) in &is_class {
            // The last of its kind: the first is the same in every line.
            let Some(at) = line.iter().rposition(is_it) else { continue };
            let mut replaced = line.to_vec();
            replaced[at] = if replaced[at] == b'7' { b'8' } else { b'7' };
            let mut removed = line.to_vec();
            removed.remove(at);
            changed.extend([(format!("{class} replaced"), replaced), (format!("{class} removed"), removed)]);
        }
        changed.push(("the whole line removed".into(), Vec::new()));
        changed.push(("the line doubled".into(), [*line, *line].concat()));
        changed.push(("a space put in".into(), [b" ", *line].concat()));
        changed.push(("an empty line put in".into(), [b"\n", *line].concat()));
        for (what, line) in changed {
            let altered = [&lines[..number].concat(), &line, &lines[number + 1..].concat()].map(|part| part.as_slice()).concat();
            std::fs::write(&path, altered).unwrap();
            tamperings += 1;
            // What is no journal any more cannot be taken for this one.
            let found = examine(&folder, Some(&public)).map_or(exit::BENCH, |run| run.exit_code());
            assert!(found == exit::EVIDENCE || (number == 0 && found == exit::BENCH), "line {}, {what}: {found}", number + 1);
        }
    }
    assert!(tamperings > 800, "{tamperings}");
}

#[test]
fn what_an_unsealed_run_cannot_show_is_its_date_and_the_words_of_its_last_line() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = sealed_run(scratch.path(), None);
    std::fs::remove_file(folder.join("junit.xml")).unwrap();
    let path = folder.join(FILE_NAME);
    let whole = std::fs::read(&path).unwrap();
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let mut unseen = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Some(at) = line.iter().rposition(u8::is_ascii_lowercase) else { continue };
        let mut replaced = line.to_vec();
        replaced[at] = if replaced[at] == b'a' { b'b' } else { b'a' };
        let digit = line.iter().rposition(u8::is_ascii_digit).unwrap();
        let mut counted = line.to_vec();
        counted[digit] = if counted[digit] == b'7' { b'8' } else { b'7' };
        for line in [replaced, counted] {
            let altered = [&lines[..number].concat(), &line, &lines[number + 1..].concat()].map(|part| part.as_slice()).concat();
            std::fs::write(&path, altered).unwrap();
            if examine(&folder, None).is_ok_and(|run| run.holds()) {
                unseen.push(number + 1);
            }
        }
    }
    assert_eq!(unseen, [2], "of figures and names only the date");
    let text = String::from_utf8(whole).unwrap();
    let (before, last) = text.trim_end().rsplit_once('\n').unwrap();
    std::fs::write(&path, format!("{before}\n{}\n", last.replace("index out of bounds", "the weather"))).unwrap();
    assert!(examine(&folder, None).is_ok_and(|run| run.holds()), "nothing follows the last line that would tell");
}

/// Cut, flipped, torn and stitched: whatever becomes of a journal, reading it ends. `HEJNAL_FUZZ` asks for more of
/// them.
#[test]
fn mutilated_journals_are_read_without_a_panic() {
    let count = std::env::var("HEJNAL_FUZZ").ok().and_then(|count| count.parse().ok()).unwrap_or(500_u32);
    let scratch = tempfile::tempdir().unwrap();
    let folder = sealed_run(scratch.path(), None);
    let path = folder.join(FILE_NAME);
    let whole = std::fs::read(&path).unwrap();
    let mut chance = Rng::new(20_261_130, "mutilated");
    let mut below = |most: usize| (chance.unit() * most as f64) as usize;
    let mut held = 0;
    for number in 0..count {
        let mut bytes = whole.clone();
        for _ in 0..=below(3) {
            let at = below(bytes.len());
            let to = at + below(200).min(bytes.len() - at);
            match below(6) {
                0 => bytes[at] ^= 1 << below(8),
                1 => bytes[at] = below(256) as u8,
                2 => bytes.truncate(at.max(1)),
                3 => _ = bytes.drain(at..to),
                4 => bytes.splice(at..at, whole[at.min(whole.len())..to.min(whole.len())].to_vec()).for_each(drop),
                _ => bytes.splice(at..to, *b"\x1b[2J\xff1e999\n").for_each(drop),
            }
            if bytes.is_empty() {
                bytes.push(b'\n');
            }
        }
        std::fs::write(&path, &bytes).unwrap();
        let lang = if number % 2 == 0 { Lang::En } else { Lang::Pl };
        let Ok(run) = examine(&path, None) else { continue };
        held += usize::from(run.exit_code() == exit::ACCEPTED);
        if number % 10 == 0 {
            let findings: Vec<Bilingual> = run.findings.iter().map(|finding| finding.what.clone()).collect();
            let mut terminal = Terminal::new(Vec::new(), Style::default(), lang, "x").doubting(&findings);
            let mut entries = Entries::open(&path).unwrap();
            while let Some(entry) = entries.next().unwrap() {
                terminal.take(&entry);
            }
            let (page, _) = terminal.finish();
            assert!(!page.contains(&0x1b), "no escape sequence of a stranger's");
        }
    }
    // A flip within the date or the words of the last line, or one that changed nothing.
    assert!(held * 60 < count as usize, "{held} of {count}");
}
