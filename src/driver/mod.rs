//! The real instruments, one small file a model.
//!
//! Must not know the twin, roles, or what a post is.

pub mod sip_operator;
