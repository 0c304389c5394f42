//! The names of repositories on GitHub: `owner/name`, and the addresses that people paste.

/// The owner and the name in `text`, if it has the form `owner/name`.
///
/// ```
/// use cairn::catalogue::repository;
/// assert_eq!(repository("ann/notes"), Some(("ann", "notes")));
/// assert_eq!(repository("ann/notes/issues"), None);
/// ```
pub fn repository(text: &str) -> Option<(&str, &str)> {
    let (owner, name) = text.split_once('/')?;
    (is_github_name(owner) && is_github_name(name)).then_some((owner, name))
}

/// Whether `name` can be the name of an owner or a repository at GitHub: it contains only letters, digits, `-`, `_` and
/// `.`, and does not start with `.`.
pub(crate) fn is_github_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// `owner/name` of the repository that `text` names: `owner/name` itself, or an address of the repository or of a page in
/// it. A trailing slash and `.git` are ignored. `web` is the base URL of GitHub's website, without a trailing slash.
/// `None` for everything else, such as an address at another host. O(length).
///
/// ```
/// use cairn::catalogue::named_repository;
/// let named = |text| named_repository(text, "https://github.com");
/// assert_eq!(named("https://github.com/Ann/notes.git").as_deref(), Some("Ann/notes"));
/// assert_eq!(named("Ann/notes/").as_deref(), Some("Ann/notes"));
/// assert_eq!(named("https://example.org/Ann/notes"), None);
/// ```
pub fn named_repository(text: &str, web: &str) -> Option<String> {
    let text = text.trim();
    let host = web.split_once("://").map_or(web, |(_, host)| host);
    let path = match below(text, host) {
        Some(path) => path,
        None if text.contains([':', '?', '#']) => return None,
        // Not an address, so nothing may follow the name.
        None => Some(text.trim_end_matches('/')).filter(|text| text.matches('/').count() == 1)?,
    };
    let path = path.split(['?', '#']).next()?;
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let (owner, name) = (parts.next()?, parts.next()?);
    let named = format!("{owner}/{}", name.strip_suffix(".git").unwrap_or(name));
    repository(&named).is_some().then_some(named)
}

/// The path of the address `text` at `host`: a web address with or without its scheme, or an address for ssh.
fn below<'a>(text: &'a str, host: &str) -> Option<&'a str> {
    if let Some(text) = without(text, "git@") {
        return without(text, host)?.strip_prefix(':');
    }
    let heads = ["https://", "http://", "ssh://git@"];
    let text = heads.iter().find_map(|head| without(text, head)).unwrap_or(text);
    let text = without(text, "www.").unwrap_or(text);
    without(text, host)?.strip_prefix('/')
}

/// `text` without `head` at its beginning, in any case of letters.
fn without<'a>(text: &'a str, head: &str) -> Option<&'a str> {
    let begin = text.get(..head.len())?;
    begin.eq_ignore_ascii_case(head).then(|| &text[head.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_name_a_repository_is_understood() {
        for text in [
            "Ann/ml-notes",
            " Ann/ml-notes/ ",
            "Ann/ml-notes.git",
            "https://github.com/Ann/ml-notes",
            "https://github.com/Ann/ml-notes/",
            "https://GitHub.com/Ann/ml-notes.git",
            "http://www.github.com/Ann/ml-notes?tab=readme-ov-file#start",
            "github.com/Ann/ml-notes",
            "https://github.com/Ann/ml-notes/tree/main/docs",
            "git@github.com:Ann/ml-notes.git",
            "ssh://git@github.com/Ann/ml-notes.git",
        ] {
            let named = named_repository(text, "https://github.com");
            assert_eq!(named.as_deref(), Some("Ann/ml-notes"), "{text}");
        }
        let corp = named_repository("https://git.corp/gh/Ann/x", "https://git.corp/gh");
        assert_eq!(corp.as_deref(), Some("Ann/x"));
    }

    #[test]
    fn what_names_no_repository_is_refused() {
        for text in [
            "",
            "ann",
            "ann/",
            "/ann/notes",
            "ann/notes/issues",
            "ann/no tes",
            "ann/..",
            "ann/.git",
            "https://github.com/ann",
            "https://github.com",
            "https://github.com.evil.org/ann/notes",
            "https://evil.org/github.com/ann/notes",
            "https://gitlab.com/ann/notes",
            "https://github.com:8080/ann/notes",
            "file:///ann/notes",
            "é/notes",
        ] {
            assert_eq!(named_repository(text, "https://github.com"), None, "{text}");
        }
    }
}
