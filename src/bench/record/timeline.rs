//! Stamped values in order of their moments: a question about a stretch of time costs a binary search, however long the
//! record is.

use crate::clock::{Instant, Stamped};

#[derive(Debug, Clone)]
pub struct Timeline<T>(Vec<Stamped<T>>);

impl<T> Default for Timeline<T> {
    fn default() -> Self {
        Timeline(Vec::new())
    }
}

impl<T> Timeline<T> {
    /// Instruments tell nearly in order; whatever is told late finds its place. Of equal moments the one told first
    /// stands first.
    pub fn push(&mut self, event: Stamped<T>) {
        let place = self.0.partition_point(|earlier| earlier.at <= event.at);
        self.0.insert(place, event);
    }

    /// Everything from `since` on.
    pub fn since(&self, since: Instant) -> &[Stamped<T>] {
        self.between(since, None)
    }

    /// Everything from `from` on and before `to`, where there is an end.
    pub fn between(&self, from: Instant, to: Option<Instant>) -> &[Stamped<T>] {
        let first = self.0.partition_point(|event| event.at < from);
        let end = to.map_or(self.0.len(), |to| self.0.partition_point(|event| event.at < to));
        self.0.get(first..end).unwrap_or_default()
    }

    /// Forgets all but the last that is `kept`: what a scenario leaves to the next one.
    pub fn shrink_to_last(mut self, kept: impl Fn(&T) -> bool) -> Self {
        let last = self.0.iter().rposition(|event| kept(&event.value));
        Timeline(last.map(|last| self.0.swap_remove(last)).into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(moments: &[u64]) -> Timeline<u64> {
        let mut timeline = Timeline::default();
        for (number, at) in moments.iter().enumerate() {
            timeline.push(Stamped::new(Instant::from_nanos(*at), number as u64));
        }
        timeline
    }

    #[track_caller]
    fn check(moments: &[u64], from: u64, to: Option<u64>, expected: &[u64]) {
        let found = timeline(moments);
        let found = found.between(Instant::from_nanos(from), to.map(Instant::from_nanos));
        assert_eq!(found.iter().map(|event| event.value).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_stretch_of_time_holds_its_beginning_and_not_its_end() {
        check(&[], 0, None, &[]);
        check(&[1, 2, 3], 2, None, &[1, 2]);
        check(&[1, 2, 3], 1, Some(3), &[0, 1]);
        check(&[1, 2, 3], 3, Some(1), &[]);
        check(&[1, 2, 3], 4, None, &[]);
    }

    #[test]
    fn what_is_told_late_finds_its_place_behind_its_equals() {
        check(&[1, 3, 2, 1], 0, None, &[0, 3, 2, 1]);
    }

    #[test]
    fn of_what_is_left_to_the_next_scenario_only_the_last_remains() {
        assert_eq!(timeline(&[1, 2, 3]).shrink_to_last(|number| *number < 2).since(Instant::ZERO).len(), 1);
        assert_eq!(timeline(&[1, 2, 3]).shrink_to_last(|number| *number < 2).since(Instant::from_nanos(2)).len(), 1);
        assert!(timeline(&[1, 2, 3]).shrink_to_last(|_| false).since(Instant::ZERO).is_empty());
    }
}
