//! The name of a repository on GitHub.

use std::fmt;

use crate::catalogue::is_github_name;

/// First path segments of GitHub's own pages. They are not names of owners.
const NO_OWNERS: [&str; 50] = [
    "about",
    "account",
    "apps",
    "assets",
    "blog",
    "codespaces",
    "collections",
    "contact",
    "customer-stories",
    "dashboard",
    "discussions",
    "edu",
    "enterprise",
    "events",
    "explore",
    "features",
    "gist",
    "git-guides",
    "issues",
    "join",
    "login",
    "logout",
    "marketplace",
    "mobile",
    "new",
    "newsroom",
    "nonprofit",
    "notifications",
    "open-source",
    "organizations",
    "orgs",
    "partners",
    "premium-support",
    "pricing",
    "pulls",
    "readme",
    "resources",
    "search",
    "security",
    "sessions",
    "settings",
    "signup",
    "site",
    "sitemap",
    "solutions",
    "sponsors",
    "stars",
    "topics",
    "trending",
    "users",
];

/// A repository on GitHub, in lower case, because GitHub ignores the case of names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepositoryName {
    pub owner: String,
    pub name: String,
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

impl RepositoryName {
    /// The repository `owner/name`, without `.git` at its end. `None` if one of the two is no valid name on GitHub, or
    /// if `owner` is the path of GitHub's own pages.
    pub fn new(owner: &str, name: &str) -> Option<RepositoryName> {
        let name = name.strip_suffix(".git").unwrap_or(name);
        let (owner, name) = (owner.to_lowercase(), name.to_lowercase());
        let is_repository =
            is_github_name(&owner) && is_github_name(&name) && !NO_OWNERS.contains(&owner.as_str());
        is_repository.then_some(RepositoryName { owner, name })
    }

    /// The repository with the full name `full_name` (`owner/name`); `None` as in [`RepositoryName::new`], or without a
    /// `/`.
    pub fn named(full_name: &str) -> Option<RepositoryName> {
        let (owner, name) = full_name.split_once('/')?;
        RepositoryName::new(owner, name)
    }

    /// `owner/name` as `text` spells it at its first occurrence. `None` if there is no occurrence, or if the first is
    /// only a part of a longer name. O(length).
    pub(super) fn spelling_in(&self, text: &str) -> Option<String> {
        let whole = self.to_string();
        // Lower-casing only ASCII letters keeps the byte positions in `text`. That is enough, because names are ASCII.
        let at = text.to_ascii_lowercase().find(&whole)?;
        let is_inside = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        let (before, after) = (&text[..at], &text[at + whole.len()..]);
        let is_whole = !before.ends_with(is_inside) && !after.starts_with(is_inside);
        is_whole.then(|| text[at..at + whole.len()].to_owned())
    }

    /// The repository of the site of `owner`: `OWNER/OWNER.github.io`.
    pub(super) fn site(owner: &str) -> Option<RepositoryName> {
        RepositoryName::new(owner, &format!("{owner}.github.io"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spelling_of_a_name_is_found_in_a_text() {
        let repository = RepositoryName::named("nvidia/nccl").unwrap();
        let spelling = |text| repository.spelling_in(text);
        assert_eq!(spelling("see https://github.com/NVIDIA/nccl.").as_deref(), Some("NVIDIA/nccl"));
        for text in ["NVIDIA/nccl-tests", "theNVIDIA/nccl", "NCCL", "é NVIDIA"] {
            assert_eq!(spelling(text), None, "{text}");
        }
    }
}
