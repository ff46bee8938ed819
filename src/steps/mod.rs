//! The phrase book: every sentence that a feature may use, in both languages, with what it needs and what it does.
//!
//! A step never touches an instrument: it calls one verb of the post.

pub mod phrase;

mod bench;
mod call;
mod firmware;
mod lamps;
mod plant;
mod speech;

use crate::post::Post;
use phrase::Phrase;

/// What the steps of a scenario act on.
pub struct World {
    pub post: Post,
}

/// All tables, in the order in which the phrase book prints them.
pub const TABLES: &[&[Phrase<World>]] =
    &[plant::PHRASES, call::PHRASES, lamps::PHRASES, speech::PHRASES, firmware::PHRASES, bench::PHRASES];
