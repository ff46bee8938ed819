//! What a network gives a post before it can call anybody: an address (DHCP), its servers by name (DNS), the time
//! (NTP). The bench gives them, and may give them late, not at all, or others.

use super::{AsksItself, Result};
use crate::clock::{Instant, Stamped};
use std::net::IpAddr;
use std::time::Duration;

/// One of the services. It serves from its opening on, and is in order until it is told otherwise.
pub trait NetworkService<Conduct, Seen>: AsksItself {
    /// How it is from now on; when that began.
    fn behave(&mut self, how: Conduct) -> Result<Instant>;
    /// What it was asked since the last call, in order.
    fn seen(&mut self) -> Result<Vec<Stamped<Seen>>>;
    /// What was answered to the bench's own questions since the last call, by this service or by another one.
    fn own_answers(&mut self) -> Result<Vec<Stamped<OwnAnswer>>>;
}

/// An answer to a question of the bench's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnAnswer {
    /// Of the question.
    pub number: u16,
    pub told: Told,
}

/// What such an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// An address, offered by this server.
    Offer { server: IpAddr, is_ours: bool },
    /// Where a name of the domain leads to.
    Places(Vec<IpAddr>),
    /// The time since 1970.
    Time(Duration),
}

pub type AddressServer = dyn NetworkService<AddressConduct, AddressAsked>;
pub type NameServer = dyn NetworkService<NameConduct, NameAsked>;
pub type TimeServer = dyn NetworkService<TimeConduct, TimeAsked>;

/// How a DHCP server is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AddressConduct {
    pub is_silent: bool,
    /// It gives the post its other address, and no longer knows the first.
    pub gives_other: bool,
}

/// How a name server is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NameConduct {
    pub is_silent: bool,
    /// Its answers leave so much later.
    pub late: Duration,
    /// It names the backup server as the main one, and the main one as the backup.
    pub names_exchanged: bool,
}

/// How a time server is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeConduct {
    pub is_silent: bool,
    /// What it tells is so much ahead of the true time.
    pub ahead: Duration,
}

/// What became of a post's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressAsked {
    /// It may use it for so long: given for the first time, or once more.
    Given { address: IpAddr, lease: Duration },
    /// It must not use it.
    Refused { address: IpAddr },
    /// It gave it back.
    Released { address: IpAddr },
    /// It asked, and was not answered.
    Unanswered,
}

/// A name that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameAsked {
    pub name: String,
    /// The kind of record, as RFC 1035 writes it: `SRV`.
    pub kind: String,
    /// How many records the answer holds; `None`: there was none.
    pub found: Option<usize>,
    /// For how long an answer may be kept.
    pub lives: Duration,
}

/// The time was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeAsked {
    pub is_answered: bool,
}
