//! What makes a bench's days hard that nobody has thought of: its network's other boxes, a desk that stands still, what
//! ages.
//!
//! Those of a lead, a sensor, a board or the network are in its way ([`super::sensors`] and its like). When and how
//! much stands here.

use std::net::SocketAddr;

/// One at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nuisance {
    /// A queue in the bench's network fills and empties once a minute: what passes it waits for up to 180 ms.
    NetworkSwells,
    /// A router between the post and the bench translates the ports that the post speaks from.
    NetworkTranslates,
    /// What is long does not pass the bench's network.
    NetworkLosesLong,
    /// The bench's firewall lets no sound in.
    FirewallShutsSound,
    /// What is asked of the name server waits for the next of its looks, every five seconds.
    NamesDawdle,
    /// The desk's process stands still for three seconds of every forty.
    DeskStalls,
    /// The light of the lamp "connected" is seen for 1.6 s longer than it is there.
    SensorAfterglows,
    /// The fibre relay's contact parts twice more for 200 ms when it has closed.
    FibreRelayChatters,
    /// The input board starts anew every seventy seconds, and takes all its inputs for off meanwhile.
    InputsRestart,
}

const MS: u64 = 1_000_000;
const SECOND: u64 = 1000 * MS;
/// Those that do not begin at once begin when the bench has proved itself.
pub(in crate::twin) const FROM: u64 = 60 * SECOND;
pub(in crate::twin) const SWELLS: (u64, u64) = (60 * SECOND, 180 * MS);
/// By so much the ports are further on.
const TRANSLATED: u16 = 20_000;
/// Bytes.
pub(in crate::twin) const LONG: usize = 800;
/// From here on ports are those of sound.
pub(in crate::twin) const SOUND: u16 = 40_000;
pub(in crate::twin) const LOOKS_FOR_NAMES: u64 = 5 * SECOND;
/// How often the desk stands still, and for how long.
pub(in crate::twin) const STALLS: (u64, u64) = (40 * SECOND, 3 * SECOND);
pub(in crate::twin) const GLOWS: u64 = 1600 * MS;
pub(in crate::twin) const CHATTERS: u64 = 200 * MS;
/// How often the input board starts anew, how many times, and how long it takes.
pub(in crate::twin) const RESTARTS: (u64, u64, u64) = (70 * SECOND, 60, 300 * MS);

/// As whom the post is seen behind the router.
pub(in crate::twin) fn translated(from: SocketAddr) -> SocketAddr {
    SocketAddr::new(from.ip(), from.port().wrapping_add(TRANSLATED))
}

/// To whom a router passes on what is for the post; `None`: to nobody.
pub(in crate::twin) fn translated_back(to: SocketAddr) -> Option<SocketAddr> {
    Some(SocketAddr::new(to.ip(), to.port().checked_sub(TRANSLATED)?))
}
