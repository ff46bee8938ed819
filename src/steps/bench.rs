//! Phrases by which the bench proves itself.

use super::World;
use super::phrase::{Kind, Phrase, minutes};
use crate::rig::Role::Operator;

pub const PHRASES: &[Phrase<World>] = &[
    Phrase {
        kind: Kind::Then,
        en: "the button contact closes and opens as commanded",
        pl: "styk przycisku zamyka się i otwiera zgodnie z poleceniem",
        judges: None,
        needs: &[],
        within: minutes(1),
        run: |w, _| w.post().prove_button(),
    },
    Phrase {
        kind: Kind::Then,
        en: "the bench hears its own sound in its measuring microphone and in its loop-back",
        pl: "stanowisko słyszy własny dźwięk w mikrofonie pomiarowym i w pętli zwrotnej",
        judges: None,
        needs: &[],
        within: minutes(1),
        run: |w, _| w.post().bench_hears_itself(),
    },
    Phrase {
        kind: Kind::Then,
        en: "the operator's desk answers a request sent to itself",
        pl: "symulator operatora odpowiada na zapytanie wysłane do samego siebie",
        judges: None,
        needs: &[Operator],
        within: minutes(1),
        run: |w, _| w.post().prove_operator(),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post reacts to its mains and its fibre, and each lamp's sensor sees its own lamp",
        pl: "punkt reaguje na zasilanie i światłowód, a czujniki lampek widzą właściwe lampki",
        judges: None,
        needs: &[Operator],
        within: minutes(15),
        run: |w, _| w.post().prove_hands(),
    },
];
