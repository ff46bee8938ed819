//! What an instrument told that cannot have been, as far as the rest of what happened shows: it is not believed, and
//! nobody is condemned on it.
//!
//! Says nothing of the post. A post that would look the same to a sound instrument cannot be told from it: whoever put
//! the bench right and runs the scenario again will know.

use super::console::own_mistakes;
use super::course::{BothEnds, Course, Kind, Outage};
use super::lit::Lit;
use super::span::Span;
use crate::bench::Report;
use crate::instrument::operator::Irregular;
use crate::instrument::{InstrumentError, Subsystem};
use crate::unit::{Bilingual, both};

/// What was found of one instrument.
#[derive(Debug, Clone, PartialEq)]
pub struct Contradiction {
    pub error: InstrumentError,
    /// It holds for the whole run: what has come about once comes again. Else for this scenario alone.
    pub stays: bool,
}

const LOOKS: &[fn(&Course) -> Option<Contradiction>] = &[
    another_hand,
    unsteady_mains,
    lossy_network,
    translated,
    reset_line,
    room_light,
    dazzled,
    held_back,
    garbled,
    repeated,
    silent,
];

/// All that this scenario's course shows.
pub fn contradictions(course: &Course) -> Vec<Contradiction> {
    LOOKS.iter().filter_map(|look| look(course)).collect()
}

/// So long around a start of the firmware its lamps, its console and its clock are in no order.
const STARTS_WITHIN: f64 = 5.0;
/// Several sensors that change within so many seconds have changed together: a post switches one lamp after the other,
/// or in an order that makes sense.
const TOGETHER: f64 = 0.010;
/// A line that a start of the firmware breaks off began at most so long before, in seconds.
const BREAKS_OFF_WITHIN: f64 = 0.1;
/// Lines that are held back come now late, now in time: by so many seconds at least. The post counts whole ones.
const HELD_BACK: f64 = 1.25;

/// One echo may be lost in the best of networks.
const LOST_BY_CHANCE: usize = 1;
/// A host behind the converter is out of reach while its fibre is cut, and so many seconds more.
const LINK_RETURNS: f64 = 5.0;

/// A contact, its bounces and what hangs on it have followed within so many seconds, beside what stamps are worth.
const ENDS_AGREE_WITHIN: f64 = 0.030;

/// Where a circuit's two ends disagree for longer than stamps and bounces explain.
fn ends_disagree(course: &Course, ends: Option<&BothEnds>) -> Option<(Span, bool)> {
    ends?.disagreement(course.span, ENDS_AGREE_WITHIN + 2.0 * course.inputs_within)
}

/// What both ends of a circuit tell against each other.
pub fn of_both_ends(course: &Course) -> Option<Contradiction> {
    another_hand(course).or_else(|| unsteady_mains(course))
}

/// The post's button was closed, or open, otherwise than by the bench's relay: by somebody's finger, or by a contact or
/// lead that does not follow.
fn another_hand(course: &Course) -> Option<Contradiction> {
    let (span, closed) = ends_disagree(course, course.button.as_ref())?;
    let (post, relay) =
        if closed { (("closed", "zwarte"), ("open", "rozwarty")) } else { (("open", "rozwarte"), ("closed", "zwarty")) };
    let (from, ms) = (span.from, span.length() * 1e3);
    let error = InstrumentError::new(
        "button relay",
        "press the post's button, and nobody else",
        Bilingual::new(
            format!(
                "at {from:.3} s the post's own button terminals were {} for {ms:.0} ms while the relay's contact was {}",
                post.0, relay.0
            ),
            format!(
                "w chwili {from:.3} s zaciski przycisku w punkcie były {} przez {ms:.0} ms, choć styk przekaźnika był {}",
                post.1, relay.1
            ),
        ),
        (
            "see that nobody touches the button; check the relay's contact and the lead from it to the post's button; if they are in order, the post's own button sticks or its terminals are wet",
            "dopilnuj, by nikt nie dotykał przycisku; sprawdź styk przekaźnika i jego przewód do przycisku punktu; jeśli są sprawne, zacina się sam przycisk albo jego zaciski są zawilgocone",
        ),
    );
    Some(Contradiction { error: error.of(Subsystem::Relays), stays: false })
}

/// The mains failed, or came, where the post is plugged in, and the bench's relay had nothing to do with it.
fn unsteady_mains(course: &Course) -> Option<Contradiction> {
    let (span, closed) = ends_disagree(course, course.mains.as_ref())?;
    let (post, relay) = if closed {
        (("voltage", "było napięcie"), ("off", "wyłączony"))
    } else {
        (("no voltage", "nie było napięcia"), ("on", "włączony"))
    };
    let (from, ms) = (span.from, span.length() * 1e3);
    let error = InstrumentError::new(
        "mains relay",
        "feed the post as it is told to",
        Bilingual::new(
            format!(
                "at {from:.3} s there was {} for {ms:.0} ms where the post is plugged in while the relay's contact was {}",
                post.0, relay.0
            ),
            format!(
                "w chwili {from:.3} s w gnieździe zasilającym punkt {} przez {ms:.0} ms, choć przekaźnik sieci był {}",
                post.1, relay.1
            ),
        ),
        (
            "see what else runs on these mains and feed the bench by way of an uninterruptible supply; then check the lead from the relay to the post's socket",
            "sprawdź, co jeszcze jest zasilane z tej sieci, i zasil stanowisko przez UPS; potem sprawdź przewód od przekaźnika do gniazda punktu",
        ),
    );
    Some(Contradiction { error: error.of(Subsystem::Relays), stays: false })
}

/// The bench's own network lost or held up the echoes of the host that stands before the post's line.
fn lossy_network(course: &Course) -> Option<Contradiction> {
    let cuts = || course.outages.iter().filter(|outage| matches!(outage.kind, Kind::Fibre | Kind::Mains));
    let is_cut = |at: f64| cuts().any(|cut| Span { from: cut.span.from, to: cut.span.to + LINK_RETURNS }.holds(at));
    let (asked, troubled) = &course.echoes;
    let troubled: Vec<&(f64, Option<f64>)> = troubled.iter().filter(|(at, _)| !is_cut(*at)).collect();
    let ((from, _), (to, _)) = (troubled.first()?, troubled.last()?);
    if troubled.len() <= LOST_BY_CHANCE {
        return None;
    }
    let lost = troubled.iter().filter(|(_, late)| late.is_none()).count();
    let latest = troubled.iter().filter_map(|(_, late)| *late).fold(0.0, f64::max);
    let error = InstrumentError::new(
        "network of the bench",
        "carry datagrams to where the post's line begins",
        both!(
            "of {asked} echoes of the reference host {lost} were lost and {} came late, by up to {:.0} ms, between {from:.1} s and {to:.1} s",
            "z {asked} odpowiedzi hosta odniesienia {lost} zaginęło, a {} przyszło z opóźnieniem do {:.0} ms (od {from:.1} s do {to:.1} s)",
            troubled.len() - lost,
            latest * 1e3
        ),
        (
            "check the switch, its ports (spanning tree off or in fast mode), the network cables and what else uses this network; then run the scenario again",
            "sprawdź przełącznik sieciowy, jego porty (STP wyłączone lub w trybie szybkim), kable i inny ruch w tej sieci; potem powtórz scenariusz",
        ),
    );
    Some(Contradiction { error: error.of(Subsystem::Network), stays: false })
}

/// Signalling and sound alike come from other ports than the post names: somebody on the way translates them, and what
/// is sent to the named ones goes nowhere. A post that errs in both at once would be a strange one.
fn translated(course: &Course) -> Option<Contradiction> {
    let of = |wanted: &str| {
        let mut odd = course.oddities.iter().filter(|oddity| oddity.is_posts);
        odd.find_map(|oddity| match &oddity.what {
            Irregular::OtherPort { place, named } if *place == wanted => Some(*named),
            _ => None,
        })
    };
    let (contact, sound) = (of("Contact")?, of("SDP")?);
    if course.is_behind_nat {
        return None;
    }
    let error = InstrumentError::new(
        "network of the bench",
        "carry datagrams as they are",
        both!(
            "what the post sends from its ports {contact} (signalling) and {sound} (sound), as it says, arrives from others: they are translated on the way",
            "ruch, który punkt według siebie wysyła z portów {contact} (sygnalizacja) i {sound} (dźwięk), przychodzi z innych: po drodze działa translacja portów"
        ),
        (
            "take the router that translates out of the way between post and bench, or write `behind-nat: true` under `post` in the rig if it belongs there; if there is none, the post names ports that it does not use",
            "usuń router z translacją adresów między punktem a stanowiskiem albo, jeśli ma tam być, wpisz `behind-nat: true` w sekcji `post` opisu stanowiska; jeśli go nie ma, punkt podaje porty, których nie używa",
        ),
    );
    Some(Contradiction { error: error.of(Subsystem::Network), stays: true })
}

/// Power was away, or the firmware was just starting.
fn is_upset(course: &Course, at: f64) -> bool {
    let around = Span { from: at - STARTS_WITHIN, to: at + STARTS_WITHIN };
    let starts = course.outages.iter().filter(|outage| outage.kind.starts_firmware());
    starts.into_iter().any(|outage| outage.span.meets(around)) || course.banners().any(|(start, _)| around.holds(start))
}

/// The post says that its reset pin was pulled, and nobody on the bench had told the probe to: the probe's lead hangs
/// on that pin.
fn reset_line(course: &Course) -> Option<Contradiction> {
    if !course.has_probe {
        return None;
    }
    let ours = |at: f64| {
        let near = Span { from: at - STARTS_WITHIN, to: at + STARTS_WITHIN };
        course.outages.iter().any(|outage| outage.kind.starts_firmware() && outage.span.meets(near))
    };
    let (at, _) = course.banners().find(|(at, cause)| *cause == Some("pin") && !ours(*at))?;
    let error = InstrumentError::new(
        "probe",
        "leave the post's reset line alone",
        both!(
            "at {at:.3} s the post was reset by its reset pin, on which the probe's lead hangs, and the bench had not asked for it",
            "w chwili {at:.3} s punkt został zresetowany linią reset, do której podłączony jest programator, a stanowisko tego nie zleciło"
        ),
        (
            "check the probe's lead and its plug; then run the scenario with the lead unplugged: if the post is reset again, it is the post's own",
            "sprawdź przewód programatora i jego wtyk; potem powtórz scenariusz z odłączonym przewodem: jeśli reset się powtórzy, powoduje go sam punkt",
        ),
    );
    Some(Contradiction { error: error.of(Subsystem::Probe), stays: true })
}

/// Light that comes and goes with the mains, before a lamp that does not.
fn room_light(course: &Course) -> Option<Contradiction> {
    let at = course.room_light.first()?;
    let error = InstrumentError::new(
        "lamp sensors",
        "see their own lamps alone",
        both!(
            "from {at:.3} s on one of them saw light that flickers with the mains, as tubes in a room do; its lamp is lit without a flicker",
            "od chwili {at:.3} s jeden z czujników lampek widzi światło migoczące w takt sieci, jak od świetlówek w pomieszczeniu; sama lampka świeci bez migotania"
        ),
        (
            "shade the sensors from the lamps of the room; if they are in the dark, the post drives this lamp now from the mains and now from its supply",
            "osłoń czujniki przed oświetleniem pomieszczenia; jeśli są w ciemności, punkt zasila tę lampkę raz z sieci, a raz z zasilacza",
        ),
    );
    Some(Contradiction { error: error.of(Subsystem::Inputs), stays: false })
}

/// The lamp "out of service" and those that tell of a call change together, in the same direction: no state of a post
/// looks so. At the end of a call these go dark of themselves, and one that was wrongly lit may go with them.
fn dazzled(course: &Course) -> Option<Contradiction> {
    let out = course.out_of_service.as_ref()?;
    let others: Vec<&Lit> = [&course.placed, &course.connected].into_iter().flatten().collect();
    let edges = |lit: &Lit, began: bool| -> Vec<f64> {
        let moments = lit.0.iter().map(|span| if began { span.from } else { span.to });
        moments.filter(|at| *at > course.span.from && *at < course.span.to).collect()
    };
    let together =
        |at: f64, began: bool| others.iter().all(|lit| edges(lit, began).iter().any(|other| (other - at).abs() <= TOGETHER));
    let ends_call = |at: f64| {
        let mut ends = course.calls.iter().filter_map(|(_, call)| call.ended);
        ends.any(|(ended, _)| (0.0..=course.ceiling("T06")).contains(&(at - ended.seconds)))
    };
    let of = |began: bool| {
        let explained = |at: f64| is_upset(course, at) || !began && ends_call(at);
        // What was lit for a moment only changed against the others.
        let is_moment = |at: f64| !began && out.0.iter().any(|lit| lit.to == at && lit.length() <= 2.0 * TOGETHER);
        edges(out, began).into_iter().find(|at| together(*at, began) && !explained(*at) && !is_moment(*at))
    };
    if others.is_empty() {
        return None;
    }
    let at = of(true).or_else(|| of(false))?;
    let error = InstrumentError::new(
        "lamp sensors",
        "see each its own lamp",
        both!(
            "at {at:.3} s all of them changed at once, as if one light shone on them all",
            "w chwili {at:.3} s wszystkie czujniki lampek zmieniły stan naraz, jakby oświetliło je jedno światło"
        ),
        (
            "shade the sensors from the sun, from headlights and from each other's lamps; if the post lights all its lamps at once, look at the post",
            "osłoń czujniki przed słońcem, reflektorami i sąsiednimi lampkami; jeśli punkt zapala wszystkie lampki naraz, sprawdź punkt",
        ),
    );
    Some(Contradiction { error: error.of(Subsystem::Inputs), stays: true })
}

/// Heartbeats of one life that come now too late, now too early against the time that the post counts.
fn held_back(course: &Course) -> Option<Contradiction> {
    let mut lives: Vec<Vec<f64>> = vec![Vec::new()];
    for (at, report) in &course.reports {
        if report.argument("BOOT").is_some() {
            lives.push(Vec::new());
        }
        let uptime = report.argument("BEAT").and_then(|told| told.parse::<f64>().ok());
        if let (Some(uptime), Some(life)) = (uptime, lives.last_mut()) {
            life.push(at - uptime);
        }
    }
    let lags = lives.into_iter().find(|lags| goes_to_and_fro(lags))?;
    let spread = lags.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b)) - lags.iter().fold(f64::INFINITY, |a, b| a.min(*b));
    let error = InstrumentError::new(
        "console",
        "hand on the post's lines as they come",
        both!(
            "the post's heartbeats arrive now late and now in time, by up to {spread:.1} s against the time that it counts itself",
            "sygnały życia punktu przychodzą raz na czas, raz z opóźnieniem: do {spread:.1} s względem czasu, który punkt liczy sam"
        ),
        (
            "connect the console without a hub, a server or a virtual machine in between; if another adapter shows the same, the post prints its lines late",
            "podłącz konsolę bez koncentratora, serwera portów ani maszyny wirtualnej po drodze; jeśli z inną przejściówką jest tak samo, to punkt wypisuje wiersze z opóźnieniem",
        ),
    );
    Some(Contradiction { error: error.of(Subsystem::Console), stays: true })
}

/// A clock that goes wrong drifts one way; what is held back and let go comes to and fro.
fn goes_to_and_fro(lags: &[f64]) -> bool {
    let moves = |sign: f64| lags.windows(2).any(|pair| sign * (pair[1] - pair[0]) >= HELD_BACK);
    moves(1.0) && moves(-1.0)
}

/// A line that came spoiled, and that no loss of power broke off: others may be missing.
fn garbled(course: &Course) -> Option<Contradiction> {
    let is_broken_off = |at: f64| {
        let ends = |outage: &Outage| if outage.kind == Kind::Restart { outage.span.from } else { outage.span.to };
        // What hangs says nothing, and the line that its start breaks off ends in the banner.
        let starts = course.outages.iter().filter(|outage| outage.kind.starts_firmware() && outage.kind != Kind::Hang);
        let starts = starts.map(|outage| Span { to: ends(outage), ..outage.span });
        let starts = starts.chain(course.banners().map(|(start, _)| Span { from: start, to: start }));
        starts.into_iter().any(|span| span.from - BREAKS_OFF_WITHIN <= at && at < span.to)
    };
    let own = own_mistakes(course);
    let at = course.garbled.iter().find(|at| !is_broken_off(**at) && !own.contains(at))?;
    let error = InstrumentError::new(
        "console",
        "read the post's console",
        both!(
            "a line arrived spoiled at {at:.3} s, so that others may be missing, and the post is not judged on what it is said not to have told",
            "w chwili {at:.3} s przyszedł zniekształcony wiersz, więc mogło brakować też innych; punkt nie jest oceniany za to, czego rzekomo nie wypisał"
        ),
        (
            "check the console's cable, its ground and the baud rate in the rig; if another adapter shows the same, the post spoils its own lines",
            "sprawdź przewód konsoli, jego masę i prędkość transmisji w opisie stanowiska; jeśli z inną przejściówką jest tak samo, to punkt sam zniekształca wiersze",
        ),
    );
    Some(Contradiction { error: error.of(Subsystem::Console), stays: false })
}

/// A heartbeat has a number of its own, and comes once: two alike within so many seconds are one that was handed on
/// twice.
const BEATS_APART: f64 = 1.0;

/// A line that came twice: others may have, which are counted.
fn repeated(course: &Course) -> Option<Contradiction> {
    let is_twice = |pair: &&[(f64, Report)]| {
        let [(first, beat), (second, again)] = pair else { return false };
        beat.argument("BEAT").is_some() && beat.words == again.words && second - first < BEATS_APART
    };
    let at = course.reports.windows(2).find(is_twice)?.first()?.0;
    let error = InstrumentError::new(
        "console",
        "hand on each of the post's lines once",
        both!(
            "the heartbeat of {at:.3} s arrived twice, so that others may have, and the post is not judged on what it is said to have told twice",
            "sygnał życia z chwili {at:.3} s przyszedł dwa razy, więc mogły się powtórzyć też inne wiersze; punkt nie jest oceniany za to, co rzekomo wypisał dwukrotnie"
        ),
        (
            "see what else writes to the console's line or copies it (a server of serial lines, a logger), and connect the console straight to this machine; if it is the same there, the post prints its lines twice",
            "sprawdź, co jeszcze zapisuje do linii konsoli lub ją powiela (serwer portów, rejestrator), i podłącz konsolę wprost do tego komputera; jeśli wtedy jest tak samo, to punkt wypisuje wiersze podwójnie",
        ),
    );
    Some(Contradiction { error: error.of(Subsystem::Console), stays: true })
}

/// Whoever beats, and says what becomes of each call, says something within so many seconds.
const SPEAKS_WITHIN: f64 = 40.0;
/// So many calls with nothing said of them are no line that was lost.
const UNSAID: usize = 2;

/// The console, once it had spoken, said nothing at all while calls came of presses, each of which a post that lives
/// tells of: it may be mute itself, and then it is so for good; nothing else that it says can be known here.
fn silent(course: &Course) -> Option<Contradiction> {
    let lines = course.reports.iter().map(|(at, _)| *at).filter(|at| *at >= course.span.from);
    let marks: Vec<f64> = [course.span.from].into_iter().chain(lines).chain([course.span.to]).collect();
    let pauses = marks.windows(2).filter_map(|pair| Some(Span { from: *pair.first()?, to: *pair.get(1)? }));
    let calls_in = |pause: &Span| course.calls.iter().filter(|(_, call)| pause.holds(call.arrived.seconds)).count();
    // One that nobody has wired, or of a post that prints none of this, never does.
    let has_spoken = |pause: &Span| course.reports.iter().any(|(at, _)| *at <= pause.from);
    let is_long = |pause: &Span| pause.length() > SPEAKS_WITHIN && has_spoken(pause);
    let silence = pauses.filter(is_long).find(|pause| calls_in(pause) >= UNSAID)?;
    let (from, length, calls) = (silence.from, silence.length(), calls_in(&silence));
    let error = InstrumentError::new(
        "console",
        "read the post's console",
        Bilingual::new(
            format!("from {from:.3} s on it said nothing for {length:.0} s, though {calls} calls of the post came meanwhile"),
            format!(
                "od chwili {from:.3} s nie podała niczego przez {length:.0} s, choć w tym czasie nadeszły zgłoszenia punktu: {calls}"
            ),
        ),
        (
            "check the console's cable and its adapter; if another one is as silent, the post has stopped printing",
            "sprawdź przewód konsoli i przejściówkę; jeśli z inną jest tak samo, to punkt przestał wypisywać wiersze",
        ),
    );
    Some(Contradiction { error: error.of(Subsystem::Console), stays: true })
}
