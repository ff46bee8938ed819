//! The bench's hands in the twin: instruments that have no byte protocol of their own, and the probe's lead.
//!
//! Knows nothing of roles or posts.

mod cameras;
mod card;
mod operator;
mod port;
mod probe;
mod reference_host;
mod services;
mod supervision;

pub use cameras::TwinCameras;
pub use card::CardPort;
pub(in crate::twin) use operator::TwinDesk;
pub use port::TwinPort;
pub(in crate::twin) use probe::ProbeLead;
pub use reference_host::TwinReferenceHost;
pub use services::TwinService;
pub use supervision::TwinSupervision;
