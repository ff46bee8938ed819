//! The measuring floor: pure functions over `&[f32]`, the same on a real rig, on the twin and on a file.
//!
//! Knows nothing of instruments, clocks, files or verdicts. Time is a count of samples at a stated rate.

pub mod align;
pub mod delay;
pub mod distortion;
pub mod echo;
pub mod fft;
pub mod filter;
pub mod gaps;
pub mod interp;
pub mod level;
pub mod onset;
pub mod pesq;
pub mod response;
mod segment;
pub mod stimulus;
pub mod stipa;
pub mod stoi;
pub mod track;
