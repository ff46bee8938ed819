//! Phrases about what is done to a talk besides ending it, and about strangers who call the post.

use super::World;
use super::bound::{at_most, requirement};
use super::phrase::{Kind, Phrase, minutes, seconds};
use crate::rig::Role::{Ear, Mouth, Operator};

pub const PHRASES: &[Phrase<World>] = &[
    Phrase {
        kind: Kind::When,
        en: "the operator puts the talk on hold for {duration}",
        pl: "operator zawiesza rozmowę na {duration}",
        judges: None,
        needs: &[Operator],
        within: minutes(10),
        run: |w, a| w.post().hold_talk_for(a.duration(0)?),
    },
    Phrase {
        kind: Kind::When,
        en: "the operator moves the sound of the talk to another port",
        pl: "operator przenosi dźwięk rozmowy na inny port",
        judges: None,
        needs: &[Operator],
        within: minutes(1),
        run: |w, _| w.post().move_talk(),
    },
    Phrase {
        kind: Kind::When,
        en: "the operator leaves it to the post to offer its sound anew",
        pl: "operator prosi punkt o ponowną ofertę dźwięku",
        judges: None,
        needs: &[Operator],
        within: minutes(1),
        run: |w, _| w.post().let_post_propose(),
    },
    Phrase {
        kind: Kind::Then,
        en: "both sides hear each other again at most {duration} after the change [T04]",
        pl: "obie strony słyszą się znów najpóźniej {duration} po tej zmianie [T04]",
        judges: at_most("T04", 0),
        needs: &[Mouth, Ear, Operator],
        within: minutes(1),
        run: |w, a| w.post().both_heard_after_change(a.duration(0)?),
    },
    Phrase {
        kind: Kind::When,
        en: "a stranger calls the post",
        pl: "do punktu dzwoni ktoś obcy",
        judges: None,
        needs: &[Operator],
        within: seconds(10),
        run: |w, _| w.post().let_stranger_call(),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post has taken no call of a stranger [T40]",
        pl: "punkt nie przyjął żadnego obcego połączenia [T40]",
        judges: requirement("T40"),
        needs: &[Operator],
        within: seconds(5),
        run: |w, _| w.post().no_stranger_let_in(),
    },
];
