//! Ctrl-C, SIGTERM, a terminal that closes: they set the flag that ends waits, and nothing else. The run then ends by
//! itself, made safe.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// As long as this lives, the signals that end a program ask the run to stop instead of killing it.
#[derive(Debug)]
pub struct Signals(Vec<signal_hook::SigId>);

#[cfg(unix)]
const ENDING: [i32; 4] =
    [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP, signal_hook::consts::SIGQUIT];
#[cfg(not(unix))]
const ENDING: [i32; 2] = [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM];

impl Signals {
    /// `stop` is a clock's [`Guard::stop_flag`](crate::clock::Guard::stop_flag).
    pub fn install(stop: &Arc<AtomicBool>) -> io::Result<Signals> {
        let mut installed = Signals(Vec::new());
        for signal in ENDING {
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
