//! The virtual post.

pub mod voice;
