//! What was seen, in words of either language: the one place where the journal's values become sentences.

mod media;
pub mod refusals;
mod services;

use crate::clock::Instant;
use crate::journal::seen::{
    CallObservation as Seen, Change, ChangeOutcome, EndedBy, Observation, Party, PersonsWord, Server,
    ServerObservation as AtServer, Side,
};
use crate::unit::{Estimate, Lang};
use media::{far_report, stray_en, stray_pl};

/// One line about what the bench did. A journal tells it in English; whatever is none of the usual deeds stays as it
/// is.
pub(super) fn done(action: &str, lang: Lang) -> String {
    let in_polish = || {
        // Why it went wrong follows in the account of the error; here stand the driver's own words.
        let deed = deed_pl(action.split(": ").next()?)?;
        Some(if action.contains(": ") { format!("{deed}: nie udało się") } else { deed })
    };
    match lang {
        Lang::En => action.to_string(),
        Lang::Pl => in_polish().unwrap_or_else(|| action.to_string()),
    }
}

fn deed_pl(deed: &str) -> Option<String> {
    let between = |start: &str, middle: &str| deed.strip_prefix(start)?.split_once(middle);
    Some(match deed {
        "make safe" => "przywrócenie stanu bezpiecznego".to_string(),
        "write, done" => "koniec zapisu".to_string(),
        "reset the microcontroller" => "reset mikrokontrolera".to_string(),
        "take events" => "przyjmowanie zdarzeń".to_string(),
        "take events and answer nothing" => "przyjmowanie zdarzeń bez odpowiedzi".to_string(),
        "refuse events" => "odrzucanie zdarzeń".to_string(),
        _ => {
            if let Some(deed) = services::deed_pl(deed) {
                return Some(deed);
            }
            if let Some(relay) = deed.strip_prefix("energise relay ") {
                format!("załączenie przekaźnika {relay}")
            } else if let Some(relay) = deed.strip_prefix("release relay ") {
                format!("wyłączenie przekaźnika {relay}")
            } else if let Some((seconds, output)) = between("play ", " s on output ") {
                format!("odtwarzanie {} s na wyjściu {output}", seconds.replace('.', ","))
            } else if let Some((seconds, "")) = between("answer events after ", " s") {
                format!("odpowiedź na zdarzenia po {} s", seconds.replace('.', ","))
            } else if let Some((bytes, "")) = between("write ", " bytes of image file") {
                format!("zapis pliku obrazu ({bytes} B)")
            } else if let Some(address) = deed.strip_prefix("let the program go on at ") {
                format!("wznowienie programu od adresu {address}")
            } else if let Some((bytes, address)) = between("write ", " bytes at ") {
                format!("zapis {bytes} B pod adresem {address}")
            } else {
                let (bytes, address) = between("read ", " bytes at ")?;
                format!("odczyt {bytes} B spod adresu {address}")
            }
        }
    })
}

fn dimmed(input: u8, hertz: f64, duty: f64, lang: Lang) -> String {
    let percent = duty * 100.0;
    match lang {
        Lang::En => format!("input {input}: the lamp is dimmed, {hertz:.0} Hz, lit for {percent:.0} % of the time"),
        Lang::Pl => format!("wejście {input}: lampka przyciemniona, {hertz:.0} Hz, świeci przez {percent:.0} % czasu"),
    }
}

/// One line about what arrived.
pub(super) fn observed(what: &Observation, lang: Lang) -> String {
    match (what, lang) {
        (Observation::Server(what), Lang::En) => at_server_en(what),
        (Observation::Server(what), Lang::Pl) => at_server_pl(what),
        (Observation::Call { call, what }, Lang::En) => call_en(*call, what),
        (Observation::Call { call, what }, Lang::Pl) => call_pl(*call, what),
        (Observation::Input { input, on: true }, Lang::En) => format!("input {input} on"),
        (Observation::Input { input, on: false }, Lang::En) => format!("input {input} off"),
        (Observation::Input { input, on: true }, Lang::Pl) => format!("wejście {input} załączone"),
        (Observation::Input { input, on: false }, Lang::Pl) => format!("wejście {input} wyłączone"),
        (Observation::Dimmed { input, hertz, duty }, lang) => dimmed(*input, *hertz, *duty, lang),
        (Observation::Console { text }, _) => text.clone(),
        (Observation::Supervision { text, .. }, Lang::En) => format!("the post tells the supervision: {text}"),
        (Observation::Supervision { text, .. }, Lang::Pl) => format!("punkt zgłasza nadzorowi: {text}"),
        (Observation::Person { question, word, remark, by }, lang) => said(question, *word, remark, by, lang),
        (Observation::Camera { from, request, text, taken }, lang) => {
            at_cameras(from, &format!("{request} {text}"), *taken, lang)
        }
        (Observation::Service(what), lang) => services::asked(what, lang),
    }
}

fn said(question: &str, word: PersonsWord, remark: &str, by: &str, lang: Lang) -> String {
    let word = match (word, lang) {
        (PersonsWord::Yes, Lang::En) => "confirmed",
        (PersonsWord::No, Lang::En) => "denied",
        (PersonsWord::NotChecked, Lang::En) => "not checked",
        (PersonsWord::Yes, Lang::Pl) => "potwierdzono",
        (PersonsWord::No, Lang::Pl) => "zaprzeczono",
        (PersonsWord::NotChecked, Lang::Pl) => "nie sprawdzono",
    };
    let remark = if remark.is_empty() { String::new() } else { format!(" ({remark})") };
    match lang {
        Lang::En => format!("{question}: {word} by {by}{remark}"),
        Lang::Pl => format!("{question}: {word}, podpis: {by}{remark}"),
    }
}

fn at_cameras(from: &str, what: &str, taken: bool, lang: Lang) -> String {
    match (lang, taken) {
        (Lang::En, true) => format!("event at the camera system from {from}: {what}"),
        (Lang::En, false) => format!("event at the camera system from {from}, not taken: {what}"),
        (Lang::Pl, true) => format!("zdarzenie w systemie monitoringu od {from}: {what}"),
        (Lang::Pl, false) => format!("zdarzenie w systemie monitoringu od {from}, nieprzyjęte: {what}"),
    }
}

fn at_server_en(what: &AtServer) -> String {
    match what {
        AtServer::Registered { user, contact, expires_s, server } => {
            format!("{user} registered {contact} for {expires_s} s{}", at_server(*server, " at the backup server"))
        }
        AtServer::RegistrationExpired { user, contact } => format!("registration of {user} at {contact} expired"),
        AtServer::Unregistered { user, contact } => format!("{user} unregistered {contact}"),
        AtServer::Moved { user, from, to } => format!("{user} moved from {from} to {to}"),
        AtServer::RegistrationRefused { user, from, why } => format!("registration of {user} from {from} refused: {why}"),
        AtServer::Connected { from, cipher, certified } => {
            format!("{from} connected over {cipher}{}", if *certified { ", with a certificate of its own" } else { "" })
        }
        AtServer::ConnectionFailed { from, why } => format!("connection from {from}: {}", why.en),
        AtServer::Swallowed { server, from, method } => {
            format!("{method} of {from} taken and not answered{}", at_server(*server, " at the backup server"))
        }
        AtServer::StrayMedia { call, from, kind, more } => {
            let of = call.map_or_else(String::new, |call| format!(", call {call}"));
            format!("stray media from {from}{of}: {}{}", stray_en(*kind), refusals::unsaid(*more, Lang::En))
        }
        AtServer::Intruder { from, what } => format!("turned away: {what} from {from}"),
        AtServer::Irregular { from, what } => format!("irregular, from {from}: {}", what.en),
        AtServer::Stranger { what } => what.en.clone(),
    }
}

fn call_en(call: u32, what: &Seen) -> String {
    match what {
        Seen::Invited { from, to, server, .. } => {
            format!("call {call} from {from} for {to}{}", at_server(*server, " at the backup server"))
        }
        Seen::Refused { status } => format!("call {call} refused with {status}"),
        Seen::Ringing => format!("call {call} rings"),
        Seen::PassedOn => format!("call {call} passed on to the second operator"),
        Seen::EarlyMedia => format!("call {call} hears us before the answer"),
        Seen::Answered => format!("call {call} answered"),
        Seen::Confirmed => format!("call {call} confirmed by the post"),
        Seen::FirstMedia => format!("call {call}: first voice packet"),
        Seen::Held { held: true } => format!("call {call} put on hold by the post"),
        Seen::Held { held: false } => format!("call {call} taken off hold by the post"),
        Seen::Changed { change, outcome } => {
            let outcome = match outcome {
                ChangeOutcome::Agreed => "agreed".to_string(),
                ChangeOutcome::Refused { status } => format!("refused with {status}"),
                ChangeOutcome::Unanswered => "not answered".to_string(),
            };
            format!("call {call}: {} asked of the post, {outcome}", asked(*change).0)
        }
        Seen::MediaMoved => format!("call {call}: first voice packet at the new port"),
        Seen::Reconnected { from, to } => format!("call {call}: reached over the connection from {to} instead of {from}"),
        Seen::Refreshed { by: Party::Operator } => format!("call {call}: session refreshed by the operator"),
        Seen::Refreshed { by: Party::Post } => format!("call {call}: session refreshed by the post"),
        Seen::VoiceMissing { side, since_ns } => {
            format!("call {call}: no voice {} since {}", side_en(*side), seconds(*since_ns, Lang::En))
        }
        Seen::VoiceBack { side } => format!("call {call}: voice {} again", side_en(*side)),
        Seen::FarReport { lost_ratio, jitter_s, discarded_ratio, round_trip_s } => {
            let [lost, jitter, trip] = far_report(*lost_ratio, *discarded_ratio, *jitter_s, *round_trip_s, Lang::En);
            format!("call {call}: the post saw {lost} lost, jitter {jitter}, round trip {trip}")
        }
        Seen::Digit { digit } => format!("call {call}: key {digit}"),
        Seen::MediaSecurity { what } => format!("call {call}: {}", what.en),
        Seen::Asked { method } => format!("call {call}: {method} from the post"),
        Seen::Irregular { from, what } => format!("call {call}: irregular, from {from}: {}", what.en),
        Seen::Ended { by } => match by {
            EndedBy::Post => format!("call {call} ended by the post"),
            EndedBy::Operator => format!("call {call} ended by the operator"),
            EndedBy::Cancelled => format!("call {call} cancelled by the post"),
            EndedBy::Silence => format!("call {call} ended: the post fell silent"),
        },
    }
}

fn at_server_pl(what: &AtServer) -> String {
    match what {
        AtServer::Registered { user, contact, expires_s, server } => {
            let backup = at_server(*server, " na serwerze zapasowym");
            format!("rejestracja {user} pod {contact} na {expires_s} s{backup}")
        }
        AtServer::RegistrationExpired { user, contact } => format!("rejestracja {user} pod {contact} wygasła"),
        AtServer::Unregistered { user, contact } => format!("wyrejestrowanie {user} spod {contact}"),
        AtServer::Moved { user, from, to } => format!("rejestracja {user} przeniesiona z {from} na {to}"),
        AtServer::RegistrationRefused { user, from, why } => {
            format!("odrzucono rejestrację {user} z {from} ({})", refusals::told(why, Lang::Pl))
        }
        AtServer::Connected { from, cipher, certified } => {
            format!("połączenie z {from}, {cipher}{}", if *certified { ", z własnym certyfikatem" } else { "" })
        }
        AtServer::ConnectionFailed { from, why } => format!("połączenie z {from}: {}", why.pl),
        AtServer::Swallowed { server, from, method } => {
            format!("{method} od {from} pozostawiono bez odpowiedzi{}", at_server(*server, " na serwerze zapasowym"))
        }
        AtServer::StrayMedia { call, from, kind, more } => {
            let of = call.map_or_else(String::new, |call| format!(", zgłoszenie {call}"));
            format!("niespodziewany dźwięk z {from}{of}: {}{}", stray_pl(*kind), refusals::unsaid(*more, Lang::Pl))
        }
        AtServer::Intruder { from, what } => format!("odrzucono: {} od {from}", refusals::told(what, Lang::Pl)),
        AtServer::Irregular { from, what } => format!("nieprawidłowość, od {from}: {}", what.pl),
        AtServer::Stranger { what } => what.pl.clone(),
    }
}

fn call_pl(call: u32, what: &Seen) -> String {
    match what {
        Seen::Invited { from, to, server, .. } => {
            format!("zgłoszenie {call} od {from} do {to}{}", at_server(*server, " na serwerze zapasowym"))
        }
        Seen::Refused { status } => format!("zgłoszenie {call} odrzucone z kodem {status}"),
        Seen::Ringing => format!("zgłoszenie {call} dzwoni"),
        Seen::PassedOn => format!("zgłoszenie {call} przekazane drugiemu operatorowi"),
        Seen::EarlyMedia => format!("zgłoszenie {call}: dźwięk od operatora przed odebraniem"),
        Seen::Answered => format!("zgłoszenie {call} odebrane"),
        Seen::Confirmed => format!("zgłoszenie {call} potwierdzone przez punkt"),
        Seen::FirstMedia => format!("zgłoszenie {call}: pierwszy pakiet z głosem"),
        Seen::Held { held: true } => format!("zgłoszenie {call} zawieszone przez punkt"),
        Seen::Held { held: false } => format!("zgłoszenie {call} wznowione przez punkt"),
        Seen::Changed { change, outcome } => {
            let outcome = match outcome {
                ChangeOutcome::Agreed => "punkt się zgodził".to_string(),
                ChangeOutcome::Refused { status } => format!("punkt odmówił z kodem {status}"),
                ChangeOutcome::Unanswered => "punkt nie odpowiedział".to_string(),
            };
            format!("zgłoszenie {call}: żądanie {}, {outcome}", asked(*change).1)
        }
        Seen::MediaMoved => format!("zgłoszenie {call}: pierwszy pakiet z głosem na nowym porcie"),
        Seen::Reconnected { from, to } => format!("zgłoszenie {call}: osiągalne przez połączenie z {to} zamiast {from}"),
        Seen::Refreshed { by: Party::Operator } => format!("zgłoszenie {call}: sesję odświeżył operator"),
        Seen::Refreshed { by: Party::Post } => format!("zgłoszenie {call}: sesję odświeżył punkt"),
        Seen::VoiceMissing { side, since_ns } => {
            format!("zgłoszenie {call}: brak głosu {} od chwili {}", side_pl(*side), seconds(*since_ns, Lang::Pl))
        }
        Seen::VoiceBack { side } => format!("zgłoszenie {call}: głos {} wrócił", side_pl(*side)),
        Seen::FarReport { lost_ratio, jitter_s, discarded_ratio, round_trip_s } => {
            let [lost, jitter, trip] = far_report(*lost_ratio, *discarded_ratio, *jitter_s, *round_trip_s, Lang::Pl);
            format!("zgłoszenie {call}: w punkcie utracono {lost} pakietów, jitter {jitter}, czas obiegu {trip}")
        }
        Seen::Digit { digit } => format!("zgłoszenie {call}: klawisz {digit}"),
        Seen::MediaSecurity { what } => format!("zgłoszenie {call}: {}", what.pl),
        Seen::Asked { method } => format!("zgłoszenie {call}: {method} od punktu"),
        Seen::Irregular { from, what } => format!("zgłoszenie {call}: nieprawidłowość, od {from}: {}", what.pl),
        Seen::Ended { by } => match by {
            EndedBy::Post => format!("zgłoszenie {call} zakończone przez punkt"),
            EndedBy::Operator => format!("zgłoszenie {call} zakończone przez operatora"),
            EndedBy::Cancelled => format!("zgłoszenie {call} anulowane przez punkt"),
            EndedBy::Silence => format!("zgłoszenie {call} zakończone: punkt zamilkł"),
        },
    }
}

/// The primary server is not worth a word.
fn at_server(server: Server, backup: &'static str) -> &'static str {
    match server {
        Server::Primary => "",
        Server::Backup => backup,
    }
}

/// To the millisecond.
fn seconds(moment: Instant, lang: Lang) -> String {
    Estimate::seconds((moment.as_secs_f64() * 1e3).round() / 1e3, 0.0).show(lang)
}

fn side_en(side: Side) -> &'static str {
    match side {
        Side::FromPost => "from the post",
        Side::ToPost => "at the post",
    }
}

fn side_pl(side: Side) -> &'static str {
    match side {
        Side::FromPost => "z punktu",
        Side::ToPost => "w punkcie",
    }
}

/// What the operator asked of the post, in English and in Polish.
const fn asked(change: Change) -> (&'static str, &'static str) {
    match change {
        Change::Hold => ("hold", "zawieszenia rozmowy"),
        Change::Resume => ("the end of hold", "wznowienia rozmowy"),
        Change::Move => ("another media port", "innego portu dźwięku"),
        Change::Propose => ("its own offer", "własnej oferty"),
        Change::Unseal => ("plain media", "dźwięku bez szyfrowania"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(what: &Observation, en: &str, pl: &str) {
        assert_eq!((observed(what, Lang::En).as_str(), observed(what, Lang::Pl).as_str()), (en, pl));
    }

    #[test]
    fn what_was_done_is_told_in_polish_and_an_unknown_deed_as_it_stands() {
        for (action, pl) in [
            ("energise relay 1", "załączenie przekaźnika 1"),
            ("release relay 12", "wyłączenie przekaźnika 12"),
            ("release relay 1: relays: failed to write: torn", "wyłączenie przekaźnika 1: nie udało się"),
            ("play 0.330 s on output 2", "odtwarzanie 0,330 s na wyjściu 2"),
            ("write 20144 bytes of image file", "zapis pliku obrazu (20144 B)"),
            ("write, done", "koniec zapisu"),
            ("read 64 bytes at 0x08000100", "odczyt 64 B spod adresu 0x08000100"),
            ("write 8 bytes at 0x2000ffe0", "zapis 8 B pod adresem 0x2000ffe0"),
            ("let the program go on at 0x2000fff0", "wznowienie programu od adresu 0x2000fff0"),
            ("reset the microcontroller", "reset mikrokontrolera"),
            ("make safe", "przywrócenie stanu bezpiecznego"),
            ("dance", "dance"),
        ] {
            assert_eq!((done(action, Lang::Pl), done(action, Lang::En)), (pl.to_string(), action.to_string()));
        }
    }

    #[test]
    fn what_was_seen_is_told_in_both_languages() {
        check(&Observation::Input { input: 2, on: true }, "input 2 on", "wejście 2 załączone");
        check(
            &Observation::Dimmed { input: 2, hertz: 249.7, duty: 0.25 },
            "input 2: the lamp is dimmed, 250 Hz, lit for 25 % of the time",
            "wejście 2: lampka przyciemniona, 250 Hz, świeci przez 25 % czasu",
        );
        check(&Observation::Console { text: "$BEAT*1F".into() }, "$BEAT*1F", "$BEAT*1F");
        let told = Observation::Supervision { severity: None, text: "FAULT mains".into(), time: None };
        check(&told, "the post tells the supervision: FAULT mains", "punkt zgłasza nadzorowi: FAULT mains");
        let ended = |by| Observation::Call { call: 3, what: Seen::Ended { by } };
        check(&ended(EndedBy::Post), "call 3 ended by the post", "zgłoszenie 3 zakończone przez punkt");
        check(&ended(EndedBy::Silence), "call 3 ended: the post fell silent", "zgłoszenie 3 zakończone: punkt zamilkł");
        let since_ns = Instant::from_nanos(1_234_567_890);
        check(
            &Observation::Call { call: 1, what: Seen::VoiceMissing { side: Side::FromPost, since_ns } },
            "call 1: no voice from the post since 1.235 s",
            "zgłoszenie 1: brak głosu z punktu od chwili 1,235 s",
        );
        check(
            &Observation::Call {
                call: 1,
                what: Seen::FarReport { lost_ratio: 0.015, jitter_s: Some(0.0021), discarded_ratio: None, round_trip_s: None },
            },
            "call 1: the post saw 1.5 % lost, jitter 2.1 ms, round trip unknown",
            "zgłoszenie 1: w punkcie utracono 1,5 % pakietów, jitter 2,1 ms, czas obiegu nieznany",
        );
        let outcome = ChangeOutcome::Refused { status: 488 };
        check(
            &Observation::Call { call: 1, what: Seen::Changed { change: Change::Hold, outcome } },
            "call 1: hold asked of the post, refused with 488",
            "zgłoszenie 1: żądanie zawieszenia rozmowy, punkt odmówił z kodem 488",
        );
    }
}
