//! Everyday troubles of a bench: leads, sensors, boards and adapters that are nearly in order, and what others do to
//! it.
//!
//! Those of a lead, a sensor, a board, a line or the network are in its way ([`super::leads`] and its like). When
//! what happens of itself happens stands here.

use super::circuit::{Circuit, LeadEnd};

/// One at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// A film on a terminal of the button's lead: a closing passes 40 ms late. The relay's other pole is clean.
    ButtonLeadSlow,
    /// For eight seconds of every ninety the sensor of the out-of-service lamp sees a tube light's 50 Hz.
    SensorFlickers,
    /// The input of the sensor of the connected lamp is not debounced any more: 30 ms at each change.
    SensorBounces,
    /// The sensor of the call-placed lamp follows 200 ms late.
    SensorDull,
    /// The sensor of the out-of-service lamp sees the connected lamp beside it as well.
    LightLeaks,
    /// The relay board's own supply fails for a moment every fifty seconds: all relays fall back.
    RelayBoardRestarts,
    /// The fibre's relay feeds a converter that lives on for 1.5 s.
    FibrePartsLate,
    /// The console's adapter hands on every ninth line twice.
    ConsoleRepeats,
    /// Of every 4000 words that the probe reads one has a bit turned over.
    ProbeMisreads,
    /// The bench's switch loses 2 % of what it gets.
    NetworkDrops,
    /// For 0.3 s of every four it holds everything back by 80 ms.
    NetworkStalls,
    /// A mirrored port: everything arrives twice.
    NetworkDoubles,
    /// Another machine in the bench's network searches it for telephones.
    NetworkShared,
    /// The switch looks for loops for thirty seconds whenever the link has come back, and passes nothing meanwhile.
    SwitchSearchesLoops,
    /// The switch starts anew at one minute and every four after: nothing passes for forty seconds.
    SwitchRestarts,
    /// The bench's firewall lets in only who was sent something within the last twenty seconds.
    FirewallForgets,
    /// The switch's port sleeps when the post has been silent for ten seconds, and what wakes it is lost.
    PortSleeps,
    /// A compressor on the workshop's mains: they dip for 60 ms at one minute and every two after.
    MainsDip,
    /// Somebody tries the button, every 97 s.
    PressedByHand,
    /// The input board's hub hands on every fourth report up to 60 ms late, and all behind it.
    HubDawdles,
    /// After a minute somebody has put the sensors of the two call lamps back the wrong way round.
    SensorsExchanged,
    /// After a minute the sensor of the connected lamp has fallen off.
    SensorFallsOff,
    /// After a minute the input of the out-of-service lamp's sensor is short-circuited.
    SensorShorted,
    /// Another post's operator is the same: every forty seconds it registers and calls.
    SecondPost,
    /// The contact that tells of the button relay bounces for 30 ms.
    ButtonSenseBounces,
    /// Of every 90 bytes to the relay board one is lost.
    RelayLineLosesBytes,
    /// The button relay's contact burns on and parts 0.4 s late. Its other pole does not.
    ButtonPartsLate,
    /// No trouble: of every two hundred datagrams one comes twice, as datagrams may.
    NetworkDoublesSeldom,
    /// The bench's switch holds back one datagram in ten by 45 ms, and what comes behind it overtakes it.
    NetworkReorders,
}

/// What happens of itself, or later than what it follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::twin) enum Deferred {
    /// A lead's far end is looked at again.
    Lead(Circuit, LeadEnd),
    /// The sensors tell something of themselves.
    Sensors,
    /// All sensors are looked at again.
    Looks,
    BoardRestarts,
    Searched(u64),
    Intrudes(u64),
    Dip,
    /// The input boards start anew, or have done so.
    InputsRestart(bool),
}

const MS: u64 = 1_000_000;
const SECOND: u64 = 1000 * MS;
/// When those begin that do not begin at once.
pub(in crate::twin) const FROM: u64 = 60 * SECOND;
pub(in crate::twin) const RESTARTS_EVERY: u64 = 50 * SECOND;
pub(in crate::twin) const SEARCHES_EVERY: u64 = 7 * SECOND;
pub(in crate::twin) const INTRUDES_EVERY: u64 = 40 * SECOND;
pub(in crate::twin) const DIPS_EVERY: u64 = 120 * SECOND;
pub(in crate::twin) const DIP: u64 = 60 * MS;
/// A finger's press: when first, how often, how many times, and for how long.
pub(in crate::twin) const TRIED: (u64, u64, u64, u64) = (75 * SECOND, 97 * SECOND, 60, 300 * MS);
