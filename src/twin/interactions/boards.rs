//! What the bench's bytes do at its boards, and what these tell of what they see.

use crate::twin::bench::boards::Board;
use crate::twin::bench::ports::Plug;
use crate::twin::kernel::world::{Event, World};
use crate::twin::post::mcu::Uart;

impl World {
    pub(in crate::twin) fn board_byte(&mut self, plug: Plug, byte: u8) {
        let now = self.now();
        match self.boards.board(plug.0) {
            Some(Board::Relays(board)) => {
                for movement in board.byte(now, byte) {
                    self.queue.plan(movement.at, Event::Contact(plug.0, movement));
                }
            }
            Some(Board::Inputs(board)) => {
                let answer = board.byte(byte);
                self.board_says(plug, &answer);
            }
            Some(Board::Console { wired: true }) => self.mcu.receive(Uart::Console, byte),
            Some(Board::Console { wired: false }) | None => {}
        }
    }

    /// An input board looks at its inputs.
    pub(in crate::twin) fn scan(&mut self, number: usize) {
        let now = self.now();
        if let Some(Board::Inputs(board)) = self.boards.board(number)
            && let Some(report) = board.scan(now)
        {
            self.board_says(Plug(number), &report);
        }
    }

    pub(in crate::twin) fn board_says(&mut self, plug: Plug, bytes: &[u8]) {
        let now = self.now();
        if let Some(line) = self.boards.line(plug) {
            line.send(now, bytes);
        }
    }
}
