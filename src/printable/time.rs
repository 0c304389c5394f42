//! Formats times in UTC: as RFC 3339 with whole seconds, or as a day. Both forms sort correctly as text.

use chrono::{DateTime, SecondsFormat, Utc};

/// `at` as text, such as `2026-03-01T04:05:06Z`.
///
/// ```
/// let at = "2026-03-01T05:05:06.7+01:00".parse().unwrap();
/// assert_eq!(cairn::printable::time::rfc3339(at), "2026-03-01T04:05:06Z");
/// ```
pub fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The day of `at` in UTC, such as `2026-03-01`.
pub fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

/// [`rfc3339`] of a Unix time in seconds; `None` if chrono can't represent it.
pub fn rfc3339_of_unix(seconds: i64) -> Option<String> {
    DateTime::from_timestamp(seconds, 0).map(rfc3339)
}

/// [`day`] of a Unix time in seconds; `None` if chrono can't represent it.
pub fn day_of_unix(seconds: i64) -> Option<String> {
    DateTime::from_timestamp(seconds, 0).map(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_other_centuries_are_written_or_refused() {
        assert_eq!(rfc3339_of_unix(0).as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(day_of_unix(-1).as_deref(), Some("1969-12-31"));
        assert_eq!(rfc3339_of_unix(i64::MAX), None);
        assert_eq!(day_of_unix(i64::MIN), None);
    }
}
