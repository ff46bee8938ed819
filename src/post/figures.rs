//! All that is judged of a post, in one list: whoever reads a key in a report finds here what it stands for.

use super::{
    battery, call, cameras, checklist, counters, duplex, firmware, hang, impostor, interruption, lamps, loss, mass_return,
    network, outage, own_test, plant, power, queue, server, service_lamp, settings, soak, speech, street, stuck, supervision,
    transfer, trial, volume,
};
use crate::unit::{Figure, Form, Quantity, Unit};
use crate::watch;

const QUANTITIES: &[&[Quantity]] = &[
    call::QUANTITIES,
    server::QUANTITIES,
    impostor::QUANTITIES,
    speech::QUANTITIES,
    duplex::QUANTITIES,
    street::QUANTITIES,
    volume::QUANTITIES,
    loss::QUANTITIES,
    soak::QUANTITIES,
    interruption::QUANTITIES,
    transfer::QUANTITIES,
    lamps::QUANTITIES,
    plant::QUANTITIES,
    battery::QUANTITIES,
    power::QUANTITIES,
    mass_return::QUANTITIES,
    outage::QUANTITIES,
    firmware::QUANTITIES,
    settings::QUANTITIES,
    stuck::QUANTITIES,
    service_lamp::QUANTITIES,
    supervision::QUANTITIES,
    own_test::QUANTITIES,
    cameras::QUANTITIES,
    counters::QUANTITIES,
    checklist::QUANTITIES,
    queue::QUANTITIES,
    network::QUANTITIES,
    hang::QUANTITIES,
    trial::QUANTITIES,
];

/// Every figure that a post may be judged by, in all the forms in which it is stated, in the order of keys.
pub fn figures() -> Vec<Figure> {
    let quantities = QUANTITIES.iter().copied().flatten().copied().chain(watch::quantities());
    let mut figures: Vec<Figure> =
        quantities.flat_map(|quantity| forms(&quantity).iter().map(move |form| quantity.figure(*form))).collect();
    figures.sort_by(|a, b| a.key.cmp(&b.key));
    figures
}

fn forms(quantity: &Quantity) -> &'static [Form] {
    match quantity.unit {
        // What had no occasion leaves no figure of the watch.
        _ if watch::quantities().any(|watched| watched.key == quantity.key) => &[Form::Itself],
        Unit::Second if call::SERIES.contains(&quantity.key) => &[Form::Itself, Form::Occurrences, Form::P95, Form::Largest],
        Unit::Second | Unit::Decibel => &[Form::Itself, Form::Occurrences],
        _ => &[Form::Itself],
    }
}
