//! Circles: files that import each other in a loop, found along `use` lines and paths, through whatever hands a name
//! on.
//!
//! A room's root may know the files of its room, which may know what it declares: it is their face, and puts them
//! together. Knows nothing of what the code does, nor of methods: whose they are is the matter of `owners`.

use super::Violation;
use super::source::Source;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const WIDEST: usize = 2;
/// So often may a name be handed on before it is taken for lost.
const HANDED_ON: usize = 8;

const UNDERSTOOD_APART: &str = "files in a circle can only be understood, moved and tested together: what they share belongs \
                                into a file that knows none of them";

/// A module's place: the names from `src` down to it.
type Place = Vec<String>;

/// What a file says of others.
struct Module<'s> {
    source: &'s Source,
    place: Place,
    /// What it calls by a name of its own, and what that stands for. Names that it hands on are among them.
    names: BTreeMap<String, Place>,
    /// What it names for itself, not only to hand it on.
    uses: Vec<Place>,
}

pub(super) fn check(sources: &[Source]) -> Vec<Violation> {
    let modules = modules(sources);
    let at: BTreeMap<&Place, usize> = modules.iter().enumerate().map(|(index, module)| (&module.place, index)).collect();
    let arrows: Vec<BTreeMap<usize, String>> = modules
        .iter()
        .enumerate()
        .map(|(own, module)| {
            let named = module.uses.iter().filter_map(|path| Some((owner(path, &modules, &at)?, path.last()?.clone())));
            named.filter(|(other, _)| *other != own && !is_room_of(module, modules.get(*other))).collect()
        })
        .collect();
    let reach: Vec<BTreeSet<usize>> = (0..modules.len()).map(|from| reached(from, &arrows)).collect();
    let mut violations = Vec::new();
    for first in 0..modules.len() {
        let circle: Vec<usize> = (0..modules.len()).filter(|other| is_tied(&reach, first, *other)).collect();
        if circle.len() > WIDEST && circle.first() == Some(&first) {
            violations.push(told(&circle, &modules, &arrows));
        }
    }
    violations
}

/// Whether a file is the root of the room in which the other lies.
fn is_room_of(root: &Module<'_>, other: Option<&Module<'_>>) -> bool {
    other.is_some_and(|other| other.place.starts_with(&root.place))
}

fn is_tied(reach: &[BTreeSet<usize>], one: usize, other: usize) -> bool {
    let reaches = |from: usize, to: usize| reach.get(from).is_some_and(|reached| reached.contains(&to));
    reaches(one, other) && reaches(other, one)
}

fn reached(from: usize, arrows: &[BTreeMap<usize, String>]) -> BTreeSet<usize> {
    let (mut reached, mut open) = (BTreeSet::new(), VecDeque::from([from]));
    while let Some(next) = open.pop_front() {
        let ahead = arrows.get(next).into_iter().flat_map(BTreeMap::keys);
        open.extend(ahead.copied().filter(|other| reached.insert(*other)));
    }
    reached
}

fn told(circle: &[usize], modules: &[Module<'_>], arrows: &[BTreeMap<usize, String>]) -> Violation {
    let path = |index: usize| modules.get(index).map_or("", |module| module.source.path.as_str());
    let ties = circle.iter().flat_map(|from| arrows.get(*from).into_iter().flatten().map(move |(to, name)| (*from, *to, name)));
    let ties = ties.filter(|(_, to, _)| circle.contains(to));
    let ties: Vec<String> = ties.map(|(from, to, name)| format!("{} takes {name} from {}", path(from), path(to))).collect();
    let rule =
        format!("{} files import each other in a circle, allowed are {WIDEST}:\n    {}", circle.len(), ties.join("\n    "));
    Violation::new(circle.first().map_or("", |first| path(*first)), 1, rule, UNDERSTOOD_APART)
}

/// The file in which what a path names is defined, as far as it is one of the house's.
fn owner(path: &[String], modules: &[Module<'_>], at: &BTreeMap<&Place, usize>) -> Option<usize> {
    let mut path = path.to_vec();
    for _ in 0..HANDED_ON {
        let deepest = (1..=path.len()).rev().find_map(|length| {
            let place: Place = path.get(..length)?.to_vec();
            Some((*at.get(&place)?, length))
        });
        let (module, length) = deepest?;
        let Some(name) = path.get(length) else { return Some(module) };
        match modules.get(module)?.names.get(name) {
            Some(handed_on) => path = handed_on.iter().chain(path.get(length + 1..)?).cloned().collect(),
            None => return Some(module),
        }
    }
    None
}

fn modules(sources: &[Source]) -> Vec<Module<'_>> {
    let product = sources.iter().filter(|source| source.before_tests > 0);
    product.filter_map(|source| Some(read(source, place(&source.path)?))).collect()
}

/// `src/rig/mod.rs` and `src/rig.rs` are both `rig`; the roots of the house itself are no room of it.
fn place(path: &str) -> Option<Place> {
    let inner = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    let mut names: Place = inner.split('/').map(str::to_owned).collect();
    if names.len() > 1 && matches!(names.last().map(String::as_str), Some("mod" | "lib")) {
        names.pop();
    }
    (names != ["lib"] && names != ["main"]).then_some(names)
}

fn read(source: &Source, place: Place) -> Module<'_> {
    let lines: Vec<&str> = source.product().map(|(_, line)| line).collect();
    let text = lines.join("\n");
    let children: Vec<&str> = lines.iter().filter_map(|line| child(line)).collect();
    let (mut names, mut uses) = (BTreeMap::new(), Vec::new());
    for statement in statements(&text) {
        for (path, alias) in leaves(statement.path) {
            let Some(path) = absolute(&path, &place, &children) else { continue };
            if statement.is_import && alias != "*" {
                names.insert(alias, path.clone());
            }
            if !statement.hands_on {
                uses.push(path);
            }
        }
    }
    Module { source, place, names, uses }
}

/// `pub(super) mod name;`
fn child(line: &str) -> Option<&str> {
    let declared = line.trim().strip_suffix(';')?;
    let (before, name) = declared.rsplit_once("mod ")?;
    (before.is_empty() || before.starts_with("pub")).then_some(name.trim())
}

/// A path somewhere in a file, with what follows it.
struct Statement<'t> {
    path: &'t str,
    is_import: bool,
    hands_on: bool,
}

/// Every place at which a path begins.
fn statements(text: &str) -> Vec<Statement<'_>> {
    let is_of_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for (at, _) in text.match_indices("::") {
        let before = text.get(..at).unwrap_or_default();
        let head = before.trim_end_matches(is_of_name);
        let start = head.len();
        // Within an import's braces a path is a part of the whole, which is read from its head.
        let line = head.rsplit(['\n', ';']).next().unwrap_or_default().trim();
        let in_import = import_around(head);
        if start == at || head.ends_with(':') || in_import {
            continue;
        }
        let is_import = line == "use" || line.ends_with(" use");
        let hands_on = is_import && line.starts_with("pub");
        found.push(Statement { path: text.get(start..).unwrap_or_default(), is_import, hands_on });
    }
    found
}

/// Whether an import has been begun, and not ended, before its own head.
fn import_around(head: &str) -> bool {
    let since = head.rsplit(';').next().unwrap_or_default();
    since.lines().any(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("pub").map_or(line, |rest| rest.split_once(' ').map_or(rest, |(_, rest)| rest));
        line.strip_prefix("use ").is_some_and(|rest| rest.contains("::"))
    })
}

/// The paths of a tree of imports, each with the name by which it is known from then on.
fn leaves(text: &str) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    walk(text, &mut Vec::new(), &mut found);
    found
}

/// Reads one branch, and says how much of the text it took.
fn walk(text: &str, above: &mut Place, found: &mut Vec<(Place, String)>) -> usize {
    let (mut at, depth) = (0, above.len());
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let skipped = rest.len() - rest.trim_start().len();
        let rest = rest.trim_start();
        at += skipped;
        if rest.starts_with('{') {
            at += 1;
            loop {
                at += walk(text.get(at..).unwrap_or_default(), above, found);
                let rest = text.get(at..).unwrap_or_default();
                at += rest.len() - rest.trim_start().len();
                let is_last = !text.get(at..).unwrap_or_default().starts_with(',');
                at += 1;
                let rest = text.get(at..).unwrap_or_default().trim_start();
                if is_last || rest.starts_with('}') || rest.is_empty() {
                    break;
                }
            }
            above.truncate(depth);
            return at;
        }
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '*').unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default();
        at += length;
        above.push(name.to_owned());
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with("::") {
            at += 2;
            continue;
        }
        let alias = rest.strip_prefix(" as ").map(|rest| {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            at += " as ".len() + length;
            rest.get(..length).unwrap_or_default().to_owned()
        });
        let mut path = above.clone();
        if name == "self" {
            path.pop();
        }
        let known_as = alias.or_else(|| path.last().cloned()).unwrap_or_default();
        found.push((path, known_as));
        above.truncate(depth);
        return at;
    }
}

/// From `src` down; `None` for what is no place of the house.
fn absolute(path: &[String], own: &Place, children: &[&str]) -> Option<Place> {
    let (head, mut rest) = path.split_first()?;
    let of_crate = |name: &str| super::floors::CRATES.contains(&name).then(|| vec![name.to_owned()]);
    let mut place = match head.as_str() {
        "crate" => own.first().and_then(|module| of_crate(module)).unwrap_or_default(),
        "self" => own.clone(),
        "super" => own.split_last()?.1.to_vec(),
        name if children.contains(&name) => own.iter().cloned().chain([name.to_owned()]).collect(),
        name => of_crate(name.strip_prefix("hejnal_")?)?,
    };
    while let Some((name, further)) = rest.split_first()
        && name == "super"
    {
        (place, rest) = (place.split_last()?.1.to_vec(), further);
    }
    place.extend(rest.iter().filter(|name| *name != "*").cloned());
    Some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_files(files: &[(&str, &str)], expected: &[&str]) {
        let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
        let found: Vec<String> = check(&sources).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found} lacks {expected}");
        }
    }

    #[test]
    fn two_may_know_each_other_and_three_may_not() {
        let (one, two) = (("src/r/a.rs", "use super::b::B;\npub struct A;"), ("src/r/b.rs", "use super::a::A;\npub struct B;"));
        check_files(&[one, two], &[]);
        let three = [
            ("src/r/a.rs", "use crate::r::b::B;"),
            ("src/r/b.rs", "fn f() { super::c::g() }"),
            ("src/r/c.rs", "use super::{\n    a::{self, A},\n};"),
        ];
        check_files(&three, &["src/r/c.rs takes A from src/r/a.rs"]);
        check_files(&three[..2], &[]);
    }

    #[test]
    fn a_name_is_followed_to_where_it_is_defined() {
        let handed_on = [
            ("src/r/mod.rs", "mod a;\nmod b;\nmod c;\npub use a::A;\npub(super) use b::{B as Bee, C};"),
            ("src/r/a.rs", "use super::Bee;"),
            ("src/r/b.rs", "use super::c::f;"),
            ("src/r/c.rs", "use crate::r::A;"),
        ];
        check_files(&handed_on, &["src/r/a.rs takes Bee from src/r/b.rs"]);
        let handed_on_only = [("src/r/mod.rs", "mod a;\npub use a::A;"), ("src/r/a.rs", "use super::b::B;"), ("src/r/b.rs", "")];
        check_files(&handed_on_only, &[]);
    }

    #[test]
    fn a_room_may_be_put_together_by_its_root_and_tests_do_not_count() {
        let room = [
            ("src/r/mod.rs", "mod a;\nmod b;\npub struct Room;\nfn f() { a::f() }"),
            ("src/r/a.rs", "pub fn f() { super::b::g() }"),
            ("src/r/b.rs", "use super::Room;"),
        ];
        check_files(&room, &[]);
        let between_rooms = [
            ("src/s/mod.rs", "use crate::r::a::f;\npub struct Other;"),
            ("src/r/b.rs", "use crate::s::Other;"),
            room[0],
            room[1],
        ];
        check_files(&between_rooms, &["src/s/mod.rs takes f from src/r/a.rs"]);
        let tested =
            [("src/r/b.rs", "\n#[cfg(test)]\nmod tests {\n    use crate::s::Other;\n}"), between_rooms[0], room[0], room[1]];
        check_files(&tested, &[]);
    }

    #[test]
    fn a_crate_of_the_house_is_a_room_of_it() {
        let crates = [
            ("src/dsp/a.rs", "use crate::b::B;"),
            ("src/dsp/b.rs", "use super::c::C;"),
            ("src/dsp/c.rs", "pub use crate::a::A;\nuse crate::a;"),
        ];
        check_files(&crates, &["3 files import each other"]);
    }
}
