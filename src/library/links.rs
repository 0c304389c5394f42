//! URLs of sources, documents and sections.

use super::Library;
use crate::catalogue::OriginKind;
use crate::crawl::github::name::ThreadName;
use crate::extract::Address;
use crate::search::SectionId;

impl Library {
    /// The URL of the source `id` on the web, if it has one.
    pub fn source_link(&self, id: &str) -> Option<String> {
        let state = self.manifest.source(id)?;
        match state.kind {
            OriginKind::GitHub => Some(format!("{}/{}", self.web, state.origin)),
            OriginKind::Archive => Some(state.origin.clone()),
            OriginKind::Folder => None,
        }
    }

    /// The URL of the file `path` of `source` on GitHub; `None` if the source is not on GitHub.
    pub(super) fn document_link(&self, source: &str, path: &str) -> Option<String> {
        let state =
            self.manifest.source(source).filter(|state| state.kind == OriginKind::GitHub)?;
        let revision = state.revision.as_deref();
        github_link(&self.web, &state.origin, revision, path, Address::Cell(1))
    }

    /// The URL of `address` in the document `path` of `source`. On GitHub, this is the URL of the lines, page or
    /// comment, else of the file or thread. For an archive, it is the URL of the archive. For a local folder or an
    /// unknown source, it is the URL of the section `id` on this server.
    pub(super) fn link(&self, source: &str, path: &str, address: Address, id: SectionId) -> String {
        let here = || format!("/sections/{id}");
        let Some(state) = self.manifest.source(source) else { return here() };
        match state.kind {
            OriginKind::GitHub => {
                github_link(&self.web, &state.origin, state.revision.as_deref(), path, address)
                    .unwrap_or_else(here)
            }
            OriginKind::Archive => state.origin.clone(),
            OriginKind::Folder => here(),
        }
    }
}

/// GitHub's URL of the lines or the page `address` in the file `path` of `repository`; for other addresses, the URL of
/// the file. If `path` is a thread, the URL of the comment `address` or, for other addresses, the URL of the thread.
///
/// GitHub renders Markdown unless the URL contains `plain=1`, and only the plain view has line numbers.
fn github_link(
    web: &str,
    repository: &str,
    revision: Option<&str>,
    path: &str,
    address: Address,
) -> Option<String> {
    if let Some(thread) = ThreadName::parse(path) {
        let comment = if let Address::Comment(id) = address { Some(id) } else { None };
        return thread.url(web, repository, comment);
    }
    let mut url = url::Url::parse(web).ok()?;
    url.path_segments_mut()
        .ok()?
        .pop_if_empty()
        .extend(repository.split('/'))
        .extend(["blob", revision.unwrap_or("HEAD")])
        .extend(path.split('/'));
    match address {
        Address::Lines(first, last) => {
            url.set_query(Some("plain=1"));
            let lines =
                if first == last { format!("L{first}") } else { format!("L{first}-L{last}") };
            url.set_fragment(Some(&lines));
        }
        Address::Page(page) => url.set_fragment(Some(&format!("page={page}"))),
        Address::Cell(_) | Address::Card(_) | Address::Question | Address::Comment(_) => {}
    }
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_exact_lines() {
        let link = |path, address| {
            github_link("https://github.com", "a/b", Some("abc"), path, address).unwrap()
        };
        assert_eq!(
            link("docs/A & B.md", Address::Lines(3, 9)),
            "https://github.com/a/b/blob/abc/docs/A%20&%20B.md?plain=1#L3-L9"
        );
        assert_eq!(
            link("x.md", Address::Lines(3, 3)),
            "https://github.com/a/b/blob/abc/x.md?plain=1#L3"
        );
        assert_eq!(link("n.ipynb", Address::Cell(2)), "https://github.com/a/b/blob/abc/n.ipynb");
        assert_eq!(link("a.pdf", Address::Page(3)), "https://github.com/a/b/blob/abc/a.pdf#page=3");
        assert_eq!(link("a?#.md", Address::Cell(1)), "https://github.com/a/b/blob/abc/a%3F%23.md");
    }
}
