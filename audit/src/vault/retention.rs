//! For how long originals are kept.

use time::{Date, Month, OffsetDateTime};

/// Nobody may keep evidence for less: providers and deployers of AI systems keep logs for at least
/// six months (Regulation (EU) 2024/1689, Articles 19 and 26(6)).
pub const MONTHS_MIN: u32 = 6;
/// The usual term.
pub const MONTHS_DEFAULT: u32 = 24;

/// Originals that were kept before this moment have reached their term.
#[must_use]
pub fn cutoff(now: OffsetDateTime, months: u32) -> OffsetDateTime {
    let months = i64::from(months.max(MONTHS_MIN));
    let count = i64::from(now.year()) * 12 + i64::from(u8::from(now.month())) - 1 - months;
    let year = i32::try_from(count.div_euclid(12)).unwrap_or(i32::MIN);
    let month = u8::try_from(count.rem_euclid(12) + 1).ok().and_then(|m| Month::try_from(m).ok());
    let month = month.unwrap_or(Month::January);
    // The last day of a shorter month stands for the days that it lacks.
    let day = now.day().min(month.length(year));
    let date = Date::from_calendar_date(year, month, day);
    date.map_or(OffsetDateTime::UNIX_EPOCH, |date| now.replace_date(date))
}

#[cfg(test)]
mod tests {
    use time::format_description::well_known::Rfc3339;

    use super::*;

    fn check(now: &str, months: u32, expected: &str) {
        let now = OffsetDateTime::parse(now, &Rfc3339).unwrap();
        assert_eq!(cutoff(now, months).format(&Rfc3339).unwrap(), expected);
    }

    #[test]
    fn a_term_is_counted_in_calendar_months() {
        check("2026-11-24T18:00:00Z", 24, "2024-11-24T18:00:00Z");
        check("2026-03-01T00:00:00Z", 6, "2025-09-01T00:00:00Z");
        check("2026-08-31T12:00:00Z", 6, "2026-02-28T12:00:00Z");
        check("2028-08-31T12:00:00Z", 6, "2028-02-29T12:00:00Z");
        check("2026-01-15T00:00:00Z", 13, "2024-12-15T00:00:00Z");
    }

    #[test]
    fn nothing_expires_before_the_floor() {
        check("2026-11-24T18:00:00Z", 0, "2026-05-24T18:00:00Z");
        check("2026-11-24T18:00:00Z", 5, "2026-05-24T18:00:00Z");
    }
}
