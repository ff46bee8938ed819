//! Why the operator's servers turned somebody away, in words. The desk says it in English, as its responses do.

use crate::unit::Lang;

/// As the desk says it, and in Polish.
const REASONS: [(&str, &str); 8] = [
    ("not registered from there", "nie jest stamtąd zarejestrowany"),
    ("unknown caller", "nieznany dzwoniący"),
    ("no such user", "nie ma takiego użytkownika"),
    ("credentials of another user", "dane uwierzytelniające innego użytkownika"),
    ("wrong password", "błędne hasło"),
    ("Contact: * without Expires: 0", "Contact: * bez Expires: 0"),
    ("expires too soon", "zbyt krótki czas ważności"),
    ("an older REGISTER came late", "spóźniony, starszy REGISTER"),
];

/// The reason stands at the end; what is before it is the message itself.
pub fn told(why: &str, lang: Lang) -> String {
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
        assert_eq!((told("503", Lang::Pl), told("wrong password", Lang::En)), ("503".into(), "wrong password".into()));
    }
}
