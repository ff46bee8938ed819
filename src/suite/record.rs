//! The journal as a running bench holds it: stamps each event, shows it to whoever watches, and keeps it.
//!
//! Knows nothing of what watches.

use super::stage::Sink;
use crate::clock::Clock;
use crate::journal::store::{Journal, JournalError};
use crate::journal::{Entry, Event};
use std::path::Path;
use std::sync::Arc;

/// Sees each entry as it comes.
pub type Watcher = Box<dyn FnMut(&Entry)>;

/// A journal, a clock to stamp by and a watcher.
pub struct Recorder {
    clock: Arc<dyn Clock>,
    journal: Journal,
    watcher: Watcher,
}

impl Recorder {
    pub fn new(clock: Arc<dyn Clock>, journal: Journal, watcher: Watcher) -> Recorder {
        Recorder { clock, journal, watcher }
    }
    /// The journal's file; recordings belong beside it.
    pub fn path(&self) -> &Path {
        self.journal.path()
    }
}

impl Sink for Recorder {
    fn append(&mut self, event: Event) {
        let entry = self.journal.append(self.clock.now(), event);
        (self.watcher)(&entry);
    }
    fn commit(&mut self) -> Result<(), JournalError> {
        self.journal.commit()
    }
}
