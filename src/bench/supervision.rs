//! What the post tells the supervision of itself: taken in, written down, and kept with the moment of its arrival.
//!
//! Knows nothing of what a post should tell.

use super::{Bench, observation};
use crate::clock::{Instant, Stamped};
use crate::instrument::supervision::{Counts, Notice};
use crate::instrument::{Result, Subsystem};
use crate::rig::Role;

impl Bench {
    /// Takes in what has come; when the post itself has spoken. What other posts of the same line tell is nobody's concern here.
    pub(super) fn collect_notices(&mut self) -> Result<Vec<Instant>> {
        let mut moments = Vec::new();
        for (name, supervision) in &mut self.supervisions {
            let notices = supervision.notices().map_err(|error| error.of(Subsystem::Supervision))?;
            if self.rig.wiring.instrument(Role::Supervision) != Some(name) {
                continue;
            }
            for notice in notices.into_iter().filter(|notice| notice.value.host == self.rig.post.identity) {
                moments.push(notice.at);
                self.log.append(observation::of_notice(&notice));
                self.record.add_notice(notice);
            }
        }
        Ok(moments)
    }
}

impl super::Record {
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
