//! Canonical addresses, so that one article cited in two ways is one resource.

use url::Url;

/// Query parameters that say who sent the reader, not what is read.
const TRACKING: [&str; 8] =
    ["fbclid", "gclid", "mc_cid", "mc_eid", "ref", "ref_src", "source", "igshid"];

/// The canonical form of the absolute http(s) address `raw`, or `None` for anything else.
///
/// Scheme and host in lower case, default port, `www.`, tracking parameters, fragment and trailing
/// slash removed; http becomes https. O(length).
///
/// ```
/// use cairn::extract::links::canonical;
/// let url = canonical("HTTP://www.Example.org:80/a/?utm_source=x&id=1#top");
/// assert_eq!(url.as_deref(), Some("https://example.org/a?id=1"));
/// assert_eq!(canonical("javascript:alert(1)"), None);
/// ```
pub fn canonical(raw: &str) -> Option<String> {
    let mut url = Url::parse(raw.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() {
        return None;
    }
    let host = url.host_str()?;
    if !host.contains('.') && !host.contains(':') {
        return None;
    }
    let host = host.strip_prefix("www.").unwrap_or(host).to_owned();
    url.set_host(Some(&host)).ok()?;
    url.set_scheme("https").ok()?;
    if url.port() == Some(80) {
        url.set_port(None).ok()?;
    }
    url.set_fragment(None);
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| !name.starts_with("utm_") && !TRACKING.contains(&name.as_ref()))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if kept.is_empty() {
        url.set_query(None);
    } else if kept.len() != url.query_pairs().count() {
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
    if let Some(path) = url.path().strip_suffix('/').filter(|path| !path.is_empty()) {
        let path = path.to_owned();
        url.set_path(&path);
    }
    let text = String::from(url);
    Some(text.strip_suffix('/').unwrap_or(&text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn forms_of_one_address_are_one() {
        for (raw, expected) in [
            ("https://example.org/", "https://example.org"),
            ("http://example.org", "https://example.org"),
            ("https://example.org/a/b/#c", "https://example.org/a/b"),
            ("https://example.org/a?b=c%20d", "https://example.org/a?b=c%20d"),
            ("https://example.org/?gclid=1", "https://example.org"),
        ] {
            assert_eq!(canonical(raw).as_deref(), Some(expected), "{raw}");
        }
    }

    #[test]
    fn what_is_no_web_address_is_none() {
        for raw in [
            "#top",
            "../a.md",
            "mailto:a@b.c",
            "data:image/png;base64,xx",
            "http://",
            "http://localhost/x",
            "https://user:pw@example.org/",
            "ftp://example.org",
        ] {
            assert_eq!(canonical(raw), None, "{raw}");
        }
    }
}
