//! Tests of the fake GraphQL API: response shapes, pages, points, and partial failures.

use serde_json::{Value, json};

use super::tests_client::{Reply, SHA, notes, post, server};
use super::{Comment, Discussion, Fault, GitHub, Repo};

const TOKEN: (&str, &str) = ("Authorization", "Bearer secret");

const LIST: &str = "query($owner: String!, $name: String!, $first: Int = 25, $after: String) {
  rateLimit { cost remaining resetAt limit }
  repository(owner: $owner, name: $name) {
    hasDiscussionsEnabled
    discussions(first: $first, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
      totalCount pageInfo { endCursor hasNextPage }
      nodes {
        number databaseId title body url createdAt updatedAt locked upvoteCount
        category { name isAnswerable } author { __typename login }
        answer { id databaseId } labels(first: 5) { nodes { name } }
        comments(first: 50) { totalCount pageInfo { endCursor hasNextPage } nodes { ...post
          replies(first: 10) { totalCount pageInfo { endCursor hasNextPage } nodes { ...post } } } }
      }
    }
  }
}
fragment post on DiscussionComment {
  id databaseId body url createdAt updatedAt upvoteCount isMinimized isAnswer
  author { __typename login }
}";

async fn ask(server: &GitHub, query: &str, variables: Value) -> Reply {
    let body = json!({ "query": query, "variables": variables }).to_string();
    post(server, "/graphql", &[TOKEN], &body).await
}

fn of_notes(more: &[(&str, Value)]) -> Value {
    let mut variables = json!({ "owner": "ada", "name": "notes" });
    for (key, value) in more {
        variables[key] = value.clone();
    }
    variables
}

/// A server with three discussions, last changed in the order 2, 3, 1; the first has an accepted reply.
async fn with_threads() -> GitHub {
    let server = server().await;
    let at = |day: u32| format!("2026-02-{day:02}T00:00:00Z");
    let first = Comment::new(11, "bob", "Use a queue.").reply(Comment::new(12, "cy[bot]", "Yes."));
    let first = Discussion {
        labels: vec!["help".to_owned()],
        upvotes: 7,
        ..Discussion::new(1, "How?", "Body").comment(first).answered_by(12).updated(&at(3))
    };
    let second = Comment::new(21, "dee", "+1").minimized();
    let second = Discussion::new(2, "Why?", "").comment(second).updated(&at(1));
    for discussion in [first, second, Discussion::new(3, "When?", "").updated(&at(2))] {
        server.put_discussion("ada/notes", discussion);
    }
    server
}

#[tokio::test]
async fn discussions_come_in_the_asked_shape() {
    let server = with_threads().await;
    let reply = ask(&server, LIST, of_notes(&[])).await;
    reply.assert_has(&["x-github-request-id", "x-ratelimit-reset", "x-github-media-type"]);
    let data = &reply.json()["data"];
    let found = &data["repository"]["discussions"];
    assert_eq!((reply.status, &found["totalCount"]), (200, &json!(3)));
    let numbers: Vec<&Value> =
        found["nodes"].as_array().expect("nodes").iter().map(|one| &one["number"]).collect();
    assert_eq!(numbers, [1, 3, 2]);
    let first = &found["nodes"][0];
    let base = server.base();
    assert_eq!(first["url"], format!("{base}/ada/notes/discussions/1"));
    assert_eq!(first["category"], json!({ "name": "Q&A", "isAnswerable": true }));
    assert_eq!(first["author"], json!({ "__typename": "User", "login": "asker" }));
    assert_eq!(first["labels"], json!({ "nodes": [{ "name": "help" }] }));
    assert_eq!(first["upvoteCount"], 7);
    let comment = &first["comments"]["nodes"][0];
    assert_eq!((&comment["databaseId"], &comment["isAnswer"]), (&json!(11), &json!(false)));
    assert_eq!(comment["url"], format!("{base}/ada/notes/discussions/1#discussioncomment-11"));
    let answer = &comment["replies"]["nodes"][0];
    assert_eq!(answer["isAnswer"], true);
    assert_eq!(answer["author"], json!({ "__typename": "Bot", "login": "cy" }));
    assert_eq!(first["answer"], json!({ "id": answer["id"], "databaseId": 12 }));
    assert_eq!(found["nodes"][2]["comments"]["nodes"][0]["isMinimized"], true);
    assert_eq!(found["nodes"][1]["answer"], Value::Null);
}

#[tokio::test]
async fn pages_follow_cursors_past_deletions() {
    let server = with_threads().await;
    let one = |after: Value| of_notes(&[("first", json!(1)), ("after", after)]);
    let mut numbers = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = ask(&server, LIST, one(after)).await.json();
        let page = &page["data"]["repository"]["discussions"];
        let number = page["nodes"][0]["number"].as_u64().expect("a number");
        numbers.push(number);
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        server.delete_discussion("ada/notes", number);
    }
    assert_eq!(numbers, [1, 3, 2]);
    let bad = ask(&server, LIST, one(json!("nonsense"))).await.json();
    assert_eq!(bad["errors"][0]["type"], "INVALID_CURSOR_ARGUMENTS");
}

#[tokio::test]
async fn single_discussions_and_nodes_can_be_asked_for() {
    let server = with_threads().await;
    let mut many = Comment::new(30, "bob", "Long.");
    many.replies = (31..36).map(|id| Comment::new(id, "eve", "Reply.")).collect();
    server.edit_discussion("ada/notes", 3, |one| one.comments.push(many));
    let query = "query($n: Int!, $after: String) { repository(owner: \"ada\", name: \"notes\") {
        discussion(number: $n) { title comments(first: 1, after: $after) {
            pageInfo { endCursor } nodes { id replies(first: 2) { pageInfo { endCursor } } } } } } }";
    let found = ask(&server, query, json!({ "n": 3 })).await.json();
    let discussion = &found["data"]["repository"]["discussion"];
    assert_eq!(discussion["title"], "When?");
    let comment = &discussion["comments"]["nodes"][0];
    let node = "query($id: ID!, $after: String) { node(id: $id) { __typename
        ... on DiscussionComment { replies(first: 2, after: $after) {
            pageInfo { hasNextPage } nodes { databaseId } } } } }";
    let after = &comment["replies"]["pageInfo"]["endCursor"];
    let found = ask(&server, node, json!({ "id": comment["id"], "after": after })).await.json();
    let replies = &found["data"]["node"]["replies"];
    assert_eq!(replies["nodes"], json!([{ "databaseId": 33 }, { "databaseId": 34 }]));
    assert_eq!(replies["pageInfo"]["hasNextPage"], true);
    let missing = ask(&server, query, json!({ "n": 9 })).await.json();
    assert_eq!(missing["data"], json!({ "repository": { "discussion": null } }));
    assert_eq!(missing["errors"][0]["path"], json!(["repository", "discussion"]));
}

#[tokio::test]
async fn points_are_counted_as_documented() {
    let server = with_threads().await;
    let variables = of_notes(&[("first", json!(100))]);
    // 1 + 100 comments + 100 labels + 100 x 50 replies = 5,201 requests.
    let reply = ask(&server, LIST, variables.clone()).await;
    let limit = &reply.json()["data"]["rateLimit"];
    assert_eq!((&limit["cost"], &limit["remaining"]), (&json!(52), &json!(4948)));
    assert_eq!(reply.header("x-ratelimit-resource"), Some("graphql"));
    assert_eq!(reply.header("x-ratelimit-remaining"), Some("4948"));
    server.leave_points(51);
    let refused = ask(&server, LIST, variables).await;
    assert_eq!((refused.status, refused.header("x-ratelimit-remaining")), (200, Some("0")));
    assert_eq!(refused.json()["errors"][0]["type"], "RATE_LIMITED");
    assert_eq!(refused.json()["data"], Value::Null);
    let core = super::tests_client::get(&server, "/rate_limit", &[TOKEN]).await.json();
    assert_eq!(core["resources"]["core"]["used"], 0, "points are no requests");
}

#[tokio::test]
async fn what_github_refuses_is_refused() {
    let server = with_threads().await;
    let large = ask(&server, LIST, of_notes(&[("first", json!(101))])).await.json();
    assert_eq!(large["errors"][0]["type"], "EXCESSIVE_PAGINATION");
    assert_eq!(large["data"], json!({ "repository": null }));
    let unbound =
        "{ repository(owner: \"ada\", name: \"notes\") { discussions { nodes { id } } } }";
    let unbound = ask(&server, unbound, json!({})).await.json();
    assert_eq!(unbound["errors"][0]["type"], "MISSING_PAGINATION_BOUNDARIES");
    let unknown = "{ repository(owner: \"ada\", name: \"notes\") { colour } }";
    let unknown = ask(&server, unknown, json!({})).await.json();
    assert_eq!(unknown["errors"][0]["extensions"]["code"], "undefinedField");
    let lacking = ask(&server, LIST, json!({ "owner": "ada" })).await.json();
    assert!(lacking["errors"][0]["message"].as_str().is_some_and(|text| text.contains("$name")));
    let missing = ask(&server, LIST, json!({ "owner": "ada", "name": "no" })).await;
    assert_eq!(missing.status, 200);
    assert_eq!(missing.json()["data"]["repository"], Value::Null);
    assert_eq!(missing.json()["errors"][0]["type"], "NOT_FOUND");
}

#[tokio::test]
async fn a_token_is_needed() {
    let server = with_threads().await;
    let body = json!({ "query": LIST, "variables": of_notes(&[]) }).to_string();
    let anonymous = post(&server, "/graphql", &[], &body).await;
    assert_eq!(anonymous.status, 401);
    server.require_token(Some("right"));
    let wrong = post(&server, "/graphql", &[TOKEN], &body).await;
    assert_eq!((wrong.status, &wrong.json()["message"]), (401, &json!("Bad credentials")));
    let right = [("Authorization", "Bearer right")];
    let enterprise = post(&server, "/api/graphql", &right, &body).await;
    assert_eq!(enterprise.json()["data"]["repository"]["discussions"]["totalCount"], 3);
    let log = server.requests();
    assert_eq!((log[2].authorized, log[2].variables()), (true, of_notes(&[])));
}

#[tokio::test]
async fn fields_fail_alone_and_limits_come_as_answers() {
    let server = with_threads().await;
    server.fail_field("ada/notes", Some("repository.discussions.nodes.1.comments"));
    let partial = ask(&server, LIST, of_notes(&[])).await.json();
    let nodes = &partial["data"]["repository"]["discussions"]["nodes"];
    assert_eq!((&nodes[0]["number"], &nodes[1]), (&json!(1), &Value::Null));
    let path = json!(["repository", "discussions", "nodes", 1, "comments"]);
    assert_eq!(partial["errors"][0]["path"], path);
    server.fail_field("ada/notes", None);
    server.fault("ada/notes", Fault::SecondaryLimitIn200 { seconds: 30 });
    let limited = ask(&server, LIST, of_notes(&[])).await;
    assert_eq!((limited.status, limited.header("retry-after")), (200, Some("30")));
    assert_eq!(limited.json().get("data"), None);
    server.fault("ada/notes", Fault::RetryAfter { seconds: 30 });
    assert_eq!(ask(&server, LIST, of_notes(&[])).await.status, 403);
    server.fault_after("ada/notes", 1, Fault::Status(502));
    assert_eq!(ask(&server, LIST, of_notes(&[])).await.status, 200);
    assert_eq!(ask(&server, LIST, of_notes(&[])).await.status, 502);
}

#[tokio::test]
async fn renamed_and_closed_repositories_are_reported() {
    let server = with_threads().await;
    server.rename("ada/notes", "ada/renamed");
    server.web_pages_at("https://github.example");
    let moved = ask(&server, LIST, of_notes(&[])).await.json();
    let first = &moved["data"]["repository"]["discussions"]["nodes"][0];
    assert_eq!(first["url"], "https://github.example/ada/renamed/discussions/1");
    server.put(Repo { has_discussions: false, full_name: "ada/renamed".into(), ..notes(SHA) });
    let off = ask(&server, LIST, of_notes(&[])).await.json();
    assert_eq!(off["data"]["repository"]["hasDiscussionsEnabled"], false);
    assert_eq!(off["data"]["repository"]["discussions"]["totalCount"], 0);
}
