//! Phrases about the post's lamps.

use super::World;
use super::bound::{at_most, requirement};
use super::phrase::{Kind, Phrase, minutes};
use crate::rig::Role::{LampConnected, LampOutOfService, LampPlaced, Operator};

pub const PHRASES: &[Phrase<World>] = &[
    Phrase {
        kind: Kind::Then,
        en: "the \"call placed\" lamp lights at most {duration} after the press [T05]",
        pl: "lampka „wezwano” zapala się najpóźniej {duration} po naciśnięciu [T05]",
        judges: at_most("T05", 0),
        needs: &[LampPlaced],
        within: minutes(1),
        run: |w, a| w.post().placed_lamp_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the \"connected\" lamp stays dark until the operator answers [T06]",
        pl: "lampka „połączono” pozostaje zgaszona do chwili odebrania [T06]",
        judges: requirement("T06"),
        needs: &[LampConnected, Operator],
        within: minutes(1),
        run: |w, _| w.post().connected_lamp_waits(),
    },
    Phrase {
        kind: Kind::Then,
        en: "the \"connected\" lamp lights at most {duration} after the answer [T06]",
        pl: "lampka „połączono” zapala się najpóźniej {duration} po odebraniu [T06]",
        judges: at_most("T06", 0),
        needs: &[LampConnected, Operator],
        within: minutes(1),
        run: |w, a| w.post().connected_lamp_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "both lamps are dark at most {duration} after the end of the talk [T06]",
        pl: "obie lampki gasną najpóźniej {duration} po zakończeniu rozmowy [T06]",
        judges: at_most("T06", 0),
        needs: &[LampPlaced, LampConnected, Operator],
        within: minutes(1),
        run: |w, a| w.post().lamps_dark_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "neither lamp claims a call that was not sent [T05]",
        pl: "żadna lampka nie potwierdza zgłoszenia, którego nie wysłano [T05]",
        judges: requirement("T05"),
        needs: &[LampPlaced, LampConnected, Operator],
        within: minutes(1),
        run: |w, _| w.post().no_lamp_claims(),
    },
    Phrase {
        kind: Kind::Then,
        en: "the \"out of service\" lamp answers at most {duration} after the press [T38]",
        pl: "lampka „nieczynny” reaguje najpóźniej {duration} po naciśnięciu [T38]",
        judges: at_most("T38", 0),
        needs: &[LampOutOfService],
        within: minutes(1),
        run: |w, a| w.post().out_of_service_lamp_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the \"out of service\" lamp answers at most {duration} after the last operator's refusal [T43]",
        pl: "lampka „nieczynny” reaguje najpóźniej {duration} po odmowie ostatniego operatora [T43]",
        judges: at_most("T43", 0),
        needs: &[LampOutOfService, Operator],
        within: minutes(2),
        run: |w, a| w.post().refusal_shown_within(a.duration(0)?),
    },
];
