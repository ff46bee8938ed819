//! Something that is on or off, and follows what it is told only after a while: a supply's output, a converter's link.
//!
//! Knows nothing of what it is, nor why it takes so long.

#[derive(Debug, Default)]
pub(in crate::twin) struct DelayedSwitch {
    on: bool,
    /// The change under way: when (nanoseconds), and to what.
    due: Option<(u64, bool)>,
}

impl DelayedSwitch {
    pub(in crate::twin) fn is_on(&self) -> bool {
        self.on
    }

    /// It is to be `on`, `seconds` from `at`; a change that way under way goes on, one the other way is given up.
    /// Returns when to look at [`DelayedSwitch::settle`], if anything new is due.
    pub(in crate::twin) fn aim(&mut self, at: u64, on: bool, seconds: impl FnOnce() -> f64) -> Option<u64> {
        if self.due.is_some_and(|(_, to)| to == on) {
            return None;
        }
        self.due = None;
        if on == self.on {
            return None;
        }
        let when = at + (seconds() * 1e9) as u64;
        self.due = Some((when, on));
        Some(when)
    }

    /// Carries out a change that is due; the new state, if it changed.
    pub(in crate::twin) fn settle(&mut self, at: u64) -> Option<bool> {
        let (_, to) = self.due.take_if(|(when, _)| *when <= at)?;
        self.on = to;
        Some(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_mind_begins_anew_and_a_repetition_does_not() {
        let mut switch = DelayedSwitch::default();
        assert_eq!(switch.aim(0, false, || 1.0), None, "it is so already");
        assert_eq!(switch.aim(0, true, || 1.0), Some(1_000_000_000));
        assert_eq!(switch.aim(5, true, || 1.0), None);
        assert_eq!(switch.aim(10, false, || 1.0), None, "it never came on");
        assert_eq!(switch.settle(2_000_000_000), None);
        assert_eq!(switch.aim(20, true, || 0.0), Some(20));
        assert_eq!((switch.settle(19), switch.is_on()), (None, false));
        assert_eq!((switch.settle(20), switch.is_on()), (Some(true), true));
    }
}
