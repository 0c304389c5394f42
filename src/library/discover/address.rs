//! The repository on GitHub that a URL belongs to.

use url::Url;

use super::repository::RepositoryName;

/// Hosts that show files of GitHub repositories at URLs such as `HOST/github/OWNER/NAME/…`.
const VIEWERS: [&str; 3] = ["nbviewer.org", "nbviewer.jupyter.org", "colab.research.google.com"];
/// Usual names of pages of a personal site. If the first path segment of a URL is one of them, it does not name a
/// project.
const SITE_PARTS: [&str; 14] = [
    "about",
    "archive",
    "article",
    "articles",
    "assets",
    "blog",
    "categories",
    "docs",
    "pages",
    "post",
    "posts",
    "publications",
    "tags",
    "writing",
];

/// The repository or the site that a URL belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CitedPlace {
    /// A page of the repository, or of one of its files.
    Repository(RepositoryName, CitedPage),
    /// A page of the site of `owner`. The first segment of the page's path may name a project, or a page of the owner's
    /// own site: the other cited pages of the site decide which. `first` is `None` if the segment can't name a project.
    Site { owner: String, first: Option<SitePart>, page: CitedPage },
}

/// The first segment of a path on a site, which may be the name of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SitePart {
    /// In lower case.
    pub name: String,
    /// As the URL spells it.
    pub spelling: String,
}

/// The kind of page of a repository, or of its site, that a URL leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CitedPage {
    /// The front page of the repository, or the root of its site.
    Front,
    /// A folder, a document or a post.
    Reading,
    /// A page for users of software: source files, issues, releases.
    Using,
}

impl RepositoryName {
    /// The repository that the URL `url` belongs to. `None` for a page of a site, because its repository can only be
    /// guessed, and for any other URL.
    ///
    /// ```
    /// use cairn::library::discover::repository::RepositoryName;
    /// let of = |url| RepositoryName::of(url).map(|found| found.to_string());
    /// assert_eq!(of("https://GitHub.com/Ann/Notes.git").as_deref(), Some("ann/notes"));
    /// assert_eq!(of("https://github.com/topics/mlops"), None);
    /// ```
    pub fn of(url: &str) -> Option<RepositoryName> {
        match CitedPlace::of(url)? {
            CitedPlace::Repository(repository, _) => Some(repository),
            CitedPlace::Site { .. } => None,
        }
    }
}

impl CitedPlace {
    /// The repository or site that the URL `url` belongs to; `None` if it belongs to neither. O(length).
    pub fn of(url: &str) -> Option<CitedPlace> {
        let url = Url::parse(url).ok()?;
        let host = url.host_str()?.trim_start_matches("www.").to_lowercase();
        let parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
        match (host.as_str(), &parts[..]) {
            ("github.com" | "codeload.github.com" | "raw.githubusercontent.com", parts) => {
                repository(parts)
            }
            (host, ["github", parts @ ..]) if VIEWERS.contains(&host) => repository(parts),
            (host, parts) => site(host.strip_suffix(".github.io")?, parts),
        }
    }
}

fn repository(parts: &[&str]) -> Option<CitedPlace> {
    let [owner, name, rest @ ..] = parts else { return None };
    let last = rest.last().map_or(String::new(), |last| last.to_lowercase());
    let is_text = [".md", ".mdx", ".ipynb", ".pdf", ".rst", ".txt", ".html", ".qmd", ".rmd"]
        .iter()
        .any(|end| last.ends_with(end));
    // The URL of the README at the top level counts as the front page, because the front page shows this README.
    let is_readme = matches!(rest, ["blob", _, _])
        && last.strip_prefix("readme").is_some_and(|end| end.is_empty() || end.starts_with('.'));
    let page = match rest.first() {
        Some(_) if is_readme => CitedPage::Front,
        Some(&("issues" | "pull" | "pulls" | "releases" | "commit" | "actions")) => {
            CitedPage::Using
        }
        Some(&"blob") if !is_text => CitedPage::Using,
        Some(_) => CitedPage::Reading,
        None => CitedPage::Front,
    };
    Some(CitedPlace::Repository(RepositoryName::new(owner, name)?, page))
}

fn site(owner: &str, parts: &[&str]) -> Option<CitedPlace> {
    let owner = owner.to_lowercase();
    RepositoryName::site(&owner)?;
    // A year, a file name, a name that begins with `@`, or a usual name of a page is not a project.
    let is_project = |part: &&&str| {
        !part.contains('.')
            && !part.starts_with('@')
            && !part.bytes().all(|b| b.is_ascii_digit())
            && !SITE_PARTS.contains(&part.to_lowercase().as_str())
    };
    let part = |part: &&str| SitePart { name: part.to_lowercase(), spelling: (*part).to_owned() };
    let first = parts.first().filter(is_project).map(part);
    let is_root = parts.len() == usize::from(first.is_some());
    let page = if is_root { CitedPage::Front } else { CitedPage::Reading };
    Some(CitedPlace::Site { owner, first, page })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_urls_of_a_repository_are_recognised_and_githubs_own_pages_are_not() {
        for url in [
            "https://github.com/Ann/ML-Notes",
            "https://www.github.com/ann/ml-notes.git",
            "https://github.com/ann/ml-notes/tree/main/docs",
            "https://github.com/ann/ml-notes/blob/main/README.md?plain=1#L3",
            "https://raw.githubusercontent.com/ann/ml-notes/main/a.md",
            "https://codeload.github.com/ann/ml-notes/tar.gz/HEAD",
            "https://nbviewer.org/github/ann/ml-notes/blob/main/a.ipynb",
        ] {
            assert_eq!(RepositoryName::of(url).unwrap().to_string(), "ann/ml-notes", "{url}");
        }
        for url in [
            "https://github.com/ann",
            "https://github.com/topics/mlops",
            "https://github.com/features/actions",
            "https://github.com/orgs/ann/repositories",
            "https://github.com/marketplace/x",
            "https://gist.github.com/ann/1234",
            "https://gist.githubusercontent.com/ann/1234/raw",
            "https://docs.github.com/en/actions",
            "https://github.com/ann/..",
            "https://github.com/a%20b/c",
            "https://github.com.evil.org/ann/ml-notes",
            "mailto:ann@github.com",
        ] {
            assert_eq!(RepositoryName::of(url), None, "{url}");
        }
    }

    #[test]
    fn links_to_code_and_issues_count_as_use() {
        let page = |url| match CitedPlace::of(url).unwrap() {
            CitedPlace::Repository(_, page) => page,
            CitedPlace::Site { .. } => panic!("no repository"),
        };
        assert_eq!(page("https://github.com/a/b"), CitedPage::Front);
        assert_eq!(page("https://github.com/a/b/blob/main/README.md"), CitedPage::Front);
        assert_eq!(page("https://github.com/a/b/blob/main/docs/README.md"), CitedPage::Reading);
        assert_eq!(page("https://github.com/a/b/tree/main/docs"), CitedPage::Reading);
        assert_eq!(page("https://github.com/a/b/blob/main/Notes.MD"), CitedPage::Reading);
        assert_eq!(page("https://github.com/a/b/blob/main/x.py"), CitedPage::Using);
        assert_eq!(page("https://github.com/a/b/issues/3"), CitedPage::Using);
    }

    #[test]
    fn a_path_segment_is_a_project_unless_it_is_a_usual_page() {
        let site = |url| match CitedPlace::of(url).unwrap() {
            CitedPlace::Site { owner, first, page } => {
                (owner, first.map(|part| part.spelling), page)
            }
            CitedPlace::Repository(..) => panic!("no site"),
        };
        let ann = |first: Option<&str>, page| ("ann".to_owned(), first.map(str::to_owned), page);
        let book = Some("Book");
        assert_eq!(site("https://ann.github.io/Book/ch1.html"), ann(book, CitedPage::Reading));
        assert_eq!(site("https://ann.github.io/Book/"), ann(book, CitedPage::Front));
        assert_eq!(
            site("https://ann.github.io/2014/08/05/post.html"),
            ann(None, CitedPage::Reading)
        );
        assert_eq!(site("https://ann.github.io/posts/x"), ann(None, CitedPage::Reading));
        assert_eq!(site("https://ann.github.io"), ann(None, CitedPage::Front));
    }
}
