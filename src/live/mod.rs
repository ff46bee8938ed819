//! The virtual post in real time: the same simulation, led along by the real clock, with the world outside at its
//! edges.
//!
//! Its line ends in UDP sockets, its serial lines in pseudo-terminals, its air in WAV files or a sound card, and a
//! person at the keyboard has a hand on its button, fibre and mains. The simulation does not know: it is advanced to
//! the present every few milliseconds, and what comes from outside is put in at the moment of its reception. Knows
//! nothing of scenarios, of drivers or of what a post should do.

mod acoustic_bridge;
mod keyboard;
mod pty;
mod realtime;
mod sockets;
mod sound;
mod srv;
mod status_line;
mod tty;

pub use keyboard::Command;
pub use sockets::{Called, never_emergency, resolve};

use crate::clock::{Clock, Stamped};
use crate::image::Image;
use crate::instrument::audio::Feed;
use crate::instrument::{InstrumentError, Result};
use crate::twin::voice::NetworkSettings;
use crate::twin::{self, Datagram, TwinConfig};
use crate::unit::{Bilingual, Lang, both};
use acoustic_bridge::AcousticBridge;
use keyboard::Keyboard;
use pty::Ptys;
use realtime::Live;
use sockets::Sockets;
use sound::{Ear, Mouth};
use status_line::StatusLine;
use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::net::SocketAddr;
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// What a live post is made of.
pub struct Setup {
    /// The post. Its network is filled in here.
    pub twin: TwinConfig,
    pub image: Image,
    pub called: Called,
    /// Where it turns to while that server does not answer, and whom it calls if nobody answers there.
    pub backup: Option<SocketAddr>,
    pub second: Option<String>,
    pub password: String,
    /// Off: who is called is a telephone, not a server.
    pub registers: bool,
    /// The module's own address and SIP port (0: any).
    pub bind: Option<SocketAddr>,
    /// What the person says when the call is connected: samples, and their rate in hertz.
    pub mouth: Option<(Vec<f32>, u32)>,
    /// The loudspeaker's record.
    pub ear: Option<PathBuf>,
    /// A sound card whose microphone is before the post, and whose loudspeaker is the post's.
    pub card: Option<Box<dyn Feed>>,
    /// Of what is shown.
    pub lang: Lang,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// By Ctrl-C or SIGTERM, not by the person at the keyboard.
    pub stopped: bool,
    /// The longest that the simulation was behind the real clock.
    pub behind: Duration,
}

/// Everything that reaches the post from outside.
#[derive(Debug)]
enum Input {
    Datagram(Stamped<Datagram>),
    /// Bytes for the board on this wire.
    Bytes(usize, Stamped<Vec<u8>>),
    Command(Stamped<Command>),
    /// Something outside no longer works; the post goes on without it.
    Failed(String),
}

/// Runs a post until somebody wants it to end: `quit`, the end of the input, or a stop request on `clock`.
pub fn run(setup: Setup, clock: Arc<dyn Clock>) -> Result<Ended> {
    let closing = Arc::new(AtomicBool::new(false));
    // Threads look at it within a tenth of a second; nothing of theirs has to be waited for.
    let _closes = Closes(Arc::clone(&closing));
    let (tell, inputs) = channel();
    let sockets = Sockets::bind(setup.bind, setup.called.server)?;
    let (sip, rtp) = sockets.ports()?;
    let Setup { mut twin, image, called, backup, second, password, registers, mouth, ear, card, lang, .. } = setup;
    let identity = twin.identity.clone();
    twin.line_ends_outside = true;
    // The person brings a mouth and an ear, whatever the rig wires.
    twin.bench = twin.bench.with_mouth_and_ear(sound::JACKS);
    twin.voice.address = sockets.address();
    (twin.voice.sip_port, twin.voice.rtp_port) = (sip, rtp);
    (twin.voice.server, twin.voice.operator) = (called.server, called.user.clone());
    // The rig's own are of the virtual street.
    (twin.voice.backup, twin.voice.second) = (backup, second);
    // Its line is sockets for datagrams.
    twin.voice.security = None;
    // Its address is this machine's, and its servers are named to it.
    twin.voice.network = NetworkSettings::default();
    // Its events would have to go over connections, of which the line outside knows none.
    twin.voice.cameras = None;
    (twin.voice.password, twin.voice.registers) = (password, registers);
    let twin = twin::build(twin);
    twin.install(&image);
    let wires = Ptys::open(&twin)?;
    let mouth = mouth.map(|(samples, rate)| Mouth::new(twin.card(), &samples, rate));
    let ear = ear.map(|path| Ear::create(twin.card(), &path)).transpose()?;
    let mut before = Before { mouth, ear, room: card.map(AcousticBridge::before) };

    let at_terminal = io::stdin().is_terminal();
    let mut face = StatusLine::new(Box::new(io::stdout()), at_terminal && io::stdout().is_terminal(), lang);
    let own = SocketAddr::new(sockets.address(), sip);
    let way = if registers {
        ("registers with", "rejestruje się w")
    } else {
        ("calls without registering", "dzwoni bez rejestracji do")
    };
    let ((en, pl), server, user) = (way, called.server, &called.user);
    face.say(both!(
        "post {identity} at {own}, RTP {rtp}; {en} {server}, calls {user}",
        "punkt {identity} pod {own}, RTP {rtp}; {pl} {server}, dzwoni do {user}"
    ));
    for (name, path) in wires.paths() {
        face.name(name, path);
    }
    if let Some(room) = &mut before.room {
        face.name("card", room.name()?);
    }
    face.say(if at_terminal { keyboard::KEYS.into() } else { Bilingual::same(keyboard::WORDS) });

    sockets.listen(&clock, &tell, &closing)?;
    wires.listen(&clock, &tell, &closing)?;
    let _keys = listen_to_person(at_terminal, &clock, &tell, &closing)?;
    Live::new(twin, clock, sockets, wires, face, before).run(&inputs)
}

struct Closes(Arc<AtomicBool>);

impl Drop for Closes {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Starts to read the keyboard. While what is returned lives, a terminal gives single keys.
fn listen_to_person(
    at_terminal: bool,
    clock: &Arc<dyn Clock>,
    tell: &Sender<Input>,
    closing: &Arc<AtomicBool>,
) -> Result<Option<tty::SingleKeys>> {
    let failed = |e: io::Error| {
        InstrumentError::new(
            "keyboard",
            "read",
            Bilingual::same(e),
            (
                "Run it with an input: a terminal, a pipe, or /dev/null.",
                "Uruchom z wejściem: z terminala, potoku albo /dev/null.",
            ),
        )
    };
    let stdin = io::stdin();
    let keys = if at_terminal { Some(tty::SingleKeys::on(stdin.as_fd()).map_err(failed)?) } else { None };
    let from = File::from(stdin.as_fd().try_clone_to_owned().map_err(failed)?);
    // Without an input (/dev/null) the post is to go on by itself; a pipe that closes wants it to end.
    let endless = !at_terminal && from.metadata().is_ok_and(|is| is_device(&is));
    Keyboard { from, keys: at_terminal, endless }.listen(Arc::clone(clock), tell.clone(), Arc::clone(closing)).map_err(failed)?;
    Ok(keys)
}

fn is_device(is: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    is.file_type().is_char_device()
}

/// What is before the post to speak and to listen, where it was asked for.
struct Before {
    mouth: Option<Mouth>,
    ear: Option<Ear>,
    room: Option<AcousticBridge>,
}
