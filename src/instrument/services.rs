//! What a network gives a post before it can call anybody: an address (DHCP), its servers by name (DNS), the time
//! (NTP). The bench gives them, and may give them late, not at all, or others.

use super::{Instrument, Result};
use crate::clock::{Instant, Stamped};
use std::net::IpAddr;
use std::time::Duration;

/// One of the services. It serves from its opening on, and is in order until it is told otherwise.
pub trait NetworkService<Conduct, Seen>: Instrument {
    /// How it is from now on; when that began.
    fn behave(&mut self, how: Conduct) -> Result<Instant>;
    /// What it was asked since the last call, in order.
    fn seen(&mut self) -> Result<Vec<Stamped<Seen>>>;
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
