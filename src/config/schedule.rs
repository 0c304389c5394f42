//! The schedule of refreshes.

use std::fmt;
use std::time::Duration;

use anyhow::{Context, bail};
use chrono::{DateTime, Local, Utc};
use chrono_tz::Tz;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The minimum period of a schedule; a shorter one is an error.
const LEAST: Duration = Duration::from_secs(60);
/// The default jitter of a cron line. The default jitter of a period is a tenth of the period, but at most this.
const JITTER: Duration = Duration::from_secs(10 * 60);

/// When `serve` starts a refresh by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Schedule {
    Never,
    /// A refresh is due when this time has passed since the last run ended.
    Every(Duration),
    /// A refresh is due at each time that matches the cron line `line` (five fields) in the time zone `zone`. If `zone`
    /// is `None`, this machine's time zone applies.
    Cron {
        line: String,
        zone: Option<Tz>,
    },
}

/// The schedule in words, for messages such as "serve refreshes every 6 hours".
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Schedule::Never => f.write_str("never by itself"),
            Schedule::Every(period) => {
                let seconds = period.as_secs();
                let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
                let unit = units.into_iter().find(|(length, _)| seconds.is_multiple_of(*length));
                let (length, unit) = unit.unwrap_or((1, "second"));
                match seconds / length {
                    1 => write!(f, "every {unit}"),
                    many => write!(f, "every {many} {unit}s"),
                }
            }
            Schedule::Cron { line, zone } => {
                let zone = zone.map_or("local time".to_owned(), |zone| zone.to_string());
                write!(f, "at {line:?}, {zone}")
            }
        }
    }
}

/// A schedule with its jitter.
#[derive(Clone, Debug, PartialEq)]
pub struct Timetable {
    pub schedule: Schedule,
    /// The maximum random delay between the time at which a run is due and its start. It prevents all instances of
    /// Cairn from sending requests to GitHub at the same second.
    pub jitter: Duration,
}

impl Timetable {
    /// The timetable from the values of the keys in `[refresh]`. If neither `every` nor `cron` is set, a refresh is due
    /// every day.
    ///
    /// `Err` if both `every` and `cron` are set, for invalid values, and for a cron line that matches no time.
    pub fn read(
        every: Option<&str>,
        cron: Option<&str>,
        zone: Option<&str>,
        jitter: Option<&str>,
    ) -> anyhow::Result<Timetable> {
        let schedule = match (every, cron) {
            (Some(_), Some(_)) => bail!(
                "[refresh] has both `every` and `cron` in the configuration; keep one of them"
            ),
            (Some("never"), None) => Schedule::Never,
            (Some(every), None) => Schedule::Every(at_least_a_minute(every)?),
            (None, Some(line)) => cron_line(line, zone)?,
            (None, None) => Schedule::Every(DAY),
        };
        if zone.is_some() && cron.is_none() {
            bail!("[refresh] time_zone is for `cron`, which is not set");
        }
        let jitter = match (jitter, &schedule) {
            (Some(text), _) => period("jitter", text)?,
            (None, Schedule::Every(period)) => JITTER.min(*period / 10),
            (None, _) => JITTER,
        };
        Ok(Timetable { schedule, jitter })
    }

    /// The time at which the next run is due, without jitter; `None` if the schedule is [`Schedule::Never`]. `last` is
    /// the time at which the last run ended; if there was none, the next run is due `now`. If a run was missed, for
    /// example while the machine slept, the returned time is in the past. A `last` in the future counts as `now`.
    pub fn due(&self, last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match (&self.schedule, last.map(|last| last.min(now))) {
            (Schedule::Never, _) => None,
            (_, None) => Some(now),
            (Schedule::Every(period), Some(last)) => {
                last.checked_add_signed(chrono::Duration::from_std(*period).ok()?)
            }
            (Schedule::Cron { line, zone }, Some(last)) => next(line, *zone, last),
        }
    }
}

/// Parses `text`, the value of the key `key` in `[refresh]`, as a duration such as "24h".
pub(super) fn period(key: &str, text: &str) -> anyhow::Result<Duration> {
    humantime::parse_duration(text)
        .with_context(|| format!("[refresh] {key} = {text:?} is not a duration such as \"24h\""))
}

fn at_least_a_minute(every: &str) -> anyhow::Result<Duration> {
    let period = period("every", every)?;
    if period < LEAST {
        bail!("[refresh] every = {every:?} is too often; the minimum is a minute");
    }
    Ok(period)
}

fn cron_line(line: &str, zone: Option<&str>) -> anyhow::Result<Schedule> {
    line.parse::<croner::Cron>().with_context(|| {
        format!("[refresh] cron = {line:?} is not a cron line such as \"0 4 * * *\"")
    })?;
    let parse = |name: &str| {
        name.parse::<Tz>().map_err(|_| {
            anyhow::anyhow!(
                "[refresh] time_zone = {name:?} is not a time zone such as \"Europe/Berlin\""
            )
        })
    };
    let zone = zone.map(parse).transpose()?;
    if next(line, zone, Utc::now()).is_none() {
        bail!("[refresh] cron = {line:?} matches no time");
    }
    Ok(Schedule::Cron { line: line.to_owned(), zone })
}

/// The first time after `last` that matches the cron line `line` in the time zone `zone`, or in this machine's time
/// zone if `zone` is `None`. `None` if no time matches.
fn next(line: &str, zone: Option<Tz>, last: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let cron: croner::Cron = line.parse().ok()?;
    match zone {
        Some(zone) => {
            let next = cron.find_next_occurrence(&last.with_timezone(&zone), false);
            next.ok().map(|next| next.to_utc())
        }
        None => {
            let next = cron.find_next_occurrence(&last.with_timezone(&Local), false);
            next.ok().map(|next| next.to_utc())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(every: Option<&str>, cron: Option<&str>) -> anyhow::Result<Timetable> {
        Timetable::read(every, cron, None, None)
    }

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_schedule_is_a_period_or_a_cron_line_but_not_both() {
        assert_eq!(read(None, None).unwrap().schedule, Schedule::Every(DAY));
        assert_eq!(read(Some("1day"), None).unwrap().schedule, Schedule::Every(DAY));
        assert!(read(Some("1s"), None).is_err());
        assert!(read(None, Some("every night")).is_err());
        assert!(read(None, Some("0 0 30 2 *")).is_err(), "there is no 30th of February");
        assert!(read(Some("1h"), Some("0 4 * * *")).is_err());
        assert!(Timetable::read(None, Some("0 4 * * *"), Some("Europe/Nowhere"), None).is_err());
        assert!(Timetable::read(Some("1h"), None, Some("Europe/Berlin"), None).is_err());
    }

    #[test]
    fn a_schedule_is_displayed_in_words() {
        let shown = |every| read(Some(every), None).unwrap().schedule.to_string();
        assert_eq!(shown("24h"), "every day");
        assert_eq!(shown("6h"), "every 6 hours");
        assert_eq!(shown("90m"), "every 90 minutes");
        assert_eq!(shown("never"), "never by itself");
    }

    #[test]
    fn jitter_is_a_tenth_of_the_period_and_ten_minutes_at_most() {
        assert_eq!(read(Some("60s"), None).unwrap().jitter, Duration::from_secs(6));
        assert_eq!(read(None, None).unwrap().jitter, JITTER);
        let none = Timetable::read(None, None, None, Some("0s")).unwrap();
        assert_eq!(none.jitter, Duration::ZERO);
    }

    #[test]
    fn the_next_run_is_due_a_period_after_the_last() {
        let now = time("2026-03-01T10:00:00Z");
        let hour = read(Some("1h"), None).unwrap();
        assert_eq!(read(Some("never"), None).unwrap().due(None, now), None);
        assert_eq!(hour.due(None, now), Some(now), "the first run is due now");
        let last = now - chrono::Duration::hours(5);
        assert!(hour.due(Some(last), now).unwrap() < now, "a missed run is due");
    }

    #[test]
    fn a_last_run_in_the_future_delays_the_next_one_by_at_most_a_period() {
        let now = time("2026-03-01T10:00:00Z");
        let ahead = time("2036-03-01T10:00:00Z");
        let hour = read(Some("1h"), None).unwrap();
        assert_eq!(hour.due(Some(ahead), now), Some(time("2026-03-01T11:00:00Z")));
        let nightly = Timetable::read(None, Some("0 4 * * *"), Some("UTC"), None).unwrap();
        assert_eq!(nightly.due(Some(ahead), now), Some(time("2026-03-02T04:00:00Z")));
    }

    #[test]
    fn a_cron_line_follows_its_time_zone_across_the_change_to_summer_time() {
        let berlin =
            Timetable::read(None, Some("30 4 * * *"), Some("Europe/Berlin"), None).unwrap();
        let due = |last: &str| berlin.due(Some(time(last)), time(last)).unwrap();
        assert_eq!(due("2026-03-27T12:00:00Z"), time("2026-03-28T03:30:00Z"));
        assert_eq!(due("2026-03-28T12:00:00Z"), time("2026-03-29T02:30:00Z"), "an hour earlier");
    }
}
