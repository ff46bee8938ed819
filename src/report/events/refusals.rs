//! Why the operator's servers turned somebody away, in words. The desk says it in English, as its responses do.

use crate::unit::Lang;

/// As the desk says it, and in Polish.
const REASONS: [(&str, &str); 10] = [
    ("not registered from there", "nie jest stamtąd zarejestrowany"),
    ("unknown caller", "nieznany dzwoniący"),
    ("no such user", "nie ma takiego użytkownika"),
    ("credentials of another user", "dane uwierzytelniające innego użytkownika"),
    ("wrong password", "błędne hasło"),
    ("too many wrong passwords from there", "zbyt wiele błędnych haseł stamtąd"),
    ("credentials for another realm", "dane uwierzytelniające dla innej domeny (realm)"),
    ("Contact: * without Expires: 0", "Contact: * bez Expires: 0"),
    ("expires too soon", "zbyt krótki czas ważności"),
    ("an older REGISTER came late", "spóźniony, starszy REGISTER"),
];

/// How the desk says that something has happened again and again.
const UNSAID: (&str, &str) = (" (", " more since the last one told)");

/// So often more than it was told.
pub fn unsaid(times: u32, lang: Lang) -> String {
    match (times, lang) {
        (0, _) => String::new(),
        (times, Lang::En) => format!("{}{times}{}", UNSAID.0, UNSAID.1),
        (times, Lang::Pl) => format!(" (od poprzedniej wzmianki jeszcze: {times})"),
    }
}

/// The reason stands at the end; what is before it is the message itself, and how often it came may follow.
pub fn told(why: &str, lang: Lang) -> String {
    let often = why.strip_suffix(UNSAID.1).and_then(|why| why.rsplit_once(UNSAID.0));
    if let Some((why, times)) = often.and_then(|(why, times)| Some((why, times.parse().ok()?))) {
        return told(why, lang) + &unsaid(times, lang);
    }
    let known = REASONS.iter().find_map(|(en, pl)| Some((why.strip_suffix(en)?, pl)));
    match (known, lang) {
        (Some((before, pl)), Lang::Pl) => format!("{before}{pl}"),
        _ => why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_told_in_polish_and_a_status_as_it_stands() {
        assert_eq!(told("INVITE sip:x@y: unknown caller", Lang::Pl), "INVITE sip:x@y: nieznany dzwoniący");
        let often = "INVITE sip:x@y: unknown caller (999 more since the last one told)";
        assert_eq!(told(often, Lang::En), often);
        assert_eq!(told(often, Lang::Pl), "INVITE sip:x@y: nieznany dzwoniący (od poprzedniej wzmianki jeszcze: 999)");
        assert_eq!((told("503", Lang::Pl), told("wrong password", Lang::En)), ("503".into(), "wrong password".into()));
    }
}
