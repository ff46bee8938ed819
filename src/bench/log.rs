//! The bench's handle on the journal: every tap, verb and verdict writes through it.
//!
//! Knows nothing of what the events mean.

use crate::clock::Clock;
use crate::journal::store::{Journal, JournalError};
use crate::journal::{Entry, Event};
use crate::unit::Bilingual;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Somebody who looks on while a journal is written, e.g. the live terminal. Several may; each gets every entry, in the
/// order of the list.
pub type Onlooker = Box<dyn FnMut(&Entry) + Send>;

/// A shared handle; all copies write into the same journal, each line stamped by the bench's clock.
#[derive(Clone)]
pub struct Log {
    clock: Arc<dyn Clock>,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    journal: Journal,
    onlookers: Vec<Onlooker>,
}

impl Log {
    pub fn new(clock: Arc<dyn Clock>, journal: Journal, onlookers: Vec<Onlooker>) -> Self {
        Log { clock, shared: Arc::new(Mutex::new(Shared { journal, onlookers })) }
    }
    /// A panic elsewhere must not cost the record: a poisoned lock is taken as it is.
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
    pub fn append(&self, event: Event) {
        let now = self.clock.now();
        let mut shared = self.shared();
        let entry = shared.journal.append(now, event);
        shared.onlookers.iter_mut().for_each(|look| look(&entry));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Guard, Instant, Interrupted};

    struct Still(Guard);
    impl Clock for Still {
        fn now(&self) -> Instant {
            Instant::ZERO
        }
        fn wait_until(&self, _deadline: Instant) -> Result<(), Interrupted> {
            Ok(())
        }
        fn guard(&self) -> &Guard {
            &self.0
        }
    }

    #[test]
    fn each_onlooker_gets_every_entry() {
        let scratch = tempfile::tempdir().unwrap();
        let seen: [Arc<Mutex<Vec<u64>>>; 2] = Default::default();
        let look = |seen: &Arc<Mutex<Vec<u64>>>| -> Onlooker {
            let seen = Arc::clone(seen);
            Box::new(move |entry| seen.lock().unwrap().push(entry.n))
        };
        let onlookers = seen.iter().map(look).collect();
        let log = Log::new(Arc::new(Still(Guard::default())), Journal::create(scratch.path()).unwrap(), onlookers);
        log.note(Bilingual::same("one"));
        log.did("relay", "close 1");
        assert_eq!(seen.map(|seen| seen.lock().unwrap().clone()), [vec![0, 1], vec![0, 1]]);
    }
}
