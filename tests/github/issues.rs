//! Issues, pull requests and their comments in the REST API.

use serde_json::{Value, json};

use super::api::{error, tagged};
use super::documents::Bases;
use super::errors::Error;
use super::http::{Answer, Call};
use super::pages::page;
use super::shapes::node_id;
use super::state::Entry;
use super::threads::{Comment, Issue, Threads};
use super::users::Account;

/// Responds to the path `rest` below a repository's `issues`.
pub fn answer(
    bases: Bases<'_>,
    call: &Call,
    entry: &Entry,
    threads: &Threads,
    rest: &[&str],
) -> Answer {
    if !entry.repo.has_issues {
        return error(&Error::gone("Issues are disabled for this repo"));
    }
    // Links between pages contain the repository's id, not its name.
    let pages = format!("{}/repositories/{}/issues", bases.api, entry.id);
    let find = |number: &str| number.parse().ok().and_then(|number| threads.issues.get(&number));
    match rest {
        [] => paged(call, &pages, list(bases, call, entry, threads)),
        ["comments"] => {
            paged(call, &format!("{pages}/comments"), all_comments(bases, call, entry, threads))
        }
        [number, ..] if number.parse().is_ok_and(|number| threads.deleted.contains(&number)) => {
            error(&Error::gone("This issue was deleted"))
        }
        [number] => match find(number) {
            Some(found) => tagged(&issue(bases, entry, found)),
            None => error(&Error::status(404)),
        },
        [number, "comments"] => match find(number) {
            Some(found) => {
                let comments = found.comments.iter().filter(|one| is_since(call, &one.updated_at));
                let comments = comments.map(|one| comment(bases, entry, found, one)).collect();
                paged(call, &format!("{pages}/{number}/comments"), comments)
            }
            None => error(&Error::status(404)),
        },
        _ => error(&Error::status(404)),
    }
}

fn paged(call: &Call, address: &str, items: Vec<Value>) -> Answer {
    let (items, link) = page(call, address, items);
    let answer = tagged(&Value::Array(items));
    match link {
        Some(link) => answer.with("link", link),
        None => answer,
    }
}

fn list(bases: Bases<'_>, call: &Call, entry: &Entry, threads: &Threads) -> Vec<Value> {
    let state = call.query("state").unwrap_or("open");
    let labels: Vec<&str> =
        call.query("labels").map(|all| all.split(',').collect()).unwrap_or_default();
    let mut found: Vec<&Issue> = threads.issues.values().collect();
    found.retain(|one| {
        let in_state = match state {
            "all" => true,
            "closed" => one.closed,
            _ => !one.closed,
        };
        let has_label = |label: &&str| one.labels.iter().any(|own| own.eq_ignore_ascii_case(label));
        in_state && labels.iter().all(has_label) && is_since(call, &one.updated_at)
    });
    match call.query("sort") {
        Some("updated") => found.sort_by_key(|one| (&one.updated_at, one.number)),
        Some("comments") => found.sort_by_key(|one| (one.comments.len(), one.number)),
        _ => found.sort_by_key(|one| (&one.created_at, one.number)),
    }
    if call.query("direction") != Some("asc") {
        found.reverse();
    }
    found.into_iter().map(|one| issue(bases, entry, one)).collect()
}

fn all_comments(bases: Bases<'_>, call: &Call, entry: &Entry, threads: &Threads) -> Vec<Value> {
    let issues = threads.issues.values();
    let pairs = issues.flat_map(|issue| issue.comments.iter().map(move |one| (issue, one)));
    let mut found: Vec<_> = pairs.filter(|(_, one)| is_since(call, &one.updated_at)).collect();
    match call.query("sort") {
        Some("updated") => found.sort_by_key(|(_, one)| (&one.updated_at, one.id)),
        Some(_) => found.sort_by_key(|(_, one)| (&one.created_at, one.id)),
        None => found.sort_by_key(|(_, one)| one.id),
    }
    // The direction is ignored unless a sort order is given.
    if call.query("sort").is_some() && call.query("direction") == Some("desc") {
        found.reverse();
    }
    found.into_iter().map(|(issue, one)| comment(bases, entry, issue, one)).collect()
}

/// Whether `date` is not before the query's `since`. All dates here have the same format, so they compare as text.
fn is_since(call: &Call, date: &str) -> bool {
    call.query("since").is_none_or(|since| date >= since)
}

fn issue(bases: Bases<'_>, entry: &Entry, one: &Issue) -> Value {
    let (full, number) = (&entry.repo.full_name, one.number);
    let repository = format!("{}/repos/{full}", bases.api);
    let url = format!("{repository}/issues/{number}");
    let page = web_page(bases, entry, one);
    let id = entry.id % 1_000_000 * 10_000 + number;
    let closed = one.closed.then_some(&one.updated_at);
    let labels = one.labels.iter().map(|name| label(&repository, name));
    let mut value = json!({
        "url": url, "repository_url": repository, "labels_url": format!("{url}/labels{{/name}}"),
        "comments_url": format!("{url}/comments"), "events_url": format!("{url}/events"),
        "html_url": page, "id": id, "node_id": node_id("Issue", id), "number": number,
        "title": one.title, "user": Account::of_author(one.author.as_deref()).shape(bases.api),
        "labels": labels.collect::<Vec<_>>(),
        "state": if one.closed { "closed" } else { "open" },
        "state_reason": one.closed.then_some("completed"),
        "locked": one.locked, "assignee": null, "assignees": [], "milestone": null,
        "comments": one.comments.len(), "created_at": one.created_at,
        "updated_at": one.updated_at, "closed_at": closed, "author_association": "NONE",
        "active_lock_reason": null, "body": one.body, "closed_by": null,
        "reactions": reactions(&url, one.upvotes), "timeline_url": format!("{url}/timeline"),
        "performed_via_github_app": null,
    });
    if one.is_pull_request {
        value["draft"] = json!(false);
        value["pull_request"] = json!({
            "url": format!("{repository}/pulls/{number}"), "html_url": page,
            "diff_url": format!("{page}.diff"), "patch_url": format!("{page}.patch"),
            "merged_at": null,
        });
    }
    value
}

fn comment(bases: Bases<'_>, entry: &Entry, issue: &Issue, one: &Comment) -> Value {
    let issues = format!("{}/repos/{}/issues", bases.api, entry.repo.full_name);
    let url = format!("{issues}/comments/{}", one.id);
    let page = web_page(bases, entry, issue);
    json!({
        "url": url, "html_url": format!("{page}#issuecomment-{}", one.id),
        "issue_url": format!("{issues}/{}", issue.number),
        "id": one.id, "node_id": node_id("IssueComment", one.id),
        "user": Account::of_author(one.author.as_deref()).shape(bases.api),
        "created_at": one.created_at, "updated_at": one.updated_at,
        "author_association": "NONE", "body": one.body,
        "reactions": reactions(&url, one.upvotes), "performed_via_github_app": null,
    })
}

fn web_page(bases: Bases<'_>, entry: &Entry, one: &Issue) -> String {
    let kind = if one.is_pull_request { "pull" } else { "issues" };
    format!("{}/{}/{kind}/{}", bases.web, entry.repo.full_name, one.number)
}

fn label(repository: &str, name: &str) -> Value {
    let id = Account::of(name).id;
    json!({
        "id": id, "node_id": node_id("Label", id), "url": format!("{repository}/labels/{id}"),
        "name": name, "description": null, "color": "ededed", "default": false,
    })
}

fn reactions(url: &str, upvotes: u64) -> Value {
    json!({
        "url": format!("{url}/reactions"), "total_count": upvotes, "+1": upvotes, "-1": 0,
        "laugh": 0, "hooray": 0, "confused": 0, "heart": 0, "rocket": 0, "eyes": 0,
    })
}
