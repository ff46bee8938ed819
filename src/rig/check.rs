//! From the file as written to the rig as meant: the order in which sections are read, and what must hold between them.
//!
//! Knows nothing of a section's own keys.

use super::drivers::impostors;
use super::instruments::{Instrument, Named};
use super::post::Name;
use super::twin::Twin;
use super::wiring::Wiring;
use super::{FORMAT, Limits, Profile, Rig, guard, instruments, limits, post, roles, twin};
use crate::problem::{FileKind, Place, Problem, Problems};
use crate::unit::both;
use crate::yaml::{self, Node, Section};
use sha2::{Digest, Sha256};
use std::path::Path;

const SECTIONS: [&str; 8] = ["hejnal", "name", "post", "instruments", "roles", "limits", "guard", "twin"];

/// What a rig is called where something is wrong with its file.
const A_RIG: FileKind = FileKind {
    whole: ("a rig", "opis stanowiska"),
    unread: ("failed to read the rig", "nie udało się odczytać opisu stanowiska"),
    give: ("give the path of a rig, e.g. rigs/virtual.yaml", "podaj ścieżkę do opisu stanowiska, np. rigs/virtual.yaml"),
    sample: "rigs/virtual.yaml",
    with_comma: "device: \"hw:CARD=Device,DEV=0\"",
};

/// Where the problems of a rig are put.
pub(super) fn problems_of(path: &Path) -> Problems {
    Problems::of(path, &A_RIG)
}

pub(super) fn load(path: &Path) -> Result<Rig, Vec<Problem>> {
    let mut problems = problems_of(path);
    let rig = yaml::bytes_of(path, &mut problems).and_then(|bytes| read(path, &bytes, &mut problems));
    match rig {
        Some(rig) if problems.is_empty() => Ok(rig),
        _ => Err(problems.into_sorted()),
    }
}

pub(super) fn read(path: &Path, bytes: &[u8], problems: &mut Problems) -> Option<Rig> {
    let tree = yaml::parse(bytes, problems)?;
    if !readable_version(&tree, problems) {
        return None;
    }
    let top = Section::open(&tree, "", &SECTIONS, problems)?;
    let name = top.text("name", "name: bench 1", problems).map(|word| word.text.clone());
    let folder = path.parent().unwrap_or(Path::new(""));
    let post = top.need_section("post", problems).and_then(|node| post::read(node, folder, problems));
    let named = top.need_section("instruments", problems).map(|node| instruments::read(node, folder, problems));
    let wiring = top.need_section("roles", problems);
    let wiring = wiring.zip(named.as_ref()).and_then(|(node, named)| roles::read(node, named, problems));
    let profile = post.as_ref().map_or(Profile::ExistingPole, |(post, _)| post.profile);
    let limits: Limits = limits::read(top.get("limits"), profile, problems);
    let stuck_after = guard::read(top.get("guard"), problems);
    let twin = twin_settings(&top, named.as_ref(), wiring.as_ref(), problems);
    let (post, names) = post?;
    let named = named?;
    complain_of_missing_certificates(&top, &named, wiring.as_ref(), problems);
    complain_of_strangers(&names, &named, wiring.as_ref(), problems);
    let instruments = named.into_iter().filter_map(|(name, (_, one))| Some((name, one?))).collect();
    let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Some(Rig { name: name?, file: path.to_path_buf(), sha256, post, instruments, wiring: wiring?, limits, stuck_after, twin })
}

/// A file of a later format may mean other things by the same words: nothing else in it is looked at.
fn readable_version(tree: &Node, problems: &mut Problems) -> bool {
    // Opened without complaints about keys: those come from the second opening.
    let Some(top) = Section::open_free(tree, "", problems) else { return false };
    let Some(version) = top.number("hejnal", (1, u64::from(u32::MAX)), "hejnal: 1", problems) else { return true };
    if version <= FORMAT {
        return true;
    }
    let at = top.get("hejnal").map_or(Place::START, |node| node.at);
    let cause = both!(
        "the rig is of format {version}, this program reads formats up to {FORMAT}",
        "opis stanowiska ma format {version}, ten program czyta formaty do {FORMAT}"
    );
    let remedy = (
        "use a newer hejnal, or the rig that came with this one",
        "użyj nowszej wersji programu hejnal albo opisu stanowiska dostarczonego z tą wersją",
    );
    problems.add(at, cause, remedy);
    false
}

/// Settings of the twin are for rigs on the twin only.
fn twin_settings(top: &Section<'_>, named: Option<&Named>, roles: Option<&Wiring>, problems: &mut Problems) -> Option<Twin> {
    let named = named?;
    let virtual_rig = named.values().any(|(_, one)| one.as_ref().is_some_and(Instrument::is_twin));
    let settings = top.get("twin").and_then(|node| Some((node.at, twin::read(node, named, roles, problems)?)));
    match settings {
        Some((_, settings)) if virtual_rig => Some(settings),
        Some((at, settings)) => {
            let cause = (
                "twin: is set, but no instrument of this rig is on the twin",
                "sekcja „twin” jest wypełniona, lecz żaden przyrząd tego stanowiska nie jest wirtualny",
            );
            let remedy = if settings.defects.is_empty() {
                ("delete the twin: section", "usuń sekcję „twin”")
            } else {
                (
                    "delete the twin: section: defects cannot be planted in a real post",
                    "usuń sekcję „twin”: w prawdziwym punkcie nie można podłożyć usterek",
                )
            };
            problems.add(at, cause, remedy);
            None
        }
        None => virtual_rig.then(Twin::default),
    }
}

/// The virtual post's network has them all.
fn complain_of_missing_certificates(top: &Section<'_>, named: &Named, wiring: Option<&Wiring>, problems: &mut Problems) {
    let Some(name) = wiring.and_then(|wiring| wiring.false_certificates.as_ref()) else { return };
    let operator = named.get(name).and_then(|(_, one)| one.as_ref()?.operator());
    let Some(operator) = operator.filter(|operator| !operator.tls_in_twin) else { return };
    let at = top.get("roles").map_or(Place::START, |node| node.at);
    let impostors = operator.tls.as_ref().map_or(&[][..], |tls| &tls.impostors);
    impostors::complain_of_missing(impostors, at, problems);
}

/// A post whose name the operator does not know is turned away at registration, and every scenario would blame it.
fn complain_of_strangers(names: &[Name], named: &Named, wiring: Option<&Wiring>, problems: &mut Problems) {
    // A second operator that no role uses need not know it.
    let is_used = |name: &String| wiring.and_then(|wiring| wiring.operator.as_ref()).is_none_or(|used| used == name);
    for (name, (_, one)) in named.iter().filter(|(name, _)| is_used(name)) {
        let Some(operator) = one.as_ref().and_then(Instrument::operator) else { continue };
        for Name { path, identity, at } in names.iter().filter(|one| operator.password_of(&one.identity).is_none()) {
            let cause = both!(
                "{path} \"{identity}\" is not among instruments.{name}.users",
                "{path} \"{identity}\" nie występuje w instruments.{name}.users"
            );
            let remedy = both!(
                "add {{ name: {identity}, password: ... }} to the users, or correct the identity",
                "dopisz {{ name: {identity}, password: ... }} do users albo popraw identity"
            );
            problems.add(*at, cause, remedy);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Role, Sense};
    use super::*;
    use crate::unit::Lang;
    use std::path::PathBuf;

    fn load_example(file: &str) -> Rig {
        load(Path::new(file)).unwrap_or_else(|problems| panic!("{}", joined(&problems)))
    }

    fn joined(problems: &[Problem]) -> String {
        problems.iter().map(|problem| format!("{problem}\n")).collect()
    }

    fn files_in(folder: &str, extension: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).expect("a folder of this repository");
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.retain(|file| file.extension().is_some_and(|found| found == extension));
        files.sort();
        files
    }

    #[test]
    fn every_rig_shipped_is_sound() {
        let rigs = files_in("rigs", "yaml");
        assert_eq!(rigs.len(), 4);
        for rig in rigs {
            load_example(&rig.to_string_lossy());
        }
    }

    #[test]
    fn the_virtual_rigs_have_every_role_but_a_person() {
        let rig = load_example("rigs/virtual.yaml");
        let new_post = load_example("rigs/virtual-new-post.yaml");
        assert!(!rig.has(Role::Inspector) && !new_post.has(Role::Inspector), "nobody stands before a virtual post");
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Inspector) {
            // A post on a pole lives on what the pole gives, and this one speaks in plain.
            assert!(rig.has(role) != matches!(role, Role::Battery | Role::FalseCertificates), "{}", role.name());
            // A board has eight inputs, and that post is set by hand.
            let is_left_out = matches!(role, Role::AddressServer | Role::NameServer | Role::MainsAtPost);
            let is_left_out = is_left_out || matches!(role, Role::Loudspeaker | Role::Microphone);
            assert!(new_post.has(role) != is_left_out, "{}", role.name());
        }
        assert!(rig.is_twin());
        assert_eq!(rig.sha256.len(), 64);
        assert_eq!(rig.post.place, "ul. Piotrkowska 104, Łódź");
        assert_eq!(rig.limits.get("T02").map(|limit| (limit.limit, limit.hard)), Some((2.0, Some(3.0))));
    }

    #[test]
    fn a_rig_may_lack_roles_and_overrides_limits() {
        let rig = load_example("rigs/new-post.yaml");
        assert!(!rig.has(Role::Probe) && !rig.has(Role::Ear) && rig.has(Role::Button));
        assert!(rig.twin.is_none());
        let battery = rig.limits.get("T24").expect("a known limit");
        assert_eq!((battery.sense, battery.limit, battery.hard), (Sense::AtLeast, 21_600.0, Some(14_400.0)));
        assert_eq!(battery.source, "tender 8/2026, annex 2, 5.1 [C]");
    }

    /// Every broken rig with everything it is told: one text to read through in a review.
    #[test]
    fn every_broken_rig_is_told_what_is_wrong_and_what_to_do() {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../../fixtures/bad");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let (mut shown, mut shown_in_polish) = (String::new(), String::new());
        for file in files_in("fixtures/bad", "yaml") {
            let problems = load(&file).expect_err(&file.to_string_lossy());
            assert!(problems.iter().all(|problem| !problem.remedy.is_empty()), "{}", joined(&problems));
            shown += &format!("{}\n", joined(&problems));
            let in_polish: Vec<String> = problems.iter().map(|problem| problem.show(Lang::Pl)).collect();
            shown_in_polish += &format!("{}\n\n", in_polish.join("\n"));
        }
        settings.bind(|| insta::assert_snapshot!("messages", shown));
        settings.bind(|| insta::assert_snapshot!("messages-pl", shown_in_polish));
    }

    #[test]
    fn a_rig_that_is_not_there_is_told_too() {
        let problems = load(Path::new("rigs/none.yaml")).expect_err("no such file");
        assert_eq!(
            joined(&problems),
            "rigs/none.yaml:1:1: failed to read the rig: there is no such file\n    give the path of a rig, e.g. rigs/virtual.yaml\n"
        );
    }

    /// Cuts, doubles and overwrites one place of a sound rig: whatever comes of it is a rig or a list of problems.
    fn mangled(sound: &str, at: usize, length: usize, by: &str) -> String {
        let characters: Vec<char> = sound.chars().collect();
        let from = at % characters.len();
        let to = (from + length).min(characters.len());
        let (head, tail) = (&characters[..from], &characters[to..]);
        head.iter().copied().chain(by.chars()).chain(tail.iter().copied()).collect()
    }

    proptest::proptest! {
        #[test]
        fn no_slip_of_the_pen_makes_it_panic(at in 0usize..4000, length in 0usize..40, by in "[\\PC\n\t]{0,6}") {
            let sound = include_str!("../../rigs/virtual.yaml");
            let path = Path::new("rigs/virtual.yaml");
            let mut problems = problems_of(path);
            let rig = read(path, mangled(sound, at, length, &by).as_bytes(), &mut problems);
            proptest::prop_assert!(rig.is_some() || !problems.is_empty());
        }
    }
}
