//! The `instruments:` section: what stands on the bench and how it is reached.
//!
//! Knows nothing of drivers beyond their names and settings.

use super::file::{Section, meant_or_listed};
use super::locate::{Node, Word};
use super::operator::{self, Listen, SipUser, Srtp, Tls};
use super::problem::{Place, Problems};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

/// A byte line to an instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A serial port of this machine.
    Serial { path: String, baud: u32 },
    /// A line of the virtual post, by name.
    Twin { name: String },
}

/// Which debug probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeSelector {
    Twin,
    Usb { vendor: u16, product: u16, serial: Option<String> },
}

/// Which sound card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoundDevice {
    Twin,
    /// An ALSA name, e.g. `hw:CARD=USB,DEV=0`.
    Alsa(String),
}

/// Kinds of instruments, by driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Driver {
    Lcus,
    InputReporter,
    SerialConsole,
    ProbeRs,
    SoundCard,
    SipOperator,
}

impl Driver {
    pub const ALL: [Driver; 6] =
        [Driver::Lcus, Driver::InputReporter, Driver::SerialConsole, Driver::ProbeRs, Driver::SoundCard, Driver::SipOperator];
    /// As a rig spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Driver::Lcus => "lcus",
            Driver::InputReporter => "input-reporter",
            Driver::SerialConsole => "serial-console",
            Driver::ProbeRs => "probe-rs",
            Driver::SoundCard => "sound-card",
            Driver::SipOperator => "sip-operator",
        }
    }
    /// What it is, for messages.
    pub const fn what(self) -> &'static str {
        match self {
            Driver::Lcus => "a relay board",
            Driver::InputReporter => "an input board",
            Driver::SerialConsole => "a serial console",
            Driver::ProbeRs => "a debug probe",
            Driver::SoundCard => "a sound card",
            Driver::SipOperator => "a SIP operator",
        }
    }
}

/// One instrument, with what its driver needs to know.
#[expect(clippy::large_enum_variant, reason = "a rig has a handful of them, and they are read once")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instrument {
    /// A relay board of the LCUS family.
    Lcus { port: Line, channels: u8 },
    /// A board that reports changes of its inputs line by line.
    InputReporter { port: Line, channels: u8 },
    /// The post's own console.
    SerialConsole { port: Line },
    /// A debug probe.
    ProbeRs { selector: ProbeSelector },
    /// A sound card; `rate` in frames per second.
    SoundCard { device: SoundDevice, rate: u32, outputs: u8, inputs: u8 },
    /// The City Guard's operator; `backup` is where its second server listens, if posts know of one.
    SipOperator { listen: Listen, backup: Option<SocketAddr>, realm: String, users: Vec<SipUser>, tls: Option<Tls>, srtp: Srtp },
}

impl Instrument {
    pub const fn driver(&self) -> Driver {
        match self {
            Instrument::Lcus { .. } => Driver::Lcus,
            Instrument::InputReporter { .. } => Driver::InputReporter,
            Instrument::SerialConsole { .. } => Driver::SerialConsole,
            Instrument::ProbeRs { .. } => Driver::ProbeRs,
            Instrument::SoundCard { .. } => Driver::SoundCard,
            Instrument::SipOperator { .. } => Driver::SipOperator,
        }
    }
    /// Whether this instrument is one of the virtual post's.
    pub const fn is_twin(&self) -> bool {
        match self {
            Instrument::Lcus { port, .. } | Instrument::InputReporter { port, .. } | Instrument::SerialConsole { port } => {
                matches!(port, Line::Twin { .. })
            }
            Instrument::ProbeRs { selector } => matches!(selector, ProbeSelector::Twin),
            Instrument::SoundCard { device, .. } => matches!(device, SoundDevice::Twin),
            Instrument::SipOperator { listen, .. } => matches!(listen, Listen::Twin),
        }
    }
}

/// An instrument and where the rig names it.
pub(super) type Named = BTreeMap<String, (Place, Option<Instrument>)>;

/// Reads all instruments; `folder` is where the rig lies. One that could not be read stays in the list, so that roles that name it are not called wrong as well.
pub(super) fn read(node: &Node, folder: &Path, problems: &mut Problems) -> Named {
    let mut named = Named::new();
    let Some(section) = Section::open_free(node, "instruments", problems) else { return named };
    for (name, node) in section.entries() {
        if !is_name(&name.text) {
            let what = format!("\"{}\" is no name for an instrument", name.text);
            problems.add(name.at, what, "use lower-case letters, digits and hyphens, beginning with a letter: relays-2");
        }
        named.insert(name.text.clone(), (name.at, read_one(name, node, folder, problems)));
    }
    if named.is_empty() {
        problems.add(node.at, "a rig needs instruments, here are none", "copy the instruments: section of rigs/virtual.yaml");
    }
    complain_of_shared_lines(&named, problems);
    complain_of_mixture(&named, problems);
    named
}

/// Lower-case letters, digits and hyphens, a letter first: what can stand before the slash of `relays/1`.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn read_one(name: &Word, node: &Node, folder: &Path, problems: &mut Problems) -> Option<Instrument> {
    let path = format!("instruments.{}", name.text);
    let bare = Section::open_free(node, &path, problems)?;
    let names = Driver::ALL.map(Driver::name);
    let typed = bare.text("driver", "driver: lcus", problems)?;
    let Some(driver) = Driver::ALL.into_iter().find(|driver| driver.name() == typed.text) else {
        let remedy = meant_or_listed(&typed.text, &names, "drivers known");
        problems.add(typed.at, format!("unknown driver \"{}\" in {path}", typed.text), remedy);
        return None;
    };
    let section = Section::open(node, &path, driver.keys(), problems)?;
    match driver {
        Driver::Lcus => {
            let (port, channels) = (port(&section, 9600, problems), channels(&section, 16, problems));
            Some(Instrument::Lcus { port: port?, channels: channels? })
        }
        Driver::InputReporter => {
            let (port, channels) = (port(&section, 115_200, problems), channels(&section, 64, problems));
            Some(Instrument::InputReporter { port: port?, channels: channels? })
        }
        Driver::SerialConsole => Some(Instrument::SerialConsole { port: port(&section, 115_200, problems)? }),
        Driver::ProbeRs => Some(Instrument::ProbeRs { selector: selector(&section, problems)? }),
        Driver::SoundCard => sound_card(&section, problems),
        Driver::SipOperator => operator::read(&section, folder, problems),
    }
}

impl Driver {
    const fn keys(self) -> &'static [&'static str] {
        match self {
            Driver::Lcus | Driver::InputReporter => &["driver", "port", "baud", "channels"],
            Driver::SerialConsole => &["driver", "port", "baud"],
            Driver::ProbeRs => &["driver", "selector"],
            Driver::SoundCard => &["driver", "device", "rate", "outputs", "inputs"],
            Driver::SipOperator => operator::KEYS,
        }
    }
}

fn channels(section: &Section<'_>, most: u64, problems: &mut Problems) -> Option<u8> {
    let count = section.number("channels", (1, most), "channels: 4", problems)?;
    u8::try_from(count).ok()
}

/// `twin:NAME`, or a serial port of this machine.
fn port(section: &Section<'_>, usual_baud: u32, problems: &mut Problems) -> Option<Line> {
    let example = "port: /dev/serial/by-id/usb-1a86_USB_Serial-if00-port0";
    let baud = section.optional_number("baud", (300, 4_000_000), "baud: 9600", problems);
    let word = section.text("port", example, problems)?;
    if let Some(name) = word.text.strip_prefix("twin:") {
        if is_name(name) {
            return Some(Line::Twin { name: name.to_string() });
        }
        let what = format!("{} names no line of the twin: \"{}\"", section.path("port"), word.text);
        problems.add(word.at, what, "write twin: and a name at once, e.g. twin:relays");
        return None;
    }
    let windows = word.text.strip_prefix("COM").is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()));
    if !windows && !word.text.starts_with("/dev/") {
        let what = format!("{} is no serial port: \"{}\"", section.path("port"), word.text);
        problems.add(word.at, what, "write a path such as /dev/serial/by-id/... (list them: ls /dev/serial/by-id), or twin:NAME");
        return None;
    }
    let baud = baud.and_then(|baud| u32::try_from(baud).ok()).unwrap_or(usual_baud);
    Some(Line::Serial { path: word.text.clone(), baud })
}

/// `twin`, or `VID:PID` in hexadecimal with an optional serial number behind a further colon.
fn selector(section: &Section<'_>, problems: &mut Problems) -> Option<ProbeSelector> {
    let word = section.text("selector", "selector: 0483:374b", problems)?;
    if word.text == "twin" {
        return Some(ProbeSelector::Twin);
    }
    let mut parts = word.text.splitn(3, ':');
    let mut hex = || parts.next().filter(|p| p.len() == 4).and_then(|p| u16::from_str_radix(p, 16).ok());
    if let (Some(vendor), Some(product)) = (hex(), hex()) {
        let serial = parts.next().map(str::to_string);
        if serial.as_deref() != Some("") {
            return Some(ProbeSelector::Usb { vendor, product, serial });
        }
    }
    let what = format!("{} is no debug probe: \"{}\"", section.path("selector"), word.text);
    problems.add(
        word.at,
        what,
        "write vendor and product as lsusb shows them, e.g. 0483:374b, with :SERIAL behind if there are two alike; or twin",
    );
    None
}

fn sound_card(section: &Section<'_>, problems: &mut Problems) -> Option<Instrument> {
    let device = section
        .text("device", "device: \"hw:CARD=Device,DEV=0\"", problems)
        .and_then(|word| sound_device(word, section, problems));
    let rate = section.number("rate", (8000, 192_000), "rate: 48000", problems).and_then(|rate| u32::try_from(rate).ok());
    let mut jacks = |key, example| section.number(key, (1, 64), example, problems).and_then(|n| u8::try_from(n).ok());
    let (outputs, inputs) = (jacks("outputs", "outputs: 2"), jacks("inputs", "inputs: 3"));
    Some(Instrument::SoundCard { device: device?, rate: rate?, outputs: outputs?, inputs: inputs? })
}

fn sound_device(word: &Word, section: &Section<'_>, problems: &mut Problems) -> Option<SoundDevice> {
    if word.text == "twin" {
        return Some(SoundDevice::Twin);
    }
    let plain = word.text.chars().all(|c| c.is_ascii_alphanumeric() || ":=,_-.".contains(c));
    if plain && !word.text.starts_with("twin") {
        return Some(SoundDevice::Alsa(word.text.clone()));
    }
    let what = format!("{} is no sound device: \"{}\"", section.path("device"), word.text);
    problems.add(word.at, what, "write an ALSA name as arecord -L shows it, e.g. hw:CARD=Device,DEV=0; or twin");
    None
}

/// Two instruments on one line would each read half of the other's replies.
fn complain_of_shared_lines(named: &Named, problems: &mut Problems) {
    let mut seen: Vec<(&str, &str, Place)> = Vec::new();
    let mut lines: Vec<(&str, &str, Place)> =
        named.iter().filter_map(|(name, (at, one))| Some((line_of(one.as_ref()?)?, name.as_str(), *at))).collect();
    lines.sort_by_key(|(_, _, at)| *at);
    for (line, name, at) in lines {
        if let Some((_, first, _)) = seen.iter().find(|(taken, _, _)| *taken == line) {
            let what = format!("instruments.{name} is on the same port as instruments.{first}: \"{line}\"");
            problems.add(at, what, "give each instrument the port it is plugged into (list them: ls /dev/serial/by-id)");
        }
        seen.push((line, name, at));
    }
}

fn line_of(instrument: &Instrument) -> Option<&str> {
    match instrument {
        Instrument::Lcus { port, .. } | Instrument::InputReporter { port, .. } | Instrument::SerialConsole { port } => match port
        {
            Line::Serial { path, .. } => Some(path),
            Line::Twin { name } => Some(name),
        },
        Instrument::ProbeRs { .. } | Instrument::SoundCard { .. } | Instrument::SipOperator { .. } => None,
    }
}

/// The twin's time is virtual: it cannot wait for hardware, nor hardware for it.
fn complain_of_mixture(named: &Named, problems: &mut Problems) {
    let mut known: Vec<(Place, &str, bool)> =
        named.iter().filter_map(|(name, (at, one))| Some((*at, name.as_str(), one.as_ref()?.is_twin()))).collect();
    known.sort();
    let Some((_, first, kind)) = known.first().copied() else { return };
    let called = |twin: bool| if twin { "on the twin" } else { "hardware" };
    for (at, name, twin) in known.into_iter().filter(|(_, _, twin)| *twin != kind) {
        let what = format!("instruments.{name} is {}, but instruments.{first} is {}", called(twin), called(kind));
        problems.add(at, what, "have all instruments on the twin or none: virtual and real time cannot be mixed");
    }
}
