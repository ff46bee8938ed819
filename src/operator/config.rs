//! What a desk is made of, what it gives out, and what it cannot do.

use super::call::CallState;
use crate::clock::Instant;
use crate::instrument::operator::{Behaviour, CallId};
use crate::rtp::codec::Codec;
use crate::rtp::report::Calendar;
use crate::sip::digest::Algorithm;
use crate::sip::registrar::User;
use crate::sip::route::Wire;
use crate::sip::sdes::Srtp;
use crate::unit::Bilingual;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

#[derive(Debug, Clone)]
pub struct DeskConfig {
    /// Every token, tag and number the desk makes up follows from it.
    pub seed: u64,
    /// Where SIP is spoken, with the address that peers are told.
    pub sip: SocketAddr,
    /// The backup server's address, if there is one. It knows every binding and call that the primary knows.
    pub backup: Option<SocketAddr>,
    /// Pairs of ports for calls, the even one for RTP and the odd one for RTCP (RFC 3550, 11); the last port is the self-check's.
    pub media_ports: RangeInclusive<u16>,
    pub realm: String,
    /// The rig's posts.
    pub users: Vec<User>,
    /// How long a registration holds at most.
    pub grants: Duration,
    /// The user part that calls must be for.
    pub operator_user: String,
    /// The user part of the second operator.
    pub second_user: String,
    pub behaviour: Behaviour,
    /// Calls at a time; one more receiving 486.
    pub max_calls: usize,
    /// From INVITE to 180.
    pub ring_after: Duration,
    /// The codecs spoken, in the bench's order of preference.
    pub codecs: Vec<Codec>,
    /// Digest algorithms that a post is challenged with, in this order.
    pub digests: Vec<Algorithm>,
    /// Whether media is to be secure.
    pub srtp: Srtp,
    /// What reports call the time.
    pub calendar: Calendar,
}

/// How a datagram came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances {
    /// Its reception.
    pub at: Instant,
    /// How far to trust that moment (k = 2).
    pub within: Duration,
    /// The differentiated services code point it came under, where that is known.
    pub dscp: Option<u8>,
}

/// A datagram, or a message of a connection, to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub wire: Wire,
    pub from: SocketAddr,
    pub to: SocketAddr,
    pub bytes: Vec<u8>,
}

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
