//! A clock that notices when the bench did not run.

use super::{Clock, Guard, Instant, Interrupted};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A wait that ends so much later than it should is a stretch in which the bench stood still.
const OVERRUN: Duration = Duration::from_millis(50);
/// The wall clock may be led gently by the network; this much more than the bench's own is a machine that slept, or a
/// clock that was set.
const SLEPT: Duration = Duration::from_millis(500);
/// So many stretches are remembered: a machine that stands still more often is found out by the last ones.
const STRETCHES: usize = 1024;

/// A clock that notices when the bench did not run: a scheduler that had other work, a machine that was put to sleep.
pub struct AttentiveClock {
    inner: Arc<dyn Clock>,
    /// Goes on while the machine sleeps; `None`: there is no such clock beside a simulated one.
    wall: Option<fn() -> Duration>,
    seen: Mutex<Attention>,
}

#[derive(Debug, Default)]
struct Attention {
    stretches: VecDeque<(Instant, Instant)>,
    /// The two clocks when they were last compared.
    compared: Option<(Instant, Duration)>,
}

impl AttentiveClock {
    pub fn over(inner: Arc<dyn Clock>, wall: Option<fn() -> Duration>) -> Self {
        AttentiveClock { inner, wall, seen: Mutex::default() }
    }

    fn note(&self, due: Instant) {
        let (now, wall) = (self.inner.now(), self.wall.map(|wall| wall()));
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let before = wall.and_then(|wall| seen.compared.replace((now, wall)).zip(Some(wall)));
        let slept = before.is_some_and(|((then, wall_then), wall)| wall.saturating_sub(wall_then) > now.since(then) + SLEPT);
        let from = before.filter(|_| slept).map_or(due, |((then, _), _)| then);
        if slept || now.since(due) > OVERRUN {
            seen.keep(from, now);
        }
    }
}

impl Attention {
    fn keep(&mut self, from: Instant, to: Instant) {
        if self.stretches.len() >= STRETCHES {
            self.stretches.pop_front();
        }
        self.stretches.push_back((from, to));
    }
}

impl Clock for AttentiveClock {
    fn now(&self) -> Instant {
        self.inner.now()
    }
    fn wait_until(&self, deadline: Instant) -> Result<(), Interrupted> {
        let due = self.inner.now().max(deadline);
        self.inner.wait_until(deadline)?;
        self.note(due);
        Ok(())
    }
    fn guard(&self) -> &Guard {
        self.inner.guard()
    }
    fn stood_still(&self, from: Instant, to: Instant) -> Option<Duration> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let within = seen.stretches.iter().filter(|(began, ended)| *began < to && *ended > from);
        let total: Duration = within.map(|(began, ended)| ended.since(*began)).sum();
        (total > Duration::ZERO).then_some(total)
    }
    fn note_still(&self, from: Instant, to: Instant) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).keep(from, to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Each wait ends so much later than it should; the wall goes on by itself.
    struct Lazy {
        now: AtomicU64,
        late: AtomicU64,
        guard: Guard,
    }
    impl Clock for Lazy {
        fn now(&self) -> Instant {
            Instant::from_nanos(self.now.load(Ordering::Relaxed))
        }
        fn wait_until(&self, deadline: Instant) -> Result<(), Interrupted> {
            self.now.store(deadline.as_nanos() + self.late.load(Ordering::Relaxed), Ordering::Relaxed);
            Ok(())
        }
        fn guard(&self) -> &Guard {
            &self.guard
        }
    }
    const MS: u64 = 1_000_000;
    static WALL: AtomicU64 = AtomicU64::new(0);

    fn lazy() -> Arc<Lazy> {
        Arc::new(Lazy { now: AtomicU64::new(0), late: AtomicU64::new(0), guard: Guard::default() })
    }

    #[test]
    fn a_wait_that_overran_is_a_stretch_that_nothing_is_judged_by() {
        let inner = lazy();
        let clock = AttentiveClock::over(inner.clone(), None);
        for (until, late) in [(100, 49), (1000, 51), (2000, 0)] {
            inner.late.store(late * MS, Ordering::Relaxed);
            clock.wait_until(Instant::from_nanos(until * MS)).expect("nobody interrupts");
        }
        let still = |from: u64, to: u64| clock.stood_still(Instant::from_nanos(from * MS), Instant::from_nanos(to * MS));
        assert_eq!(still(0, 1000), None);
        assert_eq!(still(900, 1010), Some(Duration::from_millis(51)));
        assert_eq!(still(1051, 5000), None);
        clock.note_still(Instant::from_nanos(3000 * MS), Instant::from_nanos(3012 * MS));
        assert_eq!((still(2900, 3005), still(3012, 3100)), (Some(Duration::from_millis(12)), None));
    }

    #[test]
    fn a_machine_that_slept_is_known_by_its_wall_clock() {
        let inner = lazy();
        let clock = AttentiveClock::over(inner, Some(|| Duration::from_millis(WALL.load(Ordering::Relaxed))));
        for (until, wall) in [(100, 100), (200, 600), (300, 60_600), (400, 60_700)] {
            WALL.store(wall, Ordering::Relaxed);
            clock.wait_until(Instant::from_nanos(until * MS)).expect("nobody interrupts");
        }
        let still = |from: u64, to: u64| clock.stood_still(Instant::from_nanos(from * MS), Instant::from_nanos(to * MS));
        assert_eq!((still(0, 200), still(210, 220), still(300, 400)), (None, Some(Duration::from_millis(100)), None));
    }
}
