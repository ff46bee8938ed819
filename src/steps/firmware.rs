//! Phrases about writing the post's firmware.

use super::World;
use super::bound::{at_most, requirement};
use super::phrase::{Kind, Phrase, minutes};
use crate::rig::Role::{Console, Mains, Operator, Probe};

pub const PHRASES: &[Phrase<World>] = &[
    Phrase {
        kind: Kind::When,
        en: "the firmware of this rig is written to the post",
        pl: "oprogramowanie wskazane w opisie stanowiska zostaje wgrane do punktu",
        judges: None,
        needs: &[Probe],
        within: minutes(3),
        run: |w, _| w.post().write_firmware(),
    },
    Phrase {
        kind: Kind::Then,
        en: "what is read back from the post equals the file, byte for byte [T41]",
        pl: "zawartość odczytana z punktu jest zgodna z plikiem co do bajtu [T41]",
        judges: requirement("T41"),
        needs: &[Probe],
        within: minutes(3),
        run: |w, _| w.post().read_back_equals_file(),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post names the version and build of the file [T41]",
        pl: "punkt podaje wersję i kompilację z pliku [T41]",
        judges: requirement("T41"),
        needs: &[Probe, Console],
        within: minutes(1),
        run: |w, _| w.post().names_its_version(),
    },
    Phrase {
        kind: Kind::When,
        en: "the power fails at {percent} of the writing",
        pl: "zasilanie zanika przy {percent} wgrywania",
        judges: None,
        needs: &[Probe, Mains],
        within: minutes(3),
        run: |w, a| w.post().power_fails_while_writing(a.percent(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the firmware can be written again, and the post is registered at most {duration} later [T41]",
        pl: "oprogramowanie daje się wgrać ponownie, a punkt jest zarejestrowany najpóźniej {duration} później [T41]",
        judges: at_most("T41", 0),
        needs: &[Probe, Mains, Operator],
        within: minutes(8),
        run: |w, a| w.post().can_be_written_again(a.duration(0)?),
    },
];
