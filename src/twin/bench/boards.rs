//! The boards at the bench's serial lines, as many as the rig names: what arrives at them, and what they say.

use super::adversity::{self, Adversity};
use super::bad_lines::{Dawdling, Dropping, Dying, Garbled, InBatches, Late, Repeating, Restarting};
use super::bad_relays::{Dead, Deaf, Hindered, StuckOpen};
use super::circuit::LeadFault;
use super::disturbance::Disturbance;
use super::input_board::{self, Forgetful, InputBoard, Inverted, ReportingBoard};
use super::mishap::{self, Mishap};
use super::nuisance::{self, Nuisance};
use super::ports::{Plug, SerialLine, SerialPath};
use super::relays::{self, Movement, RelayBoard, Relays};
use super::setup::{BoardConfig, BoardKind};
use super::trouble::{self, Trouble};
use super::wiring::{Terminal, Wires};
use std::time::Duration;

/// The console's bits per second.
const CONSOLE_BAUD: u32 = 115_200;
/// No board has more.
const MOST_RELAYS: u8 = 8;

/// What may be wrong with the boards and their lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BoardFaults {
    /// Number of a relay (0 is the first, through all boards in order) whose contact never closes.
    pub broken_relay: Option<usize>,
    /// Bytes of the console arrive with bits turned over.
    pub garbled_console: bool,
    /// Number of a relay of the first board that closes and opens again of itself, every few seconds.
    pub restless_relay: Option<usize>,
    /// What the input boards say reaches the bench so much later.
    pub late_inputs: Option<Duration>,
    /// The input boards say nothing from this moment of the run on.
    pub inputs_die_at: Option<Duration>,
    /// Number of an input (0 is the first, through all boards in order) that tells light as dark and dark as light.
    pub inverted_input: Option<usize>,
    /// A circuit that does not go through its relay's contact, though its sense does.
    pub lead: Option<LeadFault>,
    /// What befalls them while they work.
    pub mishap: Option<Mishap>,
    /// What they are in all the time, or from a minute on.
    pub trouble: Option<Trouble>,
    /// What its services, its network and its supply do to it.
    pub disturbance: Option<Disturbance>,
    /// What nobody has thought of.
    pub nuisance: Option<Nuisance>,
    /// Nor of this.
    pub adversity: Option<Adversity>,
}

pub(in crate::twin) enum Board {
    Relays(Box<dyn Relays>),
    Inputs(Box<dyn InputBoard>),
    /// A line to the post's console; `wired`: its other end is plugged in.
    Console {
        wired: bool,
    },
}

struct Outlet {
    /// Behind `twin:`.
    name: String,
    line: Box<dyn SerialPath>,
    board: Board,
}

/// All boards, by number.
pub(in crate::twin) struct Boards(Vec<Outlet>, BoardFaults);

impl Boards {
    /// The state of an input before anything moved.
    pub(in crate::twin) fn preset(&mut self, input: Terminal, on: bool) {
        if let Some(Board::Inputs(board)) = self.board(input.board) {
            board.preset(input.channel, on);
        }
    }
    /// `console`: the instrument that the post's console is wired to.
    pub fn new(configs: &[BoardConfig], wires: &Wires, console: Option<&str>, faults: BoardFaults, seed: u64) -> Self {
        let (mut relays_before, mut inputs_before) = (0, 0);
        let outlet = |(number, config): (usize, &BoardConfig)| {
            let (baud, board) = match config.kind {
                BoardKind::Relays { channels } => {
                    let used = |channel| wires.is_normally_open(Terminal { board: number, channel });
                    let normally_open: Vec<bool> = (0..usize::from(channels)).map(used).collect();
                    let sound = RelayBoard::new(normally_open, &stream_of("relay board", config, "relays"), seed);
                    let broken = faults.broken_relay.and_then(|relay| relay.checked_sub(relays_before));
                    relays_before += usize::from(channels);
                    let board = relays_with(&faults, sound, broken);
                    (relays::BAUD, Board::Relays(board))
                }
                BoardKind::Inputs { channels } => {
                    let name = stream_of("input board", config, "inputs");
                    let board = ReportingBoard::new(usize::from(channels), &name, seed);
                    let inverted = faults.inverted_input.and_then(|input| input.checked_sub(inputs_before));
                    let inverted = inverted.filter(|input| *input < usize::from(channels));
                    inputs_before += usize::from(channels);
                    (input_board::BAUD, Board::Inputs(inputs_with(&faults, board, inverted)))
                }
                BoardKind::Console => (CONSOLE_BAUD, Board::Console { wired: console == Some(config.instrument.as_str()) }),
            };
            let line = line_with(&faults, SerialLine::new(baud), &board, seed);
            Outlet { name: config.line.clone(), line, board }
        };
        Boards(configs.iter().enumerate().map(outlet).collect(), faults)
    }

    pub fn faults(&self) -> BoardFaults {
        self.1
    }
    /// The relay that moves of itself: its board and its number there.
    pub fn restless(&self) -> Option<(usize, usize)> {
        let board = self.0.iter().position(|outlet| matches!(outlet.board, Board::Relays(_)))?;
        Some((board, self.1.restless_relay?))
    }
    /// By the name under which a rig knows the line.
    pub fn plug(&self, name: &str) -> Option<Plug> {
        self.0.iter().position(|outlet| outlet.name == name).map(Plug)
    }
    /// The names of all lines, each with whether it leads to the post's console.
    pub fn lines(&self) -> impl Iterator<Item = (&str, bool)> {
        self.0.iter().map(|outlet| (outlet.name.as_str(), matches!(outlet.board, Board::Console { wired: true })))
    }
    pub fn board(&mut self, number: usize) -> Option<&mut Board> {
        self.0.get_mut(number).map(|outlet| &mut outlet.board)
    }
    pub fn count(&self) -> usize {
        self.0.len()
    }
    /// A relay board's own supply fails for a moment: the movements of its relays.
    pub fn fall_back(&mut self, number: usize, at: u64) -> Vec<Movement> {
        let Some(Board::Relays(board)) = self.board(number) else { return Vec::new() };
        let frames = (1..=MOST_RELAYS).flat_map(|channel| [0xA0, channel, 0, 0xA0 + channel]);
        frames.flat_map(|byte| board.byte(at, byte)).collect()
    }
    pub fn line(&mut self, plug: Plug) -> Option<&mut dyn SerialPath> {
        self.0.get_mut(plug.0).map(|outlet| &mut *outlet.line as _)
    }
    /// The post's console says a byte.
    pub fn console_says(&mut self, at: u64, byte: u8) {
        for outlet in self.0.iter_mut().filter(|outlet| matches!(outlet.board, Board::Console { wired: true })) {
            outlet.line.arrived(at, byte);
        }
    }
}

/// A relay board with what is wrong with it; `broken`: which of its relays never closes.
fn relays_with(faults: &BoardFaults, board: RelayBoard, broken: Option<usize>) -> Box<dyn Relays> {
    match (broken, faults.mishap, faults.trouble) {
        (Some(relay), ..) => Box::new(StuckOpen::new(board, relay)),
        (_, Some(Mishap::ButtonRelayWorn), _) => Box::new(Hindered::worn(board)),
        (_, Some(Mishap::ButtonRelayWelded), _) => Box::new(Hindered::welded(board)),
        (_, Some(Mishap::ButtonRelayChatters), _) => Box::new(Hindered::chattering(board)),
        (_, Some(Mishap::FibreRelaySticks), _) => Box::new(Hindered::sticking(board, mishap::FROM)),
        _ if faults.disturbance == Some(Disturbance::FibreRelayLetsGo) => {
            Box::new(Hindered::letting_fibre_go(board, mishap::FROM))
        }
        _ if faults.disturbance == Some(Disturbance::ButtonRelayLetsGo) => Box::new(Hindered::letting_go(board, mishap::FROM)),
        _ if faults.nuisance == Some(Nuisance::FibreRelayChatters) => Box::new(Hindered::parting(board, nuisance::FROM)),
        _ if faults.adversity == Some(Adversity::FibreRelayWorn) => Box::new(Hindered::worn_at(board, 2, adversity::FROM)),
        _ if faults.adversity == Some(Adversity::MainsRelayParts) => Box::new(Hindered::parting_at(board, 1, adversity::FROM)),
        _ if faults.adversity == Some(Adversity::ButtonRelayRepeats) => Box::new(Hindered::repeating(board, adversity::FROM)),
        (_, Some(Mishap::ButtonRelaySticks), _) => Box::new(Hindered::sticking_at(board, 0, mishap::FROM)),
        (_, Some(Mishap::MainsRelaySticks), _) => Box::new(Hindered::sticking_at(board, 1, mishap::FROM)),
        (_, Some(Mishap::RelaysDie), _) => Box::new(Dead::new(board, mishap::FROM)),
        (.., Some(Trouble::RelayLineLosesBytes)) => Box::new(Deaf::new(board, trouble::FROM)),
        _ => Box::new(board),
    }
}

/// The same of an input board.
fn inputs_with(faults: &BoardFaults, board: ReportingBoard, inverted: Option<usize>) -> Box<dyn InputBoard> {
    match (inverted, faults.mishap) {
        (Some(input), _) => Box::new(Inverted::new(board, input)),
        (_, Some(Mishap::ReportsMissing)) => Box::new(Forgetful::new(board, mishap::FROM)),
        _ => Box::new(board),
    }
}

/// The same of the line to a board.
fn line_with(faults: &BoardFaults, line: SerialLine, board: &Board, seed: u64) -> Box<dyn SerialPath> {
    match (board, faults.mishap, faults.trouble) {
        (Board::Console { .. }, ..) if faults.garbled_console => Box::new(Garbled::new(line, seed)),
        (Board::Console { .. }, ..) if faults.adversity == Some(Adversity::ConsoleRestarts) => Box::new(Restarting::new(line)),
        (Board::Console { .. }, Some(Mishap::ConsoleDropsBytes), _) => Box::new(Dropping::new(line, mishap::FROM)),
        (Board::Console { .. }, Some(Mishap::ConsoleDies), _) => Box::new(Dying::new(line, Duration::from_nanos(mishap::FROM))),
        (Board::Console { .. }, Some(Mishap::ConsoleInBatches), _) => Box::new(InBatches::new(line, mishap::FROM)),
        (Board::Console { .. }, _, Some(Trouble::ConsoleRepeats)) => Box::new(Repeating::new(line, trouble::FROM)),
        (Board::Inputs(_), _, Some(Trouble::HubDawdles)) => Box::new(Dawdling::new(line, trouble::FROM)),
        (Board::Inputs(_), ..) => match (faults.late_inputs, faults.inputs_die_at) {
            (Some(by), _) => Box::new(Late::new(line, by)),
            (None, Some(at)) => Box::new(Dying::new(line, at)),
            (None, None) => Box::new(line),
        },
        _ => Box::new(line),
    }
}

/// The usual board draws from the stream of its kind; each of another name from one of its own.
fn stream_of(kind: &str, config: &BoardConfig, usual: &str) -> String {
    if config.instrument == usual { kind.to_owned() } else { format!("{kind} {}", config.instrument) }
}
