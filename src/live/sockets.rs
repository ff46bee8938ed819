//! The voice module's two ports on a real network: SIP and RTP over UDP, each datagram stamped on its reception.
//!
//! Knows nothing of what the datagrams carry.

use super::Input;
use crate::clock::{Clock, Stamped};
use crate::instrument::{InstrumentError, Result};
use crate::twin::Datagram;
use crate::unit::{Bilingual, both};
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

/// How often a listening thread looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(100);
/// The largest UDP payload.
const LARGEST: usize = 65_535;
/// RTP goes over an even port (RFC 3550, 11): so many free ports are tried.
const TRIES: usize = 32;
const SIP_PORT: u16 = 5060;
/// Emergency numbers of Europe and Poland (112; 984 to 999), and the commonest elsewhere. A bench never calls those who
/// come to save lives: a false alarm is an offence, and somebody else waits meanwhile.
const NEVER_CALLED: [&str; 19] = [
    "112", "911", "000", "984", "985", "986", "987", "988", "989", "991", "992", "993", "994", "995", "996", "997", "998", "999",
    "110",
];

fn failed(action: impl Into<String>, cause: impl Into<Bilingual>) -> InstrumentError {
    InstrumentError::new(
        "voice module's network",
        action,
        cause,
        (
            "Name an address of this machine and a free port with --bind, and check the server's name.",
            "Podaj w --bind adres tego komputera i wolny port oraz sprawdź nazwę serwera.",
        ),
    )
}

/// Whom the post calls: `sip:operator@host:port`, the host resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    pub user: String,
    pub server: SocketAddr,
}

/// Reads a SIP address and looks its host up, with addresses of `family`'s kind first.
pub fn resolve(address: &str, family: Option<IpAddr>) -> Result<Called> {
    let wrong = |(en, pl): (&str, &str)| {
        let example = "sip:operator@192.168.10.2:5060";
        failed(format!("call {address}"), both!("{en}: write it like {example}", "{pl}; zapisz go tak: {example}"))
    };
    let rest = address
        .strip_prefix("sip:")
        .ok_or_else(|| wrong(("the address does not begin with sip:", "adres nie zaczyna się od sip:")))?;
    let (user, host) = rest
        .split_once('@')
        .ok_or_else(|| wrong(("there is no user before an @", "w adresie brak nazwy użytkownika przed znakiem @")))?;
    if user.is_empty() || user.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"@:;?".contains(c)) {
        return Err(wrong((
            "the user is empty or has signs that need quoting",
            "nazwa użytkownika jest pusta albo zawiera niedozwolone znaki",
        )));
    }
    let digits: String = user.chars().filter(char::is_ascii_digit).collect();
    if NEVER_CALLED.contains(&digits.as_str()) && !user.chars().any(char::is_alphabetic) {
        return Err(failed(
            format!("call {address}"),
            (
                "this is an emergency number, and a virtual post never calls one",
                "to numer alarmowy, a punkt wirtualny nigdy na taki nie dzwoni",
            ),
        ));
    }
    if host.is_empty() {
        return Err(wrong(("there is no host after the @", "w adresie brak hosta po znaku @")));
    }
    let server = look_up(host, family).map_err(|e| failed(format!("look {host} up"), Bilingual::same(e)))?;
    let server = server.ok_or_else(|| {
        failed(format!("look {host} up"), ("the name has no address", "nazwie serwera nie odpowiada żaden adres"))
    })?;
    Ok(Called { user: user.to_owned(), server })
}

fn look_up(host: &str, family: Option<IpAddr>) -> std::io::Result<Option<SocketAddr>> {
    // Colons within brackets belong to an IPv6 address.
    let has_port = host.rsplit(']').next().is_some_and(|tail| tail.contains(':'));
    let with_port = if has_port { host.to_owned() } else { format!("{host}:{SIP_PORT}") };
    let found: Vec<SocketAddr> = with_port.to_socket_addrs()?.collect();
    let alike = found.iter().find(|a| family.is_none_or(|own| own.is_ipv4() == a.is_ipv4()));
    Ok(alike.or(found.first()).copied())
}

/// The two sockets, and the address that the module gives as its own.
pub struct Sockets {
    sip: UdpSocket,
    rtp: UdpSocket,
    address: IpAddr,
}

impl Sockets {
    /// Binds both ports. Without an address of one's own: the one from which this machine reaches `server`, and any
    /// free port.
    pub fn bind(own: Option<SocketAddr>, server: SocketAddr) -> Result<Sockets> {
        let any: IpAddr = if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
        let own = match own {
            Some(own) => own,
            None => SocketAddr::new(towards(any, server)?, 0),
        };
        let sip = UdpSocket::bind(own).map_err(|e| failed(format!("listen on {own}"), Bilingual::same(e)))?;
        let rtp = even(own.ip())?;
        for socket in [&sip, &rtp] {
            socket.set_read_timeout(Some(LOOK)).map_err(|e| failed("set up a socket", Bilingual::same(e)))?;
        }
        let address = if own.ip().is_unspecified() { towards(any, server)? } else { own.ip() };
        Ok(Sockets { sip, rtp, address })
    }

    pub fn address(&self) -> IpAddr {
        self.address
    }
    /// The ports of SIP and RTP.
    pub fn ports(&self) -> Result<(u16, u16)> {
        let port = |socket: &UdpSocket| {
            socket.local_addr().map(|own| own.port()).map_err(|e| failed("ask for a port", Bilingual::same(e)))
        };
        Ok((port(&self.sip)?, port(&self.rtp)?))
    }

    /// Starts a thread on each socket that tells what arrives.
    pub fn listen(&self, clock: &Arc<dyn Clock>, tell: &Sender<Input>, closing: &Arc<AtomicBool>) -> Result<()> {
        let (sip, rtp) = self.ports()?;
        for (socket, port) in [(&self.sip, sip), (&self.rtp, rtp)] {
            let socket = socket.try_clone().map_err(|e| failed("set up a socket", Bilingual::same(e)))?;
            let own = SocketAddr::new(self.address, port);
            let (clock, tell, closing) = (Arc::clone(clock), tell.clone(), Arc::clone(closing));
            let work = move || hear(&socket, own, &*clock, &tell, &closing);
            let thread = std::thread::Builder::new().name(format!("ear {own}"));
            thread.spawn(work).map_err(|e| failed("start a thread", Bilingual::same(e)))?;
        }
        Ok(())
    }

    /// Sends what came out of the twin's line. What no network takes is lost, as on any line; what the system forbids
    /// is told.
    pub fn send(&self, datagram: &Datagram) -> std::result::Result<(), String> {
        let from_rtp = self.rtp.local_addr().is_ok_and(|own| own.port() == datagram.from.port());
        let socket = if from_rtp { &self.rtp } else { &self.sip };
        match socket.send_to(&datagram.bytes, datagram.to) {
            Err(e) if !is_loss(e.kind()) => Err(format!("cannot send to {}: {e}", datagram.to)),
            _ => Ok(()),
        }
    }
}

fn is_loss(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::ConnectionRefused | ErrorKind::WouldBlock
    )
}

/// The address of this machine from which packets to `server` leave.
fn towards(any: IpAddr, server: SocketAddr) -> Result<IpAddr> {
    let ask = || {
        let socket = UdpSocket::bind((any, 0))?;
        socket.connect(server)?;
        socket.local_addr()
    };
    ask().map(|own| own.ip()).map_err(|e| failed(format!("find the way to {server}"), Bilingual::same(e)))
}

fn even(address: IpAddr) -> Result<UdpSocket> {
    // Odd ones are kept until an even one is found, so that the system gives another each time.
    let mut odd = Vec::new();
    for _ in 0..TRIES {
        let socket = UdpSocket::bind((address, 0)).map_err(|e| failed(format!("listen on {address}"), Bilingual::same(e)))?;
        match socket.local_addr() {
            Ok(own) if own.port() % 2 == 0 => return Ok(socket),
            _ => odd.push(socket),
        }
    }
    Err(failed(format!("listen on {address}"), ("no even port is free", "nie ma wolnego portu o numerze parzystym")))
}

fn hear(socket: &UdpSocket, own: SocketAddr, clock: &dyn Clock, tell: &Sender<Input>, closing: &AtomicBool) {
    let mut buffer = vec![0; LARGEST];
    while !closing.load(Ordering::Relaxed) {
        let received = socket.recv_from(&mut buffer);
        let at = clock.now();
        let heard = match received {
            Ok((length, from)) => {
                let bytes = buffer.get(..length).unwrap_or_default().to_vec();
                Input::Datagram(Stamped::new(at, Datagram { from, to: own, bytes }))
            }
            Err(e) if matches!(e.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted) || is_loss(e.kind()) => continue,
            Err(e) => Input::Failed(format!("{own} went deaf: {e}")),
        };
        let over = matches!(heard, Input::Failed(_));
        if tell.send(heard).is_err() || over {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, expected: Option<(&str, &str)>) {
        let found = resolve(address, None).ok().map(|c| (c.user, c.server.to_string()));
        assert_eq!(found, expected.map(|(user, server)| (user.to_owned(), server.to_owned())), "{address}");
    }

    #[test]
    fn whom_to_call_is_read_with_and_without_a_port() {
        check("sip:operator@127.0.0.1:5070", Some(("operator", "127.0.0.1:5070")));
        check("sip:operator@127.0.0.1", Some(("operator", "127.0.0.1:5060")));
        check("sip:100@[::1]:5070", Some(("100", "[::1]:5070")));
        check("sip:100@[::1]", Some(("100", "[::1]:5060")));
        for wrong in ["operator@127.0.0.1", "sip:127.0.0.1", "sip:@127.0.0.1", "sip:a b@127.0.0.1", "sip:a@127.0.0.1:x", "sip:a@"]
        {
            check(wrong, None);
        }
    }

    #[test]
    fn nobody_who_saves_lives_is_ever_called() {
        for number in ["112", "997", "998", "999", "911", "1-1-2", "+112"] {
            let error = resolve(&format!("sip:{number}@127.0.0.1"), None).expect_err("refused");
            assert!(error.cause.en.contains("emergency number"), "{number}: {error}");
        }
    }

    #[test]
    fn a_name_is_looked_up_in_the_family_of_the_own_address() {
        let own = Some(IpAddr::from([127, 0, 0, 1]));
        let called = resolve("sip:operator@localhost:5070", own).expect("a name that every machine has");
        assert!(called.server.is_ipv4() && called.server.port() == 5070);
    }

    #[test]
    fn media_gets_an_even_port_and_the_address_is_the_one_that_reaches_the_server() {
        let server = SocketAddr::from(([127, 0, 0, 1], 5060));
        for own in [None, Some(SocketAddr::from(([0, 0, 0, 0], 0))), Some(SocketAddr::from(([127, 0, 0, 1], 0)))] {
            let sockets = Sockets::bind(own, server).expect("free ports");
            let (sip, rtp) = sockets.ports().expect("bound");
            assert!(rtp % 2 == 0 && sip != rtp && sip != 0);
            assert_eq!(sockets.address(), IpAddr::from([127, 0, 0, 1]));
        }
    }

    #[test]
    fn a_taken_port_is_told_with_its_address() {
        let taken = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let own = taken.local_addr().expect("bound");
        let error = Sockets::bind(Some(own), own).err().expect("taken");
        assert!(error.action.contains(&own.to_string()) && error.remedy.en.contains("--bind"), "{error}");
    }
}
