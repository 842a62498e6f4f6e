//! Dates and times as a language writes them, always with their zone.

use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};
use types::Language;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A moment of RFC 3339 in UTC; what is none stays as it is.
pub(crate) fn moment(language: Language, rfc3339: &str) -> String {
    let Some((date, time)) = read(rfc3339) else { return rfc3339.to_owned() };
    let (hour, minute) = (time.hour(), time.minute());
    match language {
        Language::En => format!("{}, {hour:02}:{minute:02} UTC", written(language, date)),
        Language::Zh => format!("{} {hour:02}:{minute:02}（UTC）", written(language, date)),
    }
}

/// Its day alone.
pub(crate) fn day(language: Language, rfc3339: &str) -> String {
    read(rfc3339).map_or_else(|| rfc3339.to_owned(), |(date, _)| written(language, date))
}

fn read(rfc3339: &str) -> Option<(time::Date, time::Time)> {
    let moment = OffsetDateTime::parse(rfc3339, &Rfc3339).ok()?.to_offset(UtcOffset::UTC);
    Some((moment.date(), moment.time()))
}

fn written(language: Language, date: time::Date) -> String {
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    let name = MONTHS.get(usize::from(month).saturating_sub(1)).unwrap_or(&"");
    match language {
        Language::En => format!("{day} {name} {year}"),
        Language::Zh => format!("{year}年{month}月{day}日"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_as_its_language_does() {
        let at = "2026-11-09T23:30:05.25+01:00";
        assert_eq!(moment(Language::En, at), "9 Nov 2026, 22:30 UTC");
        assert_eq!(moment(Language::Zh, at), "2026年11月9日 22:30（UTC）");
        assert_eq!(day(Language::En, at), "9 Nov 2026");
        assert_eq!(day(Language::Zh, at), "2026年11月9日");
    }

    #[test]
    fn what_is_no_date_stays_text() {
        assert_eq!(moment(Language::En, "<yesterday>"), "<yesterday>");
    }
}
