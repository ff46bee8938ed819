//! Ctrl-C and SIGTERM: they set the flag that ends waits, and nothing else. The run then ends by itself, made safe.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// As long as this lives, Ctrl-C and SIGTERM ask the run to stop instead of killing the program.
#[derive(Debug)]
pub struct Signals(Vec<signal_hook::SigId>);

impl Signals {
    /// `stop` is a clock's [`Guard::stop_flag`](crate::clock::Guard::stop_flag).
    pub fn install(stop: &Arc<AtomicBool>) -> io::Result<Signals> {
        let mut installed = Signals(Vec::new());
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            installed.0.push(signal_hook::flag::register(signal, Arc::clone(stop))?);
        }
        Ok(installed)
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for id in self.0.drain(..) {
            signal_hook::low_level::unregister(id);
        }
    }
}
