//! Checks the fake server's responses against octocrab's types: fields that these require, because
//! GitHub always sends them, must be present.

use octocrab::models::{Author, RateLimit, Repository, UserProfile, issues, repos};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::tests_client::{SHA, get, server};
use super::{Archive, Comment, GitHub, Issue, Repo, User, archive};

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("what octocrab can read")
}

async fn world() -> GitHub {
    let server = server().await;
    let bytes = archive("fork", SHA, &[("README.md", b"# Fork\n")]);
    let fork = Repo::new("bob/fork", SHA, Archive::Bytes(bytes));
    server.put(Repo {
        fork_of: Some("ada/notes".to_owned()),
        topics: vec!["mlops".to_owned()],
        homepage: Some("https://fork.example".to_owned()),
        ..fork
    });
    server.put_user(User::new("bob", Some("Bob Builder")));
    let issue = Issue::new(1, "How?", "Body").comment(Comment::new(2, "helper[bot]", "So."));
    let labels = vec!["question".to_owned()];
    server.put_issue("bob/fork", Issue { labels, closed: true, author: None, ..issue });
    server.put_issue("bob/fork", Issue::new(3, "Change", "").pull_request());
    server
}

#[tokio::test]
async fn octocrab_reads_repositories_and_accounts() {
    let server = world().await;
    let fork: Repository = read(get(&server, "/repos/bob/fork", &[]).await.json());
    assert_eq!(fork.parent.and_then(|parent| parent.full_name).as_deref(), Some("ada/notes"));
    assert_eq!(fork.topics.as_deref(), Some(&["mlops".to_owned()][..]));
    let owner: Author = fork.owner.expect("an owner");
    assert_eq!((owner.login.as_str(), owner.r#type.as_str()), ("bob", "User"));
    let notes: Repository = read(get(&server, "/repos/ada/notes", &[]).await.json());
    assert_eq!(notes.license.map(|licence| licence.spdx_id).as_deref(), Some("MIT"));
    assert!(notes.pushed_at.is_some());
    let found = get(&server, "/search/repositories?q=fork+fork:true", &[]).await.json();
    let found: Vec<Repository> = read(found["items"].clone());
    assert_eq!(found[0].id, fork.id);
    let bob: UserProfile = read(get(&server, "/users/bob", &[]).await.json());
    assert_eq!((bob.name.as_deref(), bob.id), (Some("Bob Builder"), owner.id));
    let readme: repos::Content = read(get(&server, "/repos/bob/fork/readme", &[]).await.json());
    assert_eq!(readme.decoded_content().as_deref(), Some("# Fork\n"));
    let limits: RateLimit = read(get(&server, "/rate_limit", &[]).await.json());
    assert_eq!((limits.resources.search.limit, limits.rate.limit), (10, 60));
    assert!(limits.resources.graphql.is_some());
}

#[tokio::test]
async fn octocrab_reads_issues_and_comments() {
    let server = world().await;
    let path = "/repos/bob/fork/issues?state=all&direction=asc";
    let issues: Vec<issues::Issue> = read(get(&server, path, &[]).await.json());
    assert_eq!((issues[0].number, issues[0].user.login.as_str()), (1, "ghost"));
    assert_eq!(issues[0].labels[0].name, "question");
    assert!(issues[0].closed_at.is_some() && issues[0].pull_request.is_none());
    assert!(issues[1].pull_request.is_some());
    let path = "/repos/bob/fork/issues/comments";
    let comments: Vec<issues::Comment> = read(get(&server, path, &[]).await.json());
    assert_eq!(
        (comments[0].user.r#type.as_str(), comments[0].body.as_deref()),
        ("Bot", Some("So."))
    );
    let issue = comments[0].issue_url.as_ref().expect("the issue's address");
    assert!(issue.path().ends_with("/issues/1"));
}
