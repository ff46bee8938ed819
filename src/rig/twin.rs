//! The `twin:` section: settings of the virtual post.
//!
//! What a defect does, only the twin knows.

use super::instruments::Named;
use super::roles;
use super::wiring::{InputRef, Role, Wiring};
use crate::problem::Problems;
use crate::unit::both;
use crate::yaml::{Node, Section, word};

/// How the virtual post behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// The same seed gives the same run, byte for byte.
    pub seed: u64,
    /// Ids of the defects planted, e.g. `lamp-late`.
    pub defects: Vec<String>,
    /// What is really wired to what on the virtual bench, where that differs from the roles.
    pub wiring: Option<Wiring>,
}

/// Reads the section. What a defect is called is checked by its form only: the twin knows the list.
pub(super) fn read(node: &Node, named: &Named, roles: Option<&Wiring>, problems: &mut Problems) -> Option<Twin> {
    let section = Section::open(node, "twin", &["seed", "defects", "wiring"], problems)?;
    let seed = section.optional_number("seed", (0, u64::from(u32::MAX)), "seed: 1", problems).unwrap_or(1);
    let mut defects: Vec<String> = Vec::new();
    for item in section.list("defects", "defects: [ lamp-late ]", problems).unwrap_or_default() {
        let Some(defect) = word(item, "twin.defects", "defects: [ lamp-late ]", problems) else { continue };
        let plain = defect.text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !plain {
            let cause = both!("\"{}\" is no id of a defect", "\"{}\" nie jest identyfikatorem usterki", defect.text);
            let remedy = (
                "ids are lower-case words with hyphens, e.g. lamp-late",
                "identyfikatory to słowa małymi literami z łącznikami, np. lamp-late",
            );
            problems.add(defect.at, cause, remedy);
        } else if defects.contains(&defect.text) {
            let cause = both!("defect \"{}\" is planted twice", "usterka \"{}\" jest podłożona dwa razy", defect.text);
            problems.add(defect.at, cause, ("delete one of the two", "usuń jeden z wpisów"));
        } else {
            defects.push(defect.text.clone());
        }
    }
    let stated = section.get("wiring").and_then(|node| Some((node, roles::read_harness(node, WIRING, named, problems)?)));
    let wiring = stated.zip(roles).map(|((node, stated), roles)| {
        let wiring = over(stated, roles);
        complain_of_shared_terminals(&wiring, node, problems);
        wiring
    });
    Some(Twin { seed, defects, wiring })
}

const WIRING: &str = "twin.wiring";

/// What is not stated is wired as the roles say.
fn over(stated: Wiring, roles: &Wiring) -> Wiring {
    let roles = roles.clone();
    Wiring {
        button: stated.button.or(roles.button),
        mains: stated.mains.or(roles.mains),
        battery: stated.battery.or(roles.battery),
        fibre: stated.fibre.or(roles.fibre),
        loudspeaker: stated.loudspeaker.or(roles.loudspeaker),
        microphone: stated.microphone.or(roles.microphone),
        lamp_placed: stated.lamp_placed.or(roles.lamp_placed),
        lamp_connected: stated.lamp_connected.or(roles.lamp_connected),
        lamp_out_of_service: stated.lamp_out_of_service.or(roles.lamp_out_of_service),
        button_at_post: stated.button_at_post.or(roles.button_at_post),
        mains_at_post: stated.mains_at_post.or(roles.mains_at_post),
        console: stated.console.or(roles.console),
        probe: roles.probe,
        operator: roles.operator,
        reference_host: roles.reference_host,
        false_certificates: roles.false_certificates,
        supervision: roles.supervision,
        cameras: roles.cameras,
        inspector: roles.inspector,
        volume: roles.volume,
        self_test: roles.self_test,
        address_server: roles.address_server,
        name_server: roles.name_server,
        time_server: roles.time_server,
        mouth: stated.mouth.or(roles.mouth),
        ear: stated.ear.or(roles.ear),
        contact_tone: stated.contact_tone.or(roles.contact_tone),
        loopback: stated.loopback.or(roles.loopback),
    }
}

/// A wire that is stated may take the place of one that is not, and then the file does not say where that one went.
fn complain_of_shared_terminals(wiring: &Wiring, node: &Node, problems: &mut Problems) {
    let mut taken: Vec<(Role, String)> = Vec::new();
    for (role, terminal) in terminals(wiring) {
        if let Some((other, _)) = taken.iter().find(|(other, known)| *known == terminal && *other != role) {
            let (first, second) = (other.name(), role.name());
            let what = both!(
                "{WIRING} leaves both {first} and {second} on {terminal}",
                "{WIRING}: {first} i {second} trafiają na ten sam zacisk {terminal}"
            );
            let remedy = both!(
                "say in {WIRING} as well where the wire of {first} goes",
                "podaj w {WIRING} także, dokąd biegnie przewód {first}"
            );
            problems.add(node.at, what, remedy);
        }
        taken.push((role, terminal));
    }
}

fn terminals(wiring: &Wiring) -> Vec<(Role, String)> {
    let circuits = [
        (Role::Button, &wiring.button),
        (Role::Mains, &wiring.mains),
        (Role::Battery, &wiring.battery),
        (Role::Fibre, &wiring.fibre),
        (Role::Loudspeaker, &wiring.loudspeaker),
        (Role::Microphone, &wiring.microphone),
    ];
    let inputs = [
        (Role::LampPlaced, &wiring.lamp_placed),
        (Role::LampConnected, &wiring.lamp_connected),
        (Role::LampOutOfService, &wiring.lamp_out_of_service),
        (Role::ButtonAtPost, &wiring.button_at_post),
        (Role::MainsAtPost, &wiring.mains_at_post),
    ];
    let contact = wiring.contact_tone.as_ref().map(|patch| patch.input.clone());
    let straight = wiring.loopback.as_ref().map(|patch| patch.input.clone());
    let jacks = [(Role::Ear, wiring.ear.clone()), (Role::ContactTone, contact), (Role::Loopback, straight)];
    let input = |input: &InputRef| format!("{}/{}", input.board, input.input);
    let mut found = Vec::new();
    for (role, switch) in circuits.into_iter().filter_map(|(role, switch)| Some((role, switch.as_ref()?))) {
        found.push((role, format!("{}/{}", switch.relay.board, switch.relay.channel)));
        found.push((role, input(&switch.sense)));
    }
    found.extend(inputs.into_iter().filter_map(|(role, wired)| Some((role, input(wired.as_ref()?)))));
    found.extend(jacks.into_iter().filter_map(|(role, jack)| jack.map(|jack| (role, format!("{}/in-{}", jack.card, jack.jack)))));
    found
}

impl Default for Twin {
    /// A healthy post, seed 1.
    fn default() -> Self {
        Twin { seed: 1, defects: Vec::new(), wiring: None }
    }
}
