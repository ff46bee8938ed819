//! What the bench itself adds to the uncertainty of a figure: each contribution with its key, its name and the way to
//! it.

use super::Bench;
use crate::journal::Event;
use crate::unit::{Estimate, Figure, Method, Unit};

/// A contribution to the uncertainty of what is measured, as a report names it; all of them are times.
pub(super) struct Contribution {
    key: &'static str,
    en: &'static str,
    pl: &'static str,
    method: Method,
}

impl Contribution {
    fn figure(&self) -> Figure {
        Figure { key: self.key.into(), name: (self.en, self.pl).into(), unit: Unit::Second, method: self.method }
    }
}

pub(super) const ROUND_TRIP: Contribution = Contribution {
    key: "bench.card.round-trip",
    en: "sound card, output to input",
    pl: "karta dźwiękowa, od wyjścia do wejścia",
    method: Method::new(
        "chirp through the loop-back, output to input of the same card",
        "sygnał próbny przez pętlę zwrotną, z wyjścia na wejście tej samej karty",
        "",
    ),
};
pub(super) const ONE_WAY: Contribution = Contribution {
    key: "bench.card.one-way",
    en: "sound card, one way",
    pl: "karta dźwiękowa, w jedną stronę",
    method: Method::new(
        "half of the round trip each way, the other half as a rectangular distribution",
        "po połowie w każdą stronę, druga połowa jako rozkład prostokątny",
        "JCGM 100:2008, 4.3.7",
    ),
};

pub(super) const COMMAND_TO_SENSE: Contribution = Contribution {
    key: "bench.button.command-to-sense",
    en: "button's relay, command to sense input",
    pl: "przekaźnik przycisku, od polecenia do wejścia kontrolnego",
    method: Method::new(
        "mean of the closings of a proved contact; spread and stamps as rectangular distributions",
        "średnia z zamknięć sprawdzonego styku; rozrzut i znaczniki czasu jako rozkłady prostokątne",
        "JCGM 100:2008, 4.3.7",
    ),
};

/// Every figure that the bench states of itself.
pub fn figures() -> Vec<Figure> {
    [COMMAND_TO_SENSE, ONE_WAY, ROUND_TRIP].iter().map(Contribution::figure).collect()
}

impl Bench {
    /// Writes down what a contribution was found to be.
    pub(super) fn budget(&self, contribution: &Contribution, estimate: Estimate) {
        let Figure { key, name, method, .. } = contribution.figure();
        self.log.append(Event::Budget { key, what: name, estimate, method: method.into() });
    }
}
