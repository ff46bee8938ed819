//! Where the parts of the twin act on each other: what a thing that happens at one of them does to the others.
//!
//! Each is a part of the world's own doing; the parts themselves know nothing of it, nor of each other's machines.

mod adversities;
mod boards;
mod disturbances;
mod hands;
mod hardware;
mod network;
mod nuisances;
mod own_questions;
mod reference_host;
mod troubles;
mod wires;
