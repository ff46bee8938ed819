//! Where posts tell of themselves.

use super::super::capability::Capability;
use super::super::key::{Key, Kind, Presence};
use super::super::transport;
use super::row::Driver;
use super::settings::Settings;

/// RFC 5426, 3.3.
const SYSLOG_PORT: u16 = 514;

/// A receiver of syslog over UDP.
pub(super) const SYSLOG: Driver = Driver {
    name: "syslog",
    what: ("a syslog receiver", "odbiornik syslog"),
    keys: &[LISTEN, SILENCE, EVERY],
    whole: &[Capability::Supervision],
    is_prompt: true,
    read: |section, _, problems| {
        let word = LISTEN.text(section, problems);
        let path = section.path(LISTEN.name);
        let listen = word.and_then(|word| transport::listen(word, &path, SYSLOG_PORT, "supervision", problems));
        let silence = SILENCE.whole(section, problems).and_then(|silence| u16::try_from(silence).ok());
        let every = EVERY.whole(section, problems).and_then(|every| u16::try_from(every).ok());
        Some((listen?, Settings::Supervision { silence: silence?, every }))
    },
};

const LISTEN: Key = Key {
    name: "listen",
    kind: Kind::Text,
    presence: Presence::Needed,
    unit: "",
    example: "192.168.10.2:514",
    about: (
        "This machine's address and port to which posts send syslog; or twin.",
        "Adres i port tego komputera, na które punkty wysyłają syslog; albo twin.",
    ),
};

const SILENCE: Key = Key {
    name: "silence",
    kind: Kind::Whole { least: 5, most: 3600 },
    presence: Presence::Usual("45"),
    unit: "s",
    example: "45",
    about: (
        "After so many seconds without a message the city's supervision counts a post as lost.",
        "Po tylu sekundach bez komunikatu nadzór miasta uznaje punkt za utracony.",
    ),
};

const EVERY: Key = Key {
    name: "every",
    kind: Kind::Whole { least: 1, most: 3600 },
    presence: Presence::Optional,
    unit: "s",
    example: "20",
    about: (
        "Every so many seconds the post is to tell that it lives; not looked at where nothing is said.",
        "Co tyle sekund punkt ma podawać sygnał życia; bez tego wpisu odstęp nie jest sprawdzany.",
    ),
};
