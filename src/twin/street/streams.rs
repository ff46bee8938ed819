//! Connections between the post and a host at the line's far end: bytes in order, and what the line loses is sent again (RFC 9293, RFC 6298).
//!
//! Each end says something new only when the other has answered, so that nothing overtakes. Knows nothing of what is said.

use crate::twin::kernel::world::{Event, World};
use crate::twin::post::voice::Piece;
use crate::twin::street::line::Way;
use crate::twin::street::net::FarEnd;
use std::net::SocketAddr;

/// Where the operator's host plays the city's camera system.
pub(in crate::twin) const HOOK_PORT: u16 = 8080;
/// The post's end of its first connection (RFC 6335, 6).
const FIRST_PORT: u32 = 49_152;
/// What a TCP header is longer than that of UDP.
const LONGER: usize = 12;
/// After how long what is lost is sent again, twice as long each time, and how often.
const AGAIN_AFTER: u64 = 1_000_000_000;
const MOST_TRIES: u32 = 5;

/// A piece of a connection on its way.
#[derive(Debug, Clone)]
pub(in crate::twin) struct Segment {
    pub way: Way,
    pub connection: u32,
    /// The host's end.
    pub host: SocketAddr,
    pub piece: Piece,
    /// How often it was sent in vain.
    pub tries: u32,
}

impl World {
    pub(in crate::twin) fn send_hook_segment(&mut self, segment: Segment) {
        let bytes = if let Piece::Bytes(bytes) = &segment.piece { bytes.len() } else { 0 };
        let arrives = self.line.carry(self.now(), segment.way, bytes + LONGER);
        match arrives.and_then(|at| self.through_switch(at, segment.way).first().copied()) {
            Some(at) => self.queue.plan(at, Event::SegmentArrives(segment)),
            None if segment.tries < MOST_TRIES => {
                let again = self.now() + (AGAIN_AFTER << segment.tries);
                self.queue.plan(again, Event::SegmentAgain(Segment { tries: segment.tries + 1, ..segment }));
            }
            None => {}
        }
    }

    pub(in crate::twin) fn hook_segment_arrives(&mut self, segment: Segment) {
        let at = self.instant();
        let Segment { way, connection, host, piece, .. } = segment;
        match way {
            Way::ToPost if self.line.passes() => {
                self.voice.stream_in(at, connection, piece);
                self.voice_acted();
            }
            Way::ToPost => {}
            Way::ToOperator => {
                if !matches!(self.far_end, FarEnd::Desk)
                    || host != SocketAddr::new(self.host.address, HOOK_PORT)
                    || self.are_cameras_away()
                {
                    return;
                }
                let number = u64::from(connection);
                match piece {
                    Piece::Open => {
                        let port = FIRST_PORT + connection % (65_536 - FIRST_PORT);
                        self.host.cameras.opened(number, format!("{}:{port}", self.voice.address()));
                        self.answer_post(connection, Piece::Opened);
                    }
                    Piece::Bytes(bytes) => self.host.cameras.received(crate::clock::Stamped::new(at, ()), number, &bytes),
                    Piece::Close => self.host.cameras.closed(number),
                    Piece::Opened => {}
                }
                self.cameras_acted();
            }
        }
    }

    /// Sends what the camera system wants sent.
    pub(in crate::twin) fn cameras_acted(&mut self) {
        let now = self.instant();
        for out in self.host.cameras.take_outgoing(now) {
            let Ok(connection) = u32::try_from(out.connection) else { continue };
            if !out.bytes.is_empty() {
                self.answer_post(connection, Piece::Bytes(out.bytes));
            }
            if out.closes {
                self.answer_post(connection, Piece::Close);
            }
        }
    }

    fn answer_post(&mut self, connection: u32, piece: Piece) {
        let host = SocketAddr::new(self.host.address, HOOK_PORT);
        self.send_hook_segment(Segment { way: Way::ToPost, connection, host, piece, tries: 0 });
    }
}
