//! What happened in a scenario, as the rules of the watch read it: contacts of the button, calls, outages, lamps,
//! registrations, each with its moments. Made once from the record; the rules know nothing else.
//!
//! Moments are seconds on the bench's clock. Nothing here says what should have happened.

pub use super::both_ends::BothEnds;
use super::heard::{Sampled, Silence};
use super::lit::Lit;
use super::reports::{CalledUp, Oddity, Stranger, StrayMedia, Supervised};
use super::span::Span;
use crate::bench::{Call, Report, Service};
use crate::instrument::operator::{CallId, Outcome};
use crate::rig::{Headers, Limits};
use std::collections::BTreeMap;
use std::time::Duration;

/// A contact that bounces is one contact until it has been open for so long.
const BOUNCES_FOR: f64 = 0.05;
/// How long after it can be served again a post may take to be wholly itself: its lamp "out of service" has so long.
pub const RECOVERS_WITHIN: f64 = 5.0;

/// How long a press may take to become a call before it counts as lost.
pub const LOST_AFTER: Duration = Duration::from_secs(10);
/// A call that is gone without a word is given up after so many seconds without media, and lamps follow (post protocol,
/// section 3: 30 s).
const LOST_WITHIN: f64 = 32.0;
/// One that rang before it was gone, and may be ringing still, is given up after more than three minutes (RFC 3261,
/// 16.6, timer C).
const RINGS_AT_MOST: f64 = 190.0;

/// One closing of the button, bounces and all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contact {
    /// When it closed for the last time before it stayed closed: what a press is measured from.
    pub closed: f64,
    pub opened: f64,
    /// When it first closed.
    pub began: f64,
}

impl Contact {
    fn held(self) -> f64 {
        self.opened - self.closed
    }
    /// It always counts (T29), with a margin for what its stamps are worth.
    pub fn is_press(self, course: &Course) -> bool {
        self.held() >= course.limit("T29") + course.inputs_within
    }
    /// It may count.
    pub fn may_be_press(self, course: &Course) -> bool {
        self.held() > course.limit("T30") - course.inputs_within
    }
}

/// Why a post could not do what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No light on its fibre.
    Fibre,
    /// No mains.
    Mains,
    /// A server was silent, or refused.
    Servers,
    /// The bench started its firmware anew.
    Restart,
    /// No address: its lease had run out and the bench's DHCP server was silent, or that had refused it.
    Address,
    /// The bench has hung its firmware, and the watchdog has not yet ended that.
    Hang,
    /// The bench has put an image on trial that did not come to serve, and the post has not yet taken it back.
    Trial,
}

impl Kind {
    /// The firmware starts anew as it ends.
    pub fn starts_firmware(self) -> bool {
        matches!(self, Kind::Mains | Kind::Restart | Kind::Hang | Kind::Trial)
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outage {
    pub kind: Kind,
    pub span: Span,
}

/// A registration that was accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    pub at: f64,
    pub user: String,
    pub is_primary: bool,
    /// The host that its Contact names.
    pub host: String,
    pub granted: f64,
}

/// Contacts from edges of the button's sense input, in order: bounces are one contact, and the press is the closing
/// that lasted longest.
pub fn contacts(edges: impl Iterator<Item = (f64, bool)>, until: f64) -> Vec<Contact> {
    let mut found: Vec<Contact> = Vec::new();
    let mut closed: Option<f64> = None;
    let mut add = |closed: f64, opened: f64| match found.last_mut() {
        Some(last) if closed - last.opened < BOUNCES_FOR => {
            if opened - closed > last.opened - last.closed {
                last.closed = closed;
            }
            last.opened = opened;
        }
        _ => found.push(Contact { closed, opened, began: closed }),
    };
    for (at, is_closed) in edges {
        match (is_closed, closed) {
            (true, None) => closed = Some(at),
            (false, Some(from)) => {
                add(from, at);
                closed = None;
            }
            _ => {}
        }
    }
    if let Some(from) = closed {
        add(from, until);
    }
    found
}

/// All of it.
#[derive(Debug, Clone)]
pub struct Course {
    /// What was looked at.
    pub span: Span,
    /// The name that the post had to bear, and from when on; `None`: it was free to have none. In order, the first from
    /// ever on.
    pub names: Vec<(f64, Option<String>)>,
    /// Addresses are translated on the way to the post.
    pub is_behind_nat: bool,
    /// Whom posts of this rig may call.
    pub callees: Vec<String>,
    pub limits: Limits,
    /// In which headers the post says more than SIP asks for.
    pub headers: Headers,
    /// What the stamps of inputs are worth (k = 2), in seconds.
    pub inputs_within: f64,
    pub contacts: Vec<Contact>,
    /// In the order in which they began.
    pub outages: Vec<Outage>,
    /// In the order of their arrival. Those that stood when the scenario began come first.
    pub calls: Vec<(CallId, Call)>,
    /// Calls that the desk turned away, and with which status.
    pub refused: BTreeMap<CallId, u16>,
    pub bindings: Vec<Binding>,
    /// When registrations ran out at the registrar.
    pub expired: Vec<f64>,
    /// When the post asked to be registered and was not: refused, or not answered.
    pub attempts: Vec<f64>,
    /// When a server that answered nothing was asked whether it was there.
    pub probed: Vec<f64>,
    /// When an INVITE reached a server that answered nothing.
    pub swallowed: Vec<f64>,
    /// When the second server did not serve.
    pub backup_away: Vec<Span>,
    /// Until when a call may be owed to what was done before the scenario.
    pub owed_until: f64,
    /// A registration stood when the scenario began.
    pub was_registered: bool,
    pub placed: Option<Lit>,
    pub connected: Option<Lit>,
    pub out_of_service: Option<Lit>,
    pub reports: Vec<(f64, Report)>,
    /// When there was no mains, battery or not, and when the battery's lead was open.
    pub without_mains: Lit,
    pub without_battery: Lit,
    /// While the bench had its loudspeaker or its microphone disconnected; `None`: it has no hand on both.
    pub without_sound: Option<Lit>,
    /// The post has lived on its battery in this run for so long that it may be weak.
    pub lived_on_battery: bool,
    /// What the post told the supervision, the last message before the scenario included.
    pub notices: Vec<(f64, String)>,
    /// The faults among it that it called mere information, and when.
    pub understated: Vec<(f64, String)>,
    /// What is no fault and was told as an alarm, and when.
    pub overstated: Vec<(f64, String)>,
    pub supervised: Supervised,
    /// What came to the camera system, and when that took nothing.
    pub called_up: Vec<CalledUp>,
    pub cameras_away: Vec<Span>,
    /// By how much the time that messages to the supervision bear is ahead, and what that figure is worth (k = 2), in
    /// seconds.
    pub clock_errors: Vec<(f64, f64, f64)>,
    /// While the bench's own time server may still have been believed that told a wrong time.
    pub misled: Vec<Span>,
    /// Which address the post was given, and while it might use it; empty where the bench gives none.
    pub leases: Vec<(String, Span)>,
    /// When the bench's services were asked, and which.
    pub questions: Vec<(f64, Service)>,
    /// When lines of the console came whose checksum did not match.
    pub garbled: Vec<f64>,
    /// Those of them that can be read but for their checksum, and by which bits that is off.
    pub misreckoned: Vec<(f64, String, u8)>,
    /// How often the host at the end of the bench's network was asked, and when its echo was lost (`None`) or came so
    /// many seconds late.
    pub echoes: (usize, Vec<(f64, Option<f64>)>),
    /// When a lamp's sensor saw the light of a lamp that lives on the mains.
    pub room_light: Vec<f64>,
    /// What the relay's sense and the post's own terminals told of the button and of the mains, where the rig has both.
    pub button: Option<BothEnds>,
    pub mains: Option<BothEnds>,
    /// A debug probe hangs on the post's reset line.
    pub has_probe: bool,
    /// When the operator described plain sound though it was to be secure: a post does well to leave such a talk.
    pub unsealed: Vec<Span>,
    pub strays: Vec<StrayMedia>,
    pub strangers: Vec<Stranger>,
    pub oddities: Vec<Oddity>,
    /// While a call's sound from the post stayed away; without an end where it never came back.
    pub mute: Vec<(Span, CallId)>,
    /// When the post opened a connection.
    pub connections: Vec<f64>,
    /// When the post asked something within a call.
    pub asked: Vec<(f64, CallId)>,
    /// What became of our own offers within a call.
    pub offers: Vec<(f64, Outcome)>,
    /// Calls of strangers to the post, and what came of them: they were let in.
    pub let_in: Vec<(f64, bool)>,
    /// When a stranger began to speak into a talk.
    pub spoken_into: Vec<f64>,
    pub sampled: Vec<Sampled>,
    pub silences: Vec<Silence>,
    /// Sound pressure level of the caller's speech at the post's microphone that the mouth is set to, and the one at
    /// which the ear's samples reach full scale, dB re 20 µPa; `None`: nobody has measured it.
    pub speech_spl: Option<f64>,
    pub ear_spl: Option<f64>,
}

impl Course {
    /// The figure of a requirement that 95 % of cases must meet.
    pub fn limit(&self, id: &str) -> f64 {
        self.limits.get(id).map_or(f64::INFINITY, |limit| limit.limit)
    }
    /// The figure that every single case must meet.
    pub fn ceiling(&self, id: &str) -> f64 {
        self.limits.get(id).map_or(f64::INFINITY, crate::rig::Limit::ceiling)
    }

    /// The name that the post had to bear at this moment.
    pub fn name_at(&self, moment: f64) -> Option<&str> {
        let (_, name) = self.names.iter().rfind(|(from, _)| *from <= moment)?;
        name.as_deref()
    }

    /// Whether something stood in the post's way within a stretch.
    pub fn is_disturbed(&self, within: Span) -> bool {
        self.outages.iter().any(|outage| outage.span.meets(within))
    }

    /// Whether the camera system took events all through a stretch.
    pub fn cameras_take(&self, within: Span) -> bool {
        !self.cameras_away.iter().any(|away| away.meets(within))
    }

    /// The stretches in which a press had to be served: registered anew after the last outage, and some time to
    /// recover, up to the next one.
    pub fn ready(&self) -> Vec<Span> {
        let recovered = |span: Span| {
            let is_first = self.was_registered && span.from == self.span.from;
            Span { from: if is_first { span.from } else { span.from + RECOVERS_WITHIN }, to: span.to }
        };
        let mut spans: Vec<Span> = self.reachable().into_iter().map(recovered).collect();
        spans.retain(|span| span.length() > 0.0);
        spans
    }

    /// The stretches in which a press could be served: from a registration to the next outage.
    pub fn reachable(&self) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut from = self.was_registered.then_some(self.span.from).or_else(|| self.registered_after(self.span.from));
        for outage in &self.outages {
            if let Some(from) = from.filter(|from| *from < outage.span.from) {
                spans.push(Span { from, to: outage.span.from });
            }
            let returned = self.outages.iter().filter(|o| o.span.from <= outage.span.to).map(|o| o.span.to);
            from = self.registered_after(returned.fold(outage.span.to, f64::max));
        }
        spans.extend(from.map(|from| Span { from, to: self.span.to }));
        spans.retain(|span| span.length() > 0.0);
        spans
    }

    pub fn registered_after(&self, moment: f64) -> Option<f64> {
        self.bindings.iter().map(|binding| binding.at).find(|at| *at >= moment)
    }

    /// The stretch in which a press at this moment had to be served.
    pub fn ready_at(&self, moment: f64) -> Option<Span> {
        self.ready().into_iter().find(|span| span.holds(moment))
    }

    /// Whether a press at this moment could be served.
    pub fn is_reachable_at(&self, moment: f64) -> bool {
        self.reachable().into_iter().any(|span| span.holds(moment))
    }

    /// From a call's arrival to its end, or to the end of what was seen.
    pub fn lasts(&self, call: &Call) -> Span {
        let to = call.ended.map_or(self.span.to, |(at, _)| at.seconds);
        Span { from: call.arrived.seconds, to }
    }

    /// Whether a call stood at this moment, and the post must have known it: nothing had come between.
    pub fn is_surely_in(&self, call: &Call, moment: f64) -> bool {
        let lasts = self.lasts(call);
        lasts.holds(moment) && !self.is_disturbed(Span { from: lasts.from, to: moment })
    }

    /// Until when a post need not know that a call has ended: something stood in its way as it ended, or within so many
    /// seconds of that. `None`: nothing did.
    pub fn hidden_until(&self, call: &Call, within: f64) -> Option<f64> {
        let lasts = self.lasts(call);
        let hides = |outage: &&Outage| outage.span.meets(Span { from: lasts.from, to: lasts.to + within });
        let returned = self.outages.iter().filter(hides).map(|outage| outage.span.to.min(self.span.to)).reduce(f64::max)?;
        // Of a talk no more sound comes from then on, whatever stands in the way; what rings is silent.
        Some(if call.confirmed.is_some() {
            lasts.to + LOST_WITHIN
        } else {
            (returned + LOST_WITHIN).max(lasts.from + RINGS_AT_MOST)
        })
    }

    /// Until when a post need not know that the operator ended a talk: it has left the connection over which it called,
    /// which nobody had answered, and hears of the end by the silence. `None`: it was told.
    pub fn unheard_until(&self, call: &Call) -> Option<f64> {
        let lasts = self.lasts(call);
        let has_left = self.connections.iter().any(|at| lasts.holds(*at)) && self.is_disturbed(lasts);
        has_left.then_some(lasts.to + LOST_WITHIN)
    }

    /// The stretches of cuts in which any talk from before them must be taken for lost.
    pub fn lost_in_cuts(&self) -> Vec<Span> {
        let cuts = self.outages.iter().filter(|outage| outage.kind == Kind::Fibre).map(|outage| outage.span);
        cuts.map(|cut| Span { from: cut.from + LOST_WITHIN, ..cut }).filter(|lost| lost.from < lost.to).collect()
    }

    /// The talk that a moment lies in, from its answer on.
    pub fn talk_at(&self, moment: f64) -> Option<Span> {
        let mut talks =
            self.calls.iter().filter_map(|(_, call)| Some(Span { from: call.confirmed?.seconds, ..self.lasts(call) }));
        talks.rfind(|talk| talk.holds(moment))
    }

    /// Whether some call stood at this moment, as far as the operator's end knows.
    pub fn in_call(&self, moment: f64) -> bool {
        self.calls.iter().any(|(_, call)| self.lasts(call).holds(moment))
    }

    /// When the firmware said that it started, and the cause it gave.
    pub fn banners(&self) -> impl Iterator<Item = (f64, Option<&str>)> {
        let banners = self.reports.iter().filter(|(_, report)| report.argument("BOOT").is_some());
        banners.map(|(at, report)| (*at, report.value("cause")))
    }

    /// When the firmware began anew, whatever the cause.
    pub fn starts(&self) -> impl Iterator<Item = f64> {
        self.banners().map(|(at, _)| at).chain(self.own_starts())
    }

    /// When the firmware started anew for a reason of ours, in order.
    pub fn own_starts(&self) -> impl Iterator<Item = f64> {
        let starts = self.outages.iter().filter(|outage| outage.kind.starts_firmware());
        starts.map(|outage| outage.span.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(moments: &[f64]) -> impl Iterator<Item = (f64, bool)> {
        moments.iter().enumerate().map(|(n, at)| (*at, n % 2 == 0))
    }

    #[track_caller]
    fn check_contacts(moments: &[f64], expected: &[(f64, f64, f64)]) {
        let found = contacts(edges(moments), 100.0);
        assert_eq!(found.iter().map(|c| (c.began, c.closed, c.opened)).collect::<Vec<_>>(), expected, "{moments:?}");
    }

    #[test]
    fn bounces_are_one_contact_and_the_longest_closing_is_the_press() {
        check_contacts(&[], &[]);
        check_contacts(&[1.0, 1.2], &[(1.0, 1.0, 1.2)]);
        check_contacts(&[1.0, 1.2, 2.0, 2.1], &[(1.0, 1.0, 1.2), (2.0, 2.0, 2.1)]);
        check_contacts(&[1.0, 1.005, 1.01, 1.015, 1.02, 1.2], &[(1.0, 1.02, 1.2)]);
        check_contacts(&[1.0, 1.2, 1.21, 1.22], &[(1.0, 1.0, 1.22)]);
        // Open for 40 ms it has bounced, for 60 ms it was let go.
        check_contacts(&[1.0, 1.2, 1.24, 1.3], &[(1.0, 1.0, 1.3)]);
        check_contacts(&[1.0, 1.2, 1.26, 1.3], &[(1.0, 1.0, 1.2), (1.26, 1.26, 1.3)]);
        check_contacts(&[1.0], &[(1.0, 1.0, 100.0)]);
    }
}
