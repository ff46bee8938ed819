//! What may befall the boards and leads of a bench while it works.
//!
//! Knows when; the boards know how.

use super::relays::Movement;
use crate::twin::kernel::world::{Event, World};

/// One at a time. Most begin after the bench has proved itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// Of every three closings of the button relay one comes to nothing.
    ButtonRelayWorn,
    /// Its contact takes 80 ms to come to rest.
    ButtonRelayChatters,
    /// The fibre relay's armature falls back 15 s late.
    FibreRelaySticks,
    /// The relay board no longer listens.
    RelaysDie,
    /// Of every seven reports of the input board one is lost.
    ReportsMissing,
    /// Of every 150 bytes of the console one is lost.
    ConsoleDropsBytes,
    /// The console's adapter hands on what it has every four seconds.
    ConsoleInBatches,
    /// The probe's USB lead falls out.
    ProbeLeaves,
    /// The probe's lead pulls the post's reset line every 90 s.
    ResetLineTwitches,
    /// For twenty seconds of every ninety a lamp shines on all three sensors.
    LampsDazzled,
    /// The contact that tells of the button relay tells nothing more.
    ButtonSenseDies,
}

const SECOND: u64 = 1_000_000_000;
/// When it begins, for those that do not begin at once.
pub(in crate::twin) const FROM: u64 = 60 * SECOND;
const AGAIN: u64 = 90 * SECOND;
const DAZZLED: u64 = 20 * SECOND;
const PULLED: u64 = 20_000_000;
const TIMES: u64 = 60;
const STUCK: u64 = 15 * SECOND;
const CHATTER: u64 = 5_000_000;

impl World {
    pub(in crate::twin) fn suffers(&self, mishap: Mishap) -> bool {
        self.boards.faults().mishap == Some(mishap)
    }
    /// And it has begun.
    pub(in crate::twin) fn suffers_now(&self, mishap: Mishap) -> bool {
        self.suffers(mishap) && self.now() >= FROM
    }
    pub(in crate::twin) fn plan_mishaps(&mut self) {
        let moments = (0..TIMES).map(|n| FROM + n * AGAIN);
        if self.suffers(Mishap::ResetLineTwitches) {
            for at in moments {
                self.queue.plan(at, Event::ResetLine(false));
                self.queue.plan(at + PULLED, Event::ResetLine(true));
            }
        } else if self.suffers(Mishap::LampsDazzled) {
            for at in moments {
                self.queue.plan(at, Event::Dazzle);
                self.queue.plan(at + DAZZLED, Event::Dazzle);
            }
        }
    }
    pub(in crate::twin) fn is_dazzled(&self) -> bool {
        self.suffers_now(Mishap::LampsDazzled) && (self.now() - FROM) % AGAIN < DAZZLED
    }
    /// What becomes of movements that a relay board has begun.
    pub(in crate::twin) fn hinder(&mut self, movements: Vec<Movement>) -> Vec<Movement> {
        let Some(first) = movements.first().copied() else { return movements };
        if self.suffers_now(Mishap::RelaysDie) {
            return Vec::new();
        }
        if first.relay == 0 && first.closed && self.suffers(Mishap::ButtonRelayWorn) {
            self.mishaps += 1;
            return if self.mishaps.is_multiple_of(3) { Vec::new() } else { movements };
        }
        if first.relay == 0 && first.closed && self.suffers(Mishap::ButtonRelayChatters) {
            return (0..17).map(|n| Movement { at: first.at + n * CHATTER, closed: n.is_multiple_of(2), ..first }).collect();
        }
        if first.relay == 2 && !first.closed && self.suffers_now(Mishap::FibreRelaySticks) {
            return movements.into_iter().map(|movement| Movement { at: movement.at + STUCK, ..movement }).collect();
        }
        movements
    }
    /// Whether a report or a byte of the bench's boards gets lost.
    pub(in crate::twin) fn is_lost(&mut self, mishap: Mishap, of_every: u64) -> bool {
        if !self.suffers_now(mishap) {
            return false;
        }
        self.mishaps += 1;
        self.mishaps.is_multiple_of(of_every)
    }
}
