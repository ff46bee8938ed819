//! Seconds since 1970 as a UTC date, for reports, directory names and certificates. Never for measuring.

use super::Lang;

/// A moment of UTC by the calendar (proleptic Gregorian).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Utc {
    pub year: u64,
    pub month: u64,
    pub day: u64,
    pub hour: u64,
    pub minute: u64,
    pub second: u64,
}

impl Utc {
    pub fn from_unix(seconds: u64) -> Utc {
        let (days, second_of_day) = (seconds / 86_400, seconds % 86_400);
        // Years are counted from March, so that the leap day is the last of its year; an era is 400 of them.
        let day = days + 719_468;
        let (era, day) = (day / 146_097, day % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day_of_year = day - (365 * year + year / 4 - year / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        Utc {
            year: era * 400 + year + u64::from(month <= 2),
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            hour: second_of_day / 3600,
            minute: second_of_day % 3600 / 60,
            second: second_of_day % 60,
        }
    }
    /// `2026-07-03T14:05:09Z` (ISO 8601).
    pub fn iso(&self) -> String {
        let Utc { year, month, day, hour, minute, second } = self;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
    /// `20260703T140509Z`: the same without characters that some file systems refuse.
    pub fn compact(&self) -> String {
        self.iso().replace(['-', ':'], "")
    }
}

/// A day of the calendar, as people write it into a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    pub year: u64,
    pub month: u64,
    pub day: u64,
}

impl Date {
    /// `2026-07-03` (ISO 8601); `None` for anything else, and for a day that no calendar has.
    pub fn parse(text: &str) -> Option<Date> {
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts[..] else { return None };
        let number = |text: &str, digits: usize| {
            let is_one = text.len() == digits && text.bytes().all(|letter| letter.is_ascii_digit());
            is_one.then(|| text.parse::<u64>().ok()).flatten()
        };
        let date = Date { year: number(year, 4)?, month: number(month, 2)?, day: number(day, 2)? };
        let is_leap = date.year.is_multiple_of(4) && (!date.year.is_multiple_of(100) || date.year.is_multiple_of(400));
        let days = match date.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u64::from(is_leap),
            _ => 0,
        };
        (1..=days).contains(&date.day).then_some(date)
    }
    /// `2026-07-03` in English, `03.07.2026` in Polish.
    pub fn show(&self, lang: Lang) -> String {
        let Date { year, month, day } = self;
        match lang {
            Lang::En => format!("{year:04}-{month:02}-{day:02}"),
            Lang::Pl => format!("{day:02}.{month:02}.{year:04}"),
        }
    }
}

impl From<Utc> for Date {
    fn from(Utc { year, month, day, .. }: Utc) -> Date {
        Date { year, month, day }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_of_the_calendar_and_written_in_full() {
        let read = |text| Date::parse(text).map(|date| date.show(Lang::Pl));
        assert_eq!(read("2026-07-03").as_deref(), Some("03.07.2026"));
        assert_eq!(read("2024-02-29").as_deref(), Some("29.02.2024"));
        for wrong in
            ["2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-7-3", "03.07.2026", "2026-07-03T10", "+026-07-03", ""]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert!(Date::parse("2026-07-03") < Date::parse("2026-11-01"));
        assert_eq!(Date::from(Utc::from_unix(1_783_087_509)).show(Lang::En), "2026-07-03");
    }

    #[test]
    fn known_moments() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (1_783_087_509, "2026-07-03T14:05:09Z"),
        ] {
            assert_eq!(Utc::from_unix(seconds).iso(), expected);
        }
        assert_eq!(Utc::from_unix(1_783_087_509).compact(), "20260703T140509Z");
    }
}
