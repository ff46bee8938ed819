//! The bench's own network, told from the post's line by a host that stands where that line begins.
//!
//! What becomes of that host's echoes is no deed of the post's: a voice with holes, a call without an answer and a post
//! without a registration look the same whichever of the two has lost them.

use super::Bench;
use crate::clock::{Instant, Interrupted};
use crate::instrument::network::Echo;
use crate::instrument::{InstrumentError, Result, Subsystem};
use crate::rig::Role;
use std::time::Duration;

/// An echo that takes so much longer than the quickest one was held up: one packet of voice is due in the meantime.
const HELD_UP_BY: Duration = Duration::from_millis(20);
/// So many of the troubled are remembered one by one: enough to place them.
const REMEMBERED: usize = 4096;
/// From so many echoes a share of 2 % lost is seen all but surely: not even two of them happens in one of 10,000.
const TELLING: usize = 600;
const ENOUGH_WITHIN: Duration = Duration::from_secs(40);

/// What the reference host has echoed in a scenario.
#[derive(Debug, Clone, Default)]
pub struct Echoes {
    asked: usize,
    /// When an echo was asked for that was lost, or that came so much late.
    troubled: Vec<(Instant, Option<Duration>)>,
    /// The quickest of the run.
    quickest: Option<Duration>,
}

impl Echoes {
    /// What the next scenario needs of these.
    pub fn hand_on(self) -> Echoes {
        Echoes { quickest: self.quickest, ..Echoes::default() }
    }
    pub fn add(&mut self, echoes: Vec<Echo>) {
        for Echo { asked, took } in echoes {
            self.asked += 1;
            if let Some(took) = took {
                self.quickest = Some(self.quickest.map_or(took, |quickest| quickest.min(took)));
            }
            let late = took.map(|took| took.saturating_sub(self.quickest.unwrap_or(took)));
            if late.is_none_or(|late| late > HELD_UP_BY) && self.troubled.len() < REMEMBERED {
                self.troubled.push((asked, late));
            }
        }
    }
    /// How many were asked for.
    pub fn asked(&self) -> usize {
        self.asked
    }
    /// When those were asked for that were lost (`None`) or came so much late.
    pub fn troubled(&self) -> &[(Instant, Option<Duration>)] {
        &self.troubled
    }
}

impl Bench {
    pub(super) fn collect_echoes(&mut self) -> Result<()> {
        for (name, host) in &mut self.reference_hosts {
            let echoes = host.echoes().map_err(|error| error.of(Subsystem::Network))?;
            if self.rig.wiring.instrument(Role::ReferenceHost) == Some(name) {
                self.record.echoes.add(echoes);
            }
        }
        Ok(())
    }

    /// Waits until the reference host has been asked often enough in this scenario to show what the bench's network
    /// loses.
    pub fn await_echoes<E: From<Interrupted> + From<InstrumentError>>(&mut self) -> std::result::Result<(), E> {
        if self.rig.has(Role::ReferenceHost) {
            let until = self.now() + ENOUGH_WITHIN;
            self.watch::<(), E>(until, |bench| Ok((bench.record.echoes.asked() >= TELLING).then_some(())))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_or_held_up_is_remembered_and_what_is_slow_every_time_is_not() {
        let ms = Duration::from_millis;
        let echo = |n: u64, took: Option<u64>| Echo { asked: Instant::from_nanos(n * 50_000_000), took: took.map(ms) };
        let mut echoes = Echoes::default();
        echoes.add(vec![echo(1, Some(30)), echo(2, Some(31)), echo(3, None), echo(4, Some(51)), echo(5, Some(49))]);
        let troubled = [(echo(3, None).asked, None), (echo(4, None).asked, Some(ms(21)))];
        assert_eq!((echoes.asked(), echoes.troubled()), (5, &troubled[..]));
        let mut next = echoes.hand_on();
        next.add(vec![echo(6, Some(51))]);
        assert_eq!((next.asked(), next.troubled().len()), (1, 1), "what is usual is known from the scenario before");
    }
}
