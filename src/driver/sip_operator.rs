//! The operator's desk on a real network: UDP sockets, a thread on each to stamp what arrives, and one that sends what is due.
//!
//! The due thread waits on a condition variable against the bench's clock, with absolute deadlines: it must be woken early by a datagram that
//! changes what is due, and it must go on working while a stop request cuts every other wait short, so that calls can still be hung up.
//! Must not know SIP or RTP.

use crate::clock::{Clock, Instant};
use crate::instrument::operator::desk::{Desk, DeskConfig, Outgoing};
use crate::instrument::operator::seat::{Access, Seat};
use crate::instrument::{InstrumentError, Result};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

const NAME: &str = "operator";
/// How often a listening thread looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(100);
/// The due thread looks around at least this often.
const IDLE: Duration = Duration::from_secs(1);
/// A datagram is stamped on return from the system call: so much later than its arrival at most, in seconds (95 %), on a machine that is
/// not overloaded. Engineering judgement.
const STAMP_UNCERTAINTY: f64 = 0.5e-3;
/// The largest UDP payload.
const LARGEST: usize = 65_535;

/// The operator on a real network.
pub type SipOperator = Seat<Listening>;

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
}

struct State {
    desk: Desk,
    sockets: BTreeMap<u16, UdpSocket>,
    /// Why a socket went deaf or dumb, until told.
    fault: Option<String>,
}

fn failed(action: &str, cause: impl std::fmt::Display) -> InstrumentError {
    InstrumentError::new(
        NAME,
        action,
        cause,
        "Check that the address is this machine's and that no other program uses the ports.",
    )
}

/// Binds every port of the configuration and begins to listen.
pub fn listen(clock: Arc<dyn Clock>, config: DeskConfig) -> Result<SipOperator> {
    let ports = config.media_ports.clone().filter(|p| p % 2 == 0 || p == config.media_ports.end());
    let ports: Vec<u16> = std::iter::once(config.sip.port()).chain(ports).collect();
    let mut sockets = BTreeMap::new();
    let mut ears = Vec::new();
    for port in ports {
        let own = SocketAddr::new(config.sip.ip(), port);
        let socket = UdpSocket::bind(own).map_err(|e| failed(&format!("listen on {own}"), e))?;
        socket.set_read_timeout(Some(LOOK)).map_err(|e| failed("set up a socket", e))?;
        ears.push((own, socket.try_clone().map_err(|e| failed("set up a socket", e))?));
        sockets.insert(port, socket);
    }
    let network = Arc::new(Network {
        clock,
        sip: config.sip,
        state: Mutex::new(State { desk: Desk::new(config), sockets, fault: None }),
        changed: Condvar::new(),
        stopping: AtomicBool::new(false),
        latest: AtomicU64::new(0),
    });
    let mut listening = Listening { network: Arc::clone(&network), threads: Vec::new() };
    for (own, socket) in ears {
        let network = Arc::clone(&network);
        listening.spawn(format!("operator ear {own}"), move || network.listen(own, &socket))?;
    }
    listening.spawn("operator due".to_owned(), move || network.send_due())?;
    Ok(Seat::at(listening))
}

impl Listening {
    fn spawn(&mut self, name: String, work: impl FnOnce() + Send + 'static) -> Result<()> {
        let thread = std::thread::Builder::new().name(name).spawn(work).map_err(|e| failed("start a thread", e))?;
        self.threads.push(thread);
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
    /// A poisoned lock means that another thread panicked in the desk; the desk itself is still consistent enough to hang up.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    fn listen(&self, own: SocketAddr, socket: &UdpSocket) {
        let mut buffer = vec![0; LARGEST];
        while !self.is_stopping() {
            let received = socket.recv_from(&mut buffer);
            let at = self.clock.now();
            match received {
                Ok((length, from)) => {
                    let mut state = self.lock();
                    state.desk.datagram(at, from, own, buffer.get(..length).unwrap_or_default());
                    state.flush();
                    drop(state);
                    self.changed.notify_all();
                }
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => {}
                Err(e) => {
                    self.lock().fault = Some(format!("{own} went deaf: {e}"));
                    return;
                }
            }
        }
    }

    fn send_due(&self) {
        let mut state = self.lock();
        while !self.is_stopping() {
            let now = self.clock.now();
            let due = state.desk.next_wake();
            if let Some(due) = due.filter(|due| *due <= now) {
                self.latest.fetch_max(u64::try_from(now.since(due).as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
                state.desk.wake(now);
                state.flush();
                continue;
            }
            let wait = due.map_or(IDLE, |due| due.since(now).min(IDLE));
            state = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl State {
    fn flush(&mut self) {
        for Outgoing { from, to, bytes } in self.desk.take_outgoing() {
            let Some(socket) = self.sockets.get(&from.port()) else { continue };
            if let Err(e) = socket.send_to(&bytes, to) {
                // An unreachable post is what a cut fibre looks like: the protocols' timers deal with it.
                if !matches!(e.kind(), ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::ConnectionRefused)
                {
                    self.fault = Some(format!("{from} cannot send to {to}: {e}"));
                }
            }
        }
    }
}

impl Access for Listening {
    fn enter(&self, act: &mut dyn FnMut(Instant, &mut Desk)) -> Result<()> {
        let mut state = self.network.lock();
        if let Some(fault) = state.fault.take() {
            return Err(failed("work", fault));
        }
        act(self.network.clock.now(), &mut state.desk);
        state.flush();
        drop(state);
        self.network.changed.notify_all();
        Ok(())
    }
    fn uncertainty(&self) -> (f64, f64) {
        let late = Duration::from_nanos(self.network.latest.load(Ordering::Relaxed)).as_secs_f64();
        (STAMP_UNCERTAINTY, late.max(STAMP_UNCERTAINTY))
    }
    fn place(&self) -> String {
        format!("udp {}", self.network.sip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::RealClock;
    use crate::instrument::operator::desk::User;
    use crate::instrument::operator::{Answering, Operator};

    fn check(ports: std::ops::RangeInclusive<u16>, sip: u16) -> Result<(SipOperator, Arc<dyn Clock>)> {
        let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
        let config = DeskConfig {
            seed: 1,
            sip: SocketAddr::from(([127, 0, 0, 1], sip)),
            media_ports: ports,
            realm: "straz".to_owned(),
            users: vec![User { name: "sos-1".to_owned(), password: "tajne".to_owned() }],
            operator_user: "operator".to_owned(),
            answering: Answering::Manual,
            max_calls: 1,
            ring_after: Duration::ZERO,
        };
        listen(Arc::clone(&clock), config).map(|operator| (operator, clock))
    }

    #[test]
    fn the_operator_finds_itself_through_the_loop_back_and_frees_its_ports() {
        let (mut operator, clock) = check(28_300..=28_303, 28_360).expect("free ports");
        let busy = check(28_300..=28_303, 28_360).map(|_| ());
        assert!(busy.is_err_and(|e| e.action.contains("127.0.0.1:28360")));
        let deadline = clock.now() + Duration::from_secs(2);
        let found = crate::clock::poll(&*clock, deadline, Duration::from_millis(2), || {
            Ok::<_, crate::clock::Interrupted>(operator.self_check().expect("sockets that work"))
        });
        assert_eq!(found, Ok(Some(true)));
        drop(operator);
        assert!(check(28_300..=28_303, 28_360).is_ok());
    }

    /// A post in plain text on a socket of its own.
    struct Post(UdpSocket);

    impl Post {
        fn ask(&self, to: &str, first: &str, cseq: &str, to_tag: &str, more: &str) -> String {
            let own = self.0.local_addr().expect("bound");
            let text = format!(
                "{first} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{};rport\r\nFrom: <sip:sos-1@straz>;tag=p\r\n\
                 To: <sip:{}@straz>{to_tag}\r\nCall-ID: live\r\nCSeq: {cseq}\r\nContact: <sip:sos-1@{own}>\r\n{more}",
                cseq.replace(' ', ""),
                if first.starts_with("REGISTER") { "sos-1" } else { "operator" }
            );
            self.0.send_to(text.as_bytes(), to).expect("sent");
            let mut answer = String::new();
            while !cseq.ends_with("ACK") && (answer.is_empty() || answer.starts_with("SIP/2.0 1")) {
                answer = self.hear();
            }
            answer
        }
        fn hear(&self) -> String {
            let mut buffer = [0; 2048];
            let length = self.0.recv(&mut buffer).expect("an answer in time");
            String::from_utf8_lossy(&buffer[..length]).into_owned()
        }
    }

    fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
        text.split(start).nth(1).and_then(|rest| rest.split(end).next()).unwrap_or_default()
    }

    #[test]
    fn a_post_on_the_loop_back_is_answered_and_spoken_to_in_time() {
        let to = "127.0.0.1:28460";
        let (mut operator, clock) = check(28_400..=28_405, 28_460).expect("free ports");
        operator.set_answering(Answering::After(Duration::from_millis(30))).expect("a desk");
        let post = Post(UdpSocket::bind("127.0.0.1:0").expect("a port"));
        let media = UdpSocket::bind("127.0.0.1:0").expect("a port");
        for socket in [&post.0, &media] {
            socket.set_read_timeout(Some(Duration::from_secs(3))).expect("a socket");
        }
        let challenge = post.ask(to, "REGISTER sip:x", "1 REGISTER", "", "\r\n");
        let nonce = between(&challenge, "nonce=\"", "\"");
        let hash = |text: &str| crate::sip::digest::Algorithm::Md5.hash(text);
        let response = hash(&format!("{}:{nonce}:{}", hash("sos-1:straz:tajne"), hash("REGISTER:sip:x")));
        let digest = format!(
            "Authorization: Digest username=\"sos-1\", realm=\"straz\", nonce=\"{nonce}\", uri=\"sip:x\", response=\"{response}\"\r\n\r\n"
        );
        assert!(post.ask(to, "REGISTER sip:x", "2 REGISTER", "", &digest).starts_with("SIP/2.0 200 "));
        let port = media.local_addr().expect("bound").port();
        let sdp = format!(
            "Content-Type: application/sdp\r\n\r\nv=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP 8\r\n"
        );
        let ok = post.ask(to, "INVITE sip:operator@x", "3 INVITE", "", &sdp);
        assert!(ok.starts_with("SIP/2.0 200 "), "{ok}");
        let tag = format!(";tag={}", between(&ok, "To: <sip:operator@straz>;tag=", "\r\n"));
        post.ask(to, "ACK sip:operator@x", "3 ACK", &tag, "\r\n");
        let mut arrivals = Vec::new();
        let mut buffer = [0; 2048];
        while arrivals.len() < 26 {
            media.recv(&mut buffer).expect("media");
            arrivals.push(clock.now());
        }
        let half_second = arrivals[25].seconds_after(arrivals[0]);
        assert!((half_second - 0.5).abs() < 0.1, "25 packets took {half_second} s");
        let call = crate::instrument::operator::CallId(1);
        let headset = operator.audio(call).expect("a call with media");
        let base = headset.timebase().expect("a timebase");
        assert!(headset.play(crate::instrument::audio::Jack(1), &[0.5; 160]).expect("media") >= 4000);
        assert!(base.at < arrivals[0] && base.output_uncertainty > 0.0);
        operator.hang_up(call).expect("a call that is up");
        assert!(post.hear().starts_with("BYE sip:sos-1@127.0.0.1:"));
        let told: Vec<Instant> = operator.events().expect("a desk").iter().map(|e| e.at).collect();
        assert!(told.len() >= 5 && told.is_sorted());
    }
}
