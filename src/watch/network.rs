//! Rules about what the network round the post has given it: an address only for as long as it has it, the time as it
//! is, and nothing that it has to ask for without end.

use super::course::{Binding, Course, Kind};
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::bench::Service;
use crate::rig::Role::{AddressServer, NameServer, Operator, Supervision, TimeServer};
use crate::unit::{Bilingual, Estimate, Method, Quantity, Unit, both};

pub const RULES: &[Rule] = &[
    Rule { quantity: OUTLIVED, needs: &[AddressServer, Operator], limit: Bound::Never, look: outlived },
    Rule { quantity: ADDRESSES_ASKED, needs: &[AddressServer], limit: QUESTIONS, look: |c| questions(c, Service::Addresses) },
    Rule { quantity: NAMES_ASKED, needs: &[NameServer], limit: QUESTIONS, look: |c| questions(c, Service::Names) },
    Rule { quantity: TIMES_ASKED, needs: &[TimeServer], limit: QUESTIONS, look: |c| questions(c, Service::Time) },
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

const ADDRESSES_ASKED: Quantity = Quantity {
    key: "T39.watch.addresses-asked",
    unit: Unit::Count,
    en: "questions to the DHCP server in 30 s, most",
    pl: "pytania do serwera DHCP w ciągu 30 s, najwięcej",
    method: Method::new(
        "every message of the post to the bench's DHCP server",
        "każda wiadomość punktu do serwera DHCP stanowiska",
        "RFC 2131, 4.1",
    ),
    requirement: "T39",
};
const NAMES_ASKED: Quantity = Quantity {
    key: "T39.watch.names-asked",
    en: "questions to the DNS server in 30 s, most",
    pl: "pytania do serwera DNS w ciągu 30 s, najwięcej",
    method: Method::new(
        "every question of the post to the bench's DNS server",
        "każde pytanie punktu do serwera DNS stanowiska",
        "RFC 1536, 1",
    ),
    ..ADDRESSES_ASKED
};
const TIMES_ASKED: Quantity = Quantity {
    key: "T39.watch.times-asked",
    en: "questions to the NTP server in 30 s, most",
    pl: "pytania do serwera NTP w ciągu 30 s, najwięcej",
    method: Method::new(
        "every question of the post to the bench's NTP server",
        "każde pytanie punktu do serwera NTP stanowiska",
        "RFC 4330, 10",
    ),
    ..ADDRESSES_ASKED
};

/// As an attempt at a server that does not accept it, once in 2 s on average (T39), each of two questions: an offer and
/// its request, a name and its address.
const QUESTIONS: Bound = Bound::AtMost(30.0);
const QUESTIONS_OVER: f64 = 30.0;

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

/// Whoever finds its link again, or starts anew, asks anew.
fn questions(course: &Course, which: Service) -> Vec<Sample> {
    let asked: Vec<f64> = course.questions.iter().filter(|(_, service)| *service == which).map(|(at, _)| *at).collect();
    let is_cut_off = |within: Span| {
        course.outages.iter().any(|outage| !matches!(outage.kind, Kind::Servers | Kind::Address) && outage.span.meets(within))
    };
    let sample = |(index, at): (usize, &f64)| {
        let within = Span { from: at - QUESTIONS_OVER, to: *at };
        let count = asked.iter().take(index + 1).rev().take_while(|earlier| **earlier > within.from).count();
        let told = || both!("{count} questions in 30 s", "pytań w ciągu 30 s: {count}");
        (!is_cut_off(within)).then(|| Sample { at: *at, figure: Estimate::count(count), seen: told() })
    };
    asked.iter().enumerate().filter_map(sample).collect()
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
