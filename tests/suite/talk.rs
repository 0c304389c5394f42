//! A repository with discussions and issues, what is stored of them, and which pages were requested.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::github::{Comment, Discussion, Issue, Request};
use crate::world::{BIAS, World, entry, repo};

pub const TALK: &str = "ann/talk";

/// A world whose catalogue requests threads of [`TALK`] by `keys`.
pub fn world(keys: &str) -> World {
    let world = World::new(vec![repo(TALK, &[("README.md", BIAS)])]);
    world.catalogue(&entry(TALK, keys));
    world.github.web_pages_at("https://github.com");
    world
}

/// A world with `count` discussions.
pub fn talk(count: u64) -> World {
    let world = world("discussions = true");
    (1..=count).for_each(|number| world.github.put_discussion(TALK, discussion(number)));
    world
}

/// The time `at` hours after the beginning of 2026.
pub fn hour(at: u64) -> String {
    let start = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
    let at = start + chrono::Duration::hours(i64::try_from(at).unwrap());
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// A discussion with an accepted answer and a reply, changed in the hour of its number.
pub fn discussion(number: u64) -> Discussion {
    let id = number * 100;
    let at = hour(number);
    let reply = Comment::new(id + 2, "cem", "Thanks, that is it.").dated(&at);
    let answer = Comment::new(id + 1, "bob", "Weigh clicks by position.").dated(&at).reply(reply);
    let title = format!("How do I handle position bias, case {number}?");
    Discussion {
        created_at: at.clone(),
        ..Discussion::new(number, &title, "My clicks are biased.")
    }
    .comment(answer)
    .answered_by(id + 1)
    .updated(&at)
}

/// An issue with two comments, changed in the hour of its number.
pub fn issue(number: u64) -> Issue {
    let at = hour(number);
    let comment = |id: u64, author: &str, body: &str| Comment::new(id, author, body).dated(&at);
    let title = format!("Is drift handled, case {number}?");
    Issue { created_at: at.clone(), ..Issue::new(number, &title, "Asking about drift.") }
        .comment(comment(number * 100 + 1, "bob", "Monitor it weekly."))
        .comment(comment(number * 100 + 2, "cem", "See the guide."))
        .updated(&at)
}

/// Refreshes with a token and returns the run's record. `code` is the expected exit code.
#[track_caller]
pub fn refresh(world: &World, arguments: &[&str], code: i32) -> Value {
    let mut all = vec!["refresh", "--json"];
    all.extend(arguments);
    let output = world.command(&all).env("GITHUB_TOKEN", "t").output().unwrap();
    let (out, err) = (output.stdout, String::from_utf8_lossy(&output.stderr).into_owned());
    assert_eq!(output.status.code(), Some(code), "{}\n{err}", String::from_utf8_lossy(&out));
    serde_json::from_slice(&out).unwrap()
}

/// The stored threads by path.
pub fn stored(world: &World) -> BTreeMap<String, Value> {
    let store = rusqlite::Connection::open(world.path("index/library.db")).unwrap();
    let mut statement = store
        .prepare("SELECT kind, number, bytes FROM threads JOIN blobs ON blobs.id = threads.blob")
        .unwrap();
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, Vec<u8>>(2)?))
    });
    rows.unwrap()
        .map(|row| {
            let (kind, number, packed) = row.unwrap();
            let json = zstd::stream::decode_all(&packed[..]).unwrap();
            (format!("{kind}/{number}"), serde_json::from_slice(&json).unwrap())
        })
        .collect()
}

/// Makes the last full pass over the threads `days` days older.
pub fn days_pass(world: &World, days: i64) {
    let store = rusqlite::Connection::open(world.path("index/library.db")).unwrap();
    let at = "json_set(row, '$.swept_at', json_extract(row, '$.swept_at') - ?1)";
    let changed =
        store.execute(&format!("UPDATE thread_states SET row = {at}"), [days * 86_400]).unwrap();
    assert!(changed > 0);
}

/// The requests for threads since the last call: for each GraphQL query its kind and page size, for each other request
/// the result of `told_of_rest`.
pub fn asked(world: &World) -> Vec<String> {
    let requests = world.github.requests();
    world.github.forget_requests();
    let is_of_threads =
        |request: &&Request| request.path == "/graphql" || request.path.contains("/issues");
    let told = |request: &Request| {
        if request.path != "/graphql" {
            return told_of_rest(request);
        }
        let variables = request.variables();
        match (&variables["id"], &variables["after"]) {
            (Value::Null, Value::Null) => format!("first {}", variables["first"]),
            (Value::Null, _) => format!("next {}", variables["first"]),
            _ => "more".to_owned(),
        }
    };
    requests.iter().filter(is_of_threads).map(told).collect()
}

/// The path below the repository, the label, the time `since`, the page, and the status of a REST request.
fn told_of_rest(request: &Request) -> String {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let what = path.strip_prefix(&format!("/repos/{TALK}/")).unwrap_or(path);
    let value = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map_or("-", |(_, value)| value)
    };
    let label = match value("labels") {
        "-" => String::new(),
        label => format!(" {label}"),
    };
    format!("{what}{label} {} {} {}", value("since"), value("page"), request.status)
}

/// The result number `at` of the threads in the record of a run.
pub fn threads(run: &Value, at: usize) -> &Value {
    let source = run["sources"].as_array().unwrap().iter().find(|part| part["source"] == TALK);
    &source.unwrap()["threads"][at]
}
