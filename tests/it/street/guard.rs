//! The operator in front of the street, as its users have it, and everything it told: held against what the posts saw.
//!
//! Knows no limit but the one: every call has its verdict, and no packet is lost.

use super::{Error, PASSWORD, Plan, Seen, Street, USER};
use hejnal::clock::{Clock, Instant, RealClock, Stamped, wall_clock};
use hejnal::driver::sip_operator::{self, SipOperator};
use hejnal::instrument::operator::{Answering, Behaviour, CallEvent, CallId, EndedBy, Operator as _};
use hejnal::operator::{DeskConfig, User};
use hejnal::rtp::codec::Codec;
use hejnal::rtp::report::Calendar;
use hejnal::sip::digest::Algorithm;
use hejnal::sip::sdes::Srtp;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// As often as the tool itself looks at what has happened.
const LOOK: Duration = Duration::from_millis(20);

fn config(port: u16) -> DeskConfig {
    DeskConfig {
        seed: 1,
        sip: SocketAddr::from(([127, 0, 0, 1], port)),
        backup: None,
        media_ports: port + 2..=port + 901,
        realm: "street".to_owned(),
        users: vec![User { name: USER.to_owned(), password: PASSWORD.to_owned() }],
        grants: hejnal::sip::registrar::LONGEST,
        operator_user: "operator".to_owned(),
        second_user: "operator2".to_owned(),
        behaviour: Behaviour::answering(Answering::After(Duration::ZERO)),
        max_calls: 400,
        ring_after: Duration::ZERO,
        codecs: Codec::G711.to_vec(),
        digests: vec![Algorithm::Md5],
        srtp: Srtp::Optional,
        calendar: Calendar { beginning: wall_clock() },
    }
}

/// What the operator said of one call.
#[derive(Debug, Default)]
struct Told {
    dialog: String,
    invited: Option<Instant>,
    answered: Option<Instant>,
    /// How far the operator trusts that moment, in seconds.
    answered_within: f64,
    confirmed: Option<Instant>,
    first_media: Option<Instant>,
    ended: Option<EndedBy>,
    packets: u64,
    lost: u64,
    late: u64,
}

/// The operator and everything it has told.
pub struct Guard {
    clock: Arc<dyn Clock>,
    operator: SipOperator,
    told: BTreeMap<CallId, Told>,
}

impl Guard {
    fn listen(port: u16) -> Result<Guard, Error> {
        let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
        let operator = sip_operator::listen(Arc::clone(&clock), config(port))?;
        Ok(Guard { clock, operator, told: BTreeMap::new() })
    }

    fn look(&mut self) -> Result<(), Error> {
        for Stamped { at, within, value } in self.operator.events()? {
            match value {
                CallEvent::Invited { call, invite, .. } => {
                    self.told.insert(call, Told { dialog: invite.dialog, invited: Some(at), ..Told::default() });
                }
                CallEvent::Answered { call } => {
                    let told = self.told.entry(call).or_default();
                    (told.answered, told.answered_within) = (Some(at), within.as_secs_f64());
                }
                CallEvent::Confirmed { call } => self.told.entry(call).or_default().confirmed = Some(at),
                CallEvent::FirstMedia { call } => self.told.entry(call).or_default().first_media = Some(at),
                CallEvent::Ended { call, by } => self.end(call, by)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn end(&mut self, call: CallId, by: EndedBy) -> Result<(), Error> {
        let stats = self.operator.consult("tell of a call", |_, desk| desk.media_stats(call))?;
        let told = self.told.entry(call).or_default();
        (told.ended, told.packets, told.lost, told.late) = (Some(by), stats.packets, stats.lost, stats.late);
        Ok(())
    }
}

/// Listens at `port` (media on the nine hundred after the next), lets the street make its calls, and gives the figures
/// as text; an error if a call has no verdict or a packet was lost by us.
pub fn serve(port: u16, plan: Plan) -> Result<String, Error> {
    let mut guard = Guard::listen(port)?;
    let street = Street::registered_with(SocketAddr::from(([127, 0, 0, 1], port)))?;
    let (mut failed, mut due) = (None, Duration::ZERO);
    let seen = street.walk(plan, || {
        if wall_clock() >= due {
            due = wall_clock() + LOOK;
            failed = failed.take().or(guard.look().err());
        }
    })?;
    failed.map_or(Ok(()), Err)?;
    guard.look()?;
    report(&guard, plan, &seen)
}

/// Median, 99th percentile and worst.
fn row(name: &str, mut seconds: Vec<f64>) -> String {
    seconds.sort_by(f64::total_cmp);
    let at =
        |share: f64| seconds.get((seconds.len().saturating_sub(1) as f64 * share).round() as usize).map_or(f64::NAN, |s| s * 1e3);
    format!("  {name:<44} {:>8.3} {:>8.3} {:>8.3} ms  ({} calls)\n", at(0.5), at(0.99), at(1.0), seconds.len())
}

fn report(guard: &Guard, plan: Plan, seen: &[Seen]) -> Result<String, Error> {
    let told: BTreeMap<&str, &Told> = guard.told.values().map(|told| (told.dialog.as_str(), told)).collect();
    let told = |seen: &Seen| told.get(seen.call_id.as_str()).copied();
    let after = |from: fn(&Seen) -> Duration, to: fn(&Seen) -> Option<Duration>| -> Vec<f64> {
        seen.iter().filter_map(|s| Some(to(s)?.as_secs_f64() - from(s).as_secs_f64())).collect()
    };
    let between = |from: fn(&Told) -> Option<Instant>, to: fn(&Told) -> Option<Instant>| -> Vec<f64> {
        seen.iter().filter_map(|s| told(s).and_then(|t| Some(to(t)?.seconds_after(from(t)?)))).collect()
    };
    // Both clocks are read one after the other, so that the stamps of one moment at both ends can be compared.
    let (wall, own) = (wall_clock().as_secs_f64(), guard.clock.now().as_secs_f64());
    let stamped = |s: &Seen| Some((told(s)?.invited?.as_secs_f64() - own + wall - s.invited.as_secs_f64()).abs());
    let received = |s: &Seen, stated: f64| {
        let told = told(s)?;
        let late = s.answered?.as_secs_f64() - (told.answered?.as_secs_f64() - own + wall);
        Some((late.abs() - stated * told.answered_within).max(0.0))
    };
    let mut text = format!("  {:<44} {:>8} {:>8} {:>8}\n", "", "median", "p99", "worst");
    text += &row("INVITE to 100", after(|s| s.invited, |s| s.trying));
    text += &row("INVITE to 180", after(|s| s.invited, |s| s.ringing));
    text += &row("INVITE to 200", after(|s| s.invited, |s| s.answered));
    text += &row("200 to ACK, as the operator stamps them", between(|t| t.answered, |t| t.confirmed));
    text += &row(
        "ACK to first packet, above the 20 ms of one",
        after(|s| s.acknowledged + Duration::from_millis(20), |s| s.first_media),
    );
    text += &row("operator's stamp of the INVITE, from sending", seen.iter().filter_map(stamped).collect());
    text += &row("operator's stamp of the 200, to reception", seen.iter().filter_map(|s| received(s, 0.0)).collect());
    text += &row("the same, beyond what was stated with it", seen.iter().filter_map(|s| received(s, 1.0)).collect());
    text += &row("unevenness of the operator's packets, a call", seen.iter().map(|s| s.worst_step.as_secs_f64()).collect());
    let sum = |of: fn(&Told) -> u64| guard.told.values().map(of).sum::<u64>();
    let posts = |of: fn(&Seen) -> u64| seen.iter().map(of).sum::<u64>();
    let (said, heard, missing) = (posts(|s| s.said), posts(|s| s.heard), posts(|s| s.missing));
    let (received, lost, late) = (sum(|t| t.packets), sum(|t| t.lost), sum(|t| t.late));
    writeln!(text, "  posts sent {said} packets: operator received {received}, lost {lost}, {late} too late to be heard")?;
    writeln!(text, "  operator sent {heard} packets and {missing} more that never came")?;
    let (received_at, spoken_at) = guard.operator.uncertainty();
    writeln!(
        text,
        "  uncertainty: receive stamps ± {:.3} ms, packets leave ± {:.3} ms (latest wake-up)",
        received_at * 1e3,
        spoken_at * 1e3
    )?;
    let parted = |s: &&Seen| s.parted.is_some() && s.heard > 0 && s.left > s.acknowledged;
    let whole = |t: &Told| t.ended == Some(EndedBy::Post) && t.confirmed.is_some() && t.first_media.is_some() == plan.speaking;
    let verdicts = seen.iter().filter(parted).filter(|s| told(s).is_some_and(whole)).count();
    writeln!(text, "  {verdicts} of {} calls with every verdict", plan.calls)?;
    let complete = verdicts == plan.calls && (received, lost, missing) == (said, 0, 0);
    if complete { Ok(text) } else { Err(format!("a verdict or a packet is missing:\n{text}").into()) }
}
