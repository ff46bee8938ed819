//! The phrase book: every sentence that a feature may use, in both languages, with what it needs and what it does.
//!
//! A step never touches an instrument: it calls one verb of the post.

pub mod bound;
pub mod phrase;

mod battery;
mod bench;
mod call;
mod cameras;
mod checklist;
mod firmware;
mod impostor;
mod lamps;
mod network;
mod own_test;
mod plant;
mod power;
mod server;
mod speech;
mod supervision;
mod transfer;
mod trial;

use crate::post::Post;
use phrase::Phrase;
use std::cell::{RefCell, RefMut};
use std::rc::Rc;

/// What the steps of a scenario act on. The post is shared with whoever makes it safe when a step has gone down with
/// its world.
pub struct World {
    post: Rc<RefCell<Post>>,
}

impl World {
    pub fn new(post: &Rc<RefCell<Post>>) -> Self {
        World { post: Rc::clone(post) }
    }
    pub fn post(&self) -> RefMut<'_, Post> {
        self.post.borrow_mut()
    }
}

/// All tables, in the order in which the phrase book prints them.
pub const TABLES: &[&[Phrase<World>]] = &[
    plant::PHRASES,
    power::PHRASES,
    battery::PHRASES,
    call::PHRASES,
    lamps::PHRASES,
    speech::PHRASES,
    transfer::PHRASES,
    server::PHRASES,
    impostor::PHRASES,
    supervision::PHRASES,
    own_test::PHRASES,
    cameras::PHRASES,
    checklist::PHRASES,
    network::PHRASES,
    firmware::PHRASES,
    trial::PHRASES,
    bench::PHRASES,
];
