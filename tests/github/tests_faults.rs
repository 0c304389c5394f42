//! Tests of the fake server's faults: tokens, statuses, limits, broken bodies.

use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::Fault;
use super::tests_client::{REPO, TARBALL, get, server};

#[tokio::test]
async fn tokens_are_checked() {
    let server = server().await;
    server.require_token(Some("right"));
    let wrong = get(&server, REPO, &[("Authorization", "Bearer wrong")]).await;
    assert_eq!((wrong.status, wrong.json()["message"].as_str()), (401, Some("Bad credentials")));
    assert_eq!(get(&server, REPO, &[("Authorization", "token right")]).await.status, 200);
    assert_eq!(get(&server, REPO, &[]).await.status, 200);
    let authorized: Vec<bool> = server.requests().iter().map(|one| one.authorized).collect();
    assert_eq!(authorized, [true, true, false]);
}

#[tokio::test]
async fn statuses_and_limits_are_faults() {
    let server = server().await;
    server.fault("ada/notes", Fault::StatusOnce(503));
    assert_eq!(get(&server, TARBALL, &[]).await.status, 503);
    assert_eq!(get(&server, TARBALL, &[]).await.status, 200);
    server.fault("ada/notes", Fault::Status(451));
    let blocked = get(&server, REPO, &[]).await;
    assert_eq!((blocked.status, &blocked.json()["block"]["reason"]), (451, &"dmca".into()));
    server.fault("ada/notes", Fault::RateLimited { reset_in: Duration::from_secs(60) });
    let limited = get(&server, REPO, &[]).await;
    assert_eq!((limited.status, limited.header("x-ratelimit-remaining")), (403, Some("0")));
    assert_eq!(get(&server, TARBALL, &[]).await.status, 200);
    server.fault("ada/notes", Fault::RetryAfter { seconds: 1 });
    let wait = get(&server, REPO, &[]).await;
    assert_eq!((wait.status, wait.header("retry-after")), (403, Some("1")));
    assert_eq!(get(&server, TARBALL, &[]).await.status, 429);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(get(&server, REPO, &[]).await.status, 200, "who waited is served");
    server.remove("ada/notes");
    assert_eq!(get(&server, REPO, &[]).await.status, 404);
    assert_eq!(get(&server, TARBALL, &[]).await.status, 404);
}

#[tokio::test]
async fn bodies_are_broken_as_configured() {
    let server = server().await;
    let whole = get(&server, TARBALL, &[]).await;
    assert!(whole.whole);
    let etag = whole.header("etag").expect("an ETag");
    server.fault("ada/notes", Fault::Truncated);
    for path in [TARBALL, REPO] {
        let cut = get(&server, path, &[]).await;
        assert!(!cut.whole && !cut.body.is_empty(), "{path}");
    }
    server.fault("ada/notes", Fault::NotGzip);
    assert!(get(&server, TARBALL, &[]).await.body.starts_with(b"<!DOCTYPE"));
    server.fault("ada/notes", Fault::IgnoresEtag);
    let again = get(&server, TARBALL, &[("If-None-Match", etag)]).await;
    assert_eq!((again.status, again.header("etag")), (200, Some(etag)));
    server.fault("ada/notes", Fault::Slow { per_chunk: Duration::from_millis(2) });
    let start = Instant::now();
    assert_eq!(get(&server, TARBALL, &[]).await.body, whole.body);
    assert!(start.elapsed() > Duration::from_millis(100));
    server.fault("ada/notes", Fault::Stall);
    let stalled = timeout(Duration::from_millis(300), get(&server, TARBALL, &[])).await;
    assert!(stalled.is_err());
    server.fault("ada/notes", Fault::None);
    assert_eq!(get(&server, TARBALL, &[]).await.body, whole.body);
}
