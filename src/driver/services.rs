//! The services round a post over UDP: a thread of its own between sockets and machine, datagrams stamped by the
//! kernel.
//!
//! Must not know which service it serves, but for the sockets that one at everybody's ear needs.

use super::datagrams::{self, Watch, moment_of};
use super::listening::{Common, Listening};
use crate::clock::{Clock, Instant, Stamped};
use crate::instrument::services::{NetworkService, OwnAnswer};
use crate::instrument::{AsksItself, Identity, Instrument, InstrumentError, Result};
use crate::services::dhcp::{self, AddressServer};
use crate::services::{Reply, Service};
use crate::unit::Bilingual;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::time::Duration;

/// How often the thread looks whether it is to end.
const LOOK: Duration = Duration::from_millis(200);
/// Longer questions are cut off: what none of the services understands.
const LONGEST: usize = 2048;

/// Dropping it ends the service.
pub struct Serving<S> {
    name: &'static str,
    own: SocketAddr,
    clock: Arc<dyn Clock>,
    listening: Listening<S>,
    /// Where the bench itself asks from: the last one asks, all hear answers.
    asking: Vec<UdpSocket>,
}

fn failed(name: &str, action: &str, cause: impl std::fmt::Display) -> InstrumentError {
    let remedy = (
        "check that the address is this machine's and that no other program (dnsmasq, systemd-resolved, chronyd) serves there; a port below 1024 needs the right to it (CAP_NET_BIND_SERVICE)",
        "sprawdź, czy to adres tego komputera i czy nie działa tam inny program (dnsmasq, systemd-resolved, chronyd); port poniżej 1024 wymaga uprawnienia (CAP_NET_BIND_SERVICE)",
    );
    InstrumentError::new(name, action, Bilingual::same(cause.to_string()), remedy)
}

impl<S: Service> Serving<S> {
    /// Begins to serve at an address.
    ///
    /// # Errors
    /// The address cannot be listened at.
    pub fn listen(name: &'static str, own: SocketAddr, service: S, clock: Arc<dyn Clock>) -> Result<Self> {
        let socket = datagrams::bind(own).map_err(|error| failed(name, &format!("listen at {own}"), error))?;
        Serving::over(name, own, vec![socket], service, clock)
    }

    /// The answers leave through the last of the sockets.
    fn over(name: &'static str, own: SocketAddr, sockets: Vec<UdpSocket>, service: S, clock: Arc<dyn Clock>) -> Result<Self> {
        let own = sockets.last().and_then(|socket| socket.local_addr().ok()).unwrap_or(own);
        let answering = Answering { sockets, clock: Arc::clone(&clock), pending: Vec::new() };
        let listening = Listening::start(name, service, move |common| answering.serve(common));
        let listening = listening.map_err(|error| failed(name, "start a thread", error))?;
        Ok(Serving { name, own, clock, listening, asking: Vec::new() })
    }

    /// Where the bench asks it as whoever else does; nowhere, where what is sent to everybody does not get about.
    fn begin_asking(&self) -> std::io::Result<Vec<UdpSocket>> {
        if !S::IS_FOR_ALL {
            let socket = datagrams::to_ourselves(self.own)?;
            self.listening.lock().is_asked_by_bench(socket.local_addr()?);
            return Ok(vec![socket]);
        }
        if self.own.port() != S::PORT || self.own.ip().is_loopback() || self.own.ip().is_unspecified() {
            return Ok(Vec::new());
        }
        // Another client of this machine may have the port.
        let sockets = datagrams::bind_to_all(SocketAddr::new(self.own.ip(), dhcp::CLIENT_PORT));
        Ok(sockets.map(Vec::from).unwrap_or_default())
    }

    /// Where it is asked.
    pub fn address(&self) -> SocketAddr {
        self.own
    }
}

impl Serving<AddressServer> {
    /// Who has no address yet speaks to everybody, and is spoken to so.
    ///
    /// # Errors
    /// The address cannot be listened at.
    pub fn listen_to_all(name: &'static str, own: SocketAddr, service: AddressServer, clock: Arc<dyn Clock>) -> Result<Self> {
        let sockets = datagrams::bind_to_all(own).map_err(|error| failed(name, &format!("listen at {own}"), error))?;
        Serving::over(name, own, Vec::from(sockets), service, clock)
    }
}

impl<S: Service> Instrument for Serving<S> {
    fn identify(&mut self) -> Result<Identity> {
        Ok(Identity { model: self.name.to_owned(), unit: self.own.to_string() })
    }
    fn make_safe(&mut self) -> Result<()> {
        self.behave(S::Conduct::default()).map(drop)
    }
}

impl<S: Service> AsksItself for Serving<S> {
    fn ask_itself(&mut self, number: u16) -> Result<bool> {
        let refused = |error: std::io::Error| failed(self.name, "be asked by the bench itself", error);
        if self.asking.is_empty() {
            self.asking = self.begin_asking().map_err(refused)?;
        }
        let Some(socket) = self.asking.last() else { return Ok(false) };
        let question = self.listening.lock().question(number);
        let sent = match S::IS_FOR_ALL {
            true => socket.send_to(&question, (Ipv4Addr::BROADCAST, S::PORT)),
            false => socket.send(&question),
        };
        match sent {
            Err(error) if datagrams::is_of_the_network(&error) => Ok(!S::IS_FOR_ALL),
            outcome => outcome.map(|_| true).map_err(refused),
        }
    }
}

impl<S: Service> NetworkService<S::Conduct, S::Seen> for Serving<S> {
    fn behave(&mut self, how: S::Conduct) -> Result<Instant> {
        self.listening.lock().behave(how);
        Ok(self.clock.now())
    }
    fn seen(&mut self) -> Result<Vec<Stamped<S::Seen>>> {
        let heard = self.listening.heard().map_err(|fault| failed(self.name, "serve", fault));
        heard.map(|mut service| service.take_seen())
    }
    fn own_answers(&mut self) -> Result<Vec<Stamped<OwnAnswer>>> {
        let mut buffer = [0; LONGEST];
        let mut answers = Vec::new();
        for socket in &self.asking {
            while let Some(arrival) = datagrams::receive_if_any(socket, &mut buffer).unwrap_or_default() {
                let (at, within) = moment_of(&*self.clock, arrival.stamp);
                let told = buffer.get(..arrival.length).and_then(|bytes| self.listening.lock().understand(bytes));
                answers.extend(told.map(|value| Stamped { at, within, value }));
            }
        }
        Ok(answers)
    }
}

/// The thread's own.
struct Answering {
    sockets: Vec<UdpSocket>,
    clock: Arc<dyn Clock>,
    /// Answers whose moment has not come.
    pending: Vec<Reply>,
}

impl Answering {
    fn serve<S: Service>(mut self, service: &Common<S>) -> std::io::Result<()> {
        let watch = Watch::over(self.sockets.iter().map(|socket| socket.as_fd()))?;
        let mut buffer = [0; LONGEST];
        while service.goes_on() {
            let now = self.clock.now();
            let due = self.pending.iter().map(|reply| reply.at.since(now)).min();
            for place in watch.readable(due.map_or(LOOK, |due| due.min(LOOK)))? {
                self.take_from(service, place, &mut buffer)?;
            }
            self.send_due()?;
        }
        Ok(())
    }

    fn take_from<S: Service>(&mut self, service: &Common<S>, place: usize, buffer: &mut [u8]) -> std::io::Result<()> {
        let Some(socket) = self.sockets.get(place) else { return Ok(()) };
        let Some(arrival) = datagrams::receive_if_any(socket, buffer)? else { return Ok(()) };
        let (at, _) = moment_of(&*self.clock, arrival.stamp);
        let Some(bytes) = buffer.get(..arrival.length) else { return Ok(()) };
        self.pending.extend(service.lock().datagram(at, arrival.from, bytes));
        Ok(())
    }

    fn send_due(&mut self) -> std::io::Result<()> {
        let now = self.clock.now();
        let (due, later): (Vec<Reply>, Vec<Reply>) = std::mem::take(&mut self.pending).into_iter().partition(|one| one.at <= now);
        self.pending = later;
        for reply in due {
            let Some(socket) = self.sockets.last() else { continue };
            match socket.send_to(&reply.bytes, reply.to) {
                Err(error) if datagrams::is_of_the_network(&error) => {}
                outcome => drop(outcome?),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::RealClock;
    use crate::instrument::services::{NameAsked, NameConduct, Told};
    use crate::services::dns::{NameServer, Zone};

    const QUESTION: &[u8] = b"\xAB\xCD\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x05straz\x07example\x00\x00\x01\x00\x01";

    #[test]
    fn a_question_over_the_network_is_answered_told_and_if_so_wished_late_or_not_at_all() {
        let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
        let at = |text: &str| text.parse().expect("an address");
        let zone = Zone { domain: "straz.example".into(), main: at("10.20.0.2:5060"), backup: None };
        let mut serving =
            Serving::listen("DNS server", at("127.0.0.1:0"), NameServer::new(zone), Arc::clone(&clock)).expect("a port");
        let asker = UdpSocket::bind("127.0.0.1:0").expect("a port");
        asker.set_read_timeout(Some(Duration::from_secs(10))).expect("set");
        let ask = |to: SocketAddr| {
            let before = clock.now();
            asker.send_to(QUESTION, to).expect("sent");
            let mut buffer = [0; 512];
            let length = asker.recv(&mut buffer).expect("an answer");
            (buffer[..length].to_vec(), clock.now().since(before))
        };
        let (answer, _) = ask(serving.address());
        assert_eq!((answer[3], answer[7]), (0, 1));
        assert!(answer.windows(4).any(|four| four == [10, 20, 0, 2]));
        let late = Duration::from_millis(150);
        serving.behave(NameConduct { late, ..NameConduct::default() }).expect("it obeys");
        assert!(ask(serving.address()).1 >= late);
        serving.make_safe().expect("it obeys");
        serving.behave(NameConduct { is_silent: true, ..NameConduct::default() }).expect("it obeys");
        asker.send_to(QUESTION, serving.address()).expect("sent");
        let until = clock.now() + Duration::from_secs(10);
        let mut seen: Vec<NameAsked> = Vec::new();
        while seen.len() < 3 && clock.now() < until {
            clock.wait(Duration::from_millis(5)).expect("nobody stops it");
            seen.extend(serving.seen().expect("it serves").into_iter().map(|one| one.value));
        }
        assert_eq!(seen.iter().map(|one| one.found).collect::<Vec<_>>(), [Some(1), Some(1), None]);
        // The bench's own question is answered as another's, and not told.
        serving.make_safe().expect("it obeys");
        assert!(serving.ask_itself(7).expect("there is a way"));
        let mut answers = Vec::new();
        while answers.is_empty() && clock.now() < until {
            clock.wait(Duration::from_millis(5)).expect("nobody stops it");
            answers = serving.own_answers().expect("it can be asked");
        }
        let answers: Vec<OwnAnswer> = answers.into_iter().map(|answer| answer.value).collect();
        assert_eq!(answers, [OwnAnswer { number: 7, told: Told::Places(vec![at("10.20.0.2:5060").ip()]) }]);
        assert_eq!(serving.seen().expect("it serves"), []);
    }
}
