//! The whole module against a scripted server on simulated time.

mod assessor;
mod calls;
mod defects;
mod examiner;
mod foreigner;
mod fresh;
mod hunting;
mod media;
mod newcomer;
mod outsider;
mod outsider_cameras;
mod secure;
mod server;

use super::*;
use server::{Server, field};
use std::time::Duration;

/// The air of the tests: an impulse at given times, and a record of what was spoken.
#[derive(Default)]
struct Air {
    /// Seconds at which the microphone hears a click.
    clicks: Vec<f64>,
    /// First sample's time, and the samples.
    spoken: Vec<(f64, f64, Vec<f32>)>,
    /// What of it comes to the microphone at once, a factor of amplitude.
    echo: f32,
    heard_frames: u32,
}

impl Acoustics for Air {
    fn hear(&mut self, first: f64, period: f64, out: &mut [f32]) {
        self.heard_frames += 1;
        out.fill(0.0);
        for click in &self.clicks {
            let position = ((click - first) / period).round();
            if position >= 0.0 && (position as usize) < out.len() {
                out[position as usize] = 0.9;
            }
        }
        // Whatever reaches into what is listened to.
        let sounds = |said: &&(f64, f64, Vec<f32>)| said.0 + said.1 * said.2.len() as f64 > first;
        for (at, _, samples) in self.spoken.iter().rev().take_while(sounds).filter(|_| self.echo != 0.0) {
            let shift = ((first - at) / period).round() as i64;
            for (n, slot) in out.iter_mut().enumerate() {
                let spoken = usize::try_from(shift + n as i64).ok().and_then(|n| samples.get(n)).copied().unwrap_or(0.0);
                *slot += self.echo * spoken;
            }
        }
    }
    fn speak(&mut self, first: f64, period: f64, samples: &[f32]) {
        self.spoken.push((first, period, samples.to_vec()));
    }
}

/// The module, a server 1 ms away, and simulated time.
struct Bench {
    voice: Voice,
    now: Instant,
    air: Air,
    server: Server,
    /// Lines of the module.
    lines: Vec<(Instant, String)>,
    /// RTP packets that left the module.
    rtp: Vec<(Instant, SocketAddr, Vec<u8>)>,
    /// What the supervision was told, and from which port.
    told: Vec<(Instant, u16, String)>,
    /// Datagrams under way to the module: when, order, port, bytes.
    queue: Vec<(Instant, u32, u16, Vec<u8>)>,
    queued: u32,
    /// The server streams: payload byte, next sequence.
    stream: Option<(u8, u32)>,
    next_packet: Instant,
    /// Link up, but nothing passes.
    dark: bool,
    /// Nothing reaches the main server; the other is there.
    main_is_dead: bool,
}

const SERVER: &str = "10.0.0.1:5060";
const BACKUP: &str = "10.0.0.3:5060";
const POST: &str = "10.0.0.2";

fn config() -> Config {
    Config::new(POST.parse().unwrap(), SERVER.parse().unwrap(), server::PASSWORD)
}

impl Bench {
    fn new(config: Config) -> Self {
        Bench {
            voice: Voice::new(config),
            now: Instant::ZERO,
            air: Air::default(),
            server: Server::new(),
            lines: Vec::new(),
            rtp: Vec::new(),
            told: Vec::new(),
            queue: Vec::new(),
            queued: 0,
            stream: None,
            next_packet: Instant::ZERO,
            dark: false,
            main_is_dead: false,
        }
    }
    /// Powered, identified and registered.
    fn registered(config: Config) -> Self {
        let mut bench = Bench::new(config);
        bench.voice.set_power(bench.now, true);
        bench.run(3.1);
        bench.command("AT+ID=SOS-0417");
        bench.command("AT+REG=1");
        bench.run(0.5);
        assert_eq!(bench.words(), ["+READY", "+LINK:1", "OK", "OK", "+REG:1"]);
        bench.lines.clear();
        bench
    }
    /// In a call, 2 s after the answer, with the server speaking.
    fn talking(config: Config) -> Self {
        let mut bench = Bench::registered(config);
        bench.command("AT+DIAL=7");
        bench.run(1.0);
        bench.stream = Some((0xD5, 0));
        bench.next_packet = bench.now;
        bench.run(2.0);
        assert_eq!(bench.words(), ["OK", "+SENT", "+RING", "+CONN"]);
        bench.lines.clear();
        bench
    }
    fn words(&self) -> Vec<&str> {
        self.lines.iter().map(|(_, line)| line.as_str()).collect()
    }
    fn command(&mut self, line: &str) {
        for byte in line.bytes().chain([b'\r']) {
            self.voice.serial_in(self.now, byte);
        }
        self.collect();
    }
    fn set_link(&mut self, up: bool) {
        self.voice.set_link(self.now, up);
        self.collect();
    }
    fn deliver(&mut self, at: Instant, port: u16, bytes: Vec<u8>) {
        self.queued += 1;
        self.queue.push((at, self.queued, port, bytes));
        self.queue.sort();
    }
    fn say(&mut self, message: &str) {
        self.deliver(self.now + Duration::from_millis(1), 5060, message.as_bytes().to_vec());
    }
    fn collect(&mut self) {
        for action in self.voice.take_actions() {
            match action {
                Action::Serial(bytes) => {
                    let line = String::from_utf8(bytes).unwrap();
                    self.lines.push((self.now, line.strip_suffix("\r\n").unwrap().to_owned()));
                }
                Action::Segment(segment) => panic!("a connection of a module that knows none: {segment:?}"),
                Action::Send { .. } if self.dark => {}
                Action::Send { from_port: 4000, to, bytes } => self.rtp.push((self.now, to, bytes)),
                Action::Send { from_port, to, bytes } if to.port() == 514 => {
                    self.told.push((self.now, from_port, String::from_utf8(bytes).unwrap()));
                }
                Action::Send { from_port, to, bytes } => {
                    let is_main = to == SERVER.parse().unwrap();
                    assert!(from_port == 5060 && (is_main || to == BACKUP.parse().unwrap()), "{from_port} {to}");
                    if is_main && self.main_is_dead {
                        continue;
                    }
                    for (ms, reply) in self.server.receive(&String::from_utf8(bytes).unwrap()) {
                        self.deliver(self.now + Duration::from_millis(2 + ms), 5060, reply.into_bytes());
                    }
                }
            }
        }
    }
    fn run(&mut self, seconds: f64) {
        let until = self.now.shifted(seconds);
        loop {
            let stream = self.stream.map(|_| self.next_packet);
            let next = [self.voice.next_wake(), self.queue.first().map(|q| q.0), stream].into_iter().flatten().min();
            let Some(next) = next.filter(|t| *t <= until) else { break };
            self.now = self.now.max(next);
            if self.queue.first().is_some_and(|q| q.0 <= self.now) {
                let (_, _, port, bytes) = self.queue.remove(0);
                if !self.dark {
                    self.voice.datagram_in(self.now, SERVER.parse().unwrap(), port, &bytes);
                }
            }
            if stream.is_some_and(|t| t <= self.now) {
                self.stream_packet();
            }
            self.voice.wake(self.now, &mut self.air);
            self.collect();
        }
        self.now = until;
    }
    fn stream_packet(&mut self) {
        let Some((code, n)) = &mut self.stream else { return };
        let mut packet = vec![0x80, 8];
        packet.extend((*n as u16).to_be_bytes());
        packet.extend((1000 + *n * 160).to_be_bytes());
        packet.extend(77u32.to_be_bytes());
        packet.extend([*code; 160]);
        *n += 1;
        self.next_packet = self.next_packet + Duration::from_millis(20);
        self.deliver(self.now + Duration::from_millis(1), 4000, packet);
    }
}
