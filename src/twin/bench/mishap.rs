//! What may befall the boards and leads of a bench while it works.
//!
//! Those of a lead, a sensor, a board or a line are in its way ([`super::leads`] and its like). When what happens
//! of itself happens stands here.

/// One at a time. Most begin after the bench has proved itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// Of every three closings of the button relay one comes to nothing.
    ButtonRelayWorn,
    /// Its contact has welded: the button is pressed for ever.
    ButtonRelayWelded,
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
    /// The button relay's armature falls back 15 s late, and the mains relay's.
    ButtonRelaySticks,
    MainsRelaySticks,
    /// The console's adapter hands nothing on any more.
    ConsoleDies,
}

const SECOND: u64 = 1_000_000_000;
/// When it begins, for those that do not begin at once.
pub(in crate::twin) const FROM: u64 = 60 * SECOND;
/// How often somebody pulls at the probe's lead, how many times, and for how long.
pub(in crate::twin) const TWITCHES: (u64, u64, u64) = (90 * SECOND, 60, 20_000_000);
