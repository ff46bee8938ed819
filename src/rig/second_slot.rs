//! `post.firmware.second-slot:`: where a post takes a new image in beside its own, how that is put on trial, and two
//! images to try.
//!
//! Knows nothing of how an image is written, nor of how a post decides: addresses and bytes are the maker's.

use super::firmware::{address_of, read_image, unfit};
use crate::image::{self, Chip};
use crate::problem::Problems;
use crate::unit::both;
use crate::yaml::{Node, Section, Word};
use std::path::{Path, PathBuf};

/// A place for an image beside the post's own, from which it can be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondSlot {
    /// Where an image for it begins.
    pub at: u32,
    /// Another version than the post's own, as sound as that.
    pub good: PathBuf,
    /// One that can never register.
    pub bad: PathBuf,
    pub record: TrialRecord,
    /// What the console gives as the cause of a start after the image on trial was refused; `None`: it need not say.
    pub cause: Option<String>,
}

/// Where the post notes that an image is on trial, and in which bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialRecord {
    pub at: u32,
    /// Written behind an image: it is on trial from the next start on.
    pub trial: Vec<u8>,
    /// As many, by which nothing is on trial and the post's own image starts.
    pub none: Vec<u8>,
}

const SECTION: &str = "post.firmware.second-slot";
const RECORD: &str = "post.firmware.second-slot.record";
/// More than any record of a few marks.
const LONGEST_RECORD: usize = 256;

/// Reads the section and holds the images against the chip. `own`: the version that the rig names for the post's own.
pub(super) fn read(
    node: &Node,
    folder: &Path,
    chip: Option<&Chip>,
    own: Option<&str>,
    problems: &mut Problems,
) -> Option<SecondSlot> {
    let section = Section::open(node, SECTION, &["at", "good", "bad", "record", "cause"], problems)?;
    let at = section.text("at", "at: 0x0800F800", problems);
    let at = at.and_then(|word| address_of(&section.path("at"), word, "0x0800F800", problems));
    let mut file = |key: &str, example: &str| {
        let word = section.text(key, example, problems)?;
        let path = folder.join(&word.text);
        let bytes = read_image(word, &path, problems)?;
        check(word, &bytes, chip.zip(at), own.filter(|_| key == "good"), problems);
        Some(path)
    };
    let good = file("good", "good: ../fixtures/firmware/elf/trial/sound.elf");
    let bad = file("bad", "bad: ../fixtures/firmware/elf/trial/never-registers.elf");
    let record = section.need("record", "record: { at: 0x0801F000, trial: 484A5452, none: FFFFFFFF }", problems);
    let record = record.and_then(|node| record_of(node, problems));
    let cause = section.optional_text("cause", "cause: rollback", problems).map(|word| word.text.clone());
    Some(SecondSlot { at: at?, good: good?, bad: bad?, record: record?, cause })
}

/// An image for the second slot begins there, and says which version it is; the sound one is another than the post's.
fn check(word: &Word, bytes: &[u8], place: Option<(&Chip, u32)>, own: Option<&str>, problems: &mut Problems) {
    let Some((chip, at)) = place else { return };
    let image = match image::inspect_at(bytes, chip, at) {
        Ok(image) => image,
        Err(found) => return unfit(word, found, problems),
    };
    let Some(header) = image.header else {
        let cause = both!(
            "firmware \"{}\" does not say which version it is",
            "oprogramowanie \"{}\" nie podaje swojej wersji",
            word.text
        );
        let remedy = (
            "take one whose build puts the header record into it, as into the post's own",
            "użyj obrazu z rekordem nagłówka, takim jak we własnym oprogramowaniu punktu",
        );
        return problems.add(word.at, cause, remedy);
    };
    if own == Some(header.version.as_str()) {
        let cause = both!(
            "firmware \"{}\" is version {}, as the post's own: nobody could tell which of the two runs",
            "oprogramowanie \"{}\" ma wersję {}, taką samą jak własne oprogramowanie punktu: nie da się ich odróżnić",
            word.text,
            header.version
        );
        let remedy = ("build it with another version for the trial", "zbuduj je na potrzeby próby pod innym numerem wersji");
        problems.add(word.at, cause, remedy);
    }
}

fn record_of(node: &Node, problems: &mut Problems) -> Option<TrialRecord> {
    let section = Section::open(node, RECORD, &["at", "trial", "none"], problems)?;
    let at = section.text("at", "at: 0x0801F000", problems);
    let at = at.and_then(|word| address_of(&section.path("at"), word, "0x0801F000", problems));
    let mut bytes = |key: &str, example: &str| {
        let word = section.text(key, example, problems)?;
        Some((word, bytes_of(&section.path(key), word, problems)?))
    };
    let (_, trial) = bytes("trial", "trial: 484A5452FFFF")?;
    let (word, none) = bytes("none", "none: FFFFFFFFFFFF")?;
    if trial.len() != none.len() {
        let (path, wanted, found) = (section.path("none"), trial.len(), none.len());
        let cause = both!("{path} has {found} bytes, trial has {wanted}", "{path} ma {found} B, a trial {wanted} B");
        let remedy = (
            "write the same bytes as they are while nothing is on trial",
            "podaj te same bajty w stanie, w którym nic nie jest na próbie",
        );
        problems.add(word.at, cause, remedy);
        return None;
    }
    Some(TrialRecord { at: at?, trial, none })
}

/// `48 4A 54` or `484A54`.
fn bytes_of(path: &str, word: &Word, problems: &mut Problems) -> Option<Vec<u8>> {
    let digits: Vec<u8> = word.text.bytes().filter(|byte| *byte != b' ').collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(|two| if two.len() == 2 { pair(two) } else { None }).collect();
    let bytes = bytes.filter(|bytes| (1..=LONGEST_RECORD).contains(&bytes.len()));
    if bytes.is_none() {
        let cause = both!("{path} is no row of bytes: \"{}\"", "{path} nie jest ciągiem bajtów: \"{}\"", word.text);
        let remedy = both!(
            "write 1 to {LONGEST_RECORD} bytes, two hexadecimal digits each: \"48 4A 54 52\"",
            "zapisz od 1 do {LONGEST_RECORD} bajtów, każdy dwiema cyframi szesnastkowymi: \"48 4A 54 52\""
        );
        problems.add(word.at, cause, remedy);
    }
    bytes
}
