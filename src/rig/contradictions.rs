//! Rigs that contradict themselves: what a role asks for against what the instruments offer, and the most of a row
//! against the check.

use super::drivers::DRIVERS;
use super::key::{Key, Kind, Presence};
use super::{Problem, Rig, check};
use std::path::Path;

/// Reads a shipped rig with one piece of it replaced; gives the rig, the problems, and the line that was changed.
fn with(file: &str, old: &str, new: &str) -> (Option<Rig>, Vec<Problem>, usize) {
    let sound = std::fs::read_to_string(file).expect("a rig that is shipped");
    let at = sound.find(old).unwrap_or_else(|| panic!("{file} has no {old:?}"));
    let line = sound.get(..at).map_or(0, |before| before.matches('\n').count() + 1);
    let mut problems = check::problems_of(Path::new(file));
    let rig = check::read(Path::new(file), sound.replacen(old, new, 1).as_bytes(), &mut problems);
    (rig, problems.into_sorted(), line)
}

const VIRTUAL: &str = "rigs/virtual.yaml";
const REAL: &str = "rigs/existing-pole.yaml";

#[test]
fn what_an_instrument_does_not_offer_is_refused_in_place_with_a_remedy() {
    let table = [
        ("twin:relays, channels: 8", "twin:relays, channels: 9", "channels is 9, allowed is 1 to 8"),
        ("twin:inputs, channels: 8", "twin:inputs, channels: 9", "channels is 9, allowed is 1 to 8"),
        ("{ relay: relays/1", "{ relay: relays/9", "\"relays\" has 8 relays, there is no 9"),
        ("lamp-placed: inputs/1", "lamp-placed: inputs/9", "\"inputs\" has 8 inputs, there is no 9"),
        ("lamp-connected: inputs/2", "lamp-connected: inputs/1", "which roles.lamp-placed already uses"),
        ("relay: relays/2", "relay: relays/1", "which roles.button already uses"),
        ("sense: inputs/5", "sense: inputs/4", "which roles.button.sense already uses"),
        ("relay: relays/2", "relay: inputs/2", "needs a relay, \"inputs\" is an input board"),
        ("sense: inputs/5", "sense: relays/4", "needs an input, \"relays\" is a relay board"),
        ("console: console", "console: relays", "needs a console, \"relays\" is a relay board"),
        ("probe: probe", "probe: console", "needs a debug probe, \"console\" is a serial console"),
        ("operator: operator", "operator: card", "needs an operator, \"card\" is a sound card"),
        ("mouth: card/out-1", "mouth: inputs/out-1", "needs a sound output, \"inputs\" is an input board"),
        ("mouth: card/out-1", "mouth: card/out-3", "\"card\" has 2 outputs, there is no 3"),
        ("ear: card/in-1", "ear: card/in-4", "\"card\" has 3 inputs, there is no 4"),
        ("port: twin:console", "port: twin:inputs", "on the same place of the virtual post as instruments.inputs"),
        ("backup: twin ", "backup: 10.0.0.1:5070 ", "no address for a second server"),
        ("at: 0x0800F800", "at: 63488", "post.firmware.second-slot.at must be an address, here is \"63488\""),
        ("trial: 484A5452FFFFFFFFFFFF", "trial: HJTR", "post.firmware.second-slot.record.trial is no row of bytes: \"HJTR\""),
        ("none: FFFFFFFFFFFFFFFFFFFF", "none: FFFF", "second-slot.record.none has 2 bytes, trial has 10"),
        ("trial/sound.elf", "trial/sounds.elf", "there is no such file"),
        ("trial/sound.elf", "reference.elf", "the image has no vector table at 0x0800f800"),
        ("trial/never-registers.elf", "reference.elf", "the image has no vector table at 0x0800f800"),
        ("loopback: {", "second-slot: probe\n  loopback: {", "second-slot"),
    ];
    for (old, new, cause) in table {
        let (_, problems, line) = with(VIRTUAL, old, new);
        let found = problems.iter().find(|problem| problem.cause.en.contains(cause));
        let Some(found) = found else { panic!("{new}: {problems:?}") };
        assert_eq!(found.at.as_ref().map(|(_, at)| at.line), Some(line), "{found}");
        assert!(!found.remedy.en.is_empty() && found.cause.en != found.cause.pl, "{found:?}");
    }
}

#[test]
fn a_button_is_pressed_by_what_follows_in_time_and_mains_by_whatever_switches() {
    let slow = "sockets: { driver: http-switch, model: shelly-gen2, address: 192.168.10.30, channels: 2 }\n  relays:";
    let sound = std::fs::read_to_string(REAL).expect("a rig that is shipped").replacen("relays:", slow, 1);
    let read = |role: &str, relay: u8| {
        let yaml = sound.replacen(&format!("{role}: {{ relay: relays/{relay}"), &format!("{role}: {{ relay: sockets/1"), 1);
        let mut problems = check::problems_of(Path::new(REAL));
        check::read(Path::new(REAL), yaml.as_bytes(), &mut problems);
        problems.into_sorted()
    };
    let [slow] = &read("button", 1)[..] else { panic!("{:?}", read("button", 1)) };
    assert!(
        slow.cause.en.starts_with("roles.button is on \"sockets\", a network switch for sockets: it moves too late"),
        "{slow}"
    );
    assert!(slow.remedy.en.ends_with(": lcus, modbus-io"), "{slow}");
    assert_eq!(read("mains", 2), []);
}

#[test]
fn roles_of_two_cards_are_refused_where_one_of_them_has_no_loopback() {
    let card = "card-2: { driver: sound-card, device: \"hw:CARD=B\", rate: 48000, outputs: 2, inputs: 2 }\n  card:\n";
    let sound = std::fs::read_to_string(REAL).expect("a rig that is shipped").replacen("card:\n", card, 1);
    let read = |yaml: &str| {
        let mut problems = check::problems_of(Path::new(REAL));
        let rig = check::read(Path::new(REAL), yaml.as_bytes(), &mut problems);
        (rig, problems.into_sorted())
    };
    let (rig, problems) = read(&sound);
    assert!(rig.is_some() && problems.is_empty(), "a card that no role uses is no mistake: {problems:?}");
    let (_, problems) = read(&sound.replacen("ear: card/in-1", "ear: card-2/in-1", 1));
    let causes: Vec<&str> = problems.iter().map(|problem| problem.cause.en.as_str()).collect();
    assert_eq!(causes, ["roles.ear is on card \"card-2\", and the loopback that tells a card's latency is on \"card\""]);
}

#[test]
fn the_check_allows_as_many_as_a_row_says_and_no_more() {
    for driver in &DRIVERS {
        for counted in driver.keys {
            let Kind::Count { of, most } = counted.kind else { continue };
            assert_eq!(driver.most(of), most, "{}", driver.name);
            for (count, is_allowed) in [(u64::from(most), true), (u64::from(most) + 1, false), (0, false)] {
                let entry = entry(driver.name, driver.keys, counted.name, count);
                let (_, problems, _) = with(REAL, "instruments:\n", &format!("instruments:\n  another: {entry}\n"));
                let name = format!("instruments.another.{} is {count}, allowed is 1 to {most}", counted.name);
                let is_refused = problems.iter().any(|problem| problem.cause.en == name);
                assert_eq!(is_refused, !is_allowed, "{entry}: {problems:?}");
            }
        }
    }
}

/// An entry made of its row's own examples.
fn entry(driver: &str, keys: &[Key], counted: &str, count: u64) -> String {
    let written = keys.iter().map(|key| if key.name == counted { format!("{}: {count}", key.name) } else { key.line() });
    format!("{{ driver: {driver}, {} }}", written.collect::<Vec<_>>().join(", "))
}

/// What a schema would be made from: every row can be read from its own examples, and says what each key is for.
#[test]
fn every_row_describes_its_keys() {
    for driver in &DRIVERS {
        assert!(driver.keys.iter().any(|key| matches!(key.kind, Kind::Count { .. })) || !driver.whole.is_empty());
        for key in driver.keys {
            let (en, pl) = key.about;
            assert!(!key.example.is_empty() && en.ends_with('.') && pl.ends_with('.') && en != pl, "{}", key.name);
            if let (Kind::Whole { least, most }, Presence::Usual(usual)) = (key.kind, key.presence) {
                let usual: u64 = usual.parse().expect("a figure");
                assert!((least..=most).contains(&usual) && !key.unit.is_empty(), "{}", key.name);
            }
        }
    }
}
