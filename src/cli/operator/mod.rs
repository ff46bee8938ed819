//! `hejnal operator`: the operator alone on a real network. It answers a post on the bench, shows calls as they come,
//! plays a sound into them, and leaves what was heard as WAV files. The tool a technician reaches for first.

mod console_commands;
mod console_session;
mod event_lines;
mod media_lines;
mod options;
mod tls_srtp_options;

use super::in_order::{NOTHING_MOVED, no_signals, rig_in_order};
use super::measure::stimulus;
use super::{Refused, place};
use crate::clock::{self, Clock, RealClock};
use crate::driver::sip_operator;
use crate::dsp::interp::Resampler;
use crate::fault::exit;
use crate::instrument::InstrumentError;
use crate::instrument::operator::{Answering, Behaviour, Policy, Progress, Second};
use crate::operator::{DeskConfig, User};
use crate::rig::{self, Transport};
use crate::rtp::axis::RATE;
use crate::rtp::codec::Codec;
use crate::rtp::report::Calendar;
use crate::sip::session;
use crate::suite::signals::Signals;
use crate::unit::{Bilingual, Lang, both, harmless, is_emergency};
use crate::wav;
use console_session::ConsoleSession;
use options::{Digest, codec, duration, ports, user};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

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
    /// Digest algorithms to challenge with, separated by commas; many posts refuse a challenge that names one they do
    /// not know
    #[arg(long, value_enum, value_name = "NAMES", value_delimiter = ',', default_value = "md5")]
    digest: Vec<Digest>,
    /// Let it ring for so long, then answer
    #[arg(long, default_value = "2s", value_name = "TIME", value_parser = duration)]
    answer_after: Duration,
    /// Let it ring until `a` and Enter are typed (`h` hangs up, `q` ends, `e` opens early media, `p` puts on hold, `c`
    /// takes off hold, `m` moves media to another port, `b` makes busy, `1` and `2` make a server a black hole, `s`
    /// sends no media; most again undo it)
    #[arg(long, conflicts_with_all = ["answer_after", "reject"])]
    manual: bool,
    /// Answer no call but with this status: 480, 486 (busy) or 503
    #[arg(long, value_name = "STATUS", value_parser = clap::builder::PossibleValuesParser::new(["480", "486", "503"]))]
    reject: Option<String>,
    /// With --reject: when to try again (Retry-After)
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "reject")]
    retry_after: Option<Duration>,
    /// A second operator: rings so long after the first began to, at once if the first rejects; also for calls
    /// to --second-as
    #[arg(long, value_name = "TIME", value_parser = duration)]
    second_after: Option<Duration>,
    /// The user part of the second operator
    #[arg(long, default_value = "operator2", value_name = "NAME")]
    second_as: String,
    /// The second operator answers so long after it began to ring there
    #[arg(long, default_value = "2s", value_name = "TIME", value_parser = duration)]
    second_answer_after: Duration,
    /// Where the backup server listens for SIP
    #[arg(long, value_name = "ADDRESS:PORT")]
    backup: Option<SocketAddr>,
    /// Send a call tone before the answer (183)
    #[arg(long)]
    call_tone: bool,
    /// Send provisional responses reliably to whoever supports that (PRACK); whoever requires it gets it anyway
    #[arg(long)]
    reliable: bool,
    /// Ask for a session timer of so long where the post asks for none (RFC 4028), at least 90 s
    #[arg(long, value_name = "TIME", value_parser = duration)]
    session_timer: Option<Duration>,
    /// Who refreshes the session where the post leaves that to us
    #[arg(long, value_enum, default_value = "post")]
    refresher: options::Who,
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
    secure: tls_srtp_options::SecureArgs,
    /// Language of what is shown
    #[arg(long, value_parser = super::language::lang, value_name = "en|pl", default_value = super::language::spoken())]
    pub(super) lang: Lang,
}

/// Listens until it is told to end. Exit code 0, or 3 where it could not listen.
pub(super) fn operator(args: &OperatorArgs) -> Result<u8, Refused> {
    let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
    let (config, tls) = config(args, Calendar::by_the_wall(clock::wall_clock(), clock.now()))?;
    let about_tls =
        tls.as_ref().map(|tls| tls_srtp_options::certificate(tls, clock::wall_clock().as_secs(), args.lang)).transpose()?;
    let tls = tls.as_ref().map(tls_srtp_options::set_up).transpose()?;
    let sound = sound(args)?;
    let out = args.out.clone().unwrap_or_else(|| place::run_directory(clock::wall_clock().as_secs(), "operator"));
    let signals = Signals::install(&clock.guard().stop_flag());
    let _signals = signals.map_err(|error| Refused::new(exit::BENCH, no_signals(&error), NOTHING_MOVED))?;
    let listening = event_lines::listening(&config, args.lang);
    let operator = sip_operator::listen_also(Arc::clone(&clock), config, tls, None).map_err(|e| failed(&e))?;
    say(&listening);
    about_tls.unwrap_or_default().iter().for_each(|line| say(line));
    let usual = behaviour(args).answering;
    let (hang_up_after, lang) = (args.hang_up_after, args.lang);
    let mut shift = ConsoleSession { clock, operator, sound, out, hang_up_after, lang, due: Vec::new(), usual };
    shift.work().map_err(|e| failed(&e))?;
    shift.go_home().map_err(|e| failed(&e))?;
    Ok(exit::ACCEPTED)
}

fn failed(error: &InstrumentError) -> Refused {
    Refused::new(exit::BENCH, error.account(), error.advice())
}

/// Lines go out at once, so that they can be piped into a log. What strangers say in them steers no terminal.
fn say(line: &str) {
    let mut out = io::stdout().lock();
    let _nobody_reads = writeln!(out, "{}", harmless(line)).and_then(|()| out.flush());
}

fn config(args: &OperatorArgs, calendar: Calendar) -> Result<(DeskConfig, Option<rig::Tls>), Refused> {
    let Network { sip, backup, realm, users, safety } = match &args.rig {
        Some(file) => of_rig(file)?,
        None => Network { sip: args.listen, backup: None, realm: args.realm.clone(), users: args.users.clone(), safety: None },
    };
    let (tls, srtp) = args.secure.or_of(safety);
    if users.is_empty() {
        let remedy = (
            "name one with --user NAME:PASSWORD, or a rig with --rig",
            "podaj go jako --user NAZWA:HASŁO albo wskaż opis stanowiska za pomocą --rig",
        );
        return Err(Refused::new(exit::USAGE, ("no post may call", "żaden punkt nie jest uprawniony do zgłoszeń"), remedy));
    }
    let backup = args.backup.or(backup);
    if backup.is_some_and(|backup| backup.port() == sip.port() && (backup.ip() == sip.ip() || sip.ip().is_unspecified())) {
        let cause = ("both servers are to listen at the same address", "oba serwery mają ten sam adres");
        return Err(Refused::new(exit::USAGE, cause, ("give --backup another port", "podaj w --backup inny port")));
    }
    if args.session_timer.is_some_and(|time| time < session::SHORTEST) {
        let cause = (
            "a session timer below 90 s is not allowed (RFC 4028, 4)",
            "czas odświeżania sesji krótszy niż 90 s jest niedozwolony (RFC 4028, 4)",
        );
        return Err(Refused::new(exit::USAGE, cause, ("ask for at least 90 s", "podaj co najmniej 90 s")));
    }
    for name in [&args.operator_user, &args.second_as] {
        if is_emergency(name) {
            let cause = both!("{name} is an emergency number", "{name} to numer alarmowy");
            let remedy = (
                "take a name or another number: a post that calls it would call those who save lives wherever the bench is not",
                "podaj nazwę albo inny numer: punkt dzwoniłby pod numer alarmowy wszędzie tam, gdzie nie ma tego stanowiska",
            );
            return Err(Refused::new(exit::USAGE, cause, remedy));
        }
    }
    let config = DeskConfig {
        // Nothing is drawn from it: on a network the system's randomness takes its place.
        seed: 0,
        sip,
        backup,
        media_ports: args.media_ports.clone(),
        realm,
        users,
        grants: crate::sip::registrar::LONGEST,
        operator_user: args.operator_user.clone(),
        second_user: args.second_as.clone(),
        behaviour: behaviour(args),
        max_calls: usize::from(args.max_calls),
        ring_after: Duration::ZERO,
        codecs: if args.codec.is_empty() { Codec::ALL.to_vec() } else { args.codec.clone() },
        digests: args.digest.iter().map(|digest| digest.algorithm()).collect(),
        calendar,
        srtp,
    };
    Ok((config, tls))
}

fn behaviour(args: &OperatorArgs) -> Behaviour {
    let answering = match &args.reject {
        Some(status) => Answering::Refuse { status: status.parse().unwrap_or(486), retry_after: args.retry_after },
        None if args.manual => Answering::Manual,
        None => Answering::After(args.answer_after),
    };
    let second = Second { answering: Answering::After(args.second_answer_after), after: args.second_after };
    Behaviour {
        second: args.second_after.map(|_| second),
        progress: if args.call_tone { Progress::Tone } else { Progress::Ringing },
        reliable: args.reliable,
        session: Policy { ours: args.session_timer, refresher: args.refresher.refresher(), ..Policy::default() },
        ..Behaviour::answering(answering)
    }
}

/// What a rig says of its operator.
struct Network {
    sip: SocketAddr,
    backup: Option<SocketAddr>,
    realm: String,
    users: Vec<User>,
    safety: Option<(Option<rig::Tls>, rig::Srtp)>,
}

fn of_rig(file: &Path) -> Result<Network, Refused> {
    let rig = rig_in_order(file)?;
    let found = rig.operator().zip(rig.wiring.operator.as_ref().and_then(|name| rig.instruments.get(name)?.transport.address()));
    let found = found.map(|(operator, sip)| Network {
        sip,
        backup: operator.backup.as_ref().and_then(Transport::address),
        realm: operator.realm.clone(),
        users: operator.users.iter().map(|u| User { name: u.name.clone(), password: u.password.clone() }).collect(),
        safety: Some((operator.tls.clone(), operator.srtp)),
    });
    let cause = ("the rig has no operator on a network", "w opisie stanowiska operator nie ma adresu w sieci");
    let remedy = (
        "give its `sip-operator` an address to listen at, or use --listen and --user",
        "podaj w `sip-operator` adres w polu `listen` albo użyj --listen i --user",
    );
    found.ok_or_else(|| Refused::new(exit::BENCH, cause, remedy))
}

/// What is spoken into every call, at the headset's rate; empty: silence.
fn sound(args: &OperatorArgs) -> Result<Vec<f32>, Refused> {
    if let Some(kind) = args.stimulus {
        let composed = stimulus::usual(kind, RATE);
        return composed.map_err(|e| Refused::new(exit::USAGE, e, ("choose another test sound", "wybierz inny sygnał testowy")));
    }
    let Some(file) = &args.play else { return Ok(Vec::new()) };
    let recording = wav::read(file, None).map_err(|error| {
        let cause = Bilingual::new(error.show(Lang::En), error.show(Lang::Pl));
        let remedy =
            ("name a WAV file of 8 to 96 kHz with --play", "podaj w --play plik WAV o częstotliwości próbkowania od 8 do 96 kHz");
        Refused::new(exit::USAGE, cause, remedy)
    })?;
    Ok(measure_rate(&recording))
}

fn measure_rate(recording: &wav::Recording) -> Vec<f32> {
    if recording.rate == RATE {
        return recording.samples.clone();
    }
    let step = f64::from(recording.rate) / f64::from(RATE);
    let mut out = vec![0.0; (recording.samples.len() as f64 / step) as usize];
    Resampler::new(step).block(&recording.samples, 0.0, step, &mut out);
    out
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
