//! A thread beside an instrument, which serves the instrument's sockets for as long as it is there, and what the two
//! hold in common.
//!
//! Must not know what is served.

use super::priority;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// The instrument's end. Dropping it ends the thread.
pub(super) struct Listening<S> {
    common: Arc<Common<S>>,
    thread: Option<JoinHandle<()>>,
}

/// The thread's end.
pub(super) struct Common<S> {
    stopping: AtomicBool,
    held: Mutex<S>,
    /// Why the thread has ended.
    fault: Mutex<Option<String>>,
}

impl<S> Common<S> {
    /// Until the instrument is dropped.
    pub fn goes_on(&self) -> bool {
        !self.stopping.load(Ordering::Relaxed)
    }
    /// What a panicked thread left is still in order: all that is held is whole between two visits.
    pub fn lock(&self) -> MutexGuard<'_, S> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Send + 'static> Listening<S> {
    /// Begins to work, which ends only by itself when it fails.
    pub fn start(name: &str, held: S, work: impl FnOnce(&Common<S>) -> io::Result<()> + Send + 'static) -> io::Result<Self> {
        let common = Arc::new(Common { stopping: AtomicBool::new(false), held: Mutex::new(held), fault: Mutex::default() });
        let theirs = Arc::clone(&common);
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            priority::ask();
            if let Err(error) = work(&theirs) {
                *theirs.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
            }
        });
        Ok(Listening { common, thread: Some(thread?) })
    }
}

impl<S> Listening<S> {
    pub fn lock(&self) -> MutexGuard<'_, S> {
        self.common.lock()
    }
    /// What has been heard.
    ///
    /// # Errors
    /// Why nothing is heard any more, told once.
    pub fn heard(&self) -> Result<MutexGuard<'_, S>, String> {
        match self.common.fault.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(fault) => Err(fault),
            None => Ok(self.lock()),
        }
    }
}

impl<S> Drop for Listening<S> {
    fn drop(&mut self) {
        self.common.stopping.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told so itself.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn a_fault_of_the_thread_is_told_once_and_what_it_heard_before_is_kept() {
        let (done, ended) = channel();
        let listening = Listening::start("test", 0, move |common| {
            *common.lock() += 1;
            done.send(()).expect("somebody waits");
            Err(io::Error::other("the cable is gone"))
        });
        let mut listening = listening.expect("a thread");
        ended.recv().expect("it works");
        listening.thread.take().expect("it runs").join().expect("in order");
        assert_eq!(listening.heard().err().as_deref(), Some("the cable is gone"));
        assert_eq!(listening.heard().map(|held| *held), Ok(1));
    }

    #[test]
    fn it_goes_on_until_the_instrument_is_dropped() {
        let (done, ended) = channel();
        let listening = Listening::start("test", (), move |common| {
            while common.goes_on() {
                std::thread::yield_now();
            }
            done.send(()).map_err(io::Error::other)
        });
        drop(listening.expect("a thread"));
        assert!(ended.try_recv().is_ok(), "dropping waits for its end");
    }
}
