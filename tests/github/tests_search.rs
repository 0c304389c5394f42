//! Tests of the fake repository search: matches, order, and quota.

use serde_json::json;

use super::tests_client::{SHA, get, notes};
use super::{Archive, GitHub, Repo};

fn repo(full_name: &str, description: &str, stars: u64) -> Repo {
    let description = Some(description.to_owned());
    Repo { description, stars, ..Repo::new(full_name, "", Archive::Bytes(Vec::new())) }
}

async fn world() -> GitHub {
    let topics = vec!["mlops".to_owned(), "ranking".to_owned()];
    GitHub::start(vec![
        Repo { topics, ..repo("ann/feature-store", "Serves features", 10) },
        repo("bob/serving", "A feature store, served", 90),
        Repo { fork_of: Some("bob/serving".into()), ..repo("eve/serving", "A feature store", 1) },
        Repo { private: true, ..repo("ann/secret", "A feature store of ours", 0) },
        notes(SHA),
    ])
    .await
    .expect("a local port")
}

#[tokio::test]
async fn words_and_qualifiers_select() {
    let server = world().await;
    let names = async |query: &str| {
        let path = format!("/search/repositories?q={query}");
        let found = get(&server, &path, &[]).await;
        assert_eq!(found.status, 200, "{path}");
        let found = found.json();
        let items = found["items"].as_array().expect("items").iter();
        let names = items.map(|one| one["full_name"].as_str().unwrap_or("").to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names("feature+store").await, ["ann/feature-store", "bob/serving"]);
    assert_eq!(names("feature+store+in:name").await, ["ann/feature-store"]);
    assert_eq!(names("feature+topic:ranking").await, ["ann/feature-store"]);
    assert_eq!(names("feature+stars:%3E10").await, ["bob/serving"]);
    assert_eq!(names("feature+stars:5..10").await, ["ann/feature-store"]);
    let with_forks = ["bob/serving", "ann/feature-store", "eve/serving"];
    assert_eq!(names("feature+fork:true&sort=stars").await, with_forks);
    assert_eq!(names("feature+fork:only").await, ["eve/serving"]);
    assert_eq!(names("%22feature+store%22&sort=stars&order=asc").await, ["bob/serving"]);
}

#[tokio::test]
async fn results_are_counted_and_paged() {
    let server = world().await;
    let path = "/search/repositories?q=feature&sort=stars&per_page=1";
    let first = get(&server, path, &[]).await;
    let found = first.json();
    assert_eq!((&found["total_count"], &found["incomplete_results"]), (&json!(2), &json!(false)));
    assert_eq!(found["items"][0]["score"], 1.0);
    let second = format!("{path}&page=2");
    assert!(first.header("link").is_some_and(|link| link.contains("page=2>; rel=\"next\"")));
    assert_eq!(
        get(&server, &second, &[]).await.json()["items"][0]["full_name"],
        "ann/feature-store"
    );
    let signed = get(&server, path, &[("Authorization", "Bearer secret")]).await;
    assert_eq!(signed.json()["total_count"], 3, "the private one with them");
    assert_eq!(get(&server, "/search/repositories?q=", &[]).await.status, 422);
    let far = "/search/repositories?q=a&per_page=100&page=11";
    assert_eq!(get(&server, far, &[]).await.status, 422);
}

#[tokio::test]
async fn searches_have_a_quota_of_their_own() {
    let server = world().await;
    let path = "/search/repositories?q=feature";
    let first = get(&server, path, &[]).await;
    assert_eq!(first.header("x-ratelimit-resource"), Some("search"));
    assert_eq!(first.header("x-ratelimit-limit"), Some("10"));
    let signed = get(&server, path, &[("Authorization", "Bearer secret")]).await;
    assert_eq!(signed.header("x-ratelimit-limit"), Some("30"));
    server.leave_searches(0);
    let refused = get(&server, path, &[]).await;
    assert_eq!((refused.status, refused.header("x-ratelimit-remaining")), (403, Some("0")));
    assert_eq!(get(&server, "/repos/ada/notes", &[]).await.status, 200);
    let limits = get(&server, "/rate_limit", &[("Authorization", "Bearer secret")]).await.json();
    let limit = |name: &str| limits["resources"][name]["limit"].clone();
    assert_eq!([limit("core"), limit("search"), limit("graphql")], [5000, 30, 5000]);
    assert_eq!(limits["resources"]["search"]["remaining"], 0);
    assert_eq!(limits["resources"]["core"]["remaining"], 5000, "a search is no core request");
}
