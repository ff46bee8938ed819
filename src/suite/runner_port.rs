//! What a run needs of a bench, as a trait: so that the runner can be proved without one.
//!
//! Knows nothing of instruments.

use crate::clock::Clock;
use crate::journal::store::JournalError;
use crate::journal::{Ending, Event, SafeCheck};
use crate::post::Fault;

/// Where events go. Entries are gathered by `append` and put on disk by `commit`.
pub trait Sink {
    /// Stamps an event with the bench's clock and adds it.
    fn append(&mut self, event: Event);
    /// Returns only when everything so far is on disk.
    fn commit(&mut self) -> Result<(), JournalError>;
}

/// One attempt at one scenario.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScenarioInfo {
    /// E.g. `S01`; `S14.2` is the second example row of an outline.
    pub id: String,
    pub name: String,
    pub feature: String,
    pub file: String,
    pub line: usize,
    /// With their `@`.
    pub tags: Vec<String>,
    /// Which repetition of the whole selection, from 1.
    pub round: u32,
    /// Which try within the round, from 1.
    pub attempt: u32,
}

/// A bench as the runner sees it.
pub trait RunnerPort {
    /// What the steps of one scenario work on.
    type World: 'static;

    fn clock(&self) -> &dyn Clock;
    fn journal(&mut self) -> &mut dyn Sink;
    /// Makes ready for a scenario; here the bench proves itself before it judges.
    fn enter(&mut self, scenario: &ScenarioInfo) -> Result<Self::World, Fault>;
    /// Ends a scenario that was entered, however it went: saves recordings, and vouches for the bench before a post is
    /// condemned. A fault from here counts when it is worse than the ending.
    fn leave(&mut self, world: Self::World, ending: &Ending) -> Result<(), Fault>;
    /// Brings everything to the state that harms nobody and reads it back. Called after every attempt, whatever ended
    /// it.
    fn make_safe(&mut self) -> Vec<SafeCheck>;
}
