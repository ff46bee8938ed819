//! The `instruments:` section: what stands on the bench and how it is reached.
//!
//! Knows nothing of drivers beyond their names and settings.

use std::net::SocketAddr;

/// A byte line to an instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A serial port of this machine.
    Serial { path: String, baud: u32 },
    /// A line of the virtual post, by name.
    Twin { name: String },
}

/// Which debug probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeSelector {
    Twin,
    Usb { vendor: u16, product: u16, serial: Option<String> },
}

/// Which sound card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoundDevice {
    Twin,
    /// An ALSA name, e.g. `hw:CARD=USB,DEV=0`.
    Alsa(String),
}

/// Where the operator listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listen {
    Twin,
    Udp(SocketAddr),
}

/// A post that may register with the operator.
#[derive(Clone, PartialEq, Eq)]
pub struct SipUser {
    pub name: String,
    pub password: String,
}

impl std::fmt::Debug for SipUser {
    /// A password has no business in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SipUser({})", self.name)
    }
}

/// Kinds of instruments, by driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Driver {
    Lcus,
    InputReporter,
    SerialConsole,
    ProbeRs,
    SoundCard,
    SipOperator,
}

impl Driver {
    pub const ALL: [Driver; 6] =
        [Driver::Lcus, Driver::InputReporter, Driver::SerialConsole, Driver::ProbeRs, Driver::SoundCard, Driver::SipOperator];
    /// As a rig spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Driver::Lcus => "lcus",
            Driver::InputReporter => "input-reporter",
            Driver::SerialConsole => "serial-console",
            Driver::ProbeRs => "probe-rs",
            Driver::SoundCard => "sound-card",
            Driver::SipOperator => "sip-operator",
        }
    }
    /// What it is, for messages.
    pub const fn what(self) -> &'static str {
        match self {
            Driver::Lcus => "a relay board",
            Driver::InputReporter => "an input board",
            Driver::SerialConsole => "a serial console",
            Driver::ProbeRs => "a debug probe",
            Driver::SoundCard => "a sound card",
            Driver::SipOperator => "a SIP operator",
        }
    }
}

/// One instrument, with what its driver needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instrument {
    /// A relay board of the LCUS family.
    Lcus { port: Line, channels: u8 },
    /// A board that reports changes of its inputs line by line.
    InputReporter { port: Line, channels: u8 },
    /// The post's own console.
    SerialConsole { port: Line },
    /// A debug probe.
    ProbeRs { selector: ProbeSelector },
    /// A sound card; `rate` in frames per second.
    SoundCard { device: SoundDevice, rate: u32, outputs: u8, inputs: u8 },
    /// The City Guard's operator.
    SipOperator { listen: Listen, realm: String, users: Vec<SipUser> },
}

impl Instrument {
    pub const fn driver(&self) -> Driver {
        match self {
            Instrument::Lcus { .. } => Driver::Lcus,
            Instrument::InputReporter { .. } => Driver::InputReporter,
            Instrument::SerialConsole { .. } => Driver::SerialConsole,
            Instrument::ProbeRs { .. } => Driver::ProbeRs,
            Instrument::SoundCard { .. } => Driver::SoundCard,
            Instrument::SipOperator { .. } => Driver::SipOperator,
        }
    }
    /// Whether this instrument is one of the virtual post's.
    pub const fn is_twin(&self) -> bool {
        match self {
            Instrument::Lcus { port, .. } | Instrument::InputReporter { port, .. } | Instrument::SerialConsole { port } => {
                matches!(port, Line::Twin { .. })
            }
            Instrument::ProbeRs { selector } => matches!(selector, ProbeSelector::Twin),
            Instrument::SoundCard { device, .. } => matches!(device, SoundDevice::Twin),
            Instrument::SipOperator { listen, .. } => matches!(listen, Listen::Twin),
        }
    }
}
