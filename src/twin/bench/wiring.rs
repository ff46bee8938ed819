//! The harness as it takes effect: which relay closes which circuit of the post, which input looks at which lamp or
//! senses which circuit.
//!
//! A circuit that is not wired is as if nobody had a hand on it: button open, mains and fibre there.

use super::circuit::Circuit;
use super::setup::{BenchConfig, BoardKind};
use crate::rig::{InputRef, Pole, Switch};

/// Who closes a contact or interrupts a fibre: the bench's relay, or a person.
pub(in crate::twin) const RELAY: usize = 0;
pub(in crate::twin) const HAND: usize = 1;

/// A numbered screw of a board: the board's number among all, and the channel, 0 being the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::twin) struct Terminal {
    pub board: usize,
    pub channel: usize,
}

/// A circuit's wires on the bench.
#[derive(Debug, Clone, Copy)]
pub(in crate::twin) struct Wired {
    pub circuit: Circuit,
    pub relay: Terminal,
    /// The circuit is closed while the relay is energised; otherwise, while it rests.
    pub normally_open: bool,
    pub sense: Option<Terminal>,
}

/// All wires to terminals that there are.
#[derive(Debug, Clone, Default)]
pub(in crate::twin) struct Wires {
    pub leads: Vec<Wired>,
    /// By lamp: call placed, connected, out of service.
    pub lamps: [Option<Terminal>; 3],
    /// At the terminals of the post itself, behind relays and leads.
    pub button_at_post: Option<Terminal>,
    pub mains_at_post: Option<Terminal>,
}

impl Wires {
    pub fn of(bench: &BenchConfig) -> Self {
        let input = |input: &InputRef| terminal(bench, &input.board, input.input, false);
        let lead = |(circuit, switch): (Circuit, &Option<Switch>)| {
            let switch = switch.as_ref()?;
            let relay = terminal(bench, &switch.relay.board, switch.relay.channel, true)?;
            let normally_open = switch.contact == Pole::NormallyOpen;
            Some(Wired { circuit, relay, normally_open, sense: input(&switch.sense) })
        };
        let harness = &bench.harness;
        let circuits = [
            (Circuit::Button, &harness.button),
            (Circuit::Mains, &harness.mains),
            (Circuit::Battery, &harness.battery),
            (Circuit::Fibre, &harness.fibre),
            (Circuit::Loudspeaker, &harness.loudspeaker),
            (Circuit::Microphone, &harness.microphone),
        ];
        let lamps = [&harness.lamp_placed, &harness.lamp_connected, &harness.lamp_out_of_service];
        Wires {
            leads: circuits.into_iter().filter_map(lead).collect(),
            lamps: lamps.map(|lamp| lamp.as_ref().and_then(input)),
            button_at_post: harness.button_at_post.as_ref().and_then(input),
            mains_at_post: harness.mains_at_post.as_ref().and_then(input),
        }
    }

    /// Whether a relay's normally-open contact is the one in use. Spare relays count as used on the other side.
    pub fn is_normally_open(&self, relay: Terminal) -> bool {
        self.leads.iter().any(|lead| lead.relay == relay && lead.normally_open)
    }
}

/// A channel as printed on its board, from 1; `None`: there is no such board, or it has no such channel.
fn terminal(bench: &BenchConfig, instrument: &str, printed: u8, relays: bool) -> Option<Terminal> {
    let fits = |kind| match kind {
        BoardKind::Relays { channels } => relays && printed <= channels,
        BoardKind::Inputs { channels } => !relays && printed <= channels,
        BoardKind::Console => false,
    };
    let board = bench.boards.iter().position(|board| board.instrument == instrument && fits(board.kind))?;
    Some(Terminal { board, channel: usize::from(printed).checked_sub(1)? })
}

/// How the circuits that the relays switch stand now.
#[derive(Debug, Clone, Copy)]
pub(in crate::twin) struct Contacts {
    pub mains: bool,
    /// The lead of the post's battery.
    pub battery: bool,
    /// The mains in the street, before the bench's relay.
    pub street: bool,
    /// The button's contact is closed by the bench's relay, by a finger.
    pub pressed: [bool; 2],
    /// The fibre is led through by the bench's relay, plugged in by hand.
    pub fibre: [bool; 2],
    pub lamps: [bool; 3],
    pub loudspeaker: bool,
    pub microphone: bool,
}

impl Default for Contacts {
    /// Mains and fibre there, button not pressed.
    fn default() -> Self {
        Contacts {
            mains: true,
            battery: true,
            street: true,
            pressed: [false; 2],
            fibre: [true; 2],
            lamps: [false; 3],
            loudspeaker: true,
            microphone: true,
        }
    }
}
