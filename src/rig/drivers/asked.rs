//! What drivers have to know of instruments that speak only when asked, as values.

use std::time::Duration;

/// A module that speaks Modbus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modbus {
    /// What it is, for messages.
    pub what: &'static str,
    pub framing: Framing,
    pub even: bool,
    pub unit: u8,
    pub coil_base: u16,
    pub input_base: u16,
    /// It answers only to whoever asks for whole bytes.
    pub whole_bytes: bool,
    /// Where its relays' control modes stand, if it has any: 0 follows commands alone.
    pub control_modes: Option<u16>,
    pub inverse_relays: bool,
    pub inverse_inputs: bool,
    pub poll: Duration,
}

impl Modbus {
    /// A module that nobody makes, with all addresses from 0.
    #[cfg(test)]
    pub fn for_tests(framing: Framing, unit: u8, poll: Duration) -> Modbus {
        Modbus {
            what: "Modbus module",
            framing,
            even: false,
            unit,
            coil_base: 0,
            input_base: 0,
            whole_bytes: true,
            control_modes: None,
            inverse_relays: false,
            inverse_inputs: false,
            poll,
        }
    }
    /// How many coils or inputs are asked for where so many are wanted.
    pub fn asked(&self, count: u8) -> u16 {
        let count = u16::from(count);
        if self.whole_bytes { count.next_multiple_of(8) } else { count }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    Tcp,
    Rtu,
}

/// A device that is switched over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpSwitch {
    pub model: &'static HttpModel,
    /// The number that the device itself gives its first channel.
    pub first: u8,
    pub login: Option<Login>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub password: String,
}

impl std::fmt::Debug for Login {
    /// A password has no business in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Login({})", self.user)
    }
}

/// One product: `{n}` stands for a channel's number, `{to}` for the word for off or on.
#[derive(Debug, PartialEq, Eq)]
pub struct HttpModel {
    pub name: &'static str,
    pub what: &'static str,
    pub most: u8,
    pub first: u8,
    /// Method, path with query, and body.
    pub set: (&'static str, &'static str, &'static str),
    /// Off and on.
    pub words: (&'static str, &'static str),
    pub read: (&'static str, &'static str, &'static str),
    pub told: Told,
}

/// Where an answer has a channel's state: 1 or true is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Within an element.
    Xml(&'static str),
    /// Under a key.
    Json(&'static str),
    /// In a list of objects in the order of their numbers from `from` on.
    InList { list: &'static str, from: u8, value: &'static str },
    /// In a list of objects that say their own numbers.
    ById { list: &'static str, id: &'static str, value: &'static str },
    /// In the second word, a digit a channel.
    Digit,
}

/// One maker's dialect: `{n}` stands for an output's number.
#[derive(Debug, PartialEq, Eq)]
pub struct ScpiModel {
    pub name: &'static str,
    pub what: &'static str,
    pub most: u8,
    /// At which it usually answers on a network.
    pub port: u16,
    pub on: &'static str,
    pub off: &'static str,
    pub ask: &'static str,
    pub line_end: &'static str,
    pub told: OutputTold,
}

/// How a supply tells whether an output is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputTold {
    /// ON or 1, OFF or 0.
    Word,
    /// A figure in hexadecimal with a bit an output, after so many others.
    Hexadecimal { before_first: u8 },
    /// A byte, without a line end, and this bit of it.
    Byte { bit: u8 },
}

/// A program of the owner's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Program and arguments; `{channel}` and `{to}` stand for what is wanted.
    pub set: Vec<String>,
    pub get: Option<Vec<String>>,
    pub on: String,
    pub off: String,
    pub within: Duration,
}
