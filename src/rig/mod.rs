//! A validated rig.

/// What a channel of an instrument is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Button,
    Mains,
    Fibre,
    LampPlaced,
    LampConnected,
    LampOutOfService,
    Console,
    Probe,
    Operator,
    /// The artificial mouth before the post's microphone (card output).
    Mouth,
    /// The bench's microphone before the post's loudspeaker (card input).
    Ear,
    /// The tone that the button relay's second pole gates into the card (card input).
    ContactTone,
    /// A card output wired back to a card input.
    Loopback,
}
