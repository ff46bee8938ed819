//! Relay and input modules that speak Modbus: which addresses a maker's modules have, and how one is reached.

use super::super::capability::Capability;
use super::super::key::{Key, Kind, Presence};
use super::super::transport::Transport;
use super::asked::{Framing, Modbus};
use super::row::Driver;
use super::settings::Settings;
use super::ways;
use crate::problem::Problems;
use crate::unit::both;
use crate::yaml::Section;
use std::time::Duration;

/// MODBUS Messaging on TCP/IP 1.0b, 2.
const MODBUS_PORT: u16 = 502;

/// Any module with coils for relays and discrete inputs for what it looks at.
pub(super) const MODBUS_IO: Driver = Driver {
    name: "modbus-io",
    what: ("a Modbus module", "moduł Modbus"),
    keys: &[MODEL, ADDRESS, PORT, BAUD, PARITY, FRAMING, UNIT, RELAYS, INPUTS, COIL_BASE, INPUT_BASE, INVERSE, POLL],
    whole: &[],
    is_prompt: true,
    read: |section, _, problems| read(section, problems),
};

/// A family of modules whose addresses are the same.
struct Model {
    name: &'static str,
    what: &'static str,
    relays: u8,
    inputs: u8,
    coil_base: u16,
    input_base: u16,
    whole_bytes: bool,
    control_modes: Option<u16>,
}

impl Model {
    const GENERIC: Model = Model {
        name: "generic",
        what: "Modbus module",
        relays: 64,
        inputs: 64,
        coil_base: 0,
        input_base: 0,
        whole_bytes: false,
        control_modes: None,
    };
}

/// Addresses as the protocol counts them, from 0.
const MODELS: [Model; 7] = [
    Model::GENERIC,
    // Relays alone: reading answers only for all of them.
    Model { name: "waveshare-relay", what: "Waveshare Modbus Relay", relays: 32, inputs: 0, whole_bytes: true, ..Model::GENERIC },
    // With inputs: relays follow them as delivered (control mode, holding registers from 1000 hex).
    Model {
        name: "waveshare-relay-d",
        what: "Waveshare Modbus Relay (D)",
        relays: 8,
        inputs: 8,
        whole_bytes: true,
        control_modes: Some(0x1000),
        ..Model::GENERIC
    },
    Model { name: "moxa-iologik-e1200", what: "Moxa ioLogik E1200", relays: 16, inputs: 16, ..Model::GENERIC },
    // Inputs from 00001, outputs from 00017.
    Model { name: "advantech-adam-6000", what: "Advantech ADAM-6000", relays: 16, inputs: 16, coil_base: 16, ..Model::GENERIC },
    // What is written is read back 200 hex further on, and may be written there.
    Model { name: "wago-750", what: "WAGO 750", coil_base: 0x200, ..Model::GENERIC },
    Model { name: "papouch-quido", what: "Papouch Quido", relays: 32, inputs: 60, ..Model::GENERIC },
];
const NAMES: [&str; MODELS.len()] = {
    let mut names = [""; MODELS.len()];
    let mut at = 0;
    while at < MODELS.len() {
        names[at] = MODELS[at].name;
        at += 1;
    }
    names
};

fn read(section: &Section<'_>, problems: &mut Problems) -> Option<(Transport, Settings)> {
    let model = MODEL.choice(section, problems).and_then(|name| MODELS.iter().find(|model| model.name == name));
    let unit = UNIT.whole(section, problems).and_then(|unit| u8::try_from(unit).ok()).unwrap_or(1);
    let transport = ways::one_of(section, (&ADDRESS, MODBUS_PORT), (&PORT, &BAUD), Some(unit), problems);
    let even = PARITY.choice(section, problems).map(|parity| parity == "even");
    let framing = FRAMING.choice(section, problems).map(|word| if word == "tcp" { Framing::Tcp } else { Framing::Rtu });
    let base = |key: &Key, problems: &mut Problems| key.whole(section, problems).and_then(|base| u16::try_from(base).ok());
    let (coils, inputs) = (base(&COIL_BASE, problems), base(&INPUT_BASE, problems));
    let inverse = INVERSE.choice(section, problems);
    let poll = POLL.whole(section, problems).map(Duration::from_millis);
    let model = model?;
    let has_all = has_channels(section, model, problems);
    let (transport, inverse) = (transport?, inverse?);
    let usual = if matches!(transport, Transport::Tcp { .. }) { Framing::Tcp } else { Framing::Rtu };
    let modbus = Modbus {
        what: model.what,
        framing: framing.unwrap_or(usual),
        even: even?,
        unit,
        coil_base: coils.unwrap_or(model.coil_base),
        input_base: inputs.unwrap_or(model.input_base),
        whole_bytes: model.whole_bytes,
        control_modes: model.control_modes,
        inverse_relays: matches!(inverse, "relays" | "both"),
        inverse_inputs: matches!(inverse, "inputs" | "both"),
        poll: poll?,
    };
    has_all.then_some((transport, Settings::Modbus(modbus)))
}

/// It has relays or inputs, and no more than modules of its kind have.
fn has_channels(section: &Section<'_>, model: &Model, problems: &mut Problems) -> bool {
    let name = &section.name;
    if [RELAYS, INPUTS].iter().all(|key| section.get(key.name).is_none()) {
        let what = both!("{name} has neither relays nor inputs", "{name} nie ma ani przekaźników, ani wejść");
        let remedy = (
            "say how many it has: relays: 8, inputs: 8, or one of the two",
            "podaj, ile ich ma: relays: 8, inputs: 8 albo jedno z tych dwojga",
        );
        problems.add(section.at, what, remedy);
        return false;
    }
    let relays = ways::has_no_more(section, &RELAYS, model.name, model.relays, problems);
    ways::has_no_more(section, &INPUTS, model.name, model.inputs, problems) && relays
}

const MODEL: Key = Key {
    name: "model",
    kind: Kind::Choice(&NAMES),
    presence: Presence::Usual("generic"),
    example: "waveshare-relay-d",
    about: (
        "The maker's family, which says where its relays and inputs are; generic: from address 0.",
        "Rodzina modułów, która określa adresy przekaźników i wejść; generic: od adresu 0.",
    ),
    ..Key::TEXT
};
const ADDRESS: Key = Key {
    name: "address",
    presence: Presence::Optional,
    example: "192.168.10.20",
    about: (
        "Its IP address, with a port where that is not 502; or port for a serial line.",
        "Jego adres IP, z portem, jeśli to nie 502; albo port, jeśli jest na linii szeregowej.",
    ),
    ..Key::TEXT
};
const PORT: Key = Key {
    name: "port",
    presence: Presence::Optional,
    example: "/dev/serial/by-id/usb-FTDI_RS485-if00-port0",
    about: ("The serial port of its line.", "Port szeregowy jego linii."),
    ..Key::TEXT
};
const BAUD: Key = Key {
    name: "baud",
    kind: Kind::Whole { least: 1_200, most: 921_600 },
    presence: Presence::Usual("9600"),
    unit: "bit/s",
    example: "9600",
    about: ("Bits per second on the serial port.", "Prędkość transmisji portu szeregowego."),
};
const PARITY: Key = Key {
    name: "parity",
    kind: Kind::Choice(&["none", "even"]),
    presence: Presence::Usual("none"),
    example: "even",
    about: ("Parity on the serial port.", "Parzystość na porcie szeregowym."),
    ..Key::TEXT
};
const FRAMING: Key = Key {
    name: "framing",
    kind: Kind::Choice(&["tcp", "rtu"]),
    presence: Presence::Optional,
    example: "rtu",
    about: (
        "Left out, tcp for an address and rtu for a port; rtu for a converter that passes serial frames on.",
        "Bez tego wpisu tcp dla adresu i rtu dla portu; rtu dla konwertera, który przekazuje ramki szeregowe.",
    ),
    ..Key::TEXT
};
const UNIT: Key = Key {
    name: "unit",
    kind: Kind::Whole { least: 1, most: 255 },
    presence: Presence::Optional,
    example: "1",
    about: ("Its own address on the line; left out, 1.", "Adres urządzenia na linii; bez tego wpisu 1."),
    ..Key::TEXT
};
const RELAYS: Key = Key {
    name: "relays",
    kind: Kind::Count { of: Capability::Relay, most: 64 },
    presence: Presence::Optional,
    example: "8",
    about: ("How many relays it has.", "Ile ma przekaźników."),
    ..Key::TEXT
};
const INPUTS: Key = Key {
    name: "inputs",
    kind: Kind::Count { of: Capability::Input, most: 64 },
    presence: Presence::Optional,
    example: "8",
    about: ("How many inputs it has.", "Ile ma wejść."),
    ..Key::TEXT
};
const COIL_BASE: Key = Key {
    name: "coil-base",
    kind: Kind::Whole { least: 0, most: 65_535 },
    presence: Presence::Optional,
    example: "16",
    about: (
        "Address of the first relay's coil, from 0; left out, the model's.",
        "Adres cewki pierwszego przekaźnika, od 0; bez tego wpisu według modelu.",
    ),
    ..Key::TEXT
};
const INPUT_BASE: Key = Key {
    name: "input-base",
    example: "0",
    about: (
        "Address of the first input, from 0; left out, the model's.",
        "Adres pierwszego wejścia, od 0; bez tego wpisu według modelu.",
    ),
    ..COIL_BASE
};
const INVERSE: Key = Key {
    name: "inverse",
    kind: Kind::Choice(&["none", "relays", "inputs", "both"]),
    presence: Presence::Usual("none"),
    example: "inputs",
    about: (
        "What of it says 1 where a contact is open or a lamp dark.",
        "Co w nim podaje 1, gdy styk jest otwarty lub lampka zgaszona.",
    ),
    ..Key::TEXT
};
const POLL: Key = Key {
    name: "poll",
    kind: Kind::Whole { least: 2, most: 100 },
    presence: Presence::Usual("10"),
    unit: "ms",
    example: "10",
    about: (
        "How often its inputs are asked for; a stamp is late by no more than this and the time of an answer.",
        "Co ile odczytywane są wejścia; znacznik czasu spóźnia się najwyżej o tyle i o czas odpowiedzi.",
    ),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_have_names_of_their_own_and_no_more_channels_than_the_driver() {
        for (at, model) in MODELS.iter().enumerate() {
            assert!(MODELS[..at].iter().all(|other| other.name != model.name), "{}", model.name);
            assert!(model.relays <= MODBUS_IO.most(Capability::Relay) && model.inputs <= MODBUS_IO.most(Capability::Input));
        }
    }
}
