//! Debug probes.

use super::super::capability::Capability;
use super::super::key::{Key, Kind, Presence};
use super::super::transport;
use super::row::Driver;
use super::settings::Settings;

/// Any probe that probe-rs knows.
pub(super) const PROBE_RS: Driver = Driver {
    name: "probe-rs",
    what: ("a debug probe", "programator"),
    keys: &[SELECTOR],
    whole: &[Capability::Probe],
    is_prompt: true,
    read: |section, _, problems| Some((transport::usb(section, &SELECTOR, "probe", problems)?, Settings::None)),
};

const SELECTOR: Key = Key {
    name: "selector",
    kind: Kind::Text,
    presence: Presence::Needed,
    unit: "",
    example: "0483:374b",
    about: (
        "Vendor and product as lsusb shows them, with a serial number behind a further colon where two are alike; or twin.",
        "Producent i produkt tak, jak je podaje lsusb, a gdy są dwa jednakowe, po kolejnym dwukropku numer seryjny; albo twin.",
    ),
};
