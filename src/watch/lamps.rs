//! Rules about lamps, over their whole course: what each claims, held against what the operator's end knows.

use super::course::{Contact, Course, Kind, Outage, RECOVERS_WITHIN};
use super::lit::Lit;
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::bench::Call;
use crate::instrument::operator::CallId;
use crate::rig::Role::{Button, LampConnected, LampOutOfService, LampPlaced, Operator};
use crate::unit::{Bilingual, Method, Quantity, Unit};

pub const RULES: &[Rule] = &[
    Rule { quantity: PLACED_FALSELY, needs: &[Operator, LampPlaced], limit: Bound::Never, look: placed_falsely },
    Rule { quantity: DARK_IN_CALL, needs: &[Operator, LampPlaced, LampConnected], limit: Bound::Never, look: dark_in_call },
    Rule { quantity: COMES_BACK, needs: &[Operator, LampPlaced], limit: Bound::Never, look: comes_back },
    Rule { quantity: CONNECTED_FALSELY, needs: &[Operator, LampConnected], limit: Bound::Never, look: connected_falsely },
    Rule { quantity: DARK_IN_TALK, needs: &[Operator, LampConnected], limit: Bound::Never, look: dark_in_talk },
    Rule { quantity: FORGOTTEN_TALKS, needs: &[Operator, LampConnected], limit: Bound::Never, look: forgotten_talks },
    Rule { quantity: FALSELY_OUT, needs: &[Operator, LampOutOfService], limit: Bound::Never, look: falsely_out },
    Rule { quantity: FALSELY_READY, needs: &[Operator, LampOutOfService], limit: Bound::Never, look: falsely_ready },
    Rule { quantity: SILENT_PRESSES, needs: &[Button, LampOutOfService], limit: Bound::Never, look: silent_presses },
];

const COURSE: Quantity = Quantity {
    key: "",
    unit: Unit::Count,
    en: "",
    pl: "",
    method: Method::new(
        "lamp's sensor over its whole course, against the calls at the operator's end",
        "czujnik lampki przez cały przebieg, względem połączeń po stronie operatora",
        "",
    ),
    requirement: "T05",
};
const PLACED_FALSELY: Quantity = Quantity {
    key: "T05.watch.placed-falsely",
    en: "times the lamp \"call placed\" was lit without a call",
    pl: "zapalenia lampki „wezwano” bez zgłoszenia",
    ..COURSE
};
const DARK_IN_CALL: Quantity = Quantity {
    key: "T05.watch.dark-in-call",
    en: "calls in which no lamp was lit steadily",
    pl: "zgłoszenia, w których żadna lampka nie świeciła ciągle",
    ..COURSE
};
const COMES_BACK: Quantity = Quantity {
    key: "T05.watch.placed-comes-back",
    en: "calls in which the lamp \"call placed\" went out and came back",
    pl: "zgłoszenia, w których lampka „wezwano” zgasła i zapaliła się ponownie",
    ..COURSE
};
const CONNECTED_FALSELY: Quantity = Quantity {
    key: "T06.watch.connected-falsely",
    en: "times the lamp \"connected\" was lit without an operator",
    pl: "zapalenia lampki „połączono” bez operatora",
    requirement: "T06",
    ..COURSE
};
const DARK_IN_TALK: Quantity = Quantity {
    key: "T06.watch.dark-in-talk",
    en: "talks in which the lamp \"connected\" was not lit steadily",
    pl: "rozmowy, w których lampka „połączono” nie świeciła ciągle",
    requirement: "T06",
    ..COURSE
};
const FORGOTTEN_TALKS: Quantity = Quantity {
    key: "T40.watch.forgotten-talks",
    en: "talks that went on behind a dark lamp after a restart or a cut",
    pl: "rozmowy trwające po ponownym starcie lub przerwie mimo zgaszonej lampki",
    method: Method::new(
        "media of the post after a start of its firmware, or a cut of the fibre, in a talk, against the sensor of the lamp \"connected\"",
        "dźwięk z punktu po starcie oprogramowania lub przerwie światłowodu w trakcie rozmowy, względem czujnika lampki „połączono”",
        "",
    ),
    requirement: "T40",
    ..COURSE
};
const FALSELY_OUT: Quantity = Quantity {
    key: "T27.watch.falsely-out-of-service",
    en: "times the lamp \"out of service\" was lit though calls were possible",
    pl: "zapalenia lampki „nieczynny”, gdy zgłoszenie było możliwe",
    requirement: "T27",
    ..COURSE
};
const FALSELY_READY: Quantity = Quantity {
    key: "T26.watch.falsely-in-service",
    en: "times the lamp \"out of service\" was dark though no call was possible",
    pl: "zgaśnięcia lampki „nieczynny”, gdy zgłoszenie nie było możliwe",
    requirement: "T26",
    ..COURSE
};
const SILENT_PRESSES: Quantity = Quantity {
    key: "T38.watch.silent-presses",
    en: "presses without a way to call that got no sign",
    pl: "naciśnięcia bez łączności, które nie dały żadnego sygnału",
    requirement: "T38",
    ..COURSE
};

/// What a lamp is granted between an event and its answer, over what its requirement grants: stamps are worth so much.
fn grace(course: &Course, requirement: &str) -> f64 {
    course.ceiling(requirement) + course.inputs_within + STAMPS
}
const STAMPS: f64 = 0.005;
/// For so long after something stood in the way a lamp may still tell of it.
const SETTLES_FOR: f64 = 2.0;
/// A firmware that starts anew and finds a talk has so many seconds to end it or to show it: as long as T19 asks of its
/// module's start.
const TAKEN_UP_WITHIN: f64 = 10.0;
/// A cut of the fibre that no call may notice: what T21 asks of speech, in seconds.
const RIDDEN_THROUGH: f64 = 1.3;

fn after(span: Span) -> Bilingual {
    let length = format!("{:.2} s", span.length());
    let length_pl = length.replace('.', ",");
    Bilingual::new(format!("lit for {length}"), format!("świeciła przez {length_pl}"))
}
fn dark_for(span: Span) -> Bilingual {
    let length = format!("{:.2} s", span.length());
    let length_pl = length.replace('.', ",");
    Bilingual::new(format!("dark for {length}"), format!("nie świeciła przez {length_pl}"))
}

/// The parts of a lamp's course in which nothing of these gives it a reason to be lit.
fn unfounded(course: &Course, lit: &Lit, reasons: &Lit) -> Vec<Sample> {
    let mut samples = Vec::new();
    for span in &lit.0 {
        let Some(span) = span.common(course.span) else { continue };
        let without = reasons.dark(span).into_iter().find(|part| part.length() > STAMPS + course.inputs_within);
        let at = without.map_or(span.from, |part| part.from);
        samples.push(Sample::breach(at, without.map(after)));
    }
    samples
}

fn merged(spans: impl Iterator<Item = Span>) -> Lit {
    let all: Vec<Span> = spans.collect();
    all.into_iter().fold(Lit::default(), |merged, span| merged.or(&Lit(vec![span])))
}

/// A call may be claimed as soon as its INVITE is on its way, which has T01 to leave, and for a while after its end. A
/// cut may hide a call's end from the post.
fn placed_falsely(course: &Course) -> Vec<Sample> {
    let Some(lit) = &course.placed else { return Vec::new() };
    let calls = course.calls.iter().map(|(_, call)| {
        let lasts = course.lasts(call);
        Span { from: lasts.from - grace(course, "T01"), to: until_told(course, call) }
    });
    let sent = course.swallowed.iter().map(|at| Span { from: at - grace(course, "T01"), to: at + SWALLOWED_FOR });
    let lost = course.contacts.iter().filter(|contact| course.outages.iter().any(|cut| is_unknown(cut, contact)));
    let lost = lost.map(|contact| Span { from: contact.began, to: contact.closed + SWALLOWED_FOR });
    // Of a lamp that has just been lit nobody knows yet whether its call comes.
    let pending = Span { from: course.span.to - grace(course, "T01"), to: course.span.to };
    unfounded(course, lit, &merged(calls.chain(sent).chain(lost).chain([still_told(course), pending])))
}

/// A call of the scenario before may have ended as this one began: its lamps have as long as those of any call.
fn still_told(course: &Course) -> Span {
    Span { from: course.span.from - STAMPS, to: course.span.from + grace(course, "T06") }
}

/// How long a lamp may stand after a call: within T06 of its end as far as the post can know of that.
fn until_told(course: &Course, call: &Call) -> f64 {
    let within = grace(course, "T06");
    let told = course.lasts(call).to + within;
    course.hidden_until(call, within).map_or(told, |hidden| hidden.max(told))
}
/// An INVITE that nobody answers is given up within so many seconds, server by server.
const SWALLOWED_FOR: f64 = 32.0;

/// Pressed as the light had just gone: until its converter has passed that on the post calls into a dead line, as into
/// one that nobody answers.
fn is_unknown(cut: &Outage, contact: &Contact) -> bool {
    cut.kind == Kind::Fibre && (cut.span.from..cut.span.from + PASSED_ON_WITHIN).contains(&contact.began)
}
/// A converter passes the loss of light on to its other port within so many seconds [EJ].
const PASSED_ON_WITHIN: f64 = 1.0;

/// From its lamp's time on some lamp has to tell the caller, steadily, that the call stands.
fn dark_in_call(course: &Course) -> Vec<Sample> {
    let (Some(placed), Some(connected)) = (&course.placed, &course.connected) else { return Vec::new() };
    let lit = placed.or(connected);
    let of_call = |lasts: Span| steady(course, &lit, Span { from: lasts.from + grace(course, "T05"), to: lasts.to - STAMPS });
    course
        .calls
        .iter()
        .filter(|(id, _)| !course.refused.contains_key(id))
        .filter_map(|(_, call)| of_call(course.lasts(call)))
        .collect()
}

/// In a call a lamp tells something once: one that goes out for a moment tells whoever looks then that there is no
/// call.
fn comes_back(course: &Course) -> Vec<Sample> {
    let Some(lit) = &course.placed else { return Vec::new() };
    let of_call = |lasts: Span| {
        let lights: Vec<Span> = lit.0.iter().filter_map(|lit| lit.common(lasts)).collect();
        let (first, last) = (lights.first()?, lights.last()?);
        steady(course, lit, Span { from: first.from, to: last.to })
    };
    course.calls.iter().filter_map(|(_, call)| of_call(course.lasts(call))).collect()
}

/// A sample of a stretch in which a lamp had to be lit; `None` where the post could not know, or there was no time.
fn steady(course: &Course, lit: &Lit, within: Span) -> Option<Sample> {
    let within = within.common(course.span)?;
    // Through a glitch a call stands, and so do its lamps.
    let is_felt = |outage: &&Outage| outage.kind != Kind::Fibre || outage.span.length() > RIDDEN_THROUGH;
    let felt = || course.outages.iter().filter(is_felt);
    // Until it does the post knows.
    let until = felt().filter(|outage| outage.span.meets(within)).map(|outage| outage.span.from - STAMPS);
    let within = Span { to: until.fold(within.to, f64::min), ..within };
    // What stood in the way before may show for a moment.
    let before = felt().map(|outage| outage.span.to + SETTLES_FOR).filter(|to| *to <= within.from + SETTLES_FOR);
    let within = Span { from: before.fold(within.from, f64::max), ..within };
    if within.length() <= 0.0 {
        return None;
    }
    let dark = lit.dark(within).into_iter().find(|dark| dark.length() > STAMPS + course.inputs_within);
    Some(Sample::breach(dark.map_or(within.from, |dark| dark.from), dark.map(dark_for)))
}

fn connected_falsely(course: &Course) -> Vec<Sample> {
    let Some(lit) = &course.connected else { return Vec::new() };
    let talks = course.calls.iter().filter_map(|(_, call)| {
        let answered = call.answered?.seconds;
        Some(Span { from: answered - STAMPS - course.inputs_within, to: until_told(course, call) })
    });
    // Nobody is connected through a fibre that has been dark for so long that the talk must be taken for lost.
    let heard = Lit(course.lost_in_cuts()).dark(course.span);
    let talks = talks.flat_map(|talk| heard.iter().filter_map(move |heard| heard.common(talk)));
    unfounded(course, lit, &merged(talks.chain([still_told(course)])))
}

/// A firmware that was started anew in a talk takes it up again, and says so by its lamp, or ends it: its microphone is
/// open to nobody's knowledge otherwise. A talk that was lost in a cut does not go on behind the caller's back either.
fn forgotten_talks(course: &Course) -> Vec<Sample> {
    let Some(lit) = &course.connected else { return Vec::new() };
    let sample = |(id, call): &(CallId, Call)| {
        let confirmed = call.confirmed?.seconds;
        let shows_within = |outage: &Outage| match outage.kind {
            Kind::Restart | Kind::Hang => Some(TAKEN_UP_WITHIN),
            Kind::Fibre => Some(SETTLES_FOR),
            _ => None,
        };
        let is_within = |outage: &Outage| course.lasts(call).holds(outage.span.to) && confirmed < outage.span.from;
        // A module that was started anew as well, then or before, or has given the talk up, sends nothing more.
        let mute = Lit(course.mute.iter().filter(|(_, of)| of == id).map(|(span, _)| *span).collect());
        let forgotten = course.outages.iter().filter(|outage| is_within(outage)).find_map(|outage| {
            let next = course.outages.iter().map(|other| other.span.from).filter(|from| *from > outage.span.to);
            let to = next.fold(course.lasts(call).to, f64::min);
            let after = Span { from: outage.span.to + shows_within(outage)?, to };
            let heard = if after.length() > 0.0 { mute.dark(after) } else { Vec::new() };
            heard.into_iter().flat_map(|heard| lit.dark(heard)).find(|dark| dark.length() > SETTLES_FOR)
        });
        Some(Sample::breach(forgotten.map_or(confirmed, |dark| dark.from), forgotten.map(dark_for)))
    };
    course.calls.iter().filter_map(sample).collect()
}

/// When the post learned at the latest that a call was answered: an answer that met the dark fibre is sent again until
/// it is acknowledged. `None`: nothing says that it ever did.
fn known_answer(course: &Course, call: &Call) -> Option<f64> {
    let answered = call.answered?.seconds;
    let first_tries = Span { from: answered - LEARNS_WITHIN, to: answered + LEARNS_WITHIN };
    let is_hidden = course.outages.iter().any(|outage| outage.kind == Kind::Fibre && outage.span.meets(first_tries));
    match call.confirmed {
        Some(confirmed) if is_hidden => Some(confirmed.seconds),
        None if is_hidden || !course.is_surely_in(call, answered) => None,
        _ => Some(answered),
    }
}
/// An answer sent so shortly before or after the fibre was dark may have been lost: a link takes a moment to come up,
/// and T1 (RFC 3261) is 0.5 s.
const LEARNS_WITHIN: f64 = 1.0;

fn dark_in_talk(course: &Course) -> Vec<Sample> {
    let Some(lit) = &course.connected else { return Vec::new() };
    let of_talk = |call: &Call| {
        // What was answered while something stood in the way, and never acknowledged, the post need not know of.
        let answered = known_answer(course, call)?;
        steady(course, lit, Span { from: answered + grace(course, "T06"), to: course.lasts(call).to - STAMPS })
    };
    course.calls.iter().filter_map(|(_, call)| of_talk(call)).collect()
}

/// Where a press would be served, nobody may be told to go elsewhere.
fn falsely_out(course: &Course) -> Vec<Sample> {
    let Some(lit) = &course.out_of_service else { return Vec::new() };
    // What the scenario before did to the post may show for a while.
    let recovered = Span { from: course.span.from + RECOVERS_WITHIN, to: course.span.to };
    let ended = course.calls.iter().filter_map(|(id, call)| Some((id, call.ended?.0.seconds)));
    // What the post itself would not take, for it was to be in plain, came to nothing as well.
    let came_to_nothing =
        |id: &CallId, at: f64| course.refused.contains_key(id) || course.unsealed.iter().any(|plain| plain.holds(at));
    let refusals = ended.filter(|(id, at)| came_to_nothing(id, *at));
    let told_from = |at: f64| Span { from: at - STAMPS, to: at + BLINKS_FOR };
    let mut refusals: Vec<Span> = refusals.map(|(_, at)| told_from(at)).collect();
    // So is whoever saw "call placed" go dark without a talk behind it.
    let talks = || course.calls.iter().filter(|(_, call)| call.confirmed.is_some()).filter_map(|(_, call)| call.ended);
    let was_talk = |dark: f64| talks().any(|(ended, _)| (ended.seconds - dark).abs() < RECOVERS_WITHIN);
    let dark = course.placed.iter().flat_map(|placed| placed.0.iter().map(|lit| lit.to));
    refusals.extend(dark.filter(|at| *at < course.span.to && !was_talk(*at)).map(told_from));
    let of_span = |ready: Span| {
        // Light that comes with an outage may bear a stamp from just before it.
        let ready = Span { to: ready.to - STAMPS - course.inputs_within, ..ready }.common(recovered)?;
        // Whoever was turned away is shown it for a while (T43), and no longer.
        let is_told = |sign: &Span| refusals.iter().any(|refusal| refusal.from <= sign.from && sign.to <= refusal.to);
        let false_sign = lit.0.iter().filter_map(|lit| lit.common(ready)).find(|sign| !is_told(sign));
        Some(Sample::breach(false_sign.map_or(ready.from, |span| span.from), false_sign.map(after)))
    };
    course.ready().into_iter().filter_map(of_span).collect()
}

/// Without light or server for so long that it must be known, the lamp stands; a press may make it blink for a while.
fn falsely_ready(course: &Course) -> Vec<Sample> {
    let Some(lit) = &course.out_of_service else { return Vec::new() };
    let known = course.ceiling("T26");
    let mains: Vec<Span> =
        course.outages.iter().filter(|outage| outage.kind.starts_firmware()).map(|outage| outage.span).collect();
    let of_outage = |outage: Span| {
        // Whoever starts in an outage has as long to know of it.
        let started = mains.iter().filter(|off| off.meets(outage)).map(|off| off.to).fold(outage.from, f64::max);
        let within = Span { from: started + known, to: outage.to };
        if within.length() <= 0.0 {
            return None;
        }
        let dark = lit.dark(within).into_iter().find(|dark| {
            let may_blink = course.contacts.iter().any(|c| Span { from: c.began, to: c.opened + BLINKS_FOR }.meets(*dark));
            dark.length() > STAMPS + course.inputs_within && !may_blink
        });
        Some(Sample::breach(dark.map_or(within.from, |dark| dark.from), dark.map(dark_for)))
    };
    let cuts = course.outages.iter().filter(|outage| outage.kind == Kind::Fibre);
    cuts.filter_map(|outage| of_outage(outage.span)).collect()
}
/// How long a lamp may answer a press by blinking.
const BLINKS_FOR: f64 = 10.0;

/// Whoever presses where no call is possible sees that within T38: the lamp begins to blink or to stand, or the call
/// goes out after all.
fn silent_presses(course: &Course) -> Vec<Sample> {
    let Some(lit) = &course.out_of_service else { return Vec::new() };
    let answers_within = grace(course, "T38");
    let mut samples = Vec::new();
    for contact in &course.contacts {
        let at = contact.closed;
        let window = Span { from: at, to: at + answers_within };
        let cut = course.outages.iter().find(|outage| outage.kind == Kind::Fibre && outage.span.holds(at));
        let is_known = cut.is_some_and(|cut| at - cut.span.from > RECOVERS_WITHIN && cut.span.to > window.to);
        let has_power = course.own_starts().all(|start| at - start > BOOTS_WITHIN || start > at) && !is_dark(course, window);
        if !contact.is_press(course)
            || !is_known
            || !has_power
            || course.in_call(at)
            || course.span.to < window.to + BLINKS_WITHIN
        {
            continue;
        }
        let edges = || lit.0.iter().flat_map(|span| [span.from, span.to]).filter(|edge| *edge >= at);
        // A lamp that was lit answers by going dark in time, and by coming back: that it goes dark for good is no
        // answer.
        let begins = edges().any(|edge| window.holds(edge));
        // It blinks who goes dark again: once is a flicker that nobody takes for an answer. Where the cut ends
        // meanwhile, so may the blinking.
        let is_long = cut.is_some_and(|cut| cut.span.to > window.to + BLINKS_TWICE) && course.span.to > window.to + BLINKS_TWICE;
        let (changes, until) = if is_long { (3, BLINKS_TWICE) } else { (2, BLINKS_WITHIN) };
        let blinks = begins && edges().filter(|edge| *edge < window.to + until).count() >= changes;
        let came_on = !lit.at(at) && lit.at(window.to);
        let is_sign = came_on || blinks || course.calls.iter().any(|(_, call)| window.holds(call.arrived.seconds));
        let seen = (!is_sign)
            .then(|| Bilingual::from(("the lamp did not answer this press", "lampka nie zareagowała na to naciśnięcie")));
        samples.push(Sample::breach(at, seen));
    }
    samples
}
/// The dark half of a lamp that blinks at 0.3 Hz or more, which is the slowest that counts as blinking.
const BLINKS_WITHIN: f64 = 1.7;
/// Dark, lit, and dark again at that pace.
const BLINKS_TWICE: f64 = 2.0 * BLINKS_WITHIN;
/// Within so many seconds of its start a post need not have seen a press.
const BOOTS_WITHIN: f64 = 1.0;

fn is_dark(course: &Course, window: Span) -> bool {
    course.outages.iter().any(|outage| outage.kind == Kind::Mains && outage.span.meets(window))
}
