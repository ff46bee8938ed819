//! The circuits of a post that a bench switches, and the leads to them.

/// A circuit of the post that a relay opens and closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::twin) enum Circuit {
    Button,
    Mains,
    Battery,
    Fibre,
    Loudspeaker,
    Microphone,
}

impl Circuit {
    /// In the order of their numbers.
    pub const ALL: [Circuit; 6] =
        [Circuit::Button, Circuit::Mains, Circuit::Battery, Circuit::Fibre, Circuit::Loudspeaker, Circuit::Microphone];
}

/// Which end of a relay's wires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::twin) enum LeadEnd {
    /// The post's circuit.
    Post,
    /// The contact that tells the bench.
    Sense,
}

/// What may be wrong with a lead from a relay to the post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeadFault {
    FibreBypassed,
    FibreOpen,
    MainsBypassed,
    LoudspeakerBypassed,
    MicrophoneBypassed,
}
