//! The language a command speaks: as it was asked for, or as the environment has it.

use crate::unit::{Bilingual, Lang};

/// The language a command speaks unless it is told: `en` or `pl`, as the environment has it.
pub(super) fn spoken() -> &'static str {
    of_environment().code()
}

pub(super) fn of_environment() -> Lang {
    locale(|name| std::env::var(name).ok())
}

/// The first of them that is set and not empty decides (POSIX.1-2017, XBD 8.2).
fn locale(variable: impl Fn(&str) -> Option<String>) -> Lang {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    let language = set.as_deref().and_then(|locale| locale.split(['_', '.', '@']).next());
    if language == Some("pl") { Lang::Pl } else { Lang::En }
}

pub(super) fn lang(text: &str) -> Result<Lang, Bilingual> {
    match text {
        "en" => Ok(Lang::En),
        "pl" => Ok(Lang::Pl),
        _ => Err(("write en or pl", "wpisz en albo pl").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides_the_language_in_the_order_that_posix_asks_for() {
        let check = |set: &[(&str, &str)], expected: Lang| {
            let found = locale(|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string()));
            assert_eq!(found, expected, "{set:?}");
        };
        check(&[], Lang::En);
        check(&[("LANG", "pl_PL.UTF-8")], Lang::Pl);
        check(&[("LANG", "pl")], Lang::Pl);
        check(&[("LANG", "pl_PL.UTF-8"), ("LC_MESSAGES", "en_GB.UTF-8")], Lang::En);
        check(&[("LANG", "C"), ("LC_MESSAGES", "pl_PL"), ("LC_ALL", "")], Lang::Pl);
        check(&[("LC_ALL", "POSIX"), ("LANG", "pl_PL")], Lang::En);
        check(&[("LANG", "plt_MG")], Lang::En);
    }
}
