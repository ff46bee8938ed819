//! Which part of a bench failed, and what a Polish technician should look at.
//!
//! An error's own words are technical detail in English; what to do about it is the same few sentences for every model of a kind, so they
//! stand here once and no driver carries a second language. Knows nothing of models.

/// A part of the bench as a technician tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    Relays,
    Inputs,
    Console,
    Probe,
    Sound,
    Operator,
    Firmware,
    Storage,
    Rig,
    /// Not said: the advice is general.
    #[default]
    Other,
}

impl Part {
    pub const ALL: [Part; 10] = [
        Part::Relays,
        Part::Inputs,
        Part::Console,
        Part::Probe,
        Part::Sound,
        Part::Operator,
        Part::Firmware,
        Part::Storage,
        Part::Rig,
        Part::Other,
    ];

    /// Its name in Polish.
    pub const fn name_pl(self) -> &'static str {
        match self {
            Part::Relays => "przekaźniki",
            Part::Inputs => "moduł wejść",
            Part::Console => "konsola punktu",
            Part::Probe => "programator",
            Part::Sound => "tor dźwięku stanowiska",
            Part::Operator => "pulpit operatora",
            Part::Firmware => "plik oprogramowania",
            Part::Storage => "zapis na dysku",
            Part::Rig => "opis stanowiska",
            Part::Other => "przyrząd",
        }
    }

    /// What to do, in Polish.
    pub const fn remedy_pl(self) -> &'static str {
        match self {
            Part::Relays => {
                "sprawdź zasilanie, przewód USB i port płytki przekaźników oraz przewody przekaźnika i jego wejścia kontrolnego"
            }
            Part::Inputs => "sprawdź zasilanie i przewód USB modułu wejść oraz port w opisie stanowiska",
            Part::Console => "sprawdź wtyk USB, przewód i masę konsoli oraz port i prędkość transmisji w opisie stanowiska",
            Part::Probe => "sprawdź przewód programatora, jego wtyk w punkcie i zasilanie punktu",
            Part::Sound => "sprawdź mikrofon i głośnik stanowiska, ich przewody i gniazda karty dźwiękowej oraz wzmacniacz",
            Part::Operator => {
                "sprawdź, czy adres operatora w opisie stanowiska jest adresem tego komputera i czy port nie jest zajęty lub blokowany przez zaporę"
            }
            Part::Firmware => "podstaw właściwy plik albo popraw „firmware” w opisie stanowiska",
            Part::Storage => "sprawdź, czy na dysku jest miejsce i czy katalog pozwala na zapis",
            Part::Rig => "uzupełnij „roles” w opisie stanowiska albo pomiń scenariusze, które tego wymagają",
            Part::Other => "sprawdź przyrząd, jego zasilanie i przewody oraz jego wpis w opisie stanowiska",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_says_what_to_do() {
        for part in Part::ALL {
            assert!(part.remedy_pl().split(' ').count() >= 5 && !part.remedy_pl().ends_with('.'), "{part:?}");
        }
    }
}
