//! The targets of an author's links.

use url::{Position, Url};

use super::images::PictureMode;

/// Where relative links of a document lead.
#[derive(Clone, Copy, Default)]
pub(in crate::serve::pages) struct LinkTargets<'a> {
    /// The file's own URL, against which relative URLs are resolved.
    pub base: Option<&'a Url>,
    /// The path of the page of the document that a relative link leads to; `None` if there is no such document.
    pub near: Option<NearLink<'a>>,
}

/// The path of the page that a relative link leads to.
type NearLink<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The URL of `written`: for an anchor of the same document, the place where this page has it; for another document of
/// its source, the page of that document; else the absolute URL. `None` if the URL is invalid or its scheme is not http,
/// https or mailto.
pub(super) fn target(written: &str, targets: LinkTargets) -> Option<String> {
    if let Some(anchor) = written.strip_prefix('#') {
        return (!anchor.is_empty()).then(|| format!("#h-{anchor}"));
    }
    if let Some(near) = targets.near.and_then(|near| near(written)) {
        return Some(match written.split_once('#') {
            Some((_, anchor)) if !anchor.is_empty() => format!("{near}#h-{anchor}"),
            _ => near,
        });
    }
    absolute(written, targets.base)
}

/// The absolute URL of `written`, resolved against `base`. A path that begins with a slash is one from the top of the
/// repository.
fn absolute(written: &str, base: Option<&Url>) -> Option<String> {
    let top = || top_of(base?);
    let from_top = written.strip_prefix('/').filter(|rest| !rest.starts_with('/'));
    let url = match from_top.and_then(|rest| top()?.join(rest).ok()) {
        Some(url) => url,
        None => Url::options().base_url(base).parse(written).ok()?,
    };
    let may_be = matches!(url.scheme(), "http" | "https" | "mailto");
    may_be.then(|| url.into())
}

/// The URL of the top of the repository with the file at `url`; `None` if `url` is not one of GitHub's URLs of files.
fn top_of(url: &Url) -> Option<Url> {
    let mut segments = url.path_segments()?;
    let [owner, name, blob, revision] = [(); 4].map(|()| segments.next().unwrap_or_default());
    let top = format!("/{owner}/{name}/blob/{revision}/");
    if blob != "blob" { None } else { url.join(&top).ok() }
}

/// The absolute URL of the picture `written`; only with the schemes http and https. If the page loads
/// the picture, the URL is that of the file, not of GitHub's page about the file.
pub(super) fn picture_target(
    written: &str,
    base: Option<&Url>,
    pictures: PictureMode,
) -> Option<String> {
    let url = absolute(written, base).filter(|url| url.starts_with("http"))?;
    let is_own = base.is_some_and(|base| url.starts_with(&base[..Position::BeforePath]));
    Some(match pictures {
        PictureMode::Loaded if is_own => url.replacen("/blob/", "/raw/", 1),
        _ => url,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_source_or_to_a_place_of_the_page() {
        let base = Url::parse("https://github.com/a/b/blob/c/docs/x.md").unwrap();
        let near = |written: &str| written.contains("own.md").then(|| "/documents/1".to_owned());
        let targets = LinkTargets { base: Some(&base), near: Some(&near) };
        let of = |written: &str| target(written, targets);
        assert_eq!(of("../y.md#z").as_deref(), Some("https://github.com/a/b/blob/c/y.md#z"));
        assert_eq!(of("#the-end").as_deref(), Some("#h-the-end"));
        assert_eq!(of("/y.md").as_deref(), Some("https://github.com/a/b/blob/c/y.md"));
        assert_eq!(of("//x.org/y").as_deref(), Some("https://x.org/y"));
        assert_eq!(of("mailto:a@b.org").as_deref(), Some("mailto:a@b.org"));
        for wrong in
            ["javascript:alert(1)", " java\tscript:alert(1)", "data:text/html,x", "#", "vbscript:a"]
        {
            assert_eq!(of(wrong), None, "{wrong}");
        }
        assert_eq!(of("own.md").as_deref(), Some("/documents/1"));
        assert_eq!(of("own.md#the-end").as_deref(), Some("/documents/1#h-the-end"));
        assert_eq!(target("y.md", LinkTargets::default()), None);
        let picture = |written: &str, mode| picture_target(written, Some(&base), mode);
        let raw = "https://github.com/a/b/raw/c/docs/p.png";
        assert_eq!(picture("p.png", PictureMode::Loaded).as_deref(), Some(raw));
        let page = "https://github.com/a/b/blob/c/docs/p.png";
        assert_eq!(picture("p.png", PictureMode::Linked).as_deref(), Some(page));
        assert_eq!(picture("mailto:a@b.org", PictureMode::Loaded), None);
    }
}
