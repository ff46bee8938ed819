//! `hejnal protocol`: the acceptance protocol of one or several runs. Each is held against itself first; nothing is
//! written into what a run left behind.
//!
//! Knows nothing of what a protocol says.

use super::report::{refuse_used_folder, unreadable};
use super::verify::public_key;
use super::{Refused, args, complain};
use crate::evidence::{self, Sealed};
use crate::fault::exit;
use crate::problem::Problem;
use crate::report::html;
use crate::report::protocol::{self, Examination, Protocol, Run};
use crate::unit::{Bilingual, Lang, Utc, both};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes the protocol, and tells what stands against the acceptance.
pub(super) fn protocol(typed: &args::Protocol) -> Result<u8, Refused> {
    let lang = typed.lang;
    let key = typed.key.as_deref().map(public_key).transpose()?;
    let case = match typed.case.as_deref().map(protocol::load).transpose() {
        Ok(case) => case,
        Err(problems) => return Ok(told(&problems, lang)),
    };
    let mut runs = Vec::new();
    for path in &typed.runs {
        let examined = evidence::examine(path, key.as_ref()).map_err(|error| unreadable(&error))?;
        let examination = Examination {
            findings: examined.findings.iter().map(|finding| finding.what.clone()).collect(),
            last_hash: examined.last_hash,
            seal: examined.sealed.account(),
            is_seal_unchecked: matches!(examined.sealed, Sealed::Unchecked { .. }),
        };
        let Some(run) = Run::read(path, examination).map_err(|error| unreadable(&error))? else {
            let path = path.display();
            let cause = both!("{path}: its first line tells of no run", "{path}: pierwszy wiersz nie opisuje przebiegu");
            return Err(Refused::new(exit::EVIDENCE, cause, ("see hejnal verify", "patrz hejnal verify")));
        };
        runs.push(run);
    }
    let protocol = match Protocol::new(runs, case) {
        Ok(protocol) => protocol,
        Err(problems) => return Ok(told(&problems, lang)),
    };
    let folder = typed.out.clone().unwrap_or_else(|| default_folder(&protocol));
    for run in &typed.runs {
        refuse_used_folder(&evidence_folder(run), &folder)?;
    }
    html::protocol::write(&protocol, &folder, lang).map_err(|error| unreadable(&error))?;
    account(&protocol, &folder, lang);
    Ok(exit_code(&protocol))
}

fn evidence_folder(run: &Path) -> PathBuf {
    crate::journal::read::file_of(run).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// All of them at once; what the process ends with.
fn told(problems: &[Problem], lang: Lang) -> u8 {
    problems.iter().for_each(|problem| complain(&problem.show(lang)));
    exit::USAGE
}

/// A directory of its own, named by the post and by the last of the runs, so that the same runs get the same name.
fn default_folder(protocol: &Protocol) -> PathBuf {
    let last = protocol.runs.last();
    let post = last.map_or("", |run| &run.header.post.identity);
    let plain: String = post.chars().take(40).map(|letter| if letter.is_alphanumeric() { letter } else { '-' }).collect();
    let when = last.and_then(|run| run.model.began_unix_seconds).map(|seconds| Utc::from_unix(seconds).compact());
    let name = format!("{plain}-{}", when.unwrap_or_default());
    let first = Path::new("protocols").join(&name);
    let later = (2..).map(|n| Path::new("protocols").join(format!("{name}-{n}")));
    std::iter::once(first.clone()).chain(later).find(|path| !path.exists()).unwrap_or(first)
}

fn account(protocol: &Protocol, folder: &Path, lang: Lang) {
    let page = folder.join("index.html");
    let page = page.display();
    let mut lines: Vec<Bilingual> = vec![both!("Protocol: {page}", "Protokół: {page}")];
    if protocol.reasons.is_empty() {
        let open = (
            "Nothing in the results stands against the acceptance: the decision is the commission's.",
            "Wyniki nie stoją na przeszkodzie odbiorowi: decyzja należy do komisji.",
        );
        lines.push(open.into());
    } else {
        lines.push(("What stands against the acceptance:", "Co stoi na przeszkodzie odbiorowi:").into());
        let marked = |reason: &Bilingual| Bilingual::new(format!("  ✗ {}", reason.en), format!("  ✗ {}", reason.pl));
        lines.extend(protocol.reasons.iter().map(marked));
    }
    let mut out = io::stdout().lock();
    for line in lines {
        let _nobody_reads = writeln!(out, "{}", line.show(lang));
    }
}

fn exit_code(protocol: &Protocol) -> u8 {
    let is_changed = protocol.runs.iter().any(|run| !run.examination.findings.is_empty());
    let breaks_off = protocol.runs.iter().any(|run| run.model.end.is_none());
    match (is_changed, breaks_off) {
        (true, _) => exit::EVIDENCE,
        (_, true) => exit::BENCH,
        _ => exit::ACCEPTED,
    }
}
