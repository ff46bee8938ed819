//! The phrase book.

pub mod phrase;
