//! The `instruments:` section: what stands on the bench, each by its driver's row.

use super::capability::Capability;
use super::drivers::{self, DRIVERS, Driver, Settings, SipOperator};
use super::file::{Section, meant_or_listed};
use super::locate::{Node, Word};
use super::problem::{Place, Problems};
use super::transport::{Transport, is_name};
use std::collections::BTreeMap;
use std::path::Path;

/// One instrument: what drives it, how it is reached, and what it offers.
#[derive(Debug, Clone, PartialEq)]
pub struct Instrument {
    pub driver: &'static Driver,
    pub transport: Transport,
    pub(super) offers: Vec<(Capability, u8)>,
    pub settings: Settings,
}

impl Instrument {
    /// How many of a capability it offers; they are numbered from 1. 0: it has none of the kind.
    pub fn count(&self, capability: Capability) -> u8 {
        self.offers.iter().find(|(offered, _)| *offered == capability).map_or(0, |(_, count)| *count)
    }
    pub fn offers(&self, capability: Capability) -> bool {
        self.count(capability) > 0
    }
    /// The settings of an operator, if it is one.
    pub fn operator(&self) -> Option<&SipOperator> {
        match &self.settings {
            Settings::Operator(operator) => Some(operator),
            _ => None,
        }
    }
    /// Whether this instrument is one of the virtual post's.
    pub const fn is_twin(&self) -> bool {
        self.transport.is_twin()
    }
}

/// An instrument and where the rig names it.
pub(super) type Named = BTreeMap<String, (Place, Option<Instrument>)>;

/// Reads all instruments; `folder` is where the rig lies. One that could not be read stays in the list, so that roles that name it are not
/// called wrong as well.
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
    complain_of_shared_transports(&named, problems);
    complain_of_mixture(&named, problems);
    named
}

fn read_one(name: &Word, node: &Node, folder: &Path, problems: &mut Problems) -> Option<Instrument> {
    let path = format!("instruments.{}", name.text);
    let bare = Section::open_free(node, &path, problems)?;
    let typed = bare.text("driver", "driver: lcus", problems)?;
    let Some(driver) = drivers::find(&typed.text) else {
        let names = DRIVERS.each_ref().map(|driver| driver.name);
        let remedy = meant_or_listed(&typed.text, &names, "drivers known");
        problems.add(typed.at, format!("unknown driver \"{}\" in {path}", typed.text), remedy);
        return None;
    };
    let section = Section::open(node, &path, &driver.key_names(), problems)?;
    driver.read(&section, folder, problems)
}

/// Two instruments on one line would each read half of the other's replies; two of one card or address would each get half of it, or none.
fn complain_of_shared_transports(named: &Named, problems: &mut Problems) {
    let mut known: Vec<(Place, &str, &Transport)> =
        named.iter().filter_map(|(name, (at, one))| Some((*at, name.as_str(), &one.as_ref()?.transport))).collect();
    known.sort_by_key(|(at, ..)| *at);
    for (index, (at, name, transport)) in known.iter().enumerate() {
        let earlier = known.iter().take(index).find(|(_, _, taken)| taken.to_string() == transport.to_string());
        if let Some((_, first, _)) = earlier {
            let (what, remedy) = shared(name, first, transport);
            problems.add(*at, what, remedy);
        }
    }
}

fn shared(name: &str, first: &str, transport: &Transport) -> (String, &'static str) {
    let (thing, remedy) = match transport {
        Transport::Serial { .. } => {
            ("port", "give each instrument the port it is plugged into (list them: ls /dev/serial/by-id)")
        }
        Transport::Twin { .. } => {
            ("port", "give each instrument a place of its own in the virtual post, or delete one of the two")
        }
        Transport::Usb { .. } => ("probe", "put the serial number of each behind its selector: 0483:374b:SERIAL"),
        Transport::Alsa { .. } => ("card", "give each the device that arecord -L shows for it, or delete one of the two"),
        Transport::Network { .. } => ("address", "give each a port of its own"),
    };
    (format!("instruments.{name} is on the same {thing} as instruments.{first}: \"{transport}\""), remedy)
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
