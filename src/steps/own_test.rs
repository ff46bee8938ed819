//! Phrases about the post's own test of loudspeaker and microphone.

use super::World;
use super::bound::at_most;
use super::phrase::{Kind, Phrase, minutes, seconds};
use crate::rig::Role::{Button, Ear, Loudspeaker, Microphone, Mouth, Operator, SelfTest, Supervision};

pub const PHRASES: &[Phrase<World>] = &[
    Phrase {
        kind: Kind::When,
        en: "the post's loudspeaker is disconnected",
        pl: "głośnik punktu zostaje odłączony",
        judges: None,
        needs: &[Loudspeaker, Ear, Operator],
        within: seconds(20),
        run: |w, _| w.post().part_loudspeaker(),
    },
    Phrase {
        kind: Kind::When,
        en: "the post's loudspeaker is connected again",
        pl: "głośnik punktu zostaje ponownie podłączony",
        judges: None,
        needs: &[Loudspeaker],
        within: seconds(10),
        run: |w, _| w.post().rejoin_loudspeaker(),
    },
    Phrase {
        kind: Kind::When,
        en: "the post's microphone is disconnected",
        pl: "mikrofon punktu zostaje odłączony",
        judges: None,
        needs: &[Microphone, Mouth, Operator],
        within: seconds(20),
        run: |w, _| w.post().part_microphone(),
    },
    Phrase {
        kind: Kind::When,
        en: "the post's microphone is connected again",
        pl: "mikrofon punktu zostaje ponownie podłączony",
        judges: None,
        needs: &[Microphone],
        within: seconds(10),
        run: |w, _| w.post().rejoin_microphone(),
    },
    Phrase {
        kind: Kind::When,
        en: "the post's self-test is about to begin",
        pl: "zbliża się termin autotestu punktu",
        judges: None,
        needs: &[SelfTest, Supervision],
        within: minutes(74 * 60),
        run: |w, _| w.post().come_to_own_test(),
    },
    Phrase {
        kind: Kind::When,
        en: "the button is pressed for {duration} while the post tests itself",
        pl: "przycisk zostaje naciśnięty na {duration} w trakcie autotestu punktu",
        judges: None,
        needs: &[Button, SelfTest, Supervision],
        within: minutes(60),
        run: |w, a| w.post().press_in_own_test(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post reports the broken loudspeaker to the supervision at most {duration} after its self-test [T35]",
        pl: "punkt zgłasza nadzorowi uszkodzony głośnik najpóźniej {duration} po autoteście [T35]",
        judges: at_most("T35", 0),
        needs: &[Loudspeaker, SelfTest, Supervision],
        within: minutes(4 * 60),
        run: |w, a| w.post().broken_loudspeaker_told_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post reports the broken microphone to the supervision at most {duration} after its self-test [T35]",
        pl: "punkt zgłasza nadzorowi uszkodzony mikrofon najpóźniej {duration} po autoteście [T35]",
        judges: at_most("T35", 0),
        needs: &[Microphone, SelfTest, Supervision],
        within: minutes(4 * 60),
        run: |w, a| w.post().broken_microphone_told_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post clears that report at most {duration} after the repair [T35]",
        pl: "punkt odwołuje to zgłoszenie najpóźniej {duration} po naprawie [T35]",
        judges: at_most("T35", 0),
        needs: &[SelfTest, Supervision],
        within: minutes(4 * 60),
        run: |w, a| w.post().repaired_sound_cleared_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post makes up for its self-test, at most {duration} after the one before [T34]",
        pl: "punkt nadrabia autotest, najpóźniej {duration} po poprzednim [T34]",
        judges: at_most("T34", 0),
        needs: &[SelfTest, Supervision],
        within: minutes(60),
        run: |w, a| w.post().tests_itself_within(a.duration(0)?),
    },
];
