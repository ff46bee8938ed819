//! Bad input of every kind, seeded, at the operator's desk and at the twin's voice module, on virtual time: nothing
//! panics, nothing is kept, and the next good call is served. The large count:
//! `HEJNAL_FUZZ=1000000 cargo test --release --test it fuzz -- --nocapture`.

pub mod caller;
mod desk;
mod heap;
pub mod mutate;
mod targets;
mod voice;

use hejnal::clock::Stopwatch;
use std::collections::BTreeMap;

/// Shows what was put in last, should anything panic on it.
struct LastWords<'a>(&'a [u8]);

impl Drop for LastWords<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the last input was {:?}", String::from_utf8_lossy(self.0));
        }
    }
}

/// What came of the fire.
#[derive(Default)]
struct Survived {
    held_before: isize,
    /// The most memory held on the way, in bytes.
    most_held: isize,
    /// How often each status was given, 0 for a request of its own.
    answers: BTreeMap<u16, u64>,
}

impl Survived {
    /// Counts from now on.
    fn begin(&mut self) {
        *self = Survived { held_before: heap::held(), ..Survived::default() };
    }
    fn note_held(&mut self) {
        self.most_held = self.most_held.max(heap::held() - self.held_before);
    }
    fn answered(&mut self, status: u16) {
        *self.answers.entry(status).or_default() += 1;
    }
}

/// How many bad inputs are asked for, `default` unless the environment says otherwise.
pub fn count(default: usize) -> usize {
    std::env::var("HEJNAL_FUZZ").ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Fires as many bad inputs as are asked for. Among what the target answered must be these
/// statuses: fire that never gets past the parser proves little.
fn check(what: &str, default: usize, survives: fn(u64, usize) -> Survived, statuses: &[u16]) {
    let (count, watch) = (count(default), Stopwatch::start());
    let survived = survives(1, count);
    let (seconds, held) = (watch.elapsed().as_secs_f64(), survived.most_held / 1000);
    println!("{what}: {count} bad inputs survived in {seconds:.1} s, at most {held} kB held; answers {:?}", survived.answers);
    let missing: Vec<_> = statuses.iter().filter(|status| !survived.answers.contains_key(status)).collect();
    assert!(missing.is_empty(), "never answered {missing:?}");
}

#[test]
fn the_operator_s_desk_serves_the_next_good_call_after_any_bad_input() {
    check("desk", 10_000, desk::survives, &[0, 100, 180, 200, 401, 403, 404, 405, 420, 481, 486, 487, 488, 491, 500]);
}

#[test]
fn the_voice_module_places_the_next_good_call_after_any_bad_input() {
    check("voice", 10_000, voice::survives, &[200, 403, 405, 481, 486, 488, 500]);
}
