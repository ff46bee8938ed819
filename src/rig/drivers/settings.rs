//! What a driver has to know beside transport and counts, as values: each family's own.

use super::super::transport::Transport;
use super::asked::{Command, HttpSwitch, Modbus, ScpiModel};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// What only one family of drivers has to know, beside transport and counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settings {
    None,
    /// A sound card's frames per second, and what its samples stand for in dB re 20 µPa, as far as it has been
    /// measured: speech at the post's microphone, and a sine at the ear that reaches full scale.
    Sound {
        rate: u32,
        speech_spl: Option<u8>,
        ear_spl: Option<u8>,
    },
    Operator(Box<SipOperator>),
    /// After so many seconds without a message a post counts as lost, and every so many it is to tell that it lives.
    Supervision {
        silence: u16,
        every: Option<u16>,
    },
    /// What an address server gives the post.
    Leases(Leases),
    /// The domain in which a name server names the operator's servers.
    Names {
        domain: String,
    },
    /// What an event of the post has to name; `None`: the post's identity.
    Cameras {
        named: Option<String>,
    },
    Modbus(Modbus),
    HttpSwitch(HttpSwitch),
    Command(Command),
    Scpi(&'static ScpiModel),
}

/// What the operator is set up with, beside where it listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SipOperator {
    /// Where its second server listens, if posts know of one.
    pub backup: Option<Transport>,
    /// Where a stranger is played from, if there is an address for one. His voice comes from two ports further on.
    pub stranger: Option<Transport>,
    pub realm: String,
    pub users: Vec<SipUser>,
    pub tls: Option<Tls>,
    /// In the virtual post's network: signalling goes over TLS, under certificates of that network.
    pub tls_in_twin: bool,
    pub srtp: Srtp,
}

impl SipOperator {
    /// The password under which a post may register.
    pub fn password_of(&self, post: &str) -> Option<&str> {
        self.users.iter().find(|user| user.name == post).map(|user| user.password.as_str())
    }
}

/// A post that may register with the operator.
#[derive(Clone, PartialEq, Eq)]
pub struct SipUser {
    pub name: String,
    pub password: String,
}

impl std::fmt::Debug for SipUser {
    /// A password has no business in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SipUser({})", self.name)
    }
}

/// SIP over TLS: where, and with which files. They have been read once and found sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    pub listen: SocketAddr,
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// Who signs the posts' certificates; where it is named, a post must show one.
    pub ca: Option<PathBuf>,
    /// What it can show instead.
    pub impostors: Vec<Impostor>,
    /// What posts call the operator, if not by the address.
    pub name: Option<String>,
}

/// Whether media is to be secure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Srtp {
    Mandatory,
    Optional,
    Refused,
}

/// What is false of a certificate, and of nothing else in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Falsehood {
    /// An authority that the posts do not know has signed it.
    OtherAuthority,
    /// It is made out for another server.
    OtherName,
    Expired,
    NotYetValid,
    /// It is for clients.
    NotForServers,
}

/// A certificate that no post may believe, with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impostor {
    pub falsehood: Falsehood,
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// What an address server gives the post, and nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leases {
    /// The post's network card.
    pub post: [u8; 6],
    pub address: Ipv4Addr,
    pub other: Ipv4Addr,
    /// Bits of an address that are the network's.
    pub prefix: u8,
    pub lease: Duration,
    pub router: Option<Ipv4Addr>,
}
