//! The floors of the house: which module may use which. A module that is a crate of its own keeps its floor: it is
//! `hejnal_dsp` to others, and `crate` in it is itself.

use super::Violation;
use super::source::{Source, has_word};

/// From the ground up. Modules of one floor stand beside each other and do not use each other.
const FLOORS: [&[&str]; 14] = [
    &["unit", "clock", "fault", "rng"],
    &["problem"],
    &["image", "yaml"],
    &["dsp", "wav", "plot", "sip", "rtp", "verdict", "rig"],
    &["instrument", "journal", "intelligibility"],
    &["operator", "services", "cameras", "measure"],
    &["driver", "report", "history"],
    &["twin", "evidence"],
    &["bench", "live", "archive"],
    &["watch", "guard"],
    &["post"],
    &["steps", "model"],
    &["suite"],
    &["cli", "station"],
];

const UPWARDS: &str = "a module that uses higher floors cannot be understood, tested or replaced without them";
const BESIDE: &str = "modules of one floor are alternatives or separate concerns: what they share belongs one floor below";
const APART: &str = "a driver and the twin's double of it must not share a mistake, nor may one need the other to be built";
const UNKNOWN: &str = "a module without a floor escapes the rule";

/// Uses that are tolerated for now: (module, uses). This list may only shrink.
const EXCEPTIONS: &[(&str, &str)] = &[];

pub(super) fn check(sources: &[Source]) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut excused: Vec<(&str, &str)> = Vec::new();
    for source in sources.iter().filter(|source| !matches!(source.module(), "lib" | "main" | "tidy")) {
        let Some(own) = floor_of(source.module()) else {
            let rule = format!("module `{}` has no floor: put it into FLOORS in src/tidy/floors.rs", source.module());
            violations.push(Violation::new(&source.path, 1, rule, UNKNOWN));
            continue;
        };
        for (line, used) in uses(source) {
            let Some(floor) = floor_of(&used) else { continue };
            let apart = (source.module(), used.as_str()) == ("twin", "driver");
            if used == source.module() || floor < own && !apart {
                continue;
            }
            if let Some(excuse) = EXCEPTIONS.iter().find(|(by, what)| *by == source.module() && *what == used) {
                excused.push(*excuse);
                continue;
            }
            let reason = match (source.module(), used.as_str()) {
                ("driver", "twin") | ("twin", "driver") => APART,
                _ if floor == own => BESIDE,
                _ => UPWARDS,
            };
            let rule = format!("`{}` (floor {own}) uses `{used}` (floor {floor})", source.module());
            violations.push(Violation::new(&source.path, line, rule, reason));
        }
    }
    for (by, what) in EXCEPTIONS.iter().filter(|excuse| !excused.contains(*excuse)) {
        let rule = format!("`{by}` no longer uses `{what}`: delete the exception");
        violations.push(Violation::new("src/tidy/floors.rs", 1, rule, "exceptions may only shrink"));
    }
    violations
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// Modules that are crates: what their own files call `crate` is no module of the house.
pub(super) const CRATES: &[&str] = &["dsp", "intelligibility", "rng"];

/// How the crate of a module is called where it is used.
const CRATE_PREFIX: &str = "hejnal_";

/// Modules of the house that a file names outside its tests, each with its line.
fn uses(source: &Source) -> Vec<(usize, String)> {
    let mut found = inner_crates(source);
    if !CRATES.contains(&source.module()) {
        found.extend(modules(source));
    }
    found
}

/// Modules that are named as the crates they are.
fn inner_crates(source: &Source) -> Vec<(usize, String)> {
    let named = |line: &str| CRATES.iter().filter(|name| has_word(line, &format!("{CRATE_PREFIX}{name}"))).collect::<Vec<_>>();
    source.product().flat_map(|(number, line)| named(line).into_iter().map(move |name| (number, (*name).to_owned()))).collect()
}

/// Modules of the top package that are named by `crate::`.
fn modules(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let lines: Vec<(usize, &str)> = source.product().collect();
    for (at, (number, line)) in lines.iter().enumerate() {
        for (offset, _) in line.match_indices("crate::") {
            let head = line.get(..offset).and_then(|head| head.chars().next_back());
            if head.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let rest: String = lines.iter().skip(at).take(40).map(|(_, line)| *line).collect::<Vec<_>>().join(" ");
            let rest = rest.get(offset + "crate::".len()..).unwrap_or_default().trim_start();
            match rest.strip_prefix('{') {
                Some(group) => found.extend(heads_of_group(group).into_iter().map(|name| (*number, name))),
                None => found.push((*number, head_of(rest))),
            }
        }
    }
    found
}

fn head_of(path: &str) -> String {
    path.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first names of the members of `{a::b, c::{d, e}, f}`, after its opening brace.
fn heads_of_group(group: &str) -> Vec<String> {
    let (mut depth, mut heads, mut start) = (0usize, Vec::new(), 0usize);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                heads.push(head_of(group.get(start..at).unwrap_or_default()));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                heads.push(head_of(group.get(start..at).unwrap_or_default()));
                start = at + 1;
            }
            _ => {}
        }
    }
    heads.retain(|head| !head.is_empty());
    heads
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_uses(path: &str, text: &str, expected: &[&str]) {
        let found: Vec<String> = check(&[Source::new(path, text)])
            .iter()
            .filter(|v| v.file == path)
            .map(|v| format!("{} {}", v.line, v.rule))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn every_crate_of_the_house_is_known() {
        let sources = crate::tidy::read_sources();
        let roots = sources.iter().filter(|source| source.path.ends_with("/lib.rs") && source.path != "src/lib.rs");
        assert_eq!(roots.map(Source::module).collect::<Vec<_>>(), CRATES);
    }

    #[test]
    fn upwards_and_sideways_are_found() {
        check_uses(
            "src/rig/mod.rs",
            "use crate::unit::X;\nuse crate::bench::Y;\n",
            &["2 `rig` (floor 3) uses `bench` (floor 8)"],
        );
        check_uses(
            "src/sip/a.rs",
            "use crate::{\n  clock::X,\n  rtp::{Y, Z},\n};\n",
            &["1 `sip` (floor 3) uses `rtp` (floor 3)"],
        );
        check_uses("src/twin/a.rs", "fn f() { crate::driver::x() }\n", &["1 `twin` (floor 7) uses `driver` (floor 6)"]);
        check_uses("src/rig/mod.rs", "// crate::bench\n#[cfg(test)]\nmod tests {\n use crate::bench::X;\n}\n", &[]);
        check_uses("src/rng/a.rs", "use hejnal_dsp::X;\nuse crate::cli;\n", &["1 `rng` (floor 0) uses `dsp` (floor 3)"]);
        check_uses("src/dsp/a.rs", "use hejnal_rng::X;\n", &[]);
        check_uses("src/new/mod.rs", "", &["1 module `new` has no floor: put it into FLOORS in src/tidy/floors.rs"]);
    }
}
