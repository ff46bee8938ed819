//! What disturbs a bench from the side of its services, of its network's other inhabitants and of its supply.
//!
//! Knows when; who is hindered asks.

use std::net::Ipv4Addr;

/// One at a time, all from a minute on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disturbance {
    /// The DHCP server's process has ended.
    LeasesEnd,
    /// Of every two messages to the supervision the receiver loses one.
    NoticesLost,
    /// The receiver takes in what has come every 45 s.
    NoticesHeld,
    /// The camera system starts anew every hundred seconds, and is away for twenty.
    CamerasRestart,
    /// The coil of the button's relay is starved: five seconds after it was drawn the armature falls back.
    ButtonRelayLetsGo,
    /// The post hangs on the relays' own supply: each relay that is drawn takes 60 ms of its mains.
    SupplyShared,
    /// What is asked of the time server waits for the next of its looks, every four seconds.
    TimesHeld,
    /// The DHCP server looks every eight.
    LeasesHeld,
    /// The name server's process has ended.
    NamesEnd,
    /// Two receivers of the supervision write into one file: whatever is told is told twice.
    NoticesTwice,
    /// The camera system has ended, and nobody listens there.
    CamerasEnd,
    /// The coil of the fibre's relay is starved: five seconds after it was drawn the armature falls back.
    FibreRelayLetsGo,
    /// At two and a half minutes and every five after somebody switches the workshop off for three seconds.
    BreakerTrips,
    /// The camera system looks at its network every three seconds.
    CamerasDawdle,
    /// The receiver's buffer is too short: of each message to the supervision it keeps the first 44 bytes.
    NoticesCut,
}

const SECOND: u64 = 1_000_000_000;
pub(in crate::twin) const HELD: u64 = 45 * SECOND;
pub(in crate::twin) const LOOKS_FOR_TIMES: u64 = 4 * SECOND;
pub(in crate::twin) const LOOKS_FOR_LEASES: u64 = 8 * SECOND;
pub(in crate::twin) const LOOKS_FOR_EVENTS: u64 = 3 * SECOND;
pub(in crate::twin) const KEPT_OF_NOTICE: usize = 44;
pub(in crate::twin) const AFTER_ITSELF: u64 = SECOND / 1000;
/// When first, how often, how many times, and for how long.
pub(in crate::twin) const TRIPS: (u64, u64, u64, u64) = (150 * SECOND, 300 * SECOND, 40, 3 * SECOND);
pub(in crate::twin) const RESTARTS: (u64, u64) = (100 * SECOND, 20 * SECOND);
pub(in crate::twin) const DIP: u64 = SECOND * 6 / 100;
/// The box somebody has plugged in to have the internet.
pub(in crate::twin) const ROUTER: Ipv4Addr = Ipv4Addr::new(192, 168, 0, 1);
