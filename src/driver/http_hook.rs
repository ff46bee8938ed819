//! The city's camera system as an HTTP server on this machine: a thread of its own, events stamped as their last byte
//! is read.
//!
//! Must not know what an event means: the machine in `cameras` takes them, this file carries its bytes.

use super::datagrams::{STAMP_UNCERTAINTY, Watch, at_ourselves};
use super::listening::{Common, Listening};
use crate::cameras::{self, Hook, Outgoing};
use crate::clock::{Clock, Stamped};
use crate::instrument::cameras::{CameraEvent, CameraSystem, Treatment};
use crate::instrument::{AsksItself, Identity, Instrument, InstrumentError, Result};
use crate::unit::Bilingual;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::time::Duration;

const NAME: &str = "camera system";
/// How often the thread looks whether it is to end, and whether an answer is due.
const LOOK: Duration = Duration::from_millis(100);
/// A listener on this machine has taken a connection by then.
const CONNECTS_WITHIN: Duration = Duration::from_millis(20);
/// Bytes read at once.
const CHUNK: usize = 16_384;

/// Dropping it ends the listening.
pub struct HttpHook {
    own: SocketAddr,
    /// The bench's own last event: the connection stands until the next one.
    sent: Option<TcpStream>,
    listening: Listening<Hook>,
}

fn failed(action: &str, cause: impl std::fmt::Display) -> InstrumentError {
    let remedy = (
        "check that the address is this machine's and that no other program listens there",
        "sprawdź, czy to adres tego komputera i czy nie nasłuchuje tam inny program",
    );
    InstrumentError::new(NAME, action, Bilingual::same(cause), remedy)
}

impl HttpHook {
    /// Begins to listen.
    pub fn listen(own: SocketAddr, clock: Arc<dyn Clock>) -> Result<HttpHook> {
        let refused = |error: io::Error| failed(&format!("listen at {own}"), error);
        let listener = TcpListener::bind(own).map_err(refused)?;
        listener.set_nonblocking(true).map_err(refused)?;
        let own = listener.local_addr().unwrap_or(own);
        let serving = Serving { listener, clock, streams: BTreeMap::new(), number: 0 };
        let listening = Listening::start("http-hook", Hook::default(), move |common| serving.serve(common));
        Ok(HttpHook { own, sent: None, listening: listening.map_err(|error| failed("start a thread", error))? })
    }
}

impl Instrument for HttpHook {
    fn identify(&mut self) -> Result<Identity> {
        Ok(Identity { model: "camera system over HTTP".to_owned(), unit: self.own.to_string() })
    }
    fn make_safe(&mut self) -> Result<()> {
        self.treat(Treatment::Taking)
    }
}

impl AsksItself for HttpHook {
    fn ask_itself(&mut self, number: u16) -> Result<bool> {
        // The kernel takes it for whoever listens on this machine, at once or not at all.
        let sent = TcpStream::connect_timeout(&at_ourselves(self.own), CONNECTS_WITHIN).and_then(|mut stream| {
            stream.set_nonblocking(true)?;
            stream.write_all(&cameras::own_event(number))?;
            Ok(stream)
        });
        // One that did not get through does not arrive, and is missed.
        self.sent = sent.ok();
        Ok(true)
    }
}

impl CameraSystem for HttpHook {
    fn treat(&mut self, how: Treatment) -> Result<()> {
        self.listening.lock().treat(how);
        Ok(())
    }
    fn events(&mut self) -> Result<Vec<Stamped<CameraEvent>>> {
        self.listening.heard().map(|mut hook| hook.take_events()).map_err(|fault| failed("receive", fault))
    }
}

/// The thread's own.
struct Serving {
    listener: TcpListener,
    clock: Arc<dyn Clock>,
    streams: BTreeMap<u64, TcpStream>,
    /// Of the last connection.
    number: u64,
}

impl Serving {
    fn serve(mut self, hook: &Common<Hook>) -> io::Result<()> {
        while hook.goes_on() {
            let numbers: Vec<u64> = self.streams.keys().copied().collect();
            let sockets = self.streams.values().map(|stream| stream.as_fd());
            let ready = Watch::over(std::iter::once(self.listener.as_fd()).chain(sockets))?.readable(LOOK)?;
            for place in ready {
                match place.checked_sub(1).and_then(|place| numbers.get(place)) {
                    None => self.accept(hook)?,
                    Some(number) => self.read(hook, *number),
                }
            }
            let now = self.clock.now();
            let outgoing = hook.lock().take_outgoing(now);
            outgoing.into_iter().for_each(|out| self.send(hook, &out));
        }
        Ok(())
    }

    fn accept(&mut self, hook: &Common<Hook>) -> io::Result<()> {
        let (stream, from) = match self.listener.accept() {
            Err(error) if is_of_the_peer(&error) => return Ok(()),
            outcome => outcome?,
        };
        // One that cannot be set up is as good as gone.
        if stream.set_nonblocking(true).and_then(|()| stream.set_nodelay(true)).is_err() {
            return Ok(());
        }
        self.number += 1;
        self.streams.insert(self.number, stream);
        hook.lock().opened(self.number, from.to_string());
        Ok(())
    }

    fn read(&mut self, hook: &Common<Hook>, number: u64) {
        let Some(mut stream) = self.streams.get(&number) else { return };
        let mut chunk = [0; CHUNK];
        match stream.read(&mut chunk) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Ok(0) | Err(_) => self.forget(hook, number),
            Ok(length) => {
                let at = Stamped { at: self.clock.now(), within: STAMP_UNCERTAINTY, value: () };
                hook.lock().received(at, number, chunk.get(..length).unwrap_or_default());
            }
        }
    }

    /// An answer is so short that whoever listens takes it at once; who does not is given up.
    fn send(&mut self, hook: &Common<Hook>, out: &Outgoing) {
        let Some(mut stream) = self.streams.get(&out.connection) else { return };
        let sent = stream.write_all(&out.bytes);
        if out.closes || sent.is_err() {
            self.forget(hook, out.connection);
        }
    }

    fn forget(&mut self, hook: &Common<Hook>, number: u64) {
        self.streams.remove(&number);
        hook.lock().closed(number);
    }
}

/// Somebody was gone before he was let in.
fn is_of_the_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::Interrupted | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::RealClock;

    /// What is answered to an event within this time; empty: nothing.
    fn post(own: SocketAddr, body: &str, patience: Duration) -> String {
        let mut stream = TcpStream::connect(own).expect("it listens");
        let head = format!("POST /events HTTP/1.1\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        stream.set_read_timeout(Some(patience)).expect("set");
        stream.write_all(head.as_bytes()).expect("sent");
        stream.write_all(body.as_bytes()).expect("sent");
        let mut answer = String::new();
        // One that does not answer lets the patience run out.
        let _ = stream.read_to_string(&mut answer);
        answer.lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn events_come_with_their_moments_and_are_treated_as_told() {
        let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
        let mut hook = HttpHook::listen("127.0.0.1:0".parse().expect("an address"), Arc::clone(&clock)).expect("a port");
        let patience = Duration::from_secs(10);
        let before = clock.now();
        assert_eq!(post(hook.own, "SOS-0417", patience), "HTTP/1.1 204 No Content");
        let after = clock.now();
        hook.treat(Treatment::Refusing).expect("told");
        assert_eq!(post(hook.own, "SOS-0418", patience), "HTTP/1.1 503 Service Unavailable");
        hook.treat(Treatment::Silent).expect("told");
        assert_eq!(post(hook.own, "SOS-0419", Duration::from_millis(400)), "");
        hook.treat(Treatment::Slow(Duration::from_millis(500))).expect("told");
        let asked = clock.now();
        assert_eq!(post(hook.own, "SOS-0420", patience), "HTTP/1.1 204 No Content");
        assert!(clock.now().since(asked) >= Duration::from_millis(500));
        let events = hook.events().expect("it hears");
        let told: Vec<_> = events.iter().map(|event| (&*event.value.text, event.value.taken)).collect();
        assert_eq!(told, [("SOS-0417", true), ("SOS-0418", false), ("SOS-0419", false), ("SOS-0420", false)]);
        let first = events.first().expect("an event");
        assert!(before <= first.at && first.at <= after && first.within == STAMP_UNCERTAINTY);
        assert!(first.value.from.starts_with("127.0.0.1:"));
    }
}
