//! Where a press calls up a camera.

use super::super::capability::Capability;
use super::super::key::{Key, Kind, Presence};
use super::super::transport;
use super::row::Driver;
use super::settings::Settings;

/// A camera system commonly listens beside a web server.
const HOOK_PORT: u16 = 8080;

/// A camera system that takes events over HTTP.
pub(super) const HTTP_HOOK: Driver = Driver {
    name: "http-hook",
    what: ("a camera system", "system monitoringu"),
    keys: &[LISTEN, NAMED],
    whole: &[Capability::Cameras],
    is_prompt: true,
    read: |section, _, problems| {
        let word = LISTEN.text(section, problems);
        let path = section.path(LISTEN.name);
        let listen = word.and_then(|word| transport::listen(word, &path, HOOK_PORT, "cameras", problems));
        let named = NAMED.text(section, problems).map(|word| word.text.clone());
        Some((listen?, Settings::Cameras { named }))
    },
};

const LISTEN: Key = Key {
    name: "listen",
    kind: Kind::Text,
    presence: Presence::Needed,
    unit: "",
    example: "192.168.10.2:8080",
    about: (
        "This machine's address and port at which the bench plays the city's camera system; the post must have it as the place of its events (HTTP, any method and path); or twin.",
        "Adres i port tego komputera, pod którym stanowisko gra system monitoringu miejskiego; punkt musi wysyłać tam swoje zdarzenia (HTTP, dowolna metoda i ścieżka); albo twin.",
    ),
};

const NAMED: Key = Key {
    name: "named",
    kind: Kind::Text,
    presence: Presence::Optional,
    unit: "",
    example: "CAM-0417",
    about: (
        "What an event of this post has to name, in its path or its body: its camera as the city calls it; left out, the post's identity.",
        "Co zdarzenie tego punktu musi wskazywać, w ścieżce lub w treści: kamera pod nazwą nadaną przez miasto; bez tego wpisu identyfikator punktu.",
    ),
};
