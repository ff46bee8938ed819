//! A command line that was not understood, told in the reader's language before the argument parser's own words, which
//! are English.

use super::language::spoken;
use crate::problem::Problem;
use crate::unit::{Bilingual, Lang, both};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsString;
use std::io::{self, Write as _};

/// Shows what was asked for (help, version) or what was not understood, and ends the program.
pub(super) fn refuse(error: &clap::Error, lang: Lang) -> ! {
    // To an English reader the parser's words need none before them.
    if error.use_stderr() && lang == Lang::Pl {
        let _nobody_reads = writeln!(io::stderr(), "hejnal: {}", told(error).show(Lang::Pl));
    }
    error.exit()
}

/// As far as it can be told from words that are not understood yet.
pub(super) fn lang_of(words: &[OsString]) -> Lang {
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    let after = words.iter().zip(words.iter().skip(1)).find(|(word, _)| **word == "--lang").map(|(_, lang)| &**lang);
    let joined = words.iter().find_map(|word| word.strip_prefix("--lang="));
    match after.or(joined).unwrap_or(spoken()) {
        "pl" => Lang::Pl,
        _ => Lang::En,
    }
}

fn told(error: &clap::Error) -> Problem {
    let named = |kind| match error.get(kind) {
        Some(ContextValue::String(name)) => name.clone(),
        Some(ContextValue::Strings(names)) => names.join(", "),
        _ => String::new(),
    };
    let (argument, value) = (named(ContextKind::InvalidArg), named(ContextKind::InvalidValue));
    let cause: Bilingual = match error.kind() {
        ErrorKind::UnknownArgument => both!("there is no option {argument}", "nie ma opcji {argument}"),
        ErrorKind::InvalidSubcommand => {
            let command = named(ContextKind::InvalidSubcommand);
            both!("there is no command {command}", "nie ma polecenia {command}")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if value.is_empty() => {
            both!("{argument} lacks its value", "{argument}: brakuje wartości")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            both!("{argument} cannot be {value:?}", "{argument}: niedozwolona wartość {value:?}")
        }
        ErrorKind::MissingRequiredArgument => both!("{argument} is missing", "brakuje: {argument}"),
        ErrorKind::ArgumentConflict => {
            let prior = named(ContextKind::PriorArg);
            both!("{argument} does not go together with {prior}", "nie można łączyć {argument} z {prior}")
        }
        _ => ("the command line was not understood", "nie zrozumiano wiersza polecenia").into(),
    };
    let own = std::error::Error::source(error).and_then(|source| source.downcast_ref::<Bilingual>());
    let usual = ("`hejnal --help` shows what can be asked for", "składnię wypisuje `hejnal --help`").into();
    Problem::new(cause, own.cloned().unwrap_or(usual))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Args;
    use clap::Parser as _;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let words: Vec<OsString> = line.split(' ').map(Into::into).collect();
        let error = Args::try_parse_from(&words).expect_err(line);
        assert_eq!(told(&error).cause.show(Lang::Pl), expected);
        assert_eq!(lang_of(&words), Lang::Pl, "{line}");
    }

    #[test]
    fn what_was_not_understood_is_told_in_polish() {
        check("hejnal run --lang pl --speed", "nie ma opcji --speed");
        check("hejnal run --lang=pl --repeat 0", "--repeat <N>: niedozwolona wartość \"0\"");
        check("hejnal biegnij --lang pl", "nie ma polecenia biegnij");
        check("hejnal report --lang pl", "brakuje: <RUN>");
        check("hejnal run --lang pl --rig", "--rig <FILE>: brakuje wartości");
    }

    #[test]
    fn what_an_option_wants_is_told_in_polish_too() {
        for (line, expected) in [
            ("hejnal operator --user sos-1", "wpisz NAZWA:HASŁO"),
            ("hejnal operator --answer-after soon", "to nie jest czas trwania"),
            ("hejnal operator --codec mp3", "wpisz jeden z: PCMA"),
            ("hejnal run --lang de", "wpisz en albo pl"),
            ("hejnal twin --bind eth0", "wpisz adres, np. 192.168.10.7"),
        ] {
            let told = told(&Args::try_parse_from(line.split(' ')).expect_err(line)).show(Lang::Pl);
            assert!(told.contains(expected), "{line}: {told}");
        }
    }
}
