//! How fast the operator answers, and how evenly it speaks, quiet and under load: `cargo bench --bench operator`.
//!
//! Our operator on real sockets of the loop-back, against a street of posts that has the kernel's stamps at its own
//! sockets. First one call at a time; then a hundred calls a second; then two hundred at once, all speaking. A call
//! without its verdict, or a packet lost by us, ends the benchmark with an error. What else runs on the machine shows
//! in the last two columns.

#[path = "../tests/it/street/mod.rs"]
mod street;

use std::process::ExitCode;
use std::time::Duration;
use street::{Plan, guard};

fn measure(name: &str, port: u16, plan: Plan) -> bool {
    println!("{name}");
    let outcome = guard::serve(port, plan);
    match &outcome {
        Ok(text) => println!("{text}"),
        Err(why) => eprintln!("{why}"),
    }
    outcome.is_ok()
}

fn main() -> ExitCode {
    let ms = Duration::from_millis;
    let done = [
        measure("One call at a time", 30_000, Plan { calls: 100, every: ms(150), hold: ms(100), speaking: true }),
        measure("100 calls a second, 2 s each", 30_000, Plan { calls: 4000, every: ms(10), hold: ms(2000), speaking: false }),
        measure("200 at once, all speaking", 30_000, Plan { calls: 200, every: ms(10), hold: ms(20_000), speaking: true }),
    ];
    if done.into_iter().all(|well| well) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
