//! `post.other:`: another point that the post can be made to be, so that it shows where it takes its name from.
//!
//! Knows nothing of how a settings page is laid out: the maker of the post writes the file.

use super::firmware::SETTINGS_BYTES;
use super::post::{Name, OtherPoint, identity_of};
use crate::problem::{Problem, Problems};
use crate::unit::{Bilingual, both};
use crate::yaml::{MAY_READ, Node, Section, Word};
use std::path::Path;

const SECTION: &str = "post.other";
const IDENTITY: &str = "post.other.identity";

/// Reads the section. `own`: the name of the post itself.
pub(super) fn read(node: &Node, folder: &Path, own: Option<&str>, problems: &mut Problems) -> Option<(OtherPoint, Name)> {
    let section = Section::open(node, SECTION, &["identity", "settings"], problems)?;
    let word = section.text("identity", "identity: SOS-0418", problems);
    let identity = word.and_then(|word| identity_of(IDENTITY, word, problems));
    if let (Some(word), Some(identity)) = (word, &identity)
        && own == Some(identity.as_str())
    {
        let cause = both!("{IDENTITY} is the post's own: \"{}\"", "{IDENTITY} to nazwa własna punktu: \"{}\"", identity);
        let remedy = (
            "name a point that this post is not, and add it to the operator's users",
            "podaj nazwę innego punktu i dopisz go do users operatora",
        );
        problems.add(word.at, cause, remedy);
    }
    let file = section.text("settings", "settings: ../fixtures/firmware/settings/SOS-0418.bin", problems);
    let settings = file.and_then(|word| page(word, &folder.join(&word.text), problems));
    let name = Name { path: IDENTITY, identity: identity.clone()?, at: word?.at };
    Some((OtherPoint { identity: identity?, settings: settings? }, name))
}

/// What the page begins with: at least a byte, at most a page.
fn page(word: &Word, path: &Path, problems: &mut Problems) -> Option<Vec<u8>> {
    let failed = both!("failed to read the settings \"{}\"", "nie udało się odczytać ustawień \"{}\"", word.text);
    let because = |why: Bilingual| Bilingual::new(format!("{}: {}", failed.en, why.en), format!("{}: {}", failed.pl, why.pl));
    let most = u64::from(SETTINGS_BYTES);
    let remedy = (
        "give the file with the bytes that this point's settings page begins with, as the post's maker writes them",
        "podaj plik z bajtami, którymi zaczyna się strona ustawień tego punktu, utworzony przez producenta",
    );
    match std::fs::metadata(path) {
        Ok(found) if !found.is_file() => {
            problems.add(word.at, because(("it is no file", "to nie jest plik").into()), remedy);
            return None;
        }
        Ok(found) if found.len() == 0 || found.len() > most => {
            let why = both!("it has {} bytes, not 1 to {most}", "plik ma {} B zamiast od 1 do {most}", found.len());
            problems.add(word.at, because(why), remedy);
            return None;
        }
        _ => {}
    }
    match std::fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            problems.add(word.at, because(("there is no such file", "nie ma takiego pliku").into()), remedy);
            None
        }
        Err(error) => {
            problems.push(word.at, Problem::new(failed, MAY_READ).with_detail(error.kind()));
            None
        }
    }
}
