//! Changes parts of a URL.

use url::Url;

/// Removes the query parameters whose name `wanted` rejects.
pub(super) fn keep(url: &mut Url, wanted: impl Fn(&str) -> bool) {
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| wanted(name))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if kept.is_empty() {
        url.set_query(None);
    } else if kept.len() != url.query_pairs().count() {
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
}

/// Sets host and path of `url`; changes nothing if `host` is invalid.
pub(super) fn set(url: &mut Url, host: &str, path: &str) {
    if url.set_host(Some(host)).is_ok() {
        url.set_path(path);
    }
}
