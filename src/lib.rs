#![doc = include_str!("ARCHITECTURE.md")]

pub mod clock;
pub mod fault;
pub mod image;
pub mod problem;
pub mod unit;
pub mod yaml;
pub use hejnal_rng as rng;

pub use hejnal_dsp as dsp;
pub use hejnal_intelligibility as intelligibility;
pub mod plot;
pub mod rig;
pub mod rtp;
pub mod sip;
pub mod verdict;
pub mod wav;

pub mod instrument;
pub mod journal;

pub mod cameras;
pub mod measure;
pub mod operator;
pub mod services;

pub mod driver;
pub mod report;
pub mod twin;

pub mod evidence;

pub mod archive;

pub mod bench;
pub mod guard;
#[cfg(unix)]
pub mod live;
pub mod watch;

pub mod post;
pub mod steps;
pub mod suite;

pub mod cli;

#[cfg(test)]
mod tidy;
