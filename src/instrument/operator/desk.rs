//! The operator's desk.
