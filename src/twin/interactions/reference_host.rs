//! What is asked of the host behind the bench's switch, and when its echo returns.

use crate::clock::Instant;
use crate::instrument::network::{ASKED_EVERY, Echo, LOST_AFTER, payload_of};
use crate::twin::bench::reference_host::{USUALLY, nanos};
use crate::twin::kernel::world::{Event, World};
use crate::twin::street::line::Way;

impl World {
    pub(in crate::twin) fn ask_reference_host(&mut self) {
        let asked = self.now();
        // It is as long as what is asked of it on a real network.
        let is_kept = self.is_kept_by_network(0, payload_of(asked / nanos(ASKED_EVERY)));
        let mut through = |at, way| self.network.through_to_reference_host(asked, at, way).first().copied();
        let arrives = through(asked + USUALLY / 2, Way::ToPost);
        let returns = arrives.filter(|_| !is_kept).and_then(|at| through(at + USUALLY / 2, Way::ToOperator));
        self.echoes.push_back((asked, returns));
        self.queue.plan(asked + nanos(ASKED_EVERY), Event::AskReferenceHost);
    }
    /// What is known by now of what was asked.
    pub(in crate::twin) fn take_echoes(&mut self) -> Vec<Echo> {
        let now = self.now();
        let mut known = Vec::new();
        while let Some((asked, returns)) = self.echoes.front().copied() {
            let is_lost = returns.is_none_or(|at| at > asked + nanos(LOST_AFTER));
            if now < if is_lost { asked + nanos(LOST_AFTER) } else { returns.unwrap_or(asked) } {
                break;
            }
            self.echoes.pop_front();
            let took = returns.filter(|_| !is_lost).map(|at| Instant::from_nanos(at).since(Instant::from_nanos(asked)));
            known.push(Echo { asked: Instant::from_nanos(asked), took });
        }
        known
    }
}
