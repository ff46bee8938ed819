//! The program as its users start it, for the tests that look at it from outside. Knows nothing of what is tested.

use hejnal::journal::read::{LoadedJournal, read};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A directory of its own for one test, removed with it.
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    pub fn new() -> Scratch {
        Scratch(tempfile::tempdir().unwrap())
    }
    pub fn path(&self) -> &Path {
        self.0.path()
    }
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
    /// The virtual rig with something replaced. Its files are named by full paths, for the copy lies elsewhere.
    pub fn rig(&self, from: &str, to: &str) -> PathBuf {
        let home = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(home.join("rigs/virtual.yaml")).unwrap();
        assert!(text.contains(from), "{from:?} stands in the virtual rig");
        let fixtures = home.join("fixtures");
        let text = text.replace("../fixtures", &fixtures.display().to_string()).replace(from, to);
        self.write("rig.yaml", text)
    }
}

/// What the program said, and what it ended with (`None`: killed by a signal).
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// The program with these words typed, in the repository, away from any terminal.
pub fn hejnal<S: AsRef<std::ffi::OsStr>>(words: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hejnal"));
    command.args(words).current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null()).env_remove("NO_COLOR");
    for locale in ["LC_ALL", "LC_MESSAGES", "LANG"] {
        command.env_remove(locale);
    }
    command
}

pub fn said(mut command: Command) -> Said {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

pub fn say<S: AsRef<std::ffi::OsStr>>(words: impl IntoIterator<Item = S>) -> Said {
    said(hejnal(words))
}

/// A run under way, followed line by line.
pub struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
    heard: String,
}

impl Running {
    pub fn start(mut command: Command) -> Running {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Running { child, out, heard: String::new() }
    }
    /// Reads on until a line holds `text`, and so many lines further. `false`: the run ended before.
    pub fn hear(&mut self, text: &str, lines_further: usize) -> bool {
        let mut left = None;
        loop {
            let mut line = String::new();
            if self.out.read_line(&mut line).unwrap() == 0 {
                return false;
            }
            self.heard += &line;
            left = match left {
                None if line.contains(text) => Some(lines_further),
                Some(n) => Some(n - 1),
                None => None,
            };
            if left == Some(0) {
                return true;
            }
        }
    }
    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(status.success(), "kill -{name}");
    }
    /// Stops listening, as `head` does; gives what the run ends with all the same.
    pub fn leave(self) -> Option<i32> {
        let Running { mut child, out, .. } = self;
        drop(out);
        child.wait().unwrap().code()
    }
    /// Hears the run out.
    pub fn end(mut self) -> Said {
        self.out.read_to_string(&mut self.heard).unwrap();
        let mut err = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        Said { code: self.child.wait().unwrap().code(), out: self.heard, err }
    }
}

/// The journal of a run, whatever became of it.
pub fn journal(folder: &Path) -> LoadedJournal {
    read(folder).unwrap()
}
