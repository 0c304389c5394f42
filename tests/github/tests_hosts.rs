//! Tests of private repositories, and of the fake hosts besides the API.

use super::tests_client::{REPO, SHA, TARBALL, get, notes, post, server};
use super::{Discussion, Fault, GitHub, Repo, load_folder, sha_of};

const TOKEN: (&str, &str) = ("Authorization", "Bearer right");

async fn private() -> GitHub {
    let repo = Repo { private: true, ..notes(SHA) };
    let server = GitHub::start(vec![repo]).await.expect("a local port");
    server.require_token(Some("right"));
    server
}

#[tokio::test]
async fn nothing_of_a_private_repository_shows_without_its_token() {
    let server = private().await;
    let api = ["", "/license", "/commits/HEAD", "/issues", "/tarball/HEAD"];
    let mut paths: Vec<String> = api.iter().map(|rest| format!("{REPO}{rest}")).collect();
    let id = get(&server, REPO, &[TOKEN]).await.json()["id"].to_string();
    paths.push(format!("/repositories/{id}"));
    paths.push("/ada/notes/main/LICENSE".to_owned());
    paths.extend([TARBALL.to_owned(), "/ada/notes/archive/HEAD.tar.gz".to_owned()]);
    for path in &paths {
        assert_eq!(get(&server, path, &[]).await.status, 404, "{path}");
    }
    // The archive host ignores this header.
    assert_eq!(get(&server, TARBALL, &[TOKEN]).await.status, 404);
    let found = get(&server, REPO, &[TOKEN]).await.json();
    assert_eq!((&found["private"], &found["visibility"]), (&true.into(), &"private".into()));
    assert_eq!(get(&server, "/ada/notes/main/LICENSE", &[TOKEN]).await.status, 200);
    server.rename("ada/notes", "ada/renamed");
    assert_eq!(get(&server, REPO, &[]).await.status, 404, "not even where it went");
    assert_eq!(get(&server, TARBALL, &[]).await.status, 404);
}

#[tokio::test]
async fn a_private_archive_needs_the_token_of_its_address() {
    let server = private().await;
    let redirect = get(&server, "/api/v3/repos/ada/notes/tarball/HEAD", &[TOKEN]).await;
    assert_eq!(redirect.status, 302);
    let to = redirect.header("location").and_then(|to| to.strip_prefix(&server.base()));
    let to = to.expect("a target on this server");
    assert!(to.starts_with("/_codeload/ada/notes/legacy.tar.gz/HEAD?token="), "{to}");
    server.forget_requests();
    let tarball = get(&server, to, &[]).await;
    assert_eq!(sha_of(&tarball.body[..]).as_deref(), Some(SHA));
    let request = &server.requests()[0];
    assert!(!request.authorized && request.query("token").is_some_and(|token| token.len() == 32));
    let wrong = to.replace("token=", "token=A");
    assert_eq!(get(&server, &wrong, &[]).await.status, 404);
    server.expire_archive_tokens();
    assert_eq!(get(&server, to, &[]).await.status, 404);

    server.put(notes(SHA));
    let public = get(&server, "/repos/ada/notes/tarball", &[]).await;
    let to = format!("{}/ada/notes/legacy.tar.gz/refs/heads/main", server.base());
    assert_eq!((public.status, public.header("location")), (302, Some(&*to)));
}

#[tokio::test]
async fn the_web_host_knows_former_names_where_archives_forget_them() {
    let server = server().await;
    let web = "/ada/notes/archive/HEAD.tar.gz";
    let found = get(&server, web, &[]).await;
    let to = format!("{}{TARBALL}", server.base());
    assert_eq!((found.status, found.header("location")), (302, Some(&*to)));
    server.rename("ada/notes", "eve/moved");
    assert_eq!(get(&server, TARBALL, &[]).await.status, 301);
    server.archives_forget_names(true);
    assert_eq!(get(&server, TARBALL, &[]).await.status, 404);
    let found = get(&server, web, &[]).await;
    let to = format!("{}/eve/moved/tar.gz/HEAD", server.base());
    assert_eq!((found.status, found.header("location")), (302, Some(&*to)));
    assert_eq!(get(&server, "/eve/moved/tar.gz/HEAD", &[]).await.status, 200);
    assert_eq!(get(&server, "/ada/nothing/archive/HEAD.tar.gz", &[]).await.status, 404);
}

#[tokio::test]
async fn archives_alone_can_be_refused_without_a_wait() {
    let server = server().await;
    server.fault("ada/notes", Fault::ArchiveStatus(429));
    let refused = get(&server, TARBALL, &[]).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, None));
    assert!(refused.headers.iter().all(|(name, _)| !name.starts_with("x-ratelimit")));
    assert_eq!(get(&server, REPO, &[]).await.status, 200);
    assert_eq!(get(&server, "/ada/notes/archive/HEAD.tar.gz", &[]).await.status, 302);
    server.fault("ada/notes", Fault::None);
    assert_eq!(get(&server, TARBALL, &[]).await.status, 200);
}

#[tokio::test]
async fn an_archive_is_repacked_from_the_same_commit() {
    let server = server().await;
    let mut seen = vec![get(&server, TARBALL, &[]).await];
    for _ in 0..2 {
        server.repack("ada/notes");
        let known = [("If-None-Match", seen[seen.len() - 1].header("etag").expect("an ETag"))];
        let next = get(&server, TARBALL, &known).await;
        assert_eq!((next.status, sha_of(&next.body[..]).as_deref()), (200, Some(SHA)));
        seen.push(next);
    }
    for (one, other) in [(0, 1), (1, 2), (0, 2)] {
        assert_ne!(seen[one].header("etag"), seen[other].header("etag"));
        assert_ne!(seen[one].body, seen[other].body);
    }
    let commit = get(&server, "/repos/ada/notes/commits/HEAD", &[]).await.json();
    assert_eq!(commit["sha"], SHA);
}

#[tokio::test]
async fn a_folder_provides_threads() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).expect("a file");
    };
    write("ada+notes.tar.gz", &super::archive("notes", SHA, &[("a.md", b"a")]));
    let threads = r#"{
        "discussions": [{ "number": 4, "title": "How?", "answer": 8,
            "comments": [{ "id": 8, "author": "bob", "body": "So." }] }],
        "issues": [{ "number": 5, "title": "Broken", "labels": ["bug"] }]
    }"#;
    write("ada+notes.threads.json", threads.as_bytes());
    let server = GitHub::start(load_folder(folder.path()).expect("one")).await.expect("a port");
    assert_eq!(server.load_threads(folder.path()).expect("threads"), 2);
    let issue = get(&server, "/repos/ada/notes/issues/5", &[]).await.json();
    assert_eq!(issue["labels"][0]["name"], "bug");
    let query = "{\"query\": \"{ repository(owner: \\\"ada\\\", name: \\\"notes\\\") { \
                 discussion(number: 4) { answer { body } } } }\"}";
    let found = post(&server, "/graphql", &[TOKEN], query).await.json();
    assert_eq!(found["data"]["repository"]["discussion"]["answer"]["body"], "So.");
    write("eve+gone.threads.json", b"{}");
    assert!(server.load_threads(folder.path()).is_err());
    let discussion = Discussion { number: 4, ..Discussion::default() };
    server.put_discussion("ada/notes", discussion);
    write("eve+gone.threads.json", b"{ \"discussion\": [] }");
    assert!(server.load_threads(folder.path()).is_err(), "unknown keys are errors");
}
