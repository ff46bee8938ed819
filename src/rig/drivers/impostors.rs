//! Certificates that no post may believe, as a rig's operator has them to show: each with its key, and what is false of
//! it.

use super::super::credentials::{self, Flaw};
use super::super::key::{Key, Kind, Presence, names};
use super::settings::{Falsehood, Impostor};
use crate::problem::{Place, Problems};
use crate::unit::{Bilingual, Lang, both};
use crate::yaml::{Section, Word};
use std::path::Path;

const WORDS: [(&str, Falsehood); 5] = [
    ("other-authority", Falsehood::OtherAuthority),
    ("other-name", Falsehood::OtherName),
    ("expired", Falsehood::Expired),
    ("not-yet-valid", Falsehood::NotYetValid),
    ("not-for-servers", Falsehood::NotForServers),
];

/// The list in an operator's entry.
pub(super) const IMPOSTORS: Key = Key {
    name: "impostors",
    kind: Kind::List(&KEYS),
    presence: Presence::Optional,
    example: "[ { false: expired, certificate: expired.pem, key: expired.key } ]",
    about: (
        "Certificates that no post may believe; all five, if roles name false-certificates.",
        "Certyfikaty, których punkt nie może uznać; wszystkie pięć, jeżeli role wymieniają false-certificates.",
    ),
    ..Key::TEXT
};
const KEYS: [Key; 3] = [
    Key {
        name: "false",
        kind: Kind::Choice(&["other-authority", "other-name", "expired", "not-yet-valid", "not-for-servers"]),
        example: "expired",
        about: ("What is false of it.", "Co jest w nim fałszywe."),
        ..Key::TEXT
    },
    Key { name: "certificate", example: "expired.pem", about: ("The certificate (PEM).", "Certyfikat (PEM)."), ..Key::TEXT },
    Key { name: "key", example: "expired.key", about: ("Its private key (PEM).", "Jego klucz prywatny (PEM)."), ..Key::TEXT },
];

/// Every file is read, and each key held against its certificate. What is false of a certificate is not looked into:
/// the post is to find out.
pub(super) fn read(section: &Section<'_>, folder: &Path, problems: &mut Problems) -> Vec<Impostor> {
    let path = section.path(IMPOSTORS.name);
    let nodes = section.list(IMPOSTORS.name, &IMPOSTORS.line(), problems).unwrap_or_default();
    let entries: Vec<Section<'_>> = nodes.iter().filter_map(|node| Section::open(node, &path, &names(&KEYS), problems)).collect();
    entries.iter().filter_map(|entry| one(entry, folder, problems)).collect()
}

fn one(entry: &Section<'_>, folder: &Path, problems: &mut Problems) -> Option<Impostor> {
    let [falsehood, certificate, key] = &KEYS;
    let word = falsehood.choice(entry, problems);
    let (certificate, key) = (certificate.text(entry, problems), key.text(entry, problems));
    let falsehood = WORDS.into_iter().find(|(name, _)| word == Some(name)).map(|(_, falsehood)| falsehood);
    let mut complain = |word: &Word, flaw: &Flaw| {
        let (cause, file) = (flaw.cause(), &word.text);
        let cause =
            Bilingual::new(format!("\"{file}\": {}", cause.show(Lang::En)), format!("\"{file}\": {}", cause.show(Lang::Pl)));
        problems.add(word.at, cause, flaw.remedy());
    };
    let (certificate, key) = (certificate?, key?);
    let chain = credentials::certificates(&folder.join(&certificate.text)).map_err(|flaw| complain(certificate, &flaw)).ok();
    let private = credentials::key(&folder.join(&key.text)).map_err(|flaw| complain(key, &flaw)).ok();
    if let Err(flaw) = credentials::belong_together(&chain?, &private?) {
        complain(key, &flaw);
    }
    let (certificate, key) = (folder.join(&certificate.text), folder.join(&key.text));
    Some(Impostor { falsehood: falsehood?, certificate, key })
}

/// A rig that promises false certificates has one of each.
pub fn complain_of_missing(impostors: &[Impostor], at: Place, problems: &mut Problems) {
    let missing = |falsehood: &Falsehood| impostors.iter().all(|one| one.falsehood != *falsehood);
    let missing: Vec<&str> = WORDS.iter().filter(|(_, falsehood)| missing(falsehood)).map(|(name, _)| *name).collect();
    if !missing.is_empty() {
        let named = missing.join(", ");
        let what = both!("the operator has no false certificates: {named}", "operator nie ma fałszywych certyfikatów: {named}");
        let remedy = (
            "add each under tls.impostors of the operator, or delete roles.false-certificates",
            "dopisz każdy w tls.impostors operatora albo usuń roles.false-certificates",
        );
        problems.add(at, what, remedy);
    }
}
