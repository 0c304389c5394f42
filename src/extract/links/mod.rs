//! Canonical URLs, so that an article cited with different URLs is one resource.

mod edit;
mod publishers;

use url::Url;

use edit::{keep, set};

/// Query parameters that identify the referrer or campaign, not the content.
const TRACKING: [&str; 20] = [
    "fbclid", "gclid", "msclkid", "yclid", "mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "ref",
    "ref_src", "source", "igshid", "si", "spm", "trk", "cmpid", "gi", "sk", "feature",
];
/// Redirecting URLs with their target in a query parameter: host, path and parameter.
const REDIRECTS: [(&str, &str, &str); 4] = [
    ("google.com", "/url", "q"),
    ("google.com", "/url", "url"),
    ("l.facebook.com", "/l.php", "u"),
    ("linkedin.com", "/redir/redirect", "url"),
];
/// Mirrors of Medium, with the same paths.
const MEDIUM_MIRRORS: [&str; 3] = ["scribe.rip", "scribe.bus-hit.me", "readmedium.com"];

/// The canonical form of the absolute http(s) URL `raw`. `None` for anything else, for URLs with a user name,
/// and for host names without a dot.
///
/// Scheme and host are lower-cased; http becomes https; default port, `www.`, tracking parameters, fragment,
/// trailing slash and `/index.html` are removed. A fragment that a script uses as a route (`#/…`, `#!…`) is
/// kept. The different URLs of one page at arXiv, YouTube, GitHub, DOI, Medium, Wikipedia, the web archive
/// and some publishers become one. O(length).
///
/// ```
/// use cairn::extract::links::canonical;
/// let url = canonical("HTTP://www.Example.org:80/a/?utm_source=x&id=1#top");
/// assert_eq!(url.as_deref(), Some("https://example.org/a?id=1"));
/// assert_eq!(canonical("https://arxiv.org/pdf/1706.03762v5.pdf").unwrap(), "https://arxiv.org/abs/1706.03762");
/// assert_eq!(canonical("javascript:alert(1)"), None);
/// ```
pub fn canonical(raw: &str) -> Option<String> {
    let mut url = plain(raw)?;
    // A URL inside another is unwrapped once: real links don't nest deeper.
    if let Some(inner) = inner(&url) {
        url = plain(&inner).unwrap_or(url);
    }
    by_host(&mut url);
    let text = String::from(url);
    Some(text.strip_suffix('/').unwrap_or(&text).to_owned())
}

/// Applies the rules for all hosts to the URL `raw`. `None` if it has no canonical form; see [`canonical`].
fn plain(raw: &str) -> Option<Url> {
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
    if !url.fragment().is_some_and(|fragment| fragment.starts_with(['/', '!'])) {
        url.set_fragment(None);
    }
    keep(&mut url, |name| !name.starts_with("utm_") && !TRACKING.contains(&name));
    let path = url.path().strip_suffix("/index.html").or(url.path().strip_suffix('/'));
    if let Some(path) = path.filter(|path| !path.is_empty()).map(str::to_owned) {
        url.set_path(&path);
    }
    Some(url)
}

/// The URL inside `url`, if `url` is a redirect, or if it belongs to the web archive or a similar site.
fn inner(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    for (_, _, name) in REDIRECTS.iter().filter(|(h, path, _)| host == *h && url.path() == *path) {
        let target = url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value);
        if let Some(target) = target.filter(|target| target.starts_with("http")) {
            return Some(target.into_owned());
        }
    }
    let wraps = matches!(host, "web.archive.org" | "freedium.cfd" | "12ft.io" | "archive.ph");
    let at = url.path().find("/http").filter(|_| wraps)?;
    let target = url[url::Position::BeforePath..].get(at + 1..)?;
    // The two slashes of the inner URL may have been merged into one.
    let (scheme, rest) = target.split_once(":/")?;
    Some(format!("{scheme}://{}", rest.trim_start_matches('/')))
}

/// Applies the rules of `url`'s host.
fn by_host(url: &mut Url) {
    let host = url.host_str().unwrap_or_default().to_owned();
    let parts: Vec<String> = url.path().split('/').skip(1).map(str::to_owned).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match host.as_str() {
        "arxiv.org" | "export.arxiv.org" | "ar5iv.org" | "ar5iv.labs.arxiv.org" => {
            arxiv(url, &parts)
        }
        "youtube.com" | "m.youtube.com" | "youtu.be" | "youtube-nocookie.com" => {
            youtube(url, &host, &parts);
        }
        "dx.doi.org" | "doi.org" => {
            let path = url.path().to_lowercase();
            set(url, "doi.org", &path);
        }
        "github.com" | "raw.githubusercontent.com" => github(url, &host, &parts),
        _ if publishers::by_host(url, &host, &parts) => {}
        host if MEDIUM_MIRRORS.contains(&host) => {
            let path = url.path().to_owned();
            set(url, "medium.com", &path);
            url.set_query(None);
        }
        host if host == "medium.com" || host.ends_with(".medium.com") => url.set_query(None),
        host => {
            if let Some((language, "wikipedia.org")) = host.split_once(".m.") {
                let path = url.path().to_owned();
                set(url, &format!("{language}.wikipedia.org"), &path);
            }
        }
    }
}

/// Replaces the URL of a paper, in any of arXiv's forms, with that of the paper's abstract page without a version.
fn arxiv(url: &mut Url, parts: &[&str]) {
    let [form, rest @ ..] = parts else { return };
    let id = match (*form, rest) {
        ("abs" | "pdf" | "html" | "format" | "ps", [_, ..]) => rest.join("/"),
        // Some links leave out the form.
        (id, []) if is_arxiv_id(id) => id.to_owned(),
        _ => return,
    };
    // A link in brackets may contain the closing one.
    let id = id.trim_end_matches(')');
    let id = id.strip_suffix(".pdf").unwrap_or(id);
    let unversioned = id.rsplit_once('v').filter(|(before, version)| {
        before.ends_with(|c: char| c.is_ascii_digit())
            && version.bytes().all(|b| b.is_ascii_digit())
    });
    let id = unversioned.map_or(id, |(before, _)| before).to_owned();
    set(url, "arxiv.org", &format!("/abs/{id}"));
    url.set_query(None);
}

/// Whether `text` begins like an id of arXiv since April 2007, such as `1706.03762`.
fn is_arxiv_id(text: &str) -> bool {
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    text.split_once('.').is_some_and(|(date, number)| {
        date.len() == 4 && is_digits(date) && number.get(..4).is_some_and(is_digits)
    })
}

/// Replaces the URL of a video with that of the video's page, without playlist and start time. Any other URL keeps its
/// path, but loses its query, except the id of a playlist.
fn youtube(url: &mut Url, host: &str, parts: &[&str]) {
    let watched = url.query_pairs().find(|(name, _)| name == "v").map(|(_, id)| id.into_owned());
    let id = match (host, parts) {
        ("youtu.be", [id, ..]) => Some((*id).to_owned()),
        (_, ["embed" | "shorts" | "live" | "v", id, ..]) if *id != "videoseries" => {
            Some((*id).to_owned())
        }
        (_, ["watch"]) => watched,
        _ => None,
    };
    let path = url.path().to_owned();
    match id.filter(|id| !id.is_empty()) {
        Some(id) => {
            set(url, "youtube.com", "/watch");
            url.query_pairs_mut().clear().append_pair("v", &id);
        }
        None => {
            set(url, "youtube.com", &path);
            keep(url, |name| name == "list");
        }
    }
}

/// Replaces the URLs of a file's raw, blame and edit views with the URL of its page, and the URL of a branch's root
/// folder with that of the repository. Owner and repository are lower-cased, because GitHub ignores their case.
fn github(url: &mut Url, host: &str, parts: &[&str]) {
    let [owner, name, rest @ ..] = parts else { return };
    let name = name.strip_suffix(".git").unwrap_or(name);
    let repository = format!("/{owner}/{name}").to_lowercase();
    let path = match (host, rest) {
        ("raw.githubusercontent.com", ["refs", "heads", rest @ ..] | rest) if rest.len() > 1 => {
            format!("{repository}/blob/{}", rest.join("/"))
        }
        (_, ["raw" | "blame" | "edit", rest @ ..]) if rest.len() > 1 => {
            format!("{repository}/blob/{}", rest.join("/"))
        }
        (_, ["tree", _]) | (_, []) => repository,
        (_, rest) => format!("{repository}/{}", rest.join("/")),
    };
    set(url, "github.com", &path);
    if rest.first().is_some_and(|first| matches!(*first, "blob" | "raw" | "tree"))
        || rest.is_empty()
    {
        url.set_query(None);
    }
}

#[cfg(test)]
mod tests {
    use super::canonical;

    /// Checks pairs of a URL and its canonical form.
    fn check(pairs: &[(&str, &str)]) {
        for (raw, expected) in pairs {
            assert_eq!(canonical(raw).as_deref(), Some(*expected), "{raw}");
            assert_eq!(canonical(expected).as_deref(), Some(*expected), "{expected} is canonical");
        }
    }

    #[test]
    fn forms_of_one_url_become_one() {
        check(&[
            ("https://example.org/", "https://example.org"),
            ("http://example.org", "https://example.org"),
            ("https://example.org/a/b/#c", "https://example.org/a/b"),
            ("https://example.org/a/index.html#c", "https://example.org/a"),
            ("https://example.org/a?b=c%20d", "https://example.org/a?b=c%20d"),
            ("https://example.org/?gclid=1", "https://example.org"),
            ("https://example.org/a#/chapter/2", "https://example.org/a#/chapter/2"),
            ("https://example.org/a#:~:text=x", "https://example.org/a"),
            ("https://arxiv.org/pdf/1706.03762", "https://arxiv.org/abs/1706.03762"),
            ("http://arxiv.org/abs/1706.03762v7?context=cs", "https://arxiv.org/abs/1706.03762"),
            ("https://arxiv.org/1706.03762.pdf)", "https://arxiv.org/abs/1706.03762"),
            ("https://arxiv.org/corr/home", "https://arxiv.org/corr/home"),
            ("https://arxiv.org/pdf/cs/0112017v1.pdf", "https://arxiv.org/abs/cs/0112017"),
            ("https://arxiv.org/list/cs.LG/recent", "https://arxiv.org/list/cs.LG/recent"),
            ("https://youtu.be/abc_1-2?t=9", "https://youtube.com/watch?v=abc_1-2"),
            ("https://m.youtube.com/watch?list=L&v=abc&t=3", "https://youtube.com/watch?v=abc"),
            ("https://www.youtube.com/embed/abc?rel=0", "https://youtube.com/watch?v=abc"),
            ("https://www.youtube.com/playlist?list=L&si=x", "https://youtube.com/playlist?list=L"),
            ("https://dx.doi.org/10.1145/ABC", "https://doi.org/10.1145/abc"),
            ("https://medium.com/@a/t-1?source=x", "https://medium.com/@a/t-1"),
            ("https://scribe.rip/@a/t-1", "https://medium.com/@a/t-1"),
            ("https://freedium.cfd/https://medium.com/@a/t-1", "https://medium.com/@a/t-1"),
            ("https://web.archive.org/web/2020/http://a.org/x?y=1", "https://a.org/x?y=1"),
            ("https://www.google.com/url?q=https://a.org/x&sa=D", "https://a.org/x"),
            ("https://en.m.wikipedia.org/wiki/A", "https://en.wikipedia.org/wiki/A"),
        ]);
    }

    #[test]
    fn forms_of_one_github_page_become_one() {
        check(&[
            ("https://github.com/A/B/", "https://github.com/a/b"),
            ("https://github.com/A/B.git", "https://github.com/a/b"),
            ("https://github.com/a/b/tree/main", "https://github.com/a/b"),
            ("https://github.com/a/b/tree/main/Docs", "https://github.com/a/b/tree/main/Docs"),
            (
                "https://github.com/a/b/raw/main/x.pdf?raw=true",
                "https://github.com/a/b/blob/main/x.pdf",
            ),
            (
                "https://raw.githubusercontent.com/a/b/main/X.md",
                "https://github.com/a/b/blob/main/X.md",
            ),
            (
                "https://raw.githubusercontent.com/a/b/refs/heads/main/X.md",
                "https://github.com/a/b/blob/main/X.md",
            ),
        ]);
    }

    #[test]
    fn urls_that_are_not_web_addresses_are_rejected() {
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
