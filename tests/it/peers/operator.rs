//! `hejnal operator` as a child process, and the lines it shows.

use super::{Error, scratch, wait_for};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

pub struct Operator {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
    pub out: PathBuf,
}

impl Operator {
    /// Listens at `port` of the loop-back for post1 with the password secret1; media on the 40 ports from `port` + 100.
    pub fn start(name: &str, port: u16, more: &[&str]) -> Result<Operator, Error> {
        let last = port + 140;
        Self::start_at(
            name,
            &format!("127.0.0.1:{port}"),
            &[&["--media-ports", &format!("{}-{last}", port + 100)], more].concat(),
        )
    }

    pub fn start_at(name: &str, listen: &str, more: &[&str]) -> Result<Operator, Error> {
        let out = scratch(name)?;
        let mut child = Command::new(env!("CARGO_BIN_EXE_hejnal"))
            .args(["operator", "--listen", listen, "--user", "post1:secret1", "--out"])
            .arg(&out)
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (told, wrong) = (child.stdout.take().ok_or("stdout")?, child.stderr.take().ok_or("stderr")?);
        for reader in [Box::new(told) as Box<dyn std::io::Read + Send>, Box::new(wrong)] {
            let lines = Arc::clone(&lines);
            std::thread::spawn(move || {
                for line in BufReader::new(reader).lines().map_while(Result::ok) {
                    lines.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(line);
                }
            });
        }
        let operator = Operator { child, lines, out };
        operator.line("Listening at")?;
        Ok(operator)
    }

    /// Types a word and Enter.
    pub fn press(&mut self, word: &str) -> Result<(), Error> {
        let typed = self.child.stdin.as_mut().ok_or("stdin")?;
        Ok(writeln!(typed, "{word}")?)
    }

    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
    pub fn count(&self, part: &str) -> usize {
        self.lines().iter().filter(|line| line.contains(part)).count()
    }
    /// Waits for a line that contains `part`.
    pub fn line(&self, part: &str) -> Result<String, Error> {
        wait_for(part, 15, || self.lines().into_iter().find(|line| line.contains(part)))
            .map_err(|e| format!("{e}; told so far:\n{}", self.lines().join("\n")).into())
    }

    /// Resident memory in kB.
    pub fn memory(&self) -> Result<u64, Error> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// Sends a signal by its name, e.g. `INT`.
    pub fn signal(&self, name: &str) -> Result<(), Error> {
        Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status()?;
        Ok(())
    }

    /// Stops the process where it stands, and waits until each of its threads does.
    pub fn freeze(&self) -> Result<(), Error> {
        self.signal("STOP")?;
        let tasks = format!("/proc/{}/task", self.child.id());
        let is_stopped = |task: std::io::Result<std::fs::DirEntry>| {
            let status = task.and_then(|task| std::fs::read_to_string(task.path().join("status")));
            status.is_ok_and(|status| status.contains("State:\tT"))
        };
        wait_for("the operator to stand still", 10, || std::fs::read_dir(&tasks).ok()?.all(is_stopped).then_some(()))
    }

    /// Ctrl-C; gives the exit code.
    pub fn stop(&mut self) -> Result<i32, Error> {
        self.signal("INT")?;
        let status = wait_for("the operator to end", 10, || self.child.try_wait().ok().flatten())?;
        status.code().ok_or_else(|| format!("ended by {status}").into())
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        let _may_be_gone = self.child.kill();
        let _gone = self.child.wait();
    }
}
