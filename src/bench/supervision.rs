//! What the post tells the supervision of itself: taken in, written down, and kept with the moment of its arrival.
//!
//! Knows nothing of what a post should tell.

use super::{Bench, observation};
use crate::clock::{Instant, Stamped};
use crate::instrument::supervision::{Counts, Notice};
use crate::instrument::{Result, Subsystem};
use crate::rig::Role;
use std::time::Duration;

/// Within so long a datagram may come once more, as datagrams may.
const COPIED_WITHIN: Duration = Duration::from_secs(1);

impl Bench {
    /// Takes in what has come; when the post itself has spoken. What other posts of the same line tell is nobody's
    /// concern here.
    pub(super) fn collect_notices(&mut self) -> Result<Vec<Instant>> {
        let mut moments = Vec::new();
        for (name, supervision) in &mut self.supervisions {
            let notices = supervision.notices().map_err(|error| error.of(Subsystem::Supervision))?;
            if self.rig.wiring.instrument(Role::Supervision) != Some(name) {
                continue;
            }
            let own = &mut self.own;
            let others = notices.into_iter().filter(|notice| !Bench::is_own_notice(own, notice));
            for mut notice in others.filter(|notice| notice.value.host == self.rig.post.identity) {
                moments.push(notice.at);
                self.record.hide_secrets(notice.at, "supervision", [&mut notice.value.text], &self.secrets);
                // A copy is written down as what came, and told to nobody else.
                self.log.append(observation::of_notice(&notice));
                if !self.record.has_notice(&notice) {
                    self.record.add_notice(notice);
                }
            }
        }
        Ok(moments)
    }
}

impl super::Record {
    /// Whether the same has come just now: what says the same, of the same moment, is the same once more.
    fn has_notice(&self, notice: &Stamped<Notice>) -> bool {
        let latest = self.notices.since(Instant::ZERO).iter().rev();
        let mut latest = latest.take_while(|earlier| notice.at.since(earlier.at) < COPIED_WITHIN);
        latest.any(|earlier| earlier.value == notice.value)
    }
    fn add_notice(&mut self, notice: Stamped<Notice>) {
        if let Some(counts) = notice.value.counts() {
            self.counts.push(Stamped { at: notice.at, within: notice.within, value: counts });
        }
        self.notices.push(notice);
    }
    /// What the post told the supervision from `since` on.
    pub fn notices_since(&self, since: Instant) -> impl DoubleEndedIterator<Item = &Stamped<Notice>> {
        self.notices.since(since).iter()
    }
    /// The post's counters as it told them, the last time before the scenario first.
    pub fn counts(&self) -> &[Stamped<Counts>] {
        self.counts.since(Instant::ZERO)
    }
    /// The last message before a moment, be it of the scenario before.
    pub fn last_notice_before(&self, moment: Instant) -> Option<&Stamped<Notice>> {
        self.notices.between(Instant::ZERO, Some(moment)).last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::Record;

    #[test]
    fn what_comes_once_more_is_a_copy_and_what_is_said_again_is_not() {
        let told = |millis: u64, text: &str, stamp: &str| {
            let notice =
                Notice { host: "SOS-0417".into(), severity: 6, text: text.into(), stamp: Some(stamp.into()), time: None };
            Stamped::new(Instant::from_nanos(millis * 1_000_000), notice)
        };
        let mut record = Record::default();
        record.add_notice(told(0, "START", "t1"));
        record.add_notice(told(10, "ALIVE", "t1"));
        let has = |notice| record.has_notice(&notice);
        assert!(has(told(20, "START", "t1")) && !has(told(20, "START", "t2")) && !has(told(1010, "START", "t1")));
    }

    #[test]
    fn what_was_told_is_kept_with_its_moment_and_counters_apart() {
        let at = |seconds: u64| Instant::from_nanos(seconds * 1_000_000_000);
        let mut record = Record::default();
        for (second, text) in [(1, "ALIVE"), (2, "COUNT calls=3 answered=2 unanswered=1"), (3, "ALIVE")] {
            let notice = Notice { host: "SOS-0417".into(), severity: 6, text: text.into(), stamp: None, time: None };
            record.add_notice(Stamped::new(at(second), notice));
        }
        assert_eq!(record.counts(), [Stamped::new(at(2), Counts { calls: 3, answered: 2, unanswered: 1 })]);
        assert_eq!(record.notices_since(at(2)).map(|notice| notice.at).collect::<Vec<_>>(), [at(2), at(3)]);
        let before = |second| record.last_notice_before(at(second)).map(|notice| notice.at);
        assert_eq!([before(1), before(2), before(9)], [None, Some(at(1)), Some(at(3))]);
    }
}
