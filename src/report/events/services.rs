//! What was asked of the services round the post, and how they were told to be, in words.

use crate::journal::seen::ServiceObservation as Asked;
use crate::unit::Lang;

pub(super) fn asked(what: &Asked, lang: Lang) -> String {
    match lang {
        Lang::En => asked_en(what),
        Lang::Pl => asked_pl(what),
    }
}

fn asked_en(what: &Asked) -> String {
    match what {
        Asked::AddressGiven { address, lease_s } => format!("the post is given the address {address} for {lease_s} s"),
        Asked::AddressRefused { address } => format!("the post is refused the address {address}"),
        Asked::AddressReleased { address } => format!("the post gives the address {address} back"),
        Asked::AddressUnanswered => "the post asks for an address and is not answered".to_owned(),
        Asked::NameAsked { name, kind, found: Some(found) } => format!("the post looks up {name} ({kind}): {found} found"),
        Asked::NameAsked { name, kind, found: None } => format!("the post looks up {name} ({kind}) and is not answered"),
        Asked::TimeAsked { answered: true } => "the post asks for the time".to_owned(),
        Asked::TimeAsked { answered: false } => "the post asks for the time and is not answered".to_owned(),
    }
}

fn asked_pl(what: &Asked) -> String {
    match what {
        Asked::AddressGiven { address, lease_s } => format!("punkt dostaje adres {address} na {lease_s} s"),
        Asked::AddressRefused { address } => format!("serwer DHCP odmawia punktowi adresu {address}"),
        Asked::AddressReleased { address } => format!("punkt zwalnia adres {address}"),
        Asked::AddressUnanswered => "punkt prosi o adres i nie dostaje odpowiedzi".to_owned(),
        Asked::NameAsked { name, kind, found: Some(found) } => {
            format!("punkt pyta DNS o {name} ({kind}), znalezione rekordy: {found}")
        }
        Asked::NameAsked { name, kind, found: None } => format!("punkt pyta DNS o {name} ({kind}) i nie dostaje odpowiedzi"),
        Asked::TimeAsked { answered: true } => "punkt pyta o czas".to_owned(),
        Asked::TimeAsked { answered: false } => "punkt pyta o czas i nie dostaje odpowiedzi".to_owned(),
    }
}

/// A deed of the bench's at one of them; `None`: it is of another instrument.
pub(super) fn deed_pl(deed: &str) -> Option<String> {
    let seconds = |rest: &str| rest.replace('.', ",");
    Some(match deed {
        "answer nothing" => "przestaje odpowiadać".to_owned(),
        "give the other address" => "przydziela inny adres".to_owned(),
        "name the backup server first" => "wskazuje serwer zapasowy jako główny".to_owned(),
        "be in order" => "działa prawidłowo".to_owned(),
        _ => {
            if let Some(late) = deed.strip_prefix("answer ").and_then(|rest| rest.strip_suffix(" late")) {
                format!("odpowiada z opóźnieniem {}", seconds(late))
            } else {
                let ahead = deed.strip_prefix("tell a time ")?.strip_suffix(" ahead")?;
                format!("podaje czas zawyżony o {}", seconds(ahead))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_deed_at_a_service_is_told_in_polish() {
        for deed in ["answer nothing", "give the other address", "name the backup server first", "be in order"] {
            assert!(deed_pl(deed).is_some(), "{deed}");
        }
        assert_eq!(deed_pl("answer 2.5 s late").as_deref(), Some("odpowiada z opóźnieniem 2,5 s"));
        assert_eq!(deed_pl("tell a time 3600 s ahead").as_deref(), Some("podaje czas zawyżony o 3600 s"));
        assert_eq!(deed_pl("reset the microcontroller"), None);
    }

    #[test]
    fn what_was_asked_is_told_in_both_languages() {
        let name = |found| Asked::NameAsked { name: "_sip._udp.straz.example".into(), kind: "SRV".into(), found };
        assert_eq!(asked(&name(None), Lang::En), "the post looks up _sip._udp.straz.example (SRV) and is not answered");
        assert_eq!(asked(&name(Some(2)), Lang::Pl), "punkt pyta DNS o _sip._udp.straz.example (SRV), znalezione rekordy: 2");
        let given = Asked::AddressGiven { address: "10.20.0.18".into(), lease_s: 120 };
        assert_eq!(asked(&given, Lang::Pl), "punkt dostaje adres 10.20.0.18 na 120 s");
    }
}
