//! The twin's whole voice module: pieces of input between two bytes 0xFE, the first byte of each saying where it goes
//! or how much time passes.

use hejnal::clock::Instant;
use hejnal::twin::voice::{Acoustics, Config, Voice};
use std::net::SocketAddr;
use std::time::Duration;

struct Silence;

impl Acoustics for Silence {
    fn hear(&mut self, _: f64, _: f64, out: &mut [f32]) {
        out.fill(0.0);
    }
    fn speak(&mut self, _: f64, _: f64, samples: &[f32]) {
        assert!(samples.iter().all(|sample| sample.is_finite()));
    }
}

pub fn run(data: &[u8]) {
    let server = SocketAddr::from(([10, 0, 0, 1], 5060));
    let boot = Duration::ZERO;
    let mut voice = Voice::new(Config { boot, ..Config::new([10, 0, 0, 2].into(), server, "tajne") });
    let mut now = Instant::from_nanos(1);
    voice.set_power(now, true);
    voice.wake(now, &mut Silence);
    b"AT+ID=SOS-1\rAT+REG=1\rAT+DIAL=1\r".iter().for_each(|byte| voice.serial_in(now, *byte));
    for piece in data.split(|byte| *byte == 0xfe) {
        let Some((&place, bytes)) = piece.split_first() else { continue };
        match place {
            b'a' => bytes.iter().for_each(|byte| voice.serial_in(now, *byte)),
            b'r' => voice.datagram_in(now, server, 4000, bytes),
            b't' => {
                let until = now + Duration::from_millis(u64::from(bytes.first().copied().unwrap_or(1)) * 20);
                while let Some(due) = voice.next_wake().filter(|due| *due <= until) {
                    now = now.max(due);
                    voice.wake(now, &mut Silence);
                }
                now = until;
            }
            _ => voice.datagram_in(now, server, 5060, bytes),
        }
        let _done = voice.take_actions();
    }
}
