//! What is wired where: roles, and the channels, inputs and sockets that serve them.

use std::time::Duration;

/// What a channel of an instrument is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Button,
    Mains,
    /// The lead of the post's own battery.
    Battery,
    Fibre,
    /// The leads of the post's own loudspeaker and microphone.
    Loudspeaker,
    Microphone,
    LampPlaced,
    LampConnected,
    LampOutOfService,
    /// Whether the post's own button terminals are closed, whoever closes them.
    ButtonAtPost,
    /// Whether there is mains voltage where the post is plugged in, behind the bench's relay.
    MainsAtPost,
    Console,
    Probe,
    Operator,
    /// The host at the end of the bench's own network, from which on the line is the post's.
    ReferenceHost,
    /// The certificates that no post may believe, at the operator's servers.
    FalseCertificates,
    /// Where the post tells of itself.
    Supervision,
    /// Where a press calls up the camera that looks at the post.
    Cameras,
    /// Who looks at what no instrument sees.
    Inspector,
    /// The keys by which the operator sets the post's loudspeaker.
    Volume,
    /// How often the post tests its loudspeaker and microphone, and tells of it.
    SelfTest,
    /// Who gives the post its address (DHCP).
    AddressServer,
    /// Who tells the post where its servers are (DNS).
    NameServer,
    /// Who tells the post the time (NTP).
    TimeServer,
    /// The artificial mouth before the post's microphone (card output).
    Mouth,
    /// The bench's microphone before the post's loudspeaker (card input).
    Ear,
    /// The tone that the button relay's second pole gates into the card (card input).
    ContactTone,
    /// A card output wired back to a card input.
    Loopback,
    /// The post's second place for an image, where a new one is put on trial: no wire, and said of the post.
    SecondSlot,
}

impl Role {
    pub const ALL: [Role; 29] = [
        Role::Button,
        Role::Mains,
        Role::Battery,
        Role::Fibre,
        Role::Loudspeaker,
        Role::Microphone,
        Role::LampPlaced,
        Role::LampConnected,
        Role::LampOutOfService,
        Role::ButtonAtPost,
        Role::MainsAtPost,
        Role::Console,
        Role::Probe,
        Role::Operator,
        Role::ReferenceHost,
        Role::FalseCertificates,
        Role::Supervision,
        Role::Cameras,
        Role::Inspector,
        Role::Volume,
        Role::SelfTest,
        Role::AddressServer,
        Role::NameServer,
        Role::TimeServer,
        Role::Mouth,
        Role::Ear,
        Role::ContactTone,
        Role::Loopback,
        Role::SecondSlot,
    ];
    /// Those that the rig's `roles` may name.
    pub fn wired() -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(|role| *role != Role::SecondSlot)
    }
    /// As a rig spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Button => "button",
            Role::Mains => "mains",
            Role::Battery => "battery",
            Role::Fibre => "fibre",
            Role::Loudspeaker => "loudspeaker",
            Role::Microphone => "microphone",
            Role::LampPlaced => "lamp-placed",
            Role::LampConnected => "lamp-connected",
            Role::LampOutOfService => "lamp-out-of-service",
            Role::ButtonAtPost => "button-at-post",
            Role::MainsAtPost => "mains-at-post",
            Role::Console => "console",
            Role::Probe => "probe",
            Role::Operator => "operator",
            Role::ReferenceHost => "reference-host",
            Role::FalseCertificates => "false-certificates",
            Role::Supervision => "supervision",
            Role::Cameras => "cameras",
            Role::Inspector => "inspector",
            Role::Volume => "volume",
            Role::SelfTest => "self-test",
            Role::AddressServer => "address-server",
            Role::NameServer => "name-server",
            Role::TimeServer => "time-server",
            Role::Mouth => "mouth",
            Role::Ear => "ear",
            Role::ContactTone => "contact-tone",
            Role::Loopback => "loopback",
            Role::SecondSlot => "second-slot",
        }
    }
}

/// Which of a relay's contacts the wire goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pole {
    /// The circuit is closed while the relay is energised.
    NormallyOpen,
    /// The circuit is closed while the relay rests: a bench without power leaves mains and fibre connected.
    NormallyClosed,
}

/// A relay: instrument name and channel as printed on the board, from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChannelRef {
    pub board: String,
    pub channel: u8,
}

/// An input: instrument name and number as printed on the board, from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputRef {
    pub board: String,
    pub input: u8,
}

/// A sound card's socket, from 1. Whether it is an output or an input follows from the role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct JackRef {
    pub card: String,
    pub jack: u8,
}

/// A relay that does something to the post, and the input that proves it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switch {
    pub relay: ChannelRef,
    pub contact: Pole,
    /// Closed exactly while the circuit is closed. Always there: a board without read-back proves nothing by itself,
    /// and a bench that cannot see that it let go of the button is not safe.
    pub sense: InputRef,
}

/// A card output wired to a card input, straight or through a relay contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    pub output: JackRef,
    pub input: JackRef,
}

/// What the operator presses in a talk for the faintest and for the loudest setting of the loudspeaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeKeys {
    pub lowest: String,
    pub highest: String,
}

/// What the post does of itself for its loudspeaker and microphone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelfTests {
    /// From one test to the next at most.
    pub every: Duration,
    /// One comes so soon after every power-on, if it does.
    pub after_power_on: Option<Duration>,
}

/// What is wired where; `None` where the rig lacks a role.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wiring {
    pub button: Option<Switch>,
    pub mains: Option<Switch>,
    pub battery: Option<Switch>,
    pub fibre: Option<Switch>,
    pub loudspeaker: Option<Switch>,
    pub microphone: Option<Switch>,
    pub lamp_placed: Option<InputRef>,
    pub lamp_connected: Option<InputRef>,
    pub lamp_out_of_service: Option<InputRef>,
    pub button_at_post: Option<InputRef>,
    pub mains_at_post: Option<InputRef>,
    /// Name of the instrument; so for all that follow up to `time_server`, but `volume` and `self_test`.
    pub console: Option<String>,
    pub probe: Option<String>,
    pub operator: Option<String>,
    pub reference_host: Option<String>,
    pub false_certificates: Option<String>,
    pub supervision: Option<String>,
    pub cameras: Option<String>,
    pub inspector: Option<String>,
    pub volume: Option<VolumeKeys>,
    pub self_test: Option<SelfTests>,
    pub address_server: Option<String>,
    pub name_server: Option<String>,
    pub time_server: Option<String>,
    pub mouth: Option<JackRef>,
    pub ear: Option<JackRef>,
    pub contact_tone: Option<Patch>,
    pub loopback: Option<Patch>,
}

impl Wiring {
    /// The lamps that are watched, by the names of their roles.
    pub fn lamps(&self) -> impl Iterator<Item = (&'static str, &InputRef)> {
        let lamps = [
            ("lamp-placed", &self.lamp_placed),
            ("lamp-connected", &self.lamp_connected),
            ("lamp-out-of-service", &self.lamp_out_of_service),
        ];
        lamps.into_iter().filter_map(|(role, input)| Some((role, input.as_ref()?)))
    }

    pub const fn has(&self, role: Role) -> bool {
        match role {
            Role::Button => self.button.is_some(),
            Role::Mains => self.mains.is_some(),
            Role::Battery => self.battery.is_some(),
            Role::Fibre => self.fibre.is_some(),
            Role::Loudspeaker => self.loudspeaker.is_some(),
            Role::Microphone => self.microphone.is_some(),
            Role::LampPlaced => self.lamp_placed.is_some(),
            Role::LampConnected => self.lamp_connected.is_some(),
            Role::LampOutOfService => self.lamp_out_of_service.is_some(),
            Role::ButtonAtPost => self.button_at_post.is_some(),
            Role::MainsAtPost => self.mains_at_post.is_some(),
            Role::Console => self.console.is_some(),
            Role::Probe => self.probe.is_some(),
            Role::Operator => self.operator.is_some(),
            Role::ReferenceHost => self.reference_host.is_some(),
            Role::FalseCertificates => self.false_certificates.is_some(),
            Role::Supervision => self.supervision.is_some(),
            Role::Cameras => self.cameras.is_some(),
            Role::Inspector => self.inspector.is_some(),
            Role::Volume => self.volume.is_some(),
            Role::SelfTest => self.self_test.is_some(),
            Role::AddressServer => self.address_server.is_some(),
            Role::NameServer => self.name_server.is_some(),
            Role::TimeServer => self.time_server.is_some(),
            Role::Mouth => self.mouth.is_some(),
            Role::Ear => self.ear.is_some(),
            Role::ContactTone => self.contact_tone.is_some(),
            Role::Loopback => self.loopback.is_some(),
            Role::SecondSlot => false,
        }
    }

    /// The instrument that serves a role taking a whole one, and the sound card of a role that uses sound.
    pub fn instrument(&self, role: Role) -> Option<&str> {
        match role {
            Role::Console => self.console.as_deref(),
            Role::Probe => self.probe.as_deref(),
            Role::Operator => self.operator.as_deref(),
            Role::ReferenceHost => self.reference_host.as_deref(),
            Role::FalseCertificates => self.false_certificates.as_deref(),
            Role::Supervision => self.supervision.as_deref(),
            Role::Cameras => self.cameras.as_deref(),
            Role::Inspector => self.inspector.as_deref(),
            Role::AddressServer => self.address_server.as_deref(),
            Role::NameServer => self.name_server.as_deref(),
            Role::TimeServer => self.time_server.as_deref(),
            Role::Mouth => self.mouth.as_ref().map(|jack| jack.card.as_str()),
            Role::Ear => self.ear.as_ref().map(|jack| jack.card.as_str()),
            Role::ContactTone => self.contact_tone.as_ref().map(|patch| patch.output.card.as_str()),
            Role::Loopback => self.loopback.as_ref().map(|patch| patch.output.card.as_str()),
            Role::Button | Role::Mains | Role::Battery | Role::Fibre | Role::ButtonAtPost | Role::MainsAtPost => None,
            Role::Loudspeaker | Role::Microphone | Role::SelfTest | Role::SecondSlot => None,
            Role::LampPlaced | Role::LampConnected | Role::LampOutOfService | Role::Volume => None,
        }
    }
}
