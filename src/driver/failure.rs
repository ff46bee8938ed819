//! What can go wrong between a question and its answer, and what whoever stands at the bench is told of it.
//!
//! Must not know what was asked.

use super::way::Way;
use crate::instrument::InstrumentError;
use crate::unit::{Bilingual, both};
use std::time::Duration;

/// Bytes of a spoilt answer that are shown.
const SHOWN: usize = 24;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No way to it could be opened.
    Unreachable(String),
    /// The connection, or the port, went away.
    Gone(String),
    /// Nothing came within this.
    Silent(Duration),
    /// Its answers are so far apart that nothing can be measured by them.
    Slow(Duration),
    /// What came is no answer; it, to be shown.
    Garbled(String),
    /// Somebody else answered.
    Foreign { asked: u8, answered: u8 },
    /// It has understood and will not.
    Refused(Bilingual),
    /// It does not know who asks.
    Denied,
    /// It has said yes and not done it.
    NotDone(Bilingual),
}

impl Failure {
    /// Bytes that are no answer.
    pub fn garbled(bytes: &[u8]) -> Failure {
        let shown = bytes.get(..bytes.len().min(SHOWN)).unwrap_or_default();
        let is_text = !shown.is_empty() && shown.iter().all(|byte| byte.is_ascii_graphic() || b" \r\n\t".contains(byte));
        let mut text = if is_text {
            shown.escape_ascii().to_string()
        } else {
            shown.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
        };
        if bytes.len() > SHOWN {
            text.push('…');
        }
        Failure::Garbled(text)
    }

    fn cause(&self) -> Bilingual {
        match self {
            Failure::Unreachable(why) => both!("there is no way to it ({why})", "nie udało się nawiązać połączenia ({why})"),
            Failure::Gone(why) => both!("the connection to it was lost ({why})", "utracono połączenie ({why})"),
            Failure::Silent(within) => {
                let ms = within.as_millis();
                both!("it has not answered within {ms} ms", "brak odpowiedzi w ciągu {ms} ms")
            }
            Failure::Slow(gap) => {
                let ms = gap.as_millis();
                both!("its answers are {ms} ms apart", "kolejne odpowiedzi dzieli {ms} ms")
            }
            Failure::Garbled(shown) => both!("its answer cannot be understood: {shown}", "niezrozumiała odpowiedź: {shown}"),
            Failure::Foreign { asked, answered } => both!(
                "unit {asked} was asked and unit {answered} has answered",
                "pytano urządzenie o adresie {asked}, a odpowiedziało urządzenie o adresie {answered}"
            ),
            Failure::Refused(why) | Failure::NotDone(why) => why.clone(),
            Failure::Denied => ("it does not accept user and password", "użytkownik lub hasło zostały odrzucone").into(),
        }
    }

    fn remedy(&self, way: Option<&Way>) -> Bilingual {
        let serial = way.is_some_and(Way::is_serial);
        match self {
            Failure::Unreachable(_) | Failure::Gone(_) if way.is_none() => (
                "see that the program is there and may be run",
                "sprawdź, czy program istnieje i czy wolno go uruchomić",
            ),
            Failure::Unreachable(_) | Failure::Gone(_) if serial => (
                "check its USB lead and whether another program holds the port",
                "sprawdź przewód USB oraz to, czy portu nie zajmuje inny program",
            ),
            Failure::Unreachable(_) | Failure::Gone(_) => (
                "check its supply, its network cable and the address in the rig, and whether another program holds its only connection",
                "sprawdź jego zasilanie, kabel sieciowy i adres w opisie stanowiska oraz to, czy inny program nie zajmuje jedynego połączenia",
            ),
            Failure::Silent(_) | Failure::Garbled(_) if serial => (
                "check its supply, the two wires of its line (A and B are easily exchanged), and that baud rate, parity and unit in the rig are its own",
                "sprawdź jego zasilanie, oba przewody linii (A i B łatwo zamienić) oraz to, czy prędkość, parzystość i adres w opisie stanowiska są takie jak w urządzeniu",
            ),
            Failure::Silent(_) | Failure::Garbled(_) if way.is_none() => (
                "run the program by hand, with the arguments that the rig gives it",
                "uruchom program ręcznie, z argumentami podanymi w opisie stanowiska",
            ),
            Failure::Silent(_) | Failure::Garbled(_) => (
                "check its network cable, and that the rig names the right model and address",
                "sprawdź jego kabel sieciowy oraz to, czy w opisie stanowiska podano właściwy model i adres",
            ),
            Failure::Slow(_) if serial => (
                "set a higher baud rate in the module and in the rig, and leave nothing else on its line",
                "ustaw większą prędkość transmisji w module i w opisie stanowiska i nie podłączaj do jego linii niczego innego",
            ),
            Failure::Slow(_) => (
                "connect it to the bench's own switch, and look for another program that asks it all the time",
                "podłącz je do przełącznika sieciowego stanowiska i sprawdź, czy nie odpytuje go stale inny program",
            ),
            Failure::Foreign { .. } => (
                "give each device on the line a unit address of its own, and the rig the one of this device",
                "nadaj każdemu urządzeniu na linii osobny adres, a w opisie stanowiska podaj adres tego urządzenia",
            ),
            Failure::Refused(_) => (
                "compare model, channels and addresses in the rig with the device's manual",
                "porównaj model, liczbę kanałów i adresy w opisie stanowiska z instrukcją urządzenia",
            ),
            Failure::Denied => (
                "write the device's own user and password into the rig",
                "wpisz do opisu stanowiska użytkownika i hasło ustawione w urządzeniu",
            ),
            Failure::NotDone(_) => (
                "look for another program, a schedule or a rule in the device itself that switches it as well",
                "sprawdź, czy nie przełącza go też inny program, harmonogram albo reguła w samym urządzeniu",
            ),
        }
        .into()
    }

    /// As an instrument's failure to do something; `way`: what leads to it, where that is not a program.
    pub fn told(&self, instrument: impl Into<String>, action: impl Into<String>, way: Option<&Way>) -> InstrumentError {
        InstrumentError::new(instrument, action, self.cause(), self.remedy(way))
    }
}
