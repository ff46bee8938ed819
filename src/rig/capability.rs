//! What an instrument can do for a role, whatever drives it. A role asks for one of these and never for a driver.

/// Something an instrument offers, once or so many times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Capability {
    /// A contact that the bench moves.
    Relay,
    /// A digital input with a stamp on each change.
    Input,
    /// A sound card's socket that plays.
    SoundOut,
    /// A sound card's socket that records.
    SoundIn,
    /// Lines of text that the post says.
    Console,
    /// Access to the microcontroller's memory.
    Probe,
    /// The City Guard's end of a call.
    Operator,
}

impl Capability {
    pub const ALL: [Capability; 7] = [
        Capability::Relay,
        Capability::Input,
        Capability::SoundOut,
        Capability::SoundIn,
        Capability::Console,
        Capability::Probe,
        Capability::Operator,
    ];

    /// One of them, as English and Polish ask for it: after "needs", po „potrzebuje”.
    pub const fn one(self) -> (&'static str, &'static str) {
        match self {
            Capability::Relay => ("a relay", "przekaźnika"),
            Capability::Input => ("an input", "wejścia dwustanowego"),
            Capability::SoundOut => ("a sound output", "wyjścia dźwięku"),
            Capability::SoundIn => ("a sound input", "wejścia dźwięku"),
            Capability::Console => ("a console", "konsoli"),
            Capability::Probe => ("a debug probe", "programatora"),
            Capability::Operator => ("an operator", "operatora"),
        }
    }
    /// The bare word, as it is counted in English and Polish: "there is no relay 5", „przekaźnik 5”.
    pub const fn noun(self) -> (&'static str, &'static str) {
        match self {
            Capability::Relay => ("relay", "przekaźnik"),
            Capability::Input | Capability::SoundIn => ("input", "wejście"),
            Capability::SoundOut => ("output", "wyjście"),
            Capability::Console => ("console", "konsola"),
            Capability::Probe => ("debug probe", "programator"),
            Capability::Operator => ("operator", "operator"),
        }
    }
    /// What stands between the slash and the number of a reference: `card/out-1`, `relays/1`.
    pub const fn prefix(self) -> &'static str {
        match self {
            Capability::SoundOut => "out-",
            Capability::SoundIn => "in-",
            _ => "",
        }
    }
    /// A reference as a rig writes it.
    pub const fn example(self) -> &'static str {
        match self {
            Capability::Relay => "relays/1",
            Capability::Input => "inputs/1",
            Capability::SoundOut => "card/out-1",
            Capability::SoundIn => "card/in-1",
            Capability::Console => "console",
            Capability::Probe => "probe",
            Capability::Operator => "operator",
        }
    }
}
