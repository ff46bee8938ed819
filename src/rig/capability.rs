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
    /// Echoes of a host at the end of the bench's own network.
    ReferenceHost,
    /// Certificates that no post may believe, shown where posts connect.
    FalseCertificates,
    /// The messages in which a post tells of itself.
    Supervision,
    /// The city's camera system, where a press calls up a camera.
    Cameras,
    /// A person who is asked.
    Inspector,
    /// An address for the post (DHCP).
    AddressServer,
    /// The names of the operator's servers (DNS).
    NameServer,
    /// The time (NTP).
    TimeServer,
}

impl Capability {
    pub const ALL: [Capability; 15] = [
        Capability::Relay,
        Capability::Input,
        Capability::SoundOut,
        Capability::SoundIn,
        Capability::Console,
        Capability::Probe,
        Capability::Operator,
        Capability::ReferenceHost,
        Capability::FalseCertificates,
        Capability::Supervision,
        Capability::Cameras,
        Capability::Inspector,
        Capability::AddressServer,
        Capability::NameServer,
        Capability::TimeServer,
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
            Capability::ReferenceHost => ("a reference host", "hosta odniesienia"),
            Capability::FalseCertificates => ("false certificates", "fałszywych certyfikatów"),
            Capability::Supervision => ("a supervision", "nadzoru"),
            Capability::Cameras => ("a camera system", "systemu monitoringu"),
            Capability::Inspector => ("a person to ask", "osoby sprawdzającej"),
            Capability::AddressServer => ("a DHCP server", "serwera DHCP"),
            Capability::NameServer => ("a DNS server", "serwera DNS"),
            Capability::TimeServer => ("an NTP server", "serwera NTP"),
        }
    }
    /// The bare word.
    pub const fn noun(self) -> Noun {
        match self {
            Capability::Relay => Noun { en: "relay", pl: "przekaźnik", pl_plural: "przekaźniki" },
            Capability::Input | Capability::SoundIn => Noun { en: "input", pl: "wejście", pl_plural: "wejścia" },
            Capability::SoundOut => Noun { en: "output", pl: "wyjście", pl_plural: "wyjścia" },
            Capability::Console => Noun { en: "console", pl: "konsola", pl_plural: "konsole" },
            Capability::Probe => Noun { en: "debug probe", pl: "programator", pl_plural: "programatory" },
            Capability::Operator => Noun { en: "operator", pl: "operator", pl_plural: "operatorzy" },
            Capability::ReferenceHost => Noun { en: "reference host", pl: "host odniesienia", pl_plural: "hosty odniesienia" },
            Capability::FalseCertificates => {
                Noun { en: "false certificates", pl: "fałszywe certyfikaty", pl_plural: "fałszywe certyfikaty" }
            }
            Capability::Supervision => Noun { en: "supervision", pl: "nadzór", pl_plural: "nadzory" },
            Capability::Cameras => Noun { en: "camera system", pl: "system monitoringu", pl_plural: "systemy monitoringu" },
            Capability::Inspector => Noun { en: "person", pl: "osoba", pl_plural: "osoby" },
            Capability::AddressServer => Noun { en: "DHCP server", pl: "serwer DHCP", pl_plural: "serwery DHCP" },
            Capability::NameServer => Noun { en: "DNS server", pl: "serwer DNS", pl_plural: "serwery DNS" },
            Capability::TimeServer => Noun { en: "NTP server", pl: "serwer NTP", pl_plural: "serwery NTP" },
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
            Capability::ReferenceHost => "reference-host",
            Capability::FalseCertificates => "operator",
            Capability::Supervision => "supervision",
            Capability::Cameras => "cameras",
            Capability::Inspector => "inspector",
            Capability::AddressServer => "address-server",
            Capability::NameServer => "name-server",
            Capability::TimeServer => "time-server",
        }
    }
}

/// A word as messages need it; the English plural adds an s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noun {
    pub en: &'static str,
    pub pl: &'static str,
    pub pl_plural: &'static str,
}
