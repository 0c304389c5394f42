//! Adds the [base path](crate::serve::base_path) to the addresses of responses: the links, forms and files of pages, the
//! targets of redirects, and each `url` in JSON that is a path on this server.
//!
//! Pages are read with an HTML tokenizer, and the base path is inserted where the value of an attribute begins. Texts are
//! never changed. JSON is parsed and written again. Nothing happens if there is no base path.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::response::Parts;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};
use serde_json::Value;

use crate::serve::base_path::BasePath;
use crate::serve::error::RequestFailure;
use crate::serve::state::ServerState;

/// The attributes that contain addresses.
const ADDRESSES: [&[u8]; 4] = [b"href", b"src", b"action", b"data-copy"];

/// Adds the base path to the response of `next`. If there is a base path, costs a pass over each page and JSON answer.
pub(in crate::serve) async fn add(
    State(state): State<Arc<ServerState>>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    if state.base.is_root() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let to = parts.headers.get(header::LOCATION).and_then(|to| to.to_str().ok());
    if let Some(to) = to.filter(|to| BasePath::is_own(to.as_bytes()))
        && let Ok(to) = HeaderValue::from_str(&state.base.with(to))
    {
        parts.headers.insert(header::LOCATION, to);
    }
    let Some(rewrite) = BodyRewrite::of(&parts) else { return Response::from_parts(parts, body) };
    // All of it is in memory already: pages and JSON answers are made as a whole.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return RequestFailure::internal("the response could not be read").into_response();
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(rewrite.apply(bytes, &state.base)))
}

/// What is rewritten in the body of a response.
enum BodyRewrite {
    Page,
    Json,
}

impl BodyRewrite {
    fn of(parts: &Parts) -> Option<BodyRewrite> {
        let kind = parts.headers.get(header::CONTENT_TYPE)?.as_bytes();
        if kind.starts_with(b"text/html") {
            return Some(BodyRewrite::Page);
        }
        kind.starts_with(b"application/json").then_some(BodyRewrite::Json)
    }

    fn apply(&self, bytes: Bytes, base: &BasePath) -> Bytes {
        let rewritten = match self {
            BodyRewrite::Page => std::str::from_utf8(&bytes).ok().map(|page| in_page(page, base)),
            BodyRewrite::Json => in_json(&bytes, base),
        };
        rewritten.map_or(bytes, Bytes::from)
    }
}

/// `page` with the base path in front of each address of this server.
fn in_page(page: &str, base: &BasePath) -> String {
    let mut is_address = false;
    let find = |event: CallbackEvent<'_>, span: Span<usize>| match event {
        CallbackEvent::AttributeName { name } => {
            is_address = ADDRESSES.contains(&name);
            None
        }
        CallbackEvent::AttributeValue { value } if is_address && BasePath::is_own(value) => {
            Some(span.start)
        }
        _ => None,
    };
    let mut emitter = CallbackEmitter::new(find);
    emitter.naively_switch_states(true);
    let mut written = String::with_capacity(page.len() + page.len() / 16);
    let mut copied = 0;
    for Ok(at) in Tokenizer::new_with_emitter(page, emitter) {
        // The span of a value without quotes begins after its first character.
        let slash = |at: usize| page.as_bytes().get(at) == Some(&b'/');
        let at = at - usize::from(!slash(at) && at > 0 && slash(at - 1));
        let Some(between) = page.get(copied..at) else { continue };
        written.push_str(between);
        written.push_str(base.as_str());
        copied = at;
    }
    written.push_str(page.get(copied..).unwrap_or_default());
    written
}

/// The JSON text `bytes` with the base path in each `url` of this server; `None` if it is no JSON.
fn in_json(bytes: &[u8], base: &BasePath) -> Option<String> {
    let mut answer: Value = serde_json::from_slice(bytes).ok()?;
    let mut left = vec![&mut answer];
    while let Some(value) = left.pop() {
        match value {
            Value::Array(items) => left.extend(items),
            Value::Object(fields) => {
                left.extend(fields.iter_mut().filter_map(|(name, value)| match value {
                    Value::String(url) if name == "url" => {
                        if BasePath::is_own(url.as_bytes()) {
                            *url = base.with(url);
                        }
                        None
                    }
                    value => Some(value),
                }))
            }
            _ => {}
        }
    }
    Some(answer.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> BasePath {
        BasePath::of(Some("https://example.org/cairn")).unwrap()
    }

    #[test]
    fn addresses_of_this_server_get_the_base_path_and_nothing_else_changes() {
        let page = "<!DOCTYPE html><title>href=\"/title\"</title>\
            <link rel=stylesheet href=\"/assets/a.css\"><script src='/assets/main.js'></script>\
            <p title=\"/not\">é <a class=x href=\"/\">/topics</a> <a href=/new>&lt;a href=\"/x\"&gt;</a>\
            <a href=\"#h-1\">here</a> <a href=\"https://x.org/a\">x</a> <a href=\"//x.org\">y</a>\
            <form action=\"/?q=a&amp;b\"><button data-copy=\"/cases/a/guide.md\">c</button></form>\
            <!-- <a href=\"/comment\"> --><svg><a href=\"/topics/é\"><text>t</text></a></svg>";
        let expected = page
            .replace("\"/assets/a.css", "\"/cairn/assets/a.css")
            .replace("'/assets/main", "'/cairn/assets/main")
            .replace("x href=\"/\"", "x href=\"/cairn/\"")
            .replace("href=/new", "href=/cairn/new")
            .replace("\"/?q=", "\"/cairn/?q=")
            .replace("\"/cases", "\"/cairn/cases")
            .replace("\"/topics/é", "\"/cairn/topics/é");
        assert_eq!(in_page(page, &base()), expected);
    }

    #[test]
    fn each_url_of_this_server_in_json_gets_the_base_path_and_nothing_else_changes() {
        let json = r#"{"error":{"near":[{"name":"/CTR","url":"/topics/ctr"}]},"home":"/x",
            "hits":[{"url":"https://x.org/a"},{"url":"/sections/1","text":"\"url\":\"/a\""},{"url":null}]}"#;
        let expected = json
            .replace(r#""/topics/ctr""#, r#""/cairn/topics/ctr""#)
            .replace(r#""/sections/1""#, r#""/cairn/sections/1""#);
        let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(parsed(&in_json(json.as_bytes(), &base()).unwrap()), parsed(&expected));
        assert_eq!(in_json(b"{", &base()), None);
    }
}
