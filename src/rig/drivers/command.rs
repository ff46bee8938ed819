//! Programs of the owner's that switch what has no driver.

use super::super::capability::Capability;
use super::super::key::{Key, Kind, Presence};
use super::super::transport::Transport;
use super::asked::Command;
use super::row::Driver;
use super::settings::Settings;
use crate::problem::Problems;
use crate::unit::both;
use crate::yaml::Section;
use std::time::Duration;

pub(super) const COMMAND: Driver = Driver {
    name: "command",
    what: ("a program of the owner's", "własny program"),
    keys: &[SET, GET, CHANNELS, ON, OFF, WITHIN],
    whole: &[],
    is_prompt: false,
    read: |section, _, problems| read(section, problems),
};

fn read(section: &Section<'_>, problems: &mut Problems) -> Option<(Transport, Settings)> {
    let set = words(section, &SET, &["{channel}", "{to}"], problems);
    let get = section.get(GET.name).map(|_| words(section, &GET, &["{channel}"], problems));
    let mut word = |key: &Key, usual: &str| {
        section.get(key.name).map_or(Some(usual.to_owned()), |_| key.text(section, problems).map(|word| word.text.clone()))
    };
    let (on, off) = (word(&ON, "on"), word(&OFF, "off"));
    let within = WITHIN.whole(section, problems).map(Duration::from_secs);
    if on.is_some() && on == off {
        let (path, other) = (section.path(OFF.name), section.path(ON.name));
        let what = both!("{path} is the same word as {other}", "{path} to to samo słowo co {other}");
        let at = section.get(OFF.name).map_or(section.at, |node| node.at);
        problems.add(at, what, ("write two words", "podaj dwa różne słowa"));
        return None;
    }
    let get = match get {
        Some(get) => Some(get?),
        None => None,
    };
    let set = set?;
    let path = set.first().cloned().unwrap_or_default();
    Some((Transport::Program { path }, Settings::Command(Command { set, get, on: on?, off: off?, within: within? })))
}

/// Program and arguments, divided at blanks; no shell reads them.
fn words(section: &Section<'_>, key: &Key, wanted: &[&str], problems: &mut Problems) -> Option<Vec<String>> {
    let word = key.text(section, problems)?;
    let lacking: Vec<&str> = wanted.iter().copied().filter(|wanted| !word.text.contains(wanted)).collect();
    if lacking.is_empty() {
        return Some(word.text.split_whitespace().map(str::to_owned).collect());
    }
    let (path, lacking) = (section.path(key.name), lacking.join(", "));
    let what = both!("{path} lacks {lacking}: \"{0}\"", "{path}: brakuje {lacking}: \"{0}\"", word.text);
    problems.add(word.at, what, both!("write it as: {0}", "zapisz to tak: {0}", key.line()));
    None
}

const SET: Key = Key {
    name: "set",
    example: "\"/usr/local/bin/switch {channel} {to}\"",
    about: (
        "The program and its arguments; {channel} stands for the number, {to} for the word of the state. It ends with 0 when it is done.",
        "Program i jego argumenty; {channel} to numer, {to} słowo oznaczające stan. Po wykonaniu program kończy się kodem 0.",
    ),
    ..Key::TEXT
};
const GET: Key = Key {
    name: "get",
    presence: Presence::Optional,
    example: "\"/usr/local/bin/switch {channel}\"",
    about: (
        "The program that writes the word of a channel's state; left out, what was commanded last is believed.",
        "Program, który wypisuje słowo oznaczające stan kanału; bez tego wpisu przyjmuje się stan ostatnio zadany.",
    ),
    ..Key::TEXT
};
const CHANNELS: Key = Key {
    name: "channels",
    kind: Kind::Count { of: Capability::Relay, most: 32 },
    example: "2",
    about: ("How many channels it switches.", "Ile kanałów przełącza."),
    ..Key::TEXT
};
const ON: Key = Key {
    name: "on",
    presence: Presence::Usual("on"),
    example: "on",
    about: ("The word for a closed contact.", "Słowo oznaczające styk zamknięty."),
    ..Key::TEXT
};
const OFF: Key = Key {
    name: "off",
    presence: Presence::Usual("off"),
    example: "off",
    about: ("The word for an open contact.", "Słowo oznaczające styk otwarty."),
    ..Key::TEXT
};
const WITHIN: Key = Key {
    name: "within",
    kind: Kind::Whole { least: 1, most: 60 },
    presence: Presence::Usual("5"),
    unit: "s",
    example: "5",
    about: ("How long it may take.", "Ile czasu może trwać wykonanie."),
};
