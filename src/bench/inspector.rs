//! The person at the bench: asked, and the word written down as a person's.
//!
//! Knows nothing of what is to be looked at.

use super::{Bench, missing, observation};
use crate::instrument::inspector::{Answer, Inspector};
use crate::instrument::{Result, Subsystem};
use crate::rig::Role;

impl Bench {
    fn inspector(&mut self) -> Result<&mut dyn Inspector> {
        let name = self.serving(Role::Inspector)?;
        self.inspectors.get_mut(&name).map(|one| &mut **one as &mut dyn Inspector).ok_or_else(|| missing(&name))
    }
    /// Puts a question to the person at the bench.
    ///
    /// # Errors
    /// The rig has none, or nobody is there.
    pub fn ask_person(&mut self, question: &str) -> Result<()> {
        self.inspector()?.ask(question).map_err(|error| error.of(Subsystem::Inspector))
    }
    /// What was answered to it; `None`: nothing yet.
    pub fn persons_word(&mut self, question: &str) -> Result<Option<Answer>> {
        let answer = self.inspector()?.answer().map_err(|error| error.of(Subsystem::Inspector))?;
        if let Some(answer) = &answer {
            self.log.append(observation::of_person(question, answer));
        }
        Ok(answer.map(|answer| answer.value))
    }
}
