//! The help of the command line in Polish: the parser's own description with its texts replaced from a table.
//!
//! Names of commands and options stay: they are typed, in scripts as well.

mod texts;

use super::args::Args;
use crate::unit::Lang;
use clap::{Arg, Command, CommandFactory as _, FromArgMatches as _};
use texts::TEXTS;

const TEMPLATE: &str = "{before-help}{about-with-newline}\nUżycie: {usage}\n\n{all-args}{after-help}";

/// What was typed, by a parser that explains itself in this language.
pub(super) fn parse(words: &[std::ffi::OsString], lang: Lang) -> Result<Args, clap::Error> {
    let mut command = command(lang);
    let matches = command.try_get_matches_from_mut(words)?;
    Args::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

fn command(lang: Lang) -> Command {
    if lang == Lang::En {
        return Args::command();
    }
    let mut command = translated(Args::command());
    // The parser adds its own options and commands only now.
    command.build();
    finished(command)
}

/// The Polish of a text; `None`: it has none and stays as it is.
fn polish(text: &str) -> Option<&'static str> {
    TEXTS.iter().find(|(en, _)| *en == text).map(|(_, pl)| *pl)
}

fn translated(command: Command) -> Command {
    let find = |text: Option<&clap::builder::StyledStr>| text.and_then(|text| polish(&text.to_string()));
    let (about, long) = (find(command.get_about()), find(command.get_long_about()));
    let (after, after_long) = (find(command.get_after_help()), find(command.get_after_long_help()));
    let mut command = command.help_template(TEMPLATE).subcommand_help_heading("Polecenia").subcommand_value_name("POLECENIE");
    command = about.into_iter().fold(command, |command, text| command.about(text));
    command = long.into_iter().fold(command, |command, text| command.long_about(text));
    command = after.into_iter().fold(command, |command, text| command.after_help(text));
    command = after_long.into_iter().fold(command, |command, text| command.after_long_help(text));
    command.mut_args(explained).mut_subcommands(translated)
}

fn explained(arg: Arg) -> Arg {
    let find = |text: Option<&clap::builder::StyledStr>| text.and_then(|text| polish(&text.to_string()));
    let (help, long) = (find(arg.get_help()), find(arg.get_long_help()));
    let heading = if arg.is_positional() { "Argumenty" } else { "Opcje" };
    let arg = help.into_iter().fold(arg.help_heading(heading), |arg, text| arg.help(text));
    long.into_iter().fold(arg, |arg, text| arg.long_help(text))
}

/// What the parser has added by itself.
fn finished(command: Command) -> Command {
    let own = |arg: Arg| match arg.get_id().as_str() {
        "help" => arg.help("Wyświetla pomoc").long_help("Wyświetla pomoc (w skrócie: -h)").help_heading("Opcje"),
        "version" => arg.help("Wyświetla wersję").help_heading("Opcje"),
        _ => arg,
    };
    let command =
        if command.get_name() == "help" { command.about("Wyświetla tę pomoc albo pomoc podanego polecenia") } else { command };
    command.mut_args(own).mut_subcommands(finished)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything a command says of itself and its options, and of the commands below it.
    fn texts(command: &Command, found: &mut Vec<String>) {
        let of_args = command.get_arguments().flat_map(|arg| [arg.get_help(), arg.get_long_help()]);
        let own = [command.get_about(), command.get_long_about(), command.get_after_help()];
        found.extend(own.into_iter().chain(of_args).flatten().map(ToString::to_string));
        command.get_subcommands().for_each(|below| texts(below, found));
    }

    #[test]
    fn every_text_of_the_command_line_has_its_polish_and_every_polish_its_text() {
        let mut found = Vec::new();
        texts(&Args::command(), &mut found);
        assert!(found.len() > 100, "{}", found.len());
        let missing: Vec<&String> = found.iter().filter(|text| polish(text).is_none()).collect();
        assert!(missing.is_empty(), "no Polish for {missing:#?}");
        let gone: Vec<&str> = TEXTS.iter().map(|(en, _)| *en).filter(|en| !found.iter().any(|text| text == en)).collect();
        assert!(gone.is_empty(), "nothing says {gone:#?}");
    }

    #[test]
    fn help_is_polish_and_parses_the_same() {
        let words = |line: &str| line.split(' ').map(Into::into).collect::<Vec<std::ffi::OsString>>();
        let help = |line: &str| parse(&words(line), Lang::Pl).expect_err("help").to_string();
        let all = help("hejnal --help");
        for said in
            ["Użycie: hejnal <POLECENIE>", "Polecenia:", "Opcje:", "Wyświetla wersję", "Kody wyjścia:", "albo pomoc podanego"]
        {
            assert!(all.contains(said), "{said}: {all}");
        }
        for english in ["Print", "Usage", "Options:", "Commands:", "Exit codes"] {
            assert!(!all.contains(english), "{english}: {all}");
            assert!(!help("hejnal run --help").contains(english), "{english}");
        }
        assert!(help("hejnal help run").contains("Wykonuje scenariusze"));
        for line in ["hejnal run --seed 7 --tags @S01", "hejnal steps --figures", "hejnal measure delay a.wav b.wav"] {
            let told = |lang| format!("{:?}", parse(&words(line), lang).expect(line));
            assert_eq!(told(Lang::Pl), told(Lang::En));
        }
    }
}
