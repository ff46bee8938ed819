//! Phrases about mains that fail and come back, and about a link that does not stand still.

use super::World;
use super::bound::{at_most, requirement};
use super::phrase::{Kind, Phrase, minutes, seconds};
use crate::rig::Role::{Fibre, Mains, Operator};

pub const PHRASES: &[Phrase<World>] = &[
    Phrase {
        kind: Kind::When,
        en: "the mains fails for {duration}",
        pl: "zasilanie zanika na {duration}",
        judges: None,
        needs: &[Mains],
        within: minutes(10),
        run: |w, a| w.post().dip_mains(a.duration(0)?),
    },
    Phrase {
        kind: Kind::When,
        en: "the servers have thirty posts to serve that return at once",
        pl: "serwery muszą obsłużyć trzydzieści punktów, które wracają jednocześnie",
        judges: None,
        needs: &[Operator],
        within: seconds(10),
        run: |w, _| w.post().crowd_servers(),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post is registered at most {duration} after power-on, once it is its turn [T39]",
        pl: "punkt jest zarejestrowany najpóźniej {duration} po włączeniu zasilania, gdy przyjdzie jego kolej [T39]",
        judges: at_most("T39", 0),
        needs: &[Mains, Operator],
        within: minutes(5),
        run: |w, a| w.post().registered_in_turn_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "over {count} power-on(s) the moment of its first request differs by at least {duration} [T39]",
        pl: "przy {count} włączeniu/włączeniach zasilania chwile pierwszego żądania różnią się co najmniej o {duration} [T39]",
        judges: requirement("T39"),
        needs: &[Mains, Operator],
        within: minutes(60),
        run: |w, a| w.post().returns_differ_by(a.count(0)?, a.duration(1)?),
    },
    Phrase {
        kind: Kind::When,
        en: "the mains is off for {duration} and on for {duration}, {times}",
        pl: "zasilanie jest wyłączane na {duration} i włączane na {duration}, {times}",
        judges: None,
        needs: &[Mains],
        within: minutes(120),
        run: |w, a| w.post().cycle_mains(a.duration(0)?, a.duration(1)?, a.count(2)?),
    },
    Phrase {
        kind: Kind::When,
        en: "the mains fails for {duration} at {count} moments of the start, {duration} apart",
        pl: "zasilanie zanika na {duration} w {count} chwilach rozruchu, w odstępach {duration}",
        judges: None,
        needs: &[Mains],
        within: minutes(60),
        run: |w, a| w.post().cut_starts(a.duration(0)?, a.count(1)?, a.duration(2)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post has ridden the dip through or is registered anew at most {duration} after it [T23]",
        pl: "punkt przetrwał zapad albo jest ponownie zarejestrowany najpóźniej {duration} po nim [T23]",
        judges: at_most("T23", 0),
        needs: &[Operator, Mains],
        within: minutes(12),
        run: |w, a| w.post().ready_within_after_dip(a.duration(0)?),
    },
    Phrase {
        kind: Kind::When,
        en: "the fibre is cut {times} for {duration}, {duration} apart",
        pl: "łączność światłowodowa zostaje przerwana {times} na {duration}, w odstępach {duration}",
        judges: None,
        needs: &[Fibre],
        within: minutes(60),
        run: |w, a| w.post().flap_link(a.count(0)?, a.duration(1)?, a.duration(2)?),
    },
];
