//! What stands on the virtual bench and how it is wired: by default as a rig says, and then as somebody may have wired
//! it wrongly.

use crate::instrument::audio::Jack;
use crate::rig::{Capability, ChannelRef, InputRef, JackRef, Patch, Pole, Rig, SelfTests, Switch, VolumeKeys, Wiring};
use std::time::Duration;

/// A board with a serial line of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardConfig {
    /// What the rig calls the instrument.
    pub instrument: String,
    /// The line's name, behind `twin:`.
    pub line: String,
    pub kind: BoardKind,
}

/// What a serial line leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoardKind {
    Relays { channels: u8 },
    Inputs { channels: u8 },
    Console,
}

/// Everything on the bench that has a number or a wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchConfig {
    pub boards: Vec<BoardConfig>,
    /// The sound card's outputs and inputs.
    pub jacks: (u8, u8),
    /// A host stands at the end of its network.
    pub has_reference_host: bool,
    /// Which wire really goes where, whatever the rig's roles say.
    pub harness: Wiring,
}

impl BenchConfig {
    /// The boards under the names and with the channels of the rig; wired as its `twin:` section says, or else as its
    /// roles do.
    pub fn of(rig: &Rig) -> Self {
        let boards = rig.on_twin().filter_map(|(line, instrument, one)| {
            let kind = match (one.count(Capability::Relay), one.count(Capability::Input)) {
                (0, 0) if one.offers(Capability::Console) => BoardKind::Console,
                (0, 0) => return None,
                (0, channels) => BoardKind::Inputs { channels },
                (channels, _) => BoardKind::Relays { channels },
            };
            Some(BoardConfig { instrument: instrument.to_owned(), line: line.to_owned(), kind })
        });
        let card = rig.on_twin().find(|(.., one)| one.offers(Capability::SoundOut) || one.offers(Capability::SoundIn));
        let jacks = card.map_or((0, 0), |(.., one)| (one.count(Capability::SoundOut), one.count(Capability::SoundIn)));
        let has_reference_host = rig.on_twin().any(|(.., one)| one.offers(Capability::ReferenceHost));
        let stated = rig.twin.as_ref().and_then(|twin| twin.wiring.clone());
        BenchConfig { boards: boards.collect(), jacks, has_reference_host, harness: stated.unwrap_or_else(|| rig.wiring.clone()) }
    }
}

impl BenchConfig {
    /// The same with nothing but a mouth and an ear at its sound card.
    #[must_use]
    pub fn with_mouth_and_ear(mut self, (mouth, ear): (Jack, Jack)) -> Self {
        let jack = |jack: Jack| Some(JackRef { card: String::new(), jack: jack.0 });
        self.jacks = (mouth.0, ear.0);
        let harness = Wiring { mouth: jack(mouth), ear: jack(ear), contact_tone: None, loopback: None, ..self.harness };
        BenchConfig { harness, ..self }
    }
}

impl Default for BenchConfig {
    /// As `rigs/virtual.yaml` describes it.
    fn default() -> Self {
        let board = |name: &str, kind| BoardConfig { instrument: name.into(), line: name.into(), kind };
        let input = |input| InputRef { board: "inputs".into(), input };
        let jack = |jack| JackRef { card: "card".into(), jack };
        let switch = |number, contact| {
            Some(Switch { relay: ChannelRef { board: "relays".into(), channel: number }, contact, sense: input(number + 3) })
        };
        let in_lead = |channel, number| {
            let sense = InputRef { board: "more-inputs".into(), input: number };
            Some(Switch { relay: ChannelRef { board: "relays".into(), channel }, contact: Pole::NormallyClosed, sense })
        };
        BenchConfig {
            boards: vec![
                board("console", BoardKind::Console),
                board("inputs", BoardKind::Inputs { channels: 8 }),
                board("more-inputs", BoardKind::Inputs { channels: 8 }),
                board("relays", BoardKind::Relays { channels: 8 }),
            ],
            jacks: (2, 3),
            has_reference_host: true,
            harness: Wiring {
                button: switch(1, Pole::NormallyOpen),
                mains: switch(2, Pole::NormallyClosed),
                battery: None,
                loudspeaker: in_lead(4, 1),
                microphone: in_lead(5, 2),
                fibre: switch(3, Pole::NormallyClosed),
                lamp_placed: Some(input(1)),
                lamp_connected: Some(input(2)),
                lamp_out_of_service: Some(input(3)),
                button_at_post: Some(input(7)),
                mains_at_post: Some(input(8)),
                console: Some("console".into()),
                probe: Some("probe".into()),
                operator: Some("operator".into()),
                reference_host: Some("reference-host".into()),
                false_certificates: None,
                supervision: Some("supervision".into()),
                cameras: Some("cameras".into()),
                inspector: None,
                volume: Some(VolumeKeys { lowest: "*0".into(), highest: "*9".into() }),
                self_test: Some(SelfTests { every: Duration::from_secs(86_400), after_power_on: Some(Duration::from_secs(60)) }),
                address_server: Some("address-server".into()),
                name_server: Some("name-server".into()),
                time_server: Some("time-server".into()),
                mouth: Some(jack(1)),
                ear: Some(jack(1)),
                contact_tone: Some(Patch { output: jack(2), input: jack(2) }),
                loopback: Some(Patch { output: jack(2), input: jack(3) }),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_bench_of_the_rig_shipped_is_the_usual_one() {
        let rig = crate::rig::load(Path::new("rigs/virtual.yaml")).expect("in order");
        assert_eq!(BenchConfig::of(&rig), BenchConfig::default());
    }
}
