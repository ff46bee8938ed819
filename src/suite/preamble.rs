//! A run's first lines in its journal: which post is judged with which rig, firmware and seed.
//!
//! Knows nothing of scenarios but how many are planned, and which are left out.

use super::select::LeftOut;
use crate::clock::wall_clock;
use crate::journal::store::sha256_hex;
use crate::journal::{Event, FormatVersion, PostIdentity};
use crate::rig::{InputRef, Rig, Wiring};
use crate::unit::Lang;
use std::io;

/// What a run is about to do.
#[derive(Debug, Clone, Copy)]
pub struct Planned {
    pub scenarios: usize,
    /// How long they usually take, in seconds of the post's time; `None`: not known.
    pub takes_s: Option<u64>,
}

/// # Errors
/// The rig's firmware file cannot be read.
pub fn preamble(rig: &Rig, lang: Lang, seed: u64, planned: Planned, left_out: &[LeftOut], by: &str) -> io::Result<Vec<Event>> {
    let image = std::fs::read(&rig.post.firmware.file)?;
    let post = PostIdentity {
        identity: rig.post.identity.clone(),
        place: rig.post.place.clone(),
        profile: rig.post.profile.name().into(),
        chip: rig.post.chip.clone(),
        firmware: rig.post.firmware.version.clone(),
        firmware_sha256: sha256_hex(&image),
    };
    let began = Event::RunBegan {
        format: FormatVersion::CURRENT,
        hejnal: env!("CARGO_PKG_VERSION").into(),
        lang,
        seed,
        simulated: rig.twin.is_some(),
        rig: rig.name.clone(),
        rig_file: rig.file.display().to_string(),
        rig_sha256: rig.sha256.clone(),
        post,
        planned: planned.scenarios,
        takes_s: planned.takes_s,
        by: by.into(),
    };
    let left_out = left_out.iter().cloned().map(LeftOut::told);
    let date = Event::WallClock { unix_seconds: wall_clock().as_secs() };
    Ok([began, date].into_iter().chain(left_out).chain(wired(&rig.wiring)).collect())
}

/// What the inputs see.
fn wired(wiring: &Wiring) -> impl Iterator<Item = Event> {
    let senses = [
        ("button", &wiring.button),
        ("mains", &wiring.mains),
        ("battery", &wiring.battery),
        ("fibre", &wiring.fibre),
        ("loudspeaker", &wiring.loudspeaker),
        ("microphone", &wiring.microphone),
    ];
    let senses = senses.into_iter().filter_map(|(role, switch)| Some((role, &switch.as_ref()?.sense)));
    let posts = [("button-at-post", &wiring.button_at_post), ("mains-at-post", &wiring.mains_at_post)];
    let posts = posts.into_iter().filter_map(|(role, input)| Some((role, input.as_ref()?)));
    senses.chain(posts).chain(wiring.lamps()).map(|(role, InputRef { board, input })| Event::Wired {
        role: role.into(),
        instrument: board.clone(),
        input: *input,
    })
}
