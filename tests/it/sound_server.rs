//! A sound server for tests without sound hardware: PulseAudio with a null sink, whose monitor hears what is played,
//! reached through ALSA's pulse plug-in. Knows neither our ALSA driver nor a softphone, only what they find in their
//! environment.

use hejnal::clock::{Clock as _, RealClock};
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// PulseAudio with a null sink, ended when dropped. ALSA's device `bench` plays to it and records from its monitor.
pub struct SoundServer {
    process: Child,
    /// Records for nobody, see [`SoundServer::hurry`].
    listener: Option<Child>,
    folder: TempDir,
}

impl SoundServer {
    /// `None`, said aloud in the name of `test`, where what it needs is not installed. `rate` in hertz.
    pub fn start(test: &str, rate: u32, channels: u16) -> Option<SoundServer> {
        let folder = tempfile::tempdir().expect("made");
        let socket = folder.path().join("pulse.sock");
        write(&folder.path().join("pulse.pa"), &pulse_script(&socket, rate, channels));
        write(&folder.path().join("asound.conf"), &alsa_configuration(&socket));
        let started = Command::new("pulseaudio")
            .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit", "--use-pid-file=no", "-F"])
            .arg(folder.path().join("pulse.pa"))
            .env("XDG_RUNTIME_DIR", folder.path())
            .env("HOME", folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(process) = started else {
            skip(test, "pulseaudio is not installed, so there is no sound server to play to");
            return None;
        };
        let server = SoundServer { process, listener: None, folder };
        let clock = RealClock::start();
        let is_up = (0..100).any(|_| {
            clock.wait(Duration::from_millis(100)).expect("not interrupted");
            socket.exists()
        });
        let has_library = ["/usr/lib", "/lib", "/usr/lib64"].iter().any(|place| has_plugin(Path::new(place)));
        if !has_library {
            skip(test, "ALSA's pulse plug-in (libasound2-plugins) is not installed");
            return None;
        }
        assert!(is_up, "the sound server did not come up");
        Some(server)
    }

    /// Has the sink work in steps of `millis`. A null sink fills its buffer in steps as long as its most demanding
    /// client wants them and two seconds where none wants anything, as is so with ALSA's plug-in: too coarse for
    /// clients that buffer less.
    pub fn hurry(mut self, test: &str, millis: u32) -> Option<SoundServer> {
        let server = format!("--server=unix:{}", self.folder.path().join("pulse.sock").display());
        let started = Command::new("parec")
            .args([server, "--device=bench.monitor".to_owned(), format!("--latency-msec={millis}")])
            .envs(self.environment())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(listener) = started else {
            skip(test, "parec (pulseaudio-utils) is not installed");
            return None;
        };
        self.listener = Some(listener);
        Some(self)
    }

    /// Has the scheduler prefer it to whatever else runs; false where that is not permitted.
    pub fn prefer(&self) -> bool {
        self.listener.iter().chain([&self.process]).all(prefer)
    }

    /// What libasound and the sound server's own library must find in a client's environment.
    pub fn environment(&self) -> [(&'static OsStr, PathBuf); 3] {
        [
            (OsStr::new("ALSA_CONFIG_PATH"), self.folder.path().join("asound.conf")),
            (OsStr::new("XDG_RUNTIME_DIR"), self.folder.path().to_path_buf()),
            (OsStr::new("HOME"), self.folder.path().to_path_buf()),
        ]
    }
}

impl Drop for SoundServer {
    fn drop(&mut self) {
        for process in self.listener.iter_mut().chain([&mut self.process]) {
            let _ended = process.kill();
            let _gone = process.wait();
        }
    }
}

/// Has the scheduler prefer a process, with every thread it has and will have, to whatever else runs on the machine:
/// its lowest real-time priority. False where that is not permitted.
pub fn prefer(process: &Child) -> bool {
    let mut chrt = Command::new("chrt");
    chrt.args(["--all-tasks", "--rr", "--pid", "1", &process.id().to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
    chrt.status().is_ok_and(|status| status.success())
}

/// Past the capture of the test harness.
fn skip(test: &str, why: &str) {
    let _nobody_reads = writeln!(std::io::stderr(), "SKIPPED {test}: {why}");
}

fn has_plugin(place: &Path) -> bool {
    let inside = |folder: &Path| folder.join("alsa-lib/libasound_module_pcm_pulse.so").exists();
    let below = std::fs::read_dir(place).into_iter().flatten().flatten();
    inside(place) || below.map(|entry| entry.path()).any(|folder| inside(&folder))
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("written");
}

fn pulse_script(socket: &Path, rate: u32, channels: u16) -> String {
    format!(
        "load-module module-native-protocol-unix auth-anonymous=1 socket={}\n\
         load-module module-null-sink sink_name=bench rate={rate} channels={channels} format=s16le\n",
        socket.display()
    )
}

fn alsa_configuration(socket: &Path) -> String {
    let server = socket.display();
    format!(
        "</usr/share/alsa/alsa.conf>\n\
         pcm.bench-out {{ type pulse server \"unix:{server}\" device \"bench\" }}\n\
         pcm.bench-in {{ type pulse server \"unix:{server}\" device \"bench.monitor\" }}\n\
         pcm.bench {{ type asym playback.pcm \"bench-out\" capture.pcm \"bench-in\" }}\n"
    )
}
