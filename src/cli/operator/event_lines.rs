//! What happens at the operator, as plain lines in English or Polish.

use super::media_lines::far_view;
use crate::clock::Stamped;
use crate::instrument::operator::{
    Answering, Behaviour, CallEvent, Change, EndedBy, Health, Outcome, Refresher, Server, Side, Stray, Unbound,
};
use crate::operator::DeskConfig;
use crate::report::events::refusals;
use crate::unit::Lang;

pub(super) fn pick(lang: Lang, en: &'static str, pl: &'static str) -> &'static str {
    match lang {
        Lang::En => en,
        Lang::Pl => pl,
    }
}

/// The first line.
pub fn listening(config: &DeskConfig, lang: Lang) -> String {
    let users: Vec<&str> = config.users.iter().map(|u| u.name.as_str()).collect();
    let codecs: Vec<&str> = config.codecs.iter().map(|c| c.name()).collect();
    let (sip, user, users, codecs) = (config.sip, &config.operator_user, users.join(", "), codecs.join(", "));
    match lang {
        Lang::En => {
            format!("Listening at {sip} as {user}, realm {}; posts: {users}; codecs: {codecs}. Ctrl-C ends.", config.realm)
        }
        Lang::Pl => {
            format!("Nasłuch pod {sip} jako {user}, realm {}; punkty: {users}; kodeki: {codecs}. Ctrl-C kończy.", config.realm)
        }
    }
}

/// One event, with the seconds since the beginning.
pub fn event(event: &Stamped<CallEvent>, lang: Lang) -> String {
    format!("{:>10}  {}", figure(event.at.as_secs_f64(), 3, lang), words(&event.value, lang))
}

/// With so many decimals, and the comma that Polish has before them.
pub(super) fn figure(value: f64, places: usize, lang: Lang) -> String {
    format!("{value:.places$}").replace('.', pick(lang, ".", ","))
}

fn words(event: &CallEvent, lang: Lang) -> String {
    let call = pick(lang, "call", "połączenie");
    match event {
        CallEvent::Registered { user, contact, expires, server } => {
            let (at, time) = (pick(lang, "registered at", "zarejestrowany pod"), pick(lang, "for", "na"));
            format!("{user} {at} {contact} {time} {} s{}", expires.as_secs(), at_server(*server, lang))
        }
        CallEvent::Unregistered { user, contact, why } => {
            let gone = match why {
                Unbound::Expired => pick(lang, "no longer registered, its time is over, at", "stracił ważność rejestracji pod"),
                Unbound::Removed => pick(lang, "no longer registered at", "wyrejestrowany z"),
                Unbound::Replaced(_) => pick(lang, "has moved away from", "przeniósł się z"),
            };
            format!("{user} {gone} {contact}")
        }
        CallEvent::RegistrationRefused { user, from, why } => {
            let (refused, at) = (pick(lang, "registration refused to", "odmowa rejestracji dla"), pick(lang, "from", "z"));
            format!("{refused} {user} {at} {from}: {}", refusals::told(why, lang))
        }
        CallEvent::Invited { call: id, invite, server } => {
            let (from, to) = (pick(lang, "from", "od"), pick(lang, "for", "do"));
            let headers: Vec<String> = invite.headers.iter().map(|(name, value)| format!("; {name}: {value}")).collect();
            let server = at_server(*server, lang);
            format!("{call} {}: INVITE {from} {} {to} {}{server}{}", id.0, invite.from, invite.to, headers.concat())
        }
        CallEvent::Refused { call: id, status } => format!("{call} {}: {} {status}", id.0, pick(lang, "refused with", "odmowa")),
        CallEvent::Ringing { call: id } => format!("{call} {}: {}", id.0, pick(lang, "ringing", "dzwoni")),
        CallEvent::Answered { call: id } => format!("{call} {}: {}", id.0, pick(lang, "answered", "odebrane")),
        CallEvent::Confirmed { call: id } => format!("{call} {}: {}", id.0, pick(lang, "up", "zestawione")),
        CallEvent::FirstMedia { call: id } => {
            format!("{call} {}: {}", id.0, pick(lang, "first voice packet", "pierwszy pakiet głosu"))
        }
        CallEvent::Held { call: id, held: true } => {
            format!("{call} {}: {}", id.0, pick(lang, "put on hold by the post", "zawieszone przez punkt"))
        }
        CallEvent::Held { call: id, held: false } => format!("{call} {}: {}", id.0, pick(lang, "taken off hold", "wznowione")),
        CallEvent::Digit { call: id, digit } => format!("{call} {}: {} {digit}", id.0, pick(lang, "key", "klawisz")),
        CallEvent::Security { call: id, what } => format!("{call} {}: {}", id.0, what.words().show(lang)),
        CallEvent::Connected { from, cipher, certified } => {
            let shown = pick(lang, ", with a certificate of its own", ", z własnym certyfikatem");
            let shown = if *certified { shown } else { "" };
            format!("{from} {} {cipher}{shown}", pick(lang, "connected over", "połączono przez"))
        }
        CallEvent::ConnectionFailed { from, fault } => {
            format!("{} {from}: {}", pick(lang, "connection from", "połączenie z"), fault.words().show(lang))
        }
        CallEvent::Ended { call: id, by } => format!("{call} {}: {}", id.0, end(*by, lang)),
        CallEvent::Intruder { from, what } => {
            format!("{} {from}: {}", pick(lang, "turned away", "odrzucono"), refusals::told(what, lang))
        }
        other => more_words(other, call, lang),
    }
}

/// What happens beside a call's usual course.
fn more_words(event: &CallEvent, call: &str, lang: Lang) -> String {
    match event {
        CallEvent::PassedOn { call: id } => {
            format!("{call} {}: {}", id.0, pick(lang, "passed on to the second operator", "przekazane drugiemu operatorowi"))
        }
        CallEvent::EarlyMedia { call: id } => {
            format!("{call} {}: {}", id.0, pick(lang, "hears us before the answer (183)", "słyszy nas przed odebraniem (183)"))
        }
        CallEvent::Changed { call: id, change, outcome } => {
            format!("{call} {}: {}: {}", id.0, asked(*change, lang), became(*outcome, lang))
        }
        CallEvent::MediaMoved { call: id } => {
            let there = pick(lang, "first voice packet at the new port", "pierwszy pakiet głosu na nowym porcie");
            format!("{call} {}: {there}", id.0)
        }
        CallEvent::Refreshed { call: id, by } => {
            let by = match by {
                Refresher::Us => pick(lang, "session refreshed by us", "sesja odświeżona przez nas"),
                Refresher::Them => pick(lang, "session refreshed by the post", "sesja odświeżona przez punkt"),
            };
            format!("{call} {}: {by}", id.0)
        }
        CallEvent::VoiceMissing { call: id, side, since } => {
            let (what, from) = (missing(*side, lang), pick(lang, "since", "od"));
            format!("{call} {}: {what}, {from} {} s", id.0, figure(since.as_secs_f64(), 3, lang))
        }
        CallEvent::VoiceBack { call: id, side: Side::FromPost } => {
            format!("{call} {}: {}", id.0, pick(lang, "voice from the post again", "znów głos z punktu"))
        }
        CallEvent::VoiceBack { call: id, side: Side::ToPost } => {
            format!("{call} {}: {}", id.0, pick(lang, "the post receives our voice again", "punkt znów odbiera nasz głos"))
        }
        CallEvent::FarReport { call: id, view } => format!("{call} {}: {}", id.0, far_view(view, lang)),
        CallEvent::Swallowed { server, from, what } => {
            let swallowed = pick(lang, "taken and not answered", "przyjęte bez odpowiedzi");
            format!("{what} {} {from}: {swallowed}{}", pick(lang, "from", "od"), at_server(*server, lang))
        }
        CallEvent::StrayMedia { call: id, from, kind, more } => {
            let of = id.map_or_else(String::new, |id| format!(" ({call} {})", id.0));
            let (stray, more) = (stray(*kind, lang), refusals::unsaid(*more, lang));
            format!("{} {from}{of}: {stray}{more}", pick(lang, "stray media from", "niespodziewany dźwięk od"))
        }
        CallEvent::Reconnected { call: id, from, to } => {
            let (over, instead) = (
                pick(lang, "reached over the connection from", "osiągalne przez połączenie z"),
                pick(lang, "instead of", "zamiast"),
            );
            format!("{call} {}: {over} {to} {instead} {from}", id.0)
        }
        CallEvent::Asked { call: id, method } => format!("{call} {}: {method}", id.0),
        CallEvent::Irregular { call: id, from, what } => {
            let of = id.map_or_else(String::new, |id| format!(" ({call} {})", id.0));
            format!("{} {from}{of}: {}", pick(lang, "irregular, from", "nieprawidłowość, od"), what.words().show(lang))
        }
        CallEvent::Stranger { news } => news.words().show(lang).to_string(),
        _ => String::new(),
    }
}

/// The primary server is not worth a word.
fn at_server(server: Server, lang: Lang) -> &'static str {
    match server {
        Server::Primary => "",
        Server::Backup => pick(lang, ", backup server", ", serwer zapasowy"),
    }
}

fn asked(change: Change, lang: Lang) -> &'static str {
    match change {
        Change::Hold => pick(lang, "hold", "zawieszenie"),
        Change::Resume => pick(lang, "resume", "wznowienie"),
        Change::Move => pick(lang, "move to another port", "przejście na inny port"),
        Change::Propose => pick(lang, "the post's own offer", "własna oferta punktu"),
        Change::Unseal => pick(lang, "plain media", "dźwięk bez szyfrowania"),
    }
}

fn became(outcome: Outcome, lang: Lang) -> String {
    match outcome {
        Outcome::Agreed => pick(lang, "agreed", "uzgodnione").to_owned(),
        Outcome::Refused(status) => format!("{} {status}", pick(lang, "refused with", "odmowa")),
        Outcome::Unanswered => pick(lang, "the post did not answer", "punkt nie odpowiedział").to_owned(),
    }
}

fn missing(side: Side, lang: Lang) -> &'static str {
    match side {
        Side::FromPost => pick(lang, "ONE-WAY: no voice from the post", "JEDNOKIERUNKOWE: brak głosu z punktu"),
        Side::ToPost => {
            pick(lang, "ONE-WAY: the post does not receive our voice", "JEDNOKIERUNKOWE: punkt nie odbiera naszego głosu")
        }
    }
}

fn stray(kind: Stray, lang: Lang) -> &'static str {
    match kind {
        Stray::BeforeAnswer => pick(lang, "before the answer", "przed odebraniem"),
        Stray::AfterEnd => pick(lang, "after the call's end", "po zakończeniu połączenia"),
        Stray::NoCall => pick(lang, "without any call", "bez połączenia"),
        Stray::OfAnother => pick(lang, "into the call of another", "do cudzego połączenia"),
        Stray::OnHold => pick(lang, "on hold", "w zawieszonym połączeniu"),
        Stray::OldPort => pick(lang, "at a port that was given up", "na porcie, z którego zrezygnowano"),
        Stray::Negotiation => pick(lang, "STUN or DTLS, no media", "STUN lub DTLS, to nie dźwięk"),
        Stray::NoMedia => pick(lang, "no RTP packet at all", "to nie są pakiety RTP"),
    }
}

/// How the operator's side is after something was turned over.
pub fn behaviour(how: &Behaviour, lang: Lang) -> String {
    let is_busy = matches!(how.answering, Answering::Refuse { .. });
    let health = |health: Health| match health {
        Health::Well => pick(lang, "well", "sprawny"),
        Health::Silent => pick(lang, "a black hole", "milczy"),
        Health::Forgetful => pick(lang, "forgetful of connections", "nie pamięta połączeń"),
        Health::Refusing { .. } => pick(lang, "refusing", "odmawia"),
    };
    let operator = if is_busy { pick(lang, "busy", "zajęty") } else { pick(lang, "free", "wolny") };
    let media = if how.mute { pick(lang, "not sent", "wyłączony") } else { pick(lang, "sent", "włączony") };
    let (primary, backup) = (health(how.primary), health(how.backup));
    match lang {
        Lang::En => format!("Operator {operator}; primary server {primary}, backup server {backup}; media {media}."),
        Lang::Pl => format!("Operator {operator}; serwer główny: {primary}, serwer zapasowy: {backup}; dźwięk {media}."),
    }
}

fn end(by: EndedBy, lang: Lang) -> &'static str {
    match by {
        EndedBy::Post => pick(lang, "over, the post hung up", "koniec, rozłączył się punkt"),
        EndedBy::Operator => pick(lang, "over, ended from here", "koniec, zakończone stąd"),
        EndedBy::Cancelled => {
            pick(lang, "over, the post gave up before the answer", "koniec, punkt zrezygnował przed odebraniem")
        }
        EndedBy::Silence => pick(lang, "over, the post stopped answering", "koniec, punkt przestał odpowiadać"),
    }
}

/// The last line. `open`: somebody has not answered our BYE.
pub fn ended(open: bool, lang: Lang) -> &'static str {
    if open {
        pick(lang, "Ended; a post has not answered our BYE.", "Koniec; punkt nie odpowiedział na BYE.")
    } else {
        pick(lang, "Ended.", "Koniec.")
    }
}

pub fn no_call(lang: Lang) -> &'static str {
    pick(lang, "There is no such call now.", "Nie ma teraz takiego połączenia.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Instant;
    use crate::instrument::operator::CallId;

    #[test]
    fn every_line_begins_with_its_moment_and_names_its_call() {
        let check = |value: CallEvent, en: &str, pl: &str| {
            let stamped = Stamped::new(Instant::from_nanos(1_500_000_000), value);
            assert_eq!((event(&stamped, Lang::En).as_str(), event(&stamped, Lang::Pl).as_str()), (en, pl));
        };
        let call = CallId(3);
        check(CallEvent::Ringing { call }, "     1.500  call 3: ringing", "     1,500  połączenie 3: dzwoni");
        check(
            CallEvent::Ended { call, by: EndedBy::Silence },
            "     1.500  call 3: over, the post stopped answering",
            "     1,500  połączenie 3: koniec, punkt przestał odpowiadać",
        );
    }

    #[test]
    fn what_is_wrong_with_voice_and_bindings_is_told_in_both_languages() {
        let check = |value: CallEvent, en: &str, pl: &str| {
            assert_eq!((words(&value, Lang::En), words(&value, Lang::Pl)), (en.into(), pl.into()))
        };
        let call = CallId(3);
        check(
            CallEvent::VoiceMissing { call, side: Side::FromPost, since: Instant::from_nanos(2_500_000_000) },
            "call 3: ONE-WAY: no voice from the post, since 2.500 s",
            "połączenie 3: JEDNOKIERUNKOWE: brak głosu z punktu, od 2,500 s",
        );
        check(
            CallEvent::StrayMedia { call: Some(call), from: "10.0.0.2:4000".into(), kind: Stray::AfterEnd, more: 0 },
            "stray media from 10.0.0.2:4000 (call 3): after the call's end",
            "niespodziewany dźwięk od 10.0.0.2:4000 (połączenie 3): po zakończeniu połączenia",
        );
        check(
            CallEvent::Unregistered { user: "sos".into(), contact: "sip:a".into(), why: Unbound::Expired },
            "sos no longer registered, its time is over, at sip:a",
            "sos stracił ważność rejestracji pod sip:a",
        );
        check(
            CallEvent::Changed { call, change: Change::Hold, outcome: Outcome::Refused(488) },
            "call 3: hold: refused with 488",
            "połączenie 3: zawieszenie: odmowa 488",
        );
    }
}
