//! Rules about the protocol itself: whatever the post sends has its place, and whatever it is asked it answers.

use super::calls::COUNT;
use super::course::{Course, RECOVERS_WITHIN};
use super::reports::Oddity;
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::bench::Call;
use crate::instrument::operator::{EndedBy, Irregular, Outcome};
use crate::rig::Role::Operator;
use crate::unit::{Bilingual, Method, Quantity, both};

pub const RULES: &[Rule] = &[
    Rule { quantity: ELSEWHERE, needs: &[Operator], limit: Bound::Never, look: elsewhere },
    Rule { quantity: SECRETS, needs: &[Operator], limit: Bound::Never, look: secrets },
    Rule { quantity: UNANSWERED, needs: &[Operator], limit: Bound::Never, look: unanswered },
    Rule { quantity: UNACKNOWLEDGED, needs: &[Operator], limit: Bound::Never, look: unacknowledged },
    Rule { quantity: OFFERS, needs: &[Operator], limit: Bound::Never, look: offers_refused },
    Rule { quantity: LATE_CANCELS, needs: &[Operator], limit: Bound::Never, look: late_cancels },
    Rule { quantity: DISORDER, needs: &[Operator], limit: Bound::Never, look: disorder },
    Rule { quantity: REQUESTS, needs: &[Operator], limit: Bound::AtMost(MOST_REQUESTS), look: requests },
    Rule { quantity: SAME_TAG, needs: &[Operator], limit: Bound::Never, look: same_tags },
    Rule { quantity: SAME_KEY, needs: &[Operator], limit: Bound::Never, look: same_keys },
    Rule { quantity: SAME_COUNT, needs: &[Operator], limit: Bound::Never, look: same_counts },
    Rule { quantity: TOO_LONG, needs: &[Operator], limit: Bound::Never, look: too_long },
    Rule { quantity: OTHER_RESOURCE, needs: &[Operator], limit: Bound::Never, look: other_resources },
    Rule { quantity: DESCRIPTIONS, needs: &[Operator], limit: Bound::Never, look: descriptions },
    Rule { quantity: REFUSALS, needs: &[Operator], limit: Bound::Never, look: refusals },
    Rule { quantity: REFUSABLE, needs: &[Operator], limit: Bound::Never, look: refusable },
    Rule { quantity: LET_IN, needs: &[Operator], limit: Bound::Never, look: let_in },
];

/// A post asks something within a call when its address or its codec changes, or to refresh its session, which is once
/// in 45 s at most (RFC 4028, 5); each may be asked twice. More than so many requests in [`REQUESTS_OVER`] seconds are
/// a storm: every one may cost the talk. Engineering judgement.
const MOST_REQUESTS: f64 = 5.0;
const REQUESTS_OVER: f64 = 20.0;
/// A request of ours is given up after 64 × T1 (RFC 3261, 17.1.2.2): whatever stood in its way since then explains
/// that.
const GIVEN_UP_AFTER: f64 = 33.0;
/// What is refused is refused at once, or after a repetition or two.
const REFUSED_WITHIN: f64 = 2.0;

const ELSEWHERE: Quantity = Quantity {
    key: "T19.watch.addresses-elsewhere",
    en: "messages that name another address than the post's own",
    pl: "wiadomości podające inny adres niż własny adres punktu",
    method: Method::new(
        "Contact of every REGISTER and INVITE and address in SDP, against the source of the message",
        "Contact każdego REGISTER i INVITE oraz adres w SDP, względem nadawcy wiadomości",
        "RFC 3261, 8.1.1.8, 10.2.1; RFC 8866, 5.7",
    ),
    requirement: "T19",
    ..COUNT
};
const SECRETS: Quantity = Quantity {
    key: "T40.watch.secrets-told",
    en: "messages in which a password of the rig can be read",
    pl: "wiadomości, w których widać hasło z opisu stanowiska",
    method: Method::new(
        "bytes of every SIP message, console line, message to the supervision and camera event: passwords as they are, in Base64, \
         hexadecimal and percent signs",
        "bajty każdej wiadomości SIP, wiersza konsoli, komunikatu do nadzoru i zdarzenia dla kamer: hasła wprost, w Base64, \
         szesnastkowo i ze znakami procentu",
        "RFC 3261, 26.1",
    ),
    requirement: "T40",
    ..COUNT
};
const UNANSWERED: Quantity = Quantity {
    key: "T06.watch.unanswered-requests",
    en: "requests of the operator that the post did not answer",
    pl: "żądania operatora, na które punkt nie odpowiedział",
    method: Method::new(
        "every BYE, UPDATE, re-INVITE and OPTIONS of the operator, for 64 × T1",
        "każdy BYE, UPDATE, re-INVITE i OPTIONS operatora, przez 64 × T1",
        "RFC 3261, 8.2, 11, 15.1.2, 17.1",
    ),
    requirement: "T06",
    ..COUNT
};
const UNACKNOWLEDGED: Quantity = Quantity {
    key: "T42.watch.unacknowledged-answers",
    en: "answered calls that the post never acknowledged",
    pl: "odebrane zgłoszenia, których punkt nie potwierdził",
    method: Method::new(
        "ACK of every 200 to an INVITE, for 64 × T1",
        "ACK na każdą odpowiedź 200 na INVITE, przez 64 × T1",
        "RFC 3261, 13.2.2.4",
    ),
    requirement: "T42",
    ..COUNT
};
const OFFERS: Quantity = Quantity {
    key: "T18.watch.offers-refused",
    en: "holds and moves of the media that the post did not agree to",
    pl: "zawieszenia rozmowy i zmiany portu dźwięku, na które punkt się nie zgodził",
    method: Method::new(
        "final response to every re-INVITE of the operator",
        "ostateczna odpowiedź na każdy re-INVITE operatora",
        "RFC 3261, 14.2; RFC 3264, 8",
    ),
    requirement: "T18",
    ..COUNT
};
const LATE_CANCELS: Quantity = Quantity {
    key: "T44.watch.cancels-after-answer",
    en: "cancellations of calls whose answer the post had acknowledged",
    pl: "anulowania zgłoszeń, których odebranie punkt już potwierdził",
    method: Method::new("CANCEL after the ACK of its INVITE", "CANCEL po ACK swojego INVITE", "RFC 3261, 9.1"),
    requirement: "T44",
    ..COUNT
};
const REFUSABLE: Quantity = Quantity {
    key: "T02.watch.messages-to-be-refused",
    en: "messages that a server has to refuse, or may",
    pl: "wiadomości, które serwer musi lub może odrzucić",
    method: Method::new(
        "form of every message, its Content-Type, its Require, and its CSeq after a challenge",
        "budowa każdej wiadomości, jej Content-Type, Require oraz CSeq po żądaniu uwierzytelnienia",
        "RFC 3261, 8.2.2.3, 20.15, 22.2",
    ),
    requirement: "T02",
    ..COUNT
};
const DISORDER: Quantity = Quantity {
    key: "T42.watch.misplaced-requests",
    en: "requests out of order or with the tags of no call",
    pl: "żądania poza kolejnością lub ze znacznikami żadnego połączenia",
    method: Method::new(
        "CSeq and tags of every request within a call",
        "CSeq i znaczniki każdego żądania w połączeniu",
        "RFC 3261, 12.2.1.1",
    ),
    requirement: "T42",
    ..COUNT
};
const REQUESTS: Quantity = Quantity {
    key: "T42.watch.requests-within-call",
    en: "requests of the post within a call in 20 s, most",
    pl: "żądania punktu w połączeniu w ciągu 20 s, najwięcej",
    method: Method::new(
        "every request within a call but PRACK, CANCEL and BYE",
        "każde żądanie w połączeniu oprócz PRACK, CANCEL i BYE",
        "RFC 3261, 14.1",
    ),
    requirement: "T42",
    ..COUNT
};
const SAME_TAG: Quantity = Quantity {
    key: "T33.watch.reused-tags",
    en: "calls under the From tag of another",
    pl: "zgłoszenia ze znacznikiem (tag) From innego zgłoszenia",
    method: Method::new("From tag of every INVITE", "znacznik (tag) From każdego INVITE", "RFC 3261, 19.3"),
    ..COUNT
};
const SAME_KEY: Quantity = Quantity {
    key: "T40.watch.reused-keys",
    en: "calls sealed under the SRTP key of another",
    pl: "zgłoszenia szyfrowane kluczem SRTP innego zgłoszenia",
    method: Method::new("key of every secure description", "klucz z każdego opisu sesji z szyfrowaniem", "RFC 3711, 9.1"),
    requirement: "T40",
    ..COUNT
};
const SAME_COUNT: Quantity = Quantity {
    key: "T40.watch.repeated-nonce-counts",
    en: "registrations under a nonce count that had been used",
    pl: "rejestracje z użytym już licznikiem nonce",
    method: Method::new("nonce count of every REGISTER", "licznik nonce każdego REGISTER", "RFC 7616, 3.4"),
    requirement: "T40",
    ..COUNT
};
const TOO_LONG: Quantity = Quantity {
    key: "T02.watch.fragmented-requests",
    en: "requests too long for one datagram",
    pl: "żądania zbyt długie na jeden datagram",
    method: Method::new(
        "length of every request over UDP, against a frame of 1500 octets",
        "długość każdego żądania wysłanego po UDP względem ramki 1500 oktetów",
        "RFC 3261, 18.1.1",
    ),
    requirement: "T02",
    ..COUNT
};
const OTHER_RESOURCE: Quantity = Quantity {
    key: "T40.watch.credentials-for-others",
    en: "credentials that were made for another address",
    pl: "dane uwierzytelniające utworzone dla innego adresu",
    method: Method::new(
        "uri in the credentials of every REGISTER, against its request URI",
        "uri w danych uwierzytelniających każdego REGISTER względem jego adresu (Request-URI)",
        "RFC 7616, 3.4.6; RFC 3261, 22.4",
    ),
    requirement: "T40",
    ..COUNT
};
const DESCRIPTIONS: Quantity = Quantity {
    key: "T18.watch.descriptions-misfit",
    en: "session descriptions that follow from none before them",
    pl: "opisy sesji sprzeczne z ofertą lub z poprzednim opisem",
    method: Method::new(
        "version and direction of every offer and answer of the post",
        "wersja i kierunek dźwięku w każdej ofercie i odpowiedzi punktu",
        "RFC 3264, 6.1, 8",
    ),
    requirement: "T18",
    ..COUNT
};
const REFUSALS: Quantity = Quantity {
    key: "T43.watch.unacknowledged-refusals",
    en: "refusals of calls that the post never acknowledged",
    pl: "odmowy połączenia, których punkt nie potwierdził",
    method: Method::new(
        "ACK of every refusal of an INVITE, for 64 × T1",
        "ACK na każdą odmowę po INVITE, przez 64 × T1",
        "RFC 3261, 17.1.1.3",
    ),
    requirement: "T43",
    ..COUNT
};
const LET_IN: Quantity = Quantity {
    key: "T40.watch.strangers-let-in",
    en: "calls of strangers that the post took",
    pl: "obce połączenia, które punkt odebrał",
    method: Method::new(
        "final response and voice to a stranger's INVITE",
        "ostateczna odpowiedź i dźwięk na INVITE kogoś obcego",
        "RFC 3261, 21",
    ),
    requirement: "T40",
    ..COUNT
};

/// Every message of the post's is an occasion; told are its registrations and calls.
pub(super) fn of_messages(course: &Course, is_it: fn(&Irregular) -> bool) -> Vec<Sample> {
    let bindings = course.bindings.iter().map(|binding| binding.at);
    let occasions = bindings.chain(course.calls.iter().map(|(_, call)| call.arrived.seconds));
    let mut samples: Vec<Sample> = occasions.map(|at| Sample::breach(at, None)).collect();
    samples.extend(odd(course, is_it).map(breach));
    samples
}

pub(super) fn odd(course: &Course, is_it: fn(&Irregular) -> bool) -> impl Iterator<Item = &Oddity> {
    course.oddities.iter().filter(move |oddity| oddity.is_posts && is_it(&oddity.what))
}

pub(super) fn breach(oddity: &Oddity) -> Sample {
    Sample::breach(oddity.at, Some(oddity.what.words()))
}

/// Where addresses are translated nobody at this end can tell.
fn elsewhere(course: &Course) -> Vec<Sample> {
    if course.is_behind_nat {
        return Vec::new();
    }
    of_messages(course, |what| matches!(what, Irregular::Elsewhere { .. }))
}

fn secrets(course: &Course) -> Vec<Sample> {
    of_messages(course, |what| matches!(what, Irregular::Secret { .. }))
}

fn disorder(course: &Course) -> Vec<Sample> {
    of_messages(course, |what| matches!(what, Irregular::OutOfOrder { .. } | Irregular::Astray { .. }))
}

fn same_tags(course: &Course) -> Vec<Sample> {
    of_messages(course, |what| matches!(what, Irregular::SameTag))
}

fn same_keys(course: &Course) -> Vec<Sample> {
    of_messages(course, |what| matches!(what, Irregular::SameKey))
}

/// Whoever was cut off, or started anew, since the server last said yes may not know which count it has seen.
fn same_counts(course: &Course) -> Vec<Sample> {
    let knows = |oddity: &Oddity| {
        let bound = course.bindings.iter().map(|binding| binding.at).rfind(|at| *at < oddity.at);
        bound.is_some_and(|from| !course.is_disturbed(Span { from: from - 1.0, to: oddity.at }))
    };
    let mut samples = of_messages(course, |_| false);
    samples.extend(odd(course, |what| *what == Irregular::SameCount).filter(|oddity| knows(oddity)).map(breach));
    samples
}

fn too_long(course: &Course) -> Vec<Sample> {
    of_messages(course, |what| matches!(what, Irregular::TooLong { .. }))
}

fn other_resources(course: &Course) -> Vec<Sample> {
    of_messages(course, |what| matches!(what, Irregular::OtherResource { .. }))
}

fn descriptions(course: &Course) -> Vec<Sample> {
    of_messages(course, |what| {
        matches!(
            what,
            Irregular::SameVersion | Irregular::OtherSession | Irregular::WrongDirection { .. } | Irregular::Misnamed { .. }
        )
    })
}

/// What this desk serves another server need not, and what it does not serve none does.
fn refusable(course: &Course) -> Vec<Sample> {
    of_messages(course, |what| {
        matches!(what, Irregular::Unservable { .. } | Irregular::Untyped { .. } | Irregular::SameRequest { .. })
    })
}

/// Whoever was cut off, or without power, since it called may know nothing of the refusal.
fn refusals(course: &Course) -> Vec<Sample> {
    let is_owed = |oddity: &&Oddity| {
        let refused = Span { from: oddity.at - GIVEN_UP_AFTER, to: oddity.at };
        refused.from >= course.span.from && is_whole(course, refused)
    };
    let mut samples = of_messages(course, |_| false);
    samples.extend(odd(course, |what| *what == Irregular::Unacknowledged).filter(is_owed).map(breach));
    samples
}

fn late_cancels(course: &Course) -> Vec<Sample> {
    of_messages(course, |what| matches!(what, Irregular::LateCancel))
}

/// Whether the post must know of every call that stood within a stretch: nothing has come between since the first of
/// them began. One that was without power, or gave a silent call up, has forgotten it, and need not answer for it.
fn is_whole(course: &Course, within: Span) -> bool {
    // The request that ended one was made at its very end.
    let around = Span { from: within.from - 1.0, ..within };
    let calls = course.calls.iter().map(|(_, call)| course.lasts(call)).filter(|lasts| lasts.meets(around));
    let from = calls.map(|lasts| lasts.from).fold(within.from, f64::min);
    !course.is_disturbed(Span { from: from - RECOVERS_WITHIN, to: within.to })
}

/// A call that the operator ended has had its answer once nothing more can come; what was asked before the scenario
/// began is not its own.
fn unanswered(course: &Course) -> Vec<Sample> {
    let closed = course.calls.iter().filter_map(|(_, call)| match call.ended {
        Some((at, EndedBy::Operator)) if call.confirmed.is_some() => Some(at.seconds),
        _ => None,
    });
    let mut samples: Vec<Sample> =
        closed.filter(|at| at + GIVEN_UP_AFTER <= course.span.to).map(|at| Sample::breach(at, None)).collect();
    let is_owed = |oddity: &&Oddity| {
        let is_late = matches!(oddity.what, Irregular::Unanswered { .. });
        let asked = Span { from: oddity.at - if is_late { GIVEN_UP_AFTER } else { REFUSED_WITHIN }, to: oddity.at };
        asked.from >= course.span.from && is_whole(course, asked)
    };
    let is_it = |what: &Irregular| matches!(what, Irregular::Unanswered { .. } | Irregular::ByeRefused { .. });
    samples.extend(odd(course, is_it).filter(is_owed).map(breach));
    samples
}

fn unacknowledged(course: &Course) -> Vec<Sample> {
    let sample = |(_, call): &(_, Call)| {
        let answered = call.answered?.seconds;
        let ended = call.ended.map(|(at, by)| (at.seconds, by));
        let lost = ended.filter(|(_, by)| *by == EndedBy::Silence && call.confirmed.is_none());
        let is_lost = lost.is_some_and(|(at, _)| is_whole(course, Span { from: answered, to: at }));
        let seen = is_lost.then(|| Bilingual::from(("no ACK came of the answer", "odebrania nie potwierdzono (ACK)")));
        Some(Sample::breach(answered, seen))
    };
    course.calls.iter().filter_map(sample).collect()
}

/// One to go on in plain is not among them: a post does well to refuse it.
fn offers_refused(course: &Course) -> Vec<Sample> {
    let sample = |(at, outcome): &(f64, Outcome)| {
        let seen = match outcome {
            Outcome::Agreed => None,
            Outcome::Refused(status) => Some(both!("refused with {status}", "odmowa z kodem {status}")),
            Outcome::Unanswered => Some(Bilingual::from(("not answered", "brak odpowiedzi"))),
        };
        let known = Span { from: at - GIVEN_UP_AFTER, to: *at };
        let is_plain = course.unsealed.iter().any(|plain| plain.meets(known));
        (is_whole(course, known) && !is_plain).then(|| Sample::breach(*at, seen))
    };
    course.offers.iter().filter_map(sample).collect()
}

fn requests(course: &Course) -> Vec<Sample> {
    let sample = |(at, call): &(f64, _)| {
        let within = Span { from: at - REQUESTS_OVER, to: *at };
        let since = course.asked.iter().filter(|(earlier, of)| of == call && (within.holds(*earlier) || earlier == at)).count();
        let over = REQUESTS_OVER;
        let seen = both!("{since} requests in {over} s", "żądań: {since} w ciągu {over} s");
        Sample { at: *at, figure: crate::unit::Estimate::count(since), seen }
    };
    course.asked.iter().map(sample).collect()
}

fn let_in(course: &Course) -> Vec<Sample> {
    let words = || Bilingual::from(("a stranger was let in", "wpuszczono kogoś obcego"));
    course.let_in.iter().map(|(at, is_let_in)| Sample::breach(*at, is_let_in.then(words))).collect()
}
