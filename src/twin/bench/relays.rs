//! The relay board on the bench: LCUS protocol on its serial side, four mechanical relays on the other.
//!
//! Knows nothing of what its contacts switch. Frames are `A0 channel state sum`; the board answers nothing and reports nothing.

use crate::rng::Rng;

/// Relays on the board.
pub const RELAYS: usize = 4;
/// Bits per second on its serial line.
pub const BAUD: u32 = 9600;

/// One movement of a contact: when (ns), and whether the normally-open contact is closed after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    pub at: u64,
    pub relay: usize,
    pub closed: bool,
}

#[derive(Debug)]
pub struct RelayBoard {
    frame: Vec<u8>,
    energised: [bool; RELAYS],
    /// Relay that never closes its normally-open contact.
    broken: Option<usize>,
    operate: [f64; RELAYS],
    release: [f64; RELAYS],
    /// When each armature will have come to rest.
    at_rest: [u64; RELAYS],
    chance: Rng,
}

impl RelayBoard {
    /// All relays released. `broken`: number of a relay (0 is the first) whose contact never closes.
    pub fn new(broken: Option<usize>, seed: u64) -> Self {
        let mut chance = Rng::new(seed, "relay board");
        let mut times = || std::array::from_fn(|_| chance.between(3.3, 7.7));
        let (operate, release) = (times(), times());
        RelayBoard { frame: Vec::new(), energised: [false; RELAYS], broken, operate, release, at_rest: [0; RELAYS], chance }
    }

    /// A byte has arrived; the contact movements that follow from it. Relays 2 and on are used on their normally-closed side, so both ends of a
    /// movement are told: the making contact bounces, the breaking one does not.
    pub fn byte(&mut self, at: u64, byte: u8) -> Vec<Movement> {
        if self.frame.is_empty() && byte != 0xA0 {
            return Vec::new();
        }
        self.frame.push(byte);
        let &[start, channel, state, sum] = self.frame.as_slice() else { return Vec::new() };
        self.frame.clear();
        let relay = usize::from(channel).wrapping_sub(1);
        let valid = start.wrapping_add(channel).wrapping_add(state) == sum && state <= 1 && relay < RELAYS;
        if !valid {
            return Vec::new();
        }
        self.switch(at, relay, state == 1)
    }

    fn switch(&mut self, at: u64, relay: usize, energise: bool) -> Vec<Movement> {
        if self.energised[relay] == energise || (self.broken == Some(relay) && energise) {
            return Vec::new();
        }
        self.energised[relay] = energise;
        let typical = if energise { self.operate[relay] } else { self.release[relay] };
        let moves = (at + self.chance.millis(typical - 0.3, typical + 0.3)).max(self.at_rest[relay] + 1);
        // Relay 1 makes when energised; the others make (their normally-closed contact) when released.
        let makes = energise == (relay == 0);
        let mut movements = vec![Movement { at: moves, relay, closed: energise }];
        if makes {
            self.bounce(moves, relay, energise, &mut movements);
        }
        self.at_rest[relay] = movements.last().map_or(moves, |m| m.at);
        movements
    }

    /// A making contact parts again one to four times within 0.5 to 2 ms.
    fn bounce(&mut self, from: u64, relay: usize, closed: bool, movements: &mut Vec<Movement>) {
        let settles = from + self.chance.millis(0.5, 2.0);
        let parts = 1 + (self.chance.unit() * 4.0) as u64;
        let each = (settles - from) / parts;
        for part in 0..parts {
            let start = from + part * each;
            let opens = start + (each as f64 * self.chance.between(0.2, 0.6)) as u64;
            let closes = opens + (each as f64 * self.chance.between(0.1, 0.35)) as u64;
            movements.push(Movement { at: opens, relay, closed: !closed });
            movements.push(Movement { at: closes, relay, closed });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(channel: u8, state: u8) -> [u8; 4] {
        [0xA0, channel, state, 0xA0u8.wrapping_add(channel).wrapping_add(state)]
    }

    fn check(board: &mut RelayBoard, bytes: &[u8]) -> Vec<Movement> {
        bytes.iter().flat_map(|byte| board.byte(1_000_000_000, *byte)).collect()
    }

    #[test]
    fn a_valid_frame_moves_one_relay_3_to_8_ms_later_with_bounce_up_to_2_ms() {
        for seed in 0..50 {
            let mut board = RelayBoard::new(None, seed);
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
        let mut board = RelayBoard::new(None, 1);
        assert!(check(&mut board, &[0x00, 0xFF, 0x41]).is_empty());
        assert!(check(&mut board, &[0xA0, 1, 1, 0xA3]).is_empty());
        assert!(check(&mut board, &frame(5, 1)).is_empty() && check(&mut board, &frame(0, 1)).is_empty());
        assert!(!check(&mut board, &frame(2, 1)).is_empty());
        assert!(check(&mut board, &frame(2, 1)).is_empty(), "it is there already");
    }

    #[test]
    fn a_pulse_shorter_than_the_armature_needs_ends_open() {
        for seed in 0..50 {
            let mut board = RelayBoard::new(None, seed);
            let closing = check(&mut board, &frame(1, 1));
            let opening = check(&mut board, &frame(1, 0));
            assert!(closing.last().map(|m| m.at) < opening.first().map(|m| m.at));
        }
    }

    #[test]
    fn a_broken_contact_never_closes() {
        let mut board = RelayBoard::new(Some(0), 1);
        assert!(check(&mut board, &frame(1, 1)).is_empty());
        assert!(!check(&mut board, &frame(2, 1)).is_empty());
    }
}
