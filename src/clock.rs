//! The one clock: `Clock::now` and `Clock::wait_until` are the only doors to time.
//!
//! On a real rig waiting sleeps. On the twin waiting runs the simulation. This file must not know which of the two it
//! serves, nor what anybody waits for.

mod attentive;
pub mod sample_clock;

pub use attentive::AttentiveClock;

use std::fmt;
use std::ops::{Add, Sub};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// A moment on the bench's clock: nanoseconds since the run began. Only a [`Clock`] makes one, or arithmetic on one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Instant(u64);

impl Instant {
    /// The moment the run began.
    pub const ZERO: Instant = Instant(0);
    pub const fn from_nanos(nanos: u64) -> Self {
        Instant(nanos)
    }
    pub const fn as_nanos(self) -> u64 {
        self.0
    }
    /// Seconds since the run began, for arithmetic with audio positions.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 * 1e-9
    }
    /// The nearest nanosecond to `seconds` after the run began; moments before it are the beginning itself.
    pub fn from_secs_f64(seconds: f64) -> Self {
        Instant((seconds * 1e9).round().max(0.0) as u64)
    }
    /// Time since `earlier`; zero when `earlier` is the later of the two.
    pub fn since(self, earlier: Instant) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
    /// Signed seconds from `other` to `self`, for quantities that may run backwards (a lamp that lit before the press).
    pub fn seconds_after(self, other: Instant) -> f64 {
        (i128::from(self.0) - i128::from(other.0)) as f64 * 1e-9
    }
    /// `self` moved by a signed number of seconds.
    pub fn shifted(self, seconds: f64) -> Instant {
        let nanos = i128::from(self.0) + (seconds * 1e9).round() as i128;
        Instant(u64::try_from(nanos.max(0)).unwrap_or(u64::MAX))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;
    fn add(self, rhs: Duration) -> Instant {
        Instant(self.0.saturating_add(u64::try_from(rhs.as_nanos()).unwrap_or(u64::MAX)))
    }
}
impl Sub<Duration> for Instant {
    type Output = Instant;
    fn sub(self, rhs: Duration) -> Instant {
        Instant(self.0.saturating_sub(u64::try_from(rhs.as_nanos()).unwrap_or(u64::MAX)))
    }
}
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6} s", self.as_secs_f64())
    }
}

/// A value and the moment at which it was received, stamped by whoever received it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamped<T> {
    pub at: Instant,
    /// How far to trust that moment (k = 2); zero where it is exact, or where its source says so of all its stamps at
    /// once.
    pub within: Duration,
    pub value: T,
}

impl<T> Stamped<T> {
    pub fn new(at: Instant, value: T) -> Self {
        Stamped { at, within: Duration::ZERO, value }
    }
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Stamped<U> {
        Stamped { at: self.at, within: self.within, value: f(self.value) }
    }
}

/// Why a wait ended before its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Interrupted {
    /// Ctrl-C or SIGTERM: somebody wants the run to end.
    #[error("stopped by the person or system that runs the bench")]
    Stop,
    /// The process that would make the rig safe in the run's place has ended.
    #[error("the run's guard has ended, and nothing may be moved without it")]
    Unguarded,
    /// The time granted to a step or scenario is used up.
    #[error("the time limit of {limit:?} was used up")]
    Limit { limit: Duration },
}

/// The only door to time.
pub trait Clock: Send + Sync {
    fn now(&self) -> Instant;
    /// Returns at `deadline`, or earlier with the reason. A deadline in the past returns at once, but still reports an
    /// interruption.
    fn wait_until(&self, deadline: Instant) -> Result<(), Interrupted>;
    /// What may interrupt waits on this clock.
    fn guard(&self) -> &Guard;

    /// How long in all the bench is known to have stood still between two moments; `None`: not at all, or nobody
    /// watches.
    fn stood_still(&self, _from: Instant, _to: Instant) -> Option<Duration> {
        None
    }

    /// Whoever was to do something in this stretch did not run, and cannot say when within it things happened.
    fn note_still(&self, _from: Instant, _to: Instant) {}

    fn wait(&self, time: Duration) -> Result<(), Interrupted> {
        self.wait_until(self.now() + time)
    }
}

/// Looks every `every` until `look` has found something or the deadline has passed.
///
/// `None`: the deadline passed. Not an error: only the caller knows whose fault silence is. The last look is at the
/// deadline itself.
pub fn poll<T, E: From<Interrupted>>(
    clock: &dyn Clock,
    deadline: Instant,
    every: Duration,
    mut look: impl FnMut() -> Result<Option<T>, E>,
) -> Result<Option<T>, E> {
    loop {
        if let Some(found) = look()? {
            return Ok(Some(found));
        }
        let now = clock.now();
        if now >= deadline {
            return Ok(None);
        }
        clock.wait_until((now + every).min(deadline))?;
    }
}

/// The two things that may end a wait early: a stop request, and the time limit of the step under way.
#[derive(Debug, Default, Clone)]
pub struct Guard(Arc<GuardState>);

#[derive(Debug, Default)]
struct GuardState {
    stop: Arc<AtomicBool>,
    shielded: AtomicBool,
    unguarded: AtomicBool,
    /// How often anybody has looked whether to go on.
    progress: AtomicU64,
    /// Nanoseconds; 0: no limit.
    limit_at: AtomicU64,
    granted: AtomicU64,
}

impl Guard {
    /// The flag a signal handler may set: nothing else of the bench is safe to touch from one.
    pub fn stop_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0.stop)
    }
    pub fn stop_requested(&self) -> bool {
        self.0.stop.load(Ordering::Relaxed)
    }
    /// Making safe must not be cut short by the very request that made it necessary: forget the request while it runs.
    pub fn clear_stop(&self) -> bool {
        self.0.stop.swap(false, Ordering::Relaxed)
    }
    /// While shielded, a stop request is kept but interrupts no wait: making safe must not be cut short by a second
    /// Ctrl-C either.
    pub fn set_shielded(&self, shielded: bool) {
        self.0.shielded.store(shielded, Ordering::Relaxed);
    }
    /// Nobody would make the rig safe in the run's place any more: it must end, and do so itself.
    pub fn abandon(&self) {
        self.0.unguarded.store(true, Ordering::Relaxed);
        self.0.stop.store(true, Ordering::Relaxed);
    }
    /// Grows as long as somebody waits on this clock: a run that is stuck elsewhere does not.
    pub fn progress(&self) -> u64 {
        self.0.progress.load(Ordering::Relaxed)
    }
    pub fn set_limit(&self, from: Instant, granted: Duration) {
        self.0.granted.store(u64::try_from(granted.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.0.limit_at.store((from + granted).as_nanos().max(1), Ordering::Relaxed);
    }
    pub fn clear_limit(&self) {
        self.0.limit_at.store(0, Ordering::Relaxed);
    }
    /// The moment at which waits must end, if a limit is set.
    pub fn limit(&self) -> Option<Instant> {
        match self.0.limit_at.load(Ordering::Relaxed) {
            0 => None,
            at => Some(Instant(at)),
        }
    }
    /// The interruption due at `now`, if any. A stop request comes before a limit.
    pub fn check(&self, now: Instant) -> Result<(), Interrupted> {
        self.0.progress.fetch_add(1, Ordering::Relaxed);
        if self.stop_requested() && !self.0.shielded.load(Ordering::Relaxed) {
            let is_unguarded = self.0.unguarded.load(Ordering::Relaxed);
            return Err(if is_unguarded { Interrupted::Unguarded } else { Interrupted::Stop });
        }
        match self.limit() {
            Some(at) if now >= at => {
                Err(Interrupted::Limit { limit: Duration::from_nanos(self.0.granted.load(Ordering::Relaxed)) })
            }
            _ => Ok(()),
        }
    }
}

/// The clock of a rig with hardware: the machine's monotonic clock.
pub struct RealClock {
    began: std::time::Instant,
    guard: Guard,
}

impl RealClock {
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    pub fn start() -> Self {
        RealClock { began: std::time::Instant::now(), guard: Guard::default() }
    }
}

/// How long a sleeping bench may take to notice Ctrl-C.
const LONGEST_SLEEP: Duration = Duration::from_millis(20);

impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    fn now(&self) -> Instant {
        Instant(u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    fn wait_until(&self, deadline: Instant) -> Result<(), Interrupted> {
        loop {
            let now = self.now();
            self.guard.check(now)?;
            if now >= deadline {
                return Ok(());
            }
            std::thread::sleep(deadline.since(now).min(LONGEST_SLEEP));
        }
    }
    fn guard(&self) -> &Guard {
        &self.guard
    }
}

/// The wall clock, for the one journal line that says when a run took place. Never for measuring.
#[expect(clippy::disallowed_methods, reason = "this is the door")]
pub fn wall_clock() -> Duration {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default()
}

/// Real time spent, for progress and benchmarks. Never for measuring a post.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    pub fn start() -> Self {
        Stopwatch(std::time::Instant::now())
    }
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
