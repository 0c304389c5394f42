//! The path below which people reach this server, if a proxy serves it in a folder: `/cairn` for `https://host/cairn`.
//!
//! The pages, routes and redirects of this program begin with `/`. [`BasePath::strip`] removes the base path from
//! requests, and [`super::middleware::base_path`] adds it to the addresses of responses, so nothing else has to know
//! it. Requests without the base path are served in the same way, because some proxies remove it.

use anyhow::{Context, bail};
use axum::extract::{OriginalUri, Request};
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use url::Url;

use crate::config::Config;

/// The first segments of this program's own paths.
const OWN: [&str; 25] = [
    ".well-known",
    "about",
    "api",
    "assets",
    "cases",
    "compare",
    "documents",
    "feed.atom",
    "healthz",
    "mcp",
    "metrics",
    "new",
    "openapi.json",
    "opensearch.xml",
    "path",
    "queries",
    "readyz",
    "report",
    "resources",
    "results",
    "robots.txt",
    "sections",
    "sources",
    "suggestions",
    "topics",
];

/// A base path without a slash at its end; empty if the server is reached at the root of its host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct BasePath(String);

/// Checks whether a server can be reached at the URL that `config` names, if any: [`BasePath::of`].
pub fn check_url(config: &Config) -> anyhow::Result<()> {
    BasePath::of(config.url.as_deref()).map(drop)
}

impl BasePath {
    /// The path of `url`, the key `[serve] url`.
    ///
    /// `Err` if `url` is no http address, has a query or a fragment, or if its path begins like one of this program's
    /// own: requests through a proxy that removes the base path would then be ambiguous.
    pub fn of(url: Option<&str>) -> anyhow::Result<BasePath> {
        let Some(text) = url else { return Ok(BasePath::default()) };
        let advice =
            "write an address such as https://cairn.example.org or https://example.org/cairn";
        let url = Url::parse(text)
            .with_context(|| format!("[serve] url = {text:?} can't be read: {advice}"))?;
        if !matches!(url.scheme(), "http" | "https") || url.query().or(url.fragment()).is_some() {
            bail!("[serve] url = {text:?} is no address of a server: {advice}");
        }
        let path = url.path().trim_end_matches('/');
        let first = path.split('/').nth(1).unwrap_or_default();
        if OWN.contains(&first) {
            bail!(
                "[serve] url = {text:?}: Cairn has pages of its own below /{first}; choose another path, such as /cairn"
            );
        }
        Ok(BasePath(path.to_owned()))
    }

    /// Whether the server is reached at the root of its host.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `address` is a path on this server: it begins with exactly one slash.
    pub fn is_own(address: &[u8]) -> bool {
        address.starts_with(b"/") && !address.starts_with(b"//")
    }

    /// The address of `path`, one of this program's own paths.
    pub fn with(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `request` without the base path in its target.
    pub fn strip<B>(&self, mut request: Request<B>) -> Request<B> {
        if let Some(stripped) = self.stripped(request.uri()) {
            *request.uri_mut() = stripped;
        }
        let original = OriginalUri(request.uri().clone());
        request.extensions_mut().insert(original);
        request
    }

    /// `uri` without the base path; `None` if it is not below the base path.
    fn stripped(&self, uri: &Uri) -> Option<Uri> {
        let target = uri.path_and_query()?.as_str().strip_prefix(&self.0)?;
        let target = match target.as_bytes().first() {
            None => "/".to_owned(),
            Some(b'/') => target.to_owned(),
            Some(b'?') => format!("/{target}"),
            Some(_) => return None,
        };
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(target).ok()?);
        Uri::from_parts(parts).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_path_is_removed_from_targets_below_it_only() {
        let base = BasePath::of(Some("https://example.org/study/cairn")).unwrap();
        let stripped = |target: &str| {
            let request = Request::get(target).body(()).unwrap();
            base.strip(request).uri().to_string()
        };
        for (target, own) in [
            ("/study/cairn", "/"),
            ("/study/cairn/", "/"),
            ("/study/cairn?q=a", "/?q=a"),
            ("/study/cairn/topics/a%2Fb?x=/study/cairn", "/topics/a%2Fb?x=/study/cairn"),
            ("/topics", "/topics"),
            ("/study/cairns", "/study/cairns"),
            ("/study", "/study"),
            ("http://localhost/study/cairn/new", "http://localhost/new"),
        ] {
            assert_eq!(stripped(target), own, "{target}");
        }
        assert_eq!(base.with("/new"), "/study/cairn/new");
    }

    #[test]
    fn addresses_that_are_no_place_for_a_server_are_refused() {
        for root in [None, Some("https://example.org"), Some("http://localhost:8080/")] {
            assert!(BasePath::of(root).unwrap().is_root(), "{root:?}");
        }
        for (wrong, says) in [
            ("example.org/cairn", "can't be read"),
            ("ftp://example.org/cairn", "no address"),
            ("https://example.org/cairn?x=1", "no address"),
            ("https://example.org/topics", "below /topics"),
            ("https://example.org/api/cairn/", "below /api"),
        ] {
            let problem = format!("{:#}", BasePath::of(Some(wrong)).unwrap_err());
            assert!(problem.contains(says) && problem.contains("[serve] url"), "{problem}");
        }
    }
}
