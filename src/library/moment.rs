//! Parses times as people write them.

use anyhow::Context;
use chrono::{DateTime, DurationRound, NaiveDate, Utc};

/// The time that `text` describes: an age such as "7d" (counted back from `now`), a day (its midnight in UTC), or an
/// RFC 3339 timestamp.
///
/// The result for an age is rounded down: to midnight UTC if the age is a day or more, else to a full minute. So
/// requests with the same `text` get the same time, and the same response, for a day or a minute.
///
/// `Err` lists the accepted forms.
pub fn since(text: &str, now: DateTime<Utc>) -> anyhow::Result<DateTime<Utc>> {
    if let Ok(ago) = humantime::parse_duration(text) {
        let ago = chrono::Duration::from_std(ago).ok();
        let step = match ago {
            Some(ago) if ago >= chrono::Duration::days(1) => chrono::Duration::days(1),
            _ => chrono::Duration::minutes(1),
        };
        let moment = ago.and_then(|ago| now.checked_sub_signed(ago));
        if let Some(moment) = moment.and_then(|moment| moment.duration_trunc(step).ok()) {
            return Ok(moment);
        }
    }
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.to_utc());
    }
    let midnight = text.parse::<NaiveDate>().ok().and_then(|day| day.and_hms_opt(0, 0, 0));
    let moment = midnight.map(|time| time.and_utc());
    moment.with_context(|| {
        format!(
            "{text:?} is not a time; write an age such as \"7d\", a day such as 2026-03-01, or an RFC 3339 timestamp"
        )
    })
}
