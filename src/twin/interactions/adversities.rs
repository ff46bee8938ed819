//! What a bench's adversities do to the services of its host.

use crate::clock::Instant;
use crate::services::ntp;
use crate::twin::CALENDAR;
use crate::twin::bench::adversity::{Adversity, FROM};
use crate::twin::kernel::world::World;

/// Where an answer bears the server's time: when its clock was set, when the question came and when the answer left.
const TIMES: [std::ops::Range<usize>; 3] = [16..24, 32..40, 40..48];

impl World {
    fn is_beset_by(&self, what: Adversity) -> bool {
        self.boards.faults().adversity == Some(what) && self.now() >= FROM
    }
    /// Nobody takes in what posts tell of themselves.
    pub(in crate::twin) fn are_notices_lost(&self) -> bool {
        self.is_beset_by(Adversity::NoticesEnd)
    }
    /// What the time server has answered from this port, as it leaves.
    pub(in crate::twin) fn as_told(&self, port: u16, mut bytes: Vec<u8>) -> Vec<u8> {
        if port == ntp::PORT && self.is_beset_by(Adversity::TimeStands) {
            let stood = CALENDAR.ntp(Instant::from_nanos(FROM)).to_be_bytes();
            for time in TIMES {
                bytes.get_mut(time).into_iter().for_each(|time| time.copy_from_slice(&stood));
            }
        }
        bytes
    }
}
