//! The JSON documents of the API, with the fields of recorded responses of GitHub. Every link
//! points to this server, so that no request leaves the machine.

use chrono::{DateTime, Days, Utc};
use serde_json::{Value, json};

use super::api::seconds;
use super::archive;
use super::quota::{Quota, Quotas};
use super::state::Entry;

/// The creation time of every repository, as Unix time in seconds. Each change of content is dated one day later.
const FIRST_DAY: i64 = 1_704_103_200;

/// Fields of a repository with a URL below its own: name and suffix.
const LINKS: [(&str, &str); 37] = [
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("url", ""),
];

pub fn repository(base: &str, entry: &Entry) -> Value {
    let repo = &entry.repo;
    let full_name = &repo.full_name;
    let (_, name) = entry.parts();
    let page = format!("{base}/{full_name}");
    let pushed = pushed_at(entry).format("%FT%TZ").to_string();
    let mut value = json!({
        "id": entry.id, "node_id": node_id("Repository", entry.id),
        "name": name, "full_name": full_name, "owner": entry.account.shape(base),
        "private": repo.private,
        "visibility": if repo.private { "private" } else { "public" }, "fork": repo.fork_of.is_some(),
        "html_url": page, "svn_url": page, "clone_url": format!("{page}.git"),
        "git_url": format!("git{}.git", page.trim_start_matches("http")),
        "ssh_url": format!("git@127.0.0.1:{full_name}.git"), "mirror_url": null,
        "description": repo.description, "homepage": repo.homepage, "language": null,
        "topics": repo.topics, "size": entry.revision, "license": licence(base, entry),
        "has_discussions": repo.has_discussions,
        "has_issues": repo.has_issues,
        "archived": repo.archived, "disabled": false, "is_template": false,
        "default_branch": repo.default_branch,
        "created_at": first_day().format("%FT%TZ").to_string(),
        "updated_at": pushed, "pushed_at": pushed,
        "stargazers_count": repo.stars, "watchers_count": repo.stars, "watchers": repo.stars,
    });
    add(&mut value, usual_settings());
    add_links(&mut value, &format!("{base}/repos/{full_name}"), &LINKS);
    value
}

/// As `repository`, with the parent and source of a fork, which only the repository's own document has.
pub fn repository_with_origin(base: &str, entry: &Entry) -> Value {
    let mut value = repository(base, entry);
    if let (Some(parent), Some(source)) = (entry.ancestors.first(), entry.ancestors.last()) {
        value["parent"] = repository(base, parent);
        value["source"] = repository(base, source);
    }
    value
}

/// The fields that are the same for every repository.
fn usual_settings() -> Value {
    json!({
        "forks_count": 3, "forks": 3, "network_count": 3, "subscribers_count": 2,
        "open_issues_count": 1, "open_issues": 1,
        "has_projects": true, "has_downloads": true,
        "has_wiki": true, "has_pages": false,
        "allow_forking": true, "web_commit_signoff_required": false, "temp_clone_token": null,
        "permissions": {
            "admin": false, "maintain": false, "push": false, "triage": false, "pull": true,
        },
    })
}

fn licence(base: &str, entry: &Entry) -> Value {
    let Some(spdx) = entry.repo.licence.as_deref() else {
        return Value::Null;
    };
    let (key, name, url) = match spdx {
        // GitHub's value for a licence file that it doesn't recognise.
        "NOASSERTION" => ("other".to_owned(), "Other", None),
        _ => {
            let key = spdx.to_lowercase();
            let url = format!("{base}/licenses/{key}");
            (key, spdx, Some(url))
        }
    };
    let node = node_id("License", key.len() as u64);
    json!({ "key": key, "name": name, "spdx_id": spdx, "url": url, "node_id": node })
}

/// The licence document: the file and the licence it was recognised as. `None` if either is missing.
pub fn licence_file(base: &str, entry: &Entry) -> Option<Value> {
    entry.repo.licence.as_ref()?;
    let starts = ["license", "licence", "copying", "unlicense"];
    let wanted = |path: &str| {
        let lower = path.to_lowercase();
        !path.contains('/') && starts.iter().any(|start| lower.starts_with(start))
    };
    let (path, bytes) = archive::file_in(&entry.store, wanted)?;
    let mut value = file(base, entry, &path, &bytes);
    value["license"] = licence(base, entry);
    Some(value)
}

/// The path and the bytes of the README in the top folder.
pub fn readme(entry: &Entry) -> Option<(String, Vec<u8>)> {
    let wanted = |path: &str| !path.contains('/') && path.to_lowercase().starts_with("readme");
    archive::file_in(&entry.store, wanted)
}

/// The document about one file.
pub fn file(base: &str, entry: &Entry, path: &str, bytes: &[u8]) -> Value {
    let full_name = &entry.repo.full_name;
    let branch = &entry.repo.default_branch;
    // Git's blob ids are a SHA-1 of a header and the bytes; here, any 40 digits that depend on the bytes suffice.
    let blob = blake3::hash(bytes).to_hex()[..40].to_owned();
    let link = format!("{base}/repos/{full_name}/contents/{path}?ref={branch}");
    let git = format!("{base}/repos/{full_name}/git/blobs/{blob}");
    let page = format!("{base}/{full_name}/blob/{branch}/{path}");
    json!({
        "name": path, "path": path, "sha": blob, "size": bytes.len(), "type": "file",
        "url": link, "html_url": page, "git_url": git,
        "download_url": format!("{base}/{full_name}/{branch}/{path}"),
        "content": lines(&base64(bytes)), "encoding": "base64",
        "_links": { "self": link, "git": git, "html": page },
    })
}

/// Base64 as the API sends it, with a line break after every 60 digits.
fn lines(digits: &str) -> String {
    let lines = digits.as_bytes().chunks(60).map(String::from_utf8_lossy);
    lines.map(|line| format!("{line}\n")).collect()
}

pub fn commit(base: &str, entry: &Entry) -> Value {
    let sha = &entry.repo.sha;
    let full_name = &entry.repo.full_name;
    let link = format!("{base}/repos/{full_name}/commits/{sha}");
    let git = format!("{base}/repos/{full_name}/git");
    let date = pushed_at(entry).format("%FT%TZ").to_string();
    let person = json!({ "name": "A Committer", "email": "committer@example.org", "date": date });
    json!({
        "sha": sha, "node_id": node_id("Commit", entry.id), "url": link,
        "html_url": format!("{base}/{full_name}/commit/{sha}"),
        "comments_url": format!("{link}/comments"),
        "commit": {
            "author": person, "committer": person, "message": "Change the content",
            "tree": { "sha": sha, "url": format!("{git}/trees/{sha}") },
            "url": format!("{git}/commits/{sha}"), "comment_count": 0,
            "verification": {
                "verified": false, "reason": "unsigned", "signature": null, "payload": null,
                "verified_at": null,
            },
        },
        "author": entry.account.shape(base), "committer": entry.account.shape(base), "parents": [],
        "stats": { "total": 0, "additions": 0, "deletions": 0 }, "files": [],
    })
}

pub fn rate_limit(quotas: &mut Quotas) -> Value {
    let count = |quota: &Quota| {
        json!({
            "limit": quota.limit, "used": quota.used, "remaining": quota.left(),
            "reset": seconds(quota.reset), "resource": quota.resource,
        })
    };
    let core = count(quotas.core());
    let (search, graphql) = (count(quotas.search()), count(quotas.graphql()));
    json!({ "resources": { "core": core, "search": search, "graphql": graphql }, "rate": core })
}

pub fn first_day() -> DateTime<Utc> {
    DateTime::from_timestamp(FIRST_DAY, 0).unwrap_or_default()
}

pub fn pushed_at(entry: &Entry) -> DateTime<Utc> {
    let set = entry.repo.pushed_at.as_deref();
    let set = set.map(|date| DateTime::parse_from_rfc3339(date).expect("a date in RFC 3339"));
    let follows = || first_day() + Days::new(entry.revision.into());
    set.map_or_else(follows, |date| date.to_utc())
}

pub fn add_links(value: &mut Value, address: &str, links: &[(&str, &str)]) {
    let links = links.iter().map(|(field, end)| (*field, format!("{address}{end}")));
    for (field, link) in links {
        value[field] = Value::String(link);
    }
}

pub fn add(value: &mut Value, more: Value) {
    if let (Value::Object(fields), Value::Object(more)) = (value, more) {
        fields.extend(more);
    }
}

pub fn node_id(kind: &str, id: u64) -> String {
    base64(format!("0{}:{kind}{id}", kind.len()).as_bytes())
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let number = (0..3)
            .fold(0, |number, at| number << 8 | usize::from(group.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let digit = DIGITS[number >> (18 - 6 * at) & 63];
            text.push(if at <= group.len() { digit.into() } else { '=' });
        }
    }
    text
}

pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut number, mut bits) = (0_u32, 0);
    for digit in text.trim_end_matches('=').bytes() {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        number = number << 6 | u32::try_from(value).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((number >> bits & 0xff) as u8);
        }
    }
    Some(bytes)
}
