//! What is heard of a run, and what follows from it. Arithmetic alone: no pipe, no process, no clock.

use std::time::Duration;

/// A guard that did not run itself hears late what was said in time: it looks once more before it believes in silence.
const SECOND_LOOK: Duration = Duration::from_millis(500);

/// What the run says, or what its pipe does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// How much it has done so far: the same number again is a process that lives and a run that does not.
    Beat(u64),
    Dismissed,
    /// Nobody holds the other end any more.
    Gone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    GoesOn,
    Dismissed,
    Died,
    Stuck,
}

/// Moments are times since the guard began.
#[derive(Debug)]
pub(super) struct Vigil {
    patience: Duration,
    done: Option<u64>,
    /// When it was last known to do something.
    since: Duration,
    doubted: Option<Duration>,
}

impl Vigil {
    pub fn begun(at: Duration, patience: Duration) -> Self {
        Vigil { patience, done: None, since: at, doubted: None }
    }

    /// How long to listen before [`Self::waited`] has something to say.
    pub fn left(&self, at: Duration) -> Duration {
        self.doubted.map_or(self.since + self.patience, |doubted| doubted + SECOND_LOOK).saturating_sub(at)
    }

    pub fn heard(&mut self, at: Duration, news: News) -> Verdict {
        match news {
            News::Dismissed => Verdict::Dismissed,
            News::Gone => Verdict::Died,
            News::Beat(done) if self.done != Some(done) => {
                *self = Vigil { done: Some(done), since: at, doubted: None, patience: self.patience };
                Verdict::GoesOn
            }
            News::Beat(_) => self.waited(at),
        }
    }

    /// Nothing new was heard until now.
    pub fn waited(&mut self, at: Duration) -> Verdict {
        if at < self.since + self.patience {
            return Verdict::GoesOn;
        }
        let doubted = *self.doubted.get_or_insert(at);
        if at < doubted + SECOND_LOOK { Verdict::GoesOn } else { Verdict::Stuck }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_run_that_does_something_goes_on_and_one_that_lives_and_does_nothing_is_stuck() {
        let mut vigil = Vigil::begun(ms(0), ms(2000));
        for at in (0..20_000).step_by(200) {
            assert_eq!(vigil.heard(ms(at), News::Beat(at / 400)), Verdict::GoesOn, "{at}");
        }
        // The last that was new came at 19.6 s.
        for (at, wanted) in
            [(21_500, Verdict::GoesOn), (21_600, Verdict::GoesOn), (22_000, Verdict::GoesOn), (22_100, Verdict::Stuck)]
        {
            assert_eq!(vigil.heard(ms(at), News::Beat(49)), wanted, "{at}");
        }
    }

    #[test]
    fn a_guard_that_stood_still_looks_twice() {
        let mut vigil = Vigil::begun(ms(0), ms(2000));
        assert_eq!(vigil.left(ms(500)), ms(1500));
        // It was to wake after two seconds and wakes after an hour; what was said meanwhile comes now.
        assert_eq!(vigil.waited(ms(3_600_000)), Verdict::GoesOn);
        assert_eq!(vigil.left(ms(3_600_000)), ms(500));
        assert_eq!(vigil.heard(ms(3_600_001), News::Beat(7)), Verdict::GoesOn);
        assert_eq!(vigil.left(ms(3_600_001)), ms(2000));
    }

    #[test]
    fn a_run_that_stops_in_silence_is_stuck_and_a_closed_pipe_needs_no_patience() {
        let mut vigil = Vigil::begun(ms(0), ms(2000));
        assert_eq!(vigil.waited(ms(2000)), Verdict::GoesOn);
        assert_eq!(vigil.waited(ms(2499)), Verdict::GoesOn);
        assert_eq!(vigil.waited(ms(2500)), Verdict::Stuck);
        let mut vigil = Vigil::begun(ms(0), ms(2000));
        assert_eq!(vigil.heard(ms(1), News::Gone), Verdict::Died);
        assert_eq!(vigil.heard(ms(1), News::Dismissed), Verdict::Dismissed);
    }
}
