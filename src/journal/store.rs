//! A journal on disk.
