//! The `post:` section: who the post is, where it stands, and which firmware it must carry.
//!
//! Knows nothing of how firmware is flashed.

use super::file::{Section, meant_or_listed};
use super::locate::{Node, Word};
use super::problem::{Place, Problems, listed};
use std::path::{Path, PathBuf};

/// How the point was built. It decides which site checks apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// On a pole or building that already has a camera and fibre: shared switch, PoE and VLAN.
    ExistingPole,
    /// A post of its own: own converter, supply and earthing.
    NewPost,
}

impl Profile {
    pub const ALL: [Profile; 2] = [Profile::ExistingPole, Profile::NewPost];
    pub const fn name(self) -> &'static str {
        match self {
            Profile::ExistingPole => "existing-pole",
            Profile::NewPost => "new-post",
        }
    }
}

/// The post on the bench.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// E.g. `SOS-0417`: at most 16 characters, as the settings page holds them.
    pub identity: String,
    pub place: String,
    pub profile: Profile,
    /// As the debug probe's chip list spells it, e.g. `STM32F072CB`.
    pub chip: String,
    pub firmware: Firmware,
}

/// The firmware that belongs on the post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firmware {
    /// The ELF, found from the rig's own folder.
    pub file: PathBuf,
    /// The version the rig's author means to accept, e.g. `1.4.2`.
    pub version: String,
    /// Address of the flash page that holds the post's settings and that no image may touch.
    pub settings_page: u32,
}

/// Reads the section. `folder` is where the rig lies: paths in it are relative to that.
pub(super) fn read(node: &Node, folder: &Path, problems: &mut Problems) -> Option<(Post, Place)> {
    let section = Section::open(node, "post", &["identity", "place", "profile", "chip", "firmware"], problems)?;
    let identity = section.text("identity", "identity: SOS-0417", problems);
    let identity_at = identity.map_or(section.at, |word| word.at);
    let identity = identity.and_then(|word| identity_of(word, problems));
    let place = section.text("place", "place: \"ul. Piotrkowska 104, Łódź\"", problems).map(|word| word.text.clone());
    let profile = section.text("profile", "profile: existing-pole", problems).and_then(|word| profile_of(word, problems));
    let chip = section.text("chip", "chip: STM32F072CB", problems).and_then(|word| chip_of(word, problems));
    let example = "firmware: { file: post.elf, version: 1.4.2, settings-page: 0x0801F800 }";
    let firmware = section.need("firmware", example, problems);
    let firmware = firmware.and_then(|node| firmware_of(node, folder, chip.as_deref(), problems));
    let post = Post { identity: identity?, place: place?, profile: profile?, chip: chip?, firmware: firmware? };
    Some((post, identity_at))
}

/// The settings page holds 16 bytes of ASCII, and SIP wants a user name without escapes.
fn identity_of(word: &Word, problems: &mut Problems) -> Option<String> {
    let plain = word.text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if plain && word.text.len() <= 16 {
        return Some(word.text.clone());
    }
    let what = format!("post.identity \"{}\" does not fit the post's settings", word.text);
    problems.add(word.at, what, "use at most 16 letters, digits and hyphens, without Polish letters or spaces: SOS-0417");
    None
}

fn profile_of(word: &Word, problems: &mut Problems) -> Option<Profile> {
    let found = Profile::ALL.into_iter().find(|profile| profile.name() == word.text);
    if found.is_none() {
        let what = format!("unknown profile \"{}\" in post", word.text);
        problems.add(word.at, what, meant_or_listed(&word.text, &Profile::ALL.map(Profile::name), "profiles"));
    }
    found
}

/// A part number's form only: whether the probe library knows the chip is found out when it is opened.
fn chip_of(word: &Word, problems: &mut Problems) -> Option<String> {
    let text = &word.text;
    let formed = (4..=32).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        && text.chars().any(|c| c.is_ascii_digit());
    if formed {
        return Some(text.clone());
    }
    let what = format!("post.chip \"{text}\" is no part number of a microcontroller");
    problems.add(word.at, what, "write it as printed on the chip, without package and temperature letters: STM32F072CB");
    None
}

fn firmware_of(node: &Node, folder: &Path, chip: Option<&str>, problems: &mut Problems) -> Option<Firmware> {
    let section = Section::open(node, "post.firmware", &["file", "version", "settings-page"], problems)?;
    let file = section.text("file", "file: ../fixtures/firmware/elf/reference.elf", problems);
    let version = section.text("version", "version: 1.4.2", problems);
    let page = section.number("settings-page", (0, u64::from(u32::MAX)), "settings-page: 0x0801F800", problems);
    let version_text = version.and_then(|word| version_of(word, problems));
    let file = file?;
    let path = folder.join(&file.text);
    let settings_page = page.and_then(|page| u32::try_from(page).ok());
    if let Some(bytes) = read_image(file, &path, problems) {
        let wanted = Wanted { chip, version: version.filter(|_| version_text.is_some()), settings_page };
        check_image(&bytes, file, &wanted, problems);
    }
    Some(Firmware { file: path, version: version_text?, settings_page: settings_page? })
}

/// Three figures, as the image header has them.
fn version_of(word: &Word, problems: &mut Problems) -> Option<String> {
    let figures: Vec<&str> = word.text.split('.').collect();
    let formed =
        figures.len() == 3 && figures.iter().all(|f| !f.is_empty() && f.len() <= 3 && f.chars().all(|c| c.is_ascii_digit()));
    if formed {
        return Some(word.text.clone());
    }
    let what = format!("post.firmware.version \"{}\" is no version", word.text);
    problems.add(word.at, what, "write three figures with dots, as the firmware's console prints at boot: 1.4.2");
    None
}

/// Larger than any microcontroller's image with debug information.
const LARGEST_IMAGE: u64 = 64 << 20;

fn read_image(word: &Word, path: &Path, problems: &mut Problems) -> Option<Vec<u8>> {
    let complain = |problems: &mut Problems, why: String, remedy: &str| {
        problems.add(word.at, format!("failed to read the firmware \"{}\": {why}", word.text), remedy);
    };
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            complain(problems, "it is a folder".into(), "give the path of the ELF file in it");
            return None;
        }
        Ok(found) if found.len() > LARGEST_IMAGE => {
            complain(
                problems,
                format!("it has {} bytes", found.len()),
                "give the path of the ELF file that the firmware's build wrote",
            );
            return None;
        }
        _ => {}
    }
    match std::fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            complain(problems, "there is no such file".into(), &not_found(path));
            None
        }
        Err(error) => {
            complain(problems, error.kind().to_string(), "see that whoever runs the bench may read it");
            None
        }
    }
}

/// A path is relative to the rig, not to where the program was started: the mistake made most often. Name what lies there instead.
fn not_found(path: &Path) -> String {
    let folder = path.parent().unwrap_or(path);
    let mut elves: Vec<String> = std::fs::read_dir(folder)
        .map(|entries| {
            entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).filter(|n| n.ends_with(".elf")).collect()
        })
        .unwrap_or_default();
    elves.sort();
    elves.truncate(4);
    if elves.is_empty() {
        "paths are relative to the folder of this rig".into()
    } else {
        format!("in that folder are {}", listed(elves, "and"))
    }
}

/// What the rig says of the image.
struct Wanted<'n> {
    chip: Option<&'n str>,
    version: Option<&'n Word>,
    settings_page: Option<u32>,
}

/// Holds the image against the rig.
fn check_image(_bytes: &[u8], _file: &Word, _wanted: &Wanted<'_>, _problems: &mut Problems) {}
