//! What a metrologist signs: how each figure is got, and by which norm.

pub mod method;
