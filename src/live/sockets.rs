//! The voice module's two ports on a real network: SIP and RTP over UDP, each datagram stamped on its reception.
//!
//! Knows nothing of what the datagrams carry.

use super::{Input, srv};
use crate::clock::{Clock, Stamped};
use crate::instrument::{InstrumentError, Result};
use crate::twin::Datagram;
use crate::unit::{Bilingual, both, is_emergency};
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
/// A name server of one's own network answers within this. Engineering judgement.
const NAMES_WITHIN: Duration = Duration::from_millis(700);
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
    never_emergency(address)?;
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
    if host.is_empty() {
        return Err(wrong(("there is no host after the @", "w adresie brak hosta po znaku @")));
    }
    let server = look_up(host, family).map_err(|e| failed(format!("look {host} up"), Bilingual::same(e)))?;
    let server = server.ok_or_else(|| {
        failed(format!("look {host} up"), ("the name has no address", "nazwie serwera nie odpowiada żaden adres"))
    })?;
    Ok(Called { user: user.to_owned(), server })
}

/// However it is written.
///
/// # Errors
/// It leads to those who come to save lives.
pub fn never_emergency(address: &str) -> Result<()> {
    if !is_emergency(address) {
        return Ok(());
    }
    let cause = (
        "this is an emergency number, and a virtual post never calls one",
        "to numer alarmowy, a punkt wirtualny nigdy na taki nie dzwoni",
    );
    Err(failed(format!("call {address}"), cause))
}

fn look_up(host: &str, family: Option<IpAddr>) -> std::io::Result<Option<SocketAddr>> {
    // Colons within brackets belong to an IPv6 address.
    let has_port = host.rsplit(']').next().is_some_and(|tail| tail.contains(':'));
    let is_name = !has_port && !host.starts_with('[') && host.parse::<IpAddr>().is_err();
    let places = if is_name { srv::name_server().map(|server| served_at(host, server)).unwrap_or_default() } else { Vec::new() };
    let named = places.iter().find_map(|(name, port)| (name.as_str(), *port).to_socket_addrs().ok());
    let found: Vec<SocketAddr> = match named {
        Some(found) => found.collect(),
        None if has_port => host.to_socket_addrs()?.collect(),
        None => format!("{host}:{SIP_PORT}").to_socket_addrs()?.collect(),
    };
    let alike = found.iter().find(|a| family.is_none_or(|own| own.is_ipv4() == a.is_ipv4()));
    Ok(alike.or(found.first()).copied())
}

/// Where SIP over UDP is served for a domain that names no port, best first (RFC 3263, 4.2). A name server that says
/// nothing is asked twice; then the domain is taken for a host.
fn served_at(domain: &str, name_server: SocketAddr) -> Vec<(String, u16)> {
    let ask = || {
        let any: IpAddr = if name_server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
        let socket = UdpSocket::bind((any, 0))?;
        socket.connect(name_server)?;
        socket.set_read_timeout(Some(NAMES_WITHIN))?;
        // The port it is asked from is the system's draw: nobody else knows where to answer.
        let number = socket.local_addr()?.port();
        socket.send(&srv::question(number, domain))?;
        let mut buffer = [0; 4096];
        let length = socket.recv(&mut buffer)?;
        Ok::<_, std::io::Error>(srv::places(number, buffer.get(..length).unwrap_or_default()))
    };
    ask().or_else(|_| ask()).unwrap_or_default()
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
        for number in ["112", "997", "1-1-2", "+48112", "0112", "00112", "%31%31%32", "112;phone-context=+48"] {
            let error = resolve(&format!("sip:{number}@127.0.0.1"), None).expect_err("refused");
            assert!(error.cause.en.contains("emergency number"), "{number}: {error}");
        }
        for address in ["tel:112", "urn:service:sos", "sips:112@127.0.0.1"] {
            let error = resolve(address, None).expect_err("refused");
            assert!(error.cause.en.contains("emergency number"), "{address}: {error}");
        }
    }

    #[test]
    fn a_domain_is_asked_where_its_servers_are() {
        let names = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let at = names.local_addr().expect("bound");
        let answers = std::thread::spawn(move || {
            let mut buffer = [0; 512];
            let (length, from) = names.recv_from(&mut buffer).expect("a question");
            let mut answer = buffer[..length].to_vec();
            (answer[2], answer[3], answer[7]) = (0x81, 0x80, 2);
            for (priority, port, name) in [(20u16, 5070u16, b"\x06backup\x04city\0"), (10, 5080, b"\x06server\x04city\0")] {
                answer.extend([0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 6 + name.len() as u8]);
                answer.extend([priority.to_be_bytes(), [0, 0], port.to_be_bytes()].concat());
                answer.extend(name);
            }
            names.send_to(&answer, from).expect("answered");
        });
        assert_eq!(served_at("straz.city", at), [("server.city".to_owned(), 5080), ("backup.city".to_owned(), 5070)]);
        answers.join().expect("in order");
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
