//! From the file as written to the rig as meant: the order in which sections are read, and what must hold between them.
//!
//! Knows nothing of a section's own keys.

use super::file::Section;
use super::instruments::{Instrument, Named};
use super::locate::{self, Node};
use super::post::Post;
use super::problem::{Place, Problem, Problems};
use super::twin::Twin;
use super::{FORMAT, Limits, Profile, Rig, instruments, limits, post, roles, twin};
use sha2::{Digest, Sha256};
use std::path::Path;

const SECTIONS: [&str; 7] = ["hejnal", "name", "post", "instruments", "roles", "limits", "twin"];

pub(super) fn load(path: &Path) -> Result<Rig, Vec<Problem>> {
    let mut problems = Problems::new(path.to_path_buf());
    let rig = match std::fs::read(path) {
        Ok(bytes) => read(path, &bytes, &mut problems),
        Err(error) => {
            let what = format!("failed to read the rig: {}", error.kind());
            problems.add(Place::START, what, "give the path of a rig, e.g. rigs/virtual.yaml");
            None
        }
    };
    match rig {
        Some(rig) if problems.is_empty() => Ok(rig),
        _ => Err(problems.into_sorted()),
    }
}

fn read(path: &Path, bytes: &[u8], problems: &mut Problems) -> Option<Rig> {
    let tree = locate::parse(bytes, problems)?;
    if !readable_version(&tree, problems) {
        return None;
    }
    let top = Section::open(&tree, "", &SECTIONS, problems)?;
    let name = top.text("name", "name: bench 1", problems).map(|word| word.text.clone());
    let folder = path.parent().unwrap_or(Path::new(""));
    let post =
        top.need("post", "post: { identity: SOS-0417, ... }", problems).and_then(|node| post::read(node, folder, problems));
    let named = top.need("instruments", "instruments: { ... }", problems).map(|node| instruments::read(node, problems));
    let wiring = top.need("roles", "roles: { ... }", problems);
    let wiring = wiring.zip(named.as_ref()).and_then(|(node, named)| roles::read(node, named, problems));
    let profile = post.as_ref().map_or(Profile::ExistingPole, |(post, _)| post.profile);
    let limits: Limits = limits::read(top.get("limits"), profile, problems);
    let twin = twin_settings(&top, named.as_ref(), problems);
    let (post, identity_at) = post?;
    let named = named?;
    complain_of_stranger(&post, identity_at, &named, problems);
    let instruments = named.into_iter().filter_map(|(name, (_, one))| Some((name, one?))).collect();
    let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Some(Rig { name: name?, file: path.to_path_buf(), sha256, post, instruments, wiring: wiring?, limits, twin })
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
    let what = format!("the rig is of format {version}, this program reads formats up to {FORMAT}");
    problems.add(at, what, "use a newer hejnal, or the rig that came with this one");
    false
}

/// Settings of the twin are for rigs on the twin only.
fn twin_settings(top: &Section<'_>, named: Option<&Named>, problems: &mut Problems) -> Option<Twin> {
    let virtual_rig = named?.values().any(|(_, one)| one.as_ref().is_some_and(Instrument::is_twin));
    let settings = top.get("twin").and_then(|node| Some((node.at, twin::read(node, problems)?)));
    match settings {
        Some((_, settings)) if virtual_rig => Some(settings),
        Some((at, settings)) => {
            let what = "twin: is set, but no instrument of this rig is on the twin";
            let remedy = if settings.defects.is_empty() {
                "delete the twin: section"
            } else {
                "delete the twin: section: defects cannot be planted in a real post"
            };
            problems.add(at, what, remedy);
            None
        }
        None => virtual_rig.then(Twin::default),
    }
}

/// A post whose name the operator does not know is turned away at registration, and every scenario would blame it.
fn complain_of_stranger(post: &Post, at: Place, named: &Named, problems: &mut Problems) {
    for (name, (_, one)) in named {
        let Some(Instrument::SipOperator { users, .. }) = one else { continue };
        if users.iter().any(|user| user.name == post.identity) {
            continue;
        }
        let what = format!("post.identity \"{}\" is not among instruments.{name}.users", post.identity);
        problems.add(at, what, format!("add {{ name: {}, password: ... }} to the users, or correct the identity", post.identity));
    }
}
