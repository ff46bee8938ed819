//! How fast the virtual post runs, in multiples of its own time: `cargo bench --bench twin`.

use hejnal::clock::{Clock, Stopwatch};
use hejnal::driver::lcus::Lcus;
use hejnal::dsp::stimulus::steady_noise;
use hejnal::image;
use hejnal::instrument::audio::Jack;
use hejnal::instrument::operator::{Answering, Behaviour};
use hejnal::instrument::relay::{Channel, Contact, RelayBoard};
use hejnal::twin::{Twin, TwinConfig, build};
use std::time::Duration;

const FLASH: u32 = 0x0800_0000;

fn main() {
    let twin = build(TwinConfig::new(1, "SOS-0417"));
    let elf =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/firmware/elf/reference.elf")).expect("the image is there");
    for segment in image::parse(&elf).expect("an image").segments {
        twin.write_flash((segment.address - FLASH) as usize, &segment.bytes);
    }
    let clock = twin.clock();
    let wait = |seconds: u64| clock.wait(Duration::from_secs(seconds)).expect("not interrupted");
    wait(30);
    measure("idle, an hour", &twin, 3600);
    let mut operator = twin.operator();
    operator.behave(Behaviour::answering(Answering::After(Duration::from_millis(500)))).expect("told");
    let mut relays = Lcus::new(twin.port("relays").expect("wired"), 4);
    relays.set(Channel(1), Contact::Closed).expect("commanded");
    clock.wait(Duration::from_millis(200)).expect("not interrupted");
    relays.set(Channel(1), Contact::Open).expect("commanded");
    wait(5);
    measure("talking, silent, ten minutes", &twin, 600);
    twin.card().play(Jack(1), &steady_noise(1, 48_000, 120.0)).expect("plays");
    measure("talking, mouth sounding, two minutes", &twin, 120);
}

/// Lets the post live on for so many seconds of its own time.
fn measure(name: &str, twin: &Twin, seconds: u64) {
    let (watch, before) = (Stopwatch::start(), twin.trace().1);
    twin.clock().wait(Duration::from_secs(seconds)).expect("not interrupted");
    let (spent, events) = (watch.elapsed().as_secs_f64(), twin.trace().1 - before);
    println!("{name:<40} {:>8.0} × real time {:>8.0} events a second", seconds as f64 / spent, events as f64 / seconds as f64);
}
