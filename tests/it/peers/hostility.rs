//! A post among strangers: whoever reads nothing, says nothing, guesses, scans, forges and throws rubbish, all at once,
//! and good calls in the midst of it. None is lost, no voice falters, memory stays flat, little is written of it all,
//! each kind with its address; and Ctrl-C is obeyed at once.
//!
//! The long figure: `HEJNAL_HOSTILITY=3600 cargo test --release --test it hostility -- --nocapture`, in seconds.

use super::operator::Operator;
use super::{Error, pause, wait_for};
use crate::fuzz::caller::{Caller, PASSWORD, POST, digest, field, quoted, status};
use hejnal::clock::Stopwatch;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

const PORT: u16 = 32_400;
/// Four figures, as in the post's own offer.
const VOICE: u16 = 9_712;
const CALLS: u32 = 20;
/// A pause in the voice that a person would hear.
const LONGEST_GAP: f64 = 0.2;
/// What an hour of it may fill, in bytes.
const AN_HOUR_OF_LINES: f64 = 20e6;
/// In kB: the records of the last calls, the threads of the connections, and what the allocator keeps.
const GROWTH: u64 = 24_000;

/// Those who mean no good, each at an address of its own, until dropped.
struct Mob {
    is_over: Arc<AtomicBool>,
    thrown: Arc<AtomicU64>,
    threads: Vec<JoinHandle<()>>,
}

impl Drop for Mob {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.threads.drain(..).for_each(|thread| drop(thread.join()));
    }
}

fn address(last: u8) -> SocketAddr {
    SocketAddr::new(Ipv4Addr::new(127, 0, 66, last).into(), 0)
}
fn server() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], PORT))
}
fn message(method: &str, target: &str, user: &str, from: SocketAddr, n: u64, extra: &str) -> String {
    format!(
        "{method} {target} SIP/2.0\r\nVia: SIP/2.0/UDP {from};rport;branch=z9hG4bKmob{}x{n}\r\nFrom: <sip:{user}@straz>;tag=m{n}\r\n\
         To: <sip:{user}@straz>\r\nCall-ID: mob-{n}@{from}\r\nCSeq: 1 {method}\r\n{extra}Content-Length: 0\r\n\r\n",
        from.ip()
    )
}

impl Mob {
    fn gathers(forge: &Arc<Mutex<Option<String>>>) -> Result<Mob, Error> {
        let mut mob = Mob { is_over: Arc::default(), thrown: Arc::default(), threads: Vec::new() };
        mob.talks(1, 400, |from, n| message("REGISTER", "sip:straz", POST, from, n, ""))?;
        mob.talks(2, 100, |from, n| {
            let signed = digest("nobody", "straz", "0", 1, "REGISTER", "sip:straz", "abc");
            message("REGISTER", "sip:straz", &format!("user{n}"), from, n, &format!("Authorization: {signed}\r\n"))
        })?;
        mob.talks(3, 200, |from, n| message("INVITE", &format!("sip:{n}@straz"), &n.to_string(), from, n, ""))?;
        mob.talks(4, 100, |from, n| message("OPTIONS", "sip:straz", "scan", from, n, ""))?;
        mob.talks(5, 100, |from, n| match n % 4 {
            0 => message("OPTIONS", "sip:straz", "x", from, n, "").replace("Length: 0", "Length: 900"),
            1 => message("OPTIONS", "sip:straz", "x", from, n, "").replace("OPTIONS", &format!("JUNK{n}")),
            2 => format!("{n}{}", "\u{1b}[2J\u{202e}rubbish\r\n".repeat(20)),
            _ => message("INVITE", "sip:operator@straz", "x", from, n, "Content-Type: multipart/mixed;boundary=\"\r\n"),
        })?;
        let forged = Arc::clone(forge);
        mob.talks(6, 50, move |_, n| {
            let known = forged.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone().unwrap_or_default();
            known.replace("z9hG4bK", &format!("z9hG4bKforged{n}"))
        })?;
        mob.throws_at_media(7)?;
        mob.connects(8, |stream| {
            // It asks and asks, and takes no answer.
            let ask = message("OPTIONS", "sip:straz", "deaf", address(8), 1, "X-Long: ")
                .replace("X-Long: ", &format!("X-Long: {}\r\n", "x".repeat(3000)));
            let ask = ask.replace("/UDP", "/TCP");
            stream.set_write_timeout(Some(Duration::from_millis(200))).is_ok()
                && (0..200).all(|_| stream.write_all(ask.as_bytes()).is_ok())
        });
        mob.connects(9, |stream| {
            let _looks = stream.set_read_timeout(Some(Duration::from_millis(50)));
            !matches!(stream.read(&mut [0; 16]), Ok(0))
        });
        mob.connects(10, |stream| {
            pause(0.05);
            stream.write_all(b"INVITE").is_ok()
        });
        Ok(mob)
    }
    fn begins(&mut self, work: impl Fn(&AtomicBool, &AtomicU64) + Send + 'static) {
        let (is_over, thrown) = (Arc::clone(&self.is_over), Arc::clone(&self.thrown));
        self.threads.push(std::thread::spawn(move || work(&is_over, &thrown)));
    }
    /// So many datagrams a second.
    fn talks(&mut self, last: u8, rate: u32, words: impl Fn(SocketAddr, u64) -> String + Send + 'static) -> Result<(), Error> {
        let socket = UdpSocket::bind(address(last))?;
        let own = socket.local_addr()?;
        self.begins(move |is_over, thrown| {
            let mut n = 0;
            while !is_over.load(Ordering::Relaxed) {
                for _ in 0..rate / 20 {
                    n += 1;
                    let _lost = socket.send_to(words(own, n).as_bytes(), server());
                    thrown.fetch_add(1, Ordering::Relaxed);
                }
                pause(0.05);
            }
        });
        Ok(())
    }
    fn throws_at_media(&mut self, last: u8) -> Result<(), Error> {
        let socket = UdpSocket::bind(address(last))?;
        self.begins(move |is_over, thrown| {
            while !is_over.load(Ordering::Relaxed) {
                for port in (PORT + 100..=PORT + 140).step_by(2) {
                    let _lost = socket.send_to(&[0x80, 8, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0x55, 0x55], (Ipv4Addr::LOCALHOST, port));
                    thrown.fetch_add(1, Ordering::Relaxed);
                }
                pause(0.05);
            }
        });
        Ok(())
    }
    /// Twenty connections at a time, each for as long as `goes_on` says; a new one in the place of each that ends.
    fn connects(&mut self, last: u8, goes_on: impl Fn(&mut TcpStream) -> bool + Send + 'static) {
        self.begins(move |is_over, thrown| {
            let mut streams = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                while streams.len() < 20 {
                    let Ok(stream) = connected_from(address(last)) else { break };
                    thrown.fetch_add(1, Ordering::Relaxed);
                    streams.push(stream);
                }
                streams.retain_mut(|stream| !is_over.load(Ordering::Relaxed) && goes_on(stream));
                pause(0.02);
            }
        });
    }
}

/// The standard library cannot bind before it connects; whoever is asked does.
fn connected_from(own: SocketAddr) -> std::io::Result<TcpStream> {
    use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
    let stream = socket(AddressFamily::INET, SocketType::STREAM, None)?;
    bind(&stream, &own)?;
    connect(&stream, &server())?;
    Ok(TcpStream::from(stream))
}

/// The post: its signalling, its voice, and the longest that it waited for the next packet of the operator's.
struct Post {
    sip: UdpSocket,
    voice: UdpSocket,
    caller: Caller,
    longest_gap: f64,
}

impl Post {
    fn open() -> Result<Post, Error> {
        let own = format!("127.0.0.1:{}", PORT + 10);
        let (sip, voice) = (UdpSocket::bind(&own)?, UdpSocket::bind(("127.0.0.1", VOICE))?);
        sip.set_nonblocking(true)?;
        voice.set_nonblocking(true)?;
        Ok(Post { sip, voice, caller: Caller::new(&own, &server().to_string()), longest_gap: 0.0 })
    }
    /// Says it, again and again as UDP asks for, until that is answered finally.
    fn ask(&mut self, text: &str) -> Result<String, Error> {
        let mut looks = 0;
        wait_for(&format!("an answer to {text}"), 10, || {
            if looks % 50 == 0 {
                let _lost = self.sip.send_to(text.as_bytes(), server());
            }
            looks += 1;
            let mut buffer = [0; 4096];
            let length = self.sip.recv(&mut buffer).ok()?;
            let heard = String::from_utf8_lossy(buffer.get(..length)?).into_owned();
            let is_it = status(&heard) >= 200 && ["Call-ID", "CSeq"].iter().all(|name| field(&heard, name) == field(text, name));
            is_it.then_some(heard)
        })
    }
    fn register(&mut self) -> Result<(), Error> {
        let first = self.caller.register(3600);
        let mut answer = self.ask(&first)?;
        if status(&answer) == 401 {
            self.caller.challenged(&answer);
            let signed = self.caller.register(3600);
            answer = self.ask(&signed)?;
        }
        if status(&answer) == 200 { Ok(()) } else { Err(format!("not registered: {answer}").into()) }
    }
    /// A call of so many seconds.
    fn call(&mut self, seconds: f64, forge: &Mutex<Option<String>>) -> Result<(), Error> {
        let invite = self.caller.invite().replace("m=audio 4000", &format!("m=audio {VOICE}"));
        let ok = self.ask(&invite)?;
        self.caller.answer(&ok);
        let (_, port) = self.caller.answered.clone().ok_or_else(|| format!("not answered: {ok}"))?;
        let ack = self.caller.ack();
        self.sip.send_to(ack.as_bytes(), server())?;
        let bye = self.caller.within("BYE", "");
        *forge.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(bye.clone());
        self.talk(seconds, port);
        *forge.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = None;
        let answer = self.ask(&bye)?;
        if status(&answer) == 200 { Ok(()) } else { Err(format!("the call was gone: {answer}").into()) }
    }
    fn talk(&mut self, seconds: f64, port: u16) {
        let (watch, mut last, mut sequence) = (Stopwatch::start(), 0.0, 0u16);
        while watch.elapsed().as_secs_f64() < seconds {
            let now = watch.elapsed().as_secs_f64();
            let due = (now / 0.02) as u16;
            while sequence < due {
                let [s0, s1] = sequence.to_be_bytes();
                let [t0, t1, t2, t3] = (u32::from(sequence) * 160).to_be_bytes();
                let packet = [&[0x80, 8, s0, s1, t0, t1, t2, t3, 0, 0, 0, 9][..], &[0x2a; 160]].concat();
                let _lost = self.voice.send_to(&packet, (Ipv4Addr::LOCALHOST, port));
                sequence += 1;
            }
            let mut buffer = [0; 512];
            while self.voice.recv(&mut buffer).is_ok() {
                let now = watch.elapsed().as_secs_f64();
                self.longest_gap = self.longest_gap.max(now - last);
                last = now;
            }
            pause(0.002);
        }
        self.longest_gap = self.longest_gap.max(watch.elapsed().as_secs_f64() - last);
    }
}

fn seconds() -> f64 {
    std::env::var("HEJNAL_HOSTILITY").ok().and_then(|text| text.parse().ok()).unwrap_or(24.0)
}

#[test]
fn a_post_is_served_among_strangers() -> Result<(), Error> {
    let (user, media) = (format!("{POST}:{PASSWORD}"), format!("{}-{}", PORT + 100, PORT + 140));
    let more = ["--realm", "straz", "--user", &user, "--answer-after", "0s", "--stimulus", "tone", "--media-ports", &media];
    let mut operator = Operator::start_at("hostility", &server().to_string(), &more)?;
    let mut post = Post::open()?;
    post.register()?;
    let forge = Arc::new(Mutex::new(None));
    let mob = Mob::gathers(&forge)?;
    let watch = Stopwatch::start();
    let length = (seconds() / f64::from(CALLS) - 0.2).max(0.5);
    post.call(length, &forge)?;
    let first = operator.memory()?;
    for _ in 1..CALLS {
        post.call(length, &forge)?;
    }
    post.register()?;
    let (took, last) = (watch.elapsed().as_secs_f64(), operator.memory()?);
    let stopping = Stopwatch::start();
    let code = operator.stop()?;
    let stopped_in = stopping.elapsed().as_secs_f64();
    let lines = operator.lines();
    let up = lines.iter().filter(|line| line.contains("over, the post hung up")).count();
    let written: usize = lines.iter().map(|line| line.len() + 1).sum();
    let _nobody_reads = writeln!(
        std::io::stderr(),
        "hostility: {CALLS} calls in {took:.1} s among {} bad deeds; longest gap {:.0} ms, {written} bytes written, RSS {first} -> {last} kB, \
         ended in {stopped_in:.2} s",
        mob.thrown.load(Ordering::Relaxed),
        post.longest_gap * 1e3
    );
    drop(mob);
    assert_eq!((up, code), (CALLS as usize, 0), "{}", lines.join("\n"));
    assert!(post.longest_gap < LONGEST_GAP, "the voice faltered for {:.3} s", post.longest_gap);
    assert!(last < first + GROWTH, "it has grown from {first} to {last} kB");
    assert!(stopped_in < 1.0, "Ctrl-C was obeyed after {stopped_in:.2} s");
    let most = 300_000.0 + AN_HOUR_OF_LINES * took / 3600.0;
    assert!((written as f64) < most, "{written} bytes are more than {most:.0}");
    for (kind, last) in [
        ("no such user", 2),
        ("unknown caller", 3),
        ("turned away with 400", 5),
        ("turned away with 405", 5),
        ("no SIP message", 5),
        ("BYE within call", 6),
        ("stray media", 7),
        ("closed here", 8),
        ("closed here", 9),
        ("closed here", 10),
    ] {
        let address = format!("127.0.66.{last}:");
        assert!(
            lines.iter().any(|line| line.contains(kind) && line.contains(&address)),
            "{kind} of {address}:\n{}",
            lines.join("\n")
        );
    }
    assert!(lines.iter().any(|line| line.contains("more since the last one told")));
    assert!(lines.iter().all(|line| !line.chars().any(|c| c.is_control() || c == '\u{202e}')), "harmless for a terminal");
    let nonce = quoted(field(&post.caller.register(1), "Authorization").unwrap_or_default(), "nonce");
    assert!(!nonce.is_empty());
    Ok(())
}
