//! What a guard writes down: why it had to act, and what it read back.

use crate::journal::SafeCheck;
use crate::journal::store::GUARD_FILE;
use crate::unit::{Bilingual, Utc};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;

/// No account is longer.
const LONGEST_BYTES: u64 = 100_000;
const FORMAT: u32 = 1;

/// Why a guard had to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The run was gone without having made safe.
    Died,
    /// It did nothing for longer than it may, and was ended.
    Stuck,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    format: u32,
    pub why: Why,
    pub unix_seconds: u64,
    /// From the moment at which the run was known to be gone to the last thing read back.
    pub took_ms: u64,
    pub checks: Vec<SafeCheck>,
    /// The process of another run that had the rig by then, and makes it safe itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_to: Option<u32>,
}

impl Account {
    pub(super) fn new(why: Why, unix_seconds: u64, took_ms: u64, checks: Vec<SafeCheck>) -> Self {
        Account { format: FORMAT, why, unix_seconds, took_ms, checks, left_to: None }
    }

    /// All that there is to switch was read back as safe.
    pub fn is_safe(&self) -> bool {
        !self.checks.is_empty() && self.checks.iter().all(|check| check.ok)
    }

    /// In whole: why, when, and each thing read back.
    pub fn told(&self) -> Bilingual {
        let when = Utc::from_unix(self.unix_seconds).iso();
        let why = match self.why {
            Why::Died => ("the run was gone", "proces przebiegu przestał działać"),
            Why::Stuck => ("the run did nothing any more and was ended", "przebieg przestał reagować i został zakończony"),
        };
        if let Some(other) = self.left_to {
            return Bilingual::new(
                format!("{}; process {other} had taken the rig over by {when} and makes it safe", why.0),
                format!("{}; {when} stanowisko przejął już proces {other}, który przywraca stan bezpieczny", why.1),
            );
        }
        let checks = |read: fn(&Bilingual) -> &str| {
            let each = self.checks.iter().map(|check| format!("{}: {}", read(&check.what), read(&check.detail)));
            each.collect::<Vec<_>>().join("; ")
        };
        let (en, pl) = (checks(|text| &text.en), checks(|text| &text.pl));
        let outcome = match self.is_safe() {
            true => ("the guard made the rig safe", "strażnik przywrócił stan bezpieczny stanowiska"),
            false => ("THE GUARD COULD NOT MAKE THE RIG SAFE", "STRAŻNIK NIE ZDOŁAŁ PRZYWRÓCIĆ STANU BEZPIECZNEGO STANOWISKA"),
        };
        let took = self.took_ms;
        Bilingual::new(
            format!("{}; {}, {when}, within {took} ms: {en}", why.0, outcome.0),
            format!("{}; {}, {when}, w ciągu {took} ms: {pl}", why.1, outcome.1),
        )
    }

    /// Writes it at once or not at all: a reader finds no half of it.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let half = folder.join(format!("{GUARD_FILE}.half"));
        std::fs::write(&half, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(half, folder.join(GUARD_FILE))
    }

    /// What a guard has left in a run's folder; `None`: it had nothing to do, or what lies there is none of a guard's.
    pub fn read(folder: &Path) -> Option<Account> {
        let path = folder.join(GUARD_FILE);
        let about = std::fs::symlink_metadata(&path).ok()?;
        let bytes = (about.is_file() && about.len() <= LONGEST_BYTES).then(|| std::fs::read(path).ok())??;
        serde_json::from_slice(&bytes).ok().filter(|account: &Account| account.format == FORMAT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ok: bool) -> SafeCheck {
        let detail = if ok { ("read back", "odczytano") } else { ("no answer", "brak odpowiedzi") };
        SafeCheck { what: ("mains on", "zasilanie włączone").into(), ok, detail: detail.into() }
    }

    #[test]
    fn what_was_written_is_read_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Account::read(folder.path()), None);
        let account = Account::new(Why::Died, 1_790_000_000, 412, vec![check(true)]);
        account.write(&folder.path().join("run")).unwrap();
        assert_eq!(Account::read(&folder.path().join("run")), Some(account.clone()));
        for other in ["", "{}", "[]", r#"{"format":2,"why":"died","unix_seconds":1,"took_ms":1,"checks":[]}"#] {
            std::fs::write(folder.path().join(GUARD_FILE), other).unwrap();
            assert_eq!(Account::read(folder.path()), None, "{other}");
        }
    }

    #[test]
    fn an_account_says_why_and_what_was_read_back_and_nothing_read_back_is_not_safe() {
        let told = |account: &Account| (account.told().en, account.told().pl);
        let safe = Account::new(Why::Died, 1_790_000_000, 412, vec![check(true)]);
        let (en, pl) = told(&safe);
        assert!(en.starts_with("the run was gone; the guard made the rig safe, 2026-"), "{en}");
        assert!(en.ends_with("within 412 ms: mains on: read back"), "{en}");
        assert!(pl.ends_with("w ciągu 412 ms: zasilanie włączone: odczytano"), "{pl}");
        let half = Account::new(Why::Stuck, 1_790_000_000, 412, vec![check(true), check(false)]);
        assert!(!half.is_safe() && told(&half).0.contains("COULD NOT MAKE THE RIG SAFE"));
        assert!(!Account::new(Why::Died, 0, 0, Vec::new()).is_safe());
    }
}
