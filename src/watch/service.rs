//! Rules about being there: registrations, starts of the firmware, what its console tells, and what leaves a post when
//! nobody talks.

use super::course::{Course, Kind, Outage};
use super::reports::StrayMedia;
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::bench::Call;
use crate::instrument::operator::Stray;
use crate::rig::Role::{Console, Operator};
use crate::unit::{Bilingual, Method, Quantity, Unit, both};

pub const RULES: &[Rule] = &[
    Rule { quantity: LAPSED, needs: &[Operator], limit: Bound::Never, look: lapsed },
    Rule { quantity: HASTY, needs: &[Operator], limit: Bound::Never, look: hasty },
    Rule { quantity: STARTS, needs: &[Console], limit: Bound::Never, look: starts },
    Rule { quantity: BEAT, needs: &[Console], limit: Bound::AtMost(BEAT_AT_MOST), look: beat },
    Rule { quantity: UPTIME, needs: &[Console], limit: Bound::Limit, look: uptime },
    Rule { quantity: STORMS, needs: &[Operator], limit: Bound::Never, look: storms },
    Rule { quantity: UNTRUE_STATES, needs: &[Console, Operator], limit: Bound::Never, look: untrue_states },
    Rule { quantity: SOUND_OUTSIDE, needs: &[Operator], limit: Bound::Never, look: sound_outside },
    Rule { quantity: REFUSED_CALLS, needs: &[Operator], limit: Bound::Never, look: refused_calls },
];

/// Every 10 s, and 20 % more (post protocol, section 2).
const BEAT_AT_MOST: f64 = 12.0;
/// Far beyond what the stamps of two lines are worth.
const TAIL_MARGIN: f64 = 0.1;
/// What happens within so many seconds of a change need not be told rightly yet.
const TOLD_WITHIN: f64 = 2.0;
/// A banner comes within so many seconds of its cause: discharge, rise of the supply, and the line itself.
const BANNER_WITHIN: f64 = 5.0;

const OF_REGISTRAR: Quantity = Quantity {
    key: "",
    unit: Unit::Count,
    en: "",
    pl: "",
    method: Method::new(
        "every REGISTER accepted, against the interval that was granted",
        "każdy przyjęty REGISTER, względem przyznanego czasu ważności",
        "RFC 3261, 10.2.4",
    ),
    requirement: "T26",
};
const LAPSED: Quantity = Quantity {
    key: "T26.watch.lapsed-registrations",
    en: "registrations that ran out",
    pl: "rejestracje, które wygasły",
    ..OF_REGISTRAR
};
const HASTY: Quantity = Quantity {
    key: "T39.watch.hasty-registrations",
    en: "registrations refreshed too soon without a cause",
    pl: "rejestracje odnowione bez powodu zbyt wcześnie",
    requirement: "T39",
    ..OF_REGISTRAR
};
const STARTS: Quantity = Quantity {
    key: "T45.watch.uncaused-starts",
    en: "starts of the firmware that nobody caused",
    pl: "starty oprogramowania bez przyczyny",
    method: Method::new(
        "every banner on the console, against mains, debug port and nothing else",
        "każdy komunikat startowy na konsoli, względem zasilania i portu debugowania",
        "",
    ),
    requirement: "T45",
    ..OF_REGISTRAR
};
const BEAT: Quantity = Quantity {
    key: "T26.watch.heartbeat",
    unit: Unit::Second,
    en: "longest time between heartbeats",
    pl: "najdłuższy odstęp między sygnałami życia",
    method: Method::new("BEAT lines on the console", "wiersze BEAT na konsoli", ""),
    ..OF_REGISTRAR
};
const UPTIME: Quantity = Quantity {
    key: "T36.watch.uptime",
    unit: Unit::Second,
    en: "error of the time between heartbeats, as the post counts it, largest",
    pl: "błąd czasu między sygnałami życia według punktu, największy",
    method: Method::new(
        "uptime in BEAT lines, against the bench's clock",
        "czas pracy w wierszach BEAT względem zegara stanowiska",
        "",
    ),
    requirement: "T36",
};
const STORMS: Quantity = Quantity {
    key: "T39.watch.registration-storms",
    en: "storms of registrations at a server that does not accept them",
    pl: "lawiny rejestracji na serwerze, który ich nie przyjmuje",
    method: Method::new("REGISTER refused or not answered", "REGISTER odrzucony lub bez odpowiedzi", "RFC 3261, 10"),
    requirement: "T39",
    ..OF_REGISTRAR
};
const UNTRUE_STATES: Quantity = Quantity {
    key: "T26.watch.untrue-states",
    en: "states on the console that contradict the operator's end",
    pl: "stany na konsoli sprzeczne ze stroną operatora",
    method: Method::new(
        "BEAT and STATE lines, against calls and registration",
        "wiersze BEAT i STATE, względem połączeń i rejestracji",
        "",
    ),
    ..OF_REGISTRAR
};
const SOUND_OUTSIDE: Quantity = Quantity {
    key: "T40.watch.sound-outside-calls",
    en: "times media came from the post where there should be none",
    pl: "przypadki dźwięku z punktu tam, gdzie nie powinno go być",
    method: Method::new(
        "every RTP packet at the operator's ports, by its sender",
        "każdy pakiet RTP na portach operatora, według nadawcy",
        "RFC 3550, 5.1",
    ),
    requirement: "T40",
    ..OF_REGISTRAR
};
const REFUSED_CALLS: Quantity = Quantity {
    key: "T33.watch.refused-calls",
    en: "calls from the post's address that the desk had to refuse",
    pl: "zgłoszenia z adresu punktu, które stanowisko musiało odrzucić",
    method: Method::new(
        "every INVITE that is not of a registered post",
        "każdy INVITE spoza zarejestrowanego punktu",
        "RFC 3261, 21.4.4",
    ),
    requirement: "T33",
    ..OF_REGISTRAR
};

/// While nothing stands in its way a registration is refreshed before it ends.
fn lapsed(course: &Course) -> Vec<Sample> {
    let lapse = |at: f64| {
        course.ready().iter().any(|ready| ready.holds(at)) && !course.is_disturbed(Span { from: at - LAPSE_LOOKS_BACK, to: at })
    };
    let lapse = |at: f64| lapse(at) || lapses_at_backup(course, at);
    let mut samples: Vec<Sample> = course.bindings.iter().map(|binding| Sample::breach(binding.at, None)).collect();
    let told = || Bilingual::from(("no refresh came in time", "odnowienie nie przyszło na czas"));
    samples.extend(course.expired.iter().filter(|at| lapse(**at)).map(|at| Sample::breach(*at, Some(told()))));
    samples
}
/// What stands with the second server is refreshed there for as long as that serves, whatever the main one does.
fn lapses_at_backup(course: &Course, at: f64) -> bool {
    let Some(last) = course.bindings.iter().rfind(|binding| binding.at < at).filter(|last| !last.is_primary) else {
        return false;
    };
    let stood = Span { from: last.at - LAPSE_LOOKS_BACK, to: at };
    let is_away = course.backup_away.iter().any(|away| away.meets(stood));
    let is_hindered = course.outages.iter().any(|outage| outage.kind != Kind::Servers && outage.span.meets(stood));
    // As the main one comes back the post goes home.
    let has_changed = course.outages.iter().any(|outage| outage.span.to > last.at && outage.span.to <= at);
    !is_away && !is_hindered && !has_changed
}
/// An outage so shortly before explains a refresh that did not come.
const LAPSE_LOOKS_BACK: f64 = 30.0;

/// A post that refreshes without need takes the registrar from the others when all of them do.
fn hasty(course: &Course) -> Vec<Sample> {
    let mut samples = Vec::new();
    for ready in course.ready() {
        let within: Vec<_> = course.bindings.iter().filter(|binding| ready.holds(binding.at)).collect();
        for pair in within.windows(2) {
            let [earlier, later] = pair else { continue };
            // Who has another address, or comes from the other server, says so at once.
            if earlier.host != later.host || !earlier.is_primary || !later.is_primary {
                continue;
            }
            let apart = later.at - earlier.at;
            let least = earlier.granted * REFRESHED_FROM;
            let text = format!("{apart:.1} s");
            let seen = (apart < least).then(|| {
                let of = earlier.granted;
                Bilingual::new(
                    format!("after {text} of {of} s granted"),
                    format!("po {} z przyznanych {of} s", text.replace('.', ",")),
                )
            });
            samples.push(Sample::breach(later.at, seen));
        }
    }
    samples
}
/// Not before half of what was granted, but for what a line and its stamps take.
const REFRESHED_FROM: f64 = 0.49;

/// Whether a post that was started so may give this as the cause; one that gives none is not held to it.
fn may_say(kind: Kind, cause: Option<&str>) -> bool {
    cause.is_none_or(|cause| match kind {
        Kind::Mains => cause == "power",
        Kind::Hang => cause == "watchdog",
        _ => cause != "power" && cause != "watchdog",
    })
}

fn starts(course: &Course) -> Vec<Sample> {
    let sample = |(at, cause): (f64, Option<&str>)| {
        let said = cause.unwrap_or("–");
        let is_start = |outage: &&Outage| {
            outage.kind.starts_firmware() && outage.span.to <= at + TOLD_WITHIN && at - outage.span.to < BANNER_WITHIN
        };
        let ours: Vec<Kind> = course.outages.iter().filter(is_start).map(|outage| outage.kind).collect();
        // What woke it is what it has to say: a watchdog's bite that is called a power failure is never looked into.
        let seen = match ours.last() {
            _ if ours.iter().any(|kind| may_say(*kind, cause)) => None,
            Some(Kind::Mains) => {
                Some(both!("after a power failure it says cause {}", "po zaniku zasilania podaje przyczynę „{}”", said))
            }
            // The scenario judges how a post says that it took an image back.
            Some(Kind::Trial) => None,
            Some(Kind::Hang) => Some(both!("after a hang it says cause {}", "po zawieszeniu podaje przyczynę „{}”", said)),
            Some(_) => Some(both!("after a reset it says cause {}", "po resecie podaje przyczynę „{}”", said)),
            None => Some(both!("the firmware started, cause {}", "start oprogramowania, przyczyna „{}”", said)),
        };
        Sample::breach(at, seen)
    };
    course.banners().map(sample).collect()
}

/// Over stretches in which the firmware had power and was left alone.
fn beat(course: &Course) -> Vec<Sample> {
    let beats: Vec<f64> =
        course.reports.iter().filter(|(_, report)| report.argument("BEAT").is_some()).map(|(at, _)| *at).collect();
    let stopped = |span: Span| {
        let starts = course.outages.iter().filter(|outage| outage.kind.starts_firmware());
        starts.clone().any(|outage| outage.span.meets(span)) || course.banners().any(|(at, _)| span.holds(at))
    };
    // Also from the start of the firmware, or of the scenario, to the first one.
    let mut marks: Vec<f64> =
        beats.iter().copied().chain(course.banners().map(|(at, _)| at + 0.001)).chain([course.span.from]).collect();
    marks.sort_by(f64::total_cmp);
    let ends = marks.iter().skip(1).copied().chain([course.span.to]);
    let sample = |(from, to): (f64, f64)| {
        let span = Span { from, to };
        let seen = ("no heartbeat since", "od tej chwili brak sygnału życia").into();
        // Of a time that is still running only what is certainly too long says anything.
        let is_told = to < course.span.to || span.length() > BEAT_AT_MOST + TAIL_MARGIN;
        (is_told && !stopped(span)).then(|| Sample::seconds(from, span.length(), 0.01, seen))
    };
    marks.iter().copied().zip(ends).filter_map(sample).collect()
}

/// Between two heartbeats of one life as much time passes for the post as for the bench.
fn uptime(course: &Course) -> Vec<Sample> {
    let told = course.reports.iter().filter_map(|(at, report)| Some((*at, report.argument("BEAT")?.parse::<f64>().ok()?)));
    let told: Vec<(f64, f64)> = told.collect();
    let sample = |pair: &[(f64, f64)]| {
        let [(from, before), (to, after)] = pair else { return None };
        let began_anew = course.banners().any(|(at, _)| Span { from: *from, to: *to }.holds(at));
        let error = ((after - before) - (to - from)).abs();
        let seen = both!("{before:.0} s, then {after:.0} s", "{before:.0} s, potem {after:.0} s");
        // The post counts whole seconds.
        (!began_anew).then(|| Sample::seconds(*to, (error - 0.5).max(0.0), 0.01, seen))
    };
    told.windows(2).filter_map(sample).collect()
}

/// At most one attempt in 2 s on average: seen over so many seconds.
const STORM_OVER: f64 = 30.0;
const STORM_FROM: usize = 17;

fn storms(course: &Course) -> Vec<Sample> {
    // Whether a server is there can be asked as well, and costs it no less.
    let mut attempts: Vec<f64> = course.attempts.iter().chain(&course.probed).copied().collect();
    attempts.sort_by(f64::total_cmp);
    let sample = |(index, at): (usize, &f64)| {
        let since = attempts.iter().take(index + 1).filter(|earlier| at - **earlier < STORM_OVER).count();
        let seen =
            (since == STORM_FROM).then(|| both!("{since} attempts in {STORM_OVER} s", "prób: {since} w ciągu {STORM_OVER} s"));
        Sample::breach(*at, seen)
    };
    attempts.iter().enumerate().map(sample).collect()
}

/// A state is untrue when it contradicts what has stood for a while on the line.
fn untrue_states(course: &Course) -> Vec<Sample> {
    let said = course.reports.iter().filter_map(|(at, report)| {
        let state = report
            .argument("STATE")
            .or_else(|| report.words.get(2).filter(|_| report.argument("BEAT").is_some()).map(String::as_str))?;
        Some((*at, state))
    });
    let said: Vec<(f64, &str)> = said.collect();
    // What was told last holds until something else is told: a change of the line is told as it happens, not with the
    // next heartbeat.
    let tells_changes = course.reports.iter().any(|(_, report)| report.argument("STATE").is_some());
    let moments = |call: &Call| [Some(call.arrived), call.answered, call.ended.map(|(at, _)| at)].into_iter().flatten();
    let changes = course.calls.iter().flat_map(|(_, call)| moments(call)).filter(|_| tells_changes);
    let held = changes.filter_map(|change| {
        let at = change.seconds + 2.0 * TOLD_WITHIN;
        let (told, state) = said.iter().rfind(|(told, _)| *told <= at)?;
        let is_new_life = course.banners().any(|(start, _)| Span { from: *told, to: at }.holds(start));
        (!is_new_life && at < course.span.to).then_some((at, *state))
    });
    let held: Vec<(f64, &str)> = held.collect();
    let sample = |(at, state): (f64, &str)| {
        let settled = Span { from: at - TOLD_WITHIN, to: at };
        let expected = expected_state(course, settled)?;
        let seen = (!expected.contains(&state)).then(|| {
            let wanted = expected.join("/");
            Bilingual::new(format!("{state} instead of {wanted}"), format!("„{state}” zamiast „{wanted}”"))
        });
        Some(Sample::breach(at, seen))
    };
    said.iter().chain(&held).copied().filter_map(sample).collect()
}

/// What a post has to say of itself; `None`: nothing has stood long enough, or it cannot know.
fn expected_state(course: &Course, settled: Span) -> Option<&'static [&'static str]> {
    let ready = course.ready_at(settled.to).filter(|ready| ready.from <= settled.from)?;
    if course.is_disturbed(Span { from: ready.from, to: settled.to }) {
        return None;
    }
    let changed = course.calls.iter().any(|(_, call)| {
        let moments = [Some(call.arrived), call.ringing, call.answered, call.ended.map(|(at, _)| at)];
        moments.into_iter().flatten().any(|moment| settled.holds(moment.seconds))
    });
    let pressed =
        course.contacts.iter().any(|contact| Span { from: contact.began, to: contact.opened + TOLD_WITHIN }.meets(settled));
    if changed || pressed {
        return None;
    }
    // A call that is just leaving is told of before it arrives.
    let leaving = Span { from: settled.to, to: settled.to + course.ceiling("T01") };
    if course.calls.iter().any(|(_, call)| leaving.holds(call.arrived.seconds)) {
        return None;
    }
    // One that has ended meanwhile may stand on at the post's end.
    let is_hidden = |call: &Call| course.hidden_until(call, TOLD_WITHIN).is_some_and(|until| settled.from < until);
    if course.calls.iter().any(|(_, call)| call.ended.is_some_and(|(at, _)| at.seconds < settled.to) && is_hidden(call)) {
        return None;
    }
    let standing = course.calls.iter().find(|(_, call)| course.lasts(call).holds(settled.to));
    Some(match standing {
        None => &["idle"],
        // A call from before an outage may stand at the operator's end alone.
        Some((_, call)) if !course.is_surely_in(call, settled.to) => return None,
        Some((_, call)) if call.answered.is_some_and(|answered| answered.seconds < settled.to) => &["talking"],
        Some(_) => &["ringing", "calling"],
    })
}

/// An offer and its answer take so many seconds at most: what T04 grants a change of the talk, and as much to begin it.
const MOVES_WITHIN: f64 = 1.0;

/// What strangers send is told apart and judges nobody.
fn sound_outside(course: &Course) -> Vec<Sample> {
    let words = |stray: &StrayMedia| -> Bilingual {
        match stray.kind {
            Stray::BeforeAnswer => ("media before the answer", "dźwięk przed odebraniem"),
            Stray::AfterEnd => ("media after the end of its call", "dźwięk po zakończeniu połączenia"),
            Stray::NoCall => ("media without a call", "dźwięk bez połączenia"),
            Stray::OfAnother => ("media on another's call", "dźwięk w cudzym połączeniu"),
            Stray::OldPort => ("media to a port that was given up", "dźwięk na port, który przestał obowiązywać"),
            Stray::OnHold => ("media on hold", "dźwięk w zawieszonej rozmowie"),
            Stray::Negotiation => ("STUN or DTLS", "STUN lub DTLS"),
            Stray::NoMedia => ("datagrams that are no media", "datagramy, które nie są dźwiękiem"),
        }
        .into()
    };
    let mut samples: Vec<Sample> = course.calls.iter().map(|(_, call)| Sample::breach(course.lasts(call).to, None)).collect();
    // Whoever is given another address in a talk speaks from there as soon as he says so.
    let is_moving = |stray: &StrayMedia| {
        let given = |at: f64| Span { from: at, to: at + MOVES_WITHIN }.holds(stray.at);
        stray.kind == Stray::OfAnother && course.leases.iter().skip(1).any(|(_, lease)| given(lease.from))
    };
    // Whoever looks for a way through a router, or for keys, sends no sound where none may be.
    let is_sound = |stray: &StrayMedia| stray.kind != Stray::Negotiation && !is_moving(stray);
    let posts = course.strays.iter().filter(|stray| stray.is_posts && is_sound(stray));
    samples.extend(posts.map(|stray| Sample::breach(stray.at, Some(words(stray)))));
    samples
}

fn refused_calls(course: &Course) -> Vec<Sample> {
    let mut samples: Vec<Sample> = course.calls.iter().map(|(_, call)| Sample::breach(call.arrived.seconds, None)).collect();
    let posts = course
        .strangers
        .iter()
        .filter(|stranger| stranger.is_posts && !course.is_disturbed(Span { from: stranger.at - 5.0, to: stranger.at }));
    samples.extend(
        posts.map(|stranger| Sample::breach(stranger.at, Some(Bilingual::new(stranger.what.clone(), stranger.what.clone())))),
    );
    samples
}
