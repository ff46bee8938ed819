//! What is tested from outside: the built program, several parts at once, or peers that nobody here wrote.

mod firmware;
#[cfg(unix)]
mod live;
mod prove;
mod seeds;
mod sound_card;
mod truth;
