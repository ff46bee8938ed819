//! The seal of a run: a list of all its files with their hashes, the last of its journal and the time of day, and a
//! signature over that list. `sha256sum -c` and `minisign -V` check both without hejnal.
//!
//! Knows nothing of what the files say.

use super::files::{added, below, ordinary, sha256_of, unlike};
use super::minisign::{KeyError, Signature, shown};
use super::{Examined, Finding, Kind, PublicKey, SecretKey, after};
use crate::journal::store::JournalError;
use crate::unit::{Bilingual, Utc, both, harmless};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// The list, in the form of `sha256sum`; its first lines are comments.
pub const LIST_FILE: &str = "SHA256SUMS";
pub const SIGNATURE_FILE: &str = "SHA256SUMS.minisig";
const FIRST_LINE: &str = "# hejnal seal 1";
/// No list of a run is longer.
const LONGEST_LIST_BYTES: u64 = 64 << 20;

/// Whose seal a run bears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sealed {
    Not,
    /// By a key that was not at hand: that it is his stands on nobody's word.
    Unchecked {
        key: String,
        when: String,
    },
    /// The signature is that of the key that was given.
    By {
        key: String,
        when: String,
    },
    /// There is something that is no seal.
    Broken,
}

impl Sealed {
    /// In words.
    pub fn account(&self) -> Bilingual {
        match self {
            Sealed::Not => Bilingual::new("none", "brak"),
            Sealed::Unchecked { key, when } => both!(
                "says that it is of key {key}, {when}; whether it is was not checked: give the public key to hejnal verify --key",
                "podaje klucz {key}, {when}; nie sprawdzono tego: podaj klucz publiczny w hejnal verify --key"
            ),
            Sealed::By { key, when } => both!("of key {key}, {when}", "klucz {key}, {when}"),
            Sealed::Broken => Bilingual::new("BROKEN", "NARUSZONA"),
        }
    }
}

pub fn is_sealed(folder: &Path) -> bool {
    [LIST_FILE, SIGNATURE_FILE].iter().any(|file| std::fs::symlink_metadata(folder.join(file)).is_ok())
}

/// Seals a run that was found to hold. `now`: the time of day, in seconds since 1970.
///
/// # Errors
/// The files cannot be read, or nothing can be written beside them.
pub fn seal(folder: &Path, run: &Examined, key: &SecretKey, now: u64) -> Result<(), JournalError> {
    let when = Utc::from_unix(now).iso();
    let mut list = format!("{FIRST_LINE}\n# journal {}\n# sealed {when}\n", run.last_hash);
    if let Some(header) = &run.model.header {
        let kind = if header.simulated { "SIMULATED" } else { "measured" };
        let began = run.model.began_unix_seconds.map_or_else(|| "?".into(), |began| Utc::from_unix(began).iso());
        let line = format!("{kind}, {}, rig {}, began {began}", header.post.identity, header.rig);
        list += &format!("# run {}\n", harmless(&line));
    }
    for file in below(folder) {
        let sha256 = sha256_of(&folder.join(&file)).map_err(JournalError::io("read", &folder.join(&file)))?;
        // One that only a trick of names could list has no place in a run.
        if file.contains(['\n', '\r', '\\']) {
            let cause = io::Error::other("the name cannot be listed");
            return Err(JournalError::io("read", &folder.join(&file))(cause));
        }
        list += &format!("{sha256}  {file}\n");
    }
    let comment = format!("hejnal seal, {when}, journal {}", run.last_hash);
    write(&folder.join(LIST_FILE), &list)?;
    write(&folder.join(SIGNATURE_FILE), &key.sign(list.as_bytes(), &comment))
}

fn write(path: &Path, text: &str) -> Result<(), JournalError> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .map_err(JournalError::io("write", path))
}

fn wrong(en: &str, pl: &str) -> Finding {
    Finding::new(Kind::Seal, after(&("seal", "pieczęć").into(), &Bilingual::new(en, pl)))
}

/// A list as it stands in its file.
struct List {
    journal: String,
    when: String,
    files: BTreeMap<String, String>,
}

impl List {
    fn read(text: &str) -> Option<List> {
        let (mut journal, mut when, mut files) = (None, None, BTreeMap::new());
        let mut lines = text.lines();
        lines.next().filter(|line| *line == FIRST_LINE)?;
        for line in lines {
            if let Some(told) = line.strip_prefix("# ") {
                match told.split_once(' ')? {
                    ("journal", hash) if journal.is_none() => journal = Some(hash.to_string()),
                    ("sealed", moment) if when.is_none() => when = Some(harmless(moment).into_owned()),
                    ("run", _) => {}
                    _ => return None,
                }
            } else {
                let (hash, file) = line.split_once("  ")?;
                let is_hash = hash.len() == 64 && hash.bytes().all(|digit| digit.is_ascii_hexdigit());
                if !is_hash || files.insert(file.to_string(), hash.to_string()).is_some() {
                    return None;
                }
            }
        }
        Some(List { journal: journal?, when: when?, files })
    }
}

/// Looks at the seal in a folder; `key`: whose it ought to be.
pub(super) fn looked_at(folder: &Path, last_hash: &str, key: Option<&PublicKey>) -> (Sealed, Vec<Finding>) {
    if !is_sealed(folder) {
        let unsealed = key.map(|_| wrong("this run bears none", "ten przebieg nie ma pieczęci"));
        return (Sealed::Not, unsealed.into_iter().collect());
    }
    let (list, signature) = match (read(&folder.join(LIST_FILE)), read(&folder.join(SIGNATURE_FILE))) {
        (Ok(list), Ok(signature)) => (list, signature),
        (list, signature) => {
            let unread = [(LIST_FILE, list), (SIGNATURE_FILE, signature)].into_iter().filter(|(_, read)| read.is_err());
            let findings = unread.map(|(file, read)| Finding { kind: Kind::Seal, ..unlike(file, read.map(|_| ())) }).collect();
            return (Sealed::Broken, findings);
        }
    };
    let signature = match Signature::read(&signature) {
        Ok(signature) => signature,
        Err(KeyError(Bilingual { en, pl })) => return (Sealed::Broken, vec![wrong(&en, &pl)]),
    };
    let mut findings = Vec::new();
    let name = shown(signature.number);
    if let Some(key) = key.filter(|key| !key.has_signed(list.as_bytes(), &signature)) {
        findings.push(match key.number == signature.number {
            true => wrong("the list or its comment is not what was signed", "lista albo jej komentarz to nie to, co podpisano"),
            false => wrong(
                &format!("it is that of key {name}, and not of {}", shown(key.number)),
                &format!("jest od klucza {name}, a nie {}", shown(key.number)),
            ),
        });
    }
    let Some(list) = List::read(&list) else {
        findings.push(wrong("the list is not one of hejnal", "to nie jest lista programu hejnal"));
        return (Sealed::Broken, findings);
    };
    if list.journal != last_hash {
        findings.push(wrong("it is that of another journal", "jest od innego dziennika"));
    }
    if !signature.trusted.contains(&list.when) || !signature.trusted.contains(&list.journal) {
        findings.push(wrong("the list and its signed comment differ", "lista i jej podpisany komentarz różnią się"));
    }
    let files: BTreeSet<String> = below(folder);
    for (file, hash) in &list.files {
        // A name that leads out of the folder is not looked up.
        let found = if files.contains(file) { sha256_of(&folder.join(file)) } else { Err(io::ErrorKind::NotFound.into()) };
        match found {
            Ok(found) if found == *hash => {}
            found => findings.push(unlike(file, found.map(|_| ()))),
        }
    }
    let is_listed = |file: &&String| list.files.contains_key(*file) || [LIST_FILE, SIGNATURE_FILE].contains(&file.as_str());
    findings.extend(files.iter().filter(|file| !is_listed(file)).map(|file| added(file)));
    let (when, is_sound) = (list.when, findings.is_empty());
    let sealed = match (is_sound, key) {
        (false, _) => Sealed::Broken,
        (true, Some(_)) => Sealed::By { key: name, when },
        (true, None) => Sealed::Unchecked { key: name, when },
    };
    (sealed, findings)
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    ordinary(path)?.take(LONGEST_LIST_BYTES).read_to_string(&mut text)?;
    Ok(text)
}
