//! From the bench's record and the deeds of a scenario to the course that the rules of the watch read.

use super::call::{OPERATOR_USER, SECOND_USER};
use super::deeds::What;
use super::{Post, Result};
use crate::bench::{Circuit, Lease, Moment, NETWORK_STAMP_S, Record};
use crate::clock::{Instant, Stamped};
use crate::instrument::operator::CallEvent;
use crate::instrument::supervision::{Counts, Notice};
use crate::rig::InputRef;
use crate::watch::{BothEnds, Course, Kind, Lit, Outage, Span, Supervised, contacts, note};
use std::collections::BTreeMap;
use std::time::Duration;

/// Within so many seconds a post that was given its mains or its fibre has begun to show it.
const GIVEN_BACK_WITHIN: f64 = 10.0;

/// Seconds on a battery after which it may be weak, however large.
const WEAKENS_AFTER: f64 = 300.0;

/// From this severity on a message is information, or of use to developers only (RFC 5424, 6.2.1).
const INFORMATION: u8 = 6;
/// Up to this one somebody is called.
const ERROR: u8 = 3;
/// What a post tells that is none of its faults (post protocol, section 6).
const NO_FAULTS: [&str; 5] = ["ALIVE", "START", "COUNT ", "CLEAR ", "TEST "];

/// How long whatever the post was without before the run is taken to have lasted, in seconds.
const BEFORE_THE_RUN: f64 = 10.0;

/// What was asked of the host at the end of the bench's network, and what of it was lost or late.
fn echoes(record: &Record) -> (usize, Vec<(f64, Option<f64>)>) {
    let seconds = |(at, late): &(Instant, Option<Duration>)| (at.as_secs_f64(), late.map(|late| late.as_secs_f64()));
    (record.echoes.asked(), record.echoes.troubled().iter().map(seconds).collect())
}

impl Post {
    /// All that happened since the scenario began.
    pub(super) fn course(&self) -> Result<Course> {
        let (bench, record) = (&self.bench, &self.bench.record);
        let wiring = &bench.rig.wiring;
        let span = Span { from: self.began.as_secs_f64(), to: bench.now().as_secs_f64() };
        let button = wiring.button.as_ref().map(|switch| self.edges(&switch.sense)).unwrap_or_default();
        let lamp = |input: &Option<InputRef>| input.as_ref().map(|input| self.lit(input, span));
        let mut course = Course {
            span,
            names: self.exchanged.names(&bench.rig.post.identity),
            is_behind_nat: bench.rig.post.behind_nat,
            callees: [OPERATOR_USER, SECOND_USER].map(str::to_string).to_vec(),
            limits: bench.rig.limits.clone(),
            headers: bench.rig.post.headers.clone(),
            inputs_within: wiring.button.as_ref().map_or(0.0, |switch| bench.input_moment(&switch.sense, self.began).uncertainty),
            contacts: contacts(button.into_iter().filter(|(at, _)| *at >= span.from), span.to),
            outages: self.outages(span),
            calls: record.calls().map(|(id, call)| (id, call.clone())).collect(),
            refused: BTreeMap::new(),
            bindings: Vec::new(),
            expired: Vec::new(),
            attempts: Vec::new(),
            probed: Vec::new(),
            swallowed: Vec::new(),
            backup_away: self.backup_away(span),
            owed_until: self.owed_until.as_secs_f64(),
            was_registered: self.was_registered,
            placed: lamp(&wiring.lamp_placed),
            connected: lamp(&wiring.lamp_connected),
            out_of_service: lamp(&wiring.lamp_out_of_service),
            reports: record.reports_since(self.began).map(|report| (report.at.as_secs_f64(), report.value.clone())).collect(),
            without_mains: self.open(Circuit::Mains, span),
            without_battery: self.open(Circuit::Battery, span),
            without_sound: self.without_sound(span),
            lived_on_battery: self.has_lived_on_battery(),
            notices: self.notices(),
            understated: self.understated(),
            overstated: self.overstated(),
            supervised: self.supervised(),
            called_up: Vec::new(),
            cameras_away: self.cameras_away(span),
            clock_errors: self.clock_errors(),
            misled: self.misled(span),
            leases: self.leases(),
            questions: record.asked().questions().iter().map(|(at, which)| (at.as_secs_f64(), *which)).collect(),
            garbled: record.garbled_since(self.began).map(Instant::as_secs_f64).collect(),
            misreckoned: misreckoned(record, self.began),
            echoes: echoes(&self.bench.record),
            room_light: record.room_light.iter().copied().map(Instant::as_secs_f64).collect(),
            button: self.both_ends(Circuit::Button, wiring.button_at_post.as_ref(), span),
            mains: self.both_ends(Circuit::Mains, wiring.mains_at_post.as_ref(), span),
            has_probe: wiring.probe.is_some(),
            unsealed: self.unsealed(span.to),
            strays: Vec::new(),
            strangers: Vec::new(),
            oddities: Vec::new(),
            mute: Vec::new(),
            connections: Vec::new(),
            asked: Vec::new(),
            offers: Vec::new(),
            let_in: Vec::new(),
            spoken_into: Vec::new(),
            sampled: self.sampled.clone(),
            silences: self.silences.clone(),
            speech_spl: bench.rig.speech_spl(),
            ear_spl: bench.rig.ear_spl(),
        };
        note(&mut course, record.calls_since(self.began), record.told_secrets(), self.called_up());
        Ok(course)
    }

    /// All changes of an input in this scenario, and before them the state that it began in.
    fn edges(&self, input: &InputRef) -> Vec<(f64, bool)> {
        let edges = self.bench.record.edges(input).iter();
        edges.map(|edge| (self.bench.input_moment(input, edge.at).seconds, edge.value)).collect()
    }

    fn lit(&self, input: &InputRef, span: Span) -> Lit {
        let edges = self.edges(input);
        let before = edges.first().is_some_and(|(_, lit)| !lit);
        Lit::of(before, edges.into_iter(), span.from, span.to)
    }

    /// A circuit at its relay and at the post. An end that has not moved yet stands as the other one does.
    fn both_ends(&self, circuit: Circuit, at_post: Option<&InputRef>, span: Span) -> Option<BothEnds> {
        let at_relay = self.edges(&circuit.wiring(&self.bench.rig.wiring)?.sense);
        let at_post = self.edges(at_post?);
        let before = |edges: &[(f64, bool)]| edges.first().map(|(_, closed)| !closed);
        let [relay, post] = [before(&at_relay), before(&at_post)];
        let (relay, post) = (relay.or(post)?, post.or(relay)?);
        let lit = |before: bool, edges: Vec<(f64, bool)>| Lit::of(before, edges.into_iter(), span.from, span.to);
        Some(BothEnds { at_relay: lit(relay, at_relay), at_post: lit(post, at_post) })
    }

    /// When a circuit was open; never, where the rig has none.
    fn open(&self, circuit: Circuit, span: Span) -> Lit {
        let Some(switch) = circuit.wiring(&self.bench.rig.wiring) else { return Lit::default() };
        let edges = self.edges(&switch.sense);
        Lit::of(edges.first().is_some_and(|(_, closed)| *closed), invert(&edges), span.from, span.to)
    }

    /// While loudspeaker or microphone was disconnected.
    fn without_sound(&self, span: Span) -> Option<Lit> {
        let circuits = [Circuit::Loudspeaker, Circuit::Microphone];
        let has_both = circuits.into_iter().all(|circuit| self.bench.has(circuit));
        has_both.then(|| Lit(circuits.into_iter().flat_map(|circuit| self.open(circuit, span).0).collect()))
    }

    pub(super) fn has_lived_on_battery(&self) -> bool {
        let span = Span { from: self.began.as_secs_f64(), to: self.bench.now().as_secs_f64() };
        let without_mains = self.open(Circuit::Mains, span);
        self.lived_on_battery || without_mains.0.iter().any(|away| away.length() > WEAKENS_AFTER)
    }

    /// What the rig says of its supervision, and the counters as the post told them there.
    fn supervised(&self) -> Supervised {
        let told = |counts: &Stamped<Counts>| (counts.at.as_secs_f64(), counts.value);
        Supervised {
            lost_after: self.bench.rig.supervision_silence().unwrap_or(f64::INFINITY),
            every: self.bench.rig.sign_of_life(),
            tests_every: self.bench.rig.wiring.self_test.map(|tests| tests.every.as_secs_f64()),
            counts: self.bench.record.counts().iter().map(told).collect(),
        }
    }

    /// The last message before the scenario, and all within it.
    fn notices(&self) -> Vec<(f64, String)> {
        let record = &self.bench.record;
        let all = record.last_notice_before(self.began).into_iter().chain(record.notices_since(self.began));
        all.map(|notice| (notice.at.as_secs_f64(), notice.value.text.clone())).collect()
    }

    /// Whoever watches over posts lets information pass; a fault is told as what is looked at.
    fn understated(&self) -> Vec<(f64, String)> {
        let told = self.bench.record.notices_since(self.began).map(|notice| (notice.at.as_secs_f64(), &notice.value));
        let understated = told.filter(|(_, notice)| notice.severity >= INFORMATION && notice.text.starts_with("FAULT "));
        understated.map(|(at, notice)| (at, notice.text.clone())).collect()
    }

    /// And what is no fault as what nobody looks at.
    fn overstated(&self) -> Vec<(f64, String)> {
        let told = self.bench.record.notices_since(self.began).map(|notice| (notice.at.as_secs_f64(), &notice.value));
        let is_alarm = |notice: &Notice| notice.severity <= ERROR && NO_FAULTS.iter().any(|word| notice.text.starts_with(word));
        told.filter(|(_, notice)| is_alarm(notice)).map(|(at, notice)| (at, notice.text.clone())).collect()
    }

    /// When the second server did not serve.
    fn backup_away(&self, span: Span) -> Vec<Span> {
        let mut away: Vec<Span> = Vec::new();
        let mut since = None;
        for (at, what) in self.deeds.all() {
            match what {
                What::Backup { answering: false } => _ = since.get_or_insert(at.seconds),
                What::Backup { answering: true } => {
                    away.extend(since.take().map(|from| Span { from, to: at.seconds }));
                }
                _ => {}
            }
        }
        away.extend(since.map(|from| Span { from, to: span.to }));
        away
    }

    /// When the post was without light, power or server, or was started anew.
    fn outages(&self, span: Span) -> Vec<Outage> {
        let mut outages = Vec::new();
        for (circuit, kind) in [(Circuit::Fibre, Kind::Fibre), (Circuit::Mains, Kind::Mains)] {
            let open = self.open(circuit, span);
            // A post with a battery is without power only while that is away as well.
            let open = match kind {
                Kind::Mains if self.bench.rig.post.battery => open.and(&self.open(Circuit::Battery, span)),
                _ => open,
            };
            // What was given back just before, as a scenario was broken off, still has its consequences.
            let matters = |gone: &Span| gone.to > span.from - GIVEN_BACK_WITHIN;
            outages.extend(open.0.into_iter().filter(matters).map(|span| Outage { kind, span }));
            // As a run begins, boards come to rest, and what they hold gets its mains.
            if kind == Kind::Mains && span.from < GIVEN_BACK_WITHIN {
                outages.push(Outage { kind, span: Span { from: -BEFORE_THE_RUN, to: 0.0 } });
            }
        }
        let mut since = None;
        for (at, what) in self.deeds.all() {
            match what {
                What::Servers { answering: false } => _ = since.get_or_insert(at.seconds),
                What::Servers { answering: true } => {
                    let from = since.take().unwrap_or(at.seconds);
                    outages.push(Outage { kind: Kind::Servers, span: Span { from, to: at.seconds } });
                }
                What::Restart => {
                    outages.push(Outage { kind: Kind::Restart, span: Span { from: at.seconds, to: at.seconds + 0.001 } });
                }
                What::Hang => {
                    let span = Span { from: at.seconds, to: self.started_after(at.instant()).unwrap_or(span.to) };
                    outages.push(Outage { kind: Kind::Hang, span });
                }
                What::Trial { .. } => outages.extend(self.failed_trial(at, span)),
                _ => {}
            }
        }
        outages.extend(self.without_address(span));
        outages.extend(since.map(|from| Outage { kind: Kind::Servers, span: Span { from, to: span.to } }));
        outages.sort_by(|a, b| a.span.from.total_cmp(&b.span.from));
        outages
    }
}

impl Post {
    /// An image on trial that did not come to serve: until the post started anew by itself. One that came to register
    /// was started like any other.
    fn failed_trial(&self, began: Moment, span: Span) -> Option<Outage> {
        let record = &self.bench.record;
        let started = record.reports_since(began.instant() + OWN_START_WITHIN);
        let mut started = started.filter(|report| report.value.argument("BOOT").is_some()).map(|report| report.at);
        let registered = |event: &&Stamped<CallEvent>| matches!(event.value, CallEvent::Registered { .. });
        let registered = record.calls_since(began.instant()).find(registered).map(|event| event.at);
        let to = match (started.next(), registered) {
            (Some(started), registered) if registered.is_none_or(|registered| started < registered) => started.as_secs_f64(),
            (_, Some(_)) => return None,
            _ => span.to,
        };
        Some(Outage { kind: Kind::Trial, span: Span { from: began.seconds, to } })
    }

    /// When the firmware was there again, as its console says; without a console, as its next registration shows.
    fn started_after(&self, hung: Instant) -> Option<f64> {
        let record = &self.bench.record;
        if self.bench.rig.wiring.console.is_some() {
            let start = record.reports_since(hung).find(|report| report.value.argument("BOOT").is_some());
            return start.map(|report| report.at.as_secs_f64());
        }
        let registered = |event: &&Stamped<CallEvent>| matches!(event.value, CallEvent::Registered { .. });
        record.calls_since(hung).find(registered).map(|event| event.at.as_secs_f64())
    }
}

/// The banner of the start that a trial begins with is heard by then.
const OWN_START_WITHIN: Duration = Duration::from_secs(5);

fn misreckoned(record: &Record, since: Instant) -> Vec<(f64, String, u8)> {
    record.misreckoned_since(since).map(|line| (line.at.as_secs_f64(), line.value.0.clone(), line.value.1)).collect()
}

fn invert(edges: &[(f64, bool)]) -> impl Iterator<Item = (f64, bool)> {
    edges.iter().map(|(at, closed)| (*at, !closed))
}

/// So long after a time server tells the true time again a post may still tell the wrong one: the longest that clients
/// usually wait from one question to the next is 1024 s (RFC 5905, 7.3).
const CORRECTED_WITHIN: f64 = 1100.0;

impl Post {
    /// Of every message of the scenario that bears a time.
    fn clock_errors(&self) -> Vec<(f64, f64, f64)> {
        let error = |notice: &Stamped<Notice>| {
            let true_time = self.bench.wall(notice.at).as_secs_f64();
            let within = notice.within.as_secs_f64().max(NETWORK_STAMP_S);
            Some((notice.at.as_secs_f64(), notice.value.time?.as_secs_f64() - true_time, within))
        };
        self.bench.record.notices_since(self.began).filter_map(error).collect()
    }

    /// While the bench's time server told a wrong time, and until a post must have learned the true one.
    fn misled(&self, span: Span) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut since = None;
        for (at, what) in self.deeds.all() {
            match what {
                What::TimeServer { right: false } => _ = since.get_or_insert(at.seconds),
                What::TimeServer { right: true } => {
                    spans.extend(since.take().map(|from| Span { from, to: at.seconds + CORRECTED_WITHIN }));
                }
                _ => {}
            }
        }
        spans.extend(since.map(|from| Span { from, to: span.to }));
        spans
    }

    fn leases(&self) -> Vec<(String, Span)> {
        let span = |lease: &Lease| Span { from: lease.from.as_secs_f64(), to: lease.to.as_secs_f64() };
        self.bench.record.asked().leases().iter().map(|lease| (lease.address.to_string(), span(lease))).collect()
    }

    /// From the end of the post's last lease on, while the bench's address server was silent; and from a refusal of its
    /// address to the next one, for which it has as long as for any return of its network.
    fn without_address(&self, span: Span) -> Vec<Outage> {
        let mut outages = Vec::new();
        let mut since = None;
        let ran_out = |from: f64, to: f64| {
            let until = self.leases().into_iter().map(|(_, lease)| lease).filter(|lease| lease.from <= from);
            let until = until.map(|lease| lease.to).fold(f64::NEG_INFINITY, f64::max);
            (until < to).then(|| Outage { kind: Kind::Address, span: Span { from: until.max(from), to } })
        };
        for (at, what) in self.deeds.all() {
            match what {
                What::AddressServer { answering: false } => _ = since.get_or_insert(at.seconds),
                What::AddressServer { answering: true } => {
                    outages.extend(since.take().and_then(|from| ran_out(from, at.seconds)));
                }
                _ => {}
            }
        }
        outages.extend(since.and_then(|from| ran_out(from, span.to)));
        let longest = self.bench.rig.limits.get("T20").map_or(0.0, crate::rig::Limit::ceiling);
        outages.extend(self.bench.record.asked().taken().iter().map(|(at, given)| {
            let from = at.as_secs_f64();
            let to = given.map_or(from + longest, |given| given.as_secs_f64().min(from + longest));
            Outage { kind: Kind::Address, span: Span { from, to } }
        }));
        outages
    }
}
