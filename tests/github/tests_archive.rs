//! Tests of the fake archive host: how archives are served, and their contents.

use std::io::Cursor;

use flate2::read::GzDecoder;

use super::tests_client::{NEW_SHA, SHA, TARBALL, get, server};
use super::{GitHub, archive, load_folder, raw_archive, sha_of};

const ARCHIVE_HEADERS: [&str; 9] = [
    "access-control-allow-origin",
    "content-disposition",
    "content-security-policy",
    "content-type",
    "cross-origin-resource-policy",
    "etag",
    "strict-transport-security",
    "x-content-type-options",
    "x-github-request-id",
];

#[tokio::test]
async fn archives_are_streamed_in_githubs_form() {
    let server = server().await;
    let reply = get(&server, TARBALL, &[("User-Agent", "test")]).await;
    reply.assert_has(&ARCHIVE_HEADERS);
    assert_eq!(reply.header("content-length"), None);
    assert_eq!(reply.header("content-type"), Some("application/x-gzip"));
    let disposition = format!("attachment; filename=notes-{SHA}.tar.gz");
    assert_eq!(reply.header("content-disposition"), Some(&*disposition));
    assert_eq!(reply.header("etag").map(str::len), Some(64 + 4));
    assert_eq!(sha_of(&reply.body[..]).as_deref(), Some(SHA));
    for reference in ["main", "refs/heads/main", "refs%2Fheads%2Fmain", SHA] {
        let path = format!("/Ada/Notes/tar.gz/{reference}");
        assert_eq!(get(&server, &path, &[]).await.status, 200, "{reference}");
    }
    let unknown = get(&server, "/ada/notes/tar.gz/nowhere", &[]).await;
    assert_eq!((unknown.status, &unknown.body[..]), (404, &b"404: Not Found"[..]));
    server.rename("ada/notes", "eve/moved");
    let moved = get(&server, "/ada/notes/tar.gz/refs/heads/main", &[]).await;
    let to = format!("{}/eve/moved/tar.gz/refs/heads/main", server.base());
    assert_eq!((moved.status, moved.header("location")), (301, Some(&*to)));
    let first = &server.requests()[0];
    assert_eq!(first.bytes_sent, reply.body.len() as u64);
    assert_eq!((first.user_agent.as_deref(), first.finished), (Some("test"), true));
}

#[tokio::test]
async fn a_folder_is_served_and_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(load_folder(folder.path()).is_err());
    assert!(load_folder(&folder.path().join("missing")).is_err());
    let path = folder.path().join("ada+notes.tar.gz");
    std::fs::write(&path, archive("notes", SHA, &[("a.md", b"a")])).expect("a tarball");
    let manifest =
        r#"{"repos":[{"full_name":"ada/notes","default_branch":"trunk","license":"MIT"}]}"#;
    std::fs::write(folder.path().join("manifest.json"), manifest).expect("a manifest");
    let repos = load_folder(folder.path()).expect("one repository");
    assert_eq!((repos[0].sha.as_str(), repos[0].default_branch.as_str()), (SHA, "trunk"));
    let server = GitHub::start(repos).await.expect("a local port");
    let old = get(&server, TARBALL, &[]).await;
    std::fs::write(&path, archive("notes", NEW_SHA, &[("a.md", b"b"), ("b.md", b"b")]))
        .expect("a tarball");
    let new = get(&server, TARBALL, &[("If-None-Match", old.header("etag").unwrap_or(""))]).await;
    assert_eq!(new.status, 200);
    assert_eq!(sha_of(&new.body[..]).as_deref(), Some(NEW_SHA));
    std::fs::remove_file(&path).expect("the tarball");
    assert_eq!(get(&server, TARBALL, &[]).await.status, 404);
}

#[test]
fn archives_read_back_as_githubs_do() {
    let deep = format!("{}/file.md", "long".repeat(40));
    let bytes = archive("ada/notes", SHA, &[("docs/a.md", b"a"), (&deep, b"deep")]);
    assert_eq!(sha_of(&bytes[..]).as_deref(), Some(SHA));
    let mut tar = tar::Archive::new(GzDecoder::new(&bytes[..]));
    let mut seen = Vec::new();
    for entry in tar.entries().expect("entries") {
        let entry = entry.expect("an entry");
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        seen.push((name, entry.header().mode().expect("a mode")));
    }
    let top = format!("notes-{SHA}");
    let folder = deep.trim_end_matches("/file.md");
    assert_eq!(seen[0], ("pax_global_header".to_owned(), 0o666));
    assert_eq!(seen[1], (format!("{top}/"), 0o775));
    assert!(seen.contains(&(format!("{top}/{folder}/"), 0o775)));
    assert_eq!(seen[seen.len() - 2], (format!("{top}/docs/a.md"), 0o664));
    assert_eq!(seen[seen.len() - 1], (format!("{top}/{deep}"), 0o664));
}

#[test]
fn hostile_entries_stay_as_given() {
    let bytes = raw_archive(SHA)
        .file("/etc/passwd", b"x")
        .file("top/../../up", b"x")
        .file(b"top/\xff\xfe.md", b"x")
        .symlink("top/link", "/etc")
        .hard_link("top/hard", "../../up")
        .char_device("top/null", 1, 3)
        .fifo("top/pipe")
        .file("top/twice", b"1")
        .file("top/twice", b"2")
        .sized("top/huge", 1 << 40, b"little")
        .finish();
    let mut tar = tar::Archive::new(GzDecoder::new(Cursor::new(bytes)));
    let mut seen = Vec::new();
    let mut largest = 0;
    for entry in tar.entries().expect("entries") {
        let entry = entry.expect("a header with a right sum");
        let kind = entry.header().entry_type().as_byte();
        seen.push((entry.path_bytes().into_owned(), kind));
        largest = largest.max(entry.size());
        if entry.size() > 1000 {
            break;
        }
    }
    let kinds: Vec<u8> = seen.iter().map(|(_, kind)| *kind).collect();
    assert_eq!(kinds, b"g000213600\x30");
    assert_eq!(seen[1].0, b"/etc/passwd");
    assert_eq!(seen[2].0, b"top/../../up");
    assert_eq!(seen[3].0, b"top/\xff\xfe.md");
    assert_eq!(largest, 1 << 40);
}
