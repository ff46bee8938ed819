//! What befalls a bench as an assessor has met it: wires that are loose, boxes that reckon, processes that have ended.
//!
//! Those of a lead, a sensor, a board or the network are in its way ([`super::sensors`] and its like). When and how
//! much stands here.

/// One at a time, all from a minute on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adversity {
    /// The time server's clock stands still.
    TimeStands,
    /// The receiver of what posts tell the supervision has ended.
    NoticesEnd,
    /// A box in the bench's network lets so many datagrams a second pass, and no more.
    NetworkThrottles,
    /// A loose wire of the sensor of the lamp "call placed" parts for 120 ms of every seven seconds.
    SensorWireLoose,
    /// The adapter of the console starts anew every 45 seconds and hears nothing for 0.4 s.
    ConsoleRestarts,
    /// The fibre relay's contact is burnt: of every three times that it is drawn the last comes to nothing.
    FibreRelayWorn,
    /// The mains relay's contact parts twice more for 200 ms when its armature has fallen back.
    MainsRelayParts,
    /// Whenever the button relay is drawn it falls back after 0.4 s and is drawn once more for 0.3 s.
    ButtonRelayRepeats,
}

const MS: u64 = 1_000_000;
const SECOND: u64 = 1000 * MS;
pub(in crate::twin) const FROM: u64 = 60 * SECOND;
/// A second, both ways together.
pub(in crate::twin) const MOST_DATAGRAMS: u64 = 60;
pub(in crate::twin) const EACH: u64 = SECOND;
/// How often a wire parts, and for how long.
pub(in crate::twin) const PARTS: (u64, u64) = (7 * SECOND, 120 * MS);
/// How often an adapter starts anew, and how long it takes.
pub(in crate::twin) const RESTARTS: (u64, u64) = (45 * SECOND, 400 * MS);
/// When a relay that was drawn falls back, is drawn once more and falls back again.
pub(in crate::twin) const REPEATS: [u64; 3] = [400 * MS, 700 * MS, 1000 * MS];
