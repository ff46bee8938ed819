//! What is judged of calls: each quantity by its name, the way to its figure and its requirement.
//!
//! Knows nothing of how calls are watched.

use crate::unit::{Method, Quantity, Unit};

pub(super) const PRESS_TO_INVITE: Quantity = Quantity {
    key: "T01.press-to-invite",
    unit: Unit::Second,
    en: "press to INVITE",
    pl: "od naciśnięcia do INVITE",
    method: Method::new(
        "tone through the button's contact to reception of the INVITE",
        "od tonu przepuszczonego przez styk przycisku do odebrania INVITE",
        "RFC 3261, 13",
    ),
    requirement: "T01",
};
pub(super) const PRESS_TO_RING: Quantity = Quantity {
    key: "T02.press-to-ringing",
    unit: Unit::Second,
    en: "press to ringing at the operator",
    pl: "od naciśnięcia do dzwonka u operatora",
    method: Method::new(
        "tone through the button's contact to the 180 sent",
        "od tonu przepuszczonego przez styk przycisku do wysłania odpowiedzi 180",
        "RFC 3261, 13",
    ),
    requirement: "T02",
};
pub(super) const CALLS: Quantity = Quantity {
    key: "call.arrived",
    unit: Unit::Count,
    en: "calls at the operator",
    pl: "zgłoszenia u operatora",
    method: Method::new(
        "INVITEs with different Call-ID; retransmissions are not counted",
        "liczba INVITE o różnych Call-ID; retransmisji nie liczy się",
        "RFC 3261, 8.1.1.4",
    ),
    requirement: "T33",
};
pub(super) const FURTHER_CALLS: Quantity =
    Quantity { key: "call.further", en: "further calls at the operator", pl: "dalsze zgłoszenia u operatora", ..CALLS };
pub(super) const FEWEST_CALLS: Quantity = Quantity {
    key: "T33.calls-per-press.fewest",
    en: "calls raised by one press, fewest",
    pl: "zgłoszenia po jednym naciśnięciu, najmniej",
    ..CALLS
};
pub(super) const MOST_CALLS: Quantity = Quantity {
    key: "T33.calls-per-press.most",
    en: "calls raised by one press, most",
    pl: "zgłoszenia po jednym naciśnięciu, najwięcej",
    ..CALLS
};
pub(super) const OWN_IDENTITY: Quantity = Quantity {
    key: "T33.own-identity",
    unit: Unit::Count,
    en: "calls that name this post, in From and in X-SOS-Post",
    pl: "zgłoszenia wskazujące ten punkt, w From i w X-SOS-Post",
    method: Method::new(
        "headers of the INVITE against the rig",
        "nagłówki INVITE względem opisu stanowiska",
        "RFC 3261, 8.1.1.3",
    ),
    requirement: "T33",
};
pub(super) const OWN_DESTINATION: Quantity = Quantity {
    key: "T40.foreign-destinations",
    unit: Unit::Count,
    en: "calls addressed to anybody but the City Guard's operator",
    pl: "zgłoszenia skierowane do kogokolwiek poza operatorem Straży Miejskiej",
    method: Method::new(
        "Request-URI of each INVITE, and everything the desk turned away",
        "Request-URI każdego INVITE oraz wszystko, co symulator operatora odrzucił",
        "RFC 3261, 8.1.1.1",
    ),
    requirement: "T40",
};
pub(super) const STILL_TALKING: Quantity = Quantity {
    key: "T42.talks-ended-early",
    unit: Unit::Count,
    en: "talks ended before the operator hung up",
    pl: "rozmowy zakończone, zanim rozłączył się operator",
    method: Method::new("BYE and silence at the operator", "BYE i cisza u operatora", "RFC 3261, 15"),
    requirement: "T42",
};
/// The same of a talk whose fibre was cut meanwhile.
pub(super) const OUTLIVES_CUT: Quantity = Quantity {
    key: "T21.talks-ended-early",
    en: "talks that a cut has ended before the operator hung up",
    pl: "rozmowy zakończone z powodu zaniku łączności, zanim rozłączył się operator",
    requirement: "T21",
    ..STILL_TALKING
};
pub(super) const WITHOUT_INVITE: Quantity = Quantity {
    key: "T33.presses-without-invite",
    unit: Unit::Count,
    en: "presses without a call",
    pl: "naciśnięcia bez zgłoszenia",
    requirement: "T33",
    ..PRESS_TO_INVITE
};
pub(super) const WITHOUT_RINGING: Quantity = Quantity {
    key: "T33.presses-without-ringing",
    unit: Unit::Count,
    en: "presses without ringing at the operator",
    pl: "naciśnięcia bez dzwonka u operatora",
    requirement: "T33",
    ..PRESS_TO_RING
};
/// Keys of what is judged over a series of presses.
pub(in crate::post) const SERIES: &[&str] = &[PRESS_TO_INVITE.key, PRESS_TO_RING.key];
/// All that this file judges.
pub(in crate::post) const QUANTITIES: &[Quantity] = &[
    PRESS_TO_INVITE,
    PRESS_TO_RING,
    CALLS,
    FURTHER_CALLS,
    FEWEST_CALLS,
    MOST_CALLS,
    WITHOUT_INVITE,
    WITHOUT_RINGING,
    OWN_IDENTITY,
    OWN_DESTINATION,
    STILL_TALKING,
    OUTLIVES_CUT,
];
