//! Syslog as posts speak it, the older kind (RFC 3164) or the newer (RFC 5424): who says it, when, and a line of text.
//!
//! What the text means is not decided here.

use crate::instrument::supervision::Notice;
use std::time::Duration;

/// A priority is so many times the facility, and the severity (RFC 5424, 6.2.1).
const SEVERITIES: u8 = 8;
/// What every receiver takes (RFC 5424, 6.1), in octets; more of a message is cut off.
const LONGEST: usize = 480;

/// The name under which the bench tells its own supervision something.
const BENCH: &str = "hejnal";

/// A message of the bench's own, and its number: as long as any that a post may count on to be taken.
pub fn own_message(number: u16) -> Vec<u8> {
    let head = format!("<135>1 - {BENCH} bench - - - ");
    format!("{head}{number:0>length$}", length = LONGEST - head.len()).into_bytes()
}
pub fn own_number(notice: &Notice) -> Option<u16> {
    (notice.host == BENCH).then(|| notice.text.parse().ok()).flatten()
}

/// Reads a datagram; `None`: it is no syslog.
pub fn read(bytes: &[u8]) -> Option<Notice> {
    let text: String = String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let (priority, rest) = text.strip_prefix('<')?.split_once('>')?;
    let priority = priority.parse::<u8>().ok().filter(|priority| *priority < 192)?;
    let severity = priority % SEVERITIES;
    match rest.strip_prefix("1 ") {
        Some(rest) => newer(severity, rest),
        None => older(severity, rest),
    }
}

/// `TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG`, each of them `-` where it is not known (RFC 5424,
/// 6).
fn newer(severity: u8, rest: &str) -> Option<Notice> {
    let mut fields = rest.splitn(6, ' ');
    let [stamp, host, _application, _process, _kind] = [(); 5].map(|()| fields.next());
    let text = behind_structured_data(fields.next()?)?;
    let host = host.filter(|host| *host != "-").unwrap_or_default();
    let stamp = stamp.filter(|stamp| *stamp != "-").map(str::to_owned);
    let time = stamp.as_deref().and_then(since_1970);
    Some(Notice { host: host.to_owned(), severity, text: text.trim().trim_start_matches('\u{feff}').to_owned(), stamp, time })
}

/// What stands behind `-`, or behind elements in brackets in whose quoted values a bracket may stand behind a
/// backslash.
fn behind_structured_data(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix('-') {
        return Some(rest);
    }
    let (mut is_escaped, mut is_quoted) = (false, false);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ']' if !is_quoted && chars.peek().is_none_or(|(_, next)| *next != '[') => return text.get(at + 1..),
            _ => {}
        }
    }
    None
}

/// `Mmm dd hh:mm:ss HOSTNAME TAG: text` (RFC 3164, 4.1).
fn older(severity: u8, rest: &str) -> Option<Notice> {
    let (stamp, rest) = rest.split_at_checked("Jan  1 00:00:00 ".len())?;
    let (host, text) = rest.split_once(' ')?;
    let text = text.split_once(": ").map_or(text, |(_tag, text)| text);
    // Neither year nor zone: it can be held against nothing.
    Some(Notice {
        host: host.to_owned(),
        severity,
        text: text.trim().to_owned(),
        stamp: Some(stamp.trim().to_owned()),
        time: None,
    })
}

/// `2026-01-01T00:00:01.5+01:00` or `…Z` (RFC 5424, 6.2.3; RFC 3339). A year before 1970 is told as its beginning.
fn since_1970(text: &str) -> Option<Duration> {
    let (date, rest) = text.split_once('T')?;
    let zone_at = rest.find(['Z', '+', '-'])?;
    let (time, zone) = rest.split_at(zone_at);
    let number = |text: &str, digits: usize| {
        (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<i64>().ok()).flatten()
    };
    let mut date = date.split('-');
    let (year, month, day) = (number(date.next()?, 4)?, number(date.next()?, 2)?, number(date.next()?, 2)?);
    let (whole, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut whole = whole.split(':');
    let (hour, minute, second) = (number(whole.next()?, 2)?, number(whole.next()?, 2)?, number(whole.next()?, 2)?);
    let is_sound = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    let is_whole = date.next().is_none() && whole.next().is_none() && (1..=9).contains(&fraction.len());
    (is_sound && is_whole && fraction.bytes().all(|b| b.is_ascii_digit())).then_some(())?;
    let ahead = match zone {
        "Z" => 0,
        _ => {
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            let ahead = number(hours, 2)? * 3600 + number(minutes, 2)? * 60;
            if zone.starts_with('-') { -ahead } else { ahead }
        }
    };
    let seconds = days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - ahead;
    let nanos = format!("{fraction:0<9}").parse().ok()?;
    Some(u64::try_from(seconds).map_or(Duration::ZERO, |seconds| Duration::new(seconds, nanos)))
}

/// Of the Gregorian calendar, years beginning with March so that the leap day is a year's last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, month) = (year.div_euclid(400), (month + 9) % 12);
    let of_era = year.rem_euclid(400);
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &str, expected: Option<(&str, &str)>) {
        let found = read(bytes.as_bytes());
        assert_eq!(found.as_ref().map(|notice| (&*notice.host, &*notice.text)), expected, "{bytes}");
    }

    #[test]
    fn both_kinds_of_syslog_are_read() {
        check("<134>1 - SOS-0417 post - - - ALIVE", Some(("SOS-0417", "ALIVE")));
        check(
            "<129>1 2026-01-01T00:00:00Z SOS-0417 post 1 ID7 [a@1 b=\"x]\\\"y\"][c@1] FAULT mains",
            Some(("SOS-0417", "FAULT mains")),
        );
        check("<133>1 - - post - - - \u{feff}CLEAR mains", Some(("", "CLEAR mains")));
        check("<134>1 - SOS-0417 post - - -", Some(("SOS-0417", "")));
        check("<13>Oct  1 22:14:15 SOS-0417 post[7]: FAULT battery", Some(("SOS-0417", "FAULT battery")));
        check("<13>Oct  1 22:14:15 SOS-0417 ALIVE", Some(("SOS-0417", "ALIVE")));
    }

    #[test]
    fn a_message_of_the_benchs_own_is_known_by_name_and_number() {
        assert_eq!(read(&own_message(417)).as_ref().and_then(own_number), Some(417));
        let cut = own_message(417).get(..479).and_then(read);
        assert_eq!(cut.as_ref().and_then(own_number), Some(41), "another number than the one that is awaited");
        assert_eq!(read(b"<134>1 - SOS-0417 post - - - 417").as_ref().and_then(own_number), None);
    }

    #[test]
    fn a_message_bears_a_time_in_any_zone_or_none() {
        let time =
            |stamp: &str| read(format!("<134>1 {stamp} SOS-0417 post - - - ALIVE").as_bytes()).and_then(|notice| notice.time);
        let beginning = Duration::from_secs(1_767_225_600);
        assert_eq!(time("2026-01-01T00:00:00Z"), Some(beginning));
        assert_eq!(time("2026-01-01T01:00:00.25+01:00"), Some(beginning + Duration::from_millis(250)));
        assert_eq!(time("2025-12-31T18:30:00.000001-05:30"), Some(beginning + Duration::from_micros(1)));
        assert_eq!(time("1970-01-01T00:00:42Z"), Some(Duration::from_secs(42)));
        assert_eq!(time("1969-12-31T23:59:59Z"), Some(Duration::ZERO));
        assert_eq!(time("2024-02-29T00:00:00Z"), Some(Duration::from_secs(1_709_164_800)));
        for none in ["-", "now", "2026-01-01", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "T:::Z"] {
            assert_eq!(time(none), None, "{none}");
        }
    }

    #[test]
    fn whatever_else_comes_is_nobodys_message() {
        for bytes in
            ["", "<", "<>", "<192>1 - h a - - - x", "<x>1 - h a - - - x", "<13>1 - h", "<13>1 - h a - - [x", "<13>short", "hello"]
        {
            check(bytes, None);
        }
        assert_eq!(read(&[0xFF, 0x3C, 0x00]), None);
        let long = format!("<13>1 - h a - - - {}", "x".repeat(5000));
        assert!(read(long.as_bytes()).is_some_and(|notice| notice.text.len() < LONGEST));
        // A line within a line would be told as another one.
        check("<13>1 - h a - - - a\r\nb", Some(("h", "ab")));
    }
}
