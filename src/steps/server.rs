//! Phrases about the operator's server and what leaves the post when nobody talks.

use super::World;
use super::phrase::{Kind, Phrase, minutes, seconds};
use crate::rig::Role::{Button, Operator};

pub const PHRASES: &[Phrase<World>] = &[
    Phrase {
        kind: Kind::When,
        en: "the server takes everything and answers nothing",
        pl: "serwer wszystko przyjmuje i na nic nie odpowiada",
        needs: &[Operator],
        within: seconds(5),
        run: |w, _| w.post().silence_server(),
    },
    Phrase {
        kind: Kind::When,
        en: "the server refuses every request",
        pl: "serwer odrzuca każde żądanie",
        needs: &[Operator],
        within: seconds(5),
        run: |w, _| w.post().refuse_at_server(),
    },
    Phrase {
        kind: Kind::When,
        en: "the server is in order again",
        pl: "serwer jest znów sprawny",
        needs: &[Operator],
        within: seconds(5),
        run: |w, _| w.post().restore_server(),
    },
    Phrase {
        kind: Kind::When,
        en: "the button is pressed for {duration} while the post tries to register",
        pl: "przycisk zostaje naciśnięty na {duration}, gdy punkt próbuje się zarejestrować",
        needs: &[Button, Operator],
        within: minutes(2),
        run: |w, a| w.post().press_while_registering(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post is registered again at most {duration} after the server's return [T19]",
        pl: "punkt jest ponownie zarejestrowany najpóźniej {duration} po powrocie serwera [T19]",
        needs: &[Operator],
        within: minutes(5),
        run: |w, a| w.post().registered_within_after_server(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the kept press is delivered once and marked as delayed, at most {duration} after the server's return, or clearly refused [T38]",
        pl: "zachowane zgłoszenie dociera jeden raz, oznaczone jako opóźnione, najpóźniej {duration} po powrocie serwera, albo zostało wyraźnie odrzucone [T38]",
        needs: &[Operator],
        within: minutes(10),
        run: |w, a| w.post().kept_press_delivered_within_of_server(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "no sound has left the post outside a call [T40]",
        pl: "poza rozmową z punktu nie wyszedł żaden dźwięk [T40]",
        needs: &[Operator],
        within: seconds(5),
        run: |w, _| w.post().no_sound_outside_calls(),
    },
];
