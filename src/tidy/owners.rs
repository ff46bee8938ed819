//! Whose state is whose at the operator's desk: a type's methods stand in the file that declares it, and its fields are
//! its own.
//!
//! Knows nothing of what the methods do.

use super::Violation;
use super::source::{Source, has_word};

const ROOM: &str = "src/operator/";

/// Types with too much to do for one file, and the files that have methods of theirs beside it. These lists may only
/// shrink.
const SPREAD: &[(&str, &[&str])] = &[
    ("Desk", &["src/operator/operating.rs", "src/operator/routing.rs", "src/operator/waking.rs"]),
    (
        "Call",
        &[
            "src/operator/call/establishing.rs",
            "src/operator/call/modifying.rs",
            "src/operator/call/refreshing.rs",
            "src/operator/call/streaming.rs",
            "src/operator/call/terminating.rs",
            "src/operator/call/waking.rs",
        ],
    ),
    ("Stranger", &["src/operator/stranger/speech.rs"]),
];

const OWNED: &str =
    "each machine of the desk owns its state: where any file may add methods that touch any field, nothing can be said of it";
const SHRINK: &str = "exceptions may only shrink";

pub(super) fn check(sources: &[Source]) -> Vec<Violation> {
    let room: Vec<&Source> = sources.iter().filter(|source| source.path.starts_with(ROOM)).collect();
    let foreign = room.iter().flat_map(|source| foreign_methods(source));
    let gone = SPREAD.iter().flat_map(|(owner, files)| files.iter().map(move |file| (*owner, *file)));
    let gone = gone.filter(|(owner, file)| !room.iter().any(|source| source.path == *file && has_methods_of(source, owner)));
    let gone = gone.map(|(owner, file)| {
        Violation::new(file, 1, format!("no methods of `{owner}` are left: delete its exception in src/tidy/owners.rs"), SHRINK)
    });
    foreign.chain(gone).collect()
}

/// The type whose own methods begin on this line, not those of a trait.
fn owner(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("impl")?;
    let rest = if rest.starts_with('<') { rest.split_once("> ")?.1 } else { rest.strip_prefix(' ')? };
    let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    (!has_word(rest, "for")).then_some(name)
}

fn has_methods_of(source: &Source, name: &str) -> bool {
    source.product().any(|(_, line)| owner(line) == Some(name))
}

fn foreign_methods(source: &Source) -> Vec<Violation> {
    let declares = |name: &str| {
        let kinds = [format!("struct {name}"), format!("enum {name}")];
        source.product().any(|(_, line)| kinds.iter().any(|kind| has_word(line, kind)))
    };
    let is_spread = |name: &str| SPREAD.iter().any(|(owner, files)| *owner == name && files.contains(&source.path.as_str()));
    let found = source.product().filter_map(|(number, line)| Some((number, owner(line)?)));
    found
        .filter(|(_, name)| !declares(name) && !is_spread(name))
        .map(|(number, name)| {
            Violation::new(&source.path, number, format!("methods of `{name}` stand where it is not declared"), OWNED)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_stand_with_their_type() {
        let check_lines = |path: &str, text: &str, lines: &[usize]| {
            let found: Vec<usize> = foreign_methods(&Source::new(path, text)).iter().map(|violation| violation.line).collect();
            assert_eq!(found, lines, "{text}");
        };
        let own = "pub struct Asking {}\nimpl Asking {\n}\nimpl Drop for Asking {\n}\n";
        check_lines("src/operator/asking.rs", own, &[]);
        check_lines("src/operator/asking.rs", "impl Desk {\n}\nimpl<A: Send> Headset<A> {\n}\n", &[1, 3]);
        check_lines("src/operator/routing.rs", "impl Desk {\n}\nimpl Call {\n}\n", &[3]);
        check_lines("src/operator/a.rs", "pub struct Asking;\nimpl<A: DeskAccess> Operator for OperatorPort<A> {\n}\n", &[]);
    }

    #[test]
    fn an_exception_that_excuses_nothing_is_found() {
        let gone = check(&[Source::new("src/operator/routing.rs", "impl Desk {\n}\n")]);
        assert!(gone.iter().any(|violation| violation.file == "src/operator/waking.rs"));
        assert!(!gone.iter().any(|violation| violation.file == "src/operator/routing.rs"));
    }
}
