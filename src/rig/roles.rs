//! The `roles:` section: references to instruments, checked against what stands on the bench and against each other.
//!
//! Knows nothing of what a step does with a role.

use super::file::{Section, meant_or_listed, word};
use super::instruments::{Driver, Instrument, Named};
use super::locate::{Node, Word};
use super::problem::{Place, Problems, listed};
use super::wiring::{ChannelRef, InputRef, JackRef, Patch, Pole, Role, Switch, Wiring};
use std::collections::BTreeMap;

/// Roles without which no scenario can be run at all: nobody presses, or nobody answers.
const ALWAYS_NEEDED: [(Role, &str); 2] = [
    (Role::Button, "button: { relay: relays/1, contact: normally-open, sense: inputs/4 }"),
    (Role::Operator, "operator: operator"),
];

/// Reads the wiring against the instruments it refers to.
pub(super) fn read(node: &Node, instruments: &Named, problems: &mut Problems) -> Option<Wiring> {
    let names = Role::ALL.map(Role::name);
    let section = Section::open(node, "roles", &names, problems)?;
    for (role, example) in ALWAYS_NEEDED {
        section.need(role.name(), example, problems);
    }
    wiring_of(&section, Reader { instruments, problems, taken: BTreeMap::new(), section: "roles", is_harness: false })
}

/// Reads wires as they really run, in the spelling of roles. Any may be left out, and any may be dangerous.
pub(super) fn read_harness(node: &Node, name: &'static str, instruments: &Named, problems: &mut Problems) -> Option<Wiring> {
    let wires: Vec<&str> =
        Role::ALL.into_iter().filter(|role| !matches!(role, Role::Probe | Role::Operator)).map(Role::name).collect();
    let section = Section::open(node, name, &wires, problems)?;
    wiring_of(&section, Reader { instruments, problems, taken: BTreeMap::new(), section: name, is_harness: true })
}

fn wiring_of(section: &Section<'_>, mut reader: Reader<'_>) -> Option<Wiring> {
    let mut wiring = Wiring::default();
    for (key, node) in section.entries() {
        match Role::ALL.into_iter().find(|role| role.name() == key.text) {
            None => {}
            Some(Role::Button) => wiring.button = reader.switch(Role::Button, node),
            Some(Role::Mains) => wiring.mains = reader.switch(Role::Mains, node),
            Some(Role::Fibre) => wiring.fibre = reader.switch(Role::Fibre, node),
            Some(Role::LampPlaced) => wiring.lamp_placed = reader.lamp(Role::LampPlaced, node),
            Some(Role::LampConnected) => wiring.lamp_connected = reader.lamp(Role::LampConnected, node),
            Some(Role::LampOutOfService) => wiring.lamp_out_of_service = reader.lamp(Role::LampOutOfService, node),
            Some(Role::Console) => wiring.console = reader.whole(Role::Console, node, Driver::SerialConsole),
            Some(Role::Probe) => wiring.probe = reader.whole(Role::Probe, node, Driver::ProbeRs),
            Some(Role::Operator) => wiring.operator = reader.whole(Role::Operator, node, Driver::SipOperator),
            Some(Role::Mouth) => wiring.mouth = reader.lone_jack(Role::Mouth, node, Socket::Output),
            Some(Role::Ear) => wiring.ear = reader.lone_jack(Role::Ear, node, Socket::Input),
            Some(Role::ContactTone) => wiring.contact_tone = reader.patch(Role::ContactTone, node),
            Some(Role::Loopback) => wiring.loopback = reader.patch(Role::Loopback, node),
        }
    }
    Some(wiring)
}

/// What a reference points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Socket {
    Relay,
    Sense,
    Output,
    Input,
}

impl Socket {
    const fn what(self) -> &'static str {
        match self {
            Socket::Relay => "relay",
            Socket::Output => "output",
            Socket::Sense | Socket::Input => "input",
        }
    }
    const fn driver(self) -> Driver {
        match self {
            Socket::Relay => Driver::Lcus,
            Socket::Sense => Driver::InputReporter,
            Socket::Output | Socket::Input => Driver::SoundCard,
        }
    }
    /// What stands between slash and number.
    const fn prefix(self) -> &'static str {
        match self {
            Socket::Relay | Socket::Sense => "",
            Socket::Output => "out-",
            Socket::Input => "in-",
        }
    }
    fn example(self) -> &'static str {
        match self {
            Socket::Relay => "relays/1",
            Socket::Sense => "inputs/1",
            Socket::Output => "card/out-1",
            Socket::Input => "card/in-1",
        }
    }
    fn count(self, instrument: &Instrument) -> Option<u8> {
        match (self, instrument) {
            (Socket::Relay, Instrument::Lcus { channels, .. }) | (Socket::Sense, Instrument::InputReporter { channels, .. }) => {
                Some(*channels)
            }
            (Socket::Output, Instrument::SoundCard { outputs, .. }) => Some(*outputs),
            (Socket::Input, Instrument::SoundCard { inputs, .. }) => Some(*inputs),
            _ => None,
        }
    }
}

struct Reader<'r> {
    instruments: &'r Named,
    problems: &'r mut Problems,
    /// Who uses a socket, and where that is written.
    taken: BTreeMap<(String, Socket, u8), (String, Place)>,
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
        let relay = relay.and_then(|word| self.socket(word, &path, Socket::Relay));
        let contact = section.text("contact", "contact: normally-open", self.problems);
        let contact = contact.and_then(|word| self.contact(word, role));
        let sense = section.text("sense", "sense: inputs/4", self.problems);
        let sense = sense.and_then(|word| self.socket(word, &section.path("sense"), Socket::Sense));
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
                let what = format!("unknown contact \"{other}\" in {}", self.path(role));
                self.problems.add(word.at, what, meant_or_listed(other, &names, "possible contacts"));
                return None;
            }
        };
        if !safe && !self.is_harness {
            let (why, other) = match role {
                Role::Button => ("a bench without power would press the button", "normally-open"),
                _ => ("a bench without power would leave the post cut off", "normally-closed"),
            };
            let what = format!("{} is {}: {why}", self.path(role), word.text);
            self.problems.add(word.at, what, format!("wire it to the other contact of the relay and write {other}"));
            return None;
        }
        Some(pole)
    }

    fn lamp(&mut self, role: Role, node: &Node) -> Option<InputRef> {
        let path = self.path(role);
        let word = word(node, &path, &format!("{}: inputs/1", role.name()), self.problems)?;
        let (board, input) = self.socket(word, &path, Socket::Sense)?;
        Some(InputRef { board, input })
    }

    fn lone_jack(&mut self, role: Role, node: &Node, socket: Socket) -> Option<JackRef> {
        let path = self.path(role);
        let word = word(node, &path, &format!("{}: {}", role.name(), socket.example()), self.problems)?;
        self.jack(word, &path, socket)
    }

    fn jack(&mut self, word: &Word, path: &str, socket: Socket) -> Option<JackRef> {
        let (card, jack) = self.socket(word, path, socket)?;
        Some(JackRef { card, jack })
    }

    fn patch(&mut self, role: Role, node: &Node) -> Option<Patch> {
        let path = self.path(role);
        let section = Section::open(node, &path, &["out", "in"], self.problems)?;
        let output = section.text("out", "out: card/out-2", self.problems);
        let output = output.and_then(|word| self.jack(word, &section.path("out"), Socket::Output));
        let input = section.text("in", "in: card/in-2", self.problems);
        let input_at = input.map(|word| word.at);
        let input = input.and_then(|word| self.jack(word, &section.path("in"), Socket::Input));
        let patch = Patch { output: output?, input: input? };
        if patch.output.card != patch.input.card {
            let what = format!("{path} runs from card \"{}\" to card \"{}\"", patch.output.card, patch.input.card);
            self.problems.add(input_at.unwrap_or(node.at), what, "use two sockets of one card: two cards have two clocks");
        }
        Some(patch)
    }

    /// A role that takes a whole instrument.
    fn whole(&mut self, role: Role, node: &Node, driver: Driver) -> Option<String> {
        let path = self.path(role);
        let word = word(node, &path, &format!("{0}: {0}", role.name()), self.problems)?;
        self.instrument(word, &word.text, &path, driver)?;
        Some(word.text.clone())
    }

    /// `relays/1`: the instrument's name and the number, both checked against what stands on the bench.
    fn socket(&mut self, word: &Word, path: &str, socket: Socket) -> Option<(String, u8)> {
        let example = socket.example();
        let Some((name, rest)) = word.text.split_once('/') else {
            let what = format!("{path} must name an instrument and its {}, here is \"{}\"", socket.what(), word.text);
            self.problems.add(word.at, what, format!("write them with a slash between: {example}"));
            return None;
        };
        // An unknown instrument and a bad number are two mistakes: tell both.
        let digits = rest.strip_prefix(socket.prefix()).filter(|digits| digits.chars().all(|c| c.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse::<u8>().ok()).filter(|number| *number > 0);
        if number.is_none() {
            let what = format!("{path}: \"{rest}\" is no {} of \"{name}\"", socket.what());
            self.problems.add(word.at, what, format!("count from 1, as printed on the board, and write: {example}"));
        }
        let known = self.instrument(word, name, path, socket.driver())?;
        let number = number?;
        let count = known.and_then(|instrument| socket.count(&instrument));
        if let Some(count) = count.filter(|count| number > *count) {
            let what = format!("{path}: \"{name}\" has {count} {}s, there is no {number}", socket.what());
            self.problems.add(word.at, what, format!("use a number from 1 to {count}, or correct instruments.{name}"));
            return None;
        }
        self.claim(word, name, path, socket, number);
        Some((name.to_string(), number))
    }

    /// The instrument of this name, if it is of the kind the role needs. The inner `None`: it is there, but its own section could not be read.
    fn instrument(&mut self, word: &Word, name: &str, path: &str, driver: Driver) -> Option<Option<Instrument>> {
        let Some((_, entry)) = self.instruments.get(name) else {
            let names: Vec<&str> = self.instruments.keys().map(String::as_str).collect();
            let what = format!("{path} names \"{name}\", and there is no such instrument");
            self.problems.add(word.at, what, meant_or_listed(name, &names, "instruments of this rig"));
            return None;
        };
        let Some(instrument) = entry else { return Some(None) };
        if instrument.driver() == driver {
            return Some(Some(instrument.clone()));
        }
        let what = format!("{path} needs {}, \"{name}\" is {}", driver.what(), instrument.driver().what());
        let fitting: Vec<&str> = self
            .instruments
            .iter()
            .filter(|(_, (_, one))| one.as_ref().is_some_and(|one| one.driver() == driver))
            .map(|(name, _)| name.as_str())
            .collect();
        let remedy = if fitting.is_empty() {
            format!("add an instrument with driver: {}", driver.name())
        } else {
            format!("name {}", listed(fitting, "or"))
        };
        self.problems.add(word.at, what, remedy);
        None
    }

    /// Everything serves one role, but for the output of test tones: contact tone and loopback may share it.
    fn claim(&mut self, word: &Word, name: &str, path: &str, socket: Socket, number: u8) {
        let key = (name.to_string(), socket, number);
        let shareable = |path: &str| path.ends_with(".contact-tone.out") || path.ends_with(".loopback.out");
        if let Some((other, at)) = self.taken.get(&key) {
            if shareable(path) && shareable(other) {
                return;
            }
            let what = format!("{path} is on \"{}\", which {other} already uses (line {})", word.text, at.line);
            self.problems.add(word.at, what, format!("give each role its own {}, as it is wired", socket.what()));
            return;
        }
        self.taken.insert(key, (path.to_string(), word.at));
    }
}
