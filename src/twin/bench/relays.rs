//! The relay board on the bench: LCUS protocol on its serial side, mechanical relays on the other.
//!
//! Knows nothing of what its contacts switch. Frames are `A0 channel state sum`; the board answers nothing and reports
//! nothing.

use crate::rng::Rng;

/// Bits per second on its serial line.
pub const BAUD: u32 = 9600;

/// One movement of a contact: when (ns), and whether the normally-open contact is closed after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    pub at: u64,
    pub relay: usize,
    pub closed: bool,
}

/// A relay board as its serial line and its contacts show it.
pub(in crate::twin) trait Relays: Send {
    /// A byte has arrived; the contact movements that follow from it.
    fn byte(&mut self, at: u64, byte: u8) -> Vec<Movement>;
}

#[derive(Debug)]
struct Relay {
    /// The wire goes through the normally-open contact.
    normally_open: bool,
    energised: bool,
    /// Milliseconds.
    operate: f64,
    release: f64,
    /// When the armature will have come to rest.
    at_rest: u64,
}

#[derive(Debug)]
pub struct RelayBoard {
    frame: Vec<u8>,
    relays: Vec<Relay>,
    chance: Rng,
}

impl RelayBoard {
    /// All relays released. One entry a relay: whether its wire goes through the normally-open contact. `name`: of the
    /// stream that it draws from.
    pub fn new(normally_open: Vec<bool>, name: &str, seed: u64) -> Self {
        let mut chance = Rng::new(seed, name);
        let mut times = || -> Vec<f64> { normally_open.iter().map(|_| chance.between(3.3, 7.7)).collect() };
        let (operate, release) = (times(), times());
        let relay = |(normally_open, (operate, release))| Relay { normally_open, energised: false, operate, release, at_rest: 0 };
        let relays = normally_open.into_iter().zip(operate.into_iter().zip(release)).map(relay).collect();
        RelayBoard { frame: Vec::new(), relays, chance }
    }
}

impl Relays for RelayBoard {
    /// Both ends of a movement are told: the making contact bounces, the breaking one does not.
    fn byte(&mut self, at: u64, byte: u8) -> Vec<Movement> {
        if self.frame.is_empty() && byte != 0xA0 {
            return Vec::new();
        }
        self.frame.push(byte);
        let &[start, channel, state, sum] = self.frame.as_slice() else { return Vec::new() };
        self.frame.clear();
        let valid = start.wrapping_add(channel).wrapping_add(state) == sum && state <= 1;
        if !valid {
            return Vec::new();
        }
        self.switch(at, usize::from(channel).wrapping_sub(1), state == 1)
    }
}

impl RelayBoard {
    fn switch(&mut self, at: u64, number: usize, energise: bool) -> Vec<Movement> {
        let Some(relay) = self.relays.get_mut(number).filter(|relay| relay.energised != energise) else { return Vec::new() };
        relay.energised = energise;
        let typical = if energise { relay.operate } else { relay.release };
        let moves = (at + self.chance.millis(typical - 0.3, typical + 0.3)).max(relay.at_rest + 1);
        let mut movements = vec![Movement { at: moves, relay: number, closed: energise }];
        if energise == relay.normally_open {
            bounce(&mut self.chance, moves, number, energise, &mut movements);
        }
        relay.at_rest = movements.last().map_or(moves, |m| m.at);
        movements
    }
}

/// A making contact parts again one to four times within 0.5 to 2 ms.
fn bounce(chance: &mut Rng, from: u64, relay: usize, closed: bool, movements: &mut Vec<Movement>) {
    let settles = from + chance.millis(0.5, 2.0);
    let parts = 1 + (chance.unit() * 4.0) as u64;
    let each = (settles - from) / parts;
    for part in 0..parts {
        let start = from + part * each;
        let opens = start + (each as f64 * chance.between(0.2, 0.6)) as u64;
        let closes = opens + (each as f64 * chance.between(0.1, 0.35)) as u64;
        movements.push(Movement { at: opens, relay, closed: !closed });
        movements.push(Movement { at: closes, relay, closed });
    }
}

#[cfg(test)]
pub(in crate::twin) mod tests {
    use super::*;

    pub(in crate::twin) fn frame(channel: u8, state: u8) -> [u8; 4] {
        [0xA0, channel, state, 0xA0u8.wrapping_add(channel).wrapping_add(state)]
    }

    /// Four relays, the first wired through its normally-open contact.
    fn board(seed: u64) -> RelayBoard {
        RelayBoard::new(vec![true, false, false, false], "relay board", seed)
    }

    fn check(board: &mut dyn Relays, bytes: &[u8]) -> Vec<Movement> {
        bytes.iter().flat_map(|byte| board.byte(1_000_000_000, *byte)).collect()
    }

    #[test]
    fn a_valid_frame_moves_one_relay_3_to_8_ms_later_with_bounce_up_to_2_ms() {
        for seed in 0..50 {
            let mut board = board(seed);
            let moves = check(&mut board, &frame(1, 1));
            let after = |m: &Movement| m.at as f64 / 1e6 - 1000.0;
            assert!((3.0..=8.0).contains(&after(&moves[0])) && moves[0].closed);
            let last = moves.last().expect("moves");
            assert!(last.closed && moves.len() >= 3 && after(last) - after(&moves[0]) <= 2.0);
            assert!(moves.windows(2).all(|m| m[0].at < m[1].at && m[0].closed != m[1].closed));
            assert_eq!(check(&mut board, &frame(1, 0)).len(), 1, "opening is clean");
        }
    }

    #[test]
    fn what_is_no_frame_moves_nothing_and_the_next_frame_is_understood() {
        let mut board = board(1);
        assert!(check(&mut board, &[0x00, 0xFF, 0x41]).is_empty());
        assert!(check(&mut board, &[0xA0, 1, 1, 0xA3]).is_empty());
        assert!(check(&mut board, &frame(5, 1)).is_empty() && check(&mut board, &frame(0, 1)).is_empty());
        assert!(!check(&mut board, &frame(2, 1)).is_empty());
        assert!(check(&mut board, &frame(2, 1)).is_empty(), "it is there already");
    }

    #[test]
    fn a_pulse_shorter_than_the_armature_needs_ends_open() {
        for seed in 0..50 {
            let mut board = board(seed);
            let closing = check(&mut board, &frame(1, 1));
            let opening = check(&mut board, &frame(1, 0));
            assert!(closing.last().map(|m| m.at) < opening.first().map(|m| m.at));
        }
    }
}
