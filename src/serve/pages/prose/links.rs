//! The targets of an author's links.

use url::{Position, Url};

use super::images::PictureMode;

/// The absolute URL of `written`, resolved against `base`. For an anchor of the same document, the place where this page
/// has it. `None` if the URL is invalid or its scheme is not http, https or mailto.
pub(super) fn target(written: &str, base: Option<&Url>) -> Option<String> {
    if let Some(anchor) = written.strip_prefix('#') {
        return (!anchor.is_empty()).then(|| format!("#h-{anchor}"));
    }
    let url = Url::options().base_url(base).parse(written).ok()?;
    let may_be = matches!(url.scheme(), "http" | "https" | "mailto");
    may_be.then(|| url.into())
}

/// The absolute URL of the picture `written`, as for [`target`]; only with the schemes http and https. If the page loads
/// the picture, the URL is that of the file, not of GitHub's page about the file.
pub(super) fn picture_target(
    written: &str,
    base: Option<&Url>,
    pictures: PictureMode,
) -> Option<String> {
    let url = target(written, base).filter(|url| url.starts_with("http"))?;
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
        let of = |written: &str| target(written, Some(&base));
        assert_eq!(of("../y.md#z").as_deref(), Some("https://github.com/a/b/blob/c/y.md#z"));
        assert_eq!(of("#the-end").as_deref(), Some("#h-the-end"));
        assert_eq!(of("mailto:a@b.org").as_deref(), Some("mailto:a@b.org"));
        for wrong in
            ["javascript:alert(1)", " java\tscript:alert(1)", "data:text/html,x", "#", "vbscript:a"]
        {
            assert_eq!(of(wrong), None, "{wrong}");
        }
        assert_eq!(target("y.md", None), None);
        let picture = |written: &str, mode| picture_target(written, Some(&base), mode);
        let raw = "https://github.com/a/b/raw/c/docs/p.png";
        assert_eq!(picture("p.png", PictureMode::Loaded).as_deref(), Some(raw));
        let page = "https://github.com/a/b/blob/c/docs/p.png";
        assert_eq!(picture("p.png", PictureMode::Linked).as_deref(), Some(page));
        assert_eq!(picture("mailto:a@b.org", PictureMode::Loaded), None);
    }
}
