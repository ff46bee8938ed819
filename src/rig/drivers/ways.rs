//! Instruments that stand on a network or on a serial line, as their owner has it.

use super::super::key::Key;
use super::super::transport::{self, Transport};
use crate::problem::Problems;
use crate::unit::both;
use crate::yaml::{Section, Value};

/// A network address with its usual port, or a serial port with its rate; one of the two, and not both.
pub(super) fn one_of(
    section: &Section<'_>,
    (address, usual): (&Key, u16),
    (port, baud): (&Key, &Key),
    unit: Option<u8>,
    problems: &mut Problems,
) -> Option<Transport> {
    let name = &section.name;
    match (section.get(address.name), section.get(port.name)) {
        (Some(_), None) => {
            let address = transport::peer(section, address, usual, problems)?;
            Some(Transport::Tcp { address, unit })
        }
        (None, Some(node)) => match transport::serial(section, port, baud, problems)? {
            Transport::Twin { name } => {
                let what = both!(
                    "{0} names a line of the virtual post, which has no such instrument: \"twin:{name}\"",
                    "{0} wskazuje łącze wirtualnego punktu, a tam nie ma takiego przyrządu: \"twin:{name}\"",
                    section.path(port.name)
                );
                let remedy = (
                    "name a serial port of this machine; the virtual post has lcus relays and input-reporter inputs",
                    "podaj port szeregowy tego komputera; punkt wirtualny ma przekaźniki lcus i wejścia input-reporter",
                );
                problems.add(node.at, what, remedy);
                None
            }
            serial => Some(serial),
        },
        (both_there, _) => {
            let (what, at) = match both_there {
                Some(node) => (
                    both!("{name} has both an address and a port", "{name} ma i adres (address), i port szeregowy (port)"),
                    node.at,
                ),
                None => (
                    both!(
                        "{name} has neither an address nor a port",
                        "{name} nie ma ani adresu (address), ani portu szeregowego (port)"
                    ),
                    section.at,
                ),
            };
            let remedy = both!(
                "write {0} for one on the network, or {1} for one on a serial line",
                "napisz {0}, jeśli jest w sieci, albo {1}, jeśli jest na linii szeregowej",
                address.line(),
                port.line()
            );
            problems.add(at, what, remedy);
            None
        }
    }
}

/// Whether a count is no more than a model has; what is no number at all is told where it is counted.
pub(super) fn has_no_more(section: &Section<'_>, key: &Key, model: &str, most: u8, problems: &mut Problems) -> bool {
    let Some(node) = section.get(key.name) else { return true };
    let Value::Word(word) = &node.value else { return true };
    let (most, at_all) = (u64::from(most), key.range().map_or(0, |(_, at_all)| at_all));
    let Some(wanted) = word.text.parse().ok().filter(|wanted| (most + 1..=at_all).contains(wanted)) else { return true };
    let path = section.path(key.name);
    let what = both!(
        "{path} is {wanted}, but the model {model} has at most {most}",
        "{path} wynosi {wanted}, ale model {model} ma najwyżej {most}"
    );
    problems.add(node.at, what, ("correct the number or the model", "popraw liczbę albo model"));
    false
}
