//! Laboratory supplies by the dialect of their makers.

use super::super::capability::Capability;
use super::super::key::{Key, Kind, Presence};
use super::super::transport::Transport;
use super::asked::{OutputTold, ScpiModel};
use super::row::Driver;
use super::settings::Settings;
use super::ways;
use crate::problem::Problems;
use crate::yaml::Section;

pub(super) const SCPI_SUPPLY: Driver = Driver {
    name: "scpi-supply",
    what: ("a laboratory supply", "zasilacz laboratoryjny"),
    keys: &[MODEL, ADDRESS, PORT, BAUD, OUTPUTS],
    whole: &[],
    is_prompt: false,
    read: |section, _, problems| read(section, problems),
};

pub static SCPI_MODELS: [ScpiModel; 4] = [
    ScpiModel {
        name: "rigol-dp800",
        what: "Rigol DP800 supply",
        most: 3,
        port: 5_555,
        on: ":OUTP CH{n},ON",
        off: ":OUTP CH{n},OFF",
        ask: ":OUTP? CH{n}",
        line_end: "\n",
        told: OutputTold::Word,
    },
    ScpiModel {
        name: "siglent-spd3303x",
        what: "Siglent SPD3303X supply",
        most: 2,
        port: 5_025,
        on: "OUTPUT CH{n},ON",
        off: "OUTPUT CH{n},OFF",
        ask: "SYSTEM:STATUS?",
        line_end: "\n",
        told: OutputTold::Hexadecimal { before_first: 3 },
    },
    // And Velleman, RND and Tenma under their own names.
    ScpiModel {
        name: "korad-ka3000",
        what: "Korad KA3000 supply",
        most: 1,
        port: 18_190,
        on: "OUT1",
        off: "OUT0",
        ask: "STATUS?",
        line_end: "",
        told: OutputTold::Byte { bit: 6 },
    },
    ScpiModel {
        name: "owon-spe",
        what: "Owon SPE or SPM supply",
        most: 1,
        port: 3_000,
        on: "OUTP ON",
        off: "OUTP OFF",
        ask: "OUTP?",
        line_end: "\n",
        told: OutputTold::Word,
    },
];
const NAMES: [&str; 4] = ["rigol-dp800", "siglent-spd3303x", "korad-ka3000", "owon-spe"];

fn read(section: &Section<'_>, problems: &mut Problems) -> Option<(Transport, Settings)> {
    let model = MODEL.choice(section, problems).and_then(|name| SCPI_MODELS.iter().find(|model| model.name == name));
    let port = model.map_or(5_025, |model| model.port);
    let transport = ways::one_of(section, (&ADDRESS, port), (&PORT, &BAUD), None, problems);
    let model = model?;
    let has_all = ways::has_no_more(section, &OUTPUTS, model.name, model.most, problems);
    let transport = transport?;
    has_all.then_some((transport, Settings::Scpi(model)))
}

const MODEL: Key = Key {
    name: "model",
    kind: Kind::Choice(&NAMES),
    example: "rigol-dp800",
    about: ("Whose dialect it speaks.", "Czyj dialekt obsługuje."),
    ..Key::TEXT
};
const ADDRESS: Key = Key {
    name: "address",
    presence: Presence::Optional,
    example: "192.168.10.40",
    about: (
        "Its IP address, with a port where that is not the maker's usual one; or port for a serial line.",
        "Jego adres IP, z portem, jeśli to nie zwykły port producenta; albo port, jeśli jest na linii szeregowej.",
    ),
    ..Key::TEXT
};
const PORT: Key = Key {
    name: "port",
    presence: Presence::Optional,
    example: "/dev/serial/by-id/usb-Nuvoton_USB_Virtual_COM-if00",
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
const OUTPUTS: Key = Key {
    name: "outputs",
    kind: Kind::Count { of: Capability::Relay, most: 3 },
    example: "1",
    about: ("How many of its outputs are switched.", "Ile jego wyjść jest przełączanych."),
    ..Key::TEXT
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_model_can_be_named_and_has_no_more_outputs_than_the_driver() {
        assert_eq!(SCPI_MODELS.each_ref().map(|model| model.name), NAMES);
        assert!(SCPI_MODELS.iter().all(|model| model.most <= SCPI_SUPPLY.most(Capability::Relay)));
    }
}
