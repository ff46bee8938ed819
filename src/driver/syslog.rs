//! The supervision's end as a syslog receiver over UDP (RFC 5426): a thread of its own, messages stamped by the kernel.
//!
//! Must not know what a message means.

use super::datagrams::{self, Watch, moment_of};
use super::priority;
use crate::clock::{Clock, Stamped};
use crate::instrument::supervision::{Notice, Supervision};
use crate::instrument::{Identity, Instrument, InstrumentError, Result};
use crate::services::syslog;
use crate::unit::Bilingual;
use std::collections::VecDeque;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

const NAME: &str = "supervision";
/// How often the thread looks whether it is to end.
const LOOK: Duration = Duration::from_millis(200);
/// A message is no longer than this over UDP as it is commonly sent (RFC 5426, 3.2).
const LONGEST: usize = 2048;
/// Nobody fetches the messages of a bench that stands still: so many are kept.
const KEPT: usize = 4096;

/// Dropping it ends the listening.
pub struct SyslogReceiver {
    own: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    stopping: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    notices: VecDeque<Stamped<Notice>>,
    fault: Option<String>,
}

impl Shared {
    /// What a panicked thread left is still in order: a list of messages.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(action: &str, cause: impl std::fmt::Display) -> InstrumentError {
    let remedy = (
        "check that the address is this machine's and that no other program receives syslog there; a port below 1024 needs the right to it (CAP_NET_BIND_SERVICE), or take one above and tell the post so",
        "sprawdź, czy to adres tego komputera i czy sysloga nie odbiera tam inny program; port poniżej 1024 wymaga uprawnienia (CAP_NET_BIND_SERVICE), albo wybierz wyższy i ustaw go w punkcie",
    );
    InstrumentError::new(NAME, action, Bilingual::same(cause), remedy)
}

impl SyslogReceiver {
    /// Begins to listen.
    pub fn listen(own: SocketAddr, clock: Arc<dyn Clock>) -> Result<SyslogReceiver> {
        let socket = datagrams::bind(own).map_err(|error| failed(&format!("listen at {own}"), error))?;
        let own = socket.local_addr().unwrap_or(own);
        let shared = Arc::new(Shared::default());
        let listening = Listening { socket, clock, shared: Arc::clone(&shared) };
        let thread = std::thread::Builder::new().name("syslog".to_owned()).spawn(move || listening.run());
        Ok(SyslogReceiver { own, shared, thread: Some(thread.map_err(|error| failed("start a thread", error))?) })
    }
}

impl Drop for SyslogReceiver {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told so itself.
            let _ = thread.join();
        }
    }
}

impl Instrument for SyslogReceiver {
    fn identify(&mut self) -> Result<Identity> {
        Ok(Identity { model: "syslog receiver".to_owned(), unit: self.own.to_string() })
    }
    fn make_safe(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Supervision for SyslogReceiver {
    fn notices(&mut self) -> Result<Vec<Stamped<Notice>>> {
        let mut state = self.shared.lock();
        match state.fault.take() {
            Some(fault) => Err(failed("receive", fault)),
            None => Ok(state.notices.drain(..).collect()),
        }
    }
}

/// The thread's own.
struct Listening {
    socket: UdpSocket,
    clock: Arc<dyn Clock>,
    shared: Arc<Shared>,
}

impl Listening {
    fn run(self) {
        priority::ask();
        if let Err(error) = self.listen() {
            self.shared.lock().fault = Some(error.to_string());
        }
    }

    fn listen(&self) -> std::io::Result<()> {
        let watch = Watch::over([self.socket.as_fd()].into_iter())?;
        let mut buffer = [0; LONGEST];
        while !self.shared.stopping.load(Ordering::Relaxed) {
            if watch.readable(LOOK)?.is_empty() {
                continue;
            }
            let arrival = match datagrams::receive(&self.socket, &mut buffer) {
                Err(error) if datagrams::is_of_the_network(&error) || error.kind() == std::io::ErrorKind::Interrupted => continue,
                outcome => outcome?,
            };
            let (at, within) = moment_of(&*self.clock, arrival.stamp);
            let Some(notice) = buffer.get(..arrival.length).and_then(syslog::read) else { continue };
            let mut state = self.shared.lock();
            if state.notices.len() >= KEPT {
                state.notices.pop_front();
            }
            state.notices.push_back(Stamped { at, within, value: notice });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Instant, RealClock};

    #[test]
    fn messages_come_with_their_moments_and_rubbish_does_not() {
        let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
        let mut receiver =
            SyslogReceiver::listen("127.0.0.1:0".parse().expect("an address"), Arc::clone(&clock)).expect("a port");
        let sender = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let before = clock.now();
        for message in ["rubbish", "<134>1 - SOS-0417 post - - - ALIVE"] {
            sender.send_to(message.as_bytes(), receiver.own).expect("sent");
        }
        let mut notices = Vec::new();
        while notices.is_empty() && clock.now() < before + Duration::from_secs(10) {
            clock.wait(Duration::from_millis(10)).expect("nobody stops it");
            notices.extend(receiver.notices().expect("it hears"));
        }
        let told: Vec<&str> = notices.iter().map(|notice| &*notice.value.text).collect();
        assert_eq!(told, ["ALIVE"]);
        let at = notices.first().map_or(Instant::ZERO, |notice| notice.at);
        assert!(before - Duration::from_millis(1) <= at && at <= clock.now());
    }
}
