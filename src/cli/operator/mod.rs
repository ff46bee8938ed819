//! `hejnal operator`: the operator alone on a real network. It answers a post on the bench, shows calls as they come, plays a sound into
//! them, and leaves what was heard as WAV files. The tool a technician reaches for first.
//!
//! Knows nothing of features, limits or verdicts: it shows figures and judges none.

mod keys;
mod secure;
mod show;
mod typed;

use super::measure::{self, stimulus, wav};
use super::{Refused, place};
use crate::clock::{self, Clock, Instant, Interrupted, RealClock, Stamped};
use crate::driver::sip_operator::{self, SipOperator};
use crate::dsp::interp::Resampler;
use crate::fault::exit;
use crate::instrument::operator::desk::{DeskConfig, DeskError, Stage, User};
use crate::instrument::operator::seat::HEADSET;
use crate::instrument::operator::{Answering, CallEvent, CallId, Operator as _};
use crate::instrument::{Instrument as _, InstrumentError};
use crate::rig;
use crate::rtp::axis::RATE;
use crate::rtp::codec::Codec;
use crate::suite::signals::Signals;
use crate::unit::Lang;
use keys::{Key, Keys};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use typed::{Digest, codec, duration, ports, user};

/// How often events are shown and keys looked at.
const LOOK: Duration = Duration::from_millis(20);
/// How long a BYE may take to be answered once the tool is to end.
const FAREWELL: Duration = Duration::from_secs(3);

/// Answer a real post by hand or by itself, show its calls, write what was heard
#[derive(Debug, clap::Args)]
pub struct OperatorArgs {
    /// Where to listen for SIP over UDP and TCP; 0.0.0.0 and [::] mean every address of this machine
    #[arg(long, default_value = "0.0.0.0:5060", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// A post that may register and call; may be repeated
    #[arg(long = "user", value_name = "NAME:PASSWORD", value_parser = user)]
    users: Vec<User>,
    /// Take address, realm and posts from this rig's operator instead
    #[arg(long, value_name = "FILE", conflicts_with_all = ["users", "listen", "realm"])]
    rig: Option<PathBuf>,
    /// Realm of the digest challenge
    #[arg(long, default_value = "hejnal", value_name = "REALM")]
    realm: String,
    /// The user part that calls must be for
    #[arg(long = "as", default_value = "operator", value_name = "NAME")]
    operator_user: String,
    /// Digest algorithms to challenge with, separated by commas; many posts refuse a challenge that names one they do not know
    #[arg(long, value_enum, value_name = "NAMES", value_delimiter = ',', default_value = "md5")]
    digest: Vec<Digest>,
    /// Let it ring for so long, then answer
    #[arg(long, default_value = "2s", value_name = "TIME", value_parser = duration)]
    answer_after: Duration,
    /// Let it ring until `a` and Enter are typed (`h` hangs up, `q` ends)
    #[arg(long, conflicts_with_all = ["answer_after", "reject"])]
    manual: bool,
    /// Answer no call but with this status: 480, 486 (busy) or 503
    #[arg(long, value_name = "STATUS", value_parser = clap::builder::PossibleValuesParser::new(["480", "486", "503"]))]
    reject: Option<String>,
    /// Hang up so long after the answer
    #[arg(long, value_name = "TIME", value_parser = duration)]
    hang_up_after: Option<Duration>,
    /// Speak this WAV file into every call
    #[arg(long, value_name = "FILE", conflicts_with = "stimulus")]
    play: Option<PathBuf>,
    /// Speak this test sound into every call
    #[arg(long, value_name = "KIND", value_enum)]
    stimulus: Option<stimulus::Kind>,
    /// Directory for what was heard [default: runs/<UTC time>-operator]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Codecs to speak, best first, separated by commas [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = codec)]
    codec: Vec<Codec>,
    /// Calls at a time; one more hears 486
    #[arg(long, default_value_t = 8, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    max_calls: u16,
    /// UDP ports for media, two for each call and one more
    #[arg(long, default_value = "40000-40063", value_name = "FIRST-LAST", value_parser = ports)]
    media_ports: RangeInclusive<u16>,
    #[command(flatten)]
    secure: secure::SecureArgs,
    /// Language of what is shown
    #[arg(long, value_parser = super::args::lang, value_name = "en|pl", default_value = "en")]
    pub(super) lang: Lang,
}

/// Listens until it is told to end. Exit code 0, or 3 where it could not listen.
pub(super) fn operator(args: &OperatorArgs) -> Result<u8, Refused> {
    let (config, tls) = config(args)?;
    let about_tls = tls.as_ref().map(|tls| secure::certificate(tls, clock::wall_clock().as_secs(), args.lang)).transpose()?;
    let tls = tls.as_ref().map(secure::set_up).transpose()?;
    let sound = sound(args)?;
    let out = args.out.clone().unwrap_or_else(|| place::run_directory(clock::wall_clock().as_secs(), "operator"));
    let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
    let signals = Signals::install(&clock.guard().stop_flag());
    let _signals =
        signals.map_err(|e| Refused::new(exit::BENCH, e.to_string(), "Ctrl-C could not be caught, so nothing was begun"))?;
    let listening = show::listening(&config, args.lang);
    let operator = sip_operator::listen_also(Arc::clone(&clock), config, tls).map_err(|e| failed(&e))?;
    say(&listening);
    about_tls.unwrap_or_default().iter().for_each(|line| say(line));
    let mut shift = Shift { clock, operator, sound, out, hang_up_after: args.hang_up_after, lang: args.lang, due: Vec::new() };
    shift.work().map_err(|e| failed(&e))?;
    shift.go_home().map_err(|e| failed(&e))?;
    Ok(exit::ACCEPTED)
}

fn failed(error: &InstrumentError) -> Refused {
    Refused::new(exit::BENCH, error.to_string(), error.remedy.clone())
}

/// Lines go out at once, so that they can be piped into a log.
fn say(line: &str) {
    let mut out = io::stdout().lock();
    let _nobody_reads = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn config(args: &OperatorArgs) -> Result<(DeskConfig, Option<rig::Tls>), Refused> {
    let (sip, realm, users, safety) = match &args.rig {
        Some(file) => of_rig(file)?,
        None => (args.listen, args.realm.clone(), args.users.clone(), None),
    };
    let (tls, srtp) = args.secure.or_of(safety);
    if users.is_empty() {
        return Err(Refused::new(exit::USAGE, "no post may call", "name one with --user NAME:PASSWORD, or a rig with --rig"));
    }
    let answering = match &args.reject {
        Some(status) => Answering::Reject(status.parse().unwrap_or(486)),
        None if args.manual => Answering::Manual,
        None => Answering::After(args.answer_after),
    };
    let config = DeskConfig {
        // Nothing is drawn from it: on a network the system's randomness takes its place.
        seed: 0,
        sip,
        media_ports: args.media_ports.clone(),
        realm,
        users,
        operator_user: args.operator_user.clone(),
        answering,
        max_calls: usize::from(args.max_calls),
        ring_after: Duration::ZERO,
        codecs: if args.codec.is_empty() { Codec::ALL.to_vec() } else { args.codec.clone() },
        digests: args.digest.iter().map(|digest| digest.algorithm()).collect(),
        srtp,
    };
    Ok((config, tls))
}

type Network = (SocketAddr, String, Vec<User>, Option<(Option<rig::Tls>, rig::Srtp)>);

fn of_rig(file: &Path) -> Result<Network, Refused> {
    let file = place::find(file).map_err(|e| Refused::new(exit::BENCH, e.to_string(), "name the rig's file with --rig"))?;
    let rig = rig::load(&file).map_err(|problems| {
        let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Refused::new(exit::BENCH, format!("the rig is not in order:\n{}", text.join("\n")), "nothing was begun")
    })?;
    let found = rig.instruments.into_values().find_map(|instrument| match instrument {
        rig::Instrument::SipOperator { listen: rig::Listen::Udp(address), realm, users, tls, srtp } => {
            let users = users.into_iter().map(|u| User { name: u.name, password: u.password }).collect();
            Some((address, realm, users, Some((tls, srtp))))
        }
        _ => None,
    });
    let remedy = "give its `sip-operator` an address to listen at, or use --listen and --user";
    found.ok_or_else(|| Refused::new(exit::BENCH, "the rig has no operator on a network", remedy))
}

/// What is spoken into every call, at the headset's rate; empty: silence.
fn sound(args: &OperatorArgs) -> Result<Vec<f32>, Refused> {
    if let Some(kind) = args.stimulus {
        let composed = stimulus::usual(kind, RATE);
        return composed.map_err(|e| Refused::new(exit::USAGE, e, "choose another test sound"));
    }
    let Some(file) = &args.play else { return Ok(Vec::new()) };
    let recording = wav::read(file, None)
        .map_err(|e| Refused::new(exit::USAGE, e.to_string(), "name a WAV file of 8 to 96 kHz with --play"))?;
    Ok(measure_rate(&recording))
}

fn measure_rate(recording: &measure::wav::Recording) -> Vec<f32> {
    if recording.rate == RATE {
        return recording.samples.clone();
    }
    let step = f64::from(recording.rate) / f64::from(RATE);
    let mut out = vec![0.0; (recording.samples.len() as f64 / step) as usize];
    Resampler::new(step).block(&recording.samples, 0.0, step, &mut out);
    out
}

/// The operator at work.
struct Shift {
    clock: Arc<dyn Clock>,
    operator: SipOperator,
    sound: Vec<f32>,
    out: PathBuf,
    hang_up_after: Option<Duration>,
    lang: Lang,
    /// Calls that are to be hung up, and when.
    due: Vec<(Instant, CallId)>,
}

type Done = Result<(), InstrumentError>;

impl Shift {
    /// Until Ctrl-C, SIGTERM or `q`.
    fn work(&mut self) -> Done {
        let mut keys = Keys::listen();
        loop {
            self.show()?;
            self.hang_up_due()?;
            for key in keys.pressed() {
                if self.obey(key)? {
                    return Ok(());
                }
            }
            match self.clock.wait(LOOK) {
                Ok(()) => {}
                Err(Interrupted::Stop | Interrupted::Limit { .. }) => return Ok(()),
            }
        }
    }

    /// Ends every call with a BYE, and waits a little for the answers.
    fn go_home(&mut self) -> Done {
        self.clock.guard().clear_stop();
        self.operator.make_safe()?;
        let until = self.clock.now() + FAREWELL;
        loop {
            self.show()?;
            let open = self.operator.consult("look at its calls", |_, desk| Ok(desk.is_waiting_for_farewell()))?;
            if !open || self.clock.now() >= until || self.clock.wait(LOOK).is_err() {
                say(show::ended(open, self.lang));
                return Ok(());
            }
        }
    }

    fn show(&mut self) -> Done {
        for event in self.operator.events()? {
            say(&show::event(&event, self.lang));
            self.follow(&event)?;
        }
        Ok(())
    }

    fn follow(&mut self, event: &Stamped<CallEvent>) -> Done {
        match event.value {
            CallEvent::Confirmed { call } => {
                if let Some(time) = self.hang_up_after {
                    self.due.push((event.at + time, call));
                }
                self.speak(call)
            }
            CallEvent::Ended { call, .. } => self.keep(call),
            _ => Ok(()),
        }
    }

    fn speak(&mut self, call: CallId) -> Done {
        if self.sound.is_empty() {
            return Ok(());
        }
        // The call may be over already: what was to be said then has nobody to hear it.
        match self.operator.audio(call).and_then(|headset| headset.play(HEADSET, &self.sound)) {
            Ok(_) => Ok(()),
            Err(gone) => {
                say(&format!("  {gone}"));
                Ok(())
            }
        }
    }

    /// Shows what a call's media went through, and writes what was heard.
    fn keep(&mut self, call: CallId) -> Done {
        let result = self.operator.consult("tell of a call", |_, desk| match desk.media_stats(call) {
            Ok(stats) => {
                let end = desk.media_end(call).unwrap_or_default();
                let security = desk.media_security(call).unwrap_or_default();
                Ok(Some((stats, desk.agreed_codec(call), security, desk.heard(call, 0, end).unwrap_or_default())))
            }
            // Refused before it was a call, or so long ago that its record is gone.
            Err(DeskError::NoSuchCall(_)) => Ok(None),
            Err(other) => Err(other),
        })?;
        let Some((stats, codec, security, heard)) = result else { return Ok(()) };
        let file = (!heard.is_empty()).then(|| self.out.join(format!("call-{:03}-heard.wav", call.0)));
        if let Some(file) = &file {
            let written = std::fs::create_dir_all(&self.out).map_err(|e| e.to_string());
            let written = written.and_then(|()| wav::write(file, &heard, RATE).map_err(|e| e.to_string()));
            if let Err(why) = written {
                say(&format!("  {}: {why}", file.display()));
            }
        }
        let told = show::media(call, &stats, codec, &heard, file.as_deref(), self.lang);
        say(&format!("{told}{}", show::security(&security, self.lang)));
        say(&show::trust(self.operator.uncertainty(), self.lang));
        Ok(())
    }

    fn hang_up_due(&mut self) -> Done {
        let now = self.clock.now();
        let (due, later) = std::mem::take(&mut self.due).into_iter().partition(|(at, _)| *at <= now);
        self.due = later;
        let due: Vec<(Instant, CallId)> = due;
        for (_, call) in due {
            // The post may have hung up first.
            let _gone = self.operator.hang_up(call);
        }
        Ok(())
    }

    /// True if the tool is to end.
    fn obey(&mut self, key: Key) -> Result<bool, InstrumentError> {
        let wanted = |stage: Stage| match key {
            Key::Answer => matches!(stage, Stage::Arrived | Stage::Ringing),
            Key::HangUp => !matches!(stage, Stage::Ended(_)),
            Key::Quit => false,
        };
        if key == Key::Quit {
            return Ok(true);
        }
        let calls = self.operator.consult("look at its calls", |_, desk| Ok(desk.calls()))?;
        let call = calls.iter().rev().find(|info| wanted(info.stage)).map(|info| info.id);
        let outcome = match (key, call) {
            (Key::Answer, Some(call)) => self.operator.answer(call),
            (_, Some(call)) => self.operator.hang_up(call),
            (_, None) => {
                say(show::no_call(self.lang));
                return Ok(false);
            }
        };
        if let Err(why) = outcome {
            say(&format!("  {why}"));
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_of_another_rate_keeps_its_length_and_pitch() {
        let samples = crate::dsp::stimulus::tone(48_000, 1.0, 1000.0, 0.0);
        let out = measure_rate(&wav::Recording { samples, rate: 48_000, step: 2f64.powi(-15), notes: Vec::new() });
        assert_eq!(out.len(), 8000);
        let crossings = out.windows(2).filter(|w| w[0] < 0.0 && w[1] >= 0.0).count();
        assert!((998..=1001).contains(&crossings), "{crossings} Hz");
    }
}
