//! The `post:` section: who the post is, where it stands, and which firmware it must carry.
//!
//! Knows nothing of how firmware is flashed.

use super::firmware::{self, Firmware};
use super::headers::{self, Headers};
use super::other;
use crate::problem::{Place, Problems, meant_or_listed};
use crate::unit::both;
use crate::yaml::{Node, Section, Word};
use std::path::Path;

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
    /// It lives on for a while when the mains fail.
    pub battery: bool,
    /// Between it and the operator addresses are translated: what it names as its own address nobody here can check.
    pub behind_nat: bool,
    pub firmware: Firmware,
    /// In which headers of its INVITE it says more than SIP asks for.
    pub headers: Headers,
    /// For proving that the post takes its name from its settings.
    pub other: Option<OtherPoint>,
}

/// A point that the post can be made to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherPoint {
    /// See [`Post::identity`].
    pub identity: String,
    /// What its settings page begins with.
    pub settings: Vec<u8>,
}

/// A name that the rig gives a post, and where.
pub(super) struct Name {
    pub path: &'static str,
    pub identity: String,
    pub at: Place,
}

const KEYS: &[&str] = &["identity", "place", "profile", "chip", "battery", "behind-nat", "firmware", "headers", "other"];

/// Reads the section. `folder` is where the rig lies: paths in it are relative to that. The names are those that the
/// operator has to know.
pub(super) fn read(node: &Node, folder: &Path, problems: &mut Problems) -> Option<(Post, Vec<Name>)> {
    let section = Section::open(node, "post", KEYS, problems)?;
    let identity = section.text("identity", "identity: SOS-0417", problems);
    let identity_at = identity.map_or(section.at, |word| word.at);
    let identity = identity.and_then(|word| identity_of("post.identity", word, problems));
    let place = section.text("place", "place: \"ul. Piotrkowska 104, Łódź\"", problems).map(|word| word.text.clone());
    let profile = section.text("profile", "profile: existing-pole", problems).and_then(|word| profile_of(word, problems));
    let chip = section.text("chip", "chip: STM32F072CB", problems).and_then(|word| chip_of(word, problems));
    let battery = switch(&section, "battery", "battery: true", BATTERY, problems);
    let behind_nat = switch(&section, "behind-nat", "behind-nat: true", BEHIND_NAT, problems);
    let example = "firmware: { file: post.elf, version: 1.4.2, settings-page: 0x0801F800 }";
    let firmware = section.need("firmware", example, problems);
    let firmware = firmware.and_then(|node| firmware::read(node, folder, chip.as_deref(), problems));
    let headers = section.get("headers").map_or(Some(Headers::default()), |node| headers::read(node, problems));
    let other = section.get("other").map(|node| other::read(node, folder, identity.as_deref(), problems));
    let own = Name { path: "post.identity", identity: identity.clone()?, at: identity_at };
    let (other, other_name) = match other {
        Some(other) => other.map(|(other, name)| (Some(other), Some(name)))?,
        None => (None, None),
    };
    let post = Post {
        identity: identity?,
        place: place?,
        profile: profile?,
        chip: chip?,
        battery: battery?,
        behind_nat: behind_nat?,
        firmware: firmware?,
        headers: headers?,
        other,
    };
    Some((post, [own].into_iter().chain(other_name).collect()))
}

/// The settings page holds 16 bytes of ASCII, and SIP wants a user name without escapes.
pub(super) fn identity_of(path: &str, word: &Word, problems: &mut Problems) -> Option<String> {
    let plain = word.text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if plain && word.text.len() <= 16 {
        return Some(word.text.clone());
    }
    let cause =
        both!("{path} \"{}\" does not fit the post's settings", "{path} \"{}\" nie mieści się w ustawieniach punktu", word.text);
    let remedy = (
        "use at most 16 letters, digits and hyphens, without Polish letters or spaces: SOS-0417",
        "użyj najwyżej 16 liter, cyfr i łączników, bez polskich liter i spacji: SOS-0417",
    );
    problems.add(word.at, cause, remedy);
    None
}

/// Whether a post lives on without mains decides what its silence proves: it is said, never guessed.
const BATTERY: (&str, &str) = (
    "write true for a post with a battery, false or nothing for one without",
    "wpisz true, jeśli punkt ma akumulator; jeśli nie ma, wpisz false albo usuń ten wiersz",
);
const BEHIND_NAT: (&str, &str) = (
    "write true if addresses are translated between post and operator, else false or nothing",
    "wpisz true, jeśli między punktem a operatorem działa translacja adresów (NAT); jeśli nie, wpisz false albo usuń ten wiersz",
);

/// A key that is true or false, and false where it is missing.
fn switch(section: &Section<'_>, key: &str, example: &str, remedy: (&str, &str), problems: &mut Problems) -> Option<bool> {
    if section.get(key).is_none() {
        return Some(false);
    }
    let word = section.optional_text(key, example, problems)?;
    match word.text.as_str() {
        "true" => Some(true),
        "false" => Some(false),
        text => {
            let cause =
                both!("post.{key} is neither true nor false: \"{text}\"", "post.{key} to ani true, ani false: \"{text}\"");
            problems.add(word.at, cause, remedy);
            None
        }
    }
}

fn profile_of(word: &Word, problems: &mut Problems) -> Option<Profile> {
    let found = Profile::ALL.into_iter().find(|profile| profile.name() == word.text);
    if found.is_none() {
        let cause = both!("unknown profile \"{}\" in post", "nieznany profil \"{}\" w post", word.text);
        let remedy = meant_or_listed(&word.text, &Profile::ALL.map(Profile::name), ("profiles", "dostępne profile"));
        problems.add(word.at, cause, remedy);
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
    let cause = both!(
        "post.chip \"{text}\" is no part number of a microcontroller",
        "post.chip \"{text}\" nie jest oznaczeniem mikrokontrolera"
    );
    let remedy = (
        "write it as printed on the chip, without package and temperature letters: STM32F072CB",
        "przepisz oznaczenie z układu, bez liter obudowy i zakresu temperatur: STM32F072CB",
    );
    problems.add(word.at, cause, remedy);
    None
}
