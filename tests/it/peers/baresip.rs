//! A headless baresip as a post: its configuration, and its control socket (netstrings of JSON).

use super::super::sound_server::{self, SoundServer};
use super::{Error, wait_for};
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub struct Account<'a> {
    pub operator: u16,
    /// `udp`, `tcp` or `tls`.
    pub transport: &'a str,
    pub password: &'a str,
    /// As baresip names it, e.g. `pcma/8000/1`.
    pub codec: &'a str,
    /// Further parameters of the account, each with its semicolon.
    pub more: &'a str,
    /// Loop-back address as it stands in a URI.
    pub host: &'a str,
    /// Who signs the certificates that are believed, over TLS.
    pub ca: Option<&'a Path>,
    /// Its own certificate with its key, in one file, which it shows where it is asked for one over TLS.
    pub certificate: Option<&'a Path>,
    /// Plays there what it hears, and records what it says, instead of a tone.
    pub sound: Option<&'a SoundServer>,
}

impl Default for Account<'_> {
    fn default() -> Self {
        Account {
            operator: 0,
            transport: "udp",
            password: "secret1",
            codec: "pcma/8000/1",
            more: "",
            host: "127.0.0.1",
            ca: None,
            certificate: None,
            sound: None,
        }
    }
}

pub struct Baresip {
    child: Child,
    control: TcpStream,
    folder: PathBuf,
    target: String,
}

/// What `codec` is sampled at for the sound modules, and its channels.
fn sampling(codec: &str) -> (u32, u16) {
    let mut parts = codec.split('/').skip(1);
    let rate = parts.next().and_then(|r| r.parse().ok()).unwrap_or(8000);
    (rate, parts.next().and_then(|c| c.parse().ok()).unwrap_or(1))
}

fn config(folder: &Path, port: u16, account: &Account<'_>) -> String {
    let Account { codec, host, .. } = account;
    let (rate, channels) = sampling(codec);
    let place = folder.display();
    let (player, source) = match account.sound {
        Some(_) => ("alsa,bench".to_owned(), "alsa,bench".to_owned()),
        None => ("aubridge,sink".to_owned(), format!("aufile,{place}/source.wav")),
    };
    let mut text = format!(
        "poll_method epoll\nsip_listen {host}:{port}\ncall_local_timeout 120\ncall_max_calls 4\naudio_buffer 20-160\n\
         audio_player {player}\naudio_source {source}\naudio_alert aufile,/dev/null\n\
         ausrc_srate {rate}\nauplay_srate {rate}\nausrc_channels {channels}\nauplay_channels {channels}\naudio_txmode thread\n\
         ausrc_format s16\nauplay_format s16\nauenc_format s16\naudec_format s16\nrtp_tos 184\nrtp_ports {}-{}\n\
         jitter_buffer_delay 2-5\nmodule_path /usr/lib/baresip/modules\nsnd_path {place}\nmodule_tmp account.so\n\
         module_app menu.so\nmodule_app ctrl_tcp.so\nctrl_tcp_listen 127.0.0.1:{}\n",
        port + 10,
        port + 40,
        port + 5
    );
    for module in ["g711", "g722", "opus", "srtp", "aufile", "aubridge", "sndfile"] {
        let _ = writeln!(text, "module {module}.so");
    }
    if account.sound.is_some() {
        text.push_str("module alsa.so\n");
    }
    text
}

/// A minute of a sine of −9 dBFS, at what the codec is sampled at.
fn write_source(file: &Path, hz: f64, codec: &str) -> Result<(), Error> {
    let (rate, channels) = sampling(codec);
    let spec = hound::WavSpec { channels, sample_rate: rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(file, spec)?;
    for n in 0..rate * 60 {
        let sample = (f64::from(n) * std::f64::consts::TAU * hz / f64::from(rate)).sin() * 0.5 * 32767.0;
        for _ in 0..channels {
            writer.write_sample(sample as i16)?;
        }
    }
    Ok(writer.finalize()?)
}

impl Baresip {
    /// Starts with SIP at `port`, control at the fifth after (it takes the next for TLS), media from the tenth after;
    /// says a tone of 440 Hz.
    pub fn start(folder: &Path, port: u16, account: &Account<'_>) -> Result<Baresip, Error> {
        let folder = folder.join("baresip");
        std::fs::create_dir_all(&folder)?;
        let Account { operator, transport, password, codec, more, host, ca, certificate, sound } = account;
        // It does not register where UDP is named, only where nothing is.
        let over = if *transport == "udp" { String::new() } else { format!(";transport={transport}") };
        let uri = format!("sip:post1@{host}:{operator}{over}");
        let line = format!(
            "<{uri}>;auth_user=post1;auth_pass={password};outbound=\"sip:{host}:{operator}{over}\";regint=60;\
             audio_codecs={codec};answermode=manual{more}\n"
        );
        std::fs::write(folder.join("accounts"), line)?;
        let mut config = config(&folder, port, account);
        if let Some(ca) = ca {
            let _ = writeln!(config, "sip_cafile {}", ca.display());
        }
        if let Some(certificate) = certificate {
            let _ = writeln!(config, "sip_certificate {}", certificate.display());
        }
        std::fs::write(folder.join("config"), config)?;
        write_source(&folder.join("source.wav"), 440.0, codec)?;
        let log = std::fs::File::create(folder.join("log"))?;
        let net = host.trim_start_matches('[').trim_end_matches(']');
        let child = Command::new("baresip")
            .arg("-f")
            .arg(&folder)
            .args(["-n", net])
            .envs(sound.iter().flat_map(|server| server.environment()))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let control = wait_for("baresip's control socket", 10, || TcpStream::connect(("127.0.0.1", port + 5)).ok());
        let mut child = child;
        let control = match control {
            Ok(control) => control,
            Err(e) => {
                let _gone = child.kill();
                return Err(e);
            }
        };
        let target = format!("sip:operator@{host}:{operator}{over}");
        Ok(Baresip { child, control, folder, target })
    }

    /// Has the scheduler prefer it to whatever else runs; false where that is not permitted.
    pub fn prefer(&self) -> bool {
        sound_server::prefer(&self.child)
    }

    pub fn command(&mut self, command: &str, parameters: &str) -> Result<(), Error> {
        let text = serde_json::json!({"command": command, "params": parameters, "token": "t"}).to_string();
        Ok(self.control.write_all(format!("{}:{text},", text.len()).as_bytes())?)
    }
    pub fn dial(&mut self) -> Result<(), Error> {
        let target = self.target.clone();
        self.command("dial", &target)
    }
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
    /// What baresip decoded, in its own recording.
    pub fn heard(&self) -> Result<PathBuf, Error> {
        let is_decoded = |path: &PathBuf| path.file_name().is_some_and(|n| n.to_string_lossy().ends_with("-dec.wav"));
        let files = std::fs::read_dir(&self.folder)?.filter_map(|entry| Some(entry.ok()?.path()));
        files.into_iter().find(is_decoded).ok_or_else(|| "baresip recorded nothing".into())
    }
}

impl Drop for Baresip {
    fn drop(&mut self) {
        let _may_be_gone = self.command("quit", "");
        let gone = wait_for("baresip to quit", 2, || self.child.try_wait().ok().flatten());
        if gone.is_err() {
            let _may_be_gone = self.child.kill();
            let _gone = self.child.wait();
        }
    }
}
