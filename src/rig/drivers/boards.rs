//! Boards and consoles on a serial line.

use super::super::capability::Capability;
use super::super::key::{Key, Kind, Presence};
use super::super::transport::{self, Transport};
use super::row::Driver;
use super::settings::Settings;
use crate::problem::Problems;
use crate::yaml::Section;

/// Relay boards of the LCUS family. Their command has a whole byte for the relay's number, but none with more than
/// eight relays is made.
pub(super) const LCUS: Driver = Driver {
    name: "lcus",
    what: ("a relay board", "moduł przekaźników"),
    keys: &[PORT, baud("9600"), channels(Capability::Relay, 8, "4")],
    whole: &[],
    is_prompt: true,
    read: |section, _, problems| over_serial(section, &baud("9600"), problems),
};

/// The input board of our own design; its protocol stands in the driver.
pub(super) const INPUT_REPORTER: Driver = Driver {
    name: "input-reporter",
    what: ("an input board", "moduł wejść"),
    keys: &[PORT, baud("115200"), channels(Capability::Input, 8, "8")],
    whole: &[],
    is_prompt: true,
    read: |section, _, problems| over_serial(section, &baud("115200"), problems),
};

/// The post's own console.
pub(super) const SERIAL_CONSOLE: Driver = Driver {
    name: "serial-console",
    what: ("a serial console", "konsola szeregowa"),
    keys: &[PORT, baud("115200")],
    whole: &[Capability::Console],
    is_prompt: true,
    read: |section, _, problems| over_serial(section, &baud("115200"), problems),
};

const PORT: Key = Key {
    name: "port",
    kind: Kind::Text,
    presence: Presence::Needed,
    unit: "",
    example: "/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0",
    about: (
        "The serial port it is plugged into, or twin:NAME for a line of the virtual post.",
        "Port szeregowy, do którego jest podłączone, albo twin:NAZWA dla łącza wirtualnego punktu.",
    ),
};

const fn baud(usual: &'static str) -> Key {
    Key {
        name: "baud",
        kind: Kind::Whole { least: 300, most: 4_000_000 },
        presence: Presence::Usual(usual),
        unit: "bit/s",
        example: "9600",
        about: ("Bits per second on the serial port.", "Prędkość transmisji portu szeregowego."),
    }
}

const fn channels(of: Capability, most: u8, example: &'static str) -> Key {
    Key {
        name: "channels",
        kind: Kind::Count { of, most },
        presence: Presence::Needed,
        unit: "",
        example,
        about: ("How many of them the board has.", "Ile ich ma moduł."),
    }
}

fn over_serial(section: &Section<'_>, baud: &Key, problems: &mut Problems) -> Option<(Transport, Settings)> {
    Some((transport::serial(section, &PORT, baud, problems)?, Settings::None))
}
