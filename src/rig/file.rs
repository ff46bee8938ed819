//! Reading sections of a rig word by word: keys that belong there, values of the kind expected, and a complaint in place for each that is not.
//!
//! Knows nothing of what the sections mean. Nothing here gives up at the first mistake: a value that could not be read is `None`, its problem
//! is noted, and the rest is read all the same.

use super::locate::{Node, Value, Word};
pub(super) use crate::problem::meant_or_listed;
use crate::problem::{Place, Problems, nearest};
use crate::unit::both;

/// An opened section of the file.
#[derive(Debug, Clone)]
pub(super) struct Section<'n> {
    /// Where it stands, in dots: `instruments.relays`. Empty for the file itself.
    pub(super) name: String,
    pub(super) at: Place,
    entries: &'n [(Word, Node)],
    /// The keys that may stand here; empty where any may.
    keys: Vec<String>,
}

impl<'n> Section<'n> {
    /// Opens a section that may have these keys only.
    pub(super) fn open(node: &'n Node, name: &str, keys: &[&str], problems: &mut Problems) -> Option<Self> {
        let mut section = Section::open_free(node, name, problems)?;
        section.keys = keys.iter().map(ToString::to_string).collect();
        for (key, value) in section.entries.iter().filter(|(key, _)| !keys.contains(&key.text.as_str())) {
            let what = format!("unknown key \"{}\"{}", key.text, section.within());
            let remedy = match value.value {
                // `{ device: hw:CARD=1,DEV=0 }` is read as two keys.
                Value::Nothing if nearest(&key.text, keys.iter().copied()).is_none() => {
                    let line = "device: \"hw:CARD=Device,DEV=0\"";
                    both!("a value with a comma needs quotation marks: {line}", "wartość z przecinkiem wymaga cudzysłowu: {line}")
                }
                _ => meant_or_listed(&key.text, keys, ("possible keys", "możliwe klucze")),
            };
            problems.add(key.at, what, remedy);
        }
        Some(section)
    }

    /// Opens a section whose keys are names of the author's own choice.
    pub(super) fn open_free(node: &'n Node, name: &str, problems: &mut Problems) -> Option<Self> {
        let entries: &[(Word, Node)] = match &node.value {
            Value::Section(entries) => entries,
            Value::Nothing => &[],
            Value::Word(_) | Value::List(_) => {
                let what = format!("{} must be a section with keys of its own, here is {}", called(name), node.describe());
                problems.add(node.at, what, "write the keys below it, two spaces further in, each with a colon");
                return None;
            }
        };
        Some(Section { name: name.to_string(), at: node.at, entries, keys: Vec::new() })
    }

    /// All entries in the order of the file.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'n Word, &'n Node)> + use<'n> {
        self.entries.iter().map(|(key, node)| (key, node))
    }

    /// The value of a key that may be left out.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(known, _)| known.text == key).map(|(_, node)| node)
    }

    /// The value of a key that must be there; `example` is the line to add if it is not.
    pub(super) fn need(&self, key: &str, example: &str, problems: &mut Problems) -> Option<&'n Node> {
        self.need_or(key, format!("add a line such as: {example}"), problems)
    }

    /// The same for a whole section, which no single line can stand for.
    pub(super) fn need_section(&self, key: &str, problems: &mut Problems) -> Option<&'n Node> {
        self.need_or(key, format!("copy the section \"{key}:\" from rigs/virtual.yaml and adapt it"), problems)
    }

    fn need_or(&self, key: &str, remedy: String, problems: &mut Problems) -> Option<&'n Node> {
        let found = self.get(key);
        if found.is_none() {
            match self.misspelt(key) {
                // Told already when the section was opened: one slip of the pen is one problem.
                Some(_) if !self.keys.is_empty() => {}
                Some(typo) => {
                    let what = format!("unknown key \"{}\"{}", typo.text, self.within());
                    problems.add(typo.at, what, format!("did you mean \"{key}\"?"));
                }
                None => problems.add(self.at, format!("key \"{key}\" is missing{}", self.within()), remedy),
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
    pub(super) fn text(&self, key: &str, example: &str, problems: &mut Problems) -> Option<&'n Word> {
        let node = self.need(key, example, problems)?;
        self.word_of(node, key, example, problems)
    }

    /// Text that may be left out.
    pub(super) fn optional_text(&self, key: &str, example: &str, problems: &mut Problems) -> Option<&'n Word> {
        self.get(key).and_then(|node| self.word_of(node, key, example, problems))
    }

    fn word_of(&self, node: &'n Node, key: &str, example: &str, problems: &mut Problems) -> Option<&'n Word> {
        word(node, &self.path(key), example, problems)
    }

    /// A whole number within a range that must be there.
    pub(super) fn number(&self, key: &str, range: (u64, u64), example: &str, problems: &mut Problems) -> Option<u64> {
        let word = self.text(key, example, problems)?;
        number(word, &self.path(key), range, problems)
    }

    /// A whole number within a range that may be left out.
    pub(super) fn optional_number(&self, key: &str, range: (u64, u64), example: &str, problems: &mut Problems) -> Option<u64> {
        let word = self.optional_text(key, example, problems)?;
        number(word, &self.path(key), range, problems)
    }

    /// The items of a list; none where the key is left out, `None` where something else stands there.
    pub(super) fn list(&self, key: &str, example: &str, problems: &mut Problems) -> Option<&'n [Node]> {
        match self.get(key).map(|node| (node, &node.value)) {
            None | Some((_, Value::Nothing)) => Some(&[]),
            Some((_, Value::List(items))) => Some(items),
            Some((node, _)) => {
                let what = format!("{} must be a list, here is {}", self.path(key), node.describe());
                problems.add(node.at, what, format!("write it as: {example}"));
                None
            }
        }
    }

    /// The full name of a key of this section.
    pub(super) fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_string() } else { format!("{}.{key}", self.name) }
    }

    fn within(&self) -> String {
        if self.name.is_empty() { " at the top of the file".to_string() } else { format!(" in {}", self.name) }
    }
}

fn called(name: &str) -> &str {
    if name.is_empty() { "a rig" } else { name }
}

/// A node that must be plain text.
pub(super) fn word<'n>(node: &'n Node, path: &str, example: &str, problems: &mut Problems) -> Option<&'n Word> {
    match &node.value {
        Value::Word(word) if !word.text.trim().is_empty() => Some(word),
        Value::Word(_) | Value::Nothing => {
            problems.add(node.at, format!("{path} has no value"), format!("write it as: {example}"));
            None
        }
        Value::List(_) | Value::Section(_) => {
            let what = format!("{path} must be a single value, here is {}", node.describe());
            problems.add(node.at, what, format!("write it as: {example}"));
            None
        }
    }
}

/// A whole number as YAML writes one (1.2, 10.3.2: decimal, `0x`, `0o`), within a range.
pub(super) fn number(word: &Word, path: &str, (least, most): (u64, u64), problems: &mut Problems) -> Option<u64> {
    match serde_yaml::from_str::<u64>(&word.text.replace('_', "")) {
        Ok(value) if (least..=most).contains(&value) => Some(value),
        Ok(_) => {
            let remedy = format!("write a whole number from {least} to {most}");
            problems.add(word.at, format!("{path} is {}, allowed is {least} to {most}", word.text), remedy);
            None
        }
        Err(_) => {
            let what = format!("{path} must be a whole number, here is \"{}\"", word.text);
            problems.add(word.at, what, format!("write it in digits, from {least} to {most}"));
            None
        }
    }
}
