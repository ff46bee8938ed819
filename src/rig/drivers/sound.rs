//! Sound cards.

use super::super::capability::Capability;
use super::super::key::{Key, Kind, Presence};
use super::super::transport;
use super::row::{Driver, Settings};

/// A card under ALSA.
pub(super) const SOUND_CARD: Driver = Driver {
    name: "sound-card",
    what: ("a sound card", "karta dźwiękowa"),
    keys: &[
        DEVICE,
        RATE,
        jacks("outputs", Capability::SoundOut, "2", ("How many outputs it has.", "Ile ma wyjść.")),
        jacks("inputs", Capability::SoundIn, "3", ("How many inputs it has.", "Ile ma wejść.")),
    ],
    whole: &[],
    read: |section, _, problems| {
        let device = transport::alsa(section, &DEVICE, "card", problems);
        let rate = RATE.whole(section, problems).and_then(|rate| u32::try_from(rate).ok());
        Some((device?, Settings::Sound { rate: rate? }))
    },
};

const DEVICE: Key = Key {
    name: "device",
    kind: Kind::Text,
    presence: Presence::Needed,
    unit: "",
    example: "\"hw:CARD=Device,DEV=0\"",
    about: ("The card's name as arecord -L shows it; or twin.", "Nazwa karty tak, jak ją podaje arecord -L; albo twin."),
};

const RATE: Key = Key {
    name: "rate",
    kind: Kind::Whole { least: 8000, most: 192_000 },
    presence: Presence::Needed,
    unit: "Hz",
    example: "48000",
    about: (
        "Frames per second; the card must run at this rate itself.",
        "Częstotliwość próbkowania; karta musi sama z nią pracować.",
    ),
};

const fn jacks(name: &'static str, of: Capability, example: &'static str, about: (&'static str, &'static str)) -> Key {
    Key { name, kind: Kind::Count { of, most: 64 }, presence: Presence::Needed, unit: "", example, about }
}
