//! How an instrument is reached: what stands between it and this machine, whichever driver speaks over it.
//!
//! A driver's row says which key names its transport; that a driver can be spoken to over another one is then a matter
//! of its row.

use super::key::Key;
use crate::problem::Problems;
use crate::unit::{Bilingual, both};
use crate::yaml::{Section, Word};
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// The way to one instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// Something of the virtual post, by the name it has there: `relays`, `card`.
    Twin { name: String },
    /// A serial port of this machine, 8N1; `baud` in bits per second.
    Serial { path: String, baud: u32 },
    /// A USB device by vendor and product, and by serial number where two of a kind are plugged in.
    Usb { vendor: u16, product: u16, serial: Option<String> },
    /// A sound device under its ALSA name, e.g. `hw:CARD=USB,DEV=0`.
    Alsa { device: String },
    /// An address of this machine at which the instrument itself answers.
    Network { listen: SocketAddr },
    /// Another host on this machine's network.
    Host { address: IpAddr },
    /// An instrument that answers at this address; several may stand behind one, each a unit of its own.
    Tcp { address: SocketAddr, unit: Option<u8> },
    /// A program of this machine.
    Program { path: String },
    /// The terminal at which hejnal runs.
    Terminal,
}

impl Transport {
    /// Whether it leads to the virtual post.
    pub const fn is_twin(&self) -> bool {
        matches!(self, Transport::Twin { .. })
    }
    /// Its name in the virtual post, if it leads there.
    pub fn twin_name(&self) -> Option<&str> {
        match self {
            Transport::Twin { name } => Some(name),
            _ => None,
        }
    }
    /// Where on a network it answers; `None` for every other way, and in the virtual post, which has addresses of its
    /// own.
    pub const fn address(&self) -> Option<SocketAddr> {
        match self {
            Transport::Network { listen } => Some(*listen),
            _ => None,
        }
    }
    fn twin(name: &str) -> Transport {
        Transport::Twin { name: name.to_string() }
    }
}

/// As it is told to a person, and what two instruments cannot both have.
impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Transport::Twin { name } => write!(f, "twin:{name}"),
            Transport::Serial { path, .. } => f.write_str(path),
            Transport::Usb { vendor, product, serial } => {
                write!(f, "{vendor:04x}:{product:04x}")?;
                serial.as_ref().map_or(Ok(()), |serial| write!(f, ":{serial}"))
            }
            Transport::Alsa { device } => f.write_str(device),
            Transport::Network { listen } => write!(f, "{listen}"),
            Transport::Host { address } => write!(f, "{address}"),
            Transport::Tcp { address, unit: None } => write!(f, "{address}"),
            Transport::Tcp { address, unit: Some(unit) } => write!(f, "{address} unit {unit}"),
            Transport::Program { path } => f.write_str(path),
            Transport::Terminal => f.write_str("terminal"),
        }
    }
}

/// `twin:NAME`, or a serial port of this machine.
pub(super) fn serial(section: &Section<'_>, port: &Key, baud: &Key, problems: &mut Problems) -> Option<Transport> {
    let baud = baud.whole(section, problems).and_then(|baud| u32::try_from(baud).ok());
    let word = port.text(section, problems)?;
    if let Some(name) = word.text.strip_prefix("twin:") {
        if is_name(name) {
            return Some(Transport::twin(name));
        }
        let path = section.path(port.name);
        let what = both!(
            "{path} names no line of the twin: \"{0}\"",
            "{path} nie wskazuje żadnego łącza wirtualnego punktu: \"{0}\"",
            word.text
        );
        let remedy = ("write twin: and a name at once, e.g. twin:relays", "napisz twin: i zaraz po nim nazwę, np. twin:relays");
        problems.add(word.at, what, remedy);
        return None;
    }
    let windows = word.text.strip_prefix("COM").is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()));
    if !windows && !word.text.starts_with("/dev/") {
        let path = section.path(port.name);
        let what = both!("{path} is no serial port: \"{0}\"", "{path} nie jest portem szeregowym: \"{0}\"", word.text);
        let remedy = (
            "write a path such as /dev/serial/by-id/... (list them: ls /dev/serial/by-id), or twin:NAME",
            "podaj ścieżkę taką jak /dev/serial/by-id/... (lista: ls /dev/serial/by-id) albo twin:NAZWA",
        );
        problems.add(word.at, what, remedy);
        return None;
    }
    Some(Transport::Serial { path: word.text.clone(), baud: baud? })
}

/// `twin`, or `VID:PID` in hexadecimal with an optional serial number behind a further colon.
pub(super) fn usb(section: &Section<'_>, key: &Key, twin: &str, problems: &mut Problems) -> Option<Transport> {
    let word = key.text(section, problems)?;
    if word.text == "twin" {
        return Some(Transport::twin(twin));
    }
    let mut parts = word.text.splitn(3, ':');
    let mut hex = || parts.next().filter(|p| p.len() == 4).and_then(|p| u16::from_str_radix(p, 16).ok());
    if let (Some(vendor), Some(product)) = (hex(), hex()) {
        let serial = parts.next().map(str::to_string);
        if serial.as_deref() != Some("") {
            return Some(Transport::Usb { vendor, product, serial });
        }
    }
    let path = section.path(key.name);
    let what = both!("{path} is no debug probe: \"{0}\"", "{path} nie wskazuje programatora: \"{0}\"", word.text);
    let remedy = (
        "write vendor and product as lsusb shows them, e.g. 0483:374b, with :SERIAL behind if there are two alike; or twin",
        "podaj producenta i produkt tak, jak je podaje lsusb, np. 0483:374b, a gdy są dwa jednakowe, dopisz :NUMER; albo twin",
    );
    problems.add(word.at, what, remedy);
    None
}

/// `twin`, or a name as ALSA gives it.
pub(super) fn alsa(section: &Section<'_>, key: &Key, twin: &str, problems: &mut Problems) -> Option<Transport> {
    let word = key.text(section, problems)?;
    if word.text == "twin" {
        return Some(Transport::twin(twin));
    }
    let plain = word.text.chars().all(|c| c.is_ascii_alphanumeric() || ":=,_-.".contains(c));
    if plain && !word.text.starts_with("twin") {
        return Some(Transport::Alsa { device: word.text.clone() });
    }
    let path = section.path(key.name);
    let what = both!("{path} is no sound device: \"{0}\"", "{path} to nie urządzenie dźwiękowe: \"{0}\"", word.text);
    let remedy = (
        "write an ALSA name as arecord -L shows it, e.g. hw:CARD=Device,DEV=0; or twin",
        "podaj nazwę ALSA tak, jak ją pokazuje arecord -L, np. hw:CARD=Device,DEV=0; albo twin",
    );
    problems.add(word.at, what, remedy);
    None
}

/// `twin`, or another host's IP address.
pub(super) fn host(section: &Section<'_>, key: &Key, twin: &str, problems: &mut Problems) -> Option<Transport> {
    let word = key.text(section, problems)?;
    if word.text == "twin" {
        return Some(Transport::twin(twin));
    }
    if let Ok(address) = word.text.parse::<IpAddr>()
        && !address.is_unspecified()
        && !address.is_multicast()
    {
        return Some(Transport::Host { address });
    }
    let path = section.path(key.name);
    let what = both!("{path} is no host's IP address: \"{0}\"", "{path} nie jest adresem IP hosta: \"{0}\"", word.text);
    let remedy = both!(
        "write the address alone, without a port, e.g. {0}; or twin",
        "podaj sam adres, bez portu, np. {0}; albo twin",
        key.example
    );
    problems.add(word.at, what, remedy);
    None
}

/// Where an instrument answers: its IP address, with a port where that is not the usual one.
pub(super) fn peer(section: &Section<'_>, key: &Key, usual: u16, problems: &mut Problems) -> Option<SocketAddr> {
    let word = key.text(section, problems)?;
    let bare = word.text.parse::<IpAddr>().map(|address| SocketAddr::new(address, usual));
    let read = word.text.parse::<SocketAddr>().or(bare).ok();
    let read = read.filter(|address| address.port() != 0 && !address.ip().is_unspecified() && !address.ip().is_multicast());
    if read.is_none() {
        let path = section.path(key.name);
        let what =
            both!("{path} is no instrument's IP address: \"{0}\"", "{path} nie jest adresem IP przyrządu: \"{0}\"", word.text);
        let remedy = both!(
            "write its IP address, e.g. {0}, with a colon and its port where that is not {usual}",
            "podaj jego adres IP, np. {0}, a jeśli port jest inny niż {usual}, dopisz go po dwukropku",
            key.example
        );
        problems.add(word.at, what, remedy);
    }
    read
}

/// `twin`, or an address with a port.
pub(super) fn listen(word: &Word, path: &str, usual: u16, twin: &str, problems: &mut Problems) -> Option<Transport> {
    if word.text == "twin" {
        return Some(Transport::twin(twin));
    }
    address(word, path, usual, ("; or twin", "; albo twin"), problems).map(|listen| Transport::Network { listen })
}

/// An IP address with a port at which something of this machine can listen; `or` says what else may stand there.
pub(super) fn address(word: &Word, path: &str, usual: u16, or: (&str, &str), problems: &mut Problems) -> Option<SocketAddr> {
    let typed = &word.text;
    let (what, remedy) = match typed.parse::<SocketAddr>() {
        Ok(address) if address.port() == 0 => (
            both!("{path} has port 0, a post could not find it", "{path} ma port 0, punkt by go nie znalazł"),
            both!("the usual port is {usual}", "zwykły port to {usual}"),
        ),
        Ok(address) => return Some(address),
        Err(_) if typed.parse::<std::net::IpAddr>().is_ok() => (
            both!("{path} lacks a port: \"{typed}\"", "{path}: brakuje portu: \"{typed}\""),
            both!("write {typed}:{usual}", "napisz {typed}:{usual}"),
        ),
        Err(_) => {
            let (en, pl) = or;
            (
                both!("{path} is no IP address with a port: \"{typed}\"", "{path} nie jest adresem IP z portem: \"{typed}\""),
                Bilingual::new(
                    format!(
                        "write this machine's IP address, a colon and a port, e.g. 192.168.10.2:{usual} (0.0.0.0:{usual}: all its addresses){en}"
                    ),
                    format!(
                        "podaj adres IP tego komputera, dwukropek i port, np. 192.168.10.2:{usual} (0.0.0.0:{usual}: wszystkie jego adresy){pl}"
                    ),
                ),
            )
        }
    };
    problems.add(word.at, what, remedy);
    None
}

/// Lower-case letters, digits and hyphens, a letter first: what can stand before the slash of `relays/1`.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}
