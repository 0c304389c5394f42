//! The name of a thread within its repository, and the links to it and its comments.

use std::fmt;
use std::num::NonZeroU64;

use url::Url;

use super::thread::ThreadKind;

/// The name of a thread, such as `discussions/12` or `issues/45`. It is also the path of the thread's document. No
/// indexed file has such a path, because indexed files have an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadName {
    pub kind: ThreadKind,
    pub number: u64,
}

impl ThreadName {
    /// Parses `path` as the name of a thread; `None` if it is not one, for example the path of a file.
    ///
    /// ```
    /// use cairn::crawl::github::name::ThreadName;
    /// assert_eq!(ThreadName::parse("issues/45").unwrap().to_string(), "issues/45");
    /// assert_eq!(ThreadName::parse("issues/45.md"), None);
    /// ```
    pub fn parse(path: &str) -> Option<ThreadName> {
        let (folder, number) = path.split_once('/')?;
        let kind = ThreadKind::ALL.into_iter().find(|kind| kind.folder() == folder)?;
        let name = ThreadName { kind, number: number.parse().ok()? };
        (name.number > 0 && name.to_string() == path).then_some(name)
    }

    /// The URL of the thread in `repository` (`owner/name`), or of its comment `comment`. `web` is GitHub's base URL.
    /// The URL is built only from names and numbers, so the content of a thread can't change where it points.
    ///
    /// `None` if `web` isn't a URL that can have a path.
    pub fn url(self, web: &str, repository: &str, comment: Option<NonZeroU64>) -> Option<String> {
        let mut url = Url::parse(web).ok()?;
        url.path_segments_mut()
            .ok()?
            .pop_if_empty()
            .extend(repository.split('/'))
            .extend([self.kind.folder(), &self.number.to_string()]);
        let prefix = match self.kind {
            ThreadKind::Discussion => "discussioncomment",
            ThreadKind::Issue => "issuecomment",
        };
        url.set_fragment(comment.map(|id| format!("{prefix}-{id}")).as_deref());
        Some(url.into())
    }
}

impl fmt::Display for ThreadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind.path(self.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_threads_are_parsed() {
        for path in ["discussions/12", "issues/1"] {
            assert_eq!(ThreadName::parse(path).unwrap().to_string(), path);
        }
        for path in
            ["issues/0", "issues/+1", "issues/01", "issues/1/2", "issues/", "a/issues/1", "pull/3"]
        {
            assert_eq!(ThreadName::parse(path), None, "{path}");
        }
    }

    #[test]
    fn links_stay_below_the_repository() {
        let url = |path: &str, web: &str, comment: u64| {
            let name = ThreadName::parse(path).unwrap();
            name.url(web, "a/b", NonZeroU64::new(comment)).unwrap()
        };
        let web = "https://github.com";
        assert_eq!(url("discussions/12", web, 0), "https://github.com/a/b/discussions/12");
        assert_eq!(
            url("discussions/12", web, 34),
            "https://github.com/a/b/discussions/12#discussioncomment-34"
        );
        assert_eq!(
            url("issues/5", "https://hub.example/git/", 6),
            "https://hub.example/git/a/b/issues/5#issuecomment-6"
        );
        assert_eq!(ThreadName::parse("issues/5").unwrap().url("mailto:x", "a/b", None), None);
    }
}
