//! The services that the bench gives the post's network: addresses, names, the time.

use super::super::capability::Capability;
use super::super::key::{Key, Kind, Presence};
use super::super::transport::{self, Transport};
use super::row::Driver;
use super::settings::{Leases, Settings};
use crate::problem::Problems;
use crate::unit::both;
use crate::yaml::Section;
use std::net::Ipv4Addr;
use std::time::Duration;

const DHCP_PORT: u16 = 67;
const DNS_PORT: u16 = 53;
const NTP_PORT: u16 = 123;

/// Addresses by DHCP (RFC 2131).
pub(super) const DHCP: Driver = Driver {
    name: "dhcp",
    what: ("a DHCP server", "serwer DHCP"),
    keys: &[LISTEN_DHCP, HARDWARE_ADDRESS, ADDRESS, OTHER_ADDRESS, PREFIX, LEASE, ROUTER],
    whole: &[Capability::AddressServer],
    is_prompt: true,
    read: |section, _, problems| {
        let listen = listen_dhcp(section, problems);
        let post = hardware_address(section, problems);
        let (address, other) = (four(section, &ADDRESS, problems), four(section, &OTHER_ADDRESS, problems));
        let router = four(section, &ROUTER, problems);
        let prefix = PREFIX.whole(section, problems).and_then(|prefix| u8::try_from(prefix).ok());
        let lease = LEASE.whole(section, problems).map(Duration::from_secs);
        if address.is_some() && address == other {
            let (path, first) = (section.path(OTHER_ADDRESS.name), section.path(ADDRESS.name));
            let what = both!("{path} is the same address as {first}", "{path} to ten sam adres co {first}");
            let remedy = (
                "name another free address of the bench's network: the post is moved to it",
                "podaj inny wolny adres w sieci stanowiska: punkt zostaje na niego przeniesiony",
            );
            problems.add(section.get(OTHER_ADDRESS.name).map_or(section.at, |node| node.at), what, remedy);
            return None;
        }
        let leases = Leases { post: post?, address: address?, other: other?, prefix: prefix?, lease: lease?, router };
        Some((listen?, Settings::Leases(leases)))
    },
};

/// The operator's servers by name (RFC 1035, RFC 2782).
pub(super) const DNS: Driver = Driver {
    name: "dns",
    what: ("a DNS server", "serwer DNS"),
    keys: &[LISTEN_DNS, DOMAIN],
    whole: &[Capability::NameServer],
    is_prompt: true,
    read: |section, _, problems| {
        let listen = listen(section, &LISTEN_DNS, DNS_PORT, "name-server", problems);
        let word = DOMAIN.text(section, problems)?;
        if is_domain(&word.text) {
            return Some((listen?, Settings::Names { domain: word.text.to_ascii_lowercase() }));
        }
        let path = section.path(DOMAIN.name);
        let what = both!("{path} is no domain: \"{0}\"", "{path} nie jest domeną: \"{0}\"", word.text);
        let remedy = both!(
            "write names of letters, digits and hyphens with dots between them, e.g. {0}",
            "podaj nazwy z liter, cyfr i łączników, oddzielone kropkami, np. {0}",
            DOMAIN.example
        );
        problems.add(word.at, what, remedy);
        None
    },
};

/// The time by NTP (RFC 5905).
pub(super) const NTP: Driver = Driver {
    name: "ntp",
    what: ("an NTP server", "serwer NTP"),
    keys: &[LISTEN_NTP],
    whole: &[Capability::TimeServer],
    is_prompt: true,
    read: |section, _, problems| Some((listen(section, &LISTEN_NTP, NTP_PORT, "time-server", problems)?, Settings::None)),
};

/// A DHCP server is known to its clients by its address.
fn listen_dhcp(section: &Section<'_>, problems: &mut Problems) -> Option<Transport> {
    let transport = listen(section, &LISTEN_DHCP, DHCP_PORT, "address-server", problems)?;
    let is_one = |address: std::net::SocketAddr| address.is_ipv4() && !address.ip().is_unspecified();
    if transport.address().is_none_or(is_one) {
        return Some(transport);
    }
    let path = section.path(LISTEN_DHCP.name);
    let what =
        both!("{path} is no single IPv4 address: \"{transport}\"", "{path} nie jest pojedynczym adresem IPv4: \"{transport}\"");
    let remedy = both!(
        "write this machine's address on the bench's network, e.g. {0}",
        "podaj adres tego komputera w sieci stanowiska, np. {0}",
        LISTEN_DHCP.example
    );
    problems.add(section.get(LISTEN_DHCP.name).map_or(section.at, |node| node.at), what, remedy);
    None
}

fn listen(section: &Section<'_>, key: &Key, usual: u16, twin: &str, problems: &mut Problems) -> Option<Transport> {
    let word = key.text(section, problems)?;
    transport::listen(word, &section.path(key.name), usual, twin, problems)
}

/// An IPv4 address that one host can have.
fn four(section: &Section<'_>, key: &Key, problems: &mut Problems) -> Option<Ipv4Addr> {
    let word = key.text(section, problems)?;
    let read = word.text.parse::<Ipv4Addr>().ok();
    let read = read.filter(|one| !one.is_unspecified() && !one.is_multicast() && !one.is_broadcast());
    if read.is_none() {
        let path = section.path(key.name);
        let what = both!("{path} is no host's IPv4 address: \"{0}\"", "{path} nie jest adresem IPv4 hosta: \"{0}\"", word.text);
        problems.add(word.at, what, both!("write for example {0}", "napisz na przykład {0}", key.example));
    }
    read
}

fn hardware_address(section: &Section<'_>, problems: &mut Problems) -> Option<[u8; 6]> {
    let word = HARDWARE_ADDRESS.text(section, problems)?;
    let octet = |text: &str| (text.len() == 2).then(|| u8::from_str_radix(text, 16).ok()).flatten();
    let octets: Option<Vec<u8>> = word.text.split(':').map(octet).collect();
    let octets = octets.and_then(|octets| <[u8; 6]>::try_from(octets).ok());
    // A group's address is nobody's own.
    let octets = octets.filter(|octets| *octets != [0; 6] && octets[0] & 1 == 0);
    if octets.is_none() {
        let path = section.path(HARDWARE_ADDRESS.name);
        let what =
            both!("{path} is no network card's address: \"{0}\"", "{path} nie jest adresem karty sieciowej: \"{0}\"", word.text);
        let remedy = both!(
            "write the MAC address as it is printed on the post's voice module, e.g. {0}",
            "podaj adres MAC tak, jak go nadrukowano na module głosowym punktu, np. {0}",
            HARDWARE_ADDRESS.example
        );
        problems.add(word.at, what, remedy);
    }
    octets
}

/// Labels of letters, digits and hyphens, each short enough, and room for what is put before them.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 200 && text.split('.').all(is_label)
}

const LISTEN_DHCP: Key = Key {
    name: "listen",
    kind: Kind::Text,
    presence: Presence::Needed,
    unit: "",
    example: "192.168.10.2:67",
    about: (
        "This machine's address on the bench's network, and the port at which the post asks for its own; or twin.",
        "Adres tego komputera w sieci stanowiska i port, na którym punkt prosi o swój adres; albo twin.",
    ),
};

const LISTEN_DNS: Key = Key {
    example: "192.168.10.2:53",
    about: (
        "This machine's address and port at which the post asks for the operator's servers; or twin.",
        "Adres i port tego komputera, na których punkt pyta o serwery operatora; albo twin.",
    ),
    ..LISTEN_DHCP
};

const LISTEN_NTP: Key = Key {
    example: "192.168.10.2:123",
    about: (
        "This machine's address and port at which the post asks for the time; or twin.",
        "Adres i port tego komputera, na których punkt pyta o czas; albo twin.",
    ),
    ..LISTEN_DHCP
};

const DOMAIN: Key = Key {
    name: "domain",
    kind: Kind::Text,
    presence: Presence::Needed,
    unit: "",
    example: "straz.example",
    about: (
        "The domain to which the post is set: its SRV records name the operator's main server and its backup.",
        "Domena ustawiona w punkcie: jej rekordy SRV wskazują serwer główny operatora i zapasowy.",
    ),
};

const HARDWARE_ADDRESS: Key = Key {
    name: "hardware-address",
    kind: Kind::Text,
    presence: Presence::Needed,
    unit: "",
    example: "02:53:4f:53:04:17",
    about: (
        "The MAC address of the post: nobody else on the network is given an address.",
        "Adres MAC punktu: nikt inny w sieci nie dostaje adresu.",
    ),
};

const ADDRESS: Key = Key {
    name: "address",
    kind: Kind::Text,
    presence: Presence::Needed,
    unit: "",
    example: "192.168.10.17",
    about: ("The address that the post is given.", "Adres, który dostaje punkt."),
};

const OTHER_ADDRESS: Key = Key {
    name: "other-address",
    example: "192.168.10.18",
    about: (
        "The address that the post is given when a scenario takes the first away.",
        "Adres, który punkt dostaje, gdy scenariusz odbiera mu pierwszy.",
    ),
    ..ADDRESS
};

const PREFIX: Key = Key {
    name: "prefix",
    kind: Kind::Whole { least: 8, most: 30 },
    presence: Presence::Usual("24"),
    unit: "bit",
    example: "24",
    about: ("Bits of an address that are the network's.", "Liczba bitów adresu, które oznaczają sieć."),
};

const LEASE: Key = Key {
    name: "lease",
    kind: Kind::Whole { least: 60, most: 86_400 },
    presence: Presence::Usual("120"),
    unit: "s",
    example: "120",
    about: (
        "For so many seconds an address is given: short, so that a scenario sees it renewed and run out.",
        "Na tyle sekund punkt dostaje adres: krótko, by scenariusz zobaczył jego odnowienie i wygaśnięcie.",
    ),
};

const ROUTER: Key = Key {
    name: "router",
    presence: Presence::Optional,
    example: "192.168.10.1",
    about: ("The post's way out of the bench's network, if it needs one.", "Brama, jeśli punkt jej potrzebuje."),
    ..ADDRESS
};

#[cfg(test)]
mod tests {
    use super::is_domain;

    #[test]
    fn a_domain_is_labels_and_dots() {
        assert!(["straz.example", "lodz", "sos-1.straz.lodz.pl"].into_iter().all(is_domain));
        assert!(!["", ".", "a..b", "-a.b", "a-.b", "a b", "ł.pl", "a.b."].into_iter().any(is_domain));
        assert!(!is_domain(&"a".repeat(64)) && !is_domain(&"a.".repeat(120)));
    }
}
