//! Relay boards that are not in order: contacts that are worn, chatter or stick, a board that dies, a line to it that
//! loses. Each is around another.
//!
//! Knows nothing of what the contacts switch.

use super::adversity::REPEATS;
use super::nuisance::CHATTERS;
use super::relays::{Movement, Relays};

const MS: u64 = 1_000_000;
const CHATTER: u64 = 5 * MS;
const HOLDS_FOR: u64 = 5_000 * MS;
const STUCK: u64 = 15_000 * MS;
/// One closing of a worn contact in so many comes to nothing.
const WORN: u64 = 3;
const BYTE_LOST: u64 = 90;

/// One of its relays never closes its normally-open contact.
pub(in crate::twin) struct StuckOpen<B> {
    board: B,
    relay: usize,
}

impl<B: Relays> StuckOpen<B> {
    /// `relay`: its number, 0 being the first.
    pub fn new(board: B, relay: usize) -> Self {
        StuckOpen { board, relay }
    }
}

impl<B: Relays> Relays for StuckOpen<B> {
    fn byte(&mut self, at: u64, byte: u8) -> Vec<Movement> {
        let mut movements = self.board.byte(at, byte);
        movements.retain(|movement| movement.relay != self.relay);
        movements
    }
}

/// What becomes of the movements of one relay, each way on its own.
pub(in crate::twin) struct Hindered<B> {
    board: B,
    relay: usize,
    /// Which movements are meant.
    closing: bool,
    from: u64,
    count: u64,
    /// From the movements and how many there were before.
    becomes: fn(Vec<Movement>, u64) -> Vec<Movement>,
}

impl<B: Relays> Hindered<B> {
    /// One closing in three of the first relay comes to nothing.
    pub fn worn(board: B) -> Self {
        let becomes = |movements, count: u64| if count.is_multiple_of(WORN) { Vec::new() } else { movements };
        Hindered { board, relay: 0, closing: true, from: 0, count: 0, becomes }
    }
    /// The first relay's contact is welded: once closed it never opens.
    pub fn welded(board: B) -> Self {
        Hindered { board, relay: 0, closing: false, from: 0, count: 0, becomes: |_, _| Vec::new() }
    }
    /// The same of another relay, from some moment on.
    pub fn worn_at(board: B, relay: usize, from: u64) -> Self {
        Hindered { relay, from, ..Hindered::worn(board) }
    }
    /// From some moment on the first relay is drawn once more when it was drawn.
    pub fn repeating(board: B, from: u64) -> Self {
        let becomes = |mut movements: Vec<Movement>, _| {
            let last = movements.last().copied();
            let again = |drawn: Movement| {
                (0..).zip(REPEATS).map(move |(n, by): (u64, u64)| Movement { at: drawn.at + by, closed: n == 1, ..drawn })
            };
            movements.extend(last.into_iter().flat_map(again));
            movements
        };
        Hindered { board, relay: 0, closing: true, from, count: 0, becomes }
    }
    /// The first relay's contact takes long to come to rest.
    pub fn chattering(board: B) -> Self {
        let becomes = |movements: Vec<Movement>, _| {
            let parts = |first: Movement| {
                (0..17).map(move |n| Movement { at: first.at + n * CHATTER, closed: n.is_multiple_of(2), ..first })
            };
            movements.first().copied().into_iter().flat_map(parts).collect()
        };
        Hindered { board, relay: 0, closing: true, from: 0, count: 0, becomes }
    }
    /// From some moment on the third relay's contact parts twice more when its armature has fallen back.
    pub fn parting(board: B, from: u64) -> Self {
        let becomes = |movements: Vec<Movement>, _| {
            let parts = |last: Movement| {
                (0..5).map(move |n| Movement { at: last.at + n * CHATTERS, closed: last.closed ^ !n.is_multiple_of(2), ..last })
            };
            movements.last().copied().into_iter().flat_map(parts).collect()
        };
        Hindered { board, relay: 2, closing: false, from, count: 0, becomes }
    }
    /// The same of another relay.
    pub fn parting_at(board: B, relay: usize, from: u64) -> Self {
        Hindered { relay, ..Hindered::parting(board, from) }
    }
    /// From some moment on the first relay's coil is starved: its armature falls back five seconds after it was drawn.
    pub fn letting_go(board: B, from: u64) -> Self {
        let becomes = |mut movements: Vec<Movement>, _| {
            let drawn = movements.last().copied();
            movements.extend(drawn.map(|drawn| Movement { at: drawn.at + HOLDS_FOR, closed: false, ..drawn }));
            movements
        };
        Hindered { board, relay: 0, closing: true, from, count: 0, becomes }
    }
    /// The same of the third relay.
    pub fn letting_fibre_go(board: B, from: u64) -> Self {
        Hindered { relay: 2, ..Hindered::letting_go(board, from) }
    }
    /// From some moment on the third relay's armature falls back late.
    pub fn sticking(board: B, from: u64) -> Self {
        Hindered::sticking_at(board, 2, from)
    }
    /// The same of another relay.
    pub fn sticking_at(board: B, relay: usize, from: u64) -> Self {
        let becomes = |movements: Vec<Movement>, _| {
            movements.into_iter().map(|movement| Movement { at: movement.at + STUCK, ..movement }).collect()
        };
        Hindered { board, relay, closing: false, from, count: 0, becomes }
    }
}

impl<B: Relays> Relays for Hindered<B> {
    fn byte(&mut self, at: u64, byte: u8) -> Vec<Movement> {
        let movements = self.board.byte(at, byte);
        let is_meant = |first: &Movement| first.relay == self.relay && first.closed == self.closing && at >= self.from;
        if !movements.first().is_some_and(is_meant) {
            return movements;
        }
        self.count += 1;
        (self.becomes)(movements, self.count)
    }
}

/// From some moment on nothing moves any more.
pub(in crate::twin) struct Dead<B> {
    board: B,
    from: u64,
}

impl<B: Relays> Dead<B> {
    pub fn new(board: B, from: u64) -> Self {
        Dead { board, from }
    }
}

impl<B: Relays> Relays for Dead<B> {
    fn byte(&mut self, at: u64, byte: u8) -> Vec<Movement> {
        let movements = self.board.byte(at, byte);
        if at >= self.from { Vec::new() } else { movements }
    }
}

/// From some moment on every so manieth byte does not reach it.
pub(in crate::twin) struct Deaf<B> {
    board: B,
    from: u64,
    count: u64,
}

impl<B: Relays> Deaf<B> {
    pub fn new(board: B, from: u64) -> Self {
        Deaf { board, from, count: 0 }
    }
}

impl<B: Relays> Relays for Deaf<B> {
    fn byte(&mut self, at: u64, byte: u8) -> Vec<Movement> {
        self.count += u64::from(at >= self.from);
        let is_lost = at >= self.from && self.count.is_multiple_of(BYTE_LOST);
        if is_lost { Vec::new() } else { self.board.byte(at, byte) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::bench::relays::RelayBoard;
    use crate::twin::bench::relays::tests::frame;

    const SECOND: u64 = 1000 * MS;

    fn board() -> RelayBoard {
        RelayBoard::new(vec![true, false, false, false], "relay board", 1)
    }

    /// What a frame moves, sent at a moment.
    fn moves(board: &mut dyn Relays, at: u64, channel: u8, state: u8) -> Vec<Movement> {
        frame(channel, state).iter().flat_map(|byte| board.byte(at, *byte)).collect()
    }

    #[test]
    fn a_broken_contact_never_closes() {
        let mut board = StuckOpen::new(board(), 0);
        assert!(moves(&mut board, SECOND, 1, 1).is_empty());
        assert!(!moves(&mut board, SECOND, 2, 1).is_empty());
    }

    #[test]
    fn a_worn_contact_misses_every_third_closing_and_no_opening() {
        let mut board = Hindered::worn(board());
        let closes =
            (0..6).map(|n| (!moves(&mut board, n * SECOND, 1, 1).is_empty(), moves(&mut board, n * SECOND + 1, 1, 0).len()));
        assert_eq!(closes.collect::<Vec<_>>(), [(true, 1), (true, 1), (false, 1), (true, 1), (true, 1), (false, 1)]);
    }

    #[test]
    fn a_chattering_contact_comes_to_rest_after_eighty_milliseconds() {
        let moves = moves(&mut Hindered::chattering(board()), SECOND, 1, 1);
        let (first, last) = (moves[0], moves[moves.len() - 1]);
        assert!(last.at - first.at == 80 * MS && first.closed && last.closed && moves.len() == 17);
    }

    #[test]
    fn an_armature_sticks_and_a_board_dies_from_their_moment_on() {
        let mut sticking = Hindered::sticking(board(), 10 * SECOND);
        assert!(!moves(&mut sticking, SECOND, 3, 1).is_empty());
        assert!(moves(&mut sticking, 2 * SECOND, 3, 0)[0].at < 3 * SECOND);
        assert!(moves(&mut sticking, 11 * SECOND, 3, 1)[0].at < 12 * SECOND);
        assert!(moves(&mut sticking, 20 * SECOND, 3, 0)[0].at > 35 * SECOND);
        let mut dead = Dead::new(board(), 10 * SECOND);
        assert!(!moves(&mut dead, SECOND, 3, 1).is_empty() && moves(&mut dead, 10 * SECOND, 3, 0).is_empty());
    }

    #[test]
    fn a_contact_that_parts_comes_to_rest_where_it_should() {
        let mut board = Hindered::parting(board(), 0);
        assert_eq!(moves(&mut board, SECOND, 3, 1).last().map(|last| last.closed), Some(true));
        let parted = moves(&mut board, 5 * SECOND, 3, 0);
        let (first, last) = (parted[0], parted[parted.len() - 1]);
        assert_eq!((parted.len(), first.closed, last.closed, last.at - first.at), (5, false, false, 4 * CHATTERS));
    }

    #[test]
    fn an_armature_that_is_starved_falls_back_of_itself() {
        let mut board = Hindered::letting_go(board(), 10 * SECOND);
        assert!(moves(&mut board, SECOND, 1, 1).last().is_some_and(|movement| movement.closed));
        assert_eq!(moves(&mut board, 2 * SECOND, 1, 0).len(), 1);
        let drawn = moves(&mut board, 20 * SECOND, 1, 1);
        let (first, last) = (drawn[0], drawn[drawn.len() - 1]);
        assert!(!last.closed && last.at - first.at >= HOLDS_FOR, "{drawn:?}");
    }

    #[test]
    fn one_that_is_deaf_now_and_then_misses_a_frame() {
        let mut board = Deaf::new(board(), 0);
        let moved = (0..90u64).filter(|n| !moves(&mut board, n * SECOND, 1, u8::from(n.is_multiple_of(2))).is_empty());
        assert!((80..90).contains(&moved.count()));
    }
}
