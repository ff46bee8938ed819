//! Media of a call, sans-I/O: packets, codecs, the timeline they are rebuilt on, the reference playout, statistics, and
//! the sender.
//!
//! Positions are frames of one axis a call: 8000 frames a second of the bench's clock, frame 0 at the call's origin. A
//! frame lasts exactly 125 µs, so every position is a whole number of nanoseconds. Must not know sockets, clocks,
//! signalling, or what is being said.

pub mod axis;
pub mod codec;
pub mod digits;
pub mod drift;
pub mod lateness;
pub mod packet;
pub mod playout;
pub mod report;
pub mod rtcp;
pub mod sender;
pub mod srtp;
pub mod stats;
pub mod timeline;
pub mod voice;
