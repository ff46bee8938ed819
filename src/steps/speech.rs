//! Phrases about what the two sides hear.

use super::World;
use super::bound::{at_most, at_most_beyond};
use super::phrase::{Kind, Phrase, minutes};
use crate::rig::Role::{Ear, Fibre, Mouth, Operator};

pub const PHRASES: &[Phrase<World>] = &[
    Phrase {
        kind: Kind::Then,
        en: "both sides hear each other at most {duration} after the answer [T04]",
        pl: "obie strony słyszą się najpóźniej {duration} po odebraniu [T04]",
        judges: at_most("T04", 0),
        needs: &[Mouth, Ear, Operator],
        within: minutes(1),
        run: |w, a| w.post().both_heard_after_answer(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "both sides hear each other at most {duration} after the press [T03]",
        pl: "obie strony słyszą się najpóźniej {duration} po naciśnięciu [T03]",
        judges: at_most("T03", 0),
        needs: &[Mouth, Ear, Operator],
        within: minutes(1),
        run: |w, a| w.post().both_heard_after_press(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "mouth-to-ear delay from the caller to the operator is at most {duration} [T10]",
        pl: "opóźnienie usta–ucho od wzywającego do operatora wynosi najwyżej {duration} [T10]",
        judges: at_most("T10", 0),
        needs: &[Mouth, Operator],
        within: minutes(1),
        run: |w, a| w.post().delay_to_operator_at_most(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "mouth-to-ear delay from the operator to the caller is at most {duration} [T10]",
        pl: "opóźnienie usta–ucho od operatora do wzywającego wynosi najwyżej {duration} [T10]",
        judges: at_most("T10", 0),
        needs: &[Ear, Operator],
        within: minutes(1),
        run: |w, a| w.post().delay_to_caller_at_most(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "over {duration} of talk the delay grows by at most {duration} in either direction [T11]",
        pl: "w ciągu {duration} rozmowy opóźnienie w żadnym kierunku nie rośnie o więcej niż {duration} [T11]",
        judges: at_most("T11", 1),
        needs: &[Mouth, Ear, Operator],
        within: minutes(40),
        run: |w, a| w.post().delay_grows_at_most(a.duration(0)?, a.duration(1)?),
    },
    Phrase {
        kind: Kind::When,
        en: "the fibre is cut for {duration} while the caller talks",
        pl: "łączność światłowodowa zostaje przerwana na {duration} w czasie wypowiedzi wzywającego",
        judges: None,
        needs: &[Mouth, Operator, Fibre],
        within: minutes(10),
        run: |w, a| w.post().cut_fibre_while_caller_talks(a.duration(0)?),
    },
    Phrase {
        kind: Kind::When,
        en: "the fibre is cut for {duration} while the operator talks",
        pl: "łączność światłowodowa zostaje przerwana na {duration} w czasie wypowiedzi operatora",
        judges: None,
        needs: &[Ear, Operator, Fibre],
        within: minutes(10),
        run: |w, a| w.post().cut_fibre_while_operator_talks(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "speech is interrupted for at most {duration} in either direction [T21]",
        pl: "przerwa w mowie w żadnym kierunku nie trwa dłużej niż {duration} [T21]",
        judges: at_most_beyond("T21", 0, 1000),
        needs: &[Mouth, Ear, Operator],
        within: minutes(2),
        run: |w, a| w.post().speech_gap_at_most(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "both sides talk again, without a new press, at most {duration} after the fibre's return [T22]",
        pl: "obie strony rozmawiają znów, bez ponownego naciśnięcia, najpóźniej {duration} po powrocie światłowodu [T22]",
        judges: at_most("T22", 0),
        needs: &[Mouth, Ear, Operator, Fibre],
        within: minutes(3),
        run: |w, a| w.post().talk_again_within(a.duration(0)?),
    },
];
