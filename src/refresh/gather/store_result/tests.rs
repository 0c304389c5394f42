//! How failures and successes of fetches change the row of a source.

use std::time::Duration;

use super::*;
use crate::catalogue::SourceId;
use crate::config::{self, ConfigOverrides};

fn snapshot(revision: &str) -> Snapshot {
    Snapshot {
        source: SourceId("a/b".into()),
        revision: revision.into(),
        validator: None,
        fetched_at: 7,
        selection: "s".into(),
    }
}

#[test]
fn a_source_is_gone_after_three_404s_and_dropped_after_ninety_days() {
    let mut config = config::load(&ConfigOverrides::default()).unwrap();
    (config.gone_after, config.drop_after) = (3, Duration::from_secs(90 * 86_400));
    let mut row = SourceRow { snapshot: Some(snapshot("x")), ..SourceRow::default() };
    let error = CrawlError::NotFound("u".into());
    let states: Vec<FetchState> = (0..4)
        .map(|day| {
            fail(&mut row, &error, &config, day * 86_400);
            row.state
        })
        .collect();
    assert_eq!(
        states,
        [FetchState::Failed, FetchState::Failed, FetchState::Gone, FetchState::Gone]
    );
    assert_eq!(row.gone_since, Some(2 * 86_400));
    fail(&mut row, &error, &config, 91 * 86_400);
    assert!(row.snapshot.is_some());
    fail(&mut row, &error, &config, 92 * 86_400);
    assert!(row.snapshot.is_none());
}

#[test]
fn quick_reruns_do_not_make_a_source_gone() {
    let mut config = config::load(&ConfigOverrides::default()).unwrap();
    config.gone_after = 3;
    let error = CrawlError::NotFound("u".into());
    let (day, start) = (86_400, 1_800_000_000);
    // Each run: its time, and how many runs have counted after it.
    let runs = [
        (0, 1),
        (60, 1),
        (3_600, 1),
        (day - 7_201, 1),
        // A daily schedule on the day when summer time begins, with jitter.
        (day - 4_200, 2),
        (day, 2),
        (2 * day - 12_000, 2),
        (2 * day, 3),
        (2 * day + 60, 3),
    ];
    let mut row = SourceRow { snapshot: Some(snapshot("x")), ..SourceRow::default() };
    for (at, counted) in runs {
        fail(&mut row, &error, &config, start + at);
        assert_eq!(row.not_found, counted, "after {at} s");
        let expected = if counted == 3 { FetchState::Gone } else { FetchState::Failed };
        assert_eq!(row.state, expected, "after {at} s");
    }
    assert_eq!(row.gone_since, Some(start + 2 * day));
    reached(&mut row, RepositoryMove::No);
    assert_eq!((row.not_found, row.not_found_at), (0, 0));
}

#[test]
fn a_404_that_was_counted_while_the_clock_was_ahead_delays_the_next_by_a_day_only() {
    let mut config = config::load(&ConfigOverrides::default()).unwrap();
    config.gone_after = 2;
    let error = CrawlError::NotFound("u".into());
    let (now, day) = (1_800_000_000, 86_400);
    let mut row = SourceRow { not_found: 1, not_found_at: now + 99 * day, ..SourceRow::default() };
    fail(&mut row, &error, &config, now);
    assert_eq!((row.not_found, row.state), (1, FetchState::Failed));
    fail(&mut row, &error, &config, now + day);
    assert_eq!(row.state, FetchState::Gone);
    // An earlier version stored no time: its counts stay.
    let old = r#"{"state": "failed", "not_found": 1}"#;
    let mut row: SourceRow = serde_json::from_str(old).unwrap();
    fail(&mut row, &error, &config, now);
    assert_eq!(row.state, FetchState::Gone);
}

#[test]
fn a_source_whose_recorded_time_is_in_the_future_is_dropped_ninety_days_from_now() {
    let mut config = config::load(&ConfigOverrides::default()).unwrap();
    (config.gone_after, config.drop_after) = (3, Duration::from_secs(90 * 86_400));
    let (now, day) = (1_800_000_000, 86_400);
    let mut row = SourceRow {
        snapshot: Some(snapshot("x")),
        not_found: 3,
        gone_since: Some(now + 3_650 * day),
        ..SourceRow::default()
    };
    let error = CrawlError::NotFound("u".into());
    fail(&mut row, &error, &config, now);
    assert_eq!(row.gone_since, Some(now));
    fail(&mut row, &error, &config, now + 89 * day);
    assert!(row.snapshot.is_some());
    fail(&mut row, &error, &config, now + 90 * day);
    assert!(row.snapshot.is_none());
}

#[test]
fn a_blocked_source_that_cannot_be_reached_again_stays_blocked() {
    let config = config::load(&ConfigOverrides::default()).unwrap();
    let mut row = SourceRow { snapshot: Some(snapshot("x")), ..SourceRow::default() };
    fail(&mut row, &CrawlError::Blocked { url: "u".into(), status: 451 }, &config, 0);
    fail(&mut row, &CrawlError::Network { url: "u".into(), cause: "c".into() }, &config, 1);
    assert_eq!((row.state, row.snapshot), (FetchState::Blocked, None));
    let mut row = SourceRow { state: FetchState::Blocked, ..SourceRow::default() };
    reached(&mut row, RepositoryMove::No);
    assert_eq!(row.state, FetchState::Ok);
}

#[test]
fn the_same_revision_under_the_same_rules_is_unchanged() {
    let mut row = SourceRow::default();
    assert_eq!(renew(&mut row, snapshot("x")), FetchOutcome::New);
    let again = Snapshot { fetched_at: 9, ..snapshot("x") };
    assert_eq!(renew(&mut row, again), FetchOutcome::Unchanged);
    assert_eq!(row.snapshot.as_ref().unwrap().fetched_at, 7);
    assert_eq!(renew(&mut row, snapshot("y")), FetchOutcome::Changed);
}
