//! Sound cards.

use super::super::capability::Capability;
use super::super::key::{Key, Kind, Presence};
use super::super::transport;
use super::row::Driver;
use super::settings::Settings;

/// A card under ALSA.
pub(super) const SOUND_CARD: Driver = Driver {
    name: "sound-card",
    what: ("a sound card", "karta dźwiękowa"),
    keys: &[
        DEVICE,
        RATE,
        jacks("outputs", Capability::SoundOut, "2", ("How many outputs it has.", "Ile ma wyjść.")),
        jacks("inputs", Capability::SoundIn, "3", ("How many inputs it has.", "Ile ma wejść.")),
        SPEECH_SPL,
        EAR_SPL,
    ],
    whole: &[],
    is_prompt: true,
    read: |section, _, problems| {
        let device = transport::alsa(section, &DEVICE, "card", problems);
        let rate = RATE.whole(section, problems).and_then(|rate| u32::try_from(rate).ok());
        let mut level = |key: &Key| key.whole(section, problems).and_then(|level| u8::try_from(level).ok());
        let (speech_spl, ear_spl) = (level(&SPEECH_SPL), level(&EAR_SPL));
        Some((device?, Settings::Sound { rate: rate?, speech_spl, ear_spl }))
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

const SPEECH_SPL: Key = Key {
    name: "speech-spl",
    kind: Kind::Whole { least: 50, most: 110 },
    presence: Presence::Optional,
    unit: "dB SPL",
    example: "78",
    about: (
        "Level of speech that the mouth is set to, measured at the post's microphone; left out, the caller's level is not judged.",
        "Poziom mowy, na jaki ustawiono sztuczne usta, zmierzony przy mikrofonie punktu; bez niego poziom głosu wzywającego nie jest oceniany.",
    ),
};

const EAR_SPL: Key = Key {
    name: "ear-spl",
    kind: Kind::Whole { least: 60, most: 150 },
    presence: Presence::Optional,
    unit: "dB SPL",
    example: "112",
    about: (
        "Level of a sine at the ear, 1 m before the loudspeaker, that just reaches full scale; left out, the loudspeaker's level is not judged.",
        "Poziom sinusoidy przy mikrofonie pomiarowym, 1 m przed głośnikiem, odpowiadający pełnej skali; bez niego poziom głośnika nie jest oceniany.",
    ),
};

const fn jacks(name: &'static str, of: Capability, example: &'static str, about: (&'static str, &'static str)) -> Key {
    Key { name, kind: Kind::Count { of, most: 64 }, presence: Presence::Needed, unit: "", example, about }
}
