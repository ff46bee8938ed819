//! Phrases about the city's cameras.

use super::World;
use super::bound::at_most;
use super::phrase::{Kind, Phrase, minutes, seconds};
use crate::rig::Role::{Button, Cameras};

pub const PHRASES: &[Phrase<World>] = &[
    Phrase {
        kind: Kind::When,
        en: "the camera system takes everything and answers nothing",
        pl: "system monitoringu wszystko przyjmuje i na nic nie odpowiada",
        judges: None,
        needs: &[Cameras],
        within: seconds(5),
        run: |w, _| w.post().silence_cameras(),
    },
    Phrase {
        kind: Kind::When,
        en: "the camera system answers only after {duration}",
        pl: "system monitoringu odpowiada dopiero po {duration}",
        judges: None,
        needs: &[Cameras],
        within: seconds(5),
        run: |w, a| w.post().slow_cameras(a.duration(0)?),
    },
    Phrase {
        kind: Kind::When,
        en: "the camera system refuses every event",
        pl: "system monitoringu odrzuca każde zdarzenie",
        judges: None,
        needs: &[Cameras],
        within: seconds(5),
        run: |w, _| w.post().refuse_at_cameras(),
    },
    Phrase {
        kind: Kind::When,
        en: "the camera system is in order again",
        pl: "system monitoringu znów działa",
        judges: None,
        needs: &[Cameras],
        within: seconds(5),
        run: |w, _| w.post().restore_cameras(),
    },
    Phrase {
        kind: Kind::Then,
        en: "the press calls up this point's camera at most {duration} after it [T37]",
        pl: "naciśnięcie przywołuje kamerę tego punktu najpóźniej po {duration} [T37]",
        judges: at_most("T37", 0),
        needs: &[Button, Cameras],
        within: minutes(1),
        run: |w, a| w.post().camera_called_up_within(a.duration(0)?),
    },
];
