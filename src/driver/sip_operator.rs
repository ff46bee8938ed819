//! The operator's desk on a real network: UDP with kernel receive stamps, TCP and TLS, and a thread that sends what is
//! due.
//!
//! Both threads ask for the scheduler's real-time class, because media must not wait for whatever else runs on the
//! bench's machine. The due thread waits on a condition variable against the bench's clock, with absolute deadlines: it
//! must be woken early by a datagram that changes what is due, and it must go on working while a stop request cuts
//! every other wait short, so that calls can still be hung up. Must not know SIP or RTP.

mod admission;
mod connections;
mod streams;
#[cfg(test)]
mod tests;
mod tls;

use super::priority;
use crate::clock::{Clock, Instant};
use crate::driver::datagrams::{self, KERNEL_LATENESS, STAMP_UNCERTAINTY};
use crate::instrument::{InstrumentError, Result};
use crate::operator::operator_port::{DeskAccess, OperatorPort};
use crate::operator::{Circumstances, Desk, DeskConfig, Outgoing};
use crate::unit::Bilingual;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use admission::Admission;
use connections::{Door, door};
pub use tls::{Tls, policy};

const NAME: &str = "operator";
/// How often a listening thread looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(100);
/// The due thread looks around at least this often.
const IDLE: Duration = Duration::from_secs(1);
/// Datagrams taken from one socket before the others have their turn.
const MOST_AT_ONCE: usize = 64;
/// The largest UDP payload.
const LARGEST: usize = 65_535;

/// The operator on a real network.
pub type SipOperator = OperatorPort<Listening>;

/// The network and the threads that serve it. Dropping it closes every socket.
pub struct Listening {
    network: Arc<Network>,
    threads: Vec<JoinHandle<()>>,
}

/// The desk and its sockets, shared by the threads.
struct Network {
    clock: Arc<dyn Clock>,
    sip: SocketAddr,
    state: Mutex<State>,
    changed: Condvar,
    stopping: AtomicBool,
    /// Worst lateness of a wake-up so far, in nanoseconds.
    latest: AtomicU64,
    /// Worst uncertainty of a receive stamp so far, in nanoseconds; 0: nothing has come yet.
    widest: AtomicU64,
}

struct State {
    desk: Desk,
    /// Until when the due thread sleeps.
    alarm: Instant,
    sockets: BTreeMap<SocketAddr, Arc<UdpSocket>>,
    connections: Admission,
    /// Why a socket went deaf or dumb, until told.
    fault: Option<String>,
}

/// What the listening thread watches.
struct Ears {
    sockets: Vec<(SocketAddr, Arc<UdpSocket>)>,
    doors: Vec<Door>,
}

fn failed(action: &str, cause: impl Into<Bilingual>) -> InstrumentError {
    InstrumentError::new(
        NAME,
        action,
        cause,
        (
            "Check that the address is this machine's and that no other program uses the ports.",
            "Sprawdź, czy to adres tego komputera i czy portów nie używa inny program.",
        ),
    )
}

/// Binds every port of the configuration, UDP and TCP for SIP at both servers, and begins to listen.
pub fn listen(clock: Arc<dyn Clock>, config: DeskConfig) -> Result<SipOperator> {
    listen_also(clock, config, None, None)
}

/// As [`listen`], for SIP over TLS as well, and beside a stranger at an address of his own.
pub fn listen_also(
    clock: Arc<dyn Clock>,
    config: DeskConfig,
    tls: Option<Tls>,
    stranger: Option<SocketAddr>,
) -> Result<SipOperator> {
    if !tls::has_chance() {
        return Err(failed("draw random numbers", ("the system gives none", "system nie dostarczył liczb losowych")));
    }
    let servers: Vec<SocketAddr> = std::iter::once(config.sip).chain(config.backup).collect();
    let media = config.media_ports.clone().map(|port| SocketAddr::new(config.sip.ip(), port));
    let mut sockets = BTreeMap::new();
    let strangers = stranger.into_iter().flat_map(crate::operator::addresses_of_stranger);
    for own in servers.iter().copied().chain(media).chain(strangers) {
        let socket = datagrams::bind(own).map_err(|e| failed(&format!("listen on {own}"), Bilingual::same(e)))?;
        if !servers.contains(&own) {
            datagrams::mark_as_voice(&socket, own).map_err(|e| failed("mark its media as voice", Bilingual::same(e)))?;
        }
        sockets.insert(own, Arc::new(socket));
    }
    let mut ears: Vec<_> = sockets.iter().map(|(own, socket)| (*own, Arc::clone(socket))).collect();
    // Signalling is read last: a packet that came before the BYE is heard before it.
    ears.sort_by_key(|(own, _)| servers.contains(own));
    let mut doors = servers.iter().map(|own| door(*own, None)).collect::<Result<Vec<Door>>>()?;
    if let Some(tls) = tls {
        doors.push(door(tls.at, Some(tls))?);
    }
    let sip = config.sip;
    let desk = Desk::new(config).drawing_from(tls::chance).beside_stranger(stranger);
    let state = State { desk, alarm: Instant::ZERO, sockets, connections: Admission::default(), fault: None };
    let network = Arc::new(Network {
        clock,
        sip,
        state: Mutex::new(state),
        changed: Condvar::new(),
        stopping: AtomicBool::new(false),
        latest: AtomicU64::new(0),
        widest: AtomicU64::new(0),
    });
    let mut listening = Listening { network: Arc::clone(&network), threads: Vec::new() };
    let (ear, ears) = (Arc::clone(&network), Ears { sockets: ears, doors });
    listening.spawn("operator ear", move || ear.listen(&ears))?;
    listening.spawn("operator due", move || network.send_due())?;
    Ok(OperatorPort::at(listening))
}

impl Listening {
    fn spawn(&mut self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
        self.threads.push(thread.map_err(|e| failed("start a thread", Bilingual::same(e)))?);
        Ok(())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.network.stopping.store(true, Ordering::Relaxed);
        self.network.changed.notify_all();
        for thread in self.threads.drain(..) {
            // A thread that panicked has told so itself.
            let _ = thread.join();
        }
    }
}

impl Network {
    /// A poisoned lock means that another thread panicked in the desk; the desk itself is still consistent enough to
    /// hang up.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Sends what came of a visit to the desk; wakes the due thread only if something is due before it wakes by itself.
    fn leave(&self, mut state: MutexGuard<'_, State>) {
        self.flush(&mut state);
        let earlier = state.desk.next_wake().is_some_and(|due| due < state.alarm);
        drop(state);
        if earlier {
            self.changed.notify_all();
        }
    }
    fn flush(&self, state: &mut State) {
        state.flush();
        // As long after the system call as a reception is before its own, at most.
        state.desk.outgoing_left(self.clock.now() + KERNEL_LATENESS);
    }
    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    fn listen(self: &Arc<Self>, ears: &Ears) {
        priority::ask();
        let mut buffer = vec![0; LARGEST];
        let sockets = ears.sockets.iter().map(|(_, socket)| socket.as_fd());
        let doors = ears.doors.iter().map(|door| door.listener.as_fd());
        let watch = datagrams::Watch::over(sockets.chain(doors));
        while !self.is_stopping() {
            let places = match watch.as_ref().map(|watch| watch.readable(LOOK)) {
                Ok(Ok(places)) => places,
                Ok(Err(e)) if e.kind() == ErrorKind::Interrupted => continue,
                Ok(Err(e)) => return self.go_deaf(&e),
                Err(e) => return self.go_deaf(e),
            };
            for place in places {
                if let Some((own, socket)) = ears.sockets.get(place) {
                    self.drain(*own, socket, &mut buffer);
                } else if let Some(door) = ears.doors.get(place - ears.sockets.len()) {
                    self.open(door);
                }
            }
        }
    }

    fn go_deaf(&self, why: &std::io::Error) {
        self.lock().fault = Some(format!("the operator went deaf: {why}"));
    }

    /// Takes what waits at one socket; of signalling one message only, because media that came before the next may have
    /// come just now.
    fn drain(&self, own: SocketAddr, socket: &UdpSocket, buffer: &mut [u8]) {
        let most = if own.port() == self.sip.port() { 1 } else { MOST_AT_ONCE };
        for _ in 0..most {
            match datagrams::receive(socket, buffer) {
                Ok(arrival) => {
                    let (at, within) = self.moment_of(arrival.stamp);
                    let to = SocketAddr::new(arrival.to.unwrap_or(own.ip()), own.port());
                    let mut state = self.lock();
                    let bytes = buffer.get(..arrival.length).unwrap_or_default();
                    let how = Circumstances { at, within, dscp: arrival.dscp };
                    state.desk.datagram_that_came(how, arrival.from, to, bytes);
                    self.leave(state);
                }
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => return,
                // What an earlier sending of ours ran into (RFC 1122, 4.1.3.3) says nothing of this socket.
                Err(e) if matches!(e.kind(), ErrorKind::ConnectionRefused | ErrorKind::HostUnreachable) => {}
                Err(e) => {
                    self.lock().fault = Some(format!("{own} went deaf: {e}"));
                    return;
                }
            }
        }
    }

    fn moment_of(&self, stamp: Option<Duration>) -> (Instant, Duration) {
        let (at, within) = datagrams::moment_of(&*self.clock, stamp);
        self.widest.fetch_max(u64::try_from(within.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        (at, within)
    }

    fn send_due(&self) {
        priority::ask();
        let mut state = self.lock();
        while !self.is_stopping() {
            let now = self.clock.now();
            let due = state.desk.next_wake();
            if let Some(due) = due.filter(|due| *due <= now) {
                self.latest.fetch_max(u64::try_from(now.since(due).as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
                state.desk.wake(now);
                self.flush(&mut state);
                continue;
            }
            let wait = due.map_or(IDLE, |due| due.since(now).min(IDLE));
            state.alarm = now + wait;
            state = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl State {
    fn flush(&mut self) {
        for Outgoing { wire, from, to, bytes } in self.desk.take_outgoing() {
            if wire.is_stream() {
                // Where there is no connection any more, the protocols' timers deal with it as well.
                self.connections.get(wire, to).into_iter().for_each(|connection| connection.send(&bytes));
                continue;
            }
            // A socket for every address of this machine serves whichever of them the desk names.
            let every = [IpAddr::from(Ipv4Addr::UNSPECIFIED), IpAddr::from(Ipv6Addr::UNSPECIFIED)];
            let mut may_be = std::iter::once(from).chain(every.map(|ip| SocketAddr::new(ip, from.port())));
            let found = may_be.find_map(|own| self.sockets.get(&own).map(|socket| (own, socket)));
            let Some((own, socket)) = found else { continue };
            if let Err(e) = datagrams::send(socket, own, &bytes, to)
                && !datagrams::is_of_the_network(&e)
                && !datagrams::is_of_the_datagram(&e)
            {
                self.fault = Some(format!("{from} cannot send to {to}: {e}"));
            }
        }
    }
}

impl DeskAccess for Listening {
    fn enter(&self, act: &mut dyn FnMut(Instant, &mut Desk)) -> Result<()> {
        let mut state = self.network.lock();
        if let Some(fault) = state.fault.take() {
            return Err(failed("work", Bilingual::same(fault)));
        }
        let shown = state.desk.behaviour().shows;
        act(self.network.clock.now(), &mut state.desk);
        if state.desk.behaviour().shows != shown {
            // A connection that stands has been believed already.
            state.connections.all().filter(|connection| connection.is_sealed()).for_each(|connection| connection.close());
        }
        self.network.leave(state);
        Ok(())
    }
    fn uncertainty(&self) -> (f64, f64) {
        let late = Duration::from_nanos(self.network.latest.load(Ordering::Relaxed)).as_secs_f64();
        let wide = match self.network.widest.load(Ordering::Relaxed) {
            0 => STAMP_UNCERTAINTY,
            nanos => Duration::from_nanos(nanos),
        };
        let wide = wide.as_secs_f64();
        (wide, late.max(wide))
    }
    fn place(&self) -> String {
        format!("udp {}", self.network.sip)
    }
}
