//! Phrases about mains, fibre, time and readiness.

use super::World;
use super::phrase::{Kind, Phrase, minutes, seconds};
use crate::rig::Role::{Fibre, Mains, Operator, Probe};

pub const PHRASES: &[Phrase<World>] = &[
    Phrase {
        kind: Kind::Given,
        en: "the post is ready",
        pl: "punkt jest gotowy do pracy",
        needs: &[Mains, Fibre, Operator, Probe],
        within: minutes(6),
        run: |w, _| w.post().make_ready(),
    },
    Phrase {
        kind: Kind::Given,
        en: "the mains is on and the fibre is connected",
        pl: "zasilanie jest włączone, a światłowód podłączony",
        needs: &[Mains, Fibre],
        within: seconds(10),
        run: |w, _| w.post().connect_everything(),
    },
    Phrase {
        kind: Kind::Given,
        en: "the post is switched off",
        pl: "punkt jest wyłączony",
        needs: &[Mains],
        within: seconds(10),
        run: |w, _| w.post().mains_off(),
    },
    Phrase {
        kind: Kind::When,
        en: "the mains is switched on",
        pl: "zasilanie zostaje włączone",
        needs: &[Mains],
        within: seconds(10),
        run: |w, _| w.post().mains_on(),
    },
    Phrase {
        kind: Kind::When,
        en: "the fibre is cut",
        pl: "światłowód zostaje przerwany",
        needs: &[Fibre],
        within: seconds(10),
        run: |w, _| w.post().cut_fibre(),
    },
    Phrase {
        kind: Kind::When,
        en: "the fibre is restored",
        pl: "światłowód zostaje przywrócony",
        needs: &[Fibre],
        within: seconds(10),
        run: |w, _| w.post().restore_fibre(),
    },
    Phrase {
        kind: Kind::When,
        en: "the fibre is cut for {duration}",
        pl: "światłowód zanika na {duration}",
        needs: &[Fibre],
        within: minutes(40),
        run: |w, a| w.post().cut_fibre_for(a.duration(0)?),
    },
    Phrase {
        kind: Kind::When,
        en: "{duration} pass(es)",
        pl: "mija {duration}",
        needs: &[],
        within: minutes(80 * 60),
        run: |w, a| w.post().pass(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post is registered at most {duration} after power-on [T19]",
        pl: "punkt jest zarejestrowany najpóźniej {duration} po włączeniu zasilania [T19]",
        needs: &[Operator, Mains],
        within: minutes(10),
        run: |w, a| w.post().registered_within_after_power(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post is registered again at most {duration} after the fibre's return [T20]",
        pl: "punkt jest ponownie zarejestrowany najpóźniej {duration} po powrocie światłowodu [T20]",
        needs: &[Operator, Fibre],
        within: minutes(5),
        run: |w, a| w.post().registered_within_after_fibre(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the settings of the post are intact",
        pl: "ustawienia punktu są nienaruszone",
        needs: &[Operator],
        within: seconds(10),
        run: |w, _| w.post().settings_are_intact(),
    },
];
