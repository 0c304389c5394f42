//! Routes requests, and responds for the hosts besides the API: archives (codeload), raw files and
//! the web. Their errors are plain text.

use std::fs;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;

use super::api::Client;
use super::body::Content;
use super::faults::Surface;
use super::http::{Answer, Call, weak_etag};
use super::state::{Entry, Found, Shared, Store};
use super::{Fault, api, archive, graphql};

const PLAIN_TEXT: &str = "text/plain; charset=utf-8";
const PAGE: &[u8] = b"<!DOCTYPE html><title>Oops</title><p>This page is taking too long.</p>";

pub async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let call = Call::read(request).await;
    let answer = answer(&shared, &call);
    let progress = shared.lock().log.push(super::Request {
        method: call.method.to_string(),
        path: call.target,
        body: call.body,
        status: answer.status.as_u16(),
        if_none_match: call.if_none_match,
        authorized: call.authorization.is_some(),
        user_agent: call.user_agent,
        bytes_sent: 0,
        finished: false,
    });
    answer.respond(progress, call.method == Method::HEAD)
}

fn answer(shared: &Shared, call: &Call) -> Answer {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    if call.method == Method::POST && matches!(&segments[..], ["graphql"] | ["api", "graphql"]) {
        return graphql::answer(shared, call);
    }
    if call.method != Method::GET && call.method != Method::HEAD {
        return plain(404);
    }
    match segments.as_slice() {
        ["rate_limit"] => api::answer(shared, call, &api::Asked::Quota),
        ["search", "repositories"] => api::answer(shared, call, &api::Asked::Search),
        ["users", login] => api::answer(shared, call, &api::Asked::User((*login).to_owned())),
        ["repos", owner, name, rest @ ..] => {
            let asked = api::Asked::Name(format!("{owner}/{name}"), rest.join("/"));
            api::answer(shared, call, &asked)
        }
        ["repositories", id, rest @ ..] => {
            let id = id.parse().unwrap_or_default();
            api::answer(shared, call, &api::Asked::Id(id, rest.join("/")))
        }
        [owner, name, kind @ ("tar.gz" | "legacy.tar.gz"), reference @ ..]
            if !reference.is_empty() =>
        {
            let rest = reference.join("/");
            let asked = Asked { surface: Surface::Archive, rest: &format!("{kind}/{rest}") };
            named(shared, call, &format!("{owner}/{name}"), asked, |entry, fault| {
                tarball(call, entry, &rest, fault)
            })
        }
        [owner, name, "archive", file] if file.ends_with(".tar.gz") => {
            let asked = Asked { surface: Surface::Web, rest: &format!("archive/{file}") };
            let reference = file.trim_end_matches(".tar.gz");
            named(shared, call, &format!("{owner}/{name}"), asked, |entry, _| {
                let full_name = &entry.repo.full_name;
                let to = format!("{}/{full_name}/tar.gz/{reference}", shared.base);
                Answer::new(302, Vec::new()).with("content-length", "0").with("location", to)
            })
        }
        [owner, name, rest @ ..] if rest.len() > 1 => {
            let rest = rest.join("/");
            let asked = Asked { surface: Surface::Raw, rest: &rest };
            named(shared, call, &format!("{owner}/{name}"), asked, |entry, fault| {
                raw_file(call, entry, &rest, fault)
            })
        }
        _ => plain(404),
    }
}

/// A request for a repository outside the API: the host, and the rest of the path.
struct Asked<'a> {
    surface: Surface,
    rest: &'a str,
}

/// Finds the repository and responds with `serve`, unless it moved, is missing or has a fault that
/// determines the response.
fn named(
    shared: &Shared,
    call: &Call,
    full_name: &str,
    asked: Asked<'_>,
    serve: impl FnOnce(&Entry, Fault) -> Answer,
) -> Answer {
    let mut state = shared.lock();
    let fault = state.fault(full_name, asked.surface);
    match fault {
        Fault::Status(status) => return plain(status),
        Fault::RetryAfter { seconds } | Fault::SecondaryLimitIn200 { seconds } => {
            return plain(429).with("retry-after", seconds.to_string());
        }
        Fault::AccessBlocked => return text(403, "Repository access blocked"),
        Fault::Elsewhere { port } => {
            let to = format!("http://127.0.0.1:{port}{}", call.target);
            return Answer::new(302, Vec::new()).with("location", to);
        }
        _ => {}
    }
    let found = state.by_name(full_name);
    let client = match (asked.surface, &found) {
        // The archive host checks the token in the URL; the web host has no session here.
        (Surface::Archive, Found::Here(entry)) => {
            let token = call.query("token").and_then(|token| state.archive_tokens.get(token));
            if token == Some(&entry.id) { Client::SignedIn } else { Client::Anonymous }
        }
        (Surface::Archive | Surface::Web, _) => Client::Anonymous,
        _ => state.client(call),
    };
    let found = match state.visible(found, client) {
        Found::Moved { id, .. } if asked.surface == Surface::Web => state.by_id(id),
        Found::Moved { .. } if asked.surface == Surface::Archive && state.archives_forget_names => {
            Found::Missing
        }
        found => found,
    };
    drop(state);
    match found {
        Found::Here(entry) => serve(&entry, fault),
        Found::Moved { full_name, .. } => {
            let to = format!("{}{}/{full_name}/{}", shared.base, call.mount, asked.rest);
            Answer::new(301, Vec::new()).with("location", to)
        }
        Found::Missing => plain(404),
    }
}

fn tarball(call: &Call, entry: &Entry, reference: &str, fault: Fault) -> Answer {
    if !names_head(entry, reference) {
        return plain(404);
    }
    let Some(content) = content(&entry.store, fault) else {
        return plain(404);
    };
    let (_, name) = entry.parts();
    let sha = &entry.repo.sha;
    let mut etag_of = format!("tar.gz {name} {sha}");
    if entry.packing > 0 {
        etag_of = format!("{etag_of} {}", entry.packing);
    }
    let mut answer = Answer::new(200, Vec::new());
    answer.content = content;
    // No content-length: GitHub creates archives while it sends them.
    answer
        .with("access-control-allow-origin", "https://render.githubusercontent.com")
        .with("content-disposition", format!("attachment; filename={name}-{sha}.tar.gz"))
        .with("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
        .with("content-type", "application/x-gzip")
        .with("cross-origin-resource-policy", "cross-origin")
        .with("etag", weak_etag(etag_of.as_bytes()))
        .with("strict-transport-security", "max-age=31536000")
        .with("vary", "Authorization,Accept-Encoding,Origin")
        .with("x-content-type-options", "nosniff")
        .with("x-frame-options", "deny")
        .with("x-github-request-id", api::request_id())
        .with("x-xss-protection", "1; mode=block")
        .unless_known(call, fault)
}

fn content(store: &Store, fault: Fault) -> Option<Content> {
    if fault == Fault::NotGzip {
        return Some(Content::Memory(PAGE.into()));
    }
    match store {
        Store::Memory(bytes) => Some(Content::Memory(bytes.clone())),
        Store::Disk(path) => {
            let file = fs::File::open(path).ok()?;
            let length = file.metadata().ok()?.len();
            Some(Content::Disk { file: file.into(), length })
        }
    }
}

fn raw_file(call: &Call, entry: &Entry, rest: &str, fault: Fault) -> Answer {
    // A branch may contain slashes, so each prefix is tried as the reference.
    let cuts = rest.match_indices('/').map(|(at, _)| (&rest[..at], &rest[at + 1..]));
    let path = cuts.into_iter().find(|(reference, _)| names_head(entry, reference));
    let file = path.and_then(|(_, path)| archive::file_in(&entry.store, |name| name == path));
    let Some((_, bytes)) = file else {
        return plain(404);
    };
    let length = bytes.len().to_string();
    let etag = weak_etag(&bytes);
    let answer = Answer::new(200, bytes)
        .with("cache-control", "max-age=300")
        .with("content-type", PLAIN_TEXT)
        .with("etag", etag)
        .with("x-github-request-id", api::request_id())
        .unless_known(call, fault);
    match answer.status.as_u16() {
        200 => answer.with("content-length", length),
        _ => answer,
    }
}

/// Whether a reference names the only commit that this server has of a repository.
pub fn names_head(entry: &Entry, reference: &str) -> bool {
    let sha = &entry.repo.sha;
    let branch = reference.strip_prefix("refs/").unwrap_or(reference);
    let branch = branch.strip_prefix("heads/").unwrap_or(branch);
    let short = reference.len() >= 7 && sha.starts_with(&reference.to_lowercase());
    !sha.is_empty() && (reference == "HEAD" || branch == entry.repo.default_branch || short)
}

fn plain(status: u16) -> Answer {
    let code = StatusCode::from_u16(status).ok();
    let reason = code.and_then(|code| code.canonical_reason()).unwrap_or("Error");
    text(status, &format!("{status}: {reason}"))
}

fn text(status: u16, text: &str) -> Answer {
    let mut answer = Answer::new(status, Vec::new());
    let text = text.to_owned();
    let length = text.len().to_string();
    answer.content = Content::Memory(text.into());
    answer
        .with("content-length", length)
        .with("content-type", PLAIN_TEXT)
        .with("x-github-request-id", api::request_id())
}
