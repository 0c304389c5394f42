//! The API's documents about one repository, from its metadata to its issues.

use std::cell::OnceCell;

use super::Fault;
use super::api::{error, json, tagged};
use super::errors::{self, Error};
use super::http::{Answer, Call, weak_etag};
use super::issues;
use super::routes::names_head;
use super::shapes;
use super::state::{Entry, Found, State};
use super::threads::Threads;

/// The base URLs of links in the documents.
#[derive(Clone, Copy)]
pub struct Bases<'a> {
    /// The API, with its mount path.
    pub api: &'a str,
    pub web: &'a str,
    pub archives: &'a str,
}

/// Responds to the path `rest` of a repository; if it moved, with a redirect.
pub fn serve(
    state: &mut State,
    bases: Bases<'_>,
    call: &Call,
    (found, rest): (Found, &str),
    fault: Fault,
) -> Answer {
    match found {
        Found::Missing => error(&Error::status(404)),
        Found::Moved { id, .. } => {
            let slash = if rest.is_empty() { "" } else { "/" };
            let query = call.target.split_once('?').map_or("", |(_, query)| query);
            let mark = if query.is_empty() { "" } else { "?" };
            let to = format!("{}/repositories/{id}{slash}{rest}{mark}{query}", bases.api);
            json(301, &errors::moved(&to)).with("location", to)
        }
        Found::Here(entry) => document(state, bases, call, &entry, rest).unless_known(call, fault),
    }
}

fn document(state: &mut State, bases: Bases<'_>, call: &Call, entry: &Entry, rest: &str) -> Answer {
    let base = bases.api;
    let parts: Vec<&str> = rest.split('/').collect();
    match parts.as_slice() {
        [""] => {
            let date = shapes::pushed_at(entry).format("%a, %d %b %Y %H:%M:%S GMT");
            tagged(&shapes::repository_with_origin(base, entry))
                .with("last-modified", date.to_string())
        }
        ["license"] => match shapes::licence_file(base, entry) {
            Some(file) => tagged(&file),
            None => error(&Error::status(404)),
        },
        ["readme"] => readme(base, call, entry),
        ["commits", reference @ ..] if !reference.is_empty() => {
            commit(base, call, entry, &reference.join("/"))
        }
        ["tarball", reference @ ..] => tarball(state, bases, entry, &reference.join("/")),
        ["issues", rest @ ..] => {
            let none = OnceCell::new();
            let threads = state.threads.get(&entry.id);
            let threads = threads.unwrap_or_else(|| none.get_or_init(Threads::default));
            issues::answer(bases, call, entry, threads, rest)
        }
        _ => error(&Error::status(404)),
    }
}

fn readme(base: &str, call: &Call, entry: &Entry) -> Answer {
    let Some((path, bytes)) = shapes::readme(entry) else {
        return error(&Error::status(404));
    };
    if call.accept.contains("application/vnd.github") && call.accept.contains("raw") {
        let etag = weak_etag(&bytes);
        return Answer::new(200, bytes)
            .with("content-type", "application/vnd.github.raw; charset=utf-8")
            .with("etag", etag)
            .with("x-github-media-type", "github.v3; param=raw");
    }
    tagged(&shapes::file(base, entry, &path, &bytes))
}

fn commit(base: &str, call: &Call, entry: &Entry, reference: &str) -> Answer {
    let sha = &entry.repo.sha;
    if sha.is_empty() {
        return error(&Error::status(409));
    }
    if !names_head(entry, reference) {
        return error(&Error::no_commit(reference));
    }
    let accept = &call.accept;
    if accept.contains("application/vnd.github.") && accept.contains("sha") {
        return Answer::new(200, sha.clone().into_bytes())
            .with("content-type", "application/vnd.github.sha; charset=utf-8")
            .with("etag", format!("\"{sha}\""))
            .with("x-github-media-type", "github.v3; param=sha");
    }
    tagged(&shapes::commit(base, entry))
}

/// A redirect to the archive host; for a private repository, with a token in the URL.
fn tarball(state: &mut State, bases: Bases<'_>, entry: &Entry, reference: &str) -> Answer {
    let branch = format!("refs/heads/{}", entry.repo.default_branch);
    let reference = if reference.is_empty() { &branch } else { reference };
    let mut to = format!("{}/{}/legacy.tar.gz/{reference}", bases.archives, entry.repo.full_name);
    if entry.repo.private {
        to = format!("{to}?token={}", state.archive_token(entry.id));
    }
    Answer::new(302, Vec::new())
        .with("cache-control", "public, must-revalidate, max-age=0")
        .with("content-type", "text/html;charset=utf-8")
        .with("location", to)
}
