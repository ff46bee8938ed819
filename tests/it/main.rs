//! What is tested from outside: the built program, several parts at once, or peers that nobody here wrote.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod bad_input;
mod command_line;
mod crowd;
mod evidence;
mod explore;
mod figures;
mod firmware;
mod fuzz;
mod language;
#[cfg(unix)]
mod live;
mod measure;
mod miswired;
mod peers;
mod program;
mod prove;
mod safety;
mod seeds;
mod smaller_rigs;
mod sound_card;
mod sound_server;
mod street;
mod truth;
mod twin;
