//! Tests of repository metadata, READMEs, and accounts of the fake server.

use serde_json::{Value, json};

use super::tests_client::{REPO, SHA, get, notes, server};
use super::{AccountKind, Archive, GitHub, Repo, User, archive};

#[tokio::test]
async fn metadata_is_what_a_test_sets() {
    let server = server().await;
    server.put(Repo {
        topics: vec!["mlops".to_owned()],
        homepage: Some("https://notes.example".to_owned()),
        pushed_at: Some("2026-05-06T07:08:09Z".to_owned()),
        ..notes(SHA)
    });
    let found = get(&server, REPO, &[]).await;
    assert_eq!(found.header("last-modified"), Some("Wed, 06 May 2026 07:08:09 GMT"));
    let found = found.json();
    assert_eq!(found["topics"], json!(["mlops"]));
    assert_eq!(found["homepage"], "https://notes.example");
    assert_eq!(found["pushed_at"], "2026-05-06T07:08:09Z");
    assert_eq!((&found["fork"], found.get("parent")), (&json!(false), None));
}

#[tokio::test]
async fn forks_name_their_parent_and_their_source() {
    let server = server().await;
    let fork = |name: &str, of: &str| Repo {
        fork_of: Some(of.to_owned()),
        ..Repo::new(name, "", Archive::Bytes(Vec::new()))
    };
    server.put(fork("bob/notes", "ada/notes"));
    server.put(fork("eve/notes", "bob/notes"));
    server.put(fork("cy/other", "far/away"));
    let found = get(&server, "/repos/eve/notes", &[]).await.json();
    assert_eq!(found["fork"], true);
    assert_eq!(found["parent"]["full_name"], "bob/notes");
    assert_eq!(found["source"]["full_name"], "ada/notes");
    assert_eq!(found["source"]["owner"]["login"], "ada");
    let other = get(&server, "/repos/cy/other", &[]).await.json();
    assert_eq!(other["parent"]["full_name"], "far/away", "served or not");
    let list = get(&server, "/search/repositories?q=notes+fork:only", &[]).await.json();
    assert_eq!(list["items"][0].get("parent"), None, "only the document of its own has that");
}

#[tokio::test]
async fn accounts_have_names_and_keep_their_id() {
    let server = server().await;
    let unnamed = get(&server, "/users/ada", &[]).await;
    assert_eq!((unnamed.status, &unnamed.json()["name"]), (200, &Value::Null));
    server.put_user(User {
        kind: AccountKind::Organization,
        ..User::new("ada", Some("Ada Lovelace"))
    });
    let named = get(&server, "/users/Ada", &[]).await;
    assert_eq!(named.json()["name"], "Ada Lovelace");
    let known = [("If-None-Match", named.header("etag").expect("an ETag"))];
    assert_eq!(get(&server, "/users/ada", &known).await.status, 304);
    let owner = get(&server, REPO, &[]).await.json()["owner"].clone();
    assert_eq!((&owner["login"], &owner["type"]), (&json!("ada"), &json!("Organization")));
    assert_eq!(owner["id"], named.json()["id"]);
    assert_eq!(get(&server, "/users/nobody", &[]).await.status, 404);

    server.rename_owner("ada", "countess");
    assert_eq!(get(&server, "/users/ada", &[]).await.status, 404);
    let renamed = get(&server, "/users/countess", &[]).await.json();
    assert_eq!((&renamed["id"], &renamed["name"]), (&owner["id"], &json!("Ada Lovelace")));
    let moved = get(&server, REPO, &[]).await;
    assert_eq!(moved.status, 301);
    let found = get(&server, "/repos/countess/notes", &[]).await.json();
    assert_eq!(
        (&found["owner"]["id"], &found["owner"]["login"]),
        (&owner["id"], &json!("countess"))
    );
}

#[tokio::test]
async fn a_readme_comes_in_both_forms() {
    let text = "# Notes\n\nA line that is long enough to be cut where base64 is.\n";
    let files: [(&str, &[u8]); 2] = [("docs/README.md", b"no"), ("ReadMe.md", text.as_bytes())];
    let archive = Archive::Bytes(archive("notes", SHA, &files));
    let server = GitHub::start(vec![Repo::new("ada/notes", SHA, archive)]).await.expect("a port");
    let path = "/repos/ada/notes/readme";
    let found = get(&server, path, &[]).await;
    let known = [("If-None-Match", found.header("etag").expect("an ETag"))];
    assert_eq!(get(&server, path, &known).await.status, 304);
    let found = found.json();
    assert_eq!((&found["path"], &found["encoding"]), (&json!("ReadMe.md"), &json!("base64")));
    let content = found["content"].as_str().unwrap_or("");
    assert_eq!(content.find('\n'), Some(60));
    let decoded = super::shapes::from_base64(&content.replace('\n', ""));
    assert_eq!(decoded.as_deref(), Some(text.as_bytes()));
    let raw = [("Accept", "application/vnd.github.raw+json")];
    let raw = get(&server, path, &raw).await;
    assert_eq!(raw.body, text.as_bytes());
    server.put(Repo::new("ada/none", "", Archive::Bytes(Vec::new())));
    assert_eq!(get(&server, "/repos/ada/none/readme", &[]).await.status, 404);
}
