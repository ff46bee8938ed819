//! The supervision's end as a syslog receiver over UDP (RFC 5426): a thread of its own, messages stamped by the kernel.
//!
//! Must not know what a message means.

use super::datagrams::{self, Watch, moment_of};
use super::listening::{Common, Listening};
use crate::clock::{Clock, Stamped};
use crate::instrument::supervision::{Notice, Supervision};
use crate::instrument::{AsksItself, Identity, Instrument, InstrumentError, Result};
use crate::services::syslog;
use crate::unit::Bilingual;
use std::collections::VecDeque;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsFd as _;
use std::sync::Arc;
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
    /// From where the bench sends messages of its own.
    sender: Option<UdpSocket>,
    listening: Listening<Notices>,
}

type Notices = VecDeque<Stamped<Notice>>;

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
        let listening = Listening::start("syslog", Notices::new(), move |common| listen(&socket, &*clock, common));
        Ok(SyslogReceiver { own, sender: None, listening: listening.map_err(|error| failed("start a thread", error))? })
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

impl AsksItself for SyslogReceiver {
    fn ask_itself(&mut self, number: u16) -> Result<bool> {
        let refused = |error: std::io::Error| failed("send a message to itself", error);
        let sender = match self.sender.take() {
            Some(sender) => sender,
            None => datagrams::to_ourselves(self.own).map_err(refused)?,
        };
        let sent = sender.send(&syslog::own_message(number));
        self.sender = Some(sender);
        match sent {
            Err(error) if datagrams::is_of_the_network(&error) => Ok(true),
            outcome => outcome.map(|_| true).map_err(refused),
        }
    }
}

impl Supervision for SyslogReceiver {
    fn notices(&mut self) -> Result<Vec<Stamped<Notice>>> {
        let heard = self.listening.heard().map_err(|fault| failed("receive", fault));
        heard.map(|mut notices| notices.drain(..).collect())
    }
}

/// The thread's work.
fn listen(socket: &UdpSocket, clock: &dyn Clock, heard: &Common<Notices>) -> std::io::Result<()> {
    let watch = Watch::over([socket.as_fd()].into_iter())?;
    let mut buffer = [0; LONGEST];
    while heard.goes_on() {
        if watch.readable(LOOK)?.is_empty() {
            continue;
        }
        let Some(arrival) = datagrams::receive_if_any(socket, &mut buffer)? else { continue };
        let (at, within) = moment_of(clock, arrival.stamp);
        let Some(notice) = buffer.get(..arrival.length).and_then(syslog::read) else { continue };
        let mut notices = heard.lock();
        if notices.len() >= KEPT {
            notices.pop_front();
        }
        notices.push_back(Stamped { at, within, value: notice });
    }
    Ok(())
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
