//! Phrases about a new image on trial.

use super::World;
use super::bound::{at_most, requirement};
use super::phrase::{Kind, Phrase, minutes};
use crate::post::TrialImage;
use crate::rig::Role::{Console, Operator, Probe, SecondSlot};

pub const PHRASES: &[Phrase<World>] = &[
    Phrase {
        kind: Kind::When,
        en: "firmware that can never register is put on trial",
        pl: "do punktu zostaje wgrane na próbę oprogramowanie, które nigdy się nie zarejestruje",
        judges: None,
        needs: &[Probe, SecondSlot],
        within: minutes(3),
        run: |w, _| w.post().put_on_trial(TrialImage::Bad),
    },
    Phrase {
        kind: Kind::When,
        en: "sound firmware of another version is put on trial",
        pl: "do punktu zostaje wgrane na próbę sprawne oprogramowanie w innej wersji",
        judges: None,
        needs: &[Probe, SecondSlot],
        within: minutes(3),
        run: |w, _| w.post().put_on_trial(TrialImage::Good),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post is registered again with its former version and build at most {duration} later [T41]",
        pl: "punkt jest ponownie zarejestrowany, z poprzednią wersją i kompilacją, najpóźniej {duration} później [T41]",
        judges: at_most("T41", 0),
        needs: &[Console, Operator, SecondSlot],
        within: minutes(15),
        run: |w, a| w.post().former_serves_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post is registered with the new version and build at most {duration} later [T41]",
        pl: "punkt jest zarejestrowany, z nową wersją i kompilacją, najpóźniej {duration} później [T41]",
        judges: at_most("T41", 0),
        needs: &[Console, Operator, SecondSlot],
        within: minutes(15),
        run: |w, a| w.post().new_serves_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post names the rollback as the cause of its start [T41]",
        pl: "jako przyczynę startu punkt podaje powrót do poprzedniego oprogramowania [T41]",
        judges: requirement("T41"),
        needs: &[Console, SecondSlot],
        within: minutes(1),
        run: |w, _| w.post().names_rollback(),
    },
];
