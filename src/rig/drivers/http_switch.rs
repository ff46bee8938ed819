//! Sockets and relay boards that are switched over HTTP: what each product is asked, and where in its answer the state
//! of a channel stands.

use super::super::capability::Capability;
use super::super::key::{Key, Kind, Presence};
use super::super::transport::{self, Transport};
use super::asked::{HttpModel, HttpSwitch, Login, Told};
use super::row::Driver;
use super::settings::Settings;
use super::ways;
use crate::problem::Problems;
use crate::yaml::Section;

const HTTP_PORT: u16 = 80;

pub(super) const HTTP_SWITCH: Driver = Driver {
    name: "http-switch",
    what: ("a network switch for sockets", "listwa zasilająca"),
    keys: &[MODEL, ADDRESS, CHANNELS, FIRST, USER, PASSWORD],
    whole: &[],
    is_prompt: false,
    read: |section, _, problems| read(section, problems),
};

const ZERO_ONE: (&str, &str) = ("0", "1");

pub static HTTP_MODELS: [HttpModel; 6] = [
    HttpModel {
        name: "tinycontrol-lk3",
        what: "tinycontrol LAN Kontroler 2/3",
        most: 6,
        first: 0,
        set: ("GET", "/outs.cgi?out{n}={to}", ""),
        words: ZERO_ONE,
        read: ("GET", "/st0.xml", ""),
        told: Told::Xml("out{n}"),
    },
    HttpModel {
        name: "tinycontrol-lk4",
        what: "tinycontrol LAN Kontroler 4 or tcPDU",
        most: 6,
        first: 1,
        set: ("GET", "/api/v1/save/?out{n}={to}", ""),
        words: ZERO_ONE,
        read: ("GET", "/api/v1/read/status/?outValues", ""),
        told: Told::Json("out{n}"),
    },
    HttpModel {
        name: "shelly-gen2",
        what: "Shelly of generation 2 or later",
        most: 4,
        first: 0,
        set: ("GET", "/rpc/Switch.Set?id={n}&on={to}", ""),
        words: ("false", "true"),
        read: ("GET", "/rpc/Switch.GetStatus?id={n}", ""),
        told: Told::Json("output"),
    },
    HttpModel {
        name: "netio",
        what: "NETIO PDU",
        most: 8,
        first: 1,
        set: ("POST", "/netio.json", r#"{"Outputs":[{"ID":{n},"Action":{to}}]}"#),
        words: ZERO_ONE,
        read: ("GET", "/netio.json", ""),
        told: Told::ById { list: "Outputs", id: "ID", value: "State" },
    },
    HttpModel {
        name: "gude",
        what: "Gude PDU",
        most: 24,
        first: 1,
        set: ("GET", "/status.json?components=0&cmd=1&p={n}&s={to}", ""),
        words: ZERO_ONE,
        read: ("GET", "/status.json?components=1", ""),
        told: Told::InList { list: "outputs", from: 1, value: "state" },
    },
    HttpModel {
        name: "devantech-eth",
        what: "Devantech ETH relay board",
        most: 20,
        first: 1,
        // A: active, I: inactive.
        set: ("GET", "/io.cgi?DO{to}{n}", ""),
        words: ("I", "A"),
        read: ("GET", "/io.cgi?relay", ""),
        told: Told::Digit,
    },
];
const NAMES: [&str; 6] = ["tinycontrol-lk3", "tinycontrol-lk4", "shelly-gen2", "netio", "gude", "devantech-eth"];

fn read(section: &Section<'_>, problems: &mut Problems) -> Option<(Transport, Settings)> {
    let model = MODEL.choice(section, problems).and_then(|name| HTTP_MODELS.iter().find(|model| model.name == name));
    let address = transport::peer(section, &ADDRESS, HTTP_PORT, problems);
    let first = FIRST.whole(section, problems).and_then(|first| u8::try_from(first).ok());
    let user = USER.text(section, problems).map(|word| word.text.clone());
    let password = PASSWORD.text(section, problems).map(|word| word.text.clone());
    let model = model?;
    let has_all = ways::has_no_more(section, &CHANNELS, model.name, model.most, problems);
    let login = user.zip(password).map(|(user, password)| Login { user, password });
    let settings = HttpSwitch { model, first: first.unwrap_or(model.first), login };
    let transport = Transport::Tcp { address: address?, unit: None };
    has_all.then_some((transport, Settings::HttpSwitch(settings)))
}

const MODEL: Key = Key {
    name: "model",
    kind: Kind::Choice(&NAMES),
    example: "tinycontrol-lk4",
    about: ("Which product it is.", "Jakie to urządzenie."),
    ..Key::TEXT
};
const ADDRESS: Key = Key {
    name: "address",
    example: "192.168.10.30",
    about: ("Its IP address, with a port where that is not 80.", "Jego adres IP, z portem, jeśli to nie 80."),
    ..Key::TEXT
};
const CHANNELS: Key = Key {
    name: "channels",
    kind: Kind::Count { of: Capability::Relay, most: 24 },
    example: "6",
    about: ("How many sockets or relays it has.", "Ile ma gniazd lub przekaźników."),
    ..Key::TEXT
};
const FIRST: Key = Key {
    name: "first",
    kind: Kind::Whole { least: 0, most: 9 },
    presence: Presence::Optional,
    example: "0",
    about: (
        "The number that it gives its first channel; left out, the model's.",
        "Numer, który urządzenie nadaje pierwszemu kanałowi; bez tego wpisu według modelu.",
    ),
    ..Key::TEXT
};
const USER: Key = Key {
    name: "user",
    presence: Presence::Optional,
    example: "admin",
    about: ("Its user, where it wants one.", "Użytkownik, jeśli urządzenie go wymaga."),
    ..Key::TEXT
};
const PASSWORD: Key = Key {
    name: "password",
    presence: Presence::Optional,
    example: "secret",
    about: ("The user's password.", "Hasło użytkownika."),
    ..Key::TEXT
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_model_can_be_named_and_has_no_more_channels_than_the_driver() {
        assert_eq!(HTTP_MODELS.each_ref().map(|model| model.name), NAMES);
        assert!(HTTP_MODELS.iter().all(|model| model.most <= HTTP_SWITCH.most(Capability::Relay)));
    }
}
