//! Rules about what the network round the post has given it: an address only for as long as it has it, and the time as
//! it is.

use super::course::{Binding, Course};
use super::{Bound, Rule, Sample};
use crate::rig::Role::{AddressServer, Operator, Supervision};
use crate::unit::{Bilingual, Method, Quantity, Unit, both};

pub const RULES: &[Rule] = &[
    Rule { quantity: OUTLIVED, needs: &[AddressServer, Operator], limit: Bound::Never, look: outlived },
    Rule { quantity: CLOCK, needs: &[Supervision], limit: Bound::Ceiling, look: clock },
];

const OUTLIVED: Quantity = Quantity {
    key: "T19.watch.addresses-outlived",
    unit: Unit::Count,
    en: "registrations under an address that the post no longer had",
    pl: "rejestracje pod adresem, do którego punkt nie miał już prawa",
    method: Method::new(
        "Contact of every REGISTER against the leases that the DHCP server has given",
        "Contact każdego REGISTER względem dzierżaw udzielonych przez serwer DHCP",
        "RFC 2131, 4.4.5",
    ),
    requirement: "T19",
};
const CLOCK: Quantity = Quantity {
    key: "T36.watch.clock-error",
    unit: Unit::Second,
    en: "error of the time that messages to the supervision bear",
    pl: "błąd czasu podawanego w komunikatach do nadzoru",
    method: Method::new(
        "TIMESTAMP of every message at the supervision (syslog) against the bench's clock at its reception",
        "TIMESTAMP każdego komunikatu w nadzorze (syslog) względem zegara stanowiska w chwili odebrania",
        "RFC 5424, 6.2.3",
    ),
    requirement: "T36",
};

/// What was under way as a lease ran out, and a clock a little slow [EJ].
const LEASE_MARGIN: f64 = 2.0;

/// Of a post whose lease the bench has never seen nothing can be said: it may be of another server.
fn outlived(course: &Course) -> Vec<Sample> {
    let Some(known_from) = course.leases.first().map(|(_, lease)| lease.from) else { return Vec::new() };
    let sample = |Binding { at, host, .. }: &Binding| {
        let has = course
            .leases
            .iter()
            .any(|(address, lease)| address == host && (lease.from - LEASE_MARGIN..=lease.to + LEASE_MARGIN).contains(at));
        Sample::breach(*at, (!has).then(|| Bilingual::new(host.clone(), host.clone())))
    };
    course.bindings.iter().filter(|binding| binding.at >= known_from).map(sample).collect()
}

fn clock(course: &Course) -> Vec<Sample> {
    let sample = |(at, error, within): &(f64, f64, f64)| {
        let told = format!("{error:+.1}");
        let told_pl = told.replace('.', ",");
        Sample::seconds(*at, error.abs(), *within, both!("off by {told} s", "odchyłka {told_pl} s"))
    };
    let misled = |at: f64| course.misled.iter().any(|span| span.holds(at));
    course.clock_errors.iter().filter(|(at, ..)| !misled(*at)).map(sample).collect()
}
