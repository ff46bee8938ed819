//! The bench's handle on the journal: every tap, verb and verdict writes through it.
//!
//! Knows nothing of what the events mean.

use crate::clock::Clock;
use crate::journal::store::{Journal, JournalError};
use crate::journal::{Entry, Event};
use crate::unit::Bilingual;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Somebody who looks on while a journal is written: the live terminal.
pub type Onlooker = Box<dyn FnMut(&Entry) + Send>;

/// A shared handle; all copies write into the same journal, each line stamped by the bench's clock.
#[derive(Clone)]
pub struct Log {
    clock: Arc<dyn Clock>,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    journal: Journal,
    onlooker: Onlooker,
}

impl Log {
    pub fn new(clock: Arc<dyn Clock>, journal: Journal, onlooker: Onlooker) -> Self {
        Log { clock, shared: Arc::new(Mutex::new(Shared { journal, onlooker })) }
    }
    /// A panic elsewhere must not cost the record: a poisoned lock is taken as it is.
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
    pub fn append(&self, event: Event) {
        let now = self.clock.now();
        let mut shared = self.shared();
        let entry = shared.journal.append(now, event);
        (shared.onlooker)(&entry);
    }
    /// Returns when everything appended so far is on disk.
    pub fn commit(&self) -> Result<(), JournalError> {
        self.shared().journal.commit()
    }
    pub fn did(&self, instrument: &str, action: impl Into<String>) {
        self.append(Event::Did { instrument: instrument.into(), action: action.into() });
    }
    pub fn note(&self, text: impl Into<Bilingual>) {
        self.append(Event::Note { text: text.into() });
    }
}
