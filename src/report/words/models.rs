//! Instruments by their models, in both languages.

use crate::unit::Lang;

/// What the drivers call their instruments, where no maker has named them, in Polish.
const MODELS: [(&str, &str); 18] = [
    ("DHCP server", "serwer DHCP"),
    ("DNS server", "serwer DNS"),
    ("NTP server", "serwer NTP"),
    ("virtual DHCP server", "wirtualny serwer DHCP"),
    ("virtual DNS server", "wirtualny serwer DNS"),
    ("virtual NTP server", "wirtualny serwer NTP"),
    ("person at the terminal", "osoba przy terminalu"),
    ("terminal that nobody is at", "terminal, przy którym nikogo nie ma"),
    ("virtual probe", "wirtualny programator"),
    ("virtual camera system", "wirtualny system monitoringu"),
    ("camera system over HTTP", "system monitoringu (HTTP)"),
    ("virtual sound card", "wirtualna karta dźwiękowa"),
    ("virtual syslog receiver", "wirtualny odbiornik komunikatów syslog"),
    ("virtual reference host", "wirtualny host odniesienia"),
    ("syslog receiver", "odbiornik komunikatów syslog"),
    ("host that answers to ping", "host odpowiadający na ping"),
    ("console of the post", "konsola punktu"),
    ("hejnal operator's desk", "symulator operatora programu hejnal"),
];

/// An instrument's model. A maker's own name reads the same in both languages.
pub fn model(model: &str, lang: Lang) -> String {
    let in_polish = |part: &str| {
        let known = MODELS.iter().find(|(en, _)| *en == part).map(|(_, pl)| (*pl).to_owned());
        let counted = |unit: &str, pl: &str| part.strip_suffix(unit).map(|count| format!("{pl}: {count}"));
        let board = || part.strip_suffix(" relay board").map(|name| format!("moduł przekaźników {name}"));
        let jacks = || counted(" outputs", "wyjścia").or_else(|| counted(" inputs", "wejścia"));
        known.or_else(board).or_else(jacks).unwrap_or_else(|| part.to_owned())
    };
    match lang {
        Lang::En => model.to_owned(),
        Lang::Pl => model.split(", ").map(in_polish).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instrument_is_named_in_polish_unless_its_maker_named_it() {
        let said = ["virtual sound card, 2 outputs, 3 inputs", "LCUS-4 relay board", "UMIK-1"].map(|own| model(own, Lang::Pl));
        assert_eq!(said, ["wirtualna karta dźwiękowa, wyjścia: 2, wejścia: 3", "moduł przekaźników LCUS-4", "UMIK-1"]);
        assert_eq!(model("LCUS-4 relay board", Lang::En), "LCUS-4 relay board");
    }
}
