//! Hosts of the bench's own network.

use super::super::capability::Capability;
use super::super::key::{Key, Kind, Presence};
use super::super::transport;
use super::row::Driver;
use super::settings::Settings;

/// Any host that answers an echo request (RFC 792, RFC 4443): a converter's or a switch's management address.
pub(super) const PING: Driver = Driver {
    name: "ping",
    what: ("a reference host", "host odniesienia"),
    keys: &[ADDRESS],
    whole: &[Capability::ReferenceHost],
    is_prompt: true,
    read: |section, _, problems| Some((transport::host(section, &ADDRESS, "reference-host", problems)?, Settings::None)),
};

const ADDRESS: Key = Key {
    name: "address",
    kind: Kind::Text,
    presence: Presence::Needed,
    unit: "",
    example: "192.168.10.4",
    about: (
        "The IP address of a host that answers to ping, at the very place where the post's line begins, such as the bench's media converter; or twin.",
        "Adres IP hosta, który odpowiada na ping i jest tam, gdzie zaczyna się linia punktu, np. konwertera światłowodowego na stanowisku; albo twin.",
    ),
};
