//! What may be wrong with the post's own converter, supply and lamp drivers, beside its microcontroller and its module.
//!
//! Knows when and how much; who is hindered asks. Nothing in a healthy post.

/// One at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HardwareFault {
    /// The converter is too hot: every 75 s it starts anew and is away for 2.5 s.
    ConverterRestarts,
    /// A loud word from the loudspeaker draws the microcontroller's supply below what it needs.
    BrownsOut,
    /// The converter leaves the line for 0.3 s of every 20.
    ConverterBlinks,
    /// The lamp "connected" is dead after a minute.
    ConnectedDies,
    /// The driver of the lamp "call placed" protects itself: after ten seconds of light six of darkness.
    PlacedOverheats,
    /// A loud word from the loudspeaker leaves too little for the lamp "connected": it is dark for 0.4 s.
    LampStarves,
    /// The lamp "out of service" is dead after four minutes.
    OutOfServiceDies,
    /// The lamps hang on the mains, and not on the battery.
    LampsOnMains,
    /// What the loudspeaker says empties the battery nine times as fast.
    TalkDrains,
}

/// What happens of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::twin) enum Happening {
    ConverterLeaves,
    ConverterReturns,
    /// The lamp's driver is too hot, or cool again; the count tells whether it is still the same light.
    TooHot(u64),
    Cool(u64),
    /// The lamp "connected" has enough again.
    Fed,
}

/// What it remembers.
#[derive(Debug, Default)]
pub(in crate::twin) struct Hardware {
    pub fault: Option<HardwareFault>,
    /// The pin of the lamp "call placed", and how often it changed.
    pub lit: bool,
    pub lights: u64,
    /// Loud frames in a row.
    pub loud: u32,
    /// The pin of the lamp "connected", and whether it starves.
    pub connected: bool,
    pub starves: bool,
    /// The pins of all lamps.
    pub pins: [bool; 3],
}

impl Hardware {
    pub(in crate::twin) fn with(fault: Option<HardwareFault>) -> Self {
        Hardware { fault, ..Hardware::default() }
    }
}

const SECOND: u64 = 1_000_000_000;
pub(in crate::twin) const CONVERTER_STAYS: u64 = 75 * SECOND;
pub(in crate::twin) const CONVERTER_AWAY: u64 = 5 * SECOND / 2;
/// The same of one that blinks.
pub(in crate::twin) const BLINKS: (u64, u64) = (20 * SECOND, 3 * SECOND / 10);
/// A lamp lives so long, from the beginning of everything.
pub(in crate::twin) const LIVES: u64 = 60 * SECOND;
pub(in crate::twin) const CONNECTED: usize = 1;
pub(in crate::twin) const OUT_OF_SERVICE: usize = 2;
/// The same of the lamp "out of service".
pub(in crate::twin) const SHINES: u64 = 240 * SECOND;
/// Seconds of a battery that a frame of the loudspeaker takes beside its own.
pub(in crate::twin) const DRAINS: f64 = 8.0 * 0.020;
pub(in crate::twin) const HEATS: u64 = 10 * SECOND;
pub(in crate::twin) const COOLS: u64 = 6 * SECOND;
/// The lamp "call placed".
pub(in crate::twin) const PLACED: usize = 0;
/// A frame whose effective value is beyond −23 dBFS is loud, and three of them (60 ms) empty the capacitor.
pub(in crate::twin) const LOUD: f32 = 0.07;
pub(in crate::twin) const EMPTIES: u32 = 3;
pub(in crate::twin) const STARVES: u64 = 4 * SECOND / 10;
