//! Which part of a bench failed, as a technician tells them apart. Knows nothing of models.

/// A part of the bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Subsystem {
    Relays,
    Inputs,
    Console,
    Probe,
    Sound,
    Operator,
    Network,
    Supervision,
    Cameras,
    Inspector,
    Firmware,
    Storage,
    Rig,
    /// The bench's own program.
    Process,
    /// Not said.
    #[default]
    Other,
}

impl Subsystem {
    /// Its name in Polish.
    pub const fn name_pl(self) -> &'static str {
        match self {
            Subsystem::Relays => "moduł przekaźników",
            Subsystem::Inputs => "moduł wejść",
            Subsystem::Console => "konsola punktu",
            Subsystem::Probe => "programator",
            Subsystem::Sound => "tor dźwięku stanowiska",
            Subsystem::Operator => "symulator operatora",
            Subsystem::Network => "sieć stanowiska",
            Subsystem::Supervision => "nadzór",
            Subsystem::Cameras => "symulator monitoringu",
            Subsystem::Inspector => "osoba przy terminalu",
            Subsystem::Firmware => "plik oprogramowania",
            Subsystem::Storage => "zapis na dysku",
            Subsystem::Process => "program stanowiska",
            Subsystem::Rig => "opis stanowiska",
            Subsystem::Other => "przyrząd",
        }
    }
}
