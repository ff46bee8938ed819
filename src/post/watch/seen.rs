//! From the bench's record and the deeds of a scenario to what its rules read.

use super::course::{Binding, BothEnds, Course, Kind, Outage, Span, Stranger, StrayMedia, contacts};
use super::lit::Lit;
use super::protocol::Oddity;
use crate::bench::{Circuit, Moment, Record};
use crate::clock::{Instant, Stamped};
use crate::instrument::operator::{CallEvent, Irregular, Server, Side, StrangerNews, Unbound, host_of};
use crate::post::call::{OPERATOR_USER, SECOND_USER};
use crate::post::deeds::What;
use crate::post::{Post, Result};
use crate::rig::InputRef;
use std::collections::BTreeMap;
use std::time::Duration;

/// Within so many seconds a post that was given its mains or its fibre has begun to show it.
const GIVEN_BACK_WITHIN: f64 = 10.0;

/// What was asked of the host at the end of the bench's network, and what of it was lost or late.
fn echoes(record: &Record) -> (usize, Vec<(f64, Option<f64>)>) {
    let seconds = |(at, late): &(Instant, Option<Duration>)| (at.as_secs_f64(), late.map(|late| late.as_secs_f64()));
    (record.echoes.asked(), record.echoes.troubled().iter().map(seconds).collect())
}

impl Post {
    /// All that happened since the scenario began.
    pub(in crate::post) fn course(&self) -> Result<Course> {
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
            inputs_within: wiring.button.as_ref().map_or(0.0, |switch| bench.input_moment(&switch.sense, self.began).uncertainty),
            contacts: contacts(button.into_iter().filter(|(at, _)| *at >= span.from), span.to),
            outages: self.outages(span),
            calls: record.calls().map(|(id, call)| (id, call.clone())).collect(),
            refused: BTreeMap::new(),
            bindings: Vec::new(),
            expired: Vec::new(),
            attempts: Vec::new(),
            swallowed: Vec::new(),
            owed_until: self.owed_until.as_secs_f64(),
            was_registered: self.was_registered,
            placed: lamp(&wiring.lamp_placed),
            connected: lamp(&wiring.lamp_connected),
            out_of_service: lamp(&wiring.lamp_out_of_service),
            reports: record.reports_since(self.began).map(|report| (report.at.as_secs_f64(), report.value.clone())).collect(),
            garbled: record.garbled_since(self.began).map(Instant::as_secs_f64).collect(),
            echoes: echoes(&self.bench.record),
            room_light: record.room_light.iter().copied().map(Instant::as_secs_f64).collect(),
            button: self.both_ends(Circuit::Button, wiring.button_at_post.as_ref(), span),
            mains: self.both_ends(Circuit::Mains, wiring.mains_at_post.as_ref(), span),
            has_probe: wiring.probe.is_some(),
            strays: Vec::new(),
            strangers: Vec::new(),
            oddities: Vec::new(),
            fell_silent: Vec::new(),
            asked: Vec::new(),
            offers: Vec::new(),
            let_in: Vec::new(),
            spoken_into: Vec::new(),
            sampled: self.sampled.clone(),
            silences: self.silences.clone(),
            speech_spl: bench.rig.speech_spl(),
            ear_spl: bench.rig.ear_spl(),
        };
        let mut homes = Homes::default();
        for event in record.calls_since(self.began) {
            note(&mut course, &mut homes, event);
        }
        // Where a post is registered from may be learnt after it has sent something.
        for (stray, from) in course.strays.iter_mut().zip(&homes.strays) {
            stray.is_posts = homes.are(from);
        }
        for (stranger, from) in course.strangers.iter_mut().zip(&homes.strangers) {
            stranger.is_posts = homes.are(from);
        }
        for (oddity, from) in course.oddities.iter_mut().zip(&homes.oddities) {
            oddity.is_posts = homes.are(from);
        }
        for at in record.told_secrets() {
            let what = Irregular::Secret { method: "console".into() };
            course.oddities.push(Oddity { at: at.as_secs_f64(), call: None, is_posts: true, what });
        }
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

    /// When the post was without light, power or server, or was started anew.
    fn outages(&self, span: Span) -> Vec<Outage> {
        let mut outages = Vec::new();
        for (circuit, kind) in [(Circuit::Fibre, Kind::Fibre), (Circuit::Mains, Kind::Mains)] {
            let Some(switch) = circuit.wiring(&self.bench.rig.wiring) else { continue };
            let edges = self.edges(&switch.sense);
            let open = Lit::of(edges.first().is_some_and(|(_, closed)| *closed), invert(&edges), span.from, span.to);
            // What was given back just before, as a scenario was broken off, still has its consequences.
            let matters = |gone: &Span| gone.to > span.from - GIVEN_BACK_WITHIN;
            outages.extend(open.0.into_iter().filter(matters).map(|span| Outage { kind, span }));
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
                _ => {}
            }
        }
        outages.extend(since.map(|from| Outage { kind: Kind::Servers, span: Span { from, to: span.to } }));
        outages.sort_by(|a, b| a.span.from.total_cmp(&b.span.from));
        outages
    }
}

impl Post {
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

fn invert(edges: &[(f64, bool)]) -> impl Iterator<Item = (f64, bool)> {
    edges.iter().map(|(at, closed)| (*at, !closed))
}

/// Where a post has registered from, and where what should not be came from.
#[derive(Default)]
struct Homes {
    known: Vec<String>,
    strays: Vec<String>,
    strangers: Vec<String>,
    oddities: Vec<String>,
}

impl Homes {
    fn are(&self, from: &str) -> bool {
        let host = host_of(from);
        self.known.iter().any(|home| home == host)
    }
}

fn note(course: &mut Course, homes: &mut Homes, event: &Stamped<CallEvent>) {
    let at = Moment::at_operator(event).seconds;
    match &event.value {
        CallEvent::Registered { user, contact, expires, server } => {
            let (user, is_primary, granted) = (user.clone(), *server == Server::Primary, expires.as_secs_f64());
            course.bindings.push(Binding { at, user, is_primary, granted });
            homes.known.push(host_of(contact).to_string());
        }
        CallEvent::Unregistered { why: Unbound::Expired, .. } => course.expired.push(at),
        CallEvent::Refused { call, status } => _ = course.refused.insert(*call, *status),
        CallEvent::RegistrationRefused { .. } => course.attempts.push(at),
        CallEvent::Swallowed { what, .. } if what == "REGISTER" => course.attempts.push(at),
        CallEvent::Swallowed { what, .. } if what == "INVITE" => course.swallowed.push(at),
        CallEvent::StrayMedia { from, kind, .. } => {
            course.strays.push(StrayMedia { at, kind: *kind, is_posts: false });
            homes.strays.push(from.clone());
        }
        CallEvent::Irregular { call, from, what } => {
            // Who registers from there has proved that he is the post, whatever address he names.
            if call.is_none() && matches!(what, Irregular::Elsewhere { .. }) {
                homes.known.push(host_of(from).to_string());
            }
            course.oddities.push(Oddity { at, call: *call, is_posts: false, what: what.clone() });
            homes.oddities.push(from.clone());
        }
        CallEvent::VoiceMissing { call, side: Side::FromPost, since } => {
            course.fell_silent.push((since.as_secs_f64(), *call));
        }
        CallEvent::Asked { call, .. } => course.asked.push((at, *call)),
        CallEvent::Changed { outcome, .. } => course.offers.push((at, *outcome)),
        CallEvent::Stranger { news: StrangerNews::Spoke } => course.spoken_into.push(at),
        CallEvent::Stranger { news } => {
            let is_let_in = matches!(news, StrangerNews::Answered(200..300) | StrangerNews::Heard);
            course.let_in.push((at, is_let_in));
        }
        CallEvent::Intruder { from, what } => {
            course.strangers.push(Stranger { at, is_posts: false, what: what.clone() });
            homes.strangers.push(from.clone());
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::operator::CallId;

    #[test]
    fn what_a_stranger_sends_is_not_the_posts() {
        let known = vec!["10.20.0.17".to_string(), "fd00::17".to_string()];
        let homes = Homes { known, ..Homes::default() };
        for own in ["10.20.0.17:40000", "SOS-0417@10.20.0.17:5060", "[fd00::17]:40000"] {
            assert!(homes.are(own), "{own}");
        }
        for strange in ["10.20.0.18:40000", "SOS-0417@10.20.0.99:5060", "[fd00::18]:40000", ""] {
            assert!(!homes.are(strange), "{strange}");
        }
        assert!(!Homes::default().are("10.20.0.17:40000"));
    }

    #[test]
    fn only_who_registers_is_at_home_where_he_speaks_from() {
        let elsewhere = Irregular::Elsewhere { place: "Contact", named: "10.20.0.99".into() };
        let is_home = |call: Option<CallId>, what: &Irregular| {
            let (mut course, mut homes) = (crate::post::watch::tests::quiet(), Homes::default());
            let event = CallEvent::Irregular { call, from: "10.20.0.17:5060".into(), what: what.clone() };
            note(&mut course, &mut homes, &Stamped::new(Instant::ZERO, event));
            assert_eq!(course.oddities.len(), 1);
            homes.are("10.20.0.17:40000")
        };
        assert!(is_home(None, &elsewhere));
        assert!(!is_home(Some(CallId(1)), &elsewhere) && !is_home(None, &Irregular::SameTag));
    }
}
