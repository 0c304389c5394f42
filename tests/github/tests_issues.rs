//! Tests of the fake issues API: lists, pages, comments, and authors.

use serde_json::{Value, json};

use super::tests_client::{Reply, SHA, get, notes, server};
use super::{Comment, GitHub, Issue, Repo};

const ISSUES: &str = "/repos/ada/notes/issues";

/// A server with two issues and a pull request, last changed in the order 2, 1, 3.
async fn with_issues() -> GitHub {
    let server = server().await;
    let at = |day: u32| format!("2026-02-{day:02}T00:00:00Z");
    let first = Comment::new(11, "bob", "Use a queue.").dated(&at(2));
    let bot = Comment { upvotes: 4, ..Comment::new(12, "dependabot[bot]", "Bump.").dated(&at(1)) };
    let labels = vec!["question".to_owned(), "help".to_owned()];
    let first = Issue { labels, ..Issue::new(1, "How?", "Body").comment(first).updated(&at(2)) };
    let second = Issue { closed: true, author: None, ..Issue::new(2, "Why?", "") };
    for issue in [
        first,
        second.comment(bot).updated(&at(1)),
        Issue::new(3, "Change", "").pull_request().updated(&at(3)),
    ] {
        server.put_issue("ada/notes", issue);
    }
    server
}

fn numbers(reply: &Reply) -> Vec<u64> {
    let items = reply.json();
    let items = items.as_array().expect("a list").iter();
    items.map(|one| one["number"].as_u64().expect("a number")).collect()
}

#[tokio::test]
async fn lists_are_filtered_and_sorted() {
    let server = with_issues().await;
    let list = async |query: &str| numbers(&get(&server, &format!("{ISSUES}{query}"), &[]).await);
    assert_eq!(list("").await, [3, 1], "open ones, the newest first");
    assert_eq!(list("?state=all&sort=updated&direction=asc").await, [2, 1, 3]);
    assert_eq!(list("?state=all&sort=updated").await, [3, 1, 2]);
    assert_eq!(list("?state=closed").await, [2]);
    assert_eq!(list("?state=all&since=2026-02-02T00%3A00%3A00Z").await, [3, 1]);
    assert_eq!(list("?state=all&labels=Question,help").await, [1]);
    assert!(list("?state=all&labels=question,other").await.is_empty());
}

#[tokio::test]
async fn documents_have_the_recorded_fields() {
    let server = with_issues().await;
    let list = get(&server, &format!("{ISSUES}?state=all&sort=updated"), &[]).await;
    let items = list.json();
    let base = server.base();
    assert_eq!(items[0]["pull_request"]["html_url"], format!("{base}/ada/notes/pull/3"));
    assert_eq!(items[1].get("pull_request"), None);
    assert_eq!(items[1]["html_url"], format!("{base}/ada/notes/issues/1"));
    assert_eq!((&items[1]["comments"], &items[1]["user"]["type"]), (&json!(1), &json!("User")));
    assert_eq!(items[1]["labels"][0]["name"], "question");
    assert_eq!(
        (&items[2]["state"], &items[2]["user"]["login"]),
        (&json!("closed"), &json!("ghost"))
    );
    let single = get(&server, &format!("{ISSUES}/1"), &[]).await.json();
    assert_eq!(single, items[1]);
    let etag = list.header("etag").expect("an ETag");
    let known = [("If-None-Match", etag)];
    let path = format!("{ISSUES}?state=all&sort=updated");
    assert_eq!(get(&server, &path, &known).await.status, 304);
    server.edit_issue("ada/notes", 1, |issue| issue.body.push('!'));
    assert_eq!(get(&server, &path, &known).await.status, 200);
}

#[tokio::test]
async fn pages_are_linked() {
    let server = with_issues().await;
    let path = format!("/api/v3{ISSUES}?state=all&sort=updated&per_page=1");
    let mut seen = Vec::new();
    let mut next = Some(path);
    while let Some(path) = next {
        let page = get(&server, &path, &[]).await;
        seen.extend(numbers(&page));
        let link = page.header("link").expect("a link").to_owned();
        assert_eq!(link.contains("rel=\"last\""), seen.len() < 3);
        let found = link.split(", ").find(|one| one.ends_with("rel=\"next\""));
        next = found.map(|one| {
            let address = one.trim_start_matches('<').split('>').next().unwrap_or("");
            let below = address.strip_prefix(&server.base()).expect("a page on this server");
            assert!(below.starts_with("/api/v3/repositories/"), "{below}");
            below.to_owned()
        });
    }
    assert_eq!(seen, [3, 1, 2]);
    assert_eq!(server.requests()[1].query("page").as_deref(), Some("2"));
    assert_eq!(server.requests()[1].query("sort").as_deref(), Some("updated"));
}

#[tokio::test]
async fn comments_are_listed_for_all_issues_at_once() {
    let server = with_issues().await;
    let ids = |reply: &Reply| -> Vec<Value> {
        let items = reply.json();
        items.as_array().expect("a list").iter().map(|one| one["id"].clone()).collect()
    };
    let all = get(&server, &format!("{ISSUES}/comments?sort=updated"), &[]).await;
    assert_eq!(ids(&all), [12, 11]);
    let bot = &all.json()[0];
    assert_eq!((&bot["user"]["type"], &bot["reactions"]["+1"]), (&json!("Bot"), &json!(4)));
    assert_eq!(bot["issue_url"], format!("{}{ISSUES}/2", server.base()));
    let since = "comments?sort=updated&since=2026-02-02T00:00:00Z";
    assert_eq!(ids(&get(&server, &format!("{ISSUES}/{since}"), &[]).await), [11]);
    assert_eq!(ids(&get(&server, &format!("{ISSUES}/2/comments"), &[]).await), [12]);
    server.edit_issue("ada/notes", 2, |issue| issue.comments.clear());
    assert_eq!(ids(&get(&server, &format!("{ISSUES}/comments"), &[]).await), [11]);
}

#[tokio::test]
async fn deleted_issues_answer_410_and_a_renamed_repository_redirects() {
    let server = with_issues().await;
    server.delete_issue("ada/notes", 1);
    let deleted = get(&server, &format!("{ISSUES}/1"), &[]).await;
    assert_eq!(
        (deleted.status, &deleted.json()["message"]),
        (410, &json!("This issue was deleted"))
    );
    assert_eq!(get(&server, &format!("{ISSUES}/9"), &[]).await.status, 404);
    server.put(Repo { has_issues: false, ..notes(SHA) });
    assert_eq!(get(&server, ISSUES, &[]).await.status, 410);
    server.put(notes(SHA));
    server.rename("ada/notes", "ada/renamed");
    let moved = get(&server, &format!("{ISSUES}?state=all"), &[]).await;
    let to = moved.header("location").and_then(|to| to.strip_prefix(&server.base()));
    assert_eq!(numbers(&get(&server, to.expect("a target"), &[]).await), [3, 2]);
}
