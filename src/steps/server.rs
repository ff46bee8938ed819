//! Phrases about the operator's server and what leaves the post when nobody talks.

use super::World;
use super::phrase::{Kind, Phrase, minutes, seconds};
use crate::rig::Role::{Button, Operator};

pub const PHRASES: &[Phrase<World>] = &[
    Phrase {
        kind: Kind::Given,
        en: "there is a second operator, who answers after {duration}",
        pl: "jest drugi operator, który odbiera po {duration}",
        needs: &[Operator],
        within: seconds(5),
        run: |w, a| w.post().have_second_operator(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Given,
        en: "the operator is busy",
        pl: "operator jest zajęty",
        needs: &[Operator],
        within: seconds(5),
        run: |w, _| w.post().operator_is_busy(),
    },
    Phrase {
        kind: Kind::When,
        en: "the servers take everything and answer nothing",
        pl: "serwery wszystko przyjmują i na nic nie odpowiadają",
        needs: &[Operator],
        within: seconds(5),
        run: |w, _| w.post().silence_servers(),
    },
    Phrase {
        kind: Kind::When,
        en: "the main server takes everything and answers nothing",
        pl: "serwer główny wszystko przyjmuje i na nic nie odpowiada",
        needs: &[Operator],
        within: seconds(5),
        run: |w, _| w.post().silence_main_server(),
    },
    Phrase {
        kind: Kind::When,
        en: "the main server refuses every request",
        pl: "serwer główny odrzuca każde żądanie",
        needs: &[Operator],
        within: seconds(5),
        run: |w, _| w.post().refuse_at_main_server(),
    },
    Phrase {
        kind: Kind::When,
        en: "the servers are in order again",
        pl: "serwery są znów sprawne",
        needs: &[Operator],
        within: seconds(5),
        run: |w, _| w.post().restore_servers(),
    },
    Phrase {
        kind: Kind::Then,
        en: "the second operator's phone rings at most {duration} after the first was called [T08]",
        pl: "telefon drugiego operatora dzwoni najpóźniej {duration} po wezwaniu pierwszego [T08]",
        needs: &[Button, Operator],
        within: minutes(1),
        run: |w, a| w.post().second_operator_rings_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the call reaches the backup server at most {duration} after the press [T09]",
        pl: "zgłoszenie dociera do serwera zapasowego najpóźniej {duration} po naciśnięciu [T09]",
        needs: &[Button, Operator],
        within: minutes(1),
        run: |w, a| w.post().call_at_backup_within(a.duration(0)?),
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
        en: "the post is registered with the main server again at most {duration} after its return [T19]",
        pl: "punkt jest znów zarejestrowany na serwerze głównym najpóźniej {duration} po jego powrocie [T19]",
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
