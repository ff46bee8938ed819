//! Phrases about what the city's supervision learns of the post.

use super::World;
use super::bound::{at_most, requirement};
use super::phrase::{Kind, Phrase, minutes, seconds};
use crate::rig::Role::{Fibre, LampOutOfService, Operator, Supervision};

pub const PHRASES: &[Phrase<World>] = &[
    Phrase {
        kind: Kind::Then,
        en: "the supervision counts the post as lost at most {duration} after the cut [T26]",
        pl: "nadzór uznaje punkt za utracony najpóźniej {duration} po przerwaniu światłowodu [T26]",
        judges: at_most("T26", 0),
        needs: &[Fibre, Supervision],
        within: minutes(70),
        run: |w, a| w.post().missed_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the supervision hears of the post again at most {duration} after the fibre's return [T27]",
        pl: "nadzór otrzymuje sygnał życia punktu najpóźniej {duration} po powrocie światłowodu [T27]",
        judges: at_most("T27", 0),
        needs: &[Fibre, Supervision],
        within: minutes(5),
        run: |w, a| w.post().heard_again_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post has been registered all the time [T26]",
        pl: "punkt był przez cały czas zarejestrowany [T26]",
        judges: requirement("T26"),
        needs: &[Operator],
        within: seconds(10),
        run: |w, _| w.post().never_lapsed(),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post reports the lost server to the supervision at most {duration} after its loss [T26]",
        pl: "punkt zgłasza nadzorowi brak serwera najpóźniej {duration} po jego utracie [T26]",
        judges: at_most("T26", 0),
        needs: &[Operator, Supervision],
        within: minutes(5),
        run: |w, a| w.post().lost_server_told_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post clears that report at most {duration} after the server's return [T27]",
        pl: "punkt odwołuje to zgłoszenie najpóźniej {duration} po powrocie serwera [T27]",
        judges: at_most("T27", 0),
        needs: &[Operator, Supervision],
        within: minutes(5),
        run: |w, a| w.post().lost_server_cleared_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post has counted its calls as the operator has, the answered and the unanswered apart [T33]",
        pl: "punkt policzył swoje zgłoszenia tak jak operator, osobno odebrane i nieodebrane [T33]",
        judges: requirement("T33"),
        needs: &[Operator, Supervision],
        within: minutes(1),
        run: |w, _| w.post().counters_agree(),
    },
    Phrase {
        kind: Kind::Then,
        en: "the \"out of service\" lamp is lit at most {duration} after the last moment at which a call was possible [T26]",
        pl: "lampka „nieczynny” świeci najpóźniej {duration} po ostatniej chwili, w której zgłoszenie było możliwe [T26]",
        judges: at_most("T26", 0),
        needs: &[LampOutOfService],
        within: minutes(5),
        run: |w, a| w.post().out_of_service_shown_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the \"out of service\" lamp is dark at most {duration} after the post can call again [T27]",
        pl: "lampka „nieczynny” gaśnie najpóźniej {duration} po tym, jak punkt może znów dzwonić [T27]",
        judges: at_most("T27", 0),
        needs: &[LampOutOfService, Operator],
        within: minutes(5),
        run: |w, a| w.post().out_of_service_gone_within(a.duration(0)?),
    },
];
