//! What a desk cannot do, and why.

use super::call::CallState;
use crate::instrument::operator::CallId;
use crate::unit::Bilingual;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    #[error("there is no call {}", .0.0)]
    NoSuchCall(CallId),
    #[error("call {} is {state}", .call.0)]
    WrongState { call: CallId, state: CallState },
    #[error("call {} has no media yet", .0.0)]
    NoMedia(CallId),
    #[error("something else is just being agreed in call {}", .0.0)]
    Occupied(CallId),
    #[error("no media port is free")]
    NoPort,
    #[error("frame {to} of call {} has not been heard yet", .call.0)]
    NotYetHeard { call: CallId, to: u64 },
    #[error("frames {from} to {to} are no stretch of a call")]
    BadStretch { from: u64, to: u64 },
}

impl DeskError {
    /// Why it could not be done.
    pub fn account(&self) -> Bilingual {
        let pl = match self {
            DeskError::NoSuchCall(call) => format!("nie ma połączenia {}", call.0),
            DeskError::WrongState { call, state } => format!("połączenie {} {}", call.0, state.in_polish()),
            DeskError::NoMedia(call) => format!("w połączeniu {} nie ma jeszcze dźwięku", call.0),
            DeskError::Occupied(call) => format!("w połączeniu {} trwa właśnie inne uzgodnienie", call.0),
            DeskError::NoPort => "nie ma wolnego portu dla dźwięku".to_owned(),
            DeskError::NotYetHeard { call, to } => format!("ramki {to} połączenia {} jeszcze nie odebrano", call.0),
            DeskError::BadStretch { from, to } => format!("ramki od {from} do {to} nie tworzą odcinka rozmowy"),
        };
        Bilingual::new(self.to_string(), pl)
    }
}
