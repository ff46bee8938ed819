//! A live virtual post as a process: its words on one side, what is typed on the other. Must not know who the post
//! talks to.

use super::super::sound_server::prefer;
use hejnal::clock::{Clock as _, Instant, RealClock, poll};
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

pub const IDENTITY: &str = "SOS-0417";

/// One line that the post has shown, and when it was read.
#[derive(Debug, Clone)]
pub struct Shown {
    pub at: Instant,
    pub text: String,
}

impl Shown {
    /// The post's own time, in seconds, at the start of the line.
    pub fn stamp(&self) -> f64 {
        self.text.split_whitespace().next().and_then(|word| word.parse().ok()).expect("a line with a moment")
    }
    /// The figure before " s" that follows these words.
    pub fn figure_after(&self, words: &str) -> f64 {
        let rest = self.text.split(words).nth(1).expect("the words");
        rest.split_whitespace().next().and_then(|word| word.parse().ok()).expect("a figure")
    }
}

/// Killed when dropped, if it has not ended by then.
pub struct Post {
    child: Child,
    typed: Option<ChildStdin>,
    lines: Receiver<Shown>,
    shown: Vec<Shown>,
    looked: usize,
    clock: Arc<RealClock>,
}

impl Post {
    pub fn start(clock: &Arc<RealClock>, arguments: &[&str]) -> Post {
        Post::start_in(clock, arguments, &[])
    }

    /// With these variables in its environment.
    pub fn start_in(clock: &Arc<RealClock>, arguments: &[&str], environment: &[(&OsStr, PathBuf)]) -> Post {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hejnal"))
            .arg("twin")
            .args(arguments)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let typed = child.stdin.take();
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        let (tell, lines) = channel();
        let time = Arc::clone(clock);
        std::thread::spawn(move || {
            for text in out.lines().map_while(Result::ok) {
                if tell.send(Shown { at: time.now(), text }).is_err() {
                    return;
                }
            }
        });
        Post { child, typed, lines, shown: Vec::new(), looked: 0, clock: Arc::clone(clock) }
    }

    pub fn send(&mut self, command: &str) {
        writeln!(self.typed.as_mut().expect("still open"), "{command}").expect("somebody reads");
    }

    /// The next line, after those already found, that has these words in it.
    pub fn expect(&mut self, words: &str, within: Duration) -> Shown {
        let clock = Arc::clone(&self.clock);
        let found = poll::<_, hejnal::clock::Interrupted>(&*clock, clock.now() + within, Duration::from_millis(2), || {
            self.shown.extend(self.lines.try_iter());
            Ok(self.shown.iter().skip(self.looked).position(|line| line.text.contains(words)))
        });
        let Ok(Some(place)) = found else {
            let all: Vec<&str> = self.shown.iter().map(|line| line.text.as_str()).collect();
            panic!("{words:?} was not shown within {within:?} after line {}:\n{}", self.looked, all.join("\n"));
        };
        self.looked += place + 1;
        self.shown[self.looked - 1].clone()
    }

    /// Seconds to add to the post's time to get this test's, and how far that may be wrong.
    pub fn offset(&mut self) -> (f64, f64) {
        let mut best = (0.0, f64::INFINITY);
        for _ in 0..10 {
            let asked = self.clock.now();
            self.send("status");
            let told = self.expect(" status ", Duration::from_secs(5));
            let half = told.at.seconds_after(asked) / 2.0;
            if half < best.1 {
                // The post shows whole milliseconds.
                best = (asked.as_secs_f64() + half - told.stamp(), half + 0.5e-3);
            }
        }
        best
    }

    /// Whether any line shown so far has these words in it.
    pub fn has_shown(&self, words: &str) -> bool {
        self.shown.iter().any(|line| line.text.contains(words))
    }

    /// Has the scheduler prefer it, as if it were hardware of its own; false where that is not permitted.
    pub fn prefer(&self) -> bool {
        prefer(&self.child)
    }

    /// Stops the process as a busy machine would, for so long.
    pub fn freeze(&self, time: Duration) {
        signal(self.child.id(), "STOP");
        self.clock.wait(time).expect("not interrupted");
        signal(self.child.id(), "CONT");
    }

    /// Types `quit`; the exit code and the longest that the post was behind real time, in milliseconds.
    pub fn quit(mut self) -> (Option<i32>, f64) {
        self.send("quit");
        let behind = self.expect(" end ", Duration::from_secs(10)).figure_after("at most");
        self.typed = None;
        (self.child.wait().expect("ends").code(), behind)
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// Sends a process of ours a signal by its name.
pub fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), process.to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "{name} to {process}");
}

/// A directory of this test's own, removed at its end.
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    pub fn new() -> Scratch {
        Scratch(tempfile::tempdir().expect("a folder"))
    }
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }
    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().expect("UTF-8").to_owned()
    }
    pub fn folder(&self) -> &Path {
        self.0.path()
    }
}

pub fn write_wav(path: &Path, samples: &[f32], rate: u32) {
    let spec = hound::WavSpec { channels: 1, sample_rate: rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(path, spec).expect("a file");
    for sample in samples {
        writer.write_sample((sample * 32767.0) as i16).expect("written");
    }
    writer.finalize().expect("written");
}

/// The first channel of a file of 16 bits, and its rate.
pub fn read_wav(path: &Path) -> (Vec<f32>, f64) {
    let mut reader = hound::WavReader::open(path).expect("a WAV file");
    let spec = reader.spec();
    let samples = reader.samples::<i16>().step_by(usize::from(spec.channels));
    (samples.map(|x| f32::from(x.expect("a sample")) / 32768.0).collect(), f64::from(spec.sample_rate))
}
