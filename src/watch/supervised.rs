//! Rules about what the supervision is told: signs of life in their time as long as nothing stands in their way, no
//! start that was none, no fault without a reason, and none taken back while its cause stands.

use super::course::{Course, Kind, Outage};
use super::lit::Lit;
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::rig::Role::{Operator, Supervision};
use crate::unit::{Bilingual, Method, Quantity, Unit, both};

pub const RULES: &[Rule] = &[
    Rule { quantity: GIVEN_UP, needs: &[Operator, Supervision], limit: Bound::Never, look: given_up },
    Rule { quantity: UNFOUNDED, needs: &[Operator, Supervision], limit: Bound::Never, look: unfounded },
    Rule { quantity: SELDOM, needs: &[Operator, Supervision], limit: Bound::Never, look: seldom },
    Rule { quantity: UNSTARTED, needs: &[Operator, Supervision], limit: Bound::Never, look: unstarted },
    Rule { quantity: START_UNTOLD, needs: &[Operator, Supervision], limit: Bound::Never, look: start_untold },
    Rule { quantity: NEVER_TOLD, needs: &[Operator, Supervision], limit: Bound::Never, look: never_told },
    Rule { quantity: UNDERSTATED, needs: &[Operator, Supervision], limit: Bound::Never, look: understated },
    Rule { quantity: OVERSTATED, needs: &[Operator, Supervision], limit: Bound::Never, look: overstated },
    Rule { quantity: OUTLASTING, needs: &[Operator, Supervision], limit: Bound::Never, look: outlasting },
    Rule { quantity: TAKEN_BACK, needs: &[Operator, Supervision], limit: Bound::Never, look: taken_back },
];

const GIVEN_UP: Quantity = Quantity {
    key: "T26.watch.counted-as-lost",
    unit: Unit::Count,
    en: "times a post that could call was counted as lost",
    pl: "uznania za utracony punktu, który mógł dzwonić",
    method: Method::new(
        "every message at the supervision (syslog), against its patience",
        "każdy komunikat w nadzorze (syslog) względem czasu oczekiwania",
        "RFC 5424",
    ),
    requirement: "T26",
};
const UNFOUNDED: Quantity = Quantity {
    key: "T27.watch.unfounded-faults",
    en: "faults told to the supervision that nothing gave a reason for",
    pl: "usterki zgłoszone nadzorowi bez przyczyny",
    method: Method::new(
        "every FAULT at the supervision (syslog), against what the bench did to mains, fibre and servers",
        "każdy komunikat FAULT w nadzorze (syslog) względem tego, co stanowisko zrobiło z zasilaniem, światłowodem i serwerami",
        "RFC 5424",
    ),
    requirement: "T27",
    ..GIVEN_UP
};

const SELDOM: Quantity = Quantity {
    key: "T26.watch.signs-of-life-too-seldom",
    en: "signs of life that came too seldom",
    pl: "sygnały życia podane zbyt rzadko",
    method: Method::new(
        "every message at the supervision (syslog), against the period that the rig states",
        "każdy komunikat w nadzorze (syslog) względem odstępu podanego w opisie stanowiska",
        "RFC 5424",
    ),
    ..GIVEN_UP
};
const UNSTARTED: Quantity = Quantity {
    key: "T27.watch.starts-that-were-none",
    en: "starts told to the supervision though nothing had started",
    pl: "uruchomienia zgłoszone nadzorowi, choć nic się nie uruchomiło",
    method: Method::new(
        "every START at the supervision (syslog), against what the bench did and what the console says",
        "każdy komunikat START w nadzorze (syslog) względem tego, co zrobiło stanowisko i co podaje konsola",
        "RFC 5424",
    ),
    ..UNFOUNDED
};
const START_UNTOLD: Quantity = Quantity {
    key: "T27.watch.starts-untold",
    en: "returns of power after which the supervision was told no start",
    pl: "powroty zasilania, po których nie zgłoszono nadzorowi uruchomienia",
    method: Method::new(
        "the first messages at the supervision (syslog) after each return of power: what was told before a start is void",
        "pierwsze komunikaty w nadzorze (syslog) po każdym powrocie zasilania: uruchomienie unieważnia wcześniejsze",
        "RFC 5424",
    ),
    ..UNFOUNDED
};
const NEVER_TOLD: Quantity = Quantity {
    key: "T27.watch.clears-of-no-fault",
    en: "faults taken back at the supervision that had never been told",
    pl: "usterki odwołane w nadzorze, których nigdy nie zgłoszono",
    method: Method::new(
        "every CLEAR at the supervision (syslog), against the FAULT before it",
        "każdy komunikat CLEAR w nadzorze (syslog) względem poprzedzającego go FAULT",
        "RFC 5424",
    ),
    ..UNFOUNDED
};
const OUTLASTING: Quantity = Quantity {
    key: "T27.watch.faults-not-taken-back",
    en: "faults at the supervision that outlasted their cause",
    pl: "usterki, których nie odwołano w nadzorze po ustaniu przyczyny",
    method: Method::new(
        "every FAULT and CLEAR at the supervision (syslog), against mains, battery and accepted registrations",
        "każdy komunikat FAULT i CLEAR w nadzorze (syslog) względem zasilania, akumulatora i przyjętych rejestracji",
        "RFC 5424",
    ),
    ..UNFOUNDED
};
const TAKEN_BACK: Quantity = Quantity {
    key: "T27.watch.faults-taken-back",
    en: "faults taken back at the supervision while their cause stood",
    pl: "usterki odwołane w nadzorze, choć ich przyczyna trwała",
    method: Method::new(
        "every CLEAR at the supervision (syslog), against what the bench did to mains, battery and servers",
        "każdy komunikat CLEAR w nadzorze (syslog) względem tego, co stanowisko zrobiło z zasilaniem, akumulatorem i serwerami",
        "RFC 5424",
    ),
    ..UNFOUNDED
};
const UNDERSTATED: Quantity = Quantity {
    key: "T26.watch.faults-understated",
    en: "faults told to the supervision as mere information",
    pl: "usterki zgłoszone nadzorowi jako zwykła informacja",
    method: Method::new(
        "severity of every FAULT at the supervision (syslog): information and debugging are let pass by whoever watches",
        "waga każdego komunikatu FAULT w nadzorze (syslog): informacji i śledzenia nikt nie przegląda",
        "RFC 5424, 6.2.1; RFC 5674, 2",
    ),
    ..GIVEN_UP
};

const OVERSTATED: Quantity = Quantity {
    key: "T27.watch.false-alarms",
    en: "messages to the supervision told as an alarm that tell of no fault",
    pl: "komunikaty do nadzoru zgłoszone jako alarm, choć nie mówią o usterce",
    method: Method::new(
        "severity of every START, ALIVE, COUNT and CLEAR at the supervision (syslog): from error on somebody is called",
        "waga każdego komunikatu START, ALIVE, COUNT i CLEAR w nadzorze (syslog): od błędu wzwyż ktoś jest wzywany",
        "RFC 5424, 6.2.1",
    ),
    ..UNFOUNDED
};

/// Of its period a sign of life may be off by so much (T26, heartbeat).
const PERIOD_WITHIN: f64 = 0.2;

/// So much later than its cause's end a fault may still be told: what has to stand before it is told has stood (post
/// protocol, section 6).
const TOLD_LATE_BY: f64 = 15.0;

/// The silences of each stretch in which the post could have spoken: up to the first message in it, between messages,
/// and from the last one on; of each whether it was still running as the stretch ended.
fn silences(course: &Course) -> Vec<(Span, bool)> {
    let mut silences = Vec::new();
    for ready in course.ready() {
        let moments = || course.notices.iter().map(|(at, _)| *at);
        // What was told before an outage says nothing of the time behind it.
        let mut before = moments().filter(|at| *at < ready.from && ready.from == course.span.from);
        let from = before.next_back().unwrap_or(ready.from);
        let marks: Vec<f64> = [from].into_iter().chain(moments().filter(|at| ready.holds(*at))).chain([ready.to]).collect();
        let pairs = marks.windows(2).filter_map(|pair| Some(Span { from: *pair.first()?, to: *pair.get(1)? }));
        silences.extend(pairs.map(|silent| (silent, silent.to >= ready.to)));
    }
    silences
}

fn given_up(course: &Course) -> Vec<Sample> {
    let sample = |(silent, runs): (Span, bool)| {
        let seen = (silent.length() > course.supervised.lost_after).then(|| {
            let length = format!("{:.0} s", silent.length());
            both!("nothing was told for {length}", "przez {length} nie było komunikatu")
        });
        // Of a silence that is still running only what is too long already says anything.
        (seen.is_some() || !runs).then(|| Sample::breach(silent.from, seen))
    };
    silences(course).into_iter().filter_map(sample).collect()
}

/// A message that is lost on its way is not sent again (RFC 5426, 3.1): what is about twice as long, or three times, is
/// no other period, counted from the last message or from the last of the same words. A post that is silent altogether
/// is found by the rule above.
fn seldom(course: &Course) -> Vec<Sample> {
    let Some(every) = course.supervised.every else { return Vec::new() };
    let sample = |(silent, _): (Span, bool)| {
        let told = |at: f64| course.notices.iter().rfind(|(moment, _)| *moment <= at);
        let words = told(silent.to).map(|(_, words)| words);
        let began = course.notices.iter().rposition(|(at, _)| *at == silent.from);
        let alike = began.and_then(|last| course.notices.iter().take(last + 1).rfind(|(_, told)| Some(told) == words));
        let of = |length: f64| length / (length / every).round().max(1.0);
        let period = alike.map_or(f64::INFINITY, |(at, _)| of(silent.to - at)).min(of(silent.length()));
        let length = format!("{:.0} s", silent.length());
        let seen = (period > every * (1.0 + PERIOD_WITHIN) + course.inputs_within)
            .then(|| both!("the next came after {length}, not {every} s", "następny nadszedł po {length} zamiast po {every} s"));
        Sample::breach(silent.to, seen)
    };
    silences(course).into_iter().filter(|(_, runs)| !runs).map(sample).collect()
}

/// One start, whoever caused it, excuses one START, however late: it may have had to wait for the link.
fn unstarted(course: &Course) -> Vec<Sample> {
    let mut excused = f64::NEG_INFINITY;
    let mut samples = Vec::new();
    for (at, _) in course.notices.iter().filter(|(at, text)| *at >= course.span.from && text == "START") {
        let started = course.starts().any(|start| start > excused && start <= *at) || *at < course.owed_until;
        excused = *at;
        let seen = (!started).then(|| Bilingual::from(("START, and nothing had started", "START, choć nic się nie uruchomiło")));
        samples.push(Sample::breach(*at, seen));
    }
    samples
}

/// Of several messages one may be lost; a post that says nothing at all is found by another rule.
fn start_untold(course: &Course) -> Vec<Sample> {
    let returns: Vec<f64> =
        course.outages.iter().filter(|outage| outage.kind == Kind::Mains).map(|outage| outage.span.to).collect();
    let sample = |back: f64| {
        let next = course.outages.iter().filter(|outage| outage.kind == Kind::Mains).map(|outage| outage.span.from);
        let until = next.filter(|from| *from > back).fold(course.span.to, f64::min);
        let life = Span { from: back.max(course.span.from), to: until };
        let told: Vec<&str> =
            course.notices.iter().filter(|(at, _)| life.holds(*at)).map(|(_, text)| text.as_str()).take(FIRST_WORDS).collect();
        let seen = (!told.contains(&"START")).then(|| {
            let first = told.first().copied().unwrap_or_default();
            both!("{first} came first", "najpierw przyszło {first}")
        });
        (back >= course.span.from && told.len() >= FIRST_WORDS).then(|| Sample::breach(back, seen))
    };
    beyond_one_lost(returns.into_iter().filter_map(sample).collect())
}

/// A message may be lost on its way and is not sent again (RFC 5426, 3.1): once is no habit.
fn beyond_one_lost(mut samples: Vec<Sample>) -> Vec<Sample> {
    let breaches = samples.iter().filter(|sample| sample.figure.value > 0.0).count();
    if breaches == 1 {
        samples.iter_mut().for_each(|sample| *sample = Sample::breach(sample.at, None));
    }
    samples
}
const FIRST_WORDS: usize = 3;

/// As far as everything that could have been told was heard: the post could speak for a while before, and had nothing
/// to tell of.
fn never_told(course: &Course) -> Vec<Sample> {
    let is_clean = course.ready().first().is_some_and(|ready| ready.from == course.span.from && ready.length() > CLEAN_FOR);
    let sample = |(index, (at, text)): (usize, &(f64, String))| {
        let word = text.strip_prefix("CLEAR ")?;
        let before = course.notices.iter().take(index).filter(|(told, _)| *told >= course.span.from);
        let is_told = before.clone().any(|(_, told)| told.strip_prefix("FAULT ") == Some(word));
        let stood = course.notices.iter().any(|(told, text)| *told < course.span.from && text.starts_with("FAULT "));
        let is_known = is_clean && !stood && *at > course.span.from + CLEAN_FOR;
        is_known.then(|| Sample::breach(*at, (!is_told).then(|| Bilingual::new(text.clone(), text.clone()))))
    };
    beyond_one_lost(course.notices.iter().enumerate().filter_map(sample).collect())
}
/// What stood as the scenario began has been taken back by then (T27), in seconds.
const CLEAN_FOR: f64 = 60.0;

fn taken_back(course: &Course) -> Vec<Sample> {
    let away = |lit: &Lit, at: f64| lit.0.iter().any(|away| Span { from: away.from + TOLD_LATE_BY, ..*away }.holds(at));
    let sample = |(at, text): &(f64, String)| {
        let stands = match text.as_str() {
            "CLEAR mains" => away(&course.without_mains, *at),
            "CLEAR battery" => away(&course.without_battery, *at),
            "CLEAR sound" => away(course.without_sound.as_ref()?, *at),
            "CLEAR server" => is_unregistered_since_told(course, *at)?,
            _ => return None,
        };
        // What could not leave in its time leaves when the link is back.
        let waited = Span { from: at - TOLD_LATE_BY, to: *at };
        let was_kept = course.outages.iter().any(|outage| outage.kind != Kind::Servers && outage.span.meets(waited));
        Some(Sample::breach(*at, (stands && !was_kept).then(|| Bilingual::new(text.clone(), text.clone()))))
    };
    course.notices.iter().filter(|(at, _)| *at >= course.span.from).filter_map(sample).collect()
}

/// Since it told that it is registered nowhere no server has accepted it; `None`: it has not told that, or something
/// came between.
fn is_unregistered_since_told(course: &Course, at: f64) -> Option<bool> {
    let told = course.notices.iter().rfind(|(told, text)| *told < at && text == "FAULT server")?.0;
    let since = Span { from: told - TOLD_LATE_BY, to: at };
    let came_between = course.outages.iter().any(|outage| outage.kind != Kind::Servers && outage.span.meets(since));
    (!came_between).then(|| !course.bindings.iter().any(|binding| since.holds(binding.at)))
}

/// A fault that was told stands no longer than T27 grants once its cause is gone: the mains or the battery are back, or
/// a server, whichever of the two, has accepted the post.
fn outlasting(course: &Course) -> Vec<Sample> {
    let ended = |lit: &Lit, at: f64| lit.0.iter().rfind(|away| away.from <= at).map(|away| away.to);
    let sample = |(at, text): &(f64, String)| {
        let word = text.strip_prefix("FAULT ")?;
        let ended = match word {
            "mains" => ended(&course.without_mains, *at),
            "battery" => ended(&course.without_battery, *at),
            "server" => course.bindings.iter().map(|binding| binding.at).find(|bound| *bound > *at),
            _ => None,
        }?;
        let within = Span { from: ended.max(*at), to: ended.max(*at) + course.ceiling("T27") + TOLD_WITHIN };
        // What stands in the way of a message, or brings the cause back, is no fault of the post's.
        let is_felt = |outage: &&Outage| outage.kind != Kind::Servers || outage.span.from > within.from;
        let is_hindered = course.outages.iter().filter(is_felt).any(|outage| outage.span.meets(within));
        let is_registered = course.bindings.windows(2).all(|pair| match pair {
            [before, after] => !within.holds(after.at) || after.at - before.at <= before.granted,
            _ => true,
        });
        let returns = |lit: &Lit| lit.0.iter().any(|away| away.meets(within));
        let is_back = match word {
            "mains" => returns(&course.without_mains),
            "battery" => returns(&course.without_battery) || course.lived_on_battery,
            _ => !is_registered,
        };
        if within.to > course.span.to || is_hindered || is_back {
            return None;
        }
        let is_cleared = course
            .notices
            .iter()
            .any(|(when, told)| *when > *at && *when <= within.to && told.strip_prefix("CLEAR ") == Some(word));
        Some(Sample::breach(*at, (!is_cleared).then(|| Bilingual::new(text.clone(), text.clone()))))
    };
    course.notices.iter().filter(|(at, _)| *at >= course.span.from).filter_map(sample).collect()
}
/// What a message may take beside that.
const TOLD_WITHIN: f64 = 1.0;

fn understated(course: &Course) -> Vec<Sample> {
    let faults = course.notices.iter().filter(|(at, text)| *at >= course.span.from && text.starts_with("FAULT "));
    let sample = |told: &(f64, String)| {
        let seen = course.understated.contains(told).then(|| Bilingual::new(told.1.clone(), told.1.clone()));
        Sample::breach(told.0, seen)
    };
    faults.map(sample).collect()
}

/// Told once: who tells one so tells all so.
fn overstated(course: &Course) -> Vec<Sample> {
    let heard = course.notices.iter().filter(|(at, text)| *at >= course.span.from && !text.starts_with("FAULT "));
    let mut samples: Vec<Sample> = heard.map(|(at, _)| Sample::breach(*at, None)).collect();
    let first = course.overstated.iter().take(1);
    samples.extend(first.map(|(at, text)| Sample::breach(*at, Some(Bilingual::new(text.clone(), text.clone())))));
    samples
}

fn unfounded(course: &Course) -> Vec<Sample> {
    let sample = |(at, text): &(f64, String)| {
        let stood = |reason: Span| Span { from: reason.from, to: reason.to + TOLD_LATE_BY }.holds(*at);
        let without_server =
            || course.outages.iter().map(|outage| outage.span).any(stood) || !course.was_registered || has_lapsed(course, *at);
        // Of what this bench cannot bring about it cannot say whether it is so.
        let sound = course.without_sound.as_ref().filter(|_| text == "FAULT sound");
        let is_known = matches!(text.as_str(), "FAULT server" | "FAULT mains" | "FAULT battery") || sound.is_some();
        let is_founded = match text.as_str() {
            "FAULT mains" => course.without_mains.0.iter().copied().filter(is_no_dip).any(stood),
            "FAULT battery" => {
                course.lived_on_battery || course.without_battery.0.iter().copied().any(stood) || *at < course.owed_until
            }
            "FAULT sound" => sound.is_some_and(|parted| parted.0.iter().copied().any(stood)),
            _ => without_server(),
        };
        Sample::breach(*at, (is_known && !is_founded).then(|| Bilingual::new(text.clone(), text.clone())))
    };
    course.notices.iter().filter(|(at, _)| *at >= course.span.from).map(sample).collect()
}

/// Mains that flicker have not failed: a fault stands for five seconds before it is told (post protocol, section 6);
/// half of that [EJ].
fn is_no_dip(away: &Span) -> bool {
    away.length() >= NO_DIP
}
const NO_DIP: f64 = 2.5;

/// By the registrar's own book: what was granted last had ended.
fn has_lapsed(course: &Course, at: f64) -> bool {
    let last = course.bindings.iter().rfind(|binding| binding.at <= at);
    last.is_some_and(|binding| at > binding.at + binding.granted)
}
