//! Tests of the fake API: headers and bodies as in recorded responses of GitHub, conditional
//! requests and quotas.

use super::tests_client::{NEW_SHA, REPO, Reply, SHA, TARBALL, get, notes, server};
use super::{Archive, Repo, sha_of};

/// The headers of every recorded response of the API.
const API_HEADERS: [&str; 17] = [
    "access-control-allow-origin",
    "access-control-expose-headers",
    "content-length",
    "content-security-policy",
    "content-type",
    "date",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
    "x-github-media-type",
    "x-github-request-id",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-ratelimit-resource",
    "x-ratelimit-used",
];

#[tokio::test]
async fn api_answers_carry_the_recorded_headers() {
    let server = server().await;
    let found = get(&server, REPO, &[]).await;
    assert_eq!(found.status, 200);
    found.assert_has(&API_HEADERS);
    found.assert_has(&["cache-control", "etag", "last-modified"]);
    let json = found.json();
    assert_eq!(json["full_name"], "ada/notes");
    assert_eq!(json["license"]["spdx_id"], "MIT");
    assert_eq!(json["owner"]["login"], "ada");

    let missing = get(&server, "/repos/ada/nothing", &[]).await;
    assert_eq!(missing.status, 404);
    missing.assert_has(&API_HEADERS);
    assert_eq!(missing.json()["message"], "Not Found");
    assert_eq!(missing.json()["status"], "404");

    server.rename("ada/notes", "ada/renamed");
    let moved = get(&server, REPO, &[]).await;
    assert_eq!(moved.status, 301);
    moved.assert_has(&API_HEADERS);
    let to = moved.header("location").expect("a target");
    assert_eq!(moved.json()["url"], to);
    let path = to.strip_prefix(&server.base()).expect("a target on this server");
    assert_eq!(get(&server, path, &[]).await.json()["full_name"], "ada/renamed");
}

#[tokio::test]
async fn known_etags_are_answered_with_304() {
    let server = server().await;
    for path in [REPO, TARBALL, "/repos/ada/notes/commits/main", "/ada/notes/main/LICENSE"] {
        let first = get(&server, path, &[]).await;
        let etag = first.header("etag").expect("an ETag").to_owned();
        let list = format!("\"other\", {etag}");
        let strong = etag.replace("W/", "");
        for known in [etag.as_str(), &list, &strong, "*"] {
            let again = get(&server, path, &[("If-None-Match", known)]).await;
            assert_eq!((again.status, again.header("etag")), (304, Some(&*etag)), "{path}");
            assert!(again.body.is_empty());
        }
        let other = get(&server, path, &[("If-None-Match", "\"other\"")]).await;
        assert_eq!(other.status, 200);
    }
    let log = server.requests();
    assert_eq!(
        (log[0].if_none_match.as_deref(), log[4].if_none_match.as_deref()),
        (None, Some("*"))
    );
    assert_eq!((log[1].status, log[1].bytes_sent), (304, 0));
}

#[tokio::test]
async fn etags_follow_stars_and_content() {
    let server = server().await;
    let repo = get(&server, REPO, &[]).await;
    let tarball = get(&server, TARBALL, &[]).await;
    server.put(Repo { stars: 6, ..notes(SHA) });
    assert_ne!(get(&server, REPO, &[]).await.header("etag"), repo.header("etag"));
    assert_eq!(get(&server, TARBALL, &[]).await.header("etag"), tarball.header("etag"));
    server.put(notes(NEW_SHA));
    let newer = get(&server, TARBALL, &[]).await;
    assert_ne!(newer.header("etag"), tarball.header("etag"));
    assert_eq!(sha_of(&newer.body[..]).as_deref(), Some(NEW_SHA));
    assert_eq!(get(&server, REPO, &[]).await.json()["id"], repo.json()["id"]);
}

#[tokio::test]
async fn commits_and_licences_are_shown() {
    let server = server().await;
    let accept = ("Accept", "application/vnd.github.sha");
    let sha = get(&server, "/repos/ada/notes/commits/HEAD", &[accept]).await;
    assert_eq!((sha.status, &sha.body[..]), (200, SHA.as_bytes()));
    assert_eq!(sha.header("etag"), Some(&*format!("\"{SHA}\"")));
    let commit = get(&server, "/repos/ada/notes/commits/main", &[]).await;
    assert_eq!(commit.json()["sha"], SHA);
    let unknown = get(&server, "/repos/ada/notes/commits/nowhere", &[]).await;
    assert_eq!(unknown.status, 422);
    let licence = get(&server, "/repos/ada/notes/license", &[]).await.json();
    assert_eq!((&licence["path"], &licence["license"]["key"]), (&"LICENSE".into(), &"mit".into()));
    assert_eq!(licence["content"], "RG8gYXMgeW91IGxpa2UuCg==\n");
    let raw = get(&server, "/ada/notes/refs/heads/main/docs/deep/one.md", &[]).await;
    assert_eq!(raw.body, b"# One\n");
    server.put(Repo::new("ada/empty", "", Archive::Bytes(Vec::new())));
    assert_eq!(get(&server, "/repos/ada/empty", &[]).await.status, 200);
    let empty = get(&server, "/repos/ada/empty/commits/HEAD", &[]).await;
    assert_eq!(empty.status, 409);
    assert_eq!(empty.json()["message"], "Git Repository is empty.");
}

#[tokio::test]
async fn quotas_are_counted() {
    let server = server().await;
    let left = |reply: &Reply| reply.header("x-ratelimit-remaining").map(str::to_owned);
    let first = get(&server, REPO, &[]).await;
    assert_eq!(first.header("x-ratelimit-limit"), Some("60"));
    assert_eq!(left(&first).as_deref(), Some("59"));
    let known = ("If-None-Match", first.header("etag").expect("an ETag"));
    assert_eq!(left(&get(&server, REPO, &[known]).await).as_deref(), Some("58"));
    let token = ("Authorization", "Bearer secret");
    let signed = get(&server, REPO, &[token]).await;
    assert_eq!((signed.status, left(&signed).as_deref()), (200, Some("4999")));
    let again = get(&server, REPO, &[token, known]).await;
    assert_eq!((again.status, left(&again).as_deref()), (304, Some("4999")));
    assert_eq!(get(&server, "/rate_limit", &[]).await.json()["rate"]["used"], 2);
    for _ in 0..58 {
        assert_eq!(get(&server, REPO, &[]).await.status, 200);
    }
    let refused = get(&server, REPO, &[]).await;
    assert_eq!((refused.status, left(&refused).as_deref()), (403, Some("0")));
    assert_eq!(get(&server, TARBALL, &[]).await.status, 200, "archives have no quota");
    server.leave_quota(1);
    assert_eq!(get(&server, REPO, &[]).await.status, 200);
    assert_eq!(get(&server, REPO, &[]).await.status, 403);
}
