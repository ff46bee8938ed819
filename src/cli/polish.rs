//! The help of the command line in Polish: the parser's own description with its texts replaced from a table.
//!
//! Names of commands and options stay: they are typed, in scripts as well.

mod texts;

use super::args::Args;
use super::measure::keys;
use crate::unit::Lang;
use clap::builder::{PossibleValue, StyledStr};
use clap::{Arg, Command, CommandFactory as _, FromArgMatches as _};
use texts::{TEXTS, VALUE_NAMES};

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
fn polish(text: &str) -> Option<String> {
    let known = TEXTS.iter().find(|(en, _)| *en == text).map(|(_, pl)| (*pl).to_owned());
    known.or_else(|| (text == keys::help(Lang::En)).then(|| keys::help(Lang::Pl)))
}

fn of(text: Option<&StyledStr>) -> Option<String> {
    text.and_then(|text| polish(&text.to_string()))
}

fn translated(command: Command) -> Command {
    let (about, long) = (of(command.get_about()), of(command.get_long_about()));
    let (after, after_long) = (of(command.get_after_help()), of(command.get_after_long_help()));
    let mut command = about.into_iter().fold(command, |command, text| command.about(text));
    command = long.into_iter().fold(command, |command, text| command.long_about(text));
    command = after.into_iter().fold(command, |command, text| command.after_help(text));
    command = after_long.into_iter().fold(command, |command, text| command.after_long_help(text));
    command.mut_args(explained).mut_subcommands(translated)
}

fn explained(arg: Arg) -> Arg {
    let heading = if arg.is_positional() { "Argumenty" } else { "Opcje" };
    let arg = arg.help_heading(heading);
    if !arg.get_action().takes_values() {
        return of(arg.get_help()).into_iter().fold(arg, |arg, text| arg.help(text));
    }
    let names: Option<Vec<_>> = arg.get_value_names().map(|names| names.iter().filter_map(|name| value_name(name)).collect());
    let values: Vec<PossibleValue> = arg.get_possible_values().into_iter().filter(|value| !value.is_hide_set()).collect();
    let listed = values.iter().map(PossibleValue::get_name).collect::<Vec<_>>().join(", ");
    let help = of(arg.get_help());
    let short = [help.clone(), default_of(&arg), (!listed.is_empty()).then(|| format!("[możliwe wartości: {listed}]"))];
    let each: String = values.iter().filter_map(explained_value).collect();
    let long = [of(arg.get_long_help()).or(help), default_of(&arg)].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let arg = names.into_iter().filter(|names| !names.is_empty()).fold(arg, |arg, names| arg.value_names(names));
    let arg = arg.hide_default_value(true).hide_possible_values(true);
    let arg = arg.help(short.into_iter().flatten().collect::<Vec<_>>().join(" "));
    // As with the parser's own lists: what each value stands for is told where there is room.
    if each.is_empty() { arg } else { arg.long_help(format!("{long}\n\nMożliwe wartości:{each}")) }
}

fn value_name(name: &str) -> Option<&'static str> {
    VALUE_NAMES.iter().find(|(en, _)| *en == name).map(|(_, pl)| *pl)
}

fn default_of(arg: &Arg) -> Option<String> {
    let values: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    (!values.is_empty()).then(|| format!("[domyślnie: {}]", values.join(", ")))
}

fn explained_value(value: &PossibleValue) -> Option<String> {
    let help = of(value.get_help())?;
    Some(format!("\n- {}: {help}", value.get_name()))
}

/// What the parser has added by itself.
fn finished(command: Command) -> Command {
    let own = |arg: Arg| match arg.get_id().as_str() {
        "help" => arg.help("Wyświetla pomoc").long_help("Wyświetla pomoc (w skrócie: -h)").help_heading("Opcje"),
        "version" => arg.help("Wyświetla wersję").help_heading("Opcje"),
        _ => arg,
    };
    let is_help = command.get_name() == "help";
    let command = if is_help { command.about("Wyświetla tę pomoc albo pomoc podanego polecenia") } else { command };
    let command = command.help_template(TEMPLATE).subcommand_help_heading("Polecenia").subcommand_value_name("POLECENIE");
    let mut command = command.mut_args(own).mut_subcommands(finished);
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").replace("[OPTIONS]", "[OPCJE]").replace("[COMMAND]", "[POLECENIE]");
    command.override_usage(usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything a command says of itself and its options, and of the commands below it.
    fn texts(command: &Command, found: &mut Vec<String>) {
        let of_args = command.get_arguments().flat_map(|arg| [arg.get_help(), arg.get_long_help()]);
        let own = [command.get_about(), command.get_long_about(), command.get_after_help(), command.get_after_long_help()];
        found.extend(own.into_iter().chain(of_args).flatten().map(ToString::to_string));
        let values = command.get_arguments().filter(|arg| arg.get_action().takes_values()).flat_map(Arg::get_possible_values);
        found.extend(values.filter_map(|value| value.get_help().map(ToString::to_string)));
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

    /// Names of values, of options and arguments alike.
    fn value_names(command: &Command, found: &mut Vec<String>) {
        let args = command.get_arguments().filter(|arg| arg.get_action().takes_values());
        found.extend(args.filter_map(Arg::get_value_names).flatten().map(ToString::to_string));
        command.get_subcommands().for_each(|below| value_names(below, found));
    }

    #[test]
    fn every_value_of_the_command_line_has_its_polish_name_and_every_polish_name_its_value() {
        let mut found = Vec::new();
        value_names(&Args::command(), &mut found);
        let missing: Vec<&String> = found.iter().filter(|name| !VALUE_NAMES.iter().any(|(en, _)| en == name)).collect();
        assert!(missing.is_empty(), "no Polish for {missing:#?}");
        let gone: Vec<&str> = VALUE_NAMES.iter().map(|(en, _)| *en).filter(|en| !found.iter().any(|name| name == en)).collect();
        assert!(gone.is_empty(), "nothing is called {gone:#?}");
    }

    /// What the parser writes by itself, and words without which no English sentence does.
    const ENGLISH: [&str; 14] = [
        "Print",
        "Usage",
        "OPTIONS",
        "Options:",
        "Commands:",
        "Exit codes",
        "default:",
        "possible values",
        "Possible values",
        " the ",
        " of ",
        " is ",
        " with ",
        "COMMAND",
    ];

    #[test]
    fn no_help_of_any_command_says_a_word_of_english() {
        fn check(command: &mut Command) {
            for help in [command.render_help().to_string(), command.render_long_help().to_string()] {
                // A condition on tags is typed.
                let help = help.replace("\"@S01 or @S02\"", "").replace("not @long", "");
                for english in ENGLISH {
                    assert!(!help.contains(english), "{english:?} in the help of {}:\n{help}", command.get_name());
                }
            }
            command.get_subcommands_mut().for_each(check);
        }
        check(&mut super::command(Lang::Pl));
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
