//! Datagram sockets that tell more than the standard library's: when the kernel received a datagram, at which of our
//! addresses, and under which traffic class; and such as speak ICMP.
//!
//! The one place that calls the system directly. Must not know SIP or RTP.

#![expect(unsafe_code, reason = "neither the standard library nor rustix tells the ancillary data of a datagram")]

use crate::clock::{Clock, Instant, wall_clock};
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::net::{AddressFamily, SocketFlags, SocketType, ipproto, socket_with, sockopt};
use std::io;
use std::mem::{size_of, zeroed};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd as _, BorrowedFd, OwnedFd};
use std::time::Duration;

/// Expedited forwarding, the class of voice (RFC 3246): what the operator's media is sent under. The upper six bits of
/// the traffic class.
const VOICE: libc::c_int = 46 << 2;

/// A datagram without a kernel stamp, or a message of a connection, is stamped on return from the system call: so much
/// later than its arrival at most (95 %), on a machine that is not overloaded. Engineering judgement.
pub const STAMP_UNCERTAINTY: Duration = Duration::from_micros(500);
/// A kernel stamp older than this, or from the future, is that of a clock that was set meanwhile. A bench may be held
/// up for seconds, and what waited for it still has its true moment.
const OLDEST_STAMP: Duration = Duration::from_secs(10);
/// The kernel stamps in its own receive path, so much after the wire at most, and sends as quickly. Engineering
/// judgement.
pub const KERNEL_LATENESS: Duration = Duration::from_micros(20);
/// Two clocks read within this are read side by side.
const SIDE_BY_SIDE: Duration = Duration::from_micros(5);
const MOST_READINGS: usize = 4;

/// One datagram's circumstances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    pub length: usize,
    pub from: SocketAddr,
    /// Which of our addresses it was sent to.
    pub to: Option<IpAddr>,
    /// Reception by the kernel, since 1970.
    pub stamp: Option<Duration>,
    /// Differentiated services code point (RFC 2474).
    pub dscp: Option<u8>,
}

fn set<T>(socket: &UdpSocket, level: libc::c_int, option: libc::c_int, value: T) -> io::Result<()> {
    let length = libc::socklen_t::try_from(size_of::<T>()).unwrap_or(libc::socklen_t::MAX);
    // SAFETY: the pointer is to a value of the length given, alive during the call, and the descriptor is open.
    let done = unsafe { libc::setsockopt(socket.as_raw_fd(), level, option, (&raw const value).cast(), length) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Binds without blocking, and asks for everything an [`Arrival`] tells. An IPv6 socket at `[::]` also serves IPv4.
pub fn bind(own: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(own)?;
    socket.set_nonblocking(true)?;
    set(&socket, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1 as libc::c_int)?;
    if own.is_ipv6() {
        set(&socket, libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO, 1 as libc::c_int)?;
        set(&socket, libc::IPPROTO_IPV6, libc::IPV6_RECVTCLASS, 1 as libc::c_int)?;
    }
    // An IPv6 socket that also serves IPv4 has both sets of options; a pure one refuses these.
    let four = set(&socket, libc::IPPROTO_IP, libc::IP_PKTINFO, 1 as libc::c_int)
        .and_then(|()| set(&socket, libc::IPPROTO_IP, libc::IP_RECVTOS, 1 as libc::c_int));
    if own.is_ipv4() {
        four?;
    }
    Ok(socket)
}

/// Two sockets of one port for who is spoken to by all: one hears what is sent to everybody, the other what is sent to
/// our address, and through it everybody on that address's network is reached.
pub fn bind_to_all(own: SocketAddr) -> io::Result<[UdpSocket; 2]> {
    let everywhere = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), own.port());
    let ours = bind_beside(own)?;
    ours.set_broadcast(true)?;
    let port = ours.local_addr()?.port();
    Ok([bind_beside(SocketAddr::new(everywhere.ip(), port))?, ours])
}

/// Binds without blocking to an IPv4 address whose port another socket of ours may have.
fn bind_beside(own: SocketAddr) -> io::Result<UdpSocket> {
    let socket = socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC, None)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    rustix::net::bind(&socket, &own)?;
    let socket = UdpSocket::from(socket);
    set(&socket, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1 as libc::c_int)?;
    Ok(socket)
}

/// Where this machine reaches a socket of its own.
pub fn at_ourselves(own: SocketAddr) -> SocketAddr {
    let loopback = if own.is_ipv4() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { IpAddr::V6(Ipv6Addr::LOCALHOST) };
    if own.ip().is_unspecified() { SocketAddr::new(loopback, own.port()) } else { own }
}

/// A socket that speaks to one of ours without blocking.
pub fn to_ourselves(own: SocketAddr) -> io::Result<UdpSocket> {
    let to = at_ourselves(own);
    let socket = bind(SocketAddr::new(to.ip(), 0))?;
    socket.connect(to)?;
    Ok(socket)
}

/// A socket for echo requests to one host, and whether what it receives begins with an IPv4 header. Many systems let
/// everybody have such sockets; where they do not, it takes the right to raw ones.
pub fn bind_icmp(host: IpAddr) -> io::Result<(UdpSocket, bool)> {
    let (family, protocol) =
        if host.is_ipv4() { (AddressFamily::INET, ipproto::ICMP) } else { (AddressFamily::INET6, ipproto::ICMPV6) };
    let open = |kind| socket_with(family, kind, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC, Some(protocol));
    let (socket, is_raw) = match open(SocketType::DGRAM) {
        Ok(socket) => (socket, false),
        Err(refused) => (open(SocketType::RAW).map_err(|_| refused)?, true),
    };
    let socket = UdpSocket::from(socket);
    socket.connect(SocketAddr::new(host, 0))?;
    set(&socket, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1 as libc::c_int)?;
    Ok((socket, is_raw && host.is_ipv4()))
}

/// The kernel's stamp on the bench's clock, and how far to trust that (k = 2): both clocks are read side by side, and
/// the stamp's age is taken off.
pub fn moment_of(clock: &dyn Clock, stamp: Option<Duration>) -> (Instant, Duration) {
    // Whoever is interrupted between two readings reads again.
    let read = || {
        let (before, wall, after) = (clock.now(), wall_clock(), clock.now());
        (after.since(before), before, wall)
    };
    let mut narrowest = read();
    for _ in 1..MOST_READINGS {
        if narrowest.0 < SIDE_BY_SIDE {
            break;
        }
        narrowest = narrowest.min(read());
    }
    let (width, before, wall) = narrowest;
    let age = stamp.and_then(|stamp| wall.checked_sub(stamp)).filter(|age| *age < OLDEST_STAMP);
    let within = if age.is_some() { width / 2 + KERNEL_LATENESS } else { STAMP_UNCERTAINTY };
    (age.map_or(before, |age| before + width / 2 - age), within)
}

/// Marks what the socket sends as voice.
pub fn mark_as_voice(socket: &UdpSocket, own: SocketAddr) -> io::Result<()> {
    if own.is_ipv6() {
        set(socket, libc::IPPROTO_IPV6, libc::IPV6_TCLASS, VOICE)
    } else {
        set(socket, libc::IPPROTO_IP, libc::IP_TOS, VOICE)
    }
}

/// Many descriptors watched at once: what a look costs does not grow with their number, as it would with `poll`.
pub struct Watch {
    queue: OwnedFd,
    count: usize,
}

impl Watch {
    pub fn over<'d>(descriptors: impl Iterator<Item = BorrowedFd<'d>>) -> io::Result<Watch> {
        let mut watch = Watch { queue: epoll::create(epoll::CreateFlags::CLOEXEC)?, count: 0 };
        for descriptor in descriptors {
            epoll::add(&watch.queue, descriptor, epoll::EventData::new_u64(watch.count as u64), epoll::EventFlags::IN)?;
            watch.count += 1;
        }
        Ok(watch)
    }

    /// Which can be read without waiting, by their place in the order given; waits up to `time` for the first.
    pub fn readable(&self, time: Duration) -> io::Result<Vec<usize>> {
        let mut events = Vec::with_capacity(self.count.max(1));
        let time = Timespec::try_from(time).map_err(io::Error::other)?;
        epoll::wait(&self.queue, spare_capacity(&mut events), Some(&time))?;
        let mut places: Vec<usize> = events.iter().filter_map(|event| usize::try_from(event.data.u64()).ok()).collect();
        places.sort_unstable();
        Ok(places)
    }
}

/// The next datagram; `WouldBlock` if there is none.
pub fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<Arrival> {
    // SAFETY: these are plain structures of numbers and null pointers, for which all zeros is a valid value.
    let (mut name, mut message): (libc::sockaddr_storage, libc::msghdr) = unsafe { (zeroed(), zeroed()) };
    let mut part = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
    // Whole words, so that the headers in it are aligned.
    let mut control = [0u64; 32];
    message.msg_name = (&raw mut name).cast();
    message.msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
    message.msg_iov = &raw mut part;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = size_of::<[u64; 32]>();
    // SAFETY: every pointer in `message` is to a live local or to `buffer`, with its true length.
    let received = unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut message, 0) };
    let length = usize::try_from(received).map_err(|_| io::Error::last_os_error())?;
    let from = address(&name).ok_or_else(|| io::Error::other("a datagram from no internet address"))?;
    let mut arrival = Arrival { length, from, to: None, stamp: None, dscp: None };
    // SAFETY: the kernel has filled in `message`, and `control` is still alive and unmoved.
    unsafe { note_all(&message, &mut arrival) };
    Ok(arrival)
}

/// # Safety
/// `message` must be as `recvmsg` left it, its control buffer alive.
unsafe fn note_all(message: &libc::msghdr, arrival: &mut Arrival) {
    // SAFETY: the caller's promise; each header found lies wholly in the control buffer, and each read is of the type
    // the kernel wrote there.
    unsafe {
        let mut header = libc::CMSG_FIRSTHDR(message);
        while let Some(found) = header.as_ref() {
            let data = libc::CMSG_DATA(header);
            match (found.cmsg_level, found.cmsg_type) {
                (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) => {
                    let time = data.cast::<libc::timespec>().read_unaligned();
                    arrival.stamp = since_1970(&time);
                }
                (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                    let info = data.cast::<libc::in_pktinfo>().read_unaligned();
                    arrival.to = Some(Ipv4Addr::from(u32::from_be(info.ipi_addr.s_addr)).into());
                }
                (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                    let info = data.cast::<libc::in6_pktinfo>().read_unaligned();
                    arrival.to.get_or_insert(IpAddr::from(Ipv6Addr::from(info.ipi6_addr.s6_addr)).to_canonical());
                }
                (libc::IPPROTO_IP, libc::IP_TOS) => arrival.dscp = Some(data.read() >> 2),
                (libc::IPPROTO_IPV6, libc::IPV6_TCLASS) => {
                    let class = data.cast::<libc::c_int>().read_unaligned();
                    arrival.dscp = u8::try_from(class).ok().map(|class| class >> 2);
                }
                _ => {}
            }
            header = libc::CMSG_NXTHDR(message, header);
        }
    }
}

fn since_1970(time: &libc::timespec) -> Option<Duration> {
    Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
}

/// An IPv4 address that came through an IPv6 socket is told as IPv4.
fn address(name: &libc::sockaddr_storage) -> Option<SocketAddr> {
    match libc::c_int::from(name.ss_family) {
        libc::AF_INET => {
            // SAFETY: the family says that the storage, which is large enough for any, holds this kind of address.
            let four = unsafe { (&raw const *name).cast::<libc::sockaddr_in>().read() };
            let ip = Ipv4Addr::from(u32::from_be(four.sin_addr.s_addr));
            Some(SocketAddr::new(ip.into(), u16::from_be(four.sin_port)))
        }
        libc::AF_INET6 => {
            // SAFETY: as above.
            let six = unsafe { (&raw const *name).cast::<libc::sockaddr_in6>().read() };
            let ip = IpAddr::from(Ipv6Addr::from(six.sin6_addr.s6_addr));
            Some(SocketAddr::new(ip.to_canonical(), u16::from_be(six.sin6_port)))
        }
        _ => None,
    }
}

/// Sends through a socket bound to `own`, which serves both families if it is of IPv6.
pub fn send(socket: &UdpSocket, own: SocketAddr, bytes: &[u8], to: SocketAddr) -> io::Result<usize> {
    let to = match (own, to) {
        (SocketAddr::V6(_), SocketAddr::V4(four)) => SocketAddr::new(four.ip().to_ipv6_mapped().into(), four.port()),
        _ => to,
    };
    socket.send_to(bytes, to)
}

/// Did a sending fail because of where it should go, or how long it is? A peer chooses both, in a Via or a session
/// description: no fault of the socket's.
pub fn is_of_the_datagram(error: &io::Error) -> bool {
    let chosen = [libc::EINVAL, libc::EACCES, libc::EMSGSIZE, libc::EAFNOSUPPORT, libc::EADDRNOTAVAIL];
    error.raw_os_error().is_some_and(|code| chosen.contains(&code))
}

/// What a cut fibre looks like, and a queue that is full: the protocols' timers deal with it.
pub fn is_of_the_network(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::NetworkUnreachable
            | std::io::ErrorKind::HostUnreachable
            | std::io::ErrorKind::ConnectionRefused
            | std::io::ErrorKind::WouldBlock
    )
}

/// The same where nothing, or less than a datagram, is no reason to end.
pub fn receive_if_any(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<Option<Arrival>> {
    match receive(socket, buffer) {
        Err(error) if is_of_the_network(&error) || error.kind() == io::ErrorKind::Interrupted => Ok(None),
        outcome => outcome.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::wall_clock;
    use std::os::fd::AsFd as _;

    fn check(own: &str, peer: &str) {
        let socket = bind(own.parse().expect("an address")).expect("a free port");
        let other = UdpSocket::bind(peer).expect("a free port");
        let marked = bind(peer.parse().expect("an address")).expect("a free port");
        mark_as_voice(&marked, marked.local_addr().expect("bound")).expect("a marked socket");
        let port = socket.local_addr().expect("bound").port();
        let target = SocketAddr::new(other.local_addr().expect("bound").ip(), port);
        let mut buffer = [0; 100];
        assert!(receive(&socket, &mut buffer).is_err_and(|e| e.kind() == io::ErrorKind::WouldBlock));
        for (sender, dscp) in [(&other, 0), (&marked, 46)] {
            let before = wall_clock();
            sender.send_to(b"hello", target).expect("sent");
            let watch = Watch::over([socket.as_fd()].into_iter()).expect("a queue");
            assert_eq!(watch.readable(Duration::from_secs(2)).expect("a look"), [0]);
            let got = receive(&socket, &mut buffer).expect("a datagram");
            assert_eq!((got.length, got.from), (5, sender.local_addr().expect("bound")), "{own}");
            assert_eq!((got.to, got.dscp), (Some(target.ip()), Some(dscp)), "{own}");
            let stamp = got.stamp.expect("a kernel stamp");
            assert!(before <= stamp && stamp <= wall_clock(), "{own}: {before:?} {stamp:?}");
            send(&socket, own.parse().expect("an address"), b"back", got.from).expect("sent back");
        }
    }

    #[test]
    fn a_datagram_comes_with_its_moment_its_class_and_both_addresses() {
        check("127.0.0.1:0", "127.0.0.1:0");
        check("0.0.0.0:0", "127.0.0.1:0");
        check("[::1]:0", "[::1]:0");
        check("[::]:0", "[::1]:0");
        check("[::]:0", "127.0.0.1:0");
    }
}
