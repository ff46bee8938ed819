//! What a desk is made of, how what it takes in came, and what it gives out.

use crate::clock::Instant;
use crate::instrument::operator::Behaviour;
use crate::rtp::codec::Codec;
use crate::rtp::report::Calendar;
use crate::sip::digest::Algorithm;
use crate::sip::registrar::User;
use crate::sip::route::Wire;
use crate::sip::sdes::Srtp;
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
    /// Pairs of ports for calls, the even one for RTP and the odd one for RTCP (RFC 3550, 11); the last port is the
    /// self-check's.
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
