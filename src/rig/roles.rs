//! The `roles:` section: references to instruments, checked against what stands on the bench and against each other.

use super::capability::Capability;
use super::drivers::{DRIVERS, Driver};
use super::instruments::Named;
use super::self_test;
use super::volume;
use super::wiring::{ChannelRef, InputRef, JackRef, Patch, Pole, Role, Switch, Wiring};
use crate::problem::{OR, Place, Problems, listed, meant_or_listed};
use crate::unit::{Bilingual, both};
use crate::yaml::{Node, Section, Word, word};
use std::collections::BTreeMap;

/// Roles without which no scenario can be run at all: nobody presses, or nobody answers.
const ALWAYS_NEEDED: [(Role, &str); 2] = [
    (Role::Button, "button: { relay: relays/1, contact: normally-open, sense: inputs/4 }"),
    (Role::Operator, "operator: operator"),
];

/// Reads the wiring against the instruments it refers to.
pub(super) fn read(node: &Node, instruments: &Named, problems: &mut Problems) -> Option<Wiring> {
    let names: Vec<&str> = Role::wired().map(Role::name).collect();
    let section = Section::open(node, "roles", &names, problems)?;
    for (role, example) in ALWAYS_NEEDED {
        section.need(role.name(), example, problems);
    }
    let reader = Reader { instruments, problems: &mut *problems, taken: BTreeMap::new(), section: "roles", is_harness: false };
    let wiring = wiring_of(&section, reader);
    complain_of_unmeasured_cards(&section, &wiring, problems);
    complain_of_slow_button(&section, &wiring, instruments, problems);
    Some(wiring)
}

/// Reads wires as they really run, in the spelling of roles. Any may be left out, and any may be dangerous.
pub(super) fn read_harness(node: &Node, name: &'static str, instruments: &Named, problems: &mut Problems) -> Option<Wiring> {
    let wires: Vec<&str> = Role::wired()
        .filter(|role| {
            !matches!(
                role,
                Role::Probe
                    | Role::Operator
                    | Role::ReferenceHost
                    | Role::FalseCertificates
                    | Role::Supervision
                    | Role::AddressServer
                    | Role::NameServer
                    | Role::TimeServer
                    | Role::Cameras
                    | Role::Inspector
                    | Role::Volume
                    | Role::SelfTest
            )
        })
        .map(Role::name)
        .collect();
    let section = Section::open(node, name, &wires, problems)?;
    Some(wiring_of(&section, Reader { instruments, problems, taken: BTreeMap::new(), section: name, is_harness: true }))
}

fn wiring_of(section: &Section<'_>, mut reader: Reader<'_>) -> Wiring {
    let mut wiring = Wiring::default();
    for (key, node) in section.entries() {
        match Role::wired().find(|role| role.name() == key.text) {
            None | Some(Role::SecondSlot) => {}
            Some(Role::Button) => wiring.button = reader.switch(Role::Button, node),
            Some(Role::Mains) => wiring.mains = reader.switch(Role::Mains, node),
            Some(Role::Battery) => wiring.battery = reader.switch(Role::Battery, node),
            Some(Role::Fibre) => wiring.fibre = reader.switch(Role::Fibre, node),
            Some(Role::Loudspeaker) => wiring.loudspeaker = reader.switch(Role::Loudspeaker, node),
            Some(Role::Microphone) => wiring.microphone = reader.switch(Role::Microphone, node),
            Some(Role::LampPlaced) => wiring.lamp_placed = reader.input(Role::LampPlaced, node),
            Some(Role::LampConnected) => wiring.lamp_connected = reader.input(Role::LampConnected, node),
            Some(Role::LampOutOfService) => wiring.lamp_out_of_service = reader.input(Role::LampOutOfService, node),
            Some(Role::ButtonAtPost) => wiring.button_at_post = reader.input(Role::ButtonAtPost, node),
            Some(Role::MainsAtPost) => wiring.mains_at_post = reader.input(Role::MainsAtPost, node),
            Some(Role::Console) => wiring.console = reader.whole(Role::Console, node, Capability::Console),
            Some(Role::Probe) => wiring.probe = reader.whole(Role::Probe, node, Capability::Probe),
            Some(Role::Operator) => wiring.operator = reader.whole(Role::Operator, node, Capability::Operator),
            Some(Role::ReferenceHost) => {
                wiring.reference_host = reader.whole(Role::ReferenceHost, node, Capability::ReferenceHost);
            }
            Some(Role::FalseCertificates) => {
                wiring.false_certificates = reader.whole(Role::FalseCertificates, node, Capability::FalseCertificates);
            }
            Some(Role::Supervision) => wiring.supervision = reader.whole(Role::Supervision, node, Capability::Supervision),
            Some(Role::Cameras) => wiring.cameras = reader.whole(Role::Cameras, node, Capability::Cameras),
            Some(Role::Inspector) => wiring.inspector = reader.whole(Role::Inspector, node, Capability::Inspector),
            Some(Role::Volume) => wiring.volume = volume::read(&reader.path(Role::Volume), node, reader.problems),
            Some(Role::SelfTest) => wiring.self_test = self_test::read(&reader.path(Role::SelfTest), node, reader.problems),
            Some(Role::AddressServer) => {
                wiring.address_server = reader.whole(Role::AddressServer, node, Capability::AddressServer);
            }
            Some(Role::NameServer) => wiring.name_server = reader.whole(Role::NameServer, node, Capability::NameServer),
            Some(Role::TimeServer) => wiring.time_server = reader.whole(Role::TimeServer, node, Capability::TimeServer),
            Some(Role::Mouth) => wiring.mouth = reader.lone_jack(Role::Mouth, node, Capability::SoundOut),
            Some(Role::Ear) => wiring.ear = reader.lone_jack(Role::Ear, node, Capability::SoundIn),
            Some(Role::ContactTone) => wiring.contact_tone = reader.patch(Role::ContactTone, node),
            Some(Role::Loopback) => wiring.loopback = reader.patch(Role::Loopback, node),
        }
    }
    wiring
}

/// A card's latency is known from its own loopback only: on another card moments would look sharper than they are.
fn complain_of_unmeasured_cards(section: &Section<'_>, wiring: &Wiring, problems: &mut Problems) {
    let Some(measured) = wiring.instrument(Role::Loopback) else { return };
    for role in [Role::Mouth, Role::Ear, Role::ContactTone] {
        let Some(card) = wiring.instrument(role).filter(|card| *card != measured) else { continue };
        let role = role.name();
        let what = both!(
            "roles.{role} is on card \"{card}\", and the loopback that tells a card's latency is on \"{measured}\"",
            "roles.{role} jest na karcie \"{card}\", a pętla zwrotna, z której znane jest opóźnienie karty, na \"{measured}\""
        );
        let remedy = both!(
            "put {role} and the loopback on one card, as they are wired",
            "umieść {role} i pętlę zwrotną na jednej karcie, zgodnie z okablowaniem"
        );
        problems.add(section.get(role).map_or(section.at, |node| node.at), what, remedy);
    }
}

/// A press of 150 ms through a switch that answers now in 40 and now in 400 ms is none.
fn complain_of_slow_button(section: &Section<'_>, wiring: &Wiring, instruments: &Named, problems: &mut Problems) {
    let Some(board) = wiring.button.as_ref().map(|button| &button.relay.board) else { return };
    let driver = instruments.get(board).and_then(|(_, one)| Some(one.as_ref()?.driver));
    let Some(driver) = driver.filter(|driver| !driver.is_prompt) else { return };
    let (en, pl) = driver.what;
    let what = both!(
        "roles.button is on \"{board}\", {en}: it moves too late after a command for a press of 150 ms",
        "roles.button jest na \"{board}\" ({pl}), a ten przyrząd wykonuje polecenia zbyt późno dla naciśnięcia trwającego 150 ms"
    );
    let prompt = |driver: &&Driver| driver.is_prompt && driver.most(Capability::Relay) > 0;
    let others = DRIVERS.iter().filter(prompt).map(|driver| driver.name).collect::<Vec<_>>().join(", ");
    let remedy = both!(
        "put the button on a board of one of these drivers: {others}",
        "umieść przycisk na module z jednym z tych sterowników: {others}"
    );
    problems.add(section.get(Role::Button.name()).map_or(section.at, |node| node.at), what, remedy);
}

struct Reader<'r> {
    instruments: &'r Named,
    problems: &'r mut Problems,
    /// Who uses a socket, and where that is written.
    taken: BTreeMap<(String, Capability, u8), (String, Place)>,
    /// Of which all this is said: `roles`.
    section: &'static str,
    /// Wires as they are, not as they ought to be.
    is_harness: bool,
}

impl Reader<'_> {
    fn path(&self, role: Role) -> String {
        format!("{}.{}", self.section, role.name())
    }

    fn switch(&mut self, role: Role, node: &Node) -> Option<Switch> {
        let path = self.path(role);
        let section = Section::open(node, &path, &["relay", "contact", "sense"], self.problems)?;
        let relay = section.text("relay", "relay: relays/1", self.problems);
        let relay = relay.and_then(|word| self.socket(word, &path, Capability::Relay));
        let contact = section.text("contact", "contact: normally-open", self.problems);
        let contact = contact.and_then(|word| self.contact(word, role));
        let sense = section.text("sense", "sense: inputs/4", self.problems);
        let sense = sense.and_then(|word| self.socket(word, &section.path("sense"), Capability::Input));
        let (relay, contact, sense) = (relay?, contact?, sense?);
        let relay = ChannelRef { board: relay.0, channel: relay.1 };
        Some(Switch { relay, contact, sense: InputRef { board: sense.0, input: sense.1 } })
    }

    /// Mains and fibre must come back when the bench loses its own supply; a button must not be pressed by that.
    fn contact(&mut self, word: &Word, role: Role) -> Option<Pole> {
        let names = ["normally-open", "normally-closed"];
        let (pole, safe) = match word.text.as_str() {
            "normally-open" => (Pole::NormallyOpen, role == Role::Button),
            "normally-closed" => (Pole::NormallyClosed, role != Role::Button),
            other => {
                let path = self.path(role);
                let what = both!("unknown contact \"{other}\" in {path}", "nieznany styk \"{other}\" w {path}");
                let remedy = meant_or_listed(other, &names, ("possible contacts", "możliwe styki"));
                self.problems.add(word.at, what, remedy);
                return None;
            }
        };
        if !safe && !self.is_harness {
            let (en, pl, other) = match role {
                Role::Button => (
                    "a bench without power would press the button",
                    "stanowisko bez zasilania nacisnęłoby przycisk",
                    "normally-open",
                ),
                _ => (
                    "a bench without power would leave the post cut off",
                    "stanowisko bez zasilania odcięłoby punkt",
                    "normally-closed",
                ),
            };
            let what = Bilingual::new(
                format!("{} is {}: {en}", self.path(role), word.text),
                format!("{} ma styk {}, a wtedy {pl}", self.path(role), word.text),
            );
            let remedy = both!(
                "wire it to the other contact of the relay and write {other}",
                "podłącz do drugiego styku przekaźnika i napisz {other}"
            );
            self.problems.add(word.at, what, remedy);
            return None;
        }
        Some(pole)
    }

    fn input(&mut self, role: Role, node: &Node) -> Option<InputRef> {
        let path = self.path(role);
        let word = word(node, &path, &format!("{}: inputs/1", role.name()), self.problems)?;
        let (board, input) = self.socket(word, &path, Capability::Input)?;
        Some(InputRef { board, input })
    }

    fn lone_jack(&mut self, role: Role, node: &Node, wanted: Capability) -> Option<JackRef> {
        let path = self.path(role);
        let word = word(node, &path, &format!("{}: {}", role.name(), wanted.example()), self.problems)?;
        self.jack(word, &path, wanted)
    }

    fn jack(&mut self, word: &Word, path: &str, wanted: Capability) -> Option<JackRef> {
        let (card, jack) = self.socket(word, path, wanted)?;
        Some(JackRef { card, jack })
    }

    fn patch(&mut self, role: Role, node: &Node) -> Option<Patch> {
        let path = self.path(role);
        let section = Section::open(node, &path, &["out", "in"], self.problems)?;
        let output = section.text("out", "out: card/out-2", self.problems);
        let output = output.and_then(|word| self.jack(word, &section.path("out"), Capability::SoundOut));
        let input = section.text("in", "in: card/in-2", self.problems);
        let input_at = input.map(|word| word.at);
        let input = input.and_then(|word| self.jack(word, &section.path("in"), Capability::SoundIn));
        let patch = Patch { output: output?, input: input? };
        if patch.output.card != patch.input.card {
            let (from, to) = (&patch.output.card, &patch.input.card);
            let what = both!(
                "{path} runs from card \"{from}\" to card \"{to}\"",
                "{path} prowadzi z karty \"{from}\" do karty \"{to}\""
            );
            let remedy = (
                "use two sockets of one card: two cards have two clocks",
                "użyj dwóch gniazd jednej karty: dwie karty mają dwa zegary",
            );
            self.problems.add(input_at.unwrap_or(node.at), what, remedy);
        }
        Some(patch)
    }

    /// A role that takes a whole instrument.
    fn whole(&mut self, role: Role, node: &Node, wanted: Capability) -> Option<String> {
        let path = self.path(role);
        let word = word(node, &path, &format!("{0}: {0}", role.name()), self.problems)?;
        self.count(word, &word.text, &path, wanted)?;
        Some(word.text.clone())
    }

    /// `relays/1`: the instrument's name and the number, both checked against what stands on the bench.
    fn socket(&mut self, word: &Word, path: &str, wanted: Capability) -> Option<(String, u8)> {
        let (example, noun) = (wanted.example(), wanted.noun());
        let Some((name, rest)) = word.text.split_once('/') else {
            let what = Bilingual::new(
                format!("{path} must name an instrument and its {}, here is \"{}\"", noun.en, word.text),
                format!("{path} musi wskazywać przyrząd i jego {}, a jest \"{}\"", noun.pl, word.text),
            );
            let remedy = both!("write them with a slash between: {example}", "napisz je z ukośnikiem pomiędzy: {example}");
            self.problems.add(word.at, what, remedy);
            return None;
        };
        // An unknown instrument and a bad number are two mistakes: tell both.
        let digits = rest.strip_prefix(wanted.prefix()).filter(|digits| digits.chars().all(|c| c.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse::<u8>().ok()).filter(|number| *number > 0);
        if number.is_none() {
            let what = Bilingual::new(
                format!("{path}: \"{rest}\" is no {} of \"{name}\"", noun.en),
                format!("{path}: {} \"{rest}\" nie istnieje w \"{name}\"", noun.pl),
            );
            let remedy = both!(
                "count from 1, as printed on the board, and write: {example}",
                "licz od 1, zgodnie z nadrukiem, i napisz: {example}"
            );
            self.problems.add(word.at, what, remedy);
        }
        let known = self.count(word, name, path, wanted)?;
        let number = number?;
        if let Some(count) = known.filter(|count| number > *count) {
            let what = Bilingual::new(
                format!("{path}: \"{name}\" has {count} {}s, there is no {number}", noun.en),
                format!("{path}: \"{name}\" ma {} od 1 do {count}, numeru {number} nie ma", noun.pl_plural),
            );
            let remedy = both!(
                "use a number from 1 to {count}, or correct instruments.{name}",
                "użyj numeru od 1 do {count} albo popraw instruments.{name}"
            );
            self.problems.add(word.at, what, remedy);
            return None;
        }
        self.claim(word, name, path, wanted, number);
        Some((name.to_string(), number))
    }

    /// How many of what the role needs the instrument of this name offers. The inner `None`: it is there, but its own
    /// section could not be read.
    fn count(&mut self, word: &Word, name: &str, path: &str, wanted: Capability) -> Option<Option<u8>> {
        let Some((_, entry)) = self.instruments.get(name) else {
            let names: Vec<&str> = self.instruments.keys().map(String::as_str).collect();
            let what = both!(
                "{path} names \"{name}\", and there is no such instrument",
                "{path} wskazuje na \"{name}\", a takiego przyrządu nie ma"
            );
            let called = ("instruments of this rig", "przyrządy tego stanowiska");
            self.problems.add(word.at, what, meant_or_listed(name, &names, called));
            return None;
        };
        let Some(instrument) = entry else { return Some(None) };
        if instrument.offers(wanted) {
            return Some(Some(instrument.count(wanted)));
        }
        let (one, is) = (wanted.one(), instrument.driver.what);
        let what = Bilingual::new(
            format!("{path} needs {}, \"{name}\" is {}", one.0, is.0),
            format!("{path} potrzebuje {}, a \"{name}\" to {}", one.1, is.1),
        );
        let offering = |(_, one): &(Place, Option<_>)| one.as_ref().is_some_and(|one: &super::Instrument| one.offers(wanted));
        let fitting: Vec<&str> =
            self.instruments.iter().filter(|(_, entry)| offering(entry)).map(|(name, _)| name.as_str()).collect();
        let remedy = if fitting.is_empty() {
            let drivers = DRIVERS.iter().filter(|driver| driver.most(wanted) > 0).map(|driver| driver.name);
            let drivers = listed(drivers, OR);
            Bilingual::new(
                format!("add an instrument that offers one: driver {}", drivers.en),
                format!("dodaj przyrząd, który to ma: sterownik {}", drivers.pl),
            )
        } else {
            let fitting = listed(fitting, OR);
            Bilingual::new(format!("name {}", fitting.en), format!("wskaż {}", fitting.pl))
        };
        self.problems.add(word.at, what, remedy);
        None
    }

    /// Everything serves one role, but for the output of test tones: contact tone and loopback may share it.
    fn claim(&mut self, word: &Word, name: &str, path: &str, wanted: Capability, number: u8) {
        let key = (name.to_string(), wanted, number);
        let shareable = |path: &str| path.ends_with(".contact-tone.out") || path.ends_with(".loopback.out");
        if let Some((other, at)) = self.taken.get(&key) {
            if shareable(path) && shareable(other) {
                return;
            }
            let what = both!(
                "{path} is on \"{0}\", which {other} already uses (line {1})",
                "{path} wskazuje na \"{0}\", co zajmuje już {other} (wiersz {1})",
                word.text,
                at.line
            );
            let remedy = Bilingual::new(
                format!("give each role its own {}, as it is wired", wanted.noun().en),
                "przypisz każdej roli osobny numer, zgodnie z okablowaniem",
            );
            self.problems.add(word.at, what, remedy);
            return;
        }
        self.taken.insert(key, (path.to_string(), word.at));
    }
}
