//! What happens at the operator, as plain lines in English or Polish.
//!
//! Knows nothing of how it came to happen, and judges nothing.

use crate::clock::Stamped;
use crate::dsp::level::rms_dbfs;
use crate::instrument::operator::desk::DeskConfig;
use crate::instrument::operator::security::MediaSecurity;
use crate::instrument::operator::{CallEvent, CallId, EndedBy};
use crate::rtp::axis::RATE;
use crate::rtp::codec::Codec;
use crate::rtp::stats::Stats;
use crate::unit::Lang;
use std::path::Path;

fn pick(lang: Lang, en: &'static str, pl: &'static str) -> &'static str {
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
            format!(
                "Nasłuch pod {sip} jako {user}, domena {}; posterunki: {users}; kodeki: {codecs}. Ctrl-C kończy.",
                config.realm
            )
        }
    }
}

/// One event, with the seconds since the beginning.
pub fn event(event: &Stamped<CallEvent>, lang: Lang) -> String {
    format!("{:>10.3}  {}", event.at.as_secs_f64(), words(&event.value, lang))
}

fn words(event: &CallEvent, lang: Lang) -> String {
    let call = pick(lang, "call", "połączenie");
    match event {
        CallEvent::Registered { user, contact, expires } if expires.is_zero() => {
            format!("{user} {} {contact}", pick(lang, "no longer registered at", "wyrejestrowany z"))
        }
        CallEvent::Registered { user, contact, expires } => {
            let (at, time) = (pick(lang, "registered at", "zarejestrowany pod"), pick(lang, "for", "na"));
            format!("{user} {at} {contact} {time} {} s", expires.as_secs())
        }
        CallEvent::RegistrationRefused { user, why } => {
            format!("{} {user}: {why}", pick(lang, "registration refused to", "odmowa rejestracji dla"))
        }
        CallEvent::Invited { call: id, invite } => {
            let (from, to) = (pick(lang, "from", "od"), pick(lang, "for", "do"));
            let headers: Vec<String> = invite.headers.iter().map(|(name, value)| format!("; {name}: {value}")).collect();
            format!("{call} {}: INVITE {from} {} {to} {}{}", id.0, invite.from, invite.to, headers.concat())
        }
        CallEvent::Refused { call: id, status } => format!("{call} {}: {} {status}", id.0, pick(lang, "refused with", "odmowa")),
        CallEvent::Ringing { call: id } => format!("{call} {}: {}", id.0, pick(lang, "ringing", "dzwoni")),
        CallEvent::Answered { call: id } => format!("{call} {}: {}", id.0, pick(lang, "answered", "odebrane")),
        CallEvent::Confirmed { call: id } => format!("{call} {}: {}", id.0, pick(lang, "up", "zestawione")),
        CallEvent::FirstMedia { call: id } => {
            format!("{call} {}: {}", id.0, pick(lang, "first voice packet", "pierwszy pakiet głosu"))
        }
        CallEvent::Held { call: id, held: true } => {
            format!("{call} {}: {}", id.0, pick(lang, "put on hold by the post", "wstrzymane przez posterunek"))
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
        CallEvent::Intruder { from, what } => format!("{} {from}: {what}", pick(lang, "turned away", "odrzucono")),
    }
}

fn end(by: EndedBy, lang: Lang) -> &'static str {
    match by {
        EndedBy::Post => pick(lang, "over, the post hung up", "koniec, rozłączył się posterunek"),
        EndedBy::Operator => pick(lang, "over, ended from here", "koniec, zakończone stąd"),
        EndedBy::Cancelled => {
            pick(lang, "over, the post gave up before the answer", "koniec, posterunek zrezygnował przed odebraniem")
        }
        EndedBy::Silence => pick(lang, "over, the post stopped answering", "koniec, posterunek przestał odpowiadać"),
    }
}

/// What a call's media went through, where the recording lies, and what looks wrong at once.
pub fn media(call: CallId, stats: &Stats, codec: Option<Codec>, heard: &[f32], file: Option<&Path>, lang: Lang) -> String {
    let name = codec.map_or("–", Codec::name);
    if stats.packets == 0 {
        let nothing = pick(lang, "NO VOICE PACKET came from the post", "z posterunku NIE PRZYSZEDŁ ŻADEN pakiet głosu");
        return format!("            {} {}, {name}: {nothing}", pick(lang, "call", "połączenie"), call.0);
    }
    let level = rms_dbfs(heard).map_or_else(|| pick(lang, "silence", "cisza").to_owned(), |db| format!("{db:.1} dBFS"));
    let seconds = heard.len() as f64 / f64::from(RATE);
    let (jitter, gap) = (stats.jitter * 1e3, stats.longest_gap.as_secs_f64() * 1e3);
    let mut text = match lang {
        Lang::En => format!(
            "            call {}, {name}: {} packets, {} lost, {} late, {} reordered, {} duplicates; jitter {jitter:.1} ms, \
             longest gap {gap:.0} ms; {seconds:.1} s heard at {level}",
            call.0, stats.packets, stats.lost, stats.late, stats.reordered, stats.duplicates
        ),
        Lang::Pl => format!(
            "            połączenie {}, {name}: pakietów {}, zgubionych {}, spóźnionych {}, nie po kolei {}, podwójnych {}; jitter \
             {jitter:.1} ms, najdłuższa przerwa {gap:.0} ms; słyszano {seconds:.1} s przy {level}",
            call.0, stats.packets, stats.lost, stats.late, stats.reordered, stats.duplicates
        ),
    };
    if stats.foreign_payloads > 0 {
        let foreign = pick(lang, "packets of a codec that was not agreed", "pakiety kodeka, którego nie uzgodniono");
        text += &format!("; {} {foreign}", stats.foreign_payloads);
    }
    if let Some(dscp) = stats.dscp {
        text += &format!("; DSCP {dscp}");
    }
    if let Some(file) = file {
        text += &format!(" → {}", file.display());
    }
    text
}

/// What a call's media was secured with, and how much was not played for it.
pub fn security(security: &MediaSecurity, lang: Lang) -> String {
    let MediaSecurity { suite, plain, forged, replayed } = security;
    let mut text = match suite {
        Some(suite) => format!("; SRTP {suite}"),
        None => pick(lang, "; plain RTP", "; zwykły RTP").to_owned(),
    };
    if plain + forged + replayed > 0 {
        text += &match lang {
            Lang::En => format!("; NOT PLAYED: {plain} plain packets, {forged} not authentic, {replayed} replayed"),
            Lang::Pl => format!(
                "; NIE ODTWORZONO pakietów: {plain} niezabezpieczonych, {forged} nieautentycznych, {replayed} powtórzonych"
            ),
        };
    }
    text
}

/// The last line. `open`: somebody has not answered our BYE.
pub fn ended(open: bool, lang: Lang) -> &'static str {
    if open {
        pick(lang, "Ended; a post has not answered our BYE.", "Koniec; posterunek nie odpowiedział na BYE.")
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

    #[test]
    fn every_line_begins_with_its_moment_and_names_its_call() {
        let check = |value: CallEvent, en: &str, pl: &str| {
            let stamped = Stamped::new(Instant::from_nanos(1_500_000_000), value);
            assert_eq!((event(&stamped, Lang::En).as_str(), event(&stamped, Lang::Pl).as_str()), (en, pl));
        };
        let call = CallId(3);
        check(CallEvent::Ringing { call }, "     1.500  call 3: ringing", "     1.500  połączenie 3: dzwoni");
        check(
            CallEvent::Ended { call, by: EndedBy::Silence },
            "     1.500  call 3: over, the post stopped answering",
            "     1.500  połączenie 3: koniec, posterunek przestał odpowiadać",
        );
    }

    #[test]
    fn a_call_says_how_secure_it_was() {
        let mut account = MediaSecurity::default();
        assert_eq!(security(&account, Lang::Pl), "; zwykły RTP");
        (account.suite, account.forged) = (Some("AES_CM_128_HMAC_SHA1_80"), 3);
        let expected = "; SRTP AES_CM_128_HMAC_SHA1_80; NOT PLAYED: 0 plain packets, 3 not authentic, 0 replayed";
        assert_eq!(security(&account, Lang::En), expected);
    }

    #[test]
    fn one_way_audio_is_told_in_capitals() {
        let text = media(CallId(1), &Stats::default(), Some(Codec::Pcma), &[], None, Lang::En);
        assert!(text.contains("call 1, PCMA: NO VOICE PACKET"), "{text}");
    }
}
