//! Reading sections of a file word by word: keys that belong there, values of the kind expected, and a complaint in
//! place for each that is not.
//!
//! Knows nothing of what the sections mean. Nothing here gives up at the first mistake: a value that could not be read
//! is `None`, its problem is noted, and the rest is read all the same.

use super::locate::{Node, Value, Word};
use crate::problem::{FileKind, Place, Problems, did_you_mean, meant_or_listed, nearest};
use crate::unit::{Bilingual, both};

/// The remedy where the system keeps a file from us.
pub const MAY_READ: (&str, &str) =
    ("see that whoever runs the bench may read it", "sprawdź, czy użytkownik stanowiska ma prawo odczytu");

/// An opened section of the file.
#[derive(Debug, Clone)]
pub struct Section<'n> {
    /// Where it stands, in dots: `instruments.relays`. Empty for the file itself.
    pub name: String,
    pub at: Place,
    entries: &'n [(Word, Node)],
    /// The keys that may stand here; empty where any may.
    keys: Vec<String>,
}

impl<'n> Section<'n> {
    /// Opens a section that may have these keys only.
    pub fn open(node: &'n Node, name: &str, keys: &[&str], problems: &mut Problems) -> Option<Self> {
        let mut section = Section::open_free(node, name, problems)?;
        section.keys = keys.iter().map(ToString::to_string).collect();
        for (key, value) in section.entries.iter().filter(|(key, _)| !keys.contains(&key.text.as_str())) {
            let cause = section.stranger(&key.text);
            let remedy = match value.value {
                // `{ device: hw:CARD=1,DEV=0 }` is read as two keys.
                Value::Nothing if nearest(&key.text, keys.iter().copied()).is_none() => {
                    let line = problems.kind().with_comma;
                    both!("a value with a comma needs quotation marks: {line}", "wartość z przecinkiem wymaga cudzysłowu: {line}")
                }
                _ => meant_or_listed(&key.text, keys, ("possible keys", "możliwe klucze")),
            };
            problems.add(key.at, cause, remedy);
        }
        Some(section)
    }

    /// Opens a section whose keys are names of the author's own choice.
    pub fn open_free(node: &'n Node, name: &str, problems: &mut Problems) -> Option<Self> {
        let entries: &[(Word, Node)] = match &node.value {
            Value::Section(entries) => entries,
            Value::Nothing => &[],
            Value::Word(_) | Value::List(_) => {
                let (name, here) = (called(name, problems.kind()), node.describe());
                let cause = Bilingual::new(
                    format!("{} must be a section with keys of its own, here is {}", name.en, here.en),
                    format!("{}: oczekiwano sekcji z własnymi kluczami, jest {}", name.pl, here.pl),
                );
                let remedy = (
                    "write the keys below it, two spaces further in, each with a colon",
                    "zapisz klucze poniżej, wcięte o dwie spacje, każdy z dwukropkiem",
                );
                problems.add(node.at, cause, remedy);
                return None;
            }
        };
        Some(Section { name: name.to_string(), at: node.at, entries, keys: Vec::new() })
    }

    /// All entries in the order of the file.
    pub fn entries(&self) -> impl Iterator<Item = (&'n Word, &'n Node)> + use<'n> {
        self.entries.iter().map(|(key, node)| (key, node))
    }

    /// The value of a key that may be left out.
    pub fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(known, _)| known.text == key).map(|(_, node)| node)
    }

    /// The value of a key that must be there; `example` is the line to add if it is not.
    pub fn need(&self, key: &str, example: &str, problems: &mut Problems) -> Option<&'n Node> {
        self.need_or(key, both!("add a line such as: {example}", "dopisz wiersz, np.: {example}"), problems)
    }

    /// The same for a whole section, which no single line can stand for.
    pub fn need_section(&self, key: &str, problems: &mut Problems) -> Option<&'n Node> {
        let sample = problems.kind().sample;
        let remedy =
            both!("copy the section \"{key}:\" from {sample} and adapt it", "skopiuj sekcję \"{key}:\" z {sample} i dostosuj ją");
        self.need_or(key, remedy, problems)
    }

    fn need_or(&self, key: &str, remedy: Bilingual, problems: &mut Problems) -> Option<&'n Node> {
        let found = self.get(key);
        if found.is_none() {
            match self.misspelt(key) {
                // Told already when the section was opened: one slip of the pen is one problem.
                Some(_) if !self.keys.is_empty() => {}
                Some(typo) => {
                    problems.add(typo.at, self.stranger(&typo.text), did_you_mean(key));
                }
                None => {
                    let within = self.within();
                    let cause = Bilingual::new(
                        format!("key \"{key}\" is missing{}", within.en),
                        format!("brakuje klucza \"{key}\"{}", within.pl),
                    );
                    problems.add(self.at, cause, remedy);
                }
            }
        }
        found
    }

    /// A key of this section that is probably meant to be the missing one.
    fn misspelt(&self, missing: &str) -> Option<&'n Word> {
        let known: Vec<&str> = if self.keys.is_empty() { vec![missing] } else { self.keys.iter().map(String::as_str).collect() };
        let strangers = self.entries.iter().map(|(key, _)| key).filter(|key| !known.contains(&key.text.as_str()));
        strangers.into_iter().find(|key| nearest(&key.text, known.iter().copied()) == Some(missing))
    }

    /// Text that must be there and not be empty.
    pub fn text(&self, key: &str, example: &str, problems: &mut Problems) -> Option<&'n Word> {
        let node = self.need(key, example, problems)?;
        self.word_of(node, key, example, problems)
    }

    /// Text that may be left out.
    pub fn optional_text(&self, key: &str, example: &str, problems: &mut Problems) -> Option<&'n Word> {
        self.get(key).and_then(|node| self.word_of(node, key, example, problems))
    }

    fn word_of(&self, node: &'n Node, key: &str, example: &str, problems: &mut Problems) -> Option<&'n Word> {
        word(node, &self.path(key), example, problems)
    }

    /// A whole number within a range that must be there.
    pub fn number(&self, key: &str, range: (u64, u64), example: &str, problems: &mut Problems) -> Option<u64> {
        let word = self.text(key, example, problems)?;
        number(word, &self.path(key), range, problems)
    }

    /// A whole number within a range that may be left out.
    pub fn optional_number(&self, key: &str, range: (u64, u64), example: &str, problems: &mut Problems) -> Option<u64> {
        let word = self.optional_text(key, example, problems)?;
        number(word, &self.path(key), range, problems)
    }

    /// The items of a list; none where the key is left out, `None` where something else stands there.
    pub fn list(&self, key: &str, example: &str, problems: &mut Problems) -> Option<&'n [Node]> {
        match self.get(key).map(|node| (node, &node.value)) {
            None | Some((_, Value::Nothing)) => Some(&[]),
            Some((_, Value::List(items))) => Some(items),
            Some((node, _)) => {
                let (path, here) = (self.path(key), node.describe());
                let cause = Bilingual::new(
                    format!("{path} must be a list, here is {}", here.en),
                    format!("{path}: oczekiwano listy, jest {}", here.pl),
                );
                problems.add(node.at, cause, write_as(example));
                None
            }
        }
    }

    /// The full name of a key of this section.
    pub fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_string() } else { format!("{}.{key}", self.name) }
    }

    fn within(&self) -> Bilingual {
        let name = &self.name;
        if name.is_empty() {
            Bilingual::new(" at the top of the file", " na najwyższym poziomie pliku")
        } else {
            both!(" in {name}", " w {name}")
        }
    }

    fn stranger(&self, key: &str) -> Bilingual {
        let within = self.within();
        Bilingual::new(format!("unknown key \"{key}\"{}", within.en), format!("nieznany klucz \"{key}\"{}", within.pl))
    }
}

fn called(name: &str, kind: &FileKind) -> Bilingual {
    if name.is_empty() { kind.whole.into() } else { Bilingual::same(name) }
}

/// The remedy for a value of the wrong kind.
pub fn write_as(example: &str) -> Bilingual {
    both!("write it as: {example}", "zapisz to tak: {example}")
}

/// A node that must be plain text.
pub fn word<'n>(node: &'n Node, path: &str, example: &str, problems: &mut Problems) -> Option<&'n Word> {
    match &node.value {
        Value::Word(word) if !word.text.trim().is_empty() => Some(word),
        Value::Word(_) | Value::Nothing => {
            problems.add(node.at, both!("{path} has no value", "{path} nie ma wartości"), write_as(example));
            None
        }
        Value::List(_) | Value::Section(_) => {
            let here = node.describe();
            let cause = Bilingual::new(
                format!("{path} must be a single value, here is {}", here.en),
                format!("{path}: oczekiwano pojedynczej wartości, jest {}", here.pl),
            );
            problems.add(node.at, cause, write_as(example));
            None
        }
    }
}

/// A whole number as YAML writes one (1.2, 10.3.2: decimal, `0x`, `0o`), within a range.
pub fn number(word: &Word, path: &str, (least, most): (u64, u64), problems: &mut Problems) -> Option<u64> {
    match serde_yaml::from_str::<u64>(&word.text.replace('_', "")) {
        Ok(value) if (least..=most).contains(&value) => Some(value),
        Ok(_) => {
            let cause = both!(
                "{path} is {}, allowed is {least} to {most}",
                "{path} wynosi {}, dopuszczalny zakres: od {least} do {most}",
                word.text
            );
            let remedy = both!("write a whole number from {least} to {most}", "wpisz liczbę całkowitą od {least} do {most}");
            problems.add(word.at, cause, remedy);
            None
        }
        Err(_) => {
            let cause = both!(
                "{path} must be a whole number, here is \"{}\"",
                "{path}: oczekiwano liczby całkowitej, jest \"{}\"",
                word.text
            );
            let remedy = both!("write it in digits, from {least} to {most}", "zapisz ją cyframi, od {least} do {most}");
            problems.add(word.at, cause, remedy);
            None
        }
    }
}
