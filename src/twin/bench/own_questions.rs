//! The bench's own questions to the services of its host: they go to the host from itself, over no line, and meet
//! whatever the post's meet there.

use crate::clock::Stamped;

/// From where the bench asks.
pub(in crate::twin) const PORT: u16 = 49_999;

/// What has come, and from which port.
pub(in crate::twin) type OwnAnswers = Vec<(u16, Stamped<Vec<u8>>)>;
