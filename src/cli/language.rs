//! The language that was asked for on the command line.

use crate::unit::Lang;

pub(super) fn lang(text: &str) -> Result<Lang, String> {
    match text {
        "en" => Ok(Lang::En),
        "pl" => Ok(Lang::Pl),
        _ => Err("write en or pl".into()),
    }
}
