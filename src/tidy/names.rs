//! Who may name what: each outside library behind one door, and words that have no place in finished code.
//!
//! Knows nothing of the libraries.

use super::Violation;
use super::source::{Source, has_word};

/// A name, the files (or folders, ending in a slash) that may say it, and why no other.
struct Door {
    name: &'static str,
    only: &'static [&'static str],
    reason: &'static str,
}

impl Door {
    fn admits(&self, path: &str) -> bool {
        self.only.iter().any(|known| *known == path || (known.ends_with('/') && path.starts_with(known)))
    }
}

const DOORS: &[Door] = &[
    Door {
        name: "cucumber",
        only: &["src/suite/cucumber_runner.rs", "src/suite/gherkin.rs"],
        reason: "cucumber is to be replaced, or its quirks dealt with, where features are read and where they are run",
    },
    Door {
        name: "probe_rs",
        only: &["src/driver/probe.rs", "src/driver/probe/", "src/twin/bench/probe.rs"],
        reason: "probe-rs is pinned and changes its traits with every version: one place on each side of the wire knows it",
    },
    Door {
        name: "serialport",
        only: &["src/driver/serial.rs"],
        reason: "every serial port is read by one kind of thread that stamps what it reads",
    },
    Door {
        name: "UdpSocket",
        only: &["src/driver/", "src/live/sockets.rs"],
        reason: "protocols and the twin take bytes and moments: what they do must not depend on a network",
    },
    Door {
        name: "fft",
        only: &["src/dsp/", "src/intelligibility/"],
        reason: "a figure of sound is got in dsp and intelligibility alone, where its method stands beside it: a step, a rig and a file must not differ",
    },
    Door {
        name: "Ed25519KeyPair",
        only: &["src/evidence/minisign.rs"],
        reason: "what a seal is worth is decided in one file: whoever doubts it reads that and no more",
    },
    Door {
        name: "maud",
        only: &["src/report/html/"],
        reason: "pages are made in one room: whatever makes them can be replaced there",
    },
    Door {
        name: "hound",
        only: &["src/wav/"],
        reason: "sound is scaled and written in one way: what one part writes another reads without a change of level",
    },
    Door {
        name: "rustls",
        only: &[
            "src/rig/credentials.rs",
            "src/operator/tls_session.rs",
            "src/driver/sip_operator/tls.rs",
            "src/twin/post/voice/tls.rs",
        ],
        reason: "one place reads certificates and one on each side speaks TLS: what a failure of either means is said once",
    },
    Door {
        name: "sip_header",
        only: &["src/sip/message.rs", "src/sip/message/"],
        reason: "what a SIP message may look like is decided in one room: the parser beneath it can be replaced there",
    },
    Door {
        name: "sip_uri",
        only: &["src/sip/message.rs", "src/sip/message/"],
        reason: "what a SIP message may look like is decided in one room: the parser beneath it can be replaced there",
    },
    Door {
        name: "rustix",
        only: &["src/live/tty.rs", "src/driver/datagrams.rs", "src/guard/keeper.rs"],
        reason: "the system is asked directly where terminals, sockets and another process are, and nowhere else",
    },
    Door {
        name: "libc",
        only: &["src/driver/datagrams.rs", "src/driver/priority.rs"],
        reason: "calls that the compiler cannot check stand together, each with its reason",
    },
];

/// What a machine of bytes and moments has no business with.
const NETWORK: &[&str] = &["TcpStream", "TcpListener", "RealClock", "wall_clock", "thread::spawn"];

const ONE_TABLE: &str = "whoever compares the desk with a standard, or with a post's timers, reads one table";
const TIME: &str = "time has one door, clock::Clock: on the twin it is virtual, and any other clock would be wrong there";
/// A folder, names that its product code may not say, and why.
const STRANGERS: &[(&str, &[&str], &str)] = &[
    (
        "src/twin/post/voice/",
        &["crate::sip", "crate::rtp", "crate::services", "crate::cameras"],
        "the post's voice and the bench's far ends share no code: a shared mistake would cancel out",
    ),
    (
        "src/instrument/",
        &["crate::rig", "crate::verdict", "serde_yaml", "wait_until"],
        "an instrument's trait says what it does: what it is for, what was asked of it and how long to wait is for those above",
    ),
    ("src/rig/", &["Serialize", "Deserialize"], "the file's spelling may change without the types that are read from it"),
    ("src/sip/", NETWORK, "a protocol takes bytes and moments: what it does must not depend on a network"),
    ("src/rtp/", NETWORK, "a protocol takes bytes and moments: what it does must not depend on a network"),
    ("src/operator/", NETWORK, "one desk serves a real network and the twin: it takes bytes and moments"),
    ("src/cameras/", NETWORK, "one camera system serves a real network and the twin: it takes bytes and moments"),
    ("src/services/", NETWORK, "one machine serves a real network and the twin: it takes bytes and moments"),
    ("src/twin/", NETWORK, "the twin's order of events comes from one queue, and from no thread or socket"),
    (
        "src/steps/",
        &["crate::instrument", "crate::bench", "crate::driver", "crate::twin"],
        "a step calls one verb of the post and never touches an instrument: whatever it did past the post no other phrase could do",
    ),
    (
        "src/post/",
        &[
            "parse_duration",
            "parse_level",
            "parse_count",
            "parse_times",
            "parse_percent",
            "parse_frequency",
            "parse_number",
            "split_once",
            "rsplit_once",
            "strip_prefix",
            "split_whitespace",
            "FromStr",
        ],
        "the post parses no text: what a phrase says comes understood, and what a post says is understood where it is recorded",
    ),
];

/// The one file of the desk that says how long anything runs.
const TIMERS: &str = "src/operator/timers.rs";

/// Words that mark code as not finished, or as hiding something; those that clippy knows are among the lints of
/// `Cargo.toml`.
const FORBIDDEN: &[(&str, &str)] = &[("#[ignore", "a test that does not run proves nothing")];

/// Forbidden words that are tolerated for now. This list may only shrink.
const EXCEPTIONS: &[(&str, &str)] = &[];

pub(super) fn check(sources: &[Source]) -> Vec<Violation> {
    sources.iter().flat_map(check_one).collect()
}

/// What may stand in no test either.
pub(super) fn check_words(sources: &[Source]) -> Vec<Violation> {
    sources.iter().flat_map(forbidden).collect()
}

fn forbidden(source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (number, line) in source.code.iter().enumerate().map(|(index, line)| (index + 1, line.as_str())) {
        let excused = |word: &str| EXCEPTIONS.contains(&(source.path.as_str(), word));
        for (word, reason) in FORBIDDEN.iter().filter(|(word, _)| line.contains(word) && !excused(word)) {
            violations.push(Violation::new(&source.path, number, format!("`{word}` is not to be used"), reason));
        }
    }
    violations
}

fn check_one(source: &Source) -> Vec<Violation> {
    let mut violations = forbidden(source);
    for (path, word) in EXCEPTIONS.iter().filter(|(path, _)| *path == source.path) {
        if !source.code.iter().any(|line| line.contains(word)) {
            let rule = format!("`{word}` is gone: delete its exception in src/tidy/names.rs");
            violations.push(Violation::new(path, 1, rule, "exceptions may only shrink"));
        }
    }
    for (number, line) in source.product() {
        for door in DOORS.iter().filter(|door| has_word(line, door.name) && !door.admits(&source.path)) {
            let rule = format!("only {} may name `{}`", door.only.join(" and "), door.name);
            violations.push(Violation::new(&source.path, number, rule, door.reason));
        }
        if source.path != "src/clock.rs" && names_real_time(line) {
            violations.push(Violation::new(
                &source.path,
                number,
                "only src/clock.rs may name std::time::Instant or SystemTime",
                TIME,
            ));
        }
        let sets_timer = has_word(line, "const") && line.contains(": Duration =");
        if source.path.starts_with("src/operator/") && source.path != TIMERS && sets_timer {
            violations.push(Violation::new(&source.path, number, format!("a timer of the desk stands in {TIMERS}"), ONE_TABLE));
        }
        for (folder, names, reason) in STRANGERS.iter().filter(|(folder, _, _)| source.path.starts_with(folder)) {
            for name in names.iter().filter(|name| has_word(line, name)) {
                violations.push(Violation::new(&source.path, number, format!("{folder} may not name `{name}`"), reason));
            }
        }
    }
    violations
}

/// `std::time::Instant`, also as a member of `std::time::{Duration, Instant}`.
fn names_real_time(line: &str) -> bool {
    let after_time = line.match_indices("time::").filter_map(|(at, found)| line.get(at + found.len()..));
    let mut heads = after_time.filter(|rest| !rest.is_empty());
    heads.any(|rest| {
        let members = rest
            .strip_prefix('{')
            .map_or_else(|| rest.split([':', ';', ' ', '(', ')', ',', '>']).next(), |g| g.split('}').next());
        members.is_some_and(|members| has_word(members, "Instant") || has_word(members, "SystemTime"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_lines(path: &str, text: &str, lines: &[usize]) {
        let found: Vec<usize> = check(&[Source::new(path, text)]).iter().map(|violation| violation.line).collect();
        assert_eq!(found, lines, "{text}");
    }

    #[test]
    fn each_library_has_one_door() {
        check_lines("src/bench/open.rs", "use probe_rs::Probe;\n", &[1]);
        check_lines("src/driver/probe.rs", "use probe_rs::Probe;\n// cucumber\n", &[]);
        check_lines("src/suite/run.rs", "let x = \"cucumber\";\nuse cucumber::event;\n", &[2]);
    }

    #[test]
    fn time_has_one_door() {
        check_lines(
            "src/post/a.rs",
            "use std::time::Duration;\nuse std::time::{Duration, Instant};\nstd::time::Instant::now();\n",
            &[2, 3],
        );
        check_lines("src/post/a.rs", "use crate::clock::Instant;\nfn f(d: std::time::Duration, at: Instant) {}\n", &[]);
        check_lines("src/clock.rs", "use std::time::Instant;\n", &[]);
    }

    #[test]
    fn unfinished_code_is_found_even_in_tests() {
        check_lines("src/a.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n    #[ignore]\n    // #[ignore]\n}\n", &[4]);
    }

    #[test]
    fn what_stands_apart_stays_apart() {
        check_lines("src/twin/post/voice/call.rs", "use crate::sip::Dialog;\nuse crate::services::dns;\n", &[1, 2]);
        check_lines("src/twin/street/net.rs", "use crate::sip::Dialog;\nuse std::net::TcpStream;\n", &[2]);
        check_lines("src/operator/call/hold.rs", "const GRACE: Duration = Duration::ZERO;\n", &[1]);
        check_lines(TIMERS, "const GRACE: Duration = Duration::ZERO;\n", &[]);
        check_lines("src/rig/post.rs", "#[derive(serde::Serialize)]\nstruct Post;\n", &[1]);
    }
}
