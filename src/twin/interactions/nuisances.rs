//! What a bench's nuisances do to its network, its desk and its boards.

use crate::services::dns;
use crate::twin::bench::boards::Board;
use crate::twin::bench::nuisance::{FROM, LONG, LOOKS_FOR_NAMES, Nuisance, RESTARTS, SOUND, STALLS, translated, translated_back};
use crate::twin::bench::ports::Plug;
use crate::twin::bench::trouble::Deferred;
use crate::twin::kernel::world::{Event, World};
use crate::twin::street::line::Way;
use crate::twin::street::net::{Datagram, Services};
use crate::twin::street::stream::Segment;
use std::net::SocketAddr;

/// So many inputs a board has at most.
const INPUTS: usize = 16;

impl World {
    fn is_annoyed_by(&self, what: Nuisance) -> bool {
        self.boards.faults().nuisance == Some(what)
    }
    /// Whether the bench's network keeps a datagram of so many bytes that goes to or from this port of the host's.
    pub(in crate::twin) fn is_kept_by_network(&self, port: u16, bytes: usize) -> bool {
        let is_long = bytes > LONG && self.is_annoyed_by(Nuisance::NetworkLosesLong);
        let is_sound = port >= SOUND && self.is_annoyed_by(Nuisance::FirewallShutsSound);
        self.now() >= FROM && (is_long || is_sound)
    }
    /// As whom the post is seen that speaks to this port.
    pub(in crate::twin) fn seen_from(&self, from: SocketAddr, to: u16) -> SocketAddr {
        let is_translated = self.is_annoyed_by(Nuisance::NetworkTranslates) && !Services::is_port(to);
        if is_translated { translated(from) } else { from }
    }
    /// To whom that goes which this port sends the post; `None`: to nobody.
    pub(in crate::twin) fn meant_for(&self, to: SocketAddr, from: u16) -> Option<SocketAddr> {
        let is_translated = self.is_annoyed_by(Nuisance::NetworkTranslates) && !Services::is_port(from);
        if is_translated { translated_back(to) } else { Some(to) }
    }
    /// Whether a question for names waits until somebody looks.
    pub(in crate::twin) fn do_names_dawdle(&mut self, datagram: &Datagram) -> bool {
        let now = self.now();
        let waits = datagram.to.port() == dns::PORT
            && now >= FROM
            && !now.is_multiple_of(LOOKS_FOR_NAMES)
            && self.is_annoyed_by(Nuisance::NamesDawdle);
        if waits {
            self.queue.plan(now.next_multiple_of(LOOKS_FOR_NAMES), Event::AtOperator(datagram.clone()));
        }
        waits
    }
    /// When the desk, which stands still now, goes on.
    fn goes_on_at(&self) -> Option<u64> {
        let (every, length) = STALLS;
        let past = self.now().checked_sub(FROM)? % every;
        (past < length && self.is_annoyed_by(Nuisance::DeskStalls)).then(|| self.now() - past + length)
    }
    /// Whether a datagram for the desk waits.
    pub(in crate::twin) fn does_desk_stall(&mut self, datagram: &Datagram) -> bool {
        let goes_on = self.goes_on_at();
        if let Some(at) = goes_on {
            self.queue.plan(at, Event::AtOperator(datagram.clone()));
        }
        goes_on.is_some()
    }
    /// The same of what comes over a connection to it.
    pub(in crate::twin) fn does_segment_wait(&mut self, segment: &Segment) -> bool {
        let goes_on = self.goes_on_at();
        if let Some(at) = goes_on {
            self.queue.plan(at, Event::Segment(Way::ToOperator, segment.clone()));
        }
        goes_on.is_some()
    }
    pub(in crate::twin) fn plan_nuisances(&mut self) {
        if self.is_annoyed_by(Nuisance::InputsRestart) {
            let (every, times, length) = RESTARTS;
            for at in (0..times).map(|n| FROM + n * every) {
                self.queue.plan(at, Event::Deferred(Deferred::InputsRestart(true)));
                self.queue.plan(at + length, Event::Deferred(Deferred::InputsRestart(false)));
            }
        }
    }
    /// The input boards start anew, or have done so and tell what they see.
    pub(in crate::twin) fn inputs_restart(&mut self, is_beginning: bool) {
        for number in 0..self.boards.count() {
            let Some(Board::Inputs(board)) = self.boards.board(number) else { continue };
            let states: Vec<u8> = b"?\r\n".iter().flat_map(|byte| board.byte(*byte)).collect();
            let told = String::from_utf8_lossy(&states).lines().filter(|line| line.starts_with("+IN ")).count().min(INPUTS);
            let off = (1..=told).flat_map(|input| format!("+IN {input} 0\r\n").into_bytes()).collect();
            let said: Vec<u8> = if is_beginning { off } else { states.strip_suffix(b"OK\r\n").unwrap_or(&states).to_vec() };
            self.board_says(Plug(number), &said);
        }
    }
}
