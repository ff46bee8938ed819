//! Which part of a bench failed, and what a Polish technician should look at.
//!
//! An error's own words are technical detail in English; what to do about it is the same few sentences for every model of a kind, so they
//! stand here once and no driver carries a second language. Knows nothing of models.

/// A part of the bench as a technician tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Subsystem {
    Relays,
    Inputs,
    Console,
    Probe,
    Sound,
    Operator,
    Network,
    Firmware,
    Storage,
    Rig,
    /// Not said: the advice is general.
    #[default]
    Other,
}

impl Subsystem {
    pub const ALL: [Subsystem; 11] = [
        Subsystem::Relays,
        Subsystem::Inputs,
        Subsystem::Console,
        Subsystem::Probe,
        Subsystem::Sound,
        Subsystem::Operator,
        Subsystem::Network,
        Subsystem::Firmware,
        Subsystem::Storage,
        Subsystem::Rig,
        Subsystem::Other,
    ];

    /// Its name in Polish.
    pub const fn name_pl(self) -> &'static str {
        match self {
            Subsystem::Relays => "przekaźniki",
            Subsystem::Inputs => "moduł wejść",
            Subsystem::Console => "konsola punktu",
            Subsystem::Probe => "programator",
            Subsystem::Sound => "tor dźwięku stanowiska",
            Subsystem::Operator => "symulator operatora",
            Subsystem::Network => "sieć stanowiska",
            Subsystem::Firmware => "plik oprogramowania",
            Subsystem::Storage => "zapis na dysku",
            Subsystem::Rig => "opis stanowiska",
            Subsystem::Other => "przyrząd",
        }
    }

    /// What to do, in Polish.
    pub const fn remedy_pl(self) -> &'static str {
        match self {
            Subsystem::Relays => {
                "sprawdź zasilanie, przewód USB i port płytki przekaźników oraz przewody przekaźnika i jego wejścia kontrolnego"
            }
            Subsystem::Inputs => "sprawdź zasilanie i przewód USB modułu wejść oraz port w opisie stanowiska",
            Subsystem::Console => "sprawdź wtyk USB, przewód i masę konsoli oraz port i prędkość transmisji w opisie stanowiska",
            Subsystem::Probe => "sprawdź przewód programatora, jego wtyk w punkcie i zasilanie punktu",
            Subsystem::Sound => "sprawdź mikrofon i głośnik stanowiska, ich przewody i gniazda karty dźwiękowej oraz wzmacniacz",
            Subsystem::Operator => {
                "sprawdź, czy adres operatora w opisie stanowiska jest adresem tego komputera i czy port nie jest zajęty lub blokowany przez zaporę"
            }
            Subsystem::Network => {
                "sprawdź przełącznik sieciowy, jego porty i kabel między komputerem a konwerterem punktu oraz adres hosta odniesienia w opisie stanowiska"
            }
            Subsystem::Firmware => "podstaw właściwy plik albo popraw „firmware” w opisie stanowiska",
            Subsystem::Storage => "sprawdź, czy na dysku jest miejsce i czy katalog pozwala na zapis",
            Subsystem::Rig => "uzupełnij „roles” w opisie stanowiska albo pomiń scenariusze, które tego wymagają",
            Subsystem::Other => "sprawdź przyrząd, jego zasilanie i przewody oraz jego wpis w opisie stanowiska",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_says_what_to_do() {
        for part in Subsystem::ALL {
            assert!(part.remedy_pl().split(' ').count() >= 5 && !part.remedy_pl().ends_with('.'), "{part:?}");
        }
    }
}
