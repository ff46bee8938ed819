//! An entry as a report may show it: every text in it harmless, whoever sent it. The journal keeps what was sent.
//!
//! Knows nothing of what an event means.

use super::{Entry, Event};
use crate::unit::{harmless, is_harmless};
use serde::Serialize as _;
use serde_json::Value;
use serde_json::ser::{CharEscape, Formatter, Serializer};
use std::borrow::Cow;
use std::io::{self, Write};

/// Notices what may not be shown while an event is written to nowhere.
struct Scout<'a>(&'a mut bool);

impl Formatter for Scout<'_> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, _: &mut W, fragment: &str) -> io::Result<()> {
        *self.0 &= is_harmless(fragment);
        Ok(())
    }
    fn write_char_escape<W: ?Sized + Write>(&mut self, _: &mut W, escape: CharEscape) -> io::Result<()> {
        *self.0 &= matches!(escape, CharEscape::Quote | CharEscape::ReverseSolidus | CharEscape::Solidus);
        Ok(())
    }
}

/// The entry with every text of it harmless.
pub fn harmless_entry(entry: &Entry) -> Cow<'_, Entry> {
    let mut is_sound = true;
    let looked = entry.event.serialize(&mut Serializer::with_formatter(io::sink(), Scout(&mut is_sound)));
    if is_sound && looked.is_ok() {
        return Cow::Borrowed(entry);
    }
    let cleaned = serde_json::to_value(&entry.event).map(cleaned).and_then(serde_json::from_value);
    // An event is read from what it was written as; if not, nothing of it may be shown.
    let event = cleaned.unwrap_or_else(|_| Event::Note { text: ("unreadable entry", "nieczytelny wpis").into() });
    Cow::Owned(Entry { n: entry.n, at: entry.at, event })
}

fn cleaned(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(harmless(&text).into_owned()),
        Value::Array(items) => Value::Array(items.into_iter().map(cleaned).collect()),
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(name, value)| (name, cleaned(value))).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Instant;
    use crate::journal::seen::{CallObservation, Observation, Server};
    use crate::unit::Bilingual;

    fn entry(event: Event) -> Entry {
        Entry { n: 3, at: Instant::from_nanos(7), event }
    }

    #[test]
    fn what_a_post_sends_to_steer_a_terminal_is_shown_and_all_else_stays() {
        let seen = |from: &str, header: &str| {
            let what = CallObservation::Invited {
                from: from.into(),
                to: "sip:100@10.0.0.1".into(),
                call_id: "a\"b\\c".into(),
                headers: vec![("Subject".into(), header.into())],
                server: Server::Primary,
            };
            let what = Observation::Call { call: 1, what };
            entry(Event::Seen { source: "operator".into(), seen_at_ns: Instant::from_nanos(5), uncertainty_ns: None, what })
        };
        let plain = seen("sip:SOS-0417@10.0.0.7", "Zgłoszenie");
        assert!(matches!(harmless_entry(&plain), Cow::Borrowed(_)));
        let hostile = seen("sip:\u{1b}[31m@10.0.0.7", "\u{202e}dessap");
        assert_eq!(*harmless_entry(&hostile), seen("sip:␛[31m@10.0.0.7", "‹U+202E›dessap"));
    }

    #[test]
    fn a_long_text_is_cut_though_every_letter_of_it_is_plain() {
        let long = entry(Event::Note { text: Bilingual::same("x".repeat(10_000)) });
        let Event::Note { text } = &harmless_entry(&long).event else { panic!("a note stays one") };
        assert!(text.en.ends_with("(+6000)") && text.pl.ends_with("(+6000)"));
    }
}
