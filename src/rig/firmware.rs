//! `post.firmware:`: the image that belongs on the post, held against chip and version before anything is flashed.
//!
//! Knows nothing of how firmware is flashed, and nothing of the probe library's list of chips.

use super::second_slot::{self, SecondSlot};
use crate::image::{self, Chip, Core, Header};
use crate::problem::{AND, Problem, Problems, did_you_mean, listed, nearest};
use crate::unit::{Bilingual, both};
use crate::yaml::{MAY_READ, Node, Section, Word};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The firmware that belongs on the post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firmware {
    /// The ELF, found from the rig's own folder.
    pub file: PathBuf,
    /// The version the rig's author means to accept, e.g. `1.4.2`.
    pub version: String,
    /// The variant, as the image's header has it: `reference`, unless the rig says otherwise. One version may be built
    /// in several.
    pub variant: String,
    /// Address of the flash page that holds the post's settings and that no image may touch.
    pub settings_page: u32,
    /// Where a new image is put on trial; `None`: the post has one place for an image.
    pub second_slot: Option<SecondSlot>,
}

/// What a build is called that was asked for nothing special.
const USUAL_VARIANT: &str = "reference";

/// What the rig says of the image, where it says it.
struct Named<'n> {
    file: &'n Word,
    /// `None`: not there, or no version.
    version: Option<&'n Word>,
    variant: Option<&'n Word>,
}

const KEYS: &[&str] = &["file", "version", "variant", "settings-page", "second-slot"];

/// Reads `post.firmware` and holds the image against it. `folder` is where the rig lies.
pub(super) fn read(node: &Node, folder: &Path, chip: Option<&str>, problems: &mut Problems) -> Option<Firmware> {
    let section = Section::open(node, "post.firmware", KEYS, problems)?;
    let file = section.text("file", "file: ../fixtures/firmware/elf/reference.elf", problems);
    let version = section.text("version", "version: 1.4.2", problems);
    let variant = section.optional_text("variant", "variant: reference", problems);
    let page = section.text("settings-page", "settings-page: 0x0801F800", problems);
    let settings_page = page.and_then(|word| page_of(word, chip, problems));
    let version_text = version.and_then(|word| version_of(word, problems));
    let file = file?;
    let path = folder.join(&file.text);
    if let Some(bytes) = read_image(file, &path, problems) {
        let named = Named { file, version: version.filter(|_| version_text.is_some()), variant };
        check_image(&bytes, &named, chip, settings_page, problems);
    }
    let second_slot = section.get("second-slot").map(|node| {
        let chip = chip.and_then(|name| chip_named(name, settings_page));
        second_slot::read(node, folder, chip.as_ref(), version_text.as_deref(), problems)
    });
    let second_slot = match second_slot {
        Some(read) => Some(read?),
        None => None,
    };
    let variant = variant.map_or(USUAL_VARIANT, |word| &word.text).to_string();
    Some(Firmware { file: path, version: version_text?, variant, settings_page: settings_page?, second_slot })
}

/// An address as a datasheet writes it.
pub(super) fn address_of(path: &str, word: &Word, example: &str, problems: &mut Problems) -> Option<u32> {
    let digits = word.text.strip_prefix("0x").or_else(|| word.text.strip_prefix("0X"));
    let address = digits.and_then(|digits| u32::from_str_radix(&digits.replace('_', ""), 16).ok());
    if address.is_none() {
        let cause = both!("{path} must be an address, here is \"{}\"", "{path}: oczekiwano adresu, jest \"{}\"", word.text);
        let remedy =
            both!("write it in hexadecimal, with 0x before it: {example}", "zapisz go szesnastkowo, z 0x na początku: {example}");
        problems.add(word.at, cause, remedy);
    }
    address
}

/// Where the settings begin: the first address of a flash page of this chip.
fn page_of(word: &Word, chip: Option<&str>, problems: &mut Problems) -> Option<u32> {
    let path = "post.firmware.settings-page";
    let page = address_of(path, word, "0x0801F800", problems)?;
    let Some((_, flash)) = chip.and_then(stm32) else { return Some(page) };
    if !flash.contains(&page) {
        let (start, last) = (flash.start, flash.end - 1);
        let cause = both!(
            "{path} 0x{page:08X} is outside the chip's flash, 0x{start:08X} to 0x{last:08X}",
            "{path} 0x{page:08X} leży poza pamięcią flash układu, od 0x{start:08X} do 0x{last:08X}"
        );
        let remedy = both!(
            "settings mostly lie in the last page: 0x{:08X}",
            "ustawienia leżą zwykle na ostatniej stronie: 0x{:08X}",
            flash.end - SETTINGS_BYTES
        );
        problems.add(word.at, cause, remedy);
        return None;
    }
    if page % SETTINGS_BYTES != 0 {
        let cause = both!(
            "{path} 0x{page:08X} is not where a flash page of {SETTINGS_BYTES} bytes begins",
            "{path} 0x{page:08X} nie jest początkiem strony pamięci flash ({SETTINGS_BYTES} B)"
        );
        let remedy = both!(
            "write 0x{:08X}, if that is the page meant",
            "wpisz 0x{:08X}, jeśli chodzi o tę stronę",
            page - page % SETTINGS_BYTES
        );
        problems.add(word.at, cause, remedy);
        return None;
    }
    Some(page)
}

/// Three figures, as the image header has them.
fn version_of(word: &Word, problems: &mut Problems) -> Option<String> {
    let figures: Vec<&str> = word.text.split('.').collect();
    let formed =
        figures.len() == 3 && figures.iter().all(|f| !f.is_empty() && f.len() <= 3 && f.chars().all(|c| c.is_ascii_digit()));
    if formed {
        return Some(word.text.clone());
    }
    let cause =
        both!("post.firmware.version \"{}\" is no version", "post.firmware.version \"{}\" nie jest numerem wersji", word.text);
    let remedy = (
        "write three figures with dots, as the firmware's console prints at boot: 1.4.2",
        "zapisz trzy liczby rozdzielone kropkami, jak w komunikacie startowym na konsoli: 1.4.2",
    );
    problems.add(word.at, cause, remedy);
    None
}

/// Larger than any microcontroller's image with debug information.
const LARGEST_IMAGE: u64 = 64 << 20;

pub(super) fn read_image(word: &Word, path: &Path, problems: &mut Problems) -> Option<Vec<u8>> {
    let failed = both!("failed to read the firmware \"{}\"", "nie udało się odczytać oprogramowania \"{}\"", word.text);
    let because = |why: Bilingual| Bilingual::new(format!("{}: {}", failed.en, why.en), format!("{}: {}", failed.pl, why.pl));
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            let remedy = ("give the path of the ELF file in it", "podaj ścieżkę do pliku ELF w tym katalogu");
            problems.add(word.at, because(("it is a folder", "to jest katalog").into()), remedy);
            return None;
        }
        Ok(found) if found.len() > LARGEST_IMAGE => {
            let remedy = (
                "give the path of the ELF file that the firmware's build wrote",
                "podaj ścieżkę do pliku ELF utworzonego przy budowaniu oprogramowania",
            );
            problems.add(word.at, because(both!("it has {} bytes", "plik ma {} B", found.len())), remedy);
            return None;
        }
        _ => {}
    }
    match std::fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            problems.add(word.at, because(("there is no such file", "nie ma takiego pliku").into()), not_found(path));
            None
        }
        Err(error) => {
            problems.push(word.at, Problem::new(failed, MAY_READ).with_detail(error.kind()));
            None
        }
    }
}

/// Mostly a typo, or a path taken from where the program was started instead of from the rig. Name what lies there
/// instead.
fn not_found(path: &Path) -> Bilingual {
    let folder = path.parent().unwrap_or(path);
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut elves: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    elves.retain(|name| name.ends_with(".elf"));
    elves.sort();
    let typed = path.file_name().unwrap_or_default().to_string_lossy();
    if let Some(meant) = nearest(&typed, elves.iter().map(String::as_str)) {
        return did_you_mean(meant);
    }
    if elves.is_empty() {
        return ("a path is relative to the folder of this rig", "ścieżki są względne wobec katalogu tego opisu").into();
    }
    elves.truncate(4);
    let there = listed(elves, AND);
    Bilingual::new(format!("in that folder are {}", there.en), format!("w tym katalogu są {}", there.pl))
}

/// Holds the image against the rig: does it run on this chip, does it leave the settings alone, is it the version
/// meant?
fn check_image(
    bytes: &[u8],
    Named { file, version, variant }: &Named<'_>,
    chip: Option<&str>,
    page: Option<u32>,
    problems: &mut Problems,
) {
    let Some(chip) = chip.and_then(|name| chip_named(name, page)) else { return };
    let image = match image::inspect(bytes, &chip) {
        Ok(image) => image,
        Err(found) => return unfit(file, found, problems),
    };
    let Some(header) = image.header else {
        let cause = both!(
            "firmware \"{}\" does not say which version it is: no header at 0x{:08X}",
            "oprogramowanie \"{}\" nie podaje swojej wersji: brak nagłówka pod adresem 0x{:08X}",
            file.text,
            image.begins().unwrap_or_default() + Header::OFFSET
        );
        let remedy = (
            "take a post's firmware: its build puts a 64-byte record beginning with HJFW there",
            "użyj oprogramowania punktu: ma w tym miejscu 64-bajtowy rekord zaczynający się od HJFW",
        );
        problems.add(file.at, cause, remedy);
        return;
    };
    if let Some(version) = version.filter(|version| version.text != header.version) {
        let there = &header.version;
        let cause = both!(
            "post.firmware.version is {}, but \"{}\" says it is {there}",
            "post.firmware.version to {}, lecz według \"{}\" jest to wersja {there}",
            version.text,
            file.text
        );
        let remedy = both!(
            "take the right file, or write {there} if that is the version to accept",
            "wskaż właściwy plik albo wpisz {there}, jeśli tę wersję należy odebrać"
        );
        problems.add(version.at, cause, remedy);
    }
    let wanted = variant.map_or(USUAL_VARIANT, |word| &word.text);
    if wanted != header.variant {
        let there = &header.variant;
        let cause = both!(
            "post.firmware.variant is {wanted}, but \"{}\" says it is {there}",
            "post.firmware.variant to {wanted}, lecz według \"{}\" jest to wariant {there}",
            file.text
        );
        let remedy = both!(
            "take the right file, or write variant: {there} if that is the one to accept",
            "wskaż właściwy plik albo wpisz variant: {there}, jeśli ten wariant należy odebrać"
        );
        problems.add(variant.map_or(file.at, |word| word.at), cause, remedy);
    }
}

/// What speaks against an image, each with the file's name.
pub(super) fn unfit(file: &Word, found: Vec<Problem>, problems: &mut Problems) {
    for problem in found {
        let cause = Bilingual::new(
            format!("firmware \"{}\": {}", file.text, problem.cause.en),
            format!("oprogramowanie \"{}\": {}", file.text, problem.cause.pl),
        );
        problems.push(file.at, Problem { cause, ..problem });
    }
}

/// Settings fill one flash page (RM0091, 3.3: 2 KiB on the larger STM32F0).
pub(super) const SETTINGS_BYTES: u32 = 2048;

/// Core and flash as ST's part numbers tell them. Of other makes nothing is known on paper: there the bench checks when
/// it opens the probe.
fn chip_named(name: &str, settings_page: Option<u32>) -> Option<Chip> {
    let (core, flash) = stm32(name)?;
    let reserved = settings_page.map(|page| page..page.saturating_add(SETTINGS_BYTES));
    Some(Chip { name: name.to_string(), core, flash: vec![flash], reserved: reserved.into_iter().collect() })
}

/// `STM32F072CB`: family F0, line 72, C pins, B for 128 KiB of flash from 0x0800_0000 on.
fn stm32(name: &str) -> Option<(Core, Range<u32>)> {
    let rest = name.strip_prefix("STM32")?;
    let core = match rest.get(..2)? {
        "F0" | "G0" | "L0" | "C0" => Core::Armv6M,
        "F1" | "F2" | "L1" => Core::Armv7M,
        "F3" | "F4" | "F7" | "G4" | "L4" => Core::Armv7EM,
        _ => return None,
    };
    let kibibytes: u32 = match rest.chars().nth(5)? {
        '4' => 16,
        '6' => 32,
        '8' => 64,
        'B' => 128,
        'C' => 256,
        'D' => 384,
        'E' => 512,
        'F' => 768,
        'G' => 1024,
        'H' => 1536,
        'I' => 2048,
        _ => return None,
    };
    const FLASH: u32 = 0x0800_0000;
    Some((core, FLASH..FLASH + (kibibytes << 10)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Option<(Core, u32)>) {
        assert_eq!(stm32(name).map(|(core, flash)| (core, flash.end)), expected, "{name}");
    }

    #[test]
    fn part_numbers_tell_core_and_flash() {
        check("STM32F072CB", Some((Core::Armv6M, 0x0802_0000)));
        check("STM32F072CBTx", Some((Core::Armv6M, 0x0802_0000)));
        check("STM32F103C8", Some((Core::Armv7M, 0x0801_0000)));
        check("STM32F407VG", Some((Core::Armv7EM, 0x0810_0000)));
        check("STM32", None);
        check("nRF52840_xxAA", None);
        check("STM32łódźć", None);
    }
}
