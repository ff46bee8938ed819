//! The `instruments:` section: what stands on the bench, each by its driver's row.

use super::capability::Capability;
use super::drivers::{self, DRIVERS, Driver, Settings, SipOperator};
use super::transport::{Transport, is_name};
use crate::problem::{Place, Problems, meant_or_listed};
use crate::unit::{Bilingual, both};
use crate::yaml::{Node, Section, Word};
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

/// Reads all instruments; `folder` is where the rig lies. One that could not be read stays in the list, so that roles
/// that name it are not called wrong as well.
pub(super) fn read(node: &Node, folder: &Path, problems: &mut Problems) -> Named {
    let mut named = Named::new();
    let Some(section) = Section::open_free(node, "instruments", problems) else { return named };
    for (name, node) in section.entries() {
        if !is_name(&name.text) {
            let what = both!("\"{0}\" is no name for an instrument", "\"{0}\" nie może być nazwą przyrządu", name.text);
            let remedy = (
                "use lower-case letters, digits and hyphens, beginning with a letter: relays-2",
                "użyj małych liter bez znaków diakrytycznych, cyfr i łączników, zaczynając od litery: relays-2",
            );
            problems.add(name.at, what, remedy);
        }
        named.insert(name.text.clone(), (name.at, read_one(name, node, folder, problems)));
    }
    if named.is_empty() {
        let what = ("a rig needs instruments, here are none", "stanowisko musi mieć przyrządy, a tu nie ma żadnego");
        let remedy = ("copy the instruments: section of rigs/virtual.yaml", "skopiuj sekcję instruments: z rigs/virtual.yaml");
        problems.add(node.at, what, remedy);
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
        let remedy = meant_or_listed(&typed.text, &names, ("drivers known", "znane sterowniki"));
        let what = both!("unknown driver \"{0}\" in {path}", "nieznany sterownik \"{0}\" w {path}", typed.text);
        problems.add(typed.at, what, remedy);
        return None;
    };
    let section = Section::open(node, &path, &driver.key_names(), problems)?;
    let (transport, offers, settings) = driver.read(&section, folder, problems)?;
    Some(Instrument { driver, transport, offers, settings })
}

/// Two instruments on one line would each read half of the other's replies; two of one card or address would each get
/// half of it, or none.
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

fn shared(name: &str, first: &str, transport: &Transport) -> (Bilingual, Bilingual) {
    let (thing, remedy) = match transport {
        Transport::Serial { .. } => (
            ("the same port", "ten sam port"),
            (
                "give each instrument the port it is plugged into (list them: ls /dev/serial/by-id)",
                "przypisz każdemu przyrządowi port, do którego jest podłączony (lista: ls /dev/serial/by-id)",
            ),
        ),
        Transport::Twin { .. } => (
            ("the same place of the virtual post", "to samo miejsce wirtualnego punktu"),
            (
                "give each instrument a place of its own, or delete one of the two",
                "przypisz każdemu przyrządowi osobne miejsce albo usuń jeden z dwóch",
            ),
        ),
        Transport::Usb { .. } => (
            ("the same selector", "ten sam selektor"),
            (
                "put the serial number of each behind its selector: 0483:374b:SERIAL",
                "dopisz do każdego selektora numer seryjny: 0483:374b:NUMER",
            ),
        ),
        Transport::Alsa { .. } => (
            ("the same card", "tę samą kartę"),
            (
                "give each the name that arecord -L shows for it, or delete one of the two",
                "podaj każdej nazwę, jaką pokazuje arecord -L, albo usuń jedną z dwóch",
            ),
        ),
        Transport::Tcp { .. } => (
            ("the same instrument", "ten sam przyrząd"),
            (
                "name it once, with all that it offers, or give each the unit that it has there",
                "podaj go raz, ze wszystkim, co oferuje, albo przypisz każdemu adres, jaki ma za tym połączeniem (unit)",
            ),
        ),
        Transport::Program { .. } => (
            ("the same program", "ten sam program"),
            ("name it once, with all its channels", "podaj go raz, ze wszystkimi kanałami"),
        ),
        Transport::Network { .. } => {
            (("the same address", "ten sam adres"), ("give each a port of its own", "przypisz każdemu osobny port"))
        }
        Transport::Terminal => (
            ("the same terminal", "ten sam terminal"),
            ("one is enough: delete one of the two", "wystarczy jeden: usuń jeden z dwóch"),
        ),
        Transport::Host { .. } => (
            ("the same host", "tego samego hosta"),
            ("one is enough: delete one of the two", "wystarczy jeden: usuń jeden z dwóch"),
        ),
    };
    let (en, pl) = thing;
    let en = format!("instruments.{name} is on {en} as instruments.{first}: \"{transport}\"");
    let pl = format!("instruments.{name} i instruments.{first} wskazują na {pl}: \"{transport}\"");
    (Bilingual::new(en, pl), remedy.into())
}

/// The twin's time is virtual: it cannot wait for hardware, nor hardware for it.
fn complain_of_mixture(named: &Named, problems: &mut Problems) {
    let mut known: Vec<(Place, &str, bool)> =
        named.iter().filter_map(|(name, (at, one))| Some((*at, name.as_str(), one.as_ref()?.is_twin()))).collect();
    known.sort();
    let Some((_, first, kind)) = known.first().copied() else { return };
    let called = |twin: bool| {
        if twin { ("on the twin", "w wirtualnym punkcie") } else { ("hardware", "sprzętem") }
    };
    for (at, name, twin) in known.into_iter().filter(|(_, _, twin)| *twin != kind) {
        let (this, that) = (called(twin), called(kind));
        let en = format!("instruments.{name} is {}, but instruments.{first} is {}", this.0, that.0);
        let pl = format!("instruments.{name} jest {}, a instruments.{first} jest {}", this.1, that.1);
        let remedy = (
            "have all instruments on the twin or none: virtual and real time cannot be mixed",
            "umieść w wirtualnym punkcie wszystkie przyrządy albo żadnego: nie można łączyć czasu wirtualnego z rzeczywistym",
        );
        problems.add(at, Bilingual::new(en, pl), remedy);
    }
}
